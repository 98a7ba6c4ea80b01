/* attach: files that go with an alert: cleaned, handed to the node, and named in the alert's exhibits. */
#ifndef CLI_ATTACH_H
#define CLI_ATTACH_H

#include <jansson.h>

#include "cli/client.h"

struct attach_options {
    const char *const *files; /* "EXHIBIT=FILE" */
    size_t count;
    bool keep_metadata;
    bool dry_run;
    bool quiet; /* say nothing of what went well */
};

/* Hands in each file and writes into the exhibits of `alert` what names it. Says what was wrong, and in which file. */
enum exit_code attach_files(struct client *client, json_t *alert, const struct attach_options *options);

#endif
