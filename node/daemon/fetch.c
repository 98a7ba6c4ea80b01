#include "daemon/fetch.h"

#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/sync.h"

enum {
    WALK_MS = 1000,
    WALK_ROWS = 512,
    SLOW_MS = 5 * 60 * 1000, /* an answer that takes longer is not waited for */
    RETRY_FIRST_MS = 250,
    RETRY_WANTED_MS = 60 * 1000,
    RETRY_POLICY_MS = 10 * 60 * 1000,
    MANIFEST_GUESS = 4096, /* bytes; of a file of 8 MB */
};

/* In the place of a chunk's number: what waits for its turn is the manifest. */
static const uint64_t manifest_turn = UINT64_MAX;

static struct exchange *exchange_of(const struct peers *peers) {
    return &peers->node->exchange;
}

static uint64_t now_ms(const struct peers *peers) {
    return clock_steady_ms(exchange_of(peers)->clock);
}

/* --- from whom --- */

/* Who told us the alert: it shows the file to us, so it gives it to us. */
static const struct member *teller(const struct peers *peers, const struct mention *mention) {
    const struct exchange *exchange = exchange_of(peers);
    const struct feed *feed = mention->ordinal ? feeds_find_ordinal(&exchange->feeds, mention->ordinal) : NULL;
    return feed && !feed->ours ? roster_find(exchange->roster, feed->record.author) : NULL;
}

const struct member *fetch_source(const struct peers *peers, const struct attachment *attachment) {
    for (size_t i = 0; i < attachment->mention_count; i++) {
        size_t which = (attachment->turns + i) % attachment->mention_count;
        const struct member *member = teller(peers, &attachment->mentions[which]);
        if (member)
            return member;
    }
    return NULL;
}

/* One that is connected, and free; another than before after it failed. */
static struct connection *find_free(const struct peers *peers, const struct attachment *attachment, bool *is_up) {
    *is_up = false;
    for (size_t i = 0; i < attachment->mention_count; i++) {
        size_t which = (attachment->turns + i) % attachment->mention_count;
        const struct member *member = teller(peers, &attachment->mentions[which]);
        const struct peer *peer = member ? peers_find(peers, member->id) : NULL;
        if (!peer || !peer->connection || !connection_is_up(peer->connection) || !peer->connection->greeted)
            continue;
        *is_up = true;
        if (!peer->connection->fetching.under_way && line_may_ask(&peer->connection->line, LANE_BULK, now_ms(peers)))
            return peer->connection;
    }
    return NULL;
}

/* --- asking --- */

static bool is_done(const struct peers *peers, const struct attachment *attachment, struct blob_stand *stand) {
    *stand = (struct blob_stand){0};
    return blobs_find(exchange_of(peers)->blobs, attachment->id, stand) && stand->whole;
}

/* So many chunks as the line may bring now; of a part its manifest is here. */
static uint32_t ask_line(struct connection *connection, const struct blob_stand *stand, uint64_t now) {
    struct asked *asked = &connection->fetching.asked;
    uint32_t left = stand->count - stand->have;
    if (stand->count == 0) {
        line_ask(&connection->line, asked, LANE_BULK, MANIFEST_GUESS, 1, now);
        return 0;
    }
    left = left < FETCH_CHUNKS_MAX ? left : FETCH_CHUNKS_MAX;
    line_ask(&connection->line, asked, LANE_BULK, (uint64_t)left * BLOB_SEALED_BYTES, BLOB_SEALED_BYTES, now);
    return asked->bytes / BLOB_SEALED_BYTES;
}

static void ask(struct peers *peers, struct attachment *attachment, struct connection *connection,
                const struct blob_stand *stand) {
    struct fetching *fetching = &connection->fetching;
    Want words = WANT__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    attachment->source = connection;
    if (attachment->last_error == RESULT_DISCONNECTED) /* not any more */
        attachment->last_error = RESULT_OK;
    fetching->under_way = true;
    fetching->first = stand->have;
    fetching->count = ask_line(connection, stand, now_ms(peers));
    memcpy(fetching->id, attachment->id, BLOB_ID_SIZE);
    words.blob = proto_bytes(fetching->id, BLOB_ID_SIZE);
    words.first = fetching->first;
    words.count = fetching->count;
    message.want = &words;
    sync_send(peers, connection, &message);
}

