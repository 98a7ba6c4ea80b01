#include "store/index_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/text.h"

/* Every condition becomes a bitmap of rows: exact, or with rows too many that are looked at again. Conditions that must
 * all hold are taken from the fewest rows to the most, and columns are looked at only where rows are left. */

struct running {
    struct index *index;
    const struct query_world *world;
    struct index_plan *plan; /* NULL: nobody wants to know */
    bool in_group;           /* several conditions on one element: the index does not know elements */
};

static struct hits evaluate(struct running *running, const struct query_node *node);

roaring_bitmap_t *bitmap_new(void) {
    roaring_bitmap_t *bitmap = roaring_bitmap_create();
    assert(bitmap);
    return bitmap;
}

static void tell(struct running *running, const struct query_node *node, struct index_step step,
                 const struct hits *hits) {
    struct index_plan *plan = running->plan;
    if (!plan || plan->count == INDEX_STEPS_MAX)
        return;
    step.text = node->text;
    step.rows = roaring_bitmap_get_cardinality(hits->rows);
    step.is_exact = hits->is_exact;
    plan->steps[plan->count++] = step;
}

/* ---- rows of terms ---- */

struct gathering {
    struct running *running;
    roaring_bitmap_t *rows; /* NULL: only count */
    size_t terms;
    uint64_t count; /* rows of all lists: one that is in several counts for each */
};

static void take_term(void *context, uint32_t term) {
    struct gathering *gathering = context;
    const struct postings *postings = &gathering->running->index->postings;
    if (term == INTERN_NONE)
        return;
    gathering->terms++;
    gathering->count += postings_count(postings, term);
    if (gathering->rows)
        postings_read(postings, term, gathering->rows);
}

/* True if these are the rows, and no others. Of a prefix that is too short to go by, all that have anything there: the
 * parser lets none pass, but 00 may be taken off a telephone number. */
static bool take_key(struct gathering *gathering, size_t space, struct span key, bool prefix) {
    const struct postings *postings = &gathering->running->index->postings;
    bool is_short = prefix && key.len < QUERY_PREFIX_MIN;
    if (prefix && !is_short)
        postings_each(postings, (unsigned)space, key, take_term, gathering);
    else
        take_term(gathering, postings_find(postings, (unsigned)space, is_short ? (struct span){0} : key));
    return !is_short && key.len <= TERM_BYTES_MAX;
}

static bool is_cut(const char *key) {
    return strlen(key) > TERM_BYTES_MAX;
}

static bool is_one_word(const char *words) {
    return !strchr(words, ' ');
}

/* The rows of `one` are taken to be among those of `all` that stay. */
static void meet(struct gathering *all, struct gathering *one, bool is_first) {
    all->terms += one->terms;
    if (is_first || one->count < all->count)
        all->count = one->count;
    if (is_first) {
        all->rows = one->rows;
    } else if (one->rows) {
        roaring_bitmap_and_inplace(all->rows, one->rows);
        roaring_bitmap_free(one->rows);
    }
}

/* Rows that have all words of a phrase, wherever they stand. */
static void take_phrase(struct gathering *out, size_t space, const struct query_value *value) {
    const char *text = value->key;
    struct gathering all = {.running = out->running};
    bool is_first = true;
    if (is_one_word(text)) {
        take_key(out, space, span_of_text(text), value->prefix);
        return;
    }
    for (struct span word; document_next_word(&text, &word); is_first = false) {
        struct gathering one = {.running = out->running, .rows = out->rows ? bitmap_new() : NULL};
        take_key(&one, space, word, value->prefix && *text == '\0');
        meet(&all, &one, is_first);
    }
    out->terms += all.terms;
    out->count += all.count;
    if (all.rows) {
        roaring_bitmap_or_inplace(out->rows, all.rows);
        roaring_bitmap_free(all.rows);
    }
}

/* Rows whose words were left out may have any. */
static bool take_wordless(struct gathering *gathering) {
    const roaring_bitmap_t *wordless = gathering->running->index->wordless;
    if (roaring_bitmap_is_empty(wordless))
        return false;
    gathering->count += roaring_bitmap_get_cardinality(wordless);
    if (gathering->rows)
        roaring_bitmap_or_inplace(gathering->rows, wordless);
    return true;
}

