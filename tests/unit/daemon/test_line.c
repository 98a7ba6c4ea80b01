/* What goes over a line next, how much of it, and what waits. Time is the test's, and so is the line. */
#include "daemon/line.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"

enum { SECOND = 1000, KIB = 1024 };

static struct cap own, all;
static struct line line;
static uint64_t now;

static void set_up(void) {
    now = 1000000;
    cap_init(&own, 0, now);
    cap_init(&all, 0, now);
    line_init(&line, &own, &all);
}

static void tear_down(void) {
    line_release(&line);
}

/* ---- asking ---- */

/* Asks for much, and the answer comes over a line of so many bytes a second and so long a way. */
static uint64_t ask_over(uint64_t bytes_s, uint64_t way_ms) {
    struct asked asked = {0};
    ck_assert(line_may_ask(&line, LANE_ORDINARY, now));
    line_ask(&line, &asked, LANE_ORDINARY, UINT64_MAX, 1, now);
    uint64_t bytes = asked.bytes;
    now += way_ms + bytes * SECOND / bytes_s;
    line_brought(&line, &asked, bytes, (size_t)(bytes / 2048) + 1, now);
    return bytes;
}

/* What is asked for at a time settles near what the line brings in a second, whatever the line. */
START_TEST(no_more_is_under_way_than_the_line_brings_in_about_a_second) {
    static const uint64_t lines[][2] = {{4 * KIB, 20}, {64 * KIB, 40}, {64 * KIB, 1200}, {16 * KIB, 600}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t most = 0, least = UINT64_MAX;
        line_init(&line, &own, &all);
        for (int round = 0; round < 40; round++) {
            uint64_t bytes = ask_over(lines[i][0], lines[i][1]);
            if (round >= 10 && bytes > most)
                most = bytes;
            if (round >= 10 && bytes < least)
                least = bytes;
        }
        ck_assert_uint_le(most, 3 * lines[i][0]);
        ck_assert_uint_ge(least, lines[i][0] / 8);
    }
}
END_TEST

START_TEST(a_fast_line_is_filled) {
    for (int round = 0; round < 10; round++)
        ask_over(100 * KIB * KIB, 1);
    ck_assert_uint_eq(ask_over(100 * KIB * KIB, 1), 512 * KIB);
}
END_TEST

/* A line that has become thin: the first answer that is late is also the last of its size. */
START_TEST(one_slow_answer_is_enough) {
    for (int round = 0; round < 10; round++)
        ask_over(100 * KIB * KIB, 1);
    ask_over(8 * KIB, 1);
    ck_assert_uint_le(ask_over(8 * KIB, 1), 8 * KIB);
}
END_TEST

/* A way that has become long is no thin line. */
START_TEST(a_longer_way_does_not_keep_the_window_small) {
    for (int round = 0; round < 5; round++)
        ask_over(KIB * KIB, 10);
    for (int round = 0; round < 20; round++)
        ask_over(KIB * KIB, 3000);
    ck_assert_uint_ge(ask_over(KIB * KIB, 3000), 256 * KIB);
}
END_TEST

START_TEST(what_is_urgent_is_asked_for_beside_the_rest_and_bulk_one_at_a_time) {
    struct asked ordinary = {0}, urgent = {0}, bulk = {0};
    line_ask(&line, &ordinary, LANE_ORDINARY, UINT64_MAX, 1, now);
    ck_assert(!line_may_ask(&line, LANE_ORDINARY, now));
    ck_assert(!line_may_ask(&line, LANE_BULK, now));
    ck_assert(line_may_ask(&line, LANE_URGENT, now));
    line_ask(&line, &urgent, LANE_URGENT, 100, 1, now);
    ck_assert_uint_eq(urgent.bytes, 100);
    ck_assert_uint_eq(urgent.ahead, ordinary.bytes + 100);
    line_brought(&line, &ordinary, 0, 0, now); /* refused */
    ck_assert(line_may_ask(&line, LANE_BULK, now));
    line_ask(&line, &bulk, LANE_BULK, 10, 1, now);
    ck_assert(!line_may_ask(&line, LANE_BULK, now));
    ck_assert(line_may_ask(&line, LANE_ORDINARY, now));
    line_brought(&line, &bulk, 10, 0, now);
    ck_assert(line_may_ask(&line, LANE_BULK, now));
}
END_TEST

