#include "daemon/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/exchange.h"

enum { DIGITS_MIN = 4, THREAD_MEMORY_MAX = 4 * 1024 * 1024 /* to read one thread */ };

/* --- one thread --- */

enum result requests_read(RequestThread **out, struct arena *arena, const struct request_thread *thread) {
    enum result result = proto_decode(arena, &request_thread__descriptor, thread->words, out);
    return result == RESULT_MALFORMED || (!result && ((*out)->peer.len != MEMBER_ID_SIZE || (*out)->n_events == 0))
               ? RESULT_STORE_DAMAGED
               : result;
}

static enum result read_step(RequestStep **out, struct arena *arena, const RequestEvent *event) {
    enum result result = request_decode(out, arena, proto_span(event->step));
    return result && result != RESULT_NO_MEMORY ? RESULT_STORE_DAMAGED : result;
}

enum result requests_last(RequestStep **out, struct arena *arena, const struct request_thread *thread,
                          enum request_code code) {
    RequestThread *words;
    RequestStep *step;
    *out = NULL;
    TRY(requests_read(&words, arena, thread));
    for (size_t i = 0; i < words->n_events; i++) {
        TRY(read_step(&step, arena, words->events[i]));
        if (step->step == code)
            *out = step;
    }
    return RESULT_OK;
}

bool requests_is_overdue(const struct request_thread *thread, uint64_t now_ms) {
    bool is_over = thread->state != REQUEST_OPEN && thread->state != REQUEST_CONDITIONED;
    return !is_over && thread->deadline && now_ms > thread->deadline;
}

void requests_count(const struct requests *requests, uint64_t now_ms, uint64_t *waiting, uint64_t *overdue) {
    *waiting = *overdue = 0;
    for (size_t i = 0; i < requests->count; i++) {
        const struct request_thread *row = &requests->rows[i];
        bool waits = !row->ours && row->state == REQUEST_OPEN;
        *waiting += waits;
        *overdue += waits && requests_is_overdue(row, now_ms);
    }
}

/* What stands beside the words of a thread for who goes through all of them. */
static enum result summarize(struct request_thread *thread, struct arena *arena) {
    RequestThread *words;
    RequestStep *step;
    TRY(requests_read(&words, arena, thread));
    thread->ours = words->ours;
    memcpy(thread->peer, words->peer.data, MEMBER_ID_SIZE);
    for (size_t i = 0; i < words->n_events; i++) {
        TRY(read_step(&step, arena, words->events[i]));
        thread->changed = words->events[i]->time;
        if (i == 0) {
            thread->state = REQUEST_OPEN;
            thread->deadline = step->has_deadline ? step->deadline : 0;
            memcpy(thread->id, step->request.data, REQUEST_ID_SIZE);
            memcpy(thread->object, step->object.data, RELEASE_OBJECT_SIZE);
        } else if (request_follow(&thread->state, (enum request_code)step->step,
                                  words->events[i]->ours == words->ours)) {
            return RESULT_STORE_DAMAGED;
        }
    }
    return RESULT_OK;
}

static bool hold(struct request_thread *thread, struct span words) {
    uint8_t *copy = malloc(words.len);
    if (!copy)
        return false;
    memcpy(copy, words.data, words.len);
    free((void *)(uintptr_t)thread->words.data);
    thread->words = span_of(copy, words.len);
    return true;
}

static enum result take_words(struct request_thread *thread, struct span words) {
    struct arena arena;
    if (!hold(thread, words))
        return RESULT_NO_MEMORY;
    arena_init(&arena, THREAD_MEMORY_MAX);
    enum result result = summarize(thread, &arena);
    arena_release(&arena);
    return result;
}

/* Its words as they shall be: into the open change, and into memory. */
static enum result put(struct exchange *exchange, struct request_thread *thread, const RequestThread *words) {
    struct buf bytes;
    buf_init(&bytes, &exchange->turn);
    proto_encode(&bytes, words);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    TRY(store_put_note(exchange->store, STORE_NOTE_REQUEST, thread->slot, buf_span(&bytes)));
    thread->unsettled = true;
    return take_words(thread, buf_span(&bytes));
}

