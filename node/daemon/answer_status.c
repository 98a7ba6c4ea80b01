/* The answers to `inama status` and `inama check`. */
#include "daemon/answer.h"

#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "daemon/lag.h"
#include "daemon/node.h"
#include "daemon/unverified.h"

static const char *state_of(const struct peer *peer, bool is_left_out) {
    if (peer->connection)
        return "connected";
    if (is_left_out)
        return "left out";
    if (!peer->address)
        return "not called";
    return peer->dialing ? "calling" : "away";
}

static PeerStatus *peer_status(struct node *node, const struct member *member, const struct peer *peer,
                               const struct lag *lag) {
    PeerStatus *row = arena_alloc(&node->exchange.turn, sizeof *row);
    if (!row)
        return NULL;
    peer_status__init(row);
    row->name = words_of(member->name);
    uint64_t left_ms = quarantine_left_ms(&peer->quarantine, clock_steady_ms(node->exchange.clock));
    row->state = words_of(state_of(peer, left_ms != 0));
    row->has_left_out_until = left_ms != 0;
    row->left_out_until = clock_wall_ms(node->exchange.clock) + left_ms;
    if (peer->quarantine.why)
        row->offence = words_of(result_name(peer->quarantine.why));
    row->has_strikes = row->has_slowed = true;
    row->strikes = peer->quarantine.total;
    row->slowed = peer->slowed;
    row->address = words_of(peer->address);
    row->has_since = peer->since_ms != 0;
    row->since = peer->since_ms;
    if (peer->last_error && !peer->connection)
        row->last_error = words_of(result_text(peer->last_error));
    row->has_sent = row->has_received = peer->connection != NULL;
    peers_traffic(peer, &row->sent, &row->received);
    row->has_behind = row->has_behind_bytes = true;
    row->behind = lag->entries;
    row->behind_bytes = lag->bytes;
    row->has_oldest = lag->oldest != 0;
    row->oldest = lag->oldest;
    row->has_limit = peer->limit != 0;
    row->limit = peer->limit;
    row->has_held_back = row->held_back = peers_is_held(&node->peers, peer);
    return row;
}

