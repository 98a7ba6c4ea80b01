#include "keys/epoch.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "entry.pb-c.h"
#include "keys/identity.h"
#include "tests/support/chance.h"
#include "tests/support/vectors.h"

enum { MEMBERS = 5, BOX_SIZE = 52 };

static struct arena arena;
static struct identity members[MEMBERS];
static struct epoch_member rows[MEMBERS];
static const struct epoch_place place = {.feed = {7}, .epoch = 3};
static const uint8_t epoch_key[EPOCH_KEY_SIZE] = {1, 2, 3, 4};
static struct chance chance;
static struct random dice;
static struct buf grant;

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    chance = (struct chance){.state = 5};
    dice = chance_random(&chance);
    for (size_t i = 0; i < MEMBERS; i++) {
        ck_assert_int_eq(identity_make(&members[i], &dice), RESULT_OK);
        rows[i] = (struct epoch_member){members[i].id, members[i].encryption_key};
    }
    size_t bad;
    buf_init(&grant, &arena);
    ck_assert_int_eq(epoch_grant(&grant, &arena, epoch_key, &place, rows, MEMBERS, 0, &dice, &bad), RESULT_OK);
}

static void tear_down(void) {
    for (size_t i = 0; i < MEMBERS; i++)
        identity_release(&members[i]);
    arena_release(&arena);
}

/* What member `i` makes of a grant; its key stays as it was unless the grant is accepted. */
static enum result accept(struct span bytes, const struct epoch_place *at, size_t i) {
    static const uint8_t untouched[EPOCH_KEY_SIZE] = {0xee};
    uint8_t key[EPOCH_KEY_SIZE] = {0xee};
    enum result result =
        epoch_accept(key, bytes, at, members[i].id, members[i].secrets->encryption, members[i].encryption_key);
    ck_assert_mem_eq(key, result ? untouched : epoch_key, EPOCH_KEY_SIZE);
    return result;
}

/* The grant taken apart; encode_grant() puts it together again. */
static Grant *decoded(void) {
    Grant *words;
    ck_assert_int_eq(proto_decode(&arena, &grant__descriptor, buf_span(&grant), &words), RESULT_OK);
    return words;
}

static struct span encoded(const Grant *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    return buf_span(&out);
}

START_TEST(every_member_gets_the_key) {
    for (size_t i = 0; i < MEMBERS; i++)
        ck_assert_int_eq(accept(buf_span(&grant), &place, i), RESULT_OK);
    ck_assert_int_eq(epoch_check_form(buf_span(&grant)), RESULT_OK);
    ck_assert_uint_eq(epoch_outdated(buf_span(&grant)), 0);
    ck_assert_uint_eq(decoded()->boxes.len, MEMBERS * BOX_SIZE);
}
END_TEST

