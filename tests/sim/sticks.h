/* sticks: what one node gives another by hand, as `inama bundle` does it, without a file.
 *
 * A stick is written over the operator's socket, wholly, as far as there is room, or until its writer crashes. It is
 * handed in late, once or twice, in its order or another, whole or in part; the receipts go back in the same way.
 */
#ifndef SIM_STICKS_H
#define SIM_STICKS_H

#include "tests/sim/world.h"

/* Some node writes one for some other. */
void sticks_write(void);
/* Those that this node has written, and those that are on their way to it, are lost. */
void sticks_lose(const struct station *station);

#endif
