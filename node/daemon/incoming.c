#include "daemon/incoming.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

enum { ENTRY_MEMORY_MAX = 16 * 1024 * 1024, RETRY_AT_A_TIME = 256 };

enum result incoming_open(struct incoming *incoming, struct exchange *exchange, struct delivery *delivery) {
    *incoming = (struct incoming){.exchange = exchange, .delivery = delivery};
    delivery->result = RESULT_OK;
    delivery->taken = 0;
    TRY(feeds_get(&exchange->feeds, delivery->author->id, delivery->audience, &incoming->feed));
    incoming->entries = calloc(delivery->count + 1, sizeof *incoming->entries);
    return incoming->entries ? RESULT_OK : RESULT_NO_MEMORY;
}

void incoming_release(struct incoming *incoming) {
    for (size_t i = 0; i < incoming->count; i++)
        arena_release(&incoming->entries[i].arena);
    free(incoming->entries);
}

/* Ours are never written by others; only their chain says what follows. */
static bool is_a_fork(struct incoming *incoming, const struct entry *entry) {
    struct span stored;
    struct exchange *exchange = incoming->exchange;
    if (store_get_entry(exchange->store, &exchange->turn, incoming->feed->record.ordinal, entry->number, &stored) ||
        stored.len < ENTRY_HEADER_SIZE)
        return false;
    uint8_t hash[HASH_SIZE];
    hash_of(hash, "INAMA.entry", span_of(stored.data, ENTRY_HEADER_SIZE));
    return memcmp(hash, entry->hash, HASH_SIZE) != 0 && !feed_verify(entry, incoming->delivery->author->sign_key);
}

static void freeze(struct incoming *incoming, const struct entry *entry) {
    struct feed *feed = incoming->feed;
    feed->draft.frozen = feed->changed = true;
    log_error(_("%s signed two different entries %llu for \"%s\": the feed is frozen until a person decides"),
              incoming->delivery->author->name, (unsigned long long)entry->number, incoming->delivery->audience);
}

/* One entry against the head so far. A replay of what is here is no harm and is passed over. */
static enum result check_entry(struct incoming *incoming, struct feed_head *head, struct span bytes) {
    struct entry entry;
    TRY(feed_parse(&entry, bytes));
    enum result result = feed_follows(head, &entry);
    if (result == RESULT_REPLAYED && is_a_fork(incoming, &entry)) {
        freeze(incoming, &entry);
        return RESULT_FORK;
    }
    if (result == RESULT_REPLAYED) {
        incoming->exchange->refused[RESULT_REPLAYED]++;
        return RESULT_OK;
    }
    TRY(result);
    feed_advance(head, &entry);
    incoming->entries[incoming->count++].parsed = entry;
    return RESULT_OK;
}

void incoming_check_chain(struct incoming *incoming) {
    struct delivery *delivery = incoming->delivery;
    struct feed_head head = incoming->feed->next;
    enum result result = incoming->feed->draft.frozen ? RESULT_FORK : RESULT_OK;
    for (size_t i = 0; i < delivery->count && !result; i++)
        result = check_entry(incoming, &head, delivery->entries[i]);
    /* the newest signature of the run speaks for all of it (docs/protocol.md, 6.4) */
    if (incoming->count) {
        enum result signature = feed_verify(&incoming->entries[incoming->count - 1].parsed, delivery->author->sign_key);
        if (signature) {
            result = signature;
            incoming->count = 0;
        }
    }
    if (result)
        incoming->exchange->refused[result]++;
    delivery->result = result;
    delivery->taken = incoming->count;
}

size_t incoming_run_end(const struct incoming *incoming, size_t start) {
    size_t end = start;
    while (end < incoming->count && incoming->entries[end].parsed.kind == ENTRY_DISCLOSURE)
        end++;
    return end;
}

/* --- examination: pure, on any core --- */

