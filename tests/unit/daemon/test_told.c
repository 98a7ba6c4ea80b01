/* Who has an alert: what an acknowledgement says, what it does not, and why somebody has not got it yet. */
#include "daemon/told.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "daemon/history.h"
#include "daemon/lag.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;
static const uint64_t day_ms = 86400000;

static const char forwards[] = "audiences:\n"
                               "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                               "  police: {members: {role: POLICE}, publish: no, show: [all], hide: [narrative]}\n"
                               "forward:\n"
                               "  - {from: {name: ke-customs}, to: [police]}\n"
                               "  - {from: {role: CUSTOMS, country: CD}, to: [police]}\n"
                               "accept:\n"
                               "  - {from: {role: CUSTOMS}, show: [all]}\n"
                               "local: {operators: {show: [all]}}\n";
static const char passes_on[] = "audiences:\n"
                                "  customs: {members: {role: CUSTOMS}, publish: no, show: [all], hide: [narrative]}\n"
                                "forward:\n"
                                "  - {from: {name: cd-customs}, to: [customs]}\n"
                                "accept:\n"
                                "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                "local: {operators: {show: [all]}}\n";
static const char only_by_kenya[] = "audiences:\n"
                                    "  police: {members: {role: POLICE}, publish: no, show: [all]}\n"
                                    "forward:\n"
                                    "  - {from: {name: ke-customs}, to: [police]}\n"
                                    "accept:\n"
                                    "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                    "local: {operators: {show: [all]}}\n";

static struct world *world;
static struct actor *congo, *kenya, *police;
static uint8_t object[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(22);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", forwards);
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, "GREEN", ""), made)), "ok");
}

static struct feed *own_feed(struct actor *author, const char *audience) {
    return world_feed(author, author->identity.key_id, audience);
}

static void acknowledge(struct actor *author, const char *audience, const struct actor *reader, uint64_t number) {
    struct exchange *exchange = &author->exchange;
    world->now_ms += minute_ms;
    ck_assert_str_eq(
        result_name(exchange_acknowledge(exchange, own_feed(author, audience), reader->identity.id, number)), "ok");
    ck_assert_str_eq(result_name(exchange_keep_positions(exchange)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(exchange, NULL, NULL)), "ok");
    exchange_end_turn(exchange);
}

static struct told_feed *find(struct actor *actor, const uint8_t id[static OBJECT_ID_SIZE], size_t expected) {
    const struct index_row *row = index_find(actor->exchange.index, id);
    struct told_feed *told;
    size_t count;
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(result_name(told_find(&actor->exchange, &world->arena, row->sequence, &told, &count)), "ok");
    ck_assert_uint_eq(count, expected);
    return told;
}

static const struct told_feed *find_in(struct actor *actor, const uint8_t id[static OBJECT_ID_SIZE], size_t expected,
                                       const char *audience) {
    const struct told_feed *told = find(actor, id, expected);
    for (size_t i = 0; i < expected; i++)
        if (strcmp(told[i].feed->record.audience, audience) == 0)
            return &told[i];
    ck_abort_msg("it was not told to %s", audience);
}

static const struct told_reader *reader_of(const struct told_feed *told, const struct actor *reader) {
    for (size_t i = 0; i < told->count; i++)
        if (memcmp(told->readers[i].id, reader->identity.id, MEMBER_ID_SIZE) == 0)
            return &told->readers[i];
    return NULL;
}

static const struct told_reader *reader_in(struct actor *actor, const uint8_t id[static OBJECT_ID_SIZE],
                                           const char *audience, const struct actor *reader) {
    const struct told_reader *row = reader_of(find_in(actor, id, 2, audience), reader);
    ck_assert_ptr_nonnull(row);
    return row;
}

/* ---- what was told ---- */

