/* Requests and releases between nodes: the Congo publishes without persons, Kenya asks for them, and may pass them on
 * to its police where the Congo has signed that. No network: the test carries every entry. The second half is about who
 * does what nobody may. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/erasure.h"
#include "daemon/node.h"
#include "daemon/releases.h"
#include "tests/support/world.h"

#define CONGO_POLICY                                                                                                   \
    "audiences:\n"                                                                                                     \
    "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all], hide: [persons, tearline]}\n"                    \
    "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"                                                                 \
    "local: {operators: {show: [all]}}\n"
static const char congo_policy[] = CONGO_POLICY "release: {show: [all], hide: [tearline]}\n";
static const char two_persons_policy[] = CONGO_POLICY "release: {show: [all], two_persons: yes}\n";
#define KENYA_POLICY                                                                                                   \
    "audiences:\n"                                                                                                     \
    "  police: {members: {role: POLICE, country: KE}, show: [all]}\n"                                                  \
    "  court: {members: {name: ke-court}, show: [all]}\n"                                                              \
    "accept: [{from: {role: CUSTOMS}, show: [all]}, {from: {role: POLICE}, show: []}]\n"                               \
    "release: {show: [all]}\n"                                                                                         \
    "local: {operators: {show: [all]}}\n"
static const char kenya_forwards[] = KENYA_POLICY "forward: [{from: {name: cd-customs}, to: [police, court]}]\n";
static const char kenya_keeps[] = KENYA_POLICY;

static struct world *world;
static struct actor *congo, *kenya, *uganda, *police, *court;
static uint8_t object[OBJECT_ID_SIZE];
static const char *complaint;

static void set_up_with(const char *policy, const char *kenya_policy) {
    world = world_new(41);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", policy);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", kenya_policy);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    court = world_add(world, "ke-court", "KE", "JUDICIAL", "");
    world_start(world);
    complaint = NULL;
}

static void set_up(void) {
    set_up_with(congo_policy, kenya_forwards);
}

static void set_up_attacks(void) {
    set_up_with(congo_policy, kenya_keeps);
}

static void set_up_two_persons(void) {
    set_up_with(two_persons_policy, kenya_forwards);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(const char *tlp, const char *marking) {
    world->now_ms += 60000;
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, tlp, marking), object)), "ok");
    world_settle(world);
    ck_assert(world_has(kenya, object));
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "");
}

static void commit(struct actor *actor, const char *expected, enum result result) {
    ck_assert_msg(strcmp(result_name(result), expected) == 0, "%s: %s, and not %s: %s", actor->name,
                  result_name(result), expected, complaint ? complaint : "");
    if (result && !actor->exchange.failure)
        exchange_abort(&actor->exchange);
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

static struct field_set fields(const char *text) {
    struct field_set set = {0};
    ck_assert(policy_fields(&set, text));
    return set;
}

/* In the world's arena. */
static ProtobufCBinaryData slots_of(const struct field_set *set) {
    uint8_t *bytes = arena_alloc(&world->arena, FIELD_SLOTS / 8);
    field_set_put(bytes, set);
    return proto_bytes(bytes, FIELD_SLOTS / 8);
}

static RequestStep step_of(enum request_code code, const char *what) {
    RequestStep step = REQUEST_STEP__INIT;
    step.step = code;
    step.has_slots = what != NULL;
    if (what) {
        struct field_set set = fields(what);
        step.slots = slots_of(&set);
    }
    return step;
}

static RequestStep asking(struct actor *actor, const char *what) {
    RequestStep step = step_of(REQUEST_ASK, what);
    struct holding holding = world_view(actor, object);
    step.reason = words_of("a house search on Friday");
    step.object = proto_bytes(object, sizeof object);
    step.has_shown = true;
    step.shown = slots_of(&holding.disclosure.shown);
    return step;
}

/* The id of the thread, in the world's arena. */
static const uint8_t *ask(struct actor *actor, struct actor *whom, const char *what) {
    struct request_thread *thread;
    RequestStep step = asking(actor, what);
    const struct member *member = roster_find(actor->exchange.roster, whom->identity.id);
    enum result result = requests_ask(&actor->exchange, member, &step, &thread);
    const uint8_t *id = result ? NULL : arena_copy(&world->arena, thread->id, REQUEST_ID_SIZE);
    commit(actor, "ok", result);
    world_settle(world);
    return id;
}

static struct request_thread *thread_at(struct actor *actor, const uint8_t *id) {
    return requests_find(&actor->exchange.requests, id);
}

static void check_state(struct actor *actor, const uint8_t *id, const char *state) {
    ck_assert_ptr_nonnull(thread_at(actor, id));
    ck_assert_str_eq(request_state_word(thread_at(actor, id)->state), state);
}

