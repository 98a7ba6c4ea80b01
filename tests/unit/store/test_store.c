#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "keys/secret.h"
#include "store/store.h"

static const uint8_t key[SECRET_KEY_SIZE] = "the key of the store in the test";
static const uint8_t other_key[SECRET_KEY_SIZE] = "another key, that of a thief....";

static char folder[64];
static struct arena arena;
static struct store *store;

static struct store_options options(void) {
    return (struct store_options){
        .folder = folder, .size_max = (uint64_t)1 << 30, .key = key, .random = random_system()};
}

static void reopen(void) {
    store_close(store);
    const struct store_options as_before = options();
    ck_assert_int_eq(store_open(&store, &as_before), RESULT_OK);
}

static void setup(void) {
    secret_start();
    snprintf(folder, sizeof folder, "/tmp/inama-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    arena_init(&arena, (size_t)64 << 20);
    store = NULL;
    reopen();
}

static void teardown(void) {
    char path[128];
    store_close(store);
    arena_release(&arena);
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/lock.mdb", folder);
    unlink(path);
    rmdir(folder);
}

static void begin(void) {
    ck_assert_int_eq(store_begin(store), RESULT_OK);
}

static void commit(void) {
    ck_assert_int_eq(store_commit(store), RESULT_OK);
}

/* An entry that says which one it is, all over. */
static struct span entry_of(uint32_t ordinal, uint64_t number, size_t len) {
    uint8_t *bytes = arena_alloc(&arena, len);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(ordinal * 31 + number * 7 + i);
    return span_of(bytes, len);
}

static void put_entries(uint32_t ordinal, uint64_t first, uint64_t last, size_t len) {
    for (uint64_t number = first; number <= last; number++)
        ck_assert_int_eq(store_put_entry(store, ordinal, number, entry_of(ordinal, number, len)), RESULT_OK);
}

static struct store_feed a_feed(const char *audience) {
    struct store_feed feed = {.audience = audience, .number = 7, .epoch = 2, .epoch_started = 1400000000000};
    memset(feed.feed, 1, sizeof feed.feed);
    memset(feed.author, 2, sizeof feed.author);
    memset(feed.head, 3, sizeof feed.head);
    feed.epoch_first = 5;
    return feed;
}

static void put_feeds(int count) {
    struct store_feed feed = a_feed("somebody");
    for (begin(); count > 0; count--, feed.ordinal = 0)
        ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    commit();
}

/* ---- records come back ---- */

START_TEST(a_feed_comes_back_as_it_was) {
    uint8_t members[64];
    memset(members, 9, sizeof members);
    struct store_feed police = a_feed("ke-police"), all = a_feed("all-customs");
    police.members = SPAN_OF_ARRAY(members);
    all.frozen = true;
    begin();
    ck_assert_int_eq(store_put_feed(store, &police), RESULT_OK);
    ck_assert_int_eq(store_put_feed(store, &all), RESULT_OK);
    commit();
    ck_assert_uint_eq(police.ordinal, 1);
    ck_assert_uint_eq(all.ordinal, 2);
    reopen();

    struct store_feed *feeds;
    size_t count;
    ck_assert_int_eq(store_feeds(store, &arena, &feeds, &count), RESULT_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(feeds[0].ordinal, 1);
    ck_assert_str_eq(feeds[0].audience, "ke-police");
    ck_assert_mem_eq(feeds[0].feed, police.feed, 32);
    ck_assert_mem_eq(feeds[0].author, police.author, 32);
    ck_assert_mem_eq(feeds[0].head, police.head, 32);
    ck_assert_uint_eq(feeds[0].number, 7);
    ck_assert_uint_eq(feeds[0].epoch, 2);
    ck_assert_uint_eq(feeds[0].epoch_started, 1400000000000);
    ck_assert_uint_eq(feeds[0].epoch_first, 5);
    ck_assert(!feeds[0].frozen);
    ck_assert(span_equal(feeds[0].members, police.members));
    ck_assert_str_eq(feeds[1].audience, "all-customs");
    ck_assert(feeds[1].frozen);
    ck_assert_uint_eq(feeds[1].members.len, 0);
}
END_TEST

START_TEST(a_feed_is_replaced_under_its_ordinal) {
    struct store_feed feed = a_feed("all-customs"), *feeds;
    size_t count;
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    commit();
    feed.number = 8;
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    commit();
    ck_assert_int_eq(store_feeds(store, &arena, &feeds, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(feeds[0].number, 8);
}
END_TEST

START_TEST(entries_of_feeds_do_not_mix) {
    struct span entry;
    put_feeds(2);
    begin();
    put_entries(1, 1, 3, 100);
    put_entries(2, 1, 2, 300);
    put_entries(1, 4, 4, 100);
    commit();
    ck_assert_int_eq(store_get_entry(store, &arena, 2, 2, &entry), RESULT_OK);
    ck_assert(span_equal(entry, entry_of(2, 2, 300)));
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 4, &entry), RESULT_OK);
    ck_assert(span_equal(entry, entry_of(1, 4, 100)));
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 5, &entry), RESULT_NOT_FOUND);
    ck_assert_int_eq(store_get_entry(store, &arena, 3, 1, &entry), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(an_entry_of_the_greatest_size_fits) {
    struct span entry;
    put_feeds(1);
    begin();
    put_entries(1, 1, 1, ENTRY_BYTES_MAX);
    commit();
    reopen();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_OK);
    ck_assert(span_equal(entry, entry_of(1, 1, ENTRY_BYTES_MAX)));
}
END_TEST

START_TEST(entries_stream_in_order_and_inside_the_limit) {
    struct span *entries;
    size_t count, total = 0;
    put_feeds(2);
    begin();
    put_entries(1, 1, 1000, 2000);
    put_entries(2, 1, 1, 10);
    commit();
    for (uint64_t after = 0; after < 1000; after += count) {
        ck_assert_int_eq(store_get_entries(store, &arena, 1, after, 100 * 1000, &entries, &count), RESULT_OK);
        ck_assert_uint_eq(count, 50);
        for (size_t i = 0; i < count; i++)
            ck_assert(span_equal(entries[i], entry_of(1, after + 1 + i, 2000)));
        total += count;
    }
    ck_assert_uint_eq(total, 1000);
    ck_assert_int_eq(store_get_entries(store, &arena, 1, 1000, 100 * 1000, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_block_holds_one_entry_however_large) {
    struct span *entries;
    size_t count;
    put_feeds(1);
    begin();
    put_entries(1, 1, 3, 5000);
    commit();
    ck_assert_int_eq(store_get_entries(store, &arena, 1, 0, 10, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(store_get_entries(store, &arena, 1, 0, 9999, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(store_get_entries(store, &arena, 1, 0, 10000, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, 2);
}
END_TEST

/* In a process of its own, so that the folder is cleaned up. */
START_TEST(an_entry_out_of_turn_is_misuse) {
    int status;
    put_feeds(1);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        begin();
        put_entries(1, 1, 3, 100);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        put_entries(1, 5, 5, 100);
        _exit(0);
    }
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

START_TEST(a_feed_may_begin_anywhere) {
    struct span *entries, entry;
    size_t count;
    put_feeds(1);
    begin();
    put_entries(1, 41, 43, 100);
    commit();
    reopen();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 40, &entry), RESULT_NOT_FOUND);
    ck_assert_int_eq(store_get_entries(store, &arena, 1, 40, 1000, &entries, &count), RESULT_OK);
    ck_assert_uint_eq(count, 3);
    ck_assert(span_equal(entries[2], entry_of(1, 43, 100)));
}
END_TEST

START_TEST(an_entry_may_be_replaced) {
    struct span entry;
    put_feeds(1);
    begin();
    put_entries(1, 1, 3, 100);
    commit();
    begin();
    put_entries(1, 2, 2, 3000);
    commit();
    reopen();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 2, &entry), RESULT_OK);
    ck_assert(span_equal(entry, entry_of(1, 2, 3000)));
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 3, &entry), RESULT_OK);
    ck_assert_uint_eq(entry.len, 100);
}
END_TEST

START_TEST(epoch_keys_come_back) {
    uint8_t found[32], first[32] = {1}, second[32] = {2};
    put_feeds(1);
    begin();
    ck_assert_int_eq(store_put_epoch(store, 1, 1, first), RESULT_OK);
    ck_assert_int_eq(store_put_epoch(store, 1, 2, second), RESULT_OK);
    commit();
    reopen();
    ck_assert_int_eq(store_get_epoch(store, 1, 2, found), RESULT_OK);
    ck_assert_mem_eq(found, second, 32);
    ck_assert_int_eq(store_get_epoch(store, 1, 1, found), RESULT_OK);
    ck_assert_mem_eq(found, first, 32);
    ck_assert_int_eq(store_get_epoch(store, 2, 1, found), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(alerts_get_running_numbers_that_go_on_after_a_restart) {
    struct store_alert alert = {.arrived = 5, .ordinal = 0, .number = 1, .disclosure = span_of_text("the full view")};
    struct store_alert second = {.arrived = 6, .ordinal = 3, .number = 9}, found;
    begin();
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    commit();
    reopen();
    ck_assert_uint_eq(store_last_alert(store), 1);
    begin();
    ck_assert_int_eq(store_put_alert(store, &second), RESULT_OK);
    commit();
    ck_assert_uint_eq(second.sequence, 2);
    ck_assert_int_eq(store_get_alert(store, &arena, 1, &found), RESULT_OK);
    ck_assert(span_equal(found.disclosure, alert.disclosure));
    ck_assert_uint_eq(found.arrived, 5);
    ck_assert_int_eq(store_get_alert(store, &arena, 2, &found), RESULT_OK);
    ck_assert_uint_eq(found.sequence, 2);
    ck_assert_uint_eq(found.ordinal, 3);
    ck_assert_uint_eq(found.number, 9);
    ck_assert_uint_eq(found.disclosure.len, 0);
    ck_assert_int_eq(store_get_alert(store, &arena, 3, &found), RESULT_NOT_FOUND);
}
END_TEST

START_TEST(an_alert_is_replaced_in_its_place) {
    struct store_alert alert = {.arrived = 5, .number = 1, .disclosure = span_of_text("the full view")}, found;
    begin();
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    commit();
    alert.disclosure = span_of_text("what is left");
    for (int kept = 0; kept < 2; kept++) {
        begin();
        ck_assert_int_eq(store_replace_alert(store, &alert), RESULT_OK);
        kept ? commit() : store_abort(store);
        reopen();
        ck_assert_uint_eq(store_last_alert(store), 1);
        ck_assert_int_eq(store_get_alert(store, &arena, 1, &found), RESULT_OK);
        ck_assert(span_equal(found.disclosure, span_of_text(kept ? "what is left" : "the full view")));
    }
}
END_TEST

START_TEST(positions_are_kept_by_feed_and_member) {
    uint8_t police[32] = {1}, wildlife[32] = {2}, nobody[32] = {3};
    uint64_t number = 99;
    put_feeds(2);
    begin();
    ck_assert_int_eq(store_put_position(store, 1, police, 10), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 1, wildlife, 20), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 2, wildlife, 5), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 1, police, 11), RESULT_OK);
    commit();
    reopen();
    ck_assert_int_eq(store_get_position(store, 1, police, &number), RESULT_OK);
    ck_assert_uint_eq(number, 11);
    ck_assert_int_eq(store_get_position(store, 2, wildlife, &number), RESULT_OK);
    ck_assert_uint_eq(number, 5);
    ck_assert_int_eq(store_get_position(store, 2, police, &number), RESULT_OK);
    ck_assert_uint_eq(number, 0);
    ck_assert_int_eq(store_get_position(store, 1, nobody, &number), RESULT_OK);
    ck_assert_uint_eq(number, 0);
}
END_TEST

START_TEST(positions_of_a_feed_are_listed) {
    uint8_t police[32] = {1}, wildlife[32] = {2};
    struct store_position *rows;
    size_t count;
    put_feeds(3);
    begin();
    ck_assert_int_eq(store_put_position(store, 1, police, 10), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 2, wildlife, 20), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 2, police, 21), RESULT_OK);
    commit();
    reopen();
    ck_assert_int_eq(store_positions(store, &arena, 2, &rows, &count), RESULT_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_mem_eq(rows[0].member, police, 32);
    ck_assert_uint_eq(rows[0].number, 21);
    ck_assert_mem_eq(rows[1].member, wildlife, 32);
    ck_assert_uint_eq(rows[1].number, 20);
    ck_assert_int_eq(store_positions(store, &arena, 3, &rows, &count), RESULT_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

static void put_alerts(int count) {
    struct store_alert alert = {.arrived = 1};
    for (begin(); count > 0; count--)
        ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    commit();
}

START_TEST(what_was_told_is_kept_by_alert_and_feed) {
    struct store_told *told;
    size_t count;
    put_feeds(3);
    put_alerts(3);
    begin();
    ck_assert_int_eq(store_put_told(store, 2, 3, 300), RESULT_OK);
    ck_assert_int_eq(store_put_told(store, 2, 1, 100), RESULT_OK);
    ck_assert_int_eq(store_put_told(store, 3, 2, (uint64_t)1 << 40), RESULT_OK);
    ck_assert_int_eq(store_put_told(store, 2, 1, 101), RESULT_OK); /* told once more: the last one counts */
    ck_assert_int_eq(store_get_told(store, &arena, 2, &told, &count), RESULT_OK); /* in the open change */
    ck_assert_uint_eq(count, 2);
    commit();
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(store_get_told(store, &arena, 2, &told, &count), RESULT_OK);
        ck_assert_uint_eq(count, 2);
        ck_assert(told[0].ordinal == 1 && told[0].number == 101);
        ck_assert(told[1].ordinal == 3 && told[1].number == 300);
        ck_assert_int_eq(store_get_told(store, &arena, 3, &told, &count), RESULT_OK);
        ck_assert_uint_eq(count, 1);
        ck_assert(told[0].ordinal == 2 && told[0].number == (uint64_t)1 << 40);
        ck_assert_int_eq(store_get_told(store, &arena, 1, &told, &count), RESULT_OK);
        ck_assert_uint_eq(count, 0);
        ck_assert_int_eq(store_get_told(store, &arena, 99, &told, &count), RESULT_OK);
        ck_assert_uint_eq(count, 0);
        reopen();
    }
}
END_TEST

START_TEST(what_was_told_in_a_lost_change_was_not_told) {
    struct store_told *told;
    size_t count;
    put_feeds(1);
    put_alerts(1);
    begin();
    ck_assert_int_eq(store_put_told(store, 1, 1, 1), RESULT_OK);
    store_abort(store);
    ck_assert_int_eq(store_get_told(store, &arena, 1, &told, &count), RESULT_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

/* In a process of its own, so that the folder is cleaned up. */
START_TEST(what_is_told_belongs_to_an_alert_and_a_feed) {
    static const struct {
        uint64_t sequence;
        uint32_t ordinal;
    } wrong[] = {{0, 1}, {2, 1}, {1, 0}, {1, 2}};
    put_feeds(1);
    put_alerts(1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status;
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            begin();
            if (!freopen("/dev/null", "w", stderr))
                _exit(1);
            _exit(store_put_told(store, wrong[i].sequence, wrong[i].ordinal, 1) == RESULT_OK ? 0 : 1);
        }
        waitpid(child, &status, 0);
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}
END_TEST

START_TEST(notes_are_kept_by_kind_and_number) {
    struct span note;
    ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_FORK, 1, &note), RESULT_NOT_FOUND);
    begin();
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_FORK, 1, span_of("a proof", 7)), RESULT_OK);
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_FORK, 2, span_of("another", 7)), RESULT_OK);
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_PLACE, 1, span_of("here", 4)), RESULT_OK);
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_PLACE, 1, span_of("there then", 10)), RESULT_OK);
    ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_FORK, 2, &note), RESULT_OK); /* in the open change */
    commit();
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_FORK, 1, &note), RESULT_OK);
        ck_assert(span_equal(note, span_of("a proof", 7)));
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_FORK, 2, &note), RESULT_OK);
        ck_assert(span_equal(note, span_of("another", 7)));
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_PLACE, 1, &note), RESULT_OK);
        ck_assert(span_equal(note, span_of("there then", 10))); /* the last one put */
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_FORK, 3, &note), RESULT_NOT_FOUND);
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_KEYS, 1, &note), RESULT_NOT_FOUND);
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_TRUST, 1, &note), RESULT_NOT_FOUND);
        reopen();
    }
}
END_TEST

