/* The answer to `inama proof`: an alert as its reader may see it, with all that proves it (core/evidence.h). */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/evidence.h"
#include "daemon/answer.h"
#include "daemon/cosigned.h"
#include "daemon/node.h"
#include "daemon/told.h"
#include "keys/secret.h"

enum { NEAR = 4096 /* records about the time of an entry that are looked at for its own */ };

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

/* What is made for one request. */
struct making {
    struct node *node;
    const Prove *words;
    const char **complaint;
    const struct index_row *row;
    struct holding holding;
    struct field_set shown; /* what the reader may see */
    const char *rule;
    struct evidence_draft draft;
    LogEvidence log;
    uint8_t told_key[SEAL_KEY_SIZE], passed_key[SEAL_KEY_SIZE];
};

/* ---- what the reader may see ---- */

static enum result fields_named(struct field_set *out, struct arena *arena, const char *list, const char **complaint) {
    const char *end;
    *out = (struct field_set){{0}};
    for (const char *at = list; *at; at = *end ? end + 1 : end) {
        enum field_class class;
        end = at + strcspn(at, ",");
        const char *name = arena_text(arena, at, (size_t)(end - at));
        if (!name)
            return RESULT_NO_MEMORY;
        const struct field *field = field_find(name);
        if (field)
            field_set_add(out, field->slot);
        else if (field_class_find(&class, name))
            *out = field_set_or(*out, field_set_of_class(class));
        else {
            *complaint = text_format(arena, _("there is no field and no class of fields \"%s\": inama help fields"),
                                     text_escape(arena, name));
            return RESULT_INVALID;
        }
    }
    return RESULT_OK;
}

static enum result narrow_to_audience(struct making *making, const struct marking *marking) {
    struct node *node = making->node;
    const struct policy_audience *audience = policy_find_audience(node->policy, making->words->audience);
    if (!audience) {
        *making->complaint = _("the policy of this node has no such audience");
        return RESULT_NOT_FOUND;
    }
    const struct policy_hop hop = exchange_hop(&node->exchange, audience, &making->holding.disclosure);
    enum marking_rule rule = policy_marking_allows(marking, &hop);
    if (rule != MARKING_ALLOWS) {
        *making->complaint = policy_marking_text(rule);
        return RESULT_MARKING_FORBIDS;
    }
    making->shown = field_set_and(making->shown, policy_decide(marking, &audience->view, &hop));
    making->rule = disclosures_rule(turn_of(node), node->policy, audience->line, "proof");
    return RESULT_OK;
}

/* What operators here may see, and of that what policy and marking give to the audience, and what was asked for. */
static enum result decide(struct making *making) {
    struct node *node = making->node;
    const struct policy_hop hop = exchange_local_hop(&node->exchange);
    struct marking marking;
    struct field_set named;
    TRY(policy_marking(&marking, making->holding.disclosure.header));
    making->shown =
        field_set_and(making->holding.disclosure.shown, policy_decide(&marking, &node->policy->operators, &hop));
    making->rule = disclosures_rule(turn_of(node), node->policy, node->policy->operators.line, "proof");
    if (making->words->audience)
        TRY(narrow_to_audience(making, &marking));
    if (making->words->fields) {
        TRY(fields_named(&named, turn_of(node), making->words->fields, making->complaint));
        making->shown = field_set_and(making->shown, named);
    }
    if (!field_set_is_empty(&making->shown))
        return RESULT_OK;
    *making->complaint = _("nothing of this alert may be shown to this reader: inama policy explain says why");
    return RESULT_NOT_ALLOWED;
}

/* ---- entries ---- */

static bool shows_no_more(const struct field_set *shown, const struct field_set *than) {
    const struct field_set more = field_set_minus(*shown, *than);
    return field_set_is_empty(&more);
}

/* The key of the entry, where what it opens shows nothing that the reader may not see; else NULL. */
static enum result give_key(const uint8_t **out, uint8_t *room, struct making *making, const struct feed *feed,
                            const struct entry *entry) {
    const uint8_t *epoch_key;
    struct disclosure inner;
    struct span plain;
    enum result result =
        feeds_key(&making->node->exchange.feeds, (struct feed *)(uintptr_t)feed, entry->epoch, &epoch_key);
    *out = NULL;
    if (result == RESULT_NO_EPOCH_KEY || entry->body.len == 0)
        return RESULT_OK;
    TRY(result);
    TRY(feed_data_key(room, entry, epoch_key));
    TRY(feed_open_with(turn_of(making->node), &plain, entry, room));
    TRY(disclosure_decode(&inner, turn_of(making->node), plain));
    if (shows_no_more(&inner.shown, &making->shown))
        *out = room;
    else
        secret_wipe(room, SEAL_KEY_SIZE);
    return RESULT_OK;
}

