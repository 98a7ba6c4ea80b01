/* inama stats: alerts counted by what they say. */
#include "cli/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/row.h"

static const struct option options[] = {
    {"by", 'b', "WORD,…", N_("what to count by: a field, species … class, year … day, origin, transit, destination"),
     false},
    {"period", 0, "PERIOD", N_("also by year, quarter, month, week or day: across, as columns"), false},
    {"date", 0, "FIELD", N_("whose periods; default the date of the incident"), false},
    {"sum", 0, "FIELD", N_("add this number up, each unit by itself: quantity, weight_kg, value_amount"), false},
    {"top", 0, "N", N_("only the N largest groups"), false},
    {"flow", 0, NULL, N_("the routes: by origin, transit and destination"), false},
    {"animals", 0, NULL, N_("how many animals the quantities stand for, with each factor and its source"), false},
    {"factors", 0, "FILE", N_("with --animals: factors of your own, which come first"), false},
    {"compare", 0, NULL, N_("beside the same span of time before; needs --from and --to"), false},
    {"release", 0, NULL, N_("leave out small numbers, and those that would give them back"), false},
    {"min", 0, "N", N_("with --release: the smallest number that is shown; default 5"), false},
    {"plot", 0, NULL, N_("draw bars in the terminal"), false},
    {"svg", 0, "FILE", N_("write the bars to a picture"), false},
    {"csv", 0, NULL, N_("print CSV, for spreadsheets"), false},
    ROW_FILTERS,
    OPTION_HOME,
    OPTION_JSON,
    OPTIONS_END,
};

static bool is_given(const struct stats *stats, const char *option) {
    return options_flag(&stats->call->options, option);
}

/* ---- reading the command line ---- */

static const char *read_by(struct stats *stats) {
    const struct options *given = &stats->call->options;
    const char *by = options_text(given, "by"), *period = options_text(given, "period");
    if (is_given(stats, "flow"))
        by = by ? text_format(stats->call->arena, "origin,transit,destination,%s", by) : "origin,transit,destination";
    if (by && period)
        return text_format(stats->call->arena, "%s,%s", by, period);
    return by ? by : period;
}