START_TEST(each_audience_is_remembered_with_its_entry) {
    uint8_t later[OBJECT_ID_SIZE];
    publish(congo, object);
    uint64_t made = world->now_ms;
    publish(congo, later);
    for (int round = 0; round < 2; round++) {
        const struct told_feed *customs = find_in(congo, object, 2, "customs");
        ck_assert_uint_eq(customs->number, 2); /* behind the grant */
        ck_assert_uint_eq(customs->created, made);
        ck_assert_uint_eq(customs->count, 1);
        ck_assert_ptr_nonnull(reader_of(customs, kenya));
        ck_assert_uint_eq(find_in(congo, later, 2, "customs")->number, 3);
        const struct told_feed *desk = find_in(congo, object, 2, "police");
        ck_assert_uint_eq(desk->count, 1);
        ck_assert_ptr_nonnull(reader_of(desk, police));
        world_restart(congo);
    }
}
END_TEST

START_TEST(what_nobody_was_told_has_no_readers) {
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "RED", ""), object)), "ok");
    find(congo, object, 0);
    ck_assert_str_eq(result_name(world_publish(kenya, world_alert(world, "GREEN", ""), object)), "ok");
    find_in(kenya, object, 1, "customs"); /* it publishes nothing to its police */
}
END_TEST

START_TEST(what_is_passed_on_is_remembered_where_it_was_passed_on) {
    publish(congo, object);
    world_settle(world);
    const struct told_feed *told = find_in(kenya, object, 1, "police");
    ck_assert_uint_eq(told->number, own_feed(kenya, "police")->head.number);
    ck_assert_uint_eq(told->count, 1);
    ck_assert_int_eq(reader_of(told, police)->state, TOLD_PENDING);
    acknowledge(kenya, "police", police, told->number);
    ck_assert_int_eq(reader_of(find_in(kenya, object, 1, "police"), police)->state, TOLD_DELIVERED);
    find(police, object, 0); /* it has passed it on to nobody */
}
END_TEST

START_TEST(an_aborted_publication_was_not_told) {
    publish(congo, object);
    struct publication publication = {.json = span_of_text(world_alert(world, "GREEN", ""))};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&congo->exchange, &publication, 1)), "ok");
    exchange_abort(&congo->exchange);
    exchange_publication_release(&publication);
    struct store_told *told;
    size_t count;
    ck_assert_str_eq(result_name(store_get_told(congo->exchange.store, &world->arena, 2, &told, &count)), "ok");
    ck_assert_uint_eq(count, 0);
    find(congo, object, 2);
}
END_TEST

/* Uganda's police was told what Kenya had shown of it. Then Uganda gets all of it from Congo, and tells nobody. */
START_TEST(a_wider_view_inherits_where_it_was_told) {
    tear_down();
    world = world_new(23);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", passes_on);
    struct actor *uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", only_by_kenya);
    police = world_add(world, "ug-police", "UG", "POLICE", "");
    world_start(world);
    publish(congo, object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    ck_assert_str_eq(world_value(uganda, object, "narrative.releasable"), "");
    uint64_t number = find_in(uganda, object, 1, "police")->number;
    world_carry(congo, uganda);
    ck_assert_str_ne(world_value(uganda, object, "narrative.releasable"), "");
    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(find_in(uganda, object, 1, "police")->number, number);
        world_restart(uganda);
    }
}
END_TEST

/* A disk was put back: what was told since then is known again once the entries are fetched back. */
START_TEST(what_is_fetched_back_says_that_it_was_told) {
    uint8_t lost[OBJECT_ID_SIZE];
    publish(congo, object);
    world_save(congo);
    publish(congo, lost);
    world_settle(world);
    world_put_back(congo);
    ck_assert(!world_has(congo, lost));
    const struct feed *held = world_feed(kenya, congo->identity.key_id, "customs");
    size_t count, taken;
    struct span *entries = world_entries_of(kenya, held, own_feed(congo, "customs")->head.number, &count);
    ck_assert_str_eq(result_name(world_hand(congo, congo, "customs", entries, count, &taken)), "ok");
    ck_assert_uint_eq(taken, 1);
    ck_assert(world_has(congo, lost));
    ck_assert_uint_eq(find_in(congo, lost, 1, "customs")->number, held->head.number);
}
END_TEST

/* ---- who has it ---- */

