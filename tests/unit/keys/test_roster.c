/* Three roots, two of which must sign; Kenya and Uganda, each with its customs administration and desks. What somebody
 * hostile may try is in test_roster_attacks.c. */
#include "keys/roster.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/realm.h"

static struct realm realm;
static struct party *ke, *ug, *ke_police, *ke_wildlife, *ug_police, *cites;
static struct member rows[3]; /* of the roster */

static void set_up(void) {
    realm_init(&realm, 11);
    ke = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    ug = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    cites = realm_party(&realm, "cites", "CH", "SECRETARIAT");
    ke_police = realm_party(&realm, "ke-police", "KE", "POLICE");
    ke_wildlife = realm_party(&realm, "ke-wildlife", "KE", "WILDLIFE");
    ug_police = realm_party(&realm, "ug-police", "UG", "POLICE");
    rows[0] = realm_row(&realm, ke);
    rows[1] = realm_row(&realm, ug);
    rows[2] = realm_row(&realm, cites);
}

static void tear_down(void) {
    realm_release(&realm);
}

static struct span roster_of(uint32_t version) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = rows, .count = 3});
}

static struct span desks_of(const struct party *author, uint32_t version, const struct party *first,
                            const struct party *second) {
    struct member desks[] = {realm_desk(&realm, first), realm_desk(&realm, second ? second : first)};
    const struct realm_list list = {.version = version, .rows = desks, .count = second ? 2 : 1, .author = author};
    return realm_list(&realm, &list);
}

static void take(struct roster **roster, enum trust_object kind, struct span object) {
    ck_assert_str_eq(result_name(realm_take(roster, kind, object)), "ok");
}

static const char *refused(struct roster *roster, enum trust_object kind, struct span object) {
    struct roster *out = NULL;
    enum result result = roster_take(&out, roster, kind, object);
    ck_assert((out == NULL) == (result != RESULT_OK));
    roster_free(out);
    return result_name(result);
}

static void assert_same(const struct roster *a, const struct roster *b) {
    ck_assert_mem_eq(a->digest, b->digest, HASH_SIZE);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_uint_eq(a->ended_count, b->ended_count);
    for (size_t i = 0; i < a->count; i++) {
        ck_assert_mem_eq(a->members[i].sign_key, b->members[i].sign_key, SIGN_PUBLIC_SIZE);
        ck_assert_mem_eq(a->members[i].encryption_key, b->members[i].encryption_key, EXCHANGE_KEY_SIZE);
        ck_assert_uint_eq(a->members[i].former_count, b->members[i].former_count);
    }
}

static struct span written(const struct roster *roster) {
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write(&out, roster), RESULT_OK);
    return buf_span(&out);
}

static enum result open_file(struct roster **out, struct span file) {
    struct roster_anchor anchor = realm_anchor(&realm);
    *out = NULL;
    enum result result = roster_open(out, file, &anchor);
    ck_assert((*out == NULL) == (result != RESULT_OK));
    return result;
}

/* Back from its file it says the same. */
static void assert_reopens(const struct roster *roster) {
    struct roster *again;
    ck_assert_str_eq(result_name(open_file(&again, written(roster))), "ok");
    assert_same(roster, again);
    ck_assert(span_equal(written(roster), written(again)));
    roster_free(again);
}

/* ---- the view ---- */

START_TEST(a_file_says_who_is_who) {
    struct roster *roster = realm_open(&realm, roster_of(3));
    ck_assert_uint_eq(roster->version, 3);
    ck_assert_uint_eq(roster->created, realm_created);
    ck_assert_uint_eq(roster->threshold, 2);
    ck_assert_uint_eq(roster->root_count, 3);
    ck_assert_uint_eq(roster->count, 3);
    const struct member *member = roster_find(roster, ke->identity.id);
    ck_assert_ptr_nonnull(member);
    ck_assert_str_eq(member->name, "ke-customs");
    ck_assert_ptr_null(member->by);
    ck_assert_ptr_eq(roster_find_name(roster, "ke-customs"), member);
    ck_assert_ptr_eq(roster_find_session(roster, ke->identity.session_key), member);
    ck_assert_ptr_eq(roster_find_ever(roster, ke->identity.id), member);
    ck_assert_ptr_null(roster_find(roster, ke_police->identity.id));
    ck_assert_ptr_null(roster_find_name(roster, "nobody"));
    ck_assert_ptr_null(roster_find_session(roster, ke->identity.encryption_key));
    ck_assert_ptr_null(roster_desks(roster, ke->identity.id));
    assert_reopens(roster);
    roster_free(roster);
    roster_free(NULL);
}
END_TEST

