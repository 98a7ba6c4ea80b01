/* home: the folder of a node, as the command line finds it, and the files that are shipped to start one from. */
#ifndef CLI_HOME_H
#define CLI_HOME_H

#include "cli/command.h"
#include "core/config.h"
#include "keys/roster.h"

/* Reads node.yaml of --home. Prints what is wrong and what to do. */
enum exit_code home_read(struct config *out, struct call *call);

/* The public keys of the roots, from a file with 64 hexadecimal digits a line; blank lines and "#" comments are
 * skipped. INVALID with the lines in `report`; else as file_read(). */
struct roots {
    uint8_t (*keys)[SIGN_PUBLIC_SIZE];
    size_t count;
};
MUST_USE enum result home_roots(struct roots *out, struct arena *arena, const char *path, struct report *report);

/* The roster in force at this node, checked against its roots. *why is a translated sentence when it fails. To be given
 * back with roster_free(). */
MUST_USE enum result home_roster(struct roster **out, struct arena *arena, const struct config *config,
                                 const char **why);

/* A shipped file such as "policies/customs.yaml": below $INAMA_DATADIR, beside the program, or where it was installed.
 * NOT_FOUND. */
MUST_USE enum result home_shipped(struct span *out, struct arena *arena, const char *name);

/* `yaml` with "key: value" in place of the line of that key, also one behind a "# ", or else at the end. NULL when
 * memory is out. */
const char *home_set(struct arena *arena, const char *yaml, const char *key, const char *value);
/* `text` with every `from` replaced by `to`. */
const char *home_replace(struct arena *arena, const char *text, const char *from, const char *to);

#endif
