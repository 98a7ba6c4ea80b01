/* Three roots, two of which must sign; members KE, CD and SG. */
#include "keys/roster.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/hash.h"
#include "roster.pb-c.h"
#include "tests/support/chance.h"

enum { ROOTS = 3, MEMBERS = 3 };

static struct arena arena;
static struct chance chance;
static struct random dice;
static uint8_t root_keys[ROOTS][SIGN_PUBLIC_SIZE], root_secrets[ROOTS][SIGN_SECRET_SIZE];
static struct identity identities[MEMBERS];
static const char *const names[] = {"ke-customs", "cd-customs", "sg-police"};
static const char *const countries[] = {"KE", "CD", "SG"};
static struct member cards[MEMBERS];
static struct roster_trust trust;

static struct span card_of(const struct identity *identity, const char *name, const char *country) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(roster_card_write(&out, &arena, identity, name, "Douanes, Côte d'Ivoire", country, "CUSTOMS"),
                     RESULT_OK);
    return buf_span(&out);
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)32 * 1024 * 1024);
    chance = (struct chance){.state = 11};
    dice = chance_random(&chance);
    for (size_t i = 0; i < ROOTS; i++) {
        uint8_t seed[SIGN_SEED_SIZE];
        random_fill(&dice, seed, sizeof seed);
        sign_keypair(root_keys[i], root_secrets[i], seed);
    }
    for (size_t i = 0; i < MEMBERS; i++) {
        ck_assert_int_eq(identity_make(&identities[i], &dice), RESULT_OK);
        struct span card = card_of(&identities[i], names[i], countries[i]);
        ck_assert_int_eq(roster_card_read(&cards[i], &arena, card), RESULT_OK);
    }
    trust = (struct roster_trust){
        .roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])root_keys, .count = ROOTS, .threshold = 2, .now_ms = 1500};
}

static void tear_down(void) {
    for (size_t i = 0; i < MEMBERS; i++)
        identity_release(&identities[i]);
    arena_release(&arena);
}

static struct roster_edit first_edit(void) {
    return (struct roster_edit){
        .roots = trust.roots, .root_count = ROOTS, .threshold = 2, .created = 1000, .expires = 2000};
}

static struct span edit(const struct roster_edit *edit) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(roster_edit(&out, &arena, edit), RESULT_OK);
    return buf_span(&out);
}

static struct span sign(struct span file, size_t root) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(roster_sign(&out, &arena, file, root_secrets[root], root_keys[root]), RESULT_OK);
    return buf_span(&out);
}

static struct roster *opened(struct span file) {
    struct roster *roster = NULL;
    ck_assert_int_eq(roster_read_unsigned(&roster, file), RESULT_OK);
    return roster;
}

static enum result read(struct span file) {
    struct roster *roster = NULL;
    enum result result = roster_read(&roster, file, &trust);
    ck_assert((roster != NULL) == (result == RESULT_OK));
    roster_free(roster);
    return result;
}

/* A roster with the three members, not signed. */
static struct span unsigned_file(void) {
    struct roster_edit change = first_edit();
    struct span file = {0};
    struct roster *base = NULL;
    for (size_t i = 0; i < MEMBERS; i++) {
        change.add = &cards[i];
        file = edit(&change);
        roster_free(base);
        base = opened(file);
        change.base = base;
    }
    roster_free(base);
    return file;
}

static struct span signed_file(void) {
    return sign(sign(unsigned_file(), 0), 2);
}

START_TEST(a_signed_roster_says_who_is_who) {
    struct span file = signed_file();
    struct roster *roster;
    ck_assert_int_eq(roster_read(&roster, file, &trust), RESULT_OK);
    ck_assert_uint_eq(roster->version, 3);
    ck_assert_uint_eq(roster->count, 3);
    ck_assert_uint_eq(roster->threshold, 2);
    ck_assert_uint_eq(roster_signatures(roster), 2);
    ck_assert(span_equal(roster->file, file));
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct member *member = roster_find(roster, identities[i].id);
        ck_assert_ptr_nonnull(member);
        ck_assert_str_eq(member->name, names[i]);
        ck_assert_str_eq(member->label, "Douanes, Côte d'Ivoire");
        ck_assert_ptr_eq(roster_find_name(roster, names[i]), member);
        ck_assert_ptr_eq(roster_find_session(roster, identities[i].session_key), member);
        ck_assert_ptr_null(roster_find_session(roster, identities[i].encryption_key));
    }
    ck_assert_ptr_null(roster_find(roster, root_keys[0]));
    ck_assert_ptr_null(roster_find_name(roster, "nobody"));
    roster_free(roster);
    roster_free(NULL);
}
END_TEST

