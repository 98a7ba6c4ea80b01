/* The life of keys: renewed, revoked, lost, removed, expired, joined. What the others take then, and what they do not.
 * No network: the test carries every entry. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;
static const uint64_t day_ms = 86400000;

/* Three customs administrations; Kenya passes on what the others may have. */
static struct world *world;
static struct actor *congo, *kenya, *uganda;
static uint8_t object[OBJECT_ID_SIZE], second[OBJECT_ID_SIZE], key_before[MEMBER_ID_SIZE];

static void set_up(void) {
    world = world_new(7);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", world_forwards);
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    memcpy(key_before, congo->identity.key_id, sizeof key_before);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor, uint8_t made[static OBJECT_ID_SIZE]) {
    world->now_ms += minute_ms;
    ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, "GREEN", ""), made)), "ok");
}

static uint64_t alerts(const struct actor *actor) {
    return index_count(actor->exchange.index);
}

static const char *doubt(struct actor *actor, const uint8_t *which) {
    const struct index_row *row = index_find(actor->exchange.index, which);
    ck_assert_ptr_nonnull(row);
    return result_name(exchange_doubt(&actor->exchange, row));
}

/* By which key of its originator's is the alert signed, as the holder goes by it, and how has that key ended? */
static const struct ending *signed_by(struct actor *holder, const uint8_t *which, const uint8_t *key_id) {
    struct holding holding = world_view(holder, which);
    const uint8_t *sign_key;
    const struct ending *ending;
    uint8_t id[MEMBER_ID_SIZE];
    const struct member *originator =
        roster_find_ever(holder->exchange.roster, holding.disclosure.header->originator.data);
    ck_assert_str_eq(result_name(disclosure_verify_by(&holding.disclosure, originator, &sign_key, &ending)), "ok");
    identity_id_of(id, sign_key);
    ck_assert_mem_eq(id, key_id, sizeof id);
    return ending;
}

/* What an author's feed would say next: an alert that `originator` signs now, in an entry that `signer` signs. */
static struct span entry_behind(struct actor *author, struct feed_head head, const struct identity *originator,
                                const struct identity *signer) {
    struct feed *feed = feeds_find(&author->exchange.feeds, head.feed);
    const uint8_t *key;
    ck_assert_str_eq(result_name(feeds_key(&author->exchange.feeds, feed, head.epoch, &key)), "ok");
    bool hops = memcmp(originator->id, author->identity.id, MEMBER_ID_SIZE) != 0;
    const struct feed_draft draft = {ENTRY_DISCLOSURE, head.epoch, world->now_ms,
                                     world_disclosure(world, originator, "GREEN", hops), key};
    return world_forge(world, &head, &draft, signer);
}

static struct span next_entry(struct actor *author, const uint8_t *key_id, const struct identity *originator,
                              const struct identity *signer) {
    return entry_behind(author, world_feed(author, key_id, "customs")->head, originator, signer);
}

/* Congo has a new signing key, and everybody knows. */
static void renew_congo(enum ending_cause cause) {
    world->now_ms += minute_ms;
    struct ending ending = world_ends(congo, cause);
    world_renew(congo, true, &ending);
}

/* Kenya tells Uganda an alert that these keys sign now: the entry is good, the alert in it is not admitted. */
static void refuse_forwarded(const struct identity *originator) {
    uint64_t before = alerts(uganda), refused = uganda->exchange.refused[RESULT_REVOKED];
    size_t taken;
    world_carry(kenya, uganda);
    struct feed *feed = world_feed(uganda, kenya->identity.key_id, "customs");
    struct span entry = entry_behind(kenya, feed->head, originator, &kenya->identity);
    ck_assert_str_eq(result_name(world_hand(uganda, kenya, "customs", &entry, 1, &taken)), "ok");
    ck_assert_uint_eq(taken, 1);
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_REVOKED], refused + 1);
    ck_assert_uint_eq(alerts(uganda), before);
    struct span kept;
    ck_assert_str_eq(result_name(store_get_entry(uganda->exchange.store, &world->arena, feed->record.ordinal,
                                                 feed->head.number, &kept)),
                     "ok");
    ck_assert_uint_eq(kept.len, ENTRY_OVERHEAD); /* the evidence without the content */
}

/* ---- a new signing key ---- */

