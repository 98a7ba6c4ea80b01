#include "core/lane.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

size_t lane_audience_len(const char *feed_audience) {
    const size_t suffix = sizeof LANE_URGENT_SUFFIX - 1;
    size_t len = strlen(feed_audience);
    bool is_urgent =
        *feed_audience != '@' && len > suffix && strcmp(feed_audience + len - suffix, LANE_URGENT_SUFFIX) == 0;
    return is_urgent ? len - suffix : len;
}

enum lane lane_of(const char *feed_audience) {
    if (*feed_audience == '@') /* docs/protocol.md, 7.7 */
        return LANE_BULK;
    return feed_audience[lane_audience_len(feed_audience)] ? LANE_URGENT : LANE_ORDINARY;
}

const char *lane_feed(char out[static NAME_BYTES_MAX + 1], const char *audience, bool is_urgent) {
    int len = snprintf(out, NAME_BYTES_MAX + 1, "%s%s", audience, is_urgent ? LANE_URGENT_SUFFIX : "");
    assert(len >= 0 && len <= NAME_BYTES_MAX);
    return out;
}

enum lane lane_pick(const struct lane_turns *turns, const bool waits[static LANE_COUNT]) {
    enum lane first = LANE_COUNT;
    for (unsigned lane = 0; lane < LANE_COUNT; lane++) {
        if (!waits[lane])
            continue;
        if (turns->passed_over[lane] >= LANE_TURNS_MAX)
            return (enum lane)lane;
        if (first == LANE_COUNT)
            first = (enum lane)lane;
    }
    assert(first < LANE_COUNT);
    return first;
}

void lane_had(struct lane_turns *turns, enum lane lane, const bool waits[static LANE_COUNT]) {
    for (unsigned other = 0; other < LANE_COUNT; other++)
        turns->passed_over[other] = waits[other] && other != lane ? turns->passed_over[other] + 1 : 0;
}
