/* Properties over random openings, from a fixed seed. */
#include "keys/tree.h"

#include <check.h>
#include <string.h>

#include "tests/support/chance.h"

enum { WORDS = TREE_SLOTS / 64 };

static struct arena arena;
static struct chance chance;
static struct span values[TREE_SLOTS];
static uint8_t salt[TREE_SALT_SIZE];
static const struct tree_scope scope = {.schema = 1, .version = 3, .alert = {0xa1}};
static struct tree_opening all;
static uint8_t root[TREE_HASH_SIZE];

static void set_up(void) {
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    chance = (struct chance){.state = 20140505};
    for (size_t slot = 0; slot < TREE_SLOTS; slot++) {
        uint8_t *bytes = arena_alloc(&arena, 40);
        for (size_t i = 0; i < 40; i++)
            bytes[i] = (uint8_t)chance_next(&chance);
        values[slot] = chance_below(&chance, 3) ? span_of(bytes, chance_below(&chance, 40)) : (struct span){0};
    }
    for (size_t i = 0; i < sizeof salt; i++)
        salt[i] = (uint8_t)chance_next(&chance);
    tree_open_all(&all, salt, values);
    ck_assert_int_eq(tree_root(root, &scope, &all), RESULT_OK);
}

static void tear_down(void) {
    arena_release(&arena);
}

/* A set of slots of some density: blocks as policies make them, or single slots, or none, or all. */
static void random_set(uint64_t set[static WORDS]) {
    size_t kind = chance_below(&chance, 6);
    for (size_t slot = 0; slot < TREE_SLOTS; slot++) {
        bool in = kind == 0   ? false
                  : kind == 1 ? true
                  : kind == 2 ? chance_below(&chance, 2)
                  : kind == 3 ? chance_below(&chance, 20) == 0
                  : kind == 4 ? chance_below(&chance, 20) != 0
                              : (slot / 16 * 7 + kind) % 3 != 0;
        set[slot / 64] = (set[slot / 64] & ~((uint64_t)1 << slot % 64)) | (uint64_t)in << slot % 64;
    }
}

static struct tree_opening narrow(const struct tree_opening *from, const uint64_t keep[static WORDS]) {
    struct tree_opening out;
    ck_assert_int_eq(tree_narrow(&arena, &out, &scope, from, keep), RESULT_OK);
    return out;
}

static void expect_equal(const struct tree_opening *a, const struct tree_opening *b) {
    ck_assert_mem_eq(a->shown, b->shown, sizeof a->shown);
    ck_assert(span_equal(a->salts, b->salts));
    ck_assert(span_equal(a->hashes, b->hashes));
    for (size_t slot = 0; slot < TREE_SLOTS; slot++) {
        ck_assert(span_equal(a->values[slot], b->values[slot]));
        ck_assert(!a->values[slot].data == !b->values[slot].data);
    }
}

START_TEST(narrowing_keeps_the_root) {
    for (int round = 0; round < 300; round++) {
        uint64_t keep[WORDS];
        uint8_t again[TREE_HASH_SIZE];
        random_set(keep);
        struct tree_opening opening = narrow(&all, keep);
        ck_assert_int_eq(tree_root(again, &scope, &opening), RESULT_OK);
        ck_assert_mem_eq(again, root, TREE_HASH_SIZE);
    }
}
END_TEST

START_TEST(narrowing_twice_is_narrowing_to_what_both_keep) {
    for (int round = 0; round < 100; round++) {
        uint64_t a[WORDS], b[WORDS], both[WORDS];
        random_set(a);
        random_set(b);
        for (size_t i = 0; i < WORDS; i++)
            both[i] = a[i] & b[i];
        struct tree_opening once = narrow(&all, a), twice = narrow(&once, b), direct = narrow(&all, both);
        expect_equal(&twice, &direct);
    }
}
END_TEST

