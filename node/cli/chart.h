/* chart: bars, drawn in a terminal or as SVG.
 *
 * In a terminal they fit its width, in eighths of a column where it speaks UTF-8, else of number signs; in a pipe they
 * are as wide as 80 columns. The SVG has no scripts, no styles from elsewhere and no fonts of its own; texts are
 * escaped.
 */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include <stddef.h>

#include "base/span.h"

struct bar {
    const char *label; /* as people see it; escaped here */
    double value;      /* 0 or more */
    const char *text;  /* the value as it is written behind the bar; with `value` 0 it may say why */
};

/* On standard output. */
void chart_print(struct arena *arena, const struct bar *bars, size_t count);
/* Appends the picture. */
void chart_svg(struct buf *out, struct arena *arena, const char *title, const struct bar *bars, size_t count);

#endif
