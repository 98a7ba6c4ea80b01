/* index: the alerts of the store in memory, to be searched.
 *
 * Rebuilt at start, extended at each commit, never written to disk. One thread.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "core/fields.h"
#include "core/query.h"
#include "core/taxa.h"

struct index;

/* The identity of one alert version, and where the store has it. */
struct index_row {
    uint8_t object[32]; /* object id */
    uint8_t alert[16];
    uint32_t version;
    uint64_t sequence;      /* store_alert.sequence; ascending with arrival */
    bool superseded;        /* a newer version is here */
    uint32_t ordinal;       /* the feed it came by; 0: our own */
    struct field_set shown; /* to this node */
    struct summary summary;
};

struct index *index_new(void);
void index_free(struct index *index);

/* Copies what it needs, and decides `superseded` itself: of the versions of an alert by one originator, only the
 * greatest is not. Adding an object id that is there replaces its row (a wider view of it came). NO_MEMORY. */
MUST_USE enum result index_add(struct index *index, const struct index_row *row);
size_t index_count(const struct index *index);

/* By object id. NULL if it is not there. Valid until the next index_add(). */
const struct index_row *index_find(const struct index *index, const uint8_t object[static 32]);
/* The newest version of an originator's alert. NULL if none is there. */
const struct index_row *index_newest(const struct index *index, const uint8_t alert[static 16],
                                     const uint8_t originator[static 32]);
/* By the first digits (4 to 64) of an object or alert id in hexadecimal; for an alert id its newest version. NOT_FOUND,
 * INVALID (not hexadecimal, too short), EXISTS (more than one alert begins so). */
MUST_USE enum result index_find_prefix(const struct index *index, const char *prefix, const struct index_row **out);

/* In rows that the index gives, summary.text is "": the index keeps words, not the text. */

/* Calls back for the rows that match, newest sequence first, below `before` (0: from the newest), superseded ones left
 * out unless asked for; stops when the callback returns false. */
typedef bool index_visit(void *context, const struct index_row *row);
void index_search(const struct index *index, const struct query *query, const struct taxa *taxa, uint64_t before,
                  bool superseded, index_visit *visit, void *context);
/* Bytes of memory that the index holds. */
size_t index_bytes(const struct index *index);

#endif
