/* pool: pure work on all cores, fork and join.
 *
 * pool_run() returns when work(context, i) has run for every i; the calling thread works too. What the jobs share they
 * only read. With zero threads everything runs in the caller, in order: simulations do that.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool;

/* `threads` workers besides the caller. NULL when threads or memory are out. */
struct pool *pool_new(size_t threads);
/* NULL is fine. */
void pool_free(struct pool *pool);
/* Begins a run on the workers alone, so that the caller can do other things meanwhile; waits for the run before it. */
void pool_start(struct pool *pool, void (*work)(void *context, size_t index), void *context, size_t count);
/* Works along until the run that was begun is done. */
void pool_wait(struct pool *pool);
/* Both in one. One caller at a time. */
void pool_run(struct pool *pool, void (*work)(void *context, size_t index), void *context, size_t count);

#endif
