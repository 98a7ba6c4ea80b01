/* inama audit verify, inama audit checkpoint: are the logs of this node what they were?
 *
 * Verified is here what the node hands out: it hashes each record again, and this program builds the tree over the
 * leaves and holds it against every checkpoint, its own and those that were kept elsewhere.
 */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/audit_log.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/merkle.h"
#include "keys/roster.h"

enum { POINTS_MAX = 4096, FAULTS_SHOWN = 20, FILE_BYTES_MAX = 4 * 1024 * 1024 };

static const struct option verify_options[] = {
    {"against", 'a', "FILE", N_("checkpoints that were kept elsewhere (inama audit checkpoint)"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* A checkpoint that was kept, and what came of it. */
struct kept {
    struct checkpoint checkpoint;
    enum result signature;
    enum result result; /* of the proof that the log begins with it */
    bool is_cut;        /* the log is shorter */
    bool is_others;     /* another node made it: it says nothing about this log */
};

/* One log while it is verified. */
struct verifying {
    struct call *call;
    struct client *client;
    const struct roster *roster;
    enum journal journal;
    struct merkle tree;
    uint64_t size;   /* that the node says it has */
    uint64_t faults; /* records that are not what they were */
    json_t *fault_list;
    uint64_t good; /* size of the last checkpoint that fits; 0: none */
    uint64_t good_time;
    uint64_t points;          /* checkpoints that fit */
    uint64_t bad;             /* size of the first that does not; 0: none */
    enum result unsigned_why; /* of the first that this node has not signed */
    bool has_others;          /* one that another node has */
    struct kept *kept;
    size_t kept_count;
};

static void say_fault(struct verifying *verifying, const LogFault *fault) {
    struct arena *arena = verifying->call->arena;
    json_array_append_new(verifying->fault_list, json_pack("{s:I, s:o}", "number", (json_int_t)fault->number, "text",
                                                           print_json_text(fault->text)));
    if (++verifying->faults <= FAULTS_SHOWN && !options_flag(&verifying->call->options, "json"))
        print_error(_("log %s, record %llu: %s"), journal_name(verifying->journal), (unsigned long long)fault->number,
                    text_escape(arena, fault->text));
}

static bool fits(struct verifying *verifying, const struct checkpoint *point) {
    uint8_t root[HASH_SIZE];
    merkle_root(root, &verifying->tree);
    if (memcmp(root, point->root, HASH_SIZE) == 0)
        return true;
    if (!verifying->bad)
        verifying->bad = point->size;
    return false;
}

/* The tree has the size of one of the node's own checkpoints. */
static void take_point(struct verifying *verifying, const struct checkpoint *point) {
    if (!fits(verifying, point))
        return;
    verifying->good = point->size;
    verifying->good_time = point->time;
    verifying->points++;
}

static bool is_of(const struct checkpoint *point, const LogChecked *checked) {
    return checked->node.len == MEMBER_ID_SIZE && memcmp(point->node, checked->node.data, MEMBER_ID_SIZE) == 0;
}

/* The next of this log's checkpoints that the node hands out; false when there is none any more. */
static bool next_point(struct verifying *verifying, const LogChecked *checked, size_t *at, struct checkpoint *point) {
    while (*at < checked->n_checkpoints) {
        struct arena *arena = verifying->call->arena;
        struct span text = span_of_text(checked->checkpoints[(*at)++]);
        enum result result = checkpoint_read(point, arena, &text);
        if (!result)
            result = checkpoint_verify(point, arena, roster_find_ever(verifying->roster, point->node));
        bool is_signed = !result || result == RESULT_REVOKED;
        if (is_signed && is_of(point, checked))
            return true;
        if (is_signed)
            verifying->has_others = true;
        else if (!verifying->unsigned_why)
            verifying->unsigned_why = result;
    }
    return false;
}

static void take_leaves(struct verifying *verifying, const LogChecked *checked) {
    uint8_t done[MERKLE_LEVELS][HASH_SIZE];
    struct checkpoint point;
    size_t at = 0;
    for (size_t k = 0; k < verifying->kept_count; k++)
        verifying->kept[k].is_others = !is_of(&verifying->kept[k].checkpoint, checked);
    bool has_point = next_point(verifying, checked, &at, &point);
    for (size_t i = 0; i + HASH_SIZE <= checked->leaves.len; i += HASH_SIZE) {
        merkle_append(&verifying->tree, checked->leaves.data + i, done);
        for (; has_point && point.size <= verifying->tree.size; has_point = next_point(verifying, checked, &at, &point))
            if (point.size == verifying->tree.size)
                take_point(verifying, &point);
        for (size_t k = 0; k < verifying->kept_count; k++)
            if (!verifying->kept[k].is_others && verifying->kept[k].checkpoint.size == verifying->tree.size)
                fits(verifying, &verifying->kept[k].checkpoint);
    }
}

static enum exit_code read_log(struct verifying *verifying) {
    Request request = REQUEST__INIT;
    LogCheck words = LOG_CHECK__INIT;
    struct progress progress;
    enum exit_code code = EXIT_DONE;
    request.log_check = &words;
    words.log = verifying->journal;
    progress_start(&progress, journal_name(verifying->journal), 0);
    for (bool done = false; !done && !code;) {
        const Reply *reply;
        code = client_ask(verifying->client, &request, &reply);
        if (code)
            break;
        const LogChecked *checked = reply->log_checked;
        verifying->size = checked->size;
        for (size_t i = 0; i < checked->n_faults; i++)
            say_fault(verifying, checked->faults[i]);
        take_leaves(verifying, checked);
        done = checked->next >= checked->size || checked->leaves.len == 0;
        words.after = checked->next;
        progress.total = checked->size;
        progress_set(&progress, checked->next);
    }
    progress_end(&progress);
    return code;
}

/* ---- against what was kept ---- */

static enum exit_code prove(struct verifying *verifying, struct kept *kept) {
    Request request = REQUEST__INIT;
    LogConsistency words = LOG_CONSISTENCY__INIT;
    const Reply *reply;
    request.log_consistency = &words;
    words.log = verifying->journal;
    words.first = kept->checkpoint.size;
    enum exit_code code = client_ask(verifying->client, &request, &reply);
    if (code)
        return code;
    const LogProof *proof = reply->log_proof;
    kept->is_cut = kept->checkpoint.size > proof->size;
    if (kept->is_cut || proof->root.len != HASH_SIZE)
        kept->result = RESULT_MALFORMED;
    else
        kept->result = merkle_verify_consistency(proto_span(proof->proof), kept->checkpoint.size, proof->size,
                                                 kept->checkpoint.root, proof->root.data);
    return EXIT_DONE;
}

static enum exit_code read_kept(struct verifying *verifying, struct kept *all, size_t *count) {
    struct call *call = verifying->call;
    const char *path = options_text(&call->options, "against");
    struct span text;
    *count = 0;
    if (!path)
        return EXIT_DONE;
    enum result result = file_read(&text, call->arena, path, FILE_BYTES_MAX);
    while (!result && *count < POINTS_MAX) {
        struct kept *kept = &all[*count];
        result = checkpoint_read(&kept->checkpoint, call->arena, &text);
        if (result)
            break;
        kept->signature = checkpoint_verify(&kept->checkpoint, call->arena,
                                            roster_find_ever(verifying->roster, kept->checkpoint.node));
        ++*count;
    }
    if (!result || (result == RESULT_NOT_FOUND && *count))
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path),
                result == RESULT_NOT_FOUND ? _("there is no checkpoint in it") : result_text(result));
    return EXIT_REFUSED;
}

/* ---- what came of it ---- */

static bool is_good(const struct verifying *verifying) {
    bool good = !verifying->faults && !verifying->bad && !verifying->unsigned_why && !verifying->has_others;
    for (size_t i = 0; i < verifying->kept_count; i++)
        good &= !verifying->kept[i].is_others && !verifying->kept[i].result &&
                (!verifying->kept[i].signature || verifying->kept[i].signature == RESULT_REVOKED);
    return good;
}

static void say_kept(const struct verifying *verifying, const struct kept *kept) {
    const char *log = journal_name(verifying->journal);
    unsigned long long size = kept->checkpoint.size;
    const char *time = print_time(verifying->call->arena, kept->checkpoint.time * 1000);
    if (kept->is_others) {
        print_error(_("the checkpoint of %llu records that was kept is not this node's: another node made it"), size);
        return;
    }
    if (kept->signature && kept->signature != RESULT_REVOKED)
        print_error(_("the checkpoint of %llu records that was kept is not this node's: %s"), size,
                    result_text(kept->signature));
    else if (kept->is_cut)
        print_error(_("log %s was cut: on %s it had %llu records, now it has %llu"), log, time, size,
                    (unsigned long long)verifying->size);
    else if (kept->result)
        print_error(_("log %s was rewritten: it does not begin with the %llu records that it had on %s"), log, size,
                    time);
    else
        print_line(_("  it begins with the %llu records that it had on %s, as the checkpoint that was kept says"), size,
                   time);
    if (kept->signature == RESULT_REVOKED)
        print_error(_("the checkpoint of %llu records was signed by a key that was revoked: somebody else may have "
                      "made it"),
                    size);
}

static void say_all(const struct verifying *verifying) {
    struct arena *arena = verifying->call->arena;
    const char *log = journal_name(verifying->journal);
    if (verifying->faults > FAULTS_SHOWN)
        print_error(_("log %s: %llu records more are not what they were (--json lists all)"), log,
                    (unsigned long long)(verifying->faults - FAULTS_SHOWN));
    if (verifying->unsigned_why)
        print_error(_("log %s: a checkpoint in the store is not this node's: %s"), log,
                    result_text(verifying->unsigned_why));
    if (verifying->has_others)
        print_error(_("log %s: a checkpoint in the store is not this node's: another node made it"), log);
    if (verifying->bad)
        print_error(_("log %s: the tree does not fit the checkpoint of %llu records: what was changed stands between "
                      "record %llu and that one"),
                    log, (unsigned long long)verifying->bad,
                    (unsigned long long)(verifying->good < verifying->bad ? verifying->good + 1 : 1));
    print_line("%s%s%s: %s", print_on(is_good(verifying) ? PRINT_GREEN : PRINT_RED), log, print_off(),
               text_format(arena,
                           is_good(verifying) ? _("%llu records, all as they were written")
                                              : _("%llu records; NOT as they were written"),
                           (unsigned long long)verifying->tree.size));
    if (verifying->good)
        print_line(ngettext("  %llu checkpoint fits; the last is of %llu records, on %s",
                            "  %llu checkpoints fit; the last is of %llu records, on %s", verifying->points),
                   (unsigned long long)verifying->points, (unsigned long long)verifying->good,
                   print_time(arena, verifying->good_time * 1000));
    for (size_t i = 0; i < verifying->kept_count; i++)
        say_kept(verifying, &verifying->kept[i]);
}

static json_t *log_json(const struct verifying *verifying) {
    json_t *kept = json_array();
    for (size_t i = 0; i < verifying->kept_count; i++) {
        const struct kept *row = &verifying->kept[i];
        json_array_append_new(kept,
                              json_pack("{s:I, s:I, s:s, s:s, s:b, s:b}", "size", (json_int_t)row->checkpoint.size,
                                        "time", (json_int_t)row->checkpoint.time * 1000, "signature",
                                        result_name(row->signature), "consistent", result_name(row->result), "cut",
                                        row->is_cut, "of_this_node", !row->is_others));
    }
    return json_pack("{s:s, s:b, s:I, s:O, s:I, s:I, s:o, s:o}", "log", journal_name(verifying->journal), "good",
                     is_good(verifying), "records", (json_int_t)verifying->tree.size, "faults", verifying->fault_list,
                     "checkpoints", (json_int_t)verifying->points, "last_checkpoint", (json_int_t)verifying->good,
                     "first_that_does_not_fit", verifying->bad ? json_integer((json_int_t)verifying->bad) : json_null(),
                     "against", kept);
}

static enum exit_code verify_log(struct verifying *verifying, const struct kept *all, size_t count, json_t *logs) {
    enum exit_code code = EXIT_DONE;
    verifying->fault_list = json_array();
    verifying->kept = arena_array(verifying->call->arena, count + 1, sizeof *verifying->kept);
    if (!verifying->kept) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        code = EXIT_REFUSED;
    }
    for (size_t i = 0; i < count && !code; i++)
        if (all[i].checkpoint.journal == verifying->journal)
            verifying->kept[verifying->kept_count++] = all[i];
    for (size_t i = 0; i < verifying->kept_count && !code; i++)
        code = prove(verifying, &verifying->kept[i]);
    if (!code)
        code = read_log(verifying);
    if (!code && options_flag(&verifying->call->options, "json"))
        json_array_append_new(logs, log_json(verifying));
    else if (!code)
        say_all(verifying);
    json_decref(verifying->fault_list);
    return code ? code : is_good(verifying) ? EXIT_DONE : EXIT_REFUSED;
}