/* The line is judged by all of it, and what is to come holds its place. */
START_TEST(an_answer_in_parts_is_one_answer) {
    struct asked asked = {0};
    line_ask(&line, &asked, LANE_ORDINARY, UINT64_MAX, 1, now);
    ck_assert_uint_eq(asked.bytes, 4 * KIB);
    ck_assert(!line_may_ask(&line, LANE_ORDINARY, now));
    line_brings(&line, &asked, 2 * KIB, 1, now + 5);
    ck_assert(line_may_ask(&line, LANE_ORDINARY, now + 5)); /* as much again as has come */
    ck_assert(!line_is_nearly_through(&line, &asked));
    line_brings(&line, &asked, KIB, 1, now + 5);
    ck_assert(line_is_nearly_through(&line, &asked));
    line_brought(&line, &asked, 2 * KIB, 1, now + 10); /* more than was asked for */
    ck_assert_uint_eq(line.under_way[LANE_ORDINARY], 0);
    ck_assert_uint_eq(asked.bytes, 0);
    line_ask(&line, &asked, LANE_ORDINARY, UINT64_MAX, 1, now + 10);
    ck_assert_uint_eq(asked.bytes, 8 * KIB); /* it was fast */
    line_brings(&line, &asked, 4 * KIB, 2, now + 20);
    line_brought(&line, &asked, 4 * KIB, 2, now + 20000);
    line_ask(&line, &asked, LANE_ORDINARY, UINT64_MAX, 1, now + 20000);
    ck_assert_uint_eq(asked.bytes, 4 * KIB); /* it was not, in the end */
}
END_TEST

/* What breaks off costs an eighth of a window; a fast line is not cut up. */
START_TEST(messages_are_small_while_the_line_is_slow) {
    ck_assert_uint_eq(line_block(&line), 512);
    for (int round = 0; round < 4; round++)
        ask_over(KIB * KIB, 1);
    ck_assert_uint_eq(line_block(&line), 8 * KIB);
    ask_over(100 * KIB * KIB, 1);
    ck_assert_uint_eq(line_block(&line), 0);
}
END_TEST

START_TEST(many_small_ones_are_under_way_at_once) {
    struct asked asked[64] = {{0}};
    size_t count = 0;
    for (; count < 64 && line_may_ask(&line, LANE_ORDINARY, now); count++)
        line_ask(&line, &asked[count], LANE_ORDINARY, 500, 1, now);
    ck_assert_uint_eq(count, 9); /* of a window of 4 KiB */
    for (size_t i = 0; i < count; i++)
        line_brought(&line, &asked[i], 500, 1, now + 10);
    for (count = 0; count < 64 && line_may_ask(&line, LANE_ORDINARY, now); count++)
        line_ask(&line, &asked[count], LANE_ORDINARY, 500, 1, now);
    ck_assert_uint_gt(count, 9);
}
END_TEST

START_TEST(the_size_of_entries_is_learnt) {
    struct asked asked = {0};
    for (int i = 0; i < 20; i++) {
        line_ask(&line, &asked, LANE_ORDINARY, 1, 1, now);
        line_brought(&line, &asked, 30000, 3, now);
    }
    ck_assert_uint_ge(line_guess(&line, 1), 10000);
    ck_assert_uint_le(line_guess(&line, 1), 16000);
    ck_assert_uint_gt(line_guess(&line, UINT64_MAX), 512 * KIB);
}
END_TEST

/* ---- giving ---- */

static enum result wait_in(enum lane lane, uint8_t id) {
    struct turn turn = {.lane = lane, .id = {id}, .bytes = 100 * KIB};
    return line_wait(&line, &turn);
}

static int next(size_t queued) {
    enum lane lane;
    return line_is_ready(&line, queued, now, &lane) ? line_next(&line, lane).id[0] : -1;
}

START_TEST(what_is_urgent_has_its_turn_first_and_each_lane_its_order) {
    ck_assert_int_eq(wait_in(LANE_BULK, 1), RESULT_OK);
    ck_assert_int_eq(wait_in(LANE_ORDINARY, 2), RESULT_OK);
    ck_assert_int_eq(wait_in(LANE_ORDINARY, 3), RESULT_OK);
    ck_assert_int_eq(wait_in(LANE_URGENT, 4), RESULT_OK);
    ck_assert_int_eq(wait_in(LANE_URGENT, 5), RESULT_OK);
    static const int order[] = {4, 5, 2, 3, 1, -1};
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(next(0), order[i]);
}
END_TEST

START_TEST(who_does_not_read_gets_nothing_more) {
    ck_assert_int_eq(wait_in(LANE_URGENT, 1), RESULT_OK);
    ck_assert_int_eq(next(LINE_AHEAD_BYTES), -1);
    ck_assert_int_eq(next(LINE_AHEAD_BYTES - 1), 1);
}
END_TEST

START_TEST(the_same_is_not_waited_for_twice) {
    ck_assert_int_eq(wait_in(LANE_ORDINARY, 1), RESULT_OK);
    ck_assert_int_eq(wait_in(LANE_ORDINARY, 1), RESULT_EXISTS);
    ck_assert_int_eq(wait_in(LANE_BULK, 1), RESULT_OK); /* of another kind */
    ck_assert_int_eq(next(0), 1);
    ck_assert_int_eq(wait_in(LANE_ORDINARY, 1), RESULT_OK);
}
END_TEST

