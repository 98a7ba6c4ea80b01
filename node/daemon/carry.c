#include "daemon/carry.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "roster.pb-c.h"
#include "sync.pb-c.h"

enum { TRUST_BYTES = 512 * 1024 };

static bool is_expired(const struct exchange *exchange) {
    return roster_standing(exchange->roster, clock_wall_ms(exchange->clock)) == ROSTER_EXPIRED;
}

/* --- giving --- */

static bool is_readable(const struct feed *feed, const struct member *reader) {
    return feed->ours && feed->head.number && feeds_has_member(feed, reader->id);
}

/* The entry before the first one that this reader is given. */
static enum result start_of(struct exchange *exchange, const struct carry_gift *gift, struct feed *feed,
                            uint64_t *after) {
    struct position *position;
    uint64_t first = feeds_first_of(feed, gift->reader->id);
    TRY(feeds_position(&exchange->feeds, feed, gift->reader->id, &position));
    *after = gift->from_start ? 0 : position->number;
    if (gift->after && feed->record.ordinal == gift->feed_next)
        *after = gift->after;
    if (first > 1 && *after < first - 1)
        *after = first - 1;
    return RESULT_OK;
}

static enum result tell_feed(struct exchange *exchange, const struct carry_gift *gift, struct feed *feed,
                             StickFeed **out) {
    StickFeed *words = arena_alloc(&exchange->turn, sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    stick_feed__init(words);
    TRY(start_of(exchange, gift, feed, &words->after));
    if (feed->record.ordinal < gift->feed_next)
        words->after = feed->head.number; /* a part before this one brings it */
    words->key = proto_bytes(feed->record.key, MEMBER_ID_SIZE);
    words->audience = (char *)(uintptr_t)feed->record.audience;
    words->number = feed->head.number;
    words->first = feeds_first_of(feed, gift->reader->id);
    words->has_first = words->first > 1;
    *out = words;
    return RESULT_OK;
}

enum result carry_give_head(struct exchange *exchange, const struct carry_gift *gift, struct buf *record) {
    const struct feeds *feeds = &exchange->feeds;
    StickHead words = STICK_HEAD__INIT;
    if (is_expired(exchange))
        return RESULT_EXPIRED;
    words.suite = 1;
    words.author = proto_bytes(exchange->identity->id, MEMBER_ID_SIZE);
    words.key = proto_bytes(exchange->identity->key_id, MEMBER_ID_SIZE);
    words.reader = proto_bytes(gift->reader->id, MEMBER_ID_SIZE);
    words.author_name = (char *)(uintptr_t)exchange->self->name;
    words.reader_name = (char *)(uintptr_t)gift->reader->name;
    words.created = clock_wall_ms(exchange->clock);
    words.part = gift->part;
    words.trust = proto_bytes(exchange->roster->digest, HASH_SIZE);
    words.feeds = arena_array(&exchange->turn, feeds->count, sizeof *words.feeds);
    if (!words.feeds)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < feeds->count && words.n_feeds < BUNDLE_FEEDS_MAX; i++)
        if (is_readable(feeds->rows[i], gift->reader))
            TRY(tell_feed(exchange, gift, feeds->rows[i], &words.feeds[words.n_feeds++]));
    return bundle_head_make(record, &exchange->turn, &words, exchange->identity);
}

/* The signed objects of a roster in an order in which each piece of them can be taken by itself: rosters, renewals,
 * desks, and the renewals again, as some wait for the desks that name their member. NULL behind the last. */
static const struct span *object_at(const struct roster *roster, size_t at, enum trust_object *kind) {
    *kind = TRUST_ROSTER;
    if (at < roster->chain_count)
        return &roster->chain[at]->file;
    at -= roster->chain_count;
    *kind = TRUST_RENEWAL;
    if (at < roster->renewal_count)
        return &roster->renewals[at]->file;
    at -= roster->renewal_count;
    *kind = TRUST_DESKS;
    if (at < roster->desk_count)
        return &roster->desks[at]->file;
    at -= roster->desk_count;
    *kind = TRUST_RENEWAL;
    return at < roster->renewal_count && roster->desk_count ? &roster->renewals[at]->file : NULL;
}

static void add_object(Trust *trust, enum trust_object kind, struct span object) {
    ProtobufCBinaryData bytes = proto_bytes(object.data, object.len);
    if (kind == TRUST_ROSTER)
        trust->rosters[trust->n_rosters++] = bytes;
    else if (kind == TRUST_DESKS)
        trust->desks[trust->n_desks++] = bytes;
    else
        trust->renewals[trust->n_renewals++] = bytes;
}

