/* What a hostile or broken member may send, and what becomes of it: a counter, and nothing in the store. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "entry.pb-c.h"
#include "tests/support/world.h"

struct story {
    struct world *world;
    struct actor *author, *reader, *other;
    struct span *entries; /* the author's feed: a grant, then three alerts */
    size_t count;
};

static struct story begin(const char *reader_policy) {
    struct story story = {.world = world_new(2)};
    uint8_t object[OBJECT_ID_SIZE];
    story.author = world_add(story.world, "cd-customs", "CD", "CUSTOMS", "");
    story.reader = world_add(story.world, "ke-customs", "KE", "CUSTOMS", reader_policy);
    story.other = world_add(story.world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(story.world);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(world_publish(story.author, world_alert(story.world, "AMBER", ""), object), RESULT_OK);
    story.entries = world_entries(story.author, "customs", 0, &story.count);
    ck_assert_uint_eq(story.count, 4);
    return story;
}

static struct span changed(struct story *story, struct span entry, size_t offset) {
    uint8_t *copy = arena_copy(&story->world->arena, entry.data, entry.len);
    copy[offset] ^= 1;
    return span_of(copy, entry.len);
}

static struct feed *feed_at_reader(const struct story *story) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, story->author->identity.id, "customs");
    return feeds_find(&story->reader->exchange.feeds, id);
}

/* Nothing of what was handed over became part of anything. */
static void check_untouched(struct story *story) {
    ck_assert_uint_eq(feed_at_reader(story)->head.number, 0);
    ck_assert_uint_eq(index_count(story->reader->exchange.index), 0);
    ck_assert_uint_eq(store_last_alert(story->reader->exchange.store), 0);
    /* and the honest feed is still taken */
    ck_assert_int_eq(world_hand(story->reader, story->author, "customs", story->entries, story->count, NULL),
                     RESULT_OK);
    ck_assert_uint_eq(index_count(story->reader->exchange.index), 3);
}

static void refuse_first(const char *reason, struct span (*spoil)(struct story *)) {
    struct story story = begin("");
    struct span bad = spoil(&story);
    enum result result = world_hand(story.reader, story.author, "customs", &bad, 1, NULL);
    ck_assert_str_eq(result_name(result), reason);
    ck_assert_uint_eq(story.reader->exchange.refused[result], 1);
    check_untouched(&story);
    world_free(story.world);
}

static struct span truncate(struct story *story) {
    return span_of(story->entries[0].data, ENTRY_OVERHEAD - 1);
}
START_TEST(a_truncated_entry) {
    refuse_first("truncated", truncate);
}
END_TEST

static struct span inflate(struct story *story) {
    uint8_t *big = arena_alloc(&story->world->arena, ENTRY_BYTES_MAX + 1);
    memcpy(big, story->entries[0].data, story->entries[0].len);
    return span_of(big, ENTRY_BYTES_MAX + 1);
}
START_TEST(an_oversized_entry) {
    refuse_first("too-large", inflate);
}
END_TEST

static struct span change_suite(struct story *story) {
    return changed(story, story->entries[0], 0);
}
START_TEST(an_unknown_suite) {
    refuse_first("unknown-suite", change_suite);
}
END_TEST

static struct span change_kind(struct story *story) {
    uint8_t *copy = arena_copy(&story->world->arena, story->entries[0].data, story->entries[0].len);
    copy[1] = 9;
    return span_of(copy, story->entries[0].len);
}
START_TEST(an_unknown_kind) {
    refuse_first("unknown-kind", change_kind);
}
END_TEST

static struct span change_feed(struct story *story) {
    return changed(story, story->entries[0], 2);
}
START_TEST(an_entry_of_another_feed) {
    refuse_first("wrong-feed", change_feed);
}
END_TEST

static struct span skip_first(struct story *story) {
    return story->entries[1];
}
START_TEST(a_reordered_entry) {
    refuse_first("out-of-order", skip_first);
}
END_TEST

static struct span change_body(struct story *story) {
    return changed(story, story->entries[0], story->entries[0].len - 1);
}
START_TEST(a_changed_body) {
    refuse_first("bad-hash", change_body);
}
END_TEST

static struct span change_created(struct story *story) {
    return changed(story, story->entries[0], 85);
}
START_TEST(a_changed_header) {
    refuse_first("bad-signature", change_created);
}
END_TEST

static struct span change_signature(struct story *story) {
    return changed(story, story->entries[0], ENTRY_HEADER_SIZE + 40);
}
START_TEST(a_changed_signature) {
    refuse_first("bad-signature", change_signature);
}
END_TEST

