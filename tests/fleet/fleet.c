#include "tests/fleet/fleet.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE_ROWS = 2000 };

static void die(const char *who, const char *why) {
    fprintf(stderr, "fleet: %s: %s\n", who, why);
    exit(1);
}

double fleet_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void fleet_sleep(double seconds) {
    if (seconds > 0)
        nanosleep(
            &(struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)},
            NULL);
}

/* ---- making ---- */

static void run_make(const struct fleet *fleet) {
    char script[512], log[400], customs[16], desks[16], port[16];
    const char *source = getenv("INAMA_SOURCE_DIR");
    int status = -1;
    snprintf(script, sizeof script, "%.400s/tests/fleet/make.sh", source ? source : ".");
    snprintf(log, sizeof log, "%s/make.log", fleet->homes->folder);
    snprintf(customs, sizeof customs, "%zu", fleet->administrations);
    snprintf(desks, sizeof desks, "%zu", fleet->desks);
    snprintf(port, sizeof port, "%u", wires_port(fleet->wires));
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(fleet->homes->folder) || !freopen(log, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
            _exit(127);
        execlp("bash", "bash", script, customs, desks, fleet->scheme == WIRES_NAMESPACES ? "namespaces" : "loopback",
               port, (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    if (status == 0)
        return;
    FILE *said = fopen(log, "re");
    for (int c; said && (c = fgetc(said)) != EOF;)
        fputc(c, stderr);
    die("tests/fleet/make.sh", "the nodes could not be made");
}

static void adopt_nodes(struct fleet *fleet) {
    char path[400], name[64], country[3], role[32];
    snprintf(path, sizeof path, "%s/nodes", fleet->homes->folder);
    FILE *table = fopen(path, "re");
    while (table && fscanf(table, "%63s %2s %31s", name, country, role) == 3) {
        size_t i = fleet->count++, customs = fleet->administrations;
        fleet->nodes[i] = (struct fleet_node){
            .home = homes_adopt(fleet->homes, name, country, role),
            .administration = i < customs ? i : (i - customs) / fleet->desks,
            .desk = i < customs ? 0 : (i - customs) % fleet->desks + 1,
        };
        fleet->nodes[i].home->is_quiet = true;
        fleet->nodes[i].home->network = wires_namespace(fleet->wires, i);
    }
    if (table)
        fclose(table);
    if (fleet->count != fleet->administrations * (1 + fleet->desks))
        die(path, "does not have as many rows as there are nodes");
}

static void join_nodes(struct fleet *fleet) {
    for (size_t i = 0; i < fleet->administrations; i++)
        for (size_t j = 0; j < i; j++)
            wires_join(fleet->wires, i, j);
    for (size_t i = fleet->administrations; i < fleet->count; i++)
        wires_join(fleet->wires, i, fleet->nodes[i].administration);
}

struct fleet *fleet_new(size_t administrations, size_t desks, enum wires_scheme scheme, uint64_t seed) {
    struct fleet *fleet = calloc(1, sizeof *fleet);
    if (!fleet || administrations * (1 + desks) > HOMES_MAX)
        die("nodes", "too many");
    fleet->administrations = administrations;
    fleet->desks = desks;
    fleet->scheme = scheme;
    fleet->chance.state = seed;
    fleet->wires = wires_new(scheme, administrations * (1 + desks), seed);
    fleet->homes = homes_new();
    run_make(fleet);
    adopt_nodes(fleet);
    join_nodes(fleet);
    return fleet;
}

void fleet_free(struct fleet *fleet) {
    for (size_t i = 0; i < fleet->count; i++)
        control_close(fleet->nodes[i].control);
    homes_free(fleet->homes);
    wires_free(fleet->wires);
    free(fleet);
}

/* ---- running ---- */

void fleet_start_node(struct fleet *fleet, size_t node) {
    home_start(fleet->nodes[node].home);
    fleet->nodes[node].starts++;
}

void fleet_start(struct fleet *fleet) {
    for (size_t i = 0; i < fleet->count; i++)
        fleet_start_node(fleet, i);
}

void fleet_stop_node(struct fleet *fleet, size_t node, int number) {
    struct fleet_node *row = &fleet->nodes[node];
    control_close(row->control);
    row->control = NULL;
    if (home_stop(row->home, number) != 0 && number == SIGTERM)
        die(row->home->name, "did not end well");
}

Reply *fleet_ask(struct fleet *fleet, size_t node, struct arena *arena, const Request *request) {
    struct fleet_node *row = &fleet->nodes[node];
    if (!row->control)
        row->control = home_connect(row->home);
    Reply *reply = row->control ? home_ask(row->control, arena, request) : NULL;
    if (!reply)
        die(row->home->name, "does not answer");
    return reply;
}

Status *fleet_status(struct fleet *fleet, size_t node, struct arena *arena) {
    Request request = REQUEST__INIT;
    StatusRequest words = STATUS_REQUEST__INIT;
    request.status = &words;
    Reply *reply = fleet_ask(fleet, node, arena, &request);
    if (!reply->status)
        die(fleet->nodes[node].home->name, "has no status");
    return reply->status;
}

void fleet_each_row(struct fleet *fleet, size_t node, fleet_row *take, void *context) {
    struct arena arena;
    Find find = FIND__INIT;
    Request request = REQUEST__INIT;
    const Reply *page;
    char next[64];
    arena_init(&arena, SIZE_MAX);
    request.find = &find;
    find.has_limit = find.has_superseded = find.superseded = true;
    find.limit = PAGE_ROWS;
    do {
        arena_reset(&arena);
        page = fleet_ask(fleet, node, &arena, &request);
        for (size_t i = 0; i < page->n_rows; i++)
            take(context, page->rows[i]);
        find.page = NULL;
        if (page->next)
            find.page = strncpy(next, page->next, sizeof next - 1);
        next[sizeof next - 1] = '\0';
    } while (find.page);
    arena_release(&arena);
}
