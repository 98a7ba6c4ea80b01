#include "cli/row.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/codes.h"

enum { ID_SHOWN_BYTES = 4, ROW_COLUMNS_MAX = 9 };

static const char *upper(struct arena *arena, const char *text) {
    char *copy = text ? arena_text(arena, text, strlen(text)) : NULL;
    for (char *c = copy; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

/* ---- the query ---- */

/* A code of the list in any case, or a complaint. */
static void check_code(struct call *call, const char *option, enum code_list list, const char **complaint) {
    const char *text = options_text(&call->options, option), *code = upper(call->arena, text);
    if (!code || codes_find(list, code))
        return;
    const char *near = codes_suggest(list, code), *shown = text_escape(call->arena, text);
    if (*near)
        *complaint = text_format(call->arena, _("--%s is \"%s\", which is not in the list \"%s\"; did you mean %s?"),
                                 option, shown, codes_list_name(list), near);
    else
        *complaint = text_format(call->arena, _("--%s is \"%s\", which is not in the list: inama help codes %s"),
                                 option, shown, codes_list_name(list));
}

static bool is_date(const char *text) {
    uint64_t ms;
    size_t len = strlen(text);
    char full[] = "0000-01-01";
    if (len != 4 && len != 7 && len != 10)
        return false;
    memcpy(full, text, len);
    return text_parse_time(&ms, full);
}

static void check_date(struct call *call, const char *option, const char **complaint) {
    const char *text = options_text(&call->options, option);
    if (text && !is_date(text))
        *complaint = text_format(call->arena, _("--%s is \"%s\", expected 2014, 2014-05 or 2014-05-05"), option,
                                 text_escape(call->arena, text));
}

static void put(struct buf *query, const char *text) {
    buf_put(query, text, strlen(text));
}

/* In quotation marks, as the language has them. */
static void put_quoted(struct buf *query, const char *text, size_t len) {
    put(query, "\"");
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            put(query, "\\");
        buf_put(query, &text[i], 1);
    }
    put(query, "\"");
}

static void put_option(struct buf *query, const struct call *call, const char *option, const char *condition) {
    const char *value = options_text(&call->options, option);
    if (!value)
        return;
    put(query, query->len ? " " : "");
    put(query, condition);
    put_quoted(query, value, strlen(value));
}

static void put_texts(struct buf *query, const char *text) {
    static const char blanks[] = " \t\n";
    while (*(text += strspn(text, blanks))) {
        size_t len = strcspn(text, blanks);
        put(query, query->len ? " " : "");
        put_quoted(query, text, len);
        text += len;
    }
}

static void put_words(struct buf *query, const struct call *call, bool enclosed) {
    put(query, enclosed ? "(" : "");
    for (size_t i = 0; i < call->options.word_count; i++) {
        put(query, i ? " " : "");
        put(query, call->options.words[i]);
    }
    put(query, enclosed ? ")" : "");
}

static bool has_filter(const struct call *call) {
    static const char *const filters[] = {"species",   "country",    "from", "to",
                                          "transport", "originator", "kind", "text"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (options_text(&call->options, filters[i]))
            return true;
    return false;
}

const char *row_query(struct call *call, const char **complaint) {
    const char *text = options_text(&call->options, "text");
    struct buf query;
    *complaint = NULL;
    check_code(call, "country", CODES_COUNTRY, complaint);
    check_code(call, "kind", CODES_KIND, complaint);
    check_code(call, "transport", CODES_TRANSPORT, complaint);
    check_date(call, "from", complaint);
    check_date(call, "to", complaint);
    buf_init(&query, call->arena);
    if (call->options.word_count)
        put_words(&query, call, has_filter(call));
    put_option(&query, call, "species", "species:");
    put_option(&query, call, "country", "country:");
    put_option(&query, call, "from", "date>=");
    put_option(&query, call, "to", "date<=");
    put_option(&query, call, "transport", "transport:");
    put_option(&query, call, "originator", "originator:");
    put_option(&query, call, "kind", "kind:");
    put_texts(&query, text ? text : "");
    buf_put_u8(&query, 0);
    if (query.failed && !*complaint)
        *complaint = result_text(RESULT_NO_MEMORY);
    return *complaint ? NULL : (const char *)query.data;
}

/* The query, and a caret under the character. */
static void point_at(struct call *call, const char *query, size_t offset) {
    size_t len = strlen(query);
    const char *before = arena_text(call->arena, query, offset < len ? offset : len);
    if (!before)
        return;
    fprintf(stderr, "  %s\n  %*s^\n", text_escape(call->arena, query),
            (int)text_width(text_escape(call->arena, before)), "");
}

void row_print_mistake(struct call *call, const char *query, const Reply *reply) {
    if (reply->n_remarks == 0)
        return;
    const Remark *remark = reply->remarks[0];
    point_at(call, query, remark->offset);
    if (options_flag(&call->options, "json"))
        print_json(json_pack("{s:s, s:o, s:I, s:I, s:o}", "error", "invalid", "text", print_json_text(remark->text),
                             "column", (json_int_t)remark->column, "offset", (json_int_t)remark->offset, "query",
                             print_json_text(query)));
}

void row_print_remarks(struct call *call, const char *query, const Reply *reply) {
    for (size_t i = 0; i < reply->n_remarks; i++) {
        print_error("%s", text_escape(call->arena, reply->remarks[i]->text));
        point_at(call, query, reply->remarks[i]->offset);
    }
}

/* ---- rows ---- */

const char *row_short_id(struct arena *arena, const Row *row) {
    return print_hex(arena, span_of(row->object.data, row->object.len), ID_SHOWN_BYTES);
}

struct row_table row_table_new(struct arena *arena, Row *const *rows, size_t count, bool versions) {
    struct column *columns = arena_array(arena, ROW_COLUMNS_MAX, sizeof *columns);
    const struct column first[] = {{N_("DATE"), COLUMN_KEEP},
                                   {N_("IN"), COLUMN_KEEP},
                                   {N_("PLACE"), COLUMN_TRUNC},
                                   {N_("SPECIES"), COLUMN_TRUNC},
                                   {N_("QUANTITY"), COLUMN_TRUNC}};
    struct row_table out = {.arena = arena, .versions = versions};
    size_t used = sizeof first / sizeof *first;
    if (!columns)
        return out;
    memcpy(columns, first, sizeof first);
    for (size_t i = 0; i < count; i++)
        out.kinds |= strcmp(rows[i]->kind, "SEIZURE") != 0;
    if (out.kinds)
        columns[used++] = (struct column){N_("KIND"), COLUMN_TRUNC};
    columns[used++] = (struct column){N_("ORIGINATOR"), COLUMN_TRUNC};
    if (versions)
        columns[used++] = (struct column){N_("VERSION"), COLUMN_KEEP};
    columns[used++] = (struct column){N_("ALERT"), COLUMN_KEEP};
    out.table = table_new(arena, columns, used);
    return out;
}

void row_put(struct row_table *to, const Row *row) {
    const struct code *kind = codes_find(CODES_KIND, row->kind);
    table_cell(to->table, print_date(to->arena, row->date));
    table_cell(to->table, row->country);
    table_cell(to->table, row->place);
    table_cell(to->table, row->taxa);
    table_cell(to->table, row->quantity);
    if (to->kinds)
        table_cell(to->table, kind ? codes_label(kind) : row->kind);
    table_cell(to->table, row->originator);
    if (to->versions)
        table_cell_in(to->table, row->superseded ? PRINT_DIM : PRINT_PLAIN,
                      text_format(to->arena, row->superseded ? _("%u, replaced") : "%u", row->version));
    if (row->doubt)
        table_cell_in(to->table, PRINT_RED, text_format(to->arena, _("%s not believed"), row_short_id(to->arena, row)));
    else
        table_cell_in(to->table, PRINT_BOLD, row_short_id(to->arena, row));
}

void row_print_line(struct arena *arena, const Row *row) {
    const struct code *kind = codes_find(CODES_KIND, row->kind);
    const char *parts[] = {row->country, row->place, row->taxa, row->quantity, row->originator};
    print_line("%s%s%s  %s  %s%s", print_on(PRINT_BOLD), row_short_id(arena, row), print_off(),
               print_date(arena, row->date), kind ? codes_label(kind) : text_escape(arena, row->kind),
               row->version > 1 ? text_format(arena, _(", version %u"), row->version) : "");
    const char *line = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i])
            line = text_format(arena, "%s%s%s", line, *line ? " · " : "", text_escape(arena, parts[i]));
    print_line("          %s", line);
    for (size_t i = 0; i < row->n_watchlists; i++)
        print_line(_("          %son watch list %s%s"), print_on(PRINT_YELLOW), text_escape(arena, row->watchlists[i]),
                   print_off());
}

static json_t *watchlists_json(const Row *row) {
    json_t *names = json_array();
    for (size_t i = 0; i < row->n_watchlists; i++)
        json_array_append_new(names, print_json_text(row->watchlists[i]));
    return names;
}

json_t *row_json(const Row *row) {
    json_t *content = row->json ? json_loads(row->json, 0, NULL) : NULL;
    json_t *json = json_pack(
        "{s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:b, s:o}", "sequence",
        (json_int_t)row->sequence, "object", print_json_hex(span_of(row->object.data, row->object.len)), "alert",
        print_json_hex(span_of(row->alert.data, row->alert.len)), "version", (json_int_t)row->version, "created",
        (json_int_t)row->created, "originator", print_json_text(row->originator), "kind", print_json_text(row->kind),
        "tlp", print_json_text(row->tlp), "date", (json_int_t)row->date, "country", print_json_text(row->country),
        "place", print_json_text(row->place), "taxa", print_json_text(row->taxa), "quantity",
        print_json_text(row->quantity), "superseded", row->superseded != 0, "doubt", print_json_text(row->doubt));
    if (content)
        json_object_set_new(json, "content", content);
    if (row->n_watchlists)
        json_object_set_new(json, "watchlists", watchlists_json(row));
    return json;
}
