#include "tests/sim/clones.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/sync.h"
#include "tests/sim/disk.h"
#include "tests/sim/judge.h"
#include "tests/sim/link.h"
#include "tests/sim/operator.h"
#include "tests/sim/play.h"
#include "tests/sim/work.h"

enum {
    COUNT = 4, /* without Uganda: its place is the copy's */
    COPY = UG_CUSTOMS,
    LOOK_MS = 2000,
    MEET_AGAIN_MS = 3 * 60 * 1000,
    PATIENCE_MS = 60 * 60 * 1000, /* who talks to both is careful with either for a while */
};
static const size_t file_max = (size_t)1 << 30;

/* The two, and what was confirmed before there were two. */
static struct {
    struct station *first, *copy;
    size_t before;
    uint64_t calm_at;
} twins;

static struct exchange *exchange_of(struct station *station) {
    return &station->node.exchange;
}

static void no_look(struct station *station, bool is_fresh) {
    (void)station;
    (void)is_fresh;
}

static void run_until(uint64_t ms) {
    while (machine_next(ms))
        ;
}

static bool is_twin(const struct station *station) {
    return station == twins.first || station == twins.copy;
}

/* All that run now: the four, and the copy. */
static struct station *station_at(int i) {
    return i < COUNT ? &world.stations[i] : twins.copy;
}

/* Until nothing is missing; what is, is said. Lines are cut now and then, as much is said at the beginning of a session
 * and not again in it. */
static void settle(const char *(*look)(void)) {
    uint64_t deadline = machine_now() + PATIENCE_MS, meet_at = machine_now() + MEET_AGAIN_MS;
    const char *missing = "";
    while (missing && machine_now() < deadline && !machine_broken()) {
        run_until(machine_now() + LOOK_MS);
        missing = look();
        if (machine_now() < meet_at)
            continue;
        network_cut_all();
        meet_at = machine_now() + MEET_AGAIN_MS;
    }
    if (missing && !machine_broken())
        broken("%s, after %d minutes of peace", missing, PATIENCE_MS / 60000);
}

static void open_station(struct station *station) {
    enum result result;
    if (!world_open(station, &result))
        broken("%s does not start: %s", station->name, result_name(result));
}

/* ---- before ---- */

static void publish_one(void *context, uint64_t value) {
    (void)value;
    work_publish(context, 1);
}

static void exchange_some(void) {
    uint64_t from = machine_now();
    for (int i = 0; i < COUNT; i++)
        open_station(&world.stations[i]);
    for (size_t left = pick_between(3, 10); left; left--)
        machine_at(from + pick_between(2000, 20000), publish_one, &world.stations[pick(COUNT)], 0);
    run_until(from + 20000);
    settle(judge_missing);
    twins.before = alert_count;
}

/* ---- two of one ---- */

static const char *path_of(const struct station *station, const char *name) {
    return text_format(&world.arena, "%s/%s", station->folder, name);
}

static void copy_file(const char *name) {
    struct span bytes;
    enum result result = file_read(&bytes, &world.arena, path_of(twins.first, name), file_max);
    if (!result)
        result = file_write(path_of(twins.copy, name), bytes, 0600);
    assert(!result);
}

/* It has another address, which nobody knows, so it calls everybody. */
static void write_config(void) {
    const char *yaml =
        text_format(&world.arena, "key_file: secret\nstore_gib: 1\nlisten: tcp://127.0.0.1:%d\npeers:\n", 4450 + COPY);
    for (int i = 0; i < COUNT; i++)
        if (world_has_line(twins.first->number, i))
            yaml = text_format(&world.arena, "%s  - {name: %s, address: \"tcp://127.0.0.1:%d\"}\n", yaml,
                               world.stations[i].name, 4450 + i);
    enum result result = file_write(path_of(twins.copy, "node.yaml"), span_of_text(yaml), 0600);
    assert(!result);
}

