#include "core/links.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/names.h"

enum {
    SLOT_COUNTRY = 3,
    SLOT_TAXON = 32,
    SLOT_QUANTITY = 39,
    SLOT_UNIT = 40,
    SLOT_SURNAME = 121,
    SLOT_FORENAMES = 122
};
enum { DAY_MS = 24 * 60 * 60 * 1000 };

static enum field_entity entity_of(const struct value *value) {
    const struct field *field = value->slot < FIELD_SLOTS ? field_at(value->slot) : NULL;
    return field ? field->entity : ENTITY_NONE;
}

bool link_is_thing(const struct value *value) {
    return value->key && entity_of(value) != ENTITY_NONE && document_compares(value->slot) == COMPARE_IDENTIFIER &&
           strlen(value->key) >= LINK_IDENTIFIER_MIN;
}

bool link_is_name(const struct value *value) {
    enum field_entity entity = entity_of(value);
    return value->key && (entity == ENTITY_PERSON || entity == ENTITY_COMPANY);
}

/* ---- values of one alert ---- */

/* The first value of a field, of this element; NULL if there is none. */
static const struct value *value_at(const struct document *document, size_t slot, size_t element) {
    size_t at = document_seek(document, 0, slot, element);
    const struct value *value = &document->values[at];
    return at < document->count && value->slot == slot && value->element == element ? value : NULL;
}

/* Surname and forenames of one person are one name. */
static const char *name_of(struct arena *arena, const struct document *document, const struct value *value) {
    const struct value *surname, *forenames;
    if (value->slot != SLOT_SURNAME && value->slot != SLOT_FORENAMES)
        return value->key;
    surname = value_at(document, SLOT_SURNAME, value->element);
    forenames = value_at(document, SLOT_FORENAMES, value->element);
    if (!surname || !forenames)
        return value->key;
    return value->slot == SLOT_SURNAME ? text_format(arena, "%s %s", surname->key, forenames->key) : NULL;
}

enum result link_each_name(struct arena *arena, const struct document *document, link_visit_name *visit,
                           void *context) {
    for (size_t i = 0; i < document->count; i++) {
        const struct value *value = &document->values[i];
        if (!link_is_name(value))
            continue;
        const char *name = name_of(arena, document, value);
        if (name && !*name && *value->key)
            return RESULT_NO_MEMORY;
        if (name)
            visit(context, entity_of(value), name);
    }
    return RESULT_OK;
}

bool link_day(long *day, uint32_t date) {
    char text[sizeof "9999-99-99"];
    uint64_t ms;
    snprintf(text, sizeof text, "%04u-%02u-%02u", date / 10000 % 10000, date / 100 % 100, date % 100);
    if (!text_parse_time(&ms, text))
        return false;
    *day = (long)(ms / DAY_MS);
    return true;
}

uint32_t link_date(long day) {
    char text[25];
    unsigned year, month, of_month;
    text_time(text, (uint64_t)day * DAY_MS);
    return sscanf(text, "%u-%u-%u", &year, &month, &of_month) == 3 ? year * 10000 + month * 100 + of_month : 0;
}

/* ---- what both name ---- */

struct linking {
    struct links *out;
    struct arena *arena;
    size_t capacity;
    bool failed;
};

static void add(struct linking *linking, struct link link) {
    struct links *out = linking->out;
    if (out->count == linking->capacity) {
        size_t capacity = linking->capacity ? 2 * linking->capacity : 8;
        struct link *rows = arena_array(linking->arena, capacity, sizeof *rows);
        if (!rows) {
            linking->failed = true;
            return;
        }
        if (out->count)
            memcpy(rows, out->rows, out->count * sizeof *rows);
        out->rows = rows;
        linking->capacity = capacity;
    }
    out->rows[out->count++] = link;
}

static int compare_things(const void *one, const void *other) {
    const struct value *a = *(const struct value *const *)one, *b = *(const struct value *const *)other;
    enum field_entity x = entity_of(a), y = entity_of(b);
    return x != y ? (x < y ? -1 : 1) : strcmp(a->key, b->key);
}

