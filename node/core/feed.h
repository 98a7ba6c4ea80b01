/* feed: what one member tells one audience, entry by entry (docs/protocol.md, 6).
 *
 * An entry is a fixed header, the author's signature and a sealed body. Reading one goes in three steps that each know
 * more: feed_parse() its form, feed_follows() its place in the chain, feed_open() its content. Pure; any thread.
 */
#ifndef CORE_FEED_H
#define CORE_FEED_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/hash.h"
#include "keys/identity.h"
#include "keys/seal.h"

enum {
    FEED_ID_SIZE = 32,
    ENTRY_HEADER_SIZE = 222,
    ENTRY_PREAMBLE_SIZE = 158,
    ENTRY_OVERHEAD = ENTRY_HEADER_SIZE + SIGNATURE_SIZE,
};

enum entry_kind { ENTRY_GRANT = 1, ENTRY_DISCLOSURE = 2, ENTRY_REQUEST = 3 /* a step of one: core/request.h */ };

struct entry {
    struct span bytes; /* all of it */
    enum entry_kind kind;
    uint8_t feed[FEED_ID_SIZE];
    uint64_t number;
    uint8_t previous[HASH_SIZE];
    uint32_t epoch;
    uint64_t created;
    const uint8_t *wrapped;    /* SEAL_WRAPPED_SIZE */
    const uint8_t *commitment; /* SEAL_COMMITMENT_SIZE */
    const uint8_t *body_hash;  /* HASH_SIZE */
    const uint8_t *signature;  /* SIGNATURE_SIZE */
    struct span body;
    uint8_t hash[HASH_SIZE]; /* of the header: the next entry's `previous` */
};

/* How far a feed reaches: what the next entry must follow. */
struct feed_head {
    uint8_t feed[FEED_ID_SIZE];
    uint64_t number;         /* 0: nothing yet */
    uint8_t hash[HASH_SIZE]; /* zeros when nothing yet */
    uint32_t epoch;          /* in force; 0: none yet */
    bool midway;             /* what stands before the next entry, a grant, is not known here */
};

void feed_id(uint8_t out[static FEED_ID_SIZE], const uint8_t author[static MEMBER_ID_SIZE], const char *audience);

/* Form: TRUNCATED, TOO_LARGE, UNKNOWN_SUITE, UNKNOWN_KIND, MALFORMED. Shares memory with `bytes`. */
MUST_USE enum result feed_parse(struct entry *out, struct span bytes);
/* The same for header and signature, with or without a body: for evidence. */
MUST_USE enum result feed_parse_header(struct entry *out, struct span bytes);

/* Place: WRONG_FEED, REPLAYED, OUT_OF_ORDER, BROKEN_CHAIN, WRONG_EPOCH, BAD_HASH. Says nothing of the signature. A
 * REPLAYED entry may be a fork: whoever has the stored one compares the hashes. Of an entry by feed_parse_header() that
 * has no body there is no BAD_HASH. */
MUST_USE enum result feed_follows(const struct feed_head *head, const struct entry *entry);
/* Is the body the one that the header was signed for? BAD_HASH. */
MUST_USE enum result feed_check_body(const struct entry *entry);
/* The head behind this entry. */
void feed_advance(struct feed_head *head, const struct entry *entry);

/* The author's signature on this entry (and, by the chain, on those before it): BAD_POINT, BAD_SIGNATURE. */
MUST_USE enum result feed_verify(const struct entry *entry, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]);

/* The sealed body of an entry that is no grant: BAD_SEAL, TRUNCATED, BAD_COMMITMENT, MALFORMED, NO_MEMORY. */
MUST_USE enum result feed_open(struct arena *arena, struct span *plain, const struct entry *entry,
                               const uint8_t epoch_key[static SEAL_KEY_SIZE]);

/* The two halves of it: the key of this one entry, which opens no other (BAD_SEAL), and the rest. */
MUST_USE enum result feed_data_key(uint8_t data_key[static SEAL_KEY_SIZE], const struct entry *entry,
                                   const uint8_t epoch_key[static SEAL_KEY_SIZE]);
MUST_USE enum result feed_open_with(struct arena *arena, struct span *plain, const struct entry *entry,
                                    const uint8_t data_key[static SEAL_KEY_SIZE]);

/* Appends the next entry of our own feed to `out` and moves the head behind it. */
struct feed_draft {
    enum entry_kind kind;
    uint32_t epoch; /* of a grant: the one it begins or repeats; of others: the one in force */
    uint64_t created;
    struct span body;         /* a grant as it stands, or what is to be sealed */
    const uint8_t *epoch_key; /* to seal it; SEAL_KEY_SIZE */
};
MUST_USE enum result feed_append(struct buf *out, struct arena *arena, struct feed_head *head,
                                 const struct feed_draft *draft, const struct identity *author,
                                 const struct random *random);

#endif
