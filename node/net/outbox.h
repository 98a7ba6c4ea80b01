/* outbox: frames that wait to be written, as few pieces of memory as will do.
 *
 * Small frames share a piece, so that many go out in one write. A piece may grow at its end while its beginning is
 * being written. Not thread-safe.
 */
#ifndef NET_OUTBOX_H
#define NET_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct outbox_piece;

struct outbox {
    struct outbox_piece *first, *last;
};

/* Copies a frame in, its length in `length_bytes` in front. False without memory. */
bool outbox_put(struct outbox *outbox, unsigned length_bytes, struct span frame);
/* The first pieces, at most `max`; how many. They stay where they are until dropped. */
unsigned outbox_pieces(const struct outbox *outbox, struct span *pieces, unsigned max);
/* The first `len` bytes are written. */
void outbox_drop(struct outbox *outbox, size_t len);
static inline bool outbox_is_empty(const struct outbox *outbox) {
    return !outbox->first;
}
void outbox_release(struct outbox *outbox);

#endif
