#include "tests/bench/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/proto.h"

int wire_open(const struct home *home) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.90s/control.sock", home->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    return fd;
}

void wire_ask(int fd, struct arena *arena, const Request *request) {
    struct buf out;
    buf_init(&out, arena);
    buf_put_u32(&out, (uint32_t)protobuf_c_message_get_packed_size(&request->base));
    proto_encode(&out, request);
    if (out.failed || send(fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t)out.len)
        abort();
}

Reply *wire_hear(int fd, struct arena *arena) {
    uint8_t head[4];
    uint32_t len;
    Reply *reply;
    if (recv(fd, head, sizeof head, MSG_WAITALL) != sizeof head)
        abort();
    struct span length = SPAN_OF_ARRAY(head);
    span_u32(&length, &len);
    uint8_t *bytes = arena_alloc(arena, len);
    if (!bytes || recv(fd, bytes, len, MSG_WAITALL) != (ssize_t)len ||
        proto_decode(arena, &reply__descriptor, span_of(bytes, len), &reply))
        abort();
    return reply;
}

void wire_publish(int fd, struct arena *arena, const char *const *alerts, size_t count) {
    Request request = REQUEST__INIT;
    Publish publish = PUBLISH__INIT;
    publish.alerts = arena_array(arena, count, sizeof *publish.alerts);
    if (!publish.alerts)
        abort();
    for (size_t i = 0; i < count; i++)
        publish.alerts[i] = proto_bytes(alerts[i], strlen(alerts[i]));
    publish.n_alerts = count;
    request.publish = &publish;
    wire_ask(fd, arena, &request);
}