/* --- all of them --- */

static bool grow(struct requests *requests) {
    if (requests->count < requests->capacity)
        return true;
    size_t capacity = requests->capacity ? 2 * requests->capacity : 16;
    struct request_thread *rows = realloc(requests->rows, capacity * sizeof *rows);
    if (!rows)
        return false;
    requests->rows = rows;
    requests->capacity = capacity;
    return true;
}

static enum result load(struct exchange *exchange, struct arena *arena, struct request_thread *thread) {
    struct span note;
    TRY(store_get_note(exchange->store, arena, STORE_NOTE_REQUEST, thread->slot, &note));
    return take_words(thread, note);
}

static enum result load_all(struct exchange *exchange, struct arena *arena) {
    struct requests *requests = &exchange->requests;
    enum result result = RESULT_OK;
    while (!result && requests->count < REQUESTS_KEPT_MAX) {
        if (!grow(requests))
            return RESULT_NO_MEMORY;
        struct request_thread *thread = &requests->rows[requests->count];
        *thread = (struct request_thread){.slot = (uint32_t)requests->count + 1};
        result = load(exchange, arena, thread);
        if (!result)
            requests->count++;
        else
            free((void *)(uintptr_t)thread->words.data);
        arena_reset(arena);
    }
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}

enum result requests_open(struct exchange *exchange) {
    struct arena arena;
    arena_init(&arena, THREAD_MEMORY_MAX);
    enum result result = load_all(exchange, &arena);
    arena_release(&arena);
    return result;
}

void requests_release(struct requests *requests) {
    for (size_t i = 0; i < requests->count; i++)
        free((void *)(uintptr_t)requests->rows[i].words.data);
    free(requests->rows);
    *requests = (struct requests){0};
}

void requests_settle(struct requests *requests) {
    for (size_t i = 0; i < requests->count; i++)
        requests->rows[i].unsettled = requests->rows[i].fresh = false;
}

void requests_discard(struct exchange *exchange) {
    struct requests *requests = &exchange->requests;
    struct arena arena;
    arena_init(&arena, THREAD_MEMORY_MAX);
    while (requests->count && requests->rows[requests->count - 1].fresh)
        free((void *)(uintptr_t)requests->rows[--requests->count].words.data);
    for (size_t i = 0; i < requests->count; i++) {
        struct request_thread *thread = &requests->rows[i];
        if (!thread->unsettled)
            continue;
        arena_reset(&arena);
        thread->unsettled = false;
        if (load(exchange, &arena, thread))
            exchange->unread = true; /* as it was committed: the store is damaged, or memory is out */
    }
    arena_release(&arena);
}

struct request_thread *requests_find(const struct requests *requests, const uint8_t id[static REQUEST_ID_SIZE]) {
    for (size_t i = 0; i < requests->count; i++)
        if (memcmp(requests->rows[i].id, id, REQUEST_ID_SIZE) == 0)
            return &requests->rows[i];
    return NULL;
}

enum result requests_find_prefix(const struct requests *requests, const char *digits, struct request_thread **out) {
    char whole[2 * REQUEST_ID_SIZE + 1];
    size_t len = strlen(digits);
    struct request_thread *found = NULL;
    if (len < DIGITS_MIN || len > 2 * REQUEST_ID_SIZE || strspn(digits, "0123456789abcdef") != len)
        return RESULT_INVALID;
    for (size_t i = 0; i < requests->count; i++) {
        text_hex(whole, requests->rows[i].id, REQUEST_ID_SIZE);
        if (strncmp(whole, digits, len) != 0)
            continue;
        if (found)
            return RESULT_EXISTS;
        found = &requests->rows[i];
    }
    *out = found;
    return found ? RESULT_OK : RESULT_NOT_FOUND;
}

/* --- a new thread --- */

static size_t count_open(const struct requests *requests, const uint8_t *peer, bool ours) {
    size_t count = 0;
    for (size_t i = 0; i < requests->count; i++) {
        const struct request_thread *row = &requests->rows[i];
        count += row->ours == ours && memcmp(row->peer, peer, MEMBER_ID_SIZE) == 0 &&
                 (row->state == REQUEST_OPEN || row->state == REQUEST_CONDITIONED);
    }
    return count;
}

