#include "cli/client.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"

/* Durable publishing of a full batch on a slow disk stays far below this. */
enum { ANSWER_TIMEOUT_MS = 120 * 1000, REPLY_MEMORY_MAX = 64 * 1024 * 1024 };

static enum exit_code say_absent(const struct client *client, const struct config *config, enum result result) {
    const char *folder = text_escape(client->call->arena, config->folder);
    if (client->quiet)
        return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_NO_NODE;
    if (result == RESULT_NOT_ALLOWED) {
        print_error(_("you may not talk to the node at %s"), folder);
        print_next(_("use the account that it runs under"));
        return EXIT_NOT_ALLOWED;
    }
    if (result == RESULT_NOT_FOUND)
        print_error(_("no node is running at %s"), folder);
    else
        print_error(_("the node at %s does not answer: %s"), folder, result_text(result));
    print_next(_("start it with: inamad --home %s"), folder);
    return EXIT_NO_NODE;
}

enum exit_code client_open_at(struct client *client, struct call *call, const struct config *config, bool quiet) {
    *client = (struct client){.call = call, .folder = config->folder, .quiet = quiet};
    arena_init(&client->arena, REPLY_MEMORY_MAX);
    enum result result = control_connect(&client->control, config->control);
    return result ? say_absent(client, config, result) : EXIT_DONE;
}

enum exit_code client_open(struct client *client, struct call *call) {
    struct config config;
    *client = (struct client){0};
    enum exit_code code = home_read(&config, call);
    return code ? code : client_open_at(client, call, &config, false);
}

void client_close(struct client *client) {
    control_close(client->control);
    arena_release(&client->arena);
    client->control = NULL;
}

static enum exit_code say_broken(const struct client *client, enum result result) {
    if (client->quiet)
        return EXIT_NO_NODE;
    print_error(_("the connection to the node broke: %s"), result_text(result));
    print_next(_("what it had confirmed is safe; see: inama status --home %s"),
               text_escape(client->call->arena, client->folder));
    return EXIT_NO_NODE;
}

static enum exit_code take(struct client *client, uint64_t timeout_ms, const Reply **reply) {
    struct span message;
    Reply *words;
    enum result result = control_receive(client->control, &client->arena, timeout_ms, &message);
    if (!result)
        result = proto_decode(&client->arena, &reply__descriptor, message, &words);
    if (result)
        return say_broken(client, result);
    *reply = words;
    if (strcmp(words->result, "ok") == 0)
        return EXIT_DONE;
    print_findings(client->call->arena, words->findings, words->n_findings);
    print_error("%s", text_escape(client->call->arena, words->text ? words->text : words->result));
    return client_code(words->result);
}

enum exit_code client_ask(struct client *client, const Request *request, const Reply **reply) {
    arena_reset(&client->arena);
    struct buf message;
    buf_init(&message, &client->arena);
    proto_encode(&message, request);
    if (message.failed || message.len > CONTROL_BYTES_MAX) {
        print_error(_("the request is too large"));
        return EXIT_REFUSED;
    }
    enum result result = control_send(client->control, buf_span(&message));
    return result ? say_broken(client, result) : take(client, ANSWER_TIMEOUT_MS, reply);
}

enum exit_code client_next(struct client *client, const Reply **reply) {
    arena_reset(&client->arena);
    return take(client, 0, reply);
}

enum exit_code client_code(const char *result) {
    if (strcmp(result, "ok") == 0)
        return EXIT_DONE;
    if (strcmp(result, "not-allowed") == 0 || strcmp(result, "wrong-key") == 0)
        return EXIT_NOT_ALLOWED;
    return strcmp(result, "disconnected") == 0 || strcmp(result, "timed-out") == 0 ? EXIT_NO_NODE : EXIT_REFUSED;
}
