#include "tests/fleet/run.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fleet/gauge.h"
#include "tests/fleet/ledger.h"

enum { CUTS_AT_A_TIME_MAX = 64, LONG_CUT_ONE_IN = 12, ISOLATION_ONE_IN = 4, SOAK_PHASES = 12 };
/* A silent session is given up after SESSION_IDLE_TIMEOUT_MS; a long cut outlasts that. */
static const double short_cut_s = 20, long_cut_s = 110, long_run_minutes = 5;
static const double settled_within_s = 420, look_every_s = 0.5, tick_s = 0.02;

struct cut {
    bool is_on, is_isolation;
    size_t what; /* a wire, or a node */
    double heals_at;
};

struct run {
    struct fleet *fleet;
    const struct run_options *options;
    struct ledger ledger;
    struct arena arena;
    struct cut cuts[CUTS_AT_A_TIME_MAX];
    size_t wires_cut, nodes_cut, stopped, killed;
    struct gauge_series series[HOMES_MAX];
    double start, publish_at, cut_at, restart_at, sample_at; /* seconds of fleet_now() */
    unsigned minutes_said;
};

/* Seconds to the next of events that come so often on average. */
static double spell(struct chance *chance, double average) {
    return average * (0.5 + (double)chance_below(chance, 1000) / 1000);
}

/* ---- load ---- */

/* In a soak loud and silent phases take turns, so that what alerts take is told from what time takes. */
static unsigned phase_of(const struct run *run, double now) {
    double done = (now - run->start) / (run->options->minutes * 60);
    return run->options->is_soak ? (unsigned)(done * SOAK_PHASES) : 0;
}

/* Seconds between alerts. */
static double publish_every(const struct run *run) {
    return (run->options->is_soak ? 0.5 : 1) / run->options->alerts_per_s;
}

static void publish(struct run *run) {
    struct fleet *fleet = run->fleet;
    size_t author = chance_below(&fleet->chance, fleet->administrations);
    unsigned marking = ledger_any_marking(&fleet->chance);
    const char *json = ledger_json(&run->arena, fleet->nodes[author].home->country, marking, run->ledger.count);
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    ProtobufCBinaryData alert = {strlen(json), (uint8_t *)(uintptr_t)json};
    words.alerts = &alert;
    words.n_alerts = 1;
    request.publish = &words;
    const Reply *reply = fleet_ask(fleet, author, &run->arena, &request);
    if (reply->n_published != 1 || strcmp(reply->published[0]->result, "ok") != 0) {
        fprintf(stderr, "fleet: %s: an alert was not published: %s\n", fleet->nodes[author].home->name,
                reply->n_published ? reply->published[0]->result : reply->result);
        exit(1);
    }
    ledger_confirm(&run->ledger, fleet, reply->published[0]->object.data, author, marking);
    arena_reset(&run->arena);
}

/* ---- what goes wrong ---- */

static void set_cut(struct run *run, struct cut *cut, bool is_on) {
    cut->is_on = is_on;
    if (cut->is_isolation)
        wires_isolate(run->fleet->wires, cut->what, is_on);
    else
        wires_cut(run->fleet->wires, cut->what, is_on);
}

static bool is_cut_already(const struct run *run, bool is_isolation, size_t what) {
    bool found = false;
    for (size_t i = 0; i < CUTS_AT_A_TIME_MAX; i++)
        found |= run->cuts[i].is_on && run->cuts[i].is_isolation == is_isolation && run->cuts[i].what == what;
    return found;
}

static void cut_something(struct run *run, double now) {
    struct chance *chance = &run->fleet->chance;
    bool is_isolation = chance_below(chance, ISOLATION_ONE_IN) == 0;
    size_t what = chance_below(chance, is_isolation ? run->fleet->count : wires_count(run->fleet->wires));
    bool is_long = run->options->minutes >= long_run_minutes && chance_below(chance, LONG_CUT_ONE_IN) == 0;
    struct cut *cut = run->cuts;
    while (cut < run->cuts + CUTS_AT_A_TIME_MAX && cut->is_on)
        cut++;
    if (cut == run->cuts + CUTS_AT_A_TIME_MAX || is_cut_already(run, is_isolation, what))
        return;
    *cut = (struct cut){.is_isolation = is_isolation, .what = what};
    cut->heals_at = now + spell(chance, is_long ? long_cut_s : short_cut_s / 2);
    set_cut(run, cut, true);
    *(is_isolation ? &run->nodes_cut : &run->wires_cut) += 1;
}

