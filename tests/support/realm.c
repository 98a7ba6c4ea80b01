#include "tests/support/realm.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "keys/member_rows.h"
#include "roster.pb-c.h"

void realm_init(struct realm *realm, uint64_t seed) {
    secret_start();
    *realm = (struct realm){.chance = {.state = seed}};
    arena_init(&realm->arena, SIZE_MAX);
    realm->random = chance_random(&realm->chance);
    for (size_t i = 0; i < REALM_ROOTS; i++) {
        uint8_t root_seed[SIGN_SEED_SIZE];
        random_fill(&realm->random, root_seed, sizeof root_seed);
        sign_keypair(realm->root_keys[i], realm->root_secrets[i], root_seed);
    }
}

void realm_release(struct realm *realm) {
    for (size_t i = 0; i < realm->party_count; i++)
        identity_release(&realm->parties[i].identity);
    arena_release(&realm->arena);
}

struct roster_anchor realm_anchor(const struct realm *realm) {
    return (struct roster_anchor){.roots = realm->root_keys, .count = 3, .threshold = 2};
}

static void keep_key(struct realm *realm, const struct identity *identity) {
    struct realm_key *key = arena_alloc(&realm->arena, sizeof *key);
    ck_assert_ptr_nonnull(key);
    key->next = realm->keys;
    memcpy(key->key, identity->sign_key, SIGN_PUBLIC_SIZE);
    memcpy(key->secret, identity->secrets->sign, SIGN_SECRET_SIZE);
    realm->keys = key;
}

struct party *realm_party(struct realm *realm, const char *name, const char *country, const char *role) {
    ck_assert_uint_lt(realm->party_count, REALM_PARTIES_MAX);
    struct party *party = &realm->parties[realm->party_count++];
    *party = (struct party){.name = name, .country = country, .role = role};
    ck_assert_int_eq(identity_make(&party->identity, &realm->random), RESULT_OK);
    keep_key(realm, &party->identity);
    party->first = party->identity;
    party->first.secrets = NULL;
    return party;
}

struct member realm_desk(struct realm *realm, const struct party *party) {
    const struct party first = {
        .identity = party->first, .name = party->name, .country = party->country, .role = party->role};
    return realm_row(realm, &first);
}

struct member realm_row(struct realm *realm, const struct party *party) {
    const struct identity *now = arena_copy(&realm->arena, &party->identity, sizeof *now); /* they will change */
    ck_assert_ptr_nonnull(now);
    if (now->secrets)
        keep_key(realm, now);
    return (struct member){.id = now->id,
                           .sign_key = now->sign_key,
                           .encryption_key = now->encryption_key,
                           .session_key = now->session_key,
                           .name = party->name,
                           .label = "",
                           .country = party->country,
                           .role = party->role,
                           .serial = now->serial};
}

/* ---- lists ---- */

static struct span encode(struct realm *realm, const void *words) {
    struct buf out;
    buf_init(&out, &realm->arena);
    proto_encode(&out, words);
    ck_assert(!out.failed);
    return buf_span(&out);
}

static int compare_rows(const void *a, const void *b) {
    return memcmp((*(Member *const *)a)->id.data, (*(Member *const *)b)->id.data, MEMBER_ID_SIZE);
}

