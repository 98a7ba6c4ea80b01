#include "daemon/feeds.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/disclosures.h"

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
    uint8_t *members = malloc(record->members.len + 1);
    if (!feed || !audience || !members) {
        free(feed);
        free(audience);
        free(members);
        return NULL;
    }
    if (record->members.len)
        memcpy(members, record->members.data, record->members.len);
    feed->record = *record;
    feed->record.audience = audience;
    feed->record.members = span_of(members, record->members.len);
    feed->draft = feed->record;
    feed->ours = ours;
    memcpy(feed->head.feed, record->feed, FEED_ID_SIZE);
    memcpy(feed->head.hash, record->head, HASH_SIZE);
    feed->head.number = record->number;
    feed->head.epoch = record->epoch;
    feed->head.midway = record->number && record->epoch == 0;
    feed->next = feed->head;
    feed->mine = feed->head.number;
    memcpy(feed->mine_hash, feed->head.hash, HASH_SIZE);
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

size_t feeds_of_author(const struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE]) {
    size_t count = 0;
    for (size_t i = 0; i < feeds->count; i++)
        count += memcmp(feeds->rows[i]->record.author, author, MEMBER_ID_SIZE) == 0;
    return count;
}

size_t feeds_of(const struct feeds *feeds, const uint8_t key_id[static MEMBER_ID_SIZE]) {
    size_t count = 0;
    for (size_t i = 0; i < feeds->count; i++)
        count += memcmp(feeds->rows[i]->record.key, key_id, MEMBER_ID_SIZE) == 0;
    return count;
}

struct feed *feeds_find_ordinal(const struct feeds *feeds, uint32_t ordinal) {
    for (size_t i = 0; i < feeds->count; i++)
        if (feeds->rows[i]->record.ordinal == ordinal)
            return feeds->rows[i];
    return NULL;
}

enum result feeds_get(struct feeds *feeds, const uint8_t author[static MEMBER_ID_SIZE],
                      const uint8_t key_id[static MEMBER_ID_SIZE], const char *audience, struct feed **out) {
    struct store_feed record = {.audience = audience};
    feed_id(record.feed, key_id, audience);
    memcpy(record.author, author, MEMBER_ID_SIZE);
    memcpy(record.key, key_id, MEMBER_ID_SIZE);
    struct feed *feed = feeds_find(feeds, record.feed);
    if (!feed) {
        TRY(store_put_feed(feeds->store, &record));
        feed = feed_new(&record, memcmp(author, feeds->identity->id, MEMBER_ID_SIZE) == 0);
        if (!feed || !feeds_push(feeds, feed)) {
            feed_free(feed);
            return RESULT_NO_MEMORY;
        }
        feed->fresh = feed->changed = feed->proven = true;
    }
    *out = feed;
    return RESULT_OK;
}

/* --- which of our feeds may go on --- */

static enum result standing_of(const struct feeds *feeds, const struct feed *feed) {
    const uint8_t *key = feeds->is_unending ? feeds->key_before : feeds->identity->key_id;
    if (feed->draft.frozen)
        return RESULT_FORK;
    if (memcmp(feed->record.key, key, MEMBER_ID_SIZE) != 0)
        return RESULT_REVOKED;
    if (feed->elsewhere > feed->next.number)
        return RESULT_BEHIND;
    return feeds->suspect && !feed->proven ? RESULT_UNPROVEN : RESULT_OK;
}

enum result feeds_may_append(const struct feeds *feeds, const struct feed *feed) {
    enum result result = standing_of(feeds, feed);
    return !result && feeds->is_unending ? RESULT_UNPROVEN : result;
}

void feeds_hear(struct feed *feed, uint64_t number, const uint8_t hash[static HASH_SIZE]) {
    if (number >= feed->head.number)
        feed->proven = true;
    if (number <= feed->elsewhere)
        return;
    feed->elsewhere = number;
    memcpy(feed->elsewhere_hash, hash, HASH_SIZE);
}

bool feeds_are_proven(const struct feeds *feeds) {
    bool any = false;
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        enum result result = feed->ours ? standing_of(feeds, feed) : RESULT_OK;
        if (result == RESULT_UNPROVEN || result == RESULT_BEHIND)
            return false;
        any |= feed->ours && feed->proven && result != RESULT_REVOKED;
    }
    return any;
}

/* Guarded memory is dear: of others' feeds only so many have their key loaded at a time. */
static void unload_one(struct feeds *feeds, const struct feed *but) {
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        if (feed == but || feed->ours || !feed->key)
            continue;
        secret_free(feed->key);
        feed->key = NULL;
        feed->key_epoch = 0;
        feeds->keys_loaded--;
        return;
    }
}

static enum result room_for_key(struct feeds *feeds, struct feed *feed) {
    if (feed->key)
        return RESULT_OK;
    if (feeds->keys_loaded >= KEYS_LOADED_MAX)
        unload_one(feeds, feed);
    feed->key = secret_new(EPOCH_KEY_SIZE);
    if (!feed->key)
        return RESULT_NO_MEMORY;
    feeds->keys_loaded++;
    return RESULT_OK;
}

