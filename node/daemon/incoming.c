#include "daemon/incoming.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/history.h"
#include "daemon/recall.h"
#include "daemon/unverified.h"

enum { ENTRY_MEMORY_MAX = 16 * 1024 * 1024, FORWARD_MEMORY_MAX = 4 * ENTRY_BYTES_MAX };

enum result incoming_open(struct incoming *incoming, struct exchange *exchange, struct delivery *delivery) {
    *incoming = (struct incoming){.exchange = exchange, .delivery = delivery};
    delivery->result = RESULT_OK;
    delivery->taken = 0;
    const uint8_t *key_id = delivery->key ? delivery->key : delivery->author->id;
    TRY(feeds_get(&exchange->feeds, delivery->author->id, key_id, delivery->audience, &incoming->feed));
    incoming->sign_key = member_sign_key(delivery->author, key_id, &incoming->ending);
    incoming->entries = calloc(delivery->count + 1, sizeof *incoming->entries);
    return incoming->entries ? RESULT_OK : RESULT_NO_MEMORY;
}

void incoming_release(struct incoming *incoming) {
    for (size_t i = 0; i < incoming->count; i++)
        arena_release(&incoming->entries[i].arena);
    free(incoming->entries);
}

static bool is_signed(const struct incoming *incoming, const struct entry *entry) {
    return !feed_verify(entry, incoming->sign_key);
}

/* Is it another entry with the number of one that is here? Then the two are the proof. */
static enum result check_fork(const struct incoming *incoming, const struct entry *entry) {
    struct exchange *exchange = incoming->exchange;
    struct arena arena;
    struct span stored;
    arena_init(&arena, SIZE_MAX);
    enum result result =
        store_get_entry(exchange->store, &arena, incoming->feed->record.ordinal, entry->number, &stored);
    if (!result)
        result = exchange_take_fork(exchange, incoming->delivery->author, stored, entry->bytes);
    arena_release(&arena);
    bool is_proven = result == RESULT_OK || result == RESULT_TOO_LARGE; /* also where no more of them are kept */
    return is_proven ? RESULT_FORK : RESULT_REPLAYED;
}

/* Header and signature are what a reader keeps of a disclosure that may not be there. Its author takes that back, and
 * passes it on as it is; who has it from somebody else waits for the author (docs/protocol.md, 6.8.1). */
static enum result may_be_bare(const struct incoming *incoming, const struct entry *entry) {
    if (entry->body.len)
        return RESULT_OK;
    if (entry->kind == ENTRY_GRANT)
        return RESULT_MALFORMED;
    return incoming->feed->ours || incoming->delivery->by_author ? RESULT_OK : RESULT_NOT_FOUND;
}

/* One entry against the head so far. Two well-signed entries with one number, or one that follows from another past
 * than ours, prove a fork. */
static enum result check_entry(struct incoming *incoming, struct feed_head *head, struct span bytes) {
    struct entry entry;
    TRY(feed_parse_header(&entry, bytes));
    TRY(may_be_bare(incoming, &entry));
    enum result result = feed_follows(head, &entry);
    if (result == RESULT_REPLAYED)
        result = check_fork(incoming, &entry);
    /* against what is here: an entry of this delivery in between has not been verified */
    if (result == RESULT_BROKEN_CHAIN && head->number && incoming->count == 0 && is_signed(incoming, &entry))
        result = RESULT_FORK;
    if (result == RESULT_FORK)
        feeds_freeze(incoming->feed);
    TRY(result);
    TRY(ending_admits_entry(incoming->ending, entry.feed, entry.number, entry.hash));
    feed_advance(head, &entry);
    incoming->entries[incoming->count++].parsed = entry;
    return RESULT_OK;
}

static bool is_named(const struct ending *ending, const uint8_t *feed) {
    for (size_t i = 0; i < ending->count; i++)
        if (memcmp(ending->ends[i].feed, feed, FEED_ID_SIZE) == 0)
            return true;
    return false;
}

