#include <check.h>
#include <stdio.h>
#include <string.h>

#include "core/alert.h"
#include "core/query.h"

static struct arena arena;
static Alert content;
static AlertHeader header;
static uint8_t originator[32] = {7};
static struct summary summary;

static void set(const char *path, size_t element, const char *value) {
    ck_assert_int_eq(alert_set_text(&arena, &content, path, element, value), RESULT_OK);
}

static void make(void) {
    ck_assert_int_eq(summary_make(&summary, &arena, &header, &content), RESULT_OK);
}

static void setup(void) {
    arena_init(&arena, 1 << 22);
    alert__init(&content);
    alert_header__init(&header);
    header.originator = (ProtobufCBinaryData){sizeof originator, originator};
    header.created = 1399276800000;
    header.kind = "SEIZURE";
    header.tlp = "AMBER";
}

static void teardown(void) {
    arena_release(&arena);
}

/* The seizure of 5 May 2014. */
static void set_seizure(void) {
    set("incident.year", 0, "2014");
    set("incident.month", 0, "5");
    set("incident.day", 0, "5");
    set("incident.country", 0, "KE");
    set("incident.place", 0, "KEMBA");
    set("incident.place_text", 0, "Kilindini");
    set("specimens.taxon", 0, "Manis tricuspis");
    set("specimens.term", 0, "SCA");
    set("specimens.quantity", 0, "750");
    set("specimens.unit", 0, "KIL");
    set("specimens.taxon", 1, "Loxodonta africana");
    set("specimens.taxon", 2, "Manis tricuspis");
    set("legs.country", 0, "CD");
    set("legs.mode", 0, "3");
    set("legs.country", 1, "KE");
    set("legs.mode", 1, "1");
    set("legs.container", 1, "MSKU1234565");
    set("legs.country", 2, "VN");
    set("persons.surname", 0, "Exémple");
    set("persons.nationality", 0, "UG");
    set("companies.name", 0, "Timber & Sons Ltd.");
    set("companies.country", 0, "TZ");
    set("narrative.title", 0, "Scales under timber, scales in sacks");
    make();
}

START_TEST(a_summary_holds_the_few_facts) {
    set_seizure();
    ck_assert_uint_eq(summary.created, 1399276800000);
    ck_assert_mem_eq(summary.originator, originator, 32);
    ck_assert_str_eq(summary.kind, "SEIZURE");
    ck_assert_str_eq(summary.tlp, "AMBER");
    ck_assert_uint_eq(summary.date, 20140505);
    ck_assert_str_eq(summary.country, "KE");
    ck_assert_str_eq(summary.place, "KEMBA");
    ck_assert_str_eq(summary.quantity, "750 KIL SCA");
    ck_assert_str_eq(summary.taxa[0], "Manis tricuspis");
    ck_assert_str_eq(summary.taxa[1], "Loxodonta africana");
    ck_assert_ptr_null(summary.taxa[2]);
    ck_assert_uint_eq(summary.transport, 1 << 3 | 1 << 1);
}
END_TEST

START_TEST(countries_are_of_the_way_and_not_of_the_people) {
    set_seizure();
    ck_assert_str_eq(summary.countries[0], "KE");
    ck_assert_str_eq(summary.countries[1], "CD");
    ck_assert_str_eq(summary.countries[2], "VN");
    ck_assert_ptr_null(summary.countries[3]);
}
END_TEST

START_TEST(a_summary_of_nothing_is_empty_and_whole) {
    ck_assert_int_eq(summary_make(&summary, &arena, &header, NULL), RESULT_OK);
    ck_assert_uint_eq(summary.date, 0);
    ck_assert_str_eq(summary.country, "");
    ck_assert_str_eq(summary.place, "");
    ck_assert_str_eq(summary.quantity, "");
    ck_assert_str_eq(summary.text, "");
    ck_assert_ptr_null(summary.taxa[0]);
    ck_assert_ptr_null(summary.countries[0]);
    ck_assert_uint_eq(summary.transport, 0);
}
END_TEST

START_TEST(what_is_not_known_is_left_out) {
    set("incident.year", 0, "2014");
    set("incident.place_text", 0, "Kilindini");
    set("specimens.term", 0, "SCA");
    make();
    ck_assert_uint_eq(summary.date, 20140000);
    ck_assert_str_eq(summary.place, "Kilindini");
    ck_assert_str_eq(summary.quantity, "SCA");
}
END_TEST

START_TEST(a_summary_is_whole_or_out_of_memory) {
    struct arena small;
    set_seizure();
    const size_t words = strlen(summary.text);
    enum result result = RESULT_NO_MEMORY;
    for (size_t budget = 0; result; budget += 16) {
        arena_init(&small, budget);
        result = summary_make(&summary, &small, &header, &content);
        ck_assert(result == RESULT_NO_MEMORY || result == RESULT_OK);
        if (!result) { /* then nothing is missing */
            ck_assert_uint_eq(strlen(summary.text), words);
            ck_assert_str_eq(summary.country, "KE");
            ck_assert_str_eq(summary.quantity, "750 KIL SCA");
        }
        arena_release(&small);
    }
}
END_TEST

