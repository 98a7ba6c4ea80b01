/* The answer to `inama status ALERT`. */
#include <string.h>

#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "daemon/told.h"

static const char *member_name(const struct member *member) {
    return member ? member->name : _("a former member");
}

static enum result reader_words(ReaderStatus **out, struct node *node, const struct told_reader *reader) {
    ReaderStatus *words = arena_alloc(&node->exchange.turn, sizeof *words);
    uint64_t since;
    if (!words)
        return RESULT_NO_MEMORY;
    reader_status__init(words);
    words->member = words_of(member_name(reader->member));
    words->state = words_of(told_word(reader, peers_find(&node->peers, reader->id), node->started_ms, &since));
    words->has_since = since != 0;
    words->since = since;
    words->has_behind = reader->behind != 0;
    words->behind = reader->behind;
    *out = words;
    return RESULT_OK;
}

static enum result told_words(ToldStatus **out, struct node *node, const struct told_feed *told) {
    struct arena *arena = &node->exchange.turn;
    ToldStatus *words = arena_alloc(arena, sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    told_status__init(words);
    words->audience = words_of(told->feed->record.audience);
    words->number = told->number;
    words->created = told->created;
    words->frozen = told->feed->record.frozen;
    words->former = memcmp(told->feed->record.key, node->identity.key_id, MEMBER_ID_SIZE) != 0;
    words->has_elsewhere = told->feed->elsewhere > told->feed->head.number;
    words->elsewhere = told->feed->elsewhere;
    words->readers = arena_array(arena, told->count, sizeof *words->readers);
    if (!words->readers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < told->count; i++)
        TRY(reader_words(&words->readers[words->n_readers++], node, &told->readers[i]));
    *out = words;
    return RESULT_OK;
}

static enum result came_words(AlertStatus *words, struct node *node, const struct index_row *row) {
    struct store_alert stored;
    const struct feed *feed = row->ordinal ? feeds_find_ordinal(&node->exchange.feeds, row->ordinal) : NULL;
    TRY(store_get_alert(node->exchange.store, &node->exchange.turn, row->sequence, &stored));
    words->arrived = stored.arrived;
    if (!feed)
        return RESULT_OK;
    words->from = words_of(member_name(roster_find_ever(node->roster, feed->record.author)));
    words->audience = words_of(feed->record.audience);
    words->has_number = true;
    words->number = stored.number;
    return RESULT_OK;
}

enum result answer_told(Reply *reply, struct node *node, const char *prefix, const char **complaint) {
    struct arena *arena = &node->exchange.turn;
    const struct index_row *row;
    struct told_feed *told;
    size_t count;
    TRY(answer_find_row(&row, node, prefix, complaint));
    TRY(told_find(&node->exchange, arena, row->sequence, &told, &count));
    Status *status = answer_node(node);
    AlertStatus *words = arena_alloc(arena, sizeof *words);
    ToldStatus **list = arena_array(arena, count, sizeof(ToldStatus *));
    if (!status || !words || !list)
        return RESULT_NO_MEMORY;
    alert_status__init(words);
    TRY(came_words(words, node, row));
    words->told = list;
    for (size_t i = 0; i < count; i++)
        TRY(told_words(&list[words->n_told++], node, &told[i]));
    status->alert = words;
    reply->status = status;
    return answer_row(reply, node, row, false);
}
