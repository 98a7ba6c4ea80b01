/* The part of blobs.h that reads back what is here. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "keys/secret.h"
#include "store/blobs_internal.h"

static enum result say_damaged(struct blobs *blobs, const uint8_t *id) {
    TRY(blob_recheck(blobs, id));
    return RESULT_STORE_DAMAGED;
}

enum result blobs_manifest(struct blobs *blobs, struct arena *arena, const uint8_t id[static BLOB_ID_SIZE],
                           struct span *manifest) {
    const struct blob_row *row = id_map_find(&blobs->rows, id);
    struct blob blob;
    int file;
    if (!row)
        return RESULT_NOT_FOUND;
    enum result result = blob_open_row(blobs, row, O_RDONLY, &file);
    if (!result) {
        result = blob_read_row(arena, row, file, &blob, manifest);
        close(file);
    }
    return result == RESULT_STORE_DAMAGED || result == RESULT_NOT_FOUND ? say_damaged(blobs, id) : result;
}

static enum result read_chunks(struct arena *arena, const struct blob_row *row, int file, const struct blob *blob,
                               uint32_t first, struct span *chunks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t number = first + (uint32_t)i;
        size_t size = blob_chunk_size(blob, number);
        uint8_t *bytes = arena_alloc(arena, size);
        if (!bytes)
            return RESULT_NO_MEMORY;
        enum result result = file_read_at(file, bytes, size, blob_row_offset(row, number));
        if (result == RESULT_TRUNCATED || (!result && blob_check(blob, number, span_of(bytes, size))))
            return RESULT_STORE_DAMAGED;
        TRY(result);
        chunks[i] = span_of(bytes, size);
    }
    return RESULT_OK;
}

enum result blobs_chunks(struct blobs *blobs, struct arena *arena, const uint8_t id[static BLOB_ID_SIZE],
                         uint32_t first, size_t max, struct span **chunks, size_t *count) {
    const struct blob_row *row = id_map_find(&blobs->rows, id);
    struct blob blob;
    struct span manifest;
    int file;
    if (!row)
        return RESULT_NOT_FOUND;
    size_t there = first < row->stand.have ? row->stand.have - first : 0;
    there = there < max ? there : max;
    struct span *rows = arena_array(arena, there, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    enum result result = blob_open_row(blobs, row, O_RDONLY, &file);
    if (!result) {
        result = blob_read_row(arena, row, file, &blob, &manifest);
        if (!result)
            result = read_chunks(arena, row, file, &blob, first, rows, there);
        close(file);
    }
    if (result == RESULT_STORE_DAMAGED || result == RESULT_NOT_FOUND)
        return say_damaged(blobs, id);
    TRY(result);
    *chunks = rows;
    *count = there;
    return RESULT_OK;
}

static enum result open_all(struct blobs *blobs, const uint8_t *id, struct blob_opener *opener, uint8_t *plain) {
    struct arena arena;
    struct span *chunks, part;
    size_t count;
    enum result result = RESULT_OK;
    arena_init(&arena, BLOB_MEMORY);
    while (!result && opener->next < opener->blob->count) {
        arena_reset(&arena);
        result = blobs_chunks(blobs, &arena, id, opener->next, 1, &chunks, &count);
        if (!result)
            result = count ? blob_open(opener, chunks[0], plain, &part) : RESULT_STORE_DAMAGED;
    }
    arena_release(&arena);
    return result;
}

enum result blobs_digest(struct blobs *blobs, const struct blob_reference *reference,
                         uint8_t sha256[static HASH_SIZE]) {
    const struct blob_row *row = id_map_find(&blobs->rows, reference->id);
    struct arena arena;
    struct span manifest;
    struct blob blob;
    struct blob_opener opener;
    if (!row || !row->stand.whole)
        return RESULT_NOT_FOUND;
    arena_init(&arena, BLOB_MEMORY);
    uint8_t *plain = arena_alloc(&arena, BLOB_CHUNK_BYTES);
    enum result result = plain ? blobs_manifest(blobs, &arena, reference->id, &manifest) : RESULT_NO_MEMORY;
    if (!result)
        result = blob_read(&blob, manifest, reference->id);
    if (!result)
        result = blob_opener_init(&opener, &blob, reference->key);
    if (!result) {
        result = open_all(blobs, reference->id, &opener, plain);
        if (!result)
            result = blob_opener_finish(&opener, sha256);
        blob_opener_release(&opener);
        secret_wipe(plain, BLOB_CHUNK_BYTES);
    }
    arena_release(&arena);
    return result;
}

static enum result open_each(const struct blob_row *row, int file, const struct blob_opener *opener, uint32_t first,
                             uint32_t count, bool *good) {
    uint8_t *sealed = malloc(BLOB_SEALED_BYTES + BLOB_CHUNK_BYTES), *plain = sealed + BLOB_SEALED_BYTES;
    if (!sealed)
        return RESULT_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        size_t size = blob_chunk_size(opener->blob, first + i);
        good[i] = !file_read_at(file, sealed, size, blob_row_offset(row, first + i)) &&
                  !blob_open_one(opener, first + i, span_of(sealed, size), plain);
    }
    secret_wipe(plain, BLOB_CHUNK_BYTES);
    free(sealed);
    return RESULT_OK;
}

static enum result read_back(struct arena *arena, const struct blob_row *row, int file, const uint8_t *key,
                             uint32_t first, uint32_t count, bool *good) {
    struct span manifest;
    struct blob blob;
    struct blob_opener opener;
    TRY(blob_read_row(arena, row, file, &blob, &manifest));
    TRY(blob_opener_init(&opener, &blob, key));
    enum result result = open_each(row, file, &opener, first, count, good);
    blob_opener_release(&opener);
    return result;
}

enum result blobs_read_back(const struct blobs *blobs, const struct blob_reference *reference, uint32_t first,
                            uint32_t max, bool *good, uint32_t *count) {
    const struct blob_row *row = id_map_find(&blobs->rows, reference->id);
    struct arena arena;
    int file;
    if (!row)
        return RESULT_NOT_FOUND;
    uint32_t there = first < row->stand.have ? row->stand.have - first : 0;
    there = there < max ? there : max;
    enum result result = blob_open_row(blobs, row, O_RDONLY, &file);
    if (result)
        return result == RESULT_NOT_FOUND ? RESULT_STORE_DAMAGED : result; /* somebody took it away */
    arena_init(&arena, BLOB_MEMORY);
    result = read_back(&arena, row, file, reference->key, first, there, good);
    arena_release(&arena);
    close(file);
    if (!result)
        *count = there;
    return result;
}
