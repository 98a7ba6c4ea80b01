#include "daemon/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/lane.h"
#include "daemon/erasure.h"
#include "daemon/history.h"
#include "daemon/incoming.h"
#include "daemon/recall.h"

enum { PUBLICATION_MEMORY_MAX = 16 * 1024 * 1024 };

struct policy_hop exchange_local_hop(const struct exchange *exchange) {
    const struct member *self = exchange->self;
    return (struct policy_hop){
        .from_originator = true,
        .sender_country = self->country,
        .reader = {.role = self->role, .country = self->country, .name = self->name},
    };
}

/* Of who is named, the roster says the rest. */
static struct policy_selector known_reader(const struct exchange *exchange, const struct policy_selector *members) {
    const struct member *member = members->name ? roster_find_name(exchange->roster, members->name) : NULL;
    if (!member)
        return *members;
    return (struct policy_selector){.role = member->role, .country = member->country, .name = member->name};
}

bool exchange_is_ours(const struct exchange *exchange, const struct disclosure *disclosure) {
    return memcmp(disclosure->header->originator.data, exchange->identity->id, MEMBER_ID_SIZE) == 0;
}

struct policy_hop exchange_hop(const struct exchange *exchange, const struct policy_audience *audience,
                               const struct disclosure *disclosure) {
    bool is_ours = exchange_is_ours(exchange, disclosure);
    const struct release *release = disclosure->release;
    return (struct policy_hop){
        .consent = release ? &release->consent : NULL,
        .is_senders = release && memcmp(release->terms->reader.data, exchange->identity->id, MEMBER_ID_SIZE) == 0,
        .from_originator = is_ours,
        .hops = disclosure->hops + (is_ours ? 1 : 2),
        .when = clock_wall_ms(exchange->clock),
        .sender_country = exchange->self->country,
        .reader = known_reader(exchange, &audience->members),
        .purposes = audience->purposes,
        .purpose_count = audience->purpose_count,
    };
}

const struct policy_forward *exchange_forward_rule(const struct exchange *exchange, const struct feed *feed,
                                                   const struct policy_audience *audience) {
    const struct member *from = feed ? roster_find(exchange->roster, feed->record.author) : NULL;
    for (size_t i = 0; from && i < exchange->policy->forward_count; i++) {
        const struct policy_forward *rule = &exchange->policy->forwards[i];
        if (!policy_selects(&rule->from, from->name, from->role, from->country))
            continue;
        for (size_t k = 0; k < rule->to_count; k++)
            if (rule->to[k] == audience)
                return rule;
    }
    return NULL;
}

bool exchange_forwards(const struct exchange *exchange, const struct feed *feed,
                       const struct policy_audience *audience) {
    return exchange_forward_rule(exchange, feed, audience) != NULL;
}

enum result exchange_visible(const struct exchange *exchange, struct arena *arena, const struct disclosure *disclosure,
                             Alert **content) {
    struct policy_hop hop = exchange_local_hop(exchange);
    struct marking marking;
    TRY(policy_marking(&marking, disclosure->header));
    struct field_set visible = policy_decide(&marking, &exchange->policy->operators, &hop);
    struct field_set present = alert_present(disclosure->opening.values);
    struct field_set beyond = field_set_minus(present, visible);
    TRY(disclosure_content(content, arena, disclosure)); /* also: is every value well-formed? */
    if (field_set_is_empty(&beyond))
        return RESULT_OK;
    struct span *values = arena_copy(arena, disclosure->opening.values, sizeof disclosure->opening.values);
    if (!values)
        return RESULT_NO_MEMORY;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (!field_set_has(&visible, slot))
            values[slot] = (struct span){0};
    return alert_join(arena, values, content);
}

enum result exchange_begin(struct exchange *exchange) {
    if (!exchange->open)
        TRY(store_begin(exchange->store));
    exchange->open = true;
    return RESULT_OK;
}

/* --- an alert leaves --- */

