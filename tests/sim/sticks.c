#include "tests/sim/sticks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "core/bundle.h"
#include "tests/sim/operator.h"
#include "tests/sim/play.h"

enum {
    RECORDS_MAX = 400,
    FEEDS_MAX = 64,
    PIECE_BYTES_MIN = 4 * 1024,
    PIECE_BYTES_MAX = 512 * 1024,
    WAY_MS_MAX = 60000,
    SHORT_WAY_MS_MAX = 500,
    WAIT_MS = 3000, /* for who is down */
};

struct record {
    uint32_t kind;
    struct span bytes;
};

struct stick {
    struct stick *next;
    struct station *from, *to;
    Give give; /* where the next piece begins */
    struct record *records;
    size_t count;
    bool is_lost;
};

/* A stick as it is being read; each time it is. */
struct reading {
    struct stick *stick;
    size_t order[RECORDS_MAX];
    size_t count;
    size_t at;
    uint8_t feeds[FEEDS_MAX][FEED_ID_SIZE]; /* that it has brought something of */
    size_t feed_count;
};

static struct stick *sticks;

static struct stick *stick_new(struct station *from, struct station *to) {
    struct stick *stick = calloc(1, sizeof *stick);
    assert(stick);
    *stick = (struct stick){.next = sticks, .from = from, .to = to, .give = GIVE__INIT};
    stick->records = calloc(RECORDS_MAX, sizeof *stick->records);
    assert(stick->records);
    sticks = stick;
    return stick;
}

void sticks_lose(const struct station *station) {
    for (struct stick *stick = sticks; stick; stick = stick->next)
        stick->is_lost |= stick->from == station || stick->to == station;
}

static void *keep(const void *data, size_t len) {
    void *copy = malloc(len + 1);
    assert(copy);
    memcpy(copy, data, len);
    return copy;
}

/* Onto the stick, as far as it has room. */
static void put_records(struct stick *stick, const Given *given) {
    for (size_t i = 0; i < given->n_records && stick->count < RECORDS_MAX; i++) {
        struct span bytes = proto_span(given->records[i]->bytes);
        if (alert_shows(bytes))
            broken("a token is readable on a stick of %s", stick->from->name);
        stick->records[stick->count++] =
            (struct record){given->records[i]->kind, span_of(keep(bytes.data, bytes.len), bytes.len)};
    }
}

/* ---- on its way ---- */

static void hand_in(void *context, uint64_t value);

static void carry(struct stick *stick) {
    for (size_t times = pick_one_in(4) ? 2 : 1; times && stick->count; times--)
        machine_at(machine_now() + pick(pick(2) ? WAY_MS_MAX : SHORT_WAY_MS_MAX), hand_in, stick, 0);
}

/* ---- writing ---- */

static void ask_piece(struct stick *stick, bool begins);

/* It was full: the next part goes on there. */
static void go_on_with_another(const struct stick *full) {
    struct stick *stick = stick_new(full->from, full->to);
    stick->give = full->give;
    stick->give.part++;
    ask_piece(stick, true);
}

static void on_given(void *context, uint64_t begins, const Reply *reply) {
    struct stick *stick = context;
    const Given *given = reply ? reply->given : NULL;
    bool is_full = false;
    if (given) {
        put_records(stick, given);
        is_full = !begins && !given->done && (stick->count == RECORDS_MAX || pick_one_in(12));
    }
    if (given && !begins) {
        Give *give = &stick->give;
        give->has_trust = give->has_feed = give->has_after = true;
        give->trust = given->trust;
        give->feed = given->feed;
        give->after = given->after;
    }
    if (given && !given->done && !is_full) {
        ask_piece(stick, false);
        return;
    }
    machine_note("%s has written %zu records for %s: %s", stick->from->name, stick->count, stick->to->name,
                 reply ? reply->result : "no reply");
    if (is_full && pick(2))
        go_on_with_another(stick);
    carry(stick);
}

static void ask_piece(struct stick *stick, bool begins) {
    Request request = REQUEST__INIT;
    stick->give.member = (char *)(uintptr_t)stick->to->name;
    stick->give.has_begin = true;
    stick->give.begin = begins;
    request.give = &stick->give;
    operator_ask(stick->from, &request, on_given, stick, begins);
}

void sticks_write(void) {
    struct station *from = world_any(true), *to = &world.stations[pick((size_t)world.count)];
    if (!from || from == to)
        return;
    struct stick *stick = stick_new(from, to);
    stick->give.part = 1;
    stick->give.bytes = (uint32_t)(pick(2) ? PIECE_BYTES_MAX : pick_between(PIECE_BYTES_MIN, PIECE_BYTES_MAX));
    stick->give.has_from_start = true;
    stick->give.from_start = pick_one_in(3);
    tally.sticks++;
    ask_piece(stick, true);
}

/* ---- the receipts ---- */

