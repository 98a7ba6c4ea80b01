/* Members that misbehave, each in one way, at a real node: what it costs is bounded and counted, whoever goes on is
 * left out for a while and may come back, and nobody else notices. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/feed.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000, OTHERS_MS = 3000, ROUNDS = 15, MUCH_KB = 48 * 1024 };

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

/* Congo publishes, Kenya reads; Uganda is the test. */
static struct homes *homes;
static struct home *congo, *kenya, *uganda;
static struct arena arena;
static unsigned published;

static void set_up(void) {
    homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", policy);
    uganda = homes_add(homes, "ug-customs", "UG", "CUSTOMS", policy);
    homes_write(homes);
    home_start(congo);
    home_start(kenya);
    published = 0;
}

static void tear_down(void) {
    home_stop(kenya, SIGTERM);
    home_stop(congo, SIGTERM);
    arena_release(&arena);
    homes_free(homes);
}

/* ---- the others ---- */

static const char *alert_of(size_t filler) {
    char *text = arena_alloc(&arena, filler + 1);
    memset(text, 'x', filler);
    text[filler] = 0;
    return text_format(
        &arena,
        "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
        "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\",\"record\":\"rec-%u\"},"
        "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\",\"unit\":\"KIL\"}],"
        "\"narrative\":{\"releasable\":\"%s.\"}}",
        ++published, text);
}

static void publish_of(size_t filler) {
    struct control *control = home_connect(congo);
    ck_assert_ptr_nonnull(control);
    Published *said = home_publish(control, &arena, alert_of(filler));
    ck_assert_ptr_nonnull(said);
    ck_assert_str_eq(said->result, "ok");
    control_close(control);
}

static uint64_t wait_for_kenya(void) {
    uint64_t start = now_ms();
    while (home_alerts(kenya) < published && now_ms() < start + PATIENCE_MS)
        sleep_ms(1);
    ck_assert_uint_eq(home_alerts(kenya), published);
    return now_ms() - start;
}

/* An alert goes from Congo to Kenya; how long it took. */
static uint64_t pass_one(void) {
    publish_of(100);
    return wait_for_kenya();
}

static void check_others_are_well(void) {
    uint64_t took = pass_one();
    ck_assert_msg(took <= OTHERS_MS, "an alert of others took %llu ms", (unsigned long long)took);
}

