/* opener: what opens a sealed key file: a key file's content, or a passphrase from a file or the terminal. */
#ifndef CLI_OPENER_H
#define CLI_OPENER_H

#include "cli/command.h"
#include "keys/secret.h"

struct opener {
    enum secret_lock lock;
    uint8_t *bytes; /* guarded memory */
    size_t len;
};

/* The options that choose one. */
/* clang-format off */
#define OPTION_KEY_FILE {"key-file", 0, "FILE", N_("open with this file instead of a passphrase"), false}
#define OPTION_PASSPHRASE_FILE {"passphrase-file", 0, "FILE", N_("read the passphrase from the first line of FILE"), false}
/* clang-format on */

/* Reads --key-file or --passphrase-file, or asks; prints what is wrong. A new one is asked for twice, must not be too
 * short, and a key file that is not there yet is made. To be given back with opener_release(). */
enum exit_code opener_read(struct opener *out, struct call *call, const char *what, bool is_new);
void opener_release(struct opener *opener);

static inline struct span opener_span(const struct opener *opener) {
    return span_of(opener->bytes, opener->len);
}

#endif
