#include "tests/sim/thin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proto.h"
#include "tests/sim/judge.h"
#include "tests/sim/link.h"
#include "tests/sim/operator.h"

enum {
    SEED = 4,              /* of a world of five, all of whom are there from the beginning and call each other */
    BACKLOG = 60,          /* alerts of FILLER bytes */
    FILLER = 16 * 1024,    /* each takes two seconds */
    RATE = 8,              /* bytes a millisecond */
    LAG_MS = 40,           /* one way */
    BLOCK_MS = 2000 + 500, /* of the largest block: one such alert, with all that is around it */
    PATIENCE_MS = 600 * 1000,
    ROUNDS = 20,
    WARM_UP_MS = 20 * 1000,
    MEASURED_MS = 5 * 1000, /* longer, until both ends know what the line brings */
};

static void no_look(struct station *station, bool is_fresh) {
    (void)station;
    (void)is_fresh;
}

static void no_bytes(struct span bytes) {
    (void)bytes;
}

static void no_frame(int node, struct span frame) {
    (void)node;
    (void)frame;
}

static void begin(bool verbose) {
    machine_start(SEED, verbose);
    world_look = no_look;
    network_tap = no_bytes;
    link_tap = no_frame;
    world_make(SEED, 0);
    if (world.count < NODES_MAX || world.has_joined_late)
        broken("seed %d makes another world than it did", SEED);
}

static void open_station(int number) {
    enum result result;
    if (!world_open(&world.stations[number], &result))
        broken("%s does not start: %s", world.stations[number].name, result_name(result));
}

static void run_for(uint64_t ms) {
    uint64_t until = machine_now() + ms;
    while (machine_next(until))
        ;
}

static void on_published(void *context, uint64_t value, const Reply *reply) {
    size_t *confirmed = context;
    (void)value;
    *confirmed += reply && reply->n_published && strcmp(reply->published[0]->result, "ok") == 0;
}

/* Everybody may see it. Returns once its author has confirmed it. */
static void publish(int author, bool is_urgent, size_t filler) {
    struct arena arena;
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    ProtobufCBinaryData json;
    size_t confirmed = 0, number = alert_make(author);
    alerts[number].tlp = "CLEAR";
    alerts[number].handling = alerts[number].onward = "";
    alerts[number].is_urgent = is_urgent;
    alerts[number].filler = filler;
    arena_init(&arena, SIZE_MAX);
    const char *text = alert_json(&arena, number);
    json = proto_bytes(text, strlen(text));
    words.alerts = &json;
    words.n_alerts = 1;
    request.publish = &words;
    operator_ask(&world.stations[author], &request, on_published, &confirmed, 0);
    uint64_t deadline = machine_now() + PATIENCE_MS;
    while (!confirmed && machine_next(deadline))
        ;
    if (!confirmed)
        broken("%s did not publish", world.stations[author].name);
    arena_release(&arena);
}

static size_t alerts_at(int number) {
    return index_count(world.stations[number].node.exchange.index);
}

/* Kind and urgency are in the signed header, so this reader sees them whatever it is shown. */
static bool has_urgent(int number) {
    const struct feeds *feeds = &world.stations[number].node.exchange.feeds;
    for (size_t i = 0; i < feeds->count; i++)
        if (!feeds->rows[i]->ours && lane_of(feeds->rows[i]->record.audience) == LANE_URGENT &&
            feeds->rows[i]->head.number >= 2)
            return true;
    return false;
}

/* What a child measured. */
struct measured {
    uint64_t ms;
    uint64_t urgent_ms;
    size_t before; /* alerts that were there before it */
    char sentence[600];
};

/* ---- a thin line ---- */

static void overtake(struct measured *measured, bool is_urgent) {
    open_station(KE_CUSTOMS);
    run_for(1000);
    for (int i = 0; i < BACKLOG && !machine_broken(); i++)
        publish(KE_CUSTOMS, false, FILLER);
    network_slow(KE_CUSTOMS, KE_POLICE, RATE, LAG_MS);
    network_slow(KE_POLICE, KE_CUSTOMS, RATE, LAG_MS);
    open_station(KE_POLICE);
    run_for(WARM_UP_MS + MEASURED_MS);
    publish(KE_CUSTOMS, is_urgent, 100);
    uint64_t since = machine_now(), deadline = since + PATIENCE_MS;
    while (machine_now() < deadline && !machine_broken() &&
           (is_urgent ? !has_urgent(KE_POLICE) : alerts_at(KE_POLICE) <= BACKLOG))
        machine_next(machine_now() + 10);
    measured->ms = machine_now() - since;
    measured->before = alerts_at(KE_POLICE) - 1;
}

static void overtake_urgent(struct measured *measured) {
    overtake(measured, true);
}

static void overtake_ordinary(struct measured *measured) {
    overtake(measured, false);
}

/* ---- a limit ---- */

static void limit(const struct station *station, const char *line) {
    char path[400];
    snprintf(path, sizeof path, "%s/node.yaml", station->folder);
    FILE *file = fopen(path, "ae");
    if (!file || fputs(line, file) < 0 || fclose(file) != 0)
        broken("no limit can be written");
}

