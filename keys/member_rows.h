/* member_rows: rows and endings between their protobuf form and their values. Only for keys/. */
#ifndef KEYS_MEMBER_ROWS_H
#define KEYS_MEMBER_ROWS_H

#include "keys/member.h"
#include "roster.pb-c.h"

/* docs/protocol.md, 8.2: MALFORMED, INVALID, BAD_POINT. */
MUST_USE enum result member_check_row(const Member *row);
/* An ending alone (docs/protocol.md, 8.2.6): MALFORMED. */
MUST_USE enum result ending_check_words(const Ending *words);
/* A checked row of desks (docs/protocol.md, 8.2.7): MALFORMED, BAD_POINT, BAD_SIGNATURE for the proof; NO_MEMORY. */
MUST_USE enum result member_check_desk(const Member *row, struct arena *scratch);
/* Of checked ones; shares memory with them, what is new lies in the arena. NO_MEMORY. */
MUST_USE enum result member_of_row(struct member *out, struct arena *arena, const Member *row);
MUST_USE enum result ending_of_words(struct ending *out, struct arena *arena, const Ending *words);
/* And back; NULL when memory is out. */
Member *member_row(struct arena *arena, const struct member *member);
Ending *ending_words(struct arena *arena, const struct ending *ending);
/* An X25519 key of small order would give every secret away, and fail the grant for a whole audience: BAD_POINT. */
MUST_USE enum result exchange_check_key(const uint8_t key[static EXCHANGE_KEY_SIZE]);

/* Do two rows claim the same name or key, former signing keys counted in, or one key for encryption and for sessions?
 * NULL if not, else what it is to `a`, for people: "name", "signing key", "encryption key", "session key". */
const char *member_clash(const struct member *a, const struct member *b);

#endif
