/* What somebody hostile may try on whom a node believes: a peer, a member, an administration, a root, or whoever holds
 * a stolen key or writes the file. Each is refused for a reason, or changes nothing that it should not. */
#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "roster.pb-c.h"
#include "tests/support/realm.h"

static struct realm realm;
static struct party *ke, *ug, *ke_police, *ug_police;
static struct member rows[2]; /* of the roster */
static struct roster *roster; /* version 3, with the desks of Kenya */

static struct span roster_of(uint32_t version) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = rows, .count = 2});
}

static struct span desks_of(const struct party *author, uint32_t version, const struct member *row) {
    return realm_list(&realm, &(struct realm_list){.version = version, .rows = row, .count = 1, .author = author});
}

static void take(struct roster **to, enum trust_object kind, struct span object) {
    ck_assert_str_eq(result_name(realm_take(to, kind, object)), "ok");
}

static const char *refused(struct roster *by, enum trust_object kind, struct span object) {
    struct roster *out = NULL;
    enum result result = roster_take(&out, by, kind, object);
    ck_assert((out == NULL) == (result != RESULT_OK));
    roster_free(out);
    return result_name(result);
}

static void set_up(void) {
    realm_init(&realm, 12);
    ke = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    ug = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    ke_police = realm_party(&realm, "ke-police", "KE", "POLICE");
    ug_police = realm_party(&realm, "ug-police", "UG", "POLICE");
    rows[0] = realm_row(&realm, ke);
    rows[1] = realm_row(&realm, ug);
    struct member desk = realm_row(&realm, ke_police);
    roster = realm_open(&realm, roster_of(1));
    take(&roster, TRUST_ROSTER, roster_of(2));
    take(&roster, TRUST_ROSTER, roster_of(3));
    take(&roster, TRUST_DESKS, desks_of(ke, 4, &desk));
}

static void tear_down(void) {
    roster_free(roster);
    realm_release(&realm);
}

/* ---- time ---- */

START_TEST(rollback) {
    struct member desk = realm_row(&realm, ke_police);
    const struct realm_list older = {.version = 2, .rows = rows, .count = 1};
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(3)), "replayed");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(2)), "rollback");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, realm_list(&realm, &older)), "rollback");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 4, &desk)), "replayed");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 3, &desk)), "rollback");
    struct span renewals[] = {realm_renew(&realm, ke, ENDING_LEFT), realm_renew(&realm, ke, ENDING_LEFT)};
    take(&roster, TRUST_RENEWAL, renewals[0]);
    take(&roster, TRUST_RENEWAL, renewals[1]);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, renewals[0]), "replayed");
}
END_TEST

/* Who keeps newer rosters from a node has it go by the one it has, but only for so long, and not unseen. */
START_TEST(freeze) {
    uint64_t expires = realm_created + 365 * realm_day_ms;
    ck_assert_int_eq(roster_standing(roster, expires - 15 * realm_day_ms), ROSTER_GOOD);
    ck_assert_int_eq(roster_standing(roster, expires - 13 * realm_day_ms), ROSTER_ENDS_SOON);
    ck_assert_int_eq(roster_standing(roster, expires + 1), ROSTER_EXPIRED);
}
END_TEST

/* It is taken, since a newer one can only be reached through it; it is not gone by. */
START_TEST(expired) {
    const struct realm_list list = {
        .version = 4, .rows = rows, .count = 2, .expires = realm_created + realm_day_ms, .grace_days = 2};
    take(&roster, TRUST_ROSTER, realm_list(&realm, &list));
    ck_assert_int_eq(roster_standing(roster, realm_created + 3 * realm_day_ms), ROSTER_IN_GRACE);
    ck_assert_int_eq(roster_standing(roster, realm_created + 3 * realm_day_ms + 1), ROSTER_EXPIRED);
    take(&roster, TRUST_ROSTER, roster_of(5));
    ck_assert_int_eq(roster_standing(roster, realm_created + 3 * realm_day_ms + 1), ROSTER_GOOD);
}
END_TEST

START_TEST(a_clock_set_back) {
    ck_assert_int_eq(roster_standing(roster, realm_created - 2 * realm_day_ms), ROSTER_AHEAD);
}
END_TEST

/* A version that leaves no room for another must not be reached in one step. */
START_TEST(fast_forward) {
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(5)), "out-of-order");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(UINT32_MAX)), "out-of-order");
    struct roster *last = realm_open(&realm, roster_of(UINT32_MAX)); /* and 0 does not follow */
    ck_assert_str_eq(refused(last, TRUST_ROSTER, roster_of(0)), "malformed");
    ck_assert_str_eq(refused(last, TRUST_ROSTER, roster_of(1)), "rollback");
    roster_free(last);
}
END_TEST

