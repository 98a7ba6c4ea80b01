/* Counting alerts in groups: from the index where it knows enough, else from the alerts themselves, some in each
 * answer. */
#include "daemon/answer.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "daemon/node.h"
#include "store/index_tally.h"

enum { TALLY_PART_BYTES = CONTROL_BYTES_MAX / 2 };

/* What is counted, read. */
struct counted {
    struct node *node;
    struct tally_question question;
    struct query query;
    struct query_world world;
    struct index_position page;
    struct ranks ranks;
    struct tally tally;
    struct answer_reading reading;
    uint64_t unread;
    size_t used; /* of the turn's memory, before */
    enum result result;
};

static struct arena *turn_of(struct counted *counted) {
    return &counted->node->exchange.turn;
}

/* ---- reading what is asked ---- */

static enum result read_words(struct counted *counted, const Tally *words, Reply *reply, const char **complaint) {
    TRY(tally_ask(&counted->question, turn_of(counted), words->by, words->date, words->sum, complaint));
    counted->world = answer_world(counted->node);
    TRY(answer_query(&counted->query, &counted->page, &counted->world, turn_of(counted), words->query, words->page,
                     reply, complaint));
    for (size_t i = 0; i < counted->question.count; i++)
        if (counted->question.dimensions[i].kind == TALLY_RANK)
            return ranks_init(&counted->ranks, turn_of(counted), counted->node->references.taxa);
    return RESULT_OK;
}

/* ---- telling ---- */

static enum result put_values(TallyGroup *words, struct counted *counted, const struct tally_group *group) {
    size_t count = counted->question.count;
    words->values = arena_array(turn_of(counted), count, sizeof *words->values);
    if (!words->values)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const char *value = group->values[i];
        uint8_t id[MEMBER_ID_SIZE];
        if (counted->question.dimensions[i].slot == SLOT_ORIGINATOR && text_unhex(id, sizeof id, value))
            value = answer_originator(counted->node, id);
        words->values[words->n_values++] = words_of(value);
    }
    return RESULT_OK;
}

static enum result put_group(TallyGroup **out, struct counted *counted, const struct tally_group *group) {
    TallyGroup *words = arena_alloc(turn_of(counted), sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    tally_group__init(words);
    words->alerts = group->alerts;
    words->rows = group->rows;
    words->summed = group->summed;
    words->sum = group->summed ? words_of(text_format(turn_of(counted), "%.17g", group->sum)) : NULL;
    *out = words;
    return put_values(words, counted, group);
}

static enum result put_part(Reply *reply, struct counted *counted) {
    struct arena *arena = turn_of(counted);
    const struct tally *tally = &counted->tally;
    const struct tally_group **groups = tally_sorted(tally);
    TallyPart *part = arena_alloc(arena, sizeof *part);
    if (!groups || !part)
        return RESULT_NO_MEMORY;
    tally_part__init(part);
    part->groups = arena_array(arena, tally->count, sizeof *part->groups);
    part->unknown = arena_copy(arena, tally->unknown, sizeof tally->unknown);
    if (!part->groups || !part->unknown)
        return RESULT_NO_MEMORY;
    for (; part->n_groups < tally->count; part->n_groups++)
        TRY(put_group(&part->groups[part->n_groups], counted, groups[part->n_groups]));
    part->n_unknown = counted->question.count;
    part->alerts = tally->alerts;
    part->rows = tally->rows;
    part->unsummed = tally->unsummed;
    part->skipped = tally->skipped;
    part->unread = counted->unread;
    reply->tally = part;
    return RESULT_OK;
}

/* ---- from the alerts ---- */

static enum result load(void *context, const struct index_row *row, struct document *out) {
    struct counted *counted = context;
    enum result result = answer_load(&counted->reading, row, out);
    counted->unread += result == RESULT_NOT_FOUND;
    return result;
}

/* An alert is counted whole: what its groups are over the mark comes with this answer. */
static bool take_row(void *context, const struct index_row *row, const struct document *document) {
    struct counted *counted = context;
    struct document own;
    if (!document) {
        enum result result = load(counted, row, &own);
        if (result == RESULT_NOT_FOUND)
            return true;
        counted->result = result;
        document = &own;
    }
    if (!counted->result)
        counted->result = tally_add(&counted->tally, document);
    return !counted->result && counted->tally.count < TALLY_PART_GROUPS &&
           turn_of(counted)->used - counted->used < TALLY_PART_BYTES && counted->reading.bytes < FIND_READ_BYTES_MAX;
}

static enum result count_alerts(Reply *reply, struct counted *counted) {
    struct index_found found;
    const struct index_search search = {.query = &counted->query,
                                        .world = &counted->world,
                                        .after = counted->page,
                                        .limit = FIND_READS_MAX,
                                        .reads_max = FIND_READS_MAX,
                                        .load = load,
                                        .visit = take_row,
                                        .context = counted};
    TRY(index_search(counted->node->exchange.index, &search, &found));
    TRY(counted->result);
    reply->has_total = true;
    reply->total = found.total;
    reply->has_at_most = reply->at_most = !found.is_exact;
    reply->next = found.ended ? NULL : answer_page_words(turn_of(counted), &found.next, SORT_ARRIVAL);
    return RESULT_OK;
}

static void begin(struct counted *counted) {
    counted->used = turn_of(counted)->used;
    tally_init(&counted->tally, turn_of(counted), &counted->question, &counted->ranks,
               TALLY_PART_GROUPS + TALLY_COMBINATIONS_MAX);
}

/* What the index knows of all alerts, it says at once. */
static enum result count(Reply *reply, struct counted *counted) {
    bool is_counted = false;
    begin(counted);
    if (!counted->page.as_of)
        TRY(index_tally(counted->node->exchange.index, counted->query.where, &counted->world, &counted->tally,
                        &is_counted));
    if (is_counted) {
        reply->has_total = true;
        reply->total = counted->tally.alerts;
        return RESULT_OK;
    }
    tally_release(&counted->tally);
    begin(counted);
    return count_alerts(reply, counted);
}

enum result answer_tally(Reply *reply, struct node *node, const Tally *words, const char **complaint) {
    struct counted *counted = arena_alloc(&node->exchange.turn, sizeof *counted);
    if (!counted)
        return RESULT_NO_MEMORY;
    counted->node = counted->reading.node = node;
    TRY(read_words(counted, words, reply, complaint));
    arena_init(&counted->reading.scratch, SIZE_MAX);
    enum result result = count(reply, counted);
    if (!result)
        result = put_part(reply, counted);
    tally_release(&counted->tally);
    arena_release(&counted->reading.scratch);
    return result;
}
