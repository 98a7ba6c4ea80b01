#include "tests/sim/play.h"

#include <stdio.h>
#include <string.h>

#include "tests/sim/copies.h"
#include "tests/sim/disk.h"
#include "tests/sim/judge.h"
#include "tests/sim/liar.h"
#include "tests/sim/link.h"
#include "tests/sim/operator.h"
#include "tests/sim/readers.h"
#include "tests/sim/sticks.h"
#include "tests/sim/trouble.h"
#include "tests/sim/work.h"

enum {
    CARE_MS = 250,
    PATIENCE_MS = 30 * 60 * 1000, /* until everything is everywhere, once nothing breaks any more */
    LOOK_MS = 2000,
    AFTERMATH_MS = 5000,
    MEET_AGAIN_MS = 3 * 60 * 1000,
    SET_BACK_MS = 2000, /* from the last that was said to the copy */
    AWAY_MS = 5 * 60 * 1000,
};

struct tally tally;

static struct {
    uint64_t restart_at[NODES_MAX];
    uint64_t calm_at; /* nothing breaks from then on */
    bool is_to_set_back[NODES_MAX];
    const struct station *held; /* it stays down until somebody says so */
} run;

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

/* Before it is started: a copy of it is made, or, in two steps, put back. True: it is to be started later. */
static bool copy_or_set_back(struct station *station) {
    bool *is_to_set_back = &run.is_to_set_back[station->number];
    if (*is_to_set_back) {
        *is_to_set_back = false;
        tally.restored += copies_put_back(station);
        return false;
    }
    *is_to_set_back = pick_one_in(3) && copies_prepare(station);
    if (*is_to_set_back)
        run.restart_at[station->number] = machine_now() + SET_BACK_MS;
    else if (pick_one_in(3))
        copies_take(station);
    return *is_to_set_back;
}

static void start(struct station *station) {
    enum result result;
    bool is_first = !station->was_opened;
    if (!is_first && machine_now() < run.calm_at && copy_or_set_back(station))
        return;
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
    return !station->is_up && !station->has_left && station != run.held &&
           (station->was_opened || world_is_member(station, world.version));
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
/* clang-format off */
static const struct {
    void (*happens)(void);
    unsigned weight;
} incidents[] = {
    {work_publish_some, 36},
    {work_pass_on_and_crash, 4},
    {work_publish_and_crash, 4},
    {work_publish_in_a_row, 7},
    {work_disclose_again, 3},
    {work_recall, 6},
    {readers_open_one, 12},
    {sticks_write, 8},
    {trouble_set_clock, 3},
    {trouble_crash_soon, 6},
    {trouble_crash_while_talking, 6},
    {trouble_end_one, 5},
    {trouble_cut, 8},
    {trouble_shut_way, 6},
    {trouble_isolate, 2},
    {trouble_slow_down, 3},
    {trouble_fill_disk, 2},
    {trouble_replay, 3},
    {work_renew_keys, 2},
    {work_renew_and_publish, 4},
    {work_renew_and_crash, 2},
    {work_change_roster, 2},
    {trouble_lie_for_a_while, 2},
};
/* clang-format on */

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

static void change(void *context, uint64_t value) {
    (void)context;
    (void)value;
    work_change_roster();
}

static void plan(unsigned steps) {
    size_t count = steps ? steps : pick_between(10, 60);
    run.calm_at = pick_between(5000, 240000);
    for (size_t i = 0; i < count; i++)
        machine_at(pick(run.calm_at), happen, NULL, 0);
    if (pick(2))
        machine_at(pick(run.calm_at), change, NULL, 0);
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

static bool is_suspect(const struct station *station) {
    return station->is_up && station->node.exchange.feeds.suspect;
}

/* Who was set back hears from its readers how far they are at the beginning of a session, and not again in it: of one
 * that was behind the copy then, in the next session. */
static void meet_again(void) {
    bool is_unproven = false;
    for (int i = 0; i < world.count; i++)
        is_unproven |= is_suspect(&world.stations[i]);
    if (is_unproven)
        network_cut_all();
}

/* Of who has written nothing under its signing key nobody can show anything: its operator says that this is the node.
 */
static void accept_copies(void) {
    Request request = REQUEST__INIT;
    AcceptCopy words = ACCEPT_COPY__INIT;
    request.accept_copy = &words;
    for (int i = 0; i < world.count; i++)
        if (is_suspect(&world.stations[i]))
            operator_ask(&world.stations[i], &request, work_on_reply, &world.stations[i], 3);
}

/* Until nothing is missing; what is, is said. */
static void settle(void) {
    uint64_t deadline = machine_now() + PATIENCE_MS, meet_at = machine_now() + MEET_AGAIN_MS;
    const char *missing = "";
    size_t meetings = 0;
    while (missing && machine_now() < deadline && !machine_broken()) {
        run_until(machine_now() + LOOK_MS);
        missing = judge_missing();
        if (machine_now() < meet_at)
            continue;
        if (meetings++ < 2)
            meet_again();
        else
            accept_copies();
        meet_at = machine_now() + MEET_AGAIN_MS;
    }
    if (missing && !machine_broken())
        broken("%s, after %d minutes of peace", missing, PATIENCE_MS / 60000);
}

/* An author ends in the middle of what it tells, and is away: what somebody carries comes from there. */
static void lose_an_author(void) {
    static const int customs[] = {KE_CUSTOMS, CD_CUSTOMS};
    struct station *author = &world.stations[customs[pick(2)]];
    const char *missing = "";
    if (world.count <= SECRETARIAT || pick(2) || !author->is_up)
        return;
    tally.orphans++;
    for (int to = 0; to < world.count; to++)
        if (to != SECRETARIAT)
            network_slow(author->number, to, pick_between(1, 6), 0);
    for (size_t times = pick_between(1, 4); times; times--)
        work_publish(author, 2);
    run_until(machine_now() + pick_between(100, 6000));
    run.held = author;
    world_end(author, pick(2) ? WORLD_KILLED : WORLD_WITHOUT_POWER);
    for (uint64_t deadline = machine_now() + AWAY_MS; missing && machine_now() < deadline && !machine_broken();) {
        run_until(machine_now() + LOOK_MS);
        missing = judge_carried(author);
    }
    if (missing && !machine_broken())
        broken("%s, after %d minutes without %s", missing, AWAY_MS / 60000, author->name);
    run.held = NULL;
    network_heal();
}

static void publish_once_more(void) {
    size_t first = alert_count;
    for (int i = 0; i < world.count; i++)
        if (world.stations[i].is_up && world_is_member(&world.stations[i], world.version))
            work_publish(&world.stations[i], 1);
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

static void hear(int node, struct span frame) {
    judge_frame(node, frame);
    if (machine_now() < run.calm_at)
        trouble_hear(node, frame.len);
}

const char *play(uint64_t seed, unsigned steps, bool verbose) {
    machine_start(seed, verbose);
    world_look = judge_look;
    network_tap = judge_bytes;
    link_tap = hear;
    world_make(seed, 0);
    readers_begin();
    if (pick(2))
        liar_set_page(pick_between(1, 16 * 1024));
    plan(steps);
    run_until(run.calm_at);
    calm_down();
    if (!machine_broken())
        lose_an_author();
    settle();
    if (!machine_broken())
        publish_once_more();
    settle();
    run_until(machine_now() + AFTERMATH_MS);
    if (!machine_broken())
        judge_end();
    if (!machine_broken())
        readers_judge();
    count();
    world_remove();
    return machine_broken();
}
