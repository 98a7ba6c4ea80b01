#include "tests/support/cable.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/chance.h"

/* A modem link has small segments, and its sender's first time-out is TCP's (RFC 6298). */
enum { SEGMENT_BYTES = 536, SEGMENT_OVERHEAD_BYTES = 40, CHUNK_BYTES = 64 * 1024, QUEUED_BYTES_MAX = 256 * 1024 };
static const double first_timeout_s = 1, last_timeout_s = 8, idle_s = 3600;

struct chunk {
    struct chunk *next;
    double due;
    size_t len, off;
    uint8_t bytes[];
};

/* From one end of a call to the other. */
struct way {
    struct chunk *first, **last;
    size_t queued;
    double free_at; /* when the cable can take the next segment */
    bool is_over, is_stuck;
};

struct call {
    struct call *next;
    struct cable *cable;
    int ends[2]; /* who calls, who is called */
    struct way ways[2];
    bool was_answered, is_dead;
    nfds_t at; /* where poll() has its ends */
};

struct cable {
    struct cable *next;
    struct cables *cables;
    int listener;
    struct sockaddr_in to;
    struct cable_shape shape;
    bool is_cut;
    struct cable_counts counts;
};

struct cables {
    pthread_mutex_t lock;
    pthread_t thread;
    int alarm;
    bool is_closing;
    struct cable *rows;
    struct call *calls;
    struct chance chance;
    struct pollfd *polls; /* the alarm, cables, calls; the thread's own */
    nfds_t capacity, listening;
};

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct sockaddr_in address_of(const struct cable_end *end) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(end->port)};
    if (inet_pton(AF_INET, end->host, &address.sin_addr) != 1)
        die(end->host);
    return address;
}

/* ---- calls ---- */

