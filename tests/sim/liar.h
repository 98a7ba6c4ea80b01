/* liar: a member whose program sends its entries wrongly: one left out, two exchanged, one twice, a byte changed.
 *
 * Readers refuse it and go on once it has come to its senses. This program is linked with its own store_get_entries()
 * around that of the store; it also cuts pages short, so that a walk over a feed of some entries has several.
 */
#ifndef SIM_LIAR_H
#define SIM_LIAR_H

#include <stdbool.h>
#include <stddef.h>

/* NOBODY: everybody is honest. */
void liar_set(int node);
/* From now on, as many entries at once as fit into so many bytes. */
void liar_set_page(size_t bytes);
/* Has anybody ever lied in this run? */
bool liar_has_lied(void);

#endif
