/* mapping: how a row of somebody's table becomes an alert, said in a YAML file.
 *
 *     na: [NA, "N/A"]                        cells that say nothing, as empty ones do
 *     rows: {disposition: [S, R]}            only rows with one of these values, in every column named
 *     envelope:                              of every alert, as in JSON
 *       kind: SEIZURE
 *       marking: {tlp: GREEN}
 *     tables:
 *       units: {"NO": "", KG: KIL}
 *     fields:
 *       kind: {column: outcome, table: {S: SEIZURE, R: ATTEMPTED}}
 *       incident.country: US                 a constant
 *       incident.date: {column: [seized, reported], date: [iso, dmy]}
 *       specimens[0].taxon: {columns: [genus, species], drop: ["sp."], otherwise: {column: class}}
 *       specimens[0].unit: {column: unit, table: units}
 *       legs[0].role: {value: ORIGIN, if: country_origin}
 *
 * A rule takes the first of `column` that says something, or joins `columns` with `join` (a blank); `drop` names cells
 * that say nothing here; `table` translates and refuses what it does not have ("*" stands for the rest), `replace`
 * translates and keeps the rest; `date` (iso, dmy, mdy) and `decimal` (comma, point) read the spelling; `split` cuts a
 * list; `if` asks for a column that says something, or for {column: [values]}; `otherwise` is the rule when this one
 * yields nothing. Elements that get no value leave no gap.
 *
 * Pure; a mapping is constant once it is bound to a table's columns: any thread.
 */
#ifndef CORE_MAPPING_H
#define CORE_MAPPING_H

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/csv.h"
#include "core/settings.h"

enum { MAPPING_FIELDS_MAX = 256, MAPPING_DATES_MAX = 3 };

struct mapping_column {
    const char *name;
    size_t line;
    size_t index; /* in the table, once bound */
    struct mapping_column *next;
};

struct mapping_columns {
    const struct mapping_column **list;
    size_t count;
};

/* A column that must have one of these values; no values: that must say something. */
struct mapping_condition {
    const struct mapping_column *column;
    const struct setting *values; /* a text or a list of them */
};

struct mapping_conditions {
    struct mapping_condition *list;
    size_t count;
};

enum mapping_date { MAPPING_ISO, MAPPING_DMY, MAPPING_MDY };
enum mapping_decimal { MAPPING_AS_WRITTEN, MAPPING_COMMA, MAPPING_POINT };

/* One way to get a value out of a row. */
struct mapping_rule {
    size_t line;
    const char *value; /* a constant; NULL: from the columns */
    struct mapping_columns columns;
    const char *join; /* NULL: the first column that says something */
    const struct setting *drop;
    const struct setting *table;
    bool table_is_all; /* what is not in the table is refused */
    enum mapping_date dates[MAPPING_DATES_MAX];
    size_t date_count;
    enum mapping_decimal decimal;
    const char *split;
    struct mapping_conditions conditions;
    const struct mapping_rule *otherwise;
};

struct mapping_field {
    const char *path;  /* in the dictionary, "incident.date", or "kind" of the envelope */
    const char *group; /* "specimens"; NULL for the envelope */
    size_t element;    /* as the file numbers it */
    const struct mapping_rule *rule;
};

struct mapping {
    const char *file;
    const struct setting *na;
    struct mapping_conditions rows;
    AlertHeader *envelope;
    struct mapping_field *fields;
    size_t field_count;
    struct mapping_column *columns; /* all that are named, linked by next */
    size_t column_count;            /* of the table, once bound */
};

/* Reads a mapping file; all that is wrong with it goes into the report, INVALID then. Everything lives in the arena. */
MUST_USE enum result mapping_read(struct mapping **out, struct arena *arena, const char *name, struct span yaml,
                                  struct report *report);
/* Finds the columns by the table's first row. INVALID, with all that are missing in the report. */
MUST_USE enum result mapping_bind(struct mapping *mapping, const struct csv *titles, struct report *report);

/* Does the mapping want this row? */
bool mapping_wants(const struct mapping *mapping, const struct csv *row);
/* Makes the alert of a row. INVALID with the reasons in the report at the row's line; NO_MEMORY. The meaning is checked
 * by alert_validate(). */
MUST_USE enum result mapping_apply(const struct mapping *mapping, struct arena *arena, const struct csv *row,
                                   AlertHeader **header, Alert **content, struct report *report);

#endif
