#include "store/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/blobs_internal.h"

enum {
    SYNC_CHUNKS = 16,                /* so that the last sync has little to wait for */
    DISK_RESERVE = 64 * 1024 * 1024, /* free bytes that attachments leave to alerts */
};

static const char part_suffix[] = ".part";
static const char damaged_suffix[] = ".damaged";
static const char draft_prefix[] = "new-";

void blob_name(char out[static BLOB_NAME_SIZE], const uint8_t *id, bool whole) {
    text_hex(out, id, BLOB_ID_SIZE);
    memcpy(out + BLOB_NAME_LEN, whole ? "" : part_suffix, whole ? 1 : sizeof part_suffix);
}

struct blob_row *blob_add_row(struct blobs *blobs, const uint8_t *id, const struct blob *blob) {
    struct blob_row *row = calloc(1, sizeof *row);
    if (!row)
        return NULL;
    memcpy(row->id, id, BLOB_ID_SIZE);
    row->manifest_size = BLOB_MANIFEST_HEAD + (size_t)blob->count * HASH_SIZE;
    row->stand.count = blob->count;
    row->stand.bytes = row->manifest_size + blob_chunk_offset(blob->count - 1) + blob_chunk_size(blob, blob->count - 1);
    if (!id_map_add(&blobs->rows, row)) {
        free(row);
        return NULL;
    }
    blobs->used += row->stand.bytes;
    return row;
}

static void drop_row(struct blobs *blobs, struct blob_row *row) {
    blobs->used -= row->stand.bytes;
    id_map_remove(&blobs->rows, row);
    free(row);
}

uint64_t blob_row_offset(const struct blob_row *row, uint32_t number) {
    return row->manifest_size + blob_chunk_offset(number);
}

enum result blob_open_row(const struct blobs *blobs, const struct blob_row *row, int flags, int *file) {
    char name[BLOB_NAME_SIZE];
    blob_name(name, row->id, row->stand.whole);
    *file = openat(blobs->folder, name, flags | O_CLOEXEC | O_NOFOLLOW);
    return *file < 0 ? file_result(errno) : RESULT_OK;
}

/* --- what is in the folder --- */

enum result blob_read_manifest(struct arena *arena, int file, const uint8_t *id, struct blob *blob,
                               struct span *manifest) {
    uint8_t head[BLOB_MANIFEST_HEAD];
    TRY(file_read_at(file, head, sizeof head, 0));
    TRY(blob_read_head(blob, SPAN_OF_ARRAY(head)));
    size_t size = BLOB_MANIFEST_HEAD + (size_t)blob->count * HASH_SIZE;
    uint8_t *bytes = arena_alloc(arena, size);
    if (!bytes)
        return RESULT_NO_MEMORY;
    TRY(file_read_at(file, bytes, size, 0));
    *manifest = span_of(bytes, size);
    return blob_read(blob, *manifest, id);
}

/* How many chunks stand in the file from the first on as the manifest names them. */
static uint32_t count_good(int file, const struct blob *blob, size_t manifest_size, uint8_t *chunk) {
    uint32_t good = 0;
    while (good < blob->count) {
        size_t size = blob_chunk_size(blob, good);
        if (file_read_at(file, chunk, size, manifest_size + blob_chunk_offset(good)) ||
            blob_check(blob, good, span_of(chunk, size)))
            break;
        good++;
    }
    return good;
}

/* Takes a file of the folder into the table: a part as far as it is good. */
static enum result take_file(struct blobs *blobs, struct arena *arena, const uint8_t *id, bool whole) {
    struct blob_row named = {.stand.whole = whole};
    struct blob blob;
    struct span manifest;
    struct stat st;
    int file;
    memcpy(named.id, id, BLOB_ID_SIZE);
    TRY(blob_open_row(blobs, &named, O_RDONLY, &file));
    enum result result = fstat(file, &st) == 0 ? RESULT_OK : file_result(errno);
    if (!result)
        result = blob_read_manifest(arena, file, id, &blob, &manifest);
    struct blob_row *row = result ? NULL : blob_add_row(blobs, id, &blob);
    if (!result && !row)
        result = RESULT_NO_MEMORY;
    if (row) {
        uint8_t *chunk = arena_alloc(arena, BLOB_SEALED_BYTES);
        row->stand.whole = whole;
        row->stand.have = whole ? blob.count : chunk ? count_good(file, &blob, row->manifest_size, chunk) : 0;
        if (whole && (uint64_t)st.st_size != row->stand.bytes) {
            drop_row(blobs, row);
            result = RESULT_STORE_DAMAGED;
        }
    }
    close(file);
    return result;
}

