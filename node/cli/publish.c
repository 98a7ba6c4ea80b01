/* inama publish: alerts from JSON, signed and sent to whom the policy lets see them. */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/attach.h"
#include "cli/batch.h"
#include "cli/print.h"

enum { INPUT_BYTES_MAX = 64 * 1024 * 1024 };

static const struct option options[] = {
    {"attach", 'a', "EXHIBIT=FILE", N_("this file goes with that exhibit of the alert"), true},
    {"keep-metadata", 0, NULL, N_("attach files as they are, with all that cameras and programs wrote into them"),
     false},
    {"dry-run", 'n', NULL, N_("check it and show who would see what; publish nothing"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

/* Several alerts in one file: an array, or one behind the other. A single one goes as it was written, so that findings
 * name its lines. */
static enum exit_code add_many(struct batch *batch, struct call *call, const char *name, struct span content) {
    size_t at = 0, number = 0;
    while (at < content.len && strspn((const char *)content.data + at, " \t\r\n") < content.len - at) {
        json_error_t error;
        json_t *value = json_loadb((const char *)content.data + at, content.len - at,
                                   JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
        if (!value)
            return batch_add(batch, name, content); /* the node says what is wrong with it */
        at += (size_t)error.position;
        size_t count = json_is_array(value) ? json_array_size(value) : 1;
        for (size_t i = 0; i < count; i++) {
            char *text = json_dumps(json_is_array(value) ? json_array_get(value, i) : value, JSON_COMPACT);
            const char *copy = text ? arena_text(call->arena, text, strlen(text)) : NULL;
            free(text);
            number++;
            enum exit_code code =
                copy ? batch_add(batch, text_format(call->arena, "%s#%zu", name, number), span_of_text(copy))
                     : EXIT_REFUSED;
            if (code) {
                json_decref(value);
                return code;
            }
        }
        json_decref(value);
    }
    return EXIT_DONE;
}

static bool is_one(struct span content) {
    json_t *value = json_loadb((const char *)content.data, content.len, JSON_REJECT_DUPLICATES, NULL);
    bool one = json_is_object(value);
    json_decref(value);
    return one;
}

/* The alert with its files; what is wrong with its form the node says, with the line. */
static enum exit_code add_attaching(struct batch *batch, struct call *call, const char *name, struct span content) {
    struct attach_options how = {.keep_metadata = options_flag(&call->options, "keep-metadata"),
                                 .dry_run = batch->options.dry_run,
                                 .quiet = options_flag(&call->options, "json")};
    how.count = options_list(&call->options, "attach", &how.files);
    if (!is_one(content))
        return batch_add(batch, name, content);
    json_t *alert = json_loadb((const char *)content.data, content.len, 0, NULL);
    enum exit_code code = attach_files(&batch->client, alert, &how);
    char *text = code ? NULL : json_dumps(alert, JSON_COMPACT);
    const char *copy = text ? arena_text(call->arena, text, strlen(text)) : NULL;
    free(text);
    json_decref(alert);
    if (!code && !copy)
        code = EXIT_REFUSED;
    return code ? code : batch_add(batch, name, span_of_text(copy));
}

static enum exit_code add_file(struct batch *batch, struct call *call, const char *path) {
    struct span content;
    const char *const *files;
    const char *name = strcmp(path, "-") == 0 ? _("standard input") : text_escape(call->arena, path);
    enum result result = file_read(&content, call->arena, path, INPUT_BYTES_MAX);
    if (result) {
        print_error("%s: %s", name, result_text(result));
        return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
    }
    if (options_list(&call->options, "attach", &files))
        return add_attaching(batch, call, name, content);
    return is_one(content) ? batch_add(batch, name, content) : add_many(batch, call, name, content);
}

static const char *plural_members(struct arena *arena, const Reader *reader) {
    const char *names = "";
    for (size_t i = 0; i < reader->n_members; i++)
        names = text_format(arena, "%s%s%s", names, i ? ", " : "", text_escape(arena, reader->members[i]));
    return *names ? names : _("nobody in the roster");
}

static void print_published(struct call *call, const char *name, const Published *published) {
    const char *hex = print_hex(call->arena, span_of(published->object.data, published->object.len), 32);
    print_line(_("%s: published %s%s%s"), name, print_on(PRINT_BOLD), hex, print_off());
    for (size_t i = 0; i < published->n_readers; i++) {
        const Reader *reader = published->readers[i];
        if (reader->n_members == 0 && !reader->refusal)
            continue;
        print_line("  %-12s %s", text_escape(call->arena, reader->audience),
                   reader->refusal ? text_escape(call->arena, reader->refusal) : plural_members(call->arena, reader));
    }
}

/* ---- the dry run: fields by reader ---- */

static void print_matrix(struct call *call, const char *name, const Published *published) {
    struct arena *arena = call->arena;
    struct field_set present;
    if (!batch_present(arena, published, &present))
        return;
    struct column *columns = arena_array(arena, published->n_readers + 1, sizeof *columns);
    if (!columns)
        return;
    columns[0] = (struct column){N_("FIELD"), COLUMN_KEEP};
    for (size_t i = 0; i < published->n_readers; i++)
        columns[i + 1] = (struct column){text_escape(arena, published->readers[i]->audience), COLUMN_KEEP};
    print_line(_("%s: good. Nothing was published. Who would see what:"), name);
    struct table *table = table_new(arena, columns, published->n_readers + 1);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        if (!field_set_has(&present, slot) || !field_at(slot))
            continue;
        table_cell(table, field_at(slot)->path);
        for (size_t i = 0; i < published->n_readers; i++)
            table_cell_in(table, PRINT_GREEN, batch_shows(published->readers[i], slot) ? _("yes") : "");
    }
    table_print(table);
    for (size_t i = 0; i < published->n_readers; i++) {
        const Reader *reader = published->readers[i];
        print_line("%s: %s", text_escape(arena, reader->audience),
                   reader->refusal ? text_escape(arena, reader->refusal) : plural_members(arena, reader));
    }
}

static json_t *reader_json(const Reader *reader) {
    json_t *fields = json_array(), *members = json_array();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_at(slot) && batch_shows(reader, slot))
            json_array_append_new(fields, json_string(field_at(slot)->path));
    for (size_t i = 0; i < reader->n_members; i++)
        json_array_append_new(members, print_json_text(reader->members[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "audience", print_json_text(reader->audience), "members", members,
                     "fields", fields, "refusal", print_json_text(reader->refusal));
}

static void print_published_json(const char *name, const Published *published) {
    json_t *readers = json_array(), *findings = json_array();
    for (size_t i = 0; i < published->n_readers; i++)
        json_array_append_new(readers, reader_json(published->readers[i]));
    for (size_t i = 0; i < published->n_findings; i++) {
        const Finding *finding = published->findings[i];
        json_array_append_new(findings, json_pack("{s:b, s:I, s:o, s:o}", "error", finding->error != 0, "line",
                                                  (json_int_t)finding->line, "field", print_json_text(finding->field),
                                                  "text", print_json_text(finding->text)));
    }
    print_json(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "file", name, "result", print_json_text(published->result),
                         "object", print_json_hex(span_of(published->object.data, published->object.len)), "alert",
                         print_json_hex(span_of(published->alert.data, published->alert.len)), "findings", findings,
                         "readers", readers));
}

static void answered(void *context, const char *name, const Published *published) {
    struct call *call = context;
    if (options_flag(&call->options, "json")) {
        print_published_json(name, published);
        return;
    }
    batch_print_findings(call->arena, name, published);
    if (strcmp(published->result, "invalid") == 0)
        print_error(_("%s: not published"), name);
    else if (strcmp(published->result, "ok") != 0)
        print_error(_("%s: not published: %s; see inama status"), name,
                    text_escape(call->arena, result_text_of(published->result)));
    else if (options_flag(&call->options, "dry-run"))
        print_matrix(call, name, published);
    else
        print_published(call, name, published);
}

static enum exit_code run(struct call *call) {
    struct batch batch;
    const struct batch_options how = {.dry_run = options_flag(&call->options, "dry-run"),
                                      .size = BATCH_SIZE_DEFAULT,
                                      .answered = answered,
                                      .context = call};
    const char *const *files;
    if (options_list(&call->options, "attach", &files) && call->options.word_count > 1)
        return print_usage_error(call, _("--attach goes with one alert at a time"));
    enum exit_code code = batch_open(&batch, call, &how);
    for (size_t i = 0; i < call->options.word_count && !code; i++) {
        code = add_file(&batch, call, call->options.words[i]);
        if (code == EXIT_REFUSED) { /* the other files are good all the same */
            batch.refused++;
            code = EXIT_DONE;
        }
    }
    if (!code)
        code = batch_flush(&batch);
    if (!code && batch.refused)
        code = EXIT_REFUSED;
    if (batch.published + batch.refused > 1 && !options_flag(&call->options, "json"))
        print_line(how.dry_run ? _("%llu good, %llu refused.") : _("%llu published, %llu refused."),
                   (unsigned long long)batch.published, (unsigned long long)batch.refused);
    batch_close(&batch);
    return code;
}

const struct command command_publish = {
    .name = "publish",
    .takes = "FILE…|-",
    .summary = N_("publish alerts from JSON files"),
    .options = options,
    .words_min = 1,
    .words_max = 100000,
    .examples = N_("  inama publish --dry-run seizure.json      who would see which field\n"
                   "  inama publish seizure.json\n"
                   "  inama publish seizure.json --attach E2=photo.jpg   the photograph of exhibit E2 with it\n"
                   "  jq -c . *.json | inama publish -          many, one behind the other\n"),
    .run = run,
};
