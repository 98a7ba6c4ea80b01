/* journals: the node's logs that nobody can rewrite unseen, on disk (core/journal.h; docs/protocol.md, 14).
 *
 * One table each. With a record stand the roots of the full subtrees that end with it, two on average (14.3), so a
 * record more is one put at the end of the table, and a proof is about log2(size) gets. Erasing a record takes its
 * content and its salt and leaves the hashes. What a tree needs to go on is held here, as it is on disk and as it will
 * be after the open change.
 */
#ifndef STORE_JOURNALS_H
#define STORE_JOURNALS_H

#include "core/journal.h"
#include "core/merkle.h"
#include "store/records.h"

struct journals {
    struct records *records;
    const struct random *random;
    struct merkle now[JOURNALS_END]; /* by journal; the first is none */
    struct merkle durable[JOURNALS_END];
};

/* Reads where the journals are into a zeroed struct. STORE_DAMAGED, NO_MEMORY. */
MUST_USE enum result journals_load(struct journals *journals, struct records *records, const struct random *random);

/* As store_append_record(), store_get_record() and so on. */
MUST_USE enum result journals_append(struct journals *journals, struct arena *scratch, enum journal journal,
                                     struct span content, uint64_t *number);
MUST_USE enum result journals_get(const struct journals *journals, struct arena *arena, enum journal journal,
                                  uint64_t number, struct store_record *out);
MUST_USE enum result journals_erase(const struct journals *journals, struct arena *scratch, enum journal journal,
                                    uint64_t number);
MUST_USE enum result journals_check(const struct journals *journals, struct arena *scratch, enum journal journal,
                                    uint64_t number, uint8_t leaf[static HASH_SIZE]);
MUST_USE enum result journals_hash(const struct journals *journals, struct arena *scratch, enum journal journal,
                                   unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]);
MUST_USE enum result journals_put_checkpoint(const struct journals *journals, enum journal journal, uint64_t size,
                                             struct span text);
MUST_USE enum result journals_checkpoints(const struct journals *journals, struct arena *arena, enum journal journal,
                                          uint64_t from, uint64_t to, struct span *texts, size_t *count);
/* The change that appended was committed, or lost. */
void journals_settle(struct journals *journals, bool committed);

/* Has a record of this number the form of one? For check.c. */
bool journals_has_form(uint64_t number, struct span record);

#endif
