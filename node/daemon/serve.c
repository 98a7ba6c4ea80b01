#include "daemon/serve.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/carry.h"
#include "daemon/node.h"
#include "daemon/trust.h"

static struct party listener_party = {PARTY_SERVE};

/* One operator's connection. */
struct client {
    struct party party;
    struct client *next;
    struct link *link;
    size_t first; /* its publications, in the batch that is gathered or prepared */
    size_t count;
    bool is_prepared;
    struct attaching attaching;
    struct span pending; /* a reply that waits for the commit, of a change or of its record; in the turn's memory */
    struct audit_talk talk;
    bool watching;
    struct arena watch_arena;
    Find *watch_words;
    struct search watch;
};

enum result serve_open(struct serve *serve, struct node *node) {
    *serve = (struct serve){.node = node};
    const struct link_options options = {
        .mailbox = node->mailbox,
        .length_bytes = 4,
        .frame_max = CONTROL_BYTES_MAX,
        .owner = &listener_party,
    };
    struct arena *arena = &node->arena;
    return link_listen(&serve->listener, text_format(arena, "ipc://%s", node->config.control), &options);
}

static void client_free(struct serve *serve, struct client *client) {
    struct client **at = &serve->clients;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    serve->client_count--;
    attaching_release(&client->attaching);
    arena_release(&client->watch_arena);
    free(client);
}

static void batch_clear(struct batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        exchange_publication_release(&batch->rows[i]);
        free((void *)(uintptr_t)batch->rows[i].json.data);
    }
    batch->count = 0;
}

void serve_close(struct serve *serve) {
    link_listener_close(serve->listener);
    serve->listener = NULL;
    for (struct client *client = serve->clients; client; client = client->next)
        link_close(client->link);
}

void serve_release(struct serve *serve) {
    while (serve->clients)
        client_free(serve, serve->clients);
    batch_clear(&serve->gathered);
    batch_clear(&serve->prepared);
    free(serve->gathered.rows);
    free(serve->prepared.rows);
}

static struct span encode_reply(struct serve *serve, const Reply *reply) {
    struct buf bytes;
    buf_init(&bytes, &serve->node->exchange.turn);
    proto_encode(&bytes, reply);
    if (bytes.failed || bytes.len > CONTROL_BYTES_MAX) {
        Reply short_reply = REPLY__INIT;
        buf_init(&bytes, &serve->node->exchange.turn);
        short_reply.result = (char *)(uintptr_t)result_name(RESULT_TOO_LARGE);
        proto_encode(&bytes, &short_reply);
    }
    return buf_span(&bytes);
}

static void send_reply(struct serve *serve, struct client *client, const Reply *reply) {
    link_send(client->link, encode_reply(serve, reply));
}

/* A failed commit: nothing is shown or done here without its record. */
static const char *why_unrecorded(struct serve *serve, enum result failure) {
    return text_format(&serve->node->exchange.turn,
                       _("%s; nothing is shown or done here that cannot be recorded in the log"), result_text(failure));
}

static void refuse(struct serve *serve, struct client *client, enum result result, const char *text) {
    Reply reply = REPLY__INIT;
    reply.result = (char *)(uintptr_t)result_name(result);
    reply.text = (char *)(uintptr_t)(text ? text : result_text(result));
    send_reply(serve, client, &reply);
}

/* A reply that waited for the commit. What is shown to who began to watch in this turn comes behind it. */
static void send_pending(struct client *client) {
    if (client->pending.data)
        link_send(client->link, client->pending);
    client->pending = (struct span){0};
}

/* --- publishing --- */

static bool make_room(struct batch *batch, size_t count) {
    size_t need = batch->count + count;
    if (need <= batch->capacity)
        return true;
    struct publication *grown = realloc(batch->rows, need * 2 * sizeof *grown);
    if (!grown)
        return false;
    batch->rows = grown;
    batch->capacity = need * 2;
    return true;
}

static bool batch_add(struct batch *batch, struct span json, bool dry_run) {
    uint8_t *copy = malloc(json.len + 1); /* lives longer than the turn */
    if (!copy)
        return false;
    if (json.len)
        memcpy(copy, json.data, json.len);
    batch->rows[batch->count++] = (struct publication){.json = span_of(copy, json.len), .dry_run = dry_run};
    return true;
}

static void gather(struct serve *serve, struct client *client, const Publish *words) {
    struct batch *batch = &serve->gathered;
    size_t first = batch->count;
    bool good = words->n_alerts && make_room(batch, words->n_alerts);
    for (size_t i = 0; i < words->n_alerts && good; i++)
        good = batch_add(batch, proto_span(words->alerts[i]), words->has_dry_run && words->dry_run);
    if (good) {
        client->first = first;
        client->count = words->n_alerts;
        client->is_prepared = false;
        return;
    }
    refuse(serve, client, words->n_alerts ? RESULT_NO_MEMORY : RESULT_INVALID, NULL);
}

