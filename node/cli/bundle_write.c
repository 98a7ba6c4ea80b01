/* inama bundle write: what a member may read, onto a stick, when no line leads there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "cli/bundle_file.h"
#include "cli/client.h"
#include "cli/print.h"
#include "core/feed.h"
#include "sync.pb-c.h"

enum { PIECE_BYTES = 512 * 1024, BLOCK_MEMORY_MAX = 8 * 1024 * 1024 };
static const uint64_t size_min = 4 * 1024;

static const struct option options[] = {
    {"for", 'f', "MEMBER", N_("the member who is to read it"), false},
    {"from-start", 0, NULL, N_("all that it may read, not only what it has not acknowledged"), false},
    {"max-size", 0, "SIZE", N_("at most as large as this, such as 900K, 64M or 2G"), false},
    {"continue", 0, "WHERE", N_("go on where a stick was full, as it has said"), false},
    OPTION_HOME,
    OPTIONS_END,
};

/* One feed of the stick, as far as it has been written. */
struct row {
    uint8_t feed[HASH_SIZE];
    uint64_t first;
    uint64_t last;
};

struct writing {
    struct call *call;
    struct client client;
    struct bundle_out out;
    const char *path;
    uint64_t size_max;
    Give give; /* where the next piece begins */
    StickHead *head;
    struct row rows[BUNDLE_FEEDS_MAX];
    size_t row_count;
    uint64_t entries;
    uint64_t to_come; /* entries, by the head */
    struct progress progress;
    bool full;
};

/* --- the command line --- */

static bool read_size(uint64_t *out, const char *text) {
    char *rest;
    errno = 0;
    unsigned long long number = strtoull(text, &rest, 10);
    unsigned shift = *rest == 'K' ? 10 : *rest == 'M' ? 20 : *rest == 'G' ? 30 : 0;
    if (*text < '0' || *text > '9' || errno || number > UINT64_MAX >> 31 || (shift && rest[1]) || (!shift && *rest))
        return false;
    *out = (uint64_t)number << shift;
    return *out >= size_min;
}

/* "2:3:1500": part, feed, entry. */
static bool read_place(Give *give, const char *text) {
    unsigned long long parts[3];
    for (size_t i = 0; i < 3; i++) {
        char *rest;
        errno = 0;
        parts[i] = strtoull(text, &rest, 10);
        if (*text < '0' || *text > '9' || errno || *rest != (i < 2 ? ':' : '\0'))
            return false;
        text = rest + 1;
    }
    if (parts[0] < 2 || parts[0] > UINT32_MAX || parts[1] > UINT32_MAX)
        return false;
    give->part = (uint32_t)parts[0];
    give->has_feed = give->has_after = true;
    give->feed = (uint32_t)parts[1];
    give->after = parts[2];
    return true;
}

static enum exit_code read_wish(struct writing *writing) {
    struct call *call = writing->call;
    const char *member = options_text(&call->options, "for"), *size = options_text(&call->options, "max-size");
    const char *place = options_text(&call->options, "continue");
    writing->path = call->options.words[0];
    writing->size_max = UINT64_MAX;
    writing->give = (Give)GIVE__INIT;
    if (!member)
        return print_usage_error(call, _("say for whom: --for MEMBER"));
    if (size && !read_size(&writing->size_max, size))
        return print_usage_error(call, _("--max-size is a number of bytes, or one with K, M or G; at least 4K"));
    writing->give.member = (char *)(uintptr_t)member;
    writing->give.part = 1;
    writing->give.bytes = PIECE_BYTES;
    writing->give.has_from_start = writing->give.from_start = options_flag(&call->options, "from-start");
    if (place && !read_place(&writing->give, place))
        return print_usage_error(call, _("--continue is what the stick before has said, as 2:3:1500"));
    return EXIT_DONE;
}

/* --- writing --- */

