#include "daemon/recall.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "core/lane.h"
#include "daemon/erasure.h"
#include "daemon/history.h"
#include "daemon/told.h"

enum { TRY_AGAIN_MS = 60 * 1000 };

static bool is_of(const struct index_row *row, const uint8_t *alert, const uint8_t *originator) {
    return memcmp(row->alert, alert, TREE_ALERT_ID_SIZE) == 0 &&
           memcmp(row->originator, originator, MEMBER_ID_SIZE) == 0;
}

/* --- is it recalled? --- */

static bool find_recall(void *context, const struct index_row *row) {
    const struct index_row **found = context;
    if (row->is_recall)
        *found = row;
    return !*found;
}

/* Where an alert is recalled, its newest version is the recall or is erased. */
const struct index_row *recall_of(const struct exchange *exchange, const uint8_t *alert, const uint8_t *originator) {
    const struct index_row *newest = index_newest(exchange->index, alert, originator), *found = NULL;
    for (size_t i = 0; exchange->admitted_recalls && i < exchange->admitted_count; i++)
        if (exchange->admitted[i].row.is_recall && is_of(&exchange->admitted[i].row, alert, originator))
            return &exchange->admitted[i].row;
    if (!newest || newest->is_recall || !newest->is_erased)
        return newest && newest->is_recall ? newest : NULL;
    index_versions(exchange->index, alert, originator, find_recall, &found);
    return found;
}

bool recall_is_known(const struct exchange *exchange, const AlertHeader *header) {
    if (index_newest(exchange->index, header->alert.data, header->originator.data))
        return true;
    for (size_t i = 0; i < exchange->admitted_count; i++)
        if (is_of(&exchange->admitted[i].row, header->alert.data, header->originator.data))
            return true;
    return false;
}

bool recall_refuses(const struct exchange *exchange, const struct disclosure *disclosure) {
    const AlertHeader *header = disclosure->header;
    const struct index_row *recall = recall_of(exchange, header->alert.data, header->originator.data);
    return recall && memcmp(recall->object, disclosure->object, OBJECT_ID_SIZE) != 0;
}

enum result recall_carry_out(struct exchange *exchange, const struct disclosure *recall) {
    const AlertHeader *header = recall->header;
    struct index_row *rows;
    size_t count;
    TRY(erasure_versions(exchange, &exchange->turn, header->alert.data, header->originator.data, &rows, &count));
    return erasure_of_rows(exchange, rows, count);
}

/* --- who is to hear of it --- */

struct hearers {
    struct exchange *exchange;
    const struct disclosure *recall;
    uint64_t sequence;
    struct span body;
    bool *audiences; /* of the policy, in its order: it was told a version */
    const struct member **members;
    size_t member_count, member_capacity;
    struct store_told *told; /* where the recall has gone */
    size_t told_count;
    bool again; /* something could not be written yet */
};

static bool is_heard_in_audience(const struct hearers *hearers, const struct member *member) {
    const struct policy *policy = hearers->exchange->policy;
    for (size_t i = 0; i < policy->audience_count; i++)
        if (hearers->audiences[i] &&
            policy_selects(&policy->audiences[i].members, member->name, member->role, member->country))
            return true;
    return false;
}

static enum result add_member(struct hearers *hearers, const struct member *member) {
    for (size_t i = 0; i < hearers->member_count; i++)
        if (hearers->members[i] == member)
            return RESULT_OK;
    if (hearers->member_count == hearers->member_capacity) {
        size_t capacity = hearers->member_capacity ? 2 * hearers->member_capacity : 16;
        const struct member **grown = arena_array(&hearers->exchange->turn, capacity, sizeof *grown);
        if (!grown)
            return RESULT_NO_MEMORY;
        if (hearers->member_count)
            memcpy(grown, hearers->members, hearers->member_count * sizeof *grown);
        hearers->members = grown;
        hearers->member_capacity = capacity;
    }
    hearers->members[hearers->member_count++] = member;
    return RESULT_OK;
}

/* Did it get the entry, or may it? */
static bool may_have(const struct told_reader *reader) {
    switch (reader->state) {
    case TOLD_DELIVERED:
    case TOLD_PENDING:
        return true;
    case TOLD_LEFT:
        return reader->behind == 0;
    case TOLD_NO_GRANT:
    case TOLD_LATER:
    case TOLD_FORMER:
        break;
    }
    return false;
}

/* Who is in the audience hears of it there; who is not any more, or where there is no such audience, by itself. */
static enum result hear_of_feed(struct hearers *hearers, const struct told_feed *told) {
    const struct exchange *exchange = hearers->exchange;
    const struct policy_audience *audience = policy_audience_of(exchange->policy, told->feed->record.audience);
    if (audience)
        hearers->audiences[audience - exchange->policy->audiences] = true;
    for (size_t i = 0; i < told->count; i++) {
        const struct member *member = roster_find(exchange->roster, told->readers[i].id);
        if (member && member != exchange->self && may_have(&told->readers[i]))
            TRY(add_member(hearers, member));
    }
    return RESULT_OK;
}

