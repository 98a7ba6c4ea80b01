/* opened: an alert was opened here, and who told it to us may hear so; or a member that we told it to says so of
 * itself.
 *
 * Deny by default: nothing is said, and nothing kept of it, unless the policy has a rule (`tell_opened`) for who told
 * us the alert. Then the first time that an operator is shown its content is put into the change that holds the log's
 * record of that, and owed to that member until it says that it is on its disk, over restarts too. It is told that this
 * node has opened it and when, as coarsely as the rule says; never who.
 *
 * A word goes one step: to who told us the alert. So a desk's stops at the administration that passed the alert on,
 * unless that one's own rule lets it pass (docs/protocol.md, 10.11). One thread.
 */
#ifndef DAEMON_OPENED_H
#define DAEMON_OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/disclosure.h"
#include "core/opened.h"
#include "keys/member.h"
#include "store/index.h"
#include "store/store.h"

struct exchange;

/* One word that is to be told. */
struct opened_debt {
    uint64_t place;    /* ascending from 1: in which order they are told */
    uint64_t sequence; /* of the alert */
    uint32_t ordinal;  /* of the feed that it came by: its author is to hear */
    bool is_paid;
    uint8_t object[OBJECT_ID_SIZE];
    uint8_t reader[MEMBER_ID_SIZE]; /* whose word it is: ours, or one that we pass on */
};

struct openings {
    struct bits {
        uint8_t *bytes;
        size_t size;
    } noted;         /* by sequence: that it was opened here is on disk, or in the open change */
    uint64_t *fresh; /* sequences noted in the open change */
    size_t fresh_count;
    size_t fresh_capacity;
    struct opened_debt *debts;
    size_t count;
    size_t capacity;
    size_t durable; /* of the debts, committed */
    size_t paid;    /* of the debts */
    uint64_t last_place;
    uint64_t untold; /* since the start: openings that are not told, as OPENED_OWED_MAX others wait */
};

/* Reads back what is owed. A word for somebody who is no member waits on the disk. */
MUST_USE enum result opened_open(struct exchange *exchange);
void opened_release(struct openings *openings);

/* The content of this row's alert is shown to an operator: in the open change, or begins one. What comes again costs a
 * look at one bit. Failures are of our own machine. */
MUST_USE enum result opened_note(struct exchange *exchange, const struct index_row *row);

/* A word that `by` brings over its session. */
struct opened_taken {
    enum result result; /* OK: kept; REPLAYED: it was here; else why it was not kept, which is counted */
    uint8_t reader[MEMBER_ID_SIZE];
    uint8_t object[OBJECT_ID_SIZE];
};
/* Checks it (10.11) and keeps it in the open change, or begins one. Fails for a word without form, which says nothing
 * that could be answered, and for our own machine. */
MUST_USE enum result opened_take(struct exchange *exchange, const struct member *by, struct span bytes,
                                 struct opened_taken *out);
/* A wider view took the alert's place: what others said of the one before stays said. */
MUST_USE enum result opened_inherit(struct exchange *exchange, uint64_t before, uint64_t sequence);

/* The first debt behind this place that may be told to this member now; NULL: none. The place of what was looked at
 * last is written to *place. */
const struct opened_debt *opened_next(const struct exchange *exchange, const struct member *to, uint64_t *place);
/* Appends the SignedOpened of a debt. */
MUST_USE enum result opened_words(struct buf *out, struct exchange *exchange, const struct opened_debt *debt);
/* `to` has answered; in the open change, or begins one. OK: it has it; UNKNOWN_MEMBER: it stays owed;
 * else it will not have it. What nobody owes it is passed over. */
MUST_USE enum result opened_answered(struct exchange *exchange, const uint8_t to[static MEMBER_ID_SIZE],
                                     const struct opened_taken *answer);
/* Words that wait to be told. */
size_t opened_owed(const struct openings *openings);

/* Who has opened the alert of this sequence, in the arena. */
struct opened_by {
    const uint8_t *id; /* NULL: here */
    uint64_t since;    /* milliseconds, a multiple of `step` */
    uint32_t step;
    enum store_opened_state state;
};
MUST_USE enum result opened_find(struct exchange *exchange, struct arena *arena, uint64_t sequence,
                                 struct opened_by **out, size_t *count);

/* After the commit, and after it failed. */
void opened_settle(struct openings *openings);
void opened_discard(struct openings *openings);

#endif
