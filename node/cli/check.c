/* inama check: is all in order, before the node starts and while it runs? */
#include "cli/command.h"

#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/home.h"
#include "cli/print.h"
#include "cli/roster_file.h"
#include "cli/roster_table.h"
#include "core/places.h"
#include "core/policy.h"
#include "core/taxa.h"
#include "keys/blob.h"
#include "keys/identity.h"

enum { LIST_BYTES_MAX = 64 * 1024 * 1024, EXPIRES_SOON_DAYS = 30 };

static const struct option options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

struct check {
    struct call *call;
    struct config config;
    struct report report;
    struct roster *roster; /* NULL if it is not good */
};

static void complain(struct check *check, enum severity severity, const char *path, const char *text) {
    check->report.file = path;
    check->report.line = 0;
    report_add(&check->report, severity, NULL, "%s", text);
}

/* ---- files ---- */

static void check_private(struct check *check, const char *path, const char *fix) {
    struct stat info;
    if (path && stat(path, &info) == 0 && (info.st_mode & 077) != 0)
        complain(check, SEVERITY_ERROR, path,
                 text_format(check->call->arena, _("others can reach it (mode %03o): %s"),
                             (unsigned)(info.st_mode & 0777), fix));
}

static void check_policy(struct check *check) {
    struct span yaml;
    struct policy *policy;
    const char *path = check->config.policy;
    enum result result = file_read(&yaml, check->call->arena, path, CONFIG_BYTES_MAX);
    if (result)
        complain(check, SEVERITY_ERROR, path, result_text(result));
    else if (policy_read(&policy, check->call->arena, path, yaml, &check->report) == RESULT_NO_MEMORY)
        complain(check, SEVERITY_ERROR, path, result_text(RESULT_NO_MEMORY));
}

static void check_lists(struct check *check) {
    struct span list;
    struct taxa *taxa;
    struct places *places;
    struct arena *arena = check->call->arena;
    enum result result = RESULT_OK;
    if (check->config.taxa) {
        result = file_read(&list, arena, check->config.taxa, LIST_BYTES_MAX);
        if (!result)
            result = taxa_load(&taxa, arena, list, &check->report);
        if (result)
            complain(check, SEVERITY_ERROR, check->config.taxa, result_text(result));
    }
    if (check->config.places) {
        result = file_read(&list, arena, check->config.places, LIST_BYTES_MAX);
        if (!result)
            result = places_load(&places, arena, list, &check->report);
        if (result)
            complain(check, SEVERITY_ERROR, check->config.places, result_text(result));
    }
}

/* ---- who is who, and what time it is ---- */

/* May one go by the roster, and for how long? */
static void check_standing(struct check *check) {
    const struct roster *roster = check->roster;
    uint64_t now = clock_wall_ms(clock_system());
    enum roster_standing standing = roster_standing(roster, now);
    const char *text = roster_table_standing(check->call->arena, roster);
    if (standing == ROSTER_EXPIRED || standing == ROSTER_AHEAD)
        complain(check, SEVERITY_ERROR, check->config.roster, text);
    else if (standing != ROSTER_GOOD || roster->expires < now + EXPIRES_SOON_DAYS * day_ms)
        complain(check, SEVERITY_WARNING, check->config.roster, text);
    if (roster->ignored)
        complain(check, SEVERITY_WARNING, check->config.roster,
                 text_format(check->call->arena, _("rows of desks that claim what is another's are ignored: %zu"),
                             roster->ignored));
}

static void check_roster(struct check *check) {
    const char *why = NULL;
    if (home_roster(&check->roster, check->call->arena, &check->config, &why)) {
        check->roster = NULL;
        check->report.file = NULL;
        check->report.line = 0;
        report_add(&check->report, SEVERITY_ERROR, NULL,
                   _("%s; get it from those who keep the roster: inama roster install FILE"), why);
        return;
    }
    check_standing(check);
    for (size_t i = 0; i < check->config.peer_count; i++)
        if (!roster_find_name(check->roster, check->config.peers[i].name)) {
            check->report.file = text_format(check->call->arena, "%s/node.yaml", check->config.folder);
            check->report.line = check->config.peers[i].line;
            report_add(&check->report, SEVERITY_ERROR, "peers", _("\"%s\" is not in the roster"),
                       text_escape(check->call->arena, check->config.peers[i].name));
        }
}

