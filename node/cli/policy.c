/* inama policy: who may see what, checked and explained. */
#include "cli/command.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/fields.h"
#include "core/policy.h"

/* ---- policy check ---- */

static const struct option check_options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static size_t count_fields(const struct policy_view *view) {
    size_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        count += field_at(slot) && field_set_has(&view->fields, slot);
    return count;
}

static const char *selector_text(struct arena *arena, const struct policy_selector *selector) {
    const char *role = selector->role ? selector->role : "", *country = selector->country ? selector->country : "";
    const char *name = selector->name ? selector->name : "";
    return text_format(arena, "%s%s%s%s%s", role, *role && *country ? " " : "", country,
                       *name && (*role || *country) ? " " : "", name);
}

static void print_audiences(struct arena *arena, const struct policy *policy) {
    static const struct column columns[] = {{N_("AUDIENCE"), COLUMN_KEEP},
                                            {N_("MEMBERS"), COLUMN_KEEP},
                                            {N_("OUR ALERTS"), COLUMN_KEEP},
                                            {N_("FIELDS"), COLUMN_RIGHT}};
    struct table *table = table_new(arena, columns, 4);
    for (size_t i = 0; i < policy->audience_count; i++) {
        const struct policy_audience *audience = &policy->audiences[i];
        table_cell(table, audience->name);
        table_cell(table, selector_text(arena, &audience->members));
        table_cell(table, audience->publish ? _("yes") : _("no"));
        table_cell(table, text_format(arena, "%zu / %zu", count_fields(&audience->view), field_count()));
    }
    table_print(table);
}

static json_t *report_json(const struct report *report) {
    json_t *list = json_array();
    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->findings[i];
        json_array_append_new(list, json_pack("{s:b, s:o, s:I, s:o, s:o}", "error", finding->severity == SEVERITY_ERROR,
                                              "file", print_json_text(finding->file), "line", (json_int_t)finding->line,
                                              "field", print_json_text(finding->field), "text",
                                              print_json_text(finding->text)));
    }
    return list;
}

static enum exit_code run_check(struct call *call) {
    struct config config;
    struct span yaml;
    struct report report;
    struct policy *policy;
    const char *path = call->options.word_count ? call->options.words[0] : NULL;
    report_init(&report, call->arena);
    enum exit_code code = path ? EXIT_DONE : home_read(&config, call);
    if (code)
        return code;
    path = path ? path : config.policy;
    enum result result = file_read(&yaml, call->arena, path, CONFIG_BYTES_MAX);
    if (!result)
        result = policy_read(&policy, call->arena, text_escape(call->arena, path), yaml, &report);
    if (options_flag(&call->options, "json")) {
        print_json(json_pack("{s:s, s:o}", "result", result_name(result), "findings", report_json(&report)));
        return result ? EXIT_REFUSED : EXIT_DONE;
    }
    print_report(call->arena, &report);
    if (result == RESULT_INVALID) {
        print_error(ngettext("%s: %zu error; this policy is not used", "%s: %zu errors; this policy is not used",
                             report.errors),
                    text_escape(call->arena, path), report.errors);
    } else if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    } else {
        print_audiences(call->arena, policy);
        print_line(_("%s is good."), text_escape(call->arena, path));
    }
    return result ? EXIT_REFUSED : EXIT_DONE;
}

const struct command command_policy_check = {
    .name = "policy check",
    .takes = "[FILE]",
    .summary = N_("check a policy file, by default this node's; all errors at once"),
    .options = check_options,
    .words_max = 1,
    .examples = N_("  inama policy check draft.yaml\n"),
    .run = run_check,
};

/* ---- policy explain ---- */

static const struct option explain_options[] = {
    {"for", 'f', "AUDIENCE", N_("an audience of the policy, or \"operators\", or \"live\""), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static void print_decisions(struct arena *arena, const Explained *explained) {
    static const struct column columns[] = {
        {N_("FIELD"), COLUMN_KEEP}, {N_("SHOWN"), COLUMN_KEEP}, {N_("DECIDED BY"), COLUMN_TRUNC}};
    struct table *table = table_new(arena, columns, 3);
    size_t shown = 0;
    for (size_t i = 0; i < explained->n_fields; i++) {
        const FieldDecision *decision = explained->fields[i];
        const struct field *field = field_at(decision->slot);
        if (!field)
            continue;
        shown += decision->shown != 0;
        table_cell(table, field->path);
        table_cell_in(table, decision->shown ? PRINT_GREEN : PRINT_RED, decision->shown ? _("yes") : _("no"));
        table_cell(table, decision->why);
    }
    table_print(table);
    print_line(_("%zu of %zu fields may be seen by %s."), shown, explained->n_fields,
               text_escape(arena, explained->audience));
}

static void explain_json(const Explained *explained) {
    json_t *list = json_array();
    for (size_t i = 0; i < explained->n_fields; i++) {
        const FieldDecision *decision = explained->fields[i];
        const struct field *field = field_at(decision->slot);
        if (field)
            json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "field", field->path, "shown",
                                                  decision->shown != 0, "why", print_json_text(decision->why)));
    }
    print_json(json_pack("{s:o, s:o}", "audience", print_json_text(explained->audience), "fields", list));
}

static enum exit_code run_explain(struct call *call) {
    const char *audience = options_text(&call->options, "for");
    if (!audience)
        return print_usage_error(call, _("for whom? Give --for AUDIENCE"));
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Explain explain = EXPLAIN__INIT;
    explain.alert = (char *)(uintptr_t)call->options.words[0];
    explain.audience = (char *)(uintptr_t)audience;
    request.explain = &explain;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code && options_flag(&call->options, "json"))
        explain_json(reply->explained);
    else if (!code)
        print_decisions(call->arena, reply->explained);
    client_close(&client);
    return code;
}

const struct command command_policy_explain = {
    .name = "policy explain",
    .takes = "ALERT",
    .summary = N_("say for each field of an alert whether an audience sees it, and which rule decided"),
    .options = explain_options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama policy explain 3f9a --for police\n"),
    .run = run_explain,
};