static enum exit_code say_failure(const struct writing *writing, enum result result) {
    const char *name = text_escape(writing->call->arena, writing->path);
    print_error("%s: %s", name, result_text(result));
    if (result == RESULT_EXISTS)
        print_next(_("give a name that is not taken, or remove that file first"));
    else if (result == RESULT_DISK_FULL)
        print_next(_("write it in parts that fit: --max-size SIZE"));
    return result == RESULT_NOT_ALLOWED ? EXIT_NOT_ALLOWED : EXIT_REFUSED;
}

static enum exit_code put(struct writing *writing, const StickRecord *record) {
    enum result result = bundle_out_put(&writing->out, (uint8_t)record->kind, proto_span(record->bytes));
    return result ? say_failure(writing, result) : EXIT_DONE;
}

static enum exit_code ask(struct writing *writing, bool begin, const Given **given) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    request.give = &writing->give;
    writing->give.has_begin = writing->give.begin = begin;
    enum exit_code code = client_ask(&writing->client, &request, &reply);
    *given = code ? NULL : reply->given;
    return code;
}

static enum exit_code put_head(struct writing *writing) {
    struct bundle_head head;
    const Given *given;
    enum exit_code code = ask(writing, true, &given);
    for (size_t i = 0; !code && i < given->n_records; i++) {
        code = put(writing, given->records[i]);
        if (given->records[i]->kind != BUNDLE_HEAD)
            continue;
        struct span kept;
        if (bundle_in_head(&head, &kept, writing->call->arena, proto_span(given->records[i]->bytes)))
            writing->head = head.words;
    }
    for (size_t i = 0; !code && writing->head && i < writing->head->n_feeds; i++)
        if (writing->head->feeds[i]->number > writing->head->feeds[i]->after)
            writing->to_come += writing->head->feeds[i]->number - writing->head->feeds[i]->after;
    return code;
}

static void count_block(struct writing *writing, const Block *block) {
    struct row *last = writing->row_count ? &writing->rows[writing->row_count - 1] : NULL;
    writing->entries += block->n_entries;
    if (last && memcmp(last->feed, block->feed.data, HASH_SIZE) == 0) {
        last->last = block->after + block->n_entries;
    } else if (writing->row_count < BUNDLE_FEEDS_MAX) {
        last = &writing->rows[writing->row_count++];
        memcpy(last->feed, block->feed.data, HASH_SIZE);
        last->first = block->after + 1;
        last->last = block->after + block->n_entries;
    }
}

static void count(struct writing *writing, const StickRecord *record) {
    Block *block;
    struct arena arena;
    if (record->kind != BUNDLE_ENTRIES)
        return;
    arena_init(&arena, BLOCK_MEMORY_MAX);
    if (!proto_decode(&arena, &block__descriptor, proto_span(record->bytes), &block) && block->feed.len == HASH_SIZE)
        count_block(writing, block);
    arena_release(&arena);
}

/* The next piece, unless the stick is full. */
static enum exit_code put_next(struct writing *writing, bool *done) {
    const Given *given;
    uint64_t room = writing->size_max - writing->out.bytes;
    room -= room / 32; /* what stands around the entries */
    writing->give.bytes = room < PIECE_BYTES ? (uint32_t)room : PIECE_BYTES;
    enum exit_code code = ask(writing, false, &given);
    if (code || given->done) {
        *done = true;
        return code;
    }
    for (size_t i = 0; !code && i < given->n_records; i++) {
        if (bundle_out_size(&writing->out, given->records[i]->bytes.len) > writing->size_max) {
            *done = writing->full = true;
            return EXIT_DONE;
        }
        count(writing, given->records[i]);
        code = put(writing, given->records[i]);
    }
    Give *give = &writing->give;
    give->has_trust = give->has_feed = give->has_after = true;
    give->trust = given->trust;
    give->feed = given->feed;
    give->after = given->after;
    return code;
}

