#include "daemon/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"
#include "daemon/lag.h"
#include "daemon/node.h"

enum { LINE_MAX_BYTES = 256 };

static __attribute__((format(printf, 2, 3))) void put(struct buf *out, const char *format, ...) {
    char line[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    buf_put(out, line, len < 0 ? 0 : (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
}

/* In front of its samples. */
static void begin(struct buf *out, const char *name, const char *type, const char *help) {
    put(out, "# HELP inama_%s %s\n# TYPE inama_%s %s\n", name, help, name, type);
}

static void put_one(struct buf *out, const char *name, const char *type, const char *help, uint64_t value) {
    begin(out, name, type, help);
    put(out, "inama_%s %" PRIu64 "\n", name, value);
}

/* Audiences are named by other people. */
static void put_escaped(struct buf *out, const char *text) {
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_put_u8(out, '\\');
        bool is_control = (unsigned char)*text < ' ' || *text == 0x7f;
        buf_put_u8(out, is_control ? '?' : (uint8_t)*text);
    }
}

static void put_label(struct buf *out, const char *name, const char *value) {
    put(out, "%s=\"", name);
    put_escaped(out, value);
    put(out, "\"");
}

/* ---- the node itself ---- */

static void put_trust(struct buf *out, const struct node *node) {
    uint64_t now = clock_wall_ms(node->exchange.clock);
    int64_t left = (int64_t)(node->roster->expires - now) / 1000;
    uint64_t age = now > node->keys_changed_ms ? (now - node->keys_changed_ms) / 1000 : 0;
    begin(out, "roster_expiry_seconds", "gauge", "Until the roster expires; below zero, since it has.");
    put(out, "inama_roster_expiry_seconds %" PRId64 "\n", left);
    put_one(out, "roster_version", "gauge", "Version of the roster in force.", node->roster->version);
    put_one(out, "keys_age_seconds", "gauge", "Since the keys of this node changed.", age);
    put_one(out, "can_write", "gauge", "1 if alerts can be published and passed on.",
            exchange_may_write(&node->exchange) == RESULT_OK);
    put_one(out, "forks", "gauge", "Feeds, of anybody, that are proven to have two histories.",
            node->exchange.forks.count);
}

static void put_store(struct buf *out, const struct node *node) {
    uint64_t used, size_max;
    store_usage(node->exchange.store, &used, &size_max);
    put_one(out, "alerts", "gauge", "Alerts here, every version counted.", index_count(node->exchange.index));
    put_one(out, "store_used_bytes", "gauge", "Of the file of the store, ever in use.", used);
    put_one(out, "store_max_bytes", "gauge", "As large as the store may grow.", size_max);
    put_one(out, "index_bytes", "gauge", "Memory of the index.", index_bytes(node->exchange.index));
    put_one(out, "index_max_bytes", "gauge", "Above that the index keeps no more words.",
            node->exchange.index_bytes_max);
    put_one(out, "erased_alerts", "gauge", "Alerts whose content is gone: recalled, or not to be kept any longer.",
            index_erased(node->exchange.index));
    put_one(out, "expired_alerts", "gauge", "Alerts that have expired, and whose content is still here.",
            node->exchange.expiry.expired);
    put_one(out, "index_wordless_alerts", "gauge", "Alerts whose words the index does not have.",
            index_wordless(node->exchange.index));
    put_one(out, "opened_owed", "gauge", "Notices of opened alerts that wait to be sent.",
            opened_owed(&node->exchange.openings));
    put_one(out, "opened_untold_total", "counter", "Those that were kept for nobody, as too many waited.",
            node->exchange.openings.untold);
}

static void put_attachments(struct buf *out, const struct node *node) {
    struct attachments_counts counts;
    attachments_count(&node->exchange, &counts);
    put_one(out, "attachments", "gauge", "Files that alerts here name.", counts.known);
    put_one(out, "attachments_here", "gauge", "Those of them that are here.", counts.here);
    put_one(out, "attachments_wanted", "gauge", "Those that are being fetched, or wait for it.", counts.wanted);
    put_one(out, "attachments_used_bytes", "gauge", "On disk, what is still to come of them counted in.", counts.bytes);
    put_one(out, "attachments_max_bytes", "gauge", "As much as they may take together.",
            node->config.attachments.total_bytes);
}

static void put_work(struct buf *out, const struct node *node) {
    const struct metrics_counts *counts = &node->counts;
    put_one(out, "start_time_seconds", "gauge", "When the node was ready, since 1970.", node->started_ms / 1000);
    put_one(out, "turns_total", "counter", "Turns of the loop.", counts->turns);
    begin(out, "commit_seconds", "summary", "Writing a change to the disk and syncing it.");
    put(out, "inama_commit_seconds_sum %" PRIu64 ".%03u\n", counts->commit_ms / 1000,
        (unsigned)(counts->commit_ms % 1000));
    put(out, "inama_commit_seconds_count %" PRIu64 "\n", counts->commits);
}

static void put_refused(struct buf *out, const struct node *node) {
    begin(out, "refused_total", "counter", "What was refused since the start, by reason.");
    for (unsigned i = RESULT_OK + 1; i < RESULT_COUNT; i++)
        put(out, "inama_refused_total{reason=\"%s\"} %" PRIu64 "\n", result_name((enum result)i),
            node->exchange.refused[i]);
}

/* ---- feeds ---- */

/* Two of one author and audience differ by their signing key, so the beginning of the id is told, too. */
static void put_feed(struct buf *out, const struct node *node, const struct feed *feed, const char *name,
                     const char *cause, uint64_t value) {
    const struct member *author = roster_find_ever(node->roster, feed->record.author);
    char id[9];
    text_hex(id, feed->head.feed, 4);
    put(out, "inama_%s{", name);
    put_label(out, "author", author ? author->name : "");
    put(out, ",");
    put_label(out, "audience", feed->record.audience);
    put(out, ",feed=\"%s\"", id);
    if (cause)
        put(out, ",cause=\"%s\"", cause);
    put(out, "} %" PRIu64 "\n", value);
}

static void put_heads(struct buf *out, const struct node *node) {
    const struct feeds *feeds = &node->exchange.feeds;
    begin(out, "feed_entries", "gauge", "Number of the last entry here.");
    for (size_t i = 0; i < feeds->count; i++)
        put_feed(out, node, feeds->rows[i], "feed_entries", NULL, feeds->rows[i]->head.number);
    begin(out, "feed_missing_entries", "gauge", "Of others: as many as were announced and are not here.");
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        if (!feed->ours)
            put_feed(out, node, feed, "feed_missing_entries", NULL,
                     feed->announced > feed->head.number ? feed->announced - feed->head.number : 0);
    }
    begin(out, "feed_frozen", "gauge", "1 if the feed has two histories.");
    for (size_t i = 0; i < feeds->count; i++)
        put_feed(out, node, feeds->rows[i], "feed_frozen", NULL, feeds->rows[i]->record.frozen);
}

static void put_undecryptable(struct buf *out, const struct node *node) {
    static const char *const causes[] = {
        [FEED_WAITS_NOT] = "grant", [FEED_NOT_MEMBER] = "not-member", [FEED_KEY_LOST] = "key-lost"};
    const struct feeds *feeds = &node->exchange.feeds;
    begin(out, "feed_undecryptable_entries", "gauge", "Of others: entries here that cannot be opened.");
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->rows[i];
        if (feed->ours || feed->record.waiting == 0)
            continue;
        bool is_on_its_way = feed->announced > feed->head.number;
        put_feed(out, node, feed, "feed_undecryptable_entries",
                 causes[is_on_its_way ? FEED_WAITS_NOT : feed->record.waits_for], feed->record.waiting);
    }
}

