#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"

enum { PIPE_STEP = 16 * 1024 };

enum result file_result(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return RESULT_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP: /* a symbolic link where none may be */
        return RESULT_NOT_ALLOWED;
    case EEXIST:
        return RESULT_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return RESULT_DISK_FULL;
    case ENOMEM:
        return RESULT_NO_MEMORY;
    default:
        return RESULT_IO;
    }
}

static enum result failed(void) {
    return file_result(errno);
}

/* Closes without losing the errno that the caller reports. */
static void close_quietly(int fd) {
    int error = errno;
    close(fd);
    errno = error;
}

static ssize_t read_some(int fd, void *out, size_t len) {
    ssize_t got;
    do
        got = read(fd, out, len);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Reads to the end into `content`, which may hold room already, and appends a NUL. */
static enum result read_all(struct buf *content, int fd, size_t max) {
    for (;;) {
        size_t room = content->capacity - content->len;
        if (room == 0)
            room = PIPE_STEP;
        uint8_t *place = buf_extend(content, room);
        if (!place)
            return RESULT_NO_MEMORY;
        ssize_t got = read_some(fd, place, room);
        if (got < 0)
            return failed();
        content->len -= room - (size_t)got;
        if (content->len > max)
            return RESULT_TOO_LARGE;
        if (got == 0)
            break;
    }
    buf_put_u8(content, 0);
    return content->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static enum result read_open(struct span *out, struct arena *arena, int fd, size_t max, bool private) {
    struct stat st;
    struct buf content;
    if (fstat(fd, &st) != 0)
        return failed();
    if (private && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        errno = 0;
        return RESULT_NOT_ALLOWED;
    }
    buf_init(&content, arena);
    if (S_ISREG(st.st_mode)) {
        if ((uintmax_t)st.st_size > max)
            return RESULT_TOO_LARGE;
        content.capacity = (size_t)st.st_size + 1; /* so that the content is never copied to grow */
        content.data = arena_alloc(arena, content.capacity);
        if (!content.data)
            return RESULT_NO_MEMORY;
    }
    TRY(read_all(&content, fd, max));
    *out = span_of(content.data, content.len - 1);
    return RESULT_OK;
}

static enum result read_path(struct span *out, struct arena *arena, const char *path, size_t max, bool private) {
    if (strcmp(path, "-") == 0)
        return read_open(out, arena, STDIN_FILENO, max, private);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failed();
    enum result result = read_open(out, arena, fd, max, private);
    close_quietly(fd);
    return result;
}

enum result file_read(struct span *out, struct arena *arena, const char *path, size_t max) {
    return read_path(out, arena, path, max, false);
}

enum result file_read_private(struct span *out, struct arena *arena, const char *path, size_t max) {
    return read_path(out, arena, path, max, true);
}

static enum result write_all(int fd, struct span content) {
    while (content.len) {
        ssize_t put = write(fd, content.data, content.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed();
        content.data += put;
        content.len -= (size_t)put;
    }
    return RESULT_OK;
}

enum result file_write_at(int fd, struct span content, uint64_t offset) {
    while (content.len) {
        ssize_t put = pwrite(fd, content.data, content.len, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed();
        content = span_of(content.data + put, content.len - (size_t)put);
        offset += (uint64_t)put;
    }
    return RESULT_OK;
}

enum result file_read_at(int fd, void *out, size_t len, uint64_t offset) {
    for (uint8_t *place = out; len;) {
        ssize_t got = pread(fd, place, len, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed();
        if (got == 0)
            return RESULT_TRUNCATED;
        place += got;
        len -= (size_t)got;
        offset += (uint64_t)got;
    }
    return RESULT_OK;
}

/* Makes a change of names in the folder of `path` last. */
static enum result sync_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = !slash ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!folder)
        return RESULT_NO_MEMORY;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return failed();
    enum result result = RESULT_OK;
    if (fsync(fd) != 0 && errno != EINVAL) /* EINVAL: this file system has nothing to sync in a folder */
        result = failed();
    close_quietly(fd);
    return result;
}

/* A name beside `path` that nobody can foresee; NULL without memory. */
static char *name_beside(const char *path) {
    uint64_t number;
    char *name;
    random_fill(random_system(), &number, sizeof number);
    return asprintf(&name, "%s.%016llx.tmp", path, (unsigned long long)number) < 0 ? NULL : name;
}

/* Writes a new file with exactly this mode, synced; on failure there is none. */
static enum result write_new(const char *name, struct span content, mode_t mode) {
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode & S_IRWXU);
    if (fd < 0)
        return failed();
    enum result result = RESULT_OK;
    /* a stick with a FAT file system cannot be asked for a mode; that only matters for what is private */
    if (fchmod(fd, mode) != 0 && !(mode & (S_IRWXG | S_IRWXO)))
        result = failed();
    if (!result)
        result = write_all(fd, content);
    if (!result && fsync(fd) != 0)
        result = failed();
    if (close(fd) != 0 && !result)
        result = failed();
    if (result)
        unlink(name);
    return result;
}

static int rename_over(const char *from, const char *to) {
    return rename(from, to);
}

static int rename_unless_there(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(from, to) != 0) /* a file system that cannot rename so */
        return -1;
    return unlink(from);
}

static enum result write_beside(const char *path, struct span content, mode_t mode,
                                int (*put_in_place)(const char *from, const char *to)) {
    char *name = name_beside(path);
    if (!name)
        return RESULT_NO_MEMORY;
    enum result result = write_new(name, content, mode);
    if (!result && put_in_place(name, path) != 0) {
        result = failed();
        unlink(name);
    }
    free(name);
    return result ? result : sync_folder_of(path);
}

enum result file_write(const char *path, struct span content, mode_t mode) {
    return write_beside(path, content, mode, rename_over);
}

enum result file_create(const char *path, struct span content, mode_t mode) {
    return write_beside(path, content, mode, rename_unless_there);
}

/* Makes one folder; one that is there is fine. */
static enum result make_folder(const char *path) {
    if (mkdir(path, S_IRWXU) == 0)
        return sync_folder_of(path);
    return errno == EEXIST ? RESULT_OK : failed();
}

/* Is it a folder, not a link to one, owned by us and closed to everybody else? */
static enum result check_private(const char *path) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOTDIR ? RESULT_NOT_ALLOWED : failed();
    enum result result = fstat(fd, &st) == 0 ? RESULT_OK : failed();
    if (!result && (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO))))
        result = RESULT_NOT_ALLOWED;
    close_quietly(fd);
    return result;
}

static enum result make_private(char *path) {
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') /* behind a slash a symbolic link would be followed */
        path[--len] = '\0';
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        enum result result = make_folder(path);
        *slash = '/';
        TRY(result);
    }
    TRY(make_folder(path));
    return check_private(path);
}

enum result file_make_private_folder(const char *path) {
    char *copy = strdup(path);
    if (!copy)
        return RESULT_IO;
    enum result result = *copy ? make_private(copy) : RESULT_IO;
    free(copy);
    return result == RESULT_OK || result == RESULT_NOT_ALLOWED ? result : RESULT_IO;
}

enum result file_lock(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return failed();
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return RESULT_OK; /* open, and so held, until the process ends */
    enum result result = errno == EWOULDBLOCK ? RESULT_EXISTS : failed();
    close_quietly(fd);
    return result;
}

const char *file_below(struct arena *arena, const char *folder, const char *path) {
    if (path[0] == '/')
        return text_format(arena, "%s", path);
    size_t len = strlen(folder);
    return text_format(arena, len && folder[len - 1] == '/' ? "%s%s" : "%s/%s", folder, path);
}
