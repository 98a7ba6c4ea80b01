/* A member of the roster whose node says what no node would say, over a real session: what it can make a daemon do, and
 * where that ends. What its entries may hold is told in hostile.c. */
#include <check.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/feed.h"
#include "roster.pb-c.h"
#include "tests/support/patience.h"
#include "tests/support/puppet.h"
#include "tests/support/scribe.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 30000, QUIET_MS = 1500 };

static const char policy[] = "audiences:\n"
                             "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                             "accept:\n"
                             "  - {from: {role: CUSTOMS}, show: [all]}\n"
                             "local: {operators: {show: [all]}}\n";

/* Kenya's daemon runs; the Congo and Uganda are the test's. */
static struct homes *homes;
static struct home *kenya, *congo, *uganda;
static struct puppet *puppet;
static struct arena arena;

static void set_up_with(const char *policy_of_kenya) {
    homes = homes_new();
    arena_init(&arena, SIZE_MAX);
    kenya = homes_add(homes, "ke-customs", "KE", "CUSTOMS", policy_of_kenya);
    congo = homes_add(homes, "cd-customs", "CD", "CUSTOMS", policy);
    uganda = homes_add(homes, "ug-customs", "UG", "CUSTOMS", policy);
    homes_write(homes);
    home_start(kenya);
    puppet = puppet_call(congo, kenya);
}

static void set_up(void) {
    set_up_with(policy);
}

static void set_up_carrier(void) {
    set_up_with("carry:\n"
                "  - from: {role: CUSTOMS}\n"
                "accept: []\n"
                "local: {operators: {show: [all]}}\n");
}

static void tear_down(void) {
    puppet_free(puppet);
    ck_assert_int_eq(home_stop(kenya, SIGTERM), 0);
    arena_release(&arena);
    homes_free(homes);
}

/* ---- what the daemon says of itself ---- */

static const Status *status(void) {
    const Status *words = home_status(kenya, &arena);
    ck_assert_msg(words, "it does not answer");
    return words;
}

static uint64_t refused(const char *why) {
    const Status *words = status();
    for (size_t i = 0; i < words->n_refused; i++)
        if (strcmp(words->refused[i]->name, why) == 0)
            return words->refused[i]->count;
    return 0;
}

static size_t feeds_of(const struct home *author) {
    const Status *words = status();
    size_t count = 0;
    for (size_t i = 0; i < words->n_feeds; i++)
        count += strcmp(words->feeds[i]->author, author->name) == 0;
    return count;
}

/* ---- what the puppet says ---- */

static Announce announce_of(const struct home *author, const char *audience, uint64_t number) {
    static const uint8_t head[HASH_SIZE] = {1};
    Announce words = ANNOUNCE__INIT;
    words.author = proto_bytes(author->member.id, MEMBER_ID_SIZE);
    words.audience = (char *)(uintptr_t)audience;
    words.number = number;
    words.head = proto_bytes(head, sizeof head);
    return words;
}

static void say_announce(struct puppet *by, Announce *words) {
    SyncMessage message = SYNC_MESSAGE__INIT;
    message.announce = words;
    puppet_say(by, &message);
}

/* Five entries are there. */
static void announce(struct puppet *by, const struct home *author, const char *audience) {
    Announce words = announce_of(author, audience, 5);
    say_announce(by, &words);
}

/* ---- feeds without end ---- */

START_TEST(no_more_feeds_are_followed_than_an_author_may_have) {
    enum { TOO_MANY = 10 };
    for (unsigned i = 0; i < FEEDS_OF_KEY_MAX + TOO_MANY; i++)
        announce(puppet, congo, text_format(&arena, "audience-%u", i));
    WAIT_UNTIL(refused("too-large") == TOO_MANY);
    ck_assert_uint_eq(feeds_of(congo), FEEDS_OF_KEY_MAX);
    ck_assert(home_is_connected(kenya, congo->name)); /* its other feeds are as good as they were */
    struct puppet *other = puppet_call(uganda, kenya);
    announce(other, uganda, "customs");
    ck_assert_ptr_nonnull(puppet_hear_pull(other, PATIENCE_MS));
    puppet_free(other);
}
END_TEST

