/* What a peer may hand over of whom to believe, taken by a small roster that is always the same. The first byte
 * chooses: a Trust, a Known, a roster file; or words of a list or of a renewal that those who may sign them have
 * signed. Whatever was taken reads back from its file as the same. */
#include <assert.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "roster.pb-c.h"
#include "tests/support/realm.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_TRUST, INPUT_KNOWN, INPUT_FILE, INPUT_LIST, INPUT_RENEWAL };

static struct realm realm;
static struct party *ke;
static struct roster *roster;

/* Two administrations, the desks of one of them, and a renewal. The world wants to be made inside of a test. */
START_TEST(make_the_world) {
    realm_init(&realm, 7);
    ke = realm_party(&realm, "ke-customs", "KE", "CUSTOMS");
    struct party *ug = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    struct party *desk = realm_party(&realm, "ke-police", "KE", "POLICE");
    struct member rows[] = {realm_row(&realm, ke), realm_row(&realm, ug)}, desk_row = realm_row(&realm, desk);
    roster = realm_open(&realm, realm_list(&realm, &(struct realm_list){.version = 1, .rows = rows, .count = 2}));
    const struct realm_list desks = {.version = 1, .rows = &desk_row, .count = 1, .author = ke};
    ck_assert_int_eq(realm_take(&roster, TRUST_DESKS, realm_list(&realm, &desks)), RESULT_OK);
    ck_assert_int_eq(realm_take(&roster, TRUST_RENEWAL, realm_renew(&realm, ke, ENDING_LEFT)), RESULT_OK);
}
END_TEST

static void forget_the_world(void) {
    roster_free(roster);
    realm_release(&realm);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("trust");
    TCase *world_is_made = tcase_create("world");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(world_is_made, make_the_world);
    suite_add_tcase(suite, world_is_made);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    assert(srunner_ntests_failed(runner) == 0);
    srunner_free(runner);
    atexit(forget_the_world);
    return 0;
}

static void check(struct arena *arena, const struct roster *taken) {
    struct buf file;
    struct roster *again;
    struct roster_anchor anchor = realm_anchor(&realm);
    for (size_t i = 0; i < taken->count; i++) {
        const struct member *member = &taken->members[i];
        assert(i == 0 || memcmp(taken->members[i - 1].id, member->id, MEMBER_ID_SIZE) < 0);
        assert(roster_find(taken, member->id) == member && roster_find_name(taken, member->name) == member);
        assert(roster_find_session(taken, member->session_key) == member && !member->ended);
    }
    buf_init(&file, arena);
    if (roster_write(&file, taken) || roster_open(&again, buf_span(&file), &anchor))
        abort();
    assert(memcmp(again->digest, taken->digest, HASH_SIZE) == 0 && again->ended_count == taken->ended_count);
    roster_free(again);
}

static void take_trust(struct arena *arena, struct span bytes) {
    struct roster *next;
    struct roster_news news;
    if (roster_take_all(&next, roster, bytes, &news) || next == roster)
        return;
    assert(next->version >= roster->version);
    check(arena, next);
    roster_free(next);
}

static void answer_known(struct arena *arena, struct span bytes) {
    struct buf out;
    buf_init(&out, arena);
    if (!roster_missing(&out, roster, bytes, 500) && out.len)
        take_trust(arena, buf_span(&out));
}

static void open_file(struct arena *arena, struct span bytes) {
    struct roster *opened;
    struct roster_anchor anchor = realm_anchor(&realm);
    if (!roster_open(&opened, bytes, &anchor)) {
        check(arena, opened);
        roster_free(opened);
    }
    if (!roster_open_unsigned(&opened, bytes))
        roster_free(opened);
}

static void take_one(struct arena *arena, enum trust_object kind, const void *outer) {
    struct roster *next;
    struct buf object;
    buf_init(&object, arena);
    proto_encode(&object, outer);
    if (object.failed || roster_take(&next, roster, kind, buf_span(&object)))
        return;
    check(arena, next);
    roster_free(next);
}

/* By all roots and by the administration: whichever it is, it is signed. */
static void take_list(struct arena *arena, struct span words) {
    enum { SIGNERS = REALM_ROOTS + 1 };
    uint8_t digest[HASH_SIZE], signatures[SIGNERS][SIGNATURE_SIZE];
    RosterSignature rows[SIGNERS], *places[SIGNERS];
    SignedRoster outer = SIGNED_ROSTER__INIT;
    hash_of(digest, "INAMA.roster", words);
    for (size_t i = 0; i < SIGNERS; i++) {
        bool is_root = i < REALM_ROOTS;
        sign_make(signatures[i], is_root ? realm.root_secrets[i] : ke->identity.secrets->sign,
                  is_root ? "INAMA.sig.roster" : "INAMA.sig.desks", SPAN_OF_ARRAY(digest));
        rows[i] = (RosterSignature)ROSTER_SIGNATURE__INIT;
        rows[i].root = proto_bytes(is_root ? realm.root_keys[i] : ke->identity.sign_key, SIGN_PUBLIC_SIZE);
        rows[i].signature = proto_bytes(signatures[i], SIGNATURE_SIZE);
        places[i] = &rows[i];
    }
    outer.roster = proto_bytes(words.data, words.len);
    outer.signatures = places;
    outer.n_signatures = SIGNERS;
    take_one(arena, TRUST_ROSTER, &outer);
    take_one(arena, TRUST_DESKS, &outer);
}

static void take_renewal(struct arena *arena, struct span words) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    SignedRenewal outer = SIGNED_RENEWAL__INIT;
    hash_of(digest, "INAMA.renewal", words);
    sign_make(signature, ke->identity.secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
    outer.renewal = proto_bytes(words.data, words.len);
    outer.signature = proto_bytes(signature, sizeof signature);
    take_one(arena, TRUST_RENEWAL, &outer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const takers[])(struct arena *, struct span) = {
        [INPUT_TRUST] = take_trust, [INPUT_KNOWN] = answer_known,   [INPUT_FILE] = open_file,
        [INPUT_LIST] = take_list,   [INPUT_RENEWAL] = take_renewal,
    };
    struct arena arena;
    uint8_t digest[HASH_SIZE];
    if (size == 0 || data[0] > INPUT_RENEWAL)
        return 0;
    memcpy(digest, roster->digest, sizeof digest);
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    takers[data[0]](&arena, span_of(data + 1, size - 1));
    arena_release(&arena);
    assert(memcmp(digest, roster->digest, sizeof digest) == 0); /* a roster never changes */
    return 0;
}
