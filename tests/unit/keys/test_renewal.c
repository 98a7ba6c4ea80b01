/* KE renews its keys, once the encryption key alone and once the signing key too. */
#include "keys/renewal.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "roster.pb-c.h"
#include "tests/support/chance.h"

enum { CREATED = 1700000000 };

static struct arena arena;
static struct chance chance;
static struct random dice;
static struct identity ke, monthly, moved, stranger; /* moved: the signing key changed */
static const uint8_t feeds[2][HASH_SIZE] = {{1}, {2}}, hashes[2][HASH_SIZE] = {{3}, {4}};
static const struct feed_end ends[] = {{feeds[0], 7, hashes[0]}, {feeds[1], 1, hashes[1]}};
static const struct ending left = {.cause = ENDING_LEFT, .at = CREATED, .ends = ends, .count = 2};

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)32 * 1024 * 1024);
    chance = (struct chance){.state = 31};
    dice = chance_random(&chance);
    ck_assert_int_eq(identity_make(&ke, &dice), RESULT_OK);
    ck_assert_int_eq(identity_make(&stranger, &dice), RESULT_OK);
    ck_assert_int_eq(identity_renew(&monthly, &ke, false, &dice), RESULT_OK);
    ck_assert_int_eq(identity_renew(&moved, &ke, true, &dice), RESULT_OK);
}

static void tear_down(void) {
    identity_release(&moved);
    identity_release(&monthly);
    identity_release(&stranger);
    identity_release(&ke);
    arena_release(&arena);
}

static struct span made(const struct identity *identity, const struct ending *ending) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(renewal_make(&out, &arena, identity, ending, CREATED), RESULT_OK);
    return buf_span(&out);
}

static struct renewal *opened(struct span file) {
    struct renewal *renewal = NULL;
    ck_assert_int_eq(renewal_read(&renewal, file), RESULT_OK);
    return renewal;
}

static enum result read(struct span file) {
    struct renewal *renewal = NULL;
    enum result result = renewal_read(&renewal, file);
    ck_assert((renewal != NULL) == (result == RESULT_OK));
    renewal_drop(renewal);
    return result;
}

static struct span encoded(const void *message) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, message);
    return buf_span(&out);
}

/* ---- what is true of renewals ---- */

