#include "core/query_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"
#include "core/query_internal.h"

/* ---- complaints ---- */

static size_t column_of(const struct parser *parser, const char *at) {
    size_t column = 1;
    for (const char *c = parser->begin; c < at; c++)
        column += ((unsigned char)*c & 0xC0) != 0x80;
    return column;
}

static void remark_at(const struct parser *parser, struct query_remark *remark, const char *at, const char *text) {
    *remark = (struct query_remark){(size_t)(at - parser->begin), column_of(parser, at), text};
}

bool parser_fail(struct parser *parser, const char *at, const char *format, ...) {
    char text[512];
    va_list arguments;
    if (parser->result)
        return false;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    parser->result = RESULT_INVALID;
    remark_at(parser, parser->error, at, text_format(parser->arena, "%s", text));
    return false;
}

bool parser_no_memory(struct parser *parser) {
    if (!parser->result)
        parser->result = RESULT_NO_MEMORY;
    return false;
}

void parser_remark(struct parser *parser, const char *at, const char *text) {
    struct query *query = parser->query;
    if (query->remark_count < QUERY_REMARKS_MAX)
        remark_at(parser, &query->remarks[query->remark_count++], at, text);
}

const char *parser_quote(struct parser *parser, const char *text) {
    return alert_quote(parser->arena, text);
}

/* ---- characters ---- */

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_word(char c) {
    return c == '\0' || is_blank(c) || c == '(' || c == ')' || c == '"';
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static bool is_operator(char c) {
    return c == ':' || c == '=' || c == '<' || c == '>';
}

static void skip_blanks(struct parser *parser) {
    while (is_blank(*parser->at) || *parser->at == ',')
        parser->at++;
}

/* "and", "or", "not" as a word by itself, in any case; goes behind it. */
static bool take_keyword(struct parser *parser, const char *keyword) {
    size_t len = strlen(keyword);
    for (size_t i = 0; i < len; i++)
        if ((parser->at[i] | 0x20) != keyword[i])
            return false;
    if (!ends_word(parser->at[len]) || parser->at[len] == '"')
        return false;
    parser->at += len;
    return true;
}

static bool is_keyword_next(struct parser *parser, const char *keyword) {
    const char *at = parser->at;
    bool is_next = take_keyword(parser, keyword);
    parser->at = at;
    return is_next;
}

/* The name at the front, in small letters; its length 0 if there is none. */
static struct span peek_name(struct parser *parser) {
    size_t len = 0;
    while (is_name_byte(parser->at[len]))
        len++;
    char *name = arena_text(parser->arena, parser->at, len);
    for (size_t i = 0; name && i < len; i++)
        if (name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] - 'A' + 'a');
    if (!name)
        parser_no_memory(parser);
    return span_of(name, name ? len : 0);
}

/* ---- items ---- */

static bool read_quoted(struct parser *parser, struct item *item) {
    const char *c = parser->at + 1;
    char *out = arena_alloc(parser->arena, strlen(c) + 1);
    if (!out)
        return parser_no_memory(parser);
    item->quoted = true;
    item->text = out;
    for (; *c && *c != '"'; c++) {
        if (*c == '\\' && (c[1] == '"' || c[1] == '\\'))
            c++;
        *out++ = *c;
    }
    if (!*c)
        return parser_fail(parser, parser->at, _("this quotation mark is not closed"));
    parser->at = c + 1;
    return true;
}

static bool read_bare(struct parser *parser, struct item *item, bool in_set) {
    const char *end = parser->at;
    while (!ends_word(*end) && *end != '*' && !(in_set && *end == ',') && !(end[0] == '.' && end[1] == '.'))
        end++;
    item->text = arena_text(parser->arena, parser->at, (size_t)(end - parser->at));
    parser->at = end;
    return item->text || parser_no_memory(parser);
}

bool item_read(struct parser *parser, struct item *out, bool in_set) {
    *out = (struct item){.at = parser->at};
    if (!(*parser->at == '"' ? read_quoted(parser, out) : read_bare(parser, out, in_set)))
        return false;
    if (*parser->at == '*')
        out->star = parser->at++;
    bool is_over = ends_word(*parser->at) || (in_set && *parser->at == ',') || strncmp(parser->at, "..", 2) == 0;
    if (out->star && !is_over)
        return parser_fail(parser, out->star, _("an asterisk stands at the end of a word"));
    return true;
}

/* ---- nodes ---- */

static struct query_node *new_node(struct parser *parser, enum query_op op, const char *at) {
    if (++parser->nodes > QUERY_NODES_MAX) {
        parser_fail(parser, at, _("more than %d conditions"), QUERY_NODES_MAX);
        return NULL;
    }
    struct query_node *node = arena_alloc(parser->arena, sizeof *node);
    if (!node) {
        parser_no_memory(parser);
        return NULL;
    }
    node->op = op;
    node->text = span_of(at, 0);
    return node;
}

/* It ends where the parser stands. */
static struct query_node *close_node(struct parser *parser, struct query_node *node) {
    const char *end = parser->at, *begin = (const char *)node->text.data;
    while (end > begin && (is_blank(end[-1]) || end[-1] == ','))
        end--;
    node->text.len = (size_t)(end - begin);
    return node;
}