const uint8_t *realm_proof(struct realm *realm, const struct member *row) {
    struct member plain = *row;
    uint8_t digest[HASH_SIZE], *proof = arena_alloc(&realm->arena, SIGNATURE_SIZE);
    const struct realm_key *key = realm->keys;
    while (key && memcmp(key->key, row->sign_key, SIGN_PUBLIC_SIZE) != 0)
        key = key->next;
    if (!key)
        return NULL;
    plain.former_count = 0;
    plain.ended = NULL;
    plain.proof = NULL;
    hash_of(digest, "INAMA.card", encode(realm, member_row(&realm->arena, &plain)));
    sign_make(proof, key->secret, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    return proof;
}

static Member **rows_of(struct realm *realm, const struct realm_list *list) {
    Member **rows = arena_array(&realm->arena, list->count, sizeof *rows);
    for (size_t i = 0; i < list->count; i++) {
        struct member row = list->rows[i];
        if (list->author && !row.proof)
            row.proof = realm_proof(realm, &row);
        rows[i] = member_row(&realm->arena, &row);
        ck_assert_ptr_nonnull(rows[i]);
    }
    if (list->count)
        qsort(rows, list->count, sizeof *rows, compare_rows);
    return rows;
}

static void name_roots(struct realm *realm, Roster *words, const struct realm_list *list) {
    unsigned roots = list->roots ? list->roots : 7;
    words->roots = arena_array(&realm->arena, REALM_ROOTS, sizeof *words->roots);
    for (size_t i = 0; i < REALM_ROOTS; i++)
        if (roots >> i & 1)
            words->roots[words->n_roots++] = proto_bytes(realm->root_keys[i], SIGN_PUBLIC_SIZE);
    words->threshold = list->threshold ? (uint32_t)list->threshold : 2;
}

static void add_signature(struct realm *realm, SignedRoster *outer, const uint8_t *secret, const uint8_t *public_key,
                          const char *tag) {
    uint8_t digest[HASH_SIZE];
    RosterSignature *row = arena_alloc(&realm->arena, sizeof *row);
    uint8_t *signature = arena_alloc(&realm->arena, SIGNATURE_SIZE);
    hash_of(digest, "INAMA.roster", proto_span(outer->roster));
    sign_make(signature, secret, tag, SPAN_OF_ARRAY(digest));
    *row = (RosterSignature)ROSTER_SIGNATURE__INIT;
    row->root = proto_bytes(public_key, SIGN_PUBLIC_SIZE);
    row->signature = proto_bytes(signature, SIGNATURE_SIZE);
    outer->signatures[outer->n_signatures++] = row;
}

static void sign_list(struct realm *realm, SignedRoster *outer, const struct realm_list *list) {
    outer->signatures = arena_array(&realm->arena, REALM_ROOTS, sizeof *outer->signatures);
    if (list->author) {
        const struct identity *signer = list->signer ? list->signer : &list->author->identity;
        add_signature(realm, outer, signer->secrets->sign, signer->sign_key, "INAMA.sig.desks");
        return;
    }
    unsigned signers = list->signers ? list->signers : 3;
    for (size_t i = 0; i < REALM_ROOTS; i++)
        if (signers >> i & 1)
            add_signature(realm, outer, realm->root_secrets[i], realm->root_keys[i], "INAMA.sig.roster");
}

struct span realm_list(struct realm *realm, const struct realm_list *list) {
    Roster words = ROSTER__INIT;
    words.suite = 1;
    words.version = list->version;
    words.created = list->created ? list->created : realm_created;
    words.expires = list->expires ? list->expires : realm_created + 365 * realm_day_ms;
    words.has_grace_days = list->grace_days != 0;
    words.grace_days = list->grace_days;
    words.members = rows_of(realm, list);
    words.n_members = list->count;
    words.has_author = list->author != NULL;
    if (list->author)
        words.author = proto_bytes(list->author->identity.id, MEMBER_ID_SIZE);
    else
        name_roots(realm, &words, list);
    struct span inner = encode(realm, &words);
    SignedRoster outer = SIGNED_ROSTER__INIT;
    outer.roster = proto_bytes(inner.data, inner.len);
    sign_list(realm, &outer, list);
    return encode(realm, &outer);
}

/* ---- renewals ---- */

struct span realm_renew_from(struct realm *realm, struct identity *renewed, const struct identity *from,
                             enum ending_cause cause) {
    struct buf out;
    struct ending ending = {.cause = cause, .at = realm_created};
    buf_init(&out, &realm->arena);
    ck_assert_int_eq(identity_renew(renewed, from, cause != 0, &realm->random), RESULT_OK);
    ck_assert_int_eq(renewal_make(&out, &realm->arena, renewed, cause ? &ending : NULL, realm_created), RESULT_OK);
    identity_settle(renewed);
    return buf_span(&out);
}

struct span realm_renew(struct realm *realm, struct party *party, enum ending_cause cause) {
    struct identity renewed;
    struct span file = realm_renew_from(realm, &renewed, &party->identity, cause);
    identity_release(&party->identity);
    party->identity = renewed;
    return file;
}

struct span realm_sign_renewal(struct realm *realm, const void *renewal_words, const struct identity *signer,
                               const struct identity *new_signer) {
    struct span inner = encode(realm, renewal_words);
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE], new_signature[SIGNATURE_SIZE];
    SignedRenewal outer = SIGNED_RENEWAL__INIT;
    hash_of(digest, "INAMA.renewal", inner);
    sign_make(signature, signer->secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
    outer.renewal = proto_bytes(inner.data, inner.len);
    outer.signature = proto_bytes(signature, sizeof signature);
    if (new_signer) {
        sign_make(new_signature, new_signer->secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
        outer.has_new_signature = true;
        outer.new_signature = proto_bytes(new_signature, sizeof new_signature);
    }
    return encode(realm, &outer);
}

/* ---- files ---- */

static ProtobufCBinaryData *words_of(struct realm *realm, const struct span *objects, size_t count) {
    ProtobufCBinaryData *words = arena_array(&realm->arena, count, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = proto_bytes(objects[i].data, objects[i].len);
    return words;
}

struct span realm_words(struct realm *realm, const struct realm_words *words) {
    Trust all = TRUST__INIT;
    all.rosters = words_of(realm, words->rosters, all.n_rosters = words->roster_count);
    all.desks = words_of(realm, words->desks, all.n_desks = words->desk_count);
    all.renewals = words_of(realm, words->renewals, all.n_renewals = words->renewal_count);
    return encode(realm, &all);
}

struct span realm_file(struct realm *realm, const struct realm_words *words) {
    struct buf out;
    buf_init(&out, &realm->arena);
    buf_put(&out, "INAMALST\1", 9);
    buf_put_span(&out, realm_words(realm, words));
    return buf_span(&out);
}

/* ---- rosters ---- */

struct roster *realm_open(struct realm *realm, struct span roster) {
    struct roster *out = NULL;
    struct roster_anchor anchor = realm_anchor(realm);
    struct span file = realm_file(realm, &(struct realm_words){.rosters = &roster, .roster_count = 1});
    ck_assert_int_eq(roster_open(&out, file, &anchor), RESULT_OK);
    return out;
}

static void replace(struct roster **roster, struct roster *next) {
    if (*roster != next)
        roster_free(*roster);
    *roster = next;
}

enum result realm_take(struct roster **roster, enum trust_object kind, struct span object) {
    struct roster *next;
    TRY(roster_take(&next, *roster, kind, object));
    replace(roster, next);
    return RESULT_OK;
}

/* One direction: did anything change? */
static bool tell(struct realm *realm, struct roster *from, struct roster **to) {
    struct buf known, missing;
    struct roster *next = NULL;
    struct roster_news news;
    buf_init(&known, &realm->arena);
    buf_init(&missing, &realm->arena);
    ck_assert_int_eq(roster_known(&known, *to), RESULT_OK);
    ck_assert_int_eq(roster_missing(&missing, from, buf_span(&known), 1000), RESULT_OK);
    ck_assert_int_eq(roster_take_all(&next, *to, buf_span(&missing), &news), RESULT_OK);
    bool changed = next != *to;
    replace(to, next);
    return changed;
}

void realm_sync(struct realm *realm, struct roster **a, struct roster **b) {
    while (tell(realm, *a, b) || tell(realm, *b, a))
        ;
}
