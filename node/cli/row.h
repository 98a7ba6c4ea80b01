/* row: one line of find and watch, and the filters that both take. */
#ifndef CLI_ROW_H
#define CLI_ROW_H

#include "cli/command.h"
#include "cli/print.h"
#include "control.pb-c.h"

/* The filters; positional words are the text. */
/* clang-format off */
#define ROW_FILTERS                                                                                                    \
    {"species", 's', "NAME", N_("scientific name of any rank: a family finds its species"), false},                    \
    {"country", 'c', "CC", N_("of the incident or anywhere on the route"), false},                                      \
    {"from", 0, "DATE", N_("of the incident: 2014, 2014-05 or 2014-05-05"), false},                                     \
    {"to", 0, "DATE", N_("of the incident, included"), false},                                                          \
    {"transport", 't', "MODE", N_("a code of inama help codes transport, such as 4 for air"), false},                   \
    {"originator", 'o', "NAME", N_("a member, or a country"), false},                                                   \
    {"kind", 'k', "KIND", N_("a code of inama help codes kind"), false},                                                \
    {"text", 0, "WORDS", N_("words that all occur in it; the same as words without option"), false}
/* clang-format on */

/* Fills the filters in. *complaint is a translated sentence about what is wrong; NULL if nothing is. */
void row_filters(Find *find, struct call *call, const char **complaint);

/* Which columns the rows of a table need. */
struct row_table {
    struct table *table;
    struct arena *arena;
    bool kinds;
    bool versions;
};
/* A table for these rows. */
struct row_table row_table_new(struct arena *arena, Row *const *rows, size_t count, bool versions);
void row_put(struct row_table *table, const Row *row);

/* One row as a line by itself, for a stream. */
void row_print_line(struct arena *arena, const Row *row);
json_t *row_json(const Row *row);

#endif
