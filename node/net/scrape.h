/* scrape: a text for a monitoring program, by "GET /metrics" of HTTP/1.0, to this machine only.
 *
 * A thread of its own has the sockets and touches nothing else: whoever asks waits until the loop gives a text, which
 * it does when it next looks; one that is younger than a second is given at once. One request, one answer, then the
 * connection is closed. What a caller can cost is bounded: SCRAPE_CALLERS_MAX at a time, each for SCRAPE_CALL_MS_MAX
 * and SCRAPE_HEAD_BYTES_MAX. Plain sockets and not nng's HTTP server, which waits for its callers for ever.
 */
#ifndef NET_SCRAPE_H
#define NET_SCRAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/span.h"

enum { SCRAPE_CALLERS_MAX = 16, SCRAPE_HEAD_BYTES_MAX = 8 * 1024, SCRAPE_CALL_MS_MAX = 5000, SCRAPE_FRESH_MS = 1000 };

struct scrape;

/* Listens on "tcp://127.0.0.1:9464", "tcp://[::1]:9464" or "ipc:///run/inama/metrics.sock" (made 0600). INVALID for
 * anything else, also for an address that other machines reach; EXISTS, NOT_ALLOWED, NO_MEMORY, IO. */
MUST_USE enum result scrape_open(struct scrape **out, const char *address);
/* Ends the thread; callers are dropped. NULL is fine. */
void scrape_close(struct scrape *scrape);
/* The port it got, for ":0" in tests. */
uint16_t scrape_port(const struct scrape *scrape);

/* Does somebody wait for a text? For the loop, together with scrape_give(). */
bool scrape_is_wanted(struct scrape *scrape);
/* Copies the text and answers all who wait. */
void scrape_give(struct scrape *scrape, struct span text);

#endif
