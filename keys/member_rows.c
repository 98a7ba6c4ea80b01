#include "keys/member_rows.h"

#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"

static bool has_size(ProtobufCBinaryData bytes, size_t size) {
    return bytes.len == size;
}

static bool is_same_key(const uint8_t *a, const uint8_t *b) {
    _Static_assert((int)EXCHANGE_KEY_SIZE == (int)SIGN_PUBLIC_SIZE, "keys of either kind are compared alike");
    return memcmp(a, b, EXCHANGE_KEY_SIZE) == 0;
}

/* ---- checking ---- */

/* Between two characters of ASCII. Not islower() and its kin: the locale must not decide whom to believe. */
static bool is_between(char c, char first, char last) {
    return c >= first && c <= last;
}

/* A name goes into file names, policies and prompts: lower-case letters, digits and hyphens. */
static bool name_is_valid(const char *name) {
    size_t len = strlen(name);
    if (len == 0 || len > NAME_BYTES_MAX || !is_between(name[0], 'a', 'z'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_between(name[i], 'a', 'z') && !is_between(name[i], '0', '9') && name[i] != '-')
            return false;
    return true;
}

static bool is_upper(const char *text, size_t min, size_t max) {
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (!is_between(text[i], 'A', 'Z'))
            return false;
    return len >= min && len <= max;
}

enum result exchange_check_key(const uint8_t key[static EXCHANGE_KEY_SIZE]) {
    static const uint8_t any[EXCHANGE_KEY_SIZE] = {9};
    uint8_t shared[EXCHANGE_KEY_SIZE];
    return crypto_scalarmult_curve25519(shared, any, key) == 0 ? RESULT_OK : RESULT_BAD_POINT;
}

static enum result check_words(const Member *row) {
    if (!name_is_valid(row->name) || !is_upper(row->country, 2, 2) || !is_upper(row->role, 1, NAME_BYTES_MAX) ||
        strlen(row->label) > LABEL_BYTES_MAX || !text_is_utf8(span_of_text(row->label)))
        return RESULT_INVALID;
    return is_same_key(row->encryption_key.data, row->session_key.data) ? RESULT_INVALID : RESULT_OK;
}

/* Only the first keys prove the id; behind later ones stand those who sign the list. */
static enum result check_serial(const Member *row) {
    uint32_t serial = row->has_serial ? row->serial : 1;
    if (serial > 1)
        return RESULT_OK;
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, row->sign_key.data);
    bool is_first = serial == 1 && row->n_former == 0 && memcmp(id, row->id.data, MEMBER_ID_SIZE) == 0;
    return is_first ? RESULT_OK : RESULT_MALFORMED;
}

static enum result check_former(const Member *row) {
    if (row->n_former > FORMER_KEYS_MAX)
        return RESULT_MALFORMED;
    for (size_t i = 0; i < row->n_former; i++) {
        ProtobufCBinaryData key = row->former[i]->sign_key;
        if (!has_size(key, SIGN_PUBLIC_SIZE))
            return RESULT_MALFORMED;
        TRY(sign_check_key(key.data));
        if (is_same_key(key.data, row->sign_key.data))
            return RESULT_MALFORMED;
        for (size_t k = 0; k < i; k++)
            if (is_same_key(key.data, row->former[k]->sign_key.data))
                return RESULT_MALFORMED;
    }
    return RESULT_OK;
}

enum result ending_check_words(const Ending *words) {
    if (words->cause < ENDING_LEFT || words->cause > ENDING_REVOKED || words->n_ends > FEED_ENDS_MAX)
        return RESULT_MALFORMED;
    for (size_t i = 0; i < words->n_ends; i++) {
        const FeedEnd *end = words->ends[i];
        if (!has_size(end->feed, HASH_SIZE) || !has_size(end->hash, HASH_SIZE) || end->number == 0)
            return RESULT_MALFORMED;
        if (i && memcmp(words->ends[i - 1]->feed.data, end->feed.data, HASH_SIZE) >= 0)
            return RESULT_MALFORMED;
    }
    return RESULT_OK;
}

