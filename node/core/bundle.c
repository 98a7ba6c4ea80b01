#include "core/bundle.h"

#include <assert.h>
#include <string.h>

#include "base/proto.h"
#include "core/feed.h"
#include "core/statement.h"

static const uint8_t magic[8] = {'I', 'N', 'A', 'M', 'A', 'S', 'T', 'K'};
enum { SUITE = 1 };

/* Who signs what (docs/protocol.md, 12.2 and 12.5). */
static const struct statement_kind head_kind = {"INAMA.stick", "INAMA.sig.stick"},
                                   receipt_kind = {"INAMA.receipt", "INAMA.sig.ack"};

/* --- the file --- */

static void begin(struct bundle *bundle, const uint8_t *start) {
    bundle->count = 0;
    hash_start(&bundle->hasher, "INAMA.bundle", (struct span){0}, HASH_SIZE);
    hash_add(&bundle->hasher, start, BUNDLE_START_SIZE);
}

static void put_header(uint8_t *out, uint8_t kind, size_t len) {
    assert(len <= BUNDLE_BYTES_MAX);
    out[0] = kind;
    put_u32(out + 1, (uint32_t)len);
}

void bundle_start(struct bundle *bundle, uint8_t out[static BUNDLE_START_SIZE]) {
    memcpy(out, magic, sizeof magic);
    out[sizeof magic] = SUITE;
    begin(bundle, out);
}

void bundle_take(struct bundle *bundle, uint8_t kind, struct span bytes) {
    uint8_t header[BUNDLE_RECORD_SIZE];
    put_header(header, kind, bytes.len);
    hash_add(&bundle->hasher, header, sizeof header);
    hash_add(&bundle->hasher, bytes.data, bytes.len);
    bundle->count++;
}

void bundle_put(struct bundle *bundle, uint8_t out[static BUNDLE_RECORD_SIZE], enum bundle_kind kind,
                struct span bytes) {
    put_header(out, (uint8_t)kind, bytes.len);
    bundle_take(bundle, (uint8_t)kind, bytes);
}

static void sum_up(const struct bundle *bundle, uint8_t *out) {
    struct hasher hasher = bundle->hasher;
    put_u64(out, bundle->count);
    hash_finish(&hasher, out + 8);
}

void bundle_finish(const struct bundle *bundle, uint8_t out[static BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE]) {
    put_header(out, BUNDLE_END, BUNDLE_END_SIZE);
    sum_up(bundle, out + BUNDLE_RECORD_SIZE);
}

enum result bundle_open(struct bundle *bundle, const uint8_t start[static BUNDLE_START_SIZE]) {
    if (memcmp(start, magic, sizeof magic) != 0)
        return RESULT_MALFORMED;
    if (start[sizeof magic] != SUITE)
        return RESULT_UNKNOWN_SUITE;
    begin(bundle, start);
    return RESULT_OK;
}