static void check_states(const uint8_t *id, const char *state) {
    check_state(kenya, id, state);
    check_state(congo, id, state);
}

static void say(struct actor *actor, const uint8_t *id, RequestStep step, const char *expected) {
    commit(actor, expected, requests_say(&actor->exchange, thread_at(actor, id), &step));
}

static OnwardReader police_of_kenya = ONWARD_READER__INIT, the_court = ONWARD_READER__INIT;

/* Releases with leave to pass on to Kenya's police and to its court. */
static RequestStep with_leave(RequestStep step, bool judicial) {
    static OnwardReader *readers[] = {&police_of_kenya, &the_court};
    police_of_kenya.role = words_of("POLICE");
    police_of_kenya.country = words_of("KE");
    the_court.name = words_of("ke-court");
    step.onward = readers;
    step.n_onward = 2;
    step.has_judicial = step.judicial = judicial;
    return step;
}

static void release(struct actor *actor, const uint8_t *id, RequestStep step, const char *expected) {
    const struct release_wish wish = {.thread = thread_at(actor, id), .step = &step};
    complaint = NULL;
    commit(actor, expected, releases_give(&actor->exchange, &wish, &complaint));
    if (strcmp(expected, "ok") != 0)
        ck_assert_ptr_nonnull(complaint);
}

static void release_to_kenya(const char *what, bool judicial) {
    const uint8_t *id = ask(kenya, congo, what);
    release(congo, id, with_leave(step_of(REQUEST_RELEASE, what), judicial), "ok");
}

/* ---- asked and released ---- */

START_TEST(a_release_opens_more_of_the_same_signed_alert) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    check_states(id, "open");
    ck_assert(thread_at(kenya, id)->ours && !thread_at(congo, id)->ours);
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    check_states(id, "released");
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(kenya, object, "incident.country"), "CD");
    ck_assert_str_eq(world_value(kenya, object, "narrative.below_tear_line"), "");
    struct holding holding = world_view(kenya, object);
    ck_assert_int_eq(disclosure_verify(&holding.disclosure, congo->identity.sign_key), RESULT_OK);
    ck_assert_ptr_nonnull(holding.disclosure.release);
    ck_assert_str_eq(world_value(uganda, object, "persons.surname"), ""); /* for one reader alone */
    ck_assert_uint_eq(index_count(kenya->exchange.index), 1);
}
END_TEST

/* Kenya passes on the alert, but not what was released to it. */
START_TEST(what_is_released_without_leave_stays_with_its_reader) {
    publish("GREEN", "");
    ck_assert_str_eq(world_value(police, object, "incident.country"), "CD");
    const uint8_t *id = ask(kenya, congo, "persons");
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(police, object, "incident.country"), "CD");
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "");
}
END_TEST

START_TEST(h2_goes_on_where_its_originator_has_signed_it) {
    publish("AMBER", "\"handling\":[\"H2\"]");
    const uint8_t *id = ask(kenya, congo, "persons");
    struct field_set most = field_set_minus(field_set_all(), fields("tearline"));
    RequestStep step = with_leave(step_of(REQUEST_RELEASE, "persons"), false);
    step.slots = slots_of(&most);
    release(congo, id, step, "ok");
    world_settle(world);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    struct holding holding = world_view(police, object);
    ck_assert_ptr_nonnull(holding.disclosure.release);
    ck_assert_uint_eq(holding.disclosure.hops, 1);
    ck_assert(world_has(court, object)); /* H2 alone says nothing of courts */
}
END_TEST