enum result incoming_may_pass_on(const struct exchange *exchange, const struct feed *feed) {
    if (feed->ours)
        return RESULT_OK;
    for (size_t i = 0; i < exchange->policy->audience_count; i++)
        if (exchange_forwards(exchange, feed, &exchange->policy->audiences[i]))
            return exchange_may_write(exchange);
    return RESULT_OK;
}

/* May the feed take anything, and may what follows from it be written? What cannot be passed on now is not taken now:
 * it is asked for again. */
static enum result may_grow(const struct incoming *incoming) {
    const struct exchange *exchange = incoming->exchange;
    size_t unverified;
    if (!incoming->sign_key)
        return RESULT_UNKNOWN_MEMBER;
    if (forks_find(&exchange->forks, incoming->feed->record.key, incoming->feed->head.feed))
        feeds_freeze(incoming->feed); /* proven before it was followed */
    if (incoming->feed->draft.frozen)
        return RESULT_FORK;
    if (incoming->delivery->author->ended && !is_named(incoming->delivery->author->ended, incoming->feed->head.feed))
        return RESULT_REVOKED; /* what is here of it stays; nothing is added (docs/protocol.md, 8.9) */
    TRY(unverified_of_author(&exchange->feeds, incoming->delivery->author->id, &unverified));
    if (unverified > UNVERIFIED_MAX)
        return RESULT_UNKNOWN_MEMBER;
    return incoming_may_pass_on(exchange, incoming->feed);
}

static enum result look_for_proof(const struct incoming *incoming) {
    struct entry entry;
    for (size_t i = 0; i < incoming->delivery->count; i++)
        if (!feed_parse_header(&entry, incoming->delivery->entries[i]) && entry.number <= incoming->feed->next.number &&
            check_fork(incoming, &entry) == RESULT_FORK)
            break;
    return RESULT_FORK;
}

void incoming_check_chain(struct incoming *incoming) {
    struct delivery *delivery = incoming->delivery;
    struct feed_head head = incoming->feed->next;
    enum result result = may_grow(incoming);
    if (result == RESULT_FORK && delivery->count &&
        !forks_find(&incoming->exchange->forks, incoming->feed->record.key, head.feed))
        result = look_for_proof(incoming); /* it is frozen already, and the other history is still to be seen */
    for (size_t i = 0; i < delivery->count && !result; i++)
        result = check_entry(incoming, &head, delivery->entries[i]);
    /* the newest signature of the run speaks for all of it (docs/protocol.md, 6.4) */
    if (incoming->count) {
        enum result signature = feed_verify(&incoming->entries[incoming->count - 1].parsed, incoming->sign_key);
        if (signature) {
            result = signature;
            incoming->count = 0;
        }
    }
    if (result)
        incoming->exchange->refused[result]++;
    delivery->result = result;
    delivery->taken = incoming->count;
}

size_t incoming_run_end(const struct incoming *incoming, size_t start) {
    size_t end = start;
    while (end < incoming->count && incoming->entries[end].parsed.kind != ENTRY_GRANT)
        end++;
    return end;
}

/* --- examination: pure, on any core --- */

static enum result may_be_here(const struct incoming *incoming, const struct disclosure *disclosure,
                               const struct member *originator, const struct marking *marking, uint64_t created) {
    const struct exchange *exchange = incoming->exchange;
    const struct member *author = incoming->delivery->author, *self = exchange->self;
    const struct release *release = disclosure->release;
    bool from_originator = originator == author;
    if (release && memcmp(release->terms->reader.data, from_originator ? self->id : author->id, MEMBER_ID_SIZE) != 0)
        return RESULT_MARKING_FORBIDS; /* it is for somebody else, who is none of these two */
    const struct policy_hop hop = {
        .consent = release ? &release->consent : NULL,
        .is_senders = release && !from_originator,
        .from_originator = from_originator,
        .is_arrival = true,
        .hops = disclosure->hops + 1,
        .when = created,
        .has_older = marking->is_recall && recall_is_known(exchange, disclosure->header),
        .sender_country = author->country,
        .reader = {.role = self->role, .country = self->country, .name = self->name},
    };
    const struct policy_selector sender = {.role = author->role, .country = author->country, .name = author->name};
    return policy_admit(exchange->policy, marking, &hop, &sender, &disclosure->shown);
}

