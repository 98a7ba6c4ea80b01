/* The half of exchange.h that asks what can be believed: how far our own feeds reach, who has forked, what has ended.
 */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/exchange.h"
#include "daemon/incoming.h"
#include "daemon/outdated.h"

/* --- how far our own feeds reach --- */

/* The public half of a signing key of ours; the roster may not know the newest one yet. */
static const uint8_t *own_key(const struct exchange *exchange, const uint8_t *key_id) {
    const struct ending *ending;
    if (memcmp(key_id, exchange->identity->key_id, MEMBER_ID_SIZE) == 0)
        return exchange->identity->sign_key;
    return member_sign_key(exchange->self, key_id, &ending);
}

enum result exchange_compare_entry(struct exchange *exchange, struct feed *feed, struct span bytes) {
    const struct member *author = roster_find_ever(exchange->roster, feed->record.author);
    struct entry theirs;
    struct arena arena;
    struct span ours;
    TRY(feed_parse_header(&theirs, bytes));
    if (!author || theirs.number > feed->head.number)
        return RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    enum result result = store_get_entry(exchange->store, &arena, feed->record.ordinal, theirs.number, &ours);
    if (!result) {
        result = exchange_take_fork(exchange, author, ours, bytes);
        if (!result)
            result = RESULT_FORK;
        else if (result == RESULT_REPLAYED) /* the same entry, or a fork that is known */
            result = feed->draft.frozen ? RESULT_FORK : RESULT_OK;
    }
    arena_release(&arena);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result; /* the feed begins later here */
}

static enum result check_header(struct entry *out, const uint8_t *sign_key, const uint8_t *key_id, const char *audience,
                                struct span bytes) {
    uint8_t id[FEED_ID_SIZE];
    if (!sign_key)
        return RESULT_UNKNOWN_MEMBER;
    feed_id(id, key_id, audience);
    TRY(feed_parse_header(out, bytes));
    if (memcmp(out->feed, id, FEED_ID_SIZE) != 0)
        return RESULT_WRONG_FEED;
    return feed_verify(out, sign_key);
}

enum result exchange_check_carried(const struct member *author, const uint8_t key_id[static MEMBER_ID_SIZE],
                                   const char *audience, struct span bytes, uint64_t *number) {
    const struct ending *ending;
    struct entry entry;
    TRY(check_header(&entry, member_sign_key(author, key_id, &ending), key_id, audience, bytes));
    *number = entry.number;
    return RESULT_OK;
}

bool exchange_carries(const struct exchange *exchange, const struct member *author) {
    for (size_t i = 0; i < exchange->policy->carry_count; i++)
        if (policy_selects(&exchange->policy->carries[i].from, author->name, author->role, author->country))
            return true;
    return false;
}

bool exchange_is_carrier(const struct exchange *exchange, const struct feed *feed, const struct member *member) {
    const struct policy_audience *audience =
        feed->ours ? policy_audience_of(exchange->policy, feed->record.audience) : NULL;
    return audience && audience->carried && member &&
           policy_selects(&audience->carriers, member->name, member->role, member->country);
}

enum result exchange_hear(struct exchange *exchange, const uint8_t key_id[static MEMBER_ID_SIZE], const char *audience,
                          struct span bytes, struct feed **feed) {
    struct entry entry;
    TRY(check_header(&entry, own_key(exchange, key_id), key_id, audience, bytes));
    TRY(exchange_follow(exchange, exchange->identity->id, key_id, audience, feed));
    TRY(exchange_compare_entry(exchange, *feed, bytes));
    if ((*feed)->head.number < entry.number && (*feed)->elsewhere < entry.number)
        log_warning(_("our feed \"%s\" reaches to entry %llu elsewhere and to %llu here: this node was set back to an "
                      "older copy; the missing entries are fetched before anything is appended"),
                    audience, (unsigned long long)entry.number, (unsigned long long)(*feed)->head.number);
    feeds_hear(*feed, entry.number, entry.hash);
    return RESULT_OK;
}

