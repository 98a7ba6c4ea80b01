/* The store when the disk fails it: full, broken, tampered with.
 *
 * This program has its own pwrite(), writev() and fdatasync(), which LMDB calls in place of the C library's; they fail
 * on demand. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/secret.h"
#include "store/schema.h"
#include "store/store.h"

/* ---- a disk that fails on demand ---- */

static struct {
    int write_error; /* 0: none */
    int sync_error;
    unsigned after; /* so many calls of that kind still succeed */
} fault;

static int injected(int error) {
    if (!error)
        return 0;
    if (fault.after) {
        fault.after--;
        return 0;
    }
    return error;
}

ssize_t pwrite(int file, const void *bytes, size_t len, off_t offset) {
    errno = injected(fault.write_error);
    return errno ? -1 : syscall(SYS_pwrite64, file, bytes, len, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    errno = injected(fault.write_error);
    return errno ? -1 : syscall(SYS_writev, file, parts, count);
}

int fdatasync(int file) {
    errno = injected(fault.sync_error);
    return errno ? -1 : (int)syscall(SYS_fdatasync, file);
}

/* ---- a store with something in it ---- */

enum { FEEDS = 3, ENTRIES = 12, ALERTS = 6, ENTRY_SIZE_MAX = 5000 };

static const uint8_t key[SECRET_KEY_SIZE] = "the key of the store in the test";

static char folder[64];
static char data_path[96];
static struct arena arena;
static struct store *store;

static enum result open_with(uint64_t size_max, struct report *report) {
    const struct store_options options = {
        .folder = folder, .size_max = size_max, .key = key, .random = random_system(), .report = report};
    return store_open(&store, &options);
}

static void setup(void) {
    secret_start();
    snprintf(folder, sizeof folder, "%s/inama-faults-XXXXXX", access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(data_path, sizeof data_path, "%s/data.mdb", folder);
    arena_init(&arena, (size_t)64 << 20);
    memset(&fault, 0, sizeof fault);
    store = NULL;
}

static void teardown(void) {
    char path[128];
    memset(&fault, 0, sizeof fault);
    store_close(store);
    arena_release(&arena);
    umount2(folder, 0); /* where a test has mounted something */
    unlink(data_path);
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    unlink(path);
    rmdir(folder);
}

static enum result put_feed(void) {
    struct store_feed feed = {.audience = "audience", .number = ENTRIES, .epoch = 1};
    TRY(store_begin(store));
    TRY(store_put_feed(store, &feed));
    return store_commit(store);
}

/* A new store with one feed. */
static void start(uint64_t size_max) {
    ck_assert_int_eq(open_with(size_max, NULL), RESULT_OK);
    ck_assert_int_eq(put_feed(), RESULT_OK);
}

static struct span content_of(uint64_t first, uint64_t second) {
    static uint8_t bytes[ENTRY_SIZE_MAX];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(first * 31 + second * 7 + i);
    return span_of(bytes, 200 + (first * 911 + second * 577) % (sizeof bytes - 200));
}

static enum result put_entry(uint32_t ordinal, uint64_t number) {
    TRY(store_begin(store));
    enum result result = store_put_entry(store, ordinal, number, content_of(ordinal, number));
    enum result committed = store_commit(store);
    ck_assert(!result || result == committed); /* a change that lost a put never commits */
    return committed;
}

static bool has_entry(uint32_t ordinal, uint64_t number) {
    struct span entry;
    arena_reset(&arena);
    enum result result = store_get_entry(store, &arena, ordinal, number, &entry);
    ck_assert(result == RESULT_OK || result == RESULT_NOT_FOUND);
    if (!result)
        ck_assert(span_equal(entry, content_of(ordinal, number)));
    return !result;
}

static void assert_entries(uint64_t last) {
    for (uint64_t number = 1; number <= last; number++)
        ck_assert(has_entry(1, number));
    ck_assert(!has_entry(1, last + 1));
}

/* ---- full ---- */

START_TEST(a_full_map_loses_the_change_and_nothing_else) {
    start(512 * 1024);
    uint64_t last = 0;
    enum result result;
    while ((result = put_entry(1, last + 1)) == RESULT_OK)
        last++;
    ck_assert_int_eq(result, RESULT_STORE_FULL);
    ck_assert_ptr_nonnull(strstr(store_complaint(store), "MAP_FULL"));
    ck_assert_uint_gt(last, 20);
    assert_entries(last);
    ck_assert_int_eq(put_entry(1, last + 1), RESULT_STORE_FULL);
    assert_entries(last);

    store_close(store); /* with a larger map it goes on */
    ck_assert_int_eq(open_with(1024 * 1024, NULL), RESULT_OK);
    assert_entries(last);
    ck_assert_int_eq(put_entry(1, last + 1), RESULT_OK);
    assert_entries(last + 1);
}
END_TEST

START_TEST(after_a_failed_put_the_change_is_doomed) {
    start(512 * 1024);
    ck_assert_int_eq(store_begin(store), RESULT_OK);
    enum result result = RESULT_OK;
    for (uint64_t number = 1; !result; number++)
        result = store_put_entry(store, 1, number, content_of(1, number));
    ck_assert_int_eq(result, RESULT_STORE_FULL);
    ck_assert_int_eq(store_put_entry(store, 1, 1, span_of_text("small")), RESULT_STORE_FULL);
    ck_assert_int_eq(store_commit(store), RESULT_STORE_FULL);
    ck_assert(!has_entry(1, 1));
    ck_assert_int_eq(put_entry(1, 1), RESULT_OK);
}
END_TEST

START_TEST(a_full_disk_loses_the_change_and_nothing_else) {
    start(1 << 24);
    ck_assert_int_eq(put_entry(1, 1), RESULT_OK);
    struct store_alert alert = {.number = 1};
    for (int attempt = 0; attempt < 3; attempt++) {
        fault.write_error = ENOSPC;
        ck_assert_int_eq(store_begin(store), RESULT_OK);
        ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
        ck_assert_int_eq(store_commit(store), RESULT_DISK_FULL);
        ck_assert_uint_eq(store_last_alert(store), 0);
        assert_entries(1);
    }
    fault.write_error = 0; /* there is room again */
    ck_assert_int_eq(put_entry(1, 2), RESULT_OK);
    assert_entries(2);
    store_close(store);
    ck_assert_int_eq(open_with(1 << 24, NULL), RESULT_OK);
    assert_entries(2);
}
END_TEST

START_TEST(a_real_full_disk_is_no_other) {
    if (mount("none", folder, "tmpfs", 0, "size=400k,mode=0700") != 0)
        return; /* only root may make a disk this small */
    start((uint64_t)1 << 30);
    uint64_t last = 0;
    enum result result;
    while ((result = put_entry(1, last + 1)) == RESULT_OK)
        last++;
    ck_assert_int_eq(result, RESULT_DISK_FULL);
    assert_entries(last);
    store_close(store);
    store = NULL;
    ck_assert_int_eq(open_with((uint64_t)1 << 30, NULL), RESULT_OK);
    assert_entries(last);
    ck_assert_int_eq(mount("none", folder, "tmpfs", MS_REMOUNT, "size=800k"), 0);
    ck_assert_int_eq(put_entry(1, last + 1), RESULT_OK);
    assert_entries(last + 1);
}
END_TEST

START_TEST(a_store_cannot_begin_on_a_full_disk) {
    struct report report;
    report_init(&report, &arena);
    fault.write_error = ENOSPC;
    ck_assert_int_eq(open_with(1 << 24, &report), RESULT_DISK_FULL);
    ck_assert_uint_eq(report.errors, 1);
    fault.write_error = 0;
    ck_assert_int_eq(open_with(1 << 24, NULL), RESULT_OK);
}
END_TEST

/* ---- broken ---- */

static void assert_refused_until_reopened(void) {
    memset(&fault, 0, sizeof fault); /* the disk works again, but what did it keep? */
    ck_assert_int_eq(store_begin(store), RESULT_IO);
    ck_assert_ptr_nonnull(strstr(store_complaint(store), "restart"));
    store_close(store);
    store = NULL;
    ck_assert_int_eq(open_with(1 << 24, NULL), RESULT_OK);
    assert_entries(1);
    ck_assert_int_eq(put_entry(1, 2), RESULT_OK);
    assert_entries(2);
}

START_TEST(after_a_failed_sync_nothing_more_is_taken) {
    start(1 << 24);
    ck_assert_int_eq(put_entry(1, 1), RESULT_OK);
    fault.sync_error = EIO;
    ck_assert_int_eq(put_entry(1, 2), RESULT_IO);
    assert_refused_until_reopened();
}
END_TEST

/* First the first of the pages, at last the head of the file, without which LMDB gives up. */
START_TEST(after_a_failed_write_nothing_more_is_taken) {
    unsigned writes = 0;
    for (;; writes++) {
        teardown();
        setup();
        start(1 << 24);
        ck_assert_int_eq(put_entry(1, 1), RESULT_OK);
        fault.write_error = EIO;
        fault.after = writes;
        enum result result = put_entry(1, 2);
        if (!result)
            break;
        ck_assert_int_eq(result, RESULT_IO);
        assert_refused_until_reopened();
    }
    ck_assert_uint_ge(writes, 2);
}
END_TEST

/* On a disk that copies on write, even a page that has its place may find no room. */
START_TEST(a_full_disk_at_the_head_of_the_file_is_a_broken_one) {
    enum result result;
    start(1 << 24);
    ck_assert_int_eq(put_entry(1, 1), RESULT_OK);
    unsigned writes = 0;
    do {
        fault.write_error = ENOSPC;
        fault.after = writes++;
        result = put_entry(1, 2);
    } while (result == RESULT_DISK_FULL);
    ck_assert_int_eq(result, RESULT_IO);
    assert_refused_until_reopened();
}
END_TEST

/* ---- tampered with ---- */

static void fill(void) {
    uint8_t member[32] = {1}, epoch[32] = {2};
    for (uint32_t ordinal = 1; ordinal <= FEEDS; ordinal++) {
        ck_assert_int_eq(put_feed(), RESULT_OK);
        ck_assert_int_eq(store_begin(store), RESULT_OK);
        ck_assert_int_eq(store_put_epoch(store, ordinal, 1, epoch), RESULT_OK);
        ck_assert_int_eq(store_put_position(store, ordinal, member, 5), RESULT_OK);
        ck_assert_int_eq(store_commit(store), RESULT_OK);
    }
    for (uint64_t number = 1; number <= ENTRIES; number++)
        for (uint32_t ordinal = 1; ordinal <= FEEDS; ordinal++)
            ck_assert_int_eq(put_entry(ordinal, number), RESULT_OK);
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++) {
        struct store_alert alert = {.ordinal = 1, .number = sequence, .disclosure = content_of(99, sequence)};
        ck_assert_int_eq(store_begin(store), RESULT_OK);
        ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
        ck_assert_int_eq(store_commit(store), RESULT_OK);
    }
}

enum { UNNOTICED = 10, NOTICED, NOTICED_AT_OPEN, WRONG };

static bool is_right(enum result result, bool as_put, bool *damage) {
    if (result == RESULT_STORE_DAMAGED)
        *damage = true;
    return result == RESULT_STORE_DAMAGED || (!result && as_put);
}

/* Reads everything back: each record is as it was put, or said to be damaged. */
static bool reads_right(bool *damage) {
    struct span entry;
    struct store_feed *feeds;
    struct store_alert alert;
    size_t count = 0;
    uint64_t position = 0;
    uint8_t epoch[32] = {0};
    const uint8_t member[32] = {1};
    enum result result = store_feeds(store, &arena, &feeds, &count);
    bool right = is_right(result, count == FEEDS, damage);
    for (uint32_t ordinal = 1; ordinal <= FEEDS; ordinal++) {
        for (uint64_t number = 1; number <= ENTRIES; number++) {
            result = store_get_entry(store, &arena, ordinal, number, &entry);
            right = right && is_right(result, !result && span_equal(entry, content_of(ordinal, number)), damage);
        }
        result = store_get_epoch(store, ordinal, 1, epoch);
        right = right && is_right(result, epoch[0] == 2, damage);
        result = store_get_position(store, ordinal, member, &position);
        right = right && is_right(result, position == 5, damage);
    }
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++) {
        result = store_get_alert(store, &arena, sequence, &alert);
        right = right && is_right(result, !result && span_equal(alert.disclosure, content_of(99, sequence)), damage);
    }
    return right && store_last_alert(store) == ALERTS;
}

