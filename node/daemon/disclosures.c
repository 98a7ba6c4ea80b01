#include "daemon/disclosures.h"

#include "base/proto.h"
#include "base/text.h"
#include "journal.pb-c.h"

static enum result append(struct store *store, struct arena *arena, const struct feed *feed, DisclosureRecord *record,
                          uint64_t now_ms, uint64_t *number) {
    struct buf bytes;
    record->time = now_ms;
    record->feed = proto_bytes(feed->record.feed, sizeof feed->record.feed);
    record->audience = (char *)(uintptr_t)feed->record.audience;
    record->epoch = feed->next.epoch;
    record->number = feed->next.number;
    buf_init(&bytes, arena);
    proto_encode(&bytes, record);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    return store_append_record(store, JOURNAL_DISCLOSURES, buf_span(&bytes), number);
}

/* The number of the record that says who holds the key now is kept as a note of the feed. */
static enum result note_readers(struct store *store, const struct feed *feed, uint64_t number) {
    uint8_t note[8];
    put_u64(note, number);
    return store_put_note(store, STORE_NOTE_READERS, feed->record.ordinal, SPAN_OF_ARRAY(note));
}

enum result disclosures_note_grant(struct store *store, struct arena *arena, const struct feed *feed,
                                   const struct member *const *members, size_t count, uint64_t now_ms) {
    DisclosureRecord record = DISCLOSURE_RECORD__INIT;
    struct buf ids;
    uint64_t number;
    buf_init(&ids, arena);
    for (size_t i = 0; i < count; i++)
        buf_put(&ids, members[i]->id, MEMBER_ID_SIZE);
    if (ids.failed)
        return RESULT_NO_MEMORY;
    record.has_members = true;
    record.members = proto_bytes(ids.data, ids.len);
    TRY(append(store, arena, feed, &record, now_ms, &number));
    return note_readers(store, feed, number);
}

/* A feed whose last grant is older than the log has none yet. */
static enum result readers_of(struct store *store, struct arena *arena, const struct feed *feed,
                              const struct member *const *members, size_t count, uint64_t now_ms, uint64_t *number) {
    struct span note;
    TRY(feeds_note(store, arena, STORE_NOTE_READERS, feed, &note));
    if (note.len == 0) {
        TRY(disclosures_note_grant(store, arena, feed, members, count, now_ms));
        TRY(feeds_note(store, arena, STORE_NOTE_READERS, feed, &note));
    }
    return span_u64(&note, number) ? RESULT_OK : RESULT_STORE_DAMAGED;
}

enum result disclosures_note(struct store *store, struct arena *arena, const struct feed *feed,
                             const struct telling *telling, const struct member *const *members, size_t count,
                             uint64_t now_ms) {
    DisclosureRecord record = DISCLOSURE_RECORD__INIT;
    Told told = TOLD__INIT;
    uint8_t shown[FIELD_SLOTS / 8];
    uint64_t number;
    TRY(readers_of(store, arena, feed, members, count, now_ms, &told.readers));
    field_set_put(shown, &telling->shown);
    told.object = proto_bytes(telling->object, OBJECT_ID_SIZE);
    told.alert = telling->header->alert;
    told.version = telling->header->version;
    told.shown = proto_bytes(shown, sizeof shown);
    told.rule = (char *)(uintptr_t)telling->rule;
    told.has_by = telling->by != 0;
    told.by = telling->by;
    record.told = &told;
    return append(store, arena, feed, &record, now_ms, &number);
}

const char *disclosures_rule(struct arena *arena, const struct policy *policy, size_t line, const char *what) {
    const char *slash = strrchr(policy->file, '/');
    return text_format(arena, "%s:%zu: %s", slash ? slash + 1 : policy->file, line, what);
}