START_TEST(a_roster_may_name_nobody) {
    struct roster *roster = realm_open(&realm, realm_list(&realm, &(struct realm_list){.version = 1}));
    ck_assert_uint_eq(roster->count, 0);
    ck_assert_ptr_null(roster_find(roster, ke->identity.id));
    ck_assert_ptr_null(roster_find_name(roster, "ke-customs"));
    ck_assert_ptr_null(roster_find_session(roster, ke->identity.session_key));
    ck_assert_ptr_null(roster_find_ever(roster, ke->identity.id));
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

START_TEST(desks_belong_to_their_administration) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    uint8_t before[HASH_SIZE];
    memcpy(before, roster->digest, HASH_SIZE);
    take(&roster, TRUST_DESKS, desks_of(ug, 1, ug_police, NULL));
    take(&roster, TRUST_DESKS, desks_of(ke, 5, ke_police, ke_wildlife));
    ck_assert_mem_ne(roster->digest, before, HASH_SIZE);
    ck_assert_uint_eq(roster->count, 6);
    ck_assert_uint_eq(roster->ignored, 0);
    const struct member *desk = roster_find_name(roster, "ke-police");
    ck_assert_mem_eq(desk->by, ke->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(roster_desks(roster, ke->identity.id)->version, 5);
    ck_assert_uint_eq(roster_desks(roster, ug->identity.id)->version, 1);
    for (size_t i = 1; i < roster->count; i++)
        ck_assert_int_lt(memcmp(roster->members[i - 1].id, roster->members[i].id, MEMBER_ID_SIZE), 0);
    take(&roster, TRUST_DESKS, desks_of(ke, 6, ke_wildlife, NULL));
    ck_assert_ptr_null(roster_find_name(roster, "ke-police"));
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

/* Those that ended are found only by who asks for the past. */
START_TEST(who_has_ended_is_no_member) {
    struct ending left = {.cause = ENDING_LEFT, .at = 5000}, lost = {.cause = ENDING_LOST, .at = 7000};
    rows[2].ended = &left;
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct member desk = realm_row(&realm, ke_police);
    desk.ended = &lost;
    take(&roster, TRUST_DESKS,
         realm_list(&realm, &(struct realm_list){.version = 1, .rows = &desk, .count = 1, .author = ke}));
    ck_assert_uint_eq(roster->count, 2);
    ck_assert_uint_eq(roster->ended_count, 2);
    ck_assert_uint_eq(roster->last_ended, 7000);
    ck_assert_ptr_null(roster_find(roster, cites->identity.id));
    ck_assert_ptr_null(roster_find_name(roster, "ke-police"));
    ck_assert_ptr_null(roster_find_session(roster, cites->identity.session_key));
    ck_assert_str_eq(roster_find_ever(roster, cites->identity.id)->name, "cites");
    ck_assert_mem_eq(roster_find_ever(roster, desk.id)->by, ke->identity.id, MEMBER_ID_SIZE);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&realm, cites, 0)), "unknown-member");
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

/* The desks of an administration end with it. */
START_TEST(desks_go_with_their_administration) {
    struct ending left = {.cause = ENDING_LEFT, .at = 5000};
    struct roster *roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke_police, 0));
    ck_assert_uint_eq(roster->renewal_count, 1);
    rows[0].ended = &left;
    take(&roster, TRUST_ROSTER, roster_of(2));
    ck_assert_uint_eq(roster->count, 2);
    ck_assert_uint_eq(roster->desk_count, 0);
    ck_assert_uint_eq(roster->renewal_count, 0);
    ck_assert_ptr_null(roster_find_ever(roster, ke_police->identity.id));
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 2, ke_police, NULL)), "unknown-member");
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

/* ---- renewals ---- */

START_TEST(a_renewal_brings_new_keys) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    uint8_t first_key[SIGN_PUBLIC_SIZE], id[MEMBER_ID_SIZE];
    const struct ending *ending;
    memcpy(first_key, ke->identity.sign_key, sizeof first_key);
    memcpy(id, ke->identity.key_id, sizeof id);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, 0));
    const struct member *member = roster_find(roster, id);
    ck_assert_uint_eq(member->serial, 2);
    ck_assert_uint_eq(member->former_count, 0);
    ck_assert_mem_eq(member->encryption_key, ke->identity.encryption_key, EXCHANGE_KEY_SIZE);

    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LOST));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    member = roster_find(roster, id);
    ck_assert_uint_eq(member->serial, 4);
    ck_assert_uint_eq(member->former_count, 2);
    ck_assert_mem_eq(member->sign_key, ke->identity.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(member->former[0].ending.cause, ENDING_LEFT);
    ck_assert_int_eq(member->former[1].ending.cause, ENDING_LOST);
    ck_assert_mem_eq(member_sign_key(member, id, &ending), first_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(ending->cause, ENDING_LOST);
    ck_assert_ptr_eq(roster_find_session(roster, ke->identity.session_key), member);
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

START_TEST(renewals_of_encryption_keys_do_not_pile_up) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct span first = realm_renew(&realm, ke, 0);
    take(&roster, TRUST_RENEWAL, first);
    for (size_t i = 0; i < 5; i++)
        take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, 0));
    ck_assert_uint_eq(roster->renewal_count, 1);
    ck_assert_uint_eq(roster_find(roster, ke->identity.id)->serial, 7);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT)); /* signed by the same key */
    ck_assert_uint_eq(roster->renewal_count, 1);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, 0)); /* by another */
    ck_assert_uint_eq(roster->renewal_count, 2);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, first), "rollback");
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

START_TEST(one_missed_renewal_of_an_encryption_key_does_no_harm) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct span second = realm_renew(&realm, ke, 0), third = realm_renew(&realm, ke, 0);
    take(&roster, TRUST_RENEWAL, third);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, second), "rollback");
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, third), "replayed");
    roster_free(roster);
}
END_TEST

START_TEST(the_roster_catches_up_with_renewals) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    uint8_t former[SIGN_PUBLIC_SIZE];
    memcpy(former, ke->identity.sign_key, sizeof former);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    rows[0] = realm_row(&realm, ke);
    rows[0].former = &(struct former_key){former, {.cause = ENDING_LEFT, .at = 1}};
    rows[0].former_count = 1;
    struct span last = realm_renew(&realm, ke, 0);
    take(&roster, TRUST_RENEWAL, last);
    ck_assert_uint_eq(roster->renewal_count, 2);
    rows[0].sign_key = ke->identity.sign_key;
    rows[0].serial = 2;
    take(&roster, TRUST_ROSTER, roster_of(2));
    ck_assert_uint_eq(roster->renewal_count, 1); /* the last goes on from the row */
    ck_assert_uint_eq(roster_find(roster, rows[0].id)->serial, 3);
    ck_assert_uint_eq(roster_find(roster, rows[0].id)->former_count, 1);
    assert_reopens(roster);
    rows[0].serial = 3;
    take(&roster, TRUST_ROSTER, roster_of(3));
    ck_assert_uint_eq(roster->renewal_count, 0);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, last), "rollback");
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

