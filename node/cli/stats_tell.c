/* Groups as people, spreadsheets and programs read them. */
#include "cli/stats.h"

#include <ctype.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/codes.h"

/* ---- values ---- */

static bool is_unit_of_sum(const struct counted *counted, size_t dimension) {
    const struct tally_question *question = &counted->question;
    return question->sum != SLOT_COUNT && question->dimensions[dimension].kind == TALLY_FIELD &&
           question->dimensions[dimension].slot == tally_unit_of(question->sum);
}

/* CITES leaves the unit of a number of specimens blank. */
static const char *shown_nothing(const struct counted *counted, size_t dimension) {
    return is_unit_of_sum(counted, dimension) &&
                   document_field(counted->question.dimensions[dimension].slot)->list == CODES_UNIT
               ? _("specimens")
               : _("not known");
}

const char *stats_shown(struct arena *arena, const struct counted *counted, size_t dimension, const char *value) {
    const struct tally_dimension *asked = &counted->question.dimensions[dimension];
    const struct field *field = document_field(asked->slot);
    const struct code *code = NULL;
    if (!*value)
        return shown_nothing(counted, dimension);
    if (asked->kind == TALLY_FIELD && field->type == FIELD_CODE)
        code = codes_find(field->list, value);
    return code ? text_format(arena, "%s %s", value, codes_label(code)) : value;
}

const char *stats_label(struct arena *arena, const struct counted *counted, const char *const *values, size_t count) {
    const char *label = "";
    for (size_t i = 0; i < count; i++)
        label = text_format(arena, "%s%s%s", label, i ? ", " : "", stats_shown(arena, counted, i, values[i]));
    return label;
}

static const char *upper(struct arena *arena, const char *text) {
    char *copy = arena_text(arena, text, strlen(text));
    for (char *c = copy; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy ? copy : text;
}

void stats_put_columns(struct grid *grid, struct stats *stats, const struct counted *counted, size_t count) {
    for (size_t i = 0; i < count; i++)
        grid_column(grid, counted->question.dimensions[i].name,
                    upper(stats->call->arena, counted->question.dimensions[i].name), COLUMN_TRUNC);
}

void stats_put_values(struct grid *grid, struct stats *stats, const struct counted *counted, const char *const *values,
                      size_t count) {
    for (size_t i = 0; i < count; i++)
        grid_text(grid, *values[i] ? values[i] : NULL, stats_shown(stats->call->arena, counted, i, values[i]));
}

size_t stats_shown_count(const struct stats *stats, size_t count) {
    return stats->top && stats->top < count ? stats->top : count;
}

/* ---- remarks ---- */

static void put_unknown(struct stats *stats, const struct counted *counted) {
    for (size_t i = 0; i < counted->question.count; i++)
        if (counted->tally.unknown[i] && !is_unit_of_sum(counted, i))
            print_line(_("%s is not known of %llu of them: withheld from this node's operators, or never given."),
                       text_escape(stats->call->arena, counted->question.dimensions[i].name),
                       (unsigned long long)counted->tally.unknown[i]);
}

void stats_put_remarks(struct stats *stats, const struct counted *counted) {
    const struct tally *tally = &counted->tally;
    const char *list = counted->question.groups[counted->question.counted];
    bool has_rows = counted->question.counted < counted->question.part_count && list;
    print_line(ngettext("%llu alert.", "%llu alerts; one that falls in several groups counts in each.", tally->alerts),
               (unsigned long long)tally->alerts);
    if (has_rows)
        print_line(_("%llu elements of %s were counted one by one."), (unsigned long long)tally->rows, list);
    put_unknown(stats, counted);
    if (tally->unsummed)
        print_line(_("%llu of these elements have no number to be summed here."), (unsigned long long)tally->unsummed);
    if (tally->skipped)
        print_error(_("%llu alerts fall in more than %d groups each and are left out"),
                    (unsigned long long)tally->skipped, (int)TALLY_COMBINATIONS_MAX);
    if (counted->unread)
        print_error(_("%llu alerts cannot be read and are left out: inama check"), (unsigned long long)counted->unread);
}

json_t *stats_json(const struct stats *stats, const struct counted *counted) {
    const struct tally_question *question = &counted->question;
    json_t *by = json_array(), *unknown = json_object();
    for (size_t i = 0; i < question->count; i++) {
        json_array_append_new(by, print_json_text(question->dimensions[i].name));
        json_object_set_new(unknown, question->dimensions[i].name, json_integer((json_int_t)counted->tally.unknown[i]));
    }
    json_t *json = json_pack("{s:o, s:o, s:I, s:o}", "by", by, "query", print_json_text(stats->query), "alerts",
                             (json_int_t)counted->tally.alerts, "not_known", unknown);
    if (question->counted < question->part_count)
        json_object_set_new(json, "rows", json_integer((json_int_t)counted->tally.rows));
    if (question->sum != SLOT_COUNT) {
        json_object_set_new(json, "sum_of", json_string(document_field(question->sum)->path));
        json_object_set_new(json, "rows_without_number", json_integer((json_int_t)counted->tally.unsummed));
    }
    uint64_t left_out = counted->tally.skipped + counted->unread;
    json_object_set_new(json, "left_out", json_integer((json_int_t)left_out));
    return json;
}

/* ---- telling ---- */

static enum exit_code write_svg(struct stats *stats, const struct bar *bars, size_t count) {
    struct buf picture;
    buf_init(&picture, stats->call->arena);
    chart_svg(&picture, stats->call->arena, stats->what, bars, count);
    enum result result = picture.failed ? RESULT_NO_MEMORY : file_write(stats->svg, buf_span(&picture), 0644);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(stats->call->arena, stats->svg), result_text(result));
    return EXIT_REFUSED;
}

enum exit_code stats_tell(struct stats *stats, const struct grid *grid, json_t *json, const struct bar *bars,
                          size_t bar_count) {
    if (grid_failed(grid)) {
        json_decref(json);
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    if (stats->as_json) {
        json_object_set_new(json, "groups", grid_json(grid));
        print_json(json);
    } else {
        json_decref(json);
        if (stats->as_csv)
            grid_print_csv(grid);
        else if (stats->as_plot)
            chart_print(stats->call->arena, bars, bar_count);
        else
            grid_print(grid);
    }
    return stats->svg ? write_svg(stats, bars, bar_count) : EXIT_DONE;
}
