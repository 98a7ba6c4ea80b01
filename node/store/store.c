#include "store/store.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "keys/secret.h"
#include "store/check.h"
#include "store/entries.h"
#include "store/journals.h"
#include "store/opened.h"
#include "store/positions.h"
#include "store/records.h"
#include "store/told.h"

enum { SCRATCH_BYTES = 4 * 1024 * 1024 };

/* The last running numbers given. */
struct counters {
    uint32_t feed;
    uint64_t alert;
};

struct store {
    struct records *records;
    struct entries entries;
    struct positions positions;
    struct journals journals;
    struct arena scratch; /* one call */
    struct counters now;  /* in the open change, if any */
    struct counters durable;
};

/* ---- opening ---- */

static enum result load_counters(struct store *store) {
    struct place feed = {0}, alert = {0};
    enum result result = records_last(store->records, TABLE_FEEDS, &feed);
    if (!result || result == RESULT_NOT_FOUND)
        result = records_last(store->records, TABLE_ALERTS, &alert);
    if (result && result != RESULT_NOT_FOUND)
        return result;
    store->durable = (struct counters){(uint32_t)feed.first, alert.first};
    store->now = store->durable;
    return RESULT_OK;
}

enum result store_open(struct store **out, const struct store_options *options) {
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return RESULT_NO_MEMORY;
    arena_init(&store->scratch, SCRATCH_BYTES);
    enum result result = records_open(&store->records, options);
    if (result)
        goto failed;
    result = check_keys(store->records);
    if (!result)
        result = load_counters(store);
    if (!result)
        result = entries_load(&store->entries, store->records, store->now.feed);
    if (!result)
        result = positions_load(&store->positions, store->records);
    if (!result)
        result = journals_load(&store->journals, store->records, options->random);
    if (!result) {
        *out = store;
        return RESULT_OK;
    }
    if (options->report)
        report_add(options->report, SEVERITY_ERROR, NULL, "%s", store_complaint(store));
failed:
    store_close(store);
    return result;
}

void store_close(struct store *store) {
    if (!store)
        return;
    records_close(store->records);
    entries_release(&store->entries);
    positions_release(&store->positions);
    arena_release(&store->scratch);
    free(store);
}

const char *store_complaint(const struct store *store) {
    return records_complaint(store->records);
}

/* ---- changes ---- */

enum result store_begin(struct store *store) {
    return records_begin(store->records);
}

/* What the open change has counted is now on disk, or never was. */
static void settle(struct store *store, bool committed) {
    if (committed)
        store->durable = store->now;
    else
        store->now = store->durable;
    entries_settle(&store->entries, committed);
    positions_settle(&store->positions, committed);
    journals_settle(&store->journals, committed);
}

enum result store_commit(struct store *store) {
    enum result result = records_commit(store->records);
    settle(store, result == RESULT_OK);
    return result;
}

void store_abort(struct store *store) {
    if (!records_is_open(store->records))
        return;
    records_abort(store->records);
    settle(store, false);
}

static enum result put_buf(struct store *store, const struct place *place, const struct buf *record) {
    return record->failed ? records_doom(store->records, RESULT_NO_MEMORY)
                          : records_put(store->records, place, buf_span(record));
}

static enum result misses(struct store *store, const struct place *place) {
    return records_complain(store->records, RESULT_STORE_DAMAGED, place, _("it is missing"));
}

static enum result has_no_form(struct store *store, enum result result, const struct place *place) {
    return result ? records_complain(store->records, result, place, result_text(result)) : RESULT_OK;
}

/* ---- feeds ---- */

struct feeds {
    struct store *store;
    struct arena *arena;
    struct store_feed *list;
    size_t count;
    enum result result;
};

static bool collect_feed(void *context, const struct place *place, struct span sealed) {
    struct feeds *feeds = context;
    struct store *store = feeds->store;
    struct store_feed *feed = &feeds->list[feeds->count];
    struct span record;
    if (place->first != feeds->count + 1) {
        feeds->result = misses(store, &(struct place){.table = TABLE_FEEDS, .first = feeds->count + 1});
        return false;
    }
    feed->ordinal = (uint32_t)place->first;
    arena_reset(&store->scratch);
    feeds->result = records_open_sealed(store->records, &store->scratch, place, sealed, &record);
    if (!feeds->result)
        feeds->result = has_no_form(store, schema_feed(feed, feeds->arena, record), place);
    feeds->count++;
    return !feeds->result;
}

