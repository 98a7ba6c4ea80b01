/* What is older in the logs than node.yaml says loses its content; the tree stays. */
#include "daemon/audit.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/node.h"
#include "journal.pb-c.h"

enum { AT_A_TIME = 256, AGAIN_MS = 10 * 60 * 1000 };

static const uint64_t day_ms = 86400000;

/* Who held a key stands in a record that may be as much older as an epoch lasts than what names it. */
static uint64_t keep_ms(const struct node *node, enum journal journal) {
    const struct config_audit *config = &node->config.audit;
    if (journal == JOURNAL_AUDIT)
        return config->days * day_ms;
    return config->disclosures_days ? (config->disclosures_days + EPOCH_DAYS_MAX + 1) * day_ms : 0;
}

static enum result time_of(uint64_t *time, struct arena *arena, enum journal journal, struct span content) {
    AuditRecord *audit;
    DisclosureRecord *disclosure;
    if (journal == JOURNAL_AUDIT) {
        TRY(proto_decode(arena, &audit_record__descriptor, content, &audit));
        *time = audit->time;
    } else {
        TRY(proto_decode(arena, &disclosure_record__descriptor, content, &disclosure));
        *time = disclosure->time;
    }
    return RESULT_OK;
}

/* Is it to be erased, or later? One that cannot be read is stepped over. */
static enum result look_at(struct node *node, struct arena *arena, enum journal journal, uint64_t limit,
                           uint64_t number, bool *is_old, bool *is_young) {
    struct store_record record;
    uint64_t time = 0;
    *is_old = *is_young = false;
    enum result result = store_get_record(node->exchange.store, arena, journal, number, &record);
    if (!result && record.erased)
        return RESULT_OK;
    if (!result)
        result = time_of(&time, arena, journal, record.content);
    if (result == RESULT_NO_MEMORY || result == RESULT_IO)
        return result;
    if (result)
        log_error(_("log %s, record %llu: %s"), journal_name(journal), (unsigned long long)number, result_text(result));
    *is_old = !result && time < limit;
    *is_young = !result && time >= limit;
    return RESULT_OK;
}

/* Erases from *next on what is before `limit`, some at a time; *next: the first that was left, also on failure. */
static enum result erase(struct node *node, struct arena *arena, enum journal journal, uint64_t limit, uint64_t *next,
                         size_t *erased) {
    struct store *store = node->exchange.store;
    for (size_t i = 0; i < AT_A_TIME && *next <= store_journal(store, journal)->size; i++, ++*next) {
        bool is_old, is_young;
        arena_reset(arena);
        TRY(look_at(node, arena, journal, limit, *next, &is_old, &is_young));
        if (is_young)
            break;
        if (!is_old)
            continue;
        TRY(exchange_begin(&node->exchange));
        TRY(store_erase_record(store, journal, *next));
        ++*erased;
    }
    return RESULT_OK;
}

/* What was erased, and where to go on: in the same change. */
static enum result note(struct node *node, enum journal journal, uint64_t first, uint64_t next, size_t erased) {
    uint8_t bytes[8];
    put_u64(bytes, next);
    TRY(exchange_begin(&node->exchange));
    TRY(store_put_note(node->exchange.store, STORE_NOTE_ERASED, journal, SPAN_OF_ARRAY(bytes)));
    return erased ? audit_erased(node, journal, first, next - 1) : RESULT_OK;
}

static enum result tidy(struct node *node, struct arena *arena, enum journal journal, uint64_t limit, bool *more) {
    struct span stored = {0};
    uint64_t first = 1;
    size_t erased = 0;
    enum result result = store_get_note(node->exchange.store, arena, STORE_NOTE_ERASED, journal, &stored);
    if (result && result != RESULT_NOT_FOUND)
        return result;
    if (stored.len)
        span_u64(&stored, &first);
    uint64_t next = first;
    result = erase(node, arena, journal, limit, &next, &erased);
    *more = next - first == AT_A_TIME;
    if (next == first)
        return result;
    enum result noted = note(node, journal, first, next, erased);
    if (noted)
        node->exchange.failure = noted; /* nothing is erased without its record */
    return result ? result : noted;
}

enum result audit_tidy(struct node *node, uint64_t steady_ms) {
    uint64_t now = clock_wall_ms(node->exchange.clock);
    for (enum journal journal = JOURNAL_AUDIT; journal < JOURNALS_END; journal++) {
        uint64_t keep = keep_ms(node, journal);
        struct arena arena;
        bool more = false;
        if (keep == 0 || keep > now || steady_ms < node->audit.tidy_at[journal])
            continue;
        arena_init(&arena, 8 * (size_t)JOURNAL_RECORD_BYTES_MAX);
        enum result result = tidy(node, &arena, journal, now - keep, &more);
        arena_release(&arena);
        node->audit.tidy_at[journal] = more && !result ? steady_ms : steady_ms + AGAIN_MS;
        TRY(result);
    }
    return RESULT_OK;
}
