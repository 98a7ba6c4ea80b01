/* What a node remembers apart from its roster file: an older copy of that is a rollback, whatever it is put together
 * from; what the roots have decided since is none. */
#include <check.h>
#include <string.h>

#include "tests/support/realm.h"

static struct realm realm;
static struct party *ke, *ug, *ke_police;
static struct member rows[2];
static struct roster *roster;
static struct span memory;

static struct span roster_of(uint32_t version) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = rows, .count = 2});
}

static struct span desks_of(uint32_t version) {
    struct member desk = realm_desk(&realm, ke_police);
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = &desk, .count = 1, .author = ke});
}

static void take(enum trust_object kind, struct span object) {
    ck_assert_str_eq(result_name(realm_take(&roster, kind, object)), "ok");
}

static void remember(void) {
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_memory(&out, roster), RESULT_OK);
    memory = buf_span(&out);
    ck_assert_int_eq(roster_compare(roster, memory), RESULT_OK);
}

static const char *compared(void) {
    return result_name(roster_compare(roster, memory));
}

/* The roster of a file with these. */
static void open_file(const struct realm_words *words) {
    struct roster_anchor anchor = realm_anchor(&realm);
    roster_free(roster);
    ck_assert_int_eq(roster_open(&roster, realm_file(&realm, words), &anchor), RESULT_OK);
}

static void set_up(void) {
    realm_init(&realm, 14);
    ke = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    ug = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    ke_police = realm_party(&realm, "ke-police", "KE", "POLICE");
    rows[0] = realm_row(&realm, ke);
    rows[1] = realm_row(&realm, ug);
    roster = realm_open(&realm, roster_of(1));
}

static void tear_down(void) {
    roster_free(roster);
    realm_release(&realm);
}

static void put_keys_back(const struct former_key *former) {
    rows[0] = realm_row(&realm, ke);
    rows[0].former = former;
    rows[0].former_count = 1;
}

/* Somebody who stole the key has renewed it, and signed desks; the roots give the member its keys back. */
START_TEST(a_newer_roster_may_lower_a_serial) {
    const struct former_key former = {rows[0].sign_key, {.cause = ENDING_REVOKED, .at = 1}};
    struct identity stolen, later;
    take(TRUST_RENEWAL, realm_renew_from(&realm, &stolen, &ke->identity, ENDING_LEFT));
    take(TRUST_RENEWAL, realm_renew_from(&realm, &later, &stolen, 0));
    take(TRUST_DESKS, realm_list(&realm, &(struct realm_list){.version = 9, .author = ke, .signer = &later}));
    remember();
    (void)realm_renew(&realm, ke, ENDING_LOST);
    put_keys_back(&former);
    take(TRUST_ROSTER, roster_of(2));
    ck_assert_uint_eq(roster_find(roster, ke->identity.id)->serial, 2);
    ck_assert_str_eq(compared(), "ok");
    take(TRUST_DESKS, desks_of(1));
    ck_assert_str_eq(compared(), "ok");
    identity_release(&stolen);
    identity_release(&later);
}
END_TEST

START_TEST(a_newer_roster_with_the_same_row_lowers_nothing) {
    struct span second = roster_of(2), chain[] = {roster_of(1), second};
    take(TRUST_RENEWAL, realm_renew(&realm, ug, 0));
    remember();
    take(TRUST_ROSTER, second);
    ck_assert_str_eq(compared(), "ok");
    open_file(&(struct realm_words){.rosters = chain, .roster_count = 2});
    ck_assert_str_eq(compared(), "rollback");
}
END_TEST

START_TEST(renewals_left_out_are_a_rollback) {
    struct span first = realm_renew(&realm, ke_police, 0), second = realm_renew(&realm, ke_police, ENDING_LEFT);
    struct span list = roster_of(1), desks = desks_of(1), newer = desks_of(2);
    take(TRUST_DESKS, desks);
    take(TRUST_RENEWAL, first);
    take(TRUST_RENEWAL, second);
    remember();
    open_file(&(struct realm_words){&list, &desks, &first, 1, 1, 1});
    ck_assert_str_eq(compared(), "rollback");
    open_file(&(struct realm_words){&list, &newer, &first, 1, 1, 1}); /* nor is a newer list with its row an excuse */
    ck_assert_str_eq(compared(), "rollback");
}
END_TEST

