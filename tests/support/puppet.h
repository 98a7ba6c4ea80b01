/* puppet: a member whose node the test speaks for, over a real session with a daemon.
 *
 * It has the keys of a member and says whatever it is told to, so a daemon can be shown what no node would say. It
 * reads only when it is asked to hear. Opens nng: the test file says suite_no_fork. Failures fail the test. One thread.
 */
#ifndef SUPPORT_PUPPET_H
#define SUPPORT_PUPPET_H

#include "sync.pb-c.h"
#include "tests/support/homes.h"

struct puppet;

/* Calls a running daemon with these keys, and says Hello. To be given back with puppet_free(). */
struct puppet *puppet_call(const struct home *as, const struct home *whom);
/* Ends its session. */
void puppet_free(struct puppet *puppet);

void puppet_say(struct puppet *puppet, const SyncMessage *message);
/* The next that is neither Hello nor Known, until puppet_free(); NULL: nothing came for so long, or the session is
 * over. */
const SyncMessage *puppet_hear(struct puppet *puppet, uint64_t patience_ms);
/* Has the other end ended the session? As far as was heard. */
bool puppet_is_over(const struct puppet *puppet);

#endif