/* ---- peers ---- */

struct peer_row {
    const struct member *member;
    const struct peer *peer;
    const struct lag *lag;
    uint64_t sent, received; /* over the present session */
    uint64_t oldest;         /* seconds */
    bool is_held;            /* by a limit */
};

enum peer_value {
    PEER_CONNECTED,
    PEER_BEHIND,
    PEER_BEHIND_BYTES,
    PEER_OLDEST,
    PEER_SENT,
    PEER_RECEIVED,
    PEER_LIMIT,
    PEER_HELD,
    PEER_STRIKES,
    PEER_SLOWED,
    PEER_VALUES
};

static uint64_t value_of(const struct peer_row *row, enum peer_value value) {
    const uint64_t values[PEER_VALUES] = {[PEER_CONNECTED] = row->peer->connection != NULL,
                                          [PEER_BEHIND] = row->lag->entries,
                                          [PEER_BEHIND_BYTES] = row->lag->bytes,
                                          [PEER_OLDEST] = row->oldest,
                                          [PEER_SENT] = row->sent,
                                          [PEER_RECEIVED] = row->received,
                                          [PEER_LIMIT] = row->peer->limit,
                                          [PEER_HELD] = row->is_held,
                                          [PEER_STRIKES] = row->peer->quarantine.total,
                                          [PEER_SLOWED] = row->peer->slowed};
    return values[value];
}