/* What goes on to one audience by the forwarding rules. */
static enum result forward_body(const struct incoming *incoming, struct incoming_entry *entry,
                                const struct marking *marking, const struct policy_audience *audience,
                                struct telling *telling) {
    const struct policy_hop hop = exchange_hop(incoming->exchange, audience, &entry->disclosure);
    struct field_set shown = policy_decide(marking, &audience->view, &hop);
    if (field_set_is_empty(&shown))
        return RESULT_OK;
    telling->shown = field_set_and(shown, entry->disclosure.shown);
    return disclosure_pass_on(&telling->body, &entry->arena, &entry->disclosure, &shown, &hop);
}

static enum result forward(const struct incoming *incoming, struct incoming_entry *entry,
                           const struct marking *marking) {
    const struct policy *policy = incoming->exchange->policy;
    entry->tellings = arena_array(&entry->arena, policy->audience_count, sizeof *entry->tellings);
    if (!entry->tellings)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < policy->audience_count; i++)
        if (exchange_forwards(incoming->exchange, incoming->feed, &policy->audiences[i]))
            TRY(forward_body(incoming, entry, marking, &policy->audiences[i], &entry->tellings[i]));
    return RESULT_OK;
}

/* A step stands in the feed that its author has for this node alone (docs/protocol.md, 15.2). What was ours comes back
 * without its threads: they are in the store, or lost with it. */
static enum result examine_step(const struct incoming *incoming, struct incoming_entry *entry, struct span plain) {
    const char *name = history_audience(&entry->arena, incoming->exchange->self);
    if (!name)
        return RESULT_NO_MEMORY;
    if (incoming->feed->ours)
        return RESULT_OK;
    if (strcmp(incoming->delivery->audience, name) != 0)
        return RESULT_NOT_ALLOWED;
    return request_decode(&entry->step, &entry->arena, plain);
}

/* Seal, commitment, originator, marking, policy, content: in this order (docs/protocol.md, 6.8). */
static enum result examine_entry(const struct incoming *incoming, struct incoming_entry *entry) {
    struct span plain;
    struct marking marking;
    TRY(feed_open(&entry->arena, &plain, &entry->parsed, incoming->key));
    if (entry->parsed.kind == ENTRY_REQUEST)
        return examine_step(incoming, entry, plain);
    TRY(disclosure_decode(&entry->disclosure, &entry->arena, plain));
    const struct member *originator =
        roster_find_ever(incoming->exchange->roster, entry->disclosure.header->originator.data);
    const uint8_t *sign_key;
    const struct ending *ending;
    TRY(disclosure_verify_by(&entry->disclosure, originator, &sign_key, &ending));
    assert(originator); /* else the disclosure did not verify */
    if ((entry->disclosure.hops == 0) != (originator == incoming->delivery->author))
        return RESULT_MALFORMED;        /* it came by others, and they say so */
    if (sign_key != incoming->sign_key) /* by its own feed, the entry has spoken for it (docs/protocol.md, 8.9) */
        TRY(ending_admits_alert(ending, entry->disclosure.header->created));
    TRY(policy_marking(&marking, entry->disclosure.header));
    if (!incoming->feed->ours) /* what was ours may come back */
        TRY(may_be_here(incoming, &entry->disclosure, originator, &marking, entry->parsed.created));
    TRY(exchange_visible(incoming->exchange, &entry->arena, &entry->disclosure, &entry->visible));
    return forward(incoming, entry, &marking);
}

