/* Two copies of one node, and a node that was set back: what they may write, what is proven, how it heals. And what
 * else a feed may be made of that its author never wrote so. No network: the test carries every entry. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/quarantine.h"
#include "entry.pb-c.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;
static const uint64_t day_ms = 86400000;

static struct world *world;
static struct actor *congo, *kenya, *uganda;
static uint8_t object[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE], key_before[MEMBER_ID_SIZE];

static void set_up(void) {
    world = world_new(8);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    memcpy(key_before, congo->identity.key_id, sizeof key_before);
}

static void tear_down(void) {
    world_free(world);
}

static enum result try_to_publish(struct actor *actor, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    return world_publish(actor, world_alert(world, "GREEN", ""), made);
}

static void publish(struct actor *actor, uint8_t made[static OBJECT_ID_SIZE]) {
    ck_assert_str_eq(result_name(try_to_publish(actor, made)), "ok");
}

static struct feed *congos(struct actor *holder) {
    return world_feed(holder, key_before, "customs");
}

static const struct member *row_of(struct actor *holder, const struct actor *actor) {
    return roster_find(holder->exchange.roster, actor->identity.id);
}

static void commit(struct actor *actor) {
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

static const char *take_fork(struct actor *actor, struct span one, struct span other) {
    enum result result = exchange_take_fork(&actor->exchange, row_of(actor, congo), one, other);
    commit(actor);
    return result_name(result);
}

/* The last entry that a holder has of Congo's feed: header and signature. */
static struct span last_of(struct actor *holder) {
    struct span entry;
    const struct feed *feed = congos(holder);
    ck_assert_str_eq(result_name(store_get_entry(holder->exchange.store, &world->arena, feed->record.ordinal,
                                                 feed->head.number, &entry)),
                     "ok");
    return span_of(entry.data, ENTRY_OVERHEAD);
}

/* A reader shows Congo what it has of its feed. */
static const char *hear_of(const uint8_t *key_id, struct span entry) {
    struct feed *feed;
    enum result result = exchange_hear(&congo->exchange, key_id, "customs", entry, &feed);
    commit(congo);
    return result_name(result);
}

static const char *hear(struct actor *reader) {
    return hear_of(key_before, last_of(reader));
}

/* Congo pulls from a reader what that has of its feed. */
static const char *fetch_from(struct actor *reader) {
    size_t count;
    struct span *entries = world_entries_of(reader, congos(reader), congos(congo)->head.number, &count);
    return result_name(world_hand_of(congo, congo, key_before, "customs", entries, count, NULL));
}

/* A header with signature of a grant that never was, of any feed and number, each time another. */
static struct span header_of(const char *audience, const uint8_t *key_id, uint64_t number,
                             const struct identity *signer) {
    struct feed_head head = {.number = number - 1};
    feed_id(head.feed, key_id, audience);
    random_fill(&world->random, head.hash, sizeof head.hash);
    const struct feed_draft draft = {ENTRY_GRANT, 1, world->now_ms, span_of_text("no grant"), NULL};
    struct span entry = world_forge(world, &head, &draft, signer);
    return span_of(entry.data, ENTRY_OVERHEAD);
}

/* ---- two copies that run ---- */

struct copies {
    struct actor *clone;
    struct span one, other; /* two entries with one number */
};

/* Congo and its clone have both gone on; Kenya has the history of Congo. */
static struct copies run_two_copies(void) {
    struct copies copies;
    publish(congo, object);
    copies.clone = world_clone(congo);
    publish(congo, object);
    publish(copies.clone, second);
    size_t count;
    copies.one = *world_entries(congo, "customs", 2, &count);
    copies.other = *world_entries(copies.clone, "customs", 2, &count);
    ck_assert(!span_equal(copies.one, copies.other));
    world_carry(congo, kenya);
    return copies;
}

