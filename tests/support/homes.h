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

enum { HOMES_MAX = 256 };

struct home {
    char folder[300];
    char name[64];
    char country[3];
    char role[32];
    const char *policy;
    uint16_t port;
    struct identity identity;
    struct member member;
    pid_t pid;     /* of its daemon; 0: not running */
    bool is_heard; /* from its next start on it speaks at --debug into a file: home_said() */
    bool is_quiet; /* what it says goes behind what is in FOLDER.log */
    int network;   /* a network namespace that its daemon lives in; 0: ours */
};

struct homes {
    struct arena arena;
    char folder[256];
    struct home rows[HOMES_MAX];
    size_t count;
    uint8_t root_key[SIGN_PUBLIC_SIZE];
    uint8_t root_secret[SIGN_SECRET_SIZE];
    struct list *list;     /* the newest roster of the roots */
    struct roster *roster; /* with the chain before it */
    /* of the rosters that are made from now on; homes_new() sets now, a year and 30 days */
    int64_t made_in_ms;
    int64_t valid_ms; /* from now */
    uint32_t grace_days;
};

struct homes *homes_new(void);
/* Asks every daemon that runs to end, and waits; returns how many did not end well. */
size_t homes_stop(struct homes *homes);
/* Kills every daemon that runs and removes the folders. */
void homes_free(struct homes *homes);
/* `policy` must outlive the homes. */
struct home *homes_add(struct homes *homes, const char *name, const char *country, const char *role,
                       const char *policy);
/* A node whose folder, below that of the homes and of its name, somebody else has made with all that is in it. */
struct home *homes_adopt(struct homes *homes, const char *name, const char *country, const char *role);
/* Writes all files; every node calls the nodes added before it. */
void homes_write(struct homes *homes);
/* Writes the files of one that was added later, with the roster as it is now. */
void homes_write_one(struct homes *homes, const struct home *home);
/* A second copy of a node that does not run: its folder with everything in it and the same keys, at a port of its own,
 * calling nobody. */
struct home *homes_copy(struct homes *homes, const struct home *home, const char *name);
/* Copies a folder with everything in it, in place of one that is there. */
void homes_copy_folder(const char *from, const char *to);

/* The next roster with one change, signed: a roster file, in the homes' arena. */
struct span homes_sign(struct homes *homes, enum list_change change, const struct member *member,
                       const struct ending *ending);
/* How many entries a folder has, hidden ones not counted in; 0 if there is none. */
size_t homes_entries(const char *path);
/* Puts a file into the folder of a node. */
void home_write(const struct home *home, const char *name, struct span content);

/* Starts inamad of this build and waits until its socket answers. */
void home_start(struct home *home);
/* Ends it with a signal and waits; returns the status of waitpid(). */
int home_stop(struct home *home, int signal);
/* Waits until its daemon has ended by itself; *status is that of waitpid(). False if it still runs after `ms`. */
bool home_wait(struct home *home, unsigned ms, int *status);
/* Starts inamad, which is not to come up, and waits for its end; returns the status of waitpid(). */
int home_start_in_vain(struct home *home);
/* What its daemon has said since it was last started, in the arena. */
const char *home_said(const struct home *home, struct arena *arena);
/* Resident memory of its daemon in kB. */
uint64_t home_rss_kb(const struct home *home);

/* A connection to its daemon; NULL when it cannot be had. */
struct control *home_connect(const struct home *home);
/* Sends and waits for the reply, in the arena; NULL when the connection broke. */
Reply *home_ask(struct control *control, struct arena *arena, const Request *request);
/* Publishes JSON; the reply's first Published, or NULL when the connection broke. */
Published *home_publish(struct control *control, struct arena *arena, const char *json);
/* In the arena; NULL when it does not answer. */
Status *home_status(const struct home *home, struct arena *arena);
uint64_t home_alerts(const struct home *home);
/* Has it a session with the member of this name? */
bool home_is_connected(const struct home *home, const char *name);

#endif
