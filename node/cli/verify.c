/* inama verify: recomputes on this machine, from the bytes, that an alert is what its originator signed. */
#include "cli/command.h"

#include "base/text.h"
#include "cli/client.h"
#include "cli/home.h"
#include "cli/print.h"
#include "cli/proof.h"

static const struct option options[] = {OPTION_HOME, OPTION_JSON, OPTIONS_END};

static void print_steps(struct arena *arena, const struct proof *proof) {
    static const struct column columns[] = {{"", COLUMN_KEEP}, {"", COLUMN_WRAP}, {"", COLUMN_WRAP}};
    struct table *table = table_new(arena, columns, 3);
    for (size_t i = 0; i < proof->count; i++) {
        const struct proof_step *step = &proof->steps[i];
        table_cell_in(table, step->result ? PRINT_RED : PRINT_GREEN, step->result ? _("FAILED") : _("ok"));
        table_cell(table, step->what);
        table_cell(table, step->detail);
    }
    table_print(table);
    if (proof->good)
        print_line(_("Verified: this is what the originator signed, as far as this node may see it."));
    else
        print_line(_("NOT verified: do not rely on this alert."));
}

static void print_steps_json(const struct proof *proof) {
    json_t *steps = json_array();
    for (size_t i = 0; i < proof->count; i++) {
        const struct proof_step *step = &proof->steps[i];
        json_array_append_new(steps, json_pack("{s:s, s:s, s:s}", "step", step->what, "result",
                                               result_name(step->result), "detail", step->detail));
    }
    json_t *object = proof->readable ? print_json_hex(SPAN_OF_ARRAY(proof->disclosure.object)) : json_null();
    print_json(json_pack("{s:b, s:o, s:o}", "verified", proof->good, "object", object, "steps", steps));
}

static enum exit_code run(struct call *call) {
    struct config config;
    struct client client;
    const Reply *reply;
    struct proof proof;
    Request request = REQUEST__INIT;
    Show show = SHOW__INIT;
    show.alert = (char *)(uintptr_t)call->options.words[0];
    request.show = &show;
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    code = client_open_at(&client, call, &config, false);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code) {
        proof_make(&proof, call->arena, reply->shown, &config);
        if (options_flag(&call->options, "json"))
            print_steps_json(&proof);
        else
            print_steps(call->arena, &proof);
        code = proof.good ? EXIT_DONE : EXIT_REFUSED;
    }
    client_close(&client);
    return code;
}

const struct command command_verify = {
    .name = "verify",
    .takes = "ALERT",
    .summary = N_("check every signature of an alert, on this machine, step by step"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama verify 3f9a07c2      the first digits of its id, as find prints them\n"),
    .run = run,
};
