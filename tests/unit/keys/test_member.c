/* A row with its fifth keys, former ones and an ending; and what is left of it when one thing in it is wrong. */
#include "keys/member.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/member_rows.h"
#include "keys/secret.h"
#include "tests/support/chance.h"

enum { FORMER = 3, ENDS = 4 };

static struct arena arena;
static struct chance chance;
static struct random dice;

static const char small_order_ed[] = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
static const char mixed_order_ed[] = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    chance = (struct chance){.state = 7};
    dice = chance_random(&chance);
}

static void tear_down(void) {
    arena_release(&arena);
}

static uint8_t *drawn(size_t len) {
    uint8_t *bytes = arena_alloc(&arena, len);
    ck_assert_ptr_nonnull(bytes);
    random_fill(&dice, bytes, len);
    return bytes;
}

static uint8_t *of_hex(const char *hex) {
    uint8_t *bytes = drawn(32);
    ck_assert(text_unhex(bytes, 32, hex));
    return bytes;
}

static uint8_t *sign_key(void) {
    uint8_t *key = drawn(SIGN_PUBLIC_SIZE), secret[SIGN_SECRET_SIZE];
    sign_keypair(key, secret, drawn(SIGN_SEED_SIZE));
    return key;
}

static char *text(const char *words) {
    return arena_text(&arena, words, strlen(words));
}

static char *letters(char letter, size_t count) {
    char *out = arena_alloc(&arena, count + 1);
    memset(out, letter, count);
    return out;
}

/* Feeds 00…, 10…, 20…: ascending, up to number 5, 6, 7. */
static struct ending ending_of(enum ending_cause cause) {
    struct feed_end *ends = arena_array(&arena, ENDS, sizeof *ends);
    for (size_t i = 0; i < ENDS; i++) {
        uint8_t *feed = drawn(HASH_SIZE);
        feed[0] = (uint8_t)(i * 16);
        ends[i] = (struct feed_end){.feed = feed, .number = 5 + i, .hash = drawn(HASH_SIZE)};
    }
    return (struct ending){.cause = cause, .at = 1000, .ends = ends, .count = ENDS};
}

static struct member member_of(void) {
    struct former_key *former = arena_array(&arena, FORMER, sizeof *former);
    struct ending *ended = arena_alloc(&arena, sizeof *ended);
    for (size_t i = 0; i < FORMER; i++)
        former[i] = (struct former_key){.sign_key = sign_key(), .ending = ending_of(ENDING_LEFT + (int)i)};
    *ended = ending_of(ENDING_REVOKED);
    return (struct member){
        .id = drawn(MEMBER_ID_SIZE),
        .sign_key = sign_key(),
        .encryption_key = drawn(EXCHANGE_KEY_SIZE),
        .session_key = drawn(EXCHANGE_KEY_SIZE),
        .name = "ke-customs",
        .label = "Douanes, Côte d'Ivoire",
        .country = "KE",
        .role = "CUSTOMS",
        .serial = 5,
        .former = former,
        .former_count = FORMER,
        .ended = ended,
    };
}

static Member *row_of(const struct member *member) {
    Member *row = member_row(&arena, member);
    ck_assert_ptr_nonnull(row);
    return row;
}

static Member *row(void) {
    struct member member = member_of();
    return row_of(&member);
}

/* The row of a new member. */
static Member *first_row(void) {
    struct member member = member_of();
    member.serial = 1;
    member.former_count = 0;
    member.ended = NULL;
    uint8_t *id = drawn(MEMBER_ID_SIZE);
    identity_id_of(id, member.sign_key);
    member.id = id;
    return row_of(&member);
}

static struct span encoded(const void *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    ck_assert(!out.failed);
    return buf_span(&out);
}

