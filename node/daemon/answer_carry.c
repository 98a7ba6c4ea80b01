/* The answers to `inama bundle` (daemon/carry.h). */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/carry.h"
#include "daemon/node.h"
#include "daemon/trust.h"

enum { RECORDS_MAX = 4096 };

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

/* --- giving --- */

static enum result add_record(Given *given, struct arena *arena, enum bundle_kind kind, const struct buf *bytes) {
    StickRecord *record = arena_alloc(arena, sizeof *record);
    if (!record || bytes->failed)
        return RESULT_NO_MEMORY;
    stick_record__init(record);
    record->kind = kind;
    record->bytes = proto_bytes(bytes->data, bytes->len);
    given->records[given->n_records++] = record;
    return RESULT_OK;
}

/* Receipts for every feed of this member that is here. */
static enum result add_receipts(Given *given, struct node *node, const uint8_t *author) {
    const struct feeds *feeds = &node->exchange.feeds;
    for (size_t i = 0; i < feeds->count && given->n_records < BUNDLE_FEEDS_MAX; i++) {
        struct buf record;
        buf_init(&record, turn_of(node));
        if (memcmp(feeds->rows[i]->record.author, author, MEMBER_ID_SIZE) != 0)
            continue;
        enum result result = carry_give_receipt(&node->exchange, feeds->rows[i], &record);
        if (result == RESULT_NOT_FOUND)
            continue;
        TRY(result);
        TRY(add_record(given, turn_of(node), BUNDLE_RECEIPT, &record));
    }
    return RESULT_OK;
}

static enum result add_head(Given *given, struct node *node, const struct carry_gift *gift) {
    struct buf record;
    buf_init(&record, turn_of(node));
    TRY(carry_give_head(&node->exchange, gift, &record));
    TRY(add_record(given, turn_of(node), BUNDLE_HEAD, &record));
    return gift->part == 1 ? add_receipts(given, node, gift->reader->id) : RESULT_OK;
}

static enum result add_next(Given *given, struct node *node, struct carry_gift *gift) {
    struct buf record;
    enum bundle_kind kind = BUNDLE_TRUST;
    buf_init(&record, turn_of(node));
    if (gift->part == 1)
        TRY(carry_give_trust(&node->exchange, gift, &record));
    if (record.len == 0) {
        kind = BUNDLE_ENTRIES;
        TRY(carry_give_entries(&node->exchange, gift, &record));
    }
    given->done = record.len == 0;
    return given->done ? RESULT_OK : add_record(given, turn_of(node), kind, &record);
}

static Given *new_given(struct arena *arena) {
    Given *given = arena_alloc(arena, sizeof *given);
    if (!given)
        return NULL;
    given__init(given);
    given->records = arena_array(arena, BUNDLE_FEEDS_MAX + 1, sizeof *given->records);
    return given->records ? given : NULL;
}

enum result carry_answer_give(Reply *reply, struct node *node, const Give *words, const char **complaint) {
    struct carry_gift gift = {.reader = roster_find_name(node->roster, words->member),
                              .part = words->part,
                              .from_start = words->from_start,
                              .bytes_max = words->bytes,
                              .trust_next = words->trust,
                              .feed_next = words->feed,
                              .after = words->after};
    if (!gift.reader || gift.reader == node->exchange.self || gift.part == 0) {
        *complaint = gift.reader ? _("a stick is for another member") : _("the roster has no such member");
        return RESULT_NOT_FOUND;
    }
    Given *given = new_given(turn_of(node));
    if (!given)
        return RESULT_NO_MEMORY;
    enum result result = words->begin ? add_head(given, node, &gift) : add_next(given, node, &gift);
    if (result == RESULT_EXPIRED)
        *complaint = _("the roster has expired: this node gives nothing before it has a newer one");
    TRY(result);
    given->has_trust = given->has_feed = given->has_after = true;
    given->trust = gift.trust_next;
    given->feed = gift.feed_next;
    given->after = gift.after;
    reply->given = given;
    return RESULT_OK;
}

enum result carry_answer_receipts(Reply *reply, struct node *node, const Receipts *words) {
    const struct feeds *feeds = &node->exchange.feeds;
    struct carry_gift gift = {.part = UINT32_MAX};
    if (words->author.len != MEMBER_ID_SIZE || words->n_feeds > BUNDLE_FEEDS_MAX)
        return RESULT_INVALID;
    gift.reader = roster_find(node->roster, words->author.data);
    Given *given = new_given(turn_of(node));
    if (!gift.reader)
        return RESULT_UNKNOWN_MEMBER;
    if (!given)
        return RESULT_NO_MEMORY;
    TRY(add_head(given, node, &gift));
    for (size_t i = 0; i < words->n_feeds; i++) {
        struct buf record;
        const struct feed *feed = words->feeds[i].len == FEED_ID_SIZE ? feeds_find(feeds, words->feeds[i].data) : NULL;
        buf_init(&record, turn_of(node));
        if (!feed || memcmp(feed->record.author, gift.reader->id, MEMBER_ID_SIZE) != 0 ||
            carry_give_receipt(&node->exchange, feed, &record))
            continue;
        TRY(add_record(given, turn_of(node), BUNDLE_RECEIPT, &record));
    }
    given->done = true;
    reply->given = given;
    return RESULT_OK;
}

