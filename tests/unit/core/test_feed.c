/* A feed: entries are appended and opened again; what has another form, place, author or home is refused by its name.
 */
#include "core/feed.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "tests/support/chance.h"

/* docs/protocol.md, 6.1 */
enum {
    AT_SUITE = 0,
    AT_KIND = 1,
    AT_FEED = 2,
    AT_NUMBER = 34,
    AT_PREVIOUS = 42,
    AT_EPOCH = 74,
    AT_CREATED = 78,
    AT_WRAPPED = 86,
    AT_COMMITMENT = 158,
    AT_BODY_HASH = 190,
    AT_SIGNATURE = 222,
    AT_BODY = 286,
};

static struct arena arena;
static struct chance chance;
static struct random drawn;
static struct identity author, stranger;
static uint8_t key[SEAL_KEY_SIZE];

/* Our feed: a grant and two disclosures. */
static struct feed_head start, head;
static struct span entries[3];
static struct feed_head heads[4]; /* before each entry, and behind the last */

static struct span append(struct feed_head *at, const struct feed_draft *draft) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_str_eq(result_name(feed_append(&out, &arena, at, draft, &author, &drawn)), "ok");
    return buf_span(&out);
}

static struct feed_draft grant(uint32_t epoch) {
    return (struct feed_draft){ENTRY_GRANT, epoch, 1000, span_of_text("a grant, carried as it stands"), NULL};
}

static struct feed_draft disclosure(uint32_t epoch, const char *text) {
    return (struct feed_draft){ENTRY_DISCLOSURE, epoch, 2000, span_of_text(text), key};
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, SIZE_MAX);
    chance = (struct chance){6};
    drawn = chance_random(&chance);
    ck_assert_int_eq(identity_make(&author, &drawn), RESULT_OK);
    ck_assert_int_eq(identity_make(&stranger, &drawn), RESULT_OK);
    random_fill(&drawn, key, sizeof key);
    start = (struct feed_head){.number = 0};
    feed_id(start.feed, author.id, "customs");
    head = start;
    const struct feed_draft drafts[] = {grant(1), disclosure(1, "the first alert"), disclosure(1, "the second alert")};
    for (size_t i = 0; i < 3; i++) {
        heads[i] = head;
        entries[i] = append(&head, &drafts[i]);
    }
    heads[3] = head;
}

static void tear_down(void) {
    identity_release(&author);
    identity_release(&stranger);
    arena_release(&arena);
}

static uint8_t *copy_of(struct span bytes) {
    return arena_copy(&arena, bytes.data, bytes.len);
}

static struct entry parse(struct span bytes) {
    struct entry entry;
    ck_assert_str_eq(result_name(feed_parse(&entry, bytes)), "ok");
    return entry;
}

static void refuse_form(struct span bytes, const char *expected) {
    struct entry entry = {.number = 77};
    ck_assert_str_eq(result_name(feed_parse(&entry, bytes)), expected);
    ck_assert_uint_eq(entry.number, 77);
}

static void refuse_byte(struct span bytes, size_t at, uint8_t value, const char *expected) {
    uint8_t *copy = copy_of(bytes);
    copy[at] = value;
    refuse_form(span_of(copy, bytes.len), expected);
}

/* ---- form ---- */

