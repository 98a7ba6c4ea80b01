/* link: net/link.h over the simulated network, in the place of net/link.c and net/link_listen.c.
 *
 * Here is what the simulation itself asks of it.
 */
#ifndef SIM_LINK_H
#define SIM_LINK_H

#include "tests/sim/network.h"

/* Called whenever a node gets mail. */
extern void (*link_mail)(int node);

/* A caller's end of a new wire to who listens at an address: it must be plugged at once. NULL: nobody listens. */
struct wire *link_call(int from, const char *address);

/* A node is gone: what it says from now on is not said. */
void link_silence(int node);
/* All its links are over, and it is told so at once. */
void link_abandon(int node);
/* It starts again. */
void link_revive(int node);

/* What a node says to another, frame by frame, before it is cut into pieces. */
extern void (*link_tap)(int node, struct span frame);

#endif
