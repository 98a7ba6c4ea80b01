/* query_parse: what an operator typed, as a tree of conditions.
 *
 *     query      = either { "or" either }
 *     either     = condition { ["and"] condition }
 *     condition  = "not" condition | "(" query ")" | GROUP "(" query ")" | comparison | text | setting
 *     comparison = NAME operator values
 *     operator   = ":" | "=" | "<" | "<=" | ">" | ">="
 *     values     = "(" item { "," item } ")" | item [ ".." [item] ] | ".." item
 *     item       = WORD ["*"] | '"' characters '"' ["*"]
 *     text       = item
 *     setting    = "sort:" ORDER | "limit:" NUMBER
 *
 * NAME is one of core/query_names.h, or "text", or "near" (near:KEMBA/50km). A GROUP holds for one of its elements:
 * specimens(taxon:Manidae quantity>=100) asks both of the same specimen. docs/guide.md says it for people.
 *
 * Depth, conditions and length are bounded (base/limits.h). Pure; any thread.
 */
#ifndef CORE_QUERY_PARSE_H
#define CORE_QUERY_PARSE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/span.h"
#include "core/alert.h"
#include "core/query_names.h"

/* Where names are looked up. */
struct query_world {
    const struct references *references;
    /* Is `name` a member of the roster or a country? Is this member that, or of that country? NULL: any name may be,
     * and none is. */
    bool (*knows)(void *context, const char *name);
    bool (*is_called)(void *context, const uint8_t *member, const char *name);
    void *context;
};

enum query_op { QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_GROUP, QUERY_FIELD, QUERY_TEXT, QUERY_NEAR };

enum query_how {
    HOW_PRESENT, /* any value at all */
    HOW_SAME,    /* `key`, or with `prefix` what begins so */
    HOW_PHRASE,  /* the words of `key` one behind the other; with `prefix` the last may go on */
    HOW_WHOLE,   /* these words and no others */
    HOW_BELOW,   /* the taxon `key` and what is below it */
    HOW_BETWEEN, /* `low` to `high`, both included: it might be so, as far as the value is known */
    HOW_MEMBER   /* `key` is its name or country */
};

struct query_value {
    enum query_how how;
    bool prefix;
    const char *key;
    double low;
    double high;
};

struct query_node {
    enum query_op op;
    struct span text;           /* where it stands in the query */
    struct query_node *first;   /* below: AND, OR; one for NOT, GROUP */
    struct query_node *next;    /* beside */
    const char *group;          /* GROUP */
    struct query_slots slots;   /* FIELD: any of these … */
    struct query_value *values; /* … has any of these. TEXT: as words, then as an identifier if it may be one */
    size_t value_count;
    double latitude; /* NEAR, degrees */
    double longitude;
    double km;
};

enum query_sort {
    SORT_ARRIVAL, /* newest first, like all */
    SORT_DATE,    /* of the incident */
    SORT_CREATED
};

/* Something to be said about a place in the query. */
struct query_remark {
    size_t offset; /* bytes */
    size_t column; /* characters, from 1 */
    const char *text;
};

struct query {
    const char *text;
    const struct query_node *where; /* NULL: every alert */
    enum query_sort sort;
    size_t limit;                                   /* 0: not said */
    struct query_remark remarks[QUERY_REMARKS_MAX]; /* what is not wrong, but perhaps not meant */
    size_t remark_count;
};

/* INVALID with *error, NO_MEMORY. Everything lives in the arena, a copy of the text too. */
MUST_USE enum result query_parse(struct query *out, struct arena *arena, const char *text,
                                 const struct query_world *world, struct query_remark *error);

/* "date" … as in sort:date. */
const char *query_sort_name(enum query_sort sort);

#endif