START_TEST(two_histories_are_proven_frozen_and_told) {
    struct copies copies = run_two_copies();
    ck_assert_str_eq(result_name(world_hand(kenya, copies.clone, "customs", &copies.other, 1, NULL)), "fork");
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 1);
    ck_assert(!world_has(kenya, second));
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    for (int round = 0; round < 2; round++) {
        const struct fork *fork =
            forks_find(&kenya->exchange.forks, congos(kenya)->record.key, congos(kenya)->head.feed);
        ck_assert(congos(kenya)->record.frozen);
        ck_assert_ptr_nonnull(fork);
        ck_assert_mem_eq(fork->author, congo->identity.id, MEMBER_ID_SIZE);
        ck_assert_uint_eq(fork->number, 3);
        ck_assert_uint_eq(kenya->exchange.forks.count, 1);
        world_restart(kenya);
    }
    publish(congo, object);
    size_t count;
    struct span *entries = world_entries(congo, "customs", 3, &count);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", entries, count, NULL)), "fork");

    world_carry(congo, uganda); /* and who is told freezes, too */
    const struct fork *told = &kenya->exchange.forks.rows[0];
    ck_assert_str_eq(take_fork(uganda, SPAN_OF_ARRAY(told->second), SPAN_OF_ARRAY(told->first)), "ok");
    ck_assert(congos(uganda)->record.frozen);
    ck_assert_mem_eq(uganda->exchange.forks.rows[0].first, told->first, sizeof told->first); /* one form of it */
    ck_assert_str_eq(take_fork(uganda, SPAN_OF_ARRAY(told->first), SPAN_OF_ARRAY(told->second)), "replayed");
}
END_TEST

START_TEST(who_has_forked_goes_on_under_a_new_signing_key) {
    struct copies copies = run_two_copies();
    world_hand(kenya, copies.clone, "customs", &copies.other, 1, NULL);
    ck_assert_str_eq(take_fork(congo, copies.one, copies.other), "ok");
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
    ck_assert_str_eq(result_name(try_to_publish(congo, second)), "fork");
    world_restart(congo);
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
    struct ending ending = world_ends(congo, ENDING_LEFT);
    world_renew(congo, true, &ending);
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    publish(congo, second);
    const uint8_t *key_id = congo->identity.key_id;
    size_t count;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", entries, count, NULL)), "ok");
    ck_assert(world_has(kenya, second));
    ck_assert(!world_feed(kenya, key_id, "customs")->record.frozen && congos(kenya)->record.frozen);
    world_hand(uganda, copies.clone, "customs", &copies.other, 1, NULL);
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", entries, count, NULL)), "ok");
}
END_TEST

START_TEST(who_had_the_other_history_doubts_it_after_the_end) {
    struct copies copies = run_two_copies();
    size_t count;
    struct span *entries = world_entries_of(copies.clone, congos(copies.clone), 0, &count);
    ck_assert_str_eq(result_name(world_hand(uganda, copies.clone, "customs", entries, count, NULL)), "ok");
    copies.clone->deaf = true;
    struct ending ending = world_ends(congo, ENDING_LEFT);
    world_renew(congo, true, &ending);
    const struct index_row *row = index_find(uganda->exchange.index, second);
    ck_assert_str_eq(result_name(exchange_doubt(&uganda->exchange, row)), "revoked");
    row = index_find(kenya->exchange.index, object);
    ck_assert_str_eq(result_name(exchange_doubt(&kenya->exchange, row)), "ok");
}
END_TEST

/* It lost its store; what it wrote under this key goes on elsewhere, in two ways already. */
START_TEST(a_forked_feed_is_not_begun_anew_by_who_lost_it) {
    struct span one = header_of("customs", key_before, 3, &congo->identity);
    struct span other = header_of("customs", key_before, 3, &congo->identity);
    ck_assert_ptr_null(congos(congo));
    ck_assert_str_eq(take_fork(congo, one, other), "ok");
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
    ck_assert_str_eq(result_name(try_to_publish(congo, object)), "fork");
}
END_TEST

/* ---- what proves nothing ---- */

START_TEST(what_is_no_proof_is_refused_by_name) {
    struct copies copies = run_two_copies();
    struct span one = copies.one, other = copies.other;
    uint8_t *changed = arena_copy(&world->arena, other.data, ENTRY_OVERHEAD);
    struct span later = header_of("customs", key_before, 4, &congo->identity);
    struct span elsewhere = header_of("police", key_before, 3, &congo->identity);
    struct span strangers = header_of("customs", key_before, 3, &kenya->identity);
    world_carry(congo, uganda);
    ck_assert_str_eq(take_fork(uganda, span_of(one.data, ENTRY_OVERHEAD - 1), other), "malformed");
    ck_assert_str_eq(take_fork(uganda, one, span_of(other.data, 0)), "malformed");
    ck_assert_str_eq(take_fork(uganda, one, elsewhere), "wrong-feed");
    ck_assert_str_eq(take_fork(uganda, one, later), "out-of-order");
    ck_assert_str_eq(take_fork(uganda, one, one), "replayed");
    ck_assert_str_eq(take_fork(uganda, one, strangers), "bad-signature");
    ck_assert_str_eq(take_fork(uganda, strangers, other), "bad-signature");
    changed[ENTRY_HEADER_SIZE + 40] ^= 1;
    ck_assert_str_eq(take_fork(uganda, one, span_of(changed, ENTRY_OVERHEAD)), "bad-signature");
    ck_assert(!congos(uganda)->record.frozen);
    ck_assert_uint_eq(uganda->exchange.forks.count, 0);
    ck_assert_str_eq(take_fork(uganda, one, other), "ok");
}
END_TEST