START_TEST(an_aborted_note_leaves_the_one_before) {
    struct span note;
    begin();
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_TRUST, 1, span_of("version 1", 9)), RESULT_OK);
    commit();
    begin();
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_TRUST, 1, span_of("version 2", 9)), RESULT_OK);
    ck_assert_int_eq(store_put_note(store, STORE_NOTE_TRUST, 2, span_of("a new one", 9)), RESULT_OK);
    store_abort(store);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_TRUST, 1, &note), RESULT_OK);
        ck_assert(span_equal(note, span_of("version 1", 9)));
        ck_assert_int_eq(store_get_note(store, &arena, STORE_NOTE_TRUST, 2, &note), RESULT_NOT_FOUND);
        reopen();
    }
}
END_TEST

/* ---- where it lies ---- */

static void place_of(uint8_t place[static 32], const char *where) {
    ck_assert_int_eq(store_place(place, where), RESULT_OK);
}

/* As `cp -a` does it; the folder to be removed again. */
static void copy_store(const char *to) {
    char command[256];
    snprintf(command, sizeof command, "cp -a %s %s", folder, to);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(a_copied_folder_has_another_place) {
    uint8_t here[32], again[32], moved[32], there[32];
    char copy[80], command[128];
    place_of(here, folder);
    put_feeds(3);
    reopen();
    place_of(again, folder);
    ck_assert_mem_eq(here, again, sizeof here); /* writing and restarting do not move it */
    snprintf(copy, sizeof copy, "%s-copy", folder);
    copy_store(copy);
    place_of(there, copy);
    ck_assert_mem_ne(here, there, sizeof here);
    snprintf(command, sizeof command, "rm -r %s", copy);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(rename(folder, copy), 0);
    place_of(moved, copy);
    ck_assert_mem_eq(here, moved, sizeof here); /* renamed, it is still the only one */
    ck_assert_int_eq(rename(copy, folder), 0);
}
END_TEST

/* Put back over the one that was there, as a backup is. */
START_TEST(a_store_put_back_has_another_place) {
    uint8_t here[32], back[32];
    char copy[80], command[512];
    snprintf(copy, sizeof copy, "%s-copy", folder);
    copy_store(copy);
    place_of(here, folder);
    store_close(store);
    store = NULL;
    snprintf(command, sizeof command, "rm -r %s && cp -a %s %s && rm -r %s", folder, copy, folder, copy);
    ck_assert_int_eq(system(command), 0);
    place_of(back, folder);
    ck_assert_mem_ne(here, back, sizeof here);
    reopen();
}
END_TEST

START_TEST(no_store_has_no_place) {
    uint8_t place[32] = {7}, untouched[32] = {7};
    ck_assert_int_eq(store_place(place, "/nonexistent/inama"), RESULT_IO);
    ck_assert_mem_eq(place, untouched, sizeof place);
}
END_TEST

/* ---- changes are all or nothing ---- */

START_TEST(an_open_change_sees_its_own_puts) {
    struct span entry;
    put_feeds(1);
    begin();
    put_entries(1, 1, 1, 100);
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_OK);
    store_abort(store);
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_NOT_FOUND);
    begin();
    put_entries(1, 1, 1, 100);
    commit();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_OK);
}
END_TEST

