#include "daemon/feeds.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

static const uint64_t epoch_ms_max = (uint64_t)EPOCH_DAYS_MAX * 24 * 60 * 60 * 1000;

static void feed_free(struct feed *feed) {
    if (!feed)
        return;
    free((void *)(uintptr_t)feed->record.audience);
    free((void *)(uintptr_t)feed->record.members.data);
    if (feed->draft.members.data != feed->record.members.data)
        free((void *)(uintptr_t)feed->draft.members.data);
    secret_free(feed->key);
    free(feed->positions);
    free(feed);
}

/* Takes over a copy of the record. */
static struct feed *feed_new(const struct store_feed *record, bool ours) {
    struct feed *feed = calloc(1, sizeof *feed);
    char *audience = strdup(record->audience);
    uint8_t *members = malloc(record->members.len + 1), *key = secret_new(EPOCH_KEY_SIZE);
    if (!feed || !audience || !members || !key) {
        free(feed);
        free(audience);
        free(members);
        secret_free(key);
        return NULL;
    }
    if (record->members.len)
        memcpy(members, record->members.data, record->members.len);
    feed->record = *record;
    feed->record.audience = audience;
    feed->record.members = span_of(members, record->members.len);
    feed->draft = feed->record;
    feed->ours = ours;
    feed->key = key;
    memcpy(feed->head.feed, record->feed, FEED_ID_SIZE);
    memcpy(feed->head.hash, record->head, HASH_SIZE);
    feed->head.number = record->number;
    feed->head.epoch = record->epoch;
    feed->next = feed->head;
    return feed;
}

static bool feeds_push(struct feeds *feeds, struct feed *feed) {
    if (feeds->count == feeds->capacity) {
        size_t capacity = feeds->capacity ? feeds->capacity * 2 : 16;
        struct feed **rows = realloc(feeds->rows, capacity * sizeof(struct feed *));
        if (!rows)
            return false;
        feeds->rows = rows;
        feeds->capacity = capacity;
    }
    feeds->rows[feeds->count++] = feed;
    return true;
}

enum result feeds_open(struct feeds *feeds, struct store *store, const struct identity *identity,
                       const struct random *random) {
    *feeds = (struct feeds){.store = store, .identity = identity, .random = random};
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    struct store_feed *records;
    size_t count;
    enum result result = store_feeds(store, &arena, &records, &count);
    for (size_t i = 0; i < count && !result; i++) {
        bool ours = memcmp(records[i].author, identity->id, MEMBER_ID_SIZE) == 0;
        struct feed *feed = feed_new(&records[i], ours);
        if (!feed || !feeds_push(feeds, feed)) {
            feed_free(feed);
            result = RESULT_NO_MEMORY;
        }
    }
    arena_release(&arena);
    if (result)
        feeds_release(feeds);
    return result;
}

void feeds_release(struct feeds *feeds) {
    for (size_t i = 0; i < feeds->count; i++)
        feed_free(feeds->rows[i]);
    free(feeds->rows);
    feeds->rows = NULL;
    feeds->count = feeds->capacity = 0;
}

struct feed *feeds_find(const struct feeds *feeds, const uint8_t feed[static FEED_ID_SIZE]) {
    for (size_t i = 0; i < feeds->count; i++)
        if (memcmp(feeds->rows[i]->head.feed, feed, FEED_ID_SIZE) == 0)
            return feeds->rows[i];
    return NULL;
}

size_t feeds_of(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE]) {
    size_t count = 0;
    for (size_t i = 0; i < feeds->count; i++)
        count += memcmp(feeds->rows[i]->record.author, author, MEMBER_ID_SIZE) == 0;
    return count;
}

struct feed *feeds_find_ordinal(const struct feeds *feeds, uint32_t ordinal) {
    for (size_t i = 0; i < feeds->count; i++)
        if (feeds->rows[i]->record.ordinal == ordinal)
            return feeds->rows[i];
    return NULL;
}

enum result feeds_get(struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE], const char *audience,
                      struct feed **out) {
    struct store_feed record = {.audience = audience};
    feed_id(record.feed, author, audience);
    memcpy(record.author, author, MEMBER_ID_SIZE);
    struct feed *feed = feeds_find(feeds, record.feed);
    if (!feed) {
        TRY(store_put_feed(feeds->store, &record));
        feed = feed_new(&record, memcmp(author, feeds->identity->id, MEMBER_ID_SIZE) == 0);
        if (!feed || !feeds_push(feeds, feed)) {
            feed_free(feed);
            return RESULT_NO_MEMORY;
        }
        feed->fresh = feed->changed = true;
    }
    *out = feed;
    return RESULT_OK;
}

enum result feeds_key(struct feeds *feeds, struct feed *feed, uint32_t epoch, const uint8_t **key) {
    if (feed->key_epoch != epoch) {
        feed->key_epoch = 0;
        enum result result = store_get_epoch(feeds->store, feed->record.ordinal, epoch, feed->key);
        if (result)
            return result == RESULT_NOT_FOUND ? RESULT_NO_EPOCH_KEY : result;
        feed->key_epoch = epoch;
    }
    *key = feed->key;
    return RESULT_OK;
}

