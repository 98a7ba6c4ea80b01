/* inama roster: who is who. Reading and changing a roster; the signing half is in roster_trust.c.
 *
 * A roster is a file that people hand around until enough roots have signed it; every change is said in sentences
 * before and after. Nothing here needs a running node.
 */
#include "cli/roster_file.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"

enum { DAYS_DEFAULT = 365, DAYS_MAX = 3660 };
static const uint64_t day_ms = 24 * 60 * 60 * 1000;

/* clang-format off */
#define OPTION_DAYS {"days", 0, "N", N_("how long it holds; default 365"), false}
/* clang-format on */

static enum exit_code read_days(struct call *call, uint64_t *days) {
    const char *complaint = NULL;
    *days = DAYS_DEFAULT;
    if (options_number(&call->options, call->arena, "days", 1, DAYS_MAX, days, &complaint))
        return print_usage_error(call, complaint);
    return EXIT_DONE;
}

/* ---- roster new ---- */

static const struct option new_options[] = {
    {"roots", 0, "FILE", N_("a file or folder with public lines of root keys (KEYFILE.pub); may be repeated"), true},
    {"threshold", 0, "N", N_("how many roots must sign; default: all of them"), false},
    OPTION_DAYS,
    OPTION_ROSTER,
    OPTIONS_END,
};

static bool add_roots(struct call *call, struct roots *all, const char *path, struct report *report) {
    struct roots some;
    enum result result = home_roots(&some, call->arena, path, report);
    if (result && result != RESULT_INVALID)
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    for (size_t i = 0; !result && i < some.count && all->count < ROSTER_ROOTS_MAX; i++)
        memcpy(all->keys[all->count++], some.keys[i], SIGN_PUBLIC_SIZE);
    return !result;
}

/* All *.pub of a folder, or one file. */
static bool add_roots_below(struct call *call, struct roots *all, const char *path, struct report *report) {
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return add_roots(call, all, path, report);
    DIR *folder = opendir(path);
    bool good = folder != NULL;
    for (struct dirent *entry; good && (entry = readdir(folder));) {
        size_t len = strlen(entry->d_name);
        if (len > 4 && strcmp(entry->d_name + len - 4, ".pub") == 0)
            good = add_roots(call, all, text_format(call->arena, "%s/%s", path, entry->d_name), report);
    }
    if (folder)
        closedir(folder);
    return good;
}

static enum exit_code collect_roots(struct call *call, struct roots *all) {
    const char *const *paths;
    size_t count = options_list(&call->options, "roots", &paths);
    struct report report;
    report_init(&report, call->arena);
    all->keys = arena_array(call->arena, ROSTER_ROOTS_MAX, SIGN_PUBLIC_SIZE);
    if (!all->keys)
        return EXIT_REFUSED;
    bool good = true;
    for (size_t i = 0; i < count; i++)
        good &= add_roots_below(call, all, paths[i], &report);
    print_report(call->arena, &report);
    if (good && all->count)
        return EXIT_DONE;
    if (!count)
        return print_usage_error(call, _("which roots? Give --roots FILE, with the public lines of the root keys"));
    if (good)
        print_error(_("no root key was found there; make one with: inama roster root KEYFILE"));
    return EXIT_REFUSED;
}

static enum exit_code run_new(struct call *call) {
    struct roots roots = {0};
    uint64_t days, now = clock_wall_ms(clock_system());
    const char *complaint = NULL, *path = roster_file_path(call);
    enum exit_code code = read_days(call, &days);
    if (!code)
        code = collect_roots(call, &roots);
    if (code)
        return code;
    uint64_t threshold = roots.count;
    if (options_number(&call->options, call->arena, "threshold", 1, roots.count, &threshold, &complaint))
        return print_usage_error(call, complaint);
    const struct roster_edit edit = {.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])roots.keys,
                                     .root_count = roots.count,
                                     .threshold = threshold,
                                     .created = now,
                                     .expires = now + days * day_ms};
    struct buf out;
    buf_init(&out, call->arena);
    enum result result = roster_edit(&out, call->arena, &edit);
    if (!result)
        result = file_create(path, buf_span(&out), 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    print_line(_("A new roster, %s: version 1, no members yet."), text_escape(call->arena, path));
    print_line(
        ngettext("It has %zu root key; %llu must sign it.", "It has %zu root keys; %llu must sign it.", roots.count),
        roots.count, (unsigned long long)threshold);
    print_line(_("Next: inama roster add CARD…"));
    return EXIT_DONE;
}

const struct command command_roster_new = {
    .name = "roster new",
    .takes = "",
    .summary = N_("start a roster from root keys"),
    .options = new_options,
    .examples = N_("  inama roster new --roots keys/ --threshold 2\n"
                   "      a roster that two of the root keys in keys/*.pub must sign\n"),
    .run = run_new,
};

