/* inama export: alerts with what an audience may see of them, a line of JSON each.
 *
 * Lines go to FILE.part, and how far that is good to FILE.resume, each time the node has answered; at the end FILE.part
 * becomes FILE. One that was cut off goes on with --resume, behind its last whole answer. */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/row.h"

enum { REASONS_MAX = 32, RESUME_BYTES_MAX = 64 * 1024 };

static const struct option options[] = {
    {"audience", 0, "NAME", N_("an audience of the policy: what it may see, and no more than you may"), false},
    {"output", 'o', "FILE", N_("into this file, which must not be there; else to standard output"), false},
    {"resume", 0, NULL, N_("go on with one that was cut off"), false},
    ROW_FILTERS,
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

struct exporting {
    struct call *call;
    struct client client;
    const char *query;
    const char *audience;
    const char *path; /* NULL: standard output */
    const char *part_path;
    const char *resume_path;
    FILE *file;
    const char *page; /* NULL: at the beginning */
    uint64_t bytes;
    uint64_t exported;
    struct reason {
        const char *name;
        const char *text;
        uint64_t count;
    } reasons[REASONS_MAX];
    size_t reason_count;
};

static enum exit_code complain(const char *path, enum result result) {
    print_error("%s: %s", path, result_text(result));
    return EXIT_REFUSED;
}

/* ---- how far it is ---- */

static struct reason *reason_named(struct exporting *exporting, const char *name, const char *text) {
    struct arena *arena = exporting->call->arena;
    for (size_t i = 0; i < exporting->reason_count; i++)
        if (strcmp(exporting->reasons[i].name, name) == 0)
            return &exporting->reasons[i];
    if (exporting->reason_count == REASONS_MAX)
        return NULL;
    const char *kept_name = arena_text(arena, name, strlen(name)), *kept = arena_text(arena, text, strlen(text));
    struct reason *reason = &exporting->reasons[exporting->reason_count];
    if (!kept_name || !kept)
        return NULL;
    *reason = (struct reason){kept_name, kept, 0};
    exporting->reason_count++;
    return reason;
}

static json_t *reasons_json(const struct exporting *exporting) {
    json_t *list = json_array();
    for (size_t i = 0; i < exporting->reason_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:I}", "name", exporting->reasons[i].name, "why",
                                              print_json_text(exporting->reasons[i].text), "count",
                                              (json_int_t)exporting->reasons[i].count));
    return list;
}

static enum result keep_place(struct exporting *exporting) {
    if (fflush(exporting->file) != 0 || fsync(fileno(exporting->file)) != 0)
        return file_result(errno);
    json_t *json = json_pack("{s:o, s:o, s:o, s:I, s:I, s:o}", "audience", print_json_text(exporting->audience),
                             "query", print_json_text(exporting->query), "page", print_json_text(exporting->page),
                             "bytes", (json_int_t)exporting->bytes, "exported", (json_int_t)exporting->exported,
                             "left_out", reasons_json(exporting));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    enum result result = text ? file_write(exporting->resume_path, span_of_text(text), 0600) : RESULT_NO_MEMORY;
    free(text);
    return result;
}

static bool is_text(const json_t *json, const char *key, const char *text) {
    const char *value = json_string_value(json_object_get(json, key));
    return value && strcmp(value, text) == 0;
}

static bool take_place(struct exporting *exporting, const json_t *json) {
    const char *page = json_string_value(json_object_get(json, "page"));
    size_t index;
    json_t *item;
    exporting->bytes = (uint64_t)json_integer_value(json_object_get(json, "bytes"));
    exporting->exported = (uint64_t)json_integer_value(json_object_get(json, "exported"));
    exporting->page = page ? arena_text(exporting->call->arena, page, strlen(page)) : NULL;
    json_array_foreach(json_object_get(json, "left_out"), index, item) {
        const char *name = json_string_value(json_object_get(item, "name")),
                   *why = json_string_value(json_object_get(item, "why"));
        struct reason *reason = name && why ? reason_named(exporting, name, why) : NULL;
        if (!reason)
            return false;
        reason->count = (uint64_t)json_integer_value(json_object_get(item, "count"));
    }
    return exporting->page != NULL;
}

