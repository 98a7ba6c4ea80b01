/* random: unpredictable bytes, passed in, so that tests repeat. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

struct random {
    void (*fill)(void *context, void *out, size_t len);
    void *context;
};

static inline void random_fill(const struct random *random, void *out, size_t len) {
    random->fill(random->context, out, len);
}

/* The kernel's generator, getrandom(2); ends the process if the kernel has none. Any thread. */
const struct random *random_system(void);

#endif
