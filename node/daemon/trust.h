/* trust: whom this node goes by, as it changes while the node runs (docs/protocol.md, 8 and 10.6).
 *
 * The roster file holds everything that is signed; it is written before anything new is in force. The store remembers
 * how far it had come, so that nobody who can write the folder puts an older one back. Our own keys are renewed here:
 * the identity file first, with the keys of before still in it, then the renewal, so that a power cut leaves a node
 * that can finish. Only for node.c, serve.c and sync.c.
 */
#ifndef DAEMON_TRUST_H
#define DAEMON_TRUST_H

#include "daemon/node.h"

/* After the store has been opened: ROLLBACK when the roster file is older than the store remembers. What it says has
 * been logged. */
MUST_USE enum result trust_check(struct node *node);
/* After everything else is open, before the first turn: finishes a renewal of our keys that was cut off, and remembers
 * what is in force, in the open change. */
MUST_USE enum result trust_begin(struct node *node);

/* What trust_begin() found is committed. */
void trust_has_begun(struct node *node);

/* Says that this node was a member, and by which roster it is none any more. */
void trust_tell_removed(const struct roster *roster);

/* Takes what is new in an encoded Trust, in the open change. *taken: something was, and is in force. Failures are of
 * our own machine. */
MUST_USE enum result trust_take(struct node *node, struct span trust, bool *taken);
/* The roster file was changed by its owner: takes what is new in it. On failure everything stays, the reason in the
 * report. */
MUST_USE enum result trust_reload(struct node *node, struct report *report);

/* Gives this node a new encryption key, and with `signing` a new signing key, whose feeds begin anew; `cause` says what
 * became of the one before. In the open change. EXPIRED, BEHIND, UNPROVEN when it cannot be now; IO, DISK_FULL. */
MUST_USE enum result trust_renew_keys(struct node *node, bool signing, enum ending_cause cause);

/* The operator decides that this copy of the store is the node. */
MUST_USE enum result trust_accept_copy(struct node *node);

/* The same, once readers have shown how far every feed of ours reaches; in the open change. */
MUST_USE enum result trust_prove_copy(struct node *node);

/* Once a second: warns of a roster that ends, renews the encryption key once a month. */
MUST_USE enum result trust_tick(struct node *node, uint64_t steady_ms);

#endif
