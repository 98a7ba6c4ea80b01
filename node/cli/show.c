/* inama show: one alert, every field with its value or nothing, and how far it can be believed.
 *
 * A field that is withheld and one that the originator left empty look the same here, as they do everywhere.
 */
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/proof.h"
#include "cli/save.h"
#include "cli/sheet.h"
#include "cli/thread.h"
#include "core/alert.h"
#include "core/codes.h"

static const struct option options[] = {
    {"save", 's', NULL, N_("write the files of its exhibits, of all or of those named"), false},
    {"output", 'o', "DIR", N_("into this folder; else into the one where you are"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static const char *or_empty(const char *text) {
    return text ? text : "";
}

static const char *label_of(enum code_list list, const char *text) {
    const struct code *code = codes_find(list, or_empty(text));
    return code ? codes_label(code) : or_empty(text);
}

static void put(struct table *table, const char *label, const char *value) {
    if (!*value)
        return;
    table_cell_in(table, PRINT_BOLD, label);
    table_cell(table, value);
}

static const char *verified_text(struct arena *arena, const Shown *shown, const struct proof *proof) {
    if (!proof->good) {
        for (size_t i = 0; i < proof->count; i++)
            if (proof->steps[i].result)
                return text_format(arena, _("NO: %s"), proof->steps[i].detail);
    }
    return text_format(arena, _("yes, here, with the key that %s has in roster version %u"), shown->row->originator,
                       shown->roster_version);
}

static const char *came_text(struct arena *arena, const Shown *shown) {
    if (!shown->from)
        return text_format(arena, _("published by this node, %s"), print_time(arena, shown->arrived));
    return text_format(arena, _("from %s, its feed \"%s\", number %llu, %s"), shown->from, or_empty(shown->audience),
                       (unsigned long long)shown->number, print_time(arena, shown->arrived));
}

static const char *texts_joined(struct arena *arena, char *const *texts, size_t count) {
    const char *joined = count ? or_empty(texts[0]) : "";
    for (size_t i = 1; i < count; i++)
        joined = text_format(arena, "%s, %s", joined, or_empty(texts[i]));
    return joined;
}

/* What the originator has signed about passing some of it on, and to whom. */
static const char *release_text(struct arena *arena, const struct release *release) {
    if (!release)
        return "";
    const ReleaseTerms *terms = release->terms;
    const char *text = thread_fields_text(arena, &release->consent.fields);
    text = terms->n_onward ? text_format(arena, _("%s; may go on to %s"), text,
                                         thread_onward_text(arena, terms->onward, terms->n_onward))
                           : text_format(arena, _("%s; may go on to nobody"), text);
    if (release->consent.judicial)
        text = text_format(arena, _("%s; for judicial proceedings too"), text);
    return terms->has_until ? text_format(arena, _("%s; before %s"), text, print_time(arena, terms->until)) : text;
}

static const char *marking_text(struct arena *arena, const AlertHeader *header) {
    const char *text = text_format(arena, "TLP:%s", or_empty(header->tlp));
    for (size_t i = 0; i < header->n_handling; i++)
        text = text_format(arena, "%s %s", text, or_empty(header->handling[i]));
    if (header->onward && *header->onward)
        text = text_format(arena, _("%s; passing on: %s"), text, label_of(CODES_ONWARD, header->onward));
    if (header->n_onward_roles)
        text = text_format(arena, _("%s; only to %s"), text,
                           texts_joined(arena, header->onward_roles, header->n_onward_roles));
    if (header->n_onward_countries)
        text = text_format(arena, _("%s; only in %s"), text,
                           texts_joined(arena, header->onward_countries, header->n_onward_countries));
    if (header->has_onward_hops)
        text = text_format(arena, _("%s; through at most %u members"), text, header->onward_hops);
    if (header->has_embargo_until)
        text = text_format(arena, _("%s; not passed on before %s"), text, print_time(arena, header->embargo_until));
    if (header->n_purposes)
        text = text_format(arena, _("%s; for %s"), text, texts_joined(arena, header->purposes, header->n_purposes));
    if (header->has_share_with_iccwc && !header->share_with_iccwc)
        text = text_format(arena, _("%s; not shared with ICCWC"), text);
    if (header->retention_until && *header->retention_until)
        text = text_format(arena, _("%s; kept until %s"), text, header->retention_until);
    if (header->caveat && *header->caveat)
        text = text_format(arena, "%s; %s", text, header->caveat);
    if (header->national_marking && *header->national_marking)
        text = text_format(arena, "%s; %s", text, header->national_marking);
    return text;
}

static const char *version_text(struct arena *arena, const Shown *shown, const AlertHeader *header) {
    const char *text = text_format(arena, "%u", header->version);
    if (header->has_supersedes)
        text = text_format(arena, _("%s, replaces %s"), text,
                           print_hex(arena, span_of(header->supersedes.data, header->supersedes.len), 4));
    if (shown->row->erased)
        text = text_format(arena, _("%s, ERASED: header and signature are left"), text);
    if (shown->row->superseded)
        text = text_format(arena, _("%s, REPLACED by a newer one"), text);
    if (shown->row->doubt)
        text = text_format(arena, _("%s, NOT BELIEVED any more: a key on its way here was revoked"), text);
    if (shown->row->outdated)
        text = text_format(arena, _("%s; on its way here also sealed for a member that had been removed"), text);
    return text;
}

static const char *readers_text(struct arena *arena, const Shown *shown) {
    const char *text = "";
    for (size_t i = 0; i < shown->n_readers; i++)
        if (!shown->readers[i]->refusal && shown->readers[i]->n_members)
            text = text_format(arena, "%s%s%s (%zu)", text, *text ? ", " : "", shown->readers[i]->audience,
                               shown->readers[i]->n_members);
    return text;
}

static void put_recalled(struct table *table, struct arena *arena, const Shown *shown) {
    if (!shown->has_recalled)
        return;
    table_cell_in(table, PRINT_BOLD, _("RECALLED"));
    table_cell_in(table, PRINT_RED,
                  text_format(arena, _("by %s, %s: %s"), shown->row->originator, print_time(arena, shown->recalled),
                              or_empty(shown->recall_reason)));
}

static void print_head(struct arena *arena, const Shown *shown, const struct proof *proof) {
    static const struct column columns[] = {{"", COLUMN_KEEP}, {"", COLUMN_WRAP}};
    const AlertHeader *header = proof->disclosure.header;
    struct table *table = table_new(arena, columns, 2);
    put(table, _("Alert"), print_hex(arena, SPAN_OF_ARRAY(proof->disclosure.object), OBJECT_ID_SIZE));
    put_recalled(table, arena, shown);
    put(table, _("Kind"),
        text_format(arena, "%s%s%s", label_of(CODES_KIND, header->kind),
                    header->urgency && *header->urgency ? ", " : "", label_of(CODES_URGENCY, header->urgency)));
    put(table, _("Originator"), text_format(arena, "%s, %s", shown->row->originator, shown->originator_label));
    table_cell_in(table, PRINT_BOLD, _("Verified"));
    table_cell_in(table, proof->good ? PRINT_GREEN : PRINT_RED, verified_text(arena, shown, proof));
    put(table, _("Came"), came_text(arena, shown));
    put(table, _("Made"), print_time(arena, header->created));
    put(table, _("Marking"), marking_text(arena, header));
    put(table, _("Released"), release_text(arena, proof->disclosure.release));
    put(table, _("Grading"),
        header->grading_scheme
            ? text_format(arena, "%s%s, %s", or_empty(header->source_grade), or_empty(header->information_grade),
                          label_of(CODES_GRADING_SCHEME, header->grading_scheme))
            : "");
    put(table, _("Operation"), or_empty(header->operation));
    put(table, _("Version"), version_text(arena, shown, header));
    put(table, _("Answers"),
        header->has_in_reply_to ? print_hex(arena, span_of(header->in_reply_to.data, header->in_reply_to.len), 4) : "");
    put(table, _("Passed on to"), readers_text(arena, shown));
    table_print(table);
}

static json_t *show_json(struct arena *arena, const Shown *shown, const struct proof *proof) {
    struct buf text;
    buf_init(&text, arena);
    json_t *content = NULL, *readers = json_array();
    if (proof->readable && !alert_to_json(arena, proof->disclosure.header, proof->content, &text))
        content = json_loadb((const char *)text.data, text.len, 0, NULL);
    for (size_t i = 0; i < shown->n_readers; i++)
        if (!shown->readers[i]->refusal)
            json_array_append_new(readers, print_json_text(shown->readers[i]->audience));
    json_t *json =
        json_pack("{s:I, s:o, s:o, s:I, s:b, s:o, s:b, s:o, s:o, s:b, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:o}",
                  "sequence", (json_int_t)shown->row->sequence, "object",
                  print_json_hex(span_of(shown->row->object.data, shown->row->object.len)), "alert",
                  print_json_hex(span_of(shown->row->alert.data, shown->row->alert.len)), "version",
                  (json_int_t)shown->row->version, "superseded", shown->row->superseded != 0, "doubt",
                  print_json_text(shown->row->doubt), "outdated", shown->row->outdated != 0, "originator",
                  print_json_text(shown->row->originator), "originator_label", print_json_text(shown->originator_label),
                  "verified", proof->good, "roster_version", (json_int_t)shown->roster_version, "from",
                  print_json_text(shown->from), "audience", print_json_text(shown->audience), "number",
                  (json_int_t)shown->number, "arrived", (json_int_t)shown->arrived, "readers", readers, "content",
                  content ? content : json_null(), "attachments", save_json(shown, proof));
    json_object_set_new(json, "erased", json_boolean(shown->row->erased));
    json_object_set_new(json, "recalled",
                        shown->has_recalled ? json_pack("{s:I, s:o}", "time", (json_int_t)shown->recalled, "reason",
                                                        print_json_text(or_empty(shown->recall_reason)))
                                            : json_null());
    return json;
}

static enum exit_code check_proof(const struct call *call, const struct proof *proof) {
    if (proof->good)
        return EXIT_DONE;
    print_error(_("this alert did not pass verification; see: inama verify %s"),
                text_escape(call->arena, call->options.words[0]));
    return EXIT_REFUSED;
}

static enum exit_code print_shown(struct call *call, const Shown *shown) {
    struct proof proof;
    proof_make(&proof, call->arena, shown, NULL);
    if (options_flag(&call->options, "json")) {
        print_json(show_json(call->arena, shown, &proof));
    } else if (proof.readable) {
        print_head(call->arena, shown, &proof);
        print_blank();
        sheet_print(call->arena, proof.content);
        save_print(call->arena, shown, &proof);
    }
    return check_proof(call, &proof);
}

static enum exit_code save_shown(struct client *client, const Shown *shown) {
    struct call *call = client->call;
    struct proof proof;
    const char *folder = options_text(&call->options, "output");
    proof_make(&proof, call->arena, shown, NULL);
    enum exit_code code = check_proof(call, &proof);
    return code ? code
                : save_attachments(client, &proof, call->options.words + 1, call->options.word_count - 1,
                                   folder ? folder : ".");
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    show.alert = (char *)(uintptr_t)call->options.words[0];
    request.show = &show;
    bool save = options_flag(&call->options, "save");
    if (!save && (call->options.word_count > 1 || options_text(&call->options, "output")))
        return print_usage_error(call, _("exhibits and -o go with --save"));
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        code = save ? save_shown(&client, reply->shown) : print_shown(call, reply->shown);
    client_close(&client);
    return code;
}

const struct command command_show = {
    .name = "show",
    .takes = "ALERT [EXHIBIT…]",
    .summary = N_("show one alert: every field with its value or nothing, and how it was verified"),
    .options = options,
    .words_min = 1,
    .words_max = 257,
    .examples = N_("  inama show 3f9a07c2            the first digits of its id, as find prints them\n"
                   "  inama show 3f9a07c2 --json     all of it, for programs\n"
                   "  inama show 3f9a07c2 --save -o photos      the files of its exhibits, fetched and checked\n"
                   "  inama show 3f9a07c2 E2 --save             the file of exhibit E2\n"),
    .run = run,
};
