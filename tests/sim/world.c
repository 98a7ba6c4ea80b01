#include "tests/sim/world.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "keys/card.h"
#include "tests/sim/disk.h"
#include "tests/sim/link.h"
#include "tests/sim/policies.h"

enum { SLOWNESS_MS_MAX = 200 };
static const uint64_t day_ms = 86400000;

struct world world;
void (*world_look)(struct station *station, bool is_fresh);

/* What only those who keep the roster have. */
static struct keepers {
    struct identity identities[NODES_MAX];
    uint8_t root_key[SIGN_PUBLIC_SIZE];
    uint8_t root_secret[SIGN_SECRET_SIZE];
    struct list *list;
} keepers;

static void must(const char *what, enum result result) {
    if (result) {
        fprintf(stderr, "sim: %s: %s\n", what, result_name(result));
        abort();
    }
}

/* ---- lists ---- */

/* From the card that the node would hand in. */
static struct member row_of(int number) {
    const struct policy_text *text = &policy_texts[number];
    struct buf card;
    struct member row;
    buf_init(&card, &world.arena);
    must("card", card_write(&card, &world.arena, &keepers.identities[number], text->name, text->name, text->country,
                            text->role));
    must("card", card_read(&row, &world.arena, buf_span(&card)));
    return row;
}

static struct list *edit(struct list *base, const struct list_edit *wish) {
    struct buf bytes;
    struct list_edit edit = *wish;
    struct list *list;
    edit.base = base;
    edit.created = machine_start_ms + machine_now();
    edit.expires = edit.created + 365 * day_ms;
    edit.grace_days = 30;
    buf_init(&bytes, &world.arena);
    must("list", list_edit(&bytes, &world.arena, &edit));
    must("list", list_read(&list, buf_span(&bytes)));
    list_drop(base);
    return list;
}

static void edit_roster(enum list_change change, const struct member *member, const struct member *before,
                        const struct ending *ending, uint32_t version) {
    keepers.list = edit(keepers.list, &(struct list_edit){.version = version,
                                                          .change = change,
                                                          .member = member,
                                                          .before = before,
                                                          .ending = ending,
                                                          .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])keepers.root_key,
                                                          .root_count = 1,
                                                          .threshold = 1});
}

static void take(enum trust_object kind, struct span object) {
    struct roster *next;
    must("roster", roster_take(&next, world.roster, kind, object));
    roster_free(world.roster);
    world.roster = next;
}

static struct span sign_roster(void) {
    struct buf signed_list;
    buf_init(&signed_list, &world.arena);
    must("roster", list_sign(&signed_list, &world.arena, keepers.list, NULL, keepers.root_secret, keepers.root_key));
    return buf_span(&signed_list);
}

static void make_first_roster(void) {
    struct buf file;
    for (int i = 0; i < world.count; i++) {
        struct member row = row_of(i);
        if (i != KE_POLICE && !(i == UG_CUSTOMS && world.has_joined_late))
            edit_roster(LIST_ADD, &row, NULL, NULL, 1);
    }
    buf_init(&file, &world.arena);
    must("roster", roster_write_draft(&file, NULL, sign_roster()));
    must("roster", roster_open_unsigned(&world.roster, buf_span(&file)));
}

static void make_desks(void) {
    struct buf signed_list;
    const struct identity *author = &keepers.identities[KE_CUSTOMS];
    struct member row = row_of(KE_POLICE);
    struct list *list =
        edit(NULL, &(struct list_edit){.version = 1, .change = LIST_ADD, .member = &row, .author = author->id});
    buf_init(&signed_list, &world.arena);
    must("desks", list_sign(&signed_list, &world.arena, list, NULL, author->secrets->sign, author->sign_key));
    list_drop(list);
    take(TRUST_DESKS, buf_span(&signed_list));
}

static void note_members(void) {
    world.version = world.roster->version;
    assert(world.version < VERSIONS_MAX);
    for (int i = 0; i < world.count; i++)
        world.members[world.version][i] = roster_find(world.roster, world.stations[i].id) != NULL;
}

bool world_is_member(const struct station *station, uint32_t version) {
    assert(version <= world.version);
    return world.members[version][station->number];
}

/* ---- folders ---- */

static const char *path_of(const struct station *station, const char *name) {
    return text_format(&world.arena, "%s/%s", station->folder, name);
}

static void write_text(const struct station *station, const char *name, const char *text) {
    must(name, file_write(path_of(station, name), span_of_text(text), 0600));
}

static void write_roster(const struct station *station, const struct roster *roster) {
    struct buf file;
    buf_init(&file, &world.arena);
    must("roster", roster_write(&file, roster));
    must("roster", file_write(path_of(station, "roster.inama"), buf_span(&file), 0600));
}