enum result feeds_key(struct feeds *feeds, struct feed *feed, uint32_t epoch, const uint8_t **key) {
    if (feed->key_epoch != epoch) {
        feed->key_epoch = 0;
        TRY(room_for_key(feeds, feed));
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
    TRY(room_for_key(feeds, feed));
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

/* A row of record.members: whose key was granted, to which key of theirs, and from which entry on they can read. */
enum {
    HOLDER_KEY = MEMBER_ID_SIZE,
    HOLDER_FIRST = HOLDER_KEY + EXCHANGE_KEY_SIZE,
    HOLDER_SIZE = HOLDER_FIRST + 32, /* the store keeps multiples of 32 bytes */
};

size_t feeds_holders(const struct feed *feed) {
    return feed->record.members.len / HOLDER_SIZE;
}

const uint8_t *feeds_holder(const struct feed *feed, size_t index) {
    return feed->record.members.data + index * HOLDER_SIZE;
}

/* A holder begins with its id, so two holders compare as well as an id and a holder. */
static int compare_holders(const void *a, const void *b) {
    return memcmp(a, b, MEMBER_ID_SIZE);
}

/* NULL if it is none of the holders; they ascend by id, as the roster does. */
static const uint8_t *find_holder(struct span holders, const uint8_t *member) {
    if (holders.len == 0)
        return NULL;
    return bsearch(member, holders.data, holders.len / HOLDER_SIZE, HOLDER_SIZE, compare_holders);
}

static uint64_t first_of(const uint8_t *holder) {
    uint64_t first = 0;
    struct span rest = span_of(holder + HOLDER_FIRST, 8);
    span_u64(&rest, &first);
    return first;
}

uint64_t feeds_first_of(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]) {
    const uint8_t *holder = find_holder(feed->record.members, member);
    return holder ? first_of(holder) : 0;
}

void feeds_begin_midway(struct feed *feed, uint64_t first) {
    feed->next.number = first - 1;
    feed->next.midway = feed->changed = true;
}

bool feeds_has_member(const struct feed *feed, const uint8_t member[static MEMBER_ID_SIZE]) {
    return find_holder(feed->record.members, member) != NULL;
}

/* With the encryption key that the member has now: who has changed it has left and joined. */
static bool holds_key(struct span holders, const struct member *member) {
    const uint8_t *holder = find_holder(holders, member->id);
    return holder && memcmp(holder + HOLDER_KEY, member->encryption_key, EXCHANGE_KEY_SIZE) == 0;
}

bool feeds_is_carried(const struct feed *feed) {
    return !feed->ours && feed->draft.members.len;
}

/* Rows as those of our own feeds have, without keys. */
enum result feeds_set_readers(struct feed *feed, const struct feeds_reader *readers, size_t count) {
    uint8_t *holders = calloc(count + 1, HOLDER_SIZE);
    if (!holders)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        memcpy(holders + i * HOLDER_SIZE, readers[i].id, MEMBER_ID_SIZE);
        put_u64(holders + i * HOLDER_SIZE + HOLDER_FIRST, readers[i].first);
    }
    qsort(holders, count, HOLDER_SIZE, compare_holders);
    if (span_equal(feed->draft.members, span_of(holders, count * HOLDER_SIZE))) {
        free(holders);
        return RESULT_OK;
    }
    if (feed->draft.members.data != feed->record.members.data)
        free((void *)(uintptr_t)feed->draft.members.data);
    feed->draft.members = span_of(holders, count * HOLDER_SIZE);
    feed->changed = true;
    return RESULT_OK;
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

bool feeds_need_grants(const struct feed *feed, const struct member *const *members, size_t count) {
    struct span holders = feed->draft.members;
    if (feed->draft.epoch == 0 || holders.len / HOLDER_SIZE != count)
        return true;
    for (size_t i = 0; i < count; i++)
        if (!find_holder(holders, members[i]->id))
            return true;
    return false;
}

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
    uint8_t *holders = calloc(count + 1, HOLDER_SIZE);
    if (!holders)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint8_t *holder = holders + i * HOLDER_SIZE;
        const uint8_t *before = find_holder(feed->draft.members, members[i]->id);
        assert(i == 0 ||
               memcmp(members[i - 1]->id, members[i]->id, MEMBER_ID_SIZE) < 0); /* find_holder() counts on it */
        memcpy(holder, members[i]->id, MEMBER_ID_SIZE);
        memcpy(holder + HOLDER_KEY, members[i]->encryption_key, EXCHANGE_KEY_SIZE);
        put_u64(holder + HOLDER_FIRST, before ? first_of(before) : feed->draft.epoch_first);
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
    feed->mine = feed->next.number;
    memcpy(feed->mine_hash, feed->next.hash, HASH_SIZE);
    return store_put_entry(feeds->store, feed->record.ordinal, feed->next.number, buf_span(&entry));
}

