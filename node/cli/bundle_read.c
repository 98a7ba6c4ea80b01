/* inama bundle read: what came on a stick, handed to the running node record by record, and receipts to go back. */
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "cli/bundle_report.h"
#include "sync.pb-c.h"

enum { BLOCK_MEMORY_MAX = 8 * 1024 * 1024, KIB = 1024 };

static const struct option options[] = {
    {"dry-run", 'n', NULL, N_("say what would be new, and take nothing"), false},
    {"receipts", 'r', "FILE", N_("write the receipts there; default FILE.receipts"), false},
    OPTION_HOME,
    OPTIONS_END,
};

/* --- feeds --- */

static struct bundle_row *get_row(struct bundle_reading *reading, const uint8_t *feed) {
    for (size_t i = 0; i < reading->row_count; i++)
        if (memcmp(reading->rows[i].feed, feed, FEED_ID_SIZE) == 0)
            return &reading->rows[i];
    if (reading->row_count == BUNDLE_FEEDS_MAX)
        return NULL;
    struct bundle_row *row = &reading->rows[reading->row_count++];
    memcpy(row->feed, feed, FEED_ID_SIZE);
    return row;
}

static bool is_good(const char *result) {
    return strcmp(result, "ok") == 0 || strcmp(result, "replayed") == 0;
}

static const char *keep_text(const struct bundle_reading *reading, const char *text) {
    return text ? text_escape(reading->call->arena, text) : NULL;
}

static void count_entries(struct bundle_reading *reading, struct bundle_row *row, const TakenRecord *words) {
    if (!row->audience) {
        row->author = keep_text(reading, words->name);
        row->audience = keep_text(reading, words->audience);
    }
    row->taken += words->taken;
    row->replayed += words->replayed;
    row->withheld += words->withheld;
    if (words->why_withheld && !row->why_withheld)
        row->why_withheld = keep_text(reading, words->why_withheld);
    row->here = words->has_feed ? words->here : row->here;
    if (is_good(words->result) || row->refused)
        return;
    row->refused = keep_text(reading, words->result);
    row->refused_at = words->first;
    reading->refused += !bundle_row_is_foreign(row);
}

static void say_good_receipt(const struct bundle_reading *reading, const TakenRecord *words) {
    struct arena *arena = reading->call->arena;
    print_line(_("%s has \"%s\" up to entry %llu."), text_escape(arena, words->name ? words->name : "?"),
               text_escape(arena, words->audience ? words->audience : "?"), (unsigned long long)words->here);
}

static void say_bad_receipt(const struct bundle_reading *reading, const TakenRecord *words) {
    print_error(_("a receipt of %s does not count: %s"),
                words->name ? text_escape(reading->call->arena, words->name) : _("somebody"),
                result_text_of(words->result));
    if (strcmp(words->result, "behind") == 0)
        print_next(_("it has more of our feed than this node: see inama status"));
}

static void count_receipt(struct bundle_reading *reading, const TakenRecord *words) {
    if (is_good(words->result)) {
        if (reading->acknowledged++ < BUNDLE_LINES_MAX)
            say_good_receipt(reading, words);
    } else if (strcmp(words->result, "wrong-feed") == 0 && reading->head.len && !reading->for_us) {
        reading->foreign++;
    } else if (reading->refused++ < BUNDLE_LINES_MAX) {
        say_bad_receipt(reading, words);
    }
}

static void take_answer(struct bundle_reading *reading, const StickRecord *record, const uint8_t *feed,
                        const TakenRecord *words) {
    if (record->kind == BUNDLE_RECEIPT) {
        count_receipt(reading, words);
    } else if (record->kind == BUNDLE_TRUST) {
        reading->trust_taken |= words->taken != 0;
        reading->refused += !is_good(words->result);
    } else {
        struct bundle_row *row = feed ? get_row(reading, feed) : NULL;
        if (row)
            count_entries(reading, row, words);
        else
            reading->refused++;
    }
}

/* --- handing over --- */

static uint64_t first_of(struct arena *arena, const StickRecord *record, const uint8_t **feed, size_t *count) {
    Block *block;
    *feed = NULL;
    *count = 0;
    if (record->kind != BUNDLE_ENTRIES || proto_decode(arena, &block__descriptor, proto_span(record->bytes), &block) ||
        block->feed.len != FEED_ID_SIZE)
        return 0;
    *feed = block->feed.data;
    *count = block->n_entries;
    return block->after + 1;
}

