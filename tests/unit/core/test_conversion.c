#include <check.h>
#include <string.h>

#include "core/conversion.h"

static struct arena arena;
static struct report report;
static struct conversions conversions;

static void setup(void) {
    arena_init(&arena, SIZE_MAX);
    report_init(&report, &arena);
    report.file = "own.yaml";
    conversions_init(&conversions, taxa_built_in());
}

static void teardown(void) {
    arena_release(&arena);
}

/* Animals of so much of it; -1: no factor. */
static double animals(const char *taxon, const char *term, const char *unit, double quantity) {
    double in_unit = 0;
    const struct factor *factor = conversions_find(&conversions, taxon, term, unit, &in_unit);
    return factor ? quantity * in_unit / factor->per_animal : -1;
}

static enum result read_own(const char *yaml) {
    return conversions_read(&conversions, &arena, span_of_text(yaml), &report);
}

START_TEST(scales_of_pangolins_by_their_weight) {
    ck_assert_double_eq_tol(animals("Manis tricuspis", "SCA", "KIL", 750), 6250, 1e-9);
    ck_assert_double_eq_tol(animals("manis tricuspis", "SCA", "GRM", 120), 1, 1e-9);
    ck_assert_double_eq_tol(animals("Manidae", "SCA", "TON", 1.2), 10000, 1e-6);
    ck_assert_double_eq(animals("", "LIV", "", 7), 7);
}
END_TEST

START_TEST(what_has_no_factor_is_not_guessed) {
    ck_assert_double_eq(animals("Loxodonta africana", "SCA", "KIL", 1), -1);
    ck_assert_double_eq(animals("Manis tricuspis", "SCA", "", 1), -1);
    ck_assert_double_eq(animals("Manis tricuspis", "MEA", "KIL", 1), -1);
    ck_assert_double_eq(animals("", "SCA", "KIL", 1), -1);
    ck_assert_double_eq(animals("Manis tricuspis", "LIV", "KIL", 1), -1);
}
END_TEST

START_TEST(every_built_in_factor_has_its_source) {
    size_t count;
    const struct factor *rows = conversions_built_in(&count);
    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert(rows[i].per_animal > 0);
        ck_assert_uint_gt(strlen(rows[i].source), 10);
    }
}
END_TEST

START_TEST(an_administration_has_its_own) {
    ck_assert_int_eq(read_own("version: \"1\"\n"
                              "factors:\n"
                              "  - {term: TUS, per_animal: 2, source: a}\n"
                              "  - {taxon: Elephantidae, term: TUS, unit: KIL, per_animal: 10, source: b}\n"
                              "  - {taxon: Manidae, term: SCA, unit: KIL, per_animal: 0.5, source: d}\n"
                              "  - {taxon: Manis gigantea, term: SCA, unit: KIL, per_animal: 3, source: c}\n"),
                     RESULT_OK);
    ck_assert_double_eq(animals("Loxodonta africana", "TUS", "", 4), 2);
    ck_assert_double_eq(animals("Loxodonta africana", "TUS", "KIL", 40), 4);
    ck_assert_double_eq(animals("Manis gigantea", "SCA", "KIL", 6), 2);
    ck_assert_double_eq(animals("Manis tricuspis", "SCA", "KIL", 6), 12);
    ck_assert_double_eq(animals("Manis tricuspis", "LIV", "", 6), 6);
}
END_TEST

START_TEST(mistakes_in_it_say_where) {
    ck_assert_int_eq(read_own("version: \"1\"\nfactors:\n  - {term: SCALES, per_animal: 0, unit: kg}\n  - x\n"),
                     RESULT_INVALID);
    ck_assert_uint_ge(report.errors, 5); /* term, per_animal, unit, no source, no map */
    ck_assert_uint_eq(report.findings[0].line, 3);
    ck_assert_uint_eq(conversions.own_count, 0);
    ck_assert_int_eq(read_own("factors: 3\n"), RESULT_INVALID);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("conversion");
    TCase *c = tcase_create("factors");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, scales_of_pangolins_by_their_weight);
    tcase_add_test(c, what_has_no_factor_is_not_guessed);
    tcase_add_test(c, every_built_in_factor_has_its_source);
    tcase_add_test(c, an_administration_has_its_own);
    tcase_add_test(c, mistakes_in_it_say_where);
    suite_add_tcase(s, c);
    return s;
}
