/* inama disclose: history for a member that joined an audience later. */
#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"

static const struct option options[] = {
    {"to", 0, "AUDIENCE", N_("the audience of the policy whose history is handed over"), false},
    {"member", 0, "NAME", N_("its member who is told"), false},
    {"since", 0, "DATE", N_("what arrived here from this day on, as 2014-05-05"), false},
    {"dry-run", 'n', NULL, N_("count, and tell nothing"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_HOME,
    OPTIONS_END,
};

struct wish {
    const char *audience;
    const char *member;
    uint64_t since;
};

struct told {
    uint64_t alerts;
    uint64_t unread;
};

/* Asks again and again until the whole store has been looked at. */
static enum exit_code go_through(struct call *call, const struct wish *wish, bool dry_run, struct told *told) {
    struct client client;
    const Reply *reply;
    struct progress progress = {0};
    Request request = REQUEST__INIT;
    Disclose words = DISCLOSE__INIT;
    words.audience = (char *)(uintptr_t)wish->audience;
    words.member = (char *)(uintptr_t)wish->member;
    words.since = wish->since;
    words.has_after = true;
    words.has_dry_run = words.dry_run = dry_run;
    request.disclose = &words;
    enum exit_code code = client_open(&client, call);
    bool more = !code;
    while (more) {
        code = client_ask(&client, &request, &reply);
        if (code)
            break;
        if (words.after == 0)
            progress_start(&progress, _("alerts"), reply->disclosed->last);
        words.after = reply->disclosed->next;
        told->alerts += reply->disclosed->disclosed;
        told->unread += reply->disclosed->unread;
        progress_set(&progress, words.after);
        more = words.after < reply->disclosed->last;
    }
    progress_end(&progress);
    client_close(&client);
    if (told->unread)
        print_error(ngettext("%llu alert of the store cannot be read and is left out: the node says which in its log",
                             "%llu alerts of the store cannot be read and are left out: the node says which in its log",
                             told->unread),
                    (unsigned long long)told->unread);
    return code;
}

static enum exit_code read_wish(struct call *call, struct wish *wish) {
    const char *since = options_text(&call->options, "since");
    wish->audience = options_text(&call->options, "to");
    wish->member = options_text(&call->options, "member");
    if (!wish->audience || !wish->member || !since)
        return print_usage_error(call,
                                 _("say to which audience, to which member and since when: --to, --member, --since"));
    if (!text_parse_time(&wish->since, since))
        return print_usage_error(call, _("--since is a day, as 2014-05-05"));
    return EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    struct wish wish = {0};
    struct told would = {0}, told = {0};
    enum exit_code code = read_wish(call, &wish);
    if (!code)
        code = go_through(call, &wish, true, &would);
    if (code)
        return code;
    print_line(
        ngettext("%s would be told %llu alert that \"%s\" was told since %s, by the policy and the markings as they "
                 "are now.",
                 "%s would be told %llu alerts that \"%s\" was told since %s, by the policy and the markings as "
                 "they are now.",
                 would.alerts),
        text_escape(call->arena, wish.member), (unsigned long long)would.alerts,
        text_escape(call->arena, wish.audience), print_time(call->arena, wish.since));
    if (options_flag(&call->options, "dry-run") || would.alerts == 0)
        return EXIT_DONE;
    if (!print_confirm(options_flag(&call->options, "yes"), _("What is told cannot be taken back. Tell it?")))
        return EXIT_REFUSED;
    code = go_through(call, &wish, false, &told);
    if (!code)
        print_line(_("%s is told %llu alerts, in a feed of its own."), text_escape(call->arena, wish.member),
                   (unsigned long long)told.alerts);
    return code;
}

const struct command command_disclose = {
    .name = "disclose",
    .takes = "",
    .summary = N_("tell a member what its audience was told before it joined"),
    .options = options,
    .examples = N_("  inama disclose --to ke-desks --member ke-wildlife --since 2014-01-01\n"),
    .run = run,
};