/* The last serial there is, by a stolen key: the row of the roots has the last word. */
START_TEST(fast_forward_of_a_serial) {
    struct party thief = *ke;
    struct identity stolen;
    thief.identity.serial = UINT32_MAX - 1;
    take(&roster, TRUST_RENEWAL, realm_renew_from(&realm, &stolen, &thief.identity, ENDING_LEFT));
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LOST)), "rollback");
    struct former_key former = {rows[0].sign_key, {.cause = ENDING_REVOKED, .at = 1}};
    rows[0] = realm_row(&realm, ke);
    rows[0].former = &former;
    rows[0].former_count = 1;
    take(&roster, TRUST_ROSTER, roster_of(4));
    const struct member *member = roster_find(roster, ke->identity.id);
    ck_assert_uint_eq(member->serial, 2);
    ck_assert_mem_eq(member->sign_key, ke->identity.sign_key, SIGN_PUBLIC_SIZE);
    ck_assert_uint_eq(member->former_count, 1);
    ck_assert_int_eq(member->former[0].ending.cause, ENDING_REVOKED);
    ck_assert_uint_eq(roster->renewal_count, 0);
    ck_assert_uint_eq(roster->desk_count, 0); /* the revoked key signed them */
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, 0));
    identity_release(&stolen);
}
END_TEST

/* ---- mixing ---- */

START_TEST(mix_and_match_desks_of_an_old_key_under_a_new_roster) {
    struct member desk = realm_row(&realm, ke_police);
    struct span old = desks_of(ke, 9, &desk);
    struct former_key former = {rows[0].sign_key, {.cause = ENDING_LEFT, .at = 1}};
    (void)realm_renew(&realm, ke, ENDING_LEFT);
    rows[0] = realm_row(&realm, ke);
    rows[0].former = &former;
    rows[0].former_count = 1;
    take(&roster, TRUST_ROSTER, roster_of(4));
    ck_assert_str_eq(refused(roster, TRUST_DESKS, old), "bad-signature");
    ck_assert_uint_eq(roster_desks(roster, ke->identity.id)->version, 4);
}
END_TEST

START_TEST(mix_and_match_networks) {
    struct realm other;
    realm_init(&other, 13);
    struct party *there = realm_party(&other, "ke-customs", "KE", "CUSTOMS");
    struct party *desk_there = realm_party(&other, "ke-police", "KE", "POLICE");
    struct member row = realm_row(&other, there), desk = realm_row(&other, desk_there);
    struct span theirs = realm_list(&other, &(struct realm_list){.version = 4, .rows = &row, .count = 1});
    struct span desks =
        realm_list(&other, &(struct realm_list){.version = 9, .rows = &desk, .count = 1, .author = there});
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, theirs), "too-few-signatures");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks), "unknown-member");
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&other, there, 0)), "unknown-member");
    struct span ours = roster_of(1);
    struct roster *mixed = NULL;
    struct roster_anchor anchor = realm_anchor(&realm), anchor_there = realm_anchor(&other);
    struct realm_words words = {(struct span[]){ours, theirs}, &desks, NULL, 2, 1, 0};
    ck_assert_str_eq(result_name(roster_open(&mixed, realm_file(&realm, &words), &anchor)), "out-of-order");
    words.rosters = (struct span[]){ours, realm_list(&other, &(struct realm_list){.version = 2})};
    ck_assert_str_eq(result_name(roster_open(&mixed, realm_file(&realm, &words), &anchor)), "too-few-signatures");
    words.roster_count = 1;
    ck_assert_int_eq(roster_open(&mixed, realm_file(&realm, &words), &anchor), RESULT_OK); /* nobody's desks */
    ck_assert_uint_eq(mixed->count, 2);
    ck_assert_uint_eq(mixed->desk_count, 0);
    roster_free(mixed);
    mixed = NULL;
    ck_assert_str_eq(result_name(roster_open(&mixed, realm_file(&realm, &words), &anchor_there)), "too-few-signatures");
    realm_release(&other);
}
END_TEST

/* A list is what it says: desks are no roster, however they are handed over. */
START_TEST(one_kind_as_another) {
    struct member desk = realm_row(&realm, ke_police);
    struct span desks = desks_of(ke, 5, &desk);
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, desks), "malformed");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, roster_of(4)), "malformed");
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, desks), "malformed");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, realm_renew(&realm, ke, 0)), "malformed");
}
END_TEST

/* Made-up rosters before the true one: what they say of roots must not count for anything. */
START_TEST(a_forged_past) {
    const struct realm_list forged = {.version = 2, .roots = 067, .signers = 060, .threshold = 1};
    struct span file[] = {realm_list(&realm, &forged), roster_of(3)};
    struct realm_words words = {.rosters = file, .roster_count = 2};
    struct roster_anchor anchor = realm_anchor(&realm);
    struct roster *opened;
    ck_assert_int_eq(roster_open(&opened, realm_file(&realm, &words), &anchor), RESULT_OK);
    ck_assert_uint_eq(opened->chain_count, 1);
    for (size_t i = 0; i < 4; i++) { /* one of them would have the smaller hash */
        const struct realm_list rival = {.version = 3, .signers = 061, .created = realm_created + i};
        ck_assert_str_eq(refused(opened, TRUST_ROSTER, realm_list(&realm, &rival)), "exists");
    }
    roster_free(opened);
}
END_TEST

/* ---- size ---- */

