/* roster: who is who, signed by the roots (docs/protocol.md, 8).
 *
 * A roster is believed when enough of the roots that are trusted already have signed it, and enough of the roots it
 * names itself; it never goes back to an older version. It is decoded and kept as it came, never encoded again.
 *
 * A `struct roster` is immutable once read: any thread.
 */
#ifndef KEYS_ROSTER_H
#define KEYS_ROSTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/identity.h"

struct member {
    const uint8_t *id;             /* MEMBER_ID_SIZE */
    const uint8_t *sign_key;       /* SIGN_PUBLIC_SIZE */
    const uint8_t *encryption_key; /* EXCHANGE_KEY_SIZE */
    const uint8_t *session_key;    /* EXCHANGE_KEY_SIZE */
    const char *name;              /* short, unique: "ke-customs" */
    const char *label;             /* full name */
    const char *country;           /* ISO 3166-1 alpha-2 */
    const char *role;              /* code of CODES_ROLE */
};

/* The roots that are believed before the roster is read. */
struct roster_trust {
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t count;
    size_t threshold;
    uint32_t version_min; /* the version already here; 0 if none */
    uint64_t now_ms;      /* 0: do not ask whether it has expired */
};

struct roster {
    struct arena arena;
    struct span file; /* the signed roster, as it came */
    uint32_t version;
    uint64_t created;
    uint64_t expires;
    size_t threshold;
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t root_count;
    const struct member *members; /* ascending by id */
    size_t count;
};

/* Reads a signed roster. TOO_LARGE, MALFORMED, NOT_CANONICAL, UNKNOWN_SUITE, BAD_POINT (a key in it), ROLLBACK,
 * TOO_FEW_SIGNATURES, EXPIRED, NO_MEMORY. To be given back with roster_free(). */
MUST_USE enum result roster_read(struct roster **out, struct span file, const struct roster_trust *trust);
/* The same without asking who signed: for showing and editing. */
MUST_USE enum result roster_read_unsigned(struct roster **out, struct span file);
/* How many of the roster's own roots have signed it. */
size_t roster_signatures(const struct roster *roster);
void roster_free(struct roster *roster);

/* NULL if there is none. */
const struct member *roster_find(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]);
const struct member *roster_find_name(const struct roster *roster, const char *name);
const struct member *roster_find_session(const struct roster *roster,
                                         const uint8_t session_key[static EXCHANGE_KEY_SIZE]);

/* A card: the row a new member asks for, signed by itself, as text between BEGIN and END lines. */
MUST_USE enum result roster_card_write(struct buf *out, struct arena *arena, const struct identity *identity,
                                       const char *name, const char *label, const char *country, const char *role);
/* Reads a card and checks it. MALFORMED, BAD_POINT, BAD_SIGNATURE, INVALID (a name or code that may not be). `member`
 * points into `arena`. */
MUST_USE enum result roster_card_read(struct member *member, struct arena *arena, struct span text);
/* Eight groups of four hexadecimal digits to compare by telephone: the first 128 bits of the card's hash. */
void roster_fingerprint(char out[static 40], const struct member *member);

/* Editing: a new roster file of version + 1 without signatures, appended to `out`. `base` may be NULL for the first
 * one, then roots and threshold are given. */
struct roster_edit {
    const struct roster *base;
    const struct member *add;                 /* NULL: none; EXISTS if its id or name is there */
    const uint8_t *remove;                    /* id; NULL: none; NOT_FOUND */
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE]; /* of the first roster */
    size_t root_count;
    size_t threshold;
    uint64_t created;
    uint64_t expires;
};
MUST_USE enum result roster_edit(struct buf *out, struct arena *arena, const struct roster_edit *edit);
/* Appends the roster file with one more signature to `out`. EXISTS if this root has signed, NOT_FOUND if the key is not
 * one of its roots. */
MUST_USE enum result roster_sign(struct buf *out, struct arena *arena, struct span file,
                                 const uint8_t root_secret[static SIGN_SECRET_SIZE],
                                 const uint8_t root_key[static SIGN_PUBLIC_SIZE]);

#endif
