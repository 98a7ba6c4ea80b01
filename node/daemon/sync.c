#include "daemon/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "sync.pb-c.h"

enum { PULL_BYTES = 512 * 1024, QUEUE_BYTES_MAX = 8 * 1024 * 1024 };

void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    struct buf bytes;
    buf_init(&bytes, &peers->node->exchange.turn);
    proto_encode(&bytes, message);
    if (!bytes.failed)
        session_send(connection->session, buf_span(&bytes));
}

static void announce(struct peers *peers, struct connection *connection, const struct feed *feed) {
    Announce words = ANNOUNCE__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.author = proto_bytes(feed->record.author, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t)feed->record.audience;
    words.number = feed->head.number;
    words.head = proto_bytes(feed->head.hash, HASH_SIZE);
    words.has_key = memcmp(feed->record.key, feed->record.author, MEMBER_ID_SIZE) != 0;
    words.key = proto_bytes(feed->record.key, MEMBER_ID_SIZE);
    words.first = feeds_first_of(feed, connection->peer->id);
    words.has_first = words.first > 1;
    message.announce = &words;
    sync_send(peers, connection, &message);
}

/* May anything but whom to believe be said? Not by an expired roster (docs/protocol.md, 8.8). */
static bool is_silenced(const struct peers *peers) {
    const struct exchange *exchange = &peers->node->exchange;
    return roster_standing(exchange->roster, clock_wall_ms(exchange->clock)) == ROSTER_EXPIRED;
}

/* Every feed of ours that this member may read and that has grown since we last told. */
static void announce_grown(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    if (is_silenced(peers))
        return;
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
    sync_tell_holdings(peers, connection);
    sync_tell_forks(peers, connection);
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
    sync_send(peers, connection, &message);
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
    *pull = (struct pull){.feed = feed, .asked = feed->next.number};
    return pull;
}

/* Somebody has another entry of this number than ours, or says so: the two prove it. Asked for once a session. */
static void ask_for_evidence(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t number) {
    const struct feed *feed = pull->feed;
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (pull->evidence || pull->under_way || number == 0 ||
        forks_find(&peers->node->exchange.forks, feed->record.key, feed->head.feed))
        return;
    pull->evidence = pull->under_way = true;
    pull->asked = number - 1;
    words.feed = proto_bytes(feed->head.feed, FEED_ID_SIZE);
    words.durable = words.after = pull->asked;
    words.bytes = 1;
    message.pull = &words;
    sync_send(peers, connection, &message);
}

static enum result take_announce(struct peers *peers, struct connection *connection, const Announce *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed;
    const struct member *author = roster_find(peers->node->roster, connection->peer->id);
    const uint8_t *key_id = words->has_key ? words->key.data : connection->peer->id;
    const struct ending *ending;
    if (words->author.len != MEMBER_ID_SIZE || words->head.len != HASH_SIZE || !*words->audience ||
        strlen(words->audience) > NAME_BYTES_MAX || (words->has_key && words->key.len != MEMBER_ID_SIZE))
        return RESULT_MALFORMED;
    if (memcmp(words->author.data, connection->peer->id, MEMBER_ID_SIZE) != 0)
        return RESULT_WRONG_FEED; /* each speaks for itself */
    if (!author || !member_sign_key(author, key_id, &ending)) {
        exchange->refused[RESULT_UNKNOWN_MEMBER]++; /* it may have new keys: once we know them, it tells again */
        return RESULT_OK;
    }
    enum result followed = exchange_follow(exchange, connection->peer->id, key_id, words->audience, &feed);
    if (followed == RESULT_TOO_LARGE)
        exchange->refused[followed]++; /* more feeds than an author may have: this one is not followed */
    if (followed)
        return followed == RESULT_TOO_LARGE ? RESULT_OK : followed;
    bool is_new = !find_pull(connection, feed);
    if (words->has_first && words->first > 1 && feed->next.number == 0)
        TRY(exchange_begin_midway(exchange, feed, words->first));
    struct pull *pull = get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    enum result result = exchange_compare_head(exchange, feed, words->number, words->head.data);
    if (result && result != RESULT_FORK && result != RESULT_ROLLBACK)
        return result;
    pull->stopped = result == RESULT_FORK;
    if (pull->stopped)
        ask_for_evidence(peers, connection, pull, feed->head.number);
    feed->announced = words->number;
    ask_on(peers, connection, pull);
    if (is_new && !pull->under_way)
        send_pull(peers, connection, pull, 0); /* it may not know what we have */
    return RESULT_OK;
}

/* A feed that does not hold, or whose entries wait for their key in heaps, is not pulled any further in this session;
 * the others are. */
static void stop_if_bad(struct peers *peers, struct connection *connection, struct pull *pull,
                        const struct delivery *delivery) {
    if (delivery->result == RESULT_FORK)
        ask_for_evidence(peers, connection, pull, pull->feed->head.number);
    if (delivery->result)
        log_warning(_("%s: its feed \"%s\" is not followed any further in this session: %s"), delivery->author->name,
                    delivery->audience, result_text(delivery->result));
    pull->stopped = delivery->result || pull->feed->draft.waiting_bytes > WAITING_BYTES_MAX;
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
    const struct member *author = roster_find(peers->node->roster, feed->record.author);
    if (!entries)
        return RESULT_NO_MEMORY;
    if (!author)
        return RESULT_UNKNOWN_MEMBER;
    for (size_t i = 0; i < words->n_entries; i++)
        entries[i] = proto_span(words->entries[i]);
    pull->asked += words->n_entries;
    ask_on(peers, connection, pull); /* the next block travels while this one is examined */

    struct delivery delivery = {.author = author,
                                .key = feed->record.key,
                                .audience = feed->record.audience,
                                .entries = entries,
                                .count = words->n_entries};
    connection->received = true;
    pull->received = !feed->ours;
    TRY(exchange_receive(exchange, &delivery));
    stop_if_bad(peers, connection, pull, &delivery);
    return RESULT_OK;
}

