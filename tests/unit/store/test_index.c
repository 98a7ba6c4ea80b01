#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/index.h"

static struct index *index_;
static struct arena arena;

static void setup(void) {
    index_ = index_new();
    ck_assert_ptr_nonnull(index_);
    arena_init(&arena, (size_t)256 << 20);
}

static void teardown(void) {
    index_free(index_);
    arena_release(&arena);
}

static const uint8_t kenya[32] = {1}, congo[32] = {2};
static const char *const no_texts[] = {NULL};
static const struct query any = {.transport = -1};

/* A row of the alert `name`; each version is its own object. */
static struct index_row row_of(uint8_t name, uint32_t version, uint64_t sequence) {
    struct index_row row = {.version = version, .sequence = sequence};
    memset(row.object, 0x10 + (int)version, 32);
    row.object[0] = name;
    memset(row.alert, 0xA0, 16);
    row.alert[0] = name;
    row.summary = (struct summary){.originator = kenya,
                                   .kind = "SEIZURE",
                                   .tlp = "GREEN",
                                   .country = "KE",
                                   .place = "KEMBA",
                                   .quantity = "750 KIL SCA",
                                   .taxa = no_texts,
                                   .countries = no_texts,
                                   .text = ""};
    return row;
}

static void add(const struct index_row *row) {
    ck_assert_int_eq(index_add(index_, row), RESULT_OK);
}

struct found {
    uint64_t sequences[4096];
    size_t count;
    size_t stop_after; /* 0: never */
};

static bool collect(void *context, const struct index_row *row) {
    struct found *found = context;
    ck_assert_uint_lt(found->count, 4096);
    found->sequences[found->count++] = row->sequence;
    return found->count != found->stop_after;
}

static struct found search(const struct query *query, uint64_t before, bool superseded) {
    struct found found = {.count = 0};
    index_search(index_, query, taxa_built_in(), before, superseded, collect, &found);
    return found;
}

START_TEST(an_empty_index_finds_nothing) {
    const struct index_row *row;
    struct query query = {.transport = -1, .text = "pangolin", .taxon = "Manidae"};
    uint8_t object[32] = {0};
    ck_assert_uint_eq(search(&query, 0, true).count, 0);
    ck_assert_ptr_null(index_find(index_, object));
    ck_assert_int_eq(index_find_prefix(index_, "0123abcd", &row), RESULT_NOT_FOUND);
    ck_assert_uint_eq(index_count(index_), 0);
}
END_TEST

START_TEST(a_row_comes_back_as_it_was) {
    const char *const taxa[] = {"Manis tricuspis", "Manidae", NULL}, *const countries[] = {"CD", "KE", NULL};
    struct index_row row = row_of(7, 1, 42);
    row.summary.created = 1400000000000;
    row.summary.date = 20140505;
    row.summary.taxa = taxa;
    row.summary.countries = countries;
    row.summary.transport = 1 << 4;
    row.summary.text = "pangolin scales";
    add(&row);
    const struct index_row *found = index_find(index_, row.object);
    ck_assert_ptr_nonnull(found);
    ck_assert_mem_eq(found->object, row.object, 32);
    ck_assert_mem_eq(found->alert, row.alert, 16);
    ck_assert_uint_eq(found->sequence, 42);
    ck_assert_uint_eq(found->summary.created, 1400000000000);
    ck_assert_uint_eq(found->summary.date, 20140505);
    ck_assert_mem_eq(found->summary.originator, kenya, 32);
    ck_assert_str_eq(found->summary.kind, "SEIZURE");
    ck_assert_str_eq(found->summary.tlp, "GREEN");
    ck_assert_str_eq(found->summary.country, "KE");
    ck_assert_str_eq(found->summary.place, "KEMBA");
    ck_assert_str_eq(found->summary.quantity, "750 KIL SCA");
    ck_assert_str_eq(found->summary.taxa[0], "Manis tricuspis");
    ck_assert_str_eq(found->summary.taxa[1], "Manidae");
    ck_assert_ptr_null(found->summary.taxa[2]);
    ck_assert_str_eq(found->summary.countries[1], "KE");
    ck_assert_ptr_null(found->summary.countries[2]);
    ck_assert_uint_eq(found->summary.transport, 1 << 4);
}
END_TEST

