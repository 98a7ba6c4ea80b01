/* Reading a mapping file. What it does to a row is in mapping.c. */
#include "core/mapping.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/alert.h"
#include "core/fields.h"

struct reading {
    struct arena *arena;
    struct report *report;
    struct mapping *mapping;
    const struct setting *tables;
};

static const struct mapping_column *add_column(struct reading *reading, const char *name, size_t line) {
    struct mapping *mapping = reading->mapping;
    for (struct mapping_column *column = mapping->columns; column; column = column->next)
        if (strcmp(column->name, name) == 0)
            return column;
    struct mapping_column *column = arena_alloc(reading->arena, sizeof *column);
    if (!column)
        return NULL;
    *column = (struct mapping_column){.name = name, .line = line, .next = mapping->columns};
    mapping->columns = column;
    return column;
}

/* A text, or a list of nothing but texts. */
static bool is_texts(const struct setting *setting) {
    if (setting->kind != SETTING_LIST)
        return setting->kind == SETTING_TEXT;
    for (const struct setting *item = setting->first; item; item = item->next)
        if (item->kind != SETTING_TEXT)
            return false;
    return true;
}

static const struct setting *read_texts(struct reading *reading, const struct setting *map, const char *key) {
    const struct setting *setting = settings_get(map, key);
    if (setting && !is_texts(setting)) {
        settings_error(setting, reading->report, key, _("expected a text, or a list of texts in brackets"));
        return NULL;
    }
    return setting;
}

static void read_columns(struct reading *reading, const struct setting *map, const char *key,
                         struct mapping_columns *out) {
    const struct setting *names = read_texts(reading, map, key);
    if (!names)
        return;
    bool is_list = names->kind == SETTING_LIST;
    out->list = arena_array(reading->arena, is_list ? names->count : 1, sizeof(const struct mapping_column *));
    for (const struct setting *name = is_list ? names->first : names; name && out->list;
         name = is_list ? name->next : NULL)
        out->list[out->count++] = add_column(reading, name->text, name->line);
}

/* {column: [values]}, or the name of a column. */
static void read_conditions(struct reading *reading, const struct setting *map, const char *key,
                            struct mapping_conditions *out) {
    const struct setting *setting = settings_get(map, key);
    if (!setting)
        return;
    bool is_map = setting->kind == SETTING_MAP;
    if (setting->kind == SETTING_LIST) {
        settings_error(setting, reading->report, key, _("expected a column, or {column: [values]}"));
        return;
    }
    out->list = arena_array(reading->arena, is_map ? setting->count : 1, sizeof *out->list);
    for (const struct setting *item = is_map ? setting->first : setting; item && out->list;
         item = is_map ? item->next : NULL) {
        const char *column = is_map ? item->key : item->text;
        if (is_map && !is_texts(item))
            settings_error(item, reading->report, key, _("expected a value, or a list of values in brackets"));
        else
            out->list[out->count++] = (struct mapping_condition){.column = add_column(reading, column, item->line),
                                                                 .values = is_map ? item : NULL};
    }
}

static bool is_table(const struct setting *setting) {
    if (setting->kind != SETTING_MAP)
        return false;
    for (const struct setting *row = setting->first; row; row = row->next)
        if (row->kind != SETTING_TEXT)
            return false;
    return true;
}

/* A table in place, or the name of one of `tables`. */
static const struct setting *read_table(struct reading *reading, const struct setting *map, const char *key) {
    const struct setting *table = settings_get(map, key);
    if (!table)
        return NULL;
    if (table->kind == SETTING_TEXT) {
        const struct setting *named = settings_get(reading->tables, table->text);
        if (!named)
            settings_error(table, reading->report, key, _("there is no table \"%s\" under tables"),
                           text_escape(reading->arena, table->text));
        return named;
    }
    if (is_table(table))
        return table;
    settings_error(table, reading->report, key, _("expected the name of a table, or {from: to}"));
    return NULL;
}

