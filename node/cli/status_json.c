/* What `inama status --json` says of the whole node. */
#include "cli/status.h"

#include "cli/print.h"

json_t *status_json_number(bool is_known, uint64_t number) {
    return is_known ? json_integer((json_int_t)number) : json_null();
}

/* What holds it back, and what it did that it should not. */
static json_t *conduct_json(const PeerStatus *peer) {
    return json_pack("{s:o, s:b, s:o, s:o, s:I, s:I}", "limit", status_json_number(peer->has_limit, peer->limit),
                     "held_back", peer->held_back != 0, "left_out_until",
                     status_json_number(peer->has_left_out_until, peer->left_out_until), "offence",
                     print_json_text(peer->offence), "offences", (json_int_t)peer->strikes, "slowed",
                     (json_int_t)peer->slowed);
}

static json_t *peers_json(const Status *status) {
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_peers; i++) {
        const PeerStatus *peer = status->peers[i];
        json_t *row = json_pack(
            "{s:o, s:o, s:o, s:I, s:o, s:I, s:I, s:I, s:I, s:o}", "name", print_json_text(peer->name), "state",
            print_json_text(peer->state), "address", print_json_text(peer->address), "since", (json_int_t)peer->since,
            "last_error", print_json_text(peer->last_error), "sent", (json_int_t)peer->sent, "received",
            (json_int_t)peer->received, "behind", (json_int_t)peer->behind, "behind_bytes",
            (json_int_t)peer->behind_bytes, "oldest", status_json_number(peer->has_oldest, peer->oldest));
        json_object_update_new(row, conduct_json(peer));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *feeds_json(const Status *status) {
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_feeds; i++) {
        const FeedStatus *feed = status->feeds[i];
        json_t *positions = json_object();
        for (size_t k = 0; k < feed->n_positions; k++)
            json_object_set_new(positions, feed->positions[k]->member,
                                json_integer((json_int_t)feed->positions[k]->number));
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:b, s:o}",
                            "author", print_json_text(feed->author), "audience", print_json_text(feed->audience),
                            "feed", print_json_hex(span_of(feed->feed.data, feed->feed.len)), "head",
                            print_json_hex(span_of(feed->head.data, feed->head.len)), "ours", feed->ours != 0, "former",
                            feed->former != 0, "number", (json_int_t)feed->number, "epoch", (json_int_t)feed->epoch,
                            "announced", (json_int_t)feed->announced, "unreadable", (json_int_t)feed->unreadable,
                            "waits_for", print_json_text(feed->waits_for), "unverified", (json_int_t)feed->unverified,
                            "outdated", (json_int_t)feed->outdated, "elsewhere", (json_int_t)feed->elsewhere, "frozen",
                            feed->frozen != 0, "positions", positions));
    }
    return list;
}

static json_t *splits_json(const Status *status) {
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_splits; i++)
        json_array_append_new(list, json_pack("{s:o, s:s, s:s}", "member", print_json_text(status->splits[i]->member),
                                              "one", status->splits[i]->one, "other", status->splits[i]->other));
    return list;
}

static json_t *forks_json(const Status *status) {
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_forks; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:o}", "author", print_json_text(status->forks[i]->author), "number",
                            (json_int_t)status->forks[i]->number, "feed",
                            print_json_hex(span_of(status->forks[i]->feed.data, status->forks[i]->feed.len))));
    return list;
}

static json_t *blobs_json(const Status *status) {
    const BlobsStatus *blobs = status->blobs;
    if (!blobs)
        return json_null();
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "known", (json_int_t)blobs->known, "here", (json_int_t)blobs->here,
                     "wanted", (json_int_t)blobs->wanted, "bytes", (json_int_t)blobs->bytes, "bytes_max",
                     (json_int_t)blobs->bytes_max);
}

void status_print_json(const Status *status) {
    json_t *refused = json_object();
    for (size_t i = 0; i < status->n_refused; i++)
        json_object_set_new(refused, status->refused[i]->name, json_integer((json_int_t)status->refused[i]->count));
    json_t *json = json_pack(
        "{s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o, s:o}",
        "roster_standing", print_json_text(status->roster_standing), "keys_serial", (json_int_t)status->keys_serial,
        "keys_changed", (json_int_t)status->keys_changed, "writing",
        print_json_text(status->writing ? status->writing : "ok"), "forks", forks_json(status), "name",
        print_json_text(status->name), "label", print_json_text(status->label), "alerts", (json_int_t)status->alerts,
        "started", (json_int_t)status->started, "roster_version", (json_int_t)status->roster_version, "roster_expires",
        (json_int_t)status->roster_expires, "store_used", (json_int_t)status->store_used, "store_max",
        (json_int_t)status->store_max, "index_bytes", (json_int_t)status->index_bytes, "index_max",
        (json_int_t)status->index_max, "index_wordless", (json_int_t)status->index_wordless, "memory_locked",
        status->memory_locked != 0, "peers", peers_json(status), "feeds", feeds_json(status), "refused", refused,
        "attachments", blobs_json(status));
    json_object_set_new(json, "splits", splits_json(status));
    json_object_set_new(json, "opened_owed", json_integer((json_int_t)status->opened_owed));
    json_object_set_new(json, "opened_untold", json_integer((json_int_t)status->opened_untold));
    json_object_set_new(json, "requests_waiting", json_integer((json_int_t)status->requests_waiting));
    json_object_set_new(json, "requests_overdue", json_integer((json_int_t)status->requests_overdue));
    json_object_set_new(json, "erased", json_integer((json_int_t)status->erased));
    json_object_set_new(json, "expired", json_integer((json_int_t)status->expired));
    print_json(json);
}
