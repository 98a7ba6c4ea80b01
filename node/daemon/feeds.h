/* feeds: the state of every feed this node writes or reads.
 *
 * A feed's record and head change only inside a change of the store; feeds_settle() makes them valid after the commit,
 * feeds_discard() takes them back. Our own feeds renew their epoch here: before the next disclosure, whenever somebody
 * left, the key is old, or has sealed many entries (docs/protocol.md, 7.1). One thread.
 */
#ifndef DAEMON_FEEDS_H
#define DAEMON_FEEDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "core/feed.h"
#include "core/policy.h"
#include "keys/epoch.h"
#include "keys/identity.h"
#include "keys/roster.h"
#include "store/store.h"

/* How far a member has acknowledged a feed of ours. */
struct position {
    uint8_t member[MEMBER_ID_SIZE];
    uint64_t number;
    bool unwritten;
};

struct feed {
    struct store_feed record; /* as committed; texts and members are owned by the feed */
    struct feed_head head;    /* as committed */
    struct feed_head next;    /* as it will be after the commit */
    struct store_feed draft;  /* likewise */
    bool changed;             /* next and draft differ from head and record */
    bool fresh;               /* made in the open change */
    bool ours;
    uint32_t key_epoch;         /* of `key`; 0: none loaded */
    uint8_t *key;               /* guarded */
    struct position *positions; /* of our own feeds */
    size_t position_count;
    uint64_t announced;   /* of others' feeds: the last number its author told */
    uint64_t unreadable;  /* entries here that wait for a key */
    size_t waiting_bytes; /* of them, since the start */
};

struct feeds {
    struct feed **rows; /* in the order of their ordinals */
    size_t count;
    size_t capacity;
    struct store *store;
    const struct identity *identity;
    const struct random *random;
};

/* Reads all feeds from the store. */
MUST_USE enum result feeds_open(struct feeds *feeds, struct store *store, const struct identity *identity,
                                const struct random *random);
void feeds_release(struct feeds *feeds);

/* NULL if there is none. */
struct feed *feeds_find(const struct feeds *feeds, const uint8_t feed[static FEED_ID_SIZE]);
/* How many feeds of this author are known here. */
size_t feeds_of(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE]);
struct feed *feeds_find_ordinal(const struct feeds *feeds, uint32_t ordinal);
/* The feed of this author and audience; made (in the open change) if it is not there. */
MUST_USE enum result feeds_get(struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE], const char *audience,
                               struct feed **out);

/* The key of an epoch, in guarded memory, valid until the next call for this feed. NO_EPOCH_KEY. */
MUST_USE enum result feeds_key(struct feeds *feeds, struct feed *feed, uint32_t epoch, const uint8_t **key);
/* Keeps a key that was granted to us, in the open change. */
MUST_USE enum result feeds_keep_key(struct feeds *feeds, struct feed *feed, uint32_t epoch,
                                    const uint8_t key[static EPOCH_KEY_SIZE]);

/* Who of the roster is in an audience, ourselves left out; ids in ascending order, in the arena. */
MUST_USE enum result feeds_members(struct arena *arena, const struct policy_audience *audience,
                                   const struct roster *roster, const uint8_t self[static MEMBER_ID_SIZE],
                                   const struct member ***out, size_t *count);
/* Who holds the key in force of our own feed: `count` rows, and the member id of each. */
size_t feeds_holders(const struct feed *feed);
const uint8_t *feeds_holder(const struct feed *feed, size_t index);
/* Does this member hold the key in force of our feed? */
bool feeds_has_member(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]);

/* The position of a member in our own feed, read from the store when it is not in memory yet. */
MUST_USE enum result feeds_position(struct feeds *feeds, struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE],
                                    struct position **out);

/* Brings the epoch of our own feed up to date, in the open change: a grant is appended if one is due. NOT_FOUND when
 * the audience has no members: then there is nobody to write for. */
MUST_USE enum result feeds_refresh(struct feeds *feeds, struct feed *feed, struct arena *arena,
                                   const struct policy_audience *audience, const struct roster *roster,
                                   uint64_t now_ms);
/* Appends a disclosure to our own feed, in the open change. */
MUST_USE enum result feeds_append(struct feeds *feeds, struct feed *feed, struct arena *arena, struct span disclosure,
                                  uint64_t now_ms);
/* A fork is proven: from the commit on nothing more is taken from this feed. */
void feeds_freeze(struct feed *feed);
/* Puts the drafts of all changed feeds and the unwritten positions, before the commit. */
MUST_USE enum result feeds_put(struct feeds *feeds);
/* After the commit, and after it failed. */
void feeds_settle(struct feeds *feeds);
void feeds_discard(struct feeds *feeds);

#endif