enum result carry_give_trust(struct exchange *exchange, struct carry_gift *gift, struct buf *record) {
    const struct roster *roster = exchange->roster;
    struct arena *arena = &exchange->turn;
    size_t at = gift->trust_next, bytes = 0;
    enum trust_object kind, before = TRUST_ROSTER;
    Trust trust = TRUST__INIT;
    trust.rosters = arena_array(arena, roster->chain_count, sizeof *trust.rosters);
    trust.desks = arena_array(arena, roster->desk_count, sizeof *trust.desks);
    trust.renewals = arena_array(arena, roster->renewal_count, sizeof *trust.renewals);
    if (!trust.rosters || !trust.desks || !trust.renewals)
        return RESULT_NO_MEMORY;
    for (const struct span *object; (object = object_at(roster, at, &kind)) != NULL; at++) {
        bool starts_again =
            kind == TRUST_RENEWAL && before == TRUST_DESKS; /* those that were given may be given again */
        if (bytes && (bytes + object->len > TRUST_BYTES || starts_again))
            break;
        add_object(&trust, kind, *object);
        bytes += object->len;
        before = kind;
    }
    gift->trust_next = (uint32_t)at;
    if (bytes)
        proto_encode(record, &trust);
    return record->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* As much of the feed as one record may hold. What is not committed yet is not given. */
static enum result give_block(struct exchange *exchange, struct carry_gift *gift, const struct feed *feed,
                              uint64_t after, struct buf *record) {
    struct span *entries;
    Block block = BLOCK__INIT;
    size_t bytes_max = BLOCK_BYTES_MAX - ENTRY_BYTES_MAX;
    size_t bytes = gift->bytes_max < bytes_max ? gift->bytes_max : bytes_max;
    TRY(store_get_entries(exchange->store, &exchange->turn, feed->record.ordinal, after, bytes, &entries,
                          &block.n_entries));
    while (block.n_entries && after + block.n_entries > feed->head.number)
        block.n_entries--;
    block.entries = proto_list(&exchange->turn, entries, block.n_entries);
    if (!block.entries)
        return RESULT_NO_MEMORY;
    if (block.n_entries == 0)
        return RESULT_STORE_DAMAGED;
    block.feed = proto_bytes(feed->head.feed, FEED_ID_SIZE);
    block.after = after;
    gift->feed_next = feed->record.ordinal;
    gift->after = after + block.n_entries;
    proto_encode(record, &block);
    return record->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result carry_give_entries(struct exchange *exchange, struct carry_gift *gift, struct buf *record) {
    if (is_expired(exchange))
        return RESULT_EXPIRED;
    for (size_t i = 0; i < exchange->feeds.count; i++) {
        struct feed *feed = exchange->feeds.rows[i];
        uint64_t after;
        if (feed->record.ordinal < gift->feed_next || !is_readable(feed, gift->reader))
            continue;
        TRY(start_of(exchange, gift, feed, &after));
        if (after < feed->head.number)
            return give_block(exchange, gift, feed, after, record);
    }
    return RESULT_OK;
}

enum result carry_give_receipt(struct exchange *exchange, const struct feed *feed, struct buf *record) {
    struct span entry;
    StickReceipt words = STICK_RECEIPT__INIT;
    if (feed->ours || feed->head.number == 0)
        return RESULT_NOT_FOUND;
    TRY(store_get_entry(exchange->store, &exchange->turn, feed->record.ordinal, feed->head.number, &entry));
    if (entry.len < ENTRY_OVERHEAD)
        return RESULT_STORE_DAMAGED;
    words.suite = 1;
    words.reader = proto_bytes(exchange->identity->id, MEMBER_ID_SIZE);
    words.key = proto_bytes(exchange->identity->key_id, MEMBER_ID_SIZE);
    words.feed_key = proto_bytes(feed->record.key, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t)feed->record.audience;
    words.entry = proto_bytes(entry.data, ENTRY_OVERHEAD);
    return bundle_receipt_make(record, &exchange->turn, &words, exchange->identity);
}

/* --- taking --- */

enum result carry_read_head(struct carry_head *out, struct exchange *exchange, struct arena *arena,
                            struct span record) {
    *out = (struct carry_head){.result = RESULT_NOT_FOUND};
    if (record.len == 0)
        return RESULT_OK;
    out->result = bundle_head_read(&out->record, arena, record);
    if (out->result)
        return out->result == RESULT_NO_MEMORY ? RESULT_NO_MEMORY : RESULT_OK;
    const struct member *author = roster_find(exchange->roster, out->record.words->author.data);
    out->for_us = memcmp(out->record.words->reader.data, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    out->result = bundle_head_verify(&out->record, author);
    out->author = out->result ? NULL : author;
    return RESULT_OK;
}

/* What the head says of this feed; NULL: nothing that counts here. */
static const StickFeed *find_words(const struct carry_head *head, const uint8_t *feed) {
    uint8_t id[FEED_ID_SIZE];
    for (size_t i = 0; head->author && head->for_us && i < head->record.words->n_feeds; i++) {
        const StickFeed *words = head->record.words->feeds[i];
        feed_id(id, words->key.data, words->audience);
        if (memcmp(id, feed, FEED_ID_SIZE) == 0)
            return words;
    }
    return NULL;
}

/* The feed as it is here, or as the head lets it begin here. */
static enum result find_feed(struct exchange *exchange, const struct carry_head *head, const uint8_t *id,
                             struct feed **out) {
    const StickFeed *words = find_words(head, id);
    const struct ending *ending;
    *out = feeds_find(&exchange->feeds, id);
    if (!*out && !words)
        return RESULT_NOT_ALLOWED;
    if (!*out) {
        if (!member_sign_key(head->author, words->key.data, &ending))
            return RESULT_UNKNOWN_MEMBER;
        TRY(exchange_follow(exchange, head->author->id, words->key.data, words->audience, out));
    }
    if ((*out)->ours || !words)
        return RESULT_OK;
    if (words->first > 1 && (*out)->next.number == 0)
        TRY(exchange_begin_midway(exchange, *out, words->first));
    if (words->number > (*out)->announced)
        (*out)->announced = words->number;
    return RESULT_OK;
}

static bool is_our_failure(enum result result) {
    return result == RESULT_NO_MEMORY || result == RESULT_IO || result == RESULT_DISK_FULL ||
           result == RESULT_STORE_FULL || result == RESULT_STORE_DAMAGED;
}

/* Is this header the one that is here? What lies before our beginning cannot be compared. */
static enum result is_here(struct exchange *exchange, const struct feed *feed, const struct entry *entry, bool *here) {
    struct entry stored;
    struct span bytes;
    struct arena arena;
    if (entry->number == feed->next.number) {
        *here = memcmp(entry->hash, feed->next.hash, HASH_SIZE) == 0 || feed->next.midway;
        return RESULT_OK;
    }
    arena_init(&arena, SIZE_MAX);
    enum result result = store_get_entry(exchange->store, &arena, feed->record.ordinal, entry->number, &bytes);
    if (!result)
        result = feed_parse_header(&stored, bytes);
    *here = result == RESULT_NOT_FOUND || (!result && memcmp(entry->hash, stored.hash, HASH_SIZE) == 0);
    arena_release(&arena);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

/* How many entries at the front may be here already: numbers that are, each following from the one before. */
static size_t count_known(const struct feed *feed, const struct span *entries, size_t count, struct entry *last) {
    size_t known = 0;
    for (; known < count; known++) {
        struct entry entry;
        if (feed_parse_header(&entry, entries[known]) || entry.number > feed->next.number ||
            memcmp(entry.feed, feed->head.feed, FEED_ID_SIZE) != 0)
            break;
        if (known && (entry.number != last->number + 1 || memcmp(entry.previous, last->hash, HASH_SIZE) != 0))
            break;
        *last = entry;
    }
    return known;
}

/* What was taken as header and signature alone has been counted, with its reason. */
static void count_withheld(struct carry_taken *out, const struct exchange *exchange, const uint64_t *before) {
    for (size_t i = 0; i < RESULT_COUNT; i++) {
        uint64_t more = exchange->refused[i] - before[i];
        if (out->result == (enum result)i && more)
            more--; /* of what was not taken at all */
        if (more && !out->withheld)
            out->why_withheld = (enum result)i;
        out->withheld += more;
    }
}

static enum result receive(struct exchange *exchange, const struct carry_head *head, const struct feed *feed,
                           struct carry_taken *out, const struct span *entries, size_t count) {
    uint64_t before[RESULT_COUNT];
    struct delivery delivery = {.author = out->author,
                                .key = feed->record.key,
                                .audience = feed->record.audience,
                                .entries = entries,
                                .count = count,
                                .by_author = head->author == out->author};
    memcpy(before, exchange->refused, sizeof before);
    TRY(exchange_receive(exchange, &delivery));
    out->result = delivery.result;
    out->taken = delivery.taken;
    count_withheld(out, exchange, before);
    return RESULT_OK;
}

/* Passes over what is here. An entry with the number of one that is here, and not it, is a fork if it is signed. */
static enum result take_run(struct exchange *exchange, const struct carry_head *head, struct feed *feed,
                            struct carry_taken *out, const struct span *entries, size_t count) {
    struct entry last = {0};
    bool here = true;
    size_t known = count_known(feed, entries, count, &last);
    if (known)
        TRY(is_here(exchange, feed, &last, &here));
    if (!here) {
        TRY(receive(exchange, head, feed, out, entries + known - 1, 1));
        if (out->result == RESULT_REPLAYED)
            out->result = RESULT_BAD_SIGNATURE; /* the other was never signed */
        return RESULT_OK;
    }
    out->replayed = known;
    return known == count ? RESULT_OK : receive(exchange, head, feed, out, entries + known, count - known);
}

static enum result may_take(const struct feed *feed, const struct carry_taken *out) {
    if (feed->ours)
        return RESULT_WRONG_FEED;
    if (!out->author)
        return RESULT_UNKNOWN_MEMBER;
    return feed->draft.waiting_bytes > WAITING_BYTES_MAX ? RESULT_NO_EPOCH_KEY : RESULT_OK;
}

static enum result take_block(struct exchange *exchange, const struct carry_head *head, const Block *words,
                              struct carry_taken *out) {
    struct feed *feed;
    if (words->feed.len != FEED_ID_SIZE || words->n_entries == 0)
        return RESULT_MALFORMED;
    if (words->n_entries > BLOCK_BYTES_MAX / ENTRY_OVERHEAD)
        return RESULT_TOO_LARGE;
    if (is_expired(exchange))
        return RESULT_EXPIRED;
    TRY(find_feed(exchange, head, words->feed.data, &feed));
    out->feed = feed;
    out->author = roster_find(exchange->roster, feed->record.author);
    out->first = words->after + 1;
    out->here = feed->next.number;
    TRY(may_take(feed, out));
    struct span *entries = arena_array(&exchange->turn, words->n_entries, sizeof *entries);
    if (!entries)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_entries; i++)
        entries[i] = proto_span(words->entries[i]);
    TRY(take_run(exchange, head, feed, out, entries, words->n_entries));
    out->here = feed->next.number;
    return RESULT_OK;
}

/* A failure of our own machine is the caller's; anything else is what became of the record. */
static enum result settle(struct carry_taken *out, enum result result) {
    if (is_our_failure(result))
        return result;
    if (result)
        out->result = result;
    return RESULT_OK;
}

enum result carry_take_entries(struct exchange *exchange, const struct carry_head *head, struct span record,
                               struct carry_taken *out) {
    Block *words;
    struct arena arena;
    *out = (struct carry_taken){0};
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = proto_decode(&arena, &block__descriptor, record, &words);
    if (!result)
        result = take_block(exchange, head, words, out);
    arena_release(&arena);
    return settle(out, result);
}

/* A receipt may have been under way for long. That a reader had more than we have counts whenever it was said; that it
 * had as much as we have does not prove that it has no more by now, as a Holding would. */
static enum result hear(struct exchange *exchange, const StickReceipt *words, struct carry_taken *out,
                        struct feed **feed) {
    uint8_t id[FEED_ID_SIZE];
    struct span entry = proto_span(words->entry);
    TRY(exchange_check_carried(exchange->self, words->feed_key.data, words->audience, entry, &out->first));
    feed_id(id, words->feed_key.data, words->audience);
    *feed = feeds_find(&exchange->feeds, id);
    if (!*feed || out->first > (*feed)->head.number)
        return exchange_hear(exchange, words->feed_key.data, words->audience, entry, feed);
    return exchange_compare_entry(exchange, *feed, entry);
}

/* Who says it, of which feed of ours, and whether it may. */
static enum result check_receipt(struct exchange *exchange, const struct bundle_receipt *receipt,
                                 struct carry_taken *out, struct feed **feed) {
    out->author = roster_find(exchange->roster, receipt->words->reader.data);
    TRY(bundle_receipt_verify(receipt, out->author));
    enum result result = hear(exchange, receipt->words, out, feed);
    if (result)
        return result == RESULT_UNKNOWN_MEMBER ? RESULT_WRONG_FEED : result;
    out->feed = *feed;
    return feeds_has_member(*feed, receipt->words->reader.data) ? RESULT_OK : RESULT_NOT_ALLOWED;
}

static enum result take_receipt(struct exchange *exchange, struct span record, struct carry_taken *out) {
    struct bundle_receipt receipt;
    struct position *position;
    struct feed *feed;
    TRY(bundle_receipt_read(&receipt, &exchange->turn, record));
    TRY(check_receipt(exchange, &receipt, out, &feed));
    TRY(feeds_position(&exchange->feeds, feed, out->author->id, &position));
    out->here = position->number;
    if (out->first > feed->head.number)
        return RESULT_BEHIND;
    if (out->first <= position->number)
        return RESULT_REPLAYED;
    TRY(exchange_acknowledge(exchange, feed, out->author->id, out->first));
    out->here = out->first;
    out->taken = 1;
    return exchange_keep_positions(exchange);
}

enum result carry_take_receipt(struct exchange *exchange, struct span record, struct carry_taken *out) {
    *out = (struct carry_taken){0};
    return settle(out, take_receipt(exchange, record, out));
}
