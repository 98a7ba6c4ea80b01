/* The half of sync.h that says who we are, whom we go by, how far we hold the other's feeds, and who has forked. */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/sync.h"
#include "daemon/trust.h"
#include "sync.pb-c.h"

enum { PROTOCOL = 1, TRUST_ASK_MS = 5000, TRUST_BYTES = 512 * 1024 };

void sync_hello(struct peers *peers, struct connection *connection) {
    Hello hello = HELLO__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    hello.protocol = PROTOCOL;
    hello.roster_version = peers->node->roster->version;
    hello.trust = proto_bytes(peers->node->roster->digest, HASH_SIZE);
    hello.has_takes_opened = hello.takes_opened = true;
    message.hello = &hello;
    sync_send(peers, connection, &message);
}

void sync_tell_holding(struct peers *peers, struct connection *connection, const struct feed *feed) {
    struct exchange *exchange = &peers->node->exchange;
    struct span entry;
    Holding words = HOLDING__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (store_get_entry(exchange->store, &exchange->turn, feed->record.ordinal, feed->head.number, &entry) ||
        entry.len < ENTRY_OVERHEAD)
        return;
    words.key = proto_bytes(feed->record.key, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t)feed->record.audience;
    words.entry = proto_bytes(entry.data, ENTRY_OVERHEAD);
    message.holding = &words;
    sync_send(peers, connection, &message);
}

/* What we have of the other end's own feeds, but for those of which it is about to show whether it has more. */
void sync_tell_holdings(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        const struct pull *pull = sync_find_pull(connection, feed);
        bool is_its_own = !feed->ours && memcmp(feed->record.author, connection->peer->id, MEMBER_ID_SIZE) == 0;
        if (is_its_own && feed->head.epoch && !(pull && pull->owes_holding))
            sync_tell_holding(peers, connection, feed);
    }
}

void sync_tell_forks(struct peers *peers, struct connection *connection) {
    const struct forks *forks = &peers->node->exchange.forks;
    /* the rest follows with the next turn, once these have gone */
    while (connection->forks_told < forks->durable && link_queued(session_link(connection->session)) < TRUST_BYTES) {
        const struct fork *fork = &forks->rows[connection->forks_told++];
        Fork words = FORK__INIT;
        SyncMessage message = SYNC_MESSAGE__INIT;
        words.author = proto_bytes(fork->author, MEMBER_ID_SIZE);
        words.first = proto_bytes(fork->first, ENTRY_OVERHEAD);
        words.second = proto_bytes(fork->second, ENTRY_OVERHEAD);
        message.fork = &words;
        sync_send(peers, connection, &message);
    }
}

static void tell_known(struct peers *peers, struct connection *connection) {
    struct buf known;
    SyncMessage message = SYNC_MESSAGE__INIT;
    buf_init(&known, &peers->node->exchange.turn);
    if (roster_known(&known, peers->node->roster))
        return;
    connection->asked_trust_at = clock_steady_ms(peers->node->exchange.clock);
    memcpy(connection->asked_digest, connection->digest, HASH_SIZE);
    message.has_known = true;
    message.known = proto_bytes(known.data, known.len);
    sync_send(peers, connection, &message);
}

/* Asks for what we may lack, not again and again: the answer changes our digest, or there is none. */
void sync_ask_trust(struct peers *peers, struct connection *connection) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    bool is_the_same = memcmp(connection->digest, peers->node->roster->digest, HASH_SIZE) == 0;
    bool has_news = memcmp(connection->digest, connection->asked_digest, HASH_SIZE) != 0;
    if (!is_the_same && (has_news || now - connection->asked_trust_at >= TRUST_ASK_MS))
        tell_known(peers, connection);
}

enum result sync_take_hello(struct peers *peers, struct connection *connection, const Hello *words) {
    if (words->protocol != PROTOCOL)
        return RESULT_UNKNOWN_SUITE;
    if (words->trust.len != HASH_SIZE)
        return RESULT_MALFORMED;
    if (connection->greeted && memcmp(connection->digest, words->trust.data, HASH_SIZE) != 0) {
        /* it may have learnt who we are, or its roster is no longer expired: what it did not take is told again */
        if (connection->announced_count)
            memset(connection->announced, 0, connection->announced_count * sizeof *connection->announced);
        sync_tell_holdings(peers, connection);
        connection->opened_at = 0;
    }
    memcpy(connection->digest, words->trust.data, HASH_SIZE);
    connection->greeted = true;
    connection->takes_opened = words->takes_opened;
    sync_ask_trust(peers, connection);
    return RESULT_OK;
}

void sync_farewell(struct peers *peers, struct connection *connection, struct span news) {
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (news.len > TRUST_BYTES)
        return; /* it learns when it asks */
    message.has_trust = true;
    message.trust = proto_bytes(news.data, news.len);
    sync_send(peers, connection, &message);
}