START_TEST(parse_reads_what_append_wrote) {
    struct entry entry = parse(entries[1]);
    ck_assert_int_eq(entry.kind, ENTRY_DISCLOSURE);
    ck_assert_mem_eq(entry.feed, start.feed, FEED_ID_SIZE);
    ck_assert_uint_eq(entry.number, 2);
    ck_assert_uint_eq(entry.epoch, 1);
    ck_assert_uint_eq(entry.created, 2000);
    ck_assert_mem_eq(entry.previous, parse(entries[0]).hash, HASH_SIZE);
    ck_assert_ptr_eq(entry.wrapped, entries[1].data + AT_WRAPPED);
    ck_assert_ptr_eq(entry.commitment, entries[1].data + AT_COMMITMENT);
    ck_assert_ptr_eq(entry.body_hash, entries[1].data + AT_BODY_HASH);
    ck_assert_ptr_eq(entry.signature, entries[1].data + AT_SIGNATURE);
    ck_assert_ptr_eq(entry.body.data, entries[1].data + AT_BODY);
    ck_assert_uint_eq(entry.body.len, entries[1].len - AT_BODY);
    uint8_t hash[HASH_SIZE];
    hash_of(hash, "INAMA.entry", span_of(entries[1].data, ENTRY_HEADER_SIZE));
    ck_assert_mem_eq(entry.hash, hash, HASH_SIZE);
    ck_assert_mem_eq(entry.hash, heads[2].hash, HASH_SIZE);
}
END_TEST

START_TEST(parse_refuses_an_entry_that_ends_too_early) {
    for (size_t len = 0; len < ENTRY_OVERHEAD; len++)
        refuse_form(span_of(entries[1].data, len), "truncated");
    refuse_form(span_of(entries[1].data, ENTRY_OVERHEAD), "malformed"); /* nothing in it */
}
END_TEST

START_TEST(parse_refuses_an_entry_over_the_limit) {
    uint8_t *big = arena_alloc(&arena, ENTRY_BYTES_MAX + 1);
    memcpy(big, entries[0].data, entries[0].len);
    refuse_form(span_of(big, ENTRY_BYTES_MAX + 1), "too-large");
    parse(span_of(big, ENTRY_BYTES_MAX));
}
END_TEST

START_TEST(parse_refuses_every_other_suite_and_kind) {
    for (unsigned value = 0; value < 256; value++) {
        if (value != 1)
            refuse_byte(entries[1], AT_SUITE, (uint8_t)value, "unknown-suite");
        if (value != ENTRY_GRANT && value != ENTRY_DISCLOSURE && value != ENTRY_REQUEST)
            refuse_byte(entries[1], AT_KIND, (uint8_t)value, "unknown-kind");
    }
}
END_TEST

START_TEST(parse_refuses_number_zero_and_epoch_zero) {
    uint8_t *copy = copy_of(entries[1]);
    memset(copy + AT_NUMBER, 0, 8);
    refuse_form(span_of(copy, entries[1].len), "malformed");
    copy = copy_of(entries[1]);
    memset(copy + AT_EPOCH, 0, 4);
    refuse_form(span_of(copy, entries[1].len), "malformed");
}
END_TEST

START_TEST(parse_refuses_a_grant_with_a_data_key) {
    for (size_t at = AT_WRAPPED; at < AT_BODY_HASH; at++)
        refuse_byte(entries[0], at, 1, "malformed");
    refuse_byte(entries[1], AT_KIND, ENTRY_GRANT, "malformed");
}
END_TEST

/* ---- place ---- */

static void refuse_place(const struct feed_head *at, struct span bytes, const char *expected) {
    struct entry entry = parse(bytes);
    ck_assert_str_eq(result_name(feed_follows(at, &entry)), expected);
}

static void refuse_changed(size_t which, size_t at, const char *expected) {
    uint8_t *copy = copy_of(entries[which]);
    copy[at] ^= 1;
    refuse_place(&heads[which], span_of(copy, entries[which].len), expected);
}

START_TEST(a_feed_follows_from_its_beginning) {
    struct feed_head at = start;
    for (size_t i = 0; i < 3; i++) {
        struct entry entry = parse(entries[i]);
        ck_assert_int_eq(feed_follows(&at, &entry), RESULT_OK);
        ck_assert_int_eq(feed_verify(&entry, author.sign_key), RESULT_OK);
        feed_advance(&at, &entry);
        ck_assert_mem_eq(&at, &heads[i + 1], sizeof at);
    }
}
END_TEST