START_TEST(h1_goes_to_a_court_with_a_release_that_says_so) {
    publish("AMBER", "\"handling\":[\"H1\"]");
    ck_assert(world_has(police, object) && !world_has(court, object));
    release_to_kenya("persons", false);
    world_settle(world);
    ck_assert(!world_has(court, object));
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    release_to_kenya("persons", true);
    world_settle(world);
    ck_assert_str_eq(world_value(court, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(a_thread_outlives_a_restart) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    world_restart(congo);
    world_restart(kenya);
    check_states(id, "open");
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    world_restart(congo);
    world_restart(kenya);
    check_states(id, "released");
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

/* A change that comes to nothing leaves no thread and no step. */
START_TEST(what_is_taken_back_was_never_asked) {
    publish("GREEN", "");
    struct request_thread *thread;
    RequestStep step = asking(kenya, "persons");
    const struct member *member = roster_find(kenya->exchange.roster, congo->identity.id);
    ck_assert_int_eq(requests_ask(&kenya->exchange, member, &step, &thread), RESULT_OK);
    exchange_abort(&kenya->exchange);
    exchange_end_turn(&kenya->exchange);
    ck_assert_uint_eq(kenya->exchange.requests.count, 0);
    const uint8_t *id = ask(kenya, congo, "persons");
    RequestStep refusal = step_of(REQUEST_REFUSE, NULL);
    refusal.reason = words_of("not now");
    ck_assert_int_eq(requests_say(&congo->exchange, thread_at(congo, id), &refusal), RESULT_OK);
    exchange_abort(&congo->exchange);
    exchange_end_turn(&congo->exchange);
    check_state(congo, id, "open");
    say(congo, id, refusal, "ok");
    world_settle(world);
    check_states(id, "refused");
}
END_TEST

START_TEST(a_condition_is_accepted) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    RequestStep offer = step_of(REQUEST_OFFER, "persons.surname");
    offer.reason = words_of("for the search warrant alone");
    say(congo, id, offer, "ok");
    world_settle(world);
    check_states(id, "conditioned");
    say(kenya, id, step_of(REQUEST_ACCEPT, "persons.surname"), "ok");
    world_settle(world);
    check_states(id, "open");
    release(congo, id, step_of(REQUEST_RELEASE, "persons.surname"), "ok");
    world_settle(world);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(kenya, object, "persons.role"), "");
}
END_TEST

/* Both say something at once: nobody is told that the other did wrong, and both end alike. */
START_TEST(steps_that_cross_end_alike) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons"), *other = ask(kenya, congo, "persons");
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "ok");
    say(kenya, id, step_of(REQUEST_WITHDRAW, NULL), "ok");
    RequestStep refusal = step_of(REQUEST_REFUSE, NULL);
    refusal.reason = words_of("no");
    say(congo, other, refusal, "ok");
    say(kenya, other, step_of(REQUEST_WITHDRAW, NULL), "ok");
    world_settle(world);
    check_states(id, "released");
    check_state(kenya, other, "withdrawn");
    check_state(congo, other, "refused");
    for (enum result result = RESULT_OK; result < RESULT_COUNT; result++) {
        ck_assert_uint_eq(congo->exchange.refused[result], 0);
        ck_assert_uint_eq(kenya->exchange.refused[result], 0);
    }
}
END_TEST

START_TEST(each_side_has_its_own_steps) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    RequestStep refusal = step_of(REQUEST_REFUSE, NULL);
    refusal.reason = words_of("no");
    say(kenya, id, refusal, "not-allowed");
    say(congo, id, step_of(REQUEST_WITHDRAW, NULL), "not-allowed");
    say(kenya, id, step_of(REQUEST_ACCEPT, "persons"), "out-of-order");
    refusal.reason = NULL;
    say(congo, id, refusal, "malformed");
    check_states(id, "open");
}
END_TEST

START_TEST(a_deadline_passes) {
    publish("GREEN", "");
    struct request_thread *thread;
    RequestStep step = asking(kenya, "persons");
    step.has_deadline = true;
    step.deadline = world->now_ms + 1000;
    const struct member *member = roster_find(kenya->exchange.roster, congo->identity.id);
    commit(kenya, "ok", requests_ask(&kenya->exchange, member, &step, &thread));
    world_settle(world);
    const struct request_thread *there = &congo->exchange.requests.rows[0];
    ck_assert(!requests_is_overdue(there, step.deadline) && requests_is_overdue(there, step.deadline + 1));
}
END_TEST

/* Kenya's police ask Kenya, which asks the Congo on their behalf, and releases what it may. */
START_TEST(a_request_goes_up_one_hop) {
    publish("GREEN", "");
    const uint8_t *asked = ask(police, kenya, "persons");
    release(kenya, asked, step_of(REQUEST_RELEASE, "persons"), "invalid"); /* it does not see them itself */
    const uint8_t *on = ask(kenya, congo, "persons");
    release(congo, on, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    release(kenya, asked, step_of(REQUEST_RELEASE, "persons"), "marking-forbids"); /* they are for Kenya alone */
    release_to_kenya("persons", false);
    world_settle(world);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple"); /* by the forwarding rule */
    release(kenya, asked, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    check_state(police, asked, "released");
    ck_assert_ptr_nonnull(world_view(police, object).disclosure.release);
}
END_TEST

/* ---- what may not be released ---- */

START_TEST(the_policy_bounds_what_people_open) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "tearline");
    release(congo, id, step_of(REQUEST_RELEASE, "tearline"), "invalid");
    const uint8_t *here = ask(congo, uganda, "persons"); /* its policy says nothing of releases */
    release(uganda, here, step_of(REQUEST_RELEASE, "persons"), "not-allowed");
    check_states(id, "open");
    ck_assert_str_eq(world_value(kenya, object, "narrative.below_tear_line"), "");
}
END_TEST

