#include "net/link_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "net/address.h"

enum { ACCEPT_PAUSE_MS = 100 /* when the machine has no descriptor left */ };

struct link_listener {
    struct link_options options;
    nng_stream_listener *stream;
    nng_aio *acceptor;
    bool pausing;              /* only the callback knows */
    char path[NNG_MAXADDRLEN]; /* empty for tcp */
};

static void on_accept(void *argument) {
    struct link_listener *listener = argument;
    int error = nng_aio_result(listener->acceptor);
    if (error == NNG_ECLOSED || error == NNG_ECANCELED)
        return;
    if (error && !listener->pausing) {
        listener->pausing = true;
        nng_sleep_aio(ACCEPT_PAUSE_MS, listener->acceptor);
        return;
    }
    if (!listener->pausing)
        link_accept(nng_aio_get_output(listener->acceptor, 0), listener->path, &listener->options);
    listener->pausing = false;
    nng_stream_listener_accept(listener->stream, listener->acceptor);
}

/* nng makes the socket first and changes its mode later; the mask closes the gap. */
static int listen_private(nng_stream_listener *stream) {
    mode_t mask = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    int error = nng_stream_listener_set_int(stream, NNG_OPT_IPC_PERMISSIONS, S_IRUSR | S_IWUSR);
    if (!error)
        error = nng_stream_listener_listen(stream);
    umask(mask);
    return error;
}

static int listen_public(nng_stream_listener *stream) {
    nng_stream_listener_set_bool(stream, NNG_OPT_TCP_NODELAY, true);
    nng_stream_listener_set_bool(stream, NNG_OPT_TCP_KEEPALIVE, true);
    return nng_stream_listener_listen(stream);
}

static enum result start_listening(struct link_listener *listener, const char *address) {
    const char *path = address_path(address);
    int error = nng_stream_listener_alloc(&listener->stream, address);
    if (error)
        return error == NNG_ENOMEM ? RESULT_NO_MEMORY : RESULT_INVALID;
    if (nng_aio_alloc(&listener->acceptor, on_accept, listener) != 0)
        return RESULT_NO_MEMORY;
    if (path)
        snprintf(listener->path, sizeof listener->path, "%s", path);
    return address_result(path ? listen_private(listener->stream) : listen_public(listener->stream));
}

enum result link_listen(struct link_listener **out, const char *address, const struct link_options *options) {
    const char *path = address_path(address);
    TRY(address_check(address));
    if (path)
        TRY(address_claim(path, (struct span){0}));
    struct link_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return RESULT_NO_MEMORY;
    listener->options = *options;
    enum result result = start_listening(listener, address);
    if (result) {
        link_listener_close(listener);
        return result;
    }
    *out = listener;
    nng_stream_listener_accept(listener->stream, listener->acceptor);
    return RESULT_OK;
}

uint16_t link_listener_port(const struct link_listener *listener) {
    int port = 0;
    nng_stream_listener_get_int(listener->stream, NNG_OPT_TCP_BOUND_PORT, &port);
    return (uint16_t)port;
}

void link_listener_close(struct link_listener *listener) {
    if (!listener)
        return;
    if (listener->stream)
        nng_stream_listener_close(listener->stream);
    link_aio_free(listener->acceptor);
    if (listener->stream)
        nng_stream_listener_free(listener->stream);
    free(listener);
}
