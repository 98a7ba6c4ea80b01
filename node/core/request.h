/* request: what members ask each other about an alert, step by step (docs/protocol.md, 15).
 *
 * A thread has two members: who asks, and who is asked. Each step is a message in an entry of the feed that one has for
 * the other alone; what may follow on what is decided here. Pure; any thread.
 */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "core/release.h"

enum request_code {
    REQUEST_ASK = 1,
    REQUEST_RELEASE,  /* the fields are on their way, in a disclosure before this */
    REQUEST_REFUSE,   /* and why */
    REQUEST_OFFER,    /* these fields, or on this condition, instead of those asked for */
    REQUEST_ACCEPT,   /* what was offered */
    REQUEST_WITHDRAW, /* by who asked */
    REQUEST_CODES_END
};

enum request_state {
    REQUEST_OPEN,
    REQUEST_RELEASED,
    REQUEST_REFUSED,
    REQUEST_CONDITIONED, /* who asked has something to decide */
    REQUEST_WITHDRAWN,
    REQUEST_STATES
};

/* Form only (15.2): TOO_LARGE, MALFORMED, NOT_CANONICAL, UNKNOWN_SUITE, UNKNOWN_KIND (a step that is not known),
 * NO_MEMORY. Shares memory with `bytes`. */
MUST_USE enum result request_decode(RequestStep **out, struct arena *arena, struct span bytes);
/* Sets suite, and encodes; TOO_LARGE where it would not be read. In the arena. */
MUST_USE enum result request_encode(struct span *out, struct arena *arena, RequestStep *step);

/* Where a step leads that is not the first (15.4). `by_asker`: it is by who asked. NOT_ALLOWED for a step that is the
 * other side's; REPLAYED, OUT_OF_ORDER. Steps that crossed on the way are none of these: they change nothing. */
MUST_USE enum result request_follow(enum request_state *state, enum request_code code, bool by_asker);

/* "request", "release" … as commands are called; and "open", "released" … */
const char *request_word(enum request_code code);
const char *request_state_word(enum request_state state);

#endif
