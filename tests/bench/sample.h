/* sample: alerts as they typically are: some 45 fields, two specimens, three legs, a person, 200 characters of text. */
#ifndef TESTS_BENCH_SAMPLE_H
#define TESTS_BENCH_SAMPLE_H

#include "base/arena.h"

/* The alert of a seed as JSON, in the arena; the same seed gives the same alert. */
const char *sample_alert(struct arena *arena, unsigned seed);

#endif
