#include "tests/sim/copies.h"

#include <assert.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"
#include "tests/sim/policies.h"
#include "tests/sim/sticks.h"

enum { FEEDS_MAX = 64 };
static const size_t file_max = (size_t)1 << 30;

static struct copy {
    struct span store;
    struct span roster;
    struct span identity;
    uint8_t feeds[FEEDS_MAX][FEED_ID_SIZE]; /* that are in it, and were held by others then */
    size_t feed_count;
    uint64_t last;        /* sequence in it */
    bool has[ALERTS_MAX]; /* confirmed before it was made */
} copies[NODES_MAX];

static const char *path_of(const struct station *station, const char *name) {
    return text_format(&world.arena, "%s/%s", station->folder, name);
}

static struct span read_file(const struct station *station, const char *name) {
    struct span bytes = {0};
    enum result result = file_read(&bytes, &world.arena, path_of(station, name), file_max);
    assert(!result);
    return bytes;
}

static bool knows_feed(const struct copy *copy, const uint8_t *feed) {
    for (size_t i = 0; i < copy->feed_count; i++)
        if (memcmp(copy->feeds[i], feed, FEED_ID_SIZE) == 0)
            return true;
    return false;
}

static bool is_feed_of(const struct feed *feed, const struct station *author) {
    return memcmp(feed->record.author, author->id, MEMBER_ID_SIZE) == 0;
}

/* Nobody has more of it than its author, so what others hold of is in the copy. */
static void note_feeds(struct copy *copy, const struct station *author) {
    copy->feed_count = 0;
    for (int i = 0; i < world.count; i++) {
        const struct feeds *feeds = &world.stations[i].node.exchange.feeds;
        for (size_t k = 0; world.stations[i].is_up && k < feeds->count && copy->feed_count < FEEDS_MAX; k++)
            if (is_feed_of(feeds->rows[k], author) && feeds->rows[k]->head.number &&
                !knows_feed(copy, feeds->rows[k]->head.feed))
                memcpy(copy->feeds[copy->feed_count++], feeds->rows[k]->head.feed, FEED_ID_SIZE);
    }
}

void copies_take(const struct station *station) {
    struct copy *copy = &copies[station->number];
    copy->store = read_file(station, "store/data.mdb");
    copy->roster = read_file(station, "roster.inama");
    copy->identity = read_file(station, "identity.key");
    copy->last = station->seen;
    note_feeds(copy, station);
    for (size_t i = 0; i < alert_count; i++)
        copy->has[i] = alerts[i].author == station->number && alerts[i].confirmed;
    machine_note("%s is copied", station->name);
}

static bool is_reader(const struct policy *policy, const struct feed *feed, int station) {
    const struct policy_audience *audience = policy_audience_of(policy, feed->record.audience);
    const struct policy_text *reader = &policy_texts[station];
    return audience && policy_selects(&audience->members, reader->name, reader->role, reader->country);
}

/* Whoever of its readers tells first, tells of all of it: none of them has none of it. */
static bool is_at_all_readers(const struct policy *policy, const struct station *author, const struct feed *feed) {
    for (int i = 0; i < world.count; i++) {
        const struct station *reader = &world.stations[i];
        if (reader == author || !is_reader(policy, feed, i))
            continue;
        const struct feed *theirs = reader->is_up ? feeds_find(&reader->node.exchange.feeds, feed->head.feed) : NULL;
        if (!theirs || !theirs->head.number)
            return false;
    }
    return true;
}

/* Is every feed of the author that this node holds in the copy, or with all who will be asked? */
static bool is_not_lost(const struct policy *policy, const struct station *author, const struct station *holder) {
    const struct feeds *feeds = &holder->node.exchange.feeds;
    for (size_t i = 0; i < feeds->count; i++)
        if (is_feed_of(feeds->rows[i], author) && feeds->rows[i]->head.number &&
            !knows_feed(&copies[author->number], feeds->rows[i]->head.feed) &&
            !is_at_all_readers(policy, author, feeds->rows[i]))
            return false;
    return true;
}

static const struct policy *policy_of(const struct station *station) {
    struct policy *policy;
    struct report report;
    report_init(&report, &world.arena);
    enum result result =
        policy_read(&policy, &world.arena, station->name, span_of_text(policy_texts[station->number].policy), &report);
    assert(!result);
    return policy;
}

/* The numbers that this node has of the other's feeds are the same at all others, or nothing is there. */
static bool holds_as_much(const struct station *author, struct station *holder, struct station *other) {
    const struct feeds *feeds = &holder->node.exchange.feeds;
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i], *theirs;
        if (!is_feed_of(feed, author))
            continue;
        theirs = feeds_find(&other->node.exchange.feeds, feed->head.feed);
        if (theirs && theirs->head.number && feed->head.number && theirs->head.number != feed->head.number)
            return false;
    }
    return true;
}

static bool is_held_evenly(const struct station *author) {
    const struct policy *policy = policy_of(author);
    for (int i = 0; i < world.count; i++) {
        struct station *holder = &world.stations[i];
        if (holder != author && holder->was_opened && !holder->is_up)
            return false; /* what it has cannot be seen */
        if (holder != author && holder->is_up && !is_not_lost(policy, author, holder))
            return false;
        for (int k = 0; k < i; k++)
            if (holder != author && &world.stations[k] != author && holder->is_up && world.stations[k].is_up &&
                !holds_as_much(author, holder, &world.stations[k]))
                return false;
    }
    return true;
}

bool copies_prepare(const struct station *station) {
    const struct copy *copy = &copies[station->number];
    if (!copy->store.data)
        return false;
    network_forget(station->number);
    sticks_lose(station);
    return true;
}

bool copies_put_back(struct station *station) {
    const struct copy *copy = &copies[station->number];
    if (!is_held_evenly(station))
        return false;
    disk_replace(station->number, copy->store.data, copy->store.len);
    if (span_equal(copy->identity, read_file(station, "identity.key"))) {
        enum result result = file_write(path_of(station, "roster.inama"), copy->roster, 0600);
        assert(!result);
    }
    station->was_set_back = true;
    station->seen = copy->last;
    for (size_t i = 0; i < alert_count; i++)
        alerts[i].may_be_lost |= alerts[i].author == station->number && !copy->has[i];
    machine_note("%s is set back", station->name);
    return true;
}