START_TEST(a_row_comes_back_as_it_went) {
    struct member member = member_of(), again;
    struct span bytes = encoded(row_of(&member));
    Member *words;
    ck_assert_int_eq(proto_decode_canonical(&arena, &member__descriptor, bytes, &words), RESULT_OK);
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
    ck_assert_int_eq(member_of_row(&again, &arena, words), RESULT_OK);
    ck_assert_str_eq(again.name, member.name);
    ck_assert_str_eq(again.label, member.label);
    ck_assert_uint_eq(again.serial, 5);
    ck_assert_uint_eq(again.former_count, FORMER);
    ck_assert_mem_eq(again.former[2].sign_key, member.former[2].sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(again.former[2].ending.cause, ENDING_REVOKED);
    ck_assert_uint_eq(again.ended->count, ENDS);
    ck_assert_uint_eq(again.ended->ends[3].number, 8);
    ck_assert_ptr_null(again.by);
    ck_assert(span_equal(encoded(row_of(&again)), bytes));
}
END_TEST

START_TEST(a_first_serial_is_not_written) {
    Member *words = first_row();
    struct member member;
    ck_assert(!words->has_serial);
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
    ck_assert_int_eq(member_of_row(&member, &arena, words), RESULT_OK);
    ck_assert_uint_eq(member.serial, 1);
    ck_assert_ptr_null(member.ended);
    ck_assert(row()->has_serial);
}
END_TEST

/* ---- refusals, in the order of docs/protocol.md, 8.2 ---- */

static void break_id_size(Member *words) {
    words->id.len = 31;
}
static void break_sign_key_size(Member *words) {
    words->sign_key.len = 33;
}
static void break_encryption_key_size(Member *words) {
    words->encryption_key.len = 0;
}
static void break_session_key_size(Member *words) {
    words->session_key.len = 31;
}
static void break_name_empty(Member *words) {
    words->name = text("");
}
static void break_name_first(Member *words) {
    words->name = text("1ke");
}
static void break_name_path(Member *words) {
    words->name = text("ke/../x");
}
static void break_name_case(Member *words) {
    words->name = text("kE");
}
static void break_name_length(Member *words) {
    words->name = letters('a', NAME_BYTES_MAX + 1);
}
static void break_country_length(Member *words) {
    words->country = text("KEN");
}
static void break_country_case(Member *words) {
    words->country = text("ke");
}
static void break_role_case(Member *words) {
    words->role = text("customs");
}
static void break_role_empty(Member *words) {
    words->role = text("");
}
static void break_role_length(Member *words) {
    words->role = letters('A', NAME_BYTES_MAX + 1);
}
static void break_label_utf8(Member *words) {
    words->label = text("\xff\xfe");
}
static void break_label_length(Member *words) {
    words->label = letters('a', LABEL_BYTES_MAX + 1);
}
static void break_one_key_for_two_uses(Member *words) {
    words->session_key = words->encryption_key;
}
static void break_encryption_key_zero(Member *words) {
    memset(words->encryption_key.data, 0, EXCHANGE_KEY_SIZE);
}
static void break_encryption_key_order_eight(Member *words) {
    words->encryption_key.data = of_hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
}
static void break_session_key_one(Member *words) {
    words->session_key.data = of_hex("0100000000000000000000000000000000000000000000000000000000000000");
}
static void break_session_key_minus_one(Member *words) {
    words->session_key.data = of_hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
}
static void break_session_key_high_bit(Member *words) {
    words->session_key.data = of_hex("0000000000000000000000000000000000000000000000000000000000000080");
}
static void break_sign_key_small(Member *words) {
    words->sign_key.data = of_hex(small_order_ed);
}
static void break_sign_key_mixed(Member *words) {
    words->sign_key.data = of_hex(mixed_order_ed);
}
static void break_serial_zero(Member *words) {
    words->has_serial = true;
    words->serial = 0;
}
static void break_serial_one_with_former(Member *words) {
    words->has_serial = false;
}
static void break_former_size(Member *words) {
    words->former[1]->sign_key.len = 31;
}
static void break_former_small(Member *words) {
    words->former[1]->sign_key.data = of_hex(small_order_ed);
}
static void break_former_mixed(Member *words) {
    words->former[2]->sign_key.data = of_hex(mixed_order_ed);
}
static void break_former_repeated(Member *words) {
    words->former[2]->sign_key = words->former[0]->sign_key;
}
static void break_former_in_force(Member *words) {
    words->former[0]->sign_key = words->sign_key;
}
static void break_former_cause(Member *words) {
    words->former[2]->ending->cause = 0;
}
static void break_ended_cause(Member *words) {
    words->ended->cause = 4;
}
static void break_ends_order(Member *words) {
    FeedEnd *first = words->ended->ends[0];
    words->ended->ends[0] = words->ended->ends[1];
    words->ended->ends[1] = first;
}
static void break_ends_repeated(Member *words) {
    words->ended->ends[1]->feed = words->ended->ends[0]->feed;
}
static void break_end_feed_size(Member *words) {
    words->ended->ends[3]->feed.len = 31;
}
static void break_end_hash_size(Member *words) {
    words->former[0]->ending->ends[0]->hash.len = 33;
}
static void break_end_number(Member *words) {
    words->ended->ends[2]->number = 0;
}
/* Two things wrong: the one that is checked first names the result. */
static void break_size_before_name(Member *words) {
    break_session_key_size(words);
    break_name_case(words);
}
static void break_name_before_point(Member *words) {
    break_name_case(words);
    break_sign_key_small(words);
}
static void break_point_before_serial(Member *words) {
    break_sign_key_small(words);
    break_serial_zero(words);
}
static void break_serial_before_former(Member *words) {
    break_serial_zero(words);
    break_former_small(words);
}
static void break_former_before_endings(Member *words) {
    break_former_small(words);
    break_former_cause(words);
}

static const struct {
    void (*apply)(Member *words);
    enum result result;
} breaks[] = {
    {break_id_size, RESULT_MALFORMED},
    {break_sign_key_size, RESULT_MALFORMED},
    {break_encryption_key_size, RESULT_MALFORMED},
    {break_session_key_size, RESULT_MALFORMED},
    {break_name_empty, RESULT_INVALID},
    {break_name_first, RESULT_INVALID},
    {break_name_path, RESULT_INVALID},
    {break_name_case, RESULT_INVALID},
    {break_name_length, RESULT_INVALID},
    {break_country_length, RESULT_INVALID},
    {break_country_case, RESULT_INVALID},
    {break_role_case, RESULT_INVALID},
    {break_role_empty, RESULT_INVALID},
    {break_role_length, RESULT_INVALID},
    {break_label_utf8, RESULT_INVALID},
    {break_label_length, RESULT_INVALID},
    {break_one_key_for_two_uses, RESULT_INVALID},
    {break_encryption_key_zero, RESULT_BAD_POINT},
    {break_encryption_key_order_eight, RESULT_BAD_POINT},
    {break_session_key_one, RESULT_BAD_POINT},
    {break_session_key_minus_one, RESULT_BAD_POINT},
    {break_session_key_high_bit, RESULT_BAD_POINT},
    {break_sign_key_small, RESULT_BAD_POINT},
    {break_sign_key_mixed, RESULT_BAD_POINT},
    {break_serial_zero, RESULT_MALFORMED},
    {break_serial_one_with_former, RESULT_MALFORMED},
    {break_former_size, RESULT_MALFORMED},
    {break_former_small, RESULT_BAD_POINT},
    {break_former_mixed, RESULT_BAD_POINT},
    {break_former_repeated, RESULT_MALFORMED},
    {break_former_in_force, RESULT_MALFORMED},
    {break_former_cause, RESULT_MALFORMED},
    {break_ended_cause, RESULT_MALFORMED},
    {break_ends_order, RESULT_MALFORMED},
    {break_ends_repeated, RESULT_MALFORMED},
    {break_end_feed_size, RESULT_MALFORMED},
    {break_end_hash_size, RESULT_MALFORMED},
    {break_end_number, RESULT_MALFORMED},
    {break_size_before_name, RESULT_MALFORMED},
    {break_name_before_point, RESULT_INVALID},
    {break_point_before_serial, RESULT_BAD_POINT},
    {break_serial_before_former, RESULT_MALFORMED},
    {break_former_before_endings, RESULT_BAD_POINT},
};

START_TEST(check_refuses_by_name) {
    Member *words = row();
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
    breaks[_i].apply(words);
    ck_assert_str_eq(result_name(member_check_row(words)), result_name(breaks[_i].result));
}
END_TEST

/* An ending with one feed more than there may be. */
static void put_ends(Ending *words) {
    FeedEnd **ends = arena_array(&arena, FEED_ENDS_MAX + 1, sizeof *ends);
    for (size_t i = 0; i <= FEED_ENDS_MAX; i++) {
        ends[i] = arena_alloc(&arena, sizeof **ends);
        feed_end__init(ends[i]);
        ends[i]->feed = proto_bytes(drawn(HASH_SIZE), HASH_SIZE);
        ends[i]->feed.data[0] = (uint8_t)(i >> 8);
        ends[i]->feed.data[1] = (uint8_t)i;
        ends[i]->hash = proto_bytes(drawn(HASH_SIZE), HASH_SIZE);
        ends[i]->number = UINT64_MAX;
    }
    words->ends = ends;
    words->n_ends = FEED_ENDS_MAX + 1;
}

static void put_former(Member *words) {
    FormerKey **former = arena_array(&arena, FORMER_KEYS_MAX + 1, sizeof *former);
    for (size_t i = 0; i <= FORMER_KEYS_MAX; i++) {
        former[i] = arena_alloc(&arena, sizeof **former);
        former_key__init(former[i]);
        former[i]->sign_key = proto_bytes(sign_key(), SIGN_PUBLIC_SIZE);
        former[i]->ending = words->ended;
    }
    words->former = former;
    words->n_former = FORMER_KEYS_MAX + 1;
}

START_TEST(check_takes_the_largest_that_may_be_and_not_one_more) {
    Member *words = row();
    words->serial = UINT32_MAX;
    words->name = letters('z', NAME_BYTES_MAX);
    words->role = letters('Z', NAME_BYTES_MAX);
    words->label = letters('~', LABEL_BYTES_MAX);
    put_ends(words->ended);
    ck_assert_int_eq(member_check_row(words), RESULT_MALFORMED);
    words->ended->n_ends = FEED_ENDS_MAX;
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
    put_former(words);
    ck_assert_int_eq(member_check_row(words), RESULT_MALFORMED);
    words->n_former = FORMER_KEYS_MAX;
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
    words->label = text("");
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
}
END_TEST

START_TEST(a_first_row_proves_its_id) {
    Member *words = first_row();
    words->id.data[31] ^= 1;
    ck_assert_int_eq(member_check_row(words), RESULT_MALFORMED);
    words->has_serial = true;
    words->serial = 1; /* said or not said, it is the first */
    ck_assert_int_eq(member_check_row(words), RESULT_MALFORMED);
    words->serial = 2; /* behind this one stand those who sign the list */
    ck_assert_int_eq(member_check_row(words), RESULT_OK);
}
END_TEST

/* ---- two rows ---- */

static const char *clash_when(void (*same)(struct member *a, struct member *b)) {
    struct member a = member_of(), b = member_of();
    b.name = "cd-customs";
    ck_assert_ptr_null(member_clash(&a, &b));
    same(&a, &b);
    return member_clash(&a, &b);
}

static void same_name(struct member *a, struct member *b) {
    b->name = a->name;
}
static void same_sign_key(struct member *a, struct member *b) {
    b->sign_key = a->sign_key;
}
static void sign_key_was_theirs(struct member *a, struct member *b) {
    a->sign_key = b->former[FORMER - 1].sign_key;
}
static void sign_key_was_ours(struct member *a, struct member *b) {
    b->sign_key = a->former[0].sign_key;
}
static void same_former(struct member *a, struct member *b) {
    b->former = a->former + 2;
    b->former_count = 1;
}
static void same_encryption_key(struct member *a, struct member *b) {
    a->encryption_key = b->encryption_key;
}
static void same_session_key(struct member *a, struct member *b) {
    a->session_key = b->session_key;
}
static void encryption_is_their_session(struct member *a, struct member *b) {
    a->encryption_key = b->session_key;
}
static void session_is_their_encryption(struct member *a, struct member *b) {
    a->session_key = b->encryption_key;
}

START_TEST(clash_says_what_two_claim) {
    ck_assert_str_eq(clash_when(same_name), "name");
    ck_assert_str_eq(clash_when(same_sign_key), "signing key");
    ck_assert_str_eq(clash_when(sign_key_was_theirs), "signing key");
    ck_assert_str_eq(clash_when(sign_key_was_ours), "signing key");
    ck_assert_str_eq(clash_when(same_former), "signing key");
    ck_assert_str_eq(clash_when(same_encryption_key), "encryption key");
    ck_assert_str_eq(clash_when(encryption_is_their_session), "encryption key");
    ck_assert_str_eq(clash_when(same_session_key), "session key");
    ck_assert_str_eq(clash_when(session_is_their_encryption), "session key");
}
END_TEST

/* ---- who and how long ---- */

START_TEST(an_administration_is_customs_of_the_roster_that_has_not_ended) {
    struct member member = member_of();
    ck_assert(!member_is_administration(&member));
    member.ended = NULL;
    ck_assert(member_is_administration(&member));
    member.role = "POLICE";
    ck_assert(!member_is_administration(&member));
    member.role = "CUSTOMS";
    member.by = member.id;
    ck_assert(!member_is_administration(&member));
}
END_TEST

START_TEST(sign_key_is_found_by_its_id_and_says_how_it_ended) {
    struct member member = member_of();
    const struct ending *ending = NULL;
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, member.sign_key);
    ck_assert_ptr_eq(member_sign_key(&member, id, &ending), member.sign_key);
    ck_assert_ptr_eq(ending, member.ended);
    member.ended = NULL;
    ck_assert_ptr_eq(member_sign_key(&member, id, &ending), member.sign_key);
    ck_assert_ptr_null(ending);
    for (size_t i = 0; i < FORMER; i++) {
        identity_id_of(id, member.former[i].sign_key);
        ck_assert_ptr_eq(member_sign_key(&member, id, &ending), member.former[i].sign_key);
        ck_assert_ptr_eq(ending, &member.former[i].ending);
    }
    ck_assert_ptr_null(member_sign_key(&member, member.id, &ending)); /* the id is of a key that nobody kept */
}
END_TEST

