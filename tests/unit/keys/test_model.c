/* Who can ever read what, in every order in which things can happen (docs/protocol.md, 11): the rules hold in all of
 * them, and each rule is needed. */
#include <check.h>

#include "tests/support/model_search.h"

/* ---- every state ---- */

START_TEST(every_invariant_holds_in_every_state) {
    struct model_search search;
    model_search(&search, 8, MODEL_ALL_INVARIANTS, MODEL_SOUND);
    ck_assert_msg(search.broken == 0, "invariant %u: %s", search.broken, search.trace);
    ck_assert_uint_gt(search.states, 400000);
    ck_assert_uint_gt(search.steps, 5000000);
}
END_TEST

/* ---- the invariants can fail: wrong rules, and the shortest way to what they break ---- */

static void find(enum model_break wrong, unsigned invariant, const char *trace) {
    struct model_search search;
    model_search(&search, 6, 1u << invariant, wrong);
    ck_assert_uint_eq(search.broken, invariant);
    ck_assert_str_eq(search.trace, trace);
}

START_TEST(a_removal_that_keeps_the_epoch_is_found) {
    find(MODEL_REMOVAL_KEEPS_EPOCH, 2, "disclose, remove A, disclose");
    find(MODEL_REMOVAL_KEEPS_EPOCH, 5, "disclose, remove A, disclose");
}
END_TEST

START_TEST(a_renewal_that_keeps_the_epoch_is_found) {
    find(MODEL_RENEWAL_KEEPS_EPOCH, 4, "steal A, disclose, renew A, take A, disclose");
    find(MODEL_RENEWAL_KEEPS_EPOCH, 5, "disclose, renew A, take A, disclose");
}
END_TEST

START_TEST(an_epoch_without_an_end_is_found) {
    find(MODEL_AGE_KEEPS_EPOCH, 5, "disclose, age, disclose");
    find(MODEL_LIMIT_KEEPS_EPOCH, 5, "disclose, fill, disclose");
}
END_TEST

START_TEST(an_epoch_with_the_key_of_the_last_is_found) {
    find(MODEL_EPOCH_KEEPS_KEY, 2, "disclose, remove A, disclose");
    find(MODEL_EPOCH_KEEPS_KEY, 5, "disclose, remove A, disclose");
}
END_TEST

START_TEST(a_key_derived_from_the_one_before_is_found) {
    find(MODEL_KEYS_LEAD_ON, 2, "disclose, remove A, disclose");
    find(MODEL_KEYS_LEAD_ON, 4, "steal A, disclose, remove A, disclose");
}
END_TEST

START_TEST(a_key_that_gives_the_one_before_is_found) {
    find(MODEL_KEYS_LEAD_BACK, 3, "disclose, remove A, add C, disclose");
}
END_TEST

START_TEST(a_grant_to_who_was_removed_is_found) {
    find(MODEL_REMOVED_IS_GRANTED, 2, "disclose, remove A, disclose");
}
END_TEST

START_TEST(a_grant_to_the_former_key_is_found) {
    find(MODEL_FORMER_KEY_IS_GRANTED, 1, "lose A, take A, disclose");
    find(MODEL_FORMER_KEY_IS_GRANTED, 4, "steal A, renew A, take A, disclose");
}
END_TEST

START_TEST(former_epochs_for_who_joins_are_found) {
    find(MODEL_JOINER_GETS_ALL_EPOCHS, 3, "disclose, remove A, add C, disclose");
}
END_TEST

START_TEST(no_grant_for_who_joins_is_found) {
    find(MODEL_JOINER_GETS_NO_GRANT, 1, "disclose, add C, disclose");
}
END_TEST

START_TEST(another_key_for_the_same_epoch_is_found) {
    find(MODEL_JOINER_GETS_OTHER_KEY, 5, "disclose, add C, disclose");
}
END_TEST

START_TEST(an_entry_under_the_last_key_is_found) {
    find(MODEL_SEALED_UNDER_LAST_KEY, 2, "disclose, remove A, disclose");
    find(MODEL_SEALED_UNDER_LAST_KEY, 5, "disclose, remove A, disclose");
}
END_TEST

START_TEST(history_that_gives_the_key_of_its_epoch_is_found) {
    find(MODEL_HISTORY_GIVES_KEY, 3, "disclose, disclose, add C, repeat C 1");
}
END_TEST

START_TEST(a_key_in_the_clear_is_found) {
    find(MODEL_GRANT_IN_THE_CLEAR, 6, "disclose");
}
END_TEST

/* ---- what the rules do not promise: the windows are there, and as wide as docs/protocol.md, 11 says ---- */

/* Whether each entry, in order, can be read by who has these secrets. */
static void ck_reads(const struct model_state *state, uint16_t secrets, const char *expected) {
    char found[MODEL_ENTRIES + 1] = {0};
    for (size_t e = 0; e < state->entry_count; e++)
        found[e] = model_reads(state, secrets, e, MODEL_SOUND) ? '1' : '0';
    ck_assert_str_eq(found, expected);
}

static struct model_state played(const char *trace) {
    struct model_state state;
    model_play(&state, NULL, trace, MODEL_SOUND);
    return state;
}

START_TEST(who_joins_reads_its_epoch_from_the_beginning) {
    struct model_state state = played("disclose, age, disclose, disclose, add C, disclose");
    ck_reads(&state, model_own(&state, 2), "0111");
}
END_TEST

