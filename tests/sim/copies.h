/* copies: a node that is set back, as when a backup is put back.
 *
 * While a node is down its store and its roster are copied; while it is down again later, the copy takes their place,
 * in another file, as a copy of files does. The keys are the newest, as docs/guide.md has it; if
 * they are newer than the copy, so is the roster, which has to know them.
 *
 * What may be lost by that is what the node alone had. A node that goes on from a copy hears from its readers how far
 * its feeds reach, and can hear it from those alone who are there (docs/protocol.md, 10.7). So it is set back only
 * where all who hold a feed of it hold as much, each of these feeds is in the copy or with every reader of it (of
 * others a copy cannot know that they are missing when the first to tell has none of them), and nothing that it has
 * said is still on its way to anybody.
 */
#ifndef SIM_COPIES_H
#define SIM_COPIES_H

#include "tests/sim/world.h"

/* Of a node that is down. */
void copies_take(const struct station *station);
/* It is going to be set back: what it has said and what was said to it is lost on the way. False: there is no copy that
 * may be used. */
bool copies_prepare(const struct station *station);
/* Some time later: true if it was. */
bool copies_put_back(struct station *station);

#endif
