/* command: what every command of `inama` is made of.
 *
 * A command is a row: its words, what it takes, one line of summary, its options and its function. Help, suggestions
 * and the manual's synopsis are printed from the same row. The table is in main.c; each command's row stands in its own
 * file.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/arena.h"
#include "cli/options.h"

/* What a script learns from how a command ended. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,     /* refused, invalid or not found */
    EXIT_USAGE = 2,       /* the command line itself is wrong */
    EXIT_NO_NODE = 3,     /* no node runs there, or the connection broke */
    EXIT_NOT_ALLOWED = 4, /* permissions and keys */
};

/* One run of the program. */
struct call {
    const struct command *command;
    struct options options;
    struct arena *arena; /* of the process */
};

struct command {
    const char *name;             /* "roster add" */
    const char *takes;            /* the words that follow, for people; "" if none */
    const char *summary;          /* one line; marked for translation */
    const struct option *options; /* ends with a row without name */
    size_t words_min;
    size_t words_max;
    const char *examples; /* command lines with what they do, a line each; marked for translation */
    enum exit_code (*run)(struct call *call);
};

/* Ends with NULL. */
extern const struct command *const commands[];

/* The command that the words name, with the number of words that its name takes; NULL if there is none. */
const struct command *command_named(int count, char *const words[], int *used);
/* Is its name `word`, a space and another word? */
bool command_is_under(const struct command *command, const char *word);
/* What was typed for a command and is none: two words if the first begins the names of some, else one. */
const char *command_typed(struct arena *arena, int count, char *const words[]);
/* What somebody may have meant; NULL if nothing is near. */
const char *command_suggest(const char *word);
/* The help of one command. */
void command_explain(struct arena *arena, const struct command *command);

extern const struct command command_init, command_enrol_request, command_enrol_show;
extern const struct command command_roster_root, command_roster_new, command_roster_add, command_roster_remove;
extern const struct command command_roster_roots, command_roster_renew, command_roster_diff;
extern const struct command command_roster_sign, command_roster_show, command_roster_install;
extern const struct command command_policy_check, command_policy_explain;
extern const struct command command_publish, command_import, command_recall;
extern const struct command command_find, command_show, command_stats, command_export, command_watch, command_verify;
extern const struct command command_links, command_graph;
extern const struct command command_watchlist_add, command_watchlist_remove, command_watchlist_list;
extern const struct command command_watchlist_hits;
extern const struct command command_status, command_check, command_reload, command_codes_import;
extern const struct command command_keys_show, command_keys_rotate, command_keys_accept_copy, command_disclose;
extern const struct command command_proof;
extern const struct command command_request, command_requests, command_release, command_refuse;
extern const struct command command_condition, command_accept, command_withdraw;
extern const struct command command_bundle_write, command_bundle_read, command_bundle_inspect;
extern const struct command command_peer_release;
extern const struct command command_audit_show, command_audit_verify, command_audit_checkpoint;
extern const struct command command_audit_disclosures, command_audit_erase;
extern const struct command command_help, command_complete, command_version;

#endif