START_TEST(read_refuses_too_few_signatures) {
    struct span file = unsigned_file();
    ck_assert_int_eq(read(file), RESULT_TOO_FEW_SIGNATURES);
    ck_assert_int_eq(read(sign(file, 1)), RESULT_TOO_FEW_SIGNATURES);
    ck_assert_int_eq(read(sign(sign(file, 1), 0)), RESULT_OK);
    trust.threshold = 3;
    ck_assert_int_eq(read(sign(sign(file, 1), 0)), RESULT_TOO_FEW_SIGNATURES);
    trust.threshold = 0;
    ck_assert_int_eq(read(sign(sign(file, 1), 0)), RESULT_TOO_FEW_SIGNATURES);
}
END_TEST

/* One root counts once, however it is repeated: in the signatures or among the trusted. */
START_TEST(read_counts_a_root_once) {
    SignedRoster *words;
    struct buf out;
    ck_assert_int_eq(proto_decode(&arena, &signed_roster__descriptor, sign(unsigned_file(), 0), &words), RESULT_OK);
    RosterSignature *twice[] = {words->signatures[0], words->signatures[0]};
    words->signatures = twice;
    words->n_signatures = 2;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    ck_assert_int_eq(read(buf_span(&out)), RESULT_TOO_FEW_SIGNATURES);
    memcpy(root_keys[1], root_keys[0], SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(read(buf_span(&out)), RESULT_TOO_FEW_SIGNATURES);
}
END_TEST

START_TEST(read_refuses_roots_it_does_not_trust) {
    struct span file = signed_file();
    for (size_t i = 0; i < ROOTS; i++)
        root_keys[i][5] ^= 1;
    ck_assert_int_eq(read(file), RESULT_TOO_FEW_SIGNATURES);
}
END_TEST

START_TEST(read_refuses_a_changed_byte) {
    struct span file = signed_file();
    uint8_t *copy = arena_copy(&arena, file.data, file.len);
    for (size_t i = 0; i < file.len; i++) {
        copy[i] ^= 0x04;
        struct roster *roster;
        enum result result = roster_read(&roster, span_of(copy, file.len), &trust);
        ck_assert_msg(result != RESULT_OK, "byte %zu", i);
        copy[i] ^= 0x04;
    }
}
END_TEST

START_TEST(read_refuses_every_shortening) {
    struct span file = signed_file();
    for (size_t len = 0; len < file.len; len++)
        ck_assert_int_ne(read(span_of(file.data, len)), RESULT_OK);
}
END_TEST

START_TEST(read_refuses_an_older_version_and_an_expired_one) {
    struct span file = signed_file();
    trust.version_min = 3;
    ck_assert_int_eq(read(file), RESULT_OK);
    trust.version_min = 4;
    ck_assert_int_eq(read(file), RESULT_ROLLBACK);
    trust.version_min = 0;
    trust.now_ms = 2000;
    ck_assert_int_eq(read(file), RESULT_OK);
    trust.now_ms = 2001;
    ck_assert_int_eq(read(file), RESULT_EXPIRED);
    trust.now_ms = 0;
    ck_assert_int_eq(read(file), RESULT_OK);
}
END_TEST

START_TEST(read_refuses_a_file_that_is_too_large) {
    static uint8_t big[ROSTER_BYTES_MAX + 1];
    ck_assert_int_eq(read(SPAN_OF_ARRAY(big)), RESULT_TOO_LARGE);
}
END_TEST

/* ---- what even the roots may not sign ---- */

static Roster *words_of(struct span file) {
    SignedRoster *outer;
    Roster *words;
    ck_assert_int_eq(proto_decode(&arena, &signed_roster__descriptor, file, &outer), RESULT_OK);
    ck_assert_int_eq(proto_decode(&arena, &roster__descriptor, proto_span(outer->roster), &words), RESULT_OK);
    return words;
}

static enum result read_words(const Roster *words) {
    struct buf inner, out;
    struct roster *roster = NULL;
    SignedRoster outer = SIGNED_ROSTER__INIT;
    buf_init(&inner, &arena);
    buf_init(&out, &arena);
    proto_encode(&inner, words);
    outer.roster = proto_bytes(inner.data, inner.len);
    proto_encode(&out, &outer);
    enum result result = roster_read_unsigned(&roster, buf_span(&out));
    roster_free(roster);
    return result;
}

static void break_suite(Roster *words) {
    words->suite = 2;
}
static void break_threshold_zero(Roster *words) {
    words->threshold = 0;
}
static void break_threshold_high(Roster *words) {
    words->threshold = ROOTS + 1;
}
static void break_no_roots(Roster *words) {
    words->n_roots = 0;
}
static void break_repeated_root(Roster *words) {
    words->roots[1] = words->roots[0];
}
static void break_root_point(Roster *words) {
    memset(words->roots[1].data, 0, 32);
}
static void break_root_size(Roster *words) {
    words->roots[1].len = 31;
}
static void break_many_roots(Roster *words) {
    ProtobufCBinaryData *roots = arena_array(&arena, ROSTER_ROOTS_MAX + 1, sizeof *roots);
    for (size_t i = 0; i <= ROSTER_ROOTS_MAX; i++)
        roots[i] = words->roots[0];
    words->roots = roots;
    words->n_roots = ROSTER_ROOTS_MAX + 1;
}
static void break_order(Roster *words) {
    Member *swap = words->members[0];
    words->members[0] = words->members[1];
    words->members[1] = swap;
}
static void break_repeated_member(Roster *words) {
    words->members[1] = words->members[0];
}
static void break_repeated_name(Roster *words) {
    words->members[1]->name = words->members[0]->name;
}
static void break_repeated_sign_key(Roster *words) {
    words->members[1]->sign_key = words->members[2]->sign_key;
}
static void break_repeated_session_key(Roster *words) {
    words->members[1]->session_key = words->members[0]->session_key;
}
static void break_repeated_encryption_key(Roster *words) {
    words->members[2]->encryption_key = words->members[0]->encryption_key;
}
static void break_one_key_for_two_uses(Roster *words) {
    words->members[0]->session_key = words->members[0]->encryption_key;
}
static void break_member_point(Roster *words) {
    memset(words->members[0]->sign_key.data, 0xff, 32);
}
static void break_id_size(Roster *words) {
    words->members[0]->id.len = 31;
}
static void break_key_size(Roster *words) {
    words->members[0]->session_key.len = 31;
}
static void break_name_empty(Roster *words) {
    words->members[0]->name = (char *)(uintptr_t) "";
}
static void break_name_path(Roster *words) {
    words->members[0]->name = (char *)(uintptr_t) "ke/../x";
}
static void break_name_case(Roster *words) {
    words->members[0]->name = (char *)(uintptr_t) "KE";
}
static void break_name_length(Roster *words) {
    char *name = arena_alloc(&arena, NAME_BYTES_MAX + 2);
    memset(name, 'a', NAME_BYTES_MAX + 1);
    words->members[0]->name = name;
}
static void break_country(Roster *words) {
    words->members[0]->country = (char *)(uintptr_t) "KEN";
}
static void break_role(Roster *words) {
    words->members[0]->role = (char *)(uintptr_t) "customs";
}
static void break_label_utf8(Roster *words) {
    words->members[0]->label = (char *)(uintptr_t) "\xff\xfe";
}
static void break_label_length(Roster *words) {
    char *label = arena_alloc(&arena, LABEL_BYTES_MAX + 2);
    memset(label, 'a', LABEL_BYTES_MAX + 1);
    words->members[0]->label = label;
}

static const struct {
    void (*apply)(Roster *words);
    enum result result;
} breaks[] = {
    {break_suite, RESULT_UNKNOWN_SUITE},
    {break_threshold_zero, RESULT_MALFORMED},
    {break_threshold_high, RESULT_MALFORMED},
    {break_no_roots, RESULT_MALFORMED},
    {break_many_roots, RESULT_TOO_LARGE},
    {break_repeated_root, RESULT_MALFORMED},
    {break_root_point, RESULT_BAD_POINT},
    {break_root_size, RESULT_MALFORMED},
    {break_order, RESULT_MALFORMED},
    {break_repeated_member, RESULT_MALFORMED},
    {break_repeated_name, RESULT_MALFORMED},
    {break_repeated_sign_key, RESULT_MALFORMED},
    {break_repeated_session_key, RESULT_MALFORMED},
    {break_repeated_encryption_key, RESULT_MALFORMED},
    {break_one_key_for_two_uses, RESULT_INVALID},
    {break_member_point, RESULT_BAD_POINT},
    {break_id_size, RESULT_MALFORMED},
    {break_key_size, RESULT_MALFORMED},
    {break_name_empty, RESULT_INVALID},
    {break_name_path, RESULT_INVALID},
    {break_name_case, RESULT_INVALID},
    {break_name_length, RESULT_INVALID},
    {break_country, RESULT_INVALID},
    {break_role, RESULT_INVALID},
    {break_label_utf8, RESULT_MALFORMED},
    {break_label_length, RESULT_INVALID},
};

START_TEST(read_refuses_rosters_that_contradict_themselves) {
    Roster *words = words_of(unsigned_file());
    ck_assert_int_eq(read_words(words), RESULT_OK);
    breaks[_i].apply(words);
    ck_assert_str_eq(result_name(read_words(words)), result_name(breaks[_i].result));
}
END_TEST

/* The same row twice inside the signed bytes: the last wins for a lenient reader. */
START_TEST(read_refuses_another_encoding) {
    struct span file = signed_file();
    struct buf twice;
    struct roster *roster;
    buf_init(&twice, &arena);
    buf_put_span(&twice, file);
    buf_put_span(&twice, file);
    ck_assert_int_eq(roster_read_unsigned(&roster, buf_span(&twice)), RESULT_NOT_CANONICAL);
}
END_TEST

/* ---- editing ---- */

START_TEST(edit_counts_up_and_drops_signatures) {
    struct roster *base = opened(signed_file());
    struct roster_edit change = first_edit();
    change.base = base;
    change.remove = identities[1].id;
    struct roster *next = opened(edit(&change));
    ck_assert_uint_eq(next->version, base->version + 1);
    ck_assert_uint_eq(next->count, 2);
    ck_assert_uint_eq(roster_signatures(next), 0);
    ck_assert_ptr_null(roster_find(next, identities[1].id));
    roster_free(next);
    roster_free(base);
}
END_TEST

START_TEST(edit_refuses_by_name) {
    struct roster *base = opened(signed_file());
    struct roster_edit change = first_edit();
    struct buf out;
    buf_init(&out, &arena);
    change.base = base;
    change.add = &cards[0];
    ck_assert_int_eq(roster_edit(&out, &arena, &change), RESULT_EXISTS);
    struct identity newcomer;
    struct member card;
    ck_assert_int_eq(identity_make(&newcomer, &dice), RESULT_OK);
    ck_assert_int_eq(roster_card_read(&card, &arena, card_of(&newcomer, names[0], "KE")), RESULT_OK);
    change.add = &card; /* another key under a name that is taken */
    ck_assert_int_eq(roster_edit(&out, &arena, &change), RESULT_EXISTS);
    change.remove = identities[0].id; /* in its place it may come */
    ck_assert_int_eq(roster_edit(&out, &arena, &change), RESULT_OK);
    change.add = NULL;
    change.remove = newcomer.id;
    ck_assert_int_eq(roster_edit(&out, &arena, &change), RESULT_NOT_FOUND);
    identity_release(&newcomer);
    roster_free(base);
}
END_TEST

START_TEST(sign_refuses_by_name) {
    struct span file = sign(unsigned_file(), 0);
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(roster_sign(&out, &arena, file, root_secrets[0], root_keys[0]), RESULT_EXISTS);
    uint8_t other[SIGN_PUBLIC_SIZE], other_secret[SIGN_SECRET_SIZE], seed[SIGN_SEED_SIZE] = {1};
    sign_keypair(other, other_secret, seed);
    ck_assert_int_eq(roster_sign(&out, &arena, file, other_secret, other), RESULT_NOT_FOUND);
    ck_assert_int_eq(roster_sign(&out, &arena, span_of("x", 1), root_secrets[1], root_keys[1]), RESULT_MALFORMED);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* ---- cards ---- */

START_TEST(card_survives_the_mail) {
    struct span card = card_of(&identities[0], "ke-customs", "KE");
    struct buf mail;
    struct member member;
    buf_init(&mail, &arena);
    buf_put(&mail, "Dear colleague,\r\n", 17);
    for (size_t i = 0; i < card.len; i++) {
        if (card.data[i] == '\n')
            buf_put_u8(&mail, '\r');
        buf_put_u8(&mail, card.data[i]);
    }
    buf_put(&mail, "yours\r\n", 7);
    ck_assert_int_eq(roster_card_read(&member, &arena, buf_span(&mail)), RESULT_OK);
    ck_assert_str_eq(member.name, "ke-customs");
    ck_assert_mem_eq(member.id, identities[0].id, MEMBER_ID_SIZE);
}
END_TEST

START_TEST(card_refuses_every_change_of_a_letter) {
    struct span card = card_of(&identities[0], "ke-customs", "KE");
    uint8_t *copy = arena_copy(&arena, card.data, card.len);
    struct member member;
    for (size_t i = 0; i < card.len; i++) {
        uint8_t letter = copy[i];
        if (letter == '\n')
            continue;
        copy[i] = letter == 'A' ? 'B' : 'A';
        enum result result = roster_card_read(&member, &arena, span_of(copy, card.len));
        /* the last letters of the END line are no part of it */
        ck_assert_msg(result != RESULT_OK, "letter %zu", i);
        copy[i] = letter;
        if (i % 50 == 0) {
            copy = arena_copy(&arena, card.data, card.len);
            ck_assert_ptr_nonnull(copy);
        }
    }
}
END_TEST

static struct span armored(const Card *card) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf bytes, out;
    buf_init(&bytes, &arena);
    buf_init(&out, &arena);
    proto_encode(&bytes, card);
    buf_put(&out, "-----BEGIN INAMA CARD-----\n", 27);
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t three = (uint32_t)bytes.data[i] << 16;
        three |= i + 1 < bytes.len ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        three |= i + 2 < bytes.len ? bytes.data[i + 2] : 0;
        for (int k = 0; k < 4; k++)
            buf_put_u8(&out, i + (size_t)k > bytes.len ? '=' : (uint8_t)digits[three >> (18 - 6 * k) & 63]);
    }
    buf_put(&out, "\n-----END INAMA CARD-----\n", 26);
    return buf_span(&out);
}

