/* The half of sync.h that asks: which feed of whom next, and how much of it. */
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "daemon/sync.h"
#include "sync.pb-c.h"

enum { SLOW_MS = 20000 };

/* Asks for about so many bytes; none: the acknowledgement travels alone, and is not answered. */
static void send_pull(struct peers *peers, struct connection *connection, struct pull *pull, uint32_t bytes) {
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.feed = proto_bytes(pull->feed->head.feed, FEED_ID_SIZE);
    pull->told = words.durable = pull->feed->head.number;
    pull->is_new = false;
    words.after = pull->asked > words.durable ? pull->asked : words.durable;
    words.bytes = bytes;
    words.has_block = bytes && pull->block;
    words.block = pull->block;
    message.pull = &words;
    sync_send(peers, connection, &message);
}

struct pull *sync_find_pull(struct connection *connection, const struct feed *feed) {
    for (size_t i = 0; i < connection->pull_count; i++)
        if (connection->pulls[i].feed == feed)
            return &connection->pulls[i];
    return NULL;
}

struct pull *sync_get_pull(struct connection *connection, struct feed *feed) {
    struct pull *pull = sync_find_pull(connection, feed);
    if (pull)
        return pull;
    struct pull *pulls = realloc(connection->pulls, (connection->pull_count + 1) * sizeof *pulls);
    if (!pulls)
        return NULL;
    connection->pulls = pulls;
    pull = &pulls[connection->pull_count++];
    *pull =
        (struct pull){.feed = feed, .lane = lane_of(feed->record.audience), .asked = feed->next.number, .is_new = true};
    return pull;
}

/* Somebody has another entry of this number than ours, or says so: the two prove it. Asked for once a session. */
void sync_ask_for_evidence(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t number) {
    const struct feed *feed = pull->feed;
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (pull->evidence || pull->under_way || number == 0 ||
        forks_find(&peers->node->exchange.forks, feed->record.key, feed->head.feed))
        return;
    pull->evidence = true;
    pull->under_way = 1;
    pull->block = 0;
    pull->asked = pull->came = number - 1;
    words.feed = proto_bytes(feed->head.feed, FEED_ID_SIZE);
    words.durable = words.after = pull->asked;
    words.bytes = 1;
    message.pull = &words;
    sync_send(peers, connection, &message);
}

/* --- which is next --- */

/* A stick may have brought more than was asked for. */
static uint64_t asked_so_far(const struct pull *pull) {
    const struct feed *feed = pull->feed;
    return feed->source && pull->asked > feed->next.number ? pull->asked : feed->next.number;
}

/* How far an answer will reach is not known before its first part is here. Then the next may follow close behind it. */
static bool may_follow(const struct connection *connection, const struct pull *pull) {
    const struct feed *feed = pull->feed;
    return pull->under_way == 1 && pull->left && feed->source == connection && pull->came == feed->next.number &&
           line_is_nearly_through(&connection->line, &pull->answers[0]);
}

/* Of all who have the feed it is pulled from one at a time. */
static bool is_wanted(const struct connection *connection, const struct pull *pull) {
    const struct feed *feed = pull->feed;
    if (pull->stopped || (feed->source && feed->source != connection) ||
        (pull->under_way && !may_follow(connection, pull)))
        return false;
    return asked_so_far(pull) < pull->announced;
}

/* The first that is wanted of each lane that may be asked for now, behind the one that was asked for last. */
static bool find_wanted(struct connection *connection, uint64_t now, struct pull *wanted[static LANE_COUNT],
                        bool waits[static LANE_COUNT]) {
    bool may[LANE_COUNT], is_any_wanted = false;
    for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
        may[lane] = line_may_ask(&connection->line, (enum lane)lane, now);
        waits[lane] = false;
        wanted[lane] = NULL;
    }
    for (size_t i = 0; i < connection->pull_count; i++) {
        size_t at = (connection->asked_last + 1 + i) % connection->pull_count;
        struct pull *pull = &connection->pulls[at];
        if (!is_wanted(connection, pull))
            continue;
        is_any_wanted = true;
        if (may[pull->lane] && !waits[pull->lane]) {
            waits[pull->lane] = true;
            wanted[pull->lane] = pull;
        }
    }
    connection->wants = is_any_wanted;
    return waits[LANE_URGENT] || waits[LANE_ORDINARY] || waits[LANE_BULK];
}

static void ask(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t now) {
    struct feed *feed = pull->feed;
    struct asked *answer = &pull->answers[pull->under_way++];
    pull->asked = asked_so_far(pull);
    if (pull->under_way == 1)
        pull->came = pull->asked;
    feed->source = connection;
    connection->asked_last = (size_t)(pull - connection->pulls);
    line_ask(&connection->line, answer, pull->lane, line_guess(&connection->line, pull->announced - pull->asked), 1,
             now);
    pull->block = line_block(&connection->line);
    pull->heard_at = now;
    send_pull(peers, connection, pull, answer->bytes);
}

