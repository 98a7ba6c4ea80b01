/* Who plays with nonces, and who makes one ciphertext for two keys. First that the attack is one, with the bare
 * primitive; then what becomes of it here. */
#include <check.h>
#include <sodium.h>
#include <string.h>

#include "keys/epoch.h"
#include "keys/hash.h"
#include "keys/identity.h"
#include "keys/seal.h"
#include "keys/secret.h"
#include "tests/support/chance.h"
#include "tests/support/twofold.h"

enum { NONCE_SIZE = 24, TAG_SIZE = 16, FILE_SALT = 18, FILE_NONCE = 34, FILE_HEAD = 58 };

static struct arena arena;
static struct chance chance;
static struct random dice;
static const uint8_t epoch_key[SEAL_KEY_SIZE] = {42};
static const struct seal_place place = {.feed = {1, 2, 3}, .number = 7, .epoch = 2};
static const struct span preamble = {(const uint8_t *)"the first bytes of an entry header", 34};
static const struct span later = {(const uint8_t *)"the first bytes of the next header", 34};

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    chance = (struct chance){.state = 14};
    dice = chance_random(&chance);
}

static void tear_down(void) {
    arena_release(&arena);
}

static uint8_t *copy_of(struct span bytes) {
    return arena_copy(&arena, bytes.data, bytes.len);
}

/* ---- a key and a nonce meet once ---- */

/* A source that keeps an account of what it gave to whom asked. */
struct ledger {
    struct random random;
    struct chance chance;
    struct span draws[16];
    size_t count;
};

static void fill_and_keep(void *context, void *out, size_t len) {
    struct ledger *ledger = context;
    struct random random = chance_random(&ledger->chance);
    ck_assert_uint_lt(ledger->count, sizeof ledger->draws / sizeof *ledger->draws);
    random_fill(&random, out, len);
    ledger->draws[ledger->count++] = span_of(arena_copy(&arena, out, len), len);
}

static void open_ledger(struct ledger *ledger) {
    *ledger = (struct ledger){.random = {fill_and_keep, ledger}, .chance = {2014}};
}

/* The next draw of the account was this. */
static void check_draw(struct ledger *ledger, size_t *at, const uint8_t *bytes, size_t len) {
    ck_assert_uint_lt(*at, ledger->count);
    ck_assert(span_equal(ledger->draws[*at], span_of(bytes, len)));
    (*at)++;
}

