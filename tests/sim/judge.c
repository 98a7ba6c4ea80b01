#include "tests/sim/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "daemon/unverified.h"
#include "tests/sim/liar.h"
#include "tests/sim/readers.h"

static bool is_within(struct field_set inner, struct field_set outer) {
    struct field_set beyond = field_set_minus(inner, outer);
    return field_set_is_empty(&beyond);
}

static bool is_wider(struct field_set fields, struct field_set before) {
    return is_within(before, fields) && !is_within(fields, before);
}

static const char *name_of(int number) {
    return world.stations[number].name;
}

static struct exchange *exchange_of(struct station *station) {
    return &station->node.exchange;
}

/* ---- one alert at one node ---- */

/* Was the reader one when the author wrote it, or did it join later, and read on from the epoch in force? */
static bool may_be_reader(const struct alert *alert, const struct station *reader) {
    uint32_t version = alert->version;
    if (reader->number == KE_POLICE && alert_is_passed_on(alert, KE_POLICE))
        version = alert->passed_on;
    for (uint32_t later = version ? version : 1; later <= world.version; later++)
        if (world_is_member(reader, later))
            return true;
    return false;
}

static void look_at_alert(struct station *station, size_t number, struct field_set fields, bool is_fresh) {
    struct alert *alert = &alerts[number];
    uint32_t version = station->node.roster->version;
    struct field_set allowed = alert_may_see(alert, station->number);
    if (!is_within(fields, allowed))
        broken("%s sees a field of alert %zu by %s that it may not see", station->name, number, name_of(alert->author));
    if (!is_within(allowed, fields) && !station->was_set_back && !world.stations[alert->author].was_set_back)
        broken("%s does not see all of alert %zu by %s", station->name, number, name_of(alert->author));
    if (station->knows_recall[number])
        broken("%s shows alert %zu by %s after its recall", station->name, number, name_of(alert->author));
    if (station->has[number] && !(station->was_set_back && is_wider(fields, station->shows[number])))
        broken("%s has alert %zu by %s twice", station->name, number, name_of(alert->author));
    station->has[number] = true;
    station->shows[number] = fields;
    if (station->number == alert->author && !alert->version)
        alert->version = version;
    if (station->number == KE_CUSTOMS && !alert->passed_on)
        alert->passed_on = version;
    if (!may_be_reader(alert, station))
        broken("%s has alert %zu by %s from after it left", station->name, number, name_of(alert->author));
    if (!is_fresh)
        machine_note("alert %zu by %s is at %s", number, name_of(alert->author), station->name);
}

bool judge_read(struct station *station, uint64_t sequence, size_t *number, struct field_set *fields) {
    struct arena arena;
    struct holding holding;
    struct buf bytes;
    const struct index_row row = {.sequence = sequence};
    arena_init(&arena, SIZE_MAX);
    enum result result = exchange_load(exchange_of(station), &arena, &row, &holding);
    bool found = false;
    if (!result) {
        buf_init(&bytes, &arena);
        result = disclosure_encode(&bytes, &arena, &holding.disclosure);
        found = !result && alert_find(buf_span(&bytes), number, fields);
    }
    arena_release(&arena);
    return found;
}

/* A recall, or what one has left; false: it is neither. */
static bool look_at_recall(struct station *station, uint64_t sequence) {
    struct arena arena;
    struct holding holding;
    const struct index_row row = {.sequence = sequence};
    size_t number = 0;
    bool is_either = false;
    arena_init(&arena, SIZE_MAX);
    if (!exchange_load(exchange_of(station), &arena, &row, &holding)) {
        const AlertHeader *header = holding.disclosure.header;
        bool is_recall = alert_is_recall(header);
        is_either = (is_recall || field_set_is_empty(&holding.disclosure.shown)) &&
                    alert_of_id(span_of(header->alert.data, header->alert.len), &number);
        if (is_either && is_recall && !station->knows_recall[number])
            machine_note("the recall of alert %zu is at %s", number, station->name);
        if (is_either && is_recall)
            station->knows_recall[number] = true;
        else if (is_either)
            station->has[number] = station->is_erased[number] = true;
        if (is_either && !is_recall && station->number == alerts[number].author && !alerts[number].version)
            alerts[number].version = station->node.roster->version;
    }
    arena_release(&arena);
    return is_either;
}