enum result sync_take_known(struct peers *peers, struct connection *connection, struct span known) {
    struct buf missing;
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (link_queued(session_link(connection->session)) > TRUST_BYTES)
        return RESULT_OK; /* one answer at a time: it asks again */
    buf_init(&missing, &peers->node->exchange.turn);
    TRY(roster_missing(&missing, peers->node->roster, known, TRUST_BYTES));
    if (missing.len == 0)
        return RESULT_OK;
    message.has_trust = true;
    message.trust = proto_bytes(missing.data, missing.len);
    sync_send(peers, connection, &message);
    return RESULT_OK;
}

/* What is refused harms nothing and is counted; what was taken may let the rest in. */
enum result sync_take_trust(struct peers *peers, struct connection *connection, struct span trust) {
    bool taken;
    TRY(trust_take(peers->node, trust, &taken));
    if (taken && connection->session && connection->peer) {
        connection->asked_trust_at = 0;
        sync_ask_trust(peers, connection);
    }
    return RESULT_OK;
}

static void tell_delivered(struct peers *peers, struct connection *connection, struct feed *feed) {
    struct exchange *exchange = &peers->node->exchange;
    Delivered words = DELIVERED__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    size_t count = feeds_holders(feed);
    words.feed = proto_bytes(feed->head.feed, FEED_ID_SIZE);
    words.readers = arena_array(&exchange->turn, count, sizeof *words.readers);
    for (size_t i = 0; words.readers && i < count; i++) {
        Delivery *row = arena_alloc(&exchange->turn, sizeof *row);
        struct position *position;
        if (!row || feeds_position(&exchange->feeds, feed, feeds_holder(feed, i), &position))
            return;
        if (position->number == 0)
            continue;
        delivery__init(row);
        row->id = proto_bytes(feeds_holder(feed, i), MEMBER_ID_SIZE); /* positions move when there are more */
        row->number = position->number;
        words.readers[words.n_readers++] = row;
    }
    message.delivered = &words;
    if (words.n_readers)
        sync_send(peers, connection, &message);
}

/* Whom we let carry the feed is believed in this: it costs nothing but a wrong line in `status`. */
enum result sync_take_delivered(struct peers *peers, struct connection *connection, const Delivered *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(&exchange->feeds, words->feed.data) : NULL;
    if (words->feed.len != FEED_ID_SIZE || words->n_readers > MEMBERS_MAX)
        return RESULT_MALFORMED;
    if (!feed || !exchange_is_carrier(exchange, feed, roster_find(peers->node->roster, connection->peer->id))) {
        exchange->refused[RESULT_NOT_ALLOWED]++;
        return RESULT_OK;
    }
    for (size_t i = 0; i < words->n_readers; i++) {
        const Delivery *row = words->readers[i];
        if (row->id.len != MEMBER_ID_SIZE)
            return RESULT_MALFORMED;
        if (feeds_has_member(feed, row->id.data) && row->number <= feed->head.number)
            TRY(exchange_acknowledge(exchange, feed, row->id.data, row->number));
    }
    return RESULT_OK;
}

/* Of everything that we carry for the other end. */
void sync_tell_all_delivered(struct peers *peers, struct connection *connection) {
    connection->owes_delivered = peers->node->exchange.feeds.count;
    sync_pay_delivered(peers, connection);
}

void sync_pay_delivered(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    for (; connection->owes_delivered && feeds->count && !sync_is_behind(connection); connection->owes_delivered--) {
        struct feed *feed = feeds->rows[connection->delivered_at++ % feeds->count];
        if (feeds_is_carried(feed) && memcmp(feed->record.author, connection->peer->id, MEMBER_ID_SIZE) == 0)
            tell_delivered(peers, connection, feed);
    }
}

void sync_tell_delivered(struct peers *peers, struct connection *connection, struct feed *feed) {
    if (sync_is_behind(connection))
        connection->owes_delivered = peers->node->exchange.feeds.count;
    else
        tell_delivered(peers, connection, feed);
}

enum result sync_take_fork(struct peers *peers, const Fork *words) {
    struct exchange *exchange = &peers->node->exchange;
    const struct member *author =
        words->author.len == MEMBER_ID_SIZE ? roster_find_ever(peers->node->roster, words->author.data) : NULL;
    enum result result = RESULT_UNKNOWN_MEMBER;
    if (author)
        result = exchange_take_fork(exchange, author, proto_span(words->first), proto_span(words->second));
    if (result && result != RESULT_REPLAYED)
        exchange->refused[result]++;
    return result == RESULT_NO_MEMORY || result == RESULT_IO ? result : RESULT_OK;
}
