/* The YAML that configurations are written in: a small part of it, with the line of everything. */
#include "core/settings.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static struct arena arena;
static struct report report;

static void set_up(void) {
    arena_init(&arena, (size_t)64 << 20);
    report_init(&report, &arena);
}

static void tear_down(void) {
    arena_release(&arena);
}

static const struct setting *read_good(const char *yaml) {
    const struct setting *top = NULL;
    report_init(&report, &arena);
    enum result result = settings_read(&top, &arena, "s.yaml", span_of_text(yaml), &report);
    ck_assert_msg(result == RESULT_OK && report.count == 0, "%s",
                  report.count ? report_line(&arena, &report.findings[0]) : result_name(result));
    ck_assert_int_eq(top->kind, SETTING_MAP);
    return top;
}

static void check_said(size_t which, const char *wanted) {
    ck_assert_msg(which < report.count, "nothing said, expected \"%s\"", wanted);
    const char *said = report_line(&arena, &report.findings[which]);
    ck_assert_msg(strncmp(said, wanted, strlen(wanted)) == 0, "\"%s\", expected \"%s\"", said, wanted);
}

static void refuse_bytes(struct span yaml, const char *wanted) {
    const struct setting *top = NULL;
    report_init(&report, &arena);
    ck_assert_int_eq(settings_read(&top, &arena, "s.yaml", yaml, &report), RESULT_INVALID);
    ck_assert_ptr_null(top);
    ck_assert_uint_eq(report.count, 1);
    check_said(0, wanted);
}

static void refuse(const char *yaml, const char *wanted) {
    refuse_bytes(span_of_text(yaml), wanted);
}

/* ---- what is read ---- */

START_TEST(every_value_knows_its_line) {
    const struct setting *top = read_good("# a comment\n"
                                          "listen: tcp://127.0.0.1:4450\n"
                                          "\n"
                                          "peers:\n"
                                          "  - {name: a, address: b}\n"
                                          "  - name: c\n"
                                          "    address: d\n"
                                          "show: [one,\n"
                                          "       two]\n");
    ck_assert_uint_eq(top->count, 3);
    ck_assert_str_eq(settings_get(top, "listen")->text, "tcp://127.0.0.1:4450");
    ck_assert_uint_eq(settings_get(top, "listen")->line, 2);
    const struct setting *peers = settings_get(top, "peers");
    ck_assert_int_eq(peers->kind, SETTING_LIST);
    ck_assert_uint_eq(peers->count, 2);
    ck_assert_uint_eq(peers->first->line, 5);
    ck_assert_uint_eq(settings_get(peers->first->next, "address")->line, 7);
    ck_assert_str_eq(settings_get(peers->first->next, "address")->text, "d");
    const struct setting *show = settings_get(top, "show");
    ck_assert_uint_eq(show->first->line, 8);
    ck_assert_uint_eq(show->first->next->line, 9);
    ck_assert_ptr_null(show->first->next->next);
    ck_assert_ptr_null(settings_get(top, "Listen"));
    ck_assert_ptr_null(settings_get(show, "one"));
    ck_assert_ptr_null(settings_get(NULL, "one"));
}
END_TEST

