#include "core/alert_internal.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

static struct leaf_table table;

static const ProtobufCFieldDescriptor *descriptor(const ProtobufCMessageDescriptor *message, const char *name) {
    const ProtobufCFieldDescriptor *found = protobuf_c_message_descriptor_get_field_by_name(message, name);
    assert(found && "fields.c names a field that alert.proto lacks");
    return found;
}

static struct leaf_group *group_of(const ProtobufCFieldDescriptor *group) {
    for (size_t i = 0; i < table.group_count; i++)
        if (table.groups[i].group == group)
            return &table.groups[i];
    assert(table.group_count < GROUPS_MAX);
    struct leaf_group *added = &table.groups[table.group_count++];
    added->group = group;
    return added;
}

static void build(void) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field)
            continue;
        struct leaf *leaf = &table.leaves[slot];
        leaf->field = field;
        leaf->group = descriptor(&alert__descriptor, field->group);
        leaf->member = descriptor(leaf->group->descriptor, field->name);
        struct leaf_group *group = group_of(leaf->group);
        assert(group->count < GROUP_LEAVES_MAX);
        group->leaves[group->count++] = leaf;
    }
}

const struct leaf_table *leaf_table(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, build);
    return &table;
}

const struct leaf *leaf_find(const char *path) {
    const struct field *field = field_find(path);
    return field ? &leaf_table()->leaves[field->slot] : NULL;
}

/* The places in the generated structs that a descriptor speaks of. */
static void *at(const void *message, unsigned offset) {
    return (char *)(uintptr_t)message + offset;
}

static ProtobufCMessage **single(const Alert *content, const ProtobufCFieldDescriptor *group) {
    return at(content, group->offset);
}

static ProtobufCMessage ***list(const Alert *content, const ProtobufCFieldDescriptor *group) {
    return at(content, group->offset);
}

static size_t *list_count(const Alert *content, const ProtobufCFieldDescriptor *group) {
    return at(content, group->quantifier_offset);
}

static bool is_list(const ProtobufCFieldDescriptor *group) {
    return group->label == PROTOBUF_C_LABEL_REPEATED;
}

size_t leaf_elements(const Alert *content, const ProtobufCFieldDescriptor *group) {
    return is_list(group) ? *list_count(content, group) : *single(content, group) != NULL;
}

ProtobufCMessage *leaf_element(const Alert *content, const ProtobufCFieldDescriptor *group, size_t element) {
    if (element >= leaf_elements(content, group))
        return NULL;
    return is_list(group) ? (*list(content, group))[element] : *single(content, group);
}

/* `count` messages side by side and, in `pointers`, where each is. */
static enum result make_messages(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                 ProtobufCMessage **pointers, size_t count) {
    char *messages = arena_array(arena, count, type->sizeof_message);
    if (!messages)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        pointers[i] = (ProtobufCMessage *)(void *)(messages + i * type->sizeof_message);
        type->message_init(pointers[i]);
    }
    return RESULT_OK;
}

enum result leaf_make(struct arena *arena, Alert *content, const ProtobufCFieldDescriptor *group, size_t count) {
    if (!is_list(group))
        return make_messages(arena, group->descriptor, single(content, group), 1);
    ProtobufCMessage **pointers = arena_array(arena, count, sizeof *pointers);
    if (!pointers)
        return RESULT_NO_MEMORY;
    TRY(make_messages(arena, group->descriptor, pointers, count));
    *list(content, group) = pointers;
    *list_count(content, group) = count;
    return RESULT_OK;
}

enum result leaf_grow(struct arena *arena, Alert *content, const ProtobufCFieldDescriptor *group, size_t element,
                      ProtobufCMessage **out) {
    if (element >= (is_list(group) ? GROUP_ELEMENTS_MAX : 1))
        return RESULT_TOO_LARGE;
    size_t count = leaf_elements(content, group);
    if (element >= count && !is_list(group))
        TRY(leaf_make(arena, content, group, 1));
    if (element >= count && is_list(group)) {
        ProtobufCMessage **pointers = arena_array(arena, element + 1, sizeof *pointers);
        if (!pointers)
            return RESULT_NO_MEMORY;
        if (count)
            memcpy(pointers, *list(content, group), count * sizeof *pointers);
        TRY(make_messages(arena, group->descriptor, pointers + count, element + 1 - count));
        *list(content, group) = pointers;
        *list_count(content, group) = element + 1;
    }
    *out = leaf_element(content, group, element);
    return RESULT_OK;
}

size_t leaf_texts(const struct leaf *leaf, const ProtobufCMessage *element, char *const **texts) {
    if (!element)
        return 0;
    char **member = at(element, leaf->member->offset);
    if (leaf_is_list(leaf)) {
        *texts = *(char ***)(void *)member;
        return *(const size_t *)at(element, leaf->member->quantifier_offset);
    }
    *texts = member;
    return *member != NULL;
}

bool leaf_number(const struct leaf *leaf, const ProtobufCMessage *element, uint32_t *number) {
    if (!element || !*(const protobuf_c_boolean *)at(element, leaf->member->quantifier_offset))
        return false;
    const void *member = at(element, leaf->member->offset);
    if (leaf->member->type == PROTOBUF_C_TYPE_BOOL)
        *number = *(const protobuf_c_boolean *)member != 0;
    else
        *number = *(const uint32_t *)member;
    return true;
}

bool leaf_is_present(const struct leaf *leaf, const ProtobufCMessage *element) {
    if (!leaf_is_text(leaf)) {
        uint32_t number;
        return leaf_number(leaf, element, &number);
    }
    char *const *texts;
    size_t count = leaf_texts(leaf, element, &texts);
    for (size_t i = 0; i < count; i++)
        if (texts[i] && *texts[i])
            return true;
    return false;
}

void leaf_set_text(const struct leaf *leaf, ProtobufCMessage *element, char *text) {
    *(char **)at(element, leaf->member->offset) = text;
}

void leaf_set_texts(const struct leaf *leaf, ProtobufCMessage *element, char **texts, size_t count) {
    *(char ***)at(element, leaf->member->offset) = texts;
    *(size_t *)at(element, leaf->member->quantifier_offset) = count;
}

void leaf_set_number(const struct leaf *leaf, ProtobufCMessage *element, uint32_t number) {
    void *member = at(element, leaf->member->offset);
    *(protobuf_c_boolean *)at(element, leaf->member->quantifier_offset) = true;
    if (leaf->member->type == PROTOBUF_C_TYPE_BOOL)
        *(protobuf_c_boolean *)member = number != 0;
    else
        *(uint32_t *)member = number;
}
