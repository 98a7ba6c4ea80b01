#include "net/link.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/address.h"
#include "net/link_internal.h"
#include "net/outbox.h"

/* The life of a link
 *
 *     DIALING ──▶ UP ──▶ FLUSHING ──▶ ENDING ──▶ OVER
 *        │         └───────────────────▲
 *        └──────────────────────────────┘
 *
 *   DIALING   nng connects. Only the event of the result names the link, so only callbacks touch it.
 *   UP        LINK_UP is posted. Reads when told to, writes what is queued.
 *   FLUSHING  link_close() with something queued: no more reading; a timer runs.
 *   ENDING    the stream is closed; what nng still has under way comes back with an error.
 *   OVER      nothing is under way and nothing will be: LINK_DOWN is posted, once, as the last act.
 *
 * Why no callback touches a freed link. `reading`, `writing` and `timing` say under the lock what nng has under way; it
 * is started under the lock and not in ENDING or OVER, so OVER is final. link_free() asserts OVER, and then first stops
 * the three aios, which waits until a callback that is still on its way out (it may be the one that posted LINK_DOWN)
 * has returned. Nothing of nng's calls back from within a call: all completions come from its own threads.
 *
 * Memory of what comes in grows as bytes arrive, never by what a length claims.
 */
enum phase { DIALING, UP, FLUSHING, ENDING, OVER };

enum {
    READ_STEP = 68 * 1024, /* one full frame between nodes, and some more */
    PIECES_MAX = 8,        /* that nng 1.5 takes in one write */
    FLUSH_MS = 1000,
    PEER_SIZE = NNG_MAXADDRLEN,
};

/* A link_event and what only this file knows of it. */
struct event {
    struct link_event event; /* first */
    struct link *unborn;     /* a dial that failed: nobody else knows this link */
    uint8_t *buffer;         /* that the frames lie in */
    struct span frames[];
};

struct link {
    pthread_mutex_t lock;
    struct link_options options;
    enum phase phase;
    enum result why;
    bool reading, writing, timing;
    nng_aio *reader, *writer, *timer; /* the timer dials, later it limits the flushing */
    nng_stream_dialer *dialer;
    uint64_t dial_deadline;
    nng_stream *stream;
    struct event *up, *down; /* made beforehand: telling them may not fail */
    uint8_t *in;             /* NULL while nothing of the next frame is there */
    size_t in_len, in_capacity;
    struct outbox out;
    atomic_size_t queued;
    _Atomic uint64_t sent, received;
    char peer[PEER_SIZE];
};

static void on_read(void *argument);
static void on_write(void *argument);
static void on_timer(void *argument);

static nng_duration duration(uint64_t ms) {
    return ms == 0 ? NNG_DURATION_INFINITE : ms > INT32_MAX ? INT32_MAX : (nng_duration)ms;
}

/* ---- events ---- */

static struct event *event_new(struct link *link, enum link_event_kind kind, size_t frames) {
    struct event *event = calloc(1, sizeof *event + frames * sizeof *event->frames);
    if (event)
        event->event = (struct link_event){.kind = kind, .link = link, .frames = event->frames, .count = frames};
    return event;
}

static void post(struct link *link, struct event *event) {
    event->event.owner = link->options.owner;
    mailbox_post(link->options.mailbox, &event->event.mail);
}

void link_event_free(struct link_event *public) {
    struct event *event = (struct event *)public;
    if (!event)
        return;
    if (event->unborn)
        link_free(event->unborn);
    free(event->buffer);
    free(event);
}

/* ---- making and ending ---- */

static struct link *link_new(const struct link_options *options) {
    assert(options->length_bytes == 2 || options->length_bytes == 4);
    assert(options->length_bytes == 4 || options->frame_max <= UINT16_MAX);
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->options = *options;
    link->phase = OVER; /* as long as nng knows nothing of it */
    pthread_mutex_init(&link->lock, NULL);
    link->up = event_new(link, LINK_UP, 0);
    link->down = event_new(link, LINK_DOWN, 0);
    if (!link->up || !link->down || nng_aio_alloc(&link->reader, on_read, link) != 0 ||
        nng_aio_alloc(&link->writer, on_write, link) != 0 || nng_aio_alloc(&link->timer, on_timer, link) != 0) {
        link_free(link);
        return NULL;
    }
    return link;
}

void link_aio_free(nng_aio *aio) {
    if (!aio)
        return;
    nng_aio_stop(aio);
    nng_aio_free(aio);
}

