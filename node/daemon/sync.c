#include "daemon/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "sync.pb-c.h"

enum { SLOW_MS = 20000 };
enum { PULL_BYTES_FIRST = 64 * 1024, PULL_BYTES_MIN = 4 * 1024, PULL_BYTES_MAX = 512 * 1024 };
enum { FAST_MS = 500, LONG_MS = 2000, QUEUE_BYTES_MAX = 8 * 1024 * 1024 };

void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    struct buf bytes;
    buf_init(&bytes, &peers->node->exchange.turn);
    proto_encode(&bytes, message);
    if (!bytes.failed)
        session_send(connection->session, buf_span(&bytes));
}

void sync_begin(struct peers *peers, struct connection *connection) {
    sync_hello(peers, connection);
    sync_tell_holdings(peers, connection);
    sync_tell_forks(peers, connection);
    sync_tell_all_delivered(peers, connection);
    sync_announce_grown(peers, connection);
}

/* --- reading from the other end --- */

/* Asks for about so many bytes; none: the acknowledgement travels alone, and is not answered. */
static void send_pull(struct peers *peers, struct connection *connection, struct pull *pull, uint32_t bytes) {
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.feed = proto_bytes(pull->feed->head.feed, FEED_ID_SIZE);
    pull->told = words.durable = pull->feed->head.number;
    words.after = pull->asked > words.durable ? pull->asked : words.durable;
    words.bytes = bytes;
    message.pull = &words;
    sync_send(peers, connection, &message);
}

/* Asks on while there is more than has been asked for. How far an answer will reach is not known before it is here, so
 * one pull at a time is under way, and of all who have the feed from one at a time. */