START_TEST(a_new_signing_key_goes_on_in_new_feeds) {
    publish(congo, object);
    world_settle(world);
    struct feed_head end = world_feed(congo, key_before, "customs")->head;
    renew_congo(ENDING_LEFT);
    ck_assert_mem_ne(congo->identity.key_id, key_before, MEMBER_ID_SIZE);
    ck_assert_mem_eq(congo->identity.id, key_before, MEMBER_ID_SIZE);
    publish(congo, second);
    world_settle(world);
    ck_assert_mem_eq(&world_feed(kenya, key_before, "customs")->head, &end, sizeof end);
    const struct feed *feed = world_feed(kenya, congo->identity.key_id, "customs");
    ck_assert_ptr_nonnull(feed);
    ck_assert(feed->head.number == 2 && feed->head.epoch == 1);
    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(alerts(kenya), 2);
        ck_assert_str_eq(doubt(kenya, object), "ok");
        ck_assert_str_eq(doubt(kenya, second), "ok");
        ck_assert_ptr_nonnull(signed_by(kenya, object, key_before));
        ck_assert_int_eq(signed_by(kenya, object, key_before)->cause, ENDING_LEFT);
        ck_assert_ptr_null(signed_by(kenya, second, congo->identity.key_id));
        world_restart(kenya);
    }
}
END_TEST

START_TEST(a_reader_behind_still_gets_the_rest_of_the_old_feed) {
    publish(congo, object);
    world_settle(world);
    publish(congo, second);
    renew_congo(ENDING_LEFT);
    world_settle(world);
    ck_assert(world_has(uganda, second));
    ck_assert_str_eq(doubt(uganda, second), "ok");
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_REVOKED], 0);
}
END_TEST

START_TEST(a_former_key_is_believed_through_others_up_to_its_end) {
    publish(congo, object);
    world_carry(congo, kenya);
    struct identity thief = world_keys_of(congo);
    renew_congo(ENDING_LEFT);
    world_carry(kenya, uganda);
    ck_assert(world_has(uganda, object));
    ck_assert_int_eq(signed_by(uganda, object, key_before)->cause, ENDING_LEFT);
    ck_assert_str_eq(doubt(uganda, object), "ok");
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_REVOKED], 0);
    world->now_ms++; /* after `at` */
    refuse_forwarded(&thief);
    identity_release(&thief);
}
END_TEST

/* Congo's clock is two days ahead when it publishes, and right again when it changes its key. */
static void renew_congo_after_a_wrong_clock(bool by_the_clock_alone) {
    world->now_ms += 2 * day_ms;
    publish(congo, object);
    world->now_ms -= 2 * day_ms;
    publish(congo, second);
    world_carry(congo, kenya);
    struct ending ending = world_ends(congo, ENDING_LEFT);
    if (!by_the_clock_alone)
        ending.at = exchange_end_of_key(&congo->exchange);
    world_renew(congo, true, &ending);
    world_carry(kenya, uganda);
}

START_TEST(a_key_ends_not_before_what_it_signed_by_a_clock_that_was_ahead) {
    renew_congo_after_a_wrong_clock(false);
    ck_assert(world_has(uganda, object) && world_has(uganda, second));
}
END_TEST

START_TEST(a_key_that_ends_before_what_it_signed_takes_it_back) {
    renew_congo_after_a_wrong_clock(true);
    ck_assert(!world_has(uganda, object) && world_has(uganda, second));
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_REVOKED], 1);
}
END_TEST

START_TEST(a_former_key_cannot_append) {
    publish(congo, object);
    world_settle(world);
    struct identity thief = world_keys_of(congo);
    renew_congo(ENDING_LEFT);
    struct feed_head end = world_feed(congo, key_before, "customs")->head;
    ck_assert_str_eq(result_name(feeds_may_append(&congo->exchange.feeds, world_feed(congo, key_before, "customs"))),
                     "revoked");
    world_join(world, "tz-customs", "TZ", "CUSTOMS", ""); /* no grant for it in the old feed */
    ck_assert_mem_eq(&world_feed(congo, key_before, "customs")->head, &end, sizeof end);
    size_t taken;
    struct span entry = next_entry(congo, key_before, &thief, &thief);
    ck_assert_str_eq(result_name(world_hand_of(kenya, congo, key_before, "customs", &entry, 1, &taken)), "revoked");
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_REVOKED], 1);
    ck_assert_mem_eq(&world_feed(kenya, key_before, "customs")->head, &end, sizeof end);
    ck_assert(!world_feed(kenya, key_before, "customs")->record.frozen);
    identity_release(&thief);
}
END_TEST

