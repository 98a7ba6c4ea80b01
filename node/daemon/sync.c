#include "daemon/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "sync.pb-c.h"

/* For entries of ours that come back without content: how long others may offer them whole, and when they are asked for
 * again. */
enum { BARE_WAIT_MS = 2 * 60 * 1000, BARE_AGAIN_MS = 15 * 1000 };

void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    struct buf bytes;
    buf_init(&bytes, &peers->node->exchange.turn);
    proto_encode(&bytes, message);
    connection->is_choked |= link_queued(session_link(connection->session)) > QUEUE_BYTES_MAX;
    if (!bytes.failed && !connection->is_choked)
        session_send(connection->session, buf_span(&bytes));
}

void sync_begin(struct peers *peers, struct connection *connection) {
    sync_hello(peers, connection);
    sync_ask_at_once(peers, connection);
    sync_tell_holdings(peers, connection);
    sync_tell_forks(peers, connection);
    sync_tell_all_delivered(peers, connection);
    sync_announce_grown(peers, connection);
}

/* --- reading from the other end --- */

static bool has_form(const Announce *words) {
    return words->author.len == MEMBER_ID_SIZE && words->head.len == HASH_SIZE && *words->audience &&
           strlen(words->audience) <= NAME_BYTES_MAX && (!words->has_key || words->key.len == MEMBER_ID_SIZE) &&
           (!words->has_entry || words->entry.len == ENTRY_OVERHEAD) && words->n_readers <= MEMBERS_MAX;
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
        sync_ask_for_evidence(peers, connection, pull, pull->feed->head.number);
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
    if (words->n_readers)
        TRY(take_readers(peers, feed, words));
    /* only the author knows where we begin, and not behind what there is */
    if (by_author && words->has_first && words->first > 1 && words->first <= number && feed->next.epoch == 0 &&
        !words->n_readers)
        TRY(exchange_begin_midway(exchange, feed, words->first));
    struct pull *pull = sync_get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    /* who carries it tells growth to who answers; an author that was set back could not take our word for more */
    pull->is_new |= !by_author || pull->announced < pull->told;
    TRY(by_author ? hear_author(peers, connection, pull, words) : hear_carrier(peers, pull, words, number));
    if (number > feed->announced)
        feed->announced = number;
    connection->wants = true;
    return RESULT_OK;
}

/* A feed that does not hold, or whose entries wait for their key in heaps, is not pulled any further in this session;
 * the others are. */
static void stop_if_bad(struct peers *peers, struct connection *connection, struct pull *pull,
                        const struct delivery *delivery) {
    if (delivery->result == RESULT_REPLAYED)
        return; /* it came by another way meanwhile */
    /* what was on its way behind a bad entry says nothing new */
    if (!pull->stopped)
        peers_strike(peers, connection, delivery->result);
    if (delivery->result) {
        enum result writing = exchange_may_write(&peers->node->exchange);
        if (writing)
            peers->node->writing = writing; /* once that is over, what was refused for it is asked for again */
        log_warning(_("%s: its feed \"%s\" is not followed any further in this session: %s"), delivery->author->name,
                    delivery->audience, result_text(delivery->result));
    }
    pull->stopped = delivery->result || pull->feed->draft.waiting_bytes > WAITING_BYTES_MAX;
}

/* The first of the answers is here, with so much in its last part. */
static void answered(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t bytes,
                     size_t entries) {
    line_brought(&connection->line, &pull->answers[0], bytes, entries, clock_steady_ms(peers->node->exchange.clock));
    pull->answers[0] = pull->answers[1];
    pull->answers[1] = (struct asked){0};
    pull->under_way--;
}

/* It has no more than that after all, or does not give it: it is not asked again before the next announcement. */
static void came_to_nothing(struct peers *peers, struct connection *connection, struct pull *pull) {
    if (pull->owes_holding)
        sync_tell_holding(peers, connection, pull->feed);
    pull->owes_holding = false;
    pull->announced = pull->came;
    sync_pull_done(peers, connection, pull);
    connection->wants = true;
}