/* A node renews its encryption key before others hear of it, so only the signing key tells. */
static bool has_these_keys(const struct member *member, const struct identity *identity) {
    return member_signs_with(member, identity) || member->serial < identity->serial;
}

static void check_member(struct check *check, struct span file, struct span opener) {
    struct identity identity = {0};
    enum result result = identity_open(&identity, file, opener);
    if (result)
        complain(check, SEVERITY_ERROR, check->config.identity, result_text(result));
    else if (check->roster && !roster_find(check->roster, identity.id))
        complain(check, SEVERITY_ERROR, check->config.roster,
                 _("does not list this node: give its card to those who keep the roster"));
    else if (check->roster && !has_these_keys(roster_find(check->roster, identity.id), &identity))
        complain(check, SEVERITY_ERROR, check->config.roster,
                 _("gives this node other keys than it has: install the newest roster, or give a new card to those who "
                   "keep it"));
    identity_release(&identity);
}

/* The identity's form; with a key file also whether it opens and is in the roster. */
static void check_identity(struct check *check) {
    struct span file, opener;
    enum secret_lock lock;
    const char *path = check->config.identity;
    enum result result = file_read_private(&file, check->call->arena, path, KEY_FILE_BYTES_MAX);
    if (!result)
        result = secret_file_lock(file, &lock);
    if (result) {
        complain(check, SEVERITY_ERROR, path, result_text(result));
        return;
    }
    if (lock == SECRET_BY_PASSPHRASE)
        return;
    if (!check->config.key_file) {
        complain(check, SEVERITY_ERROR, path, _("is opened by a key file, which node.yaml does not name: key_file"));
        return;
    }
    result = file_read_private(&opener, check->call->arena, check->config.key_file, KEY_FILE_BYTES_MAX);
    if (result) {
        complain(check, SEVERITY_ERROR, check->config.key_file, result_text(result));
        return;
    }
    check_member(check, file, opener);
    secret_wipe((void *)(uintptr_t)opener.data, opener.len);
}

/* ---- the running node ---- */

static void add_checked(struct check *check, const Checked *checked) {
    for (size_t i = 0; i < checked->n_damaged; i++)
        complain(
            check, SEVERITY_ERROR, check->config.store,
            text_format(check->call->arena, _("damaged: %s"), text_escape(check->call->arena, checked->damaged[i])));
    if (!options_flag(&check->call->options, "json"))
        print_line(_("The node runs; %llu records of its store were read back."), (unsigned long long)checked->records);
}

/* "alert 3f9a07c2, exhibits[0].attachment" */
static const char *place_of(struct arena *arena, const DamagedBlob *row) {
    return text_format(arena, _("alert %s, %s"), print_hex(arena, span_of(row->object.data, row->object.len), 4),
                       text_escape(arena, row->field));
}

static const char *what_of(struct arena *arena, const DamagedBlob *row) {
    if (!row->has_chunk)
        return strcmp(row->why, result_name(RESULT_NOT_FOUND)) == 0
                   ? _("the file is not here")
                   : text_format(arena, _("nothing of the file can be used (%s)"), result_text_of(row->why));
    if (strcmp(row->why, result_name(RESULT_NOT_FOUND)) == 0)
        return text_format(arena, _("the file is here up to chunk %u of %u"), row->chunk, row->count);
    return text_format(arena, _("chunk %u of %u is damaged"), row->chunk + 1, row->count);
}

static const char *next_step(struct arena *arena, const DamagedBlob *row) {
    const char *id = print_hex(arena, span_of(row->object.data, row->object.len), 4);
    if (row->from)
        return text_format(arena, _("fetch it again from %s: inama show %s --save"), text_escape(arena, row->from), id);
    return _("publish a new version with the file attached again, or put the folder back from a backup");
}

