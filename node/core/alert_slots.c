#include "core/alert.h"

#include "base/text.h"
#include "core/alert_internal.h"

/* A slot's value is what protobuf would write for an Alert with that one path:
 *
 *     value   = element…            one for a single group; for a list every element up to the last that has the field
 *     element = tag(group) length member?          no member: this element lacks the field
 *     member  = tag(field) length text | tag(field) varint      several texts for a field that is a list
 *
 * with every varint in its shortest form, no empty text, flags 0 or 1, and an element with a member at the end. So a
 * content has exactly one encoding. Writer and reader follow these three lines; the protobuf library would take
 * several encodings for one content, and would lose a text behind a NUL. */

enum wire { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static uint32_t tag(const ProtobufCFieldDescriptor *field, enum wire wire) {
    return field->id << 3 | wire;
}

/* ---- cutting ---- */

static size_t varint_size(size_t value) {
    size_t size = 1;
    while (value >>= 7)
        size++;
    return size;
}

static void put_varint(uint8_t **at, size_t value) {
    for (; value >= 0x80; value >>= 7)
        *(*at)++ = (uint8_t)(value | 0x80);
    *(*at)++ = (uint8_t)value;
}

static void put_bytes(uint8_t **at, const char *text, size_t len) {
    memcpy(*at, text, len);
    *at += len;
}

/* The limits are checked where the size is taken, before anything is written. */
static enum result member_size(const struct leaf *leaf, const ProtobufCMessage *element, size_t *size) {
    uint32_t number;
    *size = 0;
    if (!leaf_is_text(leaf)) {
        if (leaf_number(leaf, element, &number))
            *size = varint_size(tag(leaf->member, WIRE_VARINT)) + varint_size(number);
        return RESULT_OK;
    }
    char *const *texts;
    size_t count = leaf_texts(leaf, element, &texts);
    if (count > REPEATED_VALUES_MAX)
        return RESULT_TOO_LARGE;
    for (size_t i = 0; i < count; i++) {
        size_t len = texts[i] ? strlen(texts[i]) : 0;
        if (len > FIELD_TEXT_BYTES_MAX)
            return RESULT_TOO_LARGE;
        if (len)
            *size += varint_size(tag(leaf->member, WIRE_BYTES)) + varint_size(len) + len;
    }
    return RESULT_OK;
}

/* Writes what member_size() has measured. */
static void put_member(uint8_t **at, const struct leaf *leaf, const ProtobufCMessage *element) {
    uint32_t number;
    if (!leaf_is_text(leaf)) {
        if (leaf_number(leaf, element, &number)) {
            put_varint(at, tag(leaf->member, WIRE_VARINT));
            put_varint(at, number);
        }
        return;
    }
    char *const *texts;
    size_t count = leaf_texts(leaf, element, &texts);
    for (size_t i = 0; i < count; i++) {
        size_t len = texts[i] ? strlen(texts[i]) : 0;
        if (!len)
            continue;
        put_varint(at, tag(leaf->member, WIRE_BYTES));
        put_varint(at, len);
        put_bytes(at, texts[i], len);
    }
}

static enum result put_element(struct buf *out, const struct leaf *leaf, const ProtobufCMessage *element) {
    uint32_t group_tag = tag(leaf->group, WIRE_BYTES);
    size_t size;
    TRY(member_size(leaf, element, &size));
    size_t whole = varint_size(group_tag) + varint_size(size) + size;
    if (whole > ALERT_BYTES_MAX - out->len)
        return RESULT_TOO_LARGE;
    uint8_t *at = buf_extend(out, whole);
    if (!at)
        return RESULT_NO_MEMORY;
    put_varint(&at, group_tag);
    put_varint(&at, size);
    put_member(&at, leaf, element);
    return RESULT_OK;
}

static enum result put_slot(struct buf *out, const struct leaf *leaf, const Alert *content) {
    size_t count = leaf_elements(content, leaf->group);
    if (count > GROUP_ELEMENTS_MAX)
        return RESULT_TOO_LARGE;
    while (count && !leaf_is_present(leaf, leaf_element(content, leaf->group, count - 1)))
        count--;
    for (size_t i = 0; i < count; i++)
        TRY(put_element(out, leaf, leaf_element(content, leaf->group, i)));
    return RESULT_OK;
}

enum result alert_split(struct arena *arena, const Alert *content, struct span values[static FIELD_SLOTS]) {
    const struct leaf_table *table = leaf_table();
    size_t ends[FIELD_SLOTS];
    struct buf out;
    buf_init(&out, arena);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        if (table->leaves[slot].field)
            TRY(put_slot(&out, &table->leaves[slot], content));
        ends[slot] = out.len;
    }
    size_t start = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; start = ends[slot++])
        values[slot] = ends[slot] > start ? span_of(out.data + start, ends[slot] - start) : (struct span){0};
    return RESULT_OK;
}

struct field_set alert_present(const struct span values[static FIELD_SLOTS]) {
    struct field_set present = {{0}};
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (values[slot].data)
            field_set_add(&present, slot);
    return present;
}

/* ---- joining ---- */

static enum result take_varint(struct span *from, uint32_t *out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte;
        if (!span_u8(from, &byte))
            return RESULT_MALFORMED;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte & 0x80)
            continue;
        if (byte == 0 && shift > 0)
            return RESULT_NOT_CANONICAL;
        if (value > UINT32_MAX)
            return RESULT_MALFORMED;
        *out = (uint32_t)value;
        return RESULT_OK;
    }
    return RESULT_MALFORMED;
}

