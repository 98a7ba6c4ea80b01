/* What an originator's marking says about passing on, from hand to hand: how often, to whom, what for, and when. The
 * Congo tells Kenya, Kenya tells Uganda, Uganda tells Tanzania. No network: the test carries every entry. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/world.h"

static const char congo_policy[] = "audiences:\n"
                                   "  kenya: {members: {name: ke-customs}, publish: yes, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";
static const char kenya_policy[] = "audiences:\n"
                                   "  uganda: {members: {name: ug-customs}, show: [all], purposes: [INVESTIGATION]}\n"
                                   "forward: [{from: {name: cd-customs}, to: [uganda]}]\n"
                                   "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                                   "local: {operators: {show: [all]}}\n";
static const char uganda_policy[] = "audiences:\n"
                                    "  tanzania: {members: {name: tz-customs}, show: [all], purposes: [STATISTICS]}\n"
                                    "forward: [{from: {name: ke-customs}, to: [tanzania]}]\n"
                                    "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                                    "local: {operators: {show: [all]}}\n";

static const uint64_t hour_ms = 3600000;

static struct world *world;
static struct actor *congo, *kenya, *uganda, *tanzania;
static uint8_t object[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(17);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", congo_policy);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", uganda_policy);
    tanzania = world_add(world, "tz-customs", "TZ", "CUSTOMS", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(const char *marking) {
    world->now_ms += 60000;
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", marking), object)), "ok");
    world_settle(world);
}

/* Published with this marking, it comes to the first so many of Kenya, Uganda and Tanzania. */
static void check_reach(const char *marking, int reach) {
    publish(marking);
    struct actor *const readers[] = {kenya, uganda, tanzania};
    for (int i = 0; i < 3; i++)
        ck_assert_msg(world_has(readers[i], object) == (i < reach), "%s: %s", marking, readers[i]->name);
}

START_TEST(each_hand_is_counted) {
    publish("");
    ck_assert_uint_eq(world_view(congo, object).disclosure.hops, 0);
    ck_assert_uint_eq(world_view(kenya, object).disclosure.hops, 0);
    ck_assert_uint_eq(world_view(uganda, object).disclosure.hops, 1);
    ck_assert_uint_eq(world_view(tanzania, object).disclosure.hops, 2);
}
END_TEST

START_TEST(it_goes_through_as_many_hands_as_it_may) {
    check_reach("\"onward_hops\":1", 1);
    check_reach("\"onward_hops\":2", 2);
    check_reach("\"onward_hops\":3", 3);
    check_reach("\"onward_hops\":99", 3);
}
END_TEST

START_TEST(it_goes_to_the_roles_and_countries_that_are_named) {
    check_reach("\"onward_roles\":[\"POLICE\"]", 1);
    check_reach("\"onward_roles\":[\"POLICE\",\"CUSTOMS\"]", 3);
    check_reach("\"onward_countries\":[\"TZ\"]", 1);
    check_reach("\"onward_countries\":[\"UG\"]", 2);
    check_reach("\"onward_countries\":[\"TZ\",\"UG\"]", 3);
    check_reach("\"onward_countries\":[\"TZ\",\"UG\"],\"onward\":\"ASK\"", 1);
}
END_TEST

START_TEST(it_goes_to_who_has_a_use_for_it_that_is_permitted) {
    check_reach("\"purposes\":[\"STATISTICS\"]", 1);
    check_reach("\"purposes\":[\"INVESTIGATION\"]", 2);
    check_reach("\"purposes\":[\"STATISTICS\",\"INVESTIGATION\"]", 3);
    check_reach("\"purposes\":[\"INVESTIGATION\",\"a course\"]", 1); /* people must weigh it */
}
END_TEST

START_TEST(conditions_of_the_united_kingdom_hold) {
    check_reach("\"handling\":[\"P\"]", 3);
    check_reach("\"handling\":[\"C\",\"A1\",\"S1\"]", 3);
    check_reach("\"handling\":[\"C\",\"A3\",\"S2\"]", 1);
}
END_TEST

/* Of who is named the roster says the role: no secretariat. */
START_TEST(not_for_iccwc_is_not_for_secretariats) {
    check_reach("\"share_with_iccwc\":false", 3);
    struct actor *secretariat = world_join(world, "secretariat", "BE", "SECRETARIAT", "");
    ck_assert_ptr_nonnull(secretariat);
    const struct policy_audience audience = {.members = {.name = "secretariat"}};
    const struct holding holding = world_view(congo, object);
    const struct policy_hop hop = exchange_hop(&congo->exchange, &audience, &holding.disclosure);
    struct marking marking;
    ck_assert_int_eq(policy_marking(&marking, holding.disclosure.header), RESULT_OK);
    ck_assert_int_eq(policy_marking_allows(&marking, &hop), MARKING_ICCWC);
}
END_TEST

