/* identity: the keys of one node, as they are now and as they were.
 *
 * Four independent secrets: one signs, one receives grants, one authenticates sessions, one seals the store. They are
 * made together, live in guarded memory, rest in a file sealed under a passphrase or key file, and are never converted
 * into one another. New encryption and signing keys keep the member id; encryption secrets of before are kept for the
 * grants that were made to them (docs/protocol.md, 9.3).
 */
#ifndef KEYS_IDENTITY_H
#define KEYS_IDENTITY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/secret.h"
#include "keys/sign.h"

enum { MEMBER_ID_SIZE = 32, EXCHANGE_KEY_SIZE = 32, IDENTITY_FORMER_MAX = 16 };

struct identity_secrets {
    uint8_t sign_seed[SIGN_SEED_SIZE];
    uint8_t encryption[EXCHANGE_KEY_SIZE];
    uint8_t session[EXCHANGE_KEY_SIZE];
    uint8_t store[SECRET_KEY_SIZE];
    uint8_t previous_seed[SIGN_SEED_SIZE];
    uint8_t former[IDENTITY_FORMER_MAX][EXCHANGE_KEY_SIZE]; /* encryption secrets of before, newest first */
    uint8_t sign[SIGN_SECRET_SIZE];                         /* from sign_seed; not in the file */
    uint8_t previous_sign[SIGN_SECRET_SIZE];                /* from previous_seed; not in the file */
    struct secret_seal seal;                                /* how the file is sealed; not in it */
};

struct identity {
    uint8_t id[MEMBER_ID_SIZE];     /* the member's, also after its keys have changed */
    uint8_t key_id[MEMBER_ID_SIZE]; /* of the signing key: the author of our feeds */
    uint32_t serial;                /* of the keys, from 1 */
    uint8_t sign_key[SIGN_PUBLIC_SIZE];
    uint8_t encryption_key[EXCHANGE_KEY_SIZE];
    uint8_t session_key[EXCHANGE_KEY_SIZE];
    uint8_t former_keys[IDENTITY_FORMER_MAX][EXCHANGE_KEY_SIZE]; /* public halves of secrets->former */
    size_t former_count;
    bool has_previous;                /* the signing key before is here until its renewal is taken */
    struct identity_secrets *secrets; /* guarded memory */
};

/* Fresh keys, serial 1. NO_MEMORY. */
MUST_USE enum result identity_make(struct identity *out, const struct random *random);
/* Fresh keys for a member that lost its own: its id, and a serial above the last one. INVALID for one below 2. */
MUST_USE enum result identity_make_again(struct identity *out, const uint8_t id[static MEMBER_ID_SIZE], uint32_t serial,
                                         const struct random *random);
/* Another identity with the same id, session and store key, the next serial and a fresh encryption key; with `signing`
 * also a fresh signing key, while the one before is kept as the previous. INVALID while there is a previous. */
MUST_USE enum result identity_renew(struct identity *out, const struct identity *from, bool signing,
                                    const struct random *random);
/* The renewal was taken: the signing key before is wiped. */
void identity_settle(struct identity *identity);
/* Wipes the secrets. Safe on a zeroed identity. */
void identity_release(struct identity *identity);

/* The file form, see secret_seal_file() and secret_open_file(). One that was opened, and what it is renewed to, can be
 * sealed again without the opener; another must not be. */
MUST_USE enum result identity_seal(struct buf *out, const struct identity *identity, enum secret_lock lock,
                                   struct span opener, const struct random *random);
MUST_USE enum result identity_seal_again(struct buf *out, const struct identity *identity, const struct random *random);
/* Those of secret_open_file(); MALFORMED also for what is in it (docs/protocol.md, 9.3). */
MUST_USE enum result identity_open(struct identity *out, struct span file, struct span opener);

/* The key id of a signing key (docs/protocol.md, 3.1). */
void identity_id_of(uint8_t id[static MEMBER_ID_SIZE], const uint8_t sign_key[static SIGN_PUBLIC_SIZE]);

#endif
