/* What an administration may make others believe and keep: desks that are its own and have said so, and only so much.
 */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/realm.h"

static struct realm realm;
static struct party *ke, *ug, *ke_police, *ug_police;
static struct member rows[2];
static struct roster *roster; /* version 1, with the desks of Kenya */

static struct span roster_of(uint32_t version, size_t count) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = rows, .count = count});
}

static struct span desks_of(const struct party *author, uint32_t version, const struct member *row) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = row, .count = 1, .author = author});
}

static void take(enum trust_object kind, struct span object) {
    ck_assert_str_eq(result_name(realm_take(&roster, kind, object)), "ok");
}

static const char *refused(enum trust_object kind, struct span object) {
    struct roster *out = NULL;
    enum result result = roster_take(&out, roster, kind, object);
    ck_assert((out == NULL) == (result != RESULT_OK));
    roster_free(out);
    return result_name(result);
}

/* ug comes before ke, so that what it claims would count first. */
static void set_up(void) {
    realm_init(&realm, 16);
    struct party *one = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    struct party *other = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    if (memcmp(one->identity.id, other->identity.id, MEMBER_ID_SIZE) < 0) {
        struct party swap = *one;
        *one = *other;
        *other = swap;
        one->name = "ke-customs";
        one->country = "KE";
        other->name = "ug-customs";
        other->country = "UG";
    }
    ke = one;
    ug = other;
    ke_police = realm_party(&realm, "ke-police", "KE", "POLICE");
    ug_police = realm_party(&realm, "ug-police", "UG", "POLICE");
    rows[0] = realm_row(&realm, ug);
    rows[1] = realm_row(&realm, ke);
    struct member desk = realm_row(&realm, ke_police);
    roster = realm_open(&realm, roster_of(1, 2));
    take(TRUST_DESKS, desks_of(ke, 1, &desk));
}

static void tear_down(void) {
    roster_free(roster);
    realm_release(&realm);
}

/* ---- whose desk it is ---- */

/* The row with whatever proof may be found of it: none, that of the true row, one by another key. */
static void assert_nobodys(struct member row, const struct member *truth, const struct member *other) {
    row.proof = (const uint8_t[SIGNATURE_SIZE]){0};
    ck_assert_str_eq(refused(TRUST_DESKS, desks_of(ug, 1, &row)), "bad-point");
    row.proof = realm_proof(&realm, truth);
    ck_assert_str_eq(refused(TRUST_DESKS, desks_of(ug, 1, &row)), "bad-signature");
    row.proof = realm_proof(&realm, other);
    ck_assert_str_eq(refused(TRUST_DESKS, desks_of(ug, 1, &row)), "bad-signature");
    ck_assert_mem_eq(roster_find_name(roster, "ke-police")->by, ke->identity.id, MEMBER_ID_SIZE);
}

/* Uganda lists Kenya's police as its own, with a session key of its own: it would stand in its place. */
START_TEST(another_countrys_desk_listed_by_an_administration) {
    struct member truth = realm_row(&realm, ke_police), own = realm_row(&realm, ug_police), row = truth;
    row.session_key = own.session_key;
    row.country = "UG";
    row.name = "ug-police";
    assert_nobodys(row, &truth, &own);
}
END_TEST

/* A key that a member has by a renewal has an id of its own, which nobody has claimed. */
START_TEST(a_renewed_key_listed_as_a_desk) {
    struct member own = realm_row(&realm, ug_police), row = own;
    take(TRUST_RENEWAL, realm_renew(&realm, ke_police, ENDING_LEFT));
    const struct member *renewed = roster_find_name(roster, "ke-police");
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, renewed->sign_key);
    row.id = id;
    row.sign_key = renewed->sign_key;
    struct member truth = realm_desk(&realm, ke_police);
    assert_nobodys(row, &truth, &own);
}
END_TEST

