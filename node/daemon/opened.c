#include "daemon/opened.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/exchange.h"
#include "daemon/told.h"

/* Of what was opened here, unsigned as long as nobody asks for it: the object id, when, and the step. */
enum { OWN_BYTES = OBJECT_ID_SIZE + 8 + 4, RECORD_MEMORY = 8 * OPENED_BYTES_MAX };

/* ---- what is remembered ---- */

static bool is_noted(const struct openings *openings, uint64_t sequence) {
    const struct bits *noted = &openings->noted;
    return sequence / 8 < noted->size && noted->bytes[sequence / 8] >> sequence % 8 & 1;
}

static bool set_noted(struct openings *openings, uint64_t sequence) {
    struct bits *noted = &openings->noted;
    size_t need = (size_t)(sequence / 8) + 1;
    if (need > noted->size) {
        size_t size = need > 2 * noted->size ? need : 2 * noted->size;
        uint8_t *grown = realloc(noted->bytes, size);
        if (!grown)
            return false;
        memset(grown + noted->size, 0, size - noted->size);
        *noted = (struct bits){grown, size};
    }
    noted->bytes[sequence / 8] |= (uint8_t)(1 << sequence % 8);
    return true;
}

/* The rows with room for one more, moved if need be; NULL without memory. */
static void *with_room(void *rows, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return rows;
    size_t more = *capacity ? 2 * *capacity : 64;
    void *grown = realloc(rows, more * size);
    if (grown)
        *capacity = more;
    return grown;
}

static bool set_fresh(struct openings *openings, uint64_t sequence) {
    uint64_t *fresh =
        with_room(openings->fresh, openings->fresh_count, &openings->fresh_capacity, sizeof *openings->fresh);
    if (!fresh)
        return false;
    openings->fresh = fresh;
    if (!set_noted(openings, sequence))
        return false;
    openings->fresh[openings->fresh_count++] = sequence;
    return true;
}

static enum result owe(struct openings *openings, const struct opened_debt *debt) {
    struct opened_debt *debts =
        with_room(openings->debts, openings->count, &openings->capacity, sizeof *openings->debts);
    if (!debts)
        return RESULT_NO_MEMORY;
    openings->debts = debts;
    struct opened_debt *row = &openings->debts[openings->count++];
    *row = *debt;
    row->place = ++openings->last_place;
    return RESULT_OK;
}

size_t opened_owed(const struct openings *openings) {
    return openings->count - openings->paid;
}

/* What is paid goes once it is half of all. */
static void tidy(struct openings *openings) {
    size_t kept = 0;
    if (openings->paid < 64 || openings->paid < openings->count / 2)
        return;
    for (size_t i = 0; i < openings->count; i++)
        if (!openings->debts[i].is_paid)
            openings->debts[kept++] = openings->debts[i];
    openings->count = openings->durable = kept;
    openings->paid = 0;
}

void opened_settle(struct openings *openings) {
    openings->durable = openings->count;
    openings->fresh_count = 0;
    tidy(openings);
}

void opened_discard(struct openings *openings) {
    for (size_t i = 0; i < openings->fresh_count; i++)
        openings->noted.bytes[openings->fresh[i] / 8] &= (uint8_t) ~(1 << openings->fresh[i] % 8);
    openings->fresh_count = 0;
    openings->count = openings->durable;
}

void opened_release(struct openings *openings) {
    free(openings->noted.bytes);
    free(openings->fresh);
    free(openings->debts);
    *openings = (struct openings){0};
}

/* ---- words, ours and those of others ---- */

static void write_own(uint8_t out[static OWN_BYTES], const struct opened *opened) {
    memcpy(out, opened->object, OBJECT_ID_SIZE);
    put_u64(out + OBJECT_ID_SIZE, opened->when);
    put_u32(out + OBJECT_ID_SIZE + 8, opened->step);
}

/* What a record says, whoever's it is. */
static enum result read_record(struct opened *out, struct arena *arena, const struct store_opened *record) {
    struct span rest = record->words;
    struct opened_read read;
    if (!record->member) {
        bool whole = record->words.len == OWN_BYTES && span_copy(&rest, out->object, OBJECT_ID_SIZE) &&
                     span_u64(&rest, &out->when) && span_u32(&rest, &out->step);
        return whole && opened_is_step(out->step) ? RESULT_OK : RESULT_STORE_DAMAGED;
    }
    enum result result = opened_read(&read, arena, record->words);
    if (result)
        return result == RESULT_NO_MEMORY ? result : RESULT_STORE_DAMAGED;
    memcpy(out->object, read.words->object.data, OBJECT_ID_SIZE);
    out->when = read.words->since;
    out->step = read.words->step;
    return RESULT_OK;
}

