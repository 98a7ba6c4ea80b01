/* inama: the command line of a node. The table is the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/print.h"
#include "keys/secret.h"

enum { MEMORY_MAX_MIB = 1024 };

const struct command *const commands[] = {
    &command_init,
    &command_check,
    &command_status,

    &command_publish,
    &command_recall,
    &command_import,
    &command_find,
    &command_show,
    &command_links,
    &command_graph,
    &command_stats,
    &command_export,
    &command_verify,
    &command_watch,
    &command_watchlist_add,
    &command_watchlist_list,
    &command_watchlist_hits,
    &command_watchlist_remove,
    &command_disclose,
    &command_proof,

    &command_request,
    &command_requests,
    &command_release,
    &command_refuse,
    &command_condition,
    &command_accept,
    &command_withdraw,

    &command_bundle_write,
    &command_bundle_read,
    &command_bundle_inspect,

    &command_policy_check,
    &command_policy_explain,
    &command_reload,
    &command_peer_release,

    &command_audit_show,
    &command_audit_disclosures,
    &command_audit_verify,
    &command_audit_checkpoint,
    &command_audit_erase,

    &command_enrol_request,
    &command_enrol_show,
    &command_keys_show,
    &command_keys_rotate,
    &command_keys_accept_copy,

    &command_roster_root,
    &command_roster_new,
    &command_roster_add,
    &command_roster_remove,
    &command_roster_roots,
    &command_roster_renew,
    &command_roster_sign,
    &command_roster_install,
    &command_roster_show,
    &command_roster_diff,

    &command_codes_import,
    &command_help,
    &command_complete,
    &command_version,
    NULL,
};

static enum exit_code unknown_command(struct arena *arena, const char *word) {
    const char *near = command_suggest(word);
    print_error(_("there is no command \"%s\""), text_escape(arena, word));
    if (near)
        print_next(_("did you mean: inama %s"), near);
    else
        print_next(_("inama help lists them"));
    return EXIT_USAGE;
}

static enum exit_code check_words(struct call *call) {
    const struct command *command = call->command;
    size_t count = call->options.word_count;
    if (count < command->words_min)
        return print_usage_error(call,
                                 text_format(call->arena, _("expected: inama %s %s"), command->name, command->takes));
    if (count > command->words_max)
        return print_usage_error(call, text_format(call->arena, _("\"%s\" is one word too many"),
                                                   text_escape(call->arena, call->options.words[command->words_max])));
    return EXIT_DONE;
}

static enum exit_code run_command(struct call *call, int count, char *const arguments[]) {
    const char *complaint = result_text(RESULT_NO_MEMORY);
    if (options_read(&call->options, call->arena, call->command->options, count, arguments, &complaint))
        return print_usage_error(call, complaint);
    if (call->options.help) {
        command_explain(call->arena, call->command);
        return EXIT_DONE;
    }
    enum exit_code code = check_words(call);
    return code ? code : call->command->run(call);
}

static enum exit_code run(struct arena *arena, int count, char *const words[]) {
    static char *const help[] = {(char *)(uintptr_t) "help"}, *const version[] = {(char *)(uintptr_t) "version"};
    if (count == 0 || strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        words = help;
        count = 1;
    } else if (strcmp(words[0], "--version") == 0) {
        words = version;
        count = 1;
    }
    int used;
    struct call call = {.arena = arena, .command = command_named(count, words, &used)};
    if (!call.command)
        return unknown_command(arena, command_typed(arena, count, words));
    return run_command(&call, count - used, words + used);
}

int main(int argc, char *argv[]) {
    language_start();
    print_start();
    secret_start();
    struct arena arena;
    arena_init(&arena, (size_t)MEMORY_MAX_MIB << 20);
    enum exit_code code = run(&arena, argc - 1, argv + 1);
    arena_release(&arena);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        print_error(_("the output could not be written"));
        return EXIT_REFUSED;
    }
    return (int)code;
}
