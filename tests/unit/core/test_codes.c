#include <check.h>
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "core/codes.h"
#include "core/csv.h"

START_TEST(every_list_has_a_name_of_its_own) {
    for (size_t a = 0; a < CODES_LISTS; a++)
        for (size_t b = 0; b < a; b++)
            ck_assert_str_ne(codes_list_name((enum code_list)a), codes_list_name((enum code_list)b));
    ck_assert_uint_eq(codes_count(CODES_NONE), 0);
}
END_TEST

START_TEST(every_code_is_found_and_has_labels) {
    for (size_t list = CODES_NONE + 1; list < CODES_LISTS; list++) {
        ck_assert_uint_gt(codes_count((enum code_list)list), 0);
        for (size_t i = 0; i < codes_count((enum code_list)list); i++) {
            const struct code *code = codes_at((enum code_list)list, i);
            ck_assert_msg(codes_find((enum code_list)list, code->code) == code, "%s is twice in %s", code->code,
                          codes_list_name((enum code_list)list));
            ck_assert_msg(*code->en && *code->fr, "%s has no label", code->code);
            ck_assert(text_is_utf8(span_of_text(code->en)) && text_is_utf8(span_of_text(code->fr)));
            for (const char *c = code->code; *c; c++)
                ck_assert(isupper((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_' || *c == '+');
        }
    }
}
END_TEST

START_TEST(find_is_exact) {
    ck_assert_ptr_nonnull(codes_find(CODES_TERM, "SCA"));
    ck_assert_ptr_null(codes_find(CODES_TERM, "sca"));
    ck_assert_ptr_null(codes_find(CODES_TERM, "SCA "));
    ck_assert_ptr_null(codes_find(CODES_TERM, ""));
    ck_assert_ptr_null(codes_find(CODES_NONE, "SCA"));
    ck_assert_ptr_nonnull(codes_find(CODES_TLP, "AMBER+STRICT"));
    ck_assert_ptr_null(codes_find(CODES_PERSON_ROLE, "INFORMANT")); /* a source never travels */
}
END_TEST

START_TEST(lists_are_whole) {
    size_t iso = 0, old = 0;
    for (size_t i = 0; i < codes_count(CODES_COUNTRY); i++) {
        const struct code *code = codes_at(CODES_COUNTRY, i);
        bool cites = code->code[0] == 'X' || !strcmp(code->code, "ZZ") || !strcmp(code->code, "KV");
        ck_assert_uint_eq(strlen(code->code), 2);
        iso += !cites && !code->obsolete;
        old += code->obsolete;
    }
    ck_assert_uint_eq(iso, 249);
    ck_assert_uint_ge(old, 10);
    ck_assert_uint_eq(codes_count(CODES_TRANSPORT), 10);
    ck_assert_uint_eq(codes_count(CODES_PURPOSE), 12);
    ck_assert_uint_eq(codes_count(CODES_SOURCE), 11);
    ck_assert_uint_eq(codes_count(CODES_UNIT), 38);
    ck_assert_uint_eq(codes_count(CODES_KIND), 11);
    ck_assert_uint_eq(codes_count(CODES_LANGUAGE), 6);
}
END_TEST

START_TEST(old_codes_are_flagged) {
    static const char *const terms[] = {"LEA", "SKO", "SKS", "HOS", "SHO", "HAN", "WAL",
                                        "WAT", "BEL", "OTH", "SCR", "WOO", "SKD", "PEA"};
    static const char *const countries[] = {"AN", "CS", "YU", "SU", "ZC", "ZR"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        ck_assert(codes_find(CODES_TERM, terms[i])->obsolete);
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        ck_assert(codes_find(CODES_COUNTRY, countries[i])->obsolete);
    ck_assert(!codes_find(CODES_TERM, "PRL")->obsolete);
    ck_assert(!codes_find(CODES_COUNTRY, "XX")->obsolete);
    ck_assert(codes_find(CODES_TLP, "WHITE")->obsolete);
}
END_TEST

START_TEST(label_follows_the_locale) {
    ck_assert_str_eq(codes_label(codes_find(CODES_TERM, "SCA")), "Scales");
    ck_assert_str_eq(codes_find(CODES_TERM, "SCA")->fr, "Écailles");
    if (setlocale(LC_MESSAGES, "fr_FR.UTF-8")) /* where that locale is installed */
        ck_assert_str_eq(codes_label(codes_find(CODES_TERM, "SCA")), "Écailles");
    setlocale(LC_MESSAGES, "C");
}
END_TEST

START_TEST(suggest_mends_typing_errors) {
    ck_assert_str_eq(codes_suggest(CODES_TERM, "sca"), "SCA");
    ck_assert(strstr(codes_suggest(CODES_UNIT, "KLI"), "KIL"));
    ck_assert(strstr(codes_suggest(CODES_URGENCY, "URGNET"), "URGENT"));
    ck_assert_str_eq(codes_suggest(CODES_KIND, "SIEZURE"), "SEIZURE");
    ck_assert(strstr(codes_suggest(CODES_COUNTRY, "EK"), "KE"));
}
END_TEST

START_TEST(suggest_knows_labels) {
    ck_assert_mem_eq(codes_suggest(CODES_TERM, "scales"), "SCA", 3);
    ck_assert_mem_eq(codes_suggest(CODES_TERM, "Écailles"), "SCA", 3);
    ck_assert_mem_eq(codes_suggest(CODES_TERM, "tusk"), "TUS", 3);
    ck_assert_mem_eq(codes_suggest(CODES_UNIT, "kilo"), "KIL", 3);
    ck_assert_mem_eq(codes_suggest(CODES_COUNTRY, "Kenya"), "KE", 2);
    ck_assert_mem_eq(codes_suggest(CODES_COUNTRY, "cote d'ivoire"), "CI", 2);
    ck_assert(strstr(codes_suggest(CODES_TERM, "rostrum"), "ROS"));
}
END_TEST

START_TEST(suggest_is_silent_when_nothing_is_near) {
    ck_assert_str_eq(codes_suggest(CODES_TERM, ""), "");
    ck_assert_str_eq(codes_suggest(CODES_TERM, "qqqqqqqqqq"), "");
    ck_assert_str_eq(codes_suggest(CODES_PURPOSE, "8"), "");
    ck_assert_str_eq(codes_suggest(CODES_NONE, "SCA"), "");
    char text[5000];
    memset(text, 'S', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_str_eq(codes_suggest(CODES_TERM, text), "");
}
END_TEST

START_TEST(suggest_never_offers_old_codes) {
    ck_assert_ptr_null(strstr(codes_suggest(CODES_TERM, "SKDD"), "SKD"));
    ck_assert_ptr_null(strstr(codes_suggest(CODES_COUNTRY, "Zaire"), "ZR"));
}
END_TEST

START_TEST(scales_are_not_counted_in_cubic_metres) {
    ck_assert(codes_term_has_unit("SCA", ""));
    ck_assert(codes_term_has_unit("SCA", "KIL"));
    ck_assert(!codes_term_has_unit("SCA", "CUM"));
    ck_assert(!codes_term_has_unit("GIL", ""));   /* gill plates are weighed */
    ck_assert(codes_term_has_unit("WHO", "CUM")); /* the table says nothing */
}
END_TEST

START_TEST(terms_go_with_purposes) {
    ck_assert(codes_term_has_purpose("TRO", "H"));
    ck_assert(!codes_term_has_purpose("TRO", "B"));
    ck_assert(!codes_term_has_purpose("TRO", ""));
    ck_assert(!codes_term_has_purpose("TRO", "HT"));
    ck_assert(codes_term_has_purpose("PKY", "B")); /* the table says nothing */
}
END_TEST

START_TEST(a_pangolin_has_no_tusks) {
    ck_assert(codes_taxon_has_term("Manidae", "Mammalia", "SCA"));
    ck_assert(codes_taxon_has_term("MANIDAE", "MAMMALIA", "SCA"));
    ck_assert(codes_taxon_has_term("Manidae", "", "SCA"));
    ck_assert(!codes_taxon_has_term("Manidae", "Mammalia", "TUS"));
    ck_assert(!codes_taxon_has_term("Manidae", "Mammalia", "FEA"));
    ck_assert(codes_taxon_has_term("Elephantidae", "Mammalia", "TUS"));
    ck_assert(codes_taxon_has_term("Rhinocerotidae", "Mammalia", "HOR"));
}
END_TEST

START_TEST(what_is_above_counts_too) {
    ck_assert(codes_taxon_has_term("Manidae", "Mammalia", "FPS"));      /* class */
    ck_assert(codes_taxon_has_term("Manidae", "Mammalia", "SKI"));      /* phylum */
    ck_assert(codes_taxon_has_term("Manidae", "Mammalia", "LIV"));      /* kingdom */
    ck_assert(codes_taxon_has_term("Testudinidae", "Reptilia", "CAP")); /* order */
    ck_assert(!codes_taxon_has_term("Testudinidae", "Reptilia", "FEA"));
    ck_assert(codes_taxon_has_term("Orchidaceae", "", "LIV"));
    ck_assert(!codes_taxon_has_term("Orchidaceae", "", "SKI"));
}
END_TEST

START_TEST(nothing_known_is_no_doubt) {
    ck_assert(codes_taxon_has_term("Nosuchidae", "Mammalia", "TUS"));
    ck_assert(codes_taxon_has_term("", "", "TUS"));
    ck_assert(codes_taxon_has_term("Manidae", "Mammalia", "BUL"));
    ck_assert(codes_taxon_has_term("", "Mammalia", "TUS"));  /* some mammal has tusks */
    ck_assert(!codes_taxon_has_term("", "Mammalia", "FEA")); /* none has feathers */
    ck_assert(codes_taxon_has_term("", "Nosuchclass", "FEA"));
}
END_TEST

/* Calls back for every row of a table of Species+ behind its heading; returns how many, 0 where the data folder is not
 * at hand. */
static size_t each_pair(const char *file, void (*check)(const char *const *fields)) {
    const char *data = getenv("INAMA_DATA");
    char path[4096];
    static char text[65536];
    struct arena arena;
    struct csv csv;
    size_t rows = 0;
    snprintf(path, sizeof path, "%s/codes/%s", data ? data : "", file);
    FILE *stream = data ? fopen(path, "rb") : NULL;
    if (!stream)
        return 0;
    csv_init(&csv, span_of(text, fread(text, 1, sizeof text, stream)));
    fclose(stream);
    arena_init(&arena, 1 << 20);
    for (; csv_next(&csv, &arena) == RESULT_OK; rows++)
        if (rows)
            check(csv.fields);
    arena_release(&arena);
    return rows ? rows - 1 : 0;
}

static void check_unit(const char *const *fields) {
    bool counted = fields[1][0] == '\0' || fields[1][0] == ' ';
    ck_assert_msg(codes_term_has_unit(fields[0], counted ? "" : fields[1]), "%s %s", fields[0], fields[1]);
}

static void check_purpose(const char *const *fields) {
    char term[4] = {0};
    memcpy(term, fields[0], 3);
    ck_assert_msg(codes_term_has_purpose(term, fields[1]), "%s %s", fields[0], fields[1]);
}

static void check_taxon(const char *const *fields) {
    bool class = strcmp(fields[0], "CLASS") == 0;
    ck_assert_msg(codes_taxon_has_term(class ? "" : fields[1], class ? fields[1] : "", fields[2]), "%s %s", fields[1],
                  fields[2]);
}

/* A code that the list lacks is a pair that nobody can enter. */
static void check_codes(const char *const *fields) {
    char term[4] = {0};
    memcpy(term, fields[0], 3);
    ck_assert_msg(codes_find(CODES_TERM, term) != NULL, "%s", fields[0]);
}

START_TEST(holds_every_pair_of_the_real_tables) {
    size_t units = each_pair("term_unit_pairs_utf8.csv", check_unit);
    size_t purposes = each_pair("term_purpose_pairs_utf8.csv", check_purpose);
    size_t taxa = each_pair("taxon_concept_term_pairs_utf8.csv", check_taxon);
    size_t terms = each_pair("term_codes_utf8.csv", check_codes);
    ck_assert(units == 0 || units == 538);
    ck_assert(purposes == 0 || purposes == 807);
    ck_assert(taxa == 0 || taxa == 859);
    ck_assert(terms == 0 || terms == 105);
}
END_TEST

START_TEST(grades_belong_to_their_scheme) {
    ck_assert(codes_grade_is_valid("ADMIRALTY", "A", "1"));
    ck_assert(codes_grade_is_valid("ADMIRALTY", "F", "6"));
    ck_assert(!codes_grade_is_valid("ADMIRALTY", "G", "1"));
    ck_assert(!codes_grade_is_valid("ADMIRALTY", "A", "7"));
    ck_assert(codes_grade_is_valid("EUROPOL", "X", "4"));
    ck_assert(!codes_grade_is_valid("EUROPOL", "D", "4"));
    ck_assert(!codes_grade_is_valid("EUROPOL", "A", "5"));
    ck_assert(codes_grade_is_valid("UK", "1", "E"));
    ck_assert(!codes_grade_is_valid("UK", "4", "A"));
    ck_assert(!codes_grade_is_valid("UK", "1", "F"));
    ck_assert(!codes_grade_is_valid("UK", "", "A"));
    ck_assert(!codes_grade_is_valid("UK", "12", "A"));
    ck_assert(!codes_grade_is_valid("NATO", "A", "1"));
}
END_TEST

START_TEST(container_numbers_have_a_check_digit) {
    ck_assert(codes_container_is_valid("CSQU3054383")); /* the example of ISO 6346 */
    ck_assert(codes_container_is_valid("MSKU1234565"));
    ck_assert(codes_container_is_valid("TOLU4734787"));
    ck_assert(!codes_container_is_valid("CSQU3054384"));
    ck_assert(!codes_container_is_valid("CSQU3054838")); /* digits swapped */
    ck_assert(!codes_container_is_valid("CSQA3054383")); /* no such category */
    ck_assert(!codes_container_is_valid("csqu3054383"));
    ck_assert(!codes_container_is_valid("CSQU305438"));
    ck_assert(!codes_container_is_valid("CSQU30543833"));
    ck_assert(!codes_container_is_valid("CSQU 305438"));
    ck_assert(!codes_container_is_valid(""));
}
END_TEST

START_TEST(air_waybills_have_a_check_digit) {
    ck_assert(codes_air_waybill_is_valid("16012345675"));
    ck_assert(codes_air_waybill_is_valid("160-12345675"));
    ck_assert(!codes_air_waybill_is_valid("160-12345676"));
    ck_assert(!codes_air_waybill_is_valid("160-12345678"));
    ck_assert(!codes_air_waybill_is_valid("1601-2345675"));
    ck_assert(!codes_air_waybill_is_valid("160--12345675"));
    ck_assert(!codes_air_waybill_is_valid("160 12345675"));
    ck_assert(!codes_air_waybill_is_valid("160-1234567"));
    ck_assert(!codes_air_waybill_is_valid("160-123456755"));
    ck_assert(!codes_air_waybill_is_valid("-"));
    ck_assert(!codes_air_waybill_is_valid(""));
}
END_TEST

START_TEST(ship_numbers_have_a_check_digit) {
    ck_assert(codes_imo_is_valid("9074729"));
    ck_assert(codes_imo_is_valid("IMO9074729"));
    ck_assert(codes_imo_is_valid("IMO 9074729"));
    ck_assert(!codes_imo_is_valid("9074728"));
    ck_assert(!codes_imo_is_valid("907472"));
    ck_assert(!codes_imo_is_valid("90747299"));
    ck_assert(!codes_imo_is_valid("IMO"));
    ck_assert(!codes_imo_is_valid("imo9074729"));
    ck_assert(!codes_imo_is_valid(""));
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("core/codes");
    TCase *lists = tcase_create("lists");
    tcase_add_test(lists, every_list_has_a_name_of_its_own);
    tcase_add_test(lists, every_code_is_found_and_has_labels);
    tcase_add_test(lists, find_is_exact);
    tcase_add_test(lists, lists_are_whole);
    tcase_add_test(lists, old_codes_are_flagged);
    tcase_add_test(lists, label_follows_the_locale);
    tcase_add_test(lists, suggest_mends_typing_errors);
    tcase_add_test(lists, suggest_knows_labels);
    tcase_add_test(lists, suggest_is_silent_when_nothing_is_near);
    tcase_add_test(lists, suggest_never_offers_old_codes);
    suite_add_tcase(suite, lists);
    TCase *pairs = tcase_create("pairs");
    tcase_add_test(pairs, scales_are_not_counted_in_cubic_metres);
    tcase_add_test(pairs, terms_go_with_purposes);
    tcase_add_test(pairs, a_pangolin_has_no_tusks);
    tcase_add_test(pairs, what_is_above_counts_too);
    tcase_add_test(pairs, nothing_known_is_no_doubt);
    tcase_add_test(pairs, holds_every_pair_of_the_real_tables);
    tcase_add_test(pairs, grades_belong_to_their_scheme);
    suite_add_tcase(suite, pairs);
    TCase *numbers = tcase_create("check digits");
    tcase_add_test(numbers, container_numbers_have_a_check_digit);
    tcase_add_test(numbers, air_waybills_have_a_check_digit);
    tcase_add_test(numbers, ship_numbers_have_a_check_digit);
    suite_add_tcase(suite, numbers);
    return suite;
}
