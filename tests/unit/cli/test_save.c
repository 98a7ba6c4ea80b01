/* Names that somebody else gave, before they become files here. */
#include "cli/save.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct arena arena;

static void set_up(void) {
    arena_init(&arena, 1 << 20);
}

static void tear_down(void) {
    arena_release(&arena);
}

START_TEST(a_name_cannot_lead_anywhere_else) {
    static const char *const rows[][2] = {
        {"photo.jpg", "photo.jpg"},
        {"Défense n° 3.png", "Défense n° 3.png"},
        {"../../etc/passwd", "passwd"},
        {"/etc/cron.d/job", "job"},
        {"..\\..\\boot.ini", "boot.ini"},
        {"C:evil.exe", "C_evil.exe"},
        {".bashrc", "bashrc"},
        {"--help", "help"},
        {"- .-x", "x"},
        {"a\nb\tc", "a b c"},
        {"red\x1B[31m", "red_x1b[31m"},
        {"gpj\xE2\x80\xAE.exe", "gpj_u{202e}.exe"},
        {"bad\xFF", "bad_xff"},
        {"dots...", "dots"},
        {"blank ", "blank"},
        {"", "exhibit-3"},
        {"..", "exhibit-3"},
        {"folder/", "exhibit-3"},
        {"...---", "exhibit-3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_str_eq(save_name(&arena, rows[i][0], 2), rows[i][1]);
    ck_assert_str_eq(save_name(&arena, NULL, 2), "exhibit-3");
}
END_TEST

START_TEST(a_long_name_keeps_what_it_is) {
    char name[2000];
    memset(name, 'x', sizeof name);
    strcpy(name + 1000, ".jpeg");
    const char *kept = save_name(&arena, name, 0);
    ck_assert_uint_lt(strlen(kept), 255);
    ck_assert_str_eq(kept + strlen(kept) - 5, ".jpeg");
    for (size_t i = 0; i + 2 < 1200; i += 2)
        memcpy(name + i, "é", 2);
    name[1200] = '\0';
    kept = save_name(&arena, name, 0);
    ck_assert_uint_lt(strlen(kept), 255);
    ck_assert(text_is_utf8(span_of_text(kept)));
}
END_TEST

/* Whatever bytes: one part of a path, no hidden file, no option. */
START_TEST(no_bytes_make_it_more_than_a_name) {
    unsigned state = 7;
    for (int round = 0; round < 20000; round++) {
        char name[24] = {0};
        for (size_t i = 0; i < sizeof name - 1; i++) {
            state = state * 1103515245 + 12345;
            static const char often[] = "/\\.-: \n\x1B\xC3\xE2\x80\xAE";
            name[i] = state >> 28 ? often[(state >> 16) % (sizeof often - 1)] : (char)(state >> 20);
        }
        const char *safe = save_name(&arena, name, 0);
        ck_assert(*safe && *safe != '.' && *safe != '-' && strlen(safe) < 256);
        ck_assert(!strpbrk(safe, "/\\:\n\x1B") && text_is_utf8(span_of_text(safe)));
        arena_reset(&arena);
    }
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("save");
    TCase *tcase = tcase_create("save");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_name_cannot_lead_anywhere_else);
    tcase_add_test(tcase, a_long_name_keeps_what_it_is);
    tcase_add_test(tcase, no_bytes_make_it_more_than_a_name);
    suite_add_tcase(suite, tcase);
    return suite;
}
