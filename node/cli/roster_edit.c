/* inama roster add, remove, roots, renew: the next version of a roster or of a list of desks.
 *
 * A draft keeps its number however often it is changed. Of what was signed a change makes the next version, and takes
 * all signatures away: who signs again has read it.
 */
#include "cli/roster_file.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/roster_diff.h"
#include "cli/roster_ending.h"
#include "cli/roster_roots.h"

enum { ROOT_DIGITS_MIN = 8 };

static size_t count_signatures(const struct roster_file *file) {
    return file->is_desks ? 0 : list_signatures(file->list, file->list->roots, file->list->root_count);
}

/* Makes one change and says it. NOT for the caller: what cannot be read back; that is printed here. */
static enum exit_code change(struct call *call, struct roster_file *file, struct list_edit edit, uint64_t days,
                             enum result *result) {
    struct buf out;
    struct diff diff;
    const struct member *author = roster_file_author(file);
    buf_init(&out, call->arena);
    diff_init(&diff, call->arena);
    edit.base = file->list;
    edit.before = edit.member ? roster_file_member(file, edit.member->id) : NULL;
    edit.version = file->is_draft ? file->list->version : 0;
    edit.author = file->list->author;
    edit.created = clock_wall_ms(clock_system());
    edit.expires = edit.created + days * day_ms;
    if (edit.change != LIST_RENEW)
        edit.grace_days = file->list->grace_days;
    *result = list_edit(&out, call->arena, &edit);
    if (*result)
        return EXIT_REFUSED;
    if (file->is_draft && count_signatures(file))
        print_line(_("It is another list now: the signatures that it had count no more."));
    const char *owner = author ? arena_text(call->arena, author->name, strlen(author->name)) : NULL;
    struct list *before = list_share(file->list);
    enum exit_code code = roster_file_put(file, call, NULL, buf_span(&out));
    if (!code)
        diff_rows(&diff, before, file->list, file->is_desks ? owner : NULL);
    if (!code && diff.count)
        diff_print(call, &diff);
    list_drop(before);
    return code;
}

static enum exit_code begin(struct call *call, struct roster_file *file, uint64_t *days) {
    enum exit_code code = roster_file_days(call, days);
    return code ? code : roster_file_read(file, call, roster_file_path(call));
}

static enum exit_code refuse(enum result result) {
    print_error("%s", result_text(result));
    return EXIT_REFUSED;
}

/* ---- roster add ---- */

static const struct option add_options[] = {
    {"lost", 0, NULL, N_("for a card with new keys: the member lost those before"), false},
    OPTION_REVOKED,
    OPTION_END,
    OPTION_AT,
    OPTION_DAYS,
    OPTION_ROSTER,
    OPTIONS_END,
};

/* Who of the list is in the way of a card that cannot join, and why. */
static const char *find_clash(struct arena *arena, const struct list *list, const struct member *card) {
    const struct member *named = list_find_name(list, card->name);
    if (named && memcmp(named->id, card->id, MEMBER_ID_SIZE) != 0)
        return text_format(arena, _("the name %s is taken by another member, %s"), card->name,
                           text_escape(arena, named->label));
    for (size_t i = 0; i < list->count && member_is_administration(card) && !list->author; i++) {
        const struct member *other = &list->members[i];
        if (member_is_administration(other) && strcmp(other->country, card->country) == 0 &&
            memcmp(other->id, card->id, MEMBER_ID_SIZE) != 0)
            return text_format(arena, _("the customs administration of %s is %s, %s: a country has one"), card->country,
                               other->name, text_escape(arena, other->label));
    }
    return _("one of its keys is another member's, or a root's");
}

/* Who of the roster itself, ended ones too, has this name or id. */
static const struct member *find_in_roster(const struct roster *roster, const struct member *card) {
    const struct member *found = roster_find_ever(roster, card->id);
    if (!found)
        found = roster_find_name(roster, card->name);
    for (size_t i = 0; !found && i < roster->ended_count; i++)
        if (strcmp(roster->ended[i].name, card->name) == 0)
            found = &roster->ended[i];
    return found;
}

