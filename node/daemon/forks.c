#include "daemon/forks.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static enum result push(struct forks *forks, const struct fork *fork) {
    if (forks->count == forks->capacity) {
        size_t capacity = forks->capacity ? forks->capacity * 2 : 8;
        struct fork *rows = realloc(forks->rows, capacity * sizeof *rows);
        if (!rows)
            return RESULT_NO_MEMORY;
        forks->rows = rows;
        forks->capacity = capacity;
    }
    forks->rows[forks->count++] = *fork;
    return RESULT_OK;
}

/* A note: author || key id || first || second. */
static enum result read_note(struct fork *fork, struct span note) {
    struct entry entry;
    if (!span_copy(&note, fork->author, sizeof fork->author) || !span_copy(&note, fork->key, sizeof fork->key) ||
        !span_copy(&note, fork->first, sizeof fork->first) || !span_copy(&note, fork->second, sizeof fork->second) ||
        note.len)
        return RESULT_STORE_DAMAGED;
    if (feed_parse_header(&entry, SPAN_OF_ARRAY(fork->first)))
        return RESULT_STORE_DAMAGED;
    memcpy(fork->feed, entry.feed, sizeof fork->feed);
    fork->number = entry.number;
    return RESULT_OK;
}

enum result forks_open(struct forks *forks, struct store *store) {
    *forks = (struct forks){.store = store};
    enum result result = RESULT_OK;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (uint32_t number = 1; !result; number++) {
        struct span note;
        struct fork fork;
        result = store_get_note(store, &arena, STORE_NOTE_FORK, number, &note);
        if (!result)
            result = read_note(&fork, note);
        if (!result)
            result = push(forks, &fork);
    }
    arena_release(&arena);
    forks->durable = forks->count;
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

void forks_release(struct forks *forks) {
    free(forks->rows);
    *forks = (struct forks){0};
}

const struct fork *forks_find(const struct forks *forks, const uint8_t key_id[static MEMBER_ID_SIZE],
                              const uint8_t feed[static FEED_ID_SIZE]) {
    for (size_t i = 0; i < forks->count; i++)
        if (memcmp(forks->rows[i].feed, feed, FEED_ID_SIZE) == 0 &&
            memcmp(forks->rows[i].key, key_id, MEMBER_ID_SIZE) == 0)
            return &forks->rows[i];
    return NULL;
}

/* By any key the author ever had: a proof does not grow old. */
static enum result verify_both(uint8_t *key_id, const struct member *author, const struct entry *one,
                               const struct entry *other) {
    enum result result = RESULT_BAD_SIGNATURE;
    for (size_t i = 0; i <= author->former_count && result; i++) {
        const uint8_t *key = i ? author->former[i - 1].sign_key : author->sign_key;
        result = feed_verify(one, key);
        if (result)
            continue;
        identity_id_of(key_id, key);
        return feed_verify(other, key);
    }
    return result;
}

enum result forks_prove(struct fork *out, const struct member *author, struct span one, struct span other) {
    struct entry a, b;
    if (one.len < ENTRY_OVERHEAD || other.len < ENTRY_OVERHEAD)
        return RESULT_MALFORMED;
    TRY(feed_parse_header(&a, span_of(one.data, ENTRY_OVERHEAD)));
    TRY(feed_parse_header(&b, span_of(other.data, ENTRY_OVERHEAD)));
    if (memcmp(a.feed, b.feed, FEED_ID_SIZE) != 0)
        return RESULT_WRONG_FEED;
    if (a.number != b.number)
        return RESULT_OUT_OF_ORDER;
    int order = memcmp(a.hash, b.hash, HASH_SIZE);
    if (order == 0)
        return RESULT_REPLAYED;
    struct fork fork = {.number = a.number};
    TRY(verify_both(fork.key, author, &a, &b));
    memcpy(fork.author, author->id, sizeof fork.author);
    memcpy(fork.feed, a.feed, sizeof fork.feed);
    memcpy(fork.first, order < 0 ? one.data : other.data, sizeof fork.first);
    memcpy(fork.second, order < 0 ? other.data : one.data, sizeof fork.second);
    *out = fork;
    return RESULT_OK;
}

enum result forks_add(struct forks *forks, const struct fork *fork) {
    size_t of_author = 0;
    if (forks_find(forks, fork->key, fork->feed))
        return RESULT_REPLAYED;
    for (size_t i = 0; i < forks->count; i++)
        of_author += memcmp(forks->rows[i].author, fork->author, MEMBER_ID_SIZE) == 0;
    if (of_author >= FORKS_OF_AN_AUTHOR_MAX || forks->count >= FORKS_MAX)
        return RESULT_TOO_LARGE;
    enum { FIRST = 2 * MEMBER_ID_SIZE, SECOND = FIRST + ENTRY_OVERHEAD, NOTE_SIZE = SECOND + ENTRY_OVERHEAD };
    uint8_t note[NOTE_SIZE];
    memcpy(note, fork->author, MEMBER_ID_SIZE);
    memcpy(note + MEMBER_ID_SIZE, fork->key, MEMBER_ID_SIZE);
    memcpy(note + FIRST, fork->first, ENTRY_OVERHEAD);
    memcpy(note + SECOND, fork->second, ENTRY_OVERHEAD);
    TRY(push(forks, fork));
    return store_put_note(forks->store, STORE_NOTE_FORK, (uint32_t)forks->count, SPAN_OF_ARRAY(note));
}

void forks_settle(struct forks *forks) {
    forks->durable = forks->count;
}

void forks_discard(struct forks *forks) {
    forks->count = forks->durable;
}
