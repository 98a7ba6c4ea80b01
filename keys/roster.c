#include "keys/roster.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "keys/hash.h"
#include "roster.pb-c.h"

enum { SUITE = 1 };

static const char card_begin[] = "-----BEGIN INAMA CARD-----\n";
static const char card_end[] = "-----END INAMA CARD-----\n";

static bool has_size(ProtobufCBinaryData bytes, size_t size) {
    return bytes.len == size;
}

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

/* An X25519 key of small order would give every secret away, and fail the grant for a whole audience. */
static enum result check_exchange_key(const uint8_t key[static EXCHANGE_KEY_SIZE]) {
    static const uint8_t any[EXCHANGE_KEY_SIZE] = {9};
    uint8_t shared[EXCHANGE_KEY_SIZE];
    return crypto_scalarmult_curve25519(shared, any, key) == 0 ? RESULT_OK : RESULT_BAD_POINT;
}

/* docs/protocol.md, 8.2 */
static enum result check_member(const Member *row) {
    if (!has_size(row->id, MEMBER_ID_SIZE) || !has_size(row->sign_key, SIGN_PUBLIC_SIZE) ||
        !has_size(row->encryption_key, EXCHANGE_KEY_SIZE) || !has_size(row->session_key, EXCHANGE_KEY_SIZE))
        return RESULT_MALFORMED;
    if (!name_is_valid(row->name) || !is_upper(row->country, 2, 2) || !is_upper(row->role, 1, NAME_BYTES_MAX) ||
        strlen(row->label) > LABEL_BYTES_MAX || !text_is_utf8(span_of_text(row->label)))
        return RESULT_INVALID;
    if (memcmp(row->encryption_key.data, row->session_key.data, EXCHANGE_KEY_SIZE) == 0)
        return RESULT_INVALID;
    TRY(check_exchange_key(row->encryption_key.data));
    TRY(check_exchange_key(row->session_key.data));
    TRY(sign_check_key(row->sign_key.data));
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, row->sign_key.data);
    return memcmp(id, row->id.data, MEMBER_ID_SIZE) == 0 ? RESULT_OK : RESULT_MALFORMED;
}

static struct member member_of(const Member *row) {
    return (struct member){
        .id = row->id.data,
        .sign_key = row->sign_key.data,
        .encryption_key = row->encryption_key.data,
        .session_key = row->session_key.data,
        .name = row->name,
        .label = row->label,
        .country = row->country,
        .role = row->role,
    };
}

static Member row_of(const struct member *member) {
    Member row = MEMBER__INIT;
    row.id = proto_bytes(member->id, MEMBER_ID_SIZE);
    row.sign_key = proto_bytes(member->sign_key, SIGN_PUBLIC_SIZE);
    row.encryption_key = proto_bytes(member->encryption_key, EXCHANGE_KEY_SIZE);
    row.session_key = proto_bytes(member->session_key, EXCHANGE_KEY_SIZE);
    row.name = (char *)(uintptr_t)member->name;
    row.label = (char *)(uintptr_t)member->label;
    row.country = (char *)(uintptr_t)member->country;
    row.role = (char *)(uintptr_t)member->role;
    return row;
}

static enum result take_roots(struct roster *roster, const Roster *words) {
    if (words->n_roots > ROSTER_ROOTS_MAX)
        return RESULT_TOO_LARGE;
    if (words->n_roots == 0 || words->threshold == 0 || words->threshold > words->n_roots)
        return RESULT_MALFORMED;
    uint8_t(*roots)[SIGN_PUBLIC_SIZE] = arena_array(&roster->arena, words->n_roots, sizeof *roots);
    if (!roots)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_roots; i++) {
        if (!has_size(words->roots[i], SIGN_PUBLIC_SIZE))
            return RESULT_MALFORMED;
        TRY(sign_check_key(words->roots[i].data));
        memcpy(roots[i], words->roots[i].data, SIGN_PUBLIC_SIZE);
        for (size_t k = 0; k < i; k++)
            if (memcmp(roots[i], roots[k], SIGN_PUBLIC_SIZE) == 0)
                return RESULT_MALFORMED; /* one key must not count twice */
    }
    roster->roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])roots;
    roster->root_count = words->n_roots;
    roster->threshold = words->threshold;
    return RESULT_OK;
}

