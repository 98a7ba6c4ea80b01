#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/index.h"

static struct index *index_;
static struct arena arena;

static void setup(void) {
    index_ = index_new(taxa_built_in(), 0);
    ck_assert_ptr_nonnull(index_);
    arena_init(&arena, (size_t)256 << 20);
}

static void teardown(void) {
    index_free(index_);
    arena_release(&arena);
}

static const uint8_t kenya[32] = {1}, congo[32] = {2};

/* A row of the alert `name`; each version is its own object. */
static struct index_row row_of(uint8_t name, uint32_t version, uint64_t sequence) {
    static const struct field_set shown = {{1}};
    struct index_row row = {.version = version, .sequence = sequence, .originator = kenya, .shown = &shown};
    memset(row.object, 0x10 + (int)version, 32);
    row.object[0] = name;
    memset(row.alert, 0xA0, 16);
    row.alert[0] = name;
    return row;
}

static void add_with(const struct index_row *row, struct value *values, size_t count) {
    const struct document document = {
        .created = row->created, .originator = row->originator, .date = 0, .values = values, .count = count};
    ck_assert_int_eq(index_add(index_, row, &document), RESULT_OK);
}

static void add(const struct index_row *row) {
    add_with(row, NULL, 0);
}

struct found {
    uint64_t sequences[4096];
    size_t count;
    struct index_position next;
    bool ended;
};

static bool collect(void *context, const struct index_row *row, const struct document *document) {
    struct found *found = context;
    ck_assert_ptr_null(document);
    ck_assert_uint_lt(found->count, 4096);
    found->sequences[found->count++] = row->sequence;
    return true;
}

static struct found search_page(const char *text, struct index_position after, size_t limit, bool superseded) {
    const struct references names = {taxa_built_in(), places_built_in()};
    const struct query_world world = {.references = &names};
    struct found found = {.count = 0};
    struct query query;
    struct query_remark error;
    struct index_found told;
    ck_assert_int_eq(query_parse(&query, &arena, text, &world, &error), RESULT_OK);
    const struct index_search asked = {.query = &query,
                                       .world = &world,
                                       .after = after,
                                       .superseded = superseded,
                                       .limit = limit,
                                       .visit = collect,
                                       .context = &found};
    ck_assert_int_eq(index_search(index_, &asked, &told), RESULT_OK);
    ck_assert(told.is_exact);
    found.next = told.next;
    found.ended = told.ended;
    return found;
}

static struct found search(const char *text, bool superseded) {
    return search_page(text, (struct index_position){0}, 4096, superseded);
}

START_TEST(an_empty_index_finds_nothing) {
    const struct index_row *row;
    uint8_t object[32] = {0};
    ck_assert_uint_eq(search("", true).count, 0);
    ck_assert_uint_eq(search("not species:Manidae pangolin", true).count, 0);
    ck_assert(search("", true).ended);
    ck_assert_ptr_null(index_find(index_, object));
    ck_assert_int_eq(index_find_prefix(index_, "0123abcd", &row), RESULT_NOT_FOUND);
    ck_assert_uint_eq(index_count(index_), 0);
    ck_assert_uint_eq(index_latest(index_, kenya), 0);
}
END_TEST

START_TEST(a_row_comes_back_as_it_was) {
    struct index_row row = row_of(7, 1, 42);
    row.created = 1400000000000;
    row.ordinal = 5;
    add(&row);
    const struct index_row *found = index_find(index_, row.object);
    ck_assert_ptr_nonnull(found);
    ck_assert_mem_eq(found->object, row.object, 32);
    ck_assert_mem_eq(found->alert, row.alert, 16);
    ck_assert_uint_eq(found->sequence, 42);
    ck_assert_uint_eq(found->created, 1400000000000);
    ck_assert_uint_eq(found->ordinal, 5);
    ck_assert_mem_eq(found->originator, kenya, 32);
    ck_assert_mem_eq(found->shown, row.shown, sizeof *row.shown);
    ck_assert_uint_eq(index_latest(index_, kenya), 1400000000000);
    ck_assert_uint_eq(index_latest(index_, congo), 0);
}
END_TEST

START_TEST(rows_come_newest_first_and_in_pages) {
    for (uint64_t sequence = 1; sequence <= 10; sequence++) {
        struct index_row row = row_of((uint8_t)sequence, 1, sequence);
        add(&row);
    }
    struct found found = search_page("", (struct index_position){0}, 4, false);
    ck_assert_uint_eq(found.count, 4);
    ck_assert_uint_eq(found.sequences[0], 10);
    ck_assert_uint_eq(found.sequences[3], 7);
    ck_assert(!found.ended);
    found = search_page("", found.next, 4, false);
    ck_assert_uint_eq(found.sequences[0], 6);
    found = search_page("", found.next, 4, false);
    ck_assert_uint_eq(found.count, 2);
    ck_assert(found.ended);
}
END_TEST

