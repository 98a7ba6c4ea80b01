#include "keys/identity.h"

#include <check.h>
#include <stddef.h>
#include <string.h>

#include "tests/support/chance.h"

/* Where things stand in what is sealed (docs/protocol.md, 9.3). */
enum { AT_SERIAL = 32, AT_HAS_PREVIOUS = 36, AT_FORMER_COUNT = 37, AT_PREVIOUS = 38 + 4 * 32, AT_FORMER = 38 + 5 * 32 };
enum { PLAIN_MAX = AT_FORMER + 17 * 32, IN_FILE = offsetof(struct identity_secrets, sign) };

static struct arena arena;
static struct chance chance;
static struct random dice;
static struct identity made;
static const struct span key_file = {(const uint8_t *)"0123456789abcdef0123456789abcdef", 32};

static void set_up(void) {
    secret_start();
    arena_init(&arena, 1024 * 1024);
    chance = (struct chance){.state = 23};
    dice = chance_random(&chance);
    ck_assert_int_eq(identity_make(&made, &dice), RESULT_OK);
}

static void tear_down(void) {
    identity_release(&made);
    arena_release(&arena);
}

static struct span sealed(const struct identity *identity) {
    struct buf file;
    buf_init(&file, &arena);
    ck_assert_int_eq(identity_seal(&file, identity, SECRET_BY_KEY_FILE, key_file, &dice), RESULT_OK);
    return buf_span(&file);
}

static struct identity opened(struct span file) {
    struct identity identity;
    ck_assert_int_eq(identity_open(&identity, file, key_file), RESULT_OK);
    return identity;
}

static struct identity renewed(const struct identity *from, bool signing) {
    struct identity identity;
    ck_assert_int_eq(identity_renew(&identity, from, signing, &dice), RESULT_OK);
    return identity;
}

/* Puts what it is renewed to in the place of the identity. */
static void renew(struct identity *identity, bool signing) {
    struct identity next = renewed(identity, signing);
    identity_release(identity);
    *identity = next;
}