static void on_receipts(void *context, uint64_t value, const Reply *reply) {
    const struct stick *read = context;
    (void)value;
    if (!reply || !reply->given)
        return;
    struct stick *stick = stick_new(read->to, read->from);
    stick->is_lost = read->is_lost;
    put_records(stick, reply->given);
    carry(stick);
}

static void ask_receipts(const struct reading *reading) {
    struct stick *stick = reading->stick;
    Request request = REQUEST__INIT;
    Receipts words = RECEIPTS__INIT;
    ProtobufCBinaryData feeds[FEEDS_MAX];
    words.author = proto_bytes(stick->from->id, MEMBER_ID_SIZE);
    for (size_t i = 0; i < reading->feed_count; i++)
        feeds[words.n_feeds++] = proto_bytes(reading->feeds[i], FEED_ID_SIZE);
    words.feeds = feeds;
    request.receipts = &words;
    operator_ask(stick->to, &request, on_receipts, stick, 0);
}

/* ---- reading ---- */

static void take_on(struct reading *reading);

static void note_feed(struct reading *reading, const TakenRecord *words) {
    if (!words->has_feed || words->feed.len != FEED_ID_SIZE || reading->feed_count == FEEDS_MAX)
        return;
    for (size_t i = 0; i < reading->feed_count; i++)
        if (memcmp(reading->feeds[i], words->feed.data, FEED_ID_SIZE) == 0)
            return;
    memcpy(reading->feeds[reading->feed_count++], words->feed.data, FEED_ID_SIZE);
}

static void on_taken(void *context, uint64_t value, const Reply *reply) {
    struct reading *reading = context;
    const struct stick *stick = reading->stick;
    bool is_receipt = false;
    (void)value;
    for (size_t i = 0; reply && reply->taken && i < reply->taken->n_records; i++) {
        const TakenRecord *words = reply->taken->records[i];
        machine_note("%s takes from a stick of %s: %s", stick->to->name, stick->from->name, words->result);
        note_feed(reading, words);
        tally.stick_entries += words->taken;
    }
    for (size_t i = 0; i < stick->count; i++)
        is_receipt |= stick->records[i].kind == BUNDLE_RECEIPT;
    if (reply && reply->taken && reading->at < reading->count) {
        take_on(reading);
        return;
    }
    if (!is_receipt && reading->feed_count && stick->to->is_up)
        ask_receipts(reading);
    free(reading);
}

/* The head is said with each piece; without it, only what is followed already counts. */
static ProtobufCBinaryData head_of(const struct stick *stick) {
    for (size_t i = 0; i < stick->count; i++)
        if (stick->records[i].kind == BUNDLE_HEAD)
            return proto_bytes(stick->records[i].bytes.data, stick->records[i].bytes.len);
    return (ProtobufCBinaryData){0};
}

static void take_on(struct reading *reading) {
    const struct stick *stick = reading->stick;
    Request request = REQUEST__INIT;
    Take words = TAKE__INIT;
    StickRecord rows[RECORDS_MAX], *records[RECORDS_MAX];
    size_t bytes = 0, count_max = pick_between(1, 8);
    for (; reading->at < reading->count && words.n_records < count_max; reading->at++) {
        const struct record *record = &stick->records[reading->order[reading->at]];
        bytes += record->bytes.len;
        if (words.n_records && bytes > CONTROL_BYTES_MAX / 2)
            break;
        stick_record__init(&rows[words.n_records]);
        rows[words.n_records].kind = record->kind;
        rows[words.n_records].bytes = proto_bytes(record->bytes.data, record->bytes.len);
        records[words.n_records] = &rows[words.n_records];
        words.n_records++;
    }
    words.head = head_of(stick);
    words.has_head = words.head.len > 0;
    words.records = records;
    request.take = &words;
    operator_ask(stick->to, &request, on_taken, reading, 0);
}

/* In its order, or whichever; all of it, or some. */
static void put_in_order(struct reading *reading) {
    const struct stick *stick = reading->stick;
    size_t left_out = pick_one_in(4) ? 3 : 0;
    for (size_t i = 0; i < stick->count; i++)
        if (stick->records[i].kind != BUNDLE_HEAD && (!left_out || pick(left_out)))
            reading->order[reading->count++] = i;
    bool is_shuffled = pick_one_in(3);
    for (size_t i = reading->count; is_shuffled && i > 1; i--) {
        size_t other = pick(i), at = reading->order[i - 1];
        reading->order[i - 1] = reading->order[other];
        reading->order[other] = at;
    }
}

static void hand_in(void *context, uint64_t value) {
    struct stick *stick = context;
    if (stick->is_lost || stick->to->has_left)
        return;
    if (!stick->to->is_up) {
        machine_at(machine_now() + WAIT_MS, hand_in, stick, value);
        return;
    }
    struct reading *reading = calloc(1, sizeof *reading);
    assert(reading);
    reading->stick = stick;
    put_in_order(reading);
    if (reading->count == 0) {
        free(reading);
        return;
    }
    tally.sticks_read++;
    take_on(reading);
}
