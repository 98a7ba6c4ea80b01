/* An originator takes an alert back: who hears of it, what is left of it, and what nobody can do about it. The Congo
 * tells customs, Kenya passes it on to its police. No network: the test carries every entry. */
#include "daemon/recall.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/history.h"
#include "daemon/told.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;

static const char forwards[] = "audiences:\n"
                               "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                               "  police: {members: {role: POLICE}, publish: no, show: [all], hide: [narrative]}\n"
                               "forward:\n"
                               "  - {from: {role: CUSTOMS}, to: [police]}\n"
                               "accept:\n"
                               "  - {from: {role: CUSTOMS}, show: [all]}\n"
                               "local: {operators: {show: [all]}}\n";
static const char takes_nothing[] = "audiences:\n"
                                    "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                    "local: {operators: {show: [all]}}\n";
static const char to_customs[] = "audiences:\n"
                                 "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                 "accept:\n"
                                 "  - {from: {role: CUSTOMS}, show: [all]}\n"
                                 "local: {operators: {show: [all]}}\n";

static struct world *world;
static struct actor *congo, *kenya, *police;
static uint8_t first[OBJECT_ID_SIZE], object[OBJECT_ID_SIZE], recall[OBJECT_ID_SIZE];

static void set_up(void) {
    world = world_new(31);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", to_customs);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", forwards);
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

/* ---- the story ---- */

static void publish(uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), made)), "ok");
}

/* The envelope of the next version of what has this object id. */
static const char *next_version(const char *kind, const uint8_t *of, unsigned version) {
    const struct index_row *row = index_find(congo->exchange.index, of);
    char alert[2 * TREE_ALERT_ID_SIZE + 1], before[2 * OBJECT_ID_SIZE + 1];
    ck_assert_ptr_nonnull(row);
    text_hex(alert, row->alert, TREE_ALERT_ID_SIZE);
    text_hex(before, of, OBJECT_ID_SIZE);
    return text_format(&world->arena, "\"kind\":\"%s\",\"alert\":\"%s\",\"version\":%u,\"supersedes\":\"%s\"", kind,
                       alert, version, before);
}

static enum result try_recall(struct actor *actor, const uint8_t *of, unsigned version) {
    world->now_ms += minute_ms;
    const char *json = text_format(&world->arena, "{%s,\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"%s\"}}",
                                   next_version("RECALL", of, version), "Wrong container");
    return world_publish(actor, json, recall);
}

static void take_back(const uint8_t *of, unsigned version) {
    ck_assert_str_eq(result_name(try_recall(congo, of, version)), "ok");
}

static const char *corrected(const uint8_t *of, unsigned version) {
    return text_format(&world->arena, "{%s%s", next_version("CORRECTION", of, version),
                       strchr(world_alert(world, "GREEN", ""), ','));
}

static void correct(const uint8_t *of, unsigned version, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(congo, corrected(of, version), made)), "ok");
}

static void renew_policy(struct actor *actor, const char *text) {
    struct report report;
    struct exchange *exchange = &actor->exchange;
    report_init(&report, &actor->arena);
    ck_assert_int_eq(policy_read(&actor->policy, &actor->arena, "policy.yaml", span_of_text(text), &report), RESULT_OK);
    ck_assert_int_eq(exchange_renew(exchange, exchange->roster, actor->policy), RESULT_OK);
    ck_assert_int_eq(exchange_commit(exchange, NULL, NULL), RESULT_OK);
    exchange_end_turn(exchange);
}

/* ---- what is left ---- */

static const struct index_row *row_of(const struct actor *actor, const uint8_t *id) {
    return index_find(actor->exchange.index, id);
}

