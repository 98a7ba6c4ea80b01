/* inama watch: alerts as they come. It outlives the node: after a restart it goes on behind the last one it showed. */
#include "cli/command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/hand_over.h"
#include "cli/home.h"
#include "cli/print.h"
#include "cli/row.h"

enum { RETRY_SECONDS_FIRST = 1, RETRY_SECONDS_MAX = 15 };

static const struct option options[] = {
    ROW_FILTERS,
    {"exec", 0, "COMMAND", N_("run by the shell for each alert, which it reads as JSON; a failure ends the watch"),
     false},
    {"state", 0, "FILE", N_("remembers how far it came: the next watch goes on behind it"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

struct watch {
    struct call *call;
    struct config config;
    Find find;
    const char *query;
    bool knows_last; /* where to go on */
    uint64_t last;   /* sequence */
    const char *command;
    const char *state;
    bool said_ready;
};

/* Where the node stands now: what comes behind it is new. */
static enum exit_code find_last(struct watch *watch, struct client *client) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    Find newest = FIND__INIT;
    newest.has_limit = newest.has_superseded = true;
    newest.limit = 1;
    newest.superseded = true;
    request.find = &newest;
    enum exit_code code = client_ask(client, &request, &reply);
    if (code)
        return code;
    watch->last = reply->n_rows ? reply->rows[0]->sequence : 0;
    watch->knows_last = true;
    return EXIT_DONE;
}

/* ---- how far it came ---- */

static enum exit_code read_state(struct watch *watch) {
    enum { NUMBER_BYTES_MAX = 32 };
    struct span text;
    char *end;
    enum result result = file_read(&text, watch->call->arena, watch->state, NUMBER_BYTES_MAX);
    if (result == RESULT_NOT_FOUND)
        return EXIT_DONE;
    const char *number = result ? NULL : arena_text(watch->call->arena, (const char *)text.data, text.len);
    watch->last = number ? strtoull(number, &end, 10) : 0;
    if (!number || end == number || (*end && *end != '\n')) {
        print_error(_("%s: %s"), watch->state, result ? result_text(result) : _("no number of an alert stands there"));
        return EXIT_REFUSED;
    }
    watch->knows_last = true;
    return EXIT_DONE;
}

static enum exit_code keep_state(const struct watch *watch, struct arena *arena) {
    enum { MODE = 0600 };
    if (!watch->state)
        return EXIT_DONE;
    const char *text = text_format(arena, "%llu\n", (unsigned long long)watch->last);
    enum result result = file_write(watch->state, span_of_text(text), MODE);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", watch->state, result_text(result));
    return EXIT_REFUSED;
}

/* ---- rows ---- */

/* A program that fails ends the watch, and has the alert again with the next: none is skipped. */
static enum exit_code run_command(const struct watch *watch, const Row *row) {
    int status = 0;
    json_t *json = row_json(row);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    enum result result = text ? hand_over(watch->command, span_of_text(text), &status) : RESULT_NO_MEMORY;
    free(text);
    if (!result)
        return EXIT_DONE;
    if (result == RESULT_INVALID)
        print_error(_("%s ended with %d; the alert is handed to it again when the watch goes on"), watch->command,
                    status);
    else
        print_error("%s: %s", watch->command, result_text(result));
    return EXIT_REFUSED;
}

static enum exit_code show_row(struct watch *watch, struct arena *arena, const Row *row) {
    enum exit_code code = EXIT_DONE;
    if (watch->command)
        code = run_command(watch, row);
    else if (options_flag(&watch->call->options, "json"))
        print_json(row_json(row));
    else
        row_print_line(arena, row);
    fflush(stdout);
    if (code)
        return code;
    watch->last = row->sequence;
    return keep_state(watch, arena);
}

static enum exit_code show_rows(struct watch *watch, const Reply *reply) {
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < reply->n_rows && !code; i++) {
        struct arena arena;
        if (reply->rows[i]->sequence <= watch->last)
            continue;
        arena_init(&arena, 1 << 20); /* one row's worth: a watch runs for months */
        code = show_row(watch, &arena, reply->rows[i]);
        arena_release(&arena);
    }
    return code;
}

/* Asks until nothing is missed; then, and with the last reply, what is new comes by itself. */
static enum exit_code catch_up(struct watch *watch, struct client *client, const Request *request,
                               const Reply **reply) {
    for (;;) {
        *reply = NULL;
        watch->find.has_after = true;
        watch->find.after = watch->last;
        enum exit_code code = client_ask(client, request, reply);
        if (code && *reply)
            row_print_mistake(watch->call, watch->query, *reply);
        if (code || !(*reply)->next)
            return code;
        code = show_rows(watch, *reply);
        if (code)
            return code;
        watch->last = strtoull((*reply)->next, NULL, 10); /* as far as was looked */
    }
}

static enum exit_code follow(struct watch *watch, struct client *client) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    request.find = &watch->find;
    enum exit_code code = watch->knows_last ? EXIT_DONE : find_last(watch, client);
    if (!code)
        code = catch_up(watch, client, &request, &reply);
    if (!code && !watch->said_ready && isatty(STDERR_FILENO))
        print_error(_("watching; end it with Ctrl-C"));
    watch->said_ready |= !code;
    while (!code) {
        code = show_rows(watch, reply);
        if (!code)
            code = client_next(client, &reply);
    }
    return code;
}

static enum exit_code watch_for_ever(struct watch *watch) {
    unsigned pause = RETRY_SECONDS_FIRST;
    bool quiet = false;
    for (;;) {
        struct client client;
        enum exit_code code = client_open_at(&client, watch->call, &watch->config, quiet);
        bool connected = !code;
        client.quiet = false;
        if (connected)
            code = follow(watch, &client);
        client_close(&client);
        if (code != EXIT_NO_NODE || !watch->said_ready)
            return code; /* it never worked: waiting would hide why */
        if (connected)
            pause = RETRY_SECONDS_FIRST;
        if (!quiet || connected)
            print_next(_("waiting for the node to come back; nothing that comes in the meantime is missed"));
        quiet = true;
        sleep(pause);
        pause = pause * 2 < RETRY_SECONDS_MAX ? pause * 2 : RETRY_SECONDS_MAX;
    }
}

static enum exit_code run(struct call *call) {
    const char *complaint = NULL;
    struct watch watch = {.call = call};
    find__init(&watch.find);
    watch.query = row_query(call, &complaint);
    if (complaint)
        return print_usage_error(call, complaint);
    watch.find.query = (char *)(uintptr_t)watch.query;
    watch.find.has_follow = watch.find.follow = true;
    watch.command = options_text(&call->options, "exec");
    watch.state = options_text(&call->options, "state");
    watch.find.has_full = watch.find.full = options_flag(&call->options, "json") || watch.command;
    enum exit_code code = home_read(&watch.config, call);
    if (!code && watch.state)
        code = read_state(&watch);
    return code ? code : watch_for_ever(&watch);
}

const struct command command_watch = {
    .name = "watch",
    .takes = "[QUERY…]",
    .summary = N_("show alerts as they come, until interrupted"),
    .options = options,
    .words_max = 256,
    .examples = N_("  inama watch species:Manidae                 pangolins only\n"
                   "  inama watch --json | jq .content.specimens  for a program, one alert per line\n"
                   "  inama watch --exec ./notify.sh --state at   a program for each, none missed or skipped\n"),
    .run = run,
};
