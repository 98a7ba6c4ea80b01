/* summary: the few facts of an alert that one line of a table shows. Pure; any thread. */
#ifndef CORE_SUMMARY_H
#define CORE_SUMMARY_H

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/result.h"

/* All texts are NUL-terminated, in the arena; "" where nothing is known. */
struct summary {
    const char *kind;
    const char *tlp;
    uint32_t date;        /* of the incident, as in core/document.h */
    const char *country;  /* of the incident */
    const char *place;    /* UN/LOCODE, else in words */
    const char *quantity; /* of the first specimen: "750 KIL SCA" */
    const char *taxa;     /* of the specimens, as written, each once, ", " between */
};

/* Fields that this node may not see must be missing in `content`, which may be NULL. NO_MEMORY. */
MUST_USE enum result summary_make(struct summary *out, struct arena *arena, const AlertHeader *header,
                                  const Alert *content);

#endif
