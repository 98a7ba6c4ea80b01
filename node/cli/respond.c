/* inama release, refuse, condition, accept, withdraw: the next step of a request. */
#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/thread.h"

/* Every step reads the same message; which of the options it has, its table says. */
static enum exit_code read_step(struct call *call, Respond *words, uint8_t slots[static FIELD_SLOTS / 8]) {
    const struct option *option = call->command->options;
    bool given = false, has_until = false, has_onward = false;
    struct field_set fields;
    for (; option->name; option++)
        has_onward |= strcmp(option->name, "onward") == 0;
    words->request = (char *)(uintptr_t)call->options.words[0];
    words->step = (char *)(uintptr_t)call->command->name;
    words->reason = (char *)(uintptr_t)options_text(&call->options, "reason");
    if (!has_onward)
        return EXIT_DONE;
    words->has_judicial = words->judicial = options_flag(&call->options, "judicial");
    if (!thread_fields(call, &fields, &given) || !thread_onward(call, &words->onward, &words->n_onward) ||
        !thread_time(call, "until", &words->until, &has_until))
        return EXIT_USAGE;
    words->has_until = has_until;
    words->has_slots = given;
    field_set_put(slots, &fields);
    words->slots.data = slots;
    words->slots.len = given ? FIELD_SLOTS / 8 : 0;
    return EXIT_DONE;
}

static enum exit_code say(struct call *call, Respond *words) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    request.respond = words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && reply->proposed) {
        print_line(_("Proposed; nothing has been told yet. It takes a second person:"));
        print_line("    inama release %s --confirm", thread_digits(call->arena, reply->threads[0]));
    } else if (!code) {
        print_line(_("Request %s is %s now; %s is told."), thread_digits(call->arena, reply->threads[0]),
                   thread_state(call->arena, reply->threads[0]), text_escape(call->arena, reply->threads[0]->peer));
    }
    client_close(&client);
    return code;
}

static enum exit_code run(struct call *call) {
    uint8_t slots[FIELD_SLOTS / 8];
    Respond words = RESPOND__INIT;
    enum exit_code code = read_step(call, &words, slots);
    return code ? code : say(call, &words);
}

static enum exit_code run_refuse(struct call *call) {
    if (!options_text(&call->options, "reason"))
        return print_usage_error(call, _("who asked is told why: --reason"));
    return run(call);
}

/* A release cannot be taken back. */
static enum exit_code run_release(struct call *call) {
    uint8_t slots[FIELD_SLOTS / 8];
    Respond words = RESPOND__INIT;
    enum exit_code code = read_step(call, &words, slots);
    if (code)
        return code;
    words.has_confirm = words.confirm = options_flag(&call->options, "confirm");
    if (words.confirm && (words.has_slots || words.has_until || words.judicial || words.n_onward || words.reason))
        return print_usage_error(call,
                                 _("--confirm takes what was proposed, as inama requests shows it: no other option"));
    if (!print_confirm(options_flag(&call->options, "yes"), _("What is told cannot be taken back. Release it?")))
        return EXIT_REFUSED;
    return say(call, &words);
}

/* clang-format off */
#define OPTIONS_OF_LEAVE \
    {"fields", 'f', "FIELDS", N_("these, with commas between; else what was asked for"), true}, \
    {"until", 0, "DATE", N_("they may be passed on before then only"), false}, \
    {"onward", 0, "READERS", N_("may be passed on to them, as role=POLICE,country=KE"), true}, \
    {"judicial", 0, NULL, N_("may be used in judicial proceedings"), false}
/* clang-format on */

static const struct option release_options[] = {
    OPTIONS_OF_LEAVE,
    {"reason", 'r', "TEXT", N_("a word to who asked"), false},
    {"confirm", 0, NULL, N_("as the second person, what another has proposed"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_HOME,
    OPTIONS_END,
};

const struct command command_release = {
    .name = "release",
    .takes = "REQUEST",
    .summary = N_("open more fields of an alert to who asked"),
    .options = release_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama release 81d2                                          what was asked for\n"
                   "  inama release 81d2 --fields persons.surname --until 2014-12-31\n"
                   "  inama release 81d2 --judicial --onward name=ke-court        with leave\n"
                   "  inama release 81d2 --confirm                                as the second person\n"),
    .run = run_release,
};

static const struct option reason_options[] = {
    {"reason", 'r', "TEXT", N_("why"), false},
    OPTION_HOME,
    OPTIONS_END,
};

const struct command command_refuse = {
    .name = "refuse",
    .takes = "REQUEST",
    .summary = N_("tell who asked that it gets nothing, and why"),
    .options = reason_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama refuse 81d2 --reason \"the source would be known\"\n"),
    .run = run_refuse,
};

static const struct option condition_options[] = {
    OPTIONS_OF_LEAVE,
    {"reason", 'r', "TEXT", N_("the condition, or why less"), false},
    OPTION_HOME,
    OPTIONS_END,
};

const struct command command_condition = {
    .name = "condition",
    .takes = "REQUEST",
    .summary = N_("offer who asked fewer fields, or the same on a condition"),
    .options = condition_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama condition 81d2 --fields persons.nationality --reason \"names only by letter rogatory\"\n"),
    .run = run,
};

const struct command command_accept = {
    .name = "accept",
    .takes = "REQUEST",
    .summary = N_("accept what was offered on a request of this node"),
    .options = reason_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama accept 81d2\n"),
    .run = run,
};

const struct command command_withdraw = {
    .name = "withdraw",
    .takes = "REQUEST",
    .summary = N_("take back a request of this node"),
    .options = reason_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama withdraw 81d2\n"),
    .run = run,
};