START_TEST(a_member_may_change_its_signing_key_so_many_times) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    for (size_t i = 0; i < 64; i++)
        take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    ck_assert_uint_eq(roster_find(roster, ke->identity.id)->former_count, 64);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&realm, ke, 0)), "too-large");
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ug, 0)); /* the others may */
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

/* Desks signed by a key that was replaced stay until there are new ones; of a lost or revoked one they go at once. */
START_TEST(desks_depend_on_how_their_key_ended) {
    static const enum ending_cause causes[] = {ENDING_LEFT, ENDING_LOST, ENDING_REVOKED};
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct span old = desks_of(ke, 9, ke_police, NULL);
    take(&roster, TRUST_DESKS, old);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, causes[_i]));
    ck_assert_uint_eq(roster->desk_count, causes[_i] == ENDING_LEFT);
    ck_assert((roster_find_name(roster, "ke-police") != NULL) == (causes[_i] == ENDING_LEFT));
    ck_assert_str_eq(refused(roster, TRUST_DESKS, old), "bad-signature");
    assert_reopens(roster);
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_wildlife, NULL)); /* a new key counts its versions anew */
    ck_assert_ptr_null(roster_find_name(roster, "ke-police"));
    ck_assert_ptr_nonnull(roster_find_name(roster, "ke-wildlife"));
    assert_reopens(roster);
    take(&roster, TRUST_RENEWAL,
         realm_renew(&realm, ke, ENDING_LEFT)); /* and now a key behind the row's and one more */
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke_wildlife, 0));
    ck_assert_uint_eq(roster_find_name(roster, "ke-wildlife")->serial, 2);
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

/* The same list under the new key is new: the old key may yet turn out to have been lost. */
START_TEST(desks_may_be_signed_again_by_a_new_key) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL)), "replayed");
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    ck_assert_mem_eq(roster->desk_signers[0], ke->identity.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL)), "replayed");
    roster_free(roster);
}
END_TEST

/* The roster has caught up with the new key, the administration has not yet signed its desks again: a restart must not
 * end them. */
START_TEST(desks_of_a_replaced_key_outlive_a_restart) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct former_key former = {rows[0].sign_key, {.cause = ENDING_LEFT, .at = 1}};
    struct span old = desks_of(ke, 9, ke_police, NULL);
    take(&roster, TRUST_DESKS, old);
    (void)realm_renew(&realm, ke, ENDING_LEFT);
    rows[0] = realm_row(&realm, ke);
    rows[0].former = &former;
    rows[0].former_count = 1;
    take(&roster, TRUST_ROSTER, roster_of(2));
    ck_assert_ptr_nonnull(roster_find_name(roster, "ke-police"));
    assert_reopens(roster);
    roster_free(roster);

    /* But in no file do they come before those that the key in force has signed. */
    struct span chain[] = {roster_of(2)}, desks[] = {desks_of(ke, 1, ke_wildlife, NULL), old};
    struct realm_words words = {chain, desks, NULL, 1, 2, 0};
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK);
    ck_assert_uint_eq(roster_desks(roster, ke->identity.id)->version, 1);
    roster_free(roster);
}
END_TEST

/* ---- time ---- */

START_TEST(a_roster_ages) {
    static const struct {
        uint64_t life, grace, age;
        enum roster_standing standing;
    } ages[] = {
        /* days, days, hours */
        {365, 30, 0, ROSTER_GOOD},
        {365, 30, 351 * 24, ROSTER_GOOD},
        {365, 30, 351 * 24 + 1, ROSTER_ENDS_SOON},
        {365, 30, 365 * 24 - 1, ROSTER_ENDS_SOON},
        {365, 30, 365 * 24, ROSTER_IN_GRACE},
        {365, 30, 395 * 24, ROSTER_IN_GRACE},
        {365, 30, 395 * 24 + 1, ROSTER_EXPIRED},
        {365, 0, 365 * 24 + 1, ROSTER_EXPIRED},
        {100, 0, 90 * 24, ROSTER_GOOD},
        {100, 0, 90 * 24 + 1, ROSTER_ENDS_SOON},
        {10, 0, 9 * 24, ROSTER_GOOD},
        {10, 0, 9 * 24 + 1, ROSTER_ENDS_SOON},
    };
    struct roster *roster = realm_open(
        &realm, realm_list(&realm, &(struct realm_list){.version = 1,
                                                        .expires = realm_created + ages[_i].life * realm_day_ms,
                                                        .grace_days = (uint32_t)ages[_i].grace}));
    ck_assert_int_eq(roster_standing(roster, realm_created + ages[_i].age * 3600000), ages[_i].standing);
    ck_assert_int_eq(roster_standing(roster, realm_created - realm_day_ms), ROSTER_GOOD);
    ck_assert_int_eq(roster_standing(roster, realm_created - realm_day_ms - 1), ROSTER_AHEAD);
    roster_free(roster);
}
END_TEST

START_TEST(the_dates_may_be_any_numbers) {
    struct roster *roster = realm_open(
        &realm, realm_list(&realm, &(struct realm_list){.version = 1, .created = 5, .expires = 1, .grace_days = 366}));
    ck_assert_int_eq(roster_standing(roster, 0), ROSTER_GOOD);
    ck_assert_int_eq(roster_standing(roster, 1), ROSTER_IN_GRACE);
    ck_assert_int_eq(roster_standing(roster, UINT64_MAX), ROSTER_EXPIRED);
    roster_free(roster);
    roster = realm_open(
        &realm, realm_list(&realm, &(struct realm_list){.version = 1, .expires = UINT64_MAX, .grace_days = 366}));
    ck_assert_int_eq(roster_standing(roster, UINT64_MAX), ROSTER_IN_GRACE);
    ck_assert_int_eq(roster_standing(roster, realm_created), ROSTER_GOOD);
    roster_free(roster);
}
END_TEST

