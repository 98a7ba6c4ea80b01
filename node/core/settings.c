#include "core/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

enum { DEPTH_MAX = 12 };

struct reading {
    yaml_parser_t parser;
    struct arena *arena;
    struct report *report;
};

static bool complain(struct reading *reading, size_t line, const char *text) {
    reading->report->line = line;
    report_add(reading->report, SEVERITY_ERROR, NULL, "%s", text);
    return false;
}

static bool next_event(struct reading *reading, yaml_event_t *event) {
    if (yaml_parser_parse(&reading->parser, event))
        return true;
    const yaml_parser_t *parser = &reading->parser;
    reading->report->line = parser->problem_mark.line + 1;
    report_add(reading->report, SEVERITY_ERROR, NULL, _("not readable as YAML: %s"),
               parser->problem ? parser->problem : _("unknown cause"));
    return false;
}

static bool complain_of_memory(struct reading *reading, size_t line) {
    return complain(reading, line, _("the file needs more memory than a configuration may"));
}

static struct setting *setting_new(struct reading *reading, enum setting_kind kind, size_t line) {
    struct setting *setting = arena_alloc(reading->arena, sizeof *setting);
    if (!setting) {
        complain_of_memory(reading, line);
        return NULL;
    }
    setting->kind = kind;
    setting->line = line;
    return setting;
}

static struct setting *read_node(struct reading *reading, const yaml_event_t *event, int depth);

/* The text of a scalar; NULL, and said why, if it may not be. */
static const char *scalar_text(struct reading *reading, const yaml_event_t *event) {
    size_t line = event->start_mark.line + 1;
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length) {
        complain(reading, line, _("a text holds a NUL character"));
        return NULL;
    }
    const char *text = arena_text(reading->arena, value, strlen(value));
    if (!text)
        complain_of_memory(reading, line);
    return text;
}

static struct setting *read_scalar(struct reading *reading, const yaml_event_t *event) {
    const char *text = scalar_text(reading, event);
    struct setting *setting = text ? setting_new(reading, SETTING_TEXT, event->start_mark.line + 1) : NULL;
    if (setting)
        setting->text = text;
    return setting;
}

/* "!tag" or "&anchor" before a value. */
static bool has_extras(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.tag || event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.tag || event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.tag || event->data.mapping_start.anchor;
    default:
        return true;
    }
}

/* One child and, in a map, the key before it. *done at the end of the collection. */
static struct setting *read_child(struct reading *reading, bool in_map, int depth, bool *done) {
    yaml_event_t event;
    if (!next_event(reading, &event))
        return NULL;
    const char *key = NULL;
    struct setting *child = NULL;
    *done = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
    if (!*done && in_map) {
        if (event.type == YAML_SCALAR_EVENT && !has_extras(&event))
            key = scalar_text(reading, &event);
        else
            complain(reading, event.start_mark.line + 1, _("a key must be a plain word"));
        yaml_event_delete(&event);
        if (!key || !next_event(reading, &event))
            return NULL;
    }
    if (!*done)
        child = read_node(reading, &event, depth + 1);
    yaml_event_delete(&event);
    if (child)
        child->key = key;
    return child;
}

static bool is_duplicate(struct reading *reading, const struct setting *map, const struct setting *child) {
    const struct setting *other = child->key ? settings_get(map, child->key) : NULL;
    if (!other)
        return false;
    reading->report->line = child->line;
    report_add(reading->report, SEVERITY_ERROR, text_escape(reading->arena, child->key),
               _("given twice; the first is in line %zu"), other->line);
    return true;
}

static struct setting *read_collection(struct reading *reading, enum setting_kind kind, size_t line, int depth) {
    struct setting *setting = setting_new(reading, kind, line);
    if (!setting)
        return NULL;
    struct setting **end = &setting->first;
    for (;;) {
        bool done = false;
        struct setting *child = read_child(reading, kind == SETTING_MAP, depth, &done);
        if (done)
            return setting;
        if (!child)
            return NULL;
        if (is_duplicate(reading, setting, child))
            continue;
        *end = child;
        end = &child->next;
        setting->count++;
    }
}

static struct setting *read_node(struct reading *reading, const yaml_event_t *event, int depth) {
    size_t line = event->start_mark.line + 1;
    if (depth > DEPTH_MAX) {
        complain(reading, line, _("nested too deeply"));
        return NULL;
    }
    if (has_extras(event)) {
        complain(reading, line, _("aliases and other YAML extras are not used here"));
        return NULL;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reading, event);
    case YAML_SEQUENCE_START_EVENT:
        return read_collection(reading, SETTING_LIST, line, depth);
    case YAML_MAPPING_START_EVENT:
        return read_collection(reading, SETTING_MAP, line, depth);
    default:
        return NULL;
    }
}

