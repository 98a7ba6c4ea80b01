/* The part of peers.h that is about measure: what waits for a cap, who says too much, who is left out. */
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/node.h"
#include "daemon/sync.h"

/* --- what waits --- */

bool peers_is_held(const struct peers *peers, const struct peer *peer) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    return peer->connection && sync_held_ms(peers, peer->connection, now) != UINT64_MAX;
}

uint64_t peers_due_ms(const struct peers *peers, uint64_t steady_ms) {
    uint64_t wait = UINT64_MAX;
    enum lane lane;
    for (const struct connection *connection = peers->connections; connection; connection = connection->next) {
        if (!connection_is_up(connection))
            continue;
        if (line_is_ready(&connection->line, link_queued(session_link(connection->session)), steady_ms, &lane))
            return 0;
        wait = peers_sooner(wait, sync_held_ms(peers, connection, steady_ms));
        if (connection->is_paused)
            wait = peers_sooner(wait, bucket_wait_ms(&connection->peer->work, steady_ms));
    }
    return wait;
}

/* --- who says too much --- */

bool peers_is_too_much(struct peers *peers, struct connection *connection) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    if (!connection->peer || bucket_wait_ms(&connection->peer->work, now) == 0)
        return false;
    connection->peer->slowed++;
    connection->is_paused = true;
    return true;
}

void peers_read_on(struct peers *peers, uint64_t steady_ms) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        if (!connection->is_paused || !connection->session || bucket_wait_ms(&connection->peer->work, steady_ms))
            continue;
        connection->is_paused = false;
        link_more(session_link(connection->session));
    }
}

/* --- who breaks the rules --- */

void peers_strike(struct peers *peers, const struct connection *connection, enum result why) {
    struct peer *peer = connection->peer;
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    if (!peer || connection->leaves_at || !quarantine_is_offence(why) ||
        !quarantine_strike(&peer->quarantine, why, now))
        return;
    const char *name = peers_name(peers, peer);
    log_warning(
        _("%s has broken the rules again and again (%s) and is left out for %llu min; to let it in before that: "
          "inama peer release %s"),
        name, result_text(why), (unsigned long long)quarantine_left_ms(&peer->quarantine, now) / 60000, name);
}

enum result peers_release_member(struct peers *peers, const char *name, const char **complaint) {
    const struct member *member = roster_find_name(peers->node->roster, name);
    struct peer *peer = member ? peers_find(peers, member->id) : NULL;
    if (!peer) {
        *complaint = _("there is no other member of this name: inama status lists them");
        return RESULT_NOT_FOUND;
    }
    if (!quarantine_left_ms(&peer->quarantine, clock_steady_ms(peers->node->exchange.clock))) {
        *complaint = _("it is not left out: inama status says how it is");
        return RESULT_EXISTS;
    }
    quarantine_release(&peer->quarantine);
    peer->dial_at = 0;
    log_info(_("%s is let in again, as an operator says"), member->name);
    return RESULT_OK;
}

static enum result why_to_drop(const struct peers *peers, const struct connection *connection) {
    uint64_t now = clock_steady_ms(peers->node->exchange.clock);
    if (connection->is_choked)
        return RESULT_TOO_LARGE; /* it asks much, or is told much, and reads nothing */
    return quarantine_left_ms(&connection->peer->quarantine, now) ? connection->peer->quarantine.why : RESULT_OK;
}

void peers_drop_unruly(struct peers *peers) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        enum result why = connection_is_up(connection) ? why_to_drop(peers, connection) : RESULT_OK;
        if (!why)
            continue;
        log_warning(_("%s: session ended: %s"), peers_name(peers, connection->peer), result_text(why));
        connection_drop(peers, connection, why);
    }
}
