#include "keys/seal.h"

#include <sodium.h>

#include "base/limits.h"
#include "keys/hash.h"

enum {
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

/* The authenticated place of a wrapped key (docs/protocol.md, 6.5). */
struct place_bytes {
    uint8_t bytes[32 + 8 + 4];
};

static struct place_bytes encode_place(const struct seal_place *place) {
    struct place_bytes out;
    memcpy(out.bytes, place->feed, 32);
    put_u64(out.bytes + 32, place->number);
    put_u32(out.bytes + 40, place->epoch);
    return out;
}

/* docs/protocol.md, 6.5 */
static void wrap_key(uint8_t out[static SEAL_KEY_SIZE], const uint8_t epoch_key[static SEAL_KEY_SIZE],
                     const struct seal_place *place) {
    uint8_t context[36];
    memcpy(context, place->feed, 32);
    put_u32(context + 32, place->epoch);
    hash_keyed(out, "INAMA.wrap", span_of(epoch_key, SEAL_KEY_SIZE), SPAN_OF_ARRAY(context));
}

void seal_wrap(uint8_t wrapped[static SEAL_WRAPPED_SIZE], uint8_t data_key[static SEAL_KEY_SIZE],
               const uint8_t epoch_key[static SEAL_KEY_SIZE], const struct seal_place *place,
               const struct random *random) {
    uint8_t key[SEAL_KEY_SIZE];
    struct place_bytes ad = encode_place(place);
    random_fill(random, data_key, SEAL_KEY_SIZE);
    random_fill(random, wrapped, NONCE_SIZE);
    wrap_key(key, epoch_key, place);
    crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped + NONCE_SIZE, NULL, data_key, SEAL_KEY_SIZE, ad.bytes,
                                               sizeof ad.bytes, NULL, wrapped, key);
    sodium_memzero(key, sizeof key);
}

enum result seal_unwrap(uint8_t data_key[static SEAL_KEY_SIZE], const uint8_t wrapped[static SEAL_WRAPPED_SIZE],
                        const uint8_t epoch_key[static SEAL_KEY_SIZE], const struct seal_place *place) {
    uint8_t key[SEAL_KEY_SIZE];
    struct place_bytes ad = encode_place(place);
    wrap_key(key, epoch_key, place);
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(data_key, NULL, NULL, wrapped + NONCE_SIZE,
                                                            SEAL_WRAPPED_SIZE - NONCE_SIZE, ad.bytes, sizeof ad.bytes,
                                                            wrapped, key);
    sodium_memzero(key, sizeof key);
    return failed ? RESULT_BAD_SEAL : RESULT_OK;
}

size_t seal_padded(size_t len) {
    if (len < 2)
        return len;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(len);
    unsigned kept = 1;
    while (exponent >> kept)
        kept++;
    size_t mask = ((size_t)1 << (exponent - kept)) - 1;
    return exponent < kept ? len : (len + mask) & ~mask;
}

/* The two keys that come from a data key (docs/protocol.md, 6.6, 6.7). */
struct body_keys {
    uint8_t encryption[SEAL_KEY_SIZE];
    uint8_t commitment[SEAL_KEY_SIZE];
};

static void derive_body_keys(struct body_keys *keys, const uint8_t data_key[static SEAL_KEY_SIZE]) {
    hash_keyed(keys->encryption, "INAMA.body.enc", span_of(data_key, SEAL_KEY_SIZE), (struct span){0});
    hash_keyed(keys->commitment, "INAMA.body.key", span_of(data_key, SEAL_KEY_SIZE), (struct span){0});
}

/* docs/protocol.md, 6.7 */
static void commit(uint8_t out[static SEAL_COMMITMENT_SIZE], const struct body_keys *keys, const uint8_t *nonce,
                   const uint8_t *tag, struct span preamble) {
    uint8_t message[NONCE_SIZE + TAG_SIZE + HASH_SIZE];
    memcpy(message, nonce, NONCE_SIZE);
    memcpy(message + NONCE_SIZE, tag, TAG_SIZE);
    hash_of(message + NONCE_SIZE + TAG_SIZE, "INAMA.preamble", preamble);
    hash_keyed(out, "INAMA.commit", span_of(keys->commitment, SEAL_KEY_SIZE), SPAN_OF_ARRAY(message));
}

