/* index_tally: counting in groups from the index alone, where it knows enough: sets of rows are met with each other,
 * and no alert is read. One thread, that of the index.
 */
#ifndef STORE_INDEX_TALLY_H
#define STORE_INDEX_TALLY_H

#include "core/tally.h"
#include "store/index.h"

/* Counts the newest versions that meet `where` (NULL: all) into a fresh tally, exactly as tally_add() would count them
 * one by one. *is_counted is false, and the tally of no use any more, where the index cannot tell: fields of one list
 * together, sums, names and texts, the route, a query that it cannot decide, more than TALLY_LOOKUPS_MAX pairs of sets,
 * too many groups. NO_MEMORY. */
MUST_USE enum result index_tally(struct index *index, const struct query_node *where, const struct query_world *world,
                                 struct tally *tally, bool *is_counted);

#endif
