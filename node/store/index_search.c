#include "store/index_internal.h"

#include <assert.h>
#include <stdlib.h>

/* One search on its way. */
struct searching {
    struct index *index;
    const struct index_search *search;
    struct index_found *found;
    bool is_exact;
    bool stopped;   /* by the visitor, or as there is enough */
    bool postponed; /* before a row that was not taken: enough has been read */
};

/* ---- which rows count ---- */

/* The first slot with a sequence above this one. */
static uint32_t slot_above(const struct index *index, uint64_t sequence) {
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->rows[middle].sequence <= sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* Rows as they stood when `as_of` was the last: what ended since had not ended. */
static void keep_standing(struct searching *searching, roaring_bitmap_t *rows, uint64_t as_of) {
    const struct index *index = searching->index;
    roaring_bitmap_t *standing = roaring_bitmap_copy(searching->search->superseded ? index->whole : index->current);
    for (size_t i = index->ending_count; i > 0; i--) {
        const struct ending *ending = &index->endings[i - 1];
        if (index->rows[ending->by].sequence <= as_of)
            break;
        if (searching->search->superseded ? ending->is_replaced : ending->was_current)
            roaring_bitmap_add(standing, ending->slot);
    }
    roaring_bitmap_and_inplace(rows, standing);
    roaring_bitmap_free(standing);
    uint32_t begin = slot_above(index, searching->search->above), end = slot_above(index, as_of);
    roaring_bitmap_remove_range(rows, 0, begin);
    if (end < index->count)
        roaring_bitmap_remove_range(rows, end, index->count);
}

/* ---- order ---- */

static uint64_t key_of(const struct index *index, enum query_sort sort, uint32_t slot) {
    if (sort == SORT_DATE)
        return index->dates[slot];
    return sort == SORT_CREATED ? index->rows[slot].created : index->rows[slot].sequence;
}

struct place_in_order {
    uint64_t key;
    uint32_t slot;
};

static bool is_before(struct place_in_order a, struct place_in_order b) {
    return a.key != b.key ? a.key > b.key : a.slot > b.slot; /* newest first */
}

/* The first of many, kept as a heap with the last of them on top. */
struct first_of {
    struct place_in_order *items;
    size_t count;
    size_t most;
};

static void sink(struct first_of *first, size_t at) {
    for (;;) {
        size_t last = at, left = 2 * at + 1;
        for (size_t child = left; child < left + 2 && child < first->count; child++)
            if (is_before(first->items[last], first->items[child]))
                last = child;
        if (last == at)
            return;
        struct place_in_order item = first->items[at];
        first->items[at] = first->items[last];
        first->items[last] = item;
        at = last;
    }
}

static void rise(struct first_of *first, size_t at) {
    while (at > 0 && is_before(first->items[(at - 1) / 2], first->items[at])) {
        struct place_in_order item = first->items[at];
        first->items[at] = first->items[(at - 1) / 2];
        first->items[(at - 1) / 2] = item;
        at = (at - 1) / 2;
    }
}

static void offer(struct first_of *first, struct place_in_order item) {
    if (first->count < first->most) {
        first->items[first->count] = item;
        rise(first, first->count++);
    } else if (first->most && is_before(item, first->items[0])) {
        first->items[0] = item;
        sink(first, 0);
    }
}

static int compare_places(const void *a, const void *b) {
    const struct place_in_order *x = a, *y = b;
    return is_before(*x, *y) ? -1 : is_before(*y, *x) ? 1 : 0;
}

/* ---- one row ---- */

/* A row that a wider view has replaced is shown as that. */
static const struct index_row *row_to_show(const struct index *index, uint32_t slot) {
    const struct index_row *row = &index->rows[slot];
    return roaring_bitmap_contains(index->whole, slot) ? row : index_find(index, row->object);
}

/* Goes behind the row. */
static enum result take(struct searching *searching, uint32_t slot, uint64_t key) {
    const struct index_search *search = searching->search;
    struct index_found *found = searching->found;
    const struct index_row *row = row_to_show(searching->index, slot);
    struct document document;
    if (!searching->is_exact) {
        enum result result =
            found->reads == search->reads_max ? RESULT_TOO_LARGE : search->load(search->context, row, &document);
        searching->stopped = searching->postponed = result == RESULT_TOO_LARGE;
        if (searching->postponed)
            return RESULT_OK;
        if (result && result != RESULT_NOT_FOUND)
            return result;
        found->reads++;
        found->next.key = key;
        found->next.sequence = searching->index->rows[slot].sequence;
        if (result || !query_match(search->query->where, &document, search->world))
            return RESULT_OK;
    }
    found->next.key = key;
    found->next.sequence = searching->index->rows[slot].sequence;
    found->matched++;
    bool goes_on = search->limit == 0 || search->visit(search->context, row, searching->is_exact ? NULL : &document);
    searching->stopped = !goes_on || found->matched == search->limit;
    return RESULT_OK;
}

/* ---- all rows ---- */

/* In the order of arrival no row but those that are taken is touched. */
static enum result take_by_arrival(struct searching *searching, const roaring_bitmap_t *rows) {
    uint64_t after = searching->found->next.sequence;
    roaring_uint32_iterator_t at;
    bool has_next = true;
    roaring_init_iterator_last(rows, &at);
    if (after) {
        uint32_t from = slot_above(searching->index, after - 1);
        roaring_init_iterator(rows, &at);
        if (roaring_move_uint32_iterator_equalorlarger(&at, from))
            has_next = roaring_previous_uint32_iterator(&at);
        else
            roaring_init_iterator_last(rows, &at);
    }
    for (; has_next && at.has_value; has_next = roaring_previous_uint32_iterator(&at)) {
        if (searching->stopped)
            return RESULT_OK;
        TRY(take(searching, at.current_value, searching->index->rows[at.current_value].sequence));
    }
    searching->found->ended = !searching->postponed;
    return RESULT_OK;
}

static enum result take_from_oldest(struct searching *searching, const roaring_bitmap_t *rows) {
    roaring_uint32_iterator_t at;
    for (roaring_init_iterator(rows, &at); at.has_value; roaring_advance_uint32_iterator(&at)) {
        if (searching->stopped)
            return RESULT_OK;
        TRY(take(searching, at.current_value, searching->index->rows[at.current_value].sequence));
    }
    searching->found->ended = !searching->postponed;
    return RESULT_OK;
}

static void offer_rows(struct searching *searching, const roaring_bitmap_t *rows, struct first_of *first,
                       size_t *offered) {
    const struct index_position *after = &searching->search->after;
    enum query_sort sort = searching->search->query->sort;
    roaring_uint32_iterator_t at;
    uint32_t behind = after->sequence ? slot_above(searching->index, after->sequence - 1) : 0;
    for (roaring_init_iterator(rows, &at); at.has_value; roaring_advance_uint32_iterator(&at)) {
        struct place_in_order item = {key_of(searching->index, sort, at.current_value), at.current_value};
        if (after->sequence && !is_before((struct place_in_order){after->key, behind}, item))
            continue;
        offer(first, item);
        ++*offered;
    }
}

static enum result take_sorted(struct searching *searching, const roaring_bitmap_t *rows) {
    const struct index_search *search = searching->search;
    uint64_t count = roaring_bitmap_get_cardinality(rows);
    size_t most = searching->is_exact && search->limit ? search->limit : search->reads_max + search->limit;
    struct first_of first = {.most = most < count ? most : (size_t)count};
    size_t offered = 0;
    enum result result = RESULT_OK;
    first.items = malloc((first.most + 1) * sizeof *first.items);
    if (!first.items)
        return RESULT_NO_MEMORY;
    offer_rows(searching, rows, &first, &offered);
    qsort(first.items, first.count, sizeof *first.items, compare_places);
    size_t i = 0;
    for (; i < first.count && !searching->stopped && !result; i++)
        result = take(searching, first.items[i].slot, first.items[i].key);
    searching->found->ended = i == offered && !searching->postponed;
    free(first.items);
    return result;
}

/* With an exact plan nothing has to be visited to be counted. */
static void count_exact(struct searching *searching) {
    searching->found->matched = searching->found->total;
    searching->found->ended = true;
}

enum result index_search(struct index *index, const struct index_search *search, struct index_found *found) {
    struct hits hits = index_evaluate(index, search->query->where, search->world, search->plan);
    struct searching searching = {.index = index, .search = search, .found = found, .is_exact = hits.is_exact};
    *found = (struct index_found){.next = search->after};
    if (found->next.as_of == 0)
        found->next.as_of = index->count ? index->rows[index->count - 1].sequence : 0;
    keep_standing(&searching, hits.rows, found->next.as_of);
    found->total = roaring_bitmap_get_cardinality(hits.rows);
    found->is_exact = hits.is_exact || found->total == 0;
    enum result result = RESULT_OK;
    if (found->total == 0)
        found->ended = true;
    else if (hits.is_exact && search->limit == 0)
        count_exact(&searching);
    else if (search->oldest_first)
        result = take_from_oldest(&searching, hits.rows);
    else if (search->query->sort == SORT_ARRIVAL)
        result = take_by_arrival(&searching, hits.rows);
    else
        result = take_sorted(&searching, hits.rows);
    roaring_bitmap_free(hits.rows);
    return result;
}