/* Nor can it sign in the feeds of the new one, or the new one in its. */
START_TEST(each_key_signs_its_own_feeds_only) {
    publish(congo, object);
    struct identity thief = world_keys_of(congo);
    renew_congo(ENDING_LEFT);
    publish(congo, second);
    world_settle(world);
    size_t taken;
    struct span entry = next_entry(congo, congo->identity.key_id, &thief, &thief);
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &entry, 1, &taken)), "bad-signature");
    ck_assert_uint_eq(taken, 0);
    ck_assert_str_eq(result_name(world_hand_of(kenya, congo, uganda->identity.key_id, "customs", &entry, 1, &taken)),
                     "unknown-member");
    identity_release(&thief);
}
END_TEST

/* ---- what a key signed beyond its end ---- */

enum { BY_ITSELF, BY_THE_ROOTS };

/* Kenya takes what a thief wrote before anybody knew; Uganda has it from Kenya. */
static struct identity steal_and_revoke(int who) {
    publish(congo, object);
    world_carry(congo, kenya);
    world->now_ms += minute_ms;
    struct ending ending = world_ends(congo, ENDING_REVOKED);
    publish(congo, second); /* as the thief would */
    world_carry(congo, kenya);
    world_carry(kenya, uganda);
    ck_assert(world_has(kenya, second) && world_has(uganda, second));
    struct identity thief = world_keys_of(congo);
    if (who == BY_ITSELF)
        world_renew(congo, true, &ending);
    else
        world_end(world, congo, &ending);
    return thief;
}

START_TEST(what_a_revoked_key_signs_beyond_its_end_is_refused) {
    struct identity thief = steal_and_revoke(_i);
    size_t taken;
    struct span entry = next_entry(congo, key_before, &thief, &thief);
    ck_assert_str_eq(result_name(world_hand_of(kenya, congo, key_before, "customs", &entry, 1, &taken)), "revoked");
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_REVOKED], 1);
    ck_assert_uint_eq(world_feed(kenya, key_before, "customs")->head.number, 3);
    refuse_forwarded(&thief);
    world->now_ms -= 3 * minute_ms; /* dated back, it counts no more */
    refuse_forwarded(&thief);
    identity_release(&thief);
}
END_TEST

START_TEST(what_is_here_beyond_the_end_is_doubted) {
    struct identity thief = steal_and_revoke(_i);
    for (int round = 0; round < 2; round++) {
        ck_assert_str_eq(doubt(kenya, object), "ok");
        ck_assert_str_eq(doubt(kenya, second), "revoked");
        ck_assert_str_eq(doubt(uganda, object), "revoked"); /* nothing but Kenya's word is here for it */
        ck_assert_str_eq(doubt(uganda, second), "revoked");
        world_restart(kenya);
        world_restart(uganda);
    }
    identity_release(&thief);
}
END_TEST

