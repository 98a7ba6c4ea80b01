#include "core/alert.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"
#include "core/alert_json_reader.h"

/* The names that would have been right, for findings; cut off with "…" when there are too many. */
struct names {
    char text[512];
    size_t len;
};

static void add_name(struct names *names, const char *name) {
    static const char more[] = ", …";
    const char *comma = names->len ? ", " : "";
    if (names->len + strlen(comma) + strlen(name) + sizeof more < sizeof names->text)
        names->len += (size_t)snprintf(names->text + names->len, sizeof names->text - names->len, "%s%s", comma, name);
    else
        snprintf(names->text + names->len, sizeof names->text - names->len, "%s", more);
}

/* ---- the content ---- */

static void read_member(struct reader *reader, const struct reader_path *path, const struct leaf *leaf,
                        ProtobufCMessage *element, const json_t *value) {
    uint32_t number;
    size_t count;
    if (!leaf_is_text(leaf)) {
        bool is_flag = leaf->field->type == FIELD_FLAG;
        if (is_flag ? reader_flag(reader, path, value, &number) : reader_number(reader, path, value, &number))
            leaf_set_number(leaf, element, number);
    } else if (leaf_is_list(leaf)) {
        char **texts = reader_texts(reader, path, value, &count);
        if (count)
            leaf_set_texts(leaf, element, texts, count);
    } else {
        bool is_decimal = leaf->field->type == FIELD_DECIMAL;
        leaf_set_text(leaf, element,
                      is_decimal ? reader_decimal(reader, path, value) : reader_text(reader, path, value));
    }
}

static const struct leaf *leaf_named(const struct leaf_group *group, const char *name) {
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->leaves[i]->field->name, name) == 0)
            return group->leaves[i];
    return NULL;
}

static void unknown_field(struct reader *reader, const struct reader_path *path, const struct leaf_group *group) {
    struct names names = {0};
    for (size_t i = 0; i < group->count; i++)
        add_name(&names, group->leaves[i]->field->name);
    reader_error(reader, path, _("is not known; \"%s\" has: %s"), group->group->name, names.text);
}

/* "date" of the incident stands for year, month and day. */
static void read_incident_date(struct reader *reader, const struct reader_path *path, AlertIncident *incident,
                               const json_t *all, const json_t *value) {
    const char *text = reader_text(reader, path, value);
    struct date date;
    if (!text)
        return;
    if (json_object_get(all, "year") || json_object_get(all, "month") || json_object_get(all, "day")) {
        reader_error(reader, path, _("give either \"date\" or \"year\", \"month\" and \"day\""));
    } else if (!date_parse(&date, text)) {
        reader_error(reader, path, _("\"%s\" is not %s"), alert_quote(reader->report->arena, text),
                     leaf_expects(FIELD_DATE, text));
    } else {
        incident->year = date.year, incident->has_year = true;
        incident->month = date.month, incident->has_month = date.month != 0;
        incident->day = date.day, incident->has_day = date.day != 0;
    }
}

static void read_element(struct reader *reader, const struct reader_path *path, const struct leaf_group *group,
                         ProtobufCMessage *element, json_t *object) {
    const char *name;
    json_t *value;
    if (!json_is_object(object)) {
        reader_wrong_type(reader, path, object, _("an object {…}"));
        return;
    }
    bool is_incident = element->descriptor == &alert_incident__descriptor;
    json_object_foreach(object, name, value) {
        const struct leaf *leaf = leaf_named(group, name);
        struct reader_path member = {.above = path, .name = name};
        if (leaf)
            read_member(reader, &member, leaf, element, value);
        else if (is_incident && strcmp(name, "date") == 0)
            read_incident_date(reader, &member, (AlertIncident *)element, object, value);
        else
            unknown_field(reader, &member, group);
    }
}

static void read_list(struct reader *reader, const struct reader_path *path, const struct leaf_group *group,
                      Alert *content, json_t *value) {
    size_t count = json_array_size(value);
    if (!json_is_array(value)) {
        reader_wrong_type(reader, path, value, _("a list of objects such as [{…}, {…}]"));
    } else if (count > GROUP_ELEMENTS_MAX) {
        reader_error(reader, path, _("holds %zu entries, at most %d are allowed"), count, GROUP_ELEMENTS_MAX);
    } else if (count && leaf_make(reader->arena, content, group->group, count)) {
        reader->out_of_memory = true;
    } else {
        for (size_t i = 0; i < count; i++) {
            struct reader_path item = {.above = path, .index = i};
            read_element(reader, &item, group, leaf_element(content, group->group, i), json_array_get(value, i));
        }
    }
}

