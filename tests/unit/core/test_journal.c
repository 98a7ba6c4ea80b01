/* Checkpoints: one text, and who signed it. Forms and leaves stand in the vectors. */
#include "core/journal.h"

#include <check.h>

#include "keys/secret.h"
#include "tests/support/chance.h"

static struct arena arena;
static struct chance chance;
static struct random random_of_test;
static struct identity node;
static struct member member;
static struct checkpoint point = {.journal = JOURNAL_DISCLOSURES, .size = 3, .root = {7}, .time = 1399334400};

static void set_up(void) {
    secret_start();
    chance = (struct chance){.state = 14};
    random_of_test = chance_random(&chance);
    arena_init(&arena, (size_t)1 << 20);
    ck_assert_int_eq(identity_make(&node, &random_of_test), RESULT_OK);
    member = (struct member){.id = node.id, .sign_key = node.sign_key, .serial = 1};
    ck_assert_int_eq(checkpoint_sign(&point, &arena, &node), RESULT_OK);
}

static void tear_down(void) {
    identity_release(&node);
    arena_release(&arena);
}

static struct span text_of(const struct checkpoint *checkpoint) {
    struct buf text;
    buf_init(&text, &arena);
    checkpoint_write(&text, checkpoint);
    ck_assert(!text.failed);
    return buf_span(&text);
}

START_TEST(a_checkpoint_reads_as_it_was_written) {
    struct checkpoint read;
    struct span text = text_of(&point);
    ck_assert_int_eq(checkpoint_read(&read, &arena, &text), RESULT_OK);
    ck_assert_mem_eq(&read, &point, sizeof read);
    ck_assert_uint_eq(text.len, 0);
    ck_assert_int_eq(checkpoint_verify(&read, &arena, &member), RESULT_OK);
    ck_assert_int_eq(checkpoint_read(&read, &arena, &text), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(a_text_may_hold_several) {
    struct checkpoint second = point, read;
    struct buf both;
    second.size = 4;
    ck_assert_int_eq(checkpoint_sign(&second, &arena, &node), RESULT_OK);
    buf_init(&both, &arena);
    buf_put_span(&both, text_of(&point));
    buf_put_span(&both, span_of_text("and a week later\n"));
    buf_put_span(&both, text_of(&second));
    struct span text = buf_span(&both);
    ck_assert_int_eq(checkpoint_read(&read, &arena, &text), RESULT_OK);
    ck_assert_uint_eq(read.size, 3);
    ck_assert_int_eq(checkpoint_read(&read, &arena, &text), RESULT_OK);
    ck_assert_uint_eq(read.size, 4);
}
END_TEST

START_TEST(nobody_else_can_have_signed_it) {
    struct identity other;
    ck_assert_int_eq(identity_make(&other, &random_of_test), RESULT_OK);
    const struct member stranger = {.id = other.id, .sign_key = other.sign_key, .serial = 1};
    const struct member usurper = {.id = node.id, .sign_key = other.sign_key, .serial = 1};
    ck_assert_int_eq(checkpoint_verify(&point, &arena, NULL), RESULT_UNKNOWN_MEMBER);
    ck_assert_int_eq(checkpoint_verify(&point, &arena, &stranger), RESULT_UNKNOWN_MEMBER);
    ck_assert_int_eq(checkpoint_verify(&point, &arena, &usurper), RESULT_UNKNOWN_MEMBER);
    identity_release(&other);
}
END_TEST

START_TEST(a_changed_number_is_not_what_was_signed) {
    struct checkpoint changed = point;
    changed.size++;
    ck_assert_int_eq(checkpoint_verify(&changed, &arena, &member), RESULT_BAD_SIGNATURE);
    changed = point;
    changed.journal = JOURNAL_AUDIT;
    ck_assert_int_eq(checkpoint_verify(&changed, &arena, &member), RESULT_BAD_SIGNATURE);
    changed = point;
    changed.root[31] ^= 1;
    ck_assert_int_eq(checkpoint_verify(&changed, &arena, &member), RESULT_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_key_that_was_replaced_counts_and_one_that_was_stolen_is_said) {
    struct former_key former = {.sign_key = node.sign_key, .ending = {.cause = ENDING_LEFT}};
    uint8_t next[SIGN_PUBLIC_SIZE] = {1};
    const struct member renewed = {.id = node.id, .sign_key = next, .serial = 2, .former = &former, .former_count = 1};
    ck_assert_int_eq(checkpoint_verify(&point, &arena, &renewed), RESULT_OK);
    former.ending.cause = ENDING_REVOKED;
    ck_assert_int_eq(checkpoint_verify(&point, &arena, &renewed), RESULT_REVOKED);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("journal");
    TCase *checkpoints = tcase_create("checkpoints");
    tcase_add_checked_fixture(checkpoints, set_up, tear_down);
    tcase_add_test(checkpoints, a_checkpoint_reads_as_it_was_written);
    tcase_add_test(checkpoints, a_text_may_hold_several);
    tcase_add_test(checkpoints, nobody_else_can_have_signed_it);
    tcase_add_test(checkpoints, a_changed_number_is_not_what_was_signed);
    tcase_add_test(checkpoints, a_key_that_was_replaced_counts_and_one_that_was_stolen_is_said);
    suite_add_tcase(suite, checkpoints);
    return suite;
}
