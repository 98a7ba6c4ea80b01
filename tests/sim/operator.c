#include "tests/sim/operator.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/proto.h"
#include "tests/sim/link.h"

enum { LENGTH_SIZE = 4 };

struct question {
    struct wire *wire;
    struct arena arena;
    struct span left; /* of what is asked */
    operator_reply *reply;
    void *context;
    uint64_t value;
    bool over;
};

static void finish(struct question *question, const Reply *reply) {
    if (question->over)
        return;
    question->over = true;
    if (question->wire)
        wire_close(question->wire, 0);
    question->reply(question->context, question->value, reply);
    arena_release(&question->arena);
}

static void on_readable(void *owner) {
    struct question *question = owner;
    struct span waiting = wire_waiting(question->wire, 0), message;
    uint32_t len;
    Reply *reply;
    if (question->over)
        return;
    if (!span_u32(&waiting, &len) || !span_take(&waiting, len, &message)) {
        if (wire_is_over(question->wire, 0))
            finish(question, NULL);
        return;
    }
    enum result result = proto_decode(&question->arena, &reply__descriptor, message, &reply);
    assert(!result);
    finish(question, reply);
}

static void on_writable(void *owner) {
    struct question *question = owner;
    struct span sent;
    if (!question->over)
        span_take(&question->left, wire_send(question->wire, 0, question->left), &sent);
}

static void on_reset(void *owner) {
    finish(owner, NULL);
}

void operator_ask(struct station *station, const Request *request, operator_reply *reply, void *context,
                  uint64_t value) {
    struct question *question = calloc(1, sizeof *question);
    assert(question);
    *question = (struct question){.reply = reply, .context = context, .value = value};
    const struct plug plug = {.readable = on_readable, .writable = on_writable, .reset = on_reset, .owner = question};
    char address[400];
    struct buf bytes;
    arena_init(&question->arena, SIZE_MAX);
    buf_init(&bytes, &question->arena);
    buf_put_u32(&bytes, 0);
    proto_encode(&bytes, request);
    put_u32(bytes.data, (uint32_t)(bytes.len - LENGTH_SIZE));
    question->left = buf_span(&bytes);
    snprintf(address, sizeof address, "ipc://%s/control.sock", station->folder);
    question->wire = link_call(NOBODY, address);
    if (!question->wire) {
        finish(question, NULL);
        return;
    }
    wire_plug(question->wire, 0, &plug);
    on_writable(question);
}