START_TEST(a_proof_whose_change_fails_is_not_kept) {
    struct copies copies = run_two_copies();
    world_carry(congo, uganda);
    ck_assert_str_eq(
        result_name(exchange_take_fork(&uganda->exchange, row_of(uganda, congo), copies.one, copies.other)), "ok");
    exchange_abort(&uganda->exchange);
    ck_assert(!congos(uganda)->record.frozen);
    ck_assert_uint_eq(uganda->exchange.forks.count, 0);
    world_restart(uganda);
    ck_assert_uint_eq(uganda->exchange.forks.count, 0);
    ck_assert_str_eq(take_fork(uganda, copies.one, copies.other), "ok");
    world_restart(uganda);
    ck_assert_uint_eq(uganda->exchange.forks.count, 1);
}
END_TEST

static const char *fork_of(struct actor *holder, const char *audience) {
    return take_fork(holder, header_of(audience, key_before, 1, &congo->identity),
                     header_of(audience, key_before, 1, &congo->identity));
}

START_TEST(so_many_proofs_are_kept_of_an_author_and_no_more) {
    for (int i = 0; i < FORKS_OF_AN_AUTHOR_MAX; i++)
        ck_assert_str_eq(fork_of(kenya, text_format(&world->arena, "audience-%d", i)), "ok");
    ck_assert_str_eq(fork_of(kenya, "one-more"), "too-large");
    world_restart(kenya);
    ck_assert_uint_eq(kenya->exchange.forks.count, FORKS_OF_AN_AUTHOR_MAX);
    ck_assert_str_eq(fork_of(kenya, "one-more"), "too-large");
    ck_assert_str_eq(fork_of(kenya, "audience-0"), "replayed");
}
END_TEST

/* As many authors as it takes, each with as many proofs as are kept of one. */
static void fill_up(struct actor *holder) {
    struct fork fork = {.number = 1};
    ck_assert_str_eq(result_name(exchange_begin(&holder->exchange)), "ok");
    for (uint32_t i = 0; i < FORKS_MAX; i++) {
        put_u32(fork.author, i / FORKS_OF_AN_AUTHOR_MAX);
        put_u32(fork.feed, i);
        ck_assert_str_eq(result_name(forks_add(&holder->exchange.forks, &fork)), "ok");
    }
    commit(holder);
}

START_TEST(so_many_proofs_are_kept_in_all_and_no_more) {
    struct copies copies = run_two_copies();
    fill_up(kenya);
    ck_assert_str_eq(fork_of(kenya, "one-more"), "too-large");
    ck_assert_uint_eq(kenya->exchange.forks.count, FORKS_MAX);
    ck_assert_str_eq(result_name(world_hand(kenya, copies.clone, "customs", &copies.other, 1, NULL)), "fork");
    ck_assert(congos(kenya)->record.frozen); /* what is not kept is acted on */
    ck_assert_uint_eq(kenya->exchange.forks.count, FORKS_MAX);
}
END_TEST

/* Who has used up its proofs on feeds that nobody reads is not free to fork the others. */
START_TEST(a_fork_freezes_also_when_no_more_proofs_are_kept) {
    struct copies copies = run_two_copies();
    for (int i = 0; i < FORKS_OF_AN_AUTHOR_MAX; i++)
        ck_assert_str_eq(fork_of(kenya, text_format(&world->arena, "audience-%d", i)), "ok");
    ck_assert_str_eq(result_name(world_hand(kenya, copies.clone, "customs", &copies.other, 1, NULL)), "fork");
    ck_assert(congos(kenya)->record.frozen);
}
END_TEST