/* ---- the file ---- */

START_TEST(belief_begins_with_the_newest_that_the_anchor_has_signed) {
    struct span chain[] = {
        roster_of(1),
        roster_of(2),
        realm_list(&realm,
                   &(struct realm_list){.version = 3, .roots = 070, .signers = 033}), /* other roots from here */
        realm_list(&realm, &(struct realm_list){.version = 4, .roots = 070, .signers = 030, .rows = rows, .count = 3}),
    };
    struct realm_words words = {.rosters = chain, .roster_count = 4};
    struct roster *roster;
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK);
    ck_assert_uint_eq(roster->version, 4);
    ck_assert_uint_eq(roster->chain_count, 4); /* the older ones are kept for those who lag behind */
    ck_assert_mem_eq(roster->roots[0], realm.root_keys[3], SIGN_PUBLIC_SIZE);
    assert_reopens(roster);
    roster_free(roster);

    /* The new roots know nothing of what was before. */
    struct roster_anchor anchor = {.count = 3, .threshold = 2};
    anchor.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])realm.root_keys + 3;
    ck_assert_int_eq(roster_open(&roster, realm_file(&realm, &words), &anchor), RESULT_OK);
    ck_assert_uint_eq(roster->version, 4);
    ck_assert_uint_eq(roster->chain_count, 2);
    roster_free(roster);

    words = (struct realm_words){.rosters = chain + 3, .roster_count = 1}; /* the link is missing */
    ck_assert_str_eq(result_name(open_file(&roster, realm_file(&realm, &words))), "too-few-signatures");
    words = (struct realm_words){.rosters = (struct span[]){chain[1], chain[3]}, .roster_count = 2};
    ck_assert_str_eq(result_name(open_file(&roster, realm_file(&realm, &words))), "out-of-order");
    words = (struct realm_words){.rosters = (struct span[]){chain[0], roster_of(7)}, .roster_count = 2};
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK); /* signed by the anchor itself */
    ck_assert_uint_eq(roster->chain_count, 1);
    roster_free(roster);
    words = (struct realm_words){.rosters = (struct span[]){roster_of(7), chain[0]}, .roster_count = 2};
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK); /* the newest, not the last */
    ck_assert_uint_eq(roster->version, 7);
    roster_free(roster);
}
END_TEST

START_TEST(open_refuses_what_may_not_be_taken) {
    struct roster *roster;
    struct identity other = ug->identity, unused;
    struct span list = roster_of(1), by_police = desks_of(ke_police, 1, ke_wildlife, NULL);
    struct member desk = realm_row(&realm, ke_police);
    const struct realm_list by_ug = {.version = 1, .rows = &desk, .count = 1, .author = ke, .signer = &ug->identity};
    struct span forged = realm_list(&realm, &by_ug);
    struct realm_words words = {&list, &forged, NULL, 1, 1, 0};
    ck_assert_str_eq(result_name(open_file(&roster, realm_file(&realm, &words))), "bad-signature");
    words.desks = &by_police; /* what belongs to nobody does no harm; what comes behind it may */
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK);
    roster_free(roster);
    memcpy(other.id, ke->identity.id, MEMBER_ID_SIZE);
    struct span renewal = realm_renew_from(&realm, &unused, &other, 0);
    words.renewals = &renewal;
    words.renewal_count = 1;
    ck_assert_str_eq(result_name(open_file(&roster, realm_file(&realm, &words))), "bad-signature");
    identity_release(&unused);
}
END_TEST

START_TEST(open_refuses_by_name) {
    struct roster *roster;
    struct span one = roster_of(1);
    struct span good = realm_file(&realm, &(struct realm_words){.rosters = &one, .roster_count = 1});
    ck_assert_str_eq(result_name(open_file(&roster, span_of(good.data, 7))), "malformed");
    ck_assert_str_eq(result_name(open_file(&roster, span_of(good.data, 8))), "truncated");
    ck_assert_str_eq(result_name(open_file(&roster, span_of(good.data, 9))), "too-few-signatures");
    ck_assert_str_eq(result_name(open_file(&roster, span_of(good.data, good.len - 1))), "malformed");
    uint8_t *copy = arena_copy(&realm.arena, good.data, good.len);
    copy[8] = 2;
    ck_assert_str_eq(result_name(open_file(&roster, span_of(copy, good.len))), "unknown-suite");
    copy[8] = 1;
    copy[0] ^= 1;
    ck_assert_str_eq(result_name(open_file(&roster, span_of(copy, good.len))), "malformed");
    struct roster_anchor nobody = realm_anchor(&realm);
    nobody.threshold = 0;
    ck_assert_str_eq(result_name(roster_open(&roster, good, &nobody)), "too-few-signatures");
}
END_TEST

START_TEST(open_refuses_a_changed_byte) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    struct span file = written(roster);
    uint8_t *copy = arena_copy(&realm.arena, file.data, file.len);
    for (size_t i = 0; i < file.len; i += 3) {
        struct roster *changed = NULL;
        copy[i] ^= 0x04;
        if (!open_file(&changed, span_of(copy, file.len))) {
            /* Only what says whose it is can make an object nobody's; then it is left out. */
            ck_assert_uint_lt(changed->desk_count + changed->renewal_count, 2);
            ck_assert_uint_eq(changed->version, 1);
            roster_free(changed);
        }
        copy[i] ^= 0x04;
    }
    roster_free(roster);
}
END_TEST

