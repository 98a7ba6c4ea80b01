/* settings: a YAML file as a tree in which every value knows its line.
 *
 * The subset that a configuration needs: maps, lists, scalars. Aliases, tags, several documents, duplicate keys and
 * deep nesting are errors. Whoever reads the tree says which keys exist; the rest is reported with file and line.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"

enum setting_kind { SETTING_TEXT, SETTING_LIST, SETTING_MAP };

struct setting {
    enum setting_kind kind;
    size_t line;
    const char *key;       /* inside a map */
    const char *text;      /* SETTING_TEXT */
    struct setting *first; /* SETTING_LIST, SETTING_MAP: the children, linked by next, in the order of the file */
    struct setting *next;
    size_t count;
};

/* Reads the whole file; `name` is what findings call it. INVALID when the report has errors; *out is then NULL. An
 * empty file is an empty map. The top must be a map. */
MUST_USE enum result settings_read(const struct setting **out, struct arena *arena, const char *name, struct span yaml,
                                   struct report *report);

/* The child of a map; NULL if there is none or `map` is NULL. */
const struct setting *settings_get(const struct setting *map, const char *key);
/* Reports every key of the map that is not among `keys` (ends with NULL), with what was expected. */
void settings_only(const struct setting *map, const char *const *keys, struct report *report);

/* Each reads one value and reports what is wrong with it; false if it is wrong or missing (then reported only if
 * `required`). On false *out is untouched. */
bool settings_text(const struct setting *map, const char *key, bool required, const char **out, struct report *report);
bool settings_number(const struct setting *map, const char *key, uint64_t min, uint64_t max, uint64_t *out,
                     struct report *report);
bool settings_flag(const struct setting *map, const char *key, bool *out, struct report *report);

/* An error at the line of a setting. */
void settings_error(const struct setting *setting, struct report *report, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