/* The pull that this answers; NULL: we did not ask for it. */
static struct pull *asked_for(const struct peers *peers, struct connection *connection, struct span id) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    struct feed *feed = id.len == FEED_ID_SIZE ? feeds_find(feeds, id.data) : NULL;
    struct pull *pull = feed ? sync_find_pull(connection, feed) : NULL;
    return pull && pull->under_way ? pull : NULL;
}

/* It was asked for, and does not follow any more: what was to come before it was not taken, or the author has said
 * meanwhile that the feed begins later for us. No fault of who sent it; the pull goes on from where we are. */
static bool is_amiss(const struct feed *feed, uint64_t after) {
    return after > feed->next.number || (after < feed->next.number && feed->next.midway);
}

/* Of our own entries this one has some without what they said; others, who may be on their way, may have them whole. */
static bool is_left_to_others(const struct peers *peers, const struct connection *connection, struct feed *feed,
                              const ProtobufCBinaryData *words, size_t count) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    bool is_bare = false;
    for (size_t i = 0; feed->ours && i < count; i++)
        is_bare |= words[i].len == ENTRY_OVERHEAD;
    if (!is_bare)
        return false;
    if (feed->bare_at == 0)
        feed->bare_at = now;
    return now - feed->bare_at < BARE_WAIT_MS || sync_has_another_source(peers, connection, feed);
}

/* Counts what has come of the answer. What is not looked at is asked for again once all of it is here. */
static void came(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t bytes, size_t entries,
                 bool is_looked_at) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    pull->came += entries;
    pull->owes_holding = false;
    pull->heard_at = now;
    if (pull->left)
        line_brings(&connection->line, &pull->answers[0], bytes, entries, now);
    else
        answered(peers, connection, pull, bytes, entries);
    if (!is_looked_at && !pull->under_way)
        pull->asked = pull->came = pull->feed->next.number;
    connection->wants = true;
}

static enum result examine(struct peers *peers, struct connection *connection, struct pull *pull,
                           const struct span *entries, size_t count) {
    const struct feed *feed = pull->feed;
    struct delivery delivery = {.author = roster_find_ever(peers->node->roster, feed->record.author),
                                .key = feed->record.key,
                                .audience = feed->record.audience,
                                .entries = entries,
                                .count = count,
                                .by_author = memcmp(connection->peer->id, feed->record.author, MEMBER_ID_SIZE) == 0};
    if (!delivery.author)
        return RESULT_UNKNOWN_MEMBER;
    connection->received = true;
    TRY(exchange_receive(&peers->node->exchange, &delivery));
    stop_if_bad(peers, connection, pull, &delivery);
    return RESULT_OK;
}

/* A part of an answer, or all of it: pull->left says how much more of it is to come. */
static enum result take_entries(struct peers *peers, struct connection *connection, struct pull *pull,
                                ProtobufCBinaryData *words, size_t count) {
    struct span *entries = arena_array(&peers->node->exchange.turn, count, sizeof *entries);
    uint64_t bytes = 0, after = pull->came;
    if (!entries)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        entries[i] = proto_span(words[i]);
        bytes += entries[i].len;
    }
    if (pull->answers[0].came + bytes > (uint64_t)pull->answers[0].bytes + ENTRY_BYTES_MAX)
        return RESULT_TOO_LARGE; /* one entry may be larger than what was asked for */
    /* what was asked for before our roster expired is announced again once that is over */
    bool is_silenced = sync_is_silenced(peers);
    bool is_left = is_left_to_others(peers, connection, pull->feed, words, count);
    bool is_looked_at = !is_silenced && !is_left && !is_amiss(pull->feed, after);
    came(peers, connection, pull, bytes, count, is_looked_at);
    if (is_left) {
        pull->stopped = true;
        pull->again_at = pull->heard_at + BARE_AGAIN_MS;
    }
    if (is_silenced && !pull->under_way)
        came_to_nothing(peers, connection, pull);
    if (is_looked_at) {
        sync_ask(peers, connection); /* the next block travels while this one is examined */
        TRY(examine(peers, connection, pull, entries, count));
        connection->wants |= pull->left != 0; /* and the one behind it may follow once this is good */
    }
    if (!is_silenced && pull->feed->draft.frozen) /* also behind what was on its way when the fork was seen */
        sync_ask_for_evidence(peers, connection, pull, pull->feed->head.number);
    sync_pull_done(peers, connection, pull);
    return RESULT_OK;
}

