/* Sticks between nodes that never meet: what goes onto one, what is taken from one, and what is not. */
#include "daemon/carry.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "sync.pb-c.h"
#include "tests/support/world.h"

enum { RECORDS_MAX = 64 };
static const uint64_t day_ms = 86400000;

/* Congo tells Kenya and Uganda, as customs, and its own police. */
static struct world *world;
static struct actor *congo, *kenya, *uganda, *police;
static uint8_t object[OBJECT_ID_SIZE];

/* Records of a stick, in the world's arena. */
struct stick {
    struct span head;
    struct span entries[RECORDS_MAX];
    size_t count;
};

static void set_up(void) {
    world = world_new(12);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    police = world_add(world, "cd-police", "CD", "POLICE", "");
    world_start(world);
}

static void tear_down(void) {
    world_free(world);
}

static void publish(struct actor *actor, int times) {
    for (int i = 0; i < times; i++) {
        world->now_ms += 1000;
        ck_assert_str_eq(result_name(world_publish(actor, world_alert(world, "AMBER", ""), object)), "ok");
    }
}

static void commit(struct actor *actor) {
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

static struct span keep(const struct buf *record) {
    return span_of(arena_copy(&world->arena, record->data, record->len), record->len);
}

static struct carry_gift gift_for(const struct actor *reader) {
    return (struct carry_gift){
        .reader = roster_find(world->roster, reader->identity.id), .part = 1, .bytes_max = SIZE_MAX};
}

/* What `author` gives to `reader`. */
static struct stick write_stick(struct actor *author, struct carry_gift gift) {
    struct stick stick = {0};
    struct buf record;
    buf_init(&record, &author->exchange.turn);
    ck_assert_str_eq(result_name(carry_give_head(&author->exchange, &gift, &record)), "ok");
    stick.head = keep(&record);
    for (;;) {
        buf_init(&record, &author->exchange.turn);
        ck_assert_str_eq(result_name(carry_give_entries(&author->exchange, &gift, &record)), "ok");
        if (record.len == 0)
            break;
        ck_assert_uint_lt(stick.count, RECORDS_MAX);
        stick.entries[stick.count++] = keep(&record);
    }
    exchange_end_turn(&author->exchange);
    return stick;
}

static struct stick stick_of(struct actor *author, const struct actor *reader) {
    return write_stick(author, gift_for(reader));
}

/* Takes one record of entries, with this head. */
static struct carry_taken take(struct actor *reader, struct span head, struct span entries) {
    struct carry_head words;
    struct carry_taken taken;
    struct exchange *exchange = &reader->exchange;
    ck_assert_str_eq(result_name(carry_read_head(&words, exchange, &world->arena, head)), "ok");
    ck_assert_str_eq(result_name(carry_take_entries(exchange, &words, entries, &taken)), "ok");
    commit(reader);
    return taken;
}

/* Takes all of it; what became of the last record. */
static struct carry_taken read_stick(struct actor *reader, const struct stick *stick) {
    struct carry_taken taken = {0};
    for (size_t i = 0; i < stick->count; i++)
        taken = take(reader, stick->head, stick->entries[i]);
    return taken;
}

static struct feed *feed_at(struct actor *holder) {
    return world_feed(holder, congo->identity.key_id, "customs");
}

static Block *block_of(struct span record) {
    Block *block;
    ck_assert_str_eq(result_name(proto_decode(&world->arena, &block__descriptor, record, &block)), "ok");
    return block;
}

static struct span encode(const void *words) {
    struct buf record;
    buf_init(&record, &world->arena);
    proto_encode(&record, words);
    return buf_span(&record);
}

/* These entries as a record. */
static struct span block(const uint8_t *feed, uint64_t after, const struct span *entries, size_t count) {
    Block words = BLOCK__INIT;
    words.feed = proto_bytes(feed, FEED_ID_SIZE);
    words.after = after;
    words.n_entries = count;
    words.entries = arena_array(&world->arena, count, sizeof *words.entries);
    for (size_t i = 0; i < count; i++)
        words.entries[i] = proto_bytes(entries[i].data, entries[i].len);
    return encode(&words);
}

/* --- giving and taking --- */

START_TEST(what_a_stick_brings_is_what_a_session_brings) {
    publish(congo, 3);
    struct stick stick = stick_of(congo, kenya);
    ck_assert_uint_eq(stick.count, 1);
    struct carry_taken taken = read_stick(kenya, &stick);
    ck_assert_str_eq(result_name(taken.result), "ok");
    ck_assert_uint_eq(taken.first, 1);
    ck_assert_uint_eq(taken.taken, 4);
    ck_assert_uint_eq(taken.here, 4);
    ck_assert_str_eq(taken.author->name, "cd-customs");
    ck_assert(world_has(kenya, object));
    world_carry(congo, uganda);
    ck_assert_mem_eq(&feed_at(kenya)->head, &feed_at(uganda)->head, sizeof(struct feed_head));
    ck_assert_uint_eq(index_count(kenya->exchange.index), 3);
    ck_assert_uint_eq(feed_at(kenya)->announced, 4);
}
END_TEST

START_TEST(reading_twice_changes_nothing) {
    publish(congo, 2);
    struct stick stick = stick_of(congo, kenya);
    read_stick(kenya, &stick);
    struct feed_head before = feed_at(kenya)->head;
    uint64_t refused[RESULT_COUNT];
    memcpy(refused, kenya->exchange.refused, sizeof refused);
    struct carry_taken taken = read_stick(kenya, &stick);
    ck_assert_str_eq(result_name(taken.result), "ok");
    ck_assert_uint_eq(taken.taken, 0);
    ck_assert_uint_eq(taken.replayed, 3);
    ck_assert_mem_eq(&feed_at(kenya)->head, &before, sizeof before);
    ck_assert_mem_eq(kenya->exchange.refused, refused, sizeof refused);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 2);
}
END_TEST

