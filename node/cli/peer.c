/* inama peer release: a member that was left out is let in again. */
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"

static const struct option options[] = {OPTION_HOME, OPTIONS_END};

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    const char *name = call->options.words[0];
    Request request = REQUEST__INIT;
    Release words = RELEASE__INIT;
    words.member = (char *)(uintptr_t)name;
    request.release = &words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        print_line(_("%s may connect again. What it did is forgotten; three more offences, and it is left out again."),
                   text_escape(call->arena, name));
    client_close(&client);
    return code;
}

const struct command command_peer_release = {
    .name = "peer release",
    .takes = "NAME",
    .summary = N_("let a member in again that was left out for breaking the rules"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama status                    who is left out, why and until when\n"
                   "  inama peer release ke-police    its administrator says that it is repaired\n"),
    .run = run,
};
