/* forks: the proofs that an author signed two histories of a feed (docs/protocol.md, 10.8).
 *
 * A proof is header and signature of two entries with one number. It is kept for good, and told to everybody once a
 * session. Adding happens in the open change; forks_settle() and forks_discard() follow it. One thread.
 */
#ifndef DAEMON_FORKS_H
#define DAEMON_FORKS_H

#include <stdbool.h>

#include "core/feed.h"
#include "keys/roster.h"
#include "store/store.h"

enum { FORKS_OF_AN_AUTHOR_MAX = 16 };

struct fork {
    uint8_t author[MEMBER_ID_SIZE];
    uint8_t key[MEMBER_ID_SIZE]; /* key id of the signing key: anybody can sign what names another's feed */
    uint8_t feed[FEED_ID_SIZE];
    uint64_t number;
    uint8_t first[ENTRY_OVERHEAD]; /* the one with the smaller hash */
    uint8_t second[ENTRY_OVERHEAD];
};

struct forks {
    struct fork *rows;
    size_t count;
    size_t durable; /* the first so many are committed */
    size_t capacity;
    struct store *store;
};

/* STORE_DAMAGED for a proof that has no form. */
MUST_USE enum result forks_open(struct forks *forks, struct store *store);
void forks_release(struct forks *forks);

/* Of this feed, by the signing key that it belongs to; NULL if none is here. */
const struct fork *forks_find(const struct forks *forks, const uint8_t key_id[static MEMBER_ID_SIZE],
                              const uint8_t feed[static FEED_ID_SIZE]);

/* Do the two (at least header and signature of entries, in any order) prove a fork of this author? MALFORMED,
 * WRONG_FEED (of two feeds), OUT_OF_ORDER (two numbers), REPLAYED (one entry twice), BAD_SIGNATURE, BAD_POINT. */
MUST_USE enum result forks_prove(struct fork *out, const struct member *author, struct span one, struct span other);
/* Keeps a proof in the open change. REPLAYED if one of that feed is here, TOO_LARGE if the author has as many as are
 * kept. */
MUST_USE enum result forks_add(struct forks *forks, const struct fork *fork);
void forks_settle(struct forks *forks);
void forks_discard(struct forks *forks);

#endif
