/* From one administration to many: alerts that are on disk at both ends. */
#include <lmdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/bench/wire.h"

/* Of 64 alerts under way, 16 are published in one request. */
enum { PUBLISHERS = 4, BATCH = 16, SUBSCRIBERS_MAX = 200, OBJECT_SIZE = 32, FLIGHTS_MAX = 1 << 18 };
static const double warm_up_s = 4, measured_s = 10, measured_each_s = 0.2, patience_s = 120;

static const char *country_of(struct arena *arena, size_t number) {
    return text_format(arena, "%c%c", (char)('A' + number / 26), (char)('A' + number % 26));
}

/* The first publishes; all others read, and call it and nobody else. */
static struct homes *make_customs(size_t count) {
    struct homes *homes = homes_new();
    for (size_t i = 0; i < count; i++) {
        const char *country = country_of(&homes->arena, i);
        homes_add(homes, text_format(&homes->arena, "customs-%zu", i), country, "CUSTOMS", open_policy);
    }
    homes_write(homes);
    for (size_t i = 1; i < count; i++)
        home_write(&homes->rows[i], "node.yaml",
                   span_of_text(text_format(&homes->arena,
                                            "key_file: secret\nlisten: tcp://127.0.0.1:%u\npeers:\n"
                                            "  - {name: customs-0, address: \"tcp://127.0.0.1:%u\"}\n",
                                            homes->rows[i].port, homes->rows[0].port)));
    for (size_t i = 0; i < count; i++)
        home_start(&homes->rows[i]);
    return homes;
}

/* ---- one publisher, many subscribers ---- */

/* An alert between its request and the last subscriber that shows it. Found by its object id, which a subscriber may
 * tell before the publisher's node does. */
struct flight {
    uint8_t object[OBJECT_SIZE];
    bool is_used;
    size_t shown;
    size_t publisher; /* and 1; 0: not confirmed yet */
    double since;
};

struct crowd {
    struct homes *homes;
    size_t subscribers;
    struct pollfd polls[PUBLISHERS + SUBSCRIBERS_MAX];
    size_t under_way[PUBLISHERS]; /* of its last request; 0: it may publish again */
    double asked_at[PUBLISHERS];
    struct flight *flights;
    unsigned number;
    double *taken; /* microseconds, of those that were measured */
    size_t taken_count;
    double measure_from;
    struct arena arena;
};

static struct flight *find_flight(struct crowd *crowd, const uint8_t object[static OBJECT_SIZE]) {
    uint32_t place;
    memcpy(&place, object, sizeof place);
    struct flight *flight = &crowd->flights[place % FLIGHTS_MAX];
    while (flight->is_used && memcmp(flight->object, object, OBJECT_SIZE) != 0)
        flight = flight + 1 < crowd->flights + FLIGHTS_MAX ? flight + 1 : crowd->flights;
    if (!flight->is_used) {
        flight->is_used = true;
        memcpy(flight->object, object, OBJECT_SIZE);
    }
    return flight;
}

static void land(struct crowd *crowd, struct flight *flight) {
    if (flight->publisher == 0 || flight->shown < crowd->subscribers)
        return;
    double now = seconds();
    crowd->under_way[flight->publisher - 1]--;
    if (crowd->taken_count == FLIGHTS_MAX / 2)
        abort(); /* the table is too small for this machine */
    if (now >= crowd->measure_from)
        crowd->taken[crowd->taken_count++] = (now - flight->since) * 1e6;
}

static void hear_confirmed(struct crowd *crowd, size_t publisher, const Reply *reply) {
    for (size_t i = 0; i < reply->n_published; i++) {
        if (strcmp(reply->published[i]->result, "ok") != 0)
            abort();
        struct flight *flight = find_flight(crowd, reply->published[i]->object.data);
        flight->publisher = publisher + 1;
        flight->since = crowd->asked_at[publisher];
        land(crowd, flight);
    }
}