void link_free(struct link *link) {
    assert(link->phase == OVER);
    link_aio_free(link->reader);
    link_aio_free(link->writer);
    link_aio_free(link->timer);
    if (link->stream)
        nng_stream_free(link->stream);
    if (link->dialer)
        nng_stream_dialer_free(link->dialer);
    outbox_release(&link->out);
    free(link->in);
    free(link->up);
    free(link->down);
    pthread_mutex_destroy(&link->lock);
    free(link);
}

static void end(struct link *link, enum result why) {
    if (link->phase >= ENDING)
        return;
    link->phase = ENDING;
    link->why = why;
    if (link->stream)
        nng_stream_close(link->stream);
    if (link->timing)
        nng_aio_cancel(link->timer);
}

/* To be called last under the lock by everything that may have ended the link or taken the last of it back from nng. */
static void settle(struct link *link) {
    if (link->phase != ENDING || link->reading || link->writing || link->timing)
        return;
    link->phase = OVER;
    struct event *down = link->down;
    link->down = NULL;
    down->event.why = link->why;
    post(link, down);
}

/* What ends a link is told in few words. */
static enum result why_of(int nng_error) {
    enum result result = address_result(nng_error);
    return result == RESULT_TIMED_OUT || result == RESULT_NO_MEMORY ? result : RESULT_DISCONNECTED;
}

/* ---- reading ---- */

static size_t read_length(const struct link *link, const uint8_t *at) {
    size_t length = 0;
    for (unsigned i = 0; i < link->options.length_bytes; i++)
        length = length << 8 | at[i];
    return length;
}

/* Takes the next whole frame off `rest`. A length that is too large makes no whole frame. */
static bool take_frame(const struct link *link, struct span *rest, struct span *frame) {
    struct span after = *rest;
    struct span length;
    if (!span_take(&after, link->options.length_bytes, &length))
        return false;
    size_t size = read_length(link, length.data);
    if (size > link->options.frame_max || !span_take(&after, size, frame))
        return false;
    *rest = after;
    return true;
}

static bool make_room(struct link *link) {
    if (link->in_len < link->in_capacity)
        return true;
    size_t capacity = link->in_capacity ? link->in_capacity * 2 : READ_STEP;
    uint8_t *grown = realloc(link->in, capacity);
    if (!grown)
        return false;
    link->in = grown;
    link->in_capacity = capacity;
    return true;
}

/* Reads on; no whole frame is left in the buffer. */
static void read_on(struct link *link) {
    if (link->in_len >= link->options.length_bytes && read_length(link, link->in) > link->options.frame_max) {
        end(link, RESULT_TOO_LARGE);
        return;
    }
    if (!make_room(link)) {
        end(link, RESULT_NO_MEMORY);
        return;
    }
    nng_iov room = {.iov_buf = link->in + link->in_len, .iov_len = link->in_capacity - link->in_len};
    nng_aio_set_iov(link->reader, 1, &room);
    nng_aio_set_timeout(link->reader, duration(link->options.idle_ms));
    link->reading = true;
    nng_stream_recv(link->stream, link->reader);
}

/* Hands the buffer over with its `count` whole frames; what is left of the next one moves to a new buffer. */
static enum result hand_over(struct link *link, size_t count) {
    struct event *event = event_new(link, LINK_FRAMES, count);
    if (!event)
        return RESULT_NO_MEMORY;
    struct span rest = span_of(link->in, link->in_len);
    for (size_t i = 0; i < count; i++)
        take_frame(link, &rest, &event->frames[i]);
    uint8_t *fresh = NULL;
    size_t capacity = rest.len ? (rest.len > READ_STEP ? rest.len : READ_STEP) : 0;
    if (capacity) {
        fresh = malloc(capacity);
        if (!fresh) {
            free(event);
            return RESULT_NO_MEMORY;
        }
        memcpy(fresh, rest.data, rest.len);
    }
    event->buffer = link->in;
    link->in = fresh;
    link->in_len = rest.len;
    link->in_capacity = capacity;
    post(link, event);
    return RESULT_OK;
}

static void deliver(struct link *link) {
    struct span rest = span_of(link->in, link->in_len), frame;
    size_t count = 0;
    while (take_frame(link, &rest, &frame))
        count++;
    if (count == 0) {
        read_on(link);
        return;
    }
    enum result result = hand_over(link, count);
    if (result)
        end(link, result);
}

