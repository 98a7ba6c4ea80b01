#include "daemon/start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "core/roots.h"

enum { LIST_BYTES_MAX = 64 * 1024 * 1024, ROOTS_BYTES_MAX = 16 * 1024 };

/* A file that could not be read, in words. */
enum result start_say(struct report *report, const char *path, enum result result) {
    report->file = path;
    report->line = 0;
    if (result && errno && (result == RESULT_IO || result == RESULT_NOT_ALLOWED || result == RESULT_NOT_FOUND))
        report_add(report, SEVERITY_ERROR, NULL, "%s (%s)", result_text(result), strerror(errno));
    else if (result)
        report_add(report, SEVERITY_ERROR, NULL, "%s", result_text(result));
    return result;
}

enum result start_log(const struct report *report, enum result result) {
    struct arena arena;
    arena_init(&arena, REPORT_FINDINGS_MAX * 1024);
    for (size_t i = 0; i < report->count; i++)
        log_write(report->findings[i].severity == SEVERITY_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s",
                  report_line(&arena, &report->findings[i]));
    arena_release(&arena);
    return result;
}

/* --- trusted roots --- */

static enum result read_roots(struct roster_anchor *anchor, struct node *node, struct report *report) {
    struct span text;
    const char *path = node->config.roots;
    TRY(start_say(report, path, file_read(&text, &node->arena, path, ROOTS_BYTES_MAX)));
    return roots_read(anchor, &node->arena, text, report);
}

/* A clock that is years off makes everything after it wrong: the entries we date, the roster we believe for too long.
 */
static enum result check_clock(const struct node *node, const struct roster *roster, struct report *report) {
    char now[25], created[25];
    uint64_t now_ms = clock_wall_ms(node->exchange.clock);
    if (roster_standing(roster, now_ms) != ROSTER_AHEAD)
        return RESULT_OK;
    text_time(now, now_ms);
    text_time(created, roster->created);
    report_add(report, SEVERITY_ERROR, NULL,
               _("was made on %s, and this machine's clock says %s: set the clock, then start again"), created, now);
    return RESULT_INVALID;
}

static enum result read_roster(struct roster **out, struct node *node, struct report *report) {
    struct roster_anchor anchor;
    struct arena arena;
    struct span file;
    const char *path = node->config.roster;
    TRY(read_roots(&anchor, node, report));
    arena_init(&arena, (size_t)ROSTER_FILE_BYTES_MAX * 2);
    errno = 0;
    enum result result = file_read(&file, &arena, path, ROSTER_FILE_BYTES_MAX);
    if (!result) {
        errno = 0;
        result = roster_open(out, file, &anchor);
    }
    arena_release(&arena);
    TRY(start_say(report, path, result));
    result = check_clock(node, *out, report);
    if (result)
        roster_free(*out);
    return result;
}

enum result start_read_policy(struct policy **out, struct arena *arena, const struct node *node,
                              struct report *report) {
    struct span yaml;
    const char *path = node->config.policy;
    arena_init(arena, (size_t)CONFIG_BYTES_MAX * 64);
    enum result result = start_say(report, path, file_read(&yaml, arena, path, CONFIG_BYTES_MAX));
    if (!result)
        result = policy_read(out, arena, path, yaml, report);
    if (result)
        arena_release(arena);
    return result;
}

enum result start_read_config(struct config *out, struct arena *arena, struct node *node, struct report *report) {
    const char *path = config_path(&node->exchange.turn, node->config.folder); /* as long as the report */
    size_t errors = report->errors;
    arena_init(arena, (size_t)CONFIG_BYTES_MAX * 64);
    errno = 0;
    enum result result = path ? config_read(out, arena, path, report) : RESULT_NO_MEMORY;
    if (result && report->errors == errors && path)
        start_say(report, path, result);
    if (result)
        arena_release(arena);
    return result;
}

/* --- identity --- */

