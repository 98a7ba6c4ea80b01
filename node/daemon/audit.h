/* audit: what operators do here stands in the log before they have their answer (core/journal.h; docs/protocol.md, 14).
 *
 * A request that shows something of alerts, or changes something, gets a record with who asked, what, which alerts were
 * shown and how it ended, in the open change; its answer waits for the commit. So nothing is shown without its record:
 * where that cannot be written, the answer is refused. What a request is called, and which parts of it are its words,
 * comes from its message: one that is added to proto/control.proto is recorded without a line here.
 *
 * Where the content of an alert is shown, the same change holds that it was opened, if the policy has it told
 * (opened.h).
 *
 * Checkpoints of both logs are made here too, and what is older than node.yaml says is erased. One thread.
 */
#ifndef DAEMON_AUDIT_H
#define DAEMON_AUDIT_H

#include <stdbool.h>

#include "control.pb-c.h"
#include "core/journal.h"
#include "daemon/exchange.h"
#include "daemon/caller.h"

struct node;

struct audit {
    uint64_t checkpointed[JOURNALS_END]; /* size of the last checkpoint */
    uint64_t pending[JOURNALS_END];      /* of one in the open change; 0: none */
    uint64_t cosigned;              /* size of a checkpoint of disclosures that somebody had cosigned; 0: not known */
    uint64_t point_at;              /* steady; when the log of disclosures has its next one to be cosigned */
    uint64_t tidy_at[JOURNALS_END]; /* steady; when to look again for what is to be erased */
};

/* Of one connection: what it is in the middle of. Only what has its record on disk goes on. */
struct audit_talk {
    struct caller caller;
    uint8_t going_on[HASH_SIZE];
    uint8_t begun[HASH_SIZE]; /* in the open change, if it begins */
    bool begins;
};

/* Does it ask for one thing, and no more? Anything else is not answered: it could be recorded as what it is not. */
bool audit_is_one_request(const Request *request);
/* Has a record room for every word of it? If not it is refused before anything is done: what an operator asked is not
 * cut in the log. What is left in the arena is scrap. */
bool audit_has_room(struct arena *arena, const Request *request);
/* Records a request with its reply, in the open change, where it has to be; *recorded says whether. MALFORMED if it is
 * not one request, TOO_LARGE if there is no room for its words; other failures are of our own machine. Then nothing may
 * be answered. */
MUST_USE enum result audit_request(struct node *node, struct audit_talk *talk, const Request *request,
                                   const Reply *reply, bool *recorded);
/* The open change was committed, or it was taken back: what was recorded in it has no record. */
void audit_settle(struct audit_talk *talk, bool committed);
/* As audit_request() for alerts that were published, and for those that a watch is about to show. */
MUST_USE enum result audit_publish(struct node *node, const struct audit_talk *talk,
                                   const struct publication *publications, size_t count);
MUST_USE enum result audit_watch(struct node *node, const struct audit_talk *talk, const Find *words,
                                 const struct index_row *const *rows, size_t count);

/* Records that the node starts, and makes checkpoints, in the open change. */
MUST_USE enum result audit_begin(struct node *node);
/* Before each commit: checkpoints where a log has grown by JOURNAL_CHECKPOINT_RECORDS, in the open change. */
MUST_USE enum result audit_keep(struct node *node);
/* Once a second: erases, some at a time, what is older than node.yaml says; the change that it needs is opened. */
MUST_USE enum result audit_tidy(struct node *node, uint64_t steady_ms);
/* What audit_tidy() has erased has its own record. */
MUST_USE enum result audit_erased(struct node *node, enum journal journal, uint64_t first, uint64_t last);
/* A checkpoint of the log as it stands in the open change, signed now and kept, unless one of this size is that
 * somebody has cosigned. */
MUST_USE enum result audit_checkpoint(struct node *node, enum journal journal, struct checkpoint *out);
/* The open change was committed, or the checkpoints in it are none. */
void audit_settle_checkpoints(struct audit *audit, bool committed);
/* Once a second: a checkpoint of the log of disclosures, if it has grown, to be cosigned; every POINT_EVERY_MS. */
MUST_USE enum result audit_point(struct node *node, uint64_t steady_ms);
/* The hashes of a log, for its proofs. The place lives as long as the source. */
struct audit_source {
    struct store *store;
    enum journal journal;
};
struct merkle_source audit_source(const struct audit_source *place);
/* The number that the next record of the audit log gets. */
uint64_t audit_next(const struct node *node);

#endif
