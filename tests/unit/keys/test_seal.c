#include "keys/seal.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "keys/secret.h"
#include "tests/support/chance.h"
#include "tests/support/vectors.h"

static struct arena arena;
static struct chance chance;
static struct random dice;
static const struct seal_place place = {.feed = {1, 2, 3}, .number = 7, .epoch = 2};
static const uint8_t epoch_key[SEAL_KEY_SIZE] = {42};
static const struct span preamble = {(const uint8_t *)"the first bytes of an entry header", 34};

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)8 * 1024 * 1024);
    chance = (struct chance){.state = 1};
    dice = chance_random(&chance);
}

static void tear_down(void) {
    arena_release(&arena);
}

/* ---- the data key ---- */

START_TEST(unwrap_gives_the_data_key_back) {
    uint8_t wrapped[SEAL_WRAPPED_SIZE], key[SEAL_KEY_SIZE], again[SEAL_KEY_SIZE];
    seal_wrap(wrapped, key, epoch_key, &place, &dice);
    ck_assert_int_eq(seal_unwrap(again, wrapped, epoch_key, &place), RESULT_OK);
    ck_assert_mem_eq(again, key, SEAL_KEY_SIZE);
}
END_TEST

START_TEST(unwrap_refuses_every_changed_byte_and_another_place) {
    uint8_t wrapped[SEAL_WRAPPED_SIZE], key[SEAL_KEY_SIZE], other_key[SEAL_KEY_SIZE] = {43};
    seal_wrap(wrapped, key, epoch_key, &place, &dice);
    for (size_t i = 0; i < sizeof wrapped; i++) {
        wrapped[i] ^= 0x80;
        ck_assert_int_eq(seal_unwrap(key, wrapped, epoch_key, &place), RESULT_BAD_SEAL);
        wrapped[i] ^= 0x80;
    }
    struct seal_place feed = place, number = place, epoch = place;
    feed.feed[31] = 1;
    number.number++;
    epoch.epoch++;
    ck_assert_int_eq(seal_unwrap(key, wrapped, epoch_key, &feed), RESULT_BAD_SEAL);
    ck_assert_int_eq(seal_unwrap(key, wrapped, epoch_key, &number), RESULT_BAD_SEAL);
    ck_assert_int_eq(seal_unwrap(key, wrapped, epoch_key, &epoch), RESULT_BAD_SEAL);
    ck_assert_int_eq(seal_unwrap(key, wrapped, other_key, &place), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(every_data_key_is_fresh) {
    uint8_t wrapped[2][SEAL_WRAPPED_SIZE], key[2][SEAL_KEY_SIZE];
    for (int i = 0; i < 2; i++)
        seal_wrap(wrapped[i], key[i], epoch_key, &place, &dice);
    ck_assert_mem_ne(key[0], key[1], SEAL_KEY_SIZE);
    ck_assert_mem_ne(wrapped[0], wrapped[1], 24);
}
END_TEST

/* ---- the body ---- */

struct sealed {
    uint8_t key[SEAL_KEY_SIZE], commitment[SEAL_COMMITMENT_SIZE];
    uint8_t *body; /* a copy that may be changed */
    size_t len;
};

static struct sealed seal(struct span plain) {
    struct sealed out = {.key = {5}};
    struct span body;
    ck_assert_int_eq(seal_body(&arena, &body, out.commitment, out.key, preamble, plain, &dice), RESULT_OK);
    out.body = arena_copy(&arena, body.data, body.len);
    out.len = body.len;
    return out;
}

static enum result open(const struct sealed *sealed, struct span *plain) {
    return seal_open_body(&arena, plain, sealed->commitment, sealed->key, preamble, span_of(sealed->body, sealed->len));
}

START_TEST(open_gives_the_plaintext_back) {
    static uint8_t content[ENTRY_BYTES_MAX];
    static const size_t sizes[] = {0, 1, 60, 4095, 4096, 100000, ENTRY_BYTES_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sealed sealed = seal(span_of(content, sizes[i]));
        struct span plain;
        ck_assert_uint_eq(sealed.len, 40 + seal_padded(4 + sizes[i]));
        ck_assert_int_eq(open(&sealed, &plain), RESULT_OK);
        ck_assert(span_equal(plain, span_of(content, sizes[i])));
        arena_reset(&arena);
    }
}
END_TEST

START_TEST(seal_refuses_more_than_an_entry_holds) {
    static uint8_t content[ENTRY_BYTES_MAX + 1];
    uint8_t commitment[SEAL_COMMITMENT_SIZE], key[SEAL_KEY_SIZE] = {0};
    struct span body;
    ck_assert_int_eq(seal_body(&arena, &body, commitment, key, preamble, SPAN_OF_ARRAY(content), &dice),
                     RESULT_TOO_LARGE);
}
END_TEST

/* The commitment covers nonce and tag, the tag the rest: each kind of change is refused by its name. */
START_TEST(open_refuses_every_changed_byte) {
    struct sealed sealed = seal(span_of("rosewood", 8));
    struct span plain = span_of("untouched", 9);
    for (size_t i = 0; i < sealed.len; i++) {
        bool committed = i < 24 || i >= sealed.len - 16;
        sealed.body[i] ^= 1;
        ck_assert_int_eq(open(&sealed, &plain), committed ? RESULT_BAD_COMMITMENT : RESULT_BAD_SEAL);
        sealed.body[i] ^= 1;
    }
    for (size_t i = 0; i < SEAL_COMMITMENT_SIZE; i++) {
        sealed.commitment[i] ^= 1;
        ck_assert_int_eq(open(&sealed, &plain), RESULT_BAD_COMMITMENT);
        sealed.commitment[i] ^= 1;
    }
    ck_assert(span_equal(plain, span_of("untouched", 9)));
}
END_TEST

START_TEST(open_refuses_another_preamble_or_key) {
    struct sealed sealed = seal(span_of("rosewood", 8));
    struct span plain;
    ck_assert_int_eq(seal_open_body(&arena, &plain, sealed.commitment, sealed.key, span_of("other", 5),
                                    span_of(sealed.body, sealed.len)),
                     RESULT_BAD_COMMITMENT);
    sealed.key[0] ^= 1;
    ck_assert_int_eq(open(&sealed, &plain), RESULT_BAD_COMMITMENT);
}
END_TEST

START_TEST(open_refuses_what_is_too_short) {
    struct sealed sealed = seal(span_of("rosewood", 8));
    struct span plain;
    for (sealed.len = 0; sealed.len < SEAL_BODY_OVERHEAD; sealed.len++)
        ck_assert_int_eq(open(&sealed, &plain), RESULT_TRUNCATED);
    ck_assert_int_eq(open(&sealed, &plain), RESULT_BAD_COMMITMENT);
}
END_TEST

START_TEST(open_fails_when_memory_is_out) {
    struct sealed sealed = seal(span_of("rosewood", 8));
    struct arena none;
    struct span plain;
    arena_init(&none, 0);
    ck_assert_int_eq(
        seal_open_body(&none, &plain, sealed.commitment, sealed.key, preamble, span_of(sealed.body, sealed.len)),
        RESULT_NO_MEMORY);
}
END_TEST

/* docs/protocol.md, 6.6, reckoned by hand and at the powers of two */
START_TEST(padding_is_padme) {
    static const size_t cases[][2] = {{0, 0},         {1, 1},         {2, 2},          {8, 8},       {9, 10},
                                      {12, 12},       {13, 14},       {15, 16},        {16, 16},     {17, 18},
                                      {100, 104},     {1000, 1024},   {1001, 1024},    {4096, 4096}, {4097, 4352},
                                      {65536, 65536}, {65537, 67584}, {524292, 540672}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_uint_eq(seal_padded(cases[i][0]), cases[i][1]);
}
END_TEST

START_TEST(padding_never_shrinks_is_stable_and_costs_little) {
    size_t last = 0;
    for (size_t len = 0; len < 600000; len += 1 + len / 999) {
        size_t padded = seal_padded(len);
        ck_assert_uint_ge(padded, len);
        ck_assert_uint_ge(padded, last);
        ck_assert_uint_eq(seal_padded(padded), padded);
        ck_assert_uint_le((padded - len) * 100, len * 12 + 100);
        last = padded;
    }
}
END_TEST

/* ---- records of the store ---- */

START_TEST(record_opens_only_in_its_place) {
    uint8_t sealed[5 + SEAL_RECORD_OVERHEAD];
    struct span plain;
    seal_record(sealed, epoch_key, span_of("table\0key", 9), span_of("value", 5), &dice);
    ck_assert_int_eq(seal_open_record(&arena, &plain, epoch_key, span_of("table\0key", 9), SPAN_OF_ARRAY(sealed)),
                     RESULT_OK);
    ck_assert(span_equal(plain, span_of("value", 5)));
    ck_assert_int_eq(seal_open_record(&arena, &plain, epoch_key, span_of("table\0kez", 9), SPAN_OF_ARRAY(sealed)),
                     RESULT_STORE_DAMAGED);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        ck_assert_int_eq(seal_open_record(&arena, &plain, epoch_key, span_of("table\0key", 9), SPAN_OF_ARRAY(sealed)),
                         RESULT_STORE_DAMAGED);
        sealed[i] ^= 1;
        ck_assert_int_eq(seal_open_record(&arena, &plain, epoch_key, span_of("table\0key", 9), span_of(sealed, i)),
                         RESULT_STORE_DAMAGED);
    }
}
END_TEST

/* A record is the nonce and then XChaCha20-Poly1305 as published. */
static void check_vector(const json_t *test) {
    struct span key = vectors_bytes(test, "key"), iv = vectors_bytes(test, "iv"), ad = vectors_bytes(test, "aad");
    struct span msg = vectors_bytes(test, "msg"), ct = vectors_bytes(test, "ct"), tag = vectors_bytes(test, "tag");
    bool valid = strcmp(vectors_text(test, "result"), "valid") == 0;
    if (iv.len != 24) {
        ck_assert(!valid); /* our nonces have one length, by their type */
        return;
    }
    struct buf sealed;
    struct span plain;
    buf_init(&sealed, &arena);
    buf_put_span(&sealed, iv);
    buf_put_span(&sealed, ct);
    buf_put_span(&sealed, tag);
    enum result result = seal_open_record(&arena, &plain, key.data, ad, buf_span(&sealed));
    ck_assert_int_eq(result, valid ? RESULT_OK : RESULT_STORE_DAMAGED);
    if (!valid)
        return;
    ck_assert(span_equal(plain, msg));
    uint8_t *again = arena_alloc(&arena, msg.len + SEAL_RECORD_OVERHEAD);
    struct random scripted = chance_script(&iv);
    seal_record(again, key.data, ad, msg, &scripted);
    ck_assert(span_equal(span_of(again, msg.len + SEAL_RECORD_OVERHEAD), buf_span(&sealed)));
}

START_TEST(wycheproof_agrees) {
    json_t *file = vectors_load("wycheproof/xchacha20_poly1305_test.json"), *group, *test;
    size_t group_index, index;
    if (!file)
        return;
    json_array_foreach(json_object_get(file, "testGroups"), group_index, group) {
        json_array_foreach(json_object_get(group, "tests"), index, test) {
            check_vector(test);
            arena_reset(&arena);
        }
    }
    json_decref(file);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("seal");
    TCase *tcase = tcase_create("seal");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, unwrap_gives_the_data_key_back);
    tcase_add_test(tcase, unwrap_refuses_every_changed_byte_and_another_place);
    tcase_add_test(tcase, every_data_key_is_fresh);
    tcase_add_test(tcase, open_gives_the_plaintext_back);
    tcase_add_test(tcase, seal_refuses_more_than_an_entry_holds);
    tcase_add_test(tcase, open_refuses_every_changed_byte);
    tcase_add_test(tcase, open_refuses_another_preamble_or_key);
    tcase_add_test(tcase, open_refuses_what_is_too_short);
    tcase_add_test(tcase, open_fails_when_memory_is_out);
    tcase_add_test(tcase, padding_is_padme);
    tcase_add_test(tcase, padding_never_shrinks_is_stable_and_costs_little);
    tcase_add_test(tcase, record_opens_only_in_its_place);
    tcase_add_test(tcase, wycheproof_agrees);
    suite_add_tcase(suite, tcase);
    return suite;
}
