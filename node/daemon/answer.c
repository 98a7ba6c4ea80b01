#include "daemon/answer.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/history.h"
#include "daemon/node.h"
#include "daemon/recall.h"

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

Finding **answer_findings(struct arena *arena, const struct report *report, size_t *count) {
    Finding **rows = arena_array(arena, report->count, sizeof *rows);
    *count = 0;
    for (size_t i = 0; rows && i < report->count; i++) {
        const struct finding *finding = &report->findings[i];
        Finding *row = arena_alloc(arena, sizeof *row);
        if (!row)
            break;
        finding__init(row);
        row->error = finding->severity == SEVERITY_ERROR;
        row->file = words_of(finding->file);
        row->has_line = finding->line != 0;
        row->line = finding->line;
        row->field = words_of(finding->field);
        row->text = words_of(finding->text);
        rows[(*count)++] = row;
    }
    return rows;
}

/* --- readers of an alert --- */

static uint8_t *bitmap(struct arena *arena, const struct field_set *set) {
    uint8_t *bytes = arena_alloc(arena, FIELD_SLOTS / 8);
    if (bytes)
        field_set_put(bytes, set);
    return bytes;
}

static enum result reader(Reader **out, struct node *node, const struct policy_audience *audience,
                          const struct field_set *shown, enum marking_rule rule) {
    struct arena *arena = turn_of(node);
    const struct member **members;
    size_t count;
    Reader *row = arena_alloc(arena, sizeof *row);
    uint8_t *bytes = bitmap(arena, shown);
    TRY(feeds_members(arena, audience, node->roster, node->identity.id, &members, &count));
    char **names = arena_array(arena, count, sizeof *names);
    if (!row || !bytes || !names)
        return RESULT_NO_MEMORY;
    reader__init(row);
    row->audience = words_of(audience->name);
    row->shown = proto_bytes(bytes, FIELD_SLOTS / 8);
    row->members = names;
    for (size_t i = 0; i < count; i++)
        names[row->n_members++] = words_of(members[i]->name);
    if (rule != MARKING_ALLOWS)
        row->refusal = words_of(policy_marking_text(rule));
    *out = row;
    return RESULT_OK;
}

/* --- publish --- */

static enum result published_readers(Published *row, struct node *node, const struct publication *publication) {
    const struct policy *policy = node->policy;
    row->readers = arena_array(turn_of(node), policy->audience_count, sizeof *row->readers);
    if (!row->readers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < policy->audience_count; i++) {
        if (!policy->audiences[i].publish)
            continue;
        TRY(reader(&row->readers[row->n_readers], node, &policy->audiences[i], &publication->shown[i],
                   publication->rules[i]));
        row->n_readers++;
    }
    return RESULT_OK;
}

static enum result published_row(Published **out, struct node *node, const struct publication *publication) {
    struct arena *arena = turn_of(node);
    Published *row = arena_alloc(arena, sizeof *row);
    if (!row)
        return RESULT_NO_MEMORY;
    published__init(row);
    row->result = words_of(result_name(publication->result));
    row->findings = answer_findings(arena, &publication->report, &row->n_findings);
    *out = row;
    if (publication->result)
        return RESULT_OK;
    row->has_object = row->has_alert = true;
    row->object = proto_bytes(publication->full.object, OBJECT_ID_SIZE);
    row->alert = publication->header->alert;
    if (publication->dry_run) {
        struct buf content;
        buf_init(&content, arena);
        proto_encode(&content, publication->content);
        row->has_content = true;
        row->content = proto_bytes(content.data, content.len);
    }
    return published_readers(row, node, publication);
}

enum result answer_published(Reply *reply, struct node *node, const struct publication *publications, size_t count) {
    reply->result = words_of(result_name(RESULT_OK));
    reply->published = arena_array(turn_of(node), count, sizeof *reply->published);
    if (!reply->published)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        TRY(published_row(&reply->published[i], node, &publications[i]));
    reply->n_published = count;
    return RESULT_OK;
}

/* --- one alert --- */

enum result answer_json(struct buf *out, struct arena *arena, const struct node *node, const struct holding *holding,
                        const struct policy_view *view) {
    const struct policy_hop hop = exchange_local_hop(&node->exchange);
    struct disclosure narrow;
    struct marking marking;
    Alert *content;
    TRY(policy_marking(&marking, holding->disclosure.header));
    struct field_set visible = policy_decide(&marking, view, &hop);
    TRY(disclosure_narrow(&narrow, arena, &holding->disclosure, &visible));
    TRY(disclosure_content(&content, arena, &narrow));
    return alert_to_json(arena, narrow.header, content, out);
}

