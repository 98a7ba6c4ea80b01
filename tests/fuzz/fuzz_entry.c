/* Entries as a peer sends them. The first byte chooses: bytes as they are, at a head that they follow as far as they
 * can; or a plain disclosure or grant that an honest author appends, which must be opened again as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "core/feed.h"
#include "tests/support/chance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chance chance = {5};
static struct random drawn;
static struct identity author;
static uint8_t key[SEAL_KEY_SIZE];

static void prepare(void) {
    if (author.secrets)
        return;
    secret_start();
    drawn = chance_random(&chance);
    if (identity_make(&author, &drawn))
        abort();
    memset(key, 9, sizeof key);
}

/* The head before this entry, as far as the entry says. */
static struct feed_head before(const struct entry *entry) {
    struct feed_head head = {.number = entry->number - 1, .epoch = entry->epoch};
    memcpy(head.feed, entry->feed, FEED_ID_SIZE);
    memcpy(head.hash, entry->previous, HASH_SIZE);
    return head;
}

static void take_as_it_is(struct arena *arena, struct span bytes) {
    struct entry entry;
    struct span plain;
    if (feed_parse(&entry, bytes))
        return;
    assert(entry.number > 0 && entry.epoch > 0 && entry.body.len > 0);
    assert(entry.body.data + entry.body.len == bytes.data + bytes.len);
    struct feed_head head = before(&entry);
    enum result result = feed_follows(&head, &entry);
    assert(result == RESULT_OK || result == RESULT_BAD_HASH);
    feed_advance(&head, &entry);
    assert(feed_follows(&head, &entry) == RESULT_REPLAYED);
    assert(feed_verify(&entry, author.sign_key) != RESULT_OK); /* nobody signs for us */
    assert(feed_open(arena, &plain, &entry, key) != RESULT_OK);
}

static void append_and_open(struct arena *arena, enum entry_kind kind, struct span body) {
    struct feed_head head = {.epoch = 1};
    const struct feed_head start = head;
    struct buf out;
    buf_init(&out, arena);
    const struct feed_draft draft = {kind, 1, 1000, body, key};
    if (feed_append(&out, arena, &head, &draft, &author, &drawn)) {
        assert(body.len == 0 || body.len > ENTRY_BYTES_MAX - 2048);
        return;
    }
    struct entry entry;
    struct span plain;
    if (feed_parse(&entry, buf_span(&out)) || feed_follows(&start, &entry) || feed_verify(&entry, author.sign_key))
        abort();
    if (kind == ENTRY_GRANT) {
        assert(span_equal(entry.body, body));
        return;
    }
    if (feed_open(arena, &plain, &entry, key) || !span_equal(plain, body))
        abort();
    out.data[out.len - 1] ^= 1; /* and what was changed is not */
    assert(feed_follows(&start, &entry) == RESULT_BAD_HASH);
    assert(feed_open(arena, &plain, &entry, key) != RESULT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct arena arena;
    prepare();
    arena_init(&arena, (size_t)16 << 20);
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] >= ENTRY_GRANT && data[0] <= ENTRY_REQUEST)
        append_and_open(&arena, (enum entry_kind)data[0], rest);
    else
        take_as_it_is(&arena, rest);
    arena_release(&arena);
    return 0;
}
