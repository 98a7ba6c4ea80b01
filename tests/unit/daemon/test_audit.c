/* What operators did, in the log: which requests have a record, what it says, and when it goes. */
#include "daemon/audit.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/node.h"
#include "journal.pb-c.h"
#include "tests/support/world.h"

static const uint64_t day_ms = 86400000;

static struct world *world;
static struct actor *congo, *kenya;
static struct node node;
static struct audit_talk talk;
static Reply done;

/* As if the actor were a running node. */
static void set_up(void) {
    world = world_new(41);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
    node = (struct node){.exchange = congo->exchange, .identity = congo->identity, .roster = world->roster};
    node.config.policy = "/nowhere/policy.yaml";
    talk = (struct audit_talk){.caller = {.uid = 1007, .user = "inama", .has_login = true, .login_uid = 1000}};
    reply__init(&done);
    done.result = (char *)(uintptr_t) "ok";
}

static void tear_down(void) {
    congo->exchange = node.exchange;
    world_free(world);
}

static void commit(void) {
    ck_assert_str_eq(result_name(exchange_commit(&node.exchange, NULL, NULL)), "ok");
    audit_settle_checkpoints(&node.audit, true);
    exchange_end_turn(&node.exchange);
}

static uint64_t size_of(enum journal journal) {
    return store_journal(node.exchange.store, journal)->size;
}

static bool record(const Request *request, const Reply *reply) {
    bool recorded = false;
    ck_assert_str_eq(result_name(audit_request(&node, &talk, request, reply, &recorded)), "ok");
    ck_assert(!recorded || node.exchange.open); /* it waits for the commit */
    commit();
    audit_settle(&talk, true);
    return recorded;
}

static AuditRecord *record_at(uint64_t number) {
    struct store_record stored;
    AuditRecord *words;
    ck_assert_str_eq(result_name(store_get_record(node.exchange.store, &world->arena, JOURNAL_AUDIT, number, &stored)),
                     "ok");
    ck_assert_str_eq(result_name(proto_decode(&world->arena, &audit_record__descriptor, stored.content, &words)), "ok");
    return words;
}

static AuditRecord *last(void) {
    return record_at(size_of(JOURNAL_AUDIT));
}

static Row *row_of(uint8_t first) {
    Row *row = arena_alloc(&world->arena, sizeof *row);
    uint8_t *object = arena_alloc(&world->arena, OBJECT_ID_SIZE);
    row__init(row);
    object[0] = first;
    row->object = proto_bytes(object, OBJECT_ID_SIZE);
    return row;
}

static Reply with_rows(size_t count) {
    Reply reply = done;
    reply.rows = arena_array(&world->arena, count, sizeof *reply.rows);
    for (reply.n_rows = 0; reply.n_rows < count; reply.n_rows++)
        reply.rows[reply.n_rows] = row_of((uint8_t)reply.n_rows);
    return reply;
}

START_TEST(a_search_says_who_what_and_which_alerts) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    Reply reply = with_rows(2);
    request.find = &find;
    find.query = (char *)(uintptr_t) "species:Manidae \"ivory port\"";
    find.has_limit = true;
    find.limit = 20;
    ck_assert(record(&request, &reply));
    const AuditRecord *words = last();
    ck_assert_str_eq(words->command, "find");
    ck_assert_str_eq(words->words, "limit=20 query=\"species:Manidae \\\"ivory port\\\"\"");
    ck_assert_str_eq(words->result, "ok");
    ck_assert_uint_eq(words->time, world->now_ms);
    ck_assert_uint_eq(words->uid, 1007);
    ck_assert_str_eq(words->user, "inama");
    ck_assert(words->has_login_uid && words->login_uid == 1000 && !words->login_user);
    ck_assert_uint_eq(words->objects.len, 32);
    ck_assert_uint_eq(words->objects.data[16], 1);
    ck_assert(!words->has_shown);
    find.has_follow = find.follow = true;
    ck_assert(record(&request, &reply));
    ck_assert_str_eq(last()->command, "watch");
}
END_TEST

START_TEST(every_alert_that_was_shown_is_named) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    Reply reply = with_rows(FIND_RESULTS_MAX);
    request.find = &find;
    uint64_t before = size_of(JOURNAL_AUDIT);
    ck_assert(record(&request, &reply));
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before + 1);
    ck_assert_uint_eq(last()->objects.len, FIND_RESULTS_MAX * 16);
    ck_assert_uint_eq(last()->objects.data[101 * 16], 101);
}
END_TEST

