/* session: an authenticated, encrypted conversation over one link (docs/protocol.md, 10).
 *
 * Frames in, whole messages out. The session knows who is at the other end once it is ready; until then it says
 * nothing. Runs on the thread that owns the state.
 */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "net/link.h"

struct session;

struct session_options {
    bool initiator;
    const uint8_t *secret;        /* our session secret */
    const uint8_t *remote_public; /* whom we call; NULL when called */
    const struct random *random;
    uint64_t messages_max; /* as in noise.h; 0: as many as there may be */
};

/* Takes the link over: session_free() closes it. The initiator's first message goes out at once. NULL
 * without memory: the link is then still the caller's. A called key of small order closes the link. */
struct session *session_new(struct link *link, const struct session_options *options);
/* Wipes the keys and closes the link (which LINK_DOWN gives back). NULL is fine. */
void session_free(struct session *session);

/* Takes one frame. When it completes a message, *message is it, in memory of `arena`; otherwise message->data is NULL.
 * Any failure means that the session must be freed: BAD_SEAL, BAD_POINT, TRUNCATED, TOO_LARGE, MALFORMED, EXPIRED,
 * NO_MEMORY. */
MUST_USE enum result session_take(struct session *session, struct arena *arena, struct span frame,
                                  struct span *message);
bool session_is_ready(const struct session *session);
/* The other end's static key, 32 bytes: for the called, valid once ready. Whether it may be there is for the caller. */
const uint8_t *session_remote(const struct session *session);

/* Sends one message of at most FRAME_BYTES_MAX. The session must be, or have been, ready. When its keys are used up,
 * and after any failure, it closes the link instead: LINK_DOWN follows, and a new session has new keys. */
void session_send(struct session *session, struct span message);
struct link *session_link(struct session *session);

#endif