START_TEST(an_entry_signed_by_somebody_else) {
    struct story story = begin("");
    struct feed_head head = {0};
    struct buf entry;
    buf_init(&entry, &story.world->arena);
    feed_id(head.feed, story.author->identity.id, "customs");
    const struct feed_draft draft = {
        ENTRY_GRANT, 1, story.world->now_ms,
        span_of(story.entries[0].data + ENTRY_OVERHEAD, story.entries[0].len - ENTRY_OVERHEAD), NULL};
    ck_assert_int_eq(
        feed_append(&entry, &story.world->arena, &head, &draft, &story.other->identity, &story.world->random),
        RESULT_OK);
    struct span forged = buf_span(&entry);
    ck_assert_str_eq(result_name(world_hand(story.reader, story.author, "customs", &forged, 1, NULL)), "bad-signature");
    check_untouched(&story);
    world_free(story.world);
}
END_TEST

START_TEST(every_flipped_bit_of_a_header_is_seen) {
    struct story story = begin("");
    for (size_t offset = 0; offset < ENTRY_OVERHEAD; offset++) {
        struct span bad = changed(&story, story.entries[0], offset);
        ck_assert_msg(world_hand(story.reader, story.author, "customs", &bad, 1, NULL) != RESULT_OK, "byte %zu",
                      offset);
    }
    check_untouched(&story);
    world_free(story.world);
}
END_TEST

START_TEST(a_broken_chain) {
    struct story story = begin("");
    struct span run[] = {story.entries[0], changed(&story, story.entries[1], 42)};
    size_t taken;
    ck_assert_str_eq(result_name(world_hand(story.reader, story.author, "customs", run, 2, &taken)), "broken-chain");
    ck_assert_uint_eq(taken, 1); /* the honest part before it */
    ck_assert_uint_eq(index_count(story.reader->exchange.index), 0);
    world_free(story.world);
}
END_TEST

START_TEST(a_fork_is_proven_and_freezes_the_feed) {
    struct story story = begin("");
    ck_assert_int_eq(world_hand(story.reader, story.author, "customs", story.entries, 2, NULL), RESULT_OK);
    /* the author signs another entry 2 over the same entry 1 */
    struct entry first;
    struct feed_head head = {0};
    struct buf bytes;
    uint8_t key[SEAL_KEY_SIZE] = {7};
    ck_assert_int_eq(feed_parse(&first, story.entries[0]), RESULT_OK);
    memcpy(head.feed, first.feed, FEED_ID_SIZE);
    feed_advance(&head, &first);
    buf_init(&bytes, &story.world->arena);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, 1, story.world->now_ms, span_of_text("another"), key};
    ck_assert_int_eq(
        feed_append(&bytes, &story.world->arena, &head, &draft, &story.author->identity, &story.world->random),
        RESULT_OK);
    struct span fork = buf_span(&bytes);
    ck_assert_str_eq(result_name(world_hand(story.reader, story.author, "customs", &fork, 1, NULL)), "fork");
    ck_assert(feed_at_reader(&story)->record.frozen);
    ck_assert_str_eq(result_name(world_hand(story.reader, story.author, "customs", story.entries + 2, 2, NULL)),
                     "fork");
    ck_assert_uint_eq(index_count(story.reader->exchange.index), 1);
    world_restart(story.reader);
    ck_assert(feed_at_reader(&story)->record.frozen);
    world_free(story.world);
}
END_TEST

/* --- well signed, but what is inside may not be here --- */

/* The author's feed goes on with one entry whose plain body is the test's; `kept` bytes of it are kept, 0: all. */
static void hand_and_keep(struct story *story, struct span plain, const char *reason, size_t kept_len) {
    struct exchange *exchange = &story->author->exchange;
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, story->author->identity.id, "customs");
    struct feed *feed = feeds_find(&exchange->feeds, id);
    const uint8_t *key;
    struct feed_head head = feed->head;
    struct buf bytes;
    buf_init(&bytes, &story->world->arena);
    ck_assert_int_eq(feeds_key(&exchange->feeds, feed, feed->head.epoch, &key), RESULT_OK);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, head.epoch, story->world->now_ms, plain, key};
    ck_assert_int_eq(
        feed_append(&bytes, &story->world->arena, &head, &draft, &story->author->identity, &story->world->random),
        RESULT_OK);
    ck_assert_int_eq(world_hand(story->reader, story->author, "customs", story->entries, story->count, NULL),
                     RESULT_OK);
    size_t alerts = index_count(story->reader->exchange.index);
    struct span entry = buf_span(&bytes);
    ck_assert_int_eq(world_hand(story->reader, story->author, "customs", &entry, 1, NULL), RESULT_OK);
    ck_assert_uint_eq(index_count(story->reader->exchange.index), alerts);
    ck_assert_uint_eq(store_last_alert(story->reader->exchange.store), alerts);
    for (int i = 0; i < RESULT_COUNT; i++)
        if (strcmp(result_name((enum result)i), reason) == 0)
            ck_assert_msg(story->reader->exchange.refused[i] == 1, "%s was not counted", reason);
    struct span kept;
    ck_assert_int_eq(store_get_entry(story->reader->exchange.store, &story->world->arena,
                                     feed_at_reader(story)->record.ordinal, 5, &kept),
                     RESULT_OK);
    ck_assert_uint_eq(kept.len, kept_len ? kept_len : entry.len);
    ck_assert_mem_eq(kept.data, entry.data, kept.len);
}

