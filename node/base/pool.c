#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* One run at a time: its jobs are handed out under the lock, a batch of indexes each, and the caller leaves when every
 * batch has come back. */
struct pool {
    pthread_mutex_t lock;
    pthread_cond_t begun;    /* a run has begun, or the pool ends */
    pthread_cond_t finished; /* the last job of the run is done */
    void (*work)(void *context, size_t index);
    void *context;
    size_t count; /* jobs of the run */
    size_t next;  /* the first not handed out yet */
    size_t done;
    size_t batch;
    bool ending;
    size_t thread_count;
    pthread_t threads[];
};

/* Takes a batch, works it off without the lock, takes the lock again. */
static void work_batch(struct pool *pool) {
    size_t first = pool->next, left = pool->count - first;
    size_t end = first + (left < pool->batch ? left : pool->batch);
    pool->next = end;
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = first; i < end; i++)
        pool->work(pool->context, i);
    pthread_mutex_lock(&pool->lock);
    pool->done += end - first;
    if (pool->done == pool->count)
        pthread_cond_signal(&pool->finished);
}

static void *worker(void *argument) {
    struct pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (pool->next < pool->count)
            work_batch(pool);
        else
            pthread_cond_wait(&pool->begun, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct pool *pool_new(size_t threads) {
    if (threads > (SIZE_MAX - sizeof(struct pool)) / sizeof(pthread_t))
        return NULL;
    struct pool *pool = calloc(1, sizeof *pool + threads * sizeof *pool->threads);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL); /* these three cannot fail on Linux with default attributes */
    pthread_cond_init(&pool->begun, NULL);
    pthread_cond_init(&pool->finished, NULL);
    while (pool->thread_count < threads) {
        if (pthread_create(&pool->threads[pool->thread_count], NULL, worker, pool) != 0) {
            pool_free(pool);
            return NULL;
        }
        pool->thread_count++;
    }
    return pool;
}

void pool_free(struct pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->begun);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* Few batches cost few locks, many share the work evenly: some for each thread, and one job where jobs are few. */
static size_t batch_size(size_t count, size_t thread_count) {
    size_t batch = count / ((thread_count + 1) * 8);
    return batch ? batch : 1;
}

void pool_start(struct pool *pool, void (*work)(void *context, size_t index), void *context, size_t count) {
    pool_wait(pool);
    if (pool->thread_count == 0) {
        for (size_t i = 0; i < count; i++)
            work(context, i);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->context = context;
    pool->count = count;
    pool->next = 0;
    pool->done = 0;
    pool->batch = batch_size(count, pool->thread_count);
    pthread_cond_broadcast(&pool->begun);
    pthread_mutex_unlock(&pool->lock);
}

void pool_wait(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->next < pool->count)
        work_batch(pool);
    while (pool->done < pool->count)
        pthread_cond_wait(&pool->finished, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void pool_run(struct pool *pool, void (*work)(void *context, size_t index), void *context, size_t count) {
    pool_start(pool, work, context, count);
    pool_wait(pool);
}
