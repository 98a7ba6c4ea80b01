/* Our code against tests/vectors/, which tests/verifier/ reads as well, written by somebody else from docs/protocol.md
 * alone. An operation takes the inputs of a vector by their names and returns the outputs by theirs.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/disclosure.h"
#include "core/evidence_report.h"
#include "core/feed.h"
#include "core/journal.h"
#include "core/request.h"
#include "core/merkle.h"
#include "core/opened.h"
#include "keys/blob.h"
#include "keys/card.h"
#include "keys/epoch.h"
#include "keys/roster.h"
#include "tests/support/chance.h"

static struct arena arena;
static json_t *file;

/* ---- inputs and outputs ---- */

static const char *text(const json_t *in, const char *key) {
    const char *value = json_string_value(json_object_get(in, key));
    ck_assert_msg(value != NULL, "\"%s\" is missing", key);
    return value;
}

static uint64_t number(const json_t *in, const char *key) {
    const json_t *value = json_object_get(in, key);
    ck_assert_msg(json_is_integer(value), "\"%s\" is missing", key);
    return (uint64_t)json_integer_value(value);
}

static struct span unhex_word(const char *digits, size_t count) {
    uint8_t *out = arena_alloc(&arena, count / 2);
    ck_assert(count % 2 == 0);
    for (size_t i = 0; i < count / 2; i++)
        ck_assert(text_unhex(out + i, 1, (const char[]){digits[2 * i], digits[2 * i + 1], '\0'}));
    return span_of(out, count / 2);
}

/* Hexadecimal; "(0a0b)x72" between spaces stands for 72 times the bytes in brackets. */
static struct span unhex(const char *words) {
    struct buf out;
    buf_init(&out, &arena);
    for (size_t len; (len = strcspn(words, " ")) > 0; words += words[len] ? len + 1 : len) {
        bool repeats = *words == '(';
        size_t digits = repeats ? strcspn(words, ")") - 1 : len;
        struct span word = unhex_word(words + repeats, digits);
        unsigned long count = repeats ? strtoul(words + digits + 3, NULL, 10) : 1;
        for (unsigned long i = 0; i < count; i++)
            buf_put_span(&out, word);
    }
    ck_assert(!out.failed);
    return out.len ? buf_span(&out) : span_of("", 0);
}

static struct span bytes(const json_t *in, const char *key) {
    return unhex(text(in, key));
}

static struct span bytes_of_size(const json_t *in, const char *key, size_t size) {
    struct span value = bytes(in, key);
    ck_assert_msg(value.len == size, "\"%s\" is not %zu bytes", key, size);
    return value;
}

static json_t *hexed(struct span value) {
    char *digits = arena_alloc(&arena, 2 * value.len + 1);
    text_hex(digits, value.data, value.len);
    return json_string(digits);
}

static void put(json_t *out, const char *key, struct span value) {
    ck_assert(json_object_set_new(out, key, hexed(value)) == 0);
}

static struct field_set bitmap(struct span value) {
    struct field_set set = {{0}};
    ck_assert(value.len == FIELD_SLOTS / 8);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (value.data[slot / 8] >> slot % 8 & 1)
            field_set_add(&set, slot);
    return set;
}

static size_t slot_of(const char *key) {
    size_t slot = strtoul(key, NULL, 10);
    ck_assert(slot < FIELD_SLOTS);
    return slot;
}

static bool is_set(const json_t *in, const char *key) {
    return json_is_true(json_object_get(in, key));
}

static void put_number(json_t *out, const char *key, uint64_t value) {
    ck_assert(json_object_set_new(out, key, json_integer((json_int_t)value)) == 0);
}

static void put_text(json_t *out, const char *key, const char *value) {
    ck_assert(json_object_set_new(out, key, json_string(value)) == 0);
}

static json_t *put_list(json_t *out, const char *key) {
    json_t *list = json_array();
    ck_assert(json_object_set_new(out, key, list) == 0);
    return list;
}

