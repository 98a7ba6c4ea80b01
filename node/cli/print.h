/* print: how the command line speaks.
 *
 * Results go to standard output, everything else to standard error. Colours and progress appear only on a terminal
 * and without NO_COLOR. Texts that other people wrote must pass text_escape() before they come here.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/span.h"
#include "cli/command.h"
#include "cli/table.h"
#include "control.pb-c.h"

/* Decides about colours, once, at the start. */
void print_start(void);
/* The escape sequence for a stream, "" where there are no colours. */
const char *print_on(enum print_colour colour);
const char *print_off(void);
bool print_has_colours(void);

/* A line on standard output. */
void print_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_blank(void);
/* "inama: …" on standard error; print_next() adds a line that says what to do. */
void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_next(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The exit code for a sentence about a wrong command line, after printing it. */
enum exit_code print_usage_error(const struct call *call, const char *complaint);

/* Findings, a line each: errors and warnings of a report, or of the daemon's reply. */
void print_report(struct arena *arena, const struct report *report);
void print_findings(struct arena *arena, Finding *const *findings, size_t count);

/* Asks yes or no on the terminal; true without asking when there is nobody to ask or with `yes`. */
bool print_confirm(bool yes, const char *question);

/* One JSON value on a line of standard output; takes it over. */
void print_json(json_t *value);
/* A text of the daemon as JSON; NULL becomes null. */
json_t *print_json_text(const char *text);
json_t *print_json_hex(struct span bytes);

/* A date of the index (20140505, unknown parts 0) as "2014-05-05". */
const char *print_date(struct arena *arena, uint32_t date);
const char *print_hex(struct arena *arena, struct span bytes, size_t len_max);
/* "2014-05-05 09:30 UTC" */
const char *print_time(struct arena *arena, uint64_t unix_ms);
/* "4.2 MiB" */
const char *print_size(struct arena *arena, uint64_t bytes);

/* A line on standard error that grows, for what takes more than a second. */
struct progress {
    const char *what;
    uint64_t total;
    uint64_t started_ms;
    uint64_t shown_ms;
    bool visible;
};
void progress_start(struct progress *progress, const char *what, uint64_t total);
void progress_set(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);

#endif
