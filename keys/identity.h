/* identity: the keys of one node, and its card for the roster.
 *
 * Four independent secrets: one signs, one receives grants, one authenticates sessions, one seals the store. They are
 * made together, live in guarded memory, rest in a file sealed under a passphrase or key file, and are never converted
 * into one another.
 */
#ifndef KEYS_IDENTITY_H
#define KEYS_IDENTITY_H

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/secret.h"
#include "keys/sign.h"

enum { MEMBER_ID_SIZE = 32, EXCHANGE_KEY_SIZE = 32 };

struct identity_secrets {
    uint8_t sign_seed[SIGN_SEED_SIZE];
    uint8_t encryption[EXCHANGE_KEY_SIZE];
    uint8_t session[EXCHANGE_KEY_SIZE];
    uint8_t store[SECRET_KEY_SIZE];
    uint8_t sign[SIGN_SECRET_SIZE]; /* from sign_seed; not in the file */
};

struct identity {
    uint8_t id[MEMBER_ID_SIZE];
    uint8_t sign_key[SIGN_PUBLIC_SIZE];
    uint8_t encryption_key[EXCHANGE_KEY_SIZE];
    uint8_t session_key[EXCHANGE_KEY_SIZE];
    struct identity_secrets *secrets; /* guarded memory */
};

/* Fresh keys. NO_MEMORY. */
MUST_USE enum result identity_make(struct identity *out, const struct random *random);
/* Wipes the secrets. Safe on a zeroed identity. */
void identity_release(struct identity *identity);

/* The file form, see secret_seal_file() and secret_open_file(). */
MUST_USE enum result identity_seal(struct buf *out, const struct identity *identity, enum secret_lock lock,
                                   struct span opener, const struct random *random);
MUST_USE enum result identity_open(struct identity *out, struct span file, struct span opener);

/* The member id of a signing key (docs/protocol.md, 3.1). */
void identity_id_of(uint8_t id[static MEMBER_ID_SIZE], const uint8_t sign_key[static SIGN_PUBLIC_SIZE]);

#endif