/* What desks may not be: nodes would ignore the row. NULL if all is well. */
static const char *find_desk_fault(struct arena *arena, const struct roster_file *file, const struct member *card) {
    const struct member *author = roster_file_author(file);
    if (!author)
        return _("the administration of these desks is not in the roster that the file holds");
    const char prefix[] = {(char)(author->country[0] + 'a' - 'A'), (char)(author->country[1] + 'a' - 'A'), '-', '\0'};
    if (strcmp(card->country, author->country) != 0)
        return text_format(arena, _("it is of %s, and %s answers for desks of %s only"), card->country, author->name,
                           author->country);
    if (strcmp(card->role, "CUSTOMS") == 0 || strcmp(card->role, "SECRETARIAT") == 0)
        return text_format(arena, _("a desk is not of the role %s: those who keep the roster enrol it"), card->role);
    if (strncmp(card->name, prefix, strlen(prefix)) != 0)
        return text_format(arena, _("the name of a desk begins with %s"), prefix);
    const struct member *other = find_in_roster(file->view, card);
    return other ? text_format(arena, _("%s is in the roster itself"), other->name) : NULL;
}

static enum exit_code refuse_card(struct call *call, const struct roster_file *file, const char *path,
                                  const struct member *card, enum result result) {
    const struct member *present = list_find(file->list, card->id), *known = roster_file_member(file, card->id);
    uint32_t serial = known ? known->serial : present ? present->serial : 0;
    print_error(_("card %s: %s"), text_escape(call->arena, path), result_text(result));
    if (result == RESULT_CONFLICT)
        print_next("%s", find_clash(call->arena, file->list, card));
    else if (result == RESULT_EXISTS && present)
        print_next(_("%s is in the roster with these keys"), present->name);
    else if (result == RESULT_ROLLBACK && present)
        print_next(_("%s has keys number %u here, and the card brings number %u: inama init --recover ID --serial %u"),
                   present->name, serial, card->serial, serial + 1);
    else if (result == RESULT_NOT_FOUND && present)
        print_next(_("%s has left; whoever left comes back with a new identity: inama init"), present->name);
    else if (result == RESULT_NOT_FOUND)
        print_next(_("it asks for the id of a member that is not in this list: compare it by telephone"));
    return EXIT_REFUSED;
}

/* A desk proves its row with its first keys: with others it is somebody else. */
static enum exit_code refuse_recovery(struct call *call, const struct roster_file *file, const char *path,
                                      const struct member *card) {
    const struct member *present = list_find(file->list, card->id);
    print_error(_("card %s: a desk cannot get new keys for its old id"), text_escape(call->arena, path));
    print_next(
        _("end the old one (inama roster remove %s, with --revoked if others may have its keys), and let it enrol "
          "as a new member, under another name: inama init without --recover"),
        present ? present->name : card->name);
    return EXIT_REFUSED;
}

static enum exit_code add_card(struct call *call, struct roster_file *file, const char *path, uint64_t days) {
    struct member card;
    struct ending ending;
    enum result result = RESULT_OK;
    bool lost = options_flag(&call->options, "lost");
    enum exit_code code = roster_file_card(&card, call, path);
    if (!code)
        code = roster_ending_read(&ending, call, lost ? ENDING_LOST : ENDING_LEFT);
    if (code)
        return code;
    if (card.serial == 1 && (lost || roster_ending_given(call)))
        return print_usage_error(call, _("--lost, --revoked, --end and --at are for a card that brings new keys"));
    if (card.serial > 1 && file->is_desks)
        return refuse_recovery(call, file, path, &card);
    const char *fault = file->is_desks ? find_desk_fault(call->arena, file, &card) : NULL;
    if (fault) {
        print_error(_("card %s: %s"), text_escape(call->arena, path), fault);
        return EXIT_REFUSED;
    }
    const struct list_edit edit = {
        .change = card.serial > 1 ? LIST_REPLACE : LIST_ADD, .member = &card, .ending = &ending};
    code = change(call, file, edit, days, &result);
    return result ? refuse_card(call, file, path, &card, result) : code;
}

static enum exit_code run_add(struct call *call) {
    struct roster_file file;
    uint64_t days;
    bool both = options_flag(&call->options, "lost") && options_flag(&call->options, "revoked");
    if (both)
        return print_usage_error(call, _("--lost or --revoked: if others may have the key, it is revoked"));
    if (call->options.word_count > 1 && (options_flag(&call->options, "lost") || roster_ending_given(call)))
        return print_usage_error(call, _("one card at a time with --lost, --revoked, --end and --at"));
    enum exit_code code = begin(call, &file, &days);
    if (code)
        return code;
    for (size_t i = 0; i < call->options.word_count && !code; i++)
        code = add_card(call, &file, call->options.words[i], days);
    if (!code)
        code = roster_file_write(call, &file);
    if (!code)
        print_line(_("Before you sign, compare each fingerprint with the member by telephone."));
    roster_file_release(&file);
    return code;
}