START_TEST(who_joins_when_an_epoch_is_due_reads_nothing_of_the_last) {
    struct model_state state = played("disclose, disclose, remove B, add C, disclose");
    ck_reads(&state, model_own(&state, 2), "001");
    ck_reads(&state, model_ever(&state, 1), "110");
}
END_TEST

START_TEST(who_comes_back_reads_what_it_missed_of_the_epoch_in_force) {
    struct model_state state = played("disclose, remove A, disclose, disclose");
    ck_reads(&state, model_ever(&state, 0), "100");
    state = played("disclose, remove A, disclose, disclose, add A, disclose");
    ck_reads(&state, model_ever(&state, 0), "1111");
    state = played("disclose, remove A, disclose, age, disclose, add A, disclose");
    ck_reads(&state, model_ever(&state, 0), "1011");
}
END_TEST

START_TEST(who_comes_back_before_anything_was_appended_was_never_gone) {
    struct model_state state = played("disclose, remove A, add A, disclose");
    ck_assert_uint_eq(state.epoch, 1);
}
END_TEST

START_TEST(who_lost_its_keys_reads_from_the_next_epoch_on) {
    struct model_state state = played("disclose, lose A, disclose, take A, disclose");
    ck_reads(&state, model_own(&state, 0), "001");
    state = played("disclose, lose A, disclose, take A, disclose, repeat A 1");
    ck_reads(&state, model_own(&state, 0), "101");
}
END_TEST

START_TEST(a_thief_reads_until_the_author_goes_by_another_key) {
    struct model_state state = played("disclose, steal A, age, disclose, renew A, disclose, take A, disclose");
    ck_reads(&state, state.loot, "1110");
    ck_reads(&state, model_own(&state, 0), "1111");
    state = played("disclose, steal A, disclose, remove A, disclose");
    ck_reads(&state, state.loot, "110");
}
END_TEST

START_TEST(a_thief_reads_again_if_its_victim_joins_again_with_the_same_key) {
    struct model_state state = played("steal A, disclose, remove A, disclose, add A, disclose");
    ck_reads(&state, state.loot, "111");
    state = played("steal A, disclose, remove A, disclose, renew A, take A, add A, disclose");
    ck_reads(&state, state.loot, "100");
}
END_TEST

START_TEST(a_thief_reads_all_that_its_victim_had_kept) {
    struct model_state state = played("disclose, renew A, take A, disclose, steal A");
    ck_reads(&state, state.loot, "11");
    state = played("disclose, lose A, take A, disclose, steal A");
    ck_reads(&state, state.loot, "01");
}
END_TEST

START_TEST(a_thief_reads_what_is_repeated_for_a_stolen_key) {
    struct model_state state = played("disclose, age, disclose, add C, steal C, repeat C 1");
    ck_reads(&state, state.loot, "10");
    state = played("disclose, age, disclose, add C, steal C, renew C, take C, repeat C 1");
    ck_reads(&state, state.loot, "00");
    ck_reads(&state, model_own(&state, 2), "10");
}
END_TEST

static TCase *wrong_rules(void) {
    TCase *tcase = tcase_create("wrong_rules");
    tcase_add_test(tcase, a_removal_that_keeps_the_epoch_is_found);
    tcase_add_test(tcase, a_renewal_that_keeps_the_epoch_is_found);
    tcase_add_test(tcase, an_epoch_without_an_end_is_found);
    tcase_add_test(tcase, an_epoch_with_the_key_of_the_last_is_found);
    tcase_add_test(tcase, a_key_derived_from_the_one_before_is_found);
    tcase_add_test(tcase, a_key_that_gives_the_one_before_is_found);
    tcase_add_test(tcase, a_grant_to_who_was_removed_is_found);
    tcase_add_test(tcase, a_grant_to_the_former_key_is_found);
    tcase_add_test(tcase, former_epochs_for_who_joins_are_found);
    tcase_add_test(tcase, no_grant_for_who_joins_is_found);
    tcase_add_test(tcase, another_key_for_the_same_epoch_is_found);
    tcase_add_test(tcase, an_entry_under_the_last_key_is_found);
    tcase_add_test(tcase, history_that_gives_the_key_of_its_epoch_is_found);
    tcase_add_test(tcase, a_key_in_the_clear_is_found);
    return tcase;
}

Suite *suite(void) {
    Suite *suite = suite_create("model");
    TCase *all = tcase_create("every_state"), *windows = tcase_create("windows");
    tcase_add_test(all, every_invariant_holds_in_every_state);
    tcase_add_test(windows, who_joins_reads_its_epoch_from_the_beginning);
    tcase_add_test(windows, who_joins_when_an_epoch_is_due_reads_nothing_of_the_last);
    tcase_add_test(windows, who_comes_back_reads_what_it_missed_of_the_epoch_in_force);
    tcase_add_test(windows, who_comes_back_before_anything_was_appended_was_never_gone);
    tcase_add_test(windows, who_lost_its_keys_reads_from_the_next_epoch_on);
    tcase_add_test(windows, a_thief_reads_until_the_author_goes_by_another_key);
    tcase_add_test(windows, a_thief_reads_again_if_its_victim_joins_again_with_the_same_key);
    tcase_add_test(windows, a_thief_reads_all_that_its_victim_had_kept);
    tcase_add_test(windows, a_thief_reads_what_is_repeated_for_a_stolen_key);
    suite_add_tcase(suite, all);
    suite_add_tcase(suite, wrong_rules());
    suite_add_tcase(suite, windows);
    return suite;
}
