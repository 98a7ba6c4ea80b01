#include "core/mapping.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/alert.h"
#include "core/fields.h"

/* One row being made into an alert. */
struct making {
    const struct mapping *mapping;
    struct arena *arena;
    const struct csv *row;
    struct report *report;
    AlertHeader *header;
    Alert *content;
    /* Which element of a group stands for the file's "legs[3]": in the order in which they get a value. */
    struct {
        const char *group;
        size_t named, actual;
    } elements[MAPPING_FIELDS_MAX];
    size_t element_count;
};

/* ---- binding ---- */

static const char *trim(struct arena *arena, const char *text) {
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    return text[len] ? arena_text(arena, text, len) : text;
}

static bool bind(struct mapping_column *column, struct arena *arena, const struct csv *titles) {
    for (size_t i = 0; i < titles->count; i++) {
        const char *title = trim(arena, titles->fields[i]);
        if (title && text_compare(title, column->name) == 0) {
            column->index = i;
            return true;
        }
    }
    return false;
}

static const char *near_title(const struct csv *titles, const char *name) {
    const char *best = NULL;
    size_t distance = strlen(name) / 3 + 2;
    for (size_t i = 0; i < titles->count; i++) {
        size_t d = text_distance(titles->fields[i], name);
        if (d < distance) {
            distance = d;
            best = titles->fields[i];
        }
    }
    return best;
}

enum result mapping_bind(struct mapping *mapping, const struct csv *titles, struct report *report) {
    size_t errors_before = report->errors;
    struct arena *arena = report->arena;
    report->file = mapping->file;
    mapping->column_count = titles->count;
    for (struct mapping_column *column = mapping->columns; column; column = column->next) {
        if (bind(column, arena, titles))
            continue;
        const char *near = near_title(titles, column->name);
        report->line = column->line;
        if (near)
            report_add(report, SEVERITY_ERROR, NULL, _("the table has no column \"%s\"; did you mean \"%s\"?"),
                       text_escape(arena, column->name), text_escape(arena, near));
        else
            report_add(report, SEVERITY_ERROR, NULL, _("the table has no column \"%s\""),
                       text_escape(arena, column->name));
    }
    return report->errors > errors_before ? RESULT_INVALID : RESULT_OK;
}

/* ---- cells ---- */

static bool is_among(const struct setting *texts, const char *text) {
    if (!texts)
        return false;
    if (texts->kind == SETTING_TEXT)
        return strcmp(texts->text, text) == 0;
    for (const struct setting *item = texts->first; item; item = item->next)
        if (strcmp(item->text, text) == 0)
            return true;
    return false;
}

/* "" for a cell that says nothing. */
static const char *cell(const struct mapping *mapping, struct arena *arena, const struct csv *row,
                        const struct mapping_column *column) {
    if (column->index >= row->count)
        return "";
    const char *text = trim(arena, row->fields[column->index]);
    return !text || is_among(mapping->na, text) ? "" : text;
}

static bool holds(const struct mapping *mapping, struct arena *arena, const struct csv *row,
                  const struct mapping_conditions *conditions) {
    for (size_t i = 0; i < conditions->count; i++) {
        const struct mapping_condition *condition = &conditions->list[i];
        const char *text = cell(mapping, arena, row, condition->column);
        if (condition->values ? !is_among(condition->values, text) : !*text)
            return false;
    }
    return true;
}

bool mapping_wants(const struct mapping *mapping, const struct csv *row) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    bool wanted = holds(mapping, &arena, row, &mapping->rows);
    arena_release(&arena);
    return wanted;
}

/* ---- spelling ---- */

/* Three numbers with one mark of punctuation between them, and perhaps a time behind. */
static bool read_day(const char *text, unsigned parts[static 3]) {
    int end = 0;
    if (sscanf(text, "%4u%*1[-/.]%2u%*1[-/.]%4u%n", &parts[0], &parts[1], &parts[2], &end) != 3)
        return false;
    return text[end] == '\0' || text[end] == ' ' || text[end] == 'T';
}

