/* peers: the sessions with other members, and the pulls that run over them (docs/protocol.md, 10).
 *
 * A member that is configured with an address is called, again and again with back-off; any member of the roster may
 * call us. There is one session per member: of two, the one that the member with the smaller id began stays.
 */
#ifndef DAEMON_PEERS_H
#define DAEMON_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/config.h"
#include "daemon/line.h"
#include "daemon/quarantine.h"
#include "keys/roster.h"
#include "net/link.h"
#include "net/session.h"

struct node;
struct connection;
struct feed;

struct peer {
    uint8_t id[MEMBER_ID_SIZE];
    const char *address; /* NULL: not called */
    struct connection *connection;
    bool dialing;
    bool has_told;    /* in this process, how far it holds our feeds, or that it holds none */
    uint64_t dial_at; /* steady milliseconds */
    uint64_t backoff_ms;
    uint64_t since_ms; /* wall; of the present state */
    enum result last_error;
    uint64_t limit; /* bytes a second each way; 0: none of its own */
    struct cap cap;
    struct bucket work; /* that its messages may make, over all its sessions */
    uint64_t slowed;    /* times that it was more */
    struct quarantine quarantine;
    struct peer_points {
        uint64_t cosigned; /* size of our log, as it has last cosigned it in this process */
        uint64_t shown;    /* as it was last shown to it, */
        uint64_t again_at; /* steady; and is again then */
        uint64_t heard_at; /* steady; when to tell it of others' logs */
        size_t next;       /* of exchange.witnesses: whom it is told of next */
    } points;
};

struct peers {
    struct node *node;
    struct link_listener *listener;
    struct peer **rows;
    size_t count;
    struct connection *connections; /* all, also those not yet authenticated */
    size_t connection_count;
    struct cap cap;    /* of all together */
    uint64_t gives;    /* turns given since the start */
    uint64_t given;    /* bytes given in this turn of the node */
    uint64_t alive_at; /* steady; when to send the next sign of life */
    uint64_t fetch_at; /* steady; when to look again for attachments that are wanted */
    bool closing;
};

MUST_USE enum result peers_open(struct peers *peers, struct node *node);
/* Ends all sessions; their last events are still to be taken. */
void peers_close(struct peers *peers);
void peers_release(struct peers *peers);

/* An event of a link that belongs to a peer or to our listener. */
void peers_event(struct peers *peers, struct link_event *event);
/* Calls whom it is time to call; returns the milliseconds until it is time again. */
uint64_t peers_tick(struct peers *peers, uint64_t steady_ms);
/* After a commit: acknowledges what was received and announces what has grown. */
void peers_committed(struct peers *peers);
/* After a commit failed: nothing that was received in this turn is here. */
void peers_failed(struct peers *peers);
/* Whom we believe, or what we may write, has changed: lets go of those who are no longer members, keeps the sessions of
 * all others, and tells and asks anew what may have been refused before. `news` is the Trust by which it changed. */
void peers_renew(struct peers *peers, struct span news);

/* Takes the limits of this file from now on, and nothing else of it. */
void peers_limit(struct peers *peers, const struct config *config);

/* NULL if we know no such peer. */
struct peer *peers_find(const struct peers *peers, const uint8_t id[static MEMBER_ID_SIZE]);
/* What came over the authenticated session is to be held against who is there, if it is an offence. Once that is too
 * much, the session ends with the turn. */
void peers_strike(struct peers *peers, const struct connection *connection, enum result why);
/* An operator lets a member in again. NOT_FOUND, EXISTS (it is not left out), with a complaint. */
MUST_USE enum result peers_release_member(struct peers *peers, const char *name, const char **complaint);
/* Does a cap, its own or that of all, hold something back now that goes to it or comes from it? */
bool peers_is_held(const struct peers *peers, const struct peer *peer);
/* Its name in the roster, or a word for who is no member any more. */
const char *peers_name(const struct peers *peers, const struct peer *peer);
/* Bytes over the present session. */
void peers_traffic(const struct peer *peer, uint64_t *sent, uint64_t *received);

/* Between peers.c and peers_measure.c: when a cap lets the next thing through (0: more is to be given than one turn of
 * the node has memory for); whether this one has said more than it may, and waits with the rest, on its own machine;
 * the end of that; and who may not stay. */
static inline uint64_t peers_sooner(uint64_t one, uint64_t other) {
    return one < other ? one : other;
}
uint64_t peers_due_ms(const struct peers *peers, uint64_t steady_ms);
bool peers_is_too_much(struct peers *peers, struct connection *connection);
void peers_read_on(struct peers *peers, uint64_t steady_ms);
void peers_drop_unruly(struct peers *peers);

#endif