enum result exchange_take_fork(struct exchange *exchange, const struct member *author, struct span one,
                               struct span other) {
    struct fork fork;
    TRY(forks_prove(&fork, author, one, other));
    if (forks_find(&exchange->forks, fork.key, fork.feed))
        return RESULT_REPLAYED;
    TRY(exchange_begin(exchange));
    struct feed *feed = feeds_find(&exchange->feeds, fork.feed);
    if (feed && memcmp(feed->record.key, fork.key, MEMBER_ID_SIZE) == 0)
        feeds_freeze(feed);
    TRY(forks_add(&exchange->forks, &fork));
    log_error(_("%s has signed two entries with the number %llu; the proof is kept and passed on"), author->name,
              (unsigned long long)fork.number);
    return RESULT_OK;
}

static enum result look_again(struct exchange *exchange, struct feed *feed) {
    if (incoming_may_pass_on(exchange, feed))
        return RESULT_OK; /* later: once what follows from it may be written */
    if (feed->record.waiting && feed->record.waits_for == FEED_KEY_LOST)
        TRY(incoming_find_keys(exchange, feed));
    return incoming_verify_again(exchange, feed, NULL);
}

enum result exchange_look_again(struct exchange *exchange) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < exchange->feeds.count && !result; i++)
        result = look_again(exchange, exchange->feeds.rows[i]);
    if (result)
        exchange->failure = result;
    return result;
}

uint64_t exchange_end_of_key(const struct exchange *exchange) {
    uint64_t now_ms = clock_wall_ms(exchange->clock), prepared_ms = exchange->preparing.now_ms;
    uint64_t latest = index_latest(exchange->index, exchange->identity->id);
    if (latest < now_ms)
        latest = now_ms;
    return latest > prepared_ms ? latest : prepared_ms;
}

/* --- who was removed before we heard of it --- */

/* When the first of those who hold the feed's key was removed; UINT64_MAX: none was. */
static uint64_t first_removal(const struct exchange *exchange, const struct feed *feed) {
    uint64_t at = UINT64_MAX;
    for (size_t i = 0; i < feeds_holders(feed); i++) {
        const uint8_t *holder = feeds_holder(feed, i);
        const struct member *member =
            roster_find(exchange->roster, holder) ? NULL : roster_find_ever(exchange->roster, holder);
        if (member && member->ended && member->ended->at < at)
            at = member->ended->at;
    }
    return at;
}

/* Disclosures of a feed in a range of numbers. */
struct outdated_count {
    uint64_t from, end;
    uint64_t since; /* only those that were created later count, and `from` becomes the first of them */
    uint64_t count;
};

static void count_entry(struct outdated_count *counting, const struct entry *entry) {
    if (entry->kind == ENTRY_GRANT || entry->number >= counting->end || entry->created <= counting->since)
        return;
    if (counting->count++ == 0)
        counting->from = entry->number;
}

static enum result count_outdated(struct exchange *exchange, const struct feed *feed, struct outdated_count *counting) {
    enum result result = RESULT_OK;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (uint64_t after = counting->from - 1; after + 1 < counting->end && !result;) {
        struct span *entries;
        size_t found = 0;
        result =
            store_get_entries(exchange->store, &arena, feed->record.ordinal, after, BLOCK_BYTES_MAX, &entries, &found);
        for (size_t i = 0; i < found && !result; i++) {
            struct entry entry;
            result = feed_parse_header(&entry, entries[i]);
            if (!result)
                count_entry(counting, &entry);
        }
        if (found == 0)
            break;
        after += found;
        arena_reset(&arena);
    }
    arena_release(&arena);
    return result;
}

static enum result flag(struct exchange *exchange, struct feed *feed, struct outdated_count *counting) {
    TRY(count_outdated(exchange, feed, counting));
    if (counting->count == 0)
        return RESULT_OK;
    feed->draft.outdated += counting->count;
    feed->changed = true;
    return outdated_add(exchange->store, feed, counting->from, counting->end);
}

