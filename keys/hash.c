#include "keys/hash.h"

#include <assert.h>
#include <string.h>

void hash_tag(uint8_t out[static HASH_TAG_SIZE], const char *tag) {
    size_t len = strlen(tag);
    assert(len <= HASH_TAG_SIZE);
    memset(out, 0, HASH_TAG_SIZE);
    memcpy(out, tag, len);
}

void hash_start(struct hasher *hasher, const char *tag, struct span key, size_t size) {
    uint8_t personal[HASH_TAG_SIZE];
    hash_tag(personal, tag);
    hasher->size = size;
    int failed = crypto_generichash_blake2b_init_salt_personal(&hasher->state, key.len ? key.data : NULL, key.len, size,
                                                               NULL, personal);
    assert(!failed);
    (void)failed;
}

void hash_add(struct hasher *hasher, const void *data, size_t len) {
    if (len)
        crypto_generichash_blake2b_update(&hasher->state, data, len);
}

void hash_add_u8(struct hasher *hasher, uint8_t value) {
    hash_add(hasher, &value, 1);
}

void hash_add_u32(struct hasher *hasher, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    hash_add(hasher, bytes, sizeof bytes);
}

void hash_add_sized(struct hasher *hasher, struct span bytes) {
    hash_add_u32(hasher, (uint32_t)bytes.len);
    hash_add(hasher, bytes.data, bytes.len);
}

void hash_finish(struct hasher *hasher, uint8_t *out) {
    crypto_generichash_blake2b_final(&hasher->state, out, hasher->size);
    sodium_memzero(&hasher->state, sizeof hasher->state);
}

void hash_keyed(uint8_t out[static HASH_SIZE], const char *tag, struct span key, struct span message) {
    uint8_t personal[HASH_TAG_SIZE];
    hash_tag(personal, tag);
    int failed = crypto_generichash_blake2b_salt_personal(out, HASH_SIZE, message.data, message.len,
                                                          key.len ? key.data : NULL, key.len, NULL, personal);
    assert(!failed);
    (void)failed;
}

void hash_of(uint8_t out[static HASH_SIZE], const char *tag, struct span message) {
    hash_keyed(out, tag, (struct span){0}, message);
}

void hash_sha256_start(struct sha256_hasher *hasher) {
    crypto_hash_sha256_init(&hasher->state);
}

void hash_sha256_add(struct sha256_hasher *hasher, const void *data, size_t len) {
    if (len)
        crypto_hash_sha256_update(&hasher->state, data, len);
}

void hash_sha256_finish(struct sha256_hasher *hasher, uint8_t out[static HASH_SIZE]) {
    crypto_hash_sha256_final(&hasher->state, out);
    sodium_memzero(&hasher->state, sizeof hasher->state);
}
