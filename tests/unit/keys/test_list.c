/* Three roots; Kenya and Congo have an administration, Singapore a police desk. One row of them has former keys. */
#include "keys/list.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/member_rows.h"
#include "keys/secret.h"
#include "roster.pb-c.h"
#include "tests/support/chance.h"

enum { ROOTS = 3, MEMBERS = 3, SIGNATURES_MAX = 2 * ROSTER_ROOTS_MAX };

static struct arena arena;
static struct chance chance;
static struct random dice;
static uint8_t root_keys[ROOTS][SIGN_PUBLIC_SIZE], root_secrets[ROOTS][SIGN_SECRET_SIZE];
static const uint8_t (*const roots)[SIGN_PUBLIC_SIZE] = (const uint8_t (*)[SIGN_PUBLIC_SIZE])root_keys;
static uint8_t author_key[SIGN_PUBLIC_SIZE], author_secret[SIGN_SECRET_SIZE], author_id[MEMBER_ID_SIZE];
static const char small_order_ed[] = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
static const char mixed_order_ed[] = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";

/* Sorted by id in words_of(); by these names in find_row(). */
static const char *const names[] = {"ke-customs", "cd-customs", "sg-police"};
static const char *const countries[] = {"KE", "CD", "SG"};
static const char *const roles[] = {"CUSTOMS", "CUSTOMS", "POLICE"};

static uint8_t *drawn(size_t len) {
    uint8_t *bytes = arena_alloc(&arena, len);
    ck_assert_ptr_nonnull(bytes);
    random_fill(&dice, bytes, len);
    return bytes;
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)128 * 1024 * 1024);
    chance = (struct chance){.state = 13};
    dice = chance_random(&chance);
    for (size_t i = 0; i < ROOTS; i++)
        sign_keypair(root_keys[i], root_secrets[i], drawn(SIGN_SEED_SIZE));
    sign_keypair(author_key, author_secret, drawn(SIGN_SEED_SIZE));
    identity_id_of(author_id, author_key);
}

static void tear_down(void) {
    arena_release(&arena);
}

static uint8_t *of_hex(const char *hex) {
    uint8_t *bytes = drawn(32);
    ck_assert(text_unhex(bytes, 32, hex));
    return bytes;
}

/* The secret lies behind the key. */
static uint8_t *sign_key(void) {
    uint8_t *key = drawn(SIGN_PUBLIC_SIZE + SIGN_SECRET_SIZE);
    sign_keypair(key, key + SIGN_PUBLIC_SIZE, drawn(SIGN_SEED_SIZE));
    return key;
}

/* A new member. */
static struct member member_of(const char *name, const char *country, const char *role) {
    const uint8_t *key = sign_key();
    uint8_t *id = drawn(MEMBER_ID_SIZE);
    identity_id_of(id, key);
    return (struct member){
        .id = id,
        .sign_key = key,
        .encryption_key = drawn(EXCHANGE_KEY_SIZE),
        .session_key = drawn(EXCHANGE_KEY_SIZE),
        .name = name,
        .label = "Douanes, Côte d'Ivoire",
        .country = country,
        .role = role,
        .serial = 1,
    };
}

static struct ending *ending_of(enum ending_cause cause) {
    struct ending *ending = arena_alloc(&arena, sizeof *ending);
    struct feed_end *end = arena_alloc(&arena, sizeof *end);
    *end = (struct feed_end){.feed = drawn(HASH_SIZE), .number = 9, .hash = drawn(HASH_SIZE)};
    *ending = (struct ending){.cause = cause, .at = 1500, .ends = end, .count = 1};
    return ending;
}

/* ---- lists as words, to be broken ---- */

static int compare_rows(const void *a, const void *b) {
    return memcmp((*(Member *const *)a)->id.data, (*(Member *const *)b)->id.data, MEMBER_ID_SIZE);
}