static void take_answers(struct bundle_reading *reading, const Taken *taken) {
    if (!reading->head_result || strcmp(reading->head_result, taken->head) != 0)
        reading->head_result = keep_text(reading, taken->head);
    reading->for_us = taken->for_us;
    for (size_t i = 0; i < taken->n_records && i < reading->record_count; i++) {
        struct arena arena;
        const uint8_t *feed;
        size_t count;
        arena_init(&arena, BLOCK_MEMORY_MAX);
        first_of(&arena, &reading->records[i], &feed, &count);
        take_answer(reading, &reading->records[i], feed, taken->records[i]);
        arena_release(&arena);
    }
}

static enum exit_code hand_over(struct bundle_reading *reading) {
    const Reply *reply;
    StickRecord *places[BUNDLE_RECORDS_MAX];
    Request request = REQUEST__INIT;
    Take take = TAKE__INIT;
    if (reading->record_count == 0)
        return EXIT_DONE;
    for (size_t i = 0; i < reading->record_count; i++)
        places[i] = &reading->records[i];
    take.has_head = reading->head.len != 0;
    take.head = proto_bytes(reading->head.data, reading->head.len);
    take.records = places;
    take.n_records = reading->record_count;
    request.take = &take;
    enum exit_code code = client_ask(&reading->client, &request, &reply);
    if (!code)
        take_answers(reading, reply->taken);
    reading->record_count = 0;
    reading->batch_bytes = 0;
    return code;
}

static enum exit_code add(struct bundle_reading *reading, uint8_t kind, struct span bytes) {
    enum exit_code code = EXIT_DONE;
    if (reading->record_count == BUNDLE_RECORDS_MAX || reading->batch_bytes + bytes.len > BUNDLE_BYTES_MAX)
        code = hand_over(reading);
    if (code)
        return code;
    StickRecord *record = &reading->records[reading->record_count++];
    uint8_t *place = reading->batch + reading->batch_bytes;
    if (bytes.len)
        memcpy(place, bytes.data, bytes.len);
    reading->batch_bytes += bytes.len;
    *record = (StickRecord)STICK_RECORD__INIT;
    record->kind = kind;
    record->bytes = proto_bytes(place, bytes.len);
    return EXIT_DONE;
}

/* In a dry run the numbers alone say what would be new. True: it would not follow. */
static bool only_count(struct bundle_row *row, uint64_t first, size_t count) {
    uint64_t last = first + count - 1, known = row->here + row->taken;
    if (first > known + 1) {
        row->refused = "out-of-order";
        row->refused_at = first;
        return true;
    }
    uint64_t more = last > known ? last - known : 0;
    row->taken += more;
    row->replayed += count - more;
    return false;
}

/* Nothing more of a feed is handed over behind its first bad entry. */
static enum exit_code add_entries(struct bundle_reading *reading, struct span bytes) {
    StickRecord record = STICK_RECORD__INIT;
    struct arena arena;
    const uint8_t *feed;
    size_t count;
    record.kind = BUNDLE_ENTRIES;
    record.bytes = proto_bytes(bytes.data, bytes.len);
    arena_init(&arena, BLOCK_MEMORY_MAX);
    uint64_t first = first_of(&arena, &record, &feed, &count);
    struct bundle_row *row = feed && count ? get_row(reading, feed) : NULL;
    enum exit_code code = EXIT_DONE;
    if (!row)
        reading->refused++;
    else if (reading->dry_run && !row->refused)
        reading->refused += only_count(row, first, count);
    else if (!row->refused)
        code = add(reading, BUNDLE_ENTRIES, bytes);
    arena_release(&arena);
    return code;
}

/* The first head is that of the stick; what it says is heard only if it is well-formed. */
static void take_head(struct bundle_reading *reading, struct span bytes) {
    if (reading->head.len || !bundle_in_head(&reading->words, &reading->head, reading->call->arena, bytes))
        reading->refused++;
}

/* Where its feeds stand here, without taking anything. */
static enum exit_code look(struct bundle_reading *reading) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    Take take = TAKE__INIT;
    take.has_head = true;
    take.head = proto_bytes(reading->head.data, reading->head.len);
    request.take = &take;
    enum exit_code code = client_ask(&reading->client, &request, &reply);
    if (code)
        return code;
    take_answers(reading, reply->taken);
    for (size_t i = 0; i < reply->taken->n_stands && i < reading->words.words->n_feeds; i++) {
        struct bundle_row *row = get_row(reading, reply->taken->stands[i]->feed.data);
        const StickFeed *feed = reading->words.words->feeds[i];
        if (!row)
            break;
        row->here = reply->taken->stands[i]->here;
        if (row->here == 0 && feed->first > 1)
            row->here = feed->first - 1;
        row->audience = text_escape(reading->call->arena, feed->audience);
        row->author = text_escape(reading->call->arena, reading->words.words->author_name);
    }
    return EXIT_DONE;
}