/* Uganda signs two headers that name Congo's feed: they prove something of Uganda, and nothing of that feed. */
START_TEST(a_proof_of_one_author_does_not_stand_for_the_feed_of_another) {
    struct copies copies = run_two_copies();
    struct span one = header_of("customs", key_before, 3, &uganda->identity);
    struct span other = header_of("customs", key_before, 3, &uganda->identity);
    enum result result = exchange_take_fork(&kenya->exchange, row_of(kenya, uganda), one, other);
    ck_assert(result == RESULT_OK || result == RESULT_WRONG_FEED);
    commit(kenya);
    ck_assert(!congos(kenya)->record.frozen);
    ck_assert_str_eq(result_name(world_hand(kenya, copies.clone, "customs", &copies.other, 1, NULL)), "fork");
    ck_assert(congos(kenya)->record.frozen);
}
END_TEST

/* A thief with the key of before signs two headers that name the feed of the new key. */
START_TEST(a_former_key_cannot_freeze_the_feeds_of_the_new_one) {
    publish(congo, object);
    struct identity thief = world_keys_of(congo);
    struct ending ending = world_ends(congo, ENDING_REVOKED);
    world_renew(congo, true, &ending);
    publish(congo, object);
    world_settle(world);
    const uint8_t *key_id = congo->identity.key_id;
    take_fork(kenya, header_of("customs", key_id, 2, &thief), header_of("customs", key_id, 2, &thief));
    ck_assert(!world_feed(kenya, key_id, "customs")->record.frozen);
    take_fork(congo, header_of("customs", key_id, 2, &thief), header_of("customs", key_id, 2, &thief));
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    identity_release(&thief);
}
END_TEST

/* Told before the first entry came. */
START_TEST(a_feed_that_is_known_to_be_forked_is_not_begun) {
    struct copies copies = run_two_copies();
    ck_assert_ptr_null(congos(uganda));
    ck_assert_str_eq(take_fork(uganda, copies.one, copies.other), "ok");
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", entries, count, &taken)), "fork");
    ck_assert_uint_eq(taken, 0);
}
END_TEST

/* Nobody but the author's signature says that it has forked: not what a reader makes up in front of a true entry. */
START_TEST(an_unsigned_entry_in_front_of_a_true_one_is_no_fork) {
    publish(congo, object);
    world_save(congo);
    publish(congo, second);
    publish(congo, second);
    world_carry(congo, kenya);
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", 2, &count);
    ck_assert_uint_eq(count, 2);
    struct feed_head head = congos(kenya)->head;
    struct entry before;
    struct span bytes;
    ck_assert_str_eq(
        result_name(store_get_entry(kenya->exchange.store, &world->arena, congos(kenya)->record.ordinal, 2, &bytes)),
        "ok");
    ck_assert_str_eq(result_name(feed_parse(&before, bytes)), "ok");
    feed_advance(&head, &before);
    const struct feed_draft draft = {ENTRY_GRANT, 1, world->now_ms, span_of_text("made up"), NULL};
    struct span run[] = {world_forge(world, &head, &draft, &kenya->identity), entries[1]};
    world_put_back(congo);
    ck_assert_str_eq(hear(kenya), "ok");
    enum result result = world_hand_of(congo, congo, key_before, "customs", run, 2, &taken);
    ck_assert_uint_eq(taken, 0);
    ck_assert(!congos(congo)->record.frozen);
    ck_assert_str_ne(result_name(result), "fork");
    ck_assert_str_eq(fetch_from(kenya), "ok");
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
}
END_TEST

/* ---- a node that was set back ---- */

/* Congo had published `second` in a new epoch when its disk was put back to what it was at `object`. */
static void set_congo_back(void) {
    publish(congo, object);
    world_settle(world);
    world_save(congo);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, second);
    world_settle(world);
    ck_assert_uint_eq(congos(kenya)->head.number, 4);
    world_put_back(congo);
    ck_assert_uint_eq(congos(congo)->head.number, 2);
    ck_assert(!world_has(congo, second));
}