static Roster *words_with(Member **rows, size_t count) {
    Roster *words = arena_alloc(&arena, sizeof *words);
    ProtobufCBinaryData *keys = arena_array(&arena, ROOTS, sizeof *keys);
    for (size_t i = 0; i < ROOTS; i++)
        keys[i] = proto_bytes(arena_copy(&arena, root_keys[i], SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
    roster__init(words);
    words->suite = 1;
    words->version = 3;
    words->created = 1000;
    words->expires = 2000;
    words->has_grace_days = true;
    words->grace_days = 30;
    words->threshold = 2;
    words->roots = keys;
    words->n_roots = ROOTS;
    words->members = rows;
    words->n_members = count;
    if (count)
        qsort(rows, count, sizeof *rows, compare_rows);
    return words;
}

static Roster *words_of(void) {
    Member **rows = arena_array(&arena, MEMBERS, sizeof *rows);
    struct former_key former = {.sign_key = sign_key(), .ending = *ending_of(ENDING_LOST)};
    for (size_t i = 0; i < MEMBERS; i++) {
        struct member member = member_of(names[i], countries[i], roles[i]);
        if (i == 0) {
            member.serial = 2;
            member.former = &former;
            member.former_count = 1;
        }
        rows[i] = member_row(&arena, &member);
    }
    return words_with(rows, MEMBERS);
}

/* Of a row with a key of sign_key(). */
static void prove(Member *row) {
    Member plain = *row;
    struct buf out;
    uint8_t digest[HASH_SIZE], *proof = drawn(SIGNATURE_SIZE);
    plain.n_former = 0;
    plain.ended = NULL;
    plain.has_proof = false;
    plain.base.n_unknown_fields = 0;
    buf_init(&out, &arena);
    proto_encode(&out, &plain);
    hash_of(digest, "INAMA.card", buf_span(&out));
    sign_make(proof, row->sign_key.data + SIGN_PUBLIC_SIZE, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    row->has_proof = true;
    row->proof = proto_bytes(proof, SIGNATURE_SIZE);
}

static void prove_all(Roster *words) {
    for (size_t i = 0; i < words->n_members; i++)
        prove(words->members[i]);
}

/* The same as the desks of the author, without former keys. */
static Roster *desk_words(void) {
    Roster *words = words_of();
    for (size_t i = 0; i < words->n_members; i++) {
        words->members[i]->has_serial = false;
        words->members[i]->n_former = 0;
    }
    prove_all(words);
    words->has_author = true;
    words->author = proto_bytes(author_id, MEMBER_ID_SIZE);
    words->n_roots = 0;
    words->threshold = 0;
    return words;
}

static Member *find_row(const Roster *words, size_t at) {
    for (size_t i = 0; i < words->n_members; i++)
        if (strcmp(words->members[i]->name, names[at]) == 0)
            return words->members[i];
    ck_abort();
    return NULL;
}

static struct span encoded(const void *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    ck_assert(!out.failed);
    return buf_span(&out);
}

static struct span file_of_bytes(struct span roster) {
    SignedRoster outer = SIGNED_ROSTER__INIT;
    outer.roster = proto_bytes(roster.data, roster.len);
    return encoded(&outer);
}

static struct span file_of(const Roster *words) {
    return file_of_bytes(encoded(words));
}

static struct list *opened(struct span file) {
    struct list *list = NULL;
    ck_assert_int_eq(list_read(&list, file), RESULT_OK);
    return list;
}

static enum result read(struct span file) {
    struct list *list = NULL;
    enum result result = list_read(&list, file);
    ck_assert((list != NULL) == (result == RESULT_OK));
    list_drop(list);
    return result;
}

static struct span signed_by(const struct list *list, const uint8_t *secret, const uint8_t *key) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, secret, key), RESULT_OK);
    return buf_span(&out);
}

static struct list *signed_again(struct list *list, size_t root) {
    struct list *next = opened(signed_by(list, root_secrets[root], root_keys[root]));
    list_drop(list);
    return next;
}

/* ---- reading ---- */

START_TEST(a_list_says_who_is_who) {
    Roster *words = words_of();
    struct span file = file_of(words);
    struct list *list = opened(file);
    ck_assert(span_equal(list->file, file));
    ck_assert_uint_eq(list->version, 3);
    ck_assert_uint_eq(list->created, 1000);
    ck_assert_uint_eq(list->expires, 2000);
    ck_assert_uint_eq(list->grace_days, 30);
    ck_assert_uint_eq(list->threshold, 2);
    ck_assert_uint_eq(list->root_count, ROOTS);
    ck_assert_mem_eq(list->roots[2], root_keys[2], SIGN_PUBLIC_SIZE);
    ck_assert_ptr_null(list->author);
    ck_assert_uint_eq(list->count, MEMBERS);
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct member *member = list_find_name(list, names[i]);
        ck_assert_ptr_nonnull(member);
        ck_assert_ptr_eq(list_find(list, member->id), member);
        ck_assert_str_eq(member->country, countries[i]);
        ck_assert_uint_eq(member->former_count, i == 0);
    }
    ck_assert_ptr_null(list_find(list, author_id));
    ck_assert_ptr_null(list_find_name(list, "nobody"));
    list_drop(list);
    list_drop(NULL);
}
END_TEST

