#include "tests/support/scribe.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

void scribe_begin(struct scribe *scribe, const struct identity *identity, const char *audience) {
    *scribe = (struct scribe){.identity = identity, .key = {7}};
    feed_id(scribe->head.feed, identity->key_id, audience);
}

static struct span append(struct scribe *scribe, struct arena *arena, const struct feed_draft *draft) {
    struct buf entry;
    buf_init(&entry, arena);
    if (feed_append(&entry, arena, &scribe->head, draft, scribe->identity, random_system()))
        abort();
    return buf_span(&entry);
}

static struct span grant(struct scribe *scribe, struct arena *arena) {
    const struct epoch_member self = {scribe->identity->id, scribe->identity->encryption_key};
    struct epoch_place place = {.epoch = 1};
    struct buf body;
    size_t bad;
    memcpy(place.feed, scribe->head.feed, FEED_ID_SIZE);
    buf_init(&body, arena);
    if (epoch_grant(&body, arena, scribe->key, &place, &self, 1, 0, random_system(), &bad))
        abort();
    const struct feed_draft draft = {ENTRY_GRANT, 1, 1, buf_span(&body), NULL};
    return append(scribe, arena, &draft);
}

struct span scribe_write(struct scribe *scribe, struct arena *arena, size_t content) {
    static const uint8_t zeros[ENTRY_BYTES_MAX];
    if (scribe->head.number == 0)
        return grant(scribe, arena);
    const struct feed_draft draft = {ENTRY_DISCLOSURE, 1, 1, span_of(zeros, content), scribe->key};
    return append(scribe, arena, &draft);
}
