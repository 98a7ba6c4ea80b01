/* The logs on disk: what comes back, what is erased, and what somebody who has the store's key cannot hide. */
#include <check.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "keys/seal.h"
#include "keys/secret.h"
#include "store/schema.h"
#include "store/store.h"

static const uint8_t key[SECRET_KEY_SIZE] = "the key of the store in the test";

static char folder[64];
static struct arena arena;
static struct store *store;

static void reopen(void) {
    const struct store_options options = {
        .folder = folder, .size_max = (uint64_t)1 << 28, .key = key, .random = random_system()};
    store_close(store);
    ck_assert_int_eq(store_open(&store, &options), RESULT_OK);
}

static void set_up(void) {
    secret_start();
    snprintf(folder, sizeof folder, "/tmp/inama-journals-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    arena_init(&arena, (size_t)64 << 20);
    store = NULL;
    reopen();
}

static void tear_down(void) {
    store_close(store);
    unlink(text_format(&arena, "%s/data.mdb", folder));
    unlink(text_format(&arena, "%s/lock.mdb", folder));
    rmdir(folder);
    arena_release(&arena);
}

static void begin(void) {
    ck_assert_int_eq(store_begin(store), RESULT_OK);
}

static void commit(void) {
    ck_assert_int_eq(store_commit(store), RESULT_OK);
}

static struct span content_of(uint64_t number) {
    return span_of_text(text_format(&arena, "what happened, number %llu", (unsigned long long)number));
}

/* In the open change. */
static void append(enum journal journal, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t number, next = store_journal(store, journal)->size + 1;
        ck_assert_int_eq(store_append_record(store, journal, content_of(next), &number), RESULT_OK);
        ck_assert_uint_eq(number, next);
    }
}

static void append_all(enum journal journal, size_t count) {
    begin();
    append(journal, count);
    commit();
}

static void root_of(enum journal journal, uint8_t root[static HASH_SIZE]) {
    merkle_root(root, store_journal(store, journal));
}

static enum result check_record(enum journal journal, uint64_t number) {
    uint8_t leaf[HASH_SIZE];
    return store_check_record(store, journal, number, leaf);
}

/* The root as everything that is there gives it, from the first record on. */
static void root_of_all(enum journal journal, uint8_t root[static HASH_SIZE]) {
    struct merkle tree = {0};
    uint8_t done[MERKLE_LEVELS][HASH_SIZE], leaf[HASH_SIZE];
    for (uint64_t number = 1; number <= store_journal(store, journal)->size; number++) {
        ck_assert_int_eq(store_check_record(store, journal, number, leaf), RESULT_OK);
        merkle_append(&tree, leaf, done);
    }
    merkle_root(root, &tree);
}

START_TEST(records_come_back_and_the_tree_goes_on) {
    uint8_t before[HASH_SIZE], after[HASH_SIZE];
    struct store_record record;
    append_all(JOURNAL_AUDIT, 100);
    root_of(JOURNAL_AUDIT, before);
    reopen();
    ck_assert_uint_eq(store_journal(store, JOURNAL_AUDIT)->size, 100);
    root_of(JOURNAL_AUDIT, after);
    ck_assert_mem_eq(before, after, HASH_SIZE);
    append_all(JOURNAL_AUDIT, 100);
    root_of(JOURNAL_AUDIT, before);
    root_of_all(JOURNAL_AUDIT, after);
    ck_assert_mem_eq(before, after, HASH_SIZE);
    for (uint64_t number = 1; number <= 200; number++) {
        ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, number, &record), RESULT_OK);
        ck_assert(!record.erased && span_equal(record.content, content_of(number)));
    }
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, 0, &record), RESULT_NOT_FOUND);
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, 201, &record), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(two_logs_do_not_mix) {
    uint8_t audit[HASH_SIZE], disclosures[HASH_SIZE];
    struct store_record record;
    begin();
    for (int i = 0; i < 10; i++) {
        append(JOURNAL_AUDIT, 1);
        append(JOURNAL_DISCLOSURES, 2);
    }
    commit();
    reopen();
    ck_assert_uint_eq(store_journal(store, JOURNAL_AUDIT)->size, 10);
    ck_assert_uint_eq(store_journal(store, JOURNAL_DISCLOSURES)->size, 20);
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_DISCLOSURES, 20, &record), RESULT_OK);
    ck_assert(span_equal(record.content, content_of(20)));
    root_of(JOURNAL_AUDIT, audit);
    root_of(JOURNAL_DISCLOSURES, disclosures);
    ck_assert_mem_ne(audit, disclosures, HASH_SIZE);
}
END_TEST

