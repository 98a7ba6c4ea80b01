#include "daemon/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "sync.pb-c.h"

enum { PROTOCOL = 1, PULL_BYTES = 512 * 1024, QUEUE_BYTES_MAX = 8 * 1024 * 1024 };

static void send(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    struct buf bytes;
    buf_init(&bytes, &peers->node->exchange.turn);
    proto_encode(&bytes, message);
    if (!bytes.failed)
        session_send(connection->session, buf_span(&bytes));
}

void sync_hello(struct peers *peers, struct connection *connection) {
    Hello hello = HELLO__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    hello.protocol = PROTOCOL;
    hello.roster_version = peers->node->roster->version;
    message.hello = &hello;
    send(peers, connection, &message);
}

static void announce(struct peers *peers, struct connection *connection, const struct feed *feed) {
    Announce words = ANNOUNCE__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.author = proto_bytes(feed->record.author, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t)feed->record.audience;
    words.number = feed->head.number;
    words.head = proto_bytes(feed->head.hash, HASH_SIZE);
    message.announce = &words;
    send(peers, connection, &message);
}

/* Every feed of ours that this member may read and that has grown since we last told. */
static void announce_grown(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    if (feeds->count > connection->announced_count) {
        uint64_t *grown = realloc(connection->announced, feeds->count * sizeof *grown);
        if (!grown)
            return; /* told at the next commit */
        memset(grown + connection->announced_count, 0, (feeds->count - connection->announced_count) * sizeof *grown);
        connection->announced = grown;
        connection->announced_count = feeds->count;
    }
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        if (!feed->ours || feed->head.number <= connection->announced[i] ||
            !feeds_has_member(feed, connection->peer->id))
            continue;
        announce(peers, connection, feed);
        connection->announced[i] = feed->head.number;
    }
}

void sync_begin(struct peers *peers, struct connection *connection) {
    sync_hello(peers, connection);
    announce_grown(peers, connection);
}

/* --- reading from the other end --- */

/* Asks for about so many bytes; none: the acknowledgement travels alone, and is not answered. */
static void send_pull(struct peers *peers, struct connection *connection, const struct pull *pull, uint32_t bytes) {
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.feed = proto_bytes(pull->feed->head.feed, FEED_ID_SIZE);
    words.durable = pull->feed->head.number;
    words.after = pull->asked;
    words.bytes = bytes;
    message.pull = &words;
    send(peers, connection, &message);
}

/* Asks on while there is more than has been asked for. How far an answer will reach is not known before it is here, so
 * one pull at a time is under way. */
static void ask_on(struct peers *peers, struct connection *connection, struct pull *pull) {
    if (pull->asked >= pull->feed->announced || pull->under_way || pull->stopped)
        return;
    pull->under_way = true;
    send_pull(peers, connection, pull, PULL_BYTES);
}

static struct pull *find_pull(struct connection *connection, const struct feed *feed) {
    for (size_t i = 0; i < connection->pull_count; i++)
        if (connection->pulls[i].feed == feed)
            return &connection->pulls[i];
    return NULL;
}

static struct pull *get_pull(struct connection *connection, struct feed *feed) {
    struct pull *pull = find_pull(connection, feed);
    if (pull)
        return pull;
    struct pull *pulls = realloc(connection->pulls, (connection->pull_count + 1) * sizeof *pulls);
    if (!pulls)
        return NULL;
    connection->pulls = pulls;
    pull = &pulls[connection->pull_count++];
    *pull = (struct pull){.feed = feed, .asked = feed->head.number};
    return pull;
}

