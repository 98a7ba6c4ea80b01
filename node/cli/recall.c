/* inama recall: takes an alert of this node back, everywhere.
 *
 * A recall is the next version of the alert, without content; it is published like any. The node tells it to whom any
 * version was told, and erases them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/batch.h"
#include "cli/print.h"
#include "cli/row.h"
#include "cli/status.h"

static const struct option options[] = {
    {"reason", 'r', "TEXT", N_("why; everybody who was told the alert reads it"), false},
    {"yes", 'y', NULL, N_("do not ask"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static enum exit_code ask_status(struct client *client, const char *alert, const Reply **reply) {
    Request request = REQUEST__INIT;
    StatusRequest status = STATUS_REQUEST__INIT;
    status.alert = (char *)(uintptr_t)alert;
    request.status = &status;
    return client_ask(client, &request, reply);
}

static const char *hex_of(struct arena *arena, ProtobufCBinaryData bytes) {
    return print_hex(arena, span_of(bytes.data, bytes.len), bytes.len);
}

/* The newest version, also where the digits name an older one. */
static enum exit_code find_newest(struct client *client, const char *digits, const Reply **reply) {
    enum exit_code code = ask_status(client, digits, reply);
    if (!code && (*reply)->rows[0]->superseded)
        code = ask_status(client, hex_of(client->call->arena, (*reply)->rows[0]->alert), reply);
    return code;
}

static enum exit_code check_own(struct arena *arena, const Reply *reply) {
    const Row *row = reply->rows[0];
    if (strcmp(row->originator, reply->status->name) != 0) {
        print_error(_("this alert was made by %s, and nobody else can recall it"), text_escape(arena, row->originator));
        return EXIT_REFUSED;
    }
    if (strcmp(row->kind, "RECALL") == 0) {
        print_error(_("this alert has been recalled; inama status says who has carried it out"));
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

static size_t readers_of(const Reply *reply) {
    const AlertStatus *alert = reply->status->alert;
    size_t count = 0;
    for (size_t i = 0; alert && i < alert->n_told; i++)
        count += alert->told[i]->n_readers;
    return count;
}

static const char *recall_json(struct call *call, const Row *row, const char *reason) {
    json_t *json = json_pack(
        "{s:s, s:o, s:I, s:o, s:{s:s, s:s}}", "kind", "RECALL", "alert",
        print_json_hex(span_of(row->alert.data, row->alert.len)), "version", (json_int_t)row->version + 1, "supersedes",
        print_json_hex(span_of(row->object.data, row->object.len)), "marking", "tlp", row->tlp, "caveat", reason);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    const char *copy = text ? arena_text(call->arena, text, strlen(text)) : NULL;
    free(text);
    json_decref(json);
    return copy;
}

static enum exit_code publish(struct client *client, const char *json) {
    Request request = REQUEST__INIT;
    Publish words = PUBLISH__INIT;
    const Reply *reply;
    ProtobufCBinaryData alert = {.data = (uint8_t *)(uintptr_t)json, .len = strlen(json)};
    words.alerts = &alert;
    words.n_alerts = 1;
    request.publish = &words;
    enum exit_code code = client_ask(client, &request, &reply);
    if (code)
        return code;
    if (reply->n_published != 1)
        return EXIT_NO_NODE;
    const Published *published = reply->published[0];
    batch_print_findings(client->call->arena, "recall", published);
    if (strcmp(published->result, "ok") == 0)
        return EXIT_DONE;
    print_error(_("not recalled: %s"), text_escape(client->call->arena, result_text_of(published->result)));
    return EXIT_REFUSED;
}

static enum exit_code take_back(struct client *client, const Reply *reply, const char *reason) {
    struct call *call = client->call;
    const Row *row = reply->rows[0];
    const char *alert = arena_text(call->arena, hex_of(call->arena, row->alert), 2 * row->alert.len);
    const char *json = recall_json(call, row, reason);
    size_t readers = readers_of(reply);
    bool as_json = options_flag(&call->options, "json");
    if (!json || !alert) {
        print_error(_("the reason is not UTF-8"));
        return EXIT_USAGE;
    }
    if (!as_json) {
        row_print_line(call->arena, row);
        print_line(ngettext("It was told to %zu member. Its content is erased there and here, for good.",
                            "It was told to %zu members. Its content is erased there and here, for good.", readers),
                   readers);
    }
    if (!print_confirm(options_flag(&call->options, "yes"), _("Recall it?")))
        return EXIT_REFUSED;
    enum exit_code code = publish(client, json);
    if (!code)
        code = ask_status(client, alert, &reply);
    if (!code)
        status_print_alert(call->arena, reply, as_json);
    return code;
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    const char *reason = options_text(&call->options, "reason");
    if (!reason || !*reason)
        return print_usage_error(call, _("say why: --reason"));
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = find_newest(&client, call->options.words[0], &reply);
    if (!code)
        code = check_own(call->arena, reply);
    if (!code)
        code = take_back(&client, reply, reason);
    client_close(&client);
    return code;
}

const struct command command_recall = {
    .name = "recall",
    .takes = "ALERT",
    .summary = N_("take an alert of this node back, everywhere, and see who has carried it out"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama recall 3f9a07c2 --reason \"the wrong container\"\n"
                   "  inama status 3f9a07c2          who has carried it out, and who has not\n"),
    .run = run,
};
