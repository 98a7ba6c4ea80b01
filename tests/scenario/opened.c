/* Words that an alert was opened, between a real node and somebody with a member's keys: what is answered and when,
 * what ends the session, and who is told again until it has answered. */
#include <check.h>
#include <signal.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/opened.h"
#include "sync.pb-c.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000, QUIET_MS = 1500 };

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "tell_opened:\n"
                             "  - {to: {role: CUSTOMS}, time: exact}\n"
                             "local: {operators: {show: [all]}}\n";
static const char alert[] = "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                            "\"incident\":{\"country\":\"CD\",\"date\":\"2014-05-05\"},"
                            "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\"}]}";

struct network {
    struct homes *homes;
    struct home *congo, *kenya;
    struct arena arena;
    struct span object;
};

/* Congo has told Kenya one alert; Kenya does not run unless it is told to. */
static struct network begin(bool with_kenya) {
    struct network network = {.homes = homes_new()};
    arena_init(&network.arena, SIZE_MAX);
    network.congo = homes_add(network.homes, "cd-customs", "CD", "CUSTOMS", policy);
    network.kenya = homes_add(network.homes, "ke-customs", "KE", "CUSTOMS", policy);
    homes_write(network.homes);
    home_start(network.congo);
    if (with_kenya)
        home_start(network.kenya);
    struct control *control = home_connect(network.congo);
    const Published *published = home_publish(control, &network.arena, alert);
    ck_assert(published && published->has_object);
    network.object = proto_span(published->object);
    control_close(control);
    return network;
}

static void end(struct network *network) {
    ck_assert_uint_eq(homes_stop(network->homes), 0);
    homes_free(network->homes);
    arena_release(&network->arena);
}

static uint64_t refused(struct network *network, const struct home *home, const char *why) {
    const Status *status = home_status(home, &network->arena);
    for (size_t i = 0; i < status->n_refused; i++)
        if (strcmp(status->refused[i]->name, why) == 0)
            return status->refused[i]->count;
    return 0;
}

/* What an operator asks of the alert: its status, or to be shown it. */
static const Reply *ask(struct network *network, const struct home *home, bool show) {
    char digits[2 * OBJECT_ID_SIZE + 1];
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    Show words = SHOW__INIT;
    text_hex(digits, network->object.data, OBJECT_ID_SIZE);
    status.alert = words.alert = digits;
    request.status = show ? NULL : &status;
    request.show = show ? &words : NULL;
    struct control *control = home_connect(home);
    const Reply *reply = home_ask(control, &network->arena, &request);
    control_close(control);
    ck_assert(reply && strcmp(reply->result, "ok") == 0);
    return reply;
}

/* When Kenya has opened it, as Congo knows; 0: it does not. */
static uint64_t known_since(struct network *network) {
    const AlertStatus *status = ask(network, network->congo, false)->status->alert;
    for (size_t i = 0; i < status->n_told; i++)
        for (size_t k = 0; k < status->told[i]->n_readers; k++)
            if (strcmp(status->told[i]->readers[k]->member, "ke-customs") == 0)
                return status->told[i]->readers[k]->opened;
    return 0;
}

static struct puppet *call(const struct home *as, const struct home *to) {
    struct puppet *puppet = puppet_call(as, to);
    WAIT_UNTIL(home_is_connected(to, as->name));
    return puppet;
}

/* ---- Kenya is played ---- */

static struct span word_of(struct network *network, struct span object) {
    struct opened opened = {.when = 1399377600001, .step = OPENED_EXACTLY};
    struct buf bytes;
    memcpy(opened.object, object.data, OBJECT_ID_SIZE);
    buf_init(&bytes, &network->arena);
    ck_assert_int_eq(opened_make(&bytes, &network->arena, &opened, &network->kenya->identity), RESULT_OK);
    return buf_span(&bytes);
}

static void say(struct puppet *puppet, struct span word) {
    SyncMessage message = SYNC_MESSAGE__INIT;
    message.has_opened = true;
    message.opened = proto_bytes(word.data, word.len);
    ck_assert(puppet_say(puppet, &message));
}

static const SyncMessage *hear(struct puppet *puppet, bool (*is_wanted)(const SyncMessage *message), unsigned ms) {
    uint64_t until = now_ms() + ms;
    for (uint64_t now; (now = now_ms()) < until;) {
        const SyncMessage *message = puppet_hear(puppet, (unsigned)(until - now));
        if (!message || is_wanted(message))
            return message;
    }
    return NULL;
}

static bool is_noted(const SyncMessage *message) {
    return message->noted != NULL;
}

static bool is_opened(const SyncMessage *message) {
    return message->has_opened;
}

/* The reason in the answer; "": none. */
static const char *answer(struct puppet *puppet) {
    const SyncMessage *message = hear(puppet, is_noted, PATIENCE_MS);
    ck_assert_ptr_nonnull(message);
    return message->noted->reason ? message->noted->reason : "";
}

START_TEST(what_was_answered_is_on_the_disk) {
    struct network network = begin(false);
    struct puppet *kenya = call(network.kenya, network.congo);
    say(kenya, word_of(&network, network.object));
    ck_assert_str_eq(answer(kenya), "");
    home_stop(network.congo, SIGKILL);
    puppet_free(kenya);
    home_start(network.congo);
    ck_assert_uint_eq(known_since(&network), 1399377600001);
    kenya = call(network.kenya, network.congo);
    say(kenya, word_of(&network, network.object));
    ck_assert_str_eq(answer(kenya), ""); /* it may not have heard the answer before */
    ck_assert_uint_eq(refused(&network, network.congo, "replayed"), 1);
    puppet_free(kenya);
    end(&network);
}
END_TEST

