/* The signed word of a node that an alert was opened there: its one form, and who can have said it. */
#include "core/opened.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/secret.h"
#include "tests/support/chance.h"

static struct arena arena;
static struct identity node;
static struct member member;
static struct chance chance;
static struct random random_of_test;
static const uint64_t noon = (uint64_t)1399377600 * 1000; /* 2014-05-06T12:00:00Z */

static void set_up(void) {
    secret_start();
    chance = (struct chance){.state = 15};
    random_of_test = chance_random(&chance);
    arena_init(&arena, (size_t)8 << 20);
    ck_assert_int_eq(identity_make(&node, &random_of_test), RESULT_OK);
    member = (struct member){.id = node.id, .sign_key = node.sign_key, .serial = 1};
}

static void tear_down(void) {
    identity_release(&node);
    arena_release(&arena);
}

static struct span word_of(uint64_t when, uint32_t step) {
    struct opened opened = {.object = {7}, .when = when, .step = step};
    struct buf bytes;
    buf_init(&bytes, &arena);
    ck_assert_int_eq(opened_make(&bytes, &arena, &opened, &node), RESULT_OK);
    return buf_span(&bytes);
}

static struct opened_read read_back(struct span bytes) {
    struct opened_read read;
    ck_assert_str_eq(result_name(opened_read(&read, &arena, bytes)), "ok");
    return read;
}

START_TEST(a_word_reads_as_it_was_made) {
    struct span bytes = word_of(noon + 1, OPENED_EXACTLY);
    struct opened_read read = read_back(bytes);
    ck_assert_uint_eq(read.words->since, noon + 1);
    ck_assert_uint_eq(read.words->step, OPENED_EXACTLY);
    ck_assert_uint_eq(read.words->object.data[0], 7);
    ck_assert_mem_eq(read.words->reader.data, node.id, MEMBER_ID_SIZE);
    ck_assert_int_eq(opened_verify(&read, &member), RESULT_OK);
    ck_assert_uint_le(bytes.len, OPENED_BYTES_MAX / 4);
}
END_TEST

START_TEST(no_more_of_the_time_is_told_than_its_step) {
    uint64_t when = noon + OPENED_BY_HOUR + 12345;
    ck_assert_uint_eq(read_back(word_of(when, OPENED_BY_HOUR)).words->since, noon + OPENED_BY_HOUR);
    ck_assert_uint_eq(read_back(word_of(when, OPENED_BY_DAY)).words->since, noon - noon % OPENED_BY_DAY);
}
END_TEST

/* Signed as it is, form and all: what is refused is refused for its form alone. */
static enum result read_changed(void (*change)(Opened *words)) {
    struct opened_read read = read_back(word_of(noon, OPENED_BY_HOUR)), again;
    Opened words = *read.words;
    SignedOpened outer = SIGNED_OPENED__INIT;
    struct buf inner, bytes;
    change(&words);
    buf_init(&inner, &arena);
    buf_init(&bytes, &arena);
    proto_encode(&inner, &words);
    outer.words = proto_bytes(inner.data, inner.len);
    outer.signature = proto_bytes(read.signature, SIGNATURE_SIZE);
    proto_encode(&bytes, &outer);
    return opened_read(&again, &arena, buf_span(&bytes));
}

static void change_nothing(Opened *words) {
    (void)words;
}
static void change_suite(Opened *words) {
    words->suite = 2;
}
static void change_step(Opened *words) {
    words->step = 2 * OPENED_BY_HOUR;
}
static void change_step_to_none(Opened *words) {
    words->step = 0;
}
static void change_since(Opened *words) {
    words->since++;
}
static void cut_object(Opened *words) {
    words->object.len--;
}
static void cut_reader(Opened *words) {
    words->reader.len = 0;
}
static void cut_key(Opened *words) {
    words->key.len--;
}