static void append(json_t *list, json_t *value) {
    ck_assert(json_array_append_new(list, value) == 0);
}

/* ---- inputs that are more than bytes ---- */

/* Keys of 32 bytes each, one behind the other. */
static const uint8_t (*keys_of(const json_t *list, size_t *count))[SIGN_PUBLIC_SIZE] {
    *count = json_array_size(list);
    uint8_t(*keys)[SIGN_PUBLIC_SIZE] = arena_array(&arena, *count, sizeof *keys);
    for (size_t i = 0; i < *count; i++) {
        struct span key = unhex(json_string_value(json_array_get(list, i)));
        ck_assert_uint_eq(key.len, SIGN_PUBLIC_SIZE);
        memcpy(keys[i], key.data, key.len);
    }
    return (const uint8_t(*)[SIGN_PUBLIC_SIZE])keys;
}

/* NULL if the vector has none. */
static const struct ending *ending_of(const json_t *in) {
    const json_t *words = json_object_get(in, "ending"), *list = json_object_get(words, "ends");
    if (!words)
        return NULL;
    struct ending *ending = arena_alloc(&arena, sizeof *ending);
    struct feed_end *ends = arena_array(&arena, json_array_size(list), sizeof *ends);
    *ending =
        (struct ending){(enum ending_cause)number(words, "cause"), number(words, "at"), ends, json_array_size(list)};
    for (size_t i = 0; i < ending->count; i++) {
        const json_t *end = json_array_get(list, i);
        ends[i] = (struct feed_end){bytes_of_size(end, "feed", HASH_SIZE).data, number(end, "number"),
                                    bytes_of_size(end, "hash", HASH_SIZE).data};
    }
    return ending;
}

static struct roster_anchor anchor_of(const json_t *in) {
    struct roster_anchor anchor = {.threshold = number(in, "threshold")};
    anchor.roots = keys_of(json_object_get(in, "roots"), &anchor.count);
    return anchor;
}

/* ---- operations ---- */

static enum result run_hash(const json_t *in, json_t *out) {
    uint8_t hash[64];
    struct hasher hasher;
    struct span message = bytes(in, "message");
    size_t size = number(in, "size");
    hash_start(&hasher, text(in, "tag"), bytes(in, "key"), size);
    hash_add(&hasher, message.data, message.len);
    hash_finish(&hasher, hash);
    put(out, "out", span_of(hash, size));
    return RESULT_OK;
}

static enum result run_padme(const json_t *in, json_t *out) {
    json_object_set_new(out, "out", json_integer((json_int_t)seal_padded(number(in, "len"))));
    return RESULT_OK;
}

static enum result run_verify(const json_t *in, json_t *out) {
    (void)out;
    return sign_verify(bytes_of_size(in, "signature", SIGNATURE_SIZE).data,
                       bytes_of_size(in, "public", SIGN_PUBLIC_SIZE).data, text(in, "tag"), bytes(in, "message"));
}

static enum result run_key_id(const json_t *in, json_t *out) {
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, bytes_of_size(in, "sign_key", SIGN_PUBLIC_SIZE).data);
    put(out, "out", SPAN_OF_ARRAY(id));
    return RESULT_OK;
}

static enum result run_feed_id(const json_t *in, json_t *out) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, bytes_of_size(in, "author", MEMBER_ID_SIZE).data, text(in, "audience"));
    put(out, "out", SPAN_OF_ARRAY(id));
    return RESULT_OK;
}

static enum result run_root(const json_t *in, json_t *out) {
    struct tree_scope scope = {.schema = (uint32_t)number(in, "schema"), .version = (uint32_t)number(in, "version")};
    memcpy(scope.alert, bytes_of_size(in, "alert", sizeof scope.alert).data, sizeof scope.alert);
    struct tree_opening opening = {.salts = bytes(in, "salts"), .hashes = bytes(in, "hashes")};
    struct field_set shown = bitmap(bytes(in, "shown"));
    memcpy(opening.shown, shown.words, sizeof opening.shown);
    const char *slot;
    json_t *value;
    json_object_foreach(json_object_get(in, "values"), slot, value) opening.values[slot_of(slot)] =
        unhex(json_string_value(value));
    uint8_t root[TREE_HASH_SIZE];
    TRY(tree_root(root, &scope, &opening));
    put(out, "out", SPAN_OF_ARRAY(root));
    return RESULT_OK;
}

