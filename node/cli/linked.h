/* linked: why two alerts are linked, as `links` and `graph` say it. */
#ifndef CLI_LINKED_H
#define CLI_LINKED_H

#include <jansson.h>

#include "cli/client.h"

/* What both commands take. */
/* clang-format off */
#define LINKED_OPTIONS                                                                                                  \
    {"alike", 0, "0..1", N_("how alike names must be to be taken for one; default 0.85"), false},                       \
    {"common", 0, "N", N_("what more alerts than this name is not followed; default 100"), false}
/* clang-format on */

/* Reads the options into the request; false with *complaint, a translated sentence. */
bool linked_options(struct call *call, Links *words, const char **complaint);

/* "container" … in the reader's language. */
const char *linked_entity(const char *name);
/* A thing or name as people write it: in capitals. */
const char *linked_text(struct arena *arena, const char *key);
/* All reasons in one text. */
const char *linked_because(struct arena *arena, const Linked *linked);
json_t *linked_json(const Linked *linked);

#endif