static void put_rows(struct buf *out, const struct peer_row *rows, size_t count) {
    static const struct {
        const char *name, *type, *help;
    } names[PEER_VALUES] = {
        [PEER_CONNECTED] = {"peer_connected", "gauge", "1 while there is a session with the member."},
        [PEER_BEHIND] = {"peer_behind_entries", "gauge", "Entries of our feeds that it has not acknowledged."},
        [PEER_BEHIND_BYTES] = {"peer_behind_bytes", "gauge", "About how many bytes these are."},
        [PEER_OLDEST] = {"peer_behind_seconds", "gauge", "Since the oldest of them was made."},
        [PEER_SENT] = {"peer_sent_bytes_total", "counter", "Over the present session."},
        [PEER_RECEIVED] = {"peer_received_bytes_total", "counter", "Over the present session."},
        [PEER_LIMIT] = {"peer_limit_bytes", "gauge", "A second each way; 0: no limit of its own."},
        [PEER_HELD] = {"peer_held_back", "gauge", "1 while something waits for its limit, or that of all."},
        [PEER_STRIKES] = {"peer_offences_total", "counter", "What it sent that no honest program sends."},
        [PEER_SLOWED] = {"peer_slowed_total", "counter", "Times that it said too much at once and had to wait."},
    };
    for (enum peer_value value = 0; value < PEER_VALUES; value++) {
        begin(out, names[value].name, names[value].type, names[value].help);
        for (size_t i = 0; i < count; i++) {
            put(out, "inama_%s{", names[value].name);
            put_label(out, "member", rows[i].member->name);
            put(out, "} %" PRIu64 "\n", value_of(&rows[i], value));
        }
    }
}

static void put_left_out(struct buf *out, const struct node *node, const struct peer_row *rows, size_t count) {
    uint64_t now = clock_steady_ms(node->exchange.clock);
    begin(out, "peer_left_out_seconds", "gauge", "How long a member is still left out, and for what.");
    for (size_t i = 0; i < count; i++) {
        const struct quarantine *quarantine = &rows[i].peer->quarantine;
        uint64_t left_ms = quarantine_left_ms(quarantine, now);
        if (left_ms == 0)
            continue;
        put(out, "inama_peer_left_out_seconds{");
        put_label(out, "member", rows[i].member->name);
        put(out, ",reason=\"%s\"} %" PRIu64 "\n", result_name(quarantine->why), left_ms / 1000);
    }
}

static enum result put_peers(struct buf *out, struct node *node) {
    const struct roster *roster = node->roster;
    struct arena *arena = &node->exchange.turn;
    struct peer_row *rows = arena_array(arena, roster->count, sizeof *rows);
    struct lag *lags;
    uint64_t now = clock_wall_ms(node->exchange.clock), sessions = 0;
    size_t count = 0;
    if (!rows)
        return RESULT_NO_MEMORY;
    TRY(lag_of_all(&node->exchange, arena, &lags));
    for (size_t i = 0; i < roster->count; i++) {
        const struct peer *peer = peers_find(&node->peers, roster->members[i].id);
        if (!peer)
            continue; /* ourselves */
        struct peer_row *row = &rows[count++];
        *row = (struct peer_row){.member = &roster->members[i], .peer = peer, .lag = &lags[i]};
        row->is_held = peers_is_held(&node->peers, peer);
        peers_traffic(peer, &row->sent, &row->received);
        row->oldest = row->lag->oldest && now > row->lag->oldest ? (now - row->lag->oldest) / 1000 : 0;
        sessions += peer->connection != NULL;
    }
    put_one(out, "sessions", "gauge", "Members that are connected.", sessions);
    put_rows(out, rows, count);
    put_left_out(out, node, rows, count);
    return RESULT_OK;
}

enum result metrics_write(struct buf *out, struct node *node) {
    put_work(out, node);
    put_store(out, node);
    put_attachments(out, node);
    put_trust(out, node);
    TRY(put_peers(out, node));
    put_heads(out, node);
    put_undecryptable(out, node);
    put_refused(out, node);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}
