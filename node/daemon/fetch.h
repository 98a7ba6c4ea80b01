/* fetch: attachments on their way: asked of who told us the alert, given to whom we told one (docs/protocol.md, 13).
 *
 * Over a session one request at a time is under way, in the lane of what can wait (line.h): alerts overtake. An
 * attachment comes from one member at a time and goes on where it stopped, whatever was cut and whoever goes on; each
 * chunk is checked before it is kept. Only for peers.c, sync.c and serve.c. One thread.
 */
#ifndef DAEMON_FETCH_H
#define DAEMON_FETCH_H

#include "daemon/attachments.h"
#include "daemon/line.h"
#include "daemon/peers.h"
#include "sync.pb-c.h"

/* What is under way over a connection; of sync.h's struct connection. */
struct fetching {
    bool under_way;
    uint8_t id[BLOB_ID_SIZE];
    uint32_t first;
    uint32_t count;                /* chunks; 0: the manifest */
    struct asked asked;            /* on the line; bulk */
    uint8_t allowed[BLOB_ID_SIZE]; /* the last one that the other end was found to be allowed */
};

/* Somebody who may have it asks for it. OK also if it is here or on its way; NOT_ALLOWED by node.yaml. */
MUST_USE enum result fetch_want(struct peers *peers, struct attachment *attachment);
/* Asks on for whatever is wanted, and lets go of what takes too long; once a turn. Returns the milliseconds until it is
 * time again. */
uint64_t fetch_tick(struct peers *peers, uint64_t steady_ms);
/* This connection ends: others may go on with what it was bringing. */
void fetch_release(struct peers *peers, struct connection *connection);
/* The member that it is, or would be, fetched from; NULL if nobody of the roster told us an alert that names it. */
const struct member *fetch_source(const struct peers *peers, const struct attachment *attachment);

/* Any failure ends the session. */
MUST_USE enum result fetch_take_want(struct peers *peers, struct connection *connection, const Want *words);
MUST_USE enum result fetch_take_chunks(struct peers *peers, struct connection *connection, const Chunks *words);
MUST_USE enum result fetch_take_withheld(struct peers *peers, struct connection *connection, const Withheld *words);

#endif