/* For some of the members, and for ourselves. */
static enum result append_part(struct feeds *feeds, struct feed *feed, struct arena *arena, uint32_t epoch,
                               const struct member *const *members, size_t count, uint64_t now_ms) {
    struct epoch_place place = {.epoch = epoch};
    memcpy(place.feed, feed->head.feed, FEED_ID_SIZE);
    struct epoch_member *receivers = arena_array(arena, count + 1, sizeof *receivers);
    if (!receivers)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        receivers[i] = (struct epoch_member){.id = members[i]->id, .public_key = members[i]->encryption_key};
    /* and to ourselves: who lost the store and has the identity reads its own feeds again, from its readers */
    receivers[count] = (struct epoch_member){.id = feeds->identity->id, .public_key = feeds->identity->encryption_key};
    struct buf grant;
    size_t bad;
    buf_init(&grant, arena);
    enum result result =
        epoch_grant(&grant, arena, feed->key, &place, receivers, count + 1, feed->outdated_from, feeds->random, &bad);
    if (result == RESULT_BAD_POINT && bad < count)
        log_error(_("the encryption key of %s in the roster is no key: nothing can be granted to its audience"),
                  members[bad]->name);
    TRY(result);
    const struct feed_draft draft = {ENTRY_GRANT, epoch, now_ms, buf_span(&grant), NULL};
    return put_entry(feeds, feed, arena, &draft);
}

/* In as many entries as readers take (docs/protocol.md, 7.4). */
static enum result append_grant(struct feeds *feeds, struct feed *feed, struct arena *arena, uint32_t epoch,
                                const struct member *const *members, size_t count, uint64_t now_ms) {
    size_t done = 0;
    do {
        size_t part = count - done < GRANT_MEMBERS_MAX ? count - done : GRANT_MEMBERS_MAX;
        TRY(append_part(feeds, feed, arena, epoch, members + done, part, now_ms));
        done += part;
    } while (done < count);
    feed->outdated_from = 0;
    TRY(set_draft_members(feed, members, count));
    return disclosures_note_grant(feeds->store, arena, feed, members, count, now_ms);
}

static enum result begin_epoch(struct feeds *feeds, struct feed *feed, uint64_t now_ms) {
    uint32_t epoch = feed->draft.epoch + 1;
    feed->changed = true; /* whatever happens next, this is settled or taken back */
    feed->key_epoch = 0;
    TRY(room_for_key(feeds, feed));
    random_fill(feeds->random, feed->key, EPOCH_KEY_SIZE);
    TRY(store_put_epoch(feeds->store, feed->record.ordinal, epoch, feed->key));
    feed->key_epoch = epoch;
    feed->draft.epoch = epoch;
    feed->draft.epoch_started = now_ms;
    feed->draft.epoch_first = feed->next.number + 1;
    return RESULT_OK;
}

enum result feeds_refresh(struct feeds *feeds, struct feed *feed, struct arena *arena,
                          const struct member *const *members, size_t count, uint64_t now_ms) {
    if (count == 0 && feed->draft.members.len == 0)
        return RESULT_NOT_FOUND;
    TRY(feeds_may_append(feeds, feed));
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

void feeds_end_epochs(struct feeds *feeds) {
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        if (!feed->ours || feed->draft.epoch == 0)
            continue;
        feed->draft.epoch_started = 0;
        feed->changed = true;
    }
}

enum result feeds_append(struct feeds *feeds, struct feed *feed, struct arena *arena, enum entry_kind kind,
                         struct span body, uint64_t now_ms) {
    const uint8_t *key;
    TRY(feeds_may_append(feeds, feed));
    TRY(feeds_key(feeds, feed, feed->next.epoch, &key));
    const struct feed_draft draft = {kind, feed->next.epoch, now_ms, body, key};
    return put_entry(feeds, feed, arena, &draft);
}

void feeds_wait(struct feed *feed, enum feed_wait why, size_t bytes) {
    feed->draft.waits_for = (uint8_t)why;
    feed->draft.waiting++;
    feed->draft.waiting_bytes += bytes;
    feed->changed = true;
}

void feeds_freeze(struct feed *feed) {
    if (feed->draft.frozen)
        return;
    feed->draft.frozen = feed->changed = true;
    if (feed->ours)
        log_error(_("our feed \"%s\" has two histories, both signed with our key: another copy of this node is or was "
                    "running. Nothing more is appended to it. Stop the other copy, then: inama keys rotate --signing"),
                  feed->record.audience);
    else
        log_error(_("the author of feed \"%s\" has signed two histories of it, as a node does that was set back to an "
                    "older copy: the feed is frozen here and goes on when its author has changed its signing key"),
                  feed->record.audience);
}

enum result feeds_note(struct store *store, struct arena *arena, enum store_note kind, const struct feed *feed,
                       struct span *note) {
    *note = (struct span){0};
    enum result result = store_get_note(store, arena, kind, feed->record.ordinal, note);
    return result == RESULT_NOT_FOUND ? RESULT_OK : result;
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
            feed->outdated_from = 0;
            feed->changed = false;
        }
        feeds->rows[kept++] = feed;
    }
    feeds->count = kept;
}
