/* twofold: one ciphertext that XChaCha20-Poly1305 opens under two keys.
 *
 * Poly1305 is a polynomial over GF(2^130 - 5), so whoever knows both keys can choose one block of the ciphertext so
 * that both tags are the same. Dodis, Grubbs, Ristenpart and Woodage (CRYPTO 2018) reported such messages as abuse that
 * nobody can prove; Len, Grubbs and Ristenpart (USENIX Security 2021) decrypt with them. Key commitment ends it.
 */
#ifndef TESTS_VECTORS_TWOFOLD_H
#define TESTS_VECTORS_TWOFOLD_H

#include "base/span.h"

/* `text || tag` such that both keys open it with this nonce (24 bytes) and this ad. `plain` is what the first key opens
 * it to, but for the 16 bytes from `free`, a multiple of 16, which become what they have to be, and the byte `spare`,
 * which is counted up until a solution exists. */
struct span twofold(const uint8_t *key_1, const uint8_t *key_2, const uint8_t *nonce, struct span ad, struct span plain,
                    size_t free, size_t spare);

#endif
