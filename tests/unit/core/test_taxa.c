#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "core/codes.h"
#include "core/taxa.h"
#include "core/taxa_table.h"

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
    return taxa_import(&list, span_of_text(csv), &report);
}

static const struct taxa *load(void) {
    struct taxa *taxa = NULL;
    ck_assert_int_eq(taxa_load(&taxa, &arena, buf_span(&list), &report), RESULT_OK);
    return taxa;
}

#define HEADER "Class,Order,Family,FullName,RankName,CurrentListing,SynonymsWithAuthors,EnglishNames,FrenchNames\n"

static const char checklist[] =
    HEADER "Mammalia,Pholidota,Manidae,Manis tricuspis,SPECIES,I/NC,\"Phataginus tricuspis (Rafinesque, 1821), Manis "
           "multiscutata Gray, 1843\",\"Tree Pangolin, White-bellied Pangolin\",Pangolin commun\n"
           "Anthozoa,Scleractinia,Mussidae,Acanthastrea echinata,SPECIES,II,\"Astrea echinata Dana, 1846, Acanthastrea "
           "spinosa Milne Edwards & Haime, 1848, Prionastrea echinata (Dana, 1846)\",,\n";

START_TEST(the_table_is_in_order_and_sound) {
    ck_assert_uint_ge(taxa_table_count, 400);
    for (size_t i = 0; i < taxa_table_count; i++) {
        const struct taxon *taxon = &taxa_table[i];
        ck_assert_msg(i == 0 || text_compare(taxa_table[i - 1].name, taxon->name) < 0, "%s is out of order",
                      taxon->name);
        ck_assert_ptr_nonnull(codes_find(CODES_RANK, taxon->rank));
        ck_assert_uint_eq(strspn(taxon->appendix, "IN/"), strlen(taxon->appendix));
        ck_assert(text_is_utf8(span_of_text(taxon->en)) && text_is_utf8(span_of_text(taxon->fr)));
        ck_assert_ptr_eq(taxa_find(taxa_built_in(), taxon->name), taxon);
        if (taxon->accepted)
            ck_assert_msg(taxa_find(taxa_built_in(), taxon->accepted) != NULL, "%s is missing", taxon->accepted);
    }
}
END_TEST

START_TEST(the_table_has_everything_above_its_names) {
    for (size_t i = 0; i < taxa_table_count; i++) {
        const struct taxon *taxon = &taxa_table[i];
        if (*taxon->family)
            ck_assert_msg(taxa_find(taxa_built_in(), taxon->family) != NULL, "%s is missing", taxon->family);
        if (*taxon->order)
            ck_assert_msg(taxa_find(taxa_built_in(), taxon->order) != NULL, "%s is missing", taxon->order);
        if (*taxon->class)
            ck_assert_msg(taxa_find(taxa_built_in(), taxon->class) != NULL, "%s is missing", taxon->class);
    }
}
END_TEST

START_TEST(finds_names_and_synonyms_in_any_case) {
    const struct taxon *pangolin = taxa_find(taxa_built_in(), "MANIS TRICUSPIS");
    ck_assert_str_eq(pangolin->family, "Manidae");
    ck_assert_str_eq(pangolin->class, "Mammalia");
    ck_assert_str_eq(pangolin->appendix, "I");
    ck_assert_ptr_null(pangolin->accepted);
    ck_assert_str_eq(taxa_find(taxa_built_in(), "Phataginus tricuspis")->accepted, "Manis tricuspis");
    ck_assert_str_eq(taxa_find(taxa_built_in(), "manidae")->rank, "FAMILY");
    ck_assert_ptr_null(taxa_find(taxa_built_in(), "Manis  tricuspis"));
    ck_assert_ptr_null(taxa_find(taxa_built_in(), "Manis tricuspi"));
    ck_assert_ptr_null(taxa_find(taxa_built_in(), ""));
}
END_TEST

