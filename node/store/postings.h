/* postings: which rows hold a word that begins so.
 *
 * Words go by their first three bytes into one of some thousands of lists of row numbers, ascending, each as the
 * distance to the one before it: about a byte a word and row. A list may name rows without such a word; the reader
 * looks again.
 */
#ifndef STORE_POSTINGS_H
#define STORE_POSTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/span.h"

enum { POSTINGS_LISTS = 4096, POSTINGS_PREFIX = 3 };

struct postings {
    struct posting_list {
        uint8_t *bytes;
        size_t len;
        size_t capacity;
        uint32_t last; /* row number + 1 */
    } lists[POSTINGS_LISTS];
};

/* Rows come in ascending order. Words shorter than POSTINGS_PREFIX are left out. `postings` starts zeroed. */
MUST_USE enum result postings_add(struct postings *postings, struct span word, uint32_t row);
/* Length of the list for a word: the shorter, the better to read. */
size_t postings_length(const struct postings *postings, struct span word);
/* Sets the bit of each row in the word's list. */
void postings_read(const struct postings *postings, struct span word, uint8_t *bits);
size_t postings_bytes(const struct postings *postings);
void postings_release(struct postings *postings);

/* Numbers in as few bytes as they need, seven bits each, the lowest first. */
enum { VARINT_MAX = 5 };
static inline size_t varint_put(uint8_t out[static VARINT_MAX], uint32_t number) {
    size_t len = 0;
    for (; number >= 0x80; number >>= 7)
        out[len++] = (uint8_t)(number | 0x80);
    out[len++] = (uint8_t)number;
    return len;
}
static inline uint32_t varint_get(const uint8_t **at) {
    uint32_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = *(*at)++;
        number |= (uint32_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return number;
    }
}

#endif
