/* The story of the house: an alert leaves one administration and is read, field by field, where it may be. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/disclosure.h"
#include "tests/support/world.h"

static const char congo_policy[] = "audiences:\n"
                                   "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all], hide: [source]}\n"
                                   "local: {operators: {show: [all]}}\n";

static const char kenya_policy[] =
    "audiences:\n"
    "  police: {members: {role: POLICE, country: KE}, show: [incident, specimens, route, persons, tearline]}\n"
    "  wildlife: {members: {role: WILDLIFE, country: KE}, show: [incident, specimens, persons.role]}\n"
    "  judicial: {members: {role: JUDICIAL, country: KE}, show: [incident, persons, narrative]}\n"
    "forward:\n"
    "  - {from: {role: CUSTOMS}, to: [police, wildlife, judicial]}\n"
    "accept:\n"
    "  - {from: {role: CUSTOMS}, show: [all]}\n"
    "local: {operators: {show: [all]}}\n";

static const char desk_policy[] = "accept:\n"
                                  "  - {from: {role: CUSTOMS, country: KE}, show: [all]}\n"
                                  "local: {operators: {show: [all]}}\n";

struct story {
    struct world *world;
    struct actor *congo, *kenya, *police, *wildlife, *judicial;
};

static struct story begin(void) {
    struct story story = {.world = world_new(1)};
    story.congo = world_add(story.world, "cd-customs", "CD", "CUSTOMS", congo_policy);
    story.kenya = world_add(story.world, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    story.police = world_add(story.world, "ke-police", "KE", "POLICE", desk_policy);
    story.wildlife = world_add(story.world, "ke-wildlife", "KE", "WILDLIFE", desk_policy);
    story.judicial = world_add(story.world, "ke-judicial", "KE", "JUDICIAL", desk_policy);
    world_start(story.world);
    return story;
}

static void publish(struct story *story, const char *tlp, const char *extra, uint8_t object[static OBJECT_ID_SIZE]) {
    ck_assert_str_eq(result_name(world_publish(story->congo, world_alert(story->world, tlp, extra), object)), "ok");
    world_settle(story->world);
}

START_TEST(each_desk_reads_its_own_fields) {
    struct story story = begin();
    uint8_t object[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", object);

    ck_assert_str_eq(world_value(story.kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(story.kenya, object, "narrative.below_tear_line"), "Told by a friend");
    ck_assert_str_eq(world_value(story.police, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(story.police, object, "narrative.below_tear_line"), "Told by a friend");
    ck_assert_str_eq(world_value(story.police, object, "narrative.releasable"), "");
    ck_assert_str_eq(world_value(story.wildlife, object, "specimens.taxon"), "Manis tricuspis");
    ck_assert_str_eq(world_value(story.wildlife, object, "persons.role"), "SUSPECT");
    ck_assert_str_eq(world_value(story.wildlife, object, "persons.surname"), "");
    ck_assert_str_eq(world_value(story.judicial, object, "narrative.releasable"), "Scales in sacks");
    ck_assert_str_eq(world_value(story.judicial, object, "specimens.taxon"), "");
    world_free(story.world);
}
END_TEST

START_TEST(every_desk_verifies_the_first_signature) {
    struct story story = begin();
    uint8_t object[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", object);
    struct actor *desks[] = {story.kenya, story.police, story.wildlife, story.judicial};
    for (size_t i = 0; i < 4; i++) {
        struct holding holding = world_view(desks[i], object);
        ck_assert_mem_eq(holding.disclosure.header->originator.data, story.congo->identity.id, MEMBER_ID_SIZE);
        ck_assert_int_eq(disclosure_verify(&holding.disclosure, story.congo->identity.sign_key), RESULT_OK);
        ck_assert_int_eq(disclosure_verify(&holding.disclosure, story.kenya->identity.sign_key), RESULT_BAD_SIGNATURE);
    }
    world_free(story.world);
}
END_TEST

/* The desk gets the same bytes but for hashes, whether the withheld field has a value or not. */
START_TEST(withheld_looks_like_absent) {
    struct story story = begin();
    uint8_t with[OBJECT_ID_SIZE], without[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", with);
    const char *full = world_alert(story.world, "AMBER", "");
    char *bare = arena_text(&story.world->arena, full, strlen(full));
    char *persons = strstr(bare, "\"persons\"");
    memmove(persons, strstr(persons, "\"narrative\""), strlen(strstr(persons, "\"narrative\"")) + 1);
    ck_assert_int_eq(world_publish(story.congo, bare, without), RESULT_OK);
    world_settle(story.world);

    struct holding a = world_view(story.judicial, with), b = world_view(story.judicial, without);
    ck_assert_mem_eq(&a.disclosure.shown, &b.disclosure.shown, sizeof a.disclosure.shown);
    struct field_set keep = field_set_minus(field_set_all(), field_set_of_class(CLASS_PERSONS));
    struct disclosure a_narrow, b_narrow;
    ck_assert_int_eq(disclosure_narrow(&a_narrow, &story.world->arena, &a.disclosure, &keep), RESULT_OK);
    ck_assert_int_eq(disclosure_narrow(&b_narrow, &story.world->arena, &b.disclosure, &keep), RESULT_OK);
    struct buf a_bytes, b_bytes;
    buf_init(&a_bytes, &story.world->arena);
    buf_init(&b_bytes, &story.world->arena);
    ck_assert_int_eq(disclosure_encode(&a_bytes, &story.world->arena, &a_narrow), RESULT_OK);
    ck_assert_int_eq(disclosure_encode(&b_bytes, &story.world->arena, &b_narrow), RESULT_OK);
    ck_assert_uint_eq(a_bytes.len, b_bytes.len);
    ck_assert_uint_eq(a_narrow.opening.hashes.len, b_narrow.opening.hashes.len);
    ck_assert_uint_eq(a_narrow.opening.salts.len, b_narrow.opening.salts.len);
    world_free(story.world);
}
END_TEST

START_TEST(the_marking_stops_the_forwarding) {
    static const struct {
        const char *tlp, *extra;
        bool police, judicial;
    } cases[] = {
        {"AMBER", "", true, true},
        {"GREEN", "", true, true},
        {"AMBER+STRICT", "", false, false},
        {"AMBER", "\"handling\":[\"H1\"]", true, false},
        {"AMBER", "\"handling\":[\"H2\"]", false, false},
        {"CLEAR", "\"handling\":[\"H3\"],\"caveat\":\"ask first\"", false, false},
        {"CLEAR", "\"onward\":\"NONE\"", false, false},
        {"CLEAR", "\"onward\":\"NATIONAL\"", true, true},
    };
    struct story story = begin();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t object[OBJECT_ID_SIZE];
        publish(&story, cases[i].tlp, cases[i].extra, object);
        ck_assert(world_has(story.kenya, object));
        ck_assert_msg(world_has(story.police, object) == cases[i].police, "case %zu, police", i);
        ck_assert_msg(world_has(story.judicial, object) == cases[i].judicial, "case %zu, judicial", i);
    }
    world_free(story.world);
}
END_TEST

