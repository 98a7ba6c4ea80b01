#include "tests/vectors/lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "keys/hash.h"
#include "keys/list.h"

ProtobufCBinaryData words_of(struct span bytes) {
    return proto_bytes(bytes.data, bytes.len);
}

char *text_of(const char *chars) {
    return arena_text(&memory, chars, strlen(chars));
}

/* One pointer more than the array had. */
static void *longer(const void *array, size_t count) {
    void *out = arena_array(&memory, count + 1, sizeof(void *));
    if (count)
        memcpy(out, array, count * sizeof(void *));
    return out;
}

/* ---- endings ---- */

Ending *ending_of(uint32_t cause, uint64_t at) {
    Ending *ending = arena_alloc(&memory, sizeof *ending);
    ending__init(ending);
    ending->cause = cause;
    ending->at = at;
    return ending;
}

FeedEnd *add_end(Ending *ending, struct span feed, uint64_t number, struct span hash) {
    FeedEnd *end = arena_alloc(&memory, sizeof *end);
    feed_end__init(end);
    end->feed = words_of(feed);
    end->number = number;
    end->hash = words_of(hash);
    ending->ends = longer(ending->ends, ending->n_ends);
    ending->ends[ending->n_ends++] = end;
    return end;
}

FormerKey *add_former(Member *row, struct span sign_key, Ending *ending) {
    FormerKey *former = arena_alloc(&memory, sizeof *former);
    former_key__init(former);
    former->sign_key = words_of(sign_key);
    former->ending = ending;
    row->former = longer(row->former, row->n_former);
    row->former[row->n_former++] = former;
    return former;
}

/* ---- lists ---- */

static struct list_draft *draft_of_version(uint32_t version) {
    struct list_draft *draft = arena_alloc(&memory, sizeof *draft);
    draft->words = (Roster)ROSTER__INIT;
    draft->words.suite = 1;
    draft->words.version = version;
    draft->words.created = NOW_MS - 1000;
    draft->words.expires = NOW_MS + 1000;
    draft->words.roots = draft->roots;
    for (size_t i = 0; i < DRAFT_ROWS_MAX; i++)
        draft->row[i] = &draft->rows[i];
    draft->words.members = draft->row;
    return draft;
}

struct list_draft *roster_draft(uint32_t version) {
    struct list_draft *draft = draft_of_version(version);
    set_roots(draft, "abc", 2);
    return draft;
}

struct list_draft *desks_draft(uint32_t version, const struct identity *by) {
    struct list_draft *draft = draft_of_version(version);
    draft->words.has_author = true;
    draft->words.author = proto_bytes(by->id, MEMBER_ID_SIZE);
    return draft;
}

void set_roots(struct list_draft *draft, const char *letters, uint32_t threshold) {
    draft->words.n_roots = strlen(letters);
    draft->words.threshold = threshold;
    for (size_t i = 0; letters[i]; i++)
        draft->roots[i] = proto_bytes(roots[letters[i] - 'a'].key, SIGN_PUBLIC_SIZE);
}

static int compare_rows(const void *a, const void *b) {
    return memcmp(((const Member *)a)->id.data, ((const Member *)b)->id.data, MEMBER_ID_SIZE);
}

/* ---- proofs ---- */

enum { SIGNERS_MAX = 512 };
static struct {
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
} signers[SIGNERS_MAX];
static size_t signer_count;

static const uint8_t *secret_of(const uint8_t *key) {
    for (size_t i = 0; i < signer_count; i++)
        if (memcmp(signers[i].key, key, SIGN_PUBLIC_SIZE) == 0)
            return signers[i].secret;
    return NULL;
}

static void keep_signer(const struct identity *identity) {
    if (secret_of(identity->sign_key))
        return;
    MUST(signer_count < SIGNERS_MAX);
    memcpy(signers[signer_count].key, identity->sign_key, SIGN_PUBLIC_SIZE);
    memcpy(signers[signer_count++].secret, identity->secrets->sign, SIGN_SECRET_SIZE);
}

void prove(Member *row) {
    const uint8_t *secret = secret_of(row->sign_key.data);
    Member plain = *row;
    MUST(secret);
    plain.n_former = 0;
    plain.ended = NULL;
    plain.has_proof = false;
    row->has_proof = true;
    row->proof = words_of(list_signature(secret, "INAMA.sig.card", "INAMA.card", encoded(&plain)));
}

void prove_rows(struct list_draft *draft) {
    for (size_t i = 0; i < draft->words.n_members; i++)
        prove(&draft->rows[i]);
}

