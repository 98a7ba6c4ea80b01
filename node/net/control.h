/* control: the operator's end of the daemon's socket.
 *
 * The daemon's end is a link with four-byte lengths (net/link.h). Here is the client: it blocks, one request at a time,
 * which is what a command line wants. Messages are the bytes of proto/control.proto.
 */
#ifndef NET_CONTROL_H
#define NET_CONTROL_H

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

struct control;

/* Connects to the socket at `path`. NOT_FOUND when no daemon listens there, NOT_ALLOWED, TIMED_OUT. */
MUST_USE enum result control_connect(struct control **out, const char *path);
void control_close(struct control *control);

MUST_USE enum result control_send(struct control *control, struct span message);
/* The next message, in memory of `arena`; waits up to `timeout_ms` (0: for ever). TIMED_OUT, DISCONNECTED, TOO_LARGE.
 */
MUST_USE enum result control_receive(struct control *control, struct arena *arena, uint64_t timeout_ms,
                                     struct span *message);

#endif
