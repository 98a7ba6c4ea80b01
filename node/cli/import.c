/* inama import: a table of somebody's records, row by row, through a mapping. What is refused is said with its line and
 * its reason; the rest is published. */
#include "cli/command.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/batch.h"
#include "cli/print.h"
#include "core/alert.h"
#include "core/csv.h"
#include "core/mapping.h"

enum { TABLE_BYTES_MAX = 256 * 1024 * 1024, ROW_MEMORY_MAX = 16 * 1024 * 1024, HELD_MEMORY_MAX = 256 * 1024 * 1024 };

static const struct option options[] = {
    {"map", 'm', "MAPPING", N_("the mapping file; see config/maps for examples"), false},
    {"dry-run", 'n', NULL, N_("check everything, publish nothing"), false},
    {"batch", 0, "N", N_("alerts that go to the disk together; default 64"), false},
    {"warnings", 'w', NULL, N_("print the warnings, too, and not only their number"), false},
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

struct import {
    struct call *call;
    const char *name; /* of the table, for messages */
    struct mapping *mapping;
    struct csv csv;
    struct batch batch;
    struct arena row;  /* of one row's work */
    struct arena held; /* what the batch still needs */
    uint64_t refused;  /* before they reached the node */
    uint64_t skipped;
    uint64_t latin1;
    struct progress progress;
};

/* ---- what is said of a row ---- */

static void refuse_json(const char *place, const char *field, const char *text) {
    print_json(json_pack("{s:o, s:o, s:o}", "refused", print_json_text(place), "field", print_json_text(field), "text",
                         print_json_text(text)));
}

static void refuse_locally(struct import *import, const struct report *report) {
    import->refused++;
    if (!options_flag(&import->call->options, "json")) {
        print_report(&import->row, report);
        return;
    }
    for (size_t i = 0; i < report->count; i++)
        refuse_json(text_format(&import->row, "%s:%zu", report->findings[i].file, report->findings[i].line),
                    report->findings[i].field, report->findings[i].text);
}

static void answered(void *context, const char *name, const Published *published) {
    struct import *import = context;
    bool refused = strcmp(published->result, "ok") != 0, all = options_flag(&import->call->options, "warnings");
    for (size_t i = 0; i < published->n_findings; i++) {
        Finding finding = *published->findings[i], *one = &finding;
        if (!finding.error && !all)
            continue;
        finding.file = (char *)(uintptr_t)name;
        if (!options_flag(&import->call->options, "json"))
            print_findings(&import->held, &one, 1);
        else if (finding.error)
            refuse_json(name, finding.field, finding.text);
    }
    if (refused && published->n_findings == 0 && !options_flag(&import->call->options, "json"))
        print_error(_("%s: not published: %s"), name, text_escape(&import->held, result_text_of(published->result)));
}

/* ---- rows ---- */

static enum exit_code send_row(struct import *import, AlertHeader *header, Alert *content) {
    struct buf json;
    buf_init(&json, &import->held);
    const char *place = text_format(&import->held, "%s:%zu", import->name, import->csv.line);
    if (alert_to_json(&import->row, header, content, &json) || json.failed) {
        print_error("%s: %s", place, result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    enum exit_code code = batch_add(&import->batch, place, buf_span(&json));
    if (!code && import->batch.count == 0)
        arena_reset(&import->held);
    return code;
}

static enum exit_code take_row(struct import *import) {
    struct report report;
    AlertHeader *header;
    Alert *content;
    report_init(&report, &import->row);
    report.file = import->name;
    import->latin1 += import->csv.latin1;
    if (import->csv.count == import->mapping->column_count && !mapping_wants(import->mapping, &import->csv)) {
        import->skipped++;
        return EXIT_DONE;
    }
    if (!mapping_apply(import->mapping, &import->row, &import->csv, &header, &content, &report))
        return send_row(import, header, content);
    if (report.count == 0) {
        report.line = import->csv.line;
        report_add(&report, SEVERITY_ERROR, NULL, "%s", result_text(RESULT_NO_MEMORY));
    }
    refuse_locally(import, &report);
    return EXIT_DONE;
}

static void refuse_form(struct import *import) {
    struct report report;
    report_init(&report, &import->row);
    report.file = import->name;
    report.line = import->csv.line;
    report_add(&report, SEVERITY_ERROR, NULL, "%s",
               _("not readable as a row of CSV: a quote that never closes, a NUL, or too many cells"));
    refuse_locally(import, &report);
}

static enum exit_code take_all(struct import *import) {
    enum exit_code code = EXIT_DONE;
    for (;;) {
        arena_reset(&import->row);
        enum result result = csv_next(&import->csv, &import->row);
        if (result == RESULT_NOT_FOUND)
            break;
        if (result == RESULT_NO_MEMORY) {
            print_error("%s:%zu: %s", import->name, import->csv.next_line, result_text(result));
            return EXIT_REFUSED;
        }
        if (result)
            refuse_form(import);
        else
            code = take_row(import);
        if (code)
            return code;
        progress_set(&import->progress, import->csv.line);
    }
    return batch_flush(&import->batch);
}

/* ---- the files ---- */

static enum exit_code read_mapping(struct import *import, const char *path) {
    struct span yaml;
    struct report report;
    report_init(&report, import->call->arena);
    enum result result = file_read(&yaml, import->call->arena, path, CONFIG_BYTES_MAX);
    if (!result)
        result =
            mapping_read(&import->mapping, import->call->arena, text_escape(import->call->arena, path), yaml, &report);
    if (!result)
        return EXIT_DONE;
    print_report(import->call->arena, &report);
    print_error("%s: %s", text_escape(import->call->arena, path), result_text(result));
    return EXIT_REFUSED;
}

static uint64_t count_lines(struct span text) {
    uint64_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    return lines;
}

/* Opens the table and finds the mapping's columns in its first row. */
static enum exit_code read_table(struct import *import, const char *path) {
    struct span content;
    struct report report;
    struct arena *arena = import->call->arena;
    report_init(&report, arena);
    enum result result = file_read(&content, arena, path, TABLE_BYTES_MAX);
    if (!result) {
        csv_init(&import->csv, content);
        progress_start(&import->progress, _("row"), count_lines(content));
        result = csv_next(&import->csv, arena);
    }
    if (!result)
        result = mapping_bind(import->mapping, &import->csv, &report);
    if (!result)
        return EXIT_DONE;
    print_report(arena, &report);
    print_error("%s: %s", text_escape(arena, path),
                result == RESULT_INVALID ? _("this table and the mapping do not fit") : result_text(result));
    return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
}

static void summarize(const struct import *import) {
    const struct batch *batch = &import->batch;
    bool dry_run = batch->options.dry_run;
    uint64_t refused = import->refused + batch->refused;
    if (options_flag(&import->call->options, "json")) {
        print_json(json_pack("{s:b, s:I, s:I, s:I, s:I}", "dry_run", dry_run, "published", (json_int_t)batch->published,
                             "refused", (json_int_t)refused, "skipped", (json_int_t)import->skipped, "warnings",
                             (json_int_t)batch->warnings));
        return;
    }
    print_line(dry_run
                   ? _("%llu good (nothing was published), %llu refused, %llu skipped by the mapping, %llu warnings.")
                   : _("%llu published, %llu refused, %llu skipped by the mapping, %llu warnings."),
               (unsigned long long)batch->published, (unsigned long long)refused, (unsigned long long)import->skipped,
               (unsigned long long)batch->warnings);
    if (import->latin1)
        print_line(_("%llu rows were not UTF-8 and were read as Latin-1."), (unsigned long long)import->latin1);
    if (batch->warnings && !options_flag(&import->call->options, "warnings"))
        print_line("%s", _("See the warnings with --warnings --dry-run."));
}

static enum exit_code import_all(struct import *import, size_t batch_size) {
    const struct batch_options how = {.dry_run = options_flag(&import->call->options, "dry-run"),
                                      .size = batch_size,
                                      .answered = answered,
                                      .context = import};
    arena_init(&import->row, ROW_MEMORY_MAX);
    arena_init(&import->held, HELD_MEMORY_MAX);
    enum exit_code code = batch_open(&import->batch, import->call, &how);
    bool connected = !code;
    if (connected)
        code = take_all(import);
    progress_end(&import->progress);
    if (connected)
        summarize(import);
    batch_close(&import->batch);
    arena_release(&import->row);
    arena_release(&import->held);
    if (code)
        return code;
    return import->refused + import->batch.refused ? EXIT_REFUSED : EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    const char *map = options_text(&call->options, "map"), *path = call->options.words[0], *complaint = NULL;
    struct import import = {.call = call,
                            .name = strcmp(path, "-") == 0 ? _("standard input") : text_escape(call->arena, path)};
    uint64_t batch_size = BATCH_SIZE_DEFAULT;
    if (!map)
        return print_usage_error(call, _("which mapping? Give --map FILE, such as maps/lemis.yaml"));
    if (options_number(&call->options, call->arena, "batch", 1, BATCH_SIZE_MAX, &batch_size, &complaint))
        return print_usage_error(call, complaint);
    enum exit_code code = read_mapping(&import, map);
    if (!code)
        code = read_table(&import, path);
    return code ? code : import_all(&import, (size_t)batch_size);
}

const struct command command_import = {
    .name = "import",
    .takes = "FILE",
    .summary = N_("publish the rows of a CSV table through a mapping"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama import lemis.csv --map maps/lemis.yaml --dry-run    what would be refused, and why\n"
                   "  inama import lemis.csv --map maps/lemis.yaml\n"),
    .run = run,
};