static void take_members(struct gathering *gathering, const struct query_value *value) {
    const struct query_world *world = gathering->running->world;
    const struct index *index = gathering->running->index;
    char hex[65];
    for (size_t i = 0; i < index->originator_count; i++) {
        if (!world->is_called || !world->is_called(world->context, index->originators[i], value->key))
            continue;
        text_hex(hex, index->originators[i], 32);
        take_key(gathering, SLOT_ORIGINATOR, span_of_text(hex), false);
    }
}

/* True if these are the rows, and no others. */
static bool take_value(struct gathering *gathering, size_t slot, const struct query_value *value) {
    switch (value->how) {
    case HOW_PRESENT:
        return take_key(gathering, slot, (struct span){0}, false);
    case HOW_SAME:
    case HOW_BELOW:
        return take_key(gathering, slot, span_of_text(value->key), value->prefix);
    case HOW_PHRASE:
    case HOW_WHOLE:
        break;
    case HOW_MEMBER:
        take_members(gathering, value);
        return true;
    case HOW_BETWEEN:
        assert(false); /* a column has it */
    }
    if (document_compares(slot) == COMPARE_NAME) {
        take_phrase(gathering, slot, value);
        return value->how == HOW_PHRASE && is_one_word(value->key) && !is_cut(value->key);
    }
    take_phrase(gathering, SPACE_WORDS, value);
    take_wordless(gathering);
    return false;
}

/* Identifiers and places go by their fields. */
static bool take_text_by_field(struct gathering *gathering, const struct query_node *node) {
    const struct query_value *words = &node->values[0], *identifier = &node->values[1];
    char upper[TERM_BYTES_MAX + 1];
    size_t len = 0;
    bool is_exact = true;
    for (; words->key[len] && len < TERM_BYTES_MAX; len++)
        upper[len] =
            (char)(words->key[len] >= 'a' && words->key[len] <= 'z' ? words->key[len] - 'a' + 'A' : words->key[len]);
    upper[len] = '\0';
    for (size_t slot = 0; slot < SLOT_COUNT; slot++) {
        const struct field *field = document_field(slot);
        if (!field || !document_is_searched(slot))
            continue;
        if (document_compares(slot) == COMPARE_CODE)
            is_exact &= take_key(gathering, slot, span_of_text(upper), words->prefix);
        if (document_compares(slot) == COMPARE_IDENTIFIER)
            is_exact &= take_key(gathering, slot, span_of_text(document_strip(identifier->key, field->form)),
                                 identifier->prefix);
    }
    return is_exact;
}

static bool take_text(struct gathering *gathering, const struct query_node *node) {
    const struct query_value *words = &node->values[0];
    take_phrase(gathering, SPACE_WORDS, words);
    bool is_exact = take_text_by_field(gathering, node);
    is_exact &= !take_wordless(gathering);
    return is_exact && is_one_word(words->key) && !is_cut(words->key) && !gathering->running->in_group;
}

static bool take_leaf(struct gathering *gathering, const struct query_node *node) {
    bool is_exact = true;
    if (node->op == QUERY_TEXT)
        return take_text(gathering, node);
    for (size_t i = 0; i < node->slots.count; i++)
        for (size_t k = 0; k < node->value_count; k++)
            if (node->values[k].how != HOW_BETWEEN)
                is_exact &= take_value(gathering, node->slots.slots[i], &node->values[k]);
    return is_exact;
}

static struct hits evaluate_leaf(struct running *running, const struct query_node *node) {
    struct gathering gathering = {.running = running, .rows = bitmap_new()};
    bool is_exact = take_leaf(&gathering, node);
    struct hits hits = {gathering.rows, is_exact};
    tell(running, node, (struct index_step){.way = STEP_LIST, .terms = gathering.terms, .estimate = gathering.count},
         &hits);
    return hits;
}

/* ---- columns ---- */

/* Rows on their way into a bitmap. */
struct writing {
    roaring_bitmap_t *rows;
    size_t count;
    uint32_t block[1024];
};