START_TEST(an_ending_admits_what_it_names_and_no_more) {
    static const enum ending_cause causes[] = {ENDING_LEFT, ENDING_LOST, ENDING_REVOKED};
    uint8_t *other = drawn(HASH_SIZE);
    other[0] = 0xff;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
        struct ending ending = ending_of(causes[i]);
        for (size_t k = 0; k < ENDS; k++) {
            const struct feed_end *end = &ending.ends[k];
            ck_assert_int_eq(ending_admits_entry(&ending, end->feed, 1, other), RESULT_OK);
            ck_assert_int_eq(ending_admits_entry(&ending, end->feed, end->number, end->hash), RESULT_OK);
            ck_assert_int_eq(ending_admits_entry(&ending, end->feed, end->number, other), RESULT_REVOKED);
            ck_assert_int_eq(ending_admits_entry(&ending, end->feed, end->number + 1, end->hash), RESULT_REVOKED);
        }
        enum result rest = causes[i] == ENDING_REVOKED ? RESULT_REVOKED : RESULT_OK;
        ck_assert_int_eq(ending_admits_entry(&ending, other, 1, other), rest);
        ending.count = 0;
        ck_assert_int_eq(ending_admits_entry(&ending, ending.ends[0].feed, 99, other), rest);
    }
    ck_assert_int_eq(ending_admits_entry(NULL, other, UINT64_MAX, other), RESULT_OK);
}
END_TEST

