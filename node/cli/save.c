#include "cli/save.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/reference.h"

enum {
    NAME_BYTES_KEPT = 200,
    EXTENSION_BYTES_KEPT = 16,
    ASK_AGAIN_MS = 200,
    STILL_MS = 90 * 1000, /* without a chunk, while it is being fetched */
    AWAY_MS = 5 * 1000,   /* while nobody brings it */
    SAVED_MODE = 0600,
};

/* ---- the name ---- */

static const char *last_part(const char *name) {
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return name;
}

/* Not inside a character; what it ends with says what it is. */
static const char *shorten(struct arena *arena, const char *name) {
    size_t len = strlen(name), kept = NAME_BYTES_KEPT;
    const char *extension = strrchr(name, '.');
    if (len <= kept)
        return name;
    if (!extension || strlen(extension) > EXTENSION_BYTES_KEPT)
        extension = "";
    while (kept && ((unsigned char)name[kept] & 0xC0) == 0x80)
        kept--;
    const char *begin = arena_text(arena, name, kept);
    return begin ? text_format(arena, "%s%s", begin, extension) : "";
}

const char *save_name(struct arena *arena, const char *file_name, size_t element) {
    const char *part = text_escape(arena, last_part(file_name ? file_name : ""));
    part += strspn(part, ".- ");
    char *name = arena_text(arena, part, strlen(part));
    for (char *at = name; at && *at; at++)
        if (*at == '\\' || *at == ':')
            *at = '_';
    for (size_t len = name ? strlen(name) : 0; len && strchr(". ", name[len - 1]); len--)
        name[len - 1] = '\0';
    return name && *name ? shorten(arena, name) : text_format(arena, "exhibit-%zu", element + 1);
}

/* ---- one file ---- */

struct saving {
    struct client *client;
    const AlertExhibit *exhibit;
    const char *label; /* of the exhibit, for people */
    struct blob_reference reference;
    struct span manifest;
    struct blob blob;
    struct blob_opener opener;
    bool has_asked; /* for it to be fetched */
    bool is_open;
    uint8_t *content;
    size_t len;
    uint64_t heard_ms; /* when the last chunk came */
    struct progress progress;
};

static struct arena *arena_of(const struct saving *saving) {
    return saving->client->call->arena;
}

static enum exit_code say_bad(const struct saving *saving, enum result result) {
    print_error(_("%s: the file is not what the alert says: %s"), saving->label, result_text(result));
    return EXIT_REFUSED;
}

/* The manifest and the key must be those that the alert names; then there is room for the whole file. */
static enum exit_code begin(struct saving *saving, const BlobPart *part) {
    void *manifest = arena_copy(arena_of(saving), part->manifest.data, part->manifest.len);
    if (!manifest)
        return say_bad(saving, RESULT_NO_MEMORY);
    enum result result = blob_read(&saving->blob, span_of(manifest, part->manifest.len), saving->reference.id);
    if (!result)
        result = blob_opener_init(&saving->opener, &saving->blob, saving->reference.key);
    if (!result) {
        saving->is_open = true;
        saving->content = arena_alloc(arena_of(saving), (size_t)saving->blob.size);
        result = saving->content ? RESULT_OK : RESULT_NO_MEMORY;
    }
    return result ? say_bad(saving, result) : EXIT_DONE;
}

static enum exit_code take_chunks(struct saving *saving, const BlobPart *part) {
    static uint8_t chunk[BLOB_CHUNK_BYTES];
    struct span plain;
    for (size_t i = 0; i < part->n_chunks; i++) {
        enum result result = saving->opener.next < saving->blob.count
                                 ? blob_open(&saving->opener, proto_span(part->chunks[i]), chunk, &plain)
                                 : RESULT_TOO_LARGE;
        if (result)
            return say_bad(saving, result);
        if (plain.len)
            memcpy(saving->content + saving->len, plain.data, plain.len);
        saving->len += plain.len;
    }
    progress_set(&saving->progress, saving->opener.given);
    return EXIT_DONE;
}

static const char *why_words(struct arena *arena, const BlobStatus *status) {
    const char *source = status->source ? text_escape(arena, status->source) : _("its source");
    if (!status->source)
        return _("nobody in the roster told this node an alert that names it");
    if (!status->why)
        return text_format(arena, _("it comes from %s"), source);
    if (strcmp(status->why, "disconnected") == 0)
        return text_format(arena, _("%s is not connected"), source);
    if (strcmp(status->why, "not-found") == 0)
        return text_format(arena, _("%s has not got it yet itself"), source);
    return text_format(arena, "%s: %s", source, text_escape(arena, result_text_of(status->why)));
}

