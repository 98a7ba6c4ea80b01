#include "cli/roster_file.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/print.h"
#include "keys/card.h"

enum { DAYS_DEFAULT = 365, DAYS_MAX = 3660, ROOT_DIGITS = 16 };

const char *roster_file_path(const struct call *call) {
    const char *path = options_text(&call->options, "roster");
    return path ? path : "roster.inama";
}

enum exit_code roster_file_days(struct call *call, uint64_t *days) {
    const char *complaint = NULL;
    *days = DAYS_DEFAULT;
    if (options_number(&call->options, call->arena, "days", 1, DAYS_MAX, days, &complaint))
        return print_usage_error(call, complaint);
    return EXIT_DONE;
}

/* ---- reading ---- */

enum result roster_file_words(Trust **out, struct arena *arena, struct span file) {
    struct span trust;
    TRY(roster_file_trust(&trust, file));
    return proto_decode(arena, &trust__descriptor, trust, out);
}

static const char *claimed(const char *what) {
    static const char *const names[] = {N_("name"),        N_("signing key"), N_("encryption key"),
                                        N_("session key"), N_("country"),     N_("root key")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], what) == 0)
            return _(names[i]);
    return what;
}

/* The rows of a CONFLICT. */
static bool explain_conflict(struct call *call, ProtobufCBinaryData bytes) {
    struct list *list;
    struct list_conflict conflict;
    enum result result = list_read_explained(&list, proto_span(bytes), &conflict);
    if (!result)
        list_drop(list);
    if (result != RESULT_CONFLICT)
        return false;
    const char *first = *conflict.first ? text_escape(call->arena, conflict.first) : _("a root");
    print_next(_("%s and %s claim the same %s: those who keep the list must take one of them out"), first,
               text_escape(call->arena, conflict.second), claimed(conflict.what));
    return true;
}

void roster_file_refused(struct call *call, const char *path, struct span file, enum result result) {
    Trust *words;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    if (result == RESULT_NOT_FOUND)
        print_next(_("name the roster with --roster FILE, or start one with: inama roster new --roots FILE"));
    if (result != RESULT_CONFLICT || roster_file_words(&words, call->arena, file))
        return;
    bool explained = false;
    for (size_t i = 0; i < words->n_rosters && !explained; i++)
        explained = explain_conflict(call, words->rosters[i]);
    for (size_t i = 0; i < words->n_desks && !explained; i++)
        explained = explain_conflict(call, words->desks[i]);
}

/* Takes the desks that are worked on out of the words. Others that cannot be read are no matter here. */
static enum result take_out_draft(struct list **draft, Trust *words) {
    enum result result = RESULT_MALFORMED;
    size_t kept = 0;
    for (size_t i = 0; i < words->n_desks; i++) {
        struct list *list;
        enum result reading = list_read(&list, proto_span(words->desks[i]));
        if (reading)
            result = reading;
        bool is_draft =
            !reading && list->author && span_equal(span_of(list->author, MEMBER_ID_SIZE), proto_span(words->drafting));
        if (!is_draft)
            words->desks[kept++] = words->desks[i];
        if (is_draft && !*draft)
            *draft = list;
        else if (!reading)
            list_drop(list);
    }
    words->n_desks = kept;
    words->has_drafting = false;
    return *draft ? RESULT_OK : result;
}

/* Desks that are worked on need no signature yet, and so are not part of what is believed. */
static enum result look_at_desks(struct roster_file *out, struct arena *arena) {
    Trust *words;
    struct span trust;
    struct buf rest;
    TRY(roster_file_words(&words, arena, out->content));
    TRY(take_out_draft(&out->list, words));
    TRY(roster_file_trust(&trust, out->content));
    buf_init(&rest, arena);
    buf_put(&rest, out->content.data, out->content.len - trust.len);
    proto_encode(&rest, words);
    return rest.failed ? RESULT_NO_MEMORY : roster_open_unsigned(&out->view, buf_span(&rest));
}