const struct command command_roster_add = {
    .name = "roster add",
    .takes = "CARD…",
    .summary = N_("put members into the roster, from their cards, or give one new keys"),
    .options = add_options,
    .words_min = 1,
    .words_max = ROSTER_MEMBERS_MAX,
    .examples = N_("  inama roster add ke-customs.card cd-customs.card\n"
                   "  inama roster add ke-police.card --roster desks.inama        a desk of this country\n"
                   "  inama roster add ke-customs.card --lost                     it made new keys: init --recover\n"),
    .run = run_add,
};

/* ---- roster remove ---- */

static const struct option remove_options[] = {OPTION_REVOKED, OPTION_END,    OPTION_AT,
                                               OPTION_DAYS,    OPTION_ROSTER, OPTIONS_END};

static enum exit_code remove_member(struct call *call, struct roster_file *file, const char *name, uint64_t days) {
    struct ending ending;
    const struct member *member = list_find_name(file->list, name);
    enum exit_code code = roster_ending_read(&ending, call, ENDING_LEFT);
    if (code)
        return code;
    if (!member) {
        print_error(_("there is no member \"%s\" in this roster"), text_escape(call->arena, name));
        return EXIT_REFUSED;
    }
    enum result result;
    const struct list_edit edit = {.change = LIST_END, .member = member, .ending = &ending};
    code = change(call, file, edit, days, &result);
    if (result == RESULT_EXISTS) {
        print_error(_("%s has left before"), text_escape(call->arena, name));
        return EXIT_REFUSED;
    }
    return result ? refuse(result) : code;
}

static enum exit_code run_remove(struct call *call) {
    struct roster_file file;
    uint64_t days;
    if (call->options.word_count > 1 && roster_ending_given(call))
        return print_usage_error(call, _("one member at a time with --revoked, --end and --at"));
    enum exit_code code = begin(call, &file, &days);
    if (code)
        return code;
    for (size_t i = 0; i < call->options.word_count && !code; i++)
        code = remove_member(call, &file, call->options.words[i], days);
    if (!code)
        code = roster_file_write(call, &file);
    if (!code)
        print_line(_("Once it is installed, nodes stop talking to who has left, and feeds get new keys. "
                     "What they were shown before stays with them."));
    roster_file_release(&file);
    return code;
}

const struct command command_roster_remove = {
    .name = "roster remove",
    .takes = "NAME…",
    .summary = N_("end the membership of members"),
    .options = remove_options,
    .words_min = 1,
    .words_max = ROSTER_MEMBERS_MAX,
    .examples = N_("  inama roster remove ke-police\n"
                   "      what it signed until now still counts\n"
                   "  inama roster remove ke-police --revoked --at 2026-05-05\n"
                   "      somebody else may have its keys: nothing that they signed counts any more\n"),
    .run = run_remove,
};

/* ---- roster roots ---- */

static const struct option roots_options[] = {
    {"add", 0, "FILE", N_("public lines of root keys that join; may be repeated"), true},
    {"remove", 0, "HEX", N_("the first digits of a root that goes, at least 8; may be repeated"), true},
    {"threshold", 0, "N", N_("how many of the new roots must sign; default as before"), false},
    OPTION_DAYS,
    OPTION_ROSTER,
    OPTIONS_END,
};