START_TEST(knows_what_is_within_what) {
    const struct taxa *taxa = taxa_built_in();
    ck_assert(taxa_is_within(taxa, "Manis javanica", "Manis"));
    ck_assert(taxa_is_within(taxa, "Manis javanica", "manidae"));
    ck_assert(taxa_is_within(taxa, "Manis javanica", "Pholidota"));
    ck_assert(taxa_is_within(taxa, "Manis javanica", "MAMMALIA"));
    ck_assert(taxa_is_within(taxa, "Manis javanica", "Manis javanica"));
    ck_assert(taxa_is_within(taxa, "Phataginus tricuspis", "Manis")); /* through its accepted name */
    ck_assert(taxa_is_within(taxa, "Manidae", "Pholidota"));
    ck_assert(taxa_is_within(taxa, "Panthera tigris altaica", "Panthera tigris"));
    ck_assert(taxa_is_within(taxa, "Panthera tigris altaica", "Felidae")); /* through its genus */
    ck_assert(!taxa_is_within(taxa, "Manis javanica", "Felidae"));
    ck_assert(!taxa_is_within(taxa, "Manis javanica", "Manis java"));
    ck_assert(!taxa_is_within(taxa, "Manidae", "Manis"));
    ck_assert(!taxa_is_within(taxa, "Nosuch name", "Mammalia"));
    ck_assert(!taxa_is_within(taxa, "Manis javanica", ""));
    ck_assert(!taxa_is_within(taxa, "Aloe vera", "")); /* plants have no class in the checklist */
}
END_TEST

START_TEST(suggests_the_name_that_was_meant) {
    const struct taxa *taxa = taxa_built_in();
    ck_assert_str_eq(taxa_suggest(taxa, "Manis tricuspsi"), "Manis tricuspis");
    ck_assert_str_eq(taxa_suggest(taxa, "loxodonta africanna"), "Loxodonta africana");
    ck_assert_str_eq(taxa_suggest(taxa, "Pantera pardus"), "Panthera pardus");
    ck_assert_str_eq(taxa_suggest(taxa, "PSITTACUS ERITACUS"), "Psittacus erithacus");
    ck_assert_ptr_null(taxa_suggest(taxa, "Qwertyuiop asdfgh"));
    ck_assert_ptr_null(taxa_suggest(taxa, ""));
    char text[5000];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_ptr_null(taxa_suggest(taxa, text));
    ck_assert(!taxa_is_within(taxa, text, text + 1));
}
END_TEST

START_TEST(import_brings_names_synonyms_and_what_is_above) {
    ck_assert_int_eq(import_text(checklist), RESULT_OK);
    const struct taxa *taxa = load();
    ck_assert(taxa_is_complete(taxa) && !taxa_is_complete(taxa_built_in()));
    const struct taxon *pangolin = taxa_find(taxa, "Manis tricuspis");
    ck_assert_str_eq(pangolin->appendix, "I/N");
    ck_assert_str_eq(pangolin->en, "Tree Pangolin");
    ck_assert_str_eq(pangolin->fr, "Pangolin commun");
    ck_assert_str_eq(taxa_find(taxa, "Manis multiscutata")->accepted, "Manis tricuspis");
    ck_assert_str_eq(taxa_find(taxa, "Astrea echinata")->accepted, "Acanthastrea echinata");
    ck_assert_str_eq(taxa_find(taxa, "Acanthastrea spinosa")->family, "Mussidae");
    ck_assert_str_eq(taxa_find(taxa, "Prionastrea echinata")->order, "Scleractinia");
    ck_assert_str_eq(taxa_find(taxa, "Mussidae")->rank, "FAMILY");
    ck_assert_str_eq(taxa_find(taxa, "Scleractinia")->rank, "ORDER");
    ck_assert_str_eq(taxa_find(taxa, "Anthozoa")->rank, "CLASS");
    ck_assert_str_eq(taxa_find(taxa, "Manidae")->fr, "Pangolins"); /* the built-in name of an imported family */
    ck_assert_ptr_nonnull(taxa_find(taxa, "Loxodonta africana"));  /* still built in */
}
END_TEST

