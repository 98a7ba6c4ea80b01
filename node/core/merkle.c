#include "core/merkle.h"

#include <assert.h>

/* ---- hashes ---- */

void merkle_node(uint8_t out[static HASH_SIZE], const uint8_t left[static HASH_SIZE],
                 const uint8_t right[static HASH_SIZE]) {
    uint8_t both[2 * HASH_SIZE];
    memcpy(both, left, HASH_SIZE);
    memcpy(both + HASH_SIZE, right, HASH_SIZE);
    hash_of(out, "INAMA.log.node", SPAN_OF_ARRAY(both));
}

static size_t peak_count(uint64_t size) {
    return (size_t)__builtin_popcountll(size);
}

/* Of roots of full subtrees side by side, the smaller ones to the right. */
static void fold(uint8_t root[static HASH_SIZE], const uint8_t (*peaks)[HASH_SIZE], size_t count) {
    assert(count);
    memcpy(root, peaks[count - 1], HASH_SIZE);
    while (--count)
        merkle_node(root, peaks[count - 1], root);
}

void merkle_root(uint8_t root[static HASH_SIZE], const struct merkle *tree) {
    if (tree->size)
        fold(root, tree->peaks, peak_count(tree->size));
    else
        hash_of(root, "INAMA.log.empty", (struct span){0});
}

size_t merkle_append(struct merkle *tree, const uint8_t leaf[static HASH_SIZE],
                     uint8_t done[static MERKLE_LEVELS][HASH_SIZE]) {
    size_t peak = peak_count(tree->size), count = 1;
    assert(tree->size < ((uint64_t)1 << MERKLE_LEVELS) - 1);
    memcpy(done[0], leaf, HASH_SIZE);
    for (uint64_t size = tree->size; size & 1; size >>= 1, count++)
        merkle_node(done[count], tree->peaks[--peak], done[count - 1]);
    memcpy(tree->peaks[peak], done[count - 1], HASH_SIZE);
    tree->size++;
    return count;
}

/* ---- proving ---- */

/* The greatest power of two below `size`, which is above 1. */
static unsigned split_level(uint64_t size) {
    return 63 - (unsigned)__builtin_clzll(size - 1);
}

/* The roots of the full subtrees over `size` leaves from `start` on, which is a multiple of the largest of them. */
static enum result read_peaks(const struct merkle_source *source, uint64_t start, uint64_t size,
                              uint8_t (*peaks)[HASH_SIZE]) {
    for (unsigned level = MERKLE_LEVELS; level-- > 0;) {
        uint64_t leaves = (uint64_t)1 << level;
        if (!(size & leaves))
            continue;
        TRY(source->read(source->context, level, start >> level, *peaks++));
        start += leaves;
    }
    return RESULT_OK;
}

enum result merkle_open(struct merkle *tree, const struct merkle_source *source, uint64_t size) {
    tree->size = size;
    return read_peaks(source, 0, size, tree->peaks);
}

static enum result add_subtree(struct merkle_proof *proof, const struct merkle_source *source, uint64_t start,
                               uint64_t end) {
    uint8_t peaks[MERKLE_LEVELS][HASH_SIZE];
    TRY(read_peaks(source, start, end - start, peaks));
    fold(proof->hashes[proof->count++], (const uint8_t(*)[HASH_SIZE])peaks, peak_count(end - start));
    return RESULT_OK;
}

/* They are found from the root down and stand from the leaf up. */
static void turn_round(struct merkle_proof *proof) {
    uint8_t hash[HASH_SIZE];
    for (size_t i = 0, k = proof->count; i + 1 < k; i++) {
        k--;
        memcpy(hash, proof->hashes[i], HASH_SIZE);
        memcpy(proof->hashes[i], proof->hashes[k], HASH_SIZE);
        memcpy(proof->hashes[k], hash, HASH_SIZE);
    }
}

enum result merkle_prove_inclusion(struct merkle_proof *proof, const struct merkle_source *source, uint64_t index,
                                   uint64_t size) {
    uint64_t start = 0, end = size;
    assert(index < size);
    proof->count = 0;
    while (end - start > 1) {
        uint64_t middle = start + ((uint64_t)1 << split_level(end - start));
        if (index < middle) {
            TRY(add_subtree(proof, source, middle, end));
            end = middle;
        } else {
            TRY(add_subtree(proof, source, start, middle));
            start = middle;
        }
    }
    turn_round(proof);
    return RESULT_OK;
}