/* Both come in one change. */
static void look_whether_erased(const struct station *station) {
    for (size_t i = 0; i < alert_count; i++) {
        if (station->is_erased[i] && !station->knows_recall[i])
            broken("%s has erased alert %zu, which was not recalled", station->name, i);
        if (station->has[i] && station->knows_recall[i] && !station->is_erased[i])
            broken("%s has not carried out the recall of alert %zu", station->name, i);
    }
}

/* ---- a node that starts again ---- */

static void look_at_confirmed(const struct station *station) {
    for (size_t i = 0; i < alert_count; i++)
        if (alerts[i].author == station->number && alerts[i].confirmed && !alerts[i].may_be_lost && !station->has[i])
            broken("%s has lost alert %zu, which it had confirmed", station->name, i);
}

static uint64_t number_at(struct station *station, const uint8_t *feed_id) {
    struct feed *feed = feeds_find(&exchange_of(station)->feeds, feed_id);
    return feed ? feed->head.number : 0;
}

/* Of the feeds of one, as far as the other has heard. */
static void compare_feeds(struct station *author, struct station *reader) {
    const struct feeds *feeds = &exchange_of(reader)->feeds;
    for (size_t i = 0; i < feeds->count && !author->was_set_back; i++) {
        const struct feed *feed = feeds->rows[i];
        if (memcmp(feed->record.author, author->id, MEMBER_ID_SIZE) == 0 &&
            feed->head.number > number_at(author, feed->head.feed))
            broken("%s has %llu entries of \"%s\" by %s, which has %llu", reader->name,
                   (unsigned long long)feed->head.number, feed->record.audience, author->name,
                   (unsigned long long)number_at(author, feed->head.feed));
    }
}

static void compare_positions(struct station *author, struct station *reader) {
    const struct feeds *feeds = &exchange_of(author)->feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        for (size_t k = 0; feed->ours && k < feed->position_count && !reader->was_set_back; k++)
            if (memcmp(feed->positions[k].member, reader->id, MEMBER_ID_SIZE) == 0 &&
                feed->positions[k].number > number_at(reader, feed->head.feed))
                broken("%s believes that %s has %llu entries of \"%s\", which has %llu", author->name, reader->name,
                       (unsigned long long)feed->positions[k].number, feed->record.audience,
                       (unsigned long long)number_at(reader, feed->head.feed));
    }
}

static void look_at_others(struct station *station) {
    for (int i = 0; i < world.count; i++) {
        struct station *other = &world.stations[i];
        if (other == station || !other->is_up)
            continue;
        compare_feeds(station, other);
        compare_positions(other, station);
    }
}

void judge_look(struct station *station, bool is_fresh) {
    uint64_t last = store_last_alert(exchange_of(station)->store);
    while (station->seen < last) {
        size_t number;
        struct field_set fields;
        uint64_t sequence = ++station->seen;
        if (judge_read(station, sequence, &number, &fields))
            look_at_alert(station, number, fields, is_fresh);
        else if (!look_at_recall(station, sequence))
            broken("%s cannot read its alert %llu", station->name, (unsigned long long)sequence);
    }
    look_whether_erased(station);
    if (is_fresh) {
        look_at_confirmed(station);
        look_at_others(station);
    }
    for (int i = 0; i < world.count; i++)
        if (i != station->number && world.stations[i].is_up)
            compare_feeds(&world.stations[i], station);
}

void judge_flipped(struct station *station, uint64_t last_before) {
    uint64_t last = store_last_alert(exchange_of(station)->store);
    if (last < last_before)
        broken("%s has gone back by %llu alerts after a bit of its store was changed, and does not say so",
               station->name, (unsigned long long)(last_before - last));
    for (uint64_t sequence = 1; sequence <= last; sequence++) {
        size_t number;
        struct field_set fields;
        if (!judge_read(station, sequence, &number, &fields))
            continue; /* it has said so in its log */
        struct field_set allowed = alert_may_see(&alerts[number], station->number);
        if (!is_within(fields, allowed) || (!is_within(allowed, fields) && !station->was_set_back))
            broken("%s shows something else as alert %zu after a bit of its store was changed", station->name, number);
    }
}

