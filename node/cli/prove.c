/* inama proof: a file that proves an alert to who has no node; inama-verify reads it. */
#include <string.h>

#include "base/file.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/print.h"
#include "core/evidence_report.h"

enum { FILE_MODE = 0600 };

static const struct option options[] = {
    {"output", 'o', "FILE", N_("where to write it; nothing is replaced"), false},
    {"for", 0, "TEXT", N_("who is to read it: stands in the log of what operators did"), false},
    {"audience", 0, "NAME", N_("show what policy and marking give to this audience; else what operators here see"),
     false},
    {"fields", 0, "LIST", N_("of that these classes and fields alone, separated by commas"), false},
    {"to", 0, "AUDIENCE", N_("with the proof that and when this node told that audience, by its log and its witnesses"),
     false},
    OPTION_HOME,
    OPTIONS_END,
};

static char *words_of_option(const struct call *call, const char *name) {
    return (char *)(uintptr_t)options_text(&call->options, name);
}

static void print_what_is_in_it(struct call *call, struct span file) {
    static const struct evidence_trust nobody;
    struct evidence evidence;
    struct buf text;
    if (evidence_open(&evidence, call->arena, file))
        return; /* the node has opened it */
    buf_init(&text, call->arena);
    evidence_report(&text, call->arena, &evidence, &nobody);
    if (!text.failed)
        fwrite(text.data, 1, text.len, stdout);
    evidence_release(&evidence);
}

static enum exit_code write_file(struct call *call, const char *path, struct span file) {
    enum result result = file_create(path, file, FILE_MODE);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    print_what_is_in_it(call, file);
    print_blank();
    print_line(_("%s is written. Whoever has it can read what it shows: hand it over as you would the alert itself."),
               text_escape(call->arena, path));
    print_line(_("Give the reader the root keys by another way. There: inama-verify --root KEY %s"),
               text_escape(call->arena, path));
    return EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Prove words = PROVE__INIT;
    const char *path = options_text(&call->options, "output");
    words.alert = (char *)(uintptr_t)call->options.words[0];
    words.reader = words_of_option(call, "for");
    words.audience = words_of_option(call, "audience");
    words.fields = words_of_option(call, "fields");
    words.passed = words_of_option(call, "to");
    if (!path || !words.reader)
        return print_usage_error(call, _("say where to write it and for whom it is: -o FILE --for TEXT"));
    request.prove = &words;
    enum exit_code code = client_open(&client, call);
    if (!code)
        code = client_ask(&client, &request, &reply);
    if (!code)
        code = write_file(call, path, proto_span(reply->proven->file));
    client_close(&client);
    return code;
}

const struct command command_proof = {
    .name = "proof",
    .takes = "ALERT",
    .summary = N_("write a file that proves an alert to who has no node: to a court"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama proof 3f9a07c2 -o case.inama --for \"Tribunal de Matadi, RMP 1234\" --to customs\n"
                   "  inama-verify --root KEY case.inama      there, without a node\n"),
    .run = run,
};
