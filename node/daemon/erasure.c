#include "daemon/erasure.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum { LOOK_MS = 10 * 1000 };

/* --- which --- */

struct gathering {
    struct index_row *rows;
    size_t count, capacity;
};

static bool count_row(void *context, const struct index_row *row) {
    struct gathering *gathering = context;
    (void)row;
    gathering->capacity++;
    return true;
}

static bool gather_row(void *context, const struct index_row *row) {
    struct gathering *gathering = context;
    gathering->rows[gathering->count++] = *row;
    return true;
}

static bool is_of(const struct index_row *row, const uint8_t *alert, const uint8_t *originator) {
    return memcmp(row->alert, alert, TREE_ALERT_ID_SIZE) == 0 &&
           memcmp(row->originator, originator, MEMBER_ID_SIZE) == 0;
}

enum result erasure_versions(const struct exchange *exchange, struct arena *arena, const uint8_t *alert,
                             const uint8_t *originator, struct index_row **rows, size_t *count) {
    struct gathering gathering = {.capacity = exchange->admitted_count};
    index_versions(exchange->index, alert, originator, count_row, &gathering);
    gathering.rows = arena_array(arena, gathering.capacity + 1, sizeof *gathering.rows);
    if (!gathering.rows)
        return RESULT_NO_MEMORY;
    index_versions(exchange->index, alert, originator, gather_row, &gathering);
    for (size_t i = 0; i < exchange->admitted_count; i++)
        if (is_of(&exchange->admitted[i].row, alert, originator))
            gather_row(&gathering, &exchange->admitted[i].row);
    *rows = gathering.rows;
    *count = gathering.count;
    return RESULT_OK;
}

/* --- what stands in the store --- */

static enum result strip_entry(struct exchange *exchange, struct arena *arena, uint32_t ordinal, uint64_t number) {
    struct span entry;
    enum result result = store_get_entry(exchange->store, arena, ordinal, number, &entry);
    if (result == RESULT_NOT_FOUND) /* our own feed may be on its way back to us */
        return RESULT_OK;
    TRY(result);
    if (entry.len <= ENTRY_OVERHEAD)
        return RESULT_OK;
    return store_put_entry(exchange->store, ordinal, number, span_of(entry.data, ENTRY_OVERHEAD));
}

static bool is_carried_by_others(const struct exchange *exchange, const struct feed *feed) {
    const struct policy_audience *audience = policy_audience_of(exchange->policy, feed->record.audience);
    return audience && audience->carried;
}

static bool has_everybody(struct exchange *exchange, struct feed *feed, uint64_t number) {
    for (size_t i = 0; i < feeds_holders(feed); i++) {
        const uint8_t *holder = feeds_holder(feed, i);
        struct position *position;
        if (feeds_position(&exchange->feeds, feed, holder, &position) ||
            (position->number < number && feeds_first_of(feed, holder) <= number))
            return false;
    }
    return true;
}

enum result erasure_when_had(struct exchange *exchange, struct feed *feed, uint64_t number) {
    struct arena *arena = &exchange->turn;
    struct span before;
    struct buf note;
    TRY(feeds_note(exchange->store, arena, STORE_NOTE_STRIP, feed, &before));
    buf_init(&note, arena);
    buf_put_span(&note, before);
    buf_put_u64(&note, number);
    if (note.failed)
        return RESULT_NO_MEMORY;
    return store_put_note(exchange->store, STORE_NOTE_STRIP, feed->record.ordinal, buf_span(&note));
}

/* What we told: at once, or when everybody has it. By which it came once more: unless it is carried for others. */
static enum result strip_told(struct exchange *exchange, struct arena *arena, const struct store_told *told) {
    struct feed *feed = feeds_find_ordinal(&exchange->feeds, told->ordinal);
    if (feed && feeds_is_carried(feed))
        return RESULT_OK;
    if (!feed || !feed->ours || !is_carried_by_others(exchange, feed) || has_everybody(exchange, feed, told->number))
        return strip_entry(exchange, arena, told->ordinal, told->number);
    return erasure_when_had(exchange, feed, told->number);
}

/* The entry it came by, and those by which it was passed on. Others may read what is carried for them, and would wait
 * for ever behind an entry that is bare here (docs/protocol.md, 6.8.1): that stays sealed. */
static enum result strip_entries(struct exchange *exchange, struct arena *arena, const struct store_alert *stored) {
    const struct feed *feed = stored->ordinal ? feeds_find_ordinal(&exchange->feeds, stored->ordinal) : NULL;
    struct store_told *told;
    size_t count;
    if (feed && !feed->ours && !feeds_is_carried(feed))
        TRY(strip_entry(exchange, arena, stored->ordinal, stored->number));
    TRY(store_get_told(exchange->store, arena, stored->sequence, &told, &count));
    for (size_t i = 0; i < count; i++)
        TRY(strip_told(exchange, arena, &told[i]));
    return RESULT_OK;
}

static enum result strip_waiting(struct exchange *exchange, struct arena *arena, struct feed *feed) {
    struct span before;
    struct buf left;
    uint64_t number;
    buf_init(&left, arena);
    TRY(feeds_note(exchange->store, arena, STORE_NOTE_STRIP, feed, &before));
    size_t waiting = before.len;
    while (span_u64(&before, &number)) {
        if (!has_everybody(exchange, feed, number)) {
            buf_put_u64(&left, number);
            continue;
        }
        TRY(exchange_begin(exchange));
        TRY(strip_entry(exchange, arena, feed->record.ordinal, number));
    }
    if (left.failed)
        return RESULT_NO_MEMORY;
    return left.len == waiting
               ? RESULT_OK
               : store_put_note(exchange->store, STORE_NOTE_STRIP, feed->record.ordinal, buf_span(&left));
}

