#include "core/query_match.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* One element of a group: all that is looked at inside it. */
struct scope {
    const char *group; /* NULL: the whole alert */
    uint16_t element;
};

static bool is_in_group(size_t slot, const char *group) {
    const struct field *field = document_field(slot);
    return field->group && strcmp(field->group, group) == 0;
}

static bool has_slot(const struct query_slots *slots, size_t slot) {
    for (size_t i = 0; i < slots->count; i++)
        if (slots->slots[i] == slot)
            return true;
    return false;
}

/* The next value in scope, from *at on, of these slots; NULL: of all that words are looked for in. NULL when there is
 * none. One element of a group costs its own values, not those of all. */
static const struct value *next_in(const struct document *document, const struct scope *scope,
                                   const struct query_slots *slots, size_t *at) {
    while (*at < document->count) {
        const struct value *value = &document->values[*at];
        size_t slot = value->slot;
        bool is_wanted = (slots ? has_slot(slots, slot) : document_is_searched(slot)) &&
                         (!scope->group || is_in_group(slot, scope->group));
        if (is_wanted && (!scope->group || value->element == scope->element)) {
            ++*at;
            return value;
        }
        *at = is_wanted && value->element < scope->element ? document_seek(document, *at, slot, scope->element)
                                                           : document_seek(document, *at, slot + 1, 0);
    }
    return NULL;
}

/* ---- one value ---- */

static bool word_is(struct span word, struct span wanted, bool prefix) {
    return prefix ? word.len >= wanted.len && memcmp(word.data, wanted.data, wanted.len) == 0
                  : span_equal(word, wanted);
}

/* Do the words go on like this here? */
static bool goes_on(const char *text, const char *phrase, bool prefix, const char **rest) {
    struct span word, wanted;
    while (document_next_word(&phrase, &wanted)) {
        bool is_last = *phrase == '\0';
        if (!document_next_word(&text, &word) || !word_is(word, wanted, prefix && is_last))
            return false;
    }
    *rest = text;
    return true;
}

static bool has_phrase(const char *text, const struct query_value *wanted) {
    const char *rest;
    for (struct span word;;) {
        if (goes_on(text, wanted->key, wanted->prefix, &rest))
            return true;
        if (!document_next_word(&text, &word))
            return false;
    }
}

static bool is_whole(const char *text, const struct query_value *wanted) {
    const char *rest;
    struct span word;
    return goes_on(text, wanted->key, false, &rest) && !document_next_word(&rest, &word);
}

static bool is_same(const char *key, const char *wanted, bool prefix) {
    return prefix ? strncmp(key, wanted, strlen(wanted)) == 0 : strcmp(key, wanted) == 0;
}

bool query_match_value(const struct query_value *wanted, const struct value *value, const struct query_world *world) {
    switch (wanted->how) {
    case HOW_PRESENT:
        return true;
    case HOW_SAME:
        return is_same(value->key, wanted->key, wanted->prefix);
    case HOW_PHRASE:
        return has_phrase(value->key, wanted);
    case HOW_WHOLE:
        return is_whole(value->key, wanted);
    case HOW_BELOW:
        return taxa_is_within(world->references->taxa, value->key, wanted->key);
    case HOW_BETWEEN:
        return value->high >= wanted->low && value->low <= wanted->high;
    case HOW_MEMBER:
        break;
    }
    return false;
}

/* ---- conditions ---- */

static bool match_originator(const struct query_node *node, const struct document *document,
                             const struct query_world *world) {
    for (size_t i = 0; i < node->value_count; i++)
        if (node->values[i].how == HOW_PRESENT ||
            (world->is_called && world->is_called(world->context, document->originator, node->values[i].key)))
            return true;
    return false;
}

static bool match_field(const struct query_node *node, const struct document *document, const struct scope *scope,
                        const struct query_world *world) {
    if (has_slot(&node->slots, SLOT_ORIGINATOR))
        return match_originator(node, document, world);
    const struct value *value;
    for (size_t at = 0; (value = next_in(document, scope, &node->slots, &at));)
        for (size_t k = 0; k < node->value_count; k++)
            if (query_match_value(&node->values[k], value, world))
                return true;
    return false;
}

/* A place is found by its code, too. */
static bool is_code(const char *code, const char *words, bool prefix) {
    size_t len = strlen(words);
    return strlen(code) >= len && (prefix || !code[len]) && text_is(span_of(code, len), words);
}

static bool match_text_value(const struct query_node *node, const struct value *value) {
    const struct field *field = document_field(value->slot);
    switch (document_compares(value->slot)) {
    case COMPARE_IDENTIFIER:
        return is_same(value->key, document_strip(node->values[1].key, field->form), node->values[1].prefix);
    case COMPARE_CODE:
        return is_code(value->key, node->values[0].key, node->values[0].prefix);
    default:
        return has_phrase(value->key, &node->values[0]);
    }
}

static bool match_text(const struct query_node *node, const struct document *document, const struct scope *scope) {
    const struct value *value;
    for (size_t at = 0; (value = next_in(document, scope, NULL, &at));)
        if (match_text_value(node, value))
            return true;
    return false;
}

bool query_is_near(const struct query_node *near, double latitude, double longitude) {
    return places_km(near->latitude, near->longitude, latitude, longitude) <= near->km;
}

static bool match_near(const struct query_node *node, const struct document *document,
                       const struct query_world *world) {
    double latitude = NAN, longitude = NAN;
    for (size_t i = 0; i < document->count; i++) {
        const struct value *value = &document->values[i];
        const struct place *place = NULL;
        if (value->slot == SLOT_LATITUDE)
            latitude = value->low;
        if (value->slot == SLOT_LONGITUDE)
            longitude = value->low;
        if (value->slot == SLOT_PLACE || value->slot == SLOT_LEG_PLACE)
            place = places_find(world->references->places, value->key);
        if (place && query_is_near(node, (double)place->latitude, (double)place->longitude))
            return true;
    }
    return query_is_near(node, latitude, longitude);
}

static bool match(const struct query_node *node, const struct document *document, const struct scope *scope,
                  const struct query_world *world);

/* Elements are numbered without gaps that matter: one past the last that has a value ends it. */
static bool match_group(const struct query_node *node, const struct document *document,
                        const struct query_world *world) {
    struct scope scope = {.group = node->group};
    uint16_t last = 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct value *value = &document->values[i];
        if (value->element >= last && is_in_group(value->slot, node->group))
            last = (uint16_t)(value->element + 1);
    }
    for (; scope.element < last; scope.element++)
        if (match(node->first, document, &scope, world))
            return true;
    return false;
}

static bool match(const struct query_node *node, const struct document *document, const struct scope *scope,
                  const struct query_world *world) {
    switch (node->op) {
    case QUERY_AND:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (!match(child, document, scope, world))
                return false;
        return true;
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            if (match(child, document, scope, world))
                return true;
        return false;
    case QUERY_NOT:
        return !match(node->first, document, scope, world);
    case QUERY_GROUP:
        return match_group(node, document, world);
    case QUERY_FIELD:
        return match_field(node, document, scope, world);
    case QUERY_TEXT:
        return match_text(node, document, scope);
    case QUERY_NEAR:
        break;
    }
    return match_near(node, document, world);
}

bool query_match(const struct query_node *where, const struct document *document, const struct query_world *world) {
    const struct scope whole = {.group = NULL};
    return !where || match(where, document, &whole, world);
}
