#include "net/scrape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/address.h"

enum {
    QUEUE = 64,           /* that wait in the kernel for a place */
    ACCEPT_PAUSE_MS = 100 /* when the machine has no descriptor left */
};

enum phase { FREE, READING, WAITING, WRITING };

struct caller {
    enum phase phase;
    int fd;
    uint64_t until; /* steady */
    uint64_t seen;  /* WAITING: how many texts had been given when it asked */
    char head[SCRAPE_HEAD_BYTES_MAX + 1];
    size_t head_len;
    char *answer;
    size_t answer_len, sent;
};

struct scrape {
    pthread_t thread;
    int listener, wake;
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* empty for tcp */
    pthread_mutex_t lock;                                 /* of what follows, up to the callers */
    uint8_t *text;
    size_t text_len;
    uint64_t given;    /* texts so far */
    uint64_t given_at; /* steady; of the last */
    bool wanted, stopping;
    struct caller callers[SCRAPE_CALLERS_MAX]; /* the thread's own */
};

static uint64_t now_ms(void) {
    return clock_steady_ms(clock_system());
}

/* ---- what was asked ---- */

/* Nobody calls a loopback address by another name, unless a web page has made a browser believe that it is its own. */
static bool is_local_name(const char *host) {
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]);
        if (strncasecmp(host, names[i], len) == 0 && strchr(":\r\n", host[len]))
            return true;
    }
    return false;
}

static bool is_for_us(const char *head) {
    static const char name[] = "\nHost:";
    const char *line = strcasestr(head, name);
    if (!line)
        return true; /* HTTP/1.0 need not say */
    line += strlen(name);
    return !strcasestr(line, name) && is_local_name(line + strspn(line, " \t"));
}

/* "200 OK", or what is wrong. */
static const char *judge(const char *head) {
    static const char path[] = "/metrics";
    const char *end = strchr(head, '\n'), *target = head + 4;
    if (!end)
        return "400 Bad Request";
    if (strncmp(head, "GET ", 4) != 0)
        return "405 Method Not Allowed";
    size_t len = strcspn(target, " ?\r\n");
    size_t whole = strcspn(target, " \r\n");
    if (strncmp(target + whole, " HTTP/1.", 8) != 0)
        return "400 Bad Request";
    if (len != strlen(path) || strncmp(target, path, len) != 0)
        return "404 Not Found";
    return is_for_us(head) ? "200 OK" : "403 Forbidden";
}

/* ---- answering ---- */

static void hang_up(struct caller *caller) {
    close(caller->fd);
    free(caller->answer);
    caller->answer = NULL;
    caller->phase = FREE;
}

static void begin_answer(struct caller *caller, const char *status, struct span body) {
    static const char form[] = "HTTP/1.0 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                               "Content-Length: %zu\r\nConnection: close\r\n\r\n";
    int head_len = snprintf(NULL, 0, form, status, body.len);
    caller->answer = malloc((size_t)head_len + 1 + body.len);
    if (!caller->answer) {
        hang_up(caller);
        return;
    }
    snprintf(caller->answer, (size_t)head_len + 1, form, status, body.len);
    if (body.len)
        memcpy(caller->answer + head_len, body.data, body.len);
    caller->answer_len = (size_t)head_len + body.len;
    caller->sent = 0;
    caller->phase = WRITING;
}

/* Gives the text if there is a new one for this caller, else lets it wait. */
static void answer_or_wait(struct scrape *scrape, struct caller *caller, bool is_new) {
    pthread_mutex_lock(&scrape->lock);
    bool is_fresh =
        is_new ? scrape->given && now_ms() - scrape->given_at < SCRAPE_FRESH_MS : scrape->given != caller->seen;
    if (is_fresh) {
        begin_answer(caller, "200 OK", span_of(scrape->text, scrape->text_len));
    } else if (is_new) {
        caller->phase = WAITING;
        caller->seen = scrape->given;
        scrape->wanted = true;
    }
    pthread_mutex_unlock(&scrape->lock);
}

static void take_request(struct scrape *scrape, struct caller *caller) {
    const char *status = judge(caller->head);
    if (strcmp(status, "200 OK") == 0) {
        answer_or_wait(scrape, caller, true);
        return;
    }
    char body[64];
    int len = snprintf(body, sizeof body, "%s\n", status + 4);
    begin_answer(caller, status, span_of(body, (size_t)len));
}

