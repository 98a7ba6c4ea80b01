#include "daemon/unverified.h"

#include <string.h>

enum { ROW_SIZE = 8 + MEMBER_ID_SIZE };

bool unverified_is(enum result result) {
    return result == RESULT_UNKNOWN_MEMBER || result == RESULT_BAD_SIGNATURE;
}

/* Empty if there is none. */
static enum result read_note(struct store *store, struct arena *arena, const struct feed *feed, struct span *note) {
    *note = (struct span){0};
    enum result result = store_get_note(store, arena, STORE_NOTE_UNVERIFIED, feed->record.ordinal, note);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result unverified_get(struct store *store, struct arena *arena, const struct feed *feed, struct unverified **rows,
                           size_t *count) {
    struct span note;
    TRY(read_note(store, arena, feed, &note));
    struct unverified *found = arena_array(arena, note.len / ROW_SIZE, sizeof *found);
    if (!found)
        return RESULT_NO_MEMORY;
    *rows = found;
    for (*count = 0; note.len; ++*count, ++found)
        if (!span_u64(&note, &found->number) || !span_copy(&note, found->originator, MEMBER_ID_SIZE))
            return RESULT_STORE_DAMAGED;
    return RESULT_OK;
}

enum result unverified_put(struct store *store, struct arena *arena, const struct feed *feed,
                           const struct unverified *rows, size_t count) {
    struct buf note;
    buf_init(&note, arena);
    for (size_t i = 0; i < count; i++) {
        buf_put_u64(&note, rows[i].number);
        buf_put(&note, rows[i].originator, sizeof rows[i].originator);
    }
    if (note.failed)
        return RESULT_NO_MEMORY;
    return store_put_note(store, STORE_NOTE_UNVERIFIED, feed->record.ordinal, buf_span(&note));
}

enum result unverified_add(struct store *store, struct arena *arena, const struct feed *feed,
                           const struct unverified *row) {
    struct unverified *rows;
    size_t count;
    TRY(unverified_get(store, arena, feed, &rows, &count));
    struct unverified *grown = arena_array(arena, count + 1, sizeof *grown);
    if (!grown)
        return RESULT_NO_MEMORY;
    if (count)
        memcpy(grown, rows, count * sizeof *grown);
    grown[count] = *row;
    return unverified_put(store, arena, feed, grown, count + 1);
}

enum result unverified_of_author(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE],
                                 size_t *count) {
    struct arena arena;
    enum result result = RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    *count = 0;
    for (size_t i = 0; i < feeds->count && !result; i++) {
        struct span note = {0};
        if (memcmp(feeds->rows[i]->record.author, author, MEMBER_ID_SIZE) == 0)
            result = read_note(feeds->store, &arena, feeds->rows[i], &note);
        *count += note.len / ROW_SIZE;
    }
    arena_release(&arena);
    return result;
}
