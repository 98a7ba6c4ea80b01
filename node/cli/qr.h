/* qr: a QR code on the terminal, so that a telephone can compare what people would have to read aloud. */
#ifndef CLI_QR_H
#define CLI_QR_H

#include <stdbool.h>

#include "cli/command.h"

/* clang-format off */
#define OPTION_QR {"qr", 0, NULL, N_("print the QR code also where there is no terminal"), false}
#define OPTION_NO_QR {"no-qr", 0, NULL, N_("print no QR code"), false}
/* clang-format on */

/* Is one wanted? On a terminal, unless --no-qr; elsewhere with --qr; never with --json. The command has the three. */
bool qr_is_wanted(const struct call *call);
/* Prints the code of a text: with half blocks in a UTF-8 locale, else with "##". false if it does not fit a code. */
bool qr_print(const char *text);

#endif