/* ---- the network ---- */

void judge_bytes(struct span bytes) {
    if (alert_shows(bytes))
        broken("a token is readable on the network");
}

void judge_frame(int node, struct span frame) {
    if (alert_shows(frame))
        broken("%s says a token to the network", name_of(node));
}

/* ---- in the end ---- */

static char missing[300];

static const char *misses(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *misses(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(missing, sizeof missing, format, arguments);
    va_end(arguments);
    return missing;
}

static bool is_member_now(const struct station *station) {
    return world_is_member(station, world.version);
}

/* It was a member when the alert was made, and still is. */
static bool is_reader_throughout(const struct alert *alert, const struct station *reader) {
    for (uint32_t version = alert->version; version <= world.version; version++)
        if (!world_is_member(reader, version))
            return false;
    return alert->version != 0;
}

/* Its author was set back to before it: it has again what anybody has, if that was not taken back. */
static const char *look_for_lost_alert(size_t number) {
    const struct station *author = &world.stations[alerts[number].author];
    if (author->knows_recall[number])
        return NULL;
    for (int i = 0; i < world.count; i++)
        if (world.stations[i].has[number] && is_member_now(&world.stations[i]) && !author->has[number])
            return misses("alert %zu by %s is at %s and not there any more", number, author->name, name_of(i));
    return NULL;
}

/* What a node that was set back fetched from its readers first, it has whole again from the author. */
static const char *look_whether_whole(size_t number, const struct station *station) {
    struct field_set fields = alert_may_see(&alerts[number], station->number);
    if (station->was_set_back && station->number != alerts[number].author && station->has[number] &&
        !station->knows_recall[number] && !is_within(fields, station->shows[number]))
        return misses("%s has only a part of alert %zu", station->name, number);
    return NULL;
}

/* Whoever has it hears of its recall, and its author is not told less than others are. */
static const char *look_for_recall(size_t number, struct station *const *members, size_t count) {
    bool is_known = alerts[number].is_recalled && !world.stations[alerts[number].author].was_set_back;
    for (size_t i = 0; i < count; i++)
        is_known |= members[i]->knows_recall[number];
    for (size_t i = 0; i < count && is_known; i++)
        if (members[i]->has[number] && !members[i]->knows_recall[number])
            return misses("%s has alert %zu by %s and has not heard of its recall", members[i]->name, number,
                          name_of(alerts[number].author));
    return NULL;
}

static const char *look_for_recalls(void) {
    struct station *members[NODES_MAX];
    const char *missed = NULL;
    size_t count = 0;
    for (int i = 0; i < world.count; i++)
        if (is_member_now(&world.stations[i]))
            members[count++] = &world.stations[i];
    for (size_t i = 0; i < alert_count && !missed; i++)
        if (is_member_now(&world.stations[alerts[i].author]))
            missed = look_for_recall(i, members, count);
    return missed;
}

/* Its next entry was erased, and only its author may give what is left of it: they have no line to each other
 * (docs/threats.md, who would keep what was taken back). */
static bool waits_for_author(struct station *author, const struct feed *feed, struct station *reader,
                             const struct feed *copy) {
    struct arena arena;
    struct span entry;
    const struct peer *peer = peers_find(&reader->node.peers, author->id);
    arena_init(&arena, SIZE_MAX);
    enum result result =
        store_get_entry(exchange_of(author)->store, &arena, feed->record.ordinal, copy->head.number + 1, &entry);
    bool is_bare = !result && entry.len == ENTRY_OVERHEAD;
    arena_release(&arena);
    return is_bare && !(peer && peer->connection);
}

/* Behind such an entry it has nothing more of that author. */
static bool waits_for_somebody(struct station *reader) {
    for (int i = 0; i < world.count; i++) {
        struct station *author = &world.stations[i];
        const struct feeds *feeds = &exchange_of(author)->feeds;
        for (size_t k = 0; author != reader && k < feeds->count; k++) {
            const struct feed *feed = feeds->rows[k];
            const struct feed *copy = feed->ours ? feeds_find(&exchange_of(reader)->feeds, feed->head.feed) : NULL;
            if (copy && copy->head.number < feed->head.number && waits_for_author(author, feed, reader, copy))
                return true;
        }
    }
    return false;
}

static const char *look_for_alert(size_t number) {
    const struct alert *alert = &alerts[number];
    const struct station *author = &world.stations[alert->author];
    const char *missed = NULL;
    if (!alert->confirmed || !is_member_now(author))
        return NULL;
    if (alert->may_be_lost)
        return look_for_lost_alert(number);
    for (int i = 0; i < world.count && !missed; i++)
        missed = look_whether_whole(number, &world.stations[i]);
    if (missed)
        return missed;
    for (int i = 0; i < world.count; i++) {
        struct field_set fields = alert_may_see(alert, i);
        if (!field_set_is_empty(&fields) && is_reader_throughout(alert, &world.stations[i]) &&
            !world.stations[i].has[number] && !world.stations[i].knows_recall[number] &&
            !waits_for_somebody(&world.stations[i]) &&
            !(alert->is_to_be_recalled &&
              alert_is_passed_on(alert, i))) /* who passes it on may have had the recall first */
            return misses("alert %zu by %s is not at %s", number, author->name, name_of(i));
    }
    return NULL;
}

/* The feed is the same at both ends, and its author knows. */
static const char *compare_ends(struct station *author, struct feed *feed, struct station *reader) {
    struct position *position;
    const struct feed *copy = feeds_find(&exchange_of(reader)->feeds, feed->head.feed);
    if (copy && copy->head.number < feed->head.number && waits_for_author(author, feed, reader, copy))
        return NULL;
    if (!copy || copy->head.number != feed->head.number)
        return misses("\"%s\" by %s has %llu entries, at %s %llu", feed->record.audience, author->name,
                      (unsigned long long)feed->head.number, reader->name,
                      (unsigned long long)(copy ? copy->head.number : 0));
    if (memcmp(copy->head.hash, feed->head.hash, HASH_SIZE) != 0)
        broken("\"%s\" by %s is another one at %s", feed->record.audience, author->name, reader->name);
    enum result result = feeds_position(&exchange_of(author)->feeds, feed, reader->id, &position);
    if (result || position->number != feed->head.number)
        return misses("%s does not know that %s has \"%s\" up to %llu", author->name, reader->name,
                      feed->record.audience, (unsigned long long)feed->head.number);
    return NULL;
}

static const char *compare_feeds_of(struct station *author) {
    const struct feeds *feeds = &exchange_of(author)->feeds;
    const char *missed = NULL;
    for (size_t i = 0; i < feeds->count && !missed; i++) {
        struct feed *feed = feeds->rows[i];
        for (int k = 0; feed->ours && k < world.count && !missed; k++) {
            struct station *reader = &world.stations[k];
            if (reader != author && reader->is_up && is_member_now(reader) && feeds_has_member(feed, reader->id))
                missed = compare_ends(author, feed, reader);
        }
    }
    return missed;
}

const char *judge_missing(void) {
    const char *missed = NULL;
    for (int i = 0; i < world.count && !missed; i++) {
        struct station *station = &world.stations[i];
        if (!is_member_now(station))
            continue;
        if (!station->is_up)
            return misses("%s is not up", station->name);
        if (station->node.roster->version != world.version)
            return misses("%s goes by version %u of the roster", station->name, station->node.roster->version);
        if (exchange_of(station)->feeds.suspect)
            return misses("%s does not trust its copy yet", station->name);
        missed = compare_feeds_of(station);
    }
    for (size_t i = 0; i < alert_count && !missed; i++)
        missed = look_for_alert(i);
    if (!missed)
        missed = look_for_recalls();
    return missed ? missed : readers_missing();
}

/* Who has begun with a feed goes on with it from who carries it. */
static const char *compare_with_carrier(struct station *reader, const struct feed *carried, struct station *carrier) {
    const struct feed *feed = feeds_find(&exchange_of(reader)->feeds, carried->head.feed);
    if (!feed || feed->head.number == 0 || feed->head.number >= carried->head.number)
        return NULL;
    return misses("%s has %llu entries of \"%s\", and %s carries %llu", reader->name,
                  (unsigned long long)feed->head.number, feed->record.audience, carrier->name,
                  (unsigned long long)carried->head.number);
}

const char *judge_carried(const struct station *author) {
    struct station *carrier = &world.stations[SECRETARIAT];
    const struct feeds *feeds = &exchange_of(carrier)->feeds;
    const char *missed = NULL;
    for (size_t i = 0; i < feeds->count && carrier->is_up && !missed; i++) {
        const struct feed *feed = feeds->rows[i];
        bool is_carried = memcmp(feed->record.author, author->id, MEMBER_ID_SIZE) == 0 && feeds_is_carried(feed);
        for (int k = 0; is_carried && k < world.count && !missed; k++) {
            struct station *reader = &world.stations[k];
            bool waits = exchange_of(reader)->feeds.suspect; /* what it cannot pass on yet it does not take yet */
            if (reader->is_up && !waits && is_member_now(reader) && feeds_has_member(feed, reader->id))
                missed = compare_with_carrier(reader, feed, carrier);
        }
    }
    return missed;
}

/* Whoever holds the key of a feed of ours may see what is in it, and was a member when it was written. */
static void look_at_holders(struct station *author, const struct feed *feed, size_t number, struct field_set fields) {
    const struct alert *alert = &alerts[number];
    uint32_t version = alert->author == author->number ? alert->version : alert->passed_on;
    for (int i = 0; i < world.count; i++) {
        const struct station *reader = &world.stations[i];
        bool is_not_taken = i == SECRETARIAT && author->number == UG_CUSTOMS; /* it sends more than is taken there */
        if (reader == author || !feeds_has_member(feed, reader->id))
            continue;
        if (!is_not_taken && !is_within(fields, alert_may_see(alert, i)))
            broken("%s wrote a field of alert %zu by %s to \"%s\" that %s may not see", author->name, number,
                   name_of(alert->author), feed->record.audience, reader->name);
        if (version && !world_is_member(reader, version) && !world.has_joined_late)
            broken("%s wrote alert %zu by %s to \"%s\" for %s, which had left", author->name, number,
                   name_of(alert->author), feed->record.audience, reader->name);
    }
}

/* Of who has left, a key that it had changed before is not learnt any more by who hears of the leaving first. What it
 * signed with that waits, and is said to (docs/threats.md). */
static bool waits_for_a_key(struct station *station, const struct feed *feed, uint64_t number, int author) {
    struct unverified *rows;
    struct arena arena;
    size_t count = 0;
    bool waits = false;
    if (world_is_member(&world.stations[author], world.version))
        return false;
    arena_init(&arena, SIZE_MAX);
    if (!unverified_get(exchange_of(station)->store, &arena, feed, &rows, &count))
        for (size_t i = 0; i < count; i++)
            waits |= rows[i].number == number;
    arena_release(&arena);
    return waits;
}

/* Of a feed that others carry, until every reader has it. */
static bool waits_to_be_erased(struct station *station, struct feed *feed, uint64_t number) {
    struct arena arena;
    struct span note;
    uint64_t row;
    bool waits = false;
    arena_init(&arena, SIZE_MAX);
    if (!feeds_note(exchange_of(station)->store, &arena, STORE_NOTE_STRIP, feed, &note))
        while (span_u64(&note, &row))
            waits |= row == number;
    arena_release(&arena);
    return waits;
}

/* What a node can open of a feed, whether it shows it or not. */
static void open_entry(struct station *station, struct feed *feed, uint64_t number, struct arena *arena) {
    struct span bytes, plain;
    struct entry entry;
    const uint8_t *key;
    size_t alert;
    struct field_set fields;
    if (store_get_entry(exchange_of(station)->store, arena, feed->record.ordinal, number, &bytes)) {
        broken("%s lacks entry %llu of \"%s\"", station->name, (unsigned long long)number, feed->record.audience);
        return;
    }
    if (feed_parse(&entry, bytes) || entry.kind != ENTRY_DISCLOSURE ||
        feeds_key(&exchange_of(station)->feeds, feed, entry.epoch, &key) || feed_open(arena, &plain, &entry, key) ||
        !alert_find(plain, &alert, &fields))
        return;
    if (station->knows_recall[alert] && !feeds_is_carried(feed) && !waits_to_be_erased(station, feed, number))
        broken("%s can open alert %zu by %s in \"%s\" after its recall", station->name, alert,
               name_of(alerts[alert].author), feed->record.audience);
    if (feed->ours)
        look_at_holders(station, feed, alert, fields);
    else if (!is_within(fields, alert_may_see(&alerts[alert], station->number)))
        broken("%s can open a field of alert %zu by %s that it may not see", station->name, alert,
               name_of(alerts[alert].author));
    else if (!station->has[alert] && !station->knows_recall[alert] &&
             !waits_for_a_key(station, feed, number, alerts[alert].author))
        broken("%s can open alert %zu by %s, and does not show it", station->name, alert,
               name_of(alerts[alert].author));
}

static void open_everything(struct station *station) {
    const struct feeds *feeds = &exchange_of(station)->feeds;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed *feed = feeds->rows[i];
        uint64_t first = store_first_entry(exchange_of(station)->store, feed->record.ordinal);
        for (uint64_t number = first; first && number <= feed->head.number; number++) {
            open_entry(station, feed, number, &arena);
            arena_reset(&arena);
        }
        if (feed->record.frozen)
            broken("%s has frozen \"%s\"", station->name, feed->record.audience);
    }
    arena_release(&arena);
}