/* As much as may be; or only what is urgent. */
static void ask_on(struct peers *peers, struct connection *connection, bool only_urgent) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    struct line *line = &connection->line;
    struct pull *wanted[LANE_COUNT];
    bool waits[LANE_COUNT];
    if (sync_is_silenced(peers))
        return; /* what came would not be taken */
    while (connection->wants && find_wanted(connection, now, wanted, waits)) {
        enum lane lane = lane_pick(&line->asking, waits);
        if (only_urgent && lane != LANE_URGENT)
            return;
        lane_had(&line->asking, lane, waits);
        ask(peers, connection, wanted[lane], now);
    }
}

void sync_ask(struct peers *peers, struct connection *connection) {
    ask_on(peers, connection, false);
}

void sync_ask_at_once(struct peers *peers, struct connection *connection) {
    const struct feeds *feeds = &peers->node->exchange.feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        bool is_its_own = !feed->ours && memcmp(feed->record.author, connection->peer->id, MEMBER_ID_SIZE) == 0;
        bool is_missing = is_its_own && feed->announced > feed->next.number && !feed->draft.frozen;
        struct pull *pull = is_missing ? sync_get_pull(connection, feed) : NULL;
        if (!pull)
            continue; /* its Announce says what there is to say */
        pull->announced = feed->announced;
        connection->wants = true;
    }
    sync_ask(peers, connection);
    for (size_t i = 0; i < connection->pull_count; i++)
        connection->pulls[i].owes_holding = connection->pulls[i].under_way != 0;
}

/* What is urgent at any peer comes before the rest at all: they may share a cap. */
void sync_ask_all(struct peers *peers) {
    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct connection *connection = peers->connections; connection; connection = connection->next)
            if (connection_is_up(connection))
                ask_on(peers, connection, urgent);
}

/* Does the author itself bring the feed? Then those who carry it need not know how far we are, nor tell us more. */
static bool has_author(const struct peers *peers, const struct feed *feed) {
    const struct peer *author = peers_find(peers, feed->record.author);
    struct connection *connection = author ? author->connection : NULL;
    const struct pull *pull = connection && connection_is_up(connection) ? sync_find_pull(connection, feed) : NULL;
    bool is_slow = pull && pull->under_way && clock_steady_ms(peers->node->exchange.clock) - pull->heard_at > SLOW_MS;
    return pull && !pull->stopped && !is_slow;
}

static bool is_to_know(const struct peers *peers, const struct connection *connection, const struct feed *feed) {
    return !feed->ours &&
           (memcmp(connection->peer->id, feed->record.author, MEMBER_ID_SIZE) == 0 || !has_author(peers, feed));
}

void sync_acknowledge(struct peers *peers, struct connection *connection) {
    for (size_t i = 0; i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        bool is_due = pull->is_new || pull->feed->head.number > pull->told;
        if (is_due && !pull->under_way && is_to_know(peers, connection, pull->feed))
            send_pull(peers, connection, pull, 0);
    }
}

/* --- from whom --- */

/* Whoever has more of it may go on. */
static void free_source(struct peers *peers, struct feed *feed) {
    feed->source = NULL;
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        connection->wants = true;
}

void sync_pull_done(struct peers *peers, struct connection *connection, struct pull *pull) {
    struct feed *feed = pull->feed;
    if (feed->source == connection && (pull->stopped || !pull->under_way))
        free_source(peers, feed);
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
        sync_pull_done(peers, connection, &connection->pulls[i]);
    }
}

bool sync_has_another_source(const struct peers *peers, const struct connection *but, const struct feed *feed) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        bool is_other = connection != but && connection_is_up(connection);
        const struct pull *pull = is_other ? sync_find_pull(connection, feed) : NULL;
        if (pull && !pull->stopped && !pull->under_way && pull->announced > feed->next.number)
            return true;
    }
    return false;
}

static void let_go_of_slow(struct peers *peers, struct connection *connection, uint64_t steady_ms) {
    for (size_t i = 0; connection->session && i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        if (pull->under_way && pull->feed->source == connection && steady_ms - pull->heard_at > SLOW_MS &&
            sync_has_another_source(peers, connection, pull->feed))
            free_source(peers, pull->feed);
    }
}

static void try_again(struct connection *connection, uint64_t steady_ms) {
    for (size_t i = 0; i < connection->pull_count; i++) {
        struct pull *pull = &connection->pulls[i];
        if (pull->again_at == 0 || steady_ms < pull->again_at)
            continue;
        pull->again_at = 0;
        pull->stopped = false;
        connection->wants = true;
    }
}

void sync_tick(struct peers *peers, uint64_t steady_ms) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        let_go_of_slow(peers, connection, steady_ms);
        try_again(connection, steady_ms);
    }
    sync_ask_all(peers);
}

/* --- the caps --- */

uint64_t sync_held_ms(const struct peers *peers, const struct connection *connection, uint64_t now) {
    const struct line *line = &connection->line;
    bool may_ask = connection->wants && !sync_is_silenced(peers);
    uint64_t gives_in = line->count ? line_gives_in(line, now) : 0, asks_in = may_ask ? line_asks_in(line, now) : 0;
    uint64_t first = gives_in && (gives_in < asks_in || !asks_in) ? gives_in : asks_in;
    return first ? first : UINT64_MAX;
}
