#include "daemon/peers.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/fetch.h"
#include "daemon/node.h"
#include "daemon/sync.h"

enum { DIAL_TIMEOUT_MS = 10000, ALIVE_EVERY_MS = 30000, FAREWELL_MS = 3000 };

static struct party listener_party = {PARTY_PEERS};

static struct link_options link_options(struct peers *peers, void *owner) {
    return (struct link_options){
        .mailbox = peers->node->mailbox,
        .length_bytes = 2,
        .frame_max = UINT16_MAX,
        .idle_ms = SESSION_IDLE_TIMEOUT_MS,
        .low_bytes = LINE_AHEAD_BYTES,
        .owner = owner,
    };
}

struct peer *peers_find(const struct peers *peers, const uint8_t id[static MEMBER_ID_SIZE]) {
    for (size_t i = 0; i < peers->count; i++)
        if (memcmp(peers->rows[i]->id, id, MEMBER_ID_SIZE) == 0)
            return peers->rows[i];
    return NULL;
}

void peers_traffic(const struct peer *peer, uint64_t *sent, uint64_t *received) {
    *sent = *received = 0;
    if (peer->connection && peer->connection->session)
        link_counts(session_link(peer->connection->session), sent, received);
}

static struct peer *peer_new(struct peers *peers, const uint8_t *id) {
    struct peer *peer = calloc(1, sizeof *peer);
    struct peer **rows = realloc(peers->rows, (peers->count + 1) * sizeof(struct peer *));
    if (rows)
        peers->rows = rows;
    if (!peer || !rows) {
        free(peer);
        return NULL;
    }
    memcpy(peer->id, id, MEMBER_ID_SIZE);
    peer->backoff_ms = REDIAL_FIRST_MS;
    bucket_init(&peer->work, WORK_S_MAX, clock_steady_ms(peers->node->exchange.clock));
    peers->rows[peers->count++] = peer;
    return peer;
}

const char *peers_name(const struct peers *peers, const struct peer *peer) {
    const struct member *member = roster_find_ever(peers->node->roster, peer->id);
    return member ? member->name : _("a former member");
}

static bool is_known(const struct peers *peers, const uint8_t *id) {
    return memcmp(id, peers->node->identity.id, MEMBER_ID_SIZE) == 0 || peers_find(peers, id);
}

/* A cap that has not changed still owes what it owed. */
static void limit(struct peers *peers, struct peer *peer, uint64_t bytes_s) {
    if (peer->limit != bytes_s)
        cap_init(&peer->cap, bytes_s, clock_steady_ms(peers->node->exchange.clock));
    peer->limit = bytes_s;
}

static void configure(struct peers *peers, struct peer *peer, const struct config_peer *row) {
    peer->address = row->address;
    limit(peers, peer, row->limit);
}

static uint64_t limit_in(const struct config *config, const char *name) {
    for (size_t i = 0; name && i < config->peer_count; i++)
        if (strcmp(config->peers[i].name, name) == 0)
            return config->peers[i].limit;
    return 0;
}

void peers_limit(struct peers *peers, const struct config *config) {
    struct config *now = &peers->node->config;
    if (now->limit != config->limit)
        cap_init(&peers->cap, config->limit, clock_steady_ms(peers->node->exchange.clock));
    now->limit = config->limit;
    for (size_t i = 0; i < now->peer_count; i++) /* another roster has them read again */
        now->peers[i].limit = limit_in(config, now->peers[i].name);
    for (size_t i = 0; i < peers->count; i++) {
        const struct member *member = roster_find(peers->node->roster, peers->rows[i]->id);
        limit(peers, peers->rows[i], limit_in(config, member ? member->name : NULL));
    }
}

/* Everybody who is or was in the roster is a peer; members with an address are called. */
static enum result take_roster(struct peers *peers) {
    const struct roster *roster = peers->node->roster;
    const struct config *config = &peers->node->config;
    for (size_t i = 0; i < roster->count; i++)
        if (!is_known(peers, roster->members[i].id) && !peer_new(peers, roster->members[i].id))
            return RESULT_NO_MEMORY;
    for (size_t i = 0; i < roster->ended_count; i++)
        if (!is_known(peers, roster->ended[i].id) && !peer_new(peers, roster->ended[i].id))
            return RESULT_NO_MEMORY;
    for (size_t i = 0; i < peers->count; i++)
        peers->rows[i]->address = NULL;
    for (size_t i = 0; i < config->peer_count; i++) {
        const struct member *member = roster_find_name(roster, config->peers[i].name);
        struct peer *peer = member ? peers_find(peers, member->id) : NULL;
        if (peer)
            configure(peers, peer, &config->peers[i]);
        else
            log_warning(_("node.yaml:%zu: \"%s\" is not another member of the roster and is not called"),
                        config->peers[i].line, config->peers[i].name);
    }
    return RESULT_OK;
}

