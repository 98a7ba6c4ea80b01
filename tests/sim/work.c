#include "tests/sim/work.h"

#include <string.h>

#include "base/proto.h"
#include "tests/sim/disk.h"
#include "tests/sim/play.h"
#include "tests/sim/trouble.h"

enum { INSTALL_AGAIN_MS = 4000, BUSY_MS_MAX = 250 };

static bool has_changed; /* the last member has joined or left */

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

void work_publish(struct station *station, size_t count) {
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

void work_publish_some(void) {
    struct station *station = world_any(true);
    if (station && alert_count + 8 < ALERTS_MAX)
        work_publish(station, pick_one_in(4) ? pick_between(2, 4) : 1);
}

/* ---- recalling ---- */

static void on_recalled(void *context, uint64_t number, const Reply *reply) {
    const struct station *station = context;
    const char *result = reply && reply->n_published ? reply->published[0]->result : "no reply";
    machine_note("%s: recall of alert %llu: %s", station->name, (unsigned long long)number, result);
    alerts[number].is_recalled |= strcmp(result, "ok") == 0;
    tally.recalls += strcmp(result, "ok") == 0;
}

static void recall_one(struct station *station, size_t number) {
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    ProtobufCBinaryData json;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    const char *text = alert_recall_json(&arena, number);
    json = proto_bytes(text, strlen(text));
    words.alerts = &json;
    words.n_alerts = 1;
    request.publish = &words;
    alerts[number].is_to_be_recalled = true;
    operator_ask(station, &request, on_recalled, station, number);
    arena_release(&arena);
}

/* One that its author has, or two. */
void work_recall(void) {
    struct station *station = world_any(true);
    size_t wanted = pick_between(1, 2), first = pick(alert_count + 1);
    for (size_t i = 0; station && wanted && i < alert_count; i++) {
        size_t number = (first + i) % alert_count;
        if (alerts[number].author != station->number || !alerts[number].confirmed || !station->has[number] ||
            alerts[number].is_to_be_recalled)
            continue;
        recall_one(station, number);
        wanted--;
    }
}

/* ---- keys ---- */

void work_on_reply(void *context, uint64_t value, const Reply *reply) {
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
    operator_ask(station, &request, work_on_reply, station, 1);
}

void work_renew_keys(void) {
    struct station *station = world_any(true);
    if (station)
        renew_keys_of(station);
}

static void publish_now(void *context, uint64_t count) {
    struct station *station = context;
    if (station->is_up && alert_count + 8 < ALERTS_MAX)
        work_publish(station, count);
}

/* What is signed with new keys may overtake the news of them. */
void work_renew_and_publish(void) {
    struct station *station = world_any(true);
    if (!station)
        return;
    renew_keys_of(station);
    machine_at(machine_now() + pick(1000), publish_now, station, pick_between(1, 3));
    for (size_t i = 0; i < 4; i++)
        machine_at(machine_now() + pick(1500), publish_now, &world.stations[pick((size_t)world.count)], 1);
}

/* In the middle of either. */
void work_renew_and_crash(void) {
    struct station *station = world_any(true);
    if (!station)
        return;
    disk_arm(station->number, 1 + pick(24));
    renew_keys_of(station);
}

void work_publish_and_crash(void) {
    struct station *station = world_any(true);
    if (!station)
        return;
    disk_arm(station->number, 1 + pick(8));
    publish_now(station, pick_between(1, 3));
}

static void crash_in_a_write(void *context, uint64_t writes) {
    const struct station *station = context;
    if (station->is_up)
        disk_arm(station->number, writes);
}

/* So many that readers ask for one while the next is written, and a crash in the middle of it: of the author, or of who
 * passes it on and is too busy to take each by itself. */
void work_publish_in_a_row(void) {
    struct station *station = pick(2) ? world_any(true) : &world.stations[CD_CUSTOMS],
                   *busy = &world.stations[KE_CUSTOMS];
    uint64_t at = machine_now();
    size_t apart = pick_between(20, 120), count = pick_between(4, 10);
    if (!station)
        return;
    for (size_t i = 0; i < count; i++, at += pick(apart))
        machine_at(at, publish_now, station, 1);
    if (pick(2))
        busy->slowness = pick_between(50, BUSY_MS_MAX);
    else if (pick(2))
        busy = station;
    if (pick(4))
        machine_at(machine_now() + pick((size_t)(at - machine_now()) + 100), crash_in_a_write, busy,
                   pick_between(1, 4));
}

/* The police asks again and again, while what it asks for grows and is written: a crash in the middle of it. */
void work_pass_on_and_crash(void) {
    struct station *from = &world.stations[CD_CUSTOMS], *through = &world.stations[KE_CUSTOMS];
    uint64_t now = machine_now(), back_at = now + pick_between(500, 4000);
    trouble_isolate_node(KE_POLICE, back_at - now);
    through->slowness = pick_between(20, BUSY_MS_MAX);
    for (size_t left = pick_between(3, 8); left; left--)
        machine_at(now + pick((size_t)(back_at - now)), publish_now, from, 1);
    for (size_t left = pick_between(6, 12); left; left--)
        machine_at(back_at + pick(1500), publish_now, from, 1);
    machine_at(back_at + pick_between(300, 1500), crash_in_a_write, through, pick_between(1, 4));
}

/* ---- once more ---- */

static void on_disclosed(void *context, uint64_t value, const Reply *reply) {
    const struct station *station = context;
    (void)value;
    machine_note("%s discloses: %s", station->name, reply ? reply->result : "no reply");
    if (reply && reply->disclosed)
        tally.disclosed += reply->disclosed->disclosed;
}

/* What a member was told, or what was told before it joined, in a feed of its own. */
static void disclose_to(void *context, uint64_t number) {
    struct station *station = context, *reader = &world.stations[number];
    Request request = REQUEST__INIT;
    Disclose words = DISCLOSE__INIT;
    if (!station->is_up)
        return;
    words.audience = reader->number == SECRETARIAT ? "secretariat" : reader->number == KE_POLICE ? "police" : "customs";
    words.member = (char *)(uintptr_t)reader->name;
    request.disclose = &words;
    operator_ask(station, &request, on_disclosed, station, 0);
}

/* The same alerts come twice, and to who was alone meanwhile at the same time. */
void work_disclose_again(void) {
    struct station *station = world_any(true), *reader = &world.stations[pick((size_t)world.count)];
    if (!station || station == reader || !world_has_line(station->number, reader->number))
        return; /* nobody carries what is for one member alone */
    if (pick(2))
        trouble_isolate_node(reader->number, pick_between(1000, 20000));
    publish_now(station, pick_between(1, 3));
    machine_at(machine_now() + pick(600), disclose_to, station, (uint64_t)reader->number);
}

/* ---- rosters ---- */

static void install(void *context, uint64_t value);

/* Who is told that it did not work does it again; likewise where the node had written the file before it read it. */
static void on_reloaded(void *context, uint64_t value, const Reply *reply) {
    const struct station *station = context;
    work_on_reply(context, value, reply);
    if (!reply || strcmp(reply->result, "ok") != 0 || station->node.roster->version < world.version)
        machine_at(machine_now() + INSTALL_AGAIN_MS, install, NULL, value);
}

static void install(void *context, uint64_t value) {
    struct station *station = world_any(true);
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

void work_change_roster(void) {
    struct station *last = &world.stations[UG_CUSTOMS], *where = world_any(true);
    if (world.count <= UG_CUSTOMS || has_changed || !where || where == last)
        return;
    bool joins = world.has_joined_late;
    has_changed = true;
    tally.rosters++;
    world_change_roster(last, joins, where);
    install(NULL, 2);
}
