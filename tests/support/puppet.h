/* puppet: a member that the test plays itself, message by message, over a real session with a real node.
 *
 * Failures of our own end the program; what the other end does is told.
 */
#ifndef TESTS_SUPPORT_PUPPET_H
#define TESTS_SUPPORT_PUPPET_H

#include "sync.pb-c.h"
#include "tests/support/homes.h"

struct puppet;

/* Calls a node with the keys of another, which does not run, and says Hello. */
struct puppet *puppet_call(const struct home *as, const struct home *to);
void puppet_free(struct puppet *puppet);

/* False once the other end has hung up, or takes nothing for two seconds. */
bool puppet_say(struct puppet *puppet, const SyncMessage *message);
/* The same for bytes that are to stand in the place of a message. */
bool puppet_say_bytes(struct puppet *puppet, struct span bytes);
/* The next that is neither Hello nor Known; it lives as long as the puppet. NULL: none within `ms`, or the other end
 * has hung up. */
SyncMessage *puppet_hear(struct puppet *puppet, unsigned ms);
/* The next pull that wants an answer, as puppet_hear(). */
const Pull *puppet_hear_pull(struct puppet *puppet, unsigned ms);
/* Passes over what comes until the other end hangs up; false if it is still there after `ms`. */
bool puppet_is_hung_up_on(struct puppet *puppet, unsigned ms);

/* Asks for a feed of `to`, under its first signing key. */
bool puppet_pull(struct puppet *puppet, const struct home *to, const char *audience, uint64_t after, uint32_t bytes);
/* Says that the puppet has a feed of its own with so many entries. */
bool puppet_announce(struct puppet *puppet, const char *audience, uint64_t number);
/* Answers with so many bytes in one entry. */
bool puppet_block(struct puppet *puppet, const ProtobufCBinaryData *feed, uint64_t after, size_t bytes);

#endif
