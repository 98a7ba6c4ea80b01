#include "keys/renewal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"

/* Decoded, fields of two bytes each take many times their size; a member's renewals stay for long, so only what counts
 * of one is kept. */
enum { SUITE = 1, DECODED_MAX = 64 * RENEWAL_BYTES_MAX, KEPT_MAX = 4 * RENEWAL_BYTES_MAX };

/* ---- reading ---- */

static bool has_size(ProtobufCBinaryData bytes, size_t size) {
    return bytes.len == size;
}

/* Nobody needs to carry what nobody can read. */
static bool has_unknown_fields(const SignedRenewal *outer, const Renewal *words) {
    size_t count = outer->base.n_unknown_fields + words->base.n_unknown_fields;
    if (words->ending)
        count += words->ending->base.n_unknown_fields;
    for (size_t i = 0; words->ending && i < words->ending->n_ends; i++)
        count += words->ending->ends[i]->base.n_unknown_fields;
    return count > 0;
}

/* The first half of docs/protocol.md, 8.7 for a renewal: what it says of itself. */
static enum result check_words(const SignedRenewal *outer, const Renewal *words) {
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (has_unknown_fields(outer, words))
        return RESULT_MALFORMED;
    if (!has_size(words->member, MEMBER_ID_SIZE) || !has_size(words->sign_key, SIGN_PUBLIC_SIZE) ||
        !has_size(words->encryption_key, EXCHANGE_KEY_SIZE) || !has_size(outer->signature, SIGNATURE_SIZE) ||
        (outer->has_new_signature && !has_size(outer->new_signature, SIGNATURE_SIZE)))
        return RESULT_MALFORMED;
    if (words->serial < 2)
        return RESULT_MALFORMED;
    if (words->ending)
        TRY(ending_check_words(words->ending));
    return !words->ending == !outer->has_new_signature ? RESULT_OK : RESULT_MALFORMED;
}

static enum result keep_ending(struct renewal *renewal, const Ending *words) {
    struct ending *ending = arena_alloc(&renewal->arena, sizeof *ending);
    struct feed_end *ends = arena_array(&renewal->arena, words->n_ends, sizeof *ends);
    if (!ending || !ends)
        return RESULT_NO_MEMORY;
    TRY(ending_of_words(ending, &renewal->arena, words));
    for (size_t i = 0; i < ending->count; i++) {
        ends[i] = (struct feed_end){
            .feed = arena_copy(&renewal->arena, ending->ends[i].feed, HASH_SIZE),
            .number = ending->ends[i].number,
            .hash = arena_copy(&renewal->arena, ending->ends[i].hash, HASH_SIZE),
        };
        if (!ends[i].feed || !ends[i].hash)
            return RESULT_NO_MEMORY;
    }
    ending->ends = ends;
    renewal->ending = ending;
    return RESULT_OK;
}

/* Copies out of the decoded message what is to stay. */
static enum result keep(struct renewal *renewal, const SignedRenewal *outer, const Renewal *words) {
    struct arena *arena = &renewal->arena;
    renewal->serial = words->serial;
    renewal->created = words->created;
    renewal->member = arena_copy(arena, words->member.data, MEMBER_ID_SIZE);
    renewal->sign_key = arena_copy(arena, words->sign_key.data, SIGN_PUBLIC_SIZE);
    renewal->encryption_key = arena_copy(arena, words->encryption_key.data, EXCHANGE_KEY_SIZE);
    renewal->signature = arena_copy(arena, outer->signature.data, SIGNATURE_SIZE);
    if (outer->has_new_signature &&
        !(renewal->new_signature = arena_copy(arena, outer->new_signature.data, SIGNATURE_SIZE)))
        return RESULT_NO_MEMORY;
    if (!renewal->member || !renewal->sign_key || !renewal->encryption_key || !renewal->signature)
        return RESULT_NO_MEMORY;
    return words->ending ? keep_ending(renewal, words->ending) : RESULT_OK;
}