START_TEST(an_old_stick_behind_a_newer_state_adds_what_is_new) {
    publish(congo, 2);
    struct stick old = stick_of(congo, kenya);
    publish(congo, 2);
    struct stick newer = stick_of(congo, kenya);
    read_stick(kenya, &old);
    struct carry_taken taken = read_stick(kenya, &newer);
    ck_assert_uint_eq(taken.replayed, 3);
    ck_assert_uint_eq(taken.taken, 2);
    taken = read_stick(kenya, &old);
    ck_assert_str_eq(result_name(taken.result), "ok");
    ck_assert_uint_eq(taken.replayed, 3);
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_ROLLBACK], 0);
}
END_TEST

START_TEST(nobody_is_given_what_it_was_not_granted) {
    publish(congo, 1);
    struct stick stick = stick_of(congo, police);
    ck_assert_uint_eq(stick.count, 1); /* its own feed, not that of the customs */
    ck_assert_mem_ne(block_of(stick.entries[0])->feed.data, feed_at(congo)->head.feed, FEED_ID_SIZE);
    read_stick(kenya, &(struct stick){.head = stick_of(congo, kenya).head, .entries = {stick.entries[0]}, .count = 1});
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
}
END_TEST

START_TEST(what_is_acknowledged_is_not_given_again) {
    publish(congo, 2);
    world_carry(congo, kenya);
    struct feed *feed = feed_at(congo);
    ck_assert_str_eq(result_name(exchange_acknowledge(&congo->exchange, feed, kenya->identity.id, 3)), "ok");
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    ck_assert_uint_eq(block_of(stick.entries[0])->after, 3);
    ck_assert_uint_eq(block_of(stick.entries[0])->n_entries, 1);
    struct carry_gift gift = gift_for(kenya);
    gift.from_start = true;
    stick = write_stick(congo, gift);
    ck_assert_uint_eq(block_of(stick.entries[0])->n_entries, 4);
    ck_assert_uint_eq(stick_of(congo, uganda).count, 1); /* each has its own position */
    ck_assert_uint_eq(block_of(stick_of(congo, uganda).entries[0])->n_entries, 4);
}
END_TEST

