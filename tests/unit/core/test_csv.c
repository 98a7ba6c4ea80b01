#include <check.h>

#include "core/csv.h"

static struct arena arena;

static void setup(void) {
    arena_init(&arena, 4 << 20);
}

static void teardown(void) {
    arena_release(&arena);
}

static void open_text(struct csv *csv, const char *text) {
    csv_init(csv, span_of_text(text));
}

/* Asserts that the next row starts at `line` and holds these fields, written with "|" between them. */
static void expect_row(struct csv *csv, size_t line, const char *fields) {
    char joined[1000] = "";
    ck_assert_int_eq(csv_next(csv, &arena), RESULT_OK);
    ck_assert_uint_eq(csv->line, line);
    for (size_t i = 0; i < csv->count; i++) {
        strcat(joined, i ? "|" : "");
        strcat(joined, csv->fields[i]);
    }
    ck_assert_str_eq(joined, fields);
}

static void expect_end(struct csv *csv) {
    ck_assert_int_eq(csv_next(csv, &arena), RESULT_NOT_FOUND);
    ck_assert_int_eq(csv_next(csv, &arena), RESULT_NOT_FOUND);
}

START_TEST(reads_the_three_line_ends) {
    static const char *const texts[] = {"a,b\nc,d\n", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "a,b\nc,d"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct csv csv;
        open_text(&csv, texts[i]);
        expect_row(&csv, 1, "a|b");
        expect_row(&csv, 2, "c|d");
        expect_end(&csv);
    }
}
END_TEST

START_TEST(reads_the_three_separators) {
    struct csv csv;
    open_text(&csv, "a;b,c;d\n1;2;3\n");
    ck_assert_int_eq(csv.separator, ';');
    expect_row(&csv, 1, "a|b,c|d");
    open_text(&csv, "a\tb\n");
    expect_row(&csv, 1, "a|b");
    open_text(&csv, "\"a;b;c\",d\n");
    expect_row(&csv, 1, "a;b;c|d");
    open_text(&csv, "alone\n");
    ck_assert_int_eq(csv.separator, ',');
}
END_TEST

START_TEST(reads_quotes_with_newlines_and_counts_lines) {
    struct csv csv;
    open_text(&csv, "\"a \"\"b\"\"\",\"1\r\n2\r3\n4\",\"\"\nx,y,z\n");
    expect_row(&csv, 1, "a \"b\"|1\n2\n3\n4|");
    expect_row(&csv, 5, "x|y|z");
    expect_end(&csv);
}
END_TEST

START_TEST(reads_sloppy_quotes_as_spreadsheets_do) {
    struct csv csv;
    open_text(&csv, "5\" pipe,\"a\"b,\"c\" \n");
    expect_row(&csv, 1, "5\" pipe|ab|c ");
}
END_TEST

START_TEST(skips_rows_without_content) {
    struct csv csv;
    open_text(&csv, "\n\na,b\n\r\n,\n\"\",\nc,\n\n");
    expect_row(&csv, 3, "a|b");
    expect_row(&csv, 7, "c|");
    expect_end(&csv);
    open_text(&csv, "");
    expect_end(&csv);
    csv_init(&csv, span_of(NULL, 0));
    expect_end(&csv);
}
END_TEST

START_TEST(skips_a_byte_order_mark) {
    struct csv csv;
    open_text(&csv, "\xEF\xBB\xBF\"a\",b\n");
    expect_row(&csv, 1, "a|b");
    open_text(&csv, "\xEF\xBB\xBF");
    expect_end(&csv);
}
END_TEST

START_TEST(reads_latin_1_field_by_field) {
    struct csv csv;
    open_text(&csv, "Lom\xE9,Lom\xC3\xA9,\xFF\nplain,row\n");
    expect_row(&csv, 1, "Lomé|Lomé|ÿ");
    ck_assert(csv.latin1);
    expect_row(&csv, 2, "plain|row");
    ck_assert(!csv.latin1);
}
END_TEST

START_TEST(refuses_a_quote_that_never_closes_and_goes_on) {
    struct csv csv;
    open_text(&csv, "a,b\nc,\"d\ne,f\ng,h");
    expect_row(&csv, 1, "a|b");
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_MALFORMED);
    ck_assert_uint_eq(csv.line, 2);
    ck_assert_uint_eq(csv.count, 0);
    expect_row(&csv, 3, "e|f");
    expect_row(&csv, 4, "g|h");
    expect_end(&csv);
}
END_TEST