/* What was sealed to keys that we do not have any more is not worth the way back. */
static bool may_open(const struct peers *peers, const struct feed *feed) {
    const struct identity *identity = &peers->node->identity;
    return memcmp(feed->record.key, identity->key_id, MEMBER_ID_SIZE) == 0 || identity->former_count;
}

/* A reader tells how much of our feed it has. What it has and we have not is fetched back. */
static enum result take_holding(struct peers *peers, struct connection *connection, const Holding *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed;
    if (words->key.len != MEMBER_ID_SIZE || words->entry.len != ENTRY_OVERHEAD || !*words->audience ||
        strlen(words->audience) > NAME_BYTES_MAX)
        return RESULT_MALFORMED;
    enum result result = exchange_hear(exchange, words->key.data, words->audience, proto_span(words->entry), &feed);
    if (result == RESULT_UNKNOWN_MEMBER || result == RESULT_TOO_LARGE || result == RESULT_FORK) {
        exchange->refused[result]++;
        return RESULT_OK;
    }
    if (result)
        return result;
    struct pull *pull = get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    feed->announced = feed->elsewhere;
    if (may_open(peers, feed))
        ask_on(peers, connection, pull);
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
    sync_send(peers, connection, &message);
    return RESULT_OK;
}

static void refuse(struct peers *peers, struct connection *connection, const Pull *words, enum result why) {
    Refusal refusal = REFUSAL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    refusal.feed = words->feed;
    refusal.reason = (char *)(uintptr_t)result_name(why);
    message.refusal = &refusal;
    peers->node->exchange.refused[why]++;
    sync_send(peers, connection, &message);
}

/* Who was granted the key, and the author, who fetches back what it has lost. */
static bool may_read(const struct feed *feed, const uint8_t *member) {
    return feed->ours ? feeds_has_member(feed, member) : memcmp(feed->record.author, member, MEMBER_ID_SIZE) == 0;
}

static enum result take_pull(struct peers *peers, struct connection *connection, const Pull *words) {
    struct exchange *exchange = &peers->node->exchange;
    if (words->feed.len != FEED_ID_SIZE || words->durable > words->after)
        return RESULT_MALFORMED;
    struct feed *feed = feeds_find(&exchange->feeds, words->feed.data);
    if (!feed || !may_read(feed, connection->peer->id)) {
        refuse(peers, connection, words, RESULT_NOT_ALLOWED);
        return RESULT_OK;
    }
    if (feed->ours && words->durable > feed->head.number)
        exchange->refused[RESULT_ROLLBACK]++; /* it says so: only its Holding proves it */
    else if (feed->ours)
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

/* Of an expired roster's members nothing else is believed. */
static enum result take_content(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    if (message->pull && is_silenced(peers)) {
        refuse(peers, connection, message->pull, RESULT_EXPIRED);
        return RESULT_OK;
    }
    if (message->pull)
        return take_pull(peers, connection, message->pull);
    if (message->refusal)
        return take_refusal(connection, &peers->node->exchange.feeds, message->refusal);
    if (is_silenced(peers))
        return RESULT_OK;
    if (message->announce)
        return take_announce(peers, connection, message->announce);
    if (message->holding)
        return take_holding(peers, connection, message->holding);
    if (message->fork)
        return sync_take_fork(peers, message->fork);
    return take_block(peers, connection, message->block);
}

/* Who is no member any more may ask by what, and nothing else. */
static enum result take_from_former(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    connection->greeted = true;
    return message->has_known ? sync_take_known(peers, connection, proto_span(message->known)) : RESULT_OK;
}

static enum result dispatch(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    int members = !!message->hello + !!message->announce + !!message->pull + !!message->block + !!message->refusal +
                  message->has_known + message->has_trust + !!message->holding + !!message->fork;
    if (members != 1 || (!message->hello && !connection->greeted))
        return RESULT_MALFORMED;
    if (connection->leaves_at)
        return take_from_former(peers, connection, message);
    if (message->hello)
        return sync_take_hello(peers, connection, message->hello);
    if (message->has_known)
        return sync_take_known(peers, connection, proto_span(message->known));
    if (message->has_trust)
        return sync_take_trust(peers, connection, proto_span(message->trust));
    return take_content(peers, connection, message);
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
    if (connection->leaves_at)
        return;
    for (size_t i = 0; i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        if (pull->received && !pull->under_way)
            send_pull(peers, connection, pull, 0);
        pull->received = false;
    }
    if (connection->received)
        connection->peer->backoff_ms = REDIAL_FIRST_MS; /* a session that brings something is a good one */
    connection->received = false;
    sync_tell_forks(peers, connection);
    announce_grown(peers, connection);
}

void sync_renew(struct peers *peers, struct connection *connection) {
    sync_hello(peers, connection);
    sync_ask_trust(peers, connection);
    if (connection->announced_count)
        memset(connection->announced, 0, connection->announced_count * sizeof *connection->announced);
    for (size_t i = 0; i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        if (pull->under_way || !pull->stopped)
            continue;
        pull->stopped = false;
        pull->asked = pull->feed->next.number;
        ask_on(peers, connection, pull);
    }
}