/* Its originator keeps it, and tells nobody. */
START_TEST(what_is_over_is_not_told) {
    const char *alert =
        text_format(&world->arena, "{\"expires\":\"2014-05-05T00:00:00Z\",%s", world_alert(world, "GREEN", "") + 1);
    ck_assert_str_eq(result_name(world_publish(congo, alert, object)), "ok");
    world_settle(world);
    ck_assert(world_has(congo, object) && !world_has(kenya, object));
    check_reach("\"retention_until\":\"2014-05-05\"", 0);
    check_reach("\"retention_until\":\"2014-05-06\"", 3);
}
END_TEST

/* ---- who passes it on all the same ---- */

/* The holder hands the next one what it has of the alert, whatever the marking says. */
static void pass_on_all_the_same(struct actor *holder, const char *audience, struct actor *reader, bool as_originator) {
    const struct holding holding = world_view(holder, object);
    struct exchange *exchange = &holder->exchange;
    struct field_set all = field_set_all();
    struct telling telling = {.audience = policy_find_audience(exchange->policy, audience),
                              .header = holding.disclosure.header,
                              .object = object,
                              .sequence = holding.stored.sequence,
                              .shown = all,
                              .rule = "none"};
    const struct policy_hop hop = {.from_originator = as_originator};
    ck_assert_int_eq(disclosure_pass_on(&telling.body, &exchange->turn, &holding.disclosure, &all, &hop), RESULT_OK);
    ck_assert_int_eq(exchange_begin(exchange), RESULT_OK);
    ck_assert_int_eq(exchange_append(exchange, &telling, world->now_ms), RESULT_OK);
    ck_assert_int_eq(exchange_commit(exchange, NULL, NULL), RESULT_OK);
    exchange_end_turn(exchange);
    world_carry(holder, reader);
}

/* Header and signature are kept of it: the evidence. */
static void check_refused(struct actor *reader, struct actor *author, const char *audience, enum result why) {
    ck_assert(!world_has(reader, object));
    ck_assert_uint_eq(reader->exchange.refused[why], 1);
    struct span entry;
    const struct feed *feed = world_feed(reader, author->identity.key_id, audience);
    ck_assert_int_eq(
        store_get_entry(reader->exchange.store, &world->arena, feed->record.ordinal, feed->head.number, &entry),
        RESULT_OK);
    ck_assert_uint_eq(entry.len, ENTRY_OVERHEAD);
}

static const char *const forbidding[] = {
    "\"onward\":\"NONE\"",
    "\"onward\":\"ASK\"",
    "\"onward_hops\":1",
    "\"onward_roles\":[\"POLICE\"]",
    "\"onward_countries\":[\"TZ\"]",
    "\"handling\":[\"H2\"]",
    "\"handling\":[\"C\",\"A1\",\"S2\"]",
    "\"purposes\":[\"a course\"]",
    "\"embargo_until\":\"2014-05-07T00:00:00Z\"",
};

START_TEST(a_forward_against_the_marking_is_refused) {
    check_reach(forbidding[_i], 1);
    pass_on_all_the_same(kenya, "uganda", uganda, false);
    check_refused(uganda, kenya, "uganda", RESULT_MARKING_FORBIDS);
}
END_TEST

START_TEST(a_hop_too_many_is_refused) {
    check_reach("\"onward_hops\":2", 2);
    pass_on_all_the_same(uganda, "tanzania", tanzania, false);
    check_refused(tanzania, uganda, "tanzania", RESULT_MARKING_FORBIDS);
}
END_TEST

/* Who passes it on says that it came by others. */
START_TEST(a_forward_without_its_hops_is_refused) {
    check_reach("\"onward\":\"NONE\"", 1);
    pass_on_all_the_same(kenya, "uganda", uganda, true);
    check_refused(uganda, kenya, "uganda", RESULT_MALFORMED);
}
END_TEST

/* ---- embargo ---- */

static void lift(struct actor *actor) {
    ck_assert_int_eq(embargo_lift(&actor->exchange), RESULT_OK);
    ck_assert_int_eq(exchange_commit(&actor->exchange, NULL, NULL), RESULT_OK);
    exchange_end_turn(&actor->exchange);
}

static uint64_t told_to_uganda(void) {
    const struct feed *feed = world_feed(kenya, kenya->identity.key_id, "uganda");
    return feed ? feed->head.number : 0;
}

