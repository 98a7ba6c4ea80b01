/* What a member of the roster may send over its session. The first byte chooses: a SyncMessage of any bytes, whose
 * parts are handed on as the daemon does; or an entry that the member has signed and chained, with a grant, or a sealed
 * disclosure, of any bytes in it. Nothing is kept between two inputs, and nothing unsigned is ever taken. */
#include <assert.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "sync.pb-c.h"
#include "tests/support/world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world *world;
static struct actor *author, *reader;
static uint64_t alerts_at_start;
static struct feed_head head_at_start;

static struct feed *author_feed_at(struct actor *holder) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, author->identity.id, "customs");
    return feeds_find(&holder->exchange.feeds, id);
}

/* The reader holds a grant and one alert of the author. The world wants to be made inside of a test. */
START_TEST(make_the_world) {
    uint8_t object[OBJECT_ID_SIZE];
    world = world_new(7);
    author = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    reader = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
    ck_assert_int_eq(world_publish(author, world_alert(world, "AMBER", ""), object), RESULT_OK);
    world_settle(world);
    alerts_at_start = index_count(reader->exchange.index);
    head_at_start = author_feed_at(reader)->head;
    ck_assert_uint_eq(alerts_at_start, 1);
}
END_TEST

static void forget_the_world(void) {
    world_free(world);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("sync");
    TCase *world_is_made = tcase_create("world");
    SRunner *runner = srunner_create(suite);
    tcase_add_test(world_is_made, make_the_world);
    suite_add_tcase(suite, world_is_made);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_SILENT);
    assert(srunner_ntests_failed(runner) == 0);
    srunner_free(runner);
    atexit(forget_the_world);
    return 0;
}

static enum result hand(const char *audience, const struct span *entries, size_t count, size_t *taken) {
    struct delivery delivery = {.author = roster_find(world->roster, author->identity.id),
                                .audience = audience,
                                .entries = entries,
                                .count = count};
    if (exchange_receive(&reader->exchange, &delivery))
        abort(); /* our own machine is well */
    *taken = delivery.taken;
    return delivery.result;
}

static void take_block(struct arena *arena, const Block *block) {
    size_t taken;
    if (block->n_entries > BLOCK_BYTES_MAX / ENTRY_OVERHEAD)
        return;
    struct span *entries = arena_array(arena, block->n_entries, sizeof *entries);
    if (!entries)
        return;
    for (size_t i = 0; i < block->n_entries; i++)
        entries[i] = proto_span(block->entries[i]);
    enum result result = hand("customs", entries, block->n_entries, &taken);
    assert(taken == 0 && (result || block->n_entries == 0)); /* nobody signs for the author */
}

static void take_announce(const Announce *announce) {
    struct feed *feed;
    if (announce->head.len != HASH_SIZE || !*announce->audience || strlen(announce->audience) > NAME_BYTES_MAX)
        return;
    if (exchange_follow(&reader->exchange, author->identity.id, NULL, announce->audience, &feed))
        abort();
    enum result result = exchange_compare_head(&reader->exchange, feed, announce->number, announce->head.data);
    assert(result == RESULT_OK || result == RESULT_FORK || result == RESULT_ROLLBACK);
}

/* Nobody signs a checkpoint for the author. */
static void take_point(struct arena *arena, const Point *words) {
    struct checkpoint point;
    const struct checkpoint *ask;
    struct span text = proto_span(words->checkpoint);
    if (checkpoint_read(&point, arena, &text))
        return;
    const struct showing showing = {.member = roster_find(world->roster, author->identity.id),
                                    .point = &point,
                                    .first = words->first,
                                    .proof = proto_span(words->proof),
                                    .now_ms = world->now_ms,
                                    .identity = &reader->identity};
    bool is_claim;
    if (exchange_begin(&reader->exchange) || !witnesses_take(&reader->exchange.witnesses, arena, &showing, &ask) ||
        !witnesses_hear(&reader->exchange.witnesses, arena, &showing, &is_claim))
        abort();
}

static void take_message(struct span bytes) {
    struct arena arena;
    SyncMessage *message;
    arena_init(&arena, SYNC_MEMORY_MAX);
    if (!proto_decode(&arena, &sync_message__descriptor, bytes, &message)) {
        if (message->announce)
            take_announce(message->announce);
        if (message->block)
            take_block(&arena, message->block);
        if (message->point)
            take_point(&arena, message->point);
    }
    arena_release(&arena);
}

static void take_signed(enum entry_kind kind, struct span body) {
    const uint8_t *key;
    struct buf entry;
    struct arena arena;
    struct feed_head head = head_at_start;
    arena_init(&arena, SYNC_MEMORY_MAX);
    buf_init(&entry, &arena);
    if (feeds_key(&author->exchange.feeds, author_feed_at(author), 1, &key))
        abort();
    const struct feed_draft draft = {kind, 1, world->now_ms, body, key};
    if (!feed_append(&entry, &arena, &head, &draft, &author->identity, &world->random)) {
        struct span bytes = buf_span(&entry);
        size_t taken;
        if (hand("customs", &bytes, 1, &taken))
            abort();
        assert(taken == 1); /* part of the feed, whatever is in it */
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] >= ENTRY_GRANT && data[0] <= ENTRY_REQUEST)
        take_signed((enum entry_kind)data[0], rest);
    else
        take_message(rest);
    exchange_abort(&reader->exchange);
    exchange_end_turn(&reader->exchange);
    assert(index_count(reader->exchange.index) == alerts_at_start);
    assert(reader->exchange.feeds.count == 1);
    assert(memcmp(&author_feed_at(reader)->head, &head_at_start, sizeof head_at_start) == 0);
    assert(memcmp(&author_feed_at(reader)->next, &head_at_start, sizeof head_at_start) == 0);
    return 0;
}
