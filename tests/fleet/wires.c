#include "tests/fleet/wires.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "tests/support/homes.h"
#include "tests/support/cable.h"

enum { PORT_OF_NAMESPACES = 4450, PORT_FIRST = 12000, PORT_COUNT = 20000, COMMAND_BYTES_MAX = 512 };

struct wire {
    size_t caller, called;
    unsigned cuts;
    struct cable *cable; /* on loopback */
};

struct wires {
    enum wires_scheme scheme;
    uint16_t port;
    size_t nodes;
    int networks[HOMES_MAX];
    int hub;
    struct cables *cables;
    struct wire *rows;
    size_t count, capacity;
};

static void die(const char *what) {
    fprintf(stderr, "fleet: the network: %s\n", what);
    exit(1);
}

/* ---- namespaces ---- */

/* A command of the shell in a namespace (0: ours); did it succeed? */
__attribute__((format(printf, 2, 3))) static bool run_in(int network, const char *format, ...) {
    char command[COMMAND_BYTES_MAX];
    va_list words;
    int status = -1;
    va_start(words, format);
    vsnprintf(command, sizeof command, format, words);
    va_end(words);
    pid_t pid = fork();
    if (pid == 0) {
        if (network && setns(network, CLONE_NEWNET) != 0)
            _exit(127);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

bool wires_can_have_namespaces(void) {
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNET) != 0)
            _exit(1);
        _exit(
            run_in(0,
                   "exec 2>/dev/null; ip link add hub type bridge && ip link add cable0 type veth peer name uplink && "
                   "ip link set dev cable0 master hub && ip link set lo up && ip route add unreachable 10.44.0.1")
                ? 0
                : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int enter_new_network(void) {
    if (unshare(CLONE_NEWNET) != 0)
        die("no namespace can be had");
    int network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (network < 0)
        die("/proc/self/ns/net cannot be opened");
    return network;
}

static void lay_cable(struct wires *wires, size_t node) {
    wires->networks[node] = enter_new_network();
    if (setns(wires->hub, CLONE_NEWNET) != 0 ||
        !run_in(0,
                "ip link add cable%zu type veth peer name uplink netns /proc/%d/fd/%d && "
                "ip link set cable%zu master hub up",
                node, (int)getpid(), wires->networks[node], node) ||
        !run_in(wires->networks[node],
                "ip address add 10.44.0.%zu/24 dev uplink && ip link set lo up && ip link set uplink up", node + 1))
        die("a cable cannot be laid");
}

static void lay_cables(struct wires *wires) {
    wires->hub = enter_new_network();
    if (!run_in(0, "ip link add hub type bridge && ip link set hub up"))
        die("there is no bridge");
    for (size_t i = 0; i < wires->nodes; i++)
        lay_cable(wires, i);
}

/* ---- loopback ---- */

static uint16_t free_port(void) {
    for (int tries = 0; tries < 100; tries++) {
        uint16_t wish;
        random_fill(random_system(), &wish, sizeof wish);
        wish = (uint16_t)(PORT_FIRST + wish % PORT_COUNT);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(wish)};
        inet_pton(AF_INET, "127.44.0.1", &address.sin_addr);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_free = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
        if (is_free)
            return wish;
    }
    die("no free port");
    return 0;
}

static struct cable *lay_line(struct wires *wires, size_t caller, size_t called) {
    char from[32], to[32];
    snprintf(from, sizeof from, "127.45.%zu.%zu", caller + 1, called + 1);
    snprintf(to, sizeof to, "127.44.0.%zu", called + 1);
    return cables_add(wires->cables, &(struct cable_end){from, wires->port}, &(struct cable_end){to, wires->port},
                      NULL);
}

/* ---- both ---- */

struct wires *wires_new(enum wires_scheme scheme, size_t nodes, uint64_t seed) {
    struct wires *wires = calloc(1, sizeof *wires);
    if (!wires || nodes > HOMES_MAX)
        die("too many nodes");
    wires->scheme = scheme;
    wires->nodes = nodes;
    wires->port = scheme == WIRES_NAMESPACES ? PORT_OF_NAMESPACES : free_port();
    if (scheme == WIRES_NAMESPACES)
        lay_cables(wires);
    else
        wires->cables = cables_new(seed);
    return wires;
}

void wires_free(struct wires *wires) {
    if (!wires)
        return;
    cables_free(wires->cables);
    for (size_t i = 0; i < wires->nodes; i++)
        if (wires->networks[i])
            close(wires->networks[i]);
    free(wires->rows);
    free(wires);
}

uint16_t wires_port(const struct wires *wires) {
    return wires->port;
}

int wires_namespace(const struct wires *wires, size_t node) {
    return wires->networks[node];
}

void wires_join(struct wires *wires, size_t caller, size_t called) {
    if (wires->count == wires->capacity) {
        wires->capacity = 2 * wires->capacity + 16;
        wires->rows = realloc(wires->rows, wires->capacity * sizeof *wires->rows);
        if (!wires->rows)
            die("out of memory");
    }
    wires->rows[wires->count++] = (struct wire){
        .caller = caller, .called = called, .cable = wires->cables ? lay_line(wires, caller, called) : NULL};
}

size_t wires_count(const struct wires *wires) {
    return wires->count;
}

void wires_cut(struct wires *wires, size_t number, bool cut) {
    struct wire *wire = &wires->rows[number];
    bool was_cut = wire->cuts > 0;
    wire->cuts += cut ? 1 : (unsigned)-1;
    if (was_cut == (wire->cuts > 0))
        return;
    if (wire->cable)
        cable_cut(wire->cable, cut);
    else if (!run_in(wires->networks[wire->caller], "ip route %s unreachable 10.44.0.%zu", cut ? "add" : "delete",
                     wire->called + 1))
        die("a route cannot be changed");
}

void wires_isolate(struct wires *wires, size_t node, bool cut) {
    for (size_t i = 0; i < wires->count && wires->cables; i++)
        if (wires->rows[i].caller == node || wires->rows[i].called == node)
            wires_cut(wires, i, cut);
    if (!wires->cables && !run_in(0, "ip link set cable%zu %s", node, cut ? "down" : "up"))
        die("a cable cannot be changed");
}