/* Nothing is counted on, kept from before, or made of something else: as fresh as the source, so is each of them. */
START_TEST(every_key_and_nonce_is_a_draw_of_its_own) {
    struct ledger ledger;
    uint8_t wrapped[SEAL_WRAPPED_SIZE], data_key[SEAL_KEY_SIZE], commitment[SEAL_COMMITMENT_SIZE], record[1 + 40];
    struct span body;
    size_t at = 0;
    open_ledger(&ledger);
    for (int i = 0; i < 2; i++) {
        seal_wrap(wrapped, data_key, epoch_key, &place, &ledger.random);
        check_draw(&ledger, &at, data_key, SEAL_KEY_SIZE);
        check_draw(&ledger, &at, wrapped, NONCE_SIZE);
        ck_assert_int_eq(seal_body(&arena, &body, commitment, data_key, preamble, span_of("scales", 6), &ledger.random),
                         RESULT_OK);
        check_draw(&ledger, &at, body.data, NONCE_SIZE);
        seal_record(record, epoch_key, span_of("place", 5), span_of("x", 1), &ledger.random);
        check_draw(&ledger, &at, record, NONCE_SIZE);
    }
    ck_assert_uint_eq(at, ledger.count);
    for (size_t i = 0; i < ledger.count; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_mem_ne(ledger.draws[i].data, ledger.draws[k].data, NONCE_SIZE);
}
END_TEST

START_TEST(a_file_that_is_sealed_again_has_another_nonce) {
    static const uint8_t opener[SECRET_KEY_SIZE] = {9};
    struct ledger ledger;
    struct secret_seal seal;
    struct buf file, again;
    uint8_t plain[8];
    size_t len, at = 0;
    open_ledger(&ledger);
    buf_init(&file, &arena);
    buf_init(&again, &arena);
    ck_assert_int_eq(
        secret_seal_file(&file, SECRET_BY_KEY_FILE, SPAN_OF_ARRAY(opener), span_of("a seed", 6), &ledger.random),
        RESULT_OK);
    check_draw(&ledger, &at, file.data + FILE_SALT, FILE_NONCE - FILE_SALT);
    check_draw(&ledger, &at, file.data + FILE_NONCE, NONCE_SIZE);
    ck_assert_int_eq(secret_open_file(plain, sizeof plain, &len, buf_span(&file), SPAN_OF_ARRAY(opener), &seal),
                     RESULT_OK);
    ck_assert_int_eq(secret_seal_again(&again, &seal, span_of("a seed", 6), &ledger.random), RESULT_OK);
    check_draw(&ledger, &at, again.data + FILE_NONCE, NONCE_SIZE);
    ck_assert_uint_eq(at, ledger.count);
    ck_assert_mem_eq(again.data + FILE_SALT, file.data + FILE_SALT,
                     FILE_NONCE - FILE_SALT); /* so the key is the same */
    ck_assert_mem_ne(again.data + FILE_NONCE, file.data + FILE_NONCE, NONCE_SIZE);
}
END_TEST

/* ---- a source that repeats itself ---- */

static void fill_alike(void *context, void *out, size_t len) {
    (void)context;
    memset(out, 0x5a, len);
}

static const struct random broken = {.fill = fill_alike};

static struct span sealed_alike(uint8_t commitment[static SEAL_COMMITMENT_SIZE], struct span where, struct span plain) {
    uint8_t wrapped[SEAL_WRAPPED_SIZE], data_key[SEAL_KEY_SIZE];
    struct span body;
    seal_wrap(wrapped, data_key, epoch_key, &place, &broken);
    ck_assert_int_eq(seal_body(&arena, &body, commitment, data_key, where, plain, &broken), RESULT_OK);
    return body;
}

/* What is not promised (docs/threats.md): nothing stands between such a source and what is sealed with it. */
START_TEST(a_source_that_repeats_gives_away_what_is_sealed_with_it) {
    uint8_t first[SEAL_COMMITMENT_SIZE], second[SEAL_COMMITMENT_SIZE];
    struct span one = sealed_alike(first, preamble, span_of("pangolin", 8));
    struct span other = sealed_alike(second, later, span_of("rosewood", 8));
    ck_assert_uint_eq(one.len, other.len);
    for (size_t i = 0, at = NONCE_SIZE + 4; i < 8; i++, at++)
        ck_assert((one.data[at] ^ other.data[at]) == ("pangolin"[i] ^ "rosewood"[i]));
    ck_assert_mem_ne(first, second, SEAL_COMMITMENT_SIZE); /* but neither stands for the other */
}
END_TEST

/* The zero nonce of the boxes is safe also then: the key of a box is of one feed and one epoch. */
START_TEST(a_source_that_repeats_makes_no_box_key_twice) {
    static const uint8_t keys[2][EPOCH_KEY_SIZE] = {{1}, {2}};
    struct identity member;
    struct epoch_place places[] = {{{7}, 3}, {{7}, 4}, {{8}, 3}};
    struct span boxes[3];
    size_t bad;
    ck_assert_int_eq(identity_make(&member, &dice), RESULT_OK);
    const struct epoch_member row = {member.id, member.encryption_key};
    for (size_t i = 0; i < 3; i++) {
        struct buf grant;
        buf_init(&grant, &arena);
        ck_assert_int_eq(epoch_grant(&grant, &arena, keys[i > 0], &places[i], &row, 1, 0, &broken, &bad), RESULT_OK);
        boxes[i] =
            span_of(grant.data + grant.len - 48, EPOCH_KEY_SIZE); /* the last field is the box, behind its hint */
    }
    for (size_t i = 1; i < 3; i++) {
        uint8_t both[EPOCH_KEY_SIZE];
        for (size_t k = 0; k < EPOCH_KEY_SIZE; k++)
            both[k] = boxes[0].data[k] ^ boxes[i].data[k] ^ keys[0][k] ^ keys[1][k];
        ck_assert(!sodium_is_zero(both, sizeof both));
    }
    identity_release(&member);
}
END_TEST

/* Somebody may renew to the encryption key of somebody else. */
START_TEST(two_members_with_one_key_have_a_box_key_each) {
    static const uint8_t key[EPOCH_KEY_SIZE] = {1};
    const struct epoch_place where = {{7}, 3};
    struct identity member;
    struct buf grant;
    uint8_t got[EPOCH_KEY_SIZE];
    size_t bad;
    ck_assert_int_eq(identity_make(&member, &dice), RESULT_OK);
    uint8_t other[MEMBER_ID_SIZE] = {9};
    const struct epoch_member rows[] = {{member.id, member.encryption_key}, {other, member.encryption_key}};
    buf_init(&grant, &arena);
    ck_assert_int_eq(epoch_grant(&grant, &arena, key, &where, rows, 2, 0, &dice, &bad), RESULT_OK);
    const uint8_t *boxes = grant.data + grant.len - 2 * 52;
    ck_assert_mem_ne(boxes, boxes + 52, 4);          /* hints */
    ck_assert_mem_ne(boxes + 4, boxes + 52 + 4, 32); /* one key and nonce would make one ciphertext of one text */
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(
            epoch_accept(got, buf_span(&grant), &where, rows[i].id, member.secrets->encryption, member.encryption_key),
            RESULT_OK);
    identity_release(&member);
}
END_TEST

/* ---- nonces and ciphertexts in another place ---- */

struct sealed {
    uint8_t wrapped[SEAL_WRAPPED_SIZE], data_key[SEAL_KEY_SIZE], commitment[SEAL_COMMITMENT_SIZE];
    struct span body;
};

static struct sealed seal(const char *text) {
    struct sealed out;
    seal_wrap(out.wrapped, out.data_key, epoch_key, &place, &dice);
    ck_assert_int_eq(seal_body(&arena, &out.body, out.commitment, out.data_key, preamble, span_of_text(text), &dice),
                     RESULT_OK);
    return out;
}

static enum result open(const struct sealed *sealed, struct span where, struct span body) {
    struct span plain;
    return seal_open_body(&arena, &plain, sealed->commitment, sealed->data_key, where, body);
}

START_TEST(the_nonce_of_another_is_refused) {
    struct sealed one = seal("pangolin"), other = seal("rosewood");
    uint8_t key[SEAL_KEY_SIZE], records[2][4 + SEAL_RECORD_OVERHEAD];
    struct span plain;
    memcpy(one.wrapped, other.wrapped, NONCE_SIZE);
    ck_assert_int_eq(seal_unwrap(key, one.wrapped, epoch_key, &place), RESULT_BAD_SEAL);
    uint8_t *body = copy_of(one.body);
    memcpy(body, other.body.data, NONCE_SIZE);
    ck_assert_int_eq(open(&one, preamble, span_of(body, one.body.len)), RESULT_BAD_COMMITMENT);
    for (size_t i = 0; i < 2; i++)
        seal_record(records[i], epoch_key, span_of("place", 5), span_of(i ? "teak" : "ebon", 4), &dice);
    memcpy(records[0], records[1], NONCE_SIZE);
    ck_assert_int_eq(seal_open_record(&arena, &plain, epoch_key, span_of("place", 5), SPAN_OF_ARRAY(records[0])),
                     RESULT_STORE_DAMAGED);
}
END_TEST

/* As it went over the wire once, whole, and now in the place of another. */
START_TEST(what_was_sealed_elsewhere_is_refused) {
    struct sealed one = seal("pangolin"), other = seal("rosewood");
    uint8_t key[SEAL_KEY_SIZE];
    struct seal_place next = place;
    next.number++;
    ck_assert_int_eq(seal_unwrap(key, one.wrapped, epoch_key, &next), RESULT_BAD_SEAL);
    ck_assert_int_eq(open(&other, preamble, one.body), RESULT_BAD_COMMITMENT);
    ck_assert_int_eq(open(&one, later, one.body), RESULT_BAD_COMMITMENT);
    ck_assert_int_eq(open(&one, preamble, one.body), RESULT_OK);
}
END_TEST

/* Its author has the key and commits to the same bytes anew: they were sealed for the place where they were. */
START_TEST(an_author_that_repeats_a_body_elsewhere_is_refused) {
    struct sealed one = seal("pangolin");
    uint8_t as_before[SEAL_COMMITMENT_SIZE];
    twofold_commit(as_before, one.data_key, preamble, one.body);
    ck_assert_mem_eq(as_before, one.commitment, SEAL_COMMITMENT_SIZE);
    twofold_commit(one.commitment, one.data_key, later, one.body);
    ck_assert_int_eq(open(&one, later, one.body), RESULT_BAD_SEAL);
}
END_TEST

/* ---- one ciphertext, two keys ---- */

static bool opens(const uint8_t *key, const uint8_t *nonce, struct span ad, struct span sealed, uint8_t *plain) {
    return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len, ad.data, ad.len,
                                                      nonce, key) == 0;
}

