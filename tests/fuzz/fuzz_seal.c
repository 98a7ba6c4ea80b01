/* Sealed content: the input is plaintext that must come back, and ciphertext that must not open. */
#include <stdlib.h>

#include "base/limits.h"
#include "keys/identity.h"
#include "keys/seal.h"
#include "keys/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

static const uint8_t key[SEAL_KEY_SIZE] = {1};
static const struct span preamble = {(const uint8_t *)"preamble", 8};

static void round_trip(struct arena *arena, struct span plain) {
    uint8_t commitment[SEAL_COMMITMENT_SIZE];
    struct span body, again;
    if (seal_body(arena, &body, commitment, key, preamble, plain, random_system()) ||
        seal_open_body(arena, &again, commitment, key, preamble, body) || !span_equal(plain, again))
        abort();
    if (body.len > plain.len + SEAL_BODY_OVERHEAD + (plain.len + 4) / 8 + 8)
        abort(); /* more padding than is promised */
}

static void refuse(struct arena *arena, struct span bytes) {
    const struct seal_place place = {.epoch = 1};
    uint8_t commitment[SEAL_COMMITMENT_SIZE] = {0}, data_key[SEAL_KEY_SIZE];
    struct span plain, rest = bytes, wrapped;
    if (!seal_open_body(arena, &plain, commitment, key, preamble, bytes) ||
        !seal_open_record(arena, &plain, key, preamble, bytes))
        abort();
    if (span_take(&rest, SEAL_WRAPPED_SIZE, &wrapped) && !seal_unwrap(data_key, wrapped.data, key, &place))
        abort();
}

/* A sealed file of anybody's; its costs are the only thing in it that is believed, so they are kept out of reach here.
 */
static void open_file(struct span bytes) {
    const struct span opener = span_of_text("a key file of thirty-two bytes ..");
    uint8_t plain[128];
    size_t len;
    struct identity identity;
    enum secret_lock lock;
    if (!secret_file_lock(bytes, &lock) && lock != SECRET_BY_KEY_FILE)
        return;
    if (!secret_open_file(plain, sizeof plain, &len, bytes, opener, NULL) || !identity_open(&identity, bytes, opener))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    if (size > ENTRY_BYTES_MAX)
        return 0;
    arena_init(&arena, (size_t)8 * ENTRY_BYTES_MAX);
    round_trip(&arena, span_of(data, size));
    refuse(&arena, span_of(data, size));
    open_file(span_of(data, size));
    arena_release(&arena);
    return 0;
}