enum result feeds_keep_key(struct feeds *feeds, struct feed *feed, uint32_t epoch,
                           const uint8_t key[static EPOCH_KEY_SIZE]) {
    TRY(store_put_epoch(feeds->store, feed->record.ordinal, epoch, key));
    memcpy(feed->key, key, EPOCH_KEY_SIZE);
    feed->key_epoch = epoch;
    return RESULT_OK;
}

enum result feeds_members(struct arena *arena, const struct policy_audience *audience, const struct roster *roster,
                          const uint8_t self[static MEMBER_ID_SIZE], const struct member ***out, size_t *count) {
    const struct member **members = arena_array(arena, roster->count, sizeof *members);
    if (!members)
        return RESULT_NO_MEMORY;
    *count = 0;
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        if (memcmp(member->id, self, MEMBER_ID_SIZE) != 0 &&
            policy_selects(&audience->members, member->name, member->role, member->country))
            members[(*count)++] = member;
    }
    *out = members;
    return RESULT_OK;
}

/* A row of record.members: whose key was granted, and to which key of theirs. */
enum { HOLDER_SIZE = MEMBER_ID_SIZE + EXCHANGE_KEY_SIZE };

size_t feeds_holders(const struct feed *feed) {
    return feed->record.members.len / HOLDER_SIZE;
}

const uint8_t *feeds_holder(const struct feed *feed, size_t index) {
    return feed->record.members.data + index * HOLDER_SIZE;
}

bool feeds_has_member(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]) {
    for (size_t i = 0; i < feeds_holders(feed); i++)
        if (memcmp(feeds_holder(feed, i), member, MEMBER_ID_SIZE) == 0)
            return true;
    return false;
}

/* With the encryption key that the member has now: who has changed it has left and joined. */
static bool holds_key(struct span holders, const struct member *member) {
    for (size_t at = 0; at < holders.len; at += HOLDER_SIZE)
        if (memcmp(holders.data + at, member->id, MEMBER_ID_SIZE) == 0 &&
            memcmp(holders.data + at + MEMBER_ID_SIZE, member->encryption_key, EXCHANGE_KEY_SIZE) == 0)
            return true;
    return false;
}

enum result feeds_position(struct feeds *feeds, struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE],
                           struct position **out) {
    for (size_t i = 0; i < feed->position_count; i++)
        if (memcmp(feed->positions[i].member, member, MEMBER_ID_SIZE) == 0) {
            *out = &feed->positions[i];
            return RESULT_OK;
        }
    struct position position = {0};
    memcpy(position.member, member, MEMBER_ID_SIZE);
    TRY(store_get_position(feeds->store, feed->record.ordinal, member, &position.number));
    struct position *grown = realloc(feed->positions, (feed->position_count + 1) * sizeof *grown);
    if (!grown)
        return RESULT_NO_MEMORY;
    feed->positions = grown;
    grown[feed->position_count] = position;
    *out = &grown[feed->position_count++];
    return RESULT_OK;
}

/* What has to happen before the next disclosure (docs/protocol.md, 7.1). */
enum due { NOTHING_DUE, GRANT_DUE, EPOCH_DUE };

static enum due what_is_due(const struct feed *feed, const struct member *const *members, size_t count,
                            uint64_t now_ms) {
    const struct store_feed *record = &feed->draft;
    bool is_old = now_ms > record->epoch_started && now_ms - record->epoch_started > epoch_ms_max;
    if (record->epoch == 0 || is_old || feed->next.number - record->epoch_first >= EPOCH_ENTRIES_MAX)
        return EPOCH_DUE;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += holds_key(record->members, members[i]);
    if (kept < record->members.len / HOLDER_SIZE)
        return EPOCH_DUE; /* somebody left */
    return kept < count ? GRANT_DUE : NOTHING_DUE;
}

static enum result set_draft_members(struct feed *feed, const struct member *const *members, size_t count) {
    uint8_t *holders = malloc(count * HOLDER_SIZE + 1);
    if (!holders)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        memcpy(holders + i * HOLDER_SIZE, members[i]->id, MEMBER_ID_SIZE);
        memcpy(holders + i * HOLDER_SIZE + MEMBER_ID_SIZE, members[i]->encryption_key, EXCHANGE_KEY_SIZE);
    }
    if (feed->draft.members.data != feed->record.members.data)
        free((void *)(uintptr_t)feed->draft.members.data);
    feed->draft.members = span_of(holders, count * HOLDER_SIZE);
    return RESULT_OK;
}

static enum result put_entry(struct feeds *feeds, struct feed *feed, struct arena *arena,
                             const struct feed_draft *draft) {
    struct buf entry;
    buf_init(&entry, arena);
    TRY(feed_append(&entry, arena, &feed->next, draft, feeds->identity, feeds->random));
    feed->changed = true;
    return store_put_entry(feeds->store, feed->record.ordinal, feed->next.number, buf_span(&entry));
}

