/* inama roster show, inama roster diff: who is who, and what another version would change. */
#include "cli/roster_file.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "cli/roster_diff.h"
#include "cli/roster_table.h"

/* ---- roster show ---- */

static const struct option show_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static json_t *members_json(const struct roster *roster, const struct member *members, size_t count) {
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(rows, roster_table_member(roster, &members[i]));
    return rows;
}

static json_t *desks_json(const struct roster_file *file) {
    json_t *rows = json_array();
    const struct roster *roster = file->view;
    for (size_t i = 0; i < roster->desk_count + file->is_desks; i++) {
        const struct list *list = i < roster->desk_count ? roster->desks[i] : file->list;
        const struct member *author = roster_find(roster, list->author);
        json_array_append_new(
            rows, json_pack("{s:o, s:I, s:I, s:I, s:b, s:o}", "desks_of", print_json_text(author ? author->name : NULL),
                            "version", (json_int_t)list->version, "created", (json_int_t)list->created, "expires",
                            (json_int_t)list->expires, "draft", file->is_desks && file->is_draft, "members",
                            members_json(roster, list->members, list->count)));
    }
    return rows;
}

static json_t *roots_json(const struct roster *roster) {
    json_t *rows = json_array();
    for (size_t i = 0; i < roster->root_count; i++)
        json_array_append_new(rows, print_json_hex(span_of(roster->roots[i], SIGN_PUBLIC_SIZE)));
    return rows;
}

static void show_json(const struct roster_file *file) {
    const struct roster *roster = file->view;
    const struct list *newest = roster->chain[roster->chain_count - 1];
    json_t *json =
        json_pack("{s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I, s:b}", "version", (json_int_t)roster->version, "created",
                  (json_int_t)roster->created, "expires", (json_int_t)roster->expires, "grace_days",
                  (json_int_t)roster->grace_days, "standing", roster_table_standing_name(roster), "threshold",
                  (json_int_t)roster->threshold, "roots", (json_int_t)roster->root_count, "signatures",
                  (json_int_t)list_signatures(newest, newest->roots, newest->root_count), "draft",
                  !file->is_desks && file->is_draft);
    json_object_set_new(json, "root_keys", roots_json(roster));
    json_object_set_new(json, "members", members_json(roster, roster->members, roster->count));
    json_object_set_new(json, "ended", members_json(roster, roster->ended, roster->ended_count));
    json_object_set_new(json, "desks", desks_json(file));
    print_json(json);
}

static void show(struct call *call, const struct roster_file *file) {
    roster_file_describe(call, file);
    if (file->is_desks) {
        roster_table_list(call, file->list);
        print_blank();
        print_line(_("Behind the roster that lists their administration:"));
        roster_file_describe_list(call, file->view->chain[file->view->chain_count - 1], NULL);
    }
    roster_table_roster(call, file->view);
    print_line("%s", roster_table_standing(call->arena, file->view));
    if (!file->is_desks && file->is_draft)
        print_line(_("It is a draft: not enough of the roots have signed it."));
}

/* A file to look at: the one that the words name, or that of the node. */
static enum exit_code open_shown(struct call *call, struct roster_file *file, const char *path) {
    struct config config;
    enum exit_code code = path ? EXIT_DONE : home_read(&config, call);
    return code ? code : roster_file_read_whole(file, call, path ? path : config.roster);
}

static enum exit_code run_show(struct call *call) {
    struct roster_file file;
    enum exit_code code = open_shown(call, &file, call->options.word_count ? call->options.words[0] : NULL);
    if (code)
        return code;
    if (options_flag(&call->options, "json"))
        show_json(&file);
    else
        show(call, &file);
    roster_file_release(&file);
    return EXIT_DONE;
}

const struct command command_roster_show = {
    .name = "roster show",
    .takes = "[FILE]",
    .summary = N_("show who is in a roster, or in the one of this node"),
    .options = show_options,
    .words_max = 1,
    .examples = N_("  inama roster show roster.inama\n"),
    .run = run_show,
};

/* ---- roster diff ---- */

static const struct option diff_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static const struct list *desks_of(const struct roster_file *file, const uint8_t *author) {
    if (file->is_desks)
        return memcmp(file->list->author, author, MEMBER_ID_SIZE) == 0 ? file->list : NULL;
    return roster_desks(file->view, author);
}

static enum exit_code compare(struct call *call, const struct roster_file *old, const struct roster_file *now) {
    struct diff diff;
    diff_init(&diff, call->arena);
    diff_rosters(&diff, old->view, now->view, false);
    if (now->is_desks) {
        const struct member *author = roster_file_author(now);
        diff_lists(&diff, desks_of(old, now->list->author), now->list, author ? author->name : "?");
    }
    if (options_flag(&call->options, "json")) {
        print_json(diff_json(&diff));
        return EXIT_DONE;
    }
    roster_file_describe(call, now);
    diff_print(call, &diff);
    return EXIT_DONE;
}

/* Who keeps the roster has no node: then the version before it in the file is the other side. */
static enum exit_code compare_within(struct call *call, const struct roster_file *now) {
    struct diff diff;
    diff_init(&diff, call->arena);
    diff_lists(&diff, now->before, now->list, NULL);
    if (options_flag(&call->options, "json")) {
        print_json(diff_json(&diff));
        return EXIT_DONE;
    }
    roster_file_describe(call, now);
    diff_print(call, &diff);
    return EXIT_DONE;
}

static enum exit_code run_diff(struct call *call) {
    struct roster_file old, now;
    const char *const *words = call->options.words;
    bool both = call->options.word_count == 2;
    const char *home = options_text(&call->options, "home");
    enum exit_code code = roster_file_read_whole(&now, call, words[both]);
    if (code)
        return code;
    if (!both && !home && !now.is_desks && access(config_path(call->arena, NULL), F_OK) != 0) {
        code = compare_within(call, &now);
    } else {
        code = open_shown(call, &old, both ? words[0] : NULL);
        if (!code) {
            code = compare(call, &old, &now);
            roster_file_release(&old);
        }
    }
    roster_file_release(&now);
    return code;
}

const struct command command_roster_diff = {
    .name = "roster diff",
    .takes = "[OLD] NEW",
    .summary = N_("say what a roster changes against another, or against the one of this node"),
    .options = diff_options,
    .words_min = 1,
    .words_max = 2,
    .examples = N_("  inama roster diff roster.inama --home /etc/inama\n"
                   "  inama roster diff old.inama roster.inama\n"),
    .run = run_diff,
};
