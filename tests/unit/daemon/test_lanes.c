/* An audience has an urgent feed beside its ordinary one: what goes where, and that nothing goes twice. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/lane.h"
#include "daemon/told.h"
#include "tests/support/world.h"

static const char forwards[] = "audiences:\n"
                               "  police: {members: {role: POLICE}, show: [all], hide: [narrative]}\n"
                               "forward: [{from: {role: CUSTOMS}, to: [police]}]\n"
                               "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                               "local: {operators: {show: [all]}}\n";
static const char chosen[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, urgent: [WARNING], show: [all]}\n"
                             "  police: {members: {role: POLICE}, publish: yes, urgent: [], show: [all]}\n"
                             "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                             "local: {operators: {show: [all]}}\n";

static struct world *world;
static struct actor *congo, *kenya, *police, *uganda;
static uint8_t object[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(24);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", forwards);
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", chosen);
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

/* An alert whose envelope begins with these members, as "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"". */
static void publish(struct actor *actor, const char *members) {
    const char *json = world_alert(world, "GREEN", ""), *rest = strchr(json, ',');
    world->now_ms += 1000;
    json = text_format(&world->arena, "{%s%s", members, rest);
    ck_assert_str_eq(result_name(world_publish(actor, json, object)), "ok");
}

static uint64_t entries_of(struct actor *holder, const struct actor *author, const char *feed_audience) {
    const struct feed *feed = world_feed(holder, author->identity.key_id, feed_audience);
    return feed ? feed->head.number : 0;
}

static void check_entries(struct actor *author, uint64_t ordinary, uint64_t urgent) {
    ck_assert_uint_eq(entries_of(author, author, "customs"), ordinary);
    ck_assert_uint_eq(entries_of(author, author, "customs/urgent"), urgent);
}

START_TEST(urgent_alerts_go_by_the_urgent_feed) {
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"PRIORITY\"");
    check_entries(congo, 3, 0); /* and a grant */
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    check_entries(congo, 3, 2);
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    publish(congo, "\"kind\":\"WARNING\",\"urgency\":\"URGENT\"");
    check_entries(congo, 3, 4);
}
END_TEST

START_TEST(the_policy_says_what_is_urgent_for_an_audience) {
    publish(uganda, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    check_entries(uganda, 2, 0);
    publish(uganda, "\"kind\":\"WARNING\"");
    check_entries(uganda, 2, 2);
    ck_assert_uint_eq(entries_of(uganda, uganda, "police"), 3);
    ck_assert_uint_eq(entries_of(uganda, uganda, "police/urgent"), 0);
}
END_TEST

START_TEST(every_reader_gets_it_once) {
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    world_settle(world);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 2);
    ck_assert_uint_eq(store_last_alert(kenya->exchange.store), 2); /* nothing came a second time */
    ck_assert_uint_eq(entries_of(kenya, congo, "customs"), 2);
    ck_assert_uint_eq(entries_of(kenya, congo, "customs/urgent"), 2);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_REPLAYED], 0);
}
END_TEST

/* Who passes it on reads from the originator's signed header that it is urgent. */
START_TEST(what_is_passed_on_stays_urgent) {
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    world_settle(world);
    ck_assert_uint_eq(entries_of(police, kenya, "police"), 2);
    ck_assert_uint_eq(entries_of(police, kenya, "police/urgent"), 2);
    ck_assert_uint_eq(index_count(police->exchange.index), 2);
}
END_TEST