static bool read_name(const char *name, uint8_t id[static BLOB_ID_SIZE], bool *whole) {
    char hex[BLOB_NAME_LEN + 1] = {0};
    size_t len = strlen(name);
    *whole = len == BLOB_NAME_LEN;
    if (!*whole && (len != BLOB_NAME_LEN + sizeof part_suffix - 1 || strcmp(name + BLOB_NAME_LEN, part_suffix) != 0))
        return false;
    memcpy(hex, name, BLOB_NAME_LEN);
    return text_unhex(id, BLOB_ID_SIZE, hex);
}

static bool is_damage(enum result result) {
    return result == RESULT_TRUNCATED || result == RESULT_BAD_HASH || result == RESULT_MALFORMED ||
           result == RESULT_STORE_DAMAGED;
}

/* Goes on as a part, as far as it is good. One without its manifest is of no use here, but nothing that was whole is
 * thrown away for that. */
static enum result take_damaged(struct blobs *blobs, struct arena *arena, const uint8_t *id, bool whole) {
    char from[BLOB_NAME_SIZE], to[BLOB_NAME_SIZE], aside[BLOB_NAME_SIZE + sizeof damaged_suffix];
    blob_name(from, id, whole);
    blob_name(to, id, false);
    if (whole && renameat(blobs->folder, from, blobs->folder, to) != 0)
        return file_result(errno);
    enum result result = take_file(blobs, arena, id, false);
    if (!is_damage(result))
        return result;
    snprintf(aside, sizeof aside, "%s%s", to, damaged_suffix);
    int failed = whole ? renameat(blobs->folder, to, blobs->folder, aside) : unlinkat(blobs->folder, to, 0);
    return failed ? file_result(errno) : RESULT_OK;
}

/* What a newer program wrote is left alone. */
static enum result take_name(struct blobs *blobs, const char *name) {
    uint8_t id[BLOB_ID_SIZE];
    bool whole;
    struct arena arena;
    if (strncmp(name, draft_prefix, strlen(draft_prefix)) == 0)
        unlinkat(blobs->folder, name, 0); /* its key died with the process */
    if (!read_name(name, id, &whole) || id_map_find(&blobs->rows, id))
        return RESULT_OK;
    arena_init(&arena, BLOB_MEMORY);
    enum result result = take_file(blobs, &arena, id, whole);
    if (is_damage(result))
        result = take_damaged(blobs, &arena, id, whole);
    arena_release(&arena);
    return result == RESULT_UNKNOWN_SUITE || result == RESULT_TOO_LARGE ? RESULT_OK : result;
}

static enum result take_folder(struct blobs *blobs) {
    int copy = dup(blobs->folder);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);
    enum result result = RESULT_OK;
    if (!folder) {
        if (copy >= 0)
            close(copy);
        return file_result(errno);
    }
    for (const struct dirent *entry; !result && (entry = readdir(folder));)
        result = take_name(blobs, entry->d_name);
    closedir(folder);
    return result;
}

enum result blobs_open(struct blobs **out, const struct blobs_options *options) {
    TRY(file_make_private_folder(options->folder));
    struct blobs *blobs = calloc(1, sizeof *blobs);
    if (!blobs)
        return RESULT_NO_MEMORY;
    blobs->options = *options;
    blobs->folder = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    enum result result = blobs->folder < 0 ? file_result(errno) : take_folder(blobs);
    if (result) {
        blobs_close(blobs);
        return result;
    }
    *out = blobs;
    return RESULT_OK;
}

void blobs_close(struct blobs *blobs) {
    if (!blobs)
        return;
    if (blobs->folder >= 0)
        close(blobs->folder);
    id_map_release(&blobs->rows, free);
    free(blobs);
}

/* --- asking --- */

bool blobs_find(const struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], struct blob_stand *out) {
    const struct blob_row *row = id_map_find(&blobs->rows, id);
    if (row)
        *out = row->stand;
    return row != NULL;
}

struct visiting {
    void (*visit)(void *context, const uint8_t *id, const struct blob_stand *stand);
    void *context;
};

static void visit_row(void *context, void *of_map) {
    const struct visiting *visiting = context;
    const struct blob_row *row = of_map;
    visiting->visit(visiting->context, row->id, &row->stand);
}

void blobs_each(const struct blobs *blobs,
                void (*visit)(void *context, const uint8_t *id, const struct blob_stand *stand), void *context) {
    struct visiting visiting = {visit, context};
    id_map_each(&blobs->rows, visit_row, &visiting);
}

