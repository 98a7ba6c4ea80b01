/* judge: what must hold in every run, whatever broke.
 *
 * A confirmed alert is on its author's disk, whatever happens to it; nobody is told more than its author still has, and
 * nobody is believed to have what it has not. In the end every alert is with everybody that the policies name, whole,
 * once, and with nobody else; feeds are the same at both ends; there is no fork; every store is sound; and no byte of
 * an alert was ever readable on the network or on a disk.
 */
#ifndef SIM_JUDGE_H
#define SIM_JUDGE_H

#include "tests/sim/world.h"

/* Which alert the disclosure of this sequence is, and which fields of it; false: it cannot be read. */
bool judge_read(struct station *station, uint64_t sequence, size_t *number, struct field_set *fields);
/* Behind a step, or of a node that was opened again. */
void judge_look(struct station *station, bool is_fresh);
/* What is still missing somewhere; NULL: nothing. In static memory. */
const char *judge_missing(void);
/* While an author is away: does somebody lack of its feeds what the secretariat carries? NULL: nobody. */
const char *judge_carried(const struct station *author);
/* Once nothing moves any more. */
void judge_end(void);
/* Of a node whose store was changed behind its back and that opens all the same: what it shows is right, and what it
 * does not show it complained about. */
void judge_flipped(struct station *station, uint64_t last_before);
/* Raw bytes between nodes. */
void judge_bytes(struct span bytes);
void judge_frame(int node, struct span frame);

#endif
