/* disclosure: one alert as one reader may see it, with the proof that its originator signed it (docs/protocol.md, 4,
 * 5).
 *
 * The originator makes the full disclosure; whoever holds a disclosure can make a narrower one; every reader can verify
 * the originator's signature on what is left. Pure: bytes in, values out, memory from the arena; any thread.
 */
#ifndef CORE_DISCLOSURE_H
#define CORE_DISCLOSURE_H

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/random.h"
#include "base/result.h"
#include "base/span.h"
#include "core/fields.h"
#include "core/policy.h"
#include "core/release.h"
#include "keys/identity.h"
#include "keys/member.h"
#include "keys/sign.h"
#include "keys/tree.h"

enum { OBJECT_ID_SIZE = 32, DISCLOSURE_SUITE = 1, DISCLOSURE_SCHEMA = 1 };

struct disclosure {
    struct span header_bytes; /* as signed */
    AlertHeader *header;      /* decoded */
    uint8_t object[OBJECT_ID_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
    struct field_set shown;
    struct tree_opening opening;
    uint32_t hops; /* members that passed it on, whoever made this disclosure counted, the originator not */
    const struct release *release; /* it comes with this; NULL: with none */
};

/* Commits and signs (protocol 4): sets suite, schema, originator, created and root in `header`, draws the salt.
 * `values` as from alert_split(); they and `header` must outlive the result. TOO_LARGE (header), NO_MEMORY. */
MUST_USE enum result disclosure_make(struct disclosure *out, struct arena *arena, AlertHeader *header,
                                     const struct span values[static FIELD_SLOTS], const struct identity *identity,
                                     uint64_t created, const struct random *random);

/* The disclosure that shows what `from` shows and `keep` allows (protocol 5.3). Shares memory with `from`. MALFORMED
 * unless salts and hashes are as many as `from` asks for. */
MUST_USE enum result disclosure_narrow(struct disclosure *out, struct arena *arena, const struct disclosure *from,
                                       const struct field_set *keep);

/* The wire form of what the holder of `from` shows of it over this hop, in the arena (protocol 5.3): narrowed, with one
 * hop more unless the holder made the alert, and with the release that it came with where that is needed. */
MUST_USE enum result disclosure_pass_on(struct span *out, struct arena *arena, const struct disclosure *from,
                                        const struct field_set *keep, const struct policy_hop *hop);

/* Appends the wire form. */
MUST_USE enum result disclosure_encode(struct buf *out, struct arena *arena, const struct disclosure *disclosure);

/* Form only: canonical, known suite and schema, sizes. The result shares memory with `bytes`. Nothing in it may be
 * believed before disclosure_verify(). */
MUST_USE enum result disclosure_decode(struct disclosure *out, struct arena *arena, struct span bytes);

/* Truth, in the order of protocol 5.2: as many salts and hashes as `shown` asks for (MALFORMED), the shown fields are
 * under the root (BAD_ROOT), the originator is known (UNKNOWN_MEMBER where `sign_key` is NULL) and signed it
 * (BAD_POINT, BAD_SIGNATURE). */
MUST_USE enum result disclosure_verify(const struct disclosure *disclosure, const uint8_t *sign_key);

/* The same for a member whose signing key may have changed: tries the key in force, then those of before. *ending is
 * how the key that signed ended, NULL if it is in force; what follows from it is the caller's to decide (protocol 8.9).
 * *sign_key is the key. `originator` NULL is UNKNOWN_MEMBER. Last, the release that it comes with: release_verify(). */
MUST_USE enum result disclosure_verify_by(const struct disclosure *disclosure, const struct member *originator,
                                          const uint8_t **sign_key, const struct ending **ending);

/* The content that is shown, joined; see alert_join(). */
MUST_USE enum result disclosure_content(Alert **out, struct arena *arena, const struct disclosure *disclosure);

#endif
