#include "keys/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "keys/hash.h"

enum {
    FILE_SUITE = 1,
    NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    MEMORY_LIMIT_MAX = 1 << 30, /* a file must not talk us into more */
    PASSES_MAX = 16,
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

static_assert(sizeof((struct secret_seal){0}.salt) == crypto_pwhash_SALTBYTES, "the salt is Argon2id's");

static const char file_magic[8] = "INAMAKEY";

static_assert(SECRET_FILE_OVERHEAD == sizeof file_magic + 2 + 2 * 4 + crypto_pwhash_SALTBYTES + NONCE_SIZE + TAG_SIZE,
              "the head and the tag");

static atomic_bool lock_failed;

void secret_start(void) {
    if (sodium_init() < 0)
        abort();
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
#ifndef SANITIZED /* the leak checker attaches to its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

void *secret_new(size_t size) {
    void *secret = sodium_malloc(size);
    if (!secret)
        return NULL;
    memset(secret, 0, size);
    if (sodium_mlock(secret, size) != 0) /* sodium_malloc() does not tell */
        atomic_store(&lock_failed, true);
    return secret;
}

void secret_free(void *secret) {
    sodium_free(secret);
}

bool secret_is_locked(void) {
    return !atomic_load(&lock_failed);
}

void secret_wipe(void *memory, size_t len) {
    sodium_memzero(memory, len);
}

bool secret_equal(const void *a, const void *b, size_t len) {
    return sodium_memcmp(a, b, len) == 0;
}

/* The head of a sealed file: everything before the ciphertext, authenticated with it (docs/protocol.md, 9.1). */
static void put_head(struct buf *out, const struct secret_seal *seal, const uint8_t nonce[static NONCE_SIZE]) {
    buf_put(out, file_magic, sizeof file_magic);
    buf_put_u8(out, FILE_SUITE);
    buf_put_u8(out, seal->lock);
    buf_put_u32(out, seal->passes);
    buf_put_u32(out, seal->memory_kib);
    buf_put(out, seal->salt, sizeof seal->salt);
    buf_put(out, nonce, NONCE_SIZE);
}

/* All of the seal but its key. */
static enum result take_head(struct span *file, struct secret_seal *seal, uint8_t nonce[static NONCE_SIZE]) {
    uint8_t magic[sizeof file_magic], suite;
    if (!span_copy(file, magic, sizeof magic) || memcmp(magic, file_magic, sizeof magic) != 0)
        return RESULT_MALFORMED;
    if (!span_u8(file, &suite))
        return RESULT_TRUNCATED;
    if (suite != FILE_SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (!span_u8(file, &seal->lock) || !span_u32(file, &seal->passes) || !span_u32(file, &seal->memory_kib) ||
        !span_copy(file, seal->salt, sizeof seal->salt) || !span_copy(file, nonce, NONCE_SIZE))
        return RESULT_TRUNCATED;
    if (seal->lock > SECRET_BY_PASSPHRASE)
        return RESULT_MALFORMED;
    if (seal->lock == SECRET_BY_KEY_FILE && (seal->passes || seal->memory_kib))
        return RESULT_MALFORMED;
    if (seal->lock == SECRET_BY_PASSPHRASE &&
        (seal->passes < crypto_pwhash_OPSLIMIT_MIN || seal->passes > PASSES_MAX ||
         seal->memory_kib < crypto_pwhash_MEMLIMIT_MIN / 1024 || seal->memory_kib > MEMORY_LIMIT_MAX / 1024))
        return RESULT_MALFORMED;
    return RESULT_OK;
}

/* The seal's key from what opens it (docs/protocol.md, 9.2). */
static enum result derive(struct secret_seal *seal, struct span opener) {
    if (seal->lock == SECRET_BY_KEY_FILE) {
        if (opener.len < SECRET_KEY_SIZE)
            return RESULT_WRONG_KEY;
        hash_of(seal->key, "INAMA.keyfile", opener);
        hash_keyed(seal->key, "INAMA.keyfile.s", SPAN_OF_ARRAY(seal->key), SPAN_OF_ARRAY(seal->salt));
        return RESULT_OK;
    }
    if (crypto_pwhash(seal->key, sizeof seal->key, (const char *)opener.data, opener.len, seal->salt, seal->passes,
                      (size_t)seal->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return RESULT_NO_MEMORY;
    return RESULT_OK;
}

enum result secret_seal_again(struct buf *out, const struct secret_seal *seal, struct span plain,
                              const struct random *random) {
    assert(!sodium_is_zero(seal->key, sizeof seal->key)); /* of nothing that was opened: anybody could open it */
    uint8_t nonce[NONCE_SIZE];
    random_fill(random, nonce, sizeof nonce);
    size_t start = out->len;
    put_head(out, seal, nonce);
    size_t head_len = out->len - start;
    uint8_t *sealed = buf_extend(out, plain.len + TAG_SIZE);
    if (!sealed)
        return RESULT_NO_MEMORY;
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain.data, plain.len, out->data + start, head_len, NULL,
                                               nonce, seal->key);
    return RESULT_OK;
}

enum result secret_seal_file(struct buf *out, enum secret_lock lock, struct span opener, struct span plain,
                             const struct random *random) {
    struct secret_seal seal = {.lock = (uint8_t)lock};
    if (lock == SECRET_BY_PASSPHRASE) {
        seal.passes = crypto_pwhash_OPSLIMIT_MODERATE;
        seal.memory_kib = crypto_pwhash_MEMLIMIT_MODERATE / 1024;
    }
    random_fill(random, seal.salt, sizeof seal.salt);
    enum result result = derive(&seal, opener);
    if (!result)
        result = secret_seal_again(out, &seal, plain, random);
    secret_wipe(&seal, sizeof seal);
    return result;
}

enum result secret_file_lock(struct span file, enum secret_lock *out) {
    struct secret_seal seal;
    uint8_t nonce[NONCE_SIZE];
    TRY(take_head(&file, &seal, nonce));
    *out = seal.lock == SECRET_BY_PASSPHRASE ? SECRET_BY_PASSPHRASE : SECRET_BY_KEY_FILE;
    return RESULT_OK;
}

/* Leaves `plain` as it was, or wiped. */
static enum result open_sealed(void *plain, struct secret_seal *seal, struct span head, struct span sealed,
                               const uint8_t nonce[static NONCE_SIZE], struct span opener) {
    TRY(derive(seal, opener));
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len, head.data, head.len,
                                                   nonce, seal->key) == 0)
        return RESULT_OK;
    secret_wipe(plain, sealed.len - TAG_SIZE);
    return RESULT_WRONG_KEY;
}

enum result secret_open_file(void *plain, size_t size_max, size_t *len, struct span file, struct span opener,
                             struct secret_seal *seal) {
    struct span sealed = file;
    struct secret_seal taken;
    uint8_t nonce[NONCE_SIZE];
    TRY(take_head(&sealed, &taken, nonce));
    if (sealed.len < TAG_SIZE || sealed.len - TAG_SIZE > size_max)
        return RESULT_MALFORMED;
    struct span head = span_of(file.data, file.len - sealed.len);
    enum result result = open_sealed(plain, &taken, head, sealed, nonce, opener);
    if (!result)
        *len = sealed.len - TAG_SIZE;
    if (!result && seal)
        *seal = taken;
    secret_wipe(&taken, sizeof taken);
    return result;
}
