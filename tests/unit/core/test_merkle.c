/* The tree against RFC 9162 as it is written there, for all sizes up to some hundred, and what must not pass. */
#include "core/merkle.h"

#include <check.h>
#include <stdlib.h>

#include "tests/support/chance.h"

enum { SIZES = 130, LEVELS = 8 };

static uint8_t leaves[SIZES][HASH_SIZE];
static uint8_t kept[LEVELS][SIZES][HASH_SIZE]; /* by level and index: what a store would have */
static struct merkle trees[SIZES + 1];
static uint8_t roots[SIZES + 1][HASH_SIZE];
static size_t reads;

static enum result read_kept(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    ck_assert(level < LEVELS && (index + 1) << level <= SIZES);
    (void)context;
    reads++;
    memcpy(out, kept[level][index], HASH_SIZE);
    return RESULT_OK;
}

static const struct merkle_source source = {read_kept, NULL};

static void set_up(void) {
    struct chance chance = {.state = 9162};
    struct merkle tree = {0};
    merkle_root(roots[0], &tree);
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t done[MERKLE_LEVELS][HASH_SIZE];
        for (size_t k = 0; k < HASH_SIZE; k++)
            leaves[i][k] = (uint8_t)chance_next(&chance);
        trees[i] = tree;
        size_t count = merkle_append(&tree, leaves[i], done);
        for (size_t level = 0; level < count; level++)
            memcpy(kept[level][i >> level], done[level], HASH_SIZE);
        merkle_root(roots[i + 1], &tree);
    }
    trees[SIZES] = tree;
}

/* MTH of RFC 9162, 2.1.1, word for word. */
static void tree_head(uint8_t out[static HASH_SIZE], size_t start, size_t end) {
    uint8_t left[HASH_SIZE], right[HASH_SIZE];
    size_t k = 1;
    if (end - start == 1) {
        memcpy(out, leaves[start], HASH_SIZE);
        return;
    }
    while (k * 2 < end - start)
        k *= 2;
    tree_head(left, start, start + k);
    tree_head(right, start + k, end);
    merkle_node(out, left, right);
}

/* PATH of 2.1.3.1 and SUBPROOF of 2.1.4.1. */
static void path(struct merkle_proof *proof, size_t m, size_t start, size_t end) {
    size_t k = 1;
    if (end - start == 1)
        return;
    while (k * 2 < end - start)
        k *= 2;
    if (m < start + k) {
        path(proof, m, start, start + k);
        tree_head(proof->hashes[proof->count++], start + k, end);
    } else {
        path(proof, m, start + k, end);
        tree_head(proof->hashes[proof->count++], start, start + k);
    }
}

static void subproof(struct merkle_proof *proof, size_t m, size_t start, size_t end, bool whole) {
    size_t k = 1;
    if (m == end) {
        if (!whole)
            tree_head(proof->hashes[proof->count++], start, end);
        return;
    }
    while (k * 2 < end - start)
        k *= 2;
    if (m <= start + k) {
        subproof(proof, m, start, start + k, whole);
        tree_head(proof->hashes[proof->count++], start + k, end);
    } else {
        subproof(proof, m, start + k, end, false);
        tree_head(proof->hashes[proof->count++], start, start + k);
    }
}

static struct merkle_proof inclusion(size_t index, size_t size) {
    struct merkle_proof proof;
    ck_assert_int_eq(merkle_prove_inclusion(&proof, &source, index, size), RESULT_OK);
    return proof;
}

static struct merkle_proof consistency(size_t first, size_t size) {
    struct merkle_proof proof;
    ck_assert_int_eq(merkle_prove_consistency(&proof, &source, first, size), RESULT_OK);
    return proof;
}

static void expect_same(const struct merkle_proof *a, const struct merkle_proof *b) {
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_mem_eq(a->hashes, b->hashes, a->count * HASH_SIZE);
}

START_TEST(the_root_is_that_of_the_rfc) {
    for (size_t size = 1; size <= SIZES; size++) {
        uint8_t root[HASH_SIZE];
        tree_head(root, 0, size);
        ck_assert_mem_eq(root, roots[size], HASH_SIZE);
    }
}
END_TEST

START_TEST(every_leaf_is_proven_in_every_tree) {
    for (size_t size = 1; size <= SIZES; size++)
        for (size_t index = 0; index < size; index++) {
            struct merkle_proof proof = inclusion(index, size), expected = {0};
            path(&expected, index, 0, size);
            expect_same(&proof, &expected);
            ck_assert_int_eq(
                merkle_verify_inclusion(merkle_proof_span(&proof), index, size, leaves[index], roots[size]), RESULT_OK);
        }
}
END_TEST

START_TEST(every_tree_is_proven_to_begin_with_every_shorter_one) {
    for (size_t size = 0; size <= SIZES; size++)
        for (size_t first = 0; first <= size; first++) {
            struct merkle_proof proof = consistency(first, size), expected = {0};
            if (first)
                subproof(&expected, first, 0, size, true);
            expect_same(&proof, &expected);
            ck_assert_int_eq(
                merkle_verify_consistency(merkle_proof_span(&proof), first, size, roots[first], roots[size]),
                RESULT_OK);
        }
}
END_TEST

