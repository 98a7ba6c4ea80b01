#include "tests/vectors/maker.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "keys/hash.h"
#include "tests/vectors/generate.h"

struct arena memory;
struct identity originator, author, reader, stranger;
struct root roots[ROOT_COUNT];

void must(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "vectors: %s does not hold\n", what);
    exit(EXIT_FAILURE);
}

/* ---- randomness: BLAKE2b of a name and a counter ---- */

struct stream {
    struct random random;
    uint8_t seed[HASH_SIZE];
    uint64_t block;
};

static void fill(void *context, void *out, size_t len) {
    struct stream *stream = context;
    uint8_t block[HASH_SIZE], counter[8];
    for (size_t at = 0; at < len; at += HASH_SIZE) {
        put_u64(counter, stream->block++);
        hash_keyed(block, "INAMA.vectors", SPAN_OF_ARRAY(stream->seed), SPAN_OF_ARRAY(counter));
        memcpy((uint8_t *)out + at, block, len - at < HASH_SIZE ? len - at : HASH_SIZE);
    }
}

const struct random *random_named(const char *name) {
    struct stream *stream = arena_alloc(&memory, sizeof *stream);
    hash_of(stream->seed, "INAMA.vectors", span_of_text(name));
    stream->random = (struct random){fill, stream};
    return &stream->random;
}

struct span bytes_named(const char *name, size_t len) {
    uint8_t *bytes = arena_alloc(&memory, len);
    random_fill(random_named(name), bytes, len);
    return span_of(bytes, len);
}

void make_people(void) {
    MUST(!identity_make(&originator, random_named("originator")));
    MUST(!identity_make(&author, random_named("author")));
    MUST(!identity_make(&reader, random_named("reader")));
    MUST(!identity_make(&stranger, random_named("stranger")));
    for (size_t i = 0; i < ROOT_COUNT; i++)
        sign_keypair(roots[i].key, roots[i].secret,
                     bytes_named(text_format(&memory, "root %zu", i), SIGN_SEED_SIZE).data);
}

/* ---- bytes ---- */

struct span hex(const char *digits) {
    size_t len = strlen(digits) / 2;
    uint8_t *bytes = arena_alloc(&memory, len);
    must(text_unhex(bytes, len, digits), digits);
    return span_of(bytes, len);
}

struct span filled(uint8_t byte, size_t len) {
    return span_of(memset(arena_alloc(&memory, len), byte, len), len);
}

struct span spliced(struct span bytes, size_t at, size_t removed, struct span in) {
    struct buf out;
    MUST(at + removed <= bytes.len);
    buf_init(&out, &memory);
    buf_put(&out, bytes.data, at);
    buf_put_span(&out, in);
    buf_put(&out, bytes.data + at + removed, bytes.len - at - removed);
    return buf_span(&out);
}

struct span joined(struct span a, struct span b) {
    return spliced(a, a.len, 0, b);
}

struct span cut(struct span bytes, size_t len) {
    return spliced(bytes, len, bytes.len - len, (struct span){0});
}

struct span without_last(struct span bytes, size_t len) {
    return cut(bytes, bytes.len - len);
}

struct span replaced(struct span bytes, size_t at, struct span by) {
    return spliced(bytes, at, by.len, by);
}

struct span flipped(struct span bytes, size_t at, uint8_t mask) {
    MUST(at < bytes.len);
    uint8_t byte = bytes.data[at] ^ mask;
    return replaced(bytes, at, span_of(&byte, 1));
}

size_t find(struct span bytes, struct span part) {
    const uint8_t *found = memmem(bytes.data, bytes.len, part.data, part.len);
    MUST(found);
    size_t at = (size_t)(found - bytes.data);
    MUST(!memmem(found + 1, bytes.len - at - 1, part.data, part.len));
    return at;
}

static void put_varint(struct buf *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        buf_put_u8(out, (uint8_t)(value | 0x80));
    buf_put_u8(out, (uint8_t)value);
}

struct span field_number(unsigned number, uint64_t value) {
    struct buf out;
    buf_init(&out, &memory);
    put_varint(&out, (uint64_t)number << 3);
    put_varint(&out, value);
    return buf_span(&out);
}

struct span field_bytes(unsigned number, struct span value) {
    struct buf out;
    buf_init(&out, &memory);
    put_varint(&out, (uint64_t)number << 3 | 2);
    put_varint(&out, value.len);
    buf_put_span(&out, value);
    return buf_span(&out);
}

