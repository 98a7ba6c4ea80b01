#include "cli/home.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"

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

/* Cuts the next line off `text`, without what surrounds it. */
static char *next_line(char **text) {
    char *line = *text;
    if (!*line)
        return NULL;
    size_t len = strcspn(line, "\n");
    *text = line + len + (line[len] == '\n');
    line[len] = '\0';
    while (isspace((unsigned char)*line))
        line++;
    for (len = strlen(line); len && isspace((unsigned char)line[len - 1]);)
        line[--len] = '\0';
    return line;
}

static void take_root(struct roots *out, const char *line, struct report *report) {
    if (*line == '\0' || *line == '#')
        return;
    if (out->count == ROSTER_ROOTS_MAX)
        report_add(report, SEVERITY_ERROR, NULL, _("more than %d roots"), ROSTER_ROOTS_MAX);
    else if (!text_unhex(out->keys[out->count], SIGN_PUBLIC_SIZE, line) || sign_check_key(out->keys[out->count]))
        report_add(report, SEVERITY_ERROR, NULL, _("\"%s\" is no root key, expected 64 hexadecimal digits"),
                   text_escape(report->arena, line));
    else
        out->count++;
}

enum result home_roots(struct roots *out, struct arena *arena, const char *path, struct report *report) {
    struct span content;
    TRY(file_read(&content, arena, path, KEY_FILE_BYTES_MAX));
    struct roots roots = {.keys = arena_array(arena, ROSTER_ROOTS_MAX, SIGN_PUBLIC_SIZE)};
    char *text = arena_text(arena, (const char *)content.data, content.len), *line;
    if (!roots.keys || !text)
        return RESULT_NO_MEMORY;
    size_t errors_before = report->errors;
    report->file = text_escape(arena, path);
    for (report->line = 1; (line = next_line(&text)); report->line++)
        take_root(&roots, line, report);
    if (report->errors > errors_before)
        return RESULT_INVALID;
    *out = roots;
    return RESULT_OK;
}

enum result home_roster(struct roster **out, struct arena *arena, const struct config *config, const char **why) {
    struct report report;
    report_init(&report, arena);
    struct roots roots;
    struct span file;
    enum result result = home_roots(&roots, arena, config->roots, &report);
    if (result) {
        *why = report.count ? report_line(arena, &report.findings[0])
                            : text_format(arena, "%s: %s", config->roots, result_text(result));
        return result;
    }
    const struct roster_trust trust = {.roots = (const uint8_t(*)[SIGN_PUBLIC_SIZE])roots.keys,
                                       .count = roots.count,
                                       .threshold = config->roots_threshold,
                                       .now_ms = clock_wall_ms(clock_system())};
    result = file_read(&file, arena, config->roster, ROSTER_BYTES_MAX);
    if (!result)
        result = roster_read(out, file, &trust);
    if (result)
        *why = text_format(arena, "%s: %s", config->roster, result_text(result));
    return result;
}

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
