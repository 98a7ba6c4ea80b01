/* inama find: which alerts are here, newest first. */
#include "cli/command.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/row.h"

static const struct option options[] = {
    ROW_FILTERS,
    {"limit", 'n', "N", N_("limit:N: rows of a page; default 50"), false},
    {"before", 0, "PAGE", N_("the next page, as the line below a page says"), false},
    {"all-versions", 'a', NULL, N_("also versions that were replaced, and what has expired"), false},
    {"count", 0, NULL, N_("only how many there are"), false},
    {"explain", 0, NULL, N_("also how the answer is found"), false},
    {"full", 0, NULL, N_("with --json: each alert with its content"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* A page, which the node may give in several answers: what it has to read from its store it reads a part at a time. */
struct page {
    struct call *call;
    struct client client;
    Find find;
    const char *query;
    struct answer {
        struct arena arena;
        const Reply *reply;
        struct answer *next;
    } * answers, *last;
    size_t row_count;
    uint64_t matched;
    uint64_t reads;
};

static enum exit_code read_request(struct page *page) {
    struct call *call = page->call;
    Find *find = &page->find;
    const char *complaint = NULL, *before = options_text(&call->options, "before");
    uint64_t limit = 0;
    page->query = row_query(call, &complaint);
    if (complaint || options_number(&call->options, call->arena, "limit", 1, FIND_RESULTS_MAX, &limit, &complaint))
        return print_usage_error(call, complaint);
    find->query = (char *)(uintptr_t)page->query;
    find->page = (char *)(uintptr_t)before;
    find->has_limit = limit != 0;
    find->limit = (uint32_t)limit;
    find->has_superseded = find->superseded = options_flag(&call->options, "all-versions");
    find->has_full = find->full = options_flag(&call->options, "full") && options_flag(&call->options, "json");
    find->has_count = find->count = options_flag(&call->options, "count");
    find->has_explain = find->explain = options_flag(&call->options, "explain");
    return EXIT_DONE;
}

/* ---- asking ---- */

/* Keeps the reply with its memory; the client begins anew. */
static bool keep_answer(struct page *page, const Reply *reply) {
    struct answer *answer = arena_alloc(page->call->arena, sizeof *answer);
    if (!answer)
        return false;
    *answer = (struct answer){page->client.arena, reply, NULL};
    page->client.arena = (struct arena){.budget = answer->arena.budget};
    *(page->last ? &page->last->next : &page->answers) = answer;
    page->last = answer;
    page->row_count += reply->n_rows;
    page->matched += reply->matched;
    page->reads += reply->reads;
    return true;
}

static enum exit_code ask(struct page *page) {
    Request request = REQUEST__INIT;
    const Reply *reply = NULL;
    request.find = &page->find;
    for (;;) {
        enum exit_code code = client_ask(&page->client, &request, &reply);
        if (code && reply)
            row_print_mistake(page->call, page->query, reply);
        if (code)
            return code;
        if (!keep_answer(page, reply)) {
            print_error("%s", result_text(RESULT_NO_MEMORY));
            return EXIT_REFUSED;
        }
        bool is_enough = !page->find.count && reply->n_rows >= reply->limit;
        if (!reply->next || is_enough)
            return EXIT_DONE;
        page->find.page = reply->next;
        page->find.has_limit = !page->find.count;
        page->find.limit = reply->limit - (uint32_t)reply->n_rows;
    }
}

static void page_release(struct page *page) {
    for (struct answer *answer = page->answers; answer; answer = answer->next)
        arena_release(&answer->arena);
    client_close(&page->client);
}

static Row **all_rows(struct page *page) {
    Row **rows = arena_array(page->call->arena, page->row_count + 1, sizeof *rows), **end = rows;
    for (struct answer *answer = page->answers; rows && answer; answer = answer->next)
        for (size_t i = 0; i < answer->reply->n_rows; i++)
            *end++ = answer->reply->rows[i];
    if (!rows)
        page->row_count = 0;
    return rows;
}

/* ---- telling ---- */

/* A word as a shell takes it. */
static const char *shell_word(struct arena *arena, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@-";
    bool simple = *word && word[strspn(word, plain)] == '\0';
    return simple ? word : text_format(arena, "'%s'", text_escape(arena, word));
}

/* The same command line with the next page, ready to copy. */
static const char *next_page(struct call *call, const char *page) {
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
    return text_format(call->arena, "%s --before %s", line, shell_word(call->arena, page));
}

static void print_end(struct page *page) {
    const Reply *last = page->last->reply;
    size_t count = page->row_count;
    const char *next = last->next ? next_page(page->call, last->next) : "";
    if (count == 0 && options_text(&page->call->options, "before"))
        print_line(_("No more alerts."));
    else if (count == 0)
        print_line(_("No alert here matches."));
    else if (last->next && last->at_most)
        print_line(_("%zu of at most %llu alerts. The next page:  %s"), count, (unsigned long long)last->total, next);
    else if (last->next)
        print_line(_("%zu of %llu alerts. The next page:  %s"), count, (unsigned long long)last->total, next);
    else
        print_line(ngettext("%zu alert.", "%zu alerts.", count), count);
}

static void print_rows(struct page *page) {
    Row **rows = all_rows(page);
    struct row_table table = row_table_new(page->call->arena, rows, page->row_count, page->find.superseded);
    for (size_t i = 0; i < page->row_count; i++)
        row_put(&table, rows[i]);
    table_print(table.table);
    print_end(page);
}

static const char *way_words(const char *way) {
    if (strcmp(way, "list") == 0)
        return _("rows of terms");
    return strcmp(way, "filter") == 0 ? _("rows so far, in a column") : _("a whole column");
}

static void print_plan(struct page *page) {
    static const struct column columns[] = {{N_("PART"), COLUMN_WRAP},   {N_("LOOKED UP IN"), COLUMN_KEEP},
                                            {N_("TERMS"), COLUMN_RIGHT}, {N_("EXPECTED"), COLUMN_RIGHT},
                                            {N_("FOUND"), COLUMN_RIGHT}, {N_("EXACT"), COLUMN_KEEP}};
    const Reply *reply = page->answers->reply;
    struct table *table = table_new(page->call->arena, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < reply->n_steps; i++) {
        const Step *step = reply->steps[i];
        table_cell(table, step->text);
        table_cell(table, way_words(step->way));
        table_number(table, step->terms);
        table_number(table, step->estimate);
        table_number(table, step->rows);
        table_cell(table, step->exact ? _("yes") : _("no"));
    }
    table_print(table);
    if (reply->at_most)
        print_line(_("The index leaves %llu alerts that may match; %llu were read from the store to decide."),
                   (unsigned long long)reply->total, (unsigned long long)page->reads);
    else
        print_line(_("The index decides: nothing was read from the store to decide."));
    print_blank();
}

static json_t *plan_json(const struct page *page) {
    const Reply *reply = page->answers->reply;
    json_t *steps = json_array();
    for (size_t i = 0; i < reply->n_steps; i++) {
        const Step *step = reply->steps[i];
        json_array_append_new(steps, json_pack("{s:o, s:s, s:I, s:I, s:I, s:b}", "part", print_json_text(step->text),
                                               "way", step->way, "terms", (json_int_t)step->terms, "expected",
                                               (json_int_t)step->estimate, "found", (json_int_t)step->rows, "exact",
                                               step->exact != 0));
    }
    return json_pack("{s:o, s:I}", "steps", steps, "read", (json_int_t)page->reads);
}

static json_t *remarks_json(const Reply *reply) {
    json_t *remarks = json_array();
    for (size_t i = 0; i < reply->n_remarks; i++)
        json_array_append_new(remarks, json_pack("{s:I, s:o}", "column", (json_int_t)reply->remarks[i]->column, "text",
                                                 print_json_text(reply->remarks[i]->text)));
    return remarks;
}

static void print_page_json(struct page *page) {
    const Reply *first = page->answers->reply, *last = page->last->reply;
    json_t *json = json_object();
    if (page->find.count) {
        json_object_set_new(json, "count", json_integer((json_int_t)page->matched));
    } else {
        json_t *rows = json_array();
        Row **all = all_rows(page);
        for (size_t i = 0; i < page->row_count; i++)
            json_array_append_new(rows, row_json(all[i]));
        json_object_set_new(json, "total", json_integer((json_int_t)last->total));
        json_object_set_new(json, "alerts", rows);
        if (last->at_most)
            json_object_set_new(json, "at_most", json_true());
        if (last->next)
            json_object_set_new(json, "next_before", print_json_text(last->next));
    }
    if (first->n_remarks)
        json_object_set_new(json, "remarks", remarks_json(first));
    if (page->find.explain)
        json_object_set_new(json, "plan", plan_json(page));
    print_json(json);
}

static void print_page(struct page *page) {
    if (options_flag(&page->call->options, "json")) {
        print_page_json(page);
        return;
    }
    row_print_remarks(page->call, page->query, page->answers->reply);
    if (page->find.explain)
        print_plan(page);
    if (page->find.count)
        print_line("%llu", (unsigned long long)page->matched);
    else
        print_rows(page);
}

static enum exit_code run(struct call *call) {
    struct page page = {.call = call};
    find__init(&page.find);
    enum exit_code code = read_request(&page);
    if (code)
        return code;
    code = client_open(&page.client, call);
    if (!code)
        code = ask(&page);
    if (!code)
        print_page(&page);
    page_release(&page);
    return code;
}

const struct command command_find = {
    .name = "find",
    .takes = "[QUERY…]",
    .summary = N_("list alerts, newest first"),
    .options = options,
    .words_max = 256,
    .examples = N_("  inama find pangolin mombasa                 both words, in any field\n"
                   "  inama find species:Manidae 'date>=2014'     a whole family, since 2014\n"
                   "  inama find '\"false bottom\" not transport:4'  these words side by side, not by air\n"
                   "  inama find 'specimens(term:SCA quantity>=100 unit:KIL)' near:KEMBA/50km sort:date\n"
                   "  inama help query                            all that can be asked\n"),
    .run = run,
};