static enum exit_code verify_logs(struct call *call, struct client *client, const struct roster *roster) {
    struct verifying base = {.call = call, .client = client, .roster = roster};
    struct kept *all = arena_array(call->arena, POINTS_MAX, sizeof *all);
    json_t *logs = json_array();
    size_t count = 0;
    enum exit_code code = all ? read_kept(&base, all, &count) : EXIT_REFUSED, worst = EXIT_DONE;
    for (enum journal journal = JOURNAL_AUDIT; !code && journal < JOURNALS_END; journal++) {
        struct verifying verifying = base;
        verifying.journal = journal;
        code = verify_log(&verifying, all, count, logs);
        if (code == EXIT_REFUSED) {
            worst = code;
            code = EXIT_DONE;
        }
    }
    if (!code && options_flag(&call->options, "json"))
        print_json(json_pack("{s:b, s:O}", "good", worst == EXIT_DONE, "logs", logs));
    json_decref(logs);
    return code ? code : worst;
}

static enum exit_code run_verify(struct call *call) {
    struct config config;
    struct client client = {0};
    struct roster *roster = NULL;
    const char *why;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    if (home_roster(&roster, call->arena, &config, &why)) {
        print_error("%s", why);
        return EXIT_REFUSED;
    }
    code = client_open_at(&client, call, &config, false);
    if (!code)
        code = verify_logs(call, &client, roster);
    client_close(&client);
    roster_free(roster);
    return code;
}