static enum result may_be_here(const struct incoming *incoming, const struct disclosure *disclosure,
                               const struct member *originator, const struct marking *marking) {
    const struct exchange *exchange = incoming->exchange;
    const struct member *author = incoming->delivery->author, *self = exchange->self;
    const struct policy_hop hop = {
        .from_originator = originator == author,
        .sender_country = author->country,
        .reader = {.role = self->role, .country = self->country, .name = self->name},
    };
    const struct policy_selector sender = {.role = author->role, .country = author->country, .name = author->name};
    return policy_admit(exchange->policy, marking, &hop, &sender, &disclosure->shown);
}

/* What goes on to one audience by the forwarding rules. */
static enum result forward_body(const struct incoming *incoming, struct incoming_entry *entry,
                                const struct marking *marking, const struct policy_audience *audience,
                                struct span *body) {
    struct disclosure narrow;
    struct buf bytes;
    const uint8_t *originator = entry->disclosure.header->originator.data;
    const struct policy_hop hop = exchange_hop(incoming->exchange, audience, originator);
    struct field_set shown = policy_decide(marking, &audience->view, &hop);
    if (field_set_is_empty(&shown))
        return RESULT_OK;
    buf_init(&bytes, &entry->arena);
    TRY(disclosure_narrow(&narrow, &entry->arena, &entry->disclosure, &shown));
    TRY(disclosure_encode(&bytes, &entry->arena, &narrow));
    *body = buf_span(&bytes);
    return RESULT_OK;
}

static enum result forward(const struct incoming *incoming, struct incoming_entry *entry,
                           const struct marking *marking) {
    const struct policy *policy = incoming->exchange->policy;
    entry->bodies = arena_array(&entry->arena, policy->audience_count, sizeof *entry->bodies);
    if (!entry->bodies)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < policy->audience_count; i++)
        if (exchange_forwards(incoming->exchange, incoming->feed, &policy->audiences[i]))
            TRY(forward_body(incoming, entry, marking, &policy->audiences[i], &entry->bodies[i]));
    return RESULT_OK;
}

/* Seal, commitment, originator, marking, policy, content: in this order (docs/protocol.md, 6.8). */
static enum result examine_entry(const struct incoming *incoming, struct incoming_entry *entry) {
    struct span plain;
    struct marking marking;
    TRY(feed_open(&entry->arena, &plain, &entry->parsed, incoming->key));
    TRY(disclosure_decode(&entry->disclosure, &entry->arena, plain));
    const struct member *originator =
        roster_find(incoming->exchange->roster, entry->disclosure.header->originator.data);
    if (!originator)
        return RESULT_UNKNOWN_MEMBER;
    TRY(disclosure_verify(&entry->disclosure, originator->sign_key));
    TRY(policy_marking(&marking, entry->disclosure.header));
    TRY(may_be_here(incoming, &entry->disclosure, originator, &marking));
    TRY(disclosure_content(&entry->visible, &entry->arena, &entry->disclosure)); /* is every value well-formed? */
    TRY(exchange_visible(incoming->exchange, &entry->arena, &entry->disclosure, &entry->visible));
    return forward(incoming, entry, &marking);
}

struct examining {
    struct incoming *incoming;
    size_t start;
};

static void examine(void *context, size_t index) {
    struct examining *examining = context;
    struct incoming_entry *entry = &examining->incoming->entries[examining->start + index];
    arena_init(&entry->arena, ENTRY_MEMORY_MAX);
    entry->result = examine_entry(examining->incoming, entry);
}

enum result incoming_examine(struct incoming *incoming, size_t start, size_t end) {
    struct exchange *exchange = incoming->exchange;
    enum result result =
        feeds_key(&exchange->feeds, incoming->feed, incoming->entries[start].parsed.epoch, &incoming->key);
    if (result == RESULT_NO_EPOCH_KEY) {
        for (size_t i = start; i < end; i++)
            incoming->entries[i].result = RESULT_NO_EPOCH_KEY;
        return RESULT_OK;
    }
    TRY(result);
    struct examining examining = {incoming, start};
    pool_run(exchange->pool, examine, &examining, end - start);
    return RESULT_OK;
}