enum result peers_open(struct peers *peers, struct node *node) {
    *peers = (struct peers){.node = node};
    cap_init(&peers->cap, node->config.limit, clock_steady_ms(node->exchange.clock));
    TRY(take_roster(peers));
    if (!node->config.listen)
        return RESULT_OK;
    const struct link_options options = link_options(peers, &listener_party);
    return link_listen(&peers->listener, node->config.listen, &options);
}

void peers_close(struct peers *peers) {
    peers->closing = true;
    link_listener_close(peers->listener);
    peers->listener = NULL;
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        connection_drop(peers, connection, RESULT_OK);
}

void peers_release(struct peers *peers) {
    while (peers->connections)
        connection_free(peers, peers->connections);
    for (size_t i = 0; i < peers->count; i++)
        free(peers->rows[i]);
    free(peers->rows);
}

/* --- calling --- */

static void redial_later(struct peers *peers, struct peer *peer) {
    uint32_t spread;
    random_fill(peers->node->exchange.random, &spread, sizeof spread);
    peer->dialing = false;
    peer->dial_at =
        clock_steady_ms(peers->node->exchange.clock) + peer->backoff_ms / 2 + spread % (peer->backoff_ms / 2 + 1);
    peer->backoff_ms = peer->backoff_ms * 2 < REDIAL_LAST_MS ? peer->backoff_ms * 2 : REDIAL_LAST_MS;
}

static void dial(struct peers *peers, struct peer *peer) {
    struct connection *connection = connection_new(peers, peer);
    if (!connection)
        return;
    const struct link_options options = link_options(peers, connection);
    peer->dialing = true;
    enum result result = link_dial(peer->address, DIAL_TIMEOUT_MS, &options);
    if (result) {
        peer->last_error = result;
        connection_free(peers, connection);
        redial_later(peers, peer);
    }
}

/* Who does not say who it is holds a place that others need. */
static void drop_the_silent(struct peers *peers, uint64_t steady_ms) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection->session && !connection->peer && steady_ms - connection->since > HANDSHAKE_TIMEOUT_MS)
            connection_drop(peers, connection, RESULT_TIMED_OUT);
        else if (connection->session && connection->leaves_at && steady_ms >= connection->leaves_at)
            connection_drop(peers, connection, RESULT_UNKNOWN_MEMBER);
}

uint64_t peers_tick(struct peers *peers, uint64_t steady_ms) {
    uint64_t wait = ALIVE_EVERY_MS;
    drop_the_silent(peers, steady_ms);
    peers_read_on(peers, steady_ms);
    sync_tick(peers, steady_ms);
    uint64_t fetch_wait = fetch_tick(peers, steady_ms);
    if (steady_ms >= peers->alive_at) {
        peers->alive_at = steady_ms + ALIVE_EVERY_MS;
        for (struct connection *connection = peers->connections; connection; connection = connection->next)
            if (connection_is_up(connection)) {
                connection->peer->backoff_ms = REDIAL_FIRST_MS;
                sync_hello(peers, connection);
            }
    }
    for (size_t i = 0; i < peers->count; i++) {
        struct peer *peer = peers->rows[i];
        if (!peer->address || peer->connection || peer->dialing || quarantine_left_ms(&peer->quarantine, steady_ms))
            continue;
        if (steady_ms >= peer->dial_at)
            dial(peers, peer);
        else
            wait = peers_sooner(wait, peer->dial_at - steady_ms);
    }
    return peers_sooner(peers_sooner(wait, fetch_wait), peers_due_ms(peers, steady_ms));
}

/* --- connections --- */

struct connection *connection_new(struct peers *peers, struct peer *peer) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->party.kind = PARTY_CONNECTION;
    connection->initiator = peer != NULL;
    connection->called = peer;
    connection->next = peers->connections;
    peers->connections = connection;
    peers->connection_count++;
    return connection;
}

void connection_free(struct peers *peers, struct connection *connection) {
    struct connection **at = &peers->connections;
    while (*at && *at != connection)
        at = &(*at)->next;
    if (*at)
        *at = connection->next;
    peers->connection_count--;
    session_free(connection->session);
    line_release(&connection->line);
    free(connection->pulls);
    free(connection->announced);
    free(connection);
}