/* The beginning of an answer, or all of it. */
static enum result take_block(struct peers *peers, struct connection *connection, const Block *words) {
    struct pull *pull = asked_for(peers, connection, proto_span(words->feed));
    if (!pull || pull->left || words->after != pull->came)
        return RESULT_WRONG_FEED;
    if (words->left && (pull->block == 0 || words->n_entries == 0))
        return RESULT_MALFORMED;
    if ((uint64_t)words->n_entries + words->left > BLOCK_BYTES_MAX / ENTRY_OVERHEAD)
        return RESULT_TOO_LARGE;
    if (words->n_entries == 0) {
        answered(peers, connection, pull, 0, 0);
        came_to_nothing(peers, connection, pull);
        return RESULT_OK;
    }
    pull->left = words->left;
    pull->asked = pull->came + words->n_entries + words->left;
    memcpy(connection->goes_on, words->feed.data, FEED_ID_SIZE);
    return take_entries(peers, connection, pull, words->entries, words->n_entries);
}

/* The answer goes on that the last Block began. */
static enum result take_more(struct peers *peers, struct connection *connection, const More *words) {
    struct pull *pull = asked_for(peers, connection, SPAN_OF_ARRAY(connection->goes_on));
    if (!pull || words->n_entries == 0 || words->n_entries > pull->left)
        return RESULT_WRONG_FEED;
    pull->left -= (uint32_t)words->n_entries;
    return take_entries(peers, connection, pull, words->entries, words->n_entries);
}

/* What was sealed to keys that we do not have any more is not worth the way back. */
static bool may_open(const struct peers *peers, const struct feed *feed) {
    const struct identity *identity = &peers->node->identity;
    return memcmp(feed->record.key, identity->key_id, MEMBER_ID_SIZE) == 0 || identity->former_count;
}

/* A reader tells how much of our feed it has. What it has and we have not is fetched back. */
static enum result take_holding(struct peers *peers, struct connection *connection, const Holding *words) {
    struct exchange *exchange = &peers->node->exchange;
    size_t known = exchange->feeds.count;
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
    connection->is_owing &= exchange->feeds.count == known; /* else this one was missing, and is fetched first */
    struct pull *pull = sync_get_pull(connection, feed);
    if (!pull)
        return RESULT_NO_MEMORY;
    if (may_open(peers, feed))
        pull->announced = feed->elsewhere;
    connection->wants = true;
    return RESULT_OK;
}

static enum result take_refusal(struct peers *peers, struct connection *connection, const Refusal *words) {
    struct feeds *feeds = &peers->node->exchange.feeds;
    struct feed *feed = words->feed.len == FEED_ID_SIZE ? feeds_find(feeds, words->feed.data) : NULL;
    struct pull *pull = feed ? sync_find_pull(connection, feed) : NULL;
    if (!pull || !pull->under_way)
        return RESULT_OK; /* of something that asked for nothing */
    if (pull->left)
        return RESULT_WRONG_FEED; /* in the middle of an answer */
    answered(peers, connection, pull, 0, 0);
    came_to_nothing(peers, connection, pull);
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
    if (message->want)
        return fetch_take_want(peers, connection, message->want);
    if (message->chunks)
        return fetch_take_chunks(peers, connection, message->chunks);
    if (message->withheld)
        return fetch_take_withheld(peers, connection, message->withheld);
    if (message->holding) /* our own word: it needs no roster */
        return take_holding(peers, connection, message->holding);
    if (message->block)
        return take_block(peers, connection, message->block);
    if (message->more)
        return take_more(peers, connection, message->more);
    if (sync_is_silenced(peers))
        return RESULT_OK;
    if (message->announce)
        return take_announce(peers, connection, message->announce);
    if (message->has_opened)
        return sync_take_opened(peers, connection, proto_span(message->opened));
    if (message->noted)
        return sync_take_noted(peers, connection, message->noted);
    if (message->delivered)
        return sync_take_delivered(peers, connection, message->delivered);
    if (message->point)
        return sync_take_point(peers, connection, message->point);
    if (message->seen)
        return sync_take_seen(peers, connection, message->seen);
    return sync_take_fork(peers, message->fork);
}

