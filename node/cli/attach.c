#include "cli/attach.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/picture.h"

/* One file on its way into an alert. */
struct attaching {
    struct client *client;
    const struct attach_options *options;
    const char *number; /* of the exhibit */
    const char *path;
    const char *shown; /* the path, for people */
    json_t *exhibit;
    enum picture_kind kind;
    struct span content;
    size_t removed; /* bytes of metadata */
};

static struct arena *arena_of(const struct attaching *attaching) {
    return attaching->client->call->arena;
}

/* ---- which exhibit ---- */

static json_t *find_exhibit(const json_t *alert, const char *number) {
    size_t i;
    json_t *exhibit;
    json_array_foreach(json_object_get(alert, "exhibits"), i, exhibit) {
        const char *own = json_string_value(json_object_get(exhibit, "number"));
        if (own && strcmp(own, number) == 0)
            return exhibit;
    }
    return NULL;
}

static enum exit_code split(struct attaching *attaching, const json_t *alert, const char *text) {
    struct arena *arena = arena_of(attaching);
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return print_usage_error(attaching->client->call,
                                 text_format(arena, _("--attach takes EXHIBIT=FILE, such as E2=photo.jpg; not \"%s\""),
                                             text_escape(arena, text)));
    attaching->number = arena_text(arena, text, (size_t)(equals - text));
    attaching->path = equals + 1;
    attaching->shown = text_escape(arena, attaching->path);
    attaching->exhibit = attaching->number ? find_exhibit(alert, attaching->number) : NULL;
    if (attaching->exhibit)
        return EXIT_DONE;
    print_error(_("%s: the alert has no exhibit \"%s\""), attaching->shown, text_escape(arena, attaching->number));
    print_next(_("give it one: \"exhibits\": [{\"number\": \"%s\", \"kind\": \"PHOTOGRAPH\"}]"),
               text_escape(arena, attaching->number));
    return EXIT_REFUSED;
}

/* ---- the file ---- */

static enum exit_code say_uncleaned(const struct attaching *attaching) {
    print_error(_("%s: this is %s, and what it says beside its content, such as who made it and where, cannot be "
                  "removed from that type"),
                attaching->shown, picture_media_type(attaching->kind));
    print_next(_("attach a JPEG or PNG of it, or send it as it is with --keep-metadata"));
    return EXIT_REFUSED;
}

static enum exit_code clean(struct attaching *attaching) {
    struct span cleaned;
    attaching->kind = picture_kind(attaching->content);
    if (attaching->options->keep_metadata)
        return EXIT_DONE;
    if (!picture_can_clean(attaching->kind))
        return say_uncleaned(attaching);
    enum result result = picture_clean(&cleaned, arena_of(attaching), attaching->kind, attaching->content);
    if (result) {
        print_error(_("%s: begins like %s, but cannot be read as one: %s"), attaching->shown,
                    picture_media_type(attaching->kind), result_text(result));
        print_next(_("open and save it anew, or send it as it is with --keep-metadata"));
        return EXIT_REFUSED;
    }
    attaching->removed = attaching->content.len - cleaned.len;
    attaching->content = cleaned;
    return EXIT_DONE;
}

static enum exit_code read_file(struct attaching *attaching) {
    enum result result = file_read(&attaching->content, arena_of(attaching), attaching->path, ATTACHMENT_BYTES_MAX);
    if (result) {
        print_error("%s: %s", attaching->shown, result_text(result));
        return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
    }
    if (attaching->content.len == 0) {
        print_error(_("%s: the file is empty"), attaching->shown);
        return EXIT_REFUSED;
    }
    return clean(attaching);
}

/* ---- to the node ---- */

static enum exit_code hand_in(struct attaching *attaching, const Attached **attached) {
    struct span rest = attaching->content;
    struct progress progress;
    const Reply *reply = NULL;
    enum exit_code code = EXIT_DONE;
    progress_start(&progress, attaching->shown, rest.len);
    for (bool first = true; !code && rest.len; first = false) {
        Request request = REQUEST__INIT;
        Attach words = ATTACH__INIT;
        size_t len = rest.len < ATTACH_PIECE_BYTES ? rest.len : ATTACH_PIECE_BYTES;
        words.has_length = first;
        words.length = rest.len;
        words.has_dry_run = words.dry_run = attaching->options->dry_run;
        words.piece = proto_bytes(rest.data, len);
        request.attach = &words;
        rest = span_of(rest.data + len, rest.len - len);
        code = client_ask(attaching->client, &request, &reply);
        progress_set(&progress, attaching->content.len - rest.len);
    }
    progress_end(&progress);
    if (!code && !(reply && reply->attached && reply->attached->reference && reply->attached->sha256))
        code = EXIT_NO_NODE;
    if (code)
        print_next(_("%s was not attached, and nothing was published"), attaching->shown);
    else
        *attached = reply->attached;
    return code;
}

/* What a path ends with, if that is text that an alert can hold. */
static const char *name_of(const struct attaching *attaching) {
    const char *slash = strrchr(attaching->path, '/');
    const char *name = slash ? slash + 1 : attaching->path;
    return text_is_utf8(span_of_text(name)) ? name : attaching->number;
}

static void write_exhibit(const struct attaching *attaching, const Attached *attached) {
    json_t *exhibit = attaching->exhibit;
    json_object_set_new(exhibit, "attachment", json_string(attached->reference));
    json_object_set_new(exhibit, "sha256", json_string(attached->sha256));
    json_object_set_new(exhibit, "file_name", json_string(name_of(attaching)));
    json_object_set_new(exhibit, "media_type", json_string(picture_media_type(attaching->kind)));
    json_object_set_new(exhibit, "size", json_integer((json_int_t)attaching->content.len));
}

static const char *metadata_words(const struct attaching *attaching) {
    struct arena *arena = arena_of(attaching);
    if (attaching->options->keep_metadata)
        return _("sent as it is, with what it says beside its content");
    if (attaching->removed)
        return text_format(arena, _("%s of metadata removed"), print_size(arena, attaching->removed));
    return attaching->kind == PICTURE_TEXT ? _("plain text") : _("no metadata in it");
}

static void say_attached(const struct attaching *attaching, const Attached *attached) {
    struct arena *arena = arena_of(attaching);
    print_line(_("%s: %s, %s, %s; %s%s"), text_escape(arena, attaching->number), attaching->shown,
               picture_media_type(attaching->kind), print_size(arena, attaching->content.len),
               metadata_words(attaching), attached->known ? _("; attached before, kept once") : "");
}

enum exit_code attach_files(struct client *client, json_t *alert, const struct attach_options *options) {
    for (size_t i = 0; i < options->count; i++) {
        struct attaching attaching = {.client = client, .options = options};
        const Attached *attached = NULL;
        enum exit_code code = split(&attaching, alert, options->files[i]);
        if (!code)
            code = read_file(&attaching);
        if (!code)
            code = hand_in(&attaching, &attached);
        if (code)
            return code;
        write_exhibit(&attaching, attached);
        if (!options->quiet)
            say_attached(&attaching, attached);
    }
    return EXIT_DONE;
}
