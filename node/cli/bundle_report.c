#include "cli/bundle_report.h"

#include <string.h>

#include "base/text.h"

/* Not in the order of the feed: another stick comes first. */
static bool is_missing(const struct bundle_row *row) {
    return row->refused && strcmp(row->refused, "out-of-order") == 0;
}

bool bundle_row_is_foreign(const struct bundle_row *row) {
    return row->refused && strcmp(row->refused, "not-allowed") == 0;
}

bool bundle_is_signed(const struct bundle_reading *reading) {
    return reading->head.len == 0 || !reading->head_result || strcmp(reading->head_result, "ok") == 0;
}

static void say_head(const struct bundle_reading *reading) {
    struct arena *arena = reading->call->arena;
    const StickHead *head = reading->words.words;
    if (reading->head.len == 0) {
        print_line(_("It does not say who wrote it: only feeds that this node follows already are taken."));
        return;
    }
    print_line(_("From %s for %s, written on %s, part %u."), text_escape(arena, head->author_name),
               text_escape(arena, head->reader_name), print_time(arena, head->created), head->part);
    if (!bundle_is_signed(reading))
        print_line(_("Nobody of the roster has signed that it is so: %s. Only feeds that this node follows already are "
                     "taken."),
                   result_text_of(reading->head_result));
    else if (reading->head_result && !reading->for_us)
        print_line(_("It was written for %s, not for this node: only feeds that this node follows already are taken."),
                   text_escape(arena, head->reader_name));
}

static const char *note_of(const struct bundle_reading *reading, const struct bundle_row *row) {
    struct arena *arena = reading->call->arena;
    uint64_t next = (reading->dry_run ? row->here + row->taken : row->here) + 1;
    if (is_missing(row))
        return text_format(arena, _("entries %llu to %llu are missing"), (unsigned long long)next,
                           (unsigned long long)row->refused_at - 1);
    if (bundle_row_is_foreign(row))
        return _("not followed here");
    if (row->refused)
        return result_text_of(row->refused);
    if (row->withheld)
        return text_format(arena, _("%llu kept as evidence alone: %s"), (unsigned long long)row->withheld,
                           result_text_of(row->why_withheld));
    return "";
}

static void say_rows(const struct bundle_reading *reading) {
    static const struct column columns[] = {{N_("FROM"), COLUMN_KEEP},       {N_("FEED"), COLUMN_KEEP},
                                            {N_("NEW"), COLUMN_RIGHT},       {N_("ALREADY HERE"), COLUMN_RIGHT},
                                            {N_("LAST HERE"), COLUMN_RIGHT}, {"", COLUMN_WRAP}};
    struct arena *arena = reading->call->arena;
    struct table *table = table_new(arena, columns, sizeof columns / sizeof *columns);
    size_t shown = 0;
    for (size_t i = 0; i < reading->row_count; i++) {
        const struct bundle_row *row = &reading->rows[i];
        if (!row->taken && !row->replayed && !row->refused)
            continue;
        table_cell(table, row->author ? row->author : "?");
        table_cell(table, row->audience ? row->audience : print_hex(arena, span_of(row->feed, FEED_ID_SIZE), 8));
        table_number(table, row->taken);
        table_number(table, row->replayed);
        table_number(table, row->here);
        table_cell_in(table, row->refused ? PRINT_YELLOW : PRINT_PLAIN, note_of(reading, row));
        shown++;
    }
    if (shown)
        table_print(table);
}

/* A stick begins behind what its reader has acknowledged, so what is missing was on the part before, or was lost. */
static void say_missing(const struct bundle_reading *reading) {
    const StickHead *head = reading->words.words;
    bool any = false;
    for (size_t i = 0; i < reading->row_count; i++)
        any |= is_missing(&reading->rows[i]);
    if (!any || reading->head.len == 0)
        return;
    if (head->part > 1)
        print_next(_("read part %u first, then this one again"), head->part - 1);
    else
        print_next(_("an earlier stick was not read; if there is none, ask for: inama bundle write FILE --for %s "
                     "--from-start"),
                   text_escape(reading->call->arena, head->reader_name));
}

static enum exit_code say_end(const struct bundle_reading *reading) {
    if (!reading->gave_up)
        return bundle_in_say(&reading->in, reading->call, reading->path);
    print_error(_("%d records were refused: the rest is not read"), BUNDLE_REFUSED_MAX);
    print_next(_("this is no stick of a well-meaning node; where does it come from?"));
    return EXIT_REFUSED;
}

enum exit_code bundle_report(const struct bundle_reading *reading) {
    say_head(reading);
    if (reading->trust_taken)
        print_line(_("Newer rosters or keys of members were on it, and are in force here now."));
    say_rows(reading);
    if (reading->acknowledged > BUNDLE_LINES_MAX)
        print_line(_("%llu receipts in all."), (unsigned long long)reading->acknowledged);
    if (reading->dry_run)
        print_line(_("Nothing was taken, and nothing but numbers was looked at."));
    if (reading->unknown)
        print_line(_("%llu records are of a kind that this version does not know, and were passed over."),
                   (unsigned long long)reading->unknown);
    enum exit_code code = say_end(reading);
    say_missing(reading);
    return reading->refused || !bundle_is_signed(reading) ? EXIT_REFUSED : code;
}