START_TEST(an_aborted_change_gives_its_numbers_back) {
    uint8_t police[32] = {1}, wildlife[32] = {2};
    uint64_t number;
    struct store_feed feed = a_feed("lost");
    struct store_alert alert = {.number = 1};
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 1, police, 1), RESULT_OK);
    store_abort(store);
    store_abort(store); /* nothing is open: nothing happens */
    ck_assert_uint_eq(store_last_alert(store), 0);

    feed = a_feed("kept");
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    ck_assert_uint_eq(feed.ordinal, 1);
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    ck_assert_uint_eq(alert.sequence, 1);
    ck_assert_int_eq(store_put_position(store, 1, wildlife, 2), RESULT_OK);
    commit();
    reopen();
    ck_assert_int_eq(store_get_position(store, 1, police, &number), RESULT_OK);
    ck_assert_uint_eq(number, 0);
    ck_assert_int_eq(store_get_position(store, 1, wildlife, &number), RESULT_OK);
    ck_assert_uint_eq(number, 2);
}
END_TEST

/* LMDB then leaves the value on more pages than it needs, which is no damage. */
START_TEST(a_record_may_shrink_within_a_change) {
    struct span entry;
    put_feeds(1);
    begin();
    for (size_t len = 20000; len > 10; len /= 3)
        ck_assert_int_eq(store_put_entry(store, 1, 1, entry_of(1, 1, len)), RESULT_OK);
    put_entries(1, 2, 2, 1000);
    commit();
    reopen();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_OK);
    ck_assert_uint_eq(entry.len, 27);
}
END_TEST

