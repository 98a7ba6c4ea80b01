/* card: the row a member asks for, signed by itself, as text between BEGIN and END lines (docs/protocol.md, 8.4).
 *
 * A new member's card has serial 1 and the id of its signing key. One that lost its keys makes new ones and asks for
 * its old id with a greater serial: only those who keep the list can give it that. Any thread.
 */
#ifndef KEYS_CARD_H
#define KEYS_CARD_H

#include "keys/member.h"

/* Appends the card. INVALID for a name or code that may not be. */
MUST_USE enum result card_write(struct buf *out, struct arena *arena, const struct identity *identity, const char *name,
                                const char *label, const char *country, const char *role);
/* Reads a card and checks it. TOO_LARGE, MALFORMED, NOT_CANONICAL, BAD_POINT, BAD_SIGNATURE, INVALID. `member` points
 * into `arena`, and has the card's signature as its proof. */
MUST_USE enum result card_read(struct member *member, struct arena *arena, struct span text);

#endif