enum result store_feeds(struct store *store, struct arena *arena, struct store_feed **out, size_t *count) {
    struct feeds feeds = {.store = store, .arena = arena};
    feeds.list = arena_array(arena, store->now.feed, sizeof *feeds.list);
    if (!feeds.list)
        return RESULT_NO_MEMORY;
    TRY(records_walk(store->records, &(struct place){.table = TABLE_FEEDS}, collect_feed, &feeds));
    TRY(feeds.result);
    *out = feeds.list;
    *count = feeds.count;
    return RESULT_OK;
}

enum result store_put_feed(struct store *store, struct store_feed *feed) {
    assert(feed->ordinal <= store->now.feed && feed->members.len % 32 == 0);
    assert(strlen(feed->audience) <= NAME_BYTES_MAX);
    uint32_t ordinal = feed->ordinal ? feed->ordinal : store->now.feed + 1;
    struct buf record;
    arena_reset(&store->scratch);
    buf_init(&record, &store->scratch);
    schema_put_feed(&record, feed);
    TRY(put_buf(store, &(struct place){.table = TABLE_FEEDS, .first = ordinal}, &record));
    if (!feed->ordinal)
        store->now.feed = ordinal;
    feed->ordinal = ordinal;
    return RESULT_OK;
}

/* Nothing is put for a feed that is not there: check_keys() would call it damage. */
static bool is_a_feed(const struct store *store, uint32_t ordinal) {
    return ordinal && ordinal <= store->now.feed;
}

/* ---- entries ---- */

enum result store_put_entry(struct store *store, uint32_t ordinal, uint64_t number, struct span entry) {
    assert(is_a_feed(store, ordinal) && entry.len <= ENTRY_BYTES_MAX);
    return entries_put(&store->entries, store->records, ordinal, number, entry);
}

enum result store_get_entry(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t number,
                            struct span *entry) {
    return entries_get(&store->entries, store->records, arena, ordinal, number, entry);
}

enum result store_get_entries(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t after,
                              size_t bytes_max, struct span **entries, size_t *count) {
    return entries_block(&store->entries, store->records, arena, ordinal, after, bytes_max, entries, count);
}

uint64_t store_first_entry(const struct store *store, uint32_t ordinal) {
    return entries_first(&store->entries, ordinal);
}

/* ---- epochs ---- */

enum result store_put_epoch(struct store *store, uint32_t ordinal, uint32_t epoch, const uint8_t key[static 32]) {
    assert(is_a_feed(store, ordinal) && epoch);
    return records_put(store->records, &(struct place){.table = TABLE_EPOCHS, .first = ordinal, .second = epoch},
                       span_of(key, SECRET_KEY_SIZE));
}

enum result store_get_epoch(struct store *store, uint32_t ordinal, uint32_t epoch, uint8_t key[static 32]) {
    const struct place place = {.table = TABLE_EPOCHS, .first = ordinal, .second = epoch};
    struct span record;
    arena_reset(&store->scratch);
    TRY(records_get(store->records, &store->scratch, &place, SIZE_MAX, &record));
    enum result result = record.len == SECRET_KEY_SIZE ? RESULT_OK : RESULT_STORE_DAMAGED;
    if (!result)
        memcpy(key, record.data, SECRET_KEY_SIZE);
    secret_wipe((void *)(uintptr_t)record.data, record.len); /* a copy in our own arena */
    return has_no_form(store, result, &place);
}

/* ---- alerts ---- */

static enum result put_alert(struct store *store, const struct store_alert *alert, uint64_t sequence) {
    struct buf record;
    arena_reset(&store->scratch);
    buf_init(&record, &store->scratch);
    schema_put_alert(&record, alert);
    return put_buf(store, &(struct place){.table = TABLE_ALERTS, .first = sequence}, &record);
}

enum result store_put_alert(struct store *store, struct store_alert *alert) {
    uint64_t sequence = store->now.alert + 1;
    TRY(put_alert(store, alert, sequence));
    store->now.alert = sequence;
    alert->sequence = sequence;
    return RESULT_OK;
}

enum result store_replace_alert(struct store *store, const struct store_alert *alert) {
    assert(alert->sequence && alert->sequence <= store->now.alert);
    return put_alert(store, alert, alert->sequence);
}

enum result store_get_alert(struct store *store, struct arena *arena, uint64_t sequence, struct store_alert *alert) {
    const struct place place = {.table = TABLE_ALERTS, .first = sequence};
    struct store_alert found = {.sequence = sequence};
    struct span record;
    enum result result = records_get(store->records, arena, &place, SIZE_MAX, &record);
    if (result == RESULT_NOT_FOUND && sequence && sequence <= store->now.alert)
        return misses(store, &place);
    TRY(result);
    TRY(has_no_form(store, schema_alert(&found, record), &place));
    *alert = found;
    return RESULT_OK;
}

