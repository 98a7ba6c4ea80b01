#include "keys/identity.h"

#include <assert.h>
#include <sodium.h>
#include <stddef.h>

#include "keys/hash.h"

/* The file form (docs/protocol.md, 9.3): a head, then the secrets in the order of the struct, up to the last former one
 * that there is. */
enum {
    HEAD_SIZE = MEMBER_ID_SIZE + 4 + 1 + 1,
    FIXED_SIZE = offsetof(struct identity_secrets, former),
    PLAIN_SIZE_MAX = HEAD_SIZE + FIXED_SIZE + IDENTITY_FORMER_MAX * EXCHANGE_KEY_SIZE,
    FRESH_SIZE = offsetof(struct identity_secrets, previous_seed), /* of these a new member draws each */
};
static_assert(FIXED_SIZE == 5 * SECRET_KEY_SIZE &&
                  offsetof(struct identity_secrets, sign) == FIXED_SIZE + IDENTITY_FORMER_MAX * EXCHANGE_KEY_SIZE,
              "the secrets lie in the struct as they do in the file");

void identity_id_of(uint8_t id[static MEMBER_ID_SIZE], const uint8_t sign_key[static SIGN_PUBLIC_SIZE]) {
    hash_of(id, "INAMA.member", span_of(sign_key, SIGN_PUBLIC_SIZE));
}

/* Everything that follows from the secrets; the id does not. */
static void derive(struct identity *identity) {
    struct identity_secrets *secrets = identity->secrets;
    sign_keypair(identity->sign_key, secrets->sign, secrets->sign_seed);
    identity_id_of(identity->key_id, identity->sign_key);
    crypto_scalarmult_curve25519_base(identity->encryption_key, secrets->encryption);
    crypto_scalarmult_curve25519_base(identity->session_key, secrets->session);
    for (size_t i = 0; i < identity->former_count; i++)
        crypto_scalarmult_curve25519_base(identity->former_keys[i], secrets->former[i]);
    uint8_t previous_key[SIGN_PUBLIC_SIZE];
    if (identity->has_previous)
        sign_keypair(previous_key, secrets->previous_sign, secrets->previous_seed);
}

/* ---- making ---- */

static enum result draw(struct identity *out, uint32_t serial, const struct random *random) {
    struct identity_secrets *secrets = secret_new(sizeof *secrets);
    if (!secrets)
        return RESULT_NO_MEMORY;
    random_fill(random, secrets, FRESH_SIZE);
    *out = (struct identity){.serial = serial, .secrets = secrets};
    derive(out);
    return RESULT_OK;
}

enum result identity_make(struct identity *out, const struct random *random) {
    TRY(draw(out, 1, random));
    memcpy(out->id, out->key_id, MEMBER_ID_SIZE);
    return RESULT_OK;
}

enum result identity_make_again(struct identity *out, const uint8_t id[static MEMBER_ID_SIZE], uint32_t serial,
                                const struct random *random) {
    if (serial < 2)
        return RESULT_INVALID;
    TRY(draw(out, serial, random));
    memcpy(out->id, id, MEMBER_ID_SIZE);
    return RESULT_OK;
}

/* The encryption secret goes in front of the former ones; the oldest has no place any more if all were taken. */
static void keep_former(struct identity *to, const struct identity *from) {
    static const size_t kept_max = IDENTITY_FORMER_MAX - 1;
    size_t kept = from->former_count < kept_max ? from->former_count : kept_max;
    memcpy(to->secrets->former[0], from->secrets->encryption, EXCHANGE_KEY_SIZE);
    memcpy(to->secrets->former[1], from->secrets->former[0], kept * EXCHANGE_KEY_SIZE);
    to->former_count = kept + 1;
}

enum result identity_renew(struct identity *out, const struct identity *from, bool signing,
                           const struct random *random) {
    if (from->has_previous || from->serial == UINT32_MAX)
        return RESULT_INVALID;
    struct identity_secrets *secrets = secret_new(sizeof *secrets);
    if (!secrets)
        return RESULT_NO_MEMORY;
    struct identity renewed = {.serial = from->serial + 1, .has_previous = signing, .secrets = secrets};
    memcpy(renewed.id, from->id, MEMBER_ID_SIZE);
    memcpy(secrets->session, from->secrets->session, EXCHANGE_KEY_SIZE);
    memcpy(secrets->store, from->secrets->store, SECRET_KEY_SIZE);
    secrets->seal = from->secrets->seal;
    keep_former(&renewed, from);
    random_fill(random, secrets->encryption, EXCHANGE_KEY_SIZE);
    if (signing) {
        memcpy(secrets->previous_seed, from->secrets->sign_seed, SIGN_SEED_SIZE);
        random_fill(random, secrets->sign_seed, SIGN_SEED_SIZE);
    } else {
        memcpy(secrets->sign_seed, from->secrets->sign_seed, SIGN_SEED_SIZE);
    }
    derive(&renewed);
    *out = renewed;
    return RESULT_OK;
}

