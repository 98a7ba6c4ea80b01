/* Cutting into slots and joining again: each content has one encoding, and nothing else is let in. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "core/alert.h"

#define DIGITS "0123456789abcdef"
#define REFERENCE DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS

static struct arena arena;
static struct span values[FIELD_SLOTS];

static void set_up(void) {
    arena_init(&arena, 32 * 1024 * 1024);
    memset(values, 0, sizeof values);
}

static void tear_down(void) {
    arena_release(&arena);
}

static Alert *empty_alert(void) {
    Alert *alert = arena_alloc(&arena, sizeof *alert);
    ck_assert_ptr_nonnull(alert);
    alert__init(alert);
    return alert;
}

static void set(Alert *alert, const char *path, size_t element, const char *text) {
    ck_assert_int_eq(alert_set_text(&arena, alert, path, element, text), RESULT_OK);
}

static size_t slot_of(const char *path) {
    const struct field *field = field_find(path);
    ck_assert_ptr_nonnull(field);
    return field->slot;
}

static enum result join(Alert **out) {
    return alert_join(&arena, values, out);
}

/* What joining gives for `bytes` as the value of one field and nothing else. */
#define JOINED(path, ...) join_one(path, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static enum result join_one(const char *path, const uint8_t *bytes, size_t len) {
    Alert *unused;
    memset(values, 0, sizeof values);
    values[slot_of(path)] = span_of(bytes, len);
    return join(&unused);
}

static Alert *three_persons(void) {
    Alert *alert = empty_alert();
    set(alert, "incident.year", 0, "2014");
    set(alert, "incident.country", 0, "CD");
    set(alert, "persons.surname", 0, "EXEMPLE");
    set(alert, "persons.aliases", 0, "Papa");
    set(alert, "persons.aliases", 0, "L'Éléphant");
    set(alert, "persons.nationality", 2, "UG");
    set(alert, "persons.surname", 2, "SPECIMEN");
    set(alert, "source.sensitive", 0, "no");
    return alert;
}

/* ---- what goes in comes out ---- */

START_TEST(joining_gives_back_what_was_cut) {
    Alert *alert = three_persons(), *joined;
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
    ck_assert_int_eq(join(&joined), RESULT_OK);
    size_t size = alert__get_packed_size(alert);
    ck_assert_uint_eq(alert__get_packed_size(joined), size);
    uint8_t *before = arena_alloc(&arena, size), *after = arena_alloc(&arena, size);
    alert__pack(alert, before);
    alert__pack(joined, after);
    ck_assert_mem_eq(before, after, size);
}
END_TEST

START_TEST(every_field_survives) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        static const char *const samples[] = {[FIELD_TEXT] = "text",       [FIELD_CODE] = "CODE",
                                              [FIELD_PLACE] = "KEMBA",     [FIELD_TAXON] = "Manidae",
                                              [FIELD_NUMBER] = "300",      [FIELD_DECIMAL] = "0.120",
                                              [FIELD_DATE] = "2014-05-05", [FIELD_TIME] = "2014-05-05T09:30:00Z",
                                              [FIELD_FLAG] = "yes",        [FIELD_BLOB] = REFERENCE};
        Alert *alert = empty_alert(), *joined;
        size_t element = field->group_repeats ? 2 : 0;
        set(alert, field->path, element, samples[field->type]);
        ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
        for (size_t i = 0; i < FIELD_SLOTS; i++)
            ck_assert_int_eq(values[i].data != NULL, i == slot);
        ck_assert_int_eq(join(&joined), RESULT_OK);
        ck_assert_str_eq(alert_text(&arena, joined, field->path, element), samples[field->type]);
    }
}
END_TEST

START_TEST(a_slot_is_an_alert_with_one_path) {
    ck_assert_int_eq(alert_split(&arena, three_persons(), values), RESULT_OK);
    struct span value = values[slot_of("persons.surname")];
    Alert *alone = alert__unpack(NULL, value.len, value.data);
    ck_assert_ptr_nonnull(alone);
    ck_assert_uint_eq(alone->n_persons, 3);
    ck_assert_str_eq(alone->persons[0]->surname, "EXEMPLE");
    ck_assert_ptr_null(alone->persons[1]->surname);
    ck_assert_str_eq(alone->persons[2]->surname, "SPECIMEN");
    ck_assert_uint_eq(alone->persons[0]->n_aliases, 0);
    ck_assert_ptr_null(alone->incident);
    ck_assert_uint_eq(alert__get_packed_size(alone), value.len);
    alert__free_unpacked(alone, NULL);
}
END_TEST