/* "2014-05-05", "2014-05", "2014"; NULL if the text is not a date spelt this way. */
static const char *respell_date(struct arena *arena, enum mapping_date format, const char *text) {
    unsigned part[3];
    size_t len = strlen(text);
    if (format == MAPPING_ISO && (len == 4 || len == 7))
        return strspn(text, "0123456789-") == len ? text : NULL;
    if (!read_day(text, part))
        return NULL;
    unsigned year = format == MAPPING_ISO ? part[0] : part[2];
    unsigned month = format == MAPPING_MDY ? part[0] : part[1];
    unsigned day = format == MAPPING_ISO ? part[2] : format == MAPPING_DMY ? part[0] : part[1];
    if (year < 1000 || month < 1 || month > 12 || day < 1 || day > 31)
        return NULL;
    return text_format(arena, "%04u-%02u-%02u", year, month, day);
}

/* Without the marks between thousands, and with a decimal point. */
static const char *respell_decimal(struct arena *arena, enum mapping_decimal decimal, const char *text) {
    char *out = arena_text(arena, text, strlen(text)), *to = out;
    char point = decimal == MAPPING_COMMA ? ',' : '.', thousands = decimal == MAPPING_COMMA ? '.' : ',';
    for (const char *from = text; out && *from; from++)
        if (*from != thousands && *from != ' ' && *from != '\'')
            *to++ = *from == point ? '.' : *from;
    if (out)
        *to = '\0';
    return out;
}

/* ---- rules ---- */

static const char *complain(struct making *making, const struct mapping_field *field, const char *text,
                            const char *format) {
    report_add(making->report, SEVERITY_ERROR, field->path, format, text_escape(making->arena, text));
    return NULL;
}

static const char *first_of(struct making *making, const struct mapping_rule *rule) {
    for (size_t i = 0; i < rule->columns.count; i++) {
        const char *text = cell(making->mapping, making->arena, making->row, rule->columns.list[i]);
        if (*text && !is_among(rule->drop, text))
            return text;
    }
    return "";
}

static const char *joined(struct making *making, const struct mapping_rule *rule) {
    const char *out = "";
    for (size_t i = 0; i < rule->columns.count; i++) {
        const char *text = cell(making->mapping, making->arena, making->row, rule->columns.list[i]);
        if (*text && !is_among(rule->drop, text))
            out = text_format(making->arena, "%s%s%s", out, *out ? rule->join : "", text);
    }
    return out;
}

static const char *translated(struct making *making, const struct mapping_field *field, const struct mapping_rule *rule,
                              const char *text) {
    const struct setting *row = settings_get(rule->table, text);
    if (!row && rule->table_is_all)
        row = settings_get(rule->table, "*");
    if (row)
        return row->text;
    if (!rule->table_is_all)
        return text;
    report_add(making->report, SEVERITY_ERROR, field->path, _("\"%s\" is not in the table of %s:%zu"),
               text_escape(making->arena, text), making->mapping->file, rule->table->line);
    return NULL;
}

static const char *respelt(struct making *making, const struct mapping_field *field, const struct mapping_rule *rule,
                           const char *text) {
    const char *out = NULL;
    for (size_t i = 0; i < rule->date_count && !out; i++)
        out = respell_date(making->arena, rule->dates[i], text);
    if (rule->date_count)
        return out ? out
                   : complain(making, field, text, _("\"%s\" is not a date as the mapping says they are written"));
    return rule->decimal ? respell_decimal(making->arena, rule->decimal, text) : text;
}

/* The value of a rule: "" if it yields none, NULL if there was something wrong. */
static const char *evaluate(struct making *making, const struct mapping_field *field, const struct mapping_rule *rule) {
    for (; rule; rule = rule->otherwise) {
        const char *text = rule->value ? rule->value : "";
        if (!holds(making->mapping, making->arena, making->row, &rule->conditions))
            continue;
        if (!rule->value)
            text = rule->join ? joined(making, rule) : first_of(making, rule);
        if (*text && rule->table)
            text = translated(making, field, rule, text);
        if (text && *text)
            text = respelt(making, field, rule, text);
        if (!text || *text)
            return text;
    }
    return "";
}

/* ---- setting ---- */

