/* lane: what goes first.
 *
 * The lane of an alert follows from its signed header and the audience's policy, and is the feed that it goes into: the
 * urgent feed of an audience has the audience's name and LANE_URGENT_SUFFIX. The name is in the feed's id
 * (docs/protocol.md, 3.2), so nobody on the way can move an entry into another lane. Pure.
 */
#ifndef CORE_LANE_H
#define CORE_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

enum lane {
    LANE_URGENT,   /* recalls, and what the originator calls urgent */
    LANE_ORDINARY, /* all other alerts */
    LANE_BULK,     /* what can wait: what was told before and is disclosed anew, attachments */
    LANE_COUNT,
};

#define LANE_URGENT_SUFFIX "/urgent"
/* Bytes of an audience's name in a policy, so that there is room for the suffix. */
#define LANE_AUDIENCE_BYTES_MAX (NAME_BYTES_MAX - (sizeof LANE_URGENT_SUFFIX - 1))

/* The lane of a feed, by the name of its audience. */
enum lane lane_of(const char *feed_audience);
/* The name of the audience's feed in a lane, in `out`. Only the urgent one has another. */
const char *lane_feed(char out[static NAME_BYTES_MAX + 1], const char *audience, bool is_urgent);
/* The bytes of a feed's name that are the audience's. */
size_t lane_audience_len(const char *feed_audience);

/* Whose turn it is: a lane before those behind it, but for every LANE_TURNS_MAX turns that it had to wait for others, a
 * lane has one before them. So what is urgent goes first, and nobody who calls everything urgent holds up the rest for
 * ever. */
enum { LANE_TURNS_MAX = 8 };
struct lane_turns {
    unsigned passed_over[LANE_COUNT]; /* turns that others had while it waited */
};
/* Of those that wait (one at least). */
enum lane lane_pick(const struct lane_turns *turns, const bool waits[static LANE_COUNT]);
/* It has had its turn. */
void lane_had(struct lane_turns *turns, enum lane lane, const bool waits[static LANE_COUNT]);

#endif