const struct command command_audit_verify = {
    .name = "audit verify",
    .takes = "",
    .summary = N_("check that no record of the logs was changed, taken out or cut off"),
    .options = verify_options,
    .examples = N_("  inama audit verify                              against this node's own checkpoints\n"
                   "  inama audit verify --against kept-in-may.txt    against one that was kept elsewhere\n"),
    .run = run_verify,
};

/* ---- audit checkpoint ---- */

static const struct option checkpoint_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

/* What was cosigned, up to the next checkpoint of the text. */
struct cosigned {
    struct checkpoint checkpoint;
    struct span rest; /* behind it */
};

static bool next_cosigned(struct cosigned *cosigned, struct arena *arena, struct span *text) {
    struct span behind;
    struct checkpoint next;
    if (checkpoint_read(&cosigned->checkpoint, arena, text))
        return false;
    behind = *text;
    if (checkpoint_read(&next, arena, &behind) == RESULT_OK)
        cosigned->rest = span_of(text->data, text->len - behind.len);
    else
        cosigned->rest = *text;
    return true;
}

static json_t *cosignatures_json(struct arena *arena, struct span text) {
    json_t *list = json_array();
    struct cosignature one;
    while (!cosignature_read(&one, arena, &text))
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:o, s:o}", "witness", print_json_hex(SPAN_OF_ARRAY(one.witness)), "time",
                            (json_int_t)one.time * 1000, "key", print_json_hex(SPAN_OF_ARRAY(one.key)), "signature",
                            print_json_hex(SPAN_OF_ARRAY(one.signature))));
    return list;
}

