/* The node in numbers: what stands there, in which form, and what never does. */
#include "daemon/metrics.h"

#include <check.h>
#include <regex.h>
#include <string.h>

#include "base/text.h"
#include "daemon/node.h"
#include "tests/support/world.h"

static struct world *world;
static struct actor *congo, *kenya;
static uint8_t object[OBJECT_ID_SIZE];
static struct node node;
static struct peer peer;
static struct peer *rows[] = {&peer};

static void set_up(void) {
    world = world_new(31);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
    peer = (struct peer){0};
    memcpy(peer.id, kenya->identity.id, MEMBER_ID_SIZE);
}

static void tear_down(void) {
    world_free(world);
}

/* As if the actor were a running node. */
static const char *numbers_of(struct actor *actor) {
    struct buf text;
    node = (struct node){.exchange = actor->exchange, .roster = world->roster, .started_ms = 1399334400000};
    node.peers = (struct peers){.node = &node, .rows = rows, .count = 1};
    node.keys_changed_ms = world->now_ms - 90000;
    node.counts = (struct metrics_counts){.turns = 7, .commits = 3, .commit_ms = 1042};
    buf_init(&text, &world->arena);
    ck_assert_str_eq(result_name(metrics_write(&text, &node)), "ok");
    actor->exchange.turn = node.exchange.turn; /* it has grown */
    exchange_end_turn(&actor->exchange);
    buf_put_u8(&text, 0);
    return (const char *)text.data;
}

static void check_line(const char *numbers, const char *line) {
    const char *with_ends = text_format(&world->arena, "\n%s\n", line);
    ck_assert_msg(strstr(numbers, with_ends) != NULL, "\"%s\" is not in:\n%s", line, numbers);
}

START_TEST(the_node_stands_there_in_numbers) {
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), object)), "ok");
    world->now_ms += 5000;
    congo->exchange.refused[RESULT_BAD_SIGNATURE] = 12;
    const char *numbers = numbers_of(congo);
    check_line(numbers, "inama_alerts 1");
    check_line(numbers, "inama_turns_total 7");
    check_line(numbers, "# TYPE inama_commit_seconds summary");
    check_line(numbers, "inama_commit_seconds_sum 1.042");
    check_line(numbers, "inama_commit_seconds_count 3");
    check_line(numbers, "inama_keys_age_seconds 90");
    check_line(numbers, "inama_start_time_seconds 1399334400");
    check_line(numbers, "inama_can_write 1");
    check_line(numbers, "inama_sessions 0");
    check_line(numbers, "inama_peer_connected{member=\"ke-customs\"} 0");
    check_line(numbers, "inama_peer_behind_entries{member=\"ke-customs\"} 2");
    check_line(numbers, "inama_peer_behind_seconds{member=\"ke-customs\"} 5");
    check_line(numbers, "inama_refused_total{reason=\"bad-signature\"} 12");
    check_line(numbers, "inama_refused_total{reason=\"fork\"} 0");
    check_line(numbers, text_format(&world->arena, "inama_roster_expiry_seconds %d", 365 * 86400 - 5));
    ck_assert_ptr_null(strstr(numbers, "member=\"cd-customs\"")); /* it is no peer of itself */
}
END_TEST

START_TEST(an_expired_roster_is_below_zero) {
    world->now_ms += (uint64_t)400 * 86400000;
    const char *numbers = numbers_of(congo);
    check_line(numbers, text_format(&world->arena, "inama_roster_expiry_seconds -%d", 35 * 86400));
    check_line(numbers, "inama_can_write 0");
}
END_TEST

START_TEST(what_was_announced_and_is_not_here_is_counted) {
    ck_assert_str_eq(result_name(world_publish(kenya, world_alert(world, "GREEN", ""), object)), "ok");
    world_settle(world);
    struct feed *feed = world_feed(congo, kenya->identity.key_id, "customs");
    char id[9];
    text_hex(id, feed->head.feed, 4);
    const char *labels = text_format(&world->arena, "{author=\"ke-customs\",audience=\"customs\",feed=\"%s\"}", id);
    feed->announced = 2;
    const char *numbers = numbers_of(congo);
    check_line(numbers, text_format(&world->arena, "inama_feed_entries%s 2", labels));
    check_line(numbers, text_format(&world->arena, "inama_feed_missing_entries%s 0", labels));
    check_line(numbers, text_format(&world->arena, "inama_feed_frozen%s 0", labels));
    feed->announced = 9;
    numbers = numbers_of(congo);
    check_line(numbers, text_format(&world->arena, "inama_feed_missing_entries%s 7", labels));
    feed->record.waiting = 3;
    feed->record.waits_for = FEED_KEY_LOST;
    numbers = numbers_of(congo);
    ck_assert_ptr_nonnull(strstr(numbers, ",cause=\"grant\"} 3\n")); /* a grant may still come */
    feed->announced = 2;
    numbers = numbers_of(congo);
    ck_assert_ptr_nonnull(strstr(numbers, ",cause=\"key-lost\"} 3\n"));
}
END_TEST

