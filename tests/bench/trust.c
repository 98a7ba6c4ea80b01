/* The life of keys: what 200 members, and a network of 1,000, cost. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "daemon/exchange.h"
#include "keys/card.h"
#include "tests/bench/bench.h"
#include "tests/bench/sample.h"
#include "tests/support/homes.h"

enum { MEMBERS = 200, FEEDS = 50, ADMINISTRATIONS = 200, DESKS_EACH = 4 };

static const uint64_t year_ms = (uint64_t)365 * 86400000;

static void must(enum result result) {
    if (result) {
        fprintf(stderr, "inama-bench: %s\n", result_text(result));
        exit(1);
    }
}

/* --- making members and lists --- */

/* A row with fresh keys; the secrets are kept only where somebody signs with them. */
static struct member make_member(struct arena *arena, struct identity *identity, const char *name, const char *country,
                                 const char *role) {
    struct buf card;
    struct member member;
    must(identity_make(identity, random_system()));
    buf_init(&card, arena);
    must(card_write(&card, arena, identity, name, name, country, role));
    must(card_read(&member, arena, buf_span(&card)));
    return member;
}

struct root {
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
};

static void make_root(struct root *root) {
    uint8_t seed[SIGN_SEED_SIZE];
    random_fill(random_system(), seed, sizeof seed);
    sign_keypair(root->key, root->secret, seed);
}

/* The list with one change more; `list` may point to NULL. */
static void change(struct list **list, const struct root *root, const uint8_t *author, enum list_change what,
                   const struct member *member, uint32_t version) {
    struct arena arena;
    struct buf bytes;
    const struct ending ending = {.cause = ENDING_LEFT, .at = clock_wall_ms(clock_system())};
    const struct list_edit edit = {.base = *list,
                                   .version = version,
                                   .change = what,
                                   .member = member,
                                   .ending = &ending,
                                   .roots = author ? NULL : &root->key,
                                   .root_count = author ? 0 : 1,
                                   .threshold = author ? 0 : 1,
                                   .author = author,
                                   .created = ending.at,
                                   .expires = ending.at + year_ms};
    arena_init(&arena, SIZE_MAX);
    buf_init(&bytes, &arena);
    must(list_edit(&bytes, &arena, &edit));
    list_drop(*list);
    must(list_read(list, buf_span(&bytes)));
    arena_release(&arena);
}

/* The roster with a signed list taken; `roster` may point to NULL. */
static void take(struct roster **roster, const struct list *list, const uint8_t *secret, const uint8_t *key,
                 const struct root *root) {
    struct arena arena;
    struct buf bytes, file;
    struct roster *next;
    const struct roster_anchor anchor = {&root->key, 1, 1};
    arena_init(&arena, SIZE_MAX);
    buf_init(&bytes, &arena);
    buf_init(&file, &arena);
    must(list_sign(&bytes, &arena, list, NULL, secret, key));
    if (*roster) {
        must(roster_take(&next, *roster, list->author ? TRUST_DESKS : TRUST_ROSTER, buf_span(&bytes)));
        roster_free(*roster);
    } else {
        must(roster_write_draft(&file, NULL, buf_span(&bytes)));
        must(roster_open(&next, buf_span(&file), &anchor));
    }
    *roster = next;
    arena_release(&arena);
}

/* --- grants --- */

static double raw_exchanges_ms(const struct epoch_member *members, size_t count) {
    uint8_t secret[32], shared[32];
    random_fill(random_system(), secret, sizeof secret);
    double start = seconds();
    for (size_t i = 0; i < count; i++)
        if (crypto_scalarmult_curve25519(shared, secret, members[i].public_key))
            abort();
    return (seconds() - start) * 1000;
}

