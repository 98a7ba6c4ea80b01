/* postings: which rows hold a term.
 *
 * A term is a text in a space: a code in its field, a word anywhere. Its rows are a number while there is one, then
 * distances of a byte or two, then a compressed bitmap (CRoaring; docs/decisions/0029). Rows come in ascending order.
 * The only code that calls CRoaring, besides what combines its bitmaps: index_plan.c and index_search.c.
 */
#ifndef STORE_POSTINGS_H
#define STORE_POSTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <roaring/roaring.h>

#include "base/result.h"
#include "base/span.h"
#include "store/intern.h"

enum {
    TERM_BYTES_MAX = 128,     /* of longer ones only so much is kept */
    POSTINGS_CHAINS = 1 << 16 /* terms that begin alike hang together, for prefixes */
};

struct postings {
    struct intern terms;
    uint64_t *lists; /* by number of the term - 1 */
    uint32_t *next;  /* likewise: another term of the same chain */
    size_t lists_capacity, next_capacity;
    uint32_t *chains;
    uint32_t *bitmaps; /* terms whose rows are a bitmap */
    size_t bitmap_count, bitmaps_capacity;
    size_t list_bytes; /* of the lists that are distances */
};

/* `postings` starts zeroed, with terms.seed set. NO_MEMORY. */
MUST_USE enum result postings_init(struct postings *postings, uint64_t seed);
void postings_release(struct postings *postings);
/* The number of a term, which is new if it is greater than all before; NO_MEMORY. */
MUST_USE enum result postings_add(struct postings *postings, unsigned space, struct span key, uint32_t row,
                                  uint32_t *term);
/* The same of a term whose number is known. */
MUST_USE enum result postings_add_row(struct postings *postings, uint32_t term, uint32_t row);

/* INTERN_NONE: no row has it. */
uint32_t postings_find(const struct postings *postings, unsigned space, struct span key);
size_t postings_count(const struct postings *postings, uint32_t term);
/* Adds the rows of a term to the bitmap. */
void postings_read(const struct postings *postings, uint32_t term, roaring_bitmap_t *rows);
/* The rows of a term if they are a bitmap, as long as `postings` does not change; else NULL. */
const roaring_bitmap_t *postings_bitmap(const struct postings *postings, uint32_t term);
/* Calls back for the terms of a space that begin so, in no order. `prefix` has two bytes or more. */
void postings_each(const struct postings *postings, unsigned space, struct span prefix,
                   void (*visit)(void *context, uint32_t term), void *context);
/* The term's space; its text without it. */
unsigned postings_space(const struct postings *postings, uint32_t term);
const char *postings_text(const struct postings *postings, uint32_t term);

/* Memory held; looks at all bitmaps. */
size_t postings_bytes(const struct postings *postings);

#endif
