#include "core/query_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"
#include "core/document.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* A name, its operator and one of its values. */
struct reading {
    struct parser *parser;
    const struct field *field; /* the first of those that the name stands for */
    size_t slot;
    const char *op;
};

/* ---- numbers, dates, times ---- */

/* Of a time a date says its first to its last millisecond. */
static bool time_bounds(struct arena *arena, const char *text, double *low, double *high) {
    struct date date;
    uint64_t first, behind;
    if (!date_parse(&date, text))
        return document_bounds(FIELD_TIME, text, low, high);
    struct date next = date;
    if (date.day == 0 && (date.month == 0 || ++next.month > 12)) {
        next.year++;
        next.month = 1;
    }
    const char *day =
        text_format(arena, "%04u-%02u-%02u", date.year, date.month ? date.month : 1, date.day ? date.day : 1);
    if (!text_parse_time(&first, day))
        return false;
    day = text_format(arena, "%04u-%02u-01", next.year, next.month);
    if (date.day)
        behind = first + DAY_MS;
    else if (!text_parse_time(&behind, day))
        return false;
    *low = (double)first;
    *high = (double)behind - 1;
    return true;
}

static bool read_bounds(const struct reading *reading, const struct item *item, double *low, double *high) {
    enum field_type type = reading->field->type;
    bool good = type == FIELD_TIME ? time_bounds(reading->parser->arena, item->text, low, high)
                                   : document_bounds(type, item->text, low, high);
    if (good)
        return true;
    const char *expected = type == FIELD_NUMBER || type == FIELD_DECIMAL ? _("a number such as 750 or 0.12")
                           : type == FIELD_DATE ? _("a date such as 2014-05-05, 2014-05 or 2014")
                                                : _("a date such as 2014-05 or a time such as 2014-05-05T09:30:00Z");
    return parser_fail(reading->parser, item->at, _("\"%s\" is no value of %s: expected %s"),
                       parser_quote(reading->parser, item->text), reading->field->path, expected);
}

/* The next number below or above: dates and times are whole. */
static double beside(const struct reading *reading, double number, double towards) {
    bool is_whole = reading->field->type == FIELD_DATE || reading->field->type == FIELD_TIME;
    return is_whole ? number + (towards > 0 ? 1 : -1) : nextafter(number, towards);
}

static bool read_range(struct reading *reading, const struct item *item, struct query_value *value) {
    struct parser *parser = reading->parser;
    struct item end;
    double unused;
    const char *dots = parser->at;
    if (*item->text && !read_bounds(reading, item, &value->low, &unused))
        return false;
    parser->at += 2;
    if (!item_read(parser, &end, true))
        return false;
    if (*end.text && !read_bounds(reading, &end, &unused, &value->high))
        return false;
    if (!*item->text && !*end.text)
        return parser_fail(parser, dots, _("a range needs a beginning or an end"));
    return value->low <= value->high || parser_fail(parser, item->at, _("this range runs backwards"));
}

static bool read_order(struct reading *reading, const struct item *item, struct query_value *value) {
    double low, high;
    value->how = HOW_BETWEEN;
    value->low = -INFINITY;
    value->high = INFINITY;
    bool is_range = strncmp(reading->parser->at, "..", 2) == 0, is_strict = reading->op[1] != '=';
    bool is_compared = *reading->op == '<' || *reading->op == '>';
    if (is_range && is_compared)
        return parser_fail(reading->parser, reading->parser->at, _("a range stands behind a colon"));
    if (is_range)
        return read_range(reading, item, value);
    if (!read_bounds(reading, item, &low, &high))
        return false;
    if (*reading->op != '<')
        value->low = *reading->op == '>' && is_strict ? beside(reading, high, INFINITY) : low;
    if (*reading->op != '>')
        value->high = *reading->op == '<' && is_strict ? beside(reading, low, -INFINITY) : high;
    return true;
}

/* ---- codes, places, flags ---- */