START_TEST(a_late_reader_takes_a_revoked_feed_up_to_its_end) {
    struct identity thief = steal_and_revoke(_i);
    struct actor *late = uganda; /* which has nothing of Congo's own feed */
    size_t count, taken;
    struct span *entries = world_entries_of(congo, world_feed(congo, key_before, "customs"), 0, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(result_name(world_hand_of(late, congo, key_before, "customs", entries, count, &taken)), "revoked");
    ck_assert_uint_eq(taken, 2);
    ck_assert_uint_eq(world_feed(late, key_before, "customs")->head.number, 2);
    identity_release(&thief);
}
END_TEST

START_TEST(an_alert_in_doubt_is_believed_when_its_own_feed_brings_it) {
    struct identity thief = steal_and_revoke(BY_ITSELF);
    size_t count, taken;
    struct span *entries = world_entries_of(congo, world_feed(congo, key_before, "customs"), 0, &count);
    ck_assert_str_eq(result_name(world_hand_of(uganda, congo, key_before, "customs", entries, 2, &taken)), "ok");
    ck_assert_uint_eq(taken, 2);
    ck_assert_str_eq(doubt(uganda, object), "ok");
    ck_assert_str_eq(doubt(uganda, second), "revoked");
    identity_release(&thief);
}
END_TEST

START_TEST(a_revoked_key_has_no_feed_that_its_end_does_not_name) {
    struct identity thief = steal_and_revoke(_i);
    struct feed_head head = {0};
    size_t taken;
    feed_id(head.feed, key_before, "elsewhere");
    size_t count;
    struct span *entries = world_entries_of(congo, world_feed(congo, key_before, "customs"), 0, &count);
    const struct feed_draft draft = {ENTRY_GRANT, 1, world->now_ms,
                                     span_of(entries[0].data + ENTRY_OVERHEAD, entries[0].len - ENTRY_OVERHEAD), NULL};
    struct span grant = world_forge(world, &head, &draft, &thief);
    ck_assert_str_eq(result_name(world_hand_of(kenya, congo, key_before, "elsewhere", &grant, 1, &taken)), "revoked");
    ck_assert_uint_eq(taken, 0);
    identity_release(&thief);
}
END_TEST

/* ---- who was removed ---- */

START_TEST(a_removed_member_that_continues_is_refused) {
    publish(uganda, object);
    world_settle(world);
    world->now_ms += minute_ms;
    const struct ending ending = {.cause = ENDING_LEFT, .at = world->now_ms};
    world_end(world, uganda, &ending);
    publish(uganda, second); /* it goes by the roster that it knows */
    size_t count, taken;
    const uint8_t *key_id = uganda->identity.key_id;
    uint64_t number = world_feed(kenya, key_id, "customs")->head.number;
    struct span *entries = world_entries(uganda, "customs", number, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(result_name(world_hand(kenya, uganda, "customs", entries, count, &taken)), "revoked");
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(world_feed(kenya, key_id, "customs")->head.number, number);
    ck_assert(!world_has(kenya, second));
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
    ck_assert_str_eq(doubt(kenya, object), "ok");
    ck_assert_int_eq(signed_by(kenya, object, key_id)->cause, ENDING_LEFT);
}
END_TEST

START_TEST(a_removed_member_cannot_open_what_is_written_after) {
    publish(congo, object);
    world_settle(world);
    const struct feed *feed = world_feed(congo, key_before, "customs");
    ck_assert(feed->head.epoch == 1 && feeds_has_member(feed, uganda->identity.id));
    uint64_t number = feed->head.number;
    world->now_ms += minute_ms;
    const struct ending ending = {.cause = ENDING_LEFT, .at = world->now_ms};
    world_end(world, uganda, &ending);
    publish(congo, second);
    ck_assert(feed->head.epoch == 2 && !feeds_has_member(feed, uganda->identity.id));
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", number, &count);
    struct entry entry;
    ck_assert_str_eq(result_name(feed_parse(&entry, entries[0])), "ok");
    ck_assert(entry.kind == ENTRY_GRANT && entry.epoch == 2); /* before anything else */
    ck_assert_str_eq(result_name(world_hand(uganda, congo, "customs", entries, count, &taken)), "ok");
    ck_assert_uint_eq(taken, count);
    ck_assert(!world_has(uganda, second));
    ck_assert_uint_eq(world_feed(uganda, key_before, "customs")->record.waiting, 1);
    ck_assert_int_eq(world_feed(uganda, key_before, "customs")->record.waits_for, FEED_NOT_MEMBER);
}
END_TEST

START_TEST(a_removed_member_is_believed_through_others_up_to_its_end) {
    publish(congo, object);
    world_carry(congo, kenya);
    world->now_ms += minute_ms;
    const struct ending ending = {.cause = ENDING_LEFT, .at = world->now_ms};
    world_end(world, congo, &ending);
    world_carry(kenya, uganda);
    ck_assert(world_has(uganda, object));
    ck_assert_str_eq(doubt(uganda, object), "ok");
    world->now_ms++;
    refuse_forwarded(&congo->identity);
}
END_TEST

START_TEST(entries_under_an_epoch_from_before_a_removal_are_flagged) {
    publish(congo, object);
    world_settle(world);
    publish(congo, second); /* before the removal: no fault */
    congo->deaf = true;
    world->now_ms += minute_ms;
    world_remove(world, uganda);
    world->now_ms += minute_ms;
    publish(congo, second);
    publish(congo, second);
    const struct feed *feed = world_feed(congo, key_before, "customs");
    ck_assert(feed->head.epoch == 1 && feed->record.outdated == 0); /* it does not know */
    world_hear(congo);
    ck_assert_uint_eq(feed->record.outdated, 2);
    publish(congo, second);
    ck_assert_uint_eq(feed->head.epoch, 2);
    ck_assert_uint_eq(feed->record.outdated, 2);
    world_restart(congo);
    ck_assert_uint_eq(world_feed(congo, key_before, "customs")->record.outdated, 2);
}
END_TEST

static bool is_outdated(struct actor *actor, const uint8_t *which) {
    bool is;
    const struct index_row *row = index_find(actor->exchange.index, which);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(result_name(exchange_is_outdated(&actor->exchange, row, &is)), "ok");
    return is;
}

/* A reader does not know who else holds the key: the author tells it. */
START_TEST(a_reader_is_told_which_entries_a_removed_member_could_read) {
    uint8_t third[OBJECT_ID_SIZE], fourth[OBJECT_ID_SIZE];
    publish(congo, object); /* entry 2, before the removal */
    world_settle(world);
    congo->deaf = true;
    world->now_ms += minute_ms;
    world_remove(world, uganda);
    publish(congo, second);
    publish(congo, third);
    world_hear(congo);
    publish(congo, fourth);
    world_carry(congo, kenya);
    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(world_feed(kenya, key_before, "customs")->record.outdated, 2);
        ck_assert(!is_outdated(kenya, object) && is_outdated(kenya, second));
        ck_assert(is_outdated(kenya, third) && !is_outdated(kenya, fourth));
        world_restart(kenya);
    }
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    world_carry(congo, late); /* it begins behind them */
    ck_assert_uint_eq(world_feed(late, key_before, "customs")->record.outdated, 0);
    ck_assert(!is_outdated(late, fourth));
}
END_TEST

/* A grant of congo's that says so of the epoch before, from this entry on. */
static struct span grant_outdating(struct feed_head *head, uint32_t epoch, uint64_t from) {
    const struct epoch_member member = {kenya->identity.id, kenya->identity.encryption_key};
    struct epoch_place place = {.epoch = epoch};
    const uint8_t key[EPOCH_KEY_SIZE] = {(uint8_t)epoch};
    struct buf grant;
    size_t bad;
    memcpy(place.feed, head->feed, FEED_ID_SIZE);
    buf_init(&grant, &world->arena);
    ck_assert_str_eq(
        result_name(epoch_grant(&grant, &world->arena, key, &place, &member, 1, from, &world->random, &bad)), "ok");
    const struct feed_draft draft = {ENTRY_GRANT, epoch, world->now_ms, buf_span(&grant), NULL};
    return world_forge(world, head, &draft, &congo->identity);
}

/* Whatever it says: of entries of the epoch before, each once, and in bounded room. */
START_TEST(an_author_can_flag_entries_of_the_epoch_before_and_no_others) {
    publish(congo, object);
    publish(congo, second);
    world_carry(congo, kenya);
    struct feed *feed = world_feed(kenya, key_before, "customs");
    struct feed_head head = feed->head;
    struct span entry = grant_outdating(&head, 2, UINT64_MAX); /* what is not there yet */
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &entry, 1, NULL)), "ok");
    ck_assert_uint_eq(feed->record.outdated, 0);
    entry = grant_outdating(&head, 3, 1); /* before that epoch */
    ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", &entry, 1, NULL)), "ok");
    ck_assert_uint_eq(feed->record.outdated, 0);
    for (uint32_t epoch = 4; epoch < 4 + 2 * OUTDATED_MAX; epoch += 2) {
        const uint8_t key[EPOCH_KEY_SIZE] = {(uint8_t)(epoch - 1)};
        const struct feed_draft draft = {ENTRY_DISCLOSURE, epoch - 1, world->now_ms,
                                         world_disclosure(world, &congo->identity, "GREEN", 0), key};
        struct span entries[] = {world_forge(world, &head, &draft, &congo->identity), {0}, {0}};
        entries[1] = grant_outdating(&head, epoch, 1);
        entries[2] = grant_outdating(&head, epoch + 1, 0);
        ck_assert_str_eq(result_name(world_hand(kenya, congo, "customs", entries, 3, NULL)), "ok");
    }
    ck_assert_uint_eq(feed->record.outdated, OUTDATED_MAX);
    ck_assert(!is_outdated(kenya, object) && !is_outdated(kenya, second));
    struct span note;
    ck_assert_str_eq(result_name(store_get_note(kenya->exchange.store, &world->arena, STORE_NOTE_OUTDATED,
                                                feed->record.ordinal, &note)),
                     "ok");
    ck_assert_uint_le(note.len, 16 * OUTDATED_MAX);
}
END_TEST