START_TEST(a_lost_change_leaves_the_tree_as_it_was) {
    uint8_t before[HASH_SIZE], after[HASH_SIZE];
    append_all(JOURNAL_AUDIT, 7);
    root_of(JOURNAL_AUDIT, before);
    begin();
    append(JOURNAL_AUDIT, 9);
    store_abort(store);
    ck_assert_uint_eq(store_journal(store, JOURNAL_AUDIT)->size, 7);
    root_of(JOURNAL_AUDIT, after);
    ck_assert_mem_eq(before, after, HASH_SIZE);
    append_all(JOURNAL_AUDIT, 1);
    ck_assert_uint_eq(store_journal(store, JOURNAL_AUDIT)->size, 8);
    root_of(JOURNAL_AUDIT, before);
    root_of_all(JOURNAL_AUDIT, after);
    ck_assert_mem_eq(before, after, HASH_SIZE);
}
END_TEST

START_TEST(equal_records_have_other_leaves) {
    struct store_record one, other;
    uint64_t number;
    begin();
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(store_append_record(store, JOURNAL_AUDIT, span_of_text("same"), &number), RESULT_OK);
    commit();
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, 1, &one), RESULT_OK);
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, 2, &other), RESULT_OK);
    ck_assert_mem_ne(one.salt, other.salt, JOURNAL_SALT_SIZE);
    ck_assert_mem_ne(one.leaf, other.leaf, HASH_SIZE);
}
END_TEST

START_TEST(an_erased_record_leaves_its_leaf_and_the_tree) {
    uint8_t before[HASH_SIZE], after[HASH_SIZE];
    struct store_record record, was;
    append_all(JOURNAL_DISCLOSURES, 33);
    root_of(JOURNAL_DISCLOSURES, before);
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_DISCLOSURES, 16, &was), RESULT_OK);
    begin();
    for (int again = 0; again < 2; again++)
        ck_assert_int_eq(store_erase_record(store, JOURNAL_DISCLOSURES, 16), RESULT_OK);
    ck_assert_int_eq(store_erase_record(store, JOURNAL_DISCLOSURES, 34), RESULT_NOT_FOUND);
    commit();
    reopen();
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_DISCLOSURES, 16, &record), RESULT_OK);
    ck_assert(record.erased && !record.salt && record.content.len == 0);
    ck_assert_mem_eq(record.leaf, was.leaf, HASH_SIZE);
    root_of_all(JOURNAL_DISCLOSURES, after);
    ck_assert_mem_eq(before, after, HASH_SIZE);
    append_all(JOURNAL_DISCLOSURES, 31);
    ck_assert_int_eq(check_record(JOURNAL_DISCLOSURES, 64), RESULT_OK);
}
END_TEST

START_TEST(the_greatest_record_fits) {
    uint8_t *bytes = calloc(1, JOURNAL_RECORD_BYTES_MAX);
    struct store_record record;
    uint64_t number;
    begin();
    ck_assert_int_eq(store_append_record(store, JOURNAL_DISCLOSURES, span_of(bytes, JOURNAL_RECORD_BYTES_MAX), &number),
                     RESULT_OK);
    append(JOURNAL_DISCLOSURES, 1);
    commit();
    reopen();
    ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_DISCLOSURES, 1, &record), RESULT_OK);
    ck_assert_uint_eq(record.content.len, JOURNAL_RECORD_BYTES_MAX);
    ck_assert_int_eq(check_record(JOURNAL_DISCLOSURES, 2), RESULT_OK);
    free(bytes);
}
END_TEST

