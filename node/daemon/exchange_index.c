#include "daemon/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* --- one alert --- */

enum result exchange_row(struct index_row *out, struct arena *arena, const struct disclosure *disclosure,
                         uint64_t sequence, uint32_t ordinal) {
    const AlertHeader *header = disclosure->header;
    *out = (struct index_row){.sequence = sequence,
                              .created = header->created,
                              .version = header->version,
                              .expires = header->has_expires ? header->expires : 0,
                              .keep_until = header->retention_until ? alert_date_number(header->retention_until) : 0,
                              .ordinal = ordinal,
                              .originator = arena_copy(arena, header->originator.data, MEMBER_ID_SIZE),
                              .shown = arena_copy(arena, &disclosure->shown, sizeof disclosure->shown),
                              .is_recall = alert_is_recall(header)};
    out->is_erased = !out->is_recall && field_set_is_empty(&disclosure->shown);
    memcpy(out->object, disclosure->object, OBJECT_ID_SIZE);
    memcpy(out->alert, header->alert.data, TREE_ALERT_ID_SIZE);
    return out->originator && out->shown ? RESULT_OK : RESULT_NO_MEMORY;
}

/* The disclosure as the entry that it came by has it, opened; or what is left of it. */
static enum result open_stored(struct exchange *exchange, struct arena *arena, struct holding *out,
                               struct span *plain) {
    *plain = out->stored.disclosure;
    if (out->stored.ordinal) {
        struct entry entry;
        const uint8_t *key;
        struct feed *feed = feeds_find_ordinal(&exchange->feeds, out->stored.ordinal);
        if (!feed)
            return RESULT_STORE_DAMAGED;
        out->feed = feed;
        TRY(store_get_entry(exchange->store, arena, out->stored.ordinal, out->stored.number, &out->entry));
        if (out->stored.disclosure.len)
            return RESULT_OK;
        TRY(feed_parse(&entry, out->entry));
        TRY(feeds_key(&exchange->feeds, feed, entry.epoch, &key));
        TRY(feed_open(arena, plain, &entry, key));
    }
    return RESULT_OK;
}

enum result exchange_load(struct exchange *exchange, struct arena *arena, const struct index_row *row,
                          struct holding *out) {
    *out = (struct holding){0};
    struct span plain;
    TRY(store_get_alert(exchange->store, arena, row->sequence, &out->stored));
    TRY(open_stored(exchange, arena, out, &plain));
    return disclosure_decode(&out->disclosure, arena, plain);
}

bool exchange_is_current(struct exchange *exchange, const struct holding *holding) {
    const struct index_row *row = index_find(exchange->index, holding->disclosure.object);
    return row && row->sequence == holding->stored.sequence && !row->superseded && !row->is_erased &&
           !exchange_doubt(exchange, row);
}

enum result exchange_read(struct exchange *exchange, struct arena *arena, const struct index_row *row,
                          const AlertHeader **header, Alert **content) {
    struct holding holding;
    TRY(exchange_load(exchange, arena, row, &holding));
    *header = holding.disclosure.header;
    return exchange_visible(exchange, arena, &holding.disclosure, content);
}

/* --- building the index --- */

/* Alerts of the store on their way into the index: this thread reads them and opens their entries, the others decode
 * them, and this one adds them in order while the next are decoded. */
enum { INDEXED_AT_A_TIME = 128 };

struct indexing {
    struct exchange *exchange;
    struct indexed {
        struct arena arena;
        uint64_t sequence;
        struct holding holding;
        struct span plain;
        struct admitted admitted;
        enum result result;
    } * items;
    size_t count;
};

static void read_stored(struct exchange *exchange, struct indexed *item, uint64_t sequence) {
    arena_reset(&item->arena);
    item->holding = (struct holding){0};
    item->sequence = sequence;
    item->result = store_get_alert(exchange->store, &item->arena, sequence, &item->holding.stored);
    if (!item->result)
        item->result = open_stored(exchange, &item->arena, &item->holding, &item->plain);
}

/* As many as go at a time, from this one on. */
static void read_batch(struct indexing *indexing, uint64_t *next, uint64_t last) {
    for (indexing->count = 0; indexing->count < INDEXED_AT_A_TIME && *next <= last; ++*next)
        read_stored(indexing->exchange, &indexing->items[indexing->count++], *next);
}