static enum result fill_envelope(struct exchange *exchange, struct publication *publication) {
    AlertHeader *header = publication->header;
    if (header->version == 0)
        header->version = 1;
    if (header->alert.len == 0) {
        uint8_t *id = arena_alloc(&publication->arena, TREE_ALERT_ID_SIZE);
        if (!id)
            return RESULT_NO_MEMORY;
        random_fill(exchange->random, id, TREE_ALERT_ID_SIZE);
        header->alert = proto_bytes(id, TREE_ALERT_ID_SIZE);
    }
    return RESULT_OK;
}

/* What one audience gets of the alert: an encoded disclosure, or nothing. */
static enum result disclose(struct exchange *exchange, struct publication *publication, const struct marking *marking,
                            size_t which) {
    const struct policy_audience *audience = &exchange->policy->audiences[which];
    const struct policy_hop hop = exchange_hop(exchange, audience, &publication->full);
    publication->rules[which] = policy_marking_allows(marking, &hop);
    publication->shown[which] = policy_decide(marking, &audience->view, &hop);
    if (!audience->publish)
        publication->shown[which] = (struct field_set){0};
    if (field_set_is_empty(&publication->shown[which]) || publication->dry_run)
        return RESULT_OK;
    return disclosure_pass_on(&publication->bodies[which], &publication->arena, &publication->full,
                              &publication->shown[which], &hop);
}

static enum result prepare_parsed(struct exchange *exchange, struct publication *publication, uint64_t now_ms) {
    struct arena *arena = &publication->arena;
    size_t audiences = exchange->policy->audience_count;
    struct span *values = arena_array(arena, FIELD_SLOTS, sizeof *values);
    publication->bodies = arena_array(arena, audiences, sizeof *publication->bodies);
    publication->shown = arena_array(arena, audiences, sizeof *publication->shown);
    publication->rules = arena_array(arena, audiences, sizeof *publication->rules);
    if (!values || !publication->bodies || !publication->shown || !publication->rules)
        return RESULT_NO_MEMORY;
    struct marking marking;
    TRY(fill_envelope(exchange, publication));
    TRY(policy_marking(&marking, publication->header));
    TRY(alert_split(arena, publication->content, values));
    TRY(disclosure_make(&publication->full, arena, publication->header, values, exchange->identity, now_ms,
                        exchange->random));
    for (size_t i = 0; i < audiences; i++)
        TRY(disclose(exchange, publication, &marking, i));
    struct field_set present = alert_present(values);
    struct field_set beyond = field_set_minus(present, exchange->policy->operators.fields);
    publication->visible = publication->content;
    return field_set_is_empty(&beyond) ? RESULT_OK
                                       : exchange_visible(exchange, arena, &publication->full, &publication->visible);
}

/* Everything about one publication that needs no state: runs on any core. */
static void prepare(void *context, size_t index) {
    struct preparing *preparing = context;
    struct publication *publication = &preparing->publications[index];
    arena_init(&publication->arena, PUBLICATION_MEMORY_MAX);
    report_init(&publication->report, &publication->arena);
    enum result result = alert_from_json(&publication->arena, publication->json, &publication->header,
                                         &publication->content, &publication->report);
    if (!result)
        result = alert_validate(publication->header, publication->content, preparing->exchange->references,
                                preparing->now_ms, &publication->report);
    if (!result)
        result = prepare_parsed(preparing->exchange, publication, preparing->now_ms);
    publication->result = result;
}

/* A new version must follow from the newest one of an alert of ours. */
static enum result check_version(const struct exchange *exchange, const AlertHeader *header) {
    if (recall_of(exchange, header->alert.data, exchange->identity->id))
        return RESULT_RECALLED;
    const struct index_row *newest = index_newest(exchange->index, header->alert.data, exchange->identity->id);
    for (size_t i = 0; i < exchange->admitted_count; i++) { /* in this turn */
        const struct index_row *row = &exchange->admitted[i].row;
        if (memcmp(row->alert, header->alert.data, TREE_ALERT_ID_SIZE) == 0 &&
            memcmp(row->originator, exchange->identity->id, MEMBER_ID_SIZE) == 0 &&
            (!newest || newest->version < row->version))
            newest = row;
    }
    if (!newest)
        return header->version == 1 ? RESULT_OK : RESULT_NOT_FOUND;
    return header->version > newest->version ? RESULT_OK : RESULT_EXISTS;
}

