/* play: what happens in a run: alerts, and everything that goes wrong meanwhile. */
#ifndef SIM_PLAY_H
#define SIM_PLAY_H

#include <stdbool.h>
#include <stdint.h>

/* What a run was made of. */
struct tally {
    uint64_t runs, alerts, confirmed, arrivals, crashes, cuts, rosters, renewals, flips, full_disks, clocks, sticks,
        sticks_read, stick_entries, disclosed, recalls, orphans, restored, forks, simulated_ms;
};
extern struct tally tally;

/* The whole of one seed, of about so many incidents (0: by chance). NULL: everything held; else what did not. */
const char *play(uint64_t seed, unsigned steps, bool verbose);

#endif