static enum result take_tag(struct span *from, uint32_t expected) {
    uint32_t found;
    TRY(take_varint(from, &found));
    return found == expected ? RESULT_OK : RESULT_MALFORMED;
}

static enum result take_bytes(struct span *from, const ProtobufCFieldDescriptor *field, struct span *out) {
    uint32_t len;
    TRY(take_tag(from, tag(field, WIRE_BYTES)));
    TRY(take_varint(from, &len));
    return span_take(from, len, out) ? RESULT_OK : RESULT_MALFORMED;
}

static enum result take_text(struct span *from, const struct leaf *leaf, struct span *out) {
    TRY(take_bytes(from, leaf->member, out));
    if (out->len == 0)
        return RESULT_NOT_CANONICAL;
    if (out->len > FIELD_TEXT_BYTES_MAX)
        return RESULT_TOO_LARGE;
    return text_is_utf8(*out) ? RESULT_OK : RESULT_MALFORMED;
}

static enum result copy_text(struct arena *arena, struct span text, char **out) {
    *out = arena_text(arena, (const char *)text.data, text.len);
    return *out ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result read_texts(struct arena *arena, struct span member, const struct leaf *leaf,
                              ProtobufCMessage *element) {
    struct span texts[REPEATED_VALUES_MAX];
    size_t count = 0;
    while (member.len) {
        if (count == REPEATED_VALUES_MAX)
            return RESULT_TOO_LARGE;
        TRY(take_text(&member, leaf, &texts[count++]));
    }
    char **copies = arena_array(arena, count, sizeof *copies);
    if (!copies)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        TRY(copy_text(arena, texts[i], &copies[i]));
    leaf_set_texts(leaf, element, copies, count);
    return RESULT_OK;
}

static enum result read_text(struct arena *arena, struct span member, const struct leaf *leaf,
                             ProtobufCMessage *element) {
    struct span text;
    char *copy;
    TRY(take_text(&member, leaf, &text));
    if (member.len)
        return RESULT_MALFORMED;
    TRY(copy_text(arena, text, &copy));
    leaf_set_text(leaf, element, copy);
    return RESULT_OK;
}

static enum result read_number(struct span member, const struct leaf *leaf, ProtobufCMessage *element) {
    uint32_t number;
    TRY(take_tag(&member, tag(leaf->member, WIRE_VARINT)));
    TRY(take_varint(&member, &number));
    if (member.len)
        return RESULT_MALFORMED;
    if (leaf->member->type == PROTOBUF_C_TYPE_BOOL && number > 1)
        return RESULT_NOT_CANONICAL;
    leaf_set_number(leaf, element, number);
    return RESULT_OK;
}

static enum result read_slot(struct arena *arena, struct span value, const struct leaf *leaf, Alert *content) {
    for (size_t i = 0; value.len; i++) {
        struct span member;
        TRY(take_bytes(&value, leaf->group, &member));
        ProtobufCMessage *element = leaf_element(content, leaf->group, i);
        if (member.len == 0)
            continue;
        if (!leaf_is_text(leaf))
            TRY(read_number(member, leaf, element));
        else if (leaf_is_list(leaf))
            TRY(read_texts(arena, member, leaf, element));
        else
            TRY(read_text(arena, member, leaf, element));
    }
    return RESULT_OK;
}

/* How many elements a value holds; nothing is allocated for it before that is known and allowed. */
static enum result count_elements(struct span value, const struct leaf *leaf, size_t *out) {
    struct span member = {0};
    size_t count = 0;
    for (; value.len; count++) {
        if (count == GROUP_ELEMENTS_MAX)
            return RESULT_TOO_LARGE;
        TRY(take_bytes(&value, leaf->group, &member));
    }
    if (member.len == 0 || (count > 1 && !leaf->field->group_repeats))
        return RESULT_NOT_CANONICAL;
    *out = count;
    return RESULT_OK;
}

static enum result join_group(struct arena *arena, const struct leaf_group *group, const struct span *values,
                              Alert *content) {
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct leaf *leaf = group->leaves[i];
        size_t elements = 0;
        if (values[leaf->field->slot].data)
            TRY(count_elements(values[leaf->field->slot], leaf, &elements));
        if (elements > count)
            count = elements;
    }
    if (count == 0)
        return RESULT_OK;
    TRY(leaf_make(arena, content, group->group, count));
    for (size_t i = 0; i < group->count; i++) {
        const struct leaf *leaf = group->leaves[i];
        if (values[leaf->field->slot].data)
            TRY(read_slot(arena, values[leaf->field->slot], leaf, content));
    }
    return RESULT_OK;
}

enum result alert_join(struct arena *arena, const struct span values[static FIELD_SLOTS], Alert **content) {
    const struct leaf_table *table = leaf_table();
    size_t total = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        size_t len = values[slot].data ? values[slot].len : 0;
        if (len > ALERT_BYTES_MAX - total)
            return RESULT_TOO_LARGE;
        total += len;
    }
    Alert *joined = arena_alloc(arena, sizeof *joined);
    if (!joined)
        return RESULT_NO_MEMORY;
    alert__init(joined);
    for (size_t i = 0; i < table->group_count; i++)
        TRY(join_group(arena, &table->groups[i], values, joined));
    *content = joined;
    return RESULT_OK;
}
