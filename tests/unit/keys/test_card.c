#include "keys/card.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"
#include "tests/support/chance.h"

static struct arena arena;
static struct chance chance;
static struct random dice;
static struct identity mine, other;

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)32 * 1024 * 1024);
    chance = (struct chance){.state = 11};
    dice = chance_random(&chance);
    ck_assert_int_eq(identity_make(&mine, &dice), RESULT_OK);
    ck_assert_int_eq(identity_make(&other, &dice), RESULT_OK);
}

static void tear_down(void) {
    identity_release(&mine);
    identity_release(&other);
    arena_release(&arena);
}

static struct span card_of(const struct identity *identity) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(card_write(&out, &arena, identity, "ke-customs", "Douanes, Côte d'Ivoire", "KE", "CUSTOMS"),
                     RESULT_OK);
    return buf_span(&out);
}

START_TEST(card_says_who_wrote_it) {
    struct member member;
    ck_assert_int_eq(card_read(&member, &arena, card_of(&mine)), RESULT_OK);
    ck_assert_str_eq(member.name, "ke-customs");
    ck_assert_str_eq(member.label, "Douanes, Côte d'Ivoire");
    ck_assert_str_eq(member.country, "KE");
    ck_assert_str_eq(member.role, "CUSTOMS");
    ck_assert_mem_eq(member.id, mine.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(member.sign_key, mine.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(member.encryption_key, mine.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_mem_eq(member.session_key, mine.session_key, EXCHANGE_KEY_SIZE);
    ck_assert_uint_eq(member.serial, 1);
    ck_assert_uint_eq(member.former_count, 0);
    ck_assert_ptr_null(member.ended);
    ck_assert_ptr_nonnull(member.proof);
}
END_TEST

START_TEST(card_of_one_that_lost_its_keys_asks_for_the_old_id) {
    struct member member;
    struct identity again;
    ck_assert_int_eq(identity_make_again(&again, mine.id, 7, &dice), RESULT_OK);
    ck_assert_int_eq(card_read(&member, &arena, card_of(&again)), RESULT_OK);
    ck_assert_mem_eq(member.id, mine.id, MEMBER_ID_SIZE);
    ck_assert_mem_ne(member.sign_key, mine.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(member.serial, 7);
    identity_release(&again);
}
END_TEST

START_TEST(card_survives_the_mail) {
    struct span card = card_of(&mine);
    struct buf mail;
    struct member member;
    buf_init(&mail, &arena);
    buf_put_span(&mail, span_of_text("Dear colleague,\r\n"));
    for (size_t i = 0; i < card.len; i++) {
        if (card.data[i] == '\n')
            buf_put_u8(&mail, '\r');
        buf_put_u8(&mail, card.data[i]);
    }
    buf_put_span(&mail, span_of_text("yours\r\n"));
    ck_assert_int_eq(card_read(&member, &arena, buf_span(&mail)), RESULT_OK);
    ck_assert_mem_eq(member.id, mine.id, MEMBER_ID_SIZE);
}
END_TEST

START_TEST(card_refuses_every_change_of_a_letter) {
    struct span card = card_of(&mine);
    uint8_t *copy = arena_copy(&arena, card.data, card.len);
    for (size_t i = 0; i < card.len; i++) {
        struct arena turn;
        struct member member;
        uint8_t letter = copy[i];
        if (letter == '\n')
            continue;
        arena_init(&turn, (size_t)1024 * 1024);
        copy[i] = letter == 'A' ? 'B' : 'A';
        ck_assert_msg(card_read(&member, &turn, span_of(copy, card.len)) != RESULT_OK, "letter %zu", i);
        copy[i] = letter;
        arena_release(&turn);
    }
}
END_TEST

/* ---- forgeries ---- */

static void put_base64(struct buf *out, struct span bytes) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t three = (uint32_t)bytes.data[i] << 16;
        three |= i + 1 < bytes.len ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        three |= i + 2 < bytes.len ? bytes.data[i + 2] : 0;
        for (int k = 0; k < 4; k++)
            buf_put_u8(out, i + (size_t)k > bytes.len ? '=' : (uint8_t)digits[three >> (18 - 6 * k) & 63]);
    }
}

static enum result read_bytes(struct span bytes) {
    struct member member;
    struct buf out;
    buf_init(&out, &arena);
    buf_put_span(&out, span_of_text("-----BEGIN INAMA CARD-----\n"));
    put_base64(&out, bytes);
    buf_put_span(&out, span_of_text("\n-----END INAMA CARD-----\n"));
    return card_read(&member, &arena, buf_span(&out));
}

static struct span encoded(const void *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    return buf_span(&out);
}

/* What a forger may choose, beside the row. */
struct forgery {
    struct span row; /* encoded; empty: of the row */
    size_t signature_size;
    const char *tag;
    const uint8_t *r; /* first half of the signature; NULL: the true one */
};

static struct span forged(const Member *row, const struct forgery *how) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE + 1] = {0};
    struct span words = how->row.len ? how->row : encoded(row);
    hash_of(digest, "INAMA.card", words);
    sign_make(signature, mine.secrets->sign, how->tag ? how->tag : "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    if (how->r)
        memcpy(signature, how->r, SIGNATURE_SIZE / 2);
    Card card = CARD__INIT;
    card.member = proto_bytes(words.data, words.len);
    card.signature = proto_bytes(signature, how->signature_size ? how->signature_size : SIGNATURE_SIZE);
    return encoded(&card);
}

static Member *row_of(const struct identity *identity) {
    struct member member;
    ck_assert_int_eq(card_read(&member, &arena, card_of(identity)), RESULT_OK);
    member.proof = NULL; /* it is what the card brings, and not in it */
    Member *row = member_row(&arena, &member);
    ck_assert_ptr_nonnull(row);
    return row;
}

static enum result read_row(const Member *row) {
    const struct forgery honest = {0};
    return read_bytes(forged(row, &honest));
}

START_TEST(card_refuses_rows_by_name) {
    Member *row = row_of(&mine);
    ck_assert_int_eq(read_row(row), RESULT_OK);
    ck_assert_int_eq(read_row(row_of(&other)), RESULT_BAD_SIGNATURE); /* somebody else's keys */
    row->id = proto_bytes(other.id, MEMBER_ID_SIZE);                  /* somebody else's id */
    ck_assert_int_eq(read_row(row), RESULT_MALFORMED);
    row = row_of(&mine);
    row->name = (char *)(uintptr_t) "Ke";
    ck_assert_int_eq(read_row(row), RESULT_INVALID);
    row = row_of(&mine);
    memset(row->sign_key.data, 0, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(read_row(row), RESULT_BAD_POINT);
    row = row_of(&mine);
    memset(row->encryption_key.data, 0, EXCHANGE_KEY_SIZE);
    ck_assert_int_eq(read_row(row), RESULT_BAD_POINT);
    row = row_of(&mine);
    row->has_serial = true;
    row->serial = 0;
    ck_assert_int_eq(read_row(row), RESULT_MALFORMED);
}
END_TEST

/* How its keys ended is not for a member to say. */
START_TEST(card_refuses_former_keys_and_endings) {
    const struct former_key former = {.sign_key = other.sign_key, .ending = {.cause = ENDING_LEFT, .at = 1}};
    struct member member;
    ck_assert_int_eq(card_read(&member, &arena, card_of(&mine)), RESULT_OK);
    ck_assert_int_eq(read_row(member_row(&arena, &member)), RESULT_MALFORMED); /* nor is a proof */
    member.proof = NULL;
    member.serial = 2;
    ck_assert_int_eq(read_row(member_row(&arena, &member)), RESULT_OK);
    member.former = &former;
    member.former_count = 1;
    ck_assert_int_eq(read_row(member_row(&arena, &member)), RESULT_MALFORMED);
    member.former_count = 0;
    member.ended = &former.ending;
    ck_assert_int_eq(read_row(member_row(&arena, &member)), RESULT_MALFORMED);
}
END_TEST

START_TEST(card_refuses_signatures_by_name) {
    static const uint8_t zero[SIGNATURE_SIZE / 2];
    const Member *row = row_of(&mine);
    const struct forgery is_short = {.signature_size = SIGNATURE_SIZE - 1}, is_long = {.signature_size = 65};
    const struct forgery of_a_roster = {.tag = "INAMA.sig.roster"}, small_r = {.r = zero};
    ck_assert_int_eq(read_bytes(forged(row, &is_short)), RESULT_MALFORMED);
    ck_assert_int_eq(read_bytes(forged(row, &is_long)), RESULT_MALFORMED);
    ck_assert_int_eq(read_bytes(forged(row, &of_a_roster)), RESULT_BAD_SIGNATURE);
    ck_assert_int_eq(read_bytes(forged(row, &small_r)), RESULT_BAD_POINT);
}
END_TEST

/* Twice the same field: a lenient reader would take the last. */
START_TEST(card_refuses_another_encoding) {
    const struct forgery honest = {0};
    const Member *row = row_of(&mine);
    struct buf twice;
    buf_init(&twice, &arena);
    buf_put_span(&twice, encoded(row));
    buf_put_span(&twice, encoded(row));
    const struct forgery row_twice = {.row = buf_span(&twice)};
    ck_assert_int_eq(read_bytes(forged(row, &row_twice)), RESULT_NOT_CANONICAL);
    struct span card = forged(row, &honest);
    buf_init(&twice, &arena);
    buf_put_span(&twice, card);
    ck_assert_int_eq(read_bytes(buf_span(&twice)), RESULT_OK);
    buf_put_span(&twice, card);
    ck_assert_int_eq(read_bytes(buf_span(&twice)), RESULT_NOT_CANONICAL);
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
        "-----BEGIN INAMA CARD-----\n\xc3\xa9\xc3\xa9\n-----END INAMA CARD-----\n",
    };
    static uint8_t big[KEY_FILE_BYTES_MAX + 1];
    struct member member;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_int_eq(card_read(&member, &arena, span_of_text(texts[i])), RESULT_MALFORMED);
    ck_assert_int_eq(card_read(&member, &arena, SPAN_OF_ARRAY(big)), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(card_takes_the_largest_text_and_refuses_a_nul) {
    struct span card = card_of(&mine);
    struct member member;
    uint8_t *full = arena_alloc(&arena, KEY_FILE_BYTES_MAX);
    memset(full, '\n', KEY_FILE_BYTES_MAX);
    memcpy(full + 1, card.data, card.len);
    ck_assert_int_eq(card_read(&member, &arena, span_of(full, KEY_FILE_BYTES_MAX)), RESULT_OK);
    full[KEY_FILE_BYTES_MAX - 1] = 0; /* behind the card, where nothing is read */
    ck_assert_int_eq(card_read(&member, &arena, span_of(full, KEY_FILE_BYTES_MAX)), RESULT_MALFORMED);
}
END_TEST

/* Some versions of libsodium take them for digits. */
START_TEST(card_refuses_letters_that_are_not_ascii) {
    struct span card = card_of(&mine);
    uint8_t *copy = arena_copy(&arena, card.data, card.len);
    struct member member;
    size_t at = card.len - strlen("A==\n-----END INAMA CARD-----\n") - 10; /* inside of the signature */
    for (unsigned byte = 0x80; byte <= 0xff; byte++) {
        copy[at] = (uint8_t)byte;
        ck_assert_int_eq(card_read(&member, &arena, span_of(copy, card.len)), RESULT_MALFORMED);
    }
}
END_TEST

START_TEST(card_is_not_written_for_a_bad_name) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(card_write(&out, &arena, &mine, "Ke", "x", "KE", "CUSTOMS"), RESULT_INVALID);
    ck_assert_int_eq(card_write(&out, &arena, &mine, "ke", "x", "ke", "CUSTOMS"), RESULT_INVALID);
    ck_assert_int_eq(card_write(&out, &arena, &mine, "ke", "x", "KE", ""), RESULT_INVALID);
    ck_assert_int_eq(card_write(&out, &arena, &mine, "ke", "\xff", "KE", "CUSTOMS"), RESULT_INVALID);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("card");
    TCase *card = tcase_create("card");
    tcase_add_checked_fixture(card, set_up, tear_down);
    tcase_add_test(card, card_says_who_wrote_it);
    tcase_add_test(card, card_of_one_that_lost_its_keys_asks_for_the_old_id);
    tcase_add_test(card, card_survives_the_mail);
    tcase_add_test(card, card_refuses_every_change_of_a_letter);
    tcase_add_test(card, card_is_not_written_for_a_bad_name);
    suite_add_tcase(suite, card);

    TCase *forgeries = tcase_create("forgeries");
    tcase_add_checked_fixture(forgeries, set_up, tear_down);
    tcase_add_test(forgeries, card_refuses_rows_by_name);
    tcase_add_test(forgeries, card_refuses_former_keys_and_endings);
    tcase_add_test(forgeries, card_refuses_signatures_by_name);
    tcase_add_test(forgeries, card_refuses_another_encoding);
    tcase_add_test(forgeries, card_refuses_other_texts);
    tcase_add_test(forgeries, card_takes_the_largest_text_and_refuses_a_nul);
    tcase_add_test(forgeries, card_refuses_letters_that_are_not_ascii);
    suite_add_tcase(suite, forgeries);
    return suite;
}