START_TEST(endless_data) {
    struct roster *out = NULL;
    struct roster_news news;
    struct roster_anchor anchor = realm_anchor(&realm);
    uint8_t *zeros = arena_alloc(&realm.arena, ROSTER_FILE_BYTES_MAX + 1);
    struct span file = span_of(zeros, ROSTER_FILE_BYTES_MAX + 1);
    ck_assert_str_eq(result_name(roster_open(&out, file, &anchor)), "too-large");
    ck_assert_str_eq(result_name(roster_take_all(&out, roster, file, &news)), "too-large");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, span_of(zeros, ROSTER_BYTES_MAX + 1)), "too-large");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, span_of(zeros, ROSTER_BYTES_MAX + 1)), "too-large");
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, span_of(zeros, RENEWAL_BYTES_MAX + 1)), "too-large");
    memset(zeros, 0x0a, 2 * (CANONICAL_FIELDS_MAX + 1)); /* empty rosters without end */
    for (size_t i = 1; i < 2 * (CANONICAL_FIELDS_MAX + 1); i += 2)
        zeros[i] = 0;
    struct span fields = span_of(zeros, 2 * (CANONICAL_FIELDS_MAX + 1));
    ck_assert_str_eq(result_name(roster_take_all(&out, roster, fields, &news)), "too-large");
    ck_assert_int_eq(roster_take_all(&out, roster, span_of(zeros, 2 * CANONICAL_FIELDS_MAX), &news), RESULT_OK);
    ck_assert_ptr_eq(out, roster);
    ck_assert_uint_eq(news.taken + news.replayed, 0);
}
END_TEST

/* The list with one signature `times` times. */
static struct span repeat_signature(struct span list, size_t times) {
    SignedRoster *outer;
    struct buf out;
    ck_assert_int_eq(proto_decode(&realm.arena, &signed_roster__descriptor, list, &outer), RESULT_OK);
    RosterSignature **signatures = arena_array(&realm.arena, times, sizeof *signatures);
    for (size_t i = 0; i < times; i++)
        signatures[i] = outer->signatures[0];
    outer->signatures = signatures;
    outer->n_signatures = times;
    buf_init(&out, &realm.arena);
    proto_encode(&out, outer);
    return buf_span(&out);
}

START_TEST(endless_signatures) {
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, repeat_signature(roster_of(4), 33)), "too-large");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, repeat_signature(roster_of(4), 32)), "too-few-signatures");
}
END_TEST

/* What is taken must be readable again: nothing is, that would make the file too large. */
START_TEST(endless_rosters) {
    struct roster *long_one = realm_open(&realm, roster_of(1));
    struct member many[24];
    struct feed_end ends[FEED_ENDS_MAX];
    uint8_t feeds[FEED_ENDS_MAX][HASH_SIZE] = {0};
    struct ending ending = {ENDING_LEFT, 1, ends, FEED_ENDS_MAX};
    for (size_t i = 0; i < FEED_ENDS_MAX; i++) {
        feeds[i][0] = (uint8_t)i;
        ends[i] = (struct feed_end){feeds[i], 1, feeds[i]};
    }
    for (size_t i = 0; i < 24; i++) { /* 20 kB each */
        struct identity identity;
        ck_assert_int_eq(identity_make(&identity, &realm.random), RESULT_OK);
        many[i] = realm_row(&realm, &(struct party){.identity = identity, .country = "FR", .role = "OTHER"});
        many[i].name = text_format(&realm.arena, "m%zu", i);
        many[i].ended = &ending;
        identity_release(&identity);
    }
    enum result result = RESULT_OK;
    for (uint32_t version = 2; !result && version < 80; version++) {
        struct span list = realm_list(&realm, &(struct realm_list){.version = version, .rows = many, .count = 24});
        ck_assert_uint_gt(list.len, 400000);
        result = realm_take(&long_one, TRUST_ROSTER, list);
    }
    ck_assert_str_eq(result_name(result), "too-large");
    ck_assert_uint_gt(long_one->version, 60);
    struct buf out;
    buf_init(&out, &realm.arena);
    ck_assert_int_eq(roster_write(&out, long_one), RESULT_OK);
    ck_assert_uint_le(out.len, ROSTER_FILE_BYTES_MAX);
    roster_free(long_one);
}
END_TEST

/* ---- thresholds ---- */

START_TEST(threshold_with_a_duplicated_key) {
    struct roster *out = NULL;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, repeat_signature(roster_of(4), 2)), "too-few-signatures");
    struct roster_anchor anchor = realm_anchor(&realm);
    memcpy(realm.root_keys[1], realm.root_keys[0], SIGN_PUBLIC_SIZE); /* one key, trusted twice and named twice */
    const struct realm_list one = {.version = 1, .roots = 011, .signers = 011};
    struct span list = realm_list(&realm, &one);
    struct span named_twice = realm_list(&realm, &(struct realm_list){.version = 1});
    struct realm_words words = {.rosters = &named_twice, .roster_count = 1};
    ck_assert_str_eq(result_name(roster_open(&out, realm_file(&realm, &words), &anchor)), "malformed");
    words.rosters = &list;
    ck_assert_str_eq(result_name(roster_open(&out, realm_file(&realm, &words), &anchor)), "too-few-signatures");
}
END_TEST

START_TEST(threshold_of_strangers) {
    ck_assert_str_eq(
        refused(roster, TRUST_ROSTER, realm_list(&realm, &(struct realm_list){.version = 4, .signers = 071})),
        "too-few-signatures");
    ck_assert_str_eq(refused(roster, TRUST_ROSTER,
                             realm_list(&realm, &(struct realm_list){.version = 4, .signers = 4, .threshold = 1})),
                     "too-few-signatures"); /* a lower threshold does not begin with itself */
    ck_assert_str_eq(
        refused(roster, TRUST_ROSTER, realm_list(&realm, &(struct realm_list){.version = 4, .threshold = 3})),
        "too-few-signatures"); /* a higher one does */
}
END_TEST