static json_t *checkpoint_json(const struct checkpoint *checkpoint, json_t *cosignatures) {
    return json_pack("{s:o, s:s, s:I, s:o, s:I, s:o, s:o, s:o}", "node",
                     print_json_hex(SPAN_OF_ARRAY(checkpoint->node)), "log", journal_name(checkpoint->journal), "size",
                     (json_int_t)checkpoint->size, "root", print_json_hex(SPAN_OF_ARRAY(checkpoint->root)), "time",
                     (json_int_t)checkpoint->time * 1000, "key", print_json_hex(SPAN_OF_ARRAY(checkpoint->key)),
                     "signature", print_json_hex(SPAN_OF_ARRAY(checkpoint->signature)), "cosignatures", cosignatures);
}

static void print_points_json(struct call *call, const char *text) {
    json_t *list = json_array();
    struct span rest = span_of_text(text);
    struct cosigned cosigned;
    while (next_cosigned(&cosigned, call->arena, &rest))
        json_array_append_new(list,
                              checkpoint_json(&cosigned.checkpoint, cosignatures_json(call->arena, cosigned.rest)));
    print_json(json_pack("{s:o, s:s}", "checkpoints", list, "text", text));
}

/* Who, and when: for people, behind the lines that were signed. */
static void print_cosignature(struct call *call, const struct roster *roster, const struct checkpoint *checkpoint,
                              const struct cosignature *cosignature) {
    const struct member *witness = roster ? roster_find_ever(roster, cosignature->witness) : NULL;
    const char *name = witness ? witness->name : print_hex(call->arena, SPAN_OF_ARRAY(cosignature->witness), 8);
    const char *time = print_time(call->arena, cosignature->time * 1000);
    enum result result = roster ? cosignature_verify(cosignature, call->arena, checkpoint, witness) : RESULT_OK;
    if (!roster)
        print_line(_("%s, at %s: not checked, as the roster could not be read"), name, time);
    else if (result)
        print_line(_("%s, at %s: %s"), name, time, result_text(result));
    else
        print_line(_("%s saw these %llu records at %s"), name, (unsigned long long)checkpoint->size, time);
}

