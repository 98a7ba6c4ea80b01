/* node: one running node: what it was started with, and the parts that share its one thread.
 *
 * Everything that happens comes as mail. A turn of the loop takes all mail there is, lets the parts act on it inside
 * one change of the store, commits once, and only then lets them answer. So 32 officers who publish at once share one
 * sync.
 */
#ifndef DAEMON_NODE_H
#define DAEMON_NODE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/mailbox.h"
#include "core/config.h"
#include "daemon/audit.h"
#include "daemon/exchange.h"
#include "daemon/metrics.h"
#include "daemon/peers.h"
#include "daemon/serve.h"
#include "daemon/watchlists.h"
#include "net/link.h"
#include "net/live.h"
#include "net/scrape.h"

struct node {
    struct arena arena; /* for the life of the process */
    struct config config;
    struct identity identity;
    struct roster *roster;
    struct policy *policy;
    struct arena policy_arena;
    struct references references;
    struct exchange exchange;
    struct mailbox *mailbox;
    struct peers peers;
    struct serve serve;
    struct live *live;
    struct scrape *scrape; /* NULL: nobody may ask for numbers */
    struct metrics_counts counts;
    struct audit audit;
    struct watchlists watchlists;
    uint64_t started_ms;
    uint64_t tick_at;                      /* steady; when to look after things again */
    uint64_t roster_warning_at;            /* steady; when to say again that it expires */
    uint64_t keys_changed_ms;              /* wall; of the last change of our keys */
    uint64_t keys_again_at;                /* steady; not to be tried again before */
    const struct policy_audience *awaited; /* of a copy, when last said; only to be compared */
    struct mail stop;                      /* posted by node_stop() */
    enum result writing;                   /* of exchange_may_write(), a tick ago */
    enum result why_stopping;              /* OK: somebody asked it to end */
    bool single_thread;
    bool stopping;
    bool busy; /* something is prepared and waits to be published */
};

/* Who an event of a link is for: the first member of everything that owns links. */
enum party_kind { PARTY_PEERS, PARTY_CONNECTION, PARTY_SERVE, PARTY_CLIENT };
struct party {
    enum party_kind kind;
};

struct node_options {
    const char *home;            /* NULL: see config_path() */
    const char *passphrase_file; /* NULL: the key file of node.yaml, a systemd credential, else ask */
    bool check_only;             /* everything but running */
    const struct clock *clock;   /* NULL: the machine's */
    const struct random *random; /* NULL: the machine's */
    bool single_thread;          /* everything on the calling thread, so that it can be repeated */
};

/* Reads configuration, identity, roster and policy, opens the store, builds the index, listens. Everything that is
 * wrong has been said on standard error when it fails. */
MUST_USE enum result node_open(struct node *node, const struct node_options *options);
/* Runs until mail says stop or the store fails. */
MUST_USE enum result node_run(struct node *node);
/* One turn: what came, waiting for it for at most `wait_ms`, and what is due. *wait_ms: until something is due again. A
 * node that is stepped does nothing between the steps. */
MUST_USE enum result node_step(struct node *node, uint64_t *wait_ms);
void node_release(struct node *node);

/* Takes over a roster, or another identity of the same member: from now on it is what everybody here goes by. In the
 * open change; on failure the roster of before stays, and the new one the caller's. */
MUST_USE enum result node_go_by(struct node *node, struct roster *roster);
void node_take_identity(struct node *node, struct identity *identity);

/* Reads the limits in node.yaml, the policy and the roster again; a file that is bad is not taken, nor what comes
 * behind it, with the reason in the report. */
MUST_USE enum result node_reload(struct node *node, struct report *report);
/* Asks node_run() to end after this turn. From any thread, once. */
void node_stop(struct node *node);

#endif
