/* batch: many alerts on their way to the node, some at a time.
 *
 * The node commits a request as one group, so that sixty-four alerts cost one wait for the disk. What it answers comes
 * back one by one, in order.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/client.h"
#include "core/fields.h"

enum { BATCH_SIZE_DEFAULT = 64, BATCH_SIZE_MAX = 1024 };

struct batch_options {
    bool dry_run;
    size_t size; /* alerts of one request */
    void (*answered)(void *context, const char *name, const Published *published);
    void *context;
};

struct batch {
    struct client client;
    struct batch_options options;
    ProtobufCBinaryData *alerts;
    const char **names; /* what each is called in messages */
    size_t count;
    size_t bytes;
    uint64_t published;
    uint64_t refused;
    uint64_t warnings;
};

enum exit_code batch_open(struct batch *batch, struct call *call, const struct batch_options *options);
/* Adds one alert as JSON, which must live until the batch is sent; sends when it is full. */
enum exit_code batch_add(struct batch *batch, const char *name, struct span json);
/* Sends what has gathered. */
enum exit_code batch_flush(struct batch *batch);
void batch_close(struct batch *batch);

/* The node's findings about one alert, each with the alert's name in front. */
void batch_print_findings(struct arena *arena, const char *name, const Published *published);
/* The fields of a dry run that have a value. */
bool batch_present(struct arena *arena, const Published *published, struct field_set *present);
bool batch_shows(const Reader *reader, size_t slot);

#endif
