#include "keys/sign.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "keys/hash.h"

/* What is signed is short (a hash or an entry header), so tag and message fit on the stack. */
enum { MESSAGE_MAX = 512 };

void sign_keypair(uint8_t public_key[static SIGN_PUBLIC_SIZE], uint8_t secret[static SIGN_SECRET_SIZE],
                  const uint8_t seed[static SIGN_SEED_SIZE]) {
    crypto_sign_ed25519_seed_keypair(public_key, secret, seed);
}

static struct span tagged(uint8_t out[static HASH_TAG_SIZE + MESSAGE_MAX], const char *tag, struct span message) {
    assert(message.len <= MESSAGE_MAX);
    hash_tag(out, tag);
    if (message.len)
        memcpy(out + HASH_TAG_SIZE, message.data, message.len);
    return span_of(out, HASH_TAG_SIZE + message.len);
}

void sign_make(uint8_t signature[static SIGNATURE_SIZE], const uint8_t secret[static SIGN_SECRET_SIZE], const char *tag,
               struct span message) {
    uint8_t space[HASH_TAG_SIZE + MESSAGE_MAX];
    struct span input = tagged(space, tag, message);
    crypto_sign_ed25519_detached(signature, NULL, input.data, input.len, secret);
}

enum result sign_check_key(const uint8_t public_key[static SIGN_PUBLIC_SIZE]) {
    return crypto_core_ed25519_is_valid_point(public_key) == 1 ? RESULT_OK : RESULT_BAD_POINT;
}

/* Alerts come in runs of the same few originators, and checking a point costs as much as half a verification: each
 * thread remembers the last keys that passed. Public keys only; what is remembered is a fact and cannot go stale. */
enum { REMEMBERED = 8 };
static _Thread_local struct {
    uint8_t keys[REMEMBERED][SIGN_PUBLIC_SIZE];
    unsigned count, next;
} passed;

static enum result check_public_key(const uint8_t public_key[static SIGN_PUBLIC_SIZE]) {
    for (unsigned i = 0; i < passed.count; i++)
        if (memcmp(passed.keys[i], public_key, SIGN_PUBLIC_SIZE) == 0)
            return RESULT_OK;
    TRY(sign_check_key(public_key));
    memcpy(passed.keys[passed.next], public_key, SIGN_PUBLIC_SIZE);
    passed.next = (passed.next + 1) % REMEMBERED;
    if (passed.count < REMEMBERED)
        passed.count++;
    return RESULT_OK;
}

/* Up to 1.0.18 (library version 10) libsodium compares the bytes of R with the encoding of [S]B - [k]A, and refuses the
 * neutral point: of what verifies by a key in the prime-order group, R is in it as well, and is looked at to name the
 * fault where the equation does not hold. Later ones may multiply by the cofactor, and let R of mixed order pass. */
enum { COMPARES_R = SODIUM_LIBRARY_VERSION_MAJOR <= 10 };

enum result sign_verify_raw(const uint8_t signature[static SIGNATURE_SIZE],
                            const uint8_t public_key[static SIGN_PUBLIC_SIZE], struct span message) {
    TRY(check_public_key(public_key));
    bool holds = crypto_sign_ed25519_verify_detached(signature, message.data, message.len, public_key) == 0;
    if (!holds || !COMPARES_R)
        TRY(sign_check_key(signature)); /* R, the first half */
    return holds ? RESULT_OK : RESULT_BAD_SIGNATURE;
}

enum result sign_verify(const uint8_t signature[static SIGNATURE_SIZE],
                        const uint8_t public_key[static SIGN_PUBLIC_SIZE], const char *tag, struct span message) {
    uint8_t space[HASH_TAG_SIZE + MESSAGE_MAX];
    return sign_verify_raw(signature, public_key, tagged(space, tag, message));
}
