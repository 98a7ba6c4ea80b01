/* Real processes at size: see --help. Exit code 1 if anything does not hold. */
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fleet/kills.h"
#include "tests/fleet/run.h"

static const char help[] =
    "./dev fleet [OPTIONS]            administrations and their desks, a daemon each, on this machine\n"
    "\n"
    "  --administrations N   customs, all connected with each other; default 25\n"
    "  --desks N             of each, 0 to 5; default 3\n"
    "  --minutes N           how long alerts are published and links cut; default 5\n"
    "  --rate N              alerts a second; default 2\n"
    "  --links SCHEME        namespaces: a network for each node, if the kernel lets us (as root, with iproute2);\n"
    "                        loopback: a line for each pair; default: the first that can be had\n"
    "  --seed N              of what is published, cut and restarted; default 1\n"
    "  --soak                few nodes (default 3 administrations, 1 desk, 60 minutes), loud and silent phases in "
    "turn,\n"
    "                        and a line through memory, store, descriptors and threads: flat or not\n"
    "  --kills N             two nodes, one of which gets kill -9, N times, while alerts are published\n"
    "\n"
    "At the end every confirmed alert must be on every node that may have it, once, and on no other.\n"
    "\n"
    "Examples:\n"
    "  ./dev fleet                               100 daemons, five minutes\n"
    "  ./dev fleet --soak                        an hour\n"
    "  ./dev fleet --kills 1000                  about half an hour\n";

struct options {
    size_t administrations, desks, kills;
    uint64_t seed;
    bool is_soak;
    double minutes, rate;
    const char *links;
};

static double number(const char *text, double least, double most) {
    char *end;
    double value = strtod(text, &end);
    if (end != text && *end == '\0' && value >= least && value <= most)
        return value;
    fprintf(stderr, "fleet: \"%s\" is not a number from %.4g to %.6g\n", text, least, most);
    exit(2);
}

static void take_option(struct options *options, int option) {
    switch (option) {
    case 'a':
        options->administrations = (size_t)number(optarg, 2, 40);
        break;
    case 'd':
        options->desks = (size_t)number(optarg, 0, 5);
        break;
    case 'm':
        options->minutes = number(optarg, 0.1, 72 * 60);
        break;
    case 'r':
        options->rate = number(optarg, 0.01, 10000);
        break;
    case 'l':
        options->links = optarg;
        break;
    case 's':
        options->seed = (uint64_t)number(optarg, 0, 1e9);
        break;
    case 'o':
        options->is_soak = true;
        break;
    case 'k':
        options->kills = (size_t)number(optarg, 1, 100000);
        break;
    case 'h':
        fputs(help, stdout);
        exit(0);
    default:
        fputs(help, stderr);
        exit(2);
    }
}

static struct options read_options(int count, char **words) {
    static const struct option names[] = {
        {"administrations", required_argument, NULL, 'a'},
        {"desks", required_argument, NULL, 'd'},
        {"minutes", required_argument, NULL, 'm'},
        {"rate", required_argument, NULL, 'r'},
        {"links", required_argument, NULL, 'l'},
        {"seed", required_argument, NULL, 's'},
        {"soak", no_argument, NULL, 'o'},
        {"kills", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct options options = {.seed = 1, .rate = 2, .desks = SIZE_MAX};
    for (int option; (option = getopt_long(count, words, "", names, NULL)) != -1;)
        take_option(&options, option);
    if (optind < count) {
        fputs(help, stderr);
        exit(2);
    }
    if (options.administrations == 0)
        options.administrations = options.is_soak ? 3 : 25;
    if (options.desks == SIZE_MAX)
        options.desks = options.is_soak ? 1 : 3;
    if (options.minutes == 0)
        options.minutes = options.is_soak ? 60 : 5;
    if (options.administrations * (1 + options.desks) > HOMES_MAX) {
        fprintf(stderr, "fleet: at most %d nodes together\n", HOMES_MAX);
        exit(2);
    }
    return options;
}

static enum wires_scheme choose_scheme(const char *wish) {
    bool can = !wish || strcmp(wish, "loopback") != 0 ? wires_can_have_namespaces() : false;
    if (wish && strcmp(wish, "loopback") != 0 && strcmp(wish, "namespaces") != 0) {
        fprintf(stderr, "fleet: --links is namespaces or loopback\n");
        exit(2);
    }
    if (wish && strcmp(wish, "namespaces") == 0 && !can) {
        fprintf(stderr, "fleet: no namespaces can be had: run it as root, with iproute2 installed\n");
        exit(1);
    }
    return can ? WIRES_NAMESPACES : WIRES_LOOPBACK;
}

static size_t run(struct fleet *fleet, const struct options *options) {
    const struct run_options wish = {
        .minutes = options->minutes,
        .alerts_per_s = options->rate,
        .cut_every_s = options->is_soak ? 20 : 2,
        .restart_every_s = options->is_soak ? 60 : 15,
        .sample_every_s = options->is_soak ? fmin(20, options->minutes * 60 / 100) : 30,
        .is_soak = options->is_soak,
    };
    double start = fleet_now();
    fleet_start(fleet);
    printf("Started one after the other in %.1f s.\n", fleet_now() - start);
    return run_fleet(fleet, &wish);
}

int main(int count, char **words) {
    const struct options options = read_options(count, words);
    enum wires_scheme scheme = choose_scheme(options.links);
    size_t administrations = options.kills ? 2 : options.administrations, desks = options.kills ? 0 : options.desks;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    printf("%zu nodes: %zu administrations with %zu desks each, %s, seed %llu.\n", administrations * (1 + desks),
           administrations, desks, scheme == WIRES_NAMESPACES ? "each in a network namespace" : "on loopback addresses",
           (unsigned long long)options.seed);
    struct fleet *fleet = fleet_new(administrations, desks, scheme, options.seed);
    size_t faults = options.kills ? kills_run(fleet, options.kills) : run(fleet, &options);
    fleet_free(fleet);
    if (faults)
        printf("%zu faults.\n", faults);
    else
        printf("Every confirmed alert is where it may be, once, and nowhere else.\n");
    return faults ? 1 : 0;
}
