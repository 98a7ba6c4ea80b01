/* Alerts as people and programs hand them in: what is read can be validated, cut, joined and written, and reads back as
 * the same. */
#include <stdlib.h>

#include "core/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct span write_json(struct arena *arena, const AlertHeader *header, const Alert *content) {
    struct buf out;
    buf_init(&out, arena);
    if (alert_to_json(arena, header, content, &out) != RESULT_OK)
        abort();
    return buf_span(&out);
}

static void check_round_trip(struct arena *arena, const AlertHeader *header, const Alert *content) {
    struct span values[FIELD_SLOTS];
    struct report report;
    AlertHeader *header_again;
    Alert *content_again, *joined;
    report_init(&report, arena);
    struct span json = write_json(arena, header, content);
    if (alert_from_json(arena, json, &header_again, &content_again, &report) != RESULT_OK)
        abort();
    if (!span_equal(json, write_json(arena, header_again, content_again)))
        abort();
    if (alert_split(arena, content, values) != RESULT_OK || alert_join(arena, values, &joined) != RESULT_OK)
        abort();
    if (!span_equal(json, write_json(arena, header, joined)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct references references = {taxa_built_in(), places_built_in()};
    struct arena arena;
    struct report report;
    AlertHeader *header;
    Alert *content;
    arena_init(&arena, 64 * 1024 * 1024);
    report_init(&report, &arena);
    if (alert_from_json(&arena, span_of(data, size), &header, &content, &report) == RESULT_OK) {
        if (alert_validate(header, content, &references, 1399291200000, &report) == RESULT_OK && !header->kind)
            abort();
        check_round_trip(&arena, header, content);
    }
    arena_release(&arena);
    return 0;
}
