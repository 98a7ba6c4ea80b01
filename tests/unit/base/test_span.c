#include <check.h>

#include "base/arena.h"
#include "base/span.h"

START_TEST(take_leaves_the_span_when_it_is_too_short) {
    const uint8_t bytes[] = {1, 2, 3};
    struct span from = SPAN_OF_ARRAY(bytes), out;
    ck_assert(span_take(&from, 2, &out));
    ck_assert_uint_eq(out.len, 2);
    ck_assert(!span_take(&from, 2, &out));
    ck_assert_uint_eq(from.len, 1);
    ck_assert_ptr_eq(from.data, bytes + 2);
    ck_assert(span_take(&from, 1, &out));
    ck_assert(span_take(&from, 0, &out));
}
END_TEST

START_TEST(numbers_are_big_endian) {
    const uint8_t bytes[] = {7, 0x01, 0x02, 0x03, 0x04, 0xFF, 0, 0, 0, 0, 0, 0, 1};
    struct span from = SPAN_OF_ARRAY(bytes);
    uint8_t byte;
    uint32_t word;
    uint64_t number;
    ck_assert(span_u8(&from, &byte));
    ck_assert_uint_eq(byte, 7);
    ck_assert(span_u32(&from, &word));
    ck_assert_uint_eq(word, 0x01020304);
    ck_assert(span_u64(&from, &number));
    ck_assert_uint_eq(number, 0xFF00000000000001);
    ck_assert(!span_u8(&from, &byte));
}
END_TEST

START_TEST(a_short_number_changes_nothing) {
    const uint8_t bytes[] = {1, 2, 3};
    struct span from = SPAN_OF_ARRAY(bytes);
    uint32_t word = 42;
    uint64_t number = 42;
    ck_assert(!span_u32(&from, &word));
    ck_assert(!span_u64(&from, &number));
    ck_assert_uint_eq(word, 42);
    ck_assert_uint_eq(number, 42);
    ck_assert_uint_eq(from.len, 3);
}
END_TEST

START_TEST(equal_compares_content) {
    ck_assert(span_equal(span_of(NULL, 0), span_of_text("")));
    ck_assert(span_equal(span_of_text("abc"), span_of_text("abc")));
    ck_assert(!span_equal(span_of_text("abc"), span_of_text("abd")));
    ck_assert(!span_equal(span_of_text("abc"), span_of_text("ab")));
}
END_TEST

START_TEST(buffer_reads_back_what_was_put) {
    struct arena arena;
    struct buf buf;
    uint8_t byte;
    uint32_t word;
    uint64_t number;
    char text[5];
    arena_init(&arena, 1 << 20);
    buf_init(&buf, &arena);
    for (uint32_t i = 0; i < 1000; i++) { /* grows many times */
        buf_put_u8(&buf, (uint8_t)i);
        buf_put_u32(&buf, i);
        buf_put_u64(&buf, (uint64_t)i << 40);
        buf_put(&buf, "Mbeya", 5);
    }
    ck_assert(!buf.failed);
    struct span from = buf_span(&buf);
    for (uint32_t i = 0; i < 1000; i++) {
        ck_assert(span_u8(&from, &byte) && byte == (uint8_t)i);
        ck_assert(span_u32(&from, &word) && word == i);
        ck_assert(span_u64(&from, &number) && number == (uint64_t)i << 40);
        ck_assert(span_copy(&from, text, 5) && memcmp(text, "Mbeya", 5) == 0);
    }
    ck_assert_uint_eq(from.len, 0);
    arena_release(&arena);
}
END_TEST

START_TEST(buffer_remembers_that_memory_ran_out) {
    struct arena arena;
    struct buf buf;
    arena_init(&arena, 512);
    buf_init(&buf, &arena);
    buf_put(&buf, "x", 1);
    ck_assert_ptr_null(buf_extend(&buf, 4096));
    ck_assert(buf.failed);
    buf_put_u8(&buf, 1); /* nothing fits any more, also what would */
    ck_assert_uint_eq(buf.len, 1);
    ck_assert_ptr_null(buf_extend(&buf, SIZE_MAX));
    arena_release(&arena);
}
END_TEST

Suite *suite(void);

Suite *suite(void) {
    Suite *suite = suite_create("base/span");
    TCase *spans = tcase_create("spans and buffers");
    tcase_add_test(spans, take_leaves_the_span_when_it_is_too_short);
    tcase_add_test(spans, numbers_are_big_endian);
    tcase_add_test(spans, a_short_number_changes_nothing);
    tcase_add_test(spans, equal_compares_content);
    tcase_add_test(spans, buffer_reads_back_what_was_put);
    tcase_add_test(spans, buffer_remembers_that_memory_ran_out);
    suite_add_tcase(suite, spans);
    return suite;
}
