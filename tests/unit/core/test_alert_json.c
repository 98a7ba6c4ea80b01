/* Alerts as JSON, in and out: what is read is what is written, and every mistake is named with its place. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/alert.h"

static struct arena arena;
static struct report report;
static AlertHeader *header;
static Alert *content;

static void set_up(void) {
    arena_init(&arena, 64 * 1024 * 1024);
    report_init(&report, &arena);
    header = NULL;
    content = NULL;
}

static void tear_down(void) {
    arena_release(&arena);
}

static enum result read(const char *json) {
    return alert_from_json(&arena, span_of_text(json), &header, &content, &report);
}

static void read_well(const char *json) {
    enum result result = read(json);
    for (size_t i = 0; i < report.count; i++)
        ck_abort_msg("%s", report_line(&arena, &report.findings[i]));
    ck_assert_int_eq(result, RESULT_OK);
}

/* `json` has one error, at `field` (NULL: the whole), whose text has `word` in it. */
static void refuses(const char *json, const char *field, const char *word) {
    report_init(&report, &arena);
    ck_assert_msg(read(json) == RESULT_INVALID, "%s", json);
    ck_assert_msg(report.count == 1, "%s: %zu findings", json, report.count);
    const struct finding *finding = &report.findings[0];
    ck_assert_int_eq(finding->severity, SEVERITY_ERROR);
    if (field)
        ck_assert_str_eq(finding->field, field);
    else
        ck_assert_ptr_null(finding->field);
    ck_assert_msg(strstr(finding->text, word) != NULL, "\"%s\" does not mention %s", finding->text, word);
}

static const char *written(void) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(alert_to_json(&arena, header, content, &out), RESULT_OK);
    return arena_text(&arena, (const char *)out.data, out.len);
}

/* ---- reading ---- */

START_TEST(reads_envelope_and_groups) {
    read_well("{\"kind\": \"SEIZURE\", \"grading\": {\"scheme\": \"UK\", \"source\": \"1\", \"information\": \"A\"},"
              " \"marking\": {\"tlp\": \"AMBER\", \"handling\": [\"H0\", \"H3\"], \"share_with_iccwc\": false},"
              " \"incident\": {\"year\": 2014, \"country\": \"CD\"},"
              " \"specimens\": [{\"taxon\": \"Manidae\"}, {\"term\": \"SCA\", \"quantity\": \"0750.50\"}],"
              " \"source\": {\"sensitive\": true}}");
    ck_assert_str_eq(header->kind, "SEIZURE");
    ck_assert_str_eq(header->source_grade, "1");
    ck_assert_uint_eq(header->n_handling, 2);
    ck_assert_str_eq(header->handling[1], "H3");
    ck_assert(header->has_share_with_iccwc && !header->share_with_iccwc);
    ck_assert_uint_eq(header->version, 1);
    ck_assert_uint_eq(content->incident->year, 2014);
    ck_assert_uint_eq(content->n_specimens, 2);
    ck_assert_str_eq(content->specimens[1]->quantity, "0750.50");
    ck_assert(content->source->has_sensitive && content->source->sensitive);
}
END_TEST

START_TEST(reads_ids_and_times) {
    read_well("{\"alert\": \"000102030405060708090a0b0c0d0e0f\", \"version\": 2,"
              " \"supersedes\": \"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\","
              " \"expires\": \"1970-01-02T00:00:00Z\"}");
    ck_assert_uint_eq(header->alert.len, 16);
    ck_assert_uint_eq(header->alert.data[15], 15);
    ck_assert_uint_eq(header->version, 2);
    ck_assert(header->has_supersedes && header->supersedes.len == 32);
    ck_assert(header->has_expires && header->expires == 24 * 60 * 60 * 1000);
    ck_assert(!header->has_in_reply_to);
}
END_TEST

START_TEST(a_date_stands_for_year_month_and_day) {
    read_well("{\"incident\": {\"date\": \"2014-05-05\"}}");
    ck_assert_uint_eq(content->incident->year, 2014);
    ck_assert_uint_eq(content->incident->month, 5);
    ck_assert_uint_eq(content->incident->day, 5);
    read_well("{\"incident\": {\"date\": \"2014\"}}");
    ck_assert(content->incident->has_year && !content->incident->has_month && !content->incident->has_day);
}
END_TEST

