/* renewal: a member's new keys, vouched for by itself (docs/protocol.md, 8.7).
 *
 * Encryption keys change every month and signing keys on demand, without those who keep the lists. With the signing key
 * end the feeds it signed; the renewal says how far they reach. Any thread.
 */
#ifndef KEYS_RENEWAL_H
#define KEYS_RENEWAL_H

#include "keys/member.h"

struct renewal {
    struct arena arena;
    size_t shares;           /* as with struct list */
    struct span file;        /* the SignedRenewal, as it came */
    uint8_t hash[HASH_SIZE]; /* of the Renewal in it, as it is signed */
    const uint8_t *member;
    uint32_t serial;
    uint64_t created;
    const uint8_t *sign_key;
    const uint8_t *encryption_key;
    const struct ending *ending;  /* of the signing key before; NULL: it stays */
    const uint8_t *signature;     /* by the key before, not verified yet */
    const uint8_t *new_signature; /* by `sign_key`, not verified yet; NULL without an ending */
};

/* The form, not who has signed. TOO_LARGE, MALFORMED (also for fields that nobody knows), NOT_CANONICAL, UNKNOWN_SUITE,
 * NO_MEMORY. */
MUST_USE enum result renewal_read(struct renewal **out, struct span file);
struct renewal *renewal_share(struct renewal *renewal);
/* NULL is fine. */
void renewal_drop(struct renewal *renewal);
/* Has the key in force before signed it, and only then: are the new keys good, and has the new signing key signed where
 * there is one? BAD_SIGNATURE, BAD_POINT. */
MUST_USE enum result renewal_verify(const struct renewal *renewal, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]);

/* Appends the renewal of an identity whose keys were just renewed (identity_renew()): signed by its signing key, and by
 * the one before if it holds that. `ending` is there if the signing key changed, and only then. MALFORMED for an ending
 * that may not be, NO_MEMORY. */
MUST_USE enum result renewal_make(struct buf *out, struct arena *arena, const struct identity *identity,
                                  const struct ending *ending, uint64_t created);

#endif
