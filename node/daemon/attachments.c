#include "daemon/attachments.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "core/reference.h"
#include "daemon/exchange.h"
#include "daemon/told.h"
#include "keys/secret.h"
#include "store/blobs.h"

/* In the open change. */
struct pending_mention {
    uint8_t id[BLOB_ID_SIZE];
    struct mention mention;
    bool is_gone; /* that alert does not name it any more */
};

/* Handed in, with no alert yet. Guarded memory. */
struct handed {
    struct handed *next;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    uint64_t until; /* steady */
};

void attachments_init(struct attachments *attachments) {
    *attachments = (struct attachments){0};
    attachments->end = &attachments->first;
}

static void free_row(void *node) {
    struct attachment *attachment = node;
    free(attachment->mentions);
    free(attachment);
}

void attachments_release(struct attachments *attachments) {
    for (struct handed *next; attachments->handed; attachments->handed = next) {
        next = attachments->handed->next;
        secret_free(attachments->handed);
    }
    id_map_release(&attachments->rows, free_row);
    free(attachments->pending);
    attachments_init(attachments);
}

struct attachment *attachments_find(const struct attachments *attachments, const uint8_t id[static BLOB_ID_SIZE]) {
    return id_map_find(&attachments->rows, id);
}

/* --- mentions --- */

static enum result add_pending(struct attachments *attachments, const uint8_t *id, const struct mention *mention,
                               bool is_gone) {
    if (attachments->pending_count == attachments->pending_capacity) {
        size_t capacity = attachments->pending_capacity ? attachments->pending_capacity * 2 : 16;
        struct pending_mention *grown = realloc(attachments->pending, capacity * sizeof *grown);
        if (!grown)
            return RESULT_NO_MEMORY;
        attachments->pending = grown;
        attachments->pending_capacity = capacity;
    }
    struct pending_mention *pending = &attachments->pending[attachments->pending_count++];
    memcpy(pending->id, id, BLOB_ID_SIZE);
    pending->mention = *mention;
    pending->is_gone = is_gone;
    return RESULT_OK;
}

/* Of an alert of our own: the hash that stands beside the reference. */
static void take_hash(struct mention *mention, const Alert *content, const struct blob_reference *reference) {
    struct blob_reference named;
    for (size_t i = 0; i < content->n_exhibits; i++) {
        const AlertExhibit *exhibit = content->exhibits[i];
        if (exhibit->attachment && exhibit->sha256 && reference_parse(&named, exhibit->attachment) &&
            memcmp(named.id, reference->id, BLOB_ID_SIZE) == 0 && strlen(exhibit->sha256) == 2 * HASH_SIZE)
            mention->ours = text_unhex(mention->sha256, HASH_SIZE, exhibit->sha256);
    }
}

enum result attachments_mention(struct exchange *exchange, struct arena *arena, const struct disclosure *disclosure,
                                uint64_t sequence, uint32_t ordinal) {
    struct blob_reference *references;
    Alert *content = NULL;
    size_t count;
    TRY(reference_list(arena, disclosure->opening.values, &references, &count));
    bool ours = memcmp(disclosure->header->originator.data, exchange->identity->id, MEMBER_ID_SIZE) == 0;
    if (count && ours)
        TRY(disclosure_content(&content, arena, disclosure));
    for (size_t i = 0; i < count; i++) {
        struct mention mention = {.sequence = sequence, .ordinal = ordinal};
        if (content)
            take_hash(&mention, content, &references[i]);
        TRY(add_pending(&exchange->attachments, references[i].id, &mention, false));
    }
    return RESULT_OK;
}

enum result attachments_forget(struct exchange *exchange, struct arena *arena, const struct disclosure *disclosure,
                               uint64_t sequence) {
    struct blob_reference *references;
    size_t count;
    TRY(reference_list(arena, disclosure->opening.values, &references, &count));
    for (size_t i = 0; i < count; i++)
        TRY(add_pending(&exchange->attachments, references[i].id, &(struct mention){.sequence = sequence}, true));
    return RESULT_OK;
}

static struct attachment *get(struct attachments *attachments, const uint8_t *id) {
    struct attachment *attachment = attachments_find(attachments, id);
    if (attachment)
        return attachment;
    attachment = calloc(1, sizeof *attachment);
    if (!attachment)
        return NULL;
    memcpy(attachment->id, id, BLOB_ID_SIZE);
    if (!id_map_add(&attachments->rows, attachment)) {
        free(attachment);
        return NULL;
    }
    return attachment;
}

/* The oldest of a feed that has as many as may count: nobody makes the mentions of others forgotten, or us ask through
 * heaps of them. NULL: there is room. */