START_TEST(null_and_the_empty_text_mean_absent) {
    read_well("{\"kind\": null, \"grading\": null, \"incident\": null, \"persons\": null,"
              " \"specimens\": [{\"unit\": \"\", \"taxon\": null, \"pieces\": null, \"marks\": [\"\", \"A\"]}]}");
    ck_assert_ptr_null(header->kind);
    ck_assert_ptr_null(content->incident);
    ck_assert_ptr_null(content->specimens[0]->unit);
    ck_assert(!content->specimens[0]->has_pieces);
    ck_assert_uint_eq(content->specimens[0]->n_marks, 1);
    ck_assert_str_eq(content->specimens[0]->marks[0], "A");
}
END_TEST

START_TEST(a_whole_number_may_stand_for_a_decimal) {
    read_well("{\"specimens\": [{\"quantity\": 750}]}");
    ck_assert_str_eq(content->specimens[0]->quantity, "750");
}
END_TEST

/* ---- refusals ---- */

START_TEST(refuses_bad_syntax_with_its_line) {
    refuses("{\n\"kind\": \"SEIZURE\",\n}", NULL, "JSON");
    ck_assert_uint_eq(report.findings[0].line, 3);
    refuses("", NULL, "JSON");
    refuses("{} {}", NULL, "JSON");
    refuses("[]", NULL, "object");
    refuses("{\"kind\": \"A\", \"kind\": \"B\"}", NULL, "kind");
    refuses("{\"kind\": \"A\\u0000B\"}", NULL, "JSON");
    refuses("{\"kind\": \"\xFF\"}", NULL, "JSON");
}
END_TEST

START_TEST(refuses_members_it_does_not_know) {
    refuses("{\"knid\": \"SEIZURE\"}", "knid", "not known");
    refuses("{\"quantity\": \"750\"}", "quantity", "groups");
    refuses("{\"specimens\": [{}, {}, {\"units\": \"KIL\"}]}", "specimens[2].units", "unit");
    refuses("{\"marking\": {\"TLP\": \"RED\"}}", "marking.TLP", "tlp");
    refuses("{\"persons\": [{\"date\": \"2014\"}]}", "persons[0].date", "not known");
    refuses("{\"root\": \"00\"}", "root", "not known");
}
END_TEST

START_TEST(names_from_outside_are_escaped) {
    refuses("{\"\\u001b[2J\": 1}", "\\x1b[2J", "not known");
}
END_TEST

START_TEST(refuses_wrong_types) {
    refuses("{\"kind\": 7}", "kind", "text in quotes");
    refuses("{\"version\": \"1\"}", "version", "whole number");
    refuses("{\"grading\": \"B2\"}", "grading", "object");
    refuses("{\"incident\": []}", "incident", "object");
    refuses("{\"incident\": {\"year\": \"2014\"}}", "incident.year", "whole number");
    refuses("{\"incident\": {\"year\": -1}}", "incident.year", "-1");
    refuses("{\"incident\": {\"year\": 4294967296}}", "incident.year", "4294967295");
    refuses("{\"specimens\": {}}", "specimens", "list");
    refuses("{\"specimens\": [7]}", "specimens[0]", "object");
    refuses("{\"specimens\": [{\"alive\": \"yes\"}]}", "specimens[0].alive", "true or false");
    refuses("{\"persons\": [{\"aliases\": \"Papa\"}]}", "persons[0].aliases", "list");
    refuses("{\"persons\": [{\"aliases\": [\"Papa\", 1]}]}", "persons[0].aliases[1]", "text");
    refuses("{\"marking\": {\"handling\": \"H0\"}}", "marking.handling", "list");
}
END_TEST

START_TEST(refuses_a_fraction_that_is_not_in_quotes) {
    refuses("{\"specimens\": [{\"conversion_factor\": 0.12}]}", "specimens[0].conversion_factor", "as written");
}
END_TEST

