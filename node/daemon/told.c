#include "daemon/told.h"

#include <string.h>

static bool is_heard(struct exchange *exchange, const uint8_t *id) {
    const struct feeds *feeds = &exchange->feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        struct position *position;
        if (feeds->rows[i]->ours && !feeds_position(&exchange->feeds, feeds->rows[i], id, &position) &&
            position->number)
            return true;
    }
    return false;
}

static bool is_in_audience(const struct exchange *exchange, const struct feed *feed, const struct member *member) {
    const struct policy_audience *audience = policy_audience_of(exchange->policy, feed->record.audience);
    return audience && policy_selects(&audience->members, member->name, member->role, member->country);
}

/* Who holds the key but began behind the entry may have acknowledged more than it, and has never had it. Of who holds
 * no key any more it is not known where it began. */
static enum told_state state_of(const struct exchange *exchange, const struct told_feed *row, const uint8_t *id,
                                uint64_t acknowledged) {
    const struct member *member = roster_find(exchange->roster, id);
    if (!member)
        return TOLD_FORMER;
    if (!feeds_has_member(row->feed, id))
        return is_in_audience(exchange, row->feed, member) ? TOLD_NO_GRANT : TOLD_LEFT;
    if (feeds_first_of(row->feed, id) > row->number)
        return TOLD_LATER;
    return acknowledged >= row->number ? TOLD_DELIVERED : TOLD_PENDING;
}

static enum result add_reader(struct exchange *exchange, struct told_feed *row, const uint8_t *id) {
    struct told_reader *reader = &row->readers[row->count];
    struct position *position;
    for (size_t i = 0; i < row->count; i++)
        if (memcmp(row->readers[i].id, id, MEMBER_ID_SIZE) == 0)
            return RESULT_OK;
    TRY(feeds_position(&exchange->feeds, row->feed, id, &position));
    uint64_t first = feeds_first_of(row->feed, id), from = position->number;
    if (first > from + 1)
        from = first - 1;
    *reader = (struct told_reader){.id = id, .member = roster_find_ever(exchange->roster, id)};
    reader->state = state_of(exchange, row, id, position->number);
    reader->behind = from < row->number ? row->number - from : 0;
    if (reader->state == TOLD_DELIVERED && position->before < row->number)
        reader->since = position->since_ms;
    reader->is_heard = position->number || is_heard(exchange, id);
    row->count++;
    return RESULT_OK;
}

/* Who is in the audience by policy and roster now: some may not have been granted the key yet. */
static enum result audience_of(struct exchange *exchange, struct arena *arena, const struct feed *feed,
                               const struct member ***members, size_t *count) {
    const struct policy_audience *audience = policy_audience_of(exchange->policy, feed->record.audience);
    *count = 0;
    if (!audience || memcmp(feed->record.key, exchange->identity->key_id, MEMBER_ID_SIZE) != 0)
        return RESULT_OK; /* for one member alone, or of a signing key of before: nobody joins it any more */
    return feeds_members(arena, audience, exchange->roster, exchange->identity->id, members, count);
}

/* Those who hold the key, those who should, and those who have ever acknowledged something. */
static enum result find_readers(struct exchange *exchange, struct arena *arena, struct told_feed *row) {
    const struct member **members;
    struct store_position *positions;
    size_t holders = feeds_holders(row->feed), member_count, position_count;
    TRY(audience_of(exchange, arena, row->feed, &members, &member_count));
    TRY(store_positions(exchange->store, arena, row->feed->record.ordinal, &positions, &position_count));
    row->readers = arena_array(arena, holders + member_count + position_count + 1, sizeof *row->readers);
    if (!row->readers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < holders; i++)
        TRY(add_reader(exchange, row, feeds_holder(row->feed, i)));
    for (size_t i = 0; i < member_count; i++)
        TRY(add_reader(exchange, row, members[i]->id));
    for (size_t i = 0; i < position_count; i++)
        TRY(add_reader(exchange, row, positions[i].member));
    return RESULT_OK;
}

static enum result find_created(struct exchange *exchange, struct told_feed *row) {
    struct arena arena;
    struct span bytes;
    struct entry entry;
    arena_init(&arena, SIZE_MAX);
    enum result result = store_get_entry(exchange->store, &arena, row->feed->record.ordinal, row->number, &bytes);
    if (!result)
        result = feed_parse_header(&entry, bytes);
    if (!result)
        row->created = entry.created;
    arena_release(&arena);
    return result == RESULT_NOT_FOUND ? RESULT_STORE_DAMAGED : result;
}

enum result told_find(struct exchange *exchange, struct arena *arena, uint64_t sequence, struct told_feed **out,
                      size_t *count) {
    struct store_told *told;
    size_t told_count;
    TRY(store_get_told(exchange->store, arena, sequence, &told, &told_count));
    struct told_feed *rows = arena_array(arena, told_count + 1, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    *count = 0;
    for (size_t i = 0; i < told_count; i++) {
        struct feed *feed = feeds_find_ordinal(&exchange->feeds, told[i].ordinal);
        if (!feed)
            return RESULT_STORE_DAMAGED;
        if (!feed->ours)
            continue; /* it came by that one, too */
        struct told_feed *row = &rows[(*count)++];
        *row = (struct told_feed){.feed = feed, .number = told[i].number};
        TRY(find_created(exchange, row));
        TRY(find_readers(exchange, arena, row));
    }
    *out = rows;
    return RESULT_OK;
}

bool told_reads(const struct feed *feed, uint64_t number, const uint8_t member[static MEMBER_ID_SIZE]) {
    return feed->ours && number <= feed->head.number && feeds_has_member(feed, member) &&
           feeds_first_of(feed, member) <= number;
}

enum result told_to(struct exchange *exchange, struct arena *arena, uint64_t sequence,
                    const uint8_t member[static MEMBER_ID_SIZE], bool *is_told) {
    struct store_told *told;
    size_t count;
    TRY(store_get_told(exchange->store, arena, sequence, &told, &count));
    *is_told = false;
    for (size_t i = 0; i < count && !*is_told; i++) {
        const struct feed *feed = feeds_find_ordinal(&exchange->feeds, told[i].ordinal);
        *is_told = feed && told_reads(feed, told[i].number, member);
    }
    return RESULT_OK;
}

static const char *why_pending(const struct told_reader *reader, const struct peer *peer, uint64_t started_ms,
                               uint64_t *since) {
    if (peer && peer->connection)
        return "fetching";
    *since = peer ? peer->since_ms : 0;
    if (*since)
        return "away";
    if (reader->is_heard) {
        *since = started_ms;
        return "unseen";
    }
    return peer && peer->address ? "never-connected" : "never-called";
}

const char *told_word(const struct told_reader *reader, const struct peer *peer, uint64_t started_ms, uint64_t *since) {
    static const char *const words[] = {
        [TOLD_DELIVERED] = "delivered", [TOLD_NO_GRANT] = "no-grant", [TOLD_LATER] = "joined-later",
        [TOLD_LEFT] = "left",           [TOLD_FORMER] = "former",     [TOLD_PENDING] = NULL};
    *since = reader->since;
    return reader->state == TOLD_PENDING ? why_pending(reader, peer, started_ms, since) : words[reader->state];
}