static bool enter(struct parser *parser, const char *at) {
    if (++parser->depth > QUERY_DEPTH_MAX)
        return parser_fail(parser, at, _("more than %d levels of parentheses and \"not\""), QUERY_DEPTH_MAX);
    return true;
}

static struct query_node *parse_either(struct parser *parser);

/* ---- settings ---- */

static const char *const sort_names[] = {[SORT_ARRIVAL] = "arrival", [SORT_DATE] = "date", [SORT_CREATED] = "created"};

const char *query_sort_name(enum query_sort sort) {
    return sort_names[sort];
}

static bool read_sort(struct parser *parser, const struct item *item) {
    for (size_t i = 0; i < sizeof sort_names / sizeof *sort_names; i++)
        if (strcmp(sort_names[i], item->text) == 0) {
            parser->query->sort = (enum query_sort)i;
            parser->has_sort = true;
            return true;
        }
    return parser_fail(parser, item->at, _("expected arrival, date or created, each newest first"));
}

static bool read_limit(struct parser *parser, const struct item *item) {
    char *end;
    unsigned long limit = strtoul(item->text, &end, 10);
    bool is_number = item->text[0] >= '0' && item->text[0] <= '9' && !*end;
    if (!is_number || limit < 1 || limit > FIND_RESULTS_MAX)
        return parser_fail(parser, item->at, _("expected a number from 1 to %d"), FIND_RESULTS_MAX);
    parser->query->limit = limit;
    return true;
}

/* Stands behind its colon. */
static bool read_setting(struct parser *parser, const char *at, bool is_sort) {
    struct item item;
    if (parser->below)
        return parser_fail(parser, at,
                           _("this holds for the whole query: it cannot stand in a group or behind \"not\""));
    if (is_sort ? parser->has_sort : parser->query->limit != 0)
        return parser_fail(parser, at, _("this was said before"));
    return item_read(parser, &item, false) && (is_sort ? read_sort(parser, &item) : read_limit(parser, &item));
}

/* ---- conditions ---- */

static bool is_name(struct span name, const char *text) {
    return span_equal(name, span_of_text(text));
}

static bool refuse_name(struct parser *parser, const char *at, struct span name) {
    const char *shown = parser_quote(parser, (const char *)name.data);
    const char *choices = query_names_choices(parser->arena, name);
    const char *near = query_names_suggest(parser->arena, name);
    if (parser->group)
        return parser_fail(parser, at, _("%s has no field \"%s\""), parser->group, shown);
    if (*choices)
        return parser_fail(parser, at, _("several fields are called \"%s\": %s"), shown, choices);
    if (near)
        return parser_fail(parser, at, _("no field is called \"%s\"; did you mean %s?"), shown, near);
    return parser_fail(parser, at, _("no field is called \"%s\": inama help fields; quotation marks make it text"),
                       shown);
}

static bool read_text(struct parser *parser, struct query_node *node) {
    struct item item;
    node->op = QUERY_TEXT;
    return item_read(parser, &item, false) && values_of_text(parser, node, &item);
}

static bool read_near(struct parser *parser, struct query_node *node) {
    struct item item;
    node->op = QUERY_NEAR;
    if (parser->group)
        return parser_fail(parser, (const char *)node->text.data, _("near cannot stand inside a group"));
    return item_read(parser, &item, false) && values_near(parser, node, &item);
}

static bool read_comparison(struct parser *parser, struct query_node *node, struct span name) {
    const char *at = parser->at, *op = at + name.len;
    parser->at = op;
    if (is_name(name, "text") || is_name(name, "near")) {
        if (*op != ':')
            return parser_fail(parser, op, _("expected a colon"));
        parser->at++;
        return is_name(name, "text") ? read_text(parser, node) : read_near(parser, node);
    }
    node->slots = query_names_find(name, parser->group);
    if (node->slots.count == 0)
        return refuse_name(parser, at, name);
    parser->at += 1 + ((op[0] == '<' || op[0] == '>') && op[1] == '=');
    return values_read(parser, node, op);
}

/* Stands on the opening parenthesis. */
static struct query_node *parse_inside(struct parser *parser, const char *group) {
    const char *open = parser->at++, *group_before = parser->group;
    if (!enter(parser, open))
        return NULL;
    parser->group = group ? group : group_before;
    struct query_node *node = parse_either(parser);
    parser->group = group_before;
    parser->depth--;
    if (parser->result)
        return NULL;
    if (*parser->at != ')') {
        parser_fail(parser, open, _("this parenthesis is not closed"));
        return NULL;
    }
    if (!node) {
        parser_fail(parser, parser->at, _("expected a condition"));
        return NULL;
    }
    parser->at++;
    return node;
}