START_TEST(old_root_keys_only) {
    const struct realm_list rotation = {.version = 4, .roots = 070, .signers = 03};
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, realm_list(&realm, &rotation)), "too-few-signatures");
}
END_TEST

START_TEST(new_root_keys_only) {
    const struct realm_list rotation = {.version = 4, .roots = 070, .signers = 030};
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, realm_list(&realm, &rotation)), "too-few-signatures");
}
END_TEST

START_TEST(old_root_keys_after_the_rotation) {
    const struct realm_list rotation = {.version = 4, .roots = 070, .signers = 033};
    take(&roster, TRUST_ROSTER, realm_list(&realm, &rotation));
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(5)), "too-few-signatures");
    const struct realm_list next = {.version = 5, .roots = 070, .signers = 060};
    take(&roster, TRUST_ROSTER, realm_list(&realm, &next));
}
END_TEST

/* ---- keys ---- */

START_TEST(key_in_two_roles) {
    struct member member = rows[0];
    rows[0].sign_key = realm.root_keys[2]; /* a root that is a member */
    rows[0].serial = 2;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "conflict");
    rows[0] = member;
    rows[0].session_key = rows[0].encryption_key;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "invalid");
    rows[0] = member;
    rows[0].session_key = rows[1].encryption_key;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "conflict");
    rows[0] = member;
    rows[0].sign_key = rows[1].sign_key;
    rows[0].serial = 2;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "conflict");
    rows[0] = member;
    rows[0].former = &(struct former_key){rows[1].sign_key, {.cause = ENDING_LEFT}};
    rows[0].former_count = 1;
    rows[0].serial = 2;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "conflict");
    rows[0] = member;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "ok");
}
END_TEST

/* Every encoding of a point of small order on the curve of Ed25519, canonical or not. */
static const char *const small_edwards[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};
/* And on that of X25519, each without and with the bit that X25519 ignores. */
static const char *const small_montgomery[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
enum {
    SMALL_EDWARDS = sizeof small_edwards / sizeof *small_edwards,
    SMALL_MONTGOMERY = sizeof small_montgomery / sizeof *small_montgomery
};

static struct span unsigned_renewal(const uint8_t *sign_key, const uint8_t *encryption_key, uint32_t serial) {
    Renewal words = RENEWAL__INIT;
    words.suite = 1;
    words.member = proto_bytes(ke->identity.id, MEMBER_ID_SIZE);
    words.serial = serial;
    words.created = realm_created;
    words.sign_key = proto_bytes(sign_key, SIGN_PUBLIC_SIZE);
    words.encryption_key = proto_bytes(encryption_key, EXCHANGE_KEY_SIZE);
    return realm_sign_renewal(&realm, &words, &ke->identity, NULL);
}

static void assert_no_signing_key(const uint8_t *key) {
    struct member member = rows[0];
    uint8_t root[SIGN_PUBLIC_SIZE];
    rows[0].sign_key = key;
    rows[0].serial = 2;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "bad-point");
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 5, &rows[0])), "bad-point");
    rows[0] = member;
    rows[0].former = &(struct former_key){key, {.cause = ENDING_LEFT}};
    rows[0].former_count = 1;
    rows[0].serial = 2;
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "bad-point");
    rows[0] = member;
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, unsigned_renewal(key, member.encryption_key, 2)), "bad-point");
    memcpy(root, realm.root_keys[2], sizeof root);
    memcpy(realm.root_keys[2], key, sizeof root);
    ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "bad-point");
    memcpy(realm.root_keys[2], root, sizeof root);
}

START_TEST(small_order_signing_keys) {
    uint8_t key[SIGN_PUBLIC_SIZE];
    ck_assert(text_unhex(key, sizeof key, small_edwards[_i]));
    assert_no_signing_key(key);
}
END_TEST

START_TEST(small_order_exchange_keys) {
    struct member member = rows[0];
    uint8_t key[EXCHANGE_KEY_SIZE];
    ck_assert(text_unhex(key, sizeof key, small_montgomery[_i]));
    for (int high_bit = 0; high_bit < 2; high_bit++) {
        rows[0].encryption_key = key;
        ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "bad-point");
        ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke, 5, &rows[0])), "bad-point");
        rows[0] = member;
        rows[0].session_key = key;
        ck_assert_str_eq(refused(roster, TRUST_ROSTER, roster_of(4)), "bad-point");
        rows[0] = member;
        ck_assert_str_eq(refused(roster, TRUST_RENEWAL, unsigned_renewal(member.sign_key, key, 2)), "bad-point");
        key[EXCHANGE_KEY_SIZE - 1] |= 0x80;
    }
}
END_TEST

/* (x, y) + (0, -1) = (-x, -y): a good key and the point of order two. */
START_TEST(mixed_order_signing_keys) {
    uint8_t key[SIGN_PUBLIC_SIZE];
    int borrow = 0;
    for (size_t i = 0; i < sizeof key; i++) {
        int p = i == 0 ? 0xed : i == 31 ? 0x7f : 0xff;
        int y = i == 31 ? rows[0].sign_key[i] & 0x7f : rows[0].sign_key[i];
        int difference = p - y - borrow;
        borrow = difference < 0;
        key[i] = (uint8_t)(difference & 0xff);
    }
    key[31] = (uint8_t)(key[31] | (~rows[0].sign_key[31] & 0x80));
    assert_no_signing_key(key);
}
END_TEST

