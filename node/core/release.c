#include "core/release.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/hash.h"
#include "keys/sign.h"

enum { SUITE = 1 };

struct field_set release_slots(ProtobufCBinaryData bytes) {
    struct field_set set = {0};
    for (size_t i = 0; i < FIELD_SLOTS / 8 && i < bytes.len; i++)
        set.words[i / 8] |= (uint64_t)bytes.data[i] << (8 * (i % 8));
    return set;
}

enum result release_selectors(const struct policy_selector **out, struct arena *arena, OnwardReader *const *readers,
                              size_t count) {
    if (count > RELEASE_ONWARD_MAX)
        return RESULT_MALFORMED;
    struct policy_selector *rows = arena_array(arena, count + 1, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct policy_selector){readers[i]->role, readers[i]->country, readers[i]->name};
        if (!rows[i].role && !rows[i].country && !rows[i].name)
            return RESULT_MALFORMED;
    }
    *out = rows;
    return RESULT_OK;
}

static enum result decode_terms(struct release *out, struct arena *arena) {
    TRY(proto_decode_canonical(arena, &release_terms__descriptor, out->words, &out->terms));
    const ReleaseTerms *terms = out->terms;
    if (terms->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (terms->originator.len != MEMBER_ID_SIZE || terms->key.len != MEMBER_ID_SIZE ||
        terms->object.len != RELEASE_OBJECT_SIZE || terms->reader.len != MEMBER_ID_SIZE ||
        terms->request.len != REQUEST_ID_SIZE || terms->slots.len != FIELD_SLOTS / 8)
        return RESULT_MALFORMED;
    out->consent = (struct policy_consent){.fields = release_slots(terms->slots),
                                           .until = terms->has_until ? terms->until : 0,
                                           .judicial = terms->has_judicial && terms->judicial,
                                           .onward_count = terms->n_onward};
    return release_selectors(&out->consent.onward, arena, terms->onward, terms->n_onward);
}

enum result release_decode(struct release *out, struct arena *arena, struct span bytes) {
    SignedRelease *words;
    if (bytes.len > RELEASE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(proto_decode_canonical(arena, &signed_release__descriptor, bytes, &words));
    if (words->signature.len != SIGNATURE_SIZE)
        return RESULT_MALFORMED;
    struct release release = {.bytes = bytes, .words = proto_span(words->terms), .signature = words->signature.data};
    TRY(decode_terms(&release, arena));
    *out = release;
    return RESULT_OK;
}

enum result release_verify(const struct release *release, const uint8_t object[static RELEASE_OBJECT_SIZE],
                           const uint8_t originator_id[static MEMBER_ID_SIZE], const struct member *originator) {
    const ReleaseTerms *terms = release->terms;
    const struct ending *ending = NULL;
    uint8_t digest[HASH_SIZE];
    if (memcmp(terms->object.data, object, RELEASE_OBJECT_SIZE) != 0 ||
        memcmp(terms->originator.data, originator_id, MEMBER_ID_SIZE) != 0)
        return RESULT_MALFORMED;
    const uint8_t *key = originator ? member_sign_key(originator, terms->key.data, &ending) : NULL;
    if (!key)
        return RESULT_UNKNOWN_MEMBER;
    hash_of(digest, "INAMA.terms", release->words);
    TRY(sign_verify(release->signature, key, "INAMA.sig.terms", SPAN_OF_ARRAY(digest)));
    return ending_admits_alert(ending, terms->created);
}

enum result release_sign(struct span *out, struct arena *arena, ReleaseTerms *terms, const struct identity *identity) {
    SignedRelease words = SIGNED_RELEASE__INIT;
    struct buf bytes, whole;
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    terms->suite = SUITE;
    terms->originator = proto_bytes(identity->id, MEMBER_ID_SIZE);
    terms->key = proto_bytes(identity->key_id, MEMBER_ID_SIZE);
    buf_init(&bytes, arena);
    buf_init(&whole, arena);
    proto_encode(&bytes, terms);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    hash_of(digest, "INAMA.terms", buf_span(&bytes));
    sign_make(signature, identity->secrets->sign, "INAMA.sig.terms", SPAN_OF_ARRAY(digest));
    words.terms = proto_bytes(bytes.data, bytes.len);
    words.signature = proto_bytes(signature, sizeof signature);
    proto_encode(&whole, &words);
    if (whole.failed)
        return RESULT_NO_MEMORY;
    if (whole.len > RELEASE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    *out = buf_span(&whole);
    return RESULT_OK;
}