/* Ends the session; the connection itself goes with LINK_DOWN. */
void connection_drop(struct peers *peers, struct connection *connection, enum result why) {
    struct peer *peer = connection->peer ? connection->peer : connection->called;
    if (why)
        peers->node->exchange.refused[why]++;
    if (peer && why)
        peer->last_error = why;
    if (connection->peer && connection->peer->connection == connection) {
        connection->peer->connection = NULL;
        connection->peer->since_ms = clock_wall_ms(peers->node->exchange.clock);
    }
    connection->peer = NULL;
    session_free(connection->session);
    connection->session = NULL;
    sync_release(peers, connection);
    fetch_release(peers, connection);
}

bool connection_is_up(const struct connection *connection) {
    return connection->peer && connection->session && !connection->leaves_at;
}

/* Makes room for those who may be here. */
static void drop_oldest_stranger(struct peers *peers) {
    struct connection *oldest = NULL;
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection->session && !connection->peer && !connection->initiator)
            oldest = connection; /* the newest stand first */
    if (oldest)
        connection_drop(peers, oldest, RESULT_TIMED_OUT);
}

static void up(struct peers *peers, struct link_event *event) {
    struct connection *connection = event->accepted ? NULL : event->owner;
    if (peers->connection_count >= SESSIONS_MAX)
        drop_oldest_stranger(peers);
    if (event->accepted && peers->connection_count < 2 * SESSIONS_MAX && !peers->closing)
        connection = connection_new(peers, NULL);
    if (!connection) {
        link_set_owner(event->link, &listener_party); /* its LINK_DOWN comes back to us */
        link_close(event->link);
        return;
    }
    link_set_owner(event->link, connection);
    connection->since = clock_steady_ms(peers->node->exchange.clock);
    const struct member *called = connection->called ? roster_find(peers->node->roster, connection->called->id) : NULL;
    const struct session_options options = {
        .initiator = connection->initiator,
        .secret = peers->node->identity.secrets->session,
        .remote_public = called ? called->session_key : NULL,
        .random = peers->node->exchange.random,
    };
    if ((!connection->initiator || called) && !peers->closing)
        connection->session = session_new(event->link, &options);
    if (!connection->session)
        link_close(event->link);
    else
        link_more(event->link);
}

static void down(struct peers *peers, struct link_event *event) {
    struct link *link = event->link;
    if (event->owner == &listener_party) {
        if (link)
            link_free(link);
        return;
    }
    struct connection *connection = event->owner;
    struct peer *called = connection->called;
    if (called)
        called->last_error = event->why;
    if (connection->peer)
        log_info(_("%s: disconnected (%s)"), peers_name(peers, connection->peer), result_text(event->why));
    connection_drop(peers, connection, RESULT_OK);
    connection_free(peers, connection);
    if (link)
        link_free(link);
    if (called)
        redial_later(peers, called);
}

/* Of two sessions with a member, which stays: both ends must come to the same answer. */
static bool newcomer_wins(const struct peers *peers, const struct connection *present,
                          const struct connection *newcomer, const struct peer *peer) {
    bool we_are_smaller = memcmp(peers->node->identity.id, peer->id, MEMBER_ID_SIZE) < 0;
    return present->initiator == newcomer->initiator || newcomer->initiator == we_are_smaller;
}

static void belong_to(struct peers *peers, struct connection *connection, struct peer *peer) {
    connection->peer = peer;
    line_init(&connection->line, &peer->cap, &peers->cap);
}

/* Who was removed while it was away learns from what it asks, and from nothing else, that it was. */
static enum result admit_former(struct peers *peers, struct connection *connection) {
    const struct roster *roster = peers->node->roster;
    const uint8_t *remote = session_remote(connection->session);
    for (size_t i = 0; i < roster->ended_count; i++) {
        if (memcmp(roster->ended[i].session_key, remote, EXCHANGE_KEY_SIZE) != 0)
            continue;
        struct peer *peer = peers_find(peers, roster->ended[i].id);
        if (!peer)
            break;
        belong_to(peers, connection, peer);
        connection->leaves_at = clock_steady_ms(peers->node->exchange.clock) + FAREWELL_MS;
        sync_hello(peers, connection);
        return RESULT_OK;
    }
    return RESULT_UNKNOWN_MEMBER;
}

