#include <check.h>

#include "base/text.h"

static struct arena arena;

static void setup(void) {
    arena_init(&arena, 1 << 20);
}

static void teardown(void) {
    arena_release(&arena);
}

#define is_utf8(literal) text_is_utf8(span_of(literal, sizeof(literal) - 1))

START_TEST(utf8_takes_every_length) {
    ck_assert(is_utf8(""));
    ck_assert(is_utf8("Kenya"));
    ck_assert(is_utf8("\xC3\xA9"));         /* é */
    ck_assert(is_utf8("\xE2\x82\xAC"));     /* € */
    ck_assert(is_utf8("\xF0\x9F\x90\x98")); /* an elephant */
    ck_assert(is_utf8("\xF4\x8F\xBF\xBF")); /* U+10FFFF */
}
END_TEST

START_TEST(utf8_refuses_what_rfc_3629_refuses) {
    ck_assert(!is_utf8("a\0b"));
    ck_assert(!is_utf8("\xC3"));             /* cut off */
    ck_assert(!is_utf8("\x80"));             /* a continuation alone */
    ck_assert(!is_utf8("\xC0\xAF"));         /* overlong */
    ck_assert(!is_utf8("\xE0\x80\xAF"));     /* overlong */
    ck_assert(!is_utf8("\xF0\x80\x80\xAF")); /* overlong */
    ck_assert(!is_utf8("\xED\xA0\x80"));     /* surrogate */
    ck_assert(!is_utf8("\xF4\x90\x80\x80")); /* above U+10FFFF */
    ck_assert(!is_utf8("\xFF"));
    ck_assert(!is_utf8("\xE9t\xE9")); /* Latin-1 */
}
END_TEST

START_TEST(escape_leaves_words_alone) {
    ck_assert_str_eq(text_escape(&arena, ""), "");
    ck_assert_str_eq(text_escape(&arena, "Écailles de pangolin, 12 kg"), "Écailles de pangolin, 12 kg");
    ck_assert_str_eq(text_escape(&arena, "قشور"), "قشور");
    ck_assert_str_eq(text_escape(&arena, "back\\slash"), "back\\slash");
}
END_TEST

START_TEST(escape_shows_what_moves_the_cursor) {
    ck_assert_str_eq(text_escape(&arena, "\x1b[2J\r\a\x7f"), "\\x1b[2J\\x0d\\x07\\x7f");
    ck_assert_str_eq(text_escape(&arena, "a\nb\tc"), "a b c");
    ck_assert_str_eq(text_escape(&arena, "\xC2\x9B"), "\\u{009b}"); /* C1: a control sequence */
    ck_assert_str_eq(text_escape(&arena, "\xE2\x80\xAE"
                                         "exe"),
                     "\\u{202e}exe");                                   /* right-to-left override */
    ck_assert_str_eq(text_escape(&arena, "\xE2\x81\xA6"), "\\u{2066}"); /* isolate */
    ck_assert_str_eq(text_escape(&arena, "\xE2\x80\xA8"), "\\u{2028}"); /* line separator */
}
END_TEST

START_TEST(escape_shows_bytes_that_are_not_utf8) {
    ck_assert_str_eq(text_escape(&arena, "caf\xE9"), "caf\\xe9");
    ck_assert_str_eq(text_escape(&arena, "\xC3"), "\\xc3");
    ck_assert_str_eq(text_escape(&arena, "\xE2\x82"), "\\xe2\\x82");
}
END_TEST

START_TEST(out_of_memory_is_an_empty_text) {
    struct arena none;
    arena_init(&none, 0);
    ck_assert_str_eq(text_escape(&none, "a"), "");
    ck_assert_str_eq(text_fold(&none, "a"), "");
    ck_assert_str_eq(text_format(&none, "%d", 1), "");
}
END_TEST

START_TEST(width_counts_columns) {
    ck_assert_uint_eq(text_width(""), 0);
    ck_assert_uint_eq(text_width("Lomé"), 4);
    ck_assert_uint_eq(text_width("Lome\xCC\x81"), 4); /* an accent of its own */
    ck_assert_uint_eq(text_width("穿山甲"), 6);
    ck_assert_uint_eq(text_width("a\xFF"), 2);
}
END_TEST

