/* inama init: the folder of a new node. */
#include "cli/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/enrol.h"
#include "cli/home.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "core/codes.h"
#include "core/policy.h"
#include "keys/identity.h"
#include "net/address.h"

static const struct option options[] = {
    {"name", 'n', "NAME", N_("its short name in the roster, such as ke-customs"), false},
    {"country", 'c', "CC", N_("its country, two letters of ISO 3166"), false},
    {"role", 'r', "ROLE", N_("CUSTOMS, POLICE, WILDLIFE, JUDICIAL, PROSECUTOR, SECRETARIAT or OTHER"), false},
    {"label", 'l', "TEXT", N_("its full name, as it should stand in the roster"), false},
    {"listen", 0, "ADDRESS", N_("where other nodes call, such as tcp://0.0.0.0:4450"), false},
    {"peer", 0, "NAME=ADDRESS", N_("a member that this node calls; may be repeated"), true},
    {"policy", 0, "POLICY", N_("a shipped policy such as customs-full, or a file; else the one for the role"), false},
    {"recover", 0, "ID", N_("new keys for the member with this id, which lost its own: roster show --json tells it"),
     false},
    {"serial", 0, "N", N_("with --recover: the number of its keys, greater than the last one"), false},
    OPTION_KEY_FILE,
    OPTION_PASSPHRASE_FILE,
    OPTION_JSON,
    OPTIONS_END,
};

struct wish {
    const char *folder, *name, *country, *role, *label, *listen;
    const char *policy_name; /* what the policy was made from */
    const char *policy;
    const char *card_path;
    const char *peers;          /* as node.yaml lists them; NULL if there are none */
    uint8_t id[MEMBER_ID_SIZE]; /* of the member that lost its keys */
    uint64_t serial;            /* 0: a new member */
};

static bool is_member_name(const char *name) {
    size_t len = strlen(name);
    return len > 0 && len <= NAME_BYTES_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* NULL, or what is wrong with the wish. */
static const char *find_fault(struct arena *arena, const struct wish *wish) {
    if (!wish->name || !wish->country || !wish->role || !wish->label)
        return _("a node needs --name, --country, --role and --label");
    if (!is_member_name(wish->name))
        return text_format(arena, _("--name is \"%s\", expected up to %d small letters, digits and hyphens"),
                           text_escape(arena, wish->name), NAME_BYTES_MAX);
    if (!codes_find(CODES_COUNTRY, wish->country))
        return text_format(arena, _("--country is \"%s\", expected two letters of ISO 3166, such as KE"),
                           text_escape(arena, wish->country));
    if (!codes_find(CODES_ROLE, wish->role))
        return text_format(arena, _("--role is \"%s\", expected %s"), text_escape(arena, wish->role),
                           "CUSTOMS, POLICE, WILDLIFE, JUDICIAL, PROSECUTOR, SECRETARIAT, OTHER");
    if (strlen(wish->label) > LABEL_BYTES_MAX || !text_is_utf8(span_of_text(wish->label)) || !*wish->label)
        return text_format(arena, _("--label must be 1 to %d bytes of UTF-8"), LABEL_BYTES_MAX);
    if (wish->listen && (strncmp(wish->listen, "tcp://", 6) != 0 || address_check(wish->listen)))
        return text_format(arena, _("--listen is \"%s\", expected tcp://HOST:PORT, such as tcp://0.0.0.0:4450"),
                           text_escape(arena, wish->listen));
    return NULL;
}

/* The --peer options as a YAML list, or what is wrong with them. */
static const char *find_peers(struct call *call, struct wish *wish) {
    const char *const *values, *list = "";
    size_t count = options_list(&call->options, "peer", &values);
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(values[i], '=');
        const char *name = equals ? arena_text(call->arena, values[i], (size_t)(equals - values[i])) : NULL;
        if (!name || !is_member_name(name) || strncmp(equals + 1, "tcp://", 6) != 0 || address_check(equals + 1))
            return text_format(call->arena, _("--peer is \"%s\", expected NAME=tcp://HOST:PORT"),
                               text_escape(call->arena, values[i]));
        list = text_format(call->arena, "%s\n  - {name: %s, address: \"%s\"}", list, name, equals + 1);
    }
    wish->peers = count ? list : NULL;
    return NULL;
}

