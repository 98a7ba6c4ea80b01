#include "keys/identity.h"

#include <sodium.h>
#include <stddef.h>

#include "keys/hash.h"

/* The file holds the secrets up to the derived signing key. */
enum { FILE_SECRETS_SIZE = offsetof(struct identity_secrets, sign) };

void identity_id_of(uint8_t id[static MEMBER_ID_SIZE], const uint8_t sign_key[static SIGN_PUBLIC_SIZE]) {
    hash_of(id, "INAMA.member", span_of(sign_key, SIGN_PUBLIC_SIZE));
}

static void derive_public(struct identity *identity) {
    struct identity_secrets *secrets = identity->secrets;
    sign_keypair(identity->sign_key, secrets->sign, secrets->sign_seed);
    crypto_scalarmult_curve25519_base(identity->encryption_key, secrets->encryption);
    crypto_scalarmult_curve25519_base(identity->session_key, secrets->session);
    identity_id_of(identity->id, identity->sign_key);
}

enum result identity_make(struct identity *out, const struct random *random) {
    struct identity_secrets *secrets = secret_new(sizeof *secrets);
    if (!secrets)
        return RESULT_NO_MEMORY;
    random_fill(random, secrets, FILE_SECRETS_SIZE);
    *out = (struct identity){.secrets = secrets};
    derive_public(out);
    return RESULT_OK;
}

void identity_release(struct identity *identity) {
    secret_free(identity->secrets);
    *identity = (struct identity){0};
}

enum result identity_seal(struct buf *out, const struct identity *identity, enum secret_lock lock, struct span opener,
                          const struct random *random) {
    return secret_seal_file(out, lock, opener, span_of(identity->secrets, FILE_SECRETS_SIZE), random);
}

enum result identity_open(struct identity *out, struct span file, struct span opener) {
    struct identity_secrets *secrets = secret_new(sizeof *secrets);
    if (!secrets)
        return RESULT_NO_MEMORY;
    enum result result = secret_open_file(secrets, FILE_SECRETS_SIZE, file, opener);
    if (result) {
        secret_free(secrets);
        return result;
    }
    *out = (struct identity){.secrets = secrets};
    derive_public(out);
    return RESULT_OK;
}
