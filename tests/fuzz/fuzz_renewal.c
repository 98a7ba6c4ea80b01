/* A renewal as it comes from anybody: read, looked through, and read again as it was kept. */
#include <stdlib.h>

#include "base/limits.h"
#include "keys/renewal.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct identity stranger;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    if (identity_make(&stranger, random_system()))
        abort();
    return 0;
}

static void look_through(const struct renewal *renewal) {
    if (renewal->serial < 2 || renewal->file.len > RENEWAL_BYTES_MAX)
        abort();
    if (!renewal_verify(renewal, renewal->sign_key) && sign_check_key(renewal->sign_key))
        abort(); /* whoever has signed it, the new keys are good */
    if (!renewal_verify(renewal, stranger.sign_key))
        abort(); /* it has signed nothing */
    const struct ending *ending = renewal->ending;
    if (ending && (ending->count > FEED_ENDS_MAX || ending->cause < ENDING_LEFT || ending->cause > ENDING_REVOKED))
        abort();
    for (size_t i = 1; ending && i < ending->count; i++)
        if (memcmp(ending->ends[i - 1].feed, ending->ends[i].feed, HASH_SIZE) >= 0 || !ending->ends[i].number)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct renewal *renewal, *again;
    if (renewal_read(&renewal, span_of(data, size)))
        return 0;
    look_through(renewal);
    if (renewal_read(&again, renewal->file) || memcmp(renewal->hash, again->hash, HASH_SIZE) != 0)
        abort();
    renewal_drop(again);
    renewal_drop(renewal);
    return 0;
}
