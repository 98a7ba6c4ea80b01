/* twofold: one ciphertext that XChaCha20-Poly1305 opens under two keys.
 *
 * Poly1305 is a polynomial over GF(2^130 - 5), so whoever knows both keys can choose one block of the ciphertext so
 * that both tags are the same. Dodis, Grubbs, Ristenpart and Woodage (CRYPTO 2018) reported such messages as abuse that
 * nobody can prove; Len, Grubbs and Ristenpart (USENIX Security 2021) decrypt with them. Key commitment ends it.
 */
#ifndef SUPPORT_TWOFOLD_H
#define SUPPORT_TWOFOLD_H

#include "base/arena.h"
#include "base/span.h"
#include "keys/seal.h"

struct twofold_keys {
    const uint8_t *first;  /* 32 bytes */
    const uint8_t *second; /* 32 bytes */
    const uint8_t *nonce;  /* 24 bytes */
};

/* `text || tag` such that both keys open it with this nonce and this ad, in the arena. `plain` is what the first key
 * opens it to, but for the 16 bytes from `free`, a multiple of 16, which become what they have to be, and the byte
 * `spare`, which is counted up until a solution exists. Empty if there is none, or no memory. */
struct span twofold(struct arena *arena, const struct twofold_keys *keys, struct span ad, struct span plain,
                    size_t free, size_t spare);

/* The commitment of an entry to a data key (docs/protocol.md, 6.7), for a body of any making: nonce, text and tag. */
void twofold_commit(uint8_t out[static SEAL_COMMITMENT_SIZE], const uint8_t data_key[static SEAL_KEY_SIZE],
                    struct span preamble, struct span body);

#endif
