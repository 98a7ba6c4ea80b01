/* The answers to `inama audit`: records of the logs, whether they are what they were, checkpoints and proofs. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/cosigned.h"
#include "daemon/node.h"
#include "journal.pb-c.h"

enum {
    LOOK_MAX = 8192,  /* records of one request that are opened */
    CHECK_MAX = 4096, /* records of one request that are checked */
    PAGE_MAX = 1000,  /* records of one reply */
    PAGE_BYTES = CONTROL_BYTES_MAX / 4,
    ALERT_SIZE = 16,                      /* checkpoints of one reply */
    CLOCK_SLACK_MS = 24 * 60 * 60 * 1000, /* records stand in the order of writing, and clocks are set */
};

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

static enum result journal_of(enum journal *out, uint32_t number, const char **complaint) {
    if (number >= JOURNAL_AUDIT && number < JOURNALS_END) {
        *out = (enum journal)number;
        return RESULT_OK;
    }
    *complaint = _("this node has no such log");
    return RESULT_INVALID;
}

/* ---- records ---- */

/* What a page is asked for. */
struct sieve {
    struct node *node;
    enum journal journal;
    const LogRecords *words;
    struct span alert;   /* id of the alert that is asked for; empty: any, or one that is not here: */
    struct span prefix;  /* its alert or object id */
    struct buf versions; /* ALERT_SIZE of each object id */
};

static bool add_version(void *context, const struct index_row *row, const struct document *document) {
    struct sieve *sieve = context;
    (void)document;
    if (span_equal(span_of(row->alert, sizeof row->alert), sieve->alert))
        buf_put(&sieve->versions, row->object, ALERT_SIZE);
    return true;
}

