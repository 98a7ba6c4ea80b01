/* outdated: which entries of a feed were sealed for somebody who had been removed.
 *
 * An author that hears of a removal late has gone on sealing for the one who left. It knows who holds its keys, its
 * readers do not: it says so in the grant that leaves that member out (docs/protocol.md, 7.9). Kept as ranges of
 * numbers, a note of the store for each feed, read and written in the open change. One thread.
 */
#ifndef DAEMON_OUTDATED_H
#define DAEMON_OUTDATED_H

#include "daemon/feeds.h"

/* Entries `from` up to the one before `end`. Ranges come in ascending order; of more than OUTDATED_MAX the last two
 * become one, with what is between them. */
MUST_USE enum result outdated_add(struct store *store, const struct feed *feed, uint64_t from, uint64_t end);
MUST_USE enum result outdated_has(struct store *store, const struct feed *feed, uint64_t number, bool *has);

#endif
