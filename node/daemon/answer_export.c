/* Alerts for an audience, outside of feeds: as JSON, some in each answer. */
#include "daemon/answer.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/node.h"

enum { EXPORT_PART_BYTES = CONTROL_BYTES_MAX / 2 };

/* Why an alert does not go: what a marking says, and what comes before and behind it. */
enum why { WHY_UNREAD = MARKING_RULES, WHY_DOUBT, WHY_NO_RULE, WHY_NOTHING, WHYS };

struct exporting {
    struct node *node;
    const struct policy_audience *audience;
    struct query query;
    struct query_world world;
    struct index_position at;
    struct answer_reading reading;
    struct arena scratch; /* of the alert that is being written */
    ExportPart *part;
    size_t bytes; /* of what goes */
    uint64_t left_out[WHYS];
    enum result result;
};

static struct arena *turn_of(const struct exporting *exporting) {
    return &exporting->node->exchange.turn;
}

static const char *why_text(size_t why) {
    switch (why) {
    case WHY_UNREAD:
        return _("it cannot be read: inama check");
    case WHY_DOUBT:
        return _("a key on its way here is not believed any more");
    case WHY_NO_RULE:
        return _("the policy tells this audience nothing of it");
    case WHY_NOTHING:
        return _("no field of it is left that this audience and this node's operators may see");
    default:
        return policy_marking_text((enum marking_rule)why);
    }
}

/* ---- one alert ---- */

/* May it go to this audience at all? Our own where the policy publishes to it, others' where it passes them on. */
static bool has_rule(const struct exporting *exporting, const struct holding *holding) {
    const struct exchange *exchange = &exporting->node->exchange;
    return exchange_is_ours(exchange, &holding->disclosure)
               ? exporting->audience->publish
               : exchange_forwards(exchange, holding->feed, exporting->audience);
}

/* What policy_decide() gives to the audience, and to who exports it. */
static enum result decide(struct exporting *exporting, const struct holding *holding, struct field_set *shown,
                          enum marking_rule *rule) {
    const struct exchange *exchange = &exporting->node->exchange;
    const struct policy_hop hop = exchange_hop(exchange, exporting->audience, &holding->disclosure),
                            here = exchange_local_hop(exchange);
    struct marking marking;
    TRY(policy_marking(&marking, holding->disclosure.header));
    *rule = policy_marking_allows(&marking, &hop);
    *shown = field_set_and(policy_decide(&marking, &exporting->audience->view, &hop),
                           policy_decide(&marking, &exporting->node->policy->operators, &here));
    *shown = field_set_and(*shown, holding->disclosure.shown);
    return RESULT_OK;
}

static enum result put_alert(struct exporting *exporting, const struct holding *holding,
                             const struct field_set *shown) {
    struct disclosure narrow;
    struct buf json;
    Alert *content;
    Exported *words = arena_alloc(turn_of(exporting), sizeof *words);
    const uint8_t *object = arena_copy(turn_of(exporting), holding->disclosure.object, OBJECT_ID_SIZE);
    if (!words || !object)
        return RESULT_NO_MEMORY;
    exported__init(words);
    TRY(disclosure_narrow(&narrow, &exporting->scratch, &holding->disclosure, shown));
    TRY(disclosure_content(&content, &exporting->scratch, &narrow));
    buf_init(&json, &exporting->scratch);
    TRY(alert_to_json(&exporting->scratch, narrow.header, content, &json));
    words->object = proto_bytes(object, OBJECT_ID_SIZE);
    words->json = json.failed ? NULL : arena_text(turn_of(exporting), (const char *)json.data, json.len);
    if (!words->json)
        return RESULT_NO_MEMORY;
    exporting->part->alerts[exporting->part->n_alerts++] = words;
    exporting->bytes += json.len;
    return RESULT_OK;
}

