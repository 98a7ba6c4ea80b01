/* inama-bench: what the house costs, each figure beside a limit or a peer measured in the same run.
 *
 *     inama-bench [--json] [--alerts N] [--records N] [FIGURE...]
 *
 * Figures of one name and unit are comparable between runs on one machine; machines differ and are noisy. Nothing here
 * passes or fails.
 */
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/exchange.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/bench/wire.h"
#include "tests/support/homes.h"

const char open_policy[] = "audiences:\n"
                           "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                           "accept:\n"
                           "  - {from: {role: CUSTOMS}, show: [all]}\n"
                           "local: {operators: {show: [all]}}\n";

struct options {
    bool json;
    size_t alerts;
    size_t records;
    char **figures;
    int figure_count;
};

static struct options options = {.alerts = 100000, .records = 1000000};

bool wanted(const char *name) {
    for (int i = 0; i < options.figure_count; i++)
        if (strcmp(options.figures[i], name) == 0)
            return true;
    return options.figure_count == 0;
}

void say(const char *name, double value, const char *unit, const char *limit_name, double limit) {
    double ratio = limit > 0 ? value / limit : 0;
    if (options.json)
        printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"limit_name\":\"%s\",\"limit_value\":%.3f,"
               "\"ratio\":%.3f}\n",
               name, value, unit, limit_name, limit, ratio);
    else
        printf("%-22s %12.1f %-8s %-42s %12.1f %7.2f\n", name, value, unit, limit_name, limit, ratio);
    fflush(stdout);
}

double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Calls work() again and again for about half a second; calls per second. */
static double per_second(void (*work)(void *context), void *context) {
    size_t count = 0;
    double start = seconds(), now;
    do {
        for (int i = 0; i < 16; i++)
            work(context);
        count += 16;
        now = seconds();
    } while (now - start < 0.5);
    return (double)count / (now - start);
}

/* --- the primitives --- */

struct primitives {
    struct arena arena;
    struct identity identity;
    uint8_t digest[32];
    uint8_t signature[SIGNATURE_SIZE];
    struct span values[FIELD_SLOTS];
    uint8_t salt[TREE_SALT_SIZE];
};

static void do_sign(void *context) {
    struct primitives *p = context;
    sign_make(p->signature, p->identity.secrets->sign, "INAMA.sig.alert", SPAN_OF_ARRAY(p->digest));
}
static void raw_sign(void *context) {
    struct primitives *p = context;
    crypto_sign_detached(p->signature, NULL, p->digest, sizeof p->digest, p->identity.secrets->sign);
}
static void do_verify(void *context) {
    struct primitives *p = context;
    if (sign_verify(p->signature, p->identity.sign_key, "INAMA.sig.alert", SPAN_OF_ARRAY(p->digest)))
        abort();
}
static void raw_verify(void *context) {
    struct primitives *p = context;
    if (crypto_sign_verify_detached(p->signature, p->digest, sizeof p->digest, p->identity.sign_key))
        abort();
}
static void do_commit(void *context) {
    struct primitives *p = context;
    struct tree_opening opening;
    struct tree_scope scope = {.schema = 1, .version = 1};
    uint8_t root[TREE_HASH_SIZE];
    tree_open_all(&opening, p->salt, p->values);
    if (tree_root(root, &scope, &opening))
        abort();
}
/* As many hashes as a commitment takes: 256 leaves, 85 nodes, 85 salts, of one block each. */
static void raw_hashes(void *context) {
    struct primitives *p = context;
    uint8_t block[128] = {0}, out[32];
    for (int i = 0; i < 256 + 85 + 85; i++)
        crypto_generichash(out, sizeof out, block, sizeof block, p->salt, sizeof p->salt);
}

