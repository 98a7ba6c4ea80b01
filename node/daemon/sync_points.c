/* The part of sync.h that is about logs of disclosures: ours is shown to be cosigned, theirs is cosigned, and what is
 * known of others is told (docs/protocol.md, 14.11). */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/cosigned.h"
#include "daemon/sync.h"
#include "sync.pb-c.h"

static struct exchange *exchange_of(struct peers *peers) {
    return &peers->node->exchange;
}

static ProtobufCBinaryData point_text(struct arena *arena, const struct checkpoint *point) {
    struct buf text;
    buf_init(&text, arena);
    checkpoint_write(&text, point);
    return text.failed ? proto_bytes(NULL, 0) : proto_bytes(text.data, text.len);
}

/* A text that is a checkpoint and nothing else; a cosignature. */
static enum result read_point(struct checkpoint *out, struct arena *arena, ProtobufCBinaryData text) {
    struct span rest = proto_span(text);
    enum result result = checkpoint_read(out, arena, &rest);
    TRY(result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result);
    return span_equal(proto_span(point_text(arena, out)), proto_span(text)) ? RESULT_OK : RESULT_MALFORMED;
}

static enum result read_word(struct cosignature *out, struct arena *arena, ProtobufCBinaryData text) {
    struct span rest = proto_span(text);
    struct buf lines;
    enum result result = cosignature_read(out, arena, &rest);
    TRY(result == RESULT_NOT_FOUND ? RESULT_MALFORMED : result);
    buf_init(&lines, arena);
    cosignature_write(&lines, out);
    return span_equal(buf_span(&lines), proto_span(text)) ? RESULT_OK : RESULT_MALFORMED;
}

/* ---- telling ---- */

static void tell_seen(struct peers *peers, struct connection *connection, const struct checkpoint *point,
                      const struct cosignature *ours) {
    struct arena *arena = &exchange_of(peers)->turn;
    Seen words = SEEN__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    struct buf text;
    buf_init(&text, arena);
    if (ours)
        cosignature_write(&text, ours);
    words.checkpoint = point_text(arena, point);
    words.has_cosignature = ours != NULL;
    words.cosignature = proto_bytes(text.data, text.len);
    message.seen = &words;
    if (words.checkpoint.len && !text.failed)
        sync_send(peers, connection, &message);
}

static void pay_cosignature(struct peers *peers, struct connection *connection) {
    const struct witnessed *row = witnesses_find(&exchange_of(peers)->witnesses, connection->peer->id);
    if (connection->owes_cosignature && row && row->seen.is_there)
        tell_seen(peers, connection, &row->seen.point, &row->seen.ours);
    connection->owes_cosignature = false;
}

/* Our newest checkpoint, with the proof that the log begins with its first so many records. */
static enum result put_own(Point *words, struct peers *peers, uint64_t size, uint64_t first) {
    struct exchange *exchange = exchange_of(peers);
    struct audit_source place = {exchange->store, JOURNAL_DISCLOSURES};
    const struct merkle_source source = audit_source(&place);
    struct merkle_proof proof;
    struct checkpoint point;
    struct span text;
    TRY(cosigned_get(exchange->store, &exchange->turn, size, &text));
    TRY(checkpoint_read(&point, &exchange->turn, &text));
    TRY(merkle_prove_consistency(&proof, &source, first, size));
    words->has_checkpoint = words->has_first = words->has_proof = true;
    words->checkpoint = point_text(&exchange->turn, &point);
    words->first = first;
    words->proof =
        proto_bytes(arena_copy(&exchange->turn, proof.hashes, proof.count * HASH_SIZE), proof.count * HASH_SIZE);
    return words->checkpoint.len && words->proof.data ? RESULT_OK : RESULT_NO_MEMORY;
}

static void put_heard(Point *words, struct peers *peers, const struct checkpoint *point) {
    ProtobufCBinaryData text = point_text(&exchange_of(peers)->turn, point);
    if (text.len && words->n_heard < POINTS_HEARD_MAX)
        words->heard[words->n_heard++] = text;
}

