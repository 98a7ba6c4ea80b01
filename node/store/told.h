/* told: by which entries of our feeds an alert went out.
 *
 * One record per alert and feed, put in the change that appends the entry. The key begins with the alert's sequence, so
 * records come at the end of the tree and its pages fill up.
 */
#ifndef STORE_TOLD_H
#define STORE_TOLD_H

#include "store/records.h"

/* As store_put_told() and store_get_told(). */
MUST_USE enum result told_put(struct records *records, uint64_t sequence, uint32_t ordinal, uint64_t number);
MUST_USE enum result told_get(struct records *records, struct arena *arena, uint64_t sequence, struct store_told **out,
                              size_t *count);

#endif
