/* Checkpoints in a text that somebody kept. */
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
    arena_release(&arena);
    return 0;
}
