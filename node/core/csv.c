#include "core/csv.h"

#include <string.h>

#include "base/text.h"

enum { FIELDS_MAX = 1024 };

static const char byte_order_mark[] = "\xEF\xBB\xBF";

static bool is_line_end(uint8_t c) {
    return c == '\n' || c == '\r';
}

/* LF, CR and CRLF are one line end each: its length at data[at], 0 if there is none. */
static size_t line_end_at(struct span text, size_t at) {
    if (at >= text.len || !is_line_end(text.data[at]))
        return 0;
    return text.data[at] == '\r' && at + 1 < text.len && text.data[at + 1] == '\n' ? 2 : 1;
}

/* The separator seen most often outside quotes in the first row that has one; a comma when none is. */
static char find_separator(struct span text) {
    static const char separators[] = ",;\t";
    size_t seen[3] = {0};
    size_t best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            quoted = !quoted;
        else if (!quoted && is_line_end(text.data[i]) && seen[best])
            break;
        const char *separator = quoted || !text.data[i] ? NULL : strchr(separators, text.data[i]);
        if (separator) {
            size_t which = (size_t)(separator - separators);
            seen[which]++;
            best = seen[which] > seen[best] ? which : best;
        }
    }
    return separators[best];
}

void csv_init(struct csv *csv, struct span text) {
    size_t mark = sizeof byte_order_mark - 1;
    if (text.len >= mark && memcmp(text.data, byte_order_mark, mark) == 0)
        text = span_of(text.data + mark, text.len - mark);
    *csv = (struct csv){.rest = text, .separator = find_separator(text), .next_line = 1};
}

/* One row being read: where in the text, and what of it was found so far. */
struct row {
    struct span text;
    size_t at;    /* bytes of `text` that are read */
    size_t lines; /* line ends among them */
    size_t count; /* fields */
    size_t len;   /* bytes of their content, with a NUL each */
    bool blank;   /* all of them empty */
    bool open;    /* ended inside quotes */
};

/* Takes one byte of content: counts it, and writes it where the second pass has room. */
static void take(struct row *row, char *out, char c) {
    if (out)
        out[row->len] = c;
    row->len++;
}

/* Reads on to the closing quote; a doubled quote is one. */
static void read_quoted(struct row *row, char *out, bool one_line) {
    row->open = true;
    while (row->at < row->text.len) {
        uint8_t c = row->text.data[row->at];
        size_t line_end = line_end_at(row->text, row->at);
        bool doubled = c == '"' && row->at + 1 < row->text.len && row->text.data[row->at + 1] == '"';
        if (line_end && one_line)
            break;
        row->at += line_end ? line_end : doubled ? 2 : 1;
        row->lines += line_end > 0;
        if (c == '"' && !doubled) {
            row->open = false;
            return;
        }
        take(row, out, line_end ? '\n' : (char)c);
    }
}

/* Reads one field up to its separator or line end. What stands behind a closing quote is part of it, as spreadsheets
 * have it. */
static void read_field(struct row *row, char *out, char separator, bool one_line) {
    size_t start = row->len;
    if (row->at < row->text.len && row->text.data[row->at] == '"') {
        row->at++;
        read_quoted(row, out, one_line);
    }
    while (row->at < row->text.len) {
        uint8_t c = row->text.data[row->at];
        if (c == (uint8_t)separator || is_line_end(c))
            break;
        take(row, out, (char)c);
        row->at++;
    }
    row->count++;
    row->blank = row->blank && row->len == start;
    take(row, out, '\0');
}

/* Reads the row at the front of `text` with its line end. The first pass measures, with `out` and `fields` NULL; the
 * second fills what the first has counted. */
static struct row read_row(const struct csv *csv, char *out, const char **fields) {
    struct row row = {.text = csv->rest, .blank = true};
    for (;;) {
        if (fields)
            fields[row.count] = out + row.len;
        read_field(&row, out, csv->separator, csv->one_line);
        if (row.at >= row.text.len || row.text.data[row.at] != (uint8_t)csv->separator)
            break;
        row.at++;
    }
    size_t line_end = line_end_at(row.text, row.at);
    row.at += line_end;
    row.lines += line_end > 0;
    return row;
}

/* Latin-1 as UTF-8: every byte above 0x7F becomes two. NULL when memory is out. */
static const char *from_latin1(struct arena *arena, const char *text) {
    char *out = arena_alloc(arena, 2 * strlen(text) + 1);
    size_t len = 0;
    for (; out && *text; text++) {
        uint8_t c = (uint8_t)*text;
        if (c >= 0x80)
            out[len++] = (char)(0xC0 | c >> 6);
        out[len++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
    }
    return out;
}

static void go_behind(struct csv *csv, size_t bytes, size_t lines) {
    csv->line = csv->next_line;
    csv->next_line += lines;
    csv->rest = span_of(csv->rest.data + bytes, csv->rest.len - bytes);
    csv->count = 0;
    csv->fields = NULL;
    csv->latin1 = false;
}

/* Goes on behind the first line of a row whose quote never closes. From there on no quoted field may run over lines, or
 * a text of such quotes would be read to its end once per line. */
static enum result refuse_open_quote(struct csv *csv) {
    size_t at = 0;
    while (at < csv->rest.len && !is_line_end(csv->rest.data[at]))
        at++;
    csv->one_line = true;
    go_behind(csv, at + line_end_at(csv->rest, at), 1);
    return RESULT_MALFORMED;
}

static enum result fill(struct csv *csv, struct arena *arena, const struct row *measured) {
    char *text = arena_alloc(arena, measured->len);
    const char **fields = arena_array(arena, measured->count, sizeof *fields);
    if (!text || !fields)
        return RESULT_NO_MEMORY;
    struct row row = read_row(csv, text, fields);
    bool latin1 = false;
    for (size_t i = 0; i < row.count; i++) {
        if (text_is_utf8(span_of_text(fields[i])))
            continue;
        latin1 = true;
        fields[i] = from_latin1(arena, fields[i]);
        if (!fields[i])
            return RESULT_NO_MEMORY;
    }
    go_behind(csv, row.at, row.lines);
    csv->count = row.count;
    csv->fields = fields;
    csv->latin1 = latin1;
    return RESULT_OK;
}

enum result csv_next(struct csv *csv, struct arena *arena) {
    while (csv->rest.len) {
        struct row row = read_row(csv, NULL, NULL);
        if (row.open)
            return refuse_open_quote(csv);
        bool refused = row.count > FIELDS_MAX || memchr(csv->rest.data, '\0', row.at);
        if (!refused && !row.blank)
            return fill(csv, arena, &row);
        go_behind(csv, row.at, row.lines);
        if (refused)
            return RESULT_MALFORMED;
    }
    return RESULT_NOT_FOUND;
}

void csv_put(struct buf *out, const char *field, bool first) {
    size_t len = strlen(field);
    bool padded = len && (strchr(" \t", field[0]) || strchr(" \t", field[len - 1]));
    if (!first)
        buf_put_u8(out, ',');
    if (!padded && strcspn(field, ",;\t\"\r\n") == len) {
        buf_put(out, field, len);
        return;
    }
    buf_put_u8(out, '"');
    for (; *field; field++) {
        if (*field == '"')
            buf_put_u8(out, '"');
        buf_put_u8(out, (uint8_t)*field);
    }
    buf_put_u8(out, '"');
}
