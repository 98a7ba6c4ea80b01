#include "daemon/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum { WINDOW_MIN = 4 * 1024, WINDOW_MAX = 512 * 1024, WINDOW_FAST = 64 * 1024 };
enum { BLOCKS_IN_WINDOW = 8 };
enum { FAST_MS = 500, SLOW_MS = 1500, SECOND_MS = 1000 };
enum { ENTRY_GUESS = 2048, ENTRY_MIN = 512, ENTRY_MAX = 64 * 1024, TURNS_FIRST = 16 };

void cap_init(struct cap *cap, uint64_t bytes_s, uint64_t now) {
    bucket_init(&cap->sent, bytes_s, now);
    bucket_init(&cap->received, bytes_s, now);
}

void line_init(struct line *line, struct cap *own, struct cap *all) {
    *line =
        (struct line){.own = own, .all = all, .window = WINDOW_MIN, .fastest = UINT64_MAX, .entry_bytes = ENTRY_GUESS};
}

void line_release(struct line *line) {
    free(line->turns);
    line->turns = NULL;
    line->count = line->capacity = 0;
}

/* --- the caps --- */

static uint64_t longer(uint64_t one, uint64_t other) {
    return one > other ? one : other;
}

uint64_t line_asks_in(const struct line *line, uint64_t now) {
    return longer(bucket_wait_ms(&line->own->received, now), bucket_wait_ms(&line->all->received, now));
}

uint64_t line_gives_in(const struct line *line, uint64_t now) {
    return longer(bucket_wait_ms(&line->own->sent, now), bucket_wait_ms(&line->all->sent, now));
}

/* What is paid for by waiting goes in pieces of about a second. */
static uint64_t within(uint64_t bytes, const struct bucket *bucket) {
    uint64_t most = longer(bucket->rate, WINDOW_MIN);
    return bucket->rate && bytes > most ? most : bytes;
}

/* --- what we ask for --- */

/* What is urgent does not wait for the rest, nor the rest for what is urgent. */
static uint64_t ahead_of(const struct line *line, enum lane lane) {
    return lane == LANE_URGENT ? line->under_way[LANE_URGENT]
                               : line->under_way[LANE_ORDINARY] + line->under_way[LANE_BULK];
}

bool line_may_ask(const struct line *line, enum lane lane, uint64_t now) {
    return ahead_of(line, lane) < line->window && (lane != LANE_BULK || line->under_way[LANE_BULK] == 0) &&
           line_asks_in(line, now) == 0;
}

uint64_t line_guess(const struct line *line, uint64_t entries) {
    const uint64_t most = WINDOW_MAX;                                     /* no window is larger */
    return (entries < most ? entries : most) * line->entry_bytes * 3 / 2; /* rather one large answer than two */
}

void line_ask(struct line *line, struct asked *asked, enum lane lane, uint64_t bytes, uint32_t piece, uint64_t now) {
    uint64_t room = line->window - ahead_of(line, lane);
    assert(asked->bytes == 0);
    bytes = within(within(bytes < room ? bytes : room, &line->own->received), &line->all->received);
    bytes = longer(bytes / piece * piece, piece);
    line->under_way[lane] += bytes;
    *asked = (struct asked){.lane = lane, .bytes = (uint32_t)bytes, .at = now};
    for (unsigned i = 0; i < LANE_COUNT; i++)
        asked->ahead += line->under_way[i];
}

static void set_window(struct line *line, uint64_t bytes) {
    line->window = bytes < WINDOW_MIN ? WINDOW_MIN : bytes > WINDOW_MAX ? WINDOW_MAX : (uint32_t)bytes;
}

/* The way there and back is not the line's speed: what counts is how much longer it took than the shortest ever. When
 * the smallest window is too slow, that is how long the way is now. */
static void learn_speed(struct line *line, const struct asked *asked, uint64_t now) {
    uint64_t took = now - asked->at;
    if (took < line->fastest || (line->window == WINDOW_MIN && took - line->fastest > SLOW_MS))
        line->fastest = took;
    uint64_t longer_by = took - line->fastest;
    if (longer_by < FAST_MS && asked->ahead >= line->window / 2)
        set_window(line, (uint64_t)line->window * 2);
    if (longer_by > SLOW_MS) {
        uint64_t in_a_second = asked->ahead * SECOND_MS / took;
        set_window(line, in_a_second < line->window / 2 ? in_a_second : line->window / 2);
    }
}

