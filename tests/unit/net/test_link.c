/* One thread, real sockets on the loopback: each test opens links, then asks for the events in the order that matters.
 */
#include "net/link.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 5000 };

static struct mailbox *mailbox;
static struct mail *pending; /* taken and not looked at yet */
static char folder[64], ipc_address[128], ipc_path[96];

static void set_up(void) {
    mailbox = mailbox_new();
    ck_assert_ptr_nonnull(mailbox);
    strcpy(folder, "/tmp/inama-link-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(ipc_path, sizeof ipc_path, "%s/socket", folder);
    snprintf(ipc_address, sizeof ipc_address, "ipc://%s", ipc_path);
}

static void tear_down(void) {
    ck_assert_ptr_null(pending);
    mailbox_free(mailbox);
    unlink(ipc_path);
    rmdir(folder);
}

static struct link_options options(unsigned length_bytes, size_t frame_max) {
    return (struct link_options){.mailbox = mailbox, .length_bytes = length_bytes, .frame_max = frame_max};
}

static struct link_event *next_event(uint64_t timeout_ms) {
    if (!pending)
        pending = mailbox_take(mailbox, timeout_ms);
    struct link_event *event = (struct link_event *)pending;
    if (pending)
        pending = pending->next;
    return event;
}

static struct link_event *expect(enum link_event_kind kind) {
    struct link_event *event = next_event(PATIENCE_MS);
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->kind, kind);
    return event;
}

static struct link *expect_up(bool accepted) {
    struct link_event *event = expect(LINK_UP);
    ck_assert(event->accepted == accepted);
    struct link *link = event->link;
    link_event_free(event);
    return link;
}

static void expect_down(struct link *link, enum result why) {
    struct link_event *event = expect(LINK_DOWN);
    ck_assert_ptr_eq(event->link, link);
    ck_assert_str_eq(result_name(event->why), result_name(why));
    link_free(link);
    link_event_free(event);
}

/* Both ends of one connection over a listener. */
struct pair {
    struct link_listener *listener;
    struct link *called, *caller;
};

static struct link_listener *listen_on(const char *address, const struct link_options *wish) {
    struct link_listener *listener;
    ck_assert_int_eq(link_listen(&listener, address, wish), RESULT_OK);
    return listener;
}

static void tcp_address(char out[static 64], const struct link_listener *listener) {
    snprintf(out, 64, "tcp://127.0.0.1:%u", (unsigned)link_listener_port(listener));
}

static void connect_pair(struct pair *pair, const char *address, const struct link_options *wish) {
    char dial[64];
    pair->called = pair->caller = NULL;
    pair->listener = listen_on(address, wish);
    tcp_address(dial, pair->listener);
    ck_assert_int_eq(link_dial(strncmp(address, "tcp", 3) ? address : dial, PATIENCE_MS, wish), RESULT_OK);
    for (int i = 0; i < 2; i++) {
        struct link_event *event = expect(LINK_UP);
        *(event->accepted ? &pair->called : &pair->caller) = event->link;
        link_event_free(event);
    }
    ck_assert_ptr_nonnull(pair->called);
    ck_assert_ptr_nonnull(pair->caller);
}

/* The two LINK_DOWN come in any order; frames that were still under way are passed over. */
static void drain_downs(int count) {
    while (count) {
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        if (event->kind == LINK_DOWN) {
            link_free(event->link);
            count--;
        }
        link_event_free(event);
    }
}

static void close_pair(struct pair *pair) {
    link_close(pair->caller);
    link_close(pair->called);
    drain_downs(2);
    link_listener_close(pair->listener);
}

static void expect_frames(struct link *link, const struct span *frames, size_t count) {
    size_t seen = 0;
    while (seen < count) {
        link_more(link);
        struct link_event *event = expect(LINK_FRAMES);
        ck_assert_ptr_eq(event->link, link);
        ck_assert_uint_le(event->count, count - seen);
        for (size_t i = 0; i < event->count; i++)
            ck_assert(span_equal(event->frames[i], frames[seen + i]));
        seen += event->count;
        link_event_free(event);
    }
}

static uint8_t big[4 * 1024 * 1024];

static void fill_big(void) {
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 2654435761u >> 24);
}