START_TEST(what_the_roster_has_outrun_is_left_out) {
    struct span list = roster_of(1);
    struct span renewals[] = {realm_renew(&realm, ke, 0), realm_renew(&realm, ke_police, 0)};
    struct span desks = desks_of(ke, 1, ke_police, NULL);
    rows[0] = realm_row(&realm, ke);
    struct span chain[] = {list, roster_of(2)};
    struct roster *roster;
    /* ke's renewal is older than the row. */
    struct realm_words words = {chain, &desks, renewals, 2, 1, 2};
    ck_assert_int_eq(open_file(&roster, realm_file(&realm, &words)), RESULT_OK);
    ck_assert_uint_eq(roster->renewal_count, 1);
    ck_assert_mem_eq(roster->renewals[0]->member, ke_police->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(roster->count, 4);
    roster_free(roster);
}
END_TEST

START_TEST(an_unsigned_file_can_be_looked_at) {
    struct buf out;
    struct roster *base = realm_open(&realm, roster_of(1)), *draft, *refused_draft;
    const struct realm_list half = {.version = 2, .rows = rows, .count = 1, .signers = 1};
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write_draft(&out, base, realm_list(&realm, &half)), RESULT_OK);
    ck_assert_str_eq(result_name(open_file(&refused_draft, buf_span(&out))), "too-few-signatures");
    ck_assert_int_eq(roster_open_unsigned(&draft, buf_span(&out)), RESULT_OK);
    ck_assert_uint_eq(draft->version, 2);
    ck_assert_uint_eq(draft->count, 1);
    ck_assert_uint_eq(draft->chain_count, 2);

    /* With the second signature it takes the place of itself. */
    const struct realm_list whole = {.version = 2, .rows = rows, .count = 1};
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write_draft(&out, draft, realm_list(&realm, &whole)), RESULT_OK);
    roster_free(draft);
    ck_assert_int_eq(roster_open_unsigned(&draft, buf_span(&out)), RESULT_OK);
    ck_assert_uint_eq(draft->chain_count, 2);
    roster_free(draft);
    ck_assert_int_eq(open_file(&draft, buf_span(&out)), RESULT_OK);
    ck_assert_uint_eq(draft->chain_count, 2);
    roster_free(draft);

    buf_init(&out, &realm.arena); /* desks go where desks belong */
    ck_assert_int_eq(roster_write_draft(&out, base, desks_of(ke, 1, ke_police, NULL)), RESULT_OK);
    ck_assert_int_eq(open_file(&draft, buf_span(&out)), RESULT_OK);
    ck_assert_uint_eq(draft->count, 4);
    roster_free(draft);
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write_draft(&out, NULL, roster_of(1)), RESULT_OK);
    ck_assert_int_eq(open_file(&draft, buf_span(&out)), RESULT_OK);
    roster_free(draft);
    ck_assert_int_eq(roster_write_draft(&out, NULL, span_of_text("x")), RESULT_MALFORMED);
    roster_free(base);
}
END_TEST

/* A network with desks and renewals of everybody. */
static struct roster *lively(void) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, ke_wildlife));
    take(&roster, TRUST_DESKS, desks_of(ug, 1, ug_police, NULL));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke_police, ENDING_LEFT));
    return roster;
}

static struct span draft_of(const struct roster *base, struct span list) {
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write_draft(&out, base, list), RESULT_OK);
    return buf_span(&out);
}

static struct roster *looked_at(struct span file) {
    struct roster *roster;
    ck_assert_str_eq(result_name(roster_open_unsigned(&roster, file)), "ok");
    return roster;
}

START_TEST(a_draft_of_the_roster_keeps_desks_and_renewals) {
    struct roster *base = lively(), *opened, *taken;
    struct span file = draft_of(base, roster_of(2)), trust;
    struct roster *draft = looked_at(file);
    ck_assert_ptr_null(draft->drafting);
    ck_assert_uint_eq(draft->version, 2);
    ck_assert_uint_eq(draft->desk_count, 2);
    ck_assert_uint_eq(draft->renewal_count, 2);
    ck_assert_uint_eq(roster_find_name(draft, "ke-police")->serial, 2);
    ck_assert_int_eq(open_file(&opened, file), RESULT_OK);
    assert_same(opened, draft);
    struct roster_news news;
    ck_assert_int_eq(roster_file_trust(&trust, file), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&taken, base, trust, &news), RESULT_OK); /* where it was taken from */
    ck_assert_uint_eq(news.taken, 1);
    ck_assert_int_eq(news.refused, RESULT_OK);
    assert_same(taken, draft);
    roster_free(taken);
    roster_free(opened);
    roster_free(draft);
    roster_free(base);
}
END_TEST

