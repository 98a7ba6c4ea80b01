#include "core/alert.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"

/* ---- reading fields as text ---- */

enum { NUMBER_SIZE = sizeof "4294967295" };

static const char *number_text(char out[static NUMBER_SIZE], const struct leaf *leaf, uint32_t number) {
    if (leaf->member->type == PROTOBUF_C_TYPE_BOOL)
        return number ? "yes" : "no";
    snprintf(out, NUMBER_SIZE, "%u", number);
    return out;
}

static void visit_element(const struct leaf *leaf, size_t i, const ProtobufCMessage *element, alert_visit *visit,
                          void *context) {
    char buffer[NUMBER_SIZE];
    uint32_t number;
    if (!leaf_is_text(leaf)) {
        if (leaf_number(leaf, element, &number))
            visit(context, leaf->field, i, number_text(buffer, leaf, number));
        return;
    }
    char *const *texts;
    size_t count = leaf_texts(leaf, element, &texts);
    for (size_t j = 0; j < count; j++)
        if (texts[j] && *texts[j])
            visit(context, leaf->field, i, texts[j]);
}

void alert_each(const Alert *content, alert_visit *visit, void *context) {
    const struct leaf_table *table = leaf_table();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct leaf *leaf = &table->leaves[slot];
        size_t elements = leaf->field ? leaf_elements(content, leaf->group) : 0;
        for (size_t i = 0; i < elements; i++)
            visit_element(leaf, i, leaf_element(content, leaf->group, i), visit, context);
    }
}

struct joined {
    struct arena *arena;
    const char *text;
};

static void join_text(void *context, const struct field *field, size_t element, const char *value) {
    struct joined *joined = context;
    (void)field;
    (void)element;
    joined->text = text_format(joined->arena, "%s%s%s", joined->text, *joined->text ? "; " : "", value);
}

const char *alert_text(struct arena *arena, const Alert *content, const char *path, size_t element) {
    const struct leaf *leaf = leaf_find(path);
    struct joined joined = {.arena = arena, .text = ""};
    if (leaf)
        visit_element(leaf, element, leaf_element(content, leaf->group, element), join_text, &joined);
    return joined.text;
}

const char *leaf_path(struct arena *arena, const struct leaf *leaf, size_t element) {
    const struct field *field = leaf->field;
    return field->group_repeats ? text_format(arena, "%s[%zu].%s", field->group, element, field->name) : field->path;
}

/* ---- setting fields from text ---- */

static uint32_t parse_number(const char *text) {
    uint32_t number = 0;
    for (; *text; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number;
}

static bool parse_flag(const char *text) {
    return strchr("yt1", *text) != NULL;
}

static enum result append_text(struct arena *arena, const struct leaf *leaf, ProtobufCMessage *element, char *text) {
    char *const *texts;
    size_t count = leaf_texts(leaf, element, &texts);
    if (count >= REPEATED_VALUES_MAX)
        return RESULT_TOO_LARGE;
    char **longer = arena_array(arena, count + 1, sizeof *longer);
    if (!longer)
        return RESULT_NO_MEMORY;
    if (count)
        memcpy(longer, texts, count * sizeof *longer);
    longer[count] = text;
    leaf_set_texts(leaf, element, longer, count + 1);
    return RESULT_OK;
}

static enum result set_member(struct arena *arena, const struct leaf *leaf, ProtobufCMessage *element,
                              const char *text) {
    if (!leaf_is_text(leaf)) {
        bool is_flag = leaf->field->type == FIELD_FLAG;
        leaf_set_number(leaf, element, is_flag ? parse_flag(text) : parse_number(text));
        return RESULT_OK;
    }
    char *copy = arena_text(arena, text, strlen(text));
    if (!copy)
        return RESULT_NO_MEMORY;
    if (leaf_is_list(leaf))
        return append_text(arena, leaf, element, copy);
    leaf_set_text(leaf, element, copy);
    return RESULT_OK;
}

/* "incident.date" stands for the three fields that its precision is made of. */
static enum result set_incident_date(struct arena *arena, Alert *content, const char *text) {
    struct date date;
    ProtobufCMessage *incident;
    if (!date_parse(&date, text))
        return RESULT_INVALID;
    TRY(leaf_grow(arena, content, leaf_find("incident.year")->group, 0, &incident));
    AlertIncident *set = content->incident;
    set->year = date.year, set->has_year = true;
    set->month = date.month, set->has_month = date.month != 0;
    set->day = date.day, set->has_day = date.day != 0;
    return RESULT_OK;
}

enum result alert_set_text(struct arena *arena, Alert *content, const char *path, size_t element, const char *text) {
    const struct leaf *leaf = leaf_find(path);
    ProtobufCMessage *target;
    if (!leaf && strcmp(path, "incident.date") == 0)
        return element ? RESULT_TOO_LARGE : set_incident_date(arena, content, text);
    if (!leaf)
        return RESULT_NOT_FOUND;
    size_t len = strlen(text);
    if (len > FIELD_TEXT_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (len == 0 || !text_is_utf8(span_of(text, len)) || leaf_expects(leaf->field->type, text))
        return RESULT_INVALID;
    TRY(leaf_grow(arena, content, leaf->group, element, &target));
    return set_member(arena, leaf, target, text);
}