START_TEST(what_comes_between_two_pages_neither_doubles_nor_hides) {
    for (uint8_t name = 1; name <= 6; name++) {
        struct index_row row = row_of(name, 1, name);
        add(&row);
    }
    struct found first = search_page("", (struct index_position){0}, 3, false);
    struct index_row newer = row_of(2, 2, 7), wider = row_of(1, 1, 8), other = row_of(9, 1, 9);
    add(&newer); /* replaces one that is to come */
    add(&wider); /* and this as well */
    add(&other);
    struct found second = search_page("", first.next, 3, false);
    ck_assert_uint_eq(first.sequences[2], 4);
    ck_assert_uint_eq(second.count, 3);
    ck_assert_uint_eq(second.sequences[0], 3);
    ck_assert_uint_eq(second.sequences[1], 2);
    ck_assert_uint_eq(second.sequences[2], 8); /* in its place, as it is shown now */
    ck_assert(second.ended);
    second = search_page("", first.next, 3, true);
    ck_assert_uint_eq(second.count, 3);
    ck_assert_uint_eq(search("", false).count, 7); /* 9, 8, 7, 6 … without 2 and 1 */
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
    ck_assert_uint_eq(search("", false).count, 1);
    ck_assert_uint_eq(search("", false).sequences[0], 3);
    ck_assert_uint_eq(search("", true).count, 3);
}
END_TEST

START_TEST(two_objects_of_one_version_stand_side_by_side) {
    struct index_row one = row_of(1, 2, 1), other = row_of(1, 2, 2), newer = row_of(1, 3, 3);
    other.object[31] = 0xEE;
    add(&one);
    add(&other);
    ck_assert_uint_eq(search("", false).count, 2);
    add(&newer);
    ck_assert(index_find(index_, one.object)->superseded);
    ck_assert(index_find(index_, other.object)->superseded);
}
END_TEST

START_TEST(nobody_supersedes_the_alert_of_another) {
    struct index_row ours = row_of(1, 1, 1), theirs = row_of(1, 9, 2);
    theirs.originator = congo;
    add(&ours);
    add(&theirs);
    ck_assert(!index_find(index_, ours.object)->superseded);
    ck_assert_uint_eq(search("", false).count, 2);
}
END_TEST

static struct value words(const char *text) {
    return (struct value){.slot = (uint16_t)field_find("narrative.title")->slot, .key = text};
}

START_TEST(a_wider_view_replaces_the_row) {
    struct index_row narrow = row_of(1, 1, 1), wide = row_of(1, 1, 2);
    struct value less = words("scales"), more = words("ivory scales");
    add_with(&narrow, &less, 1);
    add_with(&wide, &more, 1);
    ck_assert_uint_eq(index_count(index_), 1);
    ck_assert_uint_eq(index_find(index_, narrow.object)->sequence, 2);
    ck_assert_uint_eq(search("", true).count, 1);
    ck_assert_uint_eq(search("ivory", true).count, 1);
    ck_assert_uint_eq(search("scales", false).count, 1);
    ck_assert(!index_find(index_, narrow.object)->superseded);
}
END_TEST

static bool count_rows(void *context, const struct index_row *row) {
    (void)row;
    ++*(size_t *)context;
    return true;
}

/* Its content is gone: it is found by its id, and where older versions are asked for. */
START_TEST(an_erased_row_says_nothing_any_more) {
    struct value gone = words("gone");
    struct index_row row = row_of(1, 1, 1), blank = row_of(1, 1, 3), other = row_of(2, 1, 2);
    size_t count = 0;
    add_with(&row, &gone, 1);
    add(&other);
    struct found before = search_page("", (struct index_position){0}, 1, false);
    blank.is_erased = true;
    add(&blank);
    ck_assert_uint_eq(search("gone", true).count, 0);
    ck_assert_uint_eq(search("", false).count, 1);
    ck_assert_uint_eq(search("", true).count, 2);
    ck_assert_uint_eq(search_page("", before.next, 10, false).count, 0); /* nor on a page that was begun before */
    ck_assert_uint_eq(index_erased(index_), 1);
    ck_assert_uint_eq(index_find(index_, row.object)->sequence, 3);
    index_versions(index_, row.alert, row.originator, count_rows, &count);
    ck_assert_uint_eq(count, 2); /* the one that was replaced, too */
    count = 0;
    index_versions(index_, row.alert, congo, count_rows, &count);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(what_is_hidden_is_found_with_the_older_versions) {
    struct index_row row = row_of(1, 1, 1);
    const struct index_row *at;
    add(&row);
    index_hide(index_, row.object);
    ck_assert_uint_eq(search("", false).count, 0);
    ck_assert_uint_eq(search("", true).count, 1);
    ck_assert(index_at(index_, 0, &at) && at->sequence == 1);
    ck_assert(!index_at(index_, 1, &at));
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

Suite *suite(void) {
    Suite *s = suite_create("index");
    TCase *c = tcase_create("rows");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, an_empty_index_finds_nothing);
    tcase_add_test(c, a_row_comes_back_as_it_was);
    tcase_add_test(c, rows_come_newest_first_and_in_pages);
    tcase_add_test(c, what_comes_between_two_pages_neither_doubles_nor_hides);
    tcase_add_test(c, a_newer_version_supersedes_whichever_came_first);
    tcase_add_test(c, two_objects_of_one_version_stand_side_by_side);
    tcase_add_test(c, nobody_supersedes_the_alert_of_another);
    tcase_add_test(c, a_wider_view_replaces_the_row);
    tcase_add_test(c, an_erased_row_says_nothing_any_more);
    tcase_add_test(c, what_is_hidden_is_found_with_the_older_versions);
    tcase_add_test(c, an_id_is_found_by_its_first_digits);
    tcase_add_test(c, digits_that_two_alerts_begin_with_are_refused);
    suite_add_tcase(s, c);
    return s;
}