struct examining {
    struct incoming *incoming;
    size_t start;
};

static void examine(void *context, size_t index) {
    struct examining *examining = context;
    struct incoming_entry *entry = &examining->incoming->entries[examining->start + index];
    size_t forwards = examining->incoming->exchange->policy->audience_count;
    arena_init(&entry->arena, ENTRY_MEMORY_MAX + forwards * FORWARD_MEMORY_MAX);
    entry->result = examine_entry(examining->incoming, entry);
}

enum result incoming_examine(struct incoming *incoming, size_t start, size_t end) {
    struct exchange *exchange = incoming->exchange;
    enum result result =
        feeds_key(&exchange->feeds, incoming->feed, incoming->entries[start].parsed.epoch, &incoming->key);
    if (result == RESULT_NO_EPOCH_KEY) {
        for (size_t i = start; i < end; i++)
            incoming->entries[i].result = RESULT_NO_EPOCH_KEY;
        return RESULT_OK;
    }
    TRY(result);
    struct examining examining = {incoming, start};
    pool_run(exchange->pool, examine, &examining, end - start);
    return RESULT_OK;
}

/* --- taking: into the open change, in order --- */

/* The version as it is here, also when it came in this turn. NULL: it is new. */
static const struct index_row *find_present(const struct exchange *exchange, const uint8_t *object) {
    for (size_t i = exchange->admitted_count; i-- > 0;)
        if (memcmp(exchange->admitted[i].row.object, object, OBJECT_ID_SIZE) == 0)
            return &exchange->admitted[i].row;
    return index_find(exchange->index, object);
}

static bool is_within(const struct field_set *inner, const struct field_set *outer) {
    struct field_set beyond = field_set_minus(*inner, *outer);
    return field_set_is_empty(&beyond);
}

/* To every audience that the forwarding rules name and that has not been given it as it came before. */
static enum result pass_on(struct incoming *incoming, const struct incoming_entry *entry, const struct feed *before,
                           bool is_wider, uint64_t sequence, uint64_t now_ms) {
    struct exchange *exchange = incoming->exchange;
    const struct policy *policy = exchange->policy;
    for (size_t i = 0; i < policy->audience_count; i++) {
        struct telling telling = entry->tellings[i];
        const struct policy_forward *rule = exchange_forward_rule(exchange, incoming->feed, &policy->audiences[i]);
        if (!rule || !telling.body.data || (!is_wider && exchange_forwards(exchange, before, &policy->audiences[i])))
            continue;
        telling.audience = &policy->audiences[i];
        telling.header = entry->disclosure.header;
        telling.object = entry->disclosure.object;
        telling.sequence = sequence;
        telling.rule = disclosures_rule(&exchange->turn, policy, rule->line, "forward");
        TRY(exchange_append(exchange, &telling, now_ms));
    }
    return RESULT_OK;
}

static bool is_released_to_us(const struct exchange *exchange, const struct disclosure *disclosure) {
    const struct release *release = disclosure->release;
    return release && memcmp(release->terms->reader.data, exchange->identity->id, MEMBER_ID_SIZE) == 0;
}

/* Did what is here come with a release for this node? Another view that has none would take it away. */
static bool was_released(struct exchange *exchange, const struct index_row *present) {
    struct holding holding;
    return !exchange_load(exchange, &exchange->turn, present, &holding) &&
           is_released_to_us(exchange, &holding.disclosure);
}

/* Does it show all that was shown before, and more, or as much by a way that can still be believed, or with a release
 * for this node? */
static bool replaces(struct exchange *exchange, const struct index_row *present, const struct disclosure *disclosure) {
    const struct field_set *shown = &disclosure->shown;
    if (!is_within(present->shown, shown))
        return false;
    if (is_released_to_us(exchange, disclosure) || exchange_doubt(exchange, present))
        return true;
    return !is_within(shown, present->shown) && !was_released(exchange, present);
}

