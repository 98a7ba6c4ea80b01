#include <check.h>

#include "base/limits.h"
#include "base/report.h"
#include "base/text.h"

static struct arena arena;
static struct report report;

static void setup(void) {
    arena_init(&arena, 16 << 20);
    report_init(&report, &arena);
}

static void teardown(void) {
    arena_release(&arena);
}

START_TEST(warnings_do_not_refuse_the_input) {
    ck_assert(report_is_clean(&report));
    report_add(&report, SEVERITY_WARNING, NULL, "an old code");
    ck_assert(report_is_clean(&report));
    ck_assert_uint_eq(report.count, 1);
    report_add(&report, SEVERITY_ERROR, NULL, "no date");
    ck_assert(!report_is_clean(&report));
    ck_assert_uint_eq(report.errors, 1);
    ck_assert_uint_eq(report.count, 2);
}
END_TEST

START_TEST(findings_keep_their_place) {
    char field[] = "specimens[2].unit";
    report.file = "config/ke.yaml";
    report.line = 12;
    report_add(&report, SEVERITY_ERROR, field, "\"%s\" is no unit, expected %s", "KG", "KIL");
    field[0] = '?'; /* the report has its own copy */
    report.line = 13;
    ck_assert_str_eq(report_line(&arena, &report.findings[0]),
                     "config/ke.yaml:12: specimens[2].unit: \"KG\" is no unit, expected KIL");
}
END_TEST

START_TEST(a_line_names_only_what_is_known) {
    report_add(&report, SEVERITY_ERROR, NULL, "empty");
    report_add(&report, SEVERITY_ERROR, "kind", "missing");
    report.file = "alert.json";
    report_add(&report, SEVERITY_ERROR, "kind", "missing");
    report.line = 3;
    report_add(&report, SEVERITY_ERROR, NULL, "no object");
    ck_assert_str_eq(report_line(&arena, &report.findings[0]), "empty");
    ck_assert_str_eq(report_line(&arena, &report.findings[1]), "kind: missing");
    ck_assert_str_eq(report_line(&arena, &report.findings[2]), "alert.json: kind: missing");
    ck_assert_str_eq(report_line(&arena, &report.findings[3]), "alert.json:3: no object");
}
END_TEST

START_TEST(findings_over_the_limit_are_counted) {
    for (int i = 0; i < REPORT_FINDINGS_MAX + 5; i++)
        report_add(&report, SEVERITY_ERROR, NULL, "finding %d", i);
    ck_assert_uint_eq(report.count, REPORT_FINDINGS_MAX);
    ck_assert_uint_eq(report.dropped, 5);
    ck_assert_uint_eq(report.errors, REPORT_FINDINGS_MAX + 5);
    ck_assert_str_eq(report.findings[REPORT_FINDINGS_MAX - 1].text, "finding 9999");
}
END_TEST

START_TEST(findings_without_memory_are_counted) {
    struct arena none;
    arena_init(&none, 0);
    report_init(&report, &none);
    report_add(&report, SEVERITY_ERROR, "kind", "missing");
    ck_assert_uint_eq(report.count, 0);
    ck_assert_uint_eq(report.dropped, 1);
    ck_assert(!report_is_clean(&report));
}
END_TEST

START_TEST(a_long_sentence_is_cut_and_ends) {
    report_add(&report, SEVERITY_WARNING, NULL, "%05000d", 1);
    ck_assert_uint_lt(strlen(report.findings[0].text), 1024);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("base/report");
    TCase *findings = tcase_create("findings");
    tcase_add_checked_fixture(findings, setup, teardown);
    tcase_add_test(findings, warnings_do_not_refuse_the_input);
    tcase_add_test(findings, findings_keep_their_place);
    tcase_add_test(findings, a_line_names_only_what_is_known);
    tcase_add_test(findings, findings_over_the_limit_are_counted);
    tcase_add_test(findings, findings_without_memory_are_counted);
    tcase_add_test(findings, a_long_sentence_is_cut_and_ends);
    suite_add_tcase(suite, findings);
    return suite;
}
