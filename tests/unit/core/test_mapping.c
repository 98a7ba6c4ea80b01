#include <check.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/alert.h"
#include "core/mapping.h"

static struct arena arena;
static struct report report;

static void setup(void) {
    arena_init(&arena, 64 << 20);
    report_init(&report, &arena);
}

static void teardown(void) {
    arena_release(&arena);
}

#define ENVELOPE "envelope: {kind: SEIZURE, marking: {tlp: GREEN}}\n"

/* Everything said so far, a line each. */
static const char *said(void) {
    const char *all = "";
    for (size_t i = 0; i < report.count; i++)
        all = text_format(&arena, "%s%s\n", all, report_line(&arena, &report.findings[i]));
    return all;
}

static void expect_said(const char *part) {
    ck_assert_msg(strstr(said(), part) != NULL, "expected \"%s\" in:\n%s", part, said());
}

static struct mapping *read_good(const char *yaml) {
    struct mapping *mapping = NULL;
    enum result result = mapping_read(&mapping, &arena, "map.yaml", span_of_text(yaml), &report);
    ck_assert_msg(result == RESULT_OK, "%s", said());
    return mapping;
}

static void expect_bad(const char *yaml, const char *part) {
    struct mapping *mapping = NULL;
    report_init(&report, &arena);
    ck_assert_int_eq(mapping_read(&mapping, &arena, "map.yaml", span_of_text(yaml), &report), RESULT_INVALID);
    ck_assert_ptr_null(mapping);
    expect_said(part);
}

/* A table under a mapping, with its columns found. */
struct table {
    struct mapping *mapping;
    struct csv csv;
};

static struct table open_table(const char *yaml, const char *csv) {
    struct table table = {.mapping = read_good(yaml)};
    csv_init(&table.csv, span_of_text(csv));
    ck_assert_int_eq(csv_next(&table.csv, &arena), RESULT_OK);
    ck_assert_msg(mapping_bind(table.mapping, &table.csv, &report) == RESULT_OK, "%s", said());
    report.file = "table.csv";
    return table;
}

static enum result next(struct table *table, AlertHeader **header, Alert **content) {
    ck_assert_int_eq(csv_next(&table->csv, &arena), RESULT_OK);
    return mapping_apply(table->mapping, &arena, &table->csv, header, content, &report);
}

static Alert *next_good(struct table *table) {
    AlertHeader *header;
    Alert *content;
    enum result result = next(table, &header, &content);
    ck_assert_msg(result == RESULT_OK, "%s", said());
    return content;
}

static void expect_value(const Alert *content, const char *path, size_t element, const char *value) {
    ck_assert_str_eq(alert_text(&arena, content, path, element), value);
}

/* ---- reading the mapping ---- */

START_TEST(reading_refuses_what_it_does_not_know) {
    expect_bad(ENVELOPE "fields: {incident.colour: x}\n", "map.yaml:2: incident.colour: is no field");
    expect_bad(ENVELOPE "fields:\n  incident[1].country: x\n", "is no field");
    expect_bad(ENVELOPE "fields: {incident.country: {colum: x}}\n", "map.yaml:2: colum: unknown key");
    expect_bad(ENVELOPE "fields: {incident.country: {column: a, value: b}}\n", "one of column, columns and value");
    expect_bad(ENVELOPE "fields: {incident.country: {column: a, table: none}}\n", "no table \"none\"");
    expect_bad(ENVELOPE "fields: {incident.date: {column: a, date: ymd}}\n", "\"ymd\" is no way to write a date");
    expect_bad(ENVELOPE "fields: {incident.country: [a]}\n", "expected a constant");
    expect_bad(ENVELOPE, "fields: expected at most");
    expect_bad("fields: {incident.country: US}\n", "envelope: expected");
    expect_bad("envelope: {kind: SEIZURE}\nfields: {incident.country: US}\n", "marking.tlp");
    expect_bad("envelope: {kind: SEIZURE, marking: {tlp: GREEN}, colour: red}\nfields: {incident.country: US}\n",
               "colour");
}
END_TEST