static void ignore_complaint(void *context, const char *complaint) {
    (void)context;
    (void)complaint;
}

/* In a process of its own, so that a crash is seen and not suffered. */
static int try_tampered(void) {
    bool damage = false;
    uint64_t records;
    enum result result = open_with(1 << 24, NULL);
    if (result)
        return result == RESULT_STORE_DAMAGED || result == RESULT_UNKNOWN_SCHEMA ? NOTICED_AT_OPEN : WRONG;
    if (!reads_right(&damage))
        return WRONG;
    result = store_check(store, ignore_complaint, NULL, &records);
    if (result != (damage ? RESULT_STORE_DAMAGED : RESULT_OK))
        return WRONG;
    for (uint64_t number = ENTRIES + 1; number <= ENTRIES + 5; number++)
        if (put_entry(1, number) != RESULT_OK || !has_entry(1, number))
            return WRONG;
    if (!reads_right(&damage)) /* what was put has not overwritten what was there */
        return WRONG;
    store_close(store);
    store = NULL;
    return damage ? NOTICED : UNNOTICED;
}

static int outcome_of(const uint8_t *bytes, size_t len) {
    int file = open(data_path, O_RDWR | O_TRUNC);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes, len), (ssize_t)len);
    close(file);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(WRONG);
        _exit(try_tampered());
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static uint8_t *read_data(size_t *len) {
    struct stat st;
    int file = open(data_path, O_RDONLY);
    ck_assert_int_eq(fstat(file, &st), 0);
    *len = (size_t)st.st_size;
    uint8_t *bytes = arena_alloc(&arena, *len);
    ck_assert_int_eq(read(file, bytes, *len), (ssize_t)*len);
    close(file);
    return bytes;
}