START_TEST(a_draft_of_desks_says_whose_they_are) {
    struct roster *base = lively(), *opened, *taken;
    struct member desk = realm_desk(&realm, ke_police); /* its row is older than its renewal */
    struct identity old = ke_police->identity, unknown;
    struct span file, trust;
    ck_assert_int_eq(identity_make(&unknown, &realm.random), RESULT_OK);
    const struct realm_list list = {.version = 2, .rows = &desk, .count = 1, .author = ke, .signer = &unknown};
    file = draft_of(base, realm_list(&realm, &list));
    struct roster *draft = looked_at(file);
    ck_assert_mem_eq(draft->drafting, ke->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(roster_desks(draft, ke->identity.id)->version, 2); /* as if it were signed */
    ck_assert_uint_eq(roster_desks(draft, ug->identity.id)->version, 1);
    ck_assert_ptr_null(roster_find_name(draft, "ke-wildlife"));
    ck_assert_mem_eq(roster_find_name(draft, "ke-police")->sign_key, old.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(roster_find_name(draft, "ke-police")->serial, 2);
    ck_assert_uint_eq(draft->renewal_count, 2);
    ck_assert_str_eq(result_name(open_file(&opened, file)), "bad-signature");
    struct roster_news news;
    ck_assert_int_eq(roster_file_trust(&trust, file), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&taken, base, trust, &news), RESULT_OK);
    ck_assert_ptr_eq(taken, base);
    ck_assert_int_eq(news.refused, RESULT_BAD_SIGNATURE);

    /* Signed, it takes the place of itself. */
    file = draft_of(draft, desks_of(ke, 2, ke_wildlife, NULL));
    ck_assert_int_eq(open_file(&opened, file), RESULT_OK);
    ck_assert_ptr_null(opened->drafting);
    ck_assert_uint_eq(opened->desk_count, 2);
    ck_assert_ptr_nonnull(roster_find_name(opened, "ke-wildlife"));
    struct roster *plain = looked_at(written(draft)); /* a node's own file has no such thing */
    ck_assert_ptr_null(plain->drafting);
    roster_free(plain);
    roster_free(opened);
    roster_free(draft);
    roster_free(base);
    identity_release(&unknown);
}
END_TEST

START_TEST(drafts_that_are_nobodys_do_no_harm) {
    struct roster *base = realm_open(&realm, roster_of(1));
    struct span file = draft_of(base, desks_of(ke_police, 1, ke_wildlife, NULL));
    struct roster *draft = looked_at(file);
    ck_assert_mem_eq(draft->drafting, ke_police->identity.id, MEMBER_ID_SIZE);
    ck_assert_uint_eq(draft->desk_count, 0);
    roster_free(draft);
    uint8_t *copy = arena_copy(&realm.arena, file.data, file.len);
    copy[file.len - MEMBER_ID_SIZE] ^= 1; /* of desks that are not there */
    draft = looked_at(span_of(copy, file.len));
    ck_assert_uint_eq(draft->count, 3);
    roster_free(draft);
    copy[file.len - MEMBER_ID_SIZE - 1]--; /* the length of the id */
    ck_assert_str_eq(result_name(roster_open_unsigned(&draft, span_of(copy, file.len - 1))), "malformed");
    roster_free(base);
}
END_TEST

START_TEST(an_unsigned_file_without_a_roster_shows_nothing) {
    struct roster *roster;
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write_draft(&out, NULL, desks_of(ke, 1, ke_police, NULL)), RESULT_OK);
    ck_assert_str_eq(result_name(roster_open_unsigned(&roster, buf_span(&out))), "not-found");
}
END_TEST

/* ---- between two nodes ---- */

static struct roster_news take_words(struct roster **roster, const struct realm_words *words) {
    struct roster *next;
    struct roster_news news;
    ck_assert_int_eq(roster_take_all(&next, *roster, realm_words(&realm, words), &news), RESULT_OK);
    ck_assert((next == *roster) == (news.taken == 0));
    if (next != *roster)
        roster_free(*roster);
    *roster = next;
    return news;
}

/* New desks come before the renewal that tells by which key they are signed, and that before the desks' own. */
START_TEST(a_trust_may_hold_everything_at_once) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct span changed = realm_renew(&realm, ke, ENDING_LEFT), desks = desks_of(ke, 1, ke_police, ke_wildlife);
    struct span again = realm_renew(&realm, ke, ENDING_LEFT), desk_changed = realm_renew(&realm, ke_police, 0);
    struct span renewals[] = {desk_changed, changed, again}, list = roster_of(2);
    struct realm_words words = {&list, &desks, renewals, 1, 1, 3};
    struct roster_news news = take_words(&roster, &words);
    ck_assert_uint_eq(news.taken, 5);
    ck_assert_uint_eq(news.replayed, 0);
    ck_assert_int_eq(news.refused, RESULT_OK);
    ck_assert_uint_eq(roster_find_name(roster, "ke-police")->serial, 2);
    assert_reopens(roster);

    news = take_words(&roster, &words);
    ck_assert_uint_eq(news.taken, 0);
    ck_assert_uint_eq(news.replayed, 4);
    ck_assert_int_eq(news.refused, RESULT_BAD_SIGNATURE); /* here, but under a key that may not sign any more */
    ck_assert_int_eq(news.refused_kind, TRUST_DESKS);
    roster_free(roster);
}
END_TEST

START_TEST(one_refusal_does_not_stop_the_rest) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct span list = roster_of(3),
                desks[] = {desks_of(ke_police, 1, ke_wildlife, NULL), desks_of(ug, 1, ug_police, NULL)};
    struct realm_words words = {&list, desks, NULL, 1, 2, 0};
    struct roster_news news = take_words(&roster, &words);
    ck_assert_uint_eq(news.taken, 1);
    ck_assert_int_eq(news.refused, RESULT_OUT_OF_ORDER);
    ck_assert_int_eq(news.refused_kind, TRUST_ROSTER);
    struct roster *next = NULL;
    ck_assert_int_eq(roster_take_all(&next, roster, span_of_text("x"), &news), RESULT_MALFORMED);
    ck_assert_ptr_null(next);
    roster_free(roster);
}
END_TEST