static size_t element_for(struct making *making, const struct mapping_field *field) {
    size_t next = 0, i;
    for (i = 0; i < making->element_count; i++) {
        if (strcmp(making->elements[i].group, field->group) != 0)
            continue;
        if (making->elements[i].named == field->element)
            return making->elements[i].actual;
        next++;
    }
    making->elements[i].group = field->group;
    making->elements[i].named = field->element;
    making->elements[i].actual = next;
    making->element_count++;
    return next;
}

static const char *expectation(const struct mapping_field *field) {
    static const char *const texts[] = {
        [FIELD_TEXT] = N_("\"%s\" is no text that can be kept"),
        [FIELD_CODE] = N_("\"%s\" is no code"),
        [FIELD_PLACE] = N_("\"%s\" is no UN/LOCODE, expected five characters such as KEMBA"),
        [FIELD_TAXON] = N_("\"%s\" is no scientific name"),
        [FIELD_NUMBER] = N_("\"%s\" is no whole number"),
        [FIELD_DECIMAL] = N_("\"%s\" is no number, expected digits with a point such as 0.12"),
        [FIELD_DATE] = N_("\"%s\" is no date, expected 2014-05-05, 2014-05 or 2014"),
        [FIELD_TIME] = N_("\"%s\" is no time, expected 2014-05-05T09:30:00Z"),
        [FIELD_FLAG] = N_("\"%s\" is neither yes nor no"),
        [FIELD_BLOB] = N_("\"%s\" is no attachment"),
    };
    const struct field *row = field_find(field->path);
    return _(texts[row ? row->type : FIELD_DATE]);
}

static enum result set_one(struct making *making, const struct mapping_field *field, const char *text) {
    if (!field->group) {
        making->header->kind = (char *)(uintptr_t)text;
        return RESULT_OK;
    }
    enum result result = alert_set_text(making->arena, making->content, field->path, element_for(making, field), text);
    if (result == RESULT_INVALID)
        complain(making, field, text, expectation(field));
    else if (result == RESULT_TOO_LARGE)
        report_add(making->report, SEVERITY_ERROR, field->path, "%s", result_text(result));
    return result == RESULT_NO_MEMORY ? result : RESULT_OK;
}

static enum result set_all(struct making *making, const struct mapping_field *field, const char *text,
                           const char *split) {
    char *rest = arena_text(making->arena, text, strlen(text));
    if (!rest)
        return RESULT_NO_MEMORY;
    while (rest) {
        char *end = strstr(rest, split);
        if (end)
            *end = '\0';
        const char *part = trim(making->arena, rest);
        if (part && *part)
            TRY(set_one(making, field, part));
        rest = end ? end + strlen(split) : NULL;
    }
    return RESULT_OK;
}

static enum result apply_field(struct making *making, const struct mapping_field *field) {
    const struct mapping_rule *rule = field->rule;
    const char *text = evaluate(making, field, rule);
    if (!text || !*text)
        return RESULT_OK;
    return rule->split ? set_all(making, field, text, rule->split) : set_one(making, field, text);
}

static bool has_all_columns(const struct mapping *mapping, const struct csv *row, struct report *report) {
    if (row->count == mapping->column_count)
        return true;
    report_add(report, SEVERITY_ERROR, NULL,
               _("has %zu cells, the table has %zu columns: is a separator or quote amiss?"), row->count,
               mapping->column_count);
    return false;
}

enum result mapping_apply(const struct mapping *mapping, struct arena *arena, const struct csv *row,
                          AlertHeader **header, Alert **content, struct report *report) {
    struct making making = {.mapping = mapping, .arena = arena, .row = row, .report = report};
    making.header = arena_copy(arena, mapping->envelope, sizeof *mapping->envelope);
    making.content = arena_alloc(arena, sizeof *making.content);
    if (!making.header || !making.content)
        return RESULT_NO_MEMORY;
    alert__init(making.content);
    size_t errors_before = report->errors;
    report->line = row->line;
    if (has_all_columns(mapping, row, report))
        for (size_t i = 0; i < mapping->field_count; i++)
            TRY(apply_field(&making, &mapping->fields[i]));
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *header = making.header;
    *content = making.content;
    return RESULT_OK;
}
