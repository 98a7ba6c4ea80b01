/* story: a reader who was given some roots takes one object after the other. */
#ifndef TESTS_VECTORS_STORY_H
#define TESTS_VECTORS_STORY_H

#include "keys/roster.h"
#include "tests/vectors/lists.h"

/* ---- people: originator, author and reader are the administrations of KE, UG and CD ---- */

extern struct identity police, wildlife, other_police;
void make_desk_people(void);
/* The same member with its next keys; with `signing` also a new signing key. */
struct identity renewed(const struct identity *from, bool signing, const char *name);

/* The roster of the three, of roots "abc", two of whom must sign. */
struct list_draft *three(uint32_t version);
struct span three_signed(uint32_t version);
/* The police and the wildlife service of KE. */
struct list_draft *two_desks(uint32_t version);
/* `ending` is there if the signing key changed. */
struct span renewal_of(const struct identity *before, const struct identity *after, Ending *ending);

/* ---- vectors ---- */

/* Of op "trust": begins with this roster, by roots "abc" of whom two must have signed. */
void begin(const char *name, struct span start);
void take_roster(const char *expect, struct span roster);
void take_desks(const char *expect, struct span desks);
void take_renewal(const char *expect, struct span renewal);
/* Adds what is gone by then. */
void end(void);
/* Nothing is taken; the result of the beginning, for a reader who was given these roots. */
void begin_only(const char *expect, const char *name, struct span start, const char *letters, uint32_t threshold);

/* Inputs "roots" and "threshold"; outputs that say what is gone by. */
void add_anchor(json_t *vector, const char *letters, uint32_t threshold);
void add_belief(json_t *vector, const struct roster *roster);
struct roster_anchor anchor_of(const char *letters, uint32_t threshold);
struct span roster_file(struct span trust);

/* The parts of trust.json. */
void make_trust_in_desks(void);
void make_trust_in_renewals(void);

#endif