START_TEST(elements_behind_the_last_with_the_field_are_not_written) {
    ck_assert_int_eq(alert_split(&arena, three_persons(), values), RESULT_OK);
    struct span value = values[slot_of("persons.aliases")];
    Alert *alone = alert__unpack(NULL, value.len, value.data);
    ck_assert_uint_eq(alone->n_persons, 1);
    ck_assert_uint_eq(alone->persons[0]->n_aliases, 2);
    alert__free_unpacked(alone, NULL);
}
END_TEST

START_TEST(withheld_slots_leave_the_elements_in_place) {
    Alert *joined;
    ck_assert_int_eq(alert_split(&arena, three_persons(), values), RESULT_OK);
    values[slot_of("persons.surname")] = (struct span){0};
    ck_assert_int_eq(join(&joined), RESULT_OK);
    ck_assert_uint_eq(joined->n_persons, 3);
    ck_assert_str_eq(alert_text(&arena, joined, "persons.surname", 0), "");
    ck_assert_str_eq(alert_text(&arena, joined, "persons.aliases", 0), "Papa; L'Éléphant");
    ck_assert_str_eq(alert_text(&arena, joined, "persons.nationality", 2), "UG");
}
END_TEST

START_TEST(an_empty_text_is_an_absent_field) {
    Alert *alert = empty_alert();
    char none[] = "";
    set(alert, "specimens.term", 0, "SCA");
    alert->specimens[0]->unit = none;
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
    ck_assert_ptr_null(values[slot_of("specimens.unit")].data);
}
END_TEST

START_TEST(a_false_flag_and_a_zero_are_present) {
    Alert *alert = empty_alert(), *joined;
    set(alert, "source.sensitive", 0, "no");
    set(alert, "legal.arrests", 0, "0");
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
    ck_assert_int_eq(join(&joined), RESULT_OK);
    ck_assert(joined->source->has_sensitive && !joined->source->sensitive);
    ck_assert(joined->legal->has_arrests && joined->legal->arrests == 0);
}
END_TEST

START_TEST(an_empty_alert_has_no_slots) {
    Alert *joined;
    ck_assert_int_eq(alert_split(&arena, empty_alert(), values), RESULT_OK);
    struct field_set present = alert_present(values);
    ck_assert(field_set_is_empty(&present));
    ck_assert_int_eq(join(&joined), RESULT_OK);
    ck_assert_ptr_null(joined->incident);
}
END_TEST

START_TEST(present_names_the_slots_with_a_value) {
    ck_assert_int_eq(alert_split(&arena, three_persons(), values), RESULT_OK);
    struct field_set present = alert_present(values);
    ck_assert(field_set_has(&present, slot_of("incident.year")));
    ck_assert(!field_set_has(&present, slot_of("incident.month")));
}
END_TEST

/* ---- what is refused. incident is field 1 of Alert, persons 8, source 11; year 1, country 4, surname 2, aliases 4
 * ---- */

START_TEST(join_takes_the_one_encoding) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 2, 'C', 'D'), RESULT_OK);
    ck_assert_int_eq(JOINED("incident.year", 0x0A, 3, 0x08, 0xDE, 0x0F), RESULT_OK);
    ck_assert_int_eq(JOINED("persons.surname", 0x42, 0, 0x42, 3, 0x12, 1, 'X'), RESULT_OK);
    ck_assert_int_eq(JOINED("persons.aliases", 0x42, 6, 0x22, 1, 'X', 0x22, 1, 'Y'), RESULT_OK);
}
END_TEST

START_TEST(join_refuses_another_path) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x2A, 2, 'C', 'D'), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.country", 0x12, 4, 0x22, 2, 'C', 'D'), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 7, 0x22, 2, 'C', 'D', 0x2A, 1, 'X'), RESULT_MALFORMED);
}
END_TEST

