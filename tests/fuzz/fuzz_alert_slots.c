/* Slots as a peer may send them: whatever alert_join() lets in is what alert_split() writes.
 *
 * Input: any number of slots, each a byte for the slot, two for the length (big-endian), and the value. */
#include <stdlib.h>
#include <string.h>

#include "core/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_slots(struct span input, struct span values[static FIELD_SLOTS]) {
    uint8_t head[3];
    memset(values, 0, FIELD_SLOTS * sizeof *values);
    while (span_copy(&input, head, sizeof head)) {
        size_t len = (size_t)head[1] << 8 | head[2];
        if (len > input.len)
            len = input.len;
        if (!span_take(&input, len, &values[head[0]]))
            abort();
    }
}

static void visit(void *context, const struct field *field, size_t element, const char *value) {
    (void)field;
    (void)element;
    *(size_t *)context += strlen(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct span values[FIELD_SLOTS], again[FIELD_SLOTS];
    Alert *content;
    size_t bytes = 0;
    arena_init(&arena, 4 * 1024 * 1024);
    read_slots(span_of(data, size), values);
    if (alert_join(&arena, values, &content) == RESULT_OK) {
        alert_each(content, visit, &bytes);
        if (alert_split(&arena, content, again) != RESULT_OK)
            abort();
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            if (field_at(slot) && !span_equal(values[slot], again[slot]))
                abort();
    }
    arena_release(&arena);
    return 0;
}
