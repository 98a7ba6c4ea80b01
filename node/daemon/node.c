#include "daemon/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/erasure.h"
#include "daemon/start.h"
#include "daemon/trust.h"

enum {
    TICK_MS = 1000,
    CLOSE_MS = 2000,
};

/* --- live: local programs that subscribe --- */

static const char *kind_of(const struct document *document) {
    for (size_t i = 0; i < document->count; i++)
        if (document->values[i].slot == SLOT_KIND && codes_find(CODES_KIND, document->values[i].key))
            return document->values[i].key;
    return "UNKNOWN"; /* it is a topic */
}

static enum result live_json(struct buf *out, struct arena *scratch, struct node *node, const struct index_row *row) {
    struct holding holding;
    TRY(exchange_load(&node->exchange, scratch, row, &holding));
    TRY(answer_json(out, scratch, node, &holding, &node->policy->live));
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* In memory that is given back at once: many may come in a turn. */
static void tell_live(struct node *node, const struct index_row *row, const struct document *document) {
    struct arena scratch;
    struct buf json;
    const struct member *originator = roster_find(node->roster, row->originator);
    if (!node->live || field_set_is_empty(&node->policy->live.fields))
        return;
    arena_init(&scratch, SIZE_MAX);
    buf_init(&json, &scratch);
    const char *country = originator ? originator->country : "XX";
    const char *topic = text_format(&scratch, "alert.%s.%s", kind_of(document), country);
    if (live_json(&json, &scratch, node, row))
        log_warning(_("an alert could not be written to the live feed"));
    else
        live_publish(node->live, topic, buf_span(&json));
    arena_release(&scratch);
}

static void arrived(void *context, const struct index_row *row, const struct document *document) {
    struct node *node = context;
    serve_arrived(&node->serve, row, document);
    tell_live(node, row, document);
}

/* --- the turn --- */

/* A link may have been given to somebody else since the event was posted. */
static void take_event(struct node *node, struct link_event *event) {
    if (event->link)
        event->owner = link_owner(event->link);
    const struct party *party = event->owner;
    switch (party->kind) {
    case PARTY_PEERS:
    case PARTY_CONNECTION:
        peers_event(&node->peers, event);
        break;
    case PARTY_SERVE:
    case PARTY_CLIENT:
        serve_event(&node->serve, event);
        break;
    }
}

static enum result commit(struct node *node) {
    const struct clock *clock = node->exchange.clock;
    uint64_t start = clock_steady_ms(clock);
    bool is_a_change = node->exchange.open;
    TRY(exchange_commit(&node->exchange, arrived, node));
    node->counts.commits += is_a_change;
    node->counts.commit_ms += is_a_change ? clock_steady_ms(clock) - start : 0;
    return RESULT_OK;
}

static void take_mail(struct node *node, struct mail *mail) {
    for (; mail; mail = mail->next)
        if (mail != &node->stop)
            take_event(node, (struct link_event *)mail);
        else
            node->stopping = true;
}

static void free_mail(struct node *node, struct mail *mail) {
    for (struct mail *next; mail; mail = next) {
        next = mail->next;
        if (mail != &node->stop)
            link_event_free((struct link_event *)mail);
    }
}

static enum result end_change(struct node *node) {
    enum result failure = trust_prove_copy(node);
    if (!failure)
        failure = serve_publish(&node->serve);
    if (!failure)
        failure = serve_note_watched(&node->serve);
    if (!failure)
        failure = watchlists_note(node);
    if (!failure && node->exchange.open)
        failure = audit_keep(node);
    if (!failure)
        failure = commit(node);
    else
        exchange_abort(&node->exchange);
    audit_settle_checkpoints(&node->audit, !failure);
    watchlists_settle(node, !failure);
    return failure;
}

static void answer(struct node *node, enum result failure) {
    serve_answer(&node->serve, failure);
    if (failure) {
        log_error(_("nothing of this turn was kept: %s (%s)"), result_text(failure),
                  store_complaint(node->exchange.store));
        peers_failed(&node->peers);
    } else {
        peers_committed(&node->peers);
    }
}

/* Everything that came, then one commit, then the answers. The node ends when it cannot search by the view that is in
 * force, and after a failed sync, when nothing can be promised any more. */
static enum result turn(struct node *node, struct mail *mail) {
    node->counts.turns++;
    take_mail(node, mail);
    enum result failure = end_change(node);
    bool is_view_old = node->exchange.is_view_old;
    if (is_view_old)
        log_error(_("out of memory: the alerts cannot be indexed as operators may see them now; the node ends"));
    else
        answer(node, failure);
    free_mail(node, mail);
    exchange_end_turn(&node->exchange);
    node->busy = serve_turn_over(&node->serve);
    if (is_view_old)
        return RESULT_NO_MEMORY;
    return failure == RESULT_IO ? RESULT_IO : RESULT_OK;
}

/* Numbers for whoever asked since we last looked. */
static void tell_metrics(struct node *node) {
    struct buf text;
    if (!node->scrape || !scrape_is_wanted(node->scrape))
        return;
    buf_init(&text, &node->exchange.turn);
    enum result result = metrics_write(&text, node);
    if (result)
        log_warning(_("the numbers about this node could not be told: %s"), result_text(result));
    else
        scrape_give(node->scrape, buf_span(&text));
}

/* Once a second. When what kept us from writing is over, what was refused for it is asked for again. */
static void look_after(struct node *node, uint64_t steady_ms) {
    if (trust_tick(node, steady_ms))
        log_warning(_("the keys of this node could not be looked after"));
    attachments_tidy(&node->exchange, false);
    if (audit_point(node, steady_ms))
        log_warning(_("the log of disclosures has no checkpoint to be cosigned")); /* the turn says why */
    if (audit_tidy(node, steady_ms))
        log_warning(_("what is old in the logs could not be erased: inama audit verify says whether they are whole"));
    if (expiry_tick(&node->exchange) || erasure_tick(&node->exchange))
        log_warning(_("what is to be erased could not be erased")); /* the turn says why */
    enum result before = node->writing;
    node->writing = exchange_may_write(&node->exchange);
    if (!node->writing && embargo_lift(&node->exchange))
        log_warning(_("what was under embargo could not be passed on")); /* the turn says why */
    if (!before || node->writing)
        return;
    peers_renew(&node->peers, (struct span){0});
    if (exchange_look_again(&node->exchange))
        log_warning(_("what waits could not be looked at again")); /* the turn says why */
}

enum result node_step(struct node *node, uint64_t *wait_ms) {
    const struct clock *clock = node->exchange.clock;
    struct mail *mail = mailbox_take(node->mailbox, node->busy ? 0 : *wait_ms);
    uint64_t now = clock_steady_ms(clock);
    if (now >= node->tick_at) {
        node->tick_at = now + TICK_MS;
        if (exchange_keep_positions(&node->exchange))
            log_warning(_("acknowledgements could not be written"));
        look_after(node, now);
        tell_metrics(node);
    }
    TRY(turn(node, mail));
    *wait_ms = peers_tick(&node->peers, clock_steady_ms(clock));
    if (*wait_ms > TICK_MS)
        *wait_ms = TICK_MS;
    return RESULT_OK;
}

enum result node_run(struct node *node) {
    uint64_t wait_ms = 0;
    while (!node->stopping || node->busy)
        TRY(node_step(node, &wait_ms));
    log_info(_("%s ends"), node->exchange.self->name);
    TRY(exchange_keep_positions(&node->exchange));
    TRY(exchange_commit(&node->exchange, NULL, NULL));
    return node->why_stopping;
}

void node_stop(struct node *node) {
    mailbox_post(node->mailbox, &node->stop);
}

/* --- the life of a node --- */

static void say_unknown(const struct node *node) {
    if (roster_find_ever(node->roster, node->identity.id))
        trust_tell_removed(node->roster);
    else
        log_error(_("%s: this node is not in the roster; hand its card to those who keep the roster"),
                  node->config.roster);
}

static enum result open_blobs(struct node *node) {
    const struct config_attachments *config = &node->config.attachments;
    const struct blobs_options options = {
        .folder = config->folder,
        .file_max = config->file_bytes,
        .total_max = config->total_bytes,
        .random = node->exchange.random,
    };
    enum result result = blobs_open(&node->exchange.blobs, &options);
    if (result)
        log_error(_("%s: the folder of the attachments cannot be used: %s"), config->folder, result_text(result));
    node->exchange.attachments_bytes_max = config->alert_bytes;
    return result;
}

static enum result open_parts(struct node *node) {
    struct exchange *exchange = &node->exchange;
    struct report report;
    report_init(&report, &node->arena);
    report.file = node->config.store;
    const struct store_options options = {
        .folder = node->config.store,
        .size_max = node->config.store_bytes,
        .key = node->identity.secrets->store,
        .random = exchange->random,
        .report = &report,
    };
    enum result result = start_log(&report, store_open(&exchange->store, &options));
    if (result) {
        log_error(_("%s: the store does not open: %s"), node->config.store, result_text(result));
        return result;
    }
    exchange->index_bytes_max = node->config.index_bytes;
    long cores = node->single_thread ? 1 : sysconf(_SC_NPROCESSORS_ONLN);
    exchange->pool = pool_new(cores > 1 ? (size_t)cores - 1 : 0);
    node->mailbox = mailbox_new();
    if (!exchange->pool || !node->mailbox)
        return RESULT_NO_MEMORY;
    TRY(open_blobs(node));
    TRY(trust_check(node));
    result = exchange_open(exchange);
    if (result == RESULT_UNKNOWN_MEMBER)
        say_unknown(node);
    return result;
}

/* On a full disk a node still gives others what it has. */
static enum result note_start(struct node *node) {
    enum result result = audit_begin(node);
    if (!result)
        result = exchange_commit(&node->exchange, NULL, NULL);
    else
        exchange_abort(&node->exchange);
    audit_settle_checkpoints(&node->audit, !result);
    if (result != RESULT_DISK_FULL && result != RESULT_STORE_FULL)
        return result;
    log_warning(_("%s: its operators are shown nothing before there is room for the log"), result_text(result));
    return RESULT_OK;
}

/* A roster, a policy or a restart may have changed who is in an audience; a change of our keys may have been cut off.
 */
static enum result begin(struct node *node) {
    attachments_tidy(&node->exchange, true);
    enum result result = trust_begin(node);
    if (!result)
        result = exchange_look_again(&node->exchange);
    if (!result)
        result = exchange_renew(&node->exchange, node->roster, node->policy);
    if (!result)
        result = exchange_commit(&node->exchange, NULL, NULL);
    else
        exchange_abort(&node->exchange);
    if (!result)
        trust_has_begun(node);
    return result ? result : note_start(node);
}

static enum result listen_to(enum result result, const char *what) {
    if (result == RESULT_EXISTS)
        log_error(_("%s: already in use; is another node running here?"), what);
    else if (result)
        log_error("%s: %s", what, result_text(result));
    return result;
}

/* The control socket last: when it answers, the node is ready. */
static enum result open_doors(struct node *node) {
    TRY(listen_to(peers_open(&node->peers, node), node->config.listen ? node->config.listen : "peers"));
    if (node->config.live)
        TRY(listen_to(live_open(&node->live, text_format(&node->arena, "ipc://%s", node->config.live)),
                      node->config.live));
    if (node->config.metrics)
        TRY(listen_to(scrape_open(&node->scrape, node->config.metrics), node->config.metrics));
    return listen_to(serve_open(&node->serve, node), node->config.control);
}

enum result node_open(struct node *node, const struct node_options *options) {
    *node = (struct node){0};
    arena_init(&node->arena, SIZE_MAX);
    node->exchange.clock = options->clock ? options->clock : clock_system();
    node->exchange.random = options->random ? options->random : random_system();
    node->single_thread = options->single_thread;
    TRY(start_read(node, options));
    if (!secret_is_locked())
        log_warning(_("secrets may be swapped to disk: raise the limit of locked memory (ulimit -l)"));
    node->exchange.identity = &node->identity;
    node->exchange.roster = node->roster;
    node->exchange.policy = node->policy;
    node->exchange.references = &node->references;
    TRY(open_parts(node));
    if (options->check_only)
        return RESULT_OK;
    TRY(begin(node));
    TRY(open_doors(node));
    node->started_ms = clock_wall_ms(node->exchange.clock);
    log_info(_("%s is ready: %zu alerts, roster version %u, %zu members"), node->exchange.self->name,
             index_count(node->exchange.index), node->roster->version, node->roster->count);
    return RESULT_OK;
}

/* Everybody is told that we go, and their last events are taken, for two seconds at most. */
static void close_doors(struct node *node) {
    if (node->serve.node)
        serve_close(&node->serve);
    if (node->peers.node)
        peers_close(&node->peers);
    uint64_t end = clock_steady_ms(node->exchange.clock) + CLOSE_MS;
    while ((node->peers.connections || node->serve.clients) && clock_steady_ms(node->exchange.clock) < end) {
        struct mail *mail = mailbox_take(node->mailbox, CLOSE_MS / 20);
        for (struct mail *next; mail; mail = next) {
            next = mail->next;
            if (mail == &node->stop)
                continue;
            take_event(node, (struct link_event *)mail);
            link_event_free((struct link_event *)mail);
        }
    }
}

void node_release(struct node *node) {
    close_doors(node);
    if (node->serve.node)
        serve_release(&node->serve);
    if (node->peers.node)
        peers_release(&node->peers);
    live_close(node->live);
    scrape_close(node->scrape);
    if (node->exchange.index)
        exchange_release(&node->exchange);
    watchlists_release(&node->watchlists);
    blobs_close(node->exchange.blobs);
    store_close(node->exchange.store);
    pool_free(node->exchange.pool);
    roster_free(node->roster);
    arena_release(&node->policy_arena);
    identity_release(&node->identity);
    arena_release(&node->arena);
}

/* --- what may change while it runs --- */

enum result node_go_by(struct node *node, struct roster *roster) {
    struct buf news;
    buf_init(&news, &node->exchange.turn);
    TRY(roster_difference(&news, node->roster, roster));
    TRY(exchange_renew(&node->exchange, roster, node->policy));
    roster_free(node->roster);
    node->roster = roster;
    if (node->peers.node)
        peers_renew(&node->peers, buf_span(&news));
    if (node->serve.node)
        serve_renew(&node->serve);
    log_info(_("roster version %u with %zu members is in force"), roster->version, roster->count);
    return RESULT_OK;
}

void node_take_identity(struct node *node, struct identity *identity) {
    pool_wait(node->exchange.pool);
    struct identity_secrets *block = node->identity.secrets; /* the store holds on to its key in there */
    *block = *identity->secrets;
    secret_free(identity->secrets);
    node->identity = *identity;
    node->identity.secrets = block;
}

static enum result go_by_policy(struct node *node, struct policy *policy, struct arena *arena) {
    TRY(exchange_renew(&node->exchange, node->roster, policy));
    arena_release(&node->policy_arena);
    node->policy = policy;
    node->policy_arena = *arena;
    peers_renew(&node->peers, (struct span){0});
    serve_renew(&node->serve);
    return RESULT_OK;
}

enum result node_reload(struct node *node, struct report *report) {
    struct policy *policy;
    struct arena arena, config_arena;
    struct config config;
    TRY(start_read_config(&config, &config_arena, node, report));
    enum result result = start_read_policy(&policy, &arena, node, report);
    if (!result) {
        result = go_by_policy(node, policy, &arena);
        if (result)
            arena_release(&arena);
    }
    if (!result)
        peers_limit(&node->peers, &config);
    arena_release(&config_arena);
    return result ? result : trust_reload(node, report);
}
