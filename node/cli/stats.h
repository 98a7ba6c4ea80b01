/* stats: what the files of `inama stats` share.
 *
 * The node counts (node/core/tally.h), some alerts in each answer; the parts are added up here, and then told as
 * groups, across periods, beside an earlier period, or as animals. What leaves the house goes through
 * core/suppression.h.
 */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/chart.h"
#include "cli/grid.h"
#include "core/tally.h"

/* What was asked on the command line. */
struct stats {
    struct call *call;
    struct client client;
    const char *by;
    const char *date; /* NULL: of the incident */
    const char *sum;  /* NULL: none */
    const char *query;
    size_t top; /* 0: all */
    uint64_t least;
    bool is_release;
    bool as_csv;
    bool as_json;
    bool as_plot;
    const char *svg;  /* a file; NULL: none */
    const char *what; /* its title */
};

/* A count, whole. */
struct counted {
    struct tally_question question;
    struct tally tally;
    const struct tally_group **groups; /* most alerts first */
    uint64_t unread;
};

/* Asks the node until all is counted. What it refuses is printed. */
enum exit_code stats_count(struct stats *stats, struct counted *out, const char *query, const char *by,
                           const char *sum);
void counted_release(struct counted *counted);

/* A column for each of the first `count` dimensions, and the cells of a group in them. */
void stats_put_columns(struct grid *grid, struct stats *stats, const struct counted *counted, size_t count);
void stats_put_values(struct grid *grid, struct stats *stats, const struct counted *counted, const char *const *values,
                      size_t count);
/* A value as people see it. */
const char *stats_shown(struct arena *arena, const struct counted *counted, size_t dimension, const char *value);
/* All of a group's first `count` values in one line. */
const char *stats_label(struct arena *arena, const struct counted *counted, const char *const *values, size_t count);
/* Groups that are told, of `count`. */
size_t stats_shown_count(const struct stats *stats, size_t count);

/* Tells a grid and bars in the way that was asked for. `json` gets the grid under "groups" and is taken over; the bars
 * may be none. */
enum exit_code stats_tell(struct stats *stats, const struct grid *grid, json_t *json, const struct bar *bars,
                          size_t bar_count);
/* What was counted, and what was not: as lines below a table, and in JSON. Nothing of it is for release. */
void stats_put_remarks(struct stats *stats, const struct counted *counted);
json_t *stats_json(const struct stats *stats, const struct counted *counted);

/* The ways to tell. */
enum exit_code stats_groups(struct stats *stats);
enum exit_code stats_across(struct stats *stats, struct counted *counted);
enum exit_code stats_released(struct stats *stats, struct counted *counted);
enum exit_code stats_animals(struct stats *stats);
enum exit_code stats_compared(struct stats *stats);
/* Is the last dimension a period, and not the only one? */
bool stats_is_across(const struct stats *stats, const struct counted *counted);

/* A count as rows by columns: the last dimension across, the others down; with their totals, as core/suppression.h has
 * them. */
struct matrix {
    size_t rows;
    size_t columns;                        /* 0: one dimension alone */
    const struct tally_group **row_groups; /* one of each row: its values but the last */
    const char **column_values;
    uint64_t *numbers; /* alerts in each group; an alert in several counts in each */
};
/* NULL when memory is out. */
struct matrix *matrix_make(struct arena *arena, const struct counted *counted);
/* Puts rows whose total is below `least` together, as "others", with the next smallest if these are below it still; and
 * columns. Of one dimension nothing. NULL when memory is out. */
struct matrix *matrix_merge(struct arena *arena, const struct matrix *matrix, uint64_t least);

#endif
