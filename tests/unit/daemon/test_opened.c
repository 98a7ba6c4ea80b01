/* That an alert was opened: told to who told it, if the policy lets it, once, until it is on its disk; and no further.
 */
#include "daemon/opened.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "daemon/told.h"
#include "tests/support/world.h"

#define CUSTOMS_POLICY                                                                                                 \
    "audiences:\n"                                                                                                     \
    "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"                                               \
    "  police: {members: {role: POLICE, country: KE}, publish: no, show: [all]}\n"                                     \
    "forward:\n"                                                                                                       \
    "  - {from: {name: cd-customs}, to: [police]}\n"                                                                   \
    "accept:\n"                                                                                                        \
    "  - {from: {role: CUSTOMS}, show: [all]}\n"                                                                       \
    "local: {operators: {show: [all]}}\n"

static const char says_nothing[] = CUSTOMS_POLICY;
static const char tells[] = CUSTOMS_POLICY "tell_opened:\n  - {to: {role: CUSTOMS}, time: exact}\n";
static const char tells_by_day[] = CUSTOMS_POLICY "tell_opened:\n  - {to: {role: CUSTOMS}}\n";
static const char tells_others[] = CUSTOMS_POLICY "tell_opened:\n  - {to: {country: UG}}\n";
static const char passes[] = CUSTOMS_POLICY "tell_opened:\n  - {to: {role: CUSTOMS}, time: hour, pass: yes}\n";

static const uint64_t minute_ms = 60000;

static struct world *world;
static struct actor *congo, *kenya, *police, *uganda;
static uint8_t object[OBJECT_ID_SIZE];

static void begin(const char *kenyan, const char *desk) {
    world = world_new(31);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", says_nothing);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", kenyan);
    police = world_add(world, "ke-police", "KE", "POLICE", desk);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", tells);
    world_start(world);
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), object)), "ok");
    world_settle(world);
    world->now_ms += minute_ms;
}

static void tear_down(void) {
    world_free(world);
    world = NULL;
}

static void commit(struct actor *actor) {
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

static void note(struct actor *actor) {
    const struct index_row *row = index_find(actor->exchange.index, object);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(result_name(opened_note(&actor->exchange, row)), "ok");
}

/* An operator is shown the alert. */
static void open_at(struct actor *actor) {
    note(actor);
    commit(actor);
}

static const struct member *member_of(const struct actor *at, const struct actor *actor) {
    return roster_find(at->exchange.roster, actor->identity.id);
}

static const struct opened_debt *owed_to(struct actor *actor, const struct actor *to) {
    uint64_t place = 0;
    return opened_next(&actor->exchange, member_of(actor, to), &place);
}

static struct span words_of_debt(struct actor *actor, const struct opened_debt *debt) {
    struct buf bytes;
    buf_init(&bytes, &world->arena);
    ck_assert_str_eq(result_name(opened_words(&bytes, &actor->exchange, debt)), "ok");
    return buf_span(&bytes);
}

static struct opened_taken hand(struct actor *to, const struct actor *by, struct span bytes) {
    struct opened_taken taken;
    ck_assert_str_eq(result_name(opened_take(&to->exchange, member_of(to, by), bytes, &taken)), "ok");
    commit(to);
    return taken;
}

/* Everything that `from` owes, with the answers; how much that was. */
static size_t carry(struct actor *from, struct actor *to) {
    const struct opened_debt *debt;
    uint64_t place = 0;
    size_t count = 0;
    while ((debt = opened_next(&from->exchange, member_of(from, to), &place))) {
        struct opened_taken taken = hand(to, from, words_of_debt(from, debt));
        ck_assert_str_eq(result_name(opened_answered(&from->exchange, to->identity.id, &taken)), "ok");
        commit(from);
        count++;
    }
    return count;
}

static struct opened_by *openers(struct actor *actor, size_t expected) {
    struct opened_by *rows;
    size_t count;
    const struct index_row *row = index_find(actor->exchange.index, object);
    ck_assert_str_eq(result_name(opened_find(&actor->exchange, &world->arena, row->sequence, &rows, &count)), "ok");
    ck_assert_uint_eq(count, expected);
    return rows;
}

static uint64_t refused(const struct actor *actor, enum result why) {
    return actor->exchange.refused[why];
}

/* ---- by policy ---- */

START_TEST(nothing_is_said_or_kept_unless_the_policy_names_who_told_it) {
    begin(says_nothing, says_nothing);
    open_at(kenya);
    openers(kenya, 0);
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 0);
    tear_down();
    begin(tells_others, says_nothing);
    open_at(kenya);
    openers(kenya, 0);
    ck_assert_ptr_null(owed_to(kenya, congo));
}
END_TEST