enum result seal_body(struct arena *arena, struct span *body, uint8_t commitment[static SEAL_COMMITMENT_SIZE],
                      const uint8_t data_key[static SEAL_KEY_SIZE], struct span preamble, struct span plain,
                      const struct random *random) {
    if (plain.len > ENTRY_BYTES_MAX)
        return RESULT_TOO_LARGE;
    size_t padded_len = seal_padded(4 + plain.len);
    uint8_t *padded = arena_alloc(arena, padded_len);
    uint8_t *out = arena_alloc(arena, NONCE_SIZE + padded_len + TAG_SIZE);
    if (!padded || !out)
        return RESULT_NO_MEMORY;
    put_u32(padded, (uint32_t)plain.len);
    if (plain.len)
        memcpy(padded + 4, plain.data, plain.len);

    struct body_keys keys;
    derive_body_keys(&keys, data_key);
    random_fill(random, out, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, padded, padded_len, preamble.data, preamble.len,
                                               NULL, out, keys.encryption);
    commit(commitment, &keys, out, out + NONCE_SIZE + padded_len, preamble);
    sodium_memzero(&keys, sizeof keys);
    *body = span_of(out, NONCE_SIZE + padded_len + TAG_SIZE);
    return RESULT_OK;
}

/* Takes the padding off: exactly what seal_padded() adds, and zeros (docs/protocol.md, 6.6). */
static enum result unpad(struct span padded, struct span *plain) {
    struct span rest = padded;
    uint32_t len;
    if (!span_u32(&rest, &len) || len > rest.len || seal_padded(4 + (size_t)len) != padded.len)
        return RESULT_MALFORMED;
    for (size_t i = len; i < rest.len; i++)
        if (rest.data[i] != 0)
            return RESULT_MALFORMED;
    *plain = span_of(rest.data, len);
    return RESULT_OK;
}

enum result seal_open_body(struct arena *arena, struct span *plain,
                           const uint8_t commitment[static SEAL_COMMITMENT_SIZE],
                           const uint8_t data_key[static SEAL_KEY_SIZE], struct span preamble, struct span body) {
    if (body.len < SEAL_BODY_OVERHEAD)
        return RESULT_TRUNCATED;
    size_t padded_len = body.len - NONCE_SIZE - TAG_SIZE;
    uint8_t *padded = arena_alloc(arena, padded_len);
    if (!padded)
        return RESULT_NO_MEMORY;

    struct body_keys keys;
    uint8_t expected[SEAL_COMMITMENT_SIZE];
    derive_body_keys(&keys, data_key);
    commit(expected, &keys, body.data, body.data + NONCE_SIZE + padded_len, preamble);
    enum result result = RESULT_OK;
    if (sodium_memcmp(expected, commitment, sizeof expected) != 0)
        result = RESULT_BAD_COMMITMENT;
    else if (crypto_aead_xchacha20poly1305_ietf_decrypt(padded, NULL, NULL, body.data + NONCE_SIZE,
                                                        body.len - NONCE_SIZE, preamble.data, preamble.len, body.data,
                                                        keys.encryption) != 0)
        result = RESULT_BAD_SEAL;
    sodium_memzero(&keys, sizeof keys);
    return result ? result : unpad(span_of(padded, padded_len), plain);
}

void seal_record(uint8_t *out, const uint8_t key[static SEAL_KEY_SIZE], struct span place, struct span plain,
                 const struct random *random) {
    random_fill(random, out, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, plain.data, plain.len, place.data, place.len,
                                               NULL, out, key);
}

enum result seal_open_record(struct arena *arena, struct span *plain, const uint8_t key[static SEAL_KEY_SIZE],
                             struct span place, struct span sealed) {
    if (sealed.len < SEAL_RECORD_OVERHEAD)
        return RESULT_STORE_DAMAGED;
    size_t len = sealed.len - SEAL_RECORD_OVERHEAD;
    uint8_t *out = arena_alloc(arena, len);
    if (!out)
        return RESULT_NO_MEMORY;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data + NONCE_SIZE, sealed.len - NONCE_SIZE,
                                                   place.data, place.len, sealed.data, key) != 0)
        return RESULT_STORE_DAMAGED;
    *plain = span_of(out, len);
    return RESULT_OK;
}
