#include "tests/fleet/kills.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fleet/ledger.h"

enum { AUTHOR = 0, READER = 1, WIRE = 0, OPERATORS = 4, LATEST_KILL_MS = 80, FEEDS = 2, READER_ONE_IN = 3 };
static const double connected_within_s = 90, settled_within_s = 120, look_every_s = 0.01;
/* of make.sh; the reader is in both */
static const char *const audiences[FEEDS] = {"customs", "partner"};

/* An operator at the author, or the observer there: threads of their own while a round lasts. */
struct observer {
    struct kills *kills;
    pthread_t thread;
    size_t number;
    uint8_t (*objects)[OBJECT_SIZE]; /* confirmed in this round */
    size_t count, capacity;
};

struct kills {
    struct fleet *fleet;
    struct ledger ledger;
    size_t round, faults, acknowledged_checks;
    atomic_bool is_over;
    struct observer operators[OPERATORS];
    struct observer watcher;
    uint64_t acknowledged[FEEDS]; /* as far as the author ever said that the reader has its feed */
};

static void complain(struct kills *kills, const char *what, unsigned long long a, unsigned long long b) {
    kills->faults++;
    fprintf(stderr, "fleet: round %zu: %s: %llu, %llu\n", kills->round, what, a, b);
}

/* ---- while a round lasts ---- */

static void keep(struct observer *observer, const Published *published) {
    if (observer->count == observer->capacity) {
        observer->capacity = 2 * observer->capacity + 64;
        observer->objects = realloc(observer->objects, observer->capacity * sizeof *observer->objects);
        if (!observer->objects)
            abort();
    }
    memcpy(observer->objects[observer->count++], published->object.data, OBJECT_SIZE);
}

static void *publish_on(void *context) {
    struct observer *observer = context;
    struct kills *kills = observer->kills;
    struct control *control = home_connect(kills->fleet->nodes[AUTHOR].home);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; control && !kills->is_over; i++) {
        size_t number = (kills->round * OPERATORS + observer->number) * 10000 + i;
        const Published *published = home_publish(control, &arena, ledger_json(&arena, "CD", 0, number));
        if (!published || strcmp(published->result, "ok") != 0)
            break; /* an answer that is no confirmation promises nothing */
        keep(observer, published);
        arena_reset(&arena);
    }
    control_close(control);
    arena_release(&arena);
    return NULL;
}

static void note_positions(struct kills *kills, const Status *status) {
    for (size_t i = 0; i < status->n_feeds; i++)
        for (size_t k = 0; k < FEEDS; k++) {
            const FeedStatus *feed = status->feeds[i];
            if (feed->ours && strcmp(feed->audience, audiences[k]) == 0 && feed->n_positions == 1 &&
                feed->positions[0]->number > kills->acknowledged[k])
                kills->acknowledged[k] = feed->positions[0]->number;
        }
}

static void *watch_positions(void *context) {
    struct observer *watcher = context;
    struct kills *kills = watcher->kills;
    struct control *control = home_connect(kills->fleet->nodes[AUTHOR].home);
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    struct arena arena;
    request.status = &words;
    arena_init(&arena, SIZE_MAX);
    while (control && !kills->is_over) {
        const Reply *reply = home_ask(control, &arena, &request);
        if (!reply || !reply->status)
            break;
        note_positions(kills, reply->status);
        arena_reset(&arena);
        fleet_sleep(look_every_s / 4);
    }
    control_close(control);
    arena_release(&arena);
    return NULL;
}

/* ---- between rounds ---- */

static uint64_t number_of(const Status *status, const char *author, const char *audience) {
    for (size_t i = 0; i < status->n_feeds; i++)
        if (strcmp(status->feeds[i]->author, author) == 0 && strcmp(status->feeds[i]->audience, audience) == 0)
            return status->feeds[i]->number;
    return 0;
}

