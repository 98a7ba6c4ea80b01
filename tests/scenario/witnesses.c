/* A member that shows different logs of its disclosures to different peers, over real sessions with real nodes: they
 * find it when they compare. And what is said of a log that nobody has signed. */
#include <check.h>

#include "base/clock.h"
#include "base/proto.h"
#include "core/journal.h"
#include "core/merkle.h"
#include "tests/support/homes.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000 };

static const char policy[] = "local: {operators: {show: [all]}}\n";

struct story {
    struct homes *homes;
    struct home *congo, *kenya, *uganda; /* Congo is played */
    struct arena arena;
};

static struct story begin(void) {
    struct story story = {.homes = homes_new()};
    arena_init(&story.arena, SIZE_MAX);
    story.congo = homes_add(story.homes, "cd-customs", "CD", "CUSTOMS", policy);
    story.kenya = homes_add(story.homes, "ke-customs", "KE", "CUSTOMS", policy);
    story.uganda = homes_add(story.homes, "ug-customs", "UG", "CUSTOMS", policy);
    homes_write(story.homes);
    home_start(story.kenya);
    home_start(story.uganda);
    return story;
}

static void end(struct story *story) {
    ck_assert_uint_eq(homes_stop(story->homes), 0);
    arena_release(&story->arena);
    homes_free(story->homes);
}

/* Of a log with three records that are not those of another seed. */
static struct checkpoint point_of(struct story *story, const struct identity *signer, uint8_t seed) {
    struct merkle tree = {0};
    uint8_t done[MERKLE_LEVELS][HASH_SIZE];
    struct checkpoint point = {.journal = JOURNAL_DISCLOSURES, .size = 3, .time = clock_wall_ms(clock_system()) / 1000};
    for (uint8_t i = 0; i < 3; i++)
        merkle_append(&tree, (uint8_t[HASH_SIZE]){seed, i}, done);
    merkle_root(point.root, &tree);
    ck_assert_int_eq(checkpoint_sign(&point, &story->arena, signer), RESULT_OK);
    return point;
}

static ProtobufCBinaryData text_of(struct story *story, const struct checkpoint *point) {
    struct buf text;
    buf_init(&text, &story->arena);
    checkpoint_write(&text, point);
    return proto_bytes(text.data, text.len);
}

static bool show(struct puppet *puppet, struct story *story, const struct checkpoint *point) {
    Point words = POINT__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.has_checkpoint = words.has_first = words.has_proof = true;
    words.checkpoint = text_of(story, point);
    message.point = &words;
    return puppet_say(puppet, &message);
}

static bool say_seen(struct puppet *puppet, ProtobufCBinaryData checkpoint) {
    Seen words = SEEN__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.checkpoint = checkpoint;
    message.seen = &words;
    return puppet_say(puppet, &message);
}

/* The answer to a checkpoint that was shown; NULL: none came. */
static const Seen *hear_seen(struct puppet *puppet) {
    for (;;) {
        const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
        if (!message || message->seen)
            return message ? message->seen : NULL;
    }
}

static size_t splits_at(struct story *story, const struct home *home, const char *member) {
    const Status *status = home_status(home, &story->arena);
    size_t count = 0;
    for (size_t i = 0; status && i < status->n_splits; i++)
        count += strcmp(status->splits[i]->member, member) == 0;
    return count;
}

static void wait_for_split(struct story *story, const struct home *home, const char *member) {
    uint64_t start = now_ms();
    while (!splits_at(story, home, member) && now_ms() < start + PATIENCE_MS)
        sleep_ms(50);
    ck_assert_uint_eq(splits_at(story, home, member), 1);
}

START_TEST(a_checkpoint_is_cosigned_over_a_session) {
    struct story story = begin();
    struct puppet *puppet = puppet_call(story.congo, story.kenya);
    const struct checkpoint point = point_of(&story, &story.congo->identity, 1);
    struct cosignature cosignature;
    ck_assert(show(puppet, &story, &point));
    const Seen *seen = hear_seen(puppet);
    ck_assert(seen && seen->has_cosignature);
    struct span text = proto_span(seen->cosignature);
    ck_assert_int_eq(cosignature_read(&cosignature, &story.arena, &text), RESULT_OK);
    ck_assert_int_eq(cosignature_verify(&cosignature, &story.arena, &point, &story.kenya->member), RESULT_OK);
    puppet_free(puppet);
    end(&story);
}
END_TEST

START_TEST(different_logs_for_different_peers_are_found_when_they_compare) {
    struct story story = begin();
    const struct checkpoint to_kenya = point_of(&story, &story.congo->identity, 1),
                            to_uganda = point_of(&story, &story.congo->identity, 2);
    uint64_t start = now_ms();
    while (!home_is_connected(story.uganda, "ke-customs") && now_ms() < start + PATIENCE_MS)
        sleep_ms(50);
    struct puppet *first = puppet_call(story.congo, story.kenya);
    ck_assert(show(first, &story, &to_kenya));
    ck_assert_ptr_nonnull(hear_seen(first));
    puppet_free(first);
    struct puppet *second = puppet_call(story.congo, story.uganda);
    ck_assert(show(second, &story, &to_uganda));
    wait_for_split(&story, story.uganda, "cd-customs");
    puppet_free(second);
    end(&story);
}
END_TEST

/* Kenya has signed it, and does not have those records any more. */
START_TEST(a_node_that_was_set_back_is_told_so) {
    struct story story = begin();
    struct puppet *puppet = puppet_call(story.congo, story.kenya);
    const struct checkpoint point = point_of(&story, &story.kenya->identity, 1);
    ck_assert(say_seen(puppet, text_of(&story, &point)));
    wait_for_split(&story, story.kenya, "ke-customs");
    puppet_free(puppet);
    end(&story);
}
END_TEST

START_TEST(what_nobody_signed_ends_the_session) {
    struct story story = begin();
    struct puppet *puppet = puppet_call(story.congo, story.kenya);
    struct checkpoint point = point_of(&story, &story.kenya->identity, 1);
    point.size++;
    ck_assert(say_seen(puppet, text_of(&story, &point)));
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    puppet_free(puppet);
    puppet = puppet_call(story.congo, story.kenya);
    point = point_of(&story, &story.congo->identity, 1);
    point.root[0] ^= 1;
    ck_assert(show(puppet, &story, &point));
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    puppet_free(puppet);
    ck_assert_uint_eq(splits_at(&story, story.kenya, "ke-customs") + splits_at(&story, story.kenya, "cd-customs"), 0);
    end(&story);
}
END_TEST

Suite *suite(void) {
    Suite *made = suite_create("witnesses");
    TCase *sessions = tcase_create("sessions");
    tcase_set_timeout(sessions, 180);
    tcase_add_test(sessions, a_checkpoint_is_cosigned_over_a_session);
    tcase_add_test(sessions, different_logs_for_different_peers_are_found_when_they_compare);
    tcase_add_test(sessions, a_node_that_was_set_back_is_told_so);
    tcase_add_test(sessions, what_nobody_signed_ends_the_session);
    suite_add_tcase(made, sessions);
    return made;
}
