/* wire: a node's socket spoken to as cheaply as can be, as whoever measures shares the processors with what is
 * measured.
 *
 * Ends the program when the node does not behave.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include "control.pb-c.h"
#include "tests/support/homes.h"

int wire_open(const struct home *home);
void wire_ask(int fd, struct arena *arena, const Request *request);
/* The next reply, in the arena; waits for it. */
Reply *wire_hear(int fd, struct arena *arena);
/* Publishes these alerts in one request, without waiting for what becomes of them. */
void wire_publish(int fd, struct arena *arena, const char *const *alerts, size_t count);

#endif
