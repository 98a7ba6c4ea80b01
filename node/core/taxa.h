/* taxa: names of animals and plants, with what the validation needs to know of each.
 *
 * A curated table of the taxa most seen in trafficking is built in; an operator can import a Species+/CITES checklist
 * export, after which every name is checked against it. A `struct taxa` is immutable after loading: any thread.
 */
#ifndef CORE_TAXA_H
#define CORE_TAXA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"

struct taxon {
    const char *name;  /* "Manis tricuspis", "Manidae" */
    const char *rank;  /* code of CODES_RANK */
    const char *class; /* "Mammalia"; "" if unknown, like all that follow */
    const char *order;
    const char *family;
    const char *appendix; /* "I", "II", "III", "I/II" …; "N": not listed */
    const char *en;
    const char *fr;
    const char *accepted; /* the accepted name when `name` is a synonym, else NULL */
};

struct taxa;

/* The built-in table alone. */
const struct taxa *taxa_built_in(void);
/* A list begins with the line "inama-taxa 1" and goes on with records of nine texts, a NUL behind each, in the order of
 * struct taxon; an empty last text says that the name is accepted. Records stand in the order of text_compare() of
 * their names, each name once. Lists may follow each other; of two records of one name the later one counts. */

/* Built-in plus the table in `list` (the format that taxa_import() writes), in memory of `arena`; texts point into
 * `list`, which must live as long. Where both know a name the list counts, with the built-in common names where it has
 * none. INVALID, with the reason in `report`, when the list is damaged; NO_MEMORY. */
MUST_USE enum result taxa_load(struct taxa **out, struct arena *arena, struct span list, struct report *report);
/* Reads a checklist export (CSV with the columns Class, Order, Family, FullName, RankName, CurrentListing,
 * SynonymsWithAuthors, EnglishNames, FrenchNames in any order) and appends it to `out` in our list format, with the
 * synonyms and with the families, orders and classes that have no row of their own; of several common names the first.
 * Bad rows are reported with their line and skipped; INVALID if the header lacks a column or no row was good. */
MUST_USE enum result taxa_import(struct buf *out, struct span csv, struct report *report);

/* By scientific name, case-insensitive, single spaces; synonyms too. NULL if unknown. */
const struct taxon *taxa_find(const struct taxa *taxa, const char *name);
/* Calls back for every name that `name` goes by or is inside of, as far as they are known: itself, its genus, family,
 * order and class, and those of the name that is accepted for it. A name may come more than once. */
typedef void taxa_visit(void *context, struct span above);
void taxa_each_above(const struct taxa *taxa, const char *name, taxa_visit *visit, void *context);
/* Is `name` (species or anything above) inside the family, order, class or genus `above`? Case-insensitive. */
bool taxa_is_within(const struct taxa *taxa, const char *name, const char *above);
/* Calls back for every row that taxa_find() may find, those of the list first. */
void taxa_each(const struct taxa *taxa, void (*visit)(void *context, const struct taxon *taxon), void *context);
/* A known name close to a misspelt one, for messages; NULL if none is near. */
const char *taxa_suggest(const struct taxa *taxa, const char *name);
/* Has a checklist been imported, so that an unknown name is a stronger doubt? */
bool taxa_is_complete(const struct taxa *taxa);

#endif
