/* clock: what time it is, passed in, so that tests decide. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    uint64_t (*wall_ms)(void *context);   /* milliseconds since 1970-01-01 UTC; may jump */
    uint64_t (*steady_ms)(void *context); /* milliseconds since some start; never goes back */
    void *context;
};

static inline uint64_t clock_wall_ms(const struct clock *clock) {
    return clock->wall_ms(clock->context);
}
static inline uint64_t clock_steady_ms(const struct clock *clock) {
    return clock->steady_ms(clock->context);
}

/* The machine's clocks. Any thread. */
const struct clock *clock_system(void);

#endif