static void print_points(struct call *call, const struct roster *roster, const char *text) {
    struct span rest = span_of_text(text);
    struct cosigned cosigned;
    struct cosignature one;
    fputs(text, stdout);
    while (next_cosigned(&cosigned, call->arena, &rest))
        while (!cosignature_read(&one, call->arena, &cosigned.rest))
            print_cosignature(call, roster, &cosigned.checkpoint, &one);
}

static enum exit_code run_checkpoint(struct call *call) {
    struct config config;
    struct client client = {0};
    struct roster *roster = NULL;
    const char *text = NULL, *why;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    if (home_roster(&roster, call->arena, &config, &why))
        roster = NULL;
    code = client_open_at(&client, call, &config, false);
    if (!code)
        code = audit_ask_point(&client, &text);
    if (!code && options_flag(&call->options, "json"))
        print_points_json(call, text);
    else if (!code)
        print_points(call, roster, text);
    client_close(&client);
    roster_free(roster);
    return code;
}

const struct command command_audit_checkpoint = {
    .name = "audit checkpoint",
    .takes = "",
    .summary = N_("print a signed checkpoint of each log, to be kept where this node's administrator does not reach"),
    .options = checkpoint_options,
    .examples = N_("  inama audit checkpoint >kept-in-may.txt\n"),
    .run = run_checkpoint,
};
