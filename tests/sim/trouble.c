#include "tests/sim/trouble.h"

#include <stdio.h>

#include "tests/sim/disk.h"
#include "tests/sim/liar.h"
#include "tests/sim/link.h"
#include "tests/sim/play.h"
#include "tests/sim/world.h"

enum {
    WRITES_MAX = 40, /* to the next crash in the middle of one */
    MUCH = 1000,     /* bytes at once: entries */
};

/* ---- nodes and wires ---- */

void trouble_crash_soon(void) {
    struct station *station = world_any(true);
    if (station)
        disk_arm(station->number, 1 + pick(WRITES_MAX));
}

static bool crashes_while_talking[NODES_MAX];

void trouble_crash_while_talking(void) {
    crashes_while_talking[pick((size_t)world.count)] = true;
}

void trouble_hear(int node, size_t bytes) {
    if (!crashes_while_talking[node] || bytes < MUCH || !world.stations[node].node.exchange.open)
        return;
    crashes_while_talking[node] = false;
    disk_arm(node, 1 + pick(2));
}

void trouble_end_one(void) {
    struct station *station = world_any(true);
    enum world_end how = (enum world_end)pick(3);
    if (!station)
        return;
    tally.crashes++;
    world_end(station, how);
}

void trouble_cut(void) {
    tally.cuts++;
    network_cut_one();
}

static void open_way(void *context, uint64_t value) {
    (void)context;
    network_shut((int)(value / NODES_MAX), (int)(value % NODES_MAX), false);
}

/* One direction, or both, for a while. */
void trouble_shut_way(void) {
    int from = (int)pick((size_t)world.count), to = (int)pick((size_t)world.count);
    uint64_t until = machine_now() + pick_between(200, 60000);
    network_shut(from, to, true);
    machine_at(until, open_way, NULL, (uint64_t)(from * NODES_MAX + to));
    if (pick(2)) {
        network_shut(to, from, true);
        machine_at(until, open_way, NULL, (uint64_t)(to * NODES_MAX + from));
    }
}

/* One node against all others. */
void trouble_isolate_node(int node, uint64_t ms) {
    uint64_t until = machine_now() + ms;
    for (int other = 0; other < world.count; other++) {
        network_shut(node, other, true);
        network_shut(other, node, true);
        machine_at(until, open_way, NULL, (uint64_t)(node * NODES_MAX + other));
        machine_at(until, open_way, NULL, (uint64_t)(other * NODES_MAX + node));
    }
}

void trouble_isolate(void) {
    trouble_isolate_node((int)pick((size_t)world.count), pick_between(1000, 120000));
}

/* A thin line, or one by satellite. */
void trouble_slow_down(void) {
    int from = (int)pick((size_t)world.count), to = (int)pick((size_t)world.count);
    size_t rate = pick(2) ? pick_between(1, 20) : 0;
    network_slow(from, to, rate, pick(900));
    if (pick(2))
        network_slow(to, from, rate, pick(900));
}

static void empty_disk(void *context, uint64_t node) {
    (void)context;
    disk_fill((int)node, false);
}

void trouble_fill_disk(void) {
    struct station *station = world_any(true);
    if (!station)
        return;
    tally.full_disks++;
    disk_fill(station->number, true);
    machine_at(machine_now() + pick_between(100, 8000), empty_disk, NULL, (uint64_t)station->number);
}

static void be_honest(void *context, uint64_t value) {
    (void)context;
    (void)value;
    liar_set(NOBODY);
}

void trouble_lie_for_a_while(void) {
    int liar = (int)pick((size_t)world.count);
    liar_set(liar);
    machine_note("%s lies for a while", world.stations[liar].name);
    machine_at(machine_now() + pick_between(1000, 20000), be_honest, NULL, 0);
}

/* ---- somebody who says again what was said ---- */

static void ignore(void *owner) {
    (void)owner;
}

static void hang_up(void *context, uint64_t value) {
    (void)value;
    wire_close(context, 0);
}

void trouble_replay(void) {
    struct station *station = world_any(true);
    char address[40];
    if (!station)
        return;
    struct span words = network_recording(station->number);
    uint8_t copy[4096];
    size_t len = words.len ? 1 + pick(words.len) : 0;
    memcpy(copy, words.data, len);
    snprintf(address, sizeof address, "tcp://127.0.0.1:%d", 4450 + station->number);
    int from = (station->number + 1) % world.count;
    struct wire *wire = len ? link_call(from, address) : NULL;
    if (!wire)
        return;
    wire_plug(wire, 0, &(struct plug){.readable = ignore, .writable = ignore, .reset = ignore});
    wire_send(wire, 0, span_of(copy, len));
    machine_at(machine_now() + pick_between(10, 40000), hang_up, wire, 0);
}

/* ---- clocks ---- */

static void put_clock_right(void *context, uint64_t node) {
    (void)context;
    machine_set_clock((int)node, 0);
    machine_note("the clock of %s is right again", world.stations[node].name);
}

/* Never so far back that the first roster would be of tomorrow: then a node does not start, and says why. */
void trouble_set_clock(void) {
    int node = (int)pick((size_t)world.count);
    bool is_back = pick_one_in(3);
    size_t hours = is_back ? pick_between(1, 20) : pick_one_in(6) ? pick_between(1, 40 * 24) : pick_between(1, 96);
    tally.clocks++;
    machine_set_clock(node, (is_back ? -1 : 1) * (int64_t)(hours * 3600000));
    machine_note("the clock of %s is %zu hours %s", world.stations[node].name, hours, is_back ? "behind" : "ahead");
    machine_at(machine_now() + pick_between(100, 90000), put_clock_right, NULL, (uint64_t)node);
}
