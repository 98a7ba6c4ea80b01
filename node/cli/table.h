/* table: rows and columns for people, fitted to the terminal.
 *
 * Cells are given left to right, row by row; what they say is escaped here. On a terminal the widest columns that may
 * give way do so until all fits: cut off with an ellipsis, or broken between words. In a pipe nothing is cut.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum print_colour { PRINT_PLAIN, PRINT_BOLD, PRINT_DIM, PRINT_RED, PRINT_GREEN, PRINT_YELLOW };

enum column_kind {
    COLUMN_KEEP,  /* never shortened */
    COLUMN_TRUNC, /* cut off to fit */
    COLUMN_WRAP,  /* broken between words to fit */
    COLUMN_RIGHT  /* numbers */
};

struct column {
    const char *title; /* marked for translation; a table without titles has no head */
    enum column_kind kind;
};

struct table;

/* NULL when memory is out; all that follow take NULL. `columns` must outlive the table. */
struct table *table_new(struct arena *arena, const struct column *columns, size_t count);
void table_cell(struct table *table, const char *text);
void table_cell_in(struct table *table, enum print_colour colour, const char *text);
void table_number(struct table *table, uint64_t number);
/* Prints on standard output. */
void table_print(struct table *table);

/* Columns of the terminal that standard output is; 0: it is none. */
size_t table_terminal_width(void);
/* A text of at most so many columns, with an ellipsis where it was cut. */
const char *table_cut(struct arena *arena, const char *text, size_t width);

#endif
