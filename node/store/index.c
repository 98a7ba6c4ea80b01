#include "store/index.h"

#include "store/index_internal.h"

#include "base/random.h"
#include "base/text.h"
#include "store/vector.h"

enum { TABLE_FIRST = 64, DIGITS_MIN = 4, DIGITS_MAX = 64, ALERT_DIGITS = 32 };

struct index *index_new(void) {
    struct index *index = calloc(1, sizeof *index);
    if (!index)
        return NULL;
    arena_init(&index->lists, SIZE_MAX);
    random_fill(random_system(), &index->seed, sizeof index->seed); /* orders tables, never results */
    index->texts.seed = index->taxa.seed = index->words.seed = index->seed;
    return index;
}

void index_free(struct index *index) {
    if (!index)
        return;
    intern_release(&index->texts);
    intern_release(&index->taxa);
    intern_release(&index->words);
    postings_release(&index->postings);
    arena_release(&index->lists);
    free(index->rows);
    free(index->facts);
    free(index->order);
    free(index->objects.slots);
    free(index->alerts.slots);
    free(index->originators);
    free(index->numbers);
    free(index->word_bytes);
    free(index->scratch);
    free(index->hits);
    free(index->fits);
    free(index);
}

size_t index_count(const struct index *index) {
    return index->live;
}

size_t index_bytes(const struct index *index) {
    return sizeof *index - sizeof index->postings + postings_bytes(&index->postings) + intern_bytes(&index->texts) +
           intern_bytes(&index->taxa) + intern_bytes(&index->words) + index->lists.used +
           index->row_capacity * sizeof *index->rows + index->facts_capacity * sizeof *index->facts +
           (index->order_capacity + index->objects.size + index->alerts.size + index->number_capacity +
            index->scratch_capacity) *
               sizeof(uint32_t) +
           index->originator_capacity * sizeof *index->originators + index->word_capacity + index->hits_capacity +
           index->fits_capacity;
}

/* ---- slots by id ---- */

/* Versions of an alert follow each other only if one originator made them: nobody can supersede another's alert. */
struct id {
    const uint8_t *bytes;
    size_t len;
    uint32_t originator; /* of an alert id; NO_SLOT: it does not matter */
};

static struct id object_id(const uint8_t object[static 32]) {
    return (struct id){object, 32, NO_SLOT};
}

static struct id alert_id(const struct index *index, uint32_t slot) {
    return (struct id){index->rows[slot].shown.alert, 16, index->facts[slot].originator};
}

static bool slot_has_id(const struct index *index, uint32_t slot, const struct id *id) {
    const struct index_row *shown = &index->rows[slot].shown;
    const uint8_t *bytes = id->len == 32 ? shown->object : shown->alert;
    return memcmp(bytes, id->bytes, id->len) == 0 &&
           (id->originator == NO_SLOT || id->originator == index->facts[slot].originator);
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
            *table_at(index, &larger, of_objects ? object_id(index->rows[slot].shown.object) : alert_id(index, slot)) =
                slot;
    }
    free(table->slots);
    *table = larger;
    return true;
}

static void table_set(struct table *table, uint32_t *at, uint32_t slot) {
    table->count += *at == NO_SLOT;
    *at = slot;
}

/* ---- adding ---- */

/* A copy of the text that stays, and its number. */
static enum result keep_text(struct intern *intern, const char *text, const char **kept, uint32_t *number) {
    TRY(intern_add(intern, span_of_text(text), number));
    *kept = intern_text(intern, *number);
    return RESULT_OK;
}

static enum result keep_originator(struct index *index, const uint8_t originator[static 32], uint32_t *number) {
    for (size_t i = 0; i < index->originator_count; i++)
        if (memcmp(index->originators[i], originator, 32) == 0) {
            *number = (uint32_t)i;
            return RESULT_OK;
        }
    if (!vector_reserve(&index->originators, &index->originator_capacity, index->originator_count + 1, 32))
        return RESULT_NO_MEMORY;
    memcpy(index->originators[index->originator_count], originator, 32);
    *number = (uint32_t)index->originator_count++;
    return RESULT_OK;
}

/* A copy of the list with kept texts; their numbers go behind `numbers`. */
static enum result keep_list(struct index *index, struct intern *intern, const char *const *list,
                             const char *const **kept, uint16_t *count) {
    size_t len = 0;
    while (list[len] && len < UINT16_MAX)
        len++;
    const char **copy = arena_array(&index->lists, len + 1, sizeof *copy);
    if (!copy || !vector_reserve(&index->numbers, &index->number_capacity, index->number_count + len, sizeof(uint32_t)))
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < len; i++)
        TRY(keep_text(intern, list[i], &copy[i], &index->numbers[index->number_count + i]));
    index->number_count += len;
    *kept = copy;
    *count = (uint16_t)len;
    return RESULT_OK;
}

static enum result keep_summary(struct index *index, const struct summary *summary, struct summary *kept,
                                struct facts *facts) {
    uint32_t number;
    size_t lists = index->number_count;
    *kept = *summary;
    kept->text = "";
    *facts = (struct facts){.date = summary->date, .transport = summary->transport, .lists = (uint32_t)lists};
    TRY(keep_text(&index->texts, summary->kind, &kept->kind, &facts->kind));
    TRY(keep_text(&index->texts, summary->tlp, &kept->tlp, &number));
    TRY(keep_text(&index->texts, summary->country, &kept->country, &number));
    TRY(keep_text(&index->texts, summary->place, &kept->place, &number));
    TRY(keep_text(&index->texts, summary->quantity, &kept->quantity, &number));
    TRY(keep_originator(index, summary->originator, &facts->originator));
    TRY(keep_list(index, &index->texts, summary->countries, &kept->countries, &facts->country_count));
    return keep_list(index, &index->taxa, summary->taxa, &kept->taxa, &facts->taxon_count);
}