START_TEST(follows_refuses_another_feed) {
    struct feed_head other = start;
    feed_id(other.feed, author.id, "police");
    refuse_place(&other, entries[0], "wrong-feed");
    feed_id(other.feed, stranger.id, "customs");
    refuse_place(&other, entries[0], "wrong-feed");
    refuse_changed(1, AT_FEED + 31, "wrong-feed");
}
END_TEST

START_TEST(follows_refuses_what_is_here_already) {
    for (size_t at = 1; at <= 3; at++)
        for (size_t i = 0; i < at; i++)
            refuse_place(&heads[at], entries[i], "replayed");
}
END_TEST

START_TEST(follows_refuses_a_gap) {
    refuse_place(&start, entries[1], "out-of-order");
    refuse_place(&start, entries[2], "out-of-order");
    refuse_place(&heads[1], entries[2], "out-of-order");
    refuse_changed(1, AT_NUMBER, "out-of-order"); /* 2 + 2^56 */
}
END_TEST

START_TEST(follows_refuses_another_entry_before_it) {
    refuse_changed(1, AT_PREVIOUS, "broken-chain");
    refuse_changed(0, AT_PREVIOUS + 31, "broken-chain"); /* the first follows zeros */
    struct feed_head other = heads[1];
    struct span instead = append(&other, &(struct feed_draft){ENTRY_DISCLOSURE, 1, 9, span_of_text("else"), key});
    struct feed_head behind = heads[1];
    struct entry entry = parse(instead);
    feed_advance(&behind, &entry);
    refuse_place(&behind, entries[2], "broken-chain");
}
END_TEST