static void read_group(struct reader *reader, const struct reader_path *path, const struct leaf_group *group,
                       Alert *content, json_t *value) {
    if (json_is_null(value))
        return;
    if (group->group->label == PROTOBUF_C_LABEL_REPEATED)
        read_list(reader, path, group, content, value);
    else if (leaf_make(reader->arena, content, group->group, 1))
        reader->out_of_memory = true;
    else
        read_element(reader, path, group, leaf_element(content, group->group, 0), value);
}

/* ---- the envelope ---- */

static bool read_id(struct reader *reader, const struct reader_path *path, size_t size, ProtobufCBinaryData *out,
                    const json_t *value) {
    const char *hex = reader_text(reader, path, value);
    if (!hex)
        return false;
    uint8_t *bytes = arena_alloc(reader->arena, size);
    if (!bytes) {
        reader->out_of_memory = true;
        return false;
    }
    if (strlen(hex) != 2 * size || !text_unhex(bytes, size, hex)) {
        reader_error(reader, path, _("expected %zu hexadecimal digits"), 2 * size);
        return false;
    }
    *out = (ProtobufCBinaryData){.len = size, .data = bytes};
    return true;
}

static bool read_time(struct reader *reader, const struct reader_path *path, uint64_t *out, const json_t *value) {
    const char *text = reader_text(reader, path, value);
    if (!text)
        return false;
    if (!text_parse_time(out, text)) {
        reader_error(reader, path, _("\"%s\" is not a time such as 2014-05-05T09:30:00Z"),
                     alert_quote(reader->report->arena, text));
        return false;
    }
    return true;
}

static bool read_envelope_flag(struct reader *reader, const struct reader_path *path, protobuf_c_boolean *out,
                               const json_t *value) {
    uint32_t flag;
    if (!reader_flag(reader, path, value, &flag))
        return false;
    *out = flag != 0;
    return true;
}

static void read_envelope_member(struct reader *reader, const struct reader_path *path,
                                 const struct envelope_member *member, AlertHeader *header, const json_t *value) {
    void *target = envelope_at(header, member->offset);
    bool found = false;
    switch (member->type) {
    case ENVELOPE_TEXT:
        *(char **)target = reader_text(reader, path, value);
        return;
    case ENVELOPE_TEXTS:
        *(char ***)target = reader_texts(reader, path, value, envelope_at(header, member->quantifier));
        return;
    case ENVELOPE_ID:
        found = read_id(reader, path, member->id_size, target, value);
        break;
    case ENVELOPE_NUMBER:
        found = reader_number(reader, path, value, target);
        break;
    case ENVELOPE_TIME:
        found = read_time(reader, path, target, value);
        break;
    case ENVELOPE_FLAG:
        found = read_envelope_flag(reader, path, target, value);
        break;
    }
    if (found && member->quantifier)
        *(protobuf_c_boolean *)envelope_at(header, member->quantifier) = true;
}

/* `object` is NULL for the top level. */
static bool is_in(const struct envelope_member *member, const char *object) {
    return object ? member->object && strcmp(member->object, object) == 0 : !member->object;
}

static const struct envelope_member *envelope_named(const char *object, const char *name) {
    for (size_t i = 0; i < envelope_member_count; i++)
        if (is_in(&envelope_members[i], object) && strcmp(envelope_members[i].name, name) == 0)
            return &envelope_members[i];
    return NULL;
}

static bool is_envelope_object(const char *name) {
    for (size_t i = 0; i < envelope_member_count; i++)
        if (is_in(&envelope_members[i], name))
            return true;
    return false;
}

static void unknown_in_envelope(struct reader *reader, const struct reader_path *path, const char *object) {
    struct names names = {0};
    for (size_t i = 0; i < envelope_member_count; i++)
        if (is_in(&envelope_members[i], object))
            add_name(&names, envelope_members[i].name);
    reader_error(reader, path, _("is not known; \"%s\" has: %s"), object, names.text);
}

