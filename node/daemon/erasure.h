/* erasure: what an alert says goes away from this node, and its header stays (docs/protocol.md, 5.7).
 *
 * Values and salts are taken out of the record of the alert and of the entries that carried it, those by which it came
 * and those by which this node passed it on, in one change of the store. Header, signatures and hashes stay: it is
 * known what there was, and nobody can read it. Files that no other alert here names are deleted. One thread.
 */
#ifndef DAEMON_ERASURE_H
#define DAEMON_ERASURE_H

#include "daemon/exchange.h"

/* Every row of an originator's alert, those that a wider view has replaced and those of the open change, too; in the
 * arena. */
MUST_USE enum result erasure_versions(const struct exchange *exchange, struct arena *arena, const uint8_t *alert,
                                      const uint8_t *originator, struct index_row **rows, size_t *count);

/* Erases them, in the open change; what is erased already, and recalls, are left as they are. One that cannot be read
 * is said so in the technical log, and stays as it is. Failures are of our own machine. */
MUST_USE enum result erasure_of_rows(struct exchange *exchange, const struct index_row *rows, size_t count);

/* Erases this entry of a feed of ours once every reader has acknowledged it, in the open change and later ones: another
 * one there tells the same alert more widely, and only that one is remembered with it. */
MUST_USE enum result erasure_when_had(struct exchange *exchange, struct feed *feed, uint64_t number);

/* Entries of a feed that others carry stay whole until every reader has acknowledged them, as who has no line to us
 * takes no bare ones (docs/protocol.md, 6.8.1). Looks whether that is so, now and then; in the open change. */
MUST_USE enum result erasure_tick(struct exchange *exchange);

#endif
