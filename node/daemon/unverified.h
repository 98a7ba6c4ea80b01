/* unverified: entries that are here and open, and whose alerts no key verifies that this node knows of the originator.
 *
 * An alert that somebody passes on may overtake its originator's new signing key, or its originator's row. It waits,
 * and is looked at again when the node hears of other keys of that originator (docs/protocol.md, 6.10). What waits is a
 * note of the store for each feed, read and written in the open change: what a change adds goes with it when it is
 * taken back. One thread.
 */
#ifndef DAEMON_UNVERIFIED_H
#define DAEMON_UNVERIFIED_H

#include "daemon/feeds.h"

struct unverified {
    uint64_t number; /* of the entry */
    uint8_t originator[MEMBER_ID_SIZE];
};

/* Is this what the examination says of such an entry? */
bool unverified_is(enum result result);
/* Those of one feed, by their numbers, in the arena. */
MUST_USE enum result unverified_get(struct store *store, struct arena *arena, const struct feed *feed,
                                    struct unverified **rows, size_t *count);
/* Puts these in the place of those that were there. */
MUST_USE enum result unverified_put(struct store *store, struct arena *arena, const struct feed *feed,
                                    const struct unverified *rows, size_t count);
/* One more, behind the others. */
MUST_USE enum result unverified_add(struct store *store, struct arena *arena, const struct feed *feed,
                                    const struct unverified *row);
MUST_USE enum result unverified_count(struct store *store, struct arena *arena, const struct feed *feed, size_t *count);
/* How many there are in all feeds of this author. */
MUST_USE enum result unverified_of_author(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE],
                                          size_t *count);

#endif
