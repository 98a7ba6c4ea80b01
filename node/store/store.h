/* store: the node's memory on disk.
 *
 * The only LMDB code. Every value is sealed under the store key and bound to its table and key, keys are running
 * numbers: a stolen disk shows sizes and counts. What a committed transaction holds is synced; nothing else counts as
 * there.
 *
 * One thread writes and reads. Texts and bytes returned live in the arena given. STORE_DAMAGED names what it could not
 * open through store_complaint(). DISK_FULL and STORE_FULL leave everything committed before intact; the open change is
 * lost and must be begun anew.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/journal.h"
#include "core/merkle.h"

struct store;

struct store_options {
    const char *folder; /* made 0700 if it is not there */
    uint64_t size_max;  /* bytes: the sparse map, fixed while open */
    const uint8_t *key; /* SECRET_KEY_SIZE; must stay in place while the store is open */
    const struct random *random;
    struct report *report; /* what is wrong when the store does not open; may be NULL */
};

/* WRONG_KEY when the store was made under another key, EXISTS when another process has it, UNKNOWN_SCHEMA when a newer
 * program made it, STORE_DAMAGED, STORE_FULL, DISK_FULL, NOT_ALLOWED, NO_MEMORY, IO. The whole file is walked
 * (pages.h), so that what was damaged while the node was down is found here and not later. The folder is locked until
 * the store is closed. */
MUST_USE enum result store_open(struct store **out, const struct store_options *options);
void store_close(struct store *store);
/* One sentence on the last failure: table, key, cause. */
const char *store_complaint(const struct store *store);

/* A change: any number of puts, then commit (synced when it returns) or abort. Reads see the puts of the open change.
 * After a put has failed, so does the commit; a commit closes the change whatever it returns. IO says that the disk
 * failed: what was committed before is intact, but nothing more is taken until the store has been opened again. */
MUST_USE enum result store_begin(struct store *store);
MUST_USE enum result store_commit(struct store *store);
void store_abort(struct store *store);

/* A feed: its name in the world and how far it reaches. */
struct store_feed {
    uint32_t ordinal; /* given by the store, from 1 */
    uint8_t feed[32];
    uint8_t author[32];
    uint8_t key[32]; /* key id of the author's signing key whose feed it is */
    const char *audience;
    uint64_t number; /* of the last entry; 0: none */
    uint8_t head[32];
    uint32_t epoch;         /* in force; 0: none */
    uint64_t epoch_started; /* milliseconds */
    uint64_t epoch_first;   /* number of the entry that began it */
    bool frozen;            /* a fork was proven */
    uint8_t waits_for;      /* why entries here cannot be opened yet; given by the caller */
    uint64_t waiting;       /* how many */
    uint64_t waiting_bytes; /* and of how many bytes */
    uint64_t outdated;      /* entries sealed under an epoch from before somebody was removed */
    struct span members;    /* our own feeds: who holds the epoch key, a member id and its encryption key each */
};
/* All feeds, in the order of their ordinals. */
MUST_USE enum result store_feeds(struct store *store, struct arena *arena, struct store_feed **out, size_t *count);
/* Puts a feed; ordinal 0 is a new one and gets its ordinal. */
MUST_USE enum result store_put_feed(struct store *store, struct store_feed *feed);

/* Entries, epochs and positions are put for feeds that have been put. An entry is the next of its feed (the first one
 * may have any number), or takes the place of one that is there. */
MUST_USE enum result store_put_entry(struct store *store, uint32_t ordinal, uint64_t number, struct span entry);
/* NOT_FOUND. */
MUST_USE enum result store_get_entry(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t number,
                                     struct span *entry);
/* Entries after + 1, after + 2 … as long as all together have at most `bytes_max` bytes (at least one if there is one).
 */
MUST_USE enum result store_get_entries(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t after,
                                       size_t bytes_max, struct span **entries, size_t *count);

/* The number of the first entry that is here; 0: none is. */
uint64_t store_first_entry(const struct store *store, uint32_t ordinal);