/* Two hours from the beginning of the world. */
static void publish_under_embargo(void) {
    check_reach("\"embargo_until\":\"2014-05-06T02:00:00Z\"", 1);
    ck_assert_uint_eq(kenya->exchange.embargoes.count, 1);
}

START_TEST(what_is_under_embargo_goes_on_when_it_ends) {
    publish_under_embargo();
    world->now_ms += hour_ms;
    lift(kenya);
    ck_assert_uint_eq(told_to_uganda(), 0);
    world->now_ms += hour_ms;
    lift(kenya);
    world_settle(world);
    ck_assert(world_has(uganda, object) && world_has(tanzania, object));
    uint64_t number = told_to_uganda();
    lift(kenya);
    lift(kenya);
    ck_assert_uint_eq(told_to_uganda(), number);
    ck_assert_uint_eq(kenya->exchange.embargoes.count, 0);
    world_restart(kenya);
    ck_assert_uint_eq(kenya->exchange.embargoes.count, 0);
}
END_TEST

START_TEST(an_embargo_outlives_a_restart) {
    publish_under_embargo();
    world_restart(kenya);
    ck_assert_uint_eq(kenya->exchange.embargoes.count, 1);
    world->now_ms += 3 * hour_ms; /* it ended while nobody looked */
    lift(kenya);
    world_settle(world);
    ck_assert(world_has(uganda, object));
}
END_TEST

/* The change in which it was to go on came to nothing. */
START_TEST(an_embargo_is_lifted_once) {
    publish_under_embargo();
    world->now_ms += 2 * hour_ms;
    ck_assert_int_eq(embargo_lift(&kenya->exchange), RESULT_OK);
    exchange_abort(&kenya->exchange);
    exchange_end_turn(&kenya->exchange);
    ck_assert_uint_eq(told_to_uganda(), 0);
    world_settle(world);
    ck_assert(!world_has(uganda, object));
    lift(kenya);
    world_settle(world);
    ck_assert(world_has(uganda, object));
    ck_assert_uint_eq(told_to_uganda(), 2); /* a grant, and the alert */
}
END_TEST

/* A newer version without embargo has gone on meanwhile: the one before has nothing more to say. */
START_TEST(what_was_replaced_is_not_passed_on_after_its_embargo) {
    uint8_t newer[OBJECT_ID_SIZE];
    char alert_id[2 * TREE_ALERT_ID_SIZE + 1];
    publish_under_embargo();
    text_hex(alert_id, world_view(congo, object).disclosure.header->alert.data, TREE_ALERT_ID_SIZE);
    const char *alert =
        text_format(&world->arena, "{\"alert\":\"%s\",\"version\":2,%s", alert_id, world_alert(world, "GREEN", "") + 1);
    ck_assert_str_eq(result_name(world_publish(congo, alert, newer)), "ok");
    world_settle(world);
    ck_assert(world_has(uganda, newer));
    world->now_ms += 2 * hour_ms;
    lift(kenya);
    world_settle(world);
    ck_assert(!world_has(uganda, object));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("onward");
    TCase *rules = tcase_create("rules");
    tcase_add_checked_fixture(rules, set_up, tear_down);
    tcase_add_test(rules, each_hand_is_counted);
    tcase_add_test(rules, it_goes_through_as_many_hands_as_it_may);
    tcase_add_test(rules, it_goes_to_the_roles_and_countries_that_are_named);
    tcase_add_test(rules, it_goes_to_who_has_a_use_for_it_that_is_permitted);
    tcase_add_test(rules, conditions_of_the_united_kingdom_hold);
    tcase_add_test(rules, not_for_iccwc_is_not_for_secretariats);
    tcase_add_test(rules, what_is_over_is_not_told);
    suite_add_tcase(suite, rules);
    TCase *hostile = tcase_create("hostile");
    tcase_add_checked_fixture(hostile, set_up, tear_down);
    tcase_add_loop_test(hostile, a_forward_against_the_marking_is_refused, 0, sizeof forbidding / sizeof *forbidding);
    tcase_add_test(hostile, a_hop_too_many_is_refused);
    tcase_add_test(hostile, a_forward_without_its_hops_is_refused);
    suite_add_tcase(suite, hostile);
    TCase *embargo = tcase_create("embargo");
    tcase_add_checked_fixture(embargo, set_up, tear_down);
    tcase_add_test(embargo, what_is_under_embargo_goes_on_when_it_ends);
    tcase_add_test(embargo, an_embargo_outlives_a_restart);
    tcase_add_test(embargo, an_embargo_is_lifted_once);
    tcase_add_test(embargo, what_was_replaced_is_not_passed_on_after_its_embargo);
    suite_add_tcase(suite, embargo);
    return suite;
}