/* The evidence is kept without the content. */
static void hand_body(struct story *story, struct span plain, const char *reason) {
    hand_and_keep(story, plain, reason, ENTRY_OVERHEAD);
}

/* Unread: a key that is not known here yet may verify it. */
static void hand_to_wait(struct story *story, struct span plain, const char *reason) {
    hand_and_keep(story, plain, reason, 0);
}

static struct disclosure make(struct story *story, const struct actor *originator, const char *tlp) {
    struct arena *arena = &story->world->arena;
    struct report report;
    AlertHeader *header;
    Alert *content;
    struct disclosure made;
    struct span *values = arena_array(arena, FIELD_SLOTS, sizeof *values);
    uint8_t *id = arena_alloc(arena, TREE_ALERT_ID_SIZE);
    report_init(&report, arena);
    random_fill(&story->world->random, id, TREE_ALERT_ID_SIZE);
    ck_assert_int_eq(
        alert_from_json(arena, span_of_text(world_alert(story->world, tlp, "")), &header, &content, &report),
        RESULT_OK);
    header->alert = proto_bytes(id, TREE_ALERT_ID_SIZE);
    ck_assert_int_eq(alert_split(arena, content, values), RESULT_OK);
    ck_assert_int_eq(disclosure_make(&made, arena, header, values, &originator->identity, story->world->now_ms,
                                     &story->world->random),
                     RESULT_OK);
    made.hops = originator != story->author;
    return made;
}

static struct span encoded(struct story *story, const struct disclosure *disclosure) {
    struct buf bytes;
    buf_init(&bytes, &story->world->arena);
    ck_assert_int_eq(disclosure_encode(&bytes, &story->world->arena, disclosure), RESULT_OK);
    return buf_span(&bytes);
}

START_TEST(a_body_that_is_no_disclosure) {
    struct story story = begin("");
    hand_body(&story, span_of_text("\xff\xff\xff\xff"), "malformed");
    world_free(story.world);
}
END_TEST

START_TEST(a_changed_value) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    struct span *value = &disclosure.opening.values[field_find("specimens.quantity")->slot];
    uint8_t *copy = arena_copy(&story.world->arena, value->data, value->len);
    copy[value->len - 1] = '1';
    *value = span_of(copy, value->len);
    hand_body(&story, encoded(&story, &disclosure), "bad-root");
    world_free(story.world);
}
END_TEST

START_TEST(a_removed_value) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    disclosure.opening.values[field_find("persons.surname")->slot] = (struct span){0};
    hand_body(&story, encoded(&story, &disclosure), "bad-root");
    world_free(story.world);
}
END_TEST

START_TEST(a_swapped_header) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    struct disclosure clear = make(&story, story.author, "CLEAR");
    disclosure.header_bytes = clear.header_bytes;
    hand_body(&story, encoded(&story, &disclosure), "bad-root");
    world_free(story.world);
}
END_TEST

START_TEST(a_widened_marking) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    AlertHeader header = *disclosure.header;
    struct buf bytes;
    buf_init(&bytes, &story.world->arena);
    header.tlp = "CLEAR";
    proto_encode(&bytes, &header);
    disclosure.header_bytes = buf_span(&bytes);
    hand_body(&story, encoded(&story, &disclosure), "bad-signature");
    world_free(story.world);
}
END_TEST

START_TEST(a_stranger_as_originator) {
    struct story story = begin("");
    struct actor stranger = {0};
    ck_assert_int_eq(identity_make(&stranger.identity, &story.world->random), RESULT_OK);
    struct disclosure disclosure = make(&story, &stranger, "AMBER");
    hand_to_wait(&story, encoded(&story, &disclosure), "unknown-member");
    identity_release(&stranger.identity);
    world_free(story.world);
}
END_TEST