static void try(struct peers *peers, struct attachment *attachment, uint64_t now) {
    struct blob_stand stand;
    bool is_up;
    if (attachment->source || now < attachment->try_at || is_done(peers, attachment, &stand))
        return;
    struct connection *connection = find_free(peers, attachment, &is_up);
    if (connection)
        ask(peers, attachment, connection, &stand);
    else if (!is_up)
        attachment->last_error = RESULT_DISCONNECTED;
}

static void give_up(struct peers *peers, struct attachment *attachment, enum result why, uint64_t first_ms) {
    uint64_t most = attachment->wanted ? RETRY_WANTED_MS : RETRY_POLICY_MS;
    attachment->backoff_ms = attachment->backoff_ms ? attachment->backoff_ms * 2 : first_ms;
    if (attachment->backoff_ms > most)
        attachment->backoff_ms = most;
    attachment->source = NULL;
    attachment->last_error = why;
    attachment->try_at = now_ms(peers) + attachment->backoff_ms;
    if (peers->fetch_at > attachment->try_at)
        peers->fetch_at = attachment->try_at;
    attachment->turns++;
}

static void unlink_at(struct attachments *attachments, struct attachment **at) {
    struct attachment *attachment = *at;
    *at = attachment->next;
    if (!*at)
        attachments->end = at;
    attachment->is_queued = false;
}

/* What somebody wants goes before what only the policy wants. */
static void put_in_front(struct attachments *attachments, struct attachment *attachment) {
    struct attachment **at = &attachments->first;
    while (attachment->is_queued && *at != attachment)
        at = &(*at)->next;
    if (attachment->is_queued)
        unlink_at(attachments, at);
    attachment->next = attachments->first;
    attachments->first = attachment;
    attachment->is_queued = true;
    if (!attachment->next)
        attachments->end = &attachment->next;
}

enum result fetch_want(struct peers *peers, struct attachment *attachment) {
    struct attachments *attachments = &exchange_of(peers)->attachments;
    struct blob_stand stand;
    if (!exchange_of(peers)->blobs || peers->node->config.attachments.fetch == FETCH_NEVER)
        return RESULT_NOT_ALLOWED;
    if (is_done(peers, attachment, &stand) || attachment->wanted)
        return RESULT_OK;
    attachment->wanted = true;
    attachment->try_at = attachment->backoff_ms = 0;
    put_in_front(attachments, attachment);
    try(peers, attachment, now_ms(peers));
    return RESULT_OK;
}

/* Does it stay in the queue? What is new in there is fetched if node.yaml says so. */
static bool is_to_come(const struct peers *peers, struct attachment *attachment) {
    struct blob_stand stand;
    bool is_always = peers->node->config.attachments.fetch == FETCH_ALWAYS;
    if (is_done(peers, attachment, &stand) || !fetch_source(peers, attachment)) {
        attachment->wanted = attachment->by_policy = false;
        return false;
    }
    if (is_always && attachment->last_error != RESULT_TOO_LARGE)
        attachment->by_policy = true;
    return attachment->wanted || attachment->by_policy;
}

/* So many at a time; what only the policy wants goes behind the others then. */
static void walk(struct peers *peers, uint64_t now) {
    struct attachments *attachments = &exchange_of(peers)->attachments;
    struct attachment **at = &attachments->first, *seen = NULL;
    for (size_t i = 0; *at && *at != seen && i < WALK_ROWS; i++) {
        struct attachment *attachment = *at;
        bool stays = is_to_come(peers, attachment);
        if (stays)
            try(peers, attachment, now);
        if (stays && attachment->wanted) {
            at = &attachment->next;
            continue;
        }
        unlink_at(attachments, at);
        if (!stays) {
            attachment->source = NULL;
            continue;
        }
        attachments_queue(attachments, attachment);
        seen = seen ? seen : attachment;
    }
}

