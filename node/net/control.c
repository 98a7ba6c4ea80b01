#include "net/control.h"

#include <assert.h>
#include <nng/nng.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "net/address.h"

enum { LENGTH_SIZE = 4, CONNECT_TIMEOUT_MS = 5000, READ_STEP = 64 * 1024 };

/* A wait for the daemon may end in the middle of a message; what has come of it is kept for the next one. */
struct control {
    nng_aio *aio;
    nng_stream_dialer *dialer;
    nng_stream *stream;
    uint8_t *in; /* length and bytes of the message that is coming */
    size_t in_len;
    size_t in_capacity;
};

static enum result run(struct control *control, void (*start)(struct control *control)) {
    start(control);
    nng_aio_wait(control->aio);
    return address_result(nng_aio_result(control->aio));
}

static void start_dial(struct control *control) {
    nng_aio_set_timeout(control->aio, CONNECT_TIMEOUT_MS);
    nng_stream_dialer_dial(control->dialer, control->aio);
}

static enum result dial(struct control *control, const char *path) {
    char address[sizeof "ipc://" + NNG_MAXADDRLEN];
    snprintf(address, sizeof address, "ipc://%s", path);
    if (address_check(address))
        return RESULT_NOT_FOUND; /* no daemon can listen there either */
    if (nng_aio_alloc(&control->aio, NULL, NULL) != 0 || nng_stream_dialer_alloc(&control->dialer, address) != 0)
        return RESULT_NO_MEMORY;
    TRY(run(control, start_dial));
    control->stream = nng_aio_get_output(control->aio, 0);
    return RESULT_OK;
}

enum result control_connect(struct control **out, const char *path) {
    struct control *control = calloc(1, sizeof *control);
    if (!control)
        return RESULT_NO_MEMORY;
    enum result result = dial(control, path);
    if (result) {
        control_close(control);
        return result;
    }
    *out = control;
    return RESULT_OK;
}

void control_close(struct control *control) {
    if (!control)
        return;
    if (control->aio) {
        nng_aio_stop(control->aio);
        nng_aio_free(control->aio);
    }
    if (control->stream)
        nng_stream_free(control->stream);
    if (control->dialer)
        nng_stream_dialer_free(control->dialer);
    free(control->in);
    free(control);
}

static void start_send(struct control *control) {
    nng_aio_set_timeout(control->aio, NNG_DURATION_INFINITE);
    nng_stream_send(control->stream, control->aio);
}

enum result control_send(struct control *control, struct span message) {
    assert(message.len <= CONTROL_BYTES_MAX);
    uint8_t length[LENGTH_SIZE];
    put_u32(length, (uint32_t)message.len);
    struct span left[2] = {SPAN_OF_ARRAY(length), message};
    while (left[0].len + left[1].len) {
        nng_iov parts[2];
        for (int i = 0; i < 2; i++)
            parts[i] = (nng_iov){.iov_buf = (void *)(uintptr_t)left[i].data, .iov_len = left[i].len};
        nng_aio_set_iov(control->aio, 2, parts);
        TRY(run(control, start_send));
        size_t sent = nng_aio_count(control->aio), head = sent < left[0].len ? sent : left[0].len;
        left[0] = span_of(left[0].data + head, left[0].len - head);
        if (sent > head)
            left[1] = span_of(left[1].data + (sent - head), left[1].len - (sent - head));
    }
    return RESULT_OK;
}

/* How many bytes the message that is coming has, its length included, as far as is known. */
static enum result wanted(const struct control *control, size_t *size) {
    struct span in = span_of(control->in, control->in_len);
    uint32_t len;
    *size = LENGTH_SIZE;
    if (!span_u32(&in, &len))
        return RESULT_OK;
    if (len > CONTROL_BYTES_MAX)
        return RESULT_TOO_LARGE;
    *size += len;
    return RESULT_OK;
}

/* Memory grows as bytes arrive. */
static bool make_room(struct control *control) {
    if (control->in_len < control->in_capacity)
        return true;
    size_t capacity = control->in_capacity ? control->in_capacity * 2 : READ_STEP;
    uint8_t *grown = realloc(control->in, capacity);
    if (!grown)
        return false;
    control->in = grown;
    control->in_capacity = capacity;
    return true;
}

static void start_receive(struct control *control) {
    nng_stream_recv(control->stream, control->aio);
}

/* Reads some of what is missing to `size`; waits until `deadline` (0: for ever). */
static enum result read_some(struct control *control, size_t size, uint64_t deadline) {
    uint64_t now = clock_steady_ms(clock_system());
    if (deadline && now >= deadline)
        return RESULT_TIMED_OUT;
    if (!make_room(control))
        return RESULT_NO_MEMORY;
    size_t room = control->in_capacity - control->in_len, missing = size - control->in_len;
    nng_iov part = {.iov_buf = control->in + control->in_len, .iov_len = missing < room ? missing : room};
    nng_aio_set_iov(control->aio, 1, &part);
    nng_aio_set_timeout(control->aio, deadline ? (nng_duration)(deadline - now) : NNG_DURATION_INFINITE);
    TRY(run(control, start_receive));
    control->in_len += nng_aio_count(control->aio);
    return RESULT_OK;
}

static enum result read_message(struct control *control, uint64_t deadline, size_t *size) {
    for (;;) {
        TRY(wanted(control, size));
        if (control->in_len >= LENGTH_SIZE && control->in_len == *size)
            return RESULT_OK;
        TRY(read_some(control, *size, deadline));
    }
}

enum result control_receive(struct control *control, struct arena *arena, uint64_t timeout_ms, struct span *message) {
    uint64_t limit = timeout_ms > INT32_MAX ? INT32_MAX : timeout_ms;
    uint64_t deadline = limit ? clock_steady_ms(clock_system()) + limit : 0;
    size_t size;
    TRY(read_message(control, deadline, &size));
    size_t len = size - LENGTH_SIZE;
    uint8_t *copy = arena_copy(arena, control->in + LENGTH_SIZE, len);
    if (!copy)
        return RESULT_NO_MEMORY;
    control->in_len = 0;
    *message = span_of(copy, len);
    return RESULT_OK;
}
