/* save: attachments of an alert, fetched, opened and checked here, and written to files.
 *
 * The node hands out sealed chunks; what opens them stands in the alert. Nothing is on the disk before all of it is
 * good. A name that somebody else gave decides nothing but the last part of the path.
 */
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include <jansson.h>

#include "cli/client.h"
#include "cli/proof.h"

/* The name under which an exhibit's file is saved: the one it came with, without folders, control and direction
 * characters, dots and dashes in front; "exhibit-N", N from 1, where nothing is left. In the arena. */
const char *save_name(struct arena *arena, const char *file_name, size_t element);

/* Writes the attachments of the exhibits named, all if none are, into `folder`; `shown` must have passed the proof. */
enum exit_code save_attachments(struct client *client, const struct proof *proof, const char *const *exhibits,
                                size_t count, const char *folder);

/* A table of the alert's attachments, nothing if it has none; and the same as JSON. */
void save_print(struct arena *arena, const Shown *shown, const struct proof *proof);
json_t *save_json(const Shown *shown, const struct proof *proof);

#endif
