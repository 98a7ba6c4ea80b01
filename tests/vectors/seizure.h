/* seizure: the alert that the vectors are about, and what different readers may see of it. */
#ifndef TESTS_VECTORS_SEIZURE_H
#define TESTS_VECTORS_SEIZURE_H

#include "core/disclosure.h"
#include "entry.pb-c.h"
#include "tests/vectors/maker.h"

/* The values of its slots. */
extern struct span seizure_values[FIELD_SLOTS];
/* All of it, as the originator has it. */
extern struct disclosure seizure;

/* To be called by whoever uses the two. */
void seizure_make(void);

struct span bitmap(const struct field_set *set);
struct field_set only(size_t slot);
struct field_set without(size_t slot);
/* Incident, specimens and route: what a customs administration may see. */
struct field_set customs_view(void);
struct span disclosed(const struct field_set *view);

/* A disclosure to be spoilt: change words, or the header, then encode it. */
struct draft {
    AlertHeader *header;
    Disclosure *words;
};
struct draft draft_of(const struct field_set *view);
/* As the words stand. */
struct span as_it_stands(const struct draft *draft);
/* With the header as it now is, signed by the originator. */
struct span signed_again(struct draft *draft);
/* With these bytes as the header, signed by the originator. */
struct span signed_header(struct draft *draft, struct span header);

/* Vectors of op "disclosure": the roster holds originator and author. */
void accept_disclosure(const char *name, struct span disclosure);
void refuse_disclosure(const char *expect, const char *name, struct span disclosure);
/* The same for a reader to whom the originator has these signing keys: in force, and before. */
void accept_disclosure_of_keys(const char *name, struct span disclosure, const uint8_t *in_force,
                               const struct span *former, size_t count);
void refuse_disclosure_of_keys(const char *expect, const char *name, struct span disclosure, const uint8_t *in_force,
                               const struct span *former, size_t count);

#endif
