/* What was told before somebody joined, told to that one later: what goes over, to whom, and what does not. */
#include "daemon/history.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;
static const uint64_t day_ms = 86400000;

static const char forwards[] = "audiences:\n"
                               "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                               "  police: {members: {role: POLICE}, publish: no, show: [all], hide: [narrative]}\n"
                               "forward:\n"
                               "  - {from: {role: CUSTOMS}, to: [police]}\n"
                               "accept:\n"
                               "  - {from: {role: CUSTOMS}, show: [all]}\n"
                               "local: {operators: {show: [all]}}\n";

/* Two customs administrations; Kenya passes on to the police, and tells it nothing of its own. */
static struct world *world;
static struct actor *congo, *kenya, *late;
static uint8_t object[OBJECT_ID_SIZE], before[OBJECT_ID_SIZE], red[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(10);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", forwards);
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor, const char *json, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(actor, json, made)), "ok");
}

static const char *version(int number) {
    return text_format(&world->arena, "{\"alert\":\"000102030405060708090a0b0c0d0e0f\",\"version\":%d,%s", number,
                       world_alert(world, "AMBER", "") + 1);
}

/* Who joins when the epoch is another one. */
static void join(const char *name, const char *country, const char *role) {
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, world_alert(world, "AMBER", ""), object);
    world_settle(world);
    late = world_join(world, name, country, role, "");
    world_settle(world);
}

/* Everything that `teller` told this audience since then, to who came late. */
static struct history disclose(struct actor *teller, const char *audience, uint64_t since, bool dry_run) {
    struct history history = {
        .audience = policy_find_audience(teller->policy, audience),
        .member = roster_find(teller->exchange.roster, late->identity.id),
        .since = since,
        .dry_run = dry_run,
    };
    ck_assert_str_eq(result_name(history_disclose(&teller->exchange, &history)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&teller->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&teller->exchange);
    ck_assert_uint_eq(history.next, store_last_alert(teller->exchange.store));
    return history;
}

static struct feed *told_alone(struct actor *holder, const struct actor *author) {
    return world_feed(holder, author->identity.key_id, text_format(&world->arena, "@%s", late->name));
}

START_TEST(who_joins_is_told_what_the_audience_was_told) {
    uint8_t old[OBJECT_ID_SIZE], new[OBJECT_ID_SIZE];
    publish(congo, world_alert(world, "AMBER", ""), before);
    publish(congo, version(1), old);
    publish(congo, version(2), new);
    publish(congo, world_alert(world, "RED", ""), red);
    join("tz-customs", "TZ", "CUSTOMS");
    ck_assert(world_has(late, object) && !world_has(late, before) && !world_has(late, new));
    struct history history = disclose(congo, "customs", 0, false);
    ck_assert_uint_eq(history.looked_at, 5);
    ck_assert_uint_eq(history.disclosed, 3); /* `before`, `new`, and what it has anyway */
    world_settle(world);
    ck_assert_str_eq(world_value(late, before, "persons.surname"), "Exemple");
    ck_assert(world_has(late, new));
    ck_assert(!world_has(late, old)); /* it has been replaced */
    ck_assert_uint_eq(index_count(late->exchange.index), 3);
    ck_assert_str_eq(result_name(exchange_doubt(&late->exchange, index_find(late->exchange.index, before))), "ok");
}
END_TEST

/* It was never told to the audience, so it is not told to one of it alone. */
START_TEST(what_is_for_recipients_named_one_by_one_stays) {
    publish(congo, world_alert(world, "RED", ""), red);
    join("tz-customs", "TZ", "CUSTOMS");
    struct history history = disclose(congo, "customs", 0, false);
    ck_assert_uint_eq(history.disclosed, 1);
    world_settle(world);
    ck_assert(world_has(congo, red) && !world_has(kenya, red));
    ck_assert(!world_has(late, red));
}
END_TEST

START_TEST(nobody_else_of_the_audience_gets_it) {
    publish(congo, world_alert(world, "AMBER", ""), before);
    join("tz-customs", "TZ", "CUSTOMS");
    disclose(congo, "customs", 0, false);
    world_settle(world);
    const struct feed *feed = told_alone(congo, congo);
    ck_assert_uint_eq(feeds_holders(feed), 1);
    ck_assert_mem_eq(feeds_holder(feed, 0), late->identity.id, MEMBER_ID_SIZE);
    ck_assert_ptr_null(told_alone(kenya, congo));
    size_t count, taken;
    struct span *entries = world_entries_of(congo, feed, 0, &count);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, feed->record.audience, entries, count, &taken)), "ok");
    ck_assert_uint_eq(told_alone(kenya, congo)->record.waiting, count - 1); /* handed over all the same, it is closed */
}
END_TEST

START_TEST(it_goes_back_to_a_day_and_not_further) {
    publish(congo, world_alert(world, "AMBER", ""), before);
    uint64_t then = world->now_ms;
    publish(congo, world_alert(world, "AMBER", ""), red);
    join("tz-customs", "TZ", "CUSTOMS");
    ck_assert_uint_eq(disclose(congo, "customs", then + 1, true).disclosed, 2);
    ck_assert_uint_eq(disclose(congo, "customs", then, true).disclosed, 3);
    ck_assert_uint_eq(disclose(congo, "customs", world->now_ms + 1, true).disclosed, 0);
    disclose(congo, "customs", then + 1, false);
    world_settle(world);
    ck_assert(world_has(late, red) && !world_has(late, before));
}
END_TEST