START_TEST(pieces_follow_one_another) {
    publish(congo, 3);
    struct carry_gift gift = gift_for(kenya);
    gift.bytes_max = 1; /* one entry each */
    struct stick stick = write_stick(congo, gift);
    ck_assert_uint_eq(stick.count, 4);
    for (size_t i = 0; i < stick.count; i++)
        ck_assert_uint_eq(take(kenya, stick.head, stick.entries[i]).taken, 1);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 3);
}
END_TEST

START_TEST(out_of_order_pieces_say_what_is_missing) {
    publish(congo, 3);
    struct carry_gift gift = gift_for(kenya);
    gift.bytes_max = 1;
    struct stick stick = write_stick(congo, gift);
    take(kenya, stick.head, stick.entries[0]);
    struct carry_taken taken = take(kenya, stick.head, stick.entries[2]);
    ck_assert_str_eq(result_name(taken.result), "out-of-order");
    ck_assert_uint_eq(taken.first, 3);
    ck_assert_uint_eq(taken.here, 1); /* so 2 is missing */
    ck_assert_uint_eq(taken.taken, 0);
    read_stick(kenya, &stick);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 3);
}
END_TEST

START_TEST(who_joined_late_begins_where_the_head_says) {
    publish(congo, 2);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, 1);
    struct actor *late = world_join(world, "tz-customs", "TZ", "CUSTOMS", "");
    struct stick stick = stick_of(congo, late);
    ck_assert_uint_eq(block_of(stick.entries[0])->after, 3);
    struct carry_taken taken = read_stick(late, &stick);
    ck_assert_str_eq(result_name(taken.result), "ok");
    ck_assert_uint_gt(taken.taken, 1);
    ck_assert(world_has(late, object));
    ck_assert_uint_eq(read_stick(late, &stick).replayed, taken.taken);
}
END_TEST

START_TEST(rosters_travel_in_pieces_that_can_each_be_taken) {
    struct buf record;
    struct roster_news news;
    struct roster *now = NULL, *before = world->roster;
    ck_assert_ptr_nonnull(world_join(world, "tz-customs", "TZ", "CUSTOMS", ""));
    world_renew(congo, false, NULL);
    struct carry_gift gift = gift_for(kenya);
    buf_init(&record, &congo->exchange.turn);
    ck_assert_str_eq(result_name(carry_give_trust(&congo->exchange, &gift, &record)), "ok");
    ck_assert_str_eq(result_name(roster_take_all(&now, before, buf_span(&record), &news)), "ok");
    ck_assert_int_eq(news.refused, RESULT_OK);
    ck_assert_mem_eq(now->digest, congo->exchange.roster->digest, HASH_SIZE);
    buf_init(&record, &congo->exchange.turn);
    ck_assert_str_eq(result_name(carry_give_trust(&congo->exchange, &gift, &record)), "ok");
    ck_assert_uint_eq(record.len, 0);
    roster_free(now);
    exchange_end_turn(&congo->exchange);
}
END_TEST

START_TEST(an_expired_roster_gives_and_takes_nothing) {
    struct buf record;
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    struct carry_gift gift = gift_for(kenya);
    world->now_ms = world->roster->expires + (world->roster->grace_days + 1) * day_ms;
    buf_init(&record, &congo->exchange.turn);
    ck_assert_str_eq(result_name(carry_give_head(&congo->exchange, &gift, &record)), "expired");
    ck_assert_str_eq(result_name(carry_give_entries(&congo->exchange, &gift, &record)), "expired");
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "expired");
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
}
END_TEST

/* --- hostile sticks --- */

static StickHead *head_words(struct span record) {
    struct bundle_head head;
    ck_assert_str_eq(result_name(bundle_head_read(&head, &world->arena, record)), "ok");
    return head.words;
}

static struct span sign_head(const StickHead *words, const struct actor *signer) {
    struct buf record;
    buf_init(&record, &world->arena);
    ck_assert_str_eq(result_name(bundle_head_make(&record, &world->arena, words, &signer->identity)), "ok");
    return buf_span(&record);
}

