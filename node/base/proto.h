/* proto: protobuf messages in an arena, strictly.
 *
 * What is signed or hashed has exactly one encoding (docs/protocol.md, 1.4): fields in ascending order, shortest
 * numbers, nothing twice. Decoding costs no more memory than the arena's budget, whatever the bytes claim. The form is
 * checked here and not by the library, which takes strings that are not UTF-8 and fields of any number.
 */
#ifndef BASE_PROTO_H
#define BASE_PROTO_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

/* Fields of a canonical message, those of messages within it counted in (docs/protocol.md, 1.4.4). */
enum { CANONICAL_FIELDS_MAX = 32768 };

/* Decodes `bytes` into memory of the arena; *out is the message struct of `type`. MALFORMED if it cannot be read
 * (1.4.2), also when the message needs more memory than the arena's budget leaves. */
MUST_USE enum result proto_decode(struct arena *arena, const ProtobufCMessageDescriptor *type, struct span bytes,
                                  void *out);
/* The same, NOT_CANONICAL unless encoding the message again gives the same bytes (1.4.3), and TOO_LARGE for more than
 * CANONICAL_FIELDS_MAX fields. Unknown fields behind the known ones pass: a later schema may add some. */
MUST_USE enum result proto_decode_canonical(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                            struct span bytes, void *out);

/* Appends the encoding of any generated message struct. */
void proto_encode(struct buf *out, const void *message);

static inline ProtobufCBinaryData proto_bytes(const void *data, size_t len) {
    return (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)data};
}
static inline struct span proto_span(ProtobufCBinaryData bytes) {
    return span_of(bytes.data, bytes.len);
}
/* A repeated field of bytes, in the arena, sharing memory with the spans; NULL without memory. */
ProtobufCBinaryData *proto_list(struct arena *arena, const struct span *spans, size_t count);

#endif