static void write_keys(const struct station *station) {
    uint8_t key[32];
    struct buf sealed;
    random_fill(random_system(), key, sizeof key);
    buf_init(&sealed, &world.arena);
    must("identity", identity_seal(&sealed, &keepers.identities[station->number], SECRET_BY_KEY_FILE,
                                   SPAN_OF_ARRAY(key), random_system()));
    must("identity", file_write(path_of(station, "identity.key"), buf_span(&sealed), 0600));
    must("secret", file_write(path_of(station, "secret"), SPAN_OF_ARRAY(key), 0600));
}

/* A desk knows its administration alone; where a carrier is to be between two, neither calls the other. */
bool world_has_line(int a, int b) {
    if (a == KE_POLICE || b == KE_POLICE)
        return a + b == KE_POLICE + KE_CUSTOMS;
    return a != b && !(world.is_apart && a + b == CD_CUSTOMS + UG_CUSTOMS && (a == UG_CUSTOMS || b == UG_CUSTOMS));
}

/* Everybody calls those before it, and is called back by some. */
static void write_config(const struct station *station) {
    const char *yaml = text_format(&world.arena, "key_file: secret\nstore_gib: 1\nlisten: tcp://127.0.0.1:%d\n",
                                   4450 + station->number);
    const char *head = "peers:\n";
    for (int i = 0; i < world.count; i++) {
        if (!world_has_line(i, station->number) || (i > station->number && pick(3)))
            continue;
        yaml = text_format(&world.arena, "%s%s  - {name: %s, address: \"tcp://127.0.0.1:%d\"}\n", yaml, head,
                           policy_texts[i].name, 4450 + i);
        head = "";
    }
    write_text(station, "node.yaml", yaml);
}

static void make_home(struct station *station) {
    char roots[2 * SIGN_PUBLIC_SIZE + 1];
    text_hex(roots, keepers.root_key, sizeof keepers.root_key);
    must(station->folder, file_make_private_folder(station->folder));
    write_keys(station);
    write_config(station);
    write_roster(station, world.roster);
    write_text(station, "roots.txt", roots);
    write_text(station, "new", "\n");
    write_text(station, "policy.yaml", policy_texts[station->number].policy);
    disk_of(station->number, station->folder);
}

static void make_keys(void) {
    uint8_t seed[SIGN_SEED_SIZE];
    random_fill(random_system(), seed, sizeof seed);
    sign_keypair(keepers.root_key, keepers.root_secret, seed);
    for (int i = 0; i < world.count; i++) {
        must("identity", identity_make(&keepers.identities[i], random_system()));
        struct station *station = &world.stations[i];
        station->number = i;
        station->slowness = pick_one_in(3) ? pick(SLOWNESS_MS_MAX) : 0;
        station->name = policy_texts[i].name;
        memcpy(station->id, keepers.identities[i].id, MEMBER_ID_SIZE);
        snprintf(station->folder, sizeof station->folder, "%.200s/%s", world.folder, station->name);
    }
}

