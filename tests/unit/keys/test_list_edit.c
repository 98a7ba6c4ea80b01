/* Three roots; Kenya and Congo have an administration, Singapore a police desk. One row of them has former keys. */
#include "keys/list.h"

#include <check.h>
#include <signal.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"
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

/* The same with the proof that a desk needs. */
static struct member desk_of(const char *name, const char *country, const char *role) {
    struct member desk = member_of(name, country, role);
    struct buf words;
    uint8_t digest[HASH_SIZE], *proof = drawn(SIGNATURE_SIZE);
    buf_init(&words, &arena);
    proto_encode(&words, member_row(&arena, &desk));
    hash_of(digest, "INAMA.card", buf_span(&words));
    sign_make(proof, desk.sign_key + SIGN_PUBLIC_SIZE, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    desk.proof = proof;
    return desk;
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
    ck_assert_int_eq(list_sign(&out, &arena, list, NULL, secret, key), RESULT_OK);
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
    struct member police = desk_of("ke-police", "KE", "POLICE"), wildlife = desk_of("ke-wildlife", "KE", "WILDLIFE");
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

/* The proof is by the first keys, so the row stays: whoever lost them comes as somebody else. */
START_TEST(desks_keep_their_proofs_and_are_not_replaced) {
    struct list_edit edit = edit_of(NULL, LIST_ADD);
    struct member police = desk_of("ke-police", "KE", "POLICE"), next = renewed(&police);
    edit.author = author_id;
    edit.member = &police;
    struct list *list = edited(&edit);
    ck_assert_mem_eq(list->members[0].proof, police.proof, SIGNATURE_SIZE);
    edit = edit_of(list, LIST_REPLACE);
    edit.ending = ending_of(ENDING_LOST);
    edit.member = &next;
    ck_assert_int_eq(try_edit(&edit), RESULT_INVALID);
    edit.change = LIST_END;
    edit.before = &next; /* what it renewed since stays its renewals' matter */
    struct list *ended = edited(&edit);
    ck_assert_ptr_nonnull(ended->members[0].ended);
    ck_assert_mem_eq(ended->members[0].sign_key, police.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(ended->members[0].proof, police.proof, SIGNATURE_SIZE);
    ck_assert_uint_eq(ended->members[0].serial, 1);
    list_drop(ended);
    struct member other = desk_of("ke-other", "KE", "POLICE");
    other.country = "UG"; /* not what it has signed */
    edit = edit_of(list, LIST_ADD);
    edit.member = &other;
    ck_assert_int_eq(try_edit(&edit), RESULT_BAD_SIGNATURE);
    other.proof = NULL;
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    list_drop(list);
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

/* What a member makes of itself by so many renewals of its signing key, as keys/roster_build.c does it. */
static struct member renewed_by_itself(const struct member *row, size_t times) {
    struct member member = *row;
    for (size_t i = 0; i < times; i++) {
        struct former_key *former = arena_array(&arena, member.former_count + 1, sizeof *former);
        former[0] = (struct former_key){.sign_key = member.sign_key, .ending = *ending_of(ENDING_LEFT)};
        for (size_t k = 0; k < member.former_count; k++)
            former[k + 1] = member.former[k];
        member = renewed(&member);
        member.former = former;
        member.former_count++;
    }
    return member;
}

START_TEST(replace_takes_over_what_renewals_did) {
    struct list *list = base_list();
    const struct member *row = list_find_name(list, "ke-customs");
    struct member before = renewed_by_itself(row, 1), next = renewed(&before);
    struct list_edit edit = edit_of(list, LIST_REPLACE);
    edit.member = &next;
    edit.before = &before;
    edit.ending = ending_of(ENDING_LOST);
    struct list *after = edited(&edit);
    const struct member *member = list_find(after, row->id);
    ck_assert_mem_eq(member->sign_key, next.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(member->serial, row->serial + 2);
    ck_assert_uint_eq(member->former_count, 3);
    ck_assert_mem_eq(member->former[0].sign_key, before.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(member->former[0].ending.cause, ENDING_LOST);
    ck_assert_mem_eq(member->former[1].sign_key, row->sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(member->former[1].ending.cause, ENDING_LEFT);
    ck_assert_mem_eq(member->former[2].sign_key, row->former[0].sign_key, SIGN_PUBLIC_SIZE);
    list_drop(after);
    next.serial = before.serial; /* the member has used that itself */
    ck_assert_int_eq(try_edit(&edit), RESULT_ROLLBACK);
    next.serial++;
    next.sign_key = row->sign_key; /* and has put that away */
    ck_assert_int_eq(try_edit(&edit), RESULT_MALFORMED);
    list_drop(list);
}
END_TEST

START_TEST(end_takes_over_what_renewals_did) {
    struct list *list = base_list();
    const struct member *row = list_find_name(list, "sg-police");
    struct member before = renewed_by_itself(row, 1);
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = row;
    edit.before = &before;
    edit.ending = ending_of(ENDING_REVOKED);
    struct list *after = edited(&edit);
    const struct member *member = list_find(after, row->id);
    ck_assert_int_eq(member->ended->cause, ENDING_REVOKED);
    ck_assert_str_eq(member->name, "sg-police");
    ck_assert_uint_eq(member->serial, 2);
    ck_assert_mem_eq(member->sign_key, before.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_mem_eq(member->encryption_key, before.encryption_key, EXCHANGE_KEY_SIZE);
    ck_assert_uint_eq(member->former_count, 1);
    ck_assert_mem_eq(member->former[0].sign_key, row->sign_key, SIGN_PUBLIC_SIZE);
    list_drop(after);
    list_drop(list);
}
END_TEST

START_TEST(of_too_many_renewals_the_newest_keys_stay) {
    struct list *list = base_list();
    const struct member *row = list_find_name(list, "cd-customs");
    struct member before = renewed_by_itself(row, FORMER_KEYS_MAX + 2), next = renewed(&before);
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = row;
    edit.before = &before;
    edit.ending = ending_of(ENDING_LEFT);
    struct list *after = edited(&edit);
    const struct member *member = list_find(after, row->id);
    ck_assert_uint_eq(member->former_count, FORMER_KEYS_MAX);
    ck_assert_mem_eq(member->former[0].sign_key, before.former[0].sign_key, SIGN_PUBLIC_SIZE);
    list_drop(after);
    next.sign_key = before.sign_key; /* the other keys alone are new */
    edit.change = LIST_REPLACE;
    edit.member = &next;
    after = edited(&edit);
    member = list_find(after, row->id);
    ck_assert_uint_eq(member->former_count, FORMER_KEYS_MAX);
    ck_assert_mem_eq(member->former[0].sign_key, before.former[0].sign_key, SIGN_PUBLIC_SIZE);
    list_drop(after);
    list_drop(list);
}
END_TEST

START_TEST(a_key_of_another_does_not_keep_a_member_in) {
    struct list *list = base_list();
    const struct member *row = list_find_name(list, "cd-customs");
    struct member before = renewed_by_itself(row, 1), next = renewed(&before);
    before.encryption_key = list_find_name(list, "sg-police")->encryption_key;
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = row;
    edit.before = &before;
    edit.ending = ending_of(ENDING_REVOKED);
    struct list *after = edited(&edit);
    const struct member *member = list_find(after, row->id);
    ck_assert_ptr_nonnull(member->ended);
    ck_assert_uint_eq(member->serial, 1);
    ck_assert_uint_eq(member->former_count, 0);
    ck_assert_mem_eq(member->encryption_key, row->encryption_key, EXCHANGE_KEY_SIZE);
    list_drop(after);
    edit.change = LIST_REPLACE;
    edit.member = &next;
    ck_assert_int_eq(try_edit(&edit), RESULT_OK); /* that key goes */
    before.sign_key = list_find_name(list, "sg-police")->sign_key;
    ck_assert_int_eq(try_edit(&edit), RESULT_CONFLICT);
    list_drop(list);
}
END_TEST

START_TEST(nobody_takes_over_what_another_did) {
    struct list *list = base_list();
    struct list_edit edit = edit_of(list, LIST_END);
    edit.member = &list->members[0];
    edit.before = &list->members[1];
    edit.ending = ending_of(ENDING_LEFT);
    (void)try_edit(&edit); /* aborts */
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
    tcase_add_test(editing, desks_keep_their_proofs_and_are_not_replaced);
    tcase_add_test(editing, edit_signs_and_reads_again);
    tcase_add_test(editing, renew_changes_dates_alone_and_drops_signatures);
    tcase_add_test(editing, add_refuses_what_is_taken);
    tcase_add_test(editing, replace_keeps_the_key_before_with_its_ending);
    tcase_add_test(editing, replace_of_the_other_keys_alone_ends_nothing);
    tcase_add_test(editing, replace_drops_the_oldest_of_too_many);
    tcase_add_test(editing, replace_refuses_by_name);
    tcase_add_test(editing, replace_takes_over_what_renewals_did);
    tcase_add_test(editing, end_takes_over_what_renewals_did);
    tcase_add_test(editing, of_too_many_renewals_the_newest_keys_stay);
    tcase_add_test(editing, a_key_of_another_does_not_keep_a_member_in);
    tcase_add_test_raise_signal(editing, nobody_takes_over_what_another_did, SIGABRT);
    tcase_add_test(editing, one_that_ended_stays_and_neither_ends_nor_changes_again);
    tcase_add_test(editing, end_refuses_by_name);
    tcase_add_test(editing, roots_are_changed_and_checked);
    tcase_add_test(editing, edit_refuses_what_nobody_could_read);
    suite_add_tcase(suite, editing);
    return suite;
}
