/* How alerts leave and arrive, where it gets narrow: changes that fail, keys that change, entries that come too early
 * or twice. No network: the test carries every entry. */
#include "daemon/exchange.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/chance.h"
#include "tests/support/world.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* Two customs administrations, and somebody else with a role that one of them has an audience for. */
static struct world *world;
static struct actor *congo, *kenya;
static uint8_t object[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(42);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor) {
    ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, "AMBER", ""), object)), "ok");
}

static struct feed *feed_at(struct actor *holder, const struct actor *author, const char *audience) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, author->identity.id, audience);
    return feeds_find(&holder->exchange.feeds, id);
}

static uint64_t alerts(const struct actor *actor) {
    return index_count(actor->exchange.index);
}

/* ---- a change that fails leaves nothing ---- */

/* Everything that a failed change must leave as it was. */
struct snapshot {
    size_t feeds;
    uint64_t alerts, last_alert;
    struct feed_head head;
    struct store_feed record;
};

static struct snapshot snapshot_of(struct actor *actor, const struct actor *author) {
    const struct feed *feed = feed_at(actor, author, "customs");
    struct snapshot snapshot = {
        .feeds = actor->exchange.feeds.count,
        .alerts = alerts(actor),
        .last_alert = store_last_alert(actor->exchange.store),
    };
    if (feed) {
        snapshot.head = feed->head;
        snapshot.record = feed->record;
    }
    return snapshot;
}

static void check_unchanged(struct actor *actor, const struct actor *author, const struct snapshot *before) {
    struct snapshot now = snapshot_of(actor, author);
    const struct feed *feed = feed_at(actor, author, "customs");
    ck_assert_uint_eq(now.feeds, before->feeds);
    ck_assert_uint_eq(now.alerts, before->alerts);
    ck_assert_uint_eq(now.last_alert, before->last_alert);
    ck_assert_mem_eq(&now.head, &before->head, sizeof now.head);
    ck_assert_uint_eq(now.record.epoch, before->record.epoch);
    ck_assert_uint_eq(now.record.epoch_started, before->record.epoch_started);
    ck_assert_uint_eq(now.record.number, before->record.number);
    ck_assert(now.record.members.data == before->record.members.data);
    if (feed) {
        ck_assert(!feed->changed && !feed->fresh);
        ck_assert_mem_eq(&feed->next, &feed->head, sizeof feed->head);
    }
    ck_assert(!actor->exchange.open);
}

/* Publishes into a change whose commit then fails, as a full disk makes it. */
static void publish_in_vain(struct actor *actor) {
    struct publication publication = {.json = span_of_text(world_alert(world, "AMBER", ""))};
    exchange_prepare(&actor->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&actor->exchange, &publication, 1), RESULT_OK);
    ck_assert_int_eq(publication.result, RESULT_OK);
    actor->exchange.failure = RESULT_DISK_FULL;
    ck_assert_int_eq(exchange_commit(&actor->exchange, NULL, NULL), RESULT_DISK_FULL);
    exchange_publication_release(&publication);
    exchange_end_turn(&actor->exchange);
}

static void check_reader_follows(uint64_t expected) {
    world_settle(world);
    ck_assert_uint_eq(alerts(kenya), expected);
    ck_assert_mem_eq(&feed_at(kenya, congo, "customs")->head, &feed_at(congo, congo, "customs")->head,
                     sizeof(struct feed_head));
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_REPLAYED] + kenya->exchange.refused[RESULT_FORK], 0);
}

START_TEST(a_first_publication_that_fails_leaves_no_feed) {
    struct snapshot before = snapshot_of(congo, congo);
    publish_in_vain(congo);
    ck_assert_ptr_null(feed_at(congo, congo, "customs"));
    check_unchanged(congo, congo, &before);
    publish(congo);
    check_reader_follows(1);
}
END_TEST

START_TEST(a_later_publication_that_fails_leaves_head_and_epoch) {
    publish(congo);
    struct snapshot before = snapshot_of(congo, congo);
    for (int i = 0; i < 3; i++)
        publish_in_vain(congo);
    check_unchanged(congo, congo, &before);
    publish(congo);
    check_reader_follows(2);
}
END_TEST

