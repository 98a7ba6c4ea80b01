/* member: one row of a list: who somebody is, by which keys, and from where on no longer (docs/protocol.md, 8.2).
 *
 * A member's id is that of its first signing key and stays when its keys change. Feeds belong to a signing key, so a
 * former key keeps its feeds, and its ending says how far they count. Values share memory with what they were read
 * from. Any thread.
 */
#ifndef KEYS_MEMBER_H
#define KEYS_MEMBER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/hash.h"
#include "keys/identity.h"
#include "keys/sign.h"

enum ending_cause { ENDING_LEFT = 1, ENDING_LOST = 2, ENDING_REVOKED = 3 };

struct feed_end {
    const uint8_t *feed; /* HASH_SIZE */
    uint64_t number;
    const uint8_t *hash; /* HASH_SIZE */
};

struct ending {
    enum ending_cause cause;
    uint64_t at;
    const struct feed_end *ends; /* ascending by feed */
    size_t count;
};

struct former_key {
    const uint8_t *sign_key; /* SIGN_PUBLIC_SIZE */
    struct ending ending;
};

struct member {
    const uint8_t *id;               /* MEMBER_ID_SIZE */
    const uint8_t *sign_key;         /* SIGN_PUBLIC_SIZE */
    const uint8_t *encryption_key;   /* EXCHANGE_KEY_SIZE */
    const uint8_t *session_key;      /* EXCHANGE_KEY_SIZE */
    const char *name;                /* short, unique: "ke-customs" */
    const char *label;               /* full name */
    const char *country;             /* ISO 3166-1 alpha-2 */
    const char *role;                /* code of CODES_ROLE */
    uint32_t serial;                 /* of its keys, from 1 */
    const struct former_key *former; /* newest first */
    size_t former_count;
    const struct ending *ended; /* NULL: it is a member */
    const uint8_t *proof;       /* SIGNATURE_SIZE, of its card (docs/protocol.md, 8.2); NULL: none */
    const uint8_t *by;          /* the administration whose desk it is; NULL: the roots' */
};

/* Is it the administration of its country, which may sign a list of desks (docs/protocol.md, 8.3.5)? */
bool member_is_administration(const struct member *member);

/* Is the signing key that it has now the one of this identity? */
bool member_signs_with(const struct member *member, const struct identity *identity);

/* A signing key of the member, by the id of the key (docs/protocol.md, 3.1), and how it ended: *ending is NULL while it
 * is in force; the last key of a member that ended has the member's ending. NULL if it never was its key. */
const uint8_t *member_sign_key(const struct member *member, const uint8_t key_id[static MEMBER_ID_SIZE],
                               const struct ending **ending);

/* May the entry `number` with this hash, of the feed of a key that ended so, be believed? REVOKED if not. `ending` NULL
 * is fine (docs/protocol.md, 8.9). */
MUST_USE enum result ending_admits_entry(const struct ending *ending, const uint8_t feed[static HASH_SIZE],
                                         uint64_t number, const uint8_t hash[static HASH_SIZE]);
/* May an alert be believed that such a key signed at `created`, and that comes by another feed than the key's own?
 * REVOKED (docs/protocol.md, 8.9). */
MUST_USE enum result ending_admits_alert(const struct ending *ending, uint64_t created);

/* Eight groups of four hexadecimal digits to compare by telephone (docs/protocol.md, 8.5). */
enum { FINGERPRINT_SIZE = 40, FINGERPRINT_WORDS_SIZE = 48 };
void member_fingerprint(char out[static FINGERPRINT_SIZE], const struct member *member);
/* The same as eight words of five letters that can be said in any language: "lusab babad …". */
void member_fingerprint_words(char out[static FINGERPRINT_WORDS_SIZE], const struct member *member);

#endif