static void ask_on(struct peers *peers, struct connection *connection, struct pull *pull) {
    struct feed *feed = pull->feed;
    if (pull->under_way || pull->stopped || (feed->source && feed->source != connection))
        return;
    if (!feed->source || pull->asked < feed->next.number)
        pull->asked = feed->next.number; /* a stick may have brought more than was asked for */
    if (pull->asked >= pull->announced) {
        feed->source = NULL;
        return;
    }
    feed->source = connection;
    pull->under_way = true;
    pull->asked_at = clock_steady_ms(peers->node->exchange.clock);
    if (connection->pull_bytes == 0)
        connection->pull_bytes = PULL_BYTES_FIRST;
    send_pull(peers, connection, pull, connection->pull_bytes);
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

static bool has_form(const Announce *words) {
    return words->author.len == MEMBER_ID_SIZE && words->head.len == HASH_SIZE && *words->audience &&
           strlen(words->audience) <= NAME_BYTES_MAX && (!words->has_key || words->key.len == MEMBER_ID_SIZE) &&
           (!words->has_entry || words->entry.len == ENTRY_OVERHEAD) && words->n_readers <= ROSTER_MEMBERS_MAX;
}

/* The author wants us to carry the feed, and says for whom. */
static enum result take_readers(struct peers *peers, struct feed *feed, const Announce *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feeds_reader *readers = arena_array(&exchange->turn, words->n_readers, sizeof *readers);
    if (!readers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_readers; i++) {
        if (words->readers[i]->id.len != MEMBER_ID_SIZE)
            return RESULT_MALFORMED;
        readers[i] = (struct feeds_reader){words->readers[i]->id.data, words->readers[i]->first};
    }
    TRY(exchange_begin(exchange));
    return feeds_set_readers(feed, readers, words->n_readers);
}

/* What the author says itself: its head against what is here. */
static enum result hear_author(struct peers *peers, struct connection *connection, struct pull *pull,
                               const Announce *words) {
    enum result result = exchange_compare_head(&peers->node->exchange, pull->feed, words->number, words->head.data);
    if (result && result != RESULT_FORK && result != RESULT_ROLLBACK)
        return result;
    pull->stopped = result == RESULT_FORK;
    if (pull->stopped)
        ask_for_evidence(peers, connection, pull, pull->feed->head.number);
    pull->announced = words->number;
    return RESULT_OK;
}

/* What somebody says who carries the feed: nothing that the author has not signed. */
static enum result hear_carrier(struct peers *peers, struct pull *pull, const Announce *words, uint64_t number) {
    enum result result = exchange_compare_entry(&peers->node->exchange, pull->feed, proto_span(words->entry));
    if (result && result != RESULT_FORK)
        return result;
    pull->stopped = result == RESULT_FORK;
    pull->announced = number;
    return RESULT_OK;
}

/* OK: it may be followed. */
static enum result check_announced(const Announce *words, const struct member *author, const uint8_t *key_id,
                                   bool by_author, uint64_t *number) {
    const struct ending *ending;
    if (!author || !member_sign_key(author, key_id, &ending))
        return RESULT_UNKNOWN_MEMBER;
    *number = words->number;
    if (by_author)
        return RESULT_OK;
    if (!words->has_entry)
        return RESULT_WRONG_FEED; /* each speaks for itself */
    return exchange_check_carried(author, key_id, words->audience, proto_span(words->entry), number);
}

static enum result take_announce(struct peers *peers, struct connection *connection, const Announce *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed;
    uint64_t number;
    if (!has_form(words))
        return RESULT_MALFORMED;
    const struct member *author = roster_find(peers->node->roster, words->author.data);
    const uint8_t *key_id = words->has_key ? words->key.data : words->author.data;
    bool by_author = memcmp(words->author.data, connection->peer->id, MEMBER_ID_SIZE) == 0;
    if (author == exchange->self ||
        (words->n_readers && (!by_author || !author || !exchange_carries(exchange, author))))
        return RESULT_OK; /* our own word for it comes as a Holding; and nobody makes us carry what we do not */
    enum result result = check_announced(words, author, key_id, by_author, &number);
    if (!result)
        result = exchange_follow(exchange, author->id, key_id, words->audience, &feed);
    if (result == RESULT_UNKNOWN_MEMBER || result == RESULT_TOO_LARGE || result == RESULT_WRONG_FEED) {
        exchange->refused[result]++; /* it may have new keys: once we know them, it tells again */
        return RESULT_OK;
    }
    TRY(result);
    bool is_new = !find_pull(connection, feed);
    if (words->n_readers)
        TRY(take_readers(peers, feed, words));
    /* only the author knows where we begin, and not behind what there is */
    if (by_author && words->has_first && words->first > 1 && words->first <= number && feed->next.epoch == 0 &&
        !words->n_readers)
        TRY(exchange_begin_midway(exchange, feed, words->first));
    struct pull *pull = get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    bool was_behind = by_author && pull->announced < pull->told; /* set back: it could not take our word for more */
    TRY(by_author ? hear_author(peers, connection, pull, words) : hear_carrier(peers, pull, words, number));
    if (number > feed->announced)
        feed->announced = number;
    ask_on(peers, connection, pull);
    if ((is_new || was_behind) && !pull->under_way)
        send_pull(peers, connection, pull, 0); /* it may not know what we have */
    return RESULT_OK;
}

/* A feed that does not hold, or whose entries wait for their key in heaps, is not pulled any further in this session;
 * the others are. */
static void stop_if_bad(struct peers *peers, struct connection *connection, struct pull *pull,
                        const struct delivery *delivery) {
    if (delivery->result == RESULT_REPLAYED)
        return; /* it came by another way meanwhile */
    if (delivery->result == RESULT_FORK)
        ask_for_evidence(peers, connection, pull, pull->feed->head.number);
    if (delivery->result)
        log_warning(_("%s: its feed \"%s\" is not followed any further in this session: %s"), delivery->author->name,
                    delivery->audience, result_text(delivery->result));
    pull->stopped = delivery->result || pull->feed->draft.waiting_bytes > WAITING_BYTES_MAX;
}

/* Nobody brings the feed: whoever has more of it may. */
static void resume(struct peers *peers, const struct feed *feed) {
    for (struct connection *connection = peers->connections; connection && !feed->source;
         connection = connection->next) {
        struct pull *pull = connection_is_up(connection) ? find_pull(connection, feed) : NULL;
        if (pull)
            ask_on(peers, connection, pull);
    }
}

static void release(struct peers *peers, struct connection *connection, struct feed *feed) {
    if (feed->source != connection)
        return;
    feed->source = NULL;
    resume(peers, feed);
}

/* Feeds first followed in a change that failed are gone; the pulls of them still point there. */
void sync_forget_feeds(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    size_t kept = 0;
    for (size_t i = 0; i < connection->pull_count; i++) {
        bool is_there = false;
        for (size_t k = 0; k < feeds->count; k++)
            is_there |= feeds->rows[k] == connection->pulls[i].feed;
        if (is_there)
            connection->pulls[kept++] = connection->pulls[i];
    }
    connection->pull_count = kept;
}

void sync_release(struct peers *peers, struct connection *connection) {
    for (size_t i = 0; i < connection->pull_count; i++) {
        connection->pulls[i].stopped = true;
        release(peers, connection, connection->pulls[i].feed);
    }
}

static bool has_another_source(const struct peers *peers, const struct connection *but, const struct feed *feed) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        bool is_other = connection != but && connection_is_up(connection);
        const struct pull *pull = is_other ? find_pull(connection, feed) : NULL;
        if (pull && !pull->stopped && !pull->under_way && pull->announced > feed->next.number)
            return true;
    }
    return false;
}

void sync_tick(struct peers *peers, uint64_t steady_ms) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        for (size_t i = 0; connection->session && i < connection->pull_count; i++) {
            struct pull *pull = &connection->pulls[i];
            if (pull->under_way && pull->feed->source == connection && steady_ms - pull->asked_at > SLOW_MS &&
                has_another_source(peers, connection, pull->feed))
                release(peers, connection, pull->feed);
        }
}

