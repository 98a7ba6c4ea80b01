#include "cli/qr.h"

#include <langinfo.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/print.h"

enum { QUIET = 2 }; /* modules around the code; readers on screens do with fewer than the standard's four */

bool qr_is_wanted(const struct call *call) {
    if (options_flag(&call->options, "json") || options_flag(&call->options, "no-qr"))
        return false;
    return options_flag(&call->options, "qr") || isatty(STDOUT_FILENO);
}

static bool is_dark(const QRcode *code, int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return code->data[y * code->width + x] & 1;
}

/* Black on white where the terminal has colours; without them the dark modules are ink, as on paper. */
static void print_blocks(const QRcode *code) {
    static const char *const blocks[] = {" ", "\u2580", "\u2584", "\u2588"};
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        fputs(print_has_colours() ? "\033[30;107m" : "", stdout);
        for (int x = -QUIET; x < code->width + QUIET; x++)
            fputs(blocks[is_dark(code, x, y) + 2 * is_dark(code, x, y + 1)], stdout);
        print_line("%s", print_off());
    }
}

static void print_letters(const QRcode *code) {
    for (int y = -QUIET; y < code->width + QUIET; y++) {
        for (int x = -QUIET; x < code->width + QUIET; x++)
            fputs(is_dark(code, x, y) ? "##" : "  ", stdout);
        print_blank();
    }
}

bool qr_print(const char *text) {
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code)
        return false;
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        print_blocks(code);
    else
        print_letters(code);
    QRcode_free(code);
    return true;
}
