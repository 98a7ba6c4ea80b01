/* What came before its key, or its originator's: looked at again once the key is here. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "daemon/incoming.h"
#include "daemon/unverified.h"

enum { RETRY_AT_A_TIME = 256 };

/* It is looked at again; if it still cannot be opened, it waits again. */
static void waits_no_more(struct feed *feed, const struct entry *entry) {
    uint64_t bytes = entry->bytes.len;
    feed->draft.waiting -= feed->draft.waiting ? 1 : 0;
    feed->draft.waiting_bytes -= bytes < feed->draft.waiting_bytes ? bytes : feed->draft.waiting_bytes;
    if (feed->draft.waiting == 0)
        feed->draft.waits_for = FEED_WAITS_NOT;
    feed->changed = true;
}

/* Entries that came before their key. */
static enum result retry_slice(struct incoming *grant, struct arena *arena, uint64_t after, size_t limit,
                               size_t *seen) {
    struct exchange *exchange = grant->exchange;
    struct span *stored;
    size_t count;
    struct incoming again = *grant;
    again.stored = true;
    again.count = 0;
    TRY(store_get_entries(exchange->store, arena, grant->feed->record.ordinal, after, BLOCK_BYTES_MAX, &stored,
                          &count));
    *seen = count < limit ? count : limit;
    again.entries = calloc(*seen + 1, sizeof *again.entries);
    if (!again.entries)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < *seen; i++)
        if (!feed_parse(&again.entries[again.count].parsed, stored[i]) &&
            again.entries[again.count].parsed.kind != ENTRY_GRANT)
            waits_no_more(grant->feed, &again.entries[again.count++].parsed);
    enum result result = again.count ? incoming_examine(&again, 0, again.count) : RESULT_OK;
    for (size_t i = 0; i < again.count && !result; i++)
        result = incoming_take_disclosure(&again, i);
    incoming_release(&again);
    return result;
}

enum result incoming_retry(struct incoming *incoming, uint64_t grant_number) {
    uint64_t after = incoming->feed->draft.epoch_first;
    struct arena arena;
    enum result result = RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    while (after + 1 < grant_number && !result) {
        size_t left = (size_t)(grant_number - 1 - after), seen = 0;
        result = retry_slice(incoming, &arena, after, left < RETRY_AT_A_TIME ? left : RETRY_AT_A_TIME, &seen);
        if (seen == 0)
            break;
        after += seen;
        arena_reset(&arena);
    }
    arena_release(&arena);
    return result;
}

/* --- keys that were lost and are here again --- */

/* Examines and takes what has been gathered, all of one epoch. */
static enum result take_again(struct incoming *again) {
    enum result result = again->count ? incoming_examine(again, 0, again->count) : RESULT_OK;
    for (size_t i = 0; i < again->count && !result; i++)
        result = incoming_take_disclosure(again, i);
    again->count = 0;
    return result;
}

/* *epoch: whose key has been found in this walk. */
static enum result try_grant(struct incoming *again, const struct entry *parsed, uint32_t *epoch) {
    struct incoming_entry grant = {.parsed = *parsed};
    const uint8_t *key;
    TRY(take_again(again));
    enum result result = feeds_key(&again->exchange->feeds, again->feed, parsed->epoch, &key);
    if (result != RESULT_NO_EPOCH_KEY)
        return result;
    TRY(incoming_open_grant(again, &grant));
    if (!grant.result)
        *epoch = parsed->epoch;
    return RESULT_OK;
}

static enum result find_in_slice(struct incoming *again, const struct span *stored, size_t count, uint32_t *epoch) {
    for (size_t i = 0; i < count; i++) {
        struct entry parsed;
        if (feed_parse(&parsed, stored[i]))
            continue;
        if (parsed.kind == ENTRY_GRANT) {
            TRY(try_grant(again, &parsed, epoch));
        } else if (parsed.epoch == *epoch) {
            waits_no_more(again->feed, &parsed);
            again->entries[again->count++] = (struct incoming_entry){.parsed = parsed};
        }
    }
    return take_again(again);
}

