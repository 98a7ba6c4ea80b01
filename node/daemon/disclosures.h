/* disclosures: the log of whom this node told what (core/journal.h; docs/protocol.md, 14.10).
 *
 * A record for each disclosure that is appended to a feed of ours, and one for each grant, with everybody who holds the
 * epoch's key from then on: the first names the second, so it is known who could open it. In the change that appends
 * the entry. One thread.
 */
#ifndef DAEMON_DISCLOSURES_H
#define DAEMON_DISCLOSURES_H

#include "core/policy.h"
#include "core/disclosure.h"
#include "daemon/feeds.h"

/* One audience is told of an alert. */
struct telling {
    const struct policy_audience *audience;
    const AlertHeader *header;
    const uint8_t *object; /* OBJECT_ID_SIZE */
    uint64_t sequence;     /* of the alert in the store */
    struct span body;      /* the encoded disclosure; data NULL: nothing is told */
    struct field_set shown;
    const char *rule; /* what decided: "policy.yaml:12: publish" */
    uint64_t by;      /* an operator did: number of the record in the audit log; else 0 */
};

/* The entry that was appended last is a grant: these hold the key of the feed's epoch now. */
MUST_USE enum result disclosures_note_grant(struct store *store, struct arena *arena, const struct feed *feed,
                                            const struct member *const *members, size_t count, uint64_t now_ms);
/* It is a disclosure, to these who hold the key. */
MUST_USE enum result disclosures_note(struct store *store, struct arena *arena, const struct feed *feed,
                                      const struct telling *telling, const struct member *const *members, size_t count,
                                      uint64_t now_ms);

/* It was put into a file for somebody who has no node: no entry of a feed, but told all the same. */
MUST_USE enum result disclosures_note_file(struct store *store, struct arena *arena, const struct telling *telling,
                                           uint64_t now_ms);

/* The name that stands for a feed in such a record. */
extern const char disclosures_file[];

/* "policy.yaml:12: publish" */
const char *disclosures_rule(struct arena *arena, const struct policy *policy, size_t line, const char *what);

#endif
