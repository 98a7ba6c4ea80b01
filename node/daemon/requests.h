/* requests: the threads of requests that this node asked, or was asked (core/request.h; docs/protocol.md, 15).
 *
 * A thread is a note of the store, put in the change that appends or takes its step, and in memory as it stands there:
 * what is shown is on disk. A member has REQUESTS_OPEN_MAX threads at this node that wait for an answer, and what is
 * more is refused and counted. Of REQUESTS_OF_MEMBER_MAX threads with one member, and REQUESTS_KEPT_MAX in all, the
 * oldest that is over makes room for a new one; its steps stay in the feeds, and in the log what was released. One
 * thread.
 */
#ifndef DAEMON_REQUESTS_H
#define DAEMON_REQUESTS_H

#include <stdbool.h>

#include "core/request.h"
#include "keys/member.h"

struct exchange;

struct request_thread {
    uint32_t slot; /* number of its note, from 1 */
    uint8_t id[REQUEST_ID_SIZE];
    uint8_t peer[MEMBER_ID_SIZE]; /* the other end */
    uint8_t object[RELEASE_OBJECT_SIZE];
    bool ours; /* this node asked */
    enum request_state state;
    uint64_t deadline; /* wall milliseconds; 0: none */
    uint64_t changed;  /* time of its last step */
    bool unsettled;    /* as in the open change, not as committed */
    bool fresh;        /* the open change gave it its slot at the end */
    struct span words; /* RequestThread, on the heap */
};

struct requests {
    struct request_thread *rows; /* by slot */
    size_t count;
    size_t capacity;
};

/* Reads them from the store. STORE_DAMAGED, NO_MEMORY. */
MUST_USE enum result requests_open(struct exchange *exchange);
void requests_release(struct requests *requests);
/* The change was committed, or taken back. */
void requests_settle(struct requests *requests);
void requests_discard(struct exchange *exchange);

/* NULL if there is none. */
struct request_thread *requests_find(const struct requests *requests, const uint8_t id[static REQUEST_ID_SIZE]);
/* The thread whose id begins with these digits, four at least. NOT_FOUND, EXISTS (several), INVALID. */
MUST_USE enum result requests_find_prefix(const struct requests *requests, const char *digits,
                                          struct request_thread **out);
/* The whole of it, in the arena. */
MUST_USE enum result requests_read(RequestThread **out, struct arena *arena, const struct request_thread *thread);
/* The last of its steps of this code; NULL: none. */
MUST_USE enum result requests_last(RequestStep **out, struct arena *arena, const struct request_thread *thread,
                                   enum request_code code);
/* What other members asked and waits for this node to answer, and how much of it is overdue. */
void requests_count(const struct requests *requests, uint64_t now_ms, uint64_t *waiting, uint64_t *overdue);
/* Is it open, or conditioned, and past its deadline? */
bool requests_is_overdue(const struct request_thread *thread, uint64_t now_ms);

/* May this step of a member be taken? TOO_LARGE, REPLAYED, NOT_FOUND (no such thread, or no such alert here),
 * NOT_ALLOWED (another's thread, or the other side's step), OUT_OF_ORDER. */
MUST_USE enum result requests_check(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                                    const RequestStep *step);
/* Takes it, after that, in the open change. */
MUST_USE enum result requests_take(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                                   const RequestStep *step, uint64_t created);

/* A new thread: `step` is its request, whose id is drawn here. TOO_LARGE if too many wait at that member, or none that
 * is kept is over; in the open change, as the next. */
MUST_USE enum result requests_ask(struct exchange *exchange, const struct member *whom, RequestStep *step,
                                  struct request_thread **out);
/* May the next step be said, whose id and object are set here? As request_follow(), TOO_LARGE, MALFORMED. */
MUST_USE enum result requests_may_say(struct exchange *exchange, const struct request_thread *thread,
                                      RequestStep *step);
/* Tells it to the other end. The same, and as exchange_say(). */
MUST_USE enum result requests_say(struct exchange *exchange, struct request_thread *thread, RequestStep *step);
/* What one person wants to release, until another confirms it; NULL: nothing any more. */
MUST_USE enum result requests_propose(struct exchange *exchange, struct request_thread *thread,
                                      ReleaseProposal *proposal);

#endif