static void read_on(struct scrape *scrape, struct caller *caller) {
    ssize_t got = recv(caller->fd, caller->head + caller->head_len, SCRAPE_HEAD_BYTES_MAX - caller->head_len, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        hang_up(caller);
        return;
    }
    caller->head_len += (size_t)got;
    caller->head[caller->head_len] = '\0';
    if (strstr(caller->head, "\r\n\r\n") || strstr(caller->head, "\n\n"))
        take_request(scrape, caller);
    else if (caller->head_len == SCRAPE_HEAD_BYTES_MAX || strlen(caller->head) != caller->head_len)
        hang_up(caller); /* it is no request, or one without end */
}

static void write_on(struct caller *caller) {
    ssize_t put = send(caller->fd, caller->answer + caller->sent, caller->answer_len - caller->sent, MSG_NOSIGNAL);
    if (put < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (put > 0)
        caller->sent += (size_t)put;
    if (put <= 0 || caller->sent == caller->answer_len)
        hang_up(caller);
}

/* ---- the thread ---- */

static struct caller *find_free(struct scrape *scrape) {
    for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++)
        if (scrape->callers[i].phase == FREE)
            return &scrape->callers[i];
    return NULL;
}

/* False when nobody waits, or there is no place. */
static bool take_caller(struct scrape *scrape) {
    struct caller *caller = find_free(scrape);
    int fd = caller ? accept4(scrape->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
    if (fd < 0) {
        if (caller && errno != EAGAIN)
            poll(NULL, 0, ACCEPT_PAUSE_MS);
        return false;
    }
    caller->phase = READING;
    caller->fd = fd;
    caller->until = now_ms() + SCRAPE_CALL_MS_MAX;
    caller->head_len = 0;
    return true;
}

static void attend(struct scrape *scrape, struct caller *caller, short events) {
    if (caller->phase == WAITING)
        answer_or_wait(scrape, caller, false);
    else if (caller->phase == READING && events)
        read_on(scrape, caller);
    else if (caller->phase == WRITING && events)
        write_on(caller);
    if (caller->phase == WAITING && (events & (POLLRDHUP | POLLHUP | POLLERR)))
        hang_up(caller);
    if (caller->phase != FREE && now_ms() >= caller->until)
        hang_up(caller);
}

/* Whoever finds all places taken waits in the kernel. */
static int wait_for_something(struct scrape *scrape, struct pollfd polled[static SCRAPE_CALLERS_MAX + 2]) {
    static const short events[] = {[READING] = POLLIN, [WAITING] = POLLRDHUP, [WRITING] = POLLOUT};
    uint64_t now = now_ms(), wait = SCRAPE_CALL_MS_MAX;
    polled[0] = (struct pollfd){.fd = scrape->wake, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = find_free(scrape) ? scrape->listener : -1, .events = POLLIN};
    for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++) {
        const struct caller *caller = &scrape->callers[i];
        bool is_free = caller->phase == FREE;
        polled[i + 2] = (struct pollfd){.fd = is_free ? -1 : caller->fd, .events = events[caller->phase]};
        uint64_t left = caller->until > now ? caller->until - now : 0;
        if (!is_free && left < wait)
            wait = left;
    }
    return poll(polled, SCRAPE_CALLERS_MAX + 2, (int)wait);
}

static bool is_stopping(struct scrape *scrape) {
    pthread_mutex_lock(&scrape->lock);
    bool stopping = scrape->stopping;
    pthread_mutex_unlock(&scrape->lock);
    return stopping;
}

static void *serve(void *argument) {
    struct scrape *scrape = argument;
    struct pollfd polled[SCRAPE_CALLERS_MAX + 2];
    while (!is_stopping(scrape)) {
        uint64_t ignored;
        if (wait_for_something(scrape, polled) < 0)
            continue;
        if (polled[0].revents && read(scrape->wake, &ignored, sizeof ignored) < 0)
            continue;
        for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++)
            if (scrape->callers[i].phase != FREE)
                attend(scrape, &scrape->callers[i], polled[i + 2].revents);
        while (polled[1].revents && take_caller(scrape))
            ;
    }
    return NULL;
}

static void wake_up(struct scrape *scrape) {
    static const uint64_t one = 1;
    ssize_t ignored = write(scrape->wake, &one, sizeof one);
    (void)ignored; /* it can only be full, and then it wakes, too */
}

/* ---- listening ---- */

static enum result why(int error) {
    if (error == EADDRINUSE)
        return RESULT_EXISTS;
    return error == EACCES || error == EPERM ? RESULT_NOT_ALLOWED : RESULT_IO;
}

