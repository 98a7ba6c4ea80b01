/* The model of who can ever read what (docs/protocol.md, 11), held against the node: feeds.c decides when an epoch
 * begins and to whom it is granted, and in every short history and many long ones everybody opens what the model says
 * and nothing else.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "daemon/feeds.h"
#include "tests/support/chance.h"
#include "tests/support/stage.h"

enum { SHORT = 4, LONG = 12, LONG_ROUNDS = 4, LONG_HISTORIES = 500 };

static char folder[64];
static struct chance chance;
static struct random dice;
static struct stage_cast cast;
static struct store *store;

static void set_up(void) {
    secret_start();
    snprintf(folder, sizeof folder, "/tmp/inama-model-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    chance = (struct chance){11};
    dice = chance_random(&chance);
    stage_cast_make(&cast, &dice);
    const struct store_options options = {
        .folder = folder, .size_max = (uint64_t)1 << 30, .key = cast.author.secrets->store, .random = &dice};
    ck_assert_int_eq(store_open(&store, &options), RESULT_OK);
}

static void tear_down(void) {
    char path[128];
    store_close(store);
    stage_cast_release(&cast);
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    unlink(path);
    rmdir(folder);
}

/* ---- one history, in one change of the store that is never committed ---- */

struct history {
    struct model_state state;
    struct stage stage;
    struct feeds feeds;
    struct arena arena;
};

static void begin(struct history *history) {
    model_start(&history->state);
    stage_start(&history->stage, &cast);
    arena_init(&history->arena, SIZE_MAX);
    ck_assert_int_eq(store_begin(store), RESULT_OK);
    ck_assert_int_eq(feeds_open(&history->feeds, store, &cast.author, &dice), RESULT_OK);
}

static void end(struct history *history) {
    feeds_discard(&history->feeds);
    feeds_release(&history->feeds);
    store_abort(store);
    arena_release(&history->arena);
}

static struct feed *feed_at(struct history *history, size_t at) {
    struct feed *feed;
    ck_assert_int_eq(feeds_get(&history->feeds, cast.author.id, cast.author.key_id, stage_audience(at), &feed),
                     RESULT_OK);
    return feed;
}

/* Rows of a roster: what an author knows of members. */
static void rows_of(struct member *rows, const struct member **members, const struct identity *const *identities,
                    size_t count) {
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct member){.id = identities[i]->id,
                                  .sign_key = identities[i]->sign_key,
                                  .encryption_key = identities[i]->encryption_key,
                                  .session_key = identities[i]->session_key,
                                  .name = "ug-customs",
                                  .country = "UG",
                                  .role = "CUSTOMS"};
        members[i] = &rows[i];
    }
}

