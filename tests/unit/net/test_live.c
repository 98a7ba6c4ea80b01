/* A subscriber as any program at a desk would be: an nng `sub` socket.
 *
 * Sockets stay open to the end of the process, one feed serves all tests: closing one while data arrives may hang for
 * ever with nng 1.5. */
#include "net/live.h"

#include <check.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

const bool suite_no_fork = true;

static char folder[64], path[96], address[128];
static struct live *live;

static void set_up(void) {
    strcpy(folder, "/tmp/inama-live-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/live", folder);
    snprintf(address, sizeof address, "ipc://%s", path);
    ck_assert_int_eq(live_open(&live, address), RESULT_OK);
}

static void tear_down(void) {
    unlink(path);
    rmdir(folder);
}

static nng_socket subscribe(const char *topic) {
    nng_socket sub;
    ck_assert_int_eq(nng_sub0_open(&sub), 0);
    ck_assert_int_eq(nng_socket_set(sub, NNG_OPT_SUB_SUBSCRIBE, topic, strlen(topic)), 0);
    ck_assert_int_eq(nng_socket_set_ms(sub, NNG_OPT_RECVTIMEO, 2000), 0);
    ck_assert_int_eq(nng_dial(sub, address, NULL, 0), 0);
    usleep(100 * 1000); /* until the other end knows of us */
    return sub;
}

static void expect(nng_socket sub, const char *text) {
    char buffer[256];
    size_t len = sizeof buffer;
    ck_assert_int_eq(nng_recv(sub, buffer, &len, 0), 0);
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_mem_eq(buffer, text, len);
}

START_TEST(subscribers_get_their_topics_with_running_numbers) {
    nng_socket all = subscribe("alert."), congo = subscribe("alert.SEIZURE.CD");
    live_publish(live, "alert.SEIZURE.CD", span_of("{\"a\":1}", 7));
    live_publish(live, "alert.REQUEST.KE", span_of("{}", 2));
    live_publish(live, "alert.SEIZURE.CD", span_of("", 0));
    expect(all, "alert.SEIZURE.CD 1 {\"a\":1}");
    expect(all, "alert.REQUEST.KE 2 {}");
    expect(all, "alert.SEIZURE.CD 3 ");
    expect(congo, "alert.SEIZURE.CD 1 {\"a\":1}");
    expect(congo, "alert.SEIZURE.CD 3 "); /* the gap is seen in the numbers */
}
END_TEST

START_TEST(publish_does_not_wait_for_anybody) {
    subscribe(""); /* and never reads */
    static uint8_t big[20000];
    for (int i = 0; i < 5000; i++)
        live_publish(live, "alert", span_of(big, sizeof big));
}
END_TEST

START_TEST(open_makes_the_socket_private) {
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert(S_ISSOCK(st.st_mode));
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
}
END_TEST

START_TEST(open_refuses_a_path_in_use_and_does_not_disturb_it) {
    struct live *second;
    ck_assert_int_eq(live_open(&second, address), RESULT_EXISTS);
    nng_socket sub = subscribe("probe");
    live_publish(live, "probe", span_of("{}", 2));
    expect(sub, "probe 4 {}"); /* the fourth since the start */
}
END_TEST

START_TEST(open_refuses_other_addresses) {
    struct live *second;
    ck_assert_int_eq(live_open(&second, "tcp://127.0.0.1:0"), RESULT_INVALID);
    ck_assert_int_eq(live_open(&second, "ipc://"), RESULT_INVALID);
    ck_assert_int_eq(live_open(&second, ""), RESULT_INVALID);
    live_close(NULL);
}
END_TEST

START_TEST(open_replaces_the_socket_of_a_dead_process) {
    char other[128];
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s/dead", folder);
    snprintf(other, sizeof other, "ipc://%s", at.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    close(fd);
    struct live *second;
    ck_assert_int_eq(live_open(&second, other), RESULT_OK);
    live_close(second); /* nobody has ever called */
    unlink(at.sun_path);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("live");
    TCase *feed = tcase_create("feed");
    tcase_add_unchecked_fixture(feed, set_up, tear_down);
    tcase_add_test(feed, subscribers_get_their_topics_with_running_numbers);
    tcase_add_test(feed, open_refuses_a_path_in_use_and_does_not_disturb_it);
    tcase_add_test(feed, open_makes_the_socket_private);
    tcase_add_test(feed, open_refuses_other_addresses);
    tcase_add_test(feed, open_replaces_the_socket_of_a_dead_process);
    tcase_add_test(feed, publish_does_not_wait_for_anybody);
    suite_add_tcase(suite, feed);
    return suite;
}