static enum result find_hearers(struct hearers *hearers) {
    struct exchange *exchange = hearers->exchange;
    const AlertHeader *header = hearers->recall->header;
    struct arena *arena = &exchange->turn;
    struct index_row *rows;
    size_t count;
    hearers->audiences = arena_array(arena, exchange->policy->audience_count + 1, sizeof *hearers->audiences);
    if (!hearers->audiences)
        return RESULT_NO_MEMORY;
    TRY(store_get_told(exchange->store, arena, hearers->sequence, &hearers->told, &hearers->told_count));
    TRY(erasure_versions(exchange, arena, header->alert.data, header->originator.data, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        struct told_feed *told;
        size_t told_count;
        if (rows[i].is_recall)
            continue;
        TRY(told_find(exchange, arena, rows[i].sequence, &told, &told_count));
        for (size_t k = 0; k < told_count; k++)
            TRY(hear_of_feed(hearers, &told[k]));
    }
    return RESULT_OK;
}

/* --- telling --- */

static bool was_told(const struct hearers *hearers, const char *audience) {
    const struct exchange *exchange = hearers->exchange;
    for (size_t i = 0; i < hearers->told_count; i++) {
        const struct feed *feed = feeds_find_ordinal(&exchange->feeds, hearers->told[i].ordinal);
        size_t len = feed ? lane_audience_len(feed->record.audience) : 0;
        if (feed && strlen(audience) == len && memcmp(audience, feed->record.audience, len) == 0 &&
            memcmp(feed->record.key, exchange->identity->key_id, MEMBER_ID_SIZE) == 0)
            return true;
    }
    return false;
}

/* A feed that may not go on yet is written later; one that never may again keeps the others waiting for nothing. */
static enum result tell(struct hearers *hearers, const struct policy_audience *audience) {
    struct exchange *exchange = hearers->exchange;
    const struct telling telling = {
        .audience = audience,
        .header = hearers->recall->header,
        .object = hearers->recall->object,
        .sequence = hearers->sequence,
        .body = hearers->body,
        .rule =
            audience->line ? disclosures_rule(&exchange->turn, exchange->policy, audience->line, "recall") : "recall",
    };
    if (was_told(hearers, audience->name))
        return RESULT_OK;
    enum result result = exchange_append(exchange, &telling, clock_wall_ms(exchange->clock));
    bool is_held_up = !exchange->failure && (result == RESULT_UNPROVEN || result == RESULT_BEHIND);
    hearers->again |= is_held_up;
    if (exchange->failure || (result != RESULT_FORK && result != RESULT_REVOKED))
        return is_held_up ? RESULT_OK : result;
    log_error(_("the recall of an alert cannot be told to \"%s\": %s"), audience->name, result_text(result));
    return RESULT_OK;
}

static enum result tell_member(struct hearers *hearers, const struct member *member) {
    const struct policy_audience alone = {
        .name = history_audience(&hearers->exchange->turn, member),
        .members = {.role = member->role, .country = member->country, .name = member->name},
    };
    return alone.name ? tell(hearers, &alone) : RESULT_NO_MEMORY;
}

static enum result tell_all(struct hearers *hearers) {
    const struct policy *policy = hearers->exchange->policy;
    for (size_t i = 0; i < policy->audience_count; i++)
        if (hearers->audiences[i])
            TRY(tell(hearers, &policy->audiences[i]));
    for (size_t i = 0; i < hearers->member_count; i++)
        if (!is_heard_in_audience(hearers, hearers->members[i]))
            TRY(tell_member(hearers, hearers->members[i]));
    return RESULT_OK;
}

enum result recall_tell(struct exchange *exchange, const struct disclosure *recall, uint64_t sequence) {
    static const struct field_set nothing;
    struct hearers hearers = {.exchange = exchange, .recall = recall, .sequence = sequence};
    const struct policy_hop hop = {.from_originator = exchange_is_ours(exchange, recall)};
    uint64_t now = clock_wall_ms(exchange->clock);
    if (exchange_may_write(exchange))
        return embargo_put_off(exchange, &(struct embargo){sequence, now});
    TRY(disclosure_pass_on(&hearers.body, &exchange->turn, recall, &nothing, &hop));
    TRY(find_hearers(&hearers));
    TRY(tell_all(&hearers));
    return hearers.again ? embargo_put_off(exchange, &(struct embargo){sequence, now + TRY_AGAIN_MS}) : RESULT_OK;
}