static enum result remember(struct exchange *exchange, const struct admitted *admitted) {
    if (exchange->admitted_count == exchange->admitted_capacity) {
        size_t capacity = exchange->admitted_capacity ? exchange->admitted_capacity * 2 : 64;
        struct admitted *rows = realloc(exchange->admitted, capacity * sizeof *rows);
        if (!rows)
            return RESULT_NO_MEMORY;
        exchange->admitted = rows;
        exchange->admitted_capacity = capacity;
    }
    exchange->admitted[exchange->admitted_count++] = *admitted;
    exchange->admitted_recalls += admitted->row.is_recall;
    return RESULT_OK;
}

enum result exchange_admit(struct exchange *exchange, const struct disclosure *disclosure, const Alert *visible,
                           struct store_alert *stored) {
    struct arena *turn = &exchange->turn;
    struct admitted admitted;
    TRY(store_put_alert(exchange->store, stored));
    TRY(exchange_row(&admitted.row, turn, disclosure, stored->sequence, stored->ordinal));
    TRY(document_make(&admitted.document, turn, disclosure->header, visible));
    admitted.document.originator = admitted.row.originator;
    TRY(attachments_mention(exchange, turn, disclosure, stored->sequence, stored->ordinal));
    return remember(exchange, &admitted);
}

/* May our feed for this audience go on, or begin? One that is proven to have two histories may not get a third. */
static enum result may_append(const struct exchange *exchange, const char *audience) {
    const uint8_t *key_id = exchange->identity->key_id;
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, key_id, audience);
    if (forks_find(&exchange->forks, key_id, id))
        return RESULT_FORK;
    const struct feed *feed = feeds_find(&exchange->feeds, id);
    if (!feed) /* of a lost store nobody knows what there was */
        return exchange->feeds.suspect ? RESULT_UNPROVEN : RESULT_OK;
    return feeds_may_append(&exchange->feeds, feed);
}

enum result exchange_may_write(const struct exchange *exchange) {
    if (roster_standing(exchange->roster, clock_wall_ms(exchange->clock)) == ROSTER_EXPIRED)
        return RESULT_EXPIRED;
    if (exchange->feeds.is_unending)
        return RESULT_UNPROVEN;
    if (!member_signs_with(exchange->self, exchange->identity))
        return RESULT_REVOKED; /* a newer copy of this node has, or those who keep the list have, given it another */
    for (size_t i = 0; i < exchange->policy->audience_count; i++) {
        const struct policy_audience *audience = &exchange->policy->audiences[i];
        char name[NAME_BYTES_MAX + 1];
        TRY(may_append(exchange, audience->name));
        if (audience->urgent_count)
            TRY(may_append(exchange, lane_feed(name, audience->name, true)));
    }
    return RESULT_OK;
}

/* A feed remembers one entry of an alert. In one that is a member's alone, where more of it may be released later, the
 * one before goes when it has been read: no recall would find it. */
static enum result remember_telling(struct exchange *exchange, struct feed *feed, uint64_t sequence) {
    struct store_told *told;
    size_t count;
    TRY(store_get_told(exchange->store, &exchange->turn, sequence, &told, &count));
    bool is_alone = lane_of(feed->record.audience) == LANE_BULK;
    for (size_t i = 0; is_alone && i < count; i++)
        if (told[i].ordinal == feed->record.ordinal)
            TRY(erasure_when_had(exchange, feed, told[i].number));
    return store_put_told(exchange->store, sequence, feed->record.ordinal, feed->next.number);
}