static void look_at_roster(struct roster_file *out) {
    size_t count = out->whole->chain_count;
    out->view = out->whole;
    out->list = list_share(out->view->chain[count - 1]);
    out->before = count > 1 ? out->view->chain[count - 2] : NULL;
}

const struct member *roster_file_member(const struct roster_file *file, const uint8_t id[static MEMBER_ID_SIZE]) {
    const struct member *member = roster_find(file->whole, id);
    const uint8_t *author = file->list->author;
    if (!member || (author == NULL) != (member->by == NULL))
        return NULL;
    return !author || memcmp(member->by, author, MEMBER_ID_SIZE) == 0 ? member : NULL;
}

const struct member *roster_file_author(const struct roster_file *file) {
    return file->list->author ? roster_find(file->view, file->list->author) : NULL;
}

static bool is_signed(const struct roster_file *file) {
    const struct list *list = file->list, *before = file->before;
    if (file->is_desks) {
        const struct member *author = roster_file_author(file);
        return author && list_verify_author(list, author->sign_key) == RESULT_OK;
    }
    return list_signatures(list, list->roots, list->root_count) >= list->threshold &&
           (!before || list_signatures(list, before->roots, before->root_count) >= before->threshold);
}

/* Reads the content of `out`, of which only that and the path are set. */
static enum result look(struct roster_file *out, struct arena *arena) {
    TRY(roster_open_unsigned(&out->whole, out->content));
    out->is_desks = out->whole->drafting != NULL;
    if (out->is_desks)
        TRY(look_at_desks(out, arena));
    else
        look_at_roster(out);
    out->is_draft = !is_signed(out);
    return RESULT_OK;
}

/* Desks that are signed are part of what their file says. */
static void look_at_whole(struct roster_file *file) {
    if (!file->is_desks || file->is_draft)
        return;
    list_drop(file->list);
    roster_free(file->view);
    file->is_desks = false;
    look_at_roster(file);
    file->is_draft = !is_signed(file);
}

static enum exit_code read_file(struct roster_file *file, struct call *call, const char *path, bool whole) {
    *file = (struct roster_file){.path = path};
    enum result result = file_read(&file->content, call->arena, path, ROSTER_FILE_BYTES_MAX);
    if (!result)
        result = look(file, call->arena);
    if (result) {
        roster_file_refused(call, path, file->content, result);
        roster_file_release(file);
        return EXIT_REFUSED;
    }
    if (whole)
        look_at_whole(file);
    return EXIT_DONE;
}

enum exit_code roster_file_read(struct roster_file *file, struct call *call, const char *path) {
    return read_file(file, call, path, false);
}

enum exit_code roster_file_read_whole(struct roster_file *file, struct call *call, const char *path) {
    return read_file(file, call, path, true);
}

void roster_file_release(struct roster_file *file) {
    list_drop(file->list);
    if (file->view != file->whole)
        roster_free(file->view);
    roster_free(file->whole);
    *file = (struct roster_file){0};
}

/* ---- changing ---- */

static enum result put(struct roster_file *out, struct arena *arena, const struct roster *base, struct span list) {
    struct buf content;
    buf_init(&content, arena);
    TRY(roster_write_draft(&content, base, list));
    out->content = buf_span(&content);
    return look(out, arena);
}

enum exit_code roster_file_put(struct roster_file *file, struct call *call, const struct roster *base,
                               struct span list) {
    struct roster_file changed = {.path = file->path};
    enum result result = put(&changed, call->arena, base ? base : file->whole, list);
    if (result) {
        roster_file_refused(call, file->path, changed.content, result);
        roster_file_release(&changed);
        return EXIT_REFUSED;
    }
    roster_file_release(file);
    *file = changed;
    return EXIT_DONE;
}

/* ---- saying ---- */

const char *roster_file_root(struct arena *arena, const uint8_t *root) {
    return text_format(arena, "%.*s…", ROOT_DIGITS, print_hex(arena, span_of(root, SIGN_PUBLIC_SIZE), ROOT_DIGITS));
}

