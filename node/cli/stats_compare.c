/* A span of time beside as long a one before it. */
#include "cli/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "cli/row.h"

/* Of fewer than so many a change says little. */
enum { FEW = 10 };

struct pair {
    struct stats *stats;
    struct days now;
    struct days before;
    struct counted counted;
    struct counted earlier;
};

/* A group and its like before; either may not be there. */
struct change {
    const struct tally_group *group; /* that has its values */
    uint64_t now;
    uint64_t before;
};

static const char *date_text(struct arena *arena, uint32_t date) {
    return text_format(arena, "%04u-%02u-%02u", date / 10000, date / 100 % 100, date % 100);
}

/* ---- counting both ---- */

static enum exit_code read_span(struct pair *pair) {
    struct call *call = pair->stats->call;
    const char *from = options_text(&call->options, "from"), *to = options_text(&call->options, "to");
    if (!days_between(&pair->now, from, to))
        return print_usage_error(call, _("--from and --to are no span of time: expected two dates, the earlier first"));
    pair->before = days_before(pair->now);
    return EXIT_DONE;
}

/* The same question of other days. */
static enum exit_code count_earlier(struct pair *pair) {
    struct call *call = pair->stats->call;
    const char *complaint = NULL;
    options_replace(&call->options, "from", date_text(call->arena, pair->before.first));
    options_replace(&call->options, "to", date_text(call->arena, pair->before.last));
    const char *query = row_query(call, &complaint);
    if (!query)
        return print_usage_error(call, complaint);
    return stats_count(pair->stats, &pair->earlier, query, pair->stats->by, NULL);
}

static enum exit_code refuse_periods(const struct pair *pair) {
    for (size_t i = 0; i < pair->counted.question.count; i++)
        if (pair->counted.question.dimensions[i].kind == TALLY_PERIOD)
            return print_usage_error(pair->stats->call,
                                     _("with --compare the two spans are the periods: leave others out of --by"));
    return EXIT_DONE;
}

/* ---- side by side ---- */

static uint64_t size_of(uint64_t now, uint64_t before) {
    return now > before ? now : before;
}

static int by_size(const void *a, const void *b, void *question) {
    const struct change *x = a, *y = b;
    uint64_t p = size_of(x->now, x->before), q = size_of(y->now, y->before);
    return p != q ? (p < q) - (p > q) : tally_compare(question, x->group, y->group);
}

static int by_values(const void *a, const void *b, void *question) {
    return tally_compare(question, ((const struct change *)a)->group, ((const struct change *)b)->group);
}

/* Groups of both stand beside each other once they are in order. */
static size_t join(struct change *changes, size_t count, struct tally_question *question) {
    size_t kept = 0;
    qsort_r(changes, count, sizeof *changes, by_values, question);
    for (size_t i = 1; i < count; i++) {
        if (tally_compare(question, changes[kept].group, changes[i].group) == 0) {
            changes[kept].now += changes[i].now;
            changes[kept].before += changes[i].before;
        } else {
            changes[++kept] = changes[i];
        }
    }
    kept += count > 0;
    qsort_r(changes, kept, sizeof *changes, by_size, question);
    return kept;
}

static struct change *make_changes(struct pair *pair, size_t *count) {
    size_t now = pair->counted.tally.count, before = pair->earlier.tally.count;
    struct change *changes = arena_array(pair->stats->call->arena, now + before + 1, sizeof *changes);
    for (size_t i = 0; changes && i < now; i++)
        changes[i] = (struct change){pair->counted.groups[i], pair->counted.groups[i]->alerts, 0};
    for (size_t i = 0; changes && i < before; i++)
        changes[now + i] = (struct change){pair->earlier.groups[i], 0, pair->earlier.groups[i]->alerts};
    *count = changes ? join(changes, now + before, &pair->counted.question) : 0;
    return changes;
}

static void put_percent(struct grid *grid, struct arena *arena, uint64_t now, uint64_t before) {
    double percent = before ? 100 * ((double)now - (double)before) / (double)before : 0;
    const char *text = text_format(arena, "%+.0f %%", percent);
    bool is_few = now < FEW || before < FEW;
    if (before)
        grid_number(grid, percent, text);
    else
        grid_text(grid, NULL, "-");
    grid_text(grid, is_few ? "yes" : "no", is_few ? _("few") : "");
}