enum result merkle_prove_consistency(struct merkle_proof *proof, const struct merkle_source *source, uint64_t first,
                                     uint64_t size) {
    uint64_t start = 0, end = size;
    assert(first <= size);
    proof->count = 0;
    if (first == 0 || first == size)
        return RESULT_OK;
    while (first != end) {
        uint64_t middle = start + ((uint64_t)1 << split_level(end - start));
        if (first <= middle) {
            TRY(add_subtree(proof, source, middle, end));
            end = middle;
        } else {
            TRY(add_subtree(proof, source, start, middle));
            start = middle;
        }
    }
    if (start) /* else it is the shorter tree itself, whose root the reader has */
        TRY(add_subtree(proof, source, start, end));
    turn_round(proof);
    return RESULT_OK;
}

/* ---- verifying ---- */

/* The way from a leaf, or a full subtree, up: where it is, and where the last one of its level is. */
struct way {
    uint64_t at;
    uint64_t last;
};

/* Goes one step up. Is the next hash of the proof to the left of us? */
static bool is_right_child(struct way *way) {
    bool right = (way->at & 1) || way->at == way->last;
    if (right)
        while (!(way->at & 1) && way->at) { /* levels on which we have no neighbour */
            way->at >>= 1;
            way->last >>= 1;
        }
    way->at >>= 1;
    way->last >>= 1;
    return right;
}

static bool has_form(struct span proof) {
    return proof.len % HASH_SIZE == 0 && proof.len / HASH_SIZE <= MERKLE_PROOF_MAX;
}

static enum result compare(const uint8_t *hash, const uint8_t *root) {
    return memcmp(hash, root, HASH_SIZE) == 0 ? RESULT_OK : RESULT_BAD_HASH;
}

enum result merkle_verify_inclusion(struct span proof, uint64_t index, uint64_t size,
                                    const uint8_t leaf[static HASH_SIZE], const uint8_t root[static HASH_SIZE]) {
    struct way way = {index, size - 1};
    uint8_t hash[HASH_SIZE], next[HASH_SIZE];
    if (index >= size || !has_form(proof))
        return RESULT_MALFORMED;
    memcpy(hash, leaf, HASH_SIZE);
    while (span_copy(&proof, next, HASH_SIZE)) {
        if (way.last == 0)
            return RESULT_MALFORMED;
        if (is_right_child(&way))
            merkle_node(hash, next, hash);
        else
            merkle_node(hash, hash, next);
    }
    return way.last ? RESULT_MALFORMED : compare(hash, root);
}

/* Both roots from the largest full subtree that ends with the shorter tree. */
static enum result climb(struct way way, struct span proof, const uint8_t *from, const uint8_t *first_root,
                         const uint8_t *root) {
    uint8_t shorter[HASH_SIZE], longer[HASH_SIZE], next[HASH_SIZE];
    memcpy(shorter, from, HASH_SIZE);
    memcpy(longer, from, HASH_SIZE);
    while (span_copy(&proof, next, HASH_SIZE)) {
        if (way.last == 0)
            return RESULT_MALFORMED;
        if (is_right_child(&way)) {
            merkle_node(shorter, next, shorter);
            merkle_node(longer, next, longer);
        } else {
            merkle_node(longer, longer, next);
        }
    }
    if (way.last)
        return RESULT_MALFORMED;
    TRY(compare(shorter, first_root));
    return compare(longer, root);
}

enum result merkle_verify_consistency(struct span proof, uint64_t first, uint64_t size,
                                      const uint8_t first_root[static HASH_SIZE],
                                      const uint8_t root[static HASH_SIZE]) {
    uint8_t from[HASH_SIZE], empty[HASH_SIZE];
    const struct merkle nothing = {0};
    if (first > size || !has_form(proof) || ((first == 0 || first == size) && proof.len))
        return RESULT_MALFORMED;
    merkle_root(empty, &nothing);
    if (first == 0)
        TRY(compare(first_root, empty));
    if (first == 0 || first == size)
        return size && !first ? RESULT_OK : compare(first_root, root);
    struct way way = {first - 1, size - 1};
    for (; way.at & 1; way.at >>= 1)
        way.last >>= 1;
    if (way.at == 0) /* the shorter tree is full: its root is where we begin */
        memcpy(from, first_root, HASH_SIZE);
    else if (!span_copy(&proof, from, HASH_SIZE))
        return RESULT_MALFORMED;
    return climb(way, proof, from, first_root, root);
}
