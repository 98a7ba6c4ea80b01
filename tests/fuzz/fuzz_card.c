/* A card as it comes by mail. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "keys/roster.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct member member;
    char print[40];
    arena_init(&arena, (size_t)1024 * 1024);
    if (!roster_card_read(&member, &arena, span_of(data, size))) {
        roster_fingerprint(print, &member);
        if (strlen(member.name) > NAME_BYTES_MAX || strlen(member.label) > LABEL_BYTES_MAX ||
            strlen(member.country) != 2 || sign_check_key(member.sign_key))
            abort();
    }
    arena_release(&arena);
    return 0;
}
