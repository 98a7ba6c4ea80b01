/* inama roster install: whom this node believes from now on. Everything in the files that is new here is taken, by the
 * rules of docs/protocol.md, 8; what is refused is explained, and then nothing is changed. */
#include "cli/roster_file.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "cli/reload.h"
#include "cli/roster_diff.h"
#include "cli/roster_table.h"
#include "core/roots.h"

enum { FILES_MAX = 1024 };

static const struct option options[] = {
    OPTION_HOME,
    {"roots", 0, "FILE", N_("the roots to believe, for a node that has none yet"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTIONS_END,
};

/* What is being installed; `now` grows file by file. */
struct installing {
    struct call *call;
    struct config config;
    struct roster_anchor anchor;
    struct roster *old; /* NULL: the first */
    struct roster *now;
    bool first_roots;
    size_t taken;
};

/* ---- whom this node believes so far ---- */

/* The roots that this node believes; for the first time those of --roots, which are kept once the roster is good. */
static enum exit_code find_roots(struct installing *in) {
    struct arena *arena = in->call->arena;
    const char *given = options_text(&in->call->options, "roots"), *path = in->config.roots;
    in->first_roots = access(path, F_OK) != 0;
    if (in->first_roots && !given) {
        print_error(_("this node believes no roots yet: %s is missing"), text_escape(arena, path));
        print_next(_("give --roots FILE with the public lines of the root keys, compared by telephone"));
        return EXIT_NOT_ALLOWED;
    }
    if (!in->first_roots && given) {
        print_error(_("this node believes the roots in %s; they are not changed this way"), text_escape(arena, path));
        return EXIT_NOT_ALLOWED;
    }
    struct report report;
    report_init(&report, arena);
    path = in->first_roots ? given : path;
    enum result result = home_roots(&in->anchor, arena, path, &report);
    if (!result)
        return EXIT_DONE;
    print_report(arena, &report);
    print_error("%s: %s", text_escape(arena, path), result_text(result));
    return EXIT_REFUSED;
}

/* The roster that is here now. One that does not open must not be forgotten silently: an older one could come back. */
static enum exit_code find_installed(struct installing *in) {
    struct span file;
    const char *path = in->config.roster;
    enum result result = file_read(&file, in->call->arena, path, ROSTER_FILE_BYTES_MAX);
    if (result == RESULT_NOT_FOUND)
        return EXIT_DONE;
    if (!result)
        result = roster_open(&in->old, file, &in->anchor);
    in->now = in->old;
    if (!result)
        return EXIT_DONE;
    roster_file_refused(in->call, path, file, result);
    print_next(_("move %s away to install one anew; make sure that it is the newest one"),
               text_escape(in->call->arena, path));
    return EXIT_REFUSED;
}

/* ---- why a file is refused ---- */

/* The roster in a file that would be the next one here, or its newest. */
static struct list *find_next(struct installing *in, struct span file) {
    Trust *words;
    struct list *best = NULL;
    uint32_t wanted = in->now ? in->now->version + 1 : UINT32_MAX;
    if (roster_file_words(&words, in->call->arena, file))
        return NULL;
    for (size_t i = 0; i < words->n_rosters; i++) {
        struct list *list;
        if (list_read(&list, proto_span(words->rosters[i])))
            continue;
        bool better = !best || list->version == wanted || (list->version > best->version && best->version != wanted);
        list_drop(better ? best : list);
        best = better ? list : best;
    }
    return best;
}

static bool has_root(const uint8_t (*roots)[SIGN_PUBLIC_SIZE], size_t count, const uint8_t *root) {
    for (size_t i = 0; i < count; i++)
        if (memcmp(roots[i], root, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

static struct signers believed(const struct installing *in) {
    const char *whose = _("Of the roots that this node believes");
    if (in->now)
        return (struct signers){whose, in->now->roots, in->now->root_count, in->now->threshold};
    return (struct signers){whose, in->anchor.roots, in->anchor.count, in->anchor.threshold};
}

static void explain_signatures(struct installing *in, const struct list *list) {
    const struct signers here = believed(in);
    const struct signers own = {_("Of the roots that it names"), list->roots, list->root_count, list->threshold};
    roster_file_missing(in->call, list, &here, print_next);
    roster_file_missing(in->call, list, &own, print_next);
    if (!in->now && here.threshold > list->threshold)
        print_next(_("if fewer are to be enough, say so in the file of the roots: threshold %zu"), list->threshold);
}

/* Whatever else is wrong with it. */
static bool is_foreign(const struct installing *in, const struct list *list) {
    const struct signers here = believed(in);
    for (size_t i = 0; i < list->root_count; i++)
        if (has_root(here.roots, here.count, list->roots[i]))
            return false;
    return list_signatures(list, here.roots, here.count) == 0;
}

static void explain_roster(struct installing *in, struct span file, enum result result) {
    struct list *list = find_next(in, file);
    if (!list)
        return;
    unsigned here = in->now ? in->now->version : 0;
    if (is_foreign(in, list))
        print_next(_("none of the roots in roots.txt has signed it: is it the roster of another network?"));
    else if (result == RESULT_TOO_FEW_SIGNATURES)
        explain_signatures(in, list);
    else if (result == RESULT_ROLLBACK)
        print_next(_("this node has version %u"), here);
    else if (result == RESULT_OUT_OF_ORDER)
        print_next(_("version %u comes first: give that file too, or any node's roster.inama, which has them all"),
                   here + 1);
    else if (result == RESULT_EXISTS)
        print_next(_("version %u is here already, with other content: ask those who keep the roster"), here);
    list_drop(list);
}

static void explain(struct installing *in, const char *path, struct span file, enum trust_object kind,
                    enum result result) {
    roster_file_refused(in->call, path, file, result);
    if (kind == TRUST_ROSTER)
        explain_roster(in, file, result);
    else if (result == RESULT_UNKNOWN_MEMBER)
        print_next(_("who signed it is not in the roster of this node: install the newest roster first"));
    else if (result == RESULT_BAD_SIGNATURE)
        print_next(kind == TRUST_DESKS
                       ? _("the administration of these desks has not signed them with its key in force")
                       : _("the member has not signed its new keys with the key in force"));
    else if (result == RESULT_ROLLBACK)
        print_next(_("this node has a newer one"));
    else if (result == RESULT_FORK)
        print_next(_("a member has signed two renewals with one number: its key may be in other hands; ask it"));
}

/* ---- taking ---- */

/* What else a file may hold, which a node has by now in another way: no fault of a file that is about other things. */
static bool is_history(const struct roster_news *news) {
    return news->refused == RESULT_ROLLBACK ||
           (news->refused_kind != TRUST_ROSTER && news->refused == RESULT_UNKNOWN_MEMBER) ||
           (news->refused_kind == TRUST_DESKS && news->refused == RESULT_BAD_SIGNATURE);
}

static enum result try_taking(const struct installing *in, enum trust_object kind, struct span object) {
    struct roster *made = NULL;
    enum result result = roster_take(&made, in->now, kind, object);
    roster_free(made);
    return result == RESULT_REPLAYED ? RESULT_OK : result;
}

static enum result find_fault_of_desks(struct installing *in, const Trust *words) {
    enum result result = RESULT_MALFORMED;
    for (size_t i = 0; i < words->n_desks; i++) {
        struct list *list;
        if (list_read(&list, proto_span(words->desks[i])))
            continue;
        if (list->author && span_equal(span_of(list->author, MEMBER_ID_SIZE), proto_span(words->drafting)))
            result = try_taking(in, TRUST_DESKS, list->file);
        list_drop(list);
    }
    return result;
}

/* A newest roster that is not in force now is a fault, and so are desks that were worked on and are not. */
static void find_fault(struct installing *in, struct span file, struct roster_news *news) {
    Trust *words;
    struct list *list = find_next(in, file);
    bool is_older = list && list->version < in->now->version && !news->taken;
    news->refused = RESULT_OK;
    news->refused_kind = TRUST_ROSTER;
    if (list && list->version > in->now->version)
        news->refused = try_taking(in, TRUST_ROSTER, list->file);
    list_drop(list);
    if (news->refused || roster_file_words(&words, in->call->arena, file))
        return;
    if (words->has_drafting) {
        news->refused = find_fault_of_desks(in, words);
        news->refused_kind = TRUST_DESKS;
    } else if (is_older) {
        news->refused = RESULT_ROLLBACK;
    }
}

static enum exit_code take_more(struct installing *in, const char *path, struct span file) {
    struct span trust;
    struct roster *next;
    struct roster_news news = {0};
    enum result result = roster_file_trust(&trust, file);
    if (!result)
        result = roster_take_all(&next, in->now, trust, &news);
    if (result) {
        explain(in, path, file, TRUST_ROSTER, result);
        return EXIT_REFUSED;
    }
    if (next != in->now && in->now != in->old)
        roster_free(in->now);
    in->now = next;
    in->taken += news.taken;
    if (!news.refused || is_history(&news))
        find_fault(in, file, &news);
    if (!news.refused)
        return EXIT_DONE;
    explain(in, path, file, news.refused_kind, news.refused);
    if (news.refused_kind == TRUST_ROSTER || !news.taken)
        return EXIT_REFUSED;
    print_next(_("the rest of it is taken"));
    return EXIT_DONE;
}

static enum exit_code take(struct installing *in, const char *path) {
    struct span file;
    enum result result = file_read(&file, in->call->arena, path, ROSTER_FILE_BYTES_MAX);
    if (result) {
        print_error("%s: %s", text_escape(in->call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    if (in->now)
        return take_more(in, path, file);
    result = roster_open(&in->now, file, &in->anchor);
    if (!result) {
        in->taken++;
        return EXIT_DONE;
    }
    explain(in, path, file, TRUST_ROSTER, result);
    return EXIT_REFUSED;
}

static enum exit_code check_standing(const struct installing *in) {
    enum roster_standing standing = roster_standing(in->now, clock_wall_ms(clock_system()));
    if (standing == ROSTER_GOOD)
        return EXIT_DONE;
    const char *why = roster_table_standing(in->call->arena, in->now);
    if (standing != ROSTER_EXPIRED && standing != ROSTER_AHEAD) {
        print_line("%s", why);
        return EXIT_DONE;
    }
    print_error(_("roster version %u: %s"), in->now->version, why);
    if (standing == ROSTER_AHEAD)
        print_next(_("set the clock of this machine, and install it again"));
    else
        print_next(_("ask those who keep the roster for a newer one, or see whether this machine's clock is right"));
    return EXIT_REFUSED;
}

/* ---- keeping ---- */

/* In whatever order. */
static bool same_roots(const struct roster *roster, const uint8_t (*roots)[SIGN_PUBLIC_SIZE], size_t count) {
    bool same = roster->root_count == count;
    for (size_t i = 0; i < count && same; i++)
        same = has_root(roster->roots, roster->root_count, roots[i]);
    return same;
}

/* What stands in roots.txt holds as long as the roots are the ones that it names. */
static bool must_change_roots(const struct installing *in) {
    if (!in->old)
        return in->now->chain_count > 1 && !same_roots(in->now, in->anchor.roots, in->anchor.count);
    return !same_roots(in->now, in->old->roots, in->old->root_count) || in->now->threshold != in->old->threshold;
}

static enum exit_code keep_roots(const struct installing *in) {
    struct buf out;
    struct roster_anchor anchor = in->anchor;
    struct arena *arena = in->call->arena;
    buf_init(&out, arena);
    if (must_change_roots(in))
        anchor = (struct roster_anchor){in->now->roots, in->now->root_count, in->now->threshold};
    else if (!in->first_roots)
        return EXIT_DONE;
    roots_write(&out, &anchor);
    enum result result = out.failed ? RESULT_NO_MEMORY : file_write(in->config.roots, buf_span(&out), 0600);
    if (result) {
        print_error("%s: %s", text_escape(arena, in->config.roots), result_text(result));
        return EXIT_REFUSED;
    }
    for (size_t i = 0; i < anchor.count; i++)
        print_line(_("  from now on this node believes the root %s"),
                   print_hex(arena, span_of(anchor.roots[i], SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE));
    print_line(_("  and asks for the signatures of %zu of them"), anchor.threshold);
    return EXIT_DONE;
}

/* The roster first: its history leads from the roots before to the new ones, but not back. */
static enum exit_code write_files(const struct installing *in) {
    struct buf out;
    const char *path = in->config.roster;
    buf_init(&out, in->call->arena);
    enum result result = roster_write(&out, in->now);
    if (!result)
        result = file_write(path, buf_span(&out), 0600);
    if (!result)
        return keep_roots(in);
    print_error("%s: %s", text_escape(in->call->arena, path), result_text(result));
    return EXIT_REFUSED;
}

/* A running node writes the file, too, when it hears something from a peer: what we wrote may be gone before it was
 * read.
 */
static bool is_kept(const struct installing *in) {
    struct roster *there;
    struct buf memory;
    const char *why;
    buf_init(&memory, in->call->arena);
    if (roster_memory(&memory, in->now) || home_roster(&there, in->call->arena, &in->config, &why))
        return false;
    bool is_kept = roster_compare(there, buf_span(&memory)) == RESULT_OK;
    roster_free(there);
    return is_kept;
}

static enum exit_code keep(const struct installing *in) {
    enum { ATTEMPTS = 5 };
    const char *path = text_escape(in->call->arena, in->config.roster);
    for (int i = 0; i < ATTEMPTS; i++) {
        enum exit_code code = write_files(in);
        if (code)
            return code;
        if (i == 0)
            print_line(_("Installed as %s."), path);
        code = reload_node(in->call, &in->config);
        if (code || is_kept(in))
            return code;
    }
    print_error(_("%s: the running node has written another one at the same time: install it again"), path);
    return EXIT_REFUSED;
}

static enum exit_code conclude(struct installing *in) {
    struct diff diff;
    struct call *call = in->call;
    enum exit_code code = check_standing(in);
    if (code)
        return code;
    if (!in->taken) {
        print_line(_("Everything in it is here already: version %u."), in->now->version);
        return EXIT_DONE;
    }
    diff_init(&diff, call->arena);
    diff_rosters(&diff, in->old, in->now, true);
    roster_file_describe_list(call, in->now->chain[in->now->chain_count - 1], NULL);
    diff_print(call, &diff);
    if (!print_confirm(options_flag(&call->options, "yes"), _("Install it?")))
        return EXIT_REFUSED;
    return keep(in);
}

static enum exit_code run(struct call *call) {
    struct installing in = {.call = call};
    enum exit_code code = home_read(&in.config, call);
    if (!code)
        code = find_roots(&in);
    if (!code)
        code = find_installed(&in);
    for (size_t i = 0; i < call->options.word_count && !code; i++)
        code = take(&in, call->options.words[i]);
    if (!code)
        code = conclude(&in);
    if (in.now != in.old)
        roster_free(in.now);
    roster_free(in.old);
    return code;
}

const struct command command_roster_install = {
    .name = "roster install",
    .takes = "FILE…",
    .summary = N_("check signed rosters and desks, put them in force at this node, and tell the running node"),
    .options = options,
    .words_min = 1,
    .words_max = FILES_MAX,
    .examples = N_("  inama roster install roster.inama --roots roots.txt      for the first time\n"
                   "  inama roster install roster.inama                        a newer version\n"
                   "  inama roster install desks.inama                         the desks of an administration\n"),
    .run = run,
};
