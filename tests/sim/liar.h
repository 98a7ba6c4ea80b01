/* liar: a member whose program sends its entries wrongly: one left out, two exchanged, one twice, a byte changed.
 *
 * Readers refuse it and go on once it has come to its senses. This program is linked with its own store_get_entries()
 * around that of the store.
 */
#ifndef SIM_LIAR_H
#define SIM_LIAR_H

#include <stdbool.h>

/* NOBODY: everybody is honest. */
void liar_set(int node);
/* Has anybody ever lied in this run? */
bool liar_has_lied(void);

#endif
