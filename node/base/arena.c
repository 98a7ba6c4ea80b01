#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 64 * 1024, ALIGNMENT = alignof(max_align_t) };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t budget) {
    *arena = (struct arena){.budget = budget};
}

static struct arena_chunk *chunk_new(struct arena *arena, size_t need) {
    size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE;
    struct arena_chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk) {
        arena->starved = true;
        return NULL;
    }
    *chunk = (struct arena_chunk){.older = arena->chunk, .size = size};
    arena->chunk = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->budget - arena->used)
        return NULL;
    struct arena_chunk *chunk = arena->chunk;
    if (!chunk || chunk->size - chunk->used < rounded)
        chunk = chunk_new(arena, rounded);
    if (!chunk)
        return NULL;
    void *place = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->used += rounded;
    return memset(place, 0, rounded);
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

void *arena_copy(struct arena *arena, const void *data, size_t len) {
    void *copy = arena_alloc(arena, len);
    if (copy && len)
        memcpy(copy, data, len);
    return copy;
}

char *arena_text(struct arena *arena, const char *text, size_t len) {
    if (len == SIZE_MAX)
        return NULL;
    char *copy = arena_alloc(arena, len + 1);
    if (copy && len)
        memcpy(copy, text, len);
    return copy;
}

static void free_chunks(struct arena_chunk *chunk) {
    while (chunk) {
        struct arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

void arena_reset(struct arena *arena) {
    struct arena_chunk *kept = arena->chunk;
    if (kept && kept->size > CHUNK_SIZE) {
        arena_release(arena);
        return;
    }
    if (kept) {
        free_chunks(kept->older);
        kept->older = NULL;
        kept->used = 0;
    }
    arena->used = 0;
}

void arena_release(struct arena *arena) {
    free_chunks(arena->chunk);
    arena->chunk = NULL;
    arena->used = 0;
}
