/* report: everything that is wrong with an input, in one run.
 *
 * A file, a form or a table is checked to its end and each finding is written down with its place, the value found and
 * what was expected; the person then mends all of it at once. Errors refuse the input, warnings do not.
 */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct finding {
    enum severity severity;
    const char *file;  /* NULL: none */
    size_t line;       /* 1-based; 0: none */
    const char *field; /* dotted path such as "specimens[2].unit"; NULL: none */
    const char *text;  /* one translated sentence: the value found, what was expected, what to do */
};

struct report {
    struct arena *arena; /* holds the findings and their texts */
    struct finding *findings;
    size_t count;
    size_t capacity;
    size_t errors;
    size_t dropped;   /* findings that no longer fitted into REPORT_FINDINGS_MAX or into memory */
    const char *file; /* the place that report_add() records, set by whoever walks the input */
    size_t line;
};

void report_init(struct report *report, struct arena *arena);

/* Writes a finding down at report->file:report->line. `field` is copied; values from outside must pass text_escape()
 * before they go into `format`. Never fails: what does not fit is counted in `dropped` (and in `errors`). */
void report_add(struct report *report, enum severity severity, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts the findings in the order of their lines; those of one line stay in the order in which they were made. */
void report_sort(struct report *report);

static inline bool report_is_clean(const struct report *report) {
    return report->errors == 0;
}

/* "config/ke.yaml:12: listen: …", "specimens[2].unit: …": the line a person reads, owned by `arena`. */
const char *report_line(struct arena *arena, const struct finding *finding);

#endif