void world_make(uint64_t seed, int count) {
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    secret_start();
    arena_init(&world.arena, SIZE_MAX);
    snprintf(world.folder, sizeof world.folder, "%.200s/inama-sim-%llu-XXXXXX", place ? place : "/tmp",
             (unsigned long long)seed);
    assert(mkdtemp(world.folder));
    world.count = count ? count : (int)pick_between(3, NODES_MAX);
    world.has_joined_late = pick_one_in(2);
    world.is_apart = pick_one_in(2);
    make_keys();
    make_first_roster();
    make_desks();
    note_members();
    for (int i = 0; i < world.count; i++)
        make_home(&world.stations[i]);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

void world_remove(void) {
    nftw(world.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the life of a node ---- */

struct station *world_any(bool is_up) {
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

static void step(void *context, uint64_t wake_at);

static void wake(struct station *station, uint64_t at) {
    if (station->wake_at && station->wake_at <= at)
        return;
    station->wake_at = at;
    machine_at(at, step, station, at);
}

static void on_mail(int node) {
    struct station *station = &world.stations[node];
    if (station->is_up)
        wake(station, machine_now() + pick(3 + station->slowness));
}

static void release(struct station *station, bool without_power) {
    station->is_up = false;
    station->wake_at = 0;
    machine_enter(station->number);
    if (without_power)
        network_drop_node(station->number, true);
    link_abandon(station->number);
    node_release(&station->node);
    machine_enter(NOBODY);
    network_drop_node(station->number, without_power);
    network_machine_up(station->number, !without_power);
    disk_recover(station->number, without_power);
}

/* As node_run() does it. */
static void say_goodbye(struct station *station) {
    machine_enter(station->number);
    enum result result = exchange_keep_positions(&station->node.exchange);
    if (!result)
        result = exchange_commit(&station->node.exchange, NULL, NULL);
    machine_enter(NOBODY);
    machine_note("%s ends: %s", station->name, result_name(result));
}

void world_end(struct station *station, enum world_end how) {
    if (!station->is_up)
        return;
    if (how == WORLD_STOPPED)
        say_goodbye(station);
    else
        disk_stop(station->number);
    machine_note("%s is down%s", station->name, how == WORLD_WITHOUT_POWER ? ", without power" : "");
    release(station, how == WORLD_WITHOUT_POWER);
}

/* It has stopped in the middle of a step, its store has failed, or it has heard that it is no member any more. */
static void look_why_it_ends(struct station *station, enum result result) {
    if (disk_has_stopped(station->number)) {
        world_end(station, pick(2) ? WORLD_WITHOUT_POWER : WORLD_KILLED);
    } else if (result || station->node.stopping) {
        station->has_left = !result && !roster_find(station->node.roster, station->id);
        station->has_left |= station->node.stopping && !station->node.why_stopping;
        world_end(station, result ? WORLD_KILLED : WORLD_STOPPED);
    }
}

static void step(void *context, uint64_t wake_at) {
    struct station *station = context;
    uint64_t wait_ms = 0;
    if (!station->is_up || station->wake_at != wake_at)
        return;
    station->wake_at = 0;
    machine_enter(station->number);
    enum result result = node_step(&station->node, &wait_ms);
    machine_enter(NOBODY);
    if (result)
        machine_note("%s stops: %s", station->name, result_name(result));
    if (!disk_has_stopped(station->number))
        world_look(station, false);
    if (disk_has_stopped(station->number) || result || (station->node.stopping && !station->node.busy)) {
        look_why_it_ends(station, result);
        return;
    }
    wake(station, machine_now() + (station->node.busy ? 1 : wait_ms ? wait_ms : 1));
}

bool world_open(struct station *station, enum result *result) {
    const struct node_options options = {.home = station->folder,
                                         .clock = machine_clock(station->number),
                                         .random = machine_random(station->number),
                                         .single_thread = true};
    link_mail = on_mail;
    network_machine_up(station->number, true);
    link_revive(station->number);
    machine_enter(station->number);
    *result = node_open(&station->node, &options);
    machine_enter(NOBODY);
    machine_note("%s is opened: %s", station->name, result_name(*result));
    if (*result || disk_has_stopped(station->number)) {
        bool without_power = disk_has_stopped(station->number) && pick(2);
        if (disk_has_stopped(station->number))
            *result = RESULT_OK; /* it crashed, and is to be started again */
        release(station, without_power);
        return false;
    }
    station->is_up = station->was_opened = true;
    station->seen = 0;
    memset(station->has, 0, sizeof station->has);
    memset(station->knows_recall, 0, sizeof station->knows_recall);
    memset(station->is_erased, 0, sizeof station->is_erased);
    if (world_look)
        world_look(station, true);
    wake(station, machine_now() + 1);
    return true;
}

/* ---- another roster ---- */

void world_install_roster(const struct station *station) {
    struct buf trust, known;
    struct span file;
    struct roster *theirs, *next;
    struct roster_news news;
    buf_init(&trust, &world.arena);
    buf_init(&known, &world.arena);
    must("roster", file_read(&file, &world.arena, path_of(station, "roster.inama"), ROSTER_FILE_BYTES_MAX));
    must("roster", roster_open_unsigned(&theirs, file));
    must("roster", roster_known(&known, theirs));
    must("roster", roster_missing(&trust, world.roster, buf_span(&known), ROSTER_FILE_BYTES_MAX));
    must("roster", roster_take_all(&next, theirs, buf_span(&trust), &news));
    write_roster(station, next);
    if (next != theirs)
        roster_free(next);
    roster_free(theirs);
}

void world_change_roster(struct station *station, bool joins, const struct station *where) {
    struct ending ending = {.cause = ENDING_LEFT, .at = machine_start_ms + machine_now()};
    struct member row = row_of(station->number);
    const struct member *now = roster_find(where->node.roster, station->id); /* it may have renewed its keys */
    edit_roster(joins ? LIST_ADD : LIST_END, &row, joins ? NULL : now, joins ? NULL : &ending, 0);
    take(TRUST_ROSTER, sign_roster());
    note_members();
    machine_note("roster version %u: %s %s", world.version, station->name, joins ? "joins" : "leaves");
    if (joins) /* it is given the roster with its enrolment */
        write_roster(station, world.roster);
}
