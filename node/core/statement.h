/* statement: words that a member signs to be kept and carried by others (docs/protocol.md, 10.11, 12.2 and 12.5).
 *
 * What is signed is their hash. Each kind has tags of its own, so that none can be taken for another. Such words may be
 * under way for weeks: they count by the key in force and by one that was replaced, not by one that was lost or stolen.
 * Pure; any thread.
 */
#ifndef CORE_STATEMENT_H
#define CORE_STATEMENT_H

#include "base/result.h"
#include "base/span.h"
#include "keys/identity.h"
#include "keys/member.h"
#include "keys/sign.h"

struct statement_kind {
    const char *hash_tag;
    const char *sign_tag;
};

/* By the signing key in force. */
void statement_sign(uint8_t signature[static SIGNATURE_SIZE], const struct statement_kind *kind, struct span words,
                    const struct identity *signer);
/* Did this member (NULL: nobody) sign them, with this key of it? UNKNOWN_MEMBER, REVOKED, BAD_POINT, BAD_SIGNATURE. */
MUST_USE enum result statement_verify(const struct statement_kind *kind, struct span words,
                                      const uint8_t signature[static SIGNATURE_SIZE], const struct member *signer,
                                      const uint8_t key_id[static MEMBER_ID_SIZE]);

#endif