uint64_t blobs_age_ms(const struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], uint64_t now_ms) {
    const struct blob_row *row = id_map_find(&blobs->rows, id);
    char name[BLOB_NAME_SIZE];
    struct stat st;
    if (!row)
        return 0;
    blob_name(name, id, row->stand.whole);
    if (fstatat(blobs->folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_mtim.tv_sec < 0)
        return 0;
    uint64_t written_ms = (uint64_t)st.st_mtim.tv_sec * 1000;
    return now_ms > written_ms ? now_ms - written_ms : 0;
}

uint64_t blobs_used(const struct blobs *blobs) {
    return blobs->used;
}

static enum result admit(const struct blobs *blobs, uint64_t bytes) {
    struct statvfs disk;
    if (bytes > blobs->options.total_max || blobs->used > blobs->options.total_max - bytes)
        return RESULT_STORE_FULL;
    if (fstatvfs(blobs->folder, &disk) != 0)
        return file_result(errno);
    return (uint64_t)disk.f_bavail * disk.f_frsize >= bytes + DISK_RESERVE ? RESULT_OK : RESULT_DISK_FULL;
}

enum result blobs_admit(const struct blobs *blobs, uint64_t length) {
    if (length > blobs->options.file_max || length > ATTACHMENT_BYTES_MAX)
        return RESULT_TOO_LARGE;
    return admit(blobs, blob_manifest_size(length) + blob_sealed_size(length));
}

/* --- of others --- */

enum result blob_read_row(struct arena *arena, const struct blob_row *row, int file, struct blob *blob,
                          struct span *manifest) {
    enum result result = blob_read_manifest(arena, file, row->id, blob, manifest);
    return result == RESULT_NO_MEMORY || result == RESULT_IO || !result ? result : RESULT_STORE_DAMAGED;
}

enum result blobs_begin(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], struct span manifest) {
    struct blob blob;
    char name[BLOB_NAME_SIZE];
    if (id_map_find(&blobs->rows, id))
        return RESULT_EXISTS;
    TRY(blob_read(&blob, manifest, id));
    if (blob.size > blob_padded_size(blobs->options.file_max))
        return RESULT_TOO_LARGE;
    struct blob_row *row = blob_add_row(blobs, id, &blob);
    if (!row)
        return RESULT_NO_MEMORY;
    blobs->used -= row->stand.bytes; /* for the question only */
    enum result result = admit(blobs, row->stand.bytes);
    blobs->used += row->stand.bytes;
    blob_name(name, id, false);
    int file =
        result ? -1
               : openat(blobs->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (!result)
        result = file < 0 ? file_result(errno) : file_write_at(file, manifest, 0);
    if (file >= 0)
        close(file);
    if (result)
        blobs_remove(blobs, id);
    return result;
}

static enum result make_whole(struct blobs *blobs, struct blob_row *row, int file) {
    char from[BLOB_NAME_SIZE], to[BLOB_NAME_SIZE];
    blob_name(from, row->id, false);
    blob_name(to, row->id, true);
    if (fsync(file) != 0 || renameat(blobs->folder, from, blobs->folder, to) != 0)
        return file_result(errno);
    if (fsync(blobs->folder) != 0 && errno != EINVAL)
        return file_result(errno);
    row->stand.whole = true;
    return RESULT_OK;
}

static enum result put_chunk(struct blobs *blobs, struct arena *arena, struct blob_row *row, int file,
                             struct span sealed) {
    struct blob blob;
    struct span manifest;
    uint32_t number = row->stand.have;
    TRY(blob_read_row(arena, row, file, &blob, &manifest));
    TRY(blob_check(&blob, number, sealed));
    TRY(file_write_at(file, sealed, blob_row_offset(row, number)));
    if (number + 1 == row->stand.count)
        TRY(make_whole(blobs, row, file));
    else if (number % SYNC_CHUNKS == SYNC_CHUNKS - 1 && fdatasync(file) != 0)
        return file_result(errno);
    row->stand.have++;
    return RESULT_OK;
}

enum result blobs_put(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE], uint32_t number, struct span sealed) {
    struct blob_row *row = id_map_find(&blobs->rows, id);
    struct arena arena;
    int file;
    if (!row)
        return RESULT_NOT_FOUND;
    if (row->stand.whole || number != row->stand.have)
        return RESULT_OUT_OF_ORDER;
    TRY(blob_open_row(blobs, row, O_RDWR, &file));
    arena_init(&arena, BLOB_MEMORY);
    enum result result = put_chunk(blobs, &arena, row, file, sealed);
    arena_release(&arena);
    close(file);
    return result;
}

/* --- what is damaged, and what goes --- */

/* The disk does not give back what it was given: from here on only what is good counts as here. */
enum result blob_recheck(struct blobs *blobs, const uint8_t *id) {
    struct blob_row *row = id_map_find(&blobs->rows, id);
    bool whole = row->stand.whole;
    struct arena arena;
    drop_row(blobs, row);
    arena_init(&arena, BLOB_MEMORY);
    enum result result = take_damaged(blobs, &arena, id, whole);
    arena_release(&arena);
    return result;
}

void blobs_remove(struct blobs *blobs, const uint8_t id[static BLOB_ID_SIZE]) {
    struct blob_row *row = id_map_find(&blobs->rows, id);
    char name[BLOB_NAME_SIZE];
    if (!row)
        return;
    for (int whole = 0; whole < 2; whole++) {
        blob_name(name, id, whole);
        unlinkat(blobs->folder, name, 0);
    }
    drop_row(blobs, row);
}
