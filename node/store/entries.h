/* entries: of all feeds, in the order in which they came.
 *
 * Entries come to many feeds by turns. Kept by feed, each would go into the middle of the tree, and LMDB, which splits
 * a full page into halves, would leave every page half empty: twice the disk. So they are kept by a running number,
 * their arrival, always at the end, with feed and number behind it in the key. Which entry arrived when is read from
 * the keys at the start and held here, four bytes an entry.
 */
#ifndef STORE_ENTRIES_H
#define STORE_ENTRIES_H

#include "store/records.h"

/* The entries of one feed: they follow each other without a hole. */
struct run {
    uint64_t first;     /* number of the first */
    uint32_t *arrivals; /* by number - first */
    size_t count;
    size_t durable; /* of these, committed */
    size_t capacity;
};

struct entries {
    struct run *runs; /* by ordinal - 1 */
    size_t count;
    size_t capacity;
    uint32_t last; /* arrival */
    uint32_t durable_last;
};

/* Reads the keys into a zeroed struct. STORE_DAMAGED where one is missing or belongs to none of `feeds` feeds;
 * NO_MEMORY. */
MUST_USE enum result entries_load(struct entries *entries, struct records *records, uint32_t feeds);
void entries_release(struct entries *entries);

/* `number` is the next of its feed, or one that is there and is replaced. */
MUST_USE enum result entries_put(struct entries *entries, struct records *records, uint32_t ordinal, uint64_t number,
                                 struct span entry);
/* As store_get_entry() and store_get_entries(). */
MUST_USE enum result entries_get(const struct entries *entries, struct records *records, struct arena *arena,
                                 uint32_t ordinal, uint64_t number, struct span *entry);
MUST_USE enum result entries_block(const struct entries *entries, struct records *records, struct arena *arena,
                                   uint32_t ordinal, uint64_t after, size_t bytes_max, struct span **out,
                                   size_t *count);
/* The change that brought new entries was committed, or lost. */
void entries_settle(struct entries *entries, bool committed);

/* The number of a feed's first entry; 0: it has none. */
uint64_t entries_first(const struct entries *entries, uint32_t ordinal);

#endif
