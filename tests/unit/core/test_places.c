#include <check.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "core/places.h"
#include "core/places_table.h"

static struct arena arena;
static struct report report;
static struct buf list;

static void setup(void) {
    arena_init(&arena, (size_t)1 << 30);
    report_init(&report, &arena);
    buf_init(&list, &arena);
}

static void teardown(void) {
    arena_release(&arena);
}

static enum result import_text(const char *csv) {
    return places_import(&list, span_of_text(csv), &report);
}

static const struct places *load(void) {
    struct places *places = NULL;
    ck_assert_int_eq(places_load(&places, &arena, buf_span(&list), &report), RESULT_OK);
    return places;
}

static const char kenya[] =
    ",\"KE\",,\".KENYA\",,,,,,,,\n"
    ",\"KE\",\"ARI\",\"Athi River\",\"Athi River\",\"22\",\"--3-----\",\"RL\",\"1601\",,\"0127S 03659E\",\n"
    ",\"KE\",\"MBA\",\"Mombasa\",\"Mombasa\",,\"1--45---\",\"AI\",\"9601\",,,\n";

START_TEST(the_table_is_in_order_and_sound) {
    ck_assert_uint_ge(places_table_count, 300);
    for (size_t i = 0; i < places_table_count; i++) {
        const struct place *place = &places_table[i];
        ck_assert_msg(i == 0 || strcmp(places_table[i - 1].code, place->code) < 0, "%s is out of order", place->code);
        ck_assert_msg(places_is_code(place->code), "%s is no code", place->code);
        ck_assert_uint_eq(strlen(place->function), 8);
        ck_assert(*place->name && text_is_utf8(span_of_text(place->name)));
        ck_assert(isnan(place->latitude) == isnan(place->longitude));
        ck_assert(isnan(place->latitude) || (fabsf(place->latitude) <= 90 && fabsf(place->longitude) <= 180));
        ck_assert_ptr_eq(places_find(places_built_in(), place->code), place);
    }
}
END_TEST

START_TEST(finds_the_ports_of_the_trade) {
    const struct place *mombasa = places_find(places_built_in(), "KEMBA");
    ck_assert_str_eq(mombasa->name, "Mombasa");
    ck_assert_float_lt(fabsf(mombasa->latitude - -4.05f), 0.1f);
    static const char *const codes[] = {"TZDAR", "ZADUR", "NGAPP", "TGLFW", "GHTEM", "UGEBB", "MGTMM", "THBKK",
                                        "VNHPH", "HKHKG", "MYPKG", "SGSIN", "USMIA", "AEDXB", "BEANR", "FRCDG"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        ck_assert_msg(places_find(places_built_in(), codes[i]) != NULL, "%s is missing", codes[i]);
    ck_assert_ptr_null(places_find(places_built_in(), "KEXXX"));
    ck_assert_ptr_null(places_find(places_built_in(), ""));
    ck_assert_ptr_null(places_find(places_built_in(), "KEMBAX"));
    ck_assert_ptr_null(places_find(places_built_in(), "kemba"));
    ck_assert(!places_is_complete(places_built_in(), "KE"));
}
END_TEST

START_TEST(form_of_a_code) {
    ck_assert(places_is_code("KEMBA"));
    ck_assert(places_is_code("GB2L9"));
    ck_assert(places_is_code("XZAAA")); /* international waters */
    ck_assert(!places_is_code("KEMB"));
    ck_assert(!places_is_code("KEMBAS"));
    ck_assert(!places_is_code("KEMB0")); /* 0 and 1 look like letters */
    ck_assert(!places_is_code("KEMB1"));
    ck_assert(!places_is_code("keMBA"));
    ck_assert(!places_is_code("QQMBA"));
    ck_assert(!places_is_code("XXMBA"));
    ck_assert(!places_is_code("SUMOW")); /* no country any more */
    ck_assert(!places_is_code(""));
}
END_TEST

START_TEST(import_makes_a_country_complete) {
    ck_assert_int_eq(import_text(kenya), RESULT_OK);
    const struct places *places = load();
    ck_assert(places_is_complete(places, "KE"));
    ck_assert(!places_is_complete(places, "TZ"));
    ck_assert(!places_is_complete(places, "??"));
    const struct place *river = places_find(places, "KEARI");
    ck_assert_str_eq(river->name, "Athi River");
    ck_assert_str_eq(river->function, "--3-----");
    ck_assert_float_lt(fabsf(river->latitude - -1.45f), 0.001f);
    ck_assert_float_lt(fabsf(river->longitude - 36.9833f), 0.001f);
    ck_assert_ptr_nonnull(places_find(places, "TZDAR")); /* still built in */
    ck_assert_uint_eq(report.count, 0);
}
END_TEST

START_TEST(a_known_position_stays_known) {
    ck_assert_int_eq(import_text(kenya), RESULT_OK);
    const struct place *mombasa = places_find(load(), "KEMBA");
    ck_assert_float_lt(fabsf(mombasa->latitude - -4.05f), 0.1f);
}
END_TEST

START_TEST(the_later_import_counts) {
    ck_assert_int_eq(import_text(kenya), RESULT_OK);
    ck_assert_int_eq(import_text(",KE,ARI,Mavoko,Mavoko,,-23-----,RL,,,,\n"), RESULT_OK);
    ck_assert_str_eq(places_find(load(), "KEARI")->name, "Mavoko");
}
END_TEST

START_TEST(import_reports_bad_rows_and_goes_on) {
    ck_assert_int_eq(import_text(",KE,A0I,Zero,Zero,,--3-----,RL,,,,\n"
                                 ",QQ,ARI,Nowhere,Nowhere,,--3-----,RL,,,,\n"
                                 ",KE,ARI,,,,--3-----,RL,,,,\n"
                                 ",KE,ARI,Athi River,Athi River,,3,RL,,,,\n"
                                 "too,short\n"
                                 ",KE,AXX,No \x1b[2Jwhere,X,,--3-----,RL,,,9999S 99999E,\n"
                                 ",KE,MBA,\"Mombasa,Mombasa,,1--45---,AI,,,,\n"),
                     RESULT_OK);
    ck_assert_uint_eq(report.count, 7);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_uint_eq(report.findings[i].line, i + 1);
        ck_assert_ptr_null(strchr(report.findings[i].text, '\x1b'));
    }
    ck_assert(isnan(places_find(load(), "KEAXX")->latitude)); /* kept, its position left out */
}
END_TEST

