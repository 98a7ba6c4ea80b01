/* exchange: how an alert leaves this node, and how one arrives. Start reading here.
 *
 * exchange_publish() and exchange_receive() are the two sentences of docs/architecture.md. What is pure in them
 * (parsing, committing, signing, opening, verifying, deciding) runs on all cores; what changes state runs here, in
 * order, inside one change of the store. Nothing is confirmed, shown, announced or indexed before exchange_commit() has
 * synced it.
 *
 * Knows no network: entries come in and go out as bytes. Clock and randomness are passed in. One thread.
 */
#ifndef DAEMON_EXCHANGE_H
#define DAEMON_EXCHANGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/report.h"
#include "base/result.h"
#include "core/alert.h"
#include "core/disclosure.h"
#include "core/policy.h"
#include "daemon/attachments.h"
#include "daemon/disclosures.h"
#include "daemon/embargo.h"
#include "daemon/expiry.h"
#include "daemon/feeds.h"
#include "daemon/forks.h"
#include "daemon/opened.h"
#include "daemon/requests.h"
#include "daemon/witnesses.h"
#include "keys/identity.h"
#include "keys/roster.h"
#include "store/blobs.h"
#include "store/index.h"
#include "store/store.h"

struct publication;

/* An alert version that becomes part of what is here. */
struct admitted {
    struct index_row row;
    struct document document; /* what operators may see, in the turn's memory */
};

struct exchange {
    /* given by whoever makes it, alive as long as it */
    const struct identity *identity;
    const struct roster *roster;
    const struct policy *policy;
    const struct references *references;
    const struct clock *clock;
    const struct random *random;
    struct store *store;
    struct pool *pool;
    struct blobs *blobs;            /* NULL: no attachments here */
    uint64_t index_bytes_max;       /* 0: no bound */
    uint64_t attachments_bytes_max; /* of one alert that is published here */
    /* its own */
    const struct member *self; /* in the roster */
    struct feeds feeds;
    struct forks forks;
    struct witnesses witnesses; /* of other members' logs */
    struct attachments attachments;
    struct embargoes embargoes;
    struct openings openings;
    struct expiry expiry;
    struct requests requests;
    struct index *index;
    struct arena turn; /* until exchange_end_turn() */
    uint64_t refused[RESULT_COUNT];
    struct admitted *admitted; /* in this change; indexed at its commit */
    size_t admitted_count;
    size_t admitted_capacity;
    size_t admitted_recalls; /* of those */
    struct preparing {
        struct exchange *exchange;
        struct publication *publications;
        uint64_t now_ms;
    } preparing;              /* what the pool is at work on */
    enum result failure;      /* of our own machine in this change: it can only be taken back */
    uint64_t strip_at;        /* steady: when erasure.h looks again */
    bool open;                /* a change of the store has begun */
    bool unread;              /* an alert of the store could not be read at start */
    bool positions_unwritten; /* an acknowledgement waits for the next change */
    bool is_view_old;         /* the index is by a view of the operators that is in force no more */
};

/* Reads feeds and alerts back from the store and builds the index. UNKNOWN_MEMBER when the roster does not have us. */
MUST_USE enum result exchange_open(struct exchange *exchange);
void exchange_release(struct exchange *exchange);

/* Looks again, in the open change, at entries whose key was lost, which the identity may hold again, and at those that
 * wait for a key of their originator, which the roster may have now. At start, and when this node may write again: what
 * is to be passed on waits for that. */
MUST_USE enum result exchange_look_again(struct exchange *exchange);

/* Opens a change if none is open. */
MUST_USE enum result exchange_begin(struct exchange *exchange);

/* Takes another roster or policy from now on, brings the grants of our feeds up to date and looks again at what waits
 * for keys of an originator that are new in the roster, in the open change. On failure the old ones stay in force and
 * the change must be aborted. When the policy has another view for the operators, the index is built anew once the
 * change has ended, committed or not: rows and watches of before are gone then. */
MUST_USE enum result exchange_renew(struct exchange *exchange, const struct roster *roster,
                                    const struct policy *policy);

/* May this node publish and pass on? EXPIRED when its roster has, BEHIND, UNPROVEN, FORK when one of the feeds that its
 * policy writes may not go on. */
MUST_USE enum result exchange_may_write(const struct exchange *exchange);

/* The `at` of an ending that replaces our signing key now (docs/protocol.md, 8.9): not before the `created` of any
 * alert of ours that is here or being prepared, as the clock may have been ahead and may be right again. */
uint64_t exchange_end_of_key(const struct exchange *exchange);