static bool is_held_back(int number, int peer) {
    const struct peers *peers = &world.stations[number].node.peers;
    return peers_is_held(peers, peers_find(peers, world.stations[peer].id));
}

/* The line is fast, and the writer keeps to so much a second of it. */
static void keep_to_a_limit(struct measured *measured) {
    limit(&world.stations[KE_CUSTOMS], "limit_kib_s: 8\n");
    open_station(KE_CUSTOMS);
    run_for(1000);
    for (int i = 0; i < BACKLOG && !machine_broken(); i++)
        publish(KE_CUSTOMS, false, FILLER);
    open_station(KE_POLICE);
    uint64_t since = machine_now(), deadline = since + PATIENCE_MS;
    run_for(WARM_UP_MS);
    if (!is_held_back(KE_CUSTOMS, KE_POLICE))
        broken("a limit holds something back, and the node does not say so");
    publish(KE_CUSTOMS, true, 100);
    uint64_t urgent_since = machine_now();
    while (machine_now() < deadline && !machine_broken() && !has_urgent(KE_POLICE))
        machine_next(machine_now() + 10);
    measured->urgent_ms = machine_now() - urgent_since;
    while (machine_now() < deadline && !machine_broken() && alerts_at(KE_POLICE) <= BACKLOG)
        machine_next(machine_now() + 10);
    measured->ms = machine_now() - since;
    if (is_held_back(KE_CUSTOMS, KE_POLICE))
        broken("nothing waits any more, and the node says that a limit holds it back");
}

/* ---- slow readers ---- */

/* From publishing at Kenya's customs to being on the disk of Uganda, on average. */
static void reach_third(struct measured *measured, bool others_are_slow) {
    static const int readers[] = {KE_POLICE, SECRETARIAT, UG_CUSTOMS};
    open_station(KE_CUSTOMS);
    for (size_t i = 0; i < 3; i++)
        open_station(readers[i]);
    run_for(WARM_UP_MS);
    if (others_are_slow) {
        network_shut(KE_CUSTOMS, KE_POLICE, true);
        network_slow(KE_CUSTOMS, SECRETARIAT, 1, LAG_MS);
    }
    for (size_t i = 0; i < ROUNDS && !machine_broken(); i++) {
        publish(KE_CUSTOMS, false, FILLER);
        uint64_t since = machine_now(), deadline = since + PATIENCE_MS;
        while (alerts_at(UG_CUSTOMS) <= i && machine_now() < deadline && !machine_broken())
            machine_next(machine_now() + 10);
        measured->ms += machine_now() - since;
    }
    measured->ms /= ROUNDS;
    measured->before = alerts_at(SECRETARIAT);
}

static void reach_alone(struct measured *measured) {
    reach_third(measured, false);
}

static void reach_beside_slow_ones(struct measured *measured) {
    reach_third(measured, true);
}

/* ---- both ---- */

/* A world is made once in a process. */
static bool measure(struct measured *measured, bool verbose, void (*story)(struct measured *measured)) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        begin(verbose);
        if (!machine_broken())
            story(measured);
        snprintf(measured->sentence, sizeof measured->sentence, "%s", machine_broken() ? machine_broken() : "");
        world_remove();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status))
        snprintf(measured->sentence, sizeof measured->sentence, "its process died");
    if (*measured->sentence)
        printf("thin: %s\n", measured->sentence);
    return !*measured->sentence;
}

bool thin_play(bool verbose) {
    struct measured *all = mmap(NULL, 5 * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return false;
    struct measured *urgent = &all[0], *ordinary = &all[1], *alone = &all[2], *beside = &all[3], *limited = &all[4];
    if (!measure(urgent, verbose, overtake_urgent) || !measure(ordinary, verbose, overtake_ordinary) ||
        !measure(alone, verbose, reach_alone) || !measure(beside, verbose, reach_beside_slow_ones) ||
        !measure(limited, verbose, keep_to_a_limit))
        return false;
    printf("thin line: an urgent alert after %" PRIu64 " ms, before %zu of %d others; an ordinary one after %" PRIu64
           " ms\n",
           urgent->ms, BACKLOG - urgent->before, BACKLOG, ordinary->ms);
    printf("slow readers: a third has it after %" PRIu64 " ms, without them after %" PRIu64 " ms\n", beside->ms,
           alone->ms);
    printf("a limit of 8 KiB/s: all after %" PRIu64 " ms, an urgent one after %" PRIu64 " ms\n", limited->ms,
           limited->urgent_ms);
    bool overtakes = urgent->ms <= 3 * BLOCK_MS && urgent->before < BACKLOG / 2 && ordinary->ms > 10 * urgent->ms;
    bool is_left_alone = beside->ms <= 2 * alone->ms + 100 && beside->before < ROUNDS;
    uint64_t least_ms = (uint64_t)BACKLOG * FILLER * 1000 / (8 * 1024) - 3000; /* a second's worth may come at once */
    bool keeps_to_it = limited->ms >= least_ms && limited->ms <= least_ms * 5 / 4 && limited->urgent_ms <= 3 * BLOCK_MS;
    return overtakes && is_left_alone && keeps_to_it;
}
