/* What has expired is hidden, and what may not be kept any longer is erased, by the node's own clock. */
#include "daemon/expiry.h"

#include <check.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/world.h"

static const uint64_t day_ms = 86400000;

static const char erases[] = "audiences:\n  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                             "local: {operators: {show: [all]}}\n"
                             "retention: {expired_days: 10}\n";
static const char keeps_own[] = "audiences:\n  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                "local: {operators: {show: [all]}}\n"
                                "retention: {own: keep}\n";

static struct world *world;
static struct actor *congo, *kenya, *uganda;
static uint8_t object[OBJECT_ID_SIZE];

/* It begins on 2014-05-06. */
static void set_up(void) {
    world = world_new(34);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", keeps_own);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", erases);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(const char *envelope, const char *marking) {
    const char *json = text_format(&world->arena, "{%s%s", envelope, world_alert(world, "GREEN", marking) + 1);
    world->now_ms += 1000;
    ck_assert_str_eq(result_name(world_publish(congo, json, object)), "ok");
    world_settle(world);
}

static void tick(struct actor *actor, size_t times) {
    for (size_t i = 0; i < times; i++) {
        ck_assert_str_eq(result_name(expiry_tick(&actor->exchange)), "ok");
        ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
        exchange_end_turn(&actor->exchange);
    }
}

static void tick_all(void) {
    tick(congo, 2);
    tick(kenya, 2);
    tick(uganda, 2);
}

static bool has_content(struct actor *actor, const uint8_t *id) {
    bool is_erased = index_find(actor->exchange.index, id)->is_erased;
    bool has = *world_value(actor, id, "persons.surname") != 0;
    ck_assert(has == !is_erased);
    return has;
}

static uint64_t found_by(struct actor *actor, bool all_versions) {
    const struct query_world query_world = {.references = &world->references};
    struct query query;
    struct query_remark mistake;
    struct index_found found;
    ck_assert_int_eq(query_parse(&query, &world->arena, "species:Manidae", &query_world, &mistake), RESULT_OK);
    const struct index_search search = {.query = &query, .world = &query_world, .superseded = all_versions};
    ck_assert_int_eq(index_search(actor->exchange.index, &search, &found), RESULT_OK);
    return found.total;
}

START_TEST(what_has_expired_is_found_only_if_asked_for) {
    publish("\"expires\":\"2014-05-08T00:00:00Z\",", "");
    tick_all();
    ck_assert_uint_eq(found_by(kenya, false), 1);
    world->now_ms += 2 * day_ms;
    tick_all();
    for (int restarted = 0; restarted < 2; restarted++) {
        ck_assert_uint_eq(found_by(kenya, false), 0);
        ck_assert_uint_eq(found_by(kenya, true), 1);
        ck_assert_uint_eq(kenya->exchange.expiry.expired, 1);
        ck_assert(has_content(kenya, object));
        world_restart(kenya);
    }
}
END_TEST

/* A day later, as a clock may be ahead. */
START_TEST(content_goes_a_day_after_its_date) {
    publish("", "\"retention_until\":\"2014-05-10\"");
    world->now_ms += 5 * day_ms; /* 05-11 */
    tick_all();
    ck_assert(has_content(kenya, object) && has_content(uganda, object));
    world->now_ms += day_ms;
    tick_all();
    for (int restarted = 0; restarted < 2; restarted++) {
        ck_assert(!has_content(kenya, object) && !has_content(uganda, object));
        ck_assert_uint_eq(found_by(kenya, true), 0);
        ck_assert_uint_eq(index_erased(kenya->exchange.index), 1);
        ck_assert(has_content(congo, object)); /* its policy says so */
        world_restart(kenya);
        world_restart(uganda);
    }
    ck_assert_uint_eq(store_last_alert(kenya->exchange.store), 2);
    tick_all();
    ck_assert_uint_eq(store_last_alert(kenya->exchange.store), 2); /* once */
}
END_TEST

/* By another way, later: Kenya's entry is from before the date. */
START_TEST(what_is_erased_does_not_come_back) {
    tear_down();
    world = world_new(35);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", keeps_own);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", world_forwards);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    ck_assert_str_eq(
        result_name(world_publish(congo, world_alert(world, "GREEN", "\"retention_until\":\"2014-05-10\""), object)),
        "ok");
    world_carry(congo, kenya);
    world_carry(congo, uganda);
    world->now_ms += 10 * day_ms;
    tick(uganda, 2);
    ck_assert(!has_content(uganda, object));
    world_carry(kenya, uganda);
    ck_assert(!has_content(uganda, object));
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_EXPIRED], 1);
}
END_TEST

