/* inama request: asks for more of an alert than this node sees, or for leave to do more with it. */
#include "base/proto.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/thread.h"

static const struct option options[] = {
    {"fields", 'f', "FIELDS", N_("fields, groups or classes, with commas between"), true},
    {"reason", 'r', "TEXT", N_("why they are needed: who decides reads it"), false},
    {"deadline", 0, "DATE", N_("an answer is wanted before then, as 2014-05-05"), false},
    {"purpose", 0, "CODE", N_("what for; inama help codes permitted-purpose"), false},
    {"onward", 0, "READERS", N_("leave to pass it on to them, as role=POLICE,country=KE"), true},
    {"judicial", 0, NULL, N_("leave to use it in judicial proceedings"), false},
    {"to", 0, "NAME", N_("ask this member; else the originator, or who told us if it cannot be reached"), false},
    {"for", 0, "REQUEST", N_("ask on for who has asked this node"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static char *text_of(const struct call *call, const char *name) {
    return (char *)(uintptr_t)options_text(&call->options, name);
}

/* Leave alone is about all that is seen. */
static enum exit_code read_wish(struct call *call, Ask *words, uint8_t slots[static FIELD_SLOTS / 8]) {
    struct field_set fields;
    bool given, has_deadline;
    words->alert = (char *)(uintptr_t)call->options.words[0];
    words->reason = text_of(call, "reason");
    words->purpose = text_of(call, "purpose");
    words->to = text_of(call, "to");
    words->behalf = text_of(call, "for");
    words->has_judicial = words->judicial = options_flag(&call->options, "judicial");
    if (!thread_fields(call, &fields, &given) || !thread_onward(call, &words->onward, &words->n_onward) ||
        !thread_time(call, "deadline", &words->deadline, &has_deadline))
        return EXIT_USAGE;
    bool wants_leave = words->n_onward || words->judicial;
    if ((!given && !wants_leave) || !words->reason)
        return print_usage_error(call, _("say what is asked for, and why: --fields, --reason"));
    words->has_all_seen = words->all_seen = !given;
    words->has_deadline = has_deadline;
    field_set_put(slots, &fields);
    words->slots.data = slots;
    words->slots.len = FIELD_SLOTS / 8;
    return EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    uint8_t slots[FIELD_SLOTS / 8];
    Request request = REQUEST__INIT;
    Ask words = ASK__INIT;
    enum exit_code code = read_wish(call, &words, slots);
    if (code)
        return code;
    request.ask = &words;
    code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:o, s:o}", "request", print_json_hex(proto_span(reply->threads[0]->request)), "peer",
                             print_json_text(reply->threads[0]->peer)));
    else if (!code)
        print_line(_("Request %s is on its way to %s. inama requests says what became of it."),
                   thread_digits(call->arena, reply->threads[0]), text_escape(call->arena, reply->threads[0]->peer));
    client_close(&client);
    return code;
}

const struct command command_request = {
    .name = "request",
    .takes = "ALERT",
    .summary = N_("ask for more of an alert than this node sees"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama request 3f9c --fields persons,documents --reason \"a house search on Friday\"\n"
                   "  inama request 3f9c --judicial --onward name=ke-court --reason \"charges are to be brought\"\n"
                   "  inama request 3f9c --fields persons --for 81d2 --reason \"the police ask\"    asks on\n"),
    .run = run,
};