/* One alert to publish, in; what became of it, out. */
struct publication {
    struct span json; /* alive until exchange_publish() */
    bool dry_run;
    struct arena arena;   /* holds all that follows; exchange_publication_release() */
    struct report report; /* findings, errors and warnings */
    enum result result;   /* OK: published if the commit succeeds; INVALID: see the report; else the cause */
    AlertHeader *header;
    Alert *content;
    Alert *visible; /* the part that this node's operators may see */
    struct disclosure full;
    struct span *bodies; /* one per audience of the policy, data NULL where nothing goes */
    struct field_set *shown;
    enum marking_rule *rules;
};
/* An alert leaves, in two halves. First, on all cores and without any state: parse, validate, commit and sign once; for
 * each audience decide the fields and narrow. This begins it; `publications` must stay where they are until it is done.
 */
void exchange_prepare(struct exchange *exchange, struct publication *publications, size_t count);
/* Then, in order and in the open change: keep the full alert, seal the narrowed ones and append them to the feeds.
 * Waits for the first half. */
MUST_USE enum result exchange_publish(struct exchange *exchange, struct publication *publications, size_t count);
void exchange_publication_release(struct publication *publication);

/* Entries of one feed, in order, as `author` sent them. */
struct delivery {
    const struct member *author;
    const uint8_t *key; /* key id of the author's signing key whose feed it is; NULL: the author's id */
    const char *audience;
    const struct span *entries;
    size_t count;
    bool by_author; /* from the author itself, who may have nothing left of an entry but header and signature */
    /* out */
    enum result result; /* why the first entry that was not taken was not */
    size_t taken;       /* entries that are part of the feed here now, if the commit succeeds */
};
/* An alert arrives: number, chain and signature of the entry; open; the originator's signature; may this be here? Then
 * keep it and pass it on by the forwarding rules. In the open change. What fails before the signature is not taken;
 * what is well signed but may not be here is taken as header and signature alone, as evidence, and counted. Returns a
 * failure only of our own machine. */
MUST_USE enum result exchange_receive(struct exchange *exchange, struct delivery *delivery);

/* The feed that `author` tells `audience` under this signing key (NULL: its first), made in the open change if it is
 * not known here. TOO_LARGE when the author has FEEDS_OF_KEY_MAX of that key. */
MUST_USE enum result exchange_follow(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                                     const uint8_t *key_id, const char *audience, struct feed **feed);
/* A reader holds our feed up to this entry (header and signature: our own word for it). UNKNOWN_MEMBER if the key is
 * none of ours; WRONG_FEED, BAD_SIGNATURE …; FORK when we have another entry of that number: then the two are the proof
 * and the feed is frozen, in the open change. *feed is that feed, made if it was lost. */
MUST_USE enum result exchange_hear(struct exchange *exchange, const uint8_t key_id[static MEMBER_ID_SIZE],
                                   const char *audience, struct span entry, struct feed **feed);
/* A proof that an author signed two histories: kept, and the feed frozen, in the open change. As forks_prove() and
 * forks_add(). */
MUST_USE enum result exchange_take_fork(struct exchange *exchange, const struct member *author, struct span one,
                                        struct span other);
/* May what this row holds still be believed? REVOKED when a key on its way here ended before it
 * (docs/protocol.md, 8.9).
 */
enum result exchange_doubt(struct exchange *exchange, const struct index_row *row);
/* Did it come sealed for somebody who had been removed, too? */
MUST_USE enum result exchange_is_outdated(const struct exchange *exchange, const struct index_row *row,
                                          bool *is_outdated);
/* Of this feed nothing is here; it begins for us with entry `first`, a grant, in the open change. */
MUST_USE enum result exchange_begin_midway(struct exchange *exchange, struct feed *feed, uint64_t first);
/* What an author says of its feed against what is here: FORK when the same number has another hash, which freezes
 * nothing before it is proven, ROLLBACK when the author has less than it gave us: it was set back to an older copy.
 * Either is counted, and nothing more is to be pulled. */
MUST_USE enum result exchange_compare_head(struct exchange *exchange, struct feed *feed, uint64_t number,
                                           const uint8_t hash[static HASH_SIZE]);
/* A member has our feed up to `number` on its disk. Written with the next change: to lose it costs a repetition only.
 */
MUST_USE enum result exchange_acknowledge(struct exchange *exchange, struct feed *feed,
                                          const uint8_t member[static MEMBER_ID_SIZE], uint64_t number);
/* Opens a change if an acknowledgement has not been written yet. */
MUST_USE enum result exchange_keep_positions(struct exchange *exchange);

/* Syncs everything since the last commit, unless something in it failed on our own machine; calls back for each alert
 * that is new here. On failure nothing of it has happened. */
typedef void exchange_arrived(void *context, const struct index_row *row, const struct document *document);
MUST_USE enum result exchange_commit(struct exchange *exchange, exchange_arrived *arrived, void *context);

/* Gives the memory of the turn back: rows, replies and messages that lived in it are gone. */
void exchange_end_turn(struct exchange *exchange);