START_TEST(a_list_of_desks_has_an_author_and_no_roots) {
    struct list *list = opened(file_of(desk_words()));
    ck_assert_mem_eq(list->author, author_id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(list->root_count, 0);
    ck_assert_uint_eq(list->threshold, 0);
    ck_assert_uint_eq(list->count, MEMBERS);
    list_drop(list);
}
END_TEST

START_TEST(a_list_may_be_empty) {
    Roster *words = words_with(NULL, 0);
    struct list *list = opened(file_of(words));
    ck_assert_uint_eq(list->count, 0);
    ck_assert_ptr_null(list_find(list, author_id));
    list_drop(list);
}
END_TEST

START_TEST(the_hash_is_of_what_is_signed) {
    struct span roster = encoded(words_of());
    uint8_t hash[HASH_SIZE];
    hash_of(hash, "INAMA.roster", roster);
    struct list *list = opened(file_of_bytes(roster));
    ck_assert_mem_eq(list->hash, hash, HASH_SIZE);
    list = signed_again(list, 1);
    ck_assert_mem_eq(list->hash, hash, HASH_SIZE);
    list_drop(list);
}
END_TEST

START_TEST(a_shared_list_stays_until_the_last_drop) {
    struct list *list = opened(file_of(words_of()));
    ck_assert_ptr_eq(list_share(list), list);
    list_drop(list);
    ck_assert_ptr_nonnull(list_find_name(list, "sg-police"));
    list_drop(list);
}
END_TEST

START_TEST(read_refuses_every_shortening) {
    struct span file = file_of(words_of());
    for (size_t len = 0; len < file.len; len++)
        ck_assert_int_ne(read(span_of(file.data, len)), RESULT_OK);
}
END_TEST

START_TEST(read_refuses_a_file_that_is_too_large) {
    static uint8_t big[ROSTER_BYTES_MAX + 1];
    ck_assert_int_eq(read(SPAN_OF_ARRAY(big)), RESULT_TOO_LARGE);
    ck_assert_int_eq(read(span_of(big, ROSTER_BYTES_MAX)), RESULT_MALFORMED);
}
END_TEST

/* The same field twice, outside and inside of what is signed: the last wins for a lenient reader. */
START_TEST(read_refuses_another_encoding) {
    struct span roster = encoded(words_of()), file = file_of_bytes(roster);
    struct buf twice;
    buf_init(&twice, &arena);
    buf_put_span(&twice, file);
    buf_put_span(&twice, file);
    ck_assert_int_eq(read(buf_span(&twice)), RESULT_NOT_CANONICAL);
    buf_init(&twice, &arena);
    buf_put_span(&twice, roster);
    buf_put_span(&twice, roster);
    ck_assert_int_eq(read(file_of_bytes(buf_span(&twice))), RESULT_NOT_CANONICAL);
}
END_TEST

/* ---- what even those who sign may not say ---- */

static void break_suite(Roster *words) {
    words->suite = 2;
}
static void break_version(Roster *words) {
    words->version = 0;
}
static void break_grace(Roster *words) {
    words->grace_days = GRACE_DAYS_MAX + 1;
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
static void break_many_roots(Roster *words) {
    ProtobufCBinaryData *keys = arena_array(&arena, ROSTER_ROOTS_MAX + 1, sizeof *keys);
    for (size_t i = 0; i <= ROSTER_ROOTS_MAX; i++)
        keys[i] = proto_bytes(sign_key(), SIGN_PUBLIC_SIZE);
    words->roots = keys;
    words->n_roots = ROSTER_ROOTS_MAX + 1;
}
static void break_repeated_root(Roster *words) {
    words->roots[2] = words->roots[0];
}
static void break_root_small(Roster *words) {
    words->roots[1].data = of_hex(small_order_ed);
}
static void break_root_mixed(Roster *words) {
    words->roots[2].data = of_hex(mixed_order_ed);
}
static void break_root_size(Roster *words) {
    words->roots[1].len = 31;
}
static void break_author_size(Roster *words) {
    words->author.len = 31;
}
static void break_author_with_roots(Roster *words) {
    words->n_roots = 1;
}
static void break_author_with_threshold(Roster *words) {
    words->threshold = 1;
}
static void break_roster_with_author(Roster *words) {
    words->has_author = true;
    words->author = proto_bytes(author_id, MEMBER_ID_SIZE);
}
static void break_order(Roster *words) {
    Member *swap = words->members[0];
    words->members[0] = words->members[1];
    words->members[1] = swap;
}
static void break_repeated_member(Roster *words) {
    words->members[1] = words->members[0];
}
static void break_row_name(Roster *words) {
    words->members[2]->name = (char *)(uintptr_t) "KE";
}
static void break_row_sign_key_small(Roster *words) {
    find_row(words, 1)->sign_key.data = of_hex(small_order_ed);
}
static void break_row_sign_key_mixed(Roster *words) {
    find_row(words, 2)->sign_key.data = of_hex(mixed_order_ed);
}
static void break_row_former_small(Roster *words) {
    find_row(words, 0)->former[0]->sign_key.data = of_hex(small_order_ed);
}
static void break_row_former_mixed(Roster *words) {
    find_row(words, 0)->former[0]->sign_key.data = of_hex(mixed_order_ed);
}
static void break_row_encryption_key(Roster *words) {
    memset(find_row(words, 1)->encryption_key.data, 0, EXCHANGE_KEY_SIZE);
}
static void break_row_session_key(Roster *words) {
    memset(find_row(words, 1)->session_key.data, 0, EXCHANGE_KEY_SIZE);
}
static void break_row_id(Roster *words) {
    find_row(words, 1)->id.data[31] ^= 1;
}
static void break_row_ending(Roster *words) {
    find_row(words, 0)->former[0]->ending->cause = 4;
}
/* Two things wrong: the one that is checked first names the result. */
static void break_suite_and_version(Roster *words) {
    break_suite(words);
    break_version(words);
}
static void break_root_before_row(Roster *words) {
    break_repeated_root(words);
    break_row_name(words);
}
static void break_first_row_clashes_second_is_bad(Roster *words) {
    words->members[1]->encryption_key = words->members[0]->encryption_key;
    words->members[2]->name = (char *)(uintptr_t) "KE";
}
static void break_first_row_is_bad_second_clashes(Roster *words) {
    words->members[1]->name = (char *)(uintptr_t) "KE";
    words->members[2]->encryption_key = words->members[0]->encryption_key;
}

static const struct {
    Roster *(*make)(void);
    void (*apply)(Roster *words);
    enum result result;
} breaks[] = {
    {words_of, break_suite, RESULT_UNKNOWN_SUITE},
    {words_of, break_version, RESULT_MALFORMED},
    {words_of, break_grace, RESULT_MALFORMED},
    {words_of, break_threshold_zero, RESULT_MALFORMED},
    {words_of, break_threshold_high, RESULT_MALFORMED},
    {words_of, break_no_roots, RESULT_MALFORMED},
    {words_of, break_many_roots, RESULT_TOO_LARGE},
    {words_of, break_repeated_root, RESULT_MALFORMED},
    {words_of, break_root_small, RESULT_BAD_POINT},
    {words_of, break_root_mixed, RESULT_BAD_POINT},
    {words_of, break_root_size, RESULT_MALFORMED},
    {words_of, break_roster_with_author, RESULT_MALFORMED},
    {desk_words, break_suite, RESULT_UNKNOWN_SUITE},
    {desk_words, break_author_size, RESULT_MALFORMED},
    {desk_words, break_author_with_roots, RESULT_MALFORMED},
    {desk_words, break_many_roots, RESULT_MALFORMED},
    {desk_words, break_author_with_threshold, RESULT_MALFORMED},
    {words_of, break_order, RESULT_MALFORMED},
    {words_of, break_repeated_member, RESULT_MALFORMED},
    {words_of, break_row_name, RESULT_INVALID},
    {words_of, break_row_sign_key_small, RESULT_BAD_POINT},
    {words_of, break_row_sign_key_mixed, RESULT_BAD_POINT},
    {words_of, break_row_former_small, RESULT_BAD_POINT},
    {words_of, break_row_former_mixed, RESULT_BAD_POINT},
    {words_of, break_row_encryption_key, RESULT_BAD_POINT},
    {desk_words, break_row_session_key, RESULT_BAD_POINT},
    {words_of, break_row_id, RESULT_MALFORMED},
    {words_of, break_row_ending, RESULT_MALFORMED},
    {words_of, break_suite_and_version, RESULT_UNKNOWN_SUITE},
    {words_of, break_root_before_row, RESULT_MALFORMED},
    {words_of, break_first_row_clashes_second_is_bad, RESULT_CONFLICT},
    {words_of, break_first_row_is_bad_second_clashes, RESULT_INVALID},
};

START_TEST(read_refuses_by_name) {
    Roster *words = breaks[_i].make();
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
    breaks[_i].apply(words);
    ck_assert_str_eq(result_name(read(file_of(words))), result_name(breaks[_i].result));
}
END_TEST

START_TEST(read_takes_as_many_roots_and_days_as_there_may_be) {
    Roster *words = words_of();
    break_many_roots(words);
    words->n_roots = words->threshold = ROSTER_ROOTS_MAX;
    words->grace_days = GRACE_DAYS_MAX;
    struct list *list = opened(file_of(words));
    ck_assert_uint_eq(list->threshold, ROSTER_ROOTS_MAX);
    list_drop(list);
    words->has_grace_days = false;
    list = opened(file_of(words));
    ck_assert_uint_eq(list->grace_days, 0);
    list_drop(list);
}
END_TEST

/* ---- who claims what is another's ---- */

static void clash_name(Roster *words) {
    find_row(words, 2)->name = (char *)(uintptr_t)names[1];
}
static void clash_sign_key(Roster *words) {
    Member *row = find_row(words, 2);
    row->sign_key = find_row(words, 1)->sign_key;
    row->has_serial = true; /* so that the id need not be that of the key */
    row->serial = 2;
}
static void clash_former_key(Roster *words) {
    Member *row = find_row(words, 1);
    row->sign_key = find_row(words, 0)->former[0]->sign_key;
    row->has_serial = true;
    row->serial = 2;
}
static void clash_two_former_keys(Roster *words) {
    Member *row = find_row(words, 1);
    row->former = find_row(words, 0)->former;
    row->n_former = 1;
    row->has_serial = true;
    row->serial = 2;
}
static void clash_encryption_key(Roster *words) {
    find_row(words, 2)->encryption_key = find_row(words, 0)->encryption_key;
}
static void clash_session_key(Roster *words) {
    find_row(words, 2)->session_key = find_row(words, 0)->session_key;
}
static void clash_session_is_encryption(Roster *words) {
    find_row(words, 2)->session_key = find_row(words, 0)->encryption_key;
}
static void clash_encryption_is_session(Roster *words) {
    find_row(words, 2)->encryption_key = find_row(words, 0)->session_key;
}
static void clash_root_key(Roster *words) {
    words->roots[1] = find_row(words, 1)->sign_key;
}
static void clash_root_was_a_key(Roster *words) {
    words->roots[2] = find_row(words, 0)->former[0]->sign_key;
}
static void clash_country(Roster *words) {
    find_row(words, 1)->country = (char *)(uintptr_t) "KE";
}

static const struct {
    void (*apply)(Roster *words);
    const char *what;
    size_t one, other; /* of names[]; the same: a root */
    bool also_desks;   /* where a former key is malformed, and so is another's signing key */
} clashes[] = {
    {clash_name, "name", 1, 1, true}, /* both are called so */
    {clash_sign_key, "signing key", 1, 2, false},
    {clash_former_key, "signing key", 0, 1, false},
    {clash_two_former_keys, "signing key", 0, 1, false},
    {clash_encryption_key, "encryption key", 0, 2, true},
    {clash_session_key, "session key", 0, 2, true},
    {clash_session_is_encryption, NULL, 0, 2, true}, /* one or the other, whichever row is first */
    {clash_encryption_is_session, NULL, 0, 2, true},
    {clash_root_key, "root key", 1, 1, false},
    {clash_root_was_a_key, "root key", 0, 0, false},
    {clash_country, "country", 0, 1, false},
};

static bool are(const struct list_conflict *conflict, const char *one, const char *other) {
    return (strcmp(conflict->first, one) == 0 && strcmp(conflict->second, other) == 0) ||
           (strcmp(conflict->first, other) == 0 && strcmp(conflict->second, one) == 0);
}

START_TEST(read_refuses_what_two_claim_and_says_who) {
    Roster *words = words_of();
    struct list_conflict conflict;
    struct list *list = NULL;
    clashes[_i].apply(words);
    ck_assert_int_eq(list_read_explained(&list, file_of(words), &conflict), RESULT_CONFLICT);
    if (clashes[_i].what)
        ck_assert_str_eq(conflict.what, clashes[_i].what);
    bool is_root = strcmp(conflict.what, "root key") == 0;
    ck_assert(are(&conflict, is_root ? "" : names[clashes[_i].one], names[clashes[_i].other]));
    words = desk_words();
    if (clashes[_i].also_desks) {
        clashes[_i].apply(words);
        prove_all(words);
        ck_assert_int_eq(read(file_of(words)), RESULT_CONFLICT);
    }
}
END_TEST

/* Desks of one country may have two of the role: whether they may have it at all is not the list's matter. */
START_TEST(two_of_one_country_conflict_only_as_administrations_that_have_not_ended) {
    Roster *words = desk_words();
    clash_country(words);
    prove_all(words);
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
    words = words_of();
    clash_country(words);
    find_row(words, 1)->role = (char *)(uintptr_t) "POLICE";
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
    words = words_of();
    clash_country(words);
    find_row(words, 0)->ended = ending_words(&arena, ending_of(ENDING_LEFT));
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
    clash_encryption_key(words); /* those that ended keep their names and keys */
    ck_assert_int_eq(read(file_of(words)), RESULT_CONFLICT);
}
END_TEST

/* ---- the proof of a desk ---- */

static void spoil_nothing(Member *row) {
    (void)row;
}
static void spoil_by_unknown_field(Member *row) {
    ProtobufCMessageUnknownField *field = arena_alloc(&arena, sizeof *field);
    *field = (ProtobufCMessageUnknownField){
        .tag = 13, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .len = 1, .data = arena_copy(&arena, "\1", 1)};
    row->base.unknown_fields = field;
    row->base.n_unknown_fields = 1;
}
static void spoil_ending(Member *row) {
    row->ended = ending_words(&arena, ending_of(ENDING_LOST));
}
static void spoil_proof(Member *row) {
    row->has_proof = false;
}
static void spoil_proof_size(Member *row) {
    row->proof.len = 63;
}
static void spoil_proof_point(Member *row) {
    memset(row->proof.data, 0, 32);
}
static void spoil_proof_bit(Member *row) {
    row->proof.data[40] ^= 1;
}
static void spoil_serial_two(Member *row) {
    row->has_serial = true;
    row->serial = 2;
    prove(row);
}
static void spoil_serial_one(Member *row) { /* it would be lost when the list is written anew, and the proof with it */
    row->has_serial = true;
    row->serial = 1;
    prove(row);
}
static void spoil_country(Member *row) {
    row->country = (char *)(uintptr_t) "UG";
}
static void spoil_name(Member *row) {
    row->name = (char *)(uintptr_t) "ug-police";
}
static void spoil_role(Member *row) {
    row->role = (char *)(uintptr_t) "WILDLIFE";
}
static void spoil_label(Member *row) {
    row->label = (char *)(uintptr_t) "Somebody";
}
static void spoil_session_key(Member *row) {
    row->session_key = proto_bytes(drawn(EXCHANGE_KEY_SIZE), EXCHANGE_KEY_SIZE);
}
static void spoil_encryption_key(Member *row) {
    row->encryption_key = proto_bytes(drawn(EXCHANGE_KEY_SIZE), EXCHANGE_KEY_SIZE);
}

static const struct {
    void (*apply)(Member *row);
    enum result result;
} spoils[] = {
    {spoil_nothing, RESULT_OK},
    {spoil_by_unknown_field, RESULT_OK},
    {spoil_ending, RESULT_OK},
    {spoil_proof, RESULT_MALFORMED},
    {spoil_proof_size, RESULT_MALFORMED},
    {spoil_proof_point, RESULT_BAD_POINT},
    {spoil_proof_bit, RESULT_BAD_SIGNATURE},
    {spoil_serial_two, RESULT_MALFORMED},
    {spoil_serial_one, RESULT_MALFORMED},
    {spoil_country, RESULT_BAD_SIGNATURE},
    {spoil_name, RESULT_BAD_SIGNATURE},
    {spoil_role, RESULT_BAD_SIGNATURE},
    {spoil_label, RESULT_BAD_SIGNATURE},
    {spoil_session_key, RESULT_BAD_SIGNATURE},
    {spoil_encryption_key, RESULT_BAD_SIGNATURE},
};

START_TEST(a_desk_proves_all_of_its_row_but_how_it_ends) {
    Roster *words = desk_words();
    spoils[_i].apply(find_row(words, 2));
    ck_assert_str_eq(result_name(read(file_of(words))), result_name(spoils[_i].result));
    words = words_of(); /* the roots answer for what stands in their own list */
    prove_all(words);
    spoil_proof_bit(find_row(words, 2));
    spoil_proof_size(find_row(words, 1));
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
}
END_TEST

static enum result refuse_all(const struct list *list, void *context) {
    ck_assert_uint_eq(list->count, 0);
    *(uint32_t *)context = list->version;
    return RESULT_EXISTS;
}

/* Who is not trusted has no points checked. */
START_TEST(what_is_not_admitted_is_read_no_further) {
    Roster *words = words_of();
    struct list *list = NULL;
    uint32_t version = 0;
    memset(find_row(words, 2)->encryption_key.data, 0, EXCHANGE_KEY_SIZE);
    ck_assert_int_eq(list_read_admitted(&list, file_of(words), refuse_all, &version), RESULT_EXISTS);
    ck_assert_ptr_null(list);
    ck_assert_uint_eq(version, 3);
    ck_assert_int_eq(read(file_of(words)), RESULT_BAD_POINT);
}
END_TEST

/* Points of two curves that happen to have the same bytes are two keys. */
START_TEST(a_signing_key_is_no_encryption_key) {
    Roster *words = words_of();
    find_row(words, 2)->encryption_key = find_row(words, 1)->sign_key;
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
}
END_TEST

/* ---- as many as there may be ---- */

static Roster *words_of_many(size_t count) {
    Member **rows = arena_array(&arena, count, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        const struct member member = member_of(text_format(&arena, "m%zu", i), "KE", "POLICE");
        rows[i] = member_row(&arena, &member);
    }
    return words_with(rows, count);
}

START_TEST(read_takes_256_desks_and_not_one_more) {
    Roster *words = words_of_many(DESKS_MAX + 1);
    words->has_author = true;
    words->author = proto_bytes(author_id, MEMBER_ID_SIZE);
    words->n_roots = words->threshold = 0;
    ck_assert_int_eq(read(file_of(words)), RESULT_TOO_LARGE);
    words->n_members = DESKS_MAX;
    prove_all(words);
    ck_assert_int_eq(read(file_of(words)), RESULT_OK);
}
END_TEST

START_TEST(read_takes_2048_rows_and_not_one_more) {
    Roster *words = words_of_many(ROSTER_MEMBERS_MAX + 1);
    ck_assert_int_eq(read(file_of(words)), RESULT_TOO_LARGE);
    words->n_members = ROSTER_MEMBERS_MAX;
    struct list *list = opened(file_of(words));
    ck_assert_uint_eq(list->count, ROSTER_MEMBERS_MAX);
    for (size_t i = 0; i < list->count; i++)
        ck_assert_ptr_eq(list_find(list, list->members[i].id), &list->members[i]);
    struct member more = member_of("more", "KE", "POLICE");
    struct list_edit edit = {.base = list, .change = LIST_ADD, .member = &more};
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_edit(&out, &arena, &edit), RESULT_TOO_LARGE);
    list_drop(list);
    words->members[ROSTER_MEMBERS_MAX - 1]->session_key = words->members[0]->session_key;
    ck_assert_int_eq(read(file_of(words)), RESULT_CONFLICT);
}
END_TEST

START_TEST(a_thousand_rows_are_read) {
    struct list *list = opened(file_of(words_of_many(1000)));
    ck_assert_ptr_nonnull(list_find_name(list, "m999"));
    list_drop(list);
}
END_TEST

/* ---- signatures ---- */

/* A list with these signature rows, each of a key and a signature. */
static struct list *with_signatures(const Roster *words, const RosterSignature *signatures, size_t count,
                                    enum result expected) {
    SignedRoster outer = SIGNED_ROSTER__INIT;
    RosterSignature **rows = arena_array(&arena, count, sizeof *rows);
    struct list *list = NULL;
    struct span roster = encoded(words);
    for (size_t i = 0; i < count; i++)
        rows[i] = (RosterSignature *)(uintptr_t)&signatures[i];
    outer.roster = proto_bytes(roster.data, roster.len);
    outer.signatures = rows;
    outer.n_signatures = count;
    ck_assert_int_eq(list_read(&list, encoded(&outer)), expected);
    return list;
}

static RosterSignature signature_of(const Roster *words, const char *tag, const uint8_t *secret, const uint8_t *key) {
    RosterSignature row = ROSTER_SIGNATURE__INIT;
    uint8_t hash[HASH_SIZE], *signature = drawn(SIGNATURE_SIZE);
    hash_of(hash, "INAMA.roster", encoded(words));
    sign_make(signature, secret, tag, SPAN_OF_ARRAY(hash));
    row.root = proto_bytes(key, SIGN_PUBLIC_SIZE);
    row.signature = proto_bytes(signature, SIGNATURE_SIZE);
    return row;
}

START_TEST(signatures_count_each_root_that_signed) {
    struct list *list = opened(file_of(words_of()));
    for (size_t i = 0; i < ROOTS; i++) {
        ck_assert_uint_eq(list_signatures(list, roots, ROOTS), i);
        list = signed_again(list, i);
    }
    ck_assert_uint_eq(list_signatures(list, roots, ROOTS), ROOTS);
    ck_assert_uint_eq(list_signatures(list, roots, 1), 1);
    ck_assert_uint_eq(list_signatures(list, (const uint8_t(*)[SIGN_PUBLIC_SIZE]) & author_key, 1), 0);
    ck_assert_uint_eq(list_signatures(list, NULL, 0), 0);
    list_drop(list);
}
END_TEST

/* One root counts once, however it is repeated: in the signatures or among the trusted. */
START_TEST(signatures_count_a_key_once) {
    Roster *words = words_of();
    RosterSignature one = signature_of(words, "INAMA.sig.roster", root_secrets[0], root_keys[0]);
    const RosterSignature twice[] = {one, one};
    uint8_t trusted[3][SIGN_PUBLIC_SIZE];
    struct list *list = with_signatures(words, twice, 2, RESULT_OK);
    ck_assert_uint_eq(list_signatures(list, roots, ROOTS), 1);
    memcpy(trusted[0], root_keys[0], SIGN_PUBLIC_SIZE);
    memcpy(trusted[1], root_keys[1], SIGN_PUBLIC_SIZE);
    memcpy(trusted[2], root_keys[0], SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(list_signatures(list, (const uint8_t(*)[SIGN_PUBLIC_SIZE])trusted, 3), 1);
    list_drop(list);
}
END_TEST

/* A signature that does not count harms nothing either. */
START_TEST(signatures_that_do_not_verify_count_for_nothing) {
    Roster *words = words_of(), *others = words_of();
    uint8_t *zero = arena_alloc(&arena, SIGNATURE_SIZE);
    RosterSignature rows[] = {
        signature_of(others, "INAMA.sig.roster", root_secrets[0], root_keys[0]), /* another list */
        signature_of(words, "INAMA.sig.desks", root_secrets[0], root_keys[0]),   /* another purpose */
        signature_of(words, "INAMA.sig.roster", root_secrets[1], root_keys[0]),  /* another's hand */
        signature_of(words, "INAMA.sig.roster", author_secret, author_key),      /* a stranger */
        signature_of(words, "INAMA.sig.roster", root_secrets[1], root_keys[1]),  /* too short, below */
        signature_of(words, "INAMA.sig.roster", root_secrets[2], root_keys[2]),  /* a key too long, below */
        signature_of(words, "INAMA.sig.roster", root_secrets[2], root_keys[2]),  /* R of small order, below */
        signature_of(words, "INAMA.sig.roster", root_secrets[2], root_keys[2]),  /* the only good one */
    };
    rows[4].signature.len = SIGNATURE_SIZE - 1;
    rows[5].root.len = 33;
    rows[5].root.data = drawn(33);
    rows[6].signature.data = zero;
    struct list *list = with_signatures(words, rows, sizeof rows / sizeof *rows, RESULT_OK);
    ck_assert_uint_eq(list_signatures(list, roots, ROOTS), 1);
    ck_assert_uint_eq(list_signatures(list, &roots[2], 1), 1);
    list_drop(list);
}
END_TEST

START_TEST(read_refuses_more_than_32_signatures) {
    Roster *words = words_of();
    RosterSignature rows[SIGNATURES_MAX + 1];
    for (size_t i = 0; i <= SIGNATURES_MAX; i++)
        rows[i] = signature_of(words, "INAMA.sig.roster", author_secret, author_key);
    with_signatures(words, rows, SIGNATURES_MAX + 1, RESULT_TOO_LARGE);
    words->members[0]->name = (char *)(uintptr_t) "KE"; /* that is looked at only then */
    with_signatures(words, rows, SIGNATURES_MAX + 1, RESULT_TOO_LARGE);
    with_signatures(words, rows, SIGNATURES_MAX, RESULT_INVALID);
    words = words_of();
    struct list *list = with_signatures(words, rows, SIGNATURES_MAX, RESULT_OK);
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, root_secrets[0], root_keys[0]), RESULT_TOO_LARGE);
    list_drop(list);
}
END_TEST