/* ---- encryption keys ---- */

START_TEST(a_renewed_encryption_key_begins_a_new_epoch) {
    publish(congo, object);
    world_settle(world);
    world->now_ms += minute_ms;
    world_renew(kenya, false, NULL);
    publish(congo, second);
    const struct feed *feed = world_feed(congo, key_before, "customs");
    ck_assert_uint_eq(feed->head.epoch, 2);
    size_t count;
    struct entry entry;
    struct span *entries = world_entries(congo, "customs", 2, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(result_name(feed_parse(&entry, entries[0])), "ok");
    ck_assert(entry.kind == ENTRY_GRANT && entry.epoch == 2);
    kenya->identity.former_count = 0; /* the new key alone opens it */
    world_settle(world);
    ck_assert(world_has(kenya, second) && world_has(uganda, second));
    world_restart(kenya);
    ck_assert_str_eq(world_value(kenya, object, "persons.surname"), "Exemple");
}
END_TEST

START_TEST(a_grant_to_a_key_of_before_still_opens) {
    congo->deaf = true;
    world_renew(kenya, false, NULL);
    publish(congo, object); /* to the key that it knows */
    world_carry(congo, kenya);
    ck_assert(world_has(kenya, object));
    ck_assert_uint_eq(world_feed(kenya, key_before, "customs")->record.waiting, 0);
    world_hear(congo);
    publish(congo, second);
    ck_assert_uint_eq(world_feed(congo, key_before, "customs")->head.epoch, 2);
    world_carry(congo, kenya);
    ck_assert(world_has(kenya, second));
}
END_TEST

static void check_waiting(struct actor *actor, uint64_t count, enum feed_wait why) {
    for (int round = 0; round < 2; round++) {
        const struct feed *feed = world_feed(actor, key_before, "customs");
        ck_assert_uint_eq(feed->record.waiting, count);
        ck_assert_int_eq(feed->record.waits_for, why);
        ck_assert((feed->record.waiting_bytes > count * ENTRY_OVERHEAD) == (count > 0));
        world_restart(actor);
    }
}

START_TEST(entries_wait_for_who_is_no_member_yet) {
    publish(congo, object);
    publish(congo, second);
    size_t count;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    ck_assert_str_eq(result_name(world_hand(late, congo, "customs", entries, count, NULL)), "ok");
    check_waiting(late, 2, FEED_NOT_MEMBER);
    ck_assert_uint_eq(world_feed(late, key_before, "customs")->record.waiting_bytes, entries[1].len + entries[2].len);
    ck_assert_uint_eq(alerts(late), 0);
    world_carry(congo, late); /* the grant that was made when it joined */
    check_waiting(late, 0, FEED_WAITS_NOT);
    ck_assert(world_has(late, object) && world_has(late, second));
}
END_TEST

START_TEST(entries_wait_for_a_key_that_was_lost) {
    (void)world_renewal(kenya, false, NULL); /* nobody hears of it */
    kenya->identity.former_count = 0;
    publish(congo, object);
    world_carry(congo, kenya);
    check_waiting(kenya, 1, FEED_KEY_LOST);
    ck_assert_uint_eq(alerts(kenya), 0);
    kenya->identity.former_count = 1; /* found again */
    world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    world_carry(congo, kenya); /* the same epoch is granted once more */
    check_waiting(kenya, 0, FEED_WAITS_NOT);
    ck_assert(world_has(kenya, object));
}
END_TEST

/* Also of epochs that are over, which nobody grants any more. */
START_TEST(a_key_that_is_found_again_opens_what_waited) {
    uint8_t third[OBJECT_ID_SIZE];
    (void)world_renewal(kenya, false, NULL);
    kenya->identity.former_count = 0;
    publish(congo, object);
    publish(congo, second);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, third);
    world_carry(congo, kenya);
    check_waiting(kenya, 3, FEED_KEY_LOST);
    ck_assert_str_eq(result_name(exchange_look_again(&kenya->exchange)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&kenya->exchange, NULL, NULL)), "ok");
    check_waiting(kenya, 3, FEED_KEY_LOST); /* it is not here yet */
    kenya->identity.former_count = 1;
    ck_assert_str_eq(result_name(exchange_look_again(&kenya->exchange)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&kenya->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&kenya->exchange);
    check_waiting(kenya, 0, FEED_WAITS_NOT);
    ck_assert(world_has(kenya, object) && world_has(kenya, second) && world_has(kenya, third));
    publish(congo, object);
    world_carry(congo, kenya);
    ck_assert(world_has(kenya, object));
}
END_TEST

