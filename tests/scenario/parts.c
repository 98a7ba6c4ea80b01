/* An answer that comes in parts, as over a poor line: each part counts as it comes, and nothing but what was asked for
 * is taken for one. */
#include <check.h>
#include <signal.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"
#include "tests/support/scribe.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000, ENTRIES = 5, CONTENT = 1400 };

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

/* Kenya's daemon runs; the Congo is the test's. */
static struct homes *homes;
static struct home *kenya, *congo;
static struct puppet *puppet;
static struct arena arena;
static ProtobufCBinaryData entries[ENTRIES];

static void set_up(void) {
    struct scribe scribe;
    homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", policy);
    congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    homes_write(homes);
    home_start(kenya);
    puppet = puppet_call(congo, kenya);
    scribe_begin(&scribe, &congo->identity, "customs");
    for (size_t i = 0; i < ENTRIES; i++) {
        struct span entry = scribe_write(&scribe, &arena, CONTENT);
        entries[i] = proto_bytes(entry.data, entry.len);
    }
}

static void tear_down(void) {
    puppet_free(puppet);
    ck_assert_int_eq(home_stop(kenya, SIGTERM), 0);
    arena_release(&arena);
    homes_free(homes);
}

/* ---- what the puppet says ---- */

static const Pull *be_asked(void) {
    ck_assert(puppet_announce(puppet, "customs", ENTRIES));
    const Pull *pull = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert_msg(pull, "nothing was asked for");
    return pull;
}

/* The first of the entries behind those that are there, and so many that are said to come. */
static void say_block(const Pull *pull, size_t count, uint32_t left) {
    Block words = BLOCK__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.feed = pull->feed;
    words.after = pull->after;
    words.entries = entries + pull->after;
    words.n_entries = count;
    words.has_left = true;
    words.left = left;
    message.block = &words;
    puppet_say(puppet, &message);
}

static void say_more(size_t first, size_t count) {
    More words = MORE__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.entries = entries + first;
    words.n_entries = count;
    message.more = &words;
    puppet_say(puppet, &message);
}

/* The acknowledgement that asks for nothing. */
static uint64_t hear_durable(void) {
    for (;;) {
        const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
        ck_assert_msg(message, "nothing is acknowledged");
        if (message->pull && message->pull->bytes == 0 && message->pull->durable)
            return message->pull->durable;
    }
}

/* ---- who asks ---- */

/* Three entries have come of an answer of four, and the Congo calls again. The first that Kenya says then. */
static const SyncMessage *break_off(void) {
    const Pull *pull = be_asked();
    ck_assert(pull->has_block);
    ck_assert_uint_lt(pull->block, CONTENT); /* an entry each: the line is not known yet */
    say_block(pull, 1, 3);
    say_more(1, 1);
    say_more(2, 1);
    puppet_free(puppet);
    puppet = puppet_call(congo, kenya);
    const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
    ck_assert_ptr_nonnull(message);
    return message;
}

/* Without an announcement, as it is known that there is more; and nothing but that is said. */
START_TEST(what_came_before_the_line_broke_is_not_asked_for_again) {
    const Pull *pull = break_off()->pull;
    ck_assert_ptr_nonnull(pull);
    ck_assert_uint_eq(pull->after, 3);
    ck_assert_uint_eq(pull->durable, 3);
    say_block(pull, 1, 1);
    say_more(4, 1);
    const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
    ck_assert(message && message->pull);
    ck_assert_uint_eq(message->pull->durable, ENTRIES);
}
END_TEST

/* It may have been set back: the last entry that it signed is shown to it. */
START_TEST(an_author_who_has_less_than_it_said_is_told_what_is_held) {
    const Pull *pull = break_off()->pull;
    ck_assert_ptr_nonnull(pull);
    puppet_block(puppet, &pull->feed, pull->after, 0);
    const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
    ck_assert(message && message->holding);
    ck_assert_uint_eq(message->holding->entry.len, ENTRY_OVERHEAD);
    ck_assert_mem_eq(message->holding->entry.data, entries[2].data, ENTRY_OVERHEAD);
}
END_TEST

START_TEST(an_author_who_does_not_know_its_feed_is_told_what_is_held) {
    Refusal words = REFUSAL__INIT;
    SyncMessage answer = SYNC_MESSAGE__INIT;
    const Pull *pull = break_off()->pull;
    ck_assert_ptr_nonnull(pull);
    words.feed = pull->feed;
    words.reason = "not-allowed";
    answer.refusal = &words;
    puppet_say(puppet, &answer);
    const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
    ck_assert(message && message->holding);
    ck_assert_mem_eq(message->holding->entry.data, entries[2].data, ENTRY_OVERHEAD);
}
END_TEST

START_TEST(the_answer_is_over_with_its_last_part) {
    const Pull *pull = be_asked();
    say_block(pull, 1, 2);
    say_more(1, 2);
    pull = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert_ptr_nonnull(pull);
    ck_assert_uint_eq(pull->after, 3);
    say_block(pull, 2, 0);
    ck_assert_uint_eq(hear_durable(), ENTRIES);
}
END_TEST

