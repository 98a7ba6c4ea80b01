#include "base/pool.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { JOBS = 10000 };

static atomic_int runs[JOBS];

static void count_run(void *context, size_t index) {
    ck_assert_ptr_eq(context, runs);
    atomic_fetch_add(&runs[index], 1);
}

static const size_t thread_counts[] = {0, 1, 3, 16};
static const size_t job_counts[] = {0, 1, 2, 7, 100, JOBS};

START_TEST(run_does_every_job_once) {
    struct pool *pool = pool_new(thread_counts[_i]);
    ck_assert_ptr_nonnull(pool);
    for (size_t n = 0; n < sizeof job_counts / sizeof *job_counts; n++) {
        for (size_t i = 0; i < JOBS; i++)
            atomic_store(&runs[i], 0);
        pool_run(pool, count_run, runs, job_counts[n]);
        for (size_t i = 0; i < JOBS; i++)
            ck_assert_int_eq(atomic_load(&runs[i]), i < job_counts[n]);
    }
    pool_free(pool);
}
END_TEST

static void note_order(void *context, size_t index) {
    size_t *next = context;
    ck_assert_uint_eq(index, (*next)++);
}

START_TEST(run_without_threads_goes_in_order) {
    struct pool *pool = pool_new(0);
    size_t next = 0;
    pool_run(pool, note_order, &next, 100);
    ck_assert_uint_eq(next, 100);
    pool_free(pool);
}
END_TEST

static void plain_write(void *context, size_t index) {
    ((size_t *)context)[index] = index + 1;
}

/* Nothing but the return of pool_run() orders the workers' writes and the caller's reads: for the thread sanitizer. */
START_TEST(results_are_there_when_run_returns) {
    struct pool *pool = pool_new(3);
    static size_t out[64];
    for (size_t round = 0; round < 2000; round++) {
        out[round % 64] = 0;
        pool_run(pool, plain_write, out, 64);
        for (size_t i = 0; i < 64; i++)
            ck_assert_uint_eq(out[i], i + 1);
    }
    pool_free(pool);
}
END_TEST

START_TEST(free_takes_null_and_the_unused) {
    pool_free(NULL);
    pool_free(pool_new(4));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("pool");
    TCase *jobs = tcase_create("jobs");
    tcase_add_loop_test(jobs, run_does_every_job_once, 0, sizeof thread_counts / sizeof *thread_counts);
    tcase_add_test(jobs, run_without_threads_goes_in_order);
    tcase_add_test(jobs, results_are_there_when_run_returns);
    tcase_add_test(jobs, free_takes_null_and_the_unused);
    suite_add_tcase(suite, jobs);
    return suite;
}
