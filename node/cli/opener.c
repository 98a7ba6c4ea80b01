#include "cli/opener.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/text.h"
#include "cli/print.h"

enum { KEY_FILE_SIZE = 32, PASSPHRASE_BYTES_MIN = 10 };

/* Moves a secret from the arena into guarded memory. */
static enum exit_code keep(struct opener *out, enum secret_lock lock, struct span content) {
    out->lock = lock;
    out->bytes = secret_new(content.len ? content.len : 1);
    if (out->bytes) {
        memcpy(out->bytes, content.data, content.len);
        out->len = content.len;
    }
    secret_wipe((void *)(uintptr_t)content.data, content.len);
    if (out->bytes)
        return EXIT_DONE;
    print_error("%s", result_text(RESULT_NO_MEMORY));
    return EXIT_REFUSED;
}

static enum exit_code make_key_file(struct call *call, const char *path) {
    uint8_t key[KEY_FILE_SIZE];
    random_fill(random_system(), key, sizeof key);
    enum result result = file_create(path, SPAN_OF_ARRAY(key), 0600);
    secret_wipe(key, sizeof key);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    return EXIT_NOT_ALLOWED;
}

static enum exit_code read_secret_file(struct span *out, struct call *call, const char *path) {
    enum result result = file_read_private(out, call->arena, path, KEY_FILE_BYTES_MAX);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", text_escape(call->arena, path), result_text(result));
    if (result == RESULT_NOT_ALLOWED)
        print_next(_("a secret must be readable by its owner only: chmod 600 %s"), text_escape(call->arena, path));
    return EXIT_NOT_ALLOWED;
}

static enum exit_code from_key_file(struct opener *out, struct call *call, const char *path, bool is_new) {
    struct span content;
    if (is_new && access(path, F_OK) != 0) {
        enum exit_code code = make_key_file(call, path);
        if (code)
            return code;
    }
    enum exit_code code = read_secret_file(&content, call, path);
    if (code)
        return code;
    if (content.len < KEY_FILE_SIZE) {
        secret_wipe((void *)(uintptr_t)content.data, content.len);
        print_error(_("%s holds %zu bytes; a key file needs at least %d random ones"), text_escape(call->arena, path),
                    content.len, KEY_FILE_SIZE);
        return EXIT_NOT_ALLOWED;
    }
    return keep(out, SECRET_BY_KEY_FILE, content);
}

static bool is_too_short(struct span passphrase) {
    if (passphrase.len >= PASSPHRASE_BYTES_MIN)
        return false;
    print_error(_("the passphrase is too short: at least %d characters, better five words"), PASSPHRASE_BYTES_MIN);
    return true;
}

static enum exit_code from_passphrase_file(struct opener *out, struct call *call, const char *path, bool is_new) {
    struct span content;
    enum exit_code code = read_secret_file(&content, call, path);
    if (code)
        return code;
    struct span line = span_of(content.data, strcspn((const char *)content.data, "\r\n"));
    if (line.len <= PASSPHRASE_BYTES_MAX && !(is_new && is_too_short(line)))
        return keep(out, SECRET_BY_PASSPHRASE, line);
    secret_wipe((void *)(uintptr_t)content.data, content.len);
    return EXIT_NOT_ALLOWED;
}

/* Asks on the terminal without showing what is typed. false without a terminal. */
static bool ask(const char *prompt, char line[static PASSPHRASE_BYTES_MAX + 2]) {
    FILE *terminal = fopen("/dev/tty", "r+");
    struct termios shown, hidden;
    if (!terminal || tcgetattr(fileno(terminal), &shown) != 0) {
        if (terminal)
            fclose(terminal);
        return false;
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
    setvbuf(terminal, NULL, _IONBF, 0); /* leaves no copy in a buffer */
    fputs(prompt, terminal);
    bool got = fgets(line, PASSPHRASE_BYTES_MAX + 2, terminal) != NULL;
    tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
    fputs("\n", terminal);
    fclose(terminal);
    line[strcspn(line, "\r\n")] = '\0';
    return got;
}

static enum exit_code ask_for(struct opener *out, struct call *call, const char *what, bool is_new) {
    char line[PASSPHRASE_BYTES_MAX + 2] = "", again[PASSPHRASE_BYTES_MAX + 2] = "";
    enum exit_code code = EXIT_NOT_ALLOWED;
    if (!ask(text_format(call->arena, _("Passphrase for %s: "), text_escape(call->arena, what)), line)) {
        print_error(_("there is no terminal to ask for the passphrase of %s"), text_escape(call->arena, what));
        print_next(_("use --key-file FILE or --passphrase-file FILE"));
    } else if (is_new && is_too_short(span_of_text(line))) {
        code = EXIT_NOT_ALLOWED;
    } else if (is_new && (!ask(_("The same again: "), again) || strcmp(line, again) != 0)) {
        print_error(_("the two are not the same; nothing was made"));
    } else {
        code = keep(out, SECRET_BY_PASSPHRASE, span_of_text(line));
    }
    secret_wipe(line, sizeof line);
    secret_wipe(again, sizeof again);
    return code;
}

enum exit_code opener_read(struct opener *out, struct call *call, const char *what, bool is_new) {
    const char *key_file = options_text(&call->options, "key-file");
    const char *passphrase_file = options_text(&call->options, "passphrase-file");
    *out = (struct opener){0};
    if (key_file)
        return from_key_file(out, call, key_file, is_new);
    if (passphrase_file)
        return from_passphrase_file(out, call, passphrase_file, is_new);
    return ask_for(out, call, what, is_new);
}

void opener_release(struct opener *opener) {
    secret_free(opener->bytes);
    *opener = (struct opener){0};
}