static void on_read(void *argument) {
    struct link *link = argument;
    pthread_mutex_lock(&link->lock);
    link->reading = false;
    int error = nng_aio_result(link->reader);
    if (link->phase == UP && error) {
        end(link, why_of(error));
    } else if (link->phase == UP) {
        size_t count = nng_aio_count(link->reader);
        link->in_len += count;
        atomic_fetch_add(&link->received, count);
        deliver(link);
    }
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

void link_more(struct link *link) {
    pthread_mutex_lock(&link->lock);
    if (link->phase == UP && !link->reading)
        read_on(link);
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

/* ---- writing ---- */

static void write_on(struct link *link) {
    if (link->writing || outbox_is_empty(&link->out) || link->phase >= ENDING)
        return;
    struct span pieces[PIECES_MAX];
    nng_iov parts[PIECES_MAX];
    unsigned count = outbox_pieces(&link->out, pieces, PIECES_MAX);
    for (unsigned i = 0; i < count; i++)
        parts[i] = (nng_iov){.iov_buf = (void *)(uintptr_t)pieces[i].data, .iov_len = pieces[i].len};
    nng_aio_set_iov(link->writer, count, parts);
    nng_aio_set_timeout(link->writer, duration(link->options.idle_ms)); /* a peer that takes nothing is gone, too */
    link->writing = true;
    nng_stream_send(link->stream, link->writer);
}

/* nng reports a write as soon as the kernel has taken some of it. */
static void count_written(struct link *link, size_t len) {
    size_t low = link->options.low_bytes;
    outbox_drop(&link->out, len);
    size_t before = atomic_fetch_sub(&link->queued, len);
    atomic_fetch_add(&link->sent, len);
    if (link->phase != UP || before < low || before - len >= low)
        return;
    struct event *drained = event_new(link, LINK_DRAINED, 0);
    if (drained)
        post(link, drained);
    else
        end(link, RESULT_NO_MEMORY); /* whoever waits for it would wait for ever */
}

static void on_write(void *argument) {
    struct link *link = argument;
    pthread_mutex_lock(&link->lock);
    link->writing = false;
    int error = nng_aio_result(link->writer);
    if (error)
        end(link, why_of(error));
    else
        count_written(link, nng_aio_count(link->writer));
    write_on(link);
    if (link->phase == FLUSHING && outbox_is_empty(&link->out))
        end(link, RESULT_DISCONNECTED);
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

void link_send(struct link *link, struct span frame) {
    assert(frame.len <= link->options.frame_max);
    pthread_mutex_lock(&link->lock);
    if (link->phase == UP) {
        if (outbox_put(&link->out, link->options.length_bytes, frame)) {
            atomic_fetch_add(&link->queued, link->options.length_bytes + frame.len);
            write_on(link);
        } else {
            end(link, RESULT_NO_MEMORY);
        }
    }
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

/* ---- coming up and closing ---- */

/* False while nng's stream is not connected. */
static bool name_peer(struct link *link, nng_stream *stream) {
    nng_sockaddr address;
    char host[INET6_ADDRSTRLEN];
    if (nng_stream_get_addr(stream, NNG_OPT_REMADDR, &address) != 0)
        return false;
    if (address.s_family == NNG_AF_INET && inet_ntop(AF_INET, &address.s_in.sa_addr, host, sizeof host))
        snprintf(link->peer, sizeof link->peer, "%s:%u", host, (unsigned)ntohs(address.s_in.sa_port));
    if (address.s_family == NNG_AF_INET6 && inet_ntop(AF_INET6, address.s_in6.sa_addr, host, sizeof host))
        snprintf(link->peer, sizeof link->peer, "[%s]:%u", host, (unsigned)ntohs(address.s_in6.sa_port));
    return true;
}

static void come_up(struct link *link, nng_stream *stream, bool accepted) {
    link->stream = stream;
    link->phase = UP;
    struct event *up = link->up;
    link->up = NULL;
    up->event.accepted = accepted;
    post(link, up);
}

void link_accept(nng_stream *stream, const char *peer, const struct link_options *options) {
    struct link *link = link_new(options);
    if (!link) {
        nng_stream_free(stream);
        return;
    }
    snprintf(link->peer, sizeof link->peer, "%s", peer);
    name_peer(link, stream);
    pthread_mutex_lock(&link->lock);
    come_up(link, stream, true);
    pthread_mutex_unlock(&link->lock);
}

static void dial(struct link *link, uint64_t timeout_ms) {
    link->timing = true;
    nng_aio_set_timeout(link->timer, duration(timeout_ms));
    nng_stream_dialer_dial(link->dialer, link->timer);
}

/* nng 1.5 looks at a socket too early at times, takes "no error yet" for "connected", and hands over a stream that
 * leads nowhere: then once more, for the time that is left. */
static void dial_again(struct link *link, nng_stream *stream) {
    nng_stream_free(stream);
    uint64_t now = clock_steady_ms(clock_system());
    dial(link, link->dial_deadline > now ? link->dial_deadline - now : 1);
}

static void dialed(struct link *link) {
    int error = nng_aio_result(link->timer);
    if (!error) {
        nng_stream *stream = nng_aio_get_output(link->timer, 0);
        if (name_peer(link, stream))
            come_up(link, stream, false);
        else
            dial_again(link, stream);
        return;
    }
    link->down->event.link = NULL;
    link->down->unborn = link;
    end(link, address_result(error) == RESULT_NOT_FOUND ? RESULT_NOT_FOUND : why_of(error));
}

static void on_timer(void *argument) {
    struct link *link = argument;
    pthread_mutex_lock(&link->lock);
    link->timing = false;
    if (link->phase == DIALING)
        dialed(link);
    else
        end(link, RESULT_DISCONNECTED);
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

static enum result dialer_open(nng_stream_dialer **out, const char *address) {
    TRY(address_check(address));
    int error = nng_stream_dialer_alloc(out, address);
    if (error)
        return error == NNG_ENOMEM ? RESULT_NO_MEMORY : RESULT_INVALID;
    if (!address_path(address)) {
        nng_stream_dialer_set_bool(*out, NNG_OPT_TCP_NODELAY, true);
        nng_stream_dialer_set_bool(*out, NNG_OPT_TCP_KEEPALIVE, true);
    }
    return RESULT_OK;
}

enum result link_dial(const char *address, uint64_t timeout_ms, const struct link_options *options) {
    struct link *link = link_new(options);
    if (!link)
        return RESULT_NO_MEMORY;
    enum result result = dialer_open(&link->dialer, address);
    if (result) {
        link_free(link);
        return result;
    }
    snprintf(link->peer, sizeof link->peer, "%s", address + strlen("tcp://"));
    pthread_mutex_lock(&link->lock);
    link->phase = DIALING;
    link->dial_deadline = clock_steady_ms(clock_system()) + timeout_ms;
    dial(link, timeout_ms);
    pthread_mutex_unlock(&link->lock);
    return RESULT_OK;
}

static void flush(struct link *link) {
    link->phase = FLUSHING;
    if (link->reading)
        nng_aio_cancel(link->reader);
    link->timing = true;
    nng_aio_set_timeout(link->timer, NNG_DURATION_INFINITE);
    nng_sleep_aio(FLUSH_MS, link->timer);
}

void link_close(struct link *link) {
    pthread_mutex_lock(&link->lock);
    if (link->phase == UP && !outbox_is_empty(&link->out))
        flush(link);
    else if (link->phase == UP)
        end(link, RESULT_DISCONNECTED);
    settle(link);
    pthread_mutex_unlock(&link->lock);
}

/* ---- what a link tells of itself ---- */

size_t link_queued(const struct link *link) {
    return atomic_load(&link->queued);
}

void link_set_owner(struct link *link, void *owner) {
    pthread_mutex_lock(&link->lock);
    link->options.owner = owner;
    pthread_mutex_unlock(&link->lock);
}

void *link_owner(const struct link *link) {
    return link->options.owner; /* set by the same thread */
}

bool link_peer_user(const struct link *link, uint32_t *uid, uint32_t *pid) {
    uint64_t user, process;
    if (nng_stream_get_uint64(link->stream, NNG_OPT_IPC_PEER_UID, &user) != 0 ||
        nng_stream_get_uint64(link->stream, NNG_OPT_IPC_PEER_PID, &process) != 0)
        return false;
    *uid = (uint32_t)user;
    *pid = (uint32_t)process;
    return true;
}

const char *link_peer_address(const struct link *link) {
    return link->peer;
}

void link_counts(const struct link *link, uint64_t *sent, uint64_t *received) {
    *sent = atomic_load(&link->sent);
    *received = atomic_load(&link->received);
}