/* RESULT_OK with *why, WHYS if it goes. */
static enum result export_one(struct exporting *exporting, const struct index_row *row, size_t *why) {
    struct exchange *exchange = &exporting->node->exchange;
    struct holding holding;
    struct field_set shown;
    enum marking_rule rule;
    arena_reset(&exporting->scratch);
    enum result result = exchange_load(exchange, &exporting->scratch, row, &holding);
    exporting->reading.bytes += holding.entry.len + holding.stored.disclosure.len;
    if (!result)
        result = decide(exporting, &holding, &shown, &rule);
    if (result) {
        *why = WHY_UNREAD;
        return result == RESULT_NO_MEMORY ? result : RESULT_OK;
    }
    *why = exchange_doubt(exchange, row)    ? (size_t)WHY_DOUBT
           : !has_rule(exporting, &holding) ? (size_t)WHY_NO_RULE
           : rule != MARKING_ALLOWS         ? (size_t)rule
           : field_set_is_empty(&shown)     ? (size_t)WHY_NOTHING
                                            : (size_t)WHYS;
    if (*why != WHYS)
        return RESULT_OK;
    result = put_alert(exporting, &holding, &shown);
    *why = result ? (size_t)WHY_UNREAD : (size_t)WHYS;
    return result == RESULT_NO_MEMORY ? result : RESULT_OK;
}

static bool take_row(void *context, const struct index_row *row, const struct document *document) {
    struct exporting *exporting = context;
    size_t why;
    (void)document;
    exporting->result = export_one(exporting, row, &why);
    if (exporting->result)
        return false;
    if (why != WHYS)
        exporting->left_out[why]++;
    return exporting->bytes < EXPORT_PART_BYTES && exporting->reading.bytes < FIND_READ_BYTES_MAX;
}

/* To decide whether it meets the query. One that cannot be read is told, as it may have been meant. */
static enum result load(void *context, const struct index_row *row, struct document *out) {
    struct exporting *exporting = context;
    enum result result = answer_load(&exporting->reading, row, out);
    exporting->left_out[WHY_UNREAD] += result == RESULT_NOT_FOUND;
    return result;
}

/* ---- the answer ---- */

static enum result put_left_out(struct exporting *exporting) {
    ExportPart *part = exporting->part;
    part->left_out = arena_array(turn_of(exporting), WHYS, sizeof *part->left_out);
    for (size_t why = 0; part->left_out && why < WHYS; why++) {
        if (!exporting->left_out[why])
            continue;
        Counter *words = arena_alloc(turn_of(exporting), sizeof *words);
        if (!words)
            return RESULT_NO_MEMORY;
        counter__init(words);
        words->name = words_of(text_format(turn_of(exporting), "%zu", why));
        words->count = exporting->left_out[why];
        words->text = words_of(why_text(why));
        part->left_out[part->n_left_out++] = words;
    }
    return part->left_out ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result make_part(Reply *reply, struct exporting *exporting) {
    struct index_found found;
    const struct index_search search = {.query = &exporting->query,
                                        .world = &exporting->world,
                                        .after = exporting->at,
                                        .limit = EXPORT_READS_MAX,
                                        .reads_max = EXPORT_READS_MAX,
                                        .load = load,
                                        .visit = take_row,
                                        .context = exporting};
    TRY(index_search(exporting->node->exchange.index, &search, &found));
    TRY(exporting->result);
    TRY(put_left_out(exporting));
    reply->has_total = true;
    reply->total = found.total;
    reply->next = found.ended ? NULL : answer_page_words(turn_of(exporting), &found.next, SORT_ARRIVAL);
    reply->export = exporting->part;
    return RESULT_OK;
}

enum result answer_export(Reply *reply, struct node *node, const Export *words, const char **complaint) {
    struct arena *turn = &node->exchange.turn;
    struct exporting *exporting = arena_alloc(turn, sizeof *exporting);
    ExportPart *part = arena_alloc(turn, sizeof *part);
    if (!exporting || !part)
        return RESULT_NO_MEMORY;
    export_part__init(part);
    *exporting = (struct exporting){.node = node,
                                    .audience = policy_find_audience(node->policy, words->audience),
                                    .world = answer_world(node),
                                    .reading = {.node = node},
                                    .part = part};
    if (!exporting->audience) {
        *complaint = _("the policy has no such audience");
        return RESULT_NOT_FOUND;
    }
    TRY(answer_query(&exporting->query, &exporting->at, &exporting->world, turn, words->query, words->page, reply,
                     complaint));
    part->alerts = arena_array(turn, EXPORT_READS_MAX, sizeof *part->alerts);
    if (!part->alerts)
        return RESULT_NO_MEMORY;
    arena_init(&exporting->reading.scratch, SIZE_MAX);
    arena_init(&exporting->scratch, SIZE_MAX);
    enum result result = make_part(reply, exporting);
    arena_release(&exporting->reading.scratch);
    arena_release(&exporting->scratch);
    return result;
}