START_TEST(fold_drops_case_and_accents) {
    ck_assert_str_eq(text_fold(&arena, "Côte d'IVOIRE"), "cote d'ivoire");
    ck_assert_str_eq(text_fold(&arena, "ÀÇÉÎÑÕÜÝ Œufs Æ ß Þ"), "aceinouy oeufs ae ss th");
    ck_assert_str_eq(text_fold(&arena, "Łódź Ćuprija Žatec Şanlıurfa ĳ"), "lodz cuprija zatec sanliurfa ij");
    ck_assert_str_eq(text_fold(&arena, "e\xCC\x81"), "e");
}
END_TEST

START_TEST(fold_keeps_everything_else) {
    ck_assert_str_eq(text_fold(&arena, "穿山甲 × 2"), "穿山甲 × 2");
    ck_assert_str_eq(text_fold(&arena, "caf\xE9"), "caf\xE9");
}
END_TEST

/* Every letter of Latin-1 Supplement and Latin Extended-A becomes small ASCII letters. */
START_TEST(fold_covers_two_blocks_whole) {
    for (unsigned point = 0xC0; point <= 0x17F; point++) {
        const char letter[] = {(char)(0xC0 | point >> 6), (char)(0x80 | (point & 0x3F)), '\0'};
        if (point == 0xD7 || point == 0xF7) /* the two signs among the letters */
            continue;
        const char *folded = text_fold(&arena, letter);
        ck_assert_msg(strlen(folded) >= 1 && strspn(folded, "abcdefghijklmnopqrstuvwxyz") == strlen(folded),
                      "U+%04X gives \"%s\"", point, folded);
    }
}
END_TEST

START_TEST(compare_is_strcmp_without_case) {
    ck_assert_int_eq(text_compare("Manidae", "MANIDAE"), 0);
    ck_assert_int_lt(text_compare("Manis", "Manis javanica"), 0);
    ck_assert_int_gt(text_compare("panthera", "Manis"), 0);
    ck_assert_int_lt(text_compare("z", "\xC3\xA9"), 0);
}
END_TEST