static enum exit_code read_record(struct bundle_reading *reading, uint8_t kind, struct span bytes) {
    switch (kind) {
    case BUNDLE_HEAD:
        take_head(reading, bytes);
        return reading->dry_run && reading->head.len && !reading->head_result ? look(reading) : EXIT_DONE;
    case BUNDLE_ENTRIES:
        return add_entries(reading, bytes);
    case BUNDLE_TRUST:
    case BUNDLE_RECEIPT:
        return reading->dry_run ? EXIT_DONE : add(reading, kind, bytes);
    default:
        reading->unknown++;
        return EXIT_DONE;
    }
}

static enum exit_code read_all(struct bundle_reading *reading) {
    enum exit_code code = EXIT_DONE;
    uint8_t kind;
    struct span bytes;
    progress_start(&reading->progress, _("KiB"), reading->in.size / KIB);
    while (!code && !reading->gave_up && bundle_in_next(&reading->in, &kind, &bytes)) {
        code = read_record(reading, kind, bytes);
        reading->gave_up = reading->refused + reading->foreign >= BUNDLE_REFUSED_MAX;
        progress_set(&reading->progress, reading->in.at / KIB);
    }
    if (!code && !reading->dry_run)
        code = hand_over(reading);
    progress_end(&reading->progress);
    return code;
}

/* --- receipts --- */

static enum exit_code write_receipts(const struct bundle_reading *reading, const Given *given, const char *path) {
    struct bundle_out out;
    enum result result = bundle_out_open(&out, reading->call->arena, path, true);
    for (size_t i = 0; i < given->n_records && !result; i++)
        result = bundle_out_put(&out, (uint8_t)given->records[i]->kind, proto_span(given->records[i]->bytes));
    if (!result)
        result = bundle_out_close(&out);
    bundle_out_abandon(&out);
    const char *name = text_escape(reading->call->arena, path);
    if (!result) {
        print_line(_("Receipts are in %s: they tell %s what it need not send again (inama bundle read)."), name,
                   text_escape(reading->call->arena, reading->words.words->author_name));
        return EXIT_DONE;
    }
    print_error(_("the receipts could not be written: %s: %s"), name, result_text(result));
    print_next(_("read the stick again with --receipts and another FILE; nothing is taken twice"));
    return EXIT_REFUSED;
}

/* For every feed of the writer that was on it and is here. */
static enum exit_code make_receipts(struct bundle_reading *reading) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    Receipts words = RECEIPTS__INIT;
    const char *path = options_text(&reading->call->options, "receipts");
    ProtobufCBinaryData *feeds = arena_array(reading->call->arena, reading->row_count, sizeof *feeds);
    for (size_t i = 0; feeds && i < reading->row_count; i++)
        if (reading->rows[i].here)
            feeds[words.n_feeds++] = proto_bytes(reading->rows[i].feed, FEED_ID_SIZE);
    if (words.n_feeds == 0 || reading->head.len == 0 || !bundle_is_signed(reading))
        return EXIT_DONE;
    words.feeds = feeds;
    words.author = reading->words.words->author;
    request.receipts = &words;
    enum exit_code code = client_ask(&reading->client, &request, &reply);
    if (code || reply->given->n_records < 2)
        return code;
    return write_receipts(reading, reply->given,
                          path ? path : text_format(reading->call->arena, "%s.receipts", reading->path));
}

static enum exit_code read_stick(struct bundle_reading *reading) {
    enum exit_code code = client_open(&reading->client, reading->call);
    if (!code)
        code = read_all(reading);
    if (code)
        return code;
    code = bundle_report(reading);
    if (reading->dry_run)
        return code;
    enum exit_code receipts = make_receipts(reading);
    return code ? code : receipts;
}

static enum exit_code run(struct call *call) {
    static struct bundle_reading state; /* large, and once in the life of the program */
    struct bundle_reading *reading = &state;
    uint8_t *batch = arena_alloc(call->arena, BUNDLE_BYTES_MAX);
    if (!batch) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    reading->call = call;
    reading->batch = batch;
    reading->path = call->options.words[0];
    reading->dry_run = options_flag(&call->options, "dry-run");
    enum exit_code code = bundle_in_open(&reading->in, call, reading->path);
    if (!code)
        code = read_stick(reading);
    client_close(&reading->client);
    bundle_in_close(&reading->in);
    return code;
}

const struct command command_bundle_read = {
    .name = "bundle read",
    .takes = "FILE",
    .summary = N_("take what came in a file, by the same checks as over a line"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama bundle read /media/usb/for-cd\n"
                   "  inama bundle read /media/usb/for-cd.receipts    what the other side has taken\n"),
    .run = run,
};
