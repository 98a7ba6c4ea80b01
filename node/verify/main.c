/* inama-verify: reads one file of evidence and says what it proves. No store, no network, no node: what it takes is in
 * core/evidence.h. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/language.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/evidence_report.h"
#include "keys/secret.h"

enum { MEMORY_MAX = 256 * 1024 * 1024 };

/* As those of inama, where they mean the same. */
enum exit_code {
    EXIT_GOOD = 0,      /* verified, and under root keys that the reader named */
    EXIT_BAD = 1,       /* it does not verify, or not under those root keys, or cannot be read */
    EXIT_WRONG_USE = 2, /* the command line itself is wrong */
    EXIT_UNTRUSTED = 5, /* verified, and the root keys are still to be compared */
};

struct wish {
    const char *path;
    struct evidence_trust trust;
    bool as_json;
};

static const struct option options[] = {{"root", required_argument, NULL, 'r'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};

static void print_help(void) {
    fputs(_("usage: inama-verify [--root KEY]... [--json] FILE\n"
            "\n"
            "Says in plain words what a file made by \"inama proof\" proves, and what it does not.\n"
            "\n"
            "  --root KEY   a root key that you trust: 64 digits, got from somebody you know; may be repeated\n"
            "  --json       for programs\n"
            "\n"
            "Ends with 0 if all is right under root keys that you named, 5 if all is right and the root keys\n"
            "are still to be compared, 1 if anything is wrong, 2 if the command line is.\n"),
          stdout);
}

static int refuse_use(const char *complaint) {
    fprintf(stderr, "inama-verify: %s\n", complaint);
    fprintf(stderr, "  %s\n", _("inama-verify --help says how"));
    return EXIT_WRONG_USE;
}

static bool take_root(struct evidence_trust *trust, const char *digits) {
    return trust->count < ROSTER_ROOTS_MAX && strlen(digits) == (size_t)2 * SIGN_PUBLIC_SIZE &&
           text_unhex(trust->roots[trust->count++], SIGN_PUBLIC_SIZE, digits);
}

/* -1: go on; else the exit code. */
static int read_wish(struct wish *wish, int argc, char *argv[]) {
    int letter;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, "hj", options, NULL)) != -1) {
        if (letter == 'h') {
            print_help();
            return EXIT_GOOD;
        }
        if (letter == 'v') {
            puts("inama-verify " INAMA_VERSION);
            return EXIT_GOOD;
        }
        if (letter == 'j')
            wish->as_json = true;
        else if (letter != 'r')
            return refuse_use(_("there is no such option, or its value is missing"));
        else if (!take_root(&wish->trust, optarg))
            return refuse_use(_("--root is a root key of 64 hexadecimal digits, and there are 16 at most"));
    }
    if (argc - optind != 1)
        return refuse_use(_("name one file"));
    wish->path = argv[optind];
    return -1;
}

static void print_refusal(struct arena *arena, const struct wish *wish, const char *name, const char *why) {
    if (wish->as_json)
        printf("{\"verified\": false, \"result\": \"%s\"}\n", name);
    else
        printf(_("NOT GOOD: %s\nNothing in this file may be relied on: %s.\n"), text_escape(arena, wish->path), why);
}

static enum exit_code print_findings(struct arena *arena, const struct wish *wish, const struct evidence *evidence) {
    bool is_trusted = evidence_is_trusted(evidence, &wish->trust);
    if (wish->as_json) {
        json_t *json = evidence_report_json(arena, evidence, &wish->trust);
        if (json)
            json_dumpf(json, stdout, JSON_ENSURE_ASCII);
        json_decref(json);
        putchar('\n');
        return json ? is_trusted ? EXIT_GOOD : EXIT_UNTRUSTED : EXIT_BAD;
    }
    struct buf text;
    buf_init(&text, arena);
    evidence_report(&text, arena, evidence, &wish->trust);
    if (text.failed)
        return EXIT_BAD;
    fwrite(text.data, 1, text.len, stdout);
    return is_trusted ? EXIT_GOOD : EXIT_UNTRUSTED;
}

/* Each root that the reader named has to have signed: one that has not is another network's, or a forgery is at work.
 */
static bool is_under_roots(const struct evidence *evidence, const struct evidence_trust *trust) {
    for (size_t i = 0; i < trust->count; i++)
        if (!evidence_root_has_signed(evidence, trust->roots[i]))
            return false;
    return true;
}

static enum exit_code verify(struct arena *arena, const struct wish *wish) {
    struct evidence evidence;
    struct span file;
    enum result result = file_read(&file, arena, wish->path, EVIDENCE_BYTES_MAX);
    if (result) {
        fprintf(stderr, "inama-verify: %s: %s\n", text_escape(arena, wish->path),
                result == RESULT_IO ? strerror(errno) : result_text(result));
        return EXIT_BAD;
    }
    result = evidence_open(&evidence, arena, file);
    if (result) {
        print_refusal(arena, wish, result_name(result), result_text(result));
        return EXIT_BAD;
    }
    enum exit_code code = EXIT_BAD;
    if (is_under_roots(&evidence, &wish->trust))
        code = print_findings(arena, wish, &evidence);
    else
        print_refusal(arena, wish, "wrong-root", _("a root key that you named has not signed the roster in it"));
    evidence_release(&evidence);
    return code;
}

int main(int argc, char *argv[]) {
    struct wish wish = {0};
    struct arena arena;
    language_start();
    int code = read_wish(&wish, argc, argv);
    if (code >= 0)
        return code;
    secret_start();
    arena_init(&arena, MEMORY_MAX);
    code = (int)verify(&arena, &wish);
    arena_release(&arena);
    if (fflush(stdout) != 0 || ferror(stdout))
        return EXIT_BAD;
    return code;
}