/* --- taking: into the open change, in order --- */

static bool is_admitted(const struct exchange *exchange, const struct disclosure *disclosure) {
    for (size_t i = 0; i < exchange->admitted_count; i++)
        if (memcmp(exchange->admitted[i].object, disclosure->object, OBJECT_ID_SIZE) == 0)
            return true;
    return false;
}

/* Does this node have the version already, and see at least as much of it? */
static enum result has_as_much(struct exchange *exchange, const struct disclosure *disclosure, bool *has) {
    const struct index_row *row = index_find(exchange->index, disclosure->object);
    *has = is_admitted(exchange, disclosure);
    if (*has || !row)
        return RESULT_OK;
    struct holding holding;
    TRY(exchange_load(exchange, &exchange->turn, row, &holding));
    struct field_set more = field_set_minus(disclosure->shown, holding.disclosure.shown);
    *has = field_set_is_empty(&more);
    return RESULT_OK;
}

static enum result pass_on(struct exchange *exchange, struct incoming_entry *entry, uint64_t now_ms) {
    for (size_t i = 0; i < exchange->policy->audience_count; i++)
        if (entry->bodies[i].data)
            TRY(exchange_append(exchange, &exchange->policy->audiences[i], entry->bodies[i], now_ms));
    return RESULT_OK;
}

/* The examined alert becomes part of what is here, unless it is already. */
static enum result admit(struct incoming *incoming, struct incoming_entry *entry) {
    struct exchange *exchange = incoming->exchange;
    bool has;
    TRY(has_as_much(exchange, &entry->disclosure, &has));
    if (has)
        return RESULT_OK;
    uint64_t now_ms = clock_wall_ms(exchange->clock);
    struct store_alert stored = {
        .arrived = now_ms, .ordinal = incoming->feed->record.ordinal, .number = entry->parsed.number};
    TRY(exchange_admit(exchange, &entry->disclosure, entry->visible, &stored));
    return pass_on(exchange, entry, now_ms);
}

/* Keeps the entry, or of one that may not be here the header and signature alone. */
static enum result keep(struct incoming *incoming, const struct incoming_entry *entry, bool with_body) {
    struct feed *feed = incoming->feed;
    struct span bytes = entry->parsed.bytes;
    if (!with_body)
        bytes.len = ENTRY_OVERHEAD;
    TRY(store_put_entry(incoming->exchange->store, feed->record.ordinal, entry->parsed.number, bytes));
    if (entry->parsed.epoch != feed->next.epoch)
        feed->draft.epoch_first = entry->parsed.number;
    feed_advance(&feed->next, &entry->parsed);
    feed->changed = true;
    return RESULT_OK;
}

/* 1, 10, 100 …: a hostile peer earns a counter, not a log full of prose. */
static bool is_round(uint64_t count) {
    while (count % 10 == 0)
        count /= 10;
    return count == 1;
}

static void tell_refusal(const struct incoming *incoming, const struct incoming_entry *entry) {
    uint64_t count = ++incoming->exchange->refused[entry->result];
    if (is_round(count))
        log_warning(_("entry %llu of %s for \"%s\" is not taken: %s (%llu refused for this reason so far)"),
                    (unsigned long long)entry->parsed.number, incoming->delivery->author->name,
                    incoming->delivery->audience, result_text(entry->result), (unsigned long long)count);
}

enum result incoming_take_disclosure(struct incoming *incoming, size_t index) {
    struct incoming_entry *entry = &incoming->entries[index];
    bool waits = entry->result == RESULT_NO_EPOCH_KEY;
    if (!incoming->stored)
        TRY(keep(incoming, entry, waits || !entry->result));
    enum result result = RESULT_OK;
    if (waits)
        incoming->feed->unreadable++;
    else if (entry->result)
        tell_refusal(incoming, entry);
    else
        result = admit(incoming, entry);
    arena_release(&entry->arena);
    return result;
}

