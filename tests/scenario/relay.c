/* A third node carries feeds that it cannot read: an alert reaches its readers while its author is off. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 60000 };

static const char congo_policy[] = "audiences:\n"
                                   "  customs:\n"
                                   "    members: {role: CUSTOMS}\n"
                                   "    carriers: {role: SECRETARIAT}\n"
                                   "    publish: yes\n"
                                   "    show: [all]\n"
                                   "accept: []\n"
                                   "local: {operators: {show: [all]}}\n";

static const char shy_policy[] = "audiences:\n"
                                 "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                 "accept: []\n"
                                 "local: {operators: {show: [all]}}\n";

static const char carrier_policy[] = "carry:\n"
                                     "  - from: {role: CUSTOMS}\n"
                                     "accept: []\n"
                                     "local: {operators: {show: [all]}}\n";

static const char idle_policy[] = "accept: []\n"
                                  "local: {operators: {show: [all]}}\n";

static const char reader_policy[] = "accept:\n"
                                    "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                    "local: {operators: {show: [all]}}\n";

static const char alert[] = "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                            "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
                            "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\","
                            "\"unit\":\"KIL\"}],\"narrative\":{\"title\":\"carried unread\"}}";

struct network {
    struct arena arena;
    struct homes *homes;
    struct home *carrier, *congo, *kenya;
};

/* Each calls those before it: the carrier is called by both, and the Congo by Kenya. */
static struct network make(const char *author, const char *carrier) {
    struct network network = {.homes = homes_new()};
    arena_init(&network.arena, SIZE_MAX);
    network.carrier = homes_add(network.homes, "relay", "BE", "SECRETARIAT", carrier);
    network.congo = homes_add(network.homes, "cd-customs", "CD", "CUSTOMS", author);
    network.kenya = homes_add(network.homes, "ke-customs", "KE", "CUSTOMS", reader_policy);
    homes_write(network.homes);
    return network;
}

static void end(struct network *network) {
    ck_assert_uint_eq(homes_stop(network->homes), 0);
    arena_release(&network->arena);
    homes_free(network->homes);
}

static void publish(struct network *network, unsigned count) {
    struct control *control = home_connect(network->congo);
    ck_assert_ptr_nonnull(control);
    for (unsigned i = 0; i < count; i++) {
        Published *published = home_publish(control, &network->arena, alert);
        ck_assert(published && strcmp(published->result, "ok") == 0);
    }
    control_close(control);
}

static Status *status_of(struct network *network, const struct home *home) {
    struct control *control = home_connect(home);
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    request.status = &words;
    ck_assert_ptr_nonnull(control);
    Reply *reply = home_ask(control, &network->arena, &request);
    control_close(control);
    ck_assert(reply && reply->status);
    return reply->status;
}

/* Entries of the Congo's feed at a node. */
static uint64_t entries_at(struct network *network, const struct home *home) {
    const Status *status = status_of(network, home);
    for (size_t i = 0; i < status->n_feeds; i++)
        if (strcmp(status->feeds[i]->author, "cd-customs") == 0)
            return status->feeds[i]->number;
    return 0;
}

static uint64_t received_by(struct network *network, const struct home *home) {
    const Status *status = status_of(network, home);
    uint64_t bytes = 0;
    for (size_t i = 0; i < status->n_peers; i++)
        bytes += status->peers[i]->received;
    return bytes;
}

/* How far Kenya has the feed, as its author knows. */
static uint64_t delivered(struct network *network) {
    const Status *status = status_of(network, network->congo);
    for (size_t i = 0; i < status->n_feeds; i++)
        for (size_t k = 0; k < status->feeds[i]->n_positions; k++)
            if (strcmp(status->feeds[i]->positions[k]->member, "ke-customs") == 0)
                return status->feeds[i]->positions[k]->number;
    return 0;
}

