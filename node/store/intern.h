/* intern: every text once, under a small number.
 *
 * Countries, species, the words of narratives come again and again; the index holds their numbers, four bytes or less
 * each. Texts stay where they are and are never given back.
 */
#ifndef STORE_INTERN_H
#define STORE_INTERN_H

#include <stdint.h>

#include "base/result.h"
#include "base/span.h"

enum { INTERN_NONE = 0 }; /* number of no text; the first text has 1 */

struct intern {
    char **chunks; /* texts one behind the other, a NUL behind each */
    size_t chunk_count;
    size_t chunks_capacity;
    size_t used;      /* of the last chunk */
    size_t room;      /* in the last chunk */
    size_t bytes;     /* in all chunks */
    uint32_t *places; /* by number - 1: chunk in the upper half, offset in the lower */
    size_t count;
    size_t places_capacity;
    uint32_t *table; /* numbers by hash, open addressing */
    size_t table_size;
    uint64_t seed; /* so that nobody can send texts that all fall on one place of the table */
};

/* `intern` starts zeroed, its seed set to any number that outsiders do not know. NO_MEMORY leaves it as it was. */
MUST_USE enum result intern_add(struct intern *intern, struct span text, uint32_t *number);
/* INTERN_NONE if the text is not there. */
uint32_t intern_find(const struct intern *intern, struct span text);
/* Valid as long as `intern`. */
const char *intern_text(const struct intern *intern, uint32_t number);
size_t intern_bytes(const struct intern *intern);
void intern_release(struct intern *intern);

/* The hash that the table goes by. */
uint64_t intern_hash(uint64_t seed, struct span bytes);

#endif