START_TEST(closing_drops_an_open_change) {
    struct span entry;
    put_feeds(1);
    begin();
    put_entries(1, 1, 1, 100);
    reopen();
    ck_assert_int_eq(store_get_entry(store, &arena, 1, 1, &entry), RESULT_NOT_FOUND);
}
END_TEST

/* ---- who may open it ---- */

START_TEST(open_refuses_another_key) {
    struct report report;
    struct store_options wrong = options();
    report_init(&report, &arena);
    wrong.key = other_key;
    wrong.report = &report;
    store_close(store);
    store = NULL;
    ck_assert_int_eq(store_open(&store, &wrong), RESULT_WRONG_KEY);
    ck_assert_ptr_null(store);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_ptr_nonnull(strstr(report.findings[0].text, "another key"));
    reopen();
}
END_TEST

START_TEST(open_refuses_a_folder_that_is_in_use) {
    struct store *second = NULL;
    const struct store_options again = options();
    ck_assert_int_eq(store_open(&second, &again), RESULT_EXISTS);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(store_open(&second, &again) == RESULT_EXISTS ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(the_folder_and_its_files_are_private) {
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s/data.mdb", folder);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(folder, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
}
END_TEST

/* The file holds no text, no member id and no key that was put. */
START_TEST(the_disk_holds_only_ciphertext) {
    static const char secret[] = "Hassan Example, +254 700 000000";
    uint8_t member[32], epoch[32];
    char path[128];
    struct store_feed feed = a_feed("ke-wildlife");
    struct store_alert alert = {.disclosure = span_of_text(secret)};
    memset(member, 0xA5, sizeof member);
    memset(epoch, 0x5A, sizeof epoch);
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    ck_assert_int_eq(store_put_entry(store, 1, 1, span_of_text(secret)), RESULT_OK);
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 1, member, 1), RESULT_OK);
    ck_assert_int_eq(store_put_epoch(store, 1, 1, epoch), RESULT_OK);
    commit();

    snprintf(path, sizeof path, "%s/data.mdb", folder);
    int file = open(path, O_RDONLY);
    static uint8_t bytes[1 << 20];
    ssize_t len = read(file, bytes, sizeof bytes);
    close(file);
    ck_assert_int_gt(len, 0);
    ck_assert_ptr_null(memmem(bytes, (size_t)len, secret, 12));
    ck_assert_ptr_null(memmem(bytes, (size_t)len, "ke-wildlife", 11));
    ck_assert_ptr_null(memmem(bytes, (size_t)len, member, 8));
    ck_assert_ptr_null(memmem(bytes, (size_t)len, epoch, 8));
}
END_TEST