START_TEST(narrowing_to_everything_changes_nothing) {
    static const uint64_t everything[WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    for (int round = 0; round < 50; round++) {
        uint64_t keep[WORDS];
        random_set(keep);
        struct tree_opening opening = narrow(&all, keep), same = narrow(&opening, everything);
        expect_equal(&opening, &same);
    }
}
END_TEST

START_TEST(a_hidden_slot_leaves_no_value_and_no_salt) {
    uint64_t keep[WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    keep[0] &= ~(uint64_t)0xf; /* the first four slots */
    struct tree_opening opening = narrow(&all, keep);
    for (size_t slot = 0; slot < 4; slot++)
        ck_assert_ptr_null(opening.values[slot].data);
    ck_assert_uint_eq(opening.hashes.len, TREE_HASH_SIZE);        /* one for all four */
    ck_assert_uint_eq(opening.salts.len, 3 * TREE_SALT_SIZE * 3); /* three siblings on each of three levels */
}
END_TEST

/* The claim on which everything stands: who may not see a slot cannot tell whether it has a value. */
START_TEST(a_hidden_value_cannot_be_told_from_an_absent_one) {
    for (int round = 0; round < 200; round++) {
        uint64_t keep[WORDS];
        random_set(keep);
        size_t hidden = chance_below(&chance, TREE_SLOTS);
        keep[hidden / 64] &= ~((uint64_t)1 << hidden % 64);
        struct span other_values[TREE_SLOTS];
        struct tree_opening other_all;
        memcpy(other_values, values, sizeof values);
        other_values[hidden] = values[hidden].data ? (struct span){0} : span_of("something", 9);
        tree_open_all(&other_all, salt, other_values);
        struct tree_opening a = narrow(&all, keep), b = narrow(&other_all, keep);
        ck_assert(span_equal(a.salts, b.salts));
        ck_assert_uint_eq(a.hashes.len, b.hashes.len);
        size_t differing = 0;
        for (size_t at = 0; at < a.hashes.len; at += TREE_HASH_SIZE)
            differing += memcmp(a.hashes.data + at, b.hashes.data + at, TREE_HASH_SIZE) != 0;
        ck_assert_uint_eq(differing, 1);
        for (size_t slot = 0; slot < TREE_SLOTS; slot++)
            ck_assert(span_equal(a.values[slot], b.values[slot]));
    }
}
END_TEST

static void expect_other_root(const struct tree_scope *in, const struct tree_opening *opening) {
    uint8_t other[TREE_HASH_SIZE];
    enum result result = tree_root(other, in, opening);
    ck_assert(result == RESULT_MALFORMED || (!result && memcmp(other, root, TREE_HASH_SIZE) != 0));
}

/* Flips every bit of `bytes`, which `opening` points to, in turn. */
static void flip_all(const struct tree_opening *opening, struct span bytes) {
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        uint8_t *at = (uint8_t *)(uintptr_t)bytes.data + bit / 8;
        *at ^= (uint8_t)(1u << bit % 8);
        expect_other_root(&scope, opening);
        *at ^= (uint8_t)(1u << bit % 8);
    }
}

START_TEST(every_changed_bit_gives_another_root) {
    uint64_t keep[WORDS] = {0x00ff00000000ffff, 0x1, 0xffffffff00000000, UINT64_MAX};
    struct tree_opening opening = narrow(&all, keep);
    flip_all(&opening, opening.salts);
    flip_all(&opening, opening.hashes);
    for (size_t slot = 0; slot < TREE_SLOTS; slot++)
        if (opening.values[slot].data)
            flip_all(&opening, opening.values[slot]);
    flip_all(&opening, SPAN_OF_ARRAY(opening.shown));
}
END_TEST

START_TEST(every_changed_bit_of_the_scope_gives_another_root) {
    for (int bit = 0; bit < 32; bit++) {
        struct tree_scope schema = scope, version = scope;
        schema.schema ^= 1u << bit;
        version.version ^= 1u << bit;
        expect_other_root(&schema, &all);
        expect_other_root(&version, &all);
    }
    for (int bit = 0; bit < 128; bit++) {
        struct tree_scope alert = scope;
        alert.alert[bit / 8] ^= (uint8_t)(1 << bit % 8);
        expect_other_root(&alert, &all);
    }
}
END_TEST

START_TEST(absent_empty_moved_and_longer_values_give_other_roots) {
    struct tree_opening opening = all;
    size_t present = 0, absent = 0;
    while (!values[present].len)
        present++;
    while (values[absent].data)
        absent++;
    opening.values[present] = (struct span){0};
    expect_other_root(&scope, &opening);
    opening.values[present] = span_of(values[present].data, values[present].len - 1);
    expect_other_root(&scope, &opening);
    opening = all;
    opening.values[absent] = span_of("", 0); /* a value of no bytes is not an absent one */
    expect_other_root(&scope, &opening);
    opening.values[absent] = values[present];
    opening.values[present] = (struct span){0};
    expect_other_root(&scope, &opening);
}
END_TEST

START_TEST(root_refuses_salts_and_hashes_of_the_wrong_number) {
    uint64_t keep[WORDS] = {0x5555, 0, UINT64_MAX, 0};
    uint8_t other[TREE_HASH_SIZE];
    struct tree_opening good = narrow(&all, keep), bad = good;
    uint8_t longer[8192] = {0};
    memcpy(longer, good.salts.data, good.salts.len);
    for (int change = -17; change <= 17; change++) {
        bad.salts = span_of(longer, (size_t)((int)good.salts.len + change));
        ck_assert_int_eq(tree_root(other, &scope, &bad), change ? RESULT_MALFORMED : RESULT_OK);
        ck_assert_int_eq(tree_narrow(&arena, &bad, &scope, &bad, keep), change ? RESULT_MALFORMED : RESULT_OK);
    }
    bad = good;
    memcpy(longer, good.hashes.data, good.hashes.len);
    for (int change = -33; change <= 33; change++) {
        bad.hashes = span_of(longer, (size_t)((int)good.hashes.len + change));
        ck_assert_int_eq(tree_root(other, &scope, &bad), change ? RESULT_MALFORMED : RESULT_OK);
    }
}
END_TEST

START_TEST(root_and_narrow_refuse_a_value_in_a_hidden_slot) {
    uint64_t keep[WORDS] = {UINT64_MAX, 0, 0, 0};
    uint8_t other[TREE_HASH_SIZE];
    struct tree_opening opening = narrow(&all, keep), out;
    opening.values[200] = span_of("smuggled", 8);
    ck_assert_int_eq(tree_root(other, &scope, &opening), RESULT_MALFORMED);
    ck_assert_int_eq(tree_narrow(&arena, &out, &scope, &opening, keep), RESULT_MALFORMED);
}
END_TEST

START_TEST(narrow_fails_when_memory_is_out) {
    static const uint64_t keep[WORDS] = {0x5555555555555555, 0, 0, 0};
    struct arena small;
    struct tree_opening out;
    arena_init(&small, 256);
    ck_assert_int_eq(tree_narrow(&small, &out, &scope, &all, keep), RESULT_NO_MEMORY);
    arena_release(&small);
}
END_TEST

/* Reckoned by the independent verifier's way of docs/protocol.md, 4, in Python's hashlib: all slots absent but slot 5,
 * which holds "CD"; salt 000102...0f, alert id a0a1...af, schema 1, version 1. */
START_TEST(a_known_alert_has_its_known_root) {
    static const uint8_t known[TREE_HASH_SIZE] = {0x74, 0x05, 0x6a, 0xc1, 0x6c, 0xf3, 0x56, 0x9e, 0xa8, 0x13, 0x7f,
                                                  0x2f, 0x31, 0xca, 0x99, 0xd5, 0x76, 0x9e, 0xf7, 0x8f, 0x56, 0x6e,
                                                  0xf8, 0x7b, 0xef, 0x5d, 0xd3, 0x12, 0xf6, 0xad, 0x85, 0x11};
    struct span few[TREE_SLOTS] = {[5] = {(const uint8_t *)"CD", 2}};
    struct tree_scope place = {.schema = 1, .version = 1};
    uint8_t known_salt[TREE_SALT_SIZE], out[TREE_HASH_SIZE];
    struct tree_opening opening;
    for (size_t i = 0; i < 16; i++) {
        known_salt[i] = (uint8_t)i;
        place.alert[i] = (uint8_t)(0xa0 + i);
    }
    tree_open_all(&opening, known_salt, few);
    ck_assert_int_eq(tree_root(out, &place, &opening), RESULT_OK);
    ck_assert_mem_eq(out, known, TREE_HASH_SIZE);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("tree");
    TCase *tcase = tcase_create("tree");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, narrowing_keeps_the_root);
    tcase_add_test(tcase, narrowing_twice_is_narrowing_to_what_both_keep);
    tcase_add_test(tcase, narrowing_to_everything_changes_nothing);
    tcase_add_test(tcase, a_hidden_slot_leaves_no_value_and_no_salt);
    tcase_add_test(tcase, a_hidden_value_cannot_be_told_from_an_absent_one);
    tcase_add_test(tcase, every_changed_bit_gives_another_root);
    tcase_add_test(tcase, every_changed_bit_of_the_scope_gives_another_root);
    tcase_add_test(tcase, absent_empty_moved_and_longer_values_give_other_roots);
    tcase_add_test(tcase, root_refuses_salts_and_hashes_of_the_wrong_number);
    tcase_add_test(tcase, root_and_narrow_refuse_a_value_in_a_hidden_slot);
    tcase_add_test(tcase, narrow_fails_when_memory_is_out);
    tcase_add_test(tcase, a_known_alert_has_its_known_root);
    suite_add_tcase(suite, tcase);
    return suite;
}