static void read_dates(struct reading *reading, const struct setting *map, struct mapping_rule *rule) {
    static const char *const names[] = {[MAPPING_ISO] = "iso", [MAPPING_DMY] = "dmy", [MAPPING_MDY] = "mdy"};
    const struct setting *formats = read_texts(reading, map, "date");
    if (!formats)
        return;
    bool is_list = formats->kind == SETTING_LIST;
    for (const struct setting *format = is_list ? formats->first : formats; format;
         format = is_list ? format->next : NULL) {
        size_t which = 0;
        while (which < MAPPING_DATES_MAX && strcmp(names[which], format->text) != 0)
            which++;
        if (which == MAPPING_DATES_MAX || rule->date_count == MAPPING_DATES_MAX)
            settings_error(format, reading->report, "date", _("\"%s\" is no way to write a date, expected %s"),
                           text_escape(reading->arena, format->text), "iso, dmy, mdy");
        else
            rule->dates[rule->date_count++] = (enum mapping_date)which;
    }
}

static void read_decimal(struct reading *reading, const struct setting *map, struct mapping_rule *rule) {
    const char *text;
    if (!settings_text(map, "decimal", false, &text, reading->report))
        return;
    if (strcmp(text, "comma") == 0)
        rule->decimal = MAPPING_COMMA;
    else if (strcmp(text, "point") == 0)
        rule->decimal = MAPPING_POINT;
    else
        settings_error(settings_get(map, "decimal"), reading->report, "decimal",
                       _("is \"%s\", expected comma or point"), text_escape(reading->arena, text));
}

static const struct mapping_rule *read_rule(struct reading *reading, const struct setting *setting);

static void read_sources(struct reading *reading, const struct setting *map, struct mapping_rule *rule) {
    bool joins = settings_get(map, "columns") != NULL;
    settings_text(map, "value", false, &rule->value, reading->report);
    read_columns(reading, map, joins ? "columns" : "column", &rule->columns);
    const struct setting *join = settings_get(map, "join");
    if (joins)
        rule->join = join && join->kind == SETTING_TEXT ? join->text : " ";
    int sources = (rule->value != NULL) + joins + (settings_get(map, "column") != NULL);
    if (sources != 1)
        settings_error(map, reading->report, map->key, _("expected one of column, columns and value"));
}

static void read_rule_map(struct reading *reading, const struct setting *map, struct mapping_rule *rule) {
    static const char *const keys[] = {"value", "column",  "columns", "join", "drop",      "table", "replace",
                                       "date",  "decimal", "split",   "if",   "otherwise", NULL};
    const struct setting *otherwise = settings_get(map, "otherwise");
    settings_only(map, keys, reading->report);
    read_sources(reading, map, rule);
    rule->drop = read_texts(reading, map, "drop");
    rule->table_is_all = settings_get(map, "table") != NULL;
    rule->table = read_table(reading, map, rule->table_is_all ? "table" : "replace");
    read_dates(reading, map, rule);
    read_decimal(reading, map, rule);
    settings_text(map, "split", false, &rule->split, reading->report);
    read_conditions(reading, map, "if", &rule->conditions);
    if (otherwise)
        rule->otherwise = read_rule(reading, otherwise);
}

static const struct mapping_rule *read_rule(struct reading *reading, const struct setting *setting) {
    struct mapping_rule *rule = arena_alloc(reading->arena, sizeof *rule);
    if (!rule)
        return NULL;
    *rule = (struct mapping_rule){.line = setting->line};
    if (setting->kind == SETTING_TEXT)
        rule->value = setting->text;
    else if (setting->kind == SETTING_MAP)
        read_rule_map(reading, setting, rule);
    else
        settings_error(setting, reading->report, setting->key, _("expected a constant, or {column: NAME}"));
    return rule;
}

/* "legs[1].country" as path "legs.country" and element 1. */
static bool read_path(struct reading *reading, const char *text, struct mapping_field *out) {
    const char *open = strchr(text, '['), *dot = strchr(text, '.');
    char *end = NULL;
    out->path = text;
    if (strcmp(text, "kind") == 0)
        return true;
    if (!dot)
        return false;
    if (open && open < dot) {
        unsigned long element = strtoul(open + 1, &end, 10);
        if (end == open + 1 || *end != ']' || end + 1 != dot || element >= GROUP_ELEMENTS_MAX)
            return false;
        out->element = element;
        out->path = text_format(reading->arena, "%.*s%s", (int)(open - text), text, dot);
    }
    const struct field *field = field_find(out->path);
    out->group = field ? field->group : "incident";
    if (!field)
        return strcmp(out->path, "incident.date") == 0 && !out->element;
    return field->group_repeats || !out->element;
}

