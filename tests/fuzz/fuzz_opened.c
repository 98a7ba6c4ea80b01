/* Words that an alert was opened, from a member that was told one. The first byte chooses: a word of any bytes; or any
 * bytes that the member has signed as one. What reads has one form only, and nothing is kept that the member did not
 * sign of the alert that it was told. */
#include <assert.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "core/statement.h"
#include "tests/support/world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES, INPUT_SIGNED };

static const struct statement_kind kind = {"INAMA.opened", "INAMA.sig.opened"};
static struct world *world;
static struct actor *author, *reader;
static uint8_t object[OBJECT_ID_SIZE];

/* The author has told its customs colleague one alert. The world wants to be made inside of a test. */
START_TEST(make_the_world) {
    world = world_new(31);
    author = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    reader = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    world_start(world);
    ck_assert_int_eq(world_publish(author, world_alert(world, "AMBER", ""), object), RESULT_OK);
    world_settle(world);
}
END_TEST

static void forget_the_world(void) {
    world_free(world);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    Suite *suite = suite_create("opened");
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

static struct span sign(struct arena *arena, struct span words) {
    uint8_t *signature = arena_alloc(arena, SIGNATURE_SIZE);
    struct buf bytes;
    SignedOpened outer = SIGNED_OPENED__INIT;
    statement_sign(signature, &kind, words, &reader->identity);
    outer.words = proto_bytes(words.data, words.len);
    outer.signature = proto_bytes(signature, SIGNATURE_SIZE);
    buf_init(&bytes, arena);
    proto_encode(&bytes, &outer);
    return buf_span(&bytes);
}

static void take(struct span bytes, bool is_signed) {
    struct exchange *exchange = &author->exchange;
    const struct member *by = roster_find(exchange->roster, reader->identity.id);
    struct opened_taken taken;
    enum result result = opened_take(exchange, by, bytes, &taken);
    assert(result != RESULT_IO && result != RESULT_STORE_DAMAGED);
    if (!result && !taken.result) {
        assert(is_signed && memcmp(taken.object, object, OBJECT_ID_SIZE) == 0);
        assert(memcmp(taken.reader, reader->identity.id, MEMBER_ID_SIZE) == 0);
    }
    exchange_abort(exchange);
    exchange_end_turn(exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    if (size == 0 || size > 4096)
        return 0;
    struct span rest = span_of(data + 1, size - 1);
    arena_init(&arena, (size_t)1 << 20);
    if (data[0] == INPUT_SIGNED)
        take(sign(&arena, rest), true);
    else
        take(rest, false);
    arena_release(&arena);
    return 0;
}
