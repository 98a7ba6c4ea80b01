/* Reading what is to be counted. */
#include "core/tally.h"

#include <string.h>

#include "base/text.h"
#include "core/query_names.h"

struct asking {
    struct tally_question *question;
    struct arena *arena;
    uint16_t date;
    const char **complaint;
};

static const struct {
    const char *name;
    const char *role;
} routes[] = {{"origin", "ORIGIN"}, {"export", "EXPORT"}, {"transit", "TRANSIT"}, {"destination", "DESTINATION"}};

static bool is_date(size_t slot) {
    enum field_type type = document_field(slot)->type;
    return type == FIELD_DATE || type == FIELD_TIME;
}

static bool is_number(size_t slot) {
    enum field_type type = document_field(slot)->type;
    return type == FIELD_NUMBER || type == FIELD_DECIMAL;
}

size_t tally_unit_of(size_t slot) {
    const struct field *counted = document_field(slot);
    for (size_t other = 0; other < FIELD_SLOTS; other++) {
        const struct field *field = field_at(other);
        if (field && field->with && strcmp(field->with, counted->path) == 0 &&
            (field->list == CODES_UNIT || field->list == CODES_CURRENCY))
            return other;
    }
    return SLOT_COUNT;
}

/* ---- names ---- */

static bool complain(const struct asking *asking, const char *name) {
    const char *near = query_names_suggest(asking->arena, span_of_text(name));
    const char *choices = query_names_choices(asking->arena, span_of_text(name));
    const char *shown = text_escape(asking->arena, name);
    if (*choices)
        *asking->complaint = text_format(asking->arena, _("\"%s\" is not clear: one of %s"), shown, choices);
    else if (near)
        *asking->complaint =
            text_format(asking->arena, _("there is nothing to count by called \"%s\"; did you mean %s?"), shown, near);
    else
        *asking->complaint =
            text_format(asking->arena, _("there is nothing to count by called \"%s\": inama help stats"), shown);
    return false;
}

static bool find_field(const struct asking *asking, const char *name, uint16_t *slot) {
    struct query_slots slots = query_names_find(span_of_text(name), NULL);
    if (slots.count == 0)
        return complain(asking, name);
    *slot = slots.slots[0];
    return true;
}

static bool find_route(struct tally_dimension *dimension) {
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].name, dimension->name) == 0) {
            dimension->kind = TALLY_ROUTE;
            dimension->role = routes[i].role;
            dimension->slot = field_find("legs.country")->slot;
            return true;
        }
    return false;
}

static bool find_dimension(const struct asking *asking, struct tally_dimension *dimension) {
    if (rank_find(&dimension->rank, dimension->name)) {
        dimension->kind = TALLY_RANK;
        dimension->slot = field_find("specimens.taxon")->slot;
        return true;
    }
    if (period_find(&dimension->period, dimension->name)) {
        dimension->kind = TALLY_PERIOD;
        dimension->slot = asking->date;
        return true;
    }
    if (find_route(dimension))
        return true;
    if (!find_field(asking, dimension->name, &dimension->slot))
        return false;
    if (is_date(dimension->slot)) {
        dimension->kind = TALLY_PERIOD;
        dimension->period = PERIOD_DAY;
    }
    return true;
}

/* ---- parts ---- */

/* The list that it is taken together with, or NULL. The values of a field that is itself a list belong to no single
 * element. */
static const char *list_of(size_t slot) {
    const struct field *field = document_field(slot);
    return field->group_repeats && !field->repeats ? field->group : NULL;
}

static size_t part_of(struct tally_question *question, const char *group) {
    for (size_t part = 0; part < question->part_count; part++)
        if (group && question->groups[part] && strcmp(question->groups[part], group) == 0)
            return part;
    question->groups[question->part_count] = group;
    return question->part_count++;
}

static size_t dimensions_of(const struct tally_question *question, size_t part) {
    size_t count = 0;
    for (size_t i = 0; i < question->count; i++)
        count += question->dimensions[i].part == part;
    return count;
}

static void set_parts(struct tally_question *question) {
    question->part_count = 0;
    for (size_t i = 0; i < question->count; i++) {
        struct tally_dimension *dimension = &question->dimensions[i];
        dimension->part = part_of(question, dimension->kind == TALLY_ROUTE ? NULL : list_of(dimension->slot));
    }
    size_t summed = question->sum == SLOT_COUNT ? SIZE_MAX : part_of(question, list_of(question->sum));
    question->counted = question->part_count;
    for (size_t part = question->part_count; part > 0; part--)
        if (question->groups[part - 1] && dimensions_of(question, part - 1) > 1)
            question->counted = part - 1;
    if (summed == SIZE_MAX)
        return;
    question->counted = summed;
    question->groups[summed] = document_field(question->sum)->group;
}

/* ---- the question ---- */

static bool add(const struct asking *asking, const char *name) {
    struct tally_question *question = asking->question;
    if (question->count == TALLY_DIMENSIONS_MAX) {
        *asking->complaint =
            text_format(asking->arena, _("at most %d fields are counted by, the unit of a sum among them"),
                        (int)TALLY_DIMENSIONS_MAX);
        return false;
    }
    struct tally_dimension *dimension = &question->dimensions[question->count];
    *dimension = (struct tally_dimension){.name = name};
    if (!find_dimension(asking, dimension))
        return false;
    for (size_t i = 0; i < question->count; i++)
        if (strcmp(question->dimensions[i].name, name) == 0) {
            *asking->complaint =
                text_format(asking->arena, _("\"%s\" is there twice"), text_escape(asking->arena, name));
            return false;
        }
    question->count++;
    return true;
}

static bool read_words(const struct asking *asking, const char *by) {
    for (;;) {
        size_t len = strcspn(by, ",");
        const char *name = arena_text(asking->arena, by, len);
        if (!name || !add(asking, name))
            return false;
        if (by[len] == '\0')
            return true;
        by += len + 1;
    }
}

static bool is_asked_for(const struct tally_question *question, size_t slot) {
    for (size_t i = 0; i < question->count; i++)
        if (question->dimensions[i].kind == TALLY_FIELD && question->dimensions[i].slot == slot)
            return true;
    return false;
}

static bool read_sum(const struct asking *asking, const char *name) {
    uint16_t slot;
    if (!find_field(asking, name, &slot))
        return false;
    if (!is_number(slot) || !document_field(slot)->group || document_field(slot)->repeats) {
        *asking->complaint =
            text_format(asking->arena, _("\"%s\" cannot be summed: expected a number, such as quantity"),
                        text_escape(asking->arena, name));
        return false;
    }
    asking->question->sum = slot;
    size_t unit = tally_unit_of(slot);
    return unit == SLOT_COUNT || is_asked_for(asking->question, unit) || add(asking, document_field(unit)->path);
}

static bool read_date(struct asking *asking, const char *name) {
    if (!find_field(asking, name, &asking->date))
        return false;
    if (is_date(asking->date))
        return true;
    *asking->complaint = text_format(asking->arena, _("\"%s\" is no date"), text_escape(asking->arena, name));
    return false;
}

enum result tally_ask(struct tally_question *out, struct arena *arena, const char *by, const char *date,
                      const char *sum, const char **complaint) {
    struct tally_question question = {.sum = SLOT_COUNT};
    struct asking asking = {&question, arena, SLOT_DATE, complaint};
    *complaint = NULL;
    if ((date && !read_date(&asking, date)) || !read_words(&asking, by) || (sum && !read_sum(&asking, sum)))
        return *complaint ? RESULT_INVALID : RESULT_NO_MEMORY;
    set_parts(&question);
    *out = question;
    return RESULT_OK;
}
