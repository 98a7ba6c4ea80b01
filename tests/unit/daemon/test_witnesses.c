/* Attacks on the log of disclosures, as its witnesses see them: different logs for different peers, a tail that is
 * rewritten, a log that goes back, words that nobody said. No network: the test shows every checkpoint. */
#include "daemon/witnesses.h"

#include <check.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/merkle.h"
#include "daemon/cosigned.h"
#include "tests/support/world.h"

static const uint64_t minute_ms = 60000;

enum { LEAVES = 12, LEVELS = 4 };

/* A log of Congo, as it would show it: the leaves are what the test likes. */
struct log {
    uint8_t kept[LEVELS][LEAVES][HASH_SIZE];
    struct merkle trees[LEAVES + 1];
};

static struct world *world;
static struct actor *congo, *kenya, *uganda;
static struct log honest, other; /* the same in the first four leaves */

static void grow(struct log *log, size_t i, uint8_t seed) {
    uint8_t leaf[HASH_SIZE] = {seed, (uint8_t)i}, done[MERKLE_LEVELS][HASH_SIZE];
    log->trees[i + 1] = log->trees[i];
    size_t count = merkle_append(&log->trees[i + 1], leaf, done);
    for (size_t level = 0; level < count; level++)
        memcpy(log->kept[level][i >> level], done[level], HASH_SIZE);
}

static void set_up(void) {
    world = world_new(15);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS", "");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    honest = other = (struct log){0};
    for (size_t i = 0; i < LEAVES; i++) {
        grow(&honest, i, 1);
        grow(&other, i, i < 4 ? 1 : 2);
    }
}

static void tear_down(void) {
    world_free(world);
}

static enum result read_kept(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    const struct log *log = context;
    memcpy(out, log->kept[level][index], HASH_SIZE);
    return RESULT_OK;
}

/* Signed by Congo a minute after whatever was before. */
static struct checkpoint point_of(const struct log *log, uint64_t size) {
    world->now_ms += minute_ms;
    struct checkpoint point = {.journal = JOURNAL_DISCLOSURES, .size = size, .time = world->now_ms / 1000};
    merkle_root(point.root, &log->trees[size]);
    ck_assert_int_eq(checkpoint_sign(&point, &world->arena, &congo->identity), RESULT_OK);
    return point;
}

static void commit(struct actor *actor) {
    ck_assert_str_eq(result_name(exchange_commit(&actor->exchange, NULL, NULL)), "ok");
    exchange_end_turn(&actor->exchange);
}

static struct witnessed *row_at(struct actor *witness) {
    return witnesses_find(&witness->exchange.witnesses, congo->identity.id);
}

static struct showing showing_to(struct actor *witness, const struct checkpoint *point) {
    return (struct showing){.member = roster_find(witness->exchange.roster, congo->identity.id),
                            .point = point,
                            .now_ms = world->now_ms,
                            .identity = &witness->identity};
}

/* What becomes of a checkpoint that Congo shows, with the proof from `first` on; "ask 4" when it is to show that it
 * goes on from those four. */
static const char *show(struct actor *witness, const struct log *log, const struct checkpoint *point, uint64_t first) {
    const struct merkle_source source = {read_kept, (void *)(uintptr_t)log};
    struct merkle_proof proof;
    const struct checkpoint *ask = NULL;
    struct showing showing = showing_to(witness, point);
    ck_assert_int_eq(merkle_prove_consistency(&proof, &source, first, point->size), RESULT_OK);
    showing.first = first;
    showing.proof = merkle_proof_span(&proof);
    ck_assert_int_eq(exchange_begin(&witness->exchange), RESULT_OK);
    enum result result = witnesses_take(&witness->exchange.witnesses, &world->arena, &showing, &ask);
    const char *text =
        !result && ask ? text_format(&world->arena, "ask %llu", (unsigned long long)ask->size) : result_name(result);
    commit(witness);
    return text;
}