START_TEST(rows_come_newest_first_and_in_pages) {
    for (uint64_t sequence = 1; sequence <= 10; sequence++) {
        struct index_row row = row_of((uint8_t)sequence, 1, sequence);
        add(&row);
    }
    struct found found = {.stop_after = 4};
    index_search(index_, &any, NULL, 0, false, collect, &found);
    ck_assert_uint_eq(found.count, 4);
    ck_assert_uint_eq(found.sequences[0], 10);
    ck_assert_uint_eq(found.sequences[3], 7);
    found = search(&any, 7, false);
    ck_assert_uint_eq(found.count, 6);
    ck_assert_uint_eq(found.sequences[0], 6);
    ck_assert_uint_eq(search(&any, 1, false).count, 0);
}
END_TEST

START_TEST(rows_that_come_late_find_their_place) {
    static const uint64_t order[] = {5, 2, 9, 1, 7};
    for (size_t i = 0; i < 5; i++) {
        struct index_row row = row_of((uint8_t)(i + 1), 1, order[i]);
        add(&row);
    }
    struct found found = search(&any, 0, false);
    ck_assert_uint_eq(found.count, 5);
    for (size_t i = 1; i < 5; i++)
        ck_assert_uint_lt(found.sequences[i], found.sequences[i - 1]);
}
END_TEST

START_TEST(a_newer_version_supersedes_whichever_came_first) {
    struct index_row second = row_of(1, 2, 1), first = row_of(1, 1, 2), third = row_of(1, 3, 3);
    add(&second);
    add(&first);
    ck_assert(index_find(index_, first.object)->superseded);
    ck_assert(!index_find(index_, second.object)->superseded);
    add(&third);
    ck_assert(index_find(index_, second.object)->superseded);
    ck_assert_uint_eq(search(&any, 0, false).count, 1);
    ck_assert_uint_eq(search(&any, 0, false).sequences[0], 3);
    ck_assert_uint_eq(search(&any, 0, true).count, 3);
}
END_TEST

START_TEST(two_objects_of_one_version_stand_side_by_side) {
    struct index_row one = row_of(1, 2, 1), other = row_of(1, 2, 2), newer = row_of(1, 3, 3);
    other.object[31] = 0xEE;
    add(&one);
    add(&other);
    ck_assert_uint_eq(search(&any, 0, false).count, 2);
    add(&newer);
    ck_assert(index_find(index_, one.object)->superseded);
    ck_assert(index_find(index_, other.object)->superseded);
}
END_TEST

START_TEST(nobody_supersedes_the_alert_of_another) {
    struct index_row ours = row_of(1, 1, 1), theirs = row_of(1, 9, 2);
    theirs.summary.originator = congo;
    add(&ours);
    add(&theirs);
    ck_assert(!index_find(index_, ours.object)->superseded);
    ck_assert_uint_eq(search(&any, 0, false).count, 2);
}
END_TEST

START_TEST(a_wider_view_replaces_the_row) {
    struct index_row narrow = row_of(1, 1, 1), wide = row_of(1, 1, 2);
    struct query query = {.transport = -1, .text = "ivory"};
    narrow.summary.text = "scales";
    wide.summary.text = "ivory scales";
    add(&narrow);
    add(&wide);
    ck_assert_uint_eq(index_count(index_), 1);
    ck_assert_uint_eq(index_find(index_, narrow.object)->sequence, 2);
    ck_assert_uint_eq(search(&any, 0, true).count, 1);
    ck_assert_uint_eq(search(&query, 0, true).count, 1);
    ck_assert(!index_find(index_, narrow.object)->superseded);
}
END_TEST