static uint8_t *make_data(size_t *len) {
    ck_assert_int_eq(open_with(1 << 24, NULL), RESULT_OK);
    fill();
    store_close(store);
    store = NULL;
    uint8_t *bytes = read_data(len);
    ck_assert_int_eq(outcome_of(bytes, *len), UNNOTICED);
    return bytes;
}

/* The next byte to change. Heads of pages and all that the metas hold are tried densely, the rest in samples. */
static size_t after_offset(size_t offset) {
    size_t in_page = offset % 4096;
    size_t stride = in_page < 48 ? 2 : 211;
    if (offset < 8192)
        stride = in_page < 160 ? 1 : 509;
    return in_page + stride < 4096 ? offset + stride : offset - in_page + 4096;
}

START_TEST(a_changed_byte_is_noticed_or_harmless) {
    size_t len, noticed = 0, at_open = 0, harmless = 0;
    uint8_t *bytes = make_data(&len);
    unsigned bit = 0;
    for (size_t offset = 0; offset < len; offset = after_offset(offset), bit++) {
        bytes[offset] ^= (uint8_t)(1 << bit % 8);
        int outcome = outcome_of(bytes, len);
        bytes[offset] ^= (uint8_t)(1 << bit % 8);
        ck_assert_msg(outcome == NOTICED || outcome == NOTICED_AT_OPEN || outcome == UNNOTICED,
                      "byte %zu (page %zu, %zu), bit %u: outcome %d", offset, offset / 4096, offset % 4096, bit % 8,
                      outcome);
        noticed += outcome == NOTICED;
        at_open += outcome == NOTICED_AT_OPEN;
        harmless += outcome == UNNOTICED;
    }
    ck_assert_uint_gt(noticed, 50);
    ck_assert_uint_gt(at_open, 200);
    if (getenv("FAULTS_VERBOSE"))
        printf("%zu noticed on reading, %zu at open, %zu harmless\n", noticed, at_open, harmless);
}
END_TEST

