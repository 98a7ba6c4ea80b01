/* tree: the commitment to an alert's fields, slot by slot (docs/protocol.md, 4).
 *
 * Two trees of the same shape stand over 256 slots, four children to a node. Down one run the salts: who knows a node's
 * salt knows the salts of all slots below it. Up the other run the hashes, to the root that the originator signs.
 * An opening shows some slots and hides the others: for each largest subtree that is all shown it carries the salt, for
 * each largest subtree that is all hidden the hash. A hidden slot with a value and one without look the same.
 *
 * An opening can be narrowed by whoever holds it; the root stays. Pure; memory from the arena given.
 */
#ifndef KEYS_TREE_H
#define KEYS_TREE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

enum { TREE_SLOTS = 256, TREE_SALT_SIZE = 16, TREE_HASH_SIZE = 32, TREE_ALERT_ID_SIZE = 16 };

/* What every leaf is bound to. */
struct tree_scope {
    uint32_t schema;
    uint32_t version;
    uint8_t alert[TREE_ALERT_ID_SIZE];
};

struct tree_opening {
    uint64_t shown[TREE_SLOTS / 64]; /* slot s is bit s % 64 of word s / 64 */
    struct span salts;               /* 16 bytes per shown subtree, left to right */
    struct span hashes;              /* 32 bytes per hidden subtree, left to right */
    struct span values[TREE_SLOTS];  /* of shown slots; data NULL: the field is absent (or hidden) */
};

/* The originator's own opening: everything shown under one fresh salt. `salt` and `values` must outlive it. */
void tree_open_all(struct tree_opening *out, const uint8_t salt[static TREE_SALT_SIZE],
                   const struct span values[static TREE_SLOTS]);

/* Computes the root. MALFORMED if salts or hashes are not exactly as many as `shown` asks for, or a hidden slot has a
 * value. */
MUST_USE enum result tree_root(uint8_t root[static TREE_HASH_SIZE], const struct tree_scope *scope,
                               const struct tree_opening *opening);

/* The opening that shows the slots in `keep` that `from` shows, and hides the rest; same root. Values are shared with
 * `from`, salts and hashes come from the arena. MALFORMED like tree_root(); NO_MEMORY. */
MUST_USE enum result tree_narrow(struct arena *arena, struct tree_opening *out, const struct tree_scope *scope,
                                 const struct tree_opening *from, const uint64_t keep[static TREE_SLOTS / 64]);

#endif
