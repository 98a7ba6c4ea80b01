/* inama roster: the half that decides whom to believe: root keys, signing, showing, installing. */
#include "cli/roster_file.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "cli/reload.h"
#include "keys/secret.h"
#include "keys/sign.h"

/* ---- roster root ---- */

static const struct option root_options[] = {OPTION_KEY_FILE, OPTION_PASSPHRASE_FILE, OPTIONS_END};

/* The secrets of a root while it is in use; guarded memory. */
struct root {
    uint8_t seed[SIGN_SEED_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
};

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
    {"root", 0, "KEYFILE", N_("the root key to sign with"), false},
    OPTION_KEY_FILE,
    OPTION_PASSPHRASE_FILE,
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_ROSTER,
    OPTIONS_END,
};

static enum exit_code open_root(struct call *call, const char *path, struct root *root, uint8_t *public_key) {
    struct span file;
    struct opener opener;
    enum result result = file_read_private(&file, call->arena, path, KEY_FILE_BYTES_MAX);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_NOT_ALLOWED;
    }
    enum exit_code code = opener_read(&opener, call, path, false);
    if (code)
        return code;
    result = secret_open_file(root->seed, sizeof root->seed, file, opener_span(&opener));
    opener_release(&opener);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_NOT_ALLOWED;
    }
    sign_keypair(public_key, root->secret, root->seed);
    return EXIT_DONE;
}

static enum exit_code sign_with(struct call *call, struct span file, const char *key_path, struct root *root) {
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    enum exit_code code = open_root(call, key_path, root, public_key);
    if (code)
        return code;
    struct buf out;
    buf_init(&out, call->arena);
    enum result result = roster_sign(&out, call->arena, file, root->secret, public_key);
    if (!result) {
        print_line(_("Signed with the root key %s."), text_escape(call->arena, key_path));
        return roster_file_write(call, roster_file_path(call), buf_span(&out));
    }
    if (result == RESULT_EXISTS)
        print_error(_("this root key has signed the roster already"));
    else if (result == RESULT_NOT_FOUND)
        print_error(_("this key is not one of the roster's roots"));
    else
        print_error("%s", result_text(result));
    return EXIT_REFUSED;
}

static enum exit_code run_sign(struct call *call) {
    const char *key_path = options_text(&call->options, "root");
    struct span file;
    struct roster *roster;
    if (!key_path)
        return print_usage_error(call, _("which root key signs? Give --root KEYFILE"));
    enum exit_code code = roster_file_read(&file, call, roster_file_path(call));
    if (code || roster_read_unsigned(&roster, file))
        return code ? code : EXIT_REFUSED;
    print_line(_("You are about to vouch for this roster:"));
    roster_file_describe(call, roster);
    roster_file_members(call, roster);
    roster_free(roster);
    if (!print_confirm(options_flag(&call->options, "yes"), _("Have you compared the fingerprints? Sign?")))
        return EXIT_REFUSED;
    struct root *root = secret_new(sizeof *root);
    code = root ? sign_with(call, file, key_path, root) : EXIT_REFUSED;
    secret_free(root);
    return code;
}

const struct command command_roster_sign = {
    .name = "roster sign",
    .takes = "",
    .summary = N_("sign the roster with a root key"),
    .options = sign_options,
    .examples = N_("  inama roster sign --root /mnt/usb/root-a.key\n"),
    .run = run_sign,
};

/* ---- roster show ---- */

static const struct option show_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static json_t *member_json(const struct member *member) {
    char fingerprint[40];
    roster_fingerprint(fingerprint, member);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s}", "name", member->name, "label", member->label, "country",
                     member->country, "role", member->role, "id", print_json_hex(span_of(member->id, MEMBER_ID_SIZE)),
                     "sign_key", print_json_hex(span_of(member->sign_key, SIGN_PUBLIC_SIZE)), "fingerprint",
                     fingerprint);
}

