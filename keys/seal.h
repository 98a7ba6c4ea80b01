/* seal: what only the holder of a key can read, and cannot be made to read twice (docs/protocol.md, 6 and 9.4).
 *
 * The body of an entry is sealed under a fresh data key, the data key wrapped under the audience's epoch key. A
 * commitment to the data key stands in the signed header and is checked first, because XChaCha20-Poly1305 alone would
 * let a sender craft one ciphertext that opens to different contents under different keys. Pure; any thread.
 */
#ifndef KEYS_SEAL_H
#define KEYS_SEAL_H

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"

enum {
    SEAL_KEY_SIZE = 32,
    SEAL_WRAPPED_SIZE = 72, /* nonce 24, key 32, tag 16 */
    SEAL_COMMITMENT_SIZE = 32,
    SEAL_RECORD_OVERHEAD = 40, /* nonce 24, tag 16 */
    SEAL_BODY_OVERHEAD = 44,   /* nonce 24, length 4, tag 16; padding comes on top */
};

/* Which feed and epoch a data key is wrapped for. */
struct seal_place {
    uint8_t feed[32];
    uint64_t number;
    uint32_t epoch;
};

/* A fresh data key, wrapped under the epoch key. `data_key` is the caller's to wipe. */
void seal_wrap(uint8_t wrapped[static SEAL_WRAPPED_SIZE], uint8_t data_key[static SEAL_KEY_SIZE],
               const uint8_t epoch_key[static SEAL_KEY_SIZE], const struct seal_place *place,
               const struct random *random);
/* BAD_SEAL if the epoch key is another or anything was changed. */
MUST_USE enum result seal_unwrap(uint8_t data_key[static SEAL_KEY_SIZE],
                                 const uint8_t wrapped[static SEAL_WRAPPED_SIZE],
                                 const uint8_t epoch_key[static SEAL_KEY_SIZE], const struct seal_place *place);

/* Pads and seals `plain` under the data key, bound to `preamble` (the entry header up to the commitment). `body` is in
 * memory of the arena. NO_MEMORY. */
MUST_USE enum result seal_body(struct arena *arena, struct span *body, uint8_t commitment[static SEAL_COMMITMENT_SIZE],
                               const uint8_t data_key[static SEAL_KEY_SIZE], struct span preamble, struct span plain,
                               const struct random *random);
/* Checks the commitment, then opens. BAD_COMMITMENT, BAD_SEAL, TRUNCATED, MALFORMED (padding), NO_MEMORY. */
MUST_USE enum result seal_open_body(struct arena *arena, struct span *plain,
                                    const uint8_t commitment[static SEAL_COMMITMENT_SIZE],
                                    const uint8_t data_key[static SEAL_KEY_SIZE], struct span preamble,
                                    struct span body);

/* Length of a padded plaintext: Padmé, at most 12 % more and leaking O(log log length) bits. */
size_t seal_padded(size_t len);

/* Seals one record of the store under its key, bound to `place` (table and record key): SEAL_RECORD_OVERHEAD bytes more
 * than the plain, into out. */
void seal_record(uint8_t *out, const uint8_t key[static SEAL_KEY_SIZE], struct span place, struct span plain,
                 const struct random *random);
/* Opens into memory of the arena. STORE_DAMAGED if it was changed, moved or sealed under another key; NO_MEMORY. */
MUST_USE enum result seal_open_record(struct arena *arena, struct span *plain, const uint8_t key[static SEAL_KEY_SIZE],
                                      struct span place, struct span sealed);

#endif
