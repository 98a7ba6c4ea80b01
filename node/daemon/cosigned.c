#include "daemon/cosigned.h"

#include <string.h>

#include "base/limits.h"

enum { AT_A_TIME = 256 /* checkpoints that are looked through */ };

enum result cosigned_get(struct store *store, struct arena *arena, uint64_t size, struct span *text) {
    size_t count = 1;
    TRY(store_checkpoints(store, arena, JOURNAL_DISCLOSURES, size, size, text, &count));
    return count ? RESULT_OK : RESULT_NOT_FOUND;
}

bool cosigned_is(struct arena *arena, struct span text) {
    struct cosignature cosignature;
    return !cosignature_read(&cosignature, arena, &text);
}

/* Of some checkpoints, ascending: goes on behind them. */
struct search {
    struct arena *scratch;
    struct arena *arena;
    bool last;
    struct span found;
    uint64_t from;
};

static enum result look_at(struct search *search, struct span text) {
    struct checkpoint point;
    struct span rest = text;
    TRY(checkpoint_read(&point, search->scratch, &rest));
    search->from = point.size + 1;
    if (!cosigned_is(search->scratch, rest) || (search->found.data && !search->last))
        return RESULT_OK;
    const void *copy = arena_copy(search->arena, text.data, text.len);
    search->found = span_of(copy, text.len);
    return copy ? RESULT_OK : RESULT_NO_MEMORY;
}

enum result cosigned_find(struct store *store, struct arena *arena, uint64_t size, bool last, struct span *text) {
    struct arena scratch;
    struct search search = {&scratch, arena, last, {0}, size};
    size_t count = AT_A_TIME;
    enum result result = RESULT_OK;
    arena_init(&scratch, SIZE_MAX);
    while (!result && count == AT_A_TIME && (last || !search.found.data)) {
        struct span texts[AT_A_TIME];
        arena_reset(&scratch);
        result = store_checkpoints(store, &scratch, JOURNAL_DISCLOSURES, search.from, UINT64_MAX, texts, &count);
        for (size_t i = 0; !result && i < count; i++)
            result = look_at(&search, texts[i]);
    }
    arena_release(&scratch);
    if (!result && !search.found.data)
        return RESULT_NOT_FOUND;
    *text = search.found;
    return result;
}

/* Is there room for one more, and none of this member yet? */
static bool has_room(struct arena *arena, struct span text, const struct cosignature *wanted) {
    struct cosignature there;
    size_t count = 0;
    while (!cosignature_read(&there, arena, &text))
        if (memcmp(there.witness, wanted->witness, MEMBER_ID_SIZE) == 0 || ++count == COSIGNATURES_MAX)
            return false;
    return true;
}

enum result cosigned_add(struct store *store, struct arena *arena, const struct checkpoint *checkpoint,
                         const struct cosignature *cosignature, const struct member *witness, bool *kept) {
    struct checkpoint here;
    struct span text, rest;
    struct buf longer;
    *kept = false;
    TRY(cosigned_get(store, arena, checkpoint->size, &text));
    rest = text;
    TRY(checkpoint_read(&here, arena, &rest));
    if (memcmp(here.signature, checkpoint->signature, SIGNATURE_SIZE) != 0)
        return RESULT_NOT_FOUND;
    TRY(cosignature_verify(cosignature, arena, &here, witness));
    if (!has_room(arena, rest, cosignature))
        return RESULT_OK;
    buf_init(&longer, arena);
    buf_put_span(&longer, text);
    cosignature_write(&longer, cosignature);
    if (longer.failed)
        return RESULT_NO_MEMORY;
    *kept = true;
    return store_put_checkpoint(store, JOURNAL_DISCLOSURES, here.size, buf_span(&longer));
}
