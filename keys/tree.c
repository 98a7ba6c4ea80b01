#include "keys/tree.h"

#include <sodium.h>

#include "keys/hash.h"

enum { SUITE = 1, DEPTH = 4, CHILDREN = 4 };

/* A node: how many steps below the root, and which of its level. It stands over slots [first, first + width). */
struct node {
    unsigned level;
    unsigned index;
};

static unsigned node_width(struct node node) {
    return (unsigned)TREE_SLOTS >> (2 * node.level);
}

static unsigned node_first(struct node node) {
    return node.index * node_width(node);
}

static struct node node_child(struct node node, unsigned which) {
    return (struct node){node.level + 1, node.index * CHILDREN + which};
}

static bool shows(const uint64_t shown[static TREE_SLOTS / 64], unsigned slot) {
    return shown[slot / 64] >> (slot % 64) & 1;
}

enum coverage { ALL_HIDDEN, ALL_SHOWN, MIXED };

static enum coverage coverage_of(const uint64_t shown[static TREE_SLOTS / 64], struct node node) {
    unsigned first = node_first(node), width = node_width(node), count = 0;
    for (unsigned slot = first; slot < first + width; slot++)
        count += shows(shown, slot);
    return count == 0 ? ALL_HIDDEN : count == width ? ALL_SHOWN : MIXED;
}

/* The salts of a node's four children from its own (docs/protocol.md, 4.2). */
static void salt_children(uint8_t children[static CHILDREN * TREE_SALT_SIZE], struct node node,
                          const uint8_t salt[static TREE_SALT_SIZE]) {
    struct hasher hasher;
    hash_start(&hasher, "INAMA.salt", span_of(salt, TREE_SALT_SIZE), CHILDREN * TREE_SALT_SIZE);
    hash_add_u8(&hasher, (uint8_t)node.level);
    hash_add_u8(&hasher, (uint8_t)node.index);
    hash_finish(&hasher, children);
}

/* docs/protocol.md, 4.3. Most slots are absent: their leaf is one short message, hashed in one call. */
enum { ABSENT_LEAF_SIZE = 1 + 4 + TREE_ALERT_ID_SIZE + 4 + 1 + TREE_SALT_SIZE + 1 };

static void hash_leaf(uint8_t out[static TREE_HASH_SIZE], const struct tree_scope *scope, unsigned slot,
                      const uint8_t salt[static TREE_SALT_SIZE], struct span value) {
    uint8_t head[ABSENT_LEAF_SIZE] = {SUITE};
    put_u32(head + 1, scope->schema);
    memcpy(head + 5, scope->alert, TREE_ALERT_ID_SIZE);
    put_u32(head + 21, scope->version);
    head[25] = (uint8_t)slot;
    memcpy(head + 26, salt, TREE_SALT_SIZE);
    head[42] = value.data ? 1 : 0;
    if (!value.data) {
        hash_of(out, "INAMA.leaf", SPAN_OF_ARRAY(head));
        return;
    }
    struct hasher hasher;
    hash_start(&hasher, "INAMA.leaf", (struct span){0}, TREE_HASH_SIZE);
    hash_add(&hasher, head, sizeof head);
    hash_add_sized(&hasher, value);
    hash_finish(&hasher, out);
}

/* docs/protocol.md, 4.4 */
static void hash_children(uint8_t out[static TREE_HASH_SIZE],
                          const uint8_t children[static CHILDREN * TREE_HASH_SIZE]) {
    hash_of(out, "INAMA.node", span_of(children, CHILDREN * TREE_HASH_SIZE));
}

/* The hash of a subtree whose salt and values are all known. */
static void hash_shown(uint8_t out[static TREE_HASH_SIZE], const struct tree_scope *scope, struct node node,
                       const uint8_t salt[static TREE_SALT_SIZE], const struct span values[static TREE_SLOTS]) {
    if (node.level == DEPTH) {
        hash_leaf(out, scope, node.index, salt, values[node.index]);
        return;
    }
    uint8_t salts[CHILDREN * TREE_SALT_SIZE], hashes[CHILDREN * TREE_HASH_SIZE];
    salt_children(salts, node, salt);
    for (unsigned i = 0; i < CHILDREN; i++)
        hash_shown(hashes + i * TREE_HASH_SIZE, scope, node_child(node, i), salts + i * TREE_SALT_SIZE, values);
    hash_children(out, hashes);
    sodium_memzero(salts, sizeof salts);
}

/* A walk down an opening, taking its salts and hashes in the order in which they stand. */
struct reading {
    const struct tree_scope *scope;
    const struct tree_opening *opening;
    struct span salts;
    struct span hashes;
};

static bool take_salt(struct reading *reading, uint8_t salt[static TREE_SALT_SIZE]) {
    return span_copy(&reading->salts, salt, TREE_SALT_SIZE);
}

static bool take_hash(struct reading *reading, uint8_t hash[static TREE_HASH_SIZE]) {
    return span_copy(&reading->hashes, hash, TREE_HASH_SIZE);
}