START_TEST(a_dry_run_counts_and_appends_nothing) {
    publish(congo, world_alert(world, "AMBER", ""), before);
    join("tz-customs", "TZ", "CUSTOMS");
    size_t feeds = congo->exchange.feeds.count;
    ck_assert_uint_eq(disclose(congo, "customs", 0, true).disclosed, 2);
    ck_assert_uint_eq(congo->exchange.feeds.count, feeds);
    ck_assert_ptr_null(told_alone(congo, congo));
    world_settle(world);
    ck_assert(!world_has(late, before));
}
END_TEST

START_TEST(what_others_wrote_is_told_by_the_rules_of_forwarding) {
    uint8_t green[OBJECT_ID_SIZE], own[OBJECT_ID_SIZE];
    publish(congo, world_alert(world, "GREEN", ""), green);
    publish(congo, world_alert(world, "GREEN", "\"handling\":[\"H2\"]"), before);
    world_settle(world);
    publish(kenya, world_alert(world, "GREEN", ""), own);
    join("ke-police", "KE", "POLICE");
    disclose(kenya, "police", 0, false);
    world_carry(kenya, late);
    ck_assert_str_eq(world_value(late, green, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(late, green, "narrative.releasable"), ""); /* hidden from the police */
    ck_assert(!world_has(late, before));                                    /* not to be passed on */
    ck_assert(!world_has(late, own));                                       /* `publish: no` */
}
END_TEST

/* The audience is not of Kenya alone, so AMBER of another country did not go there; that the one who joined is of Kenya
 * does not make it so. */
START_TEST(the_marking_is_held_against_the_audience_too) {
    publish(congo, world_alert(world, "AMBER", ""), before);
    join("ke-police", "KE", "POLICE");
    ck_assert_uint_eq(index_count(late->exchange.index), 0);
    ck_assert_uint_eq(disclose(kenya, "police", 0, false).disclosed, 0);
    world_carry(kenya, late);
    ck_assert(!world_has(late, before));
}
END_TEST

START_TEST(what_is_in_doubt_is_not_told) {
    uint8_t green[OBJECT_ID_SIZE];
    publish(congo, world_alert(world, "GREEN", ""), green);
    world_settle(world);
    struct ending ending = world_ends(congo, ENDING_REVOKED);
    publish(congo, world_alert(world, "GREEN", ""), before);
    world_settle(world);
    world_renew(congo, true, &ending);
    join("ke-police", "KE", "POLICE");
    disclose(kenya, "police", 0, false);
    size_t count;
    world_entries_of(kenya, told_alone(kenya, kenya), 0, &count);
    ck_assert_uint_ge(count, 2);
    world_carry(kenya, late);
    ck_assert(world_has(kenya, before) && !world_has(late, before));
}
END_TEST

START_TEST(a_node_that_may_not_write_tells_nothing) {
    publish(congo, world_alert(world, "AMBER", ""), before);
    join("tz-customs", "TZ", "CUSTOMS");
    struct feed *feed = world_feed(congo, congo->identity.key_id, "customs");
    feeds_hear(feed, feed->head.number + 1, feed->head.hash);
    struct history history = {.audience = policy_find_audience(congo->policy, "customs"),
                              .member = roster_find(congo->exchange.roster, late->identity.id)};
    ck_assert_str_eq(result_name(history_disclose(&congo->exchange, &history)), "behind");
    ck_assert_uint_eq(history.disclosed, 0);
}
END_TEST

/* A name of the greatest length leaves no room for the sign in front. */
START_TEST(an_alert_that_cannot_be_read_does_not_stop_the_others) {
    struct store_alert damaged = {.arrived = world->now_ms, .disclosure = span_of_text("no disclosure")};
    publish(congo, world_alert(world, "AMBER", ""), before);
    ck_assert_str_eq(result_name(exchange_begin(&congo->exchange)), "ok");
    ck_assert_str_eq(result_name(store_put_alert(congo->exchange.store, &damaged)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    join("tz-customs", "TZ", "CUSTOMS");
    const struct history history = disclose(congo, "customs", 0, false);
    ck_assert_uint_eq(history.unread, 1);
    ck_assert_uint_eq(history.disclosed, 2);
    world_carry(congo, late);
    ck_assert(world_has(late, before) && world_has(late, object));
}
END_TEST

START_TEST(the_audience_of_one_is_named_after_it) {
    uint8_t id[MEMBER_ID_SIZE] = {0xab, 0xcd};
    char name[NAME_BYTES_MAX + 1] = {0};
    struct member member = {.id = id, .name = "ke-police"};
    ck_assert_str_eq(history_audience(&world->arena, &member), "@ke-police");
    memset(name, 'a', NAME_BYTES_MAX - 1);
    member.name = name;
    ck_assert_str_eq(history_audience(&world->arena, &member), text_format(&world->arena, "@%s", name));
    name[NAME_BYTES_MAX - 1] = 'a';
    ck_assert_str_eq(history_audience(&world->arena, &member), "@abcd0000000000000000000000000000");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("history");
    TCase *c = tcase_create("history");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, who_joins_is_told_what_the_audience_was_told);
    tcase_add_test(c, what_is_for_recipients_named_one_by_one_stays);
    tcase_add_test(c, nobody_else_of_the_audience_gets_it);
    tcase_add_test(c, it_goes_back_to_a_day_and_not_further);
    tcase_add_test(c, a_dry_run_counts_and_appends_nothing);
    tcase_add_test(c, what_others_wrote_is_told_by_the_rules_of_forwarding);
    tcase_add_test(c, the_marking_is_held_against_the_audience_too);
    tcase_add_test(c, what_is_in_doubt_is_not_told);
    tcase_add_test(c, a_node_that_may_not_write_tells_nothing);
    tcase_add_test(c, an_alert_that_cannot_be_read_does_not_stop_the_others);
    tcase_add_test(c, the_audience_of_one_is_named_after_it);
    suite_add_tcase(suite, c);
    return suite;
}