/* ---- desks ---- */

/* The one desk of Uganda with what it may not claim: it is counted, and nobody is told of it. */
static void assert_ignored(const struct member *row) {
    struct roster *with = NULL;
    ck_assert_str_eq(result_name(roster_take(&with, roster, TRUST_DESKS, desks_of(ug, 1, row))), "ok");
    ck_assert_uint_eq(with->ignored, 1);
    ck_assert_uint_eq(with->count, roster->count);
    ck_assert_uint_eq(with->ended_count, roster->ended_count);
    for (size_t i = 0; i < with->count; i++)
        ck_assert(!with->members[i].by || memcmp(with->members[i].by, ug->identity.id, MEMBER_ID_SIZE) != 0);
    ck_assert_mem_eq(roster_find_name(with, "ke-police")->session_key, ke_police->identity.session_key,
                     EXCHANGE_KEY_SIZE);
    roster_free(with);
}

START_TEST(a_desk_claims_what_it_may_not) {
    const struct member good = realm_row(&realm, ug_police);
    struct ending ended = {.cause = ENDING_REVOKED, .at = 1};
    struct former_key former = {rows[0].sign_key, {.cause = ENDING_LEFT}};
    struct member row = good;
    row.country = "KE";
    row.name = "ke-other";
    assert_ignored(&row); /* an administration signs for another country */
    row.name = "ug-other";
    assert_ignored(&row);
    row = good;
    row.name = "ke-other";
    assert_ignored(&row);
    row.name = "ugly";
    assert_ignored(&row);
    row.name = "ug";
    assert_ignored(&row);
    row = good;
    row.role = "CUSTOMS";
    assert_ignored(&row);
    row.role = "SECRETARIAT";
    assert_ignored(&row);
    row = good;
    row.name = "ug-customs"; /* the administration's own name, and its own row once more */
    assert_ignored(&row);
    row = rows[1];
    row.role = "POLICE";
    row.name = "ug-police";
    assert_ignored(&row);
    row = good;
    row.session_key = rows[0].session_key;
    assert_ignored(&row);
    row.session_key = rows[0].encryption_key;
    assert_ignored(&row);
    row = good;
    row.id = ke->identity.id; /* with a serial above 1 an id would prove nothing */
    row.serial = 7;
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ug, 1, &row)), "malformed");
    row.ended = &ended; /* to end somebody else */
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ug, 1, &row)), "malformed");
    row = good;
    row.serial = 2;
    row.former = &former; /* the feeds of that key would be its own */
    row.former_count = 1;
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ug, 1, &row)), "malformed");
    struct roster *with;
    ck_assert_int_eq(roster_take(&with, roster, TRUST_DESKS, desks_of(ug, 1, &good)), RESULT_OK);
    ck_assert_uint_eq(with->ignored, 0);
    ck_assert_uint_eq(with->count, roster->count + 1);
    roster_free(with);
}
END_TEST

/* Two administrations claim one key: the first by author has it, whoever came first. */
START_TEST(two_administrations_claim_one_key) {
    struct member desk = realm_row(&realm, ug_police), theirs = realm_row(&realm, ke_police);
    desk.session_key = theirs.session_key;
    const struct party *first = memcmp(ke->identity.id, ug->identity.id, MEMBER_ID_SIZE) < 0 ? ke : ug;
    struct roster *other = realm_open(&realm, roster_of(3));
    take(&roster, TRUST_DESKS, desks_of(ug, 1, &desk));
    take(&other, TRUST_DESKS, desks_of(ug, 1, &desk));
    take(&other, TRUST_DESKS, desks_of(ke, 4, &theirs));
    ck_assert_mem_eq(roster->digest, other->digest, HASH_SIZE);
    ck_assert_uint_eq(roster->ignored, 1);
    ck_assert_uint_eq(other->ignored, 1);
    ck_assert_mem_eq(roster_find_session(roster, desk.session_key)->by, first->identity.id, MEMBER_ID_SIZE);
    ck_assert_mem_eq(roster_find_session(other, desk.session_key)->by, first->identity.id, MEMBER_ID_SIZE);
    roster_free(other);
}
END_TEST

START_TEST(a_desk_that_delegates) {
    struct member desk = realm_row(&realm, ug_police), customs = desk;
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ke_police, 1, &desk)), "unknown-member");
    customs.role = "CUSTOMS"; /* a desk that says it were an administration */
    take(&roster, TRUST_DESKS, desks_of(ug, 1, &customs));
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ug_police, 1, &desk)), "unknown-member");
    rows[1].role = "POLICE"; /* and a member of the roster that is none */
    take(&roster, TRUST_ROSTER, roster_of(4));
    ck_assert_uint_eq(roster->desk_count, 1);
    ck_assert_str_eq(refused(roster, TRUST_DESKS, desks_of(ug, 2, &desk)), "unknown-member");
}
END_TEST

START_TEST(desks_by_another_hand) {
    struct member desk = realm_row(&realm, ug_police);
    const struct realm_list list = {.version = 5, .rows = &desk, .count = 1, .author = ke, .signer = &ug->identity};
    ck_assert_str_eq(refused(roster, TRUST_DESKS, realm_list(&realm, &list)), "bad-signature");
}
END_TEST