START_TEST(an_accepted_name_is_no_synonym) {
    ck_assert_int_eq(import_text(HEADER "Aves,O,F,Aus bus,SPECIES,II,Cus dus Author 1900,,\n"
                                        "Aves,O,F,Cus dus,SPECIES,I,,,\n"),
                     RESULT_OK);
    ck_assert_ptr_null(taxa_find(load(), "Cus dus")->accepted);
    ck_assert_str_eq(taxa_find(load(), "Cus dus")->appendix, "I");
}
END_TEST

START_TEST(an_author_is_no_synonym) {
    ck_assert_int_eq(import_text(HEADER "Aves,O,F,Aus bus,SPECIES,II,\"Cus dus Le Conte, 1848, Eus fus gus Van der "
                                        "Hoeven, 1833, Hus ius de Haan, Van der Meer & Li, 1850\",,\n"),
                     RESULT_OK);
    const struct taxa *taxa = load();
    ck_assert_ptr_nonnull(taxa_find(taxa, "Cus dus"));
    ck_assert_ptr_nonnull(taxa_find(taxa, "Eus fus gus"));
    ck_assert_ptr_nonnull(taxa_find(taxa, "Hus ius"));
    ck_assert_ptr_null(taxa_find(taxa, "Van der"));
    ck_assert_ptr_null(taxa_find(taxa, "Hus ius de"));
}
END_TEST

START_TEST(columns_stand_in_any_order) {
    ck_assert_int_eq(import_text("FrenchNames,Id,RankName,FullName,Family,Order,Class,CurrentListing,EnglishNames,"
                                 "SynonymsWithAuthors\n"
                                 "Tigre,7,SPECIES, Panthera  tigris ,Felidae,Carnivora,Mammalia,I,Tiger,\n"),
                     RESULT_OK);
    const struct taxon *tiger = taxa_find(load(), "Panthera tigris");
    ck_assert_str_eq(tiger->fr, "Tigre");
    ck_assert_str_eq(tiger->order, "Carnivora");
}
END_TEST

START_TEST(a_missing_column_is_named) {
    ck_assert_int_eq(import_text("Class,Order,Family,FullName,CurrentListing,EnglishNames,FrenchNames\na\n"),
                     RESULT_INVALID);
    ck_assert_uint_eq(report.errors, 2); /* both of them in one run */
    ck_assert_ptr_nonnull(strstr(report.findings[0].text, "RankName"));
    ck_assert_ptr_nonnull(strstr(report.findings[1].text, "SynonymsWithAuthors"));
    ck_assert_uint_eq(list.len, 0);
}
END_TEST