START_TEST(refuses_bad_ids_times_and_dates) {
    refuses("{\"alert\": \"00\"}", "alert", "32");
    refuses("{\"in_reply_to\": \"000102030405060708090a0b0c0d0e0f\"}", "in_reply_to", "64");
    refuses("{\"expires\": \"tomorrow\"}", "expires", "tomorrow");
    refuses("{\"incident\": {\"date\": \"05/05/2014\"}}", "incident.date", "2014-05-05");
    refuses("{\"incident\": {\"date\": \"2014\", \"year\": 2014}}", "incident.date", "either");
}
END_TEST

START_TEST(all_mistakes_are_found_in_one_run) {
    ck_assert_int_eq(
        read("{\"knid\": 1, \"kind\": 2, \"incident\": {\"year\": \"x\"}, \"specimens\": [{\"term\": 3}, 4]}"),
        RESULT_INVALID);
    ck_assert_uint_eq(report.errors, 5);
    ck_assert_ptr_null(header);
}
END_TEST

static const char *repeated(const char *before, const char *item, size_t count, const char *after) {
    struct buf json;
    buf_init(&json, &arena);
    buf_put_span(&json, span_of_text(before));
    for (size_t i = 0; i < count; i++)
        buf_put_span(&json, span_of_text(i ? text_format(&arena, ",%s", item) : item));
    buf_put_span(&json, span_of_text(after));
    return arena_text(&arena, (const char *)json.data, json.len);
}

START_TEST(refuses_what_is_over_a_limit) {
    read_well(repeated("{\"persons\":[", "{\"sex\":\"MALE\"}", GROUP_ELEMENTS_MAX, "]}"));
    refuses(repeated("{\"persons\":[", "{\"sex\":\"MALE\"}", GROUP_ELEMENTS_MAX + 1, "]}"), "persons", "257");
    refuses(repeated("{\"persons\":[{\"aliases\":[", "\"X\"", REPEATED_VALUES_MAX + 1, "]}]}"), "persons[0].aliases",
            "65");

    char *text = arena_alloc(&arena, FIELD_TEXT_BYTES_MAX + 2);
    memset(text, 'x', FIELD_TEXT_BYTES_MAX + 1);
    refuses(text_format(&arena, "{\"narrative\":{\"title\":\"%s\"}}", text), "narrative.title", "32769");
    text[FIELD_TEXT_BYTES_MAX] = '\0';
    const char *person = text_format(&arena, "{\"remarks\":\"%s\"}", text);
    refuses(repeated("{\"persons\":[", person, 9, "]}"), NULL, "262144");

    char *blanks = arena_alloc(&arena, ALERT_JSON_BYTES_MAX + 2);
    memset(blanks, ' ', ALERT_JSON_BYTES_MAX + 1);
    refuses(blanks, NULL, "1048577");
}
END_TEST

START_TEST(deep_nesting_is_refused) {
    static char deep[100001];
    memset(deep, '[', sizeof deep - 1);
    refuses(deep, NULL, "depth");
}
END_TEST

START_TEST(reading_stays_in_the_budget) {
    static const char json[] =
        "{\"kind\": \"SEIZURE\", \"persons\": [{\"aliases\": [\"A\", \"B\"]}, {\"sex\": \"MALE\"}],"
        " \"alert\": \"000102030405060708090a0b0c0d0e0f\"}";
    for (size_t budget = 0; budget < 4096; budget += 16) {
        struct arena small;
        arena_init(&small, budget);
        AlertHeader *read_header = NULL;
        Alert *read_content = NULL;
        enum result result = alert_from_json(&small, span_of_text(json), &read_header, &read_content, &report);
        ck_assert(result == RESULT_NO_MEMORY ? !read_content : result == RESULT_OK);
        arena_release(&small);
    }
    ck_assert_uint_eq(report.count, 0);
}
END_TEST

/* ---- writing ---- */