/* The roots have ended a desk: no administration brings it back, neither before nor after. */
START_TEST(removal_beats_addition) {
    struct ending revoked = {.cause = ENDING_REVOKED, .at = 9};
    struct member three[] = {rows[0], rows[1], realm_row(&realm, ke_police)}, desk = three[2];
    three[2].ended = &revoked;
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke_police, 0));
    take(&roster, TRUST_ROSTER, realm_list(&realm, &(struct realm_list){.version = 4, .rows = three, .count = 3}));
    ck_assert_ptr_null(roster_find(roster, desk.id));
    ck_assert_uint_eq(roster->renewal_count, 0);
    take(&roster, TRUST_DESKS, desks_of(ke, 5, &desk));
    take(&roster, TRUST_DESKS, desks_of(ke, 6, &desk));
    ck_assert_ptr_null(roster_find(roster, desk.id));
    ck_assert_int_eq(roster_find_ever(roster, desk.id)->ended->cause, ENDING_REVOKED);
    ck_assert_ptr_null(roster_find_ever(roster, desk.id)->by);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&realm, ke_police, 0)), "unknown-member");
}
END_TEST

/* ---- renewals ---- */

START_TEST(renewal_by_a_former_key) {
    struct identity thief, stolen = ke->identity;
    stolen.secrets = arena_copy(&realm.arena, ke->identity.secrets, sizeof *stolen.secrets);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    stolen.serial = 5;
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew_from(&realm, &thief, &stolen, 0)), "bad-signature");
    identity_release(&thief);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew_from(&realm, &thief, &stolen, ENDING_LEFT)),
                     "bad-signature");
    identity_release(&thief);
    stolen.serial = 1;
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew_from(&realm, &thief, &stolen, 0)), "fork");
    identity_release(&thief);
}
END_TEST

START_TEST(renewal_replayed) {
    struct span first = realm_renew(&realm, ke, 0), second = realm_renew(&realm, ke, 0);
    take(&roster, TRUST_RENEWAL, first);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, first), "replayed");
    take(&roster, TRUST_RENEWAL, second);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, second), "replayed");
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, first), "rollback");
}
END_TEST

START_TEST(renewal_forked) {
    struct identity other;
    struct span fork = realm_renew_from(&realm, &other, &ke->identity, ENDING_LEFT);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, fork), "fork");
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, fork), "fork");
    identity_release(&other);
}
END_TEST

START_TEST(renewal_by_another_member) {
    struct identity other;
    struct identity as_ke = ug->identity;
    memcpy(as_ke.id, ke->identity.id, MEMBER_ID_SIZE);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew_from(&realm, &other, &as_ke, 0)), "bad-signature");
    identity_release(&other);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, realm_renew(&realm, ug_police, 0)), "unknown-member");
}
END_TEST

/* A key that ended has ended; and a key that does not change is not a new one. */
START_TEST(renewal_back_to_a_former_key) {
    Ending ending = ENDING__INIT;
    Renewal words = RENEWAL__INIT;
    struct identity first = ke->identity;
    first.secrets = arena_copy(&realm.arena, ke->identity.secrets, sizeof *first.secrets);
    take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    ending.cause = ENDING_LEFT;
    words.suite = 1;
    words.member = proto_bytes(first.id, MEMBER_ID_SIZE);
    words.serial = 3;
    words.ending = &ending;
    words.sign_key = proto_bytes(first.sign_key, SIGN_PUBLIC_SIZE);
    words.encryption_key = proto_bytes(first.encryption_key, EXCHANGE_KEY_SIZE);
    struct span back = realm_sign_renewal(&realm, &words, &ke->identity, &first);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, back), "malformed");
    words.sign_key = proto_bytes(ke->identity.sign_key, SIGN_PUBLIC_SIZE);
    struct span same = realm_sign_renewal(&realm, &words, &ke->identity, &ke->identity);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, same), "malformed");
    words.ending = NULL;
    words.sign_key = proto_bytes(ug->identity.sign_key, SIGN_PUBLIC_SIZE); /* changed, and not said so */
    struct span silent = realm_sign_renewal(&realm, &words, &ke->identity, NULL);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, silent), "malformed");
}
END_TEST

/* The new key must say itself that it is the member's: else one could take the feeds of another for one's own. */
START_TEST(renewal_to_a_key_of_somebody_else) {
    Ending ending = ENDING__INIT;
    Renewal words = RENEWAL__INIT;
    ending.cause = ENDING_LEFT;
    words.suite = 1;
    words.member = proto_bytes(ke->identity.id, MEMBER_ID_SIZE);
    words.serial = 2;
    words.ending = &ending;
    words.sign_key = proto_bytes(ug->identity.sign_key, SIGN_PUBLIC_SIZE);
    words.encryption_key = proto_bytes(ke->identity.encryption_key, EXCHANGE_KEY_SIZE);
    struct span claimed = realm_sign_renewal(&realm, &words, &ke->identity, &ke->identity);
    ck_assert_str_eq(refused(roster, TRUST_RENEWAL, claimed), "bad-signature");
}
END_TEST

/* ---- two of one version ---- */

static struct span rival_of(uint32_t version, size_t number) {
    return realm_list(
        &realm, &(struct realm_list){.version = version, .rows = rows, .count = 1, .created = realm_created + number});
}