START_TEST(join_refuses_unknown_fields) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 2, 'C', 'D', 0xF8, 0x07, 1), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 7, 0x22, 2, 'C', 'D', 0xF8, 0x07, 1), RESULT_MALFORMED);
}
END_TEST

START_TEST(join_refuses_a_value_that_ends_early) {
    static const uint8_t whole[] = {0x42, 0, 0x42, 3, 0x12, 1, 'X'};
    for (size_t len = 1; len < sizeof whole; len++)
        ck_assert_int_ne(join_one("persons.surname", whole, len), RESULT_OK);
}
END_TEST

START_TEST(join_refuses_an_empty_value) {
    ck_assert_int_eq(join_one("persons.surname", (const uint8_t *)"", 0), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_last_element_without_the_field) {
    ck_assert_int_eq(JOINED("persons.surname", 0x42, 0), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(JOINED("persons.surname", 0x42, 3, 0x12, 1, 'X', 0x42, 0), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 0), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_single_group_in_two_parts) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 2, 'C', 'D', 0x0A, 4, 0x22, 2, 'C', 'D'),
                     RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_single_field_twice) {
    ck_assert_int_eq(JOINED("persons.surname", 0x42, 6, 0x12, 1, 'X', 0x12, 1, 'Y'), RESULT_MALFORMED);
}
END_TEST

START_TEST(join_refuses_an_empty_text) {
    ck_assert_int_eq(JOINED("persons.surname", 0x42, 2, 0x12, 0), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(JOINED("persons.aliases", 0x42, 5, 0x22, 1, 'X', 0x22, 0), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_long_varint) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 0x84, 0x00, 0x22, 2, 'C', 'D'), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(JOINED("incident.country", 0x8A, 0x00, 4, 0x22, 2, 'C', 'D'), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(JOINED("incident.year", 0x0A, 4, 0x08, 0xDE, 0x8F, 0x00), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_number_over_32_bits) {
    ck_assert_int_eq(JOINED("incident.year", 0x0A, 6, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F), RESULT_OK);
    ck_assert_int_eq(JOINED("incident.year", 0x0A, 6, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.year", 0x0A, 7, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01), RESULT_MALFORMED);
}
END_TEST

START_TEST(join_refuses_a_flag_of_two) {
    ck_assert_int_eq(JOINED("source.sensitive", 0x5A, 2, 0x18, 1), RESULT_OK);
    ck_assert_int_eq(JOINED("source.sensitive", 0x5A, 2, 0x18, 2), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(join_refuses_a_text_that_is_not_utf8) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 2, 0xC3, 0x28), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 2, 'C', 0), RESULT_MALFORMED);
}
END_TEST

START_TEST(join_refuses_a_length_past_the_end) {
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 4, 0x22, 9, 'C', 'D'), RESULT_MALFORMED);
    ck_assert_int_eq(JOINED("incident.country", 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 'C'), RESULT_MALFORMED);
}
END_TEST

/* ---- limits ---- */

static struct span many_elements(size_t empty) {
    uint8_t *bytes = arena_alloc(&arena, 2 * empty + 5);
    for (size_t i = 0; i < empty; i++)
        bytes[2 * i] = 0x42;
    memcpy(bytes + 2 * empty, (const uint8_t[]){0x42, 3, 0x12, 1, 'X'}, 5);
    return span_of(bytes, 2 * empty + 5);
}