/* How many entries of any feed here hold content that this node can open and that has these words. */
static size_t entries_that_say(struct actor *actor, const char *words) {
    struct exchange *exchange = &actor->exchange;
    size_t found = 0;
    for (size_t i = 0; i < exchange->feeds.count; i++) {
        struct feed *feed = exchange->feeds.rows[i];
        size_t count;
        struct span *entries = world_entries_of(actor, feed, 0, &count);
        for (size_t k = 0; k < count; k++) {
            struct entry entry;
            struct span plain;
            const uint8_t *key;
            if (!feed_parse(&entry, entries[k]) && entry.kind == ENTRY_DISCLOSURE &&
                !feeds_key(&exchange->feeds, feed, entry.epoch, &key) && !feed_open(&world->arena, &plain, &entry, key))
                found += memmem(plain.data, plain.len, words, strlen(words)) != NULL;
        }
    }
    return found;
}

static size_t records_that_say(struct actor *actor, const char *words) {
    struct store_alert stored;
    size_t found = 0;
    for (uint64_t sequence = 1; sequence <= store_last_alert(actor->exchange.store); sequence++) {
        ck_assert_int_eq(store_get_alert(actor->exchange.store, &world->arena, sequence, &stored), RESULT_OK);
        found += memmem(stored.disclosure.data, stored.disclosure.len, words, strlen(words)) != NULL;
    }
    return found;
}

static size_t found_by(struct actor *actor, const char *text) {
    const struct query_world query_world = {.references = &world->references};
    struct query query;
    struct query_remark mistake;
    struct index_found found;
    ck_assert_int_eq(query_parse(&query, &world->arena, text, &query_world, &mistake), RESULT_OK);
    const struct index_search search = {.query = &query, .world = &query_world, .superseded = true};
    ck_assert_int_eq(index_search(actor->exchange.index, &search, &found), RESULT_OK);
    return (size_t)found.total;
}

static void check_gone(struct actor *actor, const uint8_t *id) {
    const struct index_row *row = row_of(actor, id);
    const struct holding holding = world_view(actor, id);
    struct field_set present = alert_present(holding.disclosure.opening.values);
    const struct member *originator = roster_find_ever(actor->exchange.roster, row->originator);
    const uint8_t *sign_key;
    const struct ending *ending;
    ck_assert(row->is_erased && field_set_is_empty(&present) && field_set_is_empty(row->shown));
    ck_assert_uint_eq(holding.disclosure.opening.salts.len, 0);
    ck_assert_int_eq(disclosure_verify_by(&holding.disclosure, originator, &sign_key, &ending), RESULT_OK);
    ck_assert_int_eq(exchange_doubt(&actor->exchange, row), RESULT_OK);
    ck_assert_str_eq(world_value(actor, id, "persons.surname"), "");
    ck_assert_uint_eq(entries_that_say(actor, "Exemple"), 0);
    ck_assert_uint_eq(records_that_say(actor, "Exemple"), 0);
    ck_assert_uint_eq(found_by(actor, "species:Manidae"), 0);
    ck_assert_uint_eq(found_by(actor, "text:sacks"), 0);
}

static void check_recalled(struct actor *actor, const uint8_t *id) {
    const struct index_row *row = row_of(actor, id), *newest;
    ck_assert_ptr_nonnull(row);
    check_gone(actor, id);
    const struct index_row *by = recall_of(&actor->exchange, row->alert, row->originator);
    newest = index_newest(actor->exchange.index, row->alert, row->originator);
    ck_assert(by && by == newest && by->is_recall);
    ck_assert_mem_eq(by->object, recall, OBJECT_ID_SIZE);
}

static uint64_t refused(const struct actor *actor, enum result why) {
    return actor->exchange.refused[why];
}

START_TEST(a_recall_reaches_everybody_and_erases_everywhere) {
    struct actor *const all[] = {congo, kenya, police};
    publish(object);
    world_settle(world);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(world_value(all[i], object, "persons.surname"), "Exemple");
        ck_assert_uint_gt(entries_that_say(all[i], "Exemple"), 0);
    }
    take_back(object, 2);
    world_settle(world);
    for (int restarted = 0; restarted < 2; restarted++)
        for (size_t i = 0; i < 3; i++) {
            check_recalled(all[i], object);
            ck_assert(world_has(all[i], recall));
            ck_assert_str_eq(world_view(all[i], recall).disclosure.header->caveat, "Wrong container");
            world_restart(all[i]);
        }
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(refused(all[i], RESULT_RECALLED), 0);
}
END_TEST