START_TEST(two_rosters_of_one_version_converge) {
    struct roster *here = realm_open(&realm, roster_of(1)), *there = realm_open(&realm, roster_of(1));
    struct span first = rival_of(2, 2 * (size_t)_i), second = rival_of(2, 2 * (size_t)_i + 1);
    take(&here, TRUST_ROSTER, first);
    take(&there, TRUST_ROSTER, second);
    ck_assert_mem_ne(here->digest, there->digest, HASH_SIZE);
    bool first_wins = memcmp(here->hash, there->hash, HASH_SIZE) < 0;
    ck_assert_str_eq(refused(here, TRUST_ROSTER, second), first_wins ? "exists" : "ok");
    ck_assert_str_eq(refused(there, TRUST_ROSTER, first), first_wins ? "ok" : "exists");
    realm_sync(&realm, &here, &there);
    ck_assert_mem_eq(here->digest, there->digest, HASH_SIZE);
    ck_assert_uint_eq(here->chain_count, 2);
    take(&here, TRUST_ROSTER, roster_of(3)); /* which ends the matter */
    ck_assert_str_eq(refused(here, TRUST_ROSTER, first), "rollback");
    realm_sync(&realm, &here, &there);
    ck_assert_mem_eq(here->digest, there->digest, HASH_SIZE);
    roster_free(here);
    roster_free(there);
}
END_TEST

/* The rival answers to the roots of before: not to those that the roster here names, nor to its own. */
START_TEST(a_rival_by_the_wrong_roots) {
    const struct realm_list rotation = {.version = 4, .roots = 070, .signers = 033};
    take(&roster, TRUST_ROSTER, realm_list(&realm, &rotation));
    for (size_t i = 0; i < 4; i++) {
        const struct realm_list rival = {.version = 4, .roots = 070, .signers = 070, .created = realm_created + 1 + i};
        ck_assert_str_eq(refused(roster, TRUST_ROSTER, realm_list(&realm, &rival)), "too-few-signatures");
    }
    struct roster *first = realm_open(&realm, roster_of(1)); /* what came before it is not known */
    ck_assert_str_eq(refused(first, TRUST_ROSTER, rival_of(1, 1)), "exists");
    ck_assert_str_eq(refused(first, TRUST_ROSTER, rival_of(1, 2)), "exists");
    roster_free(first);
}
END_TEST

START_TEST(two_desks_of_one_version_converge) {
    struct member desk = realm_row(&realm, ug_police);
    struct realm_list list = {
        .version = 1, .rows = &desk, .count = 1, .author = ug, .created = realm_created + 2 * (uint64_t)_i};
    struct span first = realm_list(&realm, &list);
    list.created++;
    struct span second = realm_list(&realm, &list);
    struct roster *there = realm_open(&realm, roster_of(3));
    desk = realm_row(&realm, ke_police);
    take(&there, TRUST_DESKS, desks_of(ke, 4, &desk));
    take(&there, TRUST_DESKS, second);
    take(&roster, TRUST_DESKS, first);
    ck_assert_mem_ne(roster->digest, there->digest, HASH_SIZE);
    enum result here_result = realm_take(&roster, TRUST_DESKS, second);
    enum result there_result = realm_take(&there, TRUST_DESKS, first);
    ck_assert(here_result == RESULT_OK || here_result == RESULT_EXISTS);
    ck_assert_int_eq(there_result, here_result == RESULT_OK ? RESULT_EXISTS : RESULT_OK);
    ck_assert_mem_eq(roster->digest, there->digest, HASH_SIZE);
    roster_free(there);
}
END_TEST

/* ---- everything in any order ---- */

enum { OBJECTS_MAX = 24 };
static struct {
    enum trust_object kind;
    struct span object;
} objects[OBJECTS_MAX];
static size_t object_count;

static void issue(enum trust_object kind, struct span object) {
    ck_assert_uint_lt(object_count, OBJECTS_MAX);
    objects[object_count].kind = kind;
    objects[object_count++].object = object;
}

/* The life of a network: rosters, two of one of the versions, other roots, desks under two keys, renewals of all sorts,
 * a desk that ends. */
static void live(void) {
    struct ending left = {.cause = ENDING_LEFT, .at = 1};
    struct member ke_desk = realm_row(&realm, ke_police), ug_desk = realm_row(&realm, ug_police);
    issue(TRUST_ROSTER, roster_of(2));
    issue(TRUST_ROSTER, roster_of(3));
    issue(TRUST_ROSTER, realm_list(&realm, &(struct realm_list){.version = 3, .rows = rows, .count = 2, .created = 1}));
    issue(TRUST_DESKS, desks_of(ke, 1, &ke_desk));
    issue(TRUST_DESKS, desks_of(ug, 1, &ug_desk));
    issue(TRUST_RENEWAL, realm_renew(&realm, ke_police, 0));
    issue(TRUST_RENEWAL, realm_renew(&realm, ug_police, ENDING_LOST));
    issue(TRUST_RENEWAL, realm_renew(&realm, ug_police, 0));
    struct former_key former = {rows[0].sign_key, left};
    issue(TRUST_RENEWAL, realm_renew(&realm, ke, 0));
    issue(TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT));
    rows[0] = realm_row(&realm, ke);
    rows[0].former = &former;
    rows[0].former_count = 1;
    issue(TRUST_ROSTER, realm_list(&realm, &(struct realm_list){
                                               .version = 4, .rows = rows, .count = 2, .roots = 017, .signers = 013}));
    issue(TRUST_RENEWAL, realm_renew(&realm, ke, 0));
    issue(TRUST_DESKS, desks_of(ke, 2, &ke_desk));
    ug_desk.ended = &left;
    issue(TRUST_DESKS, desks_of(ug, 2, &ug_desk));
    issue(TRUST_ROSTER, realm_list(&realm, &(struct realm_list){
                                               .version = 5, .rows = rows, .count = 2, .roots = 014, .signers = 015}));
}

