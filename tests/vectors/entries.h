/* entries: the feed that the vectors are about. */
#ifndef TESTS_VECTORS_ENTRIES_H
#define TESTS_VECTORS_ENTRIES_H

#include "core/feed.h"
#include "tests/vectors/maker.h"

/* Where the fields of a header stand (docs/protocol.md, 6.1). */
enum {
    AT_KIND = 1,
    AT_FEED = 2,
    AT_NUMBER = 34,
    AT_PREVIOUS = 42,
    AT_EPOCH = 74,
    AT_CREATED = 78,
    AT_WRAPPED = 86,
    AT_COMMITMENT = 158,
    AT_BODY_HASH = 190,
    AT_SIGNATURE = 222,
    AT_BODY = 286,
    NONCE_SIZE = 24,
    TAG_SIZE = 16,
};

/* The author's feed "east": entries[n] is number n, heads[n] what it reaches up to there. */
enum { ENTRIES = 6 };
extern struct span entries[ENTRIES + 1];
extern struct feed_head heads[ENTRIES + 1];

struct span key_of(uint32_t epoch);
/* What a customs administration may see of the seizure. */
struct span customs_disclosure(void);
/* The next entry behind the head, which moves on. */
struct span appended(struct feed_head *head, enum entry_kind kind, uint32_t epoch, struct span body,
                     const char *random);
/* As an author could have made it: body hash and signature are right. */
struct span authored(struct span entry);
struct span with_u8(struct span entry, size_t at, uint8_t value);
struct span with_u32(struct span entry, size_t at, uint32_t value);
struct span with_u64(struct span entry, size_t at, uint64_t value);

/* The part of entries.json that is about opening them. */
void make_openings(void);

#endif
