#include "store/told.h"

#include "base/text.h"

enum { RECORD_MEMORY = 1024 /* to open one record of this file */ };

enum result told_put(struct records *records, uint64_t sequence, uint32_t ordinal, uint64_t number) {
    uint8_t value[8];
    put_u64(value, number);
    return records_put(records, &(struct place){.table = TABLE_TOLD, .first = sequence, .second = ordinal},
                       SPAN_OF_ARRAY(value));
}

struct listing {
    struct records *records;
    struct buf rows; /* struct store_told */
    uint64_t sequence;
    enum result result;
};

static bool list_told(void *context, const struct place *place, struct span sealed) {
    struct listing *listing = context;
    struct store_told row = {.ordinal = (uint32_t)place->second};
    struct arena arena;
    struct span record;
    if (place->first != listing->sequence)
        return false;
    arena_init(&arena, RECORD_MEMORY);
    listing->result = records_open_sealed(listing->records, &arena, place, sealed, &record);
    if (!listing->result && (record.len != 8 || !span_u64(&record, &row.number)))
        listing->result =
            records_complain(listing->records, RESULT_STORE_DAMAGED, place, _("it is no number of an entry"));
    if (!listing->result)
        buf_put(&listing->rows, &row, sizeof row);
    arena_release(&arena);
    return !listing->result;
}

enum result told_get(struct records *records, struct arena *arena, uint64_t sequence, struct store_told **out,
                     size_t *count) {
    struct listing listing = {.records = records, .sequence = sequence};
    buf_init(&listing.rows, arena);
    TRY(records_walk(records, &(struct place){.table = TABLE_TOLD, .first = sequence}, list_told, &listing));
    TRY(listing.result);
    if (listing.rows.failed)
        return RESULT_NO_MEMORY;
    *out = (struct store_told *)(void *)listing.rows.data;
    *count = listing.rows.len / sizeof **out;
    return RESULT_OK;
}