/* The urgent correction of an ordinary alert comes first: then the older version comes and is known to be one. */
START_TEST(a_version_that_overtakes_the_one_before_it_stays_the_newest) {
    uint8_t first[OBJECT_ID_SIZE];
    char alert[2 * TREE_ALERT_ID_SIZE + 1], before[2 * OBJECT_ID_SIZE + 1];
    publish(congo, "\"kind\":\"SEIZURE\"");
    memcpy(first, object, sizeof first);
    const struct index_row *row = index_find(congo->exchange.index, first);
    text_hex(alert, row->alert, TREE_ALERT_ID_SIZE);
    text_hex(before, first, OBJECT_ID_SIZE);
    publish(congo, text_format(&world->arena,
                               "\"kind\":\"CORRECTION\",\"urgency\":\"URGENT\",\"alert\":\"%s\",\"version\":2,"
                               "\"supersedes\":\"%s\"",
                               alert, before));
    size_t count;
    struct span *entries = world_entries(congo, "customs/urgent", 0, &count);
    ck_assert_int_eq(world_hand(kenya, congo, "customs/urgent", entries, count, NULL), RESULT_OK);
    ck_assert(world_has(kenya, object) && !world_has(kenya, first));
    world_settle(world);
    for (int restarted = 0; restarted < 2; restarted++) {
        ck_assert(world_has(kenya, first) && world_has(police, first));
        ck_assert(index_find(kenya->exchange.index, first)->superseded);
        ck_assert(!index_find(kenya->exchange.index, object)->superseded);
        ck_assert(index_find(police->exchange.index, first)->superseded);
        world_restart(kenya);
        world_restart(police);
    }
}
END_TEST

START_TEST(who_left_reads_neither_feed_any_more) {
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    world_settle(world);
    world_remove(world, uganda);
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    for (int urgent = 0; urgent < 2; urgent++) {
        const struct feed *feed = world_feed(congo, congo->identity.key_id, urgent ? "customs/urgent" : "customs");
        ck_assert_uint_eq(feed->head.epoch, 2);
        ck_assert(!feeds_has_member(feed, uganda->identity.id));
        ck_assert(feeds_has_member(feed, kenya->identity.id));
    }
}
END_TEST

START_TEST(who_joins_is_granted_both) {
    publish(congo, "\"kind\":\"SEIZURE\"");
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    struct actor *tanzania = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    world_settle(world);
    ck_assert_uint_eq(index_count(tanzania->exchange.index), 2);
}
END_TEST

START_TEST(status_knows_whom_an_urgent_feed_is_for) {
    struct told_feed *told;
    size_t count;
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    const struct index_row *row = index_find(congo->exchange.index, object);
    ck_assert_int_eq(told_find(&congo->exchange, &world->arena, row->sequence, &told, &count), RESULT_OK);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(lane_of(told[i].feed->record.audience), LANE_URGENT);
        for (size_t k = 0; k < told[i].count; k++)
            ck_assert_int_eq(told[i].readers[k].state, TOLD_PENDING);
    }
    ck_assert_uint_gt(count, 0);
    world_remove(world, uganda);
    ck_assert_int_eq(told_find(&congo->exchange, &world->arena, row->sequence, &told, &count), RESULT_OK);
    ck_assert_int_eq(told[0].readers[0].state, TOLD_PENDING);
}
END_TEST

/* A feed with two histories stops what would go into it, and is not written around. */
START_TEST(a_frozen_urgent_feed_stops_the_author) {
    publish(congo, "\"kind\":\"SEIZURE\",\"urgency\":\"URGENT\"");
    ck_assert_int_eq(exchange_may_write(&congo->exchange), RESULT_OK);
    struct feed *feed = world_feed(congo, congo->identity.key_id, "customs/urgent");
    ck_assert_int_eq(exchange_begin(&congo->exchange), RESULT_OK);
    feeds_freeze(feed);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("lanes");
    TCase *tcase = tcase_create("lanes");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, urgent_alerts_go_by_the_urgent_feed);
    tcase_add_test(tcase, the_policy_says_what_is_urgent_for_an_audience);
    tcase_add_test(tcase, every_reader_gets_it_once);
    tcase_add_test(tcase, what_is_passed_on_stays_urgent);
    tcase_add_test(tcase, a_version_that_overtakes_the_one_before_it_stays_the_newest);
    tcase_add_test(tcase, who_left_reads_neither_feed_any_more);
    tcase_add_test(tcase, who_joins_is_granted_both);
    tcase_add_test(tcase, status_knows_whom_an_urgent_feed_is_for);
    tcase_add_test(tcase, a_frozen_urgent_feed_stops_the_author);
    suite_add_tcase(suite, tcase);
    return suite;
}
