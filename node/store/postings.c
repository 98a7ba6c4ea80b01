#include "store/postings.h"

#include <assert.h>

#include "store/vector.h"

/* A list is a word: 0 for none, a row with LIST_ROW, a pointer with LIST_DISTANCES, or a pointer to a bitmap. */
enum { LIST_ROW = 1, LIST_DISTANCES = 2, LIST_TAG = 3, SPACE_BYTES = 2, VARINT_MAX = 5, ALLOCATION_BYTES = 16 };
enum { ROWS_AS_DISTANCES = 1024 }; /* more become a bitmap */

struct distances {
    uint32_t last;
    uint16_t count;
    uint16_t len;
    uint16_t capacity;
    uint8_t bytes[];
};

_Static_assert(ROWS_AS_DISTANCES *VARINT_MAX <= UINT16_MAX, "its length is two bytes");

static struct distances *distances_of(uint64_t list) {
    return (struct distances *)(uintptr_t)(list & ~(uint64_t)LIST_TAG);
}

static roaring_bitmap_t *bitmap_of(uint64_t list) {
    return (roaring_bitmap_t *)(uintptr_t)list;
}

/* ---- numbers in as few bytes as they need, seven bits each, the lowest first ---- */

static size_t varint_put(uint8_t *out, uint32_t number) {
    size_t len = 0;
    for (; number >= 0x80; number >>= 7)
        out[len++] = (uint8_t)(number | 0x80);
    out[len++] = (uint8_t)number;
    return len;
}

static uint32_t varint_get(const uint8_t **at) {
    uint32_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        number |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return number;
    }
}

/* ---- terms ---- */

struct term {
    uint8_t bytes[SPACE_BYTES + TERM_BYTES_MAX];
    size_t len;
};

static struct span term_make(struct term *term, unsigned space, struct span key) {
    size_t len = key.len < TERM_BYTES_MAX ? key.len : TERM_BYTES_MAX;
    term->bytes[0] = (uint8_t)(1 + space / 128); /* no byte of a term is 0 */
    term->bytes[1] = (uint8_t)(1 + space % 128);
    if (len)
        memcpy(term->bytes + SPACE_BYTES, key.data, len);
    return span_of(term->bytes, SPACE_BYTES + len);
}

/* Terms hang together that have the space and the first two bytes in common. */
static uint32_t *chain_of(const struct postings *postings, struct span term) {
    uint32_t front = 0;
    for (size_t i = 0; i < SPACE_BYTES + 2; i++)
        front = front << 8 | (i < term.len ? term.data[i] : 0u);
    return &postings->chains[(front * 2654435769u) >> 16];
}

_Static_assert(POSTINGS_CHAINS == 1 << 16, "as chain_of() has it");

enum result postings_init(struct postings *postings, uint64_t seed) {
    postings->terms.seed = seed;
    postings->chains = calloc(POSTINGS_CHAINS, sizeof *postings->chains);
    return postings->chains ? RESULT_OK : RESULT_NO_MEMORY;
}

void postings_release(struct postings *postings) {
    for (size_t i = 0; i < postings->terms.count && i < postings->lists_capacity; i++) {
        uint64_t list = postings->lists[i];
        if ((list & LIST_TAG) == LIST_DISTANCES)
            free(distances_of(list));
        else if (list && (list & LIST_TAG) == 0)
            roaring_bitmap_free(bitmap_of(list));
    }
    intern_release(&postings->terms);
    free(postings->lists);
    free(postings->next);
    free(postings->chains);
    free(postings->bitmaps);
}

/* Its number; a new one hangs in its chain. */
static enum result keep_term(struct postings *postings, struct span term, uint32_t *number) {
    size_t count = postings->terms.count, need = count + 1;
    if (!vector_reserve(&postings->lists, &postings->lists_capacity, need, sizeof *postings->lists) ||
        !vector_reserve(&postings->next, &postings->next_capacity, need, sizeof *postings->next))
        return RESULT_NO_MEMORY;
    TRY(intern_add(&postings->terms, term, number));
    if (postings->terms.count == count)
        return RESULT_OK;
    uint32_t *chain = chain_of(postings, term);
    postings->lists[count] = 0;
    postings->next[count] = *chain;
    *chain = *number;
    return RESULT_OK;
}

