/* expiry: what is over is hidden, and what may not be kept any longer is erased (docs/protocol.md, 5.8).
 *
 * By this node's clock, some alerts at a time. A search does not find what has expired unless older versions are asked
 * for, too. Content goes a day after the date until which the originator lets it be kept, as clocks are wrong by hours
 * sometimes and erasing cannot be taken back; and by policy so many days after an alert has expired. While the roster
 * has expired by that clock, nothing is erased. One thread.
 */
#ifndef DAEMON_EXPIRY_H
#define DAEMON_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct exchange;

struct expiry {
    size_t at;        /* row of the index: looked at up to here */
    uint64_t counted; /* rows that have expired, in this walk */
    uint64_t expired; /* in the last one that went through to the end */
};

/* Goes through all of a new index, and hides what has expired. */
void expiry_begin(struct exchange *exchange);

/* Goes on with its walk through the index, and erases what is due in the open change. On failure the change must be
 * aborted; it is tried again. */
MUST_USE enum result expiry_tick(struct exchange *exchange);

#endif
