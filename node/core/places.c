#include "core/places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/codes.h"
#include "core/csv.h"
#include "core/places_table.h"

enum { LETTERS = 26, CODE_LEN = 5, COUNTRY_LEN = 2, FUNCTION_LEN = 8, COORDINATES_LEN = 12 };

static const char list_head[] = "inama-places 1\n";

struct places {
    const struct place *rows; /* of the list, in the order of their codes; the built-in table is looked at after them */
    size_t count;
    bool complete[LETTERS * LETTERS]; /* by the letters of a country */
};

const struct places *places_built_in(void) {
    static const struct places built_in;
    return &built_in;
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

/* Codes beginning with X, and ZZ and KV, are CITES's own and no country of ISO 3166. */
static bool is_country(const char country[COUNTRY_LEN]) {
    const char code[] = {country[0], country[1], '\0'};
    if (strcmp(code, "XZ") == 0)
        return true;
    if (code[0] == 'X' || strcmp(code, "ZZ") == 0 || strcmp(code, "KV") == 0)
        return false;
    const struct code *found = codes_find(CODES_COUNTRY, code);
    return found && !found->obsolete;
}

static bool is_location(const char *location) {
    return strlen(location) == 3 && strspn(location, "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789") == 3;
}

bool places_is_code(const char *code) {
    return strlen(code) == CODE_LEN && is_country(code) && is_location(code + COUNTRY_LEN);
}

/* --- looking up -------------------------------------------------------------------------------------------------- */

static int by_code(const void *key, const void *row) {
    return strcmp(key, ((const struct place *)row)->code);
}

const struct place *places_find(const struct places *places, const char *code) {
    const struct place *found = NULL;
    if (places->count)
        found = bsearch(code, places->rows, places->count, sizeof *places->rows, by_code);
    if (!found)
        found = bsearch(code, places_table, places_table_count, sizeof *places_table, by_code);
    return found;
}

/* Haversine: exact enough, and steady for places that are close together. */
double places_km(double latitude, double longitude, double other_latitude, double other_longitude) {
    const double radius_km = 6371.0088, degree = 3.14159265358979323846 / 180;
    double north = sin((other_latitude - latitude) * degree / 2);
    double east = sin((other_longitude - longitude) * degree / 2);
    double chord = north * north + cos(latitude * degree) * cos(other_latitude * degree) * east * east;
    return 2 * radius_km * asin(sqrt(chord > 1 ? 1 : chord));
}

static size_t country_index(const char country[COUNTRY_LEN]) {
    return (size_t)(country[0] - 'A') * LETTERS + (size_t)(country[1] - 'A');
}

bool places_is_complete(const struct places *places, const char country[static COUNTRY_LEN]) {
    return is_capital(country[0]) && is_capital(country[1]) && places->complete[country_index(country)];
}

/* --- loading a list ---------------------------------------------------------------------------------------------- */

struct record {
    const char *code;
    const char *function;
    const char *coordinates;
    const char *name;
};

static bool take_record(struct span *list, struct record *out) {
    return span_text(list, &out->code) && span_text(list, &out->function) && span_text(list, &out->coordinates) &&
           span_text(list, &out->name);
}

/* "0403S": degrees in `digits` digits, two digits of minutes, then the letter of a hemisphere. */
static bool read_degrees(float *out, const char *text, size_t digits, const char hemispheres[2], int limit) {
    int degrees = 0, minutes = 0;
    if (strspn(text, "0123456789") != digits + 2)
        return false;
    for (size_t i = 0; i < digits; i++)
        degrees = degrees * 10 + (text[i] - '0');
    for (size_t i = digits; i < digits + 2; i++)
        minutes = minutes * 10 + (text[i] - '0');
    char hemisphere = text[digits + 2];
    if (minutes > 59 || degrees * 60 + minutes > limit * 60)
        return false;
    if (hemisphere != hemispheres[0] && hemisphere != hemispheres[1])
        return false;
    float value = (float)degrees + (float)minutes / 60;
    *out = hemisphere == hemispheres[0] ? value : -value;
    return true;
}

/* Leaves both numbers as they are unless the whole of `text` is "0403S 03940E". */
static bool read_coordinates(float *latitude, float *longitude, const char *text) {
    float north, east;
    if (strlen(text) != COORDINATES_LEN || text[5] != ' ')
        return false;
    if (!read_degrees(&north, text, 2, "NS", 90) || !read_degrees(&east, text + 6, 3, "EW", 180))
        return false;
    *latitude = north;
    *longitude = east;
    return true;
}

static bool is_function(const char *function) {
    return strlen(function) == FUNCTION_LEN && strspn(function, "012345678AB-") == FUNCTION_LEN;
}

static bool read_place(struct place *out, const struct record *record) {
    if (!places_is_code(record->code) || !is_function(record->function))
        return false;
    if (!*record->name || !text_is_utf8(span_of_text(record->name)))
        return false;
    *out = (struct place){.name = record->name, .latitude = NAN, .longitude = NAN};
    memcpy(out->code, record->code, CODE_LEN);
    memcpy(out->function, record->function, FUNCTION_LEN);
    return !*record->coordinates || read_coordinates(&out->latitude, &out->longitude, record->coordinates);
}

static size_t count_records(struct span list) {
    struct record record;
    size_t count = 0;
    while (span_skip(&list, span_of(list_head, sizeof list_head - 1)) || take_record(&list, &record))
        count++;
    return count;
}

/* By code, then by their place in the list, which is in one piece of memory. */
static int by_code_and_age(const void *a, const void *b) {
    const struct place *left = a, *right = b;
    int order = strcmp(left->code, right->code);
    return order ? order : (left->name > right->name) - (left->name < right->name);
}

/* Orders the rows and keeps the youngest of each code; returns how many. */
static size_t sort_rows(struct place *rows, size_t count) {
    size_t kept = 0;
    if (count)
        qsort(rows, count, sizeof *rows, by_code_and_age);
    for (size_t i = 0; i < count; i++) {
        bool newer = i + 1 < count && strcmp(rows[i].code, rows[i + 1].code) == 0;
        if (!newer)
            rows[kept++] = rows[i];
    }
    return kept;
}

/* UNECE gives no position for many of the older ports, Mombasa among them; where we know it, it stays known. */
static void keep_positions(struct place *rows, size_t count) {
    for (size_t i = 0; count && i < places_table_count; i++) {
        struct place *row = bsearch(places_table[i].code, rows, count, sizeof *rows, by_code);
        if (row && isnan(row->latitude)) {
            row->latitude = places_table[i].latitude;
            row->longitude = places_table[i].longitude;
        }
    }
}

static enum result refuse_list(struct report *report, size_t record) {
    report_add(report, SEVERITY_ERROR, NULL, _("record %zu of the list of places is damaged; import the list again"),
               record);
    return RESULT_INVALID;
}

enum result places_load(struct places **out, struct arena *arena, struct span list, struct report *report) {
    struct places *places = arena_alloc(arena, sizeof *places);
    struct place *rows = arena_array(arena, count_records(list), sizeof *rows);
    if (!places || !rows)
        return RESULT_NO_MEMORY;
    if (!span_skip(&list, span_of(list_head, sizeof list_head - 1)))
        return refuse_list(report, 1);
    for (size_t number = 1; list.len; number++) {
        struct record record;
        if (span_skip(&list, span_of(list_head, sizeof list_head - 1)))
            continue;
        if (!take_record(&list, &record))
            return refuse_list(report, number);
        if (strlen(record.code) == COUNTRY_LEN && is_country(record.code))
            places->complete[country_index(record.code)] = true;
        else if (read_place(&rows[places->count], &record))
            places->count++;
        else
            return refuse_list(report, number);
    }
    places->count = sort_rows(rows, places->count);
    keep_positions(rows, places->count);
    places->rows = rows;
    *out = places;
    return RESULT_OK;
}

/* --- importing a country file ------------------------------------------------------------------------------------ */

enum column {
    CHANGE,
    COUNTRY,
    LOCATION,
    NAME,
    PLAIN_NAME,
    SUBDIVISION,
    FUNCTION,
    STATUS,
    DATE,
    IATA,
    COORDINATES,
    COLUMNS
};

static void put_text(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text) + 1);
}

