/* inama roster root, inama roster sign: a root vouches for a roster, an administration for its desks, after reading
 * what changes. */
#include "cli/roster_file.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "cli/roster_diff.h"
#include "cli/roster_table.h"
#include "keys/secret.h"
#include "keys/sign.h"

/* The secrets of a root while it is in use; guarded memory. */
struct root {
    uint8_t seed[SIGN_SEED_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
};

/* ---- roster root ---- */

static const struct option root_options[] = {OPTION_KEY_FILE, OPTION_PASSPHRASE_FILE, OPTIONS_END};

static enum exit_code seal_root(struct call *call, const char *path, const struct root *root) {
    struct opener opener;
    struct buf sealed;
    buf_init(&sealed, call->arena);
    enum exit_code code = opener_read(&opener, call, path, true);
    if (code)
        return code;
    enum result result =
        secret_seal_file(&sealed, opener.lock, opener_span(&opener), SPAN_OF_ARRAY(root->seed), random_system());
    opener_release(&opener);
    if (!result)
        result = file_create(path, buf_span(&sealed), 0600);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
}

static enum exit_code publish_root(struct call *call, const char *path, const uint8_t *public_key) {
    const char *hex = print_hex(call->arena, span_of(public_key, SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
    const char *beside = text_format(call->arena, "%s.pub", path);
    enum result result = file_write(beside, span_of_text(text_format(call->arena, "%s\n", hex)), 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, beside), result_text(result));
        return EXIT_REFUSED;
    }
    print_line(_("Made the root key %s, sealed. Keep it offline, on two media in two places."),
               text_escape(call->arena, path));
    print_line(_("Its public line is in %s; every node has it in roots.txt:"), text_escape(call->arena, beside));
    print_line("%s", hex);
    return EXIT_DONE;
}

static enum exit_code run_root(struct call *call) {
    const char *path = call->options.words[0];
    if (access(path, F_OK) == 0) {
        print_error(_("%s is there already; nothing was changed"), text_escape(call->arena, path));
        return EXIT_REFUSED;
    }
    struct root *root = secret_new(sizeof *root);
    if (!root) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    random_fill(random_system(), root->seed, sizeof root->seed);
    sign_keypair(public_key, root->secret, root->seed);
    enum exit_code code = seal_root(call, path, root);
    if (!code)
        code = publish_root(call, path, public_key);
    secret_free(root);
    return code;
}

const struct command command_roster_root = {
    .name = "roster root",
    .takes = "KEYFILE",
    .summary = N_("make a root key, which signs rosters"),
    .options = root_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama roster root /mnt/usb/root-a.key\n"
                   "      asks for a passphrase; the public half goes to /mnt/usb/root-a.key.pub\n"),
    .run = run_root,
};

/* ---- roster sign ---- */

static const struct option sign_options[] = {
    {"root", 0, "KEYFILE", N_("the root key to sign a roster with"), false},
    OPTION_KEY_FILE,
    OPTION_PASSPHRASE_FILE,
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_ROSTER,
    OPTION_HOME,
    OPTIONS_END,
};

static enum exit_code open_root(struct call *call, const char *path, struct root *root, uint8_t *public_key) {
    struct span file;
    struct opener opener;
    size_t len = 0;
    enum result result = file_read_private(&file, call->arena, path, KEY_FILE_BYTES_MAX);
    if (result) {
        home_key_refused(call, path, result);
        return EXIT_NOT_ALLOWED;
    }
    enum exit_code code = opener_read(&opener, call, path, false);
    if (code)
        return code;
    result = secret_open_file(root->seed, sizeof root->seed, &len, file, opener_span(&opener), NULL);
    opener_release(&opener);
    if (!result && len != sizeof root->seed)
        result = RESULT_MALFORMED;
    if (result) {
        home_key_refused(call, path, result);
        return EXIT_NOT_ALLOWED;
    }
    sign_keypair(public_key, root->secret, root->seed);
    return EXIT_DONE;
}

/* Puts the signed list in the place of the one that was not, or says why there is none. */
static enum exit_code keep(struct call *call, struct roster_file *file, struct span list, enum result result) {
    if (!result) {
        enum exit_code code = roster_file_put(file, call, NULL, list);
        return code ? code : roster_file_write(call, file);
    }
    if (result == RESULT_EXISTS)
        print_error(_("this root key has signed the roster already"));
    else if (result == RESULT_NOT_FOUND)
        print_error(_("this key is not one of the roster's roots"));
    else
        print_error("%s", result_text(result));
    return EXIT_REFUSED;
}

/* ---- a roster, with a root key ---- */

