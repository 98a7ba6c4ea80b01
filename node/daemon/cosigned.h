/* cosigned: what other members have said of the checkpoints of our own log of disclosures (docs/protocol.md, 14.11).
 *
 * A cosignature is kept in the store with the checkpoint that it is of: as lines behind it. In the open change. One
 * thread.
 */
#ifndef DAEMON_COSIGNED_H
#define DAEMON_COSIGNED_H

#include "core/journal.h"
#include "store/store.h"

/* The checkpoint of exactly this size, with its cosignatures. NOT_FOUND. */
MUST_USE enum result cosigned_get(struct store *store, struct arena *arena, uint64_t size, struct span *text);
/* The first of at least this size that somebody has cosigned; with `last`, the last. NOT_FOUND. */
MUST_USE enum result cosigned_find(struct store *store, struct arena *arena, uint64_t size, bool last,
                                   struct span *text);
/* Has somebody cosigned the checkpoint in this text? */
bool cosigned_is(struct arena *arena, struct span text);

/* Keeps it, once for each member and COSIGNATURES_MAX at most: more are no failure. The checkpoint has to be here as it
 * was cosigned: NOT_FOUND; those of cosignature_verify(). *kept: it is new. */
MUST_USE enum result cosigned_add(struct store *store, struct arena *arena, const struct checkpoint *checkpoint,
                                  const struct cosignature *cosignature, const struct member *witness, bool *kept);

#endif