static bool is_same_key(const uint8_t *a, const uint8_t *b) {
    return memcmp(a, b, EXCHANGE_KEY_SIZE) == 0;
}

/* Names and keys are each somebody's alone, and a key serves one purpose. */
static bool share_key_or_name(const struct member *a, const struct member *b) {
    return strcmp(a->name, b->name) == 0 || is_same_key(a->sign_key, b->sign_key) ||
           is_same_key(a->session_key, b->session_key) || is_same_key(a->encryption_key, b->encryption_key) ||
           is_same_key(a->session_key, b->encryption_key) || is_same_key(a->encryption_key, b->session_key);
}

static enum result take_members(struct roster *roster, const Roster *words) {
    if (words->n_members > ROSTER_MEMBERS_MAX)
        return RESULT_TOO_LARGE;
    struct member *members = arena_array(&roster->arena, words->n_members, sizeof *members);
    if (!members)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < words->n_members; i++) {
        TRY(check_member(words->members[i]));
        members[i] = member_of(words->members[i]);
        if (i && memcmp(members[i - 1].id, members[i].id, MEMBER_ID_SIZE) >= 0)
            return RESULT_MALFORMED;
        for (size_t k = 0; k < i; k++)
            if (share_key_or_name(&members[i], &members[k]))
                return RESULT_MALFORMED;
    }
    roster->members = members;
    roster->count = words->n_members;
    return RESULT_OK;
}

static bool has_signed(const SignedRoster *outer, const uint8_t root[static SIGN_PUBLIC_SIZE],
                       const uint8_t digest[static HASH_SIZE]) {
    for (size_t i = 0; i < outer->n_signatures; i++) {
        const RosterSignature *signature = outer->signatures[i];
        if (has_size(signature->root, SIGN_PUBLIC_SIZE) && has_size(signature->signature, SIGNATURE_SIZE) &&
            memcmp(signature->root.data, root, SIGN_PUBLIC_SIZE) == 0 &&
            !sign_verify(signature->signature.data, root, "INAMA.sig.roster", span_of(digest, HASH_SIZE)))
            return true;
    }
    return false;
}

/* How many different keys of `roots` have signed (docs/protocol.md, 8.3). */
static size_t count_signatures(const SignedRoster *outer, const uint8_t (*roots)[SIGN_PUBLIC_SIZE], size_t count) {
    uint8_t digest[HASH_SIZE];
    hash_of(digest, "INAMA.roster", proto_span(outer->roster));
    size_t valid = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new &= memcmp(roots[i], roots[k], SIGN_PUBLIC_SIZE) != 0;
        valid += is_new && has_signed(outer, roots[i], digest);
    }
    return valid;
}

static enum result check_trust(const struct roster *roster, const SignedRoster *outer,
                               const struct roster_trust *trust) {
    if (outer->n_signatures > ROSTER_ROOTS_MAX * 2)
        return RESULT_TOO_LARGE;
    if (roster->version < trust->version_min)
        return RESULT_ROLLBACK;
    if (count_signatures(outer, trust->roots, trust->count) < trust->threshold || trust->threshold == 0 ||
        count_signatures(outer, roster->roots, roster->root_count) < roster->threshold)
        return RESULT_TOO_FEW_SIGNATURES;
    if (trust->now_ms && trust->now_ms > roster->expires)
        return RESULT_EXPIRED;
    return RESULT_OK;
}

