/* Which alerts name which files, and who may have them: only who was told, and shown. */
#include "daemon/attachments.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/reference.h"
#include "tests/support/world.h"

/* To the courts with the file, to the police without it. */
static const char forwards[] =
    "audiences:\n"
    "  judicial: {members: {role: JUDICIAL}, show: [incident, specimens, evidence]}\n"
    "  police: {members: {role: POLICE}, show: [incident, specimens, exhibits.number, exhibits.kind]}\n"
    "forward:\n"
    "  - {from: {role: CUSTOMS}, to: [judicial, police]}\n"
    "accept:\n"
    "  - {from: {role: CUSTOMS}, show: [all]}\n"
    "local: {operators: {show: [all]}}\n";

static struct world *world;
static struct actor *congo, *kenya, *court, *police, *uganda;
static struct blobs *blobs;
static char folder[64];
static uint8_t object[OBJECT_ID_SIZE];

static void open_blobs(void) {
    const struct blobs_options options = {
        .folder = folder, .file_max = 1 << 20, .total_max = 8 << 20, .random = &world->random};
    blobs_close(blobs);
    ck_assert_int_eq(blobs_open(&blobs, &options), RESULT_OK);
    congo->exchange.blobs = blobs;
    congo->exchange.attachments_bytes_max = 1 << 20;
}

static void set_up(void) {
    world = world_new(25);
    congo = world_add(world, "cd-customs", "CD", "CUSTOMS",
                      "audiences:\n"
                      "  customs: {members: {role: CUSTOMS, country: KE}, publish: yes, show: [all]}\n"
                      "accept:\n"
                      "  - {from: {role: CUSTOMS}, show: [all]}\n"
                      "local: {operators: {show: [all]}}\n");
    kenya = world_add(world, "ke-customs", "KE", "CUSTOMS", forwards);
    court = world_add(world, "ke-court", "KE", "JUDICIAL", "");
    police = world_add(world, "ke-police", "KE", "POLICE", "");
    uganda = world_add(world, "ug-customs", "UG", "CUSTOMS", "");
    world_start(world);
    snprintf(folder, sizeof folder, "/tmp/inama-attach-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    blobs = NULL;
    open_blobs();
}

static void tear_down(void) {
    DIR *dir = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(dir));)
        unlink(text_format(&world->arena, "%s/%s", folder, entry->d_name));
    closedir(dir);
    rmdir(folder);
    blobs_close(blobs);
    world_free(world);
}

static struct blob_reference hand_in(const char *content, bool *known) {
    struct blob_draft *draft;
    struct blob_reference reference;
    uint8_t sha256[HASH_SIZE];
    ck_assert_int_eq(blobs_draft(&draft, blobs, strlen(content), true), RESULT_OK);
    ck_assert_int_eq(blob_draft_add(draft, span_of_text(content)), RESULT_OK);
    ck_assert_int_eq(blob_draft_finish(draft, &reference, sha256), RESULT_OK);
    blob_draft_free(draft);
    ck_assert_int_eq(attachments_hand_in(&congo->exchange, &reference, sha256, known), RESULT_OK);
    return reference;
}

static const char *hash_of_text(const char *content) {
    uint8_t sha256[HASH_SIZE];
    char hex[2 * HASH_SIZE + 1];
    struct sha256_hasher hasher;
    hash_sha256_start(&hasher);
    hash_sha256_add(&hasher, content, strlen(content));
    hash_sha256_finish(&hasher, sha256);
    text_hex(hex, sha256, HASH_SIZE);
    return text_format(&world->arena, "%s", hex);
}

static const char *alert_with(const struct blob_reference *reference, const char *sha256) {
    char text[REFERENCE_TEXT_LEN + 1];
    reference_write(text, reference);
    const char *exhibits = text_format(
        &world->arena, "\"exhibits\":[{\"number\":\"E1\",\"attachment\":\"%s\",\"sha256\":\"%s\"}],", text, sha256);
    const char *plain = world_alert(world, "GREEN", "");
    return text_format(&world->arena, "{%s%s", exhibits, plain + 1);
}

static struct blob_reference publish(const char *content) {
    bool known;
    struct blob_reference reference = hand_in(content, &known);
    ck_assert_int_eq(world_publish(congo, alert_with(&reference, hash_of_text(content)), object), RESULT_OK);
    world_settle(world);
    return reference;
}