START_TEST(red_goes_to_nobody_unless_named) {
    struct story story = begin();
    uint8_t object[OBJECT_ID_SIZE];
    publish(&story, "RED", "", object);
    ck_assert(world_has(story.congo, object));
    ck_assert(!world_has(story.kenya, object));
    world_free(story.world);
}
END_TEST

START_TEST(a_restart_finds_everything_again) {
    struct story story = begin();
    uint8_t first[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", first);
    world_restart(story.kenya);
    world_restart(story.congo);
    world_restart(story.police);
    ck_assert_str_eq(world_value(story.police, first, "persons.surname"), "Exemple");
    publish(&story, "AMBER", "", second);
    ck_assert(world_has(story.police, first) && world_has(story.police, second));
    ck_assert_uint_eq(index_count(story.police->exchange.index), 2);
    world_free(story.world);
}
END_TEST

START_TEST(who_leaves_reads_nothing_more) {
    struct story story = begin();
    uint8_t before[OBJECT_ID_SIZE], after[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", before);
    uint8_t police_id[MEMBER_ID_SIZE];
    memcpy(police_id, story.police->identity.id, sizeof police_id);
    world_remove(story.world, story.police);
    publish(&story, "AMBER", "", after);
    ck_assert(world_has(story.judicial, after));
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, story.kenya->identity.id, "police");
    const struct feed *feed = feeds_find(&story.kenya->exchange.feeds, id);
    ck_assert_ptr_nonnull(feed);
    ck_assert(!feeds_has_member(feed, police_id));
    ck_assert_uint_eq(feed->record.epoch, 2);
    world_free(story.world);
}
END_TEST

START_TEST(who_joins_reads_from_the_epoch_in_force) {
    struct story story = begin();
    uint8_t before[OBJECT_ID_SIZE], after[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", before);
    struct actor *uganda = world_join(story.world, "ug-customs", "UG", "CUSTOMS", kenya_policy);
    publish(&story, "AMBER", "", after);
    ck_assert(world_has(uganda, after));
    ck_assert(world_has(uganda, before)); /* the same epoch: its grant opens what waited */
    world_free(story.world);
}
END_TEST

START_TEST(an_alert_that_comes_twice_is_here_once) {
    struct story story = begin();
    uint8_t object[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", object);
    size_t count;
    struct span *entries = world_entries(story.congo, "customs", 0, &count);
    ck_assert_int_eq(world_hand(story.kenya, story.congo, "customs", entries, count, NULL), RESULT_REPLAYED);
    ck_assert_uint_eq(index_count(story.kenya->exchange.index), 1);
    ck_assert_uint_gt(story.kenya->exchange.refused[RESULT_REPLAYED], 0);
    world_free(story.world);
}
END_TEST

START_TEST(a_new_version_takes_the_place_of_the_old) {
    struct story story = begin();
    uint8_t first[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", first);
    const struct index_row *row = index_find(story.congo->exchange.index, first);
    char id[2 * TREE_ALERT_ID_SIZE + 1];
    text_hex(id, row->alert, TREE_ALERT_ID_SIZE);
    const char *json = world_alert(story.world, "AMBER", "");
    const char *next = text_format(&story.world->arena, "{\"alert\":\"%s\",\"version\":2,%s", id, json + 1);
    ck_assert_str_eq(result_name(world_publish(story.congo, next, second)), "ok");
    ck_assert_str_eq(result_name(world_publish(story.congo, next, second)), "exists");
    world_settle(story.world);
    ck_assert(index_find(story.police->exchange.index, first)->superseded);
    ck_assert(!index_find(story.police->exchange.index, second)->superseded);
    world_free(story.world);
}
END_TEST

START_TEST(nobody_continues_somebody_elses_alert) {
    struct story story = begin();
    struct actor *uganda = world_join(story.world, "ug-customs", "UG", "CUSTOMS", congo_policy);
    uint8_t first[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", first);
    char id[2 * TREE_ALERT_ID_SIZE + 1];
    text_hex(id, index_find(story.congo->exchange.index, first)->alert, TREE_ALERT_ID_SIZE);
    const char *json = world_alert(story.world, "AMBER", "");
    const char *stolen = text_format(&story.world->arena, "{\"alert\":\"%s\",%s", id, json + 1);
    ck_assert_int_eq(world_publish(uganda, stolen, second), RESULT_OK); /* it has not seen the original */
    world_settle(story.world);
    ck_assert(world_has(story.kenya, second)); /* an alert of Uganda's own, whatever number it bears */
    ck_assert(!index_find(story.kenya->exchange.index, first)->superseded);
    ck_assert(!index_find(story.kenya->exchange.index, second)->superseded);
    world_free(story.world);
}
END_TEST

/* Two audiences of one author hold the same reader. */
static struct story begin_twofold(const char *first, const char *second) {
    struct story story = {.world = world_new(3)};
    const char *policy = text_format(&story.world->arena,
                                     "audiences:\n"
                                     "  first: {members: {role: CUSTOMS}, publish: yes, show: [%s]}\n"
                                     "  second: {members: {role: CUSTOMS}, publish: yes, show: [%s]}\n"
                                     "local: {operators: {show: [all]}}\n",
                                     first, second);
    story.congo = world_add(story.world, "cd-customs", "CD", "CUSTOMS", policy);
    story.kenya = world_add(story.world, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    story.police = world_add(story.world, "ke-police", "KE", "POLICE", desk_policy);
    world_start(story.world);
    return story;
}

START_TEST(a_wider_view_takes_the_place_of_a_narrow_one) {
    static const char narrow[] = "incident", wide[] = "incident, specimens, persons";
    for (int i = 0; i < 2; i++) {
        struct story story = begin_twofold(i ? wide : narrow, i ? narrow : wide);
        uint8_t object[OBJECT_ID_SIZE];
        publish(&story, "AMBER", "", object);
        ck_assert_str_eq(world_value(story.kenya, object, "persons.surname"), "Exemple");
        ck_assert_str_eq(world_value(story.police, object, "persons.surname"), "Exemple");
        world_restart(story.kenya);
        ck_assert_str_eq(world_value(story.kenya, object, "persons.surname"), "Exemple");
        ck_assert_uint_eq(index_count(story.kenya->exchange.index), 1);
        world_free(story.world);
    }
}
END_TEST

/* Who may show us an alert cannot blank what we know of it. */
START_TEST(another_view_does_not_take_the_place_of_the_first) {
    struct story story = begin_twofold("incident, specimens, persons", "incident, legal");
    uint8_t object[OBJECT_ID_SIZE];
    publish(&story, "AMBER", "", object);
    ck_assert_str_eq(world_value(story.kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(story.police, object, "persons.surname"), "Exemple");
    world_free(story.world);
}
END_TEST

START_TEST(one_turn_does_not_sign_a_version_twice) {
    struct story story = begin();
    struct exchange *exchange = &story.congo->exchange;
    const char *json = world_alert(story.world, "AMBER", "");
    const char *named =
        text_format(&story.world->arena, "{\"alert\":\"00112233445566778899aabbccddeeff\",%s", json + 1);
    struct publication twice[2] = {{.json = span_of_text(named)}, {.json = span_of_text(named)}};
    exchange_prepare(exchange, twice, 2);
    ck_assert_int_eq(exchange_publish(exchange, twice, 2), RESULT_OK);
    ck_assert_str_eq(result_name(twice[0].result), "ok");
    ck_assert_str_eq(result_name(twice[1].result), "exists");
    ck_assert_int_eq(exchange_commit(exchange, NULL, NULL), RESULT_OK);
    exchange_publication_release(&twice[0]);
    exchange_publication_release(&twice[1]);
    exchange_end_turn(exchange);
    ck_assert_uint_eq(index_count(exchange->index), 1);
    world_free(story.world);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("first_light");
    TCase *story = tcase_create("story");
    tcase_set_timeout(story, 60);
    tcase_add_test(story, each_desk_reads_its_own_fields);
    tcase_add_test(story, every_desk_verifies_the_first_signature);
    tcase_add_test(story, withheld_looks_like_absent);
    tcase_add_test(story, the_marking_stops_the_forwarding);
    tcase_add_test(story, red_goes_to_nobody_unless_named);
    tcase_add_test(story, a_restart_finds_everything_again);
    tcase_add_test(story, who_leaves_reads_nothing_more);
    tcase_add_test(story, who_joins_reads_from_the_epoch_in_force);
    tcase_add_test(story, an_alert_that_comes_twice_is_here_once);
    tcase_add_test(story, a_new_version_takes_the_place_of_the_old);
    tcase_add_test(story, nobody_continues_somebody_elses_alert);
    tcase_add_test(story, a_wider_view_takes_the_place_of_a_narrow_one);
    tcase_add_test(story, another_view_does_not_take_the_place_of_the_first);
    tcase_add_test(story, one_turn_does_not_sign_a_version_twice);
    suite_add_tcase(suite, story);
    return suite;
}