START_TEST(a_new_epoch_that_fails_has_never_begun) {
    publish(congo);
    world_settle(world);
    struct snapshot before = snapshot_of(congo, congo);
    world->now_ms += (uint64_t)(EPOCH_DAYS_MAX + 1) * DAY_MS;
    publish_in_vain(congo);
    check_unchanged(congo, congo, &before);
    publish(congo); /* and then it does, with a key that everybody gets */
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 2);
    check_reader_follows(2);
    ck_assert_uint_eq(feed_at(kenya, congo, "customs")->record.waiting, 0);
}
END_TEST

START_TEST(a_failed_turn_takes_all_of_its_publications_with_it) {
    publish(congo);
    struct snapshot before = snapshot_of(congo, congo);
    struct publication publications[8] = {0};
    for (size_t i = 0; i < 8; i++)
        publications[i].json = span_of_text(world_alert(world, "AMBER", ""));
    exchange_prepare(&congo->exchange, publications, 8);
    ck_assert_int_eq(exchange_publish(&congo->exchange, publications, 8), RESULT_OK);
    congo->exchange.failure = RESULT_IO;
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_IO);
    for (size_t i = 0; i < 8; i++)
        exchange_publication_release(&publications[i]);
    exchange_end_turn(&congo->exchange);
    check_unchanged(congo, congo, &before);
    world_restart(congo);
    ck_assert_uint_eq(alerts(congo), 1);
    publish(congo);
    check_reader_follows(2);
}
END_TEST

START_TEST(a_delivery_that_fails_leaves_nothing_and_can_come_again) {
    publish(congo);
    publish(congo);
    size_t count;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    struct snapshot before = snapshot_of(kenya, congo);
    for (int round = 0; round < 2; round++) { /* the feed new here, then known */
        struct delivery delivery = {.author = roster_find(world->roster, congo->identity.id),
                                    .audience = "customs",
                                    .entries = entries,
                                    .count = round ? count : 2};
        ck_assert_int_eq(exchange_receive(&kenya->exchange, &delivery), RESULT_OK);
        ck_assert_int_eq(delivery.result, RESULT_OK);
        kenya->exchange.failure = RESULT_DISK_FULL;
        ck_assert_int_eq(exchange_commit(&kenya->exchange, NULL, NULL), RESULT_DISK_FULL);
        exchange_end_turn(&kenya->exchange);
        check_unchanged(kenya, congo, &before);
    }
    ck_assert_int_eq(world_hand(kenya, congo, "customs", entries, count, NULL), RESULT_OK);
    check_reader_follows(2);
}
END_TEST

START_TEST(an_abort_takes_everything_back) {
    publish(congo);
    struct snapshot before = snapshot_of(congo, congo);
    struct publication publication = {.json = span_of_text(world_alert(world, "AMBER", ""))};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
    exchange_abort(&congo->exchange);
    exchange_publication_release(&publication);
    check_unchanged(congo, congo, &before);
    exchange_abort(&congo->exchange); /* nothing is open: nothing happens */
    publish(congo);
    check_reader_follows(2);
}
END_TEST

static void open_with(struct actor *actor, uint64_t size_max) {
    exchange_release(&actor->exchange);
    store_close(actor->exchange.store);
    struct exchange fresh = {
        .identity = actor->exchange.identity,
        .roster = actor->exchange.roster,
        .policy = actor->exchange.policy,
        .references = actor->exchange.references,
        .clock = actor->exchange.clock,
        .random = actor->exchange.random,
        .pool = actor->exchange.pool,
    };
    const struct store_options options = {
        .folder = actor->folder,
        .size_max = size_max,
        .key = actor->identity.secrets->store,
        .random = &world->random,
    };
    actor->exchange = fresh;
    ck_assert_str_eq(result_name(store_open(&actor->exchange.store, &options)), "ok");
    ck_assert_str_eq(result_name(exchange_open(&actor->exchange)), "ok");
}

