#include "base/bucket.h"

#include <check.h>

START_TEST(without_a_rate_there_is_no_limit) {
    struct bucket bucket;
    bucket_init(&bucket, 0, 5);
    bucket_take(&bucket, UINT64_MAX, 5);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 5), 0);
}
END_TEST

START_TEST(a_full_one_gives_a_seconds_worth_at_once) {
    struct bucket bucket;
    bucket_init(&bucket, 1000, 70);
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_eq(bucket_wait_ms(&bucket, 70), 0);
        bucket_take(&bucket, 100, 70);
    }
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 70), 1);
}
END_TEST

/* A block may be larger than a second's worth: it goes through, and is paid for afterwards. */
START_TEST(what_is_owed_is_paid_before_more_is_taken) {
    struct bucket bucket;
    bucket_init(&bucket, 1000, 0);
    bucket_take(&bucket, 6000, 0);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 0), 5001);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 5000), 1);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 5001), 0);
}
END_TEST

START_TEST(the_average_holds_whatever_the_pieces) {
    static const uint64_t rates[] = {1, 7, 999, 64 * 1024, BUCKET_RATE_MAX};
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct bucket bucket;
        uint64_t now = 12345, taken = 0, piece = rates[r] / 3 + 1, end = now + 100000;
        bucket_init(&bucket, rates[r], now);
        while ((now += bucket_wait_ms(&bucket, now)) < end) {
            bucket_take(&bucket, piece, now);
            taken += piece;
        }
        ck_assert_uint_ge(taken, rates[r] * 100 - piece);
        ck_assert_uint_le(taken, rates[r] * 101 + piece); /* and the second's worth at the beginning */
    }
}
END_TEST

START_TEST(no_more_than_a_second_is_saved_up) {
    struct bucket bucket;
    bucket_init(&bucket, 1000, 0);
    bucket_take(&bucket, 1000, UINT64_MAX / 2);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, UINT64_MAX / 2), 1);
}
END_TEST

START_TEST(a_huge_debt_stays_a_debt) {
    struct bucket bucket;
    bucket_init(&bucket, 1, 0);
    for (int i = 0; i < 10; i++)
        bucket_take(&bucket, UINT64_MAX, 0);
    ck_assert_uint_gt(bucket_wait_ms(&bucket, 1000000), 1000000);
}
END_TEST

/* A clock that stands still, or is read a little late, gives nothing and takes nothing. */
START_TEST(time_that_does_not_pass_pays_nothing) {
    struct bucket bucket;
    bucket_init(&bucket, 1000, 100);
    bucket_take(&bucket, 2000, 100);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 99), 1001);
    ck_assert_uint_eq(bucket_wait_ms(&bucket, 100), 1001);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("bucket");
    TCase *tcase = tcase_create("bucket");
    tcase_add_test(tcase, without_a_rate_there_is_no_limit);
    tcase_add_test(tcase, a_full_one_gives_a_seconds_worth_at_once);
    tcase_add_test(tcase, what_is_owed_is_paid_before_more_is_taken);
    tcase_add_test(tcase, the_average_holds_whatever_the_pieces);
    tcase_add_test(tcase, no_more_than_a_second_is_saved_up);
    tcase_add_test(tcase, a_huge_debt_stays_a_debt);
    tcase_add_test(tcase, time_that_does_not_pass_pays_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