START_TEST(reading_reports_all_in_one_run) {
    struct mapping *mapping;
    const char *yaml = ENVELOPE "colour: red\nfields:\n  incident.colour: x\n  incident.country: {column: [[a]]}\n";
    ck_assert_int_eq(mapping_read(&mapping, &arena, "map.yaml", span_of_text(yaml), &report), RESULT_INVALID);
    expect_said("map.yaml:2: colour");
    expect_said("map.yaml:4: incident.colour");
    expect_said("map.yaml:5: ");
}
END_TEST

START_TEST(binding_names_every_missing_column) {
    struct csv csv;
    struct mapping *mapping = read_good(ENVELOPE "rows: {action: R}\nfields:\n  incident.country: {column: contry}\n"
                                                 "  incident.region: {column: region}\n");
    csv_init(&csv, span_of_text("country,Action\n"));
    ck_assert_int_eq(csv_next(&csv, &arena), RESULT_OK);
    ck_assert_int_eq(mapping_bind(mapping, &csv, &report), RESULT_INVALID);
    expect_said("map.yaml:4: the table has no column \"contry\"; did you mean \"country\"?");
    expect_said("map.yaml:5: the table has no column \"region\"");
    ck_assert_uint_eq(report.count, 2); /* Action is found in any case */
}
END_TEST

/* ---- rows ---- */

START_TEST(takes_only_the_rows_that_the_mapping_wants) {
    struct table table =
        open_table(ENVELOPE "na: [NA]\nrows: {action: R, end: [S, R]}\nfields: {incident.country: US}\n",
                   "action,end\nR,S\nR,A\nC,S\nR, R \nR,NA\n");
    static const bool wanted[] = {true, false, false, true, false};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        ck_assert_int_eq(csv_next(&table.csv, &arena), RESULT_OK);
        ck_assert_int_eq(mapping_wants(table.mapping, &table.csv), wanted[i]);
    }
}
END_TEST

START_TEST(cells_that_say_nothing_leave_the_field_absent) {
    struct table table = open_table(ENVELOPE "na: [NA, \"-\"]\nfields:\n  incident.region: {column: region}\n"
                                             "  incident.record: {column: id}\n",
                                    "id,region\n1,NA\n2,-\n3,\"  \"\n4, Kivu \n");
    for (int i = 0; i < 3; i++)
        expect_value(next_good(&table), "incident.region", 0, "");
    expect_value(next_good(&table), "incident.region", 0, "Kivu");
}
END_TEST

