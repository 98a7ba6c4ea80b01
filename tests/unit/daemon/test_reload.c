/* A policy that another view for operators comes with, in the same turn as alerts: what can be found, and what is told,
 * once the turn has ended. A whole node in this process, which is not run but led by hand. */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "tests/support/homes.h"

const bool suite_no_fork = true;

#define POLICY(hide)                                                                                                   \
    "audiences:\n  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"                                   \
    "local: {operators: {show: [all]" hide "}}\n"
static const char all[] = POLICY(""), no_specimens[] = POLICY(", hide: [specimens]");
static const char alert[] = "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                            "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
                            "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\","
                            "\"unit\":\"KIL\"}]}";

static struct homes *homes;
static struct home *congo;
static struct node node;
static struct publication publication;

static void set_up(void) {
    homes = homes_new();
    congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", all);
    homes_add(homes, "ke-customs", "KE", "CUSTOMS", all);
    homes_write(homes);
    const struct node_options options = {.home = congo->folder, .single_thread = true};
    ck_assert_str_eq(result_name(node_open(&node, &options)), "ok");
}

static void tear_down(void) {
    node_release(&node);
    mailbox_free(node.mailbox); /* which no link knows of: nobody has called */
    homes_free(homes);
}

/* ---- what happens in a turn ---- */

static void publish(void) {
    publication = (struct publication){.json = span_of_text(alert)};
    exchange_prepare(&node.exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&node.exchange, &publication, 1)), "ok");
    ck_assert_str_eq(result_name(publication.result), "ok");
    exchange_publication_release(&publication);
}

static void reload(const char *policy) {
    struct report report;
    report_init(&report, &node.exchange.turn);
    home_write(congo, "policy.yaml", span_of_text(policy));
    ck_assert_str_eq(result_name(node_reload(&node, &report)), "ok");
}

/* What a watch for it was told. */
struct told {
    struct search watch;
    size_t arrived;
    size_t matched;
};

static void arrived(void *context, const struct index_row *row, const struct document *document) {
    struct told *told = context;
    told->arrived++;
    told->matched += answer_is_asked_for(&told->watch, &node, row, document);
}

static struct search search_of(const char *query) {
    struct search search;
    Reply reply = REPLY__INIT;
    Find words = FIND__INIT;
    const char *complaint = NULL;
    words.query = words_of(query);
    ck_assert_str_eq(result_name(answer_search(&search, &node.exchange.turn, &node, &words, &reply, &complaint)), "ok");
    return search;
}

static struct told end_turn(enum result failure) {
    struct told told = {.watch = search_of("term:SCA")};
    node.exchange.failure = failure;
    ck_assert_str_eq(result_name(exchange_commit(&node.exchange, arrived, &told)), result_name(failure));
    ck_assert(!node.exchange.is_view_old);
    exchange_end_turn(&node.exchange);
    return told;
}

static void check_found(const char *query, size_t expected) {
    struct search search = search_of(query);
    Reply reply = REPLY__INIT;
    ck_assert_str_eq(result_name(answer_found(&reply, &node, &search)), "ok");
    ck_assert_uint_eq(reply.n_rows, expected);
    exchange_end_turn(&node.exchange);
}

static void begin_with(const char *policy) {
    publish();
    end_turn(RESULT_OK);
    reload(policy);
    end_turn(RESULT_OK);
}

/* ---- the tests ---- */

START_TEST(alerts_before_and_behind_a_new_policy_go_by_it) {
    const char *before = _i ? no_specimens : all, *after = _i ? all : no_specimens;
    begin_with(before);
    check_found("term:SCA", _i ? 0 : 1);
    publish();
    reload(after);
    publish();
    struct told told = end_turn(RESULT_OK);
    ck_assert_uint_eq(told.arrived, 2);
    ck_assert_uint_eq(told.matched, _i ? 2 : 0);
    check_found("term:SCA", _i ? 3 : 0);
    check_found("country:CD", 3);
    publish();
    end_turn(RESULT_OK);
    check_found("term:SCA", _i ? 4 : 0);
    check_found("country:CD", 4);
}
END_TEST

/* The policy stays in force when the disk is full, and so does what it hides. */
START_TEST(a_turn_that_is_lost_goes_by_the_new_policy_too) {
    begin_with(all);
    publish();
    reload(no_specimens);
    if (_i) {
        exchange_abort(&node.exchange);
        exchange_end_turn(&node.exchange);
    } else {
        ck_assert_uint_eq(end_turn(RESULT_DISK_FULL).arrived, 0);
    }
    ck_assert(!node.exchange.is_view_old);
    check_found("term:SCA", 0);
    check_found("country:CD", 1);
    publish();
    end_turn(RESULT_OK);
    check_found("term:SCA", 0);
    check_found("country:CD", 2);
}
END_TEST

START_TEST(a_policy_that_goes_there_and_back_in_one_turn) {
    begin_with(all);
    publish();
    reload(no_specimens);
    reload(all);
    ck_assert_uint_eq(end_turn(RESULT_OK).matched, 1);
    check_found("term:SCA", 2);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("reload");
    TCase *views = tcase_create("views");
    tcase_set_timeout(views, 60);
    tcase_add_checked_fixture(views, set_up, tear_down);
    tcase_add_loop_test(views, alerts_before_and_behind_a_new_policy_go_by_it, 0, 2);
    tcase_add_loop_test(views, a_turn_that_is_lost_goes_by_the_new_policy_too, 0, 2);
    tcase_add_test(views, a_policy_that_goes_there_and_back_in_one_turn);
    suite_add_tcase(suite, views);
    return suite;
}
