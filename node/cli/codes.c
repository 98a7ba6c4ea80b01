/* inama codes import: the full lists of species and places, from the files that their keepers publish. */
#include "cli/command.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/places.h"
#include "core/taxa.h"

enum { CSV_BYTES_MAX = 128 * 1024 * 1024, LIST_BYTES_MAX = 64 * 1024 * 1024 };

static const struct option options[] = {
    {"add", 0, NULL, N_("keep what was imported before, too"), false},
    OPTION_HOME,
    OPTIONS_END,
};

static const struct list {
    const char *name; /* also its key in node.yaml */
    const char *file;
    enum result (*import)(struct buf *out, struct span csv, struct report *report);
} lists[] = {
    {"taxa", "taxa.list", taxa_import},
    {"places", "places.list", places_import},
};

static const struct list *find_list(const char *name) {
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].name, name) == 0)
            return &lists[i];
    return NULL;
}

static enum exit_code import_file(struct call *call, const struct list *list, const char *path, struct buf *out) {
    struct span csv;
    struct report report;
    report_init(&report, call->arena);
    report.file = text_escape(call->arena, path);
    size_t before = out->len;
    enum result result = file_read(&csv, call->arena, path, CSV_BYTES_MAX);
    if (!result)
        result = list->import(out, csv, &report);
    print_report(call->arena, &report);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    print_line(_("%s: %s taken, %zu findings."), text_escape(call->arena, path),
               print_size(call->arena, out->len - before), report.count + report.dropped);
    return EXIT_DONE;
}

/* What we wrote must read back before it replaces anything. */
static enum exit_code check_list(struct call *call, const struct list *list, struct span content) {
    struct report report;
    struct taxa *taxa;
    struct places *places;
    report_init(&report, call->arena);
    enum result result = list->import == taxa_import ? taxa_load(&taxa, call->arena, content, &report)
                                                     : places_load(&places, call->arena, content, &report);
    if (!result)
        return EXIT_DONE;
    print_report(call->arena, &report);
    print_error("%s", result_text(result));
    return EXIT_REFUSED;
}

static enum exit_code set_config(struct call *call, const struct list *list) {
    const char *path = config_path(call->arena, options_text(&call->options, "home"));
    struct span yaml;
    enum result result = file_read(&yaml, call->arena, path, CONFIG_BYTES_MAX);
    const char *text = result ? NULL : home_set(call->arena, (const char *)yaml.data, list->name, list->file);
    if (text)
        result = file_write(path, span_of_text(text), 0600);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    return EXIT_REFUSED;
}

static enum exit_code keep(struct call *call, const struct config *config, const struct list *list,
                           struct span content) {
    const char *path = file_below(call->arena, config->folder, list->file);
    enum exit_code code = check_list(call, list, content);
    if (code)
        return code;
    enum result result = file_write(path, content, 0644);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, path), result_text(result));
        return EXIT_REFUSED;
    }
    code = set_config(call, list);
    if (!code)
        print_line(_("Kept as %s and named in node.yaml; the node reads it when it starts."),
                   text_escape(call->arena, path));
    return code;
}

static enum exit_code run(struct call *call) {
    struct config config;
    struct buf out;
    const struct list *list = find_list(call->options.words[0]);
    if (!list)
        return print_usage_error(call, _("import what? Expected taxa or places, then the files"));
    enum exit_code code = home_read(&config, call);
    if (code)
        return code;
    buf_init(&out, call->arena);
    struct span old;
    const char *path = file_below(call->arena, config.folder, list->file);
    if (options_flag(&call->options, "add") && !file_read(&old, call->arena, path, LIST_BYTES_MAX))
        buf_put_span(&out, old);
    for (size_t i = 1; i < call->options.word_count && !code; i++)
        code = import_file(call, list, call->options.words[i], &out);
    return code ? code : keep(call, &config, list, buf_span(&out));
}

const struct command command_codes_import = {
    .name = "codes import",
    .takes = "taxa|places FILE…",
    .summary = N_("import the full list of species (Species+ checklist) or places (UN/LOCODE)"),
    .options = options,
    .words_min = 2,
    .words_max = 300,
    .examples = N_("  inama codes import taxa Index_of_CITES_Species.csv\n"
                   "  inama codes import places UNLOCODE-KE.csv UNLOCODE-CD.csv\n"),
    .run = run,
};