static enum result append_grant(struct feeds *feeds, struct feed *feed, struct arena *arena, uint32_t epoch,
                                const struct member *const *members, size_t count, uint64_t now_ms) {
    struct epoch_place place = {.epoch = epoch};
    memcpy(place.feed, feed->head.feed, FEED_ID_SIZE);
    struct epoch_member *receivers = arena_array(arena, count, sizeof *receivers);
    if (!receivers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        receivers[i] = (struct epoch_member){.id = members[i]->id, .public_key = members[i]->encryption_key};
    struct buf grant;
    size_t bad;
    buf_init(&grant, arena);
    enum result result = epoch_grant(&grant, arena, feed->key, &place, receivers, count, feeds->random, &bad);
    if (result == RESULT_BAD_POINT)
        log_error(_("the encryption key of %s in the roster is no key: nothing can be granted to its audience"),
                  members[bad]->name);
    TRY(result);
    const struct feed_draft draft = {ENTRY_GRANT, epoch, now_ms, buf_span(&grant), NULL};
    TRY(put_entry(feeds, feed, arena, &draft));
    return set_draft_members(feed, members, count);
}

static enum result begin_epoch(struct feeds *feeds, struct feed *feed, uint64_t now_ms) {
    uint32_t epoch = feed->draft.epoch + 1;
    feed->changed = true; /* whatever happens next, this is settled or taken back */
    feed->key_epoch = 0;
    random_fill(feeds->random, feed->key, EPOCH_KEY_SIZE);
    TRY(store_put_epoch(feeds->store, feed->record.ordinal, epoch, feed->key));
    feed->key_epoch = epoch;
    feed->draft.epoch = epoch;
    feed->draft.epoch_started = now_ms;
    feed->draft.epoch_first = feed->next.number + 1;
    return RESULT_OK;
}

enum result feeds_refresh(struct feeds *feeds, struct feed *feed, struct arena *arena,
                          const struct policy_audience *audience, const struct roster *roster, uint64_t now_ms) {
    const struct member **members;
    size_t count;
    TRY(feeds_members(arena, audience, roster, feeds->identity->id, &members, &count));
    if (count == 0 && feed->draft.members.len == 0)
        return RESULT_NOT_FOUND;
    enum due due = what_is_due(feed, members, count, now_ms);
    if (due == NOTHING_DUE)
        return RESULT_OK;
    if (due == EPOCH_DUE) {
        TRY(begin_epoch(feeds, feed, now_ms));
    } else {
        const uint8_t *key;
        TRY(feeds_key(feeds, feed, feed->draft.epoch, &key));
    }
    TRY(append_grant(feeds, feed, arena, feed->draft.epoch, members, count, now_ms));
    return count ? RESULT_OK : RESULT_NOT_FOUND;
}

enum result feeds_append(struct feeds *feeds, struct feed *feed, struct arena *arena, struct span disclosure,
                         uint64_t now_ms) {
    const uint8_t *key;
    TRY(feeds_key(feeds, feed, feed->next.epoch, &key));
    const struct feed_draft draft = {ENTRY_DISCLOSURE, feed->next.epoch, now_ms, disclosure, key};
    return put_entry(feeds, feed, arena, &draft);
}

void feeds_freeze(struct feed *feed) {
    feed->draft.frozen = feed->changed = true;
    log_error(
        _("the author of feed \"%s\" has signed two histories of it, as a node does that was set back to an older "
          "copy: the feed is frozen here until a person decides"),
        feed->record.audience);
}

static enum result put_positions(struct feeds *feeds, struct feed *feed) {
    for (size_t i = 0; i < feed->position_count; i++) {
        struct position *position = &feed->positions[i];
        if (position->unwritten)
            TRY(store_put_position(feeds->store, feed->record.ordinal, position->member, position->number));
        position->unwritten = false;
    }
    return RESULT_OK;
}

enum result feeds_put(struct feeds *feeds) {
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        TRY(put_positions(feeds, feed));
        if (!feed->changed)
            continue;
        feed->draft.number = feed->next.number;
        feed->draft.epoch = feed->next.epoch;
        memcpy(feed->draft.head, feed->next.hash, HASH_SIZE);
        TRY(store_put_feed(feeds->store, &feed->draft));
    }
    return RESULT_OK;
}

static void drop_members(struct feed *feed, struct span dropped, struct span kept) {
    if (dropped.data != kept.data)
        free((void *)(uintptr_t)dropped.data);
    feed->record.members = feed->draft.members = kept;
}

void feeds_settle(struct feeds *feeds) {
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        if (!feed->changed)
            continue;
        struct span old = feed->record.members;
        feed->record = feed->draft;
        drop_members(feed, old, feed->draft.members);
        feed->head = feed->next;
        feed->fresh = feed->changed = false;
    }
}

void feeds_discard(struct feeds *feeds) {
    size_t kept = 0;
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        if (feed->fresh) {
            feed_free(feed);
            continue;
        }
        if (feed->changed) {
            struct span draft_members = feed->draft.members;
            feed->draft = feed->record;
            drop_members(feed, draft_members, feed->record.members);
            feed->next = feed->head;
            feed->key_epoch = 0; /* the store may not hold it */
            feed->changed = false;
        }
        feeds->rows[kept++] = feed;
    }
    feeds->count = kept;
}
