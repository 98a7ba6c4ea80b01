/* query_internal: what the files of the parser share. For query_parse.c and query_values.c only. */
#ifndef CORE_QUERY_INTERNAL_H
#define CORE_QUERY_INTERNAL_H

#include "core/query_parse.h"

struct parser {
    struct arena *arena;
    const struct query_world *world;
    const char *begin;
    const char *at;
    const char *group; /* inside this one; NULL: inside none */
    size_t depth;
    size_t below; /* "not" and groups that it stands in */
    size_t nodes;
    bool has_sort;
    struct query *query;
    struct query_remark *error;
    enum result result; /* of the first failure */
};

/* A word or a quoted text. */
struct item {
    const char *at;
    const char *text; /* without quotes and asterisk */
    const char *star; /* where its asterisk is; NULL: none */
    bool quoted;
};

/* The first failure is the one that is told. Returns false, so that a reader can end with it. */
bool parser_fail(struct parser *parser, const char *at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool parser_no_memory(struct parser *parser);
void parser_remark(struct parser *parser, const char *at, const char *text);
/* A text of the query as it may stand in a message. */
const char *parser_quote(struct parser *parser, const char *text);

/* Reads an item at parser->at; one with nothing in it is an error. */
bool item_read(struct parser *parser, struct item *out, bool in_set);

/* Reads the values behind a name and its operator, which stands at `op`. */
bool values_read(struct parser *parser, struct query_node *node, const char *op);
/* A text without field. */
bool values_of_text(struct parser *parser, struct query_node *node, const struct item *item);
/* "KEMBA/50km" or "-4.05,39.66/50km" */
bool values_near(struct parser *parser, struct query_node *node, const struct item *item);

#endif
