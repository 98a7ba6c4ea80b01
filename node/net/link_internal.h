/* What link.c and link_listen.c share. */
#ifndef NET_LINK_INTERNAL_H
#define NET_LINK_INTERNAL_H

#include <nng/nng.h>

#include "net/link.h"

/* A link on a stream that nng has accepted, posts its LINK_UP. `peer` is the address if the stream knows none. Closes
 * the stream without memory. Any thread. */
void link_accept(nng_stream *stream, const char *peer, const struct link_options *options);

/* Stops, which waits for a running callback, and frees. NULL is fine; not from the aio's own callback. */
void link_aio_free(nng_aio *aio);

#endif