/* Publishes with a long narrative; what the commit says. */
static enum result publish_long(struct actor *actor) {
    static char text[20001];
    memset(text, 'x', sizeof text - 1);
    struct publication publication = {
        .json = span_of_text(text_format(&world->arena,
                                         "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"AMBER\"},\"incident\":{\"date\":"
                                         "\"2014-05-05\",\"country\":\"CD\"},\"specimens\":[{\"taxon\":\"Manis "
                                         "tricuspis\",\"term\":\"SCA\"}],\"narrative\":{\"releasable\":\"%s\"}}",
                                         text))};
    exchange_prepare(&actor->exchange, &publication, 1);
    enum result published = exchange_publish(&actor->exchange, &publication, 1);
    ck_assert_str_eq(result_name(publication.result), "ok");
    enum result committed = exchange_commit(&actor->exchange, NULL, NULL);
    ck_assert(!published || published == committed);
    exchange_publication_release(&publication);
    exchange_end_turn(&actor->exchange);
    return committed;
}

START_TEST(a_full_store_refuses_by_name_and_keeps_what_it_has) {
    open_with(congo, (uint64_t)2 << 20);
    uint64_t kept = 0;
    struct snapshot before = snapshot_of(congo, congo);
    enum result result;
    while ((result = publish_long(congo)) == RESULT_OK && kept < 1000) {
        kept++;
        before = snapshot_of(congo, congo);
    }
    ck_assert_str_eq(result_name(result), "store-full");
    ck_assert_uint_gt(kept, 5);
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(result_name(publish_long(congo)), "store-full");
        check_unchanged(congo, congo, &before);
    }
    check_reader_follows(kept); /* what is there can still be read and sent */
    open_with(congo, (uint64_t)64 << 20);
    ck_assert_uint_eq(alerts(congo), kept);
    ck_assert_str_eq(result_name(publish_long(congo)), "ok");
    check_reader_follows(kept + 1);
}
END_TEST

/* ---- what is published ---- */

START_TEST(a_bad_alert_does_not_stop_the_good_ones_of_its_turn) {
    struct publication publications[3] = {{.json = span_of_text(world_alert(world, "AMBER", ""))},
                                          {.json = span_of_text("{\"kind\":\"SEIZURE\"")},
                                          {.json = span_of_text(world_alert(world, "GREEN", ""))}};
    exchange_prepare(&congo->exchange, publications, 3);
    ck_assert_int_eq(exchange_publish(&congo->exchange, publications, 3), RESULT_OK);
    ck_assert_int_eq(publications[0].result, RESULT_OK);
    ck_assert_int_eq(publications[1].result, RESULT_INVALID);
    ck_assert_int_eq(publications[2].result, RESULT_OK);
    ck_assert_uint_gt(publications[1].report.errors, 0);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    for (size_t i = 0; i < 3; i++)
        exchange_publication_release(&publications[i]);
    exchange_end_turn(&congo->exchange);
    check_reader_follows(2);
}
END_TEST

/* Whatever is refused for its marking is said so to the person who wrote it. */
START_TEST(a_marking_that_is_not_known_is_refused_with_a_reason) {
    static const char *const tlps[] = {"WHITE", "amber", "PURPLE", ""};
    for (size_t i = 0; i < sizeof tlps / sizeof *tlps; i++) {
        struct publication publication = {.json = span_of_text(world_alert(world, tlps[i], ""))};
        exchange_prepare(&congo->exchange, &publication, 1);
        ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
        ck_assert_msg(publication.result == RESULT_INVALID, "TLP:%s", tlps[i]);
        ck_assert_msg(publication.report.errors > 0, "TLP:%s is refused without a reason", tlps[i]);
        ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
        exchange_publication_release(&publication);
        exchange_end_turn(&congo->exchange);
    }
    ck_assert_uint_eq(alerts(congo), 0);
}
END_TEST