MUST_USE enum result store_put_epoch(struct store *store, uint32_t ordinal, uint32_t epoch,
                                     const uint8_t key[static 32]);
/* NOT_FOUND. `key` should be guarded memory. */
MUST_USE enum result store_get_epoch(struct store *store, uint32_t ordinal, uint32_t epoch, uint8_t key[static 32]);

/* An alert: what this node may see of one version. */
struct store_alert {
    uint64_t sequence; /* given by the store, from 1, in the order of arrival */
    uint64_t arrived;  /* milliseconds */
    uint32_t ordinal;  /* the feed it came by; 0: our own */
    uint64_t number;   /* its entry there */
    struct span
        disclosure; /* our own: the full one; of others, once it is erased: what is left; else the entry has it */
};
MUST_USE enum result store_put_alert(struct store *store, struct store_alert *alert);
/* Puts it in the place of the one with its sequence, which is there: what it said is erased. */
MUST_USE enum result store_replace_alert(struct store *store, const struct store_alert *alert);
/* NOT_FOUND. */
MUST_USE enum result store_get_alert(struct store *store, struct arena *arena, uint64_t sequence,
                                     struct store_alert *alert);
/* The last sequence given; 0: none. */
uint64_t store_last_alert(const struct store *store);

/* An alert was told to a feed of ours, by this entry of it; or, of a feed of others, came by it once more. Putting
 * replaces; both the alert and the feed are there. */
MUST_USE enum result store_put_told(struct store *store, uint64_t sequence, uint32_t ordinal, uint64_t number);
struct store_told {
    uint32_t ordinal;
    uint64_t number;
};
/* Where this alert was told, or came once more, in the order of the ordinals. */
MUST_USE enum result store_get_told(struct store *store, struct arena *arena, uint64_t sequence,
                                    struct store_told **told, size_t *count);

/* That an alert was opened, by this node's people or, as it says, at another; and has who told us the alert heard it?
 */
enum store_opened_state {
    STORE_OPENED_KEPT, /* it is not to hear it */
    STORE_OPENED_OWED, /* not yet */
    STORE_OPENED_TOLD,
    STORE_OPENED_REFUSED, /* it would not hear it */
    STORE_OPENED_STATES
};
struct store_opened {
    uint64_t sequence;     /* of the alert */
    const uint8_t *member; /* NULL: here */
    enum store_opened_state state;
    uint64_t heard;    /* milliseconds; when it was put */
    struct span words; /* the caller's, at most OPENED_BYTES_MAX */
};
/* Putting replaces. */
MUST_USE enum result store_put_opened(struct store *store, const struct store_opened *opened);
/* All of one alert that can be read, in the arena: our own first. */
MUST_USE enum result store_opened_of(struct store *store, struct arena *arena, uint64_t sequence,
                                     struct store_opened **out, size_t *count);
/* Of all alerts, ascending; what is shown is valid in the callback, whose failure ends it. What is damaged, or said to
 * be so by the callback, leaves the others alone: STORE_DAMAGED behind them. */
typedef enum result store_visit_opened(void *context, const struct store_opened *opened);
MUST_USE enum result store_each_opened(struct store *store, store_visit_opened *visit, void *context);

/* How far a member has acknowledged one of our feeds; 0 if never. */
MUST_USE enum result store_put_position(struct store *store, uint32_t ordinal, const uint8_t member[static 32],
                                        uint64_t number);
MUST_USE enum result store_get_position(struct store *store, uint32_t ordinal, const uint8_t member[static 32],
                                        uint64_t *number);
/* Everybody who has ever acknowledged something of this feed. */
struct store_position {
    uint8_t member[32];
    uint64_t number;
};
MUST_USE enum result store_positions(struct store *store, struct arena *arena, uint32_t ordinal,
                                     struct store_position **positions, size_t *count);

