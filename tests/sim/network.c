#include "tests/sim/network.h"

#include <assert.h>
#include <stdlib.h>

enum { CAPACITY_MIN = 16 * 1024, CAPACITY_MAX = 256 * 1024, RECORDING_SIZE = 2048, RETRY_MS = 200 };

/* One direction. Totals count from the beginning of the wire. */
struct pipe {
    uint8_t *bytes; /* from `read` to `sent` */
    size_t room;
    uint64_t sent;
    uint64_t arrived;
    uint64_t read;
    uint64_t last_at; /* when the last byte so far arrives */
    bool lost;        /* nothing that is in it, or comes, arrives any more */
    bool ended;       /* the end of it has arrived */
};

struct wire {
    struct wire *next;
    int nodes[2];
    struct plug plugs[2];
    bool closed[2];
    bool was_reset[2];
    size_t capacity;
    struct pipe pipes[2]; /* by the end that writes */
};

static struct {
    struct wire *wires;
    size_t count;
    bool shut[NODES_MAX][NODES_MAX];
    size_t rate[NODES_MAX][NODES_MAX];
    uint64_t lag[NODES_MAX][NODES_MAX];
    bool is_down[NODES_MAX];
    uint8_t recording[NODES_MAX][RECORDING_SIZE];
    size_t recorded[NODES_MAX];
} network;

void (*network_tap)(struct span bytes);

/* ---- between two nodes ---- */

static bool is_local(int from, int to) {
    return from == NOBODY || to == NOBODY || from == to;
}

bool network_is_shut(int from, int to) {
    return !is_local(from, to) && network.shut[from][to];
}

void network_shut(int from, int to, bool shut) {
    network.shut[from][to] = shut;
}

void network_slow(int from, int to, size_t rate, uint64_t lag_ms) {
    network.rate[from][to] = rate;
    network.lag[from][to] = lag_ms;
}

uint64_t network_delay(int from, int to) {
    if (is_local(from, to))
        return pick(2);
    return network.lag[from][to] + (pick_one_in(16) ? pick_between(50, 800) : pick_between(1, 40));
}

void network_machine_up(int node, bool up) {
    network.is_down[node] = !up;
}

bool network_is_machine_up(int node) {
    return node == NOBODY || !network.is_down[node];
}

void network_heal(void) {
    memset(network.shut, 0, sizeof network.shut);
    memset(network.rate, 0, sizeof network.rate);
    memset(network.lag, 0, sizeof network.lag);
}

struct span network_recording(int to) {
    return span_of(network.recording[to], network.recorded[to]);
}

/* ---- wires ---- */

struct wire *wire_new(int from, int to) {
    struct wire *wire = calloc(1, sizeof *wire);
    assert(wire);
    *wire = (struct wire){.next = network.wires, .nodes = {from, to}, .closed = {true, true}};
    wire->capacity = pick_between(CAPACITY_MIN, CAPACITY_MAX);
    network.wires = wire;
    network.count++;
    if (!is_local(from, to))
        network.recorded[to] = 0;
    return wire;
}

void wire_plug(struct wire *wire, int end, const struct plug *plug) {
    wire->plugs[end] = *plug;
    wire->closed[end] = false;
}

/* ---- a reset ---- */

static void take_reset(void *context, uint64_t end) {
    struct wire *wire = context;
    if (wire->closed[end] || wire->was_reset[end])
        return;
    if (network_is_shut(wire->nodes[1 - end], wire->nodes[end]))
        return; /* it is not sent again */
    wire->was_reset[end] = true;
    wire->plugs[end].reset(wire->plugs[end].owner);
}

static void send_reset(struct wire *wire, int to_end) {
    int from = wire->nodes[1 - to_end], to = wire->nodes[to_end];
    uint64_t at = machine_now(), last_at = wire->pipes[1 - to_end].last_at;
    if (pick(4) && last_at > at)
        at = last_at; /* what was said before arrives first */
    if (network_is_machine_up(from))
        machine_at(at + network_delay(from, to), take_reset, wire, (uint64_t)to_end);
}

/* ---- bytes ---- */

struct span wire_waiting(const struct wire *wire, int end) {
    const struct pipe *pipe = &wire->pipes[1 - end];
    return span_of(pipe->bytes, (size_t)(pipe->arrived - pipe->read));
}

bool wire_is_over(const struct wire *wire, int end) {
    const struct pipe *pipe = &wire->pipes[1 - end];
    return pipe->ended && pipe->arrived == pipe->read;
}

/* `value`: of which end, and how far. */
static void arrive(void *context, uint64_t value) {
    struct wire *wire = context;
    int end = (int)(value & 1), other = 1 - end;
    struct pipe *pipe = &wire->pipes[end];
    if (pipe->lost || !network_is_machine_up(wire->nodes[other]))
        return;
    if (network_is_shut(wire->nodes[end], wire->nodes[other])) {
        machine_at(machine_now() + pick_between(1, RETRY_MS), arrive, wire, value);
        return;
    }
    if (wire->closed[other]) {
        send_reset(wire, end);
        return;
    }
    if (pipe->arrived < value >> 1)
        pipe->arrived = value >> 1;
    wire->plugs[other].readable(wire->plugs[other].owner);
}

static void arrive_end(void *context, uint64_t value) {
    struct wire *wire = context;
    int end = (int)(value & 1), other = 1 - end;
    struct pipe *pipe = &wire->pipes[end];
    if (pipe->lost || wire->closed[other])
        return;
    if (network_is_shut(wire->nodes[end], wire->nodes[other]) || pipe->arrived < pipe->sent) {
        machine_at(machine_now() + RETRY_MS, arrive_end, wire, value);
        return;
    }
    pipe->ended = true;
    wire->plugs[other].readable(wire->plugs[other].owner);
}