START_TEST(who_told_it_hears_the_first_opening) {
    begin(tells, says_nothing);
    open_at(kenya);
    uint64_t first = world->now_ms;
    world->now_ms += minute_ms;
    open_at(kenya);
    ck_assert_uint_eq(carry(kenya, congo), 1);
    struct opened_by *rows = openers(congo, 1);
    ck_assert_mem_eq(rows[0].id, kenya->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(rows[0].since, first);
    ck_assert_uint_eq(rows[0].step, OPENED_EXACTLY);
    rows = openers(kenya, 1);
    ck_assert_ptr_null(rows[0].id);
    ck_assert_int_eq(rows[0].state, STORE_OPENED_TOLD);
    ck_assert_uint_eq(carry(kenya, congo), 0);
}
END_TEST

START_TEST(the_time_is_as_coarse_as_the_rule) {
    begin(tells_by_day, says_nothing);
    open_at(kenya);
    carry(kenya, congo);
    struct opened_by *rows = openers(congo, 1);
    ck_assert_uint_eq(rows[0].step, OPENED_BY_DAY);
    ck_assert_uint_eq(rows[0].since % OPENED_BY_DAY, 0);
    ck_assert_uint_lt(world->now_ms - rows[0].since, OPENED_BY_DAY);
}
END_TEST

START_TEST(what_this_node_published_is_opened_by_nobody) {
    begin(says_nothing, says_nothing);
    ck_assert_str_eq(result_name(world_publish(uganda, world_alert(world, "GREEN", ""), object)), "ok");
    open_at(uganda);
    openers(uganda, 0);
}
END_TEST

START_TEST(a_rule_that_is_gone_holds_back_what_is_owed) {
    struct report report;
    begin(tells, says_nothing);
    open_at(kenya);
    ck_assert_ptr_nonnull(owed_to(kenya, congo));
    report_init(&report, &kenya->arena);
    ck_assert_int_eq(policy_read(&kenya->policy, &kenya->arena, "policy.yaml", span_of_text(says_nothing), &report),
                     RESULT_OK);
    world_hear(kenya);
    ck_assert_ptr_null(owed_to(kenya, congo));
}
END_TEST

/* ---- durable ---- */

START_TEST(what_is_owed_is_owed_after_a_restart) {
    begin(tells, says_nothing);
    open_at(kenya);
    world_restart(kenya);
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 1);
    note(kenya); /* it knows that this is not the first time */
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 1);
    commit(kenya);
    ck_assert_uint_eq(carry(kenya, congo), 1);
    world_restart(kenya);
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 0);
    world_restart(congo);
    openers(congo, 1);
}
END_TEST

START_TEST(what_was_shown_in_a_change_that_failed_was_not_shown) {
    begin(tells, says_nothing);
    note(kenya);
    ck_assert_ptr_null(owed_to(kenya, congo)); /* not before it is on disk */
    exchange_abort(&kenya->exchange);
    openers(kenya, 0);
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 0);
    open_at(kenya);
    ck_assert_uint_eq(carry(kenya, congo), 1);
}
END_TEST

