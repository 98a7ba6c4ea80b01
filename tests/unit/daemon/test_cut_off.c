/* A node that dies in the middle of a change of whom it believes: files are written, the store is not, or only the
 * first of the files is. What the next start makes of it. A whole node in this process, which is not run but led by
 * hand. */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "daemon/node.h"
#include "daemon/trust.h"
#include "tests/support/homes.h"

const bool suite_no_fork = true;

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";
static const char alert[] = "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                            "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"CD\"},"
                            "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\","
                            "\"unit\":\"KIL\"}]}";

static struct homes *homes;
static struct home *congo, *kenya;
static struct node node;
static struct arena arena;

static void start(void) {
    const struct node_options options = {.home = congo->folder, .single_thread = true};
    ck_assert_str_eq(result_name(node_open(&node, &options)), "ok");
}

static void stop(void) {
    node_release(&node);
    mailbox_free(node.mailbox); /* which no link knows of: nobody has called */
}

/* What is in the files stays, what is in the open change is gone. */
static void die(void) {
    exchange_abort(&node.exchange);
    stop();
}

static void restart(void) {
    die();
    start();
}

static void publish(void) {
    struct exchange *exchange = &node.exchange;
    struct publication publication = {.json = span_of_text(alert)};
    exchange_prepare(exchange, &publication, 1);
    ck_assert_str_eq(result_name(exchange_publish(exchange, &publication, 1)), "ok");
    ck_assert_str_eq(result_name(publication.result), "ok");
    ck_assert_str_eq(result_name(exchange_commit(exchange, NULL, NULL)), "ok");
    exchange_publication_release(&publication);
    exchange_end_turn(exchange);
}

static void set_up(void) {
    homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", policy);
    homes_add(homes, "ug-customs", "UG", "CUSTOMS", policy);
    homes_write(homes);
    start();
    publish();
}

static void tear_down(void) {
    stop();
    arena_release(&arena);
    homes_free(homes);
}

static struct feed *feed_of(const uint8_t *key_id) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, key_id, "customs");
    struct feed *feed = feeds_find(&node.exchange.feeds, id);
    ck_assert_ptr_nonnull(feed);
    return feed;
}

static struct feed *feed(void) {
    return feed_of(node.identity.key_id);
}

/* ---- new keys ---- */

/* The roster cannot be written, as on a disk that is full; all files are written, and then the power is cut; and for
 * comparison, nothing happens. */
enum { BEFORE_THE_ROSTER, BEFORE_THE_STORE, NOT_AT_ALL, PLACES };

