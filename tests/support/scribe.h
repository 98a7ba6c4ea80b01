/* scribe: a feed that a test writes itself, entry by entry, and that only its author can read.
 *
 * Failures end the program.
 */
#ifndef TESTS_SUPPORT_SCRIBE_H
#define TESTS_SUPPORT_SCRIBE_H

#include "base/arena.h"
#include "core/feed.h"
#include "keys/epoch.h"
#include "keys/identity.h"

struct scribe {
    const struct identity *identity; /* alive as long as the scribe */
    struct feed_head head;           /* as far as it has written */
    uint8_t key[EPOCH_KEY_SIZE];
};

void scribe_begin(struct scribe *scribe, const struct identity *identity, const char *audience);
/* The next entry, in the arena: the first is a grant to its author alone, each other one a disclosure with so many
 * bytes of content. */
struct span scribe_write(struct scribe *scribe, struct arena *arena, size_t content);

#endif
