#include "net/live.h"

#include <inttypes.h>
#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "net/address.h"

/* Messages that wait for one slow subscriber; then the oldest goes. They are shared between subscribers. */
enum { WAITING_MAX = 1024 };

/* What a `sub` client says first: zero, "SP", zero, protocol 33 in two bytes, two zeros. */
static const uint8_t greeting[] = {0, 'S', 'P', 0, 0, 0x21, 0, 0};

struct live {
    nng_socket socket;
    uint64_t number; /* of the last message */
};

static int listen_private(nng_listener listener) {
    mode_t mask = umask(S_IXUSR | S_IRWXG | S_IRWXO);
    int error = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, S_IRUSR | S_IWUSR);
    if (!error)
        error = nng_listener_start(listener, 0);
    umask(mask);
    return error;
}

static enum result start(struct live *live, const char *address) {
    nng_listener listener;
    int error = nng_socket_set_int(live->socket, NNG_OPT_SENDBUF, WAITING_MAX);
    if (!error)
        error = nng_listener_create(&listener, live->socket, address);
    if (!error)
        error = listen_private(listener);
    return address_result(error);
}

enum result live_open(struct live **out, const char *address) {
    const char *path = address_path(address);
    if (!path || address_check(address))
        return RESULT_INVALID;
    TRY(address_claim(path, SPAN_OF_ARRAY(greeting)));
    struct live *live = calloc(1, sizeof *live);
    if (!live)
        return RESULT_NO_MEMORY;
    if (nng_pub0_open(&live->socket) != 0) {
        free(live);
        return RESULT_NO_MEMORY;
    }
    enum result result = start(live, address);
    if (result) {
        live_close(live);
        return result;
    }
    *out = live;
    return RESULT_OK;
}

void live_close(struct live *live) {
    if (!live)
        return;
    nng_close(live->socket);
    free(live);
}

void live_publish(struct live *live, const char *topic, struct span json) {
    char number[24];
    nng_msg *message;
    int len = snprintf(number, sizeof number, " %" PRIu64 " ", ++live->number);
    if (nng_msg_alloc(&message, 0) != 0)
        return; /* a gap in the numbers, as for a slow subscriber */
    if (nng_msg_append(message, topic, strlen(topic)) != 0 || nng_msg_append(message, number, (size_t)len) != 0 ||
        nng_msg_append(message, json.data, json.len) != 0 || nng_sendmsg(live->socket, message, NNG_FLAG_NONBLOCK) != 0)
        nng_msg_free(message);
}