/* On a thin link little is asked for at a time: little is lost when it is cut, and other feeds get their turn. */
static void learn_speed(const struct peers *peers, struct connection *connection, const struct pull *pull) {
    uint64_t took_ms = clock_steady_ms(peers->node->exchange.clock) - pull->asked_at;
    if (took_ms < FAST_MS && connection->pull_bytes < PULL_BYTES_MAX)
        connection->pull_bytes *= 2;
    if (took_ms > LONG_MS && connection->pull_bytes > PULL_BYTES_MIN)
        connection->pull_bytes /= 2;
}

static enum result take_block(struct peers *peers, struct connection *connection, const Block *words) {
    struct exchange *exchange = &peers->node->exchange;
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(&exchange->feeds, words->feed.data) : NULL;
    struct pull *pull = feed ? find_pull(connection, feed) : NULL;
    if (!pull || !pull->under_way || words->after != pull->asked)
        return RESULT_WRONG_FEED; /* we did not ask for it */
    pull->under_way = false;
    if (words->n_entries == 0) {
        pull->announced = pull->asked; /* it has no more than that after all */
        release(peers, connection, feed);
        return RESULT_OK;
    }
    if (words->n_entries > BLOCK_BYTES_MAX / ENTRY_OVERHEAD)
        return RESULT_TOO_LARGE;

    struct span *entries = arena_array(&exchange->turn, words->n_entries, sizeof *entries);
    const struct member *author = roster_find_ever(peers->node->roster, feed->record.author);
    if (!entries)
        return RESULT_NO_MEMORY;
    if (!author)
        return RESULT_UNKNOWN_MEMBER;
    for (size_t i = 0; i < words->n_entries; i++)
        entries[i] = proto_span(words->entries[i]);
    learn_speed(peers, connection, pull);
    pull->asked += words->n_entries;
    ask_on(peers, connection, pull); /* the next block travels while this one is examined */

    struct delivery delivery = {.author = author,
                                .key = feed->record.key,
                                .audience = feed->record.audience,
                                .entries = entries,
                                .count = words->n_entries};
    connection->received = true;
    TRY(exchange_receive(exchange, &delivery));
    stop_if_bad(peers, connection, pull, &delivery);
    if (pull->stopped)
        release(peers, connection, feed);
    else if (!feed->source)
        resume(peers, feed);
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
    if (result == RESULT_UNKNOWN_MEMBER || result == RESULT_TOO_LARGE || result == RESULT_FORK ||
        result == RESULT_WRONG_FEED) {
        exchange->refused[result]++;
        return RESULT_OK;
    }
    if (result)
        return result;
    struct pull *pull = get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    pull->announced = feed->elsewhere;
    if (may_open(peers, feed))
        ask_on(peers, connection, pull);
    return RESULT_OK;
}

static enum result take_refusal(struct peers *peers, struct connection *connection, const Refusal *words) {
    struct feeds *feeds = &peers->node->exchange.feeds;
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(feeds, words->feed.data) : NULL;
    struct pull *pull = feed ? find_pull(connection, feed) : NULL;
    if (!pull || !pull->under_way)
        return RESULT_WRONG_FEED;
    pull->under_way = false;
    pull->announced = pull->asked; /* not again before the next announcement */
    release(peers, connection, feed);
    return RESULT_OK;
}

/* Of an expired roster's members nothing else is believed. */
static enum result take_content(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    if (message->pull && sync_is_silenced(peers)) {
        sync_refuse(peers, connection, message->pull, RESULT_EXPIRED);
        return RESULT_OK;
    }
    if (message->pull)
        return sync_take_pull(peers, connection, message->pull);
    if (message->refusal)
        return take_refusal(peers, connection, message->refusal);
    if (sync_is_silenced(peers))
        return RESULT_OK;
    if (message->announce)
        return take_announce(peers, connection, message->announce);
    if (message->holding)
        return take_holding(peers, connection, message->holding);
    if (message->delivered)
        return sync_take_delivered(peers, connection, message->delivered);
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
                  message->has_known + message->has_trust + !!message->holding + !!message->fork + !!message->delivered;
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
    if (link_queued(session_link(connection->session)) > QUEUE_BYTES_MAX)
        return RESULT_TOO_LARGE; /* asks much and reads nothing */
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
        if (!pull->feed->ours && pull->feed->head.number > pull->told && !pull->under_way)
            send_pull(peers, connection, pull, 0);
    }
    if (connection->received)
        connection->peer->backoff_ms = REDIAL_FIRST_MS; /* a session that brings something is a good one */
    connection->received = false;
    sync_tell_forks(peers, connection);
    sync_announce_grown(peers, connection);
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
        ask_on(peers, connection, pull);
    }
}
