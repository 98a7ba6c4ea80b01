/* evidence_report: what a file of evidence proves and what it does not, in plain words, and as JSON for programs.
 *
 * Written for who has never heard of a signature: one sentence for each thing, those that are not proven no less
 * plainly than those that are. Pure; texts in the language of the process.
 */
#ifndef CORE_EVIDENCE_REPORT_H
#define CORE_EVIDENCE_REPORT_H

#include <jansson.h>

#include "core/evidence.h"

/* Root keys that the reader trusts, having got them from somewhere else than the file. */
struct evidence_trust {
    uint8_t roots[ROSTER_ROOTS_MAX][SIGN_PUBLIC_SIZE];
    size_t count;
};

/* How many of them are roots of the roster in it and have signed it. */
size_t evidence_confirmed(const struct evidence *evidence, const struct evidence_trust *trust);
/* Is the roster believed? If roots are given each has to have signed it, and as many as it asks for. */
bool evidence_is_trusted(const struct evidence *evidence, const struct evidence_trust *trust);

/* Appends lines. What others wrote is escaped. */
void evidence_report(struct buf *out, struct arena *arena, const struct evidence *evidence,
                     const struct evidence_trust *trust);
/* To be given back; NULL when memory is out. */
json_t *evidence_report_json(struct arena *arena, const struct evidence *evidence, const struct evidence_trust *trust);

#endif