static void copy_machine(void) {
    static const char *const files[] = {"identity.key", "secret",      "roster.inama",
                                        "roots.txt",    "policy.yaml", "store/data.mdb"};
    struct station *copy = twins.copy;
    *copy = (struct station){.number = COPY, .name = text_format(&world.arena, "the copy of %s", twins.first->name)};
    memcpy(copy->id, twins.first->id, MEMBER_ID_SIZE);
    snprintf(copy->folder, sizeof copy->folder, "%.200s/copy", world.folder);
    enum result result = file_make_private_folder(copy->folder);
    if (!result)
        result = file_make_private_folder(path_of(copy, "store"));
    assert(!result);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        copy_file(files[i]);
    write_config();
    disk_of(COPY, copy->folder);
    machine_note("%s is copied, and both run", twins.first->name);
}

static void on_published(void *context, uint64_t number, const Reply *reply) {
    const struct station *station = context;
    const char *result = reply && reply->n_published ? reply->published[0]->result : "no reply";
    machine_note("%s: alert %llu: %s", station->name, (unsigned long long)number, result);
    alerts[number].confirmed = strcmp(result, "ok") == 0;
    tally.confirmed += alerts[number].confirmed;
}

/* By either of the two in the name of the one. */
static void publish_as_author(void *context, uint64_t value) {
    struct station *station = context;
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    struct arena arena;
    (void)value;
    if (alert_count + 1 >= ALERTS_MAX || !station->is_up)
        return;
    size_t number = alert_make(twins.first->number);
    arena_init(&arena, SIZE_MAX);
    const char *text = alert_json(&arena, number);
    ProtobufCBinaryData json = proto_bytes(text, strlen(text));
    words.alerts = &json;
    words.n_alerts = 1;
    request.publish = &words;
    tally.alerts++;
    operator_ask(station, &request, on_published, station, number);
    arena_release(&arena);
}

/* Its operator thinks that it is the only one. */
static void accept_copy(void *context, uint64_t value) {
    struct station *station = context;
    Request request = REQUEST__INIT;
    AcceptCopy words = ACCEPT_COPY__INIT;
    (void)value;
    request.accept_copy = &words;
    if (station->is_up && exchange_of(station)->feeds.suspect)
        operator_ask(station, &request, work_on_reply, station, 0);
}

/* One of the two and somebody else do not hear each other for a while. */
static void open_ways(void *context, uint64_t other) {
    const struct station *twin = context;
    network_shut(twin->number, (int)other, false);
    network_shut((int)other, twin->number, false);
}

static void shut_ways(void *context, uint64_t ms) {
    struct station *twin = context;
    int other = (int)pick(COUNT);
    if (other == twins.first->number)
        return;
    network_shut(twin->number, other, true);
    network_shut(other, twin->number, true);
    machine_at(machine_now() + ms, open_ways, twin, (uint64_t)other);
}

static void cut_one(void *context, uint64_t value) {
    (void)context;
    (void)value;
    network_cut_one();
}

static struct station *any_twin(void) {
    return pick(2) ? twins.first : twins.copy;
}

static void run_both(unsigned steps) {
    uint64_t from = machine_now(), lasts = pick_between(30000, 180000);
    world_end(twins.first, pick(2) ? WORLD_STOPPED : WORLD_KILLED);
    copy_machine();
    world_look = no_look;
    open_station(twins.first);
    open_station(twins.copy);
    if (pick(2)) /* else it waits for readers to show how far the feeds reach, and they do */
        machine_at(from + pick_between(500, 30000), accept_copy, twins.copy, 0);
    for (size_t left = steps ? steps : pick_between(4, 20); left; left--)
        machine_at(from + pick(lasts), publish_as_author, any_twin(), 0);
    for (size_t left = pick(12); left; left--)
        machine_at(from + pick(lasts), shut_ways, any_twin(), pick_between(2000, 60000));
    for (size_t left = pick(6); left; left--)
        machine_at(from + pick(lasts), cut_one, NULL, 0);
    run_until(from + lasts);
    accept_copy(twins.copy, 0);
    run_until(machine_now() + 60000);
    network_heal();
    machine_note("nothing breaks from here on");
}

/* ---- what must hold ---- */

