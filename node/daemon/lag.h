/* lag: what each member still has to get of this node's own feeds.
 *
 * Counted by what it has acknowledged; the bytes are an estimate, by the size of the newest entries of each feed. One
 * thread.
 */
#ifndef DAEMON_LAG_H
#define DAEMON_LAG_H

#include "daemon/exchange.h"

struct lag {
    uint64_t entries;
    uint64_t bytes;  /* about */
    uint64_t oldest; /* milliseconds: when the oldest of them was made; 0: there is none */
};

/* One for each member of the roster, in its order; in the arena. */
MUST_USE enum result lag_of_all(struct exchange *exchange, struct arena *arena, struct lag **out);

#endif