/* The entry, with a grant before it if one is due, and what the log and the alert have to say of it. */
static enum result append_noted(struct exchange *exchange, struct feed *feed, const struct telling *telling,
                                const struct member *const *members, size_t count, uint64_t now_ms) {
    struct arena *arena = &exchange->turn;
    TRY(feeds_refresh(&exchange->feeds, feed, arena, members, count, now_ms));
    TRY(feeds_append(&exchange->feeds, feed, arena, ENTRY_DISCLOSURE, telling->body, now_ms));
    TRY(disclosures_note(exchange->store, arena, feed, telling, members, count, now_ms));
    return remember_telling(exchange, feed, telling->sequence);
}

/* Our feed of this name, and who may read it. */
static enum result feed_to_write(struct exchange *exchange, const char *name, struct feed **feed) {
    const struct identity *identity = exchange->identity;
    TRY(may_append(exchange, name));
    TRY(feeds_get(&exchange->feeds, identity->id, identity->key_id, name, feed));
    return exchange_flag_outdated(exchange, *feed);
}

enum result exchange_append(struct exchange *exchange, const struct telling *telling, uint64_t now_ms) {
    const struct policy_audience *audience = telling->audience;
    struct feed *feed;
    char name[NAME_BYTES_MAX + 1];
    const struct member **members;
    size_t count;
    TRY(feeds_members(&exchange->turn, audience, exchange->roster, exchange->identity->id, &members, &count));
    if (count == 0)
        return RESULT_OK; /* nobody is in this audience yet */
    TRY(feed_to_write(exchange, lane_feed(name, audience->name, policy_is_urgent(audience, telling->header)), &feed));
    enum result result = append_noted(exchange, feed, telling, members, count, now_ms);
    if (result)
        exchange->failure = result;
    return result;
}

static enum result say(struct exchange *exchange, struct feed *feed, const struct member *to, struct span step,
                       uint64_t now_ms) {
    struct arena *arena = &exchange->turn;
    TRY(feeds_refresh(&exchange->feeds, feed, arena, &to, 1, now_ms));
    return feeds_append(&exchange->feeds, feed, arena, ENTRY_REQUEST, step, now_ms);
}

enum result exchange_say(struct exchange *exchange, const struct member *to, struct span step, uint64_t now_ms) {
    const char *name = history_audience(&exchange->turn, to);
    struct feed *feed;
    if (!name)
        return RESULT_NO_MEMORY;
    TRY(feed_to_write(exchange, name, &feed));
    enum result result = say(exchange, feed, to, step, now_ms);
    if (result)
        exchange->failure = result;
    return result;
}

enum result exchange_inherit_told(struct exchange *exchange, uint64_t before, uint64_t sequence) {
    struct store_told *told;
    size_t count;
    TRY(store_get_told(exchange->store, &exchange->turn, before, &told, &count));
    for (size_t i = 0; i < count; i++)
        TRY(store_put_told(exchange->store, sequence, told[i].ordinal, told[i].number));
    return opened_inherit(exchange, before, sequence);
}

/* Keeps the full disclosure and appends the narrowed ones to the feeds. */
static enum result keep_publication(struct exchange *exchange, struct publication *publication) {
    uint64_t now_ms = publication->header->created;
    struct buf full;
    buf_init(&full, &exchange->turn);
    TRY(disclosure_encode(&full, &exchange->turn, &publication->full));
    struct store_alert stored = {.arrived = now_ms, .disclosure = buf_span(&full)};
    TRY(exchange_admit(exchange, &publication->full, publication->visible, &stored));
    for (size_t i = 0; i < exchange->policy->audience_count; i++) {
        const struct policy_audience *audience = &exchange->policy->audiences[i];
        const struct telling telling = {
            .audience = audience,
            .header = publication->header,
            .object = publication->full.object,
            .sequence = stored.sequence,
            .body = publication->bodies[i],
            .shown = publication->shown[i],
            .rule = disclosures_rule(&exchange->turn, exchange->policy, audience->line, "publish"),
        };
        if (telling.body.data)
            TRY(exchange_append(exchange, &telling, now_ms));
    }
    if (!alert_is_recall(publication->header))
        return RESULT_OK;
    TRY(recall_carry_out(exchange, &publication->full));
    return recall_tell(exchange, &publication->full, stored.sequence);
}

