#include "daemon/embargo.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/exchange.h"
#include "daemon/recall.h"
#include "store/vector.h"

enum { ALERTS_A_NOTE = 256, AT_A_TIME = 64 };

/* --- what the store remembers --- */

static uint32_t note_of(uint64_t sequence) {
    return (uint32_t)(sequence / ALERTS_A_NOTE) + 1;
}

static enum result get_note(struct exchange *exchange, uint32_t number, struct span *note) {
    enum result result = store_get_note(exchange->store, &exchange->turn, STORE_NOTE_EMBARGO, number, note);
    if (result != RESULT_NOT_FOUND)
        return result;
    *note = (struct span){0};
    return RESULT_OK;
}

static bool take_row(struct span *note, struct embargo *row) {
    return span_u64(note, &row->sequence) && span_u64(note, &row->until);
}

static enum result push(struct embargoes *embargoes, const struct embargo *row) {
    if (!vector_reserve(&embargoes->rows, &embargoes->capacity, embargoes->count + 1, sizeof *row))
        return RESULT_NO_MEMORY;
    embargoes->rows[embargoes->count++] = *row;
    if (row->until < embargoes->next)
        embargoes->next = row->until;
    return RESULT_OK;
}

enum result embargo_open(struct exchange *exchange) {
    uint32_t last = note_of(store_last_alert(exchange->store));
    for (uint32_t number = 1; number <= last; number++) {
        struct span note;
        struct embargo row;
        TRY(get_note(exchange, number, &note));
        while (note.len) {
            if (!take_row(&note, &row))
                return RESULT_STORE_DAMAGED;
            TRY(push(&exchange->embargoes, &row));
        }
    }
    return RESULT_OK;
}

void embargo_release(struct embargoes *embargoes) {
    free(embargoes->rows);
    *embargoes = (struct embargoes){0};
}

static void put_row(struct buf *note, const struct embargo *row) {
    buf_put_u64(note, row->sequence);
    buf_put_u64(note, row->until);
}

static enum result put_note(struct exchange *exchange, uint64_t sequence, const struct buf *note) {
    return note->failed ? RESULT_NO_MEMORY
                        : store_put_note(exchange->store, STORE_NOTE_EMBARGO, note_of(sequence), buf_span(note));
}

static enum result append(struct exchange *exchange, const struct embargo *embargo) {
    struct span before;
    struct buf note;
    TRY(get_note(exchange, note_of(embargo->sequence), &before));
    buf_init(&note, &exchange->turn);
    buf_put_span(&note, before);
    put_row(&note, embargo);
    return put_note(exchange, embargo->sequence, &note);
}

enum result embargo_keep(struct exchange *exchange, const struct embargo *embargo) {
    TRY(append(exchange, embargo));
    return push(&exchange->embargoes, embargo);
}

enum result embargo_put_off(struct exchange *exchange, const struct embargo *embargo) {
    struct embargoes *embargoes = &exchange->embargoes;
    for (size_t i = 0; i < embargoes->count; i++) {
        if (embargoes->rows[i].sequence != embargo->sequence)
            continue;
        embargoes->rows[i].until = embargo->until;
        if (embargo->until < embargoes->next)
            embargoes->next = embargo->until;
        return append(exchange, embargo);
    }
    return embargo_keep(exchange, embargo);
}

/* Takes the row out of its note; *found: it was there. */
static enum result strike_out(struct exchange *exchange, const struct embargo *embargo, bool *found) {
    struct span before;
    struct buf note;
    struct embargo row;
    *found = false;
    TRY(get_note(exchange, note_of(embargo->sequence), &before));
    buf_init(&note, &exchange->turn);
    while (take_row(&before, &row))
        if (row.sequence == embargo->sequence)
            *found = true;
        else
            put_row(&note, &row);
    return *found ? put_note(exchange, embargo->sequence, &note) : RESULT_OK;
}

/* --- lifting --- */

static enum result tell_audiences(struct exchange *exchange, struct arena *arena, const struct holding *holding) {
    const AlertHeader *header = holding->disclosure.header;
    struct marking marking;
    TRY(policy_marking(&marking, header));
    for (size_t i = 0; i < exchange->policy->audience_count; i++) {
        const struct policy_audience *audience = &exchange->policy->audiences[i];
        const struct policy_hop hop = exchange_hop(exchange, audience, &holding->disclosure);
        const struct policy_forward *rule = exchange_forward_rule(exchange, holding->feed, audience);
        struct field_set shown = policy_decide(&marking, &audience->view, &hop);
        if (field_set_is_empty(&shown) || !rule)
            continue;
        struct telling telling = {
            .audience = audience,
            .header = header,
            .object = holding->disclosure.object,
            .sequence = holding->stored.sequence,
            .shown = field_set_and(shown, holding->disclosure.shown),
            .rule = disclosures_rule(&exchange->turn, exchange->policy, rule->line, "forward"),
        };
        TRY(disclosure_pass_on(&telling.body, arena, &holding->disclosure, &shown, &hop));
        TRY(exchange_append(exchange, &telling, hop.when));
    }
    return RESULT_OK;
}

/* What cannot be read any more holds nothing up. */
static enum result lift_in(struct exchange *exchange, struct arena *arena, const struct embargo *embargo) {
    struct holding holding;
    const struct index_row at = {.sequence = embargo->sequence};
    enum result result = exchange_load(exchange, arena, &at, &holding);
    if (result == RESULT_NO_MEMORY || result == RESULT_IO)
        return result;
    if (result) {
        log_error(_("alert %llu of the store cannot be read, and is not passed on after its embargo: %s"),
                  (unsigned long long)embargo->sequence, result_text(result));
        return RESULT_OK;
    }
    if (!exchange_is_current(exchange, &holding))
        return RESULT_OK;
    return alert_is_recall(holding.disclosure.header) ? recall_tell(exchange, &holding.disclosure, embargo->sequence)
                                                      : tell_audiences(exchange, arena, &holding);
}

static enum result lift(struct exchange *exchange, const struct embargo *embargo) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    enum result result = lift_in(exchange, &arena, embargo);
    arena_release(&arena);
    return result;
}

/* A row whose note is gone is over: it stays until then, as the change that struck it out may have been taken back. */
static enum result look_at(struct exchange *exchange, size_t index, bool *is_over) {
    const struct embargo embargo = exchange->embargoes.rows[index];
    bool found;
    TRY(exchange_begin(exchange));
    TRY(strike_out(exchange, &embargo, &found));
    *is_over = !found;
    return found ? lift(exchange, &embargo) : RESULT_OK;
}

static enum result lift_due(struct exchange *exchange, uint64_t now) {
    struct embargoes *embargoes = &exchange->embargoes;
    uint64_t next = UINT64_MAX;
    size_t looked_at = 0;
    for (size_t i = embargoes->count; i-- > 0;) {
        bool is_over = false, is_due = embargoes->rows[i].until <= now && looked_at < AT_A_TIME;
        if (is_due) {
            looked_at++;
            TRY(look_at(exchange, i, &is_over));
        }
        if (is_over)
            embargoes->rows[i] = embargoes->rows[--embargoes->count];
        else if (embargoes->rows[i].until < next)
            next = embargoes->rows[i].until;
    }
    embargoes->next = next;
    return RESULT_OK;
}

enum result embargo_lift(struct exchange *exchange) {
    uint64_t now = clock_wall_ms(exchange->clock);
    if (exchange->embargoes.count == 0 || now < exchange->embargoes.next)
        return RESULT_OK;
    enum result result = lift_due(exchange, now);
    if (result)
        exchange->failure = result;
    return result;
}