START_TEST(sign_refuses_strangers_and_those_who_have_signed) {
    struct list *list = signed_again(opened(file_of(words_of())), 0);
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, root_secrets[0], root_keys[0]), RESULT_EXISTS);
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, author_secret, author_key), RESULT_NOT_FOUND);
    ck_assert_uint_eq(out.len, 0);
    list_drop(list);
}
END_TEST

/* Those who hand over: a root of before that is none any more signs the next list, and nobody else does. */
START_TEST(sign_takes_a_root_of_the_list_before) {
    struct list *before = opened(file_of(words_of())), *list;
    Roster *words = words_of();
    struct buf out;
    words->roots++; /* without the first */
    words->n_roots--;
    list = opened(file_of(words));
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, root_secrets[0], root_keys[0]), RESULT_NOT_FOUND);
    ck_assert_int_eq(list_sign(&out, &arena, list, before, author_secret, author_key), RESULT_NOT_FOUND);
    ck_assert_uint_eq(out.len, 0);
    ck_assert_int_eq(list_sign(&out, &arena, list, before, root_secrets[0], root_keys[0]), RESULT_OK);
    struct list *handed = opened(buf_span(&out));
    ck_assert_uint_eq(list_signatures(handed, before->roots, before->root_count), 1);
    ck_assert_uint_eq(list_signatures(handed, list->roots, list->root_count), 0);
    ck_assert_int_eq(list_sign(&out, &arena, handed, before, root_secrets[0], root_keys[0]), RESULT_EXISTS);
    ck_assert_int_eq(list_sign(&out, &arena, handed, before, root_secrets[1], root_keys[1]), RESULT_OK);
    list_drop(handed);
    list_drop(list);
    list_drop(before);
}
END_TEST

