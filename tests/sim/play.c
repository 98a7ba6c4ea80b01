#include "tests/sim/play.h"

#include <stdio.h>
#include <string.h>

#include "base/proto.h"
#include "tests/sim/disk.h"
#include "tests/sim/judge.h"
#include "tests/sim/liar.h"
#include "tests/sim/link.h"
#include "tests/sim/operator.h"

enum {
    CARE_MS = 250,
    PATIENCE_MS = 30 * 60 * 1000, /* until everything is everywhere, once nothing breaks any more */
    LOOK_MS = 2000,
    INSTALL_AGAIN_MS = 4000,
    AFTERMATH_MS = 5000,
    WRITES_MAX = 40, /* to the next crash in the middle of one */
};

struct tally tally;

static struct {
    uint64_t restart_at[NODES_MAX];
    uint64_t calm_at; /* nothing breaks from then on */
    bool has_changed; /* the last member has joined or left */
} run;

static struct station *any(bool is_up) {
    size_t count = 0;
    for (int i = 0; i < world.count; i++)
        count += world.stations[i].is_up == is_up;
    if (count == 0)
        return NULL;
    size_t which = pick(count);
    for (int i = 0; i < world.count; i++)
        if (world.stations[i].is_up == is_up && which-- == 0)
            return &world.stations[i];
    return NULL;
}

/* ---- publishing ---- */

static void note_marking(const struct alert *alert, size_t number) {
    machine_note("%s: alert %zu: %s %s %s", world.stations[alert->author].name, number, alert->tlp, alert->handling,
                 alert->onward);
}

static void on_published(void *context, uint64_t first, const Reply *reply) {
    struct station *station = context;
    if (!reply || !reply->n_published) {
        machine_note("%s: no confirmation of alert %llu", station->name, (unsigned long long)first);
        return;
    }
    for (size_t i = 0; i < reply->n_published; i++) {
        const Published *published = reply->published[i];
        struct alert *alert = &alerts[first + i];
        machine_note("%s: alert %llu: %s", station->name, (unsigned long long)(first + i), published->result);
        for (size_t k = 0; k < published->n_findings && strcmp(published->result, "invalid") == 0; k++)
            if (published->findings[k]->error)
                broken("%s refuses an alert: %s: %s", station->name, published->findings[k]->field,
                       published->findings[k]->text);
        alert->confirmed = strcmp(published->result, "ok") == 0;
        if (alert->confirmed && !station->has[first + i])
            broken("%s has confirmed alert %llu and does not have it", station->name, (unsigned long long)(first + i));
        tally.confirmed += alert->confirmed;
    }
}

static void publish(struct station *station, size_t count) {
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    ProtobufCBinaryData jsons[4];
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    size_t first = alert_count;
    for (; words.n_alerts < count && alert_count < ALERTS_MAX; words.n_alerts++) {
        const char *json = alert_json(&arena, alert_make(station->number));
        note_marking(&alerts[alert_count - 1], alert_count - 1);
        jsons[words.n_alerts] = proto_bytes(json, strlen(json));
    }
    words.alerts = jsons;
    request.publish = &words;
    tally.alerts += words.n_alerts;
    if (words.n_alerts)
        operator_ask(station, &request, on_published, station, first);
    arena_release(&arena);
}

static void publish_some(void) {
    struct station *station = any(true);
    if (station && alert_count + 8 < ALERTS_MAX)
        publish(station, pick_one_in(4) ? pick_between(2, 4) : 1);
}

/* ---- keys and rosters ---- */

static void on_reply(void *context, uint64_t value, const Reply *reply) {
    const struct station *station = context;
    machine_note("%s: request %llu: %s", station->name, (unsigned long long)value, reply ? reply->result : "no reply");
}

static void renew_keys_of(struct station *station) {
    Request request = REQUEST__INIT;
    RenewKeys words = RENEW_KEYS__INIT;
    words.has_signing = true;
    words.signing = pick_one_in(2);
    request.renew_keys = &words;
    tally.renewals++;
    operator_ask(station, &request, on_reply, station, 1);
}

static void renew_keys(void) {
    struct station *station = any(true);
    if (station)
        renew_keys_of(station);
}

static void publish_now(void *context, uint64_t count) {
    struct station *station = context;
    if (station->is_up && alert_count + 8 < ALERTS_MAX)
        publish(station, count);
}

