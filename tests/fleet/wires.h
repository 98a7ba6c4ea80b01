/* wires: the network between the nodes of a fleet, that can be cut and healed.
 *
 * In namespaces every node has a network of its own, with one cable to a bridge: a cut cable or a lost route says
 * nothing to either end, as in the world. On loopback there is a cable (tests/support/cable.h) for every pair: a cut
 * breaks the connection. The namespaces go with this process.
 */
#ifndef FLEET_WIRES_H
#define FLEET_WIRES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wires_scheme { WIRES_NAMESPACES, WIRES_LOOPBACK };

struct wires;

/* Does the kernel give us namespaces, cables and a bridge, and is `ip` there? Tried out, without a trace. */
bool wires_can_have_namespaces(void);
/* For nodes 0 to `nodes` - 1, of which tests/fleet/make.sh counts from 1. This process moves into the network of the
 * bridge: before it has threads. */
struct wires *wires_new(enum wires_scheme scheme, size_t nodes, uint64_t seed);
void wires_free(struct wires *wires);

uint16_t wires_port(const struct wires *wires);
/* The namespace of a node, 0: ours. */
int wires_namespace(const struct wires *wires, size_t node);

/* One node calls another. */
void wires_join(struct wires *wires, size_t caller, size_t called);
size_t wires_count(const struct wires *wires);
/* Between two nodes. Cut twice, it is to be healed twice. */
void wires_cut(struct wires *wires, size_t wire, bool cut);
/* All that a node has. */
void wires_isolate(struct wires *wires, size_t node, bool cut);

#endif