/* ---- proofs ---- */

static enum result read_hash(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    (void)context;
    return store_journal_hash(store, JOURNAL_AUDIT, level, index, out);
}

static const struct merkle_source source = {read_hash, NULL};

START_TEST(every_record_is_proven_and_so_is_every_earlier_root) {
    enum { SIZE = 77 };
    static uint8_t roots[SIZE + 1][HASH_SIZE];
    struct merkle_proof proof;
    struct store_record record;
    root_of(JOURNAL_AUDIT, roots[0]);
    for (size_t i = 1; i <= SIZE; i++) {
        append_all(JOURNAL_AUDIT, 1);
        root_of(JOURNAL_AUDIT, roots[i]);
    }
    reopen();
    for (uint64_t number = 1; number <= SIZE; number++) {
        ck_assert_int_eq(merkle_prove_inclusion(&proof, &source, number - 1, SIZE), RESULT_OK);
        ck_assert_int_eq(store_get_record(store, &arena, JOURNAL_AUDIT, number, &record), RESULT_OK);
        ck_assert_int_eq(merkle_verify_inclusion(merkle_proof_span(&proof), number - 1, SIZE, record.leaf, roots[SIZE]),
                         RESULT_OK);
        ck_assert_int_eq(merkle_prove_consistency(&proof, &source, number, SIZE), RESULT_OK);
        ck_assert_int_eq(merkle_verify_consistency(merkle_proof_span(&proof), number, SIZE, roots[number], roots[SIZE]),
                         RESULT_OK);
    }
}
END_TEST

/* ---- who has the store's key and rewrites ---- */

/* Puts a sealed value in the place of another, past the store. */
static void forge(const char *table, struct span place, struct span plain, size_t clear) {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    struct buf binding;
    uint8_t *value = arena_alloc(&arena, clear + plain.len + SEAL_RECORD_OVERHEAD);
    buf_init(&binding, &arena);
    buf_put(&binding, table, strlen(table) + 1);
    buf_put_span(&binding, place);
    memcpy(value, plain.data + plain.len - clear, clear);
    seal_record(value + clear, key, buf_span(&binding), plain, random_system());
    MDB_val name = {place.len, (void *)(uintptr_t)place.data};
    MDB_val content = {clear + plain.len + SEAL_RECORD_OVERHEAD, value};
    ck_assert(!mdb_env_create(&env) && !mdb_env_set_maxdbs(env, TABLE_COUNT) && !mdb_env_open(env, folder, 0, 0600) &&
              !mdb_txn_begin(env, NULL, 0, &txn) && !mdb_dbi_open(txn, table, 0, &dbi) &&
              !mdb_put(txn, dbi, &name, &content, 0) && !mdb_txn_commit(txn));
    mdb_env_close(env);
}

/* A record of the audit log: these hashes, a salt of zeros, and this content. */
static void forge_record(uint64_t number, const uint8_t (*hashes)[HASH_SIZE], size_t count, const char *content) {
    uint8_t place[8], salt[JOURNAL_SALT_SIZE] = {0};
    struct buf plain;
    put_u64(place, number);
    buf_init(&plain, &arena);
    buf_put(&plain, hashes, count * HASH_SIZE);
    buf_put(&plain, salt, sizeof salt);
    buf_put_span(&plain, span_of_text(content));
    store_close(store);
    store = NULL;
    forge("audit", SPAN_OF_ARRAY(place), buf_span(&plain), 0);
    reopen();
}

static void hash_at(unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    ck_assert_int_eq(store_journal_hash(store, JOURNAL_AUDIT, level, index, out), RESULT_OK);
}

