/* kills: kill -9 under load, again and again, with an observer outside of both nodes.
 *
 * One node publishes for four operators at once, another reads; one of them is killed in the middle of it. The observer
 * keeps every confirmation that an operator got, and how far the author said that the reader has it. After each start,
 * and before the two are connected again, the author must have what it confirmed and the reader what it acknowledged.
 */
#ifndef FLEET_KILLS_H
#define FLEET_KILLS_H

#include "tests/fleet/fleet.h"

/* Of a fleet of two administrations without desks that does not run yet. The number of faults, each of which has been
 * said. */
size_t kills_run(struct fleet *fleet, size_t rounds);

#endif