START_TEST(every_version_is_erased) {
    publish(first);
    world_settle(world);
    correct(first, 2, object);
    world_settle(world);
    take_back(object, 3);
    world_settle(world);
    struct actor *const all[] = {congo, kenya, police};
    for (size_t i = 0; i < 3; i++) {
        check_recalled(all[i], first);
        check_recalled(all[i], object);
    }
}
END_TEST

START_TEST(other_alerts_stay_as_they_are) {
    publish(first);
    publish(object);
    world_settle(world);
    take_back(object, 2);
    world_settle(world);
    struct actor *const all[] = {congo, kenya, police};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(world_value(all[i], first, "persons.surname"), "Exemple");
        ck_assert_str_eq(world_value(all[i], object, "persons.surname"), "");
        ck_assert_uint_eq(found_by(all[i], "species:Manidae"), 1);
    }
}
END_TEST

/* Kenya has it by two ways, of which the second shows more; the first is found all the same. */
START_TEST(what_a_wider_view_has_replaced_is_erased_too) {
    tear_down();
    world = world_new(32);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", to_customs);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS",
                      "audiences:\n  customs: {members: {role: CUSTOMS}, show: [all], hide: [narrative]}\n"
                      "forward: [{from: {name: cd-customs}, to: [customs]}]\n"
                      "accept: [{from: {role: CUSTOMS}, show: [all]}]\nlocal: {operators: {show: [all]}}\n");
    struct actor *uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", to_customs);
    world_start(world);
    publish(object);
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    world_carry(congo, uganda); /* shows more */
    ck_assert_str_eq(world_value(uganda, object, "narrative.releasable"), "Scales in sacks");
    ck_assert_uint_eq(entries_that_say(uganda, "Exemple"), 2);
    take_back(object, 2);
    world_settle(world);
    check_recalled(uganda, object);
    world_restart(uganda);
    check_recalled(uganda, object);
}
END_TEST

/* It stays in its feed, and is found there again. */
START_TEST(a_view_that_says_nothing_new_is_erased_too) {
    tear_down();
    world = world_new(33);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", to_customs);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", world_forwards);
    struct actor *uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", to_customs);
    world_start(world);
    publish(object);
    world_settle(world);
    ck_assert_str_eq(world_value(uganda, object, "persons.surname"), "Exemple");
    ck_assert_uint_eq(entries_that_say(uganda, "Exemple"), 2);
    ck_assert_uint_gt(world_feed(uganda, kenya->identity.key_id, "customs")->head.number, 1);
    take_back(object, 2);
    world_settle(world);
    check_recalled(uganda, object);
    check_recalled(congo, object); /* it came back by Kenya's feed */
}
END_TEST

/* ---- attacks ---- */

START_TEST(a_replayed_recall_changes_nothing) {
    publish(object);
    world_settle(world);
    take_back(object, 2);
    world_settle(world);
    size_t count;
    uint64_t before = store_last_alert(kenya->exchange.store);
    struct span *entries = world_entries(congo, "customs/urgent", 0, &count);
    ck_assert_uint_eq(count, 2); /* a grant, and the recall */
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs/urgent", entries, count, NULL)), "replayed");
    /* and in an entry that is new */
    struct feed *feed = world_feed(congo, congo->identity.key_id, "customs/urgent");
    struct feed_head head = feed->head;
    const uint8_t *key;
    struct entry entry;
    struct span plain;
    ck_assert_int_eq(feeds_key(&congo->exchange.feeds, feed, head.epoch, &key), RESULT_OK);
    ck_assert_int_eq(feed_parse(&entry, entries[1]), RESULT_OK);
    ck_assert_int_eq(feed_open(&world->arena, &plain, &entry, key), RESULT_OK);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, head.epoch, world->now_ms, plain, key};
    struct span again = world_forge(world, &head, &draft, &congo->identity);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs/urgent", &again, 1, NULL)), "ok");
    ck_assert_uint_eq(store_last_alert(kenya->exchange.store), before);
    check_recalled(kenya, object);
}
END_TEST