/* 200 members and the author's own box. */
static void bench_grants(void) {
    struct arena arena;
    struct buf grant;
    struct epoch_member members[MEMBERS + 1];
    struct epoch_place place = {.epoch = 1};
    uint8_t key[EPOCH_KEY_SIZE] = {1};
    size_t bad;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i <= MEMBERS; i++) {
        struct identity identity;
        const struct member member = make_member(&arena, &identity, "member", "CD", "POLICE");
        members[i] = (struct epoch_member){member.id, member.encryption_key};
        identity_release(&identity);
    }
    buf_init(&grant, &arena);
    double start = seconds();
    must(epoch_grant(&grant, &arena, key, &place, members, MEMBERS + 1, 0, random_system(), &bad));
    double ms = (seconds() - start) * 1000;
    say("grants_200_bytes", (double)(grant.len + ENTRY_OVERHEAD), "B", "to reach: at most", 11000);
    say("grants_200_ms", ms, "ms", "201 bare X25519 (to reach: at most 50 ms)", raw_exchanges_ms(members, MEMBERS + 1));
    arena_release(&arena);
}

/* --- rotation --- */

static const char *many_audiences(struct arena *arena) {
    struct buf yaml;
    buf_init(&yaml, arena);
    buf_put_span(&yaml, span_of_text("audiences:\n"));
    for (int i = 0; i < FEEDS; i++)
        buf_put_span(&yaml, span_of_text(text_format(
                                arena, "  a%d: {members: {role: POLICE}, publish: yes, show: [all]}\n", i)));
    buf_put_span(&yaml, span_of_text("accept: []\nlocal: {operators: {show: [all]}}\n"));
    buf_put_u8(&yaml, '\0');
    return (const char *)yaml.data;
}

static void publish_one(struct exchange *exchange, struct arena *arena) {
    struct publication publication = {.json = span_of_text(sample_alert(arena, 1))};
    exchange_prepare(exchange, &publication, 1);
    must(exchange_publish(exchange, &publication, 1));
    must(publication.result);
    must(exchange_commit(exchange, NULL, NULL));
    exchange_publication_release(&publication);
    exchange_end_turn(exchange);
}

/* One node, 50 feeds that 201 members read, one of whom leaves: new epochs for all, on disk. */
static void rotate(struct arena *arena, const char *folder) {
    struct root root;
    struct list *list = NULL;
    struct roster *before = NULL, *after;
    struct identity self, other;
    struct member leaving = {0};
    struct report report;
    make_root(&root);
    const struct member row = make_member(arena, &self, "cd-customs", "CD", "CUSTOMS");
    change(&list, &root, NULL, LIST_ADD, &row, 1);
    for (size_t i = 0; i <= MEMBERS; i++) {
        leaving = make_member(arena, &other, text_format(arena, "cd-police-%zu", i), "CD", "POLICE");
        identity_release(&other);
        change(&list, &root, NULL, LIST_ADD, &leaving, 1);
    }
    take(&before, list, root.secret, root.key, &root);
    change(&list, &root, NULL, LIST_END, &leaving, 2);
    report_init(&report, arena);
    struct policy *policy;
    must(policy_read(&policy, arena, "policy.yaml", span_of_text(many_audiences(arena)), &report));
    const struct references references = {taxa_built_in(), places_built_in()};
    struct exchange exchange = {.identity = &self,
                                .roster = before,
                                .policy = policy,
                                .references = &references,
                                .clock = clock_system(),
                                .random = random_system(),
                                .pool = pool_new(1)};
    const struct store_options store = {
        .folder = folder, .size_max = (uint64_t)1 << 30, .key = self.secrets->store, .random = random_system()};
    must(store_open(&exchange.store, &store));
    must(exchange_open(&exchange));
    publish_one(&exchange, arena);
    struct buf signed_list;
    buf_init(&signed_list, arena);
    must(list_sign(&signed_list, arena, list, NULL, root.secret, root.key));
    must(roster_take(&after, before, TRUST_ROSTER, buf_span(&signed_list)));
    double start = seconds();
    must(exchange_renew(&exchange, after, policy));
    must(exchange_commit(&exchange, NULL, NULL));
    say("rotate_50x200_ms", (seconds() - start) * 1000, "ms", "to reach: 50 grants at 50 ms each", FEEDS * 50.0);
    exchange_release(&exchange);
    store_close(exchange.store);
    pool_free(exchange.pool);
    roster_free(after);
    roster_free(before);
    list_drop(list);
    identity_release(&self);
}

/* --- start --- */

