#include "net/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/address.h"
#include "net/outbox.h"
#include "tests/sim/link.h"

enum { PEER_SIZE = 128, PIECES_MAX = 8, FLUSH_MS = 1000, SYN_AGAIN_MS = 1000 };

/* As in net/link.c, where a dial that failed is over before it was up. */
enum phase { DIALING, UP, FLUSHING, OVER };

struct event {
    struct link_event event; /* first */
    uint8_t *buffer;
    struct span frames[];
};

/* Is kept after link_free() until the run is over: events may still name it. */
struct link {
    struct link_options options;
    enum phase phase;
    int node;
    int other;
    struct wire *wire;
    int end;
    bool reading;
    uint8_t *in;
    size_t in_len, in_capacity;
    struct outbox out;
    size_t queued;
    uint64_t sent, received;
    uint64_t read_at;  /* when it last began to read, or brought something */
    uint64_t write_at; /* when something last went out, or had to wait for it */
    uint64_t dial_deadline;
    char address[PEER_SIZE];
    struct link *next;
};

struct link_listener {
    struct link_options options;
    int node;
    bool is_open;
    char address[PEER_SIZE];
    struct link_listener *next;
};

static struct link *links;
static struct link_listener *listeners;
static bool silent[NODES_MAX], abandoned[NODES_MAX];

void (*link_mail)(int node);
void (*link_tap)(int node, struct span frame);

/* ---- events ---- */

static void post(struct link *link, enum link_event_kind kind, struct event *event) {
    event->event.kind = kind;
    event->event.link = link;
    event->event.owner = link->options.owner;
    mailbox_post(link->options.mailbox, &event->event.mail);
    link_mail(link->node);
}

static struct event *event_new(size_t frames) {
    struct event *event = calloc(1, sizeof *event + frames * sizeof *event->frames);
    assert(event);
    event->event.frames = event->frames;
    event->event.count = frames;
    return event;
}

void link_event_free(struct link_event *public) {
    struct event *event = (struct event *)public;
    if (!event)
        return;
    free(event->buffer);
    free(event);
}

/* ---- making and ending ---- */

static void on_readable(void *owner);
static void on_writable(void *owner);
static void on_reset(void *owner);

static struct link *link_new(int node, int other, const struct link_options *options) {
    struct link *link = calloc(1, sizeof *link);
    assert(link);
    link->options = *options;
    link->node = node;
    link->other = other;
    link->next = links;
    links = link;
    return link;
}

static void end(struct link *link, enum result why) {
    if (link->phase == OVER)
        return;
    struct event *down = event_new(0);
    bool was_dialing = link->phase == DIALING;
    link->phase = OVER;
    if (link->wire)
        wire_close(link->wire, link->end);
    down->event.why = why;
    post(link, LINK_DOWN, down);
    if (was_dialing)
        down->event.link = NULL;
}

void link_free(struct link *link) {
    assert(link->phase == OVER);
    outbox_release(&link->out);
    free(link->in);
    link->in = NULL;
}

/* One timer a link: a side that has brought or taken nothing for too long is gone. */
static void look_at_idle(void *context, uint64_t value) {
    struct link *link = context;
    uint64_t deadline = UINT64_MAX, idle = link->options.idle_ms;
    (void)value;
    if (link->phase == OVER || idle == 0)
        return;
    if (link->reading)
        deadline = link->read_at + idle;
    if (link->queued && link->write_at + idle < deadline)
        deadline = link->write_at + idle;
    if (deadline <= machine_now())
        end(link, RESULT_TIMED_OUT);
    else
        machine_at(deadline == UINT64_MAX ? machine_now() + idle : deadline, look_at_idle, link, 0);
}

static void come_up(struct link *link, struct wire *wire, int wire_end, bool accepted) {
    const struct plug plug = {.readable = on_readable, .writable = on_writable, .reset = on_reset, .owner = link};
    struct event *up = event_new(0);
    link->wire = wire;
    link->end = wire_end;
    link->phase = UP;
    wire_plug(wire, wire_end, &plug);
    up->event.accepted = accepted;
    post(link, LINK_UP, up);
    look_at_idle(link, 0);
}

/* ---- reading ---- */

static size_t read_length(const struct link *link, const uint8_t *at) {
    size_t length = 0;
    for (unsigned i = 0; i < link->options.length_bytes; i++)
        length = length << 8 | at[i];
    return length;
}