/* Nobody can make a recall be there that is not: the originator sees who has not got it. */
START_TEST(a_swallowed_recall_is_seen_by_its_originator) {
    publish(object);
    world_settle(world);
    struct feed *feed = world_feed(congo, congo->identity.key_id, "customs");
    ck_assert_int_eq(exchange_acknowledge(&congo->exchange, feed, kenya->identity.id, feed->head.number), RESULT_OK);
    take_back(object, 2);
    for (int delivered = 0; delivered < 2; delivered++) {
        struct told_feed *told;
        size_t count;
        uint64_t sequence = row_of(congo, recall)->sequence;
        ck_assert_int_eq(told_find(&congo->exchange, &world->arena, sequence, &told, &count), RESULT_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert_str_eq(told[0].feed->record.audience, "customs/urgent");
        ck_assert_uint_eq(told[0].count, 1);
        ck_assert_ptr_eq(told[0].readers[0].member, roster_find(congo->exchange.roster, kenya->identity.id));
        ck_assert_int_eq(told[0].readers[0].state, delivered ? TOLD_DELIVERED : TOLD_PENDING);
        world_carry(congo, kenya);
        ck_assert_int_eq(
            exchange_acknowledge(&congo->exchange, told[0].feed, kenya->identity.id, told[0].feed->head.number),
            RESULT_OK);
    }
    check_recalled(kenya, object);
}
END_TEST

/* A header that says it is Congo's next version, signed by somebody else; and one of Kenya's own under that id. */
static struct span version_signed_by(const struct identity *signer, const uint8_t *originator, unsigned version,
                                     const char *kind, const char *values) {
    const struct index_row *row = row_of(kenya, object);
    struct arena *arena = &world->arena;
    AlertHeader header = ALERT_HEADER__INIT;
    Alert *content = arena_alloc(arena, sizeof *content);
    struct disclosure full;
    struct buf bytes;
    struct span *slots = arena_array(arena, FIELD_SLOTS, sizeof *slots);
    struct identity as = *signer;
    alert__init(content);
    if (*values)
        ck_assert_int_eq(alert_set_text(arena, content, "narrative.releasable", 0, values), RESULT_OK);
    ck_assert_int_eq(alert_split(arena, content, slots), RESULT_OK);
    header.alert = proto_bytes(row->alert, TREE_ALERT_ID_SIZE);
    header.version = version;
    header.kind = (char *)(uintptr_t)kind;
    header.tlp = (char *)(uintptr_t) "GREEN";
    header.caveat = (char *)(uintptr_t) "Not by its originator";
    memcpy(as.id, originator, MEMBER_ID_SIZE);
    ck_assert_int_eq(disclosure_make(&full, arena, &header, slots, &as, world->now_ms, &world->random), RESULT_OK);
    buf_init(&bytes, arena);
    full.hops = memcmp(originator, kenya->identity.id, MEMBER_ID_SIZE) != 0;
    static const struct field_set nothing;
    struct disclosure narrow;
    ck_assert_int_eq(disclosure_narrow(&narrow, arena, &full, *values ? &full.shown : &nothing), RESULT_OK);
    ck_assert_int_eq(disclosure_encode(&bytes, arena, &narrow), RESULT_OK);
    return buf_span(&bytes);
}

static struct span recall_signed_by(const struct identity *signer, const uint8_t *originator, const char *values) {
    return version_signed_by(signer, originator, 2, "RECALL", values);
}

static void hand_to_police(struct span disclosure) {
    struct feed *feed = world_feed(kenya, kenya->identity.key_id, "police");
    struct feed_head head = world_feed(police, kenya->identity.key_id, "police")->head;
    const uint8_t *key;
    ck_assert_int_eq(feeds_key(&kenya->exchange.feeds, feed, head.epoch, &key), RESULT_OK);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, head.epoch, world->now_ms, disclosure, key};
    struct span entry = world_forge(world, &head, &draft, &kenya->identity);
    ck_assert_str_eq(result_name(world_hand(police, kenya, "police", &entry, 1, NULL)), "ok");
}

