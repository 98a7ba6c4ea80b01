#include "daemon/quarantine.h"

#include <check.h>

static const uint64_t hour_ms = 3600 * 1000;

/* Strikes until it is left out; how long for. */
static uint64_t leave_out(struct quarantine *quarantine, uint64_t now) {
    for (int i = 1; i < QUARANTINE_STRIKES; i++)
        ck_assert(!quarantine_strike(quarantine, RESULT_BAD_HASH, now));
    ck_assert_uint_eq(quarantine_left_ms(quarantine, now), 0);
    ck_assert(quarantine_strike(quarantine, RESULT_BAD_SIGNATURE, now));
    return quarantine_left_ms(quarantine, now);
}

START_TEST(a_strike_is_no_quarantine_and_three_are) {
    struct quarantine quarantine = {0};
    ck_assert_uint_eq(leave_out(&quarantine, 1000), QUARANTINE_FIRST_MS);
    ck_assert_int_eq(quarantine.why, RESULT_BAD_SIGNATURE);
    ck_assert_uint_eq(quarantine.total, 3);
    ck_assert_uint_eq(quarantine_left_ms(&quarantine, 1000 + QUARANTINE_FIRST_MS), 0);
}
END_TEST

START_TEST(each_time_is_longer_up_to_an_hour) {
    struct quarantine quarantine = {0};
    uint64_t now = 1000, expected = QUARANTINE_FIRST_MS;
    for (int i = 0; i < 20; i++) {
        uint64_t left = leave_out(&quarantine, now);
        ck_assert_uint_eq(left, expected);
        now += left;
        expected = expected * 2 < QUARANTINE_LAST_MS ? expected * 2 : QUARANTINE_LAST_MS;
    }
}
END_TEST

START_TEST(time_is_the_way_back) {
    struct quarantine quarantine = {0};
    leave_out(&quarantine, 0);
    leave_out(&quarantine, QUARANTINE_FIRST_MS);
    uint64_t later = 3 * QUARANTINE_FIRST_MS + QUARANTINE_FORGET_MS;
    ck_assert_uint_eq(leave_out(&quarantine, later), QUARANTINE_FIRST_MS);
}
END_TEST

/* Two a day are no habit. */
START_TEST(strikes_that_are_far_apart_never_add_up) {
    struct quarantine quarantine = {0};
    for (uint64_t now = 1; now < 1000 * hour_ms; now += 12 * hour_ms)
        ck_assert(!quarantine_strike(&quarantine, RESULT_MALFORMED, now));
}
END_TEST

START_TEST(an_operator_is_the_other_way_back) {
    struct quarantine quarantine = {0};
    leave_out(&quarantine, 0);
    leave_out(&quarantine, QUARANTINE_FIRST_MS);
    quarantine_release(&quarantine);
    ck_assert_uint_eq(quarantine_left_ms(&quarantine, QUARANTINE_FIRST_MS), 0);
    ck_assert_uint_eq(leave_out(&quarantine, QUARANTINE_FIRST_MS + 1), QUARANTINE_FIRST_MS);
}
END_TEST

/* What a fork, a restored backup, a newer program, a bad line or our own machine brings about is nobody's offence. */
START_TEST(what_may_happen_to_the_honest_is_no_offence) {
    static const enum result excusable[] = {
        RESULT_OK,
        RESULT_NO_MEMORY,
        RESULT_IO,
        RESULT_DISK_FULL,
        RESULT_STORE_FULL,
        RESULT_TIMED_OUT,
        RESULT_DISCONNECTED,
        RESULT_EXISTS,
        RESULT_BAD_SEAL,
        RESULT_UNKNOWN_SUITE,
        RESULT_UNKNOWN_KIND,
        RESULT_UNKNOWN_MEMBER,
        RESULT_REPLAYED,
        RESULT_BROKEN_CHAIN,
        RESULT_FORK,
        RESULT_ROLLBACK,
        RESULT_EXPIRED,
        RESULT_REVOKED,
        RESULT_NO_EPOCH_KEY,
        RESULT_WRONG_EPOCH,
        RESULT_NOT_FOUND,
        RESULT_MARKING_FORBIDS,
        RESULT_FIELD_REFUSED,
    };
    for (unsigned i = 0; i < sizeof excusable / sizeof *excusable; i++)
        ck_assert_msg(!quarantine_is_offence(excusable[i]), "%s", result_name(excusable[i]));
    ck_assert(quarantine_is_offence(RESULT_BAD_SIGNATURE));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("quarantine");
    TCase *tcase = tcase_create("quarantine");
    tcase_add_test(tcase, a_strike_is_no_quarantine_and_three_are);
    tcase_add_test(tcase, each_time_is_longer_up_to_an_hour);
    tcase_add_test(tcase, time_is_the_way_back);
    tcase_add_test(tcase, strikes_that_are_far_apart_never_add_up);
    tcase_add_test(tcase, an_operator_is_the_other_way_back);
    tcase_add_test(tcase, what_may_happen_to_the_honest_is_no_offence);
    suite_add_tcase(suite, tcase);
    return suite;
}
