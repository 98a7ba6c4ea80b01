/* machine: the one clock, the one seed and the one order of events of a simulated run.
 *
 * Nothing happens but events, and time passes only between them. In place of the machine's clock, randomness and log,
 * the daemon is linked against those of machine.c. Everything that happens goes into a digest: two runs of one seed
 * have the same.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "base/clock.h"
#include "base/random.h"
#include "base/span.h"
#include "tests/support/chance.h"

enum { NODES_MAX = 5, NOBODY = -1 };

/* 2024-03-01T00:00:00Z */
static const uint64_t machine_start_ms = 1709251200000;

void machine_start(uint64_t seed, bool verbose);

/* Milliseconds since the start. */
uint64_t machine_now(void);
/* Calls back at a time; events of one moment in the order in which they were planned. */
typedef void machine_event(void *context, uint64_t value);
void machine_at(uint64_t ms, machine_event *event, void *context, uint64_t value);
/* The next event, if one comes before `until`; else time passes until then. */
bool machine_next(uint64_t until);

/* The choices of the simulation, not those of the nodes. */
size_t pick(size_t limit); /* below it */
size_t pick_between(size_t least, size_t most);
bool pick_one_in(size_t count);

/* Which node is at work; NOBODY: the simulation. */
void machine_enter(int node);
int machine_here(void);
/* Somebody sets the wall clock of a node: so far ahead of the right time; behind it if that is below 0. */
void machine_set_clock(int node, int64_t ahead_ms);
/* What a node is opened with. */
const struct clock *machine_clock(int node);
const struct random *machine_random(int node);

/* What happened, into the digest; and on standard error if the run is verbose. */
void machine_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void machine_digest(const void *data, size_t len);
uint64_t machine_digest_so_far(void);

/* The first invariant that is broken ends the run; only that one counts. */
void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* NULL: none is. */
const char *machine_broken(void);

#endif