/* Who is no member any more may ask by what, and nothing else. */
static enum result take_from_former(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    connection->greeted = true;
    return message->has_known ? sync_take_known(peers, connection, proto_span(message->known)) : RESULT_OK;
}

/* What a message may cost us: signatures to verify, or everything to be told anew. */
static unsigned work_of(const SyncMessage *message) {
    if (message->hello || message->has_known || message->has_trust)
        return 100;
    return message->holding || message->fork || message->want || message->has_opened || message->point ||
                   message->seen || (message->announce && message->announce->has_entry)
               ? 10
               : 1;
}

/* Whatever comes behind the first greeting, and the pulls and holdings that go with it, says that these were all. Of a
 * pull that comes to nothing the Holding follows: before anything that is asked for behind our answer. */
static bool is_behind_holdings(const struct connection *connection, const SyncMessage *message) {
    return connection->greeted && !message->holding && !message->pull && !connection->is_owing;
}

static enum result dispatch(struct peers *peers, struct connection *connection, const SyncMessage *message) {
    int members = !!message->hello + !!message->announce + !!message->pull + !!message->block + !!message->refusal +
                  message->has_known + message->has_trust + !!message->holding + !!message->fork +
                  !!message->delivered + !!message->want + !!message->chunks + !!message->withheld + !!message->more +
                  message->has_opened + !!message->noted + !!message->point + !!message->seen;
    if (members == 0 && message->base.n_unknown_fields)
        return RESULT_UNKNOWN_KIND; /* of a newer version */
    if (members != 1 || (!message->hello && !connection->greeted))
        return RESULT_MALFORMED;
    if (connection->leaves_at)
        return take_from_former(peers, connection, message);
    connection->peer->has_told |= is_behind_holdings(connection, message);
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
        return RESULT_TOO_LARGE;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = proto_decode(&arena, &sync_message__descriptor, message, &words);
    if (!result) {
        bucket_take(&connection->peer->work, work_of(words), clock_steady_ms(peers->node->exchange.clock));
        result = dispatch(peers, connection, words);
    }
    arena_release(&arena);
    return result;
}

void sync_committed(struct peers *peers, struct connection *connection) {
    if (connection->leaves_at) {
        connection->answers = NULL;
        return;
    }
    sync_answer_opened(peers, connection);
    sync_acknowledge(peers, connection);
    if (connection->received)
        connection->peer->backoff_ms = REDIAL_FIRST_MS; /* a session that brings something is a good one */
    connection->received = false;
    sync_tell_forks(peers, connection);
    sync_announce_grown(peers, connection);
    sync_pay_delivered(peers, connection);
    sync_tell_opened(peers, connection);
    sync_tell_points(peers, connection);
}

void sync_renew(struct peers *peers, struct connection *connection) {
    memset(connection->fetching.allowed, 0, sizeof connection->fetching.allowed);
    connection->opened_at = 0;
    sync_hello(peers, connection);
    sync_ask_trust(peers, connection);
    if (connection->announced_count)
        memset(connection->announced, 0, connection->announced_count * sizeof *connection->announced);
    for (size_t i = 0; i < connection->pull_count; i++)
        connection->pulls[i].stopped = false; /* what is still under way is looked at when it comes */
    connection->wants = true;
}
