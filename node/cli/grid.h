/* grid: rows of figures that people read as a table, spreadsheets as CSV and programs as JSON, from the same cells.
 *
 * Cells are given left to right, row by row. Everything lives in the arena; when memory is out the grid is incomplete,
 * and grid_failed() says so.
 */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cli/table.h"

struct grid;

/* NULL when memory is out; all that follow take NULL. */
struct grid *grid_new(struct arena *arena, size_t columns_max);
/* `key` names the column in CSV and JSON, `title` (translated) in the table. */
void grid_column(struct grid *grid, const char *key, const char *title, enum column_kind kind);

/* A text as it is, and as people see it. NULL: there is none. */
void grid_text(struct grid *grid, const char *text, const char *shown);
void grid_count(struct grid *grid, uint64_t number);
/* With as many decimals as it has, six at most; or as `shown`. */
void grid_amount(struct grid *grid, double number);
void grid_number(struct grid *grid, double number, const char *shown);
const char *grid_amount_text(struct arena *arena, double number);

bool grid_failed(const struct grid *grid);
void grid_print(const struct grid *grid);
/* On standard output, with a row of keys. A text that a spreadsheet would take for a formula begins with a quotation
 * mark. */
void grid_print_csv(const struct grid *grid);
/* A list of objects. */
json_t *grid_json(const struct grid *grid);

#endif
