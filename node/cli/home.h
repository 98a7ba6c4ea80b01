/* home: the folder of a node, as the command line finds it, and the files that are shipped to start one from. */
#ifndef CLI_HOME_H
#define CLI_HOME_H

#include "cli/command.h"
#include "core/config.h"

struct identity;
struct roster;
struct roster_anchor;

/* Reads node.yaml of --home. Prints what is wrong and what to do. */
enum exit_code home_read(struct config *out, struct call *call);

/* The roots in the file at `path` (core/roots.h). INVALID with the lines in `report`; else as file_read(). */
MUST_USE enum result home_roots(struct roster_anchor *out, struct arena *arena, const char *path,
                                struct report *report);

/* The roster in force at this node, checked against its roots. *why is a translated sentence when it fails. To be given
 * back with roster_free(). */
MUST_USE enum result home_roster(struct roster **out, struct arena *arena, const struct config *config,
                                 const char **why);

/* Opens the keys of this node, with what the options say (see cli/opener.h; the command must have them), with the key
 * file of node.yaml, or by asking. Prints what is wrong. To be given back with identity_release(). */
enum exit_code home_identity(struct identity *out, struct call *call, const struct config *config);

/* Says why the sealed file `path` did not open, and what to do: a wrong passphrase and a damaged file are not the same.
 */
void home_key_refused(struct call *call, const char *path, enum result result);

/* A shipped file such as "policies/customs.yaml": below $INAMA_DATADIR, beside the program, or where it was installed.
 * NOT_FOUND. */
MUST_USE enum result home_shipped(struct span *out, struct arena *arena, const char *name);

/* `yaml` with "key: value" in place of the line of that key, also one behind a "# ", or else at the end. NULL when
 * memory is out. */
const char *home_set(struct arena *arena, const char *yaml, const char *key, const char *value);
/* `text` with every `from` replaced by `to`. */
const char *home_replace(struct arena *arena, const char *text, const char *from, const char *to);

#endif
