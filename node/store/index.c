#include "store/index.h"

#include <assert.h>
#include <stdio.h>

#include "base/random.h"
#include "base/text.h"
#include "core/links.h"
#include "core/names.h"
#include "store/index_internal.h"
#include "store/vector.h"

enum { TABLE_FIRST = 64, DIGITS_MIN = 4, DIGITS_MAX = 64, ALERT_DIGITS = 32 };

struct index *index_new(const struct taxa *taxa, uint64_t bytes_max) {
    struct index *index = calloc(1, sizeof *index);
    if (!index)
        return NULL;
    arena_init(&index->shared, SIZE_MAX);
    random_fill(random_system(), &index->seed, sizeof index->seed); /* orders tables, never results */
    index->taxa = taxa;
    index->bytes_max = bytes_max;
    index->year_first = UINT32_MAX;
    index->current = roaring_bitmap_create();
    index->whole = roaring_bitmap_create();
    index->wordless = roaring_bitmap_create();
    index->object_fronts.heads = calloc(FRONTS, sizeof(uint32_t));
    index->alert_fronts.heads = calloc(FRONTS, sizeof(uint32_t));
    if (!index->object_fronts.heads || !index->alert_fronts.heads || postings_init(&index->postings, index->seed) ||
        !index->current || !index->whole || !index->wordless) {
        index_free(index);
        return NULL;
    }
    return index;
}

static void free_bitmap(roaring_bitmap_t *bitmap) {
    if (bitmap)
        roaring_bitmap_free(bitmap);
}

void index_free(struct index *index) {
    if (!index)
        return;
    postings_release(&index->postings);
    for (size_t slot = 0; slot < SLOT_COUNT; slot++)
        column_release(&index->columns[slot]);
    free_bitmap(index->current);
    free_bitmap(index->whole);
    free_bitmap(index->wordless);
    arena_release(&index->shared);
    free(index->rows);
    free(index->dates);
    free(index->same);
    free(index->objects.slots);
    free(index->alerts.slots);
    free(index->object_fronts.heads);
    free(index->object_fronts.next);
    free(index->alert_fronts.heads);
    free(index->alert_fronts.next);
    free(index->endings);
    free(index->places);
    free(index->names);
    free(index->originators);
    free(index->sets);
    free(index);
}

size_t index_count(const struct index *index) {
    return index->live;
}

size_t index_erased(const struct index *index) {
    return index->erased;
}

size_t index_wordless(const struct index *index) {
    return roaring_bitmap_get_cardinality(index->wordless);
}

size_t index_bytes(const struct index *index) {
    size_t bytes = sizeof *index + postings_bytes(&index->postings) + index->shared.used +
                   roaring_bitmap_size_in_bytes(index->current) + roaring_bitmap_size_in_bytes(index->whole) +
                   roaring_bitmap_size_in_bytes(index->wordless) + index->row_capacity * sizeof *index->rows +
                   index->endings_capacity * sizeof *index->endings +
                   index->originators_capacity * sizeof *index->originators +
                   index->sets_capacity * sizeof *index->sets +
                   (index->dates_capacity + index->same_capacity + 2 * FRONTS + index->object_fronts.capacity +
                    index->alert_fronts.capacity + index->objects.size + index->alerts.size + index->places_capacity +
                    index->names_capacity) *
                       sizeof(uint32_t);
    for (size_t slot = 0; slot < SLOT_COUNT; slot++)
        bytes += column_bytes(&index->columns[slot]);
    return bytes;
}

/* ---- slots by id ---- */

/* Versions of an alert follow each other only if one originator made them: nobody can supersede another's alert. */
struct id {
    const uint8_t *bytes;
    size_t len;
    const uint8_t *originator; /* of an alert id, as rows have it; NULL: it does not matter */
};

static struct id object_id(const uint8_t object[static 32]) {
    return (struct id){object, 32, NULL};
}

static struct id alert_id(const struct index *index, uint32_t slot) {
    return (struct id){index->rows[slot].alert, 16, index->rows[slot].originator};
}

