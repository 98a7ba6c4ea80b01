/* Whole networks in one process from one seed, until something does not hold.
 *
 *     inama-sim [--seeds N] [--from S] [--jobs J] [--steps K]     seeds S to S + N - 1, each in a process of its own
 *     inama-sim --seed S [--steps K] [--verbose]                  one of them
 *     inama-sim --clones [...]                                    the same with one administration that runs twice
 *     inama-sim --thin [--verbose]                                how long it takes over thin lines and beside slow
 * readers
 *
 * A seed that fails is run twice, and must fail in the same way. Exit code 1 if any does.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/clones.h"
#include "tests/sim/machine.h"
#include "tests/sim/play.h"
#include "tests/sim/thin.h"

enum { JOBS_MAX = 64, HANGS_AFTER_S = 120, TWICE_EVERY = 25 };

struct options {
    uint64_t from;
    uint64_t seeds;
    unsigned jobs;
    unsigned steps;
    bool verbose;
    const char *(*story)(uint64_t seed, unsigned steps, bool verbose);
};

/* What a run leaves behind, in memory that both processes see. */
struct outcome {
    uint64_t seed;
    bool is_over;
    uint64_t digest;
    char sentence[600];
    struct tally tally;
};

static void run_seed(struct outcome *outcome, const struct options *options) {
    alarm(HANGS_AFTER_S);
    const char *sentence = options->story(outcome->seed, options->steps, options->verbose);
    outcome->digest = machine_digest_so_far();
    outcome->tally = tally;
    snprintf(outcome->sentence, sizeof outcome->sentence, "%s", sentence ? sentence : "");
    outcome->is_over = true;
}

static pid_t begin(struct outcome *outcome, uint64_t seed, const struct options *options) {
    *outcome = (struct outcome){.seed = seed};
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        run_seed(outcome, options);
        _exit(0);
    }
    return pid;
}

static void end(struct outcome *outcome, int status) {
    if (!outcome->is_over && WIFSIGNALED(status))
        snprintf(outcome->sentence, sizeof outcome->sentence, "%s",
                 WTERMSIG(status) == SIGALRM ? "it hangs" : strsignal(WTERMSIG(status)));
    else if (!outcome->is_over)
        snprintf(outcome->sentence, sizeof outcome->sentence, "its process ended with %d", WEXITSTATUS(status));
}

/* Once more: the same must come of it. */
static bool is_same_again(const struct outcome *first, struct outcome *second, const struct options *options) {
    int status;
    waitpid(begin(second, first->seed, options), &status, 0);
    end(second, status);
    return second->digest == first->digest && strcmp(second->sentence, first->sentence) == 0;
}

static void add(struct tally *sum, const struct tally *one) {
    uint64_t *a = (uint64_t *)sum;
    const uint64_t *b = (const uint64_t *)one;
    for (size_t i = 0; i < sizeof *sum / sizeof *a; i++)
        a[i] += b[i];
}

/* True if it held. */
static bool judge(struct outcome *outcome, struct outcome *spare, const struct options *options) {
    bool failed = outcome->sentence[0];
    if ((failed || outcome->seed % TWICE_EVERY == 0) && !is_same_again(outcome, spare, options)) {
        printf("seed %" PRIu64 ": another run than before: %016" PRIx64 " \"%s\", then %016" PRIx64 " \"%s\"\n",
               outcome->seed, outcome->digest, outcome->sentence, spare->digest, spare->sentence);
        return false;
    }
    if (failed)
        printf("seed %" PRIu64 ": %s\n", outcome->seed, outcome->sentence);
    return !failed;
}