/* As many readers as there can be members may be named to who carries a feed, and not one more. */
START_TEST(a_feed_is_carried_for_as_many_as_there_can_be) {
    static const uint8_t id[MEMBER_ID_SIZE] = {2};
    FeedReader reader = FEED_READER__INIT;
    Announce words = announce_of(congo, "carried", 5);
    reader.id = proto_bytes(id, sizeof id);
    reader.has_first = true;
    reader.first = UINT64_MAX;
    words.readers = arena_array(&arena, MEMBERS_MAX + 1, sizeof *words.readers);
    for (size_t i = 0; i <= MEMBERS_MAX; i++)
        words.readers[i] = &reader;
    words.n_readers = MEMBERS_MAX;
    say_announce(puppet, &words); /* Kenya carries for nobody, and says nothing */
    announce(puppet, congo, "customs");
    ck_assert_ptr_nonnull(puppet_hear_pull(puppet, PATIENCE_MS));
    ck_assert_uint_eq(feeds_of(congo), 1);
    words.n_readers++;
    say_announce(puppet, &words);
    WAIT_UNTIL(!home_is_connected(kenya, congo->name));
    ck_assert_uint_eq(refused("malformed"), 1);
}
END_TEST

/* ---- where a feed begins ---- */

/* The author's own word that its feed reaches so far. */
static struct span word_of(const struct home *author, const char *audience, uint64_t number) {
    struct feed_head head = {.number = number - 1};
    struct buf entry;
    feed_id(head.feed, author->identity.key_id, audience);
    const struct feed_draft draft = {ENTRY_GRANT, 1, 1, span_of_text("a grant"), NULL};
    buf_init(&entry, &arena);
    ck_assert_str_eq(result_name(feed_append(&entry, &arena, &head, &draft, &author->identity, random_system())), "ok");
    return span_of(entry.data, ENTRY_OVERHEAD);
}

/* From where on this feed of the Congo is pulled; another may be asked for before it. */
static uint64_t asked_from(struct puppet *by, const char *audience) {
    uint8_t id[FEED_ID_SIZE];
    uint64_t after;
    bool is_it;
    feed_id(id, congo->identity.key_id, audience);
    do {
        const Pull *pull = puppet_hear_pull(by, PATIENCE_MS);
        ck_assert_msg(pull, "it was not asked for \"%s\"", audience);
        after = pull->after;
        is_it = memcmp(pull->feed.data, id, sizeof id) == 0;
        puppet_block(by, &pull->feed, after, 0); /* there is nothing; the line is free for the next */
    } while (!is_it);
    return after;
}

static void announce_first(struct puppet *by, const char *audience, uint64_t first, struct span entry) {
    Announce words = announce_of(congo, audience, 9);
    words.has_first = true;
    words.first = first;
    words.has_entry = entry.data != NULL;
    words.entry = proto_bytes(entry.data, entry.len);
    say_announce(by, &words);
}

/* Who carries a feed could make a reader pass over all that stands before: it is not believed (docs/protocol.md, 10.9).
 */
START_TEST(where_a_feed_begins_is_its_authors_word_alone) {
    WAIT_UNTIL(home_is_connected(kenya, congo->name)); /* else it is asked for the feed, too, with the greeting */
    struct puppet *carrier = puppet_call(uganda, kenya);
    announce_first(carrier, "carried", 7, word_of(congo, "carried", 9));
    ck_assert_uint_eq(asked_from(carrier, "carried"), 0);
    announce_first(puppet, "told", 7, (struct span){0});
    ck_assert_uint_eq(asked_from(puppet, "told"), 6);
    announce_first(puppet, "beyond", 10, (struct span){0}); /* nor behind what there is */
    ck_assert_uint_eq(asked_from(puppet, "beyond"), 0);
    puppet_free(carrier);
}
END_TEST

/* Who is willing to carry takes nobody's word but the author's for whom. */
START_TEST(for_whom_a_feed_is_carried_is_its_authors_word_alone) {
    struct puppet *other = puppet_call(uganda, kenya);
    FeedReader reader = FEED_READER__INIT, *readers[] = {&reader};
    Announce words = announce_of(congo, "carried", 9);
    struct span entry = word_of(congo, "carried", 9);
    reader.id = proto_bytes(uganda->member.id, MEMBER_ID_SIZE);
    words.readers = readers;
    words.n_readers = 1;
    words.has_entry = true;
    words.entry = proto_bytes(entry.data, entry.len);
    say_announce(other, &words);
    ck_assert_ptr_null(puppet_hear_pull(other, QUIET_MS));
    ck_assert_uint_eq(feeds_of(congo), 0);
    words.has_entry = false;
    say_announce(puppet, &words);
    ck_assert_ptr_nonnull(puppet_hear_pull(puppet, PATIENCE_MS));
    puppet_free(other);
}
END_TEST