static int compare_numbers(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum result keep_words(struct index *index, const char *text, struct row *row) {
    size_t count = 0;
    for (struct span word; query_next_word(&text, &word); count++) {
        if (!vector_reserve(&index->scratch, &index->scratch_capacity, count + 1, sizeof *index->scratch))
            return RESULT_NO_MEMORY;
        TRY(intern_add(&index->words, word, &index->scratch[count]));
        TRY(postings_add(&index->postings, word, (uint32_t)index->count));
    }
    if (index->word_len > UINT32_MAX ||
        !vector_reserve(&index->word_bytes, &index->word_capacity, index->word_len + count * VARINT_MAX, 1))
        return RESULT_NO_MEMORY;
    if (count)
        qsort(index->scratch, count, sizeof *index->scratch, compare_numbers);
    row->words = (uint32_t)index->word_len;
    row->word_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        uint32_t before = i ? index->scratch[i - 1] : 0;
        index->word_len += varint_put(index->word_bytes + index->word_len, index->scratch[i] - before);
    }
    return RESULT_OK;
}

static bool reserve_slot(struct index *index) {
    size_t need = index->count + 1;
    return need < NO_SLOT && vector_reserve(&index->rows, &index->row_capacity, need, sizeof *index->rows) &&
           vector_reserve(&index->facts, &index->facts_capacity, need, sizeof *index->facts) &&
           vector_reserve(&index->order, &index->order_capacity, need, sizeof *index->order) &&
           vector_reserve(&index->hits, &index->hits_capacity, need / 8 + 1, 1) &&
           vector_reserve(&index->fits, &index->fits_capacity, index->taxa.count + 1, 1) &&
           table_reserve(index, &index->objects, true) && table_reserve(index, &index->alerts, false);
}

static void supersede(struct index *index, uint32_t slot) {
    index->facts[slot].superseded = true;
    index->rows[slot].shown.superseded = true;
}

static void place_version(struct index *index, uint32_t slot) {
    struct row *row = &index->rows[slot];
    uint32_t *at = table_at(index, &index->alerts, alert_id(index, slot));
    uint32_t newest = *at;
    uint32_t version = newest == NO_SLOT ? 0 : index->rows[newest].shown.version;
    if (newest != NO_SLOT && row->shown.version < version) {
        supersede(index, slot);
        return;
    }
    if (newest != NO_SLOT && row->shown.version == version)
        row->same = newest;
    else
        for (uint32_t older = newest; older != NO_SLOT; older = index->rows[older].same)
            supersede(index, older);
    table_set(&index->alerts, at, slot);
}

/* Nearly always the last. */
static void place_in_order(struct index *index, uint32_t slot) {
    size_t at = index->count;
    while (at > 0 && index->rows[index->order[at - 1]].shown.sequence > index->rows[slot].shown.sequence)
        at--;
    memmove(&index->order[at + 1], &index->order[at], (index->count - at) * sizeof *index->order);
    index->order[at] = slot;
}

enum result index_add(struct index *index, const struct index_row *added) {
    struct row row = {.shown = *added, .same = NO_SLOT};
    struct facts facts;
    row.shown.superseded = false;
    TRY(keep_summary(index, &added->summary, &row.shown.summary, &facts));
    TRY(keep_words(index, added->summary.text, &row));
    if (!reserve_slot(index))
        return RESULT_NO_MEMORY;

    uint32_t slot = (uint32_t)index->count;
    index->rows[slot] = row;
    index->facts[slot] = facts;
    place_in_order(index, slot);
    place_version(index, slot);
    uint32_t *at = table_at(index, &index->objects, object_id(added->object));
    if (*at == NO_SLOT)
        index->live++;
    else
        index->facts[*at].dead = true;
    table_set(&index->objects, at, slot);
    index->count++;
    return RESULT_OK;
}

/* ---- finding ---- */

static bool find_originator(const struct index *index, const uint8_t *originator, uint32_t *number) {
    *number = NO_SLOT;
    for (size_t i = 0; originator && i < index->originator_count; i++)
        if (memcmp(index->originators[i], originator, 32) == 0)
            *number = (uint32_t)i;
    return !originator || *number != NO_SLOT;
}

const struct index_row *index_find(const struct index *index, const uint8_t object[static 32]) {
    if (!index->count)
        return NULL;
    uint32_t slot = *table_at(index, &index->objects, object_id(object));
    return slot == NO_SLOT ? NULL : index_show(index, slot);
}

const struct index_row *index_newest(const struct index *index, const uint8_t alert[static 16],
                                     const uint8_t originator[static 32]) {
    uint32_t number;
    if (!index->count || !find_originator(index, originator, &number))
        return NULL;
    uint32_t slot = *table_at(index, &index->alerts, (struct id){alert, 16, number});
    return slot == NO_SLOT ? NULL : index_show(index, slot);
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

enum result index_find_prefix(const struct index *index, const char *prefix, const struct index_row **out) {
    struct digits digits;
    uint32_t found = NO_SLOT;
    if (!read_digits(&digits, prefix))
        return RESULT_INVALID;
    for (uint32_t slot = 0; slot < index->count; slot++) {
        const struct index_row *shown = &index->rows[slot].shown;
        bool by_alert = digits.count <= ALERT_DIGITS && !shown->superseded && begins_with(shown->alert, &digits);
        if (index->facts[slot].dead || (!by_alert && !begins_with(shown->object, &digits)))
            continue;
        if (found != NO_SLOT)
            return RESULT_EXISTS;
        found = slot;
    }
    if (found == NO_SLOT)
        return RESULT_NOT_FOUND;
    *out = index_show(index, found);
    return RESULT_OK;
}