void exchange_prepare(struct exchange *exchange, struct publication *publications, size_t count) {
    pool_wait(exchange->pool);
    exchange->preparing = (struct preparing){exchange, publications, clock_wall_ms(exchange->clock)};
    pool_start(exchange->pool, prepare, &exchange->preparing, count);
}

static enum result publish(struct exchange *exchange, struct publication *publications, size_t count) {
    TRY(exchange_begin(exchange));
    pool_wait(exchange->pool);
    for (size_t i = 0; i < count; i++) {
        struct publication *publication = &publications[i];
        if (!publication->result)
            publication->result = check_version(exchange, publication->header);
        if (!publication->result)
            publication->result = attachments_check(exchange, publication);
        if (!publication->result && !publication->dry_run)
            publication->result = exchange_may_write(exchange);
        if (!publication->result && !publication->dry_run)
            TRY(keep_publication(exchange, publication));
    }
    return RESULT_OK;
}

enum result exchange_publish(struct exchange *exchange, struct publication *publications, size_t count) {
    enum result result = publish(exchange, publications, count);
    if (result)
        exchange->failure = result;
    return result;
}

void exchange_publication_release(struct publication *publication) {
    arena_release(&publication->arena);
}

/* --- an alert arrives --- */

/* Chain, author's signature and grants first: they decide which entries are part of the feed at all. Then the run of
 * disclosures between two grants is opened and verified on all cores, and admitted in order. */
static enum result take_all(struct incoming *incoming) {
    for (size_t i = 0; i < incoming->count;) {
        if (incoming->entries[i].parsed.kind == ENTRY_GRANT) {
            TRY(incoming_take_grant(incoming, i));
            i++;
            continue;
        }
        size_t end = incoming_run_end(incoming, i);
        TRY(incoming_examine(incoming, i, end));
        for (; i < end; i++)
            TRY(incoming_take_disclosure(incoming, i));
    }
    return RESULT_OK;
}

enum result exchange_receive(struct exchange *exchange, struct delivery *delivery) {
    struct incoming incoming;
    enum result result = exchange_begin(exchange);
    if (!result)
        result = incoming_open(&incoming, exchange, delivery);
    if (!result) {
        incoming_check_chain(&incoming);
        result = take_all(&incoming);
        incoming_release(&incoming);
    }
    if (result)
        exchange->failure = result;
    return result;
}

enum result exchange_follow(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                            const uint8_t *key_id, const char *audience, struct feed **feed) {
    uint8_t id[FEED_ID_SIZE];
    if (!key_id)
        key_id = author;
    feed_id(id, key_id, audience);
    *feed = feeds_find(&exchange->feeds, id);
    if (*feed) /* a key that two members claim: the feed stays with the first */
        return memcmp((*feed)->record.author, author, MEMBER_ID_SIZE) == 0 ? RESULT_OK : RESULT_WRONG_FEED;
    if (memcmp(author, exchange->identity->id, MEMBER_ID_SIZE) == 0) {
        TRY(exchange_begin(exchange));
        return feeds_get(&exchange->feeds, author, key_id, audience, feed);
    }
    if (feeds_of(&exchange->feeds, key_id) >= FEEDS_OF_KEY_MAX ||
        feeds_of_author(&exchange->feeds, author) >= FEEDS_OF_MEMBER_MAX)
        return RESULT_TOO_LARGE;
    TRY(exchange_begin(exchange));
    return feeds_get(&exchange->feeds, author, key_id, audience, feed);
}

enum result exchange_begin_midway(struct exchange *exchange, struct feed *feed, uint64_t first) {
    TRY(exchange_begin(exchange));
    feeds_begin_midway(feed, first);
    return RESULT_OK;
}