/* Keys alone, which is all that is looked at; NULL if there is no such member. */
static const struct member *find_member(const json_t *members, struct span id) {
    size_t i;
    json_t *words;
    json_array_foreach(members, i, words) {
        if (!span_equal(bytes(words, "id"), id))
            continue;
        struct member *member = arena_alloc(&arena, sizeof *member);
        const uint8_t(*keys)[SIGN_PUBLIC_SIZE] = keys_of(json_object_get(words, "former"), &member->former_count);
        struct former_key *former = arena_array(&arena, member->former_count, sizeof *former);
        for (size_t k = 0; k < member->former_count; k++)
            former[k] = (struct former_key){.sign_key = keys[k], .ending = {.cause = ENDING_LEFT}};
        member->id = id.data;
        member->sign_key = bytes_of_size(words, "sign_key", SIGN_PUBLIC_SIZE).data;
        member->former = former;
        return member;
    }
    return NULL;
}

static enum result run_disclosure(const json_t *in, json_t *out) {
    struct disclosure disclosure;
    const uint8_t *sign_key;
    const struct ending *ending;
    TRY(disclosure_decode(&disclosure, &arena, bytes(in, "disclosure")));
    struct span id = span_of(disclosure.header->originator.data, disclosure.header->originator.len);
    const struct member *member = find_member(json_object_get(in, "members"), id);
    TRY(disclosure_verify_by(&disclosure, member, &sign_key, &ending));
    ck_assert(!ending == (sign_key == member->sign_key));
    put(out, "signed_by", span_of(sign_key, SIGN_PUBLIC_SIZE));
    put(out, "object_id", SPAN_OF_ARRAY(disclosure.object));
    json_t *values = json_object();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (disclosure.opening.values[slot].data)
            put(values, text_format(&arena, "%zu", slot), disclosure.opening.values[slot]);
    json_object_set_new(out, "values", values);
    return RESULT_OK;
}

static enum result run_narrow(const json_t *in, json_t *out) {
    struct disclosure from, to;
    struct field_set keep = bitmap(bytes(in, "keep"));
    struct buf encoded;
    buf_init(&encoded, &arena);
    TRY(disclosure_decode(&from, &arena, bytes(in, "disclosure")));
    TRY(disclosure_narrow(&to, &arena, &from, &keep));
    TRY(disclosure_encode(&encoded, &arena, &to));
    put(out, "out", buf_span(&encoded));
    return RESULT_OK;
}

static enum result run_release(const json_t *in, json_t *out) {
    struct release release;
    struct span id = bytes(in, "originator");
    TRY(release_decode(&release, &arena, bytes(in, "release")));
    TRY(release_verify(&release, bytes(in, "object").data, id.data, find_member(json_object_get(in, "members"), id)));
    put(out, "reader", proto_span(release.terms->reader));
    put(out, "slots", proto_span(release.terms->slots));
    json_object_set_new(out, "until", json_integer((json_int_t)release.consent.until));
    json_object_set_new(out, "judicial", json_boolean(release.consent.judicial));
    json_object_set_new(out, "onward", json_integer((json_int_t)release.consent.onward_count));
    return RESULT_OK;
}

static enum result run_request_step(const json_t *in, json_t *out) {
    RequestStep *step;
    (void)out;
    return request_decode(&step, &arena, bytes(in, "step"));
}

/* A fork only if the author signed this one too, and it is not the one that is here. */
static bool is_a_fork(const struct entry *entry, const json_t *in, const uint8_t *author_key) {
    struct entry stored;
    if (!json_object_get(in, "last_entry"))
        return false;
    ck_assert_int_eq(feed_parse(&stored, bytes(in, "last_entry")), RESULT_OK);
    return memcmp(stored.hash, entry->hash, HASH_SIZE) != 0 && !feed_verify(entry, author_key);
}