/* ---- roster add, roster remove ---- */

static const struct option edit_options[] = {OPTION_DAYS, OPTION_ROSTER, OPTIONS_END};

/* A draft that nobody has signed keeps its number: nobody has seen it. */
static struct roster base_of(const struct roster *roster) {
    struct roster base = *roster;
    if (roster_signatures(roster) == 0)
        base.version--;
    return base;
}

/* Makes one change to the roster in `file` and puts the result in its place. */
static enum result change(struct call *call, struct span *file, struct roster_edit edit, uint64_t days) {
    struct roster *roster;
    TRY(roster_read_unsigned(&roster, *file));
    struct roster base = base_of(roster);
    edit.base = &base;
    edit.created = clock_wall_ms(clock_system());
    edit.expires = edit.created + days * day_ms;
    struct buf out;
    buf_init(&out, call->arena);
    enum result result = roster_edit(&out, call->arena, &edit);
    roster_free(roster);
    if (!result)
        *file = buf_span(&out);
    return result;
}

static void say_member(struct call *call, const char *format, const struct member *member) {
    char fingerprint[40];
    roster_fingerprint(fingerprint, member);
    print_line(format, member->name, text_escape(call->arena, member->label), member->country, member->role);
    print_line(_("    fingerprint  %s"), fingerprint);
}

static enum exit_code add_card(struct call *call, struct span *file, const char *path, uint64_t days) {
    struct span card;
    struct member member;
    enum result result = file_read(&card, call->arena, path, KEY_FILE_BYTES_MAX);
    if (!result)
        result = roster_card_read(&member, call->arena, card);
    if (result) {
        print_error(_("card %s: %s"), text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    result = change(call, file, (struct roster_edit){.add = &member}, days);
    if (!result) {
        say_member(call, _("%s joins: %s, %s, %s."), &member);
        return EXIT_DONE;
    }
    print_error(_("card %s: %s"), text_escape(call->arena, path), result_text(result));
    if (result == RESULT_EXISTS)
        print_next(
            _("a member with the name %s or with these keys is in the roster; remove it first if it was replaced"),
            member.name);
    return EXIT_REFUSED;
}

static enum exit_code run_add(struct call *call) {
    struct span file;
    uint64_t days;
    enum exit_code code = read_days(call, &days);
    if (!code)
        code = roster_file_read(&file, call, roster_file_path(call));
    for (size_t i = 0; i < call->options.word_count && !code; i++)
        code = add_card(call, &file, call->options.words[i], days);
    if (code)
        return code;
    code = roster_file_write(call, roster_file_path(call), file);
    if (!code)
        print_line(_("Before you sign, compare each fingerprint with the member by telephone."));
    return code;
}

const struct command command_roster_add = {
    .name = "roster add",
    .takes = "CARD…",
    .summary = N_("put members into the roster, from their cards"),
    .options = edit_options,
    .words_min = 1,
    .words_max = ROSTER_MEMBERS_MAX,
    .examples = N_("  inama roster add ke-customs.card ke-police.card\n"),
    .run = run_add,
};

static enum exit_code remove_member(struct call *call, struct span *file, const char *name, uint64_t days) {
    struct roster *roster;
    enum result result = roster_read_unsigned(&roster, *file);
    const struct member *member = result ? NULL : roster_find_name(roster, name);
    if (!member) {
        print_error(_("there is no member \"%s\" in this roster"), text_escape(call->arena, name));
        if (!result)
            roster_free(roster);
        return EXIT_REFUSED;
    }
    say_member(call, _("%s leaves: %s, %s, %s."), member);
    uint8_t id[MEMBER_ID_SIZE];
    memcpy(id, member->id, sizeof id);
    roster_free(roster);
    result = change(call, file, (struct roster_edit){.remove = id}, days);
    if (!result)
        return EXIT_DONE;
    print_error("%s", result_text(result));
    return EXIT_REFUSED;
}

static enum exit_code run_remove(struct call *call) {
    struct span file;
    uint64_t days;
    enum exit_code code = read_days(call, &days);
    if (!code)
        code = roster_file_read(&file, call, roster_file_path(call));
    for (size_t i = 0; i < call->options.word_count && !code; i++)
        code = remove_member(call, &file, call->options.words[i], days);
    if (code)
        return code;
    code = roster_file_write(call, roster_file_path(call), file);
    if (!code)
        print_line(_("Once it is installed, nodes stop talking to who has left, and feeds get new keys. "
                     "What they were shown before stays with them."));
    return code;
}

const struct command command_roster_remove = {
    .name = "roster remove",
    .takes = "NAME…",
    .summary = N_("take members out of the roster"),
    .options = edit_options,
    .words_min = 1,
    .words_max = ROSTER_MEMBERS_MAX,
    .examples = N_("  inama roster remove ke-police\n"),
    .run = run_remove,
};