/* ---- lists ---- */

static void read_distances(const struct distances *distances, uint32_t rows[static ROWS_AS_DISTANCES]) {
    const uint8_t *at = distances->bytes;
    uint32_t row = 0;
    for (size_t i = 0; i < distances->count; i++) {
        row += varint_get(&at);
        rows[i] = row;
    }
}

static enum result make_bitmap(struct postings *postings, uint32_t term, uint64_t *list) {
    uint32_t rows[ROWS_AS_DISTANCES];
    struct distances *distances = distances_of(*list);
    if (!vector_reserve(&postings->bitmaps, &postings->bitmaps_capacity, postings->bitmap_count + 1,
                        sizeof *postings->bitmaps))
        return RESULT_NO_MEMORY;
    read_distances(distances, rows);
    roaring_bitmap_t *bitmap = roaring_bitmap_of_ptr(distances->count, rows);
    if (!bitmap)
        return RESULT_NO_MEMORY;
    postings->bitmaps[postings->bitmap_count++] = term;
    postings->list_bytes -= sizeof *distances + distances->capacity + ALLOCATION_BYTES;
    free(distances);
    *list = (uint64_t)(uintptr_t)bitmap;
    return RESULT_OK;
}

static enum result grow_distances(struct postings *postings, uint64_t *list) {
    struct distances *distances = distances_of(*list);
    size_t before = distances->capacity, capacity = before + before / 2;
    struct distances *grown = realloc(distances, sizeof *grown + capacity);
    if (!grown)
        return RESULT_NO_MEMORY;
    grown->capacity = (uint16_t)capacity;
    postings->list_bytes += capacity - before;
    *list = (uint64_t)(uintptr_t)grown | LIST_DISTANCES;
    return RESULT_OK;
}

static enum result make_distances(struct postings *postings, uint64_t *list) {
    enum { FIRST_BYTES = 12 };
    struct distances *distances = calloc(1, sizeof *distances + FIRST_BYTES);
    if (!distances)
        return RESULT_NO_MEMORY;
    distances->capacity = FIRST_BYTES;
    distances->count = 1;
    distances->last = (uint32_t)(*list >> 2);
    distances->len = (uint16_t)varint_put(distances->bytes, distances->last);
    postings->list_bytes += sizeof *distances + FIRST_BYTES + ALLOCATION_BYTES;
    *list = (uint64_t)(uintptr_t)distances | LIST_DISTANCES;
    return RESULT_OK;
}

static enum result add_distance(struct postings *postings, uint32_t term, uint64_t *list, uint32_t row) {
    struct distances *distances = distances_of(*list);
    if (distances->last == row)
        return RESULT_OK;
    if (distances->count == ROWS_AS_DISTANCES) {
        TRY(make_bitmap(postings, term, list));
        roaring_bitmap_add(bitmap_of(*list), row);
        return RESULT_OK;
    }
    if (distances->len + VARINT_MAX > distances->capacity)
        TRY(grow_distances(postings, list));
    distances = distances_of(*list);
    assert(row > distances->last);
    distances->len = (uint16_t)(distances->len + varint_put(distances->bytes + distances->len, row - distances->last));
    distances->last = row;
    distances->count++;
    return RESULT_OK;
}

enum result postings_add_row(struct postings *postings, uint32_t term, uint32_t row) {
    uint64_t *list = &postings->lists[term - 1];
    if (*list == 0) {
        *list = (uint64_t)row << 2 | LIST_ROW;
        return RESULT_OK;
    }
    if ((*list & LIST_TAG) == 0) {
        roaring_bitmap_add(bitmap_of(*list), row);
        return RESULT_OK;
    }
    if ((*list & LIST_TAG) == LIST_ROW) {
        if (*list >> 2 == row)
            return RESULT_OK;
        TRY(make_distances(postings, list));
    }
    return add_distance(postings, term, list, row);
}

