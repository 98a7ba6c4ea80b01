/* The part of sync.h that says which alerts were opened (docs/protocol.md, 10.11). */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "daemon/sync.h"
#include "sync.pb-c.h"

struct opened_answer {
    struct opened_answer *next;
    struct opened_taken taken;
};

static bool tell(struct peers *peers, struct connection *connection, const struct opened_debt *debt) {
    struct exchange *exchange = &peers->node->exchange;
    struct buf words;
    SyncMessage message = SYNC_MESSAGE__INIT;
    buf_init(&words, &exchange->turn);
    if (opened_words(&words, exchange, debt))
        return false; /* in another session */
    message.has_opened = true;
    message.opened = proto_bytes(words.data, words.len);
    sync_send(peers, connection, &message);
    connection->opened_under_way++;
    return true;
}

/* Behind everything else: there is no hurry in it. */
void sync_tell_opened(struct peers *peers, struct connection *connection) {
    const struct exchange *exchange = &peers->node->exchange;
    if (!connection->takes_opened || connection->opened_at == exchange->openings.last_place || sync_is_silenced(peers))
        return;
    const struct member *to = roster_find(exchange->roster, connection->peer->id);
    const struct opened_debt *debt;
    while (to && connection->opened_under_way < OPENED_UNDER_WAY_MAX && !sync_is_behind(connection) &&
           (debt = opened_next(exchange, to, &connection->opened_at)))
        if (!tell(peers, connection, debt))
            return;
}

/* A word without form ends the session; any other is answered. */
enum result sync_take_opened(struct peers *peers, struct connection *connection, struct span opened) {
    struct exchange *exchange = &peers->node->exchange;
    const struct member *by = roster_find(exchange->roster, connection->peer->id);
    struct opened_answer *answer = arena_alloc(&exchange->turn, sizeof *answer);
    if (!by)
        return RESULT_UNKNOWN_MEMBER;
    if (!answer)
        return RESULT_NO_MEMORY;
    TRY(opened_take(exchange, by, opened, &answer->taken));
    answer->next = connection->answers;
    connection->answers = answer;
    return RESULT_OK;
}

static void send_answer(struct peers *peers, struct connection *connection, const struct opened_taken *taken) {
    Noted noted = NOTED__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    noted.reader = proto_bytes(taken->reader, MEMBER_ID_SIZE);
    noted.object = proto_bytes(taken->object, OBJECT_ID_SIZE);
    if (taken->result && taken->result != RESULT_REPLAYED)
        noted.reason = (char *)(uintptr_t)result_name(taken->result);
    message.noted = &noted;
    sync_send(peers, connection, &message);
}

void sync_answer_opened(struct peers *peers, struct connection *connection) {
    for (const struct opened_answer *answer = connection->answers; answer; answer = answer->next)
        send_answer(peers, connection, &answer->taken);
    connection->answers = NULL;
}

enum result sync_take_noted(struct peers *peers, struct connection *connection, const Noted *words) {
    struct opened_taken answer = {.result = RESULT_OK};
    if (words->reader.len != MEMBER_ID_SIZE || words->object.len != OBJECT_ID_SIZE || !connection->opened_under_way)
        return RESULT_MALFORMED;
    connection->opened_under_way--;
    memcpy(answer.reader, words->reader.data, MEMBER_ID_SIZE);
    memcpy(answer.object, words->object.data, OBJECT_ID_SIZE);
    if (words->reason)
        answer.result =
            strcmp(words->reason, result_name(RESULT_UNKNOWN_MEMBER)) == 0 ? RESULT_UNKNOWN_MEMBER : RESULT_NOT_ALLOWED;
    return opened_answered(&peers->node->exchange, connection->peer->id, &answer);
}
