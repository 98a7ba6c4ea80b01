#include "cli/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

static bool colours;

void print_start(void) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    colours = isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

const char *print_on(enum print_colour colour) {
    static const char *const sequences[] = {
        [PRINT_PLAIN] = "",       [PRINT_BOLD] = "\033[1m",   [PRINT_DIM] = "\033[2m",
        [PRINT_RED] = "\033[31m", [PRINT_GREEN] = "\033[32m", [PRINT_YELLOW] = "\033[33m",
    };
    return colours ? sequences[colour] : "";
}

const char *print_off(void) {
    return colours ? "\033[0m" : "";
}

bool print_has_colours(void) {
    return colours;
}

void print_line(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void print_blank(void) {
    putchar('\n');
}

static void say(const char *before, const char *format, va_list arguments) {
    fflush(stdout); /* so that both streams read in order on one terminal */
    fputs(before, stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void print_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("inama: ", format, arguments);
    va_end(arguments);
}

void print_next(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say("       ", format, arguments);
    va_end(arguments);
}

enum exit_code print_usage_error(const struct call *call, const char *complaint) {
    print_error("%s", complaint);
    print_next(_("see: inama help %s"), call->command->name);
    return EXIT_USAGE;
}

static void print_finding(bool error, const char *line) {
    fprintf(stderr, "%s%s%s %s\n", print_on(error ? PRINT_RED : PRINT_YELLOW), error ? _("error:") : _("warning:"),
            print_off(), line);
}

void print_report(struct arena *arena, const struct report *report) {
    fflush(stdout);
    for (size_t i = 0; i < report->count; i++)
        print_finding(report->findings[i].severity == SEVERITY_ERROR, report_line(arena, &report->findings[i]));
    if (report->dropped)
        print_error(_("%zu more findings are not shown"), report->dropped);
}

void print_findings(struct arena *arena, Finding *const *findings, size_t count) {
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        const Finding *from = findings[i];
        struct finding finding = {
            .severity = from->error ? SEVERITY_ERROR : SEVERITY_WARNING,
            .file = from->file ? text_escape(arena, from->file) : NULL,
            .line = (size_t)from->line,
            .field = from->field ? text_escape(arena, from->field) : NULL,
            .text = text_escape(arena, from->text),
        };
        print_finding(from->error, report_line(arena, &finding));
    }
}

bool print_confirm(bool yes, const char *question) {
    if (yes)
        return true;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        print_error(_("there is nobody to ask here: give --yes if that is what you want"));
        return false;
    }
    fprintf(stderr, "%s %s ", question, _("[y/N]"));
    char answer[16];
    if (!fgets(answer, sizeof answer, stdin))
        return false;
    /* TRANSLATORS: the letters with which an answer of yes may begin, small and capital */
    return answer[0] != '\n' && strchr(_("yY"), answer[0]) != NULL;
}

void print_json(json_t *value) {
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    fflush(stdout);
    json_decref(value);
}

json_t *print_json_text(const char *text) {
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

json_t *print_json_hex(struct span bytes) {
    char hex[2 * 64 + 1];
    if (!bytes.data || bytes.len > 64)
        return json_null();
    text_hex(hex, bytes.data, bytes.len);
    return json_string(hex);
}

const char *print_date(struct arena *arena, uint32_t date) {
    uint32_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    if (day)
        return text_format(arena, "%04u-%02u-%02u", year, month, day);
    if (month)
        return text_format(arena, "%04u-%02u", year, month);
    return year ? text_format(arena, "%04u", year) : "";
}

const char *print_hex(struct arena *arena, struct span bytes, size_t len_max) {
    size_t len = bytes.len < len_max ? bytes.len : len_max;
    char *hex = arena_alloc(arena, 2 * len + 1);
    if (!hex)
        return "";
    text_hex(hex, bytes.data, len);
    return hex;
}

const char *print_time(struct arena *arena, uint64_t unix_ms) {
    char time[25];
    text_time(time, unix_ms);
    return text_format(arena, "%.10s %.5s UTC", time, time + 11);
}

const char *print_size(struct arena *arena, uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024 && unit < 4; unit++)
        size /= 1024;
    return text_format(arena, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 200 };

void progress_start(struct progress *progress, const char *what, uint64_t total) {
    *progress = (struct progress){.what = what, .total = total, .started_ms = clock_steady_ms(clock_system())};
}

void progress_set(struct progress *progress, uint64_t done) {
    uint64_t now = clock_steady_ms(clock_system());
    if (!isatty(STDERR_FILENO) || now - progress->started_ms < PROGRESS_AFTER_MS ||
        now - progress->shown_ms < PROGRESS_EVERY_MS)
        return;
    progress->shown_ms = now;
    progress->visible = true;
    unsigned percent = progress->total ? (unsigned)(done * 100 / progress->total) : 0;
    fprintf(stderr, "\r%s %llu / %llu (%u %%)\033[K", progress->what, (unsigned long long)done,
            (unsigned long long)progress->total, percent);
}

void progress_end(struct progress *progress) {
    if (progress->visible)
        fputs("\r\033[K", stderr);
}