static void heal(struct run *run, double now) {
    for (size_t i = 0; i < CUTS_AT_A_TIME_MAX; i++)
        if (run->cuts[i].is_on && run->cuts[i].heals_at <= now)
            set_cut(run, &run->cuts[i], false);
}

static bool is_restarted(const struct run *run, size_t node) {
    const struct fleet *fleet = run->fleet;
    return !run->options->is_soak || fleet->nodes[node].administration == fleet->administrations - 1;
}

static void restart_somebody(struct run *run) {
    struct chance *chance = &run->fleet->chance;
    bool is_kill = chance_below(chance, 2) == 0;
    size_t node;
    do
        node = chance_below(chance, run->fleet->count);
    while (!is_restarted(run, node));
    fleet_stop_node(run->fleet, node, is_kill ? SIGKILL : SIGTERM);
    fleet_start_node(run->fleet, node);
    *(is_kill ? &run->killed : &run->stopped) += 1;
}

/* ---- looking ---- */

static double newest(const struct gauge_series *series, enum gauge gauge) {
    return series->count ? series->samples[series->count - 1].values[gauge] : 0;
}

static double total(const struct run *run, enum gauge gauge) {
    double sum = 0;
    for (size_t i = 0; i < run->fleet->count; i++)
        sum += newest(&run->series[i], gauge);
    return sum;
}

static double greatest(const struct run *run, enum gauge gauge) {
    double most = 0;
    for (size_t i = 0; i < run->fleet->count; i++)
        for (size_t k = 0; k < run->series[i].count; k++)
            most = fmax(most, run->series[i].samples[k].values[gauge]);
    return most;
}

static void sample(struct run *run) {
    for (size_t i = 0; i < run->fleet->count; i++) {
        struct gauge_sample now = gauge_take(run->fleet, i);
        now.phase = phase_of(run, now.at);
        gauge_keep(&run->series[i], &now);
    }
    unsigned minutes = (unsigned)((fleet_now() - run->start) / 60);
    if (minutes > run->minutes_said)
        printf("minute %3u: %6zu alerts confirmed, %8.0f kept in all; memory %6.1f MB, descriptors %5.0f, store "
               "%7.1f MB\n",
               minutes, run->ledger.count, total(run, GAUGE_ALERTS), total(run, GAUGE_MEMORY) / 1e6,
               total(run, GAUGE_DESCRIPTORS), total(run, GAUGE_STORE) / 1e6);
    fflush(stdout);
    run->minutes_said = minutes;
}

/* ---- the run ---- */

static void look_and_break(struct run *run, double now) {
    const struct run_options *options = run->options;
    struct chance *chance = &run->fleet->chance;
    heal(run, now);
    if (now >= run->cut_at) {
        cut_something(run, now);
        run->cut_at = now + spell(chance, options->cut_every_s);
    }
    if (now >= run->restart_at) {
        restart_somebody(run);
        run->restart_at = fleet_now() + spell(chance, options->restart_every_s);
    }
    if (now >= run->sample_at) {
        sample(run);
        run->sample_at += options->sample_every_s;
    }
}

static void publish_if_due(struct run *run, double now) {
    bool is_silent = phase_of(run, now) % 2 != 0;
    if (is_silent)
        run->publish_at = now;
    if (is_silent || now < run->publish_at) {
        fleet_sleep(tick_s);
        return;
    }
    publish(run);
    run->publish_at += publish_every(run);
}

static void go_wrong(struct run *run) {
    const struct run_options *options = run->options;
    struct chance *chance = &run->fleet->chance;
    double now = fleet_now(), end = now + options->minutes * 60;
    run->start = run->publish_at = now;
    run->cut_at = now + spell(chance, options->cut_every_s);
    run->restart_at = now + spell(chance, options->restart_every_s);
    run->sample_at = now + options->sample_every_s;
    for (; now < end; now = fleet_now()) {
        look_and_break(run, now);
        publish_if_due(run, now);
    }
    heal(run, INFINITY);
}

/* Until everything is everywhere; whether it is. */
static bool settle(struct run *run) {
    double healed = fleet_now();
    size_t missing;
    while ((missing = ledger_missing(&run->ledger, run->fleet)) && fleet_now() - healed < settled_within_s)
        fleet_sleep(look_every_s);
    if (missing)
        fprintf(stderr, "fleet: %zu alerts are still on their way, %.0f s after everything was healed\n", missing,
                fleet_now() - healed);
    else
        printf("Everything is everywhere %.1f s after the last cut was healed.\n", fleet_now() - healed);
    return missing == 0;
}

