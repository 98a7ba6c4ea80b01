#include "core/lane.h"

#include <check.h>
#include <string.h>

START_TEST(the_name_of_a_feed_says_its_lane) {
    ck_assert_int_eq(lane_of("customs"), LANE_ORDINARY);
    ck_assert_int_eq(lane_of("customs/urgent"), LANE_URGENT);
    ck_assert_int_eq(lane_of("@ke-police"), LANE_BULK);
    ck_assert_int_eq(lane_of("@ke-police/urgent"), LANE_BULK); /* a member may be called so */
    ck_assert_int_eq(lane_of("/urgent"), LANE_ORDINARY);
    ck_assert_int_eq(lane_of("customs/urgent/"), LANE_ORDINARY);
    ck_assert_int_eq(lane_of("customs/Urgent"), LANE_ORDINARY);
    ck_assert_int_eq(lane_of(""), LANE_ORDINARY);
}
END_TEST

START_TEST(the_longest_name_has_room_for_its_lane) {
    char audience[LANE_AUDIENCE_BYTES_MAX + 1], name[NAME_BYTES_MAX + 1];
    memset(audience, 'a', sizeof audience);
    audience[LANE_AUDIENCE_BYTES_MAX] = 0;
    ck_assert_uint_eq(strlen(lane_feed(name, audience, true)), NAME_BYTES_MAX);
    ck_assert_int_eq(lane_of(name), LANE_URGENT);
    ck_assert_uint_eq(lane_audience_len(name), LANE_AUDIENCE_BYTES_MAX);
    ck_assert_str_eq(lane_feed(name, audience, false), audience);
    ck_assert_uint_eq(lane_audience_len(name), LANE_AUDIENCE_BYTES_MAX);
}
END_TEST

static enum lane next(struct lane_turns *turns, const bool waits[static LANE_COUNT]) {
    enum lane lane = lane_pick(turns, waits);
    lane_had(turns, lane, waits);
    return lane;
}

START_TEST(urgent_goes_first_then_alerts_then_bulk) {
    struct lane_turns turns = {0};
    ck_assert_int_eq(next(&turns, (bool[]){true, true, true}), LANE_URGENT);
    ck_assert_int_eq(next(&turns, (bool[]){false, true, true}), LANE_ORDINARY);
    ck_assert_int_eq(next(&turns, (bool[]){false, false, true}), LANE_BULK);
    ck_assert_int_eq(next(&turns, (bool[]){true, false, true}), LANE_URGENT);
}
END_TEST

/* Who calls everything urgent does not hold up the rest for ever. */
START_TEST(nobody_waits_for_ever) {
    struct lane_turns turns = {0};
    unsigned had[LANE_COUNT] = {0}, longest[LANE_COUNT] = {0}, since[LANE_COUNT] = {0};
    for (int i = 0; i < 1000; i++) {
        enum lane lane = next(&turns, (bool[]){true, true, true});
        had[lane]++;
        for (unsigned k = 0; k < LANE_COUNT; k++)
            since[k] = k == lane ? 0 : since[k] + 1;
        for (unsigned k = 0; k < LANE_COUNT; k++)
            if (since[k] > longest[k])
                longest[k] = since[k];
    }
    ck_assert_uint_ge(had[LANE_URGENT], 750);
    ck_assert_uint_le(longest[LANE_URGENT], 2);
    ck_assert_uint_le(longest[LANE_ORDINARY], LANE_TURNS_MAX);
    ck_assert_uint_le(longest[LANE_BULK], LANE_TURNS_MAX + 1);
}
END_TEST

/* Only turns that it had to wait for count: what comes seldom saves nothing up. */
START_TEST(who_does_not_wait_saves_nothing_up) {
    struct lane_turns turns = {0};
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(next(&turns, (bool[]){true, false, false}), LANE_URGENT);
    ck_assert_int_eq(next(&turns, (bool[]){true, true, false}), LANE_URGENT);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("lane");
    TCase *tcase = tcase_create("lane");
    tcase_add_test(tcase, the_name_of_a_feed_says_its_lane);
    tcase_add_test(tcase, the_longest_name_has_room_for_its_lane);
    tcase_add_test(tcase, urgent_goes_first_then_alerts_then_bulk);
    tcase_add_test(tcase, nobody_waits_for_ever);
    tcase_add_test(tcase, who_does_not_wait_saves_nothing_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