static bool take_frame(const struct link *link, struct span *rest, struct span *frame) {
    struct span after = *rest, length;
    if (!span_take(&after, link->options.length_bytes, &length))
        return false;
    size_t size = read_length(link, length.data);
    if (size > link->options.frame_max || !span_take(&after, size, frame))
        return false;
    *rest = after;
    return true;
}

static void hand_over(struct link *link, size_t count, size_t len) {
    struct event *event = event_new(count);
    event->buffer = malloc(len);
    assert(event->buffer);
    memcpy(event->buffer, link->in, len);
    struct span rest = span_of(event->buffer, len);
    for (size_t i = 0; i < count; i++)
        take_frame(link, &rest, &event->frames[i]);
    link->in_len -= len;
    memmove(link->in, link->in + len, link->in_len);
    link->reading = false;
    post(link, LINK_FRAMES, event);
}

/* What has arrived, into a buffer of our own: a frame may be larger than what fits on the wire. */
static void take_in(struct link *link) {
    struct span waiting = wire_waiting(link->wire, link->end);
    if (link->in_len + waiting.len > link->in_capacity) {
        link->in_capacity = 2 * (link->in_len + waiting.len);
        link->in = realloc(link->in, link->in_capacity);
        assert(link->in);
    }
    if (waiting.len)
        memcpy(link->in + link->in_len, waiting.data, waiting.len);
    link->in_len += waiting.len;
    link->received += waiting.len;
    wire_read(link->wire, link->end, waiting.len);
}

static void read_on(struct link *link) {
    size_t count = 0;
    struct span frame;
    if (link->phase != UP || !link->reading)
        return;
    take_in(link);
    struct span rest = span_of(link->in, link->in_len);
    while (take_frame(link, &rest, &frame))
        count++;
    if (count)
        hand_over(link, count, link->in_len - rest.len);
    else if (rest.len >= link->options.length_bytes && read_length(link, rest.data) > link->options.frame_max)
        end(link, RESULT_TOO_LARGE);
    else if (wire_is_over(link->wire, link->end))
        end(link, RESULT_DISCONNECTED);
}

static void on_readable(void *owner) {
    struct link *link = owner;
    link->read_at = machine_now();
    read_on(link);
}

static void on_reset(void *owner) {
    end(owner, RESULT_DISCONNECTED);
}

void link_more(struct link *link) {
    if (link->phase != UP || link->reading)
        return;
    link->reading = true;
    link->read_at = machine_now();
    read_on(link);
}

/* ---- writing ---- */

static void write_on(struct link *link) {
    while (link->phase < OVER && link->queued) {
        struct span piece;
        outbox_pieces(&link->out, &piece, 1);
        size_t taken = wire_send(link->wire, link->end, piece);
        if (taken == 0)
            return;
        outbox_drop(&link->out, taken);
        bool was_low = link->queued < link->options.low_bytes;
        link->queued -= taken;
        if (link->phase == UP && !was_low && link->queued < link->options.low_bytes)
            post(link, LINK_DRAINED, event_new(0));
        link->sent += taken;
        link->write_at = machine_now();
    }
    if (link->phase == FLUSHING)
        end(link, RESULT_DISCONNECTED);
}

static void on_writable(void *owner) {
    write_on(owner);
}

void link_send(struct link *link, struct span frame) {
    assert(frame.len <= link->options.frame_max);
    if (link->phase != UP || silent[link->node])
        return;
    if (link->other != NOBODY)
        link_tap(link->node, frame);
    if (link->queued == 0)
        link->write_at = machine_now();
    if (!outbox_put(&link->out, link->options.length_bytes, frame))
        assert(false);
    link->queued += link->options.length_bytes + frame.len;
    write_on(link);
}

static void stop_flushing(void *context, uint64_t value) {
    (void)value;
    end(context, RESULT_DISCONNECTED);
}

void link_close(struct link *link) {
    if (link->phase == OVER || link->phase == FLUSHING)
        return;
    if (link->queued == 0 || abandoned[link->node]) {
        end(link, RESULT_DISCONNECTED);
        return;
    }
    link->phase = FLUSHING;
    machine_at(machine_now() + FLUSH_MS, stop_flushing, link, 0);
}

/* ---- listening and dialing ---- */