START_TEST(a_node_set_back_fetches_its_own_entries_first) {
    uint8_t third[OBJECT_ID_SIZE];
    set_congo_back();
    ck_assert_str_eq(hear(kenya), "ok");
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "behind");
    ck_assert(!feeds_are_proven(&congo->exchange.feeds));
    ck_assert_str_eq(result_name(try_to_publish(congo, third)), "behind");
    ck_assert_uint_eq(congos(congo)->head.number, 2);
    ck_assert_uint_eq(index_count(congo->exchange.index), 1);
    ck_assert_str_eq(fetch_from(kenya), "ok");
    ck_assert_mem_eq(congos(congo)->head.hash, congos(kenya)->head.hash, HASH_SIZE);
    ck_assert_uint_eq(congos(congo)->record.waiting, 0); /* its own box was in the grant */
    ck_assert_str_eq(world_value(congo, second, "persons.surname"), "Exemple");
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    ck_assert(feeds_are_proven(&congo->exchange.feeds));
    publish(congo, third);
    ck_assert_uint_eq(congos(congo)->head.epoch, 3); /* who held the epoch before is not known any more */
    world_settle(world);
    ck_assert(world_has(kenya, third) && world_has(uganda, third));
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK] + kenya->exchange.forks.count, 0);
    world_restart(congo);
    ck_assert_str_eq(world_value(congo, second, "persons.surname"), "Exemple");
    ck_assert_str_eq(world_value(congo, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(a_joining_member_makes_a_node_set_back_write_nothing) {
    set_congo_back();
    ck_assert_str_eq(hear(kenya), "ok");
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", ""); /* its grant is due, and waits */
    ck_assert_uint_eq(congos(congo)->head.number, 2);
    ck_assert_str_eq(fetch_from(kenya), "ok");
    publish(congo, object);
    world_settle(world);
    ck_assert(world_has(late, object));
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 0);
}
END_TEST

/* The policy says from whom it takes; that it takes its own back goes without saying. */
START_TEST(a_node_takes_its_own_back_whatever_it_accepts_from_others) {
    static const char from_police[] = "audiences:\n"
                                      "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                                      "accept:\n"
                                      "  - {from: {role: POLICE}, show: [all]}\n"
                                      "local: {operators: {show: [all]}}\n";
    world_free(world);
    world = world_new(9);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", from_police);
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    memcpy(key_before, congo->identity.key_id, sizeof key_before);
    set_congo_back();
    ck_assert_str_eq(hear(kenya), "ok");
    ck_assert_str_eq(fetch_from(kenya), "ok");
    ck_assert_uint_eq(congo->exchange.refused[RESULT_FIELD_REFUSED], 0);
    ck_assert(world_has(congo, second));
}
END_TEST

/* Header and signature are all that is left of them: the feed goes on, and what they said is lost. */
START_TEST(a_node_takes_its_own_back_from_who_had_refused_it) {
    static const char places_alone[] = "accept:\n"
                                       "  - {from: {role: CUSTOMS}, show: [incident]}\n"
                                       "local: {operators: {show: [all]}}\n";
    world_free(world);
    world = world_new(9);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", places_alone);
    world_start(world);
    memcpy(key_before, congo->identity.key_id, sizeof key_before);
    publish(congo, object);
    world_settle(world);
    world_save(congo);
    publish(congo, second);
    world_settle(world);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FIELD_REFUSED], 2);
    world_put_back(congo);
    ck_assert_str_eq(hear(kenya), "ok");
    ck_assert_str_eq(fetch_from(kenya), "ok");
    ck_assert_mem_eq(congos(congo)->head.hash, congos(kenya)->head.hash, HASH_SIZE);
    ck_assert(!world_has(congo, second));
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    publish(congo, second);
    world_settle(world);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FIELD_REFUSED], 3);
}
END_TEST

/* Who had the entry from somebody else is not told less than there was; and a grant is whole or nothing. */
START_TEST(the_author_alone_gives_an_entry_without_content) {
    size_t count;
    publish(congo, object);
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_uint_eq(count, 2);
    entries[1].len = ENTRY_OVERHEAD;
    struct delivery delivery = {
        .author = row_of(kenya, congo), .key = key_before, .audience = "customs", .entries = entries, .count = count};
    ck_assert_str_eq(result_name(exchange_receive(&kenya->exchange, &delivery)), "ok");
    ck_assert_str_eq(result_name(delivery.result), "not-found"); /* no offence: it may have it so from the author */
    ck_assert(!quarantine_is_offence(delivery.result));
    commit(kenya);
    ck_assert_uint_eq(congos(kenya)->head.number, 1);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", entries + 1, 1, NULL)), "ok");
    ck_assert_uint_eq(congos(kenya)->head.number, 2);
    ck_assert(!world_has(kenya, object));
    publish(congo, second); /* and the feed goes on */
    world_carry(congo, kenya);
    ck_assert(world_has(kenya, second));

    entries[0].len = ENTRY_OVERHEAD;
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", entries, 1, NULL)), "malformed");
}
END_TEST