START_TEST(an_id_is_found_by_its_first_digits) {
    struct index_row first = row_of(0x12, 1, 1), second = row_of(0x12, 2, 2), other = row_of(0x34, 1, 3);
    const struct index_row *found;
    char hex[65];
    memset(second.object, 0x77, 32);
    add(&first);
    add(&second);
    add(&other);
    text_hex(hex, other.object, 32);
    ck_assert_int_eq(index_find_prefix(index_, hex, &found), RESULT_OK);
    ck_assert_uint_eq(found->sequence, 3);
    ck_assert_int_eq(index_find_prefix(index_, "34111", &found), RESULT_OK);
    ck_assert_uint_eq(found->sequence, 3);
    ck_assert_int_eq(index_find_prefix(index_, "12A0A", &found), RESULT_OK); /* an alert: its newest version */
    ck_assert_uint_eq(found->sequence, 2);
    ck_assert_int_eq(index_find_prefix(index_, "1211", &found), RESULT_OK); /* an object */
    ck_assert_uint_eq(found->sequence, 1);
    ck_assert_int_eq(index_find_prefix(index_, "1212", &found), RESULT_NOT_FOUND);
    ck_assert_int_eq(index_find_prefix(index_, "121", &found), RESULT_INVALID);
    ck_assert_int_eq(index_find_prefix(index_, "12x1", &found), RESULT_INVALID);
    hex[63] = 'f';
    ck_assert_int_eq(index_find_prefix(index_, hex, &found), RESULT_NOT_FOUND);
    ck_assert_int_eq(index_find_prefix(index_, text_format(&arena, "%s0", hex), &found), RESULT_INVALID);
}
END_TEST

START_TEST(digits_that_two_alerts_begin_with_are_refused) {
    struct index_row one = row_of(1, 1, 1), other = row_of(1, 1, 2);
    const struct index_row *found;
    memset(other.alert + 4, 0xB0, 12);
    memset(other.object + 4, 0xB0, 28);
    add(&one);
    add(&other);
    ck_assert_int_eq(index_find_prefix(index_, "01111111", &found), RESULT_EXISTS);
    ck_assert_int_eq(index_find_prefix(index_, "01a0a0a0", &found), RESULT_EXISTS);
    ck_assert_int_eq(index_find_prefix(index_, "01a0a0a0b", &found), RESULT_OK);
    ck_assert_uint_eq(found->sequence, 2);
}
END_TEST

START_TEST(a_family_finds_its_species) {
    const char *const pangolin[] = {"Manis tricuspis", NULL}, *const elephant[] = {"Loxodonta africana", NULL};
    struct index_row one = row_of(1, 1, 1), two = row_of(2, 1, 2), three = row_of(3, 1, 3);
    struct query query = {.transport = -1, .taxon = "Manidae"};
    ck_assert_uint_eq(search(&query, 0, false).count, 0);
    add(&three); /* has no taxon at all */
    ck_assert_uint_eq(search(&query, 0, false).count, 0);
    one.summary.taxa = pangolin;
    two.summary.taxa = elephant;
    add(&one);
    add(&two);
    ck_assert_uint_eq(search(&query, 0, false).count, 1);
    ck_assert_uint_eq(search(&query, 0, false).sequences[0], 1);
}
END_TEST

/* ---- the index and query_matches() agree ---- */

static uint32_t state = 2014;