START_TEST(an_alert_reaches_its_reader_while_its_author_is_off) {
    struct network network = make(congo_policy, carrier_policy);
    home_start(network.carrier);
    home_start(network.congo);
    publish(&network, 5);
    WAIT_UNTIL(entries_at(&network, network.carrier) == 6); /* and the grant */
    ck_assert_uint_eq(home_alerts(network.carrier), 0);     /* which it cannot read */
    ck_assert_int_eq(home_stop(network.congo, SIGTERM), 0);

    home_start(network.kenya);
    WAIT_UNTIL(home_alerts(network.kenya) == 5);
    home_start(network.congo);
    WAIT_UNTIL(delivered(&network) == 6);
    publish(&network, 3); /* now there are two ways */
    WAIT_UNTIL(home_alerts(network.kenya) == 8);
    WAIT_UNTIL(entries_at(&network, network.carrier) == 9);
    ck_assert_uint_eq(home_alerts(network.carrier), 0);
    WAIT_UNTIL(delivered(&network) == 9);
    end(&network);
}
END_TEST

START_TEST(the_carrier_may_restart_and_the_author_never_come_back) {
    struct network network = make(congo_policy, carrier_policy);
    home_start(network.carrier);
    home_start(network.congo);
    publish(&network, 5);
    WAIT_UNTIL(entries_at(&network, network.carrier) == 6);
    ck_assert_int_eq(home_stop(network.congo, SIGKILL), SIGKILL);
    ck_assert_int_eq(home_stop(network.carrier, SIGKILL), SIGKILL);
    home_start(network.carrier);
    home_start(network.kenya);
    WAIT_UNTIL(home_alerts(network.kenya) == 5);
    const Status *status = status_of(&network, network.kenya);
    ck_assert_uint_eq(status->n_forks, 0);
    end(&network);
}
END_TEST

/* Two ways to a feed bring it once. */
START_TEST(two_ways_do_not_double_the_bytes) {
    enum { COUNT = 200 };
    struct network network = make(congo_policy, carrier_policy);
    home_start(network.carrier);
    home_start(network.congo);
    home_start(network.kenya);
    publish(&network, COUNT);
    WAIT_UNTIL(home_alerts(network.kenya) == COUNT);
    WAIT_UNTIL(entries_at(&network, network.carrier) == COUNT + 1);
    uint64_t once = received_by(&network, network.carrier), both = received_by(&network, network.kenya);
    ck_assert_msg(both < once + once / 10, "%llu bytes came by two ways, %llu by one", (unsigned long long)both,
                  (unsigned long long)once);
    end(&network);
}
END_TEST

/* Both have to want it: the author that it is carried, the carrier to carry. */
START_TEST(nobody_carries_without_being_asked) {
    struct network network = make(shy_policy, carrier_policy);
    home_start(network.carrier);
    home_start(network.congo);
    home_start(network.kenya);
    publish(&network, 3);
    WAIT_UNTIL(home_alerts(network.kenya) == 3);
    ck_assert_uint_eq(entries_at(&network, network.carrier), 0);
    end(&network);
}
END_TEST

START_TEST(nobody_is_made_to_carry) {
    struct network network = make(congo_policy, idle_policy);
    home_start(network.carrier);
    home_start(network.congo);
    home_start(network.kenya);
    publish(&network, 3);
    WAIT_UNTIL(home_alerts(network.kenya) == 3);
    ck_assert_uint_eq(entries_at(&network, network.carrier), 0);
    end(&network);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("relay");
    TCase *carrying = tcase_create("carrying");
    tcase_set_timeout(carrying, 300);
    tcase_add_test(carrying, an_alert_reaches_its_reader_while_its_author_is_off);
    tcase_add_test(carrying, the_carrier_may_restart_and_the_author_never_come_back);
    tcase_add_test(carrying, two_ways_do_not_double_the_bytes);
    tcase_add_test(carrying, nobody_carries_without_being_asked);
    tcase_add_test(carrying, nobody_is_made_to_carry);
    suite_add_tcase(suite, carrying);
    return suite;
}