START_TEST(two_nodes_tell_each_other_what_is_missing) {
    struct roster *a = realm_open(&realm, roster_of(1)), *b = realm_open(&realm, roster_of(1));
    struct buf known, missing;
    take(&a, TRUST_ROSTER, roster_of(2));
    take(&a, TRUST_ROSTER, roster_of(3));
    take(&a, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    take(&a, TRUST_DESKS, desks_of(ke, 1, ke_police, ke_wildlife));
    take(&a, TRUST_RENEWAL, realm_renew(&realm, ke_police, 0));
    take(&b, TRUST_DESKS, desks_of(ug, 4, ug_police, NULL));
    take(&b, TRUST_RENEWAL, realm_renew(&realm, ug, ENDING_LOST)); /* and its desks are gone */
    take(&b, TRUST_DESKS, desks_of(ug, 4, ug_police, NULL));
    realm_sync(&realm, &a, &b);
    assert_same(a, b);
    ck_assert_uint_eq(a->version, 3);
    ck_assert_uint_eq(a->count, 6);

    buf_init(&known, &realm.arena);
    buf_init(&missing, &realm.arena);
    ck_assert_int_eq(roster_known(&known, b), RESULT_OK);
    ck_assert_int_eq(roster_missing(&missing, a, buf_span(&known), 1 << 20), RESULT_OK);
    ck_assert_uint_eq(missing.len, 0);
    ck_assert_int_eq(roster_missing(&missing, a, span_of_text("x"), 1 << 20), RESULT_MALFORMED);
    roster_free(a);
    roster_free(b);
}
END_TEST

/* Every file that is handed on begins with what is known for long. */
START_TEST(a_whole_file_again_is_nothing_new) {
    struct roster *roster = realm_open(&realm, roster_of(1));
    struct roster_news news;
    struct span inside;
    struct roster *next;
    take(&roster, TRUST_ROSTER, roster_of(2));
    take(&roster, TRUST_ROSTER, roster_of(3));
    take(&roster, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ug, 0));
    ck_assert_int_eq(roster_file_trust(&inside, written(roster)), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&next, roster, inside, &news), RESULT_OK);
    ck_assert_ptr_eq(next, roster);
    ck_assert_uint_eq(news.replayed, 5);
    ck_assert_int_eq(news.refused, RESULT_OK);
    roster_free(roster);
}
END_TEST

/* New desks come with the renewal that they need, and that once. */
START_TEST(what_is_missing_is_told_once) {
    struct roster *a = realm_open(&realm, roster_of(1)), *b = realm_open(&realm, roster_of(1)), *next;
    struct roster_news news;
    struct buf known, missing;
    take(&a, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    take(&a, TRUST_RENEWAL, realm_renew(&realm, ug, 0));
    take(&a, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    buf_init(&known, &realm.arena);
    buf_init(&missing, &realm.arena);
    ck_assert_int_eq(roster_known(&known, b), RESULT_OK);
    ck_assert_int_eq(roster_missing(&missing, a, buf_span(&known), 1 << 20), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&next, b, buf_span(&missing), &news), RESULT_OK);
    ck_assert_uint_eq(news.taken, 3);
    ck_assert_uint_eq(news.replayed, 0);
    ck_assert_int_eq(news.refused, RESULT_OK);
    assert_same(a, next);
    roster_free(a);
    roster_free(b);
    roster_free(next);
}
END_TEST

/* What a node remembers of itself tells it that its file was put back. */
START_TEST(an_older_roster_is_known_by_what_was_remembered) {
    struct roster *stages[] = {realm_open(&realm, roster_of(1)), NULL, NULL, NULL};
    const struct span steps[] = {realm_renew(&realm, ug, 0), desks_of(ke, 1, ke_police, NULL), roster_of(2)};
    static const enum trust_object kinds[] = {TRUST_RENEWAL, TRUST_DESKS, TRUST_ROSTER};
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(roster_take(&stages[i + 1], stages[i], kinds[i], steps[i]), RESULT_OK);
    for (size_t i = 0; i < 4; i++) {
        struct buf memory;
        buf_init(&memory, &realm.arena);
        ck_assert_int_eq(roster_memory(&memory, stages[i]), RESULT_OK);
        for (size_t k = 0; k < 4; k++)
            ck_assert_int_eq(roster_compare(stages[k], buf_span(&memory)), k < i ? RESULT_ROLLBACK : RESULT_OK);
    }
    ck_assert_int_eq(roster_compare(stages[0], span_of_text("x")), RESULT_MALFORMED);
    for (size_t i = 0; i < 4; i++)
        roster_free(stages[i]);
}
END_TEST

/* However little fits, one thing always does, and the newest comes only with what it needs. */
START_TEST(a_small_answer_is_a_beginning) {
    struct roster *a = realm_open(&realm, roster_of(1)), *b = realm_open(&realm, roster_of(1)), *next;
    struct roster_news news;
    size_t rounds = 0;
    for (uint32_t version = 2; version < 5; version++)
        take(&a, TRUST_ROSTER, roster_of(version));
    while (memcmp(a->digest, b->digest, HASH_SIZE) != 0) {
        struct buf known, missing;
        buf_init(&known, &realm.arena);
        buf_init(&missing, &realm.arena);
        ck_assert_int_eq(roster_known(&known, b), RESULT_OK);
        ck_assert_int_eq(roster_missing(&missing, a, buf_span(&known), 1), RESULT_OK);
        ck_assert_int_eq(roster_take_all(&next, b, buf_span(&missing), &news), RESULT_OK);
        ck_assert_uint_eq(news.taken, 1);
        roster_free(b);
        b = next;
        rounds++;
    }
    ck_assert_uint_eq(rounds, 3);
    roster_free(a);
    roster_free(b);
}
END_TEST

START_TEST(what_was_taken_can_be_passed_on) {
    struct roster *before = realm_open(&realm, roster_of(1)), *now = realm_open(&realm, roster_of(1)), *next;
    struct roster_news news;
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_difference(&out, before, now), RESULT_OK);
    ck_assert_uint_eq(out.len, 0);
    take(&now, TRUST_ROSTER, roster_of(2));
    take(&now, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL));
    take(&now, TRUST_RENEWAL, realm_renew(&realm, ug, 0));
    ck_assert_int_eq(roster_difference(&out, before, now), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&next, before, buf_span(&out), &news), RESULT_OK);
    ck_assert_uint_eq(news.taken, 3);
    assert_same(next, now);
    roster_free(next);
    roster_free(before);
    roster_free(now);
}
END_TEST

