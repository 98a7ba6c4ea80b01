#include "tests/support/chance.h"

#include <check.h>

/* splitmix64 */
uint64_t chance_next(struct chance *chance) {
    uint64_t z = chance->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

size_t chance_below(struct chance *chance, size_t limit) {
    return (size_t)(chance_next(chance) % limit);
}

static void fill(void *context, void *out, size_t len) {
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)chance_next(context);
}

struct random chance_random(struct chance *chance) {
    return (struct random){.fill = fill, .context = chance};
}

static void fill_from_script(void *context, void *out, size_t len) {
    ck_assert(span_copy(context, out, len));
}

struct random chance_script(struct span *script) {
    return (struct random){.fill = fill_from_script, .context = script};
}