/* A page has fewer; what a watch shows of one turn is not bounded. */
START_TEST(more_alerts_than_one_record_names_have_a_further_one) {
    Find find = FIND__INIT;
    const size_t count = AUDIT_ALERTS_MAX + 1;
    const struct index_row **rows = arena_array(&world->arena, count, sizeof *rows);
    const struct index_row one = {.object = {7}}, other = {.object = {9}};
    for (size_t i = 0; i < count; i++)
        rows[i] = i + 1 < count ? &one : &other;
    find.query = (char *)(uintptr_t) "kind:SEIZURE";
    uint64_t before = size_of(JOURNAL_AUDIT);
    ck_assert_str_eq(result_name(audit_watch(&node, &talk, &find, rows, count)), "ok");
    commit();
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before + 2);
    ck_assert_uint_eq(record_at(before + 1)->objects.len, AUDIT_ALERTS_MAX * 16);
    ck_assert_uint_eq(last()->objects.len, 16);
    ck_assert_uint_eq(last()->objects.data[0], 9);
    ck_assert_str_eq(last()->words, "query=kind:SEIZURE");
}
END_TEST

/* Who puts a condition behind padding, or makes one value look like several, finds all of it in the log as it was. */
START_TEST(no_word_is_cut_and_none_is_forged) {
    Request request = REQUEST__INIT;
    Find find = FIND__INIT;
    char padded[QUERY_BYTES_MAX + 1];
    memset(padded, 'x', QUERY_BYTES_MAX);
    memcpy(padded + QUERY_BYTES_MAX - 5, "ivory", 6);
    request.find = &find;
    find.query = padded;
    ck_assert(audit_has_room(&world->arena, &request));
    ck_assert(record(&request, &done));
    ck_assert_str_eq(last()->words, text_format(&world->arena, "query=%s", padded));
    find.query = (char *)(uintptr_t) "a\" limit=\"1\\";
    ck_assert(record(&request, &done));
    ck_assert_str_eq(last()->words, "query=\"a\\\" limit=\\\"1\\\\\"");
    find.query = (char *)(uintptr_t) "a\u00a0limit=1";
    ck_assert(record(&request, &done));
    ck_assert_str_eq(last()->words, "query=\"a\u00a0limit=1\"");
}
END_TEST

START_TEST(a_request_without_room_for_its_words_is_refused) {
    Request request = REQUEST__INIT;
    LogErase erase = LOG_ERASE__INIT;
    bool recorded;
    char *reason = arena_alloc(&world->arena, AUDIT_WORDS_BYTES_MAX + 1);
    memset(reason, 'x', AUDIT_WORDS_BYTES_MAX);
    reason[AUDIT_WORDS_BYTES_MAX] = '\0';
    request.log_erase = &erase;
    erase.reason = reason + strlen("number=0 reason=");
    ck_assert(audit_has_room(&world->arena, &request));
    ck_assert(record(&request, &done));
    ck_assert_uint_eq(strlen(last()->words), AUDIT_WORDS_BYTES_MAX);
    erase.reason--;
    ck_assert(!audit_has_room(&world->arena, &request));
    ck_assert_str_eq(result_name(audit_request(&node, &talk, &request, &done, &recorded)), "too-large");
    ck_assert(!recorded);
}
END_TEST

START_TEST(a_refusal_has_its_record_too) {
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    Reply reply = done;
    request.show = &show;
    show.alert = (char *)(uintptr_t) "ffff";
    reply.result = (char *)(uintptr_t) "not-found";
    ck_assert(record(&request, &reply));
    ck_assert_str_eq(last()->result, "not-found");
    ck_assert_str_eq(last()->words, "alert=ffff");
    ck_assert_uint_eq(last()->objects.len, 0);
}
END_TEST

/* Deny by default: only what is known to tell nothing goes without a record. */
START_TEST(every_request_has_a_record_but_the_few_that_tell_nothing) {
    uint8_t words[256] = {0}; /* any of the messages, with nothing in it */
    static const char *const silent[] = {"status", "attach", "read_blob"};
    for (unsigned i = 0; i < request__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &request__descriptor.fields[i];
        const ProtobufCMessageDescriptor *type = field->descriptor;
        Request request = REQUEST__INIT;
        Attached attached = ATTACHED__INIT;
        Reply reply = done;
        bool is_silent = false;
        ck_assert_uint_le(type->sizeof_message, sizeof words);
        type->message_init((ProtobufCMessage *)(void *)words);
        memcpy((uint8_t *)&request + field->offset, &(void *){words}, sizeof(void *));
        for (size_t k = 0; k < sizeof silent / sizeof *silent; k++)
            is_silent |= strcmp(silent[k], field->name) == 0;
        reply.attached = &attached; /* a piece, and not the last */
        memset(talk.going_on, 0, sizeof talk.going_on);
        ck_assert_msg(record(&request, &reply) == !is_silent, "%s", field->name);
    }
}
END_TEST