START_TEST(a_forwarder_gives_no_leave) {
    publish("GREEN", "");
    const uint8_t *asked = ask(police, kenya, "incident");
    release(kenya, asked, with_leave(step_of(REQUEST_RELEASE, "incident"), false), "not-allowed");
    RequestStep step = step_of(REQUEST_RELEASE, "incident");
    step.has_until = true;
    release(kenya, asked, step, "not-allowed");
}
END_TEST

START_TEST(a_forwarder_does_not_release_against_the_marking) {
    publish("AMBER", "\"handling\":[\"H2\"]");
    /* somebody has told the police of it: they know its id, and ask */
    RequestStep step = asking(kenya, "incident");
    struct request_thread *thread;
    step.has_shown = false;
    const struct member *member = roster_find(police->exchange.roster, kenya->identity.id);
    commit(police, "ok", requests_ask(&police->exchange, member, &step, &thread));
    const uint8_t *id = arena_copy(&world->arena, police->exchange.requests.rows[0].id, REQUEST_ID_SIZE);
    world_settle(world);
    release(kenya, id, step_of(REQUEST_RELEASE, "incident"), "marking-forbids");
    ck_assert(!world_has(police, object));
}
END_TEST

/* A release speaks of all that was released before it. */
START_TEST(a_later_release_takes_nothing_back) {
    publish("GREEN", "");
    release_to_kenya("persons", false);
    world_settle(world);
    const uint8_t *id = ask(kenya, congo, "documents");
    release(congo, id, step_of(REQUEST_RELEASE, "documents"), "invalid");
    RequestStep both = step_of(REQUEST_RELEASE, "documents");
    struct field_set set = field_set_or(fields("documents"), fields("persons"));
    both.slots = slots_of(&set);
    release(congo, id, both, "ok");
    world_settle(world);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

/* Else a recall would erase the last alone. */
START_TEST(an_earlier_release_goes_when_it_has_been_read) {
    struct feed *feed = NULL;
    size_t whole = 0;
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    release(congo, id, step_of(REQUEST_RELEASE, "persons.surname"), "ok");
    world_settle(world);
    id = ask(kenya, congo, "persons");
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "ok");
    world_settle(world);
    for (size_t i = 0; i < congo->exchange.feeds.count; i++)
        if (strcmp(congo->exchange.feeds.rows[i]->record.audience, "@ke-customs") == 0)
            feed = congo->exchange.feeds.rows[i];
    ck_assert_ptr_nonnull(feed);
    commit(congo, "ok", exchange_acknowledge(&congo->exchange, feed, kenya->identity.id, feed->head.number));
    world->now_ms += 60000;
    commit(congo, "ok", erasure_tick(&congo->exchange));
    for (uint64_t number = 1; number <= feed->head.number; number++) {
        struct span bytes;
        struct entry entry;
        ck_assert_int_eq(store_get_entry(congo->exchange.store, &world->arena, feed->record.ordinal, number, &bytes),
                         RESULT_OK);
        whole += bytes.len > ENTRY_OVERHEAD && !feed_parse(&entry, bytes) && entry.kind == ENTRY_DISCLOSURE;
    }
    ck_assert_uint_eq(whole, 1);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(no_release_of_what_a_newer_version_replaced) {
    uint8_t newer[OBJECT_ID_SIZE];
    char alert_id[2 * TREE_ALERT_ID_SIZE + 1];
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    text_hex(alert_id, world_view(congo, object).disclosure.header->alert.data, TREE_ALERT_ID_SIZE);
    const char *alert =
        text_format(&world->arena, "{\"alert\":\"%s\",\"version\":2,%s", alert_id, world_alert(world, "GREEN", "") + 1);
    ck_assert_str_eq(result_name(world_publish(congo, alert, newer)), "ok");
    release(congo, id, step_of(REQUEST_RELEASE, "persons"), "not-allowed");
}
END_TEST

START_TEST(a_flood_of_requests_is_refused_and_counted) {
    publish("GREEN", "");
    const uint8_t *first = ask(kenya, congo, "persons");
    for (size_t i = 1; i < REQUESTS_OPEN_MAX; i++)
        ask(kenya, congo, "persons");
    struct request_thread *thread;
    RequestStep step = asking(kenya, "persons");
    const struct member *member = roster_find(kenya->exchange.roster, congo->identity.id);
    commit(kenya, "too-large", requests_ask(&kenya->exchange, member, &step, &thread));
    for (size_t i = 0; i < kenya->exchange.requests.count; i++) /* it forgets that it asked, and asks on */
        kenya->exchange.requests.rows[i].state = REQUEST_WITHDRAWN;
    ask(kenya, congo, "persons");
    ck_assert_uint_eq(congo->exchange.requests.count, REQUESTS_OPEN_MAX);
    ck_assert_uint_eq(congo->exchange.refused[RESULT_TOO_LARGE], 1);
    release(congo, first, step_of(REQUEST_RELEASE, "persons"), "ok"); /* and there is room again */
    ask(kenya, congo, "persons");
    ck_assert_uint_eq(congo->exchange.requests.count, REQUESTS_OPEN_MAX + 1);
}
END_TEST

/* Who asks and withdraws without end pushes out its own threads, and nobody else's. */
START_TEST(a_member_pushes_out_no_threads_but_its_own) {
    publish("GREEN", "");
    const uint8_t *others = ask(kenya, uganda, "persons");
    say(kenya, others, step_of(REQUEST_WITHDRAW, NULL), "ok");
    const struct member *member = roster_find(kenya->exchange.roster, congo->identity.id);
    for (size_t i = 0; i <= REQUESTS_OF_MEMBER_MAX; i++) {
        struct request_thread *thread;
        RequestStep step = asking(kenya, "persons"), withdrawal = step_of(REQUEST_WITHDRAW, NULL);
        ck_assert_int_eq(requests_ask(&kenya->exchange, member, &step, &thread), RESULT_OK);
        commit(kenya, "ok", requests_say(&kenya->exchange, thread, &withdrawal));
    }
    ck_assert_uint_eq(kenya->exchange.requests.count, 1 + REQUESTS_OF_MEMBER_MAX);
    check_state(kenya, others, "withdrawn");
    world_restart(kenya);
    ck_assert_uint_eq(kenya->exchange.requests.count, 1 + REQUESTS_OF_MEMBER_MAX);
    check_state(kenya, others, "withdrawn");
}
END_TEST

/* ---- two persons ---- */

static enum result respond(struct actor *actor, const uint8_t *id, const struct caller *caller, bool confirm,
                           bool *proposed) {
    struct node *node = calloc(1, sizeof *node);
    char digits[2 * REQUEST_ID_SIZE + 1];
    Respond words = RESPOND__INIT;
    Reply reply = REPLY__INIT;
    text_hex(digits, id, REQUEST_ID_SIZE);
    words.request = digits;
    words.step = words_of("release");
    words.has_confirm = words.confirm = confirm;
    ck_assert_ptr_nonnull(node);
    node->exchange = actor->exchange;
    node->policy = actor->policy;
    node->roster = world->roster;
    complaint = NULL;
    enum result result = answer_respond(&reply, node, &words, caller, &complaint);
    *proposed = reply.proposed;
    actor->exchange = node->exchange;
    free(node);
    commit(actor, result_name(result), result);
    return result;
}

START_TEST(a_release_takes_two_persons_where_the_policy_says_so) {
    const struct caller anna = {.uid = 1000, .user = "anna"}, ben = {.uid = 1001, .user = "ben"};
    const struct caller anna_as_node = {.uid = 990, .has_login = true, .login_uid = 1000};
    const struct caller anna_as_root = {.uid = 0, .has_login = true, .login_uid = 1000};
    const struct caller ben_as_node = {.uid = 990, .has_login = true, .login_uid = 1001};
    bool proposed;
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    ck_assert_int_eq(respond(congo, id, &ben, true, &proposed), RESULT_NOT_FOUND);
    ck_assert_int_eq(respond(congo, id, &anna, false, &proposed), RESULT_OK);
    ck_assert(proposed);
    world_settle(world);
    check_states(id, "open");
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "");
    ck_assert_int_eq(respond(congo, id, &anna, true, &proposed), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(respond(congo, id, &anna_as_root, true, &proposed), RESULT_NOT_ALLOWED); /* nobody can tell */
    ck_assert_int_eq(respond(congo, id, &anna_as_node, false, &proposed), RESULT_OK);
    ck_assert_int_eq(respond(congo, id, &anna_as_root, true, &proposed), RESULT_NOT_ALLOWED);
    world_restart(congo);
    ck_assert_int_eq(respond(congo, id, &ben_as_node, true, &proposed), RESULT_OK);
    ck_assert(!proposed);
    world_settle(world);
    check_states(id, "released");
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

/* What was proposed is about the thread as it was. */
START_TEST(a_proposal_ends_with_the_next_step) {
    const struct caller anna = {.uid = 1000}, ben = {.uid = 1001};
    bool proposed;
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    ck_assert_int_eq(respond(congo, id, &anna, false, &proposed), RESULT_OK);
    RequestStep offer = step_of(REQUEST_OFFER, "persons.surname");
    say(congo, id, offer, "ok");
    ck_assert_int_eq(respond(congo, id, &ben, true, &proposed), RESULT_NOT_FOUND);
}
END_TEST

/* ---- attacks ---- */

/* Kenya tells its police whatever it likes: this release, with these slots, in the feed of its audience. */
static void pass_on(const char *audience, struct actor *reader, const struct release *release_,
                    const struct field_set *shown) {
    struct exchange *exchange = &kenya->exchange;
    struct holding holding = world_view(kenya, object);
    struct disclosure narrow;
    struct buf body;
    struct telling telling = {.audience = policy_find_audience(exchange->policy, audience),
                              .header = holding.disclosure.header,
                              .object = object,
                              .sequence = holding.stored.sequence,
                              .shown = *shown,
                              .rule = "none"};
    buf_init(&body, &world->arena);
    ck_assert_int_eq(disclosure_narrow(&narrow, &world->arena, &holding.disclosure, shown), RESULT_OK);
    narrow.release = release_;
    narrow.hops = 1;
    ck_assert_int_eq(disclosure_encode(&body, &world->arena, &narrow), RESULT_OK);
    telling.body = buf_span(&body);
    ck_assert_int_eq(exchange_begin(exchange), RESULT_OK);
    commit(kenya, "ok", exchange_append(exchange, &telling, world->now_ms));
    world_carry(kenya, reader);
}

/* The police refuse it for this reason, keep the evidence, and have nothing of the persons. */
static void check_refused(struct actor *reader, enum result why) {
    ck_assert_uint_eq(reader->exchange.refused[why], 1);
    ck_assert(!world_has(reader, object) || !*world_value(reader, object, "persons.surname"));
}

static const struct release *release_of(struct actor *actor) {
    struct holding holding = world_view(actor, object);
    ck_assert_ptr_nonnull(holding.disclosure.release);
    return holding.disclosure.release;
}

/* Terms as they shall be, signed by this actor. */
static const struct release *forged(struct actor *signer, ReleaseTerms terms) {
    struct release *made = arena_alloc(&world->arena, sizeof *made);
    struct span bytes;
    ck_assert_int_eq(release_sign(&bytes, &world->arena, &terms, &signer->identity), RESULT_OK);
    ck_assert_int_eq(release_decode(made, &world->arena, bytes), RESULT_OK);
    return made;
}

/* The Congo has released the persons of an H2 alert to Kenya, with leave for its police until in an hour. */
static struct field_set persons;
static void begin_attack(void) {
    persons = fields("persons");
    publish("AMBER", "\"handling\":[\"H2\"]");
    const uint8_t *id = ask(kenya, congo, "persons");
    RequestStep step = with_leave(step_of(REQUEST_RELEASE, "persons"), false);
    step.n_onward = 1;
    step.has_until = true;
    step.until = world->now_ms + 3600000;
    release(congo, id, step, "ok");
    world_carry(congo, kenya);
}

START_TEST(forward_without_release) {
    begin_attack();
    pass_on("police", police, NULL, &persons);
    check_refused(police, RESULT_MARKING_FORBIDS);
}
END_TEST

START_TEST(reuse_a_release_for_another_alert) {
    begin_attack();
    const struct release *first = release_of(kenya);
    publish("AMBER", "\"handling\":[\"H2\"]");
    struct field_set incident = fields("incident");
    pass_on("police", police, first, &incident);
    check_refused(police, RESULT_MALFORMED);
}
END_TEST

START_TEST(reuse_a_release_for_another_field) {
    begin_attack();
    struct field_set incident = fields("incident");
    pass_on("police", police, release_of(kenya), &incident);
    check_refused(police, RESULT_MARKING_FORBIDS);
}
END_TEST

/* The court was not named; and a release that was made for Uganda is of no use to Kenya. */
START_TEST(reuse_a_release_for_another_reader) {
    begin_attack();
    pass_on("court", court, release_of(kenya), &persons);
    check_refused(court, RESULT_MARKING_FORBIDS);
    ReleaseTerms terms = *release_of(kenya)->terms;
    terms.reader = proto_bytes(uganda->identity.id, MEMBER_ID_SIZE);
    pass_on("police", police, forged(congo, terms), &persons);
    check_refused(police, RESULT_MARKING_FORBIDS);
}
END_TEST

START_TEST(a_release_by_somebody_else) {
    begin_attack();
    pass_on("police", police, forged(kenya, *release_of(kenya)->terms), &persons);
    check_refused(police, RESULT_MALFORMED);
}
END_TEST

/* It says that the Congo signed, and Kenya did: it waits for a key of the Congo's that it might not know. */
START_TEST(a_release_in_the_name_of_the_originator) {
    begin_attack();
    struct release copy = *release_of(kenya);
    uint8_t *bytes = arena_copy(&world->arena, copy.bytes.data, copy.bytes.len);
    bytes[copy.bytes.len - 1] ^= 1; /* of the signature */
    copy.bytes.data = bytes;
    pass_on("police", police, &copy, &persons);
    check_refused(police, RESULT_BAD_SIGNATURE);
}
END_TEST

START_TEST(an_expired_release) {
    begin_attack();
    world->now_ms += 3600000;
    pass_on("police", police, release_of(kenya), &persons);
    check_refused(police, RESULT_MARKING_FORBIDS);
}
END_TEST

/* Another bit among the slots, under the signature of before. */
START_TEST(widen_a_release) {
    begin_attack();
    struct release copy = *release_of(kenya);
    uint8_t *bytes = arena_copy(&world->arena, copy.bytes.data, copy.bytes.len);
    uint8_t *at = memmem(bytes, copy.bytes.len, copy.terms->slots.data, FIELD_SLOTS / 8);
    ck_assert_ptr_nonnull(at);
    memset(at, 0xff, FIELD_SLOTS / 8);
    copy.bytes.data = bytes;
    struct field_set all = field_set_all();
    pass_on("police", police, &copy, &all);
    check_refused(police, RESULT_BAD_SIGNATURE);
}
END_TEST

/* What Kenya was given with leave goes on once: the police may not pass it on in their turn. */
START_TEST(what_came_with_a_release_goes_no_further) {
    begin_attack();
    pass_on("police", police, release_of(kenya), &persons);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    struct holding holding = world_view(police, object);
    const struct policy_audience audience = {.members = {.role = "POLICE", .country = "KE"}};
    const struct policy_hop hop = exchange_hop(&police->exchange, &audience, &holding.disclosure);
    const struct policy_view all = {.fields = field_set_all()};
    struct marking marking;
    ck_assert_int_eq(policy_marking(&marking, holding.disclosure.header), RESULT_OK);
    struct field_set shown = policy_decide(&marking, &all, &hop);
    ck_assert(field_set_is_empty(&shown));
}
END_TEST

/* ---- steps that nobody honest sends ---- */

static void send(struct actor *author, struct actor *reader, const char *audience, RequestStep *step) {
    struct exchange *exchange = &author->exchange;
    struct span bytes;
    ck_assert_int_eq(request_encode(&bytes, &world->arena, step), RESULT_OK);
    struct policy_audience alone = {.name = audience, .members = {.name = reader->name}};
    const struct member **members;
    struct feed *feed;
    size_t count;
    ck_assert_int_eq(feeds_members(&world->arena, &alone, exchange->roster, author->identity.id, &members, &count),
                     RESULT_OK);
    ck_assert_int_eq(exchange_begin(exchange), RESULT_OK);
    ck_assert_int_eq(feeds_get(&exchange->feeds, author->identity.id, author->identity.key_id, audience, &feed),
                     RESULT_OK);
    ck_assert_int_eq(feeds_refresh(&exchange->feeds, feed, &exchange->turn, members, count, world->now_ms), RESULT_OK);
    commit(author, "ok", feeds_append(&exchange->feeds, feed, &exchange->turn, ENTRY_REQUEST, bytes, world->now_ms));
    world_carry(author, reader);
}

/* The entry that brought it, again; and its step in an entry of its own. */
START_TEST(replay_a_release) {
    begin_attack();
    size_t count;
    struct span *entries = world_entries(congo, "@ke-customs", 0, &count);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "@ke-customs", entries, count, NULL)), "replayed");
    RequestStep step = step_of(REQUEST_RELEASE, "persons");
    step.object = proto_bytes(object, sizeof object);
    step.request = proto_bytes(kenya->exchange.requests.rows[0].id, REQUEST_ID_SIZE);
    send(congo, kenya, "@ke-customs", &step);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_REPLAYED], 2);
    RequestThread *words;
    ck_assert_int_eq(requests_read(&words, &world->arena, &kenya->exchange.requests.rows[0]), RESULT_OK);
    ck_assert_uint_eq(words->n_events, 2);
}
END_TEST