START_TEST(usage_grows_with_what_is_put) {
    uint64_t before, after, limit;
    store_usage(store, &before, &limit);
    ck_assert_uint_eq(limit, (uint64_t)1 << 30);
    put_feeds(1);
    begin();
    put_entries(1, 1, 100, 4000);
    commit();
    store_usage(store, &after, &limit);
    ck_assert_uint_gt(after, before + 100 * 4000);
}
END_TEST

/* ---- check ---- */

static void count_complaint(void *context, const char *complaint) {
    ck_assert_ptr_nonnull(strstr(complaint, "store: "));
    ++*(size_t *)context;
}

START_TEST(check_counts_every_record_of_a_sound_store) {
    size_t complaints = 0;
    uint64_t records = 0;
    uint8_t member[32] = {1}, epoch[32] = {2};
    struct store_feed feed = a_feed("all");
    struct store_alert alert = {.number = 1};
    begin();
    ck_assert_int_eq(store_put_feed(store, &feed), RESULT_OK);
    put_entries(1, 1, 20, 1500);
    ck_assert_int_eq(store_put_alert(store, &alert), RESULT_OK);
    ck_assert_int_eq(store_put_position(store, 1, member, 1), RESULT_OK);
    ck_assert_int_eq(store_put_epoch(store, 1, 1, epoch), RESULT_OK);
    ck_assert_int_eq(store_put_told(store, 1, 1, 20), RESULT_OK);
    commit();
    ck_assert_int_eq(store_check(store, count_complaint, &complaints, &records), RESULT_OK);
    ck_assert_uint_eq(complaints, 0);
    ck_assert_uint_eq(records, 1 + 20 + 1 + 2 + 1 + 1); /* the reader is a record, too */
}
END_TEST

