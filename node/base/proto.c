#include "base/proto.h"

static void *allocate(void *context, size_t size) {
    return arena_alloc(context, size);
}

static void release(void *context, void *memory) {
    (void)context;
    (void)memory; /* goes with the arena */
}

enum result proto_decode(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes, void *out) {
    ProtobufCAllocator allocator = {.alloc = allocate, .free = release, .allocator_data = arena};
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, bytes.len, bytes.data);
    if (!message)
        return RESULT_MALFORMED;
    *(void **)out = message;
    return RESULT_OK;
}

enum result proto_decode_canonical(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes,
                                   void *out) {
    void *message;
    TRY(proto_decode(arena, type, bytes, &message));
    if (protobuf_c_message_get_packed_size(message) != bytes.len)
        return RESULT_NOT_CANONICAL;
    uint8_t *again = arena_alloc(arena, bytes.len);
    if (!again)
        return RESULT_NO_MEMORY;
    protobuf_c_message_pack(message, again);
    if (!span_equal(span_of(again, bytes.len), bytes))
        return RESULT_NOT_CANONICAL;
    *(void **)out = message;
    return RESULT_OK;
}

void proto_encode(struct buf *out, const void *message) {
    size_t len = protobuf_c_message_get_packed_size(message);
    uint8_t *place = len ? buf_extend(out, len) : NULL;
    if (place)
        protobuf_c_message_pack(message, place);
}