START_TEST(distance_counts_typing_errors) {
    ck_assert_uint_eq(text_distance("", ""), 0);
    ck_assert_uint_eq(text_distance("", "abc"), 3);
    ck_assert_uint_eq(text_distance("KIL", "KLI"), 1);
    ck_assert_uint_eq(text_distance("PATROL", "PATROLL"), 1);
    ck_assert_uint_eq(text_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(text_distance("SEIZURE", "SIEZRUE"), 2);
}
END_TEST

START_TEST(distance_of_a_long_text_is_the_greatest) {
    char text[TEXT_WORD_MAX + 1] = {0};
    memset(text, 'a', TEXT_WORD_MAX - 1);
    ck_assert_uint_eq(text_distance(text, text), 0);
    text[TEXT_WORD_MAX - 1] = 'a';
    ck_assert_uint_eq(text_distance(text, "a"), SIZE_MAX);
    ck_assert_uint_eq(text_distance("a", text), SIZE_MAX);
}
END_TEST

START_TEST(hex_goes_both_ways) {
    const uint8_t bytes[] = {0x00, 0x1f, 0xa0, 0xff};
    char hex[9];
    uint8_t back[4];
    text_hex(hex, bytes, sizeof bytes);
    ck_assert_str_eq(hex, "001fa0ff");
    ck_assert(text_unhex(back, 4, "001FA0ff"));
    ck_assert_mem_eq(back, bytes, 4);
}
END_TEST

START_TEST(unhex_refuses_other_lengths_and_letters) {
    uint8_t out[2];
    ck_assert(!text_unhex(out, 2, ""));
    ck_assert(!text_unhex(out, 2, "001"));
    ck_assert(!text_unhex(out, 2, "00112"));
    ck_assert(!text_unhex(out, 2, "00 1"));
    ck_assert(!text_unhex(out, 2, "0x11"));
    ck_assert(text_unhex(out, 0, ""));
}
END_TEST

START_TEST(time_is_written_in_utc) {
    char out[25];
    text_time(out, 0);
    ck_assert_str_eq(out, "1970-01-01T00:00:00Z");
    text_time(out, 1399282200999);
    ck_assert_str_eq(out, "2014-05-05T09:30:00Z");
    text_time(out, 951782400000);
    ck_assert_str_eq(out, "2000-02-29T00:00:00Z");
    text_time(out, UINT64_MAX);
    ck_assert_str_eq(out, "9999-12-31T23:59:59Z");
}
END_TEST

START_TEST(time_is_read_with_and_without_offset) {
    uint64_t ms;
    ck_assert(text_parse_time(&ms, "2014-05-05"));
    ck_assert_uint_eq(ms, 1399248000000);
    ck_assert(text_parse_time(&ms, "2014-05-05T09:30:00Z"));
    ck_assert_uint_eq(ms, 1399282200000);
    ck_assert(text_parse_time(&ms, "2014-05-05T12:30:00+03:00"));
    ck_assert_uint_eq(ms, 1399282200000);
    ck_assert(text_parse_time(&ms, "2014-05-04T23:00:00-10:30"));
    ck_assert_uint_eq(ms, 1399282200000);
}
END_TEST

START_TEST(time_refuses_days_that_are_none) {
    static const char *const texts[] = {
        "",
        "2014",
        "2014-5-5",
        "2014-13-01",
        "2014-00-01",
        "2014-02-30",
        "2015-02-29",
        "2100-02-29",
        "1969-12-31",
        "2014-05-05 ",
        "2014-05-05T24:00:00Z",
        "2014-05-05T09:60:00Z",
        "2014-05-05T09:30:60Z",
        "2014-05-05T09:30:00",
        "2014-05-05T09:30:00+3",
        "2014-05-05T09:30:00Zx",
        "2014-05-05T09:30",
        "1970-01-01T00:00:00+00:01",
        "0000-01-01",
        "2014-05-05t09:30:00z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint64_t ms = 7;
        ck_assert_msg(!text_parse_time(&ms, texts[i]), "\"%s\" was read", texts[i]);
        ck_assert_uint_eq(ms, 7);
    }
}
END_TEST

/* A day a step, over every leap year rule: what is written is read back. */
START_TEST(time_survives_a_round_trip) {
    for (uint64_t ms = 0; ms < 253402300799999; ms += 86400000 * 13 + 3601000) {
        char out[25];
        uint64_t back;
        text_time(out, ms);
        ck_assert(text_parse_time(&back, out));
        ck_assert_uint_eq(back, ms);
    }
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("base/text");
    TCase *words = tcase_create("words");
    tcase_add_checked_fixture(words, setup, teardown);
    tcase_add_test(words, utf8_takes_every_length);
    tcase_add_test(words, utf8_refuses_what_rfc_3629_refuses);
    tcase_add_test(words, escape_leaves_words_alone);
    tcase_add_test(words, escape_shows_what_moves_the_cursor);
    tcase_add_test(words, escape_shows_bytes_that_are_not_utf8);
    tcase_add_test(words, out_of_memory_is_an_empty_text);
    tcase_add_test(words, width_counts_columns);
    tcase_add_test(words, fold_drops_case_and_accents);
    tcase_add_test(words, fold_keeps_everything_else);
    tcase_add_test(words, fold_covers_two_blocks_whole);
    tcase_add_test(words, compare_is_strcmp_without_case);
    tcase_add_test(words, distance_counts_typing_errors);
    tcase_add_test(words, distance_of_a_long_text_is_the_greatest);
    suite_add_tcase(suite, words);
    TCase *numbers = tcase_create("numbers and times");
    tcase_add_test(numbers, hex_goes_both_ways);
    tcase_add_test(numbers, unhex_refuses_other_lengths_and_letters);
    tcase_add_test(numbers, time_is_written_in_utc);
    tcase_add_test(numbers, time_is_read_with_and_without_offset);
    tcase_add_test(numbers, time_refuses_days_that_are_none);
    tcase_add_test(numbers, time_survives_a_round_trip);
    suite_add_tcase(suite, numbers);
    return suite;
}
