/* intern: every text once, under a small number.
 *
 * Countries, species, words of narratives come again and again; the index holds their numbers, four bytes or less each.
 * Texts are never given back. */
#ifndef STORE_INTERN_H
#define STORE_INTERN_H

#include <stdint.h>

#include "base/result.h"
#include "base/span.h"

enum { INTERN_NONE = 0 }; /* number of no text; the first text has 1 */

struct intern {
    char *texts;       /* one behind the other, a NUL behind each */
    size_t texts_len;
    size_t texts_capacity;
    uint32_t *offsets; /* into texts, by number - 1 */
    size_t count;
    size_t offsets_capacity;
    uint32_t *table; /* numbers by hash, open addressing */
    size_t table_size;
};

/* `intern` starts zeroed. NO_MEMORY leaves it as it was. */
MUST_USE enum result intern_add(struct intern *intern, struct span text, uint32_t *number);
/* INTERN_NONE if the text is not there. */
uint32_t intern_find(const struct intern *intern, struct span text);
/* Valid until the next intern_add(). */
const char *intern_text(const struct intern *intern, uint32_t number);
size_t intern_bytes(const struct intern *intern);
void intern_release(struct intern *intern);


#endif
