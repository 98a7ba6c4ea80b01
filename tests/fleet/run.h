/* run: a fleet under load, while links are cut and healed and nodes are started again; then the judgement. */
#ifndef FLEET_RUN_H
#define FLEET_RUN_H

#include "tests/fleet/fleet.h"

struct run_options {
    double minutes;
    double alerts_per_s;
    double cut_every_s;     /* on average */
    double restart_every_s; /* on average */
    double sample_every_s;
    bool is_soak; /* then the nodes of the last administration alone are restarted; of twelve phases every other one has
                     twice the load and the rest none; and lines are fitted */
};

/* Of a fleet that runs. The number of faults, each of which has been said. */
size_t run_fleet(struct fleet *fleet, const struct run_options *options);

#endif