struct span encoded(const void *message) {
    struct buf out;
    buf_init(&out, &memory);
    proto_encode(&out, message);
    MUST(!out.failed);
    return buf_span(&out);
}

/* ---- vectors ---- */

static json_t *vectors;

json_t *vector(const char *op, const char *expect, const char *name) {
    json_t *one = json_object();
    add_text(one, "name", name);
    add_text(one, "op", op);
    add_text(one, "expect", expect);
    MUST(json_array_append_new(vectors, one) == 0);
    return one;
}

static json_t *string_of(const struct buf *buf) {
    return json_stringn(buf->len ? (const char *)buf->data : "", buf->len);
}

static void put_hex(struct buf *out, struct span bytes) {
    char digits[3];
    for (size_t i = 0; i < bytes.len; i++) {
        text_hex(digits, bytes.data + i, 1);
        buf_put(out, digits, 2);
    }
}

/* How often the `period` bytes at the front stand there in a row. */
static size_t repetitions(struct span bytes, size_t period) {
    size_t count = 1;
    while ((count + 1) * period <= bytes.len && memcmp(bytes.data, bytes.data + count * period, period) == 0)
        count++;
    return count;
}

/* Hexadecimal, with "(00)x72" between spaces for 72 zero bytes, wherever that saves much. */
json_t *hex_text(struct span bytes) {
    enum { PERIOD_MAX = 32, WORTH_IT = 48 };
    struct buf out;
    bool in_digits = false;
    buf_init(&out, &memory);
    while (bytes.len) {
        size_t period = 1, count = 1;
        for (size_t p = 1; p <= PERIOD_MAX && count == 1 && p <= bytes.len; p++)
            if (repetitions(bytes, p) * p >= WORTH_IT && repetitions(bytes, p) > 1) {
                period = p;
                count = repetitions(bytes, p);
            }
        if (out.len && !(in_digits && count == 1))
            buf_put_u8(&out, ' ');
        in_digits = count == 1;
        if (count > 1)
            buf_put_u8(&out, '(');
        put_hex(&out, span_of(bytes.data, period));
        if (count > 1) {
            const char *end = text_format(&memory, ")x%zu", count);
            buf_put(&out, end, strlen(end));
        }
        span_take(&bytes, period * count, &(struct span){0});
    }
    return string_of(&out);
}

void add_input(json_t *vector, const char *key, struct span bytes) {
    MUST(json_object_set_new(vector, key, hex_text(bytes)) == 0);
}

void add_output(json_t *vector, const char *key, struct span bytes) {
    struct buf out;
    buf_init(&out, &memory);
    put_hex(&out, bytes);
    MUST(json_object_set_new(vector, key, string_of(&out)) == 0);
}

void add_number(json_t *vector, const char *key, uint64_t number) {
    MUST(json_object_set_new(vector, key, json_integer((json_int_t)number)) == 0);
}

void add_text(json_t *vector, const char *key, const char *text) {
    MUST(json_object_set_new(vector, key, json_string(text)) == 0);
}

void add_flag(json_t *vector, const char *key, bool flag) {
    MUST(json_object_set_new(vector, key, json_boolean(flag)) == 0);
}

void add_json(json_t *vector, const char *key, json_t *value) {
    MUST(json_object_set_new(vector, key, value) == 0);
}

json_t *add_list(json_t *vector, const char *key) {
    json_t *list = json_array();
    add_json(vector, key, list);
    return list;
}

void append_bytes(json_t *list, struct span bytes) {
    MUST(json_array_append_new(list, hex_text(bytes)) == 0);
}

void append_json(json_t *list, json_t *value) {
    MUST(json_array_append_new(list, value) == 0);
}

/* ---- the file: a vector a line ---- */

bool vectors_write(const char *path, const char *about, void (*make)(void)) {
    vectors = json_array();
    make();
    FILE *file = fopen(path, "w");
    if (!file)
        return false;
    fprintf(file, "{\n\"about\": \"%s\",\n\"vectors\": [\n", about);
    for (size_t i = 0; i < json_array_size(vectors); i++) {
        char *line = json_dumps(json_array_get(vectors, i), 0);
        fprintf(file, "%s%s\n", line, i + 1 < json_array_size(vectors) ? "," : "");
        free(line);
    }
    fprintf(file, "]\n}\n");
    json_decref(vectors);
    return fclose(file) == 0;
}