static enum result decode(struct renewal *renewal, struct arena *scratch) {
    SignedRenewal *outer;
    Renewal *words;
    TRY(proto_decode_canonical(scratch, &signed_renewal__descriptor, renewal->file, &outer));
    TRY(proto_decode_canonical(scratch, &renewal__descriptor, proto_span(outer->renewal), &words));
    TRY(check_words(outer, words));
    hash_of(renewal->hash, "INAMA.renewal", proto_span(outer->renewal));
    return keep(renewal, outer, words);
}

static enum result take_file(struct renewal *renewal, struct span file) {
    uint8_t *copy = arena_copy(&renewal->arena, file.data, file.len);
    if (!copy)
        return RESULT_NO_MEMORY;
    renewal->file = span_of(copy, file.len);
    struct arena scratch;
    arena_init(&scratch, DECODED_MAX);
    enum result result = decode(renewal, &scratch);
    arena_release(&scratch);
    return result;
}

enum result renewal_read(struct renewal **out, struct span file) {
    if (file.len > RENEWAL_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct renewal *renewal = calloc(1, sizeof *renewal);
    if (!renewal)
        return RESULT_NO_MEMORY;
    renewal->shares = 1;
    arena_init(&renewal->arena, KEPT_MAX);
    enum result result = take_file(renewal, file);
    if (result) {
        renewal_drop(renewal);
        return result;
    }
    *out = renewal;
    return RESULT_OK;
}

struct renewal *renewal_share(struct renewal *renewal) {
    renewal->shares++;
    return renewal;
}

void renewal_drop(struct renewal *renewal) {
    if (!renewal || --renewal->shares)
        return;
    arena_release(&renewal->arena);
    free(renewal);
}

enum result renewal_verify(const struct renewal *renewal, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]) {
    const struct span message = SPAN_OF_ARRAY(renewal->hash);
    TRY(sign_verify(renewal->signature, sign_key, "INAMA.sig.renew", message));
    TRY(exchange_check_key(renewal->encryption_key));
    TRY(sign_check_key(renewal->sign_key));
    return renewal->new_signature ? sign_verify(renewal->new_signature, renewal->sign_key, "INAMA.sig.renew", message)
                                  : RESULT_OK;
}

/* ---- making ---- */

/* The Renewal, as it is signed. */
static enum result write_words(struct buf *out, struct arena *arena, const struct identity *identity,
                               const struct ending *ending, uint64_t created) {
    Renewal words = RENEWAL__INIT;
    words.suite = SUITE;
    words.member = proto_bytes(identity->id, MEMBER_ID_SIZE);
    words.serial = identity->serial;
    words.created = created;
    words.sign_key = proto_bytes(identity->sign_key, SIGN_PUBLIC_SIZE);
    words.encryption_key = proto_bytes(identity->encryption_key, EXCHANGE_KEY_SIZE);
    if (ending) {
        words.ending = ending_words(arena, ending);
        if (!words.ending)
            return RESULT_NO_MEMORY;
        TRY(ending_check_words(words.ending));
    }
    proto_encode(out, &words);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result renewal_make(struct buf *out, struct arena *arena, const struct identity *identity,
                         const struct ending *ending, uint64_t created) {
    assert(identity->serial > 1 && !ending == !identity->has_previous);
    struct buf words;
    buf_init(&words, arena);
    TRY(write_words(&words, arena, identity, ending, created));
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE], new_signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.renewal", buf_span(&words));
    const struct identity_secrets *secrets = identity->secrets;
    sign_make(signature, identity->has_previous ? secrets->previous_sign : secrets->sign, "INAMA.sig.renew",
              SPAN_OF_ARRAY(digest));

    SignedRenewal outer = SIGNED_RENEWAL__INIT;
    outer.renewal = proto_bytes(words.data, words.len);
    outer.signature = proto_bytes(signature, sizeof signature);
    if (identity->has_previous) {
        sign_make(new_signature, secrets->sign, "INAMA.sig.renew", SPAN_OF_ARRAY(digest));
        outer.has_new_signature = true;
        outer.new_signature = proto_bytes(new_signature, sizeof new_signature);
    }
    proto_encode(out, &outer);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}
