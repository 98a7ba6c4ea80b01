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
    struct span pending; /* a reply to what changed the store, until that is committed; in the turn's memory */
    bool watching;
    struct arena watch_arena;
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

static void refuse(struct serve *serve, struct client *client, enum result result, const char *text) {
    Reply reply = REPLY__INIT;
    reply.result = (char *)(uintptr_t)result_name(result);
    reply.text = (char *)(uintptr_t)(text ? text : result_text(result));
    send_reply(serve, client, &reply);
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

enum result serve_publish(struct serve *serve) {
    struct exchange *exchange = &serve->node->exchange;
    enum result result = RESULT_OK;
    if (serve->prepared.count)
        result = exchange_publish(exchange, serve->prepared.rows, serve->prepared.count);
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
        if (client->pending.data && failure)
            refuse(serve, client, failure, NULL);
        else if (client->pending.data)
            link_send(client->link, client->pending);
        client->pending = (struct span){0};
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

/* From now on; what there was before has been answered. */
static bool watch(struct serve *serve, struct client *client, const Find *words) {
    Reply unused = REPLY__INIT;
    const char *complaint = NULL;
    arena_release(&client->watch_arena);
    arena_init(&client->watch_arena, CONTROL_BYTES_MAX);
    client->watching = !answer_search(&client->watch, &client->watch_arena, serve->node, words, &unused, &complaint);
    return client->watching;
}

static void find(struct serve *serve, struct client *client, const Find *words) {
    Reply reply = REPLY__INIT;
    struct search search;
    const char *complaint = NULL;
    struct arena *turn = &serve->node->exchange.turn;
    enum result result = answer_search(&search, turn, serve->node, words, &reply, &complaint);
    if (!result)
        result = answer_found(&reply, serve->node, &search);
    if (result && !reply.n_remarks) {
        refuse(serve, client, result, complaint);
        return;
    }
    reply.result = (char *)(uintptr_t)result_name(result);
    if (result)
        reply.text = reply.remarks[0]->text;
    else if (search.follow && !reply.next)
        reply.has_more = reply.more = watch(serve, client, words);
    send_reply(serve, client, &reply);
}

void serve_arrived(struct serve *serve, const struct index_row *row, const struct document *document) {
    for (struct client *client = serve->clients; client; client = client->next) {
        if (!client->watching || !answer_is_asked_for(&client->watch, serve->node, row, document))
            continue;
        Reply reply = REPLY__INIT;
        if (link_queued(client->link) > CONTROL_BYTES_MAX) {
            client->watching = false; /* reads nothing: it comes back and asks from where it was */
            link_close(client->link);
        } else if (!answer_row(&reply, serve->node, row, client->watch.full)) {
            reply.has_more = reply.more = true;
            send_reply(serve, client, &reply);
        }
    }
}

/* --- requests --- */

static void reload(struct serve *serve, struct client *client) {
    struct arena *turn = &serve->node->exchange.turn;
    struct report report;
    Reply reply = REPLY__INIT;
    report_init(&report, turn);
    enum result result = node_reload(serve->node, &report);
    reply.result = (char *)(uintptr_t)result_name(result);
    reply.text = result ? (char *)(uintptr_t)result_text(result) : NULL;
    reply.findings = answer_findings(turn, &report, &reply.n_findings);
    client->pending = encode_reply(serve, &reply);
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
    if (request->give)
        return carry_answer_give(reply, serve->node, request->give, complaint);
    if (request->take)
        return carry_answer_take(reply, serve->node, request->take);
    if (request->receipts)
        return carry_answer_receipts(reply, serve->node, request->receipts);
    *complaint = _("this node does not know the request; is its version older than that of the command line?");
    return RESULT_INVALID;
}

/* Those that change the store are confirmed once the change is on disk. */
static bool is_a_change(const Request *request) {
    return request->renew_keys || request->accept_copy || request->disclose || request->take;
}

static void take_request(struct serve *serve, struct client *client, const Request *request) {
    if (request->publish)
        gather(serve, client, request->publish);
    else if (request->find)
        find(serve, client, request->find);
    else if (request->reload)
        reload(serve, client);
    else {
        Reply reply = REPLY__INIT;
        const char *complaint = NULL;
        reply.result = (char *)(uintptr_t)result_name(RESULT_OK);
        enum result result = answer_now(serve, client, request, &reply, &complaint);
        if (result)
            refuse(serve, client, result, complaint);
        else if (is_a_change(request))
            client->pending = encode_reply(serve, &reply);
        else
            send_reply(serve, client, &reply);
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
static bool is_operator(const struct link *link) {
    uint32_t uid;
    return link_peer_uid(link, &uid) && (uid == 0 || uid == geteuid());
}

static void up(struct serve *serve, struct link_event *event) {
    struct client *client = NULL;
    if (!is_operator(event->link)) {
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