static enum result take_announce(struct peers *peers, struct connection *connection, const Announce *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed;
    if (words->author.len != MEMBER_ID_SIZE || words->head.len != HASH_SIZE || !*words->audience ||
        strlen(words->audience) > NAME_BYTES_MAX)
        return RESULT_MALFORMED;
    if (memcmp(words->author.data, connection->peer->id, MEMBER_ID_SIZE) != 0)
        return RESULT_WRONG_FEED; /* each speaks for itself */
    enum result followed = exchange_follow(exchange, connection->peer->id, words->audience, &feed);
    if (followed == RESULT_TOO_LARGE)
        exchange->refused[followed]++; /* more feeds than an author may have: this one is not followed */
    if (followed)
        return followed == RESULT_TOO_LARGE ? RESULT_OK : followed;
    bool is_new = !find_pull(connection, feed);
    struct pull *pull = get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    enum result result = exchange_compare_head(exchange, feed, words->number, words->head.data);
    if (result && result != RESULT_FORK && result != RESULT_ROLLBACK)
        return result;
    pull->stopped = result == RESULT_FORK;
    feed->announced = words->number;
    ask_on(peers, connection, pull);
    if (is_new && !pull->under_way)
        send_pull(peers, connection, pull, 0); /* it may not know what we have */
    return RESULT_OK;
}

/* A feed that does not hold, or whose entries wait for their key in heaps, is not pulled any further in this session;
 * the others are. */
static void stop_if_bad(struct pull *pull, const struct delivery *delivery) {
    if (delivery->result)
        log_warning(_("%s: its feed \"%s\" is not followed any further in this session: %s"), delivery->author->name,
                    delivery->audience, result_text(delivery->result));
    pull->stopped = delivery->result || pull->feed->waiting_bytes > WAITING_BYTES_MAX;
}

static enum result take_block(struct peers *peers, struct connection *connection, const Block *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(&exchange->feeds, words->feed.data) : NULL;
    struct pull *pull = feed ? find_pull(connection, feed) : NULL;
    if (!pull || !pull->under_way || words->after != pull->asked)
        return RESULT_WRONG_FEED; /* we did not ask for it */
    pull->under_way = false;
    if (words->n_entries == 0)
        return RESULT_OK;
    if (words->n_entries > BLOCK_BYTES_MAX / ENTRY_OVERHEAD)
        return RESULT_TOO_LARGE;

    struct span *entries = arena_array(&exchange->turn, words->n_entries, sizeof *entries);
    const struct member *author = roster_find(peers->node->roster, connection->peer->id);
    if (!entries)
        return RESULT_NO_MEMORY;
    if (!author)
        return RESULT_UNKNOWN_MEMBER;
    for (size_t i = 0; i < words->n_entries; i++)
        entries[i] = proto_span(words->entries[i]);
    pull->asked += words->n_entries;
    ask_on(peers, connection, pull); /* the next block travels while this one is examined */

    struct delivery delivery = {
        .author = author, .audience = feed->record.audience, .entries = entries, .count = words->n_entries};
    connection->received = pull->received = true;
    TRY(exchange_receive(exchange, &delivery));
    stop_if_bad(pull, &delivery);
    return RESULT_OK;
}

/* --- writing to the other end --- */

static enum result send_block(struct peers *peers, struct connection *connection, const struct feed *feed,
                              const Pull *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct span *entries;
    Block block = BLOCK__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    size_t bytes = words->bytes < BLOCK_BYTES_MAX - ENTRY_BYTES_MAX ? words->bytes : BLOCK_BYTES_MAX - ENTRY_BYTES_MAX;
    TRY(store_get_entries(exchange->store, &exchange->turn, feed->record.ordinal, words->after, bytes, &entries,
                          &block.n_entries));
    while (block.n_entries && words->after + block.n_entries > feed->head.number)
        block.n_entries--; /* not committed yet */
    block.entries = arena_array(&exchange->turn, block.n_entries, sizeof *block.entries);
    if (!block.entries)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < block.n_entries; i++)
        block.entries[i] = proto_bytes(entries[i].data, entries[i].len);
    block.feed = words->feed;
    block.after = words->after;
    message.block = &block;
    send(peers, connection, &message);
    return RESULT_OK;
}