/* One that tells nothing beside one that tells all: what was answered could not be told from the record. */
START_TEST(two_requests_in_one_are_none) {
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    Show show = SHOW__INIT;
    bool recorded;
    ck_assert(!audit_is_one_request(&request));
    show.alert = (char *)(uintptr_t) "0000";
    request.show = &show;
    ck_assert(audit_is_one_request(&request));
    request.status = &status;
    ck_assert(!audit_is_one_request(&request));
    ck_assert_str_eq(result_name(audit_request(&node, &talk, &request, &done, &recorded)), "malformed");
    ck_assert(!recorded);
}
END_TEST

START_TEST(what_is_told_of_one_alert_has_a_record_whatever_tells_it) {
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    ReadBlob blob = READ_BLOB__INIT;
    BlobPart part = BLOB_PART__INIT;
    Attach attach = ATTACH__INIT;
    Attached attached = ATTACHED__INIT;
    Reply reply = with_rows(1);
    request.status = &status;
    status.alert = (char *)(uintptr_t) "0000";
    ck_assert(record(&request, &reply));
    ck_assert_uint_eq(last()->objects.len, 16);
    request.status = NULL;
    request.read_blob = &blob;
    reply = done;
    reply.blob_part = &part;
    ck_assert(!record(&request, &reply)); /* it is on its way */
    part.n_chunks = 1;
    ck_assert(record(&request, &reply));
    ck_assert_str_eq(last()->command, "show --save");
    request.read_blob = NULL;
    request.attach = &attach;
    reply.attached = &attached;
    ck_assert(!record(&request, &reply));
    attached.reference = (char *)(uintptr_t) "abc";
    ck_assert(record(&request, &reply));
}
END_TEST

START_TEST(what_comes_in_pieces_has_one_record) {
    Request request = REQUEST__INIT;
    Give give = GIVE__INIT;
    request.give = &give;
    give.member = (char *)(uintptr_t) "ke-police";
    give.part = 1;
    uint64_t before = size_of(JOURNAL_AUDIT);
    ck_assert(record(&request, &done));
    give.has_feed = give.has_after = true;
    for (give.after = 10; give.after < 50; give.after += 10)
        ck_assert(!record(&request, &done));
    world->now_ms += 60 * 60 * 1000; /* a connection may stay for ever */
    ck_assert(record(&request, &done));
    give.member = (char *)(uintptr_t) "ke-wildlife";
    ck_assert(record(&request, &done));
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before + 3);
    ck_assert_str_eq(last()->command, "bundle write");
    ck_assert_str_eq(last()->words, "member=ke-wildlife part=1");
}
END_TEST

/* Nothing is shown without its record, whatever was refused for want of one before. */
START_TEST(what_comes_in_pieces_begins_again_where_its_record_was_lost) {
    Request request = REQUEST__INIT;
    LogRecords words = LOG_RECORDS__INIT;
    bool recorded;
    request.log_records = &words;
    words.log = JOURNAL_AUDIT;
    uint64_t before = size_of(JOURNAL_AUDIT);
    ck_assert_str_eq(result_name(audit_request(&node, &talk, &request, &done, &recorded)), "ok");
    node.exchange.failure = RESULT_DISK_FULL;
    ck_assert_str_eq(result_name(exchange_commit(&node.exchange, NULL, NULL)), "disk-full");
    exchange_end_turn(&node.exchange);
    audit_settle(&talk, false);
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before);
    ck_assert(record(&request, &done));
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before + 1);
    ck_assert(!record(&request, &done));
}
END_TEST

START_TEST(a_record_in_a_lost_change_is_none) {
    Request request = REQUEST__INIT;
    Check check = CHECK__INIT;
    bool recorded;
    request.check = &check;
    uint64_t before = size_of(JOURNAL_AUDIT);
    ck_assert_str_eq(result_name(audit_request(&node, &talk, &request, &done, &recorded)), "ok");
    ck_assert_uint_eq(audit_next(&node), before + 2);
    exchange_abort(&node.exchange);
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), before);
}
END_TEST

/* ---- checkpoints ---- */

static void add_records(size_t count) {
    Request request = REQUEST__INIT;
    Check check = CHECK__INIT;
    bool recorded;
    request.check = &check;
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(result_name(audit_request(&node, &talk, &request, &done, &recorded)), "ok");
    if (node.exchange.open)
        ck_assert_str_eq(result_name(audit_keep(&node)), "ok");
    commit();
}