START_TEST(a_recall_by_somebody_else_is_refused) {
    publish(object);
    world_settle(world);
    hand_to_police(recall_signed_by(&kenya->identity, congo->identity.id, ""));
    ck_assert_uint_eq(refused(police, RESULT_BAD_SIGNATURE), 1);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    /* its own word for it is about an alert of its own, whatever its number */
    hand_to_police(recall_signed_by(&kenya->identity, kenya->identity.id, ""));
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    ck_assert(!row_of(police, object)->superseded && !row_of(police, object)->is_erased);
    ck_assert_int_eq(try_recall(congo, object, 2), RESULT_OK);
    ck_assert_int_eq(try_recall(kenya, object, 2), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(a_recall_with_content_is_refused) {
    publish(object);
    world_settle(world);
    hand_to_police(recall_signed_by(&congo->identity, congo->identity.id, "and something new"));
    ck_assert_uint_eq(refused(police, RESULT_FIELD_REFUSED), 1);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    const char *json = text_format(&world->arena, "{%s%s", next_version("RECALL", object, 2),
                                   strchr(world_alert(world, "GREEN", "\"caveat\":\"Wrong\""), ','));
    ck_assert_str_eq(result_name(world_publish(congo, json, recall)), "invalid");
}
END_TEST

START_TEST(a_recall_without_reason_or_alert_is_invalid) {
    publish(object);
    const char *without =
        text_format(&world->arena, "{%s,\"marking\":{\"tlp\":\"GREEN\"}}", next_version("RECALL", object, 2));
    ck_assert_str_eq(result_name(world_publish(congo, without, recall)), "invalid");
    ck_assert_str_eq(result_name(world_publish(
                         congo, "{\"kind\":\"RECALL\",\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"Why\"}}", recall)),
                     "invalid");
    ck_assert_str_eq(world_value(congo, object, "persons.surname"), "Exemple");
}
END_TEST

/* Congo's own node refuses it; one that was changed sends it all the same. */
START_TEST(a_version_after_the_recall_is_refused) {
    publish(object);
    const char *again = corrected(object, 3);
    world_settle(world);
    take_back(object, 2);
    world_settle(world);
    uint8_t made[OBJECT_ID_SIZE];
    ck_assert_str_eq(result_name(world_publish(congo, again, made)), "recalled");
    ck_assert_str_eq(result_name(try_recall(congo, object, 3)), "recalled");
    hand_to_police(version_signed_by(&congo->identity, congo->identity.id, 3, "CORRECTION", "Exemple again"));
    ck_assert_uint_eq(refused(police, RESULT_RECALLED), 1);
    world_settle(world);
    hand_to_police(version_signed_by(&congo->identity, congo->identity.id, 4, "RECALL", ""));
    ck_assert_uint_eq(refused(police, RESULT_RECALLED), 2);
    check_recalled(police, object);
}
END_TEST

/* The urgent feed overtakes the ordinary one. */
START_TEST(an_old_version_after_its_recall_is_refused) {
    size_t count;
    publish(object);
    struct span *old = world_entries(congo, "customs", 0, &count);
    size_t old_count = count;
    take_back(object, 2);
    struct span *entries = world_entries(congo, "customs/urgent", 0, &count);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs/urgent", entries, count, NULL)), "ok");
    ck_assert(world_has(kenya, recall) && !world_has(kenya, object));
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", old, old_count, NULL)), "ok");
    ck_assert_uint_eq(refused(kenya, RESULT_RECALLED), 1);
    ck_assert(!world_has(kenya, object));
    ck_assert_uint_eq(entries_that_say(kenya, "Exemple"), 0);
    struct feed *feed = world_feed(kenya, congo->identity.key_id, "customs");
    ck_assert_uint_eq(feed->head.number, old_count); /* header and signature stay, and the feed goes on */
    world_settle(world);
    ck_assert(!world_has(police, object));
}
END_TEST

/* A reader that comes later gets of our own feed what is left of it, and goes on. */
START_TEST(what_is_left_of_an_entry_is_taken_from_its_author) {
    publish(object);
    take_back(object, 2);
    publish(first);
    world_settle(world);
    ck_assert(!world_has(kenya, object) && world_has(kenya, first) && world_has(kenya, recall));
    ck_assert_uint_eq(refused(kenya, RESULT_RECALLED), 0);
}
END_TEST

/* Who may not see a field learns nothing by having several versions: no salt, hash or root is in two of them. */
START_TEST(versions_cannot_be_matched) {
    publish(first);
    correct(first, 2, object); /* says the same again */
    struct disclosure narrow[2];
    static const struct field_set nothing;
    const uint8_t *const ids[] = {first, object};
    for (size_t i = 0; i < 2; i++) {
        const struct holding holding = world_view(congo, ids[i]);
        struct field_set some = nothing;
        field_set_add(&some, SLOT_YEAR);
        ck_assert_int_eq(disclosure_narrow(&narrow[i], &world->arena, &holding.disclosure, &some), RESULT_OK);
    }
    struct span a = narrow[0].opening.hashes, b = narrow[1].opening.hashes;
    ck_assert_uint_gt(a.len, 0);
    ck_assert_uint_eq(a.len, b.len);
    for (size_t i = 0; i < a.len; i += TREE_HASH_SIZE)
        for (size_t k = 0; k < b.len; k += TREE_HASH_SIZE)
            ck_assert_mem_ne(a.data + i, b.data + k, TREE_HASH_SIZE);
    ck_assert(!span_equal(narrow[0].opening.salts, narrow[1].opening.salts));
    take_back(object, 3);
    const struct holding left = world_view(congo, recall), gone = world_view(congo, object);
    ck_assert_mem_ne(left.disclosure.header->root.data, gone.disclosure.header->root.data, TREE_HASH_SIZE);
    ck_assert_mem_ne(narrow[0].header->root.data, gone.disclosure.header->root.data, TREE_HASH_SIZE);
}
END_TEST

/* ---- who hears of it ---- */

START_TEST(a_recall_of_nothing_that_was_seen_is_kept) {
    publish(object);
    take_back(object, 2);
    size_t count;
    struct span *entries = world_entries(congo, "customs/urgent", 0, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs/urgent", entries, count, NULL)), "ok");
    ck_assert(world_has(kenya, recall));
    struct told_feed *told;
    ck_assert_int_eq(told_find(&kenya->exchange, &world->arena, row_of(kenya, recall)->sequence, &told, &count),
                     RESULT_OK);
    ck_assert_uint_eq(count, 0); /* it has told nobody, and tells nobody now */
}
END_TEST

/* Kenya takes nothing from customs any more: what it has is recalled all the same. */
START_TEST(a_recall_is_taken_where_nothing_else_would_be) {
    publish(object);
    world_settle(world);
    renew_policy(kenya, takes_nothing);
    publish(first);
    take_back(object, 2);
    world_settle(world);
    ck_assert(!world_has(kenya, first));
    ck_assert_uint_eq(refused(kenya, RESULT_FIELD_REFUSED), 1);
    check_recalled(kenya, object);
    /* and told to the police, of which its policy says nothing any more */
    check_recalled(police, object);
    ck_assert_ptr_nonnull(world_feed(kenya, kenya->identity.key_id, "@ke-police"));
}
END_TEST

START_TEST(a_recall_of_what_is_not_here_needs_to_be_accepted) {
    renew_policy(kenya, takes_nothing);
    publish(object);
    take_back(object, 2);
    world_settle(world);
    ck_assert(!world_has(kenya, recall));
    ck_assert_uint_gt(refused(kenya, RESULT_FIELD_REFUSED), 0);
}
END_TEST

/* Its marking lets nobody pass it on any more; a recall goes where the alert went. */
START_TEST(a_recall_goes_whatever_the_marking_says) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(
        result_name(world_publish(congo, world_alert(world, "GREEN", "\"retention_until\":\"2014-05-20\""), object)),
        "ok");
    world_settle(world);
    ck_assert(world_has(police, object));
    world->now_ms += 30 * 24 * 60 * minute_ms;
    const char *json =
        text_format(&world->arena, "{%s,\"marking\":{\"tlp\":\"RED\",\"onward\":\"NONE\",\"caveat\":\"Wrong\"}}",
                    next_version("RECALL", object, 2));
    ck_assert_str_eq(result_name(world_publish(congo, json, recall)), "ok");
    world_settle(world);
    check_recalled(police, object);
}
END_TEST

/* Told by decision, to one member alone. */
START_TEST(who_was_told_alone_hears_of_it) {
    publish(object);
    world_settle(world);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * 24 * 60 * minute_ms;
    publish(first); /* in another epoch */
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    world_settle(world);
    struct history history = {.audience = policy_find_audience(congo->policy, "customs"),
                              .member = roster_find(congo->exchange.roster, late->identity.id)};
    ck_assert_int_eq(history_disclose(&congo->exchange, &history), RESULT_OK);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    exchange_end_turn(&congo->exchange);
    world_settle(world);
    ck_assert_str_eq(world_value(late, object, "persons.surname"), "Exemple");
    renew_policy(congo, "audiences:\n  customs: {members: {role: CUSTOMS, country: KE}, publish: yes, show: [all]}\n"
                        "local: {operators: {show: [all]}}\n");
    take_back(object, 2);
    world_settle(world);
    ck_assert_str_eq(world_value(late, object, "persons.surname"), "");
    ck_assert(recall_of(&late->exchange, row_of(late, object)->alert, congo->identity.id));
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "");
}
END_TEST

/* History, and whoever joins, is not told of what was taken back. */
START_TEST(who_never_had_it_is_not_told_anew) {
    publish(object);
    take_back(object, 2);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * 24 * 60 * minute_ms;
    publish(first);
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    struct history history = {.audience = policy_find_audience(congo->policy, "customs"),
                              .member = roster_find(congo->exchange.roster, late->identity.id)};
    ck_assert_int_eq(history_disclose(&congo->exchange, &history), RESULT_OK);
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    exchange_end_turn(&congo->exchange);
    ck_assert_uint_eq(history.disclosed, 1); /* `first` */
}
END_TEST

/* Kenya may not write for now: it erases at once, and tells its police later, also after a restart. */
START_TEST(what_cannot_be_told_yet_is_told_later) {
    publish(object);
    world_settle(world);
    renew_policy(kenya, to_customs);
    kenya->exchange.feeds.is_unending = true;
    take_back(object, 2);
    world_settle(world);
    check_recalled(kenya, object);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    world_restart(kenya);
    world_settle(world);
    ck_assert_str_eq(world_value(police, object, "persons.surname"), "Exemple");
    for (int again = 0; again < 2; again++) {
        world->now_ms += 2 * minute_ms;
        ck_assert_int_eq(embargo_lift(&kenya->exchange), RESULT_OK);
        ck_assert_int_eq(exchange_commit(&kenya->exchange, NULL, NULL), RESULT_OK);
        exchange_end_turn(&kenya->exchange);
        world_settle(world);
        check_recalled(police, object);
        ck_assert_uint_eq(kenya->exchange.embargoes.count, again ? 0 : 1);
    }
}
END_TEST

/* Published and taken back in one turn: nobody is shown anything between. */
START_TEST(in_one_change_with_the_alert_it_is_carried_out_too) {
    struct publication publications[2] = {
        {.json = span_of_text(text_format(&world->arena, "{\"alert\":\"000102030405060708090a0b0c0d0e0f\",%s",
                                          world_alert(world, "GREEN", "") + 1))},
        {.json = span_of_text("{\"alert\":\"000102030405060708090a0b0c0d0e0f\","
                              "\"kind\":\"RECALL\",\"version\":2,"
                              "\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"No\"}}")}};
    for (size_t i = 0; i < 2; i++)
        exchange_prepare(&congo->exchange, &publications[i], 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, publications, 2), RESULT_OK);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(result_name(publications[i].result), "ok");
        memcpy(i ? recall : object, publications[i].full.object, OBJECT_ID_SIZE);
    }
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    for (size_t i = 0; i < 2; i++)
        exchange_publication_release(&publications[i]);
    exchange_end_turn(&congo->exchange);
    check_recalled(congo, object);
    world_settle(world);
    ck_assert(world_has(kenya, recall) && !world_has(kenya, object));
}
END_TEST

