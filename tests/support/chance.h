/* chance: bytes from a seed instead of from the kernel, so that a test that fails once fails again. */
#ifndef SUPPORT_CHANCE_H
#define SUPPORT_CHANCE_H

#include "base/random.h"
#include "base/span.h"

struct chance {
    uint64_t state;
};

uint64_t chance_next(struct chance *chance);
/* Below `limit`. */
size_t chance_below(struct chance *chance, size_t limit);
/* As what the code under test asks; `chance` must outlive it. */
struct random chance_random(struct chance *chance);

/* Hands out exactly these bytes, in order, and fails the test behind their end: for published vectors. */
struct random chance_script(struct span *script);

#endif
