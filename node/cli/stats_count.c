/* Asking the node to count, and adding up what it answers. */
#include "cli/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/row.h"

/* protobuf-c's structs have no const; nothing writes through these. */
static char *words(const char *text) {
    return (char *)(uintptr_t)text;
}

static enum result merge_group(struct counted *counted, const TallyGroup *words_of_group) {
    struct tally_group group = {.alerts = words_of_group->alerts,
                                .rows = words_of_group->rows,
                                .summed = words_of_group->summed,
                                .sum = words_of_group->sum ? strtod(words_of_group->sum, NULL) : 0};
    if (words_of_group->n_values != counted->question.count)
        return RESULT_MALFORMED;
    for (size_t i = 0; i < counted->question.count; i++)
        group.values[i] = words_of_group->values[i];
    return tally_merge(&counted->tally, &group);
}

static enum result merge_part(struct counted *counted, const TallyPart *part) {
    struct tally *tally = &counted->tally;
    if (!part || part->n_unknown != counted->question.count)
        return RESULT_MALFORMED;
    for (size_t i = 0; i < part->n_groups; i++)
        TRY(merge_group(counted, part->groups[i]));
    for (size_t i = 0; i < part->n_unknown; i++)
        tally->unknown[i] += part->unknown[i];
    tally->alerts += part->alerts;
    tally->rows += part->rows;
    tally->unsummed += part->unsummed;
    tally->skipped += part->skipped;
    counted->unread += part->unread;
    return RESULT_OK;
}

static enum exit_code complain(enum result result) {
    if (result == RESULT_TOO_LARGE) {
        print_error(_("these are more than %d groups"), (int)TALLY_GROUPS_MAX);
        print_next(_("count by fewer fields or longer periods, or narrow the query"));
    } else {
        print_error("%s", result_text(result));
    }
    return EXIT_REFUSED;
}

/* The node says where the next part begins. */
static enum exit_code ask_parts(struct stats *stats, struct counted *counted, Tally *asked) {
    struct progress progress;
    Request request = REQUEST__INIT;
    const Reply *reply = NULL;
    bool is_first = true;
    request.tally = asked;
    progress_start(&progress, _("counted"), 0);
    for (;;) {
        enum exit_code code = client_ask(&stats->client, &request, &reply);
        if (code && reply)
            row_print_mistake(stats->call, asked->query, reply);
        if (code)
            return code;
        if (is_first && !stats->as_json)
            row_print_remarks(stats->call, asked->query, reply);
        is_first = false;
        enum result result = merge_part(counted, reply->tally);
        if (result)
            return complain(result);
        progress.total = reply->total;
        progress_set(&progress, counted->tally.alerts);
        if (!reply->next)
            break;
        asked->page = arena_text(stats->call->arena, reply->next, strlen(reply->next));
        if (!asked->page)
            return complain(RESULT_NO_MEMORY);
    }
    progress_end(&progress);
    return EXIT_DONE;
}

enum exit_code stats_count(struct stats *stats, struct counted *out, const char *query, const char *by,
                           const char *sum) {
    struct arena *arena = stats->call->arena;
    const char *complaint = NULL;
    Tally asked = TALLY__INIT;
    *out = (struct counted){.unread = 0};
    if (tally_ask(&out->question, arena, by, stats->date, sum, &complaint))
        return print_usage_error(stats->call, complaint ? complaint : result_text(RESULT_NO_MEMORY));
    tally_init(&out->tally, arena, &out->question, NULL, TALLY_GROUPS_MAX);
    asked.query = words(query);
    asked.by = words(by);
    asked.date = words(stats->date);
    asked.sum = words(sum);
    enum exit_code code = ask_parts(stats, out, &asked);
    if (code)
        return code;
    out->groups = tally_sorted(&out->tally);
    return out->groups ? EXIT_DONE : complain(RESULT_NO_MEMORY);
}

void counted_release(struct counted *counted) {
    tally_release(&counted->tally);
}
