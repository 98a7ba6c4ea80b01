#include "tests/support/world.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

const char world_forwards[] = "audiences:\n"
                              "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                              "forward:\n"
                              "  - {from: {role: CUSTOMS}, to: [customs]}\n"
                              "accept:\n"
                              "  - {from: {role: CUSTOMS}, show: [all]}\n"
                              "local: {operators: {show: [all]}}\n";

static const char everything[] = "audiences:\n"
                                 "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                 "  police: {members: {role: POLICE}, publish: yes, show: [all]}\n"
                                 "accept:\n"
                                 "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                 "  - {from: {role: POLICE}, show: [all]}\n"
                                 "local: {operators: {show: [all]}}\n";

static uint64_t clock_now(void *context) {
    return ((struct world *)context)->now_ms;
}

/* splitmix64: repeatable, and no use for anything but tests. */
static uint64_t next_random(struct world *world) {
    uint64_t z = (world->random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void fill_random(void *context, void *out, size_t len) {
    uint8_t *bytes = out;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)next_random(context);
}

struct world *world_new(uint64_t seed) {
    secret_start();
    struct world *world = calloc(1, sizeof *world);
    ck_assert_ptr_nonnull(world);
    arena_init(&world->arena, SIZE_MAX);
    world->now_ms = 1399334400000;
    world->random_state = seed;
    world->clock = (struct clock){clock_now, clock_now, world};
    world->random = (struct random){fill_random, world};
    world->references = (struct references){taxa_built_in(), places_built_in()};
    snprintf(world->folder, sizeof world->folder, "%s/inama-world-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(world->folder));
    uint8_t root_seed[SIGN_SEED_SIZE];
    fill_random(world, root_seed, sizeof root_seed);
    sign_keypair(world->root_key, world->root_secret, root_seed);
    return world;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void close_actor(struct actor *actor) {
    if (!actor->exchange.store)
        return;
    exchange_release(&actor->exchange);
    store_close(actor->exchange.store);
    pool_free(actor->exchange.pool);
    actor->exchange = (struct exchange){0};
}

void world_free(struct world *world) {
    for (size_t i = 0; i < world->count; i++) {
        close_actor(&world->actors[i]);
        identity_release(&world->actors[i].identity);
        arena_release(&world->actors[i].arena);
    }
    roster_free(world->roster);
    for (size_t i = 0; i < world->former_count; i++)
        roster_free(world->former[i]);
    nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_release(&world->arena);
    free(world);
}

static void read_policy(struct actor *actor) {
    struct report report;
    report_init(&report, &actor->arena);
    enum result result =
        policy_read(&actor->policy, &actor->arena, "policy.yaml", span_of_text(actor->policy_text), &report);
    for (size_t i = 0; i < report.count; i++)
        if (report.findings[i].severity == SEVERITY_ERROR)
            fprintf(stderr, "%s\n", report_line(&actor->arena, &report.findings[i]));
    ck_assert_str_eq(result_name(result), "ok");
}

struct actor *world_add(struct world *world, const char *name, const char *country, const char *role,
                        const char *policy) {
    ck_assert(world->count < WORLD_ACTORS_MAX);
    struct actor *actor = &world->actors[world->count++];
    actor->world = world;
    actor->policy_text = *policy ? policy : everything;
    snprintf(actor->name, sizeof actor->name, "%s", name);
    snprintf(actor->folder, sizeof actor->folder, "%.180s/%.60s", world->folder, name);
    arena_init(&actor->arena, SIZE_MAX);
    ck_assert_int_eq(identity_make(&actor->identity, &world->random), RESULT_OK);
    actor->member = (struct member){.id = actor->identity.id,
                                    .sign_key = actor->identity.sign_key,
                                    .encryption_key = actor->identity.encryption_key,
                                    .session_key = actor->identity.session_key,
                                    .name = actor->name,
                                    .label = actor->name,
                                    .country = country,
                                    .role = role,
                                    .serial = 1};
    read_policy(actor);
    return actor;
}

/* Signs a list and takes it as everybody does. The roster of before stays with the caller. */
static void take_list(struct world *world, struct span unsigned_file) {
    const uint8_t(*roots)[SIGN_PUBLIC_SIZE] = (const uint8_t(*)[SIGN_PUBLIC_SIZE]) & world->root_key;
    const struct roster_anchor anchor = {.roots = roots, .count = 1, .threshold = 1};
    struct list *list;
    struct buf signed_file, file;
    buf_init(&signed_file, &world->arena);
    buf_init(&file, &world->arena);
    ck_assert_str_eq(result_name(list_read(&list, unsigned_file)), "ok");
    ck_assert_str_eq(
        result_name(list_sign(&signed_file, &world->arena, list, NULL, world->root_secret, world->root_key)), "ok");
    list_drop(list);
    if (world->roster) {
        ck_assert_str_eq(result_name(roster_take(&world->roster, world->roster, TRUST_ROSTER, buf_span(&signed_file))),
                         "ok");
        return;
    }
    ck_assert_str_eq(result_name(roster_write_draft(&file, NULL, buf_span(&signed_file))), "ok");
    ck_assert_str_eq(result_name(roster_open(&world->roster, buf_span(&file), &anchor)), "ok");
}

/* Edits the roster, signs it and takes it. */
static void change_roster(struct world *world, enum list_change change, const struct member *member,
                          const struct ending *ending) {
    struct list_edit edit = {
        .base = world->roster ? world->roster->chain[world->roster->chain_count - 1] : NULL,
        .change = change,
        .member = member,
        .ending = ending,
        .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE]) & world->root_key,
        .root_count = 1,
        .threshold = 1,
        .created = world->now_ms,
        .expires = world->now_ms + (uint64_t)365 * 86400000,
        .grace_days = 30,
    };
    struct buf unsigned_file;
    buf_init(&unsigned_file, &world->arena);
    ck_assert_str_eq(result_name(list_edit(&unsigned_file, &world->arena, &edit)), "ok");
    take_list(world, buf_span(&unsigned_file));
}

static void open_actor(struct actor *actor) {
    struct world *world = actor->world;
    struct exchange *exchange = &actor->exchange;
    *exchange = (struct exchange){
        .identity = &actor->identity,
        .roster = world->roster,
        .policy = actor->policy,
        .references = &world->references,
        .clock = &world->clock,
        .random = &world->random,
        .pool = pool_new(0),
    };
    const struct store_options options = {
        .folder = actor->folder,
        .size_max = (uint64_t)256 << 20,
        .key = actor->identity.secrets->store,
        .random = &world->random,
    };
    ck_assert_str_eq(result_name(store_open(&exchange->store, &options)), "ok");
    ck_assert_str_eq(result_name(exchange_open(exchange)), "ok");
}

void world_start(struct world *world) {
    for (size_t i = 0; i < world->count; i++) {
        struct roster *before = world->roster;
        change_roster(world, LIST_ADD, &world->actors[i].member, NULL);
        roster_free(before);
    }
    for (size_t i = 0; i < world->count; i++)
        open_actor(&world->actors[i]);
}

void world_hear(struct actor *actor) {
    actor->deaf = false;
    ck_assert_str_eq(result_name(exchange_renew(&actor->exchange, actor->world->roster, actor->policy)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

/* Everybody who is open, but one who may not know it and those who hear nothing, goes by the newest roster. */
static void spread_roster(struct world *world, struct roster *before, const struct actor *but) {
    ck_assert_uint_lt(world->former_count, WORLD_ROSTERS_MAX);
    world->former[world->former_count++] = before;
    for (size_t i = 0; i < world->count; i++)
        if (world->actors[i].exchange.store && &world->actors[i] != but && !world->actors[i].deaf)
            world_hear(&world->actors[i]);
}

void world_end(struct world *world, struct actor *leaving, const struct ending *ending) {
    struct roster *before = world->roster;
    change_roster(world, LIST_END, &leaving->member, ending);
    spread_roster(world, before, leaving);
}

void world_remove(struct world *world, struct actor *leaving) {
    const struct ending ending = {.cause = ENDING_LEFT, .at = world->now_ms};
    close_actor(leaving);
    world_end(world, leaving, &ending);
}

struct span world_renewal(struct actor *actor, bool signing, const struct ending *ending) {
    struct world *world = actor->world;
    struct identity next;
    struct buf renewal;
    buf_init(&renewal, &world->arena);
    ck_assert_str_eq(result_name(identity_renew(&next, &actor->identity, signing, &world->random)), "ok");
    ck_assert_str_eq(result_name(renewal_make(&renewal, &world->arena, &next, signing ? ending : NULL, world->now_ms)),
                     "ok");
    identity_settle(&next);
    struct identity_secrets *in_place = actor->identity.secrets; /* the open store has the address of its key */
    memcpy(in_place, next.secrets, sizeof *in_place);
    secret_free(next.secrets);
    actor->identity = next;
    actor->identity.secrets = in_place;
    return buf_span(&renewal);
}

void world_renew(struct actor *actor, bool signing, const struct ending *ending) {
    struct world *world = actor->world;
    struct span renewal = world_renewal(actor, signing, ending);
    struct roster *before = world->roster;
    ck_assert_str_eq(result_name(roster_take(&world->roster, before, TRUST_RENEWAL, renewal)), "ok");
    spread_roster(world, before, NULL);
}

struct ending world_ends(struct actor *actor, enum ending_cause cause) {
    const struct feeds *feeds = &actor->exchange.feeds;
    struct feed_end *ends = arena_array(&actor->world->arena, feeds->count, sizeof *ends);
    struct ending ending = {.cause = cause, .at = actor->world->now_ms, .ends = ends};
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        if (!feed->ours || memcmp(feed->record.key, actor->identity.key_id, MEMBER_ID_SIZE) != 0)
            continue;
        size_t at = ending.count++;
        for (; at > 0 && memcmp(ends[at - 1].feed, feed->head.feed, FEED_ID_SIZE) > 0; at--)
            ends[at] = ends[at - 1];
        ends[at] = (struct feed_end){arena_copy(&actor->world->arena, feed->head.feed, FEED_ID_SIZE), feed->head.number,
                                     arena_copy(&actor->world->arena, feed->head.hash, HASH_SIZE)};
    }
    return ending;
}

struct actor *world_join(struct world *world, const char *name, const char *country, const char *role,
                         const char *policy) {
    struct roster *before = world->roster;
    struct actor *actor = world_add(world, name, country, role, policy);
    change_roster(world, LIST_ADD, &actor->member, NULL);
    open_actor(actor);
    spread_roster(world, before, NULL);
    return actor;
}

void world_restart(struct actor *actor) {
    close_actor(actor);
    open_actor(actor);
}

/* What is in one folder replaces what is in the other. */
static void copy_folder(struct arena *arena, const char *to, const char *from) {
    struct span bytes;
    const char *source = file_below(arena, from, "data.mdb"), *target = file_below(arena, to, "data.mdb");
    ck_assert_str_eq(result_name(file_read(&bytes, arena, source, SIZE_MAX)), "ok");
    ck_assert(mkdir(to, 0700) == 0 || errno == EEXIST);
    unlink(target);
    ck_assert_str_eq(result_name(file_write(target, bytes, 0600)), "ok");
}

void world_save(struct actor *actor) {
    struct arena *arena = &actor->world->arena;
    close_actor(actor);
    copy_folder(arena, text_format(arena, "%s.saved", actor->folder), actor->folder);
    open_actor(actor);
}

void world_put_back(struct actor *actor) {
    struct arena *arena = &actor->world->arena;
    close_actor(actor);
    copy_folder(arena, actor->folder, text_format(arena, "%s.saved", actor->folder));
    open_actor(actor);
}

struct actor *world_clone(struct actor *actor) {
    struct world *world = actor->world;
    ck_assert(world->count < WORLD_ACTORS_MAX);
    struct actor *clone = &world->actors[world->count++];
    clone->world = world;
    clone->policy_text = actor->policy_text;
    clone->identity = world_keys_of(actor);
    clone->member = actor->member;
    snprintf(clone->name, sizeof clone->name, "%.50s-again", actor->name);
    snprintf(clone->folder, sizeof clone->folder, "%.240s-again", actor->folder);
    arena_init(&clone->arena, SIZE_MAX);
    read_policy(clone);
    close_actor(actor);
    copy_folder(&world->arena, clone->folder, actor->folder);
    open_actor(actor);
    open_actor(clone);
    return clone;
}

const char *world_alert(struct world *world, const char *tlp, const char *extra) {
    return text_format(
        &world->arena,
        "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"%s\"%s%s},"
        "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
        "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\",\"unit\":\"KIL\"}],"
        "\"legs\":[{\"role\":\"ORIGIN\",\"country\":\"CD\"},{\"role\":\"TRANSIT\",\"country\":\"KE\"}],"
        "\"persons\":[{\"role\":\"SUSPECT\",\"surname\":\"Exemple\"}],"
        "\"narrative\":{\"releasable\":\"Scales in sacks\",\"below_tear_line\":\"Told by a friend\"}}",
        tlp, *extra ? "," : "", extra);
}

enum result world_publish(struct actor *actor, const char *json, uint8_t object[static OBJECT_ID_SIZE]) {
    struct publication publication = {.json = span_of_text(json)};
    exchange_prepare(&actor->exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&actor->exchange, &publication, 1)), "ok");
    enum result result = publication.result;
    if (result == RESULT_INVALID)
        for (size_t i = 0; i < publication.report.count; i++)
            fprintf(stderr, "%s\n", report_line(&actor->world->arena, &publication.report.findings[i]));
    if (!result)
        memcpy(object, publication.full.object, OBJECT_ID_SIZE);
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_publication_release(&publication);
    exchange_end_turn(&actor->exchange);
    return result;
}

struct span *world_entries(struct actor *author, const char *audience, uint64_t after, size_t *count) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, author->identity.key_id, audience);
    const struct feed *feed = feeds_find(&author->exchange.feeds, id);
    return world_entries_of(author, feed, after, count);
}