/* --- show and explain --- */

enum result answer_find_row(const struct index_row **row, struct node *node, const char *prefix,
                            const char **complaint) {
    enum result result = index_find_prefix(node->exchange.index, prefix, row);
    if (result == RESULT_NOT_FOUND)
        *complaint = _("no alert here begins with these digits");
    else if (result == RESULT_EXISTS)
        *complaint = _("more than one alert begins with these digits: give more of them");
    else if (result == RESULT_INVALID)
        *complaint = _("an alert is named by at least four hexadecimal digits of its id, as find prints them");
    return result;
}

/* To whom this node discloses the alert, as its policy stands now. */
static enum result shown_readers(Shown *shown, struct node *node, const struct holding *holding,
                                 const struct marking *marking) {
    const struct policy *policy = node->policy;
    bool is_ours = exchange_is_ours(&node->exchange, &holding->disclosure);
    shown->readers = arena_array(turn_of(node), policy->audience_count, sizeof *shown->readers);
    if (!shown->readers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < policy->audience_count; i++) {
        const struct policy_audience *audience = &policy->audiences[i];
        const struct policy_hop hop = exchange_hop(&node->exchange, audience, &holding->disclosure);
        if (is_ours ? !audience->publish : !exchange_forwards(&node->exchange, holding->feed, audience))
            continue;
        struct field_set fields = policy_decide(marking, &audience->view, &hop);
        fields = field_set_and(fields, holding->disclosure.shown);
        TRY(reader(&shown->readers[shown->n_readers], node, audience, &fields, policy_marking_allows(marking, &hop)));
        shown->n_readers++;
    }
    return RESULT_OK;
}

static void shown_path(Shown *shown, struct node *node, const struct holding *holding) {
    if (!holding->feed)
        return;
    const struct ending *ending;
    const struct member *author = roster_find_ever(node->roster, holding->feed->record.author);
    const uint8_t *key = author ? member_sign_key(author, holding->feed->record.key, &ending) : NULL;
    shown->from = words_of(answer_originator(node, holding->feed->record.author));
    shown->audience = words_of(holding->feed->record.audience);
    shown->has_number = true;
    shown->number = holding->stored.number;
    shown->has_entry = holding->entry.len >= ENTRY_OVERHEAD;
    shown->entry = proto_bytes(holding->entry.data, shown->has_entry ? ENTRY_OVERHEAD : 0);
    shown->has_author_key = key != NULL;
    if (key)
        shown->author_key = proto_bytes(key, SIGN_PUBLIC_SIZE);
}

/* When and why it was taken back, where it is, or is the recall itself. */
static enum result shown_recall(Shown *shown, struct node *node, const struct index_row *row) {
    struct arena *arena = turn_of(node);
    const struct index_row *recall = recall_of(&node->exchange, row->alert, row->originator);
    struct holding holding;
    if (!recall)
        return RESULT_OK;
    TRY(exchange_load(&node->exchange, arena, recall, &holding));
    const char *reason = holding.disclosure.header->caveat;
    shown->has_recalled = true;
    shown->recalled = recall->created;
    shown->recall_reason = words_of(reason ? reason : "");
    return RESULT_OK;
}

static enum result shown_words(Shown *shown, struct node *node, const struct index_row *row,
                               const struct holding *holding) {
    struct arena *arena = turn_of(node);
    struct policy_hop hop = exchange_local_hop(&node->exchange);
    struct marking marking;
    struct disclosure narrow;
    struct buf bytes;
    TRY(policy_marking(&marking, holding->disclosure.header));
    struct field_set visible = policy_decide(&marking, &node->policy->operators, &hop);
    TRY(disclosure_narrow(&narrow, arena, &holding->disclosure, &visible));
    buf_init(&bytes, arena);
    TRY(disclosure_encode(&bytes, arena, &narrow));
    TRY(answer_row_words(&shown->row, node, row, false));
    shown->disclosure = proto_bytes(bytes.data, bytes.len);
    shown->arrived = holding->stored.arrived;
    shown->roster_version = node->roster->version;
    const struct member *originator = roster_find_ever(node->roster, narrow.header->originator.data);
    const uint8_t *sign_key;
    const struct ending *ending;
    shown->originator_label = words_of(originator ? originator->label : "");
    if (!disclosure_verify_by(&holding->disclosure, originator, &sign_key, &ending))
        shown->sign_key = proto_bytes(sign_key, SIGN_PUBLIC_SIZE);
    shown_path(shown, node, holding);
    TRY(shown_recall(shown, node, row));
    TRY(answer_blobs(&shown->blobs, &shown->n_blobs, node, &narrow));
    return shown_readers(shown, node, holding, &marking);
}

