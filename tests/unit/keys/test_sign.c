#include "keys/sign.h"

#include <check.h>
#include <string.h>

#include "base/text.h"
#include "keys/hash.h"
#include "keys/secret.h"
#include "tests/support/vectors.h"

static uint8_t public_key[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE], signature[SIGNATURE_SIZE];
static const struct span message = {(const uint8_t *)"pangolin", 8};

static void set_up(void) {
    static const uint8_t seed[SIGN_SEED_SIZE] = {1, 2, 3};
    secret_start();
    sign_keypair(public_key, secret, seed);
    sign_make(signature, secret, "INAMA.test", message);
}

static void from_hex(uint8_t *out, size_t len, const char *hex) {
    ck_assert(text_unhex(out, len, hex));
}

/* RFC 8032, 7.1, test 2 */
START_TEST(keys_and_signatures_are_those_of_the_rfc) {
    uint8_t seed[32], key[32], sig[64];
    from_hex(seed, 32, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    from_hex(sig, 64,
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    sign_keypair(key, secret, seed);
    char hex[65];
    text_hex(hex, key, 32);
    ck_assert_str_eq(hex, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    ck_assert_int_eq(sign_verify_raw(sig, key, span_of("\x72", 1)), RESULT_OK);
}
END_TEST

START_TEST(verify_takes_what_was_made) {
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", message), RESULT_OK);
    sign_make(signature, secret, "INAMA.test", (struct span){0});
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", (struct span){0}), RESULT_OK);
}
END_TEST

START_TEST(the_tag_stands_in_front_of_what_is_signed) {
    uint8_t tagged[HASH_TAG_SIZE + 8];
    hash_tag(tagged, "INAMA.test");
    memcpy(tagged + HASH_TAG_SIZE, message.data, message.len);
    ck_assert_int_eq(sign_verify_raw(signature, public_key, SPAN_OF_ARRAY(tagged)), RESULT_OK);
}
END_TEST

START_TEST(verify_refuses_another_tag_message_or_key) {
    uint8_t other[SIGN_PUBLIC_SIZE], other_secret[SIGN_SECRET_SIZE];
    static const uint8_t seed[SIGN_SEED_SIZE] = {9};
    sign_keypair(other, other_secret, seed);
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.tesT", message), RESULT_BAD_SIGNATURE);
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", span_of("pangolim", 8)), RESULT_BAD_SIGNATURE);
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", span_of("pangoli", 7)), RESULT_BAD_SIGNATURE);
    ck_assert_int_eq(sign_verify(signature, other, "INAMA.test", message), RESULT_BAD_SIGNATURE);
}
END_TEST

START_TEST(verify_refuses_every_changed_bit) {
    for (size_t bit = 0; bit < SIGNATURE_SIZE * 8; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum result result = sign_verify(signature, public_key, "INAMA.test", message);
        ck_assert_msg(result == RESULT_BAD_SIGNATURE || (result == RESULT_BAD_POINT && bit < 256), "bit %zu: %s", bit,
                      result_name(result));
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}
END_TEST

/* S + L verifies where S is not checked to be reduced: one signature must not have two forms. */
START_TEST(verify_refuses_an_unreduced_s) {
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                      0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", message), RESULT_BAD_SIGNATURE);
}
END_TEST

/* Points that libraries disagree about: the eight of small order, their non-canonical forms, and one with a part of
 * small order in it. */
static const char *const bad_points[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p, that is 0 */
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p + 1 */
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0200000000000000000000000000000000000000000000000000000000000000", /* not on the curve */
    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d", /* of mixed order */
};

START_TEST(check_key_refuses_points_outside_the_group) {
    uint8_t point[32];
    from_hex(point, 32, bad_points[_i]);
    ck_assert_int_eq(sign_check_key(point), RESULT_BAD_POINT);
    ck_assert_int_eq(sign_verify(signature, point, "INAMA.test", message), RESULT_BAD_POINT);
    memcpy(signature, point, 32); /* as R */
    ck_assert_int_eq(sign_verify(signature, public_key, "INAMA.test", message), RESULT_BAD_POINT);
}
END_TEST

START_TEST(check_key_takes_a_key) {
    ck_assert_int_eq(sign_check_key(public_key), RESULT_OK);
}
END_TEST

static void check_vector(const uint8_t *key, const json_t *test) {
    struct span sig = vectors_bytes(test, "sig"), msg = vectors_bytes(test, "msg");
    bool valid = strcmp(vectors_text(test, "result"), "valid") == 0;
    if (sig.len != SIGNATURE_SIZE) {
        ck_assert(!valid); /* our signatures have one length, by their type */
        return;
    }
    enum result result = sign_verify_raw(sig.data, key, msg);
    ck_assert_msg((result == RESULT_OK) == valid, "vector %lld: %s",
                  (long long)json_integer_value(json_object_get(test, "tcId")), result_name(result));
}

/* All valid ones pass and all invalid ones are refused: no valid vector falls to our strictness. */
START_TEST(wycheproof_agrees) {
    json_t *file = vectors_load("wycheproof/ed25519_test.json");
    if (!file)
        return;
    size_t group_index, index;
    json_t *group, *test;
    json_array_foreach(json_object_get(file, "testGroups"), group_index, group) {
        struct span key = vectors_bytes(json_object_get(group, "publicKey"), "pk");
        ck_assert_uint_eq(key.len, SIGN_PUBLIC_SIZE);
        uint8_t copy[SIGN_PUBLIC_SIZE];
        memcpy(copy, key.data, sizeof copy);
        json_array_foreach(json_object_get(group, "tests"), index, test) check_vector(copy, test);
    }
    json_decref(file);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("sign");
    TCase *tcase = tcase_create("sign");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, keys_and_signatures_are_those_of_the_rfc);
    tcase_add_test(tcase, verify_takes_what_was_made);
    tcase_add_test(tcase, the_tag_stands_in_front_of_what_is_signed);
    tcase_add_test(tcase, verify_refuses_another_tag_message_or_key);
    tcase_add_test(tcase, verify_refuses_every_changed_bit);
    tcase_add_test(tcase, verify_refuses_an_unreduced_s);
    tcase_add_loop_test(tcase, check_key_refuses_points_outside_the_group, 0, sizeof bad_points / sizeof *bad_points);
    tcase_add_test(tcase, check_key_takes_a_key);
    tcase_add_test(tcase, wycheproof_agrees);
    suite_add_tcase(suite, tcase);
    return suite;
}
