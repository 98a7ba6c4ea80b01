/* options: the command line, read by a table.
 *
 * Takes --name VALUE, --name=VALUE, -x VALUE, flags, and words in between; "--" ends the options and "-" is a word.
 * Names may be shortened as long as they are clear. What is wrong is said with the nearest right name.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"

enum { OPTIONS_MAX = 24, OPTION_VALUES_MAX = 64 };

struct option {
    const char *name;  /* "dry-run" */
    char letter;       /* 'n', or 0 */
    const char *takes; /* "FILE"; NULL for a flag */
    const char *help;  /* one line, marked for translation */
    bool repeats;      /* may be given more than once */
};

/* The rows that many commands share. */
/* clang-format off */
#define OPTION_HOME {"home", 0, "DIR", N_("the node's folder; else $INAMA_HOME, ~/.inama, /etc/inama"), false}
#define OPTION_JSON {"json", 0, NULL, N_("print JSON, for programs"), false}
#define OPTIONS_END {NULL, 0, NULL, NULL, false}
/* clang-format on */

struct options {
    const struct option *table;
    const char *values[OPTIONS_MAX][OPTION_VALUES_MAX]; /* in the order given; flags: "" */
    size_t counts[OPTIONS_MAX];
    const char **words; /* what is no option */
    size_t word_count;
    bool help; /* --help or -h was among them */
};

/* Reads `count` arguments. INVALID with *complaint, a translated sentence in the arena; NO_MEMORY. */
MUST_USE enum result options_read(struct options *out, struct arena *arena, const struct option *table, int count,
                                  char *const arguments[], const char **complaint);

/* The value, of several the last; NULL if it was not given. `name` must be in the table. */
const char *options_text(const struct options *options, const char *name);
/* Another value in the place of the last one that was given. */
void options_replace(struct options *options, const char *name, const char *value);
bool options_flag(const struct options *options, const char *name);
/* All values of an option that repeats. */
size_t options_list(const struct options *options, const char *name, const char *const **values);
/* A number within bounds, `otherwise` if it was not given. INVALID with *complaint. */
MUST_USE enum result options_number(const struct options *options, struct arena *arena, const char *name, uint64_t min,
                                    uint64_t max, uint64_t *value, const char **complaint);

#endif