START_TEST(delivered_is_what_was_acknowledged) {
    uint8_t later[OBJECT_ID_SIZE];
    publish(congo, object); /* entry 2 */
    publish(congo, later);  /* entry 3 */
    const struct told_reader *row = reader_in(congo, object, "customs", kenya);
    ck_assert_int_eq(row->state, TOLD_PENDING);
    ck_assert_uint_eq(row->behind, 2);
    ck_assert(!row->is_heard);
    ck_assert_uint_eq(reader_in(congo, later, "customs", kenya)->behind, 3);
    acknowledge(congo, "customs", kenya, 1); /* the grant alone */
    row = reader_in(congo, object, "customs", kenya);
    ck_assert_int_eq(row->state, TOLD_PENDING);
    ck_assert_uint_eq(row->behind, 1);
    ck_assert(row->is_heard);
    acknowledge(congo, "customs", kenya, 2);
    row = reader_in(congo, object, "customs", kenya);
    ck_assert_int_eq(row->state, TOLD_DELIVERED);
    ck_assert_uint_eq(row->behind, 0);
    ck_assert_uint_eq(row->since, world->now_ms);
    ck_assert_int_eq(reader_in(congo, later, "customs", kenya)->state, TOLD_PENDING);
    ck_assert_int_eq(reader_in(congo, object, "police", police)->state, TOLD_PENDING);
}
END_TEST

/* Only where this process has seen it happen. */
START_TEST(since_when_is_told_where_it_is_known) {
    uint8_t later[OBJECT_ID_SIZE];
    publish(congo, object);
    publish(congo, later);
    acknowledge(congo, "customs", kenya, 2);
    uint64_t then = world->now_ms;
    acknowledge(congo, "customs", kenya, 2); /* says nothing new */
    ck_assert_uint_eq(reader_in(congo, object, "customs", kenya)->since, then);
    acknowledge(congo, "customs", kenya, 3);
    ck_assert_uint_eq(reader_in(congo, object, "customs", kenya)->since, 0);
    ck_assert_uint_eq(reader_in(congo, later, "customs", kenya)->since, world->now_ms);
    world_restart(congo);
    ck_assert_int_eq(reader_in(congo, later, "customs", kenya)->state, TOLD_DELIVERED);
    ck_assert_uint_eq(reader_in(congo, later, "customs", kenya)->since, 0);
}
END_TEST

/* It acknowledges more than the entry, and has never had it. */
START_TEST(who_joined_later_has_not_got_it) {
    uint8_t later[OBJECT_ID_SIZE];
    publish(congo, object);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, later); /* the epoch is another one */
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    ck_assert_int_eq(reader_in(congo, object, "customs", late)->state, TOLD_LATER);
    ck_assert_int_eq(reader_in(congo, later, "customs", late)->state, TOLD_PENDING);
    acknowledge(congo, "customs", late, own_feed(congo, "customs")->head.number);
    ck_assert_int_eq(reader_in(congo, object, "customs", late)->state, TOLD_LATER);
    ck_assert_int_eq(reader_in(congo, later, "customs", late)->state, TOLD_DELIVERED);
}
END_TEST

