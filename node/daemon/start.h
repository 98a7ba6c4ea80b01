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

/* The policy in its own arena, as it may change while the node runs. On failure nothing is held, and the report says
 * why.
 */
MUST_USE enum result start_read_policy(struct policy **out, struct arena *arena, const struct node *node,
                                       struct report *report);

/* node.yaml once more, in an arena of its own: for the limits, which may change while the node runs. As
 * start_read_policy(). */
MUST_USE enum result start_read_config(struct config *out, struct arena *arena, struct node *node,
                                       struct report *report);

/* Says of a file in the report what is wrong with it, if something is; returns `result`. */
enum result start_say(struct report *report, const char *path, enum result result);

#endif
