/* tally: alerts counted in groups.
 *
 * What is counted. An alert counts once in each group that it falls in. Fields of one list (specimens, legs, persons)
 * that are asked for together are taken together, element by element: a specimen is of this species and that term. A
 * field that is alone of its list gives the alert one group for each different value. Fields that are not of one list
 * are combined, each with each. What has no value here, withheld or never given, is in the group "" (not known).
 *
 * A sum adds the values of the elements of one list; then, and where fields of one list are taken together, those
 * elements are counted too: rows. A sum never adds what is in different units: its unit is one of the fields.
 *
 * The daemon counts some alerts at a time and the command line adds the parts up: both with this. Bounded: a tally has
 * at most `groups_max` groups. Pure; one thread at a time.
 */
#ifndef CORE_TALLY_H
#define CORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/result.h"
#include "core/document.h"
#include "core/period.h"
#include "core/ranks.h"

enum tally_kind {
    TALLY_FIELD,  /* values of a field as they are compared */
    TALLY_RANK,   /* specimens.taxon, as a name of this rank */
    TALLY_PERIOD, /* a date, as the period that it lies in */
    TALLY_ROUTE   /* legs.country of the legs with this role; of transit all, in their order, as one */
};

struct tally_dimension {
    enum tally_kind kind;
    const char *name; /* as it was asked for */
    uint16_t slot;
    enum rank rank;
    enum period period;
    const char *role; /* of TALLY_ROUTE: a code of CODES_LEG_ROLE */
    size_t part;      /* dimensions of one part are taken together */
};

struct tally_question {
    struct tally_dimension dimensions[TALLY_DIMENSIONS_MAX];
    size_t count;
    size_t sum;                                   /* slot; SLOT_COUNT: none */
    size_t part_count;                            /* those of the dimensions, and that of the sum */
    const char *groups[TALLY_DIMENSIONS_MAX + 1]; /* by part: the list that it is of; NULL: none */
    size_t counted;                               /* the part whose elements are rows; part_count: none */
};

/* "species,year": words separated by commas. A word is a rank ("species" … "class", of specimens.taxon), a period
 * ("year" … "day", of `date`), "origin", "export", "transit" or "destination" of the route, or a name of
 * core/query_names.h, of which the first field counts. `date` and `sum` are such names, or NULL: the date of the
 * incident, no sum. INVALID with *complaint, a translated sentence; NO_MEMORY. */
MUST_USE enum result tally_ask(struct tally_question *out, struct arena *arena, const char *by, const char *date,
                               const char *sum, const char **complaint);

struct tally_group {
    const char *values[TALLY_DIMENSIONS_MAX]; /* "": not known */
    uint64_t alerts;
    uint64_t rows;   /* elements of the counted part */
    uint64_t summed; /* those of them that had a number to be summed */
    double sum;
    uint64_t last; /* the alert that counted last; for tally_add() */
};

struct tally {
    const struct tally_question *question;
    const struct ranks *ranks; /* NULL: of a tally that no document is added to */
    struct arena *arena;
    size_t groups_max;
    void *tree;           /* of groups */
    struct arena scratch; /* of one alert */
    size_t count;
    uint64_t alerts;                        /* that were counted */
    uint64_t rows;                          /* elements of the counted part in all of them */
    uint64_t unsummed;                      /* of them, those without a number to be summed */
    uint64_t unknown[TALLY_DIMENSIONS_MAX]; /* alerts without any value for this dimension */
    uint64_t skipped;                       /* alerts with more than TALLY_COMBINATIONS_MAX combinations */
};

/* `question`, `ranks` and `arena` must outlive it. */
void tally_init(struct tally *tally, struct arena *arena, const struct tally_question *question,
                const struct ranks *ranks, size_t groups_max);
void tally_release(struct tally *tally);

/* One alert more. TOO_LARGE when there would be more groups than may be: the tally is then of no use any more;
 * NO_MEMORY. */
MUST_USE enum result tally_add(struct tally *tally, const struct document *document);
/* A group of another part of the same count: what is known of it already is added to. TOO_LARGE, NO_MEMORY. */
MUST_USE enum result tally_merge(struct tally *tally, const struct tally_group *group);

/* All groups, by alerts, most first, then by their values; in memory of the arena. NULL without memory. */
const struct tally_group **tally_sorted(const struct tally *tally);
/* The order of their values. */
int tally_compare(const struct tally_question *question, const struct tally_group *a, const struct tally_group *b);

/* The field that says in which unit the numbers of this one are: specimens.unit of specimens.quantity; SLOT_COUNT: they
 * say it themselves. */
size_t tally_unit_of(size_t slot);

#endif