/* What had waited is examined as if it came now: a key that ended meanwhile does not slip through. */
START_TEST(what_waited_is_held_against_what_ended_meanwhile) {
    struct actor *late = world_join(world, "tz-customs", "TZ", "POLICE", "");
    publish(congo, object);
    world_carry(congo, kenya);
    publish(kenya, second);
    size_t count;
    const uint8_t *key_id = kenya->identity.key_id;
    struct span *entries = world_entries(kenya, "customs", 0, &count);
    ck_assert_uint_eq(count, 3); /* a grant, Congo's alert, its own */
    ck_assert_str_eq(result_name(world_hand(late, kenya, "customs", entries, count, NULL)), "ok");
    kenya->deaf = true; /* it would begin an epoch */
    renew_congo(ENDING_REVOKED);
    struct feed *feed = world_feed(kenya, key_id, "customs");
    struct feed_head head = feed->head;
    struct epoch_place place = {.epoch = 1};
    const struct epoch_member member = {late->identity.id, late->identity.encryption_key};
    const uint8_t *key;
    struct buf grant;
    size_t bad;
    memcpy(place.feed, head.feed, FEED_ID_SIZE);
    buf_init(&grant, &world->arena);
    ck_assert_str_eq(result_name(feeds_key(&kenya->exchange.feeds, feed, 1, &key)), "ok");
    ck_assert_str_eq(result_name(epoch_grant(&grant, &world->arena, key, &place, &member, 1, 0, &world->random, &bad)),
                     "ok");
    const struct feed_draft draft = {ENTRY_GRANT, 1, world->now_ms, buf_span(&grant), NULL};
    struct span entry = world_forge(world, &head, &draft, &kenya->identity);
    ck_assert_str_eq(result_name(world_hand(late, kenya, "customs", &entry, 1, NULL)), "ok");
    ck_assert_uint_eq(late->exchange.refused[RESULT_REVOKED], 1);
    ck_assert(!world_has(late, object) && world_has(late, second));
    ck_assert_uint_eq(world_feed(late, key_id, "customs")->record.waiting, 0);
    struct span kept;
    ck_assert_str_eq(result_name(store_get_entry(late->exchange.store, &world->arena,
                                                 world_feed(late, key_id, "customs")->record.ordinal, 2, &kept)),
                     "ok");
    ck_assert_uint_eq(kept.len, ENTRY_OVERHEAD);
}
END_TEST

