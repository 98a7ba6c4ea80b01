/* network: wires between nodes, as TCP has them: bytes come in order and once, late, in pieces, or not at all.
 *
 * A wire has two ends, 0 of who called and 1 of who was called. Bytes of a direction that is shut wait, as TCP sends
 * them again; those of a wire that was cut are lost, and each end learns of it, or does not.
 */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "base/span.h"
#include "tests/sim/machine.h"

struct wire;

/* What is plugged into an end. Called from events only. */
struct plug {
    void (*readable)(void *owner); /* bytes have come, or the end of them */
    void (*writable)(void *owner);
    void (*reset)(void *owner); /* the other end is gone, and what has not been read with it */
    void *owner;
};

struct wire *wire_new(int from, int to);
void wire_plug(struct wire *wire, int end, const struct plug *plug);
/* As many bytes as fit in; how many. */
size_t wire_send(struct wire *wire, int end, struct span bytes);
struct span wire_waiting(const struct wire *wire, int end);
void wire_read(struct wire *wire, int end, size_t len);
/* The other end was closed and everything it said has been read. */
bool wire_is_over(const struct wire *wire, int end);
/* What was sent goes out; nothing is called back at this end any more. */
void wire_close(struct wire *wire, int end);

/* How long a message takes that way now. */
uint64_t network_delay(int from, int to);
bool network_is_shut(int from, int to);
void network_shut(int from, int to, bool shut);
/* Bytes a millisecond from now on (0: no limit), and how much later they come. */
void network_slow(int from, int to, size_t rate, uint64_t lag_ms);
/* Everything is open and fast. */
void network_heal(void);
/* A wire breaks, if there is one; who learns of it is by chance. */
void network_cut_one(void);
void network_cut_all(void);
/* What is on its way from and to a node is lost. */
void network_forget(int node);
/* All wires of a node go with its process; a machine without power does not say so, or anything else before it is up.
 */
void network_drop_node(int node, bool without_power);
void network_machine_up(int node, bool up);
bool network_is_machine_up(int node);
/* What callers of this node said first, the last time, to be said again by somebody else. */
struct span network_recording(int to);

/* Raw bytes on their way between nodes. */
extern void (*network_tap)(struct span bytes);

#endif
