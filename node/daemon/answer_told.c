/* The answer to `inama status ALERT`. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "daemon/told.h"

static const char *member_name(const struct member *member) {
    return member ? member->name : _("a former member");
}

/* --- who has answered it --- */

/* Of each member its newest, in memory of the turn. */
struct answers {
    struct arena *arena;
    struct answer {
        const uint8_t *originator;
        uint64_t created;
        const uint8_t *object;
    } * rows;
    size_t count;
};

static const struct answer *answer_of(const struct answers *answers, const uint8_t *member) {
    for (size_t i = 0; i < answers->count; i++)
        if (memcmp(answers->rows[i].originator, member, MEMBER_ID_SIZE) == 0)
            return &answers->rows[i];
    return NULL;
}

/* They come newest first. */
static bool take_answer(void *context, const struct index_row *row, const struct document *document) {
    struct answers *answers = context;
    (void)document;
    if (answer_of(answers, row->originator))
        return true;
    struct answer *answer = &answers->rows[answers->count++];
    *answer = (struct answer){.originator = arena_copy(answers->arena, row->originator, MEMBER_ID_SIZE),
                              .created = row->created,
                              .object = arena_copy(answers->arena, row->object, OBJECT_ID_SIZE)};
    return answer->originator && answer->object && answers->count < MEMBERS_MAX;
}

static enum result find_answers(struct answers *out, struct node *node, const struct index_row *row) {
    struct arena *arena = &node->exchange.turn;
    const struct query_world world = {.references = &node->references};
    char object[2 * OBJECT_ID_SIZE + 1];
    struct query_remark mistake;
    struct query query;
    struct index_found found;
    text_hex(object, row->object, OBJECT_ID_SIZE);
    *out = (struct answers){.arena = arena, .rows = arena_array(arena, MEMBERS_MAX, sizeof *out->rows)};
    if (!out->rows)
        return RESULT_NO_MEMORY;
    TRY(query_parse(&query, arena, text_format(arena, "in_reply_to:%s", object), &world, &mistake));
    const struct index_search search = {
        .query = &query, .world = &world, .limit = SIZE_MAX, .visit = take_answer, .context = out};
    TRY(index_search(node->exchange.index, &search, &found));
    return arena->starved ? RESULT_NO_MEMORY : RESULT_OK;
}

/* --- who has opened it --- */

struct openers {
    struct opened_by *rows;
    size_t count;
};

static const struct opened_by *opened_by(const struct openers *openers, const uint8_t *member) {
    for (size_t i = 0; i < openers->count; i++)
        if (openers->rows[i].id && memcmp(openers->rows[i].id, member, MEMBER_ID_SIZE) == 0)
            return &openers->rows[i];
    return NULL;
}

static bool is_a_reader(const struct told_feed *told, size_t count, const uint8_t *member) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < told[i].count; k++)
            if (memcmp(told[i].readers[k].id, member, MEMBER_ID_SIZE) == 0)
                return true;
    return false;
}

/* This node, and those further on. */
static enum result opened_words_of(AlertStatus *out, struct node *node, const struct openers *openers,
                                   const struct told_feed *told, size_t count) {
    static const char *const states[STORE_OPENED_STATES] = {[STORE_OPENED_KEPT] = "kept",
                                                            [STORE_OPENED_OWED] = "owed",
                                                            [STORE_OPENED_TOLD] = "told",
                                                            [STORE_OPENED_REFUSED] = "refused"};
    struct arena *arena = &node->exchange.turn;
    out->opened = arena_array(arena, openers->count + 1, sizeof *out->opened);
    for (size_t i = 0; out->opened && i < openers->count; i++) {
        const struct opened_by *row = &openers->rows[i];
        OpenedStatus *words = arena_alloc(arena, sizeof *words);
        if (!words)
            return RESULT_NO_MEMORY;
        if (row->id && is_a_reader(told, count, row->id))
            continue;
        opened_status__init(words);
        words->member = row->id ? words_of(member_name(roster_find_ever(node->roster, row->id))) : NULL;
        words->since = row->since;
        words->step = row->step;
        words->state = words_of(states[row->state]);
        out->opened[out->n_opened++] = words;
    }
    return out->opened ? RESULT_OK : RESULT_NO_MEMORY;
}

/* --- who has it --- */

/* What members say of an alert themselves. */
struct sayings {
    struct answers answers;
    struct openers openers;
};

static enum result reader_words(ReaderStatus **out, struct node *node, const struct told_reader *reader,
                                const struct sayings *said) {
    ReaderStatus *words = arena_alloc(&node->exchange.turn, sizeof *words);
    const struct answer *answer = answer_of(&said->answers, reader->id);
    const struct opened_by *opened = opened_by(&said->openers, reader->id);
    uint64_t since;
    if (!words)
        return RESULT_NO_MEMORY;
    reader_status__init(words);
    words->has_answered = words->has_answer = answer != NULL;
    if (answer) {
        words->answered = answer->created;
        words->answer = proto_bytes(answer->object, OBJECT_ID_SIZE);
    }
    words->has_opened = words->has_opened_step = opened != NULL;
    if (opened) {
        words->opened = opened->since;
        words->opened_step = opened->step;
    }
    words->member = words_of(member_name(reader->member));
    words->state = words_of(told_word(reader, peers_find(&node->peers, reader->id), node->started_ms, &since));
    words->has_since = since != 0;
    words->since = since;
    words->has_behind = reader->behind != 0;
    words->behind = reader->behind;
    *out = words;
    return RESULT_OK;
}

static enum result told_words(ToldStatus **out, struct node *node, const struct told_feed *told,
                              const struct sayings *said) {
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
        TRY(reader_words(&words->readers[words->n_readers++], node, &told->readers[i], said));
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
    struct sayings said;
    size_t count;
    TRY(answer_find_row(&row, node, prefix, complaint));
    TRY(find_answers(&said.answers, node, row));
    TRY(opened_find(&node->exchange, arena, row->sequence, &said.openers.rows, &said.openers.count));
    TRY(told_find(&node->exchange, arena, row->sequence, &told, &count));
    Status *status = answer_node(node);
    AlertStatus *words = arena_alloc(arena, sizeof *words);
    ToldStatus **list = arena_array(arena, count, sizeof(ToldStatus *));
    if (!status || !words || !list)
        return RESULT_NO_MEMORY;
    alert_status__init(words);
    TRY(came_words(words, node, row));
    TRY(opened_words_of(words, node, &said.openers, told, count));
    words->told = list;
    for (size_t i = 0; i < count; i++)
        TRY(told_words(&list[words->n_told++], node, &told[i], &said));
    status->alert = words;
    reply->status = status;
    return answer_row(reply, node, row, false);
}
