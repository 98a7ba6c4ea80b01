#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/cable.h"

const bool suite_no_fork = true;

enum { BYTES = 200000 };

struct bench {
    struct cables *cables;
    struct cable *cable;
    int listener;
    uint16_t from, to;
    int caller, called;
};

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int open_at(uint16_t port, uint16_t *bound) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *bound = ntohs(address.sin_port);
    return fd;
}

static void call(struct bench *bench) {
    const struct timeval patience = {.tv_sec = 20};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(bench->from), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bench->caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(bench->caller, (struct sockaddr *)&address, sizeof address), 0);
    bench->called = accept(bench->listener, NULL, NULL);
    ck_assert_int_ge(bench->called, 0);
    setsockopt(bench->caller, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(bench->called, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static void hang_up(struct bench *bench) {
    close(bench->caller);
    close(bench->called);
}

static struct bench bench_new(const struct cable_shape *shape) {
    struct bench bench = {.cables = cables_new(1)};
    bench.listener = open_at(0, &bench.to);
    close(open_at(0, &bench.from)); /* free a moment ago */
    bench.cable = cables_add(bench.cables, &(struct cable_end){"127.0.0.1", bench.from},
                             &(struct cable_end){"127.0.0.1", bench.to}, shape);
    call(&bench);
    return bench;
}

static void bench_free(struct bench *bench) {
    hang_up(bench);
    cables_free(bench->cables);
    close(bench->listener);
}

static void pass(int from, int to, size_t len) {
    static uint8_t said[BYTES], heard[BYTES];
    for (size_t i = 0; i < len; i++)
        said[i] = (uint8_t)(i * 7 + i / 251);
    memset(heard, 0, sizeof heard);
    ck_assert_int_eq(send(from, said, len, MSG_NOSIGNAL), (ssize_t)len);
    ck_assert_int_eq(recv(to, heard, len, MSG_WAITALL), (ssize_t)len);
    ck_assert_mem_eq(said, heard, len);
}

START_TEST(it_passes_bytes_both_ways) {
    struct bench bench = bench_new(NULL);
    pass(bench.caller, bench.called, BYTES);
    pass(bench.called, bench.caller, BYTES / 2);
    const struct cable_counts counts = cable_counts(bench.cable);
    ck_assert_uint_eq(counts.bytes[0], BYTES);
    ck_assert_uint_eq(counts.bytes[1], BYTES / 2);
    ck_assert_uint_eq(counts.connections, 1);
    bench_free(&bench);
}
END_TEST

/* 2,000 bytes in four segments of 40 bytes more each, at 2,000 bytes a second, 100 ms away. */
START_TEST(a_thin_one_takes_its_time) {
    struct bench bench = bench_new(&(struct cable_shape){.bits_per_s = 16000, .delay_ms = 100});
    double start = now_s();
    pass(bench.caller, bench.called, 2000);
    ck_assert_double_ge(now_s() - start, 1.17);
    bench_free(&bench);
}
END_TEST

START_TEST(a_lossy_one_loses_nothing_but_time) {
    struct bench bench = bench_new(&(struct cable_shape){.bits_per_s = 1000000, .loss_percent = 30});
    double start = now_s();
    pass(bench.caller, bench.called, 10000);
    ck_assert_double_ge(now_s() - start, 1); /* of 19 segments one is lost at least, or the seed is a strange one */
    ck_assert_uint_eq(cable_counts(bench.cable).bytes[0], 10000);
    bench_free(&bench);
}
END_TEST

START_TEST(a_cut_breaks_what_is_connected_until_it_is_healed) {
    char byte;
    struct bench bench = bench_new(NULL);
    cable_cut(bench.cable, true);
    ck_assert_int_le(recv(bench.caller, &byte, 1, 0), 0);
    ck_assert_int_le(recv(bench.called, &byte, 1, 0), 0);
    hang_up(&bench);
    cable_cut(bench.cable, false);
    call(&bench);
    pass(bench.called, bench.caller, 1000);
    ck_assert_uint_eq(cable_counts(bench.cable).connections, 2);
    bench_free(&bench);
}
END_TEST

/* The caller asks, is answered, and goes on: that is the end of a handshake, as far as it knows. */
START_TEST(it_notes_when_a_caller_has_been_answered) {
    struct bench bench = bench_new(&(struct cable_shape){.delay_ms = 50});
    pass(bench.caller, bench.called, 10);
    ck_assert_double_eq(cable_counts(bench.cable).said_again_at, 0);
    pass(bench.called, bench.caller, 10);
    pass(bench.caller, bench.called, 10);
    const struct cable_counts counts = cable_counts(bench.cable);
    ck_assert_double_ge(counts.said_again_at - counts.up_at, 0.1);
    bench_free(&bench);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("cable");
    TCase *cable = tcase_create("cable");
    tcase_add_test(cable, it_passes_bytes_both_ways);
    tcase_add_test(cable, a_thin_one_takes_its_time);
    tcase_add_test(cable, a_lossy_one_loses_nothing_but_time);
    tcase_add_test(cable, a_cut_breaks_what_is_connected_until_it_is_healed);
    tcase_add_test(cable, it_notes_when_a_caller_has_been_answered);
    suite_add_tcase(suite, cable);
    return suite;
}