static enum result may_have(struct actor *giver, const struct blob_reference *reference, const struct actor *asker) {
    const struct attachment *attachment = attachments_find(&giver->exchange.attachments, reference->id);
    return attachment ? attachments_may_have(&giver->exchange, attachment, asker->identity.id) : RESULT_NOT_FOUND;
}

static bool is_here(const struct blob_reference *reference) {
    struct blob_stand stand;
    return blobs_find(blobs, reference->id, &stand);
}

/* ---- who may have it ---- */

START_TEST(who_was_told_and_shown_may_have_it) {
    struct blob_reference reference = publish("a photograph");
    ck_assert_int_eq(may_have(congo, &reference, kenya), RESULT_OK);
    ck_assert_int_eq(may_have(kenya, &reference, court), RESULT_OK);
    world_restart(congo);
    open_blobs();
    ck_assert_int_eq(may_have(congo, &reference, kenya), RESULT_OK);
}
END_TEST

START_TEST(nobody_else_may) {
    struct blob_reference reference = publish("a photograph");
    ck_assert(world_has(police, object) && !world_has(uganda, object));
    ck_assert_int_eq(may_have(kenya, &reference, police), RESULT_NOT_ALLOWED); /* told, and not shown the field */
    ck_assert_int_eq(may_have(congo, &reference, police), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(may_have(congo, &reference, court), RESULT_NOT_ALLOWED); /* told by somebody else: who gives it */
    ck_assert_int_eq(may_have(congo, &reference, uganda), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(may_have(kenya, &reference, uganda), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(may_have(court, &reference, police), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(may_have(police, &reference, court), RESULT_NOT_FOUND); /* it does not know that there is one */
}
END_TEST

START_TEST(who_has_left_may_not_any_more) {
    struct blob_reference reference = publish("a photograph");
    world_remove(world, kenya);
    ck_assert_int_eq(may_have(congo, &reference, kenya), RESULT_NOT_ALLOWED);
}
END_TEST

/* Of one feed the newest count, so that nobody makes us look through heaps; our own are as many as we like. */
START_TEST(mentions_of_one_feed_are_bounded) {
    enum { ALERTS = MENTIONS_OF_FEED_MAX + 3 };
    struct blob_reference reference = publish("a photograph");
    for (int i = 1; i < ALERTS; i++)
        ck_assert_int_eq(world_publish(congo, alert_with(&reference, hash_of_text("a photograph")), object), RESULT_OK);
    world_settle(world);
    const struct attachment *own = attachments_find(&congo->exchange.attachments, reference.id);
    const struct attachment *other = attachments_find(&kenya->exchange.attachments, reference.id);
    ck_assert_uint_eq(own->mention_count, ALERTS);
    ck_assert_uint_eq(other->mention_count, MENTIONS_OF_FEED_MAX);
    ck_assert_uint_eq(other->mentions[0].sequence, ALERTS - MENTIONS_OF_FEED_MAX + 1);
    ck_assert_uint_eq(other->mentions[MENTIONS_OF_FEED_MAX - 1].sequence, ALERTS);
    ck_assert_int_eq(may_have(congo, &reference, kenya), RESULT_OK);
    ck_assert_int_eq(may_have(kenya, &reference, court), RESULT_OK);
    world_restart(kenya);
    other = attachments_find(&kenya->exchange.attachments, reference.id);
    ck_assert_uint_eq(other->mention_count, MENTIONS_OF_FEED_MAX);
}
END_TEST

/* ---- what a reader without the field learns: nothing ---- */

START_TEST(without_the_field_there_is_no_sign_of_a_file) {
    struct blob_reference reference = publish("a photograph");
    struct holding with = world_view(police, object);
    ck_assert_uint_eq(police->exchange.attachments.rows.count, 0);
    ck_assert_int_eq(world_publish(congo, world_alert(world, "GREEN", ""), object), RESULT_OK);
    world_settle(world);
    struct holding without = world_view(police, object);
    struct buf one, other;
    buf_init(&one, &world->arena);
    buf_init(&other, &world->arena);
    ck_assert_int_eq(disclosure_encode(&one, &world->arena, &with.disclosure), RESULT_OK);
    ck_assert_int_eq(disclosure_encode(&other, &world->arena, &without.disclosure), RESULT_OK);
    ck_assert_ptr_null(memmem(one.data, one.len, reference.id, 8));
    ck_assert_ptr_null(memmem(one.data, one.len, reference.key, 8));
    char hex[REFERENCE_TEXT_LEN + 1];
    reference_write(hex, &reference);
    ck_assert_ptr_null(memmem(one.data, one.len, hex, 16));
    ck_assert_mem_eq(&with.disclosure.shown, &without.disclosure.shown, sizeof with.disclosure.shown);
    ck_assert_uint_eq(with.disclosure.opening.hashes.len, without.disclosure.opening.hashes.len);
    ck_assert_uint_eq(with.disclosure.opening.salts.len, without.disclosure.opening.salts.len);
    size_t number = strlen("E1"); /* of the exhibit, which it is shown, in its slot */
    ck_assert_uint_le(one.len, other.len + number + 16);
}
END_TEST

/* ---- what is published ---- */

static enum result try_to_publish(const char *json, const char **finding) {
    struct publication publication = {.json = span_of_text(json)};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
    enum result result = publication.result;
    *finding = publication.report.count ? report_line(&world->arena, &publication.report.findings[0]) : "";
    ck_assert_int_eq(exchange_commit(&congo->exchange, NULL, NULL), RESULT_OK);
    exchange_publication_release(&publication);
    exchange_end_turn(&congo->exchange);
    return result;
}

START_TEST(a_file_that_is_not_here_cannot_be_named) {
    struct blob_reference reference = {.id = {1}, .key = {2}};
    const char *finding;
    ck_assert_int_eq(try_to_publish(alert_with(&reference, hash_of_text("")), &finding), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(finding, "exhibits[0].attachment"));
    ck_assert_ptr_nonnull(strstr(finding, "--attach"));
    ck_assert_uint_eq(congo->exchange.attachments.rows.count, 0);
}
END_TEST

START_TEST(the_files_of_an_alert_have_a_limit_together) {
    bool known;
    struct blob_reference reference = hand_in("a photograph", &known);
    const char *finding;
    congo->exchange.attachments_bytes_max = 50;
    ck_assert_int_eq(try_to_publish(alert_with(&reference, hash_of_text("a photograph")), &finding), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(finding, "alert_mib"));
}
END_TEST

START_TEST(nothing_is_known_of_a_change_that_failed) {
    bool known;
    struct blob_reference reference = hand_in("a photograph", &known);
    struct publication publication = {.json = span_of_text(alert_with(&reference, hash_of_text("a photograph")))};
    exchange_prepare(&congo->exchange, &publication, 1);
    ck_assert_int_eq(exchange_publish(&congo->exchange, &publication, 1), RESULT_OK);
    ck_assert_int_eq(publication.result, RESULT_OK);
    exchange_abort(&congo->exchange);
    exchange_publication_release(&publication);
    exchange_end_turn(&congo->exchange);
    ck_assert_ptr_null(attachments_find(&congo->exchange.attachments, reference.id));
}
END_TEST

/* ---- once ---- */

START_TEST(the_same_file_is_kept_once) {
    bool known;
    struct blob_reference first = publish("a photograph"), again = hand_in("a photograph", &known);
    ck_assert(known);
    ck_assert_mem_eq(&again, &first, sizeof first);
    struct blob_reference other = hand_in("another", &known), soon = hand_in("another", &known);
    ck_assert(known); /* also before an alert names it */
    ck_assert_mem_eq(&other, &soon, sizeof other);
    world_restart(congo);
    open_blobs();
    again = hand_in("a photograph", &known);
    ck_assert(known);
    ck_assert_mem_eq(&again, &first, sizeof first);
}
END_TEST

/* An alert that says a wrong hash of its file does not make another file be taken for it. */
START_TEST(a_hash_is_not_believed) {
    bool known;
    struct blob_reference reference = hand_in("a photograph", &known);
    ck_assert_int_eq(world_publish(congo, alert_with(&reference, hash_of_text("a bank note")), object), RESULT_OK);
    struct blob_reference note = hand_in("a bank note", &known);
    ck_assert(!known);
    ck_assert_mem_ne(note.id, reference.id, BLOB_ID_SIZE);
}
END_TEST

/* ---- tidying up ---- */

START_TEST(what_no_alert_names_goes_after_an_hour) {
    bool known;
    struct blob_reference named = publish("a photograph"), idle = hand_in("another", &known);
    world->now_ms += ATTACH_KEEP_MS - 1;
    attachments_tidy(&congo->exchange, true);
    ck_assert(is_here(&named) && is_here(&idle));
    world->now_ms += 1;
    attachments_tidy(&congo->exchange, false);
    ck_assert(is_here(&named) && !is_here(&idle));
}
END_TEST

/* As if it had been written so many days ago. */
/* The alert is taken back, and the file with it; one that another alert names stays. */
static void recall_it(void) {
    const struct index_row *row = index_find(congo->exchange.index, object);
    char alert[2 * TREE_ALERT_ID_SIZE + 1];
    uint8_t recall[OBJECT_ID_SIZE];
    text_hex(alert, row->alert, TREE_ALERT_ID_SIZE);
    const char *json = text_format(&world->arena,
                                   "{\"kind\":\"RECALL\",\"alert\":\"%s\",\"version\":2,"
                                   "\"marking\":{\"tlp\":\"GREEN\",\"caveat\":\"Wrong photograph\"}}",
                                   alert);
    ck_assert_int_eq(world_publish(congo, json, recall), RESULT_OK);
    world_settle(world);
}

START_TEST(a_recalled_alert_takes_its_files_with_it) {
    struct blob_reference both = publish("a photograph"), alone = publish("another one");
    ck_assert_int_eq(world_publish(congo, alert_with(&both, hash_of_text("a photograph")), object), RESULT_OK);
    recall_it();
    ck_assert(is_here(&both) && is_here(&alone));
    ck_assert_int_eq(may_have(congo, &both, kenya), RESULT_OK);
    ck_assert_int_eq(world_publish(congo, alert_with(&alone, hash_of_text("another one")), object), RESULT_OK);
    recall_it();
    ck_assert(is_here(&alone));
    struct blob_reference last = publish("a third");
    recall_it();
    ck_assert(!is_here(&last) && is_here(&alone) && is_here(&both));
    ck_assert_int_eq(may_have(congo, &last, kenya), RESULT_NOT_ALLOWED);
    ck_assert_int_eq(may_have(kenya, &last, court), RESULT_NOT_ALLOWED);
}
END_TEST

static void grow_old(const struct blob_reference *reference, uint64_t days) {
    char hex[2 * BLOB_ID_SIZE + 1];
    text_hex(hex, reference->id, BLOB_ID_SIZE);
    time_t written = (time_t)(world->now_ms / 1000 - days * 86400);
    const struct timespec times[2] = {{.tv_sec = written}, {.tv_sec = written}};
    ck_assert_int_eq(utimensat(AT_FDCWD, text_format(&world->arena, "%s/%s", folder, hex), times, 0), 0);
}

START_TEST(at_start_only_what_alerts_name_stays) {
    bool known;
    struct blob_reference named = publish("a photograph"), idle = hand_in("another", &known);
    struct blob_reference recent = hand_in("a third", &known);
    world_restart(congo);
    open_blobs();
    grow_old(&named, ORPHAN_DAYS + 1);
    grow_old(&idle, ORPHAN_DAYS + 1);
    grow_old(&recent, ORPHAN_DAYS - 1);
    congo->exchange.unread = true; /* an alert that cannot be read may name anything */
    attachments_tidy(&congo->exchange, true);
    ck_assert(is_here(&named) && is_here(&idle));
    congo->exchange.unread = false;
    congo->exchange.feeds.suspect = true; /* the store may be an older copy, and the alert on its way back */
    world_feed(congo, congo->identity.key_id, "customs")->proven = false;
    ck_assert_int_ne(exchange_may_write(&congo->exchange), RESULT_OK);
    attachments_tidy(&congo->exchange, true);
    ck_assert(is_here(&named) && is_here(&idle));
    congo->exchange.feeds.suspect = false;
    attachments_tidy(&congo->exchange, true);
    ck_assert(is_here(&named) && !is_here(&idle) && is_here(&recent));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("attachments");
    TCase *tcase = tcase_create("attachments");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, who_was_told_and_shown_may_have_it);
    tcase_add_test(tcase, nobody_else_may);
    tcase_add_test(tcase, who_has_left_may_not_any_more);
    tcase_add_test(tcase, mentions_of_one_feed_are_bounded);
    tcase_add_test(tcase, without_the_field_there_is_no_sign_of_a_file);
    tcase_add_test(tcase, a_file_that_is_not_here_cannot_be_named);
    tcase_add_test(tcase, the_files_of_an_alert_have_a_limit_together);
    tcase_add_test(tcase, nothing_is_known_of_a_change_that_failed);
    tcase_add_test(tcase, the_same_file_is_kept_once);
    tcase_add_test(tcase, a_hash_is_not_believed);
    tcase_add_test(tcase, what_no_alert_names_goes_after_an_hour);
    tcase_add_test(tcase, a_recalled_alert_takes_its_files_with_it);
    tcase_add_test(tcase, at_start_only_what_alerts_name_stays);
    suite_add_tcase(suite, tcase);
    return suite;
}
