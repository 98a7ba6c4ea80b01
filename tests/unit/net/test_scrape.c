/* What a monitoring program gets, and what others can do to it. A thread plays the loop that gives the texts. */
#include "net/scrape.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

enum { ANSWER_MAX = 256 * 1024, PATIENCE_MS = 10000 };

static struct scrape *scrape;
static char answer[ANSWER_MAX + 1];
static pthread_t loop;
static atomic_bool looping;
static atomic_int given;

static void *give_texts(void *nothing) {
    char text[64];
    while (atomic_load(&looping)) {
        if (scrape_is_wanted(scrape)) {
            snprintf(text, sizeof text, "inama_alerts %d\n", atomic_fetch_add(&given, 1) + 1);
            scrape_give(scrape, span_of_text(text));
        }
        usleep(1000);
    }
    return nothing;
}

static void start_loop(void) {
    atomic_store(&looping, true);
    ck_assert_int_eq(pthread_create(&loop, NULL, give_texts, NULL), 0);
}

static void set_up(void) {
    atomic_store(&given, 0);
    ck_assert_int_eq(scrape_open(&scrape, "tcp://127.0.0.1:0"), RESULT_OK);
}

static void tear_down(void) {
    if (atomic_exchange(&looping, false))
        pthread_join(loop, NULL);
    scrape_close(scrape);
    scrape = NULL;
}

static int call(void) {
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(scrape_port(scrape))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *text) {
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Until it is closed; what came is in `answer`. False if it is not closed in time. */
static bool listen_to(int fd, int patience_ms) {
    size_t len = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    bool closed = false;
    while (!closed && poll(&wait, 1, patience_ms) == 1) {
        ssize_t got = recv(fd, answer + len, ANSWER_MAX - len, 0);
        closed = got <= 0;
        len += got > 0 ? (size_t)got : 0;
    }
    answer[len] = '\0';
    return closed;
}

static void ask(const char *request, const char *expected) {
    int fd = call();
    say(fd, request);
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_msg(strncmp(answer, expected, strlen(expected)) == 0, "\"%s\", expected \"%s\"", answer, expected);
    close(fd);
}

static const char good[] = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nAccept: */*\r\n\r\n";

START_TEST(a_request_gets_one_text_and_the_end) {
    start_loop();
    ask(good, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
              "Content-Length: 15\r\nConnection: close\r\n\r\ninama_alerts 1\n");
    ck_assert_str_eq(strstr(answer, "\r\n\r\n"), "\r\n\r\ninama_alerts 1\n");
}
END_TEST

START_TEST(what_is_younger_than_a_second_is_given_again) {
    start_loop();
    uint64_t start = clock_steady_ms(clock_system());
    for (int i = 0; i < 5; i++)
        ask(good, "HTTP/1.0 200 OK");
    uint64_t taken = clock_steady_ms(clock_system()) - start;
    ck_assert_int_le(atomic_load(&given), 1 + (int)(taken / SCRAPE_FRESH_MS));
    usleep((SCRAPE_FRESH_MS + 50) * 1000);
    int before = atomic_load(&given);
    ask(good, "HTTP/1.0 200 OK");
    ck_assert_int_eq(atomic_load(&given), before + 1);
}
END_TEST

START_TEST(nobody_asks_nothing_is_wanted) {
    ck_assert(!scrape_is_wanted(scrape));
    int fd = call();
    say(fd, "GET /metrics HTTP/1.0\r\n");
    ck_assert(!listen_to(fd, 50));
    ck_assert(!scrape_is_wanted(scrape)); /* it is not a whole request yet */
    say(fd, "\r\n");
    for (int i = 0; i < PATIENCE_MS && !scrape_is_wanted(scrape); i++)
        usleep(1000);
    ck_assert(scrape_is_wanted(scrape));
    scrape_give(scrape, span_of_text("up 1\n"));
    ck_assert(!scrape_is_wanted(scrape));
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\nup 1\n"));
    close(fd);
}
END_TEST

START_TEST(other_requests_are_refused) {
    start_loop();
    ask("GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 404");
    ask("GET /metricsx HTTP/1.0\r\n\r\n", "HTTP/1.0 404");
    ask("GET /metrics/.. HTTP/1.0\r\n\r\n", "HTTP/1.0 404");
    ask("POST /metrics HTTP/1.0\r\nContent-Length: 0\r\n\r\n", "HTTP/1.0 405");
    ask("get /metrics HTTP/1.0\r\n\r\n", "HTTP/1.0 405");
    ask("GET /metrics\r\n\r\n", "HTTP/1.0 400");
    ask("GET /metrics FTP/1.0\r\n\r\n", "HTTP/1.0 400");
    ask("GET \r\n\r\n", "HTTP/1.0 400");
    ask("\r\n\r\n", "HTTP/1.0 405");
    ck_assert_int_eq(atomic_load(&given), 0);
    ask("GET /metrics?collect=all HTTP/1.1\nhost:localhost\n\n", "HTTP/1.0 200");
}
END_TEST

/* As a page does that has made a browser believe that its name is this machine. */
START_TEST(a_foreign_host_is_refused) {
    static const char *const bad[] = {
        "evil.example", "evil.example:9464",      "localhost.evil.example", "127.0.0.1.evil", "",
        "10.0.0.1",     "localhost\r\nHost: evil"};
    static const char *const fine[] = {"localhost", "LOCALHOST:9464", "[::1]:9464", "127.0.0.1"};
    char request[256];
    start_loop();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nAccept: *\r\nHost: %s\r\n\r\n", bad[i]);
        ask(request, "HTTP/1.0 403");
    }
    ck_assert_int_eq(atomic_load(&given), 0);
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n", fine[i]);
        ask(request, "HTTP/1.0 200");
    }
}
END_TEST

