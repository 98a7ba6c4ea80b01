/* blobs: attachments at rest, sealed as they travel, each in a file of its own beside the store.
 *
 * A blob is the file "ID" once every chunk is there, checked and synced, and "ID.part" until then: manifest first, then
 * the chunks in their order (docs/protocol.md, 13). Chunks prove themselves, so a node that was killed goes on behind
 * the last good one. No key is here: a stolen disk shows ids, counts and coarse sizes. What no alert names is removed
 * by who knows (daemon/attachments.h). One thread.
 */
#ifndef STORE_BLOBS_H
#define STORE_BLOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/blob.h"

struct blobs;

struct blobs_options {
    const char *folder; /* made 0700 if it is not there */
    uint64_t file_max;  /* bytes of one file, at most ATTACHMENT_BYTES_MAX */
    uint64_t total_max; /* bytes of all on disk */
    const struct random *random;
};

/* Looks through the folder and checks what is in parts. A whole one that is damaged goes on as a part; if even its
 * manifest is, it is put aside as "ID.part.damaged". NOT_ALLOWED, NO_MEMORY, IO. */
MUST_USE enum result blobs_open(struct blobs **out, const struct blobs_options *options);
void blobs_close(struct blobs *blobs);

/* How much of a blob is here. */
struct blob_stand {
    uint32_t have;  /* chunks, from the first on */
    uint32_t count; /* of all */
    uint64_t bytes; /* on disk, once it is whole */
    bool whole;
};
/* False if nothing of it is here. */
bool blobs_find(const struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], struct blob_stand *out);
void blobs_each(const struct blobs *blobs,
                void (*visit)(void *context, const uint8_t *id, const struct blob_stand *stand), void *context);
/* How long ago, by the wall clock, anything of it was written; 0 where that is not known. */
uint64_t blobs_age_ms(const struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], uint64_t now_ms);
/* Bytes on disk, what is still to come of parts counted in. */
uint64_t blobs_used(const struct blobs *blobs);

/* May a file of this length come in? TOO_LARGE, STORE_FULL (the limit of all), DISK_FULL (what is free). */
MUST_USE enum result blobs_admit(const struct blobs *blobs, uint64_t length);

/* --- a file of our own, sealed as it comes --- */

struct blob_draft;

/* `keep` false: everything as if, and nothing is kept. As blobs_admit(); INVALID for an empty file. */
MUST_USE enum result blobs_draft(struct blob_draft **out, struct blobs *blobs, uint64_t length, bool keep);
/* TOO_LARGE for more than was told. After a failure only blob_draft_free() may follow. */
MUST_USE enum result blob_draft_add(struct blob_draft *draft, struct span piece);
/* Synced when it returns, and not there at all on failure. TRUNCATED if bytes are missing. */
MUST_USE enum result blob_draft_finish(struct blob_draft *draft, struct blob_reference *reference,
                                       uint8_t sha256[static HASH_SIZE]);
/* What was not finished is gone. NULL is fine. */
void blob_draft_free(struct blob_draft *draft);

/* --- a file of others, chunk by chunk --- */

/* Begins a part. As blob_read() and blobs_admit(); EXISTS if it has begun. */
MUST_USE enum result blobs_begin(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], struct span manifest);
/* The next chunk. OUT_OF_ORDER for another, BAD_HASH; with the last one the blob is whole, and synced. On DISK_FULL
 * and IO what was there before stays. */
MUST_USE enum result blobs_put(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], uint32_t number,
                               struct span sealed);

/* --- reading --- */

/* NOT_FOUND if it is not here; STORE_DAMAGED if the disk does not give back what it was given: then only what is still
 * good counts as here. */
MUST_USE enum result blobs_manifest(struct blobs *blobs, struct arena *arena, const uint8_t id[static BLOB_ID_SIZE],
                                    struct span *manifest);
/* Up to `max` chunks from `first` on, as many as are here. */
MUST_USE enum result blobs_chunks(struct blobs *blobs, struct arena *arena, const uint8_t id[static BLOB_ID_SIZE],
                                  uint32_t first, size_t max, struct span **chunks, size_t *count);
/* The SHA-256 of the file that this opens to. NOT_FOUND unless it is whole; as blob_open(). */
MUST_USE enum result blobs_digest(struct blobs *blobs, const struct blob_reference *reference,
                                  uint8_t sha256[static HASH_SIZE]);
/* Reads chunks back from `first` on, `max` of those that are here, and opens each by itself: good[i] says whether chunk
 * first + i is what was put. Nothing is changed. *count: how many were looked at. NOT_FOUND; STORE_DAMAGED if the
 * manifest is not what was put; BAD_COMMITMENT if the key is not the one of this blob; NO_MEMORY, IO. */
MUST_USE enum result blobs_read_back(const struct blobs *blobs, const struct blob_reference *reference, uint32_t first,
                                     uint32_t max, bool *good, uint32_t *count);
/* Bytes of the file on disk go away. */
void blobs_remove(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE]);

#endif