static void show_json(const struct roster *roster) {
    json_t *members = json_array();
    for (size_t i = 0; i < roster->count; i++)
        json_array_append_new(members, member_json(&roster->members[i]));
    print_json(json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "version", (json_int_t)roster->version, "created",
                         (json_int_t)roster->created, "expires", (json_int_t)roster->expires, "threshold",
                         (json_int_t)roster->threshold, "roots", (json_int_t)roster->root_count, "signatures",
                         (json_int_t)roster_signatures(roster), "members", members));
}

static enum exit_code run_show(struct call *call) {
    struct config config;
    struct span file;
    struct roster *roster;
    const char *path = call->options.word_count ? call->options.words[0] : NULL;
    enum exit_code code = path ? EXIT_DONE : home_read(&config, call);
    if (!code)
        code = roster_file_read(&file, call, path ? path : config.roster);
    if (code || roster_read_unsigned(&roster, file))
        return code ? code : EXIT_REFUSED;
    if (options_flag(&call->options, "json")) {
        show_json(roster);
    } else {
        roster_file_describe(call, roster);
        roster_file_members(call, roster);
    }
    roster_free(roster);
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

/* ---- roster install ---- */

static const struct option install_options[] = {
    OPTION_HOME,
    {"roots", 0, "FILE", N_("the roots to believe, for a node that has none yet"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTIONS_END,
};

/* The roots that this node believes; for the first time those of --roots, which are kept once the roster is good. */
static enum exit_code find_roots(struct call *call, const struct config *config, struct roots *roots, bool *first) {
    const char *given = options_text(&call->options, "roots");
    *first = access(config->roots, F_OK) != 0;
    if (*first && !given) {
        print_error(_("this node believes no roots yet: %s is missing"), text_escape(call->arena, config->roots));
        print_next(_("give --roots FILE with the public lines of the root keys, compared by telephone"));
        return EXIT_NOT_ALLOWED;
    }
    if (!*first && given) {
        print_error(_("this node believes the roots in %s; they are not changed this way"),
                    text_escape(call->arena, config->roots));
        return EXIT_NOT_ALLOWED;
    }
    struct report report;
    report_init(&report, call->arena);
    const char *path = *first ? given : config->roots;
    enum result result = home_roots(roots, call->arena, path, &report);
    if (!result)
        return EXIT_DONE;
    print_report(call->arena, &report);
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    return EXIT_REFUSED;
}

/* The roster that is here now; NULL for the first. */
static struct roster *installed(struct call *call, const struct config *config) {
    struct span file;
    struct roster *roster = NULL;
    if (file_read(&file, call->arena, config->roster, ROSTER_BYTES_MAX) || roster_read_unsigned(&roster, file))
        return NULL;
    return roster;
}

static enum exit_code read_new(struct call *call, const struct config *config, const struct roots *roots,
                               const struct roster *old, struct roster **out) {
    const char *path = call->options.words[0];
    struct span file;
    const struct roster_trust trust = {.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])roots->keys,
                                       .count = roots->count,
                                       .threshold = config->roots_threshold,
                                       .version_min = old ? old->version : 0,
                                       .now_ms = clock_wall_ms(clock_system())};
    enum result result = file_read(&file, call->arena, path, ROSTER_BYTES_MAX);
    if (!result)
        result = roster_read(out, file, &trust);
    if (!result && old && old->version == (*out)->version && !span_equal(old->file, file)) {
        print_error(_("version %u is here already, with other content: ask those who keep the roster"), old->version);
        roster_free(*out);
        return EXIT_REFUSED;
    }
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    if (result == RESULT_TOO_FEW_SIGNATURES)
        print_next(_("it needs %llu of the roots that this node believes, and as many as it asks for itself"),
                   (unsigned long long)config->roots_threshold);
    if (result == RESULT_ROLLBACK && old)
        print_next(_("this node has version %u"), old->version);
    return EXIT_REFUSED;
}

static bool same_keys(const struct member *a, const struct member *b) {
    return a && b && memcmp(a->id, b->id, MEMBER_ID_SIZE) == 0;
}

static void say_changes(struct call *call, const struct roster *old, const struct roster *new) {
    roster_file_describe(call, new);
    for (size_t i = 0; i < new->count; i++) {
        const struct member *member = &new->members[i];
        if (!same_keys(member, old ? roster_find_name(old, member->name) : NULL))
            print_line(_("  + %s joins: %s, %s, %s"), member->name, text_escape(call->arena, member->label),
                       member->country, member->role);
    }
    for (size_t i = 0; old && i < old->count; i++) {
        const struct member *member = &old->members[i];
        if (!same_keys(member, roster_find_name(new, member->name)))
            print_line(_("  - %s leaves: %s, %s, %s"), member->name, text_escape(call->arena, member->label),
                       member->country, member->role);
    }
}

static enum exit_code keep_roots(struct call *call, const struct config *config, const struct roots *roots) {
    struct buf out;
    buf_init(&out, call->arena);
    for (size_t i = 0; i < roots->count; i++) {
        const char *hex = print_hex(call->arena, span_of(roots->keys[i], SIGN_PUBLIC_SIZE), SIGN_PUBLIC_SIZE);
        buf_put_span(&out, span_of_text(text_format(call->arena, "%s\n", hex)));
        print_line(_("  from now on this node believes the root %s"), hex);
    }
    enum result result = file_create(config->roots, buf_span(&out), 0600);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, config->roots), result_text(result));
    return EXIT_REFUSED;
}