START_TEST(a_claimed_originator) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    AlertHeader header = *disclosure.header;
    struct buf bytes;
    buf_init(&bytes, &story.world->arena);
    header.originator = proto_bytes(story.other->identity.id, MEMBER_ID_SIZE);
    proto_encode(&bytes, &header);
    disclosure.header_bytes = buf_span(&bytes);
    hand_to_wait(&story, encoded(&story, &disclosure), "bad-signature");
    world_free(story.world);
}
END_TEST

/* Strict markings bind the receiver, too: what the originator forbade to pass on is not taken from who passes it on. */
START_TEST(a_forward_against_the_marking) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.other, "AMBER+STRICT");
    hand_body(&story, encoded(&story, &disclosure), "marking-forbids");
    world_free(story.world);
}
END_TEST

START_TEST(a_forward_out_of_the_country_under_amber) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.other, "AMBER");
    hand_body(&story, encoded(&story, &disclosure), "marking-forbids");
    world_free(story.world);
}
END_TEST

static const char no_persons[] = "accept:\n"
                                 "  - {from: {role: CUSTOMS}, show: [all], hide: [persons]}\n"
                                 "local: {operators: {show: [all]}}\n";

START_TEST(fields_that_the_reader_may_not_hold) {
    struct story story = begin(no_persons);
    ck_assert_int_eq(world_hand(story.reader, story.author, "customs", story.entries, 4, NULL), RESULT_OK);
    ck_assert_uint_eq(index_count(story.reader->exchange.index), 0);
    ck_assert_uint_eq(story.reader->exchange.refused[RESULT_FIELD_REFUSED], 3);
    struct span kept;
    ck_assert_int_eq(store_get_entry(story.reader->exchange.store, &story.world->arena,
                                     feed_at_reader(&story)->record.ordinal, 2, &kept),
                     RESULT_OK);
    ck_assert_uint_eq(kept.len, ENTRY_OVERHEAD);
    world_free(story.world);
}
END_TEST

START_TEST(a_huge_repeat_costs_a_bounded_amount) {
    struct story story = begin("");
    struct disclosure disclosure = make(&story, story.author, "AMBER");
    enum { EMPTY_ELEMENTS = 100000 };
    uint8_t *bomb = arena_alloc(&story.world->arena, 2 * EMPTY_ELEMENTS);
    for (size_t i = 0; i < EMPTY_ELEMENTS; i++)
        bomb[2 * i] = 8 << 3 | 2; /* persons, of length 0 */
    struct span values[FIELD_SLOTS];
    memcpy(values, disclosure.opening.values, sizeof values);
    values[field_find("persons.surname")->slot] = span_of(bomb, 2 * EMPTY_ELEMENTS);
    AlertHeader header = *disclosure.header;
    ck_assert_int_eq(disclosure_make(&disclosure, &story.world->arena, &header, values, &story.author->identity,
                                     story.world->now_ms, &story.world->random),
                     RESULT_OK);
    hand_body(&story, encoded(&story, &disclosure), "too-large");
    world_free(story.world);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("hostile");
    TCase *chain = tcase_create("chain");
    TCase *content = tcase_create("content");
    tcase_set_timeout(chain, 60);
    tcase_set_timeout(content, 60);
    tcase_add_test(chain, a_truncated_entry);
    tcase_add_test(chain, an_oversized_entry);
    tcase_add_test(chain, an_unknown_suite);
    tcase_add_test(chain, an_unknown_kind);
    tcase_add_test(chain, an_entry_of_another_feed);
    tcase_add_test(chain, a_reordered_entry);
    tcase_add_test(chain, a_changed_body);
    tcase_add_test(chain, a_changed_header);
    tcase_add_test(chain, a_changed_signature);
    tcase_add_test(chain, an_entry_signed_by_somebody_else);
    tcase_add_test(chain, every_flipped_bit_of_a_header_is_seen);
    tcase_add_test(chain, a_broken_chain);
    tcase_add_test(chain, a_fork_is_proven_and_freezes_the_feed);
    tcase_add_test(content, a_body_that_is_no_disclosure);
    tcase_add_test(content, a_changed_value);
    tcase_add_test(content, a_removed_value);
    tcase_add_test(content, a_swapped_header);
    tcase_add_test(content, a_widened_marking);
    tcase_add_test(content, a_stranger_as_originator);
    tcase_add_test(content, a_claimed_originator);
    tcase_add_test(content, a_forward_against_the_marking);
    tcase_add_test(content, a_forward_out_of_the_country_under_amber);
    tcase_add_test(content, fields_that_the_reader_may_not_hold);
    tcase_add_test(content, a_huge_repeat_costs_a_bounded_amount);
    suite_add_tcase(suite, chain);
    suite_add_tcase(suite, content);
    return suite;
}