enum result bundle_next(const uint8_t header[static BUNDLE_RECORD_SIZE], uint8_t *kind, size_t *len) {
    uint32_t claimed;
    struct span rest = span_of(header + 1, BUNDLE_RECORD_SIZE - 1);
    if (!span_u32(&rest, &claimed) || claimed > BUNDLE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (header[0] == BUNDLE_END && claimed != BUNDLE_END_SIZE)
        return RESULT_MALFORMED;
    *kind = header[0];
    *len = claimed;
    return RESULT_OK;
}

enum result bundle_close(const struct bundle *bundle, struct span end) {
    uint8_t expected[BUNDLE_END_SIZE];
    if (end.len != BUNDLE_END_SIZE)
        return RESULT_MALFORMED;
    sum_up(bundle, expected);
    if (memcmp(end.data, expected, 8) != 0)
        return RESULT_TRUNCATED;
    return memcmp(end.data, expected, sizeof expected) == 0 ? RESULT_OK : RESULT_BAD_HASH;
}

/* --- head and receipt --- */

static enum result make(struct buf *out, struct arena *arena, const void *words, const struct statement_kind *kind,
                        const struct identity *signer) {
    uint8_t signature[SIGNATURE_SIZE];
    struct buf bytes;
    StickSigned record = STICK_SIGNED__INIT;
    buf_init(&bytes, arena);
    proto_encode(&bytes, words);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    statement_sign(signature, kind, buf_span(&bytes), signer);
    record.words = proto_bytes(bytes.data, bytes.len);
    record.signature = proto_bytes(signature, sizeof signature);
    proto_encode(out, &record);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result bundle_head_make(struct buf *out, struct arena *arena, const StickHead *words,
                             const struct identity *author) {
    return make(out, arena, words, &head_kind, author);
}

enum result bundle_receipt_make(struct buf *out, struct arena *arena, const StickReceipt *words,
                                const struct identity *reader) {
    return make(out, arena, words, &receipt_kind, reader);
}

static enum result read_signed(StickSigned **out, struct arena *arena, struct span record) {
    if (record.len > BUNDLE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(proto_decode_canonical(arena, &stick_signed__descriptor, record, out));
    return (*out)->signature.len == SIGNATURE_SIZE ? RESULT_OK : RESULT_MALFORMED;
}

static bool is_name(const char *name) {
    return *name && strlen(name) <= NAME_BYTES_MAX;
}

static bool is_feed(const StickFeed *feed) {
    return feed->key.len == MEMBER_ID_SIZE && is_name(feed->audience);
}

static enum result check_head(const StickHead *words) {
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (words->author.len != MEMBER_ID_SIZE || words->key.len != MEMBER_ID_SIZE ||
        words->reader.len != MEMBER_ID_SIZE || words->trust.len != HASH_SIZE || words->part == 0 ||
        !is_name(words->author_name) || !is_name(words->reader_name))
        return RESULT_MALFORMED;
    if (words->n_feeds > BUNDLE_FEEDS_MAX)
        return RESULT_TOO_LARGE;
    for (size_t i = 0; i < words->n_feeds; i++)
        if (!is_feed(words->feeds[i]))
            return RESULT_MALFORMED;
    return RESULT_OK;
}

enum result bundle_head_read(struct bundle_head *out, struct arena *arena, struct span record) {
    StickSigned *outer;
    StickHead *words;
    TRY(read_signed(&outer, arena, record));
    TRY(proto_decode_canonical(arena, &stick_head__descriptor, proto_span(outer->words), &words));
    TRY(check_head(words));
    *out = (struct bundle_head){words, proto_span(outer->words), outer->signature.data};
    return RESULT_OK;
}

enum result bundle_receipt_read(struct bundle_receipt *out, struct arena *arena, struct span record) {
    StickSigned *outer;
    StickReceipt *words;
    TRY(read_signed(&outer, arena, record));
    TRY(proto_decode_canonical(arena, &stick_receipt__descriptor, proto_span(outer->words), &words));
    if (words->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (words->reader.len != MEMBER_ID_SIZE || words->key.len != MEMBER_ID_SIZE ||
        words->feed_key.len != MEMBER_ID_SIZE || words->entry.len != ENTRY_OVERHEAD || !is_name(words->audience))
        return RESULT_MALFORMED;
    *out = (struct bundle_receipt){words, proto_span(outer->words), outer->signature.data};
    return RESULT_OK;
}

enum result bundle_head_verify(const struct bundle_head *head, const struct member *author) {
    if (author && memcmp(author->id, head->words->author.data, MEMBER_ID_SIZE) != 0)
        author = NULL;
    return statement_verify(&head_kind, head->signed_words, head->signature, author, head->words->key.data);
}

enum result bundle_receipt_verify(const struct bundle_receipt *receipt, const struct member *reader) {
    if (reader && memcmp(reader->id, receipt->words->reader.data, MEMBER_ID_SIZE) != 0)
        reader = NULL;
    return statement_verify(&receipt_kind, receipt->signed_words, receipt->signature, reader, receipt->words->key.data);
}
