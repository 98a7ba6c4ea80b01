/* gauge: what a node takes from its machine, and whether it takes more and more. */
#ifndef FLEET_GAUGE_H
#define FLEET_GAUGE_H

#include "tests/fleet/fleet.h"

enum gauge {
    GAUGE_MEMORY,      /* bytes of its own: not the pages of the store that the kernel keeps for it */
    GAUGE_BESIDES,     /* the same without what its index says it holds */
    GAUGE_DESCRIPTORS, /* open */
    GAUGE_THREADS,
    GAUGE_STORE,  /* bytes on disk */
    GAUGE_ALERTS, /* kept */
    GAUGE_COUNT
};

struct gauge_sample {
    double at; /* seconds */
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
    double error; /* standard error of `per_hour` */
};
struct gauge_line gauge_fit(const struct gauge_series *series, enum gauge gauge, size_t from);
/* Flat: 72 hours of it add less than a tenth to the level, or the slope is not told from none (two standard errors). */
bool gauge_is_flat(const struct gauge_line *line);

#endif