/* A restored author passes on what came back to it bare. */
START_TEST(a_reader_that_lacks_what_came_back_bare_goes_on) {
    size_t count;
    publish(congo, object);
    world_settle(world);
    world_save(congo);
    publish(congo, second);
    world_carry(congo, kenya);
    struct span *entries = world_entries_of(kenya, congos(kenya), 2, &count);
    ck_assert_uint_eq(count, 1);
    entries[0].len = ENTRY_OVERHEAD; /* Kenya had refused it, or says so */
    world_put_back(congo);
    ck_assert_str_eq(hear(kenya), "ok");
    ck_assert_str_eq(result_name(world_hand_of(congo, congo, key_before, "customs", entries, 1, NULL)), "ok");
    publish(congo, object);
    world_carry(congo, uganda);
    ck_assert(!world_has(uganda, second) && world_has(uganda, object));
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_MALFORMED], 0);
}
END_TEST

/* Another entry with the number of one that is here proves a fork with its header alone. */
START_TEST(a_bare_entry_proves_a_fork) {
    const struct copies copies = run_two_copies();
    struct span bare = span_of(copies.other.data, ENTRY_OVERHEAD);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &bare, 1, NULL)), "fork");
    ck_assert_uint_eq(kenya->exchange.forks.count, 1);
}
END_TEST

START_TEST(a_node_that_wrote_before_it_heard_has_forked) {
    set_congo_back();
    publish(congo, object); /* nobody has told it yet */
    ck_assert_uint_eq(congos(congo)->head.number, congos(kenya)->head.number);
    ck_assert_str_eq(hear(kenya), "fork");
    ck_assert(congos(congo)->record.frozen);
    ck_assert_ptr_nonnull(forks_find(&congo->exchange.forks, congos(congo)->record.key, congos(congo)->head.feed));
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
}
END_TEST

/* What a node does that finds its store in another place. */
static void suspect_congo(void) {
    congo->exchange.feeds.suspect = true;
    congos(congo)->proven = false;
}

START_TEST(a_copy_publishes_nothing_before_a_reader_has_told) {
    publish(congo, object);
    world_settle(world);
    struct span early = last_of(kenya);
    publish(congo, object);
    world_settle(world);
    suspect_congo();
    uint64_t number = congos(congo)->head.number;
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "unproven");
    ck_assert(!feeds_are_proven(&congo->exchange.feeds));
    ck_assert_str_eq(result_name(try_to_publish(congo, second)), "unproven");
    ck_assert_uint_eq(congos(congo)->head.number, number);
    ck_assert_str_eq(hear_of(key_before, early), "ok"); /* who has less knows nothing of the rest */
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "unproven");
    ck_assert_str_eq(hear(kenya), "ok");
    ck_assert(feeds_are_proven(&congo->exchange.feeds));
    congo->exchange.feeds.suspect = false; /* as trust_prove_copy() does then */
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    publish(congo, second);
    world_settle(world);
    ck_assert(world_has(kenya, second));
}
END_TEST

START_TEST(what_nobody_signed_says_nothing_of_our_feeds) {
    publish(congo, object);
    world_settle(world);
    suspect_congo();
    struct span last = last_of(kenya);
    ck_assert_str_eq(hear_of(key_before, span_of(last.data, ENTRY_OVERHEAD - 1)), "truncated");
    ck_assert_str_eq(hear_of(key_before, header_of("customs", key_before, 9, &kenya->identity)), "bad-signature");
    ck_assert_str_eq(hear_of(key_before, header_of("police", key_before, 9, &congo->identity)), "wrong-feed");
    ck_assert_str_eq(hear_of(uganda->identity.key_id, last), "unknown-member");
    ck_assert(!congos(congo)->record.frozen);
    ck_assert_uint_eq(congos(congo)->elsewhere, 0);
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "unproven");
}
END_TEST

START_TEST(a_reader_with_another_history_proves_it_to_the_author) {
    struct copies copies = run_two_copies();
    suspect_congo();
    ck_assert_str_eq(hear_of(key_before, copies.other), "fork");
    ck_assert(congos(congo)->record.frozen);
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "fork");
    ck_assert_uint_eq(congo->exchange.forks.count, 1);
    ck_assert_str_eq(hear_of(key_before, copies.other), "fork");
    ck_assert_uint_eq(congo->exchange.forks.count, 1);
}
END_TEST

/* ---- entries that their author never wrote so ---- */

/* Congo's next entry: a grant of `key` whose boxes are for these. */
static struct span grant_to(const uint8_t *key, uint32_t epoch, const struct epoch_member *members, size_t count) {
    struct feed_head head = congos(congo)->head;
    struct epoch_place place = {.epoch = epoch};
    struct buf grant;
    size_t bad;
    memcpy(place.feed, head.feed, FEED_ID_SIZE);
    buf_init(&grant, &world->arena);
    ck_assert_str_eq(
        result_name(epoch_grant(&grant, &world->arena, key, &place, members, count, 0, &world->random, &bad)), "ok");
    const struct feed_draft draft = {ENTRY_GRANT, epoch, world->now_ms, buf_span(&grant), NULL};
    return world_forge(world, &head, &draft, &congo->identity);
}

