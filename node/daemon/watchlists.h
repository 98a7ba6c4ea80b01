/* watchlists: queries that the node asks of every alert that comes, and which alerts met them.
 *
 * A list and its hits are notes of the store, sealed like everything: a list of names is as telling as an alert. A hit
 * is kept in the change that brings the alert, so that none is missed; each list keeps its newest ones. What operators
 * may see decides, as in `find`. One thread.
 */
#ifndef DAEMON_WATCHLISTS_H
#define DAEMON_WATCHLISTS_H

#include "base/arena.h"
#include "control.pb-c.h"
#include "core/document.h"
#include "core/query_parse.h"

struct node;

struct watchlist {
    uint32_t number;
    uint64_t created; /* wall milliseconds */
    const char *name;
    const char *text; /* of the query */
    struct query query;
    bool is_broken; /* the query can no longer be read: codes or lists of names are others */
    uint64_t hits;  /* ever; those of the open change, too */
};

struct watchlists {
    struct arena arena;
    struct watchlist *rows;
    size_t count;
    bool is_read;
};

void watchlists_release(struct watchlists *watchlists);

/* Keeps a hit for every alert of the open change that meets a list and did not before. */
MUST_USE enum result watchlists_note(struct node *node);
/* The change has ended: what was only in it, is no more. */
void watchlists_settle(struct node *node, bool committed);

/* Names of the lists that an alert meets, in the turn's memory; NULL with *count 0 if none. */
char **watchlists_met(struct node *node, const struct document *document, size_t *count);

/* Adds, removes or lists; hits of one or all. EXISTS, NOT_FOUND, TOO_LARGE, INVALID (reply->remarks). */
MUST_USE enum result watchlists_answer(Reply *reply, struct node *node, const Watchlists *words,
                                       const char **complaint);

#endif
