/* The log of whom a node told what: every disclosure has its record, and every record what it takes to answer for it.
 */
#include "daemon/disclosures.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/history.h"
#include "journal.pb-c.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000, day_ms = 86400000;

static const char shares[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all], hide: [persons]}\n"
                             "  police: {members: {role: POLICE, country: KE}, publish: no, show: [all]}\n"
                             "forward:\n"
                             "  - {from: {role: CUSTOMS}, to: [police]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

static struct world *world;
static struct actor *congo, *kenya, *police;
static uint8_t object[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(14);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", shares);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", shares);
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static uint64_t size_of(const struct actor *actor) {
    return store_journal(actor->exchange.store, JOURNAL_DISCLOSURES)->size;
}

static DisclosureRecord *record_of(struct actor *actor, uint64_t number) {
    struct store_record stored;
    DisclosureRecord *record;
    ck_assert_str_eq(
        result_name(store_get_record(actor->exchange.store, &world->arena, JOURNAL_DISCLOSURES, number, &stored)),
        "ok");
    ck_assert_str_eq(result_name(proto_decode(&world->arena, &disclosure_record__descriptor, stored.content, &record)),
                     "ok");
    return record;
}

/* The last record about this alert in a feed of that name; NULL if there is none. */
static DisclosureRecord *told(struct actor *actor, const char *audience, const uint8_t *about) {
    for (uint64_t number = size_of(actor); number > 0; number--) {
        DisclosureRecord *record = record_of(actor, number);
        if (record->told && strcmp(record->audience, audience) == 0 &&
            memcmp(record->told->object.data, about, OBJECT_ID_SIZE) == 0)
            return record;
    }
    return NULL;
}

static bool shows(const DisclosureRecord *record, const char *path) {
    size_t slot = field_find(path)->slot;
    return record->told->shown.data[slot / 8] >> slot % 8 & 1;
}

/* Did this member hold the key then, by the record that is named? */
static bool could_read(struct actor *actor, const DisclosureRecord *record, const struct actor *member) {
    const DisclosureRecord *readers = record_of(actor, record->told->readers);
    ck_assert(readers->has_members && readers->members.len % MEMBER_ID_SIZE == 0);
    ck_assert_uint_eq(readers->epoch, record->epoch);
    ck_assert_mem_eq(readers->feed.data, record->feed.data, FEED_ID_SIZE);
    for (size_t at = 0; at < readers->members.len; at += MEMBER_ID_SIZE)
        if (memcmp(readers->members.data + at, member->identity.id, MEMBER_ID_SIZE) == 0)
            return true;
    return false;
}

static void publish(struct actor *actor, const char *tlp) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, tlp, ""), object)), "ok");
}

START_TEST(a_publication_says_to_whom_which_fields_and_why) {
    publish(congo, "AMBER");
    const DisclosureRecord *customs = told(congo, "customs", object);
    ck_assert_ptr_nonnull(customs);
    ck_assert_ptr_null(told(congo, "police", object)); /* its policy publishes nothing there */
    ck_assert(shows(customs, "specimens.taxon") && !shows(customs, "persons.surname"));
    ck_assert(could_read(congo, customs, kenya) && !could_read(congo, customs, police));
    ck_assert_str_eq(customs->told->rule + strlen(customs->told->rule) - strlen(":2: publish"), ":2: publish");
    ck_assert_uint_eq(customs->time, world->now_ms);
    const struct feed *feed = world_feed(congo, congo->identity.key_id, "customs");
    ck_assert_uint_eq(customs->number, feed->head.number);
    ck_assert_mem_eq(customs->feed.data, feed->record.feed, FEED_ID_SIZE);
    ck_assert(!customs->told->has_by);
}
END_TEST

START_TEST(what_is_passed_on_names_the_forwarding_rule) {
    publish(congo, "AMBER");
    world_settle(world);
    ck_assert(world_has(police, object));
    const DisclosureRecord *record = told(kenya, "police", object);
    ck_assert_ptr_nonnull(record);
    ck_assert_ptr_nonnull(strstr(record->told->rule, ":5: forward"));
    ck_assert(could_read(kenya, record, police));
    ck_assert(!shows(record, "persons.surname")); /* Kenya was not shown it either */
    ck_assert_ptr_null(told(kenya, "customs", object));
    ck_assert_uint_eq(size_of(police), 0);
}
END_TEST

/* The first entry of a feed is a grant, whose record the disclosure names; the next disclosure names the same. */
START_TEST(readers_are_listed_once_and_anew_when_they_change) {
    publish(congo, "AMBER");
    uint64_t first = told(congo, "customs", object)->told->readers;
    publish(congo, "AMBER");
    ck_assert_uint_eq(told(congo, "customs", object)->told->readers, first);
    uint8_t before[OBJECT_ID_SIZE];
    memcpy(before, object, sizeof before);
    struct actor *tanzania = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    publish(congo, "AMBER");
    const DisclosureRecord *after = told(congo, "customs", object);
    ck_assert_uint_gt(after->told->readers, first);
    ck_assert(could_read(congo, after, tanzania) && could_read(congo, after, kenya));
    ck_assert(!could_read(congo, told(congo, "customs", before), tanzania));
    world_remove(world, kenya);
    publish(congo, "AMBER");
    ck_assert(!could_read(congo, told(congo, "customs", object), kenya));
}
END_TEST