/* The one that has been over for the longest, of this member if it has its share, else of all; NULL: none is, or there
 * is room for one more. */
static struct request_thread *to_be_replaced(const struct requests *requests, const uint8_t *peer, bool *is_full) {
    struct request_thread *oldest = NULL;
    size_t of_peer = 0;
    for (size_t i = 0; i < requests->count; i++)
        of_peer += memcmp(requests->rows[i].peer, peer, MEMBER_ID_SIZE) == 0;
    bool has_share = of_peer >= REQUESTS_OF_MEMBER_MAX;
    *is_full = has_share || requests->count >= REQUESTS_KEPT_MAX;
    for (size_t i = 0; i < requests->count && *is_full; i++) {
        struct request_thread *row = &requests->rows[i];
        if (row->state != REQUEST_OPEN && row->state != REQUEST_CONDITIONED &&
            (!has_share || memcmp(row->peer, peer, MEMBER_ID_SIZE) == 0) && (!oldest || row->changed < oldest->changed))
            oldest = row;
    }
    return oldest;
}

static bool has_place(const struct requests *requests, const uint8_t *peer) {
    bool is_full;
    return to_be_replaced(requests, peer, &is_full) || !is_full;
}

static enum result make_room(struct requests *requests, const uint8_t *peer, struct request_thread **out) {
    bool is_full;
    *out = to_be_replaced(requests, peer, &is_full);
    if (is_full)
        return *out ? RESULT_OK : RESULT_TOO_LARGE;
    if (!grow(requests))
        return RESULT_NO_MEMORY;
    *out = &requests->rows[requests->count];
    **out = (struct request_thread){.slot = (uint32_t)++requests->count, .fresh = true};
    return RESULT_OK;
}

/* `event` is its request. */
static enum result begin(struct exchange *exchange, const uint8_t *peer, RequestEvent *event, bool ours,
                         struct request_thread **out) {
    RequestThread words = REQUEST_THREAD__INIT;
    TRY(make_room(&exchange->requests, peer, out));
    words.peer = proto_bytes(peer, MEMBER_ID_SIZE);
    words.ours = ours;
    words.events = &event;
    words.n_events = 1;
    return put(exchange, *out, &words);
}

/* --- steps --- */

static enum result add(struct exchange *exchange, struct request_thread *thread, RequestEvent *event) {
    RequestThread *words;
    TRY(requests_read(&words, &exchange->turn, thread));
    RequestEvent **events = arena_array(&exchange->turn, words->n_events + 1, sizeof(RequestEvent *));
    if (!events)
        return RESULT_NO_MEMORY;
    memcpy(events, words->events, words->n_events * sizeof(RequestEvent *));
    events[words->n_events++] = event;
    words->events = events;
    words->proposal = NULL; /* it was about what the thread was before */
    return put(exchange, thread, words);
}

static enum result has_room(struct exchange *exchange, const struct request_thread *thread) {
    RequestThread *words;
    TRY(requests_read(&words, &exchange->turn, thread));
    return words->n_events < REQUEST_STEPS_MAX ? RESULT_OK : RESULT_TOO_LARGE;
}

static enum result check_new(struct exchange *exchange, const uint8_t *author, const RequestStep *step) {
    if (!index_find(exchange->index, step->object.data))
        return RESULT_NOT_FOUND;
    if (count_open(&exchange->requests, author, false) >= REQUESTS_OPEN_MAX)
        return RESULT_TOO_LARGE;
    return has_place(&exchange->requests, author) ? RESULT_OK : RESULT_TOO_LARGE;
}