/* The handshake is through: who is it, and may it be here? */
static enum result settle(struct peers *peers, struct connection *connection) {
    const struct member *member = roster_find_session(peers->node->roster, session_remote(connection->session));
    struct peer *peer = member ? peers_find(peers, member->id) : NULL;
    if (!peer)
        return admit_former(peers, connection);
    if (quarantine_left_ms(&peer->quarantine, clock_steady_ms(peers->node->exchange.clock)))
        return RESULT_NOT_ALLOWED;
    if (peer->connection && !newcomer_wins(peers, peer->connection, connection, peer))
        return RESULT_EXISTS;
    if (peer->connection)
        connection_drop(peers, peer->connection, RESULT_OK);
    peer->connection = connection;
    peer->since_ms = clock_wall_ms(peers->node->exchange.clock);
    peer->last_error = RESULT_OK;
    belong_to(peers, connection, peer);
    log_info(_("%s: connected (%s)"), member->name,
             connection->initiator ? _("we called") : link_peer_address(session_link(connection->session)));
    sync_begin(peers, connection);
    return RESULT_OK;
}

static enum result take_frame(struct peers *peers, struct connection *connection, struct span frame) {
    struct arena *turn = &peers->node->exchange.turn;
    struct span message;
    TRY(session_take(connection->session, turn, frame, &message));
    /* The first message of a handshake may be a recording: who calls is believed once it has said something that only
     * it could say now. */
    bool is_proven = session_is_ready(connection->session) && (connection->initiator || message.data);
    if (!connection->peer && is_proven)
        TRY(settle(peers, connection));
    if (!message.data)
        return RESULT_OK;
    enum result result = sync_take(peers, connection, message);
    if (result && connection->session)
        peers_strike(peers, connection, result);
    return result;
}

static void frames(struct peers *peers, struct link_event *event) {
    struct connection *connection = event->owner;
    for (size_t i = 0; i < event->count && connection->session; i++) {
        enum result result = take_frame(peers, connection, event->frames[i]);
        if (!result)
            continue;
        if (connection->peer)
            log_warning(_("%s: session ended: %s"), peers_name(peers, connection->peer), result_text(result));
        else if (result != RESULT_EXISTS) /* anybody may knock: a counter, and prose only for who asks for it */
            log_debug(_("%s: no session: %s"), link_peer_address(event->link), result_text(result));
        connection_drop(peers, connection, result == RESULT_EXISTS ? RESULT_OK : result);
    }
    if (connection->session && !peers_is_too_much(peers, connection))
        link_more(event->link);
}

void peers_event(struct peers *peers, struct link_event *event) {
    switch (event->kind) {
    case LINK_UP:
        up(peers, event);
        break;
    case LINK_FRAMES:
        frames(peers, event);
        break;
    case LINK_DRAINED: /* the turn that it makes is all there is to it */
        break;
    case LINK_DOWN:
        down(peers, event);
        break;
    }
}

void peers_committed(struct peers *peers) {
    sync_ask_all(peers);
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection->peer && connection->session)
            sync_committed(peers, connection);
    sync_give_all(peers);
    peers_drop_unruly(peers);
}

void peers_failed(struct peers *peers) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        sync_forget_feeds(peers, connection);
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection->peer && connection->session)
            connection_drop(peers, connection, RESULT_OK);
}

/* Who is no member any more hears by what, before the session ends. */
static void let_go(struct peers *peers, struct connection *connection, struct span news) {
    if (connection->leaves_at)
        return;
    log_info(_("%s is no member any more: its session ends"), peers_name(peers, connection->peer));
    sync_farewell(peers, connection, news);
    connection->leaves_at = clock_steady_ms(peers->node->exchange.clock) + FAREWELL_MS;
}

static void renew(struct peers *peers, struct connection *connection, struct span news) {
    const struct member *member = roster_find(peers->node->roster, connection->peer->id);
    if (!member)
        let_go(peers, connection, news);
    else if (memcmp(member->session_key, session_remote(connection->session), EXCHANGE_KEY_SIZE) != 0)
        connection_drop(peers, connection, RESULT_UNKNOWN_MEMBER);
    else
        sync_renew(peers, connection);
}

void peers_renew(struct peers *peers, struct span news) {
    if (take_roster(peers))
        log_error(_("out of memory: new members are only known after a restart"));
    for (struct connection *connection = peers->connections; connection; connection = connection->next)
        if (connection->peer && connection->session)
            renew(peers, connection, news);
}
