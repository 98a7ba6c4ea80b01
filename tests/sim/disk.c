#include "tests/sim/disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sim/link.h"
#include "tests/sim/machine.h"

enum { SECTOR = 512, NAMES_MAX = 8, PATH_SIZE = 400 };

/* A write that was not synced. */
struct unsynced {
    struct unsynced *next;
    size_t offset;
    size_t len;
    uint8_t bytes[];
};

/* A name that was changed and not synced, with what it stood for before. */
struct name {
    char path[PATH_SIZE];
    uint8_t *before;
    size_t len;
    bool is_hollow; /* what it stands for now was not synced before */
};

struct image {
    uint8_t *bytes;
    size_t len;
};

struct disk {
    char folder[PATH_SIZE];
    char store[PATH_SIZE + 32];
    ino_t inode; /* of the store's file; 0: it is not there yet */
    struct image synced;
    struct unsynced *first, **end;
    ino_t synced_file; /* the last of the others that was synced */
    struct name names[NAMES_MAX];
    size_t name_count;
    size_t countdown; /* 0: not armed */
    bool stopped;
    bool full;
    struct image whole; /* before bits were changed */
};

static struct disk disks[NODES_MAX];

/* ---- the image ---- */

static void image_put(struct image *image, size_t offset, const uint8_t *bytes, size_t len) {
    if (offset + len > image->len) {
        image->bytes = realloc(image->bytes, offset + len);
        assert(image->bytes);
        memset(image->bytes + image->len, 0, offset + len - image->len);
        image->len = offset + len;
    }
    memcpy(image->bytes + offset, bytes, len);
}

static struct image read_file(const char *path) {
    struct image image = {0};
    struct stat st;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return image;
    assert(fstat(file, &st) == 0);
    image.len = (size_t)st.st_size;
    image.bytes = malloc(image.len + 1);
    assert(image.bytes && read(file, image.bytes, image.len) == (ssize_t)image.len);
    close(file);
    return image;
}

/* Into the same file: a store that lies in another would be taken for a copy. */
static void write_file(const char *path, struct image image) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    assert(file >= 0 && syscall(SYS_ftruncate, file, 0) == 0);
    assert(syscall(SYS_pwrite64, file, image.bytes, image.len, 0) == (ssize_t)image.len);
    close(file);
}

static void sync_all(struct disk *disk) {
    for (struct unsynced *next; disk->first; disk->first = next) {
        next = disk->first->next;
        image_put(&disk->synced, disk->first->offset, disk->first->bytes, disk->first->len);
        free(disk->first);
    }
    disk->end = &disk->first;
}

/* Whichever sectors: all, none, or some. */
static void sync_some(struct disk *disk) {
    size_t way = pick(4);
    for (struct unsynced *next; disk->first; disk->first = next) {
        struct unsynced *write = disk->first;
        next = write->next;
        for (size_t at = 0; at < write->len;) {
            size_t len = SECTOR - (write->offset + at) % SECTOR;
            if (len > write->len - at)
                len = write->len - at;
            if (way == 0 || (way > 1 && pick(2)))
                image_put(&disk->synced, write->offset + at, write->bytes + at, len);
            at += len;
        }
        free(write);
    }
    disk->end = &disk->first;
}

/* ---- where a call goes ---- */

static struct disk *disk_here(void) {
    return machine_here() == NOBODY ? NULL : &disks[machine_here()];
}

/* The store's file, by what is open there: O_DSYNC says that a write is synced at once. */
static bool is_store(struct disk *disk, int file) {
    struct stat st;
    if (disk->inode == 0 && stat(disk->store, &st) == 0)
        disk->inode = st.st_ino;
    return disk->inode && fstat(file, &st) == 0 && st.st_ino == disk->inode;
}

/* One call that reaches the disk. True: it does not, nor does any after it. */
static bool is_lost(struct disk *disk) {
    if (disk->stopped)
        return true;
    if (disk->countdown == 0 || --disk->countdown)
        return false;
    disk_stop(machine_here());
    return true;
}

static void remember(struct disk *disk, const void *bytes, size_t len, size_t offset) {
    struct unsynced *write = malloc(sizeof *write + len);
    assert(write);
    *write = (struct unsynced){.offset = offset, .len = len};
    memcpy(write->bytes, bytes, len);
    *disk->end = write;
    disk->end = &write->next;
}

/* The call in which it stops may still reach the disk in part. */
static void note_write(struct disk *disk, int file, const void *bytes, size_t len, off_t offset) {
    bool was_stopped = disk->stopped, lost = is_lost(disk);
    if (was_stopped)
        return;
    remember(disk, bytes, len, (size_t)offset);
    if (!lost && fcntl(file, F_GETFL) & O_DSYNC)
        sync_all(disk);
}

/* ---- in place of the C library's ---- */

