#include "keys/list.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"

enum { SUITE = 1, SIGNATURES_MAX = ROSTER_ROOTS_MAX * 2, MEMORY_MAX = 32 * ROSTER_BYTES_MAX };

static bool has_size(ProtobufCBinaryData bytes, size_t size) {
    return bytes.len == size;
}

/* ---- who claims what ---- */

enum claim_kind { CLAIM_NAME, CLAIM_SIGN, CLAIM_EXCHANGE, CLAIM_COUNTRY };

struct claim {
    struct span what;
    enum claim_kind kind;
    const struct member *by; /* NULL: a root */
};

/* Open addressing, never more than half full. The places depend on the whole list: whoever chooses its keys cannot
 * choose them to fall into one place. */
struct claims {
    struct claim *slots;
    size_t mask;
    uint8_t key[crypto_shorthash_KEYBYTES];
};

static enum result claims_init(struct claims *claims, struct arena *arena, const struct list *list,
                               const Roster *words) {
    size_t count = words->n_roots, size = 16;
    for (size_t i = 0; i < words->n_members; i++)
        count += 5 + words->members[i]->n_former; /* name, three keys, country */
    while (size < count * 2)
        size *= 2;
    _Static_assert(sizeof claims->key <= HASH_SIZE, "the key is a part of the list's hash");
    memcpy(claims->key, list->hash, sizeof claims->key);
    claims->mask = size - 1;
    claims->slots = arena_array(arena, size, sizeof *claims->slots);
    return claims->slots ? RESULT_OK : RESULT_NO_MEMORY;
}

/* The claim that was there before, or NULL: now it is claimed by `by`. */
static const struct claim *claim(struct claims *claims, enum claim_kind kind, struct span what,
                                 const struct member *by) {
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t at;
    crypto_shorthash(hash, what.data, what.len, claims->key);
    memcpy(&at, hash, sizeof at);
    struct claim *slot = &claims->slots[at & claims->mask];
    while (slot->what.data) {
        if (slot->kind == kind && span_equal(slot->what, what))
            return slot;
        slot = &claims->slots[++at & claims->mask];
    }
    *slot = (struct claim){.what = what, .kind = kind, .by = by};
    return NULL;
}

static const struct claim *claim_sign_keys(struct claims *claims, const struct member *member) {
    const struct claim *before = claim(claims, CLAIM_SIGN, span_of(member->sign_key, SIGN_PUBLIC_SIZE), member);
    for (size_t i = 0; i < member->former_count && !before; i++)
        before = claim(claims, CLAIM_SIGN, span_of(member->former[i].sign_key, SIGN_PUBLIC_SIZE), member);
    return before;
}

/* Claims all that is the member's alone. The claim before, if there is one, and in *what what it is. */
static const struct claim *claim_row(struct claims *claims, const struct list *list, const struct member *member,
                                     const char **what) {
    const struct claim *before;
    *what = "name";
    if ((before = claim(claims, CLAIM_NAME, span_of_text(member->name), member)))
        return before;
    *what = "signing key";
    if ((before = claim_sign_keys(claims, member)))
        return before;
    *what = "encryption key";
    if ((before = claim(claims, CLAIM_EXCHANGE, span_of(member->encryption_key, EXCHANGE_KEY_SIZE), member)))
        return before;
    *what = "session key";
    if ((before = claim(claims, CLAIM_EXCHANGE, span_of(member->session_key, EXCHANGE_KEY_SIZE), member)))
        return before;
    *what = "country";
    if (!list->author && member_is_administration(member))
        return claim(claims, CLAIM_COUNTRY, span_of_text(member->country), member);
    return NULL;
}

static void explain(struct list_conflict *out, const struct member *member, const struct claim *before,
                    const char *what) {
    if (!out)
        return;
    *out = (struct list_conflict){.what = before->by ? what : "root key"};
    snprintf(out->first, sizeof out->first, "%s", before->by ? before->by->name : "");
    snprintf(out->second, sizeof out->second, "%s", member->name);
}

/* ---- reading ---- */

/* What is read, where it goes, and what the reading alone needs. */
struct reading {
    struct list *list;
    struct arena scratch;
    const SignedRoster *outer;
    const Roster *words;
    struct list_conflict *conflict; /* NULL: nobody asks */
    list_admit *admit;              /* NULL: whatever it is */
    void *context;
};

/* What stays is decoded once more into the list, without the copies that the checks of the form take. */
static enum result read_form(struct reading *reading) {
    struct list *list = reading->list;
    SignedRoster *outer;
    Roster *words;
    TRY(proto_decode_canonical(&reading->scratch, &signed_roster__descriptor, list->file, &outer));
    struct span roster = proto_span(outer->roster);
    TRY(proto_decode_canonical(&reading->scratch, &roster__descriptor, roster, &words));
    TRY(proto_decode(&list->arena, &roster__descriptor, roster, &words));
    hash_of(list->hash, "INAMA.roster", roster);
    reading->outer = outer;
    reading->words = words;
    return RESULT_OK;
}

