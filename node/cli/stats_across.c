/* Counts across periods, and counts for others: rows by columns with their totals. */
#include "cli/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/suppression.h"

enum { COLUMNS_ACROSS = 40 };

bool stats_is_across(const struct stats *stats, const struct counted *counted) {
    const struct tally_question *question = &counted->question;
    return question->count > 1 && question->sum == SLOT_COUNT && question->counted == question->part_count &&
           question->dimensions[question->count - 1].kind == TALLY_PERIOD && !stats->as_csv && !stats->as_json &&
           !stats->as_plot && !stats->svg;
}

/* A matrix on its way out. */
struct telling {
    struct stats *stats;
    const struct counted *counted;
    const struct matrix *matrix;
    const enum suppression_cell *cells; /* NULL: all is shown */
    size_t *order;                      /* rows, the largest first */
};

static size_t width_of(const struct matrix *matrix) {
    return matrix->columns ? matrix->columns + 1 : 1;
}

static size_t down_of(const struct telling *telling) {
    size_t count = telling->counted->question.count;
    return telling->matrix->columns ? count - 1 : count;
}

static int by_total(const void *a, const void *b, void *context) {
    const struct matrix *matrix = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b, width = width_of(matrix);
    uint64_t p = matrix->numbers[x * width + width - 1], q = matrix->numbers[y * width + width - 1];
    return p != q ? (p < q) - (p > q) : (x > y) - (x < y);
}

/* Rows of nothing but time stay in its order; what is withheld must not show by where it stands. */
static bool begin(struct telling *telling) {
    const struct tally_question *question = &telling->counted->question;
    const struct matrix *matrix = telling->matrix;
    telling->order = arena_array(telling->stats->call->arena, matrix->rows + 1, sizeof *telling->order);
    if (!telling->order)
        return false;
    for (size_t i = 0; i < matrix->rows; i++)
        telling->order[i] = i;
    if (!telling->cells && question->dimensions[0].kind != TALLY_PERIOD)
        qsort_r(telling->order, matrix->rows, sizeof *telling->order, by_total, (void *)(uintptr_t)matrix);
    return true;
}

static const char *small_words(const struct telling *telling) {
    return text_format(telling->stats->call->arena, "<%llu", (unsigned long long)telling->stats->least);
}

static void put_number(struct grid *grid, const struct telling *telling, size_t at) {
    enum suppression_cell cell = telling->cells ? telling->cells[at] : SUPPRESSION_SHOWN;
    if (cell == SUPPRESSION_SHOWN)
        grid_count(grid, telling->matrix->numbers[at]);
    else if (cell == SUPPRESSION_SMALL)
        grid_text(grid, small_words(telling), small_words(telling));
    else
        grid_text(grid, "withheld", "*");
}

static void put_total_label(struct grid *grid, const struct telling *telling) {
    for (size_t i = 0; i < down_of(telling); i++)
        grid_text(grid, i ? NULL : "total", i ? "" : _("all"));
}

/* ---- across ---- */

static struct grid *grid_across(const struct telling *telling) {
    const struct matrix *matrix = telling->matrix;
    size_t width = width_of(matrix), down = down_of(telling);
    struct arena *arena = telling->stats->call->arena;
    struct grid *grid = grid_new(arena, down + width);
    stats_put_columns(grid, telling->stats, telling->counted, down);
    for (size_t i = 0; i < matrix->columns; i++)
        grid_column(grid, matrix->column_values[i],
                    text_escape(arena, stats_shown(arena, telling->counted, down, matrix->column_values[i])),
                    COLUMN_RIGHT);
    grid_column(grid, "total", matrix->columns ? N_("ALL") : N_("ALERTS"), COLUMN_RIGHT);
    for (size_t i = 0; i < stats_shown_count(telling->stats, matrix->rows); i++) {
        size_t row = telling->order[i];
        stats_put_values(grid, telling->stats, telling->counted, matrix->row_groups[row]->values, down);
        for (size_t k = 0; k < width; k++)
            put_number(grid, telling, row * width + k);
    }
    put_total_label(grid, telling);
    for (size_t k = 0; k < width; k++)
        put_number(grid, telling, matrix->rows * width + k);
    return grid;
}

/* ---- one below the other ---- */

/* A line for each number; those that are 0 need none. */
static struct grid *grid_down(const struct telling *telling) {
    const struct matrix *matrix = telling->matrix;
    const struct counted *counted = telling->counted;
    size_t width = width_of(matrix), count = counted->question.count, down = down_of(telling);
    struct grid *grid = grid_new(telling->stats->call->arena, count + 1);
    stats_put_columns(grid, telling->stats, counted, count);
    grid_column(grid, "alerts", N_("ALERTS"), COLUMN_RIGHT);
    for (size_t i = 0; i <= matrix->rows; i++)
        for (size_t k = 0; k < width; k++) {
            if (matrix->numbers[i * width + k] == 0)
                continue;
            if (i < matrix->rows)
                stats_put_values(grid, telling->stats, counted, matrix->row_groups[i]->values, down);
            else
                put_total_label(grid, telling);
            if (k < matrix->columns)
                grid_text(grid, *matrix->column_values[k] ? matrix->column_values[k] : NULL,
                          stats_shown(telling->stats->call->arena, counted, down, matrix->column_values[k]));
            else if (matrix->columns)
                grid_text(grid, "total", _("all"));
            put_number(grid, telling, i * width + k);
        }
    return grid;
}