START_TEST(a_dry_run_leaves_nothing_but_its_answer) {
    struct publication publication = {.json = span_of_text(world_alert(world, "AMBER", "")), .dry_run = true};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
    ck_assert_int_eq(publication.result, RESULT_OK);
    ck_assert(!field_set_is_empty(&publication.shown[0]));
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    exchange_publication_release(&publication);
    exchange_end_turn(&congo->exchange);
    ck_assert_uint_eq(alerts(congo), 0);
    ck_assert_uint_eq(congo->exchange.feeds.count, 0);
    ck_assert_uint_eq(store_last_alert(congo->exchange.store), 0);
}
END_TEST

START_TEST(the_same_version_twice_in_a_turn_is_refused) {
    const char *json = world_alert(world, "AMBER", "");
    const char *named = text_format(&world->arena, "{\"alert\":\"000102030405060708090a0b0c0d0e0f\",%s", json + 1);
    struct publication publications[2] = {{.json = span_of_text(named)}, {.json = span_of_text(named)}};
    exchange_prepare(&congo->exchange, publications, 2);
    ck_assert_int_eq(exchange_publish(&congo->exchange, publications, 2), RESULT_OK);
    ck_assert_int_eq(publications[0].result, RESULT_OK);
    ck_assert_int_eq(publications[1].result, RESULT_EXISTS);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    for (size_t i = 0; i < 2; i++)
        exchange_publication_release(&publications[i]);
    exchange_end_turn(&congo->exchange);
    check_reader_follows(1);
}
END_TEST

START_TEST(an_audience_without_members_gets_no_feed) {
    publish(congo); /* the policy has an audience for police, the roster has none */
    ck_assert_ptr_null(feed_at(congo, congo, "police"));
    ck_assert_ptr_nonnull(feed_at(congo, congo, "customs"));
}
END_TEST

/* ---- epochs ---- */

START_TEST(the_first_entry_is_a_grant_and_starts_epoch_one) {
    publish(congo);
    size_t count;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    struct entry entry;
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(feed_parse(&entry, entries[0]), RESULT_OK);
    ck_assert(entry.kind == ENTRY_GRANT && entry.epoch == 1 && entry.number == 1);
    ck_assert_int_eq(feed_parse(&entry, entries[1]), RESULT_OK);
    ck_assert(entry.kind == ENTRY_DISCLOSURE && entry.epoch == 1);
}
END_TEST

START_TEST(an_epoch_lasts_thirty_days) {
    publish(congo);
    uint64_t began = world->now_ms;
    world->now_ms = began + (uint64_t)EPOCH_DAYS_MAX * DAY_MS;
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 1);
    world->now_ms++;
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 2);
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 2);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.number, 2 + 4);
    world_restart(congo); /* its age is kept */
    world->now_ms += (uint64_t)(EPOCH_DAYS_MAX + 1) * DAY_MS;
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 3);
    check_reader_follows(5);
}
END_TEST

START_TEST(a_clock_that_goes_back_starts_no_epoch) {
    world->now_ms += (uint64_t)(EPOCH_DAYS_MAX + 10) * DAY_MS;
    publish(congo);
    world->now_ms -= (uint64_t)(EPOCH_DAYS_MAX + 5) * DAY_MS;
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 1);
    check_reader_follows(2);
}
END_TEST

START_TEST(who_joins_gets_a_grant_of_the_epoch_in_force) {
    publish(congo);
    uint64_t number = feed_at(congo, congo, "customs")->head.number;
    struct actor *uganda = world_join(world, "ug-customs", "UG", "CUSTOMS", "");
    const struct feed *feed = feed_at(congo, congo, "customs");
    ck_assert_uint_eq(feed->head.epoch, 1);
    ck_assert_uint_eq(feed->head.number, number + 1);
    ck_assert(feeds_has_member(feed, uganda->identity.id));
    publish(congo);
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.number, number + 2); /* no second grant */
    world_settle(world);
    ck_assert_uint_eq(alerts(uganda), 2);
}
END_TEST

START_TEST(who_leaves_ends_the_epoch_for_all) {
    struct actor *uganda = world_join(world, "ug-customs", "UG", "CUSTOMS", "");
    publish(congo);
    uint8_t gone[MEMBER_ID_SIZE];
    memcpy(gone, uganda->identity.id, sizeof gone);
    ck_assert(feeds_has_member(feed_at(congo, congo, "customs"), gone));
    world_remove(world, uganda);
    publish(congo);
    ck_assert(!feeds_has_member(feed_at(congo, congo, "customs"), gone));
    ck_assert_uint_eq(feed_at(congo, congo, "customs")->head.epoch, 2);
    check_reader_follows(2);
}
END_TEST