/* The same question, from the place that was kept; what was written behind it is cut off. */
static enum exit_code go_on(struct exporting *exporting) {
    struct span bytes;
    enum result result = file_read(&bytes, exporting->call->arena, exporting->resume_path, RESUME_BYTES_MAX);
    if (result)
        return complain(exporting->resume_path, result);
    json_t *json = json_loadb((const char *)bytes.data, bytes.len, 0, NULL);
    bool is_same = is_text(json, "audience", exporting->audience) && is_text(json, "query", exporting->query);
    bool is_good = json && take_place(exporting, json);
    json_decref(json);
    if (!is_good)
        return complain(exporting->resume_path, RESULT_MALFORMED);
    if (!is_same) {
        print_error(_("%s was begun with another query or audience"), exporting->part_path);
        return EXIT_REFUSED;
    }
    int fd = open(exporting->part_path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return complain(exporting->part_path, file_result(errno));
    if (fstat(fd, &status) != 0 || (uint64_t)status.st_size < exporting->bytes) {
        close(fd);
        return complain(exporting->part_path, RESULT_TRUNCATED);
    }
    exporting->file = fdopen(fd, "wb");
    if (!exporting->file || ftruncate(fd, (off_t)exporting->bytes) != 0 ||
        fseeko(exporting->file, (off_t)exporting->bytes, SEEK_SET) != 0)
        return complain(exporting->part_path, file_result(errno));
    return EXIT_DONE;
}

static enum exit_code begin(struct exporting *exporting) {
    struct stat status;
    if (lstat(exporting->path, &status) == 0)
        return complain(exporting->path, RESULT_EXISTS);
    if (options_flag(&exporting->call->options, "resume"))
        return go_on(exporting);
    int fd = open(exporting->part_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        print_error(_("%s is there: an export that was cut off"), exporting->part_path);
        print_next(_("--resume goes on with it; else remove it first"));
        return EXIT_REFUSED;
    }
    exporting->file = fd < 0 ? NULL : fdopen(fd, "wb");
    return exporting->file ? EXIT_DONE : complain(exporting->part_path, file_result(errno));
}

/* ---- lines ---- */

static enum result put_lines(struct exporting *exporting, const ExportPart *part) {
    for (size_t i = 0; i < part->n_alerts; i++) {
        const char *json = part->alerts[i]->json;
        size_t len = strlen(json);
        if (fwrite(json, 1, len, exporting->file) != len || putc('\n', exporting->file) == EOF)
            return file_result(errno);
        exporting->bytes += len + 1;
        exporting->exported++;
    }
    for (size_t i = 0; i < part->n_left_out; i++) {
        struct reason *reason =
            reason_named(exporting, part->left_out[i]->name, part->left_out[i]->text ? part->left_out[i]->text : "");
        if (!reason)
            return RESULT_NO_MEMORY;
        reason->count += part->left_out[i]->count;
    }
    return RESULT_OK;
}

static enum result take_part(struct exporting *exporting, const Reply *reply) {
    if (!reply->export)
        return RESULT_MALFORMED;
    TRY(put_lines(exporting, reply->export));
    exporting->page = reply->next ? arena_text(exporting->call->arena, reply->next, strlen(reply->next)) : NULL;
    if (reply->next && !exporting->page)
        return RESULT_NO_MEMORY;
    return exporting->path && exporting->page ? keep_place(exporting) : RESULT_OK;
}

static uint64_t looked_at(const struct exporting *exporting) {
    uint64_t count = exporting->exported;
    for (size_t i = 0; i < exporting->reason_count; i++)
        count += exporting->reasons[i].count;
    return count;
}

static enum exit_code ask(struct exporting *exporting) {
    struct progress progress;
    Request request = REQUEST__INIT;
    Export words = EXPORT__INIT;
    const Reply *reply = NULL;
    words.query = (char *)(uintptr_t)exporting->query;
    words.audience = (char *)(uintptr_t)exporting->audience;
    request.export = &words;
    progress_start(&progress, _("exported"), 0);
    do {
        words.page = (char *)(uintptr_t)exporting->page;
        enum exit_code code = client_ask(&exporting->client, &request, &reply);
        if (code && reply)
            row_print_mistake(exporting->call, exporting->query, reply);
        if (code)
            return code;
        enum result result = take_part(exporting, reply);
        if (result)
            return complain(exporting->path ? exporting->part_path : "-", result);
        progress.total = reply->total;
        progress_set(&progress, looked_at(exporting));
    } while (exporting->page);
    progress_end(&progress);
    return EXIT_DONE;
}

/* ---- the end ---- */

static enum exit_code finish(struct exporting *exporting) {
    FILE *file = exporting->file;
    exporting->file = NULL;
    if (!exporting->path)
        return fflush(file) == 0 ? EXIT_DONE : complain("-", file_result(errno));
    bool is_on_disk = fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (fclose(file) != 0 || !is_on_disk || rename(exporting->part_path, exporting->path) != 0)
        return complain(exporting->path, file_result(errno));
    unlink(exporting->resume_path);
    return EXIT_DONE;
}

/* On standard error, as the lines may go to standard output. */
static void tell(const struct exporting *exporting) {
    if (options_flag(&exporting->call->options, "json")) {
        json_t *json =
            json_pack("{s:I, s:o}", "exported", (json_int_t)exporting->exported, "left_out", reasons_json(exporting));
        json_dumpf(json, stderr, JSON_COMPACT);
        fputc('\n', stderr);
        json_decref(json);
        return;
    }
    fprintf(stderr, ngettext("%llu alert exported.\n", "%llu alerts exported.\n", exporting->exported),
            (unsigned long long)exporting->exported);
    for (size_t i = 0; i < exporting->reason_count; i++)
        fprintf(stderr, _("%llu left out: %s\n"), (unsigned long long)exporting->reasons[i].count,
                text_escape(exporting->call->arena, exporting->reasons[i].text));
}

static enum exit_code read_options(struct exporting *exporting) {
    struct call *call = exporting->call;
    const char *complaint = NULL;
    exporting->query = row_query(call, &complaint);
    exporting->audience = options_text(&call->options, "audience");
    exporting->path = options_text(&call->options, "output");
    if (!complaint && !exporting->audience)
        complaint = _("--audience says for whom: what they may see is what is exported");
    if (!complaint && !exporting->path && options_flag(&call->options, "resume"))
        complaint = _("--resume goes with --output");
    if (complaint)
        return print_usage_error(call, complaint);
    exporting->file = stdout;
    if (exporting->path) {
        exporting->file = NULL;
        exporting->part_path = text_format(call->arena, "%s.part", exporting->path);
        exporting->resume_path = text_format(call->arena, "%s.resume", exporting->path);
    }
    return EXIT_DONE;
}

static enum exit_code run(struct call *call) {
    struct exporting exporting = {.call = call};
    enum exit_code code = read_options(&exporting);
    if (code)
        return code;
    code = client_open(&exporting.client, call);
    if (!code && exporting.path)
        code = begin(&exporting);
    if (!code)
        code = ask(&exporting);
    if (!code)
        code = finish(&exporting);
    if (!code)
        tell(&exporting);
    if (exporting.file && exporting.file != stdout) {
        fclose(exporting.file);
        print_next(_("what is in %s stays there: --resume goes on with it"), exporting.part_path);
    }
    client_close(&exporting.client);
    return code;
}

const struct command command_export = {
    .name = "export",
    .takes = "[QUERY…] --audience NAME",
    .summary = N_("write alerts as an audience may see them, a line of JSON each"),
    .options = options,
    .words_max = 256,
    .examples = N_("  inama export --audience partners -o alerts.jsonl        all that they may have\n"
                   "  inama export --audience partners -o alerts.jsonl --resume   goes on after a cut\n"
                   "  inama export date:2015 --audience secretariat >2015.jsonl\n"),
    .run = run,
};