static const char *country_of(struct arena *arena, size_t number) {
    return text_format(arena, "%c%c", (char)('A' + number / 26), (char)('A' + number % 26));
}

static void add_desks(struct roster **roster, struct arena *arena, const struct root *root,
                      const struct identity *author, const struct member *row) {
    static const char *const roles[DESKS_EACH] = {"POLICE", "WILDLIFE", "JUDICIAL", "PROSECUTOR"};
    struct list *desks = NULL;
    for (size_t i = 0; i < DESKS_EACH; i++) {
        struct identity identity;
        const char *name = text_format(arena, "%c%c-desk-%zu", row->name[0], row->name[1], i);
        const struct member desk = make_member(arena, &identity, name, row->country, roles[i]);
        identity_release(&identity);
        change(&desks, root, row->id, LIST_ADD, &desk, 1);
    }
    take(roster, desks, author->secrets->sign, author->sign_key, root);
    list_drop(desks);
}

/* A roster of 200 administrations, each with four desks; the first administration is the node of `home`. */
static struct span big_roster(struct arena *arena, struct root *root, struct home *home) {
    struct list *list = NULL;
    struct roster *roster = NULL;
    static struct identity identities[ADMINISTRATIONS];
    static struct member rows[ADMINISTRATIONS];
    make_root(root);
    for (size_t i = 0; i < ADMINISTRATIONS; i++) {
        const char *country = country_of(arena, i);
        const char *name = text_format(arena, "%c%c-customs", country[0] + 'a' - 'A', country[1] + 'a' - 'A');
        if (i > 0)
            rows[i] = make_member(arena, &identities[i], name, country, "CUSTOMS");
        else
            rows[i] = home->member;
        change(&list, root, NULL, LIST_ADD, &rows[i], 1);
    }
    take(&roster, list, root->secret, root->key, root);
    list_drop(list);
    for (size_t i = 0; i < ADMINISTRATIONS; i++)
        add_desks(&roster, arena, root, i ? &identities[i] : &home->identity, &rows[i]);
    for (size_t i = 1; i < ADMINISTRATIONS; i++)
        identity_release(&identities[i]);
    struct buf file;
    buf_init(&file, arena);
    must(roster_write(&file, roster));
    roster_free(roster);
    return buf_span(&file);
}

static void bench_start(void) {
    static const char policy[] = "audiences: {}\naccept: []\nlocal: {operators: {show: [all]}}\n";
    char roots[2 * SIGN_PUBLIC_SIZE + 1];
    struct arena arena;
    struct root root;
    struct homes *homes = homes_new();
    struct home *home = homes_add(homes, "aa-customs", "AA", "CUSTOMS", policy);
    homes_write(homes);
    double start = seconds();
    home_start(home);
    double alone_ms = (seconds() - start) * 1000;
    double alone_mb = (double)home_rss_kb(home) / 1024;
    home_stop(home, 15);
    arena_init(&arena, SIZE_MAX);
    struct span file = big_roster(&arena, &root, home);
    text_hex(roots, root.key, sizeof root.key);
    home_write(home, "roster.inama", file);
    home_write(home, "roots.txt", span_of_text(roots));
    start = seconds();
    home_start(home);
    if (wanted("start_1000_members_ms"))
        say("start_1000_members_ms", (seconds() - start) * 1000, "ms", "the same with 1 member (to reach: 1000 ms)",
            alone_ms);
    if (wanted("start_1000_members_mb"))
        say("start_1000_members_mb", (double)home_rss_kb(home) / 1024, "MB", "the same with 1 member", alone_mb);
    arena_release(&arena);
    homes_free(homes);
}

void bench_trust(void) {
    if (any_wanted((const char *const[]){"grants_200_bytes", "grants_200_ms", NULL}))
        bench_grants();
    if (wanted("rotate_50x200_ms")) {
        struct arena arena;
        struct homes *homes = homes_new(); /* for its folder */
        arena_init(&arena, SIZE_MAX);
        rotate(&arena, text_format(&arena, "%s/rotate", homes->folder));
        arena_release(&arena);
        homes_free(homes);
    }
    if (any_wanted((const char *const[]){"start_1000_members_ms", "start_1000_members_mb", NULL}))
        bench_start();
}