START_TEST(joining_and_leaving_elsewhere_changes_nothing) {
    publish(congo);
    struct feed_head before = feed_at(congo, congo, "customs")->head;
    struct actor *court = world_join(world, "cd-court", "CD", "JUDICIAL", "");
    world_remove(world, court);
    ck_assert_mem_eq(&feed_at(congo, congo, "customs")->head, &before, sizeof before);
}
END_TEST

/* ---- grants at the reader ---- */

/* A grant of `key` for Kenya, as Congo's next entry; signed by Congo. */
static struct span granted(const struct feed_head *head, uint32_t epoch, const uint8_t key[static EPOCH_KEY_SIZE]) {
    struct epoch_place place = {.epoch = epoch};
    memcpy(place.feed, head->feed, FEED_ID_SIZE);
    const struct epoch_member member = {kenya->identity.id, kenya->identity.encryption_key};
    struct buf grant, entry;
    struct feed_head next = *head;
    size_t bad;
    buf_init(&grant, &world->arena);
    buf_init(&entry, &world->arena);
    ck_assert_int_eq(epoch_grant(&grant, &world->arena, key, &place, &member, 1, 0, &world->random, &bad), RESULT_OK);
    const struct feed_draft draft = {ENTRY_GRANT, epoch, world->now_ms, buf_span(&grant), NULL};
    ck_assert_int_eq(feed_append(&entry, &world->arena, &next, &draft, &congo->identity, &world->random), RESULT_OK);
    return buf_span(&entry);
}

