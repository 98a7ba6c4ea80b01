/* alert_json_reader: single values of JSON, with findings that name their place. For alert_json_read.c.
 *
 * JSON says what is there, not what it means: names, types and limits are checked here, the rest by alert_validate().
 * Reading goes on behind a finding, so that one run shows them all.
 */
#ifndef CORE_ALERT_JSON_READER_H
#define CORE_ALERT_JSON_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/report.h"

struct reader {
    struct arena *arena;
    struct report *report;
    bool out_of_memory;
};

/* Where in the JSON we are: a member of `above`, or its `index`-th item where `name` is NULL. Lives on the stack and
 * becomes a text only in a finding. */
struct reader_path {
    const struct reader_path *above;
    const char *name;
    size_t index;
};

/* Writes an error down at "specimens[2].unit"; `path` is NULL for the whole. */
void reader_error(struct reader *reader, const struct reader_path *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "is a number, expected a text in quotes" */
void reader_wrong_type(struct reader *reader, const struct reader_path *path, const json_t *value,
                       const char *expected);

/* One value each. NULL or false when there is a finding, and for null and the empty text, which both mean absent. */
char *reader_text(struct reader *reader, const struct reader_path *path, const json_t *value);
char *reader_decimal(struct reader *reader, const struct reader_path *path, const json_t *value);
bool reader_number(struct reader *reader, const struct reader_path *path, const json_t *value, uint32_t *out);
bool reader_flag(struct reader *reader, const struct reader_path *path, const json_t *value, uint32_t *out);
/* The texts of a list, without the empty ones; *count is 0 when it returns NULL. */
char **reader_texts(struct reader *reader, const struct reader_path *path, const json_t *value, size_t *count);

#endif
