/* link: one byte stream to somebody, cut into frames.
 *
 * The only code that sees nng streams. Callbacks of the library only hand over: everything that happens to a link is
 * mail in the mailbox of the thread that owns the state. A link delivers what it has read and then waits for
 * link_more(), so a fast peer cannot fill our memory; what it sends is queued, and link_queued() tells how much.
 *
 * Frames are `u16(length) || bytes` between nodes and `u32(length) || bytes` on the operator's socket.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mailbox.h"
#include "base/result.h"
#include "base/span.h"

struct link;
struct link_listener;

struct link_options {
    struct mailbox *mailbox; /* where events go */
    unsigned length_bytes;   /* 2 or 4 */
    size_t frame_max;        /* bytes in one frame; more ends the link with TOO_LARGE */
    uint64_t idle_ms;        /* a link that brings nothing for so long ends with TIMED_OUT; 0: never */
    size_t low_bytes;        /* LINK_DRAINED whenever fewer than so many are queued again; 0: never */
    void *owner;             /* comes back in every event */
};

enum link_event_kind {
    LINK_UP,      /* accepted or connected; link_more() starts the reading */
    LINK_FRAMES,  /* one or more whole frames */
    LINK_DRAINED, /* what was queued has gone out but for `low_bytes` */
    LINK_DOWN,    /* over; the last event of this link, which link_free() then gives back */
};

struct link_event {
    struct mail mail; /* first: the mailbox hands out &event->mail */
    enum link_event_kind kind;
    struct link *link;   /* NULL in the LINK_DOWN of a dial that never came up */
    void *owner;         /* of link_options */
    bool accepted;       /* LINK_UP: by a listener */
    enum result why;     /* LINK_DOWN: DISCONNECTED, TIMED_OUT, TOO_LARGE, NO_MEMORY, NOT_FOUND (nobody listens) */
    struct span *frames; /* LINK_FRAMES: `count` of them, in memory of the event */
    size_t count;
};

/* Every event is given back with this, after use. */
void link_event_free(struct link_event *event);

/* Listens on "tcp://0.0.0.0:4450" or "ipc:///run/inama/control" (made 0600). Accepted links come as LINK_UP. EXISTS
 * when the address is taken, INVALID for a bad address, NOT_ALLOWED, IO. An ipc path that exists as a socket of nobody
 * is replaced; anything else there is EXISTS. */
MUST_USE enum result link_listen(struct link_listener **out, const char *address, const struct link_options *options);
/* The port a tcp listener got, for ":0" addresses in tests. */
uint16_t link_listener_port(const struct link_listener *listener);
/* Stops accepting; waits until no callback runs any more. NULL is fine. */
void link_listener_close(struct link_listener *listener);

/* Connects; LINK_UP or LINK_DOWN follows within `timeout_ms`. */
MUST_USE enum result link_dial(const char *address, uint64_t timeout_ms, const struct link_options *options);

/* Queues one frame; copied. Dropped silently once the link is down, which its event tells. */
void link_send(struct link *link, struct span frame);
/* Bytes queued and not yet handed to the kernel. */
size_t link_queued(const struct link *link);
/* Lets the link read on after LINK_UP and after each LINK_FRAMES. */
void link_more(struct link *link);
/* Ends the link after what is queued has gone out (at most a second); LINK_DOWN follows. */
void link_close(struct link *link);
/* After LINK_DOWN only. */
void link_free(struct link *link);

/* The owner of events from now on. One that was posted before and not taken yet still names the one before: an owner
 * must be there until LINK_DOWN, or ask link_owner(). */
void link_set_owner(struct link *link, void *owner);
void *link_owner(const struct link *link);
/* The user and process at the other end of an ipc link; false if the system does not tell. */
bool link_peer_user(const struct link *link, uint32_t *uid, uint32_t *pid);
/* "192.0.2.1:4450" or the ipc path, for logs. */
const char *link_peer_address(const struct link *link);
/* Bytes that went each way since LINK_UP. */
void link_counts(const struct link *link, uint64_t *sent, uint64_t *received);

#endif
