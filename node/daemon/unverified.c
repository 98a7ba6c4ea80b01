#include "daemon/unverified.h"

#include <string.h>

enum { ROW_SIZE = 8 + MEMBER_ID_SIZE };

bool unverified_is(enum result result) {
    return result == RESULT_UNKNOWN_MEMBER || result == RESULT_BAD_SIGNATURE;
}

enum result unverified_get(struct store *store, struct arena *arena, const struct feed *feed, struct unverified **rows,
                           size_t *count) {
    struct span note;
    TRY(feeds_note(store, arena, STORE_NOTE_UNVERIFIED, feed, &note));
    struct unverified *found = arena_array(arena, note.len / ROW_SIZE, sizeof *found);
    if (!found)
        return RESULT_NO_MEMORY;
    *rows = found;
    for (*count = 0; note.len; ++*count, ++found)
        if (!span_u64(&note, &found->number) || !span_copy(&note, found->originator, MEMBER_ID_SIZE))
            return RESULT_STORE_DAMAGED;
    return RESULT_OK;
}

static void write_row(struct buf *note, const struct unverified *row) {
    buf_put_u64(note, row->number);
    buf_put(note, row->originator, sizeof row->originator);
}

static enum result put_note(struct store *store, const struct feed *feed, const struct buf *note) {
    return note->failed ? RESULT_NO_MEMORY
                        : store_put_note(store, STORE_NOTE_UNVERIFIED, feed->record.ordinal, buf_span(note));
}

enum result unverified_put(struct store *store, struct arena *arena, const struct feed *feed,
                           const struct unverified *rows, size_t count) {
    struct buf note;
    buf_init(&note, arena);
    for (size_t i = 0; i < count; i++)
        write_row(&note, &rows[i]);
    return put_note(store, feed, &note);
}

enum result unverified_add(struct store *store, struct arena *arena, const struct feed *feed,
                           const struct unverified *row) {
    struct span before;
    struct buf note;
    TRY(feeds_note(store, arena, STORE_NOTE_UNVERIFIED, feed, &before));
    buf_init(&note, arena);
    buf_put_span(&note, before);
    write_row(&note, row);
    return put_note(store, feed, &note);
}

enum result unverified_count(struct store *store, struct arena *arena, const struct feed *feed, size_t *count) {
    struct span note;
    TRY(feeds_note(store, arena, STORE_NOTE_UNVERIFIED, feed, &note));
    *count = note.len / ROW_SIZE;
    return RESULT_OK;
}

enum result unverified_of_author(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE],
                                 size_t *count) {
    struct arena arena;
    enum result result = RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    *count = 0;
    for (size_t i = 0; i < feeds->count && !result; i++) {
        size_t of_feed = 0;
        if (memcmp(feeds->rows[i]->record.author, author, MEMBER_ID_SIZE) == 0)
            result = unverified_count(feeds->store, &arena, feeds->rows[i], &of_feed);
        *count += of_feed;
    }
    arena_release(&arena);
    return result;
}