static enum result put_hop(struct evidence_hop_draft *out, uint8_t *room, struct making *making,
                           const struct feed *feed, struct span bytes) {
    struct entry entry;
    TRY(feed_parse_header(&entry, bytes));
    out->author = roster_find_ever(making->node->roster, feed->record.author);
    out->key = feed->record.key;
    out->audience = feed->record.audience;
    out->entry = bytes;
    return give_key(&out->data_key, room, making, feed, &entry);
}

static enum result put_told(struct making *making) {
    if (!making->holding.feed)
        return RESULT_OK;
    return put_hop(&making->draft.told, making->told_key, making, making->holding.feed, making->holding.entry);
}

/* The last entry by which the audience was told, in whichever of its feeds. */
static enum result find_passed(struct making *making, const struct told_feed **out) {
    struct told_feed *told;
    size_t count;
    *out = NULL;
    TRY(told_find(&making->node->exchange, turn_of(making->node), making->row->sequence, &told, &count));
    for (size_t i = 0; i < count; i++) {
        const struct policy_audience *audience =
            policy_audience_of(making->node->policy, told[i].feed->record.audience);
        const char *name = audience ? audience->name : told[i].feed->record.audience;
        if (strcmp(name, making->words->passed) == 0)
            *out = &told[i];
    }
    return RESULT_OK;
}

/* ---- the log ---- */

/* The record, decoded; NULL where it was erased. */
static enum result read_record(const DisclosureRecord **out, struct arena *arena, struct node *node, uint64_t number,
                               struct store_record *stored) {
    DisclosureRecord *record;
    *out = NULL;
    TRY(store_get_record(node->exchange.store, arena, JOURNAL_DISCLOSURES, number, stored));
    if (stored->erased)
        return RESULT_OK;
    TRY(proto_decode(arena, &disclosure_record__descriptor, stored->content, &record));
    *out = record;
    return RESULT_OK;
}

/* The first record that is not older than this; erased ones have no time and count as older. */
static enum result find_time(uint64_t *number, struct arena *scratch, struct node *node, uint64_t time_ms) {
    uint64_t low = 1, high = store_journal(node->exchange.store, JOURNAL_DISCLOSURES)->size + 1;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        struct store_record stored;
        const DisclosureRecord *record;
        arena_reset(scratch);
        TRY(read_record(&record, scratch, node, middle, &stored));
        if (record && record->time >= time_ms)
            high = middle;
        else
            low = middle + 1;
    }
    *number = low;
    return RESULT_OK;
}

/* The record of that entry: they stand in the order of time, and clocks are set now and then. */
static enum result find_record(uint64_t *number, struct node *node, const struct told_feed *passed) {
    struct arena scratch;
    uint64_t first = 0, size = store_journal(node->exchange.store, JOURNAL_DISCLOSURES)->size;
    bool found = false;
    arena_init(&scratch, 8 * (size_t)JOURNAL_RECORD_BYTES_MAX);
    enum result result = find_time(&first, &scratch, node, passed->created);
    uint64_t at = first > NEAR / 4 ? first - NEAR / 4 : 1;
    for (uint64_t i = 0; !result && !found && i < NEAR && at <= size; i++, at++) {
        struct store_record stored;
        const DisclosureRecord *record;
        arena_reset(&scratch);
        result = read_record(&record, &scratch, node, at, &stored);
        found = !result && record && record->told && record->number == passed->number &&
                span_equal(proto_span(record->feed), SPAN_OF_ARRAY(passed->feed->record.feed));
        *number = at;
    }
    arena_release(&scratch);
    return result ? result : found ? RESULT_OK : RESULT_NOT_FOUND;
}