/* Form, then signatures, and only then what the roster says of its members. */
static enum result decode(struct roster *roster, const struct roster_trust *trust) {
    SignedRoster *outer;
    Roster *words;
    TRY(proto_decode_canonical(&roster->arena, &signed_roster__descriptor, roster->file, &outer));
    TRY(proto_decode_canonical(&roster->arena, &roster__descriptor, proto_span(outer->roster), &words));
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    roster->version = words->version;
    roster->created = words->created;
    roster->expires = words->expires;
    TRY(take_roots(roster, words));
    if (trust)
        TRY(check_trust(roster, outer, trust));
    return take_members(roster, words);
}

static enum result read_roster(struct roster **out, struct span file, const struct roster_trust *trust) {
    if (file.len > ROSTER_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct roster *roster = calloc(1, sizeof *roster);
    if (!roster)
        return RESULT_NO_MEMORY;
    arena_init(&roster->arena, (size_t)32 * ROSTER_BYTES_MAX);
    uint8_t *copy = arena_copy(&roster->arena, file.data, file.len);
    roster->file = span_of(copy, file.len);
    enum result result = copy ? decode(roster, trust) : RESULT_NO_MEMORY;
    if (result) {
        roster_free(roster);
        return result;
    }
    *out = roster;
    return RESULT_OK;
}

enum result roster_read(struct roster **out, struct span file, const struct roster_trust *trust) {
    return read_roster(out, file, trust);
}

enum result roster_read_unsigned(struct roster **out, struct span file) {
    return read_roster(out, file, NULL);
}

size_t roster_signatures(const struct roster *roster) {
    struct arena arena;
    arena_init(&arena, (size_t)32 * ROSTER_BYTES_MAX);
    SignedRoster *outer;
    size_t count = 0;
    if (!proto_decode(&arena, &signed_roster__descriptor, roster->file, &outer))
        count = count_signatures(outer, roster->roots, roster->root_count);
    arena_release(&arena);
    return count;
}

void roster_free(struct roster *roster) {
    if (!roster)
        return;
    arena_release(&roster->arena);
    free(roster);
}

static int compare_ids(const void *id, const void *member) {
    return memcmp(id, ((const struct member *)member)->id, MEMBER_ID_SIZE);
}

const struct member *roster_find(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]) {
    if (roster->count == 0)
        return NULL;
    return bsearch(id, roster->members, roster->count, sizeof *roster->members, compare_ids);
}

const struct member *roster_find_name(const struct roster *roster, const char *name) {
    for (size_t i = 0; i < roster->count; i++)
        if (strcmp(roster->members[i].name, name) == 0)
            return &roster->members[i];
    return NULL;
}

const struct member *roster_find_session(const struct roster *roster,
                                         const uint8_t session_key[static EXCHANGE_KEY_SIZE]) {
    for (size_t i = 0; i < roster->count; i++)
        if (memcmp(roster->members[i].session_key, session_key, EXCHANGE_KEY_SIZE) == 0)
            return &roster->members[i];
    return NULL;
}

