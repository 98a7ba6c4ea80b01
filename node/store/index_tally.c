#include "store/index_tally.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/index_internal.h"
#include "store/vector.h"

/* A value of a dimension, and its rows. */
struct choice {
    const char *text;
    const roaring_bitmap_t *rows;
    roaring_bitmap_t *own; /* NULL: they are the index's */
};
struct choices {
    struct choice *items;
    size_t count;
    size_t capacity;
};

struct tallying {
    struct index *index;
    struct tally *tally;
    roaring_bitmap_t *rows; /* that are counted */
    struct choices choices[TALLY_DIMENSIONS_MAX];
    struct tally_group group;
    enum result result;
};

/* ---- the rows of each value ---- */

static void add_choice(struct tallying *tallying, size_t dimension, struct choice choice) {
    struct choices *choices = &tallying->choices[dimension];
    if (!choice.text ||
        !vector_reserve(&choices->items, &choices->capacity, choices->count + 1, sizeof *choices->items)) {
        tallying->result = RESULT_NO_MEMORY;
        if (choice.own)
            roaring_bitmap_free(choice.own);
        return;
    }
    choices->items[choices->count++] = choice;
}

static void add_term(struct tallying *tallying, size_t dimension, uint32_t term, const char *text) {
    const struct postings *postings = &tallying->index->postings;
    struct choice choice = {.text = text, .rows = postings_bitmap(postings, term)};
    if (term == INTERN_NONE)
        return;
    if (!choice.rows) {
        choice.own = bitmap_new();
        postings_read(postings, term, choice.own);
        choice.rows = choice.own;
    }
    add_choice(tallying, dimension, choice);
}

static void add_key(struct tallying *tallying, size_t dimension, const char *key, const char *text) {
    unsigned slot = tallying->tally->question->dimensions[dimension].slot;
    add_term(tallying, dimension, postings_find(&tallying->index->postings, slot, span_of_text(key)), text);
}

static void add_codes(struct tallying *tallying, size_t dimension, enum code_list list) {
    for (size_t i = 0; i < codes_count(list); i++)
        add_key(tallying, dimension, codes_at(list, i)->code, codes_at(list, i)->code);
}

/* `near` has the places of two fields in one list. */
static void add_places(struct tallying *tallying, size_t dimension) {
    const struct index *index = tallying->index;
    unsigned slot = tallying->tally->question->dimensions[dimension].slot;
    for (size_t i = 0; i < index->place_count; i++) {
        const char *code = postings_text(&index->postings, index->places[i]);
        if (postings_find(&index->postings, slot, span_of_text(code)) == index->places[i])
            add_term(tallying, dimension, index->places[i], code);
    }
}

static void add_originators(struct tallying *tallying, size_t dimension) {
    const struct index *index = tallying->index;
    for (size_t i = 0; i < index->originator_count; i++) {
        char *hex = arena_alloc(tallying->tally->arena, 2 * 32 + 1);
        if (!hex) {
            tallying->result = RESULT_NO_MEMORY;
            return;
        }
        text_hex(hex, index->originators[i], 32);
        add_key(tallying, dimension, hex, hex);
    }
}

/* ---- names of a rank ---- */

/* Terms are never taken away: those that were looked at once need no second look. */
static bool find_names(struct index *index, unsigned slot) {
    const struct postings *postings = &index->postings;
    for (; index->names_looked_at < postings->terms.count; index->names_looked_at++) {
        uint32_t term = (uint32_t)index->names_looked_at + 1;
        if (postings_space(postings, term) != slot || !*postings_text(postings, term))
            continue;
        if (!vector_reserve(&index->names, &index->names_capacity, index->name_count + 1, sizeof *index->names))
            return false;
        index->names[index->name_count++] = term;
    }
    return true;
}

static void add_names(struct tallying *tallying, size_t dimension) {
    struct index *index = tallying->index;
    struct tally *tally = tallying->tally;
    const struct tally_dimension *asked = &tally->question->dimensions[dimension];
    if (!find_names(index, asked->slot))
        tallying->result = RESULT_NO_MEMORY;
    for (size_t i = 0; i < index->name_count && !tallying->result; i++) {
        struct span name = span_of_text(postings_text(&index->postings, index->names[i]));
        if (ranks_is(tally->ranks, name, asked->rank))
            add_term(tallying, dimension, index->names[i], rank_written(tally->arena, name));
    }
}