/* Under a new key desks begin again at version 1: the greater number of the former key must not pass for newer. */
START_TEST(old_desks_under_a_former_key_are_a_rollback) {
    struct span list = roster_of(1), old = desks_of(9), older = desks_of(8);
    struct span renewals[] = {realm_renew(&realm, ke, ENDING_LEFT), {0}};
    struct span new_desks = desks_of(1);
    take(TRUST_DESKS, old);
    remember();
    open_file(&(struct realm_words){&list, &older, NULL, 1, 1, 0});
    ck_assert_str_eq(compared(), "rollback");
    open_file(&(struct realm_words){&list, &older, renewals, 1, 1, 1});
    ck_assert_str_eq(compared(), "rollback");
    open_file(&(struct realm_words){&list, &old, renewals, 1, 1, 1});
    ck_assert_str_eq(compared(), "ok");
    take(TRUST_DESKS, new_desks);
    ck_assert_str_eq(compared(), "ok");
    remember();
    open_file(&(struct realm_words){&list, &old, renewals, 1, 1, 1});
    ck_assert_uint_eq(roster_desks(roster, ke->identity.id)->version, 9);
    ck_assert_str_eq(compared(), "rollback");
    renewals[1] = realm_renew(&realm, ke, 0); /* a later encryption key changes nothing about that */
    open_file(&(struct realm_words){&list, &old, renewals + 1, 1, 1, 0});
    ck_assert_str_eq(compared(), "rollback");
    open_file(&(struct realm_words){&list, &old, renewals, 1, 1, 2});
    ck_assert_str_eq(compared(), "rollback");
    open_file(&(struct realm_words){&list, &new_desks, renewals, 1, 1, 2});
    ck_assert_str_eq(compared(), "ok");
    open_file(&(struct realm_words){&list, NULL, renewals, 1, 0, 2});
    ck_assert_str_eq(compared(), "rollback");
}
END_TEST

/* Another network with a greater version, and its roots in roots.txt. */
START_TEST(another_realm_is_a_rollback) {
    struct realm other;
    realm_init(&other, 15);
    struct party *there = realm_party(&other, "ke-customs", "KE", "CUSTOMS");
    struct member row = realm_row(&other, there);
    take(TRUST_ROSTER, roster_of(2));
    remember();
    struct roster *theirs =
        realm_open(&other, realm_list(&other, &(struct realm_list){.version = 7, .rows = &row, .count = 1}));
    ck_assert_str_eq(result_name(roster_compare(theirs, memory)), "rollback");
    roster_free(theirs);
    theirs = realm_open(&other, realm_list(&other, &(struct realm_list){.version = 2, .rows = &row, .count = 1}));
    bool is_smaller = memcmp(theirs->hash, roster->hash, HASH_SIZE) < 0; /* a hash alone does not tell a rival */
    ck_assert_str_eq(result_name(roster_compare(theirs, memory)), is_smaller ? "ok" : "rollback");
    roster_free(theirs);
    realm_release(&other);
}
END_TEST

START_TEST(a_rival_that_is_gone_by_is_no_rollback) {
    struct span two[2];
    for (uint64_t i = 0; i < 2; i++)
        two[i] = realm_list(&realm,
                            &(struct realm_list){.version = 2, .rows = rows, .count = 2, .created = realm_created + i});
    take(TRUST_ROSTER, two[0]);
    remember();
    bool taken = realm_take(&roster, TRUST_ROSTER, two[1]) == RESULT_OK;
    ck_assert_str_eq(compared(), "ok");
    struct span first = roster_of(1), chain[] = {first, two[taken ? 0 : 1]}; /* the one that is not gone by */
    remember();
    open_file(&(struct realm_words){.rosters = chain, .roster_count = 2});
    ck_assert_str_eq(compared(), "rollback");
}
END_TEST

START_TEST(what_is_no_memory_is_malformed) {
    remember();
    uint8_t *copy = arena_copy(&realm.arena, memory.data, memory.len);
    for (size_t len = 0; len < memory.len; len++)
        ck_assert_int_eq(roster_compare(roster, span_of(copy, len)), RESULT_MALFORMED);
    copy[0]++;
    ck_assert_int_eq(roster_compare(roster, span_of(copy, memory.len)), RESULT_MALFORMED);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("keys.roster_memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_newer_roster_may_lower_a_serial);
    tcase_add_test(tcase, a_newer_roster_with_the_same_row_lowers_nothing);
    tcase_add_test(tcase, renewals_left_out_are_a_rollback);
    tcase_add_test(tcase, old_desks_under_a_former_key_are_a_rollback);
    tcase_add_test(tcase, another_realm_is_a_rollback);
    tcase_add_test(tcase, a_rival_that_is_gone_by_is_no_rollback);
    tcase_add_test(tcase, what_is_no_memory_is_malformed);
    suite_add_tcase(suite, tcase);
    return suite;
}
