#include "store/intern.h"

#include <assert.h>

#include "store/vector.h"

enum { TABLE_FIRST = 256, CHUNK_SIZE = 64 * 1024, OFFSET_BITS = 16 };

const char *intern_text(const struct intern *intern, uint32_t number) {
    assert(number > 0 && number <= intern->count);
    uint32_t place = intern->places[number - 1];
    return intern->chunks[place >> OFFSET_BITS] + (place & (CHUNK_SIZE - 1));
}

uint64_t intern_hash(uint64_t seed, struct span bytes) {
    uint64_t hash = 14695981039346656037u ^ seed; /* FNV-1a, then mixed: its lower bits know nothing of the upper */
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ bytes.data[i]) * 1099511628211u;
    hash = (hash ^ hash >> 32) * (seed | 1);
    return hash ^ hash >> 29;
}

/* Where in the table the text is, or would be. */
static size_t find_slot(const struct intern *intern, struct span text) {
    size_t at = intern_hash(intern->seed, text) & (intern->table_size - 1);
    for (uint32_t number; (number = intern->table[at]) != INTERN_NONE; at = (at + 1) & (intern->table_size - 1)) {
        const char *there = intern_text(intern, number);
        if (strncmp(there, (const char *)text.data, text.len) == 0 && there[text.len] == '\0')
            break;
    }
    return at;
}

/* A table is at most two thirds full. */
static enum result grow_table(struct intern *intern) {
    if (3 * (intern->count + 1) <= 2 * intern->table_size)
        return RESULT_OK;
    size_t size = intern->table_size ? 2 * intern->table_size : TABLE_FIRST;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table)
        return RESULT_NO_MEMORY;
    free(intern->table);
    intern->table = table;
    intern->table_size = size;
    for (uint32_t number = 1; number <= intern->count; number++)
        table[find_slot(intern, span_of_text(intern_text(intern, number)))] = number;
    return RESULT_OK;
}

/* A chunk that has room for a text of `len` bytes; a long text gets one of its own. */
static enum result make_room(struct intern *intern, size_t len) {
    size_t size = len + 1 > CHUNK_SIZE ? len + 1 : CHUNK_SIZE;
    if (intern->room - intern->used > len)
        return RESULT_OK;
    if (intern->chunk_count > UINT16_MAX ||
        !vector_reserve(&intern->chunks, &intern->chunks_capacity, intern->chunk_count + 1, sizeof *intern->chunks))
        return RESULT_NO_MEMORY;
    char *chunk = malloc(size);
    if (!chunk)
        return RESULT_NO_MEMORY;
    intern->chunks[intern->chunk_count++] = chunk;
    intern->bytes += size;
    intern->room = size;
    intern->used = 0;
    return RESULT_OK;
}

static enum result append(struct intern *intern, struct span text) {
    if (!vector_reserve(&intern->places, &intern->places_capacity, intern->count + 1, sizeof *intern->places))
        return RESULT_NO_MEMORY;
    TRY(make_room(intern, text.len));
    char *place = intern->chunks[intern->chunk_count - 1] + intern->used;
    if (text.len)
        memcpy(place, text.data, text.len);
    place[text.len] = '\0';
    intern->places[intern->count++] = (uint32_t)((intern->chunk_count - 1) << OFFSET_BITS | intern->used);
    intern->used += text.len + 1;
    return RESULT_OK;
}

enum result intern_add(struct intern *intern, struct span text, uint32_t *number) {
    assert(text.len == 0 || !memchr(text.data, 0, text.len));
    TRY(grow_table(intern));
    size_t at = find_slot(intern, text);
    if (intern->table[at] == INTERN_NONE) {
        TRY(append(intern, text));
        intern->table[at] = (uint32_t)intern->count;
    }
    *number = intern->table[at];
    return RESULT_OK;
}

uint32_t intern_find(const struct intern *intern, struct span text) {
    return intern->count ? intern->table[find_slot(intern, text)] : INTERN_NONE;
}

size_t intern_bytes(const struct intern *intern) {
    return intern->bytes + intern->chunks_capacity * sizeof *intern->chunks +
           intern->places_capacity * sizeof *intern->places + intern->table_size * sizeof *intern->table;
}

void intern_release(struct intern *intern) {
    for (size_t i = 0; i < intern->chunk_count; i++)
        free(intern->chunks[i]);
    free(intern->chunks);
    free(intern->places);
    free(intern->table);
    *intern = (struct intern){0};
}
