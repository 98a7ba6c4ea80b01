/* Everybody connected with everybody, and everybody carries for all: what the ways that are not needed cost.
 *
 * Beside the same without carriers, where each entry goes once to each reader, by one way: the least there is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/bench/wire.h"

enum { NODES = 25, AUTHORS = 5, ALERTS_EACH = 40 };
static const double quiet_s = 3, patience_s = 300;

#define ACCEPT_AND_LOCAL                                                                                               \
    "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"                                                                 \
    "local: {operators: {show: [all]}}\n"

static const char direct_policy[] =
    "audiences:\n"
    "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n" ACCEPT_AND_LOCAL;
static const char carried_policy[] =
    "audiences:\n"
    "  customs: {members: {role: CUSTOMS}, carriers: {role: CUSTOMS}, publish: yes, show: [all]}\n"
    "carry: [{from: {role: CUSTOMS}}]\n" ACCEPT_AND_LOCAL;

struct mesh_counts {
    double bytes; /* over all links, in the present sessions */
    uint64_t connected, least_alerts;
};

static struct mesh_counts count(const struct homes *homes) {
    struct mesh_counts counts = {.least_alerts = UINT64_MAX};
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < NODES; i++) {
        const Status *status = home_status(&homes->rows[i], &arena);
        if (!status)
            abort();
        for (size_t k = 0; k < status->n_peers; k++) {
            counts.bytes += (double)status->peers[k]->received;
            counts.connected += strcmp(status->peers[k]->state, "connected") == 0;
        }
        counts.least_alerts = status->alerts < counts.least_alerts ? status->alerts : counts.least_alerts;
        arena_reset(&arena);
    }
    arena_release(&arena);
    return counts;
}

static void publish(const struct homes *homes, unsigned each) {
    struct arena arena;
    int fds[AUTHORS];
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < AUTHORS; i++)
        fds[i] = wire_open(&homes->rows[i * NODES / AUTHORS]);
    for (unsigned i = 0; i < each * AUTHORS; i++) {
        const char *json = sample_alert(&arena, i);
        wire_publish(fds[i % AUTHORS], &arena, &json, 1);
        if (strcmp(wire_hear(fds[i % AUTHORS], &arena)->published[0]->result, "ok") != 0)
            abort();
        arena_reset(&arena);
    }
    for (size_t i = 0; i < AUTHORS; i++)
        close(fds[i]);
    arena_release(&arena);
}

/* Until all have so many alerts, and nothing has been said for a while but signs of life. */
static struct mesh_counts settle(const struct homes *homes, uint64_t alerts) {
    double start = seconds();
    struct mesh_counts before, now = count(homes);
    do {
        before = now;
        usleep((useconds_t)(quiet_s * 1e6));
        now = count(homes);
    } while ((now.least_alerts < alerts || now.connected < NODES * (NODES - 1) ||
              now.bytes - before.bytes > 0.001 * now.bytes) &&
             seconds() - start < patience_s);
    if (now.least_alerts < alerts)
        abort();
    return now;
}

/* Bytes over all links for each byte of entries, once to each reader. */
static double spread(const char *policy) {
    struct homes *homes = homes_new();
    double bytes = 0;
    for (size_t i = 0; i < NODES; i++)
        homes_add(homes, text_format(&homes->arena, "customs-%zu", i),
                  text_format(&homes->arena, "A%c", (char)('A' + i)), "CUSTOMS", policy);
    homes_write(homes);
    for (size_t i = 0; i < NODES; i++)
        home_start(&homes->rows[i]);
    publish(homes, 1); /* feeds and their grants are known to all before it counts */
    const struct mesh_counts before = settle(homes, AUTHORS);
    publish(homes, ALERTS_EACH);
    const struct mesh_counts after = settle(homes, AUTHORS * (1 + ALERTS_EACH));
    for (size_t i = 0; i < NODES; i++)
        home_stop(&homes->rows[i], 15);
    for (size_t i = 0; i < AUTHORS; i++)
        bytes += entry_bytes(&homes->rows[i * NODES / AUTHORS], 1 + ALERTS_EACH) -
                 entry_bytes(&homes->rows[i * NODES / AUTHORS], 1);
    homes_free(homes);
    return (after.bytes - before.bytes) / (bytes * (NODES - 1));
}

void bench_mesh(void) {
    if (!wanted("mesh_25_bytes_ratio"))
        return;
    double carried = spread(carried_policy), direct = spread(direct_policy);
    fprintf(stderr, "mesh_25_bytes_ratio: bytes for a byte of entries at each reader: %.2f, without carriers %.2f\n",
            carried, direct);
    say("mesh_25_bytes_ratio", carried / direct, "", "to reach: at most, of that without carriers", 1.1);
}