enum result erasure_tick(struct exchange *exchange) {
    uint64_t now = clock_steady_ms(exchange->clock);
    enum result result = RESULT_OK;
    struct arena arena;
    if (now < exchange->strip_at)
        return RESULT_OK;
    exchange->strip_at = now + LOOK_MS;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < exchange->feeds.count && !result; i++) {
        if (exchange->feeds.rows[i]->ours)
            result = strip_waiting(exchange, &arena, exchange->feeds.rows[i]);
        arena_reset(&arena);
    }
    arena_release(&arena);
    if (result)
        exchange->failure = result;
    return result;
}

/* Header and proof alone; in the arena. */
static enum result narrow_to_nothing(struct disclosure *out, struct span *bytes, struct arena *arena,
                                     const struct disclosure *from) {
    static const struct field_set nothing;
    struct buf buf;
    buf_init(&buf, arena);
    TRY(disclosure_narrow(out, arena, from, &nothing));
    TRY(disclosure_encode(&buf, arena, out));
    *bytes = buf_span(&buf);
    return RESULT_OK;
}

/* --- one row --- */

/* What came in the open change is not shown to anybody when it ends. */
static void blank_admitted(struct exchange *exchange, uint64_t sequence, const struct index_row *blank) {
    for (size_t i = 0; i < exchange->admitted_count; i++) {
        struct admitted *admitted = &exchange->admitted[i];
        if (admitted->row.sequence != sequence)
            continue;
        admitted->row.shown = blank->shown;
        admitted->row.is_erased = true;
        admitted->document = (struct document){.originator = admitted->row.originator};
    }
}

/* The live row of an object: of the open change, or of the index. */
static const struct index_row *live_row(const struct exchange *exchange, const uint8_t *object) {
    for (size_t i = exchange->admitted_count; i-- > 0;)
        if (memcmp(exchange->admitted[i].row.object, object, OBJECT_ID_SIZE) == 0)
            return &exchange->admitted[i].row;
    return index_find(exchange->index, object);
}

/* A row of its own takes the place of the live one, so that who goes through what has come sees it go. */
static enum result admit_blank(struct exchange *exchange, const struct holding *holding,
                               const struct disclosure *narrow, struct span bytes) {
    static const Alert nothing = ALERT__INIT;
    struct store_alert stored = holding->stored;
    stored.disclosure = bytes;
    TRY(exchange_admit(exchange, narrow, &nothing, &stored));
    TRY(exchange_inherit_told(exchange, holding->stored.sequence, stored.sequence));
    struct admitted *last = &exchange->admitted[exchange->admitted_count - 1];
    last->document = (struct document){.originator = last->row.originator};
    blank_admitted(exchange, holding->stored.sequence, &last->row);
    return RESULT_OK;
}

static enum result erase_row(struct exchange *exchange, struct arena *arena, const struct index_row *row,
                             bool is_live) {
    struct holding holding;
    struct disclosure narrow;
    struct span bytes;
    TRY(exchange_load(exchange, arena, row, &holding));
    TRY(narrow_to_nothing(&narrow, &bytes, arena, &holding.disclosure));
    TRY(attachments_forget(exchange, arena, &holding.disclosure, row->sequence));
    TRY(strip_entries(exchange, arena, &holding.stored));
    struct store_alert stored = holding.stored;
    stored.disclosure = bytes;
    TRY(store_replace_alert(exchange->store, &stored));
    return is_live ? admit_blank(exchange, &holding, &narrow, bytes) : RESULT_OK;
}

static bool is_of_this_alert(enum result result) {
    return result && result != RESULT_NO_MEMORY && result != RESULT_IO && result != RESULT_DISK_FULL &&
           result != RESULT_STORE_FULL;
}

static enum result erase(struct exchange *exchange, const struct index_row *row) {
    const struct index_row *live = live_row(exchange, row->object);
    struct arena arena;
    if (row->is_recall || row->is_erased)
        return RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    enum result result = erase_row(exchange, &arena, row, live && live->sequence == row->sequence);
    arena_release(&arena);
    if (!is_of_this_alert(result))
        return result;
    log_error(_("alert %llu of the store cannot be read, and is not erased: %s"), (unsigned long long)row->sequence,
              result_text(result));
    return RESULT_OK;
}

/* The live ones last: while they stand, a row that they have replaced is known to need it. */
static enum result erase_all(struct exchange *exchange, const struct index_row *rows, size_t count, bool live) {
    for (size_t i = 0; i < count; i++) {
        const struct index_row *now = live_row(exchange, rows[i].object);
        bool is_live = now && now->sequence == rows[i].sequence;
        if (is_live == live && !(now && now->is_erased))
            TRY(erase(exchange, &rows[i]));
    }
    return RESULT_OK;
}

enum result erasure_of_rows(struct exchange *exchange, const struct index_row *rows, size_t count) {
    TRY(erase_all(exchange, rows, count, false));
    return erase_all(exchange, rows, count, true);
}