/* ---- who asks and does not listen ---- */

static void publish_much(struct control *control) {
    enum { LEN = 32000 };
    char *text = arena_alloc(&arena, LEN + 1);
    memset(text, 'x', LEN);
    const char *json = text_format(&arena,
                                   "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                                   "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"KE\"},"
                                   "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\","
                                   "\"quantity\":\"750\",\"unit\":\"KIL\"}],"
                                   "\"narrative\":{\"releasable\":\"%s\",\"assessment\":\"%s\","
                                   "\"below_tear_line\":\"%s\"}}",
                                   text, text, text);
    const Published *published = home_publish(control, &arena, json);
    ck_assert_ptr_nonnull(published);
    ck_assert_str_eq(published->result, "ok");
}

START_TEST(who_asks_much_and_reads_nothing_is_let_go) {
    enum { ALERTS = 8, PULLS = 400, ANSWER = 512 * 1024, MEMORY_KB_MAX = 64 * 1024 };
    struct control *control = home_connect(kenya);
    for (int i = 0; i < ALERTS; i++)
        publish_much(control);
    control_close(control);
    uint8_t feed[FEED_ID_SIZE];
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    feed_id(feed, kenya->identity.key_id, "customs");
    words.feed = proto_bytes(feed, sizeof feed);
    words.bytes = ANSWER;
    message.pull = &words;
    ck_assert(home_is_connected(kenya, congo->name));
    uint64_t before = home_rss_kb(kenya);
    for (int i = 0; i < PULLS; i++) /* 200 MB are asked for, and not one byte is read */
        puppet_say(puppet, &message);
    WAIT_UNTIL(!home_is_connected(kenya, congo->name));
    ck_assert_uint_eq(refused("too-large"), 1);
    ck_assert_uint_lt(home_rss_kb(kenya), before + MEMORY_KB_MAX);
    struct puppet *other = puppet_call(uganda, kenya);
    puppet_say(other, &message);
    for (const SyncMessage *heard = NULL; !heard || !heard->block;) { /* who reads is answered */
        heard = puppet_hear(other, PATIENCE_MS);
        ck_assert_ptr_nonnull(heard);
    }
    puppet_free(other);
}
END_TEST

/* ---- entries that wait for a key that never comes ---- */

static void say_entry(const Pull *pull, struct span entry) {
    Block words = BLOCK__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    ProtobufCBinaryData bytes = proto_bytes(entry.data, entry.len);
    words.feed = pull->feed;
    words.after = pull->after;
    words.n_entries = 1;
    words.entries = &bytes;
    message.block = &words;
    puppet_say(puppet, &message);
}

/* Answers with the next entry, as large as it may be; its bytes. */
static uint64_t answer(struct scribe *scribe, const Pull *pull) {
    enum { LEN = 500000 };
    struct arena memory;
    arena_init(&memory, SIZE_MAX);
    struct span entry = scribe_write(scribe, &memory, LEN);
    say_entry(pull, entry);
    arena_release(&memory);
    return entry.len;
}

START_TEST(what_cannot_be_read_is_not_taken_in_heaps) {
    enum { FULL = 1024 * 1024, MORE = 3 * FULL };
    struct scribe scribe;
    uint64_t told = 0;
    scribe_begin(&scribe, &congo->identity, "unreadable");
    Announce words = announce_of(congo, "unreadable", 1000000);
    say_announce(puppet, &words);
    for (;;) {
        const Pull *pull = puppet_hear_pull(puppet, told > WAITING_BYTES_MAX ? QUIET_MS : PATIENCE_MS);
        if (!pull)
            break;
        ck_assert_mem_eq(pull->feed.data, scribe.head.feed, FEED_ID_SIZE);
        ck_assert_uint_eq(pull->after, scribe.head.number);
        told += answer(&scribe, pull);
        ck_assert_msg(told < WAITING_BYTES_MAX + MORE, "it takes %llu bytes and goes on", (unsigned long long)told);
    }
    ck_assert_uint_gt(told, WAITING_BYTES_MAX);
    ck_assert(home_is_connected(kenya, congo->name));
    announce(puppet, congo, "another"); /* the others are pulled as before */
    ck_assert_ptr_nonnull(puppet_hear_pull(puppet, PATIENCE_MS));
}
END_TEST

/* ---- what cannot be passed on now ---- */

