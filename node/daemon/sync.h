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
#include "daemon/line.h"
#include "daemon/node.h"
#include "sync.pb-c.h"

/* What we last told the other end of a feed. */
struct told_feed {
    uint64_t number;
    uint32_t epoch;
    bool is_quiet; /* carried, and it has not pulled or acknowledged since: it has a better way */
};

/* One feed that we pull from the member at the other end. */
struct pull {
    struct feed *feed;
    enum lane lane;
    uint64_t announced; /* as far as the other end has it */
    uint64_t asked;     /* entries up to here are on their way or here, */
    uint64_t came;      /* and up to here they have come */
    unsigned under_way; /* pulls that wait for their answers; a second where it is known how far the first reaches */
    struct asked answers[2]; /* of them, unless it is the evidence, */
    uint32_t block;          /* in messages of about so many bytes; 0: in one. */
    uint32_t left;           /* So many entries of the first are to come, once a part of it is here */
    uint64_t heard_at;       /* steady; when one was asked for, or a part of an answer came */
    uint64_t told;           /* how far we have acknowledged over this connection */
    bool owes_holding;       /* what we have of the feed is told if the answer is that there is no more */
    bool is_new;             /* it has not been told yet what we have, or that we need it */
    bool stopped;            /* nothing more is asked for in this session, */
    uint64_t again_at;       /* or not before this (steady); 0: it is not said */
    bool evidence;           /* the other history of a frozen feed has been asked for, once */
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
    bool is_owing;      /* it holds a feed of ours that is not here: a Holding of it is to come */
    uint64_t leaves_at; /* steady; the other end is no member any more and is being told so; 0: it is one */
    struct line line;
    uint64_t gave_at; /* the count of peers.gives when it last had a turn */
    struct pull *pulls;
    size_t pull_count;
    size_t asked_last;             /* of the pulls */
    uint8_t goes_on[FEED_ID_SIZE]; /* the feed whose answer the last Block began */
    bool wants;                    /* something may be wanted of it */
    struct told_feed *announced;   /* per feed of exchange.feeds */
    size_t announced_count;
    size_t delivered_at;             /* of the feeds: whose readers it is told next, … */
    size_t owes_delivered;           /* … and of so many, once it has read what is queued */
    bool is_paused;                  /* it has said too much at once: nothing is read for a moment */
    unsigned forbidden;              /* pulls of what it may not read */
    bool is_choked;                  /* it asks much and reads nothing: its session ends */
    uint8_t digest[HASH_SIZE];       /* of whom the other end goes by, as its last Hello said */
    uint8_t asked_digest[HASH_SIZE]; /* what it went by when we last said what we know */
    uint64_t asked_trust_at;         /* steady; when that was, 0: not yet */
    size_t forks_told;               /* of exchange.forks */
    bool takes_opened;               /* the other end answers an Opened */
    uint64_t opened_at;              /* place of the debt (opened.h) that was looked at last; 0: none in this session */
    unsigned opened_under_way;       /* told and not answered yet */
    struct opened_answer *answers;   /* to what came in this turn, in its memory; sent once that is on disk */
    struct fetching fetching;        /* of attachments; fetch.h */
    bool owes_cosignature;           /* of the checkpoint that it has shown in this turn */
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
/* The turn is committed: acknowledge, announce, and what is owed. */
void sync_committed(struct peers *peers, struct connection *connection);

/* As much as may be asked for now, of everybody; and as much as may be given. */
void sync_ask_all(struct peers *peers);
void sync_give_all(struct peers *peers);
/* Milliseconds until a cap lets something through that waits for it; UINT64_MAX: nothing waits for a cap. */
uint64_t sync_held_ms(const struct peers *peers, const struct connection *connection, uint64_t now);

/* Between the parts of it: sync.c reads, sync_ask.c asks, sync_write.c gives, sync_trust.c says whom we go by,
 * sync_opened.c what was opened, sync_points.c how far logs of disclosures reach. */
struct pull *sync_find_pull(struct connection *connection, const struct feed *feed);
struct pull *sync_get_pull(struct connection *connection, struct feed *feed);
void sync_ask(struct peers *peers, struct connection *connection);
/* What is known to be missing of its own feeds, as it said so in another session. */
void sync_ask_at_once(struct peers *peers, struct connection *connection);
void sync_ask_for_evidence(struct peers *peers, struct connection *connection, struct pull *pull, uint64_t number);
void sync_acknowledge(struct peers *peers, struct connection *connection);
/* Its answer has been taken. Unless the next is on its way, others may go on with the feed. */
void sync_pull_done(struct peers *peers, struct connection *connection, struct pull *pull);
/* Has another session more of the feed than is here? */
bool sync_has_another_source(const struct peers *peers, const struct connection *but, const struct feed *feed);
void sync_send(struct peers *peers, struct connection *connection, const SyncMessage *message);
/* It has not read yet what it was sent; once it has, there is another turn. */
bool sync_is_behind(const struct connection *connection);
/* May anything but whom to believe be said? Not by an expired roster (docs/protocol.md, 8.8). */
bool sync_is_silenced(const struct peers *peers);
/* Every feed that is to be told to this member and has grown since we last told. */
void sync_announce_grown(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_pull(struct peers *peers, struct connection *connection, const Pull *words);
void sync_refuse(struct peers *peers, struct connection *connection, const Pull *words, enum result why);
void sync_tell_holding(struct peers *peers, struct connection *connection, const struct feed *feed);
void sync_tell_holdings(struct peers *peers, struct connection *connection);
void sync_tell_forks(struct peers *peers, struct connection *connection);
/* Says what we know if the other end goes by something else, not again and again: the answer changes our digest, or
 * there is none. */
void sync_ask_trust(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_hello(struct peers *peers, struct connection *connection, const Hello *words);
MUST_USE enum result sync_take_known(struct peers *peers, struct connection *connection, struct span known);
MUST_USE enum result sync_take_trust(struct peers *peers, struct connection *connection, struct span trust);
/* How far the readers of a feed that we carry have it, to its author; of all its feeds. What it cannot be told now, as
 * it is behind with its reading, is owed. */
void sync_tell_delivered(struct peers *peers, struct connection *connection, struct feed *feed);
void sync_tell_all_delivered(struct peers *peers, struct connection *connection);
void sync_pay_delivered(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_delivered(struct peers *peers, struct connection *connection, const Delivered *words);
/* What is owed to the other end of alerts that were opened, as much as goes now; what it says of such; its answers, and
 * ours to it. */
void sync_tell_opened(struct peers *peers, struct connection *connection);
void sync_answer_opened(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_opened(struct peers *peers, struct connection *connection, struct span opened);
MUST_USE enum result sync_take_noted(struct peers *peers, struct connection *connection, const Noted *words);
MUST_USE enum result sync_take_fork(struct peers *peers, const Fork *words);
/* sync_points.c: our log to be cosigned, our word for its own, and what we know of others' (docs/protocol.md, 14.11);
 * once the turn is committed, where it is due. */
void sync_tell_points(struct peers *peers, struct connection *connection);
MUST_USE enum result sync_take_point(struct peers *peers, struct connection *connection, const Point *words);
MUST_USE enum result sync_take_seen(struct peers *peers, struct connection *connection, const Seen *words);

#endif
