/* A grant as it comes from anybody who may write into a feed. */
#include <stdlib.h>

#include "keys/epoch.h"
#include "keys/identity.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct identity member;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    if (identity_make(&member, random_system()))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct epoch_place place = {.feed = {1}, .epoch = 1};
    uint8_t key[EPOCH_KEY_SIZE];
    struct span grant = span_of(data, size);
    enum result form = epoch_check_form(grant);
    enum result result = epoch_accept(key, grant, &place, member.id, member.secrets->encryption, member.encryption_key);
    if (!result || (form && form != result))
        abort(); /* none was made for this member; both look at the form in the same way */
    return 0;
}