START_TEST(a_wider_view_keeps_what_was_said_of_the_one_before) {
    begin(tells, tells);
    open_at(police);
    carry(police, kenya);
    uint64_t before = index_find(kenya->exchange.index, object)->sequence;
    struct store_alert stored;
    ck_assert_int_eq(store_get_alert(kenya->exchange.store, &world->arena, before, &stored), RESULT_OK);
    ck_assert_int_eq(exchange_begin(&kenya->exchange), RESULT_OK);
    ck_assert_int_eq(store_put_alert(kenya->exchange.store, &stored), RESULT_OK);
    ck_assert_int_eq(exchange_inherit_told(&kenya->exchange, before, stored.sequence), RESULT_OK);
    struct opened_by *rows;
    size_t count;
    ck_assert_int_eq(opened_find(&kenya->exchange, &world->arena, stored.sequence, &rows, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_mem_eq(rows[0].id, police->identity.id, MEMBER_ID_SIZE);
    exchange_abort(&kenya->exchange);
}
END_TEST

START_TEST(what_cannot_be_read_leaves_the_others_alone) {
    begin(tells, says_nothing);
    note(kenya);
    const struct store_opened damaged = {.sequence = index_find(kenya->exchange.index, object)->sequence,
                                         .member = police->identity.id,
                                         .state = STORE_OPENED_OWED,
                                         .words = span_of_text("what nobody says")};
    ck_assert_int_eq(store_put_opened(kenya->exchange.store, &damaged), RESULT_OK);
    commit(kenya);
    world_restart(kenya);
    openers(kenya, 1);
    ck_assert_uint_eq(opened_owed(&kenya->exchange.openings), 1);
    ck_assert_uint_eq(carry(kenya, congo), 1);
}
END_TEST

START_TEST(so_many_may_wait_and_no_more) {
    begin(tells, says_nothing);
    struct openings *openings = &kenya->exchange.openings;
    const size_t count = openings->count;
    openings->count = openings->durable = count + OPENED_OWED_MAX; /* as if */
    struct opened_debt *none = openings->debts;
    note(kenya);
    ck_assert_ptr_eq(openings->debts, none);
    ck_assert_uint_eq(openings->untold, 1);
    openings->count = openings->durable = count;
    commit(kenya);
    ck_assert_int_eq(openers(kenya, 1)[0].state, STORE_OPENED_KEPT);
    ck_assert_ptr_null(owed_to(kenya, congo));
}
END_TEST

/* ---- what is believed ---- */

START_TEST(the_same_word_again_is_answered_and_counted) {
    begin(tells, says_nothing);
    open_at(kenya);
    struct span word = words_of_debt(kenya, owed_to(kenya, congo));
    ck_assert_str_eq(result_name(hand(congo, kenya, word).result), "ok");
    ck_assert_str_eq(result_name(hand(congo, kenya, word).result), "replayed");
    ck_assert_uint_eq(refused(congo, RESULT_REPLAYED), 1);
    openers(congo, 1);
}
END_TEST

START_TEST(a_forged_word_is_refused) {
    struct opened forged = {.when = 0, .step = OPENED_EXACTLY};
    struct identity liar = {0};
    struct buf bytes;
    begin(tells, says_nothing);
    memcpy(forged.object, object, OBJECT_ID_SIZE);
    ck_assert_int_eq(identity_make(&liar, &world->random), RESULT_OK);
    memcpy(liar.id, kenya->identity.id, MEMBER_ID_SIZE);
    memcpy(liar.key_id, kenya->identity.key_id, MEMBER_ID_SIZE);
    buf_init(&bytes, &world->arena);
    ck_assert_int_eq(opened_make(&bytes, &world->arena, &forged, &liar), RESULT_OK);
    identity_release(&liar);
    ck_assert_str_eq(result_name(hand(congo, kenya, buf_span(&bytes)).result), "bad-signature");
    ck_assert_uint_eq(refused(congo, RESULT_BAD_SIGNATURE), 1);
    openers(congo, 0);
}
END_TEST

/* Who asks learns nothing of what is here. */
START_TEST(a_word_of_what_was_not_told_and_of_what_is_not_here_are_refused_alike) {
    struct opened opened = {.when = 0, .step = OPENED_EXACTLY};
    struct buf told, unknown;
    begin(tells, says_nothing);
    memcpy(opened.object, object, OBJECT_ID_SIZE);
    buf_init(&told, &world->arena);
    buf_init(&unknown, &world->arena);
    ck_assert_int_eq(opened_make(&told, &world->arena, &opened, &uganda->identity), RESULT_OK);
    ck_assert_str_eq(result_name(hand(kenya, uganda, buf_span(&told)).result), "not-allowed"); /* it told only police */
    opened.object[0] ^= 1;
    ck_assert_int_eq(opened_make(&unknown, &world->arena, &opened, &uganda->identity), RESULT_OK);
    ck_assert_str_eq(result_name(hand(kenya, uganda, buf_span(&unknown)).result), "not-allowed");
    ck_assert_uint_eq(refused(kenya, RESULT_NOT_ALLOWED), 2);
    openers(kenya, 0);
}
END_TEST

START_TEST(what_is_no_word_at_all_ends_the_session) {
    struct opened_taken taken;
    begin(tells, says_nothing);
    ck_assert_str_eq(
        result_name(opened_take(&congo->exchange, member_of(congo, kenya), span_of_text("opened"), &taken)),
        "malformed");
}
END_TEST

START_TEST(an_answer_to_what_was_not_said_changes_nothing) {
    struct opened_taken answer = {.result = RESULT_OK};
    begin(tells, says_nothing);
    open_at(kenya);
    memcpy(answer.object, object, OBJECT_ID_SIZE);
    memcpy(answer.reader, kenya->identity.id, MEMBER_ID_SIZE);
    ck_assert_int_eq(opened_answered(&kenya->exchange, uganda->identity.id, &answer), RESULT_OK);
    answer.result = RESULT_UNKNOWN_MEMBER; /* it may know us in another session */
    ck_assert_int_eq(opened_answered(&kenya->exchange, congo->identity.id, &answer), RESULT_OK);
    ck_assert_ptr_nonnull(owed_to(kenya, congo));
    answer.result = RESULT_NOT_ALLOWED;
    ck_assert_int_eq(opened_answered(&kenya->exchange, congo->identity.id, &answer), RESULT_OK);
    commit(kenya);
    ck_assert_ptr_null(owed_to(kenya, congo));
    ck_assert_int_eq(openers(kenya, 1)[0].state, STORE_OPENED_REFUSED);
}
END_TEST

/* ---- further on ---- */

START_TEST(the_word_of_a_desk_stops_where_the_alert_was_passed_on) {
    begin(tells, tells);
    open_at(police);
    ck_assert_ptr_null(owed_to(police, congo));
    ck_assert_uint_eq(carry(police, kenya), 1);
    openers(kenya, 1);
    ck_assert_uint_eq(carry(kenya, congo), 0); /* it has not opened it itself */
    open_at(kenya);
    ck_assert_uint_eq(carry(kenya, congo), 1);
    ck_assert_mem_eq(openers(congo, 1)[0].id, kenya->identity.id, MEMBER_ID_SIZE);
}
END_TEST

START_TEST(a_rule_may_let_it_pass_as_it_was_said) {
    begin(passes, tells);
    open_at(police);
    uint64_t then = world->now_ms;
    carry(police, kenya);
    world_restart(kenya);
    ck_assert_uint_eq(carry(kenya, congo), 1);
    struct opened_by *rows = openers(congo, 1);
    ck_assert_mem_eq(rows[0].id, police->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(rows[0].since, then);
}
END_TEST

START_TEST(nobody_is_told_what_it_said_itself) {
    begin(tells, tells);
    open_at(kenya);
    struct span own = words_of_debt(kenya, owed_to(kenya, congo));
    ck_assert_str_eq(result_name(hand(kenya, police, own).result), "not-allowed");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("opened");
    TCase *policy = tcase_create("policy"), *durable = tcase_create("durable"), *belief = tcase_create("belief"),
          *further = tcase_create("further");
    tcase_add_checked_fixture(policy, NULL, tear_down);
    tcase_add_test(policy, nothing_is_said_or_kept_unless_the_policy_names_who_told_it);
    tcase_add_test(policy, who_told_it_hears_the_first_opening);
    tcase_add_test(policy, the_time_is_as_coarse_as_the_rule);
    tcase_add_test(policy, what_this_node_published_is_opened_by_nobody);
    tcase_add_test(policy, a_rule_that_is_gone_holds_back_what_is_owed);
    tcase_add_checked_fixture(durable, NULL, tear_down);
    tcase_add_test(durable, what_is_owed_is_owed_after_a_restart);
    tcase_add_test(durable, what_was_shown_in_a_change_that_failed_was_not_shown);
    tcase_add_test(durable, a_wider_view_keeps_what_was_said_of_the_one_before);
    tcase_add_test(durable, what_cannot_be_read_leaves_the_others_alone);
    tcase_add_test(durable, so_many_may_wait_and_no_more);
    tcase_add_checked_fixture(belief, NULL, tear_down);
    tcase_add_test(belief, the_same_word_again_is_answered_and_counted);
    tcase_add_test(belief, a_forged_word_is_refused);
    tcase_add_test(belief, a_word_of_what_was_not_told_and_of_what_is_not_here_are_refused_alike);
    tcase_add_test(belief, what_is_no_word_at_all_ends_the_session);
    tcase_add_test(belief, an_answer_to_what_was_not_said_changes_nothing);
    tcase_add_checked_fixture(further, NULL, tear_down);
    tcase_add_test(further, the_word_of_a_desk_stops_where_the_alert_was_passed_on);
    tcase_add_test(further, a_rule_may_let_it_pass_as_it_was_said);
    tcase_add_test(further, nobody_is_told_what_it_said_itself);
    suite_add_tcase(suite, policy);
    suite_add_tcase(suite, durable);
    suite_add_tcase(suite, belief);
    suite_add_tcase(suite, further);
    return suite;
}