static struct mention *find_oldest(const struct attachment *attachment, uint32_t ordinal) {
    struct mention *oldest = NULL;
    size_t count = 0;
    for (size_t i = 0; ordinal && i < attachment->mention_count; i++) {
        struct mention *mention = &attachment->mentions[i];
        if (mention->ordinal != ordinal)
            continue;
        count++;
        if (!oldest || mention->sequence < oldest->sequence)
            oldest = mention;
    }
    return count < MENTIONS_OF_FEED_MAX ? NULL : oldest;
}

static bool has_mention(const struct attachment *attachment, uint64_t sequence) {
    size_t count = attachment->mention_count;
    if (count == 0 || attachment->mentions[count - 1].sequence < sequence) /* they come in ascending order */
        return false;
    for (size_t i = 0; i < count; i++)
        if (attachment->mentions[i].sequence == sequence)
            return true;
    return false;
}

static enum result put_mention(struct attachment *attachment, const struct mention *mention) {
    struct mention *oldest = find_oldest(attachment, mention->ordinal);
    if (oldest) {
        size_t behind = (size_t)(attachment->mentions + attachment->mention_count - oldest) - 1;
        memmove(oldest, oldest + 1, behind * sizeof *oldest);
        attachment->mention_count--;
    }
    if (attachment->mention_count == attachment->mention_capacity) {
        size_t capacity = attachment->mention_capacity ? attachment->mention_capacity * 2 : 1;
        struct mention *grown = realloc(attachment->mentions, capacity * sizeof *grown);
        if (!grown)
            return RESULT_NO_MEMORY;
        attachment->mentions = grown;
        attachment->mention_capacity = capacity;
    }
    attachment->mentions[attachment->mention_count++] = *mention;
    return RESULT_OK;
}

static struct handed *find_handed(const struct attachments *attachments, const uint8_t *id, const uint8_t *sha256) {
    for (struct handed *handed = attachments->handed; handed; handed = handed->next)
        if ((id && memcmp(handed->reference.id, id, BLOB_ID_SIZE) == 0) ||
            (sha256 && memcmp(handed->sha256, sha256, HASH_SIZE) == 0))
            return handed;
    return NULL;
}

/* Its alert has come, or its time is over. */
static void forget_handed(struct attachments *attachments, struct handed *handed) {
    struct handed **at = &attachments->handed;
    while (*at != handed)
        at = &(*at)->next;
    *at = handed->next;
    secret_free(handed);
}

static enum result add_mention(struct attachments *attachments, const struct pending_mention *pending) {
    struct attachment *attachment = get(attachments, pending->id);
    if (!attachment)
        return RESULT_NO_MEMORY;
    if (has_mention(attachment, pending->mention.sequence))
        return RESULT_OK;
    TRY(put_mention(attachment, &pending->mention));
    struct handed *handed = pending->mention.ordinal ? NULL : find_handed(attachments, pending->id, NULL);
    if (handed)
        forget_handed(attachments, handed);
    attachments_queue(attachments, attachment); /* fetch.c decides whether it is wanted */
    return RESULT_OK;
}

void attachments_queue(struct attachments *attachments, struct attachment *attachment) {
    if (attachment->is_queued)
        return;
    attachment->is_queued = true;
    attachment->next = NULL;
    *attachments->end = attachment;
    attachments->end = &attachment->next;
}

/* Its row stays, as a file may be on its way here; nobody wants it any more. */
static void drop_mention(struct exchange *exchange, const struct pending_mention *pending) {
    struct attachment *attachment = attachments_find(&exchange->attachments, pending->id);
    size_t kept = 0;
    for (size_t i = 0; attachment && i < attachment->mention_count; i++)
        if (attachment->mentions[i].sequence != pending->mention.sequence)
            attachment->mentions[kept++] = attachment->mentions[i];
    if (!attachment)
        return;
    attachment->mention_count = kept;
    if (kept)
        return;
    attachment->wanted = attachment->by_policy = false;
    attachment->source = NULL;
    if (exchange->blobs)
        blobs_remove(exchange->blobs, pending->id);
}

void attachments_settle(struct exchange *exchange) {
    struct attachments *attachments = &exchange->attachments;
    for (size_t i = 0; i < attachments->pending_count; i++)
        if (attachments->pending[i].is_gone)
            drop_mention(exchange, &attachments->pending[i]);
        else if (add_mention(attachments, &attachments->pending[i]))
            log_error(_("out of memory: an attachment will only be known after a restart"));
    attachments->pending_count = 0;
}

void attachments_discard(struct exchange *exchange) {
    exchange->attachments.pending_count = 0;
}

/* --- our own --- */