static size_t checkpoints(struct checkpoint *found, size_t room) {
    struct span texts[8];
    size_t count = 8;
    ck_assert_str_eq(
        result_name(store_checkpoints(node.exchange.store, &world->arena, JOURNAL_AUDIT, 0, UINT64_MAX, texts, &count)),
        "ok");
    for (size_t i = 0; i < count && i < room; i++)
        ck_assert_str_eq(result_name(checkpoint_read(&found[i], &world->arena, &texts[i])), "ok");
    return count;
}

START_TEST(a_start_and_every_so_many_records_make_a_checkpoint) {
    struct checkpoint found[8];
    ck_assert_str_eq(result_name(audit_begin(&node)), "ok");
    commit();
    ck_assert_str_eq(last()->command, "start");
    ck_assert_uint_eq(checkpoints(found, 8), 1);
    ck_assert_uint_eq(found[0].size, 1);
    add_records(JOURNAL_CHECKPOINT_RECORDS - 1);
    ck_assert_uint_eq(checkpoints(found, 8), 1);
    add_records(1);
    ck_assert_uint_eq(checkpoints(found, 8), 2);
    ck_assert_uint_eq(found[1].size, 1 + JOURNAL_CHECKPOINT_RECORDS);
    ck_assert_uint_eq(found[1].time, world->now_ms / 1000);
    uint8_t root[HASH_SIZE];
    merkle_root(root, store_journal(node.exchange.store, JOURNAL_AUDIT));
    ck_assert_mem_eq(root, found[1].root, HASH_SIZE);
    const struct member *self = roster_find(world->roster, congo->identity.id);
    for (size_t i = 0; i < 2; i++)
        ck_assert_str_eq(result_name(checkpoint_verify(&found[i], &world->arena, self)), "ok");
}
END_TEST

START_TEST(a_checkpoint_in_a_lost_change_is_made_again) {
    struct checkpoint lost, found[8];
    add_records(1);
    ck_assert_str_eq(result_name(audit_checkpoint(&node, JOURNAL_AUDIT, &lost)), "ok");
    commit();
    add_records(JOURNAL_CHECKPOINT_RECORDS - 1);
    ck_assert_str_eq(result_name(audit_checkpoint(&node, JOURNAL_AUDIT, &lost)), "ok");
    ck_assert_uint_eq(lost.size, JOURNAL_CHECKPOINT_RECORDS);
    exchange_abort(&node.exchange);
    audit_settle_checkpoints(&node.audit, false);
    ck_assert_uint_eq(checkpoints(found, 8), 1);
    add_records(1);
    ck_assert_uint_eq(checkpoints(found, 8), 2);
    ck_assert_uint_eq(found[1].size, 1 + JOURNAL_CHECKPOINT_RECORDS);
}
END_TEST

/* ---- what is old goes ---- */

static bool is_erased(enum journal journal, uint64_t number) {
    struct store_record stored;
    ck_assert_str_eq(result_name(store_get_record(node.exchange.store, &world->arena, journal, number, &stored)), "ok");
    return stored.erased;
}

static void tidy(void) {
    memset(node.audit.tidy_at, 0, sizeof node.audit.tidy_at);
    ck_assert_str_eq(result_name(audit_tidy(&node, 1)), "ok");
    commit();
}

START_TEST(what_is_older_than_the_settings_say_is_erased_and_the_tree_stays) {
    add_records(3);
    world->now_ms += 10 * day_ms;
    add_records(2);
    struct merkle before = *store_journal(node.exchange.store, JOURNAL_AUDIT);
    tidy(); /* for ever, without a setting */
    ck_assert(!is_erased(JOURNAL_AUDIT, 1));
    node.config.audit.days = 11;
    tidy();
    ck_assert(!is_erased(JOURNAL_AUDIT, 1));
    node.config.audit.days = 9;
    tidy();
    ck_assert(is_erased(JOURNAL_AUDIT, 1) && is_erased(JOURNAL_AUDIT, 3) && !is_erased(JOURNAL_AUDIT, 4));
    ck_assert_str_eq(last()->command, "erase");
    ck_assert_str_eq(last()->words, "log=audit first=1 last=3");
    uint64_t size = size_of(JOURNAL_AUDIT);
    tidy();
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), size); /* nothing to do, nothing to say */
    struct merkle again = {0};
    uint8_t leaf[HASH_SIZE], hashes[MERKLE_LEVELS][HASH_SIZE];
    for (uint64_t number = 1; number <= before.size; number++) {
        ck_assert_str_eq(result_name(store_check_record(node.exchange.store, JOURNAL_AUDIT, number, leaf)), "ok");
        merkle_append(&again, leaf, hashes);
    }
    ck_assert_mem_eq(&again, &before, sizeof again.size + 2 * HASH_SIZE);
}
END_TEST