static void put_change(struct grid *grid, struct arena *arena, uint64_t now, uint64_t before) {
    long long difference = (long long)now - (long long)before;
    grid_count(grid, now);
    grid_count(grid, before);
    grid_number(grid, (double)difference, text_format(arena, "%+lld", difference));
    put_percent(grid, arena, now, before);
}

static struct grid *make_grid(const struct pair *pair, const struct change *changes, size_t count) {
    struct stats *stats = pair->stats;
    size_t dimensions = pair->counted.question.count;
    struct grid *grid = grid_new(stats->call->arena, dimensions + 5);
    stats_put_columns(grid, stats, &pair->counted, dimensions);
    grid_column(grid, "alerts", N_("ALERTS"), COLUMN_RIGHT);
    grid_column(grid, "before", N_("BEFORE"), COLUMN_RIGHT);
    grid_column(grid, "change", N_("CHANGE"), COLUMN_RIGHT);
    grid_column(grid, "percent", "%", COLUMN_RIGHT);
    grid_column(grid, "few", "", COLUMN_KEEP);
    for (size_t i = 0; i < count; i++) {
        stats_put_values(grid, stats, &pair->counted, changes[i].group->values, dimensions);
        put_change(grid, stats->call->arena, changes[i].now, changes[i].before);
    }
    if (stats->as_csv || stats->as_json)
        return grid;
    for (size_t i = 0; i < dimensions; i++)
        grid_text(grid, NULL, i ? "" : _("all alerts"));
    put_change(grid, stats->call->arena, pair->counted.tally.alerts, pair->earlier.tally.alerts);
    return grid;
}

/* ---- telling ---- */

static struct bar *make_bars(const struct pair *pair, const struct change *changes, size_t count) {
    struct arena *arena = pair->stats->call->arena;
    struct bar *bars = arena_array(arena, count + 1, sizeof *bars);
    for (size_t i = 0; bars && i < count; i++)
        bars[i] =
            (struct bar){stats_label(arena, &pair->counted, changes[i].group->values, pair->counted.question.count),
                         (double)changes[i].now,
                         text_format(arena, "%llu (%llu)", (unsigned long long)changes[i].now,
                                     (unsigned long long)changes[i].before)};
    return bars;
}

static json_t *span_json(struct arena *arena, const struct days *days, uint64_t alerts) {
    return json_pack("{s:s, s:s, s:I}", "from", date_text(arena, days->first), "to", date_text(arena, days->last),
                     "alerts", (json_int_t)alerts);
}

static enum exit_code tell(struct pair *pair) {
    struct stats *stats = pair->stats;
    struct arena *arena = stats->call->arena;
    size_t count;
    const struct change *changes = make_changes(pair, &count);
    size_t shown = stats_shown_count(stats, count);
    struct bar *bars = changes ? make_bars(pair, changes, shown) : NULL;
    if (!bars) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    json_t *json = stats_json(stats, &pair->counted);
    json_object_set_new(json, "now", span_json(arena, &pair->now, pair->counted.tally.alerts));
    json_object_set_new(json, "before", span_json(arena, &pair->before, pair->earlier.tally.alerts));
    enum exit_code code = stats_tell(stats, make_grid(pair, changes, shown), json, bars, shown);
    if (stats->as_csv || stats->as_json)
        return code;
    print_line(_("%s to %s, beside %s to %s. \"few\": under %d in one of them, so that a change says little."),
               date_text(arena, pair->now.first), date_text(arena, pair->now.last),
               date_text(arena, pair->before.first), date_text(arena, pair->before.last), (int)FEW);
    print_line(_("An alert whose date is only known to the month or year counts wherever it may lie."));
    stats_put_remarks(stats, &pair->counted);
    return code;
}

enum exit_code stats_compared(struct stats *stats) {
    struct pair pair = {.stats = stats};
    enum exit_code code = read_span(&pair);
    if (!code)
        code = stats_count(stats, &pair.counted, stats->query, stats->by, NULL);
    if (!code)
        code = refuse_periods(&pair);
    if (!code)
        code = count_earlier(&pair);
    if (!code)
        code = tell(&pair);
    counted_release(&pair.counted);
    counted_release(&pair.earlier);
    return code;
}