static void learn_size(struct line *line, uint64_t bytes, size_t entries) {
    uint64_t mean = (3 * (uint64_t)line->entry_bytes + bytes / entries) / 4;
    line->entry_bytes = mean < ENTRY_MIN ? ENTRY_MIN : mean > ENTRY_MAX ? ENTRY_MAX : (uint32_t)mean;
}

uint32_t line_block(const struct line *line) {
    return line->window > WINDOW_FAST ? 0 : line->window / BLOCKS_IN_WINDOW;
}

static uint64_t to_come(const struct asked *asked) {
    return asked->bytes > asked->came ? asked->bytes - asked->came : 0;
}

bool line_is_nearly_through(const struct line *line, const struct asked *asked) {
    return to_come(asked) <= line->window / 4;
}

void line_brings(struct line *line, struct asked *asked, uint64_t bytes, size_t entries, uint64_t now) {
    if (asked->bytes == 0)
        return;
    uint64_t before = to_come(asked);
    bucket_take(&line->own->received, bytes, now);
    bucket_take(&line->all->received, bytes, now);
    if (entries)
        learn_size(line, bytes, entries);
    asked->came += bytes;
    line->under_way[asked->lane] -= before - to_come(asked);
}

void line_brought(struct line *line, struct asked *asked, uint64_t bytes, size_t entries, uint64_t now) {
    if (asked->bytes == 0)
        return;
    line_brings(line, asked, bytes, entries, now);
    line->under_way[asked->lane] -= to_come(asked);
    if (asked->came)
        learn_speed(line, asked, now);
    asked->bytes = 0;
}

/* --- what it asks for --- */

static bool make_room(struct line *line) {
    if (line->count < line->capacity)
        return true;
    size_t capacity = line->capacity ? line->capacity * 2 : TURNS_FIRST;
    struct turn *turns = realloc(line->turns, capacity * sizeof *turns);
    if (!turns)
        return false;
    line->turns = turns;
    line->capacity = capacity;
    return true;
}

enum result line_wait(struct line *line, const struct turn *turn) {
    for (size_t i = 0; i < line->count; i++)
        if (line->turns[i].lane == turn->lane && memcmp(line->turns[i].id, turn->id, TURN_ID_SIZE) == 0)
            return RESULT_EXISTS;
    if (line->count >= TURNS_MAX)
        return RESULT_TOO_LARGE;
    if (!make_room(line))
        return RESULT_NO_MEMORY;
    line->turns[line->count++] = *turn;
    return RESULT_OK;
}

static void find_waiting(const struct line *line, bool waits[static LANE_COUNT]) {
    for (unsigned i = 0; i < LANE_COUNT; i++)
        waits[i] = false;
    for (size_t i = 0; i < line->count; i++)
        waits[line->turns[i].lane] = true;
}

bool line_is_ready(const struct line *line, size_t queued, uint64_t now, enum lane *lane) {
    bool waits[LANE_COUNT];
    if (line->count == 0 || queued >= LINE_AHEAD_BYTES || line_gives_in(line, now))
        return false;
    find_waiting(line, waits);
    *lane = lane_pick(&line->giving, waits);
    return true;
}

struct turn line_next(struct line *line, enum lane lane) {
    bool waits[LANE_COUNT];
    size_t at = 0;
    find_waiting(line, waits);
    assert(waits[lane]);
    lane_had(&line->giving, lane, waits);
    while (line->turns[at].lane != lane)
        at++;
    struct turn turn = line->turns[at];
    memmove(line->turns + at, line->turns + at + 1, (line->count - at - 1) * sizeof *line->turns);
    line->count--;
    turn.bytes = (uint32_t)within(within(turn.bytes, &line->own->sent), &line->all->sent);
    return turn;
}

void line_gave(struct line *line, uint64_t bytes, uint64_t now) {
    bucket_take(&line->own->sent, bytes, now);
    bucket_take(&line->all->sent, bytes, now);
}