START_TEST(a_word_has_one_form) {
    ck_assert_str_eq(result_name(read_changed(change_nothing)), "ok");
    ck_assert_str_eq(result_name(read_changed(change_suite)), "unknown-suite");
    ck_assert_str_eq(result_name(read_changed(change_step)), "malformed");
    ck_assert_str_eq(result_name(read_changed(change_step_to_none)), "malformed");
    ck_assert_str_eq(result_name(read_changed(change_since)), "malformed");
    ck_assert_str_eq(result_name(read_changed(cut_object)), "malformed");
    ck_assert_str_eq(result_name(read_changed(cut_reader)), "malformed");
    ck_assert_str_eq(result_name(read_changed(cut_key)), "malformed");
}
END_TEST

START_TEST(what_is_cut_or_too_large_is_refused) {
    struct span bytes = word_of(noon, OPENED_BY_DAY);
    struct opened_read read;
    for (size_t len = 0; len < bytes.len; len++)
        ck_assert_int_ne(opened_read(&read, &arena, span_of(bytes.data, len)), RESULT_OK);
    uint8_t *large = arena_alloc(&arena, OPENED_BYTES_MAX + 1);
    memset(large, 0, OPENED_BYTES_MAX + 1);
    memcpy(large, bytes.data, bytes.len);
    ck_assert_str_eq(result_name(opened_read(&read, &arena, span_of(large, OPENED_BYTES_MAX + 1))), "too-large");
}
END_TEST

START_TEST(a_changed_bit_is_not_what_was_signed) {
    struct span good = word_of(noon, OPENED_EXACTLY);
    uint8_t *bytes = arena_copy(&arena, good.data, good.len);
    for (size_t i = 0; i < good.len; i++) {
        struct opened_read read;
        bytes[i] ^= 1;
        bool counts = !opened_read(&read, &arena, span_of(bytes, good.len)) && !opened_verify(&read, &member);
        ck_assert_msg(!counts, "byte %zu", i);
        bytes[i] ^= 1;
    }
}
END_TEST

START_TEST(nobody_else_can_have_said_it) {
    struct opened_read read = read_back(word_of(noon, OPENED_BY_DAY));
    struct identity other;
    ck_assert_int_eq(identity_make(&other, &random_of_test), RESULT_OK);
    const struct member stranger = {.id = other.id, .sign_key = other.sign_key, .serial = 1};
    const struct member usurper = {.id = node.id, .sign_key = other.sign_key, .serial = 1};
    ck_assert_int_eq(opened_verify(&read, NULL), RESULT_UNKNOWN_MEMBER);
    ck_assert_int_eq(opened_verify(&read, &stranger), RESULT_UNKNOWN_MEMBER);
    ck_assert_int_eq(opened_verify(&read, &usurper), RESULT_UNKNOWN_MEMBER);
    identity_release(&other);
}
END_TEST

START_TEST(a_key_that_was_replaced_counts_and_one_that_was_stolen_does_not) {
    struct opened_read read = read_back(word_of(noon, OPENED_BY_DAY));
    struct former_key former = {.sign_key = node.sign_key, .ending = {.cause = ENDING_LEFT}};
    uint8_t next[SIGN_PUBLIC_SIZE] = {1};
    const struct member renewed = {.id = node.id, .sign_key = next, .serial = 2, .former = &former, .former_count = 1};
    ck_assert_int_eq(opened_verify(&read, &renewed), RESULT_OK);
    former.ending.cause = ENDING_REVOKED;
    ck_assert_int_eq(opened_verify(&read, &renewed), RESULT_REVOKED);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("opened");
    TCase *words = tcase_create("words");
    tcase_add_checked_fixture(words, set_up, tear_down);
    tcase_add_test(words, a_word_reads_as_it_was_made);
    tcase_add_test(words, no_more_of_the_time_is_told_than_its_step);
    tcase_add_test(words, a_word_has_one_form);
    tcase_add_test(words, what_is_cut_or_too_large_is_refused);
    tcase_add_test(words, a_changed_bit_is_not_what_was_signed);
    tcase_add_test(words, nobody_else_can_have_said_it);
    tcase_add_test(words, a_key_that_was_replaced_counts_and_one_that_was_stolen_does_not);
    suite_add_tcase(suite, words);
    return suite;
}
