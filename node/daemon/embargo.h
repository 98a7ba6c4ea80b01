/* embargo: alerts that are here and may not be passed on yet (docs/protocol.md, 5.5).
 *
 * What comes under an embargo is kept as a note of the store, in the change that takes the alert; when the time has
 * come, by this node's clock, the forwarding rules of then decide. A recall that cannot be told at once waits here,
 * too. One thread.
 */
#ifndef DAEMON_EMBARGO_H
#define DAEMON_EMBARGO_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct exchange;

struct embargo {
    uint64_t sequence; /* of the alert */
    uint64_t until;    /* wall milliseconds */
};

struct embargoes {
    struct embargo *rows; /* those of the store, and perhaps some that are lifted */
    size_t count;
    size_t capacity;
    uint64_t next; /* wall; nothing is due before */
};

/* Reads them from the store. */
MUST_USE enum result embargo_open(struct exchange *exchange);
void embargo_release(struct embargoes *embargoes);

/* This alert came, and waits; in the open change. */
MUST_USE enum result embargo_keep(struct exchange *exchange, const struct embargo *embargo);
/* The same of a recall that cannot be told yet; it may have waited before. */
MUST_USE enum result embargo_put_off(struct exchange *exchange, const struct embargo *embargo);
/* Passes on what may go now, some at a time, in the open change. For a node that may write. On failure the change must
 * be aborted; it is tried again. */
MUST_USE enum result embargo_lift(struct exchange *exchange);

#endif
