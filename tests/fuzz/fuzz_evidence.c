/* A file of evidence, which comes from anybody. The first byte chooses: a file of any bytes; or an Evidence of any
 * words that a member of a roster has made and signed, with that roster in it, so that what is behind its signature is
 * reached too. What verifies is told in words and as JSON. */
#include <check.h>
#include <stdlib.h>

#include "base/proto.h"
#include "core/evidence_report.h"
#include "keys/secret.h"
#include "tests/support/realm.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct realm realm;
static struct party *maker;
static struct span trust;

static void forget_the_realm(void) {
    realm_release(&realm);
}

/* The realm wants to be made inside of a test. */
START_TEST(make_the_realm) {
    secret_start();
    realm_init(&realm, 14);
    maker = realm_party(&realm, "ug-customs", "UG", "CUSTOMS");
    const struct member row = realm_row(&realm, maker);
    const struct span roster = realm_list(&realm, &(struct realm_list){.version = 1, .rows = &row, .count = 1});
    trust = realm_words(&realm, &(struct realm_words){.rosters = &roster, .roster_count = 1});
}
END_TEST

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("evidence");
    TCase *realm_is_made = tcase_create("realm");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(realm_is_made, make_the_realm);
    suite_add_tcase(suite, realm_is_made);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    if (srunner_ntests_failed(runner))
        abort();
    srunner_free(runner);
    atexit(forget_the_realm);
    return 0;
}

static void tell(struct arena *arena, const struct evidence *evidence) {
    static const struct evidence_trust nobody;
    struct buf text;
    buf_init(&text, arena);
    evidence_report(&text, arena, evidence, &nobody);
    json_t *json = evidence_report_json(arena, evidence, &nobody);
    if (text.failed || !json || evidence_is_trusted(evidence, &nobody))
        abort();
    json_decref(json);
}

static void take(struct arena *arena, struct span file) {
    struct evidence evidence;
    if (evidence_open(&evidence, arena, file))
        return;
    tell(arena, &evidence);
    evidence_release(&evidence);
}

static void take_signed(struct arena *arena, struct span bytes) {
    Evidence *words;
    SignedEvidence sealed = SIGNED_EVIDENCE__INIT;
    struct buf signed_bytes, file;
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    if (proto_decode(arena, &evidence__descriptor, bytes, &words))
        return;
    words->maker = proto_bytes(maker->identity.id, MEMBER_ID_SIZE);
    words->key = proto_bytes(maker->identity.key_id, MEMBER_ID_SIZE);
    words->trust = proto_bytes(trust.data, trust.len);
    buf_init(&signed_bytes, arena);
    buf_init(&file, arena);
    proto_encode(&signed_bytes, words);
    hash_of(digest, "INAMA.evidence", buf_span(&signed_bytes));
    sign_make(signature, maker->identity.secrets->sign, "INAMA.sig.evid", SPAN_OF_ARRAY(digest));
    sealed.evidence = proto_bytes(signed_bytes.data, signed_bytes.len);
    sealed.signature = proto_bytes(signature, sizeof signature);
    buf_put_span(&file, span_of_text("INAMAEVI"));
    buf_put_u8(&file, 1);
    proto_encode(&file, &sealed);
    if (!file.failed)
        take(arena, buf_span(&file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    if (size == 0)
        return 0;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] == 1)
        take_signed(&arena, rest);
    else
        take(&arena, rest);
    arena_release(&arena);
    return 0;
}
