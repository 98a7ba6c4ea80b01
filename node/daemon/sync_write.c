/* The half of sync.h that gives: what is announced to whom, and the answers to pulls. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "daemon/sync.h"
#include "sync.pb-c.h"

enum { GIVEN_BYTES_MAX = 16 * 1024 * 1024 };

/* The rows of record.members, for who carries the feed. */
static bool put_readers(Announce *words, struct arena *arena, const struct feed *feed) {
    size_t count = feeds_holders(feed);
    words->readers = arena_array(arena, count, sizeof *words->readers);
    for (size_t i = 0; words->readers && i < count; i++) {
        FeedReader *reader = arena_alloc(arena, sizeof *reader);
        if (!reader)
            return false;
        feed_reader__init(reader);
        reader->id = proto_bytes(feeds_holder(feed, i), MEMBER_ID_SIZE);
        reader->has_first = true;
        reader->first = feeds_first_of(feed, reader->id.data);
        words->readers[words->n_readers++] = reader;
    }
    return words->readers != NULL;
}

/* The author's word for how far a feed reaches that we only carry. */
static bool put_entry(Announce *words, struct exchange *exchange, const struct feed *feed) {
    struct span entry;
    if (store_get_entry(exchange->store, &exchange->turn, feed->record.ordinal, feed->head.number, &entry) ||
        entry.len < ENTRY_OVERHEAD)
        return false;
    words->has_entry = true;
    words->entry = proto_bytes(entry.data, ENTRY_OVERHEAD);
    return true;
}

static void announce(struct peers *peers, struct connection *connection, const struct feed *feed, bool to_carrier) {
    struct exchange *exchange = &peers->node->exchange;
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
    if ((to_carrier && !put_readers(&words, &exchange->turn, feed)) ||
        (!feed->ours && !put_entry(&words, exchange, feed)))
        return;
    message.announce = &words;
    sync_send(peers, connection, &message);
}

/* To whom a feed is told: its readers, of what we carry too, and those who are to carry what is ours. */
enum told { TOLD_NOT, TOLD_TO_READER, TOLD_TO_CARRIER };

static enum told is_told(const struct peers *peers, const struct connection *connection, const struct feed *feed) {
    const uint8_t *id = connection->peer->id;
    if (feed->head.number == 0 || feed->head.epoch == 0 || memcmp(feed->record.author, id, MEMBER_ID_SIZE) == 0)
        return TOLD_NOT;
    if (exchange_is_carrier(&peers->node->exchange, feed, roster_find(peers->node->roster, id)))
        return TOLD_TO_CARRIER;
    return feeds_has_member(feed, id) ? TOLD_TO_READER : TOLD_NOT;
}

/* May anything but whom to believe be said? Not by an expired roster (docs/protocol.md, 8.8). */
bool sync_is_silenced(const struct peers *peers) {
    const struct exchange *exchange = &peers->node->exchange;
    return roster_standing(exchange->roster, clock_wall_ms(exchange->clock)) == ROSTER_EXPIRED;
}

bool sync_is_behind(const struct connection *connection) {
    return link_queued(session_link(connection->session)) >= LINE_AHEAD_BYTES;
}

/* Every feed that is to be told to this member and has grown since we last told. */
void sync_announce_grown(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    if (sync_is_silenced(peers))
        return;
    if (feeds->count > connection->announced_count) {
        struct told_feed *grown = realloc(connection->announced, feeds->count * sizeof *grown);
        if (!grown)
            return; /* told at the next commit */
        memset(grown + connection->announced_count, 0, (feeds->count - connection->announced_count) * sizeof *grown);
        connection->announced = grown;
        connection->announced_count = feeds->count;
    }
    for (size_t i = 0; i < feeds->count; i++) {
        if (sync_is_behind(connection))
            return; /* growth that has not been told is told with the next */
        const struct feed *feed = feeds->rows[i];
        struct told_feed *last = &connection->announced[i];
        bool is_due = feed->head.number > last->number && !last->is_quiet;
        enum told told = is_due ? is_told(peers, connection, feed) : TOLD_NOT;
        if (told == TOLD_NOT)
            continue;
        bool with_readers = told == TOLD_TO_CARRIER &&
                            (last->epoch != feed->head.epoch || !feeds_has_member(feed, connection->peer->id));
        announce(peers, connection, feed, with_readers);
        *last = (struct told_feed){feed->head.number, feed->head.epoch, !feed->ours};
    }
}