/* One reference of our own alert: the file is here. */
static void check_one(const struct exchange *exchange, struct publication *publication, size_t exhibit,
                      uint64_t *bytes) {
    struct blob_reference reference;
    struct blob_stand stand;
    if (!reference_parse(&reference, publication->content->exhibits[exhibit]->attachment))
        return; /* alert_validate() has said so */
    if (exchange->blobs && blobs_find(exchange->blobs, reference.id, &stand) && stand.whole)
        *bytes += stand.bytes;
    else
        report_add(&publication->report, SEVERITY_ERROR,
                   text_format(&publication->arena, "exhibits[%zu].attachment", exhibit),
                   _("this file is not at this node: attach it again with inama publish --attach, or fetch it with "
                     "inama show --save first"));
}

enum result attachments_check(const struct exchange *exchange, struct publication *publication) {
    const Alert *content = publication->content;
    size_t errors = publication->report.errors;
    uint64_t bytes = 0;
    for (size_t i = 0; i < content->n_exhibits && !publication->dry_run; i++)
        if (content->exhibits[i]->attachment)
            check_one(exchange, publication, i, &bytes);
    if (bytes > exchange->attachments_bytes_max)
        report_add(&publication->report, SEVERITY_ERROR, "exhibits",
                   _("the files of this alert have %llu MiB together; alert_mib in node.yaml allows %llu"),
                   (unsigned long long)(bytes >> 20), (unsigned long long)(exchange->attachments_bytes_max >> 20));
    return publication->report.errors > errors ? RESULT_INVALID : RESULT_OK;
}

/* An attachment of an alert of ours that says it has this hash. */
struct looking {
    struct exchange *exchange;
    const uint8_t *sha256;
    const struct attachment *found;
    const struct mention *mention;
};

static void look(void *context, void *row) {
    struct looking *looking = context;
    const struct attachment *attachment = row;
    for (size_t i = 0; i < attachment->mention_count && !looking->found; i++)
        if (attachment->mentions[i].ours && memcmp(attachment->mentions[i].sha256, looking->sha256, HASH_SIZE) == 0) {
            looking->found = attachment;
            looking->mention = &attachment->mentions[i];
        }
}

/* The reference as it stands in that alert, if the file is here and is what the alert says. */
static enum result recall(struct exchange *exchange, const struct looking *looking, struct blob_reference *out) {
    const struct index_row at = {.sequence = looking->mention->sequence};
    struct blob_reference reference;
    struct holding holding;
    size_t exhibit;
    uint8_t sha256[HASH_SIZE];
    TRY(exchange_load(exchange, &exchange->turn, &at, &holding));
    TRY(reference_find(&exchange->turn, holding.disclosure.opening.values, looking->found->id, &reference, &exhibit));
    TRY(blobs_digest(exchange->blobs, &reference, sha256));
    if (memcmp(sha256, looking->sha256, HASH_SIZE) != 0)
        return RESULT_NOT_FOUND;
    *out = reference;
    return RESULT_OK;
}

static bool find_same(struct exchange *exchange, const uint8_t *sha256, struct blob_reference *out) {
    const struct handed *handed = find_handed(&exchange->attachments, NULL, sha256);
    if (handed) {
        *out = handed->reference;
        return true;
    }
    struct looking looking = {.exchange = exchange, .sha256 = sha256};
    id_map_each(&exchange->attachments.rows, look, &looking);
    return looking.found && !recall(exchange, &looking, out);
}

enum result attachments_hand_in(struct exchange *exchange, struct blob_reference *reference,
                                const uint8_t sha256[static HASH_SIZE], bool *known) {
    struct attachments *attachments = &exchange->attachments;
    struct blob_reference same;
    *known = find_same(exchange, sha256, &same);
    if (*known) {
        blobs_remove(exchange->blobs, reference->id);
        *reference = same;
        return RESULT_OK;
    }
    struct handed *handed = secret_new(sizeof *handed);
    if (!handed) {
        blobs_remove(exchange->blobs, reference->id);
        return RESULT_NO_MEMORY;
    }
    handed->reference = *reference;
    memcpy(handed->sha256, sha256, HASH_SIZE);
    handed->until = clock_steady_ms(exchange->clock) + ATTACH_KEEP_MS;
    handed->next = attachments->handed;
    attachments->handed = handed;
    return RESULT_OK;
}

/* --- tidying up --- */

static void let_go(struct exchange *exchange, struct handed *handed) {
    if (!attachments_find(&exchange->attachments, handed->reference.id))
        blobs_remove(exchange->blobs, handed->reference.id);
    forget_handed(&exchange->attachments, handed);
}

static const uint64_t orphan_ms = (uint64_t)ORPHAN_DAYS * 24 * 60 * 60 * 1000;

struct orphans {
    const struct exchange *exchange;
    uint8_t (*ids)[BLOB_ID_SIZE];
    size_t count, capacity;
};

