/* thin: stories about lines that are not what one would wish, measured in simulated time.
 *
 * Over a thin line with much to catch up, what is urgent is there within about the time of one block, and the same
 * alert as an ordinary one behind all of it. A reader that takes nothing, and one that takes next to nothing, do not
 * keep a third waiting. A limit is kept to, and what is urgent overtakes what waits for it.
 */
#ifndef SIM_THIN_H
#define SIM_THIN_H

#include <stdbool.h>

/* Says what was measured; false if it is not as it should be. */
bool thin_play(bool verbose);

#endif
