/* roster: whom this node believes (docs/protocol.md, 8): the roster of the roots, the desks of each administration and
 * the renewals of each member, put together.
 *
 * A `struct roster` is immutable; taking something new makes another one that shares what stayed. It never goes back:
 * an older roster, list or key is refused. Reading is for any thread, making and freeing for one.
 */
#ifndef KEYS_ROSTER_H
#define KEYS_ROSTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/list.h"
#include "keys/member.h"
#include "keys/renewal.h"

/* The roots that are believed before anything is read. */
struct roster_anchor {
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t count;
    size_t threshold;
};

struct roster {
    struct arena arena;
    uint32_t version;
    uint64_t created;
    uint64_t expires;
    uint32_t grace_days;
    size_t threshold;
    const uint8_t (*roots)[SIGN_PUBLIC_SIZE];
    size_t root_count;
    const struct member *members; /* who is a member now, ascending by id */
    size_t count;
    const struct member *ended; /* who was one, ascending by id */
    size_t ended_count;
    uint64_t last_ended;       /* when the last of them ended; 0: none */
    uint8_t hash[HASH_SIZE];   /* of the roster of the roots */
    uint8_t digest[HASH_SIZE]; /* of everything: two nodes with the same go by the same */
    size_t ignored;            /* rows of desks that claim what is somebody else's, or what desks may not be */
    /* what it is made of */
    struct list **chain; /* rosters, ascending by version; the last is in force */
    size_t chain_count;
    struct list **desks;                             /* one per administration, ascending by author */
    const uint8_t (*desk_signers)[SIGN_PUBLIC_SIZE]; /* the key behind each */
    size_t desk_count;
    struct renewal **renewals;                          /* ascending by member and serial */
    const uint8_t (*renewal_signers)[SIGN_PUBLIC_SIZE]; /* the key that was in force before each */
    size_t renewal_count;
    const struct member **by_name; /* of the members, for looking up */
    const struct member **by_session;
    const uint8_t *drafting; /* of a working file of desks, opened unsigned: their author; NULL: it is none */
};

/* Reads a roster file. The newest roster in it that enough of the anchor's roots have signed is where belief begins;
 * from there each newer one is taken by the rules. MALFORMED and so on for the file itself, TOO_FEW_SIGNATURES when
 * belief cannot begin, the reason of the first object that may not be taken otherwise. What has nothing to belong to,
 * or is older than what is there, is left out. Desks that a replaced key signed are in force here as they were when the
 * file was written. */
MUST_USE enum result roster_open(struct roster **out, struct span file, const struct roster_anchor *anchor);
/* Without asking who signed the rosters, the last of which is in force then, and the desks that are being worked on:
 * for showing and editing. Other desks and renewals that may not be taken are left out. NOT_FOUND if there is no roster
 * in it. */
MUST_USE enum result roster_open_unsigned(struct roster **out, struct span file);
void roster_free(struct roster *roster);
/* Appends the roster file of a node. */
MUST_USE enum result roster_write(struct buf *out, const struct roster *roster);
/* A working file, as people hand it around until the list is signed: what `base` is made of, with the list in its
 * place, a roster behind what the chain has of smaller versions, desks in the place of their author's. The list alone
 * if `base` is NULL. Those of list_read(). */
MUST_USE enum result roster_write_draft(struct buf *out, const struct roster *base, struct span list);

/* Takes one object. REPLAYED: it is here (no harm). ROLLBACK: it is older than what is here. OUT_OF_ORDER: a version
 * before it is missing. TOO_FEW_SIGNATURES, BAD_SIGNATURE, UNKNOWN_MEMBER (no such administration or member), FORK (a
 * renewal with the serial of another), EXISTS (another list of this version is here and stays: docs/protocol.md, 8.6),
 * TOO_LARGE (also when the file would be, or a member has changed its signing key too often); those of list_read() and
 * renewal_read(). On failure nothing is made. */
enum trust_object { TRUST_ROSTER, TRUST_DESKS, TRUST_RENEWAL };
MUST_USE enum result roster_take(struct roster **out, const struct roster *now, enum trust_object kind,
                                 struct span object);

/* Takes everything in an encoded Trust that is new, in whichever order it has to be. *out is `now` itself if nothing
 * was. Behind the object that is the TRUST_REFUSALS_MAX-th to be refused (ROLLBACK and UNKNOWN_MEMBER, which cost
 * nothing, apart) the rest is not looked at. TOO_LARGE, MALFORMED, NOT_CANONICAL for the Trust itself. */
struct roster_news {
    size_t taken;
    size_t replayed;     /* here already, older rosters of the chain counted in */
    enum result refused; /* the reason of the first that was refused; OK: none was */
    enum trust_object refused_kind;
};
MUST_USE enum result roster_take_all(struct roster **out, struct roster *now, struct span trust,
                                     struct roster_news *news);
/* The Trust inside a roster file. MALFORMED, TRUNCATED, UNKNOWN_SUITE. */
MUST_USE enum result roster_file_trust(struct span *trust, struct span file);

/* Appends the encoded Known; and, given another's Known, the encoded Trust that it lacks, up to about `bytes_max`
 * (nothing is appended if it lacks nothing). MALFORMED. */
MUST_USE enum result roster_known(struct buf *out, const struct roster *roster);
MUST_USE enum result roster_missing(struct buf *out, const struct roster *roster, struct span known, size_t bytes_max);
/* Appends what a node remembers of what it goes by, for its own store alone; and is this roster, measured by what was
 * remembered, an older one, or one of other roots? ROLLBACK; MALFORMED. What only a newer list of those who keep it may
 * take back, a serial or a key, is no rollback if there is such a list. */
MUST_USE enum result roster_memory(struct buf *out, const struct roster *roster);
MUST_USE enum result roster_compare(const struct roster *roster, struct span memory);
/* What `now` has and `before` had not, as an encoded Trust: to be passed on. */
MUST_USE enum result roster_difference(struct buf *out, const struct roster *before, const struct roster *now);

/* May one go by it at this time (docs/protocol.md, 8.8)? */
enum roster_standing {
    ROSTER_GOOD,
    ROSTER_ENDS_SOON, /* less than 14 days, or a tenth of its time, are left */
    ROSTER_IN_GRACE,  /* expired, and still gone by */
    ROSTER_EXPIRED,   /* nothing but newer rosters is taken */
    ROSTER_AHEAD,     /* made more than a day from now: our clock is wrong */
};
enum roster_standing roster_standing(const struct roster *roster, uint64_t now_ms);

/* Who is a member now; NULL if nobody. */
const struct member *roster_find(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]);
const struct member *roster_find_name(const struct roster *roster, const char *name);
const struct member *roster_find_session(const struct roster *roster,
                                         const uint8_t session_key[static EXCHANGE_KEY_SIZE]);
/* Also who was one: for what was signed before. */
const struct member *roster_find_ever(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]);
/* The administration's list of desks; NULL if it has none. */
const struct list *roster_desks(const struct roster *roster, const uint8_t author[static MEMBER_ID_SIZE]);

#endif