START_TEST(a_page_of_garbage_is_noticed_or_harmless) {
    size_t len;
    uint8_t *bytes = make_data(&len);
    uint8_t page[4096];
    for (size_t offset = 0; offset + sizeof page <= len; offset += sizeof page) {
        memcpy(page, bytes + offset, sizeof page);
        for (int kind = 0; kind < 3; kind++) {
            if (kind == 0)
                memset(bytes + offset, 0, sizeof page);
            else if (kind == 1)
                random_fill(random_system(), bytes + offset, sizeof page);
            else
                memcpy(bytes + offset, bytes + (offset + 3 * sizeof page) % (len / sizeof page * sizeof page),
                       sizeof page);
            int outcome = outcome_of(bytes, len);
            memcpy(bytes + offset, page, sizeof page);
            ck_assert_msg(outcome == NOTICED || outcome == NOTICED_AT_OPEN || outcome == UNNOTICED,
                          "page %zu, kind %d: outcome %d", offset / sizeof page, kind, outcome);
        }
    }
}
END_TEST

START_TEST(a_file_cut_short_is_noticed) {
    size_t len;
    uint8_t *bytes = make_data(&len);
    for (size_t left = 1; left < len - 4096; left += 1021) {
        int outcome = outcome_of(bytes, left);
        ck_assert_msg(outcome == NOTICED_AT_OPEN || outcome == UNNOTICED, "%zu of %zu bytes: outcome %d", left, len,
                      outcome);
    }
}
END_TEST