/* ---- a roster that grows old ---- */

START_TEST(an_expired_roster_closes_the_node) {
    publish(congo, object);
    const struct feed *feed = world_feed(congo, key_before, "customs");
    uint64_t expires = world->roster->expires, grace = world->roster->grace_days * day_ms;
    ck_assert_uint_gt(grace, 0);
    world->now_ms = expires + grace - minute_ms;
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    publish(congo, object);
    ck_assert_uint_eq(world->now_ms, expires + grace); /* to the last millisecond */
    uint64_t number = feed->head.number;
    world->now_ms++;
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "expired");
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), second)), "expired");
    ck_assert_uint_eq(feed->head.number, number);
    ck_assert_uint_eq(alerts(congo), 2);
    world_join(world, "tz-customs", "TZ", "CUSTOMS", ""); /* by a newer roster */
    ck_assert_str_eq(result_name(exchange_may_write(&congo->exchange)), "ok");
    publish(congo, second);
}
END_TEST

/* ---- who joins ---- */

/* Two epochs; then Tanzania comes. */
static struct actor *join_late(void) {
    publish(congo, object);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, second);
    return world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
}

START_TEST(who_joins_reads_from_its_epoch_on) {
    struct actor *late = join_late();
    const struct feed *feed = world_feed(congo, key_before, "customs");
    uint64_t first = feeds_first_of(feed, late->identity.id);
    ck_assert_uint_eq(first, 3); /* grant, alert, grant, alert, grant for who joined */
    ck_assert_uint_eq(feeds_first_of(feed, kenya->identity.id), 1);
    world_carry(congo, late);
    for (int round = 0; round < 2; round++) {
        ck_assert(!world_has(late, object) && world_has(late, second));
        ck_assert_uint_eq(world_feed(late, key_before, "customs")->record.waiting, 0);
        world_restart(late);
    }
    struct span entry;
    uint32_t ordinal = world_feed(late, key_before, "customs")->record.ordinal;
    ck_assert_str_eq(result_name(store_get_entry(late->exchange.store, &world->arena, ordinal, 2, &entry)),
                     "not-found");
    publish(congo, object);
    world_carry(congo, late);
    ck_assert(world_has(late, object));
    ck_assert_mem_eq(world_feed(late, key_before, "customs")->head.hash, feed->head.hash, HASH_SIZE);
}
END_TEST

