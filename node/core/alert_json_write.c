#include "core/alert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"

static void put(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text));
}

/* Bytes of the character at the front that a terminal would act on, and its number; 0 if it is harmless. JSON only asks
 * for C0 to be escaped; but a line of JSON ends up on screens too, and \uNNNN is the same value to a program. */
static size_t unsafe_character(const uint8_t *c, unsigned *point) {
    if (c[0] < 0x20 || c[0] == 0x7F)
        return *point = c[0], 1;
    if (c[0] == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0) /* C1 */
        return *point = c[1], 2;
    if (c[0] == 0xE2 && c[1] == 0x80 && c[2] >= 0xA8 && c[2] <= 0xAE) /* separators, bidirectional overrides */
        return *point = 0x2000u + (c[2] & 0x3F), 3;
    if (c[0] == 0xE2 && c[1] == 0x81 && c[2] >= 0xA6 && c[2] <= 0xA9) /* bidirectional isolates */
        return *point = 0x2040u + (c[2] & 0x3F), 3;
    return 0;
}

static void put_string(struct buf *out, const char *text) {
    const uint8_t *run = (const uint8_t *)text, *c = run;
    char escape[8];
    unsigned point = 0;
    buf_put_u8(out, '"');
    while (*c) {
        size_t unsafe = unsafe_character(c, &point);
        if (!unsafe && *c != '"' && *c != '\\') {
            c++;
            continue;
        }
        buf_put(out, run, (size_t)(c - run));
        if (unsafe)
            snprintf(escape, sizeof escape, "\\u%04x", point);
        else
            snprintf(escape, sizeof escape, "\\%c", *c);
        put(out, escape);
        run = c += unsafe ? unsafe : 1;
    }
    buf_put(out, run, (size_t)(c - run));
    buf_put_u8(out, '"');
}

static void put_number(struct buf *out, uint32_t number) {
    char digits[16];
    snprintf(digits, sizeof digits, "%u", number);
    put(out, digits);
}

/* The comma between members, then the name. `first` is true until the first member of an object is out. */
static void put_name(struct buf *out, bool *first, const char *name) {
    if (!*first)
        buf_put_u8(out, ',');
    *first = false;
    buf_put_u8(out, '"');
    put(out, name);
    put(out, "\":");
}

static void put_strings(struct buf *out, char *const *texts, size_t count) {
    bool first = true;
    buf_put_u8(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (!texts[i] || !*texts[i])
            continue;
        if (!first)
            buf_put_u8(out, ',');
        first = false;
        put_string(out, texts[i]);
    }
    buf_put_u8(out, ']');
}

/* ---- the envelope ---- */

static void put_hex(struct buf *out, const ProtobufCBinaryData *bytes) {
    char hex[2 * 32 + 1];
    text_hex(hex, bytes->data, bytes->len);
    put_string(out, hex);
}

static void put_time(struct buf *out, uint64_t ms) {
    char time[25];
    text_time(time, ms);
    put_string(out, time);
}

/* Zero, NULL and no bytes in a required member mean that the node which signs has not filled it yet. */
static bool is_given(const AlertHeader *header, const struct envelope_member *member) {
    const void *value = envelope_at(header, member->offset);
    const void *quantifier = envelope_at(header, member->quantifier);
    switch (member->type) {
    case ENVELOPE_TEXT:
        return *(char *const *)value && **(char *const *)value;
    case ENVELOPE_TEXTS:
        return *(const size_t *)quantifier > 0;
    case ENVELOPE_ID:
        return ((const ProtobufCBinaryData *)value)->len == member->id_size;
    case ENVELOPE_NUMBER:
        return *(const uint32_t *)value > 0;
    case ENVELOPE_TIME:
        return *(const uint64_t *)value > 0;
    case ENVELOPE_FLAG:
        return *(const protobuf_c_boolean *)quantifier;
    }
    return false;
}

