/* releases: more of an alert for one member that has asked for it (docs/protocol.md, 15.5).
 *
 * A person opens the fields, policy_decide() says whether they may go, and they go in the feed for that member alone,
 * as one more disclosure of the version that the originator signed. Where this node is the originator, its signed
 * release goes with them; of somebody else's alert a node opens what it holds itself and the marking lets it pass on.
 * One thread.
 */
#ifndef DAEMON_RELEASES_H
#define DAEMON_RELEASES_H

#include "daemon/exchange.h"

struct release_wish {
    struct request_thread *thread;
    RequestStep *step; /* of the code REQUEST_RELEASE */
    uint64_t by;       /* number of the record in the audit log that says who wants it */
};

/* Could it be given now? INVALID, MARKING_FORBIDS, NOT_ALLOWED, NOT_FOUND, with a complaint that says what to do; else
 * as exchange_load(). */
MUST_USE enum result releases_check(struct exchange *exchange, const struct release_wish *wish, const char **complaint);
/* Gives it, in the open change: the disclosure, and the step of the thread behind it. */
MUST_USE enum result releases_give(struct exchange *exchange, const struct release_wish *wish, const char **complaint);

/* "persons.name, persons.nationality" for people, in the arena: at most some, then how many more. */
const char *releases_names(struct arena *arena, const struct field_set *slots);

#endif
