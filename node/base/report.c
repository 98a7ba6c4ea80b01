#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

void report_init(struct report *report, struct arena *arena) {
    *report = (struct report){.arena = arena};
}

static bool make_room(struct report *report) {
    if (report->count >= REPORT_FINDINGS_MAX)
        return false;
    if (report->count < report->capacity)
        return true;
    size_t capacity = report->capacity ? report->capacity * 2 : 16;
    struct finding *grown = arena_array(report->arena, capacity, sizeof *grown);
    if (!grown)
        return false;
    if (report->count)
        memcpy(grown, report->findings, report->count * sizeof *grown);
    report->findings = grown;
    report->capacity = capacity;
    return true;
}

void report_add(struct report *report, enum severity severity, const char *field, const char *format, ...) {
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);

    if (severity == SEVERITY_ERROR)
        report->errors++;
    char *text = arena_text(report->arena, sentence, strlen(sentence));
    char *path = field ? arena_text(report->arena, field, strlen(field)) : NULL;
    if (!text || (field && !path) || !make_room(report)) {
        report->dropped++;
        return;
    }
    report->findings[report->count++] = (struct finding){
        .severity = severity,
        .file = report->file,
        .line = report->line,
        .field = path,
        .text = text,
    };
}

/* Findings are few and nearly sorted. */
void report_sort(struct report *report) {
    for (size_t i = 1; i < report->count; i++) {
        struct finding finding = report->findings[i];
        size_t at = i;
        for (; at > 0 && report->findings[at - 1].line > finding.line; at--)
            report->findings[at] = report->findings[at - 1];
        report->findings[at] = finding;
    }
}

const char *report_line(struct arena *arena, const struct finding *finding) {
    const char *field = finding->field ? text_format(arena, "%s: ", finding->field) : "";
    if (finding->file && finding->line)
        return text_format(arena, "%s:%zu: %s%s", finding->file, finding->line, field, finding->text);
    if (finding->file)
        return text_format(arena, "%s: %s%s", finding->file, field, finding->text);
    return text_format(arena, "%s%s", field, finding->text);
}
