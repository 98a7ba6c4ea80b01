/* index_internal: how the index lies in memory. For the files index*.c only. */
#ifndef STORE_INDEX_INTERNAL_H
#define STORE_INDEX_INTERNAL_H

#include "base/arena.h"
#include "store/column.h"
#include "store/index.h"
#include "store/postings.h"

#define NO_SLOT UINT32_MAX

/* Besides a space for each field: the words of all texts; what words of names may have in common (core/names.h). */
enum { SPACE_WORDS = SLOT_COUNT, SPACE_SKELETONS };

/* Rows by an id, open addressing. */
struct table {
    uint32_t *slots;
    size_t size;
    size_t count;
};

/* Rows by the first two bytes of an id, each list of them through `next`; slot + 1, 0 ends it. */
enum { FRONTS = 1 << 16 };
struct fronts {
    uint32_t *heads;
    uint32_t *next;
    size_t capacity;
};

/* A row that a newer version, or a wider view, took the place of. */
struct ending {
    uint32_t slot;
    uint32_t by;
    bool is_replaced; /* else superseded */
    bool was_current; /* it was neither before */
};

/* Rows are numbered in the order of arrival; the number is their slot, and stays. */
struct index {
    struct index_row *rows;
    uint32_t *dates; /* of the incident */
    uint32_t *same;  /* another row with the same version of the alert, or NO_SLOT */
    size_t row_capacity, dates_capacity, same_capacity;
    size_t count; /* slots taken, replaced ones too */
    size_t live;
    size_t erased; /* of those */
    struct table objects;
    struct table alerts; /* the newest version of each alert of each originator */
    struct fronts object_fronts;
    struct fronts alert_fronts;
    uint64_t seed;
    const struct taxa *taxa;

    struct postings postings;
    uint32_t has[SLOT_COUNT]; /* the term of the rows that have a value in the field */
    struct column columns[SLOT_COUNT];
    roaring_bitmap_t *current;  /* neither superseded nor replaced */
    roaring_bitmap_t *whole;    /* not replaced */
    roaring_bitmap_t *wordless; /* their words were left out */
    struct ending *endings;     /* in the order in which they came */
    size_t ending_count, endings_capacity;
    uint32_t year_first; /* of all dates; UINT32_MAX if there is none */
    uint32_t year_last;
    uint32_t *places; /* terms of the fields that `near` looks in */
    size_t place_count, places_capacity;
    uint32_t *names; /* terms of specimens.taxon among the first `names_looked_at`: found when they are counted by */
    size_t name_count, names_capacity;
    size_t names_looked_at;

    struct arena shared; /* originators and field sets, each once */
    const uint8_t **originators;
    size_t originator_count, originators_capacity;
    const struct field_set **sets;
    size_t set_count, sets_capacity;

    uint64_t bytes_max;
    size_t next_look; /* rows at which memory is looked at again */
    bool is_full;     /* no more words */
};

/* The term in SLOT_DATE's space of the rows with a date in this year. */
enum { INDEX_YEAR_SIZE = 8 };
struct span index_year_key(char out[static INDEX_YEAR_SIZE], uint32_t year);

/* What a row has in a column that is not stored as one; false if it has nothing there. */
bool index_dense(const struct index *index, size_t slot, uint32_t row, double *low, double *high);
bool index_is_dense(size_t slot);

/* An empty bitmap. CRoaring ends badly without memory, so this asserts that there is some (docs/decisions/0029). */
roaring_bitmap_t *bitmap_new(void);

/* Rows that may meet a condition; if exact, those that do. */
struct hits {
    roaring_bitmap_t *rows; /* the caller's */
    bool is_exact;
};
/* Of all rows, superseded and replaced ones too. `where` may be NULL. */
struct hits index_evaluate(struct index *index, const struct query_node *where, const struct query_world *world,
                           struct index_plan *plan);

#endif
