/* feeds: the state of every feed this node writes or reads.
 *
 * A feed's record and head change only inside a change of the store; feeds_settle() makes them valid after the commit,
 * feeds_discard() takes them back. Our own feeds renew their epoch here: before the next disclosure, whenever somebody
 * left, the key is old, or has sealed many entries (docs/protocol.md, 7.1). Nothing is appended to a feed of ours that
 * may reach further elsewhere, is frozen, or belongs to a signing key of before (10.7, 10.8). One thread.
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
    uint64_t before;   /* as far as it had it before the last acknowledgement */
    uint64_t since_ms; /* wall; of that; 0: none since the start */
    bool unwritten;
};

struct feed {
    struct store_feed record; /* as committed; texts and members are owned by the feed */
    struct feed_head head;    /* as committed */
    struct feed_head next;    /* as it will be after the commit */
    struct store_feed draft;  /* likewise */
    bool changed;             /* next and draft differ from head and record */
    bool fresh;               /* made in the open change */
    bool ours;                /* also those of a signing key of before */
    uint64_t bare_at;         /* steady; of ours: when it was first offered back without content; 0: it was not */
    bool proven;              /* of ours, in this process: a reader has told how far it reaches, or it was made here */
    uint8_t elsewhere_hash[HASH_SIZE];
    uint64_t elsewhere;         /* of ours: the number of the last entry that a reader told of */
    uint32_t key_epoch;         /* of `key`; 0: none loaded */
    uint8_t *key;               /* guarded; NULL: none loaded */
    struct position *positions; /* of our own feeds */
    size_t position_count;
    uint64_t announced; /* of others' feeds: the last number that was told */
    uint64_t mine;      /* of ours: the last number that this process appended, or began with */
    uint8_t mine_hash[HASH_SIZE];
    uint64_t outdated_from; /* of ours: what the next grant says (docs/protocol.md, 7.9); 0: nothing */
    const void *source;     /* the connection that it is being pulled from; NULL: none */
};

/* Why entries of a feed cannot be opened yet. */
enum feed_wait {
    FEED_WAITS_NOT,
    FEED_NOT_MEMBER, /* the grants of their epoch that are here were not for us; another may be on its way */
    FEED_KEY_LOST,   /* their epoch was granted to a key that we do not have any more */
};

struct feeds {
    struct feed **rows; /* in the order of their ordinals */
    size_t count;
    size_t capacity;
    struct store *store;
    const struct identity *identity;
    const struct random *random;
    size_t keys_loaded;
    bool suspect;     /* the store lies elsewhere than before: our feeds have to be proven */
    bool is_unending; /* besides, a change of our signing key was cut off: how far the key before it reached is asked */
    uint8_t key_before[MEMBER_ID_SIZE]; /* then: that key */
};

/* Reads all feeds from the store. */
MUST_USE enum result feeds_open(struct feeds *feeds, struct store *store, const struct identity *identity,
                                const struct random *random);
void feeds_release(struct feeds *feeds);

/* NULL if there is none. */
struct feed *feeds_find(const struct feeds *feeds, const uint8_t feed[static FEED_ID_SIZE]);
/* How many feeds of this signing key, and of this author under whatever key, are known here. */
size_t feeds_of_author(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE]);
size_t feeds_of(const struct feeds *feeds, const uint8_t key_id[static MEMBER_ID_SIZE]);
struct feed *feeds_find_ordinal(const struct feeds *feeds, uint32_t ordinal);
/* The feed of this author, signing key and audience; made (in the open change) if it is not there. */
MUST_USE enum result feeds_get(struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE],
                               const uint8_t key_id[static MEMBER_ID_SIZE], const char *audience, struct feed **out);
/* May we append to this feed of ours? BEHIND, UNPROVEN, FORK, REVOKED (its signing key is one of before). */
MUST_USE enum result feeds_may_append(const struct feeds *feeds, const struct feed *feed);
/* A reader has proven how far it holds our feed: as far as we do, or further. One that holds less proves nothing. */
void feeds_hear(struct feed *feed, uint64_t number, const uint8_t hash[static HASH_SIZE]);
/* Is no feed of ours in doubt any more? */
bool feeds_are_proven(const struct feeds *feeds);

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
/* The first entry that this holder can read: the grant that begins its first epoch. */
uint64_t feeds_first_of(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]);
/* Of a feed that we carry: who may read it, and from where on; in the open change. Rows as `feeds_reader`. */
struct feeds_reader {
    const uint8_t *id;
    uint64_t first;
};
MUST_USE enum result feeds_set_readers(struct feed *feed, const struct feeds_reader *readers, size_t count);
/* Is it somebody else's, and carried here? */
bool feeds_is_carried(const struct feed *feed);
/* A feed of which nothing is here begins with entry `first`, a grant, in the open change. */
void feeds_begin_midway(struct feed *feed, uint64_t first);
/* Does this member hold the key in force of our feed? */
bool feeds_has_member(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]);

/* The position of a member in our own feed, read from the store when it is not in memory yet. */
MUST_USE enum result feeds_position(struct feeds *feeds, struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE],
                                    struct position **out);

/* Has somebody joined or left since the last grant of our feed? */
bool feeds_need_grants(const struct feed *feed, const struct member *const *members, size_t count);
/* Brings the epoch of our own feed up to date for those who are in its audience now (feeds_members()), in the open
 * change: a grant is appended if one is due. NOT_FOUND when nobody is: then there is nobody to write for. Else as
 * feeds_may_append(). */
MUST_USE enum result feeds_refresh(struct feeds *feeds, struct feed *feed, struct arena *arena,
                                   const struct member *const *members, size_t count, uint64_t now_ms);
/* Whoever had our encryption key had the keys of our epochs, by the author's box: every feed of ours begins a new epoch
 * before its next entry. In the open change. */
void feeds_end_epochs(struct feeds *feeds);
/* Appends an entry to our own feed, a disclosure or a step of a request, in the open change. */
MUST_USE enum result feeds_append(struct feeds *feeds, struct feed *feed, struct arena *arena, enum entry_kind kind,
                                  struct span body, uint64_t now_ms);
/* Entries that cannot be opened wait: so many bytes more, for this reason. */
void feeds_wait(struct feed *feed, enum feed_wait why, size_t bytes);
/* A fork is proven: from the commit on nothing more is taken from this feed, or appended to it. */
void feeds_freeze(struct feed *feed);
/* The note of a feed, one for each feed and kind, as it stands in the open change; empty if there is none. */
MUST_USE enum result feeds_note(struct store *store, struct arena *arena, enum store_note kind, const struct feed *feed,
                                struct span *note);
/* Puts the drafts of all changed feeds and the unwritten positions, before the commit. */
MUST_USE enum result feeds_put(struct feeds *feeds);
/* After the commit, and after it failed. */
void feeds_settle(struct feeds *feeds);
void feeds_discard(struct feeds *feeds);

#endif
