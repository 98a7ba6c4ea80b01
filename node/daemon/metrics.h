/* metrics: the node in numbers, for a monitoring program, in the text format 0.0.4 of Prometheus.
 *
 * The names of members and audiences stand in labels; of alerts there is only how many. Every series is there from the
 * start or comes with the member or feed that it is about, so that a rule can ask for its absence.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include <stdint.h>

#include "base/result.h"
#include "base/span.h"

struct node;

/* What only the loop can count. */
struct metrics_counts {
    uint64_t turns;
    uint64_t commits; /* of changes; turns without one are not among them */
    uint64_t commit_ms;
};

/* Appends all of them. NO_MEMORY, or a failure of the store. */
MUST_USE enum result metrics_write(struct buf *out, struct node *node);

#endif
