/* line: what is under way between this node and one peer, and what waits for its turn.
 *
 * One rule both ways, docs/protocol.md 10.10: what is urgent goes first; nothing has more ahead of it than the line
 * brings in about a second; and no more goes over it in a second than the caps allow. What waits is remembered as a
 * wish, a few bytes, and read from the store when its turn comes: a peer that reads slowly costs no memory.
 *
 * Knows no network and no messages; time is passed in, steady milliseconds. What travels outside of it (signs of life,
 * acknowledgements, announcements, trust) never waits. One thread.
 */
#ifndef DAEMON_LINE_H
#define DAEMON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/result.h"
#include "core/lane.h"

enum { TURN_ID_SIZE = 32 };

struct peers;
struct connection;

/* Bytes a second each way: of one peer, over all its sessions; or of all peers together. */
struct cap {
    struct bucket sent, received;
};
void cap_init(struct cap *cap, uint64_t bytes_s, uint64_t now);

/* Something that the other end has asked for. In its turn `give` sends it by sync_send(), about `bytes` of it, and
 * writes how much that was. A failure ends the session. */
struct turn;
typedef enum result turn_give(struct peers *peers, struct connection *connection, const struct turn *turn,
                              uint64_t *given);
struct turn {
    enum lane lane;
    uint8_t id[TURN_ID_SIZE]; /* of a feed, or whatever else can be asked for: one waits at a time */
    uint64_t after;
    uint32_t bytes;
    uint32_t block; /* in messages of about so many; 0: in one */
    turn_give *give;
};

/* Something that we have asked for, until the answer is here. */
struct asked {
    enum lane lane;
    uint32_t bytes; /* 0: nothing is under way */
    uint64_t came;  /* of the answer, so far */
    uint64_t ahead; /* under way on the line with it, itself counted in */
    uint64_t at;    /* when */
};

struct line {
    struct cap *own, *all; /* not ours */
    uint32_t window;       /* bytes under way at a time: about what the line brings in a second */
    uint64_t fastest;      /* the shortest way there and back that was seen */
    uint32_t entry_bytes;  /* of an entry, on average */
    uint64_t under_way[LANE_COUNT];
    struct lane_turns asking, giving;
    struct turn *turns; /* in the order in which they came */
    size_t count, capacity;
};

/* A cap without a rate lets everything pass. */
void line_init(struct line *line, struct cap *own, struct cap *all);
void line_release(struct line *line);

/* --- what we ask for */

/* May more be asked for in this lane now? Of LANE_BULK one thing is under way at a time. */
bool line_may_ask(const struct line *line, enum lane lane, uint64_t now);
/* About how many bytes so many entries are. */
uint64_t line_guess(const struct line *line, uint64_t entries);
/* Asks, of `bytes` that there are, for as many as may be, in whole pieces of so many, one at least: asked->bytes.
 * line_may_ask() has said yes. */
void line_ask(struct line *line, struct asked *asked, enum lane lane, uint64_t bytes, uint32_t piece, uint64_t now);
/* Of how many bytes the messages of the answer should be, so that little is lost when the line breaks: what it brings
 * in an eighth of a second. 0: of any size, as the line is fast. */
uint32_t line_block(const struct line *line);
/* Is so little of the answer still to come that the next may be asked for, if the line is not to be idle meanwhile? */
bool line_is_nearly_through(const struct line *line, const struct asked *asked);
/* A part of the answer is here, so many bytes in so many entries, and the rest is on its way. */
void line_brings(struct line *line, struct asked *asked, uint64_t bytes, size_t entries, uint64_t now);
/* The answer, or the last part of it, is here: so many bytes in so many entries (0 where it is none), or a refusal
 * (both 0). */
void line_brought(struct line *line, struct asked *asked, uint64_t bytes, size_t entries, uint64_t now);

/* --- what it asks for */

/* It waits for its turn. EXISTS if that lane and id are waiting already, TOO_LARGE when TURNS_MAX are, NO_MEMORY. */
MUST_USE enum result line_wait(struct line *line, const struct turn *turn);
/* Is it somebody's turn, with so many bytes queued and not yet taken by the network? Whose: *lane. */
bool line_is_ready(const struct line *line, size_t queued, uint64_t now, enum lane *lane);
/* Takes the next of that lane, which is then to be given: no more bytes at a time than a cap lets through in about a
 * second. */
struct turn line_next(struct line *line, enum lane lane);
/* So much was given. */
void line_gave(struct line *line, uint64_t bytes, uint64_t now);

/* --- the caps */

/* Milliseconds until the caps let more be asked for, or given; 0: now. */
uint64_t line_asks_in(const struct line *line, uint64_t now);
uint64_t line_gives_in(const struct line *line, uint64_t now);

#endif