static enum result run_entry(const json_t *in, json_t *out) {
    struct entry entry;
    struct feed_head head = {
        .number = number(in, "number"), .epoch = (uint32_t)number(in, "epoch"), .midway = is_set(in, "midway")};
    const uint8_t *author_key = bytes_of_size(in, "author_key", SIGN_PUBLIC_SIZE).data;
    memcpy(head.feed, bytes_of_size(in, "feed", FEED_ID_SIZE).data, FEED_ID_SIZE);
    memcpy(head.hash, bytes_of_size(in, "head", HASH_SIZE).data, HASH_SIZE);
    TRY(feed_parse(&entry, bytes(in, "entry")));
    enum result result = feed_follows(&head, &entry);
    if (result == RESULT_REPLAYED && is_a_fork(&entry, in, author_key))
        return RESULT_FORK;
    TRY(result);
    TRY(ending_admits_entry(ending_of(in), entry.feed, entry.number, entry.hash));
    TRY(feed_verify(&entry, author_key));
    put(out, "entry_hash", SPAN_OF_ARRAY(entry.hash));
    return RESULT_OK;
}

static enum result run_open(const json_t *in, json_t *out) {
    struct entry entry;
    struct span plain;
    TRY(feed_parse(&entry, bytes(in, "entry")));
    TRY(feed_open(&arena, &plain, &entry, bytes_of_size(in, "epoch_key", SEAL_KEY_SIZE).data));
    put(out, "out", plain);
    return RESULT_OK;
}

static enum result run_grant(const json_t *in, json_t *out) {
    struct epoch_place place = {.epoch = (uint32_t)number(in, "epoch")};
    uint8_t key[EPOCH_KEY_SIZE], public_key[EPOCH_PUBLIC_SIZE];
    const uint8_t *secret = bytes_of_size(in, "secret", EXCHANGE_KEY_SIZE).data;
    memcpy(place.feed, bytes_of_size(in, "feed", sizeof place.feed).data, sizeof place.feed);
    crypto_scalarmult_curve25519_base(public_key, secret);
    TRY(epoch_accept(key, bytes(in, "grant"), &place, bytes_of_size(in, "id", EPOCH_MEMBER_ID_SIZE).data, secret,
                     public_key));
    put(out, "out", SPAN_OF_ARRAY(key));
    return RESULT_OK;
}

static enum result run_ending_entry(const json_t *in, json_t *out) {
    (void)out;
    return ending_admits_entry(ending_of(in), bytes_of_size(in, "feed", FEED_ID_SIZE).data, number(in, "number"),
                               bytes_of_size(in, "hash", HASH_SIZE).data);
}

static enum result run_ending_alert(const json_t *in, json_t *out) {
    (void)out;
    return ending_admits_alert(ending_of(in), number(in, "created"));
}

/* ---- operations: whom to believe ---- */

static enum result run_list(const json_t *in, json_t *out) {
    struct list *list;
    TRY(list_read(&list, bytes(in, "file")));
    put_number(out, "version", list->version);
    json_t *members = put_list(out, "members"), *ended = put_list(out, "ended");
    for (size_t i = 0; i < list->count; i++) {
        append(members, hexed(span_of(list->members[i].id, MEMBER_ID_SIZE)));
        if (list->members[i].ended)
            append(ended, hexed(span_of(list->members[i].id, MEMBER_ID_SIZE)));
    }
    list_drop(list);
    return RESULT_OK;
}

static enum result run_signatures(const json_t *in, json_t *out) {
    struct list *list;
    size_t count;
    const uint8_t(*keys)[SIGN_PUBLIC_SIZE] = keys_of(json_object_get(in, "keys"), &count);
    TRY(list_read(&list, bytes(in, "file")));
    put_number(out, "count", list_signatures(list, keys, count));
    list_drop(list);
    return RESULT_OK;
}

