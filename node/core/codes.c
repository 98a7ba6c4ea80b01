#include "core/codes.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "core/codes_tables.h"

static const struct code_table none = {"none", NULL, 0};

static const struct code_table *const tables[CODES_LISTS] = {
    [CODES_NONE] = &none,
    [CODES_COUNTRY] = &codes_countries,
    [CODES_TERM] = &codes_terms,
    [CODES_UNIT] = &codes_units,
    [CODES_PURPOSE] = &codes_purposes,
    [CODES_SOURCE] = &codes_sources,
    [CODES_APPENDIX] = &codes_appendices,
    [CODES_RANK] = &codes_ranks,
    [CODES_TRANSPORT] = &codes_transports,
    [CODES_CURRENCY] = &codes_currencies,
    [CODES_KIND] = &codes_kinds,
    [CODES_URGENCY] = &codes_urgencies,
    [CODES_DIRECTION] = &codes_directions,
    [CODES_AGENCY] = &codes_agencies,
    [CODES_DETECTION] = &codes_detections,
    [CODES_REASON] = &codes_reasons,
    [CODES_CONCEALMENT] = &codes_concealments,
    [CODES_DISPOSAL] = &codes_disposals,
    [CODES_LEG_ROLE] = &codes_leg_roles,
    [CODES_DOCUMENT_TYPE] = &codes_document_types,
    [CODES_DOCUMENT_STATUS] = &codes_document_statuses,
    [CODES_PERSON_ROLE] = &codes_person_roles,
    [CODES_COMPANY_ROLE] = &codes_company_roles,
    [CODES_SEX] = &codes_sexes,
    [CODES_SOURCE_KIND] = &codes_source_kinds,
    [CODES_PRECISION] = &codes_precisions,
    [CODES_CONFIDENCE] = &codes_confidences,
    [CODES_EXHIBIT_KIND] = &codes_exhibit_kinds,
    [CODES_CUSTODY_ACTION] = &codes_custody_actions,
    [CODES_REQUEST_TYPE] = &codes_request_types,
    [CODES_TLP] = &codes_tlp,
    [CODES_HANDLING] = &codes_handlings,
    [CODES_ONWARD] = &codes_onward,
    [CODES_PERMITTED_PURPOSE] = &codes_permitted_purposes,
    [CODES_GRADING_SCHEME] = &codes_grading_schemes,
    [CODES_ROLE] = &codes_roles,
    [CODES_LANGUAGE] = &codes_languages,
};

static const struct code_table *table_of(enum code_list list) {
    assert((unsigned)list < CODES_LISTS);
    return tables[list];
}

const char *codes_list_name(enum code_list list) {
    return table_of(list)->name;
}

size_t codes_count(enum code_list list) {
    return table_of(list)->count;
}

const struct code *codes_at(enum code_list list, size_t index) {
    assert(index < codes_count(list));
    return &table_of(list)->rows[index];
}

const struct code *codes_find(enum code_list list, const char *code) {
    const struct code_table *table = table_of(list);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].code, code) == 0)
            return &table->rows[i];
    return NULL;
}

const char *codes_label(const struct code *code) {
    /* TRANSLATORS: the two letters of the language you translate into; code lists have labels in en and fr */
    return strcmp(_("en"), "fr") == 0 ? code->fr : code->en;
}

/* --- suggestions ------------------------------------------------------------------------------------------------- */

enum { SUGGESTIONS = 3, FOLD_BUDGET = 256 * 1024, FAR = 1000 };

/* Typing errors that are forgiven: none in a code of one letter, a swap in one of two, more with the length. */
static size_t typo_cost(const char *word, const char *text) {
    size_t len = strlen(word);
    bool swapped = len == 2 && strlen(text) == 2 && word[0] == text[1] && word[1] == text[0];
    size_t edits = text_distance(word, text);
    size_t forgiven = len < 3 ? 0 : len < 6 ? 1 : len < 9 ? 2 : 3;
    return edits <= forgiven || swapped ? edits : FAR;
}