START_TEST(tcp_carries_frames_both_ways) {
    struct link_options wish = options(2, UINT16_MAX);
    struct pair pair;
    fill_big();
    const struct span frames[] = {span_of(big, 0), span_of("habari", 6), span_of(big, 1), span_of(big, UINT16_MAX)};
    connect_pair(&pair, "tcp://127.0.0.1:0", &wish);
    for (int i = 0; i < 4; i++) {
        link_send(pair.caller, frames[i]);
        link_send(pair.called, frames[3 - i]);
    }
    expect_frames(pair.called, frames, 4);
    const struct span back[] = {frames[3], frames[2], frames[1], frames[0]};
    expect_frames(pair.caller, back, 4);
    uint64_t sent, received;
    link_counts(pair.caller, &sent, &received);
    ck_assert_uint_eq(sent, 4 * 2 + 6 + 1 + UINT16_MAX);
    ck_assert_uint_eq(received, sent);
    ck_assert_uint_eq(link_queued(pair.caller), 0);
    ck_assert_int_eq(strncmp(link_peer_address(pair.called), "127.0.0.1:", 10), 0);
    uint32_t uid, pid;
    ck_assert(!link_peer_user(pair.called, &uid, &pid));
    close_pair(&pair);
}
END_TEST

START_TEST(ipc_carries_large_frames_and_tells_the_user) {
    struct link_options wish = options(4, sizeof big);
    struct pair pair;
    fill_big();
    const struct span frames[] = {span_of(big, sizeof big), span_of(big, 3), span_of(big, 100 * 1000)};
    connect_pair(&pair, ipc_address, &wish);
    for (int i = 0; i < 3; i++)
        link_send(pair.caller, frames[i]);
    expect_frames(pair.called, frames, 3);
    uint32_t uid = 1, pid = 1;
    ck_assert(link_peer_user(pair.called, &uid, &pid));
    ck_assert_uint_eq(uid, getuid());
    ck_assert_uint_eq(pid, (uint32_t)getpid());
    ck_assert_str_eq(link_peer_address(pair.called), ipc_path);
    struct stat st;
    ck_assert_int_eq(stat(ipc_path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    close_pair(&pair);
}
END_TEST

START_TEST(events_carry_the_owner) {
    int first, second;
    struct link_options wish = options(2, 100);
    struct pair pair;
    wish.owner = &first;
    connect_pair(&pair, "tcp://127.0.0.1:0", &wish);
    ck_assert_ptr_eq(link_owner(pair.called), &first);
    link_set_owner(pair.called, &second);
    link_send(pair.caller, span_of("x", 1));
    link_more(pair.called);
    struct link_event *event = expect(LINK_FRAMES);
    ck_assert_ptr_eq(event->owner, &second);
    link_event_free(event);
    close_pair(&pair);
}
END_TEST

START_TEST(listen_refuses_a_bad_address) {
    static const char *const bad[] = {
        "",
        "127.0.0.1:4450",
        "tcp://",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:",
        "tcp://127.0.0.1:65536",
        "tcp://:443x",
        "ws://127.0.0.1:4450",
        "tls+tcp://a:4450",
        "inproc://a",
        "ipc://",
        "tcp://[::1]",
    };
    struct link_options wish = options(2, 100);
    struct link_listener *listener;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(link_listen(&listener, bad[i], &wish), RESULT_INVALID);
        ck_assert_int_eq(link_dial(bad[i], 100, &wish), RESULT_INVALID);
    }
    char longer[256];
    snprintf(longer, sizeof longer, "ipc:///tmp/%0200d", 1);
    ck_assert_int_eq(link_listen(&listener, longer, &wish), RESULT_INVALID);
}
END_TEST

START_TEST(listen_refuses_a_taken_tcp_port) {
    struct link_options wish = options(2, 100);
    struct link_listener *first = listen_on("tcp://127.0.0.1:0", &wish), *second;
    char address[64];
    tcp_address(address, first);
    ck_assert_int_eq(link_listen(&second, address, &wish), RESULT_EXISTS);
    link_listener_close(first);
}
END_TEST

START_TEST(listen_refuses_a_taken_ipc_path_and_leaves_it_working) {
    struct link_options wish = options(4, 100);
    struct link_listener *second;
    struct pair pair;
    connect_pair(&pair, ipc_address, &wish);
    ck_assert_int_eq(link_listen(&second, ipc_address, &wish), RESULT_EXISTS);
    struct link *question = expect_up(true); /* the call that asked whether somebody is there */
    link_more(question);
    expect_down(question, RESULT_DISCONNECTED);
    ck_assert_int_eq(link_dial(ipc_address, PATIENCE_MS, &wish), RESULT_OK);
    struct link *links[2];
    for (int i = 0; i < 2; i++) {
        struct link_event *event = expect(LINK_UP);
        links[i] = event->link;
        link_event_free(event);
    }
    for (int i = 0; i < 2; i++)
        link_close(links[i]);
    drain_downs(2);
    close_pair(&pair);
}
END_TEST

static int raw_ipc(bool listening) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    strcpy(at.sun_path, ipc_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    if (listening)
        ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    else
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

START_TEST(listen_replaces_the_socket_of_a_dead_process) {
    struct link_options wish = options(4, 100);
    close(raw_ipc(true));
    link_listener_close(listen_on(ipc_address, &wish));
}
END_TEST

START_TEST(listen_leaves_a_file_alone) {
    struct link_options wish = options(4, 100);
    struct link_listener *listener;
    FILE *file = fopen(ipc_path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("evidence", file);
    fclose(file);
    ck_assert_int_eq(link_listen(&listener, ipc_address, &wish), RESULT_EXISTS);
    struct stat st;
    ck_assert_int_eq(stat(ipc_path, &st), 0);
    ck_assert_int_eq(st.st_size, 8);
}
END_TEST

START_TEST(ipc_listener_survives_callers_that_leave_at_once) {
    struct link_options wish = options(4, 100);
    struct pair pair = {.listener = listen_on(ipc_address, &wish)};
    for (int i = 0; i < 1000; i++) {
        close(raw_ipc(false));
        struct link *link = expect_up(true);
        link_more(link);
        expect_down(link, RESULT_DISCONNECTED);
    }
    ck_assert_int_eq(link_dial(ipc_address, PATIENCE_MS, &wish), RESULT_OK);
    for (int i = 0; i < 2; i++) {
        struct link_event *event = expect(LINK_UP);
        *(event->accepted ? &pair.called : &pair.caller) = event->link;
        link_event_free(event);
    }
    const struct span frame = span_of("still here", 10);
    link_send(pair.caller, frame);
    expect_frames(pair.called, &frame, 1);
    close_pair(&pair);
}
END_TEST

START_TEST(dialing_nobody_ends_with_not_found) {
    struct link_options wish = options(2, 100);
    struct link_listener *listener = listen_on("tcp://127.0.0.1:0", &wish);
    char address[64];
    tcp_address(address, listener);
    link_listener_close(listener);
    const char *const nobody[] = {address, ipc_address};
    for (int i = 0; i < 2; i++) {
        wish.owner = &wish;
        ck_assert_int_eq(link_dial(nobody[i], PATIENCE_MS, &wish), RESULT_OK);
        struct link_event *event = expect(LINK_DOWN);
        ck_assert_ptr_null(event->link);
        ck_assert_ptr_eq(event->owner, &wish);
        ck_assert_str_eq(result_name(event->why), "not-found");
        link_event_free(event);
    }
}
END_TEST

/* Fills the queue of a listening socket until the next caller hears nothing. */
static size_t fill_queue(const struct sockaddr_in *at, int callers[static 64]) {
    size_t count = 0;
    for (int answered = 1; answered && count < 64; count++) {
        callers[count] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(callers[count], (const struct sockaddr *)at, sizeof *at);
        struct pollfd wait = {.fd = callers[count], .events = POLLOUT};
        answered = poll(&wait, 1, 300);
    }
    return count;
}

START_TEST(dialing_who_does_not_answer_times_out) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int deaf = socket(AF_INET, SOCK_STREAM, 0), callers[64];
    ck_assert_int_eq(bind(deaf, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(deaf, 0), 0);
    ck_assert_int_eq(getsockname(deaf, (struct sockaddr *)&at, &size), 0);
    size_t count = fill_queue(&at, callers);
    char address[64];
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    struct link_options wish = options(2, 100);
    ck_assert_int_eq(link_dial(address, 200, &wish), RESULT_OK);
    struct link_event *event = expect(LINK_DOWN);
    ck_assert_str_eq(result_name(event->why), "timed-out");
    link_event_free(event);
    for (size_t i = 0; i < count; i++)
        close(callers[i]);
    close(deaf);
}
END_TEST

static int raw_tcp(uint16_t port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* A listener and a raw socket that has called it. */
struct raw {
    struct link_listener *listener;
    struct link *link;
    int fd;
};

static void connect_raw(struct raw *raw, const struct link_options *wish) {
    raw->listener = listen_on("tcp://127.0.0.1:0", wish);
    raw->fd = raw_tcp(link_listener_port(raw->listener));
    raw->link = expect_up(true);
}

static void put(int fd, const void *data, size_t len) {
    ck_assert_int_eq(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

START_TEST(a_frame_that_is_too_large_ends_the_link) {
    struct link_options wish = options(4, 1000);
    struct raw raw;
    connect_raw(&raw, &wish);
    put(raw.fd, "\0\0\0\1a\xff\xff\xff\xff", 9);
    const struct span before = span_of("a", 1);
    expect_frames(raw.link, &before, 1); /* what came before it counts */
    link_more(raw.link);
    expect_down(raw.link, RESULT_TOO_LARGE);
    close(raw.fd);
    link_listener_close(raw.listener);
}
END_TEST

START_TEST(a_frame_of_exactly_the_limit_passes_and_one_more_byte_does_not) {
    struct link_options wish = options(2, 300);
    struct raw raw;
    fill_big();
    connect_raw(&raw, &wish);
    put(raw.fd, "\x01\x2c", 2);
    put(raw.fd, big, 300);
    const struct span frame = span_of(big, 300);
    expect_frames(raw.link, &frame, 1);
    put(raw.fd, "\x01\x2d", 2);
    link_more(raw.link);
    expect_down(raw.link, RESULT_TOO_LARGE);
    close(raw.fd);
    link_listener_close(raw.listener);
}
END_TEST

START_TEST(a_frame_may_come_byte_by_byte) {
    struct link_options wish = options(2, 100);
    struct raw raw;
    connect_raw(&raw, &wish);
    static const char bytes[] = "\0\5hello\0\0\0\1!";
    link_more(raw.link);
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        put(raw.fd, bytes + i, 1);
        usleep(500);
    }
    const struct span frames[] = {span_of("hello", 5), span_of("", 0), span_of("!", 1)};
    expect_frames(raw.link, frames, 3);
    link_close(raw.link);
    expect_down(raw.link, RESULT_DISCONNECTED);
    close(raw.fd);
    link_listener_close(raw.listener);
}
END_TEST

START_TEST(a_link_that_brings_nothing_times_out) {
    struct link_options wish = options(2, 100);
    struct raw raw;
    wish.idle_ms = 100;
    connect_raw(&raw, &wish);
    put(raw.fd, "\0\1", 2);
    link_more(raw.link);
    expect_down(raw.link, RESULT_TIMED_OUT);
    close(raw.fd);
    link_listener_close(raw.listener);
}
END_TEST

START_TEST(a_peer_that_leaves_is_noticed) {
    struct link_options wish = options(2, 100);
    struct raw raw;
    connect_raw(&raw, &wish);
    put(raw.fd, "\0\1a\0\7half", 9);
    close(raw.fd);
    const struct span frame = span_of("a", 1);
    expect_frames(raw.link, &frame, 1);
    link_more(raw.link);
    expect_down(raw.link, RESULT_DISCONNECTED);
    link_listener_close(raw.listener);
}
END_TEST

START_TEST(nothing_is_read_before_more_is_wanted) {
    struct link_options wish = options(2, UINT16_MAX);
    struct pair pair;
    uint64_t sent, received;
    fill_big();
    connect_pair(&pair, "tcp://127.0.0.1:0", &wish);
    for (int i = 0; i < 1000; i++)
        link_send(pair.caller, span_of(big, 60000));
    ck_assert_ptr_null(next_event(100));
    link_counts(pair.called, &sent, &received);
    ck_assert_uint_eq(received, 0);
    link_more(pair.called);
    struct link_event *event = expect(LINK_FRAMES);
    link_event_free(event);
    ck_assert_ptr_null(next_event(100));
    link_counts(pair.called, &sent, &received);
    ck_assert_uint_le(received, 256 * 1024);
    ck_assert_uint_gt(link_queued(pair.caller), 1000 * 1000); /* the sender knows that it has to wait */
    close_pair(&pair);
}
END_TEST

START_TEST(who_has_to_wait_is_told_once_the_queue_is_low) {
    struct link_options wish = options(4, sizeof big);
    struct pair pair;
    size_t drained = 0, taken = 0;
    wish.low_bytes = 64 * 1024;
    fill_big();
    connect_pair(&pair, "tcp://127.0.0.1:0", &wish);
    for (int i = 0; i < 4; i++)
        link_send(pair.caller, span_of(big, sizeof big));
    ck_assert_uint_ge(link_queued(pair.caller), wish.low_bytes); /* more than the kernel takes for who does not read */
    ck_assert_ptr_null(next_event(100));
    link_more(pair.called);
    while (taken < 4 || drained < 1) {
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        taken += event->count;
        if (event->kind == LINK_DRAINED) {
            ck_assert_ptr_eq(event->link, pair.caller);
            ck_assert_uint_lt(link_queued(pair.caller), wish.low_bytes);
            drained++;
        } else if (taken < 4) {
            link_more(pair.called);
        }
        link_event_free(event);
    }
    ck_assert_uint_eq(drained, 1);
    close_pair(&pair);
}
END_TEST

START_TEST(close_sends_what_is_queued) {
    struct link_options wish = options(2, UINT16_MAX);
    struct pair pair;
    fill_big();
    connect_pair(&pair, "tcp://127.0.0.1:0", &wish);
    for (int i = 0; i < 200; i++)
        link_send(pair.caller, span_of(big, 60000));
    link_close(pair.caller);
    link_send(pair.caller, span_of("too late", 8));
    link_more(pair.called);
    size_t frames = 0;
    for (int downs = 0; downs < 2;) {
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        if (event->kind == LINK_DOWN) {
            link_free(event->link);
            downs++;
        } else {
            frames += event->count;
            link_more(event->link);
        }
        link_event_free(event);
    }
    ck_assert_uint_eq(frames, 200);
    link_listener_close(pair.listener);
}
END_TEST

START_TEST(close_gives_up_on_a_peer_that_takes_nothing) {
    struct link_options wish = options(2, UINT16_MAX);
    struct raw raw;
    connect_raw(&raw, &wish);
    for (int i = 0; i < 1000; i++)
        link_send(raw.link, span_of(big, 60000));
    uint64_t start = clock_steady_ms(clock_system());
    link_close(raw.link);
    expect_down(raw.link, RESULT_DISCONNECTED);
    uint64_t took = clock_steady_ms(clock_system()) - start;
    ck_assert_uint_ge(took, 900);
    ck_assert_uint_le(took, 2500);
    close(raw.fd);
    link_listener_close(raw.listener);
}
END_TEST

/* The last answer must reach a client although the daemon closes right behind it. */
START_TEST(ipc_delivers_what_was_sent_right_before_the_close) {
    struct link_options wish = options(4, sizeof big);
    struct pair pair;
    fill_big();
    for (int i = 0; i < 50; i++) {
        const struct span frame = span_of(big, i % 2 ? 300000 : 20);
        connect_pair(&pair, ipc_address, &wish);
        link_more(pair.caller);
        link_send(pair.called, frame);
        link_close(pair.called);
        size_t frames = 0;
        for (int downs = 0; downs < 2;) {
            struct link_event *event = next_event(PATIENCE_MS);
            ck_assert_ptr_nonnull(event);
            if (event->kind == LINK_DOWN) {
                link_free(event->link);
                downs++;
            } else {
                frames += event->count;
                link_more(event->link);
            }
            link_event_free(event);
        }
        ck_assert_msg(frames == 1, "round %d: %zu frames", i, frames);
        link_listener_close(pair.listener);
    }
}
END_TEST

/* Answers an event of a storm, in one of several ways. */
static void weather(const struct link_event *event, unsigned turn) {
    switch (event->kind) {
    case LINK_UP:
        for (unsigned i = 0; i < 1 + turn % 5; i++)
            link_send(event->link, span_of(big, 100 + turn * 7919 % 60000));
        if (turn % 7 == 0)
            link_close(event->link);
        else
            link_more(event->link);
        break;
    case LINK_FRAMES:
        link_send(event->link, span_of(big, 10));
        if (turn % 3 == 0)
            link_close(event->link);
        else
            link_more(event->link);
        break;
    case LINK_DRAINED:
        break;
    case LINK_DOWN:
        link_free(event->link);
        break;
    }
}

/* Links that come and go with data in flight, closed by either end: for the sanitizers. Few at a time: behind a full
 * queue the kernel drops connections that the caller believes in. */
START_TEST(links_come_and_go_with_data_in_flight) {
    const char *wanted = getenv("INAMA_LINK_CYCLES");
    int cycles = wanted ? atoi(wanted) : 300, dials = 0, downs = 0;
    struct link_options wish = options(2, UINT16_MAX);
    struct link_listener *listeners[] = {listen_on("tcp://127.0.0.1:0", &wish), listen_on(ipc_address, &wish)};
    char address[64];
    tcp_address(address, listeners[0]);
    fill_big();
    for (unsigned turn = 0; downs < 2 * cycles; turn++) {
        while (dials < cycles && 2 * dials - downs < 60)
            ck_assert_int_eq(link_dial(dials++ % 4 ? address : ipc_address, PATIENCE_MS, &wish), RESULT_OK);
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        ck_assert_ptr_nonnull(event->link);
        downs += event->kind == LINK_DOWN;
        weather(event, turn);
        link_event_free(event);
    }
    for (int i = 0; i < 2; i++)
        link_listener_close(listeners[i]);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("link");
    TCase *frames = tcase_create("frames");
    tcase_add_checked_fixture(frames, set_up, tear_down);
    tcase_add_test(frames, tcp_carries_frames_both_ways);
    tcase_add_test(frames, ipc_carries_large_frames_and_tells_the_user);
    tcase_add_test(frames, events_carry_the_owner);
    tcase_add_test(frames, a_frame_that_is_too_large_ends_the_link);
    tcase_add_test(frames, a_frame_of_exactly_the_limit_passes_and_one_more_byte_does_not);
    tcase_add_test(frames, a_frame_may_come_byte_by_byte);
    tcase_add_test(frames, nothing_is_read_before_more_is_wanted);
    suite_add_tcase(suite, frames);

    TCase *addresses = tcase_create("addresses");
    tcase_add_checked_fixture(addresses, set_up, tear_down);
    tcase_add_test(addresses, listen_refuses_a_bad_address);
    tcase_add_test(addresses, listen_refuses_a_taken_tcp_port);
    tcase_add_test(addresses, listen_refuses_a_taken_ipc_path_and_leaves_it_working);
    tcase_add_test(addresses, listen_replaces_the_socket_of_a_dead_process);
    tcase_add_test(addresses, listen_leaves_a_file_alone);
    tcase_add_test(addresses, ipc_listener_survives_callers_that_leave_at_once);
    tcase_add_test(addresses, dialing_nobody_ends_with_not_found);
    tcase_add_test(addresses, dialing_who_does_not_answer_times_out);
    suite_add_tcase(suite, addresses);

    TCase *ends = tcase_create("ends");
    tcase_add_checked_fixture(ends, set_up, tear_down);
    tcase_add_test(ends, a_link_that_brings_nothing_times_out);
    tcase_add_test(ends, a_peer_that_leaves_is_noticed);
    tcase_add_test(ends, who_has_to_wait_is_told_once_the_queue_is_low);
    tcase_add_test(ends, close_sends_what_is_queued);
    tcase_add_test(ends, close_gives_up_on_a_peer_that_takes_nothing);
    tcase_add_test(ends, ipc_delivers_what_was_sent_right_before_the_close);
    tcase_add_test(ends, links_come_and_go_with_data_in_flight);
    suite_add_tcase(suite, ends);
    return suite;
}
