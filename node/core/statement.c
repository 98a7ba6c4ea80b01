#include "core/statement.h"

#include "keys/hash.h"

void statement_sign(uint8_t signature[static SIGNATURE_SIZE], const struct statement_kind *kind, struct span words,
                    const struct identity *signer) {
    uint8_t digest[HASH_SIZE];
    hash_of(digest, kind->hash_tag, words);
    sign_make(signature, signer->secrets->sign, kind->sign_tag, SPAN_OF_ARRAY(digest));
}

enum result statement_verify(const struct statement_kind *kind, struct span words,
                             const uint8_t signature[static SIGNATURE_SIZE], const struct member *signer,
                             const uint8_t key_id[static MEMBER_ID_SIZE]) {
    uint8_t digest[HASH_SIZE];
    const struct ending *ending = NULL;
    const uint8_t *sign_key = signer ? member_sign_key(signer, key_id, &ending) : NULL;
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    if (ending && ending->cause != ENDING_LEFT)
        return RESULT_REVOKED;
    hash_of(digest, kind->hash_tag, words);
    return sign_verify(signature, sign_key, kind->sign_tag, SPAN_OF_ARRAY(digest));
}
