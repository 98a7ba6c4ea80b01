/* row: one line of find and watch, and the filters that both take. */
#ifndef CLI_ROW_H
#define CLI_ROW_H

#include "cli/command.h"
#include "cli/print.h"
#include "control.pb-c.h"

/* The filters that have an option; positional words are the query (core/query_parse.h), and all of it must hold. */
/* clang-format off */
#define ROW_FILTERS                                                                                                    \
    {"species", 's', "NAME", N_("species:NAME: of any rank; a family finds its species"), false},                      \
    {"country", 'c', "CC", N_("country:CC: of the incident or anywhere on the route"), false},                          \
    {"from", 0, "DATE", N_("date>=DATE: of the incident: 2014, 2014-05 or 2014-05-05"), false},                         \
    {"to", 0, "DATE", N_("date<=DATE: of the incident, included"), false},                                              \
    {"transport", 't', "MODE", N_("transport:MODE: a code of inama help codes transport, such as 4 for air"), false},   \
    {"originator", 'o', "NAME", N_("originator:NAME: a member, or a country"), false},                                  \
    {"kind", 'k', "KIND", N_("kind:KIND: a code of inama help codes kind"), false},                                     \
    {"text", 0, "WORDS", N_("words that all occur in it, whatever they mean in a query"), false}
/* clang-format on */

/* The query that words and options are together; NULL with *complaint, a translated sentence, if an option is wrong. */
const char *row_query(struct call *call, const char **complaint);
/* Behind what a node said against a query: where. */
void row_print_mistake(struct call *call, const char *query, const Reply *reply);
/* What a node remarked about one. */
void row_print_remarks(struct call *call, const char *query, const Reply *reply);

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

/* As many digits of the object id as people are shown. */
const char *row_short_id(struct arena *arena, const Row *row);

/* One row as a line by itself, for a stream. */
void row_print_line(struct arena *arena, const Row *row);
json_t *row_json(const Row *row);

#endif