/* Builds the index of all that is in the store, with no change open. On failure the one before stays. */
MUST_USE enum result exchange_index_again(struct exchange *exchange);

/* Takes back everything since the last commit. */
void exchange_abort(struct exchange *exchange);

/* The alert of a row as this node holds it, with the entry it came by. */
struct holding {
    struct store_alert stored;
    struct disclosure disclosure;
    const struct feed *feed; /* NULL: our own */
    struct span entry;       /* as stored; empty for our own */
};
MUST_USE enum result exchange_load(struct exchange *exchange, struct arena *arena, const struct index_row *row,
                                   struct holding *out);
/* Is what this holding shows the newest of its alert here, and believed? */
bool exchange_is_current(struct exchange *exchange, const struct holding *holding);

/* The content that this node's operators may see: of what is shown to us, what policy.yaml gives to `operators`. Fails,
 * as alert_join() does, also for a malformed value that they may not see. */
MUST_USE enum result exchange_visible(const struct exchange *exchange, struct arena *arena,
                                      const struct disclosure *disclosure, Alert **content);

/* That of a row's alert. */
MUST_USE enum result exchange_read(struct exchange *exchange, struct arena *arena, const struct index_row *row,
                                   const AlertHeader **header, Alert **content);

/* The row of an alert. Originator and shown are copied into the arena: what is admitted outlives what it came in. */
MUST_USE enum result exchange_row(struct index_row *out, struct arena *arena, const struct disclosure *disclosure,
                                  uint64_t sequence, uint32_t ordinal);
/* Puts an alert into the open change and remembers it for the index, with `visible` to be searched; for incoming.c.
 * `stored` gets its sequence. */
MUST_USE enum result exchange_admit(struct exchange *exchange, const struct disclosure *disclosure,
                                    const Alert *visible, struct store_alert *stored);

/* Appends an encoded disclosure to our feed for the audience, in the lane that its alert's header says, with a grant
 * before it if one is due, remembers that the alert of this sequence went out by it, and notes all of it in the log;
 * for incoming.c and history.c. Where a part of that fails the change can only be taken back: no entry without its
 * record. */
MUST_USE enum result exchange_append(struct exchange *exchange, const struct telling *telling, uint64_t now_ms);
/* Appends a step of a request to our feed for this member alone, in the open change; otherwise the same. */
MUST_USE enum result exchange_say(struct exchange *exchange, const struct member *to, struct span step,
                                  uint64_t now_ms);
/* A wider view took the alert's place: where the one before it was told, and who says that it was opened there, is
 * remembered with it. For incoming.c. */
MUST_USE enum result exchange_inherit_told(struct exchange *exchange, uint64_t before, uint64_t sequence);

/* Counts, and says, which entries of our feed were sealed for a member that had been removed before this node heard of
 * it; before the epoch that leaves it out begins. For exchange.c. */
MUST_USE enum result exchange_flag_outdated(struct exchange *exchange, struct feed *feed);
/* The author of a feed says that of entries `from` up to the one before `end`. For incoming.c. */
MUST_USE enum result exchange_hear_outdated(struct exchange *exchange, struct feed *feed, uint64_t from, uint64_t end);

/* Does this node carry what the author writes? May this member carry our feed? */
bool exchange_carries(const struct exchange *exchange, const struct member *author);
bool exchange_is_carrier(const struct exchange *exchange, const struct feed *feed, const struct member *member);
/* Who carries a feed says how far it reaches: header and signature of the author's last entry. WRONG_FEED,
 * BAD_SIGNATURE and those of feed_parse_header(); *number is that entry's. */
MUST_USE enum result exchange_check_carried(const struct member *author, const uint8_t key_id[static MEMBER_ID_SIZE],
                                            const char *audience, struct span entry, uint64_t *number);
/* The same entry against ours of that number: FORK, with the proof kept and the feed frozen in the open change. */
MUST_USE enum result exchange_compare_entry(struct exchange *exchange, struct feed *feed, struct span entry);

/* The forwarding rule that passes on to this audience what comes by this feed; NULL: none does. Is there one? */
const struct policy_forward *exchange_forward_rule(const struct exchange *exchange, const struct feed *feed,
                                                   const struct policy_audience *audience);
bool exchange_forwards(const struct exchange *exchange, const struct feed *feed,
                       const struct policy_audience *audience);

/* The hop from this node to itself: what its operators and the live feed may see. */
struct policy_hop exchange_local_hop(const struct exchange *exchange);
/* Did this node make the alert? */
bool exchange_is_ours(const struct exchange *exchange, const struct disclosure *disclosure);
/* The hop from this node to an audience, now, for an alert as it is here. */
struct policy_hop exchange_hop(const struct exchange *exchange, const struct policy_audience *audience,
                               const struct disclosure *disclosure);

#endif
