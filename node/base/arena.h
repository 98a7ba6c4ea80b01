/* arena: memory for one turn.
 *
 * Everything a turn of work needs comes from one arena and goes back in one call. The arena has a budget, so a hostile
 * message can cost no more than was set aside for it; over the budget arena_alloc() returns NULL. Not thread-safe: one
 * arena, one thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* the newest; older ones hang behind it */
    size_t used;               /* bytes handed out since the last reset, with chunk overhead */
    size_t budget;             /* bytes that `used` may not pass */
    bool starved;              /* the machine, not the budget, had no memory for an allocation */
};

/* No allocation happens before the first arena_alloc(). */
void arena_init(struct arena *arena, size_t budget);

/* Zeroed memory aligned for any type, alive until arena_reset() or arena_release(). NULL over the budget or when the
 * machine is out of memory. arena_alloc(arena, 0) is a valid pointer to nothing. */
void *arena_alloc(struct arena *arena, size_t size);
/* count * size bytes, NULL also when that overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* Copies of `len` bytes, and of a C string or `len` bytes with a NUL appended. NULL like arena_alloc(). */
void *arena_copy(struct arena *arena, const void *data, size_t len);
char *arena_text(struct arena *arena, const char *text, size_t len);

/* Gives back everything but one chunk for the next turn. */
void arena_reset(struct arena *arena);
/* Gives back everything. Safe on a zeroed arena. */
void arena_release(struct arena *arena);

#endif