START_TEST(a_month_and_a_year_last_to_their_end) {
    uint8_t year[OBJECT_ID_SIZE];
    publish("", "\"retention_until\":\"2014\"");
    memcpy(year, object, sizeof year);
    publish("", "\"retention_until\":\"2014-05\"");
    world->now_ms += 26 * day_ms; /* 06-01 */
    tick_all();
    ck_assert(has_content(uganda, object));
    world->now_ms += day_ms;
    tick_all();
    ck_assert(!has_content(uganda, object) && has_content(uganda, year));
    world->now_ms += 220 * day_ms;
    tick_all();
    ck_assert(!has_content(uganda, year));
}
END_TEST

START_TEST(what_has_expired_goes_by_policy) {
    publish("\"expires\":\"2014-05-08T00:00:00Z\",", "");
    world->now_ms += 11 * day_ms;
    tick_all();
    ck_assert(has_content(kenya, object));
    world->now_ms += day_ms;
    tick_all();
    ck_assert(!has_content(kenya, object)); /* ten days later */
    ck_assert(has_content(uganda, object)); /* its policy does not say so */
}
END_TEST

START_TEST(our_own_goes_too_unless_the_policy_keeps_it) {
    world->now_ms += 1000;
    ck_assert_str_eq(
        result_name(world_publish(uganda, world_alert(world, "GREEN", "\"retention_until\":\"2014-05-10\""), object)),
        "ok");
    world->now_ms += 10 * day_ms;
    tick_all();
    ck_assert(!has_content(uganda, object));
}
END_TEST

/* More than go at a time; each once. */
START_TEST(many_go_some_at_a_time) {
    enum { MANY = 150 };
    for (size_t i = 0; i < MANY; i++)
        publish("", "\"retention_until\":\"2014-05-10\"");
    world->now_ms += 10 * day_ms;
    tick(uganda, 1);
    ck_assert_uint_gt(index_erased(uganda->exchange.index), 0);
    ck_assert_uint_lt(index_erased(uganda->exchange.index), MANY);
    tick(uganda, 5);
    ck_assert_uint_eq(index_erased(uganda->exchange.index), MANY);
    ck_assert_uint_eq(store_last_alert(uganda->exchange.store), 2 * MANY);
}
END_TEST

START_TEST(an_aborted_change_has_erased_nothing) {
    publish("", "\"retention_until\":\"2014-05-10\"");
    world->now_ms += 10 * day_ms;
    ck_assert_str_eq(result_name(expiry_tick(&uganda->exchange)), "ok");
    exchange_abort(&uganda->exchange);
    exchange_end_turn(&uganda->exchange);
    ck_assert(has_content(uganda, object));
    tick(uganda, 3);
    ck_assert(!has_content(uganda, object));
}
END_TEST

/* A clock that is years ahead says of the roster, too, that it is over. */
START_TEST(a_clock_far_ahead_erases_nothing) {
    publish("", "\"retention_until\":\"2014-05-10\"");
    world->now_ms += 5 * 365 * day_ms;
    tick(uganda, 3);
    ck_assert(has_content(uganda, object));
    world->now_ms -= 5 * 365 * day_ms - 10 * day_ms; /* it is right again */
    tick(uganda, 3);
    ck_assert(!has_content(uganda, object));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("expiry");
    TCase *tcase = tcase_create("expiry");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, what_has_expired_is_found_only_if_asked_for);
    tcase_add_test(tcase, content_goes_a_day_after_its_date);
    tcase_add_test(tcase, what_is_erased_does_not_come_back);
    tcase_add_test(tcase, a_month_and_a_year_last_to_their_end);
    tcase_add_test(tcase, what_has_expired_goes_by_policy);
    tcase_add_test(tcase, our_own_goes_too_unless_the_policy_keeps_it);
    tcase_add_test(tcase, many_go_some_at_a_time);
    tcase_add_test(tcase, an_aborted_change_has_erased_nothing);
    tcase_add_test(tcase, a_clock_far_ahead_erases_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