START_TEST(a_new_encryption_key_is_vouched_for_by_the_signing_key) {
    struct span file = made(&monthly, NULL);
    struct renewal *renewal = opened(file);
    ck_assert(span_equal(renewal->file, file));
    ck_assert_mem_eq(renewal->member, ke.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(renewal->serial, 2);
    ck_assert_uint_eq(renewal->created, CREATED);
    ck_assert_mem_eq(renewal->sign_key, ke.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(renewal->encryption_key, monthly.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_ptr_null(renewal->ending);
    ck_assert_int_eq(renewal_verify(renewal, ke.sign_key), RESULT_OK);
    ck_assert_int_eq(renewal_verify(renewal, stranger.sign_key), RESULT_BAD_SIGNATURE);
    renewal_drop(renewal);
}
END_TEST

START_TEST(a_new_signing_key_is_vouched_for_by_the_one_before) {
    struct renewal *renewal = opened(made(&moved, &left));
    ck_assert_mem_eq(renewal->member, ke.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(renewal->sign_key, moved.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_ptr_nonnull(renewal->ending);
    ck_assert_int_eq(renewal->ending->cause, ENDING_LEFT);
    ck_assert_uint_eq(renewal->ending->at, CREATED);
    ck_assert_uint_eq(renewal->ending->count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_mem_eq(renewal->ending->ends[i].feed, feeds[i], HASH_SIZE);
        ck_assert_uint_eq(renewal->ending->ends[i].number, ends[i].number);
        ck_assert_mem_eq(renewal->ending->ends[i].hash, hashes[i], HASH_SIZE);
    }
    ck_assert_int_eq(renewal_verify(renewal, ke.sign_key), RESULT_OK);
    ck_assert_int_eq(renewal_verify(renewal, moved.sign_key), RESULT_BAD_SIGNATURE); /* not by the new one */
    renewal_drop(renewal);
}
END_TEST

START_TEST(a_signing_key_that_signed_nothing_ends_without_feeds) {
    const struct ending nothing = {.cause = ENDING_REVOKED, .at = CREATED};
    struct renewal *renewal = opened(made(&moved, &nothing));
    ck_assert_int_eq(renewal->ending->cause, ENDING_REVOKED);
    ck_assert_uint_eq(renewal->ending->count, 0);
    renewal_drop(renewal);
}
END_TEST

START_TEST(the_hash_is_that_of_what_is_signed) {
    SignedRenewal *outer;
    uint8_t hash[HASH_SIZE];
    struct span file = made(&moved, &left);
    ck_assert_int_eq(proto_decode(&arena, &signed_renewal__descriptor, file, &outer), RESULT_OK);
    hash_of(hash, "INAMA.renewal", proto_span(outer->renewal));
    struct renewal *renewal = opened(file);
    ck_assert_mem_eq(renewal->hash, hash, HASH_SIZE);
    renewal_drop(renewal);
}
END_TEST

START_TEST(a_shared_renewal_lives_until_the_last_drop) {
    struct renewal *renewal = opened(made(&monthly, NULL));
    ck_assert_ptr_eq(renewal_share(renewal), renewal);
    renewal_drop(renewal);
    ck_assert_mem_eq(renewal->member, ke.id, MEMBER_ID_SIZE);
    renewal_drop(renewal);
    renewal_drop(NULL);
}
END_TEST

START_TEST(make_refuses_an_ending_that_may_not_be) {
    const struct feed_end descending[] = {ends[1], ends[0]};
    const struct ending wrong[] = {
        {.cause = (enum ending_cause)4, .at = CREATED},
        {.cause = ENDING_LEFT, .at = CREATED, .ends = descending, .count = 2},
    };
    struct buf out;
    buf_init(&out, &arena);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_int_eq(renewal_make(&out, &arena, &moved, &wrong[i], CREATED), RESULT_MALFORMED);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(read_refuses_every_changed_byte) {
    struct span file = made(&moved, &left);
    uint8_t *copy = arena_copy(&arena, file.data, file.len);
    for (size_t i = 0; i < file.len; i++) {
        struct renewal *renewal = NULL;
        copy[i] ^= 1;
        enum result result = renewal_read(&renewal, span_of(copy, file.len));
        if (!result) /* then it was the signature of the key before */
            result = renewal_verify(renewal, ke.sign_key);
        ck_assert_msg(result != RESULT_OK, "byte %zu", i);
        renewal_drop(renewal);
        copy[i] ^= 1;
    }
    ck_assert_int_eq(read(span_of(copy, file.len)), RESULT_OK);
}
END_TEST

START_TEST(read_refuses_every_shortening) {
    struct span file = made(&moved, &left);
    for (size_t len = 0; len < file.len; len++) {
        enum result result = read(span_of(file.data, len));
        ck_assert_msg(result == RESULT_MALFORMED, "%zu bytes", len);
    }
}
END_TEST

START_TEST(read_refuses_a_file_that_is_too_large) {
    static uint8_t big[RENEWAL_BYTES_MAX + 1];
    ck_assert_int_eq(read(SPAN_OF_ARRAY(big)), RESULT_TOO_LARGE);
    ck_assert_int_eq(read(span_of(big, RENEWAL_BYTES_MAX)), RESULT_MALFORMED);
}
END_TEST

START_TEST(read_refuses_another_encoding) {
    struct span file = made(&monthly, NULL);
    struct buf twice;
    buf_init(&twice, &arena);
    buf_put_span(&twice, file);
    buf_put_span(&twice, file);
    ck_assert_int_eq(read(buf_span(&twice)), RESULT_NOT_CANONICAL);
}
END_TEST

/* Everybody keeps it for long: nobody is to carry what nobody can read. */
START_TEST(read_refuses_fields_it_does_not_know) {
    struct buf longer;
    buf_init(&longer, &arena);
    buf_put_span(&longer, made(&monthly, NULL));
    buf_put(&longer, "\x78\x01", 2); /* field 15 */
    ck_assert_int_eq(read(buf_span(&longer)), RESULT_MALFORMED);
}
END_TEST

/* A renewal of the signing key, taken apart, and put together again by both keys. */
struct words {
    SignedRenewal *outer;
    Renewal *inner;
};

static struct words words_of(struct span file) {
    struct words words;
    ck_assert_int_eq(proto_decode(&arena, &signed_renewal__descriptor, file, &words.outer), RESULT_OK);
    ck_assert_int_eq(proto_decode(&arena, &renewal__descriptor, proto_span(words.outer->renewal), &words.inner),
                     RESULT_OK);
    return words;
}

/* The signatures are made anew, so that nothing but the break itself is wrong. */
static void sign(struct words *words) {
    struct span inner = encoded(words->inner);
    uint8_t digest[HASH_SIZE];
    hash_of(digest, "INAMA.renewal", inner);
    words->outer->renewal = proto_bytes(inner.data, inner.len);
    sign_make(words->outer->signature.data, ke.secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
    if (words->outer->has_new_signature)
        sign_make(words->outer->new_signature.data, moved.secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
}

static void break_nothing(struct words *words) {
    (void)words;
}
static void break_suite(struct words *words) {
    words->inner->suite = 2;
}
static void break_suite_before_size(struct words *words) {
    words->inner->suite = 2;
    words->inner->member.len = 31;
}
static void break_member_size(struct words *words) {
    words->inner->member.len = 31;
}
static void break_sign_key_size(struct words *words) {
    words->inner->sign_key.len = 31;
}
static void break_encryption_key_size(struct words *words) {
    words->inner->encryption_key.len = 31;
}
static void break_serial_none(struct words *words) {
    words->inner->serial = 0;
}
static void break_serial_first(struct words *words) {
    words->inner->serial = 1;
}
static void break_cause(struct words *words) {
    words->inner->ending->cause = 0;
}
static void break_ends_order(struct words *words) {
    FeedEnd *swap = words->inner->ending->ends[0];
    words->inner->ending->ends[0] = words->inner->ending->ends[1];
    words->inner->ending->ends[1] = swap;
}
static void break_ends_number(struct words *words) {
    words->inner->ending->ends[1]->number = 0;
}
static void break_ends_size(struct words *words) {
    words->inner->ending->ends[0]->hash.len = 31;
}
static void break_encryption_point(struct words *words) {
    memset(words->inner->encryption_key.data, 0, 32);
}
static void break_sign_point(struct words *words) {
    memset(words->inner->sign_key.data, 0, 32);
}
static void break_serial_before_point(struct words *words) {
    words->inner->serial = 1;
    memset(words->inner->sign_key.data, 0, 32);
}
static void break_point_behind_ending(struct words *words) {
    words->inner->ending = NULL;
    memset(words->inner->encryption_key.data, 0, 32);
}
static void break_ending_missing(struct words *words) {
    words->inner->ending = NULL;
}
static void break_new_signature_missing(struct words *words) {
    words->outer->has_new_signature = false;
}
static void break_new_signature_of_another(struct words *words) {
    words->inner->sign_key = proto_bytes(stranger.sign_key, SIGN_PUBLIC_SIZE);
}

static const struct {
    void (*apply)(struct words *words);
    enum result result;
} breaks[] = {
    {break_nothing, RESULT_OK},
    {break_suite, RESULT_UNKNOWN_SUITE},
    {break_suite_before_size, RESULT_UNKNOWN_SUITE},
    {break_member_size, RESULT_MALFORMED},
    {break_sign_key_size, RESULT_MALFORMED},
    {break_encryption_key_size, RESULT_MALFORMED},
    {break_serial_none, RESULT_MALFORMED},
    {break_serial_first, RESULT_MALFORMED},
    {break_cause, RESULT_MALFORMED},
    {break_ends_order, RESULT_MALFORMED},
    {break_ends_number, RESULT_MALFORMED},
    {break_ends_size, RESULT_MALFORMED},
    {break_encryption_point, RESULT_BAD_POINT},
    {break_sign_point, RESULT_BAD_POINT},
    {break_serial_before_point, RESULT_MALFORMED},
    {break_point_behind_ending, RESULT_MALFORMED},
    {break_ending_missing, RESULT_MALFORMED},
    {break_new_signature_missing, RESULT_MALFORMED},
    {break_new_signature_of_another, RESULT_BAD_SIGNATURE},
};

static enum result read_and_verify(struct span file) {
    struct renewal *renewal;
    TRY(renewal_read(&renewal, file));
    enum result result = renewal_verify(renewal, ke.sign_key);
    renewal_drop(renewal);
    return result;
}

START_TEST(read_refuses_renewals_that_contradict_themselves) {
    struct words words = words_of(made(&moved, &left));
    breaks[_i].apply(&words);
    sign(&words);
    ck_assert_str_eq(result_name(read_and_verify(encoded(words.outer))), result_name(breaks[_i].result));
}
END_TEST

START_TEST(read_refuses_too_many_ends) {
    static uint8_t names[FEED_ENDS_MAX + 1][HASH_SIZE];
    struct words words = words_of(made(&moved, &left));
    Ending *ending = words.inner->ending;
    FeedEnd **rows = arena_array(&arena, FEED_ENDS_MAX + 1, sizeof *rows);
    for (size_t i = 0; i <= FEED_ENDS_MAX; i++) {
        put_u32(names[i], (uint32_t)i);
        rows[i] = arena_copy(&arena, ending->ends[0], sizeof(FeedEnd));
        rows[i]->feed = proto_bytes(names[i], HASH_SIZE);
    }
    ending->ends = rows;
    ending->n_ends = FEED_ENDS_MAX;
    sign(&words);
    ck_assert_int_eq(read(encoded(words.outer)), RESULT_OK);
    ending->n_ends = FEED_ENDS_MAX + 1;
    sign(&words);
    ck_assert_int_eq(read(encoded(words.outer)), RESULT_MALFORMED);
}
END_TEST

START_TEST(read_refuses_signatures_of_another_size) {
    struct words words = words_of(made(&moved, &left));
    words.outer->signature.len = 63;
    ck_assert_int_eq(read(encoded(words.outer)), RESULT_MALFORMED);
    words.outer->signature.len = 64;
    words.outer->new_signature.len = 63;
    ck_assert_int_eq(read(encoded(words.outer)), RESULT_MALFORMED);
}
END_TEST

START_TEST(signatures_are_refused_by_name) {
    struct words words = words_of(made(&moved, &left));
    memset(words.outer->new_signature.data, 0xff, 32);
    ck_assert_int_eq(read_and_verify(encoded(words.outer)), RESULT_BAD_POINT);
    words.outer->signature.data[40] ^= 1; /* that of the key before is asked for first */
    ck_assert_int_eq(read_and_verify(encoded(words.outer)), RESULT_BAD_SIGNATURE);
    sign(&words);
    words.outer->new_signature.data[40] ^= 1;
    ck_assert_int_eq(read_and_verify(encoded(words.outer)), RESULT_BAD_SIGNATURE);
    sign(&words);
    memset(words.outer->signature.data, 0xff, 32);
    struct renewal *renewal = opened(encoded(words.outer)); /* reading does not ask whether the key before has signed */
    ck_assert_int_eq(renewal_verify(renewal, ke.sign_key), RESULT_BAD_POINT);
    renewal_drop(renewal);
}
END_TEST

/* Nobody takes over a member with the new key alone. */
START_TEST(the_new_key_cannot_stand_in_for_the_one_before) {
    struct words words = words_of(made(&moved, &left));
    words.outer->signature = words.outer->new_signature;
    struct renewal *renewal = opened(encoded(words.outer));
    ck_assert_int_eq(renewal_verify(renewal, ke.sign_key), RESULT_BAD_SIGNATURE);
    renewal_drop(renewal);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("renewal");
    TCase *making = tcase_create("making");
    tcase_add_checked_fixture(making, set_up, tear_down);
    tcase_add_test(making, a_new_encryption_key_is_vouched_for_by_the_signing_key);
    tcase_add_test(making, a_new_signing_key_is_vouched_for_by_the_one_before);
    tcase_add_test(making, a_signing_key_that_signed_nothing_ends_without_feeds);
    tcase_add_test(making, the_hash_is_that_of_what_is_signed);
    tcase_add_test(making, a_shared_renewal_lives_until_the_last_drop);
    tcase_add_test(making, make_refuses_an_ending_that_may_not_be);
    suite_add_tcase(suite, making);

    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_test(reading, read_refuses_every_changed_byte);
    tcase_add_test(reading, read_refuses_every_shortening);
    tcase_add_test(reading, read_refuses_a_file_that_is_too_large);
    tcase_add_test(reading, read_refuses_another_encoding);
    tcase_add_test(reading, read_refuses_fields_it_does_not_know);
    tcase_add_loop_test(reading, read_refuses_renewals_that_contradict_themselves, 0, sizeof breaks / sizeof *breaks);
    tcase_add_test(reading, read_refuses_too_many_ends);
    tcase_add_test(reading, read_refuses_signatures_of_another_size);
    tcase_add_test(reading, signatures_are_refused_by_name);
    tcase_add_test(reading, the_new_key_cannot_stand_in_for_the_one_before);
    suite_add_tcase(suite, reading);
    return suite;
}