/* A note: a small record of the caller's, by its kind and a running number from 1. Putting replaces. */
enum store_note {
    STORE_NOTE_TRUST = 1,
    STORE_NOTE_PLACE,
    STORE_NOTE_FORK,
    STORE_NOTE_KEYS,
    STORE_NOTE_UNVERIFIED,
    STORE_NOTE_OUTDATED,
    STORE_NOTE_EMBARGO,        /* of alerts that may not be passed on yet */
    STORE_NOTE_READERS,        /* of a feed: the record of the log that says who holds its key */
    STORE_NOTE_ERASED,         /* of a log: the first record that has not been looked at to be erased */
    STORE_NOTE_WITNESSED = 20, /* of a member: the checkpoint of its log that we have cosigned */
    STORE_NOTE_SPLIT,          /* two checkpoints that cannot be of one log */
    STORE_NOTE_REQUEST = 30,   /* a thread of requests */
    STORE_NOTE_WATCHLIST = 40,
    STORE_NOTE_HITS,
    STORE_NOTE_STRIP /* of a feed of ours: entries whose content goes once every reader has them */
};
MUST_USE enum result store_put_note(struct store *store, enum store_note kind, uint32_t number, struct span content);
/* NOT_FOUND. */
MUST_USE enum result store_get_note(struct store *store, struct arena *arena, enum store_note kind, uint32_t number,
                                    struct span *content);
/* The logs that nobody can rewrite unseen (core/journal.h). A record is sealed like all others, and hashed under a
 * fresh salt into the tree over its journal; `content` has at most JOURNAL_RECORD_BYTES_MAX bytes. *number counts
 * from 1. */
MUST_USE enum result store_append_record(struct store *store, enum journal journal, struct span content,
                                         uint64_t *number);
/* The tree as it stands in the open change. */
const struct merkle *store_journal(const struct store *store, enum journal journal);
struct store_record {
    uint8_t leaf[HASH_SIZE];
    const uint8_t *salt; /* JOURNAL_SALT_SIZE; NULL: erased */
    struct span content;
    bool erased;
};
/* NOT_FOUND; STORE_DAMAGED. */
MUST_USE enum result store_get_record(struct store *store, struct arena *arena, enum journal journal, uint64_t number,
                                      struct store_record *out);
/* Takes salt and content away, in the open change; the leaf stays. What is erased already is no fault. NOT_FOUND. */
MUST_USE enum result store_erase_record(struct store *store, enum journal journal, uint64_t number);
/* Does the record give its leaf, and do the hashes that are kept with it fit? BAD_HASH and STORE_DAMAGED with a
 * complaint; *leaf is what stands there also if it is BAD_HASH. NOT_FOUND. */
MUST_USE enum result store_check_record(struct store *store, enum journal journal, uint64_t number,
                                        uint8_t leaf[static HASH_SIZE]);
/* The root of a full subtree, for a `struct merkle_source`. */
MUST_USE enum result store_journal_hash(struct store *store, enum journal journal, unsigned level, uint64_t index,
                                        uint8_t out[static HASH_SIZE]);
/* The text of a checkpoint of that size; one of the same size is replaced. */
MUST_USE enum result store_put_checkpoint(struct store *store, enum journal journal, uint64_t size, struct span text);
/* Those of a journal, ascending, of these sizes; *count: room for how many, and how many there were. */
MUST_USE enum result store_checkpoints(struct store *store, struct arena *arena, enum journal journal, uint64_t from,
                                       uint64_t to, struct span *texts, size_t *count);

/* A hash of the machine and the file that hold the store: another one says that this is a copy. */
MUST_USE enum result store_place(uint8_t out[static 32], const char *folder);

/* Bytes in use on disk and the limit. */
void store_usage(struct store *store, uint64_t *used, uint64_t *size_max);
/* Reads and opens every record; calls back for each that is damaged or missing between its neighbours. STORE_DAMAGED if
 * there was any. For `inama check`. */
MUST_USE enum result store_check(struct store *store, void (*damaged)(void *context, const char *complaint),
                                 void *context, uint64_t *records);

#endif