/* What is fetched back from a reader says itself that it was told. */
static enum result remember_told(struct incoming *incoming, const struct incoming_entry *entry, uint64_t sequence) {
    const struct feed *feed = incoming->feed;
    if (!feed->ours)
        return RESULT_OK;
    return store_put_told(incoming->exchange->store, sequence, feed->record.ordinal, entry->parsed.number);
}

/* A recall that is new here; our own came back, perhaps not from everybody who was to hear of it. */
static enum result carry_out(struct incoming *incoming, const struct incoming_entry *entry, uint64_t sequence) {
    struct exchange *exchange = incoming->exchange;
    TRY(recall_carry_out(exchange, &entry->disclosure));
    if (incoming->feed->ours)
        return embargo_put_off(exchange, &(struct embargo){sequence, clock_wall_ms(exchange->clock)});
    return recall_tell(exchange, &entry->disclosure, sequence);
}

/* The examined alert becomes part of what is here if it is new or replaces what is here. A view that only shows other
 * fields does not take the place of the first: the entry is kept, the alert stays as it is. */
static enum result admit(struct incoming *incoming, struct incoming_entry *entry, const struct index_row *present) {
    struct exchange *exchange = incoming->exchange;
    const struct feed *before = present ? feeds_find_ordinal(&exchange->feeds, present->ordinal) : NULL;
    if (present && (present->ordinal == 0 || incoming->feed->ours))
        return remember_told(incoming, entry, present->sequence); /* our own came back */
    bool is_wider = !present || replaces(exchange, present, &entry->disclosure);
    uint64_t now_ms = clock_wall_ms(exchange->clock), sequence = present ? present->sequence : 0;
    if (is_wider) {
        struct store_alert stored = {
            .arrived = now_ms, .ordinal = incoming->feed->record.ordinal, .number = entry->parsed.number};
        TRY(exchange_admit(exchange, &entry->disclosure, entry->visible, &stored));
        if (sequence)
            TRY(exchange_inherit_told(exchange, sequence, stored.sequence));
        sequence = stored.sequence;
    }
    const AlertHeader *header = entry->disclosure.header;
    if (alert_is_recall(header) && !present)
        TRY(carry_out(incoming, entry, sequence));
    if (incoming->feed->ours) /* whoever it was for has it or asks for it */
        return remember_told(incoming, entry, sequence);
    if (is_wider && header->has_embargo_until && header->embargo_until > now_ms)
        TRY(embargo_keep(exchange, &(struct embargo){sequence, header->embargo_until}));
    return pass_on(incoming, entry, before, is_wider, sequence, now_ms);
}

static struct span header_alone(const struct entry *entry) {
    return span_of(entry->bytes.data, ENTRY_OVERHEAD);
}

/* Keeps the entry, or of one that may not be here the header and signature alone. */
static enum result keep(struct incoming *incoming, const struct incoming_entry *entry, bool with_body) {
    struct feed *feed = incoming->feed;
    struct span bytes = with_body ? entry->parsed.bytes : header_alone(&entry->parsed);
    TRY(store_put_entry(incoming->exchange->store, feed->record.ordinal, entry->parsed.number, bytes));
    if (entry->parsed.epoch != feed->next.epoch) {
        feed->draft.epoch_first = entry->parsed.number;
        feed->draft.epoch_started = entry->parsed.created;
    }
    feed_advance(&feed->next, &entry->parsed);
    if (feed->ours) { /* fetched back: who held which key then is not known, so an epoch begins before the next entry */
        feed->draft.epoch = feed->next.epoch;
        feed->draft.epoch_started = 0;
    }
    feed->changed = true;
    return RESULT_OK;
}