/* What a connection is bringing; NULL: nothing that anybody waits for. */
static struct attachment *coming_over(const struct peers *peers, const struct connection *connection) {
    struct attachment *attachment = connection->fetching.under_way
                                        ? attachments_find(&exchange_of(peers)->attachments, connection->fetching.id)
                                        : NULL;
    return attachment && attachment->source == connection ? attachment : NULL;
}

/* Who does not answer keeps nobody else waiting; it is not asked for anything more before it has answered. */
static void drop_the_slow(struct peers *peers, uint64_t now) {
    for (struct connection *connection = peers->connections; connection; connection = connection->next) {
        struct attachment *attachment = coming_over(peers, connection);
        if (attachment && now - connection->fetching.asked.at > SLOW_MS)
            give_up(peers, attachment, RESULT_TIMED_OUT, RETRY_FIRST_MS);
    }
}

uint64_t fetch_tick(struct peers *peers, uint64_t steady_ms) {
    if (!exchange_of(peers)->blobs || !exchange_of(peers)->attachments.first || sync_is_silenced(peers))
        return WALK_MS;
    if (steady_ms < peers->fetch_at)
        return peers->fetch_at - steady_ms;
    peers->fetch_at = steady_ms + WALK_MS;
    drop_the_slow(peers, steady_ms);
    walk(peers, steady_ms);
    return WALK_MS;
}

void fetch_release(struct peers *peers, struct connection *connection) {
    struct attachment *attachment = coming_over(peers, connection);
    if (attachment) {
        attachment->source = NULL;
        attachment->last_error = RESULT_DISCONNECTED;
    }
    connection->fetching = (struct fetching){0};
    peers->fetch_at = 0;
}

/* --- taking --- */

/* What the other end sent is not what the alert names. The session goes on: its alerts speak for themselves. */
static enum result blame(struct peers *peers, const struct connection *connection, struct attachment *attachment,
                         enum result why) {
    const struct member *member = roster_find(peers->node->roster, connection->peer->id);
    exchange_of(peers)->refused[why]++;
    log_warning(_("%s: sent something else than the attachment that was asked for: %s"), member ? member->name : "",
                result_text(why));
    give_up(peers, attachment, why, RETRY_WANTED_MS);
    return RESULT_OK;
}

static bool is_our_own(enum result result) {
    return result == RESULT_STORE_FULL || result == RESULT_DISK_FULL || result == RESULT_IO ||
           result == RESULT_NO_MEMORY || result == RESULT_STORE_DAMAGED || result == RESULT_NOT_FOUND ||
           result == RESULT_NOT_ALLOWED || result == RESULT_OUT_OF_ORDER;
}

/* It did not come in: for a reason of our own, which another attempt may meet again, or of what was sent. */
static enum result not_taken(struct peers *peers, const struct connection *connection, struct attachment *attachment,
                             enum result why) {
    if (!is_our_own(why) && why != RESULT_TOO_LARGE)
        return blame(peers, connection, attachment, why);
    log_warning(_("an attachment could not be kept: %s"), result_text(why));
    give_up(peers, attachment, why, RETRY_WANTED_MS);
    attachment->wanted &= why != RESULT_TOO_LARGE;
    attachment->by_policy &= why != RESULT_TOO_LARGE;
    return RESULT_OK;
}

static enum result take_manifest(struct peers *peers, struct attachment *attachment, struct span manifest) {
    const struct config_attachments *config = &peers->node->config.attachments;
    struct blob blob;
    TRY(blob_read(&blob, manifest, attachment->id));
    if (!attachment->wanted && blob.size > blob_padded_size(config->fetch_bytes))
        return RESULT_TOO_LARGE; /* for the policy; an operator may still want it */
    enum result result = blobs_begin(exchange_of(peers)->blobs, attachment->id, manifest);
    return result == RESULT_EXISTS ? RESULT_OK : result;
}

