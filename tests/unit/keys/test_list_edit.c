/* Three roots; Kenya and Congo have an administration, Singapore a police desk. One row of them has former keys. */
#include "keys/list.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/secret.h"
#include "roster.pb-c.h"
#include "tests/support/chance.h"

enum { ROOTS = 3, MEMBERS = 3 };

static struct arena arena;
static struct chance chance;
static struct random dice;
static uint8_t root_keys[ROOTS][SIGN_PUBLIC_SIZE], root_secrets[ROOTS][SIGN_SECRET_SIZE];
static const uint8_t (*const roots)[SIGN_PUBLIC_SIZE] = (const uint8_t (*)[SIGN_PUBLIC_SIZE])root_keys;
static uint8_t author_id[MEMBER_ID_SIZE];

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
    memcpy(author_id, drawn(MEMBER_ID_SIZE), MEMBER_ID_SIZE);
}

static void tear_down(void) {
    arena_release(&arena);
}

static uint8_t *sign_key(void) {
    uint8_t *key = drawn(SIGN_PUBLIC_SIZE), secret[SIGN_SECRET_SIZE];
    sign_keypair(key, secret, drawn(SIGN_SEED_SIZE));
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

/* The same member with other keys. */
static struct member renewed(const struct member *member) {
    struct member next = *member;
    next.sign_key = sign_key();
    next.encryption_key = drawn(EXCHANGE_KEY_SIZE);
    next.serial++;
    return next;
}

static struct ending *ending_of(enum ending_cause cause) {
    struct ending *ending = arena_alloc(&arena, sizeof *ending);
    struct feed_end *end = arena_alloc(&arena, sizeof *end);
    *end = (struct feed_end){.feed = drawn(HASH_SIZE), .number = 9, .hash = drawn(HASH_SIZE)};
    *ending = (struct ending){.cause = cause, .at = 1500, .ends = end, .count = 1};
    return ending;
}

static struct list *opened(struct span file) {
    struct list *list = NULL;
    ck_assert_int_eq(list_read(&list, file), RESULT_OK);
    return list;
}

static struct span signed_by(const struct list *list, const uint8_t *secret, const uint8_t *key) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_sign(&out, &arena, list, secret, key), RESULT_OK);
    return buf_span(&out);
}

static struct list *signed_again(struct list *list, size_t root) {
    struct list *next = opened(signed_by(list, root_secrets[root], root_keys[root]));
    list_drop(list);
    return next;
}

static struct list_edit edit_of(const struct list *base, enum list_change change) {
    return (struct list_edit){.base = base, .change = change, .created = 1100, .expires = 2100, .grace_days = 7};
}

static struct list_edit first_edit(void) {
    struct list_edit edit = edit_of(NULL, LIST_RENEW);
    edit.roots = roots;
    edit.root_count = ROOTS;
    edit.threshold = 2;
    return edit;
}

static enum result try_edit(const struct list_edit *edit) {
    struct buf out;
    buf_init(&out, &arena);
    enum result result = list_edit(&out, &arena, edit);
    ck_assert((out.len == 0) == (result != RESULT_OK));
    return result;
}

static struct list *edited(const struct list_edit *edit) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(list_edit(&out, &arena, edit), RESULT_OK);
    return opened(buf_span(&out));
}

/* The list that most tests begin with. */
static struct list *base_list(void) {
    struct list_edit edit = first_edit();
    struct list *list = edited(&edit);
    for (size_t i = 0; i < MEMBERS; i++) {
        struct member member = member_of(names[i], countries[i], roles[i]);
        const struct former_key former = {.sign_key = sign_key(), .ending = *ending_of(ENDING_LOST)};
        member.serial = i == 0 ? 2 : 1;
        member.former = &former;
        member.former_count = i == 0;
        edit = edit_of(list, LIST_ADD);
        edit.member = &member;
        struct list *next = edited(&edit);
        list_drop(list);
        list = next;
    }
    return list;
}

/* ---- the first list ---- */

START_TEST(a_first_list_has_version_one_and_these_roots) {
    struct list_edit edit = first_edit();
    struct member kenya = member_of("ke-customs", "KE", "CUSTOMS");
    struct list *list = edited(&edit);
    ck_assert_uint_eq(list->version, 1);
    ck_assert_uint_eq(list->threshold, 2);
    ck_assert_uint_eq(list->grace_days, 7);
    ck_assert_uint_eq(list->count, 0);
    list_drop(list);
    edit.change = LIST_ADD;
    edit.member = &kenya;
    edit.version = 12;
    list = edited(&edit);
    ck_assert_uint_eq(list->version, 12);
    ck_assert_uint_eq(list->count, 1);
    list_drop(list);
}
END_TEST

