#include "store/intern.h"

#include <assert.h>

#include "store/vector.h"

enum { TABLE_FIRST = 256 };

const char *intern_text(const struct intern *intern, uint32_t number) {
    assert(number > 0 && number <= intern->count);
    return intern->texts + intern->offsets[number - 1];
}

static uint64_t hash(const char *text, size_t len) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* Where in the table the text is, or would be. */
static size_t find_slot(const struct intern *intern, struct span text) {
    size_t at = hash((const char *)text.data, text.len) & (intern->table_size - 1);
    for (uint32_t number; (number = intern->table[at]) != INTERN_NONE; at = (at + 1) & (intern->table_size - 1)) {
        const char *there = intern_text(intern, number);
        if (strncmp(there, (const char *)text.data, text.len) == 0 && there[text.len] == '\0')
            break;
    }
    return at;
}

/* A table is at most two thirds full. */
static enum result grow_table(struct intern *intern) {
    if (3 * (intern->count + 1) <= 2 * intern->table_size)
        return RESULT_OK;
    size_t size = intern->table_size ? 2 * intern->table_size : TABLE_FIRST;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table)
        return RESULT_NO_MEMORY;
    free(intern->table);
    intern->table = table;
    intern->table_size = size;
    for (uint32_t number = 1; number <= intern->count; number++)
        table[find_slot(intern, span_of_text(intern_text(intern, number)))] = number;
    return RESULT_OK;
}

enum result intern_add(struct intern *intern, struct span text, uint32_t *number) {
    assert(text.len == 0 || !memchr(text.data, 0, text.len));
    TRY(grow_table(intern));
    size_t at = find_slot(intern, text);
    if (intern->table[at] == INTERN_NONE) {
        size_t len = intern->texts_len + text.len + 1;
        if (len > UINT32_MAX || !vector_reserve(&intern->texts, &intern->texts_capacity, len, 1) ||
            !vector_reserve(&intern->offsets, &intern->offsets_capacity, intern->count + 1, sizeof *intern->offsets))
            return RESULT_NO_MEMORY;
        if (text.len)
            memcpy(intern->texts + intern->texts_len, text.data, text.len);
        intern->texts[len - 1] = '\0';
        intern->offsets[intern->count++] = (uint32_t)intern->texts_len;
        intern->texts_len = len;
        intern->table[at] = (uint32_t)intern->count;
    }
    *number = intern->table[at];
    return RESULT_OK;
}

uint32_t intern_find(const struct intern *intern, struct span text) {
    return intern->count ? intern->table[find_slot(intern, text)] : INTERN_NONE;
}

size_t intern_bytes(const struct intern *intern) {
    return intern->texts_capacity + intern->offsets_capacity * sizeof *intern->offsets +
           intern->table_size * sizeof *intern->table;
}

void intern_release(struct intern *intern) {
    free(intern->texts);
    free(intern->offsets);
    free(intern->table);
    *intern = (struct intern){0};
}
