#include "keys/secret.h"

#include <check.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

static struct arena arena;
static struct buf file;
static const uint8_t plain[] = "four secrets of thirty-two bytes";
static const struct span key_file = {(const uint8_t *)"0123456789abcdef0123456789abcdef", 32};

static void set_up(void) {
    secret_start();
    arena_init(&arena, 1024 * 1024);
    buf_init(&file, &arena);
}

static void tear_down(void) {
    arena_release(&arena);
}

static void seal_by_key_file(void) {
    ck_assert_int_eq(secret_seal_file(&file, SECRET_BY_KEY_FILE, key_file, SPAN_OF_ARRAY(plain), random_system()),
                     RESULT_OK);
}

static enum result open_bytes(struct span bytes, struct span opener, struct secret_seal *seal) {
    uint8_t out[sizeof plain + 10] = {0}, untouched[sizeof out] = {0};
    size_t len = 0;
    enum result result = secret_open_file(out, sizeof out, &len, bytes, opener, seal);
    ck_assert_uint_eq(len, result ? 0 : sizeof plain);
    ck_assert_mem_eq(out, result ? untouched : plain, len ? len : sizeof out);
    return result;
}

static enum result open(struct span opener) {
    return open_bytes(buf_span(&file), opener, NULL);
}

START_TEST(memory_is_zeroed_and_writable) {
    uint8_t *secret = secret_new(100);
    ck_assert_ptr_nonnull(secret);
    for (size_t i = 0; i < 100; i++)
        ck_assert_uint_eq(secret[i], 0);
    memset(secret, 1, 100);
    secret_free(secret);
    secret_free(NULL);
}
END_TEST

START_TEST(memory_ends_where_it_ends) {
    volatile uint8_t *secret = secret_new(100);
    secret[100] = 1; /* a guard page: the process ends here */
}
END_TEST

START_TEST(wipe_and_equal) {
    uint8_t a[32], b[32];
    memset(a, 7, 32);
    memcpy(b, a, 32);
    ck_assert(secret_equal(a, b, 32));
    b[31] ^= 1;
    ck_assert(!secret_equal(a, b, 32));
    secret_wipe(a, 32);
    for (size_t i = 0; i < 32; i++)
        ck_assert_uint_eq(a[i], 0);
}
END_TEST

START_TEST(start_forbids_core_dumps) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 0);
}
END_TEST

START_TEST(open_takes_the_key_file) {
    enum secret_lock lock;
    seal_by_key_file();
    ck_assert_uint_eq(file.len, 8 + 1 + 1 + 4 + 4 + 16 + 24 + sizeof plain + 16);
    ck_assert_int_eq(secret_file_lock(buf_span(&file), &lock), RESULT_OK);
    ck_assert_int_eq(lock, SECRET_BY_KEY_FILE);
    ck_assert_int_eq(open(key_file), RESULT_OK);
}
END_TEST

START_TEST(open_refuses_another_or_short_key_file) {
    seal_by_key_file();
    ck_assert_int_eq(open(span_of("0123456789abcdef0123456789abcdeF", 32)), RESULT_WRONG_KEY);
    ck_assert_int_eq(open(span_of(key_file.data, 31)), RESULT_WRONG_KEY);
    ck_assert_int_eq(
        secret_seal_file(&file, SECRET_BY_KEY_FILE, span_of("short", 5), SPAN_OF_ARRAY(plain), random_system()),
        RESULT_WRONG_KEY);
}
END_TEST

START_TEST(open_refuses_every_changed_byte) {
    seal_by_key_file();
    for (size_t i = 0; i < file.len; i++) {
        enum result expected = i == 8   ? RESULT_UNKNOWN_SUITE
                               : i < 18 ? RESULT_MALFORMED /* the magic; the lock and the costs, none for a key file */
                                        : RESULT_WRONG_KEY;
        file.data[i] ^= 0x80;
        ck_assert_int_eq(open(key_file), expected);
        file.data[i] ^= 0x80;
    }
    ck_assert_int_eq(open(key_file), RESULT_OK);
}
END_TEST

