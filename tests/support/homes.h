/* homes: real nodes as real processes, for scenarios and benchmarks.
 *
 * A network of folders with keys, a signed roster, policies and free loopback ports; daemons started from the build
 * under test, and a client for their sockets. Failures print what happened and end the program.
 */
#ifndef TESTS_SUPPORT_HOMES_H
#define TESTS_SUPPORT_HOMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/span.h"
#include "control.pb-c.h"
#include "keys/roster.h"
#include "net/control.h"

enum { HOMES_MAX = 128 };

struct home {
    char folder[300];
    char name[64];
    char country[3];
    char role[32];
    const char *policy;
    uint16_t port;
    struct identity identity;
    struct member member;
    pid_t pid; /* of its daemon; 0: not running */
};

struct homes {
    struct arena arena;
    char folder[256];
    struct home rows[HOMES_MAX];
    size_t count;
};

struct homes *homes_new(void);
/* Stops every daemon and removes the folders. */
void homes_free(struct homes *homes);
/* `policy` must outlive the homes. */
struct home *homes_add(struct homes *homes, const char *name, const char *country, const char *role,
                       const char *policy);
/* Writes all files; every node calls the nodes added before it. */
void homes_write(struct homes *homes);

/* Starts inamad of this build and waits until its socket answers. */
void home_start(struct home *home);
/* Ends it with a signal and waits; returns the status of waitpid(). */
int home_stop(struct home *home, int signal);
/* Resident memory of its daemon in kB. */
uint64_t home_rss_kb(const struct home *home);

/* A connection to its daemon; NULL when it cannot be had. */
struct control *home_connect(const struct home *home);
/* Sends and waits for the reply, in the arena; NULL when the connection broke. */
Reply *home_ask(struct control *control, struct arena *arena, const Request *request);
/* Publishes JSON; the reply's first Published, or NULL when the connection broke. */
Published *home_publish(struct control *control, struct arena *arena, const char *json);
uint64_t home_alerts(const struct home *home);

#endif
