/* Any bytes as a table: every row moves on, every field is UTF-8, and what is written again is read as the same row. */
#include <assert.h>
#include <stdint.h>

#include "base/text.h"
#include "core/csv.h"

enum { BUDGET = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const struct csv *row, struct arena *arena) {
    struct buf written;
    struct csv again;
    buf_init(&written, arena);
    for (size_t i = 0; i < row->count; i++)
        csv_put(&written, row->fields[i], i == 0);
    if (written.failed)
        return;
    csv_init(&again, buf_span(&written));
    if (row->count > 1) /* one field alone says nothing of its separator */
        assert(again.separator == ',');
    again.separator = ',';
    if (row->fields[0][0] == '\xEF') /* may look like a byte order mark */
        return;
    enum result result = csv_next(&again, arena);
    if (result == RESULT_NO_MEMORY)
        return;
    assert(result == RESULT_OK && again.count == row->count && again.rest.len == 0);
    for (size_t i = 0; i < row->count; i++)
        assert(strcmp(again.fields[i], row->fields[i]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct csv csv;
    enum result result;
    arena_init(&arena, BUDGET);
    csv_init(&csv, span_of(data, size));
    for (size_t line = 0;; line = csv.line) {
        size_t before = csv.rest.len;
        result = csv_next(&csv, &arena);
        if (result == RESULT_NOT_FOUND || result == RESULT_NO_MEMORY)
            break;
        assert(csv.rest.len < before && csv.line > line);
        for (size_t i = 0; i < csv.count; i++)
            assert(text_is_utf8(span_of_text(csv.fields[i])));
        if (result == RESULT_OK)
            read_again(&csv, &arena);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return 0;
}