/* 1, 10, 100 …: a hostile peer earns a counter, not a log full of prose. */
static bool is_round(uint64_t count) {
    while (count % 10 == 0)
        count /= 10;
    return count == 1;
}

static void tell_refusal(const struct incoming *incoming, const struct incoming_entry *entry) {
    uint64_t count = ++incoming->exchange->refused[entry->result];
    if (is_round(count))
        log_warning(_("entry %llu of %s for \"%s\" is not taken: %s (%llu refused for this reason so far)"),
                    (unsigned long long)entry->parsed.number, incoming->delivery->author->name,
                    incoming->delivery->audience, result_text(entry->result), (unsigned long long)count);
}

/* May its originator have a key that we have not heard of? Its own alerts an author signs with a key that we know. */
static bool is_unverified(const struct incoming *incoming, const struct incoming_entry *entry) {
    return unverified_is(entry->result) && entry->parsed.kind == ENTRY_DISCLOSURE &&
           memcmp(entry->disclosure.header->originator.data, incoming->delivery->author->id, MEMBER_ID_SIZE) != 0;
}

/* Does it say nothing that is not here already? */
static bool is_redundant(const struct incoming *incoming, const struct incoming_entry *entry,
                         const struct index_row *present) {
    return present && !entry->result && !incoming->feed->ours &&
           (present->ordinal == 0 || !replaces(incoming->exchange, present, &entry->disclosure));
}

/* Such an entry stays for its author, who may need it back, and is remembered with the alert, to be erased with it. One
 * of each feed: another one says nothing even to its author. */
static enum result remember_copy(struct incoming *incoming, const struct incoming_entry *entry,
                                 const struct index_row *present, bool *is_of_use) {
    struct exchange *exchange = incoming->exchange;
    uint32_t ordinal = incoming->feed->record.ordinal;
    struct store_told *told;
    size_t count;
    TRY(store_get_told(exchange->store, &exchange->turn, present->sequence, &told, &count));
    for (size_t i = 0; i < count; i++)
        *is_of_use &= told[i].ordinal != ordinal;
    return *is_of_use ? store_put_told(exchange->store, present->sequence, ordinal, entry->parsed.number) : RESULT_OK;
}

/* What waited for its key and may not be here after all loses its body now. */
static enum result keep_examined(struct incoming *incoming, const struct incoming_entry *entry,
                                 const struct index_row *present) {
    bool waits = entry->result == RESULT_NO_EPOCH_KEY || is_unverified(incoming, entry);
    bool is_carried = feeds_is_carried(incoming->feed); /* others may take what we may not */
    bool is_of_use = waits || is_carried || !entry->result;
    if (!is_carried && is_redundant(incoming, entry, present))
        TRY(remember_copy(incoming, entry, present, &is_of_use));
    if (!incoming->stored)
        return keep(incoming, entry, is_of_use);
    if (is_of_use)
        return RESULT_OK;
    return store_put_entry(incoming->exchange->store, incoming->feed->record.ordinal, entry->parsed.number,
                           header_alone(&entry->parsed));
}

/* The grants of the epoch have been here and had no box for us. If the roster gives us another encryption key than the
 * one we have, they were made to that. */
static enum feed_wait why_it_waits(const struct incoming *incoming) {
    const struct exchange *exchange = incoming->exchange;
    bool is_our_key =
        memcmp(exchange->self->encryption_key, exchange->identity->encryption_key, EXCHANGE_KEY_SIZE) == 0;
    return is_our_key ? FEED_NOT_MEMBER : FEED_KEY_LOST;
}

static enum result wait_for_originator(const struct incoming *incoming, struct incoming_entry *entry) {
    struct unverified row = {.number = entry->parsed.number};
    memcpy(row.originator, entry->disclosure.header->originator.data, MEMBER_ID_SIZE);
    uint64_t count = ++incoming->exchange->refused[entry->result];
    if (is_round(count))
        log_warning(
            _("entry %llu of %s for \"%s\" waits: no key that is known of its originator has signed the alert (%s; "
              "%llu for this reason so far)"),
            (unsigned long long)entry->parsed.number, incoming->delivery->author->name, incoming->delivery->audience,
            result_text(entry->result), (unsigned long long)count);
    return unverified_add(incoming->exchange->store, &entry->arena, incoming->feed, &row);
}