static void set_up_who_passes_on(void) {
    set_up_with("audiences:\n"
                "  customs: {members: {role: CUSTOMS}, publish: yes, show: [all]}\n"
                "  police: {members: {role: POLICE}, show: [all]}\n"
                "forward: [{from: {role: CUSTOMS}, to: [police]}]\n"
                "accept: [{from: {role: CUSTOMS}, show: [all]}]\n"
                "local: {operators: {show: [all]}}\n");
}

static void publish_one(void) {
    struct control *control = home_connect(kenya);
    const Published *published = home_publish(control, &arena,
                                              "{\"kind\":\"SEIZURE\",\"marking\":{\"tlp\":\"GREEN\"},"
                                              "\"incident\":{\"date\":\"2014-05-05\",\"country\":\"KE\"},"
                                              "\"specimens\":[{\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\","
                                              "\"quantity\":\"750\",\"unit\":\"KIL\"}]}");
    ck_assert(published && strcmp(published->result, "ok") == 0);
    control_close(control);
}

/* The feed of the daemon as far as it goes, to be gone on with by who has its key. */
static struct scribe behind_the_daemon(void) {
    struct scribe scribe = {.identity = &kenya->identity, .key = {7}};
    struct entry entry;
    publish_one();
    puppet_pull(puppet, kenya, "customs", 0, 100000);
    for (const SyncMessage *heard = NULL; !heard || !heard->block;) {
        heard = puppet_hear(puppet, PATIENCE_MS);
        ck_assert_ptr_nonnull(heard);
        if (heard->block)
            ck_assert(!feed_parse(&entry, proto_span(heard->block->entries[heard->block->n_entries - 1])));
    }
    memcpy(scribe.head.feed, entry.feed, FEED_ID_SIZE);
    feed_advance(&scribe.head, &entry);
    return scribe;
}

static void say_holding(struct span entry) {
    Holding words = HOLDING__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    words.key = proto_bytes(kenya->identity.key_id, MEMBER_ID_SIZE);
    words.audience = "customs";
    words.entry = proto_bytes(entry.data, ENTRY_OVERHEAD);
    message.holding = &words;
    puppet_say(puppet, &message);
}

/* Kenya is behind what it has itself signed, for less than the second after which it would see that by itself. */
START_TEST(what_was_refused_for_a_moment_is_asked_for_again) {
    struct scribe scribe, lost = behind_the_daemon();
    struct span entry = scribe_write(&lost, &arena, 100);
    scribe_begin(&scribe, &congo->identity, "customs");
    struct span grant = scribe_write(&scribe, &arena, 0);
    puppet_announce(puppet, "customs", 1);
    const Pull *pull = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert(pull && memcmp(pull->feed.data, scribe.head.feed, FEED_ID_SIZE) == 0);
    say_holding(entry);
    say_entry(pull, grant);
    const Pull *other = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert(other && memcmp(other->feed.data, lost.head.feed, FEED_ID_SIZE) == 0);
    ck_assert_uint_eq(other->after, lost.head.number - 1);
    say_entry(other, entry);
    const Pull *again = puppet_hear_pull(puppet, PATIENCE_MS);
    ck_assert_msg(again, "what was refused is not asked for again");
    ck_assert_mem_eq(again->feed.data, scribe.head.feed, FEED_ID_SIZE);
    ck_assert_uint_eq(refused("behind"), 1);
    say_entry(again, grant);
    WAIT_UNTIL(feeds_of(congo) == 1);
}
END_TEST

/* ---- who is no member any more ---- */

static const enum ending_cause causes[] = {ENDING_LEFT, ENDING_LOST, ENDING_REVOKED};

static void remove_congo(enum ending_cause cause) {
    const struct ending ending = {.cause = cause, .at = clock_wall_ms(clock_system())};
    Request request = REQUEST__INIT;
    Reload words = RELOAD__INIT;
    request.reload = &words;
    home_write(kenya, "roster.inama", homes_sign(homes, LIST_END, &congo->member, &ending));
    struct control *control = home_connect(kenya);
    const Reply *reply = home_ask(control, &arena, &request);
    ck_assert(reply && strcmp(reply->result, "ok") == 0);
    control_close(control);
}

/* Asks for all that a member may ask for. */
static void ask_as_a_member(void) {
    uint8_t feed[FEED_ID_SIZE];
    Pull words = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    feed_id(feed, kenya->identity.key_id, "customs");
    words.feed = proto_bytes(feed, sizeof feed);
    words.bytes = 1;
    message.pull = &words;
    puppet_say(puppet, &message);
    announce(puppet, congo, "customs");
}

