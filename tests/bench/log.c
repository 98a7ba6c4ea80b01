/* A log that nobody can rewrite, when it is long: a record more, a proof, and checking it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "keys/secret.h"
#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/support/chance.h"
#include "tests/support/homes.h"

enum { RECORD_BYTES = 200, BATCH = 64, PROOFS = 2000 };

struct bench {
    struct store *store;
    struct arena arena;
    uint8_t root[HASH_SIZE];
    uint64_t size;
};

static void must(enum result result) {
    if (result) {
        fprintf(stderr, "inama-bench: %s\n", result_text(result));
        exit(1);
    }
}

static enum result read_hash(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    return store_journal_hash(context, JOURNAL_AUDIT, level, index, out);
}

/* Records a second, so many a commit. */
static double append_all(struct bench *bench, size_t records) {
    uint8_t content[RECORD_BYTES] = {0};
    uint64_t number = 0;
    double start = seconds();
    while (number < records) {
        must(store_begin(bench->store));
        for (int i = 0; i < BATCH; i++) {
            put_u64(content, number);
            must(store_append_record(bench->store, JOURNAL_AUDIT, SPAN_OF_ARRAY(content), &number));
        }
        must(store_commit(bench->store));
    }
    bench->size = number;
    merkle_root(bench->root, store_journal(bench->store, JOURNAL_AUDIT));
    return (double)number / (seconds() - start);
}

struct figures {
    double proof_us;
    double proof_p99_us;
    double verify_us;
};

/* Of records all over the log. */
static struct figures prove(struct bench *bench) {
    static double proving[PROOFS], verifying[PROOFS];
    struct chance chance = {.state = 1};
    const struct merkle_source source = {read_hash, bench->store};
    for (size_t i = 0; i < PROOFS; i++) {
        struct merkle_proof proof;
        struct store_record record;
        uint8_t leaf[HASH_SIZE];
        uint64_t index = chance_below(&chance, bench->size);
        arena_reset(&bench->arena);
        double start = seconds();
        must(store_get_record(bench->store, &bench->arena, JOURNAL_AUDIT, index + 1, &record));
        must(merkle_prove_inclusion(&proof, &source, index, bench->size));
        proving[i] = (seconds() - start) * 1e6;
        start = seconds();
        journal_leaf(leaf, JOURNAL_AUDIT, index + 1, record.salt, record.content);
        must(merkle_verify_inclusion(merkle_proof_span(&proof), index, bench->size, leaf, bench->root));
        verifying[i] = (seconds() - start) * 1e6;
    }
    qsort(proving, PROOFS, sizeof *proving, compare_doubles);
    qsort(verifying, PROOFS, sizeof *verifying, compare_doubles);
    return (struct figures){proving[PROOFS / 2], proving[PROOFS * 99 / 100], verifying[PROOFS / 2]};
}

/* What it costs an operator that a search stands in the log before it is answered: 50 rows, one after the other, over
 * the socket; and what the socket alone takes, with a request that tells nothing. In microseconds, the median. */
static double ask_us(struct control *control, struct arena *arena, const Request *request) {
    enum { ROUNDS = 400 };
    static double taken[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        double start = seconds();
        if (!home_ask(control, arena, request))
            abort();
        taken[i] = (seconds() - start) * 1e6;
        arena_reset(arena);
    }
    qsort(taken, ROUNDS, sizeof *taken, compare_doubles);
    return taken[ROUNDS / 2];
}

static void bench_recorded(void) {
    struct homes *homes = homes_new();
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", open_policy);
    struct arena arena;
    Request request = REQUEST__INIT, status = REQUEST__INIT;
    Find find = FIND__INIT;
    StatusRequest how = STATUS_REQUEST__INIT;
    homes_write(homes);
    home_start(congo);
    arena_init(&arena, SIZE_MAX);
    struct control *control = home_connect(congo);
    for (unsigned i = 0; i < 50; i++)
        if (!control || !home_publish(control, &arena, sample_alert(&arena, i)))
            abort();
    request.find = &find;
    status.status = &how;
    double bare = ask_us(control, &arena, &status);
    double recorded = ask_us(control, &arena, &request);
    say("find_recorded_us", recorded, "us", "the socket alone, and one bare LMDB commit",
        bare + 1e6 / lmdb_rate(homes->folder, 1000, 1));
    control_close(control);
    arena_release(&arena);
    homes_free(homes);
}

void bench_log(size_t records) {
    static const char *const names[] = {"log_append",    "log_proof_us", "log_proof_p99_us",
                                        "log_verify_us", "log_bytes",    NULL};
    uint8_t key[SECRET_KEY_SIZE] = {1};
    struct bench bench = {0};
    uint64_t used, size_max;
    if (wanted("find_recorded_us"))
        bench_recorded();
    if (!any_wanted(names))
        return;
    struct homes *homes = homes_new();
    arena_init(&bench.arena, SIZE_MAX);
    char folder[400];
    snprintf(folder, sizeof folder, "%s/log", homes->folder);
    const struct store_options options = {
        .folder = folder, .size_max = (uint64_t)64 << 30, .key = key, .random = random_system()};
    must(store_open(&bench.store, &options));
    double rate = append_all(&bench, records);
    const struct figures figures = prove(&bench);
    store_usage(bench.store, &used, &size_max);
    if (wanted("log_append"))
        say("log_append", rate, "1/s", "bare LMDB, 64 such records a commit",
            lmdb_rate(homes->folder, RECORD_BYTES, BATCH));
    if (wanted("log_proof_us"))
        say("log_proof_us", figures.proof_us, "us", "to reach: at most", 1000);
    if (wanted("log_proof_p99_us"))
        say("log_proof_p99_us", figures.proof_p99_us, "us", "to reach: at most", 1000);
    if (wanted("log_verify_us"))
        say("log_verify_us", figures.verify_us, "us", "to reach: at most", 1000);
    if (wanted("log_bytes"))
        say("log_bytes", (double)used / (double)bench.size, "B", "what is in a record", RECORD_BYTES);
    store_close(bench.store);
    arena_release(&bench.arena);
    homes_free(homes);
}
