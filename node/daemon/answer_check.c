/* The answers to `inama check`: is what is on this node's disk what was put there? */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/reference.h"
#include "daemon/answer.h"
#include "daemon/node.h"

/* ---- the store ---- */

enum { DAMAGED_MAX = 1000 };

struct checking {
    struct arena *arena;
    Checked *words;
};

static void add_damaged(void *context, const char *complaint) {
    struct checking *checking = context;
    char *copy = arena_text(checking->arena, complaint, strlen(complaint));
    if (copy && checking->words->n_damaged < DAMAGED_MAX)
        checking->words->damaged[checking->words->n_damaged++] = copy;
}

enum result answer_check(Reply *reply, struct node *node) {
    struct checking checking = {.arena = &node->exchange.turn};
    checking.words = arena_alloc(checking.arena, sizeof *checking.words);
    if (!checking.words)
        return RESULT_NO_MEMORY;
    checked__init(checking.words);
    checking.words->damaged = arena_array(checking.arena, DAMAGED_MAX, sizeof *checking.words->damaged);
    if (!checking.words->damaged)
        return RESULT_NO_MEMORY;
    reply->checked = checking.words;
    enum result result = store_check(node->exchange.store, add_damaged, &checking, &checking.words->records);
    return result == RESULT_STORE_DAMAGED && checking.words->n_damaged ? RESULT_OK : result; /* it says where */
}

/* ---- attachments ---- */

enum { READ_BACK_MAX = 64 /* chunks, and files, looked at for one answer: others wait meanwhile */ };

struct reading_back {
    struct node *node;
    const uint8_t *begin; /* blob id; NULL: from the first on */
    uint32_t first;       /* chunk of it */
    size_t room;
    struct buf damaged; /* DamagedBlob * */
    CheckedBlobs *words;
    enum result result; /* of our own machine */
};

/* One file, and where the newest alert here names it. */
struct named {
    const struct attachment *attachment;
    const struct mention *mention;
    struct blob_stand stand; /* zeros: nothing of it is here */
    struct blob_reference reference;
    uint8_t object[OBJECT_ID_SIZE];
    size_t exhibit;
};

static enum result find_named(struct named *out, struct node *node, const struct attachment *attachment) {
    const struct mention *mention = &attachment->mentions[attachment->mention_count - 1];
    const struct index_row at = {.sequence = mention->sequence};
    struct holding holding;
    *out = (struct named){.attachment = attachment, .mention = mention};
    blobs_find(node->exchange.blobs, attachment->id, &out->stand);
    TRY(exchange_load(&node->exchange, &node->exchange.turn, &at, &holding));
    memcpy(out->object, holding.disclosure.object, OBJECT_ID_SIZE);
    return reference_find(&node->exchange.turn, holding.disclosure.opening.values, attachment->id, &out->reference,
                          &out->exhibit);
}

/* Who can give it again; NULL: we are its originator. */
static const char *giver_of(const struct node *node, const struct mention *mention) {
    const struct feed *feed = feeds_find_ordinal(&node->exchange.feeds, mention->ordinal);
    const struct member *author = feed ? roster_find_ever(node->roster, feed->record.author) : NULL;
    if (mention->ours)
        return NULL;
    return author ? author->name : _("a former member");
}

static void add_damage(struct reading_back *reading, const struct named *named, const uint32_t *chunk,
                       enum result why) {
    struct arena *arena = &reading->node->exchange.turn;
    DamagedBlob *row = arena_alloc(arena, sizeof *row);
    const uint8_t *object = arena_copy(arena, named->object, OBJECT_ID_SIZE);
    const char *field = text_format(arena, "exhibits[%zu].attachment", named->exhibit);
    if (!row || !object) {
        reading->result = RESULT_NO_MEMORY;
        return;
    }
    damaged_blob__init(row);
    row->blob = proto_bytes(named->attachment->id, BLOB_ID_SIZE);
    row->object = proto_bytes(object, OBJECT_ID_SIZE);
    row->field = words_of(field);
    row->has_chunk = chunk != NULL;
    row->chunk = chunk ? *chunk : 0;
    row->count = named->stand.count;
    row->why = words_of(result_name(why));
    row->from = words_of(giver_of(reading->node, named->mention));
    buf_put(&reading->damaged, &row, sizeof(DamagedBlob *));
}