static void renew_and_die(int where, bool signing, enum ending_cause cause) {
    const char *roster = node.config.roster;
    if (where == BEFORE_THE_ROSTER)
        node.config.roster = "/nowhere/roster.inama";
    enum result result = trust_renew_keys(&node, signing, cause);
    ck_assert(node.stopping == (where == BEFORE_THE_ROSTER));
    ck_assert(!result == !node.stopping);
    node.config.roster = roster;
    if (where == NOT_AT_ALL) {
        ck_assert_str_eq(result_name(exchange_commit(&node.exchange, NULL, NULL)), "ok");
        exchange_end_turn(&node.exchange);
    } else {
        restart();
    }
    ck_assert_uint_eq(node.identity.serial, 2);
    ck_assert_uint_eq(node.exchange.self->serial, 2);
    ck_assert_mem_eq(node.exchange.self->encryption_key, node.identity.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_str_eq(result_name(exchange_may_write(&node.exchange)), "ok");
}

/* What these keys make of the grant that began the feed's epoch. */
static const char *open_grant(const struct identity *keys) {
    struct span entry;
    uint8_t key[EPOCH_KEY_SIZE];
    struct epoch_place place = {.epoch = feed()->head.epoch};
    memcpy(place.feed, feed()->head.feed, FEED_ID_SIZE);
    ck_assert_str_eq(result_name(store_get_entry(node.exchange.store, &arena, feed()->record.ordinal,
                                                 feed()->record.epoch_first, &entry)),
                     "ok");
    return result_name(epoch_accept(key, span_of(entry.data + ENTRY_OVERHEAD, entry.len - ENTRY_OVERHEAD), &place,
                                    keys->id, keys->secrets->encryption, keys->encryption_key));
}

/* Who has copied the author's former encryption key reads no more: the author is granted its own epochs, too. */
START_TEST(an_epoch_that_new_keys_ended_ends_again) {
    ck_assert_uint_eq(feed()->head.epoch, 1);
    ck_assert_str_eq(open_grant(&congo->identity), "ok");
    renew_and_die(_i, false, ENDING_LEFT);
    publish();
    ck_assert_uint_eq(feed()->head.epoch, 2);
    ck_assert_str_eq(open_grant(&congo->identity), "not-found");
    ck_assert_str_eq(open_grant(&node.identity), "ok");
    restart(); /* and it is over: the next start ends nothing */
    publish();
    ck_assert_uint_eq(feed()->head.epoch, 2);
}
END_TEST

static const struct {
    int where;
    enum ending_cause cause;
} changes[] = {{BEFORE_THE_ROSTER, ENDING_LEFT},
               {BEFORE_THE_ROSTER, ENDING_REVOKED},
               {BEFORE_THE_STORE, ENDING_LEFT},
               {BEFORE_THE_STORE, ENDING_REVOKED}};

/* A key that was stolen must not come to have been replaced in peace because the power was cut meanwhile. */
START_TEST(a_change_of_keys_is_finished_with_its_cause) {
    uint8_t before[MEMBER_ID_SIZE];
    memcpy(before, node.identity.key_id, sizeof before);
    struct feed_head end = feed()->head;
    renew_and_die(changes[_i].where, true, changes[_i].cause);
    for (int round = 0; round < 2; round++) {
        const struct ending *ending;
        ck_assert_ptr_nonnull(member_sign_key(node.exchange.self, before, &ending));
        ck_assert_ptr_nonnull(ending);
        ck_assert_int_eq(ending->cause, changes[_i].cause);
        ck_assert_uint_eq(ending->count, 1);
        ck_assert_uint_eq(ending->ends[0].number, end.number);
        ck_assert_mem_eq(ending->ends[0].hash, end.hash, HASH_SIZE);
        ck_assert(!node.identity.has_previous);
        ck_assert_int_ne(access(text_format(&arena, "%s.revoked", node.config.identity), F_OK), 0);
        restart();
    }
    publish();
    ck_assert_uint_eq(feed()->head.epoch, 1); /* of the feed of the new key */
    ck_assert_mem_eq(&feed_of(before)->head, &end, sizeof end);
    /* the next change has its own cause */
    ck_assert_str_eq(result_name(trust_renew_keys(&node, true, ENDING_LEFT)), "ok");
    restart();
    ck_assert_int_eq(node.exchange.self->former[0].ending.cause, ENDING_LEFT);
    ck_assert_int_eq(node.exchange.self->former[1].ending.cause, changes[_i].cause);
}
END_TEST

/* ---- a removal ---- */

START_TEST(a_removal_that_the_store_does_not_know_is_acted_on) {
    bool taken;
    struct span trust;
    const struct ending ending = {.cause = _i ? ENDING_REVOKED : ENDING_LEFT, .at = clock_wall_ms(node.exchange.clock)};
    ck_assert(feeds_has_member(feed(), kenya->member.id));
    ck_assert_str_eq(result_name(roster_file_trust(&trust, homes_sign(homes, LIST_END, &kenya->member, &ending))),
                     "ok");
    ck_assert_str_eq(result_name(trust_take(&node, trust, &taken)), "ok");
    ck_assert(taken);
    restart();
    ck_assert_uint_eq(node.roster->version, 2);
    ck_assert(!feeds_has_member(feed(), kenya->member.id));
    ck_assert_uint_eq(feed()->head.epoch, 2); /* before anything is written */
    ck_assert_str_eq(open_grant(&kenya->identity), "not-found");
    publish();
    ck_assert_uint_eq(feed()->head.epoch, 2);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("cut off");
    TCase *cut = tcase_create("cut off");
    tcase_add_checked_fixture(cut, set_up, tear_down);
    tcase_set_timeout(cut, 120);
    tcase_add_loop_test(cut, an_epoch_that_new_keys_ended_ends_again, 0, PLACES);
    tcase_add_loop_test(cut, a_change_of_keys_is_finished_with_its_cause, 0, sizeof changes / sizeof *changes);
    tcase_add_loop_test(cut, a_removal_that_the_store_does_not_know_is_acted_on, 0, 2);
    suite_add_tcase(suite, cut);
    return suite;
}
