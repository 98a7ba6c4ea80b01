#include "tests/support/vectors.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

json_t *vectors_load(const char *name) {
    const char *folder = getenv("INAMA_DATA");
    char path[512];
    json_error_t error;
    if (!folder)
        return NULL;
    snprintf(path, sizeof path, "%s/vectors/%s", folder, name);
    json_t *file = json_load_file(path, 0, &error);
    ck_assert_msg(file != NULL, "%s:%d: %s", path, error.line, error.text);
    return file;
}

const char *vectors_text(const json_t *object, const char *field) {
    const char *text = json_string_value(json_object_get(object, field));
    return text ? text : "";
}

struct span vectors_bytes(const json_t *object, const char *field) {
    static uint8_t space[17][4096];
    static unsigned turn;
    const char *hex = vectors_text(object, field);
    size_t len = strlen(hex) / 2;
    uint8_t *out = space[turn++ % 17];
    ck_assert_uint_le(len, sizeof space[0]);
    ck_assert(text_unhex(out, len, hex));
    return span_of(out, len);
}
