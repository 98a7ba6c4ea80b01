#include "keys/blob.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "keys/seal.h"
#include "keys/secret.h"

enum {
    SUITE = 1,
    LENGTH_SIZE = 8, /* of the file, in front of it */
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    PLACE_SIZE = 4 + 1, /* of a chunk: its number, and whether it is the last */
};

uint64_t blob_padded_size(uint64_t length) {
    return seal_padded(LENGTH_SIZE + (size_t)length);
}

static uint32_t count_of(uint64_t size) {
    return (uint32_t)((size + BLOB_CHUNK_BYTES - 1) / BLOB_CHUNK_BYTES);
}

size_t blob_manifest_size(uint64_t length) {
    return BLOB_MANIFEST_HEAD + (size_t)count_of(blob_padded_size(length)) * HASH_SIZE;
}

uint64_t blob_sealed_size(uint64_t length) {
    uint64_t size = blob_padded_size(length);
    return size + (uint64_t)count_of(size) * TAG_SIZE;
}

/* The place of a chunk: authenticated with it, and its nonce, as a content key seals one content (13.3). */
struct place {
    uint8_t bytes[PLACE_SIZE];
    uint8_t nonce[NONCE_SIZE];
};

static struct place place_of(uint32_t number, uint32_t count) {
    struct place place = {0};
    put_u32(place.bytes, number);
    place.bytes[4] = number + 1 == count;
    memcpy(place.nonce + NONCE_SIZE - PLACE_SIZE, place.bytes, PLACE_SIZE);
    return place;
}

/* docs/protocol.md, 13.4 */
static void hash_chunk(uint8_t out[static HASH_SIZE], uint32_t number, uint32_t count, struct span sealed) {
    struct hasher hasher;
    struct place place = place_of(number, count);
    hash_start(&hasher, "INAMA.blob.chunk", (struct span){0}, HASH_SIZE);
    hash_add(&hasher, place.bytes, sizeof place.bytes);
    hash_add(&hasher, sealed.data, sealed.len);
    hash_finish(&hasher, out);
}

/* docs/protocol.md, 13.5 */
static void commit(uint8_t out[static HASH_SIZE], const uint8_t key[static BLOB_KEY_SIZE], uint64_t size,
                   struct span hashes) {
    struct hasher hasher;
    uint8_t commitment_key[BLOB_KEY_SIZE], bytes[8];
    put_u64(bytes, size);
    hash_keyed(commitment_key, "INAMA.blob.key", span_of(key, BLOB_KEY_SIZE), (struct span){0});
    hash_start(&hasher, "INAMA.blob.bind", span_of(commitment_key, sizeof commitment_key), HASH_SIZE);
    hash_add(&hasher, bytes, sizeof bytes);
    hash_add(&hasher, hashes.data, hashes.len);
    hash_finish(&hasher, out);
    sodium_memzero(commitment_key, sizeof commitment_key);
}

static void derive_key(uint8_t out[static BLOB_KEY_SIZE], const uint8_t key[static BLOB_KEY_SIZE]) {
    hash_keyed(out, "INAMA.blob.enc", span_of(key, BLOB_KEY_SIZE), (struct span){0});
}

/* --- sealing --- */

struct sealing_keys {
    uint8_t content[BLOB_KEY_SIZE];
    uint8_t encryption[BLOB_KEY_SIZE];
};

struct blob_sealer {
    struct sealing_keys *keys; /* guarded */
    uint64_t length;
    uint64_t size;
    uint64_t left; /* bytes of the file that are still to come */
    uint32_t count;
    uint32_t sealed;
    size_t filled; /* of `plain` */
    struct sha256_hasher sha256;
    uint8_t *manifest;
    uint8_t plain[BLOB_CHUNK_BYTES];
};

struct blob_sealer *blob_sealer_new(uint64_t length, const struct random *random) {
    assert(length >= 1 && length <= ATTACHMENT_BYTES_MAX);
    struct blob_sealer *sealer = calloc(1, sizeof *sealer);
    if (!sealer)
        return NULL;
    sealer->keys = secret_new(sizeof *sealer->keys);
    sealer->manifest = calloc(1, blob_manifest_size(length));
    if (!sealer->keys || !sealer->manifest) {
        blob_sealer_free(sealer);
        return NULL;
    }
    random_fill(random, sealer->keys->content, BLOB_KEY_SIZE);
    derive_key(sealer->keys->encryption, sealer->keys->content);
    sealer->length = sealer->left = length;
    sealer->size = blob_padded_size(length);
    sealer->count = count_of(sealer->size);
    put_u64(sealer->plain, length);
    sealer->filled = LENGTH_SIZE;
    hash_sha256_start(&sealer->sha256);
    return sealer;
}

