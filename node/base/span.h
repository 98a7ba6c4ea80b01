/* span: bytes that somebody else owns, and the two ways to go through them: reading from the front, appending.
 *
 * A reader that runs out returns false and leaves the span as it was. A buffer remembers that it failed, so a writer
 * appends everything and asks once, at the end. Numbers are big-endian.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct span {
    const uint8_t *data;
    size_t len;
};

/* The bytes of an array, of an object's storage, of a C string without its NUL. */
#define SPAN_OF_ARRAY(array) ((struct span){(const uint8_t *)(array), sizeof(array)})
static inline struct span span_of(const void *data, size_t len) {
    return (struct span){(const uint8_t *)data, len};
}
static inline struct span span_of_text(const char *text) {
    return span_of(text, strlen(text));
}

static inline bool span_equal(struct span a, struct span b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Takes the first `len` bytes off `from`. */
bool span_take(struct span *from, size_t len, struct span *out);
/* Takes the first `len` bytes off `from` and copies them to out[len]. */
bool span_copy(struct span *from, void *out, size_t len);
bool span_u8(struct span *from, uint8_t *out);
bool span_u32(struct span *from, uint32_t *out);
bool span_u64(struct span *from, uint64_t *out);

/* Takes one NUL-terminated text off `from`; *out points into it. */
bool span_text(struct span *from, const char **out);
/* Takes exactly these bytes off `from`. */
bool span_skip(struct span *from, struct span prefix);

/* A growing array of bytes in an arena: freed with the arena, never by itself. */
struct buf {
    struct arena *arena;
    uint8_t *data;
    size_t len;
    size_t capacity;
    bool failed; /* an append did not find memory; the content is then incomplete */
};

void buf_init(struct buf *buf, struct arena *arena);
void buf_put(struct buf *buf, const void *data, size_t len);
void buf_put_u8(struct buf *buf, uint8_t value);
void buf_put_u32(struct buf *buf, uint32_t value);
void buf_put_u64(struct buf *buf, uint64_t value);
/* Appends `len` bytes to be filled by the caller and returns where; NULL if memory is out. */
uint8_t *buf_extend(struct buf *buf, size_t len);
static inline void buf_put_span(struct buf *buf, struct span span) {
    buf_put(buf, span.data, span.len);
}
static inline struct span buf_span(const struct buf *buf) {
    return span_of(buf->data, buf->len);
}

static inline void put_u32(uint8_t out[4], uint32_t value) {
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}
static inline void put_u64(uint8_t out[8], uint64_t value) {
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
}

#endif
