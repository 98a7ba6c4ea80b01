/* carry: what goes onto a stick for a member, and what is taken from one (docs/protocol.md, 12).
 *
 * The same as in a session, with the signed head of the stick in the place of the authenticated other end: its writer
 * says which feeds there are and where a reader begins, and nobody else can. Entries speak for themselves. Knows no
 * file: records come in and go out as bytes. Nothing is remembered between two calls, so a stick that was begun costs
 * this node nothing. One thread.
 */
#ifndef DAEMON_CARRY_H
#define DAEMON_CARRY_H

#include "control.pb-c.h"
#include "core/bundle.h"
#include "daemon/exchange.h"

struct node;

/* --- giving: records appended in their order; EXPIRED when our roster has --- */

/* A stick for this member. */
struct carry_gift {
    const struct member *reader;
    uint32_t part;
    bool from_start;     /* not only what it has not acknowledged */
    size_t bytes_max;    /* of entries, in one record */
    uint32_t trust_next; /* in and out: the first signed object to be given; at the end there are no more */
    uint32_t feed_next;  /* in and out: the ordinal of the feed to go on with */
    uint64_t after;      /* in and out: of that feed; 0: from where it begins for this reader */
};
/* The record `head`. */
MUST_USE enum result carry_give_head(struct exchange *exchange, const struct carry_gift *gift, struct buf *record);
/* The next record `trust`; empty once all has been given. All that a reader may need who has been away for long. */
MUST_USE enum result carry_give_trust(struct exchange *exchange, struct carry_gift *gift, struct buf *record);
/* The next record `entries`, of our own feeds that the reader was granted; empty once all has been given. */
MUST_USE enum result carry_give_entries(struct exchange *exchange, struct carry_gift *gift, struct buf *record);
/* A record `receipt`: this much of the feed is on our disk. NOT_FOUND: nothing is, or it is our own. */
MUST_USE enum result carry_give_receipt(struct exchange *exchange, const struct feed *feed, struct buf *record);

/* --- taking --- */

/* The head of a stick, read again with each piece. It counts if its writer has signed it. */
struct carry_head {
    struct bundle_head record;
    const struct member *author; /* NULL: it does not count */
    enum result result;          /* why not; NOT_FOUND: there is none */
    bool for_us;
};
/* In the arena. NO_MEMORY; what is wrong with it is in the head. */
MUST_USE enum result carry_read_head(struct carry_head *out, struct exchange *exchange, struct arena *arena,
                                     struct span record);

/* What became of one record. */
struct carry_taken {
    enum result result;          /* why what was not taken was not */
    const struct feed *feed;     /* NULL: none that is here */
    const struct member *author; /* of the feed; of a receipt, its reader; NULL: nobody known */
    uint64_t first;              /* number of the first entry */
    size_t taken;
    size_t replayed;          /* are here already */
    size_t withheld;          /* of those taken: kept as header and signature alone */
    enum result why_withheld; /* of the first of them */
    uint64_t here;            /* last number here now; of a receipt: what is acknowledged now */
};
/* Entries, by exchange_receive(), in the open change. A feed that is not followed here yet is followed if a head for us
 * that counts names it; it begins where that says. What is here already is compared and passed over. A failure of our
 * own machine alone. */
MUST_USE enum result carry_take_entries(struct exchange *exchange, const struct carry_head *head, struct span record,
                                        struct carry_taken *out);
/* A receipt for a feed of ours: how far it is proven, and acknowledged, in the open change. *out->result is
 * UNKNOWN_MEMBER (its reader), REVOKED, BAD_SIGNATURE …; WRONG_FEED: it is not ours; NOT_ALLOWED: the reader was never
 * granted it; BEHIND: the reader has more than we; REPLAYED: it was known. */
MUST_USE enum result carry_take_receipt(struct exchange *exchange, struct span record, struct carry_taken *out);

/* --- the answers to `inama bundle`, for serve.c --- */

MUST_USE enum result carry_answer_give(Reply *reply, struct node *node, const Give *words, const char **complaint);
MUST_USE enum result carry_answer_take(Reply *reply, struct node *node, const Take *words);
MUST_USE enum result carry_answer_receipts(Reply *reply, struct node *node, const Receipts *words);

#endif
