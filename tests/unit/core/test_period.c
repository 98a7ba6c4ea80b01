#include <check.h>
#include <string.h>

#include "core/period.h"

static const char *text(enum period period, uint32_t date) {
    static char out[PERIOD_TEXT_SIZE];
    ck_assert_int_eq(period_text(out, period, date), *out != '\0');
    return out;
}

START_TEST(a_date_lies_in_a_period) {
    ck_assert_str_eq(text(PERIOD_YEAR, 20140505), "2014");
    ck_assert_str_eq(text(PERIOD_QUARTER, 20140331), "2014-Q1");
    ck_assert_str_eq(text(PERIOD_QUARTER, 20140401), "2014-Q2");
    ck_assert_str_eq(text(PERIOD_MONTH, 20140505), "2014-05");
    ck_assert_str_eq(text(PERIOD_DAY, 20140505), "2014-05-05");
}
END_TEST

START_TEST(what_is_not_known_that_exactly_lies_in_none) {
    ck_assert_str_eq(text(PERIOD_YEAR, 20140000), "2014");
    ck_assert_str_eq(text(PERIOD_QUARTER, 20140000), "");
    ck_assert_str_eq(text(PERIOD_MONTH, 20140500), "2014-05");
    ck_assert_str_eq(text(PERIOD_WEEK, 20140500), "");
    ck_assert_str_eq(text(PERIOD_DAY, 20140500), "");
    ck_assert_str_eq(text(PERIOD_DAY, 20140231), "");
    ck_assert_str_eq(text(PERIOD_YEAR, 0), "");
}
END_TEST

/* ISO 8601: the week with the first Thursday is the first; by hand from a calendar. */
START_TEST(weeks_are_those_of_iso_8601) {
    ck_assert_str_eq(text(PERIOD_WEEK, 20140505), "2014-W19");
    ck_assert_str_eq(text(PERIOD_WEEK, 20141228), "2014-W52");
    ck_assert_str_eq(text(PERIOD_WEEK, 20141229), "2015-W01");
    ck_assert_str_eq(text(PERIOD_WEEK, 20151231), "2015-W53");
    ck_assert_str_eq(text(PERIOD_WEEK, 20160103), "2015-W53");
    ck_assert_str_eq(text(PERIOD_WEEK, 20160104), "2016-W01");
    ck_assert_str_eq(text(PERIOD_WEEK, 20120229), "2012-W09");
}
END_TEST

START_TEST(a_time_lies_on_a_day) {
    ck_assert_uint_eq(period_date(0), 19700101);
    ck_assert_uint_eq(period_date(1399282200000), 20140505);
    ck_assert_uint_eq(period_date(951782399999), 20000228);
    ck_assert_uint_eq(period_date(UINT64_MAX), 99991231);
}
END_TEST

static void before(const char *first, const char *last, uint32_t from, uint32_t to) {
    struct days days;
    ck_assert(days_between(&days, first, last));
    days = days_before(days);
    ck_assert_uint_eq(days.first, from);
    ck_assert_uint_eq(days.last, to);
}

START_TEST(before_a_span_is_one_as_long) {
    before("2015", "2015", 20140101, 20141231);
    before("2014", "2015", 20120101, 20131231);
    before("2014-01", "2014-03", 20131001, 20131231);
    before("2016-03", "2016-03", 20160201, 20160229);
    before("2014-01-08", "2014-01-14", 20140101, 20140107);
    before("2014-01-01", "2014-01-01", 20131231, 20131231);
    before("2015-01-01", "2015-12-31", 20140101, 20141231);
    struct days days;
    ck_assert(!days_between(&days, "2015", "2014"));
    ck_assert(!days_between(&days, "soon", "2014"));
    ck_assert(!days_between(&days, "2014-02-31", "2015"));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("period");
    TCase *c = tcase_create("dates");
    tcase_add_test(c, a_date_lies_in_a_period);
    tcase_add_test(c, what_is_not_known_that_exactly_lies_in_none);
    tcase_add_test(c, weeks_are_those_of_iso_8601);
    tcase_add_test(c, a_time_lies_on_a_day);
    tcase_add_test(c, before_a_span_is_one_as_long);
    suite_add_tcase(s, c);
    return s;
}