/* Takes out the one root that begins so. */
static bool remove_root(struct call *call, struct root_set *set, const char *digits) {
    size_t len = strlen(digits), matches = 0, which = 0;
    for (size_t i = 0; i < set->count; i++) {
        const char *hex = print_hex(call->arena, span_of(set->keys[i], SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
        if (strncmp(hex, digits, len) == 0) {
            matches++;
            which = i;
        }
    }
    if (len < ROOT_DIGITS_MIN || matches != 1) {
        print_error(_("--remove is \"%s\", expected the first digits, at least %d, of one of the roots"),
                    text_escape(call->arena, digits), ROOT_DIGITS_MIN);
        return false;
    }
    memmove(set->keys[which], set->keys[which + 1], (set->count - which - 1) * SIGN_PUBLIC_SIZE);
    set->count--;
    return true;
}

/* Those that go make room for those that come. */
static enum exit_code change_set(struct call *call, const struct list *list, struct root_set *set) {
    const char *const *added, *const *removed;
    size_t add_count = options_list(&call->options, "add", &added);
    size_t remove_count = options_list(&call->options, "remove", &removed);
    if (!add_count && !remove_count && !options_text(&call->options, "threshold"))
        return print_usage_error(call, _("what changes? Give --add FILE, --remove HEX or --threshold N"));
    if (!roots_set_init(set, call->arena))
        return refuse(RESULT_NO_MEMORY);
    memcpy(set->keys, list->roots, list->root_count * SIGN_PUBLIC_SIZE);
    set->count = list->root_count;
    for (size_t i = 0; i < remove_count; i++)
        if (!remove_root(call, set, removed[i]))
            return EXIT_REFUSED;
    return roots_set_add(set, call, added, add_count);
}

static enum exit_code change_roots(struct call *call, struct roster_file *file, uint64_t days) {
    struct root_set set = {0};
    const char *complaint = NULL;
    enum result result;
    uint64_t threshold = file->list->threshold;
    if (file->is_desks) {
        print_error(_("desks have no roots: their administration signs them"));
        return EXIT_REFUSED;
    }
    enum exit_code code = change_set(call, file->list, &set);
    if (code)
        return code;
    if (options_number(&call->options, call->arena, "threshold", 1, ROSTER_ROOTS_MAX, &threshold, &complaint))
        return print_usage_error(call, complaint);
    if (threshold > set.count) {
        print_error(_("%llu of the roots must sign, but there would be %zu"), (unsigned long long)threshold, set.count);
        print_next(_("say how many from now on: --threshold N"));
        return EXIT_REFUSED;
    }
    const struct list_edit edit = {
        .change = LIST_ROOTS, .roots = roots_set_keys(&set), .root_count = set.count, .threshold = threshold};
    code = change(call, file, edit, days, &result);
    if (result == RESULT_CONFLICT) {
        print_error(_("a member's signing key cannot be a root"));
        return EXIT_REFUSED;
    }
    return result ? refuse(result) : code;
}

static enum exit_code run_roots(struct call *call) {
    struct roster_file file;
    uint64_t days;
    enum exit_code code = begin(call, &file, &days);
    if (code)
        return code;
    code = change_roots(call, &file, days);
    if (!code && file.before)
        print_line(_("This version needs both: %zu of the roots before, who hand over, and %zu of its own."),
                   file.before->threshold, file.list->threshold);
    if (!code)
        code = roster_file_write(call, &file);
    roster_file_release(&file);
    return code;
}

const struct command command_roster_roots = {
    .name = "roster roots",
    .takes = "",
    .summary = N_("change the root keys, and how many must sign"),
    .options = roots_options,
    .examples = N_("  inama roster roots --add carol.key.pub --remove 3f9a07c2 --threshold 2\n"
                   "      enough of the roots before and enough of the new ones must sign it\n"),
    .run = run_roots,
};

/* ---- roster renew ---- */

static const struct option renew_options[] = {
    OPTION_DAYS,
    {"grace-days", 0, "N", N_("how long nodes go by it after that; default as before"), false},
    OPTION_ROSTER,
    OPTIONS_END,
};

static enum exit_code run_renew(struct call *call) {
    struct roster_file file;
    uint64_t days;
    const char *complaint = NULL;
    enum result result;
    enum exit_code code = begin(call, &file, &days);
    if (code)
        return code;
    uint64_t grace = file.list->grace_days;
    if (options_number(&call->options, call->arena, "grace-days", 0, GRACE_DAYS_MAX, &grace, &complaint)) {
        roster_file_release(&file);
        return print_usage_error(call, complaint);
    }
    const struct list_edit edit = {.change = LIST_RENEW, .grace_days = (uint32_t)grace};
    code = change(call, &file, edit, days, &result);
    if (result)
        code = refuse(result);
    if (!code)
        code = roster_file_write(call, &file);
    roster_file_release(&file);
    return code;
}

const struct command command_roster_renew = {
    .name = "roster renew",
    .takes = "",
    .summary = N_("the same list with later dates"),
    .options = renew_options,
    .examples = N_("  inama roster renew --days 365\n"),
    .run = run_renew,
};