START_TEST(a_tree_is_opened_again_from_what_was_kept) {
    for (size_t size = 0; size <= SIZES; size++) {
        struct merkle tree = {0};
        ck_assert_int_eq(merkle_open(&tree, &source, size), RESULT_OK);
        ck_assert_uint_eq(tree.size, size);
        ck_assert_mem_eq(tree.peaks, trees[size].peaks, (size_t)__builtin_popcountll(size) * HASH_SIZE);
    }
}
END_TEST

START_TEST(a_proof_takes_few_reads) {
    for (size_t index = 0; index < SIZES; index++) {
        reads = 0;
        inclusion(index, SIZES);
        ck_assert_uint_le(reads, 2 * LEVELS);
        reads = 0;
        consistency(index, SIZES);
        ck_assert_uint_le(reads, 2 * LEVELS);
    }
}
END_TEST

static enum result fail_to_read(void *context, unsigned level, uint64_t index, uint8_t out[static HASH_SIZE]) {
    (void)context;
    (void)level;
    (void)index;
    (void)out;
    return RESULT_STORE_DAMAGED;
}

START_TEST(a_source_that_fails_is_said) {
    const struct merkle_source broken = {fail_to_read, NULL};
    struct merkle_proof proof;
    struct merkle tree;
    ck_assert_int_eq(merkle_prove_inclusion(&proof, &broken, 1, 5), RESULT_STORE_DAMAGED);
    ck_assert_int_eq(merkle_prove_consistency(&proof, &broken, 3, 5), RESULT_STORE_DAMAGED);
    ck_assert_int_eq(merkle_open(&tree, &broken, 5), RESULT_STORE_DAMAGED);
}
END_TEST

/* ---- attacks ---- */

START_TEST(a_changed_leaf_is_refused) {
    for (size_t index = 0; index < SIZES; index++) {
        struct merkle_proof proof = inclusion(index, SIZES);
        uint8_t leaf[HASH_SIZE];
        memcpy(leaf, leaves[index], HASH_SIZE);
        leaf[index % HASH_SIZE] ^= 1;
        ck_assert_int_eq(merkle_verify_inclusion(merkle_proof_span(&proof), index, SIZES, leaf, roots[SIZES]),
                         RESULT_BAD_HASH);
    }
}
END_TEST

START_TEST(a_proof_is_for_one_index_only) {
    for (size_t size = 2; size <= 40; size++)
        for (size_t index = 0; index < size; index++)
            for (size_t other = 0; other <= size; other++) {
                struct merkle_proof proof = inclusion(index, size);
                if (other == index)
                    continue;
                ck_assert_int_ne(
                    merkle_verify_inclusion(merkle_proof_span(&proof), other, size, leaves[index], roots[size]),
                    RESULT_OK);
            }
}
END_TEST

/* With the root of its own size another size may have a path of the same shape: the root speaks for the leaves, and the
 * size stands beside it in what is signed. With the root of the other size it never passes. */
START_TEST(a_proof_is_for_one_tree_only) {
    for (size_t size = 1; size <= 40; size++)
        for (size_t index = 0; index < size; index++)
            for (size_t other = index + 1; other <= 40; other++) {
                struct merkle_proof proof = inclusion(index, size);
                if (other == size)
                    continue;
                ck_assert_int_ne(
                    merkle_verify_inclusion(merkle_proof_span(&proof), index, other, leaves[index], roots[other]),
                    RESULT_OK);
            }
}
END_TEST

START_TEST(a_proof_that_is_too_short_or_too_long_is_refused) {
    for (size_t index = 0; index < SIZES; index++) {
        struct merkle_proof proof = inclusion(index, SIZES);
        struct span whole = merkle_proof_span(&proof);
        for (size_t len = 0; len < whole.len; len += HASH_SIZE / 2)
            ck_assert_int_eq(
                merkle_verify_inclusion(span_of(whole.data, len), index, SIZES, leaves[index], roots[SIZES]),
                RESULT_MALFORMED);
        memset(proof.hashes[proof.count++], 0, HASH_SIZE);
        ck_assert_int_eq(merkle_verify_inclusion(merkle_proof_span(&proof), index, SIZES, leaves[index], roots[SIZES]),
                         RESULT_MALFORMED);
    }
    static const uint8_t immense[(MERKLE_PROOF_MAX + 1) * HASH_SIZE];
    ck_assert_int_eq(merkle_verify_inclusion(SPAN_OF_ARRAY(immense), 1, UINT64_MAX, leaves[1], roots[SIZES]),
                     RESULT_MALFORMED);
    ck_assert_int_eq(merkle_verify_consistency(SPAN_OF_ARRAY(immense), 1, UINT64_MAX, roots[1], roots[SIZES]),
                     RESULT_MALFORMED);
    ck_assert_int_eq(merkle_verify_inclusion((struct span){0}, 0, 0, leaves[0], roots[0]), RESULT_MALFORMED);
}
END_TEST

