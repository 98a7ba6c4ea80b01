/* Over cables that are thin, lossy and cut: what is sent again, and how soon it goes on. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/bench/wire.h"
#include "tests/support/cable.h"

enum { POOR_ALERTS = 100, BLOCK_BYTES = 256 * 1024 };
static const struct cable_shape poor = {.bits_per_s = 9600, .loss_percent = 30, .delay_ms = 100};
static const struct cable_shape far = {.delay_ms = 500};
static const double cut_every_s = 30, cut_for_s = 2, patience_s = 600, look_every_s = 0.05;

static void sleep_s(double s) {
    usleep((useconds_t)(s * 1e6));
}

/* Congo writes, Kenya reads, and who calls calls over a cable. */
struct pair {
    struct homes *homes;
    struct home *congo, *kenya;
    struct cables *cables;
    struct cable *cable;
    struct arena arena;
};

static void call_over(struct pair *pair, const struct home *caller, const struct home *called,
                      const struct cable_shape *shape) {
    uint16_t port = homes_adopt(pair->homes, "cable", "XX", "LINE")->port; /* a free one */
    pair->cables = cables_new(1);
    pair->cable = cables_add(pair->cables, &(struct cable_end){"127.0.0.1", port},
                             &(struct cable_end){"127.0.0.1", called->port}, shape);
    home_write(caller, "node.yaml",
               span_of_text(text_format(&pair->arena,
                                        "key_file: secret\nlisten: tcp://127.0.0.1:%u\npeers:\n"
                                        "  - {name: %s, address: \"tcp://127.0.0.1:%u\"}\n",
                                        caller->port, called->name, port)));
    home_write(called, "node.yaml",
               span_of_text(text_format(&pair->arena, "key_file: secret\nlisten: tcp://127.0.0.1:%u\n", called->port)));
}

static void pair_open(struct pair *pair, bool congo_calls, const struct cable_shape *shape) {
    arena_init(&pair->arena, SIZE_MAX);
    pair->homes = homes_new();
    pair->congo = homes_add(pair->homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    pair->kenya = homes_add(pair->homes, "ke-customs", "KE", "CUSTOMS", open_policy);
    homes_write(pair->homes);
    call_over(pair, congo_calls ? pair->congo : pair->kenya, congo_calls ? pair->kenya : pair->congo, shape);
}

static void pair_close(struct pair *pair) {
    homes_free(pair->homes);
    cables_free(pair->cables);
    arena_release(&pair->arena);
}

static void publish(struct pair *pair, unsigned first, unsigned count) {
    int fd = wire_open(pair->congo);
    for (unsigned i = 0; i < count; i++) {
        const char *json = sample_alert(&pair->arena, first + i);
        wire_publish(fd, &pair->arena, &json, 1);
        if (strcmp(wire_hear(fd, &pair->arena)->published[0]->result, "ok") != 0)
            abort();
    }
    close(fd);
}

/* ---- the poor cable ---- */

double entry_bytes(const struct home *author, size_t alerts) {
    struct arena arena;
    struct store *store;
    struct span *entries;
    size_t count = 0;
    double bytes = 0;
    arena_init(&arena, SIZE_MAX);
    const struct store_options options = {.folder = text_format(&arena, "%s/store", author->folder),
                                          .size_max = (uint64_t)16 << 30,
                                          .key = author->identity.secrets->store,
                                          .random = random_system()};
    if (store_open(&store, &options))
        abort();
    for (uint64_t after = 1; alerts && (after == 1 || count); after += count) { /* the first is a grant */
        if (store_get_entries(store, &arena, 1, after, BLOCK_BYTES, &entries, &count))
            abort();
        for (size_t i = 0; i < count && alerts; i++, alerts--)
            bytes += (double)entries[i].len;
    }
    store_close(store);
    arena_release(&arena);
    return bytes;
}

static size_t carry_over_poor_line(struct pair *pair) {
    double start = seconds(), cut_at = start + cut_every_s;
    size_t alerts;
    while ((alerts = home_alerts(pair->kenya)) < POOR_ALERTS && seconds() - start < patience_s) {
        sleep_s(look_every_s);
        if (seconds() < cut_at)
            continue;
        cable_cut(pair->cable, true);
        sleep_s(cut_for_s);
        cable_cut(pair->cable, false);
        cut_at = seconds() + cut_every_s;
    }
    return alerts;
}

static void bench_poor_line(void) {
    struct pair pair;
    pair_open(&pair, false, &poor);
    home_start(pair.congo);
    publish(&pair, 0, POOR_ALERTS);
    double start = seconds();
    home_start(pair.kenya);
    size_t alerts = carry_over_poor_line(&pair);
    double took = seconds() - start;
    const struct cable_counts counts = cable_counts(pair.cable);
    home_stop(pair.kenya, 15);
    home_stop(pair.congo, 15);
    /* when nothing has come through, the figure is only a bound: what one alert has cost so far */
    double entries = entry_bytes(pair.congo, alerts ? alerts : 1);
    fprintf(
        stderr,
        "poor_link_bytes_ratio: %zu of %d alerts in %.0f s, over %llu connections; %llu bytes from the reader, %llu "
        "from the author, for %.0f of entries\n",
        alerts, POOR_ALERTS, took, (unsigned long long)counts.connections, (unsigned long long)counts.bytes[0],
        (unsigned long long)counts.bytes[1], entries);
    say("poor_link_bytes_ratio", (double)(counts.bytes[0] + counts.bytes[1]) / entries, "", "to reach: at most", 1.3);
    pair_close(&pair);
}

/* ---- going on after a cut ---- */

static int watch(struct pair *pair) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    int fd = wire_open(pair->kenya);
    find.has_follow = find.follow = find.has_limit = true;
    request.find = &find;
    wire_ask(fd, &pair->arena, &request);
    wire_hear(fd, &pair->arena);
    return fd;
}

/* Round trips from the caller's first word after its handshake to an alert that was published meanwhile. */
static double resume(bool congo_calls, double *handshake) {
    struct pair pair;
    const double round_trip_s = 2 * (double)far.delay_ms / 1000;
    pair_open(&pair, congo_calls, &far);
    home_start(pair.congo);
    home_start(pair.kenya);
    int watcher = watch(&pair);
    publish(&pair, 0, 1);
    wire_hear(watcher, &pair.arena);
    cable_cut(pair.cable, true);
    publish(&pair, 1, 1);
    sleep_s(cut_for_s);
    cable_cut(pair.cable, false);
    wire_hear(watcher, &pair.arena);
    double there = seconds();
    const struct cable_counts counts = cable_counts(pair.cable);
    close(watcher);
    pair_close(&pair);
    *handshake = (counts.said_again_at - counts.up_at) / round_trip_s;
    return (there - counts.said_again_at) / round_trip_s;
}

static void bench_resume(void) {
    double handshake, other, by_reader = resume(false, &handshake), by_author = resume(true, &other);
    fprintf(stderr,
            "resume_round_trips: %.2f when the reader calls, %.2f when the author does; after %.2f and %.2f for the "
            "handshake\n",
            by_reader, by_author, handshake, other);
    say("resume_round_trips", by_reader > by_author ? by_reader : by_author, "",
        "to reach: at most, after the handshake", 2);
}

void bench_cables(void) {
    if (wanted("poor_link_bytes_ratio"))
        bench_poor_line();
    if (wanted("resume_round_trips"))
        bench_resume();
}
