/* sign: Ed25519 signatures, strict on every edge (docs/protocol.md, 2).
 *
 * libraries disagree on which malformed keys and signatures they accept. Here the public key and the R of the signature
 * must be canonical points of the prime-order group other than the identity, and S must be reduced; then all agree.
 */
#ifndef KEYS_SIGN_H
#define KEYS_SIGN_H

#include "base/result.h"
#include "base/span.h"

enum { SIGN_PUBLIC_SIZE = 32, SIGN_SECRET_SIZE = 64, SIGN_SEED_SIZE = 32, SIGNATURE_SIZE = 64 };

/* The key pair of a 32-byte seed. `secret` should be guarded memory. */
void sign_keypair(uint8_t public_key[static SIGN_PUBLIC_SIZE], uint8_t secret[static SIGN_SECRET_SIZE],
                  const uint8_t seed[static SIGN_SEED_SIZE]);

/* Signs tag || message; the tag is 16 bytes, see hash_tag(). */
void sign_make(uint8_t signature[static SIGNATURE_SIZE], const uint8_t secret[static SIGN_SECRET_SIZE], const char *tag,
               struct span message);

/* BAD_POINT for a public key or R outside the prime-order group, BAD_SIGNATURE for anything else that does not verify.
 */
MUST_USE enum result sign_verify(const uint8_t signature[static SIGNATURE_SIZE],
                                 const uint8_t public_key[static SIGN_PUBLIC_SIZE], const char *tag,
                                 struct span message);
/* The same without a tag in front: for published test vectors. */
MUST_USE enum result sign_verify_raw(const uint8_t signature[static SIGNATURE_SIZE],
                                     const uint8_t public_key[static SIGN_PUBLIC_SIZE], struct span message);

/* BAD_POINT unless the key may be enrolled. */
MUST_USE enum result sign_check_key(const uint8_t public_key[static SIGN_PUBLIC_SIZE]);

#endif