enum result answer_show(Reply *reply, struct node *node, const char *prefix, const char **complaint) {
    const struct index_row *row;
    struct holding holding;
    Shown *shown = arena_alloc(turn_of(node), sizeof *shown);
    if (!shown)
        return RESULT_NO_MEMORY;
    shown__init(shown);
    TRY(answer_find_row(&row, node, prefix, complaint));
    TRY(exchange_load(&node->exchange, turn_of(node), row, &holding));
    reply->shown = shown;
    return shown_words(shown, node, row, &holding);
}

/* "operators", "live", or an audience of the policy. */
static const struct policy_view *find_view(struct node *node, const char *name, const struct disclosure *disclosure,
                                           struct policy_hop *hop) {
    const struct policy_audience *audience = policy_find_audience(node->policy, name);
    *hop = exchange_local_hop(&node->exchange);
    if (strcmp(name, "operators") == 0)
        return &node->policy->operators;
    if (strcmp(name, "live") == 0)
        return &node->policy->live;
    if (!audience)
        return NULL;
    *hop = exchange_hop(&node->exchange, audience, disclosure);
    return &audience->view;
}

static enum result explained_fields(Explained *words, struct node *node, const struct marking *marking,
                                    const struct policy_view *view, const struct policy_hop *hop) {
    struct arena *arena = turn_of(node);
    struct field_set shown = policy_decide(marking, view, hop);
    words->fields = arena_array(arena, FIELD_SLOTS, sizeof *words->fields);
    for (size_t slot = 0; words->fields && slot < FIELD_SLOTS; slot++) {
        if (!field_at(slot))
            continue;
        FieldDecision *decision = arena_alloc(arena, sizeof *decision);
        if (!decision)
            return RESULT_NO_MEMORY;
        field_decision__init(decision);
        decision->slot = (uint32_t)slot;
        decision->shown = field_set_has(&shown, slot);
        decision->why = words_of(policy_explain(arena, node->policy, marking, view, hop, slot));
        words->fields[words->n_fields++] = decision;
    }
    return words->fields ? RESULT_OK : RESULT_NO_MEMORY;
}

enum result answer_explain(Reply *reply, struct node *node, const Explain *request, const char **complaint) {
    const struct index_row *row;
    struct holding holding;
    struct marking marking;
    struct policy_hop hop;
    Explained *words = arena_alloc(turn_of(node), sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    explained__init(words);
    TRY(answer_find_row(&row, node, request->alert, complaint));
    TRY(exchange_load(&node->exchange, turn_of(node), row, &holding));
    TRY(policy_marking(&marking, holding.disclosure.header));
    const struct policy_view *view = find_view(node, request->audience, &holding.disclosure, &hop);
    if (!view) {
        *complaint = _("the policy of this node has no such audience; besides them there are operators and live");
        return RESULT_NOT_FOUND;
    }
    words->audience = words_of(arena_text(turn_of(node), request->audience, strlen(request->audience)));
    reply->explained = words;
    return explained_fields(words, node, &marking, view, &hop);
}

enum result answer_disclose(Reply *reply, struct node *node, const Disclose *words, const char **complaint) {
    struct history history = {.audience = policy_find_audience(node->policy, words->audience),
                              .member = roster_find_name(node->roster, words->member),
                              .since = words->since,
                              .after = words->after,
                              .dry_run = words->dry_run,
                              .by = audit_next(node)};
    const struct member *member = history.member;
    if (!history.audience || !member) {
        *complaint = history.audience ? _("the roster has no such member") : _("the policy has no such audience");
        return RESULT_NOT_FOUND;
    }
    if (member == node->exchange.self ||
        !policy_selects(&history.audience->members, member->name, member->role, member->country)) {
        *complaint = _("this member is not in that audience: the policy decides who is");
        return RESULT_INVALID;
    }
    Disclosed *answer = arena_alloc(turn_of(node), sizeof *answer);
    if (!answer)
        return RESULT_NO_MEMORY;
    disclosed__init(answer);
    TRY(history_disclose(&node->exchange, &history));
    answer->next = history.next;
    answer->last = store_last_alert(node->exchange.store);
    answer->looked_at = (uint32_t)history.looked_at;
    answer->disclosed = (uint32_t)history.disclosed;
    answer->has_unread = true;
    answer->unread = (uint32_t)history.unread;
    reply->disclosed = answer;
    return RESULT_OK;
}
