#include "cli/chart.h"

#include <langinfo.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "cli/table.h"

enum { PIPE_WIDTH = 80, BAR_LEAST = 10, EIGHTHS = 8 };

static double largest(const struct bar *bars, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = bars[i].value > most ? bars[i].value : most;
    return most;
}

/* ---- in a terminal ---- */

static const char *repeat(struct arena *arena, const char *text, size_t count) {
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < count; i++)
        buf_put(&out, text, strlen(text));
    const char *made = arena_text(arena, (const char *)out.data, out.len);
    return made ? made : "";
}

static const char *blocks(struct arena *arena, double columns) {
    static const char *const parts[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t eighths = (size_t)lround(columns * EIGHTHS);
    if (eighths == 0 && columns > 0)
        eighths = 1;
    return text_format(arena, "%s%s", repeat(arena, "█", eighths / EIGHTHS), parts[eighths % EIGHTHS]);
}

static const char *signs(struct arena *arena, double columns) {
    size_t count = (size_t)lround(columns);
    return repeat(arena, "#", count == 0 && columns > 0 ? 1 : count);
}

struct widths {
    size_t label;
    size_t text;
    size_t bar;
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Labels take a half of the width at most, bars what is left. */
static struct widths fit(struct arena *arena, const struct bar *bars, size_t count) {
    size_t width = table_terminal_width();
    struct widths widths = {0, 0, 0};
    width = width ? width : PIPE_WIDTH;
    for (size_t i = 0; i < count; i++) {
        widths.label = larger(widths.label, text_width(text_escape(arena, bars[i].label)));
        widths.text = larger(widths.text, text_width(bars[i].text));
    }
    if (widths.label > width / 2)
        widths.label = width / 2;
    size_t taken = widths.label + widths.text + 2;
    widths.bar = taken + BAR_LEAST < width ? width - taken : BAR_LEAST;
    return widths;
}

static void print_bar(struct arena *arena, const struct bar *bar, const struct widths *widths, double most) {
    bool is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    double columns = most > 0 ? bar->value / most * (double)widths->bar : 0;
    const char *label = table_cut(arena, text_escape(arena, bar->label), widths->label);
    const char *drawn = is_utf8 ? blocks(arena, columns) : signs(arena, columns);
    print_line("%s%s %s%s%s %s", label, repeat(arena, " ", widths->label - text_width(label)), print_on(PRINT_GREEN),
               drawn, print_off(), bar->text);
}

void chart_print(struct arena *arena, const struct bar *bars, size_t count) {
    const struct widths widths = fit(arena, bars, count);
    for (size_t i = 0; i < count; i++)
        print_bar(arena, &bars[i], &widths, largest(bars, count));
}

/* ---- SVG ---- */

enum { WIDTH = 800, LABELS = 260, NUMBERS = 90, LINE = 22, THICK = 14, TOP = 48, SIZE = 13 };

static void put(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text));
}

/* As XML has it; control characters have been made visible before. */
static void put_escaped(struct buf *out, struct arena *arena, const char *text) {
    for (const char *c = text_escape(arena, text); *c; c++) {
        const char *name = *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : *c == '&' ? "&amp;" : *c == '"' ? "&quot;" : NULL;
        if (name)
            put(out, name);
        else
            buf_put(out, c, 1);
    }
}

static void put_text(struct buf *out, struct arena *arena, const char *place, const char *text) {
    put(out, place);
    put_escaped(out, arena, text);
    put(out, "</text>\n");
}

static void put_svg_bar(struct buf *out, struct arena *arena, const struct bar *bar, size_t row, double most) {
    int base = TOP + (int)row * LINE;
    double width = most > 0 ? bar->value / most * (WIDTH - LABELS - NUMBERS) : 0;
    int tenths = (int)lround(width * 10); /* whatever the locale's decimal point is */
    put_text(out, arena,
             text_format(arena, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABELS - 8, base + THICK - 2),
             bar->label);
    put(out, text_format(arena, "<rect x=\"%d\" y=\"%d\" width=\"%d.%d\" height=\"%d\" fill=\"#2a6f4e\"/>\n", LABELS,
                         base, tenths / 10, tenths % 10, THICK));
    put_text(out, arena, text_format(arena, "<text x=\"%d\" y=\"%d\">", LABELS + tenths / 10 + 6, base + THICK - 2),
             bar->text);
}

void chart_svg(struct buf *out, struct arena *arena, const char *title, const struct bar *bars, size_t count) {
    int height = TOP + (int)count * LINE + LINE;
    put(out, text_format(arena,
                         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                         "font-family=\"sans-serif\" font-size=\"%d\">\n",
                         WIDTH, height, WIDTH, height, SIZE));
    put(out, text_format(arena, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, height));
    put_text(out, arena, text_format(arena, "<text x=\"16\" y=\"26\" font-size=\"%d\" font-weight=\"bold\">", SIZE + 3),
             title);
    for (size_t i = 0; i < count; i++)
        put_svg_bar(out, arena, &bars[i], i, largest(bars, count));
    put(out, "</svg>\n");
}