static void publish_what_is_new(struct history *history, size_t at, const struct feed *feed, uint64_t before) {
    struct span *entries;
    size_t count;
    if (feed->next.number == before)
        return;
    ck_assert_int_eq(
        store_get_entries(store, &history->arena, feed->record.ordinal, before, SIZE_MAX, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, feed->next.number - before);
    for (size_t i = 0; i < count; i++)
        stage_put(&history->stage, at, entries[i]);
}

static bool append(void *context, struct stage *stage, size_t at, const struct identity *const *audience, size_t count,
                   const char *text) {
    struct history *history = context;
    struct feed *feed = feed_at(history, at);
    uint64_t before = feed->next.number;
    struct member rows[MODEL_MEMBERS];
    const struct member *members[MODEL_MEMBERS];
    rows_of(rows, members, audience, count);
    enum result result = feeds_refresh(&history->feeds, feed, &history->arena, members, count, stage->now);
    ck_assert_str_eq(result_name(result), count ? "ok" : "not-found");
    bool is_written = count && text;
    if (is_written)
        ck_assert_int_eq(
            feeds_append(&history->feeds, feed, &history->arena, ENTRY_DISCLOSURE, span_of_text(text), stage->now),
            RESULT_OK);
    publish_what_is_new(history, at, feed, before);
    return is_written;
}

static void fill(void *context, size_t at) {
    feed_at(context, at)->draft.epoch_first -= EPOCH_ENTRIES_MAX;
}

static void take(struct history *history, const struct model_step *step, enum model_break wrong) {
    model_take(&history->state, step, wrong);
    stage_take(&history->stage, step, &(struct stage_author){history, append, fill});
}

/* ---- every short one ---- */

static void replay(const struct model_step *trace, size_t count) {
    static struct history history;
    begin(&history);
    for (size_t i = 0; i < count; i++) {
        take(&history, &trace[i], MODEL_SOUND);
        stage_compare(&history.stage, &history.state, trace, i + 1);
    }
    end(&history);
}

/* Replays every history that goes on from this one and ends with something that the author does; those that end with
 * something else are parts of them. Returns how many. */
static size_t walk(const struct model_state *state, struct model_step *trace, size_t depth) {
    struct model_step steps[MODEL_STEPS_MAX];
    size_t count = depth < SHORT ? model_steps(steps, state) : 0, walked = 0;
    for (size_t i = 0; i < count; i++) {
        if (model_is_mirrored(state, &steps[i]))
            continue;
        struct model_state next = *state;
        model_take(&next, &steps[i], MODEL_SOUND);
        trace[depth] = steps[i];
        bool is_author =
            steps[i].act == MODEL_DISCLOSE || steps[i].act == MODEL_REFRESH || steps[i].act == MODEL_REPEAT;
        if (is_author)
            replay(trace, depth + 1);
        walked += is_author + walk(&next, trace, depth + 1);
    }
    return walked;
}

START_TEST(the_node_does_what_the_model_says_in_every_short_history) {
    struct model_state start;
    struct model_step trace[SHORT];
    model_start(&start);
    ck_assert_uint_gt(walk(&start, trace, 0), 2700);
}
END_TEST

/* ---- long ones ---- */

/* What somebody can read and what not: a comparison of nothing would show nothing. */
static void count_readers(const struct model_state *state, size_t *read, size_t *unread) {
    for (size_t e = 0; e < state->entry_count; e++)
        for (size_t m = 0; m <= MODEL_MEMBERS; m++) {
            uint16_t secrets = m < MODEL_MEMBERS ? model_own(state, m) : state->loot;
            ++*(model_reads(state, secrets, e, MODEL_SOUND) ? read : unread);
        }
}

START_TEST(the_node_does_what_the_model_says_in_long_histories) {
    struct model_step trace[LONG], steps[MODEL_STEPS_MAX];
    size_t read = 0, unread = 0;
    chance.state = 100 + (uint64_t)_i;
    for (size_t i = 0; i < LONG_HISTORIES; i++) {
        struct model_state state;
        size_t length = 0, count;
        model_start(&state);
        while (length < LONG && (count = model_steps(steps, &state)) > 0) {
            trace[length] = steps[chance_below(&chance, count)];
            model_take(&state, &trace[length++], MODEL_SOUND);
        }
        replay(trace, length);
        count_readers(&state, &read, &unread);
    }
    ck_assert_uint_gt(read, 2 * LONG_HISTORIES);
    ck_assert_uint_gt(unread, 2 * LONG_HISTORIES);
}
END_TEST

/* ---- the comparison can fail: the node does not do what a wrong model says ---- */

static const struct {
    enum model_break wrong;
    const char *trace;
} wrong_models[] = {
    {MODEL_REMOVAL_KEEPS_EPOCH, "disclose, remove A, disclose"},
    {MODEL_RENEWAL_KEEPS_EPOCH, "steal A, disclose, renew A, take A, disclose"},
    {MODEL_AGE_KEEPS_EPOCH, "disclose, age, disclose, add C, disclose"},
    {MODEL_LIMIT_KEEPS_EPOCH, "disclose, fill, disclose, add C, disclose"},
    {MODEL_EPOCH_KEEPS_KEY, "disclose, remove A, disclose"},
    {MODEL_KEYS_LEAD_ON, "disclose, remove A, disclose"},
    {MODEL_KEYS_LEAD_BACK, "disclose, remove A, add C, disclose"},
    {MODEL_REMOVED_IS_GRANTED, "disclose, remove A, disclose"},
    {MODEL_FORMER_KEY_IS_GRANTED, "lose A, take A, disclose"},
    {MODEL_JOINER_GETS_ALL_EPOCHS, "disclose, remove A, add C, disclose"},
    {MODEL_JOINER_GETS_NO_GRANT, "disclose, add C, disclose"},
    {MODEL_JOINER_GETS_OTHER_KEY, "disclose, add C, disclose"},
    {MODEL_SEALED_UNDER_LAST_KEY, "disclose, remove A, disclose"},
    {MODEL_HISTORY_GIVES_KEY, "disclose, disclose, add C, repeat C 1"},
    {MODEL_GRANT_IN_THE_CLEAR, "disclose"},
};

START_TEST(the_node_does_not_do_what_a_wrong_model_says) {
    static struct history history;
    struct model_step steps[MODEL_DEPTH_MAX];
    enum model_break wrong = wrong_models[_i].wrong;
    struct model_state sound;
    size_t count = model_play(&sound, steps, wrong_models[_i].trace, MODEL_SOUND);
    begin(&history);
    for (size_t i = 0; i < count; i++)
        take(&history, &steps[i], wrong);
    ck_assert_uint_gt(stage_differences(&history.stage, &history.state, wrong), 0);
    ck_assert_uint_eq(stage_differences(&history.stage, &sound, MODEL_SOUND), 0);
    end(&history);
}
END_TEST

/* ---- the author, whom the model leaves out: it grants to itself ---- */

START_TEST(who_copied_the_author_reads_nothing_of_an_epoch_begun_after_its_renewal) {
    static const struct model_step disclose = {.act = MODEL_DISCLOSE}, age = {.act = MODEL_AGE};
    static struct history history;
    static struct ring copied, own;
    struct identity renewed;
    ck_assert_int_eq(identity_renew(&renewed, &cast.author, false, &dice), RESULT_OK);
    ring_add(&copied, &cast.author);
    ring_add(&own, &renewed);
    begin(&history);
    take(&history, &disclose, MODEL_SOUND);
    history.feeds.identity = &renewed;
    take(&history, &age, MODEL_SOUND);
    take(&history, &disclose, MODEL_SOUND);
    ck_assert_uint_eq(ring_read(&copied, &history.stage), 1);
    ck_assert_uint_eq(ring_read(&own, &history.stage), 3);
    end(&history);
    identity_release(&renewed);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("model");
    TCase *tcase = tcase_create("conformance");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, the_node_does_what_the_model_says_in_every_short_history);
    tcase_add_loop_test(tcase, the_node_does_what_the_model_says_in_long_histories, 0, LONG_ROUNDS);
    tcase_add_loop_test(tcase, the_node_does_not_do_what_a_wrong_model_says, 0,
                        sizeof wrong_models / sizeof *wrong_models);
    tcase_add_test(tcase, who_copied_the_author_reads_nothing_of_an_epoch_begun_after_its_renewal);
    suite_add_tcase(suite, tcase);
    return suite;
}