START_TEST(two_keys_for_one_epoch_are_a_fork_and_the_first_stays) {
    publish(congo);
    world_settle(world);
    uint8_t other[EPOCH_KEY_SIZE];
    const uint8_t *key;
    memset(other, 7, sizeof other);
    struct feed_head head = feed_at(congo, congo, "customs")->head;
    struct span second = granted(&head, 1, other);
    world_hand(kenya, congo, "customs", &second, 1, NULL);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 1);
    ck_assert_int_eq(feeds_key(&kenya->exchange.feeds, feed_at(kenya, congo, "customs"), 1, &key), RESULT_OK);
    ck_assert_mem_ne(key, other, EPOCH_KEY_SIZE);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    world_restart(kenya);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(the_same_key_again_is_no_fork) {
    publish(congo);
    world_settle(world);
    const uint8_t *key;
    struct feed_head head = feed_at(congo, congo, "customs")->head;
    ck_assert_int_eq(feeds_key(&congo->exchange.feeds, feed_at(congo, congo, "customs"), 1, &key), RESULT_OK);
    struct span again = granted(&head, 1, key);
    size_t taken;
    ck_assert_int_eq(world_hand(kenya, congo, "customs", &again, 1, &taken), RESULT_OK);
    ck_assert_uint_eq(taken, 1);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_kept_counted_and_read_after_the_grant) {
    for (int i = 0; i < 5; i++)
        publish(congo);
    struct actor *uganda = world_join(world, "ug-customs", "UG", "CUSTOMS", "");
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_uint_eq(count, 1 + 5 + 1);
    ck_assert_int_eq(world_hand(uganda, congo, "customs", entries, count - 1, &taken), RESULT_OK);
    ck_assert_uint_eq(taken, count - 1);
    ck_assert_uint_eq(feed_at(uganda, congo, "customs")->record.waiting, 5);
    ck_assert_uint_eq(alerts(uganda), 0);
    ck_assert_int_eq(world_hand(uganda, congo, "customs", entries + count - 1, 1, NULL), RESULT_OK);
    ck_assert_uint_eq(feed_at(uganda, congo, "customs")->record.waiting, 0);
    ck_assert_uint_eq(alerts(uganda), 5);
    ck_assert_str_eq(world_value(uganda, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(what_waits_for_its_key_is_read_after_a_restart_too) {
    publish(congo);
    publish(congo);
    struct actor *uganda = world_join(world, "ug-customs", "UG", "CUSTOMS", "");
    size_t count;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_int_eq(world_hand(uganda, congo, "customs", entries, count - 1, NULL), RESULT_OK);
    world_restart(uganda);
    ck_assert_uint_eq(alerts(uganda), 0);
    ck_assert_int_eq(world_hand(uganda, congo, "customs", entries + count - 1, 1, NULL), RESULT_OK);
    ck_assert_uint_eq(alerts(uganda), 2);
}
END_TEST

/* ---- what others say of their feeds, and of ours ---- */

START_TEST(an_author_may_have_so_many_feeds_and_no_more) {
    struct feed *feed;
    for (int i = 0; i < FEEDS_OF_KEY_MAX; i++)
        ck_assert_int_eq(exchange_follow(&kenya->exchange, congo->identity.id, NULL,
                                         text_format(&world->arena, "audience-%d", i), &feed),
                         RESULT_OK);
    ck_assert_int_eq(exchange_follow(&kenya->exchange, congo->identity.id, NULL, "one-more", &feed), RESULT_TOO_LARGE);
    ck_assert_int_eq(exchange_follow(&kenya->exchange, congo->identity.id, NULL, "audience-0", &feed), RESULT_OK);
    ck_assert_int_eq(exchange_commit(&kenya->exchange, NULL, NULL), RESULT_OK);
    ck_assert_uint_eq(kenya->exchange.feeds.count, FEEDS_OF_KEY_MAX);
}
END_TEST

START_TEST(an_acknowledgement_is_kept_with_the_next_change) {
    publish(congo);
    struct position *position;
    struct feed *feed = feed_at(congo, congo, "customs");
    ck_assert_int_eq(exchange_acknowledge(&congo->exchange, feed, kenya->identity.id, 2), RESULT_OK);
    ck_assert_int_eq(exchange_acknowledge(&congo->exchange, feed, kenya->identity.id, 1), RESULT_OK); /* never back */
    ck_assert_int_eq(exchange_keep_positions(&congo->exchange), RESULT_OK);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    world_restart(congo);
    feed = feed_at(congo, congo, "customs");
    ck_assert_int_eq(feeds_position(&congo->exchange.feeds, feed, kenya->identity.id, &position), RESULT_OK);
    ck_assert_uint_eq(position->number, 2);
}
END_TEST

START_TEST(an_author_that_was_set_back_is_noticed) {
    publish(congo);
    publish(congo);
    world_settle(world);
    struct feed *feed = feed_at(kenya, congo, "customs");
    struct feed_head head = feed->head;
    ck_assert_int_eq(exchange_compare_head(&kenya->exchange, feed, head.number, head.hash), RESULT_OK);
    ck_assert_int_eq(exchange_compare_head(&kenya->exchange, feed, head.number + 5, head.hash), RESULT_OK);
    ck_assert_int_eq(exchange_compare_head(&kenya->exchange, feed, head.number - 1, head.hash), RESULT_ROLLBACK);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_ROLLBACK], 1);
    head.hash[0] ^= 1;
    ck_assert_int_eq(exchange_compare_head(&kenya->exchange, feed, head.number, head.hash), RESULT_FORK);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 1);
    ck_assert(!feed->draft.frozen); /* what is only said, even by who holds its session key, freezes nothing */
}
END_TEST

/* ---- a thousand things that happen ---- */

enum { ACTORS = 3, OPERATIONS = 1000, CHECK_EVERY = 100 };

struct story {
    struct chance chance;
    struct actor *actors[ACTORS];
    uint64_t published;
};