START_TEST(a_first_list_of_desks_has_an_author) {
    struct list_edit edit = edit_of(NULL, LIST_ADD);
    struct member police = member_of("ke-police", "KE", "POLICE"),
                  wildlife = member_of("ke-wildlife", "KE", "WILDLIFE");
    edit.author = author_id;
    edit.member = &police;
    struct list *list = edited(&edit), *next;
    ck_assert_mem_eq(list->author, author_id, MEMBER_ID_SIZE);
    edit = edit_of(list, LIST_ADD);
    edit.member = &wildlife;
    next = edited(&edit);
    ck_assert_mem_eq(next->author, author_id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(next->count, 2);
    list_drop(next);
    list_drop(list);
    edit = first_edit();
    edit.author = author_id;
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED); /* roots and an author */
}
END_TEST

/* ---- changes ---- */

START_TEST(edit_signs_and_reads_again) {
    struct list_edit edit = first_edit();
    struct list *list = edited(&edit);
    for (size_t i = 0; i < MEMBERS; i++) {
        struct member member = member_of(names[i], countries[i], roles[i]);
        edit = edit_of(list, LIST_ADD);
        edit.member = &member;
        struct list *next = signed_again(signed_again(edited(&edit), 2), 0);
        ck_assert_uint_eq(next->version, list->version + 1);
        ck_assert_uint_eq(next->count, i + 1);
        ck_assert_uint_eq(next->threshold, 2);
        ck_assert_uint_eq(list_signatures(next, next->roots, next->root_count), 2);
        list_drop(list);
        list = next;
    }
    list_drop(list);
}
END_TEST

static struct span encoded(const void *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    return buf_span(&out);
}

static Roster *roster_of(const struct list *list) {
    SignedRoster *outer;
    Roster *words;
    ck_assert_int_eq(proto_decode(&arena, &signed_roster__descriptor, list->file, &outer), RESULT_OK);
    ck_assert_int_eq(proto_decode(&arena, &roster__descriptor, proto_span(outer->roster), &words), RESULT_OK);
    return words;
}

START_TEST(renew_changes_dates_alone_and_drops_signatures) {
    struct list *list = signed_again(base_list(), 1);
    struct list_edit edit = edit_of(list, LIST_RENEW);
    struct list *next = edited(&edit);
    ck_assert_uint_eq(next->version, list->version + 1);
    ck_assert_uint_eq(next->created, 1100);
    ck_assert_uint_eq(next->expires, 2100);
    ck_assert_uint_eq(next->grace_days, 7);
    ck_assert_uint_eq(next->root_count, ROOTS);
    ck_assert_uint_eq(next->threshold, 2);
    ck_assert_uint_eq(list_signatures(next, roots, ROOTS), 0);
    Roster *before = roster_of(list), *after = roster_of(next);
    for (size_t i = 0; i < MEMBERS; i++)
        ck_assert(span_equal(encoded(before->members[i]), encoded(after->members[i])));
    list_drop(next);
    list_drop(list);
}
END_TEST

START_TEST(add_refuses_what_is_taken) {
    struct list *list = base_list();
    struct list_edit edit = edit_of(list, LIST_ADD);
    edit.member = list_find_name(list, "cd-customs");
    ck_assert_int_eq(try_edit(&edit), RESULT_EXISTS);
    struct member member = member_of("sg-police", "SG", "POLICE");
    edit.member = &member;
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT); /* the name */
    member = member_of("sg-other", "SG", "OTHER");
    member.session_key = list->members[1].encryption_key;
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT); /* a key */
    member = member_of("ke-revenue", "KE", "CUSTOMS");
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT); /* the country */
    member.country = "FR";
    ck_assert_int_eq(try_edit(&edit), RESULT_OK);
    member.sign_key = root_keys[1];
    member.serial = 2;
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT); /* a root */
    member = member_of("Fr", "FR", "CUSTOMS");
    ck_assert_int_eq(try_edit(&edit), RESULT_INVALID);
    list_drop(list);
}
END_TEST

