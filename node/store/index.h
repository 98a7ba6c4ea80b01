/* index: the alerts of the store in memory, to be searched.
 *
 * Rebuilt at start, extended at each commit, never written to disk. It holds every code, species, identifier and number
 * of what this node's operators may see, and which words are in it; the words' order it does not hold. What it cannot
 * decide (phrases, text of one field, several conditions on one element) it narrows, and asks the caller for the alert
 * to decide exactly. One thread.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "core/document.h"
#include "core/fields.h"
#include "core/query_match.h"
#include "core/taxa.h"

struct index;

/* The identity of one alert version, and where the store has it. */
struct index_row {
    uint8_t object[32]; /* object id */
    uint8_t alert[16];
    uint64_t sequence; /* store_alert.sequence; ascending with arrival */
    uint64_t created;  /* milliseconds */
    uint64_t expires;  /* the same; 0: never */
    const uint8_t *originator;
    const struct field_set *shown; /* to this node */
    uint32_t version;
    uint32_t ordinal;    /* the feed it came by; 0: our own */
    uint32_t keep_until; /* its content: 20440505, and 99 where month or day are not said; 0: as long as one likes */
    bool superseded;     /* a newer version is here */
    bool is_recall;
    bool is_erased; /* its content is gone from here, for good; not a recall, which never has any */
};

/* `taxa` must outlive it. `bytes_max`: above that, words of alerts that come are not kept any more, and a query for
 * words has those alerts looked at one by one; 0: no bound. NULL without memory. */
struct index *index_new(const struct taxa *taxa, uint64_t bytes_max);
void index_free(struct index *index);

/* Copies what it needs, and decides `superseded` itself: of the versions of an alert by one originator, only the
 * greatest is not. Its sequence must be greater than all before. Adding an object id that is there replaces its row (a
 * wider view of it came, or its content was erased). NO_MEMORY. */
MUST_USE enum result index_add(struct index *index, const struct index_row *row, const struct document *document);
size_t index_count(const struct index *index);
/* Those whose content is gone. */
size_t index_erased(const struct index *index);

/* By object id. NULL if it is not there. Valid until the next index_add(). */
const struct index_row *index_find(const struct index *index, const uint8_t object[static 32]);
/* The newest version of an originator's alert. NULL if none is there. */
const struct index_row *index_newest(const struct index *index, const uint8_t alert[static 16],
                                     const uint8_t originator[static 32]);
/* Every row of an originator's alert that was ever added, replaced ones too, in no order; false ends it. */
void index_versions(const struct index *index, const uint8_t alert[static 16], const uint8_t originator[static 32],
                    bool (*visit)(void *context, const struct index_row *row), void *context);
/* The row at this place, in the order of arrival; false behind the last. NULL where another has taken its place. */
bool index_at(const struct index *index, size_t place, const struct index_row **row);
/* It has expired: from now on it is found where older versions are asked for, and not else. */
void index_hide(struct index *index, const uint8_t object[static 32]);
/* By the first digits (4 to 64) of an object or alert id in hexadecimal; for an alert id its newest version. NOT_FOUND,
 * INVALID (not hexadecimal, too short), EXISTS (more than one alert begins so). */
MUST_USE enum result index_find_prefix(const struct index *index, const char *prefix, const struct index_row **out);
/* The latest `created` of this originator's alerts, every version counted; 0: there is none. */
uint64_t index_latest(const struct index *index, const uint8_t originator[static 32]);

/* Behind a row, in the order of a search, as the index stood when `as_of` was the last sequence in it: what has come
 * since is left out, and takes nothing away. Zeroed: at the beginning, as it stands now. */
struct index_position {
    uint64_t as_of;
    uint64_t key;      /* of the order: date, created; of SORT_ARRIVAL the sequence */
    uint64_t sequence; /* 0: at the beginning */
};

/* One step of what was done, for people who want to know. */
enum step_way {
    STEP_LIST,   /* rows of terms */
    STEP_FILTER, /* rows so far, looked at one by one in a column */
    STEP_SCAN    /* a whole column */
};
struct index_step {
    enum step_way way;
    struct span text; /* of the query */
    size_t terms;
    uint64_t estimate; /* rows */
    uint64_t rows;     /* that it left */
    bool is_exact;     /* nothing has to be looked at again for it */
};
enum { INDEX_STEPS_MAX = 64 };
struct index_plan {
    struct index_step steps[INDEX_STEPS_MAX]; /* more are not told */
    size_t count;
};

struct index_search {
    const struct query *query;
    const struct query_world *world;
    struct index_position after;
    bool superseded;   /* older versions too */
    uint64_t above;    /* only rows with a greater sequence */
    bool oldest_first; /* with SORT_ARRIVAL, and no `after` */
    size_t limit;      /* rows; 0: count only */
    size_t reads_max;  /* alerts that one search may ask for: it ends early, and can be continued */
    /* The alert of a row, as operators may see it; alive until the next one is asked for. TOO_LARGE: enough has been
     * read, and the search ends before this row, as with `reads_max`. */
    enum result (*load)(void *context, const struct index_row *row, struct document *out);
    /* A row that matches; false ends the search. `document` is NULL if it was not asked for. */
    bool (*visit)(void *context, const struct index_row *row, const struct document *document);
    void *context;
    struct index_plan *plan; /* NULL: not asked for */
};

struct index_found {
    uint64_t total;   /* rows that match, before and behind `after`, if they are known; else those that may */
    bool is_exact;    /* they are known */
    uint64_t matched; /* rows that were visited, or counted in this search when `limit` is 0 */
    uint64_t reads;   /* alerts asked for */
    bool ended;       /* there is nothing behind `next` */
    struct index_position next;
};
/* Newest first in the order of the query, never twice the same. NO_MEMORY, and what `load` fails with, but for
 * NOT_FOUND, where that row is left out, and TOO_LARGE. */
MUST_USE enum result index_search(struct index *index, const struct index_search *search, struct index_found *found);

/* Alerts that may be linked with one (core/links.h). */
struct index_related {
    const struct document *document;
    const uint8_t *object; /* its object id: it is not linked with itself */
    uint64_t common_max;   /* what more alerts than this name is told, and not followed */
    /* Those that name the same things first, then names and events, each newest first. False ends it. */
    bool (*visit)(void *context, const struct index_row *row);
    void (*is_common)(void *context, enum field_entity entity, const char *key, uint64_t rows);
    void *context;
};
/* Newest versions alone. *count: of all that may be linked, visited or not. NO_MEMORY. */
MUST_USE enum result index_find_related(const struct index *index, const struct index_related *asked,
                                        struct arena *scratch, uint64_t *count);

/* Bytes of memory that the index holds, about; walks it. */
size_t index_bytes(const struct index *index);
/* Alerts whose words were left out. */
size_t index_wordless(const struct index *index);

#endif