/* The chain goes on; what the entry said is lost here. */
static enum result keep_bare(struct incoming *incoming, const struct incoming_entry *entry) {
    if (!incoming->feed->ours)
        return keep(incoming, entry, false);
    log_warning(
        _("entry %llu of our feed \"%s\" comes back without its content: the reader that holds it had refused it"),
        (unsigned long long)entry->parsed.number, incoming->delivery->audience);
    return keep(incoming, entry, false);
}

/* Is its content erased here, or taken back by its originator? RECALLED, EXPIRED. */
static enum result is_gone(const struct exchange *exchange, const struct incoming_entry *entry,
                           const struct index_row *present) {
    if (recall_refuses(exchange, &entry->disclosure))
        return RESULT_RECALLED;
    return present && present->is_erased ? RESULT_EXPIRED : RESULT_OK;
}

/* Our own word for it comes back: whoever it was told to is to hear of its recall, too. */
static enum result take_back(struct incoming *incoming, struct incoming_entry *entry, const struct index_row *present) {
    struct exchange *exchange = incoming->exchange;
    const AlertHeader *header = entry->disclosure.header;
    const struct index_row *recall = recall_of(exchange, header->alert.data, header->originator.data);
    struct embargo again = {.sequence = recall ? recall->sequence : 0, .until = clock_wall_ms(exchange->clock)};
    TRY(keep(incoming, entry, !present)); /* what is new is erased from there */
    TRY(admit(incoming, entry, present));
    if (!recall)
        return RESULT_OK;
    TRY(recall_carry_out(exchange, &entry->disclosure));
    return embargo_put_off(exchange, &again);
}

/* May the step be part of its thread? Else it is kept as header and signature alone. */
static enum result check_step(const struct incoming *incoming, struct incoming_entry *entry) {
    if (entry->result || !entry->step)
        return RESULT_OK;
    entry->result = requests_check(incoming->exchange, incoming->delivery->author->id, entry->step);
    bool is_ours = entry->result == RESULT_NO_MEMORY || entry->result == RESULT_STORE_DAMAGED;
    return is_ours ? entry->result : RESULT_OK;
}

static enum result take_step(const struct incoming *incoming, const struct incoming_entry *entry) {
    if (!entry->step)
        return RESULT_OK;
    return requests_take(incoming->exchange, incoming->delivery->author->id, entry->step, entry->parsed.created);
}

static enum result take_examined(struct incoming *incoming, struct incoming_entry *entry) {
    const struct exchange *exchange = incoming->exchange;
    bool is_alert = !entry->result && entry->parsed.kind != ENTRY_REQUEST;
    const struct index_row *present = is_alert ? find_present(exchange, entry->disclosure.object) : NULL;
    enum result gone = is_alert ? is_gone(exchange, entry, present) : RESULT_OK;
    if (gone && incoming->feed->ours && !incoming->stored)
        return take_back(incoming, entry, present);
    if (gone)
        entry->result = gone;
    TRY(check_step(incoming, entry));
    TRY(keep_examined(incoming, entry, present));
    if (entry->result == RESULT_NO_EPOCH_KEY) {
        if (!feeds_is_carried(incoming->feed)) /* what is only carried waits for nothing */
            feeds_wait(incoming->feed, why_it_waits(incoming), entry->parsed.bytes.len);
        return RESULT_OK;
    }
    if (is_unverified(incoming, entry))
        return wait_for_originator(incoming, entry);
    if (entry->result) {
        tell_refusal(incoming, entry);
        return RESULT_OK;
    }
    if (entry->parsed.kind == ENTRY_REQUEST)
        return take_step(incoming, entry);
    return admit(incoming, entry, present);
}

