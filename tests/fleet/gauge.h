/* gauge: what a node takes from its machine, and whether it takes more and more. */
#ifndef FLEET_GAUGE_H
#define FLEET_GAUGE_H

#include "tests/fleet/fleet.h"

enum gauge {
    GAUGE_MEMORY,      /* bytes of its own: not the pages of the store that the kernel keeps for it */
    GAUGE_DESCRIPTORS, /* open */
    GAUGE_THREADS,
    GAUGE_STORE,  /* bytes on disk */
    GAUGE_ALERTS, /* kept */
    GAUGE_COUNT
};

struct gauge_sample {
    double at;      /* seconds */
    unsigned phase; /* of the load, from 0: in odd ones there is none */
    double values[GAUGE_COUNT];
};

/* Of one node now. */
struct gauge_sample gauge_take(struct fleet *fleet, size_t node);

struct gauge_series {
    struct gauge_sample *samples;
    size_t count, capacity;
};
void gauge_keep(struct gauge_series *series, const struct gauge_sample *sample);
void gauge_release(struct gauge_series *series);

/* A line through the samples from number `from` on, by least squares. */
struct gauge_line {
    double level; /* at the end */
    double per_hour;
    double error;  /* standard error of `per_hour` */
    bool is_known; /* there were samples enough */
};
struct gauge_line gauge_fit(const struct gauge_series *series, enum gauge gauge, size_t from);
/* What time alone adds: from the second sample of each phase without load to its last, on average over those phases. */
struct gauge_line gauge_drift(const struct gauge_series *series, enum gauge gauge);
/* Flat: 72 hours of it add less than a tenth to the level, or the slope is not told from none (two standard errors). */
bool gauge_is_flat(const struct gauge_line *line);
/* The level after those hours; a slope that is not told from none counts as none. */
double gauge_estimate(const struct gauge_line *line);

#endif