START_TEST(the_next_is_asked_for_before_the_answer_is_over) {
    const Pull *pull = be_asked();
    say_block(pull, 1, 3);
    say_more(1, 2);
    pull = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert_msg(pull, "the line is idle while the last part is on its way");
    ck_assert_uint_eq(pull->after, 4);
    say_more(3, 1);
    say_block(pull, 1, 0);
    ck_assert_uint_eq(hear_durable(), ENTRIES);
}
END_TEST

/* ---- parts that are none ---- */

static void more_of_nothing(const Pull *pull) {
    (void)pull;
    say_more(0, 1);
}

static void more_than_was_said(const Pull *pull) {
    say_block(pull, 1, 1);
    say_more(1, 2);
}

static void more_behind_the_last(const Pull *pull) {
    say_block(pull, 4, 1);
    say_more(4, 1);
    say_more(4, 1);
}

static void more_without_entries(const Pull *pull) {
    say_block(pull, 1, 1);
    say_more(1, 0);
}

static void a_block_in_the_middle(const Pull *pull) {
    say_block(pull, 1, 1);
    Pull next = *pull;
    next.after++;
    say_block(&next, 1, 0);
}

static void nothing_and_more(const Pull *pull) {
    say_block(pull, 0, 1);
}

static void more_than_an_answer_holds(const Pull *pull) {
    say_block(pull, 1, UINT32_MAX);
}

static const struct {
    void (*say)(const Pull *pull);
    const char *offence;
} lies[] = {
    {more_of_nothing, "wrong-feed"},          {more_than_was_said, "wrong-feed"},
    {more_behind_the_last, "wrong-feed"},     {more_without_entries, "wrong-feed"},
    {a_block_in_the_middle, "wrong-feed"},    {nothing_and_more, "malformed"},
    {more_than_an_answer_holds, "too-large"},
};

START_TEST(a_part_that_was_not_asked_for_ends_the_session) {
    const Status *status = home_status(kenya, &arena);
    ck_assert_ptr_nonnull(status);
    lies[_i].say(be_asked());
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
    status = home_status(kenya, &arena);
    ck_assert(status && status->n_peers == 1);
    ck_assert_str_eq(status->peers[0]->offence, lies[_i].offence);
}
END_TEST

/* ---- who answers ---- */

static void publish(size_t count) {
    static const char alert[] = "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                                "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"KE\"},"
                                "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\","
                                "\"quantity\":\"750\",\"unit\":\"KIL\"}]}";
    struct control *control = home_connect(kenya);
    for (size_t i = 0; i < count; i++) {
        const Published *published = home_publish(control, &arena, alert);
        ck_assert(published && strcmp(published->result, "ok") == 0);
    }
    control_close(control);
}

static void pull_in_parts(uint32_t bytes, uint32_t block) {
    uint8_t id[FEED_ID_SIZE];
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    feed_id(id, kenya->identity.key_id, "customs");
    words.feed = proto_bytes(id, sizeof id);
    words.bytes = bytes;
    words.has_block = true;
    words.block = block;
    message.pull = &words;
    ck_assert(puppet_say(puppet, &message));
}

static const SyncMessage *hear_answer(void) {
    for (;;) {
        const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
        ck_assert_msg(message, "there is no answer");
        if (message->block || message->more)
            return message;
    }
}

static uint64_t bytes_of(const ProtobufCBinaryData *rows, size_t count) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += rows[i].len;
    return bytes;
}

/* As few messages as there can be that are no larger than was asked for, unless one entry is. */
START_TEST(an_answer_is_cut_as_it_was_asked_for) {
    static const uint32_t sizes[] = {0, 1, 1500, 4000, 1 << 20};
    const uint64_t size = sizes[_i] ? sizes[_i] : UINT64_MAX;
    publish(ENTRIES - 1);
    pull_in_parts(100000, sizes[_i]);
    const SyncMessage *message = hear_answer();
    ck_assert_ptr_nonnull(message->block);
    size_t count = message->block->n_entries, left = message->block->left, messages = 1;
    ck_assert_uint_eq(count + left, ENTRIES);
    uint64_t before = bytes_of(message->block->entries, count);
    while (left) {
        ck_assert(count == 1 || before <= size);
        message = hear_answer();
        ck_assert_ptr_nonnull(message->more);
        count = message->more->n_entries;
        ck_assert(count >= 1 && count <= left);
        ck_assert_uint_gt(before + message->more->entries[0].len, size);
        before = bytes_of(message->more->entries, count);
        left -= count;
        messages++;
    }
    ck_assert(count == 1 || before <= size);
    ck_assert(size > 1 || messages == ENTRIES);
    ck_assert(size < 1 << 20 || messages == 1);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("parts");
    TCase *cases = tcase_create("parts");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 120);
    tcase_add_test(cases, what_came_before_the_line_broke_is_not_asked_for_again);
    tcase_add_test(cases, an_author_who_has_less_than_it_said_is_told_what_is_held);
    tcase_add_test(cases, an_author_who_does_not_know_its_feed_is_told_what_is_held);
    tcase_add_test(cases, the_answer_is_over_with_its_last_part);
    tcase_add_test(cases, the_next_is_asked_for_before_the_answer_is_over);
    tcase_add_loop_test(cases, a_part_that_was_not_asked_for_ends_the_session, 0, sizeof lies / sizeof *lies);
    tcase_add_loop_test(cases, an_answer_is_cut_as_it_was_asked_for, 0, 5);
    suite_add_tcase(suite, cases);
    return suite;
}