static bool hash_opening(struct reading *reading, struct node node, uint8_t out[static TREE_HASH_SIZE]) {
    uint8_t salt[TREE_SALT_SIZE], hashes[CHILDREN * TREE_HASH_SIZE];
    switch (coverage_of(reading->opening->shown, node)) {
    case ALL_HIDDEN:
        return take_hash(reading, out);
    case ALL_SHOWN:
        if (!take_salt(reading, salt))
            return false;
        hash_shown(out, reading->scope, node, salt, reading->opening->values);
        return true;
    case MIXED:
        break;
    }
    for (unsigned i = 0; i < CHILDREN; i++)
        if (!hash_opening(reading, node_child(node, i), hashes + i * TREE_HASH_SIZE))
            return false;
    hash_children(out, hashes);
    return true;
}

void tree_open_all(struct tree_opening *out, const uint8_t salt[static TREE_SALT_SIZE],
                   const struct span values[static TREE_SLOTS]) {
    memset(out->shown, 0xff, sizeof out->shown);
    out->salts = span_of(salt, TREE_SALT_SIZE);
    out->hashes = (struct span){0};
    memcpy(out->values, values, sizeof out->values);
}

static bool hidden_has_value(const struct tree_opening *opening) {
    for (unsigned slot = 0; slot < TREE_SLOTS; slot++)
        if (opening->values[slot].data && !shows(opening->shown, slot))
            return true;
    return false;
}

enum result tree_root(uint8_t root[static TREE_HASH_SIZE], const struct tree_scope *scope,
                      const struct tree_opening *opening) {
    if (hidden_has_value(opening))
        return RESULT_MALFORMED;
    struct reading reading = {scope, opening, opening->salts, opening->hashes};
    uint8_t hash[TREE_HASH_SIZE];
    if (!hash_opening(&reading, (struct node){0, 0}, hash) || reading.salts.len || reading.hashes.len)
        return RESULT_MALFORMED;
    memcpy(root, hash, sizeof hash);
    return RESULT_OK;
}

/* Writes the narrower opening while the wider one is read: `to->shown` decides, `from` supplies. */
struct narrowing {
    struct reading from;
    const struct tree_opening *to;
    struct buf salts;
    struct buf hashes;
};

/* Below a node whose salt is known. */
static void narrow_shown(struct narrowing *narrowing, struct node node, const uint8_t salt[static TREE_SALT_SIZE]) {
    uint8_t salts[CHILDREN * TREE_SALT_SIZE], hash[TREE_HASH_SIZE];
    switch (coverage_of(narrowing->to->shown, node)) {
    case ALL_SHOWN:
        buf_put(&narrowing->salts, salt, TREE_SALT_SIZE);
        return;
    case ALL_HIDDEN:
        hash_shown(hash, narrowing->from.scope, node, salt, narrowing->from.opening->values);
        buf_put(&narrowing->hashes, hash, sizeof hash);
        return;
    case MIXED:
        break;
    }
    salt_children(salts, node, salt);
    for (unsigned i = 0; i < CHILDREN; i++)
        narrow_shown(narrowing, node_child(node, i), salts + i * TREE_SALT_SIZE);
    sodium_memzero(salts, sizeof salts);
}

static bool narrow_node(struct narrowing *narrowing, struct node node) {
    uint8_t salt[TREE_SALT_SIZE], hash[TREE_HASH_SIZE];
    switch (coverage_of(narrowing->from.opening->shown, node)) {
    case ALL_SHOWN:
        if (!take_salt(&narrowing->from, salt))
            return false;
        narrow_shown(narrowing, node, salt);
        return true;
    case ALL_HIDDEN:
        if (!take_hash(&narrowing->from, hash))
            return false;
        buf_put(&narrowing->hashes, hash, sizeof hash);
        return true;
    case MIXED:
        break;
    }
    if (coverage_of(narrowing->to->shown, node) == ALL_HIDDEN) {
        if (!hash_opening(&narrowing->from, node, hash))
            return false;
        buf_put(&narrowing->hashes, hash, sizeof hash);
        return true;
    }
    for (unsigned i = 0; i < CHILDREN; i++)
        if (!narrow_node(narrowing, node_child(node, i)))
            return false;
    return true;
}

enum result tree_narrow(struct arena *arena, struct tree_opening *out, const struct tree_scope *scope,
                        const struct tree_opening *from, const uint64_t keep[static TREE_SLOTS / 64]) {
    if (hidden_has_value(from))
        return RESULT_MALFORMED;
    struct tree_opening to = {0};
    for (unsigned word = 0; word < TREE_SLOTS / 64; word++)
        to.shown[word] = from->shown[word] & keep[word];
    for (unsigned slot = 0; slot < TREE_SLOTS; slot++)
        if (shows(to.shown, slot))
            to.values[slot] = from->values[slot];

    struct narrowing narrowing = {.from = {scope, from, from->salts, from->hashes}, .to = &to};
    buf_init(&narrowing.salts, arena);
    buf_init(&narrowing.hashes, arena);
    if (!narrow_node(&narrowing, (struct node){0, 0}) || narrowing.from.salts.len || narrowing.from.hashes.len)
        return RESULT_MALFORMED;
    if (narrowing.salts.failed || narrowing.hashes.failed)
        return RESULT_NO_MEMORY;
    to.salts = buf_span(&narrowing.salts);
    to.hashes = buf_span(&narrowing.hashes);
    *out = to;
    return RESULT_OK;
}
