/* start: reading everything a node is started with, and saying what is wrong with it.
 *
 * Only for node.c.
 */
#ifndef DAEMON_START_H
#define DAEMON_START_H

#include "daemon/node.h"

/* node.yaml, identity, roster, policy, lists of names, into the node. What is wrong has been logged. */
MUST_USE enum result start_read(struct node *node, const struct node_options *options);

/* Logs the findings and returns `result`. */
enum result start_log(const struct report *report, enum result result);

/* The parts that may change while the node runs. */
struct start_trust {
    struct roster *roster;
    struct policy *policy;
    struct arena policy_arena;
};
/* Reads roster (not older than the node's, by the trusted roots) and policy. On failure nothing is held, and the report
 * says why. */
MUST_USE enum result start_read_trust(struct start_trust *out, struct node *node, struct report *report);

#endif