START_TEST(joins_drops_and_falls_back) {
    struct table table = open_table(
        ENVELOPE "na: [NA]\nfields:\n  specimens.taxon: {columns: [genus, species], drop: [sp.], "
                 "otherwise: {column: [family, class], otherwise: Animalia}}\n",
        "genus,species,family,class\nManis,tricuspis,x,y\nManis,sp.,x,y\nNA,NA,Manidae,y\nNA,sp.,NA,Mammalia\n"
        "NA,NA,NA,NA\n");
    static const char *const names[] = {"Manis tricuspis", "Manis", "Manidae", "Mammalia", "Animalia"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_value(next_good(&table), "specimens.taxon", 0, names[i]);
}
END_TEST

START_TEST(table_translates_all_and_refuses_the_rest) {
    AlertHeader *header;
    Alert *content;
    struct table table = open_table(ENVELOPE "tables:\n  units: {\"NO\": \"\", KG: KIL}\nfields:\n"
                                             "  specimens.unit: {column: unit, table: units}\n",
                                    "unit,x\nKG,1\nNO,1\nstone,1\n");
    expect_value(next_good(&table), "specimens.unit", 0, "KIL");
    expect_value(next_good(&table), "specimens.unit", 0, "");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
    expect_said("table.csv:4: specimens.unit: \"stone\" is not in the table of map.yaml:3");
}
END_TEST

START_TEST(star_stands_for_the_rest_and_replace_keeps_it) {
    struct table table = open_table(ENVELOPE "fields:\n  incident.region: {column: a, table: {x: y, \"*\": z}}\n"
                                             "  incident.record: {column: a, replace: {x: y}}\n",
                                    "a,b\nx,1\nw,1\n");
    Alert *content = next_good(&table);
    expect_value(content, "incident.region", 0, "y");
    expect_value(content, "incident.record", 0, "y");
    content = next_good(&table);
    expect_value(content, "incident.region", 0, "z");
    expect_value(content, "incident.record", 0, "w");
}
END_TEST

START_TEST(reads_dates_as_the_mapping_says) {
    static const struct {
        const char *format, *written, *date;
    } rows[] = {
        {"iso", "2016-01-26T00:00:00Z", "2016-01-26"},
        {"iso", "2016-01", "2016-01"},
        {"iso", "2016", "2016"},
        {"iso", "2016-1-6 10:00", "2016-01-06"},
        {"dmy", "05/04/2014", "2014-04-05"},
        {"mdy", "05/04/2014", "2014-05-04"},
        {"[iso, dmy]", "5.4.2014", "2014-04-05"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *yaml =
            text_format(&arena, ENVELOPE "fields: {legs.arrived: {column: d, date: %s}}\n", rows[i].format);
        struct table table = open_table(yaml, text_format(&arena, "d,x\n%s,1\n", rows[i].written));
        expect_value(next_good(&table), "legs.arrived", 0, rows[i].date);
    }
}
END_TEST

START_TEST(refuses_bad_dates_with_line_and_value) {
    static const char *const written[] = {"26/01/2016", "2016-13-01", "yesterday", "2016-02-30", "0000-00-00"};
    struct table table = open_table(ENVELOPE "fields: {incident.date: {column: d, date: iso}}\n",
                                    "d,x\n26/01/2016,1\n2016-13-01,1\nyesterday,1\n2016-02-30,1\n0000-00-00,1\n");
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        AlertHeader *header;
        Alert *content;
        ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
        expect_said(text_format(&arena, "table.csv:%zu: incident.date: \"%s\"", i + 2, written[i]));
    }
}
END_TEST

START_TEST(reads_decimals_as_the_mapping_says) {
    struct table table = open_table(ENVELOPE "fields:\n  specimens.quantity: {column: a, decimal: comma}\n"
                                             "  specimens.weight_kg: {column: b, decimal: point}\n",
                                    "a;b\n1.234,5;1,234.5\n12;0.12\n");
    Alert *content = next_good(&table);
    expect_value(content, "specimens.quantity", 0, "1234.5");
    expect_value(content, "specimens.weight_kg", 0, "1234.5");
    content = next_good(&table);
    expect_value(content, "specimens.quantity", 0, "12");
    expect_value(content, "specimens.weight_kg", 0, "0.12");
}
END_TEST

START_TEST(elements_without_a_value_leave_no_gap) {
    struct table table =
        open_table(ENVELOPE "fields:\n  legs[0].role: {value: ORIGIN, if: from}\n"
                            "  legs[0].country: {column: from}\n  legs[1].role: {value: EXPORT, if: via}\n"
                            "  legs[1].country: {column: via}\n  legs[2].role: SEIZURE\n",
                   "from,via,id\nCD,UG,1\n,UG,2\n,,3\n");
    Alert *content = next_good(&table);
    ck_assert_uint_eq(content->n_legs, 3);
    expect_value(content, "legs.role", 2, "SEIZURE");
    content = next_good(&table);
    ck_assert_uint_eq(content->n_legs, 2);
    expect_value(content, "legs.role", 0, "EXPORT");
    expect_value(content, "legs.country", 0, "UG");
    ck_assert_uint_eq(next_good(&table)->n_legs, 1);
}
END_TEST

START_TEST(splits_lists) {
    struct table table =
        open_table(ENVELOPE "fields: {persons.nationality: {column: n, split: \";\"}}\n", "n,x\nCD; UG;;KE,1\n");
    Alert *content = next_good(&table);
    expect_value(content, "persons.nationality", 0, "CD; UG; KE");
}
END_TEST

START_TEST(rows_say_what_kind_they_are) {
    AlertHeader *header;
    Alert *content;
    struct table table =
        open_table("envelope: {marking: {tlp: GREEN}}\nfields:\n  kind: {column: k, table: {S: SEIZURE, R: "
                   "ATTEMPTED}}\n  incident.country: US\n",
                   "k,x\nR,1\nS,1\n");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_OK);
    ck_assert_str_eq(header->kind, "ATTEMPTED");
    ck_assert_str_eq(header->tlp, "GREEN");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_OK);
    ck_assert_str_eq(header->kind, "SEIZURE");
}
END_TEST

