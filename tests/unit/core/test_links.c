#include "core/links.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/alert.h"
#include "core/names.h"

static struct arena arena;
static uint8_t originator[32];

static void setup(void) {
    arena_init(&arena, SIZE_MAX);
}

static void teardown(void) {
    arena_release(&arena);
}

/* "path[element]=value" …, ended with NULL. */
static struct document document_of(const char *const *values) {
    AlertHeader header = ALERT_HEADER__INIT;
    Alert *content = arena_alloc(&arena, sizeof *content);
    struct document document;
    alert__init(content);
    header.originator = proto_bytes(originator, sizeof originator);
    for (; *values; values++) {
        char path[64], value[256];
        unsigned element;
        ck_assert_int_eq(sscanf(*values, "%63[^[][%u]=%255[^\n]", path, &element, value), 3);
        ck_assert_int_eq(alert_set_text(&arena, content, path, element, value), RESULT_OK);
    }
    ck_assert_int_eq(document_make(&document, &arena, &header, content), RESULT_OK);
    return document;
}

#define DOCUMENT(...) document_of((const char *const[]){__VA_ARGS__, NULL})

static struct links between(struct document one, struct document other) {
    struct links links, back;
    ck_assert_int_eq(links_between(&links, &arena, &one, &other, NAME_ALIKE), RESULT_OK);
    ck_assert_int_eq(links_between(&back, &arena, &other, &one, NAME_ALIKE), RESULT_OK);
    ck_assert_int_eq(links.is_event, back.is_event);
    ck_assert_int_eq(links.event.points, back.event.points);
    return links;
}

START_TEST(things_are_the_same_however_they_are_written) {
    struct links links = between(DOCUMENT("legs.container[0]=MSKU 123456-7", "legs.container[1]=TCLU1111111"),
                                 DOCUMENT("legs.container[3]=msku1234567"));
    ck_assert_uint_eq(links.count, 1);
    ck_assert_int_eq(links.rows[0].entity, ENTITY_CONTAINER);
    ck_assert_str_eq(links.rows[0].ours, "msku1234567");
    ck_assert(!links.is_event);
}
END_TEST

START_TEST(a_telephone_is_one_whoever_has_it) {
    struct links links =
        between(DOCUMENT("persons.phone[0]=+254 700 111222"), DOCUMENT("companies.phone[0]=00254700111222"));
    ck_assert_uint_eq(links.count, 1);
    ck_assert_int_eq(links.rows[0].entity, ENTITY_PHONE);
}
END_TEST

START_TEST(what_stands_for_something_else_is_no_link) {
    ck_assert_uint_eq(
        between(DOCUMENT("persons.document_number[0]=AB123456"), DOCUMENT("documents.number[0]=AB123456")).count, 0);
    ck_assert_uint_eq(between(DOCUMENT("incident.record[0]=AB123456"), DOCUMENT("incident.record[0]=AB123456")).count,
                      0);
    ck_assert_uint_eq(between(DOCUMENT("legs.seal[0]=1234"), DOCUMENT("legs.seal[0]=1234")).count, 0); /* too short */
    ck_assert_uint_eq(between(DOCUMENT("persons.surname[0]=Savanna"), DOCUMENT("companies.name[0]=Savanna")).count, 0);
}
END_TEST

START_TEST(a_thing_that_is_named_twice_is_one_link) {
    struct links links = between(DOCUMENT("legs.container[0]=MSKU1234567", "legs.container[1]=MSKU1234567"),
                                 DOCUMENT("legs.container[0]=MSKU1234567", "legs.container[5]=MSKU 1234567"));
    ck_assert_uint_eq(links.count, 1);
}
END_TEST

START_TEST(surname_and_forenames_are_one_name) {
    struct document diallo = DOCUMENT("persons.surname[1]=Diallo", "persons.forenames[1]=Mohamed");
    struct links links = between(diallo, DOCUMENT("persons.surname[0]=Jallow", "persons.forenames[0]=Muhammad"));
    ck_assert_uint_eq(links.count, 1);
    ck_assert_str_eq(links.rows[0].ours, "diallo mohamed");
    ck_assert_str_eq(links.rows[0].theirs, "jallow muhammad");
    ck_assert(links.rows[0].alike >= NAME_ALIKE && links.rows[0].alike < 1);
    ck_assert_uint_eq(between(diallo, DOCUMENT("persons.aliases[0]=Mohammed Dialo")).count, 1);
    ck_assert_uint_eq(between(diallo, DOCUMENT("persons.surname[0]=Diallo", "persons.forenames[0]=Fatou")).count, 0);
    /* forenames of one and surname of another are nobody's name */
    ck_assert_uint_eq(between(diallo, DOCUMENT("persons.surname[0]=Diallo", "persons.forenames[0]=Awa",
                                               "persons.surname[1]=Barry", "persons.forenames[1]=Mohamed"))
                          .count,
                      0);
}
END_TEST

