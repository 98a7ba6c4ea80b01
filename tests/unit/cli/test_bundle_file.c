/* The file of a stick, in hostile hands: what is no file, what changes while it is read, what is there already. */
#include "cli/bundle_file.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static struct arena arena;
static struct call call;
static char folder[] = "/tmp/inama-stick-XXXXXX";
static const char *path;
static struct bundle_in in;

static void set_up(void) {
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    arena_init(&arena, (size_t)16 << 20);
    call = (struct call){.arena = &arena};
    path = text_format(&arena, "%s/stick", folder);
    in = (struct bundle_in){0};
}

static void tear_down(void) {
    bundle_in_close(&in);
    unlink(path);
    unlink(text_format(&arena, "%s.tmp", path));
    unlink(text_format(&arena, "%s/other", folder));
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left */
    arena_release(&arena);
}

/* A stick with so many records of eight bytes. */
static void write_stick(int count) {
    struct bundle_out out;
    ck_assert_str_eq(result_name(bundle_out_open(&out, &arena, path, true)), "ok");
    for (int i = 0; i < count; i++)
        ck_assert_str_eq(result_name(bundle_out_put(&out, BUNDLE_TRUST, span_of_text("whom ..."))), "ok");
    uint64_t size = bundle_out_size(&out, 0) - BUNDLE_RECORD_SIZE;
    ck_assert_str_eq(result_name(bundle_out_close(&out)), "ok");
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq((uint64_t)status.st_size, size);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
}

static int read_on(void) {
    uint8_t kind;
    struct span bytes;
    int count = 0;
    while (bundle_in_next(&in, &kind, &bytes))
        count++;
    return count;
}

static void append(const char *text) {
    FILE *file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_is_written_is_read) {
    write_stick(3);
    ck_assert_int_eq(bundle_in_open(&in, &call, path), EXIT_DONE);
    ck_assert_int_eq(read_on(), 3);
    ck_assert_str_eq(result_name(in.verdict), "ok");
    ck_assert_int_eq(bundle_in_say(&in, &call, path), EXIT_DONE);
}
END_TEST

START_TEST(a_file_that_grows_is_read_as_it_was) {
    write_stick(2);
    ck_assert_int_eq(truncate(path, BUNDLE_START_SIZE + BUNDLE_RECORD_SIZE + 8), 0);
    ck_assert_int_eq(bundle_in_open(&in, &call, path), EXIT_DONE);
    for (int i = 0; i < 100; i++)
        append("\x63____________________");
    ck_assert_int_eq(read_on(), 1);
    ck_assert_str_eq(result_name(in.verdict), "truncated");
    ck_assert_uint_eq(in.at, in.size);
}
END_TEST

START_TEST(a_file_that_shrinks_is_cut_off) {
    write_stick(4000); /* more than what is read ahead */
    ck_assert_int_eq(bundle_in_open(&in, &call, path), EXIT_DONE);
    ck_assert_int_eq(truncate(path, 20000), 0);
    ck_assert_int_lt(read_on(), 4000);
    ck_assert_str_eq(result_name(in.verdict), "truncated");
    ck_assert_int_eq(bundle_in_say(&in, &call, path), EXIT_REFUSED);
}
END_TEST

START_TEST(what_stands_behind_the_end_is_not_read) {
    write_stick(1);
    append("\x02____more");
    ck_assert_int_eq(bundle_in_open(&in, &call, path), EXIT_DONE);
    ck_assert_int_eq(read_on(), 1);
    ck_assert_str_eq(result_name(in.verdict), "ok");
}
END_TEST

START_TEST(what_is_no_file_is_not_opened) {
    const char *other = text_format(&arena, "%s/other", folder);
    write_stick(1);
    ck_assert_int_eq(symlink(path, other), 0);
    ck_assert_int_eq(bundle_in_open(&in, &call, other), EXIT_REFUSED);
    bundle_in_close(&in);
    ck_assert_int_eq(unlink(other), 0);
    ck_assert_int_eq(mkfifo(other, 0600), 0); /* nobody writes: it must not wait */
    ck_assert_int_eq(bundle_in_open(&in, &call, other), EXIT_REFUSED);
    bundle_in_close(&in);
    ck_assert_int_eq(bundle_in_open(&in, &call, "/dev/zero"), EXIT_REFUSED);
    bundle_in_close(&in);
    ck_assert_int_eq(bundle_in_open(&in, &call, folder), EXIT_REFUSED);
}
END_TEST

START_TEST(nothing_but_a_stick_is_replaced) {
    struct bundle_out out;
    write_stick(1);
    ck_assert_str_eq(result_name(bundle_out_open(&out, &arena, path, false)), "exists");
    bundle_out_abandon(&out);
    ck_assert_int_eq(truncate(path, 4), 0);
    ck_assert_str_eq(result_name(bundle_out_open(&out, &arena, path, true)), "exists");
    bundle_out_abandon(&out);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("elsewhere", path), 0);
    ck_assert_str_eq(result_name(bundle_out_open(&out, &arena, path, true)), "exists");
    bundle_out_abandon(&out);
}
END_TEST

START_TEST(what_is_given_up_leaves_nothing) {
    struct bundle_out out;
    ck_assert_str_eq(result_name(bundle_out_open(&out, &arena, path, false)), "ok");
    ck_assert_str_eq(result_name(bundle_out_put(&out, BUNDLE_TRUST, span_of_text("whom"))), "ok");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(access(out.beside, F_OK), 0);
    bundle_out_abandon(&out);
    ck_assert_int_ne(access(out.beside, F_OK), 0);
}
END_TEST

Suite *suite(void) {
    Suite *all = suite_create("bundle_file");
    TCase *tests = tcase_create("bundle_file");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_written_is_read);
    tcase_add_test(tests, a_file_that_grows_is_read_as_it_was);
    tcase_add_test(tests, a_file_that_shrinks_is_cut_off);
    tcase_add_test(tests, what_stands_behind_the_end_is_not_read);
    tcase_add_test(tests, what_is_no_file_is_not_opened);
    tcase_add_test(tests, nothing_but_a_stick_is_replaced);
    tcase_add_test(tests, what_is_given_up_leaves_nothing);
    suite_add_tcase(all, tests);
    return all;
}
