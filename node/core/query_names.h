/* query_names: what a query calls the fields of an alert.
 *
 * A field goes by its dotted path; by its last part alone where no other field is called so ("container"); and some by
 * the word that people have for them ("species", "plate"), which may stand for several fields. Constant: any thread.
 */
#ifndef CORE_QUERY_NAMES_H
#define CORE_QUERY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

enum { QUERY_SLOTS_MAX = 4 };

struct query_slots {
    uint16_t slots[QUERY_SLOTS_MAX]; /* all compared in the same way */
    size_t count;                    /* 0: there is no such name */
};

/* `group`: only its fields, which then go by their last part; NULL: all. */
struct query_slots query_names_find(struct span name, const char *group);
/* A group of fields that is a list: "specimens". The dictionary's text, or NULL. */
const char *query_names_group(struct span name);
/* The paths that a short name might mean, as "legs.role, persons.role", when it is not clear; "" else. */
const char *query_names_choices(struct arena *arena, struct span name);
/* A name close to a mistyped one; NULL if none is near. */
const char *query_names_suggest(struct arena *arena, struct span name);
/* Calls back for every name there is, with the first of the fields that it stands for: for completion and help. */
void query_names_each(void (*visit)(void *context, const char *name, const struct query_slots *slots), void *context);

#endif
