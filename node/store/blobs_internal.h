/* blobs_internal: one blob as the files blobs*.c know it. */
#ifndef STORE_BLOBS_INTERNAL_H
#define STORE_BLOBS_INTERNAL_H

#include "base/id_map.h"
#include "store/blobs.h"

enum {
    BLOB_NAME_LEN = 2 * BLOB_ID_SIZE,
    BLOB_NAME_SIZE = BLOB_NAME_LEN + 16,
    BLOB_MEMORY = 16 * 1024 * 1024, /* for one manifest and one chunk, amply */
};

/* The id first, as in an id_map. */
struct blob_row {
    uint8_t id[BLOB_ID_SIZE];
    struct blob_stand stand;
    size_t manifest_size;
};

struct blobs {
    struct blobs_options options;
    int folder;
    struct id_map rows; /* of struct blob_row */
    uint64_t used;
};

/* The name of its file in the folder. */
void blob_name(char out[static BLOB_NAME_SIZE], const uint8_t *id, bool whole);
/* A row with nothing here yet; NULL without memory. */
struct blob_row *blob_add_row(struct blobs *blobs, const uint8_t *id, const struct blob *blob);
/* Where in its file a chunk begins. */
uint64_t blob_row_offset(const struct blob_row *row, uint32_t number);
/* Opens its file; close() is the caller's. */
MUST_USE enum result blob_open_row(const struct blobs *blobs, const struct blob_row *row, int flags, int *file);
/* The manifest in its file; as blob_read(). */
MUST_USE enum result blob_read_manifest(struct arena *arena, int file, const uint8_t *id, struct blob *blob,
                                        struct span *manifest);
/* The same of a row: STORE_DAMAGED if it is not there any more as it was written. */
MUST_USE enum result blob_read_row(struct arena *arena, const struct blob_row *row, int file, struct blob *blob,
                                   struct span *manifest);
/* The disk does not give back what it was given: from here on only what is good counts as here. NOT_FOUND if nothing of
 * it is there. */
MUST_USE enum result blob_recheck(struct blobs *blobs, const uint8_t *id);

#endif