static enum result all_peers(Status *status, struct node *node) {
    const struct roster *roster = node->roster;
    struct lag *lags;
    TRY(lag_of_all(&node->exchange, &node->exchange.turn, &lags));
    status->peers = arena_array(&node->exchange.turn, roster->count, sizeof *status->peers);
    for (size_t i = 0; status->peers && i < roster->count; i++) {
        const struct peer *peer = peers_find(&node->peers, roster->members[i].id);
        PeerStatus *row = peer ? peer_status(node, &roster->members[i], peer, &lags[i]) : NULL;
        if (row)
            status->peers[status->n_peers++] = row;
    }
    return status->peers ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result positions(FeedStatus *row, struct node *node, struct feed *feed) {
    struct arena *arena = &node->exchange.turn;
    size_t count = feeds_holders(feed);
    row->positions = arena_array(arena, count, sizeof *row->positions);
    for (size_t i = 0; row->positions && i < count; i++) {
        const uint8_t *id = feeds_holder(feed, i);
        const struct member *member = roster_find(node->roster, id);
        struct position *position;
        TRY(feeds_position(&node->exchange.feeds, feed, id, &position));
        Position *words = arena_alloc(arena, sizeof *words);
        if (!words)
            return RESULT_NO_MEMORY;
        position__init(words);
        words->member = words_of(member ? member->name : _("a former member"));
        words->number = position->number;
        row->positions[row->n_positions++] = words;
    }
    return row->positions ? RESULT_OK : RESULT_NO_MEMORY;
}

/* Its author may still have a grant for us on the way. */
static const char *waits_for(const struct feed *feed) {
    if (feed->record.waiting == 0)
        return NULL;
    if (feed->announced > feed->head.number)
        return "grant";
    return feed->record.waits_for == FEED_KEY_LOST ? "key-lost" : "not-member";
}

static enum result unverified_words(FeedStatus *row, struct node *node, const struct feed *feed) {
    size_t count;
    TRY(unverified_count(node->exchange.store, &node->exchange.turn, feed, &count));
    row->has_unverified = count != 0;
    row->unverified = count;
    return RESULT_OK;
}

static bool is_former(const struct member *author, const struct feed *feed) {
    const struct ending *ending = NULL;
    return author && member_sign_key(author, feed->record.key, &ending) && ending;
}

static enum result all_forks(Status *status, struct node *node) {
    struct arena *arena = &node->exchange.turn;
    const struct forks *forks = &node->exchange.forks;
    status->forks = arena_array(arena, forks->count, sizeof *status->forks);
    for (size_t i = 0; status->forks && i < forks->count; i++) {
        const struct member *author = roster_find_ever(node->roster, forks->rows[i].author);
        ForkStatus *row = arena_alloc(arena, sizeof *row);
        if (!row)
            return RESULT_NO_MEMORY;
        fork_status__init(row);
        row->author = words_of(author ? author->name : _("a former member"));
        row->number = forks->rows[i].number;
        row->feed = proto_bytes(forks->rows[i].feed, FEED_ID_SIZE);
        status->forks[status->n_forks++] = row;
    }
    return status->forks ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result split_words(SplitStatus **out, struct node *node, const struct split *split) {
    struct arena *arena = &node->exchange.turn;
    const struct member *member = roster_find_ever(node->roster, split->one.node);
    struct buf one, other;
    SplitStatus *row = arena_alloc(arena, sizeof *row);
    buf_init(&one, arena);
    buf_init(&other, arena);
    checkpoint_write(&one, &split->one);
    checkpoint_write(&other, &split->other);
    buf_put_u8(&one, '\0');
    buf_put_u8(&other, '\0');
    if (!row || one.failed || other.failed)
        return RESULT_NO_MEMORY;
    split_status__init(row);
    row->member = words_of(member ? member->name : _("a former member"));
    row->one = (char *)one.data;
    row->other = (char *)other.data;
    *out = row;
    return RESULT_OK;
}

static enum result all_splits(Status *status, struct node *node) {
    const struct witnesses *witnesses = &node->exchange.witnesses;
    status->splits = arena_array(&node->exchange.turn, witnesses->split_count, sizeof *status->splits);
    if (!status->splits)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < witnesses->split_count; i++)
        TRY(split_words(&status->splits[status->n_splits++], node, &witnesses->splits[i]));
    return RESULT_OK;
}

static void trust_words(Status *status, struct node *node) {
    static const char *const standings[] = {[ROSTER_GOOD] = "good",
                                            [ROSTER_ENDS_SOON] = "ends-soon",
                                            [ROSTER_IN_GRACE] = "in-grace",
                                            [ROSTER_EXPIRED] = "expired",
                                            [ROSTER_AHEAD] = "ahead"};
    enum roster_standing standing = roster_standing(node->roster, clock_wall_ms(node->exchange.clock));
    enum result writing = exchange_may_write(&node->exchange);
    status->roster_version = node->roster->version;
    status->roster_expires = node->roster->expires;
    status->has_roster_grace_days = true;
    status->roster_grace_days = node->roster->grace_days;
    status->roster_standing = words_of(standings[standing]);
    status->writing = writing ? words_of(result_name(writing)) : NULL;
    status->has_keys_serial = status->has_keys_changed = true;
    status->keys_serial = node->identity.serial;
    status->keys_changed = node->keys_changed_ms;
}

static enum result all_feeds(Status *status, struct node *node) {
    struct arena *arena = &node->exchange.turn;
    const struct feeds *feeds = &node->exchange.feeds;
    status->feeds = arena_array(arena, feeds->count, sizeof *status->feeds);
    for (size_t i = 0; status->feeds && i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        const struct member *author = roster_find_ever(node->roster, feed->record.author);
        FeedStatus *row = arena_alloc(arena, sizeof *row);
        if (!row)
            return RESULT_NO_MEMORY;
        feed_status__init(row);
        row->author = words_of(author ? author->name : _("a former member"));
        row->audience = words_of(feed->record.audience);
        row->ours = feed->ours;
        row->number = feed->head.number;
        row->epoch = feed->head.epoch;
        row->has_announced = !feed->ours;
        row->announced = feed->announced;
        row->has_unreadable = feed->record.waiting != 0;
        row->unreadable = feed->record.waiting;
        row->waits_for = words_of(waits_for(feed));
        TRY(unverified_words(row, node, feed));
        row->has_outdated = feed->record.outdated != 0;
        row->outdated = feed->record.outdated;
        row->has_frozen = row->frozen = feed->record.frozen;
        row->has_former = row->former = is_former(author, feed);
        row->has_feed = row->has_head = true;
        row->feed = proto_bytes(feed->head.feed, FEED_ID_SIZE);
        row->head = proto_bytes(feed->head.hash, HASH_SIZE);
        row->has_elsewhere = feed->ours && feed->elsewhere > feed->head.number;
        row->elsewhere = feed->elsewhere;
        if (feed->ours)
            TRY(positions(row, node, feed));
        status->feeds[status->n_feeds++] = row;
    }
    return status->feeds ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result all_refusals(Status *status, struct node *node) {
    struct arena *arena = &node->exchange.turn;
    status->refused = arena_array(arena, RESULT_COUNT, sizeof *status->refused);
    for (unsigned i = 0; status->refused && i < RESULT_COUNT; i++) {
        if (node->exchange.refused[i] == 0)
            continue;
        Counter *row = arena_alloc(arena, sizeof *row);
        if (!row)
            return RESULT_NO_MEMORY;
        counter__init(row);
        row->name = words_of(result_name((enum result)i));
        row->text = words_of(result_text((enum result)i));
        row->count = node->exchange.refused[i];
        status->refused[status->n_refused++] = row;
    }
    return status->refused ? RESULT_OK : RESULT_NO_MEMORY;
}

Status *answer_node(struct node *node) {
    Status *status = arena_alloc(&node->exchange.turn, sizeof *status);
    if (!status)
        return NULL;
    status__init(status);
    status->name = words_of(node->exchange.self->name);
    status->label = words_of(node->exchange.self->label);
    status->alerts = index_count(node->exchange.index);
    status->started = node->started_ms;
    trust_words(status, node);
    store_usage(node->exchange.store, &status->store_used, &status->store_max);
    status->index_bytes = index_bytes(node->exchange.index);
    status->has_erased = status->has_expired = true;
    status->erased = index_erased(node->exchange.index);
    status->expired = node->exchange.expiry.expired;
    status->has_index_max = status->has_index_wordless = true;
    status->index_max = node->exchange.index_bytes_max;
    status->index_wordless = index_wordless(node->exchange.index);
    status->has_requests_waiting = status->has_requests_overdue = true;
    requests_count(&node->exchange.requests, clock_wall_ms(node->exchange.clock), &status->requests_waiting,
                   &status->requests_overdue);
    status->memory_locked = secret_is_locked();
    status->has_opened_owed = status->has_opened_untold = true;
    status->opened_owed = opened_owed(&node->exchange.openings);
    status->opened_untold = node->exchange.openings.untold;
    status->blobs = arena_alloc(&node->exchange.turn, sizeof *status->blobs);
    if (!status->blobs)
        return NULL;
    answer_count_blobs(status->blobs, node);
    return status;
}

enum result answer_status(Reply *reply, struct node *node) {
    Status *status = answer_node(node);
    if (!status)
        return RESULT_NO_MEMORY;
    reply->status = status;
    TRY(all_peers(status, node));
    TRY(all_feeds(status, node));
    TRY(all_forks(status, node));
    TRY(all_splits(status, node));
    return all_refusals(status, node);
}
