/* sync: what is said over a session: heads announced, entries pulled, positions acknowledged (docs/protocol.md, 10).
 *
 * Every message is authorised by who is at the other end: a member announces only its own feeds, and pulls only feeds
 * whose key it was granted. Only for peers.c.
 */
#ifndef DAEMON_SYNC_H
#define DAEMON_SYNC_H

#include "daemon/node.h"

/* One feed that we pull from the member at the other end. */
struct pull {
    struct feed *feed;
    uint64_t asked; /* entries up to here are on their way or here */
    bool under_way; /* a pull waits for its answer */
    bool received;  /* in this turn: acknowledge after the commit */
    bool stopped;   /* nothing more is asked for in this session */
};

struct connection {
    struct party party;
    struct connection *next;
    struct session *session; /* NULL: dropped, or not yet up */
    uint64_t since;          /* steady milliseconds; of the link */
    struct peer *called;     /* whom we called; NULL when called */
    struct peer *peer;       /* who it is, once authenticated */
    bool initiator;
    bool greeted;  /* its Hello has come */
    bool received; /* entries in this turn */
    struct pull *pulls;
    size_t pull_count;
    uint64_t *announced; /* per feed of exchange.feeds: the number we last told */
    size_t announced_count;
};

struct connection *connection_new(struct peers *peers, struct peer *peer);
void connection_free(struct peers *peers, struct connection *connection);
void connection_drop(struct peers *peers, struct connection *connection, enum result why);

/* A session has begun: Hello, and all heads that the member may read. */
void sync_begin(struct peers *peers, struct connection *connection);
void sync_hello(struct peers *peers, struct connection *connection);
/* A message came. Any failure ends the session. */
MUST_USE enum result sync_take(struct peers *peers, struct connection *connection, struct span message);
/* The turn is committed: acknowledge, pull on, announce. */
void sync_committed(struct peers *peers, struct connection *connection);

#endif