START_TEST(refuses_a_row_with_too_few_or_too_many_cells) {
    AlertHeader *header;
    Alert *content;
    struct table table = open_table(ENVELOPE "fields: {incident.record: {column: a}}\n", "a,b\n1\n1,2,3\n1,2\n");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
    expect_said("table.csv:2: has 1 cells, the table has 2 columns");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
    expect_said("table.csv:3: has 3 cells");
    expect_value(next_good(&table), "incident.record", 0, "1");
}
END_TEST

START_TEST(refuses_a_value_that_is_not_of_the_field) {
    AlertHeader *header;
    Alert *content;
    struct table table = open_table(ENVELOPE "fields: {specimens.quantity: {column: a}, legs.courier: {column: b}}\n",
                                    "a,b\nmany,maybe\n");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
    expect_said("table.csv:2: specimens.quantity: \"many\" is no number");
    expect_said("table.csv:2: legs.courier: \"maybe\" is neither yes nor no");
}
END_TEST

START_TEST(shows_no_control_character_of_a_cell) {
    AlertHeader *header;
    Alert *content;
    struct table table = open_table(ENVELOPE "fields: {specimens.quantity: {column: a}}\n", "a,b\n\033[2J,1\n");
    ck_assert_int_eq(next(&table, &header, &content), RESULT_INVALID);
    ck_assert_ptr_null(strchr(said(), '\033'));
}
END_TEST

START_TEST(shipped_mappings_are_good) {
    static const char *const names[] = {"lemis", "aitr"};
    const char *source = getenv("INAMA_SOURCE_DIR");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct span yaml;
        struct mapping *mapping;
        const char *path = text_format(&arena, "%s/config/maps/%s.yaml", source ? source : ".", names[i]);
        ck_assert_int_eq(file_read(&yaml, &arena, path, CONFIG_BYTES_MAX), RESULT_OK);
        ck_assert_msg(mapping_read(&mapping, &arena, path, yaml, &report) == RESULT_OK, "%s", said());
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("mapping");
    TCase *reading = tcase_create("reading"), *rows = tcase_create("rows");
    tcase_add_checked_fixture(reading, setup, teardown);
    tcase_add_test(reading, reading_refuses_what_it_does_not_know);
    tcase_add_test(reading, reading_reports_all_in_one_run);
    tcase_add_test(reading, binding_names_every_missing_column);
    tcase_add_test(reading, shipped_mappings_are_good);
    suite_add_tcase(suite, reading);
    tcase_add_checked_fixture(rows, setup, teardown);
    tcase_add_test(rows, takes_only_the_rows_that_the_mapping_wants);
    tcase_add_test(rows, cells_that_say_nothing_leave_the_field_absent);
    tcase_add_test(rows, joins_drops_and_falls_back);
    tcase_add_test(rows, table_translates_all_and_refuses_the_rest);
    tcase_add_test(rows, star_stands_for_the_rest_and_replace_keeps_it);
    tcase_add_test(rows, reads_dates_as_the_mapping_says);
    tcase_add_test(rows, refuses_bad_dates_with_line_and_value);
    tcase_add_test(rows, reads_decimals_as_the_mapping_says);
    tcase_add_test(rows, elements_without_a_value_leave_no_gap);
    tcase_add_test(rows, splits_lists);
    tcase_add_test(rows, rows_say_what_kind_they_are);
    tcase_add_test(rows, refuses_a_row_with_too_few_or_too_many_cells);
    tcase_add_test(rows, refuses_a_value_that_is_not_of_the_field);
    tcase_add_test(rows, shows_no_control_character_of_a_cell);
    suite_add_tcase(suite, rows);
    return suite;
}
