/* inama bundle inspect: what is on a stick, without a node: what anybody sees who holds it. */
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "cli/bundle_file.h"
#include "cli/print.h"
#include "core/feed.h"
#include "sync.pb-c.h"

enum { RECORD_MEMORY_MAX = 8 * 1024 * 1024, RECEIPTS_MAX = BUNDLE_FEEDS_MAX };

static const struct option options[] = {OPTION_JSON, OPTIONS_END};

struct row {
    uint8_t feed[FEED_ID_SIZE];
    const char *audience; /* NULL: the head does not say */
    uint64_t number;      /* that the head tells of; 0: none */
    uint64_t first;       /* on the stick; 0: nothing of it is */
    uint64_t last;
    uint64_t entries;
    uint64_t bytes;
    bool has_gaps;
};

struct receipt_row {
    const char *audience;
    uint64_t number;
    uint8_t reader[MEMBER_ID_SIZE];
};

struct inspection {
    struct call *call;
    struct bundle_in in;
    struct bundle_head head; /* words NULL: none was found */
    struct row rows[BUNDLE_FEEDS_MAX];
    size_t row_count;
    struct receipt_row receipts[RECEIPTS_MAX];
    size_t receipt_count;
    uint64_t trust_bytes;
    uint64_t unknown;
    uint64_t unreadable;
};

static struct row *get_row(struct inspection *inspection, const uint8_t *feed) {
    for (size_t i = 0; i < inspection->row_count; i++)
        if (memcmp(inspection->rows[i].feed, feed, FEED_ID_SIZE) == 0)
            return &inspection->rows[i];
    if (inspection->row_count == BUNDLE_FEEDS_MAX)
        return NULL;
    struct row *row = &inspection->rows[inspection->row_count++];
    memcpy(row->feed, feed, FEED_ID_SIZE);
    return row;
}

static bool look_at_head(struct inspection *inspection, struct span bytes) {
    struct arena *arena = inspection->call->arena;
    struct span kept;
    if (inspection->head.words || !bundle_in_head(&inspection->head, &kept, arena, bytes))
        return false;
    for (size_t i = 0; i < inspection->head.words->n_feeds; i++) {
        uint8_t id[FEED_ID_SIZE];
        const StickFeed *feed = inspection->head.words->feeds[i];
        feed_id(id, feed->key.data, feed->audience);
        struct row *row = get_row(inspection, id);
        if (!row)
            return false;
        row->audience = text_escape(arena, feed->audience);
        row->number = feed->number;
    }
    return true;
}

static bool look_at_entries(struct inspection *inspection, struct arena *arena, struct span bytes) {
    Block *block;
    if (proto_decode(arena, &block__descriptor, bytes, &block) || block->feed.len != FEED_ID_SIZE ||
        block->n_entries == 0)
        return false;
    struct row *row = get_row(inspection, block->feed.data);
    if (!row)
        return false;
    row->has_gaps |= row->first && block->after != row->last;
    if (!row->first)
        row->first = block->after + 1;
    row->last = block->after + block->n_entries;
    row->entries += block->n_entries;
    row->bytes += bytes.len;
    return true;
}

static bool look_at_receipt(struct inspection *inspection, struct arena *arena, struct span bytes) {
    struct bundle_receipt receipt;
    struct entry entry;
    if (inspection->receipt_count == RECEIPTS_MAX || bundle_receipt_read(&receipt, arena, bytes) ||
        feed_parse_header(&entry, proto_span(receipt.words->entry)))
        return false;
    struct receipt_row *row = &inspection->receipts[inspection->receipt_count++];
    row->audience = text_escape(inspection->call->arena, receipt.words->audience);
    row->number = entry.number;
    memcpy(row->reader, receipt.words->reader.data, MEMBER_ID_SIZE);
    return true;
}

static void look_at(struct inspection *inspection, uint8_t kind, struct span bytes) {
    struct arena arena;
    bool good = true;
    arena_init(&arena, RECORD_MEMORY_MAX);
    if (kind == BUNDLE_HEAD)
        good = look_at_head(inspection, bytes);
    else if (kind == BUNDLE_ENTRIES)
        good = look_at_entries(inspection, &arena, bytes);
    else if (kind == BUNDLE_RECEIPT)
        good = look_at_receipt(inspection, &arena, bytes);
    else if (kind == BUNDLE_TRUST)
        inspection->trust_bytes += bytes.len;
    else
        inspection->unknown++;
    inspection->unreadable += !good;
    arena_release(&arena);
}

static void look_at_all(struct inspection *inspection) {
    uint8_t kind;
    struct span bytes;
    struct progress progress;
    progress_start(&progress, _("KiB"), inspection->in.size / 1024);
    while (bundle_in_next(&inspection->in, &kind, &bytes)) {
        look_at(inspection, kind, bytes);
        progress_set(&progress, inspection->in.at / 1024);
    }
    progress_end(&progress);
}

/* --- for people --- */