static void put_country(struct buf *out, const char *const *fields) {
    put_text(out, fields[COUNTRY]);
    put_text(out, "");
    put_text(out, "");
    put_text(out, fields[NAME] + 1);
}

static void put_place(struct buf *out, const char *const *fields, const char *coordinates) {
    buf_put(out, fields[COUNTRY], COUNTRY_LEN);
    put_text(out, fields[LOCATION]);
    put_text(out, fields[FUNCTION]);
    put_text(out, coordinates);
    put_text(out, fields[NAME]);
}

static bool refuse_field(struct report *report, const char *field, const char *value, const char *expected) {
    report_add(report, SEVERITY_WARNING, field, _("\"%s\" left out, expected %s"), text_escape(report->arena, value),
               expected);
    return false;
}

/* Rows that only point to another one, or to a place that is no more, hold nothing for us. */
static bool is_reference(const char *const *fields) {
    const char *change = fields[CHANGE];
    return strcmp(change, "=") == 0 || strcmp(change, "X") == 0 || strcmp(change, "x") == 0;
}

/* Appends what the row says; false, with a finding, if it is not a place. */
static bool import_row(struct buf *out, const char *const *fields, size_t count, struct report *report) {
    if (count < COLUMNS)
        return refuse_field(report, NULL, fields[0], _("a row of 11 or 12 columns"));
    if (is_reference(fields))
        return true;
    if (strlen(fields[COUNTRY]) != COUNTRY_LEN || !is_country(fields[COUNTRY]))
        return refuse_field(report, "country", fields[COUNTRY], _("two letters of ISO 3166"));
    if (!*fields[LOCATION] && fields[NAME][0] == '.') {
        put_country(out, fields);
        return true;
    }
    if (!is_location(fields[LOCATION]))
        return refuse_field(report, "location", fields[LOCATION], _("three characters A-Z, 2-9"));
    if (!*fields[NAME])
        return refuse_field(report, "name", fields[NAME], _("a name"));
    if (!is_function(fields[FUNCTION]))
        return refuse_field(report, "function", fields[FUNCTION], _("eight positions such as 1--4----"));

    const char *coordinates = fields[COORDINATES];
    float latitude, longitude;
    if (*coordinates && !read_coordinates(&latitude, &longitude, coordinates)) {
        refuse_field(report, "coordinates", coordinates, _("degrees and minutes such as 0403S 03940E"));
        coordinates = "";
    }
    put_place(out, fields, coordinates);
    return true;
}

enum result places_import(struct buf *out, struct span csv, struct report *report) {
    struct csv rows;
    struct arena arena;
    enum result result;
    size_t good = 0, before = out->len;
    csv_init(&rows, csv);
    arena_init(&arena, SIZE_MAX / 2); /* bounded by the file: one row at a time */
    buf_put(out, list_head, sizeof list_head - 1);
    while ((result = csv_next(&rows, &arena)) != RESULT_NOT_FOUND && result != RESULT_NO_MEMORY) {
        report->line = rows.line;
        if (result == RESULT_MALFORMED)
            refuse_field(report, NULL, "", _("a row of a CSV file"));
        else
            good += import_row(out, rows.fields, rows.count, report);
        arena_reset(&arena);
    }
    arena_release(&arena);
    report->line = 0;
    if (out->failed || result == RESULT_NO_MEMORY)
        return RESULT_NO_MEMORY;
    if (good)
        return RESULT_OK;
    out->len = before;
    return RESULT_INVALID;
}