static uint32_t draw(uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

static const char *const species[] = {"Manis tricuspis", "Loxodonta africana", "Manis gigantea", "Panthera leo",
                                      "Manidae",         "Unknown animal"};
static const char *const codes[] = {"KE", "CD", "TZ", "UG", "VN", "CN"};
static const char *const kinds[] = {"SEIZURE", "WARNING", "REQUEST"};
static const char *const vocabulary[] = {"pangolin", "pan", "panga", "scales", "ivory", "port", "porter", "mombasa",
                                         "ke",       "k",   "msku",  "été",    "34",    "345",  "3456",   "tusks"};

static const char *const *draw_list(const char *const *from, uint32_t size) {
    uint32_t count = draw(4);
    const char **list = arena_array(&arena, count + 1, sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = from[draw(size)];
    return list;
}

static const char *draw_words(uint32_t at_most) {
    const char *text = "";
    for (uint32_t i = draw(at_most + 1); i > 0; i--)
        text = text_format(&arena, "%s %s", text, vocabulary[draw(16)]);
    return query_fold(&arena, text);
}

static struct index_row draw_row(uint64_t sequence) {
    struct index_row row = row_of(0, 1, sequence);
    put_u64(row.object, sequence * 0x9E3779B97F4A7C15u);
    put_u64(row.alert, sequence * 0xC2B2AE3D27D4EB4Fu);
    row.summary.originator = draw(2) ? kenya : congo;
    row.summary.kind = kinds[draw(3)];
    row.summary.date = draw(5) ? (2010 + draw(5)) * 10000 + draw(13) * 100 : 0;
    row.summary.date += row.summary.date % 10000 ? draw(29) : 0;
    row.summary.taxa = draw_list(species, 6);
    row.summary.countries = draw_list(codes, 6);
    row.summary.transport = (uint16_t)draw(1024);
    row.summary.text = draw_words(8);
    return row;
}

static struct query draw_query(void) {
    struct query query = {.transport = draw(4) ? -1 : (int)draw(10)};
    if (!draw(3))
        query.taxon = draw(5) ? species[draw(6)] : "Mammalia";
    if (!draw(3))
        query.country = draw(8) ? codes[draw(6)] : "XX";
    if (!draw(3))
        query.kind = kinds[draw(3)];
    if (draw(2))
        query.text = draw_words(2);
    if (!draw(4))
        query.originator = draw(2) ? kenya : congo;
    if (!draw(3))
        query.date_from = 20110101 + draw(20000);
    if (!draw(3))
        query.date_to = 20120101 + draw(20000);
    return query;
}

START_TEST(the_index_answers_as_the_summaries_would) {
    enum { ROWS = 500, QUERIES = 2000 };
    static struct index_row rows[ROWS];
    size_t hits = 0;
    for (uint64_t i = 0; i < ROWS; i++) {
        rows[i] = draw_row(i + 1);
        add(&rows[i]);
    }
    for (int round = 0; round < QUERIES; round++) {
        struct query query = draw_query();
        struct found found = search(&query, 0, false);
        size_t next = 0;
        for (size_t i = ROWS; i-- > 0;)
            if (query_matches(&query, &rows[i].summary, taxa_built_in())) {
                ck_assert_uint_lt(next, found.count);
                ck_assert_uint_eq(found.sequences[next++], rows[i].sequence);
            }
        ck_assert_uint_eq(next, found.count);
        hits += next;
    }
    ck_assert_uint_gt(hits, QUERIES);
}
END_TEST

START_TEST(a_hundred_thousand_rows_stay_small) {
    char number[32];
    for (uint64_t i = 1; i <= 100000; i++) {
        struct index_row row = draw_row(i);
        snprintf(number, sizeof number, "nr%u", (unsigned)i); /* a word that no other row has */
        row.summary.text = text_format(&arena, "%s %s", row.summary.text, number);
        add(&row);
        arena_reset(&arena);
    }
    ck_assert_uint_eq(index_count(index_), 100000);
    ck_assert_uint_lt(index_bytes(index_), 60 * 1000 * 1000);
    struct query query = {.transport = -1, .text = "nr77777"};
    ck_assert_uint_eq(search(&query, 0, false).count, 1);
    ck_assert_uint_eq(search(&query, 0, false).sequences[0], 77777);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("index");
    TCase *c = tcase_create("rows");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, an_empty_index_finds_nothing);
    tcase_add_test(c, a_row_comes_back_as_it_was);
    tcase_add_test(c, rows_come_newest_first_and_in_pages);
    tcase_add_test(c, rows_that_come_late_find_their_place);
    tcase_add_test(c, a_newer_version_supersedes_whichever_came_first);
    tcase_add_test(c, two_objects_of_one_version_stand_side_by_side);
    tcase_add_test(c, nobody_supersedes_the_alert_of_another);
    tcase_add_test(c, a_wider_view_replaces_the_row);
    tcase_add_test(c, an_id_is_found_by_its_first_digits);
    tcase_add_test(c, digits_that_two_alerts_begin_with_are_refused);
    suite_add_tcase(s, c);

    c = tcase_create("search");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, a_family_finds_its_species);
    tcase_add_test(c, the_index_answers_as_the_summaries_would);
    tcase_add_test(c, a_hundred_thousand_rows_stay_small);
    suite_add_tcase(s, c);
    return s;
}
