/* mailbox: how other threads hand things to the one that owns the state.
 *
 * Any thread posts; one thread takes everything that has come, in order. Mail is a link inside the sender's own struct,
 * so posting allocates nothing and cannot fail.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdint.h>

struct mail {
    struct mail *next;
};

struct mailbox;

/* NULL when memory is out. */
struct mailbox *mailbox_new(void);
/* Nobody may post any more. Mail still inside is not touched. NULL is fine. */
void mailbox_free(struct mailbox *mailbox);

/* Any thread. `mail` belongs to the receiver from here on. */
void mailbox_post(struct mailbox *mailbox, struct mail *mail);
/* All mail, oldest first, linked by `next`; waits up to `timeout_ms` for the first. NULL if none came in time. */
struct mail *mailbox_take(struct mailbox *mailbox, uint64_t timeout_ms);

#endif
