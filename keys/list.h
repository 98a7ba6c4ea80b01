/* list: one signed list of members: the roster of the roots, or the desks of one administration
 * (docs/protocol.md, 8.3).
 *
 * Immutable once read, decoded and kept as it came, never encoded again. Whether it may be believed is roster.h's
 * matter: it knows what was believed before. Shared by counting; counts change on one thread only, reads may be on any.
 */
#ifndef KEYS_LIST_H
#define KEYS_LIST_H

#include "keys/member.h"

struct list {
    struct arena arena;
    size_t shares;
    struct span file;        /* the SignedRoster, as it came */
    uint8_t hash[HASH_SIZE]; /* of the Roster in it, as it is signed */
    uint32_t version;
    uint64_t created;
    uint64_t expires;
    uint32_t grace_days;
    const uint8_t *author; /* NULL: the roster; else the administration */
    size_t threshold;
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t root_count;
    const struct member *members; /* ascending by id, those that ended among them */
    size_t count;
};

/* Form and rows, not who signed. TOO_LARGE, MALFORMED, NOT_CANONICAL, UNKNOWN_SUITE, INVALID, BAD_POINT, CONFLICT (two
 * rows claim the same name or key, two administrations the same country, a root key is a member's), BAD_SIGNATURE (the
 * proof of a desk), NO_MEMORY. */
MUST_USE enum result list_read(struct list **out, struct span file);
/* The same for what may come from anybody. `admit` sees the list before its rows are read, when `members` is empty:
 * what it refuses, which becomes the result, costs no more than its form. Rows do: each has points to be checked. */
typedef enum result list_admit(const struct list *list, void *context);
MUST_USE enum result list_read_admitted(struct list **out, struct span file, list_admit *admit, void *context);
struct list *list_share(struct list *list);
/* NULL is fine. */
void list_drop(struct list *list);

/* How many different keys of `keys` have signed it. */
size_t list_signatures(const struct list *list, const uint8_t (*keys)[SIGN_PUBLIC_SIZE], size_t count);

/* NULL if there is none. */
const struct member *list_find(const struct list *list, const uint8_t id[static MEMBER_ID_SIZE]);
const struct member *list_find_name(const struct list *list, const char *name);

/* The rows behind a CONFLICT, for people: the second claims what is the first's. */
struct list_conflict {
    char first[65]; /* its name; empty for a root */
    char second[65];
    const char *what; /* "name", "signing key", "encryption key", "session key", "country", "root key" */
};
/* list_read() that says in *conflict, if it returns CONFLICT, who claims what. */
MUST_USE enum result list_read_explained(struct list **out, struct span file, struct list_conflict *conflict);

/* One change: a new list without signatures, of version + 1, appended to `out`. Rows are encoded anew: fields of a
 * later schema do not survive it. What it writes can be read: otherwise it fails with what list_read() would say of it.
 * INVALID also if there is no next version. */
enum list_change {
    LIST_RENEW,   /* dates alone */
    LIST_ADD,     /* `member` joins. EXISTS if its id is there, CONFLICT */
    LIST_REPLACE, /* `member`, whose id is there with a smaller serial, takes the place of its row. INVALID for desks:
                     one that lost its keys ends, and another begins. If the signing key changes, the one before ends as
                     `ending`; of the former ones the oldest go when they are too many. NOT_FOUND (also if it ended),
                     ROLLBACK, CONFLICT */
    LIST_END,     /* the member with the id of `member` ends as `ending`, with the keys that it has now; with those of
                     `base` if another has one of them, and for desks, whose proof is by the first. NOT_FOUND, EXISTS (it
                     ended before) */
    LIST_ROOTS,   /* other roots and threshold */
};
struct list_edit {
    const struct list *base; /* NULL: the first version, with `roots` or `author` */
    uint32_t version;        /* of the new list; 0: base's + 1 */
    enum list_change change;
    const struct member *member;
    const struct member *before; /* to replace or end in a roster: the same member as it is known now, with its
                                    renewals, which the new row takes over; NULL: as `base` has it */
    const struct ending *ending;
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t root_count;
    size_t threshold;
    const uint8_t *author;
    uint64_t created;
    uint64_t expires;
    uint32_t grace_days;
};
MUST_USE enum result list_edit(struct buf *out, struct arena *arena, const struct list_edit *edit);

/* Appends the list with one more signature. For the roster: NOT_FOUND if the key is neither one of its roots nor one of
 * those of the roster `before` (NULL: none), which hand over to them. EXISTS if it has signed already, TOO_LARGE if
 * there is no room for another. */
MUST_USE enum result list_sign(struct buf *out, struct arena *arena, const struct list *list, const struct list *before,
                               const uint8_t secret[static SIGN_SECRET_SIZE],
                               const uint8_t public_key[static SIGN_PUBLIC_SIZE]);
/* Is it signed by this administration's key? BAD_SIGNATURE (also if it is not signed at all), BAD_POINT. */
MUST_USE enum result list_verify_author(const struct list *list, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]);

#endif
