#include "tests/sim/liar.h"

#include "base/arena.h"
#include "base/limits.h"
#include "store/store.h"
#include "tests/sim/machine.h"

enum result __real_store_get_entries(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t after,
                                     size_t bytes_max, struct span **entries, size_t *count);

static int liar = NOBODY;
static bool has_lied;
static size_t page_bytes = SIZE_MAX;

void liar_set(int node) {
    liar = node;
}

void liar_set_page(size_t bytes) {
    page_bytes = bytes;
}

bool liar_has_lied(void) {
    return has_lied;
}

static void change_a_byte(struct arena *arena, struct span *entry) {
    uint8_t *copy = arena_copy(arena, entry->data, entry->len);
    copy[pick(entry->len)] ^= (uint8_t)pick_between(1, 255);
    entry->data = copy;
}

static void lie(struct arena *arena, struct span *entries, size_t *count) {
    size_t at = pick(*count), other = pick(*count);
    struct span entry = entries[at];
    switch (pick(4)) {
    case 0:
        memmove(entries + at, entries + at + 1, (*count - at - 1) * sizeof *entries);
        --*count;
        break;
    case 1:
        entries[at] = entries[other];
        entries[other] = entry;
        break;
    case 2:
        entries[at] = entries[other];
        break;
    case 3:
        change_a_byte(arena, &entries[at]);
        break;
    }
}

/* What a node reads to look at it again itself, a whole block at a time, is not changed: it lies to others. */
enum result __wrap_store_get_entries(struct store *store, struct arena *arena, uint32_t ordinal, uint64_t after,
                                     size_t bytes_max, struct span **entries, size_t *count) {
    size_t bytes = bytes_max < page_bytes ? bytes_max : page_bytes;
    enum result result = __real_store_get_entries(store, arena, ordinal, after, bytes, entries, count);
    bool is_for_others = bytes_max < BLOCK_BYTES_MAX;
    if (!result && *count && is_for_others && machine_here() != NOBODY && machine_here() == liar && pick(2)) {
        has_lied = true;
        lie(arena, *entries, count);
    }
    return result;
}
