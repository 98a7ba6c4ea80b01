#include "tests/sim/readers.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/sim/judge.h"
#include "tests/sim/operator.h"
#include "tests/sim/work.h"

static bool was_shown[NODES_MAX][ALERTS_MAX]; /* or asked for: the reply may be lost, and the record be there */

void readers_begin(void) {
    memset(was_shown, 0, sizeof was_shown);
}

static struct exchange *exchange_of(struct station *station) {
    return &station->node.exchange;
}

/* The alert of this sequence as it is to be found; NULL: it is not, or a wider view took its place. */
static const struct index_row *row_of(struct station *station, struct arena *arena, uint64_t sequence) {
    const struct index_row at = {.sequence = sequence};
    struct holding holding;
    if (exchange_load(exchange_of(station), arena, &at, &holding))
        return NULL;
    const struct index_row *row = index_find(exchange_of(station)->index, holding.disclosure.object);
    return row && row->sequence == sequence ? row : NULL;
}

/* ---- opening ---- */

static void open_alert(struct station *station, const struct index_row *row, size_t number) {
    Request request = REQUEST__INIT;
    Show words = SHOW__INIT;
    char digits[2 * OBJECT_ID_SIZE + 1];
    text_hex(digits, row->object, OBJECT_ID_SIZE);
    words.alert = digits;
    request.show = &words;
    was_shown[station->number][number] = true;
    operator_ask(station, &request, work_on_reply, station, number);
}

void readers_open_one(void) {
    struct station *station = world_any(true);
    uint64_t last = station ? store_last_alert(exchange_of(station)->store) : 0;
    struct field_set fields;
    struct arena arena;
    size_t number;
    if (last == 0)
        return;
    uint64_t sequence = 1 + pick((size_t)last);
    arena_init(&arena, SIZE_MAX);
    const struct index_row *row = row_of(station, &arena, sequence);
    if (row && row->ordinal && judge_read(station, sequence, &number, &fields))
        open_alert(station, row, number);
    arena_release(&arena);
}

/* ---- judging ---- */

static struct station *station_of(const uint8_t *id) {
    for (int i = 0; i < world.count; i++)
        if (memcmp(world.stations[i].id, id, MEMBER_ID_SIZE) == 0)
            return &world.stations[i];
    return NULL;
}

static struct station *teller_of(struct station *station, uint32_t ordinal) {
    const struct feed *feed = feeds_find_ordinal(&exchange_of(station)->feeds, ordinal);
    return feed ? station_of(feed->record.author) : NULL;
}

static bool is_there(const struct station *station) {
    return station->is_up && world_is_member(station, world.version);
}

const char *readers_missing(void) {
    static char missing[200];
    for (int i = 0; i < world.count; i++) {
        struct station *station = &world.stations[i];
        const struct openings *openings = &exchange_of(station)->openings;
        for (size_t k = 0; is_there(station) && k < openings->count; k++) {
            const struct station *teller = teller_of(station, openings->debts[k].ordinal);
            if (openings->debts[k].is_paid || !teller || !is_there(teller) || !world_has_line(i, teller->number))
                continue;
            snprintf(missing, sizeof missing, "%s owes %s the word that an alert was opened", station->name,
                     teller->name);
            return missing;
        }
    }
    return NULL;
}

/* Is it known there that this reader has opened the alert? */
static bool is_known(struct station *station, struct arena *arena, const uint8_t *object, const uint8_t *reader) {
    const struct index_row *row = index_find(exchange_of(station)->index, object);
    struct opened_by *rows;
    size_t count = 0;
    if (row && opened_find(exchange_of(station), arena, row->sequence, &rows, &count))
        broken("who has opened an alert cannot be read at %s", station->name);
    for (size_t i = 0; row && i < count; i++)
        if (rows[i].id && memcmp(rows[i].id, reader, MEMBER_ID_SIZE) == 0)
            return true;
    return false;
}

/* One word as it stands at a node. */
static void judge_word(struct station *station, struct arena *arena, size_t number, const struct index_row *row,
                       const struct opened_by *word) {
    const struct station *reader = word->id ? station_of(word->id) : station;
    struct station *teller = teller_of(station, row->ordinal);
    if (!reader || !was_shown[reader->number][number])
        broken("%s says that %s has opened alert %zu, and nobody was shown it there", station->name,
               reader ? reader->name : "a stranger", number);
    if (word->state == STORE_OPENED_TOLD && teller && teller->is_up && !teller->was_set_back && reader &&
        !is_known(teller, arena, row->object, reader->id))
        broken("%s is said to have heard that %s has opened alert %zu, and does not know it", teller->name,
               reader->name, number);
}

static void judge_alert(struct station *station, uint64_t sequence) {
    struct field_set fields;
    struct opened_by *words;
    struct arena arena;
    size_t number, count;
    arena_init(&arena, SIZE_MAX);
    const struct index_row *row = row_of(station, &arena, sequence);
    bool is_read = row && judge_read(station, sequence, &number, &fields);
    if (is_read && opened_find(exchange_of(station), &arena, sequence, &words, &count))
        broken("who has opened alert %zu cannot be read at %s", number, station->name);
    else
        for (size_t i = 0; is_read && i < count; i++)
            judge_word(station, &arena, number, row, &words[i]);
    arena_release(&arena);
}

void readers_judge(void) {
    for (int i = 0; i < world.count; i++) {
        struct station *station = &world.stations[i];
        uint64_t last = station->is_up ? store_last_alert(exchange_of(station)->store) : 0;
        for (uint64_t sequence = 1; sequence <= last && !machine_broken(); sequence++)
            judge_alert(station, sequence);
    }
}