/* The older roster goes before the newer one, and what it shares stays. */
START_TEST(rosters_share_what_stayed) {
    struct roster *first = realm_open(&realm, roster_of(1)), *second, *third;
    ck_assert_int_eq(roster_take(&second, first, TRUST_DESKS, desks_of(ke, 1, ke_police, NULL)), RESULT_OK);
    ck_assert_int_eq(roster_take(&third, second, TRUST_RENEWAL, realm_renew(&realm, ke_police, 0)), RESULT_OK);
    ck_assert_ptr_eq(first->chain[0], third->chain[0]);
    ck_assert_ptr_eq(second->desks[0], third->desks[0]);
    roster_free(second);
    roster_free(first);
    ck_assert_str_eq(roster_find_name(third, "ke-police")->country, "KE");
    ck_assert_uint_eq(roster_find_name(third, "ke-police")->serial, 2);
    roster_free(third);
}
END_TEST

/* ---- many ---- */

enum { MANY = DESKS_MAX };

START_TEST(as_many_desks_as_there_may_be_are_merged) {
    struct member *desks = arena_array(&realm.arena, MANY, sizeof *desks);
    for (size_t i = 0; i < MANY; i++) {
        struct identity identity; /* not a party: guarded memory is dear */
        ck_assert_int_eq(identity_make(&identity, &realm.random), RESULT_OK);
        desks[i] = realm_row(&realm, &(struct party){.identity = identity, .country = "KE", .role = "POLICE"});
        identity_release(&identity);
        desks[i].name = text_format(&realm.arena, "ke-desk-%zu", i);
    }
    struct roster *roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_DESKS,
         realm_list(&realm, &(struct realm_list){.version = 1, .rows = desks, .count = MANY, .author = ke}));
    ck_assert_uint_eq(roster->count, MANY + 3);
    ck_assert_uint_eq(roster->ignored, 0);
    for (size_t i = 0; i < MANY; i++) {
        ck_assert_str_eq(roster_find(roster, desks[i].id)->name, desks[i].name);
        ck_assert_mem_eq(roster_find_name(roster, desks[i].name)->id, desks[i].id, MEMBER_ID_SIZE);
        ck_assert_mem_eq(roster_find_session(roster, desks[i].session_key)->id, desks[i].id, MEMBER_ID_SIZE);
    }
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ug, 0)); /* no desk is verified again for it */
    assert_reopens(roster);
    roster_free(roster);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("keys.roster");
    TCase *view = tcase_create("view");
    tcase_add_checked_fixture(view, set_up, tear_down);
    tcase_add_test(view, a_file_says_who_is_who);
    tcase_add_test(view, a_roster_may_name_nobody);
    tcase_add_test(view, desks_belong_to_their_administration);
    tcase_add_test(view, who_has_ended_is_no_member);
    tcase_add_test(view, desks_go_with_their_administration);
    tcase_add_loop_test(view, a_roster_ages, 0, 12);
    tcase_add_test(view, the_dates_may_be_any_numbers);
    tcase_add_test(view, as_many_desks_as_there_may_be_are_merged);
    suite_add_tcase(suite, view);
    TCase *renewals = tcase_create("renewals");
    tcase_add_checked_fixture(renewals, set_up, tear_down);
    tcase_add_test(renewals, a_renewal_brings_new_keys);
    tcase_add_test(renewals, renewals_of_encryption_keys_do_not_pile_up);
    tcase_add_test(renewals, one_missed_renewal_of_an_encryption_key_does_no_harm);
    tcase_add_test(renewals, the_roster_catches_up_with_renewals);
    tcase_add_test(renewals, a_member_may_change_its_signing_key_so_many_times);
    tcase_add_loop_test(renewals, desks_depend_on_how_their_key_ended, 0, 3);
    tcase_add_test(renewals, desks_of_a_replaced_key_outlive_a_restart);
    tcase_add_test(renewals, desks_may_be_signed_again_by_a_new_key);
    suite_add_tcase(suite, renewals);
    TCase *file = tcase_create("file");
    tcase_add_checked_fixture(file, set_up, tear_down);
    tcase_add_test(file, belief_begins_with_the_newest_that_the_anchor_has_signed);
    tcase_add_test(file, open_refuses_what_may_not_be_taken);
    tcase_add_test(file, open_refuses_by_name);
    tcase_add_test(file, open_refuses_a_changed_byte);
    tcase_add_test(file, what_the_roster_has_outrun_is_left_out);
    tcase_add_test(file, an_unsigned_file_can_be_looked_at);
    tcase_add_test(file, a_draft_of_the_roster_keeps_desks_and_renewals);
    tcase_add_test(file, a_draft_of_desks_says_whose_they_are);
    tcase_add_test(file, drafts_that_are_nobodys_do_no_harm);
    tcase_add_test(file, an_unsigned_file_without_a_roster_shows_nothing);
    suite_add_tcase(suite, file);
    TCase *nodes = tcase_create("nodes");
    tcase_add_checked_fixture(nodes, set_up, tear_down);
    tcase_add_test(nodes, a_trust_may_hold_everything_at_once);
    tcase_add_test(nodes, one_refusal_does_not_stop_the_rest);
    tcase_add_test(nodes, two_nodes_tell_each_other_what_is_missing);
    tcase_add_test(nodes, an_older_roster_is_known_by_what_was_remembered);
    tcase_add_test(nodes, a_whole_file_again_is_nothing_new);
    tcase_add_test(nodes, what_is_missing_is_told_once);
    tcase_add_test(nodes, a_small_answer_is_a_beginning);
    tcase_add_test(nodes, what_was_taken_can_be_passed_on);
    tcase_add_test(nodes, rosters_share_what_stayed);
    suite_add_tcase(suite, nodes);
    return suite;
}