static void flush(struct writing *writing) {
    if (writing->count)
        roaring_bitmap_add_many(writing->rows, writing->count, writing->block);
    writing->count = 0;
}

static void put(struct writing *writing, uint32_t row) {
    if (writing->count == sizeof writing->block / sizeof *writing->block)
        flush(writing);
    writing->block[writing->count++] = row;
}

static bool is_between(const struct query_node *node, double low, double high) {
    for (size_t i = 0; i < node->value_count; i++)
        if (node->values[i].how == HOW_BETWEEN && high >= node->values[i].low && low <= node->values[i].high)
            return true;
    return false;
}

static void look_at_block(const struct index *index, const struct query_node *node, size_t slot, const uint32_t *rows,
                          uint32_t count, struct writing *writing) {
    double low, high;
    for (uint32_t i = 0; i < count; i++)
        if (index_dense(index, slot, rows[i], &low, &high) && is_between(node, low, high))
            put(writing, rows[i]);
}

enum { BLOCK = 1024 };

static void look_at_dense(struct running *running, const struct query_node *node, size_t slot,
                          const roaring_bitmap_t *among, struct writing *writing) {
    const struct index *index = running->index;
    roaring_uint32_iterator_t iterator;
    uint32_t block[BLOCK], count = 0;
    if (!among) {
        for (uint32_t row = 0; row < index->count; row++) {
            block[count++] = row;
            if (count == BLOCK || row + 1 == index->count) {
                look_at_block(index, node, slot, block, count, writing);
                count = 0;
            }
        }
        return;
    }
    roaring_init_iterator(among, &iterator);
    while ((count = roaring_read_uint32_iterator(&iterator, block, BLOCK)) > 0)
        look_at_block(index, node, slot, block, count, writing);
}

/* A day as a bound: what is beyond all dates is cut. */
static uint32_t day_of(double number) {
    return number < 0 ? 0 : number > 99999999 ? 99999999 : (uint32_t)number;
}

/* Rows of one year, of which some may be outside. */
static void look_at_year(const struct index *index, uint32_t low, uint32_t high, const roaring_bitmap_t *year,
                         struct writing *writing) {
    roaring_uint32_iterator_t iterator;
    uint32_t block[BLOCK], count;
    roaring_init_iterator(year, &iterator);
    while ((count = roaring_read_uint32_iterator(&iterator, block, BLOCK)) > 0)
        for (uint32_t i = 0; i < count; i++) {
            uint32_t date = index->dates[block[i]], rest = date % 10000 == 0 ? 9999 : date % 100 == 0 ? 99 : 0;
            if (date <= high && date + rest >= low)
                put(writing, block[i]);
        }
}

/* Whole years are taken as they are; of the others, two at most, each row is looked at. */
static void take_years(struct gathering *gathering, const struct query_value *value, const roaring_bitmap_t *among) {
    const struct index *index = gathering->running->index;
    uint32_t low = day_of(ceil(value->low)), high = day_of(value->high);
    uint32_t year = low / 10000 > index->year_first ? low / 10000 : index->year_first;
    uint32_t last = high / 10000 < index->year_last ? high / 10000 : index->year_last;
    struct writing writing = {.rows = gathering->rows};
    char key[INDEX_YEAR_SIZE];
    for (; year <= last; year++) {
        uint32_t term = postings_find(&index->postings, SLOT_DATE, index_year_key(key, year));
        bool is_whole = low <= year * 10000 + 101 && high >= year * 10000 + 1231;
        if (is_whole || term == INTERN_NONE) {
            take_term(gathering, term);
            continue;
        }
        struct gathering part = {.running = gathering->running, .rows = bitmap_new()};
        take_term(&part, term);
        if (among)
            roaring_bitmap_and_inplace(part.rows, among);
        look_at_year(index, low, high, part.rows, &writing);
        gathering->terms += part.terms;
        roaring_bitmap_free(part.rows);
    }
    flush(&writing);
}

/* A date stands for the days that it leaves open. */
static double high_of(size_t slot, double low) {
    uint32_t date = document_field(slot)->type == FIELD_DATE ? (uint32_t)low : 1;
    return low + (date % 10000 == 0 ? 9999 : date % 100 == 0 ? 99 : 0);
}