/* How many of these entries go in one message of so many bytes: one at least. */
static size_t fit(const ProtobufCBinaryData *entries, size_t count, uint32_t bytes) {
    uint64_t together = entries[0].len;
    size_t fits = 1;
    while (fits < count && (bytes == 0 || together + entries[fits].len <= bytes))
        together += entries[fits++].len;
    return fits;
}

/* An answer: a Block, and what does not fit in it behind it. */
static void send_entries(struct peers *peers, struct connection *connection, const struct turn *turn,
                         ProtobufCBinaryData *entries, size_t count) {
    SyncMessage message = SYNC_MESSAGE__INIT;
    Block block = BLOCK__INIT;
    size_t done = count ? fit(entries, count, turn->block) : 0;
    block.feed = proto_bytes(turn->id, FEED_ID_SIZE);
    block.after = turn->after;
    block.entries = entries;
    block.n_entries = done;
    block.left = (uint32_t)(count - done);
    block.has_left = block.left != 0;
    message.block = &block;
    sync_send(peers, connection, &message);
    message.block = NULL;
    while (done < count) {
        More more = MORE__INIT;
        more.entries = entries + done;
        more.n_entries = fit(more.entries, count - done, turn->block);
        done += more.n_entries;
        message.more = &more;
        sync_send(peers, connection, &message);
    }
}

/* What is not ours is told as far as it is whole, or of a bare entry no more than that; its author takes all back. */
static size_t worth_telling(const struct connection *connection, const struct feed *feed, const struct span *entries,
                            size_t count) {
    size_t whole = 0;
    if (feed->ours || memcmp(connection->peer->id, feed->record.author, MEMBER_ID_SIZE) == 0)
        return count;
    while (whole < count && entries[whole].len > ENTRY_OVERHEAD)
        whole++;
    return whole || count == 0 ? whole : 1;
}

static enum result send_block(struct peers *peers, struct connection *connection, const struct feed *feed,
                              const struct turn *turn, uint64_t *given) {
    struct exchange *exchange = &peers->node->exchange;
    struct span *entries;
    size_t count;
    size_t bytes = turn->bytes < BLOCK_BYTES_MAX - ENTRY_BYTES_MAX ? turn->bytes : BLOCK_BYTES_MAX - ENTRY_BYTES_MAX;
    TRY(store_get_entries(exchange->store, &exchange->turn, feed->record.ordinal, turn->after, bytes, &entries,
                          &count));
    while (count && turn->after + count > feed->head.number)
        count--; /* not committed yet */
    count = worth_telling(connection, feed, entries, count);
    ProtobufCBinaryData *list = proto_list(&exchange->turn, entries, count);
    if (!list)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        *given += entries[i].len;
    send_entries(peers, connection, turn, list, count);
    return RESULT_OK;
}

static void refuse(struct peers *peers, struct connection *connection, ProtobufCBinaryData feed, enum result why) {
    Refusal refusal = REFUSAL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    refusal.feed = feed;
    refusal.reason = (char *)(uintptr_t)result_name(why);
    message.refusal = &refusal;
    peers->node->exchange.refused[why]++;
    sync_send(peers, connection, &message);
}

/* An acknowledgement alone is not answered. */
void sync_refuse(struct peers *peers, struct connection *connection, const Pull *words, enum result why) {
    if (words->bytes)
        refuse(peers, connection, words->feed, why);
    else
        peers->node->exchange.refused[why]++;
}

/* Who was granted the key, of what we carry too; who carries what is ours; and the author, who fetches back what it has
 * lost. */
static bool may_read(const struct peers *peers, const struct feed *feed, const uint8_t *member) {
    if (!feed->ours && memcmp(feed->record.author, member, MEMBER_ID_SIZE) == 0)
        return true;
    return feeds_has_member(feed, member) ||
           exchange_is_carrier(&peers->node->exchange, feed, roster_find(peers->node->roster, member));
}