enum result member_check_row(const Member *row) {
    if (!has_size(row->id, MEMBER_ID_SIZE) || !has_size(row->sign_key, SIGN_PUBLIC_SIZE) ||
        !has_size(row->encryption_key, EXCHANGE_KEY_SIZE) || !has_size(row->session_key, EXCHANGE_KEY_SIZE))
        return RESULT_MALFORMED;
    TRY(check_words(row));
    TRY(exchange_check_key(row->encryption_key.data));
    TRY(exchange_check_key(row->session_key.data));
    TRY(sign_check_key(row->sign_key.data));
    TRY(check_serial(row));
    TRY(check_former(row));
    for (size_t i = 0; i < row->n_former; i++)
        TRY(ending_check_words(row->former[i]->ending));
    return row->ended ? ending_check_words(row->ended) : RESULT_OK;
}

/* Its own signature keeps a desk from being listed by who does not know its keys, and from being moved to another
 * country. Rows are encoded anew when a list changes, so nothing may be signed here that would not come out again. */
enum result member_check_desk(const Member *row, struct arena *scratch) {
    if (row->has_serial || row->n_former || !row->has_proof || !has_size(row->proof, SIGNATURE_SIZE))
        return RESULT_MALFORMED;
    Member signed_row = *row;
    struct buf words;
    uint8_t digest[HASH_SIZE];
    signed_row.ended = NULL;
    signed_row.has_proof = false;
    signed_row.base.n_unknown_fields = 0;
    buf_init(&words, scratch);
    proto_encode(&words, &signed_row);
    if (words.failed)
        return RESULT_NO_MEMORY;
    hash_of(digest, "INAMA.card", buf_span(&words));
    return sign_verify(row->proof.data, row->sign_key.data, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
}

/* ---- from rows to members ---- */

enum result ending_of_words(struct ending *out, struct arena *arena, const Ending *words) {
    struct feed_end *ends = arena_array(arena, words->n_ends, sizeof *ends);
    if (!ends)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_ends; i++) {
        const FeedEnd *end = words->ends[i];
        ends[i] = (struct feed_end){.feed = end->feed.data, .number = end->number, .hash = end->hash.data};
    }
    *out = (struct ending){
        .cause = (enum ending_cause)words->cause, .at = words->at, .ends = ends, .count = words->n_ends};
    return RESULT_OK;
}

static enum result former_of_rows(const struct former_key **out, struct arena *arena, const Member *row) {
    struct former_key *former = arena_array(arena, row->n_former, sizeof *former);
    if (!former)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < row->n_former; i++) {
        former[i].sign_key = row->former[i]->sign_key.data;
        TRY(ending_of_words(&former[i].ending, arena, row->former[i]->ending));
    }
    *out = former;
    return RESULT_OK;
}

enum result member_of_row(struct member *out, struct arena *arena, const Member *row) {
    struct ending *ended = NULL;
    const struct former_key *former;
    TRY(former_of_rows(&former, arena, row));
    if (row->ended) {
        ended = arena_alloc(arena, sizeof *ended);
        if (!ended)
            return RESULT_NO_MEMORY;
        TRY(ending_of_words(ended, arena, row->ended));
    }
    *out = (struct member){
        .id = row->id.data,
        .sign_key = row->sign_key.data,
        .encryption_key = row->encryption_key.data,
        .session_key = row->session_key.data,
        .name = row->name,
        .label = row->label,
        .country = row->country,
        .role = row->role,
        .serial = row->has_serial ? row->serial : 1,
        .former = former,
        .former_count = row->n_former,
        .ended = ended,
        .proof = row->has_proof && has_size(row->proof, SIGNATURE_SIZE) ? row->proof.data : NULL,
    };
    return RESULT_OK;
}