uint64_t store_last_alert(const struct store *store) {
    return store->now.alert;
}

/* ---- to whom an alert was told ---- */

enum result store_put_told(struct store *store, uint64_t sequence, uint32_t ordinal, uint64_t number) {
    assert(sequence && sequence <= store->now.alert && is_a_feed(store, ordinal));
    return told_put(store->records, sequence, ordinal, number);
}

enum result store_get_told(struct store *store, struct arena *arena, uint64_t sequence, struct store_told **told,
                           size_t *count) {
    return told_get(store->records, arena, sequence, told, count);
}

/* ---- who has opened an alert ---- */

enum result store_put_opened(struct store *store, const struct store_opened *opened) {
    assert(opened->sequence && opened->sequence <= store->now.alert && opened->words.len <= OPENED_BYTES_MAX);
    return opened_put(store->records, &store->positions, opened);
}

enum result store_opened_of(struct store *store, struct arena *arena, uint64_t sequence, struct store_opened **out,
                            size_t *count) {
    assert(sequence);
    return opened_of(store->records, &store->positions, arena, sequence, out, count);
}

enum result store_each_opened(struct store *store, store_visit_opened *visit, void *context) {
    return opened_each(store->records, &store->positions, visit, context);
}

/* ---- notes ---- */

enum result store_put_note(struct store *store, enum store_note kind, uint32_t number, struct span content) {
    assert(number);
    return records_put(store->records, &(struct place){.table = TABLE_NOTES, .first = kind, .second = number}, content);
}

enum result store_get_note(struct store *store, struct arena *arena, enum store_note kind, uint32_t number,
                           struct span *content) {
    const struct place place = {.table = TABLE_NOTES, .first = kind, .second = number};
    return records_get(store->records, arena, &place, SIZE_MAX, content);
}

/* ---- journals ---- */

enum result store_append_record(struct store *store, enum journal journal, struct span content, uint64_t *number) {
    return journals_append(&store->journals, &store->scratch, journal, content, number);
}

const struct merkle *store_journal(const struct store *store, enum journal journal) {
    return &store->journals.now[journal];
}

enum result store_get_record(struct store *store, struct arena *arena, enum journal journal, uint64_t number,
                             struct store_record *out) {
    return journals_get(&store->journals, arena, journal, number, out);
}

enum result store_erase_record(struct store *store, enum journal journal, uint64_t number) {
    return journals_erase(&store->journals, &store->scratch, journal, number);
}

enum result store_check_record(struct store *store, enum journal journal, uint64_t number,
                               uint8_t leaf[static HASH_SIZE]) {
    return journals_check(&store->journals, &store->scratch, journal, number, leaf);
}

enum result store_journal_hash(struct store *store, enum journal journal, unsigned level, uint64_t index,
                               uint8_t out[static HASH_SIZE]) {
    return journals_hash(&store->journals, &store->scratch, journal, level, index, out);
}

enum result store_put_checkpoint(struct store *store, enum journal journal, uint64_t size, struct span text) {
    return journals_put_checkpoint(&store->journals, journal, size, text);
}

enum result store_checkpoints(struct store *store, struct arena *arena, enum journal journal, uint64_t from,
                              uint64_t to, struct span *texts, size_t *count) {
    return journals_checkpoints(&store->journals, arena, journal, from, to, texts, count);
}

/* ---- positions, usage, check ---- */

enum result store_put_position(struct store *store, uint32_t ordinal, const uint8_t member[static 32],
                               uint64_t number) {
    assert(is_a_feed(store, ordinal));
    return positions_put(&store->positions, store->records, ordinal, member, number);
}

enum result store_get_position(struct store *store, uint32_t ordinal, const uint8_t member[static 32],
                               uint64_t *number) {
    return positions_get(&store->positions, store->records, ordinal, member, number);
}

enum result store_positions(struct store *store, struct arena *arena, uint32_t ordinal,
                            struct store_position **positions, size_t *count) {
    return positions_of(&store->positions, store->records, arena, ordinal, positions, count);
}

void store_usage(struct store *store, uint64_t *used, uint64_t *size_max) {
    records_usage(store->records, used, size_max);
}

enum result store_check(struct store *store, void (*damaged)(void *context, const char *complaint), void *context,
                        uint64_t *records) {
    return check_records(store->records, damaged, context, records);
}
