/* live: alerts as they come, as JSON by topic, for any nng `sub` client on this machine.
 *
 * A pub socket drops silently when a subscriber is slow; every message carries a running number, so a gap shows and is
 * read from the store. A message is `topic SPACE number SPACE JSON`, topic "alert.SEIZURE.CD".
 */
#ifndef NET_LIVE_H
#define NET_LIVE_H

#include "base/result.h"
#include "base/span.h"

struct live;

/* Opens "ipc:///run/inama/live" (in a 0700 folder). EXISTS, INVALID, NOT_ALLOWED, IO. */
MUST_USE enum result live_open(struct live **out, const char *address);
/* At the end of the process only: closing pub sockets under load is not safe with nng 1.5. NULL is fine. */
void live_close(struct live *live);
/* Never blocks. */
void live_publish(struct live *live, const char *topic, struct span json);

#endif