/* The things of an alert, in an order to be searched. */
static enum result sort_things(const struct value ***out, size_t *count, struct arena *arena,
                               const struct document *document) {
    *count = 0;
    *out = arena_array(arena, document->count + 1, sizeof **out);
    if (!*out)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < document->count; i++)
        if (link_is_thing(&document->values[i]))
            (*out)[(*count)++] = &document->values[i];
    qsort(*out, *count, sizeof **out, compare_things);
    return RESULT_OK;
}

/* What is named twice, or by two fields, is one thing. */
static enum result add_things(struct linking *linking, const struct document *ours, const struct document *theirs) {
    const struct value **one, **other;
    size_t count, other_count;
    TRY(sort_things(&one, &count, linking->arena, ours));
    TRY(sort_things(&other, &other_count, linking->arena, theirs));
    for (size_t i = 0; i < count; i++) {
        bool is_another = i == 0 || compare_things(&one[i], &one[i - 1]) != 0;
        if (is_another && bsearch(&one[i], other, other_count, sizeof *other, compare_things))
            add(linking, (struct link){entity_of(one[i]), one[i]->key, one[i]->key, 1});
    }
    return RESULT_OK;
}

/* The names of one alert, read. */
struct named {
    enum field_entity entity;
    const char *text;
    struct name name;
    uint64_t skeletons; /* a bit for each word's: names that may be one have one in common */
};
struct naming {
    struct named *rows;
    size_t count;
};

static uint64_t skeletons_of(const struct name *name) {
    uint64_t bits = 0;
    for (size_t i = 0; i < name->count; i++) {
        char skeleton[NAME_WORD_BYTES];
        uint32_t hash = 5381;
        name_skeleton(skeleton, &name->words[i]);
        for (const char *c = skeleton; *c; c++)
            hash = hash * 33 + (uint8_t)*c;
        bits |= (uint64_t)1 << (hash % 64);
    }
    return bits;
}

static void keep_name(void *context, enum field_entity entity, const char *folded) {
    struct naming *naming = context;
    struct named *named = &naming->rows[naming->count];
    *named = (struct named){.entity = entity, .text = folded};
    name_read(&named->name, folded);
    named->skeletons = skeletons_of(&named->name);
    naming->count += named->name.count != 0;
}

static size_t count_names(const struct document *document) {
    size_t count = 0;
    for (size_t i = 0; i < document->count; i++)
        count += link_is_name(&document->values[i]);
    return count;
}

static enum result read_names(struct naming *out, struct arena *arena, const struct document *document) {
    out->count = 0;
    out->rows = arena_array(arena, count_names(document) + 1, sizeof *out->rows);
    return out->rows ? link_each_name(arena, document, keep_name, out) : RESULT_NO_MEMORY;
}

/* Of a name that is like several, the one it is most like. */
static void add_name(struct linking *linking, struct link link) {
    struct links *out = linking->out;
    for (size_t i = 0; i < out->count; i++)
        if (out->rows[i].entity == link.entity && strcmp(out->rows[i].ours, link.ours) == 0) {
            if (link.alike > out->rows[i].alike)
                out->rows[i] = link;
            return;
        }
    add(linking, link);
}

static enum result add_names(struct linking *linking, const struct document *ours, const struct document *theirs,
                             double alike_min) {
    struct naming one, other;
    size_t compared = 0;
    TRY(read_names(&one, linking->arena, ours));
    TRY(read_names(&other, linking->arena, theirs));
    for (size_t i = 0; i < one.count; i++)
        for (size_t j = 0; j < other.count; j++) {
            const struct named *a = &one.rows[i], *b = &other.rows[j];
            if (a->entity != b->entity || !(a->skeletons & b->skeletons))
                continue;
            if (compared++ == LINK_NAMES_COMPARED_MAX) {
                linking->out->is_partial = true;
                return RESULT_OK;
            }
            double alike = name_alike(&a->name, &b->name);
            if (alike >= alike_min)
                add_name(linking, (struct link){a->entity, a->text, b->text, alike});
        }
    return RESULT_OK;
}