void identity_settle(struct identity *identity) {
    secret_wipe(identity->secrets->previous_seed, SIGN_SEED_SIZE);
    secret_wipe(identity->secrets->previous_sign, SIGN_SECRET_SIZE);
    identity->has_previous = false;
}

void identity_release(struct identity *identity) {
    secret_free(identity->secrets);
    *identity = (struct identity){0};
}

/* ---- the file ---- */

/* What is to be sealed, in guarded memory: to be given back with secret_free(). */
static enum result write_plain(uint8_t **out, size_t *len, const struct identity *identity) {
    uint8_t *plain = secret_new(PLAIN_SIZE_MAX), *at = plain;
    if (!plain)
        return RESULT_NO_MEMORY;
    memcpy(at, identity->id, MEMBER_ID_SIZE);
    at += MEMBER_ID_SIZE;
    put_u32(at, identity->serial);
    at += 4;
    *at++ = identity->has_previous;
    *at++ = (uint8_t)identity->former_count;
    size_t secrets_size = FIXED_SIZE + identity->former_count * EXCHANGE_KEY_SIZE;
    memcpy(at, identity->secrets, secrets_size);
    *len = HEAD_SIZE + secrets_size;
    *out = plain;
    return RESULT_OK;
}

enum result identity_seal(struct buf *out, const struct identity *identity, enum secret_lock lock, struct span opener,
                          const struct random *random) {
    uint8_t *plain;
    size_t len;
    TRY(write_plain(&plain, &len, identity));
    enum result result = secret_seal_file(out, lock, opener, span_of(plain, len), random);
    secret_free(plain);
    return result;
}

enum result identity_seal_again(struct buf *out, const struct identity *identity, const struct random *random) {
    uint8_t *plain;
    size_t len;
    TRY(write_plain(&plain, &len, identity));
    enum result result = secret_seal_again(out, &identity->secrets->seal, span_of(plain, len), random);
    secret_free(plain);
    return result;
}

/* docs/protocol.md, 9.3. Whoever can seal the file knows the secrets; this is against mistakes. */
static enum result take_plain(struct identity *identity, struct span plain) {
    uint8_t has_previous, former_count;
    struct identity_secrets *secrets = identity->secrets;
    if (!span_copy(&plain, identity->id, MEMBER_ID_SIZE) || !span_u32(&plain, &identity->serial) ||
        !span_u8(&plain, &has_previous) || !span_u8(&plain, &former_count))
        return RESULT_MALFORMED;
    if (identity->serial == 0 || has_previous > 1 || former_count > IDENTITY_FORMER_MAX)
        return RESULT_MALFORMED;
    if (plain.len != FIXED_SIZE + (size_t)former_count * EXCHANGE_KEY_SIZE)
        return RESULT_MALFORMED;
    memcpy(secrets, plain.data, plain.len);
    if (!has_previous && !sodium_is_zero(secrets->previous_seed, SIGN_SEED_SIZE))
        return RESULT_MALFORMED;
    identity->has_previous = has_previous;
    identity->former_count = former_count;
    derive(identity);
    if (identity->serial == 1 && memcmp(identity->id, identity->key_id, MEMBER_ID_SIZE) != 0)
        return RESULT_MALFORMED;
    return RESULT_OK;
}

/* Is the file as long as one of an identity? Told before a passphrase costs its second (docs/protocol.md, 9.1). */
static enum result check_length(struct span file) {
    enum secret_lock lock;
    TRY(secret_file_lock(file, &lock));
    for (size_t i = 0; i <= IDENTITY_FORMER_MAX; i++)
        if (file.len == SECRET_FILE_OVERHEAD + HEAD_SIZE + FIXED_SIZE + i * EXCHANGE_KEY_SIZE)
            return RESULT_OK;
    return RESULT_MALFORMED;
}

enum result identity_open(struct identity *out, struct span file, struct span opener) {
    TRY(check_length(file));
    struct identity opened = {.secrets = secret_new(sizeof *opened.secrets)};
    uint8_t *plain = secret_new(PLAIN_SIZE_MAX);
    size_t len;
    enum result result = opened.secrets && plain ? RESULT_OK : RESULT_NO_MEMORY;
    if (!result)
        result = secret_open_file(plain, PLAIN_SIZE_MAX, &len, file, opener, &opened.secrets->seal);
    if (!result)
        result = take_plain(&opened, span_of(plain, len));
    secret_free(plain);
    if (result)
        identity_release(&opened);
    else
        *out = opened;
    return result;
}
