/* cable: TCP connections over cables that a test shapes: late, slow, lossy, cut.
 *
 * A cable listens at one address and passes on what comes to another, both ways, byte for byte. One thread carries all
 * cables of a `struct cables`; every other function may be called from any thread. Addresses are of this machine.
 *
 * Loss is what TCP makes of it: a segment that is lost is sent again after a time-out that doubles, and everything
 * behind it waits for that. The bytes that a cable counts are those of the stream, each once, whatever was sent again
 * below it.
 */
#ifndef TESTS_SUPPORT_CABLE_H
#define TESTS_SUPPORT_CABLE_H

#include <stdbool.h>
#include <stdint.h>

struct cables;
struct cable;

struct cable_end {
    const char *host; /* "127.0.0.1" */
    uint16_t port;
};

struct cable_shape {
    uint32_t bits_per_s;   /* 0: as fast as it goes */
    uint32_t loss_percent; /* of segments */
    uint32_t delay_ms;     /* each way */
};

struct cables *cables_new(uint64_t seed);
/* Breaks what is connected, and closes all cables. */
void cables_free(struct cables *cables);

/* A cable from an address that is listened at from now on to one where somebody listens, or will. `shape` NULL: as it
 * comes. Ends the program if the address cannot be had. */
struct cable *cables_add(struct cables *cables, const struct cable_end *from, const struct cable_end *to,
                         const struct cable_shape *shape);
/* A cut cable breaks the connections over it, with what is on its way, and those that are tried until it is healed. */
void cable_cut(struct cable *cable, bool cut);

struct cable_counts {
    uint64_t bytes[2];    /* that the cable took: from who calls, from who is called */
    uint64_t connections; /* that came up */
    double up_at;         /* of the newest: when, in seconds of CLOCK_MONOTONIC */
    double said_again_at; /* of the newest: when its caller had been answered and spoke again; 0: not yet */
};
struct cable_counts cable_counts(struct cable *cable);

#endif
