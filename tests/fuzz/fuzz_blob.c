/* A manifest of anybody's, and chunks behind it. The first bytes of the input choose: a manifest whose id is its hash,
 * so that its chunks are looked at, or any; what is left over is cut into chunks. Nothing that opens was not sealed. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "keys/blob.h"
#include "keys/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

static const uint8_t key[BLOB_KEY_SIZE] = {1};

static void take(struct span manifest, struct span rest) {
    static uint8_t plain[BLOB_CHUNK_BYTES];
    uint8_t id[BLOB_ID_SIZE];
    struct blob blob;
    struct blob_opener opener;
    hash_of(id, "INAMA.blob", manifest);
    if (blob_read(&blob, manifest, id))
        return;
    if (blob.size > blob_padded_size(ATTACHMENT_BYTES_MAX) || blob.count > manifest.len / HASH_SIZE ||
        blob_chunk_offset(blob.count - 1) + blob_chunk_size(&blob, blob.count - 1) < blob.size)
        abort();
    for (uint32_t i = 0; i < blob.count; i++) {
        struct span chunk, opened;
        if (!span_take(&rest, blob_chunk_size(&blob, i), &chunk))
            break;
        if (!blob_check(&blob, i, chunk) && i == 0 && !blob_opener_init(&opener, &blob, key) &&
            !blob_open(&opener, chunk, plain, &opened))
            abort(); /* nobody sealed it */
    }
}

/* As a peer may: any id, and a manifest of any bytes. */
static void refuse(struct span bytes) {
    static const uint8_t id[BLOB_ID_SIZE] = {7};
    struct blob blob;
    if (!blob_read(&blob, bytes, id))
        abort();
}

/* What was sealed comes back. */
static void round_trip(struct span file) {
    static uint8_t sealed[BLOB_SEALED_BYTES], plain[BLOB_CHUNK_BYTES];
    struct blob_sealer *sealer = file.len ? blob_sealer_new(file.len, random_system()) : NULL;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    struct span from = file, opened;
    struct blob blob;
    struct blob_opener opener;
    if (!sealer || file.len > 65000)
        goto out;
    size_t len = blob_seal(sealer, &from, sealed);
    struct span manifest = blob_sealer_finish(sealer, &reference, sha256);
    if (blob_read(&blob, manifest, reference.id) || blob_opener_init(&opener, &blob, reference.key) ||
        blob_open(&opener, span_of(sealed, len), plain, &opened) || !span_equal(opened, file))
        abort();
out:
    blob_sealer_free(sealer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span input = span_of(data, size), manifest;
    uint8_t count;
    round_trip(input);
    refuse(input);
    if (span_u8(&input, &count) && span_take(&input, BLOB_MANIFEST_HEAD + (size_t)count * HASH_SIZE, &manifest))
        take(manifest, input);
    return 0;
}