enum result exchange_compare_head(struct exchange *exchange, struct feed *feed, uint64_t number,
                                  const uint8_t hash[static HASH_SIZE]) {
    if (feed->record.frozen)
        return RESULT_FORK;
    if (number < feed->head.number) {
        exchange->refused[RESULT_ROLLBACK]++;
        return RESULT_ROLLBACK;
    }
    if (number > feed->head.number || memcmp(hash, feed->head.hash, HASH_SIZE) == 0)
        return RESULT_OK;
    exchange->refused[RESULT_FORK]++;
    return RESULT_FORK;
}

enum result exchange_acknowledge(struct exchange *exchange, struct feed *feed,
                                 const uint8_t member[static MEMBER_ID_SIZE], uint64_t number) {
    struct position *position;
    TRY(feeds_position(&exchange->feeds, feed, member, &position));
    if (number > position->number) {
        position->before = position->number;
        position->number = number;
        position->since_ms = clock_wall_ms(exchange->clock);
        position->unwritten = exchange->positions_unwritten = true;
    }
    return RESULT_OK;
}

enum result exchange_keep_positions(struct exchange *exchange) {
    return exchange->positions_unwritten ? exchange_begin(exchange) : RESULT_OK;
}

/* --- the change --- */

/* Only now the store has what has come, or has it no more, for an index by another view. */
static void end_change(struct exchange *exchange) {
    exchange->admitted_count = exchange->admitted_recalls = 0;
    exchange->open = false;
    exchange->failure = RESULT_OK;
    if (exchange->is_view_old && !exchange_index_again(exchange))
        exchange->is_view_old = false;
}

void exchange_end_turn(struct exchange *exchange) {
    exchange->failure = RESULT_OK;
    arena_reset(&exchange->turn);
}

static enum result settle(struct exchange *exchange, exchange_arrived *arrived, void *context) {
    enum result result = RESULT_OK;
    feeds_settle(&exchange->feeds);
    forks_settle(&exchange->forks);
    witnesses_settle(&exchange->witnesses);
    attachments_settle(exchange);
    opened_settle(&exchange->openings);
    requests_settle(&exchange->requests);
    for (size_t i = 0; i < exchange->admitted_count; i++) {
        const struct admitted *admitted = &exchange->admitted[i];
        bool is_new = !index_find(exchange->index, admitted->row.object);
        if (index_add(exchange->index, &admitted->row, &admitted->document)) {
            result = RESULT_NO_MEMORY; /* on disk, but not to be found before the next start */
            continue;
        }
        if (arrived && is_new)
            arrived(context, &admitted->row, &admitted->document);
    }
    return result;
}

static void discard(struct exchange *exchange) {
    feeds_discard(&exchange->feeds);
    forks_discard(&exchange->forks);
    witnesses_discard(&exchange->witnesses);
    attachments_discard(exchange);
    opened_discard(&exchange->openings);
    requests_discard(exchange);
}

enum result exchange_commit(struct exchange *exchange, exchange_arrived *arrived, void *context) {
    if (!exchange->open)
        return RESULT_OK;
    enum result result = exchange->failure ? exchange->failure : feeds_put(&exchange->feeds);
    exchange->positions_unwritten = false;
    if (result)
        store_abort(exchange->store);
    else
        result = store_commit(exchange->store);
    if (result)
        discard(exchange);
    else if (settle(exchange, arrived, context))
        log_error(_("out of memory for the index: some alerts will only be found after a restart"));
    end_change(exchange);
    return result;
}

void exchange_abort(struct exchange *exchange) {
    if (!exchange->open)
        return;
    store_abort(exchange->store);
    discard(exchange);
    end_change(exchange);
}

