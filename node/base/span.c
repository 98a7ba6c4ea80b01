#include "base/span.h"

#include "base/arena.h"

bool span_take(struct span *from, size_t len, struct span *out) {
    if (len > from->len)
        return false;
    *out = span_of(from->data, len);
    from->data += len;
    from->len -= len;
    return true;
}

bool span_copy(struct span *from, void *out, size_t len) {
    struct span taken;
    if (!span_take(from, len, &taken))
        return false;
    if (len)
        memcpy(out, taken.data, len);
    return true;
}

static bool take_number(struct span *from, size_t size, uint64_t *out) {
    struct span taken;
    if (!span_take(from, size, &taken))
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out = *out << 8 | taken.data[i];
    return true;
}

bool span_u8(struct span *from, uint8_t *out) {
    return span_copy(from, out, 1);
}

bool span_u32(struct span *from, uint32_t *out) {
    uint64_t value;
    if (!take_number(from, 4, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

bool span_u64(struct span *from, uint64_t *out) {
    return take_number(from, 8, out);
}

bool span_text(struct span *from, const char **out) {
    const uint8_t *end = from->len ? memchr(from->data, '\0', from->len) : NULL;
    struct span text;
    if (!end || !span_take(from, (size_t)(end - from->data) + 1, &text))
        return false;
    *out = (const char *)text.data;
    return true;
}

bool span_skip(struct span *from, struct span prefix) {
    struct span rest = *from, head;
    if (!span_take(&rest, prefix.len, &head) || !span_equal(head, prefix))
        return false;
    *from = rest;
    return true;
}

void buf_init(struct buf *buf, struct arena *arena) {
    *buf = (struct buf){.arena = arena};
}

uint8_t *buf_extend(struct buf *buf, size_t len) {
    if (buf->failed || len > SIZE_MAX / 2 - buf->len) {
        buf->failed = true;
        return NULL;
    }
    if (buf->capacity - buf->len < len) {
        size_t capacity = buf->capacity ? buf->capacity * 2 : 256;
        while (capacity < buf->len + len)
            capacity *= 2;
        uint8_t *grown = arena_alloc(buf->arena, capacity);
        if (!grown) {
            buf->failed = true;
            return NULL;
        }
        if (buf->len)
            memcpy(grown, buf->data, buf->len);
        buf->data = grown;
        buf->capacity = capacity;
    }
    uint8_t *place = buf->data + buf->len;
    buf->len += len;
    return place;
}

void buf_put(struct buf *buf, const void *data, size_t len) {
    uint8_t *place = len ? buf_extend(buf, len) : NULL;
    if (place)
        memcpy(place, data, len);
}

void buf_put_u8(struct buf *buf, uint8_t value) {
    buf_put(buf, &value, 1);
}

void buf_put_u32(struct buf *buf, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    buf_put(buf, bytes, sizeof bytes);
}

void buf_put_u64(struct buf *buf, uint64_t value) {
    uint8_t bytes[8];
    put_u64(bytes, value);
    buf_put(buf, bytes, sizeof bytes);
}