/* Only one document, and nothing behind it that cannot be read. */
static bool at_end(struct reading *reading) {
    for (;;) {
        yaml_event_t event;
        if (!next_event(reading, &event))
            return false;
        yaml_event_type_t type = event.type;
        size_t line = event.start_mark.line + 1;
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            return true;
        if (type != YAML_DOCUMENT_END_EVENT)
            return complain(reading, line, _("a second document begins here, expected one"));
    }
}

static struct setting *read_document(struct reading *reading) {
    for (;;) {
        yaml_event_t event;
        if (!next_event(reading, &event))
            return NULL;
        struct setting *setting = NULL;
        yaml_event_type_t type = event.type;
        size_t line = event.start_mark.line + 1;
        if (type == YAML_STREAM_END_EVENT)
            setting = setting_new(reading, SETTING_MAP, 1);
        else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
            setting = read_node(reading, &event, 0);
        yaml_event_delete(&event);
        if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT)
            continue;
        if (setting && type != YAML_STREAM_END_EVENT && !at_end(reading))
            return NULL;
        if (setting && setting->kind == SETTING_TEXT && !*setting->text)
            return setting_new(reading, SETTING_MAP, line);
        if (setting && setting->kind != SETTING_MAP)
            complain(reading, line, _("expected \"key: value\" lines"));
        return setting;
    }
}

enum result settings_read(const struct setting **out, struct arena *arena, const char *name, struct span yaml,
                          struct report *report) {
    struct reading reading = {.arena = arena, .report = report};
    *out = NULL;
    if (!yaml_parser_initialize(&reading.parser))
        return RESULT_NO_MEMORY;
    size_t errors_before = report->errors;
    report->file = name;
    report->line = 0;
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading.parser, yaml.data, yaml.len);
    struct setting *top = read_document(&reading);
    yaml_parser_delete(&reading.parser);
    if (!top || report->errors > errors_before)
        return RESULT_INVALID;
    *out = top;
    return RESULT_OK;
}

const struct setting *settings_get(const struct setting *map, const char *key) {
    if (!map || map->kind != SETTING_MAP)
        return NULL;
    for (const struct setting *child = map->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

void settings_error(const struct setting *setting, struct report *report, const char *field, const char *format, ...) {
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    report->line = setting ? setting->line : 0;
    report_add(report, SEVERITY_ERROR, field, "%s", sentence);
}

void settings_only(const struct setting *map, const char *const *keys, struct report *report) {
    char expected[256] = "";
    for (size_t i = 0; keys[i]; i++) {
        size_t len = strlen(expected);
        snprintf(expected + len, sizeof expected - len, "%s%s", i ? ", " : "", keys[i]);
    }
    for (const struct setting *child = map->first; child; child = child->next) {
        bool known = false;
        for (size_t i = 0; keys[i]; i++)
            known |= strcmp(child->key, keys[i]) == 0;
        if (!known)
            settings_error(child, report, text_escape(report->arena, child->key), _("unknown key, expected one of: %s"),
                           expected);
    }
}

static const struct setting *scalar(const struct setting *map, const char *key, struct report *report) {
    const struct setting *setting = settings_get(map, key);
    if (!setting || setting->kind == SETTING_TEXT)
        return setting;
    settings_error(setting, report, key, _("expected a single value"));
    return NULL;
}

bool settings_text(const struct setting *map, const char *key, bool required, const char **out, struct report *report) {
    const struct setting *setting = scalar(map, key, report);
    if (setting && *setting->text) {
        *out = setting->text;
        return true;
    }
    if (setting)
        settings_error(setting, report, key, _("is empty"));
    else if (required && !settings_get(map, key))
        settings_error(map, report, key, _("is missing"));
    return false;
}

bool settings_number(const struct setting *map, const char *key, uint64_t min, uint64_t max, uint64_t *out,
                     struct report *report) {
    const struct setting *setting = scalar(map, key, report);
    if (!setting)
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(setting->text, &end, 10);
    if (errno || *end || !isdigit((unsigned char)*setting->text) || value < min || value > max) {
        settings_error(setting, report, key, _("is \"%s\", expected a number from %llu to %llu"),
                       text_escape(report->arena, setting->text), (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    *out = value;
    return true;
}

bool settings_flag(const struct setting *map, const char *key, bool *out, struct report *report) {
    const struct setting *setting = scalar(map, key, report);
    if (!setting)
        return false;
    bool yes = !strcmp(setting->text, "yes") || !strcmp(setting->text, "true");
    if (!yes && strcmp(setting->text, "no") != 0 && strcmp(setting->text, "false") != 0) {
        settings_error(setting, report, key, _("is \"%s\", expected yes or no"),
                       text_escape(report->arena, setting->text));
        return false;
    }
    *out = yes;
    return true;
}
