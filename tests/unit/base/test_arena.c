#include <check.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

START_TEST(memory_is_zeroed_and_aligned) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t size = 0; size < 200; size++) {
        unsigned char *memory = arena_alloc(&arena, size);
        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 0xA5, size);
    }
    arena_release(&arena);
}
END_TEST

START_TEST(memory_is_zeroed_after_a_reset) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    memset(arena_alloc(&arena, 1000), 0xA5, 1000);
    arena_reset(&arena);
    ck_assert_uint_eq(arena.used, 0);
    const unsigned char *memory = arena_alloc(&arena, 1000);
    for (size_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(memory[i], 0);
    arena_release(&arena);
}
END_TEST

START_TEST(the_budget_holds) {
    struct arena arena;
    arena_init(&arena, 1024);
    ck_assert_ptr_null(arena_alloc(&arena, 1025));
    ck_assert_ptr_nonnull(arena_alloc(&arena, 1000));
    ck_assert_ptr_null(arena_alloc(&arena, 100));
    ck_assert_uint_le(arena.used, 1024);
    arena_reset(&arena);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 1000));
    arena_release(&arena);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused) {
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
    ck_assert_ptr_null(arena_array(&arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_text(&arena, "", SIZE_MAX));
    arena_release(&arena);
}
END_TEST

START_TEST(large_pieces_have_room_of_their_own) {
    struct arena arena;
    arena_init(&arena, 16 << 20);
    char *small = arena_text(&arena, "Tema", 4);
    memset(arena_alloc(&arena, 4 << 20), 1, 4 << 20);
    ck_assert_str_eq(small, "Tema");
    arena_reset(&arena);
    ck_assert_ptr_nonnull(arena_alloc(&arena, 15 << 20));
    arena_release(&arena);
}
END_TEST

START_TEST(copies_are_copies) {
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char text[] = "Lomé";
    char *copy = arena_text(&arena, text, 3);
    const char *bytes = arena_copy(&arena, text, sizeof text);
    text[0] = 'D';
    ck_assert_str_eq(copy, "Lom");
    ck_assert_str_eq(bytes, "Lomé");
    ck_assert_ptr_nonnull(arena_array(&arena, 0, 8));
    arena_release(&arena);
}
END_TEST

START_TEST(release_takes_the_unused_and_the_released) {
    struct arena arena = {0};
    arena_release(&arena);
    arena_init(&arena, 100);
    arena_reset(&arena);
    arena_release(&arena);
    arena_release(&arena);
    ck_assert_ptr_null(arena.chunk);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("base/arena");
    TCase *memory = tcase_create("memory of a turn");
    tcase_add_test(memory, memory_is_zeroed_and_aligned);
    tcase_add_test(memory, memory_is_zeroed_after_a_reset);
    tcase_add_test(memory, the_budget_holds);
    tcase_add_test(memory, sizes_that_overflow_are_refused);
    tcase_add_test(memory, large_pieces_have_room_of_their_own);
    tcase_add_test(memory, copies_are_copies);
    tcase_add_test(memory, release_takes_the_unused_and_the_released);
    suite_add_tcase(suite, memory);
    return suite;
}