START_TEST(replace_keeps_the_key_before_with_its_ending) {
    struct list *list = base_list();
    const struct member *before = list_find_name(list, "ke-customs");
    struct member next = renewed(before);
    next.label = "New label";
    next.name = "ke-revenue";
    struct list_edit edit = edit_of(list, LIST_REPLACE);
    edit.member = &next;
    edit.ending = ending_of(ENDING_LOST);
    struct list *after = edited(&edit);
    const struct member *member = list_find(after, before->id);
    ck_assert_ptr_nonnull(member);
    ck_assert_str_eq(member->name, "ke-revenue");
    ck_assert_str_eq(member->label, "New label");
    ck_assert_uint_eq(member->serial, before->serial + 1);
    ck_assert_mem_eq(member->sign_key, next.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(member->former_count, 2);
    ck_assert_mem_eq(member->former[0].sign_key, before->sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(member->former[0].ending.cause, ENDING_LOST);
    ck_assert_uint_eq(member->former[0].ending.ends[0].number, 9);
    ck_assert_mem_eq(member->former[1].sign_key, before->former[0].sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_ptr_null(member->ended);
    list_drop(after);
    list_drop(list);
}
END_TEST

START_TEST(replace_of_the_other_keys_alone_ends_nothing) {
    struct list *list = base_list();
    const struct member *before = list_find_name(list, "sg-police");
    struct member next = renewed(before);
    next.sign_key = before->sign_key;
    struct list_edit edit = edit_of(list, LIST_REPLACE);
    edit.member = &next;
    struct list *after = edited(&edit);
    const struct member *member = list_find_name(after, "sg-police");
    ck_assert_uint_eq(member->former_count, 0);
    ck_assert_uint_eq(member->serial, 2);
    ck_assert_mem_eq(member->encryption_key, next.encryption_key, EXCHANGE_KEY_SIZE);
    list_drop(after);
    list_drop(list);
}
END_TEST

START_TEST(replace_drops_the_oldest_of_too_many) {
    struct list *list = base_list();
    uint8_t last[SIGN_PUBLIC_SIZE];
    for (size_t i = 0; i < FORMER_KEYS_MAX + 3; i++) {
        const struct member *before = list_find_name(list, "cd-customs");
        struct member next = renewed(before);
        struct list_edit edit = edit_of(list, LIST_REPLACE);
        memcpy(last, before->sign_key, SIGN_PUBLIC_SIZE);
        edit.member = &next;
        edit.ending = ending_of(ENDING_LEFT);
        struct list *after = edited(&edit);
        const struct member *member = list_find_name(after, "cd-customs");
        ck_assert_uint_eq(member->former_count, i + 1 < FORMER_KEYS_MAX ? i + 1 : FORMER_KEYS_MAX);
        ck_assert_mem_eq(member->former[0].sign_key, last, SIGN_PUBLIC_SIZE);
        list_drop(list);
        list = after;
    }
    list_drop(list);
}
END_TEST

START_TEST(replace_refuses_by_name) {
    struct list *list = base_list();
    const struct member *before = list_find_name(list, "ke-customs");
    struct member next = renewed(before);
    struct list_edit edit = edit_of(list, LIST_REPLACE);
    edit.member = &next;
    edit.ending = ending_of(ENDING_LEFT);
    next.serial = before->serial;
    ck_assert_int_eq(try_edit(&edit), RESULT_ROLLBACK);
    next.serial = before->serial + 5;
    ck_assert_int_eq(try_edit(&edit), RESULT_OK);
    next.encryption_key = list_find_name(list, "sg-police")->session_key;
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT);
    next = renewed(before);
    next.country = "CD";
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT); /* Congo has its administration */
    next = renewed(before);
    next.sign_key = before->former[0].sign_key; /* a key that was lost does not come back */
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    next = member_of("fr-customs", "FR", "CUSTOMS");
    next.serial = 2;
    ck_assert_int_eq(try_edit(&edit), RESULT_NOT_FOUND);
    list_drop(list);
}
END_TEST

START_TEST(one_that_ended_stays_and_neither_ends_nor_changes_again) {
    struct list *list = base_list();
    const struct member *before = list_find_name(list, "ke-customs");
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = before;
    edit.ending = ending_of(ENDING_REVOKED);
    struct list *after = edited(&edit);
    const struct member *member = list_find_name(after, "ke-customs");
    ck_assert_uint_eq(after->count, MEMBERS);
    ck_assert_ptr_nonnull(member->ended);
    ck_assert_int_eq(member->ended->cause, ENDING_REVOKED);
    ck_assert_uint_eq(member->ended->at, 1500);
    ck_assert_uint_eq(member->former_count, 1);

    edit = edit_of(after, LIST_END);
    edit.member = member;
    edit.ending = ending_of(ENDING_LEFT);
    ck_assert_int_eq(try_edit(&edit), RESULT_EXISTS);
    struct member next = renewed(member);
    edit.change = LIST_REPLACE;
    edit.member = &next;
    ck_assert_int_eq(try_edit(&edit), RESULT_NOT_FOUND);
    edit.change = LIST_ADD;
    ck_assert_int_eq(try_edit(&edit), RESULT_EXISTS);
    struct member successor = member_of("ke-revenue", "KE", "CUSTOMS");
    edit.member = &successor; /* the country is free, its name is not */
    ck_assert_int_eq(try_edit(&edit), RESULT_OK);
    successor.name = "ke-customs";
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT);
    list_drop(after);
    list_drop(list);
}
END_TEST