void blob_sealer_free(struct blob_sealer *sealer) {
    if (!sealer)
        return;
    secret_free(sealer->keys);
    free(sealer->manifest);
    sodium_memzero(sealer, sizeof *sealer);
    free(sealer);
}

bool blob_sealer_is_done(const struct blob_sealer *sealer) {
    return sealer->sealed == sealer->count;
}

static size_t chunk_bytes(uint64_t size, uint32_t number) {
    uint64_t left = size - (uint64_t)number * BLOB_CHUNK_BYTES;
    return left < BLOB_CHUNK_BYTES ? (size_t)left : BLOB_CHUNK_BYTES;
}

static void fill(struct blob_sealer *sealer, struct span *from, size_t wanted) {
    size_t len = wanted - sealer->filled;
    len = len < from->len ? len : from->len;
    len = len < sealer->left ? len : (size_t)sealer->left;
    if (len) {
        memcpy(sealer->plain + sealer->filled, from->data, len);
        hash_sha256_add(&sealer->sha256, from->data, len);
    }
    sealer->filled += len;
    sealer->left -= len;
    *from = span_of(from->data + len, from->len - len);
    if (sealer->left == 0) {
        memset(sealer->plain + sealer->filled, 0, wanted - sealer->filled);
        sealer->filled = wanted;
    }
}

size_t blob_seal(struct blob_sealer *sealer, struct span *from, uint8_t out[static BLOB_SEALED_BYTES]) {
    if (blob_sealer_is_done(sealer))
        return 0;
    size_t wanted = chunk_bytes(sealer->size, sealer->sealed);
    fill(sealer, from, wanted);
    if (sealer->filled < wanted)
        return 0;
    struct place place = place_of(sealer->sealed, sealer->count);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, sealer->plain, wanted, place.bytes, sizeof place.bytes, NULL,
                                               place.nonce, sealer->keys->encryption);
    hash_chunk(sealer->manifest + BLOB_MANIFEST_HEAD + (size_t)sealer->sealed * HASH_SIZE, sealer->sealed,
               sealer->count, span_of(out, wanted + TAG_SIZE));
    sealer->sealed++;
    sealer->filled = 0;
    return wanted + TAG_SIZE;
}

struct span blob_sealer_finish(struct blob_sealer *sealer, struct blob_reference *reference,
                               uint8_t sha256[static HASH_SIZE]) {
    assert(blob_sealer_is_done(sealer));
    struct span manifest = span_of(sealer->manifest, blob_manifest_size(sealer->length));
    sealer->manifest[0] = SUITE;
    put_u64(sealer->manifest + 1, sealer->size);
    commit(sealer->manifest + 9, sealer->keys->content, sealer->size,
           span_of(manifest.data + BLOB_MANIFEST_HEAD, manifest.len - BLOB_MANIFEST_HEAD));
    hash_of(reference->id, "INAMA.blob", manifest);
    memcpy(reference->key, sealer->keys->content, BLOB_KEY_SIZE);
    hash_sha256_finish(&sealer->sha256, sha256);
    return manifest;
}

/* --- checking --- */