static enum result note_published(struct serve *serve) {
    for (struct client *client = serve->clients; client; client = client->next)
        if (client->count && client->is_prepared)
            TRY(audit_publish(serve->node, &client->talk, serve->prepared.rows + client->first, client->count));
    return RESULT_OK;
}

enum result serve_publish(struct serve *serve) {
    struct exchange *exchange = &serve->node->exchange;
    enum result result = RESULT_OK;
    if (serve->prepared.count)
        result = exchange_publish(exchange, serve->prepared.rows, serve->prepared.count);
    if (!result && serve->prepared.count)
        result = note_published(serve);
    if (serve->gathered.count)
        exchange_prepare(exchange, serve->gathered.rows, serve->gathered.count);
    return result;
}

static void answer_client(struct serve *serve, struct client *client, enum result failure) {
    Reply reply = REPLY__INIT;
    enum result result = failure;
    if (!result)
        result = answer_published(&reply, serve->node, serve->prepared.rows + client->first, client->count);
    if (result)
        refuse(serve, client, result, NULL);
    else
        send_reply(serve, client, &reply);
    client->count = 0;
    link_more(client->link);
}

void serve_answer(struct serve *serve, enum result failure) {
    for (struct client *client = serve->clients; client; client = client->next) {
        audit_settle(&client->talk, !failure);
        if (client->pending.data && failure) {
            refuse(serve, client, failure, why_unrecorded(serve, failure));
            client->pending = (struct span){0};
            client->watching = false;
        }
        send_pending(client);
    }
    for (struct client *client = serve->clients; client && serve->prepared.count; client = client->next)
        if (client->count && client->is_prepared)
            answer_client(serve, client, failure);
    batch_clear(&serve->prepared);
}

bool serve_turn_over(struct serve *serve) {
    pool_wait(serve->node->exchange.pool);
    const struct batch empty = serve->prepared;
    serve->prepared = serve->gathered;
    serve->gathered = empty;
    for (struct client *client = serve->clients; client; client = client->next)
        client->is_prepared = client->count != 0;
    return serve->prepared.count != 0;
}

void serve_renew(struct serve *serve) {
    pool_wait(serve->node->exchange.pool);
    for (size_t i = 0; i < serve->prepared.count; i++)
        exchange_publication_release(&serve->prepared.rows[i]);
    exchange_prepare(&serve->node->exchange, serve->prepared.rows, serve->prepared.count);
    pool_wait(serve->node->exchange.pool);
}

/* --- finding and watching --- */

/* Answers once what has to be recorded is on disk; at once, what has not. What cannot be recorded is taken back. */
static void conclude(struct serve *serve, struct client *client, const Request *request, Reply *reply,
                     bool is_a_change) {
    bool recorded = false;
    enum result result = audit_request(serve->node, &client->talk, request, reply, &recorded);
    if (result) {
        serve->node->exchange.failure = result;
        refuse(serve, client, result, why_unrecorded(serve, result));
    } else if (recorded || is_a_change)
        client->pending = encode_reply(serve, reply);
    else
        send_reply(serve, client, reply);
}

/* The reply is a refusal; what is wrong with a query stays in it. */
static void set_refusal(Reply *reply, enum result result, const char *text) {
    Reply refusal = REPLY__INIT;
    if (result == RESULT_INVALID && !text && reply->n_remarks) {
        refusal.remarks = reply->remarks;
        refusal.n_remarks = reply->n_remarks;
        text = reply->remarks[0]->text;
    }
    refusal.result = words_of(result_name(result));
    refusal.text = words_of(text ? text : result_text(result));
    *reply = refusal;
}

/* From now on; what there was before has been answered. */
static bool watch(struct serve *serve, struct client *client, const Find *words) {
    Reply unused = REPLY__INIT;
    const char *complaint = NULL;
    struct buf copy;
    arena_release(&client->watch_arena);
    arena_init(&client->watch_arena, CONTROL_BYTES_MAX);
    buf_init(&copy, &client->watch_arena);
    proto_encode(&copy, words);
    client->watching =
        !copy.failed && !proto_decode(&client->watch_arena, &find__descriptor, buf_span(&copy), &client->watch_words) &&
        !answer_search(&client->watch, &client->watch_arena, serve->node, client->watch_words, &unused, &complaint);
    return client->watching;
}

static void find(struct serve *serve, struct client *client, const Request *request) {
    Reply reply = REPLY__INIT;
    struct search search;
    const char *complaint = NULL;
    struct arena *turn = &serve->node->exchange.turn;
    enum result result = answer_search(&search, turn, serve->node, request->find, &reply, &complaint);
    if (!result)
        result = answer_found(&reply, serve->node, &search);
    if (result)
        set_refusal(&reply, result, complaint);
    else if (search.follow && !reply.next)
        reply.has_more = reply.more = watch(serve, client, request->find);
    conclude(serve, client, request, &reply, false);
}