ssize_t pwrite(int file, const void *bytes, size_t len, off_t offset) {
    struct disk *disk = disk_here();
    if (disk && disk->full && !disk->stopped) {
        errno = ENOSPC;
        return -1;
    }
    if (disk && is_store(disk, file))
        note_write(disk, file, bytes, len, offset);
    return syscall(SYS_pwrite64, file, bytes, len, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    struct disk *disk = disk_here();
    if (disk && disk->full && !disk->stopped) {
        errno = ENOSPC;
        return -1;
    }
    if (disk && is_store(disk, file)) {
        off_t offset = lseek(file, 0, SEEK_CUR);
        for (int i = 0; i < count; i++) {
            note_write(disk, file, parts[i].iov_base, parts[i].iov_len, offset);
            offset += (off_t)parts[i].iov_len;
        }
    }
    return syscall(SYS_writev, file, parts, count);
}

ssize_t write(int file, const void *bytes, size_t len) {
    struct disk *disk = disk_here();
    if (disk && disk->full && !disk->stopped && file > STDERR_FILENO) {
        errno = ENOSPC;
        return -1;
    }
    if (disk && is_store(disk, file))
        note_write(disk, file, bytes, len, lseek(file, 0, SEEK_CUR));
    return syscall(SYS_write, file, bytes, len);
}

int fdatasync(int file) {
    struct disk *disk = disk_here();
    if (disk && !is_lost(disk) && is_store(disk, file))
        sync_all(disk);
    return 0;
}

/* The names are as they are now; what they stand for may still not be there. */
static void forget_names(struct disk *disk) {
    size_t kept = 0;
    for (size_t i = 0; i < disk->name_count; i++) {
        free(disk->names[i].before);
        disk->names[i].before = NULL;
        if (disk->names[i].is_hollow)
            disk->names[kept++] = disk->names[i];
    }
    disk->name_count = kept;
}

int fsync(int file) {
    struct disk *disk = disk_here();
    struct stat st;
    if (!disk || is_lost(disk))
        return 0;
    if (is_store(disk, file))
        sync_all(disk);
    else if (fstat(file, &st) == 0 && S_ISDIR(st.st_mode))
        forget_names(disk);
    else
        disk->synced_file = st.st_ino;
    return 0;
}

int msync(void *address, size_t len, int flags) {
    (void)address;
    (void)len;
    (void)flags;
    return 0;
}

static void note_name(struct disk *disk, const char *from, const char *to) {
    struct stat st;
    struct image before = read_file(to);
    struct name *name = &disk->names[disk->name_count++];
    snprintf(name->path, sizeof name->path, "%s", to);
    name->before = before.bytes;
    name->len = before.len;
    name->is_hollow = stat(from, &st) == 0 && st.st_ino != disk->synced_file;
}

int rename(const char *from, const char *to) {
    struct disk *disk = disk_here();
    if (disk && is_lost(disk))
        return 0;
    if (disk && disk->name_count < NAMES_MAX)
        note_name(disk, from, to);
    return (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path) {
    struct disk *disk = disk_here();
    return disk && is_lost(disk) ? 0 : (int)syscall(SYS_unlink, path);
}

/* ---- a node and its disk ---- */

void disk_of(int node, const char *folder) {
    struct disk *disk = &disks[node];
    *disk = (struct disk){.end = &disk->first};
    disk->end = &disk->first;
    snprintf(disk->folder, sizeof disk->folder, "%s", folder);
    snprintf(disk->store, sizeof disk->store, "%s/store/data.mdb", folder);
}

void disk_arm(int node, size_t calls) {
    disks[node].countdown = calls;
}

bool disk_has_stopped(int node) {
    return disks[node].stopped;
}

void disk_stop(int node) {
    disks[node].stopped = true;
    link_silence(node);
}

static void restore_names(struct disk *disk) {
    while (disk->name_count) {
        struct name *name = &disk->names[--disk->name_count];
        if (pick(2) && name->before)
            write_file(name->path, (struct image){name->before, name->len});
        else if (name->is_hollow && pick(2))
            write_file(name->path, (struct image){0});
        free(name->before);
    }
}

void disk_recover(int node, bool without_power) {
    struct disk *disk = &disks[node];
    if (without_power) {
        sync_some(disk);
        restore_names(disk);
    } else {
        sync_all(disk);
        forget_names(disk);
    }
    if (disk->inode)
        write_file(disk->store, disk->synced);
    disk->countdown = 0;
    disk->stopped = false;
}

void disk_fill(int node, bool full) {
    disks[node].full = full;
}

void disk_replace(int node, const void *bytes, size_t len) {
    struct disk *disk = &disks[node];
    assert(syscall(SYS_unlink, disk->store) == 0);
    int file = open(disk->store, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert(file >= 0 && syscall(SYS_pwrite64, file, bytes, len, 0) == (ssize_t)len);
    close(file);
    disk->inode = 0;
    disk->synced.len = 0;
    image_put(&disk->synced, 0, bytes, len);
}

void disk_flip(int node) {
    struct disk *disk = &disks[node];
    if (disk->inode == 0)
        return;
    if (!disk->whole.bytes)
        disk->whole = read_file(disk->store);
    struct image image = read_file(disk->store);
    if (image.len == 0)
        return;
    size_t at = pick(image.len), bit = pick(8);
    image.bytes[at] ^= (uint8_t)(1 << bit);
    write_file(disk->store, image);
    free(image.bytes);
}

void disk_mend(int node) {
    struct disk *disk = &disks[node];
    if (!disk->whole.bytes)
        return;
    write_file(disk->store, disk->whole);
    free(disk->synced.bytes);
    disk->synced = disk->whole;
    disk->whole = (struct image){0};
}
