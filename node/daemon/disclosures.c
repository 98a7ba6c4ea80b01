#include "daemon/disclosures.h"

#include "base/proto.h"
#include "base/text.h"
#include "journal.pb-c.h"

const char disclosures_file[] = "@file";

static enum result put(struct store *store, struct arena *arena, const DisclosureRecord *record, uint64_t *number) {
    struct buf bytes;
    buf_init(&bytes, arena);
    proto_encode(&bytes, record);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    return store_append_record(store, JOURNAL_DISCLOSURES, buf_span(&bytes), number);
}

static enum result append(struct store *store, struct arena *arena, const struct feed *feed, DisclosureRecord *record,
                          uint64_t now_ms, uint64_t *number) {
    record->time = now_ms;
    record->feed = proto_bytes(feed->record.feed, sizeof feed->record.feed);
    record->audience = (char *)(uintptr_t)feed->record.audience;
    record->epoch = feed->next.epoch;
    record->number = feed->next.number;
    return put(store, arena, record, number);
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

static void say_told(Told *out, uint8_t shown[static FIELD_SLOTS / 8], const struct telling *telling) {
    told__init(out);
    field_set_put(shown, &telling->shown);
    out->object = proto_bytes(telling->object, OBJECT_ID_SIZE);
    out->alert = telling->header->alert;
    out->version = telling->header->version;
    out->shown = proto_bytes(shown, FIELD_SLOTS / 8);
    out->rule = (char *)(uintptr_t)telling->rule;
    out->has_by = telling->by != 0;
    out->by = telling->by;
}

enum result disclosures_note(struct store *store, struct arena *arena, const struct feed *feed,
                             const struct telling *telling, const struct member *const *members, size_t count,
                             uint64_t now_ms) {
    DisclosureRecord record = DISCLOSURE_RECORD__INIT;
    Told told;
    uint8_t shown[FIELD_SLOTS / 8];
    uint64_t number;
    say_told(&told, shown, telling);
    TRY(readers_of(store, arena, feed, members, count, now_ms, &told.readers));
    record.told = &told;
    return append(store, arena, feed, &record, now_ms, &number);
}

enum result disclosures_note_file(struct store *store, struct arena *arena, const struct telling *telling,
                                  uint64_t now_ms) {
    static const uint8_t no_feed[FEED_ID_SIZE];
    DisclosureRecord record = DISCLOSURE_RECORD__INIT;
    Told told;
    uint8_t shown[FIELD_SLOTS / 8];
    uint64_t number;
    say_told(&told, shown, telling);
    record.time = now_ms;
    record.feed = proto_bytes(no_feed, sizeof no_feed);
    record.audience = (char *)(uintptr_t)disclosures_file;
    record.told = &told;
    return put(store, arena, &record, &number);
}

const char *disclosures_rule(struct arena *arena, const struct policy *policy, size_t line, const char *what) {
    const char *slash = strrchr(policy->file, '/');
    return text_format(arena, "%s:%zu: %s", slash ? slash + 1 : policy->file, line, what);
}
