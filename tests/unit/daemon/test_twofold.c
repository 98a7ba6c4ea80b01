/* A hostile author that seals one entry for two readers who hold different keys, so that each may read something else
 * in it: an attack on whoever relies on what others are told. And one that puts a sealed body to use again. */
#include <check.h>
#include <string.h>

#include "base/text.h"
#include "keys/hash.h"
#include "tests/support/twofold.h"
#include "tests/support/world.h"

enum { NONCE_SIZE = 24, AT_WRAPPED = 86, AT_COMMITMENT = 158, AT_BODY_HASH = 190, EPOCH = 2 };

static struct world *world;
static struct actor *congo, *kenya, *uganda;
static uint8_t object[OBJECT_ID_SIZE];
static const uint8_t nonce[NONCE_SIZE] = "one nonce for two keys!";

static void set_up(void) {
    world = world_new(77);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    ck_assert_str_eq(result_name(world_publish(congo, world_alert(world, "GREEN", ""), object)), "ok");
    world_settle(world);
}

static void tear_down(void) {
    world_free(world);
}

static struct feed *feed_at(struct actor *holder) {
    return world_feed(holder, congo->identity.key_id, "customs");
}

static const char *hand(struct actor *reader, struct span entry) {
    return result_name(world_hand(reader, congo, "customs", &entry, 1, NULL));
}

/* What a header says of itself, with its author's signature. */
static struct span authored(struct span header, struct span body) {
    struct buf entry;
    uint8_t *bytes = arena_copy(&world->arena, header.data, ENTRY_OVERHEAD);
    hash_of(bytes + AT_BODY_HASH, "INAMA.body", body);
    sign_make(bytes + ENTRY_HEADER_SIZE, congo->identity.secrets->sign, "INAMA.sig.entry",
              span_of(bytes, ENTRY_HEADER_SIZE));
    buf_init(&entry, &world->arena);
    buf_put(&entry, bytes, ENTRY_OVERHEAD);
    buf_put_span(&entry, body);
    return buf_span(&entry);
}

/* ---- one entry, two readers ---- */

static const uint8_t epoch_keys[2][EPOCH_KEY_SIZE] = {{1}, {2}};

/* A grant of one and the same epoch, each time with another key, to one reader. */
static struct span grant_for(struct feed_head *head, const struct actor *reader, const uint8_t *key) {
    const struct epoch_member member = {reader->identity.id, reader->identity.encryption_key};
    struct epoch_place place = {.epoch = EPOCH};
    struct buf grant;
    size_t bad;
    memcpy(place.feed, head->feed, FEED_ID_SIZE);
    buf_init(&grant, &world->arena);
    ck_assert_str_eq(result_name(epoch_grant(&grant, &world->arena, key, &place, &member, 1, 0, &world->random, &bad)),
                     "ok");
    const struct feed_draft draft = {ENTRY_GRANT, EPOCH, world->now_ms, buf_span(&grant), NULL};
    return world_forge(world, head, &draft, &congo->identity);
}

/* A true alert, and behind it a field that nobody knows: its 64 bytes are the attacker's. */
struct text {
    struct span padded;
    size_t free, spare;
};

static struct text make_text(void) {
    static const uint8_t field[] = {0xa2, 0x06, 64}; /* 100, of 64 bytes */
    static const uint8_t room[64];
    struct span alert = world_disclosure(world, &congo->identity, "GREEN", 0);
    struct buf text;
    buf_init(&text, &world->arena);
    buf_put_u32(&text, (uint32_t)(alert.len + sizeof field + sizeof room));
    buf_put_span(&text, alert);
    buf_put(&text, field, sizeof field);
    struct text out = {.free = (text.len + 15) / 16 * 16, .spare = (text.len + 15) / 16 * 16 + 16};
    buf_put(&text, room, sizeof room);
    while (text.len < seal_padded(text.len))
        buf_put_u8(&text, 0);
    out.padded = buf_span(&text);
    return out;
}

/* Fills in the wrapped data key that both epoch keys open, and what each of them opens it to. */
static void wrap_for_both(uint8_t *header, uint8_t data_keys[2][SEAL_KEY_SIZE]) {
    struct seal_place place = {.number = 5, .epoch = EPOCH};
    uint8_t context[36], ad[44], wraps[2][HASH_SIZE], wanted[SEAL_KEY_SIZE];
    memcpy(place.feed, header + 2, FEED_ID_SIZE);
    memcpy(context, place.feed, FEED_ID_SIZE);
    put_u32(context + FEED_ID_SIZE, EPOCH);
    memcpy(ad, place.feed, FEED_ID_SIZE);
    put_u64(ad + FEED_ID_SIZE, place.number);
    put_u32(ad + FEED_ID_SIZE + 8, EPOCH);
    for (int i = 0; i < 2; i++)
        hash_keyed(wraps[i], "INAMA.wrap", SPAN_OF_ARRAY(epoch_keys[i]), SPAN_OF_ARRAY(context));
    random_fill(&world->random, wanted, sizeof wanted);
    const struct twofold_keys keys = {wraps[0], wraps[1], nonce};
    struct span sealed = twofold(&world->arena, &keys, SPAN_OF_ARRAY(ad), SPAN_OF_ARRAY(wanted), 16, 0);
    ck_assert_uint_eq(sealed.len, SEAL_WRAPPED_SIZE - NONCE_SIZE);
    memcpy(header + AT_WRAPPED, nonce, NONCE_SIZE);
    memcpy(header + AT_WRAPPED + NONCE_SIZE, sealed.data, sealed.len);
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(result_name(seal_unwrap(data_keys[i], header + AT_WRAPPED, epoch_keys[i], &place)), "ok");
}

