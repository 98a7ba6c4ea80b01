#include "tests/support/model_search.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct model_state state;
    uint32_t parent;
    struct model_step step;
    uint8_t depth;
};

/* Every state that was met, in the order of its depth, and where to find each again by its bytes. */
struct space {
    struct node *nodes;
    uint32_t *table; /* index + 1; 0 is free */
    size_t count;
    size_t size; /* of the table, a power of two; there is room for half as many nodes */
};

static size_t slot_of(const struct space *space, const struct model_state *state) {
    uint32_t words[sizeof *state / sizeof(uint32_t)];
    _Static_assert(sizeof words == sizeof *state, "every byte counts");
    memcpy(words, state, sizeof words);
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15;
    size_t slot = (hash ^ hash >> 32) & (space->size - 1);
    while (space->table[slot] && memcmp(&space->nodes[space->table[slot] - 1].state, state, sizeof *state) != 0)
        slot = (slot + 1) & (space->size - 1);
    return slot;
}

static void resize(struct space *space, size_t size) {
    free(space->table);
    space->size = size;
    space->table = calloc(size, sizeof *space->table);
    struct node *nodes = realloc(space->nodes, size / 2 * sizeof *nodes);
    ck_assert(space->table && nodes);
    space->nodes = nodes;
    for (size_t i = 0; i < space->count; i++)
        space->table[slot_of(space, &nodes[i].state)] = (uint32_t)i + 1;
}

/* False if the state was met before. */
static bool enter(struct space *space, const struct node *node) {
    if (space->count == space->size / 2)
        resize(space, space->size * 2);
    size_t slot = slot_of(space, &node->state);
    if (space->table[slot])
        return false;
    memcpy(&space->nodes[space->count], node, sizeof *node);
    space->table[slot] = (uint32_t)++space->count;
    return true;
}

static void describe(char out[static MODEL_TRACE_SIZE], const struct space *space, const struct node *node) {
    struct model_step steps[MODEL_DEPTH_MAX];
    size_t count = node->depth;
    for (size_t i = count; i > 0; i--) {
        steps[i - 1] = node->step;
        node = &space->nodes[node->parent];
    }
    model_describe(out, steps, count);
}

/* Takes every step from a node. What is reached is gone on from later, unless it is `last`. */
static void follow(struct model_search *out, struct space *space, size_t at, bool is_last, unsigned invariants,
                   enum model_break wrong) {
    struct model_step steps[MODEL_STEPS_MAX];
    size_t count = model_steps(steps, &space->nodes[at].state);
    for (size_t i = 0; i < count && !out->broken; i++) {
        struct node next;
        if (model_is_mirrored(&space->nodes[at].state, &steps[i]))
            continue;
        memcpy(&next, &space->nodes[at], sizeof next);
        next.parent = (uint32_t)at;
        next.step = steps[i];
        next.depth++;
        model_take(&next.state, &steps[i], wrong);
        out->steps++;
        if (!is_last && !enter(space, &next))
            continue;
        out->broken = model_broken(&next.state, invariants, wrong);
        if (out->broken)
            describe(out->trace, space, &next);
    }
}

void model_search(struct model_search *out, size_t depth, unsigned invariants, enum model_break wrong) {
    ck_assert_uint_le(depth, MODEL_DEPTH_MAX);
    struct space space = {0};
    struct node first;
    memset(&first, 0, sizeof first);
    model_start(&first.state);
    resize(&space, 1 << 16);
    enter(&space, &first);
    *out = (struct model_search){0};
    for (size_t at = 0; at < space.count && !out->broken; at++)
        follow(out, &space, at, space.nodes[at].depth + 1u == depth, invariants, wrong);
    out->states = space.count;
    free(space.nodes);
    free(space.table);
}
