/* How much one answer to `find` and `stats` reads and holds: large alerts at a whole node in this process, which is led
 * by hand. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "tests/support/homes.h"

const bool suite_no_fork = true;

enum {
    SPECIMENS = 7,
    DESCRIPTION = FIELD_TEXT_BYTES_MAX - 1,
    ALERTS = FIND_READ_BYTES_MAX / (SPECIMENS * DESCRIPTION) + 10
};

static const char policy[] = "audiences:\n  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

static struct homes *homes;
static struct node node;
static struct arena arena;

/* As many bytes as an alert may have, nearly. */
static const char *large_alert(void) {
    const char *specimens = "";
    char description[DESCRIPTION + 1];
    memset(description, 'x', DESCRIPTION);
    description[DESCRIPTION] = '\0';
    for (size_t i = 0; i < SPECIMENS; i++)
        specimens = text_format(&arena, "%s%s{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"description\":\"%s\"}",
                                specimens, i ? "," : "", description);
    return text_format(&arena,
                       "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                       "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
                       "\"narrative\":{\"title\":\"Pangolin scales\"},\"specimens\":[%s]}",
                       specimens);
}

static void publish(const char *json) {
    struct publication publication = {.json = span_of_text(json)};
    exchange_prepare(&node.exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&node.exchange, &publication, 1)), "ok");
    ck_assert_msg(publication.result == RESULT_OK, "%s",
                  publication.report.count ? report_line(&arena, &publication.report.findings[0])
                                           : result_name(publication.result));
    exchange_publication_release(&publication);
}

static void set_up(void) {
    homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    struct home *congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    homes_write(homes);
    const struct node_options options = {.home = congo->folder, .single_thread = true};
    ck_assert_str_eq(result_name(node_open(&node, &options)), "ok");
    const char *json = large_alert();
    for (size_t i = 0; i < ALERTS; i++)
        publish(json);
    ck_assert_str_eq(result_name(exchange_commit(&node.exchange, NULL, NULL)), "ok");
    exchange_end_turn(&node.exchange);
}

static void tear_down(void) {
    node_release(&node);
    mailbox_free(node.mailbox); /* which no link knows of: nobody has called */
    arena_release(&arena);
    homes_free(homes);
}

static Reply find(const Find *words) {
    struct search search;
    Reply reply = REPLY__INIT;
    const char *complaint = NULL;
    struct arena *turn = &node.exchange.turn;
    ck_assert_str_eq(result_name(answer_search(&search, turn, &node, words, &reply, &complaint)), "ok");
    ck_assert_str_eq(result_name(answer_found(&reply, &node, &search)), "ok");
    return reply;
}

/* All of them, page by page: how many pages. */
static size_t find_all(Find words) {
    size_t pages = 0;
    for (uint64_t found = 0; found < ALERTS || words.page; pages++) {
        Reply reply = find(&words);
        ck_assert(reply.matched > 0 || !reply.next);
        found += reply.matched;
        ck_assert_uint_le(found, ALERTS);
        ck_assert(reply.next || found == ALERTS);
        words.page = reply.next ? arena_text(&arena, reply.next, strlen(reply.next)) : NULL;
        exchange_end_turn(&node.exchange);
    }
    return pages;
}

/* By the index alone, and by reading: each alert is read once to be shown, once more to be decided on. */
START_TEST(an_answer_ends_when_enough_has_been_read) {
    Find words = FIND__INIT;
    words.has_limit = true;
    words.limit = FIND_RESULTS_MAX;
    words.query = words_of("country:CD");
    ck_assert_uint_eq(find_all(words), 2);
    words.query = words_of("\"pangolin scales\"");
    ck_assert_uint_eq(find_all(words), 3);
    words.has_count = words.count = true;
    ck_assert_uint_eq(find_all(words), 2);
    words.query = words_of("country:CD"); /* which nothing has to be read for */
    ck_assert_uint_eq(find_all(words), 1);
}
END_TEST

/* What is shown lives for the turn, and what was needed for it does not. */
START_TEST(whole_alerts_take_their_own_size_of_the_turn) {
    Find words = FIND__INIT;
    words.has_full = words.full = true;
    words.query = words_of("country:CD");
    Reply reply = find(&words);
    size_t bytes = protobuf_c_message_get_packed_size(&reply.base);
    ck_assert_uint_gt(reply.n_rows, 5);
    ck_assert_uint_gt(bytes, reply.n_rows * SPECIMENS * DESCRIPTION);
    ck_assert_uint_lt(node.exchange.turn.used, bytes + bytes / 8);
    exchange_end_turn(&node.exchange);
}
END_TEST

/* A part of a count. */
static const TallyPart *tally(const Tally *words, const char **next) {
    Reply reply = REPLY__INIT;
    const char *complaint = NULL;
    ck_assert_str_eq(result_name(answer_tally(&reply, &node, words, &complaint)), "ok");
    *next = reply.next ? arena_text(&arena, reply.next, strlen(reply.next)) : NULL;
    return reply.tally;
}

/* Each alert is counted in one part, and no part reads more than one answer may. */
START_TEST(a_count_that_reads_comes_in_parts) {
    Tally words = TALLY__INIT;
    const char *next = NULL;
    uint64_t alerts = 0, rows = 0;
    size_t parts = 0;
    words.by = words_of("species,specimens.term");
    do {
        words.page = words_of(next);
        const TallyPart *part = tally(&words, &next);
        ck_assert_uint_eq(part->n_groups, 1);
        ck_assert_str_eq(part->groups[0]->values[0], "Manis tricuspis");
        ck_assert_uint_eq(part->groups[0]->alerts, part->alerts);
        alerts += part->alerts;
        rows += part->rows;
        parts++;
        exchange_end_turn(&node.exchange);
    } while (next);
    ck_assert_uint_eq(alerts, ALERTS);
    ck_assert_uint_eq(rows, ALERTS * SPECIMENS);
    ck_assert_uint_eq(parts, 2);
    words.by = words_of("species,year"); /* which nothing has to be read for */
    words.page = NULL;
    ck_assert_uint_eq(tally(&words, &next)->alerts, ALERTS);
    ck_assert_ptr_null(next);
    exchange_end_turn(&node.exchange);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("find");
    TCase *large = tcase_create("large");
    tcase_set_timeout(large, 120);
    tcase_add_unchecked_fixture(large, set_up, tear_down);
    tcase_add_test(large, an_answer_ends_when_enough_has_been_read);
    tcase_add_test(large, whole_alerts_take_their_own_size_of_the_turn);
    tcase_add_test(large, a_count_that_reads_comes_in_parts);
    suite_add_tcase(suite, large);
    return suite;
}
