/* A count as rows by columns, with totals. */
#include "cli/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

struct shaping {
    const struct tally_question *question;
    size_t down; /* dimensions of a row */
};

static int compare_rows(const struct shaping *shaping, const struct tally_group *a, const struct tally_group *b) {
    int order = 0;
    for (size_t i = 0; i < shaping->down && order == 0; i++)
        order = strcmp(a->values[i], b->values[i]);
    return order;
}

static int by_row(const void *a, const void *b, void *shaping) {
    return compare_rows(shaping, *(const struct tally_group *const *)a, *(const struct tally_group *const *)b);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ---- which rows and columns there are ---- */

static bool find_rows(struct matrix *matrix, struct arena *arena, const struct counted *counted,
                      struct shaping *shaping) {
    size_t count = counted->tally.count;
    matrix->row_groups = arena_copy(arena, counted->groups, count * sizeof *matrix->row_groups);
    if (!matrix->row_groups)
        return false;
    qsort_r(matrix->row_groups, count, sizeof *matrix->row_groups, by_row, shaping);
    for (size_t i = 0; i < count; i++)
        if (matrix->rows == 0 ||
            compare_rows(shaping, matrix->row_groups[matrix->rows - 1], matrix->row_groups[i]) != 0)
            matrix->row_groups[matrix->rows++] = matrix->row_groups[i];
    return true;
}

static bool find_columns(struct matrix *matrix, struct arena *arena, const struct counted *counted, size_t dimension) {
    size_t count = counted->tally.count;
    matrix->column_values = arena_array(arena, count + 1, sizeof *matrix->column_values);
    if (!matrix->column_values)
        return false;
    for (size_t i = 0; i < count; i++)
        matrix->column_values[i] = counted->groups[i]->values[dimension];
    qsort(matrix->column_values, count, sizeof *matrix->column_values, by_text);
    for (size_t i = 0; i < count; i++)
        if (matrix->columns == 0 || strcmp(matrix->column_values[matrix->columns - 1], matrix->column_values[i]) != 0)
            matrix->column_values[matrix->columns++] = matrix->column_values[i];
    return true;
}

/* ---- numbers ---- */

static size_t width_of(const struct matrix *matrix) {
    return matrix->columns ? matrix->columns + 1 : 1;
}

static void add_cell(struct matrix *matrix, size_t row, size_t column, uint64_t number) {
    size_t width = width_of(matrix);
    matrix->numbers[row * width + column] += number;
    matrix->numbers[matrix->rows * width + column] += number;
    if (matrix->columns == 0)
        return;
    matrix->numbers[row * width + matrix->columns] += number;
    matrix->numbers[matrix->rows * width + matrix->columns] += number;
}

/* There is no bsearch_r(). */
static size_t find_row(const struct matrix *matrix, const struct tally_group *group, const struct shaping *shaping) {
    size_t low = 0, high = matrix->rows;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (compare_rows(shaping, matrix->row_groups[middle], group) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void add_cells(struct matrix *matrix, const struct counted *counted, const struct shaping *shaping) {
    for (size_t i = 0; i < counted->tally.count; i++) {
        const struct tally_group *group = counted->groups[i];
        const char *const *value = matrix->column_values;
        if (matrix->columns)
            value = bsearch(&group->values[shaping->down], matrix->column_values, matrix->columns,
                            sizeof *matrix->column_values, by_text);
        size_t column = matrix->columns ? (size_t)(value - (const char *const *)matrix->column_values) : 0;
        add_cell(matrix, find_row(matrix, group, shaping), column, group->alerts);
    }
}

struct matrix *matrix_make(struct arena *arena, const struct counted *counted) {
    struct matrix *matrix = arena_alloc(arena, sizeof *matrix);
    size_t dimensions = counted->question.count;
    struct shaping shaping = {&counted->question, dimensions > 1 ? dimensions - 1 : 1};
    if (!matrix || !find_rows(matrix, arena, counted, &shaping))
        return NULL;
    if (dimensions > 1 && !find_columns(matrix, arena, counted, dimensions - 1))
        return NULL;
    matrix->numbers = arena_array(arena, (matrix->rows + 1) * (matrix->columns + 1), sizeof *matrix->numbers);
    if (!matrix->numbers)
        return NULL;
    add_cells(matrix, counted, &shaping);
    return matrix;
}

/* ---- small ones together ---- */

/* Rows or columns, and which of them go together. */
struct line {
    size_t at;
    uint64_t total;
};
struct lines {
    struct line *lines; /* by their totals */
    size_t count;
    size_t merged; /* the first so many */
    size_t *into;  /* by `at`: where each goes; those that are merged behind all others */
};

static int by_total(const void *a, const void *b) {
    const struct line *x = a, *y = b;
    return x->total != y->total ? (x->total > y->total) - (x->total < y->total) : (x->at > y->at) - (x->at < y->at);
}

static bool lines_make(struct lines *lines, struct arena *arena, size_t count, uint64_t least, const uint64_t *totals,
                       size_t step) {
    uint64_t together = 0;
    *lines = (struct lines){.lines = arena_array(arena, count, sizeof *lines->lines),
                            .count = count,
                            .into = arena_array(arena, count, sizeof *lines->into)};
    if (!lines->lines || !lines->into)
        return false;
    for (size_t i = 0; i < count; i++)
        lines->lines[i] = (struct line){i, totals[i * step]};
    qsort(lines->lines, count, sizeof *lines->lines, by_total);
    while (lines->merged < count && (lines->lines[lines->merged].total < least || (lines->merged && together < least)))
        together += lines->lines[lines->merged++].total;
    for (size_t i = 0; i < lines->merged; i++)
        lines->into[lines->lines[i].at] = SIZE_MAX;
    size_t next = 0;
    for (size_t i = 0; i < count; i++)
        lines->into[i] = lines->into[i] == SIZE_MAX ? count - lines->merged : next++;
    return true;
}

static size_t lines_left(const struct lines *lines) {
    return lines->count - lines->merged + (lines->merged > 0);
}

static const struct tally_group *others(struct arena *arena) {
    struct tally_group *group = arena_alloc(arena, sizeof *group);
    for (size_t i = 0; group && i < TALLY_DIMENSIONS_MAX; i++)
        group->values[i] = _("others");
    return group;
}

static bool name_lines(struct matrix *out, struct arena *arena, const struct matrix *matrix, const struct lines *rows,
                       const struct lines *columns) {
    const struct tally_group *together = others(arena);
    out->row_groups = arena_array(arena, out->rows, sizeof *out->row_groups);
    out->column_values = arena_array(arena, out->columns, sizeof *out->column_values);
    out->numbers = arena_array(arena, (out->rows + 1) * (out->columns + 1), sizeof *out->numbers);
    if (!together || !out->row_groups || !out->column_values || !out->numbers)
        return false;
    for (size_t i = 0; i < matrix->rows; i++)
        out->row_groups[rows->into[i]] = matrix->row_groups[i];
    for (size_t i = 0; i < matrix->columns; i++)
        out->column_values[columns->into[i]] = matrix->column_values[i];
    if (rows->merged)
        out->row_groups[out->rows - 1] = together;
    if (columns->merged)
        out->column_values[out->columns - 1] = together->values[0];
    return true;
}

struct matrix *matrix_merge(struct arena *arena, const struct matrix *matrix, uint64_t least) {
    struct lines rows, columns;
    size_t width = width_of(matrix);
    struct matrix *out = arena_alloc(arena, sizeof *out);
    if (!out)
        return NULL;
    *out = *matrix;
    if (matrix->columns == 0 || matrix->rows == 0)
        return out;
    if (!lines_make(&rows, arena, matrix->rows, least, matrix->numbers + matrix->columns, width) ||
        !lines_make(&columns, arena, matrix->columns, least, matrix->numbers + matrix->rows * width, 1))
        return NULL;
    out->rows = lines_left(&rows);
    out->columns = lines_left(&columns);
    if (!name_lines(out, arena, matrix, &rows, &columns))
        return NULL;
    for (size_t i = 0; i < matrix->rows; i++)
        for (size_t k = 0; k < matrix->columns; k++)
            add_cell(out, rows.into[i], columns.into[k], matrix->numbers[i * width + k]);
    return out;
}