/* Of some members, and others the next time; of who has shown two logs both, so that anybody can see it. */
static void put_all_heard(Point *words, struct peers *peers, struct peer *peer) {
    const struct witnesses *witnesses = &exchange_of(peers)->witnesses;
    words->heard = arena_array(&exchange_of(peers)->turn, POINTS_HEARD_MAX, sizeof *words->heard);
    for (size_t i = 0; words->heard && i < witnesses->count && words->n_heard + 2 <= POINTS_HEARD_MAX; i++) {
        const struct witnessed *row = &witnesses->rows[peer->points.next++ % witnesses->count];
        const struct split *split = witnesses_split(witnesses, row->member, NULL);
        if (memcmp(row->member, peer->id, MEMBER_ID_SIZE) == 0)
            continue;
        if (split) {
            put_heard(words, peers, &split->one);
            put_heard(words, peers, &split->other);
        }
        if (row->durable.is_there && words->n_heard < POINTS_HEARD_MAX)
            put_heard(words, peers, &row->durable.point);
    }
}

static bool is_due(const struct peer_points *points, uint64_t size, uint64_t now) {
    return size > points->cosigned && (size != points->shown || now >= points->again_at);
}

static void tell_point(struct peers *peers, struct connection *connection, uint64_t size, uint64_t first) {
    struct peer_points *points = &connection->peer->points;
    uint64_t now = clock_steady_ms(exchange_of(peers)->clock);
    Point words = POINT__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    if (size && put_own(&words, peers, size, first)) {
        log_warning(_("this node's log of disclosures could not be shown: inama audit verify"));
        words.has_checkpoint = words.has_first = words.has_proof = false;
    }
    if (size) {
        points->shown = size;
        points->again_at = now + POINT_AGAIN_MS;
    }
    if (now >= points->heard_at) {
        put_all_heard(&words, peers, connection->peer);
        points->heard_at = now + (words.n_heard ? POINT_EVERY_MS : POINT_AGAIN_MS);
    }
    message.point = &words;
    if (words.has_checkpoint || words.n_heard)
        sync_send(peers, connection, &message);
}

void sync_tell_points(struct peers *peers, struct connection *connection) {
    struct peer_points *points = &connection->peer->points;
    uint64_t size = peers->node->audit.checkpointed[JOURNAL_DISCLOSURES];
    uint64_t now = clock_steady_ms(exchange_of(peers)->clock);
    if (!connection->greeted || sync_is_silenced(peers))
        return;
    pay_cosignature(peers, connection);
    bool is_shown = is_due(points, size, now);
    bool has_heard = now >= points->heard_at && exchange_of(peers)->witnesses.durable_count;
    if (is_shown || has_heard)
        tell_point(peers, connection, is_shown ? size : 0, points->cosigned);
}

/* ---- hearing ---- */

/* What is no fault of the other end's program is counted, and the session goes on. */
static enum result count(struct peers *peers, enum result result) {
    switch (result) {
    case RESULT_OK:
    case RESULT_NO_MEMORY:
    case RESULT_IO:
    case RESULT_MALFORMED:
    case RESULT_BAD_POINT:
    case RESULT_BAD_SIGNATURE:
        return result;
    default:
        exchange_of(peers)->refused[result]++;
        return RESULT_OK;
    }
}

/* Our own checkpoint, as somebody has seen it: is it of the log that is here? SPLIT if not, with the proof kept. */
static enum result check_own(struct peers *peers, const struct checkpoint *point) {
    struct exchange *exchange = exchange_of(peers);
    struct audit_source place = {exchange->store, JOURNAL_DISCLOSURES};
    const struct merkle_source source = audit_source(&place);
    struct checkpoint newest;
    struct span text;
    struct merkle tree;
    uint8_t root[HASH_SIZE];
    TRY(checkpoint_verify(point, &exchange->turn, exchange->self));
    if (point->journal != JOURNAL_DISCLOSURES)
        return RESULT_MALFORMED;
    if (witnesses_split(&exchange->witnesses, point->node, point->key))
        return RESULT_SPLIT;
    if (point->size <= store_journal(exchange->store, JOURNAL_DISCLOSURES)->size) {
        TRY(merkle_open(&tree, &source, point->size));
        merkle_root(root, &tree);
        if (memcmp(root, point->root, sizeof root) == 0)
            return RESULT_OK;
    }
    log_error(
        _("others have seen %llu records of this node's log of disclosures that are not the ones here: it was set "
          "back to an older copy, or somebody has rewritten the log"),
        (unsigned long long)point->size);
    if (cosigned_get(exchange->store, &exchange->turn, peers->node->audit.checkpointed[JOURNAL_DISCLOSURES], &text) ||
        checkpoint_read(&newest, &exchange->turn, &text))
        newest = *point;
    TRY(exchange_begin(exchange));
    TRY(witnesses_prove(&exchange->witnesses, &exchange->turn, point, &newest));
    return RESULT_SPLIT;
}

