/* patience: real time, for tests of real processes. The test file says how long it waits: PATIENCE_MS. */
#ifndef TESTS_SUPPORT_PATIENCE_H
#define TESTS_SUPPORT_PATIENCE_H

#include <stdint.h>
#include <time.h>

#include "base/clock.h"

static inline uint64_t now_ms(void) {
    return clock_steady_ms(clock_system());
}

static inline void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

#define WAIT_UNTIL(condition)                                                                                          \
    do {                                                                                                               \
        uint64_t start_ = now_ms();                                                                                    \
        while (!(condition) && now_ms() < start_ + PATIENCE_MS)                                                        \
            sleep_ms(20);                                                                                              \
        ck_assert_msg(now_ms() < start_ + PATIENCE_MS, "waited in vain for %s", #condition);                           \
    } while (0)

#endif