START_TEST(end_refuses_by_name) {
    struct list *list = base_list();
    struct member stranger = member_of("fr-customs", "FR", "CUSTOMS");
    struct ending *ending = ending_of(ENDING_LEFT);
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = &stranger;
    edit.ending = ending;
    ck_assert_int_eq(try_edit(&edit), RESULT_NOT_FOUND);
    edit.member = &list->members[0];
    ending->cause = 4;
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    edit = first_edit();
    edit.change = LIST_END;
    edit.member = &stranger;
    ck_assert_int_eq(try_edit(&edit), RESULT_NOT_FOUND);
    list_drop(list);
}
END_TEST

START_TEST(roots_are_changed_and_checked) {
    struct list *list = base_list();
    struct list_edit edit = edit_of(list, LIST_ROOTS);
    uint8_t keys[ROSTER_ROOTS_MAX + 1][SIGN_PUBLIC_SIZE];
    for (size_t i = 0; i <= ROSTER_ROOTS_MAX; i++)
        memcpy(keys[i], sign_key(), SIGN_PUBLIC_SIZE);
    edit.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])keys;
    edit.root_count = 2;
    edit.threshold = 1;
    struct list *next = edited(&edit);
    ck_assert_uint_eq(next->root_count, 2);
    ck_assert_uint_eq(next->threshold, 1);
    ck_assert_mem_eq(next->roots[1], keys[1], SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(next->count, MEMBERS);
    list_drop(next);
    edit.threshold = 3;
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    edit.threshold = (size_t)UINT32_MAX + 2; /* not 1 */
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    edit.threshold = 1;
    edit.root_count = ROSTER_ROOTS_MAX + 1;
    ck_assert_int_eq(try_edit(&edit), RESULT_TOO_LARGE);
    edit.root_count = 2;
    memcpy(keys[1], keys[0], SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    memcpy(keys[1], list_find_name(list, "ke-customs")->former[0].sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT);
    memset(keys[1], 0, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(try_edit(&edit), RESULT_BAD_POINT);
    list_drop(list);
}
END_TEST

START_TEST(edit_refuses_what_nobody_could_read) {
    struct list_edit edit = first_edit();
    edit.version = UINT32_MAX;
    struct list *list = edited(&edit);
    edit = edit_of(list, LIST_RENEW);
    ck_assert_int_eq(try_edit(&edit), RESULT_INVALID);
    edit.version = 4;
    ck_assert_int_eq(try_edit(&edit), RESULT_OK);
    edit.grace_days = GRACE_DAYS_MAX + 1;
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    list_drop(list);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("list_edit");
    TCase *editing = tcase_create("editing");
    tcase_add_checked_fixture(editing, set_up, tear_down);
    tcase_add_test(editing, a_first_list_has_version_one_and_these_roots);
    tcase_add_test(editing, a_first_list_of_desks_has_an_author);
    tcase_add_test(editing, edit_signs_and_reads_again);
    tcase_add_test(editing, renew_changes_dates_alone_and_drops_signatures);
    tcase_add_test(editing, add_refuses_what_is_taken);
    tcase_add_test(editing, replace_keeps_the_key_before_with_its_ending);
    tcase_add_test(editing, replace_of_the_other_keys_alone_ends_nothing);
    tcase_add_test(editing, replace_drops_the_oldest_of_too_many);
    tcase_add_test(editing, replace_refuses_by_name);
    tcase_add_test(editing, one_that_ended_stays_and_neither_ends_nor_changes_again);
    tcase_add_test(editing, end_refuses_by_name);
    tcase_add_test(editing, roots_are_changed_and_checked);
    tcase_add_test(editing, edit_refuses_what_nobody_could_read);
    suite_add_tcase(suite, editing);
    return suite;
}