START_TEST(what_begins_midway_begins_with_a_grant_and_is_a_chain_from_there) {
    struct actor *late = join_late();
    struct feed *feed;
    size_t count, taken;
    struct span *entries = world_entries(congo, "customs", 0, &count);
    ck_assert_uint_eq(count, 5);
    ck_assert_str_eq(result_name(exchange_follow(&late->exchange, congo->identity.id, NULL, "customs", &feed)), "ok");
    ck_assert_str_eq(result_name(exchange_begin_midway(&late->exchange, feed, 4)), "ok");
    ck_assert_str_eq(result_name(world_hand(late, congo, "customs", entries + 3, 2, &taken)), "wrong-epoch");
    ck_assert_uint_eq(taken, 0);
    ck_assert_str_eq(result_name(exchange_begin_midway(&late->exchange, feed, 3)), "ok");
    ck_assert_str_eq(result_name(exchange_commit(&late->exchange, NULL, NULL)), "ok");
    world_restart(late); /* that it began midway is kept */
    struct span skipping[] = {entries[2], entries[4]};
    ck_assert_str_eq(result_name(world_hand(late, congo, "customs", skipping, 2, &taken)), "out-of-order");
    ck_assert_uint_eq(taken, 1);
    uint8_t *copy = arena_copy(&world->arena, entries[3].data, entries[3].len);
    copy[42] ^= 1; /* previous */
    struct span changed = span_of(copy, entries[3].len);
    ck_assert_str_eq(result_name(world_hand(late, congo, "customs", &changed, 1, &taken)), "broken-chain");
    ck_assert_str_eq(result_name(world_hand(late, congo, "customs", entries + 3, 2, &taken)), "ok");
    ck_assert(world_has(late, second) && !world_has(late, object));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("trust");
    TCase *signing = tcase_create("signing");
    tcase_add_checked_fixture(signing, set_up, tear_down);
    tcase_add_test(signing, a_new_signing_key_goes_on_in_new_feeds);
    tcase_add_test(signing, a_reader_behind_still_gets_the_rest_of_the_old_feed);
    tcase_add_test(signing, a_former_key_is_believed_through_others_up_to_its_end);
    tcase_add_test(signing, a_key_ends_not_before_what_it_signed_by_a_clock_that_was_ahead);
    tcase_add_test(signing, a_key_that_ends_before_what_it_signed_takes_it_back);
    tcase_add_test(signing, a_former_key_cannot_append);
    tcase_add_test(signing, each_key_signs_its_own_feeds_only);
    suite_add_tcase(suite, signing);
    TCase *revoked = tcase_create("revoked");
    tcase_add_checked_fixture(revoked, set_up, tear_down);
    tcase_add_loop_test(revoked, what_a_revoked_key_signs_beyond_its_end_is_refused, BY_ITSELF, BY_THE_ROOTS + 1);
    tcase_add_loop_test(revoked, what_is_here_beyond_the_end_is_doubted, BY_ITSELF, BY_THE_ROOTS + 1);
    tcase_add_loop_test(revoked, a_late_reader_takes_a_revoked_feed_up_to_its_end, BY_ITSELF, BY_THE_ROOTS + 1);
    tcase_add_loop_test(revoked, a_revoked_key_has_no_feed_that_its_end_does_not_name, BY_ITSELF, BY_THE_ROOTS + 1);
    tcase_add_test(revoked, an_alert_in_doubt_is_believed_when_its_own_feed_brings_it);
    suite_add_tcase(suite, revoked);
    TCase *removed = tcase_create("removed");
    tcase_add_checked_fixture(removed, set_up, tear_down);
    tcase_add_test(removed, a_removed_member_that_continues_is_refused);
    tcase_add_test(removed, a_removed_member_cannot_open_what_is_written_after);
    tcase_add_test(removed, a_removed_member_is_believed_through_others_up_to_its_end);
    tcase_add_test(removed, entries_under_an_epoch_from_before_a_removal_are_flagged);
    tcase_add_test(removed, a_reader_is_told_which_entries_a_removed_member_could_read);
    tcase_add_test(removed, an_author_can_flag_entries_of_the_epoch_before_and_no_others);
    suite_add_tcase(suite, removed);
    TCase *encryption = tcase_create("encryption");
    tcase_add_checked_fixture(encryption, set_up, tear_down);
    tcase_add_test(encryption, a_renewed_encryption_key_begins_a_new_epoch);
    tcase_add_test(encryption, a_grant_to_a_key_of_before_still_opens);
    tcase_add_test(encryption, entries_wait_for_who_is_no_member_yet);
    tcase_add_test(encryption, entries_wait_for_a_key_that_was_lost);
    tcase_add_test(encryption, a_key_that_is_found_again_opens_what_waited);
    tcase_add_test(encryption, what_waited_is_held_against_what_ended_meanwhile);
    suite_add_tcase(suite, encryption);
    TCase *time = tcase_create("time");
    tcase_add_checked_fixture(time, set_up, tear_down);
    tcase_add_test(time, an_expired_roster_closes_the_node);
    tcase_add_test(time, who_joins_reads_from_its_epoch_on);
    tcase_add_test(time, what_begins_midway_begins_with_a_grant_and_is_a_chain_from_there);
    suite_add_tcase(suite, time);
    return suite;
}