START_TEST(open_refuses_every_other_length) {
    seal_by_key_file();
    size_t whole = file.len;
    for (file.len = 0; file.len < whole; file.len++) {
        enum result expected = file.len < 8                      ? RESULT_MALFORMED
                               : file.len < 58                   ? RESULT_TRUNCATED
                               : file.len < SECRET_FILE_OVERHEAD ? RESULT_MALFORMED
                                                                 : RESULT_WRONG_KEY;
        ck_assert_int_eq(open(key_file), expected);
    }
    for (size_t i = 1; i <= 10; i++) {
        buf_put_u8(&file, 0);
        ck_assert_int_eq(open(key_file), RESULT_WRONG_KEY);
    }
    buf_put_u8(&file, 0);
    ck_assert_int_eq(open(key_file), RESULT_MALFORMED);
}
END_TEST

START_TEST(open_refuses_more_than_there_is_room_for) {
    uint8_t out[sizeof plain] = {0};
    size_t len = 0;
    seal_by_key_file();
    ck_assert_int_eq(secret_open_file(out, sizeof out - 1, &len, buf_span(&file), key_file, NULL), RESULT_MALFORMED);
    ck_assert_uint_eq(len, 0);
    ck_assert_uint_eq(out[0], 0);
    ck_assert_int_eq(secret_open_file(out, sizeof out, &len, buf_span(&file), key_file, NULL), RESULT_OK);
    ck_assert_uint_eq(len, sizeof plain);
}
END_TEST

START_TEST(a_refused_file_leaves_its_seal_untouched) {
    const struct secret_seal before = {.lock = 7, .passes = 7, .memory_kib = 7, .salt = {7}, .key = {7}};
    struct secret_seal seal = before;
    seal_by_key_file();
    ck_assert_int_eq(open_bytes(buf_span(&file), span_of("0123456789abcdef0123456789abcdeF", 32), &seal),
                     RESULT_WRONG_KEY);
    ck_assert_uint_eq(seal.lock, 7);
    ck_assert_mem_eq(seal.salt, before.salt, sizeof seal.salt);
    ck_assert_mem_eq(seal.key, before.key, sizeof seal.key);
}
END_TEST

/* A file must not make us work or allocate without bound. */
START_TEST(open_refuses_costs_out_of_bounds) {
    static const struct {
        uint32_t passes, memory_kib;
    } costs[] = {{0, 65536}, {17, 65536}, {UINT32_MAX, 65536}, {3, 7}, {3, 1024 * 1024 + 1}, {3, UINT32_MAX}};
    enum secret_lock lock;
    seal_by_key_file();
    file.data[9] = SECRET_BY_PASSPHRASE;
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        put_u32(file.data + 10, costs[i].passes);
        put_u32(file.data + 14, costs[i].memory_kib);
        ck_assert_int_eq(open(span_of("word", 4)), RESULT_MALFORMED);
        ck_assert_int_eq(secret_file_lock(buf_span(&file), &lock), RESULT_MALFORMED);
    }
}
END_TEST

/* A second and 256 MB each time, so few. */
START_TEST(open_takes_the_passphrase_and_no_other) {
    enum secret_lock lock;
    ck_assert_int_eq(
        secret_seal_file(&file, SECRET_BY_PASSPHRASE, span_of("ndovu saba", 10), SPAN_OF_ARRAY(plain), random_system()),
        RESULT_OK);
    ck_assert_int_eq(secret_file_lock(buf_span(&file), &lock), RESULT_OK);
    ck_assert_int_eq(lock, SECRET_BY_PASSPHRASE);
    ck_assert_int_eq(open(span_of("ndovu saba", 10)), RESULT_OK);
    ck_assert_int_eq(open(span_of("ndovu sita", 10)), RESULT_WRONG_KEY);
}
END_TEST

START_TEST(two_files_of_the_same_are_not_the_same) {
    seal_by_key_file();
    size_t len = file.len;
    seal_by_key_file();
    ck_assert_mem_ne(file.data + 18, file.data + len + 18, 40); /* salt and nonce */
    ck_assert_mem_ne(file.data + 58, file.data + len + 58, sizeof plain);
}
END_TEST