enum result link_listen(struct link_listener **out, const char *address, const struct link_options *options) {
    TRY(address_check(address));
    for (struct link_listener *other = listeners; other; other = other->next)
        if (other->is_open && strcmp(other->address, address) == 0)
            return RESULT_EXISTS;
    struct link_listener *listener = calloc(1, sizeof *listener);
    assert(listener);
    listener->options = *options;
    listener->node = machine_here();
    listener->is_open = true;
    listener->next = listeners;
    snprintf(listener->address, sizeof listener->address, "%s", address);
    listeners = listener;
    *out = listener;
    return RESULT_OK;
}

uint16_t link_listener_port(const struct link_listener *listener) {
    return (uint16_t)strtoul(strrchr(listener->address, ':') + 1, NULL, 10);
}

void link_listener_close(struct link_listener *listener) {
    if (listener)
        listener->is_open = false;
}

static struct link_listener *find_listener(const char *address) {
    for (struct link_listener *listener = listeners; listener; listener = listener->next)
        if (listener->is_open && strcmp(listener->address, address) == 0)
            return listener;
    return NULL;
}

struct wire *link_call(int from, const char *address) {
    struct link_listener *listener = find_listener(address);
    if (!listener || silent[listener->node])
        return NULL;
    struct wire *wire = wire_new(from, listener->node);
    struct link *link = link_new(listener->node, from == NOBODY ? NOBODY : from, &listener->options);
    snprintf(link->address, sizeof link->address, "caller:%d", from);
    come_up(link, wire, 1, true);
    return wire;
}

/* The way back to the caller. */
static void answer(void *context, uint64_t listens) {
    struct link *link = context;
    if (link->phase != DIALING)
        return;
    if (network_is_shut(link->other, link->node))
        machine_at(machine_now() + SYN_AGAIN_MS, answer, link, listens);
    else if (listens)
        come_up(link, link->wire, 0, false);
    else
        end(link, RESULT_NOT_FOUND);
}

/* The way there, again and again. Nobody can be waited for whose machine has no power. */
static void knock(void *context, uint64_t value) {
    struct link *link = context;
    if (link->phase != DIALING)
        return;
    if (network_is_shut(link->node, link->other) || !network_is_machine_up(link->other)) {
        machine_at(machine_now() + SYN_AGAIN_MS, knock, link, value);
        return;
    }
    link->wire = link_call(link->node, link->address);
    machine_at(machine_now() + network_delay(link->other, link->node), answer, link, link->wire != NULL);
}

static void give_up(void *context, uint64_t value) {
    struct link *link = context;
    (void)value;
    if (link->phase == DIALING)
        end(link, RESULT_TIMED_OUT);
}

/* Node i listens at port 4450 + i. */
static int node_at(const char *address) {
    unsigned long port = strtoul(strrchr(address, ':') + 1, NULL, 10);
    assert(port >= 4450 && port < 4450 + NODES_MAX);
    return (int)(port - 4450);
}

enum result link_dial(const char *address, uint64_t timeout_ms, const struct link_options *options) {
    TRY(address_check(address));
    struct link *link = link_new(machine_here(), node_at(address), options);
    snprintf(link->address, sizeof link->address, "%s", address);
    machine_at(machine_now() + network_delay(link->node, link->other), knock, link, 0);
    machine_at(machine_now() + timeout_ms, give_up, link, 0);
    return RESULT_OK;
}

/* ---- a node goes ---- */

void link_silence(int node) {
    silent[node] = true;
}

void link_abandon(int node) {
    silent[node] = abandoned[node] = true;
    for (struct link_listener *listener = listeners; listener; listener = listener->next)
        if (listener->node == node)
            listener->is_open = false;
    for (struct link *link = links; link; link = link->next)
        if (link->node == node)
            end(link, RESULT_DISCONNECTED);
}

void link_revive(int node) {
    silent[node] = abandoned[node] = false;
}

/* ---- what is known of a link ---- */

size_t link_queued(const struct link *link) {
    return link->queued;
}

void link_set_owner(struct link *link, void *owner) {
    link->options.owner = owner;
}

void *link_owner(const struct link *link) {
    return link->options.owner;
}

bool link_peer_user(const struct link *link, uint32_t *uid, uint32_t *pid) {
    (void)link;
    *uid = geteuid();
    *pid = 0;
    return true;
}

const char *link_peer_address(const struct link *link) {
    return link->address;
}

void link_counts(const struct link *link, uint64_t *sent, uint64_t *received) {
    *sent = link->sent;
    *received = link->received;
}