static const uint8_t nonce[NONCE_SIZE] = "one nonce for two keys!";

static struct span made_for_both(const uint8_t *first, const uint8_t *second, struct span ad, struct span plain,
                                 size_t free, size_t spare) {
    const struct twofold_keys keys = {first, second, nonce};
    struct span sealed = twofold(&arena, &keys, ad, plain, free, spare);
    ck_assert_uint_eq(sealed.len, plain.len + TAG_SIZE);
    return sealed;
}

/* The primitive that everything here is sealed with does not commit to its key. */
START_TEST(the_bare_primitive_opens_one_ciphertext_under_two_keys) {
    static const uint8_t first[SEAL_KEY_SIZE] = {1}, second[SEAL_KEY_SIZE] = {2}, third[SEAL_KEY_SIZE] = {3};
    static const uint8_t text[64] = "nothing to declare";
    uint8_t one[64], other[64];
    struct span sealed = made_for_both(first, second, preamble, SPAN_OF_ARRAY(text), 32, 48);
    ck_assert(opens(first, nonce, preamble, sealed, one));
    ck_assert(opens(second, nonce, preamble, sealed, other));
    ck_assert(!opens(third, nonce, preamble, sealed, other));
    ck_assert_mem_eq(one, text, 32);
    ck_assert_mem_ne(one, other, 32);
}
END_TEST