/* The signed roster that ended it, and not one word more. */
static void check_is_told_by_what(enum ending_cause cause) {
    SignedRoster *signed_roster;
    Trust *trust;
    Roster *roster;
    const SyncMessage *message = puppet_hear(puppet, PATIENCE_MS);
    ck_assert_msg(message && message->has_trust, "it was not told by what");
    ck_assert(!proto_decode(&arena, &trust__descriptor, proto_span(message->trust), &trust));
    ck_assert_uint_eq(trust->n_rosters, 1);
    ck_assert(!proto_decode(&arena, &signed_roster__descriptor, proto_span(trust->rosters[0]), &signed_roster));
    ck_assert_uint_eq(signed_roster->n_signatures, 1);
    ck_assert(!proto_decode(&arena, &roster__descriptor, proto_span(signed_roster->roster), &roster));
    ck_assert_uint_eq(roster->version, 2);
    const Member *row = NULL;
    for (size_t i = 0; i < roster->n_members; i++)
        if (memcmp(roster->members[i]->id.data, congo->member.id, MEMBER_ID_SIZE) == 0)
            row = roster->members[i];
    ck_assert(row && row->ended);
    ck_assert_uint_eq(row->ended->cause, cause);
    ask_as_a_member();
    ck_assert_ptr_null(puppet_hear(puppet, PATIENCE_MS));
    ck_assert(puppet_is_hung_up_on(puppet, PATIENCE_MS));
}

START_TEST(who_is_removed_hears_by_what_and_nothing_else) {
    WAIT_UNTIL(home_is_connected(kenya, congo->name));
    remove_congo(causes[_i]);
    check_is_told_by_what(causes[_i]);
    ck_assert_uint_eq(feeds_of(congo), 0);
    ck_assert(!home_is_connected(kenya, congo->name));
}
END_TEST

START_TEST(who_was_removed_while_it_was_away_may_ask_by_what) {
    struct buf known;
    SyncMessage message = SYNC_MESSAGE__INIT;
    buf_init(&known, &arena);
    ck_assert_str_eq(result_name(roster_known(&known, homes->roster)), "ok");
    puppet_free(puppet);
    remove_congo(causes[_i]);
    puppet = puppet_call(congo, kenya);
    ask_as_a_member();
    message.has_known = true;
    message.known = proto_bytes(known.data, known.len);
    puppet_say(puppet, &message);
    check_is_told_by_what(causes[_i]);
    ck_assert(!home_is_connected(kenya, congo->name));
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("liar");
    TCase *words = tcase_create("words");
    tcase_add_checked_fixture(words, set_up, tear_down);
    tcase_set_timeout(words, 120);
    tcase_add_test(words, no_more_feeds_are_followed_than_an_author_may_have);
    tcase_add_test(words, a_feed_is_carried_for_as_many_as_there_can_be);
    tcase_add_test(words, where_a_feed_begins_is_its_authors_word_alone);
    suite_add_tcase(suite, words);
    TCase *carrying = tcase_create("carrying");
    tcase_add_checked_fixture(carrying, set_up_carrier, tear_down);
    tcase_set_timeout(carrying, 120);
    tcase_add_test(carrying, for_whom_a_feed_is_carried_is_its_authors_word_alone);
    suite_add_tcase(suite, carrying);
    TCase *much = tcase_create("much");
    tcase_add_checked_fixture(much, set_up, tear_down);
    tcase_set_timeout(much, 300);
    tcase_add_test(much, who_asks_much_and_reads_nothing_is_let_go);
    tcase_add_test(much, what_cannot_be_read_is_not_taken_in_heaps);
    suite_add_tcase(suite, much);
    TCase *passing_on = tcase_create("passing on");
    tcase_add_checked_fixture(passing_on, set_up_who_passes_on, tear_down);
    tcase_set_timeout(passing_on, 120);
    tcase_add_test(passing_on, what_was_refused_for_a_moment_is_asked_for_again);
    suite_add_tcase(suite, passing_on);
    TCase *removed = tcase_create("removed");
    tcase_add_checked_fixture(removed, set_up, tear_down);
    tcase_set_timeout(removed, 120);
    tcase_add_loop_test(removed, who_is_removed_hears_by_what_and_nothing_else, 0, 3);
    tcase_add_loop_test(removed, who_was_removed_while_it_was_away_may_ask_by_what, 0, 3);
    suite_add_tcase(suite, removed);
    return suite;
}