START_TEST(a_row_moved_to_another_country) {
    struct member truth = realm_row(&realm, ke_police), own = realm_row(&realm, ug_police), row = truth;
    row.country = "UG";
    row.name = "ug-police";
    assert_nobodys(row, &truth, &own);
    row = truth; /* as it is, it is of another country, and ignored */
    row.proof = realm_proof(&realm, &truth);
    take(TRUST_DESKS, desks_of(ug, 1, &row));
    ck_assert_uint_eq(roster->ignored, 1);
    ck_assert_mem_eq(roster_find_name(roster, "ke-police")->by, ke->identity.id, MEMBER_ID_SIZE);
}
END_TEST

/* It is told to those who hear of it late, and a file that is read again has it. */
START_TEST(a_desk_that_ended_keeps_what_it_renewed) {
    struct ending ending = {.cause = (enum ending_cause)_i, .at = 1};
    struct member desk = realm_desk(&realm, ke_police);
    struct span renewal = realm_renew(&realm, ke_police, ENDING_LEFT);
    desk.ended = &ending;
    struct span list = roster_of(1, 2), ended = desks_of(ke, 2, &desk);
    take(TRUST_RENEWAL, renewal);
    take(TRUST_DESKS, ended);
    ck_assert_uint_eq(roster->renewal_count, 1);
    const struct member *member = roster_find_ever(roster, desk.id);
    ck_assert_mem_eq(member->sign_key, ke_police->identity.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_int_eq(member->former[0].ending.cause, _i == ENDING_REVOKED ? ENDING_REVOKED : ENDING_LEFT);
    struct roster_anchor anchor = realm_anchor(&realm);
    struct roster *again, *late = realm_open(&realm, list);
    struct buf file;
    buf_init(&file, &realm.arena);
    ck_assert_int_eq(roster_write(&file, roster), RESULT_OK);
    ck_assert_int_eq(roster_open(&again, buf_span(&file), &anchor), RESULT_OK);
    ck_assert_uint_eq(again->renewal_count, roster->renewal_count);
    roster_free(again);
    ck_assert_int_eq(realm_take(&late, TRUST_DESKS, ended), RESULT_OK);
    ck_assert_int_eq(realm_take(&late, TRUST_RENEWAL, renewal), _i == ENDING_LEFT ? RESULT_OK : RESULT_UNKNOWN_MEMBER);
    roster_free(late);
}
END_TEST

/* ---- how much of it ---- */

enum { END_COUNT = 200 };
static struct ending *many_ends(void) {
    struct ending *ending = arena_alloc(&realm.arena, sizeof *ending);
    struct feed_end *ends = arena_array(&realm.arena, END_COUNT, sizeof *ends);
    for (size_t i = 0; i < END_COUNT; i++) {
        uint8_t *feed = arena_alloc(&realm.arena, HASH_SIZE);
        memset(feed, 0, HASH_SIZE);
        feed[0] = (uint8_t)i;
        ends[i] = (struct feed_end){feed, 1, feed};
    }
    *ending = (struct ending){ENDING_LEFT, 1, ends, END_COUNT};
    return ending;
}

/* A renewal of some 15 kB; the identity has the new keys. */
static struct span long_renewal(struct identity *identity, const struct ending *ending) {
    struct identity next;
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(identity_renew(&next, identity, true, &realm.random), RESULT_OK);
    ck_assert_int_eq(renewal_make(&out, &realm.arena, &next, ending, realm_created), RESULT_OK);
    identity_release(identity);
    identity_settle(&next);
    *identity = next;
    return buf_span(&out);
}

/* Renews until it may no longer; how often it could. */
static size_t renew_without_end(struct identity *identity, const struct ending *ending, enum result *result) {
    size_t count = 0;
    while (!(*result = realm_take(&roster, TRUST_RENEWAL, long_renewal(identity, ending))))
        count++;
    return count;
}

static struct span vouched(uint32_t version, const struct member *desks, size_t count) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = desks, .count = count, .author = ug});
}

/* An administration and its desks share one budget, so naming more desks gains nothing; and the roots remove who has
 * used it up as ever. */
