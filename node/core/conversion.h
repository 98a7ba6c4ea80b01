/* conversion: how many animals a quantity stands for.
 *
 * A table of factors, each with its source. Some follow from what a term means (a live specimen is one animal), others
 * are averages that somebody has published. An administration can say others (a file, below). What has no factor is not
 * guessed. Pure; any thread.
 *
 *     version: "2026-1"              # what a report names
 *     factors:
 *       - taxon: Manidae             # this name and all below it; left out: any
 *         term: SCA                  # CITES term
 *         unit: KIL                  # CITES unit; left out: number of specimens
 *         per_animal: 0.12           # so much of it is one animal
 *         source: "where that stands"
 */
#ifndef CORE_CONVERSION_H
#define CORE_CONVERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/taxa.h"

struct factor {
    const char *taxon; /* "": any */
    const char *term;
    const char *unit; /* "": number of specimens */
    double per_animal;
    const char *source;
    bool is_own; /* of the administration's file */
};

struct conversions {
    const struct taxa *taxa;
    const char *version;      /* of the built-in table */
    const char *own_version;  /* of the file; "": there is none */
    const struct factor *own; /* come before the built-in ones */
    size_t own_count;
};

/* The built-in table alone. */
void conversions_init(struct conversions *out, const struct taxa *taxa);
/* With those of a file, whose name the report has. INVALID when the report has errors; NO_MEMORY. */
MUST_USE enum result conversions_read(struct conversions *conversions, struct arena *arena, struct span yaml,
                                      struct report *report);

/* The factor for this name ("": not known), term and unit, and what one of that unit is in the unit of the factor:
 * grams go by the factor for kilograms. Of several the nearest: those of the file first, then the lowest taxon that
 * they name, then a later row. NULL: there is none. */
const struct factor *conversions_find(const struct conversions *conversions, const char *taxon, const char *term,
                                      const char *unit, double *in_unit);

/* The built-in rows, for help. */
const struct factor *conversions_built_in(size_t *count);

#endif
