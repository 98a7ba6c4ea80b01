#include "base/language.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* A machine on which the operator's locale is not installed still speaks the language. */
static void start_without_locale(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *wanted = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !(wanted && *wanted); i++)
        wanted = getenv(names[i]);
    if (wanted && *wanted)
        setenv("LANGUAGE", wanted, 0);
    setlocale(LC_ALL, "C.UTF-8");
}

void language_start(void) {
    const char *folder = getenv("INAMA_LOCALEDIR");
    if (!setlocale(LC_ALL, ""))
        start_without_locale();
    setlocale(LC_NUMERIC, "C");
    if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
        setlocale(LC_CTYPE, "C.UTF-8"); /* a bare terminal still gets names as they are written */
    bindtextdomain("inama", folder && *folder ? folder : INAMA_LOCALEDIR);
    bind_textdomain_codeset("inama", "UTF-8");
    textdomain("inama");
}
