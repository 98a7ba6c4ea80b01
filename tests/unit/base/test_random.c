/* The kernel's generator in the place of which stands, here, whatever the test wants. */
#include "base/random.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KERNEL, INTERRUPTED, IN_PIECES, NONE, NOTHING };

static int kernel;
static unsigned calls;

/* In the C library's place, for the whole program. */
ssize_t getrandom(void *out, size_t len, unsigned flags);

ssize_t getrandom(void *out, size_t len, unsigned flags) {
    calls++;
    ck_assert_uint_eq(flags, 0); /* the generator that waits until it is seeded, and no other */
    if (kernel == NONE || (kernel == INTERRUPTED && calls % 2)) {
        errno = kernel == NONE ? ENOSYS : EINTR;
        return -1;
    }
    if (kernel == NOTHING)
        return 0;
    return syscall(SYS_getrandom, out, kernel == IN_PIECES && len > 7 ? 7 : len, flags);
}

/* No byte of the whole is left as it was: 64 draws in a row would have to agree with it. */
static void check_filled(int how) {
    enum { LEN = 100, DRAWS = 64 };
    uint8_t ever[LEN] = {0};
    kernel = how;
    for (int i = 0; i < DRAWS; i++) {
        uint8_t bytes[LEN] = {0};
        random_fill(random_system(), bytes, LEN);
        for (size_t k = 0; k < LEN; k++)
            ever[k] |= bytes[k];
    }
    for (size_t k = 0; k < LEN; k++)
        ck_assert_msg(ever[k], "byte %zu was never drawn", k);
}

START_TEST(every_byte_is_the_kernels) {
    check_filled(_i);
    ck_assert_uint_gt(calls, _i == KERNEL ? 63 : 64);
}
END_TEST

/* Nothing weaker stands in: not the time, not what was there. */
START_TEST(without_the_kernel_the_process_ends) {
    uint8_t bytes[32];
    kernel = _i;
    random_fill(random_system(), bytes, sizeof bytes);
}
END_TEST

/* Nothing is drawn ahead and kept: what a process would have drawn, its copy does not draw as well. */
START_TEST(a_copy_of_the_process_draws_other_bytes) {
    uint8_t ours[32], theirs[32];
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    random_fill(random_system(), ours, sizeof ours);
    pid_t copy = fork();
    random_fill(random_system(), ours, sizeof ours);
    if (copy == 0)
        _exit(write(ends[1], ours, sizeof ours) == sizeof ours ? 0 : 1);
    ck_assert_int_eq(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    ck_assert_int_eq(waitpid(copy, NULL, 0), copy);
    ck_assert_mem_ne(ours, theirs, sizeof ours);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("random");
    TCase *tcase = tcase_create("random");
    tcase_add_loop_test(tcase, every_byte_is_the_kernels, KERNEL, NONE);
    tcase_add_loop_test_raise_signal(tcase, without_the_kernel_the_process_ends, SIGABRT, NONE, NOTHING + 1);
    tcase_add_test(tcase, a_copy_of_the_process_draws_other_bytes);
    suite_add_tcase(suite, tcase);
    return suite;
}