/* A card of these keys, signed by the first identity. */
static enum result read_forged(const struct identity *keys, const char *name, const uint8_t *id) {
    Member row = MEMBER__INIT;
    row.id = proto_bytes(id, MEMBER_ID_SIZE);
    row.name = (char *)(uintptr_t)name;
    row.label = (char *)(uintptr_t) "x";
    row.country = (char *)(uintptr_t) "KE";
    row.role = (char *)(uintptr_t) "CUSTOMS";
    row.sign_key = proto_bytes(keys->sign_key, SIGN_PUBLIC_SIZE);
    row.encryption_key = proto_bytes(keys->encryption_key, EXCHANGE_KEY_SIZE);
    row.session_key = proto_bytes(keys->session_key, EXCHANGE_KEY_SIZE);
    struct buf words;
    buf_init(&words, &arena);
    proto_encode(&words, &row);
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.card", buf_span(&words));
    sign_make(signature, identities[0].secrets->sign, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    Card card = CARD__INIT;
    card.member = proto_bytes(words.data, words.len);
    card.signature = proto_bytes(signature, sizeof signature);
    struct member member;
    return roster_card_read(&member, &arena, armored(&card));
}

START_TEST(card_refuses_forgeries_by_name) {
    const struct identity *mine = &identities[0], *other = &identities[1];
    struct identity bad_point = *mine;
    ck_assert_int_eq(read_forged(mine, "ke-customs", mine->id), RESULT_OK);
    ck_assert_int_eq(read_forged(other, "ke-customs", other->id), RESULT_BAD_SIGNATURE); /* somebody else's keys */
    ck_assert_int_eq(read_forged(mine, "ke-customs", other->id), RESULT_MALFORMED);      /* somebody else's id */
    ck_assert_int_eq(read_forged(mine, "Ke", mine->id), RESULT_INVALID);
    memset(bad_point.sign_key, 0, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(read_forged(&bad_point, "ke-customs", mine->id), RESULT_BAD_POINT);
}
END_TEST

START_TEST(card_refuses_other_texts) {
    static const char *const texts[] = {
        "",
        "-----BEGIN INAMA CARD-----\n",
        "-----END INAMA CARD-----\n-----BEGIN INAMA CARD-----\n",
        "-----BEGIN INAMA CARD-----\n-----END INAMA CARD-----\n",
        "-----BEGIN INAMA CARD-----\n####\n-----END INAMA CARD-----\n",
        "-----BEGIN INAMA CARD-----\nAAAA\n-----END INAMA CARD-----\n",
        "-----BEGIN INAMA CARD-----\nAAA\n-----END INAMA CARD-----\n",
    };
    static uint8_t big[KEY_FILE_BYTES_MAX + 1];
    struct member member;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_int_eq(roster_card_read(&member, &arena, span_of_text(texts[i])), RESULT_MALFORMED);
    ck_assert_int_eq(roster_card_read(&member, &arena, SPAN_OF_ARRAY(big)), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(card_is_not_written_for_a_bad_name) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(roster_card_write(&out, &arena, &identities[0], "Ke", "x", "KE", "CUSTOMS"), RESULT_INVALID);
    ck_assert_int_eq(roster_card_write(&out, &arena, &identities[0], "ke", "x", "ke", "CUSTOMS"), RESULT_INVALID);
    ck_assert_int_eq(roster_card_write(&out, &arena, &identities[0], "ke", "x", "KE", ""), RESULT_INVALID);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(fingerprint_is_eight_groups_of_four_and_covers_every_key) {
    char print[40], other[40];
    roster_fingerprint(print, &cards[0]);
    ck_assert_uint_eq(strlen(print), 39);
    for (size_t i = 0; i < 39; i++)
        ck_assert(i % 5 == 4 ? print[i] == ' ' : strchr("0123456789abcdef", print[i]) != NULL);
    struct member changed = cards[0];
    changed.session_key = cards[1].session_key;
    roster_fingerprint(other, &changed);
    ck_assert_str_ne(print, other);
    changed = cards[0];
    changed.encryption_key = cards[1].encryption_key;
    roster_fingerprint(other, &changed);
    ck_assert_str_ne(print, other);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("roster");
    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_test(reading, a_signed_roster_says_who_is_who);
    tcase_add_test(reading, read_refuses_too_few_signatures);
    tcase_add_test(reading, read_counts_a_root_once);
    tcase_add_test(reading, read_refuses_roots_it_does_not_trust);
    tcase_add_test(reading, read_refuses_a_changed_byte);
    tcase_add_test(reading, read_refuses_every_shortening);
    tcase_add_test(reading, read_refuses_an_older_version_and_an_expired_one);
    tcase_add_test(reading, read_refuses_a_file_that_is_too_large);
    tcase_add_loop_test(reading, read_refuses_rosters_that_contradict_themselves, 0, sizeof breaks / sizeof *breaks);
    tcase_add_test(reading, read_refuses_another_encoding);
    suite_add_tcase(suite, reading);

    TCase *editing = tcase_create("editing");
    tcase_add_checked_fixture(editing, set_up, tear_down);
    tcase_add_test(editing, edit_counts_up_and_drops_signatures);
    tcase_add_test(editing, edit_refuses_by_name);
    tcase_add_test(editing, sign_refuses_by_name);
    suite_add_tcase(suite, editing);

    TCase *card = tcase_create("cards");
    tcase_add_checked_fixture(card, set_up, tear_down);
    tcase_add_test(card, card_survives_the_mail);
    tcase_add_test(card, card_refuses_every_change_of_a_letter);
    tcase_add_test(card, card_refuses_forgeries_by_name);
    tcase_add_test(card, card_refuses_other_texts);
    tcase_add_test(card, card_is_not_written_for_a_bad_name);
    tcase_add_test(card, fingerprint_is_eight_groups_of_four_and_covers_every_key);
    suite_add_tcase(suite, card);
    return suite;
}
