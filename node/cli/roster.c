/* inama roster new: what a network, and an administration's own list, begins with.
 *
 * A roster is a file that people hand around until enough roots have signed it; every change is said in sentences
 * before and after. Nothing in roster*.c needs a running node.
 */
#include "cli/roster_file.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "cli/roster_roots.h"

enum { GRACE_DAYS_DEFAULT = 30 };

/* ---- roster new ---- */

static const struct option new_options[] = {
    {"roots", 0, "FILE", N_("a file or folder with public lines of root keys (KEYFILE.pub); may be repeated"), true},
    {"threshold", 0, "N", N_("how many roots must sign; default: all of them"), false},
    OPTION_DAYS,
    {"grace-days", 0, "N", N_("how long nodes go by it after that, with a warning; default 30"), false},
    {"desks", 0, NULL, N_("a list of the desks of this node's country instead, signed by this node"), false},
    {"roster", 0, "FILE", N_("the file to make; default roster.inama, of desks desks.inama"), false},
    OPTION_HOME,
    OPTION_KEY_FILE,
    OPTION_PASSPHRASE_FILE,
    OPTIONS_END,
};

/* The dates that the options say. */
static enum exit_code read_dates(struct call *call, struct list_edit *edit) {
    const char *complaint = NULL;
    uint64_t days, grace = GRACE_DAYS_DEFAULT;
    enum exit_code code = roster_file_days(call, &days);
    if (code)
        return code;
    if (options_number(&call->options, call->arena, "grace-days", 0, GRACE_DAYS_MAX, &grace, &complaint))
        return print_usage_error(call, complaint);
    edit->created = clock_wall_ms(clock_system());
    edit->expires = edit->created + days * day_ms;
    edit->grace_days = (uint32_t)grace;
    return EXIT_DONE;
}

/* Makes the list, and a file of it that was not there before, behind the rosters of `base` if it is not NULL. */
static enum exit_code make_file(struct call *call, const char *path, const struct list_edit *edit,
                                const struct roster *base) {
    struct roster_file file = {.path = path};
    struct buf list;
    buf_init(&list, call->arena);
    enum result result = list_edit(&list, call->arena, edit);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    enum exit_code code = roster_file_put(&file, call, base, buf_span(&list));
    if (code)
        return code;
    result = file_create(path, file.content, 0644);
    if (result)
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    roster_file_release(&file);
    return result ? EXIT_REFUSED : EXIT_DONE;
}

static enum exit_code new_roster(struct call *call, struct list_edit *edit) {
    struct root_set roots;
    const char *const *paths, *complaint = NULL, *path = roster_file_path(call);
    size_t count = options_list(&call->options, "roots", &paths);
    if (!count)
        return print_usage_error(call, _("which roots? Give --roots FILE, with the public lines of the root keys"));
    if (!roots_set_init(&roots, call->arena))
        return EXIT_REFUSED;
    enum exit_code code = roots_set_add(&roots, call, paths, count);
    if (code)
        return code;
    if (!roots.count) {
        print_error(_("no root key was found there; make one with: inama roster root KEYFILE"));
        return EXIT_REFUSED;
    }
    uint64_t threshold = roots.threshold;
    if (options_number(&call->options, call->arena, "threshold", 1, roots.count, &threshold, &complaint))
        return print_usage_error(call, complaint);
    edit->roots = roots_set_keys(&roots);
    edit->root_count = roots.count;
    edit->threshold = threshold;
    code = make_file(call, path, edit, NULL);
    if (code)
        return code;
    print_line(_("A new roster, %s: version 1, no members yet."), text_escape(call->arena, path));
    print_line(
        ngettext("It has %zu root key; %llu must sign it.", "It has %zu root keys; %llu must sign it.", roots.count),
        roots.count, (unsigned long long)threshold);
    print_line(_("Next: inama roster add CARD…"));
    return EXIT_DONE;
}

/* The row of this node in the roster in force, if it may keep a list of desks. */
static enum exit_code find_administration(const struct roster *roster, const struct identity *identity,
                                          const struct member **out) {
    *out = roster_find(roster, identity->id);
    if (*out && member_is_administration(*out))
        return EXIT_DONE;
    if (!*out)
        print_error(_("the roster does not list this node"));
    else
        print_error(_("%s is not the customs administration of %s: only that keeps a list of desks"), (*out)->name,
                    (*out)->country);
    return EXIT_NOT_ALLOWED;
}

static enum exit_code make_desks(struct call *call, struct list_edit *edit, const struct roster *roster,
                                 const struct member *author) {
    const char *path = options_text(&call->options, "roster");
    const struct list *present = roster_desks(roster, author->id);
    path = path ? path : "desks.inama";
    edit->author = author->id;
    edit->version = present ? present->version + 1 : 1;
    enum exit_code code = make_file(call, path, edit, roster);
    if (code)
        return code;
    print_line(_("A new list of the desks of %s, %s: version %u, no desks yet."), author->name,
               text_escape(call->arena, path), edit->version);
    if (present)
        print_line(_("It takes the place of version %u: add every desk that is to stay."), present->version);
    print_line(_("Next: inama roster add CARD… --roster %s"), text_escape(call->arena, path));
    return EXIT_DONE;
}

static enum exit_code new_desks(struct call *call, struct list_edit *edit) {
    struct config config;
    struct identity identity = {0};
    struct roster *roster;
    const struct member *author;
    const char *why = NULL;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    if (home_roster(&roster, call->arena, &config, &why)) {
        print_error("%s", why);
        print_next(_("a list of desks begins with the roster that lists this node: inama roster install FILE"));
        return EXIT_REFUSED;
    }
    code = home_identity(&identity, call, &config);
    if (!code)
        code = find_administration(roster, &identity, &author);
    if (!code)
        code = make_desks(call, edit, roster, author);
    identity_release(&identity);
    roster_free(roster);
    return code;
}

static enum exit_code run_new(struct call *call) {
    struct list_edit edit = {.change = LIST_RENEW};
    enum exit_code code = read_dates(call, &edit);
    if (code)
        return code;
    return options_flag(&call->options, "desks") ? new_desks(call, &edit) : new_roster(call, &edit);
}

const struct command command_roster_new = {
    .name = "roster new",
    .takes = "",
    .summary = N_("start a roster from root keys, or a list of this country's desks"),
    .options = new_options,
    .examples = N_("  inama roster new --roots keys/ --threshold 2\n"
                   "      a roster that two of the root keys in keys/*.pub must sign\n"
                   "  inama roster new --desks --home /etc/inama\n"
                   "      the other agencies of this country, which this node's administration answers for\n"),
    .run = run_new,
};
