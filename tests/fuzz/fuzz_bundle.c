/* What may be on a stick. The first byte chooses: a file of any bytes; entries of any bytes under a head of any bytes,
 * or under a head that the writer has signed; words of a head, signed by the writer, over true entries; words of a
 * receipt, signed by the reader. Nothing is kept between two inputs, and nothing that its author did not sign is ever
 * taken. */
#include <assert.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "daemon/carry.h"
#include "tests/support/world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_FILE, INPUT_ENTRIES, INPUT_RECORDS, INPUT_HEAD, INPUT_RECEIPT };

static struct world *world;
static struct actor *author, *reader;
static struct span head, entries; /* of the stick that the reader has not read */
static size_t feeds_at_start;

static struct span keep(const struct buf *record) {
    return span_of(arena_copy(&world->arena, record->data, record->len), record->len);
}

/* The author has told its customs colleague one alert. The world wants to be made inside of a test. */
START_TEST(make_the_world) {
    uint8_t object[OBJECT_ID_SIZE];
    struct buf record;
    world = world_new(12);
    author = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    reader = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
    ck_assert_int_eq(world_publish(author, world_alert(world, "AMBER", ""), object), RESULT_OK);
    struct carry_gift gift = {
        .reader = roster_find(world->roster, reader->identity.id), .part = 1, .bytes_max = SIZE_MAX};
    buf_init(&record, &author->exchange.turn);
    ck_assert_int_eq(carry_give_head(&author->exchange, &gift, &record), RESULT_OK);
    head = keep(&record);
    buf_init(&record, &author->exchange.turn);
    ck_assert_int_eq(carry_give_entries(&author->exchange, &gift, &record), RESULT_OK);
    entries = keep(&record);
    feeds_at_start = reader->exchange.feeds.count;
}
END_TEST

static void forget_the_world(void) {
    world_free(world);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("bundle");
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

/* Takes entries under a head; how many. */
static size_t take(struct arena *arena, struct span head_record, struct span record) {
    struct carry_head words;
    struct carry_taken taken;
    if (carry_read_head(&words, &reader->exchange, arena, head_record) ||
        carry_take_entries(&reader->exchange, &words, record, &taken))
        abort(); /* our own machine is well */
    return taken.taken;
}

static void look_at(struct arena *arena, uint8_t kind, struct span record) {
    struct bundle_head words;
    struct bundle_receipt receipt;
    if (kind == BUNDLE_HEAD && !bundle_head_read(&words, arena, record))
        assert(words.words->part && words.words->n_feeds <= BUNDLE_FEEDS_MAX);
    if (kind == BUNDLE_RECEIPT && !bundle_receipt_read(&receipt, arena, record))
        assert(receipt.words->entry.len == ENTRY_OVERHEAD);
}

/* What reads back as whole is what would be written. */
static void read_file(struct arena *arena, struct span bytes) {
    struct bundle bundle;
    struct span whole = bytes, start, header, record;
    uint8_t kind, end[BUNDLE_RECORD_SIZE + BUNDLE_END_SIZE];
    size_t len;
    if (!span_take(&bytes, BUNDLE_START_SIZE, &start) || bundle_open(&bundle, start.data))
        return;
    while (span_take(&bytes, BUNDLE_RECORD_SIZE, &header)) {
        if (bundle_next(header.data, &kind, &len))
            return;
        assert(len <= BUNDLE_BYTES_MAX);
        if (!span_take(&bytes, len, &record))
            return;
        if (kind == BUNDLE_END) {
            bundle_finish(&bundle, end);
            size_t at = (size_t)(header.data - whole.data);
            bool same = memcmp(whole.data + at, end, sizeof end) == 0;
            assert((bundle_close(&bundle, record) == RESULT_OK) == same);
            return;
        }
        look_at(arena, kind, record);
        bundle_take(&bundle, kind, record);
    }
}

/* By any bytes, and then by what the author says. */
static void take_entries(struct arena *arena, struct span bytes) {
    size_t taken = take(arena, head, bytes);
    assert(taken == 0 || bytes.len >= ENTRY_OVERHEAD);
}

static void take_records(struct arena *arena, struct span bytes) {
    struct span head_record = span_of(bytes.data, bytes.len / 2);
    struct span rest = span_of(bytes.data + bytes.len / 2, bytes.len - bytes.len / 2);
    if (span_equal(head_record, head))
        return;
    assert(take(arena, head_record, rest) == 0);
    assert(take(arena, head_record, entries) == 0); /* nobody else's head begins a feed */
    assert(reader->exchange.feeds.count == feeds_at_start);
}

static struct span sign(struct arena *arena, const char *hash_tag, const char *sign_tag, struct span words,
                        const struct actor *signer) {
    uint8_t digest[HASH_SIZE], signature[SIGNATURE_SIZE];
    struct buf record;
    StickSigned outer = STICK_SIGNED__INIT;
    hash_of(digest, hash_tag, words);
    sign_make(signature, signer->identity.secrets->sign, sign_tag, SPAN_OF_ARRAY(digest));
    outer.words = proto_bytes(words.data, words.len);
    outer.signature = proto_bytes(signature, sizeof signature);
    buf_init(&record, arena);
    proto_encode(&record, &outer);
    return buf_span(&record);
}

static void take_head(struct arena *arena, struct span words) {
    take(arena, sign(arena, "INAMA.stick", "INAMA.sig.stick", words, author), entries);
}

static void take_receipt(struct arena *arena, struct span words) {
    struct carry_taken taken;
    if (carry_take_receipt(&author->exchange, sign(arena, "INAMA.receipt", "INAMA.sig.ack", words, reader), &taken))
        abort();
}

static void forget(struct actor *actor) {
    exchange_abort(&actor->exchange);
    exchange_end_turn(&actor->exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const takers[])(struct arena *, struct span) = {
        [INPUT_FILE] = read_file, [INPUT_ENTRIES] = take_entries, [INPUT_RECORDS] = take_records,
        [INPUT_HEAD] = take_head, [INPUT_RECEIPT] = take_receipt,
    };
    struct arena arena;
    if (size == 0 || data[0] > INPUT_RECEIPT)
        return 0;
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    takers[data[0]](&arena, span_of(data + 1, size - 1));
    arena_release(&arena);
    forget(reader);
    forget(author);
    assert(index_count(reader->exchange.index) == 0);
    assert(reader->exchange.feeds.count == feeds_at_start);
    return 0;
}