static enum result ask_passphrase(struct span *out, struct arena *arena) {
    struct termios before, silent;
    char *line = arena_alloc(arena, PASSPHRASE_BYTES_MAX + 2);
    if (!line)
        return RESULT_NO_MEMORY;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0) {
        log_error(_("the identity needs a passphrase: give --passphrase-file, or start where you can type"));
        return RESULT_NOT_FOUND;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it in a buffer */
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(_("Passphrase: "), stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    bool read = fgets(line, PASSPHRASE_BYTES_MAX + 2, stdin) != NULL;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    *out = span_of(line, read ? strcspn(line, "\n") : 0);
    return RESULT_OK;
}

/* Where what opens the identity comes from: an option, a systemd credential, node.yaml, or the keyboard. */
static enum result read_opener(struct span *out, struct arena *arena, const struct node *node,
                               const struct node_options *options, enum secret_lock lock, struct report *report) {
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    const char *path = options->passphrase_file;
    if (!path && lock == SECRET_BY_KEY_FILE)
        path = node->config.key_file;
    if (!path && credentials)
        path = text_format(arena, "%s/inama", credentials);
    if (!path && lock == SECRET_BY_PASSPHRASE)
        return ask_passphrase(out, arena);
    if (!path) {
        report->file = node->config.identity;
        report_add(report, SEVERITY_ERROR, NULL, _("is opened by a key file: name it as key_file in node.yaml"));
        return RESULT_NOT_FOUND;
    }
    errno = 0;
    TRY(start_say(report, path, file_read_private(out, arena, path, KEY_FILE_BYTES_MAX)));
    while (lock == SECRET_BY_PASSPHRASE && out->len &&
           (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
        out->len--;
    return RESULT_OK;
}

static enum result read_identity(struct node *node, const struct node_options *options, struct report *report) {
    const char *path = node->config.identity;
    struct arena arena;
    struct span file, opener = {0};
    enum secret_lock lock;
    arena_init(&arena, KEY_FILE_BYTES_MAX * 4);
    errno = 0;
    enum result result = file_read_private(&file, &arena, path, KEY_FILE_BYTES_MAX);
    if (!result)
        result = secret_file_lock(file, &lock);
    if (result)
        start_say(report, path, result);
    else
        result = read_opener(&opener, &arena, node, options, lock, report);
    if (!result) {
        errno = 0;
        result = start_say(report, path, identity_open(&node->identity, file, opener));
        secret_wipe((void *)(uintptr_t)opener.data, opener.len);
    }
    arena_release(&arena);
    return result;
}

/* --- lists of names --- */

static enum result read_taxa(const struct taxa **out, struct node *node, struct report *report) {
    struct span list;
    struct taxa *taxa;
    *out = taxa_built_in();
    if (!node->config.taxa)
        return RESULT_OK;
    TRY(start_say(report, node->config.taxa, file_read(&list, &node->arena, node->config.taxa, LIST_BYTES_MAX)));
    TRY(taxa_load(&taxa, &node->arena, list, report));
    *out = taxa;
    return RESULT_OK;
}

static enum result read_places(const struct places **out, struct node *node, struct report *report) {
    struct span list;
    struct places *places;
    *out = places_built_in();
    if (!node->config.places)
        return RESULT_OK;
    TRY(start_say(report, node->config.places, file_read(&list, &node->arena, node->config.places, LIST_BYTES_MAX)));
    TRY(places_load(&places, &node->arena, list, report));
    *out = places;
    return RESULT_OK;
}

static enum result read_all(struct node *node, const struct node_options *options, struct report *report) {
    const char *path = config_path(&node->arena, options->home);
    errno = 0;
    enum result result = config_read(&node->config, &node->arena, path, report);
    if (result)
        return report->errors ? result : start_say(report, path, result);
    TRY(read_identity(node, options, report));
    struct roster *roster;
    TRY(read_roster(&roster, node, report));
    node->roster = roster;
    TRY(start_read_policy(&node->policy, &node->policy_arena, node, report));
    TRY(read_taxa(&node->references.taxa, node, report));
    return read_places(&node->references.places, node, report);
}

enum result start_read(struct node *node, const struct node_options *options) {
    struct report report;
    report_init(&report, &node->arena);
    return start_log(&report, read_all(node, options, &report));
}