START_TEST(import_leaves_out_references_and_removed_places) {
    ck_assert_int_eq(import_text("=,KE,,Kiunga = Lamu,,,,,,,,\n"
                                 "X,KE,ARI,Athi River,Athi River,,--3-----,RL,,,,\n"
                                 "+,KE,NEW,New,New,,--3-----,RL,,,,\n"),
                     RESULT_OK);
    ck_assert_uint_eq(report.count, 0);
    ck_assert_ptr_null(places_find(load(), "KEARI"));
    ck_assert_ptr_nonnull(places_find(load(), "KENEW"));
}
END_TEST

START_TEST(import_without_a_good_row_is_invalid) {
    ck_assert_int_eq(import_text(""), RESULT_INVALID);
    ck_assert_int_eq(import_text("a,b,c\n"), RESULT_INVALID);
    ck_assert_uint_eq(list.len, 0);
}
END_TEST

START_TEST(load_refuses_a_damaged_list) {
    struct places *places = NULL;
    ck_assert_int_eq(import_text(kenya), RESULT_OK);
    for (size_t len = 0; len < list.len; len++) {
        struct report findings;
        report_init(&findings, &arena);
        enum result result = places_load(&places, &arena, span_of(list.data, len), &findings);
        if (result == RESULT_OK) /* cut between two records */
            ck_assert_uint_eq(list.data[len - 1], len == sizeof "inama-places 1\n" - 1 ? '\n' : 0);
        else
            ck_assert(result == RESULT_INVALID && findings.errors == 1);
    }
    list.data[list.len - 2] = 0xFF; /* a name that is not UTF-8 */
    ck_assert_int_eq(places_load(&places, &arena, buf_span(&list), &report), RESULT_INVALID);
}
END_TEST

START_TEST(load_needs_memory) {
    struct arena none;
    struct places *places = NULL;
    ck_assert_int_eq(import_text(kenya), RESULT_OK);
    arena_init(&none, 16);
    ck_assert_int_eq(places_load(&places, &none, buf_span(&list), &report), RESULT_NO_MEMORY);
    ck_assert_ptr_null(places);
    arena_release(&none);
}
END_TEST

static struct span read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    struct buf content;
    char piece[65536];
    size_t len;
    buf_init(&content, &arena);
    while (file && (len = fread(piece, 1, sizeof piece, file)) > 0)
        buf_put(&content, piece, len);
    if (file)
        fclose(file);
    return buf_span(&content);
}

/* The whole of UN/LOCODE, where the data folder is at hand. */
START_TEST(imports_every_country_of_the_real_list) {
    const char *data = getenv("INAMA_DATA");
    char folder[2048], path[4096];
    snprintf(folder, sizeof folder, "%s/reference/unlocode", data ? data : "");
    DIR *dir = data ? opendir(folder) : NULL;
    if (!dir)
        return;
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!strstr(entry->d_name, ".csv"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ck_assert_msg(places_import(&list, read_file(path), &report) == RESULT_OK, "%s", path);
        files++;
    }
    closedir(dir);
    ck_assert_uint_ge(files, 240);
    ck_assert_uint_eq(report.errors, 0);
    ck_assert_uint_lt(report.count, 500);
    const struct places *places = load();
    for (size_t i = 0; i < places_table_count; i++)
        ck_assert_str_eq(places_find(places, places_table[i].code)->function, places_table[i].function);
    ck_assert(places_is_complete(places, "KE") && places_is_complete(places, "VN"));
    ck_assert_ptr_null(places_find(places, "KEQQQ"));
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("core/places");
    TCase *cases = tcase_create("places");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, the_table_is_in_order_and_sound);
    tcase_add_test(cases, finds_the_ports_of_the_trade);
    tcase_add_test(cases, form_of_a_code);
    tcase_add_test(cases, import_makes_a_country_complete);
    tcase_add_test(cases, a_known_position_stays_known);
    tcase_add_test(cases, the_later_import_counts);
    tcase_add_test(cases, import_reports_bad_rows_and_goes_on);
    tcase_add_test(cases, import_leaves_out_references_and_removed_places);
    tcase_add_test(cases, import_without_a_good_row_is_invalid);
    tcase_add_test(cases, load_refuses_a_damaged_list);
    tcase_add_test(cases, load_needs_memory);
    tcase_add_test(cases, imports_every_country_of_the_real_list);
    suite_add_tcase(suite, cases);
    return suite;
}