/* Nobody has more of a feed than its author, and nobody less than it acknowledged. */
static void compare_feeds(struct kills *kills) {
    struct fleet *fleet = kills->fleet;
    const char *name = fleet->nodes[AUTHOR].home->name;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const Status *there = fleet_status(fleet, READER, &arena), *here = fleet_status(fleet, AUTHOR, &arena);
    for (size_t i = 0; i < FEEDS; i++) {
        uint64_t has = number_of(there, name, audiences[i]), wrote = number_of(here, name, audiences[i]);
        if (has > wrote)
            complain(kills, "the reader has more of a feed than its author", has, wrote);
        if (has < kills->acknowledged[i])
            complain(kills, "the reader has less of a feed than it acknowledged", has, kills->acknowledged[i]);
        kills->acknowledged_checks += kills->acknowledged[i] > 0;
    }
    if (here->n_forks || there->n_forks)
        complain(kills, "forks", here->n_forks, there->n_forks);
    arena_release(&arena);
}

static void check_confirmed(struct kills *kills, const uint8_t object[static OBJECT_SIZE]) {
    char hex[2 * OBJECT_SIZE + 1];
    struct arena arena;
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    arena_init(&arena, SIZE_MAX);
    text_hex(hex, object, OBJECT_SIZE);
    show.alert = hex;
    request.show = &show;
    if (strcmp(fleet_ask(kills->fleet, AUTHOR, &arena, &request)->result, "ok") != 0) {
        fprintf(stderr, "fleet: round %zu: alert %.8s was confirmed and is gone\n", kills->round, hex);
        kills->faults++;
    }
    arena_release(&arena);
}

static void take_confirmed(struct kills *kills) {
    for (size_t i = 0; i < OPERATORS; i++) {
        struct observer *observer = &kills->operators[i];
        for (size_t k = 0; k < observer->count; k++) {
            check_confirmed(kills, observer->objects[k]);
            ledger_confirm(&kills->ledger, kills->fleet, observer->objects[k], AUTHOR, 0);
        }
        observer->count = 0;
    }
}

static bool is_connected(struct kills *kills) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const Status *status = fleet_status(kills->fleet, AUTHOR, &arena);
    bool is = status->n_peers && strcmp(status->peers[0]->state, "connected") == 0;
    arena_release(&arena);
    return is;
}

static void wait_for_connection(struct kills *kills) {
    double start = fleet_now();
    while (!is_connected(kills) && fleet_now() - start < connected_within_s)
        fleet_sleep(look_every_s);
    if (fleet_now() - start >= connected_within_s)
        complain(kills, "the two do not find each other again within so many seconds",
                 (unsigned long long)connected_within_s, 0);
}

static void begin_threads(struct kills *kills) {
    kills->is_over = false;
    bool good = pthread_create(&kills->watcher.thread, NULL, watch_positions, &kills->watcher) == 0;
    for (size_t i = 0; i < OPERATORS; i++)
        good &= pthread_create(&kills->operators[i].thread, NULL, publish_on, &kills->operators[i]) == 0;
    if (!good)
        abort();
}

static void end_threads(struct kills *kills) {
    kills->is_over = true;
    pthread_join(kills->watcher.thread, NULL);
    for (size_t i = 0; i < OPERATORS; i++)
        pthread_join(kills->operators[i].thread, NULL);
}

static void play_round(struct kills *kills) {
    struct fleet *fleet = kills->fleet;
    size_t victim = chance_below(&fleet->chance, READER_ONE_IN) == 0 ? READER : AUTHOR;
    wires_cut(fleet->wires, WIRE, false);
    wait_for_connection(kills);
    begin_threads(kills);
    fleet_sleep((double)(5 + chance_below(&fleet->chance, LATEST_KILL_MS)) / 1000);
    fleet_stop_node(fleet, victim, SIGKILL);
    end_threads(kills);
    wires_cut(fleet->wires, WIRE, true);
    fleet_start_node(fleet, victim);
    compare_feeds(kills);
    take_confirmed(kills);
}

/* ---- at the end ---- */

struct objects {
    uint8_t (*rows)[OBJECT_SIZE];
    size_t count, capacity;
};