static const char *show_next(struct actor *witness, const struct log *log, uint64_t size, uint64_t first) {
    const struct checkpoint point = point_of(log, size);
    return show(witness, log, &point, first);
}

/* Somebody says that Congo has shown it this. "claim": Congo has to prove it. */
static const char *hear(struct actor *witness, const struct checkpoint *point) {
    const struct showing showing = showing_to(witness, point);
    bool is_claim;
    ck_assert_int_eq(exchange_begin(&witness->exchange), RESULT_OK);
    enum result result = witnesses_hear(&witness->exchange.witnesses, &world->arena, &showing, &is_claim);
    commit(witness);
    return !result && is_claim ? "claim" : result_name(result);
}

static void check_split(struct actor *witness, uint64_t one, uint64_t two) {
    const struct split *split = witnesses_split(&witness->exchange.witnesses, congo->identity.id, NULL);
    ck_assert_ptr_nonnull(split);
    ck_assert_uint_eq(split->one.size, one);
    ck_assert_uint_eq(split->other.size, two);
    ck_assert(!row_at(witness)->seen.is_there);
}

/* ---- what is honest ---- */

START_TEST(a_log_that_grows_is_cosigned_each_time) {
    ck_assert_str_eq(show_next(kenya, &honest, 3, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 3), "ok");
    const struct sight *seen = &row_at(kenya)->seen;
    ck_assert_uint_eq(seen->point.size, 8);
    const struct member *witness = roster_find(congo->exchange.roster, kenya->identity.id);
    ck_assert_str_eq(result_name(cosignature_verify(&seen->ours, &world->arena, &seen->point, witness)), "ok");
    ck_assert_uint_eq(seen->ours.time, world->now_ms / 1000);
}
END_TEST

START_TEST(the_same_checkpoint_again_gets_the_same_word) {
    const struct checkpoint point = point_of(&honest, 5);
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "ok");
    const struct cosignature first = row_at(kenya)->seen.ours;
    world->now_ms += 60 * minute_ms;
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "ok");
    ck_assert_mem_eq(&first, &row_at(kenya)->seen.ours, sizeof first);
}
END_TEST

START_TEST(what_was_seen_outlives_a_restart) {
    ck_assert_str_eq(show_next(kenya, &honest, 5, 0), "ok");
    world_restart(kenya);
    ck_assert_str_eq(show_next(kenya, &honest, 8, 0), "ask 5");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 5), "ok");
}
END_TEST

START_TEST(what_was_not_committed_was_not_seen) {
    const struct checkpoint *ask;
    ck_assert_str_eq(show_next(kenya, &honest, 3, 0), "ok");
    const struct checkpoint point = point_of(&other, 3);
    struct showing showing = showing_to(kenya, &point);
    ck_assert_int_eq(exchange_begin(&kenya->exchange), RESULT_OK);
    ck_assert_int_eq(witnesses_take(&kenya->exchange.witnesses, &world->arena, &showing, &ask), RESULT_OK);
    exchange_abort(&kenya->exchange);
    exchange_end_turn(&kenya->exchange);
    ck_assert_uint_lt(row_at(kenya)->seen.point.time, point.time);
}
END_TEST

START_TEST(a_shorter_log_that_another_peer_has_seen_is_proven) {
    const struct checkpoint early = point_of(&honest, 4);
    ck_assert_str_eq(show_next(kenya, &honest, 7, 0), "ok");
    ck_assert_str_eq(hear(kenya, &early), "claim");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 7), "ask 4");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 4), "ask 7");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 7), "ok");
    ck_assert(!row_at(kenya)->has_claim);
}
END_TEST

/* ---- show different logs to different peers ---- */