START_TEST(bad_rows_are_reported_and_left_out) {
    ck_assert_int_eq(import_text(HEADER "Aves,O,F,Aus bus,SPECIES,II,,,\n"
                                        "Aves,O,F,,SPECIES,II,,,\n"
                                        "Aves,O,F,Cus \x1b dus,KIND,II,,,\n"
                                        "Aves,O\n"),
                     RESULT_OK);
    ck_assert_uint_eq(report.count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(report.findings[i].line, i + 3);
    ck_assert_int_eq(import_text(""), RESULT_INVALID);
    ck_assert_int_eq(import_text(HEADER), RESULT_INVALID);
    ck_assert_int_eq(import_text(HEADER "a,b,c\n"), RESULT_INVALID);
}
END_TEST

START_TEST(the_later_list_counts) {
    ck_assert_int_eq(import_text(checklist), RESULT_OK);
    ck_assert_int_eq(import_text(HEADER "Mammalia,Pholidota,Manidae,Manis tricuspis,SPECIES,II,,,\n"), RESULT_OK);
    ck_assert_str_eq(taxa_find(load(), "Manis tricuspis")->appendix, "II");
    ck_assert_ptr_nonnull(taxa_find(load(), "Astrea echinata"));
}
END_TEST

START_TEST(load_refuses_a_damaged_list) {
    struct taxa *taxa = NULL;
    size_t refused = 0;
    ck_assert_int_eq(import_text(checklist), RESULT_OK);
    for (size_t len = 0; len < list.len; len++) {
        struct report findings;
        report_init(&findings, &arena);
        enum result result = taxa_load(&taxa, &arena, span_of(list.data, len), &findings);
        ck_assert(result == RESULT_OK || (result == RESULT_INVALID && findings.errors == 1));
        refused += result == RESULT_INVALID;
    }
    ck_assert_uint_gt(refused, list.len / 2);
    list.data[sizeof "inama-taxa 1\n" - 1] = 0xFF; /* a name that is not UTF-8 */
    ck_assert_int_eq(taxa_load(&taxa, &arena, buf_span(&list), &report), RESULT_INVALID);
}
END_TEST

START_TEST(load_needs_memory) {
    struct arena none;
    struct taxa *taxa = NULL;
    ck_assert_int_eq(import_text(checklist), RESULT_OK);
    arena_init(&none, 64);
    ck_assert_int_eq(taxa_load(&taxa, &none, buf_span(&list), &report), RESULT_NO_MEMORY);
    ck_assert_ptr_null(taxa);
    arena_release(&none);
}
END_TEST

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The whole checklist of 2017, 98 MB, where the data folder is at hand. The times are generous: the machine is shared.
 */
START_TEST(imports_the_real_checklist) {
    const char *data = getenv("INAMA_DATA");
    char command[4096], piece[65536];
    size_t len;
    struct buf csv;
    if (!data || strpbrk(data, "'\\"))
        return;
    snprintf(command, sizeof command, "gzip -dc '%s/reference/Index_of_CITES_Species_2017-04-21.csv.gz' 2>/dev/null",
             data);
    FILE *pipe = popen(command, "r");
    buf_init(&csv, &arena);
    while (pipe && (len = fread(piece, 1, sizeof piece, pipe)) > 0)
        buf_put(&csv, piece, len);
    if (!pipe || pclose(pipe) != 0)
        return;

    double start = seconds();
    ck_assert_int_eq(taxa_import(&list, buf_span(&csv), &report), RESULT_OK);
    ck_assert_double_lt(seconds() - start, 30);
    ck_assert_uint_eq(report.count, 0);
    ck_assert_uint_lt(list.len, 8 << 20);
    start = seconds();
    const struct taxa *taxa = load();
    ck_assert_double_lt(seconds() - start, 3);
    ck_assert_str_eq(taxa_find(taxa, "Acipenser gueldenstaedtii")->family, "Acipenseridae");
    ck_assert_str_eq(taxa_find(taxa, "Acipenser tuecka")->accepted, "Acipenser gueldenstaedtii");
    ck_assert_str_eq(taxa_find(taxa, "Dendrobium nobile")->family, "Orchidaceae");
    ck_assert_str_eq(taxa_suggest(taxa, "Dendrobiun nobile"), "Dendrobium nobile");
    ck_assert(taxa_is_within(taxa, "Abeillia abeillei", "Aves"));
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("core/taxa");
    TCase *cases = tcase_create("taxa");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, the_table_is_in_order_and_sound);
    tcase_add_test(cases, the_table_has_everything_above_its_names);
    tcase_add_test(cases, finds_names_and_synonyms_in_any_case);
    tcase_add_test(cases, knows_what_is_within_what);
    tcase_add_test(cases, suggests_the_name_that_was_meant);
    tcase_add_test(cases, import_brings_names_synonyms_and_what_is_above);
    tcase_add_test(cases, an_accepted_name_is_no_synonym);
    tcase_add_test(cases, an_author_is_no_synonym);
    tcase_add_test(cases, columns_stand_in_any_order);
    tcase_add_test(cases, a_missing_column_is_named);
    tcase_add_test(cases, bad_rows_are_reported_and_left_out);
    tcase_add_test(cases, the_later_list_counts);
    tcase_add_test(cases, load_refuses_a_damaged_list);
    tcase_add_test(cases, load_needs_memory);
    tcase_add_test(cases, imports_the_real_checklist);
    suite_add_tcase(suite, cases);
    return suite;
}