static enum result find_in_feed(struct incoming *again, struct arena *arena) {
    uint32_t epoch = 0;
    TRY(exchange_begin(again->exchange));
    uint64_t first = store_first_entry(again->exchange->store, again->feed->record.ordinal);
    for (uint64_t after = first ? first - 1 : again->feed->head.number; after < again->feed->head.number;) {
        struct span *stored;
        size_t count;
        TRY(store_get_entries(again->exchange->store, arena, again->feed->record.ordinal, after, BLOCK_BYTES_MAX,
                              &stored, &count));
        if (count == 0)
            break;
        again->entries = calloc(count, sizeof *again->entries);
        enum result result = again->entries ? find_in_slice(again, stored, count, &epoch) : RESULT_NO_MEMORY;
        free(again->entries);
        again->entries = NULL;
        TRY(result);
        after += count;
        arena_reset(arena);
    }
    return RESULT_OK;
}

/* As if entries of a feed that are here came now. */
struct second_look {
    struct incoming again;
    struct delivery delivery;
    struct arena arena; /* whoever looks gives it back */
};

/* False if nobody knows the author any more. */
static bool look_again(struct second_look *look, struct exchange *exchange, struct feed *feed) {
    const struct member *author = roster_find_ever(exchange->roster, feed->record.author);
    if (!author)
        return false;
    look->delivery = (struct delivery){.author = author, .audience = feed->record.audience, .key = feed->record.key};
    look->again = (struct incoming){.exchange = exchange, .delivery = &look->delivery, .feed = feed, .stored = true};
    look->again.sign_key = member_sign_key(author, feed->record.key, &look->again.ending);
    arena_init(&look->arena, SIZE_MAX);
    return true;
}

enum result incoming_find_keys(struct exchange *exchange, struct feed *feed) {
    struct second_look look;
    if (!look_again(&look, exchange, feed))
        return RESULT_OK;
    enum result result = find_in_feed(&look.again, &look.arena);
    arena_release(&look.arena);
    return result;
}

/* --- originators whose keys were not known --- */

static bool has_other_keys(const struct roster *before, const struct roster *now, const uint8_t *id) {
    const struct member *then = before ? roster_find_ever(before, id) : NULL, *member = roster_find_ever(now, id);
    if (!member)
        return false;
    return !then || then->former_count != member->former_count ||
           memcmp(then->sign_key, member->sign_key, SIGN_PUBLIC_SIZE) != 0;
}

static enum result verify_again(struct incoming *again, struct arena *arena, uint64_t number) {
    struct incoming_entry entry = {0};
    struct span stored;
    TRY(store_get_entry(again->exchange->store, arena, again->feed->record.ordinal, number, &stored));
    TRY(feed_parse(&entry.parsed, stored));
    again->entries = &entry;
    again->count = 1;
    return take_again(again);
}

/* Those that are looked at wait no more: what cannot be verified now either waits anew. */
static enum result verify_rows(struct incoming *again, struct arena *arena, const struct roster *before) {
    struct exchange *exchange = again->exchange;
    struct unverified *rows, *kept;
    size_t count, kept_count = 0;
    TRY(unverified_get(exchange->store, arena, again->feed, &rows, &count));
    if (!(kept = arena_array(arena, count, sizeof *kept)))
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (!has_other_keys(before, exchange->roster, rows[i].originator))
            kept[kept_count++] = rows[i];
    if (kept_count == count)
        return RESULT_OK;
    TRY(exchange_begin(exchange));
    TRY(unverified_put(exchange->store, arena, again->feed, kept, kept_count));
    for (size_t i = 0; i < count; i++)
        if (has_other_keys(before, exchange->roster, rows[i].originator))
            TRY(verify_again(again, arena, rows[i].number));
    return RESULT_OK;
}

enum result incoming_verify_again(struct exchange *exchange, struct feed *feed, const struct roster *before) {
    struct second_look look;
    if (!look_again(&look, exchange, feed))
        return RESULT_OK;
    enum result result = verify_rows(&look.again, &look.arena, before);
    arena_release(&look.arena);
    return result;
}
