#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static uint64_t read_ms(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t wall(void *context) {
    (void)context;
    return read_ms(CLOCK_REALTIME);
}

static uint64_t steady(void *context) {
    (void)context;
    return read_ms(CLOCK_MONOTONIC);
}

const struct clock *clock_system(void) {
    static const struct clock machine = {.wall_ms = wall, .steady_ms = steady};
    return &machine;
}