/* Audiences of others are named by others: nothing of it may end a label or a line. */
START_TEST(names_of_others_stay_inside_their_label) {
    struct feed *feed;
    ck_assert_str_eq(result_name(exchange_follow(&congo->exchange, kenya->identity.id, NULL,
                                                 "a\"} 1\ninama_alerts 99\n\\\t\x7f", &feed)),
                     "ok");
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    const char *numbers = numbers_of(congo);
    ck_assert_ptr_nonnull(strstr(numbers, "audience=\"a\\\"} 1?inama_alerts 99?\\\\??\","));
    ck_assert_ptr_null(strstr(numbers, "\ninama_alerts 99"));
}
END_TEST

START_TEST(every_line_has_the_form) {
    static const char form[] =
        "^(# HELP inama_[a-z_]+ [^\n]+|# TYPE inama_[a-z_]+ (gauge|counter|summary)|"
        "inama_[a-z_]+(\\{[a-z]+=\"[^\"\n]*\"(,[a-z]+=\"[^\"\n]*\")*\\})? -?[0-9]+(\\.[0-9]+)?)$";
    regex_t expression;
    size_t count = 0;
    ck_assert_int_eq(regcomp(&expression, form, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_str_eq(result_name(world_publish(kenya, world_alert(world, "GREEN", ""), object)), "ok");
    world_settle(world);
    const char *numbers = numbers_of(congo);
    ck_assert_int_eq(numbers[strlen(numbers) - 1], '\n');
    for (const char *line = numbers; *line; line = strchr(line, '\n') + 1, count++) {
        const char *one = arena_text(&world->arena, line, (size_t)(strchr(line, '\n') - line));
        ck_assert_msg(regexec(&expression, one, 0, NULL, 0) == 0, "%s", one);
    }
    ck_assert_uint_gt(count, 60);
    regfree(&expression);
}
END_TEST

START_TEST(nothing_of_an_alert_stands_there) {
    static const char *const secret[] = {"Manis", "Exemple", "EXEMPLE", "750", "Scales in sacks", "SEIZURE"};
    char id[2 * OBJECT_ID_SIZE + 1];
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), object)), "ok");
    const char *numbers = numbers_of(congo);
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        ck_assert_ptr_null(strstr(numbers, secret[i]));
    text_hex(id, object, 4);
    ck_assert_ptr_null(strstr(numbers, id));
}
END_TEST

START_TEST(who_is_left_out_stands_there_with_the_reason) {
    const char *numbers = numbers_of(congo);
    check_line(numbers, "inama_peer_limit_bytes{member=\"ke-customs\"} 0");
    check_line(numbers, "inama_peer_offences_total{member=\"ke-customs\"} 0");
    ck_assert_ptr_null(strstr(numbers, "inama_peer_left_out_seconds{"));
    for (int i = 0; i < QUARANTINE_STRIKES; i++)
        quarantine_strike(&peer.quarantine, RESULT_BAD_SIGNATURE, world->now_ms);
    peer.limit = 65536;
    world->now_ms += 5000;
    numbers = numbers_of(congo);
    check_line(numbers, "inama_peer_limit_bytes{member=\"ke-customs\"} 65536");
    check_line(numbers, "inama_peer_offences_total{member=\"ke-customs\"} 3");
    check_line(numbers, "inama_peer_left_out_seconds{member=\"ke-customs\",reason=\"bad-signature\"} 55");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("metrics");
    TCase *all = tcase_create("metrics");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, who_is_left_out_stands_there_with_the_reason);
    tcase_add_test(all, the_node_stands_there_in_numbers);
    tcase_add_test(all, an_expired_roster_is_below_zero);
    tcase_add_test(all, what_was_announced_and_is_not_here_is_counted);
    tcase_add_test(all, names_of_others_stay_inside_their_label);
    tcase_add_test(all, every_line_has_the_form);
    tcase_add_test(all, nothing_of_an_alert_stands_there);
    suite_add_tcase(suite, all);
    return suite;
}