static enum result listen_at(struct scrape *scrape, const struct sockaddr *address, socklen_t size) {
    int yes = 1;
    scrape->listener = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (scrape->listener < 0)
        return RESULT_IO;
    setsockopt(scrape->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    mode_t mask = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    bool good = bind(scrape->listener, address, size) == 0;
    umask(mask);
    return good && listen(scrape->listener, QUEUE) == 0 ? RESULT_OK : why(errno);
}

static enum result listen_on_path(struct scrape *scrape, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    TRY(address_claim(path, (struct span){0}));
    memcpy(address.sun_path, path, strlen(path) + 1); /* address_check() has measured it */
    TRY(listen_at(scrape, (const struct sockaddr *)&address, sizeof address));
    memcpy(scrape->path, path, strlen(path) + 1);
    return RESULT_OK;
}

static enum result listen_on_port(struct scrape *scrape, const char *address) {
    static const char v4[] = "tcp://127.0.0.1:", v6[] = "tcp://[::1]:";
    const struct sockaddr_in in = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10))};
    const struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = in.sin_port};
    if (strncmp(address, v4, strlen(v4)) == 0)
        return listen_at(scrape, (const struct sockaddr *)&in, sizeof in);
    if (strncmp(address, v6, strlen(v6)) == 0)
        return listen_at(scrape, (const struct sockaddr *)&in6, sizeof in6);
    return RESULT_INVALID;
}

enum result scrape_open(struct scrape **out, const char *address) {
    const char *path = address_path(address);
    TRY(address_check(address));
    struct scrape *scrape = calloc(1, sizeof *scrape);
    if (!scrape)
        return RESULT_NO_MEMORY;
    pthread_mutex_init(&scrape->lock, NULL);
    scrape->listener = -1;
    scrape->wake = eventfd(0, EFD_CLOEXEC);
    enum result result = scrape->wake < 0 ? RESULT_IO : RESULT_OK;
    if (!result)
        result = path ? listen_on_path(scrape, path) : listen_on_port(scrape, address);
    if (!result && pthread_create(&scrape->thread, NULL, serve, scrape) != 0)
        result = RESULT_NO_MEMORY;
    if (result) {
        scrape->stopping = true; /* it never ran */
        scrape_close(scrape);
        return result;
    }
    *out = scrape;
    return RESULT_OK;
}

void scrape_close(struct scrape *scrape) {
    if (!scrape)
        return;
    if (!is_stopping(scrape)) {
        pthread_mutex_lock(&scrape->lock);
        scrape->stopping = true;
        pthread_mutex_unlock(&scrape->lock);
        wake_up(scrape);
        pthread_join(scrape->thread, NULL);
    }
    for (size_t i = 0; i < SCRAPE_CALLERS_MAX; i++)
        if (scrape->callers[i].phase != FREE)
            hang_up(&scrape->callers[i]);
    if (scrape->listener >= 0)
        close(scrape->listener);
    if (scrape->wake >= 0)
        close(scrape->wake);
    if (*scrape->path)
        unlink(scrape->path);
    pthread_mutex_destroy(&scrape->lock);
    free(scrape->text);
    free(scrape);
}

uint16_t scrape_port(const struct scrape *scrape) {
    struct sockaddr_in6 address = {0}; /* the port stands at the same place in both */
    socklen_t size = sizeof address;
    if (getsockname(scrape->listener, (struct sockaddr *)&address, &size) != 0 || *scrape->path)
        return 0;
    return ntohs(address.sin6_port);
}

/* ---- the loop's side ---- */

bool scrape_is_wanted(struct scrape *scrape) {
    pthread_mutex_lock(&scrape->lock);
    bool wanted = scrape->wanted;
    pthread_mutex_unlock(&scrape->lock);
    return wanted;
}

void scrape_give(struct scrape *scrape, struct span text) {
    uint8_t *copy = malloc(text.len + 1);
    if (!copy)
        return; /* they go on waiting, and after a while they go */
    if (text.len)
        memcpy(copy, text.data, text.len);
    pthread_mutex_lock(&scrape->lock);
    free(scrape->text);
    scrape->text = copy;
    scrape->text_len = text.len;
    scrape->given++;
    scrape->given_at = now_ms();
    scrape->wanted = false;
    pthread_mutex_unlock(&scrape->lock);
    wake_up(scrape);
}