static const uint8_t made_up[REQUEST_ID_SIZE] = {1};

START_TEST(a_step_in_a_feed_for_others_is_refused) {
    publish("GREEN", "");
    RequestStep step = asking(kenya, "persons");
    step.request = proto_bytes(made_up, sizeof made_up);
    send(kenya, congo, "everybody", &step);
    ck_assert_uint_eq(congo->exchange.refused[RESULT_NOT_ALLOWED], 1);
    ck_assert_uint_eq(congo->exchange.requests.count, 0);
}
END_TEST

START_TEST(a_step_of_no_thread_or_of_anothers_is_refused) {
    publish("GREEN", "");
    const uint8_t *id = ask(kenya, congo, "persons");
    RequestStep step = step_of(REQUEST_WITHDRAW, NULL);
    step.object = proto_bytes(object, sizeof object);
    step.request = proto_bytes(made_up, sizeof made_up);
    send(uganda, congo, "@cd-customs", &step);
    ck_assert_uint_eq(congo->exchange.refused[RESULT_NOT_FOUND], 1);
    step.request = proto_bytes(id, REQUEST_ID_SIZE);
    send(uganda, congo, "@cd-customs", &step);
    ck_assert_uint_eq(congo->exchange.refused[RESULT_NOT_ALLOWED], 1);
    check_states(id, "open");
}
END_TEST