enum result opened_find(struct exchange *exchange, struct arena *arena, uint64_t sequence, struct opened_by **out,
                        size_t *count) {
    struct store_opened *records;
    TRY(store_opened_of(exchange->store, arena, sequence, &records, count));
    struct opened_by *rows = arena_array(arena, *count + 1, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    size_t read = 0;
    for (size_t i = 0; i < *count; i++) {
        struct opened opened;
        enum result result = read_record(&opened, arena, &records[i]);
        if (!result)
            rows[read++] = (struct opened_by){records[i].member, opened.when, opened.step, records[i].state};
        else if (result != RESULT_STORE_DAMAGED)
            return result;
    }
    *out = rows;
    *count = read;
    return RESULT_OK;
}

/* The record of one node; NULL if there is none. */
static enum result find_record(struct exchange *exchange, struct arena *arena, uint64_t sequence, const uint8_t *member,
                               const struct store_opened **out) {
    struct store_opened *records;
    size_t count;
    TRY(store_opened_of(exchange->store, arena, sequence, &records, &count));
    *out = NULL;
    for (size_t i = 0; i < count && !*out; i++)
        if (member ? records[i].member && memcmp(records[i].member, member, MEMBER_ID_SIZE) == 0 : !records[i].member)
            *out = &records[i];
    return RESULT_OK;
}

/* ---- the start ---- */

static enum result load(void *context, const struct store_opened *record) {
    struct exchange *exchange = context;
    struct opened_debt debt = {.sequence = record->sequence};
    struct opened opened;
    struct arena arena;
    if (!record->member && !set_noted(&exchange->openings, record->sequence))
        return RESULT_NO_MEMORY;
    if (record->state != STORE_OPENED_OWED)
        return RESULT_OK;
    arena_init(&arena, RECORD_MEMORY);
    enum result result = read_record(&opened, &arena, record);
    arena_release(&arena);
    TRY(result);
    memcpy(debt.object, opened.object, OBJECT_ID_SIZE);
    memcpy(debt.reader, record->member ? record->member : exchange->identity->id, MEMBER_ID_SIZE);
    return owe(&exchange->openings, &debt);
}

/* To whom: by which feed the alert came. */
static enum result load_ordinal(struct exchange *exchange, struct opened_debt *debt) {
    struct store_alert stored;
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = store_get_alert(exchange->store, &arena, debt->sequence, &stored);
    arena_release(&arena);
    if (!result)
        debt->ordinal = stored.ordinal;
    return result == RESULT_NOT_FOUND ? RESULT_STORE_DAMAGED : result;
}

enum result opened_open(struct exchange *exchange) {
    struct openings *openings = &exchange->openings;
    enum result result = store_each_opened(exchange->store, load, exchange);
    if (result == RESULT_STORE_DAMAGED)
        log_error(_("a notice of an opened alert cannot be read: %s"), store_complaint(exchange->store));
    else if (result)
        return result;
    for (size_t i = 0; i < openings->count; i++)
        TRY(load_ordinal(exchange, &openings->debts[i]));
    opened_settle(openings);
    return RESULT_OK;
}

/* ---- here ---- */

/* Who told us what came by this feed; NULL: it is our own, or who told it is no member any more. */
static const struct member *teller_of(const struct exchange *exchange, uint32_t ordinal) {
    const struct feed *feed = ordinal ? feeds_find_ordinal(&exchange->feeds, ordinal) : NULL;
    return feed && !feed->ours ? roster_find(exchange->roster, feed->record.author) : NULL;
}

/* What the policy lets us tell it; NULL: nothing. */
static const struct policy_tell_opened *rule_for(const struct exchange *exchange, const struct member *teller) {
    return teller ? policy_tells_opened(exchange->policy, teller->name, teller->role, teller->country) : NULL;
}

/* Whatever more would have to wait is not told, and that is said. */
static enum store_opened_state owe_if_room(struct exchange *exchange, const struct opened_debt *debt) {
    struct openings *openings = &exchange->openings;
    if (opened_owed(openings) < OPENED_OWED_MAX && !owe(openings, debt))
        return STORE_OPENED_OWED;
    if (openings->untold++ == 0)
        log_warning(_("%d notices of opened alerts wait to be sent: no more are kept"), OPENED_OWED_MAX);
    return STORE_OPENED_KEPT;
}

enum result opened_note(struct exchange *exchange, const struct index_row *row) {
    struct openings *openings = &exchange->openings;
    if (exchange->policy->tell_opened_count == 0 || row->ordinal == 0 || is_noted(openings, row->sequence))
        return RESULT_OK;
    const struct policy_tell_opened *rule = rule_for(exchange, teller_of(exchange, row->ordinal));
    if (!rule)
        return RESULT_OK;
    uint64_t now_ms = clock_wall_ms(exchange->clock);
    struct opened opened = {.when = now_ms - now_ms % rule->step, .step = rule->step};
    struct opened_debt debt = {.sequence = row->sequence, .ordinal = row->ordinal};
    uint8_t words[OWN_BYTES];
    memcpy(opened.object, row->object, OBJECT_ID_SIZE);
    memcpy(debt.object, row->object, OBJECT_ID_SIZE);
    memcpy(debt.reader, exchange->identity->id, MEMBER_ID_SIZE);
    write_own(words, &opened);
    TRY(exchange_begin(exchange));
    if (!set_fresh(openings, row->sequence))
        return RESULT_NO_MEMORY;
    const struct store_opened record = {.sequence = row->sequence,
                                        .state = owe_if_room(exchange, &debt),
                                        .heard = now_ms,
                                        .words = SPAN_OF_ARRAY(words)};
    return store_put_opened(exchange->store, &record);
}

/* ---- what others say ---- */

/* Whether there is such an alert is told to nobody whom we have not told it. */
static enum result check_bringer(struct exchange *exchange, struct arena *arena, const struct member *by,
                                 const struct opened_read *read, const struct index_row **row) {
    bool is_told = false;
    *row = index_find(exchange->index, read->words->object.data);
    if (*row)
        TRY(told_to(exchange, arena, (*row)->sequence, by->id, &is_told));
    bool is_ours = memcmp(read->words->reader.data, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    return is_told && !is_ours ? RESULT_OK : RESULT_NOT_ALLOWED;
}

static enum result check(struct exchange *exchange, struct arena *arena, const struct member *by,
                         const struct opened_read *read, const struct index_row **row) {
    const struct store_opened *known;
    const struct member *reader = roster_find(exchange->roster, read->words->reader.data);
    TRY(opened_verify(read, reader));
    TRY(check_bringer(exchange, arena, by, read, row));
    TRY(find_record(exchange, arena, (*row)->sequence, reader->id, &known));
    return known ? RESULT_REPLAYED : RESULT_OK;
}

static enum result keep(struct exchange *exchange, const struct index_row *row, const struct opened_read *read,
                        struct span bytes) {
    const struct policy_tell_opened *rule = rule_for(exchange, teller_of(exchange, row->ordinal));
    struct opened_debt debt = {.sequence = row->sequence, .ordinal = row->ordinal};
    memcpy(debt.object, row->object, OBJECT_ID_SIZE);
    memcpy(debt.reader, read->words->reader.data, MEMBER_ID_SIZE);
    TRY(exchange_begin(exchange));
    const struct store_opened record = {.sequence = row->sequence,
                                        .member = read->words->reader.data,
                                        .state = rule && rule->pass ? owe_if_room(exchange, &debt) : STORE_OPENED_KEPT,
                                        .heard = clock_wall_ms(exchange->clock),
                                        .words = bytes};
    return store_put_opened(exchange->store, &record);
}

static bool is_of_our_machine(enum result result) {
    return result == RESULT_NO_MEMORY || result == RESULT_IO || result == RESULT_STORE_DAMAGED;
}

static enum result take(struct exchange *exchange, struct arena *arena, const struct member *by, struct span bytes,
                        struct opened_taken *out) {
    const struct index_row *row;
    struct opened_read read;
    TRY(opened_read(&read, arena, bytes));
    memcpy(out->reader, read.words->reader.data, MEMBER_ID_SIZE);
    memcpy(out->object, read.words->object.data, OBJECT_ID_SIZE);
    out->result = check(exchange, arena, by, &read, &row);
    if (!out->result)
        return keep(exchange, row, &read, bytes);
    if (!is_of_our_machine(out->result))
        exchange->refused[out->result]++;
    return is_of_our_machine(out->result) ? out->result : RESULT_OK;
}

enum result opened_take(struct exchange *exchange, const struct member *by, struct span bytes,
                        struct opened_taken *out) {
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = take(exchange, &arena, by, bytes, out);
    arena_release(&arena);
    return result;
}

enum result opened_inherit(struct exchange *exchange, uint64_t before, uint64_t sequence) {
    struct store_opened *records;
    size_t count;
    TRY(store_opened_of(exchange->store, &exchange->turn, before, &records, &count));
    for (size_t i = 0; i < count; i++) {
        if (!records[i].member)
            continue; /* who told us the wider view hears of its own first opening */
        records[i].sequence = sequence;
        records[i].state = STORE_OPENED_KEPT; /* what is owed is owed to who told us the one before */
        TRY(store_put_opened(exchange->store, &records[i]));
    }
    return RESULT_OK;
}

/* ---- what is told ---- */

static bool may_tell(const struct exchange *exchange, const struct opened_debt *debt, const struct member *to) {
    const struct policy_tell_opened *rule = rule_for(exchange, to);
    bool is_ours = memcmp(debt->reader, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    return !debt->is_paid && rule && (is_ours || rule->pass) && teller_of(exchange, debt->ordinal) == to;
}

/* The first of the debts behind this place. */
static size_t behind(const struct openings *openings, uint64_t place) {
    size_t low = 0, high = openings->durable;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (openings->debts[middle].place <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct opened_debt *opened_next(const struct exchange *exchange, const struct member *to, uint64_t *place) {
    const struct openings *openings = &exchange->openings;
    for (size_t i = behind(openings, *place); i < openings->durable; i++) {
        const struct opened_debt *debt = &openings->debts[i];
        *place = debt->place;
        if (may_tell(exchange, debt, to))
            return debt;
    }
    return NULL;
}

enum result opened_words(struct buf *out, struct exchange *exchange, const struct opened_debt *debt) {
    bool is_ours = memcmp(debt->reader, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    const struct store_opened *record;
    struct opened opened;
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = find_record(exchange, &arena, debt->sequence, is_ours ? NULL : debt->reader, &record);
    if (!result && !record)
        result = RESULT_STORE_DAMAGED;
    if (!result && !is_ours)
        buf_put_span(out, record->words);
    if (!result && is_ours)
        result = read_record(&opened, &arena, record);
    if (!result && is_ours)
        result = opened_make(out, &arena, &opened, exchange->identity);
    arena_release(&arena);
    return !result && out->failed ? RESULT_NO_MEMORY : result;
}

/* Found at once where answers come in the order of the words. */
static struct opened_debt *find_debt(const struct exchange *exchange, const uint8_t *to,
                                     const struct opened_taken *answer) {
    const struct openings *openings = &exchange->openings;
    for (size_t i = 0; i < openings->durable; i++) {
        struct opened_debt *debt = &openings->debts[i];
        if (debt->is_paid || memcmp(debt->object, answer->object, OBJECT_ID_SIZE) != 0 ||
            memcmp(debt->reader, answer->reader, MEMBER_ID_SIZE) != 0)
            continue;
        const struct feed *feed = feeds_find_ordinal(&exchange->feeds, debt->ordinal);
        if (feed && memcmp(feed->record.author, to, MEMBER_ID_SIZE) == 0)
            return debt;
    }
    return NULL;
}

static enum result pay(struct exchange *exchange, struct arena *arena, struct opened_debt *debt,
                       enum store_opened_state state) {
    bool is_ours = memcmp(debt->reader, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    const struct store_opened *found;
    TRY(find_record(exchange, arena, debt->sequence, is_ours ? NULL : debt->reader, &found));
    debt->is_paid = true; /* if the change fails, it is told once more after the next start */
    exchange->openings.paid++;
    if (!found)
        return RESULT_OK;
    struct store_opened record = *found;
    record.state = state;
    TRY(exchange_begin(exchange));
    return store_put_opened(exchange->store, &record);
}

enum result opened_answered(struct exchange *exchange, const uint8_t to[static MEMBER_ID_SIZE],
                            const struct opened_taken *answer) {
    struct opened_debt *debt = find_debt(exchange, to, answer);
    struct arena arena;
    if (!debt || answer->result == RESULT_UNKNOWN_MEMBER)
        return RESULT_OK;
    arena_init(&arena, SYNC_MEMORY_MAX);
    enum result result = pay(exchange, &arena, debt, answer->result ? STORE_OPENED_REFUSED : STORE_OPENED_TOLD);
    arena_release(&arena);
    return result;
}