START_TEST(a_request_without_end_is_dropped) {
    static char long_line[SCRAPE_HEAD_BYTES_MAX];
    memset(long_line, 'a', sizeof long_line - 1);
    int fd = call();
    say(fd, "GET /metrics HTTP/1.0\r\nX: ");
    send(fd, long_line, sizeof long_line - 1, MSG_NOSIGNAL);
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_str_eq(answer, "");
    close(fd);
    fd = call();
    ck_assert_int_eq(send(fd, "GET /metrics\0 HTTP/1.0\r\n\r\n", 27, MSG_NOSIGNAL), 27);
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_str_eq(answer, "");
    close(fd);
}
END_TEST

/* All places are taken by callers who say nothing: they go after their time, and whoever waited is answered. */
START_TEST(the_silent_go_after_their_time) {
    int silent[SCRAPE_CALLERS_MAX];
    start_loop();
    uint64_t start = clock_steady_ms(clock_system());
    for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++) {
        silent[i] = call();
        say(silent[i], "GET ");
    }
    int last = call();
    say(last, good);
    ck_assert(listen_to(last, 2 * SCRAPE_CALL_MS_MAX));
    ck_assert_ptr_nonnull(strstr(answer, "200 OK"));
    uint64_t taken = clock_steady_ms(clock_system()) - start;
    ck_assert_uint_ge(taken, SCRAPE_CALL_MS_MAX - 100);
    close(last);
    for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++) {
        ck_assert(listen_to(silent[i], PATIENCE_MS));
        close(silent[i]);
    }
}
END_TEST

START_TEST(a_caller_that_goes_leaves_its_place) {
    for (int i = 0; i < 3 * SCRAPE_CALLERS_MAX; i++) {
        int fd = call();
        say(fd, i % 2 ? good : "GET ");
        close(fd);
    }
    start_loop();
    ask(good, "HTTP/1.0 200 OK");
}
END_TEST

START_TEST(a_long_text_arrives_whole) {
    static char text[ANSWER_MAX / 2];
    memset(text, 'x', sizeof text - 1);
    int fd = call();
    say(fd, good);
    while (!scrape_is_wanted(scrape))
        usleep(1000);
    scrape_give(scrape, span_of(text, sizeof text - 1));
    ck_assert(listen_to(fd, PATIENCE_MS));
    const char *body = strstr(answer, "\r\n\r\n");
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(body + 4, text);
    close(fd);
}
END_TEST

START_TEST(closing_drops_who_waits) {
    int fd = call();
    say(fd, good);
    while (!scrape_is_wanted(scrape))
        usleep(1000);
    scrape_close(scrape);
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_str_eq(answer, "");
    close(fd);
    set_up();
}
END_TEST

START_TEST(a_socket_is_private_and_goes_with_it) {
    char folder[] = "/tmp/inama-scrape-XXXXXX", address[128];
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct stat status;
    struct scrape *second;
    tear_down();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(to.sun_path, sizeof to.sun_path, "%s/m", folder);
    snprintf(address, sizeof address, "ipc://%s", to.sun_path);
    ck_assert_int_eq(scrape_open(&scrape, address), RESULT_OK);
    ck_assert_int_eq(stat(to.sun_path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(scrape_open(&second, address), RESULT_EXISTS);
    start_loop();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    say(fd, good);
    ck_assert(listen_to(fd, PATIENCE_MS));
    ck_assert_ptr_nonnull(strstr(answer, "200 OK"));
    close(fd);
    tear_down();
    ck_assert_int_eq(stat(to.sun_path, &status), -1);
    rmdir(folder);
    set_up();
}
END_TEST

START_TEST(no_other_address_is_listened_on) {
    static const char *const bad[] = {"tcp://0.0.0.0:0",     "tcp://192.0.2.1:0", "tcp://[::]:0", "tcp://localhost:0",
                                      "tcp://127.0.0.1.x:0", "127.0.0.1:0",       "ipc://",       ""};
    struct scrape *none = NULL;
    char taken[64];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(scrape_open(&none, bad[i]), RESULT_INVALID);
    snprintf(taken, sizeof taken, "tcp://127.0.0.1:%u", scrape_port(scrape));
    ck_assert_int_eq(scrape_open(&none, taken), RESULT_EXISTS);
    ck_assert_ptr_null(none);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("scrape");
    TCase *all = tcase_create("scrape");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, a_request_gets_one_text_and_the_end);
    tcase_add_test(all, what_is_younger_than_a_second_is_given_again);
    tcase_add_test(all, nobody_asks_nothing_is_wanted);
    tcase_add_test(all, other_requests_are_refused);
    tcase_add_test(all, a_foreign_host_is_refused);
    tcase_add_test(all, a_request_without_end_is_dropped);
    tcase_add_test(all, the_silent_go_after_their_time);
    tcase_add_test(all, a_caller_that_goes_leaves_its_place);
    tcase_add_test(all, a_long_text_arrives_whole);
    tcase_add_test(all, closing_drops_who_waits);
    tcase_add_test(all, a_socket_is_private_and_goes_with_it);
    tcase_add_test(all, no_other_address_is_listened_on);
    suite_add_tcase(suite, all);
    return suite;
}
