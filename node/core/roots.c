#include "core/roots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

struct reading {
    struct report *report;
    uint8_t (*keys)[SIGN_PUBLIC_SIZE];
    size_t count;
    size_t threshold; /* 0: not said */
    size_t threshold_line;
};

static bool is_blank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/* Cuts the next line off `text`, without its comment and what surrounds it; NULL at the end. */
static char *next_line(char **text) {
    char *line = *text;
    if (!*line)
        return NULL;
    size_t len = strcspn(line, "\n");
    *text = line + len + (line[len] == '\n');
    line[len] = '\0';
    len = strcspn(line, "#");
    line[len] = '\0';
    while (len && is_blank(line[len - 1]))
        line[--len] = '\0';
    while (is_blank(*line))
        line++;
    return line;
}

static bool is_here(const struct reading *reading, const uint8_t *key) {
    for (size_t i = 0; i < reading->count; i++)
        if (memcmp(reading->keys[i], key, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

static void take_root(struct reading *reading, const char *line) {
    struct report *report = reading->report;
    uint8_t key[SIGN_PUBLIC_SIZE];
    if (!text_unhex(key, sizeof key, line) || sign_check_key(key))
        report_add(report, SEVERITY_ERROR, NULL, _("\"%s\" is no root key, expected 64 hexadecimal digits"),
                   text_escape(report->arena, line));
    else if (is_here(reading, key))
        report_add(report, SEVERITY_ERROR, NULL, _("this root key stands above already"));
    else if (reading->count == ROSTER_ROOTS_MAX)
        report_add(report, SEVERITY_ERROR, NULL, _("more than %d roots"), ROSTER_ROOTS_MAX);
    else
        memcpy(reading->keys[reading->count++], key, sizeof key);
}

static void take_threshold(struct reading *reading, const char *number) {
    struct report *report = reading->report;
    number += strspn(number, " \t");
    size_t digits = strspn(number, "0123456789");
    long value = digits && digits <= 4 && !number[digits] ? strtol(number, NULL, 10) : 0;
    if (reading->threshold_line)
        report_add(report, SEVERITY_ERROR, NULL, _("the threshold was said before, in line %zu"),
                   reading->threshold_line);
    else if (value < 1)
        report_add(report, SEVERITY_ERROR, NULL, _("threshold is \"%s\", expected how many of the roots must sign"),
                   text_escape(report->arena, number));
    else
        reading->threshold = (size_t)value;
    if (!reading->threshold_line)
        reading->threshold_line = report->line;
}

static void take_line(struct reading *reading, const char *line) {
    static const char word[] = "threshold";
    size_t len = strlen(word);
    if (strncmp(line, word, len) == 0 && (!line[len] || is_blank(line[len])))
        take_threshold(reading, line + len);
    else if (*line)
        take_root(reading, line);
}

/* What only the whole can tell. */
static void check_whole(const struct reading *reading, bool clean) {
    struct report *report = reading->report;
    report->line = reading->threshold_line;
    if (clean && reading->count == 0)
        report_add(report, SEVERITY_ERROR, NULL, _("there is no root key"));
    else if (clean && reading->threshold > reading->count)
        report_add(report, SEVERITY_ERROR, NULL, _("threshold is %zu, but the roots are %zu"), reading->threshold,
                   reading->count);
    report->line = 0;
}

enum result roots_read(struct roster_anchor *out, struct arena *arena, struct span text, struct report *report) {
    struct reading reading = {.report = report, .keys = arena_array(arena, ROSTER_ROOTS_MAX, SIGN_PUBLIC_SIZE)};
    char *copy = arena_text(arena, (const char *)text.data, text.len), *line;
    if (!reading.keys || !copy)
        return RESULT_NO_MEMORY;
    size_t errors_before = report->errors;
    if (memchr(text.data, '\0', text.len)) {
        report->line = 0;
        report_add(report, SEVERITY_ERROR, NULL, _("this is no text"));
        return RESULT_INVALID;
    }
    for (report->line = 1; (line = next_line(&copy)); report->line++)
        take_line(&reading, line);
    check_whole(&reading, report->errors == errors_before);
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *out = (struct roster_anchor){.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])reading.keys,
                                  .count = reading.count,
                                  .threshold = reading.threshold ? reading.threshold : reading.count};
    return RESULT_OK;
}

void roots_write(struct buf *out, const struct roster_anchor *anchor) {
    char line[2 * SIGN_PUBLIC_SIZE + 1];
    for (size_t i = 0; i < anchor->count; i++) {
        text_hex(line, anchor->roots[i], SIGN_PUBLIC_SIZE);
        buf_put_span(out, span_of_text(line));
        buf_put_u8(out, '\n');
    }
    snprintf(line, sizeof line, "threshold %zu\n", anchor->threshold);
    buf_put_span(out, span_of_text(line));
}