START_TEST(what_does_not_count_is_answered_with_the_reason) {
    struct network network = begin(false);
    struct puppet *kenya = call(network.kenya, network.congo);
    struct span good = word_of(&network, network.object);
    uint8_t *bytes = arena_copy(&network.arena, good.data, good.len), other[OBJECT_ID_SIZE] = {1};
    bytes[good.len - 20] ^= 1;
    say(kenya, span_of(bytes, good.len));
    ck_assert_str_eq(answer(kenya), "bad-signature");
    say(kenya, word_of(&network, SPAN_OF_ARRAY(other)));
    ck_assert_str_eq(answer(kenya), "not-allowed");
    ck_assert_uint_eq(known_since(&network), 0);
    say(kenya, good); /* the session goes on */
    ck_assert_str_eq(answer(kenya), "");
    ck_assert_uint_eq(refused(&network, network.congo, "bad-signature"), 1);
    ck_assert_uint_eq(refused(&network, network.congo, "not-allowed"), 1);
    puppet_free(kenya);
    end(&network);
}
END_TEST

START_TEST(what_has_no_form_or_was_not_asked_for_ends_the_session) {
    struct network network = begin(false);
    SyncMessage message = SYNC_MESSAGE__INIT;
    Noted noted = NOTED__INIT;
    struct puppet *kenya = call(network.kenya, network.congo);
    say(kenya, span_of_text("opened"));
    ck_assert(puppet_is_hung_up_on(kenya, PATIENCE_MS));
    puppet_free(kenya);
    kenya = call(network.kenya, network.congo);
    noted.reader = proto_bytes(network.congo->identity.id, MEMBER_ID_SIZE);
    noted.object = proto_bytes(network.object.data, OBJECT_ID_SIZE);
    message.noted = &noted;
    ck_assert(puppet_say(kenya, &message));
    ck_assert(puppet_is_hung_up_on(kenya, PATIENCE_MS));
    puppet_free(kenya);
    ck_assert_uint_eq(refused(&network, network.congo, "malformed"), 2);
    end(&network);
}
END_TEST

/* ---- Congo is played ---- */

static void say_hello(struct puppet *puppet) {
    static uint8_t digest[HASH_SIZE];
    SyncMessage message = SYNC_MESSAGE__INIT;
    Hello hello = HELLO__INIT;
    hello.protocol = hello.roster_version = 1;
    hello.trust = proto_bytes(digest, sizeof digest);
    hello.has_takes_opened = hello.takes_opened = true;
    message.hello = &hello;
    ck_assert(puppet_say(puppet, &message));
}

static void note(struct puppet *puppet, const SyncMessage *told) {
    SyncMessage message = SYNC_MESSAGE__INIT;
    Noted noted = NOTED__INIT;
    struct opened_read read;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    ck_assert_int_eq(opened_read(&read, &arena, proto_span(told->opened)), RESULT_OK);
    noted.reader = read.words->reader;
    noted.object = read.words->object;
    message.noted = &noted;
    ck_assert(puppet_say(puppet, &message));
    arena_release(&arena);
}

/* An older node, which would end the session, is told nothing. */
START_TEST(a_word_is_told_to_who_takes_it_until_it_is_answered) {
    struct network network = begin(true);
    WAIT_UNTIL(home_alerts(network.kenya) == 1);
    home_stop(network.congo, SIGTERM);
    ask(&network, network.kenya, true);
    struct puppet *congo = call(network.congo, network.kenya);
    ck_assert_ptr_null(hear(congo, is_opened, QUIET_MS));
    say_hello(congo);
    ck_assert_ptr_nonnull(hear(congo, is_opened, PATIENCE_MS));
    ck_assert_ptr_null(hear(congo, is_opened, QUIET_MS)); /* once in a session */
    puppet_free(congo);
    home_stop(network.kenya, SIGKILL);
    home_start(network.kenya);
    congo = call(network.congo, network.kenya);
    say_hello(congo);
    const SyncMessage *told = hear(congo, is_opened, PATIENCE_MS);
    ck_assert_ptr_nonnull(told);
    note(congo, told);
    WAIT_UNTIL(home_status(network.kenya, &network.arena)->opened_owed == 0);
    puppet_free(congo);
    congo = call(network.congo, network.kenya);
    say_hello(congo);
    ck_assert_ptr_null(hear(congo, is_opened, QUIET_MS));
    puppet_free(congo);
    end(&network);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("opened");
    TCase *tcase = tcase_create("opened");
    tcase_set_timeout(tcase, 240);
    tcase_add_test(tcase, what_was_answered_is_on_the_disk);
    tcase_add_test(tcase, what_does_not_count_is_answered_with_the_reason);
    tcase_add_test(tcase, what_has_no_form_or_was_not_asked_for_ends_the_session);
    tcase_add_test(tcase, a_word_is_told_to_who_takes_it_until_it_is_answered);
    suite_add_tcase(suite, tcase);
    return suite;
}