static json_t *member_of(const struct member *member) {
    json_t *out = json_object();
    put(out, "id", span_of(member->id, MEMBER_ID_SIZE));
    put(out, "sign_key", span_of(member->sign_key, SIGN_PUBLIC_SIZE));
    put(out, "encryption_key", span_of(member->encryption_key, EXCHANGE_KEY_SIZE));
    put_number(out, "serial", member->serial);
    put(out, "by", span_of(member->by, member->by ? MEMBER_ID_SIZE : 0));
    json_t *former = put_list(out, "former");
    for (size_t i = 0; i < member->former_count; i++)
        append(former, hexed(span_of(member->former[i].sign_key, SIGN_PUBLIC_SIZE)));
    return out;
}

static void put_belief(json_t *out, const struct roster *roster) {
    put_number(out, "version", roster->version);
    put(out, "hash", SPAN_OF_ARRAY(roster->hash));
    json_t *members = put_list(out, "members"), *ended = put_list(out, "ended");
    for (size_t i = 0; i < roster->count; i++)
        append(members, member_of(&roster->members[i]));
    for (size_t i = 0; i < roster->ended_count; i++)
        append(ended, hexed(span_of(roster->ended[i].id, MEMBER_ID_SIZE)));
    put_number(out, "ignored", roster->ignored);
}

/* A roster file that holds this roster and nothing else. */
static struct span file_of(struct span roster) {
    struct buf out;
    buf_init(&out, &arena);
    buf_put_span(&out, span_of_text("INAMALST\x01\x0a"));
    size_t len = roster.len;
    for (; len >= 0x80; len >>= 7)
        buf_put_u8(&out, (uint8_t)(len | 0x80));
    buf_put_u8(&out, (uint8_t)len);
    buf_put_span(&out, roster);
    return buf_span(&out);
}

static enum trust_object kind_of(const char *word) {
    static const char *const words[] = {"roster", "desks", "renewal"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return (enum trust_object)i;
    ck_abort_msg("no kind \"%s\"", word);
}

static enum result run_trust(const json_t *in, json_t *out) {
    struct roster *roster, *next;
    const struct roster_anchor anchor = anchor_of(in);
    const json_t *objects = json_object_get(in, "objects");
    TRY(roster_open(&roster, file_of(bytes(in, "start")), &anchor));
    json_t *results = put_list(out, "results");
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const json_t *object = json_array_get(objects, i);
        enum result result = roster_take(&next, roster, kind_of(text(object, "kind")), bytes(object, "bytes"));
        append(results, json_string(result_name(result)));
        if (result)
            continue;
        roster_free(roster);
        roster = next;
    }
    put_belief(out, roster);
    roster_free(roster);
    return RESULT_OK;
}

static enum result run_roster_file(const json_t *in, json_t *out) {
    struct roster *roster;
    const struct roster_anchor anchor = anchor_of(in);
    TRY(roster_open(&roster, bytes(in, "file"), &anchor));
    put_belief(out, roster);
    roster_free(roster);
    return RESULT_OK;
}

static enum result run_card(const json_t *in, json_t *out) {
    struct member member;
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    struct span card = json_object_get(in, "bytes") ? bytes(in, "bytes") : span_of_text(text(in, "text"));
    TRY(card_read(&member, &arena, card));
    member_fingerprint(fingerprint, &member);
    member_fingerprint_words(words, &member);
    put(out, "id", span_of(member.id, MEMBER_ID_SIZE));
    put_text(out, "member_name", member.name);
    put_number(out, "serial", member.serial);
    put_text(out, "fingerprint", fingerprint);
    put_text(out, "fingerprint_words", words);
    return RESULT_OK;
}

