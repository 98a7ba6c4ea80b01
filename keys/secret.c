#include "keys/secret.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "keys/hash.h"

enum {
    FILE_SUITE = 1,
    SALT_SIZE = crypto_pwhash_SALTBYTES,
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

static const char file_magic[8] = "INAMAKEY";

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
struct file_head {
    uint8_t lock;
    uint32_t passes;
    uint32_t memory_kib;
    uint8_t salt[SALT_SIZE];
    uint8_t nonce[NONCE_SIZE];
};

static void put_head(struct buf *out, const struct file_head *head) {
    buf_put(out, file_magic, sizeof file_magic);
    buf_put_u8(out, FILE_SUITE);
    buf_put_u8(out, head->lock);
    buf_put_u32(out, head->passes);
    buf_put_u32(out, head->memory_kib);
    buf_put(out, head->salt, SALT_SIZE);
    buf_put(out, head->nonce, NONCE_SIZE);
}

static enum result take_head(struct span *file, struct file_head *head) {
    uint8_t magic[sizeof file_magic], suite;
    if (!span_copy(file, magic, sizeof magic) || memcmp(magic, file_magic, sizeof magic) != 0)
        return RESULT_MALFORMED;
    if (!span_u8(file, &suite))
        return RESULT_TRUNCATED;
    if (suite != FILE_SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (!span_u8(file, &head->lock) || !span_u32(file, &head->passes) || !span_u32(file, &head->memory_kib) ||
        !span_copy(file, head->salt, SALT_SIZE) || !span_copy(file, head->nonce, NONCE_SIZE))
        return RESULT_TRUNCATED;
    if (head->lock > SECRET_BY_PASSPHRASE)
        return RESULT_MALFORMED;
    if (head->lock == SECRET_BY_KEY_FILE && (head->passes || head->memory_kib))
        return RESULT_MALFORMED;
    if (head->lock == SECRET_BY_PASSPHRASE &&
        (head->passes < crypto_pwhash_OPSLIMIT_MIN || head->passes > PASSES_MAX ||
         head->memory_kib < crypto_pwhash_MEMLIMIT_MIN / 1024 || head->memory_kib > MEMORY_LIMIT_MAX / 1024))
        return RESULT_MALFORMED;
    return RESULT_OK;
}

/* The file's key from what opens it (docs/protocol.md, 9.2). */
static enum result derive(uint8_t key[static SECRET_KEY_SIZE], const struct file_head *head, struct span opener) {
    if (head->lock == SECRET_BY_KEY_FILE) {
        if (opener.len < SECRET_KEY_SIZE)
            return RESULT_WRONG_KEY;
        hash_of(key, "INAMA.keyfile", opener);
        hash_keyed(key, "INAMA.keyfile.s", span_of(key, SECRET_KEY_SIZE), span_of(head->salt, SALT_SIZE));
        return RESULT_OK;
    }
    if (crypto_pwhash(key, SECRET_KEY_SIZE, (const char *)opener.data, opener.len, head->salt, head->passes,
                      (size_t)head->memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return RESULT_NO_MEMORY;
    return RESULT_OK;
}

enum result secret_seal_file(struct buf *out, enum secret_lock lock, struct span opener, struct span plain,
                             const struct random *random) {
    struct file_head head = {.lock = (uint8_t)lock};
    if (lock == SECRET_BY_PASSPHRASE) {
        head.passes = crypto_pwhash_OPSLIMIT_MODERATE;
        head.memory_kib = crypto_pwhash_MEMLIMIT_MODERATE / 1024;
    }
    random_fill(random, head.salt, SALT_SIZE);
    random_fill(random, head.nonce, NONCE_SIZE);

    uint8_t key[SECRET_KEY_SIZE];
    TRY(derive(key, &head, opener));
    size_t start = out->len;
    put_head(out, &head);
    size_t head_len = out->len - start;
    uint8_t *sealed = buf_extend(out, plain.len + TAG_SIZE);
    if (sealed)
        crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain.data, plain.len, out->data + start, head_len,
                                                   NULL, head.nonce, key);
    secret_wipe(key, sizeof key);
    return sealed ? RESULT_OK : RESULT_NO_MEMORY;
}

enum result secret_file_lock(struct span file, enum secret_lock *out) {
    struct file_head head;
    TRY(take_head(&file, &head));
    *out = head.lock == SECRET_BY_PASSPHRASE ? SECRET_BY_PASSPHRASE : SECRET_BY_KEY_FILE;
    return RESULT_OK;
}

enum result secret_open_file(void *plain, size_t plain_len, struct span file, struct span opener) {
    struct span rest = file;
    struct file_head head;
    TRY(take_head(&rest, &head));
    if (rest.len != plain_len + TAG_SIZE)
        return RESULT_MALFORMED;
    uint8_t key[SECRET_KEY_SIZE];
    TRY(derive(key, &head, opener));
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, rest.data, rest.len, file.data,
                                                            file.len - rest.len, head.nonce, key);
    secret_wipe(key, sizeof key);
    return failed ? RESULT_WRONG_KEY : RESULT_OK;
}