/* The entry behind `head` that opens under both epoch keys, as far as its sealing goes; committed to the first. */
static struct span entry_for_both(struct feed_head *head) {
    uint8_t data_keys[2][SEAL_KEY_SIZE], keys[2][HASH_SIZE];
    const struct feed_draft draft = {ENTRY_DISCLOSURE, EPOCH, world->now_ms, span_of_text("to be replaced"),
                                     epoch_keys[0]};
    uint8_t *header =
        arena_copy(&world->arena, world_forge(world, head, &draft, &congo->identity).data, ENTRY_OVERHEAD);
    wrap_for_both(header, data_keys);
    for (int i = 0; i < 2; i++)
        hash_keyed(keys[i], "INAMA.body.enc", SPAN_OF_ARRAY(data_keys[i]), (struct span){0});
    const struct twofold_keys both = {keys[0], keys[1], nonce};
    const struct text text = make_text();
    const struct span preamble = span_of(header, ENTRY_PREAMBLE_SIZE);
    struct buf body;
    buf_init(&body, &world->arena);
    buf_put(&body, nonce, NONCE_SIZE);
    buf_put_span(&body, twofold(&world->arena, &both, preamble, text.padded, text.free, text.spare));
    ck_assert_uint_gt(body.len, text.padded.len);
    twofold_commit(header + AT_COMMITMENT, data_keys[0], preamble, buf_span(&body));
    return authored(span_of(header, ENTRY_OVERHEAD), buf_span(&body));
}

START_TEST(one_entry_made_for_two_readers_is_read_by_the_one_it_is_committed_to) {
    struct feed_head head = feed_at(congo)->head;
    ck_assert_uint_eq(head.number, 2);
    struct span grants[] = {grant_for(&head, kenya, epoch_keys[0]), grant_for(&head, uganda, epoch_keys[1])};
    struct span entry = entry_for_both(&head);
    struct actor *readers[] = {kenya, uganda};
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(result_name(world_hand(readers[i], congo, "customs", grants, 2, NULL)), "ok");
        const uint8_t *key;
        ck_assert_str_eq(result_name(feeds_key(&readers[i]->exchange.feeds, feed_at(readers[i]), EPOCH, &key)), "ok");
        ck_assert_mem_eq(key, epoch_keys[i], EPOCH_KEY_SIZE);
        ck_assert_str_eq(hand(readers[i], entry), "ok"); /* well signed: the feed goes on */
    }
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_FORK], 1); /* it has seen that others were given another key */
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_BAD_COMMITMENT], 0);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 2);
    ck_assert_uint_eq(uganda->exchange.refused[RESULT_BAD_COMMITMENT], 1);
    ck_assert_uint_eq(index_count(uganda->exchange.index), 1);
    struct span kept;
    ck_assert_str_eq(result_name(store_get_entry(uganda->exchange.store, &world->arena, feed_at(uganda)->record.ordinal,
                                                 head.number, &kept)),
                     "ok");
    ck_assert(span_equal(kept, span_of(entry.data, ENTRY_OVERHEAD))); /* the evidence, signed */
}
END_TEST

/* ---- one body, two entries ---- */

START_TEST(a_sealed_body_that_its_author_uses_again_is_refused) {
    size_t count;
    struct feed_head head = feed_at(congo)->head;
    struct span before = world_entries(congo, "customs", 1, &count)[0];
    const struct feed_draft draft = {ENTRY_GRANT, head.epoch, world->now_ms, span_of_text("to be replaced"), NULL};
    uint8_t *header =
        arena_copy(&world->arena, world_forge(world, &head, &draft, &congo->identity).data, ENTRY_OVERHEAD);
    header[1] = ENTRY_DISCLOSURE;
    memcpy(header + AT_WRAPPED, before.data + AT_WRAPPED, SEAL_WRAPPED_SIZE + SEAL_COMMITMENT_SIZE);
    struct span again =
        authored(span_of(header, ENTRY_OVERHEAD), span_of(before.data + ENTRY_OVERHEAD, before.len - ENTRY_OVERHEAD));
    ck_assert_str_eq(hand(kenya, before), "replayed");
    ck_assert_str_eq(hand(kenya, again), "ok");
    ck_assert_uint_eq(kenya->exchange.refused[RESULT_BAD_SEAL], 1);
    ck_assert_uint_eq(index_count(kenya->exchange.index), 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("twofold");
    TCase *twofold = tcase_create("twofold");
    tcase_add_checked_fixture(twofold, set_up, tear_down);
    tcase_add_test(twofold, one_entry_made_for_two_readers_is_read_by_the_one_it_is_committed_to);
    tcase_add_test(twofold, a_sealed_body_that_its_author_uses_again_is_refused);
    suite_add_tcase(suite, twofold);
    return suite;
}