/* What is signed with new keys may overtake the news of them. */
static void renew_and_publish(void) {
    struct station *station = any(true);
    if (!station)
        return;
    renew_keys_of(station);
    machine_at(machine_now() + pick(1000), publish_now, station, pick_between(1, 3));
    for (size_t i = 0; i < 4; i++)
        machine_at(machine_now() + pick(1500), publish_now, &world.stations[pick((size_t)world.count)], 1);
}

/* In the middle of either. */
static void renew_and_crash(void) {
    struct station *station = any(true);
    if (!station)
        return;
    disk_arm(station->number, 1 + pick(24));
    renew_keys_of(station);
}

static void publish_and_crash(void) {
    struct station *station = any(true);
    if (!station)
        return;
    disk_arm(station->number, 1 + pick(8));
    publish_now(station, pick_between(1, 3));
}

static void install(void *context, uint64_t value);

/* Who is told that it did not work does it again. */
static void on_reloaded(void *context, uint64_t value, const Reply *reply) {
    on_reply(context, value, reply);
    if (!reply || strcmp(reply->result, "ok") != 0)
        machine_at(machine_now() + INSTALL_AGAIN_MS, install, NULL, value);
}

static void install(void *context, uint64_t value) {
    struct station *station = any(true);
    Request request = REQUEST__INIT;
    Reload words = RELOAD__INIT;
    (void)context;
    request.reload = &words;
    if (!station || station->number == UG_CUSTOMS) { /* nobody would hear it from who has only joined by it */
        machine_at(machine_now() + INSTALL_AGAIN_MS, install, NULL, value);
        return;
    }
    world_install_roster(station);
    operator_ask(station, &request, on_reloaded, station, value);
}

static void change_roster(void) {
    struct station *last = &world.stations[UG_CUSTOMS], *where = any(true);
    if (world.count <= UG_CUSTOMS || run.has_changed || !where || where == last)
        return;
    bool joins = world.has_joined_late;
    run.has_changed = true;
    tally.rosters++;
    world_change_roster(last, joins, where);
    install(NULL, 2);
}

/* ---- what breaks ---- */

static void crash_soon(void) {
    struct station *station = any(true);
    if (station)
        disk_arm(station->number, 1 + pick(WRITES_MAX));
}

static void end_one(void) {
    struct station *station = any(true);
    enum world_end how = (enum world_end)pick(3);
    if (!station)
        return;
    tally.crashes++;
    world_end(station, how);
}

static void cut(void) {
    tally.cuts++;
    network_cut_one();
}

static void open_way(void *context, uint64_t value) {
    (void)context;
    network_shut((int)(value / NODES_MAX), (int)(value % NODES_MAX), false);
}

