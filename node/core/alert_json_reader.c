#include "core/alert_json_reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/alert_internal.h"

static const char *path_text(struct arena *arena, const struct reader_path *path) {
    if (!path)
        return NULL;
    const char *above = path_text(arena, path->above);
    if (!path->name)
        return text_format(arena, "%s[%zu]", above ? above : "", path->index);
    const char *name = alert_quote(arena, path->name);
    return above ? text_format(arena, "%s.%s", above, name) : name;
}

void reader_error(struct reader *reader, const struct reader_path *path, const char *format, ...) {
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    report_add(reader->report, SEVERITY_ERROR, path_text(reader->report->arena, path), "%s", sentence);
}

static const char *type_found(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return _("an object {…}");
    case JSON_ARRAY:
        return _("a list […]");
    case JSON_STRING:
        return _("a text in quotes");
    case JSON_INTEGER:
    case JSON_REAL:
        return _("a number");
    case JSON_TRUE:
    case JSON_FALSE:
        return _("true or false");
    case JSON_NULL:
        break;
    }
    return _("null");
}

void reader_wrong_type(struct reader *reader, const struct reader_path *path, const json_t *value,
                       const char *expected) {
    reader_error(reader, path, _("is %s, expected %s"), type_found(value), expected);
}

static char *copy_text(struct reader *reader, const char *text, size_t len) {
    char *copy = arena_text(reader->arena, text, len);
    if (!copy)
        reader->out_of_memory = true;
    return copy;
}

char *reader_text(struct reader *reader, const struct reader_path *path, const json_t *value) {
    if (json_is_null(value))
        return NULL;
    if (!json_is_string(value)) {
        reader_wrong_type(reader, path, value, _("a text in quotes"));
        return NULL;
    }
    size_t len = json_string_length(value);
    if (len > FIELD_TEXT_BYTES_MAX) {
        reader_error(reader, path, _("is %zu bytes long, at most %d are allowed"), len, FIELD_TEXT_BYTES_MAX);
        return NULL;
    }
    return len ? copy_text(reader, json_string_value(value), len) : NULL;
}

/* A whole number is taken as written. 0.10 is not: JSON parsers turn it into the nearest binary fraction. */
char *reader_decimal(struct reader *reader, const struct reader_path *path, const json_t *value) {
    char digits[32];
    if (json_is_integer(value)) {
        int len = snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return copy_text(reader, digits, (size_t)len);
    }
    if (json_is_real(value)) {
        reader_wrong_type(reader, path, value,
                          _("the number in quotes, such as \"0.12\", so that it is kept as written"));
        return NULL;
    }
    return reader_text(reader, path, value);
}

bool reader_number(struct reader *reader, const struct reader_path *path, const json_t *value, uint32_t *out) {
    if (json_is_null(value))
        return false;
    if (!json_is_integer(value)) {
        reader_wrong_type(reader, path, value, _("a whole number without quotes"));
        return false;
    }
    json_int_t number = json_integer_value(value);
    if (number < 0 || number > UINT32_MAX) {
        reader_error(reader, path, _("is %lld, expected a whole number from 0 to %u"), (long long)number, UINT32_MAX);
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

bool reader_flag(struct reader *reader, const struct reader_path *path, const json_t *value, uint32_t *out) {
    if (json_is_null(value))
        return false;
    if (!json_is_boolean(value)) {
        reader_wrong_type(reader, path, value, _("true or false"));
        return false;
    }
    *out = json_is_true(value);
    return true;
}

static bool is_list_of_texts(struct reader *reader, const struct reader_path *path, const json_t *value) {
    size_t size = json_array_size(value);
    if (!json_is_array(value)) {
        reader_wrong_type(reader, path, value, _("a list of texts such as [\"…\", \"…\"]"));
        return false;
    }
    if (size > REPEATED_VALUES_MAX) {
        reader_error(reader, path, _("holds %zu values, at most %d are allowed"), size, REPEATED_VALUES_MAX);
        return false;
    }
    return true;
}

char **reader_texts(struct reader *reader, const struct reader_path *path, const json_t *value, size_t *count) {
    *count = 0;
    if (json_is_null(value) || !is_list_of_texts(reader, path, value))
        return NULL;
    char **texts = arena_array(reader->arena, json_array_size(value), sizeof *texts);
    if (!texts) {
        reader->out_of_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct reader_path item = {.above = path, .index = i};
        char *text = reader_text(reader, &item, json_array_get(value, i));
        if (text)
            texts[(*count)++] = text;
    }
    return texts;
}