/* ---- periods ---- */

static void add_years(struct tallying *tallying, size_t dimension) {
    const struct index *index = tallying->index;
    for (uint32_t year = index->year_first; year <= index->year_last; year++) {
        char key[INDEX_YEAR_SIZE], text[PERIOD_TEXT_SIZE];
        uint32_t term = postings_find(&index->postings, SLOT_DATE, index_year_key(key, year));
        if (term != INTERN_NONE && period_text(text, PERIOD_YEAR, year * 10000))
            add_term(tallying, dimension, term, arena_text(tallying->tally->arena, text, strlen(text)));
    }
}

static int by_text(const void *key, const void *choice) {
    return strcmp(key, ((const struct choice *)choice)->text);
}

/* The choice with this text; new ones stand where they belong. */
static struct choice *find_period(struct tallying *tallying, size_t dimension, const char *text) {
    struct choices *choices = &tallying->choices[dimension];
    struct choice *found =
        choices->count ? bsearch(text, choices->items, choices->count, sizeof *choices->items, by_text) : NULL;
    if (found)
        return found;
    const char *copy = arena_text(tallying->tally->arena, text, strlen(text));
    roaring_bitmap_t *rows = bitmap_new();
    size_t before = choices->count, at = before;
    add_choice(tallying, dimension, (struct choice){copy, rows, rows});
    if (choices->count == before)
        return NULL;
    struct choice made = choices->items[before];
    for (; at > 0 && strcmp(choices->items[at - 1].text, text) > 0; at--)
        choices->items[at] = choices->items[at - 1];
    choices->items[at] = made;
    return &choices->items[at];
}

/* Of the date of the incident, or of when it was made: these lie in a row for each alert. Alerts that follow each other
 * are often of one day. */
static void add_periods(struct tallying *tallying, size_t dimension) {
    const struct tally_dimension *asked = &tallying->tally->question->dimensions[dimension];
    const struct index *index = tallying->index;
    struct choice *choice = NULL;
    uint32_t last = 0;
    roaring_uint32_iterator_t at;
    for (roaring_init_iterator(tallying->rows, &at); at.has_value && !tallying->result;
         roaring_advance_uint32_iterator(&at)) {
        char text[PERIOD_TEXT_SIZE];
        uint32_t row = at.current_value;
        uint32_t date = asked->slot == SLOT_DATE ? index->dates[row] : period_date(index->rows[row].created);
        if (date != last || !choice)
            choice = period_text(text, asked->period, date) ? find_period(tallying, dimension, text) : NULL;
        last = date;
        if (choice)
            roaring_bitmap_add(choice->own, row);
    }
}

/* ---- one dimension ---- */

/* False: the index does not have its values. */
static bool choose(struct tallying *tallying, size_t dimension) {
    const struct tally_dimension *asked = &tallying->tally->question->dimensions[dimension];
    const struct field *field = document_field(asked->slot);
    if (asked->kind == TALLY_ROUTE)
        return false;
    if (asked->kind == TALLY_RANK)
        add_names(tallying, dimension);
    else if (asked->kind == TALLY_PERIOD && asked->slot != SLOT_DATE && asked->slot != SLOT_CREATED)
        return false;
    else if (asked->kind == TALLY_PERIOD && asked->slot == SLOT_DATE && asked->period == PERIOD_YEAR)
        add_years(tallying, dimension);
    else if (asked->kind == TALLY_PERIOD)
        add_periods(tallying, dimension);
    else if (asked->slot == SLOT_ORIGINATOR)
        add_originators(tallying, dimension);
    else if (field->type == FIELD_CODE)
        add_codes(tallying, dimension, field->list);
    else if (asked->slot == SLOT_PLACE || asked->slot == SLOT_LEG_PLACE)
        add_places(tallying, dimension);
    else if (field->type == FIELD_FLAG) {
        add_key(tallying, dimension, "yes", "yes");
        add_key(tallying, dimension, "no", "no");
    } else
        return false;
    return true;
}