static void add_damaged_blobs(struct check *check, const CheckedBlobs *checked) {
    struct arena *arena = check->call->arena;
    for (size_t i = 0; i < checked->n_damaged; i++) {
        const DamagedBlob *row = checked->damaged[i];
        complain(check, SEVERITY_ERROR, check->config.attachments.folder,
                 text_format(arena, "%s: %s; %s", place_of(arena, row), what_of(arena, row), next_step(arena, row)));
    }
}

/* Every chunk of every attachment that an alert there names, some at a time. */
static enum exit_code check_blobs(struct check *check, struct client *client) {
    struct progress progress;
    const Reply *reply;
    Request request = REQUEST__INIT;
    CheckBlobs words = CHECK_BLOBS__INIT;
    uint8_t next[BLOB_ID_SIZE]; /* the reply goes with the next question */
    uint64_t chunks = 0;
    request.check_blobs = &words;
    progress_start(&progress, _("chunks of attachments"), 0);
    do {
        enum exit_code code = client_ask(client, &request, &reply);
        if (code)
            return code;
        const CheckedBlobs *checked = reply->checked_blobs;
        chunks += checked->chunks;
        progress.total = checked->total;
        progress_set(&progress, chunks);
        add_damaged_blobs(check, checked);
        words.has_begin = checked->has_next && checked->next.len == sizeof next;
        if (words.has_begin)
            memcpy(next, checked->next.data, sizeof next);
        words.begin = proto_bytes(next, sizeof next);
        words.first = checked->next_first;
    } while (words.has_begin);
    progress_end(&progress);
    if (chunks && !options_flag(&check->call->options, "json"))
        print_line(_("%llu chunks of its attachments were read back and opened."), (unsigned long long)chunks);
    return EXIT_DONE;
}

static enum exit_code check_store(struct check *check) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Check words = CHECK__INIT;
    request.check = &words;
    enum exit_code code = client_open_at(&client, check->call, &check->config, true);
    if (code) {
        client_close(&client);
        if (code == EXIT_NO_NODE && !options_flag(&check->call->options, "json"))
            print_line(_("No node is running here; its store was not read."));
        return code == EXIT_NO_NODE ? EXIT_DONE : code;
    }
    client.quiet = false;
    code = client_ask(&client, &request, &reply);
    if (!code && reply->checked)
        add_checked(check, reply->checked);
    if (!code)
        code = check_blobs(check, &client);
    client_close(&client);
    return code;
}

static enum exit_code conclude(struct check *check, enum exit_code code) {
    const struct report *report = &check->report;
    bool good = report_is_clean(report) && !code;
    if (options_flag(&check->call->options, "json")) {
        json_t *findings = json_array();
        for (size_t i = 0; i < report->count; i++)
            json_array_append_new(
                findings, json_pack("{s:b, s:o}", "error", report->findings[i].severity == SEVERITY_ERROR, "text",
                                    print_json_text(report_line(check->call->arena, &report->findings[i]))));
        print_json(json_pack("{s:b, s:o}", "good", good, "findings", findings));
    } else {
        print_report(check->call->arena, report);
        if (good)
            print_line(_("All is in order at %s."), text_escape(check->call->arena, check->config.folder));
    }
    if (code)
        return code;
    return good ? EXIT_DONE : EXIT_REFUSED;
}

static enum exit_code run(struct call *call) {
    struct check check = {.call = call};
    report_init(&check.report, call->arena);
    enum exit_code code = home_read(&check.config, call);
    if (code)
        return code;
    check_private(&check, check.config.folder, "chmod 700");
    check_private(&check, check.config.key_file, "chmod 600");
    check_policy(&check);
    check_lists(&check);
    check_roster(&check);
    check_identity(&check);
    code = check_store(&check);
    code = conclude(&check, code);
    roster_free(check.roster);
    return code;
}

const struct command command_check = {
    .name = "check",
    .takes = "",
    .summary = N_("check settings, keys, policy and roster; if the node runs, also its store and attachments"),
    .options = options,
    .examples = N_("  inama check --home /etc/inama && systemctl restart inamad\n"),
    .run = run,
};