START_TEST(who_was_told_alone_stands_in_a_feed_of_its_own) {
    publish(congo, object);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    uint8_t later[OBJECT_ID_SIZE];
    publish(congo, later);
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    struct history history = {.audience = policy_find_audience(congo->policy, "customs"),
                              .member = roster_find(congo->exchange.roster, late->identity.id)};
    ck_assert_str_eq(result_name(history_disclose(&congo->exchange, &history)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    const struct told_feed *alone = find_in(congo, object, 3, "@tz-customs");
    ck_assert_uint_eq(alone->count, 1);
    ck_assert_int_eq(reader_of(alone, late)->state, TOLD_PENDING);
    exchange_end_turn(&congo->exchange);
}
END_TEST

START_TEST(who_was_not_granted_the_key_is_said_so) {
    publish(congo, object);
    ck_assert_str_eq(result_name(exchange_begin(&congo->exchange)), "ok");
    feeds_freeze(own_feed(congo, "customs")); /* nothing may be appended to it, and so no grant */
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    const struct told_reader *row = reader_in(congo, object, "customs", late);
    ck_assert_int_eq(row->state, TOLD_NO_GRANT);
    ck_assert_int_eq(reader_in(congo, object, "customs", kenya)->state, TOLD_PENDING);
}
END_TEST

START_TEST(who_is_no_member_any_more_is_said_so) {
    publish(congo, object);
    acknowledge(congo, "customs", kenya, 1);
    world_remove(world, kenya);
    const struct told_reader *row = reader_in(congo, object, "customs", kenya);
    ck_assert_int_eq(row->state, TOLD_FORMER);
    ck_assert_uint_eq(row->behind, 1);
    ck_assert_str_eq(row->member->name, "ke-customs");
}
END_TEST

/* The key of the feed is granted anew without it, and what it had acknowledged stays known. */
START_TEST(who_is_not_in_the_audience_any_more_is_said_so) {
    static const char narrower[] = "audiences:\n"
                                   "  customs: {members: {country: TZ}, publish: yes, show: [all]}\n"
                                   "local: {operators: {show: [all]}}\n";
    struct report report;
    publish(congo, object);
    acknowledge(congo, "customs", kenya, 2);
    report_init(&report, &congo->arena);
    ck_assert_int_eq(policy_read(&congo->policy, &congo->arena, "policy.yaml", span_of_text(narrower), &report),
                     RESULT_OK);
    world_hear(congo);
    const struct told_reader *row = reader_in(congo, object, "customs", kenya);
    ck_assert_int_eq(row->state, TOLD_LEFT);
    ck_assert_uint_eq(row->behind, 0);
    ck_assert_ptr_null(reader_of(find_in(congo, object, 2, "customs"), police));
}
END_TEST

/* ---- why not ---- */

START_TEST(a_pending_one_is_explained_by_its_peer) {
    static char address[] = "tcp://192.0.2.1:4450", somewhere;
    struct told_reader unheard = {.state = TOLD_PENDING}, heard = {.state = TOLD_PENDING, .is_heard = true};
    struct peer called = {.address = address}, not_called = {0}, gone = {.since_ms = 77, .address = address};
    struct peer connected = {.connection = (struct connection *)(void *)&somewhere, .since_ms = 5};
    uint64_t since = 1;
    ck_assert_str_eq(told_word(&unheard, &connected, 9, &since), "fetching");
    ck_assert_uint_eq(since, 0);
    ck_assert_str_eq(told_word(&unheard, &gone, 9, &since), "away");
    ck_assert_uint_eq(since, 77);
    ck_assert_str_eq(told_word(&heard, &called, 9, &since), "unseen");
    ck_assert_uint_eq(since, 9); /* since we started: before that it was here */
    ck_assert_str_eq(told_word(&unheard, &called, 9, &since), "never-connected");
    ck_assert_uint_eq(since, 0);
    ck_assert_str_eq(told_word(&unheard, &not_called, 9, &since), "never-called");
    ck_assert_str_eq(told_word(&unheard, NULL, 9, &since), "never-called");
}
END_TEST

/* Being connected says nothing about what has arrived. */
START_TEST(other_states_do_not_ask_the_peer) {
    static char somewhere;
    static const struct {
        enum told_state state;
        const char *word;
    } rows[] = {{TOLD_DELIVERED, "delivered"},
                {TOLD_NO_GRANT, "no-grant"},
                {TOLD_LATER, "joined-later"},
                {TOLD_LEFT, "left"},
                {TOLD_FORMER, "former"}};
    struct peer connected = {.connection = (struct connection *)(void *)&somewhere};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told_reader reader = {.state = rows[i].state, .since = 42};
        uint64_t since = 0;
        ck_assert_str_eq(told_word(&reader, &connected, 9, &since), rows[i].word);
        ck_assert_uint_eq(since, 42);
    }
}
END_TEST

/* ---- what is still to be got ---- */

static struct lag lag_of(struct actor *author, const struct actor *reader) {
    struct lag *lags;
    const struct roster *roster = author->exchange.roster;
    ck_assert_str_eq(result_name(lag_of_all(&author->exchange, &world->arena, &lags)), "ok");
    return lags[roster_find(roster, reader->identity.id) - roster->members];
}

START_TEST(lag_is_what_was_not_acknowledged) {
    struct lag lag = lag_of(congo, kenya);
    ck_assert(lag.entries == 0 && lag.bytes == 0 && lag.oldest == 0);
    publish(congo, object);
    uint64_t first = world->now_ms;
    publish(congo, object);
    lag = lag_of(congo, kenya);
    ck_assert_uint_eq(lag.entries, 3); /* the grant and two alerts */
    ck_assert_uint_eq(lag.oldest, first);
    size_t count;
    uint64_t bytes = 0;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    for (size_t i = 0; i < count; i++)
        bytes += entries[i].len;
    ck_assert(lag.bytes <= bytes && lag.bytes + count > bytes); /* so few are counted exactly, but for rounding */
    acknowledge(congo, "customs", kenya, 2);
    lag = lag_of(congo, kenya);
    ck_assert_uint_eq(lag.entries, 1);
    ck_assert_uint_gt(lag.oldest, first);
    ck_assert_uint_eq(lag_of(congo, police).entries, 3);
    acknowledge(congo, "customs", kenya, 3);
    lag = lag_of(congo, kenya);
    ck_assert(lag.entries == 0 && lag.bytes == 0 && lag.oldest == 0);
}
END_TEST

START_TEST(lag_is_summed_over_feeds) {
    static const char both[] = "audiences:\n"
                               "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                               "  kenya: {members: {country: KE}, publish: yes, show: [all]}\n"
                               "local: {operators: {show: [all]}}\n";
    tear_down();
    world = world_new(24);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", both);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    world_start(world);
    publish(congo, object);
    ck_assert_uint_eq(lag_of(congo, kenya).entries, 4);
    ck_assert_uint_eq(lag_of(congo, police).entries, 2);
    ck_assert_uint_eq(lag_of(congo, congo).entries, 0);
    world_settle(world); /* what others write is no lag of ours */
    ck_assert_uint_eq(lag_of(kenya, congo).entries, 0);
}
END_TEST

START_TEST(who_joins_in_the_middle_has_less_to_get) {
    publish(congo, object);
    publish(congo, object);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, object); /* entries 4 and 5 */
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    ck_assert_uint_eq(own_feed(congo, "customs")->head.number, 6); /* its grant */
    ck_assert_uint_eq(lag_of(congo, late).entries, 3);
    ck_assert_uint_eq(lag_of(congo, kenya).entries, 6);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("told");
    TCase *told = tcase_create("what was told");
    tcase_add_checked_fixture(told, set_up, tear_down);
    tcase_add_test(told, each_audience_is_remembered_with_its_entry);
    tcase_add_test(told, what_nobody_was_told_has_no_readers);
    tcase_add_test(told, what_is_passed_on_is_remembered_where_it_was_passed_on);
    tcase_add_test(told, an_aborted_publication_was_not_told);
    tcase_add_test(told, a_wider_view_inherits_where_it_was_told);
    tcase_add_test(told, what_is_fetched_back_says_that_it_was_told);
    suite_add_tcase(suite, told);
    TCase *who = tcase_create("who has it");
    tcase_add_checked_fixture(who, set_up, tear_down);
    tcase_add_test(who, delivered_is_what_was_acknowledged);
    tcase_add_test(who, since_when_is_told_where_it_is_known);
    tcase_add_test(who, who_joined_later_has_not_got_it);
    tcase_add_test(who, who_was_told_alone_stands_in_a_feed_of_its_own);
    tcase_add_test(who, who_was_not_granted_the_key_is_said_so);
    tcase_add_test(who, who_is_no_member_any_more_is_said_so);
    tcase_add_test(who, who_is_not_in_the_audience_any_more_is_said_so);
    suite_add_tcase(suite, who);
    TCase *why = tcase_create("why not");
    tcase_add_test(why, a_pending_one_is_explained_by_its_peer);
    tcase_add_test(why, other_states_do_not_ask_the_peer);
    suite_add_tcase(suite, why);
    TCase *lag = tcase_create("lag");
    tcase_add_checked_fixture(lag, set_up, tear_down);
    tcase_add_test(lag, lag_is_what_was_not_acknowledged);
    tcase_add_test(lag, lag_is_summed_over_feeds);
    tcase_add_test(lag, who_joins_in_the_middle_has_less_to_get);
    suite_add_tcase(suite, lag);
    return suite;
}