static void on_damage(void *context, const char *complaint) {
    const struct station *station = context;
    broken("%s: %s", station->name, complaint);
}

static void look_at_refusals(const struct station *station) {
    static const enum result never[] = {RESULT_FORK,           RESULT_BROKEN_CHAIN, RESULT_BAD_HASH,
                                        RESULT_WRONG_EPOCH,    RESULT_BAD_POINT,    RESULT_WRONG_FEED,
                                        RESULT_BAD_COMMITMENT, RESULT_BAD_ROOT,     RESULT_MARKING_FORBIDS};
    for (size_t i = 0; i < sizeof never / sizeof *never && !liar_has_lied(); i++)
        if (station->node.exchange.refused[never[i]])
            broken("%s has refused something: %s", station->name, result_name(never[i]));
}

static void look_at_disk(const struct station *station) {
    struct arena arena;
    struct span bytes;
    arena_init(&arena, SIZE_MAX);
    const char *path = text_format(&arena, "%s/store/data.mdb", station->folder);
    if (file_read(&bytes, &arena, path, SIZE_MAX / 2) || alert_shows(bytes))
        broken("a token is readable in the store of %s", station->name);
    arena_release(&arena);
}

/* Whatever fell in between, the logs are as they were written, and the tree is that of all of their records. */
static void look_at_log(struct station *station, enum journal journal) {
    struct store *store = exchange_of(station)->store;
    const struct merkle *kept = store_journal(store, journal);
    struct merkle tree = {0};
    uint8_t leaf[HASH_SIZE], done[MERKLE_LEVELS][HASH_SIZE], root[HASH_SIZE], expected[HASH_SIZE];
    for (uint64_t number = 1; number <= kept->size; number++) {
        if (store_check_record(store, journal, number, leaf))
            broken("record %llu of a log of %s is another: %s", (unsigned long long)number, station->name,
                   store_complaint(store));
        merkle_append(&tree, leaf, done);
    }
    merkle_root(root, &tree);
    merkle_root(expected, kept);
    if (memcmp(root, expected, HASH_SIZE) != 0)
        broken("the tree over a log of %s is another", station->name);
}

void judge_end(void) {
    for (int i = 0; i < world.count && !machine_broken(); i++) {
        struct station *station = &world.stations[i];
        uint64_t records;
        if (station->was_opened)
            look_at_disk(station);
        if (!station->is_up)
            continue;
        if (store_check(exchange_of(station)->store, on_damage, station, &records))
            broken("the store of %s is damaged", station->name);
        look_at_log(station, JOURNAL_AUDIT);
        look_at_log(station, JOURNAL_DISCLOSURES);
        if (exchange_of(station)->forks.count)
            broken("%s has proof of a fork", station->name);
        if (is_member_now(station))
            look_at_confirmed(station);
        look_at_refusals(station);
        open_everything(station);
    }
}