static enum result read_head(struct reading *reading) {
    const Roster *words = reading->words;
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    uint32_t grace_days = words->has_grace_days ? words->grace_days : 0;
    if (words->version == 0 || grace_days > GRACE_DAYS_MAX)
        return RESULT_MALFORMED;
    reading->list->version = words->version;
    reading->list->created = words->created;
    reading->list->expires = words->expires;
    reading->list->grace_days = grace_days;
    return RESULT_OK;
}

static enum result read_roots(struct reading *reading) {
    const Roster *words = reading->words;
    if (words->n_roots > ROSTER_ROOTS_MAX)
        return RESULT_TOO_LARGE;
    if (words->n_roots == 0 || words->threshold == 0 || words->threshold > words->n_roots)
        return RESULT_MALFORMED;
    uint8_t(*roots)[SIGN_PUBLIC_SIZE] = arena_array(&reading->list->arena, words->n_roots, sizeof *roots);
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
    reading->list->roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])roots;
    reading->list->root_count = words->n_roots;
    reading->list->threshold = words->threshold;
    return RESULT_OK;
}

static enum result read_author(struct reading *reading) {
    const Roster *words = reading->words;
    if (reading->list->file.len > DESKS_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (!has_size(words->author, MEMBER_ID_SIZE) || words->n_roots || words->threshold)
        return RESULT_MALFORMED;
    reading->list->author = words->author.data;
    return RESULT_OK;
}

static enum result read_row(struct reading *reading, struct claims *claims, struct member *members, size_t at) {
    const struct claim *before;
    const char *what;
    struct member *member = &members[at];
    const Member *row = reading->words->members[at];
    TRY(member_check_row(row));
    if (reading->list->author)
        TRY(member_check_desk(row, &reading->scratch));
    TRY(member_of_row(member, &reading->list->arena, row));
    if (at && memcmp(members[at - 1].id, member->id, MEMBER_ID_SIZE) >= 0)
        return RESULT_MALFORMED;
    if ((before = claim_row(claims, reading->list, member, &what))) {
        explain(reading->conflict, member, before, what);
        return RESULT_CONFLICT;
    }
    return RESULT_OK;
}

static enum result read_rows(struct reading *reading) {
    struct list *list = reading->list;
    struct claims claims;
    size_t count = reading->words->n_members;
    struct member *members = arena_array(&list->arena, count, sizeof *members);
    if (!members)
        return RESULT_NO_MEMORY;
    TRY(claims_init(&claims, &reading->scratch, list, reading->words));
    for (size_t i = 0; i < list->root_count; i++)
        claim(&claims, CLAIM_SIGN, span_of(list->roots[i], SIGN_PUBLIC_SIZE), NULL);
    for (size_t i = 0; i < count; i++)
        TRY(read_row(reading, &claims, members, i));
    list->members = members;
    list->count = count;
    return RESULT_OK;
}

/* docs/protocol.md, 8.3.4 */
static enum result check_counts(const struct reading *reading) {
    size_t rows_max = reading->list->author ? DESKS_MAX : ROSTER_MEMBERS_MAX;
    bool fits = reading->outer->n_signatures <= SIGNATURES_MAX && reading->words->n_members <= rows_max;
    return fits ? RESULT_OK : RESULT_TOO_LARGE;
}

/* docs/protocol.md, 8.3 */
static enum result read_all(struct reading *reading) {
    TRY(read_form(reading));
    TRY(read_head(reading));
    TRY(reading->words->has_author ? read_author(reading) : read_roots(reading));
    TRY(check_counts(reading));
    if (reading->admit)
        TRY(reading->admit(reading->list, reading->context));
    return read_rows(reading);
}

static enum result read_list(struct list **out, struct span file, struct reading reading) {
    if (file.len > ROSTER_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct list *list = calloc(1, sizeof *list);
    if (!list)
        return RESULT_NO_MEMORY;
    list->shares = 1;
    arena_init(&list->arena, MEMORY_MAX);
    uint8_t *copy = arena_copy(&list->arena, file.data, file.len);
    list->file = span_of(copy, file.len);
    reading.list = list;
    arena_init(&reading.scratch, MEMORY_MAX);
    enum result result = copy ? read_all(&reading) : RESULT_NO_MEMORY;
    arena_release(&reading.scratch);
    if (result) {
        list_drop(list);
        return result;
    }
    *out = list;
    return RESULT_OK;
}

enum result list_read(struct list **out, struct span file) {
    return read_list(out, file, (struct reading){0});
}

enum result list_read_explained(struct list **out, struct span file, struct list_conflict *conflict) {
    return read_list(out, file, (struct reading){.conflict = conflict});
}

enum result list_read_admitted(struct list **out, struct span file, list_admit *admit, void *context) {
    return read_list(out, file, (struct reading){.admit = admit, .context = context});
}

struct list *list_share(struct list *list) {
    list->shares++;
    return list;
}

void list_drop(struct list *list) {
    if (!list || --list->shares)
        return;
    arena_release(&list->arena);
    free(list);
}

/* ---- looking up ---- */

static int compare_ids(const void *id, const void *member) {
    return memcmp(id, ((const struct member *)member)->id, MEMBER_ID_SIZE);
}

const struct member *list_find(const struct list *list, const uint8_t id[static MEMBER_ID_SIZE]) {
    if (list->count == 0)
        return NULL;
    return bsearch(id, list->members, list->count, sizeof *list->members, compare_ids);
}

const struct member *list_find_name(const struct list *list, const char *name) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->members[i].name, name) == 0)
            return &list->members[i];
    return NULL;
}