static void hear_shown(struct crowd *crowd, const Reply *reply) {
    for (size_t i = 0; i < reply->n_rows; i++) {
        struct flight *flight = find_flight(crowd, reply->rows[i]->object.data);
        flight->shown++;
        land(crowd, flight);
    }
}

static void publish_batch(struct crowd *crowd, size_t publisher) {
    const char *alerts[BATCH];
    for (size_t i = 0; i < BATCH; i++)
        alerts[i] = sample_alert(&crowd->arena, crowd->number++);
    crowd->under_way[publisher] = BATCH;
    crowd->asked_at[publisher] = seconds();
    wire_publish(crowd->polls[publisher].fd, &crowd->arena, alerts, BATCH);
}

static void hear_all(struct crowd *crowd) {
    if (poll(crowd->polls, PUBLISHERS + crowd->subscribers, 1000) < 0)
        abort();
    for (size_t i = 0; i < PUBLISHERS + crowd->subscribers; i++) {
        if (!crowd->polls[i].revents)
            continue;
        const Reply *reply = wire_hear(crowd->polls[i].fd, &crowd->arena);
        if (i < PUBLISHERS)
            hear_confirmed(crowd, i, reply);
        else
            hear_shown(crowd, reply);
        arena_reset(&crowd->arena);
    }
}

static void watch(struct crowd *crowd, size_t subscriber) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    int fd = wire_open(&crowd->homes->rows[subscriber + 1]);
    find.has_follow = find.follow = find.has_limit = true;
    request.find = &find;
    wire_ask(fd, &crowd->arena, &request);
    wire_hear(fd, &crowd->arena);
    crowd->polls[PUBLISHERS + subscriber] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void wait_for_subscribers(const struct crowd *crowd) {
    struct arena arena;
    size_t connected;
    double start = seconds();
    arena_init(&arena, SIZE_MAX);
    do {
        const Status *status = home_status(&crowd->homes->rows[0], &arena);
        connected = 0;
        for (size_t i = 0; status && i < status->n_peers; i++)
            connected += strcmp(status->peers[i]->state, "connected") == 0;
        arena_reset(&arena);
        usleep(50000);
    } while (connected < crowd->subscribers && seconds() - start < patience_s);
    if (connected < crowd->subscribers)
        abort();
    arena_release(&arena);
}

/* Publishes as soon as a batch is with everybody, and measures from when it has warmed up. Alerts a second. */
static double fly(struct crowd *crowd) {
    double start = seconds(), end = start + warm_up_s + measured_s + measured_each_s * (double)crowd->subscribers;
    crowd->measure_from = start + warm_up_s;
    while (seconds() < end) {
        for (size_t i = 0; i < PUBLISHERS; i++)
            if (crowd->under_way[i] == 0)
                publish_batch(crowd, i);
        hear_all(crowd);
    }
    return (double)crowd->taken_count / (seconds() - crowd->measure_from);
}

/* ---- the same of bare LMDB ---- */

struct round {
    pthread_barrier_t begin, end;
    const char *folder;
    bool is_over;
};

struct disk {
    struct round *round;
    size_t number;
    pthread_t thread;
    MDB_env *env;
    uint64_t count;
};

static void commit_batch(struct disk *disk, size_t bytes) {
    static const uint8_t value[4096];
    MDB_txn *txn;
    MDB_dbi dbi;
    if (mdb_txn_begin(disk->env, NULL, 0, &txn) || mdb_dbi_open(txn, NULL, 0, &dbi))
        abort();
    for (size_t i = 0; i < BATCH; i++) {
        uint8_t key[8];
        put_u64(key, ++disk->count);
        MDB_val k = {sizeof key, key}, v = {bytes, (void *)(uintptr_t)value};
        if (mdb_put(txn, dbi, &k, &v, MDB_APPEND))
            abort();
    }
    if (mdb_txn_commit(txn))
        abort();
}