static void collect(void *context, const uint8_t *id, const struct blob_stand *stand) {
    struct orphans *orphans = context;
    const struct attachments *attachments = &orphans->exchange->attachments;
    (void)stand;
    const struct exchange *exchange = orphans->exchange;
    if (attachments_find(attachments, id) || find_handed(attachments, id, NULL) ||
        blobs_age_ms(exchange->blobs, id, clock_wall_ms(exchange->clock)) < orphan_ms)
        return;
    if (orphans->count == orphans->capacity) {
        size_t capacity = orphans->capacity ? orphans->capacity * 2 : 64;
        void *grown = realloc(orphans->ids, capacity * sizeof *orphans->ids);
        if (!grown)
            return; /* they go at the next start */
        orphans->ids = grown;
        orphans->capacity = capacity;
    }
    memcpy(orphans->ids[orphans->count++], id, BLOB_ID_SIZE);
}

void attachments_tidy(struct exchange *exchange, bool all) {
    uint64_t now = clock_steady_ms(exchange->clock);
    if (!exchange->blobs)
        return;
    for (struct handed *handed = exchange->attachments.handed, *next; handed; handed = next) {
        next = handed->next;
        if (now >= handed->until)
            let_go(exchange, handed);
    }
    if (!all || exchange->unread || exchange_may_write(exchange))
        return;
    struct orphans orphans = {.exchange = exchange};
    blobs_each(exchange->blobs, collect, &orphans);
    for (size_t i = 0; i < orphans.count; i++)
        blobs_remove(exchange->blobs, orphans.ids[i]);
    if (orphans.count)
        log_info(_("%zu files that no alert names were removed"), orphans.count);
    free(orphans.ids);
}

/* --- who may have it --- */

/* Does what we told by this entry show a field that names the file? */
static enum result shows(struct exchange *exchange, struct arena *arena, struct feed *feed, uint64_t number,
                         const uint8_t *id) {
    struct blob_reference reference;
    struct disclosure disclosure;
    struct span bytes, plain;
    struct entry entry;
    const uint8_t *key;
    size_t exhibit;
    TRY(store_get_entry(exchange->store, arena, feed->record.ordinal, number, &bytes));
    TRY(feed_parse(&entry, bytes));
    TRY(feeds_key(&exchange->feeds, feed, entry.epoch, &key));
    TRY(feed_open(arena, &plain, &entry, key));
    TRY(disclosure_decode(&disclosure, arena, plain));
    enum result result = reference_find(arena, disclosure.opening.values, id, &reference, &exhibit);
    return result == RESULT_NOT_FOUND ? RESULT_NOT_ALLOWED : result;
}

static bool was_told(struct exchange *exchange, struct arena *arena, uint64_t sequence, const uint8_t *id,
                     const uint8_t *member) {
    struct store_told *told;
    size_t count;
    if (store_get_told(exchange->store, arena, sequence, &told, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct feed *feed = feeds_find_ordinal(&exchange->feeds, told[i].ordinal);
        if (feed && told_reads(feed, told[i].number, member) && !shows(exchange, arena, feed, told[i].number, id))
            return true;
    }
    return false;
}

enum result attachments_may_have(struct exchange *exchange, const struct attachment *attachment,
                                 const uint8_t member[static MEMBER_ID_SIZE]) {
    struct arena arena;
    bool allowed = false;
    arena_init(&arena, SYNC_MEMORY_MAX);
    for (size_t i = attachment->mention_count; i-- > 0 && !allowed;) {
        allowed = was_told(exchange, &arena, attachment->mentions[i].sequence, attachment->id, member);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return allowed ? RESULT_OK : RESULT_NOT_ALLOWED;
}

const char *attachments_state(const struct exchange *exchange, const struct attachment *attachment) {
    struct blob_stand stand;
    if (exchange->blobs && blobs_find(exchange->blobs, attachment->id, &stand) && stand.whole)
        return "here";
    if (attachment->source)
        return "fetching";
    return attachment->wanted || attachment->by_policy ? "waiting" : "not-fetched";
}

/* --- in all --- */

struct counting {
    const struct exchange *exchange;
    struct attachments_counts *counts;
};

static void count(void *context, void *row) {
    struct counting *counting = context;
    const struct attachment *attachment = row;
    struct blob_stand stand;
    bool here = blobs_find(counting->exchange->blobs, attachment->id, &stand) && stand.whole;
    counting->counts->known++;
    counting->counts->here += here;
    counting->counts->wanted += !here && (attachment->wanted || attachment->by_policy);
}

void attachments_count(const struct exchange *exchange, struct attachments_counts *counts) {
    struct counting counting = {exchange, counts};
    *counts = (struct attachments_counts){0};
    if (!exchange->blobs)
        return;
    id_map_each(&exchange->attachments.rows, count, &counting);
    counts->bytes = blobs_used(exchange->blobs);
}
