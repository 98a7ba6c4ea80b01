#include "keys/hash.h"

#include <check.h>

#include "base/text.h"

static void expect_hex(const uint8_t *bytes, size_t len, const char *hex) {
    char text[129];
    text_hex(text, bytes, len);
    ck_assert_str_eq(text, hex);
}

/* RFC 7693, appendix A, is BLAKE2b-512 of "abc" without key and personalisation: an empty tag is none. */
START_TEST(an_untagged_hash_is_that_of_the_rfc) {
    uint8_t out[64];
    struct hasher hasher;
    hash_start(&hasher, "", (struct span){0}, 64);
    hash_add(&hasher, "abc", 3);
    hash_finish(&hasher, out);
    expect_hex(out, 64,
               "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
               "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}
END_TEST

/* Reckoned with Python's hashlib.blake2b(b"abc", digest_size=32, person=b"INAMA.test", key=...). */
START_TEST(tag_and_key_go_where_the_protocol_says) {
    uint8_t out[HASH_SIZE];
    hash_of(out, "INAMA.test", span_of("abc", 3));
    expect_hex(out, HASH_SIZE, "5e03bc4afa9342a135469419b1e303ec282a568dad9bf29f622d8440a7355384");
    hash_keyed(out, "INAMA.test", span_of("0123456789abcdef", 16), span_of("abc", 3));
    expect_hex(out, HASH_SIZE, "45588f8d3a84f8fb783fcfd2d69320307f3d066f19e7bd2c6f975092391f3ff6");
}
END_TEST

START_TEST(two_tags_are_two_functions) {
    uint8_t a[HASH_SIZE], b[HASH_SIZE];
    hash_of(a, "INAMA.body", span_of("x", 1));
    hash_of(b, "INAMA.entry", span_of("x", 1));
    ck_assert_mem_ne(a, b, HASH_SIZE);
}
END_TEST

START_TEST(pieces_hash_like_the_whole) {
    static const uint8_t whole[] = {7, 0, 0, 1, 2, 0, 0, 0, 2, 'h', 'i', 'x'};
    uint8_t a[HASH_SIZE], b[HASH_SIZE];
    struct hasher hasher;
    hash_start(&hasher, "INAMA.test", (struct span){0}, HASH_SIZE);
    hash_add_u8(&hasher, 7);
    hash_add_u32(&hasher, 0x102);
    hash_add_sized(&hasher, span_of("hi", 2));
    hash_add(&hasher, "x", 1);
    hash_add(&hasher, NULL, 0);
    hash_finish(&hasher, a);
    hash_of(b, "INAMA.test", SPAN_OF_ARRAY(whole));
    ck_assert_mem_eq(a, b, HASH_SIZE);
}
END_TEST

START_TEST(a_tag_is_filled_up_with_zeros) {
    uint8_t tag[HASH_TAG_SIZE];
    hash_tag(tag, "INAMA.sig.alert");
    ck_assert_mem_eq(tag, "INAMA.sig.alert\0", HASH_TAG_SIZE);
    hash_tag(tag, "INAMA.sig.roster");
    ck_assert_mem_eq(tag, "INAMA.sig.roster", HASH_TAG_SIZE);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("hash");
    TCase *tcase = tcase_create("hash");
    tcase_add_test(tcase, an_untagged_hash_is_that_of_the_rfc);
    tcase_add_test(tcase, tag_and_key_go_where_the_protocol_says);
    tcase_add_test(tcase, two_tags_are_two_functions);
    tcase_add_test(tcase, pieces_hash_like_the_whole);
    tcase_add_test(tcase, a_tag_is_filled_up_with_zeros);
    suite_add_tcase(suite, tcase);
    return suite;
}