#define EVENT                                                                                                          \
    "incident.country[0]=KE", "incident.place[0]=KEMBA", "specimens.taxon[0]=Loxodonta africana",                      \
        "specimens.quantity[0]=120", "specimens.unit[0]=KIL"

START_TEST(one_event_that_two_report) {
    struct links links =
        between(DOCUMENT("incident.date[0]=2026-02-28", EVENT), DOCUMENT("incident.date[0]=2026-03-01", EVENT));
    ck_assert(links.is_event);
    ck_assert_int_eq(links.event.days, 1);
    ck_assert(links.event.same_place && links.event.same_taxon && links.event.same_quantity);
    ck_assert_int_ge(links.event.points, LINK_EVENT_POINTS);
}
END_TEST

START_TEST(a_day_a_country_and_a_species_are_not_enough) {
    struct links links = between(
        DOCUMENT("incident.date[0]=2026-03-01", EVENT),
        DOCUMENT("incident.date[0]=2026-03-01", "incident.country[0]=KE", "specimens.taxon[0]=Loxodonta africana"));
    ck_assert(links.is_event);
    ck_assert_int_lt(links.event.points, LINK_EVENT_POINTS);
}
END_TEST

START_TEST(what_is_known_to_differ_speaks_against_it) {
    struct links links = between(DOCUMENT("incident.date[0]=2026-03-01", EVENT),
                                 DOCUMENT("incident.date[0]=2026-03-01", "incident.country[0]=KE",
                                          "incident.place[0]=KENBO", "specimens.taxon[0]=Manis tricuspis"));
    ck_assert_int_eq(links.event.points, 3 - 2 - 3);
    ck_assert(!between(DOCUMENT("incident.date[0]=2026-03-01", EVENT), DOCUMENT("incident.date[0]=2026-03-03", EVENT))
                   .is_event);
    ck_assert(
        !between(DOCUMENT("incident.date[0]=2026-03", EVENT), DOCUMENT("incident.date[0]=2026-03", EVENT)).is_event);
    ck_assert(!between(DOCUMENT("incident.date[0]=2026-03-01", EVENT),
                       DOCUMENT("incident.date[0]=2026-03-01", "incident.country[0]=TZ"))
                   .is_event);
    /* tonnes are not kilograms */
    ck_assert(!between(DOCUMENT("incident.date[0]=2026-03-01", EVENT),
                       DOCUMENT("incident.date[0]=2026-03-01", "incident.country[0]=KE",
                                "specimens.taxon[0]=Loxodonta africana", "specimens.quantity[0]=120"))
                   .event.same_quantity);
}
END_TEST

/* An alert made to be slow: bounded, and said so. */
START_TEST(a_flood_of_names_is_not_compared_whole) {
    const char *values[1001];
    for (size_t i = 0; i < 1000; i++)
        values[i] = text_format(&arena, "persons.aliases[%zu]=Mohamed Diallo %zu", i % 256, i);
    values[1000] = NULL;
    struct links links = between(document_of(values), document_of(values));
    ck_assert(links.is_partial);
    ck_assert_uint_gt(links.count, 0);
}
END_TEST

START_TEST(days_are_counted_over_the_ends_of_months_and_years) {
    long day, next;
    ck_assert(link_day(&day, 20251231) && link_day(&next, 20260101));
    ck_assert_int_eq(next - day, 1);
    ck_assert_uint_eq(link_date(day + 1), 20260101);
    ck_assert(!link_day(&day, 20260200) && !link_day(&day, 20260000) && !link_day(&day, 0) &&
              !link_day(&day, 20260231));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("links");
    TCase *tcase = tcase_create("links");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, things_are_the_same_however_they_are_written);
    tcase_add_test(tcase, a_telephone_is_one_whoever_has_it);
    tcase_add_test(tcase, what_stands_for_something_else_is_no_link);
    tcase_add_test(tcase, a_thing_that_is_named_twice_is_one_link);
    tcase_add_test(tcase, surname_and_forenames_are_one_name);
    tcase_add_test(tcase, one_event_that_two_report);
    tcase_add_test(tcase, a_day_a_country_and_a_species_are_not_enough);
    tcase_add_test(tcase, what_is_known_to_differ_speaks_against_it);
    tcase_add_test(tcase, a_flood_of_names_is_not_compared_whole);
    tcase_add_test(tcase, days_are_counted_over_the_ends_of_months_and_years);
    suite_add_tcase(suite, tcase);
    return suite;
}
