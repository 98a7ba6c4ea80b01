#include "daemon/outdated.h"

#include "base/limits.h"

enum { RANGE_SIZE = 16 }; /* from, end: two u64 */

static enum result add(struct store *store, struct arena *arena, const struct feed *feed, uint64_t from, uint64_t end) {
    struct span ranges;
    struct buf note;
    TRY(feeds_note(store, arena, STORE_NOTE_OUTDATED, feed, &ranges));
    buf_init(&note, arena);
    buf_put_span(&note, ranges);
    if (ranges.len >= (size_t)OUTDATED_MAX * RANGE_SIZE)
        note.len -= 8; /* the last one reaches further */
    else
        buf_put_u64(&note, from);
    buf_put_u64(&note, end);
    return note.failed ? RESULT_NO_MEMORY
                       : store_put_note(store, STORE_NOTE_OUTDATED, feed->record.ordinal, buf_span(&note));
}

enum result outdated_add(struct store *store, const struct feed *feed, uint64_t from, uint64_t end) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    enum result result = add(store, &arena, feed, from, end);
    arena_release(&arena);
    return result;
}

enum result outdated_has(struct store *store, const struct feed *feed, uint64_t number, bool *has) {
    struct arena arena;
    struct span ranges;
    uint64_t from, end;
    arena_init(&arena, SIZE_MAX);
    enum result result = feeds_note(store, &arena, STORE_NOTE_OUTDATED, feed, &ranges);
    *has = false;
    while (!result && span_u64(&ranges, &from) && span_u64(&ranges, &end))
        *has |= from <= number && number < end;
    arena_release(&arena);
    return result;
}