START_TEST(renewals_of_an_administration_and_its_desks_share_a_budget) {
    const struct ending *ending = many_ends();
    struct party *parties[] = {ug_police, realm_party(&realm, "ug-wildlife", "UG", "WILDLIFE")};
    struct member desks[] = {realm_desk(&realm, parties[0]), realm_desk(&realm, parties[1])};
    enum result result;
    take(TRUST_DESKS, vouched(1, desks, 2));
    size_t first = renew_without_end(&parties[0]->identity, ending, &result);
    ck_assert_str_eq(result_name(result), "too-large");
    ck_assert_uint_eq(first, 64);
    size_t second = renew_without_end(&parties[1]->identity, ending, &result);
    ck_assert_str_eq(result_name(result), "too-large");
    ck_assert_uint_lt(second, 20);
    ck_assert_str_eq(refused(TRUST_RENEWAL, long_renewal(&ug->identity, ending)), "too-large");
    size_t bytes = 0;
    for (size_t i = 0; i < roster->renewal_count; i++)
        bytes += roster->renewals[i]->file.len;
    ck_assert_uint_le(bytes, RENEWALS_BYTES_MAX);
    ck_assert_uint_gt(bytes, RENEWALS_BYTES_MAX - RENEWAL_BYTES_MAX);
    take(TRUST_RENEWAL, realm_renew(&realm, ke_police, 0)); /* others do not feel it */
    rows[0] = rows[1];
    take(TRUST_ROSTER, roster_of(2, 1));
    ck_assert_uint_eq(roster->renewal_count, 1);
}
END_TEST

/* ---- a full file ---- */

enum { HOSTILE = 30, GONE = 36 };

/* A roster of some 550 kB, most of it in how members ended. */
static struct span big_roster(uint32_t version, const struct member *members, size_t count) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = members, .count = count});
}

/* 24 MiB of renewals, and a chain that has outgrown the 8 MiB that are left: the roster that ends those who filled it
 * takes their renewals out, and is taken. */
START_TEST(a_file_filled_with_renewals_does_not_keep_the_roots_from_removing_who_filled_it) {
    const struct ending *ending = many_ends();
    struct identity hostile[HOSTILE], padding;
    struct member members[HOSTILE + GONE];
    enum result result = RESULT_OK;
    for (size_t i = 0; i < HOSTILE; i++) {
        ck_assert_int_eq(identity_make(&hostile[i], &realm.random), RESULT_OK);
        members[i] = realm_row(&realm, &(struct party){.identity = hostile[i], .country = "UG", .role = "OTHER"});
        members[i].name = text_format(&realm.arena, "hostile-%zu", i);
    }
    for (size_t i = HOSTILE; i < HOSTILE + GONE; i++) {
        ck_assert_int_eq(identity_make(&padding, &realm.random), RESULT_OK);
        members[i] = realm_row(&realm, &(struct party){.identity = padding, .country = "FR", .role = "OTHER"});
        members[i].name = text_format(&realm.arena, "gone-%zu", i);
        members[i].ended = ending;
        identity_release(&padding);
    }
    take(TRUST_ROSTER, big_roster(2, members, HOSTILE));
    for (size_t i = 0; i < HOSTILE; i++)
        (void)renew_without_end(&hostile[i], ending, &result);
    ck_assert_str_eq(result_name(result), "too-large");
    uint32_t version = 3;
    while (!(result = realm_take(&roster, TRUST_ROSTER, big_roster(version, members, HOSTILE + GONE))))
        version++;
    ck_assert_str_eq(result_name(result), "too-large");
    ck_assert_uint_gt(version, 12); /* of 8 MiB, in steps of less than one */
    ck_assert_str_eq(refused(TRUST_ROSTER, big_roster(version, members, HOSTILE + GONE)), "too-large");
    take(TRUST_ROSTER, big_roster(version, members + HOSTILE, GONE));
    ck_assert_uint_eq(roster->renewal_count, 0);
    ck_assert_uint_eq(roster->count, 0);
    for (size_t i = 0; i < HOSTILE; i++)
        identity_release(&hostile[i]);
}
END_TEST

/* ---- how much work ---- */