static void bench_primitives(void) {
    struct primitives p = {0};
    struct report report;
    AlertHeader *header;
    Alert *content;
    arena_init(&p.arena, SIZE_MAX);
    report_init(&report, &p.arena);
    const char *json = sample_alert(&p.arena, 1);
    if (identity_make(&p.identity, random_system()) ||
        alert_from_json(&p.arena, span_of_text(json), &header, &content, &report) ||
        alert_split(&p.arena, content, p.values))
        abort();
    if (wanted("sign"))
        say("sign", per_second(do_sign, &p), "1/s", "crypto_sign_detached, same bytes", per_second(raw_sign, &p));
    do_sign(&p);
    double strict = per_second(do_verify, &p);
    raw_sign(&p);
    if (wanted("verify_strict"))
        say("verify_strict", strict, "1/s", "crypto_sign_verify_detached (not strict)", per_second(raw_verify, &p));
    double commit = per_second(do_commit, &p);
    if (wanted("commit"))
        say("commit", commit, "1/s", "426 BLAKE2b blocks by libsodium", per_second(raw_hashes, &p));
    if (wanted("catchup_checks")) /* who catches up can be no faster */
        say("catchup_checks", (double)sysconf(_SC_NPROCESSORS_ONLN) / (1 / strict + 1 / commit), "1/s",
            "to reach: at least", 12000);
    identity_release(&p.identity);
    arena_release(&p.arena);
}

/* --- durable publishing --- */

struct publisher {
    const struct home *home;
    unsigned seed;
    double until;
    size_t count;
};

static void *publish_on(void *context) {
    struct publisher *publisher = context;
    int fd = wire_open(publisher->home);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    while (seconds() < publisher->until) {
        const char *json = sample_alert(&arena, publisher->seed + (unsigned)publisher->count);
        wire_publish(fd, &arena, &json, 1);
        const Reply *reply = wire_hear(fd, &arena);
        if (reply->n_published != 1 || strcmp(reply->published[0]->result, "ok") != 0)
            abort();
        publisher->count++;
        arena_reset(&arena);
    }
    close(fd);
    arena_release(&arena);
    return NULL;
}

enum { PUBLISHERS_MAX = 32 };

static double publish_rate(const struct home *home, unsigned count) {
    pthread_t threads[PUBLISHERS_MAX];
    struct publisher publishers[PUBLISHERS_MAX];
    double start = seconds(), until = start + 4;
    size_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        publishers[i] = (struct publisher){home, i * 100000, until, 0};
        if (pthread_create(&threads[i], NULL, publish_on, &publishers[i]))
            abort();
    }
    for (unsigned i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        sum += publishers[i].count;
    }
    return (double)sum / (seconds() - start);
}

double lmdb_rate(const char *folder, size_t bytes, unsigned batch) {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    char path[400];
    snprintf(path, sizeof path, "%s/lmdb-%u", folder, batch);
    if (mkdir(path, 0700) || mdb_env_create(&env) || mdb_env_set_mapsize(env, (size_t)4 << 30) ||
        mdb_env_open(env, path, 0, 0600))
        abort();
    uint8_t *value = calloc(1, bytes);
    uint64_t count = 0;
    double start = seconds();
    while (seconds() - start < 3) {
        if (mdb_txn_begin(env, NULL, 0, &txn) || mdb_dbi_open(txn, NULL, 0, &dbi))
            abort();
        for (unsigned i = 0; i < batch; i++) {
            uint8_t key[8];
            put_u64(key, ++count);
            MDB_val k = {sizeof key, key}, v = {bytes, value};
            if (mdb_put(txn, dbi, &k, &v, MDB_APPEND))
                abort();
        }
        if (mdb_txn_commit(txn))
            abort();
    }
    double rate = (double)count / (seconds() - start);
    mdb_env_close(env);
    free(value);
    return rate;
}

static void bench_publish(void) {
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    homes_add(homes, "ke-customs", "KE", "CUSTOMS", open_policy);
    homes_write(homes);
    home_start(congo);
    /* an alert is kept twice: in full, and as the entry of one feed */
    size_t bytes = 2 * 2000;
    if (wanted("publish_1"))
        say("publish_1", publish_rate(congo, 1), "1/s", "bare LMDB, 1 record of 4 kB a commit",
            lmdb_rate(homes->folder, bytes, 1));
    if (wanted("publish_32"))
        say("publish_32", publish_rate(congo, 32), "1/s", "bare LMDB, 32 records of 4 kB a commit",
            lmdb_rate(homes->folder, bytes, 32));
    homes_free(homes);
}