START_TEST(an_outsider_finds_no_box) {
    struct buf few;
    size_t bad;
    buf_init(&few, &arena);
    ck_assert_int_eq(epoch_grant(&few, &arena, epoch_key, &place, rows, MEMBERS - 1, 0, &dice, &bad), RESULT_OK);
    ck_assert_int_eq(accept(buf_span(&few), &place, MEMBERS - 1), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(a_grant_to_nobody_and_to_everybody_is_well_formed) {
    static struct epoch_member many[ROSTER_MEMBERS_MAX];
    struct buf out;
    size_t bad;
    buf_init(&out, &arena);
    ck_assert_int_eq(epoch_grant(&out, &arena, epoch_key, &place, NULL, 0, 0, &dice, &bad), RESULT_OK);
    ck_assert_int_eq(epoch_check_form(buf_span(&out)), RESULT_OK);
    ck_assert_int_eq(accept(buf_span(&out), &place, 0), RESULT_NOT_FOUND);
    for (size_t i = 0; i < ROSTER_MEMBERS_MAX; i++)
        many[i] = rows[i % MEMBERS];
    buf_init(&out, &arena);
    ck_assert_int_eq(epoch_grant(&out, &arena, epoch_key, &place, many, ROSTER_MEMBERS_MAX, 0, &dice, &bad), RESULT_OK);
    ck_assert_int_eq(accept(buf_span(&out), &place, 3), RESULT_OK);
}
END_TEST

START_TEST(boxes_stand_in_an_order_that_tells_nothing) {
    const Grant *words = decoded();
    for (size_t at = BOX_SIZE; at < words->boxes.len; at += BOX_SIZE)
        ck_assert_int_lt(memcmp(words->boxes.data + at - BOX_SIZE, words->boxes.data + at, BOX_SIZE), 0);
}
END_TEST

START_TEST(accept_refuses_another_feed_or_epoch) {
    struct epoch_place feed = place, epoch = place;
    feed.feed[0]++;
    epoch.epoch++;
    ck_assert_int_eq(accept(buf_span(&grant), &feed, 0), RESULT_NOT_FOUND);
    ck_assert_int_eq(accept(buf_span(&grant), &epoch, 0), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(accept_refuses_a_changed_check) {
    Grant *words = decoded();
    words->check.data[0] ^= 1;
    ck_assert_int_eq(accept(encoded(words), &place, 0), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(accept_refuses_a_changed_ephemeral_key) {
    Grant *words = decoded();
    words->ephemeral.data[0] ^= 1;
    ck_assert_int_eq(accept(encoded(words), &place, 0), RESULT_NOT_FOUND);
    memset(words->ephemeral.data, 0, 32);
    ck_assert_int_eq(accept(encoded(words), &place, 0), RESULT_BAD_POINT);
}
END_TEST

/* Whoever's box it is, that one member says so and the others are not concerned. */
START_TEST(accept_refuses_a_changed_box) {
    Grant *words = decoded();
    for (size_t box = 0; box < MEMBERS; box++) {
        size_t bad = 0, good = 0;
        words->boxes.data[box * BOX_SIZE + 30] ^= 1;
        for (size_t i = 0; i < MEMBERS; i++) {
            enum result result = accept(encoded(words), &place, i);
            bad += result == RESULT_BAD_SEAL;
            good += result == RESULT_OK;
        }
        ck_assert_uint_eq(bad, 1);
        ck_assert_uint_eq(good, MEMBERS - 1);
        words->boxes.data[box * BOX_SIZE + 30] ^= 1;
    }
}
END_TEST

/* A hostile author gives one member another key, under the check of the first: two grants of the same ephemeral key,
 * with the check of one around the box of the other. The seal covers the check, so the box would not even open; the
 * author has to seal it so, which only the library can do here: it is refused all the same. */
START_TEST(accept_refuses_a_box_of_another_grant) {
    struct buf other_grant;
    size_t bad;
    uint8_t other_key[EPOCH_KEY_SIZE] = {9};
    struct chance same = {.state = 77};
    struct random first = chance_random(&same);
    buf_init(&grant, &arena);
    ck_assert_int_eq(epoch_grant(&grant, &arena, epoch_key, &place, rows, 1, 0, &first, &bad), RESULT_OK);
    same.state = 77;
    buf_init(&other_grant, &arena);
    ck_assert_int_eq(epoch_grant(&other_grant, &arena, other_key, &place, rows, 1, 0, &first, &bad), RESULT_OK);
    Grant *words = decoded(), *other;
    ck_assert_int_eq(proto_decode(&arena, &grant__descriptor, buf_span(&other_grant), &other), RESULT_OK);
    ck_assert_mem_eq(words->ephemeral.data, other->ephemeral.data, 32);
    words->boxes = other->boxes;
    ck_assert_int_eq(accept(encoded(words), &place, 0), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(form_refuses_wrong_sizes) {
    Grant *words = decoded();
    const Grant good = *words;
    words->check.len--;
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_MALFORMED);
    *words = good;
    words->ephemeral.len--;
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_MALFORMED);
    *words = good;
    words->boxes.len--;
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_MALFORMED);
}
END_TEST

START_TEST(a_grant_says_what_was_outdated) {
    struct buf out;
    size_t bad;
    buf_init(&out, &arena);
    ck_assert_int_eq(epoch_grant(&out, &arena, epoch_key, &place, rows, MEMBERS, 4711, &dice, &bad), RESULT_OK);
    ck_assert_int_eq(epoch_check_form(buf_span(&out)), RESULT_OK);
    ck_assert_uint_eq(epoch_outdated(buf_span(&out)), 4711);
    ck_assert_int_eq(accept(buf_span(&out), &place, 0), RESULT_OK);
    Grant *words = decoded();
    words->has_outdated = true; /* and 0: there is no such entry */
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_MALFORMED);
    ck_assert_uint_eq(epoch_outdated(encoded(words)), 0);
}
END_TEST

START_TEST(the_order_of_the_boxes_does_not_matter_to_a_reader) {
    Grant *words = decoded();
    uint8_t box[BOX_SIZE];
    memcpy(box, words->boxes.data, BOX_SIZE);
    memcpy(words->boxes.data, words->boxes.data + BOX_SIZE, BOX_SIZE);
    memcpy(words->boxes.data + BOX_SIZE, box, BOX_SIZE);
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_OK);
    ck_assert_int_eq(accept(encoded(words), &place, 0), RESULT_OK);
}
END_TEST

START_TEST(form_refuses_more_boxes_than_a_roster_has_members) {
    Grant *words = decoded();
    size_t len = (size_t)(ROSTER_MEMBERS_MAX + 1) * BOX_SIZE;
    words->boxes = proto_bytes(arena_alloc(&arena, len), len);
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_MALFORMED);
    words->boxes.len -= BOX_SIZE;
    ck_assert_int_eq(epoch_check_form(encoded(words)), RESULT_OK);
}
END_TEST

START_TEST(form_refuses_every_shortening_and_another_encoding) {
    for (size_t len = 0; len < grant.len; len++)
        ck_assert_int_ne(epoch_check_form(span_of(grant.data, len)), RESULT_OK);
    struct buf twice; /* the check a second time: the last wins for a lenient reader */
    buf_init(&twice, &arena);
    buf_put(&twice, grant.data, 34);
    buf_put_span(&twice, buf_span(&grant));
    ck_assert_int_eq(epoch_check_form(buf_span(&twice)), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(accept(buf_span(&twice), &place, 0), RESULT_NOT_CANONICAL);
}
END_TEST

START_TEST(grant_names_the_member_with_a_bad_key) {
    static const uint8_t zero[EPOCH_PUBLIC_SIZE];
    struct buf out;
    size_t bad = 99;
    rows[3].public_key = zero;
    buf_init(&out, &arena);
    ck_assert_int_eq(epoch_grant(&out, &arena, epoch_key, &place, rows, MEMBERS, 0, &dice, &bad), RESULT_BAD_POINT);
    ck_assert_uint_eq(bad, 3);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(grant_fails_when_memory_is_out) {
    struct arena small;
    struct buf out;
    size_t bad;
    arena_init(&small, 100);
    buf_init(&out, &small);
    ck_assert_int_eq(epoch_grant(&out, &small, epoch_key, &place, rows, MEMBERS, 0, &dice, &bad), RESULT_NO_MEMORY);
    ck_assert_int_eq(epoch_grant(&out, &arena, epoch_key, &place, rows, MEMBERS, 0, &dice, &bad), RESULT_NO_MEMORY);
    arena_release(&small);
}
END_TEST

/* Every public key for which X25519 gives zero is refused, and no other. */
START_TEST(wycheproof_agrees_on_keys_of_small_order) {
    json_t *file = vectors_load("wycheproof/x25519_test.json"), *group, *test;
    static const uint8_t zero[32];
    size_t group_index, index, refused = 0;
    if (!file)
        return;
    json_array_foreach(json_object_get(file, "testGroups"), group_index, group) {
        json_array_foreach(json_object_get(group, "tests"), index, test) {
            struct span key = vectors_bytes(test, "public"), shared = vectors_bytes(test, "shared");
            struct epoch_member row = {members[0].id, key.data};
            struct buf out;
            size_t bad;
            if (key.len != EPOCH_PUBLIC_SIZE)
                continue;
            buf_init(&out, &arena);
            enum result result = epoch_grant(&out, &arena, epoch_key, &place, &row, 1, 0, &dice, &bad);
            bool is_zero = span_equal(shared, SPAN_OF_ARRAY(zero));
            ck_assert_int_eq(result, is_zero ? RESULT_BAD_POINT : RESULT_OK);
            refused += is_zero;
        }
    }
    ck_assert_uint_gt(refused, 10);
    json_decref(file);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("epoch");
    TCase *tcase = tcase_create("epoch");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, every_member_gets_the_key);
    tcase_add_test(tcase, an_outsider_finds_no_box);
    tcase_add_test(tcase, a_grant_to_nobody_and_to_everybody_is_well_formed);
    tcase_add_test(tcase, boxes_stand_in_an_order_that_tells_nothing);
    tcase_add_test(tcase, accept_refuses_another_feed_or_epoch);
    tcase_add_test(tcase, accept_refuses_a_changed_check);
    tcase_add_test(tcase, accept_refuses_a_changed_ephemeral_key);
    tcase_add_test(tcase, accept_refuses_a_changed_box);
    tcase_add_test(tcase, accept_refuses_a_box_of_another_grant);
    tcase_add_test(tcase, form_refuses_wrong_sizes);
    tcase_add_test(tcase, a_grant_says_what_was_outdated);
    tcase_add_test(tcase, the_order_of_the_boxes_does_not_matter_to_a_reader);
    tcase_add_test(tcase, form_refuses_more_boxes_than_a_roster_has_members);
    tcase_add_test(tcase, form_refuses_every_shortening_and_another_encoding);
    tcase_add_test(tcase, grant_names_the_member_with_a_bad_key);
    tcase_add_test(tcase, grant_fails_when_memory_is_out);
    tcase_add_test(tcase, wycheproof_agrees_on_keys_of_small_order);
    suite_add_tcase(suite, tcase);
    return suite;
}