static void open_disk(struct disk *disk) {
    char path[400];
    snprintf(path, sizeof path, "%s/bare-%zu", disk->round->folder, disk->number);
    if (mkdir(path, 0700) || mdb_env_create(&disk->env) || mdb_env_set_mapsize(disk->env, (size_t)1 << 30) ||
        mdb_env_open(disk->env, path, 0, 0600))
        abort();
}

static void *commit_on(void *context) {
    struct disk *disk = context;
    for (;;) {
        pthread_barrier_wait(&disk->round->begin);
        if (disk->round->is_over)
            return NULL;
        commit_batch(disk, 2000);
        pthread_barrier_wait(&disk->round->end);
    }
}

/* A commit of 16 alerts, twice 2 kB each, at one; then one of 2 kB each at all subscribers at once. */
static double bare_rate(const char *folder, size_t subscribers, double *p99_us) {
    enum { ROUNDS = 200 };
    static struct disk disks[SUBSCRIBERS_MAX + 1];
    static double taken[ROUNDS];
    struct round round = {.folder = folder};
    pthread_barrier_init(&round.begin, NULL, (unsigned)subscribers + 1);
    pthread_barrier_init(&round.end, NULL, (unsigned)subscribers + 1);
    for (size_t i = 0; i <= subscribers; i++) {
        disks[i] = (struct disk){.round = &round, .number = i};
        open_disk(&disks[i]);
        if (i > 0 && pthread_create(&disks[i].thread, NULL, commit_on, &disks[i]))
            abort();
    }
    double start = seconds();
    for (size_t i = 0; i < ROUNDS; i++) {
        double since = seconds();
        commit_batch(&disks[0], 4000);
        pthread_barrier_wait(&round.begin);
        pthread_barrier_wait(&round.end);
        taken[i] = (seconds() - since) * 1e6;
    }
    double rate = ROUNDS * BATCH / (seconds() - start);
    round.is_over = true;
    pthread_barrier_wait(&round.begin);
    for (size_t i = 0; i <= subscribers; i++) {
        if (i > 0)
            pthread_join(disks[i].thread, NULL);
        mdb_env_close(disks[i].env);
    }
    pthread_barrier_destroy(&round.begin);
    pthread_barrier_destroy(&round.end);
    qsort(taken, ROUNDS, sizeof *taken, compare_doubles);
    *p99_us = taken[ROUNDS * 99 / 100];
    return rate;
}

static void bench_crowd(size_t subscribers) {
    struct crowd *crowd = calloc(1, sizeof *crowd);
    char name[64], latency[64], limit[80];
    double bare_p99_us;
    if (!crowd)
        abort();
    arena_init(&crowd->arena, SIZE_MAX);
    crowd->flights = calloc(FLIGHTS_MAX, sizeof *crowd->flights);
    crowd->taken = calloc(FLIGHTS_MAX, sizeof *crowd->taken);
    crowd->subscribers = subscribers;
    crowd->homes = make_customs(subscribers + 1);
    for (size_t i = 0; i < PUBLISHERS; i++)
        crowd->polls[i] = (struct pollfd){.fd = wire_open(&crowd->homes->rows[0]), .events = POLLIN};
    for (size_t i = 0; i < subscribers; i++)
        watch(crowd, i);
    wait_for_subscribers(crowd);
    double rate = fly(crowd);
    qsort(crowd->taken, crowd->taken_count, sizeof *crowd->taken, compare_doubles);
    double p99_us = crowd->taken[crowd->taken_count * 99 / 100];
    for (size_t i = 0; i < PUBLISHERS + subscribers; i++)
        close(crowd->polls[i].fd);
    for (size_t i = 0; i <= subscribers; i++)
        home_stop(&crowd->homes->rows[i], 15);
    double bare = bare_rate(crowd->homes->folder, subscribers, &bare_p99_us);
    snprintf(name, sizeof name, "exchange_%zu", subscribers);
    snprintf(latency, sizeof latency, "exchange_%zu_p99_us", subscribers);
    snprintf(limit, sizeof limit, "bare LMDB, 16 a commit at 1, then at %zu", subscribers);
    if (wanted(name))
        say(name, rate, "1/s", limit, bare);
    if (wanted(latency))
        say(latency, p99_us, "us", limit, bare_p99_us);
    homes_free(crowd->homes);
    arena_release(&crowd->arena);
    free(crowd->flights);
    free(crowd->taken);
    free(crowd);
}