static void check_same(const struct identity *a, const struct identity *b) {
    ck_assert_mem_eq(a->id, b->id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(a->key_id, b->key_id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(a->serial, b->serial);
    ck_assert_mem_eq(a->sign_key, b->sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(a->encryption_key, b->encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(a->session_key, b->session_key, EXCHANGE_KEY_SIZE);
    ck_assert_uint_eq(a->former_count, b->former_count);
    ck_assert_mem_eq(a->former_keys, b->former_keys, sizeof a->former_keys);
    ck_assert_int_eq(a->has_previous, b->has_previous);
    ck_assert_mem_eq(a->secrets, b->secrets, offsetof(struct identity_secrets, seal));
}

static bool is_zero(const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (bytes[i])
            return false;
    return true;
}

/* ---- making ---- */

START_TEST(a_new_identity_is_named_by_its_signing_key) {
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, made.sign_key);
    ck_assert_mem_eq(made.id, id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(made.key_id, id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(made.serial, 1);
    ck_assert_uint_eq(made.former_count, 0);
    ck_assert(!made.has_previous);
    ck_assert_mem_ne(made.encryption_key, made.session_key, EXCHANGE_KEY_SIZE);
    ck_assert(is_zero(made.secrets->previous_seed, SIGN_SEED_SIZE));
}
END_TEST

START_TEST(keys_made_again_keep_the_id_and_nothing_else) {
    struct identity again;
    ck_assert_int_eq(identity_make_again(&again, made.id, 5, &dice), RESULT_OK);
    ck_assert_mem_eq(again.id, made.id, MEMBER_ID_SIZE);
    ck_assert_mem_ne(again.key_id, made.key_id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(again.serial, 5);
    ck_assert_uint_eq(again.former_count, 0);
    ck_assert(!again.has_previous);
    ck_assert_mem_ne(again.session_key, made.session_key, EXCHANGE_KEY_SIZE);
    struct identity back = opened(sealed(&again));
    check_same(&back, &again);
    identity_release(&back);
    identity_release(&again);
}
END_TEST

START_TEST(keys_are_not_made_again_with_a_first_serial) {
    struct identity again = {.secrets = NULL};
    ck_assert_int_eq(identity_make_again(&again, made.id, 0, &dice), RESULT_INVALID);
    ck_assert_int_eq(identity_make_again(&again, made.id, 1, &dice), RESULT_INVALID);
    ck_assert_ptr_null(again.secrets);
}
END_TEST

/* ---- renewing ---- */

START_TEST(renewing_the_encryption_key_keeps_the_rest) {
    struct identity next = renewed(&made, false);
    ck_assert_mem_eq(next.id, made.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(next.key_id, made.key_id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(next.serial, 2);
    ck_assert_mem_eq(next.sign_key, made.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(next.secrets->sign, made.secrets->sign, SIGN_SECRET_SIZE);
    ck_assert_mem_eq(next.session_key, made.session_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(next.secrets->store, made.secrets->store, SECRET_KEY_SIZE);
    ck_assert_mem_ne(next.encryption_key, made.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_uint_eq(next.former_count, 1);
    ck_assert_mem_eq(next.former_keys[0], made.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(next.secrets->former[0], made.secrets->encryption, EXCHANGE_KEY_SIZE);
    ck_assert(!next.has_previous);
    ck_assert(is_zero(next.secrets->previous_seed, SIGN_SEED_SIZE));
    ck_assert(is_zero(next.secrets->previous_sign, SIGN_SECRET_SIZE));
    identity_release(&next);
}
END_TEST

START_TEST(renewing_the_signing_key_keeps_the_one_before_until_it_is_settled) {
    struct identity next = renewed(&made, true);
    uint8_t key_id[MEMBER_ID_SIZE];
    identity_id_of(key_id, next.sign_key);
    ck_assert_mem_eq(next.id, made.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(next.key_id, key_id, MEMBER_ID_SIZE);
    ck_assert_mem_ne(next.sign_key, made.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_ne(next.encryption_key, made.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert(next.has_previous);
    ck_assert_mem_eq(next.secrets->previous_seed, made.secrets->sign_seed, SIGN_SEED_SIZE);
    ck_assert_mem_eq(next.secrets->previous_sign, made.secrets->sign, SIGN_SECRET_SIZE);
    struct identity back = opened(sealed(&next));
    check_same(&back, &next);
    identity_settle(&back);
    ck_assert(!back.has_previous);
    ck_assert(is_zero(back.secrets->previous_seed, SIGN_SEED_SIZE));
    ck_assert(is_zero(back.secrets->previous_sign, SIGN_SECRET_SIZE));
    ck_assert_mem_eq(back.secrets->sign, next.secrets->sign, SIGN_SECRET_SIZE);
    struct identity settled = opened(sealed(&back));
    check_same(&settled, &back);
    identity_release(&settled);
    identity_release(&back);
    identity_release(&next);
}
END_TEST

START_TEST(renew_refuses_while_there_is_a_previous) {
    struct identity next = renewed(&made, true), other = {.secrets = NULL};
    ck_assert_int_eq(identity_renew(&other, &next, false, &dice), RESULT_INVALID);
    ck_assert_int_eq(identity_renew(&other, &next, true, &dice), RESULT_INVALID);
    ck_assert_ptr_null(other.secrets);
    identity_settle(&next);
    ck_assert_int_eq(identity_renew(&other, &next, true, &dice), RESULT_OK);
    identity_release(&other);
    identity_release(&next);
}
END_TEST

START_TEST(renew_refuses_behind_the_last_serial) {
    struct identity last, next = {.secrets = NULL};
    ck_assert_int_eq(identity_make_again(&last, made.id, UINT32_MAX, &dice), RESULT_OK);
    ck_assert_int_eq(identity_renew(&next, &last, false, &dice), RESULT_INVALID);
    ck_assert_ptr_null(next.secrets);
    identity_release(&last);
}
END_TEST

START_TEST(the_sixteen_newest_former_keys_stay) {
    uint8_t keys[IDENTITY_FORMER_MAX + 2][EXCHANGE_KEY_SIZE]; /* in the order in which they were in force */
    for (size_t i = 0; i < IDENTITY_FORMER_MAX + 2; i++) {
        memcpy(keys[i], made.encryption_key, EXCHANGE_KEY_SIZE);
        ck_assert_uint_eq(made.former_count, i < IDENTITY_FORMER_MAX ? i : IDENTITY_FORMER_MAX);
        renew(&made, false);
    }
    ck_assert_uint_eq(made.former_count, IDENTITY_FORMER_MAX);
    for (size_t i = 0; i < IDENTITY_FORMER_MAX; i++)
        ck_assert_mem_eq(made.former_keys[i], keys[IDENTITY_FORMER_MAX + 1 - i], EXCHANGE_KEY_SIZE);
}
END_TEST

/* ---- the file ---- */

START_TEST(an_identity_comes_back_whole) {
    struct span file = sealed(&made);
    ck_assert_uint_eq(file.len, SECRET_FILE_OVERHEAD + AT_FORMER);
    struct identity back = opened(file);
    check_same(&back, &made);
    identity_release(&back);
    ck_assert_ptr_null(back.secrets);
    identity_release(&back); /* zeroed now */
}
END_TEST

START_TEST(an_identity_with_sixteen_former_keys_comes_back_whole) {
    for (size_t i = 0; i < IDENTITY_FORMER_MAX; i++)
        renew(&made, i == IDENTITY_FORMER_MAX - 1);
    ck_assert_uint_eq(made.former_count, IDENTITY_FORMER_MAX);
    ck_assert(made.has_previous);
    struct span file = sealed(&made);
    ck_assert_uint_eq(file.len, SECRET_FILE_OVERHEAD + AT_FORMER + IDENTITY_FORMER_MAX * 32);
    struct identity back = opened(file);
    check_same(&back, &made);
    identity_release(&back);
}
END_TEST

/* The bytes themselves: another program must be able to read them. */
START_TEST(the_file_holds_what_the_protocol_says) {
    uint8_t plain[PLAIN_MAX];
    size_t len;
    struct identity next = renewed(&made, true);
    ck_assert_int_eq(secret_open_file(plain, sizeof plain, &len, sealed(&next), key_file, NULL), RESULT_OK);
    ck_assert_uint_eq(len, AT_FORMER + 32);
    ck_assert_mem_eq(plain, made.id, 32);
    ck_assert_mem_eq(plain + AT_SERIAL, "\0\0\0\2\1\1", 6);
    ck_assert_mem_eq(plain + 38, next.secrets->sign_seed, 32);
    ck_assert_mem_eq(plain + 38 + 32, next.secrets->encryption, 32);
    ck_assert_mem_eq(plain + 38 + 64, made.secrets->session, 32);
    ck_assert_mem_eq(plain + 38 + 96, made.secrets->store, 32);
    ck_assert_mem_eq(plain + AT_PREVIOUS, made.secrets->sign_seed, 32);
    ck_assert_mem_eq(plain + AT_FORMER, made.secrets->encryption, 32);
    identity_release(&next);
}
END_TEST

START_TEST(an_opened_identity_is_sealed_again_without_its_opener) {
    struct identity first = opened(sealed(&made));
    struct identity next = renewed(&first, true); /* the seal goes along */
    struct buf file;
    buf_init(&file, &arena);
    ck_assert_int_eq(identity_seal_again(&file, &next, &dice), RESULT_OK);
    struct identity back = opened(buf_span(&file)); /* by the same key file */
    check_same(&back, &next);
    ck_assert_int_eq(identity_open(&back, buf_span(&file), span_of("0123456789abcdef0123456789abcdeF", 32)),
                     RESULT_WRONG_KEY);
    identity_release(&back);
    identity_release(&next);
    identity_release(&first);
}
END_TEST

static void break_nothing(uint8_t *plain, size_t *len) {
    (void)plain;
    (void)len;
}
static void break_serial(uint8_t *plain, size_t *len) {
    (void)len;
    put_u32(plain + AT_SERIAL, 0);
}
static void break_has_previous(uint8_t *plain, size_t *len) {
    (void)len;
    plain[AT_HAS_PREVIOUS] = 2;
}
static void break_previous(uint8_t *plain, size_t *len) {
    (void)len;
    plain[AT_PREVIOUS + 31] = 1; /* and it is not said to be there */
}
static void break_former_missing(uint8_t *plain, size_t *len) {
    (void)len;
    plain[AT_FORMER_COUNT] = 1;
}
static void break_former_too_much(uint8_t *plain, size_t *len) {
    (void)plain;
    *len += 32;
}
static void break_former_many(uint8_t *plain, size_t *len) {
    plain[AT_FORMER_COUNT] = 17;
    *len += (size_t)17 * 32;
}
static void break_former_many_inside(uint8_t *plain, size_t *len) {
    plain[AT_FORMER_COUNT] = 17;
    *len += (size_t)16 * 32;
}
static void break_shorter(uint8_t *plain, size_t *len) {
    (void)plain;
    *len -= 1;
}
static void break_longer(uint8_t *plain, size_t *len) {
    (void)plain;
    *len += 1;
}
static void break_id(uint8_t *plain, size_t *len) {
    (void)len;
    plain[0] ^= 1;
}
static void break_head(uint8_t *plain, size_t *len) {
    (void)plain;
    *len = 37;
}
/* The four secrets of 32 bytes that such a file once was. */
static void break_old_form(uint8_t *plain, size_t *len) {
    memmove(plain, plain + 38, 128);
    *len = 128;
}
/* As a root's key file is. */
static void break_root(uint8_t *plain, size_t *len) {
    (void)plain;
    *len = 32;
}
static void break_empty(uint8_t *plain, size_t *len) {
    (void)plain;
    *len = 0;
}

static const struct {
    void (*apply)(uint8_t *plain, size_t *len);
    enum result result;
} breaks[] = {
    {break_nothing, RESULT_OK},
    {break_serial, RESULT_MALFORMED},
    {break_has_previous, RESULT_MALFORMED},
    {break_previous, RESULT_MALFORMED},
    {break_former_missing, RESULT_MALFORMED},
    {break_former_too_much, RESULT_MALFORMED},
    {break_former_many, RESULT_MALFORMED},
    {break_former_many_inside, RESULT_MALFORMED},
    {break_shorter, RESULT_MALFORMED},
    {break_longer, RESULT_MALFORMED},
    {break_id, RESULT_MALFORMED},
    {break_head, RESULT_MALFORMED},
    {break_old_form, RESULT_MALFORMED},
    {break_root, RESULT_MALFORMED},
    {break_empty, RESULT_MALFORMED},
};

START_TEST(open_refuses_what_contradicts_itself) {
    uint8_t plain[PLAIN_MAX] = {0};
    size_t len;
    struct identity identity = {.secrets = NULL};
    struct buf file;
    ck_assert_int_eq(secret_open_file(plain, sizeof plain, &len, sealed(&made), key_file, NULL), RESULT_OK);
    breaks[_i].apply(plain, &len);
    buf_init(&file, &arena);
    ck_assert_int_eq(secret_seal_file(&file, SECRET_BY_KEY_FILE, key_file, span_of(plain, len), &dice), RESULT_OK);
    ck_assert_str_eq(result_name(identity_open(&identity, buf_span(&file), key_file)), result_name(breaks[_i].result));
    ck_assert_int_eq(identity.secrets == NULL, breaks[_i].result != RESULT_OK);
    identity_release(&identity);
}
END_TEST

START_TEST(open_tells_the_wrong_length_before_the_wrong_key) {
    static const uint8_t four_secrets[128];
    struct identity identity;
    struct buf file;
    buf_init(&file, &arena);
    ck_assert_int_eq(secret_seal_file(&file, SECRET_BY_KEY_FILE, key_file, SPAN_OF_ARRAY(four_secrets), &dice),
                     RESULT_OK);
    ck_assert_int_eq(identity_open(&identity, buf_span(&file), span_of("short", 5)), RESULT_MALFORMED);
    ck_assert_int_eq(identity_open(&identity, sealed(&made), span_of("short", 5)), RESULT_WRONG_KEY);
    ck_assert_int_eq(identity_open(&identity, span_of("INAMAKEY", 8), key_file), RESULT_TRUNCATED);
    ck_assert_int_eq(identity_open(&identity, span_of("INAMAKEY\2", 9), key_file), RESULT_UNKNOWN_SUITE);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("identity");
    TCase *making = tcase_create("making");
    tcase_add_checked_fixture(making, set_up, tear_down);
    tcase_add_test(making, a_new_identity_is_named_by_its_signing_key);
    tcase_add_test(making, keys_made_again_keep_the_id_and_nothing_else);
    tcase_add_test(making, keys_are_not_made_again_with_a_first_serial);
    suite_add_tcase(suite, making);

    TCase *renewing = tcase_create("renewing");
    tcase_add_checked_fixture(renewing, set_up, tear_down);
    tcase_add_test(renewing, renewing_the_encryption_key_keeps_the_rest);
    tcase_add_test(renewing, renewing_the_signing_key_keeps_the_one_before_until_it_is_settled);
    tcase_add_test(renewing, renew_refuses_while_there_is_a_previous);
    tcase_add_test(renewing, renew_refuses_behind_the_last_serial);
    tcase_add_test(renewing, the_sixteen_newest_former_keys_stay);
    suite_add_tcase(suite, renewing);

    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, an_identity_comes_back_whole);
    tcase_add_test(files, an_identity_with_sixteen_former_keys_comes_back_whole);
    tcase_add_test(files, the_file_holds_what_the_protocol_says);
    tcase_add_test(files, an_opened_identity_is_sealed_again_without_its_opener);
    tcase_add_loop_test(files, open_refuses_what_contradicts_itself, 0, sizeof breaks / sizeof *breaks);
    tcase_add_test(files, open_tells_the_wrong_length_before_the_wrong_key);
    suite_add_tcase(suite, files);
    return suite;
}
