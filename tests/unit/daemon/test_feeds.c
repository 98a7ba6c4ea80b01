/* Feeds at their bounds: an audience that no one grant holds, and authors that begin feeds without end. */
#include "daemon/feeds.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/world.h"

static struct world *world;
static struct actor *congo, *kenya, *uganda;

static void set_up(void) {
    world = world_new(41);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void commit(struct actor *actor) {
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

/* ---- an audience of thousands ---- */

enum { MANY = 2 * GRANT_MEMBERS_MAX + 1, GRANTS = 3 };

struct reader {
    struct member member;
    uint8_t id[MEMBER_ID_SIZE];
    uint8_t secret[EXCHANGE_KEY_SIZE];
    uint8_t key[EXCHANGE_KEY_SIZE];
};

static int compare_readers(const void *a, const void *b) {
    return memcmp(((const struct reader *)a)->id, ((const struct reader *)b)->id, MEMBER_ID_SIZE);
}

static void make_reader(struct reader *reader, const struct identity *identity) {
    if (identity) {
        memcpy(reader->id, identity->id, sizeof reader->id);
        memcpy(reader->secret, identity->secrets->encryption, sizeof reader->secret);
    } else {
        random_fill(&world->random, reader->id, sizeof reader->id);
        random_fill(&world->random, reader->secret, sizeof reader->secret);
    }
    crypto_scalarmult_base(reader->key, reader->secret);
}

/* More than a roster and two actors of this world hold: ascending by id, as a roster is. */
static struct reader *make_readers(const struct member **members) {
    struct reader *readers = arena_array(&world->arena, MANY, sizeof *readers);
    for (size_t i = 0; i < MANY; i++)
        make_reader(&readers[i], i == 0 ? &kenya->identity : i == 1 ? &uganda->identity : NULL);
    qsort(readers, MANY, sizeof *readers, compare_readers);
    for (size_t i = 0; i < MANY; i++) {
        readers[i].member = (struct member){.id = readers[i].id, .encryption_key = readers[i].key};
        members[i] = &readers[i].member;
    }
    return readers;
}

static struct feed *tell(const struct member **members, uint64_t now_ms) {
    struct exchange *exchange = &congo->exchange;
    struct feed *feed;
    const struct identity *identity = &congo->identity;
    ck_assert_str_eq(result_name(exchange_begin(exchange)), "ok");
    ck_assert_str_eq(result_name(feeds_get(&exchange->feeds, identity->id, identity->key_id, "many", &feed)), "ok");
    ck_assert_str_eq(result_name(feeds_refresh(&exchange->feeds, feed, &world->arena, members, MANY, now_ms)), "ok");
    struct span alert = world_disclosure(world, identity, "GREEN", 0);
    ck_assert_str_eq(result_name(feeds_append(&exchange->feeds, feed, &world->arena, ENTRY_DISCLOSURE, alert, now_ms)),
                     "ok");
    commit(congo);
    return world_feed(congo, identity->key_id, "many");
}

/* In how many of the grants is a box for the reader? Each gives it the key of the epoch. */
static size_t boxes_of(const struct reader *reader, const struct span *entries, const struct feed *feed,
                       const uint8_t *key) {
    struct epoch_place place = {.epoch = feed->head.epoch};
    size_t boxes = 0;
    memcpy(place.feed, feed->head.feed, FEED_ID_SIZE);
    for (size_t i = 0; i < GRANTS; i++) {
        uint8_t opened[EPOCH_KEY_SIZE];
        struct span grant = span_of(entries[i].data + ENTRY_OVERHEAD, entries[i].len - ENTRY_OVERHEAD);
        enum result result = epoch_accept(opened, grant, &place, reader->id, reader->secret, reader->key);
        if (result == RESULT_NOT_FOUND)
            continue;
        ck_assert_str_eq(result_name(result), "ok");
        ck_assert_mem_eq(opened, key, EPOCH_KEY_SIZE);
        boxes++;
    }
    return boxes;
}

START_TEST(an_epoch_of_thousands_comes_in_several_grants_and_all_can_read) {
    const struct member **members = arena_array(&world->arena, MANY, sizeof(struct member *));
    const struct reader *readers = make_readers(members);
    const uint8_t *key;
    size_t count;
    struct feed *feed = tell(members, world->now_ms);
    struct span *entries = world_entries_of(congo, feed, 0, &count);
    ck_assert_uint_eq(count, GRANTS + 1);
    ck_assert_str_eq(result_name(feeds_key(&congo->exchange.feeds, feed, 1, &key)), "ok");
    for (size_t i = 0; i < MANY; i++) {
        ck_assert_uint_eq(boxes_of(&readers[i], entries, feed, key), 1);
        ck_assert(feeds_has_member(feed, readers[i].id));
        ck_assert_uint_eq(feeds_first_of(feed, readers[i].id), 1);
    }
    struct actor *actors[] = {kenya, uganda};
    for (size_t i = 0; i < 2; i++) { /* a grant that is not for them is no fault and no end */
        ck_assert_str_eq(result_name(world_hand(actors[i], congo, "many", entries, count, NULL)), "ok");
        ck_assert_uint_eq(index_count(actors[i]->exchange.index), 1);
        for (int why = 0; why < RESULT_COUNT; why++)
            ck_assert_uint_eq(actors[i]->exchange.refused[why], 0);
    }
}
END_TEST

/* Nobody joined, nobody left: the next entry needs no grant, and a restart forgets none of them. */
START_TEST(an_audience_of_thousands_is_remembered) {
    const struct member **members = arena_array(&world->arena, MANY, sizeof(struct member *));
    make_readers(members);
    tell(members, world->now_ms);
    world_restart(congo);
    const struct feed *feed = tell(members, world->now_ms + 1);
    ck_assert_uint_eq(feed->head.number, GRANTS + 2);
    ck_assert_uint_eq(feed->head.epoch, 1);
    ck_assert_uint_eq(feeds_holders(feed), MANY);
}
END_TEST

/* ---- feeds without end ---- */

static const char *follow(uint8_t key, unsigned audience) {
    const uint8_t key_id[MEMBER_ID_SIZE] = {key};
    struct feed *feed;
    return result_name(exchange_follow(&kenya->exchange, congo->identity.id, key_id,
                                       text_format(&world->arena, "audience-%u", audience), &feed));
}

/* As many as of one key, times the keys, up to a bound that no number of keys moves. */
START_TEST(an_author_may_have_so_many_feeds_under_all_its_keys) {
    enum { KEYS = FEEDS_OF_MEMBER_MAX / FEEDS_OF_KEY_MAX };
    for (uint8_t key = 0; key < KEYS; key++) {
        for (unsigned i = 0; i < FEEDS_OF_KEY_MAX; i++)
            ck_assert_str_eq(follow(key, i), "ok");
        ck_assert_str_eq(follow(key, FEEDS_OF_KEY_MAX), "too-large");
    }
    ck_assert_str_eq(follow(KEYS, 0), "too-large");
    ck_assert_str_eq(follow(0, 0), "ok"); /* what is followed stays */
    commit(kenya);
    ck_assert_uint_eq(kenya->exchange.feeds.count, FEEDS_OF_MEMBER_MAX);
    world_restart(kenya);
    ck_assert_str_eq(follow(KEYS, 0), "too-large");
    struct feed *feed;
    ck_assert_str_eq(result_name(exchange_follow(&kenya->exchange, uganda->identity.id, NULL, "customs", &feed)),
                     "ok"); /* nor does it take the place of others */
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("feeds");
    TCase *many = tcase_create("many");
    tcase_add_checked_fixture(many, set_up, tear_down);
    tcase_set_timeout(many, 60);
    tcase_add_test(many, an_epoch_of_thousands_comes_in_several_grants_and_all_can_read);
    tcase_add_test(many, an_audience_of_thousands_is_remembered);
    suite_add_tcase(suite, many);
    TCase *bounds = tcase_create("bounds");
    tcase_add_checked_fixture(bounds, set_up, tear_down);
    tcase_add_test(bounds, an_author_may_have_so_many_feeds_under_all_its_keys);
    suite_add_tcase(suite, bounds);
    return suite;
}
