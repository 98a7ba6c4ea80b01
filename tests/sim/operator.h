/* operator: somebody at a node, who asks over its socket and waits for the reply. */
#ifndef SIM_OPERATOR_H
#define SIM_OPERATOR_H

#include "control.pb-c.h"
#include "tests/sim/world.h"

/* NULL: the connection broke before there was a reply. */
typedef void operator_reply(void *context, uint64_t value, const Reply *reply);
void operator_ask(struct station *station, const Request *request, operator_reply *reply, void *context,
                  uint64_t value);

#endif
