/* suppression: a table that may leave the house: small numbers are left out, and so are those that would give them
 * back.
 *
 * A number from 1 to least - 1 is small. It is withheld, and with it as many others as it takes so that whoever has the
 * whole rest of the table, its totals too, can still think each small number to be any from 1 to least - 1. Nobody
 * learns more of it than that it is small. A zero is not withheld.
 *
 * For that each small number is one corner of a rectangle of withheld numbers of the table or its totals (in a row
 * alone, one of two): moved up or down at one corner, it is moved the other way at its neighbours, and all sums stay.
 * The other corners are at least 2 * least - 2, so that they have room for it (docs/decisions/0032).
 *
 * What this does not know: other tables, what a reader knows from elsewhere, and that of two small numbers both are of
 * one hand. Pure; any thread.
 */
#ifndef CORE_SUPPRESSION_H
#define CORE_SUPPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum suppression_cell { SUPPRESSION_SHOWN, SUPPRESSION_SMALL, SUPPRESSION_WITHHELD /* for the sake of a small one */ };

/* rows x columns numbers, and behind each row its total, below each column its total, and the total of all: (rows + 1)
 * x (columns + 1), row by row. With one column and no totals of rows: columns is 0, and there are rows + 1 numbers. */
struct suppression {
    size_t rows;
    size_t columns;
    uint64_t least; /* 2 or more */
    const uint64_t *numbers;
    enum suppression_cell *cells; /* out, as many */
};

/* What the total of each row and column must be, so that there is always a rectangle: those with less are to be put
 * together before. */
static inline uint64_t suppression_total_least(uint64_t least) {
    return 2 * least - 2;
}

/* At most RELEASE_CELLS_MAX numbers. False: there is a small number that nothing hides, and all is withheld, small or
 * not: nothing of it may be told. */
bool suppression_decide(const struct suppression *suppression);

#endif
