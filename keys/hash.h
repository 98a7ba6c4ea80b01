/* hash: BLAKE2b with a tag for every use (docs/protocol.md, 1).
 *
 * The tag is the BLAKE2b personalisation: two uses with different tags are different functions, so no hash made for one
 * purpose can stand for another. A keyed hash is a message authentication code and a key derivation.
 */
#ifndef KEYS_HASH_H
#define KEYS_HASH_H

#include <sodium.h>
#include <stdbool.h>

#include "base/span.h"

enum { HASH_SIZE = 32, HASH_TAG_SIZE = 16 };

struct hasher {
    crypto_generichash_blake2b_state state;
    size_t size;
};

/* Starts a hash of `size` bytes (16, 32 or 64). `tag` has at most 16 characters; `key` is empty or 16 to 64 bytes. */
void hash_start(struct hasher *hasher, const char *tag, struct span key, size_t size);
void hash_add(struct hasher *hasher, const void *data, size_t len);
void hash_add_u8(struct hasher *hasher, uint8_t value);
void hash_add_u32(struct hasher *hasher, uint32_t value);
/* The length as four bytes, then the bytes: for everything whose length is not fixed by its use. */
void hash_add_sized(struct hasher *hasher, struct span bytes);
/* Writes the `size` bytes and wipes the state. */
void hash_finish(struct hasher *hasher, uint8_t *out);

/* H(tag, message) and Hk(tag, key, message) in one call, 32 bytes. */
void hash_of(uint8_t out[static HASH_SIZE], const char *tag, struct span message);
void hash_keyed(uint8_t out[static HASH_SIZE], const char *tag, struct span key, struct span message);

/* SHA-256, as sha256sum prints it: for files that people compare by hand, and nothing that we decide. */
struct sha256_hasher {
    crypto_hash_sha256_state state;
};
void hash_sha256_start(struct sha256_hasher *hasher);
void hash_sha256_add(struct sha256_hasher *hasher, const void *data, size_t len);
void hash_sha256_finish(struct sha256_hasher *hasher, uint8_t out[static HASH_SIZE]);

/* The tag as it stands in front of what is signed: 16 bytes, filled up with zeros. */
void hash_tag(uint8_t out[static HASH_TAG_SIZE], const char *tag);

#endif