/* ---- sealing again ---- */

static struct span sealed_again(const struct secret_seal *seal) {
    struct buf again;
    buf_init(&again, &arena);
    ck_assert_int_eq(secret_seal_again(&again, seal, SPAN_OF_ARRAY(plain), random_system()), RESULT_OK);
    return buf_span(&again);
}

START_TEST(sealed_again_opens_with_the_same_key_file) {
    struct secret_seal seal;
    seal_by_key_file();
    ck_assert_int_eq(open_bytes(buf_span(&file), key_file, &seal), RESULT_OK);
    struct span again = sealed_again(&seal);
    ck_assert_int_eq(open_bytes(again, key_file, NULL), RESULT_OK);
    ck_assert_int_eq(open_bytes(again, span_of("0123456789abcdef0123456789abcdeF", 32), NULL), RESULT_WRONG_KEY);
    ck_assert_uint_eq(again.len, file.len);
    ck_assert_mem_eq(again.data, file.data, 34);           /* as far as the salt */
    ck_assert_mem_ne(again.data + 34, file.data + 34, 24); /* the nonce */
    ck_assert_mem_ne(again.data + 58, file.data + 58, sizeof plain);
}
END_TEST

/* With the least work there is. */
START_TEST(sealed_again_opens_with_the_same_passphrase) {
    struct secret_seal least = {.lock = SECRET_BY_PASSPHRASE, .passes = 1, .memory_kib = 8}, seal;
    ck_assert_int_eq(crypto_pwhash(least.key, sizeof least.key, "ndovu saba", 10, least.salt, least.passes,
                                   (size_t)least.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13),
                     0);
    ck_assert_int_eq(open_bytes(sealed_again(&least), span_of("ndovu saba", 10), &seal), RESULT_OK);
    ck_assert_int_eq(seal.lock, SECRET_BY_PASSPHRASE);
    ck_assert_uint_eq(seal.passes, 1);
    ck_assert_uint_eq(seal.memory_kib, 8);
    struct span again = sealed_again(&seal);
    ck_assert_int_eq(open_bytes(again, span_of("ndovu saba", 10), NULL), RESULT_OK);
    ck_assert_int_eq(open_bytes(again, span_of("ndovu sita", 10), NULL), RESULT_WRONG_KEY);
}
END_TEST

START_TEST(nothing_is_sealed_under_the_seal_of_nothing) {
    const struct secret_seal none = {0};
    sealed_again(&none); /* an assertion: the process ends here */
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("secret");
    TCase *memory = tcase_create("memory");
    tcase_add_checked_fixture(memory, set_up, tear_down);
    tcase_add_test(memory, memory_is_zeroed_and_writable);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they turn the signal into an exit */
    tcase_add_test_raise_signal(memory, memory_ends_where_it_ends, SIGSEGV);
#else
    (void)memory_ends_where_it_ends;
#endif
    tcase_add_test(memory, wipe_and_equal);
    tcase_add_test(memory, start_forbids_core_dumps);
    suite_add_tcase(suite, memory);

    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_set_timeout(files, 60); /* Argon2id on a busy machine */
    tcase_add_test(files, open_takes_the_key_file);
    tcase_add_test(files, open_refuses_another_or_short_key_file);
    tcase_add_test(files, open_refuses_every_changed_byte);
    tcase_add_test(files, open_refuses_every_other_length);
    tcase_add_test(files, open_refuses_more_than_there_is_room_for);
    tcase_add_test(files, a_refused_file_leaves_its_seal_untouched);
    tcase_add_test(files, open_refuses_costs_out_of_bounds);
    tcase_add_test(files, open_takes_the_passphrase_and_no_other);
    tcase_add_test(files, two_files_of_the_same_are_not_the_same);
    tcase_add_test(files, sealed_again_opens_with_the_same_key_file);
    tcase_add_test(files, sealed_again_opens_with_the_same_passphrase);
    tcase_add_test_raise_signal(files, nothing_is_sealed_under_the_seal_of_nothing, SIGABRT);
    suite_add_tcase(suite, files);
    return suite;
}