/* What is in a reader's copy of a feed is what its author has written, entry by entry, from the first on. */
static void check_chains(struct story *story) {
    for (size_t a = 0; a < ACTORS; a++)
        for (size_t r = 0; r < ACTORS; r++) {
            const struct feed *copy = feed_at(story->actors[r], story->actors[a], "customs");
            const struct feed *original = feed_at(story->actors[a], story->actors[a], "customs");
            if (a == r || !copy || copy->head.number == 0)
                continue;
            struct arena arena;
            struct span *theirs, *ours;
            size_t their_count, our_count;
            arena_init(&arena, SIZE_MAX);
            ck_assert_ptr_nonnull(original);
            ck_assert_uint_le(copy->head.number, original->head.number);
            ck_assert_int_eq(store_get_entries(story->actors[r]->exchange.store, &arena, copy->record.ordinal, 0,
                                               SIZE_MAX, &ours, &our_count),
                             RESULT_OK);
            ck_assert_int_eq(store_get_entries(story->actors[a]->exchange.store, &arena, original->record.ordinal, 0,
                                               SIZE_MAX, &theirs, &their_count),
                             RESULT_OK);
            ck_assert_uint_eq(our_count, copy->head.number);
            ck_assert_uint_eq(their_count, original->head.number);
            for (size_t i = 0; i < our_count; i++)
                ck_assert_msg(span_equal(ours[i], theirs[i]), "entry %zu of actor %zu at actor %zu", i + 1, a, r);
            arena_release(&arena);
        }
}

static void carry_some(struct story *story, struct actor *author, struct actor *reader) {
    const struct feed *there = feed_at(reader, author, "customs");
    size_t count;
    struct span *entries = world_entries(author, "customs", there ? there->head.number : 0, &count);
    if (count)
        ck_assert_int_eq(world_hand(reader, author, "customs", entries, 1 + chance_below(&story->chance, count), NULL),
                         RESULT_OK);
}

/* A changed entry, an old one, one that is not due yet, one of another author: nothing of it is taken. */
static void hand_nonsense(struct story *story, struct actor *author, struct actor *reader) {
    const struct feed *there = feed_at(reader, author, "customs");
    size_t count, taken = 0;
    struct span *entries = world_entries(author, "customs", 0, &count);
    uint64_t head = there ? there->head.number : 0;
    if (count < 2)
        return;
    size_t which = chance_below(&story->chance, count);
    struct span entry = entries[which];
    if (which == head) { /* the one that is due: spoil it */
        uint8_t *copy = arena_copy(&world->arena, entry.data, entry.len);
        copy[chance_below(&story->chance, entry.len)] ^= (uint8_t)(1u << chance_below(&story->chance, 8));
        entry = span_of(copy, entry.len);
    }
    ck_assert(world_hand(reader, author, "customs", &entry, 1, &taken) != RESULT_OK);
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(feed_at(reader, author, "customs")->head.number, head);
    ck_assert(!feed_at(reader, author, "customs")->record.frozen);
}

static void something_happens(struct story *story) {
    struct actor *one = story->actors[chance_below(&story->chance, ACTORS)];
    struct actor *other = story->actors[chance_below(&story->chance, ACTORS)];
    switch (chance_below(&story->chance, 12)) {
    case 0:
    case 1:
        ck_assert_int_eq(world_publish(one, world_alert(world, "GREEN", ""), object), RESULT_OK);
        story->published++;
        break;
    case 2:
        publish_in_vain(one);
        break;
    case 3:
        world_restart(one);
        break;
    case 4:
        world->now_ms += chance_below(&story->chance, 10) ? 60000 : (uint64_t)(EPOCH_DAYS_MAX + 1) * DAY_MS;
        break;
    case 5:
    case 6:
        if (one != other)
            hand_nonsense(story, one, other);
        break;
    default:
        if (one != other)
            carry_some(story, one, other);
    }
}

static void live_through(uint64_t seed) {
    struct story story = {.chance = {seed}};
    static const char *const names[] = {"cd-customs", "ke-customs", "ug-customs"};
    static const char *const countries[] = {"CD", "KE", "UG"};
    world_free(world);
    world = world_new(seed);
    for (size_t i = 0; i < ACTORS; i++)
        story.actors[i] = world_add(world, names[i], countries[i], "CUSTOMS", world_forwards);
    world_start(world);
    for (int operation = 1; operation <= OPERATIONS; operation++) {
        something_happens(&story);
        if (operation % CHECK_EVERY == 0)
            check_chains(&story);
    }
    world_settle(world);
    check_chains(&story);
    for (size_t i = 0; i < ACTORS; i++) {
        ck_assert_uint_eq(alerts(story.actors[i]), story.published); /* all of them, once, by whatever way */
        world_restart(story.actors[i]);
        ck_assert_uint_eq(alerts(story.actors[i]), story.published);
        for (size_t k = 0; k < ACTORS; k++)
            if (feed_at(story.actors[i], story.actors[k], "customs"))
                ck_assert_uint_eq(feed_at(story.actors[i], story.actors[k], "customs")->record.waiting, 0);
    }
}