static enum result run_fingerprint(const json_t *in, json_t *out) {
    const struct member member = {
        .id = bytes_of_size(in, "id", MEMBER_ID_SIZE).data,
        .sign_key = bytes_of_size(in, "sign_key", SIGN_PUBLIC_SIZE).data,
        .encryption_key = bytes_of_size(in, "encryption_key", EXCHANGE_KEY_SIZE).data,
        .session_key = bytes_of_size(in, "session_key", EXCHANGE_KEY_SIZE).data,
    };
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    member_fingerprint(fingerprint, &member);
    member_fingerprint_words(words, &member);
    put_text(out, "hex", fingerprint);
    put_text(out, "words", words);
    return RESULT_OK;
}

/* Of a root if it is as long as that, otherwise of a node, whose secrets say more than that they open. */
static enum result run_key_file(const json_t *in, json_t *out) {
    enum { ROOT_SIZE = 32, NODE_SIZE_MAX = 198 + 32 * IDENTITY_FORMER_MAX };
    uint8_t secrets[NODE_SIZE_MAX];
    size_t len, size = NODE_SIZE_MAX;
    struct span key_file = bytes(in, "file"), opener = bytes(in, "opener");
    if (key_file.len == SECRET_FILE_OVERHEAD + ROOT_SIZE) {
        size = ROOT_SIZE;
    } else {
        struct identity identity;
        TRY(identity_open(&identity, key_file, opener));
        identity_release(&identity);
    }
    TRY(secret_open_file(secrets, size, &len, key_file, opener, NULL));
    put(out, "out", span_of(secrets, len));
    return RESULT_OK;
}

static enum result run_seal_file(const json_t *in, json_t *out) {
    struct span key = bytes_of_size(in, "key", BLOB_KEY_SIZE), whole = bytes(in, "file");
    struct random script = chance_script(&key);
    struct blob_sealer *sealer = blob_sealer_new(whole.len, &script);
    struct blob_reference reference;
    uint8_t sealed[BLOB_SEALED_BYTES], sha256[HASH_SIZE];
    ck_assert_ptr_nonnull(sealer);
    while (blob_seal(sealer, &whole, sealed))
        continue;
    struct span manifest = blob_sealer_finish(sealer, &reference, sha256);
    put(out, "blob", SPAN_OF_ARRAY(reference.id));
    put(out, "manifest", manifest);
    blob_sealer_free(sealer);
    return RESULT_OK;
}

static enum result open_chunks(struct blob_opener *opener, const json_t *chunks, struct buf *whole) {
    uint8_t plain[BLOB_CHUNK_BYTES], sha256[HASH_SIZE];
    struct span part;
    for (size_t i = 0; i < json_array_size(chunks) && opener->next < opener->blob->count; i++) {
        TRY(blob_open(opener, unhex(json_string_value(json_array_get(chunks, i))), plain, &part));
        buf_put_span(whole, part);
    }
    return blob_opener_finish(opener, sha256);
}

static enum result run_open_file(const json_t *in, json_t *out) {
    struct blob blob;
    struct blob_opener opener;
    struct buf whole;
    buf_init(&whole, &arena);
    TRY(blob_read(&blob, bytes(in, "manifest"), bytes_of_size(in, "blob", BLOB_ID_SIZE).data));
    TRY(blob_opener_init(&opener, &blob, bytes_of_size(in, "key", BLOB_KEY_SIZE).data));
    TRY(open_chunks(&opener, json_object_get(in, "chunks"), &whole));
    put(out, "out", buf_span(&whole));
    return RESULT_OK;
}

/* ---- operations: the log ---- */

static enum result run_log_leaf(const json_t *in, json_t *out) {
    uint8_t leaf[HASH_SIZE];
    journal_leaf(leaf, (enum journal)number(in, "log"), number(in, "number"),
                 bytes_of_size(in, "salt", JOURNAL_SALT_SIZE).data, bytes(in, "record"));
    put(out, "out", SPAN_OF_ARRAY(leaf));
    return RESULT_OK;
}