enum result requests_check(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                           const RequestStep *step) {
    const struct request_thread *thread = requests_find(&exchange->requests, step->request.data);
    if (!thread)
        return step->step == REQUEST_ASK ? check_new(exchange, author, step) : RESULT_NOT_FOUND;
    if (memcmp(thread->peer, author, MEMBER_ID_SIZE) != 0 ||
        memcmp(thread->object, step->object.data, RELEASE_OBJECT_SIZE) != 0)
        return RESULT_NOT_ALLOWED;
    enum request_state state = thread->state;
    TRY(request_follow(&state, (enum request_code)step->step, !thread->ours));
    return has_room(exchange, thread);
}

static enum result event_of(RequestEvent *event, struct exchange *exchange, const RequestStep *step, uint64_t time,
                            bool ours) {
    struct buf bytes;
    buf_init(&bytes, &exchange->turn);
    proto_encode(&bytes, step); /* canonical, so byte for byte as it stands in its entry */
    request_event__init(event);
    event->time = time;
    event->ours = ours;
    event->step = proto_bytes(bytes.data, bytes.len);
    return bytes.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result requests_take(struct exchange *exchange, const uint8_t author[static MEMBER_ID_SIZE],
                          const RequestStep *step, uint64_t created) {
    struct request_thread *thread = requests_find(&exchange->requests, step->request.data);
    RequestEvent event;
    char digits[2 * REQUEST_ID_SIZE + 1];
    const struct member *member = roster_find(exchange->roster, author);
    text_hex(digits, step->request.data, REQUEST_ID_SIZE);
    log_info(_("request %.8s, %s: %s"), digits, member ? member->name : "",
             request_word((enum request_code)step->step));
    TRY(event_of(&event, exchange, step, created, false));
    return thread ? add(exchange, thread, &event) : begin(exchange, author, &event, false, &thread);
}

static enum result say(struct exchange *exchange, const uint8_t *peer, RequestStep *step, RequestEvent *event) {
    const struct member *member = roster_find(exchange->roster, peer);
    uint64_t now_ms = clock_wall_ms(exchange->clock);
    struct span words;
    if (!member)
        return RESULT_UNKNOWN_MEMBER;
    TRY(request_encode(&words, &exchange->turn, step));
    TRY(exchange_may_write(exchange));
    TRY(exchange_begin(exchange));
    TRY(exchange_say(exchange, member, words, now_ms));
    return event_of(event, exchange, step, now_ms, true);
}

enum result requests_ask(struct exchange *exchange, const struct member *whom, RequestStep *step,
                         struct request_thread **out) {
    uint8_t id[REQUEST_ID_SIZE];
    RequestEvent event;
    if (!has_place(&exchange->requests, whom->id) ||
        count_open(&exchange->requests, whom->id, true) >= REQUESTS_OPEN_MAX)
        return RESULT_TOO_LARGE;
    random_fill(exchange->random, id, sizeof id);
    step->step = REQUEST_ASK;
    step->request = proto_bytes(id, sizeof id);
    TRY(say(exchange, whom->id, step, &event));
    enum result result = begin(exchange, whom->id, &event, true, out);
    if (result)
        exchange->failure = result; /* the entry is in the open change already */
    return result;
}

enum result requests_may_say(struct exchange *exchange, const struct request_thread *thread, RequestStep *step) {
    enum request_state state = thread->state;
    struct span unused;
    step->request = proto_bytes(thread->id, REQUEST_ID_SIZE);
    step->object = proto_bytes(thread->object, RELEASE_OBJECT_SIZE);
    TRY(request_follow(&state, (enum request_code)step->step, thread->ours));
    TRY(request_encode(&unused, &exchange->turn, step));
    return has_room(exchange, thread);
}

enum result requests_say(struct exchange *exchange, struct request_thread *thread, RequestStep *step) {
    RequestEvent event;
    TRY(requests_may_say(exchange, thread, step));
    TRY(say(exchange, thread->peer, step, &event));
    enum result result = add(exchange, thread, &event);
    if (result)
        exchange->failure = result;
    return result;
}

enum result requests_propose(struct exchange *exchange, struct request_thread *thread, ReleaseProposal *proposal) {
    RequestThread *words;
    TRY(requests_read(&words, &exchange->turn, thread));
    words->proposal = proposal;
    TRY(exchange_begin(exchange));
    return put(exchange, thread, words);
}
