/* roster_internal: a roster while it is put together. Only for keys/roster*.c.
 *
 * Whatever is taken goes into parts first; a roster is made of them at the end, once for everything that came together.
 * Signatures are verified when an object is taken and never again: with each stands the key that it was verified with.
 */
#ifndef KEYS_ROSTER_INTERNAL_H
#define KEYS_ROSTER_INTERNAL_H

#include "base/limits.h"
#include "keys/roster.h"
#include "roster.pb-c.h"

enum { FILE_HEAD_SIZE = 9, MEMBER_RENEWALS_MAX = 64, ROSTER_MEMORY_MAX = 4 * ROSTER_FILE_BYTES_MAX };

struct signed_desks {
    struct list *list;
    uint8_t signer[SIGN_PUBLIC_SIZE];
};

struct signed_renewal {
    struct renewal *renewal;
    uint8_t signer[SIGN_PUBLIC_SIZE];
};

/* A row that is gone by, as it stands in its list. */
struct roster_row {
    const struct member *member;
    const uint8_t *by; /* the administration; NULL: the roots */
};

struct parts {
    struct arena arena;   /* holds the arrays of objects */
    struct arena scratch; /* holds the rows */
    struct list **chain;
    size_t chain_count;
    struct signed_desks *desks; /* ascending by author */
    size_t desk_count;
    struct signed_renewal *renewals; /* ascending by member and serial */
    size_t renewal_count;
    size_t chain_bytes;   /* of the roster file, with its head */
    size_t vouched_bytes; /* the same of desks and renewals; what goes by settling is counted until then */
    /* what follows from them, once settled */
    bool settled;
    struct roster_row *rows; /* ascending by id, those that ended among them */
    size_t row_count;
    size_t ignored;
};

/* Shares what `now` is made of (NULL: nothing), with room for this many objects more. NO_MEMORY. */
MUST_USE enum result parts_init(struct parts *parts, const struct roster *now, size_t rosters, size_t desks,
                                size_t renewals);
/* Safe on what parts_init() refused. */
void parts_release(struct parts *parts);
/* Drops the desks and renewals that are in force no longer and finds the rows (docs/protocol.md, 8.8). NO_MEMORY. */
MUST_USE enum result parts_settle(struct parts *parts);
/* What an object takes in the roster file: its bytes, and a tag and a length before them. */
static inline size_t size_in_file(struct span object) {
    return object.len + 6;
}
/* Of the desks and renewals in settled parts, the bytes that would at most stay under this roster. */
size_t parts_vouched_under(const struct parts *parts, struct list *roster);
/* Appends the rows of the roster and those of the desks that count to *rows, by id. NO_MEMORY. */
MUST_USE enum result parts_merge_rows(struct parts *parts);
/* Makes the roster. NO_MEMORY. */
MUST_USE enum result parts_build(struct roster **out, struct parts *parts);

static inline const struct list *parts_roster(const struct parts *parts) {
    return parts->chain[parts->chain_count - 1];
}
/* The row of an administration, NULL if this is none; of any member of settled parts, NULL if nobody. */
const struct member *parts_administration(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE]);
const struct roster_row *parts_row(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE]);
/* Where the member's renewals are, or would be, and how many. */
size_t parts_renewals(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE], size_t *count);
/* Where the desks of the author are, or would be. */
size_t parts_desks(const struct parts *parts, const uint8_t author[static MEMBER_ID_SIZE], bool *found);

/* All signing keys of a member, in no order but that the one in force is the last. */
enum { KEY_IN_FORCE = 0, MEMBER_KEYS_MAX = FORMER_KEYS_MAX + 1 + MEMBER_RENEWALS_MAX };
struct member_keys {
    const uint8_t *keys[MEMBER_KEYS_MAX];
    int ended[MEMBER_KEYS_MAX]; /* enum ending_cause, or KEY_IN_FORCE */
    size_t count;
};
void parts_keys(struct member_keys *out, const struct parts *parts, const struct member *row);

/* docs/protocol.md, 8.6 and 8.7; what is taken is shared. May a roster be taken, whose rows may not be read yet? And
 * then: TOO_LARGE, NO_MEMORY. */
MUST_USE enum result parts_admit_roster(const struct parts *parts, const struct list *list);
MUST_USE enum result parts_put_roster(struct parts *parts, struct list *list);
/* Desks that the key in force of their author has not signed: a renewal of it may be on its way. */
struct desks_wait {
    bool is_on;
    uint8_t author[MEMBER_ID_SIZE];
};
/* `restoring`: from a file, in which desks stay in force under a replaced key, and members that ended have renewals.
 * `wait` is switched on, never off; NULL: nobody asks. */
MUST_USE enum result parts_take_desks(struct parts *parts, struct span object, bool restoring, struct desks_wait *wait);
MUST_USE enum result parts_take_renewal(struct parts *parts, struct renewal *renewal, bool restoring);
/* Belief begins, or begins anew, with this roster. */
void parts_begin(struct parts *parts, struct list *list);
/* Have enough of these, and enough of its own roots, signed it? TOO_FEW_SIGNATURES. */
MUST_USE enum result parts_check_roots(const struct list *list, const uint8_t (*roots)[SIGN_PUBLIC_SIZE], size_t count,
                                       size_t threshold);

/* Takes the desks and renewals of a file, whatever their order. */
MUST_USE enum result parts_restore_rest(struct parts *parts, const Trust *trust, struct roster_news *news);
/* Counts what became of one object; NO_MEMORY if that is what became of it. */
MUST_USE enum result news_count(struct roster_news *news, enum trust_object kind, enum result result);

/* Decodes a Trust: TOO_LARGE, MALFORMED, NOT_CANONICAL, NO_MEMORY. The arena needs TRUST_MEMORY_MAX for the largest. */
enum { TRUST_MEMORY_MAX = 4 * ROSTER_FILE_BYTES_MAX };
MUST_USE enum result trust_words_decode(struct arena *arena, struct span bytes, Trust **out);
/* An empty Trust with room for this many. NO_MEMORY. */
MUST_USE enum result trust_words_init(Trust *trust, struct arena *arena, size_t rosters, size_t desks, size_t renewals);

#endif