/* ---- bars of what is shown ---- */

static struct bar bar_of(const struct telling *telling, size_t row, size_t column) {
    const struct matrix *matrix = telling->matrix;
    struct arena *arena = telling->stats->call->arena;
    size_t at = row * width_of(matrix) + column, down = down_of(telling);
    enum suppression_cell cell = telling->cells[at];
    const char *label = stats_label(arena, telling->counted, matrix->row_groups[row]->values, down);
    if (matrix->columns)
        label = text_format(arena, "%s, %s", label,
                            stats_shown(arena, telling->counted, down, matrix->column_values[column]));
    if (cell != SUPPRESSION_SHOWN)
        return (struct bar){label, 0, cell == SUPPRESSION_SMALL ? small_words(telling) : "*"};
    return (struct bar){label, (double)matrix->numbers[at], grid_amount_text(arena, (double)matrix->numbers[at])};
}

static size_t make_bars(const struct telling *telling, struct bar *bars) {
    const struct matrix *matrix = telling->matrix;
    size_t across = matrix->columns ? matrix->columns : 1, count = 0;
    for (size_t row = 0; row < matrix->rows; row++)
        for (size_t column = 0; column < across; column++)
            if (matrix->numbers[row * width_of(matrix) + column])
                bars[count++] = bar_of(telling, row, column);
    return count;
}

static enum exit_code out_of_memory(void) {
    print_error("%s", result_text(RESULT_NO_MEMORY));
    return EXIT_REFUSED;
}

enum exit_code stats_across(struct stats *stats, struct counted *counted) {
    struct telling telling = {.stats = stats, .counted = counted, .matrix = matrix_make(stats->call->arena, counted)};
    if (!telling.matrix || !begin(&telling))
        return out_of_memory();
    bool is_wide = telling.matrix->columns > COLUMNS_ACROSS;
    enum exit_code code =
        stats_tell(stats, is_wide ? grid_down(&telling) : grid_across(&telling), json_object(), NULL, 0);
    if (stats_shown_count(stats, telling.matrix->rows) < telling.matrix->rows && !is_wide)
        print_line(_("The first %zu of %zu rows."), stats_shown_count(stats, telling.matrix->rows),
                   telling.matrix->rows);
    stats_put_remarks(stats, counted);
    return code;
}

/* ---- for others ---- */

static void put_rule(const struct stats *stats) {
    print_line(_("Numbers from 1 to %llu are not shown (\"<%llu\"), nor are those from which they could be worked out "
                 "(\"*\"), totals included."),
               (unsigned long long)(stats->least - 1), (unsigned long long)stats->least);
    print_line(
        _("\"others\" are rows, or columns, of fewer than %llu each, and what hides them. An alert that falls in "
          "several groups counts in each, and in the totals."),
        (unsigned long long)suppression_total_least(stats->least));
}

static json_t *json_of(const struct stats *stats) {
    return json_pack("{s:o, s:o, s:I}", "by", print_json_text(stats->by), "query", print_json_text(stats->query),
                     "least", (json_int_t)stats->least);
}

static enum exit_code tell_released(struct telling *telling) {
    struct stats *stats = telling->stats;
    const struct matrix *matrix = telling->matrix;
    struct bar *bars = arena_array(stats->call->arena, matrix->rows * (matrix->columns + 1) + 1, sizeof *bars);
    if (!bars)
        return out_of_memory();
    bool is_down = stats->as_csv || stats->as_json || matrix->columns > COLUMNS_ACROSS;
    enum exit_code code = stats_tell(stats, is_down ? grid_down(telling) : grid_across(telling), json_of(stats), bars,
                                     make_bars(telling, bars));
    if (!stats->as_csv && !stats->as_json)
        put_rule(stats);
    return code;
}

static enum exit_code refuse_all(void) {
    print_error(_("there is too little to leave small numbers out of: nothing of it is for release"));
    print_next(_("count by fewer fields or longer periods, or widen the query"));
    return EXIT_REFUSED;
}

enum exit_code stats_released(struct stats *stats, struct counted *counted) {
    struct arena *arena = stats->call->arena;
    struct telling telling = {.stats = stats, .counted = counted, .matrix = matrix_make(arena, counted)};
    if (telling.matrix)
        telling.matrix = matrix_merge(arena, telling.matrix, suppression_total_least(stats->least));
    const struct matrix *matrix = telling.matrix;
    if (!matrix)
        return out_of_memory();
    size_t count = (matrix->rows + 1) * width_of(matrix);
    if (count > RELEASE_CELLS_MAX) {
        print_error(_("this table has %zu numbers; one for release has at most %d"), count, (int)RELEASE_CELLS_MAX);
        print_next(_("count by fewer fields or longer periods, or narrow the query"));
        return EXIT_REFUSED;
    }
    enum suppression_cell *cells = arena_array(arena, count, sizeof *cells);
    telling.cells = cells;
    if (!cells || !begin(&telling))
        return out_of_memory();
    const struct suppression suppression = {matrix->rows, matrix->columns, stats->least, matrix->numbers, cells};
    return suppression_decide(&suppression) ? tell_released(&telling) : refuse_all();
}