static void refuse(struct peers *peers, struct connection *connection, const Pull *words, enum result why) {
    Refusal refusal = REFUSAL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    refusal.feed = words->feed;
    refusal.reason = (char *)(uintptr_t)result_name(why);
    message.refusal = &refusal;
    peers->node->exchange.refused[why]++;
    send(peers, connection, &message);
}

/* A reader has more of our feed than we have: we were set back to an older copy, or it lies. A person must look. */
static enum result tell_we_are_older(struct peers *peers, const struct connection *connection, const struct feed *feed,
                                     uint64_t durable) {
    const struct member *member = roster_find(peers->node->roster, connection->peer->id);
    if (peers->node->exchange.refused[RESULT_ROLLBACK]++ == 0)
        log_error(
            _("%s says it holds %llu entries of our feed \"%s\", of which we have %llu: if this node was set back "
              "to an older copy, do not publish, or the feed will fork"),
            member ? member->name : "", (unsigned long long)durable, feed->record.audience,
            (unsigned long long)feed->head.number);
    return RESULT_OK;
}

static enum result take_pull(struct peers *peers, struct connection *connection, const Pull *words) {
    struct exchange *exchange = &peers->node->exchange;
    if (words->feed.len != FEED_ID_SIZE || words->durable > words->after)
        return RESULT_MALFORMED;
    struct feed *feed = feeds_find(&exchange->feeds, words->feed.data);
    if (!feed || !feed->ours || !feeds_has_member(feed, connection->peer->id)) {
        refuse(peers, connection, words, RESULT_NOT_ALLOWED);
        return RESULT_OK;
    }
    if (words->durable > feed->head.number)
        return tell_we_are_older(peers, connection, feed, words->durable);
    TRY(exchange_acknowledge(exchange, feed, connection->peer->id, words->durable));
    if (words->bytes == 0)
        return RESULT_OK; /* an acknowledgement alone */
    if (link_queued(session_link(connection->session)) > QUEUE_BYTES_MAX)
        return RESULT_TOO_LARGE; /* asks much and reads nothing */
    return send_block(peers, connection, feed, words);
}

static enum result take_refusal(struct connection *connection, struct feeds *feeds, const Refusal *words) {
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(feeds, words->feed.data) : NULL;
    struct pull *pull = feed ? find_pull(connection, feed) : NULL;
    if (!pull || !pull->under_way)
        return RESULT_WRONG_FEED;
    pull->under_way = false;
    feed->announced = pull->asked; /* not again before the next announcement */
    return RESULT_OK;
}

static enum result dispatch(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    int members = !!message->hello + !!message->announce + !!message->pull + !!message->block + !!message->refusal;
    if (members != 1 || (!message->hello && !connection->greeted))
        return RESULT_MALFORMED;
    if (message->hello) {
        connection->greeted = true;
        return message->hello->protocol == PROTOCOL ? RESULT_OK : RESULT_UNKNOWN_SUITE;
    }
    if (message->announce)
        return take_announce(peers, connection, message->announce);
    if (message->pull)
        return take_pull(peers, connection, message->pull);
    if (message->block)
        return take_block(peers, connection, message->block);
    return take_refusal(connection, &peers->node->exchange.feeds, message->refusal);
}

enum result sync_take(struct peers *peers, struct connection *connection, struct span message) {
    struct arena arena;
    SyncMessage *words;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = proto_decode(&arena, &sync_message__descriptor, message, &words);
    if (!result)
        result = dispatch(peers, connection, words);
    arena_release(&arena);
    return result;
}

void sync_committed(struct peers *peers, struct connection *connection) {
    for (size_t i = 0; i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        if (pull->received && !pull->under_way)
            send_pull(peers, connection, pull, 0);
        pull->received = false;
    }
    if (connection->received)
        connection->peer->backoff_ms = REDIAL_FIRST_MS; /* a session that brings something is a good one */
    connection->received = false;
    announce_grown(peers, connection);
}