/* --recover and --serial, or what is wrong with them. */
static const char *find_recovery(struct call *call, struct wish *wish) {
    const char *id = options_text(&call->options, "recover"), *complaint = NULL;
    if (options_number(&call->options, call->arena, "serial", 2, UINT32_MAX, &wish->serial, &complaint))
        return complaint;
    if (!id && !wish->serial)
        return NULL;
    if (!id || !wish->serial)
        return _(
            "--recover and --serial go together: the id of the member, and a number greater than that of its keys");
    if (!text_unhex(wish->id, sizeof wish->id, id))
        return text_format(call->arena, _("--recover is \"%s\", expected a member's id of 64 hexadecimal digits"),
                           text_escape(call->arena, id));
    return NULL;
}

static const char *shipped_policy(const char *role) {
    static const struct {
        const char *role, *policy;
    } table[] = {{"CUSTOMS", "customs"},   {"POLICE", "police"},       {"WILDLIFE", "wildlife"},
                 {"JUDICIAL", "judicial"}, {"PROSECUTOR", "judicial"}, {"SECRETARIAT", "secretariat"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].role, role) == 0)
            return table[i].policy;
    return "secretariat";
}

/* The policy's text for this country. A file of the administration's own is taken as it is. */
static enum exit_code prepare_policy(struct call *call, struct wish *wish) {
    const char *choice = options_text(&call->options, "policy");
    bool is_file = choice && (strchr(choice, '/') || strchr(choice, '.'));
    struct span yaml;
    wish->policy_name = choice ? choice : shipped_policy(wish->role);
    const char *path = text_format(call->arena, "policies/%s.yaml", wish->policy_name);
    enum result result =
        is_file ? file_read(&yaml, call->arena, choice, CONFIG_BYTES_MAX) : home_shipped(&yaml, call->arena, path);
    if (result) {
        print_error(_("policy %s: %s"), text_escape(call->arena, wish->policy_name), result_text(result));
        print_next(_("the shipped policies are looked for in $INAMA_DATADIR/policies, else %s/policies"),
                   INAMA_DATADIR);
        return EXIT_REFUSED;
    }
    const char *country = text_format(call->arena, "country: %s", wish->country);
    wish->policy =
        is_file ? (const char *)yaml.data : home_replace(call->arena, (const char *)yaml.data, "country: KE", country);
    struct report report;
    struct policy *policy;
    report_init(&report, call->arena);
    if (!policy_read(&policy, call->arena, wish->policy_name, span_of_text(wish->policy), &report))
        return EXIT_DONE;
    print_report(call->arena, &report);
    return EXIT_REFUSED;
}

static const char *below(struct call *call, const struct wish *wish, const char *name) {
    return text_format(call->arena, "%s/%s", wish->folder, name);
}

static enum exit_code check_is_new(struct call *call, const struct wish *wish) {
    static const char *const names[] = {"identity.key", "node.yaml", "policy.yaml"};
    for (size_t i = 0; i <= 3; i++) {
        const char *path = i < 3 ? below(call, wish, names[i]) : wish->card_path;
        if (access(path, F_OK) != 0)
            continue;
        print_error(_("%s is there already; nothing was changed"), text_escape(call->arena, path));
        print_next(_("a node's identity cannot be made again: choose another folder"));
        return EXIT_REFUSED;
    }
    enum result result = file_make_private_folder(wish->folder);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, wish->folder), result_text(result));
    return EXIT_NOT_ALLOWED;
}

static enum exit_code create(struct call *call, const char *path, struct span content, mode_t mode) {
    enum result result = file_create(path, content, mode);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
}