START_TEST(follows_refuses_every_epoch_that_is_not_due) {
    static const struct {
        uint32_t in_force;
        enum entry_kind kind;
        uint32_t epoch;
        const char *expected;
    } cases[] = {
        {0, ENTRY_GRANT, 1, "ok"},
        {0, ENTRY_GRANT, 2, "wrong-epoch"},
        {0, ENTRY_DISCLOSURE, 1, "wrong-epoch"},
        {1, ENTRY_GRANT, 1, "ok"},
        {1, ENTRY_GRANT, 2, "ok"},
        {1, ENTRY_GRANT, 3, "wrong-epoch"},
        {1, ENTRY_DISCLOSURE, 1, "ok"},
        {1, ENTRY_DISCLOSURE, 2, "wrong-epoch"},
        {5, ENTRY_GRANT, 4, "wrong-epoch"},
        {5, ENTRY_DISCLOSURE, 4, "wrong-epoch"},
        {UINT32_MAX, ENTRY_GRANT, 1, "wrong-epoch"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_head at = start, before = start;
        before.epoch = at.epoch = cases[i].in_force;
        struct feed_draft draft =
            cases[i].kind == ENTRY_GRANT ? grant(cases[i].epoch) : disclosure(cases[i].epoch, "text");
        struct entry entry = parse(append(&at, &draft));
        ck_assert_msg(!strcmp(result_name(feed_follows(&before, &entry)), cases[i].expected), "case %zu", i);
    }
}
END_TEST

START_TEST(follows_refuses_another_body) {
    refuse_changed(1, AT_BODY, "bad-hash");
    refuse_changed(1, entries[1].len - 1, "bad-hash");
    refuse_changed(0, AT_BODY_HASH, "bad-hash");
    refuse_place(&heads[1], span_of(entries[1].data, entries[1].len - 1), "bad-hash");
}
END_TEST

/* ---- author ---- */

START_TEST(verify_refuses_any_change_of_the_header) {
    for (size_t at = AT_FEED; at < AT_SIGNATURE; at++) {
        uint8_t *copy = copy_of(entries[1]);
        copy[at] ^= 4; /* no number becomes 0 */
        struct entry entry = parse(span_of(copy, entries[1].len));
        ck_assert_msg(feed_verify(&entry, author.sign_key) == RESULT_BAD_SIGNATURE, "byte %zu", at);
    }
}
END_TEST

START_TEST(verify_refuses_any_change_of_the_signature) {
    for (size_t at = AT_SIGNATURE; at < AT_BODY; at++) {
        uint8_t *copy = copy_of(entries[1]);
        copy[at] ^= 1;
        struct entry entry = parse(span_of(copy, entries[1].len));
        enum result result = feed_verify(&entry, author.sign_key);
        ck_assert_msg(result == RESULT_BAD_SIGNATURE || (at < AT_SIGNATURE + 32 && result == RESULT_BAD_POINT),
                      "byte %zu", at);
    }
}
END_TEST

START_TEST(verify_refuses_another_author) {
    struct entry entry = parse(entries[1]);
    uint8_t nobody[SIGN_PUBLIC_SIZE] = {0};
    ck_assert_int_eq(feed_verify(&entry, stranger.sign_key), RESULT_BAD_SIGNATURE);
    ck_assert_int_eq(feed_verify(&entry, nobody), RESULT_BAD_POINT);
}
END_TEST

/* ---- content ---- */

static void check_opens(struct span bytes, const char *text) {
    struct entry entry = parse(bytes);
    struct span plain;
    ck_assert_str_eq(result_name(feed_open(&arena, &plain, &entry, key)), "ok");
    ck_assert(span_equal(plain, span_of_text(text)));
}

static void refuse_open(struct span bytes, const uint8_t *with, const char *expected) {
    struct entry entry = parse(bytes);
    struct span plain;
    ck_assert_str_eq(result_name(feed_open(&arena, &plain, &entry, with)), expected);
}

START_TEST(open_gives_back_what_was_appended) {
    check_opens(entries[1], "the first alert");
    check_opens(entries[2], "the second alert");
    for (size_t len = 0; len < 3000; len += 1 + len / 7) { /* across the padding */
        uint8_t *text = arena_alloc(&arena, len + 1);
        random_fill(&drawn, text, len);
        struct feed_draft draft = {ENTRY_DISCLOSURE, 1, 3000, span_of(text, len), key};
        struct entry entry = parse(append(&head, &draft));
        struct span plain;
        ck_assert_int_eq(feed_open(&arena, &plain, &entry, key), RESULT_OK);
        ck_assert(span_equal(plain, draft.body));
    }
}
END_TEST

START_TEST(a_grant_is_carried_as_it_stands) {
    ck_assert(span_equal(parse(entries[0]).body, grant(1).body));
}
END_TEST

START_TEST(the_same_text_twice_is_sealed_twice) {
    struct entry a = parse(append(&head, &(struct feed_draft){ENTRY_DISCLOSURE, 1, 3000, span_of_text("same"), key}));
    struct entry b = parse(append(&head, &(struct feed_draft){ENTRY_DISCLOSURE, 1, 3000, span_of_text("same"), key}));
    ck_assert_uint_eq(a.body.len, b.body.len);
    ck_assert(!span_equal(a.body, b.body));
    ck_assert_mem_ne(a.wrapped, b.wrapped, SEAL_WRAPPED_SIZE);
}
END_TEST

START_TEST(open_refuses_another_key) {
    uint8_t other[SEAL_KEY_SIZE];
    memcpy(other, key, sizeof key);
    other[31] ^= 1;
    refuse_open(entries[1], other, "bad-seal");
}
END_TEST

START_TEST(open_refuses_any_change_of_what_is_sealed) {
    struct entry entry;
    struct span plain;
    for (size_t at = AT_FEED; at < entries[1].len; at++) {
        if (at >= AT_BODY_HASH && at < AT_BODY) /* hash and signature are not its business */
            continue;
        uint8_t *copy = copy_of(entries[1]);
        copy[at] ^= 0x10;
        entry = parse(span_of(copy, entries[1].len));
        ck_assert_msg(feed_open(&arena, &plain, &entry, key) != RESULT_OK, "byte %zu", at);
    }
    entry = parse(span_of(entries[1].data, entries[1].len - 1));
    ck_assert_int_ne(feed_open(&arena, &plain, &entry, key), RESULT_OK);
    entry = parse(span_of(entries[1].data, AT_BODY + 8));
    ck_assert_int_eq(feed_open(&arena, &plain, &entry, key), RESULT_TRUNCATED);
}
END_TEST

/* A member of the audience holds the epoch key and may try to give a sealed alert another home. Wrapped key, commitment
 * and body are moved as they stand. */
static enum result open_rebound(void (*rebind)(uint8_t *header)) {
    uint8_t *copy = copy_of(entries[1]);
    rebind(copy);
    struct entry entry = parse(span_of(copy, entries[1].len));
    struct span plain;
    return feed_open(&arena, &plain, &entry, key);
}

static void to_another_feed(uint8_t *header) {
    feed_id(header + AT_FEED, author.id, "police");
}
static void to_another_author(uint8_t *header) {
    feed_id(header + AT_FEED, stranger.id, "customs");
}
static void to_another_number(uint8_t *header) {
    put_u64(header + AT_NUMBER, 3);
}
static void to_another_epoch(uint8_t *header) {
    put_u32(header + AT_EPOCH, 2);
}
static void to_another_time(uint8_t *header) {
    put_u64(header + AT_CREATED, 2001);
}
static void to_another_place(uint8_t *header) {
    header[AT_PREVIOUS] ^= 1;
}

START_TEST(open_refuses_an_entry_that_was_rebound) {
    ck_assert_int_eq(open_rebound(to_another_feed), RESULT_BAD_SEAL);
    ck_assert_int_eq(open_rebound(to_another_author), RESULT_BAD_SEAL);
    ck_assert_int_eq(open_rebound(to_another_number), RESULT_BAD_SEAL);
    ck_assert_int_eq(open_rebound(to_another_epoch), RESULT_BAD_SEAL);
    ck_assert_int_eq(open_rebound(to_another_time), RESULT_BAD_COMMITMENT);
    ck_assert_int_eq(open_rebound(to_another_place), RESULT_BAD_COMMITMENT);
}
END_TEST

/* The data key is wrapped anew for the other place, as only a holder of the epoch key can; the commitment still binds.
 */
START_TEST(open_refuses_a_body_under_a_key_wrapped_anew) {
    struct seal_place here = {.number = 2, .epoch = 1}, there = {.number = 3, .epoch = 1};
    uint8_t data_key[SEAL_KEY_SIZE], wrapped[SEAL_WRAPPED_SIZE];
    memcpy(here.feed, start.feed, FEED_ID_SIZE);
    memcpy(there.feed, start.feed, FEED_ID_SIZE);
    ck_assert_int_eq(seal_unwrap(data_key, entries[1].data + AT_WRAPPED, key, &here), RESULT_OK);
    uint8_t bytes[SEAL_KEY_SIZE + 24] = {0}; /* the data key, then a nonce */
    memcpy(bytes, data_key, sizeof data_key);
    struct span script = SPAN_OF_ARRAY(bytes);
    struct random scripted = chance_script(&script);
    uint8_t again[SEAL_KEY_SIZE];
    seal_wrap(wrapped, again, key, &there, &scripted);
    ck_assert_mem_eq(again, data_key, sizeof again); /* the very key, for the other place */

    uint8_t *copy = copy_of(entries[1]);
    put_u64(copy + AT_NUMBER, 3);
    memcpy(copy + AT_WRAPPED, wrapped, sizeof wrapped);
    refuse_open(span_of(copy, entries[1].len), key, "bad-commitment");
}
END_TEST

/* ---- names and memory ---- */

START_TEST(feed_ids_differ_by_author_and_audience) {
    uint8_t a[FEED_ID_SIZE], b[FEED_ID_SIZE], c[FEED_ID_SIZE], again[FEED_ID_SIZE];
    feed_id(a, author.id, "customs");
    feed_id(b, author.id, "custom");
    feed_id(c, stranger.id, "customs");
    feed_id(again, author.id, "customs");
    ck_assert_mem_ne(a, b, FEED_ID_SIZE);
    ck_assert_mem_ne(a, c, FEED_ID_SIZE);
    ck_assert_mem_eq(a, again, FEED_ID_SIZE);
}
END_TEST

START_TEST(append_leaves_the_head_where_it_fails) {
    struct arena small;
    struct buf out;
    arena_init(&small, 64);
    buf_init(&out, &small);
    struct feed_head before = head;
    struct feed_draft draft = disclosure(1, "no room");
    ck_assert_int_eq(feed_append(&out, &small, &head, &draft, &author, &drawn), RESULT_NO_MEMORY);
    ck_assert_mem_eq(&head, &before, sizeof head);
    arena_release(&small);

    buf_init(&out, &arena);
    uint8_t *big = arena_alloc(&arena, ENTRY_BYTES_MAX);
    draft.body = span_of(big, ENTRY_BYTES_MAX);
    ck_assert_int_eq(feed_append(&out, &arena, &head, &draft, &author, &drawn), RESULT_TOO_LARGE);
    ck_assert_mem_eq(&head, &before, sizeof head);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("feed");
    TCase *form = tcase_create("form");
    tcase_add_checked_fixture(form, set_up, tear_down);
    tcase_add_test(form, parse_reads_what_append_wrote);
    tcase_add_test(form, parse_refuses_an_entry_that_ends_too_early);
    tcase_add_test(form, parse_refuses_an_entry_over_the_limit);
    tcase_add_test(form, parse_refuses_every_other_suite_and_kind);
    tcase_add_test(form, parse_refuses_number_zero_and_epoch_zero);
    tcase_add_test(form, parse_refuses_a_grant_with_a_data_key);
    suite_add_tcase(suite, form);
    TCase *place = tcase_create("place");
    tcase_add_checked_fixture(place, set_up, tear_down);
    tcase_add_test(place, a_feed_follows_from_its_beginning);
    tcase_add_test(place, follows_refuses_another_feed);
    tcase_add_test(place, follows_refuses_what_is_here_already);
    tcase_add_test(place, follows_refuses_a_gap);
    tcase_add_test(place, follows_refuses_another_entry_before_it);
    tcase_add_test(place, follows_refuses_every_epoch_that_is_not_due);
    tcase_add_test(place, follows_refuses_another_body);
    suite_add_tcase(suite, place);
    TCase *signature = tcase_create("author");
    tcase_add_checked_fixture(signature, set_up, tear_down);
    tcase_add_test(signature, verify_refuses_any_change_of_the_header);
    tcase_add_test(signature, verify_refuses_any_change_of_the_signature);
    tcase_add_test(signature, verify_refuses_another_author);
    suite_add_tcase(suite, signature);
    TCase *content = tcase_create("content");
    tcase_add_checked_fixture(content, set_up, tear_down);
    tcase_add_test(content, open_gives_back_what_was_appended);
    tcase_add_test(content, a_grant_is_carried_as_it_stands);
    tcase_add_test(content, the_same_text_twice_is_sealed_twice);
    tcase_add_test(content, open_refuses_another_key);
    tcase_add_test(content, open_refuses_any_change_of_what_is_sealed);
    tcase_add_test(content, open_refuses_an_entry_that_was_rebound);
    tcase_add_test(content, open_refuses_a_body_under_a_key_wrapped_anew);
    tcase_add_test(content, feed_ids_differ_by_author_and_audience);
    tcase_add_test(content, append_leaves_the_head_where_it_fails);
    suite_add_tcase(suite, content);
    return suite;
}