static char *upper(struct parser *parser, const char *text) {
    char *copy = arena_text(parser->arena, text, strlen(text));
    for (char *c = copy; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    if (!copy)
        parser_no_memory(parser);
    return copy;
}

static bool refuse_code(struct reading *reading, const struct item *item, const char *code) {
    struct parser *parser = reading->parser;
    enum code_list list = reading->field->list;
    const char *near = codes_suggest(list, code), *shown = parser_quote(parser, item->text);
    if (*near)
        return parser_fail(parser, item->at, _("no %s is called \"%s\"; did you mean %s?"), codes_list_name(list),
                           shown, near);
    return parser_fail(parser, item->at, _("no %s is called \"%s\": inama help codes %s"), codes_list_name(list), shown,
                       codes_list_name(list));
}

static bool read_flag(struct reading *reading, const struct item *item, struct query_value *value) {
    static const char *const words[][2] = {{"yes", "yes"}, {"true", "yes"}, {"1", "yes"},
                                           {"no", "no"},   {"false", "no"}, {"0", "no"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_compare(item->text, words[i][0]) == 0) {
            value->key = words[i][1];
            return true;
        }
    return parser_fail(reading->parser, item->at, _("\"%s\" is no value of %s: expected %s"),
                       parser_quote(reading->parser, item->text), reading->field->path, _("yes or no"));
}

static bool check_prefix(struct parser *parser, const struct item *item, size_t len) {
    return !item->star || len >= QUERY_PREFIX_MIN ||
           parser_fail(parser, item->star, _("at least %d characters stand before an asterisk"), QUERY_PREFIX_MIN);
}

static bool read_place(struct reading *reading, const struct item *item, struct query_value *value) {
    struct parser *parser = reading->parser;
    value->prefix = item->star != NULL;
    if (!value->prefix && !places_is_code(value->key))
        return parser_fail(parser, item->at, _("\"%s\" is no value of %s: expected %s"),
                           parser_quote(parser, item->text), reading->field->path,
                           _("a UN/LOCODE such as KEMBA: the country's two letters, then three"));
    if (!value->prefix && !places_find(parser->world->references->places, value->key))
        parser_remark(parser, item->at, _("the list of places does not have this one"));
    return check_prefix(parser, item, strlen(value->key));
}

static bool read_code(struct reading *reading, const struct item *item, struct query_value *value) {
    value->how = HOW_SAME;
    value->key = upper(reading->parser, item->text);
    if (!value->key)
        return false;
    if (reading->field->type == FIELD_FLAG)
        return read_flag(reading, item, value);
    if (reading->field->type == FIELD_PLACE)
        return read_place(reading, item, value);
    if (reading->field->type == FIELD_BLOB)
        value->key = item->text;
    else if (!codes_find(reading->field->list, value->key))
        return refuse_code(reading, item, value->key);
    return true;
}

/* ---- species, members ---- */

static bool read_taxon(struct reading *reading, const struct item *item, struct query_value *value) {
    struct parser *parser = reading->parser;
    const struct taxa *taxa = parser->world->references->taxa;
    const struct taxon *taxon = taxa_find(taxa, item->text);
    value->how = HOW_BELOW;
    value->key = text_fold(parser->arena, taxon && taxon->accepted ? taxon->accepted : item->text);
    if (!*value->key)
        return parser_no_memory(parser);
    const char *near = taxon ? NULL : taxa_suggest(taxa, item->text);
    if (near)
        parser_remark(
            parser, item->at,
            text_format(parser->arena, _("the list of species does not have this name; did you mean %s?"), near));
    else if (!taxon && !strchr(item->text, ' '))
        parser_remark(parser, item->at, _("the list of species does not have this name"));
    return true;
}

static bool read_member(struct reading *reading, const struct item *item, struct query_value *value) {
    struct parser *parser = reading->parser;
    const struct query_world *world = parser->world;
    value->how = HOW_MEMBER;
    value->key = strlen(item->text) == 2 ? upper(parser, item->text) : item->text;
    if (!value->key)
        return false;
    if (world->knows && !world->knows(world->context, value->key))
        return parser_fail(parser, item->at, _("\"%s\" is neither a member of the roster nor a country"),
                           parser_quote(parser, item->text));
    return true;
}

/* ---- words and identifiers ---- */

/* Folded words with single blanks between; NULL when memory is out. */
static const char *words_of(struct parser *parser, const char *text, size_t *last_len) {
    const char *folded = text_fold(parser->arena, text);
    char *joined = arena_alloc(parser->arena, strlen(folded) + 2), *end = joined;
    *last_len = 0;
    if (!joined || (*text && !*folded)) {
        parser_no_memory(parser);
        return NULL;
    }
    for (struct span word; document_next_word(&folded, &word);) {
        if (end > joined)
            *end++ = ' ';
        memcpy(end, word.data, word.len);
        end += word.len;
        *last_len = word.len;
    }
    return joined;
}

static bool refuse_empty(struct parser *parser, const struct item *item) {
    if (!*item->text && !item->quoted && !item->star)
        return parser_fail(parser, item->at, _("expected a value"));
    return parser_fail(parser, item->at, _("there is no letter or digit to look for"));
}

static bool read_words(struct parser *parser, const struct item *item, struct query_value *value) {
    size_t last_len;
    value->key = words_of(parser, item->text, &last_len);
    if (!value->key)
        return false;
    value->prefix = item->star != NULL;
    if (!*value->key)
        return refuse_empty(parser, item);
    return check_prefix(parser, item, last_len);
}

static bool read_identifier(struct parser *parser, const struct item *item, enum field_form form,
                            struct query_value *value) {
    value->how = HOW_SAME;
    value->key = document_identifier(parser->arena, item->text, form);
    value->prefix = item->star != NULL;
    if (!value->key)
        return parser_no_memory(parser);
    if (!*value->key)
        return refuse_empty(parser, item);
    return check_prefix(parser, item, strlen(value->key));
}

/* Once as words, and once as an identifier: what the two forms of a phone number or ship leave out is left out later,
 * by who compares with such a field. */
bool values_of_text(struct parser *parser, struct query_node *node, const struct item *item) {
    node->values = arena_array(parser->arena, 2, sizeof *node->values);
    if (!node->values)
        return parser_no_memory(parser);
    node->values[0].how = HOW_PHRASE;
    node->value_count = 2;
    return read_words(parser, item, &node->values[0]) &&
           read_identifier(parser, item, FORM_IDENTIFIER, &node->values[1]);
}

/* ---- any of them ---- */

static bool refuse_star(struct reading *reading, const struct item *item, enum comparison comparison) {
    bool may_have = comparison == COMPARE_PROSE || comparison == COMPARE_NAME || comparison == COMPARE_IDENTIFIER ||
                    reading->field->type == FIELD_PLACE;
    return may_have || !item->star ||
           parser_fail(reading->parser, item->star, _("%s is compared as a whole: no asterisk here"),
                       reading->field->path);
}

static bool read_value(struct reading *reading, struct query_value *value) {
    struct parser *parser = reading->parser;
    struct item item;
    enum comparison comparison = document_compares(reading->slot);
    if (!item_read(parser, &item, true))
        return false;
    bool is_range = strncmp(parser->at, "..", 2) == 0;
    if (item.star && !*item.text && !item.quoted && !is_range && *reading->op == ':') {
        value->how = HOW_PRESENT;
        return true;
    }
    if (!*item.text && !is_range)
        return parser_fail(parser, item.at, _("expected a value"));
    if (comparison != COMPARE_ORDER && is_range)
        return parser_fail(parser, parser->at, _("%s has no order: no range here"), reading->field->path);
    if (!refuse_star(reading, &item, comparison))
        return false;
    switch (comparison) {
    case COMPARE_ORDER:
        return read_order(reading, &item, value);
    case COMPARE_CODE:
        return read_code(reading, &item, value);
    case COMPARE_TAXON:
        return read_taxon(reading, &item, value);
    case COMPARE_MEMBER:
        return read_member(reading, &item, value);
    case COMPARE_IDENTIFIER:
        return read_identifier(parser, &item, reading->field->form, value);
    case COMPARE_PROSE:
    case COMPARE_NAME:
        break;
    }
    value->how = *reading->op == '=' ? HOW_WHOLE : HOW_PHRASE;
    if (value->how == HOW_WHOLE && item.star)
        return parser_fail(parser, item.star, _("behind = the whole text stands: no asterisk here"));
    return read_words(parser, &item, value);
}

static bool add_value(struct reading *reading, struct query_node *node) {
    struct parser *parser = reading->parser;
    if (++parser->nodes > QUERY_NODES_MAX)
        return parser_fail(parser, parser->at, _("more than %d conditions"), QUERY_NODES_MAX);
    struct query_value *values = arena_array(parser->arena, node->value_count + 1, sizeof *values);
    if (!values)
        return parser_no_memory(parser);
    if (node->value_count)
        memcpy(values, node->values, node->value_count * sizeof *values);
    node->values = values;
    return read_value(reading, &values[node->value_count++]);
}

static void skip_blanks(struct parser *parser) {
    while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r')
        parser->at++;
}

/* "(KE, TZ, UG)" */
static bool read_set(struct reading *reading, struct query_node *node) {
    struct parser *parser = reading->parser;
    const char *open = parser->at;
    do {
        parser->at++;
        skip_blanks(parser);
        if (!add_value(reading, node))
            return false;
        skip_blanks(parser);
    } while (*parser->at == ',');
    if (*parser->at == '\0')
        return parser_fail(parser, open, _("this parenthesis is not closed"));
    if (*parser->at != ')')
        return parser_fail(parser, parser->at, _("expected a comma or the closing parenthesis"));
    parser->at++;
    return true;
}

bool values_read(struct parser *parser, struct query_node *node, const char *op) {
    struct reading reading = {
        .parser = parser, .slot = node->slots.slots[0], .field = document_field(node->slots.slots[0]), .op = op};
    bool is_compared = *op == '<' || *op == '>';
    if (is_compared && document_compares(reading.slot) != COMPARE_ORDER)
        return parser_fail(parser, op, _("%s has no order: only : and = may stand here"), reading.field->path);
    if (*parser->at != '(') {
        if (!add_value(&reading, node))
            return false;
        bool goes_on = *parser->at == ',' && parser->at[1] && !strchr(" \t\n\r", parser->at[1]);
        return !goes_on || parser_fail(parser, parser->at, _("several values stand in parentheses: country:(KE,TZ)"));
    }
    if (is_compared)
        return parser_fail(parser, parser->at, _("a set stands behind a colon"));
    return read_set(&reading, node);
}

/* ---- near ---- */

static bool read_centre(struct parser *parser, struct query_node *node, const struct item *item, const char *place) {
    const char *comma = strchr(place, ',');
    if (comma) {
        const char *latitude = arena_text(parser->arena, place, (size_t)(comma - place));
        if (!latitude)
            return parser_no_memory(parser);
        if (decimal_parse(&node->latitude, latitude) && decimal_parse(&node->longitude, comma + 1) &&
            fabs(node->latitude) <= 90 && fabs(node->longitude) <= 180)
            return true;
    }
    const char *code = upper(parser, place);
    if (!code)
        return false;
    const struct place *found = comma ? NULL : places_find(parser->world->references->places, code);
    if (!found)
        return parser_fail(parser, item->at,
                           _("the list of places does not have \"%s\": expected near:KEMBA/50km, or "
                             "degrees as in near:-4.05,39.66/50km"),
                           parser_quote(parser, place));
    if (isnan(found->latitude) || isnan(found->longitude))
        return parser_fail(parser, item->at,
                           _("the list of places has no position for %s: give it in degrees, as in "
                             "near:-4.05,39.66/50km"),
                           code);
    node->latitude = (double)found->latitude;
    node->longitude = (double)found->longitude;
    return true;
}

bool values_near(struct parser *parser, struct query_node *node, const struct item *item) {
    const char *slash = strchr(item->text, '/');
    size_t len = slash ? (size_t)(slash - item->text) : strlen(item->text);
    const char *place = arena_text(parser->arena, item->text, len);
    size_t rest = slash ? strlen(slash + 1) : 0;
    const char *km = rest > 2 ? arena_text(parser->arena, slash + 1, rest - 2) : "";
    if (!place || !km)
        return parser_no_memory(parser);
    const char *at = item->at + item->quoted + (slash ? len + 1 : len);
    if (rest <= 2 || strcmp(slash + rest - 1, "km") != 0 || !decimal_parse(&node->km, km) || node->km <= 0 ||
        node->km > NEAR_KM_MAX)
        return parser_fail(parser, at, _("expected a distance of at most %d km, as in near:KEMBA/50km"), NEAR_KM_MAX);
    return read_centre(parser, node, item, place);
}
