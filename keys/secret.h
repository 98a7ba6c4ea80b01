/* secret: the one home of secret bytes.
 *
 * Guarded memory (locked, surrounded by inaccessible pages, left out of core dumps) for keys that live long, wiping for
 * those on the stack, and the file form: sealed under a passphrase (Argon2id) or under a key file.
 */
#ifndef KEYS_SECRET_H
#define KEYS_SECRET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"

enum { SECRET_KEY_SIZE = 32, SECRET_FILE_OVERHEAD = 74 /* a sealed file is that much longer than what is in it */ };

/* To be called once, first, by every program that uses keys/: starts libsodium and forbids core dumps. Ends the process
 * if libsodium cannot start: without it nothing here is safe. */
void secret_start(void);

/* Zeroed guarded memory; NULL when the machine has none left. */
void *secret_new(size_t size);
/* Wipes and frees. NULL is fine. */
void secret_free(void *secret);
/* Has every secret so far been locked into memory, so that none can reach the swap? */
bool secret_is_locked(void);
/* Wipes memory in a way the compiler keeps. */
void secret_wipe(void *memory, size_t len);
/* Compares in constant time. */
bool secret_equal(const void *a, const void *b, size_t len);

/* What a sealed file is opened with. */
enum secret_lock { SECRET_BY_KEY_FILE = 0, SECRET_BY_PASSPHRASE = 1 };

/* Seals `plain` under a passphrase of any length or a key file's content of at least 32 bytes (docs/protocol.md, 9) and
 * appends the file to `out`. Takes about a second and 256 MB for a passphrase. */
MUST_USE enum result secret_seal_file(struct buf *out, enum secret_lock lock, struct span opener, struct span plain,
                                      const struct random *random);
/* How a sealed file wants to be opened. MALFORMED, UNKNOWN_SUITE. */
MUST_USE enum result secret_file_lock(struct span file, enum secret_lock *out);

/* How an opened file was sealed: enough to seal another under the same lock without its opener. Guarded memory. */
struct secret_seal {
    uint8_t lock;
    uint32_t passes;
    uint32_t memory_kib;
    uint8_t salt[16];
    uint8_t key[SECRET_KEY_SIZE];
};

/* Opens into `plain`, which has room for `size_max` bytes; *len is how many it was. `seal` may be NULL. WRONG_KEY if
 * the opener is wrong or the file was changed, NO_MEMORY, MALFORMED (also when it is longer). On failure `plain` holds
 * no secret: it is as it was, or wiped. */
MUST_USE enum result secret_open_file(void *plain, size_t size_max, size_t *len, struct span file, struct span opener,
                                      struct secret_seal *seal);
/* Seals again under the same lock, with a fresh nonce, and appends the file. `seal` must be that of an opened file. */
MUST_USE enum result secret_seal_again(struct buf *out, const struct secret_seal *seal, struct span plain,
                                       const struct random *random);

#endif
