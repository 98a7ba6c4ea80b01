/* The handshake and the transport against a hostile peer. The first byte says what is attacked and how: the bytes as
 * they are, or as a change (XOR) of a message that would be good, which reaches behind the seals. */
#include <stdlib.h>

#include "keys/identity.h"
#include "keys/noise.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct identity caller, called;

static void fill_same(void *context, void *out, size_t len) {
    (void)context;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)out)[i] = (uint8_t)(i * 7 + 1);
}
static const struct random same = {.fill = fill_same};

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    if (identity_make(&caller, random_system()) || identity_make(&called, random_system()))
        abort();
    return 0;
}

static struct noise *start(bool initiator) {
    const struct noise_options options = {.initiator = initiator,
                                          .secret = (initiator ? &caller : &called)->secrets->session,
                                          .remote_public = initiator ? called.session_key : NULL,
                                          .random = &same};
    struct noise *noise = noise_new(&options);
    if (!noise)
        abort();
    return noise;
}

/* The good message, changed by the input, cut or lengthened to its length. */
static struct span change(uint8_t *out, struct span good, struct span input) {
    for (size_t i = 0; i < input.len; i++)
        out[i] = i < good.len ? good.data[i] ^ input.data[i] : input.data[i];
    return span_of(out, input.len);
}

/* One step of a session with the input in place of a message; a changed one must never pass. */
static void attack(unsigned step, bool as_change, struct span input, uint8_t *space, uint8_t *payload) {
    struct noise *ends[] = {start(true), start(false)};
    uint8_t message[128];
    size_t len, payload_len;
    for (unsigned i = 0; i <= step; i++) {
        struct noise *from = ends[i % 2], *to = ends[1 - i % 2];
        len = NOISE_TAG_SIZE;
        if (i >= 2 ? noise_seal(from, (struct span){0}, message) : noise_write(from, (struct span){0}, message, &len))
            abort();
        struct span good = span_of(message, len);
        struct span take = i < step ? good : as_change ? change(space, good, input) : input;
        enum result result = i < 2 ? noise_read(to, take, payload, &payload_len) : noise_open(to, take, payload);
        if (!result != span_equal(take, good))
            abort();
    }
    noise_free(ends[0]);
    noise_free(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > NOISE_MESSAGE_MAX)
        return 0;
    uint8_t *space = malloc(size), *payload = malloc(size);
    if (!space || !payload)
        abort();
    attack(data[0] % 4, data[0] & 4, span_of(data + 1, size - 1), space, payload);
    free(space);
    free(payload);
    return 0;
}