enum result blob_read_head(struct blob *out, struct span manifest) {
    struct span rest = manifest, commitment;
    struct blob blob = {0};
    uint8_t suite;
    if (!span_u8(&rest, &suite) || !span_u64(&rest, &blob.size) || !span_take(&rest, HASH_SIZE, &commitment))
        return RESULT_TRUNCATED;
    if (suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (blob.size > blob_padded_size(ATTACHMENT_BYTES_MAX))
        return RESULT_TOO_LARGE;
    if (blob.size <= LENGTH_SIZE || seal_padded((size_t)blob.size) != blob.size)
        return RESULT_MALFORMED;
    blob.count = count_of(blob.size);
    blob.commitment = commitment.data;
    *out = blob;
    return RESULT_OK;
}

enum result blob_read(struct blob *out, struct span manifest, const uint8_t id[static BLOB_ID_SIZE]) {
    struct blob blob;
    uint8_t hash[HASH_SIZE];
    TRY(blob_read_head(&blob, manifest));
    if (manifest.len != BLOB_MANIFEST_HEAD + (size_t)blob.count * HASH_SIZE)
        return RESULT_MALFORMED;
    hash_of(hash, "INAMA.blob", manifest);
    if (memcmp(hash, id, sizeof hash) != 0)
        return RESULT_BAD_HASH;
    blob.hashes = manifest.data + BLOB_MANIFEST_HEAD;
    *out = blob;
    return RESULT_OK;
}

size_t blob_chunk_size(const struct blob *blob, uint32_t number) {
    assert(number < blob->count);
    return chunk_bytes(blob->size, number) + TAG_SIZE;
}

uint64_t blob_chunk_offset(uint32_t number) {
    return (uint64_t)number * BLOB_SEALED_BYTES;
}

enum result blob_check(const struct blob *blob, uint32_t number, struct span sealed) {
    uint8_t hash[HASH_SIZE];
    if (sealed.len != blob_chunk_size(blob, number))
        return RESULT_BAD_HASH;
    hash_chunk(hash, number, blob->count, sealed);
    return memcmp(hash, blob->hashes + (size_t)number * HASH_SIZE, HASH_SIZE) == 0 ? RESULT_OK : RESULT_BAD_HASH;
}

/* --- opening --- */

enum result blob_opener_init(struct blob_opener *opener, const struct blob *blob,
                             const uint8_t key[static BLOB_KEY_SIZE]) {
    uint8_t commitment[HASH_SIZE];
    commit(commitment, key, blob->size, span_of(blob->hashes, (size_t)blob->count * HASH_SIZE));
    if (sodium_memcmp(commitment, blob->commitment, sizeof commitment) != 0)
        return RESULT_BAD_COMMITMENT;
    *opener = (struct blob_opener){.blob = blob};
    derive_key(opener->key, key);
    hash_sha256_start(&opener->sha256);
    return RESULT_OK;
}

/* The part of an opened chunk that is of the file; what is behind the file is zeros. */
static enum result take_plain(struct blob_opener *opener, struct span chunk, struct span *plain) {
    uint64_t before = opener->given;
    if (opener->next == 0) {
        if (!span_u64(&chunk, &opener->length) || opener->length == 0 || opener->length > ATTACHMENT_BYTES_MAX ||
            blob_padded_size(opener->length) != opener->blob->size)
            return RESULT_MALFORMED;
        before += LENGTH_SIZE;
    }
    uint64_t end = LENGTH_SIZE + opener->length;
    size_t len = before >= end ? 0 : end - before < chunk.len ? (size_t)(end - before) : chunk.len;
    for (size_t i = len; i < chunk.len; i++)
        if (chunk.data[i] != 0)
            return RESULT_MALFORMED;
    *plain = span_of(chunk.data, len);
    return RESULT_OK;
}

enum result blob_open_one(const struct blob_opener *opener, uint32_t number, struct span sealed,
                          uint8_t out[static BLOB_CHUNK_BYTES]) {
    const struct blob *blob = opener->blob;
    assert(number < blob->count);
    struct place place = place_of(number, blob->count);
    TRY(blob_check(blob, number, sealed));
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.len, place.bytes,
                                                            sizeof place.bytes, place.nonce, opener->key);
    return failed ? RESULT_BAD_SEAL : RESULT_OK;
}

enum result blob_open(struct blob_opener *opener, struct span sealed, uint8_t out[static BLOB_CHUNK_BYTES],
                      struct span *plain) {
    TRY(blob_open_one(opener, opener->next, sealed, out));
    TRY(take_plain(opener, span_of(out, sealed.len - TAG_SIZE), plain));
    opener->given += sealed.len - TAG_SIZE;
    opener->next++;
    hash_sha256_add(&opener->sha256, plain->data, plain->len);
    return RESULT_OK;
}

enum result blob_opener_finish(struct blob_opener *opener, uint8_t sha256[static HASH_SIZE]) {
    if (opener->next != opener->blob->count)
        return RESULT_TRUNCATED;
    hash_sha256_finish(&opener->sha256, sha256);
    return RESULT_OK;
}

void blob_opener_release(struct blob_opener *opener) {
    sodium_memzero(opener, sizeof *opener);
}
