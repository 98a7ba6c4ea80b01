/* file: whole files, read with a limit and written so that they are there entirely or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

/* Reads a regular file, pipe or "-" (standard input) into the arena with a NUL behind the content. NOT_FOUND, TOO_LARGE
 * (over max), NO_MEMORY, NOT_ALLOWED (permission), IO; errno tells more. */
MUST_USE enum result file_read(struct span *out, struct arena *arena, const char *path, size_t max);
/* The same, and NOT_ALLOWED (errno 0) if others than the owner may read it: for secrets. */
MUST_USE enum result file_read_private(struct span *out, struct arena *arena, const char *path, size_t max);
/* Writes beside, syncs, renames, syncs the folder. DISK_FULL, NOT_ALLOWED, NOT_FOUND (the folder), IO. */
MUST_USE enum result file_write(const char *path, struct span content, mode_t mode);
/* The same, but EXISTS rather than replacing. */
MUST_USE enum result file_create(const char *path, struct span content, mode_t mode);
/* For who writes a file piece by piece: what an errno comes to, and all bytes at an offset; as file_write(). */
enum result file_result(int error);
MUST_USE enum result file_write_at(int fd, struct span content, uint64_t offset);
MUST_USE enum result file_read_at(int fd, void *out, size_t len, uint64_t offset); /* TRUNCATED at the end */
/* Makes the folder, 0700, and those above it; takes one that is there if it is ours, closed to everybody else and no
 * symbolic link. NOT_ALLOWED, IO. */
MUST_USE enum result file_make_private_folder(const char *path);
/* Takes the lock file for the life of the process, so that two daemons never share a folder. EXISTS when held. */
MUST_USE enum result file_lock(const char *path);

/* `path` if absolute, else below `folder`. Owned by the arena. */
const char *file_below(struct arena *arena, const char *folder, const char *path);

#endif
