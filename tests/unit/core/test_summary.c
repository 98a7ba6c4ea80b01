#include <check.h>
#include <string.h>

#include "core/alert.h"
#include "core/summary.h"

static struct arena arena;
static Alert content;
static AlertHeader header;
static struct summary summary;

static void setup(void) {
    arena_init(&arena, 1 << 20);
    alert__init(&content);
    alert_header__init(&header);
    header.kind = (char *)(uintptr_t) "SEIZURE";
    header.tlp = (char *)(uintptr_t) "AMBER";
}

static void teardown(void) {
    arena_release(&arena);
}

static void set(const char *path, size_t element, const char *value) {
    ck_assert_int_eq(alert_set_text(&arena, &content, path, element, value), RESULT_OK);
}

static void set_seizure(void) {
    set("incident.date", 0, "2014-05-05");
    set("incident.country", 0, "KE");
    set("incident.place", 0, "KEMBA");
    set("specimens.taxon", 0, "Manis tricuspis");
    set("specimens.term", 0, "SCA");
    set("specimens.quantity", 0, "750");
    set("specimens.unit", 0, "KIL");
    set("specimens.taxon", 1, "Loxodonta africana");
    set("specimens.taxon", 2, "Manis tricuspis");
}

START_TEST(a_summary_holds_the_few_facts) {
    set_seizure();
    ck_assert_int_eq(summary_make(&summary, &arena, &header, &content), RESULT_OK);
    ck_assert_str_eq(summary.kind, "SEIZURE");
    ck_assert_str_eq(summary.tlp, "AMBER");
    ck_assert_uint_eq(summary.date, 20140505);
    ck_assert_str_eq(summary.country, "KE");
    ck_assert_str_eq(summary.place, "KEMBA");
    ck_assert_str_eq(summary.quantity, "750 KIL SCA");
    ck_assert_str_eq(summary.taxa, "Manis tricuspis, Loxodonta africana");
}
END_TEST

START_TEST(a_summary_of_nothing_is_empty_and_whole) {
    ck_assert_int_eq(summary_make(&summary, &arena, &header, NULL), RESULT_OK);
    ck_assert_uint_eq(summary.date, 0);
    ck_assert_str_eq(summary.country, "");
    ck_assert_str_eq(summary.place, "");
    ck_assert_str_eq(summary.quantity, "");
    ck_assert_str_eq(summary.taxa, "");
}
END_TEST

START_TEST(what_is_not_known_is_left_out) {
    set("incident.year", 0, "2014");
    set("incident.place_text", 0, "Kilindini");
    set("specimens.term", 0, "SCA");
    ck_assert_int_eq(summary_make(&summary, &arena, &header, &content), RESULT_OK);
    ck_assert_uint_eq(summary.date, 20140000);
    ck_assert_str_eq(summary.place, "Kilindini");
    ck_assert_str_eq(summary.quantity, "SCA");
}
END_TEST

START_TEST(a_summary_is_whole_or_out_of_memory) {
    struct arena small;
    set_seizure();
    enum result result = RESULT_NO_MEMORY;
    for (size_t budget = 0; result; budget += 16) {
        arena_init(&small, budget);
        result = summary_make(&summary, &small, &header, &content);
        ck_assert(result == RESULT_NO_MEMORY || result == RESULT_OK);
        if (!result) { /* then nothing is missing */
            ck_assert_str_eq(summary.country, "KE");
            ck_assert_str_eq(summary.quantity, "750 KIL SCA");
            ck_assert_str_eq(summary.taxa, "Manis tricuspis, Loxodonta africana");
        }
        arena_release(&small);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("summary");
    TCase *c = tcase_create("summary");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_summary_holds_the_few_facts);
    tcase_add_test(c, a_summary_of_nothing_is_empty_and_whole);
    tcase_add_test(c, what_is_not_known_is_left_out);
    tcase_add_test(c, a_summary_is_whole_or_out_of_memory);
    suite_add_tcase(s, c);
    return s;
}
