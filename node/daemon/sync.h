/* sync: what is said over a session: heads announced, entries pulled, positions acknowledged (docs/protocol.md, 10).
 *
 * Every message is authorised by who is at the other end: a member announces only its own feeds, and pulls only feeds
 * whose key it was granted, or its own. What is said of whom to believe is trust.h's. Only for peers.c.
 */
#ifndef DAEMON_SYNC_H
#define DAEMON_SYNC_H

#include "daemon/node.h"
#include "sync.pb-c.h"

/* One feed that we pull from the member at the other end. */
struct pull {
    struct feed *feed;
    uint64_t asked; /* entries up to here are on their way or here */
    bool under_way; /* a pull waits for its answer */
    bool received;  /* in this turn: acknowledge after the commit */
    bool stopped;   /* nothing more is asked for in this session */
    bool evidence;  /* the other history of a frozen feed has been asked for, once */
};

struct connection {
    struct party party;
    struct connection *next;
    struct session *session; /* NULL: dropped, or not yet up */
    uint64_t since;          /* steady milliseconds; of the link */
    struct peer *called;     /* whom we called; NULL when called */
    struct peer *peer;       /* who it is, once authenticated */
    bool initiator;
    bool greeted;       /* its Hello has come */
    bool received;      /* entries in this turn */
    uint64_t leaves_at; /* steady; the other end is no member any more and is being told so; 0: it is one */
    struct pull *pulls;
    size_t pull_count;
    uint64_t *announced; /* per feed of exchange.feeds: the number we last told */
    size_t announced_count;
    uint8_t digest[HASH_SIZE];       /* of whom the other end goes by, as its last Hello said */
    uint8_t asked_digest[HASH_SIZE]; /* what it went by when we last said what we know */
    uint64_t asked_trust_at;         /* steady; when that was, 0: not yet */
    size_t forks_told;               /* of exchange.forks */
};

struct connection *connection_new(struct peers *peers, struct peer *peer);
void connection_free(struct peers *peers, struct connection *connection);
void connection_drop(struct peers *peers, struct connection *connection, enum result why);

/* A session has begun: Hello, and all heads that the member may read. */
void sync_begin(struct peers *peers, struct connection *connection);
void sync_hello(struct peers *peers, struct connection *connection);
/* A message came. Any failure ends the session. */
MUST_USE enum result sync_take(struct peers *peers, struct connection *connection, struct span message);
/* Other things than before may be told and asked for: whom we believe, or which feeds of ours may go on, has changed.
 */
void sync_renew(struct peers *peers, struct connection *connection);
/* The other end is no member any more: it is told by what, and nothing else. */
void sync_farewell(struct peers *peers, struct connection *connection, struct span news);
/* The turn is committed: acknowledge, pull on, announce. */
void sync_committed(struct peers *peers, struct connection *connection);

/* Between the two halves of it, sync.c and sync_trust.c. */
void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message);
void sync_tell_holdings(struct peers *peers, struct connection *connection);
void sync_tell_forks(struct peers *peers, struct connection *connection);
/* Says what we know if the other end goes by something else, not again and again: the answer changes our digest, or
 * there is none. */
void sync_ask_trust(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_hello(struct peers *peers, struct connection *connection, const Hello *words);
MUST_USE enum result sync_take_known(struct peers *peers, struct connection *connection, struct span known);
MUST_USE enum result sync_take_trust(struct peers *peers, struct connection *connection, struct span trust);
MUST_USE enum result sync_take_fork(struct peers *peers, const Fork *words);

#endif