START_TEST(a_changed_record_is_named) {
    uint8_t hashes[2][HASH_SIZE];
    append_all(JOURNAL_AUDIT, 40);
    hash_at(0, 21, hashes[0]);
    hash_at(1, 10, hashes[1]);
    forge_record(22, (const uint8_t(*)[HASH_SIZE])hashes, 2, "nothing happened");
    for (uint64_t number = 1; number <= 40; number++)
        ck_assert_int_eq(check_record(JOURNAL_AUDIT, number), number == 22 ? RESULT_BAD_HASH : RESULT_OK);
    ck_assert_int_eq(check_record(JOURNAL_AUDIT, 22), RESULT_BAD_HASH);
    ck_assert_ptr_nonnull(strstr(store_complaint(store), "record 22"));
}
END_TEST

/* With its leaf made to fit, it does not fit the tree any more. */
START_TEST(a_changed_record_with_its_leaf_is_named_by_the_tree) {
    uint8_t hashes[1][HASH_SIZE], salt[JOURNAL_SALT_SIZE] = {0};
    append_all(JOURNAL_AUDIT, 40);
    journal_leaf(hashes[0], JOURNAL_AUDIT, 21, salt, span_of_text("nothing happened"));
    forge_record(21, (const uint8_t(*)[HASH_SIZE])hashes, 1, "nothing happened");
    for (uint64_t number = 1; number <= 40; number++)
        ck_assert_int_eq(check_record(JOURNAL_AUDIT, number), number == 22 ? RESULT_BAD_HASH : RESULT_OK);
}
END_TEST

START_TEST(a_rewritten_tail_has_another_root_than_was_kept) {
    uint8_t hashes[1][HASH_SIZE], salt[JOURNAL_SALT_SIZE] = {0}, kept[HASH_SIZE], now[HASH_SIZE];
    struct merkle_proof proof;
    append_all(JOURNAL_AUDIT, 41);
    root_of(JOURNAL_AUDIT, kept);
    journal_leaf(hashes[0], JOURNAL_AUDIT, 41, salt, span_of_text("nothing happened"));
    forge_record(41, (const uint8_t(*)[HASH_SIZE])hashes, 1, "nothing happened");
    append_all(JOURNAL_AUDIT, 10);
    root_of(JOURNAL_AUDIT, now);
    for (uint64_t number = 1; number <= 51; number++)
        ck_assert_int_eq(check_record(JOURNAL_AUDIT, number), RESULT_OK);
    ck_assert_int_eq(merkle_prove_consistency(&proof, &source, 41, 51), RESULT_OK);
    ck_assert_int_eq(merkle_verify_consistency(merkle_proof_span(&proof), 41, 51, kept, now), RESULT_BAD_HASH);
}
END_TEST

/* ---- checkpoints ---- */