static void read_envelope_object(struct reader *reader, const struct reader_path *path, AlertHeader *header,
                                 json_t *members) {
    const char *name;
    json_t *value;
    if (json_is_null(members))
        return;
    if (!json_is_object(members)) {
        reader_wrong_type(reader, path, members, _("an object {…}"));
        return;
    }
    json_object_foreach(members, name, value) {
        const struct envelope_member *member = envelope_named(path->name, name);
        struct reader_path below = {.above = path, .name = name};
        if (member)
            read_envelope_member(reader, &below, member, header, value);
        else
            unknown_in_envelope(reader, &below, path->name);
    }
}

/* ---- the whole ---- */

static const struct leaf_group *group_named(const char *name) {
    const struct leaf_table *table = leaf_table();
    for (size_t i = 0; i < table->group_count; i++)
        if (strcmp(table->groups[i].group->name, name) == 0)
            return &table->groups[i];
    return NULL;
}

static void read_alert(struct reader *reader, json_t *root, AlertHeader *header, Alert *content) {
    const char *name;
    json_t *value;
    if (!json_is_object(root)) {
        reader_wrong_type(reader, NULL, root, _("one alert, an object {…}"));
        return;
    }
    json_object_foreach(root, name, value) {
        const struct leaf_group *group = group_named(name);
        const struct envelope_member *member = envelope_named(NULL, name);
        struct reader_path path = {.name = name};
        if (group)
            read_group(reader, &path, group, content, value);
        else if (member)
            read_envelope_member(reader, &path, member, header, value);
        else if (is_envelope_object(name))
            read_envelope_object(reader, &path, header, value);
        else
            reader_error(reader, &path,
                         _("is not known at this level; fields stand in their groups, such as \"incident\": {…}"));
    }
}

static json_t *parse(struct span json, struct report *report) {
    json_error_t error;
    if (json.len > ALERT_JSON_BYTES_MAX) {
        report_add(report, SEVERITY_ERROR, NULL, _("is %zu bytes long, at most %d are allowed"), json.len,
                   ALERT_JSON_BYTES_MAX);
        return NULL;
    }
    json_t *root = json_loadb((const char *)json.data, json.len, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        size_t line = report->line;
        report->line = error.line > 0 ? (size_t)error.line : 0;
        report_add(report, SEVERITY_ERROR, NULL, _("not valid JSON, column %d: %s"), error.column,
                   text_escape(report->arena, error.text));
        report->line = line;
    }
    return root;
}

/* Is the content, once cut, within the limits? Names in JSON are longer than tags, and elements that lack a field cost
 * some 60 KB at the worst, so JSON of half the limit always fits. */
static enum result check_size(struct arena *arena, size_t json_bytes, const Alert *content, struct report *report) {
    struct span values[FIELD_SLOTS];
    if (json_bytes <= ALERT_BYTES_MAX / 2)
        return RESULT_OK;
    enum result result = alert_split(arena, content, values);
    if (result == RESULT_TOO_LARGE)
        report_add(report, SEVERITY_ERROR, NULL, _("the fields hold more than the %d bytes that an alert may have"),
                   ALERT_BYTES_MAX);
    return result == RESULT_NO_MEMORY ? result : RESULT_OK;
}

enum result alert_from_json(struct arena *arena, struct span json, AlertHeader **header, Alert **content,
                            struct report *report) {
    struct reader reader = {.arena = arena, .report = report};
    size_t errors_before = report->errors;
    AlertHeader *new_header = arena_alloc(arena, sizeof *new_header);
    Alert *new_content = arena_alloc(arena, sizeof *new_content);
    if (!new_header || !new_content)
        return RESULT_NO_MEMORY;
    alert_header__init(new_header);
    alert__init(new_content);
    new_header->version = 1;

    json_t *root = parse(json, report);
    if (!root)
        return RESULT_INVALID;
    read_alert(&reader, root, new_header, new_content);
    json_decref(root);
    if (reader.out_of_memory)
        return RESULT_NO_MEMORY;
    TRY(check_size(arena, json.len, new_content, report));
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *header = new_header;
    *content = new_content;
    return RESULT_OK;
}