/* Whoever carries the stick cannot say where a feed begins: what stands before would be lost for good. */
START_TEST(nobody_but_the_writer_says_where_a_feed_begins) {
    publish(congo, 2);
    world->now_ms += (EPOCH_DAYS_MAX + 1) * day_ms;
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    StickHead *words = head_words(stick.head);
    words->feeds[0]->has_first = true;
    words->feeds[0]->first = 4;
    stick.head = sign_head(words, uganda);
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "not-allowed");
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
    words->author = words->key = proto_bytes(uganda->identity.id, MEMBER_ID_SIZE);
    stick.head = sign_head(words, uganda); /* by its own name, for the feed of somebody else */
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "unknown-member");
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
}
END_TEST

START_TEST(without_a_head_for_us_no_feed_is_begun_and_known_ones_go_on) {
    publish(congo, 1);
    struct stick stick = stick_of(congo, uganda);
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "not-allowed");
    ck_assert_str_eq(result_name(take(kenya, (struct span){0}, stick.entries[0]).result), "not-allowed");
    ck_assert_str_eq(result_name(take(kenya, span_of_text("no head"), stick.entries[0]).result), "not-allowed");
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
    world_carry(congo, kenya);
    publish(congo, 1);
    stick = stick_of(congo, uganda);
    ck_assert_uint_eq(read_stick(kenya, &stick).taken, 1);
    ck_assert(world_has(kenya, object));
}
END_TEST

static void wait_for_a_key(struct actor *reader, size_t bytes) {
    ck_assert_str_eq(result_name(exchange_begin(&reader->exchange)), "ok");
    feeds_wait(feed_at(reader), FEED_NOT_MEMBER, bytes);
    commit(reader);
}

/* As over a session: what nobody here can read is taken up to a bound. */
START_TEST(what_cannot_be_read_is_not_taken_in_heaps) {
    publish(congo, 1);
    world_carry(congo, kenya);
    wait_for_a_key(kenya, WAITING_BYTES_MAX);
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "ok");
    wait_for_a_key(kenya, 1);
    publish(congo, 1);
    stick = stick_of(congo, kenya);
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "no-epoch-key");
    ck_assert(!world_has(kenya, object));
    world_restart(kenya); /* the bound is kept with the feed */
    ck_assert_str_eq(result_name(read_stick(kenya, &stick).result), "no-epoch-key");
}
END_TEST

/* Even the writer begins no more feeds than it may have. */
START_TEST(no_more_feeds_than_an_author_may_have) {
    StickHead *words;
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    words = head_words(stick.head);
    StickFeed *real = words->feeds[0], *rows = arena_array(&world->arena, FEEDS_OF_KEY_MAX + 1, sizeof *rows);
    words->feeds = arena_array(&world->arena, FEEDS_OF_KEY_MAX + 1, sizeof *words->feeds);
    words->n_feeds = FEEDS_OF_KEY_MAX + 1;
    for (size_t i = 0; i <= FEEDS_OF_KEY_MAX; i++) {
        rows[i] = *real;
        rows[i].audience = (char *)(uintptr_t)text_format(&world->arena, "a%zu", i);
        words->feeds[i] = &rows[i];
    }
    struct span head = sign_head(words, congo);
    for (size_t i = 0; i <= FEEDS_OF_KEY_MAX; i++) {
        uint8_t id[FEED_ID_SIZE];
        const struct span entry = span_of_text("no entry");
        feed_id(id, congo->identity.key_id, rows[i].audience);
        struct carry_taken taken = take(kenya, head, block(id, 0, &entry, 1));
        ck_assert_str_eq(result_name(taken.result), i < FEEDS_OF_KEY_MAX ? "truncated" : "too-large");
    }
    ck_assert_uint_eq(kenya->exchange.feeds.count, FEEDS_OF_KEY_MAX);
}
END_TEST