/* A reader has so much of a feed: kept, and of what we carry told to the author. */
static enum result acknowledge(struct peers *peers, const struct connection *reader, struct feed *feed,
                               uint64_t number) {
    TRY(exchange_acknowledge(&peers->node->exchange, feed, reader->peer->id, number));
    if (feed->ours)
        return RESULT_OK;
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection_is_up(connection) && memcmp(connection->peer->id, feed->record.author, MEMBER_ID_SIZE) == 0)
            sync_tell_delivered(peers, connection, feed);
    return RESULT_OK;
}

/* Its turn: it may have lost the right to read meanwhile. */
static enum result give_block(struct peers *peers, struct connection *connection, const struct turn *turn,
                              uint64_t *given) {
    const struct feed *feed = feeds_find(&peers->node->exchange.feeds, turn->id);
    bool may = feed && may_read(peers, feed, connection->peer->id) && !sync_is_silenced(peers);
    if (may)
        return send_block(peers, connection, feed, turn, given);
    refuse(peers, connection, proto_bytes(turn->id, FEED_ID_SIZE), RESULT_NOT_ALLOWED);
    return RESULT_OK;
}

static enum result wait_for_turn(struct connection *connection, const struct feed *feed, const Pull *words) {
    struct turn turn = {.lane = lane_of(feed->record.audience),
                        .after = words->after,
                        .bytes = words->bytes,
                        .block = words->block,
                        .give = give_block};
    memcpy(turn.id, feed->head.feed, FEED_ID_SIZE);
    enum result result = line_wait(&connection->line, &turn);
    return result == RESULT_EXISTS ? RESULT_TOO_LARGE : result; /* one pull of a feed at a time */
}

/* It depends on us for this feed: growth is told. */
static void needs_us(const struct peers *peers, struct connection *connection, const struct feed *feed) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    for (size_t i = 0; i < connection->announced_count; i++)
        if (feeds->rows[i] == feed)
            connection->announced[i].is_quiet = false;
}

enum result sync_take_pull(struct peers *peers, struct connection *connection, const Pull *words) {
    struct exchange *exchange = &peers->node->exchange;
    if (words->feed.len != FEED_ID_SIZE || words->durable > words->after)
        return RESULT_MALFORMED;
    struct feed *feed = feeds_find(&exchange->feeds, words->feed.data);
    if (!feed || !may_read(peers, feed, connection->peer->id)) {
        connection->is_owing |= !feed && words->after;
        sync_refuse(peers, connection, words, RESULT_NOT_ALLOWED);
        return ++connection->forbidden > FORBIDDEN_MAX ? RESULT_NOT_ALLOWED : RESULT_OK;
    }
    needs_us(peers, connection, feed);
    if (feed->ours && words->durable > feed->head.number)
        exchange->refused[RESULT_ROLLBACK]++; /* it says so: only its Holding proves it */
    else if (feeds_has_member(feed, connection->peer->id))
        TRY(acknowledge(peers, connection, feed, words->durable));
    if (words->bytes == 0)
        return RESULT_OK; /* an acknowledgement alone */
    return wait_for_turn(connection, feed, words);
}

/* --- whose turn it is --- */

/* Of all peers: what is urgent, then who has waited longest. */
static struct connection *find_ready(struct peers *peers, uint64_t now, enum lane *lane) {
    struct connection *best = NULL;
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        enum lane its;
        if (!connection_is_up(connection) ||
            !line_is_ready(&connection->line, link_queued(session_link(connection->session)), now, &its))
            continue;
        if (best && (its > *lane || (its == *lane && connection->gave_at > best->gave_at)))
            continue;
        best = connection;
        *lane = its;
    }
    return best;
}

static void give(struct peers *peers, struct connection *connection, enum lane lane, uint64_t now) {
    const struct turn turn = line_next(&connection->line, lane);
    uint64_t given = 0;
    enum result result = turn.give(peers, connection, &turn, &given);
    line_gave(&connection->line, given, now);
    connection->gave_at = ++peers->gives;
    peers->given += given;
    if (result)
        connection_drop(peers, connection, result);
}

void sync_give_all(struct peers *peers) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    struct connection *connection;
    enum lane lane;
    peers->given = 0; /* it lies in the memory of the turn */
    while (peers->given < GIVEN_BYTES_MAX && (connection = find_ready(peers, now, &lane)))
        give(peers, connection, lane, now);
}