static bool is_watched(const struct serve *serve, const struct client *client, const struct index_row *row,
                       const struct document *document) {
    return client->watching && answer_is_asked_for(&client->watch, serve->node, row, document);
}

static enum result note_watched(struct serve *serve, const struct client *client) {
    const struct exchange *exchange = &serve->node->exchange;
    const struct index_row **rows = arena_array(&serve->node->exchange.turn, exchange->admitted_count, sizeof *rows);
    size_t count = 0;
    if (!rows)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < exchange->admitted_count; i++)
        if (!index_find(exchange->index, exchange->admitted[i].row.object) &&
            is_watched(serve, client, &exchange->admitted[i].row, &exchange->admitted[i].document))
            rows[count++] = &exchange->admitted[i].row;
    return count ? audit_watch(serve->node, &client->talk, client->watch_words, rows, count) : RESULT_OK;
}

enum result serve_note_watched(struct serve *serve) {
    for (struct client *client = serve->clients; client; client = client->next)
        if (client->watching && serve->node->exchange.admitted_count)
            TRY(note_watched(serve, client));
    return RESULT_OK;
}

void serve_arrived(struct serve *serve, const struct index_row *row, const struct document *document) {
    for (struct client *client = serve->clients; client; client = client->next) {
        if (!is_watched(serve, client, row, document))
            continue;
        Reply reply = REPLY__INIT;
        send_pending(client);
        if (link_queued(client->link) > CONTROL_BYTES_MAX) {
            client->watching = false; /* reads nothing: it comes back and asks from where it was */
            link_close(client->link);
        } else if (!answer_row(&reply, serve->node, row, client->watch.full)) {
            reply.rows[0]->watchlists = watchlists_met(serve->node, document, &reply.rows[0]->n_watchlists);
            reply.has_more = reply.more = true;
            send_reply(serve, client, &reply);
        }
    }
}

/* --- requests --- */

static void reload(struct serve *serve, struct client *client, const Request *request) {
    struct arena *turn = &serve->node->exchange.turn;
    struct report report;
    Reply reply = REPLY__INIT;
    report_init(&report, turn);
    enum result result = node_reload(serve->node, &report);
    reply.result = (char *)(uintptr_t)result_name(result);
    reply.text = result ? (char *)(uintptr_t)result_text(result) : NULL;
    reply.findings = answer_findings(turn, &report, &reply.n_findings);
    conclude(serve, client, request, &reply, true);
}

static enum result renew_keys(struct node *node, const RenewKeys *words, const char **complaint) {
    enum result result = trust_renew_keys(node, words->signing, words->revoked ? ENDING_REVOKED : ENDING_LEFT);
    if (result == RESULT_UNPROVEN)
        *complaint = _("it is not known how far the feeds of this node reach: see inama status");
    if (result == RESULT_TOO_LARGE)
        *complaint =
            _("the signing key has changed too often: those who keep the list enter this node's card anew first "
              "(inama enrol request, inama roster add)");
    return result;
}

/* The requests that are answered at once. */
static enum result answer_now(struct serve *serve, struct client *client, const Request *request, Reply *reply,
                              const char **complaint) {
    if (request->show)
        return answer_show(reply, serve->node, request->show->alert, complaint);
    if (request->watchlists)
        return watchlists_answer(reply, serve->node, request->watchlists, complaint);
    if (request->links)
        return answer_links(reply, serve->node, request->links, complaint);
    if (request->attach)
        return answer_attach(reply, serve->node, &client->attaching, request->attach, complaint);
    if (request->read_blob)
        return answer_read_blob(reply, serve->node, request->read_blob, complaint);
    if (request->explain)
        return answer_explain(reply, serve->node, request->explain, complaint);
    if (request->status && request->status->alert)
        return answer_told(reply, serve->node, request->status->alert, complaint);
    if (request->status)
        return answer_status(reply, serve->node);
    if (request->renew_keys)
        return renew_keys(serve->node, request->renew_keys, complaint);
    if (request->accept_copy)
        return trust_accept_copy(serve->node);
    if (request->release)
        return peers_release_member(&serve->node->peers, request->release->member, complaint);
    if (request->disclose)
        return answer_disclose(reply, serve->node, request->disclose, complaint);
    if (request->check)
        return answer_check(reply, serve->node);
    if (request->check_blobs)
        return answer_check_blobs(reply, serve->node, request->check_blobs);
    if (request->give)
        return carry_answer_give(reply, serve->node, request->give, complaint);
    if (request->take)
        return carry_answer_take(reply, serve->node, request->take);
    if (request->receipts)
        return carry_answer_receipts(reply, serve->node, request->receipts);
    if (request->tally)
        return answer_tally(reply, serve->node, request->tally, complaint);
    if (request->export)
        return answer_export(reply, serve->node, request->export, complaint);
    if (request->ask)
        return answer_ask(reply, serve->node, request->ask, complaint);
    if (request->respond)
        return answer_respond(reply, serve->node, request->respond, &client->talk.caller, complaint);
    if (request->list_requests)
        return answer_requests(reply, serve->node, request->list_requests, complaint);
    if (request->log_records)
        return answer_log_records(reply, serve->node, request->log_records, complaint);
    if (request->log_check)
        return answer_log_check(reply, serve->node, request->log_check, complaint);
    if (request->log_point)
        return answer_log_point(reply, serve->node);
    if (request->log_consistency)
        return answer_log_consistency(reply, serve->node, request->log_consistency, complaint);
    if (request->log_erase)
        return answer_log_erase(serve->node, request->log_erase, complaint);
    if (request->prove)
        return answer_prove(reply, serve->node, request->prove, complaint);
    *complaint = _("this node does not know the request; is its version older than that of the command line?");
    return RESULT_INVALID;
}

