/* Alerts that overtake their originator's new key: they wait, and are looked at again. No network: the test carries
 * every entry. */
#include "daemon/unverified.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "tests/support/world.h"

/* Kenya passes on what the Congo tells it, and Uganda what Kenya does. Uganda has not heard of the Congo's new key. */
static struct world *world;
static struct actor *congo, *kenya, *uganda;
static uint8_t object[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(11);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", world_forwards);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", world_forwards);
    world_start(world);
    uganda->deaf = true;
    const struct ending ending = world_ends(congo, ENDING_LEFT);
    world_renew(congo, true, &ending);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += 60000;
    ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, "GREEN", ""), made)), "ok");
}

static struct feed *from_kenya(void) {
    return world_feed(uganda, kenya->identity.key_id, "customs");
}

static size_t waiting(void) {
    struct unverified *rows;
    size_t count;
    ck_assert_str_eq(result_name(unverified_get(uganda->exchange.store, &world->arena, from_kenya(), &rows, &count)),
                     "ok");
    for (size_t i = 0; i < count; i++)
        ck_assert_mem_eq(rows[i].originator, congo->identity.id, MEMBER_ID_SIZE);
    return count;
}

static void look_again(void) {
    ck_assert_str_eq(result_name(exchange_look_again(&uganda->exchange)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&uganda->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&uganda->exchange);
}

static size_t kept_bytes(uint64_t number) {
    struct span kept;
    ck_assert_str_eq(result_name(store_get_entry(uganda->exchange.store, &world->arena, from_kenya()->record.ordinal,
                                                 number, &kept)),
                     "ok");
    return kept.len;
}

/* One more of Kenya's, with an alert that these keys sign now. */
static struct span passed_on_by_kenya(const struct identity *originator) {
    struct feed *feed = world_feed(kenya, kenya->identity.key_id, "customs");
    struct feed_head head = from_kenya() ? from_kenya()->head : feed->head;
    const uint8_t *key;
    ck_assert_str_eq(result_name(feeds_key(&kenya->exchange.feeds, feed, head.epoch, &key)), "ok");
    bool hops = memcmp(originator->id, kenya->identity.id, MEMBER_ID_SIZE) != 0;
    const struct feed_draft draft = {ENTRY_DISCLOSURE, head.epoch, world->now_ms,
                                     world_disclosure(world, originator, "GREEN", hops), key};
    return world_forge(world, &head, &draft, &kenya->identity);
}

START_TEST(an_alert_that_overtakes_its_originators_key_waits_for_it) {
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    ck_assert(!world_has(uganda, object));
    ck_assert_uint_eq(waiting(), 1);
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_BAD_SIGNATURE], 1); /* the operator is told */
    world_hear(uganda);
    ck_assert_uint_eq(waiting(), 0);
    ck_assert(world_has(uganda, object));
    ck_assert_str_eq(world_value(uganda, object, "persons.surname"), "Exemple");
    const struct feed *told = world_feed(uganda, uganda->identity.key_id, "customs");
    ck_assert(told && told->head.number == 2); /* a grant, and the alert: it was passed on, once */
}
END_TEST

/* It opens with the roster that came as a file while the node was down. */
START_TEST(a_restart_looks_again) {
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    world_restart(uganda);
    ck_assert_uint_eq(waiting(), 1);
    ck_assert(!world_has(uganda, object));
    look_again();
    ck_assert_uint_eq(waiting(), 0);
    ck_assert(world_has(uganda, object));
}
END_TEST

/* Nothing is passed on that may not be written; then nothing is lost either. */
START_TEST(it_waits_on_while_this_node_may_not_write) {
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    publish(uganda, second); /* so that it has a feed, which may be frozen */
    struct feed *ours = world_feed(uganda, uganda->identity.key_id, "customs");
    ours->elsewhere = ours->head.number + 1; /* a reader says that it reaches further */
    world_hear(uganda);
    ck_assert_str_eq(result_name(exchange_may_write(&uganda->exchange)), "behind");
    ck_assert_uint_eq(waiting(), 1);
    ck_assert(!world_has(uganda, object));
    ours->elsewhere = 0;
    look_again();
    ck_assert_uint_eq(waiting(), 0);
    ck_assert(world_has(uganda, object));
}
END_TEST