START_TEST(what_is_written_is_read_back) {
    static const char json[] =
        "{\"kind\":\"SEIZURE\",\"alert\":\"000102030405060708090a0b0c0d0e0f\",\"version\":3,"
        "\"supersedes\":\"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\","
        "\"originator\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
        "\"created\":\"2014-05-05T16:20:00Z\",\"expires\":\"2015-05-05T00:00:00Z\",\"language\":\"FR\","
        "\"grading\":{\"scheme\":\"ADMIRALTY\",\"source\":\"B\",\"information\":\"2\"},"
        "\"marking\":{\"tlp\":\"AMBER\",\"handling\":[\"H0\",\"H1\"],\"share_with_iccwc\":true},"
        "\"incident\":{\"year\":2014,\"country\":\"CD\",\"value_amount\":\"187500\"},"
        "\"specimens\":[{\"taxon\":\"Manidae\",\"alive\":false,\"marks\":[\"A\",\"B\"],\"disposal\":\"DESTROYED\"},"
        "{},{\"term\":\"SCA\"}],"
        "\"narrative\":{\"title\":\"\\\"Écailles\\\" \\\\ \\u000a\\u0009\\u001b\\u009b\\u202e\\u2066 €\"},"
        "\"requests\":[{\"question\":\"?\"}]}";
    read_well(json);
    ck_assert_str_eq(written(), json);
}
END_TEST

START_TEST(members_come_in_the_order_of_the_dictionary) {
    read_well("{\"requests\":[{\"type\":\"OTHER\"}],\"incident\":{\"country\":\"CD\",\"date\":\"2014-05\"},"
              "\"kind\":\"REQUEST\"}");
    ck_assert_str_eq(written(), "{\"kind\":\"REQUEST\",\"version\":1,"
                                "\"incident\":{\"year\":2014,\"month\":5,\"country\":\"CD\"},"
                                "\"requests\":[{\"type\":\"OTHER\"}]}");
}
END_TEST

START_TEST(what_is_absent_is_not_written) {
    read_well("{\"incident\":{},\"persons\":[{},{\"aliases\":[]}],\"marking\":{},\"specimens\":[]}");
    ck_assert_str_eq(written(), "{\"version\":1}");
    content = NULL;
    ck_assert_str_eq(written(), "{\"version\":1}");
}
END_TEST

START_TEST(writing_appends_and_stays_in_the_budget) {
    read_well("{\"kind\":\"REQUEST\",\"requests\":[{\"type\":\"OTHER\"}]}");
    struct buf out;
    buf_init(&out, &arena);
    buf_put_u8(&out, '>');
    ck_assert_int_eq(alert_to_json(&arena, header, content, &out), RESULT_OK);
    ck_assert_mem_eq(out.data, ">{", 2);
    struct arena small;
    arena_init(&small, 16);
    ck_assert_int_eq(alert_to_json(&small, header, content, &out), RESULT_NO_MEMORY);
    arena_release(&small);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("alert_json");
    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_test(reading, reads_envelope_and_groups);
    tcase_add_test(reading, reads_ids_and_times);
    tcase_add_test(reading, a_date_stands_for_year_month_and_day);
    tcase_add_test(reading, null_and_the_empty_text_mean_absent);
    tcase_add_test(reading, a_whole_number_may_stand_for_a_decimal);
    suite_add_tcase(suite, reading);

    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, set_up, tear_down);
    tcase_add_test(refusals, refuses_bad_syntax_with_its_line);
    tcase_add_test(refusals, refuses_members_it_does_not_know);
    tcase_add_test(refusals, names_from_outside_are_escaped);
    tcase_add_test(refusals, refuses_wrong_types);
    tcase_add_test(refusals, refuses_a_fraction_that_is_not_in_quotes);
    tcase_add_test(refusals, refuses_bad_ids_times_and_dates);
    tcase_add_test(refusals, all_mistakes_are_found_in_one_run);
    tcase_add_test(refusals, refuses_what_is_over_a_limit);
    tcase_add_test(refusals, deep_nesting_is_refused);
    tcase_add_test(refusals, reading_stays_in_the_budget);
    suite_add_tcase(suite, refusals);

    TCase *writing = tcase_create("writing");
    tcase_add_checked_fixture(writing, set_up, tear_down);
    tcase_add_test(writing, what_is_written_is_read_back);
    tcase_add_test(writing, members_come_in_the_order_of_the_dictionary);
    tcase_add_test(writing, what_is_absent_is_not_written);
    tcase_add_test(writing, writing_appends_and_stays_in_the_budget);
    suite_add_tcase(suite, writing);
    return suite;
}