struct span *world_entries_of(struct actor *author, const struct feed *feed, uint64_t after, size_t *count) {
    struct span *entries = NULL;
    *count = 0;
    if (feed)
        ck_assert_int_eq(store_get_entries(author->exchange.store, &author->world->arena, feed->record.ordinal, after,
                                           SIZE_MAX, &entries, count),
                         RESULT_OK);
    return entries;
}

enum result world_hand(struct actor *reader, const struct actor *author, const char *audience,
                       const struct span *entries, size_t count, size_t *taken) {
    return world_hand_of(reader, author, author->identity.key_id, audience, entries, count, taken);
}

enum result world_hand_of(struct actor *reader, const struct actor *author, const uint8_t *key_id, const char *audience,
                          const struct span *entries, size_t count, size_t *taken) {
    const struct member *member = roster_find_ever(reader->exchange.roster, author->identity.id);
    struct delivery delivery = {.author = member ? member : &author->member,
                                .key = key_id,
                                .audience = audience,
                                .entries = entries,
                                .count = count,
                                .by_author = true};
    ck_assert_str_eq(result_name(exchange_receive(&reader->exchange, &delivery)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&reader->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&reader->exchange);
    if (taken)
        *taken = delivery.taken;
    return delivery.result;
}

void world_carry(struct actor *author, struct actor *reader) {
    for (size_t i = 0; i < author->exchange.feeds.count; i++) {
        const struct feed *feed = author->exchange.feeds.rows[i];
        if (!feed->ours || !feeds_has_member(feed, reader->identity.id))
            continue;
        struct feed *there;
        const uint8_t *key = feed->record.key;
        ck_assert_str_eq(
            result_name(exchange_follow(&reader->exchange, author->identity.id, key, feed->record.audience, &there)),
            "ok");
        uint64_t first = feeds_first_of(feed, reader->identity.id);
        if (first > 1 && there->next.number == 0)
            ck_assert_str_eq(result_name(exchange_begin_midway(&reader->exchange, there, first)), "ok");
        size_t count;
        struct span *entries = world_entries_of(author, feed, there->next.number, &count);
        if (count)
            ck_assert_str_eq(
                result_name(world_hand_of(reader, author, key, feed->record.audience, entries, count, NULL)), "ok");
    }
}

static uint64_t entries_everywhere(const struct world *world) {
    uint64_t sum = 0;
    for (size_t i = 0; i < world->count; i++)
        for (size_t k = 0; k < world->actors[i].exchange.feeds.count; k++)
            sum += world->actors[i].exchange.feeds.rows[k]->head.number;
    return sum;
}

void world_settle(struct world *world) {
    uint64_t before;
    do {
        before = entries_everywhere(world);
        for (size_t i = 0; i < world->count; i++)
            for (size_t k = 0; k < world->count; k++)
                if (i != k && world->actors[i].exchange.store && world->actors[k].exchange.store)
                    world_carry(&world->actors[i], &world->actors[k]);
    } while (entries_everywhere(world) != before);
}

bool world_has(const struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE]) {
    return index_find(actor->exchange.index, object) != NULL;
}

struct holding world_view(struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE]) {
    struct holding holding;
    const struct index_row *row = index_find(actor->exchange.index, object);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(result_name(exchange_load(&actor->exchange, &actor->world->arena, row, &holding)), "ok");
    return holding;
}

const char *world_value(struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE], const char *path) {
    struct holding holding = world_view(actor, object);
    Alert *content;
    ck_assert_str_eq(result_name(disclosure_content(&content, &actor->world->arena, &holding.disclosure)), "ok");
    return alert_text(&actor->world->arena, content, path, 0);
}