START_TEST(a_consistency_proof_that_is_too_short_or_too_long_is_refused) {
    for (size_t first = 1; first < SIZES; first++) {
        struct merkle_proof proof = consistency(first, SIZES);
        struct span whole = merkle_proof_span(&proof);
        for (size_t len = 0; len < whole.len; len += HASH_SIZE)
            ck_assert_int_ne(
                merkle_verify_consistency(span_of(whole.data, len), first, SIZES, roots[first], roots[SIZES]),
                RESULT_OK);
        memset(proof.hashes[proof.count++], 0, HASH_SIZE);
        ck_assert_int_eq(merkle_verify_consistency(merkle_proof_span(&proof), first, SIZES, roots[first], roots[SIZES]),
                         RESULT_MALFORMED);
    }
}
END_TEST

/* The log from leaf `changed` on is another: nothing makes it follow from a root that was kept. */
START_TEST(a_rewritten_tail_does_not_follow_from_a_root_that_was_kept) {
    for (size_t first = 1; first <= 40; first++)
        for (size_t changed = 0; changed < first; changed++) {
            uint8_t before[HASH_SIZE], root[HASH_SIZE];
            memcpy(before, roots[first], HASH_SIZE);
            leaves[changed][0] ^= 1;
            for (size_t level = 0; level < LEVELS; level++)
                for (size_t i = 0; (i + 1) << level <= SIZES; i++)
                    tree_head(kept[level][i], i << level, (i + 1) << level);
            struct merkle_proof proof = consistency(first, 50);
            tree_head(root, 0, 50);
            ck_assert_int_eq(merkle_verify_consistency(merkle_proof_span(&proof), first, 50, before, root),
                             RESULT_BAD_HASH);
            leaves[changed][0] ^= 1;
        }
}
END_TEST

START_TEST(a_log_cut_short_is_no_longer_one) {
    for (size_t size = 2; size <= SIZES; size++) {
        ck_assert_int_eq(merkle_verify_consistency((struct span){0}, size, size - 1, roots[size], roots[size - 1]),
                         RESULT_MALFORMED);
        ck_assert_int_eq(merkle_verify_consistency((struct span){0}, size, size, roots[size], roots[size - 1]),
                         RESULT_BAD_HASH);
    }
    ck_assert_int_eq(merkle_verify_consistency((struct span){0}, 0, 3, roots[1], roots[3]), RESULT_BAD_HASH);
    ck_assert_int_eq(merkle_verify_consistency((struct span){0}, 0, 0, roots[0], roots[3]), RESULT_BAD_HASH);
}
END_TEST

START_TEST(any_changed_bit_of_a_proof_is_refused) {
    for (size_t first = 1; first < 60; first++) {
        struct merkle_proof proof = consistency(first, 60);
        for (size_t i = 0; i < proof.count; i++) {
            proof.hashes[i][first % HASH_SIZE] ^= 0x80;
            ck_assert_int_eq(merkle_verify_consistency(merkle_proof_span(&proof), first, 60, roots[first], roots[60]),
                             RESULT_BAD_HASH);
            proof.hashes[i][first % HASH_SIZE] ^= 0x80;
        }
        proof = inclusion(first, 60);
        for (size_t i = 0; i < proof.count; i++) {
            proof.hashes[i][first % HASH_SIZE] ^= 0x80;
            ck_assert_int_eq(merkle_verify_inclusion(merkle_proof_span(&proof), first, 60, leaves[first], roots[60]),
                             RESULT_BAD_HASH);
            proof.hashes[i][first % HASH_SIZE] ^= 0x80;
        }
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("merkle");
    TCase *tree = tcase_create("merkle");
    tcase_add_checked_fixture(tree, set_up, NULL);
    tcase_add_test(tree, the_root_is_that_of_the_rfc);
    tcase_add_test(tree, every_leaf_is_proven_in_every_tree);
    tcase_add_test(tree, every_tree_is_proven_to_begin_with_every_shorter_one);
    tcase_add_test(tree, a_tree_is_opened_again_from_what_was_kept);
    tcase_add_test(tree, a_proof_takes_few_reads);
    tcase_add_test(tree, a_source_that_fails_is_said);
    tcase_add_test(tree, a_changed_leaf_is_refused);
    tcase_add_test(tree, a_proof_is_for_one_index_only);
    tcase_add_test(tree, a_proof_is_for_one_tree_only);
    tcase_add_test(tree, a_proof_that_is_too_short_or_too_long_is_refused);
    tcase_add_test(tree, a_consistency_proof_that_is_too_short_or_too_long_is_refused);
    tcase_add_test(tree, a_rewritten_tail_does_not_follow_from_a_root_that_was_kept);
    tcase_add_test(tree, a_log_cut_short_is_no_longer_one);
    tcase_add_test(tree, any_changed_bit_of_a_proof_is_refused);
    suite_add_tcase(suite, tree);
    return suite;
}
