/* noise: the session between two nodes, Noise_IK_25519_ChaChaPoly_SHA256 (Noise Protocol Framework, revision 34).
 *
 * The caller knows whom it calls, the called learns who calls, from their static keys in the roster; a session has
 * forward secrecy and both ends are certain of each other after one round trip. Pure bytes in and out; one thread.
 */
#ifndef KEYS_NOISE_H
#define KEYS_NOISE_H

#include <stdbool.h>

#include "base/random.h"
#include "base/result.h"
#include "base/span.h"

enum {
    NOISE_KEY_SIZE = 32,
    NOISE_TAG_SIZE = 16,
    NOISE_MESSAGE_MAX = 65535,
    NOISE_FIRST_SIZE = 32 + 48 + 16, /* e, es, s, ss and an empty payload */
    NOISE_SECOND_SIZE = 32 + 16,     /* e, ee, se and an empty payload */
};

struct noise;

struct noise_options {
    bool initiator;
    const uint8_t *secret;        /* our static X25519 secret, 32 bytes; copied into guarded memory */
    const uint8_t *remote_public; /* the responder's static key; NULL for the responder itself */
    struct span prologue;         /* both ends must give the same */
    uint64_t messages_max;        /* transport messages each way; 0: as many as there are numbers, 2^64 - 1 */
    const struct random *random;
};

/* NULL when guarded memory is out. */
struct noise *noise_new(const struct noise_options *options);
/* Wipes and frees; NULL is fine. */
void noise_free(struct noise *noise);

/* Writes the handshake message whose turn it is, with a payload, to out[payload.len + NOISE_FIRST_SIZE or
 * NOISE_SECOND_SIZE] and its length to *len. BAD_POINT for a static key of small order. */
MUST_USE enum result noise_write(struct noise *noise, struct span payload, uint8_t *out, size_t *len);
/* Reads the handshake message whose turn it is; the payload goes to `payload`, which has room for message.len bytes.
 * TRUNCATED, BAD_POINT, BAD_SEAL. After a failure the handshake is over. */
MUST_USE enum result noise_read(struct noise *noise, struct span message, uint8_t *payload, size_t *payload_len);

/* Are both messages through, so that seal and open may be used? */
bool noise_is_ready(const struct noise *noise);
/* The other end's static key, 32 bytes; for the responder only after the first message. */
const uint8_t *noise_remote(const struct noise *noise);
/* 32 bytes that name this session; the same at both ends. */
const uint8_t *noise_channel(const struct noise *noise);

/* Seals one transport message: out[plain.len + NOISE_TAG_SIZE]. EXPIRED when there have been as many as there may be: a
 * number never comes twice under a key, and the session is over. */
MUST_USE enum result noise_seal(struct noise *noise, struct span plain, uint8_t *out);
/* Opens the next transport message: out[sealed.len - NOISE_TAG_SIZE]. TRUNCATED, BAD_SEAL, EXPIRED: the session is then
 * over. */
MUST_USE enum result noise_open(struct noise *noise, struct span sealed, uint8_t *out);

#endif
