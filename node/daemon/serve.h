/* serve: the operator's socket (proto/control.proto).
 *
 * Whoever may use the socket is the node's operator: it lies in a 0700 folder and the kernel tells the caller's user,
 * which must be ours or root. Publications of one turn are gathered, so that they share one commit; they are answered
 * after it, as is everything that tells something of alerts: its record in the log is in that commit (daemon/audit.h).
 */
#ifndef DAEMON_SERVE_H
#define DAEMON_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"
#include "net/link.h"
#include "store/index.h"

struct node;
struct client;
struct publication;

/* Publications of all clients, in the order of arrival. */
struct batch {
    struct publication *rows;
    size_t count;
    size_t capacity;
};

struct serve {
    struct node *node;
    struct link_listener *listener;
    struct client *clients;
    size_t client_count;
    struct batch gathered; /* come in this turn */
    struct batch prepared; /* in the turn before, and published in this one */
};

MUST_USE enum result serve_open(struct serve *serve, struct node *node);
/* Ends all connections; their last events are still to be taken. */
void serve_close(struct serve *serve);
void serve_release(struct serve *serve);

/* An event of a link that belongs to a client or to our listener. */
void serve_event(struct serve *serve, struct link_event *event);
/* Publishes, in the open change, what was prepared; then begins to prepare what has come since. While this turn commits
 * and answers, the other cores are at the next one. */
MUST_USE enum result serve_publish(struct serve *serve);
/* Records what those who watch are about to be shown of the open change. */
MUST_USE enum result serve_note_watched(struct serve *serve);
/* Answers what was published: with the results of each, or with `failure` when nothing was kept. */
void serve_answer(struct serve *serve, enum result failure);
/* Ends the turn: what was begun to be prepared is. True if anything waits to be published. */
bool serve_turn_over(struct serve *serve);
/* The policy or the roster has changed: what was prepared under the old ones is prepared anew. */
void serve_renew(struct serve *serve);
/* A new alert is on disk and in the index: to those who watch. */
void serve_arrived(struct serve *serve, const struct index_row *row, const struct document *document);

#endif
