#include "store/opened.h"

#include "base/limits.h"
#include "base/text.h"

enum { HEAD_BYTES = 1 + 8, RECORD_MEMORY = 4 * OPENED_BYTES_MAX /* to open one record of this file */ };

bool opened_has_form(struct span record) {
    return record.len >= HEAD_BYTES && record.len <= HEAD_BYTES + OPENED_BYTES_MAX &&
           record.data[0] < STORE_OPENED_STATES;
}

enum result opened_put(struct records *records, struct positions *positions, const struct store_opened *opened) {
    uint8_t record[HEAD_BYTES + OPENED_BYTES_MAX];
    uint32_t reader;
    TRY(positions_number(positions, records, opened->member, &reader));
    record[0] = (uint8_t)opened->state;
    put_u64(record + 1, opened->heard);
    if (opened->words.len)
        memcpy(record + HEAD_BYTES, opened->words.data, opened->words.len);
    return records_put(records, &(struct place){.table = TABLE_OPENED, .first = opened->sequence, .second = reader},
                       span_of(record, HEAD_BYTES + opened->words.len));
}

struct reading {
    struct records *records;
    const struct positions *positions;
    uint64_t only; /* 0: of all alerts */
    store_visit_opened *visit;
    void *context;
    bool is_damaged; /* one at least */
    enum result result;
};

static enum result read_row(const struct reading *reading, struct arena *arena, const struct place *place,
                            struct span sealed, struct store_opened *out) {
    struct span record;
    uint8_t state;
    TRY(records_open_sealed(reading->records, arena, place, sealed, &record));
    *out =
        (struct store_opened){.sequence = place->first, .member = positions_member(reading->positions, place->second)};
    if (!opened_has_form(record) || (place->second && !out->member) || !span_u8(&record, &state) ||
        !span_u64(&record, &out->heard))
        return records_complain(reading->records, RESULT_STORE_DAMAGED, place,
                                _("it does not say that an alert was opened"));
    out->state = (enum store_opened_state)state;
    out->words = record;
    return RESULT_OK;
}

static bool read_next(void *context, const struct place *place, struct span sealed) {
    struct reading *reading = context;
    struct store_opened row;
    struct arena arena;
    if (reading->only && place->first != reading->only)
        return false;
    arena_init(&arena, RECORD_MEMORY);
    enum result result = read_row(reading, &arena, place, sealed, &row);
    if (!result)
        result = reading->visit(reading->context, &row);
    arena_release(&arena);
    reading->is_damaged |= result == RESULT_STORE_DAMAGED;
    reading->result = result == RESULT_STORE_DAMAGED ? RESULT_OK : result; /* it leaves the others alone */
    return !reading->result;
}

static enum result read_all(struct reading *reading) {
    const struct place from = {.table = TABLE_OPENED, .first = reading->only};
    TRY(records_walk(reading->records, &from, read_next, reading));
    return reading->result;
}

enum result opened_each(struct records *records, const struct positions *positions, store_visit_opened *visit,
                        void *context) {
    struct reading reading = {.records = records, .positions = positions, .visit = visit, .context = context};
    TRY(read_all(&reading));
    return reading.is_damaged ? RESULT_STORE_DAMAGED : RESULT_OK;
}

struct listing {
    struct arena *arena;
    struct buf rows; /* struct store_opened */
};

static enum result list_row(void *context, const struct store_opened *opened) {
    struct listing *listing = context;
    struct store_opened row = *opened;
    row.words.data = arena_copy(listing->arena, opened->words.data, opened->words.len);
    if (opened->member)
        row.member = arena_copy(listing->arena, opened->member, 32); /* they move when there are more */
    if ((opened->words.len && !row.words.data) || (opened->member && !row.member))
        return RESULT_NO_MEMORY;
    buf_put(&listing->rows, &row, sizeof row);
    return RESULT_OK;
}

enum result opened_of(struct records *records, const struct positions *positions, struct arena *arena,
                      uint64_t sequence, struct store_opened **out, size_t *count) {
    struct listing listing = {.arena = arena};
    struct reading reading = {
        .records = records, .positions = positions, .only = sequence, .visit = list_row, .context = &listing};
    buf_init(&listing.rows, arena);
    TRY(read_all(&reading));
    if (listing.rows.failed)
        return RESULT_NO_MEMORY;
    *out = (struct store_opened *)(void *)listing.rows.data;
    *count = listing.rows.len / sizeof **out;
    return RESULT_OK;
}
