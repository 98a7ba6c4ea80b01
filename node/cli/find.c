/* inama find: which alerts are here, newest first. */
#include "cli/command.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/row.h"

enum { LIMIT_DEFAULT = 50 };

static const struct option options[] = {
    ROW_FILTERS,
    {"limit", 'n', "N", N_("rows of a page; default 50"), false},
    {"before", 0, "SEQ", N_("the next page, as the line below a page says"), false},
    {"all-versions", 'a', NULL, N_("also versions that were replaced"), false},
    {"full", 0, NULL, N_("with --json: each alert with its content"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static enum exit_code read_request(Find *find, struct call *call) {
    const char *complaint = NULL;
    uint64_t limit = LIMIT_DEFAULT, before = 0;
    row_filters(find, call, &complaint);
    if (complaint || options_number(&call->options, call->arena, "limit", 1, FIND_RESULTS_MAX, &limit, &complaint) ||
        options_number(&call->options, call->arena, "before", 1, UINT64_MAX, &before, &complaint))
        return print_usage_error(call, complaint);
    find->has_limit = true;
    find->limit = (uint32_t)limit;
    find->has_before = before != 0;
    find->before = before;
    find->has_superseded = find->superseded = options_flag(&call->options, "all-versions");
    find->has_full = find->full = options_flag(&call->options, "full") && options_flag(&call->options, "json");
    return EXIT_DONE;
}

/* A word as a shell takes it. */
static const char *shell_word(struct arena *arena, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-";
    bool simple = *word && word[strspn(word, plain)] == '\0';
    return simple ? word : text_format(arena, "'%s'", text_escape(arena, word));
}

/* The same command line with the next page, ready to copy. */
static const char *next_page(struct call *call, uint64_t before) {
    const char *line = "inama find";
    for (const struct option *option = call->command->options; option->name; option++) {
        const char *const *values;
        size_t count = options_list(&call->options, option->name, &values);
        if (count && strcmp(option->name, "before") != 0)
            line = text_format(call->arena, option->takes ? "%s --%s %s" : "%s --%s%s", line, option->name,
                               option->takes ? shell_word(call->arena, values[count - 1]) : "");
    }
    for (size_t i = 0; i < call->options.word_count; i++)
        line = text_format(call->arena, "%s %s", line, shell_word(call->arena, call->options.words[i]));
    return text_format(call->arena, "%s --before %llu", line, (unsigned long long)before);
}

static void print_rows(struct call *call, const Find *find, const Reply *reply) {
    size_t count = reply->n_rows;
    struct row_table table = row_table_new(call->arena, reply->rows, count, find->superseded);
    for (size_t i = 0; i < count; i++)
        row_put(&table, reply->rows[i]);
    table_print(table.table);
    uint64_t total = reply->has_total ? reply->total : count;
    if (count == 0 && find->has_before)
        print_line(_("No more alerts."));
    else if (count == 0)
        print_line(_("No alert here matches."));
    else if (total > count)
        print_line(_("%zu of %llu alerts. The next page:  %s"), count, (unsigned long long)total,
                   next_page(call, reply->rows[count - 1]->sequence));
    else
        print_line(ngettext("%zu alert.", "%zu alerts.", count), count);
}

static void print_rows_json(const Reply *reply) {
    json_t *rows = json_array();
    for (size_t i = 0; i < reply->n_rows; i++)
        json_array_append_new(rows, row_json(reply->rows[i]));
    json_t *json = json_pack("{s:I, s:o}", "total", (json_int_t)reply->total, "alerts", rows);
    if (reply->n_rows && reply->total > reply->n_rows)
        json_object_set_new(json, "next_before", json_integer((json_int_t)reply->rows[reply->n_rows - 1]->sequence));
    print_json(json);
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    request.find = &find;
    enum exit_code code = read_request(&find, call);
    if (code)
        return code;
    code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_rows_json(reply);
    else if (!code)
        print_rows(call, &find, reply);
    client_close(&client);
    return code;
}

const struct command command_find = {
    .name = "find",
    .takes = "[WORDS…]",
    .summary = N_("list alerts, newest first"),
    .options = options,
    .words_max = 64,
    .examples = N_("  inama find pangolin mombasa                 words, in any field\n"
                   "  inama find --species Manidae --from 2014    a whole family, since 2014\n"
                   "  inama find --originator CD --transport 1    from DR Congo, by sea\n"),
    .run = run,
};
