#include "tests/sim/machine.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

enum { SKEW_MS_MAX = 4000, SENTENCE_SIZE = 600 };

struct event {
    uint64_t at;
    uint64_t order;
    machine_event *run;
    void *context;
    uint64_t value;
};

struct seat {
    struct clock clock;
    struct random random;
    struct chance chance;
    uint64_t skew_ms;
    int64_t ahead_ms; /* of the wall clock, as somebody has set it */
};

static struct {
    uint64_t now;
    struct event *heap; /* the next one first */
    size_t count;
    size_t capacity;
    uint64_t planned;
    struct chance chance;
    struct chance nobodys; /* random_system() of the simulation itself */
    struct random of_nobody;
    struct seat seats[NODES_MAX];
    int here;
    bool verbose;
    uint64_t digest;
    char broken[SENTENCE_SIZE];
} machine;

/* ---- time ---- */

uint64_t machine_now(void) {
    return machine.now;
}

static bool is_before(const struct event *a, const struct event *b) {
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(size_t i, size_t j) {
    struct event event = machine.heap[i];
    machine.heap[i] = machine.heap[j];
    machine.heap[j] = event;
}

void machine_at(uint64_t ms, machine_event *run, void *context, uint64_t value) {
    if (machine.count == machine.capacity) {
        machine.capacity = machine.capacity ? 2 * machine.capacity : 256;
        machine.heap = realloc(machine.heap, machine.capacity * sizeof *machine.heap);
        assert(machine.heap);
    }
    size_t at = machine.count++;
    machine.heap[at] = (struct event){ms > machine.now ? ms : machine.now, machine.planned++, run, context, value};
    for (; at && is_before(&machine.heap[at], &machine.heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(at, (at - 1) / 2);
}

static struct event take_first(void) {
    struct event first = machine.heap[0];
    machine.heap[0] = machine.heap[--machine.count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < machine.count; child++)
            if (is_before(&machine.heap[child], &machine.heap[least]))
                least = child;
        if (least == at)
            return first;
        swap(at, least);
        at = least;
    }
}

bool machine_next(uint64_t until) {
    if (machine.broken[0])
        return false;
    if (machine.count == 0 || machine.heap[0].at > until) {
        machine.now = until;
        return false;
    }
    struct event event = take_first();
    machine.now = event.at;
    event.run(event.context, event.value);
    return true;
}

/* ---- chance ---- */

size_t pick(size_t limit) {
    return chance_below(&machine.chance, limit);
}

size_t pick_between(size_t least, size_t most) {
    return least + pick(most - least + 1);
}

bool pick_one_in(size_t count) {
    return pick(count) == 0;
}

/* ---- the world of a node ---- */

static uint64_t wall_ms(void *context) {
    const struct seat *seat = context;
    return machine_start_ms + machine.now + seat->skew_ms + (uint64_t)seat->ahead_ms;
}

/* A process counts from its own start, which is never 0. */
static uint64_t steady_ms(void *context) {
    const struct seat *seat = context;
    return 1000000 + machine.now + 7 * seat->skew_ms;
}

void machine_set_clock(int node, int64_t ahead_ms) {
    machine.seats[node].ahead_ms = ahead_ms;
}

void machine_enter(int node) {
    machine.here = node;
}

int machine_here(void) {
    return machine.here;
}

const struct clock *machine_clock(int node) {
    return &machine.seats[node].clock;
}

const struct random *machine_random(int node) {
    return &machine.seats[node].random;
}

void machine_start(uint64_t seed, bool verbose) {
    machine.chance.state = seed * 0x9e3779b97f4a7c15 + 1;
    machine.nobodys.state = chance_next(&machine.chance);
    machine.of_nobody = chance_random(&machine.nobodys);
    machine.here = NOBODY;
    machine.verbose = verbose;
    machine.digest = seed;
    for (int i = 0; i < NODES_MAX; i++) {
        struct seat *seat = &machine.seats[i];
        seat->chance.state = chance_next(&machine.chance);
        seat->random = chance_random(&seat->chance);
        seat->skew_ms = pick(SKEW_MS_MAX);
        seat->clock = (struct clock){.wall_ms = wall_ms, .steady_ms = steady_ms, .context = seat};
    }
}

/* ---- in place of base/clock.c, base/random.c and base/log.c ---- */

const struct clock *clock_system(void) {
    return &machine.seats[machine.here == NOBODY ? 0 : machine.here].clock;
}

const struct random *random_system(void) {
    return machine.here == NOBODY ? &machine.of_nobody : &machine.seats[machine.here].random;
}

void log_set_level(enum log_level level) {
    (void)level;
}

static void say(const char *kind, const char *format, va_list arguments) {
    fprintf(stderr, "%9.3f  node %2d  %s", (double)machine.now / 1000, machine.here, kind);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void log_write(enum log_level level, const char *format, ...) {
    if (!machine.verbose || level > LOG_LEVEL_INFO)
        return;
    va_list arguments;
    va_start(arguments, format);
    say(level == LOG_LEVEL_ERROR ? "error: " : level == LOG_LEVEL_WARNING ? "warning: " : "", format, arguments);
    va_end(arguments);
}

/* ---- what happened ---- */

void machine_digest(const void *data, size_t len) {
    const uint8_t *bytes = data;
    uint64_t digest = machine.digest ^ (machine.now << 20) ^ len;
    for (; len >= 8; bytes += 8, len -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        digest = (digest ^ word) * 0x9fb21c651e98df25;
        digest ^= digest >> 29;
    }
    for (; len; bytes++, len--)
        digest = (digest ^ *bytes) * 0x100000001b3;
    machine.digest = digest;
}

uint64_t machine_digest_so_far(void) {
    return machine.digest;
}

void machine_note(const char *format, ...) {
    char text[SENTENCE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    machine_digest(text, len < (int)sizeof text ? (size_t)len : sizeof text - 1);
    if (machine.verbose)
        fprintf(stderr, "%9.3f           %s\n", (double)machine.now / 1000, text);
}

void broken(const char *format, ...) {
    if (machine.broken[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(machine.broken, sizeof machine.broken, format, arguments);
    va_end(arguments);
    machine_note("BROKEN: %s", machine.broken);
}

const char *machine_broken(void) {
    return machine.broken[0] ? machine.broken : NULL;
}