START_TEST(checkpoints_are_listed_by_size_and_replaced) {
    struct span texts[3];
    size_t count = 3;
    begin();
    ck_assert_int_eq(store_put_checkpoint(store, JOURNAL_AUDIT, 300, span_of_text("300")), RESULT_OK);
    ck_assert_int_eq(store_put_checkpoint(store, JOURNAL_AUDIT, 20, span_of_text("20")), RESULT_OK);
    ck_assert_int_eq(store_put_checkpoint(store, JOURNAL_DISCLOSURES, 5, span_of_text("5")), RESULT_OK);
    ck_assert_int_eq(store_put_checkpoint(store, JOURNAL_AUDIT, 300, span_of_text("300 again")), RESULT_OK);
    commit();
    reopen();
    ck_assert_int_eq(store_checkpoints(store, &arena, JOURNAL_AUDIT, 0, UINT64_MAX, texts, &count), RESULT_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(span_equal(texts[0], span_of_text("20")) && span_equal(texts[1], span_of_text("300 again")));
    count = 1;
    ck_assert_int_eq(store_checkpoints(store, &arena, JOURNAL_AUDIT, 0, UINT64_MAX, texts, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    count = 3;
    ck_assert_int_eq(store_checkpoints(store, &arena, JOURNAL_AUDIT, 21, UINT64_MAX, texts, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert(span_equal(texts[0], span_of_text("300 again")));
    count = 3;
    ck_assert_int_eq(store_checkpoints(store, &arena, JOURNAL_AUDIT, 1, 299, texts, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
}
END_TEST

/* ---- a store from before there were logs ---- */

static void drop_table(const char *name) {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    ck_assert(!mdb_env_create(&env) && !mdb_env_set_maxdbs(env, TABLE_COUNT) && !mdb_env_open(env, folder, 0, 0600) &&
              !mdb_txn_begin(env, NULL, 0, &txn) && !mdb_dbi_open(txn, name, 0, &dbi) && !mdb_drop(txn, dbi, 1) &&
              !mdb_txn_commit(txn));
    mdb_env_close(env);
}

static void go_back_to_format_3(void) {
    static const uint8_t mark[] = {'I', 'N', 'A', 'M', 'A', '.', 's', 't', 'o', 'r', 'e', 0, 0, 0, 0, 3};
    static const char *const tables[] = {"audit", "disclosures", "checkpoints"};
    store_close(store);
    store = NULL;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        drop_table(tables[i]);
    for (uint8_t copy = 1; copy <= 2; copy++)
        forge("format", span_of(&copy, 1), SPAN_OF_ARRAY(mark), 4);
}

START_TEST(a_store_from_before_there_were_logs_gets_them) {
    struct store_alert alert = {.arrived = 5, .disclosure = span_of_text("as before")}, read;
    begin();
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    commit();
    go_back_to_format_3();
    for (int again = 0; again < 2; again++) {
        reopen();
        ck_assert_int_eq(store_get_alert(store, &arena, alert.sequence, &read), RESULT_OK);
        ck_assert(span_equal(read.disclosure, alert.disclosure));
        append_all(JOURNAL_AUDIT, 1);
    }
    ck_assert_uint_eq(store_journal(store, JOURNAL_AUDIT)->size, 2);
}
END_TEST

START_TEST(a_store_of_this_format_without_a_log_is_damaged) {
    const struct store_options options = {
        .folder = folder, .size_max = (uint64_t)1 << 28, .key = key, .random = random_system()};
    append_all(JOURNAL_AUDIT, 3);
    store_close(store);
    store = NULL;
    drop_table("audit");
    ck_assert_int_eq(store_open(&store, &options), RESULT_STORE_DAMAGED);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("journals");
    TCase *kept = tcase_create("kept"), *rewritten = tcase_create("rewritten");
    tcase_add_checked_fixture(kept, set_up, tear_down);
    tcase_add_checked_fixture(rewritten, set_up, tear_down);
    tcase_add_test(kept, records_come_back_and_the_tree_goes_on);
    tcase_add_test(kept, two_logs_do_not_mix);
    tcase_add_test(kept, a_lost_change_leaves_the_tree_as_it_was);
    tcase_add_test(kept, equal_records_have_other_leaves);
    tcase_add_test(kept, an_erased_record_leaves_its_leaf_and_the_tree);
    tcase_add_test(kept, the_greatest_record_fits);
    tcase_add_test(kept, every_record_is_proven_and_so_is_every_earlier_root);
    tcase_add_test(kept, checkpoints_are_listed_by_size_and_replaced);
    tcase_add_test(kept, a_store_from_before_there_were_logs_gets_them);
    tcase_add_test(kept, a_store_of_this_format_without_a_log_is_damaged);
    tcase_add_test(rewritten, a_changed_record_is_named);
    tcase_add_test(rewritten, a_changed_record_with_its_leaf_is_named_by_the_tree);
    tcase_add_test(rewritten, a_rewritten_tail_has_another_root_than_was_kept);
    suite_add_tcase(suite, kept);
    suite_add_tcase(suite, rewritten);
    return suite;
}
