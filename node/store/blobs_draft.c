/* The part of blobs.h that takes in files of our own: sealed as they come. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/blobs_internal.h"

struct blob_draft {
    struct blobs *blobs;
    struct blob_sealer *sealer;
    uint64_t reserved; /* of blobs->used */
    uint64_t offset;   /* of the next chunk */
    int file;          /* -1: nothing is kept */
    char name[BLOB_NAME_SIZE];
    uint8_t chunk[BLOB_SEALED_BYTES];
};

static enum result make_file(struct blob_draft *draft) {
    const struct blobs *blobs = draft->blobs;
    uint64_t number;
    random_fill(blobs->options.random, &number, sizeof number);
    snprintf(draft->name, sizeof draft->name, "new-%016llx.part", (unsigned long long)number);
    draft->file =
        openat(blobs->folder, draft->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (draft->file >= 0)
        return RESULT_OK;
    draft->name[0] = '\0'; /* whatever is there is not ours to remove */
    return file_result(errno);
}

enum result blobs_draft(struct blob_draft **out, struct blobs *blobs, uint64_t length, bool keep) {
    if (length == 0)
        return RESULT_INVALID;
    TRY(blobs_admit(blobs, length));
    struct blob_draft *draft = calloc(1, sizeof *draft);
    if (!draft)
        return RESULT_NO_MEMORY;
    draft->blobs = blobs;
    draft->file = -1;
    draft->offset = blob_manifest_size(length);
    draft->reserved = keep ? blob_manifest_size(length) + blob_sealed_size(length) : 0;
    blobs->used += draft->reserved;
    draft->sealer = blob_sealer_new(length, blobs->options.random);
    enum result result = !draft->sealer ? RESULT_NO_MEMORY : keep ? make_file(draft) : RESULT_OK;
    if (result) {
        blob_draft_free(draft);
        return result;
    }
    *out = draft;
    return RESULT_OK;
}

static enum result put_sealed(struct blob_draft *draft, struct span piece) {
    for (size_t len; (len = blob_seal(draft->sealer, &piece, draft->chunk));) {
        if (draft->file >= 0)
            TRY(file_write_at(draft->file, span_of(draft->chunk, len), draft->offset));
        draft->offset += len;
    }
    return piece.len ? RESULT_TOO_LARGE : RESULT_OK;
}

enum result blob_draft_add(struct blob_draft *draft, struct span piece) {
    TRY(put_sealed(draft, piece));
    return draft->file < 0 || fdatasync(draft->file) == 0 ? RESULT_OK : file_result(errno);
}

static enum result put_in_place(struct blob_draft *draft, const uint8_t *id, struct span manifest) {
    char name[BLOB_NAME_SIZE];
    int folder = draft->blobs->folder;
    blob_name(name, id, true);
    TRY(file_write_at(draft->file, manifest, 0));
    if (fsync(draft->file) != 0 || renameat(folder, draft->name, folder, name) != 0)
        return file_result(errno);
    draft->name[0] = '\0';
    return fsync(folder) == 0 || errno == EINVAL ? RESULT_OK : file_result(errno);
}

enum result blob_draft_finish(struct blob_draft *draft, struct blob_reference *reference,
                              uint8_t sha256[static HASH_SIZE]) {
    struct blob blob;
    struct blob_reference made;
    if (!blob_sealer_is_done(draft->sealer))
        return RESULT_TRUNCATED;
    struct span manifest = blob_sealer_finish(draft->sealer, &made, sha256);
    if (draft->file >= 0) {
        TRY(blob_read(&blob, manifest, made.id));
        struct blob_row *row = blob_add_row(draft->blobs, made.id, &blob);
        if (!row)
            return RESULT_NO_MEMORY;
        enum result result = put_in_place(draft, made.id, manifest);
        if (result) {
            blobs_remove(draft->blobs, made.id);
            return result;
        }
        row->stand.whole = true;
        row->stand.have = row->stand.count;
    }
    *reference = made;
    return RESULT_OK;
}

void blob_draft_free(struct blob_draft *draft) {
    if (!draft)
        return;
    if (draft->file >= 0)
        close(draft->file);
    if (draft->name[0])
        unlinkat(draft->blobs->folder, draft->name, 0);
    draft->blobs->used -= draft->reserved;
    blob_sealer_free(draft->sealer);
    free(draft);
}