static enum result find_versions(struct sieve *sieve) {
    static const struct query all = {.sort = SORT_ARRIVAL};
    const struct query_world world = {.references = &sieve->node->references};
    const struct index_search search = {
        .query = &all, .world = &world, .superseded = true, .limit = SIZE_MAX, .visit = add_version, .context = sieve};
    struct index_found found;
    TRY(index_search(sieve->node->exchange.index, &search, &found));
    return sieve->versions.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* The alert as the operator names it; one that is not here by all of an id. */
static enum result read_alert(struct sieve *sieve, const char *digits, const char **complaint) {
    const struct index_row *row;
    size_t len = strlen(digits) / 2;
    uint8_t *bytes = arena_alloc(turn_of(sieve->node), OBJECT_ID_SIZE);
    enum result result = answer_find_row(&row, sieve->node, digits, complaint);
    buf_init(&sieve->versions, turn_of(sieve->node));
    if (!bytes)
        return RESULT_NO_MEMORY;
    if (!result) {
        memcpy(bytes, row->alert, sizeof row->alert);
        sieve->alert = span_of(bytes, sizeof row->alert);
        return find_versions(sieve);
    }
    if ((len != TREE_ALERT_ID_SIZE && len != OBJECT_ID_SIZE) || !text_unhex(bytes, len, digits))
        return result;
    sieve->prefix = span_of(bytes, len);
    buf_put(&sieve->versions, bytes, ALERT_SIZE);
    *complaint = NULL;
    return sieve->versions.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static bool names_object(struct span objects, size_t size, struct span wanted) {
    for (; objects.len >= size; objects = span_of(objects.data + size, objects.len - size))
        if (memcmp(objects.data, wanted.data, size) == 0)
            return true;
    return false;
}

/* Of an audit record, which names versions by 16 bytes of their object ids. */
static bool audit_names(const struct sieve *sieve, const AuditRecord *record) {
    struct span objects = proto_span(record->objects), versions = buf_span(&sieve->versions);
    for (; versions.len; versions = span_of(versions.data + ALERT_SIZE, versions.len - ALERT_SIZE))
        if (names_object(objects, ALERT_SIZE, versions))
            return true;
    return false;
}

static bool is_user(const AuditRecord *record, const char *wanted) {
    char uid[16], login[16];
    snprintf(uid, sizeof uid, "%u", record->uid);
    snprintf(login, sizeof login, "%u", record->login_uid);
    return strcmp(wanted, uid) == 0 || (record->has_login_uid && strcmp(wanted, login) == 0) ||
           (record->user && strcmp(wanted, record->user) == 0) ||
           (record->login_user && strcmp(wanted, record->login_user) == 0);
}

static bool audit_passes(const struct sieve *sieve, const AuditRecord *record) {
    const LogRecords *words = sieve->words;
    if (words->user && *words->user && !is_user(record, words->user))
        return false;
    return !words->alert || audit_names(sieve, record);
}

/* Grants pass too: they say who could read what was told. */
static bool disclosure_passes(const struct sieve *sieve, const DisclosureRecord *record) {
    if (!sieve->words->alert || !record->told)
        return true;
    struct span alert = proto_span(record->told->alert), object = proto_span(record->told->object);
    return sieve->prefix.data ? span_equal(sieve->prefix, sieve->prefix.len == alert.len ? alert : object)
                              : span_equal(sieve->alert, alert);
}

/* Does it pass, and when was it? An erased one passes where nothing is asked of what it said. */
static enum result pass(const struct sieve *sieve, struct arena *arena, const struct store_record *record, bool *passes,
                        uint64_t *time) {
    AuditRecord *audit;
    DisclosureRecord *disclosure;
    *time = UINT64_MAX;
    *passes = !sieve->words->alert && !(sieve->words->user && *sieve->words->user);
    if (record->erased)
        return RESULT_OK;
    if (sieve->journal == JOURNAL_AUDIT) {
        TRY(proto_decode(arena, &audit_record__descriptor, record->content, &audit));
        *time = audit->time;
        *passes = audit_passes(sieve, audit);
    } else {
        TRY(proto_decode(arena, &disclosure_record__descriptor, record->content, &disclosure));
        *time = disclosure->time;
        *passes = disclosure_passes(sieve, disclosure);
    }
    *passes &= *time >= sieve->words->since;
    return RESULT_OK;
}

static enum result record_words(LogRecord **out, const struct sieve *sieve, const struct store_record *record,
                                uint64_t number) {
    struct arena *arena = turn_of(sieve->node);
    const struct audit_source place = {sieve->node->exchange.store, sieve->journal};
    const struct merkle_source source = audit_source(&place);
    LogRecord *words = arena_alloc(arena, sizeof *words);
    uint8_t *fixed = arena_alloc(arena, HASH_SIZE + JOURNAL_SALT_SIZE);
    struct merkle_proof proof;
    if (!words || !fixed)
        return RESULT_NO_MEMORY;
    log_record__init(words);
    memcpy(fixed, record->leaf, HASH_SIZE);
    words->number = number;
    words->leaf = proto_bytes(fixed, HASH_SIZE);
    words->has_salt = words->has_content = !record->erased;
    if (!record->erased) {
        memcpy(fixed + HASH_SIZE, record->salt, JOURNAL_SALT_SIZE);
        words->salt = proto_bytes(fixed + HASH_SIZE, JOURNAL_SALT_SIZE);
        words->content = proto_bytes(arena_copy(arena, record->content.data, record->content.len), record->content.len);
        if (!words->content.data)
            return RESULT_NO_MEMORY;
    }
    *out = words;
    if (!sieve->words->proof)
        return RESULT_OK;
    TRY(merkle_prove_inclusion(&proof, &source, number - 1, sieve->words->proof));
    words->has_proof = true;
    words->proof = proto_bytes(arena_copy(arena, proof.hashes, proof.count * HASH_SIZE), proof.count * HASH_SIZE);
    return words->proof.data ? RESULT_OK : RESULT_NO_MEMORY;
}

/* From the newest that is asked for, as many as there is room and time for. */
static enum result take_page(LogPage *page, const struct sieve *sieve, uint64_t number, size_t limit) {
    struct arena look;
    enum result result = RESULT_OK;
    size_t looked_at = 0, bytes = 0;
    arena_init(&look, 8 * (size_t)JOURNAL_RECORD_BYTES_MAX);
    for (; number > 0 && !result && page->n_records < limit && looked_at < LOOK_MAX && bytes < PAGE_BYTES;
         number--, looked_at++) {
        struct store_record record;
        bool passes;
        uint64_t time;
        arena_reset(&look);
        result = store_get_record(sieve->node->exchange.store, &look, sieve->journal, number, &record);
        if (!result)
            result = pass(sieve, &look, &record, &passes, &time);
        if (!result && time < UINT64_MAX - CLOCK_SLACK_MS && time + CLOCK_SLACK_MS < sieve->words->since)
            break;
        if (!result && passes) {
            result = record_words(&page->records[page->n_records++], sieve, &record, number);
            bytes += record.content.len;
        }
    }
    page->next = looked_at == LOOK_MAX || page->n_records == limit || bytes >= PAGE_BYTES ? number : 0;
    arena_release(&look);
    return result;
}

enum result answer_log_records(Reply *reply, struct node *node, const LogRecords *words, const char **complaint) {
    struct sieve sieve = {.node = node, .words = words};
    LogPage *page = arena_alloc(turn_of(node), sizeof *page);
    size_t limit = words->limit && words->limit < PAGE_MAX ? words->limit : PAGE_MAX;
    if (!page)
        return RESULT_NO_MEMORY;
    log_page__init(page);
    TRY(journal_of(&sieve.journal, words->log, complaint));
    if (words->alert)
        TRY(read_alert(&sieve, words->alert, complaint));
    page->size = store_journal(node->exchange.store, sieve.journal)->size;
    if (words->proof > page->size) {
        *complaint = _("the log is not that long");
        return RESULT_INVALID;
    }
    page->records = arena_array(turn_of(node), limit, sizeof *page->records);
    if (!page->records)
        return RESULT_NO_MEMORY;
    uint64_t last = words->proof ? words->proof : page->size;
    uint64_t number = words->before && words->before <= last ? words->before - 1 : last;
    enum result result = take_page(page, &sieve, number, limit);
    if (result == RESULT_STORE_DAMAGED || result == RESULT_MALFORMED)
        *complaint = _("a record of the log does not open or has been changed: inama audit verify says which");
    reply->log_page = page;
    return result;
}

/* ---- is it what it was? ---- */

static enum result add_fault(LogChecked *checked, struct node *node, uint64_t number) {
    LogFault *fault = arena_alloc(turn_of(node), sizeof *fault);
    const char *why = store_complaint(node->exchange.store);
    if (!fault)
        return RESULT_NO_MEMORY;
    log_fault__init(fault);
    fault->number = number;
    fault->text = arena_text(turn_of(node), why, strlen(why));
    checked->faults[checked->n_faults++] = fault;
    return fault->text ? RESULT_OK : RESULT_NO_MEMORY;
}

/* A record that cannot be read has no leaf: what stands for it lets no root come out right. */
static enum result check_records(LogChecked *checked, struct node *node, enum journal journal, uint64_t after,
                                 uint8_t *leaves) {
    for (uint64_t number = after + 1; number <= checked->next; number++) {
        uint8_t *leaf = leaves + (number - after - 1) * HASH_SIZE;
        memset(leaf, 0, HASH_SIZE);
        enum result result = store_check_record(node->exchange.store, journal, number, leaf);
        if (result == RESULT_NO_MEMORY || result == RESULT_IO)
            return result;
        if (result)
            TRY(add_fault(checked, node, number));
    }
    return RESULT_OK;
}

/* Those of the sizes that this piece reaches. */
static enum result add_points(LogChecked *checked, struct node *node, enum journal journal, uint64_t after) {
    struct arena *arena = turn_of(node);
    size_t count = CHECK_MAX;
    struct span *texts = arena_array(arena, count, sizeof *texts);
    if (!texts)
        return RESULT_NO_MEMORY;
    TRY(store_checkpoints(node->exchange.store, arena, journal, after + 1, checked->next, texts, &count));
    checked->checkpoints = arena_array(arena, count + 1, sizeof *checked->checkpoints);
    if (!checked->checkpoints)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        char *text = arena_text(arena, (const char *)texts[i].data, texts[i].len);
        if (!text)
            return RESULT_NO_MEMORY;
        checked->checkpoints[checked->n_checkpoints++] = text;
    }
    return RESULT_OK;
}

enum result answer_log_check(Reply *reply, struct node *node, const LogCheck *words, const char **complaint) {
    enum journal journal;
    LogChecked *checked = arena_alloc(turn_of(node), sizeof *checked);
    if (!checked)
        return RESULT_NO_MEMORY;
    log_checked__init(checked);
    TRY(journal_of(&journal, words->log, complaint));
    uint64_t size = store_journal(node->exchange.store, journal)->size;
    uint64_t after = words->after < size ? words->after : size;
    size_t count = size - after < CHECK_MAX ? (size_t)(size - after) : CHECK_MAX;
    uint8_t *leaves = arena_alloc(turn_of(node), count * HASH_SIZE + 1);
    checked->faults = arena_array(turn_of(node), count + 1, sizeof *checked->faults);
    if (!leaves || !checked->faults)
        return RESULT_NO_MEMORY;
    checked->has_node = true;
    checked->node = proto_bytes(node->exchange.identity->id, MEMBER_ID_SIZE);
    checked->size = size;
    checked->next = after + count;
    checked->leaves = proto_bytes(leaves, count * HASH_SIZE);
    TRY(check_records(checked, node, journal, after, leaves));
    reply->log_checked = checked;
    return add_points(checked, node, journal, after);
}

/* ---- checkpoints and consistency ---- */

/* The newest that somebody has cosigned, from the one on that was it the last time. */
static enum result find_cosigned(struct span *text, struct node *node) {
    struct checkpoint point;
    struct arena *arena = turn_of(node);
    TRY(cosigned_find(node->exchange.store, arena, node->audit.cosigned, true, text));
    struct span rest = *text;
    TRY(checkpoint_read(&point, arena, &rest));
    node->audit.cosigned = point.size;
    return RESULT_OK;
}

enum result answer_log_point(Reply *reply, struct node *node) {
    struct arena *arena = turn_of(node);
    struct buf text;
    struct span cosigned;
    buf_init(&text, arena);
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++) {
        struct checkpoint checkpoint;
        TRY(audit_checkpoint(node, journal, &checkpoint));
        checkpoint_write(&text, &checkpoint);
    }
    enum result result = find_cosigned(&cosigned, node);
    if (result && result != RESULT_NOT_FOUND)
        return result;
    if (!result)
        buf_put_span(&text, cosigned);
    buf_put_u8(&text, '\0');
    reply->log_point = (char *)text.data;
    return text.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result answer_log_consistency(Reply *reply, struct node *node, const LogConsistency *words,
                                   const char **complaint) {
    struct audit_source place = {.store = node->exchange.store};
    const struct merkle_source source = audit_source(&place);
    struct arena *arena = turn_of(node);
    struct merkle_proof proof;
    uint8_t root[HASH_SIZE];
    LogProof *answer = arena_alloc(arena, sizeof *answer);
    if (!answer)
        return RESULT_NO_MEMORY;
    log_proof__init(answer);
    TRY(journal_of(&place.journal, words->log, complaint));
    const struct merkle *tree = store_journal(node->exchange.store, place.journal);
    answer->size = tree->size;
    merkle_root(root, tree);
    answer->root = proto_bytes(arena_copy(arena, root, sizeof root), sizeof root);
    proof.count = 0;
    if (words->first <= tree->size)
        TRY(merkle_prove_consistency(&proof, &source, words->first, tree->size));
    answer->proof = proto_bytes(arena_copy(arena, proof.hashes, proof.count * HASH_SIZE), proof.count * HASH_SIZE);
    reply->log_proof = answer;
    return answer->root.data && answer->proof.data ? RESULT_OK : RESULT_NO_MEMORY;
}

/* ---- erasing ---- */

enum result answer_log_erase(struct node *node, const LogErase *words, const char **complaint) {
    struct store *store = node->exchange.store;
    if (!*words->reason) {
        *complaint = _("say why: it stands in the log of what operators did");
        return RESULT_INVALID;
    }
    if (words->number == 0 || words->number > store_journal(store, JOURNAL_DISCLOSURES)->size) {
        *complaint = _("the log of disclosures has no record with this number: inama audit disclosures lists them");
        return RESULT_NOT_FOUND;
    }
    TRY(exchange_begin(&node->exchange));
    return store_erase_record(store, JOURNAL_DISCLOSURES, words->number);
}