START_TEST(a_thousand_operations_keep_every_chain_and_every_alert_once) {
    live_through((uint64_t)_i + 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("exchange");
    TCase *failing = tcase_create("failing");
    tcase_set_timeout(failing, 60);
    tcase_add_checked_fixture(failing, set_up, tear_down);
    tcase_add_test(failing, a_first_publication_that_fails_leaves_no_feed);
    tcase_add_test(failing, a_later_publication_that_fails_leaves_head_and_epoch);
    tcase_add_test(failing, a_new_epoch_that_fails_has_never_begun);
    tcase_add_test(failing, a_failed_turn_takes_all_of_its_publications_with_it);
    tcase_add_test(failing, a_delivery_that_fails_leaves_nothing_and_can_come_again);
    tcase_add_test(failing, an_abort_takes_everything_back);
    tcase_add_test(failing, a_full_store_refuses_by_name_and_keeps_what_it_has);
    suite_add_tcase(suite, failing);
    TCase *published = tcase_create("published");
    tcase_add_checked_fixture(published, set_up, tear_down);
    tcase_add_test(published, a_bad_alert_does_not_stop_the_good_ones_of_its_turn);
    tcase_add_test(published, a_marking_that_is_not_known_is_refused_with_a_reason);
    tcase_add_test(published, a_dry_run_leaves_nothing_but_its_answer);
    tcase_add_test(published, the_same_version_twice_in_a_turn_is_refused);
    tcase_add_test(published, an_audience_without_members_gets_no_feed);
    suite_add_tcase(suite, published);
    TCase *epochs = tcase_create("epochs");
    tcase_add_checked_fixture(epochs, set_up, tear_down);
    tcase_add_test(epochs, the_first_entry_is_a_grant_and_starts_epoch_one);
    tcase_add_test(epochs, an_epoch_lasts_thirty_days);
    tcase_add_test(epochs, a_clock_that_goes_back_starts_no_epoch);
    tcase_add_test(epochs, who_joins_gets_a_grant_of_the_epoch_in_force);
    tcase_add_test(epochs, who_leaves_ends_the_epoch_for_all);
    tcase_add_test(epochs, joining_and_leaving_elsewhere_changes_nothing);
    suite_add_tcase(suite, epochs);
    TCase *grants = tcase_create("grants");
    tcase_add_checked_fixture(grants, set_up, tear_down);
    tcase_add_test(grants, two_keys_for_one_epoch_are_a_fork_and_the_first_stays);
    tcase_add_test(grants, the_same_key_again_is_no_fork);
    tcase_add_test(grants, what_cannot_be_read_is_kept_counted_and_read_after_the_grant);
    tcase_add_test(grants, what_waits_for_its_key_is_read_after_a_restart_too);
    suite_add_tcase(suite, grants);
    TCase *said = tcase_create("said");
    tcase_add_checked_fixture(said, set_up, tear_down);
    tcase_add_test(said, an_author_may_have_so_many_feeds_and_no_more);
    tcase_add_test(said, an_acknowledgement_is_kept_with_the_next_change);
    tcase_add_test(said, an_author_that_was_set_back_is_noticed);
    suite_add_tcase(suite, said);
    TCase *random = tcase_create("random");
    tcase_set_timeout(random, 170);
    tcase_add_checked_fixture(random, set_up, tear_down);
    tcase_add_loop_test(random, a_thousand_operations_keep_every_chain_and_every_alert_once, 0, 3);
    suite_add_tcase(suite, random);
    return suite;
}
