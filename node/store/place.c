/* Where a store lies. A copy of the folder has another inode or birth, another machine another id. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "keys/hash.h"
#include "store/store.h"

enum { MACHINE_ID_MAX = 256 };

enum result store_place(uint8_t out[static 32], const char *folder) {
    struct arena arena;
    struct span machine = {0};
    struct statx info;
    arena_init(&arena, (size_t)MACHINE_ID_MAX + 4096);
    const char *path = file_below(&arena, folder, "data.mdb");
    if (!path || statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &info) != 0) {
        arena_release(&arena);
        return path ? RESULT_IO : RESULT_NO_MEMORY;
    }
    if (file_read(&machine, &arena, "/etc/machine-id", MACHINE_ID_MAX))
        machine = (struct span){0}; /* not every system has one: then the file alone speaks */
    bool has_birth = info.stx_mask & STATX_BTIME;
    uint8_t numbers[24];
    put_u64(numbers, info.stx_ino);
    put_u64(numbers + 8, has_birth ? (uint64_t)info.stx_btime.tv_sec : 0);
    put_u64(numbers + 16, has_birth ? info.stx_btime.tv_nsec : 0);
    struct hasher hasher;
    hash_start(&hasher, "INAMA.place", (struct span){0}, HASH_SIZE);
    hash_add(&hasher, numbers, sizeof numbers);
    hash_add(&hasher, machine.data, machine.len);
    hash_finish(&hasher, out);
    arena_release(&arena);
    return RESULT_OK;
}
