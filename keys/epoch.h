/* epoch: the key an audience shares for a while, and the grant that carries it to every member (docs/protocol.md, 7).
 *
 * Each epoch key is random and never derived from the last. A grant costs one ephemeral key and 52 bytes a member; a
 * member finds its own box by a hint that only it and the sender can compute, so a grant names nobody. Any thread.
 */
#ifndef KEYS_EPOCH_H
#define KEYS_EPOCH_H

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"

enum { EPOCH_KEY_SIZE = 32, EPOCH_MEMBER_ID_SIZE = 32, EPOCH_PUBLIC_SIZE = 32 };

/* What a grant is bound to. */
struct epoch_place {
    uint8_t feed[32];
    uint32_t epoch;
};

struct epoch_member {
    const uint8_t *id;         /* 32 bytes */
    const uint8_t *public_key; /* X25519, 32 bytes */
};

/* Appends an encoded Grant of `key` for the members. `outdated`: the entry of the epoch before from which on somebody
 * could read who had been removed; 0: nobody could. BAD_POINT (with *bad set to its index) if a member's key is of
 * small order; NO_MEMORY. */
MUST_USE enum result epoch_grant(struct buf *out, struct arena *arena, const uint8_t key[static EPOCH_KEY_SIZE],
                                 const struct epoch_place *place, const struct epoch_member *members, size_t count,
                                 uint64_t outdated, const struct random *random, size_t *bad);

/* Takes the epoch key out of a grant for the member `id` with the X25519 `secret`. MALFORMED or NOT_CANONICAL for a bad
 * grant, BAD_POINT for its ephemeral key, NOT_FOUND when it holds no box for us, BAD_SEAL when our box does not open,
 * BAD_COMMITMENT when it holds another key than the grant's check says. `key` should be guarded memory. */
MUST_USE enum result epoch_accept(uint8_t key[static EPOCH_KEY_SIZE], struct span grant,
                                  const struct epoch_place *place, const uint8_t id[static EPOCH_MEMBER_ID_SIZE],
                                  const uint8_t *secret, const uint8_t public_key[static EPOCH_PUBLIC_SIZE]);

/* Does the grant carry this key, as far as its check says? BAD_COMMITMENT if it carries another; MALFORMED,
 * NOT_CANONICAL. */
MUST_USE enum result epoch_compare(const uint8_t key[static EPOCH_KEY_SIZE], struct span grant,
                                   const struct epoch_place *place);

/* Form only: is this a well-formed grant? For those who carry but cannot read it. */
MUST_USE enum result epoch_check_form(struct span grant);
/* What it says of the epoch before, as `outdated` of epoch_grant(). 0 also for a grant that has not the right form. */
uint64_t epoch_outdated(struct span grant);

#endif