static void ask_for_proof(struct peers *peers, const uint8_t *member, const struct checkpoint *point) {
    struct peer *peer = peers_find(peers, member);
    if (peer && peer->connection && connection_is_up(peer->connection) && peer->connection->greeted)
        tell_seen(peers, peer->connection, point, NULL);
}

static enum result hear(struct peers *peers, ProtobufCBinaryData text) {
    struct exchange *exchange = exchange_of(peers);
    struct checkpoint point;
    bool is_claim;
    TRY(read_point(&point, &exchange->turn, text));
    const struct member *member = roster_find_ever(exchange->roster, point.node);
    const struct showing showing = {
        .member = member, .point = &point, .now_ms = clock_wall_ms(exchange->clock), .identity = exchange->identity};
    if (member == exchange->self)
        return check_own(peers, &point);
    if (!member)
        return RESULT_UNKNOWN_MEMBER;
    TRY(exchange_begin(exchange));
    TRY(witnesses_hear(&exchange->witnesses, &exchange->turn, &showing, &is_claim));
    if (is_claim)
        ask_for_proof(peers, member->id, &witnesses_find(&exchange->witnesses, member->id)->claim);
    return RESULT_OK;
}

static enum result take_its_own(struct peers *peers, struct connection *connection, const Point *words) {
    struct exchange *exchange = exchange_of(peers);
    struct checkpoint point;
    const struct checkpoint *ask;
    TRY(read_point(&point, &exchange->turn, words->checkpoint));
    const struct showing showing = {.member = roster_find(exchange->roster, connection->peer->id),
                                    .point = &point,
                                    .first = words->first,
                                    .proof = proto_span(words->proof),
                                    .now_ms = clock_wall_ms(exchange->clock),
                                    .identity = exchange->identity};
    TRY(exchange_begin(exchange));
    TRY(witnesses_take(&exchange->witnesses, &exchange->turn, &showing, &ask));
    connection->owes_cosignature = !ask;
    if (ask)
        tell_seen(peers, connection, ask, NULL);
    return RESULT_OK;
}

enum result sync_take_point(struct peers *peers, struct connection *connection, const Point *words) {
    if (words->n_heard > POINTS_HEARD_MAX || (!words->has_checkpoint && !words->n_heard))
        return RESULT_MALFORMED;
    if (words->has_checkpoint)
        TRY(count(peers, take_its_own(peers, connection, words)));
    for (size_t i = 0; i < words->n_heard; i++)
        TRY(count(peers, hear(peers, words->heard[i])));
    return RESULT_OK;
}

static enum result take_cosignature(struct peers *peers, struct connection *connection, const struct checkpoint *point,
                                    const Seen *words) {
    struct exchange *exchange = exchange_of(peers);
    struct cosignature cosignature;
    bool kept;
    TRY(read_word(&cosignature, &exchange->turn, words->cosignature));
    TRY(exchange_begin(exchange));
    TRY(cosigned_add(exchange->store, &exchange->turn, point, &cosignature,
                     roster_find(exchange->roster, connection->peer->id), &kept));
    if (point->size > connection->peer->points.cosigned)
        connection->peer->points.cosigned = point->size;
    return RESULT_OK;
}

enum result sync_take_seen(struct peers *peers, struct connection *connection, const Seen *words) {
    uint64_t size = peers->node->audit.checkpointed[JOURNAL_DISCLOSURES];
    struct checkpoint point;
    TRY(read_point(&point, &exchange_of(peers)->turn, words->checkpoint));
    enum result result = check_own(peers, &point);
    if (!result && words->has_cosignature)
        result = take_cosignature(peers, connection, &point, words);
    else if (!result && point.size <= size)
        tell_point(peers, connection, size, point.size);
    return count(peers, result);
}