static void report(const struct run *run) {
    size_t count = run->fleet->count, alerts = run->ledger.count;
    double copies = total(run, GAUGE_ALERTS) - (double)alerts, nodes = (double)count;
    printf("%.1f minutes: %zu alerts confirmed, %.0f copies at others; %zu wires cut, %zu nodes cut off, %zu restarts, "
           "%zu kill -9.\n",
           run->options->minutes, alerts, copies, run->wires_cut, run->nodes_cut, run->stopped, run->killed);
    printf("A node, at the end on average and at any time at most: memory %.1f and %.1f MB, descriptors %.1f and "
           "%.0f, threads %.1f and %.0f, store %.2f and %.2f MB.\n",
           total(run, GAUGE_MEMORY) / nodes / 1e6, greatest(run, GAUGE_MEMORY) / 1e6,
           total(run, GAUGE_DESCRIPTORS) / nodes, greatest(run, GAUGE_DESCRIPTORS), total(run, GAUGE_THREADS) / nodes,
           greatest(run, GAUGE_THREADS), total(run, GAUGE_STORE) / nodes / 1e6, greatest(run, GAUGE_STORE) / 1e6);
}

/* ---- the soak ---- */

static const struct {
    enum gauge gauge;
    const char *name;
    double unit;
    bool is_silent; /* looked at in the phases without load: it grows with what is kept */
} soak_rows[] = {
    {GAUGE_MEMORY, "memory, in silence, MB", 1e6, true},
    {GAUGE_STORE, "store, in silence, MB", 1e6, true},
    {GAUGE_DESCRIPTORS, "descriptors", 1, false},
    {GAUGE_THREADS, "threads", 1, false},
};

static size_t say_soak_of(const struct run *run, size_t node) {
    const struct gauge_series *series = &run->series[node];
    size_t faults = 0;
    printf("%s\n", run->fleet->nodes[node].home->name);
    for (size_t i = 0; i < sizeof soak_rows / sizeof *soak_rows; i++) {
        enum gauge gauge = soak_rows[i].gauge;
        const struct gauge_line line =
            soak_rows[i].is_silent ? gauge_drift(series, gauge) : gauge_fit(series, gauge, 0);
        double unit = soak_rows[i].unit;
        bool is_flat = gauge_is_flat(&line);
        printf("  %-24s %10.2f at the end %+10.3f an hour (+-%.3f) %10.1f after 72 h  %s\n", soak_rows[i].name,
               line.level / unit, line.per_hour / unit, 2 * line.error / unit, gauge_estimate(&line) / unit,
               is_flat         ? "flat"
               : line.is_known ? "NOT FLAT"
                               : "NOT KNOWN: too few samples");
        faults += !is_flat;
    }
    const struct gauge_line store = gauge_fit(series, GAUGE_STORE, 0), kept = gauge_fit(series, GAUGE_ALERTS, 0);
    const struct gauge_line memory = gauge_fit(series, GAUGE_MEMORY, 0);
    if (kept.per_hour > 0)
        printf("  an alert more takes    %10.0f bytes of store, %.0f of memory\n", store.per_hour / kept.per_hour,
               memory.per_hour / kept.per_hour);
    return faults;
}

static size_t say_soak(const struct run *run) {
    size_t faults = 0;
    printf("Lines through samples of every %.0f s:\n", run->options->sample_every_s);
    for (size_t i = 0; i < run->fleet->count; i++)
        if (!is_restarted(run, i))
            faults += say_soak_of(run, i);
    return faults;
}

size_t run_fleet(struct fleet *fleet, const struct run_options *options) {
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        abort();
    run->fleet = fleet;
    run->options = options;
    ledger_init(&run->ledger);
    arena_init(&run->arena, SIZE_MAX);
    go_wrong(run);
    size_t faults = settle(run) ? 0 : 1;
    sample(run);
    report(run);
    if (options->is_soak)
        faults += say_soak(run);
    faults += ledger_judge(&run->ledger, fleet);
    for (size_t i = 0; i < fleet->count; i++)
        gauge_release(&run->series[i]);
    arena_release(&run->arena);
    ledger_release(&run->ledger);
    free(run);
    return faults;
}
