/* The client under test blocks, so the daemon's end is a raw socket that the test has answered beforehand. */
#include "net/control.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "net/link.h"

const bool suite_no_fork = true;

static char folder[64], path[96];
static struct arena arena;
static int server, peer;

static void set_up(void) {
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    strcpy(folder, "/tmp/inama-control-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/socket", folder);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strcpy(at.sun_path, path);
    server = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(server, 5), 0);
    peer = -1;
}

static void tear_down(void) {
    close(peer);
    close(server);
    unlink(path);
    rmdir(folder);
    arena_release(&arena);
}

static struct control *connected(void) {
    struct control *control;
    ck_assert_int_eq(control_connect(&control, path), RESULT_OK);
    peer = accept(server, NULL, NULL);
    ck_assert_int_ge(peer, 0);
    return control;
}

static void put(const void *data, size_t len) {
    ck_assert_int_eq(send(peer, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

START_TEST(connect_finds_no_daemon) {
    struct control *control;
    ck_assert_int_eq(control_connect(&control, "/tmp/inama-no-such-folder/socket"), RESULT_NOT_FOUND);
    close(server); /* a socket of a daemon that has died */
    server = -1;   /* its number may be somebody else's by the end */
    ck_assert_int_eq(control_connect(&control, path), RESULT_NOT_FOUND);
    char longer[300];
    snprintf(longer, sizeof longer, "/tmp/%0200d", 1);
    ck_assert_int_eq(control_connect(&control, longer), RESULT_NOT_FOUND);
    control_close(NULL);
}
END_TEST

START_TEST(connect_tells_that_the_socket_is_not_for_us) {
    if (geteuid() == 0)
        return; /* root may everything */
    struct control *control;
    ck_assert_int_eq(chmod(path, 0), 0);
    ck_assert_int_eq(control_connect(&control, path), RESULT_NOT_ALLOWED);
}
END_TEST

START_TEST(send_puts_a_length_in_front) {
    struct control *control = connected();
    uint8_t bytes[16];
    ck_assert_int_eq(control_send(control, span_of("habari", 6)), RESULT_OK);
    ck_assert_int_eq(control_send(control, span_of("", 0)), RESULT_OK);
    ck_assert_int_eq(recv(peer, bytes, 14, MSG_WAITALL), 14);
    ck_assert_mem_eq(bytes, "\0\0\0\6habari\0\0\0\0", 14);
    control_close(control);
}
END_TEST

START_TEST(receive_takes_one_message_at_a_time) {
    struct control *control = connected();
    struct span message;
    put("\0\0\0\2ab\0\0\0\0\0\0\0\1c", 15);
    ck_assert_int_eq(control_receive(control, &arena, 1000, &message), RESULT_OK);
    ck_assert(span_equal(message, span_of("ab", 2)));
    ck_assert_int_eq(control_receive(control, &arena, 0, &message), RESULT_OK);
    ck_assert_uint_eq(message.len, 0);
    ck_assert_int_eq(control_receive(control, &arena, 1000, &message), RESULT_OK);
    ck_assert(span_equal(message, span_of("c", 1)));
    control_close(control);
}
END_TEST

START_TEST(receive_times_out_and_goes_on_where_it_was) {
    struct control *control = connected();
    struct span message;
    uint64_t start = clock_steady_ms(clock_system());
    put("\0\0", 2);
    ck_assert_int_eq(control_receive(control, &arena, 50, &message), RESULT_TIMED_OUT);
    put("\0\3ab", 4);
    ck_assert_int_eq(control_receive(control, &arena, 50, &message), RESULT_TIMED_OUT);
    ck_assert_uint_ge(clock_steady_ms(clock_system()) - start, 90);
    put("c", 1);
    ck_assert_int_eq(control_receive(control, &arena, 1000, &message), RESULT_OK);
    ck_assert(span_equal(message, span_of("abc", 3)));
    control_close(control);
}
END_TEST

START_TEST(receive_refuses_a_message_that_is_too_large) {
    struct control *control = connected();
    struct span message;
    uint8_t length[4];
    put_u32(length, CONTROL_BYTES_MAX + 1);
    put(length, 4);
    ck_assert_int_eq(control_receive(control, &arena, 1000, &message), RESULT_TOO_LARGE);
    control_close(control);
}
END_TEST

START_TEST(receive_tells_that_the_daemon_has_gone) {
    struct control *control = connected();
    struct span message;
    put("\0\0\0\2a", 5);
    close(peer);
    peer = -1;
    ck_assert_int_eq(control_receive(control, &arena, 0, &message), RESULT_DISCONNECTED);
    enum result result = RESULT_OK;
    for (int i = 0; i < 100 && !result; i++)
        result = control_send(control, span_of("anybody?", 8));
    ck_assert_int_eq(result, RESULT_DISCONNECTED);
    control_close(control);
}
END_TEST

START_TEST(receive_fails_when_the_arena_is_full_and_can_be_asked_again) {
    struct control *control = connected();
    struct span message;
    struct arena small;
    arena_init(&small, 16);
    put("\0\0\0\x20"
        "0123456789abcdef0123456789abcdef",
        36);
    ck_assert_int_eq(control_receive(control, &small, 1000, &message), RESULT_NO_MEMORY);
    ck_assert_int_eq(control_receive(control, &arena, 1000, &message), RESULT_OK);
    ck_assert_uint_eq(message.len, 32);
    arena_release(&small);
    control_close(control);
}
END_TEST

/* Against the daemon's end as it is, a link: the largest request there and the largest reply back. */
START_TEST(the_largest_messages_pass) {
    static uint8_t content[CONTROL_BYTES_MAX];
    close(server);
    server = -1;
    struct mailbox *mailbox = mailbox_new();
    const struct link_options options = {.mailbox = mailbox, .length_bytes = 4, .frame_max = CONTROL_BYTES_MAX};
    struct link_listener *listener;
    char address[128];
    snprintf(address, sizeof address, "ipc://%s", path);
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 2654435761u >> 24);
    ck_assert_int_eq(link_listen(&listener, address, &options), RESULT_OK);
    struct control *control;
    ck_assert_int_eq(control_connect(&control, path), RESULT_OK);
    struct link_event *event = (struct link_event *)mailbox_take(mailbox, 5000);
    ck_assert_int_eq(event->kind, LINK_UP);
    struct link *link = event->link;
    link_more(link);
    link_event_free(event);
    ck_assert_int_eq(control_send(control, SPAN_OF_ARRAY(content)), RESULT_OK);
    event = (struct link_event *)mailbox_take(mailbox, 5000);
    ck_assert_int_eq(event->kind, LINK_FRAMES);
    ck_assert_uint_eq(event->count, 1);
    link_send(link, event->frames[0]);
    link_close(link); /* the reply must come all the same */
    link_event_free(event);
    struct span message;
    ck_assert_int_eq(control_receive(control, &arena, 5000, &message), RESULT_OK);
    ck_assert(span_equal(message, SPAN_OF_ARRAY(content)));
    control_close(control);
    event = (struct link_event *)mailbox_take(mailbox, 5000);
    ck_assert_int_eq(event->kind, LINK_DOWN);
    link_free(link);
    link_event_free(event);
    link_listener_close(listener);
    mailbox_free(mailbox);
    server = -1;
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("control");
    TCase *client = tcase_create("client");
    tcase_add_checked_fixture(client, set_up, tear_down);
    tcase_add_test(client, connect_finds_no_daemon);
    tcase_add_test(client, connect_tells_that_the_socket_is_not_for_us);
    tcase_add_test(client, send_puts_a_length_in_front);
    tcase_add_test(client, receive_takes_one_message_at_a_time);
    tcase_add_test(client, receive_times_out_and_goes_on_where_it_was);
    tcase_add_test(client, receive_refuses_a_message_that_is_too_large);
    tcase_add_test(client, receive_tells_that_the_daemon_has_gone);
    tcase_add_test(client, receive_fails_when_the_arena_is_full_and_can_be_asked_again);
    tcase_add_test(client, the_largest_messages_pass);
    suite_add_tcase(suite, client);
    return suite;
}