/* ---- and back ---- */

Ending *ending_words(struct arena *arena, const struct ending *ending) {
    Ending *words = arena_alloc(arena, sizeof *words);
    FeedEnd *ends = arena_array(arena, ending->count, sizeof *ends);
    FeedEnd **list = arena_array(arena, ending->count, sizeof *list);
    if (!words || !ends || !list)
        return NULL;
    for (size_t i = 0; i < ending->count; i++) {
        feed_end__init(&ends[i]);
        ends[i].feed = proto_bytes(ending->ends[i].feed, HASH_SIZE);
        ends[i].number = ending->ends[i].number;
        ends[i].hash = proto_bytes(ending->ends[i].hash, HASH_SIZE);
        list[i] = &ends[i];
    }
    ending__init(words);
    words->cause = ending->cause;
    words->at = ending->at;
    words->ends = list;
    words->n_ends = ending->count;
    return words;
}

static FormerKey **former_rows(struct arena *arena, const struct member *member) {
    FormerKey *former = arena_array(arena, member->former_count, sizeof *former);
    FormerKey **list = arena_array(arena, member->former_count, sizeof *list);
    if (!former || !list)
        return NULL;
    for (size_t i = 0; i < member->former_count; i++) {
        former_key__init(&former[i]);
        former[i].sign_key = proto_bytes(member->former[i].sign_key, SIGN_PUBLIC_SIZE);
        former[i].ending = ending_words(arena, &member->former[i].ending);
        if (!former[i].ending)
            return NULL;
        list[i] = &former[i];
    }
    return list;
}

Member *member_row(struct arena *arena, const struct member *member) {
    Member *row = arena_alloc(arena, sizeof *row);
    FormerKey **former = former_rows(arena, member);
    Ending *ended = member->ended ? ending_words(arena, member->ended) : NULL;
    if (!row || !former || (member->ended && !ended))
        return NULL;
    member__init(row);
    row->id = proto_bytes(member->id, MEMBER_ID_SIZE);
    row->sign_key = proto_bytes(member->sign_key, SIGN_PUBLIC_SIZE);
    row->encryption_key = proto_bytes(member->encryption_key, EXCHANGE_KEY_SIZE);
    row->session_key = proto_bytes(member->session_key, EXCHANGE_KEY_SIZE);
    row->name = (char *)(uintptr_t)member->name;
    row->label = (char *)(uintptr_t)member->label;
    row->country = (char *)(uintptr_t)member->country;
    row->role = (char *)(uintptr_t)member->role;
    row->has_serial = member->serial > 1;
    row->serial = member->serial;
    row->former = former;
    row->n_former = member->former_count;
    row->ended = ended;
    row->has_proof = member->proof != NULL;
    row->proof = proto_bytes(member->proof, member->proof ? SIGNATURE_SIZE : 0);
    return row;
}

/* ---- two rows ---- */

/* The signing key in force, then the former ones. */
static const uint8_t *sign_key_at(const struct member *member, size_t at) {
    return at ? member->former[at - 1].sign_key : member->sign_key;
}

static bool share_sign_key(const struct member *a, const struct member *b) {
    for (size_t i = 0; i <= a->former_count; i++)
        for (size_t k = 0; k <= b->former_count; k++)
            if (is_same_key(sign_key_at(a, i), sign_key_at(b, k)))
                return true;
    return false;
}

static bool is_exchange_key_of(const uint8_t *key, const struct member *member) {
    return is_same_key(key, member->encryption_key) || is_same_key(key, member->session_key);
}

const char *member_clash(const struct member *a, const struct member *b) {
    if (strcmp(a->name, b->name) == 0)
        return "name";
    if (share_sign_key(a, b))
        return "signing key";
    if (is_exchange_key_of(a->encryption_key, b))
        return "encryption key";
    return is_exchange_key_of(a->session_key, b) ? "session key" : NULL;
}
