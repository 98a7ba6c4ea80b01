/* incoming: the steps of exchange_receive(), one delivery at a time.
 *
 * A delivery is cut in two by what can be known: the chain and the author's signature say which entries are part of the
 * feed; the content says which alerts are admitted. Only for exchange.c.
 */
#ifndef DAEMON_INCOMING_H
#define DAEMON_INCOMING_H

#include "daemon/exchange.h"

struct incoming_entry {
    struct entry parsed;
    struct arena arena; /* of the content, while it is examined and taken */
    enum result result; /* what the examination said */
    struct disclosure disclosure;
    RequestStep *step; /* then the entry is a step of a request, and there is no disclosure */
    Alert *visible;
    struct telling *tellings; /* one per audience: what goes on to it, body and fields alone */
};

struct incoming {
    struct exchange *exchange;
    struct delivery *delivery;
    struct feed *feed;
    const uint8_t *sign_key;        /* of the feed; NULL: it never was the author's */
    const struct ending *ending;    /* how that key ended; NULL: it is in force */
    struct incoming_entry *entries; /* those that are part of the feed and new */
    size_t count;
    bool stored; /* they are in the store already: a second look after a grant */
    const uint8_t *key;
};

/* NO_MEMORY or a failure of the store. */
MUST_USE enum result incoming_open(struct incoming *incoming, struct exchange *exchange, struct delivery *delivery);
void incoming_release(struct incoming *incoming);

/* May what follows from entries of this feed be written? As exchange_may_write(). */
MUST_USE enum result incoming_may_pass_on(const struct exchange *exchange, const struct feed *feed);
/* Finds how many entries are part of the feed and sets delivery->result and ->taken. */
void incoming_check_chain(struct incoming *incoming);
/* Where the run of disclosures from `start` ends: at the next grant. */
size_t incoming_run_end(const struct incoming *incoming, size_t start);

/* Opens and verifies entries [start, end) on all cores; each gets its result. */
MUST_USE enum result incoming_examine(struct incoming *incoming, size_t start, size_t end);

/* Put one entry into the open change, and what follows from it. Failures are of our own machine. */
MUST_USE enum result incoming_take_grant(struct incoming *incoming, size_t index);
MUST_USE enum result incoming_take_disclosure(struct incoming *incoming, size_t index);

/* Takes the epoch key out of a grant, if it has a box for us, into the open change; entry->result says whether. */
MUST_USE enum result incoming_open_grant(struct incoming *incoming, struct incoming_entry *entry);
/* Looks again at the entries of the epoch in force that came before this grant. */
MUST_USE enum result incoming_retry(struct incoming *incoming, uint64_t grant_number);
/* Tries all grants of a feed whose entries wait for a key that was lost: it may have been found. In the open change. */
MUST_USE enum result incoming_find_keys(struct exchange *exchange, struct feed *feed);
/* Looks again at the entries whose originator has other keys now than in the roster `before` (NULL: at all that wait
 * for their originator's key). In the open change. */
MUST_USE enum result incoming_verify_again(struct exchange *exchange, struct feed *feed, const struct roster *before);

#endif