/* Grants for those who joined, new epochs where somebody left. */
static enum result refresh_all(struct exchange *exchange) {
    TRY(exchange_begin(exchange));
    for (size_t i = 0; i < exchange->feeds.count; i++) {
        struct feed *feed = exchange->feeds.rows[i];
        const struct policy_audience *audience =
            feed->ours ? policy_audience_of(exchange->policy, feed->record.audience) : NULL;
        if (!audience)
            continue;
        if (feeds_may_append(&exchange->feeds, feed))
            continue; /* once it may go on, before its next entry */
        const struct member **members;
        size_t count;
        TRY(feeds_members(&exchange->turn, audience, exchange->roster, exchange->identity->id, &members, &count));
        if (!feeds_need_grants(feed, members, count))
            continue; /* a key that has changed waits for the next disclosure (docs/protocol.md, 7.1) */
        TRY(exchange_flag_outdated(exchange, feed));
        enum result result =
            feeds_refresh(&exchange->feeds, feed, &exchange->turn, members, count, clock_wall_ms(exchange->clock));
        if (result && result != RESULT_NOT_FOUND)
            return result;
    }
    return RESULT_OK;
}

static enum result verify_again(struct exchange *exchange, const struct roster *before) {
    for (size_t i = 0; i < exchange->feeds.count; i++) {
        struct feed *feed = exchange->feeds.rows[i];
        if (!incoming_may_pass_on(exchange, feed))
            TRY(incoming_verify_again(exchange, feed, before));
    }
    return RESULT_OK;
}

/* What came in this change before the operators' view changed is told by the new one, too. */
static enum result read_admitted_again(struct exchange *exchange) {
    struct arena scratch;
    enum result result = RESULT_OK;
    arena_init(&scratch, SIZE_MAX);
    for (size_t i = 0; i < exchange->admitted_count && !result; i++) {
        struct admitted *admitted = &exchange->admitted[i];
        const AlertHeader *header;
        Alert *content;
        arena_reset(&scratch);
        result = exchange_read(exchange, &scratch, &admitted->row, &header, &content);
        if (!result)
            result = document_make(&admitted->document, &exchange->turn, header, content);
        if (result == RESULT_NOT_FOUND) { /* a wider view took its place since */
            admitted->document = (struct document){0};
            result = RESULT_OK;
        }
        admitted->document.originator = admitted->row.originator;
    }
    arena_release(&scratch);
    return result;
}

enum result exchange_renew(struct exchange *exchange, const struct roster *roster, const struct policy *policy) {
    const struct exchange before = *exchange;
    const struct member *self = roster_find(roster, exchange->identity->id);
    if (!self)
        return RESULT_UNKNOWN_MEMBER;
    exchange->roster = roster;
    exchange->policy = policy;
    exchange->self = self;
    enum result result = refresh_all(exchange);
    if (!result && roster != before.roster)
        result = verify_again(exchange, before.roster);
    const struct field_set *view = &policy->operators.fields, *view_before = &before.policy->operators.fields;
    bool is_new_view = memcmp(view, view_before, sizeof *view) != 0;
    if (!result && is_new_view)
        result = read_admitted_again(exchange);
    exchange->is_view_old |= !result && is_new_view;
    if (result) {
        exchange->failure = result;
        exchange->roster = before.roster;
        exchange->policy = before.policy;
        exchange->self = before.self;
    }
    return result;
}

enum result exchange_open(struct exchange *exchange) {
    exchange->self = roster_find(exchange->roster, exchange->identity->id);
    if (!exchange->self)
        return RESULT_UNKNOWN_MEMBER;
    arena_init(&exchange->turn, SIZE_MAX);
    attachments_init(&exchange->attachments);
    TRY(feeds_open(&exchange->feeds, exchange->store, exchange->identity, exchange->random));
    TRY(forks_open(&exchange->forks, exchange->store));
    TRY(witnesses_open(&exchange->witnesses, exchange->store));
    TRY(embargo_open(exchange));
    TRY(opened_open(exchange));
    TRY(requests_open(exchange));
    return exchange_index_again(exchange);
}

void exchange_release(struct exchange *exchange) {
    exchange_abort(exchange);
    feeds_release(&exchange->feeds);
    forks_release(&exchange->forks);
    witnesses_release(&exchange->witnesses);
    attachments_release(&exchange->attachments);
    embargo_release(&exchange->embargoes);
    opened_release(&exchange->openings);
    requests_release(&exchange->requests);
    index_free(exchange->index);
    free(exchange->admitted);
    arena_release(&exchange->turn);
}
