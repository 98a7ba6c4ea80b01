/* merkle: the tree over a log, so that nobody can rewrite it unseen (docs/protocol.md, 14; RFC 9162, section 2.1).
 *
 * Leaves are only ever appended. The root over the first n of them says what all of them are; an inclusion proof, that
 * one of them is in there; a consistency proof, that a longer log begins with a shorter one, to who has kept nothing
 * but a root of each. Leaves come as hashes: what is hashed, and how, is the caller's.
 *
 * Every subtree over 2^level leaves that is full never changes again. Who keeps the hash of each (merkle_append() gives
 * them) can make any root and any proof with about log2(n) of them. Pure; any thread.
 */
#ifndef CORE_MERKLE_H
#define CORE_MERKLE_H

#include "base/result.h"
#include "base/span.h"
#include "keys/hash.h"

enum {
    MERKLE_LEVELS = 63,                   /* of full subtrees: a log has fewer than 2^63 leaves */
    MERKLE_PROOF_MAX = 2 * MERKLE_LEVELS, /* hashes in one proof; more are not looked at */
};

/* What is needed to go on: the roots of the full subtrees that make up the tree, the largest first. {0} is empty. */
struct merkle {
    uint64_t size;
    uint8_t peaks[MERKLE_LEVELS][HASH_SIZE];
};

/* Appends a leaf. done[0] is the leaf, done[level] the root of the full subtree over 2^level leaves that it completes;
 * returns how many there are: 1, and one more for each time that the new size can be halved (14.3). */
size_t merkle_append(struct merkle *tree, const uint8_t leaf[static HASH_SIZE],
                     uint8_t done[static MERKLE_LEVELS][HASH_SIZE]);
void merkle_root(uint8_t root[static HASH_SIZE], const struct merkle *tree);
/* The hash of a node with two children (14.2). */
void merkle_node(uint8_t out[static HASH_SIZE], const uint8_t left[static HASH_SIZE],
                 const uint8_t right[static HASH_SIZE]);

/* Whoever has kept the hashes of the full subtrees: the root of the one over the leaves from index << level on. */
struct merkle_source {
    enum result (*read)(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]);
    void *context;
};

struct merkle_proof {
    size_t count;
    uint8_t hashes[MERKLE_PROOF_MAX][HASH_SIZE];
};

/* The tree as it was with `size` leaves. Fails as the source does, as do the next two. */
MUST_USE enum result merkle_open(struct merkle *tree, const struct merkle_source *source, uint64_t size);
/* That leaf `index`, from 0, is in the tree of `size` leaves (14.4); index < size. */
MUST_USE enum result merkle_prove_inclusion(struct merkle_proof *proof, const struct merkle_source *source,
                                            uint64_t index, uint64_t size);
/* That the tree of `size` leaves begins with that of `first` (14.5); first <= size. */
MUST_USE enum result merkle_prove_consistency(struct merkle_proof *proof, const struct merkle_source *source,
                                              uint64_t first, uint64_t size);

/* `proof` is whole hashes, one behind the other. MALFORMED when it has not the length that these sizes ask for, or they
 * are impossible; BAD_HASH when it leads to another root (14.6, 14.7). */
MUST_USE enum result merkle_verify_inclusion(struct span proof, uint64_t index, uint64_t size,
                                             const uint8_t leaf[static HASH_SIZE],
                                             const uint8_t root[static HASH_SIZE]);
MUST_USE enum result merkle_verify_consistency(struct span proof, uint64_t first, uint64_t size,
                                               const uint8_t first_root[static HASH_SIZE],
                                               const uint8_t root[static HASH_SIZE]);

static inline struct span merkle_proof_span(const struct merkle_proof *proof) {
    return span_of(proof->hashes, proof->count * HASH_SIZE);
}

#endif