/* As many roots must sign for this node as the roster asks for: one of several must not be enough. */
static enum exit_code keep_threshold(struct call *call, size_t threshold) {
    struct span yaml;
    const char *path = config_path(call->arena, options_text(&call->options, "home"));
    enum result result = file_read(&yaml, call->arena, path, CONFIG_BYTES_MAX);
    const char *text = result ? NULL
                              : home_set(call->arena, (const char *)yaml.data, "roots_threshold",
                                         text_format(call->arena, "%zu", threshold));
    if (!result)
        result = text ? file_write(path, span_of_text(text), 0600) : RESULT_NO_MEMORY;
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    print_line(_("  and asks for the signatures of %zu of them"), threshold);
    return EXIT_DONE;
}

static enum exit_code install(struct call *call, const struct config *config, const struct roots *roots, bool first,
                              const struct roster *new) {
    if (!print_confirm(options_flag(&call->options, "yes"), _("Install it?")))
        return EXIT_REFUSED;
    enum exit_code code = first ? keep_roots(call, config, roots) : EXIT_DONE;
    if (!code && first && new->threshold > 1)
        code = keep_threshold(call, new->threshold);
    if (code)
        return code;
    enum result result = file_write(config->roster, new->file, 0600);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, config->roster), result_text(result));
        return EXIT_REFUSED;
    }
    print_line(_("Installed as %s."), text_escape(call->arena, config->roster));
    return reload_node(call, config);
}

static enum exit_code run_install(struct call *call) {
    struct config config;
    struct roots roots;
    struct roster *new = NULL;
    bool first;
    enum exit_code code = home_read(&config, call);
    if (!code)
        code = find_roots(call, &config, &roots, &first);
    if (code)
        return code;
    struct roster *old = installed(call, &config);
    code = read_new(call, &config, &roots, old, &new);
    if (!code) {
        say_changes(call, old, new);
        code = install(call, &config, &roots, first, new);
        roster_free(new);
    }
    roster_free(old);
    return code;
}

const struct command command_roster_install = {
    .name = "roster install",
    .takes = "FILE",
    .summary = N_("check a signed roster, put it in force at this node, and tell the running node"),
    .options = install_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama roster install roster.inama --roots roots.txt      for the first time\n"
                   "  inama roster install roster.inama                        a newer version\n"),
    .run = run_install,
};
