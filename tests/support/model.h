/* model: who can ever read which entry, as a state machine small enough to walk through whole (docs/protocol.md, 11).
 *
 * One author, one feed, three members of whom A and B are in the audience at first, and one thief. Keys are numbers,
 * and a box of a grant is a bit: which secret opens it. What anybody can read follows from the secrets it has and from
 * the wire, where every box lies for ever; so a secret stands for each epoch key that it ever opened or will open.
 *
 * A state carries what happened beside what is: who was in the audience when an entry was appended, under which serial
 * of its keys. The invariants speak of that, and never of what the rules should have done. One thread.
 */
#ifndef SUPPORT_MODEL_H
#define SUPPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODEL_MEMBERS = 3,
    MODEL_SERIALS = 3, /* of one member's encryption keys: the first, one renewed, one made after a loss */
    MODEL_ENTRIES = 4,
    MODEL_KEYS = 10,      /* epoch keys and epochs, both counted from 1 */
    MODEL_STEPS_MAX = 32, /* that are possible in one state */
    MODEL_DEPTH_MAX = 16,
};

enum model_act {
    MODEL_STEAL,    /* somebody copies all that one member holds, once */
    MODEL_DISCLOSE, /* the author appends a disclosure, and before it a grant if one is due */
    MODEL_REFRESH,  /* a grant alone, as after a new roster */
    MODEL_REMOVE,
    MODEL_ADD,
    MODEL_RENEW,  /* a member makes a new encryption key and keeps the former */
    MODEL_LOSE,   /* a member loses all it holds and makes new keys */
    MODEL_TAKE,   /* the author hears of a member's new key, by its renewal or by a roster */
    MODEL_AGE,    /* 30 days */
    MODEL_FILL,   /* 2^20 entries */
    MODEL_REPEAT, /* an old entry, sealed anew in a feed for one member alone */
    MODEL_ACTS,
};

struct model_step {
    uint8_t act;
    uint8_t member;
    uint8_t entry;
};

/* Rules that are wrong, to see that the invariants notice. */
enum model_break {
    MODEL_SOUND,
    MODEL_REMOVAL_KEEPS_EPOCH,
    MODEL_RENEWAL_KEEPS_EPOCH,
    MODEL_AGE_KEEPS_EPOCH,
    MODEL_LIMIT_KEEPS_EPOCH,
    MODEL_EPOCH_KEEPS_KEY,
    MODEL_KEYS_LEAD_ON,   /* each key is derived from the one before */
    MODEL_KEYS_LEAD_BACK, /* each key holds the one before */
    MODEL_REMOVED_IS_GRANTED,
    MODEL_FORMER_KEY_IS_GRANTED,
    MODEL_JOINER_GETS_ALL_EPOCHS,
    MODEL_JOINER_GETS_NO_GRANT,
    MODEL_JOINER_GETS_OTHER_KEY,
    MODEL_SEALED_UNDER_LAST_KEY,
    MODEL_HISTORY_GIVES_KEY,
    MODEL_GRANT_IN_THE_CLEAR,
};

/* Sets of secrets are bits, see model_secret(); sets of members and keys, too. Compared as bytes. */
struct model_state {
    uint16_t boxes[MODEL_KEYS]; /* by key: the secrets it was granted to */
    uint16_t holders;           /* the secrets of the last grant */
    uint16_t clear;             /* keys that lie open on the wire */
    uint16_t loot;              /* secrets that were stolen */
    struct {
        uint16_t repeated; /* the secrets that open its repetitions */
        uint16_t audience; /* whose secrets the author went by when it was appended */
        uint8_t epoch;
        uint8_t key;
        uint8_t owed;          /* who must be able to read it */
        uint8_t joined;        /* who has joined since */
        uint8_t joined_within; /* likewise, while its epoch was in force */
        uint8_t unused;        /* no padding: states are compared as bytes */
    } entries[MODEL_ENTRIES];
    uint16_t present[MODEL_KEYS]; /* by epoch: whose secrets the author went by at any append in it */
    uint8_t epoch_key[MODEL_KEYS];
    uint8_t secrets[MODEL_MEMBERS]; /* the serials that each member holds, as bits */
    uint8_t made[MODEL_MEMBERS];    /* the last serial that each has made */
    uint8_t known[MODEL_MEMBERS];   /* the serial that the author goes by */
    uint8_t audience;
    uint8_t epoch; /* in force; 0: none yet */
    uint8_t key;
    uint8_t drawn; /* keys so far */
    uint8_t entry_count;
    uint8_t is_old;
    uint8_t is_full;
    uint8_t named;   /* members that a step has named */
    uint8_t misstep; /* an append broke the rules of epochs (invariant 5) */
    uint8_t used[MODEL_ACTS];
    uint8_t unused[3];
};

void model_start(struct model_state *state);
/* Everything that may happen next; at most MODEL_STEPS_MAX. */
size_t model_steps(struct model_step *out, const struct model_state *state);
/* By the rules, or with `wrong` in the place of one. */
void model_take(struct model_state *state, const struct model_step *step, enum model_break wrong);
/* A and B are alike until one of them is named: is this step the first that names one, and it names B? Then what
 * follows is what follows from the same step of A, with the names changed. */
bool model_is_mirrored(const struct model_state *state, const struct model_step *step);
/* As text: "disclose, remove A, disclose". */
enum { MODEL_TRACE_SIZE = 512 };
void model_describe(char out[static MODEL_TRACE_SIZE], const struct model_step *steps, size_t count);
/* Starts, and takes the steps of a trace as a search tells it: "disclose, remove A, disclose, repeat C 1". Fails the
 * test at a step that is not possible. The steps, if `steps` is not NULL; returns how many. */
size_t model_play(struct model_state *state, struct model_step *steps, const char *trace, enum model_break wrong);

/* The encryption secret with this serial (from 0), as a set of one. */
static inline uint16_t model_secret(size_t member, size_t serial) {
    return (uint16_t)(1u << (member * MODEL_SERIALS + serial));
}
/* What a member holds now, and what it ever held. */
uint16_t model_own(const struct model_state *state, size_t member);
uint16_t model_ever(const struct model_state *state, size_t member);
/* Can who has these secrets, and the wire, read the entry? */
bool model_reads(const struct model_state *state, uint16_t secrets, size_t entry, enum model_break wrong);

/* The number (1 to 6) of the first invariant of docs/protocol.md, 11.6 that does not hold, of those in the set; 0. */
enum { MODEL_ALL_INVARIANTS = 0x7e };
unsigned model_broken(const struct model_state *state, unsigned invariants, enum model_break wrong);

#endif