START_TEST(join_refuses_too_many_elements) {
    Alert *joined;
    values[slot_of("persons.surname")] = many_elements(GROUP_ELEMENTS_MAX - 1);
    ck_assert_int_eq(join(&joined), RESULT_OK);
    ck_assert_uint_eq(joined->n_persons, GROUP_ELEMENTS_MAX);
    values[slot_of("persons.surname")] = many_elements(GROUP_ELEMENTS_MAX);
    ck_assert_int_eq(join(&joined), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(join_refuses_too_many_values) {
    Alert *alert = empty_alert(), *joined;
    for (size_t i = 0; i < REPEATED_VALUES_MAX; i++)
        set(alert, "persons.aliases", 0, "X");
    ck_assert_int_eq(alert_set_text(&arena, alert, "persons.aliases", 0, "X"), RESULT_TOO_LARGE);
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
    ck_assert_int_eq(join(&joined), RESULT_OK);

    uint8_t more[3 + 3 * (REPEATED_VALUES_MAX + 1)] = {0x42, 0x80 | (3 * (REPEATED_VALUES_MAX + 1) & 0x7F), 1};
    for (size_t i = 3; i < sizeof more; i += 3)
        memcpy(more + i, (const uint8_t[]){0x22, 1, 'X'}, 3);
    ck_assert_int_eq(join_one("persons.aliases", more, sizeof more), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(split_and_join_hold_the_size_of_an_alert) {
    static char text[FIELD_TEXT_BYTES_MAX + 1];
    memset(text, 'x', FIELD_TEXT_BYTES_MAX);
    Alert *alert = empty_alert(), *joined;
    for (size_t i = 0; i < ALERT_BYTES_MAX / FIELD_TEXT_BYTES_MAX - 1; i++)
        set(alert, "persons.remarks", i, text);
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_OK);
    ck_assert_int_eq(join(&joined), RESULT_OK);
    set(alert, "persons.remarks", ALERT_BYTES_MAX / FIELD_TEXT_BYTES_MAX - 1, text);
    ck_assert_int_eq(alert_split(&arena, alert, values), RESULT_TOO_LARGE);

    static uint8_t huge[ALERT_BYTES_MAX + 1];
    ck_assert_int_eq(join_one("persons.remarks", huge, sizeof huge), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(join_stays_in_the_budget) {
    ck_assert_int_eq(alert_split(&arena, three_persons(), values), RESULT_OK);
    for (size_t budget = 0; budget < 4096; budget += 16) {
        struct arena small;
        Alert *joined = NULL;
        arena_init(&small, budget);
        enum result result = alert_join(&small, values, &joined);
        ck_assert(result == RESULT_NO_MEMORY ? !joined : result == RESULT_OK);
        arena_release(&small);
    }
}
END_TEST

START_TEST(split_stays_in_the_budget) {
    Alert *alert = three_persons();
    for (size_t budget = 0; budget < 1024; budget += 16) {
        struct arena small;
        arena_init(&small, budget);
        enum result result = alert_split(&small, alert, values);
        ck_assert(result == RESULT_NO_MEMORY || result == RESULT_OK);
        arena_release(&small);
    }
}
END_TEST

START_TEST(join_leaves_out_slots_it_does_not_know) {
    static const uint8_t later[] = {1, 2, 3};
    Alert *joined;
    ck_assert_ptr_null(field_at(15));
    values[15] = SPAN_OF_ARRAY(later);
    ck_assert_int_eq(join(&joined), RESULT_OK);
}
END_TEST

/* ---- fields as text ---- */

START_TEST(set_text_refuses_what_is_not_of_the_type) {
    Alert *alert = empty_alert();
    static const char *const wrong[][2] = {
        {"incident.year", "twenty"},        {"incident.year", "4294967296"},      {"incident.year", "-1"},
        {"specimens.quantity", "0,12"},     {"specimens.quantity", "1e3"},        {"specimens.quantity", "12."},
        {"persons.birth_date", "5/5/2014"}, {"persons.birth_date", "2014-02-30"}, {"custody.time", "2014-05-05"},
        {"source.sensitive", "perhaps"},    {"incident.place", "Mombasa"},        {"persons.surname", ""},
        {"persons.surname", "\xFF"},        {"incident.date", "2014-13"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(alert_set_text(&arena, alert, wrong[i][0], 0, wrong[i][1]) == RESULT_INVALID, "%s", wrong[i][1]);
    ck_assert_int_eq(alert_set_text(&arena, alert, "persons.shoe_size", 0, "43"), RESULT_NOT_FOUND);
    ck_assert_int_eq(alert_set_text(&arena, alert, "incident.year", 1, "2014"), RESULT_TOO_LARGE);
    ck_assert_int_eq(alert_set_text(&arena, alert, "persons.sex", GROUP_ELEMENTS_MAX, "MALE"), RESULT_TOO_LARGE);
    ck_assert_ptr_null(alert->incident);
}
END_TEST

START_TEST(a_date_is_three_fields) {
    Alert *alert = empty_alert();
    set(alert, "incident.date", 0, "2014-05");
    ck_assert_uint_eq(alert->incident->year, 2014);
    ck_assert_uint_eq(alert->incident->month, 5);
    ck_assert(!alert->incident->has_day);
}
END_TEST

START_TEST(a_decimal_is_kept_as_written) {
    Alert *alert = empty_alert();
    set(alert, "specimens.quantity", 0, "0750.50");
    ck_assert_str_eq(alert_text(&arena, alert, "specimens.quantity", 0), "0750.50");
}
END_TEST

static void count_in_order(void *context, const struct field *field, size_t element, const char *value) {
    size_t *seen = context;
    (void)element;
    ck_assert(*value);
    ck_assert_uint_ge(field->slot, seen[1]);
    seen[0]++;
    seen[1] = field->slot;
}

START_TEST(each_visits_every_value_in_the_order_of_the_dictionary) {
    size_t seen[2] = {0};
    alert_each(three_persons(), count_in_order, seen);
    ck_assert_uint_eq(seen[0], 8);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("alert_slots");
    TCase *round = tcase_create("round");
    tcase_add_checked_fixture(round, set_up, tear_down);
    tcase_add_test(round, joining_gives_back_what_was_cut);
    tcase_add_test(round, every_field_survives);
    tcase_add_test(round, a_slot_is_an_alert_with_one_path);
    tcase_add_test(round, elements_behind_the_last_with_the_field_are_not_written);
    tcase_add_test(round, withheld_slots_leave_the_elements_in_place);
    tcase_add_test(round, an_empty_text_is_an_absent_field);
    tcase_add_test(round, a_false_flag_and_a_zero_are_present);
    tcase_add_test(round, an_empty_alert_has_no_slots);
    tcase_add_test(round, present_names_the_slots_with_a_value);
    suite_add_tcase(suite, round);

    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, set_up, tear_down);
    tcase_add_test(refusals, join_takes_the_one_encoding);
    tcase_add_test(refusals, join_refuses_another_path);
    tcase_add_test(refusals, join_refuses_unknown_fields);
    tcase_add_test(refusals, join_refuses_a_value_that_ends_early);
    tcase_add_test(refusals, join_refuses_an_empty_value);
    tcase_add_test(refusals, join_refuses_a_last_element_without_the_field);
    tcase_add_test(refusals, join_refuses_a_single_group_in_two_parts);
    tcase_add_test(refusals, join_refuses_a_single_field_twice);
    tcase_add_test(refusals, join_refuses_an_empty_text);
    tcase_add_test(refusals, join_refuses_a_long_varint);
    tcase_add_test(refusals, join_refuses_a_number_over_32_bits);
    tcase_add_test(refusals, join_refuses_a_flag_of_two);
    tcase_add_test(refusals, join_refuses_a_text_that_is_not_utf8);
    tcase_add_test(refusals, join_refuses_a_length_past_the_end);
    suite_add_tcase(suite, refusals);

    TCase *limits = tcase_create("limits");
    tcase_add_checked_fixture(limits, set_up, tear_down);
    tcase_add_test(limits, join_refuses_too_many_elements);
    tcase_add_test(limits, join_refuses_too_many_values);
    tcase_add_test(limits, split_and_join_hold_the_size_of_an_alert);
    tcase_add_test(limits, join_stays_in_the_budget);
    tcase_add_test(limits, split_stays_in_the_budget);
    tcase_add_test(limits, join_leaves_out_slots_it_does_not_know);
    suite_add_tcase(suite, limits);

    TCase *text = tcase_create("text");
    tcase_add_checked_fixture(text, set_up, tear_down);
    tcase_add_test(text, set_text_refuses_what_is_not_of_the_type);
    tcase_add_test(text, a_date_is_three_fields);
    tcase_add_test(text, a_decimal_is_kept_as_written);
    tcase_add_test(text, each_visits_every_value_in_the_order_of_the_dictionary);
    suite_add_tcase(suite, text);
    return suite;
}
