#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

static void fill_from_kernel(void *context, void *out, size_t len) {
    (void)context;
    uint8_t *next = out;
    while (len) {
        ssize_t got = getrandom(next, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort(); /* no secret may ever be made from anything weaker */
        next += got;
        len -= (size_t)got;
    }
}

const struct random *random_system(void) {
    static const struct random kernel = {.fill = fill_from_kernel};
    return &kernel;
}