START_TEST(so_many_wait_and_no_more) {
    struct turn turn = {.lane = LANE_ORDINARY};
    for (uint32_t i = 0; i < TURNS_MAX; i++) {
        memcpy(turn.id, &i, sizeof i);
        ck_assert_int_eq(line_wait(&line, &turn), RESULT_OK);
    }
    memset(turn.id, 0xff, sizeof turn.id);
    ck_assert_int_eq(line_wait(&line, &turn), RESULT_TOO_LARGE);
}
END_TEST

/* ---- the caps ---- */

/* Bytes that were given in so many seconds, and the longest that one had to wait for its turn. */
static uint64_t give_for(uint64_t seconds) {
    uint64_t end = now + seconds * SECOND, given = 0;
    while (now < end) {
        enum lane lane;
        if (line.count == 0)
            ck_assert_int_eq(wait_in(LANE_ORDINARY, 1), RESULT_OK);
        if (line_is_ready(&line, 0, now, &lane)) {
            struct turn turn = line_next(&line, lane);
            line_gave(&line, turn.bytes, now);
            given += turn.bytes;
        } else {
            now += line_gives_in(&line, now);
        }
    }
    return given;
}

START_TEST(no_more_is_given_in_a_second_than_the_cap_says) {
    cap_init(&own, 16 * KIB, now);
    uint64_t given = give_for(100);
    ck_assert_uint_ge(given, 99 * 16 * KIB);
    ck_assert_uint_le(given, 102 * 16 * KIB);
    cap_init(&own, 0, now);
    cap_init(&all, 8 * KIB, now); /* all together have one, too */
    given = give_for(100);
    ck_assert_uint_ge(given, 99 * 8 * KIB);
    ck_assert_uint_le(given, 102 * 8 * KIB);
}
END_TEST

START_TEST(no_more_is_asked_for_in_a_second_than_the_cap_says) {
    cap_init(&own, 16 * KIB, now);
    uint64_t end = now + 100 * SECOND, brought = 0;
    while (now < end) {
        if (line_may_ask(&line, LANE_ORDINARY, now))
            brought += ask_over(100 * KIB * KIB, 1);
        else
            now += line_asks_in(&line, now);
    }
    ck_assert_uint_ge(brought, 98 * 16 * KIB);
    ck_assert_uint_le(brought, 102 * 16 * KIB);
}
END_TEST

/* A cap cuts what is given into seconds: what is urgent waits for one of them, not for a whole block. */
START_TEST(under_a_cap_what_is_urgent_waits_two_seconds_at_most) {
    cap_init(&own, 8 * KIB, now);
    for (int round = 0; round < 20; round++) {
        give_for(3);
        uint64_t since = now;
        enum lane lane = LANE_COUNT;
        ck_assert_int_eq(wait_in(LANE_URGENT, 9), RESULT_OK);
        if (line.count == 1)
            ck_assert_int_eq(wait_in(LANE_ORDINARY, 1), RESULT_OK);
        while (!line_is_ready(&line, 0, now, &lane))
            now += line_gives_in(&line, now);
        ck_assert_int_eq(lane, LANE_URGENT);
        line_gave(&line, line_next(&line, lane).bytes, now);
        ck_assert_uint_le(now - since, 2 * SECOND);
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("line");
    TCase *asking = tcase_create("asking"), *giving = tcase_create("giving"), *caps = tcase_create("caps");
    TCase *const tcases[] = {asking, giving, caps};
    for (size_t i = 0; i < 3; i++) {
        tcase_add_checked_fixture(tcases[i], set_up, tear_down);
        suite_add_tcase(suite, tcases[i]);
    }
    tcase_add_test(asking, no_more_is_under_way_than_the_line_brings_in_about_a_second);
    tcase_add_test(asking, a_fast_line_is_filled);
    tcase_add_test(asking, one_slow_answer_is_enough);
    tcase_add_test(asking, a_longer_way_does_not_keep_the_window_small);
    tcase_add_test(asking, what_is_urgent_is_asked_for_beside_the_rest_and_bulk_one_at_a_time);
    tcase_add_test(asking, many_small_ones_are_under_way_at_once);
    tcase_add_test(asking, an_answer_in_parts_is_one_answer);
    tcase_add_test(asking, messages_are_small_while_the_line_is_slow);
    tcase_add_test(asking, the_size_of_entries_is_learnt);
    tcase_add_test(giving, what_is_urgent_has_its_turn_first_and_each_lane_its_order);
    tcase_add_test(giving, who_does_not_read_gets_nothing_more);
    tcase_add_test(giving, the_same_is_not_waited_for_twice);
    tcase_add_test(giving, so_many_wait_and_no_more);
    tcase_add_test(caps, no_more_is_given_in_a_second_than_the_cap_says);
    tcase_add_test(caps, no_more_is_asked_for_in_a_second_than_the_cap_says);
    tcase_add_test(caps, under_a_cap_what_is_urgent_waits_two_seconds_at_most);
    return suite;
}
