/* client: one conversation with the node on this machine. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "cli/command.h"
#include "control.pb-c.h"
#include "core/config.h"
#include "net/control.h"

struct client {
    struct control *control;
    struct arena arena; /* of the last reply; given back with the next request */
    struct call *call;
    const char *folder; /* for messages */
    bool quiet;         /* say nothing when nobody is there */
};

/* Connects to the node of --home. Prints why not and what to do, unless `quiet`. */
enum exit_code client_open(struct client *client, struct call *call);
/* The same for a configuration that was read already. */
enum exit_code client_open_at(struct client *client, struct call *call, const struct config *config, bool quiet);
void client_close(struct client *client);

/* Sends a request and takes the first reply; what the node refuses is printed. The reply lives until the next call. */
enum exit_code client_ask(struct client *client, const Request *request, const Reply **reply);
/* The next reply to the same request; waits for ever. */
enum exit_code client_next(struct client *client, const Reply **reply);

/* The exit code for a result name of the daemon. */
enum exit_code client_code(const char *result);

#endif