/* The first checkpoint behind it that others have seen: it says the earliest time. If there is none, one of now. */
static enum result find_point(struct span *text, struct making *making, uint64_t number) {
    struct arena *arena = turn_of(making->node);
    struct checkpoint checkpoint;
    struct buf bytes;
    enum result result = cosigned_find(making->node->exchange.store, arena, number, false, text);
    if (result != RESULT_NOT_FOUND)
        return result;
    TRY(audit_checkpoint(making->node, JOURNAL_DISCLOSURES, &checkpoint));
    buf_init(&bytes, arena);
    checkpoint_write(&bytes, &checkpoint);
    *text = buf_span(&bytes);
    return bytes.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result put_log(struct making *making, uint64_t number) {
    struct node *node = making->node;
    struct arena *arena = turn_of(node);
    const struct audit_source place = {node->exchange.store, JOURNAL_DISCLOSURES};
    const struct merkle_source source = audit_source(&place);
    struct store_record stored;
    struct checkpoint checkpoint;
    struct merkle_proof proof;
    struct span text, rest;
    TRY(find_point(&text, making, number));
    rest = text;
    TRY(checkpoint_read(&checkpoint, arena, &rest));
    TRY(store_get_record(node->exchange.store, arena, JOURNAL_DISCLOSURES, number, &stored));
    TRY(merkle_prove_inclusion(&proof, &source, number - 1, checkpoint.size));
    log_evidence__init(&making->log);
    making->log.number = number;
    making->log.salt = proto_bytes(stored.salt, JOURNAL_SALT_SIZE);
    making->log.record = proto_bytes(stored.content.data, stored.content.len);
    making->log.checkpoint = proto_bytes(text.data, text.len);
    making->log.proof = proto_bytes(arena_copy(arena, proof.hashes, proof.count * HASH_SIZE), proof.count * HASH_SIZE);
    making->draft.log = &making->log;
    return making->log.proof.data ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result put_passed(struct making *making) {
    struct node *node = making->node;
    const struct told_feed *passed;
    struct span bytes;
    uint64_t number = 0;
    if (!making->words->passed)
        return RESULT_OK;
    TRY(find_passed(making, &passed));
    if (!passed) {
        *making->complaint =
            _("this node has not told the alert to that audience: inama status ALERT lists those it has");
        return RESULT_NOT_FOUND;
    }
    TRY(store_get_entry(node->exchange.store, turn_of(node), passed->feed->record.ordinal, passed->number, &bytes));
    TRY(put_hop(&making->draft.passed, making->passed_key, making, passed->feed, bytes));
    enum result result = find_record(&number, node, passed);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result ? result : put_log(making, number);
}

/* ---- the file ---- */

/* Whoever has the file was told: it stands in the log like an entry of a feed, but is none. */
static enum result note(struct making *making) {
    struct node *node = making->node;
    const AlertHeader *header = making->holding.disclosure.header;
    struct telling telling = {.header = header,
                              .object = making->holding.disclosure.object,
                              .shown = making->shown,
                              .rule = making->rule,
                              .by = audit_next(node)};
    return disclosures_note_file(node->exchange.store, turn_of(node), &telling, clock_wall_ms(node->exchange.clock));
}

static enum result put_disclosure(struct making *making) {
    struct arena *arena = turn_of(making->node);
    struct disclosure narrow;
    struct buf bytes;
    TRY(disclosure_narrow(&narrow, arena, &making->holding.disclosure, &making->shown));
    buf_init(&bytes, arena);
    TRY(disclosure_encode(&bytes, arena, &narrow));
    making->shown = narrow.shown;
    making->draft.disclosure = buf_span(&bytes);
    return RESULT_OK;
}

/* What a reader would refuse is not handed out. */
static enum result check(struct making *making, struct span file) {
    struct evidence evidence;
    enum result result = evidence_open(&evidence, turn_of(making->node), file);
    if (result)
        *making->complaint =
            text_format(turn_of(making->node), _("a reader could not verify it: %s"), result_text(result));
    else
        evidence_release(&evidence);
    return result;
}

static enum result make(Proven *out, struct making *making) {
    struct node *node = making->node;
    struct buf file;
    TRY(decide(making));
    TRY(put_disclosure(making));
    TRY(put_told(making));
    TRY(put_passed(making));
    making->draft.roster = node->roster;
    making->draft.maker = &node->identity;
    making->draft.made = clock_wall_ms(node->exchange.clock);
    making->draft.originator = roster_find_ever(node->roster, making->holding.disclosure.header->originator.data);
    buf_init(&file, turn_of(node));
    TRY(evidence_write(&file, turn_of(node), &making->draft));
    TRY(check(making, buf_span(&file)));
    TRY(exchange_begin(&node->exchange));
    TRY(note(making));
    out->file = proto_bytes(file.data, file.len);
    out->object =
        proto_bytes(arena_copy(turn_of(node), making->holding.disclosure.object, OBJECT_ID_SIZE), OBJECT_ID_SIZE);
    return out->object.data ? RESULT_OK : RESULT_NO_MEMORY;
}

enum result answer_prove(Reply *reply, struct node *node, const Prove *words, const char **complaint) {
    struct making making = {.node = node, .words = words, .complaint = complaint};
    Proven *answer = arena_alloc(turn_of(node), sizeof *answer);
    if (!answer)
        return RESULT_NO_MEMORY;
    proven__init(answer);
    if (!*words->reader) {
        *complaint = _("say for whom it is: it stands in the log of what operators did");
        return RESULT_INVALID;
    }
    TRY(answer_find_row(&making.row, node, words->alert, complaint));
    TRY(exchange_load(&node->exchange, turn_of(node), making.row, &making.holding));
    enum result result = make(answer, &making);
    secret_wipe(making.told_key, sizeof making.told_key);
    secret_wipe(making.passed_key, sizeof making.passed_key);
    if (!result)
        reply->proven = answer;
    return result;
}