enum result exchange_flag_outdated(struct exchange *exchange, struct feed *feed) {
    struct outdated_count counting = {
        .from = feed->record.epoch_first, .end = feed->head.number + 1, .since = first_removal(exchange, feed)};
    if (counting.since == UINT64_MAX || feed->changed || feed->head.number == 0)
        return RESULT_OK;
    TRY(flag(exchange, feed, &counting));
    if (counting.count == 0)
        return RESULT_OK;
    feed->outdated_from = counting.from;
    log_warning(
        _("%llu entries of \"%s\" were sealed for a member that had been removed, before this node heard of it: "
          "whoever it was can read them"),
        (unsigned long long)counting.count, feed->record.audience);
    return RESULT_OK;
}

enum result exchange_hear_outdated(struct exchange *exchange, struct feed *feed, uint64_t from, uint64_t end) {
    struct outdated_count counting = {.from = from, .end = end};
    TRY(flag(exchange, feed, &counting));
    if (counting.count)
        log_warning(
            _("the author of \"%s\" says that %llu entries of it were sealed for a member that had been removed: "
              "whoever it was can read them"),
            feed->record.audience, (unsigned long long)counting.count);
    return RESULT_OK;
}

enum result exchange_is_outdated(const struct exchange *exchange, const struct index_row *row, bool *is_outdated) {
    const struct feed *feed = row->ordinal ? feeds_find_ordinal(&exchange->feeds, row->ordinal) : NULL;
    struct store_alert stored;
    struct arena arena;
    *is_outdated = false;
    if (!feed || feed->record.outdated == 0)
        return RESULT_OK;
    arena_init(&arena, SIZE_MAX);
    enum result result = store_get_alert(exchange->store, &arena, row->sequence, &stored);
    if (!result)
        result = outdated_has(exchange->store, feed, stored.number, is_outdated);
    arena_release(&arena);
    return result;
}

/* --- what ended --- */

/* The ending that may concern the key of a feed or the signature of an alert; NULL: none. */
static const struct ending *ending_of_feed(const struct exchange *exchange, const struct feed *feed) {
    const struct member *author = roster_find_ever(exchange->roster, feed->record.author);
    const struct ending *ending = NULL;
    return author && member_sign_key(author, feed->record.key, &ending) ? ending : NULL;
}

static bool has_endings(const struct member *member) {
    return member && (member->ended || member->former_count);
}

static enum result doubt_entry(const struct holding *holding, const struct ending *ending) {
    struct entry entry;
    TRY(feed_parse_header(&entry, holding->entry));
    return ending_admits_entry(ending, entry.feed, entry.number, entry.hash);
}

static enum result doubt_originator(const struct holding *holding, const struct member *originator) {
    const uint8_t *sign_key;
    const struct ending *ending;
    uint8_t key_id[MEMBER_ID_SIZE];
    TRY(disclosure_verify_by(&holding->disclosure, originator, &sign_key, &ending));
    identity_id_of(key_id, sign_key);
    if (!ending || memcmp(key_id, holding->feed->record.key, MEMBER_ID_SIZE) == 0)
        return RESULT_OK; /* by its own feed: the entry has spoken for it */
    return ending_admits_alert(ending, holding->disclosure.header->created);
}

enum result exchange_doubt(struct exchange *exchange, const struct index_row *row) {
    const struct feed *feed = row->ordinal ? feeds_find_ordinal(&exchange->feeds, row->ordinal) : NULL;
    const struct member *originator = roster_find_ever(exchange->roster, row->originator);
    const struct ending *ending = feed ? ending_of_feed(exchange, feed) : NULL;
    if (!feed || (!ending && !has_endings(originator)))
        return RESULT_OK;
    struct holding holding;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    enum result result = exchange_load(exchange, &arena, row, &holding);
    if (!result && ending)
        result = doubt_entry(&holding, ending);
    if (!result && has_endings(originator))
        result = doubt_originator(&holding, originator);
    arena_release(&arena);
    return result;
}