/* Those that change the store are confirmed once the change is on disk. */
static bool is_a_change(const Request *request) {
    const Watchlists *lists = request->watchlists;
    return request->ask || request->respond || request->prove || request->renew_keys || request->accept_copy ||
           request->disclose || request->take || request->log_point || request->log_erase ||
           (lists && (lists->add || lists->remove));
}

static void take_request(struct serve *serve, struct client *client, const Request *request) {
    if (!audit_is_one_request(request))
        refuse(serve, client, RESULT_INVALID,
               _("this node does not know the request; is its version older than that of the command line?"));
    else if (!audit_has_room(&serve->node->exchange.turn, request))
        refuse(serve, client, RESULT_TOO_LARGE, NULL);
    else if (request->publish)
        gather(serve, client, request->publish);
    else if (request->find)
        find(serve, client, request);
    else if (request->reload)
        reload(serve, client, request);
    else {
        Reply reply = REPLY__INIT;
        const char *complaint = NULL;
        reply.result = (char *)(uintptr_t)result_name(RESULT_OK);
        enum result result = answer_now(serve, client, request, &reply, &complaint);
        if (result)
            set_refusal(&reply, result, complaint);
        conclude(serve, client, request, &reply, !result && is_a_change(request));
    }
}

static void take_frame(struct serve *serve, struct client *client, struct span frame) {
    struct arena arena;
    Request *request;
    arena_init(&arena, (size_t)CONTROL_BYTES_MAX * 4);
    enum result result = client->count || client->pending.data ? RESULT_MALFORMED : RESULT_OK; /* one at a time */
    if (!result)
        result = proto_decode(&arena, &request__descriptor, frame, &request);
    if (result)
        refuse(serve, client, result, NULL);
    else
        take_request(serve, client, request);
    arena_release(&arena);
}

/* Only our own user and root are operators of this node. */
static bool is_operator(struct caller *out, const struct link *link) {
    return caller_of(out, link) && (out->uid == 0 || out->uid == geteuid());
}

static void up(struct serve *serve, struct link_event *event) {
    struct client *client = NULL;
    struct caller caller;
    if (!is_operator(&caller, event->link)) {
        log_warning(_("a user who is not the owner of this node tried its control socket"));
        serve->node->exchange.refused[RESULT_NOT_ALLOWED]++;
    } else if (serve->client_count < CONTROL_CLIENTS_MAX && serve->listener) {
        client = calloc(1, sizeof *client);
    }
    if (!client) {
        link_close(event->link);
        return;
    }
    client->party.kind = PARTY_CLIENT;
    client->link = event->link;
    client->talk.caller = caller;
    client->next = serve->clients;
    serve->clients = client;
    serve->client_count++;
    link_set_owner(event->link, client);
    link_more(event->link);
}

void serve_event(struct serve *serve, struct link_event *event) {
    struct client *client = event->owner == &listener_party ? NULL : event->owner;
    switch (event->kind) {
    case LINK_UP:
        up(serve, event);
        break;
    case LINK_FRAMES:
        assert(client); /* a link brings nothing before link_more() */
        for (size_t i = 0; i < event->count; i++)
            take_frame(serve, client, event->frames[i]);
        if (client->count == 0)
            link_more(event->link); /* else once it is answered */
        break;
    case LINK_DRAINED: /* is not asked for */
        break;
    case LINK_DOWN:
        if (client)
            client_free(serve, client);
        if (event->link)
            link_free(event->link);
        break;
    }
}