void roster_file_missing(struct call *call, const struct list *list, const struct signers *signers,
                         void (*say)(const char *format, ...)) {
    size_t have = list_signatures(list, signers->roots, signers->count);
    if (have >= signers->threshold)
        return;
    size_t missing = signers->threshold - have;
    say(ngettext("%s: %zu more must sign, one of:", "%s: %zu more must sign, of:", missing), signers->whose, missing);
    for (size_t i = 0; i < signers->count; i++)
        if (list_signatures(list, &signers->roots[i], 1) == 0)
            say("    %s", roster_file_root(call->arena, signers->roots[i]));
}

static bool same_roots(const struct list *a, const struct list *b) {
    return a->threshold == b->threshold && a->root_count == b->root_count &&
           memcmp(a->roots, b->roots, a->root_count * SIGN_PUBLIC_SIZE) == 0;
}

static void say_next_roster(struct call *call, const struct roster_file *file) {
    const struct list *list = file->list, *before = file->before;
    if (before && !same_roots(list, before)) {
        const struct signers old = {_("Of the roots before"), before->roots, before->root_count, before->threshold};
        const struct signers new = {_("Of the new roots"), list->roots, list->root_count, list->threshold};
        roster_file_missing(call, list, &old, print_line);
        roster_file_missing(call, list, &new, print_line);
        print_line(_("Next: each of them runs  inama roster sign --root KEYFILE"));
        return;
    }
    print_line(_("Next: inama roster sign --root KEYFILE, by %zu more of its roots."),
               list->threshold - list_signatures(list, list->roots, list->root_count));
}

static void say_next(struct call *call, const struct roster_file *file) {
    const char *path = text_escape(call->arena, file->path);
    if (!file->is_draft)
        print_line(_("It is complete. Next: each member runs  inama roster install %s --home DIR"), path);
    else if (file->is_desks)
        print_line(_("Next: inama roster sign --roster %s --home DIR, with this node's own key."), path);
    else
        say_next_roster(call, file);
}

enum exit_code roster_file_write(struct call *call, const struct roster_file *file) {
    enum result result = file_write(file->path, file->content, 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, file->path), result_text(result));
        return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
    }
    roster_file_describe(call, file);
    say_next(call, file);
    return EXIT_DONE;
}

static size_t count_members(const struct list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += !list->members[i].ended;
    return count;
}

void roster_file_describe_list(struct call *call, const struct list *list, const char *author) {
    const char *from = print_time(call->arena, list->created), *until = print_time(call->arena, list->expires);
    if (author)
        print_line(_("Desks of %s, version %u of %s, valid until %s: desks %zu."), author, list->version, from, until,
                   count_members(list));
    else
        print_line(_("Roster version %u of %s, valid until %s: members %zu, signed by %zu of %zu roots, needs %zu."),
                   list->version, from, until, count_members(list),
                   list_signatures(list, list->roots, list->root_count), list->root_count, list->threshold);
}

void roster_file_describe(struct call *call, const struct roster_file *file) {
    const struct member *author = roster_file_author(file);
    roster_file_describe_list(call, file->list, file->is_desks ? (author ? author->name : "?") : NULL);
    if (file->is_desks)
        print_line("%s", file->is_draft ? _("Its administration has not signed it.")
                                        : _("Its administration has signed it."));
}

enum exit_code roster_file_card(struct member *member, struct call *call, const char *path) {
    struct span text;
    enum result result = file_read(&text, call->arena, path, KEY_FILE_BYTES_MAX);
    if (!result)
        result = card_read(member, call->arena, text);
    if (!result)
        return EXIT_DONE;
    print_error(_("card %s: %s"), text_escape(call->arena, path), result_text(result));
    if (result == RESULT_BAD_SIGNATURE || result == RESULT_MALFORMED || result == RESULT_NOT_CANONICAL)
        print_next(_("it was changed or cut off on its way: let the member send it again"));
    return EXIT_REFUSED;
}