enum result postings_add(struct postings *postings, unsigned space, struct span key, uint32_t row, uint32_t *term) {
    struct term made;
    TRY(keep_term(postings, term_make(&made, space, key), term));
    return postings_add_row(postings, *term, row);
}

/* ---- finding ---- */

uint32_t postings_find(const struct postings *postings, unsigned space, struct span key) {
    struct term made;
    return intern_find(&postings->terms, term_make(&made, space, key));
}

size_t postings_count(const struct postings *postings, uint32_t term) {
    uint64_t list = term == INTERN_NONE ? 0 : postings->lists[term - 1];
    if (list == 0 || (list & LIST_TAG) == LIST_ROW)
        return list != 0;
    if ((list & LIST_TAG) == LIST_DISTANCES)
        return distances_of(list)->count;
    return roaring_bitmap_get_cardinality(bitmap_of(list));
}

void postings_read(const struct postings *postings, uint32_t term, roaring_bitmap_t *rows) {
    uint32_t numbers[ROWS_AS_DISTANCES];
    uint64_t list = term == INTERN_NONE ? 0 : postings->lists[term - 1];
    if (list == 0)
        return;
    if ((list & LIST_TAG) == LIST_ROW) {
        roaring_bitmap_add(rows, (uint32_t)(list >> 2));
    } else if ((list & LIST_TAG) == LIST_DISTANCES) {
        read_distances(distances_of(list), numbers);
        roaring_bitmap_add_many(rows, distances_of(list)->count, numbers);
    } else {
        roaring_bitmap_or_inplace(rows, bitmap_of(list));
    }
}

const roaring_bitmap_t *postings_bitmap(const struct postings *postings, uint32_t term) {
    uint64_t list = term == INTERN_NONE ? 0 : postings->lists[term - 1];
    return list && (list & LIST_TAG) == 0 ? bitmap_of(list) : NULL;
}

void postings_each(const struct postings *postings, unsigned space, struct span prefix,
                   void (*visit)(void *context, uint32_t term), void *context) {
    struct term made;
    struct span wanted = term_make(&made, space, prefix);
    assert(prefix.len >= 2);
    for (uint32_t term = *chain_of(postings, wanted); term != INTERN_NONE; term = postings->next[term - 1])
        if (strncmp(intern_text(&postings->terms, term), (const char *)wanted.data, wanted.len) == 0)
            visit(context, term);
}

unsigned postings_space(const struct postings *postings, uint32_t term) {
    const uint8_t *bytes = (const uint8_t *)intern_text(&postings->terms, term);
    return (unsigned)(bytes[0] - 1) * 128 + (unsigned)(bytes[1] - 1);
}

const char *postings_text(const struct postings *postings, uint32_t term) {
    return intern_text(&postings->terms, term) + SPACE_BYTES;
}

/* ---- memory ---- */

/* What CRoaring's own statistics would say walks every row. */
static size_t bitmap_bytes(const roaring_bitmap_t *bitmap) {
    size_t containers = (size_t)bitmap->high_low_container.size;
    size_t content = roaring_bitmap_size_in_bytes(bitmap);
    size_t slack = content / 8; /* arrays grow by a quarter */
    return sizeof *bitmap + content + slack + containers * (2 * ALLOCATION_BYTES + 16 + sizeof(void *) + 3);
}

size_t postings_bytes(const struct postings *postings) {
    size_t bytes = intern_bytes(&postings->terms) + postings->lists_capacity * sizeof *postings->lists +
                   postings->next_capacity * sizeof *postings->next + POSTINGS_CHAINS * sizeof *postings->chains +
                   postings->bitmaps_capacity * sizeof *postings->bitmaps + postings->list_bytes;
    for (size_t i = 0; i < postings->bitmap_count; i++)
        bytes += bitmap_bytes(bitmap_of(postings->lists[postings->bitmaps[i] - 1]));
    return bytes;
}
