#include "cli/bundle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/print.h"

enum { HEAD_MEMORY_MAX = 16 * 1024 * 1024 };

static enum result failed(void) {
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return RESULT_NOT_FOUND;
    case EEXIST:
        return RESULT_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
        return RESULT_NOT_ALLOWED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: /* also more than a FAT holds in one file */
        return RESULT_DISK_FULL;
    default:
        return RESULT_IO;
    }
}

/* --- writing --- */

static bool is_stick(const char *path) {
    struct bundle bundle;
    uint8_t start[BUNDLE_START_SIZE];
    struct stat status;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    bool is = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
              read(fd, start, sizeof start) == (ssize_t)sizeof start && !bundle_open(&bundle, start);
    if (fd >= 0)
        close(fd);
    return is;
}

static enum result put(struct bundle_out *out, const void *bytes, size_t len) {
    if (len && fwrite(bytes, 1, len, out->file) != len)
        return failed();
    out->bytes += len;
    return RESULT_OK;
}

enum result bundle_out_open(struct bundle_out *out, struct arena *arena, const char *path, bool replace) {
    struct stat status;
    uint8_t start[BUNDLE_START_SIZE];
    *out = (struct bundle_out){.path = path, .beside = text_format(arena, "%s.tmp", path), .replace = replace};
    if (lstat(path, &status) == 0 && !(replace && is_stick(path)))
        return RESULT_EXISTS;
    if (lstat(out->beside, &status) == 0 && S_ISREG(status.st_mode))
        unlink(out->beside); /* left by one that was cut off */
    int fd = open(out->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed();
    out->file = fdopen(fd, "wb");
    if (!out->file) {
        close(fd);
        return RESULT_NO_MEMORY;
    }
    bundle_start(&out->bundle, start);
    return put(out, start, sizeof start);
}

uint64_t bundle_out_size(const struct bundle_out *out, size_t len) {
    return out->bytes + BUNDLE_RECORD_SIZE + len + BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE;
}

enum result bundle_out_put(struct bundle_out *out, uint8_t kind, struct span bytes) {
    uint8_t header[BUNDLE_RECORD_SIZE];
    bundle_put(&out->bundle, header, (enum bundle_kind)kind, bytes);
    TRY(put(out, header, sizeof header));
    return put(out, bytes.data, bytes.len);
}

static enum result sync_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (fd < 0)
        return RESULT_OK; /* a folder that may be written and not read */
    enum result result = fsync(fd) == 0 || errno == EINVAL ? RESULT_OK : failed();
    close(fd);
    return result;
}

enum result bundle_out_close(struct bundle_out *out) {
    uint8_t end[BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE];
    bundle_finish(&out->bundle, end);
    TRY(put(out, end, sizeof end));
    if (fflush(out->file) != 0 || fsync(fileno(out->file)) != 0)
        return failed();
    FILE *file = out->file;
    out->file = NULL;
    if (fclose(file) != 0 || rename(out->beside, out->path) != 0) {
        enum result result = failed();
        unlink(out->beside);
        return result;
    }
    return sync_folder(out->path);
}

void bundle_out_abandon(struct bundle_out *out) {
    if (!out->file)
        return;
    fclose(out->file);
    unlink(out->beside);
    out->file = NULL;
}

/* --- reading --- */

static enum exit_code refuse(struct call *call, const char *path, const char *why, const char *next) {
    print_error("%s: %s", text_escape(call->arena, path), why);
    if (next)
        print_next("%s", next);
    return EXIT_REFUSED;
}

static enum exit_code open_file(struct bundle_in *in, struct call *call, const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ELOOP)
        return refuse(call, path, _("this is a symbolic link, and on a stick from elsewhere it may lead anywhere"),
                      _("give the file that it leads to"));
    if (fd < 0)
        return refuse(call, path, result_text(failed()), NULL);
    in->file = fdopen(fd, "rb");
    if (!in->file) {
        close(fd);
        return refuse(call, path, result_text(RESULT_NO_MEMORY), NULL);
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return refuse(call, path, _("this is no file: a folder, a device or a pipe is not read"), NULL);
    in->size = (uint64_t)status.st_size;
    return EXIT_DONE;
}

static bool get(struct bundle_in *in, void *out, size_t len) {
    if (len > in->size - in->at || fread(out, 1, len, in->file) != len) {
        in->verdict = ferror(in->file) ? RESULT_IO : RESULT_TRUNCATED;
        return false;
    }
    in->at += len;
    return true;
}

enum exit_code bundle_in_open(struct bundle_in *in, struct call *call, const char *path) {
    uint8_t start[BUNDLE_START_SIZE];
    *in = (struct bundle_in){0};
    enum exit_code code = open_file(in, call, path);
    if (code)
        return code;
    in->record = malloc(BUNDLE_BYTES_MAX);
    if (!in->record)
        return refuse(call, path, result_text(RESULT_NO_MEMORY), NULL);
    enum result result = get(in, start, sizeof start) ? bundle_open(&in->bundle, start) : RESULT_MALFORMED;
    if (result == RESULT_UNKNOWN_SUITE)
        return refuse(call, path, _("it was written by a newer version of inama"), NULL);
    if (result)
        return refuse(call, path, _("this is not what inama bundle write has written"), NULL);
    return EXIT_DONE;
}

bool bundle_in_next(struct bundle_in *in, uint8_t *kind, struct span *bytes) {
    uint8_t header[BUNDLE_RECORD_SIZE];
    size_t len;
    if (!get(in, header, sizeof header))
        return false;
    in->verdict = bundle_next(header, kind, &len);
    if (in->verdict || !get(in, in->record, len))
        return false;
    *bytes = span_of(in->record, len);
    if (*kind == BUNDLE_END) {
        in->verdict = bundle_close(&in->bundle, *bytes);
        return false;
    }
    bundle_take(&in->bundle, *kind, *bytes);
    return true;
}

bool bundle_in_head(struct bundle_head *head, struct span *kept, struct arena *arena, struct span record) {
    struct bundle_head tried;
    struct arena trial;
    arena_init(&trial, HEAD_MEMORY_MAX);
    enum result result = bundle_head_read(&tried, &trial, record);
    arena_release(&trial);
    const void *copy = result ? NULL : arena_copy(arena, record.data, record.len);
    if (!copy || bundle_head_read(head, arena, span_of(copy, record.len)))
        return false;
    *kept = span_of(copy, record.len);
    return true;
}

void bundle_in_close(struct bundle_in *in) {
    if (in->file)
        fclose(in->file);
    free(in->record);
    *in = (struct bundle_in){0};
}

enum exit_code bundle_in_say(const struct bundle_in *in, struct call *call, const char *path) {
    const char *name = text_escape(call->arena, path);
    if (in->verdict == RESULT_OK) {
        if (in->at < in->size)
            print_line(_("Behind its end stand %llu bytes more, which were not read."),
                       (unsigned long long)(in->size - in->at));
        return EXIT_DONE;
    }
    if (in->verdict == RESULT_TRUNCATED)
        print_error(_("%s is cut off at byte %llu: what stands before that is good"), name, (unsigned long long)in->at);
    else if (in->verdict == RESULT_BAD_HASH)
        print_error(_("%s was changed or damaged since it was written: only what is signed counts"), name);
    else
        print_error(_("%s cannot be read behind byte %llu: %s"), name, (unsigned long long)in->at,
                    result_text(in->verdict));
    print_next(_("copy it again from where it comes from, and read it again: nothing is taken twice"));
    return EXIT_REFUSED;
}
