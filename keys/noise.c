#include "keys/noise.h"

#include <assert.h>
#include <sodium.h>

#include "keys/secret.h"

static const char protocol_name[32] = {'N', 'o', 'i', 's', 'e', '_', 'I', 'K', '_', '2', '5', '5', '1', '9', '_', 'C',
                                       'h', 'a', 'C', 'h', 'a', 'P', 'o', 'l', 'y', '_', 'S', 'H', 'A', '2', '5', '6'};

/* Noise 5.1, CipherState */
struct cipher {
    uint8_t key[NOISE_KEY_SIZE];
    uint64_t number;
    bool has_key;
};

struct noise {
    bool initiator;
    int messages; /* of the handshake, written or read */
    bool failed;
    struct random random;
    /* Noise 5.2, SymmetricState */
    struct cipher cipher;
    uint8_t chaining_key[32];
    uint8_t hash[32];
    /* Noise 5.3, HandshakeState */
    uint8_t secret[32], public_key[32];
    uint8_t ephemeral_secret[32], ephemeral_public[32];
    uint8_t remote[32], remote_ephemeral[32];
    /* after the handshake */
    struct cipher sending, receiving;
    uint64_t messages_max;
};

static void nonce_of(uint8_t out[static 12], uint64_t number) {
    memset(out, 0, 4);
    for (int i = 0; i < 8; i++)
        out[4 + i] = (uint8_t)(number >> (8 * i));
}

static void cipher_seal(struct cipher *cipher, struct span ad, struct span plain, uint8_t *out) {
    uint8_t nonce[12];
    nonce_of(nonce, cipher->number++);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, plain.data, plain.len, ad.data, ad.len, NULL, nonce,
                                              cipher->key);
}

static enum result cipher_open(struct cipher *cipher, struct span ad, struct span sealed, uint8_t *out) {
    uint8_t nonce[12];
    if (sealed.len < NOISE_TAG_SIZE)
        return RESULT_TRUNCATED;
    nonce_of(nonce, cipher->number);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.len, ad.data, ad.len, nonce,
                                                  cipher->key) != 0)
        return RESULT_BAD_SEAL;
    cipher->number++;
    return RESULT_OK;
}

static void hmac(uint8_t out[static 32], const uint8_t key[static 32], struct span a, struct span b) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, 32);
    crypto_auth_hmacsha256_update(&state, a.data, a.len);
    crypto_auth_hmacsha256_update(&state, b.data, b.len);
    crypto_auth_hmacsha256_final(&state, out);
}

/* Noise 4.3, HKDF with two outputs */
static void hkdf(uint8_t first[static 32], uint8_t second[static 32], const uint8_t chaining_key[static 32],
                 struct span input) {
    static const uint8_t one = 1, two = 2;
    uint8_t temporary[32];
    hmac(temporary, chaining_key, input, (struct span){0});
    hmac(first, temporary, span_of(&one, 1), (struct span){0});
    hmac(second, temporary, span_of(first, 32), span_of(&two, 1));
    sodium_memzero(temporary, sizeof temporary);
}

static void mix_hash(struct noise *noise, struct span data) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, noise->hash, 32);
    crypto_hash_sha256_update(&state, data.data, data.len);
    crypto_hash_sha256_final(&state, noise->hash);
}

static void mix_key(struct noise *noise, struct span input) {
    uint8_t next[32];
    hkdf(next, noise->cipher.key, noise->chaining_key, input);
    memcpy(noise->chaining_key, next, 32);
    noise->cipher.number = 0;
    noise->cipher.has_key = true;
    sodium_memzero(next, sizeof next);
}

static enum result mix_dh(struct noise *noise, const uint8_t *secret, const uint8_t *public_key) {
    uint8_t shared[32];
    if (crypto_scalarmult_curve25519(shared, secret, public_key) != 0)
        return RESULT_BAD_POINT;
    mix_key(noise, span_of(shared, sizeof shared));
    sodium_memzero(shared, sizeof shared);
    return RESULT_OK;
}

static void encrypt_and_hash(struct noise *noise, struct span plain, uint8_t **out) {
    cipher_seal(&noise->cipher, span_of(noise->hash, 32), plain, *out);
    mix_hash(noise, span_of(*out, plain.len + NOISE_TAG_SIZE));
    *out += plain.len + NOISE_TAG_SIZE;
}

static enum result decrypt_and_hash(struct noise *noise, struct span sealed, uint8_t *out) {
    TRY(cipher_open(&noise->cipher, span_of(noise->hash, 32), sealed, out));
    mix_hash(noise, sealed);
    return RESULT_OK;
}

struct noise *noise_new(const struct noise_options *options) {
    assert(options->initiator == (options->remote_public != NULL));
    struct noise *noise = secret_new(sizeof *noise);
    if (!noise)
        return NULL;
    noise->initiator = options->initiator;
    noise->random = *options->random;
    noise->messages_max = options->messages_max ? options->messages_max : UINT64_MAX;
    memcpy(noise->hash, protocol_name, 32);
    memcpy(noise->chaining_key, protocol_name, 32);
    memcpy(noise->secret, options->secret, 32);
    crypto_scalarmult_curve25519_base(noise->public_key, noise->secret);
    mix_hash(noise, options->prologue);
    if (options->initiator)
        memcpy(noise->remote, options->remote_public, 32);
    /* the pre-message of IK: the responder's static key */
    mix_hash(noise, span_of(options->initiator ? noise->remote : noise->public_key, 32));
    return noise;
}