START_TEST(folding_gives_each_word_once) {
    ck_assert_str_eq(query_fold(&arena, "KE-2014/33, ke: Été!"), "2014 33 ete ke");
    ck_assert_str_eq(query_fold(&arena, "  ... "), "");
    ck_assert_str_eq(query_fold(&arena, ""), "");
    ck_assert_str_eq(query_fold(&arena, "穿山甲 b a"), "a b 穿山甲");
}
END_TEST

static bool finds(struct query query) {
    return query_matches(&query, &summary, taxa_built_in());
}

static bool finds_text(const char *typed) {
    return finds((struct query){.transport = -1, .text = query_fold(&arena, typed)});
}

START_TEST(text_is_found_by_the_beginnings_of_all_its_words) {
    set_seizure();
    ck_assert(finds_text("pangolin") == false);
    ck_assert(finds_text("scale"));
    ck_assert(finds_text("TIMB sac"));
    ck_assert(!finds_text("timber gold"));
    ck_assert(!finds_text("imber"));
    ck_assert(finds_text("msku1234565"));
    ck_assert(finds_text("exemple"));
    ck_assert(finds_text("Exémple, sons"));
    ck_assert(finds_text("tricuspis"));
    ck_assert(finds_text("kemba"));
    ck_assert(finds_text(""));
}
END_TEST

START_TEST(a_taxon_finds_itself_and_what_is_below_it) {
    set_seizure();
    ck_assert(finds((struct query){.transport = -1, .taxon = "manis tricuspis"}));
    ck_assert(finds((struct query){.transport = -1, .taxon = "Manidae"}));
    ck_assert(finds((struct query){.transport = -1, .taxon = "Loxodonta"}));
    ck_assert(!finds((struct query){.transport = -1, .taxon = "Felidae"}));
    const struct query family = {.transport = -1, .taxon = "Manidae"},
                       same = {.transport = -1, .taxon = "Manis tricuspis"};
    ck_assert(!query_matches(&family, &summary, NULL));
    ck_assert(query_matches(&same, &summary, NULL));
}
END_TEST

START_TEST(countries_kinds_ways_and_originators_are_found) {
    static const uint8_t other[32] = {8};
    set_seizure();
    ck_assert(finds((struct query){.transport = -1}));
    ck_assert(finds((struct query){.transport = -1, .country = "VN"}));
    ck_assert(!finds((struct query){.transport = -1, .country = "UG"}));
    ck_assert(finds((struct query){.transport = -1, .kind = "SEIZURE"}));
    ck_assert(!finds((struct query){.transport = -1, .kind = "WARNING"}));
    ck_assert(finds((struct query){.transport = 1}));
    ck_assert(!finds((struct query){.transport = 4}));
    ck_assert(!finds((struct query){.transport = 0}));
    ck_assert(finds((struct query){.transport = -1, .originator = originator}));
    ck_assert(!finds((struct query){.transport = -1, .originator = other}));
    ck_assert(finds((struct query){.transport = 3, .country = "CD", .taxon = "Manis", .text = "scales"}));
    ck_assert(!finds((struct query){.transport = 3, .country = "CD", .taxon = "Manis", .text = "gold"}));
}
END_TEST

static bool falls_into(uint32_t date, uint32_t from, uint32_t to) {
    const struct query query = {.date_from = from, .date_to = to};
    return query_matches_date(&query, date);
}

START_TEST(dates_match_as_far_as_they_are_known) {
    ck_assert(falls_into(20140505, 20140505, 20140505));
    ck_assert(!falls_into(20140505, 20140506, 0));
    ck_assert(!falls_into(20140505, 0, 20140504));
    ck_assert(falls_into(20140500, 20140520, 20140610)); /* some day in May */
    ck_assert(!falls_into(20140500, 20140601, 0));
    ck_assert(!falls_into(20140500, 0, 20140430));
    ck_assert(falls_into(20140000, 20141231, 0)); /* some day in 2014 */
    ck_assert(!falls_into(20140000, 20150101, 0));
    ck_assert(!falls_into(20140000, 0, 20131231));
    ck_assert(falls_into(0, 0, 0));
    ck_assert(!falls_into(0, 20140101, 0));
    ck_assert(!falls_into(0, 0, 20140101));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("query");
    TCase *c = tcase_create("summary");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_summary_holds_the_few_facts);
    tcase_add_test(c, countries_are_of_the_way_and_not_of_the_people);
    tcase_add_test(c, a_summary_of_nothing_is_empty_and_whole);
    tcase_add_test(c, what_is_not_known_is_left_out);
    tcase_add_test(c, a_summary_is_whole_or_out_of_memory);
    tcase_add_test(c, folding_gives_each_word_once);
    suite_add_tcase(s, c);

    c = tcase_create("matching");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, text_is_found_by_the_beginnings_of_all_its_words);
    tcase_add_test(c, a_taxon_finds_itself_and_what_is_below_it);
    tcase_add_test(c, countries_kinds_ways_and_originators_are_found);
    tcase_add_test(c, dates_match_as_far_as_they_are_known);
    suite_add_tcase(s, c);
    return s;
}