Member *add_row(struct list_draft *draft, const struct identity *identity, const char *name, const char *country,
                const char *role) {
    MUST(draft->words.n_members < DRAFT_ROWS_MAX);
    Member *row = &draft->rows[draft->words.n_members++];
    *row = (Member)MEMBER__INIT;
    row->id = proto_bytes(identity->id, MEMBER_ID_SIZE);
    row->sign_key = proto_bytes(identity->sign_key, SIGN_PUBLIC_SIZE);
    row->encryption_key = proto_bytes(identity->encryption_key, EXCHANGE_KEY_SIZE);
    row->session_key = proto_bytes(identity->session_key, EXCHANGE_KEY_SIZE);
    row->name = text_of(name);
    row->label = text_of("An agency");
    row->country = text_of(country);
    row->role = text_of(role);
    row->has_serial = identity->serial > 1;
    row->serial = identity->serial;
    keep_signer(identity);
    if (draft->words.has_author)
        prove(row);
    qsort(draft->rows, draft->words.n_members, sizeof *draft->rows, compare_rows);
    return row_named(draft, name);
}

Member *row_named(struct list_draft *draft, const char *name) {
    for (size_t i = 0; i < draft->words.n_members; i++)
        if (strcmp(draft->rows[i].name, name) == 0)
            return &draft->rows[i];
    must(false, name);
    return NULL;
}

void put_signature(struct list_draft *draft, struct span key, struct span signature) {
    MUST(draft->signature_count < DRAFT_SIGNATURES_MAX);
    RosterSignature *row = &draft->signatures[draft->signature_count++];
    *row = (RosterSignature)ROSTER_SIGNATURE__INIT;
    row->root = words_of(key);
    row->signature = words_of(signature);
}

struct span list_signature(const uint8_t *secret, const char *sign_tag, const char *hash_tag, struct span roster) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    hash_of(digest, hash_tag, roster);
    sign_make(signature, secret, sign_tag, SPAN_OF_ARRAY(digest));
    return joined(SPAN_OF_ARRAY(signature), (struct span){0});
}

struct span as_signed(struct list_draft *draft, struct span roster) {
    SignedRoster outer = SIGNED_ROSTER__INIT;
    RosterSignature *rows[DRAFT_SIGNATURES_MAX];
    for (size_t i = 0; i < draft->signature_count; i++)
        rows[i] = &draft->signatures[i];
    outer.roster = words_of(roster);
    outer.signatures = rows;
    outer.n_signatures = draft->signature_count;
    return encoded(&outer);
}

struct span signed_by_roots(struct list_draft *draft, struct span roster, const char *letters) {
    draft->signature_count = 0;
    for (; *letters; letters++) {
        const struct root *root = &roots[*letters - 'a'];
        put_signature(draft, SPAN_OF_ARRAY(root->key),
                      list_signature(root->secret, "INAMA.sig.roster", "INAMA.roster", roster));
    }
    return as_signed(draft, roster);
}

struct span roster_by(struct list_draft *draft, const char *letters) {
    return signed_by_roots(draft, encoded(&draft->words), letters);
}

struct span desks_by(struct list_draft *draft, const struct identity *signer) {
    const struct span words = encoded(&draft->words);
    draft->signature_count = 0;
    put_signature(draft, SPAN_OF_ARRAY(signer->sign_key),
                  list_signature(signer->secrets->sign, "INAMA.sig.desks", "INAMA.roster", words));
    return as_signed(draft, words);
}

/* ---- renewals ---- */

Renewal *renewal_draft(const struct identity *renewed, Ending *ending) {
    Renewal *words = arena_alloc(&memory, sizeof *words);
    renewal__init(words);
    words->suite = 1;
    words->member = proto_bytes(renewed->id, MEMBER_ID_SIZE);
    words->serial = renewed->serial;
    words->created = NOW_MS;
    words->sign_key = proto_bytes(renewed->sign_key, SIGN_PUBLIC_SIZE);
    words->encryption_key = proto_bytes(renewed->encryption_key, EXCHANGE_KEY_SIZE);
    words->ending = ending;
    return words;
}

struct span renewal_by(const Renewal *words, const uint8_t *secret, const uint8_t *new_secret) {
    const struct span renewal = encoded(words);
    const struct span signature = list_signature(secret, "INAMA.sig.renew", "INAMA.renewal", renewal);
    struct span out = joined(field_bytes(1, renewal), field_bytes(2, signature));
    if (new_secret)
        out = joined(out, field_bytes(3, list_signature(new_secret, "INAMA.sig.renew", "INAMA.renewal", renewal)));
    return out;
}

/* ---- vectors ---- */

void refuse_list(const char *expect, const char *name, struct span file) {
    add_input(vector("list", expect, name), "file", file);
}

void accept_list(const char *name, struct span file) {
    json_t *v = vector("list", "ok", name);
    struct list *list;
    must(!list_read(&list, file), name);
    add_input(v, "file", file);
    add_number(v, "version", list->version);
    json_t *members = add_list(v, "members"), *ended = add_list(v, "ended");
    for (size_t i = 0; i < list->count; i++) {
        append_bytes(members, span_of(list->members[i].id, MEMBER_ID_SIZE));
        if (list->members[i].ended)
            append_bytes(ended, span_of(list->members[i].id, MEMBER_ID_SIZE));
    }
    list_drop(list);
}
