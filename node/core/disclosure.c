#include "core/disclosure.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "core/alert.h"
#include "entry.pb-c.h"
#include "keys/hash.h"

static struct tree_scope scope_of(const AlertHeader *header) {
    struct tree_scope scope = {.schema = header->schema, .version = header->version};
    memcpy(scope.alert, header->alert.data, sizeof scope.alert);
    return scope;
}

static void object_id(uint8_t out[static OBJECT_ID_SIZE], struct span header_bytes) {
    hash_of(out, "INAMA.object", header_bytes);
}

enum result disclosure_make(struct disclosure *out, struct arena *arena, AlertHeader *header,
                            const struct span values[static FIELD_SLOTS], const struct identity *identity,
                            uint64_t created, const struct random *random) {
    struct disclosure made = {.header = header, .shown = field_set_all()};
    uint8_t *salt = arena_alloc(arena, TREE_SALT_SIZE);
    uint8_t *root = arena_alloc(arena, TREE_HASH_SIZE);
    if (!salt || !root)
        return RESULT_NO_MEMORY;
    random_fill(random, salt, TREE_SALT_SIZE);
    tree_open_all(&made.opening, salt, values);

    header->suite = DISCLOSURE_SUITE;
    header->schema = DISCLOSURE_SCHEMA;
    header->originator = proto_bytes(identity->id, MEMBER_ID_SIZE);
    header->created = created;
    struct tree_scope scope = scope_of(header);
    TRY(tree_root(root, &scope, &made.opening));
    header->root = proto_bytes(root, TREE_HASH_SIZE);

    struct buf bytes;
    buf_init(&bytes, arena);
    proto_encode(&bytes, header);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    if (bytes.len > HEADER_BYTES_MAX)
        return RESULT_TOO_LARGE;
    made.header_bytes = buf_span(&bytes);
    object_id(made.object, made.header_bytes);
    sign_make(made.signature, identity->secrets->sign, "INAMA.sig.alert", SPAN_OF_ARRAY(made.object));
    *out = made;
    return RESULT_OK;
}

enum result disclosure_narrow(struct disclosure *out, struct arena *arena, const struct disclosure *from,
                              const struct field_set *keep) {
    struct tree_scope scope = scope_of(from->header);
    struct tree_opening opening;
    TRY(tree_narrow(arena, &opening, &scope, &from->opening, keep->words));
    *out = *from;
    out->opening = opening;
    out->shown = field_set_and(from->shown, *keep);
    return RESULT_OK;
}

enum result disclosure_encode(struct buf *out, struct arena *arena, const struct disclosure *disclosure) {
    const struct tree_opening *opening = &disclosure->opening;
    struct field_set present = alert_present(opening->values);
    uint8_t shown_bytes[FIELD_SLOTS / 8], present_bytes[FIELD_SLOTS / 8];
    field_set_put(shown_bytes, &disclosure->shown);
    field_set_put(present_bytes, &present);