/* Header and signature; false: there is none of this number. */
static bool read_entry(struct station *station, const struct feed *feed, uint64_t number, uint8_t *out) {
    struct arena arena;
    struct span bytes;
    const struct feed *its = feeds_find(&exchange_of(station)->feeds, feed->head.feed);
    arena_init(&arena, SIZE_MAX);
    bool is_there = its && number <= its->head.number &&
                    !store_get_entry(exchange_of(station)->store, &arena, its->record.ordinal, number, &bytes);
    if (is_there)
        memcpy(out, bytes.data, ENTRY_OVERHEAD);
    arena_release(&arena);
    return is_there;
}

static bool has_same(struct station *one, struct station *other, const struct feed *feed, uint64_t number) {
    uint8_t a[ENTRY_OVERHEAD], b[ENTRY_OVERHEAD];
    return read_entry(one, feed, number, a) && read_entry(other, feed, number, b) && memcmp(a, b, sizeof a) == 0;
}

/* The first number under which both have written something else; 0: there is none. */
static uint64_t fork_of(const struct feed *feed) {
    const struct feed *its = feeds_find(&exchange_of(twins.copy)->feeds, feed->head.feed);
    for (uint64_t number = 1; its && number <= feed->head.number && number <= its->head.number; number++)
        if (!has_same(twins.first, twins.copy, feed, number))
            return number;
    return 0;
}

static char missing[300];

static const char *look_at_proof(struct station *station, const struct feed *forked, uint64_t number) {
    const struct feed *feed = feeds_find(&exchange_of(station)->feeds, forked->head.feed);
    bool is_proven = forks_find(&exchange_of(station)->forks, forked->record.key, forked->head.feed) != NULL;
    bool is_frozen = !feed || feed->record.frozen;
    if (is_proven && is_frozen)
        return NULL;
    snprintf(missing, sizeof missing, "%s has %s the fork of \"%s\" at %llu", station->name,
             is_proven ? "the proof of, and not frozen," : "no proof of", forked->record.audience,
             (unsigned long long)number);
    return missing;
}

static bool is_connected(const struct station *station, const struct station *with) {
    for (const struct connection *at = station->node.peers.connections; at; at = at->next)
        if (connection_is_up(at) && (!with || memcmp(at->peer->id, with->id, MEMBER_ID_SIZE) == 0))
            return true;
    return false;
}

/* Did anybody hear both? Of two sessions with one member one stays, so one of the two may be kept out everywhere; who
 * heard the other alone heard nothing wrong. */
static bool is_to_be_proven(const struct feed *feed, uint64_t number) {
    bool is_first_heard = false, is_copy_heard = false;
    for (int k = 0; k < COUNT; k++) {
        struct station *station = &world.stations[k];
        if (forks_find(&exchange_of(station)->forks, feed->record.key, feed->head.feed))
            return true;
        if (station == twins.first)
            continue;
        bool has_first = has_same(station, twins.first, feed, number);
        bool has_copys = has_same(station, twins.copy, feed, number);
        is_first_heard |= has_first;
        is_copy_heard |= has_copys || (has_first && is_connected(twins.copy, station));
    }
    return is_first_heard && is_copy_heard;
}

/* With everybody who talks to anybody. */
static const char *look_for_proofs(void) {
    const struct feeds *feeds = &exchange_of(twins.first)->feeds;
    const char *missed = NULL;
    for (size_t i = 0; i < feeds->count && !missed; i++) {
        uint64_t number = feeds->rows[i]->ours ? fork_of(feeds->rows[i]) : 0;
        bool is_due = number && is_to_be_proven(feeds->rows[i], number);
        for (int k = 0; is_due && k <= COUNT && !missed; k++)
            if (is_connected(station_at(k), NULL))
                missed = look_at_proof(station_at(k), feeds->rows[i], number);
    }
    return missed;
}

/* Of the entries behind the fork, all are of one of the two. */
static void look_at_branch(struct station *station, const struct feed *feed, uint64_t number) {
    const struct feed *its = feeds_find(&exchange_of(station)->feeds, feed->head.feed);
    bool has_first = false, has_copys = false;
    for (; its && number <= its->head.number; number++) {
        uint8_t any[ENTRY_OVERHEAD];
        bool is_first = has_same(station, twins.first, feed, number);
        bool is_copys = has_same(station, twins.copy, feed, number);
        if (!is_first && !is_copys && read_entry(station, feed, number, any))
            broken("%s has entry %llu of \"%s\", which neither of the two has", station->name,
                   (unsigned long long)number, feed->record.audience);
        has_first |= is_first && !is_copys;
        has_copys |= is_copys && !is_first;
    }
    if (has_first && has_copys)
        broken("%s has taken both histories of \"%s\"", station->name, feed->record.audience);
}

