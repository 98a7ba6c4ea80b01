/* positions: how far each reader has acknowledged each of our feeds.
 *
 * Keys on disk are not sealed, so a reader goes by a running number there; which member that is stands in a sealed
 * record and, all of them together, here.
 */
#ifndef STORE_POSITIONS_H
#define STORE_POSITIONS_H

#include "store/records.h"

struct positions {
    uint8_t (*readers)[32]; /* member ids; reader 1 stands first */
    uint32_t count;
    uint32_t durable; /* of these, committed */
    uint32_t capacity;
};

/* Reads who the readers are into a zeroed struct. STORE_DAMAGED, NO_MEMORY. */
MUST_USE enum result positions_load(struct positions *positions, struct records *records);
void positions_release(struct positions *positions);

/* The running number of a member, given in the open change if it has none; 0 for NULL, this node. */
MUST_USE enum result positions_number(struct positions *positions, struct records *records, const uint8_t *member,
                                      uint32_t *number);
/* Whose number it is; NULL if it is nobody's. */
const uint8_t *positions_member(const struct positions *positions, uint64_t number);

MUST_USE enum result positions_put(struct positions *positions, struct records *records, uint32_t ordinal,
                                   const uint8_t member[static 32], uint64_t number);
MUST_USE enum result positions_get(const struct positions *positions, struct records *records, uint32_t ordinal,
                                   const uint8_t member[static 32], uint64_t *number);
/* As store_positions(). */
MUST_USE enum result positions_of(const struct positions *positions, struct records *records, struct arena *arena,
                                  uint32_t ordinal, struct store_position **out, size_t *count);
/* The change that brought new readers was committed, or lost. */
void positions_settle(struct positions *positions, bool committed);

#endif
