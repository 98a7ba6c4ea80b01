/* query: which alerts an operator asks for, and the few facts of an alert that answer it.
 *
 * A summary is what the index holds of each alert as this node may see it; it is made once, when the alert comes in,
 * and is all that a search looks at. Pure; any thread.
 */
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include <stdbool.h>

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/taxa.h"

/* All texts NUL-terminated, owned by whoever holds the summary. Lists end with NULL. */
struct summary {
    uint64_t created;          /* header, milliseconds */
    const uint8_t *originator; /* 32 bytes */
    const char *kind;
    const char *tlp;
    uint32_t date;           /* incident: 20140505; 20140500 or 20140000 when the day or month is not known; 0: none */
    const char *country;     /* of the incident */
    const char *place;       /* UN/LOCODE, else place_text, else "" */
    const char *quantity;    /* of the first specimen: "750 KIL SCA" */
    const char *const *taxa; /* as written */
    const char *const *countries; /* of the incident and of every leg, each once */
    uint16_t transport;           /* bit m: Rec 19 mode m occurs */
    const char *text;             /* folded words of every free text, name and place, each once, joined by spaces */
};

/* The summary in memory of the arena. Fields that this node may not see are simply missing. */
MUST_USE enum result summary_make(struct summary *out, struct arena *arena, const AlertHeader *header,
                                  const Alert *content);

struct query {
    const char *taxon;   /* a name of any rank; NULL: any, like all that follow */
    const char *country; /* anywhere: incident or route */
    const char *kind;
    const char *text; /* query_fold(); all its words must occur, as prefixes of words */
    const uint8_t *originator;
    uint32_t date_from; /* 20140101, of the incident; 0: open. A date known to the month matches if any day would */
    uint32_t date_to;
    int transport; /* Rec 19 mode; -1: any */
};

/* Does it match? `taxa` for descent: a family finds its species. Without `taxa` only the same name is found. */
bool query_matches(const struct query *query, const struct summary *summary, const struct taxa *taxa);

/* What an operator typed, or an alert holds, as words to search by: folded, sorted, each once, joined by single spaces.
 * "" when memory is out. A word is a run of letters and digits of any script: "KE-2014/33" is three. */
const char *query_fold(struct arena *arena, const char *text);

/* The parts that query_matches() is made of, for an index that keeps summaries in another form. */

/* Takes the next word off a folded text; false at its end. */
bool query_next_word(const char **text, struct span *word);
bool query_matches_date(const struct query *query, uint32_t date);
/* Is `name`, as written in an alert, the taxon that is asked for, a synonym of it or inside it? */
bool query_matches_taxon(const char *wanted, const char *name, const struct taxa *taxa);

#endif