/* Nothing of it was here: shall we ask again? */
static enum exit_code wait_for_more(struct saving *saving, const BlobStatus *status) {
    bool is_coming = strcmp(status->state, "fetching") == 0;
    bool may_come = is_coming || strcmp(status->state, "waiting") == 0;
    uint64_t waited = clock_steady_ms(clock_system()) - saving->heard_ms;
    if (may_come && waited < (is_coming ? STILL_MS : AWAY_MS)) {
        nanosleep(&(struct timespec){.tv_nsec = ASK_AGAIN_MS * 1000000L}, NULL);
        return EXIT_DONE;
    }
    print_error(_("%s: not all of it is here: %s"), saving->label, why_words(arena_of(saving), status));
    if (may_come)
        print_next(_("this node goes on fetching it; try again later, what has come is kept"));
    return EXIT_REFUSED;
}

static enum exit_code ask(struct saving *saving) {
    Request request = REQUEST__INIT;
    ReadBlob words = READ_BLOB__INIT;
    const Reply *reply;
    words.blob = proto_bytes(saving->reference.id, BLOB_ID_SIZE);
    words.first = saving->is_open ? saving->opener.next : 0;
    words.has_fetch = words.fetch = !saving->has_asked;
    saving->has_asked = true;
    request.read_blob = &words;
    enum exit_code code = client_ask(saving->client, &request, &reply);
    if (code)
        return code;
    const BlobPart *part = reply->blob_part;
    if (!part || (part->n_chunks && !saving->is_open && !part->has_manifest))
        return say_bad(saving, RESULT_MALFORMED);
    if (part->n_chunks == 0)
        return wait_for_more(saving, part->status);
    saving->heard_ms = clock_steady_ms(clock_system());
    if (!saving->is_open)
        code = begin(saving, part);
    if (saving->progress.total == 0)
        saving->progress.total = saving->blob.size;
    return code ? code : take_chunks(saving, part);
}

static enum exit_code check_hash(struct saving *saving) {
    uint8_t sha256[HASH_SIZE], said[HASH_SIZE];
    const char *text = saving->exhibit->sha256;
    enum result result = blob_opener_finish(&saving->opener, sha256);
    if (!result && text && *text && (!text_unhex(said, HASH_SIZE, text) || memcmp(said, sha256, HASH_SIZE) != 0))
        result = RESULT_BAD_HASH;
    return result ? say_bad(saving, result) : EXIT_DONE;
}

static enum exit_code write_file(const struct saving *saving, const char *folder, size_t element) {
    struct arena *arena = arena_of(saving);
    const char *path = file_below(arena, folder, save_name(arena, saving->exhibit->file_name, element));
    const char *shown = text_escape(arena, path);
    errno = 0;
    enum result result = file_create(path, span_of(saving->content, saving->len), SAVED_MODE);
    if (!result) {
        print_line(_("%s: saved to %s, %s"), saving->label, shown, print_size(arena, saving->len));
        return EXIT_DONE;
    }
    print_error("%s: %s", shown, result_text(result));
    if (result == RESULT_EXISTS)
        print_next(_("nothing is overwritten: name another folder with -o"));
    if (result == RESULT_NOT_FOUND)
        print_next(_("make the folder first: mkdir %s"), text_escape(arena, folder));
    return EXIT_REFUSED;
}

static enum exit_code save_one(struct client *client, const AlertExhibit *exhibit, size_t element, const char *label,
                               const char *folder) {
    struct saving saving = {.client = client, .exhibit = exhibit, .label = label};
    enum exit_code code = EXIT_DONE;
    if (!reference_parse(&saving.reference, exhibit->attachment))
        return say_bad(&saving, RESULT_MALFORMED);
    saving.heard_ms = clock_steady_ms(clock_system());
    progress_start(&saving.progress, label, 0);
    while (!code && (!saving.is_open || saving.opener.next < saving.blob.count))
        code = ask(&saving);
    progress_end(&saving.progress);
    if (!code)
        code = check_hash(&saving);
    if (!code)
        code = write_file(&saving, folder, element);
    blob_opener_release(&saving.opener);
    return code;
}

/* ---- all of an alert ---- */

static const char *label_of(struct arena *arena, const AlertExhibit *exhibit, size_t element) {
    return exhibit->number && *exhibit->number ? text_escape(arena, exhibit->number)
                                               : text_format(arena, "#%zu", element + 1);
}

static bool has_attachment(const AlertExhibit *exhibit) {
    return exhibit->attachment && *exhibit->attachment;
}

/* By its number, or by its place, "#1". */
static bool is_named(struct arena *arena, const AlertExhibit *exhibit, size_t element, const char *name) {
    return (exhibit->number && strcmp(exhibit->number, name) == 0) ||
           strcmp(text_format(arena, "#%zu", element + 1), name) == 0;
}

