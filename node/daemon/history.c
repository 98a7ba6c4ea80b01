#include "daemon/history.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

enum { AT_A_TIME = 256 };

const char *history_audience(struct arena *arena, const struct member *member) {
    char id[2 * MEMBER_ID_SIZE + 1];
    if (strlen(member->name) < NAME_BYTES_MAX)
        return text_format(arena, "@%s", member->name);
    text_hex(id, member->id, MEMBER_ID_SIZE / 2);
    return text_format(arena, "@%s", id);
}

/* Is it something that this audience is told at all? */
static bool is_for(const struct exchange *exchange, const struct history *history, const struct holding *holding) {
    bool is_ours = exchange_is_ours(exchange, &holding->disclosure);
    return is_ours ? history->audience->publish : exchange_forwards(exchange, holding->feed, history->audience);
}

static enum result encode_for(struct exchange *exchange, const struct history *history, const struct holding *holding,
                              const struct policy_audience *alone, struct telling *telling) {
    struct marking marking;
    const struct policy_hop hop = exchange_hop(exchange, alone, &holding->disclosure);
    const struct policy_hop hop_of_all = exchange_hop(exchange, history->audience, &holding->disclosure);
    TRY(policy_marking(&marking, holding->disclosure.header));
    /* what the audience may be told, and no more because this reader has a name */
    struct field_set shown = policy_decide(&marking, &alone->view, &hop);
    shown = field_set_and(shown, policy_decide(&marking, &history->audience->view, &hop_of_all));
    if (field_set_is_empty(&shown))
        return RESULT_OK;
    telling->shown = field_set_and(shown, holding->disclosure.shown);
    return disclosure_pass_on(&telling->body, &exchange->turn, &holding->disclosure, &shown, &hop);
}

/* What is to be told of one alert; nothing of what has been replaced by a newer version, or is in doubt. */
static enum result prepare(struct exchange *exchange, const struct history *history, struct telling *telling) {
    struct holding holding;
    const struct index_row at = {.sequence = telling->sequence};
    TRY(exchange_load(exchange, &exchange->turn, &at, &holding));
    if (holding.stored.arrived < history->since || !is_for(exchange, history, &holding) ||
        !exchange_is_current(exchange, &holding))
        return RESULT_OK;
    telling->header = holding.disclosure.header;
    telling->object = arena_copy(&exchange->turn, holding.disclosure.object, OBJECT_ID_SIZE);
    return telling->object ? encode_for(exchange, history, &holding, telling->audience, telling) : RESULT_NO_MEMORY;
}

static bool is_of_this_alert(enum result result) {
    return result && result != RESULT_NO_MEMORY && result != RESULT_IO && result != RESULT_DISK_FULL &&
           result != RESULT_STORE_FULL;
}

static enum result look_at(struct exchange *exchange, struct history *history, const struct policy_audience *alone,
                           uint64_t sequence) {
    struct telling telling = {.audience = alone, .sequence = sequence, .by = history->by};
    enum result result = prepare(exchange, history, &telling);
    if (is_of_this_alert(result)) {
        history->unread++;
        log_error(_("alert %llu of the store cannot be read: %s"), (unsigned long long)sequence, result_text(result));
        return RESULT_OK;
    }
    TRY(result);
    if (!telling.body.data)
        return RESULT_OK;
    history->disclosed++;
    if (history->dry_run)
        return RESULT_OK;
    telling.rule = disclosures_rule(&exchange->turn, exchange->policy, history->audience->line, "disclose");
    return exchange_append(exchange, &telling, clock_wall_ms(exchange->clock));
}

enum result history_disclose(struct exchange *exchange, struct history *history) {
    const struct member *member = history->member;
    const struct policy_audience alone = {
        .name = history_audience(&exchange->turn, member),
        .members = {.role = member->role, .country = member->country, .name = member->name},
        .view = history->audience->view,
        .purposes = history->audience->purposes,
        .purpose_count = history->audience->purpose_count,
    };
    if (!alone.name)
        return RESULT_NO_MEMORY;
    TRY(exchange_may_write(exchange));
    TRY(exchange_begin(exchange));
    history->next = history->after;
    uint64_t last = store_last_alert(exchange->store);
    for (size_t i = 0; i < AT_A_TIME && history->next < last; i++) {
        TRY(look_at(exchange, history, &alone, ++history->next));
        history->looked_at++;
    }
    return RESULT_OK;
}
