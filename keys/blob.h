/* blob: a file as it travels and rests: sealed once, in chunks, under a key that stands in the alert and nowhere else
 * (docs/protocol.md, 13).
 *
 * Whoever holds a blob's id can check its manifest, and with the manifest each chunk as it comes; only who holds the
 * content key as well can open it. The manifest commits to the key, so that one id opens to one content. The content is
 * sealed by counting, so a content key seals one content only: blob_sealer_new() draws it. One thread at a time.
 */
#ifndef KEYS_BLOB_H
#define KEYS_BLOB_H

#include <stdbool.h>

#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/hash.h"

enum {
    BLOB_ID_SIZE = 32,
    BLOB_KEY_SIZE = 32,
    BLOB_CHUNK_BYTES = 64 * 1024,              /* of the padded file */
    BLOB_SEALED_BYTES = BLOB_CHUNK_BYTES + 16, /* the same, sealed */
    BLOB_MANIFEST_HEAD = 1 + 8 + HASH_SIZE,    /* suite, size, commitment; behind it a hash for each chunk */
};

/* What an alert holds of a file: with both halves it can be fetched and opened. */
struct blob_reference {
    uint8_t id[BLOB_ID_SIZE];
    uint8_t key[BLOB_KEY_SIZE]; /* secret from whom the field is not shown to */
};

/* Of a file of this length: its size when padded, the bytes of its manifest, and those of all its chunks together. */
uint64_t blob_padded_size(uint64_t length);
size_t blob_manifest_size(uint64_t length);
uint64_t blob_sealed_size(uint64_t length);

/* --- sealing --- */

struct blob_sealer;

/* For a file of `length` bytes, 1 to ATTACHMENT_BYTES_MAX, under a fresh content key. NULL without memory. */
struct blob_sealer *blob_sealer_new(uint64_t length, const struct random *random);
/* Takes bytes of the file off `from`, not more than were told; when a chunk is full, seals it into `out` and returns
 * its size. 0: it wants more bytes, or all chunks have been sealed. Padding comes by itself behind the last byte. */
size_t blob_seal(struct blob_sealer *sealer, struct span *from, uint8_t out[static BLOB_SEALED_BYTES]);
bool blob_sealer_is_done(const struct blob_sealer *sealer);
/* Once it is done: the reference, the SHA-256 of the file, and the manifest, which lives as long as the sealer. */
struct span blob_sealer_finish(struct blob_sealer *sealer, struct blob_reference *reference,
                               uint8_t sha256[static HASH_SIZE]);
/* Wipes. NULL is fine. */
void blob_sealer_free(struct blob_sealer *sealer);

/* --- checking, without the key --- */

/* A manifest, read; shares memory with its bytes. */
struct blob {
    uint64_t size;  /* of the padded file */
    uint32_t count; /* of the chunks */
    const uint8_t *commitment;
    const uint8_t *hashes; /* HASH_SIZE each */
};

/* What a manifest of these first BLOB_MANIFEST_HEAD bytes says of itself, before the rest is there or allocated for:
 * all but `hashes`. TRUNCATED, UNKNOWN_SUITE, MALFORMED, TOO_LARGE (over ATTACHMENT_BYTES_MAX). */
MUST_USE enum result blob_read_head(struct blob *out, struct span manifest);
/* The whole one; besides, MALFORMED if it has another size, BAD_HASH if it is not the manifest of `id`. */
MUST_USE enum result blob_read(struct blob *out, struct span manifest, const uint8_t id[static BLOB_ID_SIZE]);
/* Bytes of a sealed chunk, the first being 0, and of all before it. */
size_t blob_chunk_size(const struct blob *blob, uint32_t number);
uint64_t blob_chunk_offset(uint32_t number);
/* Is this chunk the one that the manifest names? BAD_HASH. */
MUST_USE enum result blob_check(const struct blob *blob, uint32_t number, struct span sealed);

/* --- opening --- */

struct blob_opener {
    const struct blob *blob;
    uint8_t key[BLOB_KEY_SIZE];
    uint64_t length; /* of the file, once the first chunk is open */
    uint64_t given;  /* bytes of the padded file so far */
    uint32_t next;
    struct sha256_hasher sha256;
};

/* BAD_COMMITMENT if the content key is not the one of this blob. `blob` must outlive the opener. */
MUST_USE enum result blob_opener_init(struct blob_opener *opener, const struct blob *blob,
                                      const uint8_t key[static BLOB_KEY_SIZE]);
/* The chunks in their order: *plain is what it holds of the file, in `out`. BAD_HASH, BAD_SEAL, MALFORMED (length or
 * padding). */
MUST_USE enum result blob_open(struct blob_opener *opener, struct span sealed, uint8_t out[static BLOB_CHUNK_BYTES],
                               struct span *plain);
/* One chunk by itself, whatever was opened before: does it open, as what stands there? BAD_HASH, BAD_SEAL. */
MUST_USE enum result blob_open_one(const struct blob_opener *opener, uint32_t number, struct span sealed,
                                   uint8_t out[static BLOB_CHUNK_BYTES]);
/* The SHA-256 of the file. TRUNCATED if chunks are missing. */
MUST_USE enum result blob_opener_finish(struct blob_opener *opener, uint8_t sha256[static HASH_SIZE]);
void blob_opener_release(struct blob_opener *opener);

#endif
