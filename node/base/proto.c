#include "base/proto.h"

#include "base/text.h"

enum wire { WIRE_VARINT = 0, WIRE_64BIT = 1, WIRE_BYTES = 2, WIRE_32BIT = 5 };

enum {
    NUMBER_MAX = (1 << 29) - 1,
    TAG_BYTES_MAX = 5,
    LENGTH_BYTES_MAX = 5,
    VARINT_BYTES_MAX = 10,
};

static bool take_varint(struct span *from, size_t size_max, uint64_t *out) {
    struct span rest = *from;
    uint64_t value = 0;
    uint8_t byte = 0x80;
    for (size_t i = 0; i < size_max && byte & 0x80; i++) {
        if (!span_u8(&rest, &byte))
            return false;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
    }
    if (byte & 0x80)
        return false;
    *from = rest;
    *out = value;
    return true;
}

/* The content of a field, without its length. A group has none that can be taken. */
static bool take_content(struct span *from, enum wire wire, struct span *content) {
    uint64_t number;
    switch (wire) {
    case WIRE_VARINT:
        *content = (struct span){0};
        return take_varint(from, VARINT_BYTES_MAX, &number);
    case WIRE_64BIT:
        return span_take(from, 8, content);
    case WIRE_32BIT:
        return span_take(from, 4, content);
    case WIRE_BYTES:
        return take_varint(from, LENGTH_BYTES_MAX, &number) && number <= from->len &&
               span_take(from, (size_t)number, content);
    }
    return false;
}

/* A NUL is a code point like others here; that it does not survive makes the message not canonical. */
static bool is_utf8(struct span text) {
    const uint8_t *nul;
    while (text.len && (nul = memchr(text.data, 0, text.len))) {
        size_t before = (size_t)(nul - text.data);
        if (!text_is_utf8(span_of(text.data, before)))
            return false;
        text = span_of(nul + 1, text.len - before - 1);
    }
    return text.len == 0 || text_is_utf8(text);
}

static enum wire wire_of(ProtobufCType type) {
    bool is_sized = type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_BYTES || type == PROTOBUF_C_TYPE_MESSAGE;
    return is_sized ? WIRE_BYTES : WIRE_VARINT; /* our messages use no other */
}

/* Can it be read (docs/protocol.md, 1.4.2)? As deep as the messages of proto/, none of which contains itself. */
static enum result check_form(const ProtobufCMessageDescriptor *type, struct span bytes, size_t *fields_left) {
    while (bytes.len) {
        uint64_t tag;
        struct span content;
        if (!take_varint(&bytes, TAG_BYTES_MAX, &tag) || tag >> 3 == 0 || tag >> 3 > NUMBER_MAX ||
            !take_content(&bytes, (enum wire)(tag & 7), &content))
            return RESULT_MALFORMED;
        if (*fields_left == 0)
            return RESULT_TOO_LARGE;
        --*fields_left;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
        if (!field)
            continue;
        if (wire_of(field->type) != (enum wire)(tag & 7))
            return RESULT_MALFORMED;
        if (field->type == PROTOBUF_C_TYPE_STRING && !is_utf8(content))
            return RESULT_MALFORMED;
        if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            TRY(check_form(field->descriptor, content, fields_left));
    }
    return RESULT_OK;
}

static void *allocate(void *context, size_t size) {
    return arena_alloc(context, size);
}

static void release(void *context, void *memory) {
    (void)context;
    (void)memory; /* goes with the arena */
}

static enum result decode(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes,
                          size_t fields_max, void *out) {
    TRY(check_form(type, bytes, &fields_max));
    ProtobufCAllocator allocator = {.alloc = allocate, .free = release, .allocator_data = arena};
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, bytes.len, bytes.data);
    if (!message)
        return RESULT_MALFORMED;
    *(void **)out = message;
    return RESULT_OK;
}

enum result proto_decode(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes, void *out) {
    return decode(arena, type, bytes, SIZE_MAX, out);
}

enum result proto_decode_canonical(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes,
                                   void *out) {
    void *message;
    TRY(decode(arena, type, bytes, CANONICAL_FIELDS_MAX, &message));
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

ProtobufCBinaryData *proto_list(struct arena *arena, const struct span *spans, size_t count) {
    ProtobufCBinaryData *list = arena_array(arena, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = proto_bytes(spans[i].data, spans[i].len);
    return list;
}
