/* witnesses: what other members' logs of disclosures were seen to be, and whether they were ever something else
 * (docs/protocol.md, 14.11).
 *
 * A member shows its checkpoint. This node holds it against the last that it cosigned for that member and against what
 * others have been shown, keeps it, and cosigns it. Two checkpoints that cannot be of one log are kept for good as
 * proof of a split view: nothing more is cosigned under the key that signed them. All of it in the open change;
 * witnesses_settle() and witnesses_discard() follow it. One thread.
 */
#ifndef DAEMON_WITNESSES_H
#define DAEMON_WITNESSES_H

#include <stdbool.h>

#include "core/journal.h"
#include "keys/identity.h"
#include "keys/roster.h"
#include "store/store.h"

/* The newest checkpoint of a member that we have cosigned. */
struct sight {
    bool is_there;
    struct checkpoint point;
    struct cosignature ours;
};

/* Of one member. */
struct witnessed {
    uint8_t member[MEMBER_ID_SIZE];
    struct sight seen;
    struct sight durable; /* as it is on disk */
    bool has_claim;
    struct checkpoint claim; /* what somebody else was shown: not cosigned before it is proven to be the same log. Not
                                on disk: others say it again */
};

struct split {
    struct checkpoint one;
    struct checkpoint other;
};

struct witnesses {
    struct store *store;
    struct witnessed *rows; /* in the order of their notes */
    size_t count;
    size_t durable_count; /* the first so many have a note on disk */
    size_t capacity;
    struct split *splits;
    size_t split_count;
    size_t durable_split_count;
    size_t split_capacity;
    bool changed; /* in the open change */
};

/* What is on disk. STORE_DAMAGED, NO_MEMORY. */
MUST_USE enum result witnesses_open(struct witnesses *witnesses, struct store *store);
void witnesses_release(struct witnesses *witnesses);
void witnesses_settle(struct witnesses *witnesses);
void witnesses_discard(struct witnesses *witnesses);

/* NULL: nothing was seen or heard of its log. */
struct witnessed *witnesses_find(const struct witnesses *witnesses, const uint8_t member[static MEMBER_ID_SIZE]);
/* The proof against a member, made by this key of it; `key` NULL: by any. NULL: there is none. */
const struct split *witnesses_split(const struct witnesses *witnesses, const uint8_t member[static MEMBER_ID_SIZE],
                                    const uint8_t *key);

/* A checkpoint as its node shows it to us. */
struct showing {
    const struct member *member;
    const struct checkpoint *point;
    uint64_t first;    /* the proof is that the log begins with so many records */
    struct span proof; /* merkle_verify_consistency() */
    uint64_t now_ms;
    const struct identity *identity; /* that cosigns */
};
/* OK: it is the newest that was seen, and cosigned: the row's `seen`, once the change is committed. Or *ask
 * is a checkpoint that has to be shown first to be the beginning of it; NULL: nothing has. MALFORMED (another log,
 * proof); those of checkpoint_verify(); OUT_OF_ORDER (made more than a day from now); ROLLBACK (older than the one
 * seen); SPLIT (not the log that it was: the proof is kept); TOO_LARGE (so many proofs are kept); of our own machine.
 */
MUST_USE enum result witnesses_take(struct witnesses *witnesses, struct arena *arena, const struct showing *showing,
                                    const struct checkpoint **ask);
/* One that its node has shown to somebody else, by what that one says. *is_claim: its node has to prove that it is of
 * its log. The same failures. */
MUST_USE enum result witnesses_hear(struct witnesses *witnesses, struct arena *arena, const struct showing *showing,
                                    bool *is_claim);
/* Keeps a proof: of our own log too, of which others have seen what is not in it. */
MUST_USE enum result witnesses_prove(struct witnesses *witnesses, struct arena *arena, const struct checkpoint *one,
                                     const struct checkpoint *other);

#endif
