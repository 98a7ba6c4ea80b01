/* places: UN/LOCODE, the code list of ports, airports, border posts and mail exchange offices (UNECE Rec 16).
 *
 * A curated table of the places most seen in wildlife trafficking is built in; an operator can import the full list of
 * UNECE, after which every code is checked against it. A `struct places` is immutable after loading: any thread.
 */
#ifndef CORE_PLACES_H
#define CORE_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"

struct place {
    char code[6]; /* "KEMBA" */
    const char *name;
    char function[9]; /* classifier positions, "1--4----" */
    float latitude;   /* degrees; both NAN when unknown */
    float longitude;
};

struct places;

/* The built-in table alone. */
const struct places *places_built_in(void);
/* A list is the imports of any number of countries, one behind the other. Each begins with the line "inama-places 1"
 * and goes on with records of four texts, a NUL behind each: the code, the function, the coordinates as UNECE writes
 * them
 * ("0403S 03940E" or nothing) and the name. A record of two letters says that the whole country is in the list. Of two
 * records with the same code the later one counts. */

/* Built-in plus the table in `list` (the format that places_import() writes), in memory of `arena`; names point into
 * `list`, which must live as long. A place whose position the list does not give keeps the built-in one. INVALID, with
 * the reason in `report`, when the list is damaged; NO_MEMORY. */
MUST_USE enum result places_load(struct places **out, struct arena *arena, struct span list, struct report *report);
/* Reads one UNECE country file (CSV: change, country, location, name, name without diacritics, subdivision, function,
 * status, date, IATA, coordinates, remarks; UTF-8 or Latin-1) and appends its places to `out` in our list format.
 * Bad rows are reported with their line and skipped, removed places are left out; INVALID if no row was good. */
MUST_USE enum result places_import(struct buf *out, struct span csv, struct report *report);

/* NULL if the list has no such code. */
const struct place *places_find(const struct places *places, const char *code);
/* Along the surface of the earth as a sphere, between two positions in degrees. */
double places_km(double latitude, double longitude, double other_latitude, double other_longitude);
/* Is the whole of UN/LOCODE loaded for this country, so that an unknown code is an error and not only a doubt? */
bool places_is_complete(const struct places *places, const char country[static 2]);
/* Form only: country letters of ISO 3166, or XZ for international waters, and three characters A-Z, 2-9. */
bool places_is_code(const char *code);

#endif
