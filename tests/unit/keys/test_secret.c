#include "keys/secret.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "keys/identity.h"

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

static enum result open(struct span opener) {
    uint8_t out[sizeof plain];
    enum result result = secret_open_file(out, sizeof out, buf_span(&file), opener);
    if (!result)
        ck_assert_mem_eq(out, plain, sizeof plain);
    return result;
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
        enum result result = open(key_file);
        ck_assert(result == RESULT_TRUNCATED || result == RESULT_MALFORMED);
    }
    buf_put_u8(&file, 0);
    ck_assert_int_eq(open(key_file), RESULT_MALFORMED);
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

START_TEST(an_identity_comes_back_whole) {
    struct identity made, opened;
    ck_assert_int_eq(identity_make(&made, random_system()), RESULT_OK);
    ck_assert_int_eq(identity_seal(&file, &made, SECRET_BY_KEY_FILE, key_file, random_system()), RESULT_OK);
    ck_assert_int_eq(identity_open(&opened, buf_span(&file), key_file), RESULT_OK);
    ck_assert_mem_eq(opened.id, made.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(opened.sign_key, made.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(opened.encryption_key, made.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(opened.session_key, made.session_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(opened.secrets, made.secrets, sizeof *made.secrets);
    ck_assert_mem_ne(made.encryption_key, made.session_key, EXCHANGE_KEY_SIZE);
    identity_release(&opened);
    identity_release(&made);
    identity_release(&made); /* zeroed now */
}
END_TEST

START_TEST(an_identity_refuses_a_file_of_something_else) {
    struct identity opened = {.secrets = NULL};
    seal_by_key_file(); /* as a root's key file is: 32 bytes, not 128 */
    ck_assert_int_eq(identity_open(&opened, buf_span(&file), key_file), RESULT_MALFORMED);
    ck_assert_ptr_null(opened.secrets);
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
    tcase_add_test(files, open_refuses_costs_out_of_bounds);
    tcase_add_test(files, open_takes_the_passphrase_and_no_other);
    tcase_add_test(files, two_files_of_the_same_are_not_the_same);
    tcase_add_test(files, an_identity_comes_back_whole);
    tcase_add_test(files, an_identity_refuses_a_file_of_something_else);
    suite_add_tcase(suite, files);
    return suite;
}
