#include "cli/grid.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/csv.h"

enum cell_kind { CELL_NOTHING, CELL_TEXT, CELL_COUNT, CELL_AMOUNT };

struct cell {
    enum cell_kind kind;
    const char *text;
    const char *shown;
    uint64_t count;
    double amount;
};

struct grid {
    struct arena *arena;
    struct column *columns;
    const char **keys;
    size_t columns_max;
    size_t column_count;
    struct cell *cells;
    size_t count;
    size_t capacity;
    bool failed;
};

struct grid *grid_new(struct arena *arena, size_t columns_max) {
    struct grid *grid = arena_alloc(arena, sizeof *grid);
    if (!grid)
        return NULL;
    grid->arena = arena;
    grid->columns = arena_array(arena, columns_max, sizeof *grid->columns);
    grid->keys = arena_array(arena, columns_max, sizeof *grid->keys);
    grid->columns_max = columns_max;
    return grid->columns && grid->keys ? grid : NULL;
}

void grid_column(struct grid *grid, const char *key, const char *title, enum column_kind kind) {
    if (!grid)
        return;
    assert(grid->column_count < grid->columns_max && grid->count == 0);
    grid->keys[grid->column_count] = key;
    grid->columns[grid->column_count++] = (struct column){title, kind};
}

/* ---- cells ---- */

static void add(struct grid *grid, struct cell cell) {
    if (grid->count == grid->capacity) {
        size_t capacity = grid->capacity ? 2 * grid->capacity : 64;
        struct cell *grown = arena_array(grid->arena, capacity, sizeof *grown);
        grid->failed |= !grown;
        if (!grown)
            return;
        if (grid->count)
            memcpy(grown, grid->cells, grid->count * sizeof *grown);
        grid->cells = grown;
        grid->capacity = capacity;
    }
    grid->cells[grid->count++] = cell;
}

void grid_text(struct grid *grid, const char *text, const char *shown) {
    if (grid)
        add(grid, (struct cell){.kind = text ? CELL_TEXT : CELL_NOTHING, .text = text, .shown = shown});
}

void grid_count(struct grid *grid, uint64_t number) {
    if (grid)
        add(grid, (struct cell){.kind = CELL_COUNT,
                                .count = number,
                                .shown = text_format(grid->arena, "%llu", (unsigned long long)number)});
}

const char *grid_amount_text(struct arena *arena, double number) {
    const char *text = text_format(arena, "%.6f", number);
    size_t len = strlen(text);
    while (len && text[len - 1] == '0')
        len--;
    len -= len && (text[len - 1] == '.' || text[len - 1] == ',');
    const char *cut = arena_text(arena, text, len);
    return cut ? cut : "";
}

void grid_number(struct grid *grid, double number, const char *shown) {
    if (grid)
        add(grid, (struct cell){.kind = CELL_AMOUNT, .amount = number, .shown = shown});
}

void grid_amount(struct grid *grid, double number) {
    if (grid)
        grid_number(grid, number, grid_amount_text(grid->arena, number));
}

bool grid_failed(const struct grid *grid) {
    return !grid || grid->failed;
}

/* ---- telling ---- */

void grid_print(const struct grid *grid) {
    if (!grid)
        return;
    struct table *table = table_new(grid->arena, grid->columns, grid->column_count);
    for (size_t i = 0; i < grid->count; i++)
        table_cell(table, grid->cells[i].shown);
    table_print(table);
}

/* What begins so is taken for a formula by programs that people open tables with. */
static const char *harmless(struct arena *arena, const char *text) {
    return *text && strchr("=+-@\t\r", *text) ? text_format(arena, "'%s", text) : text;
}

static void put_cell(struct buf *out, const struct grid *grid, const struct cell *cell, bool first) {
    const char *text = "";
    if (cell->kind == CELL_TEXT)
        text = harmless(grid->arena, cell->text);
    else if (cell->kind == CELL_AMOUNT)
        text = grid_amount_text(grid->arena, cell->amount);
    else if (cell->kind == CELL_COUNT)
        text = cell->shown;
    csv_put(out, text, first);
}

void grid_print_csv(const struct grid *grid) {
    struct buf out;
    if (!grid || grid->column_count == 0)
        return;
    buf_init(&out, grid->arena);
    for (size_t i = 0; i < grid->column_count; i++)
        csv_put(&out, grid->keys[i], i == 0);
    buf_put(&out, "\n", 1);
    for (size_t i = 0; i < grid->count; i++) {
        put_cell(&out, grid, &grid->cells[i], i % grid->column_count == 0);
        if ((i + 1) % grid->column_count == 0)
            buf_put(&out, "\n", 1);
    }
    fwrite(out.data, 1, out.len, stdout);
}

static json_t *cell_json(const struct cell *cell) {
    switch (cell->kind) {
    case CELL_TEXT:
        return print_json_text(cell->text);
    case CELL_COUNT:
        return json_integer((json_int_t)cell->count);
    case CELL_AMOUNT:
        return json_real(cell->amount);
    case CELL_NOTHING:
        break;
    }
    return json_null();
}

json_t *grid_json(const struct grid *grid) {
    json_t *list = json_array(), *row = NULL;
    for (size_t i = 0; grid && grid->column_count && i < grid->count; i++) {
        size_t column = i % grid->column_count;
        if (column == 0)
            json_array_append_new(list, row = json_object());
        json_object_set_new(row, grid->keys[column], cell_json(&grid->cells[i]));
    }
    return list;
}