static enum result take_rows(struct peers *peers, const struct attachment *attachment, const Chunks *words) {
    struct blobs *blobs = exchange_of(peers)->blobs;
    struct blob_stand stand;
    for (size_t i = 0; i < words->n_chunks; i++) {
        uint32_t number = words->first + (uint32_t)i;
        if (!blobs_find(blobs, attachment->id, &stand))
            return RESULT_NOT_FOUND;
        if (number >= stand.have) /* else another way has brought it */
            TRY(blobs_put(blobs, attachment->id, number, proto_span(words->chunks[i])));
    }
    return RESULT_OK;
}

/* Is this what was asked for? */
static bool is_answer(const struct fetching *fetching, ProtobufCBinaryData blob) {
    return fetching->under_way && blob.len == BLOB_ID_SIZE && memcmp(blob.data, fetching->id, BLOB_ID_SIZE) == 0;
}

/* The attachment that was asked for here, of which so much has come; NULL if it is not waited for any more. */
static struct attachment *answered(struct peers *peers, struct connection *connection, uint64_t bytes) {
    struct attachment *attachment = coming_over(peers, connection);
    line_brought(&connection->line, &connection->fetching.asked, bytes, 0, now_ms(peers));
    connection->fetching.under_way = false;
    peers->fetch_at = 0; /* others may have waited for the connection */
    if (attachment && sync_is_silenced(peers)) {
        attachment->source = NULL; /* of an expired roster's members nothing else is believed */
        return NULL;
    }
    return attachment;
}

static uint64_t bytes_of(const Chunks *words) {
    uint64_t bytes = words->manifest.len;
    for (size_t i = 0; i < words->n_chunks; i++)
        bytes += words->chunks[i].len;
    return bytes;
}

enum result fetch_take_chunks(struct peers *peers, struct connection *connection, const Chunks *words) {
    struct fetching *fetching = &connection->fetching;
    struct blob_stand stand;
    bool is_manifest = fetching->count == 0;
    if (!is_answer(fetching, words->blob) || words->first != fetching->first || words->has_manifest != is_manifest ||
        words->n_chunks > fetching->count || (!is_manifest && !words->n_chunks))
        return RESULT_MALFORMED;
    struct attachment *attachment = answered(peers, connection, bytes_of(words));
    if (!attachment)
        return RESULT_OK;
    enum result result = is_manifest ? take_manifest(peers, attachment, proto_span(words->manifest))
                                     : take_rows(peers, attachment, words);
    if (result)
        return not_taken(peers, connection, attachment, result);
    attachment->backoff_ms = 0;
    attachment->last_error = RESULT_OK;
    attachment->source = NULL;
    if (!is_done(peers, attachment, &stand) && line_may_ask(&connection->line, LANE_BULK, now_ms(peers)))
        ask(peers, attachment, connection, &stand);
    return RESULT_OK;
}

enum result fetch_take_withheld(struct peers *peers, struct connection *connection, const Withheld *words) {
    if (!is_answer(&connection->fetching, words->blob))
        return RESULT_MALFORMED;
    struct attachment *attachment = answered(peers, connection, 0);
    bool is_on_its_way = strcmp(words->reason, result_name(RESULT_NOT_FOUND)) == 0;
    if (attachment)
        give_up(peers, attachment, is_on_its_way ? RESULT_NOT_FOUND : RESULT_NOT_ALLOWED, RETRY_FIRST_MS);
    return RESULT_OK;
}

/* --- giving --- */

static enum result withhold(struct peers *peers, struct connection *connection, const uint8_t *id, enum result why) {
    Withheld withheld = WITHHELD__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    withheld.blob = proto_bytes(id, BLOB_ID_SIZE);
    withheld.reason = (char *)(uintptr_t)result_name(why);
    message.withheld = &withheld;
    if (why != RESULT_NOT_FOUND) /* not here yet is no fault */
        exchange_of(peers)->refused[why]++;
    sync_send(peers, connection, &message);
    return RESULT_OK;
}

