#include "core/opened.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "core/statement.h"

enum { SUITE = 1 };

static const struct statement_kind kind = {"INAMA.opened", "INAMA.sig.opened"};

bool opened_is_step(uint32_t step) {
    return step == OPENED_EXACTLY || step == OPENED_BY_HOUR || step == OPENED_BY_DAY;
}

enum result opened_make(struct buf *out, struct arena *arena, const struct opened *opened,
                        const struct identity *reader) {
    uint8_t signature[SIGNATURE_SIZE];
    struct buf bytes;
    Opened words = OPENED__INIT;
    SignedOpened outer = SIGNED_OPENED__INIT;
    words.suite = SUITE;
    words.reader = proto_bytes(reader->id, MEMBER_ID_SIZE);
    words.key = proto_bytes(reader->key_id, MEMBER_ID_SIZE);
    words.object = proto_bytes(opened->object, OBJECT_ID_SIZE);
    words.since = opened->when - opened->when % opened->step;
    words.step = opened->step;
    buf_init(&bytes, arena);
    proto_encode(&bytes, &words);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    statement_sign(signature, &kind, buf_span(&bytes), reader);
    outer.words = proto_bytes(bytes.data, bytes.len);
    outer.signature = proto_bytes(signature, sizeof signature);
    proto_encode(out, &outer);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result check_words(const Opened *words) {
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (words->reader.len != MEMBER_ID_SIZE || words->key.len != MEMBER_ID_SIZE ||
        words->object.len != OBJECT_ID_SIZE || !opened_is_step(words->step) || words->since % words->step)
        return RESULT_MALFORMED;
    return RESULT_OK;
}

enum result opened_read(struct opened_read *out, struct arena *arena, struct span bytes) {
    SignedOpened *outer;
    Opened *words;
    if (bytes.len > OPENED_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(proto_decode_canonical(arena, &signed_opened__descriptor, bytes, &outer));
    if (outer->signature.len != SIGNATURE_SIZE)
        return RESULT_MALFORMED;
    TRY(proto_decode_canonical(arena, &opened__descriptor, proto_span(outer->words), &words));
    TRY(check_words(words));
    *out = (struct opened_read){words, proto_span(outer->words), outer->signature.data};
    return RESULT_OK;
}

enum result opened_verify(const struct opened_read *opened, const struct member *reader) {
    if (reader && memcmp(reader->id, opened->words->reader.data, MEMBER_ID_SIZE) != 0)
        reader = NULL;
    return statement_verify(&kind, opened->signed_words, opened->signature, reader, opened->words->key.data);
}