/* Rubbish in a root's name must not keep it from signing. */
START_TEST(sign_goes_past_a_signature_that_does_not_verify) {
    Roster *words = words_of();
    const RosterSignature rubbish = signature_of(words, "INAMA.sig.desks", root_secrets[0], root_keys[0]);
    struct list *list = with_signatures(words, &rubbish, 1, RESULT_OK);
    list = signed_again(list, 0);
    ck_assert_uint_eq(list_signatures(list, roots, ROOTS), 1);
    list_drop(list);
}
END_TEST

START_TEST(desks_are_signed_by_their_author) {
    struct list *list = opened(file_of(desk_words()));
    ck_assert_int_eq(list_verify_author(list, author_key), RESULT_BAD_SIGNATURE);
    struct list *next = opened(signed_by(list, author_secret, author_key));
    ck_assert_int_eq(list_verify_author(next, author_key), RESULT_OK);
    ck_assert_int_eq(list_verify_author(next, root_keys[0]), RESULT_BAD_SIGNATURE);
    ck_assert_uint_eq(list_signatures(next, (const uint8_t(*)[SIGN_PUBLIC_SIZE]) & author_key, 1), 1);
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, next, NULL, author_secret, author_key), RESULT_EXISTS);
    list_drop(next);
    list_drop(list);
}
END_TEST