static enum exit_code put_all(struct writing *writing) {
    enum exit_code code = put_head(writing);
    bool done = false;
    progress_start(&writing->progress, _("entries"), writing->to_come);
    while (!code && !done) {
        code = put_next(writing, &done);
        progress_set(&writing->progress, writing->entries);
    }
    progress_end(&writing->progress);
    if (!code && writing->full && writing->entries == 0) {
        print_error(_("not one entry fits into %s"),
                    options_text(&writing->call->options, "max-size")); /* a number and a letter: nothing to escape */
        print_next(_("give a larger --max-size"));
        return EXIT_REFUSED;
    }
    return code;
}

/* --- what was written --- */

static const char *audience_of(const struct writing *writing, const struct row *row) {
    for (size_t i = 0; writing->head && i < writing->head->n_feeds; i++) {
        uint8_t id[HASH_SIZE];
        const StickFeed *feed = writing->head->feeds[i];
        feed_id(id, feed->key.data, feed->audience);
        if (memcmp(id, row->feed, HASH_SIZE) == 0)
            return text_escape(writing->call->arena, feed->audience);
    }
    return "";
}

static void say_rest(const struct writing *writing) {
    struct arena *arena = writing->call->arena;
    const char *home = options_text(&writing->call->options, "home");
    print_line(_("It is full; this goes on with another one:"));
    print_line("  inama bundle write %s.%u --for %s --continue %u:%u:%llu --max-size %s%s%s%s",
               text_escape(arena, writing->path), writing->give.part + 1, text_escape(arena, writing->give.member),
               writing->give.part + 1, writing->give.feed, (unsigned long long)writing->give.after,
               options_text(&writing->call->options, "max-size"), writing->give.from_start ? " --from-start" : "",
               home ? " --home " : "", home ? text_escape(arena, home) : "");
}

static void say_done(const struct writing *writing) {
    struct arena *arena = writing->call->arena;
    print_line(ngettext("%s is for %s: %llu entry, %s.", "%s is for %s: %llu entries, %s.", writing->entries),
               text_escape(arena, writing->path), text_escape(arena, writing->give.member),
               (unsigned long long)writing->entries, print_size(arena, writing->out.bytes));
    for (size_t i = 0; i < writing->row_count; i++)
        print_line(_("  \"%s\", entries %llu to %llu"), audience_of(writing, &writing->rows[i]),
                   (unsigned long long)writing->rows[i].first, (unsigned long long)writing->rows[i].last);
    if (writing->entries == 0)
        print_line(_("There is nothing that it has not acknowledged; --from-start writes all that it may read."));
    print_line(
        _("What alerts say is sealed to it. Who writes to whom, the names of audiences, dates and sizes are not: "
          "keep the stick as you would keep a letter."));
    if (writing->full)
        say_rest(writing);
}

static enum exit_code write_stick(struct writing *writing) {
    enum result result = bundle_out_open(&writing->out, writing->call->arena, writing->path, false);
    if (result) {
        bundle_out_abandon(&writing->out);
        return say_failure(writing, result);
    }
    enum exit_code code = put_all(writing);
    if (!code && (result = bundle_out_close(&writing->out)) != RESULT_OK)
        code = say_failure(writing, result);
    bundle_out_abandon(&writing->out);
    return code;
}

static enum exit_code run(struct call *call) {
    struct writing state = {.call = call},
                   *writing = &state; /* a hasher in it wants more alignment than an arena gives */
    enum exit_code code = read_wish(writing);
    if (code)
        return code;
    code = client_open(&writing->client, call);
    if (!code)
        code = write_stick(writing);
    client_close(&writing->client);
    if (!code)
        say_done(writing);
    return code;
}

const struct command command_bundle_write = {
    .name = "bundle write",
    .takes = "FILE",
    .summary = N_("write what a member may read into a file, to be carried there"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama bundle write /media/usb/for-cd --for cd-customs\n"
                   "  inama bundle write part1 --for cd-customs --max-size 64M\n"),
    .run = run,
};