static enum result decode_stored(struct exchange *exchange, struct indexed *item) {
    struct disclosure *disclosure = &item->holding.disclosure;
    Alert *content;
    TRY(item->result);
    TRY(disclosure_decode(disclosure, &item->arena, item->plain));
    TRY(exchange_visible(exchange, &item->arena, disclosure, &content));
    TRY(exchange_row(&item->admitted.row, &item->arena, disclosure, item->sequence, item->holding.stored.ordinal));
    return document_make(&item->admitted.document, &item->arena, disclosure->header, content);
}

static void decode(void *context, size_t at) {
    struct indexing *indexing = context;
    indexing->items[at].result = decode_stored(indexing->exchange, &indexing->items[at]);
}

static enum result add_indexed(struct exchange *exchange, struct indexed *item) {
    TRY(item->result);
    TRY(attachments_mention(exchange, &item->arena, &item->holding.disclosure, item->sequence,
                            item->holding.stored.ordinal));
    attachments_settle(exchange);
    return index_add(exchange->index, &item->admitted.row, &item->admitted.document);
}

/* An alert that cannot be read is said so and leaves the others alone. */
static enum result add_batch(struct indexing *indexing, uint64_t last) {
    struct exchange *exchange = indexing->exchange;
    for (size_t i = 0; i < indexing->count; i++) {
        uint64_t sequence = indexing->items[i].sequence;
        enum result result = add_indexed(exchange, &indexing->items[i]);
        if (result == RESULT_NO_MEMORY)
            return result;
        exchange->unread |= result && result != RESULT_NOT_FOUND;
        if (result && result != RESULT_NOT_FOUND)
            log_error(_("alert %llu of the store cannot be read: %s"), (unsigned long long)sequence,
                      result_text(result));
        if (sequence % 50000 == 0)
            log_info(_("index: %llu of %llu alerts"), (unsigned long long)sequence, (unsigned long long)last);
    }
    return RESULT_OK;
}

static enum result build_in_turns(struct indexing batches[static 2]) {
    struct exchange *exchange = batches[0].exchange;
    uint64_t last = store_last_alert(exchange->store), next = 1;
    size_t now = 0;
    enum result result = RESULT_OK;
    read_batch(&batches[0], &next, last);
    pool_start(exchange->pool, decode, &batches[0], batches[0].count);
    for (; batches[now].count && !result; now = !now) {
        read_batch(&batches[!now], &next, last);
        pool_start(exchange->pool, decode, &batches[!now], batches[!now].count); /* waits for what is being decoded */
        result = add_batch(&batches[now], last);
    }
    pool_wait(exchange->pool);
    return result;
}

static bool indexing_init(struct indexing *indexing, struct exchange *exchange) {
    *indexing = (struct indexing){.exchange = exchange, .items = calloc(INDEXED_AT_A_TIME, sizeof *indexing->items)};
    for (size_t i = 0; indexing->items && i < INDEXED_AT_A_TIME; i++)
        arena_init(&indexing->items[i].arena, SIZE_MAX);
    return indexing->items != NULL;
}

static void indexing_release(struct indexing *indexing) {
    for (size_t i = 0; indexing->items && i < INDEXED_AT_A_TIME; i++)
        arena_release(&indexing->items[i].arena);
    free(indexing->items);
}

/* The index lives in memory only. */
static enum result build_index(struct exchange *exchange) {
    struct indexing batches[2];
    bool good = indexing_init(&batches[0], exchange);
    good = indexing_init(&batches[1], exchange) && good;
    enum result result = good ? build_in_turns(batches) : RESULT_NO_MEMORY;
    indexing_release(&batches[0]);
    indexing_release(&batches[1]);
    return result;
}

enum result exchange_index_again(struct exchange *exchange) {
    struct index *before = exchange->index;
    exchange->index = index_new(exchange->references->taxa, exchange->index_bytes_max);
    enum result result = exchange->index ? build_index(exchange) : RESULT_NO_MEMORY;
    if (result) {
        index_free(exchange->index);
        exchange->index = before;
        return result;
    }
    index_free(before);
    expiry_begin(exchange);
    return RESULT_OK;
}