/* Hands the objects in a random order, and again what waited for others, until nothing is new. */
static struct roster *take_in_any_order(struct span first, size_t left_out) {
    struct roster *out = realm_open(&realm, first);
    size_t order[OBJECTS_MAX] = {0};
    bool changed = true;
    for (size_t i = 0; i < object_count; i++)
        order[i] = i;
    for (size_t i = object_count; i > 1; i--) {
        size_t k = chance_below(&realm.chance, i), swap = order[k];
        order[k] = order[i - 1];
        order[i - 1] = swap;
    }
    while (changed) {
        changed = false;
        for (size_t i = left_out; i < object_count; i++)
            changed |= !realm_take(&out, objects[order[i]].kind, objects[order[i]].object);
    }
    return out;
}

START_TEST(any_order_leads_to_the_same) {
    struct span first = roster_of(1);
    object_count = 0;
    live();
    struct roster *expected = take_in_any_order(first, 0);
    ck_assert_uint_eq(expected->version, 5);
    ck_assert_uint_eq(expected->count, 3);
    for (size_t i = 0; i < 30; i++) {
        struct roster *other = take_in_any_order(first, 0);
        ck_assert_mem_eq(other->digest, expected->digest, HASH_SIZE);
        roster_free(other);
    }
    /* What some have missed they hear from others. */
    for (size_t i = 0; i < 10; i++) {
        struct roster *other = take_in_any_order(first, 1 + chance_below(&realm.chance, object_count));
        realm_sync(&realm, &expected, &other);
        ck_assert_mem_eq(other->digest, expected->digest, HASH_SIZE);
        roster_free(other);
    }
    roster_free(expected);
}
END_TEST

static void add(Suite *suite, const char *name, TCase **out) {
    *out = tcase_create(name);
    tcase_add_checked_fixture(*out, set_up, tear_down);
    suite_add_tcase(suite, *out);
}

Suite *suite(void) {
    Suite *suite = suite_create("keys.roster_attacks");
    TCase *tcase;
    add(suite, "time", &tcase);
    tcase_add_test(tcase, rollback);
    tcase_add_test(tcase, freeze);
    tcase_add_test(tcase, expired);
    tcase_add_test(tcase, a_clock_set_back);
    tcase_add_test(tcase, fast_forward);
    tcase_add_test(tcase, fast_forward_of_a_serial);
    add(suite, "mixing", &tcase);
    tcase_add_test(tcase, mix_and_match_desks_of_an_old_key_under_a_new_roster);
    tcase_add_test(tcase, mix_and_match_networks);
    tcase_add_test(tcase, one_kind_as_another);
    tcase_add_test(tcase, a_forged_past);
    add(suite, "size", &tcase);
    tcase_add_test(tcase, endless_data);
    tcase_add_test(tcase, endless_signatures);
    tcase_add_test(tcase, endless_rosters);
    add(suite, "thresholds", &tcase);
    tcase_add_test(tcase, threshold_with_a_duplicated_key);
    tcase_add_test(tcase, threshold_of_strangers);
    tcase_add_test(tcase, old_root_keys_only);
    tcase_add_test(tcase, new_root_keys_only);
    tcase_add_test(tcase, old_root_keys_after_the_rotation);
    add(suite, "keys", &tcase);
    tcase_add_test(tcase, key_in_two_roles);
    tcase_add_loop_test(tcase, small_order_signing_keys, 0, SMALL_EDWARDS);
    tcase_add_loop_test(tcase, small_order_exchange_keys, 0, SMALL_MONTGOMERY);
    tcase_add_test(tcase, mixed_order_signing_keys);
    add(suite, "desks", &tcase);
    tcase_add_test(tcase, a_desk_claims_what_it_may_not);
    tcase_add_test(tcase, two_administrations_claim_one_key);
    tcase_add_test(tcase, a_desk_that_delegates);
    tcase_add_test(tcase, desks_by_another_hand);
    tcase_add_test(tcase, removal_beats_addition);
    add(suite, "renewals", &tcase);
    tcase_add_test(tcase, renewal_by_a_former_key);
    tcase_add_test(tcase, renewal_replayed);
    tcase_add_test(tcase, renewal_forked);
    tcase_add_test(tcase, renewal_by_another_member);
    tcase_add_test(tcase, renewal_back_to_a_former_key);
    tcase_add_test(tcase, renewal_to_a_key_of_somebody_else);
    add(suite, "order", &tcase);
    tcase_add_loop_test(tcase, two_rosters_of_one_version_converge, 0, 4);
    tcase_add_test(tcase, a_rival_by_the_wrong_roots);
    tcase_add_loop_test(tcase, two_desks_of_one_version_converge, 0, 4);
    tcase_add_test(tcase, any_order_leads_to_the_same);
    return suite;
}