static void look_at_column(struct running *running, const struct query_node *node, size_t slot,
                           const roaring_bitmap_t *among, struct writing *writing) {
    const struct column *column = &running->index->columns[slot];
    for (size_t i = 0; i < column->count; i++)
        if (is_between(node, column->numbers[i], high_of(slot, column->numbers[i])) &&
            (!among || roaring_bitmap_contains(among, column->rows[i])))
            put(writing, column->rows[i]);
}

/* `among`: only these rows; NULL: all. */
static struct hits evaluate_order(struct running *running, const struct query_node *node,
                                  const roaring_bitmap_t *among) {
    struct gathering gathering = {.running = running, .rows = bitmap_new()};
    struct writing writing = {.rows = gathering.rows};
    take_leaf(&gathering, node); /* for "any value at all" */
    bool by_year = node->slots.slots[0] == SLOT_DATE;
    for (size_t i = 0; by_year && i < node->value_count; i++)
        if (node->values[i].how == HOW_BETWEEN)
            take_years(&gathering, &node->values[i], among);
    if (among)
        roaring_bitmap_and_inplace(gathering.rows, among);
    for (size_t i = 0; !by_year && i < node->slots.count; i++) {
        if (index_is_dense(node->slots.slots[i]))
            look_at_dense(running, node, node->slots.slots[i], among, &writing);
        look_at_column(running, node, node->slots.slots[i], among, &writing);
    }
    flush(&writing);
    struct hits hits = {gathering.rows, true};
    uint64_t looked_at = among ? roaring_bitmap_get_cardinality(among) : running->index->count;
    tell(running, node,
         (struct index_step){.way = among ? STEP_FILTER : STEP_SCAN, .terms = gathering.terms, .estimate = looked_at},
         &hits);
    return hits;
}

static bool is_order(const struct query_node *node) {
    return node->op == QUERY_FIELD && document_compares(node->slots.slots[0]) == COMPARE_ORDER;
}

/* ---- near ---- */

static void look_at_places(struct gathering *gathering, const struct query_node *node) {
    const struct index *index = gathering->running->index;
    for (size_t i = 0; i < index->place_count; i++) {
        const char *code = postings_text(&index->postings, index->places[i]);
        const struct place *place = places_find(gathering->running->world->references->places, code);
        if (place && query_is_near(node, (double)place->latitude, (double)place->longitude))
            take_term(gathering, index->places[i]);
    }
}

/* Both columns have their rows in order, and a row at most once. */
static void look_at_positions(struct gathering *gathering, const struct query_node *node) {
    const struct column *latitude = &gathering->running->index->columns[SLOT_LATITUDE];
    const struct column *longitude = &gathering->running->index->columns[SLOT_LONGITUDE];
    struct writing writing = {.rows = gathering->rows};
    for (size_t i = 0, k = 0; i < latitude->count; i++) {
        while (k < longitude->count && longitude->rows[k] < latitude->rows[i])
            k++;
        if (k < longitude->count && longitude->rows[k] == latitude->rows[i] &&
            query_is_near(node, latitude->numbers[i], longitude->numbers[k]))
            put(&writing, latitude->rows[i]);
    }
    flush(&writing);
}

static struct hits evaluate_near(struct running *running, const struct query_node *node) {
    struct gathering gathering = {.running = running, .rows = bitmap_new()};
    look_at_places(&gathering, node);
    look_at_positions(&gathering, node);
    struct hits hits = {gathering.rows, true};
    tell(running, node, (struct index_step){.way = STEP_SCAN, .terms = gathering.terms, .estimate = gathering.count},
         &hits);
    return hits;
}

/* ---- and, or, not, groups ---- */

static struct hits everything(const struct running *running, bool is_exact) {
    struct hits hits = {bitmap_new(), is_exact};
    roaring_bitmap_add_range(hits.rows, 0, running->index->count);
    return hits;
}