static int compare(const void *a, const void *b) {
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static uint64_t median_of_some(void) {
    uint64_t took[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++)
        took[i] = pass_one();
    qsort(took, ROUNDS, sizeof *took, compare);
    return took[ROUNDS / 2];
}

/* ---- what the node says of Uganda ---- */

static const PeerStatus *status_at(const struct home *home) {
    const Status *status = home_status(home, &arena);
    ck_assert_ptr_nonnull(status);
    for (size_t i = 0; i < status->n_peers; i++)
        if (strcmp(status->peers[i]->name, "ug-customs") == 0)
            return status->peers[i];
    ck_abort_msg("ug-customs is no peer");
}

static uint64_t refused_at(const struct home *home, const char *why) {
    const Status *status = home_status(home, &arena);
    for (size_t i = 0; i < status->n_refused; i++)
        if (strcmp(status->refused[i]->name, why) == 0)
            return status->refused[i]->count;
    return 0;
}

static void wait_for_strikes(const struct home *home, uint64_t count) {
    uint64_t start = now_ms();
    while (status_at(home)->strikes < count && now_ms() < start + PATIENCE_MS)
        sleep_ms(10);
    ck_assert_uint_eq(status_at(home)->strikes, count);
}

/* The next Pull that comes for a feed of Uganda. */
static const Pull *hear_pull(struct puppet *puppet) {
    const Pull *pull = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert_msg(pull, "nothing was asked for");
    return pull;
}

static bool hear_block(struct puppet *puppet) {
    for (SyncMessage *message; (message = puppet_hear(puppet, PATIENCE_MS));)
        if (message->block && message->block->n_entries)
            return true;
    return false;
}

/* ---- attacks on what is asked ---- */

/* Proofs that are none, each of which has to be looked at. */
static bool claim_a_fork(struct puppet *puppet) {
    static uint8_t junk[ENTRY_OVERHEAD];
    Fork fork = FORK__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    fork.author = proto_bytes(congo->identity.id, MEMBER_ID_SIZE);
    fork.first = fork.second = proto_bytes(junk, sizeof junk);
    message.fork = &fork;
    return puppet_say(puppet, &message);
}

START_TEST(a_flood_of_messages_waits_at_its_sender) {
    struct puppet *puppet = puppet_call(uganda, kenya);
    uint64_t end = now_ms() + 3000;
    while (now_ms() < end && claim_a_fork(puppet))
        ;
    check_others_are_well();
    ck_assert_uint_gt(status_at(kenya)->slowed, 0);
    ck_assert_str_eq(status_at(kenya)->state, "connected"); /* it waits, and is not punished for it */
    puppet_free(puppet);
    check_others_are_well();
}
END_TEST

START_TEST(requests_for_what_it_may_not_read_are_refused_and_end_the_session) {
    struct puppet *puppet = puppet_call(uganda, kenya);
    for (int i = 0; i <= FORBIDDEN_MAX && puppet_pull(puppet, congo, "police", 0, 1000); i++)
        ;
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    wait_for_strikes(kenya, 1);
    ck_assert_uint_ge(refused_at(kenya, "not-allowed"), FORBIDDEN_MAX);
    ck_assert_str_eq(status_at(kenya)->offence, "not-allowed");
    puppet_free(puppet);
    check_others_are_well();
}
END_TEST

/* Whoever may read may read it again; it costs a turn each time, and takes no acknowledgement back. */
START_TEST(the_same_request_again_and_again_costs_a_turn_each) {
    pass_one();
    struct puppet *puppet = puppet_call(uganda, congo);
    for (int i = 0; i < 300; i++) {
        ck_assert(puppet_pull(puppet, congo, "customs", 0, 1000));
        ck_assert(hear_block(puppet));
    }
    check_others_are_well();
    ck_assert_uint_eq(status_at(congo)->strikes, 0);
    puppet_free(puppet);
}
END_TEST

START_TEST(more_requests_than_answers_are_taken_end_the_session) {
    for (int i = 0; i < 8; i++)
        publish_of(30000);
    struct puppet *puppet = puppet_call(uganda, congo);
    for (int i = 0; i < 1000 && puppet_pull(puppet, congo, "customs", 0, 512 * 1024); i++)
        ;
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    wait_for_strikes(congo, 1);
    ck_assert_str_eq(status_at(congo)->offence, "too-large");
    puppet_free(puppet);
    check_others_are_well();
}
END_TEST

/* ---- attacks on what is read ---- */

static void publish_much(void) {
    struct control *control = home_connect(congo);
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    ProtobufCBinaryData alerts[64];
    request.publish = &words;
    words.alerts = alerts;
    for (int round = 0; round < 4; round++) {
        for (words.n_alerts = 0; words.n_alerts < 64; words.n_alerts++) {
            const char *json = alert_of(30000);
            alerts[words.n_alerts] = proto_bytes(json, strlen(json));
        }
        const Reply *reply = home_ask(control, &arena, &request);
        ck_assert(reply && reply->n_published == 64);
    }
    control_close(control);
    wait_for_kenya();
}

/* A stalled one asks for eight megabytes and reads nothing; a slow one reads a little at a time. */
START_TEST(who_reads_nothing_or_slowly_keeps_nobody_waiting) {
    publish_much();
    uint64_t alone = median_of_some(), before_kb = home_rss_kb(congo);
    struct puppet *stalled = puppet_call(uganda, congo);
    for (int i = 0; i < 2; i++)
        puppet_pull(stalled, congo, "customs", 0, 512 * 1024);
    uint64_t beside = median_of_some();
    printf("an alert of others: %llu ms alone, %llu ms beside a reader that takes nothing\n", (unsigned long long)alone,
           (unsigned long long)beside);
    ck_assert_uint_le(beside, 5 * alone + 50);
    ck_assert_uint_le(home_rss_kb(congo), before_kb + MUCH_KB);
    puppet_free(stalled);
    struct puppet *slow = puppet_call(uganda, congo);
    uint64_t took = 0;
    for (uint64_t after = 0; after < ROUNDS; after++) {
        puppet_pull(slow, congo, "customs", after, 1000);
        took += pass_one();
        ck_assert(hear_block(slow));
    }
    ck_assert_uint_le(took / ROUNDS, 5 * alone + 50);
    puppet_free(slow);
}
END_TEST

START_TEST(a_session_in_which_nothing_is_said_takes_nobodys_place) {
    struct puppet *half_open[8];
    for (size_t i = 0; i < 8; i++)
        half_open[i] = puppet_call(uganda, kenya);
    check_others_are_well();
    size_t hung_up_on = 0;
    for (size_t i = 0; i < 8; i++) /* a member has one session: the newest, which may be the true one */
        hung_up_on += puppet_is_hung_up_on(half_open[i], 500);
    ck_assert_uint_eq(hung_up_on, 7);
    home_start(uganda);
    publish_of(100);
    uint64_t start = now_ms();
    while (home_alerts(uganda) < published && now_ms() < start + PATIENCE_MS)
        sleep_ms(20);
    ck_assert_uint_eq(home_alerts(uganda), published);
    for (size_t i = 0; i < 8; i++)
        puppet_free(half_open[i]);
    home_stop(uganda, SIGTERM);
}
END_TEST

/* ---- attacks with what is answered ---- */

/* Announces, is asked, and answers as it should not; true once it is hung up on. */
static void answer_badly(void (*answer)(struct puppet *puppet, const Pull *pull)) {
    struct puppet *puppet = puppet_call(uganda, kenya);
    puppet_announce(puppet, "customs", 1000);
    answer(puppet, hear_pull(puppet));
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    puppet_free(puppet);
}

static void answer_with_much(struct puppet *puppet, const Pull *pull) {
    puppet_block(puppet, &pull->feed, pull->after, 1000 * 1000);
}

static void answer_twice(struct puppet *puppet, const Pull *pull) {
    const ProtobufCBinaryData feed = pull->feed;
    uint64_t after = pull->after;
    puppet_block(puppet, &feed, after, 0);
    puppet_block(puppet, &feed, after, 1000);
}

static void say_garbage(struct puppet *puppet, const Pull *pull) {
    (void)pull;
    puppet_say_bytes(puppet, span_of_text("\xff\xff\xff garbage"));
}

static void say_a_message_of_no_kind(struct puppet *puppet, const Pull *pull) {
    (void)pull;
    SyncMessage message = SYNC_MESSAGE__INIT;
    puppet_say(puppet, &message);
}

START_TEST(oversized_and_endless_answers_end_the_session) {
    answer_badly(answer_with_much);
    wait_for_strikes(kenya, 1);
    ck_assert_str_eq(status_at(kenya)->offence, "too-large");
    answer_badly(answer_twice);
    wait_for_strikes(kenya, 2);
    ck_assert_str_eq(status_at(kenya)->offence, "wrong-feed");
    check_others_are_well();
}
END_TEST

/* A claim that nobody signed costs a question for each time it is made, and moves nothing. */
START_TEST(forged_heads_far_ahead_cost_a_question_each) {
    struct puppet *puppet = puppet_call(uganda, kenya);
    uint64_t before_kb = home_rss_kb(kenya);
    for (int i = 0; i < 50; i++) {
        ck_assert(puppet_announce(puppet, "customs", UINT64_MAX - (uint64_t)i));
        const Pull *pull = hear_pull(puppet);
        const ProtobufCBinaryData feed = pull->feed;
        ck_assert_uint_eq(pull->after, 0);
        ck_assert(puppet_block(puppet, &feed, 0, 0));
    }
    ck_assert_ptr_null(puppet_hear(puppet, 300)); /* nothing more is asked without a new announcement */
    check_others_are_well();
    ck_assert_uint_le(home_rss_kb(kenya), before_kb + MUCH_KB);
    ck_assert_str_eq(status_at(kenya)->state, "connected");
    puppet_free(puppet);
}
END_TEST

/* ---- and who goes on ---- */

static const char *release_at(const struct home *home, const char *name) {
    Request request = REQUEST__INIT;
    Release words = RELEASE__INIT;
    struct control *control = home_connect(home);
    words.member = (char *)(uintptr_t)name;
    request.release = &words;
    const Reply *reply = home_ask(control, &arena, &request);
    ck_assert_ptr_nonnull(reply);
    control_close(control);
    return reply->result;
}

START_TEST(who_goes_on_is_left_out_and_an_operator_lets_it_in_again) {
    ck_assert_str_eq(release_at(kenya, "ug-customs"), "exists"); /* it is not left out */
    ck_assert_str_eq(release_at(kenya, "xx-customs"), "not-found");
    answer_badly(say_garbage);
    answer_badly(say_a_message_of_no_kind);
    ck_assert_str_ne(status_at(kenya)->state, "left out");
    answer_badly(answer_with_much);
    wait_for_strikes(kenya, 3);
    const PeerStatus *status = status_at(kenya);
    ck_assert_str_eq(status->state, "left out");
    ck_assert_str_eq(status->offence, "too-large");
    ck_assert(status->has_left_out_until);
    check_others_are_well();

    uint64_t shown_out = refused_at(kenya, "not-allowed");
    struct puppet *puppet = puppet_call(uganda, kenya);
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    puppet_free(puppet);
    ck_assert_uint_eq(refused_at(kenya, "not-allowed"), shown_out + 1);
    ck_assert_uint_eq(status_at(kenya)->strikes, 3); /* knocking is no offence */

    ck_assert_str_eq(release_at(kenya, "ug-customs"), "ok");
    puppet = puppet_call(uganda, kenya);
    puppet_announce(puppet, "customs", 1);
    ck_assert_ptr_nonnull(hear_pull(puppet));
    ck_assert_str_eq(status_at(kenya)->state, "connected");
    puppet_free(puppet);
    check_others_are_well();
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("misconduct");
    TCase *tcase = tcase_create("misconduct");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 240);
    tcase_add_test(tcase, a_flood_of_messages_waits_at_its_sender);
    tcase_add_test(tcase, requests_for_what_it_may_not_read_are_refused_and_end_the_session);
    tcase_add_test(tcase, the_same_request_again_and_again_costs_a_turn_each);
    tcase_add_test(tcase, more_requests_than_answers_are_taken_end_the_session);
    tcase_add_test(tcase, who_reads_nothing_or_slowly_keeps_nobody_waiting);
    tcase_add_test(tcase, a_session_in_which_nothing_is_said_takes_nobodys_place);
    tcase_add_test(tcase, oversized_and_endless_answers_end_the_session);
    tcase_add_test(tcase, forged_heads_far_ahead_cost_a_question_each);
    tcase_add_test(tcase, who_goes_on_is_left_out_and_an_operator_lets_it_in_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