static void record(const struct wire *wire, struct span bytes) {
    int to = wire->nodes[1];
    size_t room = RECORDING_SIZE - network.recorded[to], len = bytes.len < room ? bytes.len : room;
    memcpy(network.recording[to] + network.recorded[to], bytes.data, len);
    network.recorded[to] += len;
}

static void put(struct pipe *pipe, struct span bytes) {
    size_t have = (size_t)(pipe->sent - pipe->read);
    if (have + bytes.len > pipe->room) {
        pipe->room = 2 * (have + bytes.len);
        pipe->bytes = realloc(pipe->bytes, pipe->room);
        assert(pipe->bytes);
    }
    memcpy(pipe->bytes + have, bytes.data, bytes.len);
    pipe->sent += bytes.len;
}

/* In pieces, as packets come. */
static void plan_arrival(struct wire *wire, int end, size_t len) {
    struct pipe *pipe = &wire->pipes[end];
    int from = wire->nodes[end], to = wire->nodes[1 - end];
    size_t rate = is_local(from, to) ? 0 : network.rate[from][to];
    uint64_t first = pipe->sent - len;
    if (len > 1 && pick_one_in(8)) {
        uint64_t part = 1 + pick(len - 1);
        machine_at(pipe->last_at > machine_now() ? pipe->last_at : machine_now() + 1, arrive, wire,
                   (first + part) << 1 | (uint64_t)end);
    }
    uint64_t at = machine_now() + network_delay(from, to);
    if (pipe->last_at > at)
        at = pipe->last_at;
    pipe->last_at = at + (rate ? len / rate : 0);
    machine_at(pipe->last_at, arrive, wire, pipe->sent << 1 | (uint64_t)end);
}

size_t wire_send(struct wire *wire, int end, struct span bytes) {
    struct pipe *pipe = &wire->pipes[end];
    assert(!wire->closed[end]);
    size_t used = (size_t)(pipe->sent - pipe->read);
    size_t room = wire->capacity > used ? wire->capacity - used : 0;
    if (bytes.len > room)
        bytes.len = room;
    if (bytes.len == 0)
        return 0;
    if (!is_local(wire->nodes[0], wire->nodes[1])) {
        network_tap(bytes);
        machine_digest(bytes.data, bytes.len);
        if (end == 0)
            record(wire, bytes);
    }
    put(pipe, bytes);
    plan_arrival(wire, end, bytes.len);
    return bytes.len;
}

static void make_writable(void *context, uint64_t end) {
    struct wire *wire = context;
    if (!wire->closed[end] && !wire->was_reset[end])
        wire->plugs[end].writable(wire->plugs[end].owner);
}

void wire_read(struct wire *wire, int end, size_t len) {
    struct pipe *pipe = &wire->pipes[1 - end];
    size_t have = (size_t)(pipe->sent - pipe->read);
    assert(len <= pipe->arrived - pipe->read);
    bool was_full = have >= wire->capacity;
    if (len)
        memmove(pipe->bytes, pipe->bytes + len, have - len);
    pipe->read += len;
    if (was_full && len)
        machine_at(machine_now() + network_delay(wire->nodes[end], wire->nodes[1 - end]), make_writable, wire,
                   (uint64_t)(1 - end));
}

/* ---- endings ---- */

/* Who closes with something unread resets: what it has sent itself may be lost by that. */
void wire_close(struct wire *wire, int end) {
    struct pipe *pipe = &wire->pipes[end];
    if (wire->closed[end])
        return;
    wire->closed[end] = true;
    uint64_t now = machine_now(), at = pipe->last_at > now ? pipe->last_at : now;
    int from = wire->nodes[end], to = wire->nodes[1 - end];
    if (wire_waiting(wire, end).len)
        machine_at(at + network_delay(from, to), take_reset, wire, (uint64_t)(1 - end));
    else
        machine_at(at + network_delay(from, to), arrive_end, wire, (uint64_t)end);
}

static void cut(struct wire *wire) {
    wire->pipes[0].lost = wire->pipes[1].lost = true;
    for (int end = 0; end < 2; end++)
        if (pick(4))
            machine_at(machine_now() + pick_between(0, 3000), take_reset, wire, (uint64_t)end);
}

void network_cut_one(void) {
    size_t alive = 0;
    for (struct wire *wire = network.wires; wire; wire = wire->next)
        alive += !wire->closed[0] && !wire->closed[1];
    if (alive == 0)
        return;
    size_t which = pick(alive);
    for (struct wire *wire = network.wires; wire; wire = wire->next) {
        if (wire->closed[0] || wire->closed[1] || which--)
            continue;
        machine_note("the wire from %d to %d is cut", wire->nodes[0], wire->nodes[1]);
        cut(wire);
        return;
    }
}

void network_cut_all(void) {
    for (struct wire *wire = network.wires; wire; wire = wire->next)
        if (!wire->closed[0] && !wire->closed[1])
            cut(wire);
}

void network_forget(int node) {
    for (struct wire *wire = network.wires; wire; wire = wire->next)
        if (!is_local(wire->nodes[0], wire->nodes[1]) && (wire->nodes[0] == node || wire->nodes[1] == node))
            cut(wire);
}

void network_drop_node(int node, bool without_power) {
    for (struct wire *wire = network.wires; wire; wire = wire->next)
        for (int end = 0; end < 2; end++) {
            if (wire->nodes[end] != node || wire->closed[end])
                continue;
            wire->closed[end] = true;
            wire->pipes[end].lost = wire->pipes[end].lost || (without_power && pick(2)); /* else it is on its way */
            if (!without_power)
                send_reset(wire, 1 - end);
        }
}
