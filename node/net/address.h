/* address: where a link leads or listens, "tcp://192.0.2.1:4450" or "ipc:///run/inama/control".
 *
 * nng takes many more kinds, deletes whatever file lies at an ipc path, and has its own error numbers; here is what
 * stands between that and the rest of net/.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "base/result.h"
#include "base/span.h"

/* INVALID unless it is of one of the two kinds, with a port or a path that fits. Names are not resolved. */
MUST_USE enum result address_check(const char *address);
/* The path of an ipc address, a part of it; NULL for tcp. */
const char *address_path(const char *address);
/* Makes the path free to listen on: a socket that nobody listens on is removed. EXISTS when somebody does or when
 * something else is there, NOT_ALLOWED, IO. Who listens gets `greeting`, and a moment to answer, before the connection
 * closes again: the ipc sockets of nng 1.5 do not survive a caller that leaves without a greeting. */
MUST_USE enum result address_claim(const char *path, struct span greeting);

/* The result for an error of nng's. NOT_FOUND: nobody listens there. */
enum result address_result(int nng_error);

#endif
