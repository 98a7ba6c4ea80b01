/* The answers about attachments: files handed in for an alert to come, and chunks handed out. */
#include "daemon/answer.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/reference.h"
#include "daemon/fetch.h"
#include "daemon/node.h"

enum { READ_CHUNKS = 16 }; /* in one answer */

/* ---- handed in ---- */

static const char *why_not_kept(struct arena *arena, const struct node *node, enum result result) {
    const struct config_attachments *config = &node->config.attachments;
    switch (result) {
    case RESULT_TOO_LARGE:
        return text_format(arena, _("the file is larger than %llu MiB, which is file_mib in node.yaml"),
                           (unsigned long long)(config->file_bytes >> 20));
    case RESULT_STORE_FULL:
        return text_format(arena,
                           _("the attachments at this node have reached %llu GiB, which is total_gib in node.yaml"),
                           (unsigned long long)(config->total_bytes >> 30));
    case RESULT_DISK_FULL:
        return text_format(arena, _("the disk that holds %s is full; nothing was lost"),
                           text_escape(arena, config->folder));
    case RESULT_INVALID:
        return _("the file is empty");
    case RESULT_TRUNCATED:
        return _("fewer bytes came than were announced");
    default:
        return NULL;
    }
}

static enum result hand_in(struct node *node, struct blob_draft *draft, bool keep, Attached *words) {
    struct arena *arena = &node->exchange.turn;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    bool known = false;
    char *text = arena_alloc(arena, REFERENCE_TEXT_LEN + 1), *hash = arena_alloc(arena, 2 * HASH_SIZE + 1);
    if (!text || !hash)
        return RESULT_NO_MEMORY;
    TRY(blob_draft_finish(draft, &reference, sha256));
    if (keep)
        TRY(attachments_hand_in(&node->exchange, &reference, sha256, &known));
    reference_write(text, &reference);
    text_hex(hash, sha256, HASH_SIZE);
    words->reference = text;
    words->sha256 = hash;
    words->has_known = words->known = known;
    return RESULT_OK;
}

static enum result attach(struct attaching *attaching, struct node *node, const Attach *words, Attached *answer) {
    if (words->has_length) {
        attaching_release(attaching);
        TRY(blobs_draft(&attaching->draft, node->exchange.blobs, words->length, !words->dry_run));
        attaching->length = words->length;
        attaching->keep = !words->dry_run;
    }
    if (!attaching->draft)
        return RESULT_MALFORMED;
    TRY(blob_draft_add(attaching->draft, proto_span(words->piece)));
    attaching->taken += words->piece.len;
    answer->taken = attaching->taken;
    return attaching->taken < attaching->length ? RESULT_OK : hand_in(node, attaching->draft, attaching->keep, answer);
}

enum result answer_attach(Reply *reply, struct node *node, struct attaching *attaching, const Attach *words,
                          const char **complaint) {
    Attached *answer = arena_alloc(&node->exchange.turn, sizeof *answer);
    if (!answer)
        return RESULT_NO_MEMORY;
    attached__init(answer);
    enum result result = attach(attaching, node, words, answer);
    if (result || attaching->taken == attaching->length)
        attaching_release(attaching);
    *complaint = result ? why_not_kept(&node->exchange.turn, node, result) : NULL;
    reply->attached = answer;
    return result;
}

void attaching_release(struct attaching *attaching) {
    blob_draft_free(attaching->draft);
    *attaching = (struct attaching){0};
}

/* ---- handed out ---- */

static BlobStatus *blob_status(struct node *node, const struct attachment *attachment) {
    struct blob_stand stand = {0};
    BlobStatus *words = arena_alloc(&node->exchange.turn, sizeof *words);
    if (!words)
        return NULL;
    blob_status__init(words);
    if (node->exchange.blobs)
        blobs_find(node->exchange.blobs, attachment->id, &stand);
    const struct member *source = fetch_source(&node->peers, attachment);
    words->blob = proto_bytes(attachment->id, BLOB_ID_SIZE);
    words->state = words_of(attachments_state(&node->exchange, attachment));
    words->have = stand.have;
    words->count = stand.count;
    words->source = source ? words_of(source->name) : NULL;
    words->why = attachment->last_error && !stand.whole ? words_of(result_name(attachment->last_error)) : NULL;
    return words;
}

enum result answer_blobs(BlobStatus ***out, size_t *count, struct node *node, const struct disclosure *disclosure) {
    struct arena *arena = &node->exchange.turn;
    struct blob_reference *references;
    size_t named;
    *count = 0;
    TRY(reference_list(arena, disclosure->opening.values, &references, &named));
    BlobStatus **rows = arena_array(arena, named, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < named; i++) {
        const struct attachment *attachment = attachments_find(&node->exchange.attachments, references[i].id);
        BlobStatus *row = attachment ? blob_status(node, attachment) : NULL;
        if (row)
            rows[(*count)++] = row;
    }
    *out = rows;
    return RESULT_OK;
}

static enum result read_chunks(BlobPart *part, struct node *node, const ReadBlob *words) {
    struct exchange *exchange = &node->exchange;
    struct span *rows, manifest;
    size_t count;
    if (words->first == 0) {
        TRY(blobs_manifest(exchange->blobs, &exchange->turn, words->blob.data, &manifest));
        part->has_manifest = true;
        part->manifest = proto_bytes(manifest.data, manifest.len);
    }
    TRY(blobs_chunks(exchange->blobs, &exchange->turn, words->blob.data, words->first, READ_CHUNKS, &rows, &count));
    part->chunks = proto_list(&exchange->turn, rows, count);
    if (!part->chunks)
        return RESULT_NO_MEMORY;
    part->n_chunks = count;
    return RESULT_OK;
}

enum result answer_read_blob(Reply *reply, struct node *node, const ReadBlob *words, const char **complaint) {
    struct attachment *attachment = words->blob.len == BLOB_ID_SIZE && node->exchange.blobs
                                        ? attachments_find(&node->exchange.attachments, words->blob.data)
                                        : NULL;
    struct blob_stand stand = {0};
    BlobPart *part = arena_alloc(&node->exchange.turn, sizeof *part);
    if (!part)
        return RESULT_NO_MEMORY;
    blob_part__init(part);
    if (!attachment) {
        *complaint = _("no alert here names this attachment");
        return RESULT_NOT_FOUND;
    }
    blobs_find(node->exchange.blobs, attachment->id, &stand);
    bool is_missing = words->fetch && !stand.whole;
    if (stand.have > words->first) {
        enum result result = read_chunks(part, node, words);
        if (result && result != RESULT_STORE_DAMAGED && result != RESULT_NOT_FOUND)
            return result;
        is_missing |= result != RESULT_OK; /* what is damaged is fetched anew */
    }
    if (is_missing && fetch_want(&node->peers, attachment)) {
        *complaint = _("this node fetches no attachments: see fetch under attachments in node.yaml");
        return RESULT_NOT_ALLOWED;
    }
    part->status = blob_status(node, attachment);
    reply->blob_part = part;
    return part->status ? RESULT_OK : RESULT_NO_MEMORY;
}

/* ---- in all ---- */

void answer_count_blobs(BlobsStatus *words, const struct node *node) {
    struct attachments_counts counts;
    blobs_status__init(words);
    attachments_count(&node->exchange, &counts);
    words->known = counts.known;
    words->here = counts.here;
    words->wanted = counts.wanted;
    words->bytes = counts.bytes;
    words->bytes_max = node->config.attachments.total_bytes;
}
