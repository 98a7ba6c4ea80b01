#include "store/schema.h"

#include "base/limits.h"

/* Sizes of the numbers that a key is made of. */
struct table_row {
    const char *name;
    uint8_t arrival;
    uint8_t first;
    uint8_t second;
};

/* clang-format off */
static const struct table_row rows[TABLE_COUNT] = {
    [TABLE_FORMAT]      = {"format",      0, 1, 0},
    [TABLE_FEEDS]       = {"feeds",       0, 4, 0},
    [TABLE_ENTRIES]     = {"entries",     8, 4, 8},
    [TABLE_EPOCHS]      = {"epochs",      0, 4, 4},
    [TABLE_ALERTS]      = {"alerts",      0, 8, 0},
    [TABLE_READERS]     = {"readers",     0, 4, 0},
    [TABLE_POSITIONS]   = {"positions",   0, 4, 4},
    [TABLE_NOTES]       = {"notes",       0, 4, 4},
    [TABLE_TOLD]        = {"told",        0, 8, 4},
    [TABLE_AUDIT]       = {"audit",       0, 8, 0},
    [TABLE_DISCLOSURES] = {"disclosures", 0, 8, 0},
    [TABLE_CHECKPOINTS] = {"checkpoints", 0, 4, 8},
    [TABLE_OPENED]      = {"opened",      0, 8, 4},
};
/* clang-format on */

const char *schema_table_name(enum table table) {
    return rows[table].name;
}

enum table schema_tables_of(uint32_t format) {
    return format == 3 ? TABLE_AUDIT : format == 4 ? TABLE_OPENED : TABLE_COUNT;
}

static uint8_t *write_number(uint8_t *out, size_t size, uint64_t value) {
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(value >> 8 * (size - 1 - i));
    return out + size;
}

static uint64_t read_number(const uint8_t **at, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | *(*at)++;
    return value;
}

size_t schema_key(uint8_t out[static RECORD_KEY_MAX], const struct place *place) {
    const struct table_row *row = &rows[place->table];
    uint8_t *end = write_number(out, row->arrival, place->arrival);
    end = write_number(end, row->first, place->first);
    end = write_number(end, row->second, place->second);
    return (size_t)(end - out);
}

bool schema_place(struct place *out, enum table table, struct span key) {
    const struct table_row *row = &rows[table];
    const uint8_t *at = key.data;
    if (key.len != (size_t)row->arrival + row->first + row->second)
        return false;
    *out = (struct place){.table = table};
    out->arrival = read_number(&at, row->arrival);
    out->first = read_number(&at, row->first);
    out->second = read_number(&at, row->second);
    return true;
}

void schema_put_feed(struct buf *out, const struct store_feed *feed) {
    size_t audience = strlen(feed->audience);
    buf_put(out, feed->feed, sizeof feed->feed);
    buf_put(out, feed->author, sizeof feed->author);
    buf_put(out, feed->key, sizeof feed->key);
    buf_put_u64(out, feed->number);
    buf_put(out, feed->head, sizeof feed->head);
    buf_put_u32(out, feed->epoch);
    buf_put_u64(out, feed->epoch_started);
    buf_put_u64(out, feed->epoch_first);
    buf_put_u8(out, feed->frozen);
    buf_put_u8(out, feed->waits_for);
    buf_put_u64(out, feed->waiting);
    buf_put_u64(out, feed->waiting_bytes);
    buf_put_u64(out, feed->outdated);
    buf_put_u32(out, (uint32_t)audience);
    buf_put(out, feed->audience, audience);
    buf_put_span(out, feed->members);
}

enum result schema_feed(struct store_feed *out, struct arena *arena, struct span record) {
    struct store_feed feed = {.ordinal = out->ordinal};
    uint8_t frozen;
    uint32_t len;
    struct span audience;
    bool whole = span_copy(&record, feed.feed, sizeof feed.feed) &&
                 span_copy(&record, feed.author, sizeof feed.author) && span_copy(&record, feed.key, sizeof feed.key) &&
                 span_u64(&record, &feed.number) && span_copy(&record, feed.head, sizeof feed.head) &&
                 span_u32(&record, &feed.epoch) && span_u64(&record, &feed.epoch_started) &&
                 span_u64(&record, &feed.epoch_first) && span_u8(&record, &frozen) &&
                 span_u8(&record, &feed.waits_for) && span_u64(&record, &feed.waiting) &&
                 span_u64(&record, &feed.waiting_bytes) && span_u64(&record, &feed.outdated) &&
                 span_u32(&record, &len) && span_take(&record, len, &audience);
    if (!whole || frozen > 1 || audience.len > NAME_BYTES_MAX || record.len % 32)
        return RESULT_STORE_DAMAGED;
    feed.frozen = frozen;
    feed.audience = arena_text(arena, (const char *)audience.data, audience.len);
    feed.members = span_of(arena_copy(arena, record.data, record.len), record.len);
    if (!feed.audience || !feed.members.data)
        return RESULT_NO_MEMORY;
    *out = feed;
    return RESULT_OK;
}

void schema_put_alert(struct buf *out, const struct store_alert *alert) {
    buf_put_u64(out, alert->arrived);
    buf_put_u32(out, alert->ordinal);
    buf_put_u64(out, alert->number);
    buf_put_span(out, alert->disclosure);
}

enum result schema_alert(struct store_alert *out, struct span record) {
    struct store_alert alert = {.sequence = out->sequence};
    if (!span_u64(&record, &alert.arrived) || !span_u32(&record, &alert.ordinal) || !span_u64(&record, &alert.number))
        return RESULT_STORE_DAMAGED;
    alert.disclosure = record;
    *out = alert;
    return RESULT_OK;
}