/* ---- one event, told twice ---- */

static bool is_at(const struct document *document, size_t i, size_t slot) {
    return i < document->count && document->values[i].slot == slot;
}

static bool have_in_common(const struct document *ours, const struct document *theirs, size_t slot, bool *known) {
    size_t first = document_seek(ours, 0, slot, 0), other = document_seek(theirs, 0, slot, 0);
    *known = is_at(ours, first, slot) && is_at(theirs, other, slot);
    for (size_t i = first; is_at(ours, i, slot); i++)
        for (size_t j = other; is_at(theirs, j, slot); j++)
            if (strcmp(ours->values[i].key, theirs->values[j].key) == 0)
                return true;
    return false;
}

static bool same_unit(const struct value *a, const struct value *b) {
    return a && b ? strcmp(a->key, b->key) == 0 : !a && !b;
}

static bool is_same_quantity(const struct document *ours, size_t i, const struct document *theirs, size_t j) {
    const double part = 0.05;
    const struct value *one = value_at(ours, SLOT_QUANTITY, ours->values[i].element);
    const struct value *other = value_at(theirs, SLOT_QUANTITY, theirs->values[j].element);
    if (!one || !other || strcmp(ours->values[i].key, theirs->values[j].key) != 0)
        return false;
    return same_unit(value_at(ours, SLOT_UNIT, one->element), value_at(theirs, SLOT_UNIT, other->element)) &&
           fabs(one->low - other->low) <= part * fmax(one->low, other->low);
}

static bool have_same_quantity(const struct document *ours, const struct document *theirs) {
    for (size_t i = document_seek(ours, 0, SLOT_TAXON, 0); is_at(ours, i, SLOT_TAXON); i++)
        for (size_t j = document_seek(theirs, 0, SLOT_TAXON, 0); is_at(theirs, j, SLOT_TAXON); j++)
            if (is_same_quantity(ours, i, theirs, j))
                return true;
    return false;
}

static bool has_thing(const struct links *links) {
    for (size_t i = 0; i < links->count; i++)
        if (links->rows[i].entity != ENTITY_PERSON && links->rows[i].entity != ENTITY_COMPANY)
            return true;
    return false;
}

static void match_event(struct links *out, const struct document *ours, const struct document *theirs) {
    struct event_match *event = &out->event;
    long day, other;
    bool known;
    if (!link_day(&day, ours->date) || !link_day(&other, theirs->date) || labs(day - other) > 1 ||
        !have_in_common(ours, theirs, SLOT_COUNTRY, &known))
        return;
    out->is_event = true;
    event->days = (int)labs(day - other);
    event->same_place = have_in_common(ours, theirs, SLOT_PLACE, &known);
    event->other_place = known && !event->same_place;
    event->same_taxon = have_in_common(ours, theirs, SLOT_TAXON, &known);
    event->other_taxon = known && !event->same_taxon;
    event->same_quantity = have_same_quantity(ours, theirs);
    event->same_thing = has_thing(out);
    event->points = (event->days ? 2 : 3) + 2 * event->same_place - 2 * event->other_place + 2 * event->same_taxon -
                    3 * event->other_taxon + 2 * event->same_quantity + 4 * event->same_thing;
}

enum result links_between(struct links *out, struct arena *arena, const struct document *ours,
                          const struct document *theirs, double alike_min) {
    *out = (struct links){0};
    struct linking linking = {.out = out, .arena = arena};
    TRY(add_names(&linking, ours, theirs, alike_min));
    TRY(add_things(&linking, ours, theirs));
    match_event(out, ours, theirs);
    return linking.failed ? RESULT_NO_MEMORY : RESULT_OK;
}