/* A body that opens under what two data keys give: `by` is the one that it is committed to. */
struct two_bodies {
    uint8_t data_keys[2][SEAL_KEY_SIZE];
    uint8_t commitment[SEAL_COMMITMENT_SIZE];
    struct span body;
};

static const uint8_t body_text[60] = "scales of pangolin, 750 kg";

static void make_body(struct two_bodies *out, int by) {
    uint8_t keys[2][HASH_SIZE], padded[64], plain[64];
    for (int i = 0; i < 2; i++)
        hash_keyed(keys[i], "INAMA.body.enc", SPAN_OF_ARRAY(out->data_keys[i]), (struct span){0});
    put_u32(padded, sizeof body_text);
    memcpy(padded + 4, body_text, sizeof body_text);
    struct span sealed = made_for_both(keys[0], keys[1], preamble, SPAN_OF_ARRAY(padded), 32, 48);
    ck_assert(opens(keys[0], nonce, preamble, sealed, plain) && opens(keys[1], nonce, preamble, sealed, plain));
    struct buf body;
    buf_init(&body, &arena);
    buf_put(&body, nonce, NONCE_SIZE);
    buf_put_span(&body, sealed);
    out->body = buf_span(&body);
    twofold_commit(out->commitment, out->data_keys[by], preamble, out->body);
}

static enum result open_twofold(const struct two_bodies *made, int by, struct span *plain) {
    return seal_open_body(&arena, plain, made->commitment, made->data_keys[by], preamble, made->body);
}

START_TEST(a_body_made_for_two_keys_opens_under_the_one_it_is_committed_to) {
    struct two_bodies made = {.data_keys = {{1}, {2}}};
    struct span plain;
    make_body(&made, 0);
    ck_assert_int_eq(open_twofold(&made, 0, &plain), RESULT_OK);
    ck_assert_mem_eq(plain.data, body_text, 28);
    ck_assert_int_eq(open_twofold(&made, 1, &plain), RESULT_BAD_COMMITMENT);
    make_body(&made, 1);
    ck_assert_int_eq(open_twofold(&made, 0, &plain), RESULT_BAD_COMMITMENT);
}
END_TEST

/* The wrapped data key has no commitment of its own: it does open under two epoch keys, to two data keys. What they are
 * for is committed to one of them. */
START_TEST(a_data_key_wrapped_for_two_epochs_opens_the_body_for_one) {
    static const uint8_t epoch_keys[2][SEAL_KEY_SIZE] = {{1}, {2}};
    uint8_t wraps[2][HASH_SIZE], wanted[SEAL_KEY_SIZE], ad[44], context[36], wrapped[SEAL_WRAPPED_SIZE];
    struct two_bodies made;
    struct span plain;
    memcpy(ad, place.feed, 32);
    put_u64(ad + 32, place.number);
    put_u32(ad + 40, place.epoch);
    memcpy(context, place.feed, 32);
    put_u32(context + 32, place.epoch);
    for (int i = 0; i < 2; i++)
        hash_keyed(wraps[i], "INAMA.wrap", SPAN_OF_ARRAY(epoch_keys[i]), SPAN_OF_ARRAY(context));
    random_fill(&dice, wanted, sizeof wanted);
    struct span sealed = made_for_both(wraps[0], wraps[1], SPAN_OF_ARRAY(ad), SPAN_OF_ARRAY(wanted), 16, 0);
    memcpy(wrapped, nonce, NONCE_SIZE);
    memcpy(wrapped + NONCE_SIZE, sealed.data, sealed.len);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(seal_unwrap(made.data_keys[i], wrapped, epoch_keys[i], &place), RESULT_OK);
    ck_assert_mem_ne(made.data_keys[0], made.data_keys[1], SEAL_KEY_SIZE);
    for (int by = 0; by < 2; by++) {
        make_body(&made, by);
        ck_assert_int_eq(open_twofold(&made, !by, &plain), RESULT_BAD_COMMITMENT);
    }
    make_body(&made, 0);
    ck_assert_int_eq(open_twofold(&made, 0, &plain), RESULT_OK);
}
END_TEST