/* Entries that came before their key. */
static enum result retry_slice(struct incoming *grant, uint64_t after, size_t limit, size_t *seen) {
    struct exchange *exchange = grant->exchange;
    struct span *stored;
    size_t count;
    struct incoming again = {.exchange = exchange, .delivery = grant->delivery, .feed = grant->feed, .stored = true};
    TRY(store_get_entries(exchange->store, &exchange->turn, grant->feed->record.ordinal, after, BLOCK_BYTES_MAX,
                          &stored, &count));
    *seen = count < limit ? count : limit;
    again.entries = calloc(*seen + 1, sizeof *again.entries);
    if (!again.entries)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < *seen; i++)
        if (!feed_parse(&again.entries[again.count].parsed, stored[i]) &&
            again.entries[again.count].parsed.kind == ENTRY_DISCLOSURE)
            again.count++;
    enum result result = again.count ? incoming_examine(&again, 0, again.count) : RESULT_OK;
    for (size_t i = 0; i < again.count && !result; i++)
        result = incoming_take_disclosure(&again, i);
    incoming_release(&again);
    return result;
}

static enum result retry(struct incoming *incoming, uint64_t grant_number) {
    uint64_t after = incoming->feed->draft.epoch_first;
    incoming->feed->unreadable = 0;
    while (after + 1 < grant_number) {
        size_t left = (size_t)(grant_number - 1 - after), seen;
        TRY(retry_slice(incoming, after, left < RETRY_AT_A_TIME ? left : RETRY_AT_A_TIME, &seen));
        if (seen == 0)
            break;
        after += seen;
    }
    return RESULT_OK;
}

/* A key we hold must be the key that is granted again. */
static enum result check_against_ours(struct incoming *incoming, uint32_t epoch, const uint8_t *granted, bool *known) {
    const uint8_t *ours;
    enum result result = feeds_key(&incoming->exchange->feeds, incoming->feed, epoch, &ours);
    *known = result == RESULT_OK;
    if (result == RESULT_NO_EPOCH_KEY)
        return RESULT_OK;
    TRY(result);
    return secret_equal(ours, granted, EPOCH_KEY_SIZE) ? RESULT_OK : RESULT_FORK;
}

static enum result accept_key(struct incoming *incoming, const struct entry *entry, const uint8_t *key) {
    bool known;
    enum result result = check_against_ours(incoming, entry->epoch, key, &known);
    if (result == RESULT_FORK)
        incoming->exchange->refused[RESULT_FORK]++;
    if (result || known)
        return result == RESULT_FORK ? RESULT_OK : result;
    TRY(feeds_keep_key(&incoming->exchange->feeds, incoming->feed, entry->epoch, key));
    return retry(incoming, entry->number);
}

enum result incoming_take_grant(struct incoming *incoming, size_t index) {
    struct incoming_entry *entry = &incoming->entries[index];
    const struct identity *identity = incoming->exchange->identity;
    struct epoch_place place = {.epoch = entry->parsed.epoch};
    memcpy(place.feed, entry->parsed.feed, FEED_ID_SIZE);
    TRY(keep(incoming, entry, true));
    uint8_t *key = secret_new(EPOCH_KEY_SIZE);
    if (!key)
        return RESULT_NO_MEMORY;
    entry->result = epoch_accept(key, entry->parsed.body, &place, identity->id, identity->secrets->encryption,
                                 identity->encryption_key);
    enum result result = RESULT_OK;
    if (!entry->result)
        result = accept_key(incoming, &entry->parsed, key);
    else if (entry->result != RESULT_NOT_FOUND) /* not for us: we may still carry it */
        tell_refusal(incoming, entry);
    secret_free(key);
    return result;
}