static void accept_call(struct cable *cable) {
    int caller = accept4(cable->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;
    if (caller < 0)
        return;
    int called = cable->is_cut ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct call *call = calloc(1, sizeof *call);
    if (!call || called < 0 || connect(called, (struct sockaddr *)&cable->to, sizeof cable->to) != 0) {
        close(caller);
        if (called >= 0)
            close(called);
        free(call);
        return;
    }
    setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(called, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    *call = (struct call){.next = cable->cables->calls, .cable = cable, .ends = {caller, called}};
    for (int i = 0; i < 2; i++)
        call->ways[i].last = &call->ways[i].first;
    cable->cables->calls = call;
    cable->counts.connections++;
    cable->counts.up_at = now_s();
    cable->counts.said_again_at = 0;
}

static void call_free(struct call *call) {
    const struct linger at_once = {.l_onoff = 1};
    for (int i = 0; i < 2; i++) {
        setsockopt(call->ends[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(call->ends[i]);
        for (struct chunk *chunk = call->ways[i].first, *next; chunk; chunk = next) {
            next = chunk->next;
            free(chunk);
        }
    }
    free(call);
}

static void bury_the_dead(struct cables *cables) {
    for (struct call **at = &cables->calls; *at;) {
        struct call *call = *at;
        if (!call->is_dead && !call->cable->is_cut && !cables->is_closing) {
            at = &call->next;
            continue;
        }
        *at = call->next;
        call_free(call);
    }
}

/* ---- bytes ---- */

/* Takes line time for a segment, and for each time that it is lost, when nothing else is sent until it has been sent
 * again: so TCP does once its window is one segment. Returns when it has arrived. */
static double travel(struct cable *cable, struct way *way, size_t len, double now) {
    const struct cable_shape *shape = &cable->shape;
    double timeout = first_timeout_s;
    double takes = shape->bits_per_s ? (double)(len + SEGMENT_OVERHEAD_BYTES) * 8 / (double)shape->bits_per_s : 0;
    way->free_at = (way->free_at > now ? way->free_at : now) + takes;
    while (shape->loss_percent && chance_below(&cable->cables->chance, 100) < shape->loss_percent) {
        way->free_at += timeout + takes;
        timeout = timeout * 2 < last_timeout_s ? timeout * 2 : last_timeout_s;
    }
    return way->free_at + (double)shape->delay_ms / 1000;
}

/* The caller's second flight is its first that knows an answer: where the handshake of a session is over for it. */
static void count(struct call *call, int from, size_t len, double now) {
    struct cable_counts *counts = &call->cable->counts;
    counts->bytes[from] += len;
    if (from == 0 && call->was_answered && counts->said_again_at == 0)
        counts->said_again_at = now;
}

static bool may_take(const struct call *call, int from, double now) {
    const struct way *way = &call->ways[from];
    return !way->is_over && way->queued < QUEUED_BYTES_MAX && way->free_at <= now;
}

static void take(struct call *call, int from, double now) {
    struct way *way = &call->ways[from];
    bool is_slow = call->cable->shape.bits_per_s != 0;
    size_t most = is_slow ? SEGMENT_BYTES : CHUNK_BYTES;
    struct chunk *chunk = malloc(sizeof *chunk + most);
    if (!chunk)
        die("cable");
    ssize_t len = recv(call->ends[from], chunk->bytes, most, MSG_DONTWAIT);
    if (len <= 0) {
        call->is_dead = len < 0 && errno != EAGAIN && errno != EINTR;
        way->is_over = len == 0;
        free(chunk);
        return;
    }
    chunk->next = NULL;
    chunk->off = 0;
    chunk->len = (size_t)len;
    chunk->due = travel(call->cable, way, chunk->len, now);
    *way->last = chunk;
    way->last = &chunk->next;
    way->queued += chunk->len;
    count(call, from, chunk->len, now);
}

static void give(struct call *call, int from, double now) {
    struct way *way = &call->ways[from];
    int to = call->ends[1 - from];
    way->is_stuck = false;
    while (way->first && way->first->due <= now) {
        struct chunk *chunk = way->first;
        ssize_t len = send(to, chunk->bytes + chunk->off, chunk->len - chunk->off, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (len < 0) {
            way->is_stuck = errno == EAGAIN;
            call->is_dead |= !way->is_stuck && errno != EINTR;
            return;
        }
        call->was_answered |= from == 1;
        chunk->off += (size_t)len;
        way->queued -= (size_t)len;
        if (chunk->off < chunk->len)
            continue;
        way->first = chunk->next;
        way->last = way->first ? way->last : &way->first;
        free(chunk);
    }
    if (way->is_over && !way->first)
        shutdown(to, SHUT_WR);
}

/* ---- the thread ---- */

static struct pollfd *room_for(struct cables *cables, nfds_t count) {
    if (count >= cables->capacity) {
        cables->capacity = 2 * count + 16;
        cables->polls = realloc(cables->polls, cables->capacity * sizeof *cables->polls);
        if (!cables->polls)
            die("cable");
    }
    return &cables->polls[count];
}

static void earlier(double *wake, double at) {
    if (at < *wake)
        *wake = at;
}

static nfds_t watch_calls(struct cables *cables, nfds_t used, double now, double *wake) {
    for (struct call *call = cables->calls; call; call = call->next) {
        call->at = used;
        for (int i = 0; i < 2; i++, used++) {
            const struct way *out = &call->ways[i], *in = &call->ways[1 - i];
            short events = (short)((may_take(call, i, now) ? POLLIN : 0) | (in->is_stuck ? POLLOUT : 0));
            /* an end that is not listened to is not looked at either: it would say at once that it is over */
            *room_for(cables, used) = (struct pollfd){.fd = events ? call->ends[i] : -1, .events = events};
            if (out->first && !out->is_stuck)
                earlier(wake, out->first->due);
            if (!out->is_over && out->free_at > now)
                earlier(wake, out->free_at);
        }
    }
    return used;
}

static nfds_t watch(struct cables *cables, double now, double *wake) {
    nfds_t used = 0;
    *room_for(cables, used++) = (struct pollfd){.fd = cables->alarm, .events = POLLIN};
    for (struct cable *cable = cables->rows; cable; cable = cable->next)
        *room_for(cables, used++) = (struct pollfd){.fd = cable->listener, .events = POLLIN};
    cables->listening = used;
    return watch_calls(cables, used, now, wake);
}

static void act(struct cables *cables, double now) {
    uint64_t ignored;
    if (cables->polls[0].revents && read(cables->alarm, &ignored, sizeof ignored) < 0)
        die("cable");
    for (struct call *call = cables->calls; call; call = call->next)
        for (int i = 0; i < 2; i++) {
            if (cables->polls[call->at + (nfds_t)i].revents & (POLLIN | POLLERR | POLLHUP) && may_take(call, i, now))
                take(call, i, now);
            if (!call->is_dead)
                give(call, i, now);
            call->is_dead |=
                call->ways[0].is_over && call->ways[1].is_over && !call->ways[0].first && !call->ways[1].first;
        }
    nfds_t at = 1;
    for (struct cable *cable = cables->rows; cable && at < cables->listening; cable = cable->next, at++)
        if (cables->polls[at].revents)
            accept_call(cable);
}

static void *carry(void *context) {
    struct cables *cables = context;
    pthread_mutex_lock(&cables->lock);
    while (!cables->is_closing) {
        double now = now_s(), wake = now + idle_s;
        nfds_t used = watch(cables, now, &wake);
        pthread_mutex_unlock(&cables->lock);
        int ready = poll(cables->polls, used, wake > now ? (int)ceil((wake - now) * 1000) : 0);
        pthread_mutex_lock(&cables->lock);
        if (ready >= 0)
            act(cables, now_s());
        bury_the_dead(cables);
    }
    bury_the_dead(cables);
    pthread_mutex_unlock(&cables->lock);
    return NULL;
}

static void wake_up(struct cables *cables) {
    const uint64_t one = 1;
    if (write(cables->alarm, &one, sizeof one) < 0)
        die("cable");
}

/* ---- cables ---- */

struct cables *cables_new(uint64_t seed) {
    struct cables *cables = calloc(1, sizeof *cables);
    if (!cables)
        die("cables");
    cables->chance.state = seed;
    cables->alarm = eventfd(0, EFD_CLOEXEC);
    if (cables->alarm < 0 || pthread_mutex_init(&cables->lock, NULL) ||
        pthread_create(&cables->thread, NULL, carry, cables))
        die("cables");
    return cables;
}

void cables_free(struct cables *cables) {
    if (!cables)
        return;
    pthread_mutex_lock(&cables->lock);
    cables->is_closing = true;
    wake_up(cables);
    pthread_mutex_unlock(&cables->lock);
    pthread_join(cables->thread, NULL);
    for (struct cable *cable = cables->rows, *next; cable; cable = next) {
        next = cable->next;
        close(cable->listener);
        free(cable);
    }
    close(cables->alarm);
    free(cables->polls);
    pthread_mutex_destroy(&cables->lock);
    free(cables);
}

static int listen_at(const struct cable_end *end) {
    const struct sockaddr_in address = address_of(end);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 16) != 0)
        die(end->host);
    return fd;
}

struct cable *cables_add(struct cables *cables, const struct cable_end *from, const struct cable_end *to,
                         const struct cable_shape *shape) {
    struct cable *cable = calloc(1, sizeof *cable);
    if (!cable)
        die("cable");
    cable->cables = cables;
    cable->listener = listen_at(from);
    cable->to = address_of(to);
    if (shape)
        cable->shape = *shape;
    pthread_mutex_lock(&cables->lock);
    /* at the end: poll() may be at work on those before it */
    struct cable **last = &cables->rows;
    while (*last)
        last = &(*last)->next;
    *last = cable;
    wake_up(cables);
    pthread_mutex_unlock(&cables->lock);
    return cable;
}

void cable_cut(struct cable *cable, bool cut) {
    pthread_mutex_lock(&cable->cables->lock);
    cable->is_cut = cut;
    wake_up(cable->cables);
    pthread_mutex_unlock(&cable->cables->lock);
}

struct cable_counts cable_counts(struct cable *cable) {
    pthread_mutex_lock(&cable->cables->lock);
    struct cable_counts counts = cable->counts;
    pthread_mutex_unlock(&cable->cables->lock);
    return counts;
}