START_TEST(two_logs_of_one_size_are_found_when_peers_compare) {
    const struct checkpoint to_kenya = point_of(&honest, 6), to_uganda = point_of(&other, 6);
    ck_assert_str_eq(show(kenya, &honest, &to_kenya, 0), "ok");
    ck_assert_str_eq(show(uganda, &other, &to_uganda, 0), "ok");
    ck_assert_str_eq(hear(kenya, &to_uganda), "split");
    check_split(kenya, 6, 6);
    ck_assert_str_eq(show_next(kenya, &honest, 8, 6), "split");
    world_restart(kenya);
    ck_assert_str_eq(show_next(kenya, &honest, 8, 6), "split");
}
END_TEST

START_TEST(two_logs_of_two_sizes_cannot_be_proven_to_be_one) {
    const struct checkpoint to_uganda = point_of(&other, 7);
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(hear(kenya, &to_uganda), "claim");
    ck_assert_str_eq(show_next(kenya, &honest, 9, 6), "ask 7");
    ck_assert_str_eq(show_next(kenya, &honest, 9, 7), "split"); /* the proof is of the honest log */
    check_split(kenya, 7, 9);
}
END_TEST

/* It proves to each what each has seen: the two ways do not lead to one checkpoint. */
START_TEST(a_claim_is_not_met_by_another_branch) {
    const struct checkpoint to_uganda = point_of(&other, 7);
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(hear(kenya, &to_uganda), "claim");
    ck_assert_str_eq(show_next(kenya, &other, 9, 7), "ask 6");
    ck_assert_str_eq(show_next(kenya, &honest, 9, 6), "split");
    check_split(kenya, 9, 9);
}
END_TEST

/* ---- rewrite the log's tail ---- */

START_TEST(a_rewritten_tail_does_not_go_on_from_what_was_cosigned) {
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &other, 9, 6), "split");
    check_split(kenya, 6, 9);
}
END_TEST

START_TEST(a_rewritten_tail_of_the_same_length) {
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &other, 6, 0), "split");
}
END_TEST

/* ---- roll back ---- */

START_TEST(a_log_that_was_cut_is_a_proof) {
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &honest, 4, 0), "split");
    check_split(kenya, 6, 4);
}
END_TEST

START_TEST(a_replayed_checkpoint_is_older_and_nothing_more) {
    const struct checkpoint early = point_of(&honest, 4);
    ck_assert_str_eq(show(kenya, &honest, &early, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &honest, 6, 4), "ok");
    ck_assert_str_eq(show(kenya, &honest, &early, 0), "rollback");
    ck_assert_uint_eq(row_at(kenya)->seen.point.size, 6);
    ck_assert_ptr_null(witnesses_split(&kenya->exchange.witnesses, congo->identity.id, NULL));
}
END_TEST

START_TEST(a_new_signing_key_begins_anew) {
    ck_assert_str_eq(show_next(kenya, &honest, 6, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &other, 6, 0), "split");
    const struct ending ending = {.cause = ENDING_LEFT, .at = world->now_ms};
    world_renew(congo, true, &ending);
    ck_assert_str_eq(show_next(kenya, &other, 7, 0), "ok");
    ck_assert_str_eq(show_next(kenya, &honest, 8, 7), "split");
    ck_assert_uint_eq(kenya->exchange.witnesses.split_count, 2);
}
END_TEST

/* ---- what nobody said ---- */

START_TEST(a_checkpoint_that_another_signed) {
    struct checkpoint point = point_of(&honest, 3);
    memcpy(point.root, honest.trees[2].peaks[0], HASH_SIZE);
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "bad-signature");
    ck_assert_int_eq(checkpoint_sign(&point, &world->arena, &uganda->identity), RESULT_OK);
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "unknown-member");
    ck_assert_str_eq(hear(kenya, &point), "unknown-member");
}
END_TEST