/* A change that is taken back has recalled nothing. */
START_TEST(an_aborted_recall_has_erased_nothing) {
    publish(object);
    const char *json = text_format(&world->arena, "{%s,\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"No\"}}",
                                   next_version("RECALL", object, 2));
    struct publication publication = {.json = span_of_text(json)};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
    exchange_abort(&congo->exchange);
    exchange_publication_release(&publication);
    exchange_end_turn(&congo->exchange);
    for (int restarted = 0; restarted < 2; restarted++) {
        ck_assert_str_eq(world_value(congo, object, "persons.surname"), "Exemple");
        ck_assert_uint_eq(found_by(congo, "species:Manidae"), 1);
        world_restart(congo);
    }
    take_back(object, 2);
    check_recalled(congo, object);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("recall");
    TCase *carried_out = tcase_create("carried out"), *attacks = tcase_create("attacks"),
          *heard = tcase_create("heard");
    TCase *const cases[] = {carried_out, attacks, heard};
    for (size_t i = 0; i < 3; i++) {
        tcase_add_checked_fixture(cases[i], set_up, tear_down);
        tcase_set_timeout(cases[i], 60);
        suite_add_tcase(suite, cases[i]);
    }
    tcase_add_test(carried_out, a_recall_reaches_everybody_and_erases_everywhere);
    tcase_add_test(carried_out, every_version_is_erased);
    tcase_add_test(carried_out, other_alerts_stay_as_they_are);
    tcase_add_test(carried_out, what_a_wider_view_has_replaced_is_erased_too);
    tcase_add_test(carried_out, a_view_that_says_nothing_new_is_erased_too);
    tcase_add_test(carried_out, what_is_left_of_an_entry_is_taken_from_its_author);
    tcase_add_test(carried_out, in_one_change_with_the_alert_it_is_carried_out_too);
    tcase_add_test(carried_out, an_aborted_recall_has_erased_nothing);
    tcase_add_test(attacks, a_replayed_recall_changes_nothing);
    tcase_add_test(attacks, a_swallowed_recall_is_seen_by_its_originator);
    tcase_add_test(attacks, a_recall_by_somebody_else_is_refused);
    tcase_add_test(attacks, a_recall_with_content_is_refused);
    tcase_add_test(attacks, a_recall_without_reason_or_alert_is_invalid);
    tcase_add_test(attacks, a_version_after_the_recall_is_refused);
    tcase_add_test(attacks, an_old_version_after_its_recall_is_refused);
    tcase_add_test(attacks, versions_cannot_be_matched);
    tcase_add_test(heard, a_recall_of_nothing_that_was_seen_is_kept);
    tcase_add_test(heard, a_recall_is_taken_where_nothing_else_would_be);
    tcase_add_test(heard, a_recall_of_what_is_not_here_needs_to_be_accepted);
    tcase_add_test(heard, a_recall_goes_whatever_the_marking_says);
    tcase_add_test(heard, who_was_told_alone_hears_of_it);
    tcase_add_test(heard, who_never_had_it_is_not_told_anew);
    tcase_add_test(heard, what_cannot_be_told_yet_is_told_later);
    return suite;
}
