/* enrol: the card of a node and its fingerprint, in every form in which two people can compare it. */
#ifndef CLI_ENROL_H
#define CLI_ENROL_H

#include <jansson.h>

#include "cli/command.h"
#include "keys/member.h"

/* The card as a small text, to be carried or mailed. INVALID for a name or code that may not be. */
MUST_USE enum result enrol_card(struct span *out, struct arena *arena, const struct identity *identity,
                                const struct member *who);

/* A member's public half of an identity, with the words of `who`. */
struct member enrol_member(const struct identity *identity, const struct member *who);

/* Prints the fingerprint as digits and as words, and with `code` as a QR code. */
void enrol_print(const struct member *member, bool code);
/* "fingerprint" and "fingerprint_words", put into an object. */
void enrol_put_json(json_t *object, const struct member *member);

#endif
