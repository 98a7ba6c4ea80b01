/* A card as it comes by mail. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "keys/card.h"
#include "keys/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

/* What reads says nothing that a row may not say, and nothing that others have to say. */
static void check(const struct member *member) {
    char digits[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    uint8_t id[MEMBER_ID_SIZE];
    member_fingerprint(digits, member);
    member_fingerprint_words(words, member);
    if (strlen(digits) != FINGERPRINT_SIZE - 1 || strlen(words) != FINGERPRINT_WORDS_SIZE - 1)
        abort();
    if (strlen(member->name) > NAME_BYTES_MAX || strlen(member->label) > LABEL_BYTES_MAX ||
        strlen(member->country) != 2 || sign_check_key(member->sign_key))
        abort();
    identity_id_of(id, member->sign_key);
    if (member->serial == 0 || (member->serial == 1 && memcmp(id, member->id, MEMBER_ID_SIZE) != 0))
        abort();
    if (member->former_count || member->ended || member->by)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct member member;
    arena_init(&arena, (size_t)1024 * 1024);
    if (!card_read(&member, &arena, span_of(data, size)))
        check(&member);
    arena_release(&arena);
    return 0;
}
