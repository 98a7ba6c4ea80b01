/* model_search: the model walked through, every state within so many steps. */
#ifndef SUPPORT_MODEL_SEARCH_H
#define SUPPORT_MODEL_SEARCH_H

#include "tests/support/model.h"

/* Breadth first through every state within `depth` steps, up to the names of A and B, ending at the first that breaks
 * an invariant of the set. */
struct model_search {
    size_t states;                /* different ones, that were gone on from */
    size_t steps;                 /* taken and judged */
    unsigned broken;              /* 0: none */
    char trace[MODEL_TRACE_SIZE]; /* the shortest way to what is broken: "disclose, remove A, disclose" */
};
void model_search(struct model_search *out, size_t depth, unsigned invariants, enum model_break wrong);

#endif
