/* release: an originator's signed permission about one version of its alert, for one reader (docs/protocol.md, 15).
 *
 * It names the slots, whether they may be used in judicial proceedings, to whom the reader may pass them on, and until
 * when. It travels with the disclosure, so whoever is passed them on can check that the originator has agreed. What it
 * allows is decided in one place, policy_decide() and policy_admit(). Pure; any thread.
 */
#ifndef CORE_RELEASE_H
#define CORE_RELEASE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "core/policy.h"
#include "keys/identity.h"
#include "keys/member.h"
#include "request.pb-c.h"

enum { RELEASE_OBJECT_SIZE = 32, REQUEST_ID_SIZE = 16 };

struct release {
    struct span bytes; /* as it stands, to be passed on */
    ReleaseTerms *terms;
    struct span words;        /* the terms, as signed */
    const uint8_t *signature; /* SIGNATURE_SIZE */
    struct policy_consent consent;
};

/* Form only: canonical, sizes, known suite (15.3.1). Shares memory with `bytes`. TOO_LARGE, MALFORMED, NOT_CANONICAL,
 * UNKNOWN_SUITE, NO_MEMORY. */
MUST_USE enum result release_decode(struct release *out, struct arena *arena, struct span bytes);

/* Truth: is it about this version (MALFORMED), by its originator (MALFORMED, UNKNOWN_MEMBER where the roster has no
 * such member, or the key never was its own), well signed (BAD_POINT, BAD_SIGNATURE) by a key that counts (REVOKED)?
 * For whom it is, and whether it allows something, is the caller's to ask. */
MUST_USE enum result release_verify(const struct release *release, const uint8_t object[static RELEASE_OBJECT_SIZE],
                                    const uint8_t originator_id[static MEMBER_ID_SIZE],
                                    const struct member *originator);

/* Signs `terms`, whose suite, originator and key are set here; *out in the arena. */
MUST_USE enum result release_sign(struct span *out, struct arena *arena, ReleaseTerms *terms,
                                  const struct identity *identity);

/* Readers as selectors, in the arena: MALFORMED for more than RELEASE_ONWARD_MAX, and for one that names nobody. */
MUST_USE enum result release_selectors(const struct policy_selector **out, struct arena *arena,
                                       OnwardReader *const *readers, size_t count);
/* The slots of a field of 32 bytes. */
struct field_set release_slots(ProtobufCBinaryData bytes);

#endif