/* ---- kill -9 ---- */

/* Commits entries for ever, one or several a change, and says the number of the last after each commit. */
static void commit_until_killed(int report) {
    reopen();
    struct span entry;
    uint64_t number = 0;
    while (store_get_entry(store, &arena, 1, number + 1, &entry) == RESULT_OK) {
        arena_reset(&arena);
        number++;
    }
    for (;;) {
        begin();
        put_entries(1, number + 1, number + 1 + number % 3, 600 + number * 97 % 3000);
        commit();
        number += 1 + number % 3;
        if (write(report, &number, sizeof number) != sizeof number)
            _exit(1);
        arena_reset(&arena);
    }
}

/* So many commits and microseconds after it began; however slow the machine is, it gets on. */
static uint64_t run_and_kill(unsigned commits, useconds_t after) {
    int ends[2];
    uint64_t number, last = 0;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        commit_until_killed(ends[1]);
    close(ends[1]);
    for (unsigned i = 0; i < commits; i++)
        if (read(ends[0], &number, sizeof number) == sizeof number)
            last = number;
    usleep(after);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(ends[0], &number, sizeof number) == sizeof number)
        last = number;
    close(ends[0]);
    return last;
}

START_TEST(what_was_confirmed_survives_a_hundred_kills) {
    uint64_t confirmed = 0, random;
    put_feeds(1);
    for (int round = 0; round < 100; round++) {
        store_close(store);
        store = NULL;
        random_fill(random_system(), &random, sizeof random);
        uint64_t last = run_and_kill(random % 4, (useconds_t)(random / 4 % 15000));
        confirmed = last > confirmed ? last : confirmed;
        reopen();
        for (uint64_t number = round % 10 ? confirmed - confirmed % 16 + 1 : 1; number <= confirmed; number++) {
            struct span entry;
            ck_assert_int_eq(store_get_entry(store, &arena, 1, number, &entry), RESULT_OK);
            ck_assert(span_equal(entry, entry_of(1, number, entry.len)));
            arena_reset(&arena);
        }
    }
    ck_assert_uint_gt(confirmed, 100);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store");
    TCase *c = tcase_create("records");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_feed_comes_back_as_it_was);
    tcase_add_test(c, a_feed_is_replaced_under_its_ordinal);
    tcase_add_test(c, entries_of_feeds_do_not_mix);
    tcase_add_test(c, an_entry_of_the_greatest_size_fits);
    tcase_add_test(c, entries_stream_in_order_and_inside_the_limit);
    tcase_add_test(c, a_block_holds_one_entry_however_large);
    tcase_add_test(c, an_entry_out_of_turn_is_misuse);
    tcase_add_test(c, a_feed_may_begin_anywhere);
    tcase_add_test(c, an_entry_may_be_replaced);
    tcase_add_test(c, epoch_keys_come_back);
    tcase_add_test(c, alerts_get_running_numbers_that_go_on_after_a_restart);
    tcase_add_test(c, an_alert_is_replaced_in_its_place);
    tcase_add_test(c, positions_are_kept_by_feed_and_member);
    tcase_add_test(c, positions_of_a_feed_are_listed);
    tcase_add_test(c, what_was_told_is_kept_by_alert_and_feed);
    tcase_add_test(c, what_was_told_in_a_lost_change_was_not_told);
    tcase_add_test(c, what_is_told_belongs_to_an_alert_and_a_feed);
    tcase_add_test(c, notes_are_kept_by_kind_and_number);
    tcase_add_test(c, an_aborted_note_leaves_the_one_before);
    suite_add_tcase(s, c);

    c = tcase_create("place");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_copied_folder_has_another_place);
    tcase_add_test(c, a_store_put_back_has_another_place);
    tcase_add_test(c, no_store_has_no_place);
    suite_add_tcase(s, c);

    c = tcase_create("changes");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, an_open_change_sees_its_own_puts);
    tcase_add_test(c, an_aborted_change_gives_its_numbers_back);
    tcase_add_test(c, a_record_may_shrink_within_a_change);
    tcase_add_test(c, closing_drops_an_open_change);
    suite_add_tcase(s, c);

    c = tcase_create("opening");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, open_refuses_another_key);
    tcase_add_test(c, open_refuses_a_folder_that_is_in_use);
    tcase_add_test(c, the_folder_and_its_files_are_private);
    tcase_add_test(c, the_disk_holds_only_ciphertext);
    tcase_add_test(c, usage_grows_with_what_is_put);
    suite_add_tcase(s, c);

    c = tcase_create("check");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, check_counts_every_record_of_a_sound_store);
    suite_add_tcase(s, c);

    c = tcase_create("kill");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, what_was_confirmed_survives_a_hundred_kills);
    suite_add_tcase(s, c);
    return s;
}