static bool is_wanted(struct arena *arena, const Alert *content, size_t element, const char *const *exhibits,
                      size_t count) {
    for (size_t i = 0; i < count; i++)
        if (is_named(arena, content->exhibits[element], element, exhibits[i]))
            return true;
    return count == 0;
}

/* Whoever names an exhibit wants its file: none there is an error. */
static enum exit_code check_names(struct arena *arena, const Alert *content, const char *const *exhibits,
                                  size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < content->n_exhibits; k++)
            found |= has_attachment(content->exhibits[k]) && is_named(arena, content->exhibits[k], k, exhibits[i]);
        if (!found) {
            print_error(_("this alert shows no attachment of exhibit \"%s\" here"), text_escape(arena, exhibits[i]));
            return EXIT_REFUSED;
        }
    }
    return EXIT_DONE;
}

enum exit_code save_attachments(struct client *client, const struct proof *proof, const char *const *exhibits,
                                size_t count, const char *folder) {
    struct arena *arena = client->call->arena;
    const Alert *content = proof->content;
    size_t tried = 0;
    enum exit_code code = check_names(arena, content, exhibits, count);
    for (size_t i = 0; i < content->n_exhibits && code != EXIT_NO_NODE; i++) {
        const AlertExhibit *exhibit = content->exhibits[i];
        if (!has_attachment(exhibit) || !is_wanted(arena, content, i, exhibits, count))
            continue;
        tried++;
        enum exit_code one = save_one(client, exhibit, i, label_of(arena, exhibit, i), folder);
        code = one ? one : code; /* the others are good all the same */
    }
    if (!tried && !code) {
        print_error(_("this alert shows no attachments here"));
        return EXIT_REFUSED;
    }
    return code;
}

/* ---- what there is ---- */

static const BlobStatus *status_of(const Shown *shown, const AlertExhibit *exhibit) {
    struct blob_reference reference;
    if (!has_attachment(exhibit) || !reference_parse(&reference, exhibit->attachment))
        return NULL;
    for (size_t i = 0; i < shown->n_blobs; i++)
        if (span_equal(proto_span(shown->blobs[i]->blob), SPAN_OF_ARRAY(reference.id)))
            return shown->blobs[i];
    return NULL;
}

static const char *state_words(struct arena *arena, const BlobStatus *status) {
    if (strcmp(status->state, "here") == 0)
        return _("here");
    if (strcmp(status->state, "not-fetched") == 0)
        return status->why ? text_format(arena, _("not fetched (%s)"), why_words(arena, status)) : _("not fetched");
    unsigned percent = status->count ? (unsigned)((uint64_t)status->have * 100 / status->count) : 0;
    if (strcmp(status->state, "fetching") == 0)
        return text_format(arena, _("fetching, %u %%"), percent);
    return text_format(arena, _("waiting at %u %%: %s"), percent, why_words(arena, status));
}

void save_print(struct arena *arena, const Shown *shown, const struct proof *proof) {
    static const struct column columns[] = {{N_("EXHIBIT"), COLUMN_KEEP},
                                            {N_("FILE"), COLUMN_WRAP},
                                            {N_("TYPE"), COLUMN_KEEP},
                                            {N_("SIZE"), COLUMN_KEEP},
                                            {N_("WHERE"), COLUMN_WRAP}};
    const Alert *content = proof->content;
    struct table *table = NULL;
    for (size_t i = 0; i < content->n_exhibits; i++) {
        const AlertExhibit *exhibit = content->exhibits[i];
        const BlobStatus *status = status_of(shown, exhibit);
        if (!status)
            continue;
        if (!table)
            table = table_new(arena, columns, sizeof columns / sizeof *columns);
        table_cell(table, label_of(arena, exhibit, i));
        table_cell(table, exhibit->file_name ? text_escape(arena, exhibit->file_name) : "-");
        table_cell(table, exhibit->media_type ? text_escape(arena, exhibit->media_type) : "-");
        table_cell(table, exhibit->has_size ? print_size(arena, exhibit->size) : "-");
        table_cell(table, state_words(arena, status));
    }
    if (!table)
        return;
    print_blank();
    table_print(table);
}

json_t *save_json(const Shown *shown, const struct proof *proof) {
    json_t *rows = json_array();
    for (size_t i = 0; proof->readable && i < proof->content->n_exhibits; i++) {
        const BlobStatus *status = status_of(shown, proof->content->exhibits[i]);
        if (status)
            json_array_append_new(
                rows, json_pack("{s:I, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "exhibit", (json_int_t)i, "number",
                                print_json_text(proof->content->exhibits[i]->number), "blob",
                                print_json_hex(proto_span(status->blob)), "state", print_json_text(status->state),
                                "chunks_here", (json_int_t)status->have, "chunks", (json_int_t)status->count, "source",
                                print_json_text(status->source), "why", print_json_text(status->why)));
    }
    return rows;
}