/* docs/protocol.md, 8.4 */
enum result roster_card_write(struct buf *out, struct arena *arena, const struct identity *identity, const char *name,
                              const char *label, const char *country, const char *role) {
    const struct member member = {
        identity->id, identity->sign_key, identity->encryption_key, identity->session_key, name, label, country, role};
    Member row = row_of(&member);
    TRY(check_member(&row));
    struct buf words, card_bytes;
    buf_init(&words, arena);
    buf_init(&card_bytes, arena);
    proto_encode(&words, &row);
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.card", buf_span(&words));
    sign_make(signature, identity->secrets->sign, "INAMA.sig.card", SPAN_OF_ARRAY(digest));
    Card card = CARD__INIT;
    card.member = proto_bytes(words.data, words.len);
    card.signature = proto_bytes(signature, sizeof signature);
    proto_encode(&card_bytes, &card);

    size_t armor_len = sodium_base64_ENCODED_LEN(card_bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *armor = arena_alloc(arena, armor_len);
    if (!armor || words.failed || card_bytes.failed)
        return RESULT_NO_MEMORY;
    sodium_bin2base64(armor, armor_len, card_bytes.data, card_bytes.len, sodium_base64_VARIANT_ORIGINAL);
    buf_put(out, card_begin, strlen(card_begin));
    for (size_t at = 0, len = strlen(armor); at < len; at += 64) {
        buf_put(out, armor + at, len - at < 64 ? len - at : 64);
        buf_put_u8(out, '\n');
    }
    buf_put(out, card_end, strlen(card_end));
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* The bytes between the BEGIN and END lines. */
static enum result take_armor(struct span *card, struct arena *arena, struct span text) {
    char *copy = arena_text(arena, (const char *)text.data, text.len);
    uint8_t *bytes = arena_alloc(arena, text.len);
    if (!copy || !bytes)
        return RESULT_NO_MEMORY;
    if (strlen(copy) != text.len)
        return RESULT_MALFORMED; /* a NUL */
    char *begin = strstr(copy, "-----BEGIN INAMA CARD-----");
    char *end = begin ? strstr(begin, "-----END INAMA CARD-----") : NULL;
    if (!end)
        return RESULT_MALFORMED;
    begin += strlen("-----BEGIN INAMA CARD-----");
    for (const char *at = begin; at < end; at++)
        if (*at & 0x80)
            return RESULT_MALFORMED; /* libsodium 1.0.18 takes these for digits */
    size_t len;
    if (sodium_base642bin(bytes, text.len, begin, (size_t)(end - begin), "\r\n\t ", &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return RESULT_MALFORMED;
    *card = span_of(bytes, len);
    return RESULT_OK;
}

enum result roster_card_read(struct member *member, struct arena *arena, struct span text) {
    if (text.len > KEY_FILE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct span bytes;
    Card *card;
    Member *row;
    TRY(take_armor(&bytes, arena, text));
    TRY(proto_decode_canonical(arena, &card__descriptor, bytes, &card));
    TRY(proto_decode_canonical(arena, &member__descriptor, proto_span(card->member), &row));
    TRY(check_member(row));
    uint8_t digest[HASH_SIZE];
    if (!has_size(card->signature, SIGNATURE_SIZE))
        return RESULT_MALFORMED;
    hash_of(digest, "INAMA.card", proto_span(card->member));
    TRY(sign_verify(card->signature.data, row->sign_key.data, "INAMA.sig.card", SPAN_OF_ARRAY(digest)));
    *member = member_of(row);
    return RESULT_OK;
}

void roster_fingerprint(char out[static 40], const struct member *member) {
    uint8_t digest[HASH_SIZE];
    struct hasher hasher;
    hash_start(&hasher, "INAMA.finger", (struct span){0}, HASH_SIZE);
    hash_add(&hasher, member->id, MEMBER_ID_SIZE);
    hash_add(&hasher, member->sign_key, SIGN_PUBLIC_SIZE);
    hash_add(&hasher, member->encryption_key, EXCHANGE_KEY_SIZE);
    hash_add(&hasher, member->session_key, EXCHANGE_KEY_SIZE);
    hash_finish(&hasher, digest);
    for (size_t group = 0; group < 8; group++) {
        text_hex(out + group * 5, digest + group * 2, 2);
        out[group * 5 + 4] = group < 7 ? ' ' : '\0';
    }
}

static int compare_rows(const void *a, const void *b) {
    return memcmp((*(Member *const *)a)->id.data, (*(Member *const *)b)->id.data, MEMBER_ID_SIZE);
}

/* The rows of the new roster; *count of them. */
static enum result edit_rows(Member **rows, size_t *count, struct arena *arena, const struct roster_edit *edit) {
    size_t base_count = edit->base ? edit->base->count : 0;
    for (size_t i = 0; i < base_count; i++) {
        const struct member *member = &edit->base->members[i];
        if (edit->remove && memcmp(member->id, edit->remove, MEMBER_ID_SIZE) == 0)
            continue;
        if (edit->add &&
            (memcmp(member->id, edit->add->id, MEMBER_ID_SIZE) == 0 || share_key_or_name(member, edit->add)))
            return RESULT_EXISTS;
        rows[*count] = arena_alloc(arena, sizeof **rows);
        if (!rows[*count])
            return RESULT_NO_MEMORY;
        *rows[(*count)++] = row_of(member);
    }
    if (edit->remove && *count == base_count)
        return RESULT_NOT_FOUND;
    if (edit->add) {
        rows[*count] = arena_alloc(arena, sizeof **rows);
        if (!rows[*count])
            return RESULT_NO_MEMORY;
        *rows[(*count)++] = row_of(edit->add);
    }
    if (*count)
        qsort(rows, *count, sizeof *rows, compare_rows);
    return RESULT_OK;
}

enum result roster_edit(struct buf *out, struct arena *arena, const struct roster_edit *edit) {
    const struct roster *base = edit->base;
    size_t root_count = base ? base->root_count : edit->root_count;
    const uint8_t(*keys)[SIGN_PUBLIC_SIZE] = base ? base->roots : edit->roots;
    Member **rows = arena_array(arena, (base ? base->count : 0) + 1, sizeof *rows);
    ProtobufCBinaryData *roots = arena_array(arena, root_count, sizeof *roots);
    if (!rows || !roots)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < root_count; i++)
        roots[i] = proto_bytes(keys[i], SIGN_PUBLIC_SIZE);

    Roster words = ROSTER__INIT;
    TRY(edit_rows(rows, &words.n_members, arena, edit));
    words.suite = SUITE;
    words.version = base ? base->version + 1 : 1;
    words.created = edit->created;
    words.expires = edit->expires;
    words.threshold = (uint32_t)(base ? base->threshold : edit->threshold);
    words.roots = roots;
    words.n_roots = root_count;
    words.members = rows;

    struct buf inner;
    buf_init(&inner, arena);
    proto_encode(&inner, &words);
    SignedRoster outer = SIGNED_ROSTER__INIT;
    outer.roster = proto_bytes(inner.data, inner.len);
    proto_encode(out, &outer);
    return inner.failed || out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result roster_sign(struct buf *out, struct arena *arena, struct span file,
                        const uint8_t root_secret[static SIGN_SECRET_SIZE],
                        const uint8_t root_key[static SIGN_PUBLIC_SIZE]) {
    SignedRoster *outer;
    Roster *words;
    TRY(proto_decode_canonical(arena, &signed_roster__descriptor, file, &outer));
    TRY(proto_decode_canonical(arena, &roster__descriptor, proto_span(outer->roster), &words));
    bool is_root = false;
    for (size_t i = 0; i < words->n_roots; i++)
        is_root |= span_equal(proto_span(words->roots[i]), span_of(root_key, SIGN_PUBLIC_SIZE));
    if (!is_root)
        return RESULT_NOT_FOUND;
    for (size_t i = 0; i < outer->n_signatures; i++)
        if (span_equal(proto_span(outer->signatures[i]->root), span_of(root_key, SIGN_PUBLIC_SIZE)))
            return RESULT_EXISTS;

    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, "INAMA.roster", proto_span(outer->roster));
    sign_make(signature, root_secret, "INAMA.sig.roster", SPAN_OF_ARRAY(digest));
    RosterSignature row = ROSTER_SIGNATURE__INIT;
    row.root = proto_bytes(root_key, SIGN_PUBLIC_SIZE);
    row.signature = proto_bytes(signature, sizeof signature);
    RosterSignature **rows = arena_array(arena, outer->n_signatures + 1, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    if (outer->n_signatures)
        memcpy(rows, outer->signatures, outer->n_signatures * sizeof *rows);
    rows[outer->n_signatures] = &row;
    outer->signatures = rows;
    outer->n_signatures++;
    proto_encode(out, outer);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}