/* One direction, or both, for a while. */
static void shut_way(void) {
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
static void isolate(void) {
    int node = (int)pick((size_t)world.count);
    uint64_t until = machine_now() + pick_between(1000, 120000);
    for (int other = 0; other < world.count; other++) {
        network_shut(node, other, true);
        network_shut(other, node, true);
        machine_at(until, open_way, NULL, (uint64_t)(node * NODES_MAX + other));
        machine_at(until, open_way, NULL, (uint64_t)(other * NODES_MAX + node));
    }
}

/* A thin line, or one by satellite. */
static void slow_down(void) {
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

static void fill_disk(void) {
    struct station *station = any(true);
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

static void lie_for_a_while(void) {
    liar_set((int)pick((size_t)world.count));
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

static void replay(void) {
    struct station *station = any(true);
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

/* ---- starting again ---- */

/* A store that was changed while its node was down; then it is put back as it was. */
static void flip_and_look(struct station *station) {
    enum result result;
    uint64_t last = station->seen;
    struct station before = *station;
    tally.flips++;
    disk_flip(station->number);
    if (pick_one_in(3))
        disk_flip(station->number);
    void (*look)(struct station *, bool) = world_look;
    world_look = NULL;
    if (world_open(station, &result)) {
        judge_flipped(station, last);
        world_end(station, WORLD_KILLED);
    }
    world_look = look;
    machine_note("a changed bit at %s: %s", station->name, result_name(result));
    disk_mend(station->number);
    station->seen = last;
    memcpy(station->has, before.has, sizeof before.has);
}

static void start(struct station *station) {
    enum result result;
    bool is_first = !station->was_opened;
    if (!is_first && machine_now() < run.calm_at && pick_one_in(3))
        flip_and_look(station);
    if (!is_first && machine_now() < run.calm_at && pick_one_in(6))
        disk_arm(station->number, 1 + pick(12));
    if (world_open(station, &result) || !result || result == RESULT_DISK_FULL)
        return;
    if (result == RESULT_UNKNOWN_MEMBER && !world_is_member(station, world.version))
        station->has_left = true;
    else
        broken("%s does not start again: %s", station->name, result_name(result));
}

static bool is_to_run(const struct station *station) {
    return !station->is_up && !station->has_left && (station->was_opened || world_is_member(station, world.version));
}

static void care(void *context, uint64_t value) {
    (void)context;
    for (int i = 0; i < world.count && !machine_broken(); i++) {
        struct station *station = &world.stations[i];
        if (!is_to_run(station)) {
            run.restart_at[i] = 0;
        } else if (!run.restart_at[i]) {
            run.restart_at[i] = machine_now() + (station->was_opened ? pick_between(100, 15000) : pick(3000));
        } else if (machine_now() >= run.restart_at[i]) {
            run.restart_at[i] = 0;
            start(station);
        }
    }
    machine_at(machine_now() + CARE_MS, care, NULL, value);
}

/* ---- a run ---- */

/* How often, of all incidents. */
static const struct {
    void (*happens)(void);
    unsigned weight;
} incidents[] = {
    {publish_some, 36}, {publish_and_crash, 4}, {crash_soon, 6},      {end_one, 5},       {cut, 8},
    {shut_way, 6},      {isolate, 2},           {slow_down, 3},       {fill_disk, 2},     {replay, 3},
    {renew_keys, 2},    {renew_and_publish, 4}, {renew_and_crash, 2}, {change_roster, 2}, {lie_for_a_while, 2},
};

static void happen(void *context, uint64_t value) {
    (void)context;
    (void)value;
    unsigned sum = 0;
    size_t i = 0;
    for (size_t k = 0; k < sizeof incidents / sizeof *incidents; k++)
        sum += incidents[k].weight;
    for (unsigned at = (unsigned)pick(sum); at >= incidents[i].weight; i++)
        at -= incidents[i].weight;
    incidents[i].happens();
}

static void plan(unsigned steps) {
    size_t count = steps ? steps : pick_between(10, 60);
    run.calm_at = pick_between(5000, 240000);
    for (size_t i = 0; i < count; i++)
        machine_at(pick(run.calm_at), happen, NULL, 0);
    machine_at(0, care, NULL, 0);
}

static void calm_down(void) {
    network_heal();
    liar_set(NOBODY);
    if (liar_has_lied()) /* who was lied to follows nothing more in that session */
        network_cut_all();
    for (int i = 0; i < NODES_MAX; i++) {
        disk_fill(i, false);
        disk_arm(i, 0);
    }
    machine_note("nothing breaks from here on");
}

static void run_until(uint64_t ms) {
    while (machine_next(ms))
        ;
}

/* Until nothing is missing; what is, is said. */
static void settle(void) {
    uint64_t deadline = machine_now() + PATIENCE_MS;
    const char *missing = "";
    while (missing && machine_now() < deadline && !machine_broken()) {
        run_until(machine_now() + LOOK_MS);
        missing = judge_missing();
    }
    if (missing && !machine_broken())
        broken("%s, after %d minutes of peace", missing, PATIENCE_MS / 60000);
}

static void publish_once_more(void) {
    size_t first = alert_count;
    for (int i = 0; i < world.count; i++)
        if (world.stations[i].is_up && world_is_member(&world.stations[i], world.version))
            publish(&world.stations[i], 1);
    run_until(machine_now() + AFTERMATH_MS);
    for (size_t i = first; i < alert_count; i++)
        if (!alerts[i].confirmed)
            broken("%s does not publish any more", world.stations[alerts[i].author].name);
}

static void count(void) {
    tally.runs++;
    tally.simulated_ms += machine_now();
    for (int i = 0; i < world.count; i++)
        for (size_t k = 0; k < alert_count; k++)
            tally.arrivals += world.stations[i].has[k] && alerts[k].author != i;
}

const char *play(uint64_t seed, unsigned steps, bool verbose) {
    machine_start(seed, verbose);
    world_look = judge_look;
    network_tap = judge_bytes;
    link_tap = judge_frame;
    world_make(seed);
    plan(steps);
    run_until(run.calm_at);
    calm_down();
    settle();
    if (!machine_broken())
        publish_once_more();
    settle();
    run_until(machine_now() + AFTERMATH_MS);
    if (!machine_broken())
        judge_end();
    count();
    world_remove();
    return machine_broken();
}
