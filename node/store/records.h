/* records: sealed records in the tables of an LMDB environment, and the only code that calls LMDB.
 *
 * A record is sealed under the store key and bound to its table and key (docs/protocol.md, 9.4). A failed function
 * leaves one sentence in records_complaint(). One thread at a time.
 *
 * A change is all or nothing, and synced once records_commit() has returned. A put that fails dooms its change: what
 * follows in it fails the same way and so does its commit. A commit that fails loses the change and nothing else; after
 * a failed sync (IO), though, nobody knows what the disk holds, and every further change is refused until the store has
 * been opened again.
 *
 * Reads see the open change, if there is one, else what is committed. No read outlives the call, so the pages of old
 * versions are free for the next change.
 */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "store/schema.h"

struct records;

/* As store_open(). */
MUST_USE enum result records_open(struct records **out, const struct store_options *options);
/* Drops an open change. NULL and the half-opened are fine. */
void records_close(struct records *records);
const char *records_complaint(const struct records *records);

/* Writes the sentence about a record and returns `result`. `cause` is translated. */
enum result records_complain(struct records *records, enum result result, const struct place *place, const char *cause);

/* IO when an earlier commit has failed to reach the disk. */
MUST_USE enum result records_begin(struct records *records);
/* NO_MEMORY, DISK_FULL, STORE_FULL, STORE_DAMAGED, IO. */
MUST_USE enum result records_commit(struct records *records);
/* Nothing happens if no change is open. */
void records_abort(struct records *records);
bool records_is_open(const struct records *records);

/* Adds or replaces. Inside a change only. Fastest, and fills pages best, where `place` is behind all of its table. */
MUST_USE enum result records_put(struct records *records, const struct place *place, struct span record);
/* The open change cannot become whole any more; returns `why`, which is what its commit will return. */
enum result records_doom(struct records *records, enum result why);
/* Into memory of the arena. NOT_FOUND and, over `bytes_max`, TOO_LARGE (both without a complaint), STORE_DAMAGED,
 * NO_MEMORY. */
MUST_USE enum result records_get(struct records *records, struct arena *arena, const struct place *place,
                                 size_t bytes_max, struct span *record);
/* The place with the greatest key. NOT_FOUND when the table is empty. */
MUST_USE enum result records_last(struct records *records, enum table table, struct place *out);

/* Calls back with the places of the table from `from` on, ascending, and each record still sealed, until the callback
 * returns false. A key that is none of the table comes as a place with `first` and `second` 0, which no record has. */
typedef bool records_visit(void *context, const struct place *place, struct span sealed);
MUST_USE enum result records_walk(struct records *records, const struct place *from, records_visit *visit,
                                  void *context);
/* Opens a record that the walk came by, inside its callback. STORE_DAMAGED, NO_MEMORY. */
MUST_USE enum result records_open_sealed(struct records *records, struct arena *arena, const struct place *place,
                                         struct span sealed, struct span *record);

/* Bytes of the file that have ever been in use, and its limit. */
void records_usage(struct records *records, uint64_t *used, uint64_t *size_max);

#endif