/* Says the next version in front of both copies of the sealed mark: a key of one byte, 1 or 2, then the number. */
static void raise_version(uint8_t *bytes, size_t len, bool with_another_seal) {
    static const uint8_t node_end[] = {1, 0}, version[] = {0, 0, 0, SCHEMA_FORMAT};
    size_t found = 0;
    for (size_t i = 2 * 4096 + 3; i + 50 < len; i++) {
        if (memcmp(bytes + i - 3, node_end, 2) || bytes[i - 1] < 1 || bytes[i - 1] > 2 || memcmp(bytes + i, version, 4))
            continue;
        bytes[i + 3] = SCHEMA_FORMAT + 1;
        bytes[i + 40] ^= with_another_seal;
        found++;
    }
    ck_assert_uint_ge(found, 2);
}

START_TEST(a_store_of_a_newer_program_is_refused_by_name) {
    size_t len;
    struct report report;
    uint8_t *bytes = make_data(&len);
    raise_version(bytes, len, true);
    ck_assert_int_eq(outcome_of(bytes, len), NOTICED_AT_OPEN);
    report_init(&report, &arena);
    ck_assert_int_eq(open_with(1 << 24, &report), RESULT_UNKNOWN_SCHEMA);
    ck_assert_ptr_nonnull(strstr(report.findings[0].text, "another version"));
}
END_TEST

START_TEST(a_version_that_is_not_the_sealed_one_is_damage) {
    size_t len;
    uint8_t *bytes = make_data(&len);
    raise_version(bytes, len, false);
    ck_assert_int_eq(outcome_of(bytes, len), NOTICED_AT_OPEN);
    ck_assert_int_eq(open_with(1 << 24, NULL), RESULT_STORE_DAMAGED);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_faults");
    TCase *c = tcase_create("full");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_full_map_loses_the_change_and_nothing_else);
    tcase_add_test(c, after_a_failed_put_the_change_is_doomed);
    tcase_add_test(c, a_full_disk_loses_the_change_and_nothing_else);
    tcase_add_test(c, a_real_full_disk_is_no_other);
    tcase_add_test(c, a_store_cannot_begin_on_a_full_disk);
    suite_add_tcase(s, c);

    c = tcase_create("broken");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, after_a_failed_sync_nothing_more_is_taken);
    tcase_add_test(c, after_a_failed_write_nothing_more_is_taken);
    tcase_add_test(c, a_full_disk_at_the_head_of_the_file_is_a_broken_one);
    suite_add_tcase(s, c);

    c = tcase_create("tampered");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 150);
    tcase_add_test(c, a_changed_byte_is_noticed_or_harmless);
    tcase_add_test(c, a_page_of_garbage_is_noticed_or_harmless);
    tcase_add_test(c, a_file_cut_short_is_noticed);
    tcase_add_test(c, a_store_of_a_newer_program_is_refused_by_name);
    tcase_add_test(c, a_version_that_is_not_the_sealed_one_is_damage);
    suite_add_tcase(s, c);
    return s;
}