START_TEST(nothing_behind_a_changed_entry_is_taken) {
    size_t count;
    publish(congo, 3);
    struct stick stick = stick_of(congo, kenya);
    struct span *entries = world_entries(congo, "customs", 0, &count);
    uint8_t *third = arena_copy(&world->arena, entries[2].data, entries[2].len);
    third[entries[2].len - 1] ^= 1;
    entries[2].data = third;
    struct carry_taken taken = take(kenya, stick.head, block(feed_at(congo)->head.feed, 0, entries, count));
    ck_assert_str_eq(result_name(taken.result), "bad-hash");
    ck_assert_uint_eq(taken.taken, 2);
    ck_assert_uint_eq(taken.here, 2);
    ck_assert_uint_eq(read_stick(kenya, &stick).taken, 2); /* the rest, from a good one */
}
END_TEST

/* An entry that another took the place of, with this author's hand or without it. */
static struct carry_taken take_rival(const struct actor *signer) {
    size_t count;
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    read_stick(kenya, &stick);
    struct span *entries = world_entries(congo, "customs", 0, &count);
    struct entry first;
    ck_assert_str_eq(result_name(feed_parse(&first, entries[0])), "ok");
    struct feed_head head = {.number = 0};
    memcpy(head.feed, first.feed, FEED_ID_SIZE);
    feed_advance(&head, &first);
    const uint8_t *key;
    ck_assert_str_eq(result_name(feeds_key(&congo->exchange.feeds, feed_at(congo), 1, &key)), "ok");
    const struct feed_draft draft = {ENTRY_DISCLOSURE, 1, world->now_ms,
                                     world_disclosure(world, &congo->identity, "AMBER", 0), key};
    entries[1] = world_forge(world, &head, &draft, &signer->identity);
    return take(kenya, stick.head, block(first.feed, 0, entries, 2));
}

START_TEST(two_histories_are_proven) {
    struct carry_taken taken = take_rival(congo);
    ck_assert_str_eq(result_name(taken.result), "fork");
    ck_assert(feed_at(kenya)->record.frozen);
}
END_TEST

START_TEST(a_rival_that_the_author_did_not_sign_proves_nothing) {
    struct carry_taken taken = take_rival(uganda);
    ck_assert_str_eq(result_name(taken.result), "bad-signature");
    ck_assert(!feed_at(kenya)->record.frozen);
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    ck_assert_uint_eq(read_stick(kenya, &stick).taken, 1);
}
END_TEST

START_TEST(what_is_no_block_is_refused_by_name) {
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    const struct span entry = span_of_text("x");
    struct span *many = arena_array(&world->arena, BLOCK_BYTES_MAX / ENTRY_OVERHEAD + 1, sizeof *many);
    for (size_t i = 0; i <= BLOCK_BYTES_MAX / ENTRY_OVERHEAD; i++)
        many[i] = entry;
    const uint8_t *feed = feed_at(congo)->head.feed;
    ck_assert_str_eq(result_name(take(kenya, stick.head, span_of_text("no block")).result), "malformed");
    ck_assert_str_eq(result_name(take(kenya, stick.head, block(feed, 0, NULL, 0)).result), "malformed");
    ck_assert_str_eq(
        result_name(take(kenya, stick.head, block(feed, 0, many, BLOCK_BYTES_MAX / ENTRY_OVERHEAD + 1)).result),
        "too-large");
    ck_assert_uint_eq(kenya->exchange.feeds.count, 0);
}
END_TEST

START_TEST(our_own_feeds_are_not_taken_from_a_stick) {
    publish(congo, 1);
    struct stick stick = stick_of(congo, kenya);
    ck_assert_str_eq(result_name(read_stick(congo, &stick).result), "wrong-feed");
}
END_TEST

/* --- receipts --- */

static struct span receipt_of(struct actor *reader) {
    struct buf record;
    buf_init(&record, &reader->exchange.turn);
    ck_assert_str_eq(result_name(carry_give_receipt(&reader->exchange, feed_at(reader), &record)), "ok");
    struct span kept = keep(&record);
    exchange_end_turn(&reader->exchange);
    return kept;
}