/* As much as there is room for; the answer says where the next goes on. */
static void read_chunks(struct reading_back *reading, const struct named *named, uint32_t first) {
    bool good[READ_BACK_MAX];
    uint32_t count = 0;
    enum result result =
        blobs_read_back(reading->node->exchange.blobs, &named->reference, first, (uint32_t)reading->room, good, &count);
    if (result == RESULT_NO_MEMORY || result == RESULT_IO) {
        reading->result = result;
        return;
    }
    if (result) {
        add_damage(reading, named, NULL, result);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t chunk = first + i;
        if (!good[i])
            add_damage(reading, named, &chunk, RESULT_STORE_DAMAGED);
    }
    reading->words->chunks += count;
    reading->room -= count;
    if (first + count < named->stand.have) {
        reading->words->has_next = reading->words->has_next_first = true;
        reading->words->next = proto_bytes(named->attachment->id, BLOB_ID_SIZE);
        reading->words->next_first = first + count;
    }
}

static void read_file(struct reading_back *reading, const struct attachment *attachment, uint32_t first) {
    struct named named;
    enum result result = find_named(&named, reading->node, attachment);
    if (result) { /* the alert itself cannot be read, which the check of the store has said */
        reading->result = result == RESULT_NO_MEMORY || result == RESULT_IO ? result : RESULT_OK;
        return;
    }
    if (named.stand.have)
        read_chunks(reading, &named, first);
    if (named.mention->ours && !named.stand.whole && !reading->words->has_next)
        add_damage(reading, &named, named.stand.have ? &named.stand.have : NULL, RESULT_NOT_FOUND);
}

/* They come in the order of their ids. */
static void visit(void *context, void *row) {
    struct reading_back *reading = context;
    const struct attachment *attachment = row;
    struct blob_stand stand;
    int order = reading->begin ? memcmp(attachment->id, reading->begin, BLOB_ID_SIZE) : 1;
    if (blobs_find(reading->node->exchange.blobs, attachment->id, &stand))
        reading->words->total += stand.have;
    if (order < 0 || reading->result || reading->words->has_next || attachment->mention_count == 0)
        return;
    if (reading->room == 0) {
        reading->words->has_next = reading->words->has_next_first = true;
        reading->words->next = proto_bytes(attachment->id, BLOB_ID_SIZE);
        return;
    }
    read_file(reading, attachment, order == 0 ? reading->first : 0);
    reading->room -= reading->room != 0; /* finding it costs something, too */
}

enum result answer_check_blobs(Reply *reply, struct node *node, const CheckBlobs *words) {
    struct arena *arena = &node->exchange.turn;
    struct reading_back reading = {.node = node, .first = words->first, .room = READ_BACK_MAX};
    if (words->has_begin && words->begin.len != BLOB_ID_SIZE)
        return RESULT_MALFORMED;
    reading.begin = words->has_begin ? words->begin.data : NULL;
    reading.words = arena_alloc(arena, sizeof *reading.words);
    if (!reading.words)
        return RESULT_NO_MEMORY;
    checked_blobs__init(reading.words);
    buf_init(&reading.damaged, arena);
    if (node->exchange.blobs)
        id_map_each(&node->exchange.attachments.rows, visit, &reading);
    TRY(reading.damaged.failed ? RESULT_NO_MEMORY : reading.result);
    reading.words->damaged = (DamagedBlob **)(void *)reading.damaged.data;
    reading.words->n_damaged = reading.damaged.len / sizeof(DamagedBlob *);
    reply->checked_blobs = reading.words;
    return RESULT_OK;
}
