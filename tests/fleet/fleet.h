/* fleet: many administrations with their desks, as processes of their own, and the network between them.
 *
 * The folders, keys, cards, the roster and the desks are made by tests/fleet/make.sh with the command line. Customs are
 * all connected with each other, a desk is connected with the customs of its country. One thread.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include "control.pb-c.h"
#include "tests/fleet/wires.h"
#include "tests/support/chance.h"
#include "tests/support/homes.h"

struct fleet_node {
    struct home *home;
    size_t administration;
    size_t desk; /* 0: its customs */
    struct control *control;
    unsigned starts;
};

struct fleet {
    struct homes *homes;
    struct wires *wires;
    enum wires_scheme scheme;
    size_t administrations;
    size_t desks; /* of each */
    struct fleet_node nodes[HOMES_MAX];
    size_t count; /* customs first, then the desks of each */
    struct chance chance;
};

/* Makes them; nobody runs yet. Ends the program on failure, as everything here does. */
struct fleet *fleet_new(size_t administrations, size_t desks, enum wires_scheme scheme, uint64_t seed);
/* Stops who runs and removes the folders. */
void fleet_free(struct fleet *fleet);

/* One after the other, as a start costs a moment of a processor. */
void fleet_start(struct fleet *fleet);
void fleet_start_node(struct fleet *fleet, size_t node);
/* By a signal, and waits for its end. After SIGTERM it must have ended well. */
void fleet_stop_node(struct fleet *fleet, size_t node, int signal);

/* Over a connection that is kept. Ends the program if the node does not answer: nobody here asks one that is off. */
Reply *fleet_ask(struct fleet *fleet, size_t node, struct arena *arena, const Request *request);
Status *fleet_status(struct fleet *fleet, size_t node, struct arena *arena);

/* Calls back for every alert of a node, newest first, older versions too. */
typedef void fleet_row(void *context, const Row *row);
void fleet_each_row(struct fleet *fleet, size_t node, fleet_row *take, void *context);

/* Seconds of CLOCK_MONOTONIC. */
double fleet_now(void);
void fleet_sleep(double seconds);

#endif