static struct carry_taken take_receipt(struct actor *author, struct span record) {
    struct carry_taken taken;
    ck_assert_str_eq(result_name(carry_take_receipt(&author->exchange, record, &taken)), "ok");
    commit(author);
    return taken;
}

static uint64_t position_of(const struct actor *reader) {
    struct position *position;
    ck_assert_str_eq(
        result_name(feeds_position(&congo->exchange.feeds, feed_at(congo), reader->identity.id, &position)), "ok");
    return position->number;
}

START_TEST(a_receipt_acknowledges_and_is_kept) {
    publish(congo, 2);
    world_carry(congo, kenya);
    struct span receipt = receipt_of(kenya);
    struct carry_taken taken = take_receipt(congo, receipt);
    ck_assert_str_eq(result_name(taken.result), "ok");
    ck_assert_str_eq(taken.author->name, "ke-customs");
    ck_assert_uint_eq(taken.here, 3);
    world_restart(congo);
    ck_assert_uint_eq(position_of(kenya), 3);
    ck_assert_uint_eq(position_of(uganda), 0);
    ck_assert_str_eq(result_name(take_receipt(congo, receipt).result), "replayed");
    ck_assert_uint_eq(stick_of(congo, kenya).count, 0);
}
END_TEST

START_TEST(an_older_receipt_takes_nothing_back) {
    publish(congo, 1);
    world_carry(congo, kenya);
    struct span old = receipt_of(kenya);
    publish(congo, 1);
    world_carry(congo, kenya);
    take_receipt(congo, receipt_of(kenya));
    ck_assert_str_eq(result_name(take_receipt(congo, old).result), "replayed");
    ck_assert_uint_eq(position_of(kenya), 3);
}
END_TEST

static struct span sign_receipt(struct span record, const struct actor *claimed, const struct actor *signer) {
    struct bundle_receipt receipt;
    struct buf out;
    ck_assert_str_eq(result_name(bundle_receipt_read(&receipt, &world->arena, record)), "ok");
    receipt.words->reader = proto_bytes(claimed->identity.id, MEMBER_ID_SIZE);
    receipt.words->key = proto_bytes(claimed->identity.key_id, MEMBER_ID_SIZE);
    buf_init(&out, &world->arena);
    ck_assert_str_eq(result_name(bundle_receipt_make(&out, &world->arena, receipt.words, &signer->identity)), "ok");
    return buf_span(&out);
}

START_TEST(forged_receipts_move_nothing) {
    publish(congo, 1);
    world_carry(congo, kenya);
    struct span receipt = receipt_of(kenya);
    ck_assert_str_eq(result_name(take_receipt(congo, sign_receipt(receipt, uganda, kenya)).result), "bad-signature");
    ck_assert_str_eq(result_name(take_receipt(congo, sign_receipt(receipt, police, police)).result), "not-allowed");
    ck_assert_str_eq(result_name(take_receipt(uganda, receipt).result), "wrong-feed");
    ck_assert_str_eq(result_name(take_receipt(congo, span_of_text("receipt")).result), "malformed");
    struct bundle_receipt words;
    ck_assert_str_eq(result_name(bundle_receipt_read(&words, &world->arena, receipt)), "ok");
    words.words->entry.data[ENTRY_HEADER_SIZE - 1] ^= 1; /* an entry that we never signed, signed by its reader */
    struct buf out;
    buf_init(&out, &world->arena);
    ck_assert_str_eq(result_name(bundle_receipt_make(&out, &world->arena, words.words, &kenya->identity)), "ok");
    ck_assert_str_eq(result_name(take_receipt(congo, buf_span(&out)).result), "bad-signature");
    ck_assert_uint_eq(position_of(kenya), 0);
    ck_assert_uint_eq(position_of(uganda), 0);
}
END_TEST

START_TEST(who_was_removed_acknowledges_nothing) {
    publish(congo, 1);
    world_carry(congo, kenya);
    struct span receipt = receipt_of(kenya);
    world_remove(world, kenya);
    ck_assert_str_eq(result_name(take_receipt(congo, receipt).result), "unknown-member");
}
END_TEST

