#include "core/query_names.h"

#include <string.h>

#include "base/text.h"
#include "core/document.h"

enum { CHOICES_MAX = 4, EDITS_MAX = 2 };

/* Words that people have, and the paths that they stand for. */
static const struct {
    const char *name;
    const char *paths[QUERY_SLOTS_MAX + 1];
} words[] = {
    {"species", {"specimens.taxon", "laboratory.taxon"}},
    {"country", {"incident.country", "legs.country"}},
    {"place", {"incident.place", "legs.place"}},
    {"transport", {"legs.mode"}},
    {"concealment", {"concealment.method"}},
    {"person", {"persons.surname", "persons.forenames", "persons.aliases"}},
    {"company", {"companies.name"}},
    {"passport", {"persons.document_number"}},
    {"permit", {"documents.number"}},
    {"plate", {"legs.vehicle"}},
    {"phone", {"persons.phone", "companies.phone"}},
    {"email", {"persons.email", "companies.email"}},
    {"seal", {"legs.seal", "exhibits.seal", "custody.seal"}},
};

enum { WORD_COUNT = sizeof words / sizeof *words };

static bool is(struct span name, const char *text) {
    return span_equal(name, span_of_text(text));
}

static void add(struct query_slots *slots, size_t slot) {
    slots->slots[slots->count++] = (uint16_t)slot;
}

static struct query_slots slots_of_word(size_t word) {
    struct query_slots slots = {.count = 0};
    for (size_t i = 0; words[word].paths[i]; i++)
        add(&slots, field_find(words[word].paths[i])->slot);
    return slots;
}

/* How many fields have this last part, and the first of them. */
static size_t count_named(struct span name, const char *group, size_t *first) {
    size_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field || !is(name, field->name) || (group && strcmp(field->group, group) != 0))
            continue;
        if (count++ == 0)
            *first = slot;
    }
    return count;
}

static struct query_slots keep_group(struct query_slots slots, const char *group) {
    struct query_slots kept = {.count = 0};
    for (size_t i = 0; i < slots.count; i++) {
        const struct field *field = document_field(slots.slots[i]);
        if (!group || (field->group && strcmp(field->group, group) == 0))
            add(&kept, slots.slots[i]);
    }
    return kept;
}

static struct query_slots find_path(struct span name) {
    struct query_slots slots = {.count = 0};
    for (size_t slot = 0; slot < SLOT_COUNT && slots.count == 0; slot++)
        if (document_field(slot) && is(name, document_field(slot)->path))
            add(&slots, slot);
    return slots;
}

struct query_slots query_names_find(struct span name, const char *group) {
    size_t slot;
    struct query_slots slots = find_path(name);
    if (group && slots.count == 0 && count_named(name, group, &slot) == 1)
        add(&slots, slot);
    for (size_t i = 0; i < WORD_COUNT && slots.count == 0; i++)
        if (is(name, words[i].name))
            slots = slots_of_word(i);
    if (slots.count == 0 && count_named(name, group, &slot) == 1)
        add(&slots, slot);
    return keep_group(slots, group);
}

const char *query_names_group(struct span name) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (field && field->group_repeats && is(name, field->group))
            return field->group;
    }
    return NULL;
}

const char *query_names_choices(struct arena *arena, struct span name) {
    const char *choices = "";
    size_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS && count < CHOICES_MAX; slot++) {
        const struct field *field = field_at(slot);
        if (field && is(name, field->name))
            choices = text_format(arena, "%s%s%s", choices, count++ ? ", " : "", field->path);
    }
    return count > 1 ? choices : "";
}

void query_names_each(void (*visit)(void *context, const char *name, const struct query_slots *slots), void *context) {
    size_t first;
    for (size_t slot = 0; slot < SLOT_COUNT; slot++) {
        const struct field *field = document_field(slot);
        struct query_slots slots = {.slots = {(uint16_t)slot}, .count = 1};
        if (!field)
            continue;
        visit(context, field->path, &slots);
        struct query_slots named = query_names_find(span_of_text(field->name), NULL);
        bool is_clear = count_named(span_of_text(field->name), NULL, &first) == 1 && named.slots[0] == slot;
        if (slot < FIELD_SLOTS && is_clear)
            visit(context, field->name, &slots);
    }
    for (size_t i = 0; i < WORD_COUNT; i++) {
        struct query_slots slots = slots_of_word(i);
        visit(context, words[i].name, &slots);
    }
}

struct nearest {
    const char *wanted;
    const char *name;
    size_t edits;
};

static void compare(void *context, const char *name, const struct query_slots *slots) {
    struct nearest *nearest = context;
    (void)slots;
    size_t edits = text_distance(nearest->wanted, name);
    if (edits < nearest->edits) {
        nearest->edits = edits;
        nearest->name = name;
    }
}

const char *query_names_suggest(struct arena *arena, struct span name) {
    const char *copy = arena_text(arena, (const char *)name.data, name.len);
    struct nearest nearest = {.wanted = copy, .edits = EDITS_MAX + 1};
    if (!copy || name.len < 3)
        return NULL;
    query_names_each(compare, &nearest);
    return nearest.name;
}
