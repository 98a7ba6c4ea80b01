/* sync: what is said over a session: heads announced, entries pulled, positions acknowledged (docs/protocol.md, 10).
 *
 * Every message is authorised by who is at the other end: a member announces its own feeds, or those that it carries
 * with their author's word for it, and pulls only feeds whose key it was granted, that it carries, or its own. A feed
 * is pulled from one connection at a time, so that several ways to it do not bring it several times. What is said of
 * whom to believe is trust.h's. Only for peers.c.
 */
#ifndef DAEMON_SYNC_H
#define DAEMON_SYNC_H

#include "daemon/fetch.h"
#include "daemon/node.h"
#include "sync.pb-c.h"

/* One feed that we pull from the member at the other end. */
struct pull {
    struct feed *feed;
    uint64_t announced; /* as far as the other end has it */
    uint64_t asked;     /* entries up to here are on their way or here */
    uint64_t asked_at;  /* steady; of the last pull */
    bool under_way;     /* a pull waits for its answer */
    uint64_t told;      /* how far we have acknowledged over this connection */
    bool stopped;       /* nothing more is asked for in this session */
    bool evidence;      /* the other history of a frozen feed has been asked for, once */
};

struct connection {
    struct party party;
    struct connection *next;
    struct session *session; /* NULL: dropped, or not yet up */
    uint64_t since;          /* steady milliseconds; of the link */
    struct peer *called;     /* whom we called; NULL when called */
    struct peer *peer;       /* who it is, once authenticated */
    bool initiator;
    bool greeted;        /* its Hello has come */
    uint32_t pull_bytes; /* how much to ask for at a time: about what the link brings in a second */
    bool received;       /* entries in this turn */
    uint64_t leaves_at;  /* steady; the other end is no member any more and is being told so; 0: it is one */
    struct pull *pulls;
    size_t pull_count;
    uint64_t *announced; /* per feed of exchange.feeds: the number we last told */
    size_t announced_count;
    uint8_t digest[HASH_SIZE];       /* of whom the other end goes by, as its last Hello said */
    uint8_t asked_digest[HASH_SIZE]; /* what it went by when we last said what we know */
    uint64_t asked_trust_at;         /* steady; when that was, 0: not yet */
    size_t forks_told;               /* of exchange.forks */
    struct fetching fetching;        /* of attachments; fetch.h */
};

struct connection *connection_new(struct peers *peers, struct peer *peer);
void connection_free(struct peers *peers, struct connection *connection);
void connection_drop(struct peers *peers, struct connection *connection, enum result why);
/* Is a member at the other end, whom anything may be told? */
bool connection_is_up(const struct connection *connection);

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
/* Other connections may go on with what this one was bringing: it ends, or it is slow. */
void sync_release(struct peers *peers, struct connection *connection);
/* A change has failed: pulls of feeds that were first followed in it are gone. */
void sync_forget_feeds(struct peers *peers, struct connection *connection);
/* Lets go of pulls that have waited too long for their answer while another connection has the feed. */
void sync_tick(struct peers *peers, uint64_t steady_ms);
/* The turn is committed: acknowledge, pull on, announce. */
void sync_committed(struct peers *peers, struct connection *connection);

/* Between the parts of it: sync.c reads, sync_write.c gives, sync_trust.c says whom we go by. */
void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message);
/* May anything but whom to believe be said? Not by an expired roster (docs/protocol.md, 8.8). */
bool sync_is_silenced(const struct peers *peers);
/* Every feed that is to be told to this member and has grown since we last told. */
void sync_announce_grown(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_pull(struct peers *peers, struct connection *connection, const Pull *words);
void sync_refuse(struct peers *peers, struct connection *connection, const Pull *words, enum result why);
void sync_tell_holdings(struct peers *peers, struct connection *connection);
void sync_tell_forks(struct peers *peers, struct connection *connection);
/* Says what we know if the other end goes by something else, not again and again: the answer changes our digest, or
 * there is none. */
void sync_ask_trust(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_hello(struct peers *peers, struct connection *connection, const Hello *words);
MUST_USE enum result sync_take_known(struct peers *peers, struct connection *connection, struct span known);
MUST_USE enum result sync_take_trust(struct peers *peers, struct connection *connection, struct span trust);
void sync_tell_all_delivered(struct peers *peers, struct connection *connection);
void sync_tell_delivered(struct peers *peers, struct connection *connection, struct feed *feed);
MUST_USE enum result sync_take_delivered(struct peers *peers, struct connection *connection, const Delivered *words);
MUST_USE enum result sync_take_fork(struct peers *peers, const Fork *words);

#endif
