/* Checkpoints in a text that somebody kept, and their cosignatures. */
#include <stdlib.h>

#include "core/journal.h"
#include "keys/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

/* What reads has one text only, and no member who is not in the roster said it. */
static void check(struct arena *arena, const struct checkpoint *checkpoint, struct span read) {
    struct buf text;
    buf_init(&text, arena);
    checkpoint_write(&text, checkpoint);
    if (text.len > read.len || memcmp(text.data, read.data + read.len - text.len, text.len) != 0)
        abort();
    if (checkpoint_verify(checkpoint, arena, NULL) != RESULT_UNKNOWN_MEMBER)
        abort();
}

static void check_cosignature(struct arena *arena, const struct cosignature *cosignature, struct span read) {
    static const struct checkpoint any = {.journal = JOURNAL_DISCLOSURES};
    struct buf text;
    buf_init(&text, arena);
    cosignature_write(&text, cosignature);
    if (text.len > read.len || memcmp(text.data, read.data + read.len - text.len, text.len) != 0)
        abort();
    if (cosignature_verify(cosignature, arena, &any, NULL) != RESULT_UNKNOWN_MEMBER)
        abort();
}

static void read_cosignatures(struct arena *arena, struct span rest) {
    struct cosignature cosignature;
    for (;;) {
        const struct span before = rest;
        if (cosignature_read(&cosignature, arena, &rest))
            break;
        check_cosignature(arena, &cosignature, span_of(before.data, before.len - rest.len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct checkpoint checkpoint;
    struct span rest = span_of(data, size);
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    for (;;) {
        const struct span before = rest;
        if (checkpoint_read(&checkpoint, &arena, &rest))
            break;
        check(&arena, &checkpoint, span_of(before.data, before.len - rest.len));
    }
    read_cosignatures(&arena, span_of(data, size));
    arena_release(&arena);
    return 0;
}