void noise_free(struct noise *noise) {
    secret_free(noise);
}

static void put_ephemeral(struct noise *noise, uint8_t **out) {
    random_fill(&noise->random, noise->ephemeral_secret, 32);
    crypto_scalarmult_curve25519_base(noise->ephemeral_public, noise->ephemeral_secret);
    memcpy(*out, noise->ephemeral_public, 32);
    mix_hash(noise, span_of(*out, 32));
    *out += 32;
}

/* Noise 5.2, Split */
static void split(struct noise *noise) {
    uint8_t first[32], second[32];
    hkdf(first, second, noise->chaining_key, (struct span){0});
    memcpy(noise->sending.key, noise->initiator ? first : second, 32);
    memcpy(noise->receiving.key, noise->initiator ? second : first, 32);
    sodium_memzero(first, sizeof first);
    sodium_memzero(second, sizeof second);
}

/* -> e, es, s, ss */
static enum result write_first(struct noise *noise, struct span payload, uint8_t **out) {
    put_ephemeral(noise, out);
    TRY(mix_dh(noise, noise->ephemeral_secret, noise->remote));
    encrypt_and_hash(noise, span_of(noise->public_key, 32), out);
    TRY(mix_dh(noise, noise->secret, noise->remote));
    encrypt_and_hash(noise, payload, out);
    return RESULT_OK;
}

/* <- e, ee, se */
static enum result write_second(struct noise *noise, struct span payload, uint8_t **out) {
    put_ephemeral(noise, out);
    TRY(mix_dh(noise, noise->ephemeral_secret, noise->remote_ephemeral));
    TRY(mix_dh(noise, noise->ephemeral_secret, noise->remote));
    encrypt_and_hash(noise, payload, out);
    return RESULT_OK;
}

enum result noise_write(struct noise *noise, struct span payload, uint8_t *out, size_t *len) {
    assert(!noise->failed && noise->messages == (noise->initiator ? 0 : 1));
    uint8_t *end = out;
    enum result result = noise->initiator ? write_first(noise, payload, &end) : write_second(noise, payload, &end);
    noise->failed = result != RESULT_OK;
    TRY(result);
    noise->messages++;
    if (noise->messages == 2)
        split(noise);
    *len = (size_t)(end - out);
    return RESULT_OK;
}

static enum result take_ephemeral(struct noise *noise, struct span *message) {
    if (!span_copy(message, noise->remote_ephemeral, 32))
        return RESULT_TRUNCATED;
    mix_hash(noise, span_of(noise->remote_ephemeral, 32));
    return RESULT_OK;
}

static enum result read_first(struct noise *noise, struct span message, uint8_t *payload) {
    struct span sealed_static;
    TRY(take_ephemeral(noise, &message));
    TRY(mix_dh(noise, noise->secret, noise->remote_ephemeral));
    if (!span_take(&message, 32 + NOISE_TAG_SIZE, &sealed_static))
        return RESULT_TRUNCATED;
    TRY(decrypt_and_hash(noise, sealed_static, noise->remote));
    TRY(mix_dh(noise, noise->secret, noise->remote));
    return decrypt_and_hash(noise, message, payload);
}

static enum result read_second(struct noise *noise, struct span message, uint8_t *payload) {
    TRY(take_ephemeral(noise, &message));
    TRY(mix_dh(noise, noise->ephemeral_secret, noise->remote_ephemeral));
    TRY(mix_dh(noise, noise->secret, noise->remote_ephemeral));
    return decrypt_and_hash(noise, message, payload);
}

enum result noise_read(struct noise *noise, struct span message, uint8_t *payload, size_t *payload_len) {
    assert(!noise->failed && noise->messages == (noise->initiator ? 1 : 0));
    size_t overhead = noise->initiator ? NOISE_SECOND_SIZE : NOISE_FIRST_SIZE;
    enum result result = message.len < overhead ? RESULT_TRUNCATED
                         : noise->initiator     ? read_second(noise, message, payload)
                                                : read_first(noise, message, payload);
    noise->failed = result != RESULT_OK;
    TRY(result);
    noise->messages++;
    if (noise->messages == 2)
        split(noise);
    *payload_len = message.len - overhead;
    return RESULT_OK;
}

bool noise_is_ready(const struct noise *noise) {
    return noise->messages == 2 && !noise->failed;
}

const uint8_t *noise_remote(const struct noise *noise) {
    return noise->remote;
}

const uint8_t *noise_channel(const struct noise *noise) {
    return noise->hash;
}

/* Noise 5.1: of the numbers of a key the last is never used, and none comes twice. */
static enum result has_number(const struct noise *noise, const struct cipher *cipher) {
    return cipher->number < noise->messages_max ? RESULT_OK : RESULT_EXPIRED;
}

enum result noise_seal(struct noise *noise, struct span plain, uint8_t *out) {
    assert(noise_is_ready(noise));
    enum result result = has_number(noise, &noise->sending);
    noise->failed = result != RESULT_OK;
    TRY(result);
    cipher_seal(&noise->sending, (struct span){0}, plain, out);
    return RESULT_OK;
}

enum result noise_open(struct noise *noise, struct span sealed, uint8_t *out) {
    assert(noise_is_ready(noise));
    enum result result = has_number(noise, &noise->receiving);
    if (!result)
        result = cipher_open(&noise->receiving, (struct span){0}, sealed, out);
    noise->failed = result != RESULT_OK;
    return result;
}