static enum exit_code sign_with_root(struct call *call, struct roster_file *file, const char *path, struct root *root) {
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    struct buf out;
    buf_init(&out, call->arena);
    enum exit_code code = open_root(call, path, root, public_key);
    if (code)
        return code;
    enum result result = list_sign(&out, call->arena, file->list, file->before, root->secret, public_key);
    if (!result)
        print_line(_("Signed with the root key %s."), text_escape(call->arena, path));
    return keep(call, file, buf_span(&out), result);
}

static enum exit_code by_root(struct call *call, struct roster_file *file, const char *path) {
    struct root *root = secret_new(sizeof *root);
    if (!root) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    enum exit_code code = sign_with_root(call, file, path, root);
    secret_free(root);
    return code;
}

/* ---- desks, with the key of their administration ---- */

static enum exit_code sign_with_identity(struct call *call, struct roster_file *file, const struct identity *identity) {
    const struct member *author = roster_file_author(file);
    struct buf out;
    buf_init(&out, call->arena);
    if (!author || !member_signs_with(author, identity)) {
        print_error(_("these desks are signed by %s, and this node is another, or has other keys by now"),
                    author ? author->name : _("an administration that is not in the file's roster"));
        return EXIT_NOT_ALLOWED;
    }
    enum result result = list_sign(&out, call->arena, file->list, NULL, identity->secrets->sign, identity->sign_key);
    if (result == RESULT_EXISTS) {
        print_error(_("%s has signed these desks already"), author->name);
        return EXIT_REFUSED;
    }
    if (!result)
        print_line(_("Signed with the key of %s."), author->name);
    return keep(call, file, buf_span(&out), result);
}

static enum exit_code by_identity(struct call *call, struct roster_file *file, const struct config *config) {
    struct identity identity = {0};
    enum exit_code code = home_identity(&identity, call, config);
    if (!code)
        code = sign_with_identity(call, file, &identity);
    identity_release(&identity);
    return code;
}

/* ---- what they read before ---- */

static void show_diff(struct call *call, const struct list *before, const struct list *list, const char *owner) {
    struct diff diff;
    diff_init(&diff, call->arena);
    diff_lists(&diff, before, list, owner);
    print_line(_("Against the version before:"));
    diff_print(call, &diff);
}

static enum exit_code show_and_ask(struct call *call, const struct roster_file *file, const struct list *before) {
    const struct member *author = roster_file_author(file);
    print_line(file->is_desks ? _("You are about to vouch for these desks:")
                              : _("You are about to vouch for this roster:"));
    roster_file_describe(call, file);
    roster_table_list(call, file->list);
    if (before)
        show_diff(call, before, file->list, author ? author->name : NULL);
    bool agreed = print_confirm(options_flag(&call->options, "yes"), _("Have you compared the fingerprints? Sign?"));
    return agreed ? EXIT_DONE : EXIT_REFUSED;
}

static enum exit_code sign_desks(struct call *call, struct roster_file *file) {
    struct config config;
    struct roster *installed = NULL;
    const char *why;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    if (home_roster(&installed, call->arena, &config, &why))
        installed = NULL;
    if (installed && installed->version >= file->view->version) /* the administration's keys may be others by now */
        code = roster_file_put(file, call, installed, file->list->file);
    if (!code)
        code = show_and_ask(call, file, installed ? roster_desks(installed, file->list->author) : NULL);
    roster_free(installed);
    return code ? code : by_identity(call, file, &config);
}

static enum exit_code sign(struct call *call, struct roster_file *file) {
    const char *root = options_text(&call->options, "root");
    if (!root && file->is_desks)
        return sign_desks(call, file);
    if (!root)
        return print_usage_error(call, _("which root key signs? Give --root KEYFILE"));
    if (file->is_desks) {
        print_error(_("%s is a list of desks: its administration signs it, not a root"),
                    text_escape(call->arena, file->path));
        print_next(_("leave out --root, and name the node with --home DIR"));
        return EXIT_REFUSED;
    }
    enum exit_code code = show_and_ask(call, file, file->before);
    return code ? code : by_root(call, file, root);
}

static enum exit_code run_sign(struct call *call) {
    struct roster_file file;
    const char *path = roster_file_path(call);
    bool nothing = !options_text(&call->options, "root") && !options_text(&call->options, "roster");
    if (nothing)
        return print_usage_error(call, _("which root key signs? Give --root KEYFILE"));
    enum exit_code code = roster_file_read(&file, call, path);
    if (code)
        return code;
    code = sign(call, &file);
    roster_file_release(&file);
    return code;
}

const struct command command_roster_sign = {
    .name = "roster sign",
    .takes = "",
    .summary = N_("sign the roster with a root key, or desks with this node's"),
    .options = sign_options,
    .examples = N_("  inama roster sign --root /mnt/usb/root-a.key\n"
                   "  inama roster sign --roster desks.inama --home /etc/inama\n"),
    .run = run_sign,
};
