#include "cli/home.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/opener.h"
#include "cli/print.h"
#include "core/roots.h"

enum exit_code home_read(struct config *out, struct call *call) {
    struct report report;
    report_init(&report, call->arena);
    const char *path = config_path(call->arena, options_text(&call->options, "home"));
    enum result result = config_read(out, call->arena, path, &report);
    if (!result)
        return EXIT_DONE;
    print_report(call->arena, &report);
    if (result == RESULT_INVALID)
        return EXIT_REFUSED;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    if (result != RESULT_NOT_FOUND)
        return EXIT_NOT_ALLOWED;
    print_next(_("say where the node is with --home DIR, or make one with: inama init DIR"));
    return EXIT_NO_NODE;
}

enum result home_roots(struct roster_anchor *out, struct arena *arena, const char *path, struct report *report) {
    struct span content;
    TRY(file_read(&content, arena, path, KEY_FILE_BYTES_MAX));
    report->file = text_escape(arena, path);
    return roots_read(out, arena, content, report);
}

enum result home_roster(struct roster **out, struct arena *arena, const struct config *config, const char **why) {
    struct report report;
    report_init(&report, arena);
    struct roster_anchor anchor;
    struct span file;
    enum result result = home_roots(&anchor, arena, config->roots, &report);
    if (result) {
        *why = report.count ? report_line(arena, &report.findings[0])
                            : text_format(arena, "%s: %s", config->roots, result_text(result));
        return result;
    }
    result = file_read(&file, arena, config->roster, ROSTER_FILE_BYTES_MAX);
    if (!result)
        result = roster_open(out, file, &anchor);
    if (result)
        *why = text_format(arena, "%s: %s", config->roster, result_text(result));
    return result;
}

/* ---- this node's keys ---- */

void home_key_refused(struct call *call, const char *path, enum result result) {
    const char *shown = text_escape(call->arena, path);
    print_error("%s: %s", shown, result_text(result));
    if (result == RESULT_WRONG_KEY)
        print_next(
            _("another passphrase or key file seals it, or the file was changed since: try again, then its copy"));
    else if (result == RESULT_MALFORMED || result == RESULT_TRUNCATED || result == RESULT_UNKNOWN_SUITE)
        print_next(_("it is damaged, or no key file of INAMA: put the copy from the safe in its place"));
    else if (result == RESULT_NOT_ALLOWED)
        print_next(_("only its owner may read it: chmod 600 %s"), shown);
}

/* The key file that node.yaml names opens the identity without a question. */
static enum result open_by_config(struct identity *out, struct call *call, const struct config *config,
                                  struct span file) {
    struct span opener;
    TRY(file_read_private(&opener, call->arena, config->key_file, KEY_FILE_BYTES_MAX));
    enum result result = identity_open(out, file, opener);
    secret_wipe((void *)(uintptr_t)opener.data, opener.len);
    return result;
}

static enum exit_code open_by_options(struct identity *out, struct call *call, const struct config *config,
                                      struct span file, enum result *result) {
    struct opener opener;
    enum exit_code code = opener_read(&opener, call, config->identity, false);
    if (code)
        return code;
    *result = identity_open(out, file, opener_span(&opener));
    opener_release(&opener);
    return EXIT_DONE;
}

enum exit_code home_identity(struct identity *out, struct call *call, const struct config *config) {
    struct span file;
    enum secret_lock lock = SECRET_BY_PASSPHRASE;
    enum exit_code code = EXIT_DONE;
    bool given = options_text(&call->options, "key-file") || options_text(&call->options, "passphrase-file");
    enum result result = file_read_private(&file, call->arena, config->identity, KEY_FILE_BYTES_MAX);
    if (!result)
        result = secret_file_lock(file, &lock);
    if (!result && !given && lock == SECRET_BY_KEY_FILE && config->key_file)
        result = open_by_config(out, call, config, file);
    else if (!result)
        code = open_by_options(out, call, config, file, &result);
    if (result)
        home_key_refused(call, config->identity, result);
    return result ? EXIT_NOT_ALLOWED : code;
}

/* ---- what is shipped ---- */

/* Where the program is, so that a tree of files that was moved as a whole still works. */
static const char *beside_program(struct arena *arena, const char *name) {
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len <= 0)
        return NULL;
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = '\0';
    const char *installed = text_format(arena, "%s/../share/inama/%s", path, name);
    return access(installed, R_OK) == 0 ? installed : text_format(arena, "%s/../../config/%s", path, name);
}

enum result home_shipped(struct span *out, struct arena *arena, const char *name) {
    const char *folder = getenv("INAMA_DATADIR");
    if (folder && *folder)
        return file_read(out, arena, file_below(arena, folder, name), CONFIG_BYTES_MAX);
    const char *beside = beside_program(arena, name);
    if (beside && access(beside, R_OK) == 0)
        return file_read(out, arena, beside, CONFIG_BYTES_MAX);
    return file_read(out, arena, file_below(arena, INAMA_DATADIR, name), CONFIG_BYTES_MAX);
}

/* The line that sets `key`, or would without its "# "; NULL if there is none. */
static const char *find_key_line(const char *yaml, const char *key) {
    size_t len = strlen(key);
    for (const char *line = yaml; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *word = strncmp(line, "# ", 2) == 0 ? line + 2 : line;
        if (strncmp(word, key, len) == 0 && word[len] == ':')
            return line;
    }
    return NULL;
}

const char *home_set(struct arena *arena, const char *yaml, const char *key, const char *value) {
    struct buf out;
    buf_init(&out, arena);
    const char *line = find_key_line(yaml, key), *end = yaml + strlen(yaml), *rest = end;
    if (line) {
        rest = line + strcspn(line, "\n");
        end = line;
    }
    buf_put(&out, yaml, (size_t)(end - yaml));
    if (!line && end > yaml && end[-1] != '\n')
        buf_put_u8(&out, '\n');
    buf_put_span(&out, span_of_text(text_format(arena, "%s: %s", key, value)));
    buf_put_span(&out, line ? span_of_text(rest) : span_of_text("\n"));
    buf_put_u8(&out, '\0');
    return out.failed ? NULL : (const char *)out.data;
}

const char *home_replace(struct arena *arena, const char *text, const char *from, const char *to) {
    struct buf out;
    buf_init(&out, arena);
    for (const char *hit; (hit = strstr(text, from)); text = hit + strlen(from)) {
        buf_put(&out, text, (size_t)(hit - text));
        buf_put_span(&out, span_of_text(to));
    }
    buf_put_span(&out, span_of_text(text));
    buf_put_u8(&out, '\0');
    return out.failed ? NULL : (const char *)out.data;
}