/* docs/protocol.md, 9.2, lock 0 */
static void file_key(uint8_t out[static HASH_SIZE], struct span opener, struct span salt) {
    hash_of(out, "INAMA.keyfile", opener);
    hash_keyed(out, "INAMA.keyfile.s", span_of(out, HASH_SIZE), salt);
}

/* A key file does not commit to what opens it: whoever may put one there can try two openers at once (docs/threats.md).
 * He gets no identity by it: what the second opens has another id than its key. */
START_TEST(an_identity_made_for_two_key_files_is_one_under_the_first_alone) {
    static const uint8_t openers[2][SECRET_KEY_SIZE] = {{1}, {2}};
    struct identity made, opened;
    struct buf file;
    uint8_t keys[2][HASH_SIZE], head[FILE_HEAD], plain[512], other[512];
    size_t len;
    buf_init(&file, &arena);
    ck_assert_int_eq(identity_make(&made, &dice), RESULT_OK);
    ck_assert_int_eq(identity_seal(&file, &made, SECRET_BY_KEY_FILE, SPAN_OF_ARRAY(openers[0]), &dice), RESULT_OK);
    ck_assert_int_eq(secret_open_file(plain, sizeof plain, &len, buf_span(&file), SPAN_OF_ARRAY(openers[0]), NULL),
                     RESULT_OK);
    memcpy(head, file.data, FILE_HEAD);
    memcpy(head + FILE_NONCE, nonce, NONCE_SIZE);
    for (int i = 0; i < 2; i++)
        file_key(keys[i], SPAN_OF_ARRAY(openers[i]), span_of(head + FILE_SALT, FILE_NONCE - FILE_SALT));
    /* 16 bytes and one of the encryption secret, which may be any */
    struct span sealed = made_for_both(keys[0], keys[1], SPAN_OF_ARRAY(head), span_of(plain, len), 80, 72);
    buf_init(&file, &arena);
    buf_put(&file, head, sizeof head);
    buf_put_span(&file, sealed);
    ck_assert_int_eq(secret_open_file(other, sizeof other, &len, buf_span(&file), SPAN_OF_ARRAY(openers[1]), NULL),
                     RESULT_OK);
    ck_assert_int_eq(identity_open(&opened, buf_span(&file), SPAN_OF_ARRAY(openers[0])), RESULT_OK);
    identity_release(&opened);
    ck_assert_int_eq(identity_open(&opened, buf_span(&file), SPAN_OF_ARRAY(openers[1])), RESULT_MALFORMED);
    identity_release(&made);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("seal attacks");
    TCase *once = tcase_create("a key and a nonce meet once");
    tcase_add_checked_fixture(once, set_up, tear_down);
    tcase_add_test(once, every_key_and_nonce_is_a_draw_of_its_own);
    tcase_add_test(once, a_file_that_is_sealed_again_has_another_nonce);
    tcase_add_test(once, a_source_that_repeats_gives_away_what_is_sealed_with_it);
    tcase_add_test(once, a_source_that_repeats_makes_no_box_key_twice);
    tcase_add_test(once, two_members_with_one_key_have_a_box_key_each);
    suite_add_tcase(suite, once);
    TCase *elsewhere = tcase_create("in another place");
    tcase_add_checked_fixture(elsewhere, set_up, tear_down);
    tcase_add_test(elsewhere, the_nonce_of_another_is_refused);
    tcase_add_test(elsewhere, what_was_sealed_elsewhere_is_refused);
    tcase_add_test(elsewhere, an_author_that_repeats_a_body_elsewhere_is_refused);
    suite_add_tcase(suite, elsewhere);
    TCase *twice = tcase_create("two keys");
    tcase_add_checked_fixture(twice, set_up, tear_down);
    tcase_add_test(twice, the_bare_primitive_opens_one_ciphertext_under_two_keys);
    tcase_add_test(twice, a_body_made_for_two_keys_opens_under_the_one_it_is_committed_to);
    tcase_add_test(twice, a_data_key_wrapped_for_two_epochs_opens_the_body_for_one);
    tcase_add_test(twice, an_identity_made_for_two_key_files_is_one_under_the_first_alone);
    suite_add_tcase(suite, twice);
    return suite;
}