    ProtobufCBinaryData *values = arena_array(arena, FIELD_SLOTS, sizeof *values);
    if (!values)
        return RESULT_NO_MEMORY;
    Disclosure words = DISCLOSURE__INIT;
    words.header = proto_bytes(disclosure->header_bytes.data, disclosure->header_bytes.len);
    words.signature = proto_bytes(disclosure->signature, SIGNATURE_SIZE);
    words.shown = proto_bytes(shown_bytes, sizeof shown_bytes);
    words.present = proto_bytes(present_bytes, sizeof present_bytes);
    words.salts = proto_bytes(opening->salts.data, opening->salts.len);
    words.hashes = proto_bytes(opening->hashes.data, opening->hashes.len);
    words.values = values;
    words.has_hops = disclosure->hops > 0;
    words.hops = disclosure->hops;
    words.has_release = disclosure->release != NULL;
    if (disclosure->release)
        words.release = proto_bytes(disclosure->release->bytes.data, disclosure->release->bytes.len);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (opening->values[slot].data)
            values[words.n_values++] = proto_bytes(opening->values[slot].data, opening->values[slot].len);
    proto_encode(out, &words);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result disclosure_pass_on(struct span *out, struct arena *arena, const struct disclosure *from,
                               const struct field_set *keep, const struct policy_hop *hop) {
    struct disclosure narrow;
    struct buf bytes;
    buf_init(&bytes, arena);
    TRY(disclosure_narrow(&narrow, arena, from, keep));
    narrow.hops += !hop->from_originator && narrow.hops < HOPS_MAX;
    if (!policy_needs_consent(hop, &narrow.shown))
        narrow.release = NULL;
    TRY(disclosure_encode(&bytes, arena, &narrow));
    *out = buf_span(&bytes);
    return RESULT_OK;
}

static enum result decode_header(struct disclosure *out, struct arena *arena) {
    if (out->header_bytes.len > HEADER_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(proto_decode_canonical(arena, &alert_header__descriptor, out->header_bytes, &out->header));
    const AlertHeader *header = out->header;
    if (header->suite != DISCLOSURE_SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (header->schema != DISCLOSURE_SCHEMA)
        return RESULT_UNKNOWN_SCHEMA;
    if (header->originator.len != MEMBER_ID_SIZE || header->alert.len != TREE_ALERT_ID_SIZE ||
        header->root.len != TREE_HASH_SIZE || header->version == 0 ||
        (header->has_supersedes && header->supersedes.len != OBJECT_ID_SIZE) ||
        (header->has_in_reply_to && header->in_reply_to.len != OBJECT_ID_SIZE))
        return RESULT_MALFORMED;
    object_id(out->object, out->header_bytes);
    return RESULT_OK;
}

static enum result decode_release(struct disclosure *out, struct arena *arena, const Disclosure *words) {
    if (!words->has_release)
        return RESULT_OK;
    struct release *release = arena_alloc(arena, sizeof *release);
    if (!release)
        return RESULT_NO_MEMORY;
    TRY(release_decode(release, arena, proto_span(words->release)));
    out->release = release;
    return RESULT_OK;
}

static enum result decode_opening(struct disclosure *out, const Disclosure *words) {
    struct field_set present = release_slots(words->present);
    struct field_set stray = field_set_minus(present, out->shown);
    if (!field_set_is_empty(&stray))
        return RESULT_MALFORMED;
    memcpy(out->opening.shown, out->shown.words, sizeof out->opening.shown);
    out->opening.salts = proto_span(words->salts);
    out->opening.hashes = proto_span(words->hashes);
    size_t next = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        if (!field_set_has(&present, slot))
            continue;
        if (next == words->n_values || words->values[next].len == 0)
            return RESULT_MALFORMED;
        out->opening.values[slot] = proto_span(words->values[next++]);
    }
    return next == words->n_values ? RESULT_OK : RESULT_MALFORMED;
}

enum result disclosure_decode(struct disclosure *out, struct arena *arena, struct span bytes) {
    if (bytes.len > ENTRY_BYTES_MAX)
        return RESULT_TOO_LARGE;
    Disclosure *words;
    TRY(proto_decode_canonical(arena, &disclosure__descriptor, bytes, &words));
    if (words->signature.len != SIGNATURE_SIZE || words->shown.len != FIELD_SLOTS / 8 ||
        words->present.len != FIELD_SLOTS / 8 || (words->has_hops && (words->hops == 0 || words->hops > HOPS_MAX)))
        return RESULT_MALFORMED;
    struct disclosure decoded = {
        .header_bytes = proto_span(words->header), .shown = release_slots(words->shown), .hops = words->hops};
    memcpy(decoded.signature, words->signature.data, SIGNATURE_SIZE);
    TRY(decode_header(&decoded, arena));
    TRY(decode_opening(&decoded, words));
    TRY(decode_release(&decoded, arena, words));
    *out = decoded;
    return RESULT_OK;
}

/* docs/protocol.md, 5.2.4 to 5.2.7 */
enum result disclosure_verify(const struct disclosure *disclosure, const uint8_t *sign_key) {
    struct tree_scope scope = scope_of(disclosure->header);
    uint8_t root[TREE_HASH_SIZE];
    TRY(tree_root(root, &scope, &disclosure->opening));
    if (!span_equal(SPAN_OF_ARRAY(root), proto_span(disclosure->header->root)))
        return RESULT_BAD_ROOT;
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    return sign_verify(disclosure->signature, sign_key, "INAMA.sig.alert", SPAN_OF_ARRAY(disclosure->object));
}

enum result disclosure_verify_by(const struct disclosure *disclosure, const struct member *originator,
                                 const uint8_t **sign_key, const struct ending **ending) {
    const uint8_t *key = originator ? originator->sign_key : NULL;
    const struct ending *how = originator ? originator->ended : NULL;
    enum result result = disclosure_verify(disclosure, key);
    for (size_t i = 0; originator && i < originator->former_count && result == RESULT_BAD_SIGNATURE; i++) {
        key = originator->former[i].sign_key;
        how = &originator->former[i].ending;
        result = sign_verify(disclosure->signature, key, "INAMA.sig.alert", SPAN_OF_ARRAY(disclosure->object));
    }
    TRY(result);
    if (disclosure->release)
        TRY(release_verify(disclosure->release, disclosure->object, disclosure->header->originator.data, originator));
    *sign_key = key;
    *ending = how;
    return RESULT_OK;
}

enum result disclosure_content(Alert **out, struct arena *arena, const struct disclosure *disclosure) {
    return alert_join(arena, disclosure->opening.values, out);
}