static Grant *grant_in(struct span entry) {
    Grant *words;
    struct span body = span_of(entry.data + ENTRY_OVERHEAD, entry.len - ENTRY_OVERHEAD);
    ck_assert_str_eq(result_name(proto_decode(&world->arena, &grant__descriptor, body, &words)), "ok");
    return words;
}

static bool has_key(struct actor *actor, uint32_t epoch) {
    const uint8_t *key;
    return feeds_key(&actor->exchange.feeds, congos(actor), epoch, &key) == RESULT_OK;
}

START_TEST(a_grant_to_another_member_does_not_open) {
    const uint8_t key[EPOCH_KEY_SIZE] = {7};
    const struct epoch_member other = {uganda->identity.id, uganda->identity.encryption_key};
    publish(congo, object);
    world_settle(world);
    struct span grant = grant_to(key, 2, &other, 1);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &grant, 1, NULL)), "ok"); /* it carries it */
    ck_assert(!has_key(kenya, 2) && has_key(kenya, 1));
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", &grant, 1, NULL)), "ok");
    ck_assert(has_key(uganda, 2));
}
END_TEST

/* The box was made for Kenya's key and Uganda's name: it is a box of neither. */
START_TEST(a_box_labelled_for_another_does_not_open) {
    const uint8_t key[EPOCH_KEY_SIZE] = {7};
    const struct epoch_member relabelled = {uganda->identity.id, kenya->identity.encryption_key};
    publish(congo, object);
    world_settle(world);
    struct span grant = grant_to(key, 2, &relabelled, 1);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &grant, 1, NULL)), "ok");
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", &grant, 1, NULL)), "ok");
    ck_assert(!has_key(kenya, 2) && !has_key(uganda, 2));
}
END_TEST

/* One member is given another key than the others: its box holds not what the check says. */
START_TEST(two_keys_in_one_grant_are_refused) {
    const uint8_t key[EPOCH_KEY_SIZE] = {7}, other[EPOCH_KEY_SIZE] = {8};
    const struct epoch_member member = {kenya->identity.id, kenya->identity.encryption_key};
    struct buf mixed;
    publish(congo, object);
    world_settle(world);
    Grant *words = grant_in(grant_to(other, 2, &member, 1));
    words->check = grant_in(grant_to(key, 2, &member, 1))->check;
    buf_init(&mixed, &world->arena);
    proto_encode(&mixed, words);
    struct feed_head head = congos(congo)->head;
    const struct feed_draft draft = {ENTRY_GRANT, 2, world->now_ms, buf_span(&mixed), NULL};
    struct span entry = world_forge(world, &head, &draft, &congo->identity);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &entry, 1, NULL)), "ok");
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_BAD_SEAL] + kenya->exchange.refused[RESULT_BAD_COMMITMENT], 1);
    ck_assert(!has_key(kenya, 2));
}
END_TEST

START_TEST(a_body_under_the_header_of_another_entry) {
    publish(congo, object);
    publish(congo, second);
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(entries[1].len, entries[2].len);
    uint8_t *mixed = arena_copy(&world->arena, entries[1].data, entries[1].len);
    memcpy(mixed + ENTRY_OVERHEAD, entries[2].data + ENTRY_OVERHEAD, entries[2].len - ENTRY_OVERHEAD);
    struct span run[] = {entries[0], span_of(mixed, entries[1].len)};
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", run, 2, &taken)), "bad-hash");
    ck_assert_uint_eq(taken, 1);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 0);
}
END_TEST