/* --- taking --- */

static enum result take_trust(struct node *node, struct span record, struct carry_taken *out) {
    bool taken;
    *out = (struct carry_taken){0};
    enum result result = trust_take(node, record, &taken);
    if (result == RESULT_MALFORMED || result == RESULT_NOT_CANONICAL || result == RESULT_TOO_LARGE) {
        out->result = result;
        return RESULT_OK;
    }
    out->taken = !result && taken;
    return result;
}

static enum result take_record(struct node *node, const struct carry_head *head, const StickRecord *record,
                               struct carry_taken *out) {
    switch (record->kind) {
    case BUNDLE_TRUST:
        return take_trust(node, proto_span(record->bytes), out);
    case BUNDLE_ENTRIES:
        return carry_take_entries(&node->exchange, head, proto_span(record->bytes), out);
    case BUNDLE_RECEIPT:
        return carry_take_receipt(&node->exchange, proto_span(record->bytes), out);
    default:
        *out = (struct carry_taken){.result = RESULT_UNKNOWN_KIND};
        return RESULT_OK;
    }
}

static TakenRecord *tell_taken(struct arena *arena, const struct carry_taken *taken) {
    TakenRecord *words = arena_alloc(arena, sizeof *words);
    if (!words)
        return NULL;
    taken_record__init(words);
    words->result = words_of(result_name(taken->result));
    words->name = taken->author ? arena_text(arena, taken->author->name, strlen(taken->author->name)) : NULL;
    words->has_feed = taken->feed != NULL;
    if (taken->feed) {
        words->feed = proto_bytes(taken->feed->head.feed, FEED_ID_SIZE);
        words->audience = words_of(taken->feed->record.audience);
    }
    words->has_first = words->has_taken = words->has_replayed = words->has_withheld = words->has_here = true;
    words->first = taken->first;
    words->taken = taken->taken;
    words->replayed = taken->replayed;
    words->withheld = taken->withheld;
    words->why_withheld = taken->withheld ? words_of(result_name(taken->why_withheld)) : NULL;
    words->here = taken->here;
    return words;
}

static enum result tell_stands(Taken *taken, struct node *node, const struct carry_head *head) {
    struct arena *arena = turn_of(node);
    const StickHead *words = head->record.words;
    taken->stands = arena_array(arena, words->n_feeds, sizeof *taken->stands);
    for (size_t i = 0; taken->stands && i < words->n_feeds; i++) {
        StickStand *stand = arena_alloc(arena, sizeof *stand);
        uint8_t *id = arena_alloc(arena, FEED_ID_SIZE);
        if (!stand || !id)
            return RESULT_NO_MEMORY;
        feed_id(id, words->feeds[i]->key.data, words->feeds[i]->audience);
        const struct feed *feed = feeds_find(&node->exchange.feeds, id);
        stick_stand__init(stand);
        stand->feed = proto_bytes(id, FEED_ID_SIZE);
        stand->here = feed ? feed->next.number : 0;
        taken->stands[taken->n_stands++] = stand;
    }
    return taken->stands ? RESULT_OK : RESULT_NO_MEMORY;
}

/* What was taken of whom to believe may make the head count, so it is read anew for each piece and behind each trust.
 */
static enum result take_all(Taken *taken, struct node *node, const Take *words, struct carry_head *head) {
    struct arena *arena = turn_of(node);
    taken->records = arena_array(arena, words->n_records, sizeof *taken->records);
    if (!taken->records)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_records && !node->stopping; i++) {
        struct carry_taken one;
        TRY(take_record(node, head, words->records[i], &one));
        if (words->records[i]->kind == BUNDLE_TRUST && one.taken)
            TRY(carry_read_head(head, &node->exchange, arena, proto_span(words->head)));
        if (one.result && one.result != RESULT_REPLAYED && one.taken == 0 && !one.feed)
            node->exchange.refused[one.result]++; /* nobody else has counted it */
        taken->records[taken->n_records] = tell_taken(arena, &one);
        if (!taken->records[taken->n_records++])
            return RESULT_NO_MEMORY;
    }
    return RESULT_OK;
}

enum result carry_answer_take(Reply *reply, struct node *node, const Take *words) {
    struct arena *arena = turn_of(node);
    struct carry_head head;
    Taken *taken = arena_alloc(arena, sizeof *taken);
    if (!taken)
        return RESULT_NO_MEMORY;
    if (words->n_records > RECORDS_MAX)
        return RESULT_TOO_LARGE;
    taken__init(taken);
    TRY(carry_read_head(&head, &node->exchange, arena, words->has_head ? proto_span(words->head) : (struct span){0}));
    TRY(take_all(taken, node, words, &head));
    if (words->n_records == 0 && head.record.words)
        TRY(tell_stands(taken, node, &head));
    taken->head = words_of(result_name(head.result));
    taken->for_us = head.for_us;
    reply->taken = taken;
    return RESULT_OK;
}
