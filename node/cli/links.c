/* inama links: alerts that have to do with one, and why. */
#include "cli/command.h"

#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/linked.h"
#include "cli/print.h"
#include "cli/row.h"

static const struct option options[] = {
    {"limit", 'n', "N", N_("alerts to show, those that say most first; default 50"), false},
    LINKED_OPTIONS,
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static void print_table(struct call *call, const Reply *reply) {
    static const struct column columns[] = {{N_("ALERT"), COLUMN_KEEP},       {N_("DATE"), COLUMN_KEEP},
                                            {N_("IN"), COLUMN_KEEP},          {N_("SPECIES"), COLUMN_TRUNC},
                                            {N_("ORIGINATOR"), COLUMN_TRUNC}, {N_("BECAUSE"), COLUMN_WRAP}};
    struct table *table = table_new(call->arena, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reply->n_rows; i++) {
        const Row *row = reply->rows[i];
        const Linked *linked = reply->links->linked[i];
        table_cell_in(table, row->doubt ? PRINT_RED : PRINT_BOLD, row_short_id(call->arena, row));
        table_cell(table, print_date(call->arena, row->date));
        table_cell(table, row->country);
        table_cell(table, row->taxa);
        table_cell(table, row->originator);
        table_cell_in(table, linked->same_event ? PRINT_YELLOW : PRINT_PLAIN, linked_because(call->arena, linked));
    }
    table_print(table);
}

/* What was left out, and why. */
static void print_rest(struct call *call, const Reply *reply) {
    const LinksFound *found = reply->links;
    for (size_t i = 0; i < found->n_common; i++)
        print_line(_("%s %s stands in %llu alerts: too many to be followed (--common)."),
                   linked_entity(found->common[i]->entity),
                   text_escape(call->arena, linked_text(call->arena, found->common[i]->key)),
                   (unsigned long long)found->common[i]->alerts);
    if (found->read < found->candidates)
        print_line(_("%llu of %llu alerts that may be linked were looked at: those that have most in common."),
                   (unsigned long long)found->read, (unsigned long long)found->candidates);
    if (found->partial)
        print_line(_("Some have so many names that not all were compared."));
    if (reply->n_rows < found->found)
        print_line(_("%zu of %llu linked alerts; --limit shows more."), reply->n_rows,
                   (unsigned long long)found->found);
    else if (reply->n_rows)
        print_line(ngettext("%zu linked alert.", "%zu linked alerts.", reply->n_rows), reply->n_rows);
    else
        print_line(_("No alert here is linked with this one, as far as you may see them."));
}

static json_t *common_json(const LinksFound *found) {
    json_t *common = json_array();
    for (size_t i = 0; i < found->n_common; i++)
        json_array_append_new(common, json_pack("{s:o, s:o, s:I}", "entity", print_json_text(found->common[i]->entity),
                                                "key", print_json_text(found->common[i]->key), "alerts",
                                                (json_int_t)found->common[i]->alerts));
    return common;
}

static void print_links_json(const Reply *reply) {
    json_t *alerts = json_array();
    const LinksFound *found = reply->links;
    for (size_t i = 0; i < reply->n_rows; i++) {
        json_t *row = row_json(reply->rows[i]), *linked = linked_json(found->linked[i]);
        json_object_update(row, linked);
        json_decref(linked);
        json_array_append_new(alerts, row);
    }
    print_json(json_pack("{s:o, s:o, s:I, s:I, s:I, s:b, s:o}", "object",
                         print_json_hex(span_of(found->object.data, found->object.len)), "alerts", alerts, "found",
                         (json_int_t)found->found, "candidates", (json_int_t)found->candidates, "read",
                         (json_int_t)found->read, "partial", found->partial != 0, "common", common_json(found)));
}

static enum exit_code ask(struct call *call, const Links *words) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    request.links = (Links *)(uintptr_t)words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_links_json(reply);
    else if (!code) {
        if (reply->n_rows)
            print_table(call, reply);
        print_rest(call, reply);
    }
    client_close(&client);
    return code;
}

static enum exit_code run(struct call *call) {
    const char *complaint = NULL;
    uint64_t limit = 0;
    Links words = LINKS__INIT;
    words.alert = (char *)(uintptr_t)call->options.words[0];
    if (!linked_options(call, &words, &complaint) ||
        options_number(&call->options, call->arena, "limit", 1, FIND_RESULTS_MAX, &limit, &complaint))
        return print_usage_error(call, complaint);
    words.has_limit = limit != 0;
    words.limit = (uint32_t)limit;
    return ask(call, &words);
}

const struct command command_links = {
    .name = "links",
    .takes = "ALERT",
    .summary = N_("show alerts that have to do with one, and why"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama links 3f2a91c0                same container, passport, telephone, name … or event\n"
                   "  inama links 3f2a91c0 --alike 0.95   fewer spellings of a name\n"
                   "  inama links 3f2a91c0 --json         for a program\n"),
    .run = run,
};