START_TEST(an_ending_admits_alerts_made_before_it_unless_the_key_was_revoked) {
    struct ending ending = ending_of(ENDING_LEFT);
    ck_assert_int_eq(ending_admits_alert(&ending, 1000), RESULT_OK);
    ck_assert_int_eq(ending_admits_alert(&ending, 1001), RESULT_REVOKED);
    ending.cause = ENDING_LOST;
    ck_assert_int_eq(ending_admits_alert(&ending, 1000), RESULT_OK);
    ck_assert_int_eq(ending_admits_alert(&ending, 1001), RESULT_REVOKED);
    ending.cause = ENDING_REVOKED;
    ck_assert_int_eq(ending_admits_alert(&ending, 0), RESULT_REVOKED);
    ck_assert_int_eq(ending_admits_alert(NULL, UINT64_MAX), RESULT_OK);
}
END_TEST

/* ---- fingerprints ---- */

/* Computed apart, with Python's hashlib. */
START_TEST(fingerprints_are_those_of_the_page) {
    uint8_t keys[4][32];
    for (size_t i = 0; i < 4; i++)
        memset(keys[i], (int)i + 1, 32);
    const struct member member = {
        .id = keys[0], .sign_key = keys[1], .encryption_key = keys[2], .session_key = keys[3]};
    char digits[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    member_fingerprint(digits, &member);
    member_fingerprint_words(words, &member);
    ck_assert_str_eq(digits, "8580 095d a08c 1f91 90b1 4e5c ebd7 8c9e");
    ck_assert_str_eq(words, "mikab bojit pafas duvid nafud hunis vozil mufiv");
}
END_TEST

START_TEST(a_fingerprint_covers_id_and_every_key) {
    struct member member = member_of();
    const uint8_t **keys[] = {&member.id, &member.sign_key, &member.encryption_key, &member.session_key};
    char before[FINGERPRINT_SIZE], after[FINGERPRINT_SIZE];
    member_fingerprint(before, &member);
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *kept = *keys[i];
        *keys[i] = drawn(32);
        member_fingerprint(after, &member);
        ck_assert_str_ne(before, after);
        *keys[i] = kept;
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("member");
    TCase *rows = tcase_create("rows");
    tcase_add_checked_fixture(rows, set_up, tear_down);
    tcase_add_test(rows, a_row_comes_back_as_it_went);
    tcase_add_test(rows, a_first_serial_is_not_written);
    tcase_add_loop_test(rows, check_refuses_by_name, 0, sizeof breaks / sizeof *breaks);
    tcase_add_test(rows, check_takes_the_largest_that_may_be_and_not_one_more);
    tcase_add_test(rows, a_first_row_proves_its_id);
    tcase_add_test(rows, clash_says_what_two_claim);
    suite_add_tcase(suite, rows);

    TCase *keys = tcase_create("keys");
    tcase_add_checked_fixture(keys, set_up, tear_down);
    tcase_add_test(keys, an_administration_is_customs_of_the_roster_that_has_not_ended);
    tcase_add_test(keys, sign_key_is_found_by_its_id_and_says_how_it_ended);
    tcase_add_test(keys, an_ending_admits_what_it_names_and_no_more);
    tcase_add_test(keys, an_ending_admits_alerts_made_before_it_unless_the_key_was_revoked);
    suite_add_tcase(suite, keys);

    TCase *fingerprints = tcase_create("fingerprints");
    tcase_add_checked_fixture(fingerprints, set_up, tear_down);
    tcase_add_test(fingerprints, fingerprints_are_those_of_the_page);
    tcase_add_test(fingerprints, a_fingerprint_covers_id_and_every_key);
    suite_add_tcase(suite, fingerprints);
    return suite;
}
