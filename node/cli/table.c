#include "cli/table.h"

#include <assert.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/print.h"

enum { COLUMNS_MAX = 72, NARROWEST = 6 };

struct cell {
    const char *text;
    enum print_colour colour;
};

struct table {
    struct arena *arena;
    const struct column *columns;
    size_t column_count;
    struct cell *cells; /* row by row */
    size_t count;
    size_t capacity;
};

struct table *table_new(struct arena *arena, const struct column *columns, size_t count) {
    struct table *table = arena_alloc(arena, sizeof *table);
    if (!table || count > COLUMNS_MAX)
        return NULL;
    *table = (struct table){.arena = arena, .columns = columns, .column_count = count};
    return table;
}

static bool make_room(struct table *table) {
    if (table->count < table->capacity)
        return true;
    size_t capacity = table->capacity ? table->capacity * 2 : 64;
    struct cell *grown = arena_array(table->arena, capacity, sizeof *grown);
    if (!grown)
        return false;
    if (table->count)
        memcpy(grown, table->cells, table->count * sizeof *grown);
    table->cells = grown;
    table->capacity = capacity;
    return true;
}

void table_cell_in(struct table *table, enum print_colour colour, const char *text) {
    if (table && make_room(table))
        table->cells[table->count++] = (struct cell){text_escape(table->arena, text), colour};
}

void table_cell(struct table *table, const char *text) {
    table_cell_in(table, PRINT_PLAIN, text);
}

void table_number(struct table *table, uint64_t number) {
    if (table)
        table_cell(table, text_format(table->arena, "%llu", (unsigned long long)number));
}

/* ---- fitting ---- */

size_t table_terminal_width(void) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO))
        return 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static void natural_widths(const struct table *table, size_t widths[static COLUMNS_MAX]) {
    assert(table->column_count > 0);
    for (size_t i = 0; i < table->column_count; i++)
        widths[i] = text_width(*table->columns[i].title ? _(table->columns[i].title) : "");
    for (size_t i = 0; i < table->count; i++) {
        size_t width = text_width(table->cells[i].text), column = i % table->column_count;
        if (width > widths[column])
            widths[column] = width;
    }
}

static bool gives_way(const struct column *column) {
    return column->kind == COLUMN_TRUNC || column->kind == COLUMN_WRAP;
}

/* Takes a column of width at a time from the widest that may give way. */
static void shrink(const struct table *table, size_t widths[static COLUMNS_MAX], size_t room) {
    size_t total = table->column_count - 1;
    for (size_t i = 0; i < table->column_count; i++)
        total += widths[i];
    while (total > room) {
        size_t widest = SIZE_MAX;
        for (size_t i = 0; i < table->column_count; i++)
            if (gives_way(&table->columns[i]) && widths[i] > NARROWEST &&
                (widest == SIZE_MAX || widths[i] > widths[widest]))
                widest = i;
        if (widest == SIZE_MAX)
            return;
        widths[widest]--;
        total--;
    }
}

/* Bytes of the first `width` columns of the text, whole characters. */
static size_t bytes_within(const char *text, size_t width) {
    size_t at = 0, used = 0;
    while (text[at]) {
        char one[5] = {text[at]};
        size_t len = 1;
        while (len < 4 && ((unsigned char)text[at + len] & 0xC0) == 0x80) {
            one[len] = text[at + len];
            len++;
        }
        used += text_width(one);
        if (used > width)
            break;
        at += len;
    }
    return at;
}

const char *table_cut(struct arena *arena, const char *text, size_t width) {
    if (text_width(text) <= width)
        return text;
    return text_format(arena, "%.*s…", (int)bytes_within(text, width - 1), text);
}

/* Breaks between words; in a word only where it is longer than a line. */
static const char *wrap(struct arena *arena, const char *text, size_t width) {
    const char *out = "";
    while (text_width(text) > width) {
        size_t len = bytes_within(text, width), space = len;
        while (space && text[space] != ' ')
            space--;
        len = space ? space : len ? len : 1;
        out = text_format(arena, "%s%.*s\n", out, (int)len, text);
        text += len + (space != 0);
    }
    return *out ? text_format(arena, "%s%s", out, text) : text;
}

static const char *fitted(const struct table *table, size_t index, size_t width) {
    const char *text = table->cells[index].text;
    enum column_kind kind = table->columns[index % table->column_count].kind;
    if (kind == COLUMN_TRUNC)
        return table_cut(table->arena, text, width);
    return kind == COLUMN_WRAP ? wrap(table->arena, text, width) : text;
}

/* ---- printing ---- */

static void add_columns(const struct table *table, struct libscols_table *out) {
    bool titles = false;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        int flags = column->kind == COLUMN_RIGHT ? SCOLS_FL_RIGHT : column->kind == COLUMN_WRAP ? SCOLS_FL_WRAP : 0;
        const char *title = *column->title ? _(column->title) : "";
        struct libscols_column *added = scols_table_new_column(out, title, 0, flags);
        titles |= *title != '\0';
        if (!added)
            continue;
        if (column->kind == COLUMN_WRAP) {
            scols_column_set_safechars(added, "\n");
            scols_column_set_wrapfunc(added, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
        }
        if (print_has_colours())
            scols_cell_set_color(scols_column_get_header(added), "bold");
    }
    scols_table_enable_noheadings(out, !titles);
}

static void add_cells(const struct table *table, struct libscols_table *out, const size_t *widths) {
    static const char *const names[] = {[PRINT_PLAIN] = NULL, [PRINT_BOLD] = "bold",   [PRINT_DIM] = "halfbright",
                                        [PRINT_RED] = "red",  [PRINT_GREEN] = "green", [PRINT_YELLOW] = "yellow"};
    struct libscols_line *line = NULL;
    for (size_t i = 0; i < table->count; i++) {
        size_t column = i % table->column_count;
        if (column == 0)
            line = scols_table_new_line(out, NULL);
        struct libscols_cell *cell = line ? scols_line_get_cell(line, column) : NULL;
        if (!cell)
            continue;
        scols_cell_set_data(cell, widths ? fitted(table, i, widths[column]) : table->cells[i].text);
        if (print_has_colours() && names[table->cells[i].colour])
            scols_cell_set_color(cell, names[table->cells[i].colour]);
    }
}

void table_print(struct table *table) {
    size_t room = table_terminal_width(), widths[COLUMNS_MAX];
    struct libscols_table *out = table && table->count ? scols_new_table() : NULL;
    if (!out)
        return;
    natural_widths(table, widths);
    if (room)
        shrink(table, widths, room);
    scols_table_set_termforce(out, SCOLS_TERMFORCE_NEVER); /* it has been fitted already */
    scols_table_enable_colors(out, print_has_colours());
    add_columns(table, out);
    add_cells(table, out, room ? widths : NULL);
    fflush(stdout);
    scols_print_table(out);
    scols_unref_table(out);
}
