/* history: what an audience was told before, told to one of its members that joined later (docs/protocol.md, 7.7).
 *
 * A member reads a feed from its first epoch on. What came before is disclosed anew, by decision: alert by alert, by
 * the policy and the markings as they are now, in a feed for that member alone. One thread.
 */
#ifndef DAEMON_HISTORY_H
#define DAEMON_HISTORY_H

#include "daemon/exchange.h"

struct history {
    const struct policy_audience *audience;
    const struct member *member; /* of that audience */
    uint64_t since;              /* milliseconds; what arrived here before is left out */
    uint64_t after;              /* sequence: looked at up to here */
    bool dry_run;
    uint64_t by; /* number of the record in the audit log that says who wants it; 0: none does */
    /* out */
    uint64_t next; /* looked at up to here now */
    size_t looked_at;
    size_t disclosed;
    size_t unread; /* cannot be read, which is said in the technical log; the others are told all the same */
};

/* Looks at some hundred alerts and discloses those that the audience would be told, in the open change. As
 * feeds_may_append(), or a failure of our own machine. */
MUST_USE enum result history_disclose(struct exchange *exchange, struct history *history);

/* The name of the feed for one member alone: "@ke-police". In the arena; NULL when memory is out. */
const char *history_audience(struct arena *arena, const struct member *member);

#endif
