#include "daemon/lag.h"

enum { SAMPLE_ENTRIES = 16, SAMPLE_BYTES = 64 * 1024 };

/* One feed of ours, while its readers are gone through. */
struct measure {
    struct exchange *exchange;
    struct feed *feed;
    struct arena arena;
    uint64_t entry_bytes; /* on average */
    uint64_t after;       /* readers wait at the same place: what was looked up last … */
    uint64_t created;     /* … and when the entry behind it was made */
};

static enum result sample(struct measure *measure) {
    const struct feed *feed = measure->feed;
    struct span *entries;
    size_t count;
    uint64_t bytes = 0, head = feed->head.number;
    uint64_t after = head > SAMPLE_ENTRIES ? head - SAMPLE_ENTRIES : 0;
    uint64_t first = store_first_entry(measure->exchange->store, feed->record.ordinal);
    if (first > after + 1)
        after = first - 1;
    TRY(store_get_entries(measure->exchange->store, &measure->arena, feed->record.ordinal, after, SAMPLE_BYTES,
                          &entries, &count));
    for (size_t i = 0; i < count; i++)
        bytes += entries[i].len;
    measure->entry_bytes = count ? bytes / count : 0;
    measure->after = UINT64_MAX;
    return RESULT_OK;
}

/* When the entry behind `after` was made; 0 if it is not here. */
static enum result created_behind(struct measure *measure, uint64_t after, uint64_t *created) {
    struct span bytes;
    struct entry entry;
    if (measure->after != after) {
        arena_reset(&measure->arena);
        enum result result = store_get_entry(measure->exchange->store, &measure->arena, measure->feed->record.ordinal,
                                             after + 1, &bytes);
        if (result && result != RESULT_NOT_FOUND)
            return result;
        measure->created = !result && !feed_parse_header(&entry, bytes) ? entry.created : 0;
        measure->after = after;
    }
    *created = measure->created;
    return RESULT_OK;
}

static enum result add(struct measure *measure, const uint8_t *id, struct lag *lag) {
    struct position *position;
    uint64_t created;
    TRY(feeds_position(&measure->exchange->feeds, measure->feed, id, &position));
    uint64_t after = position->number, first = feeds_first_of(measure->feed, id), head = measure->feed->head.number;
    if (first > after + 1)
        after = first - 1;
    if (after >= head)
        return RESULT_OK;
    TRY(created_behind(measure, after, &created));
    lag->entries += head - after;
    lag->bytes += (head - after) * measure->entry_bytes;
    if (created && (lag->oldest == 0 || created < lag->oldest))
        lag->oldest = created;
    return RESULT_OK;
}

static enum result measure_feed(struct measure *measure, struct lag *lags) {
    const struct roster *roster = measure->exchange->roster;
    TRY(sample(measure));
    for (size_t i = 0; i < feeds_holders(measure->feed); i++) {
        const uint8_t *id = feeds_holder(measure->feed, i);
        const struct member *member = roster_find(roster, id);
        if (member)
            TRY(add(measure, id, &lags[member - roster->members]));
    }
    return RESULT_OK;
}

enum result lag_of_all(struct exchange *exchange, struct arena *arena, struct lag **out) {
    struct lag *lags = arena_array(arena, exchange->roster->count, sizeof *lags);
    if (!lags)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < exchange->feeds.count; i++) {
        struct measure measure = {.exchange = exchange, .feed = exchange->feeds.rows[i]};
        if (!measure.feed->ours)
            continue;
        arena_init(&measure.arena, SIZE_MAX);
        enum result result = measure_feed(&measure, lags);
        arena_release(&measure.arena);
        TRY(result);
    }
    *out = lags;
    return RESULT_OK;
}