START_TEST(a_checkpoint_of_tomorrow_or_of_the_other_log) {
    struct checkpoint point = point_of(&honest, 3);
    point.time += 2 * 24 * 60 * 60;
    ck_assert_int_eq(checkpoint_sign(&point, &world->arena, &congo->identity), RESULT_OK);
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "out-of-order");
    point = point_of(&honest, 3);
    point.journal = JOURNAL_AUDIT;
    ck_assert_int_eq(checkpoint_sign(&point, &world->arena, &congo->identity), RESULT_OK);
    ck_assert_str_eq(show(kenya, &honest, &point, 0), "malformed");
}
END_TEST

START_TEST(a_proof_of_no_form) {
    const struct checkpoint *ask;
    ck_assert_str_eq(show_next(kenya, &honest, 3, 0), "ok");
    const struct checkpoint point = point_of(&honest, 8);
    struct showing showing = showing_to(kenya, &point);
    showing.first = 3;
    showing.proof = span_of_text("short");
    ck_assert_int_eq(exchange_begin(&kenya->exchange), RESULT_OK);
    ck_assert_int_eq(witnesses_take(&kenya->exchange.witnesses, &world->arena, &showing, &ask), RESULT_MALFORMED);
    commit(kenya);
    ck_assert_uint_eq(row_at(kenya)->seen.point.size, 3);
}
END_TEST

/* ---- cosignatures that come back ---- */

static struct checkpoint keep_point(uint64_t size) {
    const struct checkpoint point = point_of(&honest, size);
    struct buf text;
    buf_init(&text, &world->arena);
    checkpoint_write(&text, &point);
    ck_assert_int_eq(exchange_begin(&congo->exchange), RESULT_OK);
    ck_assert_int_eq(store_put_checkpoint(congo->exchange.store, JOURNAL_DISCLOSURES, size, buf_span(&text)),
                     RESULT_OK);
    commit(congo);
    return point;
}

static struct cosignature word_of(struct actor *witness, const struct checkpoint *point) {
    struct cosignature cosignature = {.time = world->now_ms / 1000};
    ck_assert_int_eq(cosignature_sign(&cosignature, &world->arena, point, &witness->identity), RESULT_OK);
    return cosignature;
}

static const char *add(const struct checkpoint *point, const struct cosignature *cosignature, struct actor *witness) {
    bool kept;
    ck_assert_int_eq(exchange_begin(&congo->exchange), RESULT_OK);
    enum result result = cosigned_add(congo->exchange.store, &world->arena, point, cosignature,
                                      roster_find(congo->exchange.roster, witness->identity.id), &kept);
    commit(congo);
    return result ? result_name(result) : kept ? "kept" : "there";
}

