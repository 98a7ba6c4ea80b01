#include "daemon/witnesses.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "core/merkle.h"

enum { AHEAD_MS = 24 * 60 * 60 * 1000 /* that clocks may differ by */ };

/* ---- on disk: texts, as they were signed ---- */

static enum result grow(void **rows, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return RESULT_OK;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    void *more = realloc(*rows, wanted * size);
    if (!more)
        return RESULT_NO_MEMORY;
    *rows = more;
    *capacity = wanted;
    return RESULT_OK;
}

static enum result add_row(struct witnesses *witnesses, const uint8_t *member, struct witnessed **out) {
    TRY(grow((void **)&witnesses->rows, &witnesses->capacity, witnesses->count, sizeof *witnesses->rows));
    *out = &witnesses->rows[witnesses->count++];
    **out = (struct witnessed){0};
    memcpy((*out)->member, member, MEMBER_ID_SIZE);
    return RESULT_OK;
}

/* A note: member id, then nothing or the checkpoint and our cosignature. */
static enum result read_row(struct witnesses *witnesses, struct arena *arena, struct span note) {
    struct witnessed *row;
    uint8_t member[MEMBER_ID_SIZE];
    if (!span_copy(&note, member, sizeof member))
        return RESULT_STORE_DAMAGED;
    TRY(add_row(witnesses, member, &row));
    struct sight *seen = &row->seen;
    seen->is_there = note.len != 0;
    if (seen->is_there && (checkpoint_read(&seen->point, arena, &note) || cosignature_read(&seen->ours, arena, &note)))
        return RESULT_STORE_DAMAGED;
    row->durable = *seen;
    return RESULT_OK;
}

static enum result add_split(struct witnesses *witnesses, const struct split *split) {
    TRY(grow((void **)&witnesses->splits, &witnesses->split_capacity, witnesses->split_count,
             sizeof *witnesses->splits));
    witnesses->splits[witnesses->split_count++] = *split;
    return RESULT_OK;
}

static enum result read_split(struct witnesses *witnesses, struct arena *arena, struct span note) {
    struct split split;
    if (checkpoint_read(&split.one, arena, &note) || checkpoint_read(&split.other, arena, &note))
        return RESULT_STORE_DAMAGED;
    return add_split(witnesses, &split);
}