static uint64_t estimate(struct running *running, const struct query_node *node) {
    struct gathering gathering = {.running = running};
    uint64_t all = running->index->count, rows = 0;
    switch (node->op) {
    case QUERY_FIELD:
    case QUERY_TEXT:
        if (is_order(node))
            return all + 1; /* looked at last */
        take_leaf(&gathering, node);
        return gathering.count;
    case QUERY_NOT:
        return all;
    case QUERY_NEAR:
        return all / 4;
    case QUERY_GROUP:
        return estimate(running, node->first);
    case QUERY_OR:
        for (const struct query_node *child = node->first; child; child = child->next)
            rows += estimate(running, child);
        return rows;
    case QUERY_AND:
        break;
    }
    rows = all;
    for (const struct query_node *child = node->first; child; child = child->next) {
        uint64_t of_child = estimate(running, child);
        rows = of_child < rows ? of_child : rows;
    }
    return rows;
}

static struct hits evaluate_or(struct running *running, const struct query_node *node) {
    struct hits hits = {bitmap_new(), true};
    for (const struct query_node *child = node->first; child; child = child->next) {
        struct hits one = evaluate(running, child);
        roaring_bitmap_or_inplace(hits.rows, one.rows);
        roaring_bitmap_free(one.rows);
        hits.is_exact &= one.is_exact;
    }
    return hits;
}

/* Of rows too many nothing can be said about the others. */
static struct hits evaluate_not(struct running *running, const struct query_node *node) {
    if (running->in_group)
        return everything(running, false);
    struct hits below = evaluate(running, node->first);
    struct hits hits = everything(running, below.is_exact);
    if (below.is_exact)
        roaring_bitmap_andnot_inplace(hits.rows, below.rows);
    roaring_bitmap_free(below.rows);
    return hits;
}

static struct hits evaluate_group(struct running *running, const struct query_node *node) {
    running->in_group = true;
    struct hits hits = evaluate(running, node->first);
    running->in_group = false;
    hits.is_exact &= node->first->op == QUERY_FIELD;
    return hits;
}

struct ranked {
    const struct query_node *node;
    uint64_t rows;
};

static int by_rows(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return (x->rows > y->rows) - (x->rows < y->rows);
}

/* Narrows `hits` by one more condition. */
static void narrow(struct running *running, struct hits *hits, const struct query_node *node) {
    struct hits one = is_order(node) ? evaluate_order(running, node, hits->rows) : evaluate(running, node);
    roaring_bitmap_and_inplace(hits->rows, one.rows);
    roaring_bitmap_free(one.rows);
    hits->is_exact &= one.is_exact;
}

static struct hits evaluate_and(struct running *running, const struct query_node *node) {
    struct ranked children[QUERY_NODES_MAX];
    size_t count = 0;
    for (const struct query_node *child = node->first; child; child = child->next)
        children[count++] = (struct ranked){child, estimate(running, child)};
    qsort(children, count, sizeof *children, by_rows);
    struct hits hits = evaluate(running, children[0].node);
    for (size_t i = 1; i < count && !roaring_bitmap_is_empty(hits.rows); i++)
        narrow(running, &hits, children[i].node);
    return hits;
}

static struct hits evaluate_any(struct running *running, const struct query_node *node) {
    switch (node->op) {
    case QUERY_AND:
        return evaluate_and(running, node);
    case QUERY_OR:
        return evaluate_or(running, node);
    case QUERY_NOT:
        return evaluate_not(running, node);
    case QUERY_GROUP:
        return evaluate_group(running, node);
    case QUERY_NEAR:
        return evaluate_near(running, node);
    case QUERY_FIELD:
    case QUERY_TEXT:
        break;
    }
    return is_order(node) ? evaluate_order(running, node, NULL) : evaluate_leaf(running, node);
}

static struct hits evaluate(struct running *running, const struct query_node *node) {
    struct hits hits = evaluate_any(running, node);
    hits.is_exact |= roaring_bitmap_is_empty(hits.rows); /* of rows too many none is left */
    return hits;
}

struct hits index_evaluate(struct index *index, const struct query_node *where, const struct query_world *world,
                           struct index_plan *plan) {
    struct running running = {.index = index, .world = world, .plan = plan};
    return where ? evaluate(&running, where) : everything(&running, true);
}