START_TEST(a_change_that_is_lost_was_not_told) {
    publish(congo, "AMBER");
    uint64_t size = size_of(congo);
    uint8_t root[HASH_SIZE], after[HASH_SIZE];
    merkle_root(root, store_journal(congo->exchange.store, JOURNAL_DISCLOSURES));
    struct publication publication = {.json = span_of_text(world_alert(world, "AMBER", ""))};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&congo->exchange, &publication, 1)), "ok");
    ck_assert_uint_eq(size_of(congo), size + 1);
    exchange_abort(&congo->exchange);
    exchange_publication_release(&publication);
    ck_assert_uint_eq(size_of(congo), size);
    merkle_root(after, store_journal(congo->exchange.store, JOURNAL_DISCLOSURES));
    ck_assert_mem_eq(root, after, HASH_SIZE);
}
END_TEST

START_TEST(a_dry_run_and_a_marking_that_forbids_leave_no_record) {
    struct publication publication = {.json = span_of_text(world_alert(world, "AMBER", "")), .dry_run = true};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(&congo->exchange, &publication, 1)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    exchange_publication_release(&publication);
    publish(congo, "RED");
    ck_assert_uint_eq(size_of(congo), 0);
}
END_TEST

START_TEST(history_that_is_disclosed_names_who_decided) {
    publish(congo, "AMBER");
    uint8_t old[OBJECT_ID_SIZE];
    memcpy(old, object, sizeof old);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, "AMBER");
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    struct history history = {.audience = policy_find_audience(congo->policy, "customs"),
                              .member = roster_find(congo->exchange.roster, late->identity.id),
                              .by = 77};
    ck_assert_str_eq(result_name(history_disclose(&congo->exchange, &history)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&congo->exchange, NULL, NULL)), "ok");
    const DisclosureRecord *record = told(congo, "@tz-customs", old);
    ck_assert_ptr_nonnull(record);
    ck_assert_uint_eq(record->told->by, 77);
    ck_assert_ptr_nonnull(strstr(record->told->rule, ":2: disclose"));
    ck_assert(could_read(congo, record, late) && !could_read(congo, record, kenya));
    ck_assert(!shows(record, "persons.surname"));
}
END_TEST

START_TEST(no_entry_goes_without_its_record) {
    publish(congo, "AMBER");
    const struct feed *feed = world_feed(congo, congo->identity.key_id, "customs");
    uint64_t number = feed->head.number, size = size_of(congo);
    const struct holding holding = world_view(congo, object);
    struct telling telling = {.audience = policy_find_audience(congo->policy, "customs"),
                              .header = holding.disclosure.header,
                              .object = object,
                              .sequence = holding.stored.sequence,
                              .rule = "none"};
    struct exchange *exchange = &congo->exchange;
    struct field_set all = field_set_all();
    const struct policy_hop hop = {.from_originator = true};
    ck_assert_str_eq(result_name(disclosure_pass_on(&telling.body, &world->arena, &holding.disclosure, &all, &hop)),
                     "ok");
    ck_assert_str_eq(result_name(exchange_begin(exchange)), "ok");
    ck_assert_str_eq(
        result_name(store_put_note(exchange->store, STORE_NOTE_READERS, feed->record.ordinal, span_of_text("short"))),
        "ok"); /* the entry is appended, and then its readers are not to be found */
    ck_assert_str_eq(result_name(exchange_append(exchange, &telling, world->now_ms)), "store-damaged");
    ck_assert_uint_gt(feed->next.number, number);
    ck_assert_str_eq(result_name(exchange_commit(exchange, NULL, NULL)), "store-damaged");
    exchange_end_turn(exchange);
    ck_assert_uint_eq(feed->head.number, number);
    ck_assert_uint_eq(size_of(congo), size);
}
END_TEST

START_TEST(the_log_goes_on_after_a_restart) {
    publish(congo, "AMBER");
    uint64_t size = size_of(congo), readers = told(congo, "customs", object)->told->readers;
    world_restart(congo);
    ck_assert_uint_eq(size_of(congo), size);
    publish(congo, "AMBER");
    ck_assert_uint_eq(told(congo, "customs", object)->told->readers, readers);
    for (uint64_t number = 1; number <= size_of(congo); number++) {
        uint8_t leaf[HASH_SIZE];
        ck_assert_str_eq(result_name(store_check_record(congo->exchange.store, JOURNAL_DISCLOSURES, number, leaf)),
                         "ok");
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("disclosures");
    TCase *log = tcase_create("log");
    tcase_add_checked_fixture(log, set_up, tear_down);
    tcase_add_test(log, a_publication_says_to_whom_which_fields_and_why);
    tcase_add_test(log, what_is_passed_on_names_the_forwarding_rule);
    tcase_add_test(log, readers_are_listed_once_and_anew_when_they_change);
    tcase_add_test(log, a_change_that_is_lost_was_not_told);
    tcase_add_test(log, a_dry_run_and_a_marking_that_forbids_leave_no_record);
    tcase_add_test(log, history_that_is_disclosed_names_who_decided);
    tcase_add_test(log, no_entry_goes_without_its_record);
    tcase_add_test(log, the_log_goes_on_after_a_restart);
    suite_add_tcase(suite, log);
    return suite;
}