static struct query_node *parse_group(struct parser *parser, struct span name) {
    const char *at = parser->at, *group = query_names_group(name);
    if (parser->group) {
        parser_fail(parser, at, _("a group cannot stand inside another"));
        return NULL;
    }
    struct query_node *node = new_node(parser, QUERY_GROUP, at);
    if (!node)
        return NULL;
    parser->at += name.len;
    node->group = group;
    parser->below++;
    node->first = parse_inside(parser, group);
    parser->below--;
    return node->first ? close_node(parser, node) : NULL;
}

static struct query_node *parse_not(struct parser *parser);

static struct query_node *parse_negation(struct parser *parser, const char *at) {
    struct query_node *node = new_node(parser, QUERY_NOT, at);
    if (!node || !enter(parser, at))
        return NULL;
    skip_blanks(parser);
    parser->below++;
    node->first = parse_not(parser);
    parser->below--;
    parser->depth--;
    if (!node->first)
        parser_fail(parser, parser->at, _("expected a condition"));
    return parser->result ? NULL : close_node(parser, node);
}

/* NULL without failure for a setting, and where nothing more is. */
static struct query_node *parse_not(struct parser *parser) {
    const char *at = parser->at;
    if (*at == '\0' || *at == ')' || is_keyword_next(parser, "or"))
        return NULL;
    if (is_keyword_next(parser, "and")) {
        parser_fail(parser, at, _("expected a condition"));
        return NULL;
    }
    if (take_keyword(parser, "not"))
        return parse_negation(parser, at);
    if (*at == '(')
        return parse_inside(parser, NULL);
    struct span name = peek_name(parser);
    if (name.len && at[name.len] == '(' && query_names_group(name))
        return parse_group(parser, name);
    bool is_sort = is_name(name, "sort"), is_setting = is_sort || is_name(name, "limit");
    if (is_setting && at[name.len] == ':') {
        parser->at += name.len + 1;
        read_setting(parser, at, is_sort);
        return NULL;
    }
    struct query_node *node = new_node(parser, QUERY_FIELD, at);
    if (!node)
        return NULL;
    bool good = name.len && is_operator(at[name.len]) ? read_comparison(parser, node, name) : read_text(parser, node);
    return good ? close_node(parser, node) : NULL;
}

/* One node of several: none, the only one, or a new one above them. */
struct gathering {
    struct query_node *first;
    struct query_node **end;
    size_t count;
};

static void gather(struct gathering *gathering, struct query_node *node) {
    if (!gathering->first)
        gathering->end = &gathering->first;
    *gathering->end = node;
    gathering->end = &node->next;
    gathering->count++;
}

static struct query_node *gathered(struct parser *parser, struct gathering *gathering, enum query_op op,
                                   const char *at) {
    if (gathering->count < 2 || parser->result)
        return parser->result ? NULL : gathering->first;
    struct query_node *node = new_node(parser, op, at);
    if (!node)
        return NULL;
    node->first = gathering->first;
    return close_node(parser, node);
}

static struct query_node *parse_all(struct parser *parser) {
    struct gathering all = {.count = 0};
    const char *at = parser->at;
    bool is_owed = false;
    while (!parser->result) {
        const char *here = parser->at;
        struct query_node *node = parse_not(parser);
        if (node)
            gather(&all, node);
        if (!node && is_owed)
            parser_fail(parser, here, _("expected a condition"));
        if (parser->at == here)
            break;
        skip_blanks(parser);
        is_owed = all.count && take_keyword(parser, "and");
        skip_blanks(parser);
    }
    return gathered(parser, &all, QUERY_AND, at);
}

static struct query_node *parse_either(struct parser *parser) {
    struct gathering either = {.count = 0};
    skip_blanks(parser);
    const char *at = parser->at;
    for (;;) {
        struct query_node *node = parse_all(parser);
        if (parser->result)
            return NULL;
        const char *word = parser->at;
        bool goes_on = take_keyword(parser, "or");
        if (!node && (goes_on || either.count)) {
            parser_fail(parser, word, _("expected a condition"));
            return NULL;
        }
        if (node)
            gather(&either, node);
        if (!goes_on)
            return gathered(parser, &either, QUERY_OR, at);
        skip_blanks(parser);
    }
}

static void parse_whole(struct parser *parser) {
    parser->query->where = parse_either(parser);
    if (!parser->result && *parser->at == ')')
        parser_fail(parser, parser->at, _("this parenthesis was never opened"));
}

enum result query_parse(struct query *out, struct arena *arena, const char *text, const struct query_world *world,
                        struct query_remark *error) {
    struct query query = {.text = arena_text(arena, text, strlen(text))};
    struct parser parser = {.arena = arena, .world = world, .begin = query.text, .at = query.text, .query = &query};
    parser.error = error;
    if (!query.text)
        return RESULT_NO_MEMORY;
    if (strlen(text) > QUERY_BYTES_MAX)
        parser_fail(&parser, parser.begin, _("a query has at most %d bytes"), QUERY_BYTES_MAX);
    else if (!text_is_utf8(span_of_text(text)))
        parser_fail(&parser, parser.begin, _("it is not UTF-8"));
    else
        parse_whole(&parser);
    if (parser.result)
        return parser.result;
    *out = query;
    return RESULT_OK;
}
