/* clones: one administration runs twice, as when its machine was copied and both machines run.
 *
 * Four nodes have exchanged alerts. Then the folder of one is copied, and both run, under one key, over lines that
 * break: each is heard by some and not by others, and both publish. Once both have written an entry of one number, and
 * nothing breaks any more, everybody has the proof of it and has frozen the feed; nobody has entries of both; what was
 * confirmed before is where it was; and when the copy has ended and its administration has changed its signing key,
 * alerts travel again.
 */
#ifndef SIM_CLONES_H
#define SIM_CLONES_H

#include <stdbool.h>
#include <stdint.h>

/* As play(). */
const char *clones_play(uint64_t seed, unsigned steps, bool verbose);

#endif