static uint64_t run_all(const struct options *options, struct tally *sum) {
    struct outcome *outcomes =
        mmap(NULL, sizeof *outcomes * (JOBS_MAX + 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[JOBS_MAX] = {0};
    uint64_t next = options->from, end_at = options->from + options->seeds, failures = 0;
    unsigned running = 0;
    if (outcomes == MAP_FAILED)
        return 1;
    while (next < end_at || running) {
        for (unsigned i = 0; i < options->jobs && next < end_at; i++)
            if (!pids[i]) {
                pids[i] = begin(&outcomes[i], next++, options);
                running++;
            }
        int status;
        pid_t pid = wait(&status);
        for (unsigned i = 0; i < options->jobs; i++) {
            if (pids[i] != pid)
                continue;
            pids[i] = 0;
            running--;
            end(&outcomes[i], status);
            add(sum, &outcomes[i].tally);
            failures += !judge(&outcomes[i], &outcomes[JOBS_MAX], options);
        }
    }
    return failures;
}

static int usage(void) {
    fputs("usage: inama-sim [--seeds N] [--from S] [--jobs J] [--steps K]\n"
          "       inama-sim --seed S [--steps K] [--verbose]\n"
          "       inama-sim --clones [...]\n"
          "       inama-sim --thin [--verbose]\n",
          stderr);
    return 2;
}

static int run_one(const struct options *options) {
    static struct outcome outcome;
    outcome.seed = options->from;
    run_seed(&outcome, options);
    printf("seed %" PRIu64 ": %s (%016" PRIx64 ")\n", outcome.seed,
           outcome.sentence[0] ? outcome.sentence : "everything holds", outcome.digest);
    return outcome.sentence[0] != 0;
}

static int run_many(const struct options *options) {
    struct tally sum = {0};
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    uint64_t failures = run_all(options, &sum);
    clock_gettime(CLOCK_MONOTONIC, &stop);
    printf("%" PRIu64 " seeds from %" PRIu64 ", %" PRIu64 " failed; %" PRIu64 " alerts, %" PRIu64 " confirmed, %" PRIu64
           " arrivals, %" PRIu64 " crashes, %" PRIu64 " cuts, %" PRIu64 " rosters, %" PRIu64 " renewals, %" PRIu64
           " changed bits, %" PRIu64 " full disks, %" PRIu64 " clocks, %" PRIu64 " sticks, %" PRIu64 " read, %" PRIu64
           " entries by them, %" PRIu64 " disclosed again, %" PRIu64 " recalls, %" PRIu64 " orphans, %" PRIu64
           " restored, %" PRIu64 " forks; %" PRIu64 " hours in %ld s\n",
           options->seeds, options->from, failures, sum.alerts, sum.confirmed, sum.arrivals, sum.crashes, sum.cuts,
           sum.rosters, sum.renewals, sum.flips, sum.full_disks, sum.clocks, sum.sticks, sum.sticks_read,
           sum.stick_entries, sum.disclosed, sum.recalls, sum.orphans, sum.restored, sum.forks,
           sum.simulated_ms / 3600000, (long)(stop.tv_sec - start.tv_sec));
    return failures != 0;
}

int main(int count, char **words) {
    static const struct option table[] = {
        {"seeds", required_argument, NULL, 'n'},
        {"from", required_argument, NULL, 'f'},
        {"seed", required_argument, NULL, 's'},
        {"jobs", required_argument, NULL, 'j'},
        {"steps", required_argument, NULL, 'k'},
        {"thin", no_argument, NULL, 't'},
        {"verbose", no_argument, NULL, 'v'},
        {"clones", no_argument, NULL, 'c'},
        {NULL, 0, NULL, 0},
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {
        .from = 1, .seeds = 100, .jobs = cores < 1 || cores > JOBS_MAX ? 1 : (unsigned)cores, .story = play};
    bool one = false, thin = false;
    for (int option; (option = getopt_long(count, words, "", table, NULL)) != -1;) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;
        switch (option) {
        case 's':
            one = true;
            options.from = number;
            break;
        case 'f':
            options.from = number;
            break;
        case 'n':
            options.seeds = number;
            break;
        case 'j':
            options.jobs = number < 1 || number > JOBS_MAX ? 1 : (unsigned)number;
            break;
        case 'k':
            options.steps = (unsigned)number;
            break;
        case 'c':
            options.story = clones_play;
            break;
        case 't':
            thin = true;
            break;
        case 'v':
            options.verbose = true;
            break;
        default:
            return usage();
        }
    }
    if (optind != count)
        return usage();
    if (thin)
        return !thin_play(options.verbose);
    return one ? run_one(&options) : run_many(&options);
}
