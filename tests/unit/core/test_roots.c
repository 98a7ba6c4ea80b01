/* roots.txt: which root keys a node believes, how many of them must sign, and every wrong line named. */
#include "core/roots.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "keys/secret.h"
#include "keys/sign.h"

static struct arena arena;
static struct report report;
static struct roster_anchor anchor;

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)4 << 20);
    anchor = (struct roster_anchor){0};
}

static void tear_down(void) {
    arena_release(&arena);
}

/* The public line of the root key number `which`. */
static const char *root_line(uint8_t which) {
    uint8_t seed[SIGN_SEED_SIZE] = {which}, secret[SIGN_SECRET_SIZE], key[SIGN_PUBLIC_SIZE];
    char hex[2 * SIGN_PUBLIC_SIZE + 1];
    sign_keypair(key, secret, seed);
    text_hex(hex, key, sizeof key);
    return arena_text(&arena, hex, strlen(hex));
}

static enum result read_text(const char *text) {
    report_init(&report, &arena);
    report.file = "roots.txt";
    return roots_read(&anchor, &arena, span_of_text(text), &report);
}

static void read_good(const char *text) {
    enum result result = read_text(text);
    ck_assert_msg(result == RESULT_OK && report.count == 0, "%s",
                  report.count ? report_line(&arena, &report.findings[0]) : result_name(result));
}

static void refuse(const char *text, const char *wanted) {
    ck_assert_int_eq(read_text(text), RESULT_INVALID);
    ck_assert_uint_eq(report.errors, 1);
    ck_assert_str_eq(report_line(&arena, &report.findings[0]), wanted);
    ck_assert_ptr_null(anchor.roots);
}

/* ---- what is read ---- */

START_TEST(without_a_threshold_all_must_sign) {
    read_good(text_format(&arena, "%s\n%s", root_line(1), root_line(2)));
    ck_assert_uint_eq(anchor.count, 2);
    ck_assert_uint_eq(anchor.threshold, 2);
    uint8_t key[SIGN_PUBLIC_SIZE];
    ck_assert(text_unhex(key, sizeof key, root_line(2)));
    ck_assert_mem_eq(anchor.roots[1], key, sizeof key);
}
END_TEST

START_TEST(comments_blanks_and_carriage_returns_are_skipped) {
    read_good(text_format(&arena, "# the roots\r\n\r\n  %s  # of the secretariat\r\n\tthreshold  1 # of two\r\n%s\r\n",
                          root_line(1), root_line(2)));
    ck_assert_uint_eq(anchor.count, 2);
    ck_assert_uint_eq(anchor.threshold, 1);
}
END_TEST

START_TEST(what_is_written_reads_as_the_same) {
    read_good(text_format(&arena, "threshold 2\n%s\n%s\n%s\n", root_line(3), root_line(1), root_line(2)));
    struct buf out;
    buf_init(&out, &arena);
    roots_write(&out, &anchor);
    ck_assert(!out.failed);
    struct roster_anchor first = anchor;
    read_good(arena_text(&arena, (const char *)out.data, out.len));
    ck_assert_uint_eq(anchor.count, 3);
    ck_assert_uint_eq(anchor.threshold, 2);
    ck_assert_mem_eq(anchor.roots, first.roots, 3 * SIGN_PUBLIC_SIZE);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(a_line_that_is_no_key_is_named) {
    refuse(text_format(&arena, "%s\nab cd\n", root_line(1)),
           "roots.txt:2: \"ab cd\" is no root key, expected 64 hexadecimal digits");
    refuse("0100000000000000000000000000000000000000000000000000000000000000\n",
           "roots.txt:1: \"0100000000000000000000000000000000000000000000000000000000000000\" is no root key, expected "
           "64 hexadecimal digits"); /* a point of small order: anybody could sign for it */
}
END_TEST

START_TEST(a_root_counts_once) {
    refuse(text_format(&arena, "%s\n\n%s\n", root_line(1), root_line(1)),
           "roots.txt:3: this root key stands above already");
}
END_TEST

START_TEST(thresholds_are_from_one_to_the_number_of_roots) {
    refuse(text_format(&arena, "threshold 2\n%s\n", root_line(1)), "roots.txt:1: threshold is 2, but the roots are 1");
    refuse(text_format(&arena, "%s\nthreshold 0\n", root_line(1)),
           "roots.txt:2: threshold is \"0\", expected how many of the roots must sign");
    refuse(text_format(&arena, "%s\nthreshold\n", root_line(1)),
           "roots.txt:2: threshold is \"\", expected how many of the roots must sign");
    refuse(text_format(&arena, "%s\nthreshold 1x\n", root_line(1)),
           "roots.txt:2: threshold is \"1x\", expected how many of the roots must sign");
    refuse(text_format(&arena, "%s\nthreshold 1\nthreshold 1\n", root_line(1)),
           "roots.txt:3: the threshold was said before, in line 2");
}
END_TEST

START_TEST(nobody_is_not_a_set_of_roots) {
    refuse("", "roots.txt: there is no root key");
    refuse("# none yet\n", "roots.txt: there is no root key");
}
END_TEST

START_TEST(there_are_at_most_sixteen) {
    const char *text = "";
    for (uint8_t i = 1; i <= ROSTER_ROOTS_MAX; i++)
        text = text_format(&arena, "%s%s\n", text, root_line(i));
    read_good(text);
    ck_assert_uint_eq(anchor.count, ROSTER_ROOTS_MAX);
    anchor = (struct roster_anchor){0};
    refuse(text_format(&arena, "%s%s\n", text, root_line(ROSTER_ROOTS_MAX + 1)), "roots.txt:17: more than 16 roots");
}
END_TEST

START_TEST(a_nul_hides_nothing) {
    report_init(&report, &arena);
    const char *text = text_format(&arena, "%s\n?threshold 1\n", root_line(1));
    char *bytes = arena_text(&arena, text, strlen(text));
    *strchr(bytes, '?') = '\0';
    ck_assert_int_eq(roots_read(&anchor, &arena, span_of(bytes, strlen(text)), &report), RESULT_INVALID);
}
END_TEST

START_TEST(everything_wrong_is_said_in_one_run) {
    ck_assert_int_eq(read_text("one\nthreshold x\ntwo\n"), RESULT_INVALID);
    ck_assert_uint_eq(report.errors, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(report.findings[i].line, i + 1);
}
END_TEST

Suite *suite(void) {
    Suite *all = suite_create("roots");
    TCase *taken = tcase_create("taken");
    tcase_add_checked_fixture(taken, set_up, tear_down);
    tcase_add_test(taken, without_a_threshold_all_must_sign);
    tcase_add_test(taken, comments_blanks_and_carriage_returns_are_skipped);
    tcase_add_test(taken, what_is_written_reads_as_the_same);
    suite_add_tcase(all, taken);
    TCase *refused = tcase_create("refused");
    tcase_add_checked_fixture(refused, set_up, tear_down);
    tcase_add_test(refused, a_line_that_is_no_key_is_named);
    tcase_add_test(refused, a_root_counts_once);
    tcase_add_test(refused, thresholds_are_from_one_to_the_number_of_roots);
    tcase_add_test(refused, nobody_is_not_a_set_of_roots);
    tcase_add_test(refused, there_are_at_most_sixteen);
    tcase_add_test(refused, a_nul_hides_nothing);
    tcase_add_test(refused, everything_wrong_is_said_in_one_run);
    suite_add_tcase(all, refused);
    return all;
}
