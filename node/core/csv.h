/* csv: tables as they come from spreadsheets and old databases (RFC 4180 and its relatives).
 *
 * Takes comma, semicolon or tab (found from the first row), quoted fields with embedded newlines, LF, CRLF or bare CR,
 * a byte order mark, UTF-8 with stray Latin-1 (read as Latin-1 per field). Knows the line of every row.
 */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"

struct csv {
    struct span rest;
    char separator;
    size_t next_line; /* 1-based line at which the next row starts */
    /* the current row */
    size_t line; /* the line it starts at */
    size_t count;
    const char **fields; /* `count` NUL-terminated UTF-8 texts in the arena given to csv_next() */
    bool latin1;         /* a field of this row was not UTF-8 and was read as Latin-1 */
    bool one_line;       /* a quote never closed: behind that row a quoted field ends with its line */
};

void csv_init(struct csv *csv, struct span text);
/* The next row in which a field is not empty, into memory of `arena`; line ends inside a field become LF. NOT_FOUND at
 * the end; MALFORMED (csv->line says where) for a quote that never closes, a NUL, or a row of more than 1024 fields:
 * the reader then goes on behind that row, behind its first line if it is the quote; NO_MEMORY: it stays where it is.
 */
MUST_USE enum result csv_next(struct csv *csv, struct arena *arena);

/* Appends one field, quoted where it must be. */
void csv_put(struct buf *out, const char *field, bool first);

#endif