START_TEST(cosignatures_are_kept_with_their_checkpoint) {
    struct span text;
    const struct checkpoint first = keep_point(3), second = keep_point(5);
    const struct cosignature kenyas = word_of(kenya, &second), ugandas = word_of(uganda, &second);
    ck_assert_str_eq(add(&second, &kenyas, kenya), "kept");
    ck_assert_str_eq(add(&second, &kenyas, kenya), "there");
    ck_assert_str_eq(add(&second, &ugandas, uganda), "kept");
    world_restart(congo);
    ck_assert_int_eq(cosigned_find(congo->exchange.store, &world->arena, 1, false, &text), RESULT_OK);
    struct checkpoint read;
    struct cosignature one, two;
    ck_assert_int_eq(checkpoint_read(&read, &world->arena, &text), RESULT_OK);
    ck_assert_uint_eq(read.size, 5);
    ck_assert_int_eq(cosignature_read(&one, &world->arena, &text), RESULT_OK);
    ck_assert_int_eq(cosignature_read(&two, &world->arena, &text), RESULT_OK);
    ck_assert_mem_eq(&two, &ugandas, sizeof two);
    ck_assert_int_eq(cosigned_get(congo->exchange.store, &world->arena, first.size, &text), RESULT_OK);
    ck_assert(!cosigned_is(&world->arena, text));
    ck_assert_int_eq(cosigned_find(congo->exchange.store, &world->arena, 6, false, &text), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(a_forged_cosignature) {
    const struct checkpoint point = keep_point(3);
    struct cosignature word = word_of(kenya, &point);
    ck_assert_str_eq(add(&point, &word, uganda), "unknown-member"); /* who hands it over has not said it */
    word.time++;
    ck_assert_str_eq(add(&point, &word, kenya), "bad-signature");
    word = word_of(uganda, &point);
    memcpy(word.witness, kenya->identity.id, MEMBER_ID_SIZE);
    memcpy(word.key, kenya->identity.key_id, MEMBER_ID_SIZE);
    ck_assert_str_eq(add(&point, &word, kenya), "bad-signature");
}
END_TEST

START_TEST(the_cosignature_of_an_old_checkpoint) {
    const struct checkpoint old = keep_point(3), now = keep_point(5);
    const struct cosignature word = word_of(kenya, &old);
    ck_assert_str_eq(add(&now, &word, kenya), "bad-signature");
    const struct checkpoint never = point_of(&other, 5);
    const struct cosignature of_never = word_of(kenya, &never);
    ck_assert_str_eq(add(&never, &of_never, kenya), "not-found");
}
END_TEST

START_TEST(no_more_than_so_many_are_kept) {
    struct span text;
    struct cosignature word;
    const struct checkpoint point = keep_point(3);
    struct buf full;
    ck_assert_int_eq(cosigned_get(congo->exchange.store, &world->arena, 3, &text), RESULT_OK);
    buf_init(&full, &world->arena);
    buf_put_span(&full, text);
    for (size_t i = 0; i < COSIGNATURES_MAX; i++) {
        word = word_of(kenya, &point);
        word.witness[0] = (uint8_t)i;
        cosignature_write(&full, &word);
    }
    ck_assert_int_eq(exchange_begin(&congo->exchange), RESULT_OK);
    ck_assert_int_eq(store_put_checkpoint(congo->exchange.store, JOURNAL_DISCLOSURES, 3, buf_span(&full)), RESULT_OK);
    commit(congo);
    word = word_of(uganda, &point);
    ck_assert_str_eq(add(&point, &word, uganda), "there");
}
END_TEST

Suite *suite(void) {
    Suite *made = suite_create("daemon/witnesses");
    TCase *tcase = tcase_create("witnesses");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_log_that_grows_is_cosigned_each_time);
    tcase_add_test(tcase, the_same_checkpoint_again_gets_the_same_word);
    tcase_add_test(tcase, what_was_seen_outlives_a_restart);
    tcase_add_test(tcase, what_was_not_committed_was_not_seen);
    tcase_add_test(tcase, a_shorter_log_that_another_peer_has_seen_is_proven);
    tcase_add_test(tcase, two_logs_of_one_size_are_found_when_peers_compare);
    tcase_add_test(tcase, two_logs_of_two_sizes_cannot_be_proven_to_be_one);
    tcase_add_test(tcase, a_claim_is_not_met_by_another_branch);
    tcase_add_test(tcase, a_rewritten_tail_does_not_go_on_from_what_was_cosigned);
    tcase_add_test(tcase, a_rewritten_tail_of_the_same_length);
    tcase_add_test(tcase, a_log_that_was_cut_is_a_proof);
    tcase_add_test(tcase, a_replayed_checkpoint_is_older_and_nothing_more);
    tcase_add_test(tcase, a_new_signing_key_begins_anew);
    tcase_add_test(tcase, a_checkpoint_that_another_signed);
    tcase_add_test(tcase, a_checkpoint_of_tomorrow_or_of_the_other_log);
    tcase_add_test(tcase, a_proof_of_no_form);
    tcase_add_test(tcase, cosignatures_are_kept_with_their_checkpoint);
    tcase_add_test(tcase, a_forged_cosignature);
    tcase_add_test(tcase, the_cosignature_of_an_old_checkpoint);
    tcase_add_test(tcase, no_more_than_so_many_are_kept);
    suite_add_tcase(made, tcase);
    return made;
}