static enum result read_manifest(struct peers *peers, const struct turn *turn, Chunks *words, uint64_t *given) {
    struct exchange *exchange = exchange_of(peers);
    struct span manifest;
    TRY(blobs_manifest(exchange->blobs, &exchange->turn, turn->id, &manifest));
    words->has_manifest = true;
    words->manifest = proto_bytes(manifest.data, manifest.len);
    *given = manifest.len;
    return RESULT_OK;
}

static enum result read_chunks(struct peers *peers, const struct turn *turn, Chunks *words, uint64_t *given) {
    struct exchange *exchange = exchange_of(peers);
    struct span *rows;
    size_t most = turn->bytes / BLOB_SEALED_BYTES ? turn->bytes / BLOB_SEALED_BYTES : 1;
    words->first = (uint32_t)turn->after;
    TRY(blobs_chunks(exchange->blobs, &exchange->turn, turn->id, words->first, most, &rows, &words->n_chunks));
    if (words->n_chunks == 0)
        return RESULT_NOT_FOUND;
    words->chunks = proto_list(&exchange->turn, rows, words->n_chunks);
    if (!words->chunks)
        return RESULT_NO_MEMORY;
    *given = bytes_of(words);
    return RESULT_OK;
}

/* docs/protocol.md, 13.8. Who may not have it is told the same, whether there is such a file or not. */
static enum result may_have(struct peers *peers, struct connection *connection, const struct attachment *attachment) {
    struct fetching *fetching = &connection->fetching;
    if (sync_is_silenced(peers))
        return RESULT_EXPIRED;
    if (!attachment || !exchange_of(peers)->blobs)
        return RESULT_NOT_ALLOWED;
    if (memcmp(fetching->allowed, attachment->id, BLOB_ID_SIZE) == 0)
        return RESULT_OK;
    TRY(attachments_may_have(exchange_of(peers), attachment, connection->peer->id));
    memcpy(fetching->allowed, attachment->id, BLOB_ID_SIZE);
    return RESULT_OK;
}

/* Its turn: it may have lost the right to it meanwhile. What is not here is fetched: who may have it asks for it. */
static enum result give(struct peers *peers, struct connection *connection, const struct turn *turn, uint64_t *given) {
    struct attachment *attachment = attachments_find(&exchange_of(peers)->attachments, turn->id);
    Chunks words = CHUNKS__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    enum result result = may_have(peers, connection, attachment);
    if (result)
        return withhold(peers, connection, turn->id, result);
    words.blob = proto_bytes(turn->id, BLOB_ID_SIZE);
    result = turn->after == manifest_turn ? read_manifest(peers, turn, &words, given)
                                          : read_chunks(peers, turn, &words, given);
    if (result == RESULT_NO_MEMORY)
        return result;
    if (result)
        return withhold(peers, connection, turn->id,
                        fetch_want(peers, attachment) ? RESULT_NOT_ALLOWED : RESULT_NOT_FOUND);
    message.chunks = &words;
    sync_send(peers, connection, &message);
    return RESULT_OK;
}

enum result fetch_take_want(struct peers *peers, struct connection *connection, const Want *words) {
    struct turn turn = {.lane = LANE_BULK, .after = words->count ? words->first : manifest_turn, .give = give};
    struct blob_stand stand;
    if (words->blob.len != BLOB_ID_SIZE)
        return RESULT_MALFORMED;
    struct attachment *attachment = attachments_find(&exchange_of(peers)->attachments, words->blob.data);
    enum result result = may_have(peers, connection, attachment);
    if (result)
        return withhold(peers, connection, words->blob.data, result);
    if (blobs_find(exchange_of(peers)->blobs, attachment->id, &stand) && words->count && words->first >= stand.count)
        return RESULT_MALFORMED;
    memcpy(turn.id, words->blob.data, BLOB_ID_SIZE);
    turn.bytes = (words->count < FETCH_CHUNKS_MAX ? words->count : FETCH_CHUNKS_MAX) * BLOB_SEALED_BYTES;
    result = line_wait(&connection->line, &turn);
    return result == RESULT_EXISTS ? RESULT_TOO_LARGE : result; /* one at a time */
}