START_TEST(an_empty_file_is_an_empty_map) {
    static const char *const empty[] = {"", "\n", "# nothing\n", "---\n", "---\n...\n", "{}\n", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        ck_assert_uint_eq(read_good(empty[i])->count, 0);
}
END_TEST

START_TEST(texts_are_taken_as_they_stand) {
    const struct setting *top = read_good("a: 007\nb: \"x: y\"\nc: 'it''s'\nd: |\n  two\n  lines\ne:\nf: null\n");
    ck_assert_str_eq(settings_get(top, "a")->text, "007");
    ck_assert_str_eq(settings_get(top, "b")->text, "x: y");
    ck_assert_str_eq(settings_get(top, "c")->text, "it's");
    ck_assert_str_eq(settings_get(top, "d")->text, "two\nlines\n");
    ck_assert_str_eq(settings_get(top, "e")->text, "");
    ck_assert_str_eq(settings_get(top, "f")->text, "null");
}
END_TEST

/* ---- what is refused ---- */

START_TEST(refuses_what_is_no_yaml_with_its_line) {
    refuse("a: 1\nb: [1, 2\nc: 3\n", "s.yaml:3: not readable as YAML");
    refuse("a: 1\n\tb: 2\n", "s.yaml:2: not readable as YAML");
    refuse("a: \"open\n", "s.yaml:2: not readable as YAML");
    refuse("a: 1\n b: 2\n", "s.yaml:2: not readable as YAML");
    refuse_bytes(span_of("a: \xff\n", 5), "s.yaml:");
    refuse_bytes(span_of("a: 1\0b: 2\n", 10), "s.yaml:");
}
END_TEST

START_TEST(refuses_a_top_that_is_no_map) {
    refuse("- a\n- b\n", "s.yaml:1: expected \"key: value\" lines");
    refuse("just a word\n", "s.yaml:1: expected \"key: value\" lines");
}
END_TEST

START_TEST(refuses_a_key_given_twice) {
    refuse("a: 1\nb: 2\na: 3\n", "s.yaml:3: a: given twice; the first is in line 1");
    refuse("m:\n  x: {}\n  \"x\": []\n", "s.yaml:3: x: given twice; the first is in line 2");
    read_good("m: {x: 1}\nn: {x: 1}\n");
}
END_TEST

START_TEST(says_every_key_that_is_given_twice) {
    const struct setting *top = NULL;
    const char *yaml = "a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n";
    ck_assert_int_eq(settings_read(&top, &arena, "s.yaml", span_of_text(yaml), &report), RESULT_INVALID);
    ck_assert_uint_eq(report.count, 3);
    check_said(0, "s.yaml:2: a: given twice; the first is in line 1");
    check_said(1, "s.yaml:3: c: given twice; the first is in line 3");
    check_said(2, "s.yaml:4: a: given twice; the first is in line 1");
}
END_TEST

START_TEST(refuses_aliases_anchors_and_tags) {
    static const char *const wanted = "s.yaml:2: aliases and other YAML extras are not used here";
    refuse("a: 1\nb: *a\n", wanted);
    refuse("a: 1\nb: &x 2\n", wanted);
    refuse("a: 1\nb: &x [2]\n", wanted);
    refuse("a: 1\nb: &x {c: 2}\n", wanted);
    refuse("a: 1\nb: !!str 2\n", wanted);
    refuse("a: 1\nb: !secret [2]\n", wanted);
    refuse("a: 1\nb: !!map {c: 2}\n", wanted);
}
END_TEST

START_TEST(refuses_a_key_that_is_no_word) {
    static const char *const wanted = "s.yaml:2: a key must be a plain word";
    refuse("a: 1\n? [b]\n: 2\n", wanted);
    refuse("a: 1\n? {b: c}\n: 2\n", wanted);
    refuse("a: 1\n&x b: 2\n", wanted);
    refuse("a: 1\n!!str b: 2\n", wanted);
}
END_TEST

START_TEST(refuses_a_second_document) {
    refuse("a: 1\n---\nb: 2\n", "s.yaml:2: a second document begins here");
    refuse("---\na: 1\n...\n---\n", "s.yaml:4: a second document begins here");
    read_good("---\na: 1\n...\n");
}
END_TEST

START_TEST(refuses_what_stands_behind_the_document) {
    refuse("{a: 1}\nb: 2\n", "s.yaml:2: ");
    refuse("a: 1\n...\n}{\n", "s.yaml:3: ");
}
END_TEST

/* "hide\0" must not be taken for "hide", nor a cut-off value for the whole. */
START_TEST(refuses_nul_in_values_and_keys) {
    refuse("a: 1\nb: \"x\\0y\"\n", "s.yaml:2: a text holds a NUL character");
    refuse("a: 1\n\"b\\0c\": 1\n", "s.yaml:2: a text holds a NUL character");
}
END_TEST

START_TEST(refuses_deep_nesting) {
    char yaml[4096] = "a: ";
    for (int depth = 1; depth <= 12; depth++)
        strcat(yaml, "[");
    for (int depth = 1; depth <= 12; depth++)
        strcat(yaml, "]");
    read_good(yaml);
    strcpy(yaml, "a: ");
    for (int depth = 1; depth <= 2000; depth++)
        strcat(yaml, "[");
    refuse(yaml, "s.yaml:1: nested too deeply");
    strcpy(yaml, "");
    for (int depth = 1; depth <= 800; depth++)
        strcat(yaml, "{a: ");
    refuse(yaml, "s.yaml:1: nested too deeply");
}
END_TEST

/* Either the whole file or a refusal with its reason. */
START_TEST(short_of_memory_nothing_is_lost_in_silence) {
    const char *yaml = "a: one\nb: [two, three]\nc: {d: four}\n";
    size_t refused = 0;
    for (size_t budget = 0; budget < 6000; budget += 4) {
        struct arena small;
        struct report told;
        const struct setting *top = NULL;
        arena_init(&small, budget);
        report_init(&told, &arena);
        if (settings_read(&top, &small, "s", span_of_text(yaml), &told) == RESULT_OK) {
            ck_assert_str_eq(settings_get(top, "a")->text, "one");
            ck_assert_str_eq(settings_get(top, "b")->first->next->text, "three");
            ck_assert_str_eq(settings_get(settings_get(top, "c"), "d")->text, "four");
        } else {
            refused++;
            ck_assert_ptr_null(top);
            ck_assert_uint_eq(told.errors, 1);
        }
        arena_release(&small);
    }
    ck_assert(refused > 0 && refused < 1500);
}
END_TEST

/* ---- single values ---- */

START_TEST(only_names_every_unknown_key) {
    static const char *const keys[] = {"a", "b", NULL};
    settings_only(read_good("a: 1\nx: 2\nb: 3\n\"y\\e\": 4\n"), keys, &report);
    ck_assert_uint_eq(report.count, 2);
    check_said(0, "s.yaml:2: x: unknown key, expected one of: a, b");
    check_said(1, "s.yaml:4: y\\");
}
END_TEST

START_TEST(text_reports_what_is_missing_empty_or_no_text) {
    const struct setting *top = read_good("a: word\nb:\nc: []\nd: {}\n");
    const char *out = "untouched";
    ck_assert(!settings_text(top, "z", false, &out, &report));
    ck_assert_uint_eq(report.count, 0);
    ck_assert(!settings_text(top, "z", true, &out, &report));
    ck_assert(!settings_text(top, "b", false, &out, &report));
    ck_assert(!settings_text(top, "c", true, &out, &report));
    ck_assert(!settings_text(top, "d", false, &out, &report));
    ck_assert_str_eq(out, "untouched");
    ck_assert(settings_text(top, "a", true, &out, &report));
    ck_assert_str_eq(out, "word");
    ck_assert_uint_eq(report.count, 4);
    check_said(0, "s.yaml:1: z: is missing");
    check_said(1, "s.yaml:2: b: is empty");
    check_said(2, "s.yaml:3: c: expected a single value");
    check_said(3, "s.yaml:4: d: expected a single value");
}
END_TEST

START_TEST(number_takes_digits_between_its_bounds) {
    static const char *const bad[] = {"0",
                                      "17",
                                      "-1",
                                      "+5",
                                      "5x",
                                      "x",
                                      "\"\"",
                                      "\" 5\"",
                                      "5.0",
                                      "0x5",
                                      "1e1",
                                      "\"5 \"",
                                      "18446744073709551616",
                                      "18446744073709551617",
                                      "[5]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t out = 99;
        report_init(&report, &arena);
        const struct setting *top = read_good(text_format(&arena, "n: %s\n", bad[i]));
        ck_assert_msg(!settings_number(top, "n", 1, 16, &out, &report), "%s", bad[i]);
        ck_assert_uint_eq(out, 99);
        ck_assert_uint_eq(report.errors, 1);
    }
    const struct setting *top = NULL;
    report_init(&report, &arena);
    top = read_good("a: 1\nb: 16\nc: 007\nd: 18446744073709551615\n");
    uint64_t out;
    ck_assert(settings_number(top, "a", 1, 16, &out, &report) && out == 1);
    ck_assert(settings_number(top, "b", 1, 16, &out, &report) && out == 16);
    ck_assert(settings_number(top, "c", 1, 16, &out, &report) && out == 7);
    ck_assert(settings_number(top, "d", 1, UINT64_MAX, &out, &report) && out == UINT64_MAX);
    ck_assert(!settings_number(top, "e", 1, 16, &out, &report) && report.count == 0);
    ck_assert(!settings_number(top, "d", 1, 16, &out, &report));
    check_said(0, "s.yaml:4: d: is \"18446744073709551615\", expected a number from 1 to 16");
}
END_TEST

START_TEST(flag_takes_yes_and_no_alone) {
    const struct setting *top = read_good("a: yes\nb: true\nc: no\nd: false\ne: Yes\nf: 1\ng:\nh: [yes]\n");
    static const char *const keys[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++) {
        bool out = i >= 2;
        ck_assert(settings_flag(top, keys[i], &out, &report));
        ck_assert(out == (i < 2));
    }
    bool out = true;
    ck_assert(!settings_flag(top, "z", &out, &report));
    ck_assert_uint_eq(report.count, 0);
    ck_assert(!settings_flag(top, "e", &out, &report));
    ck_assert(!settings_flag(top, "f", &out, &report));
    ck_assert(!settings_flag(top, "g", &out, &report));
    ck_assert(!settings_flag(top, "h", &out, &report));
    ck_assert(out);
    check_said(0, "s.yaml:5: e: is \"Yes\", expected yes or no");
    check_said(3, "s.yaml:8: h: expected a single value");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("settings");
    TCase *taken = tcase_create("read");
    tcase_add_checked_fixture(taken, set_up, tear_down);
    tcase_add_test(taken, every_value_knows_its_line);
    tcase_add_test(taken, an_empty_file_is_an_empty_map);
    tcase_add_test(taken, texts_are_taken_as_they_stand);
    suite_add_tcase(suite, taken);
    TCase *refused = tcase_create("refused");
    tcase_add_checked_fixture(refused, set_up, tear_down);
    tcase_add_test(refused, refuses_what_is_no_yaml_with_its_line);
    tcase_add_test(refused, refuses_a_top_that_is_no_map);
    tcase_add_test(refused, refuses_a_key_given_twice);
    tcase_add_test(refused, says_every_key_that_is_given_twice);
    tcase_add_test(refused, refuses_aliases_anchors_and_tags);
    tcase_add_test(refused, refuses_a_key_that_is_no_word);
    tcase_add_test(refused, refuses_a_second_document);
    tcase_add_test(refused, refuses_what_stands_behind_the_document);
    tcase_add_test(refused, refuses_nul_in_values_and_keys);
    tcase_add_test(refused, refuses_deep_nesting);
    tcase_add_test(refused, short_of_memory_nothing_is_lost_in_silence);
    suite_add_tcase(suite, refused);
    TCase *values = tcase_create("values");
    tcase_add_checked_fixture(values, set_up, tear_down);
    tcase_add_test(values, only_names_every_unknown_key);
    tcase_add_test(values, text_reports_what_is_missing_empty_or_no_text);
    tcase_add_test(values, number_takes_digits_between_its_bounds);
    tcase_add_test(values, flag_takes_yes_and_no_alone);
    suite_add_tcase(suite, values);
    return suite;
}