static enum result run_log_root(const json_t *in, json_t *out) {
    struct merkle tree = {0};
    uint8_t root[HASH_SIZE], done[MERKLE_LEVELS][HASH_SIZE];
    const json_t *leaves = json_object_get(in, "leaves");
    for (size_t i = 0; i < json_array_size(leaves); i++) {
        struct span leaf = unhex(json_string_value(json_array_get(leaves, i)));
        ck_assert_uint_eq(leaf.len, HASH_SIZE);
        merkle_append(&tree, leaf.data, done);
    }
    merkle_root(root, &tree);
    put(out, "out", SPAN_OF_ARRAY(root));
    return RESULT_OK;
}

static enum result run_log_inclusion(const json_t *in, json_t *out) {
    (void)out;
    return merkle_verify_inclusion(bytes(in, "proof"), number(in, "index"), number(in, "size"),
                                   bytes_of_size(in, "leaf", HASH_SIZE).data,
                                   bytes_of_size(in, "root", HASH_SIZE).data);
}

static enum result run_log_consistency(const json_t *in, json_t *out) {
    (void)out;
    return merkle_verify_consistency(bytes(in, "proof"), number(in, "first"), number(in, "size"),
                                     bytes_of_size(in, "first_root", HASH_SIZE).data,
                                     bytes_of_size(in, "root", HASH_SIZE).data);
}

static enum result run_checkpoint(const json_t *in, json_t *out) {
    struct checkpoint checkpoint;
    struct span rest = span_of_text(text(in, "text"));
    enum result result = checkpoint_read(&checkpoint, &arena, &rest);
    TRY(result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result);
    struct span id = SPAN_OF_ARRAY(checkpoint.node);
    TRY(checkpoint_verify(&checkpoint, &arena, find_member(json_object_get(in, "members"), id)));
    put(out, "node", id);
    put_text(out, "log", journal_name(checkpoint.journal));
    put_number(out, "size", checkpoint.size);
    put(out, "root", SPAN_OF_ARRAY(checkpoint.root));
    put_number(out, "time", checkpoint.time);
    return RESULT_OK;
}

static enum result run_opened(const json_t *in, json_t *out) {
    struct opened_read opened;
    TRY(opened_read(&opened, &arena, bytes(in, "opened")));
    struct span reader = proto_span(opened.words->reader);
    TRY(opened_verify(&opened, find_member(json_object_get(in, "members"), reader)));
    put(out, "reader", reader);
    put(out, "object", proto_span(opened.words->object));
    put_number(out, "since", opened.words->since);
    put_number(out, "step", opened.words->step);
    return RESULT_OK;
}

static enum result run_cosignature(const json_t *in, json_t *out) {
    struct checkpoint checkpoint;
    struct cosignature cosignature;
    struct span rest = span_of_text(text(in, "text"));
    TRY(checkpoint_read(&checkpoint, &arena, &rest));
    enum result result = cosignature_read(&cosignature, &arena, &rest);
    TRY(result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result);
    struct span id = SPAN_OF_ARRAY(cosignature.witness);
    TRY(cosignature_verify(&cosignature, &arena, &checkpoint, find_member(json_object_get(in, "members"), id)));
    put(out, "witness", id);
    put_number(out, "time", cosignature.time);
    return RESULT_OK;
}

static enum result run_evidence(const json_t *in, json_t *out) {
    struct evidence evidence;
    struct evidence_trust trust = {.count = 0};
    const json_t *root;
    size_t i;
    json_array_foreach(json_object_get(in, "roots"), i, root)
        ck_assert(text_unhex(trust.roots[trust.count++], SIGN_PUBLIC_SIZE, json_string_value(root)));
    TRY(evidence_open(&evidence, &arena, bytes(in, "file")));
    put(out, "object", SPAN_OF_ARRAY(evidence.disclosure.object));
    put(out, "originator", span_of(evidence.originator->id, MEMBER_ID_SIZE));
    put(out, "maker", span_of(evidence.maker->id, MEMBER_ID_SIZE));
    put_number(out, "confirmed", evidence_confirmed(&evidence, &trust));
    json_object_set_new(out, "told_opened", json_boolean(evidence.told.is_opened));
    json_object_set_new(out, "passed_opened", json_boolean(evidence.passed.is_opened));
    put_number(out, "number", evidence.number);
    put_number(out, "witnesses", evidence.witness_count);
    evidence_release(&evidence);
    return RESULT_OK;
}