/* Of all rows, those that have none of its values. */
static roaring_bitmap_t *rest_of(const struct tallying *tallying, size_t dimension) {
    roaring_bitmap_t *rest = roaring_bitmap_copy(tallying->rows);
    assert(rest);
    for (size_t i = 0; i < tallying->choices[dimension].count; i++)
        roaring_bitmap_andnot_inplace(rest, tallying->choices[dimension].items[i].rows);
    return rest;
}

/* A code that is in no list of ours is a value all the same, and only the alert has it. */
static bool has_others(const struct tallying *tallying, size_t dimension, const roaring_bitmap_t *rest) {
    const struct tally_dimension *asked = &tallying->tally->question->dimensions[dimension];
    roaring_bitmap_t *valued = bitmap_new();
    if (asked->kind == TALLY_FIELD)
        postings_read(&tallying->index->postings,
                      postings_find(&tallying->index->postings, asked->slot, (struct span){0}), valued);
    bool has = roaring_bitmap_intersect(valued, rest);
    roaring_bitmap_free(valued);
    return has;
}

static bool choose_all(struct tallying *tallying) {
    const struct tally_question *question = tallying->tally->question;
    size_t lookups = 1;
    for (size_t i = 0; i < question->count && !tallying->result; i++) {
        if (!choose(tallying, i) || tallying->result)
            return false;
        roaring_bitmap_t *rest = rest_of(tallying, i);
        bool is_complete = !has_others(tallying, i, rest);
        tallying->tally->unknown[i] = roaring_bitmap_get_cardinality(rest);
        add_choice(tallying, i, (struct choice){"", rest, rest});
        lookups *= tallying->choices[i].count;
        if (!is_complete || lookups > TALLY_LOOKUPS_MAX)
            return false;
    }
    return !tallying->result;
}

/* ---- meeting ---- */

static void meet(struct tallying *tallying, const roaring_bitmap_t *rows, size_t dimension) {
    bool is_last = dimension + 1 == tallying->tally->question->count;
    for (size_t i = 0; i < tallying->choices[dimension].count && !tallying->result; i++) {
        const struct choice *choice = &tallying->choices[dimension].items[i];
        tallying->group.values[dimension] = choice->text;
        tallying->group.alerts = roaring_bitmap_and_cardinality(rows, choice->rows);
        if (tallying->group.alerts == 0)
            continue;
        if (is_last) {
            tallying->result = tally_merge(tallying->tally, &tallying->group);
            continue;
        }
        roaring_bitmap_t *both = roaring_bitmap_and(rows, choice->rows);
        assert(both);
        meet(tallying, both, dimension + 1);
        roaring_bitmap_free(both);
    }
}

static void release(struct tallying *tallying) {
    for (size_t i = 0; i < TALLY_DIMENSIONS_MAX; i++) {
        for (size_t k = 0; k < tallying->choices[i].count; k++)
            if (tallying->choices[i].items[k].own)
                roaring_bitmap_free(tallying->choices[i].items[k].own);
        free(tallying->choices[i].items);
    }
    roaring_bitmap_free(tallying->rows);
}

enum result index_tally(struct index *index, const struct query_node *where, const struct query_world *world,
                        struct tally *tally, bool *is_counted) {
    const struct tally_question *question = tally->question;
    *is_counted = false;
    if (question->counted < question->part_count || question->part_count < question->count)
        return RESULT_OK;
    struct hits hits = index_evaluate(index, where, world, NULL);
    struct tallying tallying = {.index = index, .tally = tally, .rows = hits.rows};
    roaring_bitmap_and_inplace(tallying.rows, index->current);
    bool can = hits.is_exact && choose_all(&tallying);
    if (can)
        meet(&tallying, tallying.rows, 0);
    if (can && !tallying.result) {
        tally->alerts = roaring_bitmap_get_cardinality(tallying.rows);
        *is_counted = true;
    }
    release(&tallying);
    return tallying.result == RESULT_TOO_LARGE ? RESULT_OK : tallying.result;
}