static enum result read_notes(struct witnesses *witnesses, enum store_note kind,
                              enum result (*read)(struct witnesses *, struct arena *, struct span)) {
    struct arena arena;
    enum result result = RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    for (uint32_t number = 1; !result; number++) {
        struct span note;
        arena_reset(&arena);
        result = store_get_note(witnesses->store, &arena, kind, number, &note);
        if (!result)
            result = read(witnesses, &arena, note);
    }
    arena_release(&arena);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result witnesses_open(struct witnesses *witnesses, struct store *store) {
    *witnesses = (struct witnesses){.store = store};
    TRY(read_notes(witnesses, STORE_NOTE_WITNESSED, read_row));
    TRY(read_notes(witnesses, STORE_NOTE_SPLIT, read_split));
    witnesses_settle(witnesses);
    return RESULT_OK;
}

void witnesses_release(struct witnesses *witnesses) {
    free(witnesses->rows);
    free(witnesses->splits);
    *witnesses = (struct witnesses){0};
}

void witnesses_settle(struct witnesses *witnesses) {
    for (size_t i = 0; witnesses->changed && i < witnesses->count; i++)
        witnesses->rows[i].durable = witnesses->rows[i].seen;
    witnesses->durable_count = witnesses->count;
    witnesses->durable_split_count = witnesses->split_count;
    witnesses->changed = false;
}

void witnesses_discard(struct witnesses *witnesses) {
    witnesses->count = witnesses->durable_count;
    witnesses->split_count = witnesses->durable_split_count;
    for (size_t i = 0; witnesses->changed && i < witnesses->count; i++)
        witnesses->rows[i].seen = witnesses->rows[i].durable;
    witnesses->changed = false;
}

static enum result put_row(struct witnesses *witnesses, struct arena *arena, const struct witnessed *row) {
    struct buf note;
    buf_init(&note, arena);
    buf_put(&note, row->member, sizeof row->member);
    if (row->seen.is_there) {
        checkpoint_write(&note, &row->seen.point);
        cosignature_write(&note, &row->seen.ours);
    }
    if (note.failed)
        return RESULT_NO_MEMORY;
    witnesses->changed = true;
    return store_put_note(witnesses->store, STORE_NOTE_WITNESSED, (uint32_t)(row - witnesses->rows) + 1,
                          buf_span(&note));
}

/* ---- looking up ---- */

struct witnessed *witnesses_find(const struct witnesses *witnesses, const uint8_t member[static MEMBER_ID_SIZE]) {
    for (size_t i = 0; i < witnesses->count; i++)
        if (memcmp(witnesses->rows[i].member, member, MEMBER_ID_SIZE) == 0)
            return &witnesses->rows[i];
    return NULL;
}

const struct split *witnesses_split(const struct witnesses *witnesses, const uint8_t member[static MEMBER_ID_SIZE],
                                    const uint8_t *key) {
    for (size_t i = 0; i < witnesses->split_count; i++) {
        const struct split *split = &witnesses->splits[i];
        bool is_by = !key || memcmp(split->one.key, key, MEMBER_ID_SIZE) == 0 ||
                     memcmp(split->other.key, key, MEMBER_ID_SIZE) == 0;
        if (is_by && memcmp(split->one.node, member, MEMBER_ID_SIZE) == 0)
            return split;
    }
    return NULL;
}

/* New rows are in the order of their notes: the note is put at once, without a checkpoint if there is none yet. */
static enum result get_row(struct witnesses *witnesses, struct arena *arena, const uint8_t *member,
                           struct witnessed **out) {
    *out = witnesses_find(witnesses, member);
    if (*out)
        return RESULT_OK;
    TRY(add_row(witnesses, member, out));
    return put_row(witnesses, arena, *out);
}

/* ---- splits ---- */

static size_t splits_of(const struct witnesses *witnesses, const uint8_t *member) {
    size_t count = 0;
    for (size_t i = 0; i < witnesses->split_count; i++)
        count += memcmp(witnesses->splits[i].one.node, member, MEMBER_ID_SIZE) == 0;
    return count;
}

enum result witnesses_prove(struct witnesses *witnesses, struct arena *arena, const struct checkpoint *one,
                            const struct checkpoint *other) {
    const struct split split = {*one, *other};
    struct buf note;
    if (witnesses->split_count >= SPLITS_MAX || splits_of(witnesses, one->node) >= SPLITS_OF_A_MEMBER_MAX)
        return RESULT_TOO_LARGE;
    buf_init(&note, arena);
    checkpoint_write(&note, one);
    checkpoint_write(&note, other);
    if (note.failed)
        return RESULT_NO_MEMORY;
    witnesses->changed = true;
    TRY(add_split(witnesses, &split));
    return store_put_note(witnesses->store, STORE_NOTE_SPLIT, (uint32_t)witnesses->split_count, buf_span(&note));
}

/* Two that cannot be of one log. By another key its node begins anew: nothing is held against that. */
static enum result is_split(struct witnesses *witnesses, struct arena *arena, struct witnessed *row,
                            const struct showing *showing, const struct checkpoint *before) {
    const struct checkpoint copy = *before;
    row->seen.is_there = row->has_claim = false;
    TRY(put_row(witnesses, arena, row));
    TRY(witnesses_prove(witnesses, arena, &copy, showing->point));
    log_error(_("%s has shown two logs of its disclosures, of %llu and %llu records: both checkpoints are kept, and "
                "nothing more of that log is cosigned"),
              showing->member->name, (unsigned long long)copy.size, (unsigned long long)showing->point->size);
    return RESULT_SPLIT;
}

/* ---- taking ---- */

static enum result check_point(const struct witnesses *witnesses, struct arena *arena, const struct showing *showing) {
    const struct checkpoint *point = showing->point;
    if (point->journal != JOURNAL_DISCLOSURES)
        return RESULT_MALFORMED;
    TRY(checkpoint_verify(point, arena, showing->member));
    if (point->time > (showing->now_ms + AHEAD_MS) / 1000)
        return RESULT_OUT_OF_ORDER;
    return witnesses_split(witnesses, point->node, point->key) ? RESULT_SPLIT : RESULT_OK;
}

static bool differs(const struct checkpoint *one, const struct checkpoint *other) {
    return one->size == other->size && memcmp(one->root, other->root, HASH_SIZE) != 0;
}

/* OK: the point goes on from `before`; NOT_FOUND: that is not what was proven; BAD_HASH: it does not. */
static enum result check_follows(const struct showing *showing, const struct checkpoint *before) {
    const struct checkpoint *point = showing->point;
    if (checkpoint_is_same(before, point))
        return RESULT_OK;
    if (differs(before, point))
        return RESULT_BAD_HASH;
    if (showing->first != before->size || before->size > point->size)
        return RESULT_NOT_FOUND;
    return merkle_verify_consistency(showing->proof, before->size, point->size, before->root, point->root);
}

/* The other checkpoint of the log becomes what is to be proven next: both proofs have to lead to one. */
static enum result check_claim(struct witnessed *row, const struct showing *showing, bool follows,
                               const struct checkpoint **ask) {
    if (!row->has_claim)
        return RESULT_OK;
    enum result result = check_follows(showing, &row->claim);
    if (result == RESULT_NOT_FOUND) {
        *ask = &row->claim;
        return RESULT_OK;
    }
    TRY(result);
    row->has_claim = !follows;
    row->claim = *showing->point;
    return RESULT_OK;
}

static enum result cosign(struct witnesses *witnesses, struct arena *arena, struct witnessed *row,
                          const struct showing *showing) {
    const struct checkpoint *point = showing->point;
    if (row->seen.is_there && memcmp(row->seen.point.signature, point->signature, SIGNATURE_SIZE) == 0)
        return RESULT_OK; /* it has not heard of our word for it */
    struct sight seen = {.is_there = true, .point = *point, .ours.time = showing->now_ms / 1000};
    TRY(cosignature_sign(&seen.ours, arena, point, showing->identity));
    row->seen = seen;
    return put_row(witnesses, arena, row);
}

/* docs/protocol.md, 14.12 */
enum result witnesses_take(struct witnesses *witnesses, struct arena *arena, const struct showing *showing,
                           const struct checkpoint **ask) {
    const struct checkpoint *point = showing->point;
    struct witnessed *row;
    bool follows = true;
    *ask = NULL;
    TRY(check_point(witnesses, arena, showing));
    TRY(get_row(witnesses, arena, showing->member->id, &row));
    const struct checkpoint *seen = &row->seen.point;
    if (row->seen.is_there) {
        if (point->size < seen->size && point->time > seen->time)
            return is_split(witnesses, arena, row, showing, seen);
        if (point->size < seen->size || point->time < seen->time)
            return RESULT_ROLLBACK;
        enum result result = check_follows(showing, seen);
        if (result == RESULT_BAD_HASH)
            return is_split(witnesses, arena, row, showing, seen);
        if (result && result != RESULT_NOT_FOUND)
            return result;
        follows = !result;
    }
    enum result result = check_claim(row, showing, follows, ask);
    if (result == RESULT_BAD_HASH)
        return is_split(witnesses, arena, row, showing, &row->claim);
    TRY(result);
    if (!*ask && !follows)
        *ask = seen;
    return *ask ? RESULT_OK : cosign(witnesses, arena, row, showing);
}

/* docs/protocol.md, 14.14 */
enum result witnesses_hear(struct witnesses *witnesses, struct arena *arena, const struct showing *showing,
                           bool *is_claim) {
    const struct checkpoint *point = showing->point;
    struct witnessed *row;
    *is_claim = false;
    TRY(check_point(witnesses, arena, showing));
    TRY(get_row(witnesses, arena, showing->member->id, &row));
    const struct sight *seen = &row->seen;
    if (seen->is_there && differs(&seen->point, point))
        return is_split(witnesses, arena, row, showing, &seen->point);
    if (row->has_claim && differs(&row->claim, point))
        return is_split(witnesses, arena, row, showing, &row->claim);
    if ((seen->is_there && checkpoint_is_same(&seen->point, point)) || showing->member->ended)
        return RESULT_OK;
    *is_claim = true;
    if (!row->has_claim)
        row->claim = *point;
    row->has_claim = true;
    return RESULT_OK;
}