/* How far `word` is from a label: 1 the label itself, 2 how it begins, 3 how one of its words begins. */
static size_t label_cost(const char *word, const char *label) {
    if (strcmp(word, label) == 0)
        return 1;
    size_t len = strlen(word);
    if (len < 3)
        return FAR;
    if (strncmp(label, word, len) == 0)
        return 2;
    for (const char *blank = strchr(label, ' '); blank; blank = strchr(blank + 1, ' '))
        if (strncmp(blank + 1, word, len) == 0)
            return 3;
    size_t edits = typo_cost(word, label);
    return edits == FAR ? FAR : 4 + edits;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t cost(struct arena *arena, const char *word, const struct code *code) {
    const char *folded = text_fold(arena, code->code);
    if (strcmp(word, folded) == 0)
        return 0;
    size_t typos = typo_cost(word, folded);
    size_t best = typos == FAR ? FAR : 3 + typos;
    if (strlen(word) >= 3 && strncmp(folded, word, strlen(word)) == 0)
        best = 2;
    best = smaller(best, label_cost(word, text_fold(arena, code->en)));
    return smaller(best, label_cost(word, text_fold(arena, code->fr)));
}

/* Puts `code` into the ranking of the best ones so far; equal costs stay in the order of the list. */
static void rank(const struct code *best[SUGGESTIONS], size_t costs[SUGGESTIONS], const struct code *code,
                 size_t price) {
    for (size_t i = 0; i < SUGGESTIONS; i++) {
        if (price >= costs[i])
            continue;
        const struct code *pushed = best[i];
        size_t pushed_price = costs[i];
        best[i] = code;
        costs[i] = price;
        code = pushed;
        price = pushed_price;
    }
}

const char *codes_suggest(enum code_list list, const char *code) {
    static _Thread_local char out[SUGGESTIONS * (TEXT_WORD_MAX + 2)];
    const struct code_table *table = table_of(list);
    const struct code *best[SUGGESTIONS] = {0};
    size_t costs[SUGGESTIONS] = {FAR, FAR, FAR};
    out[0] = '\0';
    if (!*code || strlen(code) >= TEXT_WORD_MAX)
        return out;

    struct arena arena;
    arena_init(&arena, FOLD_BUDGET);
    const char *word = text_fold(&arena, code);
    for (size_t i = 0; *word && i < table->count; i++)
        if (!table->rows[i].obsolete)
            rank(best, costs, &table->rows[i], cost(&arena, word, &table->rows[i]));
    arena_release(&arena);

    size_t len = 0;
    for (size_t i = 0; i < SUGGESTIONS && best[i]; i++)
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s", len ? ", " : "", best[i]->code);
    return out;
}

/* --- pairs that make sense --------------------------------------------------------------------------------------- */

/* Is `word` one of the blank-separated words of `list`? */
static bool has_word(const char *list, const char *word) {
    size_t len = strlen(word);
    while (*list) {
        size_t next = strcspn(list, " ");
        if (next == len && memcmp(list, word, len) == 0)
            return true;
        list += next + (list[next] == ' ');
    }
    return false;
}

static const struct term_rule *term_rule(const char *term) {
    for (size_t i = 0; i < codes_term_rule_count; i++)
        if (strcmp(codes_term_rules[i].term, term) == 0)
            return &codes_term_rules[i];
    return NULL;
}

bool codes_term_has_unit(const char *term, const char *unit) {
    const struct term_rule *rule = term_rule(term);
    return !rule || has_word(rule->units, *unit ? unit : "-");
}

bool codes_term_has_purpose(const char *term, const char *purpose) {
    const struct term_rule *rule = term_rule(term);
    if (!rule || !*rule->purposes)
        return true;
    return strlen(purpose) == 1 && strchr(rule->purposes, purpose[0]);
}

static const struct taxon_rule *taxon_rule(const char *taxon) {
    for (size_t i = 0; *taxon && i < codes_taxon_rule_count; i++)
        if (text_compare(codes_taxon_rules[i].taxon, taxon) == 0)
            return &codes_taxon_rules[i];
    return NULL;
}

/* Does the rule, or one above it, list the term? */
static bool lists_term(const struct taxon_rule *rule, const char *term) {
    for (; rule; rule = taxon_rule(rule->above))
        if (has_word(rule->terms, term))
            return true;
    return false;
}

static bool is_within(const struct taxon_rule *rule, const struct taxon_rule *above) {
    while (rule && rule != above)
        rule = taxon_rule(rule->above);
    return rule;
}

/* Is the term expected of anything inside `class`? All there is to say while the family is not known. */
static bool class_may_have(const struct taxon_rule *class, const char *term) {
    for (size_t i = 0; i < codes_taxon_rule_count; i++)
        if (has_word(codes_taxon_rules[i].terms, term) && is_within(&codes_taxon_rules[i], class))
            return true;
    return lists_term(class, term);
}

static bool is_in_any_rule(const char *term) {
    for (size_t i = 0; i < codes_taxon_rule_count; i++)
        if (has_word(codes_taxon_rules[i].terms, term))
            return true;
    return false;
}

bool codes_taxon_has_term(const char *family, const char *class, const char *term) {
    if (!is_in_any_rule(term))
        return true;
    const struct taxon_rule *of_family = taxon_rule(family);
    const struct taxon_rule *of_class = taxon_rule(class);
    if (of_family)
        return lists_term(of_family, term) || lists_term(of_class, term);
    return *family || !of_class || class_may_have(of_class, term);
}

bool codes_grade_is_valid(const char *scheme, const char *source, const char *information) {
    static const struct {
        const char *scheme, *sources, *informations;
    } schemes[] = {
        {"ADMIRALTY", "ABCDEF", "123456"},
        {"EUROPOL", "ABCX", "1234"},
        {"UK", "123", "ABCDE"},
    };
    if (strlen(source) != 1 || strlen(information) != 1)
        return false;
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (strcmp(scheme, schemes[i].scheme) == 0)
            return strchr(schemes[i].sources, *source) && strchr(schemes[i].informations, *information);
    return false;
}

/* --- numbers with a check digit ---------------------------------------------------------------------------------- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The leading run of digits of `text` is `count` long. */
static bool starts_with_digits(const char *text, size_t count) {
    return strspn(text, "0123456789") == count;
}

bool codes_container_is_valid(const char *number) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (strlen(number) != 11 || strspn(number, letters) != 4 || !starts_with_digits(number + 4, 7))
        return false;
    if (!strchr("UJZ", number[3]))
        return false;
    unsigned sum = 0;
    for (unsigned i = 0; i < 10; i++) {
        unsigned letter = (unsigned)(number[i] - 'A');
        /* A is 10; multiples of 11 are left out, which shifts B, L and V. */
        unsigned value = is_digit(number[i]) ? (unsigned)(number[i] - '0')
                                             : 10 + letter + (letter > 0) + (letter > 10) + (letter > 20);
        sum += value << i;
    }
    return sum % 11 % 10 == (unsigned)(number[10] - '0');
}

bool codes_air_waybill_is_valid(const char *number) {
    char digits[12];
    size_t len = 0;
    for (const char *c = number; *c; c++) {
        if (*c == '-' && c == number + 3)
            continue;
        if (!is_digit(*c) || len == 11)
            return false;
        digits[len++] = *c;
    }
    if (len != 11)
        return false;
    unsigned serial = 0;
    for (size_t i = 3; i < 10; i++)
        serial = serial * 10 + (unsigned)(digits[i] - '0');
    return serial % 7 == (unsigned)(digits[10] - '0');
}

bool codes_imo_is_valid(const char *number) {
    if (strncmp(number, "IMO", 3) == 0)
        number += number[3] == ' ' ? 4 : 3;
    if (strlen(number) != 7 || !starts_with_digits(number, 7))
        return false;
    unsigned sum = 0;
    for (unsigned i = 0; i < 6; i++)
        sum += (unsigned)(number[i] - '0') * (7 - i);
    return sum % 10 == (unsigned)(number[6] - '0');
}