static void collect(void *context, const Row *row) {
    struct objects *objects = context;
    if (objects->count == objects->capacity) {
        objects->capacity = 2 * objects->capacity + 1024;
        objects->rows = realloc(objects->rows, objects->capacity * sizeof *objects->rows);
        if (!objects->rows)
            abort();
    }
    memcpy(objects->rows[objects->count++], row->object.data, OBJECT_SIZE);
}

static int compare_objects(const void *a, const void *b) {
    return memcmp(a, b, OBJECT_SIZE);
}

static struct objects objects_of(struct kills *kills, size_t node) {
    struct objects objects = {0};
    fleet_each_row(kills->fleet, node, collect, &objects);
    qsort(objects.rows, objects.count, OBJECT_SIZE, compare_objects);
    for (size_t i = 1; i < objects.count; i++)
        if (memcmp(objects.rows[i - 1], objects.rows[i], OBJECT_SIZE) == 0)
            complain(kills, "an alert is there twice, at node", node, 0);
    return objects;
}

/* Confirmed or not: what the author has the reader has, once. */
static void compare_nodes(struct kills *kills) {
    struct objects here = objects_of(kills, AUTHOR), there = objects_of(kills, READER);
    if (here.count != there.count || (here.count && memcmp(here.rows, there.rows, here.count * OBJECT_SIZE) != 0))
        complain(kills, "the two do not have the same alerts", here.count, there.count);
    printf("%zu kill -9: %zu alerts confirmed, %zu more that were on disk when their operator heard nothing; %zu times "
           "the reader was held to what it had acknowledged.\n",
           kills->round, kills->ledger.count, here.count - kills->ledger.count, kills->acknowledged_checks);
    free(here.rows);
    free(there.rows);
}

static void read_back(struct kills *kills, size_t node) {
    struct arena arena;
    Request request = REQUEST__INIT;
    Check check = CHECK__INIT;
    arena_init(&arena, SIZE_MAX);
    request.check = &check;
    const Reply *reply = fleet_ask(kills->fleet, node, &arena, &request);
    if (!reply->checked || reply->checked->n_damaged)
        complain(kills, "records of the store are damaged, at node", node,
                 reply->checked ? reply->checked->n_damaged : 0);
    arena_release(&arena);
}

static uint64_t alerts_at(struct kills *kills, size_t node) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    uint64_t alerts = fleet_status(kills->fleet, node, &arena)->alerts;
    arena_release(&arena);
    return alerts;
}

static void settle(struct kills *kills) {
    double start = fleet_now();
    wires_cut(kills->fleet->wires, WIRE, false);
    while (alerts_at(kills, READER) < alerts_at(kills, AUTHOR) && fleet_now() - start < settled_within_s)
        fleet_sleep(look_every_s);
    compare_feeds(kills);
    compare_nodes(kills);
    for (size_t i = 0; i < 2; i++) {
        read_back(kills, i);
        kills->faults += ledger_judge_node(&kills->ledger, kills->fleet, i, true);
    }
}

size_t kills_run(struct fleet *fleet, size_t rounds) {
    struct kills *kills = calloc(1, sizeof *kills);
    if (!kills)
        abort();
    kills->fleet = fleet;
    kills->watcher.kills = kills;
    ledger_init(&kills->ledger);
    for (size_t i = 0; i < OPERATORS; i++)
        kills->operators[i] = (struct observer){.kills = kills, .number = i};
    fleet_start(fleet);
    wires_cut(fleet->wires, WIRE, true);
    while (kills->round < rounds) {
        kills->round++;
        play_round(kills);
        if (kills->round % 100 == 0)
            printf("kill %zu: %zu alerts confirmed, %zu faults\n", kills->round, kills->ledger.count, kills->faults);
    }
    settle(kills);
    size_t faults = kills->faults + (kills->ledger.count == 0);
    for (size_t i = 0; i < OPERATORS; i++)
        free(kills->operators[i].objects);
    ledger_release(&kills->ledger);
    free(kills);
    return faults;
}