/* --- end to end --- */

int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void start_watching(struct control *control, struct arena *arena) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    find.has_follow = find.follow = true;
    find.has_limit = true;
    request.find = &find;
    if (!home_ask(control, arena, &request))
        abort();
}

static void bench_end_to_end(void) {
    enum { ROUNDS = 500 };
    static double taken[ROUNDS];
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    struct home *kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", open_policy);
    struct arena arena;
    struct span message;
    homes_write(homes);
    home_start(congo);
    home_start(kenya);
    double idle_mb = (double)home_rss_kb(congo) / 1024;
    sleep(1);
    struct control *here = home_connect(congo), *there = home_connect(kenya);
    arena_init(&arena, SIZE_MAX);
    if (!here || !there)
        abort();
    start_watching(there, &arena);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const char *json = sample_alert(&arena, i);
        double start = seconds();
        if (!home_publish(here, &arena, json) || control_receive(there, &arena, 10000, &message))
            abort();
        taken[i] = (seconds() - start) * 1e6;
        arena_reset(&arena);
    }
    qsort(taken, ROUNDS, sizeof *taken, compare_doubles);
    double commits_us = 2e6 / lmdb_rate(homes->folder, 2000, 1);
    if (wanted("e2e_p50_us"))
        say("e2e_p50_us", taken[ROUNDS / 2], "us", "two bare LMDB commits, one after the other", commits_us);
    if (wanted("e2e_p99_us"))
        say("e2e_p99_us", taken[ROUNDS * 99 / 100], "us", "two bare LMDB commits, one after the other", commits_us);
    if (wanted("idle_rss_mb"))
        say("idle_rss_mb", idle_mb, "MB", "to reach: at most", 30);
    control_close(here);
    control_close(there);
    arena_release(&arena);
    homes_free(homes);
}

/* --- catching up --- */

static Status *ask_status(struct control *control, struct arena *arena) {
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    request.status = &status;
    Reply *reply = home_ask(control, arena, &request);
    if (!reply || !reply->status)
        abort();
    return reply->status;
}

static void publish_many(const struct home *home, size_t count) {
    enum { BATCH = 512 };
    static ProtobufCBinaryData rows[BATCH];
    struct control *control = home_connect(home);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t done = 0; done < count;) {
        Request request = REQUEST__INIT;
        Publish publish = PUBLISH__INIT;
        while (publish.n_alerts < BATCH && done < count) {
            const char *json = sample_alert(&arena, (unsigned)done++);
            rows[publish.n_alerts++] = proto_bytes(json, strlen(json));
        }
        publish.alerts = rows;
        request.publish = &publish;
        Reply *reply = control ? home_ask(control, &arena, &request) : NULL;
        if (!reply || reply->n_published != publish.n_alerts || strcmp(reply->published[0]->result, "ok") != 0)
            abort();
        arena_reset(&arena);
    }
    arena_release(&arena);
    control_close(control);
}

/* From starting a node to its first answer: nearly all of it is the index. */
static void bench_rebuild(struct home *home, double alerts) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    home_stop(home, SIGTERM);
    double start = seconds();
    home_start(home);
    if (!home_status(home, &arena))
        abort();
    say("rebuild", alerts / (seconds() - start), "1/s", "to reach: at least", 100000);
    arena_release(&arena);
}