static void put_envelope_value(struct buf *out, const AlertHeader *header, const struct envelope_member *member) {
    const void *value = envelope_at(header, member->offset);
    switch (member->type) {
    case ENVELOPE_TEXT:
        put_string(out, *(char *const *)value);
        break;
    case ENVELOPE_TEXTS:
        put_strings(out, *(char *const *const *)value, *(const size_t *)envelope_at(header, member->quantifier));
        break;
    case ENVELOPE_ID:
        put_hex(out, value);
        break;
    case ENVELOPE_NUMBER:
        put_number(out, *(const uint32_t *)value);
        break;
    case ENVELOPE_TIME:
        put_time(out, *(const uint64_t *)value);
        break;
    case ENVELOPE_FLAG:
        put(out, *(const protobuf_c_boolean *)value ? "true" : "false");
        break;
    }
}

/* Members of one object stand together in the table, so an object opens at the first and closes behind the last. */
static void put_envelope(struct buf *out, bool *first, const AlertHeader *header) {
    const char *open = NULL;
    bool first_inside = true;
    for (size_t i = 0; i < envelope_member_count; i++) {
        const struct envelope_member *member = &envelope_members[i];
        if (!is_given(header, member))
            continue;
        if (open && (!member->object || strcmp(open, member->object) != 0)) {
            buf_put_u8(out, '}');
            open = NULL;
        }
        if (member->object && !open) {
            put_name(out, first, open = member->object);
            buf_put_u8(out, '{');
            first_inside = true;
        }
        put_name(out, open ? &first_inside : first, member->name);
        put_envelope_value(out, header, member);
    }
    if (open)
        buf_put_u8(out, '}');
}

/* ---- the content ---- */

static void put_member(struct buf *out, const struct leaf *leaf, const ProtobufCMessage *element) {
    uint32_t number = 0;
    if (!leaf_is_text(leaf)) {
        leaf_number(leaf, element, &number);
        if (leaf->field->type == FIELD_FLAG)
            put(out, number ? "true" : "false");
        else
            put_number(out, number);
        return;
    }
    char *const *texts = NULL;
    size_t count = leaf_texts(leaf, element, &texts);
    if (leaf_is_list(leaf))
        put_strings(out, texts, count);
    else
        put_string(out, texts[0]);
}

static void put_element(struct buf *out, const struct leaf_group *group, const ProtobufCMessage *element) {
    bool first = true;
    buf_put_u8(out, '{');
    for (size_t i = 0; i < group->count; i++) {
        const struct leaf *leaf = group->leaves[i];
        if (!leaf_is_present(leaf, element))
            continue;
        put_name(out, &first, leaf->field->name);
        put_member(out, leaf, element);
    }
    buf_put_u8(out, '}');
}

static bool is_empty(const struct leaf_group *group, const ProtobufCMessage *element) {
    for (size_t i = 0; i < group->count; i++)
        if (leaf_is_present(group->leaves[i], element))
            return false;
    return true;
}

static void put_group(struct buf *out, bool *first, const struct leaf_group *group, const Alert *content) {
    size_t count = leaf_elements(content, group->group);
    while (count && is_empty(group, leaf_element(content, group->group, count - 1)))
        count--;
    if (count == 0)
        return;
    bool is_list = group->group->label == PROTOBUF_C_LABEL_REPEATED;
    put_name(out, first, group->group->name);
    if (is_list)
        buf_put_u8(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_put_u8(out, ',');
        put_element(out, group, leaf_element(content, group->group, i));
    }
    if (is_list)
        buf_put_u8(out, ']');
}

enum result alert_to_json(struct arena *arena, const AlertHeader *header, const Alert *content, struct buf *out) {
    const struct leaf_table *table = leaf_table();
    struct buf line;
    bool first = true;
    buf_init(&line, arena);
    buf_put_u8(&line, '{');
    put_envelope(&line, &first, header);
    for (size_t i = 0; content && i < table->group_count; i++)
        put_group(&line, &first, &table->groups[i], content);
    buf_put_u8(&line, '}');
    buf_put_span(out, buf_span(&line));
    return line.failed || out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}
