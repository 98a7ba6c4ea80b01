/* opened: that an alert was opened, here or by somebody who says so.
 *
 * One record per alert and node, this one and others, put in the change that shows the alert or takes the word for it.
 * The key begins with the alert's sequence, as that of told.h.
 */
#ifndef STORE_OPENED_H
#define STORE_OPENED_H

#include "store/positions.h"
#include "store/records.h"

/* As store_put_opened(), store_opened_of() and store_each_opened(). */
MUST_USE enum result opened_put(struct records *records, struct positions *positions,
                                const struct store_opened *opened);
MUST_USE enum result opened_of(struct records *records, const struct positions *positions, struct arena *arena,
                               uint64_t sequence, struct store_opened **out, size_t *count);
MUST_USE enum result opened_each(struct records *records, const struct positions *positions, store_visit_opened *visit,
                                 void *context);

/* For check.c. */
bool opened_has_form(struct span record);

#endif
