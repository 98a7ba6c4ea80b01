#include "core/feed.h"

#include <string.h>

#include "base/limits.h"

enum { SUITE = 1 };

void feed_id(uint8_t out[static FEED_ID_SIZE], const uint8_t author[static MEMBER_ID_SIZE], const char *audience) {
    struct hasher hasher;
    hash_start(&hasher, "INAMA.feed", (struct span){0}, FEED_ID_SIZE);
    hash_add(&hasher, author, MEMBER_ID_SIZE);
    hash_add_u8(&hasher, (uint8_t)strlen(audience));
    hash_add(&hasher, audience, strlen(audience));
    hash_finish(&hasher, out);
}

static bool is_zero(const uint8_t *bytes, size_t len) {
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= bytes[i];
    return any == 0;
}

/* docs/protocol.md, 6.1 */
enum result feed_parse_header(struct entry *out, struct span bytes) {
    if (bytes.len < ENTRY_OVERHEAD)
        return RESULT_TRUNCATED;
    if (bytes.len > ENTRY_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct entry entry = {.bytes = bytes};
    struct span rest = bytes, wrapped, commitment, body_hash, signature;
    uint8_t suite, kind;
    span_u8(&rest, &suite);
    span_u8(&rest, &kind);
    span_copy(&rest, entry.feed, FEED_ID_SIZE);
    span_u64(&rest, &entry.number);
    span_copy(&rest, entry.previous, HASH_SIZE);
    span_u32(&rest, &entry.epoch);
    span_u64(&rest, &entry.created);
    span_take(&rest, SEAL_WRAPPED_SIZE, &wrapped);
    span_take(&rest, SEAL_COMMITMENT_SIZE, &commitment);
    span_take(&rest, HASH_SIZE, &body_hash);
    span_take(&rest, SIGNATURE_SIZE, &signature);
    if (suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (kind < ENTRY_GRANT || kind > ENTRY_REQUEST)
        return RESULT_UNKNOWN_KIND;
    if (entry.number == 0 || entry.epoch == 0)
        return RESULT_MALFORMED;
    if (kind == ENTRY_GRANT && !(is_zero(wrapped.data, wrapped.len) && is_zero(commitment.data, commitment.len)))
        return RESULT_MALFORMED;
    entry.kind = (enum entry_kind)kind;
    entry.wrapped = wrapped.data;
    entry.commitment = commitment.data;
    entry.body_hash = body_hash.data;
    entry.signature = signature.data;
    entry.body = rest;
    hash_of(entry.hash, "INAMA.entry", span_of(bytes.data, ENTRY_HEADER_SIZE));
    *out = entry;
    return RESULT_OK;
}

enum result feed_parse(struct entry *out, struct span bytes) {
    struct entry entry;
    TRY(feed_parse_header(&entry, bytes));
    if (entry.body.len == 0)
        return RESULT_MALFORMED;
    *out = entry;
    return RESULT_OK;
}

static bool epoch_is_due(const struct feed_head *head, const struct entry *entry) {
    if (head->midway)
        return entry->kind == ENTRY_GRANT; /* of whichever epoch */
    if (entry->epoch == head->epoch)
        return true; /* a disclosure, or a grant for somebody who joined */
    return entry->kind == ENTRY_GRANT && entry->epoch == head->epoch + 1;
}

/* docs/protocol.md, 6.8 */
enum result feed_follows(const struct feed_head *head, const struct entry *entry) {
    if (memcmp(head->feed, entry->feed, FEED_ID_SIZE) != 0)
        return RESULT_WRONG_FEED;
    if (entry->number <= head->number)
        return RESULT_REPLAYED;
    if (entry->number != head->number + 1)
        return RESULT_OUT_OF_ORDER;
    if (!head->midway && memcmp(head->hash, entry->previous, HASH_SIZE) != 0)
        return RESULT_BROKEN_CHAIN;
    if (!epoch_is_due(head, entry))
        return RESULT_WRONG_EPOCH;
    return entry->body.len ? feed_check_body(entry) : RESULT_OK;
}

enum result feed_check_body(const struct entry *entry) {
    uint8_t body_hash[HASH_SIZE];
    hash_of(body_hash, "INAMA.body", entry->body);
    return memcmp(body_hash, entry->body_hash, HASH_SIZE) == 0 ? RESULT_OK : RESULT_BAD_HASH;
}

void feed_advance(struct feed_head *head, const struct entry *entry) {
    head->number = entry->number;
    head->epoch = entry->epoch;
    head->midway = false;
    memcpy(head->hash, entry->hash, HASH_SIZE);
}

enum result feed_verify(const struct entry *entry, const uint8_t sign_key[static SIGN_PUBLIC_SIZE]) {
    return sign_verify(entry->signature, sign_key, "INAMA.sig.entry", span_of(entry->bytes.data, ENTRY_HEADER_SIZE));
}

static struct seal_place place_of(const uint8_t feed[static FEED_ID_SIZE], uint64_t number, uint32_t epoch) {
    struct seal_place place = {.number = number, .epoch = epoch};
    memcpy(place.feed, feed, FEED_ID_SIZE);
    return place;
}

enum result feed_data_key(uint8_t data_key[static SEAL_KEY_SIZE], const struct entry *entry,
                          const uint8_t epoch_key[static SEAL_KEY_SIZE]) {
    struct seal_place place = place_of(entry->feed, entry->number, entry->epoch);
    return seal_unwrap(data_key, entry->wrapped, epoch_key, &place);
}

enum result feed_open_with(struct arena *arena, struct span *plain, const struct entry *entry,
                           const uint8_t data_key[static SEAL_KEY_SIZE]) {
    return seal_open_body(arena, plain, entry->commitment, data_key, span_of(entry->bytes.data, ENTRY_PREAMBLE_SIZE),
                          entry->body);
}

enum result feed_open(struct arena *arena, struct span *plain, const struct entry *entry,
                      const uint8_t epoch_key[static SEAL_KEY_SIZE]) {
    uint8_t data_key[SEAL_KEY_SIZE];
    TRY(feed_data_key(data_key, entry, epoch_key));
    enum result result = feed_open_with(arena, plain, entry, data_key);
    secret_wipe(data_key, sizeof data_key);
    return result;
}

/* Seals the body under a fresh data key; the header so far is the preamble but for the wrapped key. */
static enum result seal_draft(struct arena *arena, uint8_t header[static ENTRY_HEADER_SIZE], struct span *body,
                              const struct feed_head *head, const struct feed_draft *draft,
                              const struct random *random) {
    struct seal_place place = place_of(head->feed, head->number + 1, draft->epoch);
    uint8_t data_key[SEAL_KEY_SIZE];
    uint8_t *wrapped = header + ENTRY_PREAMBLE_SIZE - SEAL_WRAPPED_SIZE;
    seal_wrap(wrapped, data_key, draft->epoch_key, &place, random);
    enum result result = seal_body(arena, body, header + ENTRY_PREAMBLE_SIZE, data_key,
                                   span_of(header, ENTRY_PREAMBLE_SIZE), draft->body, random);
    secret_wipe(data_key, sizeof data_key);
    return result;
}

enum result feed_append(struct buf *out, struct arena *arena, struct feed_head *head, const struct feed_draft *draft,
                        const struct identity *author, const struct random *random) {
    uint8_t header[ENTRY_HEADER_SIZE] = {SUITE, (uint8_t)draft->kind};
    struct span body = draft->body;
    memcpy(header + 2, head->feed, FEED_ID_SIZE);
    put_u64(header + 34, head->number + 1);
    memcpy(header + 42, head->hash, HASH_SIZE);
    put_u32(header + 74, draft->epoch);
    put_u64(header + 78, draft->created);
    if (draft->kind != ENTRY_GRANT)
        TRY(seal_draft(arena, header, &body, head, draft, random));
    hash_of(header + ENTRY_HEADER_SIZE - HASH_SIZE, "INAMA.body", body);

    uint8_t signature[SIGNATURE_SIZE];
    sign_make(signature, author->secrets->sign, "INAMA.sig.entry", SPAN_OF_ARRAY(header));
    size_t start = out->len;
    buf_put(out, header, sizeof header);
    buf_put(out, signature, sizeof signature);
    buf_put_span(out, body);
    if (out->failed)
        return RESULT_NO_MEMORY;
    struct entry entry;
    TRY(feed_parse(&entry, span_of(out->data + start, out->len - start)));
    feed_advance(head, &entry);
    return RESULT_OK;
}