START_TEST(what_cannot_be_read_does_not_keep_what_is_old_around_it) {
    uint64_t number;
    add_records(2);
    ck_assert_str_eq(result_name(exchange_begin(&node.exchange)), "ok");
    ck_assert_str_eq(
        result_name(store_append_record(node.exchange.store, JOURNAL_AUDIT, span_of_text("no record"), &number)), "ok");
    commit();
    add_records(2);
    world->now_ms += 10 * day_ms;
    add_records(1);
    node.config.audit.days = 9;
    tidy();
    ck_assert(is_erased(JOURNAL_AUDIT, 2) && !is_erased(JOURNAL_AUDIT, number) && is_erased(JOURNAL_AUDIT, 5));
    ck_assert(!is_erased(JOURNAL_AUDIT, 6));
    ck_assert_str_eq(last()->words, "log=audit first=1 last=5");
    uint64_t size = size_of(JOURNAL_AUDIT);
    tidy(); /* said once */
    ck_assert_uint_eq(size_of(JOURNAL_AUDIT), size);
}
END_TEST

START_TEST(many_old_records_go_some_at_a_time) {
    add_records(600);
    world->now_ms += 10 * day_ms;
    node.config.audit.days = 1;
    ck_assert_str_eq(result_name(audit_tidy(&node, 1)), "ok");
    commit();
    ck_assert(is_erased(JOURNAL_AUDIT, 256) && !is_erased(JOURNAL_AUDIT, 257));
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(result_name(audit_tidy(&node, 1)), "ok");
        commit();
    }
    ck_assert(is_erased(JOURNAL_AUDIT, 600) && !is_erased(JOURNAL_AUDIT, 601));
}
END_TEST

/* Who held a key then is asked as long as anything names it. */
START_TEST(disclosures_are_kept_an_epoch_longer) {
    uint8_t object[OBJECT_ID_SIZE];
    congo->exchange = node.exchange;
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), object)), "ok");
    node.exchange = congo->exchange;
    ck_assert_uint_gt(size_of(JOURNAL_DISCLOSURES), 1);
    node.config.audit.disclosures_days = 5;
    world->now_ms += 30 * day_ms;
    tidy();
    ck_assert(!is_erased(JOURNAL_DISCLOSURES, 1));
    world->now_ms += 7 * day_ms;
    tidy();
    ck_assert(is_erased(JOURNAL_DISCLOSURES, 1) && is_erased(JOURNAL_DISCLOSURES, 2));
    ck_assert_str_eq(last()->words, "log=disclosures first=1 last=2");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("audit");
    TCase *records = tcase_create("records"), *time = tcase_create("time");
    tcase_add_checked_fixture(records, set_up, tear_down);
    tcase_add_checked_fixture(time, set_up, tear_down);
    tcase_add_test(records, a_search_says_who_what_and_which_alerts);
    tcase_add_test(records, every_alert_that_was_shown_is_named);
    tcase_add_test(records, more_alerts_than_one_record_names_have_a_further_one);
    tcase_add_test(records, no_word_is_cut_and_none_is_forged);
    tcase_add_test(records, a_request_without_room_for_its_words_is_refused);
    tcase_add_test(records, a_refusal_has_its_record_too);
    tcase_add_test(records, every_request_has_a_record_but_the_few_that_tell_nothing);
    tcase_add_test(records, two_requests_in_one_are_none);
    tcase_add_test(records, what_is_told_of_one_alert_has_a_record_whatever_tells_it);
    tcase_add_test(records, what_comes_in_pieces_has_one_record);
    tcase_add_test(records, what_comes_in_pieces_begins_again_where_its_record_was_lost);
    tcase_add_test(records, a_record_in_a_lost_change_is_none);
    tcase_add_test(time, a_start_and_every_so_many_records_make_a_checkpoint);
    tcase_add_test(time, a_checkpoint_in_a_lost_change_is_made_again);
    tcase_add_test(time, what_is_older_than_the_settings_say_is_erased_and_the_tree_stays);
    tcase_add_test(time, what_cannot_be_read_does_not_keep_what_is_old_around_it);
    tcase_add_test(time, many_old_records_go_some_at_a_time);
    tcase_add_test(time, disclosures_are_kept_an_epoch_longer);
    suite_add_tcase(suite, records);
    suite_add_tcase(suite, time);
    return suite;
}
