#include "daemon/watchlists.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"

/* Hits of a list lie in a ring of notes. */
enum { HITS_A_NOTE = 128, NOTES_OF_LIST = 64, HITS_OF_LIST = HITS_A_NOTE * (NOTES_OF_LIST - 1), HITS_LIMIT = 50 };

static struct store *store_of(const struct node *node) {
    return node->exchange.store;
}

static enum result get_note(const struct node *node, struct arena *arena, enum store_note kind, uint32_t number,
                            struct span *note) {
    enum result result = store_get_note(store_of(node), arena, kind, number, note);
    if (result == RESULT_NOT_FOUND)
        *note = (struct span){0};
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

/* ---- hits ---- */

struct hit {
    uint64_t number; /* of its list, from 1 */
    uint64_t time;   /* wall milliseconds */
    uint8_t object[OBJECT_ID_SIZE];
};

static uint32_t note_of(const struct watchlist *list, uint64_t number) {
    return list->number * NOTES_OF_LIST + (uint32_t)((number - 1) / HITS_A_NOTE % NOTES_OF_LIST);
}

static bool take_hit(struct span *note, struct hit *hit) {
    return span_u64(note, &hit->number) && span_u64(note, &hit->time) && span_copy(note, hit->object, OBJECT_ID_SIZE);
}

static enum result keep_hit(struct node *node, struct watchlist *list, const uint8_t object[static OBJECT_ID_SIZE]) {
    struct span before = {0};
    struct buf note;
    uint64_t number = list->hits + 1;
    if ((number - 1) % HITS_A_NOTE != 0)
        TRY(get_note(node, &node->exchange.turn, STORE_NOTE_HITS, note_of(list, number), &before));
    buf_init(&note, &node->exchange.turn);
    buf_put_span(&note, before);
    buf_put_u64(&note, number);
    buf_put_u64(&note, clock_wall_ms(node->exchange.clock));
    buf_put(&note, object, OBJECT_ID_SIZE);
    if (note.failed)
        return RESULT_NO_MEMORY;
    TRY(store_put_note(store_of(node), STORE_NOTE_HITS, note_of(list, number), buf_span(&note)));
    list->hits = number;
    return RESULT_OK;
}

static enum result count_hits(const struct node *node, struct arena *arena, struct watchlist *list) {
    for (uint64_t i = 0; i < NOTES_OF_LIST; i++) {
        struct span note;
        struct hit hit;
        TRY(get_note(node, arena, STORE_NOTE_HITS, note_of(list, i * HITS_A_NOTE + 1), &note));
        while (take_hit(&note, &hit))
            if (hit.number > list->hits)
                list->hits = hit.number;
        if (note.len)
            return RESULT_STORE_DAMAGED;
    }
    return RESULT_OK;
}

/* ---- lists ---- */

static enum result put_note(struct node *node, enum store_note kind, uint32_t number, const struct buf *note) {
    return note->failed ? RESULT_NO_MEMORY : store_put_note(store_of(node), kind, number, buf_span(note));
}

static void parse(struct node *node, struct arena *arena, struct watchlist *list) {
    const struct query_world world = answer_world(node);
    struct query_remark mistake;
    list->is_broken = query_parse(&list->query, arena, list->text, &world, &mistake) != RESULT_OK;
    if (list->is_broken)
        log_warning(_("watch list \"%s\" can no longer be read and finds nothing: %s"), list->name,
                    mistake.text ? mistake.text : result_text(RESULT_INVALID));
}

/* An empty note is a list that was removed. */
static enum result read_list(struct node *node, struct watchlists *lists, uint32_t number) {
    struct watchlist *list = &lists->rows[lists->count];
    struct span note;
    *list = (struct watchlist){.number = number};
    TRY(get_note(node, &lists->arena, STORE_NOTE_WATCHLIST, number, &note));
    if (!note.len)
        return RESULT_OK;
    if (!span_u64(&note, &list->created) || !span_text(&note, &list->name) || !span_text(&note, &list->text))
        return RESULT_STORE_DAMAGED;
    TRY(count_hits(node, &lists->arena, list));
    parse(node, &lists->arena, list);
    lists->count++;
    return RESULT_OK;
}

void watchlists_release(struct watchlists *lists) {
    arena_release(&lists->arena);
    *lists = (struct watchlists){0};
}

static enum result read_lists(struct node *node) {
    struct watchlists *lists = &node->watchlists;
    if (lists->is_read)
        return RESULT_OK;
    watchlists_release(lists);
    arena_init(&lists->arena, SIZE_MAX);
    lists->rows = arena_array(&lists->arena, WATCHLISTS_MAX + 1, sizeof *lists->rows);
    if (!lists->rows)
        return RESULT_NO_MEMORY;
    for (uint32_t number = 1; number <= WATCHLISTS_MAX; number++)
        TRY(read_list(node, lists, number));
    lists->is_read = true;
    return RESULT_OK;
}

static bool meets(struct node *node, const struct watchlist *list, const struct document *document) {
    const struct query_world world = answer_world(node);
    return !list->is_broken && query_match(list->query.where, document, &world);
}

/* ---- what comes ---- */

/* A wider view of an alert that is here is new to the lists that it did not meet before. */
static enum result note_alert(struct node *node, const struct admitted *admitted) {
    const struct index_row *present = index_find(node->exchange.index, admitted->row.object);
    struct document before;
    size_t read = 0;
    bool was_here =
        present && !answer_document(&before, &node->exchange.turn, node, present, &read); /* unreadable: new */
    for (size_t i = 0; i < node->watchlists.count; i++) {
        struct watchlist *list = &node->watchlists.rows[i];
        if (meets(node, list, &admitted->document) && !(was_here && meets(node, list, &before)))
            TRY(keep_hit(node, list, admitted->row.object));
    }
    return RESULT_OK;
}

enum result watchlists_note(struct node *node) {
    struct exchange *exchange = &node->exchange;
    if (exchange->admitted_count == 0)
        return RESULT_OK;
    TRY(read_lists(node));
    for (size_t i = 0; node->watchlists.count && i < exchange->admitted_count; i++)
        TRY(note_alert(node, &exchange->admitted[i]));
    return RESULT_OK;
}

void watchlists_settle(struct node *node, bool committed) {
    if (!committed)
        node->watchlists.is_read = false;
}

char **watchlists_met(struct node *node, const struct document *document, size_t *count) {
    struct watchlists *lists = &node->watchlists;
    *count = 0;
    if (read_lists(node) || lists->count == 0)
        return NULL;
    char **names = arena_array(&node->exchange.turn, lists->count, sizeof *names);
    for (size_t i = 0; names && i < lists->count; i++)
        if (meets(node, &lists->rows[i], document))
            names[(*count)++] = words_of(text_format(&node->exchange.turn, "%s", lists->rows[i].name));
    return names;
}

/* ---- answers ---- */

static struct watchlist *find_list(struct node *node, const char *name) {
    for (size_t i = 0; i < node->watchlists.count; i++)
        if (strcmp(node->watchlists.rows[i].name, name) == 0)
            return &node->watchlists.rows[i];
    return NULL;
}

static bool is_name(const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", name[i]))
            return false;
    return len > 0 && len <= NAME_BYTES_MAX;
}

static uint32_t free_number(const struct watchlists *lists) {
    for (uint32_t number = 1; number <= WATCHLISTS_MAX; number++) {
        bool is_taken = false;
        for (size_t i = 0; i < lists->count; i++)
            is_taken |= lists->rows[i].number == number;
        if (!is_taken)
            return number;
    }
    return 0;
}

static enum result add(Reply *reply, struct node *node, const Watchlists *words, const char **complaint) {
    struct watchlist list = {.number = free_number(&node->watchlists),
                             .created = clock_wall_ms(node->exchange.clock),
                             .name = words->add,
                             .text = words->query ? words->query : ""};
    struct search unused;
    struct buf note;
    Find find = FIND__INIT;
    if (!is_name(words->add)) {
        *complaint = _("a watch list is named by letters, digits, \"-\", \"_\" and \".\", 64 at most");
        return RESULT_INVALID;
    }
    if (find_list(node, words->add)) {
        *complaint = _("there is a watch list of that name: remove it first, or take another name");
        return RESULT_EXISTS;
    }
    if (!list.number) {
        *complaint = _("there are 256 watch lists, which is the most");
        return RESULT_TOO_LARGE;
    }
    find.query = words_of(list.text);
    TRY(answer_search(&unused, &node->exchange.turn, node, &find, reply, complaint));
    buf_init(&note, &node->exchange.turn);
    buf_put_u64(&note, list.created);
    buf_put(&note, list.name, strlen(list.name) + 1);
    buf_put(&note, list.text, strlen(list.text) + 1);
    TRY(exchange_begin(&node->exchange));
    node->watchlists.is_read = false;
    return put_note(node, STORE_NOTE_WATCHLIST, list.number, &note);
}

/* With its hits. */
static enum result remove_list(struct node *node, const char *name, const char **complaint) {
    struct watchlist *list = find_list(node, name);
    const struct span empty = {0};
    if (!list) {
        *complaint = _("there is no watch list of that name");
        return RESULT_NOT_FOUND;
    }
    TRY(exchange_begin(&node->exchange));
    TRY(store_put_note(store_of(node), STORE_NOTE_WATCHLIST, list->number, empty));
    for (uint64_t i = 0; i < NOTES_OF_LIST && i * HITS_A_NOTE < list->hits; i++)
        TRY(store_put_note(store_of(node), STORE_NOTE_HITS, note_of(list, i * HITS_A_NOTE + 1), empty));
    node->watchlists.is_read = false;
    return RESULT_OK;
}

static enum result put_lists(Reply *reply, struct node *node) {
    struct arena *turn = &node->exchange.turn;
    const struct watchlists *lists = &node->watchlists;
    reply->watchlists = arena_array(turn, lists->count + 1, sizeof *reply->watchlists);
    for (size_t i = 0; reply->watchlists && i < lists->count; i++) {
        WatchlistStatus *status = arena_alloc(turn, sizeof *status);
        if (!status)
            return RESULT_NO_MEMORY;
        watchlist_status__init(status);
        status->name = words_of(lists->rows[i].name);
        status->query = words_of(lists->rows[i].text);
        status->created = lists->rows[i].created;
        status->hits = lists->rows[i].hits;
        status->broken = lists->rows[i].is_broken;
        reply->watchlists[reply->n_watchlists++] = status;
    }
    return reply->watchlists ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result read_hit(struct node *node, const struct watchlist *list, uint64_t number, struct hit *out) {
    struct span note;
    TRY(get_note(node, &node->exchange.turn, STORE_NOTE_HITS, note_of(list, number), &note));
    while (take_hit(&note, out))
        if (out->number == number)
            return RESULT_OK;
    return RESULT_NOT_FOUND;
}

/* The alert itself, if operators may still find it. */
static enum result put_hit(Reply *reply, struct node *node, const struct hit *hit) {
    const struct index_row *row = index_find(node->exchange.index, hit->object);
    WatchlistHit *words = arena_alloc(&node->exchange.turn, sizeof *words);
    uint8_t *object = arena_copy(&node->exchange.turn, hit->object, OBJECT_ID_SIZE);
    if (!words || !object)
        return RESULT_NO_MEMORY;
    watchlist_hit__init(words);
    words->number = hit->number;
    words->time = hit->time;
    words->object = proto_bytes(object, OBJECT_ID_SIZE);
    words->here = row != NULL;
    if (row)
        TRY(answer_row_words(&reply->rows[reply->n_rows++], node, row, false));
    reply->hits[reply->n_hits++] = words;
    return RESULT_OK;
}

static enum result put_hits(Reply *reply, struct node *node, const Watchlists *words, const char **complaint) {
    const struct watchlist *list = find_list(node, words->hits);
    size_t limit = words->has_limit ? words->limit : HITS_LIMIT;
    if (!list) {
        *complaint = _("there is no watch list of that name");
        return RESULT_NOT_FOUND;
    }
    if (limit > HITS_OF_LIST)
        limit = HITS_OF_LIST;
    uint64_t number = words->before && words->before <= list->hits ? words->before - 1 : list->hits;
    uint64_t last = list->hits > HITS_OF_LIST ? list->hits - HITS_OF_LIST : 0;
    reply->rows = arena_array(&node->exchange.turn, limit + 1, sizeof *reply->rows);
    reply->hits = arena_array(&node->exchange.turn, limit + 1, sizeof *reply->hits);
    if (!reply->rows || !reply->hits)
        return RESULT_NO_MEMORY;
    for (; number > last && reply->n_hits < limit; number--) {
        struct hit hit;
        TRY(read_hit(node, list, number, &hit));
        TRY(put_hit(reply, node, &hit));
    }
    reply->has_total = true;
    reply->total = list->hits;
    return RESULT_OK;
}

enum result watchlists_answer(Reply *reply, struct node *node, const Watchlists *words, const char **complaint) {
    TRY(read_lists(node));
    if (words->add)
        return add(reply, node, words, complaint);
    if (words->remove)
        return remove_list(node, words->remove, complaint);
    return words->hits ? put_hits(reply, node, words, complaint) : put_lists(reply, node);
}