/* A receipt holds the author's own signature, so it also says to an author that it was set back. */
START_TEST(a_receipt_tells_an_author_that_it_was_set_back) {
    publish(congo, 1);
    world_save(congo);
    publish(congo, 1);
    world_carry(congo, kenya);
    struct span receipt = receipt_of(kenya);
    world_put_back(congo);
    struct carry_taken taken = take_receipt(congo, receipt);
    ck_assert_str_eq(result_name(taken.result), "behind");
    ck_assert_uint_eq(feed_at(congo)->elsewhere, 3);
    ck_assert_uint_eq(position_of(kenya), 0);
    ck_assert_str_eq(result_name(feeds_may_append(&congo->exchange.feeds, feed_at(congo))), "behind");
}
END_TEST

/* It may have been written before its reader got more: only a session tells how far a reader is now. */
START_TEST(an_old_receipt_does_not_prove_a_copy) {
    publish(congo, 1);
    world_carry(congo, kenya);
    struct span receipt = receipt_of(kenya);
    world_restart(congo);
    congo->exchange.feeds.suspect = true;
    ck_assert_str_eq(result_name(take_receipt(congo, receipt).result), "ok");
    ck_assert_str_eq(result_name(feeds_may_append(&congo->exchange.feeds, feed_at(congo))), "unproven");
}
END_TEST

Suite *suite(void) {
    Suite *all = suite_create("carry");
    TCase *carried = tcase_create("carried"), *hostile = tcase_create("hostile"), *receipts = tcase_create("receipts");
    tcase_add_checked_fixture(carried, set_up, tear_down);
    tcase_add_test(carried, what_a_stick_brings_is_what_a_session_brings);
    tcase_add_test(carried, reading_twice_changes_nothing);
    tcase_add_test(carried, an_old_stick_behind_a_newer_state_adds_what_is_new);
    tcase_add_test(carried, nobody_is_given_what_it_was_not_granted);
    tcase_add_test(carried, what_is_acknowledged_is_not_given_again);
    tcase_add_test(carried, pieces_follow_one_another);
    tcase_add_test(carried, out_of_order_pieces_say_what_is_missing);
    tcase_add_test(carried, who_joined_late_begins_where_the_head_says);
    tcase_add_test(carried, rosters_travel_in_pieces_that_can_each_be_taken);
    tcase_add_test(carried, an_expired_roster_gives_and_takes_nothing);
    suite_add_tcase(all, carried);
    tcase_add_checked_fixture(hostile, set_up, tear_down);
    tcase_add_test(hostile, nobody_but_the_writer_says_where_a_feed_begins);
    tcase_add_test(hostile, without_a_head_for_us_no_feed_is_begun_and_known_ones_go_on);
    tcase_add_test(hostile, what_cannot_be_read_is_not_taken_in_heaps);
    tcase_add_test(hostile, no_more_feeds_than_an_author_may_have);
    tcase_add_test(hostile, nothing_behind_a_changed_entry_is_taken);
    tcase_add_test(hostile, two_histories_are_proven);
    tcase_add_test(hostile, a_rival_that_the_author_did_not_sign_proves_nothing);
    tcase_add_test(hostile, what_is_no_block_is_refused_by_name);
    tcase_add_test(hostile, our_own_feeds_are_not_taken_from_a_stick);
    suite_add_tcase(all, hostile);
    tcase_add_checked_fixture(receipts, set_up, tear_down);
    tcase_add_test(receipts, a_receipt_acknowledges_and_is_kept);
    tcase_add_test(receipts, an_older_receipt_takes_nothing_back);
    tcase_add_test(receipts, forged_receipts_move_nothing);
    tcase_add_test(receipts, who_was_removed_acknowledges_nothing);
    tcase_add_test(receipts, a_receipt_tells_an_author_that_it_was_set_back);
    tcase_add_test(receipts, an_old_receipt_does_not_prove_a_copy);
    suite_add_tcase(all, receipts);
    return all;
}