static void bench_catch_up(void) {
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    struct home *kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", open_policy);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    homes_write(homes);
    home_start(congo);
    publish_many(congo, options.alerts);
    double start = seconds();
    home_start(kenya);
    struct control *control = home_connect(kenya);
    Status *status;
    do {
        usleep(20000);
        arena_reset(&arena);
        status = ask_status(control, &arena);
    } while (status->alerts < options.alerts && seconds() - start < 300);
    double taken = seconds() - start, alerts = (double)status->alerts;
    if (wanted("catchup_100k"))
        say("catchup_100k", alerts / taken, "1/s", "to reach: at least", 5000);
    if (wanted("wire_bytes"))
        say("wire_bytes", (double)status->peers[0]->received / alerts, "B", "to reach: at most", 2500);
    if (wanted("disk_bytes"))
        say("disk_bytes", (double)status->store_used / alerts, "B", "as on the wire",
            (double)status->peers[0]->received / alerts);
    if (wanted("rss_100k_mb"))
        say("rss_100k_mb", (double)home_rss_kb(kenya) / 1024, "MB", "of which the index says it holds",
            (double)status->index_bytes / 1e6);
    control_close(control);
    if (wanted("rebuild"))
        bench_rebuild(kenya, alerts);
    arena_release(&arena);
    homes_free(homes);
}

/* --- giving out --- */

/* Alerts a second through a request that says where the next begins. */
static double given_rate(struct control *control, Request *request, char **page) {
    struct arena arena;
    double start = seconds();
    size_t count = 0;
    arena_init(&arena, SIZE_MAX);
    do {
        Reply *reply = home_ask(control, &arena, request);
        if (!reply || strcmp(reply->result, "ok") != 0)
            abort();
        count += reply->export ? reply->export->n_alerts : reply->n_rows;
        *page = reply->next;
    } while (*page);
    arena_release(&arena);
    return (double)count / (seconds() - start);
}

static void bench_export(void) {
    enum { EXPORTED = 20000 };
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    Request exporting = REQUEST__INIT, finding = REQUEST__INIT;
    Export export = EXPORT__INIT;
    Find find = FIND__INIT;
    homes_add(homes, "ke-customs", "KE", "CUSTOMS", open_policy);
    homes_write(homes);
    home_start(congo);
    publish_many(congo, options.alerts < EXPORTED ? options.alerts : EXPORTED);
    struct control *control = home_connect(congo);
    if (!control)
        abort();
    export.audience = "customs";
    exporting.export = &export;
    find.has_full = find.full = find.has_limit = true;
    find.limit = EXPORTED / 2;
    finding.find = &find;
    double found = given_rate(control, &finding, &find.page);
    say("export", given_rate(control, &exporting, &export.page), "1/s", "find --json --full, for operators", found);
    control_close(control);
    homes_free(homes);
}

bool any_wanted(const char *const *names) {
    bool any = false;
    for (; *names; names++)
        any |= wanted(*names);
    return any;
}

int main(int count, char **words) {
    int i = 1;
    for (; i < count && strncmp(words[i], "--", 2) == 0; i++) {
        if (strcmp(words[i], "--json") == 0) {
            options.json = true;
        } else if (strcmp(words[i], "--alerts") == 0 && i + 1 < count) {
            options.alerts = strtoul(words[++i], NULL, 10);
        } else if (strcmp(words[i], "--records") == 0 && i + 1 < count) {
            options.records = strtoul(words[++i], NULL, 10);
        } else {
            fprintf(stderr, "Usage: inama-bench [--json] [--alerts N] [--records N] [FIGURE...]\n");
            return 2;
        }
    }
    options.figures = words + i;
    options.figure_count = count - i;
    secret_start();
    if (!options.json)
        printf("%-22s %12s %-8s %-42s %12s %7s\n", "figure", "value", "unit", "beside", "value", "ratio");
    if (any_wanted((const char *const[]){"sign", "verify_strict", "commit", "catchup_checks", NULL}))
        bench_primitives();
    if (any_wanted((const char *const[]){"publish_1", "publish_32", NULL}))
        bench_publish();
    if (any_wanted((const char *const[]){"e2e_p50_us", "e2e_p99_us", "idle_rss_mb", NULL}))
        bench_end_to_end();
    if (any_wanted((const char *const[]){"catchup_100k", "wire_bytes", "disk_bytes", "rss_100k_mb", "rebuild", NULL}))
        bench_catch_up();
    if (wanted("export"))
        bench_export();
    bench_exchange();
    bench_mesh();
    bench_cables();
    bench_trust();
    bench_originator();
    bench_log(options.records);
    bench_find(options.alerts);
    return 0;
}
