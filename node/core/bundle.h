/* bundle: feed entries carried as a file, a stick (docs/protocol.md, 12).
 *
 * A stick is a row of records, each with its length in front, and an end that says how many there were and their hash.
 * Here is its form, record by record, for whoever has the file: nothing is kept but a running hash, so a stick may be
 * larger than any memory. What is in a record is judged by itself: a stick that was cut off or changed somewhere is
 * good up to there, and for every record that still verifies. Pure; any thread.
 */
#ifndef CORE_BUNDLE_H
#define CORE_BUNDLE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/span.h"
#include "bundle.pb-c.h"
#include "keys/hash.h"
#include "keys/identity.h"
#include "keys/member.h"

enum {
    BUNDLE_START_SIZE = 9,              /* "INAMASTK", suite */
    BUNDLE_RECORD_SIZE = 5,             /* kind, length */
    BUNDLE_END_SIZE = 40,               /* count, hash */
    BUNDLE_BYTES_MAX = FRAME_BYTES_MAX, /* of one record */
    BUNDLE_FEEDS_MAX = AUDIENCES_MAX * (FORMER_KEYS_MAX + 1),
};

enum bundle_kind { BUNDLE_HEAD = 1, BUNDLE_TRUST, BUNDLE_ENTRIES, BUNDLE_RECEIPT, BUNDLE_END };

/* One stick while it is written or read, from front to back. */
struct bundle {
    struct hasher hasher;
    uint64_t count; /* records so far */
};

/* --- writing: each gives the bytes to be written next --- */

void bundle_start(struct bundle *bundle, uint8_t out[static BUNDLE_START_SIZE]);
/* What stands in front of a record; `bytes`, at most BUNDLE_BYTES_MAX of them, are to be written behind it. */
void bundle_put(struct bundle *bundle, uint8_t out[static BUNDLE_RECORD_SIZE], enum bundle_kind kind,
                struct span bytes);
void bundle_finish(const struct bundle *bundle, uint8_t out[static BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE]);

/* --- reading: each takes the bytes that were read next --- */

/* MALFORMED: no stick at all; UNKNOWN_SUITE. */
MUST_USE enum result bundle_open(struct bundle *bundle, const uint8_t start[static BUNDLE_START_SIZE]);
/* Kind and length of the next record; the kind may be one that is not known here. TOO_LARGE; MALFORMED for an end that
 * has not the size of one. Nothing can be read behind either. */
MUST_USE enum result bundle_next(const uint8_t header[static BUNDLE_RECORD_SIZE], uint8_t *kind, size_t *len);
/* Counts the record in. */
void bundle_take(struct bundle *bundle, uint8_t kind, struct span bytes);
/* The bytes of the end against what was read: TRUNCATED for another count, BAD_HASH. */
MUST_USE enum result bundle_close(const struct bundle *bundle, struct span end);

/* --- head and receipt --- */

/* Appends the record: `words`, signed by the signing key in force. */
MUST_USE enum result bundle_head_make(struct buf *out, struct arena *arena, const StickHead *words,
                                      const struct identity *author);
MUST_USE enum result bundle_receipt_make(struct buf *out, struct arena *arena, const StickReceipt *words,
                                         const struct identity *reader);

/* A record read; everything in the arena. Form alone: TOO_LARGE, MALFORMED, NOT_CANONICAL, UNKNOWN_SUITE, NO_MEMORY. */
struct bundle_head {
    StickHead *words;
    struct span signed_words;
    const uint8_t *signature;
};
struct bundle_receipt {
    StickReceipt *words;
    struct span signed_words;
    const uint8_t *signature;
};
MUST_USE enum result bundle_head_read(struct bundle_head *out, struct arena *arena, struct span record);
MUST_USE enum result bundle_receipt_read(struct bundle_receipt *out, struct arena *arena, struct span record);

/* Did this member (NULL: nobody) say so, with its key in force or one that was replaced since? UNKNOWN_MEMBER, REVOKED,
 * BAD_POINT, BAD_SIGNATURE. */
MUST_USE enum result bundle_head_verify(const struct bundle_head *head, const struct member *author);
MUST_USE enum result bundle_receipt_verify(const struct bundle_receipt *receipt, const struct member *reader);

#endif