/* A path as node.yaml should have it: below the folder by its name, else absolute. */
static const char *path_for_config(struct call *call, const struct wish *wish, const char *path) {
    char *folder = realpath(wish->folder, NULL), *real = realpath(path, NULL);
    const char *out = path;
    size_t len = folder ? strlen(folder) : 0;
    if (real && folder && strncmp(real, folder, len) == 0 && real[len] == '/')
        out = text_format(call->arena, "%s", real + len + 1);
    else if (real)
        out = text_format(call->arena, "%s", real);
    free(folder);
    free(real);
    return out;
}

static enum exit_code write_config(struct call *call, const struct wish *wish) {
    struct span shipped;
    enum result result = home_shipped(&shipped, call->arena, "examples/node.yaml");
    if (result) {
        print_error("examples/node.yaml: %s", result_text(result));
        return EXIT_REFUSED;
    }
    const char *yaml = (const char *)shipped.data, *key_file = options_text(&call->options, "key-file");
    if (wish->listen)
        yaml = home_set(call->arena, yaml, "listen", wish->listen);
    if (wish->peers && yaml)
        yaml = home_set(call->arena, yaml, "peers", wish->peers);
    if (key_file && yaml)
        yaml = home_set(call->arena, yaml, "key_file",
                        text_format(call->arena, "\"%s\"", path_for_config(call, wish, key_file)));
    return create(call, below(call, wish, "node.yaml"), span_of_text(yaml ? yaml : ""), 0600);
}

static enum exit_code write_identity(struct call *call, const struct wish *wish, const struct identity *identity) {
    struct opener opener;
    struct buf sealed;
    buf_init(&sealed, call->arena);
    enum exit_code code = opener_read(&opener, call, below(call, wish, "identity.key"), true);
    if (code)
        return code;
    enum result result = identity_seal(&sealed, identity, opener.lock, opener_span(&opener), random_system());
    opener_release(&opener);
    if (result) {
        print_error("identity.key: %s", result_text(result));
        return EXIT_NOT_ALLOWED;
    }
    code = create(call, below(call, wish, "identity.key"), buf_span(&sealed), 0600);
    /* a node without a store and without this has lost its store, and asks its readers before it publishes */
    return code ? code : create(call, below(call, wish, "new"), span_of_text("removed by the first start\n"), 0600);
}

static struct member words_of(const struct wish *wish) {
    return (struct member){.name = wish->name, .label = wish->label, .country = wish->country, .role = wish->role};
}

static enum exit_code write_card(struct call *call, const struct wish *wish, const struct identity *identity) {
    struct span card;
    const struct member who = words_of(wish);
    enum result result = enrol_card(&card, call->arena, identity, &who);
    if (result) {
        print_error(_("card: %s"), result_text(result));
        return EXIT_REFUSED;
    }
    return create(call, wish->card_path, card, 0644);
}

static void print_json_result(const struct wish *wish, const struct member *member) {
    json_t *json = json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:I, s:o}", "home", print_json_text(wish->folder), "name",
                             wish->name, "country", wish->country, "role", wish->role, "label", wish->label, "id",
                             print_json_hex(span_of(member->id, MEMBER_ID_SIZE)), "serial", (json_int_t)member->serial,
                             "card", print_json_text(wish->card_path));
    enrol_put_json(json, member);
    print_json(json);
}

static void print_files(struct call *call, const struct wish *wish) {
    int width = (int)(strlen(wish->name) + strlen(".card")) < 12 ? 12 : (int)(strlen(wish->name) + strlen(".card"));
    print_line("  %-*s  %s", width, "identity.key",
               _("its four secrets, sealed. Keep a copy in a safe: they cannot be made again."));
    print_line("  %-*s  %s", width, "node.yaml", _("where it listens and whom it calls"));
    print_line("  %-*s  %s", width, "policy.yaml",
               text_format(call->arena, _("what it shows to whom, from the policy \"%s\". Read it before you start."),
                           text_escape(call->arena, wish->policy_name)));
    print_line("  %-*s  %s", width, text_format(call->arena, "%s.card", wish->name),
               _("who it is, for those who keep the roster"));
}