/* Behind the eighth that is refused nothing is looked at, wherever it stands. */
START_TEST(a_trust_is_heard_out_only_so_far) {
    struct member desk = realm_desk(&realm, ug_police);
    struct span desks[TRUST_REFUSALS_MAX + 1], good = desks_of(ug, 5, &desk);
    for (size_t i = 0; i < TRUST_REFUSALS_MAX; i++)
        desks[i] = realm_renew(&realm, ke, 0); /* no list at all */
    desks[TRUST_REFUSALS_MAX] = good;
    struct roster *next;
    struct roster_news news;
    struct realm_words words = {NULL, desks, NULL, 0, TRUST_REFUSALS_MAX + 1, 0};
    ck_assert_int_eq(roster_take_all(&next, roster, realm_words(&realm, &words), &news), RESULT_OK);
    ck_assert_ptr_eq(next, roster);
    ck_assert_uint_eq(news.taken, 0);
    ck_assert_int_eq(news.refused, RESULT_MALFORMED);
    words.desks = desks + 1;
    words.desk_count--;
    ck_assert_int_eq(roster_take_all(&next, roster, realm_words(&realm, &words), &news), RESULT_OK);
    ck_assert_uint_eq(news.taken, 1);
    roster_free(next);
}
END_TEST

/* One list of each author waits for a renewal; others that its key has not signed are refused at once. */
START_TEST(one_list_of_an_author_waits) {
    struct member desk = realm_desk(&realm, ke_police);
    struct span desks[TRUST_REFUSALS_MAX + 2];
    struct realm_list forged = {.rows = &desk, .count = 1, .author = ke, .signer = &ug->identity};
    for (size_t i = 0; i < TRUST_REFUSALS_MAX + 1; i++) {
        forged.version = (uint32_t)i + 2;
        desks[i] = realm_list(&realm, &forged);
    }
    desk = realm_desk(&realm, ug_police);
    desks[TRUST_REFUSALS_MAX + 1] = desks_of(ug, 1, &desk);
    struct roster *next;
    struct roster_news news;
    struct realm_words words = {NULL, desks, NULL, 0, TRUST_REFUSALS_MAX + 2, 0};
    ck_assert_int_eq(roster_take_all(&next, roster, realm_words(&realm, &words), &news), RESULT_OK);
    ck_assert_ptr_eq(next, roster);
    words.desks = desks + 1;
    words.desk_count--;
    ck_assert_int_eq(roster_take_all(&next, roster, realm_words(&realm, &words), &news), RESULT_OK);
    ck_assert_uint_eq(news.taken, 1);
    roster_free(next);
}
END_TEST

/* Nobody has signed them, so no point in them is looked at. */
START_TEST(signatures_come_before_rows) {
    static const uint8_t zeros[EXCHANGE_KEY_SIZE];
    struct member desk = realm_desk(&realm, ke_police);
    desk.session_key = zeros;
    const struct realm_list list = {.version = 2, .rows = &desk, .count = 1, .author = ke, .signer = &ug->identity};
    ck_assert_str_eq(refused(TRUST_DESKS, realm_list(&realm, &list)), "bad-signature");
    ck_assert_str_eq(refused(TRUST_DESKS, desks_of(ke, 2, &desk)), "bad-point");
    rows[1].session_key = zeros;
    const struct realm_list few = {.version = 2, .rows = rows, .count = 2, .signers = 1};
    ck_assert_str_eq(refused(TRUST_ROSTER, realm_list(&realm, &few)), "too-few-signatures");
    ck_assert_str_eq(refused(TRUST_ROSTER, roster_of(2, 2)), "bad-point");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("keys.roster_budget");
    TCase *tcase = tcase_create("budget");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, another_countrys_desk_listed_by_an_administration);
    tcase_add_test(tcase, a_renewed_key_listed_as_a_desk);
    tcase_add_test(tcase, a_row_moved_to_another_country);
    tcase_add_loop_test(tcase, a_desk_that_ended_keeps_what_it_renewed, ENDING_LEFT, ENDING_REVOKED + 1);
    tcase_add_test(tcase, renewals_of_an_administration_and_its_desks_share_a_budget);
    tcase_add_test(tcase, a_file_filled_with_renewals_does_not_keep_the_roots_from_removing_who_filled_it);
    tcase_add_test(tcase, a_trust_is_heard_out_only_so_far);
    tcase_add_test(tcase, one_list_of_an_author_waits);
    tcase_add_test(tcase, signatures_come_before_rows);
    suite_add_tcase(suite, tcase);
    return suite;
}