/* What is not here cannot be asked for: nobody learns by it what is. */
START_TEST(a_request_about_what_is_not_here_is_refused) {
    static const uint8_t elsewhere[OBJECT_ID_SIZE] = {7};
    publish("GREEN", "");
    RequestStep step = asking(kenya, "persons");
    step.request = proto_bytes(made_up, sizeof made_up);
    step.object = proto_bytes(elsewhere, sizeof elsewhere);
    send(kenya, congo, "@cd-customs", &step);
    ck_assert_uint_eq(congo->exchange.refused[RESULT_NOT_FOUND], 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("requests");
    TCase *honest = tcase_create("honest");
    tcase_add_checked_fixture(honest, set_up, tear_down);
    tcase_add_test(honest, a_release_opens_more_of_the_same_signed_alert);
    tcase_add_test(honest, what_is_released_without_leave_stays_with_its_reader);
    tcase_add_test(honest, h2_goes_on_where_its_originator_has_signed_it);
    tcase_add_test(honest, h1_goes_to_a_court_with_a_release_that_says_so);
    tcase_add_test(honest, a_thread_outlives_a_restart);
    tcase_add_test(honest, what_is_taken_back_was_never_asked);
    tcase_add_test(honest, a_condition_is_accepted);
    tcase_add_test(honest, steps_that_cross_end_alike);
    tcase_add_test(honest, each_side_has_its_own_steps);
    tcase_add_test(honest, a_deadline_passes);
    tcase_add_test(honest, a_request_goes_up_one_hop);
    suite_add_tcase(suite, honest);
    TCase *bounds = tcase_create("bounds");
    tcase_add_checked_fixture(bounds, set_up, tear_down);
    tcase_add_test(bounds, the_policy_bounds_what_people_open);
    tcase_add_test(bounds, a_forwarder_gives_no_leave);
    tcase_add_test(bounds, a_forwarder_does_not_release_against_the_marking);
    tcase_add_test(bounds, a_later_release_takes_nothing_back);
    tcase_add_test(bounds, an_earlier_release_goes_when_it_has_been_read);
    tcase_add_test(bounds, no_release_of_what_a_newer_version_replaced);
    tcase_add_test(bounds, a_flood_of_requests_is_refused_and_counted);
    tcase_add_test(bounds, a_member_pushes_out_no_threads_but_its_own);
    suite_add_tcase(suite, bounds);
    TCase *persons_two = tcase_create("two persons");
    tcase_add_checked_fixture(persons_two, set_up_two_persons, tear_down);
    tcase_add_test(persons_two, a_release_takes_two_persons_where_the_policy_says_so);
    tcase_add_test(persons_two, a_proposal_ends_with_the_next_step);
    suite_add_tcase(suite, persons_two);
    TCase *attacks = tcase_create("attacks");
    tcase_add_checked_fixture(attacks, set_up_attacks, tear_down);
    tcase_add_test(attacks, forward_without_release);
    tcase_add_test(attacks, reuse_a_release_for_another_alert);
    tcase_add_test(attacks, reuse_a_release_for_another_field);
    tcase_add_test(attacks, reuse_a_release_for_another_reader);
    tcase_add_test(attacks, a_release_by_somebody_else);
    tcase_add_test(attacks, a_release_in_the_name_of_the_originator);
    tcase_add_test(attacks, an_expired_release);
    tcase_add_test(attacks, widen_a_release);
    tcase_add_test(attacks, replay_a_release);
    tcase_add_test(attacks, what_came_with_a_release_goes_no_further);
    tcase_add_test(attacks, a_step_in_a_feed_for_others_is_refused);
    tcase_add_test(attacks, a_step_of_no_thread_or_of_anothers_is_refused);
    tcase_add_test(attacks, a_request_about_what_is_not_here_is_refused);
    suite_add_tcase(suite, attacks);
    return suite;
}
