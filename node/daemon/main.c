/* inamad: the daemon of one node. */
#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/node.h"
#include "keys/secret.h"

#ifndef INAMA_LOCALEDIR
#define INAMA_LOCALEDIR "/usr/share/locale"
#endif

enum { KEPT_MEMORY = 8 * 1024 * 1024 }; /* bytes */

static void print_help(FILE *out) {
    fputs(_("Usage: inamad [--home DIR] [--passphrase-file FILE] [--check] [--debug]\n"
            "\n"
            "Runs an INAMA node in the foreground until SIGTERM or SIGINT.\n"
            "\n"
            "  --home DIR              the node's folder (default: $INAMA_HOME, ~/.inama, /etc/inama)\n"
            "  --passphrase-file FILE  opens the identity; default: key_file of node.yaml, the systemd\n"
            "                          credential \"inama\", or the keyboard\n"
            "  --check                 read and check everything, then end\n"
            "  --debug                 say more\n"
            "  --help, --version\n"),
          out);
}

/* The signals that end a node arrive here, on a thread of their own, and become mail. */
static sigset_t ending_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

static void *wait_for_end(void *node) {
    const sigset_t set = ending_signals();
    int number;
    sigwait(&set, &number);
    node_stop(node);
    return NULL;
}

enum parsed { PARSED_RUN, PARSED_DONE, PARSED_USAGE };

static enum parsed parse_options(int count, char **words, struct node_options *options) {
    static const struct option table[] = {
        {"home", required_argument, NULL, 'H'},
        {"passphrase-file", required_argument, NULL, 'p'},
        {"check", no_argument, NULL, 'n'},
        {"debug", no_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(count, words, "nh", table, NULL)) != -1) {
        switch (option) {
        case 'H':
            options->home = optarg;
            break;
        case 'p':
            options->passphrase_file = optarg;
            break;
        case 'n':
            options->check_only = true;
            break;
        case 'd':
            log_set_level(LOG_LEVEL_DEBUG);
            break;
        case 'h':
            print_help(stdout);
            return PARSED_DONE;
        case 'V':
            puts("inamad " INAMA_VERSION);
            return PARSED_DONE;
        default:
            return PARSED_USAGE;
        }
    }
    return optind == count ? PARSED_RUN : PARSED_USAGE;
}

static void set_language(void) {
    const char *folder = getenv("INAMA_LOCALEDIR");
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    bindtextdomain("inama", folder ? folder : INAMA_LOCALEDIR);
    textdomain("inama");
}

int main(int count, char **words) {
    struct node_options options = {0};
    set_language();
    secret_start();
    /* Each alert has an arena of its own for a moment, made on one thread and given back on another: one heap that
     * keeps what it has is faster than several that wait for each other. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
    mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
    switch (parse_options(count, words, &options)) {
    case PARSED_DONE:
        return EXIT_SUCCESS;
    case PARSED_USAGE:
        print_help(stderr);
        return 2;
    case PARSED_RUN:
        break;
    }
    const sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* inherited by every thread to come */
    signal(SIGPIPE, SIG_IGN);

    static struct node node;
    enum result result = node_open(&node, &options);
    if (!result && !options.check_only) {
        pthread_t waiting;
        if (pthread_create(&waiting, NULL, wait_for_end, &node) == 0)
            pthread_detach(waiting);
        result = node_run(&node);
    }
    node_release(&node);
    return result ? EXIT_FAILURE : EXIT_SUCCESS;
}