START_TEST(refuses_a_nul) {
    static const char text[] = "a,b\nc\0,d\ne,f\n";
    struct csv csv;
    csv_init(&csv, span_of(text, sizeof text - 1));
    expect_row(&csv, 1, "a|b");
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_MALFORMED);
    ck_assert_uint_eq(csv.line, 2);
    expect_row(&csv, 3, "e|f");
}
END_TEST

START_TEST(refuses_more_than_1024_fields) {
    char text[2200];
    struct csv csv;
    memset(text, ',', 1024);
    memcpy(text + 1024, "x\na,b\n", 7);
    open_text(&csv, text);
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_MALFORMED);
    expect_row(&csv, 2, "a|b");
    open_text(&csv, text + 1); /* 1024 fields are allowed */
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_OK);
    ck_assert_uint_eq(csv.count, 1024);
}
END_TEST

START_TEST(stays_where_it_is_without_memory) {
    struct arena none;
    struct csv csv;
    arena_init(&none, 0);
    open_text(&csv, "a,b\n");
    ck_assert_int_eq(csv_next(&csv, &none), RESULT_NO_MEMORY);
    expect_row(&csv, 1, "a|b");
}
END_TEST

/* Quotes that open on every line and never close must not cost a look at the whole text per line. */
START_TEST(hostile_quotes_take_linear_time) {
    enum { LINES = 200000 };
    struct arena large;
    struct buf text;
    struct csv csv;
    size_t refused = 0;
    enum result result;
    arena_init(&large, 64 << 20);
    buf_init(&text, &large);
    for (size_t i = 0; i < LINES; i++)
        buf_put(&text, "a\",\"\n", 5);
    csv_init(&csv, buf_span(&text));
    while ((result = csv_next(&csv, &arena)) != RESULT_NOT_FOUND) {
        refused += result == RESULT_MALFORMED;
        arena_reset(&arena);
    }
    ck_assert_uint_gt(refused, 0);
    arena_release(&large);
}
END_TEST

START_TEST(put_quotes_what_must_be) {
    struct buf out;
    buf_init(&out, &arena);
    csv_put(&out, "plain", true);
    csv_put(&out, "a,b", false);
    csv_put(&out, "say \"no\"", false);
    csv_put(&out, "two\nlines", false);
    csv_put(&out, " padded", false);
    csv_put(&out, "", false);
    buf_put_u8(&out, '\0');
    ck_assert_str_eq((const char *)out.data, "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\" padded\",");
}
END_TEST

START_TEST(what_is_put_is_read_back) {
    static const char *const fields[] = {"x", "", "a,b;c\td", "\"", "\"\"", "line\nline", " ", "é", "\t", "5\" pipe"};
    enum { COUNT = sizeof fields / sizeof *fields };
    struct buf out;
    struct csv csv;
    buf_init(&out, &arena);
    for (size_t i = 0; i < COUNT; i++)
        csv_put(&out, fields[i], i == 0);
    buf_put_u8(&out, '\n');
    csv_init(&csv, buf_span(&out));
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_OK);
    ck_assert_uint_eq(csv.count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_str_eq(csv.fields[i], fields[i]);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("core/csv");
    TCase *rows = tcase_create("rows");
    tcase_add_checked_fixture(rows, setup, teardown);
    tcase_add_test(rows, reads_the_three_line_ends);
    tcase_add_test(rows, reads_the_three_separators);
    tcase_add_test(rows, reads_quotes_with_newlines_and_counts_lines);
    tcase_add_test(rows, reads_sloppy_quotes_as_spreadsheets_do);
    tcase_add_test(rows, skips_rows_without_content);
    tcase_add_test(rows, skips_a_byte_order_mark);
    tcase_add_test(rows, reads_latin_1_field_by_field);
    tcase_add_test(rows, refuses_a_quote_that_never_closes_and_goes_on);
    tcase_add_test(rows, refuses_a_nul);
    tcase_add_test(rows, refuses_more_than_1024_fields);
    tcase_add_test(rows, stays_where_it_is_without_memory);
    tcase_add_test(rows, hostile_quotes_take_linear_time);
    tcase_add_test(rows, put_quotes_what_must_be);
    tcase_add_test(rows, what_is_put_is_read_back);
    suite_add_tcase(suite, rows);
    return suite;
}