static bool slot_has_id(const struct index *index, uint32_t slot, const struct id *id) {
    const struct index_row *row = &index->rows[slot];
    const uint8_t *bytes = id->len == 32 ? row->object : row->alert;
    return memcmp(bytes, id->bytes, id->len) == 0 && (!id->originator || id->originator == row->originator);
}

/* The place in the table of the slot that has the id, or the free one where it belongs. */
static uint32_t *table_at(const struct index *index, const struct table *table, struct id id) {
    size_t at = intern_hash(index->seed, span_of(id.bytes, id.len)) & (table->size - 1);
    while (table->slots[at] != NO_SLOT && !slot_has_id(index, table->slots[at], &id))
        at = (at + 1) & (table->size - 1);
    return &table->slots[at];
}

static bool table_reserve(const struct index *index, struct table *table, bool of_objects) {
    if (3 * (table->count + 1) <= 2 * table->size)
        return true;
    struct table larger = {.size = table->size ? 2 * table->size : TABLE_FIRST, .count = table->count};
    larger.slots = malloc(larger.size * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    memset(larger.slots, 0xFF, larger.size * sizeof *larger.slots); /* NO_SLOT */
    for (size_t i = 0; i < table->size; i++) {
        uint32_t slot = table->slots[i];
        if (slot != NO_SLOT)
            *table_at(index, &larger, of_objects ? object_id(index->rows[slot].object) : alert_id(index, slot)) = slot;
    }
    free(table->slots);
    *table = larger;
    return true;
}

static void table_set(struct table *table, uint32_t *at, uint32_t slot) {
    table->count += *at == NO_SLOT;
    *at = slot;
}

/* ---- columns that rows have anyway ---- */

/* Of year, month and day the date says all but what no calendar has. */
static uint32_t part_of_date(uint32_t date, size_t slot) {
    if (slot == SLOT_YEAR)
        return date / 10000;
    return slot == SLOT_MONTH ? date / 100 % 100 : date % 100;
}

struct span index_year_key(char out[static INDEX_YEAR_SIZE], uint32_t year) {
    snprintf(out, INDEX_YEAR_SIZE, "%u", year % 10000);
    return span_of_text(out);
}

bool index_is_dense(size_t slot) {
    return slot == SLOT_DATE || slot == SLOT_CREATED || slot == SLOT_VERSION || slot == SLOT_YEAR ||
           slot == SLOT_MONTH || slot == SLOT_DAY;
}

bool index_dense(const struct index *index, size_t slot, uint32_t row, double *low, double *high) {
    uint32_t date = index->dates[row];
    if (slot == SLOT_CREATED || slot == SLOT_VERSION) {
        *low = *high = slot == SLOT_CREATED ? (double)index->rows[row].created : index->rows[row].version;
        return true;
    }
    uint32_t number = slot == SLOT_DATE ? date : part_of_date(date, slot);
    *low = *high = number;
    if (slot == SLOT_DATE)
        *high += date % 10000 == 0 ? 9999 : date % 100 == 0 ? 99 : 0;
    return number != 0;
}

/* ---- adding ---- */

static enum result share_originator(struct index *index, const uint8_t originator[static 32], const uint8_t **shared) {
    for (size_t i = 0; i < index->originator_count; i++)
        if (memcmp(index->originators[i], originator, 32) == 0) {
            *shared = index->originators[i];
            return RESULT_OK;
        }
    const uint8_t *copy = arena_copy(&index->shared, originator, 32);
    if (!copy || !vector_reserve(&index->originators, &index->originators_capacity, index->originator_count + 1,
                                 sizeof *index->originators))
        return RESULT_NO_MEMORY;
    *shared = index->originators[index->originator_count++] = copy;
    return RESULT_OK;
}

/* There are as many as views of a policy; should there be more, they have copies of their own. */
static enum result share_set(struct index *index, const struct field_set *set, const struct field_set **shared) {
    enum { SETS_COMPARED_MAX = 256 };
    for (size_t i = 0; i < index->set_count; i++)
        if (memcmp(index->sets[i], set, sizeof *set) == 0) {
            *shared = index->sets[i];
            return RESULT_OK;
        }
    *shared = arena_copy(&index->shared, set, sizeof *set);
    if (!*shared)
        return RESULT_NO_MEMORY;
    if (index->set_count == SETS_COMPARED_MAX)
        return RESULT_OK;
    if (!vector_reserve(&index->sets, &index->sets_capacity, index->set_count + 1, sizeof *index->sets))
        return RESULT_NO_MEMORY;
    index->sets[index->set_count++] = *shared;
    return RESULT_OK;
}

/* A value of a row on its way into the index. */
struct keeping {
    struct index *index;
    size_t slot;
    uint32_t row;
    enum result result;
};

static void keep_term(struct keeping *keeping, unsigned space, struct span key) {
    uint32_t term;
    if (!keeping->result)
        keeping->result = postings_add(&keeping->index->postings, space, key, keeping->row, &term);
}

static void keep_presence(struct keeping *keeping) {
    struct index *index = keeping->index;
    uint32_t *term = &index->has[keeping->slot];
    if (keeping->result)
        return;
    if (*term == INTERN_NONE)
        keeping->result = postings_add(&index->postings, (unsigned)keeping->slot, (struct span){0}, keeping->row, term);
    else
        keeping->result = postings_add_row(&index->postings, *term, keeping->row);
}

static void keep_above(void *context, struct span above) {
    struct keeping *keeping = context;
    uint8_t small[TERM_BYTES_MAX];
    size_t len = above.len < sizeof small ? above.len : sizeof small;
    for (size_t i = 0; i < len; i++)
        small[i] = (uint8_t)(above.data[i] >= 'A' && above.data[i] <= 'Z' ? above.data[i] - 'A' + 'a' : above.data[i]);
    keep_term(keeping, (unsigned)keeping->slot, span_of(small, len));
}

static void keep_words(struct keeping *keeping, const char *text, bool by_field) {
    for (struct span word; document_next_word(&text, &word);) {
        if (!keeping->index->is_full)
            keep_term(keeping, SPACE_WORDS, word);
        if (by_field)
            keep_term(keeping, (unsigned)keeping->slot, word);
    }
}

/* Initials have nothing in common with the words that they stand for. */
static void keep_skeletons(struct keeping *keeping, const char *folded) {
    struct name name;
    char skeleton[NAME_WORD_BYTES];
    name_read(&name, folded);
    for (size_t i = 0; i < name.count && !keeping->index->is_full; i++) {
        name_skeleton(skeleton, &name.words[i]);
        if (name.words[i].len > 1)
            keep_term(keeping, SPACE_SKELETONS, span_of_text(skeleton));
    }
}

/* Places are few: `near` looks at all of them. */
static void keep_place(struct keeping *keeping, struct span code) {
    struct index *index = keeping->index;
    size_t before = index->postings.terms.count;
    keep_term(keeping, (unsigned)keeping->slot, code);
    if (keeping->result || index->postings.terms.count == before)
        return;
    if (!vector_reserve(&index->places, &index->places_capacity, index->place_count + 1, sizeof *index->places))
        keeping->result = RESULT_NO_MEMORY;
    else
        index->places[index->place_count++] = (uint32_t)index->postings.terms.count;
}

/* Of dates the year is a term as well: most ranges are of whole years, or nearly. */
static void keep_year(struct keeping *keeping, uint32_t date) {
    struct index *index = keeping->index;
    uint32_t year = date / 10000;
    char key[INDEX_YEAR_SIZE];
    index->year_first = index->year_first < year ? index->year_first : year;
    index->year_last = index->year_last > year ? index->year_last : year;
    keep_term(keeping, SLOT_DATE, index_year_key(key, year));
}

static void keep_number(struct keeping *keeping, const struct value *value) {
    struct index *index = keeping->index;
    if (value->slot == SLOT_DATE)
        keep_year(keeping, index->dates[keeping->row]);
    double low, high;
    bool is_said =
        index_is_dense(value->slot) && index_dense(index, value->slot, keeping->row, &low, &high) && low == value->low;
    if (!is_said && !keeping->result)
        keeping->result = column_add(&index->columns[value->slot], keeping->row, value->low);
}

static void keep_value(struct keeping *keeping, const struct value *value) {
    struct span key = value->key ? span_of_text(value->key) : (struct span){0};
    if (keeping->slot != value->slot) { /* values of a field stand together */
        keeping->slot = value->slot;
        keep_presence(keeping);
    }
    switch (document_compares(value->slot)) {
    case COMPARE_CODE:
        if (value->slot == SLOT_PLACE || value->slot == SLOT_LEG_PLACE)
            keep_place(keeping, key);
        else
            keep_term(keeping, value->slot, key);
        break;
    case COMPARE_IDENTIFIER:
        keep_term(keeping, value->slot, key);
        break;
    case COMPARE_TAXON:
        taxa_each_above(keeping->index->taxa, value->key, keep_above, keeping);
        keep_words(keeping, value->key, false);
        break;
    case COMPARE_NAME:
        if (link_is_name(value))
            keep_skeletons(keeping, value->key);
        /* fall through */
    case COMPARE_PROSE:
        keep_words(keeping, value->key, document_compares(value->slot) == COMPARE_NAME);
        break;
    case COMPARE_ORDER:
        keep_number(keeping, value);
        break;
    case COMPARE_MEMBER:
        break;
    }
}

static enum result keep_document(struct index *index, uint32_t row, const struct document *document) {
    char member[65];
    struct keeping keeping = {.index = index, .row = row, .slot = SLOT_ORIGINATOR};
    text_hex(member, document->originator, 32);
    keep_term(&keeping, SLOT_ORIGINATOR, span_of_text(member));
    keep_presence(&keeping);
    for (size_t i = 0; i < document->count; i++)
        keep_value(&keeping, &document->values[i]);
    return keeping.result;
}

static bool reserve_slot(struct index *index) {
    size_t need = index->count + 1;
    return need < NO_SLOT && vector_reserve(&index->rows, &index->row_capacity, need, sizeof *index->rows) &&
           vector_reserve(&index->dates, &index->dates_capacity, need, sizeof *index->dates) &&
           vector_reserve(&index->same, &index->same_capacity, need, sizeof *index->same) &&
           vector_reserve(&index->object_fronts.next, &index->object_fronts.capacity, need, sizeof(uint32_t)) &&
           vector_reserve(&index->alert_fronts.next, &index->alert_fronts.capacity, need, sizeof(uint32_t)) &&
           table_reserve(index, &index->objects, true) && table_reserve(index, &index->alerts, false);
}

/* Rows whose ids begin with the same two bytes hang together: where a person names one by its first digits. */
static void place_front(struct fronts *fronts, const uint8_t *id, uint32_t slot) {
    uint32_t *head = &fronts->heads[id[0] << 8 | id[1]];
    fronts->next[slot] = *head;
    *head = slot + 1;
}

/* Without memory it is only not remembered when this was: a page that was begun before may lack the row. */
static void end_row(struct index *index, struct ending ending) {
    ending.was_current = roaring_bitmap_contains(index->current, ending.slot);
    if ((ending.was_current || ending.is_replaced) &&
        vector_reserve(&index->endings, &index->endings_capacity, index->ending_count + 1, sizeof *index->endings))
        index->endings[index->ending_count++] = ending;
    roaring_bitmap_remove(index->current, ending.slot);
}

static void supersede(struct index *index, uint32_t slot, uint32_t by) {
    index->rows[slot].superseded = true;
    end_row(index, (struct ending){.slot = slot, .by = by});
}

static void place_version(struct index *index, uint32_t slot) {
    struct index_row *row = &index->rows[slot];
    uint32_t *at = table_at(index, &index->alerts, alert_id(index, slot));
    uint32_t newest = *at;
    uint32_t version = newest == NO_SLOT ? 0 : index->rows[newest].version;
    if (newest != NO_SLOT && row->version < version) {
        row->superseded = true;
        roaring_bitmap_remove(index->current, slot);
        return;
    }
    if (newest != NO_SLOT && row->version == version)
        index->same[slot] = newest;
    else
        for (uint32_t older = newest; older != NO_SLOT; older = index->same[older])
            supersede(index, older, slot);
    table_set(&index->alerts, at, slot);
}

/* No page that was begun before shows it, either. */
static void forget_ending(struct index *index, uint32_t slot) {
    size_t kept = 0;
    for (size_t i = 0; i < index->ending_count; i++)
        if (index->endings[i].slot != slot)
            index->endings[kept++] = index->endings[i];
    index->ending_count = kept;
}

static void place_object(struct index *index, uint32_t slot) {
    uint32_t *at = table_at(index, &index->objects, object_id(index->rows[slot].object));
    uint32_t before = *at;
    table_set(&index->objects, at, slot);
    index->erased += index->rows[slot].is_erased && (before == NO_SLOT || !index->rows[before].is_erased);
    if (before == NO_SLOT) {
        index->live++;
        return;
    }
    end_row(index, (struct ending){.slot = before, .by = slot, .is_replaced = true});
    if (index->rows[slot].is_erased)
        forget_ending(index, before);
    roaring_bitmap_remove(index->whole, before);
}

/* Walking the index costs: it is done each time it has grown by a part. */
static void look_at_memory(struct index *index) {
    enum { PART = 32, FIRST = 1024 };
    if (!index->bytes_max || index->is_full || index->count < index->next_look)
        return;
    index->is_full = index_bytes(index) > index->bytes_max;
    index->next_look = index->count + index->count / PART + FIRST;
}

enum result index_add(struct index *index, const struct index_row *added, const struct document *document) {
    struct index_row row = *added;
    uint32_t slot = (uint32_t)index->count;
    assert(slot == 0 || index->rows[slot - 1].sequence < added->sequence);
    row.superseded = false;
    look_at_memory(index);
    TRY(share_originator(index, added->originator, &row.originator));
    TRY(share_set(index, added->shown, &row.shown));
    if (!reserve_slot(index))
        return RESULT_NO_MEMORY;
    index->rows[slot] = row;
    index->dates[slot] = document->date;
    index->same[slot] = NO_SLOT;
    index->count++;
    TRY(keep_document(index, slot, document)); /* on failure the slot stays behind, and no search finds it */
    if (!row.is_erased)                        /* it is found by its id alone, or with the older versions */
        roaring_bitmap_add(index->current, slot);
    roaring_bitmap_add(index->whole, slot);
    if (index->is_full)
        roaring_bitmap_add(index->wordless, slot);
    place_version(index, slot);
    place_object(index, slot);
    place_front(&index->object_fronts, row.object, slot);
    place_front(&index->alert_fronts, row.alert, slot);
    return RESULT_OK;
}

/* ---- finding ---- */

const struct index_row *index_find(const struct index *index, const uint8_t object[static 32]) {
    if (!index->count)
        return NULL;
    uint32_t slot = *table_at(index, &index->objects, object_id(object));
    return slot == NO_SLOT ? NULL : &index->rows[slot];
}

static const uint8_t *find_originator(const struct index *index, const uint8_t originator[static 32]) {
    for (size_t i = 0; i < index->originator_count; i++)
        if (memcmp(index->originators[i], originator, 32) == 0)
            return index->originators[i];
    return NULL;
}

const struct index_row *index_newest(const struct index *index, const uint8_t alert[static 16],
                                     const uint8_t originator[static 32]) {
    const uint8_t *shared = find_originator(index, originator);
    if (!index->count || !shared)
        return NULL;
    uint32_t slot = *table_at(index, &index->alerts, (struct id){alert, 16, shared});
    return slot == NO_SLOT ? NULL : &index->rows[slot];
}

void index_versions(const struct index *index, const uint8_t alert[static 16], const uint8_t originator[static 32],
                    bool (*visit)(void *context, const struct index_row *row), void *context) {
    const uint8_t *shared = find_originator(index, originator);
    for (uint32_t at = shared ? index->alert_fronts.heads[alert[0] << 8 | alert[1]] : 0; at;
         at = index->alert_fronts.next[at - 1]) {
        const struct index_row *row = &index->rows[at - 1];
        if (row->originator == shared && memcmp(row->alert, alert, sizeof row->alert) == 0 && !visit(context, row))
            return;
    }
}

bool index_at(const struct index *index, size_t place, const struct index_row **row) {
    if (place >= index->count)
        return false;
    *row = roaring_bitmap_contains(index->whole, (uint32_t)place) ? &index->rows[place] : NULL;
    return true;
}

void index_hide(struct index *index, const uint8_t object[static 32]) {
    uint32_t slot = index->count ? *table_at(index, &index->objects, object_id(object)) : NO_SLOT;
    if (slot != NO_SLOT)
        roaring_bitmap_remove(index->current, slot);
}

uint64_t index_latest(const struct index *index, const uint8_t originator[static 32]) {
    const uint8_t *shared = find_originator(index, originator);
    uint64_t latest = 0;
    for (size_t slot = 0; shared && slot < index->count; slot++)
        if (index->rows[slot].originator == shared && index->rows[slot].created > latest)
            latest = index->rows[slot].created;
    return latest;
}

struct digits {
    uint8_t bytes[DIGITS_MAX / 2];
    size_t count;
};

static bool read_digits(struct digits *out, const char *prefix) {
    char even[DIGITS_MAX + 2];
    out->count = strnlen(prefix, DIGITS_MAX + 1);
    if (out->count < DIGITS_MIN || out->count > DIGITS_MAX)
        return false;
    memcpy(even, prefix, out->count);
    even[out->count] = '0'; /* completes the last byte */
    even[out->count + out->count % 2] = '\0';
    return text_unhex(out->bytes, (out->count + 1) / 2, even);
}

static bool begins_with(const uint8_t *id, const struct digits *digits) {
    size_t whole = digits->count / 2;
    return memcmp(id, digits->bytes, whole) == 0 &&
           (digits->count % 2 == 0 || id[whole] >> 4 == digits->bytes[whole] >> 4);
}

/* What the digits have found: none, one, or more than one. */
struct named {
    const struct index *index;
    const struct digits *digits;
    uint32_t slot;
    bool several;
};

static void look_at_front(struct named *named, const struct fronts *fronts, bool of_alerts) {
    const struct index *index = named->index;
    const uint8_t *bytes = named->digits->bytes;
    for (uint32_t at = fronts->heads[bytes[0] << 8 | bytes[1]]; at; at = fronts->next[at - 1]) {
        uint32_t slot = at - 1;
        const struct index_row *row = &index->rows[slot];
        bool is_named = of_alerts ? !row->superseded && begins_with(row->alert, named->digits)
                                  : begins_with(row->object, named->digits);
        if (!is_named || slot == named->slot || !roaring_bitmap_contains(index->whole, slot))
            continue;
        named->several = named->several || named->slot != NO_SLOT;
        named->slot = slot;
    }
}

enum result index_find_prefix(const struct index *index, const char *prefix, const struct index_row **out) {
    struct digits digits;
    struct named named = {.index = index, .digits = &digits, .slot = NO_SLOT};
    if (!read_digits(&digits, prefix))
        return RESULT_INVALID;
    look_at_front(&named, &index->object_fronts, false);
    if (digits.count <= ALERT_DIGITS)
        look_at_front(&named, &index->alert_fronts, true);
    if (named.several)
        return RESULT_EXISTS;
    if (named.slot == NO_SLOT)
        return RESULT_NOT_FOUND;
    *out = &index->rows[named.slot];
    return RESULT_OK;
}