static void print_next_steps(const struct wish *wish, const char *folder) {
    print_line(_("Next: send %s.card to those who keep the roster, and read them the fingerprint by telephone."),
               wish->name);
    if (wish->serial) {
        print_line(_("Its card asks for the id of the member that lost its keys. Tell those who keep the roster how:"));
        print_line(_("  lost for good:             inama roster add %s.card --lost"), wish->name);
        print_line(_("  others may have the keys:  inama roster add %s.card --revoked --at DATE"), wish->name);
    }
    print_line(_("When they send the roster back:  inama roster install FILE --home %s"), folder);
}

static void print_result(struct call *call, const struct wish *wish, const struct identity *identity) {
    const struct member who = words_of(wish), member = enrol_member(identity, &who);
    if (options_flag(&call->options, "json")) {
        print_json_result(wish, &member);
        return;
    }
    const char *folder = text_escape(call->arena, wish->folder);
    print_line(_("Made the node %s (%s) in %s."), wish->name, text_escape(call->arena, wish->label), folder);
    print_blank();
    print_files(call, wish);
    print_blank();
    enrol_print(&member, false);
    print_blank();
    print_next_steps(wish, folder);
}

static enum result make_identity(const struct wish *wish, struct identity *identity) {
    if (wish->serial)
        return identity_make_again(identity, wish->id, (uint32_t)wish->serial, random_system());
    return identity_make(identity, random_system());
}

static enum exit_code make(struct call *call, struct wish *wish) {
    enum exit_code code = prepare_policy(call, wish);
    if (!code)
        code = check_is_new(call, wish);
    if (code)
        return code;
    struct identity identity = {0};
    enum result result = make_identity(wish, &identity);
    if (result) {
        print_error("%s", result_text(result));
        return EXIT_NOT_ALLOWED;
    }
    code = write_identity(call, wish, &identity);
    if (!code)
        code = write_config(call, wish);
    if (!code)
        code = create(call, below(call, wish, "policy.yaml"), span_of_text(wish->policy), 0600);
    if (!code)
        code = write_card(call, wish, &identity);
    if (!code)
        print_result(call, wish, &identity);
    identity_release(&identity);
    return code;
}

static enum exit_code run(struct call *call) {
    const struct options *given = &call->options;
    struct wish wish = {
        .folder = given->words[0],
        .name = options_text(given, "name"),
        .country = options_text(given, "country"),
        .role = options_text(given, "role"),
        .label = options_text(given, "label"),
        .listen = options_text(given, "listen"),
    };
    const char *fault = find_fault(call->arena, &wish);
    if (!fault)
        fault = find_peers(call, &wish);
    if (!fault)
        fault = find_recovery(call, &wish);
    if (fault)
        return print_usage_error(call, fault);
    wish.card_path = below(call, &wish, text_format(call->arena, "%s.card", wish.name));
    return make(call, &wish);
}

const struct command command_init = {
    .name = "init",
    .takes = "DIR",
    .summary = N_("make the folder of a new node: keys, settings, policy and card"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama init /etc/inama --name ke-customs --country KE --role CUSTOMS --label \"Kenya Customs\"\n"
                   "      asks for a passphrase, which the node will ask for when it starts\n"
                   "  inama init node --name cd-customs --country CD --role CUSTOMS --label \"Douanes\" \\\n"
                   "        --key-file /mnt/token/unlock.key --policy customs-full --listen tcp://0.0.0.0:4450\n"
                   "      opened by a file (made if it is not there), showing customs abroad all that is lawful\n"
                   "  inama init node --name ke-customs --country KE --role CUSTOMS --label \"Kenya Customs\" \\\n"
                   "        --recover 3f9a07c2… --serial 7\n"
                   "      new keys for a member that lost its own\n"),
    .run = run,
};