/* ---- a recall to two hundred ---- */

/* Waits until all subscribers show what is asked for now; milliseconds from its confirmation. */
static double publish_and_wait(struct crowd *crowd, const char *alert) {
    size_t shown = 0;
    bool is_confirmed = false;
    double confirmed_at = 0;
    wire_publish(crowd->polls[0].fd, &crowd->arena, &alert, 1);
    while (!is_confirmed || shown < crowd->subscribers) {
        if (poll(crowd->polls, PUBLISHERS + crowd->subscribers, 1000) < 0)
            abort();
        for (size_t i = 0; i < PUBLISHERS + crowd->subscribers; i++) {
            if (!crowd->polls[i].revents)
                continue;
            const Reply *reply = wire_hear(crowd->polls[i].fd, &crowd->arena);
            if (i < PUBLISHERS) {
                if (strcmp(reply->published[0]->result, "ok") != 0)
                    abort();
                is_confirmed = true;
                confirmed_at = seconds();
            } else {
                shown += reply->n_rows;
            }
        }
    }
    double ms = (seconds() - confirmed_at) * 1e3;
    arena_reset(&crowd->arena);
    return ms;
}

static double recall_ms(struct crowd *crowd, unsigned number) {
    struct arena *arena = &crowd->arena;
    const char *alert = sample_alert(arena, number);
    publish_and_wait(crowd, text_format(arena, "{\"alert\":\"%032x\",%s", number + 1, strchr(alert, '{') + 1));
    return publish_and_wait(crowd, text_format(arena,
                                               "{\"kind\":\"RECALL\",\"alert\":\"%032x\",\"version\":2,"
                                               "\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"Taken back\"}}",
                                               number + 1));
}

/* From its commit until the last of them shows it, and with that nothing else of the alert. */
static void bench_recall(void) {
    enum { READERS = 200, ROUNDS = 9 };
    struct crowd *crowd = calloc(1, sizeof *crowd);
    double taken[ROUNDS];
    if (!crowd)
        abort();
    arena_init(&crowd->arena, SIZE_MAX);
    crowd->subscribers = READERS;
    crowd->homes = make_customs(READERS + 1);
    for (size_t i = 0; i < PUBLISHERS; i++)
        crowd->polls[i] = (struct pollfd){.fd = wire_open(&crowd->homes->rows[0]), .events = POLLIN};
    for (size_t i = 0; i < READERS; i++)
        watch(crowd, i);
    wait_for_subscribers(crowd);
    for (unsigned i = 0; i < ROUNDS; i++)
        taken[i] = recall_ms(crowd, i);
    qsort(taken, ROUNDS, sizeof *taken, compare_doubles);
    say("recall_200_ms", taken[ROUNDS / 2], "ms", "to reach: at most", 1000);
    for (size_t i = 0; i < PUBLISHERS + READERS; i++)
        close(crowd->polls[i].fd);
    for (size_t i = 0; i <= READERS; i++)
        home_stop(&crowd->homes->rows[i], 15);
    homes_free(crowd->homes);
    arena_release(&crowd->arena);
    free(crowd);
}

void bench_exchange(void) {
    if (wanted("recall_200_ms"))
        bench_recall();
    if (any_wanted((const char *const[]){"exchange_1", "exchange_1_p99_us", NULL}))
        bench_crowd(1);
    if (any_wanted((const char *const[]){"exchange_8", "exchange_8_p99_us", NULL}))
        bench_crowd(8);
    if (any_wanted((const char *const[]){"exchange_75", "exchange_75_p99_us", NULL}))
        bench_crowd(75);
}
