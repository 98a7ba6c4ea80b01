/* ranks: which names are species, genera, families, orders, classes: to count by them.
 *
 * A name counts for a rank as far as the lists of names tell, and for itself alone; a species by its accepted name.
 * What nobody has in a list is a species if it is two words, and else of no known rank. Pure; any thread.
 */
#ifndef CORE_RANKS_H
#define CORE_RANKS_H

#include "base/arena.h"
#include "base/result.h"
#include "core/taxa.h"

enum rank { RANK_SPECIES, RANK_GENUS, RANK_FAMILY, RANK_ORDER, RANK_CLASS, RANKS };

/* "species" … */
const char *rank_name(enum rank rank);
bool rank_find(enum rank *out, const char *name);

struct ranks {
    const struct taxa *taxa;
    struct rank_names {
        const char **names; /* in the order of text_compare(), each once */
        size_t count;
        size_t capacity;
    } of[RANKS]; /* not of RANK_SPECIES: a list of species is longer, and taxa_find() knows it */
};

/* Goes through the whole list, which must outlive it. NO_MEMORY. */
MUST_USE enum result ranks_init(struct ranks *out, struct arena *arena, const struct taxa *taxa);

/* Is this a name of that rank? As core/document.h has names, and as taxa_each_above() calls them. */
bool ranks_is(const struct ranks *ranks, struct span name, enum rank rank);
/* A folded name as it is written: "manis tricuspis" as "Manis tricuspis". NULL without memory. */
const char *rank_written(struct arena *arena, struct span name);
/* Calls back for each name of that rank that `name` is or lies in: one as a rule; none if it is not identified that
 * far; several where it is another name of what is accepted now. A name may come twice. */
void ranks_each(const struct ranks *ranks, const char *name, enum rank rank, taxa_visit *visit, void *context);

#endif
