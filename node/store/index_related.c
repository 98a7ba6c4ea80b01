#include <stdlib.h>

#include "base/text.h"
#include "core/links.h"
#include "core/names.h"
#include "store/index_internal.h"

enum { SLOT_COUNTRY = 3 };

struct relating {
    const struct index *index;
    const struct index_related *asked;
    struct arena *scratch;
    roaring_bitmap_t *found;
    enum result result;
};

/* ---- things ---- */

static uint64_t count_thing(const struct relating *relating, const struct value *value, roaring_bitmap_t *rows) {
    enum field_entity entity = field_at(value->slot)->entity;
    uint64_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field || field->entity != entity)
            continue;
        uint32_t term = postings_find(&relating->index->postings, (unsigned)slot, span_of_text(value->key));
        count += postings_count(&relating->index->postings, term);
        if (rows)
            postings_read(&relating->index->postings, term, rows);
    }
    return count;
}

static void take_things(struct relating *relating) {
    const struct document *document = relating->asked->document;
    for (size_t i = 0; i < document->count; i++) {
        const struct value *value = &document->values[i];
        if (!link_is_thing(value))
            continue;
        uint64_t count = count_thing(relating, value, NULL);
        if (count > relating->asked->common_max)
            relating->asked->is_common(relating->asked->context, field_at(value->slot)->entity, value->key, count);
        else
            count_thing(relating, value, relating->found);
    }
}

/* ---- names ---- */

/* Rows that have two words of the name, or one that is not common. */
static void take_name(void *context, enum field_entity entity, const char *folded) {
    struct relating *relating = context;
    const struct postings *postings = &relating->index->postings;
    roaring_bitmap_t *once = bitmap_new();
    struct name name;
    char skeleton[NAME_WORD_BYTES];
    (void)entity;
    name_read(&name, folded);
    for (size_t i = 0; i < name.count; i++) {
        roaring_bitmap_t *rows = bitmap_new(), *twice;
        name_skeleton(skeleton, &name.words[i]);
        uint32_t term = postings_find(postings, SPACE_SKELETONS, span_of_text(skeleton));
        postings_read(postings, term, rows);
        twice = roaring_bitmap_and(once, rows);
        roaring_bitmap_or_inplace(relating->found, twice);
        if (roaring_bitmap_get_cardinality(rows) <= relating->asked->common_max)
            roaring_bitmap_or_inplace(relating->found, rows);
        roaring_bitmap_or_inplace(once, rows);
        roaring_bitmap_free(twice);
        roaring_bitmap_free(rows);
    }
    roaring_bitmap_free(once);
}

static void take_names(struct relating *relating) {
    relating->result = link_each_name(relating->scratch, relating->asked->document, take_name, relating);
}

/* ---- events ---- */

struct dating {
    const struct index *index;
    roaring_bitmap_t *found;
    uint32_t days[3];
};

static bool take_if_near(uint32_t row, void *context) {
    struct dating *dating = context;
    uint32_t date = dating->index->dates[row];
    if (date == dating->days[0] || date == dating->days[1] || date == dating->days[2])
        roaring_bitmap_add(dating->found, row);
    return true;
}

/* In the same country, the same day or the one before or after. */
static void take_events(struct relating *relating) {
    const struct document *document = relating->asked->document;
    struct dating dating = {.index = relating->index, .found = relating->found};
    long day;
    if (!link_day(&day, document->date))
        return;
    for (int i = 0; i < 3; i++)
        dating.days[i] = link_date(day + i - 1);
    roaring_bitmap_t *rows = bitmap_new();
    for (size_t i = 0; i < document->count; i++)
        if (document->values[i].slot == SLOT_COUNTRY)
            postings_read(
                &relating->index->postings,
                postings_find(&relating->index->postings, SLOT_COUNTRY, span_of_text(document->values[i].key)), rows);
    roaring_iterate(rows, take_if_near, &dating);
    roaring_bitmap_free(rows);
}

/* ---- all of them ---- */

/* Newest first, without those of `before`. False: it has been ended. */
static bool visit_all(const struct relating *relating, const roaring_bitmap_t *rows, const roaring_bitmap_t *before) {
    const struct index_related *asked = relating->asked;
    uint64_t count = roaring_bitmap_get_cardinality(rows);
    uint32_t *numbers = malloc((count + 1) * sizeof *numbers);
    bool goes_on = numbers != NULL;
    if (numbers)
        roaring_bitmap_to_uint32_array(rows, numbers);
    for (uint64_t i = count; goes_on && i-- > 0;)
        if (!before || !roaring_bitmap_contains(before, numbers[i]))
            goes_on = asked->visit(asked->context, &relating->index->rows[numbers[i]]);
    free(numbers);
    return goes_on;
}

/* What stands for one of the alert's versions, or has been replaced, is no link. */
static void leave_out(struct relating *relating) {
    const struct index_row *self = index_find(relating->index, relating->asked->object);
    roaring_bitmap_and_inplace(relating->found, relating->index->current);
    if (self)
        roaring_bitmap_remove(relating->found, (uint32_t)(self - relating->index->rows));
}

enum result index_find_related(const struct index *index, const struct index_related *asked, struct arena *scratch,
                               uint64_t *count) {
    struct relating relating = {.index = index, .asked = asked, .scratch = scratch, .found = bitmap_new()};
    take_things(&relating);
    leave_out(&relating);
    roaring_bitmap_t *by_things = roaring_bitmap_copy(relating.found);
    take_names(&relating);
    take_events(&relating);
    leave_out(&relating);
    *count = roaring_bitmap_get_cardinality(relating.found);
    if (!relating.result && visit_all(&relating, by_things, NULL))
        visit_all(&relating, relating.found, by_things);
    roaring_bitmap_free(by_things);
    roaring_bitmap_free(relating.found);
    return relating.result;
}
