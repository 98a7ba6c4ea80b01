/* inama keys: the keys of the running node: showing, changing, and deciding which copy of a node is the node. */
#include "base/clock.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"

static const uint64_t day_ms = 24 * 60 * 60 * 1000;

/* clang-format off */
#define OPTION_YES {"yes", 'y', NULL, N_("do not ask"), false}
/* clang-format on */

static enum exit_code ask_status(struct client *client, struct call *call, const Status **status) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    request.status = &words;
    enum exit_code code = client_open(client, call);
    if (!code)
        code = client_ask(client, &request, &reply);
    if (!code)
        *status = reply->status;
    return code;
}

/* ---- keys show ---- */

static const struct option show_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static void show(struct call *call, const Status *status) {
    uint64_t now = clock_wall_ms(clock_system());
    uint64_t days = now > status->keys_changed ? (now - status->keys_changed) / day_ms : 0;
    print_line(_("%s: keys number %u, the last changed on %s (%llu days ago)"), text_escape(call->arena, status->name),
               status->keys_serial, print_time(call->arena, status->keys_changed), (unsigned long long)days);
    print_line(_("The encryption key is changed by the node itself once in 30 days; the signing key by you:"));
    print_line("  inama keys rotate --signing");
}

static enum exit_code run_show(struct call *call) {
    struct client client;
    const Status *status;
    enum exit_code code = ask_status(&client, call, &status);
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:o, s:I, s:I}", "name", print_json_text(status->name), "serial",
                             (json_int_t)status->keys_serial, "changed", (json_int_t)status->keys_changed));
    else if (!code)
        show(call, status);
    client_close(&client);
    return code;
}

const struct command command_keys_show = {
    .name = "keys show",
    .takes = "",
    .summary = N_("show how old this node's keys are"),
    .options = show_options,
    .examples = N_("  inama keys show\n"),
    .run = run_show,
};

/* ---- keys rotate ---- */

static const struct option rotate_options[] = {
    {"signing", 0, NULL, N_("the signing key too: its feeds end, and new ones begin"), false},
    {"revoked", 0, NULL, N_("with --signing: others may have had the key; what it signs from now on is not believed"),
     false},
    OPTION_YES,
    OPTION_HOME,
    OPTIONS_END,
};

static void say_what_changes(bool signing, bool revoked) {
    if (!signing) {
        print_line(_("This node gets a new encryption key. Whoever writes to it begins a new epoch for it; what it can "
                     "read today it can read afterwards."));
        return;
    }
    print_line(_("This node gets a new signing key and a new encryption key."));
    print_line(_("  - its feeds end where they are now, and go on in new ones: readers follow by themselves"));
    print_line(_("  - what it signed before stays valid%s"),
               revoked ? _(" as far as its feeds reach now; anything else by the old key is refused everywhere") : "");
    print_line(_("  - a backup of identity.key from before does not open the node any more: make a new one"));
}

static enum exit_code rotate(struct call *call, bool signing, bool revoked) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    RenewKeys words = RENEW_KEYS__INIT;
    words.has_signing = words.signing = signing;
    words.has_revoked = words.revoked = revoked;
    request.renew_keys = &words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code) {
        print_line(_("Done. The other nodes learn of it when they are connected next."));
        print_line(_("Now make a backup of identity.key: the one before is out of date."));
    }
    client_close(&client);
    return code;
}

static enum exit_code run_rotate(struct call *call) {
    bool signing = options_flag(&call->options, "signing"), revoked = options_flag(&call->options, "revoked");
    if (revoked && !signing)
        return print_usage_error(call, _("--revoked is about the signing key: give --signing too"));
    say_what_changes(signing, revoked);
    if (!print_confirm(options_flag(&call->options, "yes"), _("Change the keys?")))
        return EXIT_REFUSED;
    return rotate(call, signing, revoked);
}

const struct command command_keys_rotate = {
    .name = "keys rotate",
    .takes = "",
    .summary = N_("give the running node new keys"),
    .options = rotate_options,
    .examples = N_("  inama keys rotate                        a new encryption key\n"
                   "  inama keys rotate --signing              when the officer who kept the backups leaves\n"
                   "  inama keys rotate --signing --revoked    when the key may be in other hands\n"),
    .run = run_rotate,
};

/* ---- keys accept-copy ---- */

static const struct option accept_options[] = {OPTION_YES, OPTION_HOME, OPTIONS_END};

static enum exit_code run_accept(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    AcceptCopy words = ACCEPT_COPY__INIT;
    request.accept_copy = &words;
    print_line(_("You decide that this copy is the node, and that no other runs or will run. If it is older than what "
                 "readers hold, its feeds fork, and everybody sees that two were signed."));
    if (!print_confirm(options_flag(&call->options, "yes"), _("Is every other copy switched off for good?")))
        return EXIT_REFUSED;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        print_line(_("This copy goes on as the node."));
    client_close(&client);
    return code;
}

const struct command command_keys_accept_copy = {
    .name = "keys accept-copy",
    .takes = "",
    .summary = N_("let a restored or moved node publish before a reader has told how far its feeds reach"),
    .options = accept_options,
    .examples = N_("  inama keys accept-copy      after moving the node to another disk, with nobody in reach\n"),
    .run = run_accept,
};