/* ---- signatures (docs/protocol.md, 8.6 and 8.7) ---- */

static const char *tag_of(const struct list *list) {
    return list->author ? "INAMA.sig.desks" : "INAMA.sig.roster";
}

/* Has this key signed? The reason of the first signature in its name if none of them verifies. */
static enum result verify_key(const struct list *list, const SignedRoster *outer,
                              const uint8_t key[static SIGN_PUBLIC_SIZE]) {
    enum result first = RESULT_OK;
    for (size_t i = 0; i < outer->n_signatures; i++) {
        const RosterSignature *row = outer->signatures[i];
        if (!span_equal(proto_span(row->root), span_of(key, SIGN_PUBLIC_SIZE)) ||
            !has_size(row->signature, SIGNATURE_SIZE))
            continue;
        enum result result = sign_verify(row->signature.data, key, tag_of(list), SPAN_OF_ARRAY(list->hash));
        if (!result)
            return RESULT_OK;
        if (!first)
            first = result;
    }
    return first ? first : RESULT_BAD_SIGNATURE;
}

static bool is_named_before(const uint8_t (*keys)[SIGN_PUBLIC_SIZE], size_t at) {
    for (size_t i = 0; i < at; i++)
        if (memcmp(keys[i], keys[at], SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

size_t list_signatures(const struct list *list, const uint8_t (*keys)[SIGN_PUBLIC_SIZE], size_t count) {
    struct arena arena;
    SignedRoster *outer;
    size_t valid = 0;
    arena_init(&arena, MEMORY_MAX);
    if (!proto_decode(&arena, &signed_roster__descriptor, list->file, &outer))
        for (size_t i = 0; i < count; i++)
            valid += !is_named_before(keys, i) && verify_key(list, outer, keys[i]) == RESULT_OK;
    arena_release(&arena);
    return valid;
}

enum result list_verify_author(const struct list *list, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]) {
    struct arena arena;
    SignedRoster *outer;
    arena_init(&arena, MEMORY_MAX);
    enum result result = proto_decode(&arena, &signed_roster__descriptor, list->file, &outer);
    if (!result)
        result = verify_key(list, outer, sign_key);
    arena_release(&arena);
    return result;
}

static bool is_root(const struct list *list, const uint8_t key[static SIGN_PUBLIC_SIZE]) {
    for (size_t i = 0; i < list->root_count; i++)
        if (memcmp(list->roots[i], key, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

enum result list_sign(struct buf *out, struct arena *arena, const struct list *list, const struct list *before,
                      const uint8_t secret[static SIGN_SECRET_SIZE],
                      const uint8_t public_key[static SIGN_PUBLIC_SIZE]) {
    SignedRoster *outer;
    if (!list->author && !is_root(list, public_key) && !(before && is_root(before, public_key)))
        return RESULT_NOT_FOUND;
    TRY(proto_decode(arena, &signed_roster__descriptor, list->file, &outer));
    if (verify_key(list, outer, public_key) == RESULT_OK)
        return RESULT_EXISTS;
    if (outer->n_signatures == SIGNATURES_MAX)
        return RESULT_TOO_LARGE;

    uint8_t signature[SIGNATURE_SIZE];
    sign_make(signature, secret, tag_of(list), SPAN_OF_ARRAY(list->hash));
    RosterSignature row = ROSTER_SIGNATURE__INIT;
    row.root = proto_bytes(public_key, SIGN_PUBLIC_SIZE);
    row.signature = proto_bytes(signature, sizeof signature);
    RosterSignature **rows = arena_array(arena, outer->n_signatures + 1, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    if (outer->n_signatures)
        memcpy(rows, outer->signatures, outer->n_signatures * sizeof *rows);
    rows[outer->n_signatures++] = &row;
    outer->signatures = rows;
    if (protobuf_c_message_get_packed_size(&outer->base) > (list->author ? DESKS_BYTES_MAX : ROSTER_BYTES_MAX))
        return RESULT_TOO_LARGE;
    proto_encode(out, outer);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}