/* Options that say nothing to each other. */
static const char *conflict(const struct stats *stats) {
    static const struct {
        const char *one;
        const char *other;
    } pairs[] = {{"release", "animals"}, {"release", "compare"}, {"animals", "compare"},
                 {"animals", "sum"},     {"compare", "sum"},     {"csv", "json"},
                 {"csv", "plot"},        {"json", "plot"},       {"release", "sum"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *const *values;
        if (options_list(&stats->call->options, pairs[i].one, &values) &&
            options_list(&stats->call->options, pairs[i].other, &values))
            return text_format(stats->call->arena, _("--%s and --%s do not go together"), pairs[i].one, pairs[i].other);
    }
    return NULL;
}

static const char *missing(const struct stats *stats) {
    const struct options *given = &stats->call->options;
    enum period period;
    if (options_text(given, "period") && !period_find(&period, options_text(given, "period")))
        return text_format(stats->call->arena, _("--period is \"%s\", expected year, quarter, month, week or day"),
                           text_escape(stats->call->arena, options_text(given, "period")));
    if (is_given(stats, "compare") && !(options_text(given, "from") && options_text(given, "to")))
        return _("--compare needs --from and --to: which span of time, to be put beside as long a one before");
    if (options_text(given, "min") && !is_given(stats, "release"))
        return _("--min goes with --release");
    if (options_text(given, "factors") && !is_given(stats, "animals"))
        return _("--factors goes with --animals");
    return stats->by ? NULL : _("--by says what to count by, such as --by species,year");
}

static enum exit_code read_options(struct stats *stats) {
    struct call *call = stats->call;
    const char *complaint = NULL;
    uint64_t top = 0;
    stats->by = read_by(stats);
    stats->date = options_text(&call->options, "date");
    stats->sum = options_text(&call->options, "sum");
    stats->svg = options_text(&call->options, "svg");
    stats->as_csv = is_given(stats, "csv");
    stats->as_json = is_given(stats, "json");
    stats->as_plot = is_given(stats, "plot");
    stats->is_release = is_given(stats, "release");
    stats->least = RELEASE_LEAST;
    stats->query = row_query(call, &complaint);
    if (!complaint)
        complaint = conflict(stats);
    if (!complaint)
        complaint = missing(stats);
    if (complaint || options_number(&call->options, call->arena, "top", 1, TALLY_GROUPS_MAX, &top, &complaint) ||
        options_number(&call->options, call->arena, "min", 2, 1000, &stats->least, &complaint))
        return print_usage_error(call, complaint);
    stats->top = (size_t)top;
    stats->what = *stats->query ? text_format(call->arena, _("Alerts by %s: %s"), stats->by, stats->query)
                                : text_format(call->arena, _("Alerts by %s"), stats->by);
    return EXIT_DONE;
}

/* ---- groups ---- */

/* Time goes on from left to right, or down: those that are counted by nothing else stand in its order. */
static int by_values(const void *a, const void *b, void *question) {
    return tally_compare(question, *(const struct tally_group *const *)a, *(const struct tally_group *const *)b);
}

static void order(struct counted *counted) {
    struct tally_question *question = &counted->question;
    bool is_time = question->count > 0;
    for (size_t i = 0; i < question->count; i++)
        is_time &= question->dimensions[i].kind == TALLY_PERIOD;
    if (is_time)
        qsort_r(counted->groups, counted->tally.count, sizeof *counted->groups, by_values, question);
}

static struct bar bar_of(struct stats *stats, const struct counted *counted, const struct tally_group *group) {
    struct arena *arena = stats->call->arena;
    bool is_sum = counted->question.sum != SLOT_COUNT;
    double value = is_sum ? group->sum : (double)group->alerts;
    return (struct bar){stats_label(arena, counted, group->values, counted->question.count), value < 0 ? 0 : value,
                        grid_amount_text(arena, value)};
}

static void put_group(struct grid *grid, struct stats *stats, const struct counted *counted,
                      const struct tally_group *group) {
    const struct tally_question *question = &counted->question;
    stats_put_values(grid, stats, counted, group->values, question->count);
    grid_count(grid, group->alerts);
    if (question->counted < question->part_count)
        grid_count(grid, group->rows);
    if (question->sum != SLOT_COUNT && group->summed)
        grid_amount(grid, group->sum);
    else if (question->sum != SLOT_COUNT)
        grid_text(grid, NULL, "-");
}

static struct grid *grid_of_groups(struct stats *stats, const struct counted *counted) {
    const struct tally_question *question = &counted->question;
    struct grid *grid = grid_new(stats->call->arena, question->count + 3);
    stats_put_columns(grid, stats, counted, question->count);
    grid_column(grid, "alerts", N_("ALERTS"), COLUMN_RIGHT);
    if (question->counted < question->part_count)
        grid_column(grid, "rows", N_("ROWS"), COLUMN_RIGHT);
    if (question->sum != SLOT_COUNT)
        grid_column(grid, "sum", N_("SUM"), COLUMN_RIGHT);
    return grid;
}

static enum exit_code tell_groups(struct stats *stats, struct counted *counted) {
    size_t count = stats_shown_count(stats, counted->tally.count);
    struct grid *grid = grid_of_groups(stats, counted);
    struct bar *bars = arena_array(stats->call->arena, count + 1, sizeof *bars);
    order(counted);
    for (size_t i = 0; i < count && bars; i++) {
        put_group(grid, stats, counted, counted->groups[i]);
        bars[i] = bar_of(stats, counted, counted->groups[i]);
    }
    enum exit_code code = stats_tell(stats, grid, stats_json(stats, counted), bars, bars ? count : 0);
    if (stats->as_json || stats->as_csv)
        return code;
    if (count < counted->tally.count)
        print_line(_("The first %zu of %zu groups."), count, counted->tally.count);
    stats_put_remarks(stats, counted);
    return code;
}

enum exit_code stats_groups(struct stats *stats) {
    struct counted counted;
    enum exit_code code = stats_count(stats, &counted, stats->query, stats->by, stats->sum);
    if (!code && stats->is_release)
        code = stats_released(stats, &counted);
    else if (!code && stats_is_across(stats, &counted))
        code = stats_across(stats, &counted);
    else if (!code)
        code = tell_groups(stats, &counted);
    counted_release(&counted);
    return code;
}

static enum exit_code run(struct call *call) {
    struct stats stats = {.call = call};
    enum exit_code code = read_options(&stats);
    if (code)
        return code;
    code = client_open(&stats.client, call);
    if (!code && is_given(&stats, "animals"))
        code = stats_animals(&stats);
    else if (!code && is_given(&stats, "compare"))
        code = stats_compared(&stats);
    else if (!code)
        code = stats_groups(&stats);
    client_close(&stats.client);
    return code;
}

const struct command command_stats = {
    .name = "stats",
    .takes = "[QUERY…] --by WORD,…",
    .summary = N_("count alerts by what they say"),
    .options = options,
    .words_max = 256,
    .examples = N_("  inama stats --by species --period year            seizures by species and year\n"
                   "  inama stats --by family,term --sum quantity       quantities, each unit by itself\n"
                   "  inama stats species:Manidae --flow --top 10       the ten routes with most alerts\n"
                   "  inama stats --by concealment --plot               top concealments, as bars\n"
                   "  inama stats --by country --compare --from 2015 --to 2015   beside the year before\n"
                   "  inama stats --by species --animals                estimated animals, with the factors\n"
                   "  inama stats --by country,year --release --csv     for others: without small numbers\n"),
    .run = run,
};
