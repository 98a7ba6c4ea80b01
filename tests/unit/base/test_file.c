#include "base/file.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[128];
static struct arena arena;

static void set_up(void) {
    strcpy(folder, "/tmp/inama-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/note", folder);
    arena_init(&arena, (size_t)4 * 1024 * 1024);
    umask(022);
}

static void tear_down(void) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    arena_release(&arena);
}

static int count_files(void) {
    int count = -2; /* . and .. */
    DIR *dir = opendir(folder);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void expect_content(const char *text) {
    struct span content;
    ck_assert_int_eq(file_read(&content, &arena, path, 1000), RESULT_OK);
    ck_assert(span_equal(content, span_of_text(text)));
    ck_assert_int_eq(content.data[content.len], 0);
}

static mode_t mode_of(const char *name) {
    struct stat st;
    ck_assert_int_eq(lstat(name, &st), 0);
    return st.st_mode & 0777;
}

START_TEST(write_makes_and_replaces) {
    umask(077); /* the mode asked for is the mode that is */
    ck_assert_int_eq(file_write(path, span_of_text("one"), 0644), RESULT_OK);
    expect_content("one");
    ck_assert_uint_eq(mode_of(path), 0644);
    ck_assert_int_eq(file_write(path, span_of_text("two"), 0600), RESULT_OK);
    expect_content("two");
    ck_assert_uint_eq(mode_of(path), 0600);
    ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(write_takes_nothing_and_much) {
    static uint8_t big[1024 * 1024];
    struct span content;
    ck_assert_int_eq(file_write(path, (struct span){0}, 0600), RESULT_OK);
    expect_content("");
    memset(big, 'x', sizeof big);
    ck_assert_int_eq(file_write(path, SPAN_OF_ARRAY(big), 0600), RESULT_OK);
    ck_assert_int_eq(file_read(&content, &arena, path, sizeof big), RESULT_OK);
    ck_assert(span_equal(content, SPAN_OF_ARRAY(big)));
}
END_TEST

START_TEST(write_works_on_a_bare_name) {
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(file_write("note", span_of_text("here"), 0600), RESULT_OK);
    expect_content("here");
}
END_TEST

START_TEST(write_replaces_a_link_not_what_it_leads_to) {
    char target[128];
    snprintf(target, sizeof target, "%s/target", folder);
    ck_assert_int_eq(file_write(target, span_of_text("mine"), 0600), RESULT_OK);
    ck_assert_int_eq(symlink(target, path), 0);
    ck_assert_int_eq(file_write(path, span_of_text("new"), 0600), RESULT_OK);
    expect_content("new");
    snprintf(path, sizeof path, "%s", target);
    expect_content("mine");
}
END_TEST

START_TEST(write_without_a_folder_is_not_found) {
    snprintf(path, sizeof path, "%s/none/note", folder);
    ck_assert_int_eq(file_write(path, span_of_text("x"), 0600), RESULT_NOT_FOUND);
    ck_assert_int_eq(file_create(path, span_of_text("x"), 0600), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(write_onto_a_folder_leaves_nothing_behind) {
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_ne(file_write(path, span_of_text("x"), 0600), RESULT_OK);
    ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(write_to_a_full_disk_says_so) {
    ck_assert_int_eq(mkdir(path, 0700), 0);
    char command[256];
    snprintf(command, sizeof command, "mount -t tmpfs -o size=64k none %s 2>/dev/null", path);
    if (system(command) != 0)
        return; /* needs the right to mount */
    static uint8_t big[128 * 1024];
    char name[160];
    snprintf(name, sizeof name, "%s/big", path);
    ck_assert_int_eq(file_write(name, SPAN_OF_ARRAY(big), 0600), RESULT_DISK_FULL);
    ck_assert_int_eq(access(name, F_OK), -1);
    snprintf(command, sizeof command, "test -z \"$(ls -A %s)\"", path);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof command, "umount %s", path);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(create_refuses_to_replace) {
    ck_assert_int_eq(file_create(path, span_of_text("first"), 0600), RESULT_OK);
    ck_assert_int_eq(file_create(path, span_of_text("second"), 0600), RESULT_EXISTS);
    expect_content("first");
    ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(create_refuses_to_follow_a_dangling_link) {
    ck_assert_int_eq(symlink("/tmp/inama-nowhere", path), 0);
    ck_assert_int_eq(file_create(path, span_of_text("x"), 0600), RESULT_EXISTS);
    ck_assert_int_eq(access("/tmp/inama-nowhere", F_OK), -1);
}
END_TEST

START_TEST(read_refuses_by_name) {
    struct span content = span_of_text("untouched");
    ck_assert_int_eq(file_read(&content, &arena, path, 10), RESULT_NOT_FOUND);
    ck_assert_int_eq(file_write(path, span_of_text("eleven byte"), 0600), RESULT_OK);
    ck_assert_int_eq(file_read(&content, &arena, path, 10), RESULT_TOO_LARGE);
    ck_assert_int_eq(file_read(&content, &arena, folder, 10), RESULT_IO);
    struct arena small;
    arena_init(&small, 8);
    ck_assert_int_eq(file_read(&content, &small, path, 11), RESULT_NO_MEMORY);
    ck_assert(span_equal(content, span_of_text("untouched")));
    ck_assert_int_eq(file_read(&content, &arena, path, 11), RESULT_OK);
}
END_TEST

/* Writes `len` bytes into a pipe and reads them back through its name. */
static enum result read_pipe(struct span *content, size_t len, size_t max) {
    int ends[2];
    char name[32];
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    pid_t child = fork();
    if (child == 0) {
        char *bytes = calloc(1, len + 1);
        close(ends[0]);
        _exit(bytes && write(ends[1], bytes, len) == (ssize_t)len ? 0 : 1);
    }
    close(ends[1]);
    enum result result = file_read_private(content, &arena, name, max);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return result;
}

START_TEST(read_takes_a_pipe) {
    struct span content;
    ck_assert_int_eq(read_pipe(&content, 300000, 300000), RESULT_OK);
    ck_assert_uint_eq(content.len, 300000);
    ck_assert_int_eq(read_pipe(&content, 0, 10), RESULT_OK);
    ck_assert_uint_eq(content.len, 0);
    ck_assert_int_eq(read_pipe(&content, 11, 10), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(read_takes_standard_input) {
    struct span content;
    ck_assert_int_eq(file_write(path, span_of_text("typed"), 0600), RESULT_OK);
    ck_assert_ptr_nonnull(freopen(path, "r", stdin));
    ck_assert_int_eq(file_read(&content, &arena, "-", 10), RESULT_OK);
    ck_assert(span_equal(content, span_of_text("typed")));
}
END_TEST

START_TEST(read_private_refuses_what_others_may_read) {
    struct span content;
    static const mode_t open_modes[] = {0640, 0604, 0620, 0601};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(file_write(path, span_of_text("secret"), open_modes[i]), RESULT_OK);
        errno = EIO;
        ck_assert_int_eq(file_read_private(&content, &arena, path, 10), RESULT_NOT_ALLOWED);
        ck_assert_int_eq(errno, 0);
    }
    ck_assert_int_eq(file_write(path, span_of_text("secret"), 0400), RESULT_OK);
    ck_assert_int_eq(file_read_private(&content, &arena, path, 10), RESULT_OK);
}
END_TEST

START_TEST(private_folder_is_made_with_those_above) {
    snprintf(path, sizeof path, "%s/a/b/c//", folder);
    ck_assert_int_eq(file_make_private_folder(path), RESULT_OK);
    ck_assert_int_eq(file_make_private_folder(path), RESULT_OK);
    ck_assert_uint_eq(mode_of(path), 0700);
}
END_TEST

START_TEST(private_folder_refuses_what_is_not_private) {
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(chmod(path, 0750), 0);
    ck_assert_int_eq(file_make_private_folder(path), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(chmod(path, 0700), 0);
    ck_assert_int_eq(file_make_private_folder(path), RESULT_OK);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(path, 12345, 12345), 0);
        ck_assert_int_eq(file_make_private_folder(path), RESULT_NOT_ALLOWED);
    }
}
END_TEST

START_TEST(private_folder_refuses_links_and_files) {
    char link_path[140];
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(symlink(path, link_path), 0);
    ck_assert_int_eq(file_make_private_folder(link_path), RESULT_NOT_ALLOWED);
    strcat(link_path, "/"); /* must not lead through the link either */
    ck_assert_int_eq(file_make_private_folder(link_path), RESULT_NOT_ALLOWED);
    strcat(path, "/file");
    ck_assert_int_eq(file_write(path, span_of_text("x"), 0600), RESULT_OK);
    ck_assert_int_eq(file_make_private_folder(path), RESULT_NOT_ALLOWED);
    strcat(path, "/below");
    ck_assert_int_eq(file_make_private_folder(path), RESULT_IO);
    ck_assert_int_eq(file_make_private_folder(""), RESULT_IO);
}
END_TEST

START_TEST(lock_is_held_by_one) {
    ck_assert_int_eq(file_lock(path), RESULT_OK);
    ck_assert_int_eq(file_lock(path), RESULT_EXISTS);
    ck_assert_uint_eq(mode_of(path), 0600);
    pid_t child = fork();
    if (child == 0)
        _exit(file_lock(path) == RESULT_EXISTS ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(lock_ends_with_the_process) {
    pid_t child = fork();
    if (child == 0)
        _exit(file_lock(path) == RESULT_OK ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(file_lock(path), RESULT_OK);
}
END_TEST

START_TEST(below_joins_unless_absolute) {
    ck_assert_str_eq(file_below(&arena, "/var/lib/inama", "store"), "/var/lib/inama/store");
    ck_assert_str_eq(file_below(&arena, "/", "store"), "/store");
    ck_assert_str_eq(file_below(&arena, "/var/lib/inama", "/etc/inama"), "/etc/inama");
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("file");
    TCase *files = tcase_create("files");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, write_makes_and_replaces);
    tcase_add_test(files, write_takes_nothing_and_much);
    tcase_add_test(files, write_works_on_a_bare_name);
    tcase_add_test(files, write_replaces_a_link_not_what_it_leads_to);
    tcase_add_test(files, write_without_a_folder_is_not_found);
    tcase_add_test(files, write_onto_a_folder_leaves_nothing_behind);
    tcase_add_test(files, write_to_a_full_disk_says_so);
    tcase_add_test(files, create_refuses_to_replace);
    tcase_add_test(files, create_refuses_to_follow_a_dangling_link);
    tcase_add_test(files, read_refuses_by_name);
    tcase_add_test(files, read_takes_a_pipe);
    tcase_add_test(files, read_takes_standard_input);
    tcase_add_test(files, read_private_refuses_what_others_may_read);
    tcase_add_test(files, below_joins_unless_absolute);
    suite_add_tcase(suite, files);

    TCase *folders = tcase_create("folders");
    tcase_add_checked_fixture(folders, set_up, tear_down);
    tcase_add_test(folders, private_folder_is_made_with_those_above);
    tcase_add_test(folders, private_folder_refuses_what_is_not_private);
    tcase_add_test(folders, private_folder_refuses_links_and_files);
    tcase_add_test(folders, lock_is_held_by_one);
    tcase_add_test(folders, lock_ends_with_the_process);
    suite_add_tcase(suite, folders);
    return suite;
}
