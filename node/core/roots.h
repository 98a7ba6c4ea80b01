/* roots: roots.txt, the root keys that a node believes before it has read anything (docs/protocol.md, 8.6).
 *
 * A line of 64 hexadecimal digits for each root and at most one "threshold N": how many of them must sign; without it,
 * all. Blank lines and what stands behind a "#" are skipped. Any thread.
 */
#ifndef CORE_ROOTS_H
#define CORE_ROOTS_H

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/roster.h"

/* The keys lie in the arena. INVALID with every wrong line in the report, whose file the caller has set; NO_MEMORY. */
MUST_USE enum result roots_read(struct roster_anchor *out, struct arena *arena, struct span text,
                                struct report *report);

/* Appends the text that reads as these. */
void roots_write(struct buf *out, const struct roster_anchor *anchor);

#endif
