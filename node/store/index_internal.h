/* index_internal: how the index lies in memory. For the files index*.c only. */
#ifndef STORE_INDEX_INTERNAL_H
#define STORE_INDEX_INTERNAL_H

#include "base/arena.h"
#include "store/index.h"
#include "store/intern.h"
#include "store/postings.h"

#define NO_SLOT UINT32_MAX

/* What a search looks at, close together. */
struct facts {
    uint32_t date;
    uint32_t kind;       /* number of the text */
    uint32_t originator; /* in `originators` */
    uint32_t lists;      /* in `numbers`: the countries' texts, then the taxa */
    uint16_t country_count;
    uint16_t taxon_count;
    uint16_t transport;
    bool superseded;
    bool dead; /* another row has replaced it */
};

/* A row keeps its slot. What was replaced stays behind, dead, until the next start. */
struct row {
    struct index_row shown;
    uint32_t words; /* in `word_bytes`: numbers of its words, ascending, each as the distance to the one before */
    uint32_t word_count;
    uint32_t same; /* another slot with the same version of the alert, or NO_SLOT */
};

/* Slots by an id, open addressing. */
struct table {
    uint32_t *slots;
    size_t size;
    size_t count;
};

struct index {
    struct row *rows;
    struct facts *facts;
    uint32_t *order; /* slots by sequence */
    size_t row_capacity, facts_capacity, order_capacity;
    size_t count; /* slots taken, dead ones too */
    size_t live;
    struct table objects;
    struct table alerts; /* the newest version of each alert of each originator */
    uint64_t seed;

    struct intern texts; /* countries, kinds, places … */
    struct intern taxa;
    struct intern words;
    uint8_t (*originators)[32];
    size_t originator_count, originator_capacity;
    uint32_t *numbers;
    size_t number_count, number_capacity;
    uint8_t *word_bytes;
    size_t word_len, word_capacity;
    struct arena lists; /* of the rows' summaries */
    struct postings postings;

    uint32_t *scratch; /* word numbers of the row being added */
    size_t scratch_capacity;
    uint8_t *hits; /* for a search, so that it cannot run out of memory: a bit a slot */
    size_t hits_capacity;
    uint8_t *fits; /* and a byte a taxon */
    size_t fits_capacity;
};

/* The row as others see it. Originators move when there are more of them, so rows learn theirs when they are shown. */
static inline const struct index_row *index_show(const struct index *index, uint32_t slot) {
    struct index_row *shown = &index->rows[slot].shown;
    shown->summary.originator = index->originators[index->facts[slot].originator];
    return shown;
}

#endif
