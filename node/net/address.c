#include "net/address.h"

#include <ctype.h>
#include <errno.h>
#include <nng/nng.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 200 };

static const char tcp_scheme[] = "tcp://", ipc_scheme[] = "ipc://";

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

const char *address_path(const char *address) {
    return starts_with(address, ipc_scheme) ? address + strlen(ipc_scheme) : NULL;
}

/* Behind the last colon of "192.0.2.1:4450" or "[2001:db8::1]:4450" stands a number of 16 bits. */
static bool has_port(const char *host) {
    const char *colon = strrchr(host, ':');
    if (!colon || colon == host || strlen(colon + 1) > 5)
        return false;
    for (const char *digit = colon + 1; *digit; digit++)
        if (!isdigit((unsigned char)*digit))
            return false;
    return colon[1] && strtoul(colon + 1, NULL, 10) <= UINT16_MAX;
}

enum result address_check(const char *address) {
    const char *path = address_path(address);
    if (path)
        return *path && strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path ? RESULT_OK : RESULT_INVALID;
    if (starts_with(address, tcp_scheme) && strlen(address) < NNG_MAXADDRLEN && has_port(address + strlen(tcp_scheme)))
        return RESULT_OK;
    return RESULT_INVALID;
}

/* Says the greeting and waits a moment for the answer. */
static void greet(int fd, struct span greeting) {
    uint8_t answer[64];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (send(fd, greeting.data, greeting.len, MSG_NOSIGNAL) != (ssize_t)greeting.len)
        return;
    if (poll(&wait, 1, PATIENCE_MS) == 1) {
        ssize_t ignored = recv(fd, answer, sizeof answer, 0);
        (void)ignored;
    }
}

/* OK: somebody listens at the socket; NOT_FOUND: nobody does. */
static enum result call(const char *path, struct span greeting) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    strncpy(to.sun_path, path, sizeof to.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return RESULT_IO;
    enum result result = RESULT_OK;
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 && errno != EAGAIN) /* EAGAIN: its queue is full */
        result = errno == ECONNREFUSED ? RESULT_NOT_FOUND : errno == EACCES ? RESULT_NOT_ALLOWED : RESULT_IO;
    else if (greeting.len)
        greet(fd, greeting);
    close(fd);
    return result;
}

enum result address_claim(const char *path, struct span greeting) {
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT ? RESULT_OK : errno == EACCES ? RESULT_NOT_ALLOWED : RESULT_IO;
    if (!S_ISSOCK(st.st_mode))
        return RESULT_EXISTS;
    enum result result = call(path, greeting);
    if (result != RESULT_NOT_FOUND)
        return result ? result : RESULT_EXISTS;
    if (unlink(path) != 0 && errno != ENOENT)
        return errno == EACCES || errno == EPERM ? RESULT_NOT_ALLOWED : RESULT_IO;
    return RESULT_OK;
}

enum result address_result(int nng_error) {
    switch (nng_error) {
    case 0:
        return RESULT_OK;
    case NNG_ENOMEM:
        return RESULT_NO_MEMORY;
    case NNG_ETIMEDOUT:
        return RESULT_TIMED_OUT;
    case NNG_ECONNREFUSED:
    case NNG_ENOENT:
        return RESULT_NOT_FOUND;
    case NNG_EADDRINUSE:
    case NNG_EEXIST:
        return RESULT_EXISTS;
    case NNG_EADDRINVAL:
    case NNG_EINVAL:
    case NNG_ENOTSUP:
        return RESULT_INVALID;
    case NNG_EPERM:
        return RESULT_NOT_ALLOWED;
    case NNG_ECLOSED:
    case NNG_ECONNABORTED:
    case NNG_ECONNRESET:
    case NNG_ECONNSHUT:
    case NNG_ECANCELED:
    case NNG_EUNREACHABLE:
        return RESULT_DISCONNECTED;
    default:
        return RESULT_IO;
    }
}
