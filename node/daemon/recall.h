/* recall: an originator takes an alert back, everywhere (docs/protocol.md, 5.6).
 *
 * A recall is the next version of an alert, of kind RECALL, without content. Who holds it erases every other version,
 * takes none any more, and tells everybody to whom it had told one: all in the change that brings the recall. So who
 * has acknowledged a recall has carried it out. One thread, but for recall_is_known().
 */
#ifndef DAEMON_RECALL_H
#define DAEMON_RECALL_H

#include "daemon/exchange.h"

/* The recall of this alert by its originator; NULL: none is here. Valid as long as the index. */
const struct index_row *recall_of(const struct exchange *exchange, const uint8_t *alert, const uint8_t *originator);
/* Is any version of this alert here? On any core, while the loop waits. */
bool recall_is_known(const struct exchange *exchange, const AlertHeader *header);
/* Is it another version of an alert that has been recalled? Another recall is, too. */
bool recall_refuses(const struct exchange *exchange, const struct disclosure *disclosure);

/* The recall of this sequence is new here, in the open change: carries it out. */
MUST_USE enum result recall_carry_out(struct exchange *exchange, const struct disclosure *recall);
/* Tells everybody whom this node told any version and has not told the recall. What cannot be written yet is tried
 * again (daemon/embargo.h). */
MUST_USE enum result recall_tell(struct exchange *exchange, const struct disclosure *recall, uint64_t sequence);

#endif
