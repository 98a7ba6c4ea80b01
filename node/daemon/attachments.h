/* attachments: which alerts here name which files, and who may have them (docs/protocol.md, 13).
 *
 * The files themselves are store/blobs.h's, bringing them here is fetch.h's. Mentions are read from the alerts at start
 * and as they are admitted; like everything of an open change they count from its commit. A file that no alert names
 * and that nobody has just handed in is removed. One thread.
 */
#ifndef DAEMON_ATTACHMENTS_H
#define DAEMON_ATTACHMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id_map.h"
#include "base/result.h"
#include "core/disclosure.h"
#include "keys/blob.h"

struct exchange;
struct connection;
struct publication;
struct handed;

/* An alert that names the file. */
struct mention {
    uint64_t sequence;
    uint32_t ordinal; /* of the feed that it came by; 0: our own */
    bool ours;        /* we are its originator: then what it says of the file is our own word */
    uint8_t sha256[HASH_SIZE];
};

struct attachment {
    uint8_t id[BLOB_ID_SIZE]; /* first, as in an id_map */
    struct mention *mentions; /* of feeds of others the newest MENTIONS_OF_FEED_MAX each */
    size_t mention_count;
    size_t mention_capacity;
    /* of fetch.h */
    struct attachment *next; /* wanted after this one */
    bool is_queued;
    bool wanted;               /* by an operator, or by a member who may have it */
    bool by_policy;            /* by node.yaml, if it is not too large for that */
    struct connection *source; /* that is bringing it; NULL: none */
    uint64_t try_at;           /* steady; not before */
    uint64_t backoff_ms;
    size_t turns; /* how often another source was tried */
    enum result last_error;
};

struct attachments {
    struct id_map rows;              /* of struct attachment */
    struct attachment *first, **end; /* those to be fetched, in order */
    struct handed *handed;
    struct pending_mention *pending;
    size_t pending_count;
    size_t pending_capacity;
};

void attachments_init(struct attachments *attachments);
void attachments_release(struct attachments *attachments);

/* NULL if no alert here names it. */
struct attachment *attachments_find(const struct attachments *attachments, const uint8_t id[static BLOB_ID_SIZE]);

/* The alert of this sequence is part of the open change: remembers what it names. */
MUST_USE enum result attachments_mention(struct exchange *exchange, struct arena *arena,
                                         const struct disclosure *disclosure, uint64_t sequence, uint32_t ordinal);
/* The alert of this sequence loses its content in the open change: from its commit on it names nothing, and what no
 * other alert here names is removed. */
MUST_USE enum result attachments_forget(struct exchange *exchange, struct arena *arena,
                                        const struct disclosure *disclosure, uint64_t sequence);
/* Puts it where fetch.h looks, behind the others, if it is not there. */
void attachments_queue(struct attachments *attachments, struct attachment *attachment);
/* After the commit, and after it failed. */
void attachments_settle(struct exchange *exchange);
void attachments_discard(struct exchange *exchange);

/* What our own alert names must be here; else INVALID with findings. */
MUST_USE enum result attachments_check(const struct exchange *exchange, struct publication *publication);

/* A file was handed in for an alert to come: it stays for ATTACH_KEEP_MS. If the same file was attached by this node
 * before and is here, *reference becomes that one, the new one is removed, and *known is true. */
MUST_USE enum result attachments_hand_in(struct exchange *exchange, struct blob_reference *reference,
                                         const uint8_t sha256[static HASH_SIZE], bool *known);
/* Removes what has waited too long for its alert. At start, with `all`, also what no alert has named for ORPHAN_DAYS,
 * if every alert could be read and our feeds reach no further elsewhere: the alert may be on its way back. */
void attachments_tidy(struct exchange *exchange, bool all);

/* May this member have it? Only if we told it an alert, in an entry that it can open, whose shown fields name the file.
 * NOT_ALLOWED. */
MUST_USE enum result attachments_may_have(struct exchange *exchange, const struct attachment *attachment,
                                          const uint8_t member[static MEMBER_ID_SIZE]);

/* "here", "fetching", "waiting", "not-fetched": proto/control.proto, BlobStatus. */
const char *attachments_state(const struct exchange *exchange, const struct attachment *attachment);

struct attachments_counts {
    uint64_t known;  /* that alerts here name */
    uint64_t here;   /* whole */
    uint64_t wanted; /* being fetched, or waiting for it */
    uint64_t bytes;  /* on disk, what is still to come of parts counted in */
};
void attachments_count(const struct exchange *exchange, struct attachments_counts *counts);

#endif