static void look_at_branches(void) {
    const struct feeds *feeds = &exchange_of(twins.first)->feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        uint64_t number = feeds->rows[i]->ours ? fork_of(feeds->rows[i]) : 0;
        tally.forks += number && is_to_be_proven(feeds->rows[i], number);
        for (int k = 0; number && k <= COUNT; k++)
            look_at_branch(station_at(k), feeds->rows[i], number);
    }
}

/* What is in the store of a node. */
static void look_at_alerts(struct station *station) {
    uint64_t last = store_last_alert(exchange_of(station)->store);
    memset(station->has, 0, sizeof station->has);
    for (uint64_t sequence = 1; sequence <= last; sequence++) {
        size_t number;
        struct field_set fields;
        if (!judge_read(station, sequence, &number, &fields))
            broken("%s cannot read its alert %llu", station->name, (unsigned long long)sequence);
        else
            station->has[number] = true;
    }
}

static bool is_for(size_t number, const struct station *station) {
    int who = is_twin(station) ? twins.first->number : station->number;
    struct field_set fields = alert_may_see(&alerts[number], who);
    return !field_set_is_empty(&fields);
}

static void look_for_lost(void) {
    for (int k = 0; k <= COUNT && !machine_broken(); k++) {
        struct station *station = station_at(k);
        look_at_alerts(station);
        for (size_t i = 0; i < twins.before; i++)
            if (alerts[i].confirmed && is_for(i, station) && !station->has[i])
                broken("%s has lost alert %zu, which was confirmed before there were two", station->name, i);
    }
}

static void look_at_stores(void) {
    for (int k = 0; k <= COUNT && !machine_broken(); k++) {
        struct station *station = station_at(k);
        if (!station->is_up)
            broken("%s does not run any more", station->name);
        else if (exchange_of(station)->forks.count && is_twin(station) && !exchange_may_write(exchange_of(station)))
            broken("%s has proof against itself, and writes on", station->name);
    }
}

/* ---- the way back ---- */

static const char *look_for_last(void) {
    for (int i = 0; i < COUNT; i++) {
        struct station *station = &world.stations[i];
        look_at_alerts(station);
        if (is_for(alert_count - 1, station) && !station->has[alert_count - 1]) {
            snprintf(missing, sizeof missing, "%s does not have what was published under the new key", station->name);
            return missing;
        }
    }
    return NULL;
}

static const char *look_for_confirmation(void) {
    if (alerts[alert_count - 1].confirmed)
        return NULL;
    publish_as_author(twins.first, 0);
    return "nothing is published under the new key";
}

static void go_on(void) {
    Request request = REQUEST__INIT;
    RenewKeys words = RENEW_KEYS__INIT;
    world_end(twins.copy, WORLD_STOPPED);
    words.has_signing = words.signing = true;
    request.renew_keys = &words;
    operator_ask(twins.first, &request, work_on_reply, twins.first, 1);
    run_until(machine_now() + LOOK_MS);
    publish_as_author(twins.first, 0);
    settle(look_for_confirmation);
    if (!machine_broken())
        settle(look_for_last);
}

const char *clones_play(uint64_t seed, unsigned steps, bool verbose) {
    machine_start(seed, verbose);
    world_look = judge_look;
    network_tap = judge_bytes;
    link_tap = judge_frame;
    world_make(seed, COUNT);
    twins.first = &world.stations[pick(2) ? KE_CUSTOMS : CD_CUSTOMS];
    twins.copy = &world.stations[COPY];
    exchange_some();
    if (!machine_broken())
        run_both(steps);
    if (!machine_broken())
        settle(look_for_proofs);
    if (!machine_broken()) {
        look_at_branches();
        look_for_lost();
        look_at_stores();
    }
    if (!machine_broken())
        go_on();
    tally.runs++;
    tally.simulated_ms += machine_now();
    world_remove();
    return machine_broken();
}