static void say_rows(const struct inspection *inspection) {
    static const struct column columns[] = {
        {N_("FEED"), COLUMN_TRUNC}, {N_("ENTRIES"), COLUMN_RIGHT}, {N_("FROM"), COLUMN_RIGHT}, {N_("TO"), COLUMN_RIGHT},
        {N_("OF"), COLUMN_RIGHT},   {N_("SIZE"), COLUMN_RIGHT},    {"", COLUMN_KEEP}};
    struct arena *arena = inspection->call->arena;
    struct table *table = table_new(arena, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < inspection->row_count; i++) {
        const struct row *row = &inspection->rows[i];
        table_cell(table, row->audience ? row->audience : print_hex(arena, span_of(row->feed, FEED_ID_SIZE), 8));
        table_number(table, row->entries);
        table_number(table, row->first);
        table_number(table, row->last);
        table_number(table, row->number);
        table_cell(table, print_size(arena, row->bytes));
        table_cell(table, row->has_gaps ? _("with gaps") : "");
    }
    if (inspection->row_count)
        table_print(table);
}

static void say(const struct inspection *inspection) {
    struct arena *arena = inspection->call->arena;
    const StickHead *head = inspection->head.words;
    if (head)
        print_line(_("It says that it is from %s for %s, written on %s, part %u."),
                   text_escape(arena, head->author_name), text_escape(arena, head->reader_name),
                   print_time(arena, head->created), head->part);
    else
        print_line(_("It does not say who wrote it."));
    say_rows(inspection);
    for (size_t i = 0; i < inspection->receipt_count; i++)
        print_line(_("A receipt: member %s has \"%s\" up to entry %llu."),
                   print_hex(arena, span_of(inspection->receipts[i].reader, MEMBER_ID_SIZE), 8),
                   inspection->receipts[i].audience, (unsigned long long)inspection->receipts[i].number);
    if (inspection->trust_bytes)
        print_line(_("Rosters, desks and renewed keys: %s."), print_size(arena, inspection->trust_bytes));
    if (inspection->unknown || inspection->unreadable)
        print_line(_("%llu records are of an unknown kind, %llu cannot be read."),
                   (unsigned long long)inspection->unknown, (unsigned long long)inspection->unreadable);
    if (inspection->in.verdict == RESULT_OK)
        print_line(_("It is whole. Whether its signatures are good only a node can say."));
}

/* --- for programs --- */

static json_t *rows_json(const struct inspection *inspection) {
    json_t *rows = json_array();
    for (size_t i = 0; i < inspection->row_count; i++) {
        const struct row *row = &inspection->rows[i];
        json_array_append_new(rows, json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:b}", "feed",
                                              print_json_hex(span_of(row->feed, FEED_ID_SIZE)), "audience",
                                              print_json_text(row->audience), "entries", (json_int_t)row->entries,
                                              "first", (json_int_t)row->first, "last", (json_int_t)row->last, "number",
                                              (json_int_t)row->number, "bytes", (json_int_t)row->bytes, "gaps",
                                              row->has_gaps));
    }
    return rows;
}

static json_t *receipts_json(const struct inspection *inspection) {
    json_t *rows = json_array();
    for (size_t i = 0; i < inspection->receipt_count; i++)
        json_array_append_new(rows, json_pack("{s:o, s:o, s:I}", "reader",
                                              print_json_hex(span_of(inspection->receipts[i].reader, MEMBER_ID_SIZE)),
                                              "audience", print_json_text(inspection->receipts[i].audience), "number",
                                              (json_int_t)inspection->receipts[i].number));
    return rows;
}

static void print_inspection(const struct inspection *inspection) {
    const StickHead *head = inspection->head.words;
    json_t *value = json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "whole", inspection->in.verdict == RESULT_OK,
                              "verdict", result_name(inspection->in.verdict), "bytes", (json_int_t)inspection->in.size,
                              "trust_bytes", (json_int_t)inspection->trust_bytes, "unknown",
                              (json_int_t)inspection->unknown, "unreadable", (json_int_t)inspection->unreadable,
                              "feeds", rows_json(inspection), "receipts", receipts_json(inspection));
    if (head)
        json_object_set_new(value, "head",
                            json_pack("{s:o, s:o, s:o, s:o, s:I, s:I}", "from", print_json_text(head->author_name),
                                      "for", print_json_text(head->reader_name), "author",
                                      print_json_hex(proto_span(head->author)), "reader",
                                      print_json_hex(proto_span(head->reader)), "created", (json_int_t)head->created,
                                      "part", (json_int_t)head->part));
    print_json(value);
}

static enum exit_code run(struct call *call) {
    const char *path = call->options.words[0];
    static struct inspection state; /* large, and once in the life of the program */
    struct inspection *inspection = &state;
    inspection->call = call;
    enum exit_code code = bundle_in_open(&inspection->in, call, path);
    if (!code) {
        look_at_all(inspection);
        if (options_flag(&call->options, "json"))
            print_inspection(inspection);
        else
            say(inspection);
        code = bundle_in_say(&inspection->in, call, path);
    }
    bundle_in_close(&inspection->in);
    return code;
}

const struct command command_bundle_inspect = {
    .name = "bundle inspect",
    .takes = "FILE",
    .summary = N_("show what is on a stick, without a node"),
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .examples = N_("  inama bundle inspect /media/usb/for-cd\n"),
    .run = run,
};
