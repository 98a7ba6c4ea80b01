#include "store/postings.h"

#include "store/vector.h"

static size_t list_of(struct span word) {
    uint32_t prefix = (uint32_t)word.data[0] << 16 | (uint32_t)word.data[1] << 8 | word.data[2];
    return prefix * 2654435769u >> 20; /* the upper twelve bits of a multiplicative hash */
}

_Static_assert(POSTINGS_LISTS == 1 << 12, "as list_of() has it");

enum result postings_add(struct postings *postings, struct span word, uint32_t row) {
    if (word.len < POSTINGS_PREFIX)
        return RESULT_OK;
    struct posting_list *list = &postings->lists[list_of(word)];
    if (list->last == row + 1)
        return RESULT_OK;
    if (!vector_reserve(&list->bytes, &list->capacity, list->len + VARINT_MAX, 1))
        return RESULT_NO_MEMORY;
    list->len += varint_put(list->bytes + list->len, row + 1 - list->last);
    list->last = row + 1;
    return RESULT_OK;
}

size_t postings_length(const struct postings *postings, struct span word) {
    return postings->lists[list_of(word)].len;
}

void postings_read(const struct postings *postings, struct span word, uint8_t *bits) {
    const struct posting_list *list = &postings->lists[list_of(word)];
    const uint8_t *at = list->bytes, *end = list->len ? at + list->len : at; /* a list that is empty has no bytes */
    uint32_t row = 0;
    while (at < end) {
        row += varint_get(&at);
        bits[(row - 1) / 8] |= (uint8_t)(1 << (row - 1) % 8);
    }
}

size_t postings_bytes(const struct postings *postings) {
    size_t bytes = sizeof *postings;
    for (size_t i = 0; i < POSTINGS_LISTS; i++)
        bytes += postings->lists[i].capacity;
    return bytes;
}

void postings_release(struct postings *postings) {
    for (size_t i = 0; i < POSTINGS_LISTS; i++)
        free(postings->lists[i].bytes);
}
