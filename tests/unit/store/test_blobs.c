/* Attachments at rest: kept when they say so, gone on with after a kill, and never more than is good. */
#include "store/blobs.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "keys/secret.h"

enum { FILE_BYTES = 400000, MANY = 16 };

static struct arena arena;
static char folder[64];
static struct blobs *blobs;
static struct blobs_options options;

static void reopen(void) {
    blobs_close(blobs);
    blobs = NULL;
    ck_assert_int_eq(blobs_open(&blobs, &options), RESULT_OK);
}

static void remove_files(const char *path) {
    char name[400];
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        unlink(name);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, (size_t)64 << 20);
    snprintf(folder, sizeof folder, "/tmp/inama-blobs-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    options =
        (struct blobs_options){.folder = folder, .file_max = 1 << 20, .total_max = 4 << 20, .random = random_system()};
    blobs = NULL;
    reopen();
}

static void tear_down(void) {
    blobs_close(blobs);
    remove_files(folder);
    arena_release(&arena);
}

static size_t files_here(void) {
    size_t count = 0;
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static struct span file_of(size_t len) {
    uint8_t *bytes = arena_alloc(&arena, len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 13 + i / 509);
    return span_of(bytes, len);
}

static struct blob_reference attach(struct span file) {
    struct blob_draft *draft;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    ck_assert_int_eq(blobs_draft(&draft, blobs, file.len, true), RESULT_OK);
    for (size_t at = 0; at < file.len; at += 70000)
        ck_assert_int_eq(blob_draft_add(draft, span_of(file.data + at, file.len - at < 70000 ? file.len - at : 70000)),
                         RESULT_OK);
    ck_assert_int_eq(blob_draft_finish(draft, &reference, sha256), RESULT_OK);
    blob_draft_free(draft);
    return reference;
}

/* A blob as another node would send it. */
struct sent {
    struct blob_reference reference;
    struct span manifest;
    struct span *chunks;
    size_t count;
};

static struct sent send(size_t len) {
    struct sent sent = {.reference = attach(file_of(len))};
    ck_assert_int_eq(blobs_manifest(blobs, &arena, sent.reference.id, &sent.manifest), RESULT_OK);
    ck_assert_int_eq(blobs_chunks(blobs, &arena, sent.reference.id, 0, 1000, &sent.chunks, &sent.count), RESULT_OK);
    blobs_remove(blobs, sent.reference.id);
    ck_assert_uint_eq(files_here(), 0);
    return sent;
}

static struct blob_stand stand_of(const struct blob_reference *reference) {
    struct blob_stand stand = {0};
    blobs_find(blobs, reference->id, &stand);
    return stand;
}

static const char *path_of(const struct blob_reference *reference, const char *suffix) {
    char hex[2 * BLOB_ID_SIZE + 1];
    text_hex(hex, reference->id, BLOB_ID_SIZE);
    return text_format(&arena, "%s/%s%s", folder, hex, suffix);
}

static void check_opens(const struct blob_reference *reference, struct span file) {
    uint8_t sha256[HASH_SIZE], expected[HASH_SIZE];
    struct sha256_hasher hasher;
    hash_sha256_start(&hasher);
    hash_sha256_add(&hasher, file.data, file.len);
    hash_sha256_finish(&hasher, expected);
    ck_assert_int_eq(blobs_digest(blobs, reference, sha256), RESULT_OK);
    ck_assert_mem_eq(sha256, expected, HASH_SIZE);
}

/* ---- our own ---- */

START_TEST(a_file_is_here_after_a_restart_and_only_sealed) {
    struct span file = file_of(FILE_BYTES);
    struct blob_reference reference = attach(file);
    struct stat st;
    reopen();
    ck_assert(stand_of(&reference).whole);
    check_opens(&reference, file);
    ck_assert_int_eq(stat(path_of(&reference, ""), &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_uint_eq((uint64_t)st.st_size, stand_of(&reference).bytes);
    ck_assert_uint_eq(blobs_used(blobs), stand_of(&reference).bytes);
    uint8_t *bytes = malloc((size_t)st.st_size);
    FILE *stream = fopen(path_of(&reference, ""), "rb");
    ck_assert_uint_eq(fread(bytes, 1, (size_t)st.st_size, stream), (size_t)st.st_size);
    fclose(stream);
    ck_assert_ptr_null(memmem(bytes, (size_t)st.st_size, file.data + 1000, 32));
    ck_assert_ptr_null(memmem(bytes, (size_t)st.st_size, reference.key, 16));
    free(bytes);
}
END_TEST

START_TEST(a_draft_that_is_not_finished_leaves_nothing) {
    struct blob_draft *draft;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    ck_assert_int_eq(blobs_draft(&draft, blobs, FILE_BYTES, true), RESULT_OK);
    ck_assert_int_eq(blob_draft_add(draft, file_of(100000)), RESULT_OK);
    ck_assert_uint_eq(files_here(), 1);
    ck_assert_int_eq(blob_draft_finish(draft, &reference, sha256), RESULT_TRUNCATED);
    blob_draft_free(draft);
    ck_assert_uint_eq(files_here(), 0);
    ck_assert_uint_eq(blobs_used(blobs), 0);

    ck_assert_int_eq(blobs_draft(&draft, blobs, 1000, true), RESULT_OK);
    ck_assert_int_eq(blob_draft_add(draft, file_of(1001)), RESULT_TOO_LARGE);
    blob_draft_free(draft);
    ck_assert_uint_eq(files_here(), 0);
    blob_draft_free(NULL);
}
END_TEST

START_TEST(a_dry_run_keeps_nothing) {
    struct blob_draft *draft;
    struct blob_reference reference;
    struct blob_stand stand;
    uint8_t sha256[HASH_SIZE];
    ck_assert_int_eq(blobs_draft(&draft, blobs, 1000, false), RESULT_OK);
    ck_assert_int_eq(blob_draft_add(draft, file_of(1000)), RESULT_OK);
    ck_assert_int_eq(blob_draft_finish(draft, &reference, sha256), RESULT_OK);
    blob_draft_free(draft);
    ck_assert(!blobs_find(blobs, reference.id, &stand));
    ck_assert_uint_eq(files_here(), 0);
}
END_TEST

/* What a process that was killed in the middle left there is gone at the next start: its key died with it. */
START_TEST(a_draft_of_a_killed_process_is_removed) {
    pid_t child = fork();
    if (child == 0) {
        struct blob_draft *draft;
        if (!blobs_draft(&draft, blobs, FILE_BYTES, true) && !blob_draft_add(draft, file_of(200000)))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_uint_eq(files_here(), 1);
    reopen();
    ck_assert_uint_eq(files_here(), 0);
}
END_TEST

START_TEST(limits_are_said_before_anything_is_written) {
    struct blob_draft *draft;
    ck_assert_int_eq(blobs_draft(&draft, blobs, 0, true), RESULT_INVALID);
    ck_assert_int_eq(blobs_draft(&draft, blobs, (1 << 20) + 1, true), RESULT_TOO_LARGE);
    ck_assert_int_eq(blobs_draft(&draft, blobs, UINT64_MAX, true), RESULT_TOO_LARGE);
    for (int i = 0; i < 3; i++)
        attach(file_of(1 << 20));
    ck_assert_int_eq(blobs_admit(blobs, 1 << 20), RESULT_STORE_FULL);
    ck_assert_int_eq(blobs_draft(&draft, blobs, 1 << 20, true), RESULT_STORE_FULL);
    ck_assert_int_eq(blobs_admit(blobs, 100), RESULT_OK);
    ck_assert_uint_eq(files_here(), 3);
}
END_TEST

START_TEST(drafts_count_while_they_are_written) {
    struct blob_draft *drafts[4];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(blobs_draft(&drafts[i], blobs, 1 << 20, true), RESULT_OK);
    ck_assert_int_eq(blobs_draft(&drafts[3], blobs, 1 << 20, true), RESULT_STORE_FULL);
    for (int i = 0; i < 3; i++)
        blob_draft_free(drafts[i]);
    ck_assert_uint_eq(blobs_used(blobs), 0);
}
END_TEST

/* The disk takes no more than 200,000 bytes of a file: for the process as for a full one. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit = {bytes, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_disk_that_takes_no_more_loses_nothing) {
    struct sent sent = send(FILE_BYTES);
    struct span file = file_of(FILE_BYTES);
    struct blob_reference before = attach(file_of(5000));
    struct blob_draft *draft;
    limit_files(200000);
    ck_assert_int_eq(blobs_draft(&draft, blobs, FILE_BYTES, true), RESULT_OK);
    ck_assert_int_eq(blob_draft_add(draft, file), RESULT_IO);
    blob_draft_free(draft);
    ck_assert_int_eq(blobs_begin(blobs, sent.reference.id, sent.manifest), RESULT_OK);
    uint32_t number = 0;
    while (!blobs_put(blobs, sent.reference.id, number, sent.chunks[number]))
        number++;
    ck_assert_uint_gt(number, 0);
    ck_assert_uint_eq(stand_of(&sent.reference).have, number);
    check_opens(&before, file_of(5000));
    reopen();
    ck_assert_uint_eq(stand_of(&sent.reference).have, number); /* the piece of the next chunk does not count */
    limit_files(RLIM_INFINITY);
    for (; number < sent.count; number++)
        ck_assert_int_eq(blobs_put(blobs, sent.reference.id, number, sent.chunks[number]), RESULT_OK);
    check_opens(&sent.reference, file);
}
END_TEST

/* ---- of others ---- */

START_TEST(chunks_come_in_order_and_once) {
    struct sent sent = send(FILE_BYTES);
    const uint8_t *id = sent.reference.id;
    ck_assert_int_eq(blobs_put(blobs, id, 0, sent.chunks[0]), RESULT_NOT_FOUND);
    ck_assert_int_eq(blobs_begin(blobs, id, sent.manifest), RESULT_OK);
    ck_assert_int_eq(blobs_begin(blobs, id, sent.manifest), RESULT_EXISTS);
    ck_assert_int_eq(blobs_put(blobs, id, 1, sent.chunks[1]), RESULT_OUT_OF_ORDER);
    ck_assert_int_eq(blobs_put(blobs, id, 0, sent.chunks[1]), RESULT_BAD_HASH);
    for (uint32_t i = 0; i < sent.count; i++) {
        ck_assert(!stand_of(&sent.reference).whole);
        ck_assert_uint_eq(stand_of(&sent.reference).have, i);
        ck_assert_int_eq(blobs_put(blobs, id, i, sent.chunks[i]), RESULT_OK);
        ck_assert_int_ne(blobs_put(blobs, id, i, sent.chunks[i]), RESULT_OK);
    }
    ck_assert(stand_of(&sent.reference).whole);
    check_opens(&sent.reference, file_of(FILE_BYTES));
    ck_assert_uint_eq(files_here(), 1);
}
END_TEST

START_TEST(a_part_goes_on_after_a_restart) {
    struct sent sent = send(FILE_BYTES);
    ck_assert_int_eq(blobs_begin(blobs, sent.reference.id, sent.manifest), RESULT_OK);
    for (uint32_t i = 0; i < sent.count; i++) {
        reopen();
        ck_assert_uint_eq(stand_of(&sent.reference).have, i);
        ck_assert_uint_eq(blobs_used(blobs), stand_of(&sent.reference).bytes); /* what is still to come counts */
        ck_assert_int_eq(blobs_put(blobs, sent.reference.id, i, sent.chunks[i]), RESULT_OK);
    }
    reopen();
    check_opens(&sent.reference, file_of(FILE_BYTES));
}
END_TEST

/* Whatever the kill has left behind the last good chunk is not believed. */
START_TEST(a_part_counts_as_far_as_it_is_good) {
    struct sent sent = send(FILE_BYTES);
    ck_assert_int_eq(blobs_begin(blobs, sent.reference.id, sent.manifest), RESULT_OK);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_int_eq(blobs_put(blobs, sent.reference.id, i, sent.chunks[i]), RESULT_OK);
    int file = open(path_of(&sent.reference, ".part"), O_WRONLY);
    ck_assert_int_eq(pwrite(file, "garbage", 7, (off_t)(sent.manifest.len + blob_chunk_offset(2) + 99)), 7);
    close(file);
    reopen();
    ck_assert_uint_eq(stand_of(&sent.reference).have, 2);
    for (uint32_t i = 2; i < sent.count; i++)
        ck_assert_int_eq(blobs_put(blobs, sent.reference.id, i, sent.chunks[i]), RESULT_OK);
    check_opens(&sent.reference, file_of(FILE_BYTES));
}
END_TEST

START_TEST(begin_refuses_what_is_too_much_before_a_file_is_made) {
    struct sent large = send(1 << 20);
    options.file_max = 1 << 19;
    reopen();
    ck_assert_int_eq(blobs_begin(blobs, large.reference.id, large.manifest), RESULT_TOO_LARGE);
    options.file_max = 1 << 20;
    options.total_max = 1 << 19;
    reopen();
    ck_assert_int_eq(blobs_begin(blobs, large.reference.id, large.manifest), RESULT_STORE_FULL);
    uint8_t other[BLOB_ID_SIZE] = {1};
    options.total_max = 4 << 20;
    reopen();
    ck_assert_int_eq(blobs_begin(blobs, other, large.manifest), RESULT_BAD_HASH);
    ck_assert_uint_eq(files_here(), 0);
    ck_assert_uint_eq(blobs_used(blobs), 0);
}
END_TEST

/* ---- damage ---- */

START_TEST(what_the_disk_changed_is_found_and_what_is_good_stays) {
    struct blob_reference reference = attach(file_of(FILE_BYTES));
    struct span *chunks, manifest;
    size_t count;
    int file = open(path_of(&reference, ""), O_WRONLY);
    ck_assert_int_eq(pwrite(file, "x", 1, (off_t)(blob_manifest_size(FILE_BYTES) + blob_chunk_offset(3) + 5)), 1);
    close(file);
    ck_assert_int_eq(blobs_chunks(blobs, &arena, reference.id, 0, 3, &chunks, &count), RESULT_OK);
    ck_assert_int_eq(blobs_chunks(blobs, &arena, reference.id, 0, MANY, &chunks, &count), RESULT_STORE_DAMAGED);
    ck_assert(!stand_of(&reference).whole);
    ck_assert_uint_eq(stand_of(&reference).have, 3);
    ck_assert_int_eq(blobs_manifest(blobs, &arena, reference.id, &manifest), RESULT_OK);
}
END_TEST

static void flip(const struct blob_reference *reference, off_t at) {
    uint8_t byte;
    int file = open(path_of(reference, ""), O_RDWR);
    ck_assert_int_eq(pread(file, &byte, 1, at), 1);
    byte ^= 1;
    ck_assert_int_eq(pwrite(file, &byte, 1, at), 1);
    close(file);
}

/* All that is damaged is named, and reading back changes nothing of what counts as here. */
START_TEST(reading_back_names_every_chunk_with_a_changed_bit) {
    struct blob_reference reference = attach(file_of(FILE_BYTES));
    const uint32_t chunks = stand_of(&reference).count;
    bool good[MANY];
    uint32_t count;
    flip(&reference, (off_t)(blob_manifest_size(FILE_BYTES) + blob_chunk_offset(1)));
    flip(&reference, (off_t)(blob_manifest_size(FILE_BYTES) + blob_chunk_offset(4) + BLOB_CHUNK_BYTES / 2));
    ck_assert_int_eq(blobs_read_back(blobs, &reference, 0, MANY, good, &count), RESULT_OK);
    ck_assert_uint_eq(count, chunks);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_msg(good[i] == (i != 1 && i != 4), "chunk %u", i);
    ck_assert(stand_of(&reference).whole);
    ck_assert_int_eq(blobs_read_back(blobs, &reference, 3, 2, good, &count), RESULT_OK);
    ck_assert(count == 2 && good[0] && !good[1]);
    ck_assert_int_eq(blobs_read_back(blobs, &reference, chunks, MANY, good, &count), RESULT_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(reading_back_needs_the_manifest_and_its_key) {
    struct blob_reference reference = attach(file_of(1000)), other = reference;
    bool good[MANY];
    uint32_t count;
    other.key[0] ^= 1;
    ck_assert_int_eq(blobs_read_back(blobs, &other, 0, MANY, good, &count), RESULT_BAD_COMMITMENT);
    flip(&reference, 20);
    ck_assert_int_eq(blobs_read_back(blobs, &reference, 0, MANY, good, &count), RESULT_STORE_DAMAGED);
    ck_assert_int_eq(unlink(path_of(&reference, "")), 0);
    ck_assert_int_eq(blobs_read_back(blobs, &reference, 0, MANY, good, &count), RESULT_STORE_DAMAGED);
    other.id[0] ^= 1;
    ck_assert_int_eq(blobs_read_back(blobs, &other, 0, MANY, good, &count), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(a_file_that_is_cut_or_nothing_at_all_does_not_count) {
    struct blob_reference cut = attach(file_of(FILE_BYTES)), none = attach(file_of(1000)), gone = attach(file_of(10));
    struct blob_stand stand;
    struct span manifest;
    ck_assert_int_eq(truncate(path_of(&cut, ""), (off_t)(blob_manifest_size(FILE_BYTES) + 70000)), 0);
    ck_assert_int_eq(truncate(path_of(&none, ""), 20), 0);
    ck_assert_int_eq(unlink(path_of(&gone, "")), 0);
    ck_assert_int_eq(blobs_manifest(blobs, &arena, gone.id, &manifest), RESULT_NOT_FOUND);
    reopen();
    ck_assert_uint_eq(stand_of(&cut).have, 1);
    ck_assert(!stand_of(&cut).whole);
    ck_assert(!blobs_find(blobs, none.id, &stand));
    ck_assert(!blobs_find(blobs, gone.id, &stand));
    ck_assert_int_eq(access(path_of(&none, ".part.damaged"), F_OK), 0); /* nothing is thrown away */
}
END_TEST

START_TEST(what_a_newer_program_wrote_is_left_alone) {
    struct blob_reference reference = attach(file_of(1000));
    struct blob_stand stand;
    int file = open(path_of(&reference, ""), O_WRONLY);
    ck_assert_int_eq(pwrite(file, "\2", 1, 0), 1);
    close(file);
    reopen();
    ck_assert(!blobs_find(blobs, reference.id, &stand));
    ck_assert_int_eq(access(path_of(&reference, ""), F_OK), 0);
}
END_TEST

START_TEST(other_files_in_the_folder_are_left_alone) {
    const char *path = text_format(&arena, "%s/README", folder);
    FILE *stream = fopen(path, "w");
    fputs("not ours", stream);
    fclose(stream);
    reopen();
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_uint_eq(blobs_used(blobs), 0);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("blobs");
    TCase *tcase = tcase_create("blobs");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_file_is_here_after_a_restart_and_only_sealed);
    tcase_add_test(tcase, a_draft_that_is_not_finished_leaves_nothing);
    tcase_add_test(tcase, a_dry_run_keeps_nothing);
    tcase_add_test(tcase, a_draft_of_a_killed_process_is_removed);
    tcase_add_test(tcase, limits_are_said_before_anything_is_written);
    tcase_add_test(tcase, drafts_count_while_they_are_written);
    tcase_add_test(tcase, a_disk_that_takes_no_more_loses_nothing);
    tcase_add_test(tcase, chunks_come_in_order_and_once);
    tcase_add_test(tcase, a_part_goes_on_after_a_restart);
    tcase_add_test(tcase, a_part_counts_as_far_as_it_is_good);
    tcase_add_test(tcase, begin_refuses_what_is_too_much_before_a_file_is_made);
    tcase_add_test(tcase, what_the_disk_changed_is_found_and_what_is_good_stays);
    tcase_add_test(tcase, reading_back_names_every_chunk_with_a_changed_bit);
    tcase_add_test(tcase, reading_back_needs_the_manifest_and_its_key);
    tcase_add_test(tcase, a_file_that_is_cut_or_nothing_at_all_does_not_count);
    tcase_add_test(tcase, what_a_newer_program_wrote_is_left_alone);
    tcase_add_test(tcase, other_files_in_the_folder_are_left_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
