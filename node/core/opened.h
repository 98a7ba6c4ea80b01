/* opened: the signed word of a node that an alert was opened there (docs/protocol.md, 10.11).
 *
 * It names the node, the alert and a time as coarse as the node's policy wants it, and nobody. Signed, so that who
 * passes it on cannot have made it up. Pure; any thread.
 */
#ifndef CORE_OPENED_H
#define CORE_OPENED_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "core/disclosure.h"
#include "keys/identity.h"
#include "keys/member.h"
#include "sync.pb-c.h"

/* How exactly it is said when; milliseconds. */
enum { OPENED_EXACTLY = 1, OPENED_BY_HOUR = 60 * 60 * 1000, OPENED_BY_DAY = 24 * 60 * 60 * 1000 };
bool opened_is_step(uint32_t step);

/* What there is to say. */
struct opened {
    uint8_t object[OBJECT_ID_SIZE];
    uint64_t when; /* wall milliseconds; only the step in which it lies is told */
    uint32_t step;
};
/* Appends the SignedOpened of this node, signed now. */
MUST_USE enum result opened_make(struct buf *out, struct arena *arena, const struct opened *opened,
                                 const struct identity *reader);

/* A SignedOpened read; everything in the arena. Form alone: TOO_LARGE, MALFORMED, NOT_CANONICAL, UNKNOWN_SUITE,
 * NO_MEMORY. */
struct opened_read {
    Opened *words;
    struct span signed_words;
    const uint8_t *signature;
};
MUST_USE enum result opened_read(struct opened_read *out, struct arena *arena, struct span bytes);
/* Did this member (NULL: nobody) say so? As statement_verify(). */
MUST_USE enum result opened_verify(const struct opened_read *opened, const struct member *reader);

#endif