START_TEST(an_entry_of_another_feed_of_the_same_author) {
    world_join(world, "cd-police", "CD", "POLICE", "");
    publish(congo, object);
    size_t count, taken;
    struct span *entries = world_entries(congo, "police", 0, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", entries, count, &taken)), "wrong-feed");
    ck_assert_uint_eq(taken, 0);
}
END_TEST

/* The author wraps, for one reader, another data key than the one that the commitment is to: what an attack on the
 * sealing alone would need to show two readers two contents of one entry. */
START_TEST(a_body_under_a_key_that_its_header_is_not_committed_to) {
    publish(congo, object);
    world_settle(world);
    struct feed_head head = congos(congo)->head;
    const uint8_t *key;
    ck_assert_str_eq(result_name(feeds_key(&congo->exchange.feeds, congos(congo), 1, &key)), "ok");
    const struct feed_draft draft = {ENTRY_DISCLOSURE, 1, world->now_ms,
                                     world_disclosure(world, &congo->identity, "GREEN", 0), key};
    struct span entry = world_forge(world, &head, &draft, &congo->identity);
    uint8_t *bytes = arena_copy(&world->arena, entry.data, entry.len);
    uint8_t data_key[SEAL_KEY_SIZE];
    struct seal_place place = {.number = head.number, .epoch = 1};
    memcpy(place.feed, head.feed, FEED_ID_SIZE);
    seal_wrap(bytes + 86, data_key, key, &place, &world->random);
    sign_make(bytes + ENTRY_HEADER_SIZE, congo->identity.secrets->sign, "INAMA.sig.entry",
              span_of(bytes, ENTRY_HEADER_SIZE));
    struct span signed_again = span_of(bytes, entry.len);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &signed_again, 1, NULL)), "ok");
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_BAD_COMMITMENT], 1);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("forks");
    TCase *copies = tcase_create("copies");
    tcase_add_checked_fixture(copies, set_up, tear_down);
    tcase_add_test(copies, two_histories_are_proven_frozen_and_told);
    tcase_add_test(copies, who_has_forked_goes_on_under_a_new_signing_key);
    tcase_add_test(copies, a_forked_feed_is_not_begun_anew_by_who_lost_it);
    tcase_add_test(copies, who_had_the_other_history_doubts_it_after_the_end);
    suite_add_tcase(suite, copies);
    TCase *proofs = tcase_create("proofs");
    tcase_add_checked_fixture(proofs, set_up, tear_down);
    tcase_add_test(proofs, what_is_no_proof_is_refused_by_name);
    tcase_add_test(proofs, a_proof_whose_change_fails_is_not_kept);
    tcase_add_test(proofs, so_many_proofs_are_kept_of_an_author_and_no_more);
    tcase_add_test(proofs, so_many_proofs_are_kept_in_all_and_no_more);
    tcase_add_test(proofs, a_fork_freezes_also_when_no_more_proofs_are_kept);
    tcase_add_test(proofs, a_proof_of_one_author_does_not_stand_for_the_feed_of_another);
    tcase_add_test(proofs, a_former_key_cannot_freeze_the_feeds_of_the_new_one);
    tcase_add_test(proofs, a_feed_that_is_known_to_be_forked_is_not_begun);
    tcase_add_test(proofs, an_unsigned_entry_in_front_of_a_true_one_is_no_fork);
    suite_add_tcase(suite, proofs);
    TCase *back = tcase_create("set back");
    tcase_add_checked_fixture(back, set_up, tear_down);
    tcase_add_test(back, a_node_set_back_fetches_its_own_entries_first);
    tcase_add_test(back, a_joining_member_makes_a_node_set_back_write_nothing);
    tcase_add_test(back, a_node_takes_its_own_back_whatever_it_accepts_from_others);
    tcase_add_test(back, a_node_takes_its_own_back_from_who_had_refused_it);
    tcase_add_test(back, the_author_alone_gives_an_entry_without_content);
    tcase_add_test(back, a_reader_that_lacks_what_came_back_bare_goes_on);
    tcase_add_test(back, a_bare_entry_proves_a_fork);
    tcase_add_test(back, a_node_that_wrote_before_it_heard_has_forked);
    tcase_add_test(back, a_copy_publishes_nothing_before_a_reader_has_told);
    tcase_add_test(back, what_nobody_signed_says_nothing_of_our_feeds);
    tcase_add_test(back, a_reader_with_another_history_proves_it_to_the_author);
    suite_add_tcase(suite, back);
    TCase *made_up = tcase_create("made up");
    tcase_add_checked_fixture(made_up, set_up, tear_down);
    tcase_add_test(made_up, a_grant_to_another_member_does_not_open);
    tcase_add_test(made_up, a_box_labelled_for_another_does_not_open);
    tcase_add_test(made_up, two_keys_in_one_grant_are_refused);
    tcase_add_test(made_up, a_body_under_the_header_of_another_entry);
    tcase_add_test(made_up, an_entry_of_another_feed_of_the_same_author);
    tcase_add_test(made_up, a_body_under_a_key_that_its_header_is_not_committed_to);
    suite_add_tcase(suite, made_up);
    return suite;
}