START_TEST(verify_author_refuses_by_name) {
    Roster *words = desk_words();
    RosterSignature as_roster = signature_of(words, "INAMA.sig.roster", author_secret, author_key);
    RosterSignature small_r = signature_of(words, "INAMA.sig.desks", author_secret, author_key);
    RosterSignature rows[] = {small_r, signature_of(words, "INAMA.sig.desks", author_secret, author_key)};
    memset(rows[0].signature.data, 0, SIGNATURE_SIZE / 2);
    struct list *list = with_signatures(words, &as_roster, 1, RESULT_OK);
    ck_assert_int_eq(list_verify_author(list, author_key), RESULT_BAD_SIGNATURE);
    list_drop(list);
    list = with_signatures(words, rows, 1, RESULT_OK);
    ck_assert_int_eq(list_verify_author(list, author_key), RESULT_BAD_POINT);
    list_drop(list);
    list = with_signatures(words, rows, 2, RESULT_OK);
    ck_assert_int_eq(list_verify_author(list, author_key), RESULT_OK);
    list_drop(list);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("list");
    TCase *reading = tcase_create("reading");
    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_test(reading, a_list_says_who_is_who);
    tcase_add_test(reading, a_list_of_desks_has_an_author_and_no_roots);
    tcase_add_test(reading, a_list_may_be_empty);
    tcase_add_test(reading, the_hash_is_of_what_is_signed);
    tcase_add_test(reading, a_shared_list_stays_until_the_last_drop);
    tcase_add_test(reading, read_refuses_every_shortening);
    tcase_add_test(reading, read_refuses_a_file_that_is_too_large);
    tcase_add_test(reading, read_refuses_another_encoding);
    tcase_add_loop_test(reading, read_refuses_by_name, 0, sizeof breaks / sizeof *breaks);
    tcase_add_test(reading, read_takes_as_many_roots_and_days_as_there_may_be);
    tcase_add_loop_test(reading, read_refuses_what_two_claim_and_says_who, 0, sizeof clashes / sizeof *clashes);
    tcase_add_test(reading, two_of_one_country_conflict_only_as_administrations_that_have_not_ended);
    tcase_add_test(reading, a_signing_key_is_no_encryption_key);
    tcase_add_test(reading, read_takes_2048_rows_and_not_one_more);
    tcase_add_test(reading, read_takes_256_desks_and_not_one_more);
    tcase_add_loop_test(reading, a_desk_proves_all_of_its_row_but_how_it_ends, 0, sizeof spoils / sizeof *spoils);
    tcase_add_test(reading, what_is_not_admitted_is_read_no_further);
    tcase_add_test(reading, a_thousand_rows_are_read);
    suite_add_tcase(suite, reading);

    TCase *signing = tcase_create("signing");
    tcase_add_checked_fixture(signing, set_up, tear_down);
    tcase_add_test(signing, signatures_count_each_root_that_signed);
    tcase_add_test(signing, signatures_count_a_key_once);
    tcase_add_test(signing, signatures_that_do_not_verify_count_for_nothing);
    tcase_add_test(signing, read_refuses_more_than_32_signatures);
    tcase_add_test(signing, sign_refuses_strangers_and_those_who_have_signed);
    tcase_add_test(signing, sign_takes_a_root_of_the_list_before);
    tcase_add_test(signing, sign_goes_past_a_signature_that_does_not_verify);
    tcase_add_test(signing, desks_are_signed_by_their_author);
    tcase_add_test(signing, verify_author_refuses_by_name);
    suite_add_tcase(suite, signing);

    return suite;
}