START_TEST(what_is_taken_back_leaves_nothing_waiting) {
    publish(congo, object);
    world_carry(congo, kenya);
    size_t count;
    struct span *entries = world_entries(kenya, "customs", 0, &count);
    struct delivery delivery = {.author = &kenya->member, .audience = "customs", .entries = entries, .count = count};
    ck_assert_str_eq(result_name(exchange_receive(&uganda->exchange, &delivery)), "ok");
    ck_assert_uint_eq(delivery.taken, count);
    exchange_abort(&uganda->exchange);
    world_carry(kenya, uganda);
    ck_assert_uint_eq(waiting(), 1);
}
END_TEST

/* What was forged waits, unread, until its author has too much of it; the feeds of others go on. */
START_TEST(an_author_of_forged_alerts_is_followed_no_further) {
    struct identity stranger = world_keys_of(kenya);
    memcpy(stranger.id, congo->identity.id, MEMBER_ID_SIZE); /* says that it is the Congo */
    publish(kenya, object);
    world_carry(kenya, uganda);
    size_t taken = 1;
    const char *last = "ok";
    for (size_t i = 0; i <= UNVERIFIED_MAX && taken; i++) {
        struct span entry = passed_on_by_kenya(&stranger);
        last = result_name(world_hand(uganda, kenya, "customs", &entry, 1, &taken));
    }
    ck_assert_uint_eq(waiting(), UNVERIFIED_MAX + 1);
    struct span entry = passed_on_by_kenya(&stranger);
    ck_assert_str_eq(last, "ok");
    ck_assert_str_eq(result_name(world_hand(uganda, kenya, "customs", &entry, 1, &taken)), "unknown-member");
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(index_count(uganda->exchange.index), 1);
    publish(congo, second);
    world_hear(uganda); /* none of them is the Congo's: they wait on */
    ck_assert_uint_eq(waiting(), UNVERIFIED_MAX + 1);
    world_carry(congo, uganda);
    ck_assert(world_has(uganda, second));
    identity_release(&stranger);
}
END_TEST

/* The key that comes is one that has ended meanwhile: then what waited is evidence, and nothing else. */
START_TEST(what_waited_for_a_key_that_was_revoked_is_refused) {
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    uint64_t number = from_kenya()->head.number;
    ck_assert_uint_gt(kept_bytes(number), ENTRY_OVERHEAD);
    const struct ending ending = world_ends(congo, ENDING_REVOKED);
    world_renew(congo, true, &ending);
    world_hear(uganda);
    ck_assert_uint_eq(waiting(), 0);
    ck_assert(!world_has(uganda, object));
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_REVOKED], 1);
    ck_assert_uint_eq(kept_bytes(number), ENTRY_OVERHEAD);
}
END_TEST

/* It came by its originator's own feed meanwhile. */
START_TEST(what_came_by_another_way_meanwhile_is_there_once) {
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    uganda->deaf = false;
    uganda->exchange.roster = world->roster;
    uganda->exchange.self = roster_find(world->roster, uganda->identity.id);
    world_carry(congo, uganda);
    ck_assert(world_has(uganda, object));
    look_again();
    ck_assert_uint_eq(waiting(), 0);
    ck_assert_uint_eq(index_count(uganda->exchange.index), 1);
    ck_assert_uint_eq(world_feed(uganda, uganda->identity.key_id, "customs")->head.number, 2);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("unverified");
    TCase *tests = tcase_create("unverified");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_alert_that_overtakes_its_originators_key_waits_for_it);
    tcase_add_test(tests, a_restart_looks_again);
    tcase_add_test(tests, it_waits_on_while_this_node_may_not_write);
    tcase_add_test(tests, what_is_taken_back_leaves_nothing_waiting);
    tcase_add_test(tests, an_author_of_forged_alerts_is_followed_no_further);
    tcase_add_test(tests, what_waited_for_a_key_that_was_revoked_is_refused);
    tcase_add_test(tests, what_came_by_another_way_meanwhile_is_there_once);
    suite_add_tcase(suite, tests);
    return suite;
}