static void read_fields(struct reading *reading, const struct setting *top) {
    struct mapping *mapping = reading->mapping;
    const struct setting *map = settings_get(top, "fields");
    if (!map || map->kind != SETTING_MAP || map->count == 0 || map->count > MAPPING_FIELDS_MAX) {
        settings_error(map ? map : top, reading->report, "fields",
                       _("expected at most %d lines such as incident.country: {column: NAME}"), MAPPING_FIELDS_MAX);
        return;
    }
    mapping->fields = arena_array(reading->arena, map->count, sizeof *mapping->fields);
    for (const struct setting *line = map->first; line && mapping->fields; line = line->next) {
        struct mapping_field *field = &mapping->fields[mapping->field_count];
        *field = (struct mapping_field){.rule = read_rule(reading, line)};
        if (field->rule && read_path(reading, line->key, field))
            mapping->field_count++;
        else
            settings_error(line, reading->report, text_escape(reading->arena, line->key),
                           _("is no field of the dictionary; \"inama help fields\" lists them"));
    }
}

/* The envelope stands in YAML as it would in JSON, and is read by the same function. */
static json_t *json_of(const struct setting *setting) {
    json_t *json;
    switch (setting->kind) {
    case SETTING_MAP:
        json = json_object();
        for (const struct setting *child = setting->first; child; child = child->next)
            json_object_set_new(json, child->key, json_of(child));
        return json;
    case SETTING_LIST:
        json = json_array();
        for (const struct setting *child = setting->first; child; child = child->next)
            json_array_append_new(json, json_of(child));
        return json;
    case SETTING_TEXT:
        break;
    }
    if (strcmp(setting->text, "true") == 0 || strcmp(setting->text, "yes") == 0)
        return json_true();
    if (strcmp(setting->text, "false") == 0 || strcmp(setting->text, "no") == 0)
        return json_false();
    return json_string(setting->text);
}

static bool is_given(const char *text) {
    return text && *text;
}

/* Does each row say itself what kind of alert it is? */
static bool maps_kind(const struct setting *top) {
    return settings_get(settings_get(top, "fields"), "kind") != NULL;
}

static void read_envelope(struct reading *reading, const struct setting *top) {
    const struct setting *map = settings_get(top, "envelope");
    struct mapping *mapping = reading->mapping;
    Alert *content;
    if (!map || map->kind != SETTING_MAP) {
        settings_error(map ? map : top, reading->report, "envelope",
                       _("expected at least kind and marking.tlp, as in an alert's JSON"));
        return;
    }
    json_t *json = json_of(map);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    reading->report->line = map->line;
    enum result result = RESULT_NO_MEMORY;
    if (text)
        result = alert_from_json(reading->arena, span_of_text(text), &mapping->envelope, &content, reading->report);
    free(text);
    if (result == RESULT_NO_MEMORY)
        settings_error(map, reading->report, "envelope", "%s", result_text(result));
    if (!result && !(is_given(mapping->envelope->tlp) && (is_given(mapping->envelope->kind) || maps_kind(top))))
        settings_error(map, reading->report, "envelope",
                       _("expected at least kind and marking.tlp, as in an alert's JSON"));
}

static void read_tables(struct reading *reading, const struct setting *top) {
    const struct setting *tables = settings_get(top, "tables");
    if (!tables)
        return;
    if (tables->kind != SETTING_MAP) {
        settings_error(tables, reading->report, "tables", _("expected tables, each with a name and {from: to}"));
        return;
    }
    for (const struct setting *table = tables->first; table; table = table->next)
        if (!is_table(table))
            settings_error(table, reading->report, "tables", _("expected {from: to}"));
    reading->tables = tables;
}

enum result mapping_read(struct mapping **out, struct arena *arena, const char *name, struct span yaml,
                         struct report *report) {
    static const char *const keys[] = {"na", "rows", "envelope", "tables", "fields", NULL};
    const struct setting *top;
    if (yaml.len > CONFIG_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(settings_read(&top, arena, name, yaml, report));
    struct reading reading = {.arena = arena, .report = report, .mapping = arena_alloc(arena, sizeof *reading.mapping)};
    if (!reading.mapping)
        return RESULT_NO_MEMORY;
    *reading.mapping = (struct mapping){.file = name};
    size_t errors_before = report->errors;
    settings_only(top, keys, report);
    reading.mapping->na = read_texts(&reading, top, "na");
    read_conditions(&reading, top, "rows", &reading.mapping->rows);
    read_tables(&reading, top);
    read_envelope(&reading, top);
    read_fields(&reading, top);
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *out = reading.mapping;
    return RESULT_OK;
}
