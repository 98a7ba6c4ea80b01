/* serve: the operator's socket (proto/control.proto).
 *
 * Whoever may use the socket is the node's operator: it lies in a 0700 folder and the kernel tells the caller's user,
 * which must be ours or root. Publications of one turn are gathered, so that they share one commit; they are answered
 * after it.
 */
#ifndef DAEMON_SERVE_H
#define DAEMON_SERVE_H

#include <stddef.h>

#include "base/result.h"
#include "net/link.h"
#include "store/index.h"

struct node;
struct client;
struct publication;

struct serve {
    struct node *node;
    struct link_listener *listener;
    struct client *clients;
    size_t client_count;
    struct publication *publications; /* of this turn, for all clients */
    size_t publication_count;
    size_t publication_capacity;
};

MUST_USE enum result serve_open(struct serve *serve, struct node *node);
/* Ends all connections; their last events are still to be taken. */
void serve_close(struct serve *serve);
void serve_release(struct serve *serve);

/* An event of a link that belongs to a client or to our listener. */
void serve_event(struct serve *serve, struct link_event *event);
/* Publishes what the turn has gathered, in the open change. */
MUST_USE enum result serve_publish(struct serve *serve);
/* Answers the publications of this turn: with their own results, or with `failure` when nothing was kept. */
void serve_answer(struct serve *serve, enum result failure);
/* A new alert is on disk and in the index: to those who watch. */
void serve_arrived(struct serve *serve, const struct index_row *row);

#endif
