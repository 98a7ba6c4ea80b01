/* Requests of any bytes, as the operator's socket takes them, answered by a node that holds an alert; and replies of
 * any bytes, as a client takes them. The first byte chooses. What the node answers can be read. */
#include <assert.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "control.pb-c.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "journal.pb-c.h"
#include "tests/support/world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PUBLICATIONS_MAX = 4 };

static struct world *world;
static struct node node; /* the parts that answers need */

/* The world wants to be made inside of a test. */
START_TEST(make_the_world) {
    uint8_t object[OBJECT_ID_SIZE];
    world = world_new(8);
    struct actor *kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    world_start(world);
    ck_assert_int_eq(world_publish(kenya, world_alert(world, "AMBER", ""), object), RESULT_OK);
    const struct blobs_options options = {.folder = text_format(&world->arena, "%s/attachments", kenya->folder),
                                          .file_max = 1 << 20,
                                          .total_max = 1 << 21,
                                          .random = &world->random};
    ck_assert_int_eq(blobs_open(&kenya->exchange.blobs, &options), RESULT_OK);
    node.exchange = kenya->exchange; /* lent to the node */
    node.references = world->references;
    node.roster = world->roster;
    node.policy = kenya->policy;
    node.identity = kenya->identity;
    node.peers.node = &node;
    node.config.policy = "none.yaml";
}
END_TEST

static void forget_the_world(void) {
    blobs_close(node.exchange.blobs);
    world->actors[0].exchange = node.exchange;
    world_free(world);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("control");
    TCase *world_is_made = tcase_create("world");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(world_is_made, make_the_world);
    suite_add_tcase(suite, world_is_made);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    assert(srunner_ntests_failed(runner) == 0);
    srunner_free(runner);
    atexit(forget_the_world);
    return 0;
}

static void check_readable(const Reply *reply) {
    struct arena arena;
    struct buf bytes;
    Reply *again;
    arena_init(&arena, SIZE_MAX);
    buf_init(&bytes, &arena);
    proto_encode(&bytes, reply);
    assert(!bytes.failed);
    if (proto_decode(&arena, &reply__descriptor, buf_span(&bytes), &again))
        abort();
    arena_release(&arena);
}

static void publish(Reply *reply, const Publish *words) {
    struct publication publications[PUBLICATIONS_MAX] = {0};
    size_t count = words->n_alerts < PUBLICATIONS_MAX ? words->n_alerts : PUBLICATIONS_MAX;
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        publications[i].json = proto_span(words->alerts[i]);
        publications[i].dry_run = words->has_dry_run && words->dry_run;
    }
    exchange_prepare(&node.exchange, publications, count);
    if (exchange_publish(&node.exchange, publications, count))
        abort();
    if (!answer_published(reply, &node, publications, count)) {
        assert(reply->n_published == count);
        check_readable(reply);
    }
    exchange_abort(&node.exchange);
    for (size_t i = 0; i < count; i++)
        exchange_publication_release(&publications[i]);
}

static void find(Reply *reply, const Find *words, const char **complaint) {
    struct search search;
    if (answer_search(&search, &node.exchange.turn, &node, words, reply, complaint))
        return;
    assert(search.limit <= FIND_RESULTS_MAX);
    if (!answer_found(reply, &node, &search)) {
        assert(reply->n_rows <= 1);
        check_readable(reply);
    }
}

/* A part of a count: no alert in more groups than alerts and combinations allow, and readable. */
static void tally(Reply *reply, const Tally *words, const char **complaint) {
    if (answer_tally(reply, &node, words, complaint))
        return;
    assert(reply->tally && reply->tally->n_unknown <= TALLY_DIMENSIONS_MAX);
    assert(reply->tally->n_groups <= reply->tally->alerts * TALLY_COMBINATIONS_MAX);
    check_readable(reply);
}

/* Handed in twice, as one file may follow the other; nothing is kept. */
static void attach(Reply *reply, Attach *words, const char **complaint) {
    struct attaching attaching = {0};
    words->has_dry_run = words->dry_run = true;
    for (int i = 0; i < 2; i++)
        if (!answer_attach(reply, &node, &attaching, words, complaint))
            check_readable(reply);
    attaching_release(&attaching);
}

/* Whatever is asked, what the log says of it can be read again. */
static void record(const Request *request, const Reply *reply) {
    static struct audit_talk talk;
    struct store *store = node.exchange.store;
    struct store_record stored;
    AuditRecord *words;
    bool recorded;
    if (!audit_is_one_request(request) || !audit_has_room(&node.exchange.turn, request))
        return;
    if (audit_request(&node, &talk, request, reply, &recorded))
        abort();
    if (recorded && (store_get_record(store, &node.exchange.turn, JOURNAL_AUDIT, audit_next(&node) - 1, &stored) ||
                     proto_decode(&node.exchange.turn, &audit_record__descriptor, stored.content, &words) ||
                     !text_is_utf8(span_of_text(words->words ? words->words : ""))))
        abort();
    exchange_abort(&node.exchange);
}

static void answer(const Request *request) {
    const char *complaint = NULL;
    Reply reply = REPLY__INIT;
    reply.result = "ok";
    enum result result = RESULT_OK;
    if (request->publish)
        publish(&reply, request->publish);
    else if (request->attach)
        attach(&reply, request->attach, &complaint);
    else if (request->read_blob)
        result = answer_read_blob(&reply, &node, request->read_blob, &complaint);
    else if (request->find)
        find(&reply, request->find, &complaint);
    else if (request->tally)
        tally(&reply, request->tally, &complaint);
    else if (request->export)
        result = answer_export(&reply, &node, request->export, &complaint);
    else if (request->show)
        result = answer_show(&reply, &node, request->show->alert, &complaint);
    else if (request->explain)
        result = answer_explain(&reply, &node, request->explain, &complaint);
    else if (request->status && request->status->alert)
        result = answer_told(&reply, &node, request->status->alert, &complaint);
    else if (request->status)
        result = answer_status(&reply, &node);
    else if (request->log_records)
        result = answer_log_records(&reply, &node, request->log_records, &complaint);
    else if (request->log_check)
        result = answer_log_check(&reply, &node, request->log_check, &complaint);
    else if (request->log_consistency)
        result = answer_log_consistency(&reply, &node, request->log_consistency, &complaint);
    else if (request->log_erase)
        result = answer_log_erase(&node, request->log_erase, &complaint);
    record(request, &reply);
    if (!result && !request->publish && !request->find && !request->tally && !request->attach)
        check_readable(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct arena arena;
    Request *request;
    Reply *reply;
    struct span rest = span_of(data + 1, size - 1);
    arena_init(&arena, (size_t)CONTROL_BYTES_MAX * 4);
    if (data[0] == 1) {
        if (!proto_decode(&arena, &reply__descriptor, rest, &reply))
            check_readable(reply);
    } else if (!proto_decode(&arena, &request__descriptor, rest, &request)) {
        answer(request);
    }
    arena_release(&arena);
    exchange_end_turn(&node.exchange);
    return 0;
}