static const struct {
    const char *name;
    enum result (*run)(const json_t *in, json_t *out);
} operations[] = {
    {"hash", run_hash},
    {"padme", run_padme},
    {"verify", run_verify},
    {"key_id", run_key_id},
    {"feed_id", run_feed_id},
    {"fingerprint", run_fingerprint},
    {"root", run_root},
    {"narrow", run_narrow},
    {"release", run_release},
    {"request_step", run_request_step},
    {"disclosure", run_disclosure},
    {"entry", run_entry},
    {"open", run_open},
    {"grant", run_grant},
    {"ending_entry", run_ending_entry},
    {"ending_alert", run_ending_alert},
    {"list", run_list},
    {"signatures", run_signatures},
    {"trust", run_trust},
    {"roster_file", run_roster_file},
    {"card", run_card},
    {"keyfile", run_key_file},
    {"seal_file", run_seal_file},
    {"open_file", run_open_file},
    {"log_leaf", run_log_leaf},
    {"log_root", run_log_root},
    {"log_inclusion", run_log_inclusion},
    {"log_consistency", run_log_consistency},
    {"checkpoint", run_checkpoint},
    {"opened", run_opened},
    {"cosignature", run_cosignature},
    {"evidence", run_evidence},
};

/* ---- one file of vectors a test ---- */

static const char *const files[] = {"names",    "signatures", "trees", "encoding",    "disclosures", "entries",
                                    "grants",   "rosters",    "trust", "rosterfiles", "endings",     "cards",
                                    "keyfiles", "blobs",      "logs",  "opened",      "evidence",    "releases"};
enum { FILES = sizeof files / sizeof *files };

static enum result run(const json_t *vector, json_t *out) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(operations[i].name, text(vector, "op")) == 0)
            return operations[i].run(vector, out);
    ck_abort_msg("no operation \"%s\"", text(vector, "op"));
}

static void check_vector(const char *in_file, const json_t *vector) {
    json_t *out = json_object(), *value;
    const char *key, *name = text(vector, "name"), *expected = text(vector, "expect");
    const char *got = result_name(run(vector, out));
    ck_assert_msg(strcmp(got, expected) == 0, "%s: \"%s\": expected %s, got %s", in_file, name, expected, got);
    json_object_foreach(out, key, value)
        ck_assert_msg(json_equal(value, json_object_get(vector, key)), "%s: \"%s\": another %s", in_file, name, key);
    json_decref(out);
    arena_reset(&arena);
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)256 * 1024 * 1024);
}

static void tear_down(void) {
    json_decref(file);
    arena_release(&arena);
}

START_TEST(c_agrees_with_the_vectors) {
    const char *tree = getenv("INAMA_SOURCE_DIR"), *name = files[_i];
    ck_assert_msg(tree != NULL, "INAMA_SOURCE_DIR is not set");
    char path[1024];
    json_error_t error;
    size_t i;
    json_t *vector;
    snprintf(path, sizeof path, "%s/tests/vectors/%s.json", tree, name);
    file = json_load_file(path, 0, &error);
    ck_assert_msg(file != NULL, "%s:%d: %s", path, error.line, error.text);
    const json_t *vectors = json_object_get(file, "vectors");
    ck_assert_uint_gt(json_array_size(vectors), 0);
    json_array_foreach(vectors, i, vector) check_vector(name, vector);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("vectors");
    TCase *agreement = tcase_create("agreement");
    tcase_add_checked_fixture(agreement, set_up, tear_down);
    tcase_add_loop_test(agreement, c_agrees_with_the_vectors, 0, FILES);
    suite_add_tcase(suite, agreement);
    return suite;
}