enum result incoming_take_disclosure(struct incoming *incoming, size_t index) {
    struct incoming_entry *entry = &incoming->entries[index];
    enum result result = RESULT_NO_MEMORY;
    if (!entry->arena.starved)
        result = entry->parsed.body.len ? take_examined(incoming, entry) : keep_bare(incoming, entry);
    arena_release(&entry->arena);
    return result;
}

/* With the encryption key of now, then those of before. */
static enum result accept(uint8_t *key, const struct identity *identity, const struct incoming_entry *entry,
                          const struct epoch_place *place) {
    enum result result = epoch_accept(key, entry->parsed.body, place, identity->id, identity->secrets->encryption,
                                      identity->encryption_key);
    for (size_t i = 0; i < identity->former_count && result == RESULT_NOT_FOUND; i++)
        result = epoch_accept(key, entry->parsed.body, place, identity->id, identity->secrets->former[i],
                              identity->former_keys[i]);
    return result;
}

enum result incoming_open_grant(struct incoming *incoming, struct incoming_entry *entry) {
    struct epoch_place place = {.epoch = entry->parsed.epoch};
    uint8_t *key = secret_new(EPOCH_KEY_SIZE);
    if (!key)
        return RESULT_NO_MEMORY;
    memcpy(place.feed, entry->parsed.feed, FEED_ID_SIZE);
    enum result result = RESULT_OK;
    entry->result = accept(key, incoming->exchange->identity, entry, &place);
    if (!entry->result)
        result = feeds_keep_key(&incoming->exchange->feeds, incoming->feed, place.epoch, key);
    secret_free(key);
    return result;
}

/* A grant that opens may let entries in that came before it. */
static enum result open_late(struct incoming *incoming, struct incoming_entry *entry) {
    TRY(incoming_open_grant(incoming, entry));
    return entry->result ? RESULT_OK : incoming_retry(incoming, entry->parsed.number);
}

/* What a grant says of the epoch before, which began with entry `first`. */
static enum result hear_outdated(const struct incoming *incoming, const struct incoming_entry *entry, uint64_t first) {
    uint64_t from = epoch_outdated(entry->parsed.body);
    if (from == 0 || first == 0)
        return RESULT_OK;
    return exchange_hear_outdated(incoming->exchange, incoming->feed, from > first ? from : first,
                                  entry->parsed.number);
}

enum result incoming_take_grant(struct incoming *incoming, size_t index) {
    struct incoming_entry *entry = &incoming->entries[index];
    struct epoch_place place = {.epoch = entry->parsed.epoch};
    const uint8_t *ours;
    memcpy(place.feed, entry->parsed.feed, FEED_ID_SIZE);
    bool begins_epoch = entry->parsed.epoch != incoming->feed->next.epoch;
    uint64_t first = incoming->feed->draft.epoch_first;
    entry->result = epoch_check_form(entry->parsed.body);
    TRY(keep(incoming, entry, !entry->result));
    if (!entry->result && begins_epoch)
        TRY(hear_outdated(incoming, entry, first));
    if (!entry->result) {
        enum result result = feeds_key(&incoming->exchange->feeds, incoming->feed, place.epoch, &ours);
        if (result == RESULT_NO_EPOCH_KEY)
            TRY(open_late(incoming, entry));
        else if (result)
            return result;
        else /* a key we hold must be the key that is granted again (docs/protocol.md, 7.6) */
            entry->result = epoch_compare(ours, entry->parsed.body, &place) ? RESULT_FORK : RESULT_OK;
    }
    if (entry->result && entry->result != RESULT_NOT_FOUND) /* not for us is no fault: we may carry it */
        tell_refusal(incoming, entry);
    return RESULT_OK;
}
